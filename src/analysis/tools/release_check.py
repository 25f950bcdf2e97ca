"""`analysis release-check`: what would leave of a study, attacked once more, file by file, for an output checker to sign.

Nothing is published or changed by it. It goes through the files that a team passes on as they lie there, not through what
the run that made them thought of them: somebody may have put a file beside the pages.
"""

import json
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.companions import search
from analysis.disclosure.across_pages import DECISIONS, PEOPLE, Linear, prove_together, read_published
from analysis.disclosure.rules import MINIMUM_CELL
from analysis.disclosure.scan import Leak, Secrets, scan_file
from analysis.errors import InputError
from analysis.files import shown
from analysis.pipeline import last_publication, team_files
from analysis.pipeline.citing import cff_text, citation_of
from analysis.pipeline.commit import commit_line
from analysis.pipeline.deposit import crate, replication
from analysis.pipeline.deposit.citation import FILE as CITATION
from analysis.pipeline.earlier_releases import check_earlier
from analysis.pipeline.provenance import sha256
from analysis.pipeline.publish import files_beside
from analysis.pipeline.rendered import published_pages
from analysis.pipeline.secrets import public_material, secrets_of_study
from analysis.pipeline.sources import Sources
from analysis.study import Study, readable_studies

HOLDS, FAILS, NOTE = "holds", "fails", "to be looked at"
_COMMON = (
    "index.html",
    "ledger.html",
    search.FILE,
    replication.FILE,
    crate.FILE,
)  # in reports/, of all studies together
_WHAT = {".html": "page", ".pdf": "page, as a PDF", ".xlsx": "workbook of the model", ".csv": "table", ".json": "data", ".ipynb": "executed notebook", ".qdc": "codebook", ".cff": "how to cite"}  # fmt: skip


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: what, how it came out, and in which words; `of_files`: the files tell what is wrong."""

    what: str
    outcome: str
    told: str
    of_files: bool = False


@dataclass(frozen=True)
class Leaving:
    """A file that leaves: its path in the project, what it is, and why it may; `leaks` are what speaks against it."""

    path: str
    what: str
    size: int
    sha256: str
    why: str
    leaks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Release:
    """The outcome for one study."""

    study: Study
    checks: tuple[Check, ...]
    files: tuple[Leaving, ...]
    decisions: pd.DataFrame = field(repr=False)

    @property
    def problems(self) -> tuple[str, ...]:
        """What has to be mended before anything is passed on; empty where nothing speaks against it."""
        failed = [
            f"{check.what}: {check.told}" for check in self.checks if check.outcome == FAILS and not check.of_files
        ]
        return (*failed, *(f"{file.path}: {leak}" for file in self.files for leak in file.leaks))


def release_check(study: Study) -> Release:
    """Look at everything that a study's team would pass on.

    Raises InputError for a study that was not published.
    """
    folder = study.root / "reports" / study.id
    if not any(folder.glob("*.html")):
        raise InputError(
            shown(folder, study.root), found="no pages", expected="a published study", action="run analysis reproduce"
        )
    secrets, data = secrets_of_study(study), _data_files(study)
    known = _known(study)
    files = tuple(_leaving(study, path, secrets, known) for path in [*_report_files(study), *data])
    checks = (_as_published(study), *_strangers(files), _records_kept(study), *_of_people(study, secrets, files))
    return Release(study, checks, files, _decisions(study))


def _report_files(study: Study) -> list[Path]:
    reports = study.root / "reports"
    own = sorted(path for path in (reports / study.id).rglob("*") if path.is_file() or path.is_symlink())
    return [*own, *(path for name in _COMMON if (path := reports / name).is_file())]


def _data_files(study: Study) -> list[Path]:
    """What a team may pass on beside the pages: data/processed of the study."""
    found = (
        path
        for path in study.processed.rglob("*")
        if path.is_file() and not team_files.is_kept(shown(path, study.root))
    )
    return sorted(found)


def _known(study: Study) -> set[str]:
    """The paths of the files in reports/ that a run makes."""
    pages = {f"reports/{path}" for path in published_pages(study.root)}
    beside = {f"reports/{study.id}/{path.name}" for path in files_beside(study.root, study.id)}
    return (
        pages
        | {path.removesuffix(".html") + ".pdf" for path in pages}
        | beside
        | {f"reports/{crate.FILE}", f"reports/{study.id}/{study.id}.pdf", *_cited(study)}
    )


def _cited(study: Study) -> list[str]:
    """The path of the study's citation file, if it says what publication wrote and no more."""
    path = study.root / "reports" / study.id / CITATION
    written = cff_text(citation_of(study.root, study.id, commit_line(study.root)))
    return [shown(path, study.root)] if path.is_file() and path.read_text(encoding="utf-8") == written else []


def _leaving(study: Study, path: Path, secrets: Sequence[Secrets], known: set[str]) -> Leaving:
    name = shown(path, study.root)
    if path.is_symlink():
        return Leaving(name, "a link", 0, "", "", ("a link to somewhere else; what it leads to would be passed on",))
    content = path.read_bytes()
    leaks = [] if path.suffix == ".pdf" else _leaks(study, name, content, secrets)
    if name.startswith("reports/") and name not in known:
        leaks.append("no run made this file; take it away, or say yourself why it may leave")
    why = "it knows no records of people" if not secrets else _why(path)
    return Leaving(name, _WHAT.get(path.suffix, "file"), len(content), sha256(path), "" if leaks else why, tuple(leaks))


