"""Agreement: identities that hold for any ratings, and the table code by code."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from scipy import stats

from analysis.coding import agreement as ag
from analysis.coding.codebook import Code, Codebook

BOOK = Codebook(title="t", version="1", codes=(Code(id="a", name="A"), Code(id="b", name="B")))
TABLES = st.lists(st.tuples(*[st.sampled_from([0.0, 1.0, 2.0, np.nan])] * 3), min_size=2, max_size=12).map(np.array)


def segments(rows):
    """Rows of (segment, code, coder); segment s<k> is spoken by P<k> in group 1 or 2 by turns."""
    table = pd.DataFrame(rows, columns=["segment_id", "code", "coder"])
    number = table["segment_id"].str[1:].astype(int)
    return table.assign(group=[f"g{1 + n % 2}" for n in number], speaker=[f"P{n // 3}" for n in number])


def coefficients(ratings):
    """Those measures of units by coders, nan where not rated, that do not depend on which category is the last."""
    counts = (ratings[:, :, None] == np.unique(ratings[~np.isnan(ratings)])).sum(axis=1)
    found = ag.coefficients(counts)
    return {name: found[name] for name in ("percent_agreement", "alpha", "ac1")}


def alpha_by_pairs(ratings):
    """Krippendorff's alpha from its definition: disagreement within units against disagreement over all pairs."""
    units = [[v for v in unit if not np.isnan(v)] for unit in ratings]
    units = [unit for unit in units if len(unit) > 1]
    values = [v for unit in units for v in unit]
    n = len(values)
    observed = sum(sum(a != b for a, b in itertools.permutations(u, 2)) / (len(u) - 1) for u in units) / max(n, 1)
    expected = sum(a != b for a, b in itertools.permutations(values, 2)) / max(n * (n - 1), 1)
    return 1 - observed / expected if expected else float("nan")


@settings(deadline=None)  # other work on the machine is no failure
@given(TABLES)
def test_alpha_is_its_definition_over_pairs(ratings):
    found = coefficients(ratings)["alpha"] if not np.isnan(ratings).all() else float("nan")
    assert found == pytest.approx(alpha_by_pairs(ratings), nan_ok=True)


@settings(deadline=None)  # other work on the machine is no failure
@given(TABLES, st.randoms(use_true_random=False))
def test_order_of_coders_units_and_labels_makes_no_difference(ratings, random):
    if np.isnan(ratings).all():
        return
    shuffled = ratings[np.array(random.sample(range(len(ratings)), len(ratings)))][:, random.sample(range(3), 3)]
    for found in (coefficients(shuffled), coefficients(2 - shuffled)):
        assert found == pytest.approx(coefficients(ratings), nan_ok=True)


def test_alpha_equals_scotts_pi_corrected_for_sample_size():
    # Krippendorff (2011): for two coders and no missing data, alpha = 1 - (1 - pi)(n - 1)/n with n ratings in all.
    table = np.array([[20, 5], [3, 12]])
    counts = np.repeat([[2, 0], [1, 1], [1, 1], [0, 2]], table.ravel(), axis=0)
    shares = counts.sum(axis=0) / counts.sum()
    chance = (shares**2).sum()
    pi = (32 / 40 - chance) / (1 - chance)
    assert ag.coefficients(counts)["alpha"] == pytest.approx(1 - (1 - pi) * (80 - 1) / 80)


def test_fleiss_kappa_of_statsmodels_corrected_for_sample_size_is_alpha():
    from statsmodels.stats.inter_rater import fleiss_kappa

    counts = np.random.default_rng(3).multinomial(4, [0.5, 0.3, 0.2], size=30)
    n = counts.sum()
    assert ag.coefficients(counts)["alpha"] == pytest.approx(1 - (1 - fleiss_kappa(counts)) * (n - 1) / n)


