"""Distributions, uniform numbers and the copula: against textbook moments, and against what must never change."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import stats
from sensitivity_cases import entry, toy_case

from analysis.errors import InputError
from analysis.sroi.sensitivity.correlation import Group, correlate, default_groups, matrix
from analysis.sroi.sensitivity.distributions import fast_quantile, quantile
from analysis.sroi.sensitivity.sampling import draws, uniforms

MIDPOINTS = (np.arange(200_000) + 0.5) / 200_000
SHAPES = [
    entry("a", 2.0),
    entry("b", 2.0, 1.0, 4.0, "uniform"),
    entry("c", 2.0, 1.0, 4.0, "triangular"),
    entry("d", 2.0, 1.0, 4.0, "pert"),
    entry("e", -0.5, -3.0, 2.0, "normal"),
    entry("f", 0.3, 0.1, 0.6, "beta", "ratio"),
]


@pytest.mark.parametrize(
    ("shape", "mean"),
    [
        (SHAPES[0], 2.0),
        (SHAPES[1], 2.5),
        (SHAPES[2], 7 / 3),
        (SHAPES[3], (1 + 4 * 2 + 4) / 6),
        (SHAPES[4], -0.5),
        (SHAPES[5], 0.3),
    ],
    ids=lambda value: getattr(value, "distribution", ""),
)
def test_the_mean_is_the_textbook_one(shape, mean):
    assert quantile(shape, MIDPOINTS).mean() == pytest.approx(mean, rel=1e-4)


def test_a_triangular_entry_is_scipys_triangular_distribution():
    for low, mode, high in ((1.0, 2.0, 4.0), (1.0, 1.0, 4.0), (1.0, 4.0, 4.0)):
        oracle = stats.triang((mode - low) / (high - low), low, high - low).ppf(MIDPOINTS[::997])
        assert quantile(entry("x", mode, low, high, "triangular"), MIDPOINTS[::997]) == pytest.approx(oracle, rel=1e-12)


def test_low_and_high_of_a_normal_hold_the_middle_95_per_cent():
    assert quantile(SHAPES[4], np.array([0.025, 0.975])) == pytest.approx([-3.0, 2.0])


def test_low_and_high_of_a_beta_hold_95_per_cent_around_the_mean():
    found = quantile(SHAPES[5], MIDPOINTS)
    assert ((found > 0.1) & (found < 0.6)).mean() == pytest.approx(0.95, abs=1e-4)


def test_a_normal_of_a_quantity_that_cannot_be_negative_is_cut_off_at_zero_and_stays_smooth():
    found = quantile(entry("x", 1.0, 0.0, 2.0, "normal"), MIDPOINTS)
    oracle = stats.truncnorm(-1.959963984540054, np.inf, 1.0, 1 / 1.959963984540054).ppf(MIDPOINTS)
    assert found.min() > 0
    assert found == pytest.approx(oracle, rel=1e-6)


def test_a_normal_share_stays_within_0_and_1():
    found = quantile(entry("x", 0.5, 0.0, 1.0, "normal", "ratio"), np.array([1e-12, 1 - 1e-12]))
    assert 0 <= found[0] < 0.001
    assert 0.999 < found[1] <= 1


@pytest.mark.parametrize(
    "impossible",
    [
        entry("x", 1.0, 0.0, 4.0, "normal"),
        entry("x", 2.0, 1.0, 4.0, "beta"),
        entry("x", 0.0, 0.0, 0.5, "beta"),
        entry("x", 0.5, 0.0, 1.0, "beta"),
    ],
    ids=["normal not in the middle", "beta beyond 1", "beta at its end", "beta over all of 0 to 1"],
)
def test_a_range_the_distribution_cannot_have_is_one_clear_error(impossible):
    with pytest.raises(InputError, match=r"assumptions.yaml, column 'x.distribution'.*What to do: use pert"):
        quantile(impossible, MIDPOINTS[:2])


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.distribution)
def test_the_fast_quantile_is_the_exact_one_to_a_ten_millionth_of_the_width(shape):
    tails = 2.0 ** -np.arange(1, 41)  # nearer to 1 the doubles themselves lie too far apart
    probabilities = np.concatenate([tails, 1 - tails, MIDPOINTS[::97]])
    width = shape.high - shape.low or 1.0
    assert np.abs(fast_quantile(shape, probabilities) - quantile(shape, probabilities)).max() <= 1e-7 * width


@given(st.sampled_from(SHAPES), st.lists(st.floats(0, 1), min_size=2, max_size=9))
def test_quantiles_rise_with_probability(shape, probabilities):
    found = quantile(shape, np.sort(np.array(probabilities)))
    assert (np.diff(found[np.isfinite(found)]) >= 0).all()


@pytest.mark.parametrize("method", ["sobol", "random"])
@settings(max_examples=15, deadline=None)
@given(count=st.integers(1, 700), chunk=st.integers(1, 800))
def test_the_numbers_do_not_depend_on_the_chunk(method, count, chunk):
    whole = np.concatenate(list(uniforms(count, 3, 7, method, count)))
    parts = np.concatenate(list(uniforms(count, 3, 7, method, chunk)))
    assert whole.shape == (count, 3)
    assert (whole == parts).all()


def test_a_seed_fixes_the_draws_and_another_seed_changes_them():
    first, again, other = (next(draws(toy_case(), 8, seed)) for seed in (1, 1, 2))
    assert all((first[name] == again[name]).all() for name in first)
    assert any((first[name] != other[name]).any() for name in first)


def test_default_groups_join_deadweights_and_attributions():
    assert {g.name: g.members for g in default_groups(toy_case().varied)} == {
        "deadweight": ("deadweight_friends", "deadweight_work"),
        "attribution": ("attribution_friends", "attribution_work"),
    }


def test_the_copula_gives_the_rank_correlation_that_pearson_derived_and_leaves_the_rest_alone():
    uniform = np.concatenate(list(uniforms(2**14, 3, 3)))
    joined = correlate(uniform, matrix("abc", [Group(name="g", members=("a", "c"), correlation=0.5)]))
    assert stats.spearmanr(joined[:, 0], joined[:, 2]).statistic == pytest.approx(
        6 / np.pi * np.arcsin(0.25), abs=0.005
    )
    assert (joined[:, 1] == uniform[:, 1]).all()
    assert np.sort(joined[:, 2])[::1638] == pytest.approx(np.linspace(0, 1, 11), abs=0.01)


def test_the_copula_may_write_over_its_numbers_and_otherwise_leaves_them():
    uniform = np.asfortranarray(np.concatenate(list(uniforms(64, 3, 3))))
    kept, correlations = uniform.copy(), matrix("abc", [Group(name="g", members=("a", "c"), correlation=0.5)])
    joined = correlate(uniform, correlations)
    assert (uniform == kept).all() and (joined != kept).any()
    assert correlate(uniform, correlations, out=uniform) is uniform
    assert (uniform == joined).all()


def test_no_group_leaves_the_uniform_numbers_as_they_are():
    uniform = np.concatenate(list(uniforms(16, 2, 3)))
    assert correlate(uniform, matrix("ab", [])) is uniform


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ([Group(name="g", members=("a", "z"))], "'z', which does not vary"),
        (
            [Group(name="g", members=("a", "b", "c"), correlation=-0.9)],
            "correlations that no variables can have together",
        ),
        ([Group(name="g", members=("a", "b"), correlation=1.0)], "correlations that no variables can have together"),
        (
            [Group(name="g", members=("a", "b")), Group(name="h", members=("b", "a"), correlation=0.1)],
            "a second correlation for",
        ),
    ],
)
def test_impossible_correlations_are_one_clear_error(groups, message):
    with pytest.raises(InputError, match=message):
        matrix("abc", groups)
