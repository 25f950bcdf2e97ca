"""One area's baseline beside its comparison areas: everything a report about the area is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from analysis.census.areas import check_area
from analysis.census.baseline import Baseline, Settings, baseline
from analysis.census.reference import FOLDER, CensusAssumption, Reference, load_reference, read_origins
from analysis.census.stock import Stock, read_stock_2001
from analysis.census.students import LocalStudents, read_local_students
from analysis.described import described, with_inputs
from analysis.results import Column, Kind, Labelled
from analysis.study import Study

SHORT_LIST = 12  # areas that are listed by name
_PARAMETER = "a parameter of this page (params.yaml)"


@dataclass(frozen=True)
class Case:
    """An area, what it is compared with, the inputs, the choices made, and the baseline of all of them.

    `codes` are the area's code and then those of the comparison areas.
    """

    folder: Path
    reference: Reference
    area: str
    codes: tuple[str, ...]
    settings: Settings
    stock: tuple[Stock, ...]
    students: Mapping[str, LocalStudents]
    result: Baseline

    @property
    def name(self) -> str:
        """The area's name."""
        return str(self.reference.names[self.area])

    @property
    def comparison(self) -> tuple[str, ...]:
        """The codes of the comparison areas."""
        return self.codes[1:]

    @cached_property
    def origins(self) -> pd.DataFrame:
        """Where every table comes from, by file name."""
        return read_origins(self.folder)

    @property
    def gap(self) -> str:
        """Why the arrivals of the area cannot be told; an empty text where they can."""
        return str(self.result.gaps[self.area])

    @property
    def areas(self) -> pd.Index:
        """The names of all areas, as rows of a table whose ids are the codes."""
        return pd.Index([Labelled(str(self.reference.names[code]), code) for code in self.codes], dtype=object)

    def names_of(self, codes: Sequence[str]) -> list[str]:
        """The names of areas, in order."""
        return [str(self.reference.names[code]) for code in codes]

    def source(self, table: str, place: str, date: str = "") -> str:
        """Publisher, series, table, place and date of a number of public statistics; nothing if no origin is noted.

        `table` is the name of an input, and `date` one of its several.
        """
        file = Path(self.reference.files[table]).stem
        if file not in self.origins.index:
            return ""
        row = self.origins.loc[file]
        return f"{row['producer']}, {row['series']}: table {row['table']}, {place}, {date or row['date']}"


def read_census(study: Study, area: str, comparison: Sequence[str], settings: Settings) -> Case:
    """Read the project's tables and what the study supplies, and compute the baseline.

    A comparison area that is the area itself is left out. Raises InputError for a code that the tables do not have and
    for any input that cannot be used.
    """
    folder = study.root / FOLDER
    reference = load_reference(folder)
    check_area(area, reference.names, reference.changes)
    for code in comparison:
        check_area(code, reference.names, reference.changes, column="comparison")
    codes = tuple(dict.fromkeys([area, *comparison]))
    stock, students = read_stock_2001(study.records_folder), read_local_students(study.records_folder)
    result = baseline(reference, codes, settings, students)
    return Case(folder, reference, area, codes, settings, stock, students, result)


@described(
    Kind.ASSUMED,
    rows={
        "horizon": Column("Years over which the group is aged", "years", source="source"),
        "draws": Column("Random draws", "draws", source="source"),
    },
    name="settings",
)
def settings_used(case: Case) -> pd.DataFrame:
    """The horizon and the number of random draws: column value."""
    values = {"horizon": case.settings.horizon_years, "draws": case.settings.draws}
    return pd.DataFrame({"value": values}).assign(source=_PARAMETER)


def areas_of(case: Case, file: str) -> list[str]:
    """The names of the areas that an input holds now: more than its origin names where tables were fetched or put in whole."""
    name = next((name for name, path in case.reference.files.items() if Path(path).stem == file), "")
    table = getattr(case.reference, name, None)
    if not isinstance(table, pd.DataFrame) or name in ("sex_by_country", "reasons"):
        return []
    codes = table.index if "area" not in table else ()
    return [str(case.reference.names.get(code, code)) for code in codes] or list(dict.fromkeys(table["area"]))


@described(Kind.RECOMPUTED, {"areas": Column("Areas", "areas", inputs="rests_on")}, name="inputs")
def areas_held(case: Case) -> pd.DataFrame:
    """How many areas each input holds (index: file) that holds too many to list them by name."""
    held = {file: with_inputs(lambda file=file: areas_of(case, file)) for file in case.origins.index}
    rows = {file: (len(areas), rests_on) for file, (areas, rests_on) in held.items() if len(areas) > SHORT_LIST}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["areas", "rests_on"], dtype=object)


@described(
    Kind.ASSUMED,
    {
        "value": Column("Assumed", units="unit", places="decimals", source="source"),
        "range": Column("Range"),
        "why": Column("Why"),
    },
    header="Assumption",
    words=("range", "why"),
    name="assumptions",
)
def assumptions(case: Case) -> pd.DataFrame:
    """The choices that no table gives (index): value, unit, range, why, with what it rests on and what would replace it."""
    entries = list(case.reference.assumptions.values())
    index = pd.Index([Labelled(entry.label, entry.id) for entry in entries], dtype=object)
    return pd.DataFrame([_assumed(entry) for entry in entries], index=index).astype({"value": object})


def _assumed(entry: CensusAssumption) -> dict[str, object]:
    low, high = _words(entry.low), _words(entry.high)
    return {
        "value": _words(entry.value) if isinstance(entry.value, str) else entry.value,
        "unit": entry.unit,
        "decimals": len(_words(entry.value).partition(".")[2]),
        "range": low if low == high else f"{low} to {high}",
        "why": f"{entry.why} Rests on: {entry.source}. Would replace it: {entry.alternatives}.",
        "source": entry.source,
    }


def _words(value: float | str) -> str:
    return value.replace("_", " ") if isinstance(value, str) else f"{value:g}"
