"""What a command says of its failure, taken apart for the page: file, row, column, found, expected, what to do."""

import re
from collections.abc import Iterable

_MOST = 40  # lines of a failure that is none of our own errors
_OURS = re.compile(
    r"(?:error: )?(?P<file>.+?)(?:, row (?P<row>\d+))?(?:, column '(?P<column>.*?)')?"
    r": found (?P<found>.*); expected (?P<expected>.*)\. What to do: (?P<action>.*)"
)


def problems_of(where: str, lines: Iterable[str]) -> list[dict[str, str]]:
    """Every `InputError` that some lines tell; if they tell none, their end as one text.

    >>> problems_of("05", ["error: data/a.csv, row 3, column 'unit': found 'x'; expected '%'. What to do: correct it"])[0]["row"]
    '3'
    >>> problems_of("05", ["Traceback", "ValueError: no"])
    [{'where': '05', 'text': 'Traceback\\nValueError: no'}]
    """
    told = [*lines]
    found = [match for line in told if (match := _OURS.fullmatch(line.strip()))]
    parts = [{name: text for name, text in match.groupdict().items() if text} for match in found]
    return [{"where": where, **each} for each in parts] or [{"where": where, "text": "\n".join(told[-_MOST:])}]
