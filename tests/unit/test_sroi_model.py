"""The model as a function: invariants, arrays, scenarios, and the paper's own printed ratios."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from value_maps import cost, entry, outcome, write_study

from analysis.errors import InputError
from analysis.quantities import parse_printed
from analysis.sroi.model import read_model
from analysis.sroi.prices import read_index, uprate
from analysis.study import load_study

ROOT = Path(__file__).resolve().parents[2]
STUDIES = ("coproduction", "connecting_opportunities")


@pytest.fixture(scope="module", params=STUDIES)
def model(request):
    return read_model(load_study(request.param, ROOT))


@pytest.fixture(scope="module")
def paper():
    return read_model(load_study("coproduction", ROOT))


def draws(model, count, seed=1):
    random = np.random.default_rng(seed)
    return {name: random.uniform(model.entries[name].low, model.entries[name].high, count) for name in model.inputs}


PRINTED = {"low": ("CP-089", "CP-092"), "central": ("CP-087", "CP-090"), "high": ("CP-088", "CP-091")}


@pytest.mark.parametrize("scenario", PRINTED)
def test_each_estimate_gives_both_printed_ratios(paper, scenario):
    claims, values = load_study("coproduction", ROOT).claims, paper.scenarios[scenario]
    found = paper.evaluate(values)
    operating = found.value / (found.cost * (1 - values["research_share"]))
    for ratio, claim in zip((found.ratio, operating), PRINTED[scenario], strict=True):
        assert ratio in parse_printed(claims[claim].printed).interval()


def test_the_streams_the_paper_prints(paper):
    low, central, high = (paper.evaluate(paper.scenarios[name]).by_outcome for name in ("low", "central", "high"))
    assert (low["engagement"], central["engagement"]) == (666666, 888888)
    for values, factor in ((low, 0.9), (central, 1), (high, 1.1)):
        assert sum(values[name] for name in values if name.startswith("advice")) == pytest.approx(17540 * factor)


def test_government_gets_more_than_the_costs_without_research(paper):
    found = paper.evaluate()
    assert found.by_beneficiary["government"] > found.cost * (1 - paper.central["research_share"])


def test_what_is_asked_for_alone_is_what_all_formulas_give_and_no_more_is_computed(paper):
    values = draws(paper, 5)
    every, found = paper.evaluate_steps(values), paper.evaluate(values)
    assert (found.ratio == every["total.ratio"]).all()
    assert not [name for name in found.found if name.startswith(("beneficiary", "total.year"))]
    assert [list(part) for part in found.by_beneficiary.values()] == [
        list(every[step.id]) for step in paper.steps if step.role == "beneficiary"
    ]
    assert list(found.by_year[1]) == list(every["total.year.1"])


def test_the_weekly_value_by_the_price_index():
    """£13,500 of 2011 is £273 a week of 2013: over 365 or 365.25 days, not over 52 weeks."""
    index, source = read_index(ROOT)
    raised = uprate(13500, index[2011], index[2013])
    assert [round(raised / weeks) for weeks in (52, 365 / 7, 365.25 / 7)] == [274, 273, 273]
    assert source["producer"] == "Office for National Statistics"


def test_a_thousand_draws_at_once_are_the_draws_one_by_one(model):
    values = draws(model, 50)
    together = model.evaluate(values)
    for place in range(50):
        alone = model.evaluate({name: float(column[place]) for name, column in values.items()})
        assert together.ratio[place] == pytest.approx(alone.ratio, rel=1e-12)
        assert together.by_beneficiary.keys() == alone.by_beneficiary.keys()


def test_parts_add_to_the_whole(model):
    found = model.evaluate(draws(model, 200))
    for parts in (found.by_beneficiary, found.by_outcome, found.by_year):
        np.testing.assert_allclose(sum(parts.values()), found.value, rtol=1e-12)
    np.testing.assert_allclose(found.net, found.value - found.cost, rtol=1e-12)


def test_every_entry_has_the_shape_of_the_draws(model):
    found = model.evaluate({model.inputs[0]: np.full(7, model.central[model.inputs[0]])})
    columns = [
        found.value,
        found.cost,
        found.ratio,
        found.net,
        *found.by_beneficiary.values(),
        *found.by_outcome.values(),
        *found.by_year.values(),
    ]
    assert {np.shape(column) for column in columns} == {(7,)}
    assert isinstance(model.evaluate().ratio, float)


def test_doubling_the_cost_halves_the_ratio(paper):
    assert paper.evaluate({"total_cost": 2 * paper.central["total_cost"]}).ratio == pytest.approx(
        paper.evaluate().ratio / 2, rel=1e-12
    )


def toy(root, settings=None, **row):
    entries = [
        entry("cost", 100, "GBP"),
        entry("worth", 50, "GBP per year"),
        entry("lasting", 2, "years", 0, 6),
        entry("rate", 0.035, "ratio", 0, 0.1),
        entry("gone", 0.1, "ratio", 0, 1),
        entry("lost", 0.2, "ratio", 0, 1),
    ]
    rows = [
        cost(),
        outcome(**({"quantity": "worth", "duration": "lasting", "deadweight": "gone", "drop_off": "lost"} | row)),
    ]
    return read_model(write_study(root, entries, rows, {"discount_rate": "rate"} | (settings or {})))


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return toy(tmp_path_factory.mktemp("toy"))


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 6), st.floats(0, 0.1), st.floats(0, 1), st.floats(0, 1))
def test_the_sum_over_years_is_the_formula_of_the_guide(small, lasting, rate, gone, lost):
    """An independent way to the same value: a loop over years with powers."""
    expected, year = 0.0, 0
    while year < lasting:
        expected += 50 * (1 - gone) * min(1, lasting - year) * (1 - lost) ** year / (1 + rate) ** year
        year += 1
    found = small.evaluate({"lasting": lasting, "rate": rate, "gone": gone, "lost": lost})
    assert found.value == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_discounting_at_nothing_changes_nothing(small, tmp_path):
    bare = toy(tmp_path, {"discount_rate": "0"})
    assert bare.evaluate({"lasting": 5}).value == pytest.approx(
        small.evaluate({"lasting": 5, "rate": 0}).value, rel=1e-15
    )


def test_inputs_are_those_the_map_names(small):
    assert set(small.inputs) == {"cost", "worth", "lasting", "rate", "gone", "lost"}
    assert small.years == 6


def test_years_beyond_the_model_are_refused(small):
    with pytest.raises(InputError, match="beyond the 6 years"):
        small.evaluate({"lasting": 6.5})


def test_an_id_that_the_register_lacks_is_refused(small):
    with pytest.raises(InputError, match="does not hold"):
        small.evaluate({"nothing": 1})
