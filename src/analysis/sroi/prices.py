"""Fixed figures that any value map may name besides its register: price indices by year, and months in a year.

A study may bring a series of its own, `index_NAME.csv` beside its value map: year, index; with `index_NAME.origin.yaml`, which
says who published it where. A formula then names a year of it as `index_NAME_2019`.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from analysis.described import reading
from analysis.errors import InputError
from analysis.files import read_csv, read_yaml, shown, validate
from analysis.study import Study
from analysis.study.register import Assumption

# By series: its file, the column, which says which index it is so that no other can stand in its place, and its name.
SERIES = {
    "cpi": ("uk_cpi_annual.csv", "cpi_2015_100", "Consumer Prices Index, average of"),
    "gdp_deflator": ("gdp_deflator.csv", "gdp_deflator_2024_100", "GDP deflator,"),
}
SERIES_NAME = r"cpi|gdp_deflator|index_[a-z][a-z0-9_]*?"
_INDEX = re.compile(rf"({SERIES_NAME})_(\d{{4}})")


class IndexRow(BaseModel):
    """A year of a price index of the study's own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    year: int = Field(ge=1900, le=2100, description="year")
    index: float = Field(gt=0, allow_inf_nan=False, description="the index's average in the year, on any base")


class Origin(BaseModel):
    """Where a price index of the study's own is from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=1, description="name of the index, as numbers of it are called")
    producer: str = Field(min_length=1, description="who publishes it")
    series: str = Field(min_length=1, description="the series, as its producer names it")
    published: str = Field(min_length=1, description="day or release, in quotation marks")
    address: str | None = Field(default=None, description="web address")
    licence: str = Field(min_length=1, description="terms of use")


def known(name: str) -> bool:
    """Whether a name is one of these figures: `cpi_<year>`, `gdp_deflator_<year>`, `index_<name>_<year>` or `months_per_year`.

    >>> known("cpi_2013"), known("index_wages_2019"), known("index_2019"), known("cpi")
    (True, True, False, False)
    """
    return bool(_INDEX.fullmatch(name)) or name == "months_per_year"


def reference_entries(names: Iterable[str], study: Study) -> dict[str, Assumption]:
    """The figures named, as fixed entries of the kind `reference`; InputError for a year that an index lacks."""
    return {
        name: _months() if name == "months_per_year" else _index_entry(name, study) for name in names if known(name)
    }


def _months() -> Assumption:
    source = {
        "producer": "definition",
        "title": "calendar",
        "published": None,
        "locator": "definition",
        "licence": "none needed",
    }
    return _fixed("months_per_year", "Months in a year", 12.0, "months per year", None, source)


def _index_entry(name: str, study: Study) -> Assumption:
    series, year = _INDEX.fullmatch(name).groups()  # type: ignore[union-attr]
    own = series not in SERIES
    index, source = own_index(study, series) if own else read_index(study.root, series)
    if int(year) not in index:
        raise InputError(
            study.name(f"{series}.csv") if own else shown(_path(study.root, series), study.root),
            column="year",
            found=f"no price index for {year}, which a formula names as {name}",
            expected=f"a row for {year}",
            action="add the year's annual average of the index with its source, or use another year",
        )
    label = f"{source['title']}," if own else SERIES[series][2]
    return _fixed(name, f"{label} {year}", index[int(year)], "index points", int(year), source)


def _fixed(
    name: str, label: str, value: float, unit: str, year: int | None, source: dict[str, str | None]
) -> Assumption:
    return Assumption.model_validate(
        {
            "id": name,
            "label": label,
            "value": value,
            "unit": unit,
            "price_year": year,
            "kind": "reference",
            "low": value,
            "high": value,
            "distribution": "fixed",
            "why_range": "A published statistic, or a definition.",
            "source": source,
            "evidence_grade": "A",
            "decided_by": "its producer",
        }
    )


def own_index(study: Study, series: str) -> tuple[dict[int, float], dict[str, str | None]]:
    """A series of the study's own by year, and its source in the form the register uses; InputError for what does not fit."""
    file = f"{series}.csv"
    reading(study.name(file))
    rows = [validate(IndexRow, values, study.name(file), row) for row, values in study.table(file, ("year", "index"))]
    described = f"{series}.origin.yaml"
    origin = validate(Origin, study.document(described), study.name(described), None)
    return {row.year: row.index for row in rows}, _source(origin.model_dump())


def _path(root: Path, series: str) -> Path:
    return root / "data" / "raw" / "reference" / SERIES[series][0]


def read_index(root: Path, series: str = "cpi") -> tuple[dict[int, float], dict[str, str | None]]:
    """Annual averages of a price index of the reference tables by year, and their source in the form the register uses."""
    reading(shown(_path(root, series), root))
    return _index(root, series)


@lru_cache(maxsize=8)
def _index(root: Path, series: str) -> tuple[dict[int, float], dict[str, str | None]]:
    path, column = _path(root, series), SERIES[series][1]
    name = shown(path, root)
    rows = read_csv(path, name, ("year", column))
    origin = read_yaml(path.with_suffix(".origin.yaml"), shown(path.with_suffix(".origin.yaml"), root))
    values = {_year(row["year"], name, number): _positive(row[column], name, number, column) for number, row in rows}
    return values, _source(origin)


def _source(origin: dict[str, str | None]) -> dict[str, str | None]:
    return {
        "producer": origin["producer"],
        "title": origin["title"],
        "published": str(origin["published"]),
        "locator": origin["series"],
        "address": origin["address"],
        "licence": origin["licence"],
    }


def _year(text: str, name: str, row: int) -> int:
    if not re.fullmatch(r"\d{4}", text):
        raise InputError(name, row=row, column="year", found=repr(text), expected="a year", action="correct the cell")
    return int(text)


def _positive(text: str, name: str, row: int, column: str) -> float:
    if not re.fullmatch(r"\d+(\.\d+)?", text) or float(text) == 0:
        raise InputError(
            name, row=row, column=column, found=repr(text), expected="a number above 0", action="correct the cell"
        )
    return float(text)


def uprate(value: float, index_then: float, index_now: float) -> float:
    """A sum of money at the prices of another year: value x index of that year / index of its own.

    >>> round(uprate(13500, 93.4, 98.5) / (365 / 7), 1)
    273.0
    """
    return value * index_now / index_then
