"""How a cell without an answer is written, and how it is kept: missing, refused and not asked are three things."""

import re
import unicodedata
from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml

_WORDS = Path(__file__).with_name("no_answer.yaml")
_DONT_KNOW = "dont_know"
_LONG = 6  # letters from which a word for no answer is looked for within a longer text


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


_UNSEEN = "\u200b\u200e\u200f\u202a\u202b\u202c\u2060\u2066\u2067\u2068\u2069\ufeff"


def bare(text: str) -> str:
    """A text without blanks and signs that nobody sees around it, which pasting from pages and forms leaves there.

    >>> bare("\\ufeff 5\\u200b ")
    '5'
    """
    plain = text.strip()
    return plain if plain.isascii() else plain.strip(f" \t\r\n\u00a0{_UNSEEN}")


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
    """Every word for no answer, folded, and its kind; also without the accents of Latin letters, as many forms have them."""
    listed = {fold(word): kind for kinds in _languages().values() for kind, words in kinds.items() for word in words}
    plain = {_without_accents(word): kind for word, kind in listed.items()}
    return plain | listed | {text: str(status) for status, texts in SPELLINGS.items() for text in texts}


def _without_accents(text: str) -> str:
    return unicodedata.normalize("NFC", re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFD", text)))


def _kind(text: str) -> str | None:
    """The kind of a word for no answer, or of several with `/` or `,` between them: of the first, or missing if they differ."""
    folded = fold(text)
    if (kind := _words().get(text) or _words().get(folded)) is not None:
        return kind
    parts = [part for part in re.split(r"[/,;]", folded) if part.strip()]
    kinds = {_words().get(fold(part)) for part in parts}
    if len(parts) < 2 or None in kinds:
        return None
    return kinds.pop() if len(kinds) == 1 else str(Status.MISSING)


@cache
def _phrases() -> re.Pattern[str]:
    """Any of the longer words for no answer, standing in a text as words of their own."""
    longer = sorted((word for word in _words() if len(word) >= _LONG or not word.isascii() and len(word) > 1), key=len)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, reversed(longer)))})(?!\w)")


def looks_like_none(text: str) -> bool:
    """Whether a label holds words for no answer among others, so that it has to be asked about.

    >>> looks_like_none("Don't know (spontaneous)"), looks_like_none("Advice")
    (True, False)
    """
    return bool(_phrases().search(fold(text)))


def status_of(text: str) -> Status | None:
    """The reason for which a cell holds no answer, or None where it holds one.

    >>> status_of("Refused"), status_of("weiß nicht"), status_of("4")
    (<Status.REFUSED: 'refused'>, <Status.MISSING: 'missing'>, None)
    """
    kind = _kind(text)
    return Status.MISSING if kind == _DONT_KNOW else Status(kind) if kind else None


def is_dont_know(text: str) -> bool:
    """Whether a person said that they do not know: an answer where words are taken, none on a scale."""
    return _kind(text) == _DONT_KNOW


def is_no_word(text: str) -> bool:
    """Whether an id, which is of plain letters, digits and `_ . -`, is surely none of the words for no answer."""
    plain = text.casefold().strip(".")
    return plain not in _words() and text not in _words()
