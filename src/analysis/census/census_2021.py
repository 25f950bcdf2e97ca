"""The 2021 Census beside that of 2011: Nomis's bulk files read by their labels, and the change of the stock.

A file such as `census2021-ts004-ltla.csv` stands in data/raw/reference as it was downloaded (`analysis fetch --census 2021`): a
date, areas by name and code, and columns such as "Country of birth: Europe: United Kingdom; measures: Value". Counts of 2021
were perturbed before publication, each by a little, so that parts need not add up to their total exactly.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from analysis.census.areas import AreaChange
from analysis.census.case import Case
from analysis.census.files import counts, read_text_table, read_yaml, refuse, refuse_repeated, require_columns
from analysis.census.groups import GROUP_LABELS, birth_groups
from analysis.described import described, reading
from analysis.errors import InputError
from analysis.files import shown
from analysis.results import Column, Kind, Labelled

YEAR, CODE, NAME = "2021", "geography code", "geography"
LOOSE = 5  # people by which each cell may differ from what adds up, for the perturbation
_MEASURE = re.compile(r";\s*measures:\s*value$", re.IGNORECASE)


class Group(BaseModel):
    """Categories of a table that are counted together."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str = Field(pattern=r"^[a-z0-9_]+$")
    label: str
    categories: tuple[str, ...] = Field(min_length=1)


