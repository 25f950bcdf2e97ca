"""What each page gets at publication: how to cite it, and its terms explained; and a CITATION.cff for each study."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import yaml

from analysis.companions import search
from analysis.companions.glossary import explained
from analysis.errors import InputError
from analysis.files import shown
from analysis.pipeline.commit import commit_time
from analysis.pipeline.companions import Published
from analysis.pipeline.deposit.citation import FILE, Citation, read_citation
from analysis.reporting.citation import Cited, block, cff, study_citation, whole_citation
from analysis.study import Study, load_study
from analysis.study.claims import published as as_published


def commit_of(stamp: str) -> str:
    """The commit that a stamp names, with what was changed since; empty where it names none.

    >>> commit_of("0123456789ab (clean tree)"), commit_of("0123456789ab (with uncommitted changes)"), commit_of("commit unknown")
    ('0123456789ab', '0123456789ab (with uncommitted changes)', '')
    """
    first = stamp.partition(" ")[0]
    known = len(first) == 12 and set(first) <= set("0123456789abcdef")
    return stamp.removesuffix(" (clean tree)") if known else ""


def citation_of(root: Path, study_id: str, stamp: str) -> Cited:
    """How to cite a study as it stands at a commit. Raises InputError where CITATION.cff cannot be read."""
    return study_citation(load_study(study_id, root).info, read_citation(root), commit_of(stamp))


def setting_of(study: Study, day: str) -> str:
    """Where, when, how many people and the day of the run (of its commit, as 2026-12-01; empty: unknown), as pages open."""
    run = f"run of {int(day[8:])} {date.fromisoformat(day):%B %Y}" if day else ""
    return ", ".join(filter(None, (study.info.setting, _people_of(study), run)))


def _people_of(study: Study) -> str:
    """How many people took part, as the claim that study.yaml names says; InputError where the ledger has no such claim."""
    named = study.info.people
    if named and named not in study.claims.claims:
        raise InputError(
            shown(study.raw / "study.yaml", study.root),
            column="people",
            found=named,
            expected="a claim of the study's ledger",
            action="correct the id, or leave the line out",
        )
    return f"{as_published(study.claims.claims[named]).text} {study.claims.claims[named].unit}" if named else ""


def completed(root: Path, pages: Mapping[str, Published], stamp: str) -> dict[str, Published]:
    """Pages by their path below reports/, as readers get them.

    Each opens with place, period, people and day, says how to cite its study, those of all studies how to cite the repository, and leads to the search; on a study's, terms
    are explained.
    """
    studies = dict.fromkeys(path.partition("/")[0] for path in pages if "/" in path)
    day = commit_time(root)[:10]
    settings = {study_id: setting_of(load_study(study_id, root), day) for study_id in studies}
    blocks = {study_id: block(citation_of(root, study_id, stamp)) for study_id in studies}
    infos = [load_study(study_id, root).info for study_id in studies]
    whole = block(whole_citation(read_citation(root), infos, commit_of(stamp)))
    own = {
        path: explained(published.page)
        | {"cite": blocks[study_id], "setting": settings[study_id], "search": f"../{search.FILE}"}
        for path, published in pages.items()
        if "/" in path and (study_id := path.partition("/")[0])
    }
    others = {
        path: published.page | {"cite": whole, "search": search.FILE}
        for path, published in pages.items()
        if "/" not in path
    }
    return {path: replace(published, page=(own | others)[path]) for path, published in pages.items()}


def citation_files(root: Path, pages: Mapping[str, Published], stamp: str) -> dict[str, str]:
    """A CITATION.cff for each study that has pages, by path below reports/."""
    studies = dict.fromkeys(path.partition("/")[0] for path in pages if "/" in path)
    return {f"{study_id}/{FILE}": cff_text(citation_of(root, study_id, stamp)) for study_id in studies}


def cff_text(cited: Cited) -> str:
    """A CITATION.cff, checked against the fields of its format."""
    said = cff(cited)
    Citation.model_validate({"version": "unknown", "license": "unknown"} | said)
    return yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=120)