def _why(path: Path) -> str:
    if path.suffix == ".pdf":
        return "printed from the page beside it, which was searched"
    return (
        "searched: no id, no record, no column of answers, no words of anybody; its numbers passed disclosure control"
    )


def _leaks(study: Study, name: str, content: bytes, secrets: Sequence[Secrets]) -> list[str]:
    if not secrets:
        return []
    public = cache(partial(public_material, study, [other.id for other in readable_studies(study.root)]))
    found: list[Leak] = scan_file(name, content, secrets, study.info.example, public)
    return [str(leak) for leak in found]


def _as_published(study: Study) -> Check:
    """Whether the pages are those of the present records, code and parameters, untouched since."""
    what = "The pages are those of the last run, and nothing changed since"
    same = last_publication.still_told(study.root, commit_line(study.root), Sources.now(study.root / "src")) is not None
    if same:
        return Check(what, HOLDS, "code, raw data, parameters and pages are as they were when published")
    return Check(what, FAILS, "something changed since; run analysis reproduce, then this again")


def _strangers(files: Sequence[Leaving]) -> Iterator[Check]:
    leaking = [file.path for file in files if file.leaks]
    what = f"Every one of {len(files)} files that leave"
    told = (
        f"{len(leaking)} must not leave as they are" if leaking else "each is known, and holds nothing that was found"
    )
    yield Check(what, FAILS if leaking else HOLDS, told, of_files=True)


def _records_kept(study: Study) -> Check:
    """Whether git would pass records or private results on."""
    what = "Records and private results are not in git"
    folders = [f"data/raw/{study.id}/{name}" for name in team_files.FOLDERS]
    done = subprocess.run(
        ["git", "ls-files", "--", *folders, "private"], cwd=study.root, capture_output=True, text=True
    )
    if done.returncode:
        return Check(what, NOTE, "this is no git repository, so nothing was looked at")
    kept = [path for path in done.stdout.splitlines() if Path(path).name not in team_files.PUBLIC]
    if kept and not study.info.example:
        return Check(what, FAILS, f"git keeps {', '.join(kept[:5])}: whoever gets the repository gets them")
    return Check(what, HOLDS, "synthetic records lie there, which are nobody's" if kept else "git keeps none")


def _of_people(study: Study, secrets: Sequence[Secrets], files: Sequence[Leaving]) -> Iterator[Check]:
    """What only studies with records have to hold."""
    if not secrets:
        yield Check("Records of people", HOLDS, "this study has none: its pages rest on what is published")
        return
    people = max(len(each.ids) or each.people for each in secrets)
    searched = sum(not file.path.endswith(".pdf") for file in files)
    told = f"{searched} files were searched for ids, records, columns and words of {people} people, table by table ({len(secrets)} of them)"
    outcome = FAILS if any(file.leaks for file in files) else HOLDS
    yield Check("Nothing of single people stands anywhere", outcome, told, of_files=True)
    yield _proved(study)
    yield _compared(study)
    yield from _thresholds(study)


def _proved(study: Study) -> Check:
    """The attack by linear programs on all that the study's notebooks publish of the same people, made anew."""
    what = "No hidden count can be worked out from all pages together"
    paths = sorted((study.processed / "results").glob(f"*{DECISIONS}"))
    parts = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    rows: list[Linear] = [row for path in paths for row in read_published(path)]
    try:
        together = prove_together(
            rows, max((int(part.get(PEOPLE, 0)) for part in parts), default=0), study.name("results")
        )
    except InputError as error:
        return Check(what, FAILS, str(error))
    hidden = sum(row.open for row in rows)
    told = f"{hidden} hidden counts, {len(rows) - hidden} published sums; proved together: {', '.join(together) or 'none share a question'}"
    return Check(what, HOLDS, told)


def _compared(study: Study) -> Check:
    what = "Pages published before, and these"
    if study.info.example:
        return Check(what, HOLDS, "synthetic records: nobody could be found by subtraction")
    try:
        notes = [line for line in check_earlier(study.root) if line.startswith(f"{study.id}:")]
    except InputError as error:
        return Check(what, FAILS, str(error))
    return Check(
        what, NOTE if notes else HOLDS, " ".join(notes) or "no few people came, went or changed their answers since"
    )


def _thresholds(study: Study) -> Iterator[Check]:
    for part in _parts(study):
        least, reason = part["rules"]["minimum_cell"], part["rules"]["reason"]
        what = f"The smallest count that {part['notebook']} shows"
        if least < MINIMUM_CELL:
            yield Check(what, NOTE, f"{least}, below the {MINIMUM_CELL} that are usual; reason given: {reason}")
        else:
            yield Check(what, HOLDS, f"{least}")


def _parts(study: Study) -> list[dict[str, Any]]:
    path = study.processed / "disclosure.json"
    return list(json.loads(path.read_text(encoding="utf-8"))["notebooks"]) if path.is_file() else []


def _decisions(study: Study) -> pd.DataFrame:
    """How many decisions each notebook took, by rule and decision."""
    counted = Counter(
        (part["notebook"], each["rule"], each["decision"]) for part in _parts(study) for each in part["decisions"]
    )
    rows = [
        {"notebook": notebook, "rule": rule, "decision": decision, "times": count}
        for (notebook, rule, decision), count in sorted(counted.items())
    ]
    return pd.DataFrame(rows, columns=["notebook", "rule", "decision", "times"])
