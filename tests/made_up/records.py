"""The worked example as a whole: made, and written as participant files."""

from pathlib import Path

import numpy as np
import pandas as pd

from made_up.answers import make_questionnaire
from made_up.figures import DEFAULT_SEED, ID_PREFIX, OF_STUDY
from made_up.people import make_people
from made_up.sessions import make_attendance, make_contacts

NOTICE = (
    "# Synthetic records of a worked example, made by a seeded generator. They are nobody's answers and no findings.\n"
)


def make_example(seed: int = DEFAULT_SEED) -> dict[str, pd.DataFrame]:
    """A full set of made-up participant files that meets every published figure in `analysis.examples.FIGURES`.

    Returns questionnaire, attendance and advice_contacts, all cells as text. Same seed, same tables.
    """
    for_people, for_days, for_advice, for_answers = np.random.default_rng(seed).spawn(4)
    people = make_people(for_people)
    attendance = make_attendance(people, for_days)
    return {
        "questionnaire": make_questionnaire(people, attendance, for_answers),
        "attendance": attendance,
        "advice_contacts": make_contacts(people, attendance, for_advice),
    }


def write_example(folder: Path, seed: int = DEFAULT_SEED) -> list[Path]:
    """Write the worked example into `folder` as CSV files and records.yaml; returns the paths. Same seed, same bytes."""
    return write_records(folder, make_example(seed), f"id_prefix: {ID_PREFIX}\nof_study: {OF_STUDY}\n")


def write_records(folder: Path, tables: dict[str, pd.DataFrame], layout: str) -> list[Path]:
    """Write made-up tables as CSV files, and records.yaml with the notice that they are made up; each whole or not at all."""
    contents = {f"{name}.csv": table.to_csv(index=False, lineterminator="\n") for name, table in tables.items()}
    contents["records.yaml"] = NOTICE + layout
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in contents.items():
        temporary = folder / f".{name}.part"
        temporary.write_text(text, encoding="utf-8", newline="\n")
        temporary.replace(folder / name)
    return [folder / name for name in contents]
