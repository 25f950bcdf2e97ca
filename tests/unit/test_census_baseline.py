"""The whole baseline: its steps follow from each other, one area is one row of all, and its intervals can be derived otherwise."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from analysis import census
from analysis.census import ageing, shares
from analysis.census.areas import authorities
from analysis.census.arrivals import SINCE_2001
from analysis.census.baseline import STEP_LABELS, Settings, baseline, national_inputs, survey_trend
from analysis.census.births import expected_births, fertility_schedule
from analysis.census.groups import counts_of, leaves
from analysis.census.integration import domain_table, read_domains
from analysis.census.reference import load_reference
from analysis.census.rounding import rounded
from analysis.census.stock import Stock
from analysis.census.students import LocalStudents, read_local_students
from analysis.described import description, inputs_of
from analysis.errors import InputError
from analysis.reporting.views.census_charts import ends_chart
from analysis.results import Kind, slug
from analysis.study import load_study

PORTSMOUTH = "E06000044"
DRAWS = Settings(draws=500)


@pytest.fixture(scope="module")
def folder(project_root):
    return project_root / "data" / "raw" / "reference"


@pytest.fixture(scope="module")
def small(folder):
    return load_reference(folder)


@pytest.fixture(scope="module")
def complete(folder, reference_data):
    return load_reference(folder, reference_data)


@pytest.fixture(scope="module")
def case(project_root):
    return census.read_census(load_study("coproduction", project_root), PORTSMOUTH, ["E08000035"], DRAWS)


def by_key(frame):
    """A frame of results by the ids of its rows."""
    return frame.set_axis([slug(label) for label in frame.index])


@pytest.fixture(scope="module")
def here(small):
    return baseline(small, [PORTSMOUTH], DRAWS)


def _step(result, name, code=PORTSMOUTH):
    return result.steps.set_index(["step", "area_code"]).loc[(name, code)]


def test_steps_follow_from_each_other(here):
    share = here.shares.loc[PORTSMOUTH]
    arrived = here.cohort.loc[PORTSMOUTH, "non_eu"]
    assert _step(here, "residents")["estimate"] == 16241
    assert _step(here, "women")["estimate"] == pytest.approx(16241 * share["women"])
    assert _step(here, "women_arrived")["estimate"] == pytest.approx(arrived * share["women"])
    assert _step(here, "women_settled")["estimate"] == pytest.approx(arrived * share["women"] * (1 - share["study"]))
    assert set(here.steps["step"]) == set(STEP_LABELS)


def test_intervals_hold_their_estimates_and_widen_with_the_allocation(here):
    steps = here.steps
    for low, high in (("low", "high"), ("widest_low", "widest_high")):
        assert (steps[low] <= steps["estimate"]).all() and (steps["estimate"] <= steps[high]).all()
    assert (steps["widest_low"] <= steps["low"]).all() and (steps["high"] <= steps["widest_high"]).all()
    assert _step(here, "arrived")["widest_low"] == 6165 and _step(here, "arrived")["widest_high"] == 14948


def test_share_of_women_is_as_uncertain_as_the_delta_method_says(small):
    """Oracle: independent errors of the categories, weighted, and the area's own departure."""
    result = baseline(small, [PORTSMOUTH], Settings(draws=20_000)).shares.loc[PORTSMOUTH]
    counts = counts_of(small, [PORTSMOUTH], leaves(small.categories, "non_eu"))[0]
    errors = shares.women_shares(small)["error"].to_numpy()
    error = np.sqrt((((counts / counts.sum()) * errors) ** 2).sum() + small.assumed("local_share_of_women") ** 2)
    assert (result["women_high"] - result["women_low"]) / 2 == pytest.approx(1.96 * error, rel=0.03)


def test_share_of_women_is_the_weighted_mean_of_its_countries(small, here):
    counts = small.country.loc[PORTSMOUTH, [leaf.category for leaf in leaves(small.categories, "non_eu")]]
    by_country = shares.women_shares(small)["share"]
    total = sum(counts[name] * by_country[name] for name in counts.index)
    assert here.shares.loc[PORTSMOUTH, "women"] == pytest.approx(total / 16241)


