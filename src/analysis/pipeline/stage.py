"""One stage: a notebook and a study in, the study's results and the page without its stamp out."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.disclosure.scan import Secrets
from analysis.errors import InputError
from analysis.files import shown
from analysis.pipeline import progress, provenance
from analysis.pipeline.execute import execute
from analysis.pipeline.notebook_files import read_cells
from analysis.pipeline.parameter_models import Parameters
from analysis.pipeline.parameters import parameters_for, planned_runs
from analysis.pipeline.people_protected import stop_on_leaks_in
from analysis.pipeline.secrets import secrets_of_study
from analysis.results import ResultStore, write_text
from analysis.study import Study, load_study

if TYPE_CHECKING:
    from analysis.reporting.page import PageData


def run_notebook(root: Path, notebook: str, study_id: str, changes: Mapping[str, Any] | None = None) -> Path:
    """Execute a notebook for a study in this process, and write its page; returns the path of the page's data.

    Written, each whole or not at all: the notebook's own results (`data/processed/<study>/results/<notebook>.json` and
    tables), the executed notebook (`executed/<notebook>.ipynb`) and the page (`pages/<notebook>.html`). Raises
    InputError or NotebookFailure, and then writes neither notebook nor page.
    """
    parameters = parameters_for(root, notebook, study_id, dict(changes or {}))
    study = load_study(study_id, root)
    laps = progress.Laps()
    executed = execute(root / "notebooks" / f"{notebook}.ipynb", parameters, root, partial(_at_cell, laps))
    texts = {study.processed / "executed" / f"{notebook}.ipynb": _notebook_text(executed)}
    secrets, written = secrets_of_study(study), _written(study, notebook)
    # The notebook first, since what is wrong with a page is told with some of its words.
    _search({**_encoded(texts), **{path: path.read_bytes() for path in written}}, written, study, secrets)
    page = _page(executed, study, notebook, parameters)
    data = study.processed / "pages" / f"{notebook}.json"
    texts[data] = json.dumps(page, ensure_ascii=False, indent=1) + "\n"
    pages = {data: texts[data], data.with_suffix(".html"): _rendered(page, secrets)}
    _search(_encoded(pages), written, study, secrets)
    laps.lap("page")
    for path, text in texts.items():
        write_text(path, text)
    laps.lap("writing")
    progress.tell("times", laps.taken)
    return data


def _written(study: Study, notebook: str) -> list[Path]:
    """The files that a notebook has written itself."""
    outs = [study.root / out for out in provenance.stage_outputs(study.root, notebook, study.id)]
    files = [path for place in outs for path in ([place] if place.is_file() else sorted(place.rglob("*")))]
    return [path for path in files if path.is_file()]


def _encoded(texts: Mapping[Path, str]) -> dict[Path, bytes]:
    return {path: text.encode("utf-8") for path, text in texts.items()}


def _search(files: Mapping[Path, bytes], written: Sequence[Path], study: Study, secrets: Sequence[Secrets]) -> None:
    """Search files for anything about single people; if there is any, what the notebook has written goes."""
    try:
        stop_on_leaks_in({shown(path, study.root): content for path, content in files.items()}, study, secrets)
    except InputError:
        for path in written:
            path.unlink(missing_ok=True)
        raise


def _rendered(page: "PageData", secrets: Sequence[Secrets]) -> str:
    """The page that readers will see, and those beside it, where there is anything to search it for."""
    from analysis.reporting.page import render_page

    return "\n".join(map(render_page, (page, *page.get("parts", {}).values()))) if secrets else ""


def _at_cell(laps: progress.Laps, done: int, total: int) -> None:
    """Before each cell and after the last: what ended was the cell before, or the start."""
    laps.lap(f"cell {done - 1}" if done else "start")
    progress.tell("cell", done, total)


def _page(executed: Any, study: Study, notebook: str, parameters: Parameters) -> "PageData":
    from analysis.reporting.origins import StudyOrigins
    from analysis.reporting.page import page_data

    store = ResultStore.read(study.processed / "results" / f"{notebook}.json")
    return page_data(executed, page_context(study, notebook, parameters), store, StudyOrigins(study))


def page_context(study: Study, notebook: str, parameters: Parameters) -> Any:
    """Everything around a page's content: its study, and what identifies the run."""
    from analysis.reporting.page import PageContext

    return PageContext(
        study_title=study.info.title,
        page_title=notebook_title(study.root, notebook),
        setting=study.info.setting,
        source=f"{study.info.source.producer}: {study.info.source.title}",
        parameters=parameters.model_dump(),
        colophon=provenance.colophon(study, notebook, parameters),
        example=study.info.example,
        name=notebook,
    )


def notebook_title(root: Path, notebook: str) -> str:
    """A notebook's title: its first heading; InputError if it opens with none."""
    first = _opening(root, notebook)
    if not first.startswith("# "):
        raise InputError(
            f"notebooks/{notebook}.ipynb",
            found="a first cell without a title",
            expected="a heading '# ...'",
            action="start the notebook with its title",
        )
    return first.splitlines()[0][2:].strip()


def question(root: Path, notebook: str) -> str:
    """The question a notebook answers: the first paragraph under its title."""
    lines = _opening(root, notebook).splitlines()[1:]
    return next((line.strip() for line in lines if line.strip()), "")


def _opening(root: Path, notebook: str) -> str:
    """The text of a notebook's first cell."""
    return "".join(read_cells(root / "notebooks" / f"{notebook}.ipynb")[0]["source"])


def _notebook_text(notebook: Any) -> str:
    import nbformat

    return nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n"


def collect_results(root: Path, study_id: str) -> Path:
    """Merge the results of a study's notebooks into `data/processed/<study>/results.json`; returns its path.

    Raises ValueError if two notebooks give different results under one id.
    """
    study = load_study(study_id, root)
    merged = ResultStore()
    for notebook, other in planned_runs(root):
        if other == study_id:
            merged.add(ResultStore.read(study.processed / "results" / f"{notebook}.json"))
    path = study.processed / "results.json"
    merged.write(path, study=study_id, **({"example": True} if study.info.example else {}))
    return path
