"""A local student count, where a study supplies one, in place of the survey's formal-study share."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field

from analysis.census.files import read_models, refuse_repeated
from analysis.files import Strict

STUDENTS_FILE = "local_students.csv"
HOW_TO_SUPPLY = (
    f"Put {STUDENTS_FILE} into the folder records of the study, under data/raw, with the columns area_code, sex, students, "
    "half_width and source: students born outside the European Union, arrived since 2001, who are expected to leave again."
)


class LocalStudents(Strict):
    """Students from outside the European Union in one area, as its universities and colleges count them."""

    area_code: str = Field(description="2011 code of the area, such as E06000044")
    sex: Literal["women", "persons"] = Field(description="whom the count covers")
    students: int = Field(ge=0, description="students who come and go")
    half_width: float = Field(default=0.0, ge=0, description="half of the 95% interval of the count, 0 if it is exact")
    source: str = Field(min_length=3, description="who counted, when and whom")


def read_local_students(study_folder: Path) -> dict[str, LocalStudents]:
    """The student counts a study supplies, by area; empty where the file is absent.

    Raises InputError for a file that cannot be used or an area given twice.
    """
    path = study_folder / STUDENTS_FILE
    rows: Sequence[LocalStudents] = read_models(path, LocalStudents) if path.exists() else []
    refuse_repeated([(row.area_code,) for row in rows], path, "each area once", "area_code")
    return {row.area_code: row for row in rows}
