"""What the pipeline does for people's sake: the search for leaks, the record of decisions."""

import json
from collections.abc import Mapping, Sequence
from functools import cache, partial
from pathlib import Path

from analysis.disclosure.across_pages import DECISIONS, PEOPLE, PUBLISHED, prove_together, read_published
from analysis.disclosure.scan import Secrets, scan_file, stop_on_leaks
from analysis.pipeline.parameters import planned_runs
from analysis.pipeline.secrets import public_material, secrets_of_study
from analysis.results import write_text
from analysis.study import Study, load_study, readable_studies


def stop_on_leaks_in(files: Mapping[str, bytes], study: Study, secrets: Sequence[Secrets] | None = None) -> None:
    """Raise InputError if one of some files, by name, shows anything of single people in the study's records.

    That is an id, a record, a column of answers or a free text, of participant files, monitoring data or coded segments,
    unless it stands alike in what the study has in print.
    """
    secrets = secrets_of_study(study) if secrets is None else secrets
    public = cache(partial(public_material, study))
    for name, content in files.items():
        stop_on_leaks(scan_file(name, content, secrets, study.info.example, public))


def stop_on_published_leaks(root: Path, texts: Mapping[str, str]) -> None:
    """The same for what is published of all studies together, by name in reports/; synthetic records are left out."""
    studies = readable_studies(root)
    for study in studies:
        if not study.info.example and (secrets := secrets_of_study(study)):
            public = cache(partial(public_material, study, [other.id for other in studies]))
            for name, text in texts.items():
                stop_on_leaks(scan_file(f"reports/{name}", text.encode("utf-8"), secrets, public=public))


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
