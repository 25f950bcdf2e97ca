"""The one error a reader of this project meets: where it is, what was found, what was expected, what to do."""

import os
import re
from functools import partial
from pathlib import Path

SHOW_VALUES = (
    "ANALYSIS_SHOW_VALUES"  # set to anything, messages quote the cells of people's files: for a team's own terminal
)
_FORMS = (
    (r"", "an empty cell"),
    (r"[+-]?[0-9]+([.][0-9]+)?", "a number"),
    (r"[+-]?[0-9]+(,[0-9]+)+", "a number with a comma"),
    (r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}([T ].*)?", "a date"),
)

# What neither HTML nor XML (and so no workbook) can hold: control characters but tab and line ends, halves of surrogate pairs.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class InputError(ValueError):
    """Something in an input file, parameter or formula cannot be used.

    The message always names the place (file, row, column as far as they exist), what was found, what was expected
    and what to do next. Rows count from 1 with the header as row 1, as a spreadsheet shows them.
    """

    def __init__(
        self,
        file: str | Path,
        *,
        found: str,
        expected: str,
        action: str,
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        """Compose the message; `file` is shown as given, so pass a path relative to the project."""
        self.file, self.row, self.column = printable(str(file)), row, column
        self.found, self.expected, self.action = found, expected, action
        super().__init__(f"{self.place}: found {shorten(found)}; expected {expected}. What to do: {action}")

    def __reduce__(self) -> tuple[partial["InputError"], tuple[()]]:
        """How another process gets it: with every part, and not the message alone, from which it could not be made."""
        parts = {name: getattr(self, name) for name in ("found", "expected", "action", "row", "column")}
        return partial(type(self), self.file, **parts), ()

    @property
    def place(self) -> str:
        """Where the trouble is, for example `data/raw/x/claims.csv, row 12, column 'value'`."""
        row = "" if self.row is None else f", row {self.row}"
        column = "" if self.column is None else f", column '{shorten(self.column)}'"
        return f"{self.file}{row}{column}"


def control_in(text: str) -> str:
    """The first control character of a text in words, or nothing.

    >>> control_in("a\\x07b"), control_in("a b")
    ('the control character U+0007', '')
    """
    found = CONTROL.search(text)
    return f"the control character U+{ord(found[0]):04X}" if found else ""


def cell(text: str) -> str:
    """A cell of people's records as messages show it: what form of text it is, and its words only where they are asked for.

    Messages end up in logs and tickets, so the words are shown only if the environment variable `ANALYSIS_SHOW_VALUES`
    (on the command line: `--show-values`) is set.

    >>> cell("Fatima"), cell("12"), cell("lives in Leeds")
    ('a word of 6 letters', 'a number', 'text of 14 characters')
    """
    return repr(text) if text and shows_values() else form(text)


def shows_values() -> bool:
    """Whether messages may quote the cells of people's records."""
    return bool(os.environ.get(SHOW_VALUES))


def show_values() -> None:
    """Have messages of this process, and of those it starts, quote the cells of people's records."""
    os.environ[SHOW_VALUES] = "1"


def form(text: str) -> str:
    """What a text is like, without its words."""
    plain = text.strip()
    known = next((name for pattern, name in _FORMS if re.fullmatch(pattern, plain)), None)
    return known or (f"a word of {len(plain)} letters" if plain.isalpha() else f"text of {len(plain)} characters")


def shorten(text: str, limit: int = 200) -> str:
    """Keep a message readable when what was found is very long, and harmless when it holds control characters.

    >>> shorten("a" * 300, 10)
    'aaaaaaaaaa... (300 characters)'
    """
    plain = printable(text[:limit])
    return plain if len(text) <= limit else f"{plain}... ({len(text)} characters)"


def printable(text: str) -> str:
    """A text, or the name of a file, as a terminal can show it: what would steer it, or turn its lines, by its number.

    >>> printable("a\\x1b[31m\\u202eb")
    'a\\\\x1b[31m\\\\u202eb'
    """
    return "".join(c if c.isprintable() else _escaped(ord(c)) for c in text)


def _escaped(number: int) -> str:
    """A letter by its number, as Python writes it."""
    if number <= 0xFF:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"
