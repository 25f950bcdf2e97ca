"""For blind review: nothing of who made it, where, and from which repository.

Names and addresses are taken out of the data of pages, before anything is rendered; what is left of them anywhere in a finished
file stops the bundle. The source that was rerun, its programme and its place stay: they are the subject.
"""

import io
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from analysis.errors import InputError
from analysis.pipeline.commit import no_history
from analysis.pipeline.deposit.citation import read_citation
from analysis.reporting.page import PageData
from analysis.study import Study
from analysis.study.authors import ORCID, Author

WITHHELD = "[withheld for blind review]"
KEPT_COLOPHON = ("Parameters", "Seeds", "Package versions")
_ARCHIVES = (".xlsx", ".docx", ".zip")
_AS_THEY_ARE = ("id", "ids", "anchor", "type", "markup", "template", "kind")


def secrets_of(study: Study, stamp: str) -> list[str]:
    """What tells who made a study, longest first: names, ORCIDs, affiliations, addresses, DOIs, commit, title of the repository."""
    repository = read_citation(study.root)
    told = [text for author in (*study.info.authors, *repository.authors) for text in _of_author(author)]
    told += [repository.title, repository.repository_code, repository.doi, study.info.doi, *_history(study.root, stamp)]
    known = {" ".join(text.split()) for text in told if text}
    return sorted((text for text in known if len(text) > 1), key=lambda text: (-len(text), text))


def _of_author(author: Author) -> Iterator[str | None]:
    yield from (author.words, author.sorted_name, author.family, author.affiliation, author.website)
    if author.given and author.family:
        yield f"{author.family}, {author.given[0]}."
    if author.orcid:
        yield from (author.orcid, author.orcid.removeprefix(ORCID))


def _history(root: Path, stamp: str) -> Iterator[str]:
    """The commit, long and short, and where the repository is kept."""
    commit = stamp.partition(" ")[0]
    if len(commit) == 12 and set(commit) <= set("0123456789abcdef"):
        yield from (commit, commit[:7])
    if not no_history(root):
        done = subprocess.run(
            ["git", "-C", str(root), "config", "--get-regexp", r"remote\..*\.url"], capture_output=True, text=True
        )
        yield from (line.partition(" ")[2] for line in done.stdout.splitlines())


def blinded(page: PageData, secrets: Sequence[str]) -> PageData:
    """A page without how to cite it, without what of its colophon leads to the repository, and without any secret in its words."""
    pattern = _pattern(secrets)
    colophon = [entry for entry in page["colophon"] if entry[0] in KEPT_COLOPHON]
    kept = {key: part for key, part in page.items() if key not in ("cite", "colophon")}
    return dict(_without(kept, pattern)) | {"colophon": colophon}


def _without(content: Any, pattern: re.Pattern[str]) -> Any:
    if isinstance(content, str):
        return pattern.sub(WITHHELD, content)
    if isinstance(content, list | tuple):
        return [_without(part, pattern) for part in content]
    if not isinstance(content, dict):
        return content
    if content.get("type") == "link" and pattern.search(content["href"]):
        content = {"type": "run", "of": content["of"]}
    return {key: part if key in _AS_THEY_ARE else _without(part, pattern) for key, part in content.items()}


def _pattern(secrets: Sequence[str]) -> re.Pattern[str]:
    """Any of the secrets, as whole words, in any case but for single words, which may be words of the language too."""
    texts = [re.escape(text) if text.isalpha() else f"(?i:{re.escape(text)})" for text in secrets]
    return re.compile(rf"(?<!\w)(?:{'|'.join(texts)})(?!\w)")


def stop_on_names(files: Mapping[str, bytes], secrets: Sequence[str]) -> None:
    """Raise InputError for the first file that still tells who made it; the message does not."""
    pattern = _pattern(secrets)
    for name, content in files.items():
        if any(pattern.search(text) for text in (name, *_texts(name, content))):
            raise InputError(
                name,
                found="a name, an address or a commit of the authors or of their repository",
                expected="nothing that tells who made it",
                action="take it out of the notebook's or the companion's words, or leave this study out of blind review",
            )


def _texts(name: str, content: bytes) -> Iterator[str]:
    """What can be read in a file: as it is, its mark-up taken for what it means, and what a zip holds."""
    text = content.decode("utf-8", errors="replace")
    yield text
    yield " ".join(unescape(text).split())
    if name.endswith(_ARCHIVES):
        try:
            with ZipFile(io.BytesIO(content)) as archive:
                for inner in archive.namelist():
                    yield from _texts(inner, archive.read(inner))
        except BadZipFile:
            return
