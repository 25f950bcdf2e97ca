"""The estimators against independent oracles: enumeration, linear programmes, statsmodels, simulation."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from analysis.census import arrivals
from analysis.census.areas import authorities
from analysis.census.groups import birth_groups
from analysis.census.reference import load_reference
from analysis.census.shares import (
    area_share,
    share_draws,
    share_of_parts,
    study_counts,
    women_shares,
    working_age_share,
)
from analysis.census.stock import Stock, read_stock_2001, stock_difference, stock_that_would_agree
from analysis.census.survey import sampling_variance, survey_series
from analysis.census.trend import CENSUS_DATE, trend_chart_data, weighted_trend
from analysis.linear_programs import Infeasible, LinearProgram

PORTSMOUTH, LEEDS = "E06000044", "E08000035"


@pytest.fixture(scope="module")
def small(project_root):
    return load_reference(project_root / "data" / "raw" / "reference")


@pytest.fixture(scope="module")
def complete(project_root, reference_data):
    return load_reference(project_root / "data" / "raw" / "reference", reference_data)


def _tables_with(rows, columns, possible):
    """Every table of counts with these margins: brute force over the cells but the last row and column."""
    free = [(i, j) for i in range(len(rows) - 1) for j in range(len(columns) - 1)]
    for values in itertools.product(*(range(min(rows[i], columns[j]) + 1) for i, j in free)):
        table = np.zeros((len(rows), len(columns)), dtype=int)
        for (i, j), value in zip(free, values, strict=True):
            table[i, j] = value
        table[:-1, -1] = np.array(rows[:-1]) - table[:-1, :-1].sum(axis=1)
        table[-1] = np.array(columns) - table[:-1].sum(axis=0)
        if (table >= 0).all() and not table[~possible].any():
            yield table


SMALL_MARGINS = [
    ([3, 4, 2], [5, 4]),
    ([1, 6], [2, 2, 3]),
    ([0, 5], [1, 2, 2]),
    ([4, 4], [4, 4]),
    ([2, 2, 3], [3, 3, 1]),
]


@pytest.mark.parametrize(("rows", "columns"), SMALL_MARGINS)
def test_bounds_are_those_of_all_tables(rows, columns):
    everything = np.ones((len(rows), len(columns)), dtype=bool)
    tables = list(_tables_with(rows, columns, everything))
    for group, several in itertools.product(range(len(rows)), ([0], [len(columns) - 1], [0, len(columns) - 1])):
        sums = [table[group, several].sum() for table in tables]
        low, high = arrivals.frechet_bounds(
            np.array(rows[group]), np.array(columns)[several].sum(), np.array(sum(rows))
        )
        assert (low, high) == (min(sums), max(sums))


def transport_bounds(rows, columns, possible, wanted) -> tuple[float, float]:
    """Least and greatest sum of the `wanted` cells over all tables with these margins and zeros where not `possible`.

    `possible` and `wanted` are (groups, bands) of truth values. A linear programme over the transport polytope, whose
    corners are whole numbers, so the ends are exact for counts of people too. For one table at a time and any pattern
    of structural zeros; without zeros it equals `frechet_bounds`. Raises ValueError where no table has these margins.
    """
    size = possible.shape
    sums = np.vstack([np.kron(np.eye(size[0]), np.ones(size[1])), np.kron(np.ones(size[0]), np.eye(size[1]))])
    margins = np.array([*rows, *columns], dtype=float)
    tables = LinearProgram(sums, margins, margins, most=np.where(possible.ravel(), np.inf, 0.0))
    aim = wanted.ravel().astype(float)
    try:
        return tables.minimum(aim).value, -tables.minimum(-aim).value
    except Infeasible:
        raise ValueError("no table has these margins with these zeros") from None


@pytest.mark.parametrize(("rows", "columns"), SMALL_MARGINS)
def test_bounds_with_impossible_cells_are_those_of_all_tables(rows, columns):
    possible = np.ones((len(rows), len(columns)), dtype=bool)
    possible[0, 0] = False
    wanted = np.zeros_like(possible)
    wanted[-1, :-1] = True
    sums = [table[wanted].sum() for table in _tables_with(rows, columns, possible)]
    if not sums:
        with pytest.raises(ValueError, match="no table"):
            transport_bounds(rows, columns, possible, wanted)
    else:
        assert transport_bounds(rows, columns, possible, wanted) == pytest.approx((min(sums), max(sums)))


def test_bounds_of_portsmouth_agree_with_the_linear_programme(small):
    groups, bands, _ = arrivals.arrival_margins(small, [PORTSMOUTH])
    wanted = np.zeros((3, len(arrivals.BANDS)), dtype=bool)
    wanted[2, -4:] = True
    ends = transport_bounds(groups.iloc[0], bands.iloc[0], np.ones_like(wanted), wanted)
    cohort = arrivals.arrival_cohort(small, [PORTSMOUTH], arrivals.uniform_seed()).loc[PORTSMOUTH]
    assert ends == pytest.approx((cohort["non_eu_low"], cohort["non_eu_high"])) == (6165, 14948)


def test_uk_born_would_loosen_the_bounds_if_they_were_not_left_out(small):
    """All UK-born are in the one cell "born in the UK": a linear programme with them and that zero pattern agrees."""
    groups, bands, _ = arrivals.arrival_margins(small, [PORTSMOUTH])
    uk = small.country.loc[PORTSMOUTH, "Europe: United Kingdom: Total"]
    rows, columns = [uk, *groups.iloc[0]], [uk, *bands.iloc[0]]
    possible = np.ones((4, 12), dtype=bool)
    possible[0, 1:] = possible[1:, 0] = False
    wanted = np.zeros_like(possible)
    wanted[3, -4:] = True
    assert transport_bounds(rows, columns, possible, wanted) == pytest.approx((6165, 14948))
    assert transport_bounds(rows, columns, np.ones_like(possible), wanted)[0] == 0


@settings(max_examples=60, deadline=None)
@given(
    cells=st.lists(st.integers(1, 500), min_size=6, max_size=6),
    seed=st.lists(st.floats(0.05, 20), min_size=6, max_size=6),
)
def test_fit_meets_margins_keeps_odds_ratios_and_stays_within_bounds(cells, seed):
    table, seed = np.array(cells, dtype=float).reshape(2, 3), np.array(seed).reshape(2, 3)
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    fitted = arrivals.fit_margins(rows[None], columns[None], seed)[0]
    low, high = arrivals.frechet_bounds(rows[:, None], columns[None], np.array(rows.sum()))

    np.testing.assert_allclose(fitted.sum(axis=1), rows, atol=1e-4)
    np.testing.assert_allclose(fitted.sum(axis=0), columns, atol=1e-4)
    np.testing.assert_allclose(_odds(fitted), _odds(seed), rtol=1e-5)
    assert (fitted >= low - 1e-4).all() and (fitted <= high + 1e-4).all()


def _odds(table):
    return table[0, :-1] * table[1, 1:] / (table[0, 1:] * table[1, :-1])


def test_fit_refuses_margins_that_no_table_with_its_zeros_has():
    with pytest.raises(ValueError, match="1 areas do not meet"):
        arrivals.fit_margins(np.array([[60.0, 40.0]]), np.array([[50.0, 50.0]]), np.array([[1.0, 0.0], [1.0, 1.0]]))


def test_fit_meets_both_margins_within_half_a_person_everywhere(complete):
    codes = authorities(complete.names)
    groups, bands, gaps = arrivals.arrival_margins(complete, codes)
    assert (gaps != "").sum() == 20
    for seed in (arrivals.survey_growth_seed(complete), arrivals.uniform_seed()):
        fitted = arrivals.fit_margins(groups.to_numpy(), bands.to_numpy(), seed)
        known = (gaps == "").to_numpy()
        assert np.abs(fitted.sum(axis=2) - groups.to_numpy())[known].max() < 0.5
        assert np.abs(fitted.sum(axis=1) - bands.to_numpy())[known].max() < 0.5
        assert np.isnan(fitted[~known]).all()


def test_seed_is_the_survey_growth_of_each_group(small):
    seed = arrivals.survey_growth_seed(small)
    survey = small.survey.query("area_code == 'K02000001'").pivot(
        index="birth_group", columns="year", values="estimate"
    )
    grown = 1 - survey.loc["non_eu_born", 2005] / survey.loc["non_eu_born", 2011]
    assert seed[2, -1] == pytest.approx(grown) and seed[2, 0] == pytest.approx(1 - grown)
    assert seed[1, -1] > 0.5 > seed[2, -1] > seed[0, -1], "accession countries grew fastest, older members least"


def test_cohort_adds_up_and_lies_within_its_bounds(complete):
    codes = authorities(complete.names)
    cohort = arrivals.arrival_cohort(complete, codes, arrivals.survey_growth_seed(complete))
    known = cohort[cohort["gap"] == ""]
    np.testing.assert_allclose(known[["eu_2001", "eu_accession", "non_eu"]].sum(axis=1), known["all"], atol=0.01)
    assert (known["non_eu_low"] <= known["non_eu"]).all() and (known["non_eu"] <= known["non_eu_high"]).all()
    under_ten_years = complete.length_of_residence.reindex(known.index).iloc[:, 2:5].sum(axis=1)
    assert (under_ten_years <= known["all"]).all(), "those of January to March 2001 are missing in completed years"
    assert cohort.loc[PORTSMOUTH, "all"] == 14948
    assert "E06000058" in cohort.loc["E06000028", "gap"] and np.isnan(cohort.loc["E06000028", "non_eu_low"])


def test_allocation_of_one_area_has_its_margins(small):
    seed = arrivals.survey_growth_seed(small)
    table = arrivals.allocation_table(small, PORTSMOUTH, seed)
    assert table.groupby("band")["estimate"].sum()["2010-11"] == pytest.approx(2991, abs=0.01)
    assert table.groupby("group")["estimate"].sum()["non_eu"] == pytest.approx(16241, abs=0.01)
    assert (table["low"] <= table["estimate"] + 1e-6).all() and (table["estimate"] <= table["high"] + 1e-6).all()


def test_trend_is_that_of_statsmodels(small):
    import statsmodels.api as sm

    codes = pd.Index([PORTSMOUTH, LEEDS])
    estimates, half_widths = survey_series(small.survey, "non_eu_born", codes)
    for correlation in (0.0, 0.6):
        lines = weighted_trend(estimates, half_widths, correlation).lines
        for code in codes:
            error = np.sqrt(sampling_variance(half_widths.loc[code].to_numpy()))
            lag = np.abs(np.subtract.outer(np.arange(10), np.arange(10)))
            sigma = np.outer(error, error) * np.where(lag == 0, 1.0, correlation**lag)
            design = sm.add_constant(estimates.columns.to_numpy() + 0.5 - CENSUS_DATE)
            oracle = sm.GLS(estimates.loc[code].to_numpy(), design, sigma=sigma).fit()
            spread = 1.959963984540054 * np.sqrt(np.diag(oracle.normalized_cov_params))
            assert lines.loc[code, "level"] == pytest.approx(oracle.params[0])
            assert lines.loc[code, "yearly_change"] == pytest.approx(oracle.params[1])
            assert lines.loc[code, "level_high"] == pytest.approx(oracle.params[0] + spread[0])
            assert lines.loc[code, "yearly_change_low"] == pytest.approx(oracle.params[1] - spread[1])
            assert lines.loc[code, "decade_change"] == pytest.approx(10 * oracle.params[1])


def test_trend_leaves_out_suppressed_years_and_gives_up_below_three(small):
    codes = pd.Index([PORTSMOUTH])
    estimates, half_widths = survey_series(small.survey, "non_eu_born", codes)
    some = estimates.copy()
    some.loc[PORTSMOUTH, [2006, 2009]] = np.nan
    left = weighted_trend(some, half_widths).lines.loc[PORTSMOUTH]
    without = weighted_trend(estimates.drop(columns=[2006, 2009]), half_widths.drop(columns=[2006, 2009])).lines.loc[
        PORTSMOUTH
    ]
    np.testing.assert_allclose(left.to_numpy(dtype=float), without.to_numpy(dtype=float))
    some.loc[PORTSMOUTH, list(range(2007, 2015))] = np.nan
    assert weighted_trend(some, half_widths).lines.loc[PORTSMOUTH, ["level", "yearly_change_low", "fit"]].isna().all()


def test_trend_interval_covers_the_truth_about_95_times_in_100():
    rng = np.random.default_rng(1)
    years = list(range(2005, 2015))
    truth = 14000 + 500 * (np.array(years) + 0.5 - CENSUS_DATE)
    draws = np.round(rng.normal(truth, 4000 / 1.96, size=(2000, 10)) / 1000) * 1000
    estimates = pd.DataFrame(draws, columns=years)
    lines = weighted_trend(estimates, pd.DataFrame(4000.0, index=estimates.index, columns=years)).lines
    covered = ((lines["yearly_change_low"] <= 500) & (lines["yearly_change_high"] >= 500)).mean()
    assert 0.935 < covered < 0.975


def test_trend_chart_has_the_census_beside_its_year(small):
    codes = pd.Index([PORTSMOUTH])
    series = survey_series(small.survey, "non_eu_born", codes)
    data = trend_chart_data(weighted_trend(*series), *series, PORTSMOUTH, 16241.0).set_index("year")
    assert data["census"].dropna().to_dict() == {2011: 16241.0}
    assert data.loc[2011, ["low", "estimate", "high"]].tolist() == [10000, 14000, 18000]


def test_stock_difference_runs_where_the_count_is_supplied_and_says_how_where_not(small):
    missing = stock_difference(small, [PORTSMOUTH], ()).iloc[0]
    assert (
        np.isnan(missing["change"])
        and "census_2001_stock.csv" in missing["note"]
        and missing["residents_2011"] == 16241
    )
    # Invented counts: they only show that the subtraction is made.
    stock = (
        Stock(area_code=PORTSMOUTH, birth_group="non_eu", residents=6000, source="an example"),
        Stock(area_code=PORTSMOUTH, birth_group="elsewhere", residents=6300, source="an example"),
        Stock(area_code=LEEDS, birth_group="eu_2001", residents=1, source="an example"),
    )
    found = stock_difference(small, [PORTSMOUTH], stock).set_index("birth_group")
    assert found["change"].to_dict() == {"non_eu": 10241, "elsewhere": 16241 + 4553 - 6300}


def test_stock_file_is_optional_and_read_by_schema(tmp_path):
    assert read_stock_2001(tmp_path) == ()
    (tmp_path / "census_2001_stock.csv").write_text(
        "area_code,birth_group,residents,source\nE06000044,non_eu,6000,example\n"
    )
    assert read_stock_2001(tmp_path)[0].residents == 6000


def test_agreeing_stock_is_what_is_left_of_the_residents(small):
    cohort = arrivals.arrival_cohort(small, [PORTSMOUTH], arrivals.uniform_seed())
    agree = stock_that_would_agree(cohort, birth_groups(small, [PORTSMOUTH])).loc[PORTSMOUTH]
    assert (agree["low"], agree["high"]) == (16241 - 14948, 16241 - 6165)
    assert agree["estimate"] == pytest.approx(16241 - cohort.loc[PORTSMOUTH, "non_eu"])


def test_women_shares_come_from_the_country_or_say_what_stands_in(small):
    shares = women_shares(small)
    survey = small.sex_by_country.set_index("country_of_birth")
    bangladesh = shares.loc["Middle East and Asia: Southern Asia: Bangladesh"]
    women, men = survey.loc["Bangladesh", ["female", "male"]]
    assert bangladesh["share"] == women / (women + men) and bangladesh["basis"] == "country"
    hong_kong = shares[shares.index.str.contains("Hong Kong")].iloc[0]
    assert hong_kong["basis"] == "average of the group" and hong_kong["error"] > bangladesh["error"]
    africa = shares.loc["Africa: North Africa"]
    pooled = survey.loc[["Egypt", "Algeria", "Morocco"]]
    assert africa["share"] == pooled["female"].sum() / (pooled["female"].sum() + pooled["male"].sum())
    canada = shares[shares["countries"] == "Canada"].iloc[0]
    assert canada["basis"] == "countries of the category", "Other North America is more than Canada"


def test_error_of_a_share_is_that_of_a_simulation():
    rng = np.random.default_rng(3)
    women, men = rng.normal(110, 8, 200_000), rng.normal(131, 7, 200_000)
    _, error = share_of_parts(np.float64(110), np.float64(131), np.float64(64), np.float64(49))
    assert error == pytest.approx((women / (women + men)).std(), rel=0.02)


def test_draws_have_the_mean_and_spread_asked_for():
    shares = pd.DataFrame({"share": [0.5, 0.05, 0.8], "error": [0.07, 0.03, 0.01]})
    draws = share_draws(shares, 40_000, np.random.default_rng(5))
    assert draws.shape == (3, 40_000) and draws.min() > 0 and draws.max() < 1
    np.testing.assert_allclose(draws.mean(axis=1), shares["share"], atol=0.002)
    np.testing.assert_allclose(draws.std(axis=1), shares["error"], rtol=0.03)


def test_study_counts_put_everybody_into_one_region(small):
    counts, regions = study_counts(small, [PORTSMOUTH, LEEDS])
    assert counts.sum(axis=1).tolist() == birth_groups(small, [PORTSMOUTH, LEEDS])["non_eu"].tolist()
    assert dict(zip(regions, counts[0], strict=True))["south_asia"] == 3245


def test_an_area_without_residents_of_a_group_has_no_share():
    assert np.isnan(area_share(np.array([[0.0, 0.0]]), np.array([0.5, 0.6]))).all()


def test_working_age_share_is_a_proper_share(small):
    found = working_age_share(small, [PORTSMOUTH, "K04000001"])
    assert found.loc[PORTSMOUTH, "share"] == pytest.approx(12000 / 14000)
    assert (
        (found["low"] < found["share"]).all() and (found["share"] < found["high"]).all() and (found["high"] <= 1).all()
    )
    assert (
        found.loc["K04000001", "high"] - found.loc["K04000001", "low"]
        < found.loc[PORTSMOUTH, "high"] - found.loc[PORTSMOUTH, "low"]
    )


def test_a_share_of_nobody_or_of_all_or_without_an_error_is_drawn_as_it_is():
    shares = pd.DataFrame({"share": [0.0, 1.0, 0.3, 0.5], "error": [0.01, 0.0, 0.0, 0.1]})
    draws = share_draws(shares, 500, np.random.default_rng(5))
    assert [set(row) for row in draws[:3]] == [{0.0}, {1.0}, {0.3}]
    assert draws[3].mean() == pytest.approx(0.5, abs=0.02) and draws[3].std() == pytest.approx(0.1, abs=0.02)
