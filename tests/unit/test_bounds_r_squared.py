"""Intervals from a printed R²: against the noncentral F distribution, Hotelling's density, and fitted regressions."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import stats

from analysis.bounds.correlation import (
    as_share,
    raw_slopes,
    regressions_with,
    significant_sizes,
    smallest_significant_size,
    t_statistic,
)
from analysis.bounds.intervals import fisher_interval
from analysis.bounds.r_squared import _NegativeBinomial, _Poisson, r_squared_cdf, r_squared_interval
from analysis.quantities import Interval, parse_printed


@pytest.mark.parametrize(
    ("observed", "population", "n", "predictors"),
    [(0.0439, 0.1, 57, 1), (0.25, 0.2, 100, 5), (0.6, 0.3, 12, 2), (0.0439, 0.0, 93, 1), (0.02, 0.15, 102, 1)],
)
def test_fixed_regressors_follow_the_noncentral_f_distribution(observed, population, n, predictors):
    """Oracle: scipy.stats.ncf with noncentrality n rho²/(1 - rho²) (Steiger and Fouladi 1992)."""
    from scipy.stats import f, ncf

    value = observed / predictors / ((1 - observed) / (n - predictors - 1))
    df = predictors, n - predictors - 1
    expected = ncf.cdf(value, *df, n * population / (1 - population)) if population else f.cdf(value, *df)
    assert r_squared_cdf(observed, population, n, predictors, random=False) == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize("population", [0.0, 0.04, 0.5, 0.995])
def test_the_mixture_is_that_of_scipy(population):
    """Oracle: scipy.stats.nbinom, of failures before 28.5 successes (58 people), and scipy.stats.poisson of the same mean odds."""
    from scipy.stats import nbinom, poisson

    terms, mean = np.arange(20_000), 29 * population / (1 - population)
    for own, oracle in (
        (_NegativeBinomial(28.5, population), nbinom(28.5, 1 - population)),
        (_Poisson(mean), poisson(mean)),
    ):
        assert own.weights(terms) == pytest.approx(oracle.pmf(terms), rel=1e-9, abs=1e-300)
        assert [own.beyond(term) for term in (0, 3, 64, 6000)] == pytest.approx(
            oracle.sf([0, 3, 64, 6000]), rel=1e-9, abs=1e-300
        )


def hotelling_density(r: float, rho: float, n: int) -> float:
    """Density of the sample correlation of n bivariate normal pairs (H. Hotelling, JRSS B 15, 1953, formula 25)."""
    from scipy.special import gammaln, hyp2f1

    log = (
        math.log(n - 2)
        + gammaln(n - 1)
        - gammaln(n - 0.5)
        - 0.5 * math.log(2 * math.pi)
        + (n - 1) / 2 * math.log1p(-(rho**2))
        + (n - 4) / 2 * math.log1p(-(r**2))
        - (n - 1.5) * math.log1p(-rho * r)
    )
    return math.exp(log) * hyp2f1(0.5, 0.5, n - 0.5, (1 + rho * r) / 2)


@pytest.mark.parametrize(
    ("r2", "rho", "n"), [(0.0439, 0.2, 57), (0.0439, 0.45, 57), (0.3, 0.4, 12), (0.0439, 0.3, 102)]
)
def test_random_regressors_follow_hotellings_distribution_of_r(r2, rho, n):
    from scipy.integrate import quad

    expected = quad(hotelling_density, -math.sqrt(r2), math.sqrt(r2), args=(rho, n))[0]
    assert r_squared_cdf(r2, rho**2, n) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("random", [True, False])
@pytest.mark.parametrize(("r2", "n"), [(0.3, 57), (0.0439, 93), (0.9, 20), (0.999, 30)])
def test_the_ends_of_the_interval_leave_half_the_error_each(r2, n, random):
    ends = r_squared_interval(r2, n, random=random)
    if ends.low > 0:
        assert r_squared_cdf(r2, ends.low, n, random=random) == pytest.approx(0.975, abs=1e-6)
    else:
        assert r_squared_cdf(r2, 0.0, n, random=random) < 0.975
    assert r_squared_cdf(r2, ends.high, n, random=random) == pytest.approx(0.025, abs=1e-6)


def test_an_r_squared_of_zero_has_an_interval_that_starts_and_may_end_at_zero():
    assert r_squared_interval(0.0, 57) == Interval(0.0, 0.0)


@pytest.mark.parametrize(
    ("printed", "n", "known"), [("0.00000", 57, False), ("0.0000", 57, True), ("0.00000", 9999, True)]
)
def test_a_printed_r_squared_that_chance_alone_seldom_makes_so_small_has_no_interval(printed, n, known):
    """Without any relation |t| lies below sqrt(R² (n - 2)) once in so often (scipy); below 2.5 % no population value is left."""
    high = parse_printed(printed).interval().high
    t = math.sqrt(high * (n - 2) / (1 - high))
    assert known == (stats.t.cdf(t, n - 2) - stats.t.cdf(-t, n - 2) > 0.025)
    row = regressions_with(parse_printed(printed).interval(), [n]).loc[n]
    ends = row[[f"population_{sort}_{end}" for sort in ("random", "fixed") for end in ("low", "high")]]
    assert ends.notna().all() if known else ends.isna().all()
    assert row[["slope_low", "t_low", "rho_low"]].notna().all()


def records_with(r_squared: float, n: int) -> tuple[np.ndarray, np.ndarray]:
    """A predictor and an outcome whose sample R² is exactly `r_squared`: signal plus residual orthogonal to it."""
    rng = np.random.default_rng(n)
    x = rng.normal(size=n)
    x = (x - x.mean()) / np.linalg.norm(x - x.mean())
    e = rng.normal(size=n)
    e -= e.mean() + x * (x @ e)
    return x, math.sqrt(r_squared) * x + math.sqrt(1 - r_squared) * e / np.linalg.norm(e)


@pytest.mark.parametrize("n", [57, 93, 102])
def test_every_column_agrees_with_a_regression_fitted_to_records(n):
    """Oracles: statsmodels OLS for slope, F, t, p; scipy's pearsonr for Fisher's interval."""
    import statsmodels.api as sm
    from scipy.stats import pearsonr

    x, y = records_with(0.0439, n)
    fit = sm.OLS(y, sm.add_constant(x)).fit()
    row = regressions_with(Interval(0.0439, 0.0439), [n]).loc[n]
    assert [row["f_low"], row["t_low"], row["p_low"], row["slope_low"]] == pytest.approx(
        [fit.fvalue, fit.tvalues[1], fit.pvalues[1], fit.params[1] * x.std() / y.std()]
    )
    rho = pearsonr(x, y).confidence_interval(0.95)
    assert [row["rho_low"], row["rho_high"]] == pytest.approx([rho.low, rho.high])


def test_rounding_widens_every_range_and_contains_the_printed_value():
    wide = regressions_with(parse_printed("0.0439").interval(), [57, 102])
    point = regressions_with(Interval(0.0439, 0.0439), [57, 102])
    for name in ("slope", "f", "t", "p", "rho"):
        assert (wide[f"{name}_low"] < point[f"{name}_low"]).all() and (
            wide[f"{name}_high"] > point[f"{name}_high"]
        ).all()


def test_the_smallest_significant_size_is_a_threshold():
    """Hand check with the critical t of 87 degrees of freedom, 1.98761 (t tables): 89 people reach it, 88 do not."""
    assert t_statistic(0.0439, 89) > 1.98761 and t_statistic(0.0439, 88) < 1.98793  # df 87 and 86
    assert smallest_significant_size(0.0439) == 89
    assert smallest_significant_size(0.0, largest=1000) is None
    assert smallest_significant_size(0.999) == 3  # t = sqrt(999) = 31.6 on one degree of freedom, where 12.7 is needed


@pytest.mark.parametrize(
    ("printed", "expected"),
    [("0.0439", (88, 89)), ("0.00", (769, None)), ("1.00", (3, 3)), ("0.04", (86, 111))],
)
def test_from_how_many_people_on_a_rounded_share_of_variance_differs_from_zero(printed, expected):
    """Against scipy's t distribution at either end of the rounding; 0.00 may be 0, which no number of people tells from 0."""
    from scipy.stats import t

    assert significant_sizes(parse_printed(printed).interval()) == expected
    share = as_share(parse_printed(printed).interval())
    for n, r2 in ((n, r2) for n, r2 in zip(expected, (share.high, share.low), strict=True) if n):
        assert r2 == 1 or math.sqrt(r2 * (n - 2) / (1 - r2)) > t.ppf(0.975, n - 2)
        assert n == 3 or math.sqrt(r2 * (n - 3) / (1 - r2)) < t.ppf(0.975, n - 3)


