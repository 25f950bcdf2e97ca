"""The official tables: every layout is read alike, the complete files hold together, and the small tables are true to them."""

import numpy as np
import pandas as pd
import pytest

from analysis.census import areas, tables
from analysis.census.groups import birth_groups, countries_of_birth
from analysis.census.reference import load_reference, read_categories, read_origins
from analysis.census.standing import standing
from analysis.census.survey import read_local_survey, survey_series
from analysis.errors import InputError

PORTSMOUTH = "E06000044"


@pytest.fixture(scope="module")
def folder(project_root):
    return project_root / "data" / "raw" / "reference"


@pytest.fixture(scope="module")
def small(folder):
    return load_reference(folder)


@pytest.fixture(scope="module")
def complete(folder, reference_data):
    return load_reference(folder, reference_data)


def test_default_areas_are_there(small):
    assert set(small.names) == {
        "Portsmouth",
        "Southampton",
        "Coventry",
        "Leeds",
        "Bradford",
        "Kirklees",
        "Calderdale",
        "Wakefield",
        "England and Wales",
    }


def test_every_file_of_figures_says_where_it_comes_from(folder):
    origins = read_origins(folder)
    assert {path.stem for path in folder.glob("*.csv")} <= {
        path.name.removesuffix(".origin.yaml") for path in folder.glob("*.origin.yaml")
    }
    assert {"aps_uk_country_of_birth_by_sex_2011", "area_codes"} < set(
        origins.index
    ) and "wellby_values" not in origins.index
    assert origins["licence"].str.contains("Open Government Licence").all()


@pytest.mark.parametrize("table", tables.FLAT_TABLES, ids=lambda table: table.table)
def test_small_tables_are_rows_of_the_complete_ones(folder, reference_data, table):
    here = tables.read_census_table(folder / table.file, table)
    there = tables.read_census_table(reference_data / table.file, table)
    pd.testing.assert_frame_equal(here, there.loc[here.index])


def test_small_country_and_survey_tables_are_rows_of_the_complete_ones(small, complete):
    pd.testing.assert_frame_equal(small.country, complete.country.loc[small.country.index])
    key = ["year", "area_code", "birth_group"]
    for name in ("survey", "survey_working_age"):
        merged = getattr(small, name).merge(getattr(complete, name), on=key, suffixes=("", "_there"), how="left")
        np.testing.assert_array_equal(merged["estimate"], merged["estimate_there"])
        np.testing.assert_array_equal(merged["half_width"], merged["half_width_there"])
    for name in ("sex_by_country", "reasons"):
        key = [column for column in getattr(small, name).columns if getattr(small, name)[column].dtype.kind not in "f"]
        both = getattr(small, name).merge(getattr(complete, name), on=key, suffixes=("", "_there"), how="left")
        assert len(both) == len(getattr(small, name)) and not both.isna().any().any()
        for column in set(getattr(small, name).columns) - set(key):
            np.testing.assert_array_equal(both[column], both[f"{column}_there"])


def test_portsmouth_by_birth_group(small):
    groups = birth_groups(small, [PORTSMOUTH]).loc[PORTSMOUTH]
    assert groups.to_dict() == {"all": 205056, "uk": 180032, "eu_2001": 4230, "eu_accession": 4553, "non_eu": 16241}
    assert small.year_of_arrival.loc[PORTSMOUTH].iloc[-4:].sum() == 14948


def test_groups_add_to_residents_in_all_348_authorities(complete):
    codes = areas.authorities(complete.names)
    groups = birth_groups(complete, codes)
    assert len(codes) == 348
    assert (groups.drop(columns="all").sum(axis=1) == groups["all"]).all()
    assert groups["all"].sum() == complete.country.loc["K04000001"].iloc[0] == 56075912


def test_groups_agree_with_the_totals_the_table_prints(complete):
    country = complete.country
    groups = birth_groups(complete, country.index)
    eu = "Europe: Other Europe: EU "
    members = country[f"{eu}countries: Member countries in March 2001: Total"] + country["Europe: Ireland"]
    assert (groups["eu_2001"] == members).all()
    assert (
        groups["eu_accession"] == country[f"{eu}countries: Accession countries April 2001 to March 2011: Total"]
    ).all()
    assert (groups["uk"] == country["Europe: United Kingdom: Total"]).all()


