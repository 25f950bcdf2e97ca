"""The tables of the 2011 Census this project reads, in whichever of their official layouts they come.

Four layouts are read: the ONS workbook of QS203EW saved as CSV (category labels as column names), which is the project's own
too; the Nomis bulk file (codes such as QS801EW0001, or QS801EW_total and QS801EW001 where areas were summed); the Nomis
table download (labels such as "Sex: Males; measures: Value"); and the Nomis query, which begins with the table's title.

A file is what its own header says it is. Columns are found by their code or label, never by where they stand or how many
there are. Another table, another date, another kind of area, and a column that is none of the table's are refused.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from analysis.census.files import counts, read_rows, read_text_table, refuse, refuse_repeated, text_table
from analysis.errors import InputError

CODE_COLUMNS = ("area_code", "lad20cd", "lad11cd", "geographycode", "geography_code", "geography code", "area code")
CODE_COLUMNS += ("mnemonic",)
NAME_COLUMNS = ("area_name", "geography", "area name", "lad20nm", "lad11nm", "geography_name")
_DATE_COLUMNS, _KIND_COLUMN = ("date", "year", "census", "time"), "rural urban"
CENSUS_YEAR = "2011"
# Countries, the regions and counties of England, local authorities; how codes begin: ONS, Register of Geographic Codes.
_AREAS = r"(?:K0[24]|[EWSN]92|E1[0-3]|E0[6-9]|W06)\d{6}|\d\d[A-Z]{2}"
_OTHER_AREAS = {
    **dict.fromkeys(("E00", "W00", "E01", "W01", "E02", "W02"), "an output area"),
    **dict.fromkeys(("E05", "W05", "E36", "W40"), "an electoral ward"),
    **dict.fromkeys(("E14", "W07"), "a parliamentary constituency"),
}
_ABOVE = "lines above the columns"
_MEASURE = re.compile(r"; measures: (?P<measure>\w+)$")
_CODE = re.compile(r"(?P<table>[A-Z]{2}\d{3,4}[A-Z]{0,2})(?P<cell>_total|\d{3,4})")
_TITLE = re.compile(r"(?P<table>[A-Z]{2}\d{3,4}[A-Z]{0,2}) - (?P<title>.+)")
_EVERYBODY = re.compile(r"(?:total|all (?:categories|usual residents|persons|people))\b.*")
_AGES = ("0", *(str(age) for age in range(1, 100)), "100+")


@dataclass(frozen=True)
class CensusTable:
    """One table: its official name, its file, its Nomis data set, its categories with the total first, and its subject,
    with which its labels begin. `wordings` are official labels of categories that this project names otherwise."""

    table: str
    file: str
    dataset: str
    categories: tuple[str, ...]
    subject: str
    wordings: Mapping[str, str] = field(default_factory=dict)


YEAR_OF_ARRIVAL = CensusTable(
    "QS801EW",
    "census_2011_QS801EW_year_of_arrival_lad.csv",
    "NM_569_1",
    (
        "all",
        "uk",
        "before 1941",
        "1941-50",
        "1951-60",
        "1961-70",
        "1971-80",
        "1981-90",
        "1991-2000",
        "2001-03",
        "2004-06",
        "2007-09",
        "2010-11",
    ),
    "Year of arrival in the UK",
    {"born in the UK": "uk"},
)
AGE_AT_ARRIVAL = CensusTable(
    "QS802EW",
    "census_2011_QS802EW_age_of_arrival_lad.csv",
    "NM_570_1",
    (
        "all",
        "uk",
        "0-4",
        "5-7",
        "8-9",
        "10-14",
        "15",
        "16-17",
        "18-19",
        "20-24",
        "25-29",
        "30-44",
        "45-59",
        "60-64",
        "65-74",
        "75-84",
        "85-89",
        "90+",
    ),
    "Age of arrival in the UK",
    {"born in the UK": "uk"},
)
LENGTH_OF_RESIDENCE = CensusTable(
    "QS803EW",
    "census_2011_QS803EW_length_of_residence_lad.csv",
    "NM_571_1",
    ("all", "uk", "under 2 years", "2 to under 5 years", "5 to under 10 years", "10 years or more"),
    "Length of residence in the UK",
    {"born in the UK": "uk"},
)
ENGLISH = CensusTable(
    "QS205EW",
    "census_2011_QS205EW_english_proficiency_lad.csv",
    "NM_526_1",
    ("all", "main language English", "very well", "well", "not well", "cannot speak"),
    "Proficiency in English",
    {
        "main language is English": "main language English",
        "can speak English very well": "very well",
        "can speak English well": "well",
        "cannot speak English well": "not well",
        "cannot speak English": "cannot speak",
    },
)
AGE = CensusTable("QS103EW", "census_2011_QS103EW_age_lad.csv", "NM_503_1", ("all", *_AGES), "Age", {"under 1": "0"})
SEX = CensusTable(
    "QS104EW",
    "census_2011_QS104EW_sex_lad.csv",
    "NM_504_1",
    ("all", "men", "women"),
    "Sex",
    {"males": "men", "male": "men", "females": "women", "female": "women"},
)


def country_table(labels: tuple[str, ...]) -> CensusTable:
    """QS203EW, whose 78 category labels stand in census_2011_QS203EW_categories.csv."""
    return CensusTable(
        "QS203EW", "census_2011_QS203EW_country_of_birth_lad.csv", "NM_524_1", labels, "Country of Birth"
    )


FLAT_TABLES = (YEAR_OF_ARRIVAL, AGE_AT_ARRIVAL, LENGTH_OF_RESIDENCE, ENGLISH, AGE, SEX)
_TITLES = {table.table: table.subject for table in (*FLAT_TABLES, country_table(()))}


def read_census_table(path: Path, table: CensusTable, parents: tuple[int | None, ...] | None = None) -> pd.DataFrame:
    """Counts of usual residents, one row for each area code of the file, one column for each category.

    `parents` gives for each category the number of the category it is part of; by default all are parts of the first.
    Raises InputError for an unknown layout, another table, another date, areas of another kind, a column that is no
    category, a cell that is no count, an area given twice, and parts that do not add to their total.
    """
    text = _official_text(path, table)
    _check_columns(text, CODE_COLUMNS, path, "a column of area codes: " + ", ".join(CODE_COLUMNS))
    with _named_by_area(text):
        return _census_table(text, table, parents or (None, *(0 for _ in table.categories[1:])), path)


def _census_table(text: pd.DataFrame, table: CensusTable, parents: tuple[int | None, ...], path: Path) -> pd.DataFrame:
    code = _first(text, CODE_COLUMNS)
    _check_date(text, path)
    _check_areas(text, str(code), path)
    values = counts(text, _category_columns(text, table, path), path)
    frame = pd.DataFrame(values, index=pd.Index(text[code], name="area_code"), columns=list(table.categories))
    refuse_repeated([(code,) for code in frame.index], path, "each area once")
    _check_parts(frame, parents, path)
    return frame


@contextmanager
def _named_by_area(text: pd.DataFrame) -> Iterator[None]:
    """In a file with lines above the column names, what is wrong is found by its area, not by the number of its row."""
    try:
        yield
    except InputError as error:
        if error.row is None or error.row < 2 or _ABOVE not in text.attrs:
            raise
        area = text[_first(text, CODE_COLUMNS)].iloc[error.row - 2]
        found = f"{error.found} (area {area})"
        raise InputError(
            error.file, column=error.column, found=found, expected=error.expected, action=error.action
        ) from error


def read_area_names(path: Path) -> pd.Series:
    """Area names by area code, without the "UA" and the capitals that QS203EW gives some of them."""
    text = _official_text(path)
    for wanted in (CODE_COLUMNS, NAME_COLUMNS):
        _check_columns(text, wanted, path, "area codes and area names")
    index = pd.Index(text[_first(text, CODE_COLUMNS)], name="area_code")
    return pd.Series([_tidy(cell) for cell in text[_first(text, NAME_COLUMNS)]], index=index, name="area", dtype=str)


def _check_columns(text: pd.DataFrame, wanted: tuple[str, ...], path: Path, expected: str) -> None:
    if _first(text, wanted) is None:
        raise InputError(
            path,
            row=1,
            found=f"the columns {', '.join(text.columns[:3])}...",
            expected=expected,
            action="use the official layout of the table",
        )


def _official_text(path: Path, table: CensusTable | None = None) -> pd.DataFrame:
    """The cells of a file below its column names; a Nomis query says above these which table it is, and of when."""
    rows = read_rows(path)
    title = _TITLE.fullmatch(rows[0][0].strip()) if rows and rows[0] else None
    if title is None:
        return read_text_table(path)
    if table and title["table"] != table.table:
        raise _another(path, f"{title['table']} ({title['title']})", table)
    start = next(
        (place for place, row in enumerate(rows) if "mnemonic" in (cell.strip().lower() for cell in row)), None
    )
    if start is None:
        raise InputError(
            path, found="a title and no row of column names", expected="a column 'mnemonic' of area codes",
            action="download the table again, with area codes",
        )  # fmt: skip
    said = {row[0].strip(" :").lower(): row[1].strip() for row in rows[:start] if len(row) > 1}
    _check_said(said, path)
    names = ["geography", "mnemonic", *(f"{title['title']}: {label.strip()}" for label in rows[start][2:])]
    text = text_table(path, [names, *(row for row in rows[start + 1 :] if len(row) > 1)])
    text.attrs[_ABOVE] = start
    return text


def _check_said(said: Mapping[str, str], path: Path) -> None:
    """What stands above the columns of a Nomis query: the date, and that it is about areas as a whole."""
    for name, expected in (("date", CENSUS_YEAR), (_KIND_COLUMN, "Total")):
        if said.get(name, expected) != expected:
            raise _other_edition(path, None, name, said[name], expected)


def _other_edition(path: Path, row: int | None, column: str, found: str, expected: str) -> InputError:
    return InputError(
        path, row=row, column=column, found=repr(found), expected=expected,
        action="download the table of the 2011 Census for whole areas",
    )  # fmt: skip


def _check_date(text: pd.DataFrame, path: Path) -> None:
    """Every row is of the census of 2011, and of an area as a whole, where the file says so."""
    for name in text.columns:
        expected = {_KIND_COLUMN: "Total"}.get(name.lower(), CENSUS_YEAR if name.lower() in _DATE_COLUMNS else None)
        wrong = text[name] != expected
        if expected and wrong.any():
            row = int(wrong.to_numpy().argmax())
            raise _other_edition(path, row + 2, name, text[name].iloc[row], expected)


def _check_areas(text: pd.DataFrame, code: str, path: Path) -> None:
    """Every row is a country, a region, a county or a local authority."""
    cells = text[code]
    kinds = cells.str[:3].map(_OTHER_AREAS)
    said = ("'" + cells + "'").where(kinds.isna(), "'" + cells + "', " + kinds.fillna(""))
    refuse(
        ~cells.str.fullmatch(_AREAS), path, said.iloc.__getitem__,
        "codes of local authorities, counties, regions or countries", "download the table for local authorities", code,
    )  # fmt: skip


def _tidy(name: str) -> str:
    """An area's name as the official table has it, as readers write it.

    >>> _tidy("Portsmouth UA"), _tidy("ENGLAND AND WALES")
    ('Portsmouth', 'England and Wales')
    """
    plain = name.removesuffix(" UA")
    return plain.title().replace(" And ", " and ").replace(" Of ", " of ") if plain.isupper() else plain


def _first(text: pd.DataFrame, wanted: tuple[str, ...]) -> str | None:
    by_lower = {name.lower(): name for name in text.columns}
    return next((by_lower[name] for name in wanted if name in by_lower), None)


def _category_columns(text: pd.DataFrame, table: CensusTable, path: Path) -> list[str]:
    """The column of each category; raises InputError where one is missing, stands twice, or a column is none of them."""
    known = {*CODE_COLUMNS, *NAME_COLUMNS, *_DATE_COLUMNS, _KIND_COLUMN}
    columns = [name for name in text.columns if name.lower() not in known and _is_count(name)]
    place = {name: _category(name, table) for name in columns}
    strange = [name for name in columns if place[name] is None]
    if strange and (other := _says(columns, table)):
        raise _another(path, other, table)
    missing = [label for number, label in enumerate(table.categories) if number not in place.values()]
    twice = [name for name in columns if list(place.values()).count(place[name]) > 1 and name not in strange]
    if strange or missing or twice:
        raise _other_columns(path, table, strange, missing, twice)
    by_place = {number: name for name, number in place.items()}
    return [by_place[number] for number in range(len(table.categories))]


def _is_count(name: str) -> bool:
    """Whether a column holds numbers of people: percentages that Nomis gives beside them are left out."""
    found = _MEASURE.search(name)
    return found is None or found["measure"] == "Value"


def _category(name: str, table: CensusTable) -> int | None:
    """The number of the category that a column's code or label names; None where it names none of the table's.

    >>> _category("QS104EW0002", SEX), _category("Sex: Males; measures: Value", SEX), _category("Age: Age 1", SEX)
    (1, 1, None)
    """
    code = _CODE.fullmatch(name)
    if code:
        cell = code["cell"]
        number = 0 if cell == "_total" else int(cell) - (len(cell) == 4)
        known = number < len(table.categories) and (number > 0 or cell in ("_total", "0001"))
        return number if code["table"] == table.table and known else None
    label = _MEASURE.sub("", name)
    subject, _, rest = label.partition(": ")
    own = _plain(subject) == _plain(table.subject)
    if own and rest:
        return named_category(rest, table)
    return table.categories.index(label) if label in table.categories else None


def named_category(label: str, table: CensusTable) -> int | None:
    """The number of the category that a label without the subject names, by the whole of it or by its last part."""
    numbers = {_plain(category): number for number, category in enumerate(table.categories)}
    numbers |= {_plain(words): table.categories.index(category) for words, category in table.wordings.items()}
    whole, last = _plain(label), _plain(label.rpartition(": ")[2])
    if whole in numbers or (last in numbers and not _EVERYBODY.fullmatch(last)):
        return numbers.get(whole, numbers.get(last))
    return 0 if _EVERYBODY.fullmatch(label.lower()) else None


def _plain(label: str) -> str:
    """A label without what its wordings differ in.

    >>> _plain("Arrived 1941-50"), _plain("2 years or more, but less than 5 years"), _plain("Age 90 and over")
    ('1941 to 1950', '2 to 4', '90 or more')
    """
    text = re.sub(r"\s*\(.*?\)|\b(?:arrived|aged?|years?|the)\b|\bresident in uk:?|,", " ", label.lower())
    text = re.sub(r"\s+", " ", text.replace("\u2013", "-").replace("less than", "under")).strip()
    text = re.sub(r"(\d)\s*-\s*(\d)", r"\1 to \2", text)
    text = re.sub(r"\b(\d\d)(\d\d) to (\d\d)\b(?!\d)", r"\1\2 to \1\3", text)
    text = re.sub(r"(\d+)(?:\+| (?:and|or) (?:over|more|above))", r"\1 or more", text)
    return re.sub(r"(\d+) (?:or more but|to) under (\d+)", lambda m: f"{m[1]} to {int(m[2]) - 1}", text)


def _says(columns: list[str], table: CensusTable) -> str:
    """Which other table the names of columns are those of; an empty text where they do not say."""
    codes = {found["table"] for name in columns if (found := _CODE.fullmatch(name))} - {table.table}
    subjects = {_plain(subject): subject for subject, colon, _ in (name.partition(": ") for name in columns) if colon}
    plain = {each.table for each in FLAT_TABLES if set(columns) <= set(each.categories)}
    known = {_plain(subject): name for name, subject in _TITLES.items()}
    if not codes and len(subjects) == 1 and _plain(table.subject) not in subjects:
        (subject,) = subjects
        return f"{known[subject]} ({_TITLES[known[subject]]})" if subject in known else subjects[subject]
    return ", ".join(f"{code} ({_TITLES[code]})" if code in _TITLES else code for code in sorted(codes or plain))


def _another(path: Path, found: str, table: CensusTable) -> InputError:
    return InputError(
        path, row=1, found=f"the table {found}", expected=f"{table.table} ({table.subject})",
        action=f"put table {table.table} there; each table has a file of its own",
    )  # fmt: skip


def _other_columns(
    path: Path, table: CensusTable, strange: list[str], missing: list[str], twice: list[str]
) -> InputError:
    said = {"no column of": missing, "columns that are no category": strange, "twice": twice}
    return InputError(
        path,
        row=1,
        found="; ".join(f"{words}: {', '.join(map(repr, names))}" for words, names in said.items() if names),
        expected=f"the {len(table.categories)} categories of {table.table} ({table.subject}), each once, as codes"
        f" ({table.table}0001 or {table.table}_total on) or as labels",
        action=f"download table {table.table} again; a category may have been cut off",
    )


def _check_parts(frame: pd.DataFrame, parents: tuple[int | None, ...], path: Path) -> None:
    values = frame.to_numpy()
    for parent in sorted({number for number in parents if number is not None}):
        total, added = values[:, parent], values[:, [at for at, of in enumerate(parents) if of == parent]].sum(axis=1)
        wrong = pd.Series(total != added)
        if wrong.any():
            refuse(
                wrong, path, lambda row: f"{total[row]:,} where the parts add to {added[row]:,}",  # noqa: B023
                "parts that add to their total",
                f"take the row of {frame.index[wrong.to_numpy().argmax()]} from the official table", frame.columns[parent],
            )  # fmt: skip