def test_same_seed_same_numbers_other_seed_other_draws(small, here):
    again = baseline(small, [PORTSMOUTH], DRAWS)
    other = baseline(small, [PORTSMOUTH], Settings(draws=500, seed=7))
    pd.testing.assert_frame_equal(here.steps, again.steps)
    assert _step(other, "women")["estimate"] == _step(here, "women")["estimate"]
    assert _step(other, "women")["low"] != _step(here, "women")["low"]


def test_one_area_is_one_row_of_all_areas_in_any_order(complete):
    codes = list(authorities(complete.names))
    national = national_inputs(complete, DRAWS)
    everything = baseline(complete, codes, DRAWS, national=national)
    turned = baseline(complete, codes[::-1], DRAWS, national=national)
    for code in (PORTSMOUTH, "E08000020", "E06000028", "W06000002", "E09000001"):
        alone = baseline(complete, [code], DRAWS)
        for name in ("steps", "births"):
            tables = [_rows_of(getattr(run, name), code) for run in (alone, everything, turned)]
            pd.testing.assert_frame_equal(tables[0], tables[1], rtol=1e-9)
            pd.testing.assert_frame_equal(tables[0], tables[2], rtol=1e-9)


def _rows_of(table, code):
    return table[table["area_code"] == code].reset_index(drop=True)


def test_all_authorities_have_a_number_or_a_reason(complete):
    result = baseline(complete, authorities(complete.names), DRAWS)
    unknown = result.steps["estimate"].isna()
    assert (result.steps["gap"] != "").equals(unknown)
    assert result.steps.loc[unknown, "area_code"].nunique() == 20
    assert set(result.steps.loc[unknown, "step"]).isdisjoint({"residents", "women"})
    assert (result.steps.loc[~unknown, "estimate"] > 0).all()


def test_a_local_student_count_takes_the_place_of_the_survey_share(small):
    # Invented counts: they only show which figure is used.
    women = LocalStudents(area_code=PORTSMOUTH, sex="women", students=1000, half_width=0, source="an example")
    persons = LocalStudents(area_code=PORTSMOUTH, sex="persons", students=2000, half_width=200, source="an example")
    plain = baseline(small, [PORTSMOUTH, "E08000035"], DRAWS)
    counted = baseline(small, [PORTSMOUTH, "E08000035"], DRAWS, {PORTSMOUTH: women})
    wide = baseline(small, [PORTSMOUTH], DRAWS, {PORTSMOUTH: persons})
    arrived = _step(plain, "women_arrived")
    assert _step(counted, "women_settled")["estimate"] == pytest.approx(arrived["estimate"] - 1000)
    assert _step(counted, "women_settled")["low"] == pytest.approx(arrived["low"] - 1000)
    assert _step(counted, "women_settled")["widest_high"] == pytest.approx(arrived["widest_high"] - 1000)
    assert _step(wide, "women_settled")["estimate"] == pytest.approx(
        arrived["estimate"] - 2000 * plain.shares.loc[PORTSMOUTH, "women"]
    )
    leeds = [_step(run, "women_settled", "E08000035")["high"] for run in (plain, counted)]
    assert leeds[0] == leeds[1]


def test_student_file_is_optional(tmp_path):
    assert read_local_students(tmp_path) == {}
    (tmp_path / "local_students.csv").write_text(
        "area_code,sex,students,half_width,source\nE06000044,women,900,,example\n"
    )
    assert read_local_students(tmp_path)[PORTSMOUTH].half_width == 0


@pytest.mark.parametrize("wrong", [{"draws": 10}, {"sead": 1}, {"horizon_years": -1}, {"allocation": "guess"}])
def test_settings_refuse_what_they_do_not_know(wrong):
    with pytest.raises(ValidationError):
        Settings(**wrong)


def test_defaults_are_those_of_the_assumption_register(small):
    assumed = small.assumptions
    assert assumed["allocation_of_arrivals"].value == Settings().allocation
    assert assumed["survey_correlation"].value == Settings().survey_correlation
    assert assumed["survey_correlation"].low < Settings().survey_correlation < assumed["survey_correlation"].high
    assert (
        assumed["local_share_of_women"].low
        <= small.assumed("local_share_of_women")
        <= assumed["local_share_of_women"].high
    )


