"""Hostile and broken inputs of the census baseline: each gives one clear error that says where, what, and what to do."""

import shutil

import pandas as pd
import pytest

from analysis.census import areas, tables
from analysis.census.baseline import Settings, national_inputs
from analysis.census.births import total_rate
from analysis.census.integration import read_domains
from analysis.census.reference import load_reference, read_origins
from analysis.census.stock import read_stock_2001
from analysis.census.students import read_local_students
from analysis.census.survey import read_local_survey
from analysis.errors import InputError
from analysis.sroi.prices import read_index
from analysis.sroi.sensitivity import appraisal

ARRIVAL = tables.YEAR_OF_ARRIVAL


@pytest.fixture
def folder(project_root, tmp_path):
    """A copy of data/raw/reference that a test may spoil."""
    return shutil.copytree(project_root / "data" / "raw" / "reference", tmp_path / "reference")


@pytest.fixture(scope="module")
def reference(project_root):
    return load_reference(project_root / "data" / "raw" / "reference")


def _spoil(path, old, new, count=1):
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {path.name}"
    path.write_text(text.replace(old, new, count), encoding="utf-8")
    return path


PORTSMOUTH_ROW = "E06000044,205056,180032,"
CELLS = {
    "suppressed": ("c", "a suppressed cell"),
    "dots": ("..", "a suppressed cell"),
    "empty": ("", "an empty cell"),
    "negative": ("-180032", "-180032"),
    "fraction": ("180032.5", "180032.5"),
    "word": ("many", "many"),
    "formula": ("=HYPERLINK(1)", "=HYPERLINK"),
    "huge": ("9" * 400, r"\(400 characters\)"),
    "script": ("<script>", "<script>"),
}


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_that_is_no_count_is_never_read_as_zero(folder, cell):
    text, message = CELLS[cell]
    path = _spoil(folder / ARRIVAL.file, PORTSMOUTH_ROW, f"E06000044,205056,{text},")
    with pytest.raises(InputError, match=message) as caught:
        tables.read_census_table(path, ARRIVAL)
    assert caught.value.row == 2 and caught.value.column == "QS801EW001" and caught.value.action


def test_parts_that_do_not_add_up(folder):
    path = _spoil(folder / ARRIVAL.file, PORTSMOUTH_ROW, "E06000044,205057,180032,")
    with pytest.raises(InputError, match="205,057 where the parts add to 205,056"):
        tables.read_census_table(path, ARRIVAL)


def test_country_parts_are_checked_at_every_level(folder):
    path = folder / "census_2011_QS203EW_country_of_birth_lad.csv"
    frame = pd.read_csv(path)
    frame.loc[0, "Middle East and Asia: Southern Asia: Bangladesh"] += 1
    frame.loc[0, "Middle East and Asia: Eastern Asia: China"] -= 1  # so the total of all categories still holds
    frame.to_csv(path, index=False)
    with pytest.raises(InputError, match="where the parts add to") as caught:
        load_reference(folder)
    assert caught.value.row == 2


LAYOUTS = {
    "a category cut off": lambda text: "\n".join(line.rsplit(",", 1)[0] for line in text.splitlines()) + "\n",
    "another table": lambda text: text.replace("QS801EW", "QS802EW"),
    "no area code": lambda text: text.replace("lad20cd", "place"),
    "a column twice": lambda text: text.replace("QS801EW012", "QS801EW011"),
    "a short row": lambda text: text.replace(",2991", ""),
    "a long row": lambda text: text.replace(",2991", ",2991,1"),
    "an area twice": lambda text: text + text.splitlines()[1] + "\n",
    "nothing": lambda text: "",
    "an open quote": lambda text: text.replace("E08000026", '"E08000026'),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_table_in_a_wrong_layout_is_refused(folder, layout):
    path = folder / ARRIVAL.file
    path.write_text(LAYOUTS[layout](path.read_text()))
    with pytest.raises(InputError, match="What to do"):
        tables.read_census_table(path, ARRIVAL)


def test_a_workbook_instead_of_csv_and_an_absent_file(folder):
    (folder / ARRIVAL.file).write_bytes(b"PK\x03\x04\xff\xfe\x00workbook")
    with pytest.raises(InputError, match="UTF-8"):
        tables.read_census_table(folder / ARRIVAL.file, ARRIVAL)
    (folder / ARRIVAL.file).unlink()
    with pytest.raises(InputError, match="no such file"):
        tables.read_census_table(folder / ARRIVAL.file, ARRIVAL)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("E08000037", "Gateshead's code of another year.*set area to E08000020"),
        ("E06000057", "Northumberland.*set area to E06000048"),
        ("E07000240", "St Albans.*set area to E07000100"),
        ("00MR", "Portsmouth's code of another year.*set area to E06000044"),
        ("E06000058", "made later.*E06000028, E06000029, E07000048"),
        ("Portsmouth", "Portsmouth is E06000044"),
        ("leads", "Leeds is E08000035"),
        ("S12000036", "are of England and Wales.*Scotland"),
        ("N09000003", "are of England and Wales.*Northern Ireland"),
        ("E06000440", "E06000044 is Portsmouth"),
        ("", "an area code of the 2011 Census"),
        ("'; DROP TABLE", "an area code of the 2011 Census"),
    ],
)
def test_a_wrong_area_code_names_the_right_one(reference, code, message):
    with pytest.raises(InputError, match=message) as caught:
        areas.check_area(code, reference.names, reference.changes)
    assert caught.value.column == "area"