@pytest.mark.parametrize(("printed", "low", "high"), [("0.00", 0.0, 0.005), ("1.00", 0.995, 1.0)])
def test_a_rounding_interval_is_cut_where_no_share_lies(printed, low, high):
    row = regressions_with(parse_printed(printed).interval(), [57]).loc[57]
    assert [row["slope_low"] ** 2, row["slope_high"] ** 2] == pytest.approx([low, high])
    assert row.notna().all() and row["population_random_high"] <= 1
    assert row["p_high"] == (1 if low == 0 else pytest.approx(0))


def test_no_share_of_variance_is_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        regressions_with(parse_printed("1.2").interval(), [57])


def test_the_slope_in_units_has_both_signs_and_no_limit_without_spread():
    assert raw_slopes(Interval(0.04, 0.04), Interval(1, 2), Interval(4, 10)) == Interval(-0.1, 0.1)
    assert raw_slopes(Interval(0.04, 0.04), Interval(1, 2), Interval(0, 10)).high == math.inf


@settings(max_examples=20, deadline=None)
@given(st.floats(0.01, 0.9), st.integers(10, 200))
def test_intervals_surround_the_sample_value_shrink_with_n_and_rise_with_r(r, n):
    wide, narrow = fisher_interval(r, n), fisher_interval(r, 4 * n)
    assert wide.low < narrow.low < r < narrow.high < wide.high
    here, above = r_squared_interval(r**2, n), r_squared_interval(r**2 + 0.05, n)
    assert here.low <= above.low and here.high < above.high


def test_sizes_and_shares_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="at least 4 people"):
        regressions_with(Interval(0.1, 0.1), [3])
    with pytest.raises(ValueError, match="no interval"):
        r_squared_interval(1.2, 50)
