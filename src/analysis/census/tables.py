"""The tables of the 2011 Census this project reads, in whichever of their official layouts they come.

Three layouts are read: the ONS workbook of QS203EW saved as CSV (category labels as column names); the Nomis bulk file
(codes such as QS801EW0001, or QS801EW_total and QS801EW001 where areas were summed); and the Nomis table download (labels
that end in "; measures: Value").
"""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.census.files import counts, read_text_table
from analysis.errors import InputError

CODE_COLUMNS = ("area_code", "lad20cd", "lad11cd", "geographycode", "geography_code", "geography code", "area code")
NAME_COLUMNS = ("area_name", "geography", "area name")
_MEASURE = "; measures: Value"
_AGES = ("0", *(str(age) for age in range(1, 100)), "100+")


@dataclass(frozen=True)
class CensusTable:
    """One table: its official name, its file, its Nomis data set, and its categories with the total first."""

    table: str
    file: str
    dataset: str
    categories: tuple[str, ...]


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
)
LENGTH_OF_RESIDENCE = CensusTable(
    "QS803EW",
    "census_2011_QS803EW_length_of_residence_lad.csv",
    "NM_571_1",
    ("all", "uk", "under 2 years", "2 to under 5 years", "5 to under 10 years", "10 years or more"),
)
ENGLISH = CensusTable(
    "QS205EW",
    "census_2011_QS205EW_english_proficiency_lad.csv",
    "NM_526_1",
    ("all", "main language English", "very well", "well", "not well", "cannot speak"),
)
AGE = CensusTable("QS103EW", "census_2011_QS103EW_age_lad.csv", "NM_503_1", ("all", *_AGES))
SEX = CensusTable("QS104EW", "census_2011_QS104EW_sex_lad.csv", "NM_504_1", ("all", "men", "women"))


def country_table(labels: tuple[str, ...]) -> CensusTable:
    """QS203EW, whose 78 category labels stand in census_2011_QS203EW_categories.csv."""
    return CensusTable("QS203EW", "census_2011_QS203EW_country_of_birth_lad.csv", "NM_524_1", labels)


FLAT_TABLES = (YEAR_OF_ARRIVAL, AGE_AT_ARRIVAL, LENGTH_OF_RESIDENCE, ENGLISH, AGE, SEX)


def read_census_table(path: Path, table: CensusTable, parents: tuple[int | None, ...] | None = None) -> pd.DataFrame:
    """Counts of usual residents, one row for each area code of the file, one column for each category.

    `parents` gives for each category the number of the category it is part of; by default all are parts of the first.
    Raises InputError for an unknown layout, a cell that is no count, an area given twice, and parts that do not add to
    their total.
    """
    text = read_text_table(path)
    code = _first(text, CODE_COLUMNS)
    if code is None:
        raise InputError(
            path,
            row=1,
            found=f"the columns {', '.join(text.columns[:3])}...",
            expected="a column of area codes: " + ", ".join(CODE_COLUMNS),
            action="use the official layout of the table",
        )
    values = counts(text, _category_columns(text, table, path), path)
    frame = pd.DataFrame(values, index=pd.Index(text[code], name="area_code"), columns=list(table.categories))
    _refuse_repeated_areas(frame, path)
    _check_parts(frame, parents or (None, *(0 for _ in table.categories[1:])), path)
    return frame


def read_area_names(path: Path) -> pd.Series:
    """Area names by area code, without the "UA" and the capitals that QS203EW gives some of them."""
    text = read_text_table(path)
    code, name = _first(text, CODE_COLUMNS), _first(text, NAME_COLUMNS)
    if code is None or name is None:
        raise InputError(
            path,
            row=1,
            found=f"the columns {', '.join(text.columns[:3])}...",
            expected="area codes and area names",
            action="use the official layout of QS203EW",
        )
    index = pd.Index(text[code], name="area_code")
    return pd.Series([_tidy(cell) for cell in text[name]], index=index, name="area", dtype=str)


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
    size = len(table.categories)
    measures = [name for name in text.columns if name.endswith(_MEASURE)]
    candidates = (
        list(table.categories),
        [f"{table.table}_total", *(f"{table.table}{number:03d}" for number in range(1, size))],
        [f"{table.table}{number:04d}" for number in range(1, size + 1)],
        measures if len(measures) == size else ["(none)"],
    )
    for names in candidates:
        if all(name in text for name in names):
            return names
    raise InputError(
        path,
        row=1,
        found=f"{len(text.columns)} columns that are not those of {table.table}",
        expected=f"the {size} categories of {table.table} as labels, as codes from {candidates[2][0]} or {candidates[1][0]}"
        f' on, or as labels that end in "{_MEASURE}"',
        action=f"download table {table.table} again; a category may have been cut off",
    )


def _refuse_repeated_areas(frame: pd.DataFrame, path: Path) -> None:
    repeated = frame.index[frame.index.duplicated()]
    if len(repeated):
        row = int(frame.index.duplicated().argmax())
        raise InputError(
            path,
            row=row + 2,
            found=f"{repeated[0]} a second time",
            expected="each area once",
            action="remove one row",
        )


def _check_parts(frame: pd.DataFrame, parents: tuple[int | None, ...], path: Path) -> None:
    values = frame.to_numpy()
    for parent in sorted({number for number in parents if number is not None}):
        parts = [number for number, of in enumerate(parents) if of == parent]
        wrong = values[:, parts].sum(axis=1) != values[:, parent]
        if wrong.any():
            row = int(wrong.argmax())
            raise InputError(
                path,
                row=row + 2,
                column=frame.columns[parent],
                found=f"{values[row, parent]:,} where the parts add to {values[row, parts].sum():,}",
                expected="parts that add to their total",
                action=f"take the row of {frame.index[row]} from the official table",
            )