def test_perfect_agreement_and_systematic_disagreement():
    assert ag.coefficients(np.array([[2, 0], [0, 2]]))["alpha"] == 1
    assert ag.coefficients(np.array([[2, 0], [0, 2]]))["ac1"] == 1
    # Four ratings, two of each kind: D_o = 1, D_e = 8/12.
    assert ag.coefficients(np.array([[1, 1], [1, 1]]))["alpha"] == pytest.approx(-0.5)
    assert ag.coefficients(np.array([[1, 1], [1, 1]]))["percent_agreement"] == 0


def test_one_code_by_hand():
    # Code a: both, first only, neither, neither. Ratings yes 3, no 5; D_o = 2/8, D_e = 2*3*5/(8*7).
    rows = [("s1", "a", "x"), ("s1", "a", "y"), ("s2", "a", "x"), ("s2", "none", "y")]
    rows += [(f"s{k}", "none", who) for k in (3, 4) for who in "xy"]
    found = ag.agreement_by_code(segments(rows), BOOK, seed=1, draws=100).loc["a"]
    assert (found["units"], found["prevalence"], found["percent_agreement"]) == (4, 37.5, 75)
    assert found["alpha"] == pytest.approx(1 - (2 / 8) / (30 / 56))
    # AC1: p_e = 2 * 3/8 * 5/8.
    assert found["ac1"] == pytest.approx((0.75 - 2 * 15 / 64) / (1 - 2 * 15 / 64))


def test_a_segment_one_coder_did_not_read_is_missing_not_disagreement():
    rows = [("s1", "a", "x"), ("s1", "a", "y"), ("s2", "none", "x"), ("s2", "none", "y"), ("s3", "a", "x")]
    found = ag.agreement_by_code(segments(rows), BOOK, seed=1, draws=100).loc["a"]
    assert (found["units"], found["alpha"]) == (2, 1)


@pytest.mark.parametrize(
    ("rows", "statement"),
    [
        ([("s1", "a", "x"), ("s2", "none", "x")], ag.ONE_CODER),
        ([("s1", "a", "x"), ("s2", "a", "y")], ag.NO_OVERLAP),
    ],
)
def test_where_agreement_cannot_be_estimated_it_says_so(rows, statement):
    found = ag.agreement_by_code(segments(rows), BOOK, seed=1, draws=100)
    assert set(found["statement"]) == {statement}
    assert found[["alpha", "ac1", "percent_agreement", "alpha_low", "ac1_high"]].isna().all(axis=None)


def test_a_code_nobody_used_has_no_alpha_and_says_why():
    rows = [(f"s{k}", "a" if k < 4 else "none", who) for k in range(8) for who in "xy"]
    found = ag.agreement_by_code(segments(rows), BOOK, seed=1, draws=200)
    assert np.isnan(found.loc["b", "alpha"]) and found.loc["b", "statement"] == ag.NO_VARIATION
    assert found.loc["b", "ac1"] == 1 and found.loc["b", "percent_agreement"] == 100


def test_a_rare_code_has_an_estimate_and_no_interval():
    rows = [(f"s{k}", "a" if k == 0 else "none", who) for k in range(30) for who in "xy"]
    found = ag.agreement_by_code(segments(rows), BOOK, seed=1, draws=500).loc["a"]
    assert found["alpha"] == 1 and np.isnan(found["alpha_low"]) and found["statement"] == ag.FEW_DEFINED


