"""Fixed figures that any value map may name besides its register: the price index by year, and months in a year."""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from analysis.described import reading
from analysis.errors import InputError
from analysis.files import read_csv, read_yaml, shown
from analysis.study.register import Assumption

FILE = "uk_cpi_annual.csv"
_COLUMN = "cpi_2015_100"  # says which index it is, so that no other can stand in its place
_INDEX = re.compile(r"cpi_(\d{4})")


def known(name: str) -> bool:
    """Whether a name is one of these figures: `cpi_<year>` or `months_per_year`."""
    return bool(_INDEX.fullmatch(name)) or name == "months_per_year"


def reference_entries(names: Iterable[str], root: Path) -> dict[str, Assumption]:
    """The figures named, as fixed entries of the kind `reference`; InputError for a year that the index lacks."""
    return {name: _months() if name == "months_per_year" else _index_entry(name, root) for name in names if known(name)}


def _months() -> Assumption:
    source = {
        "producer": "definition",
        "title": "calendar",
        "published": None,
        "locator": "definition",
        "licence": "none needed",
    }
    return _fixed("months_per_year", "Months in a year", 12.0, "months per year", None, source)


def _index_entry(name: str, root: Path) -> Assumption:
    year = int(name.removeprefix("cpi_"))
    index, source = read_index(root)
    if year not in index:
        raise InputError(
            shown(_path(root), root),
            column="year",
            found=f"no price index for {year}, which a formula names as {name}",
            expected=f"a row for {year}",
            action="add the year's annual average of the index with its source, or use another year",
        )
    return _fixed(name, f"Consumer Prices Index, average of {year}", index[year], "index points", year, source)


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


def _path(root: Path) -> Path:
    return root / "data" / "raw" / "reference" / FILE


def read_index(root: Path) -> tuple[dict[int, float], dict[str, str | None]]:
    """Annual averages of the Consumer Prices Index by year, and their source in the form the register uses."""
    reading(shown(_path(root), root))
    return _index(root)


@lru_cache(maxsize=8)
def _index(root: Path) -> tuple[dict[int, float], dict[str, str | None]]:
    path = _path(root)
    name = shown(path, root)
    rows = read_csv(path, name, ("year", _COLUMN))
    origin = read_yaml(path.with_suffix(".origin.yaml"), shown(path.with_suffix(".origin.yaml"), root))
    source = {
        "producer": origin["producer"],
        "title": origin["title"],
        "published": str(origin["published"]),
        "locator": origin["series"],
        "address": origin["address"],
        "licence": origin["licence"],
    }
    return {_year(row["year"], name, number): _positive(row[_COLUMN], name, number) for number, row in rows}, source


def _year(text: str, name: str, row: int) -> int:
    if not re.fullmatch(r"\d{4}", text):
        raise InputError(name, row=row, column="year", found=repr(text), expected="a year", action="correct the cell")
    return int(text)


def _positive(text: str, name: str, row: int) -> float:
    if not re.fullmatch(r"\d+(\.\d+)?", text) or float(text) == 0:
        raise InputError(
            name, row=row, column=_COLUMN, found=repr(text), expected="a number above 0", action="correct the cell"
        )
    return float(text)


def uprate(value: float, index_then: float, index_now: float) -> float:
    """A sum of money at the prices of another year: value x index of that year / index of its own.

    >>> round(uprate(13500, 93.4, 98.5) / (365 / 7), 1)
    273.0
    """
    return value * index_now / index_then
