"""The companion pages of each study, gathered from the last run: what each is made from, and in which order they stand."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from analysis.companions import assumptions, dictionary, methods, overview
from analysis.companions.material import Appendix, Material
from analysis.pipeline.parameters import planned_runs
from analysis.pipeline.provenance import sha256
from analysis.pipeline.run import notebook_title
from analysis.results import ResultStore
from analysis.study import load_study
from analysis.study.tables import shown


@dataclass(frozen=True)
class Companion:
    """One kind of page: file name, title, how it is made, whether a study has it, and whether it stands before the appendices."""

    name: str
    title: str
    make: Callable[[Material], str]
    wanted: Callable[[Material], bool] = lambda material: True
    first: bool = False


COMPANIONS = (
    Companion("overview", "Overview", overview.overview, first=True),
    Companion("assumptions", assumptions.TITLE, assumptions.assumptions, lambda material: assumptions.has_register(material.study)),
    Companion("methods", methods.TITLE, methods.methods),
    Companion("data_dictionary", dictionary.TITLE, dictionary.data_dictionary),
)


def materials(root: Path, question: Callable[[Path, str], str]) -> Iterator[Material]:
    """What the companion pages of each planned study are made from, in the order of params.yaml."""
    runs = planned_runs(root)
    for study_id in dict.fromkeys(study for _, study in runs):
        study = load_study(study_id, root)
        appendices = tuple(
            Appendix(
                notebook, notebook_title(root, notebook), question(root, notebook),
                (study.processed / "pages" / f"{notebook}.html").read_text(encoding="utf-8"),
                ResultStore.read(study.processed / "results" / f"{notebook}.json"),
            )
            for notebook, other in runs if other == study_id
        )
        yield Material(study, appendices, ResultStore.read(study.processed / "results.json"), _colophon(root, study_id))


def companions(material: Material) -> dict[str, Companion]:
    """The companion pages a study has, by name."""
    return {companion.name: companion for companion in COMPANIONS if companion.wanted(material)}


def inputs(root: Path, study_id: str) -> list[Path]:
    """The files that a study's companion pages are made from beside the code."""
    processed = root / "data" / "processed" / study_id
    raw = root / "data" / "raw"
    named = [processed / "results.json", raw / "overviews" / f"{study_id}.yaml", raw / study_id / "study.yaml"]
    named += [raw / study_id / name for name in ("assumptions.yaml", "value_map.csv", "value_map.yaml")]
    return [path for path in (*named, *sorted((root / "tests" / "spec").glob("*.yaml"))) if path.is_file()]


def _colophon(root: Path, study_id: str) -> dict[str, object]:
    return {
        "How to make this page again": "python -m analysis publish",
        "Inputs, with SHA-256": {shown(path, root): sha256(path) for path in inputs(root, study_id)},
    }
