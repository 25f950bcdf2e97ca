"""Indices, worth of information, universes, materiality, lenses and conventions: invariants and hand-worked cases."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from sensitivity_cases import entry, function_case, toy_case, yearly_case

from analysis.errors import InputError
from analysis.sroi.sensitivity import appraisal, indices, information, lenses, materiality
from analysis.sroi.sensitivity.case import case_for
from analysis.sroi.sensitivity.correlation import Group
from analysis.sroi.sensitivity.multiverse import Choice, Option, influence, multiverse, ways


@pytest.fixture(scope="module")
def toy_terms():
    return indices.terms(toy_case(), 2**12, 3)


def test_first_order_indices_sum_to_at_most_1_and_totals_to_at_least_1(toy_terms):
    found = indices.sobol_indices(toy_terms)
    assert 80 < found["first"].sum() <= 100
    assert found["total"].sum() >= 100
    assert (found["total"] >= found["first"] - 1).all()


def test_intervals_hold_the_index_and_the_first_row_weighs_most(toy_terms):
    found = indices.sobol_indices(toy_terms)
    assert found["total"].between(found["total_low"], found["total_high"]).all()
    assert found["total"].is_monotonic_decreasing


def test_an_additive_function_has_the_shares_of_its_variances():
    entries = [entry("x", 0.0, -1.0, 1.0, "uniform"), entry("y", 0.0, -2.0, 2.0, "uniform")]
    found = indices.sobol_indices(
        indices.terms(function_case(lambda x, y: x + y + 9, entries), 2**12, 1), replicates=20
    )
    assert found.loc[["x", "y"], "first"].tolist() == pytest.approx([20, 80], abs=1)
    assert found.loc[["x", "y"], "total"].tolist() == pytest.approx([20, 80], abs=1)


def test_an_input_without_effect_has_no_index_and_a_constant_model_none_at_all(toy_terms):
    found = indices.sobol_indices(toy_terms)
    assert found.loc["share_government", ["first", "total"]].tolist() == [0.0, 0.0]
    constant = indices.terms(function_case(lambda x: 0 * x + 3, [entry("x", 0.0, 0.0, 1.0, "uniform")]), 64, 1)
    assert indices.sobol_indices(constant)[["first", "total"]].to_numpy().tolist() == [[0.0, 0.0]]


def test_the_convergence_line_ends_at_the_indices_and_is_what_smaller_designs_give(toy_terms):
    line, final = indices.convergence(toy_terms), indices.sobol_indices(toy_terms, replicates=2)
    assert list(line) == list(final.index)
    assert line.iloc[-1].to_numpy() == pytest.approx(final["total"].to_numpy(), rel=1e-12)
    smaller = indices.sobol_indices(indices.terms(toy_case(), 2**8, 3), replicates=2)
    runs = 2**8 * (len(toy_terms.names) + 2)
    assert line.loc[runs].to_numpy() == pytest.approx(smaller.loc[list(line), "total"].to_numpy(), abs=0.1)


def test_the_design_takes_inputs_plus_two_calls():
    case = toy_case()
    indices.terms(case, 64, 1)
    assert case.model.calls == [64] * (len(case.varied) + 2)


@pytest.fixture(scope="module")
def toy_draws():
    return information.net_draws(toy_case().held_at({"people": 60.0}), 2**12, 3)


SUBSETS = st.sets(st.sampled_from(toy_case().varied), min_size=1, max_size=4)


@settings(max_examples=15, deadline=None)
@given(small=SUBSETS, more=SUBSETS)
def test_evpi_is_at_least_evppi_is_at_least_zero_and_sets_are_monotone(toy_draws, small, more):
    frame, net = toy_draws
    whole = information.perfect_information(net)
    worth = information.partial_information(frame, net, {"small": sorted(small), "large": sorted(small | more)})
    assert 0 <= worth["small"] <= worth["large"] <= whole
    assert whole > 0


@pytest.mark.parametrize(("inputs", "degree"), [(1, 5), (2, 4), (3, 3), (4, 2)])
def test_polynomials_are_all_products_of_powers_up_to_their_degree(inputs, degree):
    """At powers of different primes every product of powers has a value of its own, so none is missing and none twice."""
    primes = np.array([2.0, 3.0, 5.0, 7.0])[:inputs]
    powers = (taken for taken in product(range(degree + 1), repeat=inputs) if sum(taken) <= degree)
    found = information.polynomials([np.array([prime, 1.0]) for prime in primes])
    assert sorted(found[:, 0]) == sorted(float((primes ** np.array(taken)).prod()) for taken in powers)
    assert (found[:, 1] == 1).all()


def test_information_that_changes_no_decision_is_worth_nothing():
    case = function_case(lambda x: x, [entry("x", 3.0, 2.0, 4.0, "uniform")])
    table = information.information(case, {}, 1024)
    assert table["worth"].tolist() == [0.0, 0.0]
    assert table["share"].isna().all()


def test_knowing_the_one_thing_that_matters_is_knowing_everything():
    entries = [entry("x", 1.5, 0.0, 3.0, "uniform"), entry("noise", 0.5, 0.0, 1.0, "uniform")]
    table = information.information(
        function_case(lambda x, noise: x + 0 * noise, entries), {"both": ("x", "noise")}, 2**13
    )
    # net is x - 1: the worth is E max(x - 1, 0) - E(x - 1) = (2^2 / 2) / 3 - 1 / 2 = 1 / 6
    assert table.loc[["everything", "x", "both"], "worth"].tolist() == pytest.approx([1 / 6] * 3, rel=0.02)
    assert table.loc["noise", "worth"] == pytest.approx(0.0, abs=1e-3)


def test_correlation_makes_one_input_tell_of_another():
    entries = [entry("x", 1.0, -1.0, 3.0, "uniform"), entry("twin", 0.5, 0.0, 1.0, "uniform")]
    case = function_case(lambda x, twin: x + 0 * twin, entries)
    apart, together = (
        information.information(case, {}, 2**12, groups=groups).loc["twin", "worth"]
        for groups in ((), (Group(name="g", members=("x", "twin"), correlation=0.9),))
    )
    assert together > apart + 0.2


CHOICES = (
    Choice(name="streams", options=(Option(name="both"), Option(name="work only", leave_out=("friends",)))),
    Choice(name="overlap", options=(Option(name="separate"), Option(name="merged", merge=("friends", "work")))),
    Choice(
        name="deadweight",
        options=(
            Option(name="as judged"),
            Option(name="half", values={"deadweight_friends": 0.5, "deadweight_work": 0.5}),
        ),
    ),
    Choice(name="proxy", options=(Option(name="full"), Option(name="three quarters", scale={"friends": 0.75}))),
)


def test_the_first_universe_is_the_published_model_and_every_combination_is_there():
    found = multiverse(toy_case(), CHOICES)
    assert len(found.frame) == 16
    assert not found.frame.duplicated(["streams", "overlap", "deadweight", "proxy"]).any()
    assert found.frame["ratio"].iloc[0] == pytest.approx(toy_case().at().ratio, rel=1e-15)


def test_universes_by_hand():
    # friends 100 x 30 x 100 x 0.8 x 0.9 = 216,000; work 40 x 4,000 x 0.7 x 0.9 = 100,800; with half deadweight 135,000 and 72,000
    found = multiverse(toy_case(), CHOICES).frame.set_index(["streams", "overlap", "deadweight", "proxy"])["value"]
    assert found["both", "separate", "as judged", "full"] == pytest.approx(316_800)
    assert found["both", "separate", "as judged", "three quarters"] == pytest.approx(262_800)
    assert found["both", "merged", "half", "full"] == pytest.approx(135_000)
    assert found["work only", "merged", "half", "three quarters"] == pytest.approx(72_000)


def test_the_share_above_one_and_the_choice_that_moves_most():
    found = multiverse(toy_case(), CHOICES)
    above = ways(found).loc["sensitivity.universes.above", "value"]
    assert above == pytest.approx(100 * (found.frame["value"] > 200_000).mean())
    moves = influence(found)
    assert moves.index[0] == "streams"
    assert moves.loc["streams", ["lowest", "highest"]].tolist() == ["work only", "both"]


def test_the_swing_of_a_choice_is_its_mean_difference_within_universes():
    found = multiverse(toy_case(), CHOICES)
    pairs = found.frame.pivot(index=["streams", "overlap", "proxy"], columns="deadweight", values="ratio")
    assert influence(found).loc["deadweight", "swing"] == pytest.approx(
        (pairs["as judged"] - pairs["half"]).abs().mean()
    )


def test_a_value_may_be_a_formula_over_the_base_values():
    cheaper = Choice(
        name="cost", options=(Option(name="all"), Option(name="a quarter less", values={"cost": "cost * (1 - 0.25)"}))
    )
    assert multiverse(toy_case(), (cheaper,)).frame["cost"].tolist() == [200_000, 150_000]


def test_only_some_beneficiaries():
    fiscal = Choice(name="who", options=(Option(name="all"), Option(name="government", only=("government",))))
    found = multiverse(toy_case(), (fiscal,)).frame.set_index("who")
    assert found.loc["government", "value"] == pytest.approx(0.35 * 100_800)


def test_discounting_on_top_of_the_model_year_by_year(project_root):
    schedules = appraisal.read_reference(project_root).schedules
    when = Choice(name="discounting", options=(Option(name="none"), Option(name="green book", discount="standard")))
    found = multiverse(yearly_case(), (when,), schedules).frame["value"]
    assert found.tolist() == pytest.approx([1.6, 0.8 + 0.8 / 1.035])
    with pytest.raises(InputError, match="a model that keeps no years"):
        multiverse(toy_case(), (when,), schedules)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (Option(name="o", values={"z": 1.0}), "'z', which is no input"),
        (Option(name="o", leave_out=("z",)), "'z', which is no outcome of the model; expected one of friends, work"),
        (Option(name="o", merge=("z",)), "'z', which is no outcome"),
        (
            Option(name="o", values={"cost": "cost * nothing"}),
            "'cost . nothing': nothing is known under the name 'nothing'",
        ),
        (
            Option(name="o", only=("z",)),
            "'z', which is no beneficiary of the model; expected one of participants, government",
        ),
    ],
)
def test_an_unknown_name_in_a_choice_is_one_clear_error(option, message):
    with pytest.raises(InputError, match=message):
        multiverse(toy_case(), (Choice(name="c", options=(option,)),))


def test_too_many_universes_and_two_options_of_one_name_are_refused():
    many = tuple(Choice(name=f"c{i}", options=(Option(name="a"), Option(name="b"))) for i in range(20))
    with pytest.raises(InputError, match="1048576 universes; expected at most 200000"):
        multiverse(toy_case(), many)
    with pytest.raises(InputError, match="two options of one name"):
        multiverse(toy_case(), (Choice(name="c", options=(Option(name="a"), Option(name="a"))),))


def test_the_materiality_curve_by_hand():
    found = materiality.materiality_curve(toy_case())
    assert list(found.index) == ["friends", "work"]
    assert found["cumulative"].tolist() == pytest.approx([100 * 216 / 316.8, 100.0])
    assert found["ratio"].tolist() == pytest.approx([1.08, 1.584])
    assert materiality.materiality_curve(toy_case(), 50.0)["material"].tolist() == ["yes", "no"]


def test_overlap_runs_from_separate_to_merged():
    found = materiality.overlap_curve(toy_case(), ("friends", "work"))
    assert found["ratio"].iloc[[0, 5, -1]].tolist() == pytest.approx([1.584, 1.332, 1.08])
    merged = multiverse(toy_case(), CHOICES[1:2]).frame["ratio"]
    assert found["ratio"].iloc[[0, -1]].tolist() == pytest.approx(merged.tolist())


def test_optimism_is_corrected_by_grade_and_a_missing_grade_is_one_clear_error():
    factors = {name: entry(name, value) for name, value in {"optimism_factor_a": 1.0, "optimism_factor_d": 0.5}.items()}
    found = materiality.optimism_corrected(toy_case(), {"friends": "D", "work": "A"}, factors)
    assert found["corrected"].tolist() == pytest.approx([108_000, 100_800, 208_800])
    assert found["ratio"].tolist() == pytest.approx([0.54, 0.504, 1.044])
    with pytest.raises(InputError, match="column 'grades.work': found nothing; expected one of A, B, C, D"):
        materiality.optimism_corrected(toy_case(), {"friends": "D"}, factors)


def test_lenses_side_by_side():
    views = (
        lenses.Lens(name="as published", rules="none"),
        lenses.Lens(name="green book", rules="discounted", values={"discount_rate": 0.035}),
        lenses.Lens(name="fiscal only", rules="government", only=("government",)),
        lenses.Lens(name="wellbeing", rules="WELLBY", missing="the change in life satisfaction"),
    )
    found = lenses.lenses(toy_case(), views)
    assert found.loc["green book", "value"] == pytest.approx(216_000 + 33_600 * (1 + 1 / 1.035 + 1 / 1.035**2))
    assert found.loc["fiscal only", "ratio"] == pytest.approx(0.1764)
    assert np.isnan(found.loc["wellbeing", "ratio"])


def test_the_ratio_by_points_of_life_satisfaction_by_hand():
    lens = lenses.Lens(name="wellbeing", rules="WELLBY", values={"cost": 100_000.0}, wellby=True)
    spread = appraisal.Wellbeing(outcome="friends", person_years=60.0, price_year=2019, why="a test")
    reference = appraisal.Reference((), (), {"central": 12_000.0}, 2019, {2019: 100.0})
    found = lenses.wellby_ratios(toy_case(), [lens], [spread], reference, (0.0, 0.5))
    assert found["central"].tolist() == pytest.approx([1.008, 1.008 + 3.6])  # work alone, then 60 x 0.5 x 12,000 more


def test_discounting_at_0_changes_nothing():
    assert toy_case().at({"discount_rate": 0.0}).value == toy_case().at().value
    flows = np.array([3.0, 1.0, 4.0, 1.0])
    assert appraisal.discounted_years(flows, [appraisal.Band(0, 99, 0.0)])["present"].tolist() == flows.tolist()
    assert appraisal.payback_years(flows, 5.0, [appraisal.Band(0, 99, 0.0)]) == appraisal.payback_years(flows, 5.0)


@given(st.lists(st.floats(0.0, 1e6), min_size=1, max_size=40), st.floats(0.0, 0.2))
def test_discounting_never_adds_value(flows, rate):
    together = appraisal.discounted_years(flows, [appraisal.Band(0, 99, rate)])["together"]
    assert together.iloc[-1] <= sum(flows) * (1 + 1e-12)


def test_discounting_delays_payback():
    assert appraisal.payback_years([100.0, 100.0], 150.0, [appraisal.Band(0, 99, 0.25)]) == pytest.approx(1.625)


def test_a_year_without_a_rate_or_an_index_is_an_error():
    with pytest.raises(ValueError, match="no discount rate is given for year 3"):
        appraisal.discount_factors(3, [appraisal.Band(0, 2, 0.03)])
    with pytest.raises(InputError, match="no index for 1990; expected 2008 to 2010"):
        appraisal.reprice(1.0, 1990, 2008, {2008: 90.0, 2010: 100.0})


def test_weights_are_off_by_default_and_elasticity_0_is_off_too():
    plain = appraisal.weighted({"a": 10.0, "b": 20.0})
    assert plain["weighted"].tolist() == [10.0, 20.0]
    assert appraisal.distributional_weights({"a": 50.0, "b": 200.0}, 100.0, 0.0) == {"a": 1.0, "b": 1.0}
    weights = appraisal.distributional_weights({"a": 50.0}, 100.0, 1.3)
    assert appraisal.weighted({"a": 10.0, "b": 20.0}, weights)["weighted"].tolist() == pytest.approx(
        [10 * 2**1.3, 20.0]
    )


def test_a_damaged_reference_figure_names_its_cell(tmp_path):
    folder = tmp_path / "data" / "raw" / "reference"
    folder.mkdir(parents=True)
    (folder / "green_book_stpr.csv").write_text("year_from,year_to,standard,health\n0,30,3.5 %,0.015\n")
    with pytest.raises(InputError, match=r"reference/green_book_stpr.csv, row 2, column 'standard': found '3.5 %'"):
        appraisal.read_reference(tmp_path)


def test_the_reference_tables_are_the_official_ones(project_root, reference_data):
    ours = appraisal.read_reference(project_root)
    deflator = pd.read_csv(reference_data / "uk_gdp_deflator_HMT_dec2025_2024_100.csv").set_index("year")["value"]
    assert ours.deflator == deflator.loc[min(ours.deflator) :].to_dict()
    wellby = pd.read_csv(reference_data / "wellby_values.csv").set_index("scenario")["value_gbp"]
    assert ours.wellby == wellby.to_dict()
    rates = pd.read_csv(reference_data / "green_book_stpr_schedule.csv").head(len(ours.standard))
    assert [band.rate for band in ours.standard] == rates["standard"].tolist()
    assert [band.rate for band in ours.health] == rates["health"].tolist()


def test_a_case_keeps_the_register_and_refuses_an_unknown_base():
    case = toy_case()
    assert case.held_at({"weeks": 10.0}).base["weeks"] == 10.0
    with pytest.raises(InputError, match="'z', which is no input of the model"):
        case_for(case.model, case.ranges, {"z": 1.0})


def test_a_hurdle_of_one_pound_is_the_decision_to_fund_and_a_higher_one_by_hand():
    """Value of 0 or 4 with equal chance at a cost of 1: asked for 3 the pound, knowing is worth half of 4 - 3."""
    case = function_case(lambda x: np.where(x < 0.5, 0.0, 4.0), [entry("x", 0.5, 0.0, 1.0, "uniform")])
    found = information.worth_by_hurdle(case, {"it": ("x",)}, [1, 3, 5], 2**14)
    assert found["everything"].tolist() == pytest.approx([0.5, 0.5, 0.0], abs=1e-3)
    frame, net = information.net_draws(case, 2**14)
    assert found.loc[1.0, "everything"] == pytest.approx(information.perfect_information(net), rel=1e-12)
    assert found.loc[1.0, "it"] == pytest.approx(
        information.partial_information(frame, net, {"it": ["x"]})["it"], rel=1e-9
    )


def test_at_every_hurdle_information_on_a_part_is_worth_no_more_than_on_all():
    found = information.worth_by_hurdle(
        toy_case(), {"friends": ("weeks", "weekly_value"), "fixed": ("people",)}, [0.5, 1, 2, 3], 2**12
    )
    assert (found["friends"] <= found["everything"] + 1e-9).all() and (found[["friends", "fixed"]] >= 0).all().all()
    assert (found["fixed"] == 0).all() and found["friends"].max() > 0


def test_without_ranges_no_hurdle_makes_information_worth_anything():
    case = function_case(lambda x: x, [entry("x", 2.0)])
    assert information.worth_by_hurdle(case, {}, [1, 2, 3])["everything"].tolist() == [0.0, 0.0, 0.0]