def test_a_right_area_code_passes(reference):
    assert areas.check_area("E06000044", reference.names, reference.changes) == "E06000044"


SURVEY = "aps_country_of_birth_all_ages_2005_2014.csv"
SURVEY_ROW = "2011,E06000044,Portsmouth,non_eu_born,14000,4000,"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("2011,E06000044,Portsmouth,non_eu_born,-14000,4000,", "found -14000"),
        ("2011,E06000044,Portsmouth,non_eu_born,14000,,", "neither or both of a figure and a mark"),
        ("2011,E06000044,Portsmouth,non_eu_born,14000,4000,c", "neither or both of a figure and a mark"),
        ("2011,E06000044,Portsmouth,non_eu_born,,,", "neither or both of a figure and a mark"),
        ("2011,E06000044,Portsmouth,non_eu_born,14000,4000,x", "expected one of \\(empty\\), c"),
        ("2011,E06000044,Portsmouth,non_eu,14000,4000,", "'non_eu'"),
        ("2012,E06000044,Portsmouth,non_eu_born,14000,4000,", "a second time"),
    ],
)
def test_a_survey_row_that_cannot_be_used(folder, row, message):
    path = _spoil(folder / SURVEY, SURVEY_ROW, row)
    with pytest.raises(InputError, match=message) as caught:
        read_local_survey(path)
    assert caught.value.row and caught.value.action


SURVEY_16_64 = "aps_country_of_birth_16_64_2005_2014.csv"


@pytest.mark.parametrize("how", ["twice the one", "twice the other", "exchanged"])
def test_survey_tables_in_each_others_place_are_refused(folder, how):
    everybody, working = ((folder / name).read_text() for name in (SURVEY, SURVEY_16_64))
    (folder / SURVEY).write_text(working if how == "exchanged" else everybody)
    (folder / SURVEY_16_64).write_text(everybody)
    if how == "twice the other":
        (folder / SURVEY).write_text(working), (folder / SURVEY_16_64).write_text(working)
    with pytest.raises(InputError, match="of all ages") as caught:
        load_reference(folder)
    assert SURVEY_16_64 in caught.value.file


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("life_expectancy_women_2010_2012.csv", "women,2010", "men,2010", "row 2, column 'sex': found 'men'"),
        ("life_expectancy_women_2010_2012.csv", "2010 to 2012", "2018 to 2020", "column 'period'"),
        ("life_expectancy_women_2010_2012.csv", "sex,period,age,life_expectancy", "a,b,age,life_expectancy", "'sex'"),
        ("fertility_total_rates_2011.csv", "2011,2012", "2021,2012", "column 'year': found '2021'"),
        ("aps_uk_country_of_birth_by_sex_2011.csv", "male,male_ci95,female", "female,male_ci95,total", "'total' twice"),
        (
            "aps_uk_country_of_birth_by_sex_2011.csv",
            "total,total_ci95,male,",
            "male,total_ci95,total,",
            "men and women",
        ),
        ("aps_uk_reason_for_migration_2011.csv", ",eu14_born,", ",martian,", "'martian'"),
        ("aps_uk_reason_for_migration_2011.csv", "2011,work", "2005,work", "row 2, column 'year': found 2005"),
        ("aps_uk_country_of_birth_by_sex_2011.csv", "2011,India", "2016,India", "row 2, column 'year': found 2016"),
        ("aps_country_of_birth_all_ages_2005_2014.csv", "2005,K", "2015,K", "expected 2005 to 2014"),
    ],
)
def test_another_reference_table_in_a_files_place_is_refused(folder, file, old, new, message):
    _spoil(folder / file, old, new)
    with pytest.raises(InputError, match=message) as caught:
        load_reference(folder)
    assert file in caught.value.file


@pytest.mark.parametrize("file", ["uk_cpi_annual.csv", "gdp_deflator.csv"])
def test_one_index_of_prices_cannot_stand_for_another(folder, tmp_path, file):
    (tmp_path / "data" / "raw").mkdir(parents=True)
    copied = folder.rename(tmp_path / "data" / "raw" / "reference")
    other = {"uk_cpi_annual.csv": "gdp_deflator.csv", "gdp_deflator.csv": "uk_cpi_annual.csv"}[file]
    (copied / file).write_bytes((copied / other).read_bytes())
    read = read_index if file == "uk_cpi_annual.csv" else appraisal.read_reference
    with pytest.raises(InputError, match="no such column") as caught:
        read(tmp_path)
    assert file in caught.value.file and {"cpi_2015_100", "gdp_deflator_2024_100"} & set(caught.value.column.split())