def test_the_interval_is_the_jackknife_t_of_the_segments_themselves_and_near_a_bootstrap():
    rng = np.random.default_rng(11)
    first, flips = rng.random(120) < 0.4, rng.random(120) < 0.15
    code = {True: "a", False: "none"}
    rows = [(f"s{k}", code[bool(given)], "x") for k, given in enumerate(first)]
    rows += [(f"s{k}", code[bool(given)], "y") for k, given in enumerate(first ^ flips)]
    found = ag.agreement_by_code(segments(rows), BOOK, seed=5, draws=4_000, cluster="segment_id").loc["a"]
    counts = np.column_stack([2 - first.astype(int) - (first ^ flips), first.astype(int) + (first ^ flips)])
    left_out = np.log([1 - ag.coefficients(np.delete(counts, k, axis=0))["alpha"] for k in range(120)])
    half = stats.t.ppf(0.975, 119) * np.sqrt(119 * left_out.var())
    ends = [1 - (1 - found["alpha"]) * np.exp(sign * half) for sign in (1, -1)]
    assert [found["alpha_low"], found["alpha_high"]] == pytest.approx(ends, rel=1e-9)
    plain = [ag.coefficients(counts[rng.integers(0, 120, 120)])["alpha"] for _ in range(1_500)]
    assert [found["alpha_low"], found["alpha_high"]] == pytest.approx(np.quantile(plain, [0.025, 0.975]), abs=0.05)
    assert found["alpha_low"] < found["alpha"] < found["alpha_high"]


def test_drawing_speakers_widens_the_interval_when_each_speaker_is_coded_alike():
    first = [k // 12 % 2 == 0 for k in range(240)]
    second = [given ^ (k // 24 % 4 == 0) for k, given in enumerate(first)]
    code = {True: "a", False: "none"}
    rows = [(f"s{k}", code[a], "x") for k, a in enumerate(first)] + [
        (f"s{k}", code[b], "y") for k, b in enumerate(second)
    ]
    table = segments(rows).assign(speaker=[f"P{k // 24}" for k in range(240)] * 2)
    width = {
        cluster: row["alpha_high"] - row["alpha_low"]
        for cluster in ("segment_id", "speaker")
        for row in [ag.agreement_by_code(table, BOOK, seed=1, draws=500, cluster=cluster).loc["a"]]
    }
    assert width["speaker"] > 2 * width["segment_id"]


def test_the_draws_of_a_code_do_not_depend_on_other_codes_or_on_row_order():
    rows = [(f"s{k}", "a" if k % 3 else "none", who) for k in range(30) for who in "xy"]
    rows += [("s1", "b", "x"), ("s2", "b", "x"), ("s2", "b", "y")]
    whole = ag.agreement_by_code(segments(rows), BOOK, seed=7, draws=100)
    alone = Codebook(title="t", version="1", codes=BOOK.codes[1:])
    kept = segments([(s, c if c == "b" else "none", w) for s, c, w in rows]).drop_duplicates()
    kept = kept[~((kept["code"] == "none") & kept.duplicated(["segment_id", "coder"], keep=False))]
    pd.testing.assert_series_equal(ag.agreement_by_code(kept[::-1], alone, seed=7, draws=100).loc["b"], whole.loc["b"])


@pytest.mark.parametrize("wrong", [{"draws": 10}, {"level": 1.0}])
def test_too_few_draws_and_impossible_levels_are_refused(wrong):
    with pytest.raises(ValueError, match="at least 100 draws"):
        ag.agreement_by_code(segments([("s1", "a", "x")]), BOOK, seed=1, **wrong)


def test_the_interval_of_prevalence_is_that_of_a_share_of_people():
    """100 people with one segment each, 30 of whom two coders gave the code: the bootstrap of people is binomial, so its
    95 % interval is near 30 % +- 1.96 times the root of 0.3 x 0.7 / 100, which is 21.0 % to 39.0 %."""
    rows = [(f"P{n}", f"s{n}", "a" if n < 30 else "none", coder) for n in range(100) for coder in ("x", "y")]
    table = pd.DataFrame(rows, columns=["speaker", "segment_id", "code", "coder"]).assign(group="g")
    book = Codebook(title="t", version="1", codes=(Code(id="a", name="A"),))
    found = ag.agreement_by_code(table, book, seed=3, draws=4_000).loc["a"]
    assert found["prevalence"] == pytest.approx(30)
    assert found["prevalence_low"] == pytest.approx(21.0, abs=1.01)  # draws are whole people of a hundred
    assert found["prevalence_high"] == pytest.approx(39.0, abs=1.01)
