"""The replication form that social-science data editors ask for, filled in from the pipeline: reports/replication.html.

Headings follow the template README of the Social Science Data Editors (https://social-science-data-editors.github.io/template_README/),
which the data editor of the American Economic Association asks for. What only people can state, such as the certificate on
rights, is left to them and says so.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from analysis.companions.material import read_page
from analysis.pipeline.deposit.citation import read_citation
from analysis.pipeline.deposit.exhibits import Exhibit, exhibits
from analysis.pipeline.deposit.origins import raw_files
from analysis.pipeline.lock import Recorded, read_lock
from analysis.pipeline.parameters import planned_runs
from analysis.pipeline.provenance import package_versions
from analysis.pipeline.stage import notebook_title
from analysis.reporting.page import PageData
from analysis.reporting.replication import Form, Listing, Run, form_page
from analysis.results import ResultStore
from analysis.study import load_study, readable_studies

FILE = "replication.html"
MEASURED = Path("benchmarks") / "results" / "pipeline.json"
_PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", re.MULTILINE)


def form_data(root: Path) -> PageData:
    """The form of the last run as the data of a page. Same run, same data."""
    recorded, citation = read_lock(root), read_citation(root)
    raw = [file for file in raw_files(root, recorded) if not file.path.endswith(".origin.yaml")]
    sources = list(dict.fromkeys(file.origin for file in raw))
    form = Form(
        title=citation.title,
        abstract=citation.abstract,
        sources=sources,
        files=[(file.path, 1 + sources.index(file.origin), file.origin.licence, file.provided) for file in raw],
        software=package_versions(),
        pinned=_pinned(root),
        measured=_measured(root),
        seeds=list(_seeds(recorded)),
        programs=list(_programs(root)),
        runs=list(_runs(root)),
        references=_references(root),
    )
    return form_page(form)


def _pinned(root: Path) -> int:
    """How many packages the lock names."""
    lock = root / "requirements.lock"
    return len(set(_PINNED.findall(lock.read_text(encoding="utf-8")))) if lock.is_file() else 0


def _measured(root: Path) -> dict[str, str]:
    """Machine, time and memory of a full run, as the committed benchmark has them; none where it is absent.

    Nothing of the run at hand enters, since two runs never take the same time.
    """
    if not (root / MEASURED).is_file():
        return {}
    told = json.loads((root / MEASURED).read_text(encoding="utf-8"))
    rows = {row["what"]: f"{row['value']:.0f} {row['unit']}".strip() for row in told["rows"]}
    machine = told["machine"]
    return {
        "machine": f"{machine['system']}, {machine['processor']}, {machine['processors']} processors, {machine['memory']} of memory",
        "Python": machine["Python"],
        "notebooks": rows["notebooks run"],
        "time": rows["cold run"],
        "memory": rows["peak memory of all processes of a cold run"],
    }


def _seeds(recorded: Iterable[Recorded]) -> Iterator[tuple[str, str]]:
    for stage in recorded:
        for name, value in stage.parameters.items():
            if "seed" in name:
                yield stage.name, str(value)


def _programs(root: Path) -> Iterator[tuple[str, str, list[str]]]:
    """Each notebook with its title and the studies it is run for."""
    runs = planned_runs(root)
    for notebook in dict.fromkeys(notebook for notebook, _ in runs):
        yield (
            f"notebooks/{notebook}.ipynb",
            notebook_title(root, notebook),
            [study for name, study in runs if name == notebook],
        )


def _runs(root: Path) -> Iterator[Run]:
    """Each run with its tables, figures and numbers in text; runs that were not made yet are left out."""
    for notebook, study_id in planned_runs(root):
        study = load_study(study_id, root)
        executed = study.processed / "executed" / f"{notebook}.ipynb"
        if executed.is_file():
            store = ResultStore.read(study.processed / "results" / f"{notebook}.json").by_id
            found = exhibits(root / "notebooks" / f"{notebook}.ipynb", executed, store)
            apart = _apart(study.processed / "pages" / f"{notebook}.json")
            shown = [
                _listing(exhibit, store, f"{study_id}/{apart.get(exhibit.anchor, notebook)}.html") for exhibit in found
            ]
            yield Run(
                study.info.title,
                notebook,
                notebook_title(root, notebook),
                f"{study_id}/{notebook}.html",
                study.info.example,
                shown,
            )


def _apart(page: Path) -> dict[str, str]:
    """The pages beside a notebook's own, by the ids that stand on them."""
    parts = read_page(page).get("parts", {}) if page.is_file() else {}
    return {anchor: name for name, part in parts.items() for anchor in part["index"]["ids"]}


def _listing(exhibit: Exhibit, store: dict[str, Any], page: str) -> Listing:
    numbers = [store[one] for one in exhibit.results if one in store] if exhibit.sort == "text" else []
    address = f"{page}#{exhibit.anchor}" if exhibit.anchor else page
    return Listing(exhibit.sort, exhibit.title, address, exhibit.cell, exhibit.code, len(exhibit.results), numbers)


def _references(root: Path) -> list[str]:
    """The publications that the studies work from."""
    infos = [study.info for study in readable_studies(root)]
    return [
        f"{info.source.producer}. {info.source.title}. {info.source.published or 'No date in the file'}."
        for info in infos
        if not info.example
    ]
