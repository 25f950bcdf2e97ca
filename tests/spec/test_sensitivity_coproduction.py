"""The coproduction study through its sensitivity analyses: settings that fit the model, and what is printed met again."""

import numpy as np
import pytest
from sensitivity_cases import coproduction

from analysis.quantities import parse_printed, rounds_to
from analysis.sroi.model import read_model
from analysis.sroi.sensitivity import appraisal, indices, information, lenses, one_way, probabilistic
from analysis.sroi.sensitivity.multiverse import multiverse
from analysis.sroi.sensitivity.settings import choices_for, groups_for, read_stipulated, scenarios_for

STUDY, SETTINGS = coproduction()


@pytest.fixture(scope="module")
def case():
    return SETTINGS.case(read_model(STUDY), STUDY.register)


@pytest.mark.parametrize(("scenario", "claim"), [("low", "CP-089"), ("central", "CP-087"), ("high", "CP-088")])
def test_the_scenarios_give_the_printed_ratios(case, scenario, claim):
    found = one_way.scenarios(case, scenarios_for(case, SETTINGS))
    assert rounds_to(found.loc[scenario, "ratio"], parse_printed(STUDY.claims[claim].printed))


def test_the_first_universe_and_the_first_lens_are_the_published_model(project_root, case):
    reference = appraisal.read_reference(project_root)
    found = multiverse(case, choices_for(case, SETTINGS), reference.schedules)
    assert found.frame["ratio"].iloc[0] == pytest.approx(float(case.at().ratio), rel=1e-12)
    lens = lenses.lenses(case, SETTINGS.lenses, reference)
    assert lens.loc["as published", "ratio"] == pytest.approx(float(case.at().ratio), rel=1e-12)
    assert lens.loc["fiscal only", "value"] == pytest.approx(
        float(case.at({"discount_rate": 0.035}).by_beneficiary["government"]), rel=1e-12
    )


def test_shares_by_beneficiary_and_by_outcome_add_to_the_whole_in_every_draw(case, project_root):
    groups = groups_for(case, SETTINGS, read_stipulated(project_root))
    outcome = case.at(next(probabilistic.draws(case, 256, 1, groups)))
    for parts in (outcome.by_beneficiary, outcome.by_outcome, outcome.by_year):
        assert np.sum(list(parts.values()), axis=0) == pytest.approx(outcome.value, rel=1e-12)


def test_doubling_the_cost_halves_the_ratio_and_discounting_at_0_changes_nothing(case):
    assert case.at({"total_cost": 2 * case.base["total_cost"]}).ratio == pytest.approx(case.at().ratio / 2, rel=1e-12)
    assert case.at({"discount_rate": 0.0}).value == case.at().value


def test_one_call_for_many_draws_is_many_calls_for_one(case):
    values = next(probabilistic.draws(case, 16, 1))
    apart = [float(case.at({name: float(column[i]) for name, column in values.items()}).ratio) for i in range(16)]
    assert case.measure(values, "ratio", 16) == pytest.approx(apart, rel=1e-12)


def test_indices_and_worth_of_information_keep_their_bounds(case):
    found = indices.sobol_indices(indices.terms(case, 2**11, 1), replicates=10)
    assert found["first"].sum() <= 100 + 2  # the error of so small a design
    table = information.information(case, SETTINGS.information, 2**11)
    assert (table["worth"] >= 0).all()
    assert (table["worth"] <= table.loc["everything", "worth"]).all()