def test_flat_tables_add_up_and_count_the_same_people(complete):
    for name in ("year_of_arrival", "age_at_arrival", "length_of_residence"):
        table = getattr(complete, name)
        assert (table.iloc[:, 0] == complete.sex.iloc[:, 0]).all()
        assert (table["uk"] == complete.year_of_arrival["uk"]).all()


def test_uk_born_agree_between_tables_but_for_gwynedd_and_powys(complete):
    both = complete.country.join(complete.year_of_arrival, how="inner")
    differ = both.index[both["Europe: United Kingdom: Total"] != both["uk"]]
    assert list(differ) == ["W06000002", "W06000023"]
    assert {"E08000020", "E06000048", "E07000100", "E07000104", "E07000097", "E07000101"} <= set(both.index)


def test_countries_of_birth_are_listed_largest_first(small):
    listed = countries_of_birth(small, PORTSMOUTH)
    assert listed["name"].iloc[:2].tolist() == ["Other Middle East", "Bangladesh"]
    assert listed["residents"].is_monotonic_decreasing and listed["share_of_group"].sum() == pytest.approx(1)


def _in_layout(frame, layout, table):
    size = len(table.categories)
    names = {
        "summed": ["lad20cd", f"{table.table}_total", *(f"{table.table}{n:03d}" for n in range(1, size))],
        "bulk": ["GeographyCode", *(f"{table.table}{n:04d}" for n in range(1, size + 1))],
        "labels": ["area_code", *table.categories],
        "download": ["geography code", *(f"{label}; measures: Value" for label in _OFFICIAL[table.table])],
    }
    return frame.reset_index().set_axis(names[layout], axis=1)


# Labels as the official downloads have them, in the order of the table's categories.
_OFFICIAL = {
    "QS801EW": [
        f"Year of arrival in the UK: {label}"
        for label in (
            "All categories: Year of arrival in the UK",
            "Born in the UK",
            "Arrived before 1941",
            *(f"Arrived {years}" for years in ("1941-1950", "1951-1960", "1961-1970", "1971-1980", "1981-1990")),
            *(f"Arrived {years}" for years in ("1991-2000", "2001-2003", "2004-2006", "2007-2009", "2010-2011")),
        )
    ],
    "QS802EW": [
        f"Age of Arrival in the UK: {label}"
        for label in (
            "All categories: Age of arrival in the UK",
            "Born in the UK",
            *(f"Age {ages}" for ages in ("0 to 4", "5 to 7", "8 to 9", "10 to 14", "15", "16 to 17", "18 to 19")),
            *(f"Age {ages}" for ages in ("20 to 24", "25 to 29", "30 to 44", "45 to 59", "60 to 64", "65 to 74")),
            *(f"Age {ages}" for ages in ("75 to 84", "85 to 89", "90 and over")),
        )
    ],
    "QS803EW": [
        f"Length of residence in the UK: {label}"
        for label in (
            "All categories: Length of residence in the UK",
            "Born in the UK",
            "Less than 2 years",
            "2 years or more, but less than 5 years",
            "5 years or more, but less than 10 years",
            "10 years or more",
        )
    ],
    "QS205EW": [
        f"Proficiency in English: {label}"
        for label in (
            "All usual residents aged 3 and over",
            "Main language is English (English or Welsh in Wales)",
            *(
                f"Main language is not English (English or Welsh in Wales): {how}"
                for how in (
                    "Can speak English very well",
                    "Can speak English well",
                    "Cannot speak English well",
                    "Cannot speak English",
                )
            ),
        )
    ],
    "QS103EW": [
        f"Age: {label}"
        for label in (
            "All categories: Age",
            "Age under 1",
            *(f"Age {age}" for age in range(1, 100)),
            "Age 100 and over",
        )
    ],
    "QS104EW": [f"Sex: {label}" for label in ("All persons", "Males", "Females")],
}


LAYOUTS = ("summed", "bulk", "labels", "download")


