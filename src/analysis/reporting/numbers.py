"""Whether every number that some blocks show is a recorded result. Numbers stand by id, so only other texts need a look."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from analysis.errors import InputError
from analysis.reporting.markdown import spoken
from analysis.reporting.markup import has_digit
from analysis.reporting.nodes import Block
from analysis.results import Result, ResultStore, write

_FIGURE = re.compile(
    r"−?(?:[A-Z]{0,2}[£€$]|[A-Z]{3}\u00a0)?\d(?:[\d,]*\d)?(?:\.\d+)?%?"
)  # as `results.write` writes numbers
_NAMES = ("name", "label", "code", "reference", "elsewhere", "source", "program", "mathematics", "parameters", "kind")


def check_numbers(blocks: Iterable[Block], store: ResultStore, place: str) -> None:
    """Raise InputError, naming the first few, for numbers that are no recorded results.

    A number shown by id must be recorded. A digit in any other text is refused, unless the text is code or names
    something. Texts drawn in a figure, but for its axes, and what is read aloud in its place must be the text of some
    result, or stand in its label.
    """
    written = {figure for text in _written(store) for figure in _FIGURE.findall(text)}
    problems = [*_problems(list(blocks), store.by_id, written)]
    if problems:
        raise InputError(
            place,
            found="; ".join(problems[:5]),
            expected="numbers only as recorded results",
            action="show the number as a result: {result.id} in prose, a column with a kind in tables",
        )


def _problems(content: Any, results: Mapping[str, Result], written: set[str]) -> Iterator[str]:
    """What is wrong with the numbers of some content."""
    if isinstance(content, str):
        if has_digit(content):
            yield f"'{_short(content)}' in the text is no recorded result"
        return
    if isinstance(content, list):
        for part in content:
            yield from _problems(part, results, written)
        return
    match content.get("type"):
        case "number":
            if content["id"] not in results:
                yield f"{content['id']} is shown, and not recorded"
        case "markdown":
            yield from _problems(spoken(content["source"]), results, written)
        case "figure":
            drawn = [figure for text in (*content["drawn"], content["told"]) for figure in _FIGURE.findall(text)]
            yield from (
                f"'{figure}' in figure {content['id']} is no recorded result"
                for figure in drawn
                if figure not in written
            )
            yield from _problems([content["finding"], content["caption"], content["table"]], results, written)
        case "table":
            cells = [
                cell.get("of", []) + ([cell["number"]] if "number" in cell else [])
                for row in _rows(content)
                for cell in row["cells"]
            ]
            more = [row["more"]["of"] for row in _rows(content) if "more" in row]
            yield from _problems([content["caption"], content["note"], cells, more], results, written)
        case "output":
            yield from _problems(content["text"], results, written)
        case sort if sort in _NAMES or content.get("names"):
            return
        case _:
            texts = ("of", "items", "entries", "term", "said")
            yield from _problems([content[key] for key in texts if key in content], results, written)


def _rows(table: Block) -> Iterator[Block]:
    return (row for group in table["groups"] for row in group["rows"])


def _written(store: ResultStore) -> Iterator[str]:
    """Every text of the store as prose and charts write it: as printed, as calculated, the ends of intervals; and labels,
    whose digits figures show as well."""
    for result in store:
        yield from (result.text, write(result.value, result.unit, result.decimals), result.interval_text, result.label)


def _short(text: str) -> str:
    return " ".join(text.split())[:80]
