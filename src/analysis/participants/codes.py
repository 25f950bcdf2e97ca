"""How a cell without an answer is written, and how it is kept: missing, refused and not asked are three things."""

import re
import unicodedata
from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml

_WORDS = Path(__file__).with_name("no_answer.yaml")
_DONT_KNOW = "dont_know"


class Status(StrEnum):
    """What a cell of a participant file holds."""

    ANSWERED = "answered"
    WORDS = "in words"
    MISSING = "missing"
    REFUSED = "refused"
    NOT_ASKED = "not_asked"


MEANING: dict[Status, str] = {
    Status.ANSWERED: "a value of the column's own type",
    Status.WORDS: "an answer in words where a number was asked for, kept as it was given",
    Status.MISSING: "asked, and no answer was recorded",
    Status.REFUSED: "asked, and the person chose not to answer",
    Status.NOT_ASKED: "the question was not put to this person (or the file has no such column)",
}

# The spellings a file may use. The numbers serve SPSS files and forms that hold numbers only; they stand far below any
# value a column allows, so that a slip such as -5 months is never read as a code.
SPELLINGS: dict[Status, tuple[str, ...]] = {
    Status.MISSING: ("", "missing", "-99"),
    Status.REFUSED: ("refused", "-98"),
    Status.NOT_ASKED: ("not_asked", "not asked", "-97"),
}


def fold(text: str) -> str:
    """A text for comparison: without regard to case, kinds of apostrophe, blanks, and punctuation at the ends.

    >>> fold("  Don’t\u00a0know. "), fold("(Refused)")
    ("don't know", 'refused')
    """
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("‘", "'").replace("`", "'")
    plain = re.sub(r"\s*/\s*", "/", " ".join(plain.split()))
    return plain.strip(" .:;!?()[]*\"'") or plain


@cache
def _languages() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = yaml.safe_load(_WORDS.read_text(encoding="utf-8"))
    return found


def language_codes() -> list[str]:
    """The languages whose words for no answer are known, as ISO 639-1 codes."""
    return sorted(_languages())


@cache
def _words() -> dict[str, str]:
    """Every word for no answer, folded, and its kind."""
    listed = {fold(word): kind for kinds in _languages().values() for kind, words in kinds.items() for word in words}
    return listed | {text: str(status) for status, texts in SPELLINGS.items() for text in texts}


def status_of(text: str) -> Status | None:
    """The reason for which a cell holds no answer, or None where it holds one.

    >>> status_of("Refused"), status_of("weiß nicht"), status_of("4")
    (<Status.REFUSED: 'refused'>, <Status.MISSING: 'missing'>, None)
    """
    kind = _words().get(text) or _words().get(fold(text))
    return Status.MISSING if kind == _DONT_KNOW else Status(kind) if kind else None


def is_dont_know(text: str) -> bool:
    """Whether a person said that they do not know: an answer where words are taken, none on a scale."""
    return _words().get(fold(text)) == _DONT_KNOW


def is_no_word(text: str) -> bool:
    """Whether an id, which is of plain letters, digits and `_ . -`, is surely none of the words for no answer."""
    plain = text.casefold().strip(".")
    return plain not in _words() and text not in _words()
