"""`analysis locate`: where each claim of a ledger stands in a document, so that a reader who holds it finds the figure.

Of each claim the fewest words around its print are taken that stand nowhere else in the document, at most five; page and words
go into empty cells of claims.csv. A claim whose print does not stand on its line is told and left as it is.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from analysis.errors import InputError
from analysis.files import read_text
from analysis.results import inert
from analysis.study import Study
from analysis.study.claims import MOST_WORDS, Claim, Document
from analysis.tools.claims_from import pages_of

_ENDS = " .,;:()[]{}‘’“”\"'"


def _bare(text: str) -> str:
    """A text without marks of lists and emphasis, which no page shows as such, and with single spaces."""
    return " ".join(re.sub(r"[*✓•|]", " ", text).split())


@dataclass(frozen=True)
class Line:
    """A line of a text with its page."""

    text: str
    page: int


def lines_of(pages: Sequence[str]) -> list[Line]:
    """The lines of all pages, counted on."""
    return [Line(text, page) for page, whole in enumerate(pages, start=1) for text in whole.split("\n")]


def words_to_search(line: str, printed: str, whole: str, nth: int = 0) -> str:
    """The fewest words with a print, from its nth stand on a line, that the whole text holds once; else those it holds least often.

    Words of one cell of a table are preferred, since a PDF may part its cells. Empty where the print does not stand there.

    >>> words_to_search("Of 48 women 12 left", "12", "of 48 women 12 left. 12 men")
    'women 12'
    """
    words = [(match.start(), match.end()) for match in re.finditer(r"\S+", line)]
    at = [match.span() for match in re.finditer(re.escape(printed), line)]
    if not at or not words:
        return ""
    start, end = at[min(nth, len(at) - 1)]
    inside = [place for place, (low, high) in enumerate(words) if low < end and high > start][:MOST_WORDS]
    return min(_candidates(line, words, inside[0], inside[-1], whole), default=(0, 0, 0, 0, ""))[-1]


def _candidates(
    line: str, words: Sequence[tuple[int, int]], first: int, last: int, whole: str
) -> Iterator[tuple[int, int, int, int, str]]:
    for low in range(max(0, last - MOST_WORDS + 1), first + 1):
        for high in range(last, min(len(words), low + MOST_WORDS)):
            part = line[words[low][0] : words[high][1]]
            text = re.sub(r"^[-–—] | [-–—]$", "", _bare(part).strip(_ENDS))
            yield whole.count(text.lower()), part.count("\t"), high - low, low, text


def located(
    claims: Iterable[Claim], lines: Sequence[Line], numbered: bool
) -> tuple[dict[str, dict[str, str]], list[Claim]]:
    """`page` and `search` by claim, and the claims whose print does not stand on their line; pages if they are `numbered`."""
    whole = _bare(" ".join(line.text for line in lines)).lower()
    found: dict[str, dict[str, str]] = {}
    lost, seen = [], dict[tuple[int, str], int]()
    for claim in claims:
        nth = seen.setdefault((claim.line, claim.printed), 0)
        seen[claim.line, claim.printed] += 1
        line = lines[claim.line - 1] if claim.line <= len(lines) else Line("", 0)
        if words := words_to_search(line.text, claim.printed, whole, nth):
            found[claim.claim_id] = {"page": str(line.page) if numbered else "", "search": words}
        else:
            lost.append(claim)
    return found, lost


def locate(study: Study, path: Path, document: str, sha256: str) -> tuple[str, list[Claim], int]:
    """The text of claims.csv with page and words filled in, the claims that were not found, and how many were.

    Raises InputError for a document that the study has not, and for a text that is another than study.yaml says.
    """
    described = next((each for each in study.info.all_documents if each.id == document), None)
    _check(study, described, document, path, sha256)
    pages = pages_of(path)
    mine = [claim for claim in study.claims.claims.values() if claim.document == document]
    found, lost = located(mine, lines_of(pages), len(pages) > 1)
    return filled(read_text(study.raw / "claims.csv", study.name("claims.csv")), found), lost, len(found)


def _check(study: Study, described: Document | None, document: str, path: Path, sha256: str) -> None:
    file = study.name("study.yaml")
    if described is None:
        ids = ", ".join(each.id for each in study.info.documents) or "none"
        told = {"found": repr(document), "expected": f"one of {ids}", "action": "correct it, or describe the document"}
        raise InputError(file, column="documents", **told)
    if described.text and described.text.sha256 != sha256:
        raise InputError(
            path.name,
            found=f"a text whose SHA-256 is {sha256}",
            expected=f"that of {file}, {described.text.sha256}",
            action="give the text whose lines the ledger counts, or correct lines and hash together",
        )


def filled(text: str, found: dict[str, dict[str, str]]) -> str:
    """A ledger's text with `page` and `search` in cells that were empty; comments and all other cells stay as they are."""
    wanted = [name for name in ("page", "search") if any(each[name] for each in found.values())]
    head: list[str] = []
    out = []
    for line in _records(text):
        if not line.strip() or line.startswith("#"):
            out.append(line)
        elif not head:
            cells = next(csv.reader([line]))
            head = [*cells, *(name for name in wanted if name not in cells)]
            out.append(_written(head))
        else:
            row = dict(zip_longest(head, next(csv.reader([line])), fillvalue=""))
            new = found.get(row["claim_id"], {})
            out.append(
                _written([inert(new[name]) if name in wanted and new and not row[name] else row[name] for name in head])
            )
    return "\n".join(out) + "\n"


def _records(text: str) -> Iterator[str]:
    r"""The records of a CSV text as they stand, one of several lines as one; comments each by itself.

    >>> list(_records('a,b\n# "\n1,"x\ny"'))
    ['a,b', '# "', '1,"x\ny"']
    """
    begun = ""
    for line in re.split(r"\r\n|\r|\n", text.removesuffix("\n")):
        comment = not begun and line.startswith("#")
        begun = f"{begun}\n{line}" if begun else line
        if comment or begun.count('"') % 2 == 0:
            yield begun
            begun = ""
    yield from filter(None, [begun])


def _written(cells: Sequence[str]) -> str:
    target = io.StringIO()
    csv.writer(target, lineterminator="\r\n").writerow(cells)  # which quotes a cell of several lines
    return target.getvalue().removesuffix("\r\n")
