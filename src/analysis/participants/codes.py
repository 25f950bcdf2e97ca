"""How a cell without an answer is written, and how it is kept: missing, refused and not asked are three things."""

from enum import StrEnum


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

WITHOUT_ANSWER: dict[str, Status] = {spelling: status for status, texts in SPELLINGS.items() for spelling in texts}


def status_of(text: str) -> Status | None:
    """The reason for which a cell holds no answer, or None where it holds one.

    >>> status_of("Refused"), status_of("4")
    (<Status.REFUSED: 'refused'>, None)
    """
    return WITHOUT_ANSWER.get(text.casefold())