class Table(BaseModel):
    """A table of the 2021 Census: how its subject and total are labelled, and groups that add up to the total."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    table: str
    title: str
    subjects: tuple[str, ...]
    total: tuple[str, ...]
    groups: tuple[Group, ...]

    @property
    def file(self) -> str:
        """The name that Nomis gives the table of lower-tier local authorities."""
        return f"census2021-{self.table.lower()}-ltla.csv"


TABLES = tuple(read_yaml(Path(__file__).with_name("tables_2021.yaml"), Table))


@dataclass(frozen=True)
class Place:
    """An area of the 2011 Census in the areas of 2021: the code there, and the 2011 codes that it is made of."""

    code: str
    parts: tuple[str, ...]


def read_table_2021(path: Path, table: Table) -> pd.DataFrame:
    """A bulk file as areas (2021 codes) x (`total` and the groups' ids), in people.

    Raises InputError for another table, another year, a category that is not there, a cell that is no count, an area twice, and
    for groups that miss their total by more than perturbation explains.
    """
    text = read_text_table(path)
    require_columns(text, ("date", CODE), path)
    refuse(
        text["date"] != YEAR,
        path,
        lambda row: text["date"].iloc[row],
        f"the 2021 Census, {YEAR}",
        "download it again",
        "date",
    )
    refuse_repeated([(code,) for code in text[CODE]], path, "each area once", CODE)
    labels = _labels(text, table, path)
    total = _column(labels, table.total, table, path)
    columns = {group.id: [_column(labels, (name,), table, path) for name in group.categories] for group in table.groups}
    found = {"total": counts(text, [total], path).sum(axis=1)}
    found |= {name: counts(text, those, path).sum(axis=1) for name, those in columns.items()}
    frame = pd.DataFrame(found, index=pd.Index(text[CODE], name="area_code"))
    _check_total(frame, sum(map(len, columns.values())), table, path)
    return frame


def _plain(label: str) -> str:
    """A label without its measure, in small letters and single spaces.

    >>> _plain("Country of birth: British Overseas ; measures: Value")
    'country of birth: british overseas'
    """
    return " ".join(_MEASURE.sub("", label.strip()).lower().split())


def _labels(text: pd.DataFrame, table: Table, path: Path) -> dict[str, str]:
    """The columns by what stands after the subject of the table; InputError where the subject is another."""
    subjects = tuple(f"{_plain(subject)}: " for subject in table.subjects)
    found = {}
    for column in text.columns.drop(["date", CODE, *([NAME] if NAME in text else [])]):
        plain = _plain(column)
        subject = next((subject for subject in subjects if plain.startswith(subject)), None)
        if subject is None:
            raise InputError(
                path,
                row=1,
                found=f"the column {column!r}",
                expected=f"columns of {table.table}, which begin with {table.subjects[0]!r}",
                action=f"put {table.table} there; each table has a file of its own",
            )
        found[plain.removeprefix(subject)] = column
    return found


def _column(labels: dict[str, str], wanted: Sequence[str], table: Table, path: Path) -> str:
    column = next((labels[plain] for name in wanted if (plain := _plain(name)) in labels), None)
    if column is None:
        raise InputError(
            path,
            row=1,
            found=f"no column {wanted[0]!r}",
            expected=f"the categories of {table.table} ({table.title})",
            action="download the bulk file again; a category may have been cut off",
        )
    return column


def _check_total(frame: pd.DataFrame, cells: int, table: Table, path: Path) -> None:
    off = frame["total"] - frame.drop(columns="total").sum(axis=1)
    refuse(
        off.abs() > LOOSE * (cells + 1),
        path,
        lambda row: (
            f"{frame['total'].iloc[row]:,} people where the parts of {table.title} add to {frame['total'].iloc[row] - off.iloc[row]:,}"
        ),
        f"parts that add to their total, but for up to {LOOSE} people a cell",
        "take the row from the official table",
    )


def place_in_2021(code: str, known: pd.Index, changes: Sequence[AreaChange]) -> Place | None:
    """What a 2011 code is in a table of 2021: itself, its new code, or what it was merged into; None where it is not there.

    An authority that was merged stands for all its parts, of which 2021 knows no single one.
    """
    if code in known:
        return Place(code, (code,))
    change = next((change for change in changes if code in change.codes and change.area_code in known), None)
    return Place(change.area_code, tuple(change.codes)) if change else None


def _place(case: Case, table: str) -> tuple[Table, pd.DataFrame, Place] | None:
    """A table of 2021 with the area's place in it; None where the folder has not the table or the table not the area."""
    held = next((each for each in TABLES if each.table == table), None)
    if held is None or not (case.folder / held.file).is_file():
        return None
    reading(shown(case.folder / held.file, case.folder.parents[2]))
    frame = read_table_2021(case.folder / held.file, held)
    place = place_in_2021(case.area, frame.index, case.reference.changes)
    return None if place is None else (held, frame, place)


def _source(table: str, place: str) -> str:
    return f"Office for National Statistics, 2021 Census: table {table}, {place}, 21 March 2021"


@described(
    Kind.REFERENCE,
    {
        "before": Column("2011", "people", inputs="counted"),
        "now": Column("2021", "people", source="source"),
        "change": Column("Change", "people", Kind.RECOMPUTED),
    },
    header="Country of birth",
    name="stock_2021",
)
def stock_change_2021(case: Case) -> pd.DataFrame | None:
    """Residents by group of birth (index) in 2011 and 2021, and the change: arrivals who stayed less deaths and departures.

    Of an area that was merged since, all its parts together. None without table TS004 of 2021 or a count of 2011 for every part.
    """
    found = _place(case, "TS004")
    if found is None or not set(found[2].parts) <= set(case.reference.country.index):
        return None
    _, frame, place = found
    before = birth_groups(case.reference, place.parts).sum()
    now = frame.loc[place.code].rename({"total": "all"})
    index = pd.Index([Labelled(label, group) for group, label in GROUP_LABELS.items()], dtype=object)
    made = pd.DataFrame(
        {"before": before[list(GROUP_LABELS)].to_numpy(), "now": now[list(GROUP_LABELS)].to_numpy()}, index=index
    )
    made["change"] = made["now"] - made["before"]
    return made.assign(source=_source("TS004", place.code), counted=case.reference.files["country"])


@described(
    Kind.REFERENCE,
    {
        "table": Column("Table"),
        "people": Column("Residents", "people", source="source"),
        "share": Column("Of the table's total", "%", Kind.RECOMPUTED, decimals=1),
    },
    header="Residents in 2021",
    words=("table",),
    group="table",
    name="census_2021",
)
def residents_2021(case: Case) -> pd.DataFrame | None:
    """Residents of the area in 2021 by the groups of every table at hand (index): people, share of the table's total (per cent).

    None where no table of 2021 is at hand, or none of them has the area.
    """
    rows = [row for table in TABLES if (found := _place(case, table.table)) for row in _groups_of(*found)]
    return pd.DataFrame(rows).set_index("label").rename_axis(None) if rows else None


def _groups_of(table: Table, frame: pd.DataFrame, place: Place) -> list[dict[str, object]]:
    row = frame.loc[place.code]
    shares = 100 * row / row["total"]
    return [
        {
            "label": Labelled(group.label, f"{table.table.lower()}_{group.id}"),
            "table": f"{table.title} ({table.table})",
            "people": int(row[group.id]),
            "share": float(shares[group.id]),
            "source": _source(table.table, place.code),
        }
        for group in table.groups
    ]