def test_an_area_that_is_not_there_is_refused(small):
    with pytest.raises(InputError, match="set area to E08000020"):
        baseline(small, [PORTSMOUTH, "E08000037"], DRAWS)


def test_ages_at_the_census_are_shares_of_the_cohort(complete):
    codes = [code for code in authorities(complete.names) if code in complete.year_of_arrival.index]
    profile = ageing.age_profile(complete, codes)
    np.testing.assert_allclose(profile.sum(axis=1), 1)
    assert (profile.to_numpy() >= 0).all()
    exceeds = ageing.exceeds_residents(complete, codes, profile)
    assert set(exceeds["area_code"]) <= {"E09000001"}, "only the City of London, 7,375 residents, breaks the assumption"


def test_age_profile_by_hand():
    """Arrivals of age 20 exactly one and a quarter years ago: three in four are 21, one in four 22."""
    matrix = ageing.ageing_matrix(np.array([1.25]))
    assert matrix[20, 21] == pytest.approx(0.75) and matrix[20, 22] == pytest.approx(0.25)
    np.testing.assert_allclose(matrix.sum(axis=1), 1)
    assert matrix[100, 100] == 1


def test_ageing_agrees_with_a_simulation_of_birthdays():
    rng = np.random.default_rng(2)
    exact = 30 + rng.random(400_000)
    years = rng.choice(ageing.years_since_arrival("2007-09"), exact.size)
    simulated = np.bincount((exact + years).astype(int), minlength=101)[:101] / exact.size
    np.testing.assert_allclose(ageing.ageing_matrix(ageing.years_since_arrival("2007-09"))[30], simulated, atol=0.003)


def test_arrival_bands_reach_from_2001_to_the_census():
    assert set(SINCE_2001) == set(ageing.BAND_STARTS)
    assert ageing.years_since_arrival("2001-03").max() == pytest.approx(ageing.CENSUS - 2001 - 0.125)
    assert 0 < ageing.years_since_arrival("2010-11").min() < 0.25


def test_hazard_meets_the_three_published_figures_and_stays_plausible(small):
    a, b, c = ageing.hazard_curve(small.life_expectancy)
    found = ageing.expectancy(np.array([0.0, 65.0, 85.0]), a, b, c)
    np.testing.assert_allclose(found, [82.8, 20.9, 6.8], atol=1e-6)
    alive = ageing.survival(a, b, c)
    assert (np.diff(alive) < 0).all() and 0.9985 < alive[30] < 0.9998 and 0.98 < alive[65] < 0.995


def test_hazard_says_where_no_curve_exists(small):
    rows = [row.model_copy(update={"life_expectancy": 200.0}) for row in small.life_expectancy]
    with pytest.raises(ValueError, match="three life expectancies"):
        ageing.hazard_curve(rows)


def test_carrying_forward_loses_only_the_dead():
    people = np.random.default_rng(4).random((3, 101))
    kept = ageing.carry_forward(people, np.ones(101), 5)
    np.testing.assert_allclose(kept.sum(axis=2), people.sum(axis=1)[None].repeat(6, axis=0))
    assert kept[5, :, :5].sum() == 0


def test_later_steps_lose_few_women_in_three_years_and_none_in_none(small, here):
    lost = 1 - _step(here, "women_later")["estimate"] / _step(here, "women_settled")["estimate"]
    assert 0.0005 < lost < 0.01
    now = baseline(small, [PORTSMOUTH], Settings(draws=500, horizon_years=0))
    assert _step(now, "women_later")["estimate"] == pytest.approx(_step(now, "women_settled")["estimate"])
    assert (now.births["estimate"] == 0).all()


def test_births_scale_with_the_vintage_and_follow_a_plain_sum(small, here):
    births = here.births.set_index(["vintage", "schedule"])
    ratio = births.loc[("2012", "even_15_49"), "estimate"] / births.loc[("2014", "even_15_49"), "estimate"]
    assert ratio == pytest.approx(2.29 / 2.21)
    alive = ageing.survival(*ageing.hazard_curve(small.life_expectancy))
    women = here.profile.loc[PORTSMOUTH].to_numpy() * _step(here, "women_settled")["estimate"]
    total = 0.0
    for _ in range(3):
        after = np.array([0, *(women[:-1] * alive[:-1])])
        after[100] += women[100] * alive[100]
        total += sum((women[age] + after[age]) / 2 * 2.21 / 35 for age in range(15, 50))
        women = after
    assert births.loc[("2014", "even_15_49"), "estimate"] == pytest.approx(total)


