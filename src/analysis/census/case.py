"""One area's baseline beside its comparison areas: everything a report about the area is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from analysis.census.areas import check_area
from analysis.census.baseline import Baseline, Settings, baseline
from analysis.census.reference import Reference, load_reference, read_origins
from analysis.census.stock import Stock, read_stock_2001
from analysis.census.students import LocalStudents, read_local_students


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

    def names_of(self, codes: Sequence[str]) -> list[str]:
        """The names of areas, in order."""
        return [str(self.reference.names[code]) for code in codes]


def open_case(folder: Path, study_folder: Path, area: str, comparison: Sequence[str], settings: Settings) -> Case:
    """Read the tables of `folder` and what the study supplies, and compute the baseline.

    A comparison area that is the area itself is left out. Raises InputError for a code that the tables do not have and
    for any input that cannot be used.
    """
    reference = load_reference(folder)
    check_area(area, reference.names, reference.changes)
    for code in comparison:
        check_area(code, reference.names, reference.changes, column="comparison")
    codes = tuple(dict.fromkeys([area, *comparison]))
    students = read_local_students(study_folder)
    return Case(
        folder,
        reference,
        area,
        codes,
        settings,
        read_stock_2001(study_folder),
        students,
        baseline(reference, codes, settings, students),
    )