@pytest.mark.parametrize("table", tables.FLAT_TABLES, ids=lambda table: table.table)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_official_layout_reads_alike_in_any_order_of_columns(folder, tmp_path, layout, table):
    path, read = tmp_path / "table.csv", tables.read_census_table(folder / table.file, table)
    frame = _in_layout(read, layout, table)
    for columns in (list(frame), [frame.columns[0], *frame.columns[:0:-1]]):
        frame[columns].to_csv(path, index=False)
        pd.testing.assert_frame_equal(tables.read_census_table(path, table), read)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    ("there", "wanted"), [("QS205EW", "QS803EW"), ("QS803EW", "QS205EW"), ("QS104EW", "QS801EW")], ids=" for ".join
)
def test_another_table_is_named_in_every_layout(folder, tmp_path, layout, there, wanted):
    found, expected = (next(table for table in tables.FLAT_TABLES if table.table == name) for name in (there, wanted))
    frame = _in_layout(tables.read_census_table(folder / found.file, found), layout, found)
    path = tmp_path / expected.file
    frame.to_csv(path, index=False)
    with pytest.raises(InputError, match=rf"found the table {there} \({found.subject}\)") as caught:
        tables.read_census_table(path, expected)
    assert caught.value.row == 1 and expected.table in caught.value.expected and path.name in caught.value.file


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("category", [0, 3])
def test_a_missing_column_is_named_whichever_it_is(small, tmp_path, layout, category):
    frame = _in_layout(small.length_of_residence, layout, tables.LENGTH_OF_RESIDENCE)
    frame.drop(columns=frame.columns[1 + category]).to_csv(tmp_path / "table.csv", index=False)
    with pytest.raises(InputError, match=f"no column of: '{tables.LENGTH_OF_RESIDENCE.categories[category]}'"):
        tables.read_census_table(tmp_path / "table.csv", tables.LENGTH_OF_RESIDENCE)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    ("column", "value", "found"),
    [("date", "2021", "'2021'"), ("Rural Urban", "Rural (total)", "Rural"), ("residents per room", "1", "per room")],
)
def test_another_date_part_of_areas_or_column_is_refused(small, tmp_path, layout, column, value, found):
    frame = _in_layout(small.english, layout, tables.ENGLISH)
    frame.insert(0, column, value)
    frame.to_csv(tmp_path / "table.csv", index=False)
    with pytest.raises(InputError, match=found):
        tables.read_census_table(tmp_path / "table.csv", tables.ENGLISH)


@pytest.mark.parametrize("code", ["E02003523", "E01017014", "E05002455", "E14000883", "S01000001", "Portsmouth", ""])
def test_another_kind_of_area_is_refused(small, tmp_path, code):
    frame = _in_layout(small.sex, "download", tables.SEX)
    frame.loc[1, "geography code"] = code
    frame.to_csv(tmp_path / "table.csv", index=False)
    with pytest.raises(InputError, match="codes of local authorities") as caught:
        tables.read_census_table(tmp_path / "table.csv", tables.SEX)
    assert caught.value.row == 3 and repr(code) in caught.value.found


_QUERY = """"QS104EW - Sex"
"ONS Crown Copyright Reserved [from Nomis on 3 March 2020]"

"population","All usual residents"
"units","Persons"
"date","2011"
"rural urban","Total"

"local authority: district / unitary (as of April 2015)","mnemonic","All persons","Females","Males"
"Portsmouth","E06000044",205056,101855,103201

"In order to protect against disclosure of personal information, records have been swapped."
"""


def test_a_query_says_above_its_columns_what_it_is(small, tmp_path):
    path = tmp_path / "query.csv"
    path.write_text(_QUERY)
    pd.testing.assert_frame_equal(tables.read_census_table(path, tables.SEX), small.sex.loc[[PORTSMOUTH]])
    assert tables.read_area_names(path).to_dict() == {PORTSMOUTH: "Portsmouth"}


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("QS104EW - Sex", "QS103EW - Age", r"QS103EW \(Age\); expected QS104EW \(Sex\)"),
        ('"date","2011"', '"date","2001"', "column 'date': found '2001'; expected 2011"),
        ('"Total"', '"Urban (total)"', "found 'Urban"),
        ("101855,", "101854,", r"found 205,056 where the parts add to 205,055 \(area E06000044\)"),
        ("mnemonic", "code", "no row of column names"),
    ],
)
def test_a_query_of_something_else_is_refused(tmp_path, old, new, found):
    path = tmp_path / "query.csv"
    path.write_text(_QUERY.replace(old, new))
    with pytest.raises(InputError, match=found):
        tables.read_census_table(path, tables.SEX)


