"""The made-up export as a whole: made, and written as an export that the readers take."""

from pathlib import Path

import numpy as np
import pandas as pd

from analysis.participants.exports import FOLDER
from made_up.figures import ID_PREFIX
from made_up.programme_figures import EXIT_FORMS, EXPORT_SEED, OF_STUDY
from made_up.programme_forms import make_outcomes
from made_up.programme_people import make_participants
from made_up.programme_records import (
    make_activities,
    make_evidence,
    make_exits,
    make_participants_table,
    make_referrals,
    make_targets,
)
from made_up.records import write_records


def make_export(seed: int = EXPORT_SEED) -> dict[str, pd.DataFrame]:
    """A full made-up export of 1,875 participants that meets every count of the report that the others leave possible.

    Returns the seven tables of an export, all cells as text. Same seed, same tables.
    """
    streams = np.random.default_rng(seed).spawn(7)
    people = make_participants(streams[0], EXIT_FORMS)
    referrals, own = make_referrals(people, streams[1])
    return {
        "referrals": referrals,
        "participants": make_participants_table(people, own, streams[2]),
        "activities": make_activities(people, streams[3]),
        "outcomes": make_outcomes(people, streams[4]),
        "exits": make_exits(people),
        "evidence": make_evidence(people, streams[5]),
        "targets": make_targets(streams[6]),
    }


def write_export(study_folder: Path, seed: int = EXPORT_SEED) -> list[Path]:
    """Write the made-up export into a study's folder as CSV files and records.yaml; returns the paths. Same seed, same bytes."""
    return write_records(study_folder / FOLDER, make_export(seed), f"id_prefix: {ID_PREFIX}\nof_study: {OF_STUDY}\n")
