"""What the pipeline does for people's sake: the worked example's records, the search for leaks, the record of decisions."""

import json
from pathlib import Path

from analysis.disclosure.scan import Secrets, scan_page, secrets_of, stop_on_leaks
from analysis.errors import InputError
from analysis.pipeline.coded import segment_leaks
from analysis.pipeline.parameters import parameters_for
from analysis.results import write_text
from analysis.study import Study, load_study

DECISIONS = ".disclosure.json"


def write_example_records(root: Path, study_id: str) -> Path:
    """Write the synthetic records of a worked example, by the seed of params.yaml; returns their folder.

    Raises InputError for a study that is no worked example: its records are a team's own, and stay as they are.
    """
    from analysis.examples import write_example

    study = load_study(study_id, root)
    if not study.info.example:
        raise InputError(
            study.name("study.yaml"), column="example", found="false", expected="true, for synthetic records",
            action="run this for the worked example only",
        )
    write_example(study.records_folder, parameters_for(root, "example_records", study_id).seed)  # type: ignore[attr-defined]
    return study.records_folder


def stop_on_page_leaks(html: str, study: Study, notebook: str) -> None:
    """Raise InputError if a page shows an id, a record, a column of answers or a free text of the study's records."""
    page = f"{study.id}/{notebook}.html"
    stop_on_leaks([*scan_page(html, page, _secrets(study), study.info.example), *segment_leaks(html, page, study)])


def _secrets(study: Study) -> list[Secrets]:
    from analysis.participants import read_records

    records = read_records(study.records_folder, study.id, study.root)
    found = []
    for table in records or ():
        words = [column for column in table.values if column.endswith("_words")]
        found.append(secrets_of(table.values, text_columns=words))
        if "contact_id" in table.values:
            found.append(secrets_of(table.values, id_column="contact_id"))
    return found


def collect_decisions(root: Path, study_id: str) -> Path:
    """Merge what a study's notebooks decided on disclosure into `data/processed/<study>/disclosure.json`.

    All tables that share a column must come from one notebook, since each notebook proves its own tables together;
    raises InputError otherwise.
    """
    folder = load_study(study_id, root).processed
    parts = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((folder / "results").glob(f"*{DECISIONS}"))]
    owner: dict[str, str] = {}
    for part in parts:
        for column in sorted({name for names in part["tables"].values() for name in names}):
            if owner.setdefault(column, part["notebook"]) != part["notebook"]:
                raise InputError(
                    f"notebooks/{part['notebook']}.ipynb", column=column,
                    found=f"a table of people by a column that {owner[column]} shows as well", expected="all tables with a column in one notebook",
                    action="move one of the tables, so that they are protected and proved together",
                )
    path = folder / "disclosure.json"
    write_text(path, json.dumps({"study": study_id, "notebooks": parts}, indent=1, ensure_ascii=False) + "\n")
    return path
