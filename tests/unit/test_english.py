"""English against time in the UK: against statsmodels, scipy, certified values of NIST, and plain algebra."""

import itertools
import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.bounds.intervals import fisher_interval, jackknife_z, squared_correlation, without_one
from analysis.english.groups import difference_of_gains, gains_by_group
from analysis.english.influence import cooks_distances, influence_summary
from analysis.english.models import (
    fit,
    fitted_band,
    gain,
    gains_by_form,
    hc4_wald,
    least_squares,
    nonlinearity,
    ordered_logit,
    slope,
    spearman,
)
from analysis.english.precision import detectable_correlation, smaller_than, what_could_be_shown, what_print_could_show
from analysis.english.sample import Form, english_sample, restricted_cubic_spline, spline_knots
from analysis.english.specification import (
    ARBITRARY,
    Principled,
    _prepare,
    curve_summary,
    joint_inference,
    specification_curve,
)
from analysis.participants.own_items import OwnGroup
from analysis.quantities import Interval, parse_printed
from analysis.reporting.views.english import groupings

# NIST Statistical Reference Datasets, linear regression, "Norris" (ozone monitors): y, x; certified values below.
NORRIS = np.array(
    [
        "0.1",
        "0.2",
        "338.8",
        "337.4",
        "118.1",
        "118.2",
        "888.0",
        "884.6",
        "9.2",
        "10.1",
        "228.1",
        "226.5",
        "668.5",
        "666.3",
        "998.5",
        "996.3",
        "449.1",
        "448.6",
        "778.9",
        "777.0",
        "559.2",
        "558.2",
        "0.3",
        "0.4",
        "0.1",
        "0.6",
        "778.1",
        "775.5",
        "668.8",
        "666.9",
        "339.3",
        "338.0",
        "448.9",
        "447.5",
        "10.8",
        "11.6",
        "557.7",
        "556.0",
        "228.3",
        "228.1",
        "998.0",
        "995.8",
        "888.8",
        "887.6",
        "119.6",
        "120.2",
        "0.3",
        "0.3",
        "0.6",
        "0.3",
        "557.6",
        "556.8",
        "339.3",
        "339.1",
        "888.0",
        "887.2",
        "998.5",
        "999.0",
        "778.9",
        "779.0",
        "10.2",
        "11.1",
        "117.6",
        "118.3",
        "228.9",
        "229.2",
        "668.4",
        "669.1",
        "449.2",
        "448.9",
        "0.2",
        "0.5",
    ],
    dtype=float,
).reshape(-1, 2)

# W. H. Greene, Econometric Analysis (1993), table 14.1: expenditure on schools and income a head of 50 American states.
SCHOOLS = np.array(
    """275 6247 821 10851 339 7374 275 6183 387 8850 452 8001 531 8914 424 8604 316 7505 265 6700 403 8380 304 6813 437 8745 345 7696 431 7873
355 8001 260 6615 316 6640 327 6333 427 8306 427 8063 466 8442 477 7847 259 5736 274 7342 433 7051 294 7391 359 9032 279 7277 423 8818 388
6505 447 8267 335 6607 311 7478 322 7812 320 6951 397 7839 412 7733 342 7526 315 6242 321 6841 268 6489 315 7697 417 6622 353 6541 356 7624
415 8450 428 10022 320 6456 500 9096""".split(),
    dtype=float,
).reshape(-1, 2)


