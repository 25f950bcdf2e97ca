"""One and two ways, scenarios, the distribution of the ratio, switching values: hand-worked cases and invariants."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from sensitivity_cases import coproduction, entry, function_case, toy_case, yearly_case

from analysis.errors import InputError
from analysis.sroi.model import read_model
from analysis.sroi.sensitivity import one_way, probabilistic, switching
from analysis.sroi.sensitivity.case import not_taken_off
from analysis.sroi.sensitivity.correlation import default_groups


def product_case():
    """Ratio x * y with x on 1..3 and y on 2..6, held at 2 and 3."""
    return function_case(
        lambda x, y: x * y, [entry("x", 2.0, 1.0, 3.0, "uniform"), entry("y", 3.0, 2.0, 6.0, "uniform")]
    )


def test_the_tornado_of_a_product_by_hand():
    frame = one_way.one_way(product_case())
    assert list(frame.index) == ["y", "x"]
    assert frame.loc["y", ["ratio_low", "ratio_high", "ratio_swing"]].tolist() == [4.0, 12.0, 8.0]
    assert frame.loc["y", ["base", "ratio_least", "ratio_most"]].tolist() == [6.0, 4.0, 12.0]
    assert frame.loc["x", ["ratio_low", "ratio_high", "net_low", "net_high"]].tolist() == [3.0, 9.0, 2.0, 8.0]


def test_the_tornado_leaves_out_fixed_inputs_and_calls_the_model_once_for_each_measure_and_at_base():
    case = toy_case()
    frame = one_way.one_way(case)
    assert "people" not in frame.index
    assert case.model.calls == [*[2 * len(case.varied)] * 2, 1]


def test_doubling_the_cost_halves_the_ratio():
    case = toy_case()
    assert case.at({"cost": 2 * case.base["cost"]}).ratio == pytest.approx(case.at().ratio / 2, rel=1e-15)


def test_the_break_even_contour_of_a_product_is_a_hyperbola():
    grid = one_way.two_way(product_case(), ("x", "y"), points=81)
    contour = one_way.break_even(grid, 7.0)
    assert (contour["x"] * contour["y"]).to_numpy() == pytest.approx(np.full(len(contour), 7.0), rel=1e-12)
    assert contour["x"].tolist() == [x for x in grid.columns if x >= 7 / 6]
    assert one_way.break_even(grid, 100.0).empty


def test_scenarios_keep_what_they_leave_out():
    found = one_way.scenarios(product_case(), {"base": {}, "high": {"x": 3.0}})
    assert found["ratio"].tolist() == [6.0, 9.0]
    assert found["net"].tolist() == [5.0, 8.0]


def test_an_unknown_input_is_one_clear_error():
    with pytest.raises(InputError, match="'z', which is no input of the model; expected one of x, y"):
        one_way.scenarios(product_case(), {"high": {"z": 3.0}})


@pytest.fixture(scope="module")
def uniform_ratio():
    """The ratio itself uniform on 0..4."""
    return probabilistic.simulate(function_case(lambda x: x, [entry("x", 2.0, 0.0, 4.0, "uniform")]), 2**14, 5)["ratio"]


def test_the_chance_above_every_level_is_that_of_a_uniform_ratio(uniform_ratio):
    levels = np.linspace(-1, 5, 601)
    assert uniform_ratio.above(levels) == pytest.approx(1 - np.clip(levels / 4, 0, 1), abs=2e-3)
    assert (uniform_ratio.mean, uniform_ratio.sd) == pytest.approx((2.0, 4 / np.sqrt(12)), rel=1e-3)
    assert probabilistic.median_and_interval(uniform_ratio) == pytest.approx((2.0, 0.1, 3.9), abs=5e-3)


def test_counts_agree_with_a_plain_count_at_every_threshold():
    case, found = toy_case(), []
    result = probabilistic.simulate(case, 5000, 3, method="random", chunk=700)["ratio"]
    for values in probabilistic.draws(case, 5000, 3, method="random"):
        found.append(case.at(values).ratio)
    ratios = np.concatenate(found)
    plain = 1 - np.searchsorted(np.sort(ratios), result.edges, side="right") / 5000
    assert result.above(result.edges) == pytest.approx(plain, abs=1e-12)
    assert (result.mean, result.sd) == pytest.approx((ratios.mean(), ratios.std(ddof=1)), rel=1e-12)
    assert result.quantile(0.5) == pytest.approx(np.median(ratios), abs=np.diff(result.edges)[0])
    assert (result.above(result.high), result.above(result.low - 1)) == (0.0, 1.0)


def test_the_chunk_changes_nothing_but_the_place_of_the_thresholds():
    small, large = (probabilistic.simulate(toy_case(), 4096, 3, chunk=chunk)["ratio"] for chunk in (512, 4096))
    assert (small.mean, small.sd, small.low, small.high) == pytest.approx(
        (large.mean, large.sd, large.low, large.high), rel=1e-12
    )
    assert small.above(1.0) == pytest.approx(large.above(1.0), abs=2e-3)


def test_memory_depends_on_the_chunk_and_not_on_the_number_of_draws():
    peaks = []
    for count in (2**13, 2**16):
        tracemalloc.start()
        probabilistic.simulate(toy_case(), count, 3, method="random", chunk=2**11)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


def test_correlated_deadweights_widen_the_result_around_the_same_middle():
    case = toy_case()
    narrow, wide = (
        probabilistic.simulate(case, 2**13, 3, groups)["ratio"] for groups in ((), default_groups(case.varied, 0.9))
    )
    assert wide.sd > narrow.sd * 1.005
    assert wide.mean == pytest.approx(narrow.mean, rel=0.02)


def test_a_model_without_a_range_gives_one_point():
    result = probabilistic.simulate(function_case(lambda x: x, [entry("x", 2.0)]), 10, 0)["ratio"]
    assert (result.draws, result.mean, result.sd, float(result.above(1.9)), float(result.above(2.0))) == (
        1,
        2.0,
        0.0,
        1.0,
        0.0,
    )


def test_shares_by_beneficiary_add_to_the_whole():
    outcome = toy_case().at({"share_government": np.array([0.0, 0.3, 1.0])})
    assert sum(outcome.by_beneficiary.values()) == pytest.approx(outcome.value, rel=1e-15)


def test_the_switching_value_of_a_product_by_hand():
    found = switching.switching_values(product_case(), 4.5)
    assert found.loc["x", ["switch", "change", "within"]].tolist() == [pytest.approx(1.5), pytest.approx(-25.0), True]
    assert found.loc["y", ["switch", "within"]].tolist() == [pytest.approx(2.25), True]


def test_a_switching_value_puts_the_ratio_on_the_level():
    case = toy_case()
    found = switching.switching_values(case)["switch"].dropna()
    assert {"weeks", "cost", "deadweight_friends"} <= set(found.index)
    for name, value in found.items():
        assert case.at({name: value}).ratio == pytest.approx(1.0, rel=1e-12)


def test_no_switching_value_is_said_to_be_none():
    assert np.isnan(switching.switching_values(toy_case()).loc["share_government", "switch"])


def test_a_share_is_not_searched_beyond_one():
    case = function_case(lambda share: 3 - share, [entry("share", 0.5, 0.0, 1.0, "uniform", "ratio")])
    assert np.isnan(switching.switching_values(case).loc["share", "switch"])


def test_a_model_that_refuses_what_lies_beyond_its_range_is_searched_within_it():
    found = switching.switching_values(yearly_case(), 1.2)
    assert found.loc["x", ["switch", "within"]].tolist() == [pytest.approx(1.2), True]


def test_the_whole_effect_may_fall_until_value_equals_cost():
    case = toy_case()
    fall = switching.effect_may_fall(float(case.at().ratio))
    assert case.at().value * (1 - fall / 100) == pytest.approx(case.at().cost, rel=1e-15)


def test_the_joint_switch_of_a_product_by_hand():
    found = switching.joint_switch(product_case(), 3.0)  # (2 - t)(3 - t) = 3 at t = (5 - sqrt 13) / 2
    assert found.way == pytest.approx(100 * (5 - np.sqrt(13)) / 2, abs=1e-3)
    assert found.ratio_at_end == 2.0
    assert np.isnan(switching.joint_switch(product_case(), 1.0).way)


def test_a_normal_ratio_has_the_normal_chance():
    case = function_case(lambda x: x, [entry("x", 2.0, -1.0, 5.0, "normal")])
    result = probabilistic.simulate(case, 2**14, 1)["ratio"]
    oracle = stats.norm(2.0, 3 / stats.norm.ppf(0.975)).sf([0.0, 1.0, 3.0])
    found = probabilistic.chances(case, {"correlated": result}, (0.0, 1.0, 3.0))["correlated"]
    assert found.to_numpy() == pytest.approx(100 * oracle, abs=0.2)


def test_the_break_even_line_of_effect_and_cost_by_hand():
    """At a ratio of 4 nothing may be lost at four times the cost, half at twice, three quarters at once, 7 in 8 at half."""
    case = function_case(lambda x: x, [entry("x", 4.0)])
    line = one_way.break_even(one_way.effect_and_cost(case, points=71)).set_index("times_the_cost")[
        "share_of_all_value_lost"
    ]
    assert line.loc[[0.5, 1.0, 2.0]].tolist() == pytest.approx([87.5, 75.0, 50.0])


def test_without_enough_value_effect_and_cost_have_no_break_even_line():
    case = function_case(lambda x: x, [entry("x", 0.4)])
    assert one_way.break_even(one_way.effect_and_cost(case)).empty


def test_the_published_ratio_is_held_against_the_draws():
    """Even from 0.5 to 1.5, a quarter lies above 1.25; nothing is said where no ratio is published."""
    case = function_case(lambda a: a, [entry("a", 1.0, 0.5, 1.5, "uniform")])
    drawn = {"correlated": probabilistic.simulate(case, 2**10, 1)["ratio"]}
    found = probabilistic.above_published(case, drawn, {1.25: "published"})
    assert found["value"].tolist() == pytest.approx([25.0], abs=0.2)
    assert probabilistic.above_published(case, drawn, {}) is None


def test_what_the_base_values_take_nothing_off_for():
    """All four at the published values; deadweight no longer once one outcome has some."""
    study, settings = coproduction()
    model = read_model(study)
    assert not_taken_off(settings.case(model, model.entries)) == (
        "deadweight",
        "displacement",
        "attribution",
        "drop-off",
    )
    one = model.entries["deadweight_advice"].model_copy(update={"value": 0.1})
    changed = replace(model, entries=model.entries | {one.id: one})
    assert not_taken_off(settings.case(changed, changed.entries)) == (
        "displacement",
        "attribution",
        "drop-off",
    )