def test_a_whole_reproductive_life_gives_the_total_rate():
    girls = np.zeros((1, 101))
    girls[0, 14] = 1
    by_year = ageing.carry_forward(girls, np.ones(101), 40)
    assert expected_births(by_year, fertility_schedule(2.21, 15, 49))[0] == pytest.approx(2.21)


def test_the_estimators_show_the_missing_count_and_mark_the_one_used(case):
    table = by_key(census.estimators(case))
    missing = table.loc["stock_difference"]
    assert np.isnan(missing["estimate"]) and "census_2001_stock.csv" in missing["note"]
    assert table.index[table["used"]].tolist() == ["arrival_cohort"]
    assert table.loc["census_level", "estimate"] == 16241
    unseen = table.loc["level_difference"]
    assert unseen["estimate"] == pytest.approx(16241 - table.loc["survey_level", "estimate"])
    assert unseen["low"] < unseen["estimate"] < unseen["high"]
    assert (table.loc["arrival_cohort", "least"], table.loc["arrival_cohort", "most"]) == (6165, 14948)
    count = Stock(area_code=PORTSMOUTH, birth_group="non_eu", residents=6000, source="example")
    supplied = replace(case, stock=(count,))
    assert by_key(census.estimators(supplied)).loc["stock_difference", "estimate"] == 10241
    assert "not at hand" in census.why_used(case) and "not at hand" not in census.why_used(supplied)
    level = survey_trend(case.reference, [PORTSMOUTH], DRAWS).lines.loc[PORTSMOUTH, "level"]
    assert table.loc["survey_level", "estimate"] == level


FOLDER = "data/raw/reference/"
COUNTRY, CATEGORIES = "census_2011_QS203EW_country_of_birth_lad.csv", "census_2011_QS203EW_categories.csv"
ARRIVAL, STATED = "census_2011_QS801EW_year_of_arrival_lad.csv", "census_assumptions.yaml"
SURVEY, BY_SEX = "aps_country_of_birth_all_ages_2005_2014.csv", "aps_uk_country_of_birth_by_sex_2011.csv"
REASONS, AGES = "aps_uk_reason_for_migration_2011.csv", "census_2011_QS802EW_age_of_arrival_lad.csv"
LIFE = "life_expectancy_women_2010_2012.csv"
RESTS_ON = {  # which tables each step needs, from docs/census.md
    "residents": {COUNTRY, CATEGORIES},
    "women": {COUNTRY, CATEGORIES, BY_SEX, STATED},
    "arrived": {COUNTRY, CATEGORIES, ARRIVAL, SURVEY, STATED},
    "women_arrived": {COUNTRY, CATEGORIES, ARRIVAL, SURVEY, BY_SEX, STATED},
    "women_settled": {COUNTRY, CATEGORIES, ARRIVAL, SURVEY, BY_SEX, REASONS, STATED},
    "women_later": {COUNTRY, CATEGORIES, ARRIVAL, SURVEY, BY_SEX, REASONS, STATED, AGES, LIFE},
    "adult_women_later": {COUNTRY, CATEGORIES, ARRIVAL, SURVEY, BY_SEX, REASONS, STATED, AGES, LIFE},
}


def test_each_step_rests_on_the_tables_that_were_read_for_it(case):
    found = by_key(census.steps_to_women(case))["rests_on"]
    assert {step: set(names.split()) for step, names in found.items()} == {
        step: {FOLDER + name for name in names} for step, names in RESTS_ON.items()
    }
    bounds = by_key(census.estimators(case)).loc["arrival_cohort", "margins"]
    assert set(bounds.split()) == {FOLDER + name for name in (COUNTRY, CATEGORIES, ARRIVAL)}
    assert inputs_of(census.life_table(case)) == (FOLDER + LIFE,)