def records(n: int = 93, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    months = rng.integers(1, 120, n)
    english = np.clip(np.round(2 + 0.01 * months + rng.normal(0, 1, n)), 1, 5)
    return pd.DataFrame(
        {
            "english_at_joining": english,
            "months_in_uk": months,
            "age": rng.integers(18, 60, n),
            "region": rng.choice(["a", "b", "c"], n),
            "answered_after": rng.random(n) < 0.6,
        }
    )


SAMPLE = english_sample(records())


def test_least_squares_meets_the_certified_values_of_nist():
    y, x = NORRIS.T
    beta, _, r_squared = least_squares(np.column_stack([np.ones(36), x]), y)
    assert beta == pytest.approx([-0.262323073774029, 1.00211681802045], rel=1e-11)
    assert r_squared == pytest.approx(0.999993745883712, rel=1e-13)


def hc4(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The covariance written out person by person, with leverages of statsmodels."""
    import statsmodels.api as sm

    found = sm.OLS(y, x).fit()
    leverage, bread = found.get_influence().hat_matrix_diag, np.linalg.inv(x.T @ x)
    meat = [
        e**2 / (1 - h) ** min(4, len(y) * h / x.shape[1]) * np.outer(row, row)
        for row, e, h in zip(x, found.resid, leverage, strict=True)
    ]
    return bread @ np.sum(meat, axis=0) @ bread


@pytest.mark.parametrize("covariates", [[], ["age"], ["age", "region"]])
def test_coefficients_are_those_of_statsmodels_and_errors_hc4(covariates):
    import statsmodels.formula.api as smf
    from scipy.stats import t as students

    sample = english_sample(records(), covariates=covariates)
    expected = smf.ols("english ~ months" + "".join(f" + {c}" for c in covariates), sample).fit()
    place = expected.model.exog_names.index("months")
    error, value = (
        math.sqrt(hc4(expected.model.exog, sample["english"].to_numpy())[place, place]),
        expected.params["months"],
    )
    ends = students.interval(0.95, expected.df_resid, value, error)
    p = 2 * students.sf(abs(value / error), expected.df_resid)
    assert slope(sample)[["slope", "se", "low", "high", "t", "p"]].tolist() == pytest.approx(
        [value, error, *ends, value / error, p]
    )


def test_hc4_is_what_cribari_neto_printed():
    """Standard errors of the quadratic line of SCHOOLS: Computational Statistics & Data Analysis 45 (2004) 215-233, and R's sandwich."""
    spent, income = SCHOOLS.T
    x = np.column_stack([np.ones(50), income / 1e4, (income / 1e4) ** 2])
    beta, covariance, _ = least_squares(x, spent)
    assert beta == pytest.approx([832.91, -1834.20, 1587.04], abs=0.005)
    assert np.sqrt(np.diag(covariance)) == pytest.approx([3008.01, 8183.19, 5488.93], abs=0.005)


def test_hc4_by_hand():
    """x = 0, 0, 1, 1 and y = 0, 2, 1, 5: every leverage is the mean one, 1/2, residuals ±1 and ±2.

    e² / (1 - h) = 2 and 8; the slope is a difference of two means, so its variance is (2 + 2)/2² + (8 + 8)/2² = 5.
    """
    x, y = np.array([0.0, 0, 1, 1]), np.array([0.0, 2, 1, 5])
    beta, covariance, r_squared = least_squares(np.column_stack([np.ones(4), x]), y)
    assert beta == pytest.approx([1, 2]) and covariance[1, 1] == pytest.approx(5)
    assert r_squared == pytest.approx(4 / 14)  # sum of squares 4 of 14


@pytest.mark.parametrize("ones", [lambda n: np.ones((n, 1)), lambda n: np.eye(3)[np.arange(n) % 3]])
def test_answers_that_are_all_alike_have_no_slope_and_no_t(ones):
    """By hand: everybody at 3 is the flat line, which no error surrounds; with one level or one for each of three groups."""
    months = np.arange(1.0, 31.0) ** 1.5
    beta, covariance, r_squared = least_squares(np.column_stack([ones(30), months]), np.full(30, 3.0))
    assert set(beta[:-1]) == {3.0} and beta[-1] == 0 and not covariance.any() and math.isnan(r_squared)
    row = slope(pd.DataFrame({"english": np.full(30, 3.0), "months": months}))
    assert row[["slope", "low", "high", "t", "p"]].tolist() == [0, 0, 0, 0, 1]


def test_groups_of_one_answer_are_not_told_apart_by_rounding():
    level = np.eye(2)[np.arange(40) % 2]
    months = np.linspace(1, 90, 40)[:, None] ** 1.3
    design = np.column_stack([level, months, months[:, 0] * level[:, 1]])
    assert math.isnan(hc4_wald(design, np.full(40, 2.0), 1))


@pytest.mark.parametrize(
    ("printed", "value", "ends"), [("1.00", 1.0, (0.5, 1.0)), ("0.00", 0.0, (0.0, 0.1)), ("0.25", 0.5, (0.4, 0.6))]
)
def test_the_p_value_of_smallness_is_that_of_the_printed_r_squared(printed, value, ends):
    """By Fisher's z of its root; 1.00 is no correlation of less than one, which no margin holds, and 0.00 is none at all."""
    figures = SimpleNamespace(r_squared="r", likely="n")
    claims = {"r": SimpleNamespace(number=float(printed), interval=parse_printed(printed).interval())}
    claims["n"] = SimpleNamespace(number=57)
    study = SimpleNamespace(claims=claims)
    print_ = SimpleNamespace(figures=figures, study=study, likely=57)
    found = what_print_could_show.__wrapped__(print_, [0.6]).loc["smaller_0.6"]
    z = (np.arctanh(value) if value < 1 else np.inf) - np.arctanh(0.6)
    assert found["value"] == pytest.approx(stats.norm.cdf(z * np.sqrt(54)))
    assert found["low"] <= found["value"] <= found["high"]


def test_r_squared_with_its_interval_stands_only_for_time_alone():
    found = slope(SAMPLE)
    r = np.corrcoef(SAMPLE["english"], SAMPLE["months"])[0, 1]
    assert found["r_squared"] == pytest.approx(r**2)
    ends = squared_correlation(SAMPLE["months"].to_numpy(), SAMPLE["english"].to_numpy())
    assert found[["r_squared_low", "r_squared_high"]].tolist() == [ends.low, ends.high]
    assert found["r_squared_low"] <= found["r_squared"] <= found["r_squared_high"]
    log = slope(SAMPLE, Form.LOG)  # about the logs, as its R² is
    assert log["r_squared"] == pytest.approx(np.corrcoef(SAMPLE["english"], np.log1p(SAMPLE["months"]))[0, 1] ** 2)
    assert log["r_squared_low"] <= log["r_squared"] <= log["r_squared_high"]
    assert math.isnan(slope(english_sample(records(), covariates=["age"]))["r_squared"])


def test_the_interval_of_r_squared_is_the_jackknife_of_fishers_z():
    """Oracle: scipy's correlation of every sample without one person; and R's numbers in test_peers.py."""
    from scipy import stats

    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(2, 9))
    without = [stats.pearsonr(np.delete(x, k), np.delete(y, k))[0] for k in range(9)]
    assert without_one(x + 1000, y) == pytest.approx(without)
    error = 8 / 3 * np.std(np.arctanh(without), ddof=1)  # sqrt((n - 1)²/n) sd
    ends = np.tanh(np.arctanh(stats.pearsonr(x, y)[0]) + np.array([-1, 1]) * stats.t.ppf(0.95, 8) * error)
    found = squared_correlation(x, y, level=0.9)
    assert found.high == pytest.approx(max(ends**2))
    assert found.low == (0 if ends[0] < 0 < ends[1] else pytest.approx(min(ends**2)))
    turned = squared_correlation(x, -y, level=0.9)
    assert [turned.low, turned.high] == pytest.approx([found.low, found.high])


def test_r_squared_may_be_anything_where_one_person_makes_the_relation_or_breaks_a_perfect_one():
    one = np.array([0.0, 0, 0, 0, 1])
    assert squared_correlation(one, np.arange(5.0)) == Interval(0.0, 1.0)
    perfect_but_one = squared_correlation(np.arange(5.0), np.array([0.0, 1, 2, 3, 9]))
    assert perfect_but_one == Interval(0.0, 1.0)


def test_the_gain_of_a_straight_line_is_twelve_slopes_wherever_it_starts():
    line = slope(SAMPLE)
    for start in (0.0, 40.0):
        found = gain(SAMPLE, Form.LINEAR, start)
        assert found[["gain", "low", "high"]].tolist() == pytest.approx(
            [12 * line[k] for k in ("slope", "low", "high")]
        )
    assert found["gain_sd"] == pytest.approx(found["gain"] / SAMPLE["english"].std())


def test_the_gain_of_a_log_form_is_the_coefficient_times_the_difference_of_logs():
    line = slope(SAMPLE, Form.LOG)
    step = math.log(36 + 12 + 1) - math.log(36 + 1)
    assert gain(SAMPLE, Form.LOG, 36.0)[["gain", "low", "high"]].tolist() == pytest.approx(
        [step * line[k] for k in ("slope", "low", "high")]
    )


def test_the_gain_of_a_spline_is_the_difference_of_two_fitted_values():
    band = fitted_band(SAMPLE, Form.SPLINE, np.array([24.0, 36.0]))
    assert gain(SAMPLE, Form.SPLINE, 24.0)["gain"] == pytest.approx(band["fit"].diff().iloc[1])
    assert gains_by_form(SAMPLE).index.tolist() == ["linear", "log", "spline"]


def test_the_spline_spans_natural_cubic_splines_and_is_straight_beyond_its_knots():
    """Oracle: scipy's natural cubic spline through arbitrary values at the knots lies in the span of the basis."""
    from scipy.interpolate import CubicSpline

    knots, x = np.array([3.0, 20.0, 70.0]), np.linspace(3, 70, 200)
    basis = np.column_stack([np.ones(200), restricted_cubic_spline(x, knots)])
    natural = CubicSpline(knots, [1.0, -2.0, 5.0], bc_type="natural")(x)
    left = natural - basis @ np.linalg.lstsq(basis, natural, rcond=None)[0]
    assert np.abs(left).max() < 1e-10
    beyond = restricted_cubic_spline(np.array([80.0, 90, 100, 0, 1, 2]), knots)[:, 1]
    assert np.diff(beyond[:3], 2) == pytest.approx(0, abs=1e-9) and beyond[3:] == pytest.approx(0)


def test_a_straight_relation_shows_no_curve_and_a_bent_one_does():
    months = np.tile(np.arange(1.0, 101), 2)
    noise = np.random.default_rng(1).normal(0, 0.3, 200)
    straight = pd.DataFrame({"english": 1 + 0.03 * months + noise, "months": months})
    bent = straight.assign(english=4 - np.exp(-months / 15) * 3 + noise)
    assert nonlinearity(straight)["p"] > 0.05 and nonlinearity(bent)["p"] < 1e-6


def test_the_band_is_the_fitted_value_with_its_hc4_error():
    from scipy.stats import t as students

    x = np.column_stack([np.ones(len(SAMPLE)), SAMPLE["months"]])
    y, at = SAMPLE["english"].to_numpy(), np.array([[1, 6], [1, 60]])
    fitted, errors = at @ np.linalg.lstsq(x, y)[0], np.sqrt(np.diag(at @ hc4(x, y) @ at.T))
    found = fitted_band(SAMPLE, Form.LINEAR, np.array([6, 60]))
    half = students.ppf(0.975, len(y) - 2) * errors
    assert found[["fit", "low", "high"]].to_numpy() == pytest.approx(
        np.column_stack([fitted, fitted - half, fitted + half])
    )
    with pytest.raises(ValueError, match="without covariates"):
        fitted_band(english_sample(records(), covariates=["age"]), Form.LINEAR, np.array([6]))


def test_spearman_is_that_of_scipy_with_the_interval_of_bonett_and_wright():
    """Interval by hand for rho = 0.6, n = 10: z = 0.693147, sd sqrt(1.18/7) = 0.410575, half 0.804713: -0.1111 to 0.9046."""
    from scipy.stats import spearmanr

    expected, found = spearmanr(SAMPLE["english"], SAMPLE["months"]), spearman(SAMPLE)
    assert found[["rho", "p"]].tolist() == pytest.approx([expected.statistic, expected.pvalue])
    ten = pd.DataFrame(
        {"english": range(1, 11), "months": [6, 2, 1, 5, 3, 9, 4, 10, 8, 7]}
    )  # squared differences add up to 66
    assert spearman(ten)["rho"] == pytest.approx(1 - 6 * 66 / 990)
    assert spearman(ten)[["low", "high"]].tolist() == pytest.approx(
        [math.tanh(0.693147 - 0.804713), math.tanh(0.693147 + 0.804713)], abs=1e-5
    )


@pytest.mark.parametrize(("english", "rho"), [([1, 2, 3, 4, 5], 1), ([5, 4, 3, 2, 1], -1)])
def test_perfect_ranks_have_no_interval(english, rho):
    found = spearman(pd.DataFrame({"english": english, "months": range(5)}))
    assert found[["rho", "low", "high"]].tolist() == [rho] * 3


def test_ordered_logit_of_two_groups_is_the_log_odds_ratio():
    """Two levels of English and two times, 0 and 12 months: odds 8/12 and 15/5 by hand, ratio 4.5."""
    sample = pd.DataFrame(
        {"english": [2.0] * 8 + [1.0] * 12 + [2.0] * 15 + [1.0] * 5, "months": [0.0] * 20 + [12.0] * 20}
    )
    error = math.sqrt(1 / 8 + 1 / 12 + 1 / 15 + 1 / 5)  # B. Woolf, Annals of Human Genetics 19 (1955)
    found = ordered_logit(sample)
    assert found["odds_ratio"] == pytest.approx(4.5, rel=1e-9)
    assert [found["low"], found["high"]] == pytest.approx(
        [4.5 * math.exp(s * 1.959964 * error) for s in (-1, 1)], rel=1e-6
    )
    assert math.isnan(ordered_logit(sample.assign(english=1.0))["odds_ratio"])


def test_influence_is_that_of_statsmodels_and_of_leaving_people_out():
    import statsmodels.api as sm
    from scipy import stats

    x, y = np.column_stack([np.ones(len(SAMPLE)), SAMPLE["months"]]), SAMPLE["english"].to_numpy()
    influence = sm.OLS(y, x).fit().get_influence()
    assert cooks_distances(x, y) == pytest.approx(influence.cooks_distance[0])

    def fitted(kept: np.ndarray) -> tuple[float, bool]:
        found = sm.OLS(y[kept], x[kept]).fit()
        p = 2 * stats.t.sf(abs(found.params[1]) / math.sqrt(hc4(x[kept], y[kept])[1, 1]), kept.sum() - 2)
        return found.params[1], p < 0.05

    refits = [fitted(np.arange(len(y)) != person) for person in range(len(y))]
    found, slopes = influence_summary(SAMPLE), [slope for slope, _ in refits]
    assert found["above_cutoff"] == (influence.cooks_distance[0] > 4 / len(y)).sum()
    assert [found["slope_p10"], found["slope_p90"]] == pytest.approx(np.quantile(slopes, [0.1, 0.9]).tolist())
    assert found["sign_changes"] == (min(slopes) < 0 < max(slopes))
    whole = fitted(np.ones(len(y), dtype=bool))[1]
    assert found["significance_changes"] == any(significant != whole for _, significant in refits)


def test_one_person_can_turn_the_sign():
    months = [1, 2, 3, 4, 5, 6, 100]
    found = influence_summary(pd.DataFrame({"english": [6, 5, 4, 3, 2, 1, 40], "months": months}, dtype=float))
    assert found["sign_changes"] and found["above_cutoff"] >= 1


def test_people_on_one_line_have_no_influence():
    line = pd.DataFrame({"english": [1.0, 2, 3, 4, 5], "months": [10.0, 20, 30, 40, 50]})
    assert influence_summary(line)["above_cutoff"] == 0
    assert gain(line)["low"] == pytest.approx(1.2) == gain(line)["high"]


PRINCIPLED = Principled({"answered after": "answered_after"}, {"age": ["age"], "age and region": ["age", "region"]})


def test_the_curve_has_every_combination_once_and_keeps_the_natures_apart():
    curve = specification_curve(records(), PRINCIPLED)
    arbitrary = math.prod(map(len, ARBITRARY.values()))
    assert len(curve) == 2 * 3 * arbitrary
    assert not curve.duplicated(["people", "held_equal", *ARBITRARY]).any()
    assert (curve.groupby(["people", "held_equal"])["gain"].diff().dropna() >= 0).all()
    summary = curve_summary(curve)
    assert summary[["people", "held_equal"]].to_numpy().tolist()[0] == ["everybody", "nothing"]
    assert (summary["specifications"] == arbitrary).all() and (summary["lowest"] <= summary["median"]).all()


def test_the_plain_specification_is_the_plain_gain():
    curve = specification_curve(records(), Principled({}, {}))
    plain = curve[
        (curve["form"] == str(Form.LINEAR))
        & (curve["months"] == "as answered")
        & (curve["coding"] == "points of the scale")
    ].iloc[0]
    assert plain["gain"] == pytest.approx(gain(SAMPLE)["gain_sd"])
    assert plain["p"] == pytest.approx(gain(SAMPLE)["p"])


def test_a_specification_that_cannot_be_fitted_says_why_and_stays_in_the_count():
    people = records(40).assign(few=[True] * 3 + [False] * 37)
    curve = specification_curve(people, Principled({"few": "few"}, {}))
    few = curve[curve["people"] == "few"]
    assert few["gain"].isna().all() and few["note"].str.contains("fewer than five").all()
    assert curve_summary(curve)["fitted"].tolist() == [12, 0]


def test_sample_keeps_people_with_all_answers_only():
    people = records(8)
    people["english_at_joining"] = people["english_at_joining"].astype(object)
    people.loc[0, "english_at_joining"], people.loc[1, "months_in_uk"], people.loc[2, "age"] = "refused", np.nan, np.nan
    assert len(english_sample(people)) == 6 and len(english_sample(people, covariates=["age"])) == 5


def test_knots_and_covariates_are_part_of_a_fit():
    found = fit(english_sample(records(), covariates=["region"]), Form.SPLINE)
    assert len(found.coefficients) == 1 + 2 + 2 and found.df == 93 - 5
    assert found.knots.tolist() == spline_knots(SAMPLE["months"].to_numpy()).tolist()


def refitted(samples: dict, orders: np.ndarray) -> tuple[list[float], list[int]]:
    """The median gain, and how many exclude zero its way, of every order: each specification fitted by itself, one after another."""
    medians, counts = [], []
    for order in orders:
        found = []
        for (form, _, _), sample in samples.items():
            held = np.column_stack([np.ones(len(sample)), sample.drop(columns=["english", "months"])]).astype(float)
            english = sample["english"].to_numpy()
            expected = held @ np.linalg.lstsq(held, english, rcond=None)[0]
            row = gain(sample.assign(english=expected + (english - expected)[order]), Form(form))
            found.append((row["gain"], row["p"]))
        gains, p = np.array(found).T
        medians.append(float(np.median(gains)))
        counts.append(int(((p < 0.05) & (np.sign(gains) == np.sign(medians[-1]))).sum()))
    return medians, counts


@pytest.mark.parametrize("covariates", [(), ("age",)])
def test_joint_inference_is_that_of_fitting_every_curve_anew(covariates):
    people, seed, resamples = records(40, seed=8), 5, 24
    held = {"age": ["age"]} if covariates else {}
    found = joint_inference(people, Principled({}, held), seed, resamples).iloc[-1]
    sample = english_sample(people, covariates=covariates)
    samples = {
        options: _prepare(sample, dict(zip(ARBITRARY, options, strict=True)))
        for options in itertools.product(*ARBITRARY.values())
    }
    rng = np.random.default_rng(seed)
    orders = np.array([np.arange(40), *(rng.permutation(40) for _ in range(resamples))])
    medians, counts = refitted(samples, orders)
    assert found["n"] == 40
    assert found["median_p"] == pytest.approx(np.mean([abs(m) >= abs(medians[0]) - 1e-12 for m in medians]))
    assert found["significant_p"] == pytest.approx(np.mean([count >= counts[0] for count in counts]))


def test_joint_inference_finds_a_strong_relation_and_none_in_noise():
    people = records(60, seed=2)
    strong = people.assign(english_at_joining=1 + people["months_in_uk"] // 25)
    assert joint_inference(strong, Principled({}, {}), 1, 199)["median_p"].iloc[0] == pytest.approx(1 / 200)
    rng = np.random.default_rng(4)
    noise = [people.assign(english_at_joining=rng.permutation(people["english_at_joining"])) for _ in range(30)]
    p = [joint_inference(each, Principled({}, {}), 1, 199)["median_p"].iloc[0] for each in noise]
    assert 0.3 < np.mean(p) < 0.7 and np.mean(np.array(p) < 0.2) < 0.45
    assert joint_inference(None, Principled({}, {}), 1) is None
    same = joint_inference(people.assign(english_at_joining=3), Principled({}, {}), 1, 199)
    assert same["median_p"].isna().all()


def test_the_gain_of_a_group_is_that_of_its_people_alone_and_small_groups_have_none():
    people = records(80, seed=6)
    groups = {"Region": people["region"].mask(people.index < 3, "few")}
    found = gains_by_group(people, groups)
    assert list(found.index) == ["Region: a", "Region: b", "Region: c"]
    inside = people[(people["region"] == "b") & (people.index >= 3)]
    expected = np.polyfit(inside["months_in_uk"], inside["english_at_joining"], 1)[0]
    assert found.loc["Region: b", ["gain", "n"]].tolist() == pytest.approx([12 * expected, len(inside)])
    assert gains_by_group(None, groups) is None and gains_by_group(people, {}) is None


def test_whether_slopes_differ_is_the_wald_test_of_the_products():
    """By statsmodels' coefficients and the covariance that `hc4` writes out; months drawn apart between two regions."""
    import statsmodels.formula.api as smf
    from scipy import stats

    people = records(80, seed=6)
    found = difference_of_gains(people, {"Region": people["region"], "Stayed": people["answered_after"].astype(str)})
    sample = english_sample(people, covariates=["region"])
    model = smf.ols("english ~ C(region) * months", sample).fit()
    places = [i for i, name in enumerate(model.model.exog_names) if ":" in name]
    covariance = hc4(model.model.exog, sample["english"].to_numpy())[np.ix_(places, places)]
    slopes = model.params.to_numpy()[places]
    f = slopes @ np.linalg.inv(covariance) @ slopes / 2
    assert found.loc["Region", "p"] == pytest.approx(stats.f.sf(f, 2, 74))
    assert found["p_all"].tolist() == pytest.approx((2 * found["p"]).clip(upper=1).tolist())
    assert found.loc["Region", "n"] == people["region"].value_counts().min()
    apart = people.assign(english_at_joining=np.where(people["region"] == "a", 1, 0) * people["months_in_uk"] / 30 + 1)
    noise = np.random.default_rng(1).normal(0, 0.2, 80)
    apart["english_at_joining"] += noise
    assert difference_of_gains(apart, {"Region": apart["region"]})["p"].iloc[0] < 1e-4
    assert difference_of_gains(people, {"All": people["region"].where(people["region"] == "a")}) is None
    assert difference_of_gains(people, {"Unknown": people["region"].where(people["region"] == "z")}) is None


@pytest.mark.parametrize(("n", "r"), [(783, 0.1), (194, 0.2), (85, 0.3), (29, 0.5)])
def test_detectable_correlations_are_those_of_the_printed_table(n, r):
    """Sample sizes for 80 % power at two-sided 5 %: S. B. Hulley and others, Designing Clinical Research (2013), table 6C."""
    assert detectable_correlation(n) == pytest.approx(r, abs=2e-4)


def test_a_correlation_counts_as_none_where_its_90_per_cent_interval_lies_within_the_margin():
    for r, n in ((0.05, 93), (0.21, 93), (-0.3, 40)):
        end = max(map(abs, (fisher_interval(r, n, 0.9).low, fisher_interval(r, n, 0.9).high)))
        assert smaller_than(end, math.atanh(r), 1 / math.sqrt(n - 3)) == pytest.approx(0.05)
        assert smaller_than(abs(r), math.atanh(r), 1 / math.sqrt(n - 3)) == pytest.approx(0.5)
    with pytest.raises(ValueError, match="between 0 and 1"):
        smaller_than(1.0, 0.0, 0.1)


def test_the_page_tests_the_correlation_with_the_error_of_its_interval():
    """The interval of 90 % of R² ends at the square of the margin whose p-value is 0.05."""
    x, y = SAMPLE["months"].to_numpy(), SAMPLE["english"].to_numpy()
    end = squared_correlation(x, y, 0.9).high ** 0.5
    found = what_could_be_shown(SAMPLE, [end])
    assert found.loc[f"smaller_{end:g}", "value"] == pytest.approx(0.05)
    assert found.loc["detectable", "value"] == detectable_correlation(len(SAMPLE))
    assert jackknife_z(x, y)[0] == pytest.approx(math.atanh(np.corrcoef(x, y)[0, 1]))


def test_people_are_compared_by_course_and_by_the_groups_a_team_declares_but_not_by_their_english():
    declared = {
        "age_band": OwnGroup(label="Age", of="age", bands=(30,)),
        "level": OwnGroup(label="Level", of="english_at_joining", bands=(3,)),
    }
    evidence = SimpleNamespace(records=SimpleNamespace(own=SimpleNamespace(groups=declared)))
    joined = pd.to_datetime(["2013-05-01", "2013-05-01", "2014-01-01"])
    people = pd.DataFrame(
        {
            "course": ["esol", "health", "esol"],
            "joined_on": joined,
            "birth_year": [1980, 1990, 1984],
            "age_at_joining": np.nan,
        }
    )
    found = groupings(people, evidence)
    assert list(found) == ["Course", "Age"] and groupings(None, evidence) == {}
    assert found["Age"].tolist() == ["30 or more", "under 30", "30 or more"]
