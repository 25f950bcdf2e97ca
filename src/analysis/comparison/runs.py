"""A run to compare: a folder with its results and, where they are at hand, the inputs they were made from."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from analysis.comparison.lock import changed_since, content_md5
from analysis.errors import InputError
from analysis.files import read_csv, shown
from analysis.pipeline.lock import Recorded, read_lock
from analysis.results import Result, ResultStore

VERDICTS = "claims.csv"
SHORT_LIST = 3  # files that a remark names


@dataclass(frozen=True)
class Run:
    """One run: what it is called, its results by (study, notebook), its project folder if its inputs are at hand.

    `verdicts` are the claims' verdicts by study and claim id; `remarks` say how far results and inputs belong together.
    """

    name: str
    results: Mapping[tuple[str, str], ResultStore]
    root: Path | None = None
    stages: tuple[Recorded, ...] = ()
    verdicts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def studies(self) -> tuple[str, ...]:
        """The studies that have results, sorted."""
        return tuple(sorted({study for study, _ in self.results}))


def read_run(folder: Path, name: str, study: str = "") -> Run:
    """The run in a folder: a project, a folder like data/processed, or one study's folder in it; of one `study` if named.

    Raises InputError if the folder holds no results, or some that cannot be read.
    """
    root = next((place for place in (folder, folder.parent.parent) if _is_project(place)), None)
    processed = folder / "data" / "processed" if root == folder else folder
    results = {run: store for run, store in _results(processed, name) if study in ("", run[0])}
    if not results:
        raise InputError(
            name,
            found="a folder without results",
            expected="<study>/results/<notebook>.json in it, or in its data/processed",
            action="run make reproduce there first, or name another folder",
        )
    stages = read_lock(root) if root else ()
    verdicts = {
        each: _verdicts(place, name)
        for each, place in _study_folders(processed)
        if study in ("", each) and (place / VERDICTS).is_file()
    }
    remarks = (
        _remarks(root, processed, stages, results)
        if root
        else ("its inputs are not at hand, so no cause can be named",)
    )
    return Run(name, results, root, stages, verdicts, tuple(remarks))


def _is_project(folder: Path) -> bool:
    return (folder / "params.yaml").is_file() and (folder / "data" / "raw").is_dir()


def _study_folders(processed: Path) -> Iterator[tuple[str, Path]]:
    """Study ids and their folders; `processed` may be one of them itself."""
    for place in (processed, *(sorted(processed.iterdir()) if processed.is_dir() else ())):
        if (place / "results").is_dir() or (place / "results.json").is_file():
            yield place.name, place


def _results(processed: Path, name: str) -> Iterator[tuple[tuple[str, str], ResultStore]]:
    for study, place in _study_folders(processed):
        files = [
            path for path in sorted((place / "results").glob("*.json")) if not path.name.endswith(".disclosure.json")
        ]
        for path in files or [place / "results.json"]:
            yield (study, path.stem if files else ""), read_results(path, f"{name}: {shown(path, processed)}")


def read_results(path: Path, name: str) -> ResultStore:
    """The results in a file; InputError if it is not one that a run writes."""
    try:
        return ResultStore.read(path)
    except json.JSONDecodeError as error:
        found, row = f"text that is no JSON ({error.msg})", error.lineno
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        found, row = f"something else than results ({type(error).__name__}: {error})", None
    except OSError as error:
        found, row = f"a file that cannot be read ({error.strerror})", None
    raise InputError(
        name, row=row, found=found, expected="the results of a run, as it wrote them", action="run the notebook again"
    )


def _verdicts(place: Path, name: str) -> dict[str, str]:
    header = (place / VERDICTS).read_text(encoding="utf-8").partition("\n")[0].split(",")
    rows = read_csv(place / VERDICTS, f"{name}: {place.name}/{VERDICTS}", ("claim_id", "verdict"), header)
    return {values["claim_id"]: values["verdict"] for _, values in rows}


def _remarks(
    root: Path, processed: Path, stages: tuple[Recorded, ...], results: Iterable[tuple[str, str]]
) -> Iterator[str]:
    """What a reader must know before he trusts that these results belong to these inputs."""
    known = {stage.run: stage for stage in stages}
    alone, stale = [], {}
    for study, notebook in results:
        stage = known.get((notebook, study))
        file = processed / study / "results" / f"{notebook}.json"
        if stage is None or stage.makes.get(f"data/processed/{study}/results/{notebook}.json") != content_md5(file):
            alone.append(f"{notebook} of {study}")
        elif changed := changed_since(root, stage, stages):
            stale |= dict.fromkeys(changed)
    if stale:
        yield f"results older than their inputs: {_listed(stale)} changed since the recorded run; run make reproduce first"
    if alone:
        yield f"not recorded in dvc.lock, so whether they are of the present inputs is not known: {_listed(alone)}"


def _listed(names: Iterable[str]) -> str:
    listed = list(names)
    rest = len(listed) - SHORT_LIST
    return ", ".join(listed[:SHORT_LIST]) + (f" and {rest} more" if rest > 0 else "")


def all_results(run: Run, study: str) -> Iterator[Result]:
    """Every result of a study, notebook by notebook."""
    for (other, _), store in sorted(run.results.items()):
        if other == study:
            yield from store