def test_countries_of_birth_are_found_by_label_too(small, folder, tmp_path):
    categories = read_categories(folder / "census_2011_QS203EW_categories.csv")
    table = tables.country_table(tuple(category.category for category in categories))
    frame = small.country.iloc[:, ::-1].rename(columns=lambda name: f"Country of Birth: {name}; measures: Value")
    frame.reset_index().to_csv(tmp_path / "table.csv", index=False)
    parents = tuple(category.parent_cell for category in categories)
    pd.testing.assert_frame_equal(tables.read_census_table(tmp_path / "table.csv", table, parents), small.country)


def test_row_order_does_not_matter(small, folder, tmp_path):
    table = tables.ENGLISH
    lines = (folder / table.file).read_text().splitlines()
    (tmp_path / "turned.csv").write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n")
    turned = tables.read_census_table(tmp_path / "turned.csv", table)
    pd.testing.assert_frame_equal(turned.loc[small.english.index], small.english)


def test_byte_order_mark_and_blank_lines_are_harmless(small, folder, tmp_path):
    table = tables.SEX
    (tmp_path / "sex.csv").write_bytes(b"\xef\xbb\xbf" + (folder / table.file).read_bytes() + b"\r\n\r\n")
    pd.testing.assert_frame_equal(tables.read_census_table(tmp_path / "sex.csv", table), small.sex)


def test_survey_says_why_a_cell_is_missing_and_never_zero(complete, reference_data):
    survey = read_local_survey(reference_data / "aps_country_of_birth_all_ages_2005_2014.csv")
    assert survey["estimate"].isna().equals(survey["gap"] != "")
    assert survey["gap"].value_counts().to_dict() == {
        "": 25782,
        "no contact in the sample": 3064,
        "disclosure control": 1964,
        "not applicable": 794,
        "not available": 156,
    }
    estimates, half_widths = survey_series(complete.survey, "non_eu_born", pd.Index(["E08000020", "nowhere"]))
    assert estimates.loc["E08000020"].notna().all(), "Gateshead, which the survey has under its later code"
    assert estimates.loc["nowhere"].isna().all() and half_widths.loc["nowhere"].isna().all()


def test_england_and_wales_is_the_sum_of_two_samples(small):
    index = pd.Index(["E92000001", "W92000004", "K04000001"])
    estimates, half_widths = survey_series(small.survey, "non_eu_born", index)
    england, wales, both = (half_widths.loc[code, 2011] for code in index)
    assert estimates.loc["K04000001", 2011] == estimates.loc["E92000001", 2011] + estimates.loc["W92000004", 2011]
    assert both == pytest.approx((england**2 + wales**2) ** 0.5)


def test_categories_are_a_tree_with_every_leaf_in_one_group(folder):
    categories = read_categories(folder / "census_2011_QS203EW_categories.csv")
    parents = {category.parent_cell for category in categories} - {None}
    leaves = {category.cell for category in categories if category.birth_group}
    assert leaves.isdisjoint(parents) and leaves | parents == set(range(78))
    countries = [country for category in categories for country in category.countries]
    assert len(countries) == len(set(countries)), "a survey country belongs to one category"


def test_standing_among_all_authorities_and_among_the_compared(small, complete):
    wide, narrow = standing(complete, PORTSMOUTH, []), standing(small, PORTSMOUTH, list(small.names.index))
    assert wide.scope.startswith("348 ") and narrow.scope.startswith("8 ")
    assert wide.places.loc["recent_share", "areas"] == 328  # 18 merged and 2 inconsistent authorities have no value
    values = narrow.values["non_eu_share"]
    assert values[PORTSMOUTH] == 16241 / 205056
    assert narrow.places.loc["non_eu_share", "rank"] == (values > values[PORTSMOUTH]).sum() + 1
    assert narrow.places.loc["non_eu_share", "percentile"] == pytest.approx((values < values[PORTSMOUTH]).sum() / 7)