def test_survey_tables_in_thousands_are_not_read_as_persons(folder):
    """Both of them, so that one does not give the other away: 59,629 people in the United Kingdom."""
    for name in (SURVEY, SURVEY_16_64):
        (folder / name).write_text((folder / name).read_text().replace("000,", ","))
    with pytest.raises(InputError, match="persons, rounded to 1,000") as caught:
        load_reference(folder)
    assert (caught.value.row, caught.value.column, caught.value.found) == (2, "estimate", "59,629")


RESIDENCE = "census_2011_QS803EW_length_of_residence_lad.csv"


@pytest.mark.parametrize("edit", ["semicolons", "tabs", "first line", "empty columns"])
def test_an_official_table_saved_again_by_a_spreadsheet_reads_alike(folder, reference, edit):
    path, mark = folder / RESIDENCE, {"tabs": "\t"}.get(edit, ";")
    text = path.read_text()
    if edit == "empty columns":
        path.write_text(text.replace("\n", ",,\n"))
    else:
        path.write_text(("sep=;\n" if edit == "first line" else "") + text.replace(",", mark))
    pd.testing.assert_frame_equal(load_reference(folder).length_of_residence, reference.length_of_residence)


def test_two_versions_of_a_survey_table_are_refused(folder):
    shutil.copy(folder / SURVEY, folder / "aps_country_of_birth_all_ages_2004_2013.csv")
    with pytest.raises(InputError, match="exactly one file"):
        load_reference(folder)


def test_a_survey_year_that_is_not_there(reference):
    with pytest.raises(InputError, match="a year of the survey tables here: 2011"):
        national_inputs(reference, Settings(survey_year=2020))


@pytest.mark.parametrize(
    ("reader", "file", "text"),
    [
        (
            read_stock_2001,
            "census_2001_stock.csv",
            "area_code,birth_group,residents,source\nE06000044,non_eu,-3,example\n",
        ),
        (
            read_stock_2001,
            "census_2001_stock.csv",
            "area_code,birth_group,residents,source\nE06000044,martian,3,example\n",
        ),
        (read_stock_2001, "census_2001_stock.csv", "area_code,birth_group,residents\nE06000044,non_eu,3\n"),
        (
            read_stock_2001,
            "census_2001_stock.csv",
            "area_code,birth_group,residents,source,x\nE06000044,non_eu,3,example,1\n",
        ),
        (
            read_stock_2001,
            "census_2001_stock.csv",
            "area_code,birth_group,residents,source\n" + "E06000044,non_eu,3,example\n" * 2,
        ),
        (read_local_students, "local_students.csv", "area_code,sex,students,source\nE06000044,girls,3,example\n"),
        (read_local_students, "local_students.csv", "area_code,sex,students,source\nE06000044,women,many,example\n"),
        (
            read_local_students,
            "local_students.csv",
            "area_code,sex,students,source\n" + "E06000044,women,3,example\n" * 2,
        ),
    ],
)
def test_a_supplied_file_that_does_not_fit_its_schema(tmp_path, reader, file, text):
    (tmp_path / file).write_text(text)
    with pytest.raises(InputError, match=file) as caught:
        reader(tmp_path)
    assert caught.value.row in (1, 2, 3)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("measure: same_country", "measure: __import__('os')"),
        ("would_fill: Home Office, Hate", "table: Home Office, Hate"),
        ('numerator: ["10 years or more"]', 'numerator: ["11 years"]'),
        ("facet: foundation", "facet: cellar"),
    ],
)
def test_a_domain_that_does_not_fit_its_schema(folder, old, new):
    path = _spoil(folder / "integration_domains.yaml", old, new)
    with pytest.raises(InputError, match="integration_domains.yaml"):
        read_domains(path)


def test_yaml_that_would_run_code_is_refused(folder):
    (folder / "census_assumptions.yaml").write_text("!!python/object/apply:os.system ['true']\n")
    with pytest.raises(InputError, match="census_assumptions.yaml"):
        load_reference(folder)


def test_an_assumption_without_reason_is_refused(folder):
    path = folder / "census_assumptions.yaml"
    path.write_text(
        "- {id: a, label: a, value: 1, unit: share, kind: assumed, low: 0, high: 2, why: because, source: us}\n"
    )
    with pytest.raises(InputError, match="why"):
        load_reference(folder)


def test_an_origin_without_licence_is_refused(folder):
    _spoil(folder / "area_codes.origin.yaml", "licence:", "permission:")
    with pytest.raises(InputError, match="area_codes.origin.yaml"):
        read_origins(folder)


def test_categories_out_of_order_are_refused(folder):
    path = folder / "census_2011_QS203EW_categories.csv"
    header, first, second, *rest = path.read_text().splitlines()
    path.write_text("\n".join([header, second, first, *rest]) + "\n")
    with pytest.raises(InputError, match="column 'cell'"):
        load_reference(folder)


def test_an_unknown_fertility_vintage_names_the_known(reference):
    with pytest.raises(InputError, match="2014 non_uk_born"):
        total_rate(reference.fertility, "2030")
