"""The stage that makes the synthetic records of a worked example."""

from pathlib import Path

from analysis.errors import InputError
from analysis.pipeline.parameters import parameters_for
from analysis.study import load_study


def write_example_records(root: Path, study_id: str) -> Path:
    """Write the synthetic records of a worked example, by the seed of params.yaml; returns their folder.

    Raises InputError for a study that is no worked example: its records are a team's own, and stay as they are.
    """
    from analysis.examples import write_example

    study = load_study(study_id, root)
    if not study.info.example:
        raise InputError(
            study.name("study.yaml"),
            column="example",
            found="false",
            expected="true, for synthetic records",
            action="run this for the worked example only",
        )
    write_example(study.records_folder, parameters_for(root, "example_records", study_id).seed)  # type: ignore[attr-defined]
    return study.records_folder