def names_of(chart) -> list[str]:
    """The names of the sorts of bars, from the top; no chart has a legend."""
    assert not chart.legends
    return [text.get_text() for text in chart.axes[0].texts if text.get_gid() == "structural_key"]


def test_what_carries_an_error_of_sampling_is_not_worded_as_a_bound(case):
    """Of the steps arrivals alone are bounded, by the census tables; births are never."""
    steps, births = census.steps_to_women(case), census.births_to_come(case)
    bounded = by_key(steps)["end_kind"] == Kind.BOUNDED
    assert bounded[bounded].index.tolist() == ["arrived"]
    for frame in (steps, births):
        labels = {description(frame).columns[end].label for end in ("least", "most")}
        assert all("interval" in label for label in labels)
    bars = ["sampling interval", "allowed by the census tables", "allowed by tables and sampling"]
    assert names_of(ends_chart(steps, "people")) == bars
    assert names_of(ends_chart(census.arrivals_since_2001(case), "people")) == ["allowed by the census tables"]


def test_an_area_whose_arrivals_cannot_be_told_has_no_such_frames(case):
    groups = case.reference.country.copy()
    groups.loc[PORTSMOUTH, "Europe: Ireland"] += 1  # the two tables now count different residents
    reference = replace(case.reference, country=groups)
    gap = replace(case, reference=reference, result=baseline(reference, case.codes, DRAWS))
    assert "differ by 1 residents" in gap.gap
    assert census.arrivals_since_2001(gap) is None and census.allocation(gap) is None
    steps = by_key(census.steps_to_women(gap))
    assert steps.loc["residents", "estimate"] == 16241 and np.isnan(steps.loc["arrived", "estimate"])
    assert steps.loc["women_settled", "gap"] == gap.gap and steps.loc["women", "gap"] == ""


def test_ten_domains_are_filled_or_say_what_would_fill_them(small, folder):
    domains = read_domains(folder / "integration_domains.yaml")
    assert [domain.label for domain in domains] == [
        "Employment",
        "Housing",
        "Education",
        "Health",
        "Social bridges",
        "Social bonds",
        "Social links",
        "Language and cultural knowledge",
        "Safety and stability",
        "Rights and citizenship",
    ]
    table = domain_table(small, domains, [PORTSMOUTH, "K04000001"]).set_index("indicator")
    assert (table["status"] == "not available").equals(table[PORTSMOUTH].isna())
    assert (table["source"] != "").all()
    row = small.english.loc[PORTSMOUTH]
    expected = (row["not well"] + row["cannot speak"]) / (row["all"] - row["main language English"])
    assert table.loc["not_well_of_other_languages", PORTSMOUTH] == pytest.approx(expected)
    assert table.loc["resident_5_years", PORTSMOUTH] == pytest.approx((5537 + 10285) / 25024)
    assert table.loc["non_eu_share", PORTSMOUTH] == 16241 / 205056


@pytest.mark.parametrize(
    ("value", "decimals", "shown"), [(4850.0, -2, 4900.0), (-4850.0, -2, -4900.0), (0.125, 2, 0.13), (7.0, 0, 7.0)]
)
def test_rounding_takes_halves_away_from_zero(value, decimals, shown):
    assert rounded(value, decimals) == pytest.approx(shown)


def test_other_choices_stand_beside_the_run_of_the_area_itself(case, small, here):
    """The comparison area's rows are others; what is as run is what the area's baseline alone gives, and one choice moves it."""
    found = by_key(census.women_under_other_choices(case))
    ends = ["estimate", "low", "high"]
    assert found.loc["as_run", ends].tolist() == pytest.approx(_step(here, "women_settled")[ends].tolist())
    assert found.loc["students_stay", ends].tolist() == pytest.approx(_step(here, "women_arrived")[ends].tolist())
    other = baseline(small, [PORTSMOUTH], Settings(draws=500, allocation="independence"))
    assert DRAWS.allocation == "survey_growth"
    assert found.loc["allocation", ends].tolist() == pytest.approx(_step(other, "women_settled")[ends].tolist())
    widths = found["high"] - found["low"]
    assert widths["local_share_lowest"] < widths["as_run"] < widths["local_share_highest"]
