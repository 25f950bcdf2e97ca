"""What the pipeline does for people's sake: the search for leaks, the record of decisions."""

import json
from pathlib import Path

from analysis.disclosure.joint import DECISIONS, PEOPLE, PUBLISHED, prove_together, read_published
from analysis.disclosure.scan import Secrets, scan_page, secrets_of, stop_on_leaks
from analysis.pipeline.coded import segment_leaks
from analysis.pipeline.parameters import planned_runs
from analysis.results import write_text
from analysis.study import Study, load_study


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

    What all of them publish of the same people is proved together once more; raises InputError if a hidden count can be
    narrowed down.
    """
    folder = load_study(study_id, root).processed
    planned = sorted(notebook for notebook, other in planned_runs(root) if other == study_id)
    paths = [path for name in planned if (path := folder / "results" / f"{name}{DECISIONS}").is_file()]
    parts = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    rows = [row for path in paths for row in read_published(path)]
    prove_together(
        rows, max((int(part.pop(PEOPLE, 0)) for part in parts), default=0), f"data/processed/{study_id}/results"
    )
    for part in parts:
        part.pop(PUBLISHED, None)
    path = folder / "disclosure.json"
    write_text(path, json.dumps({"study": study_id, "notebooks": parts}, indent=1, ensure_ascii=False) + "\n")
    return path
