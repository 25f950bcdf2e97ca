"""What each page gets at publication: how to cite it, and its terms explained; and a CITATION.cff for each study."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import yaml

from analysis.companions import search
from analysis.companions.glossary import explained
from analysis.pipeline.companions import Published
from analysis.pipeline.deposit.citation import FILE, Citation, read_citation
from analysis.reporting.citation import Cited, block, cff, study_citation, whole_citation
from analysis.study import load_study


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


def completed(root: Path, pages: Mapping[str, Published], stamp: str) -> dict[str, Published]:
    """Pages by their path below reports/, as readers get them.

    Each says how to cite its study, those of all studies how to cite the repository, and leads to the search; on a study's, terms
    are explained.
    """
    studies = dict.fromkeys(path.partition("/")[0] for path in pages if "/" in path)
    blocks = {study_id: block(citation_of(root, study_id, stamp)) for study_id in studies}
    infos = [load_study(study_id, root).info for study_id in studies]
    whole = block(whole_citation(read_citation(root), infos, commit_of(stamp)))
    own = {
        path: explained(published.page) | {"cite": blocks[path.partition("/")[0]], "search": f"../{search.FILE}"}
        for path, published in pages.items()
        if "/" in path
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
