"""Tables of a page as they leave it: what a file of one needs, as data from which the bundle writes.

The page's own buttons (`template/take.js`) read the same from the table that stands in the page. `columns` are [label, words of the header, unit, kind, interval]:
what all numbers of a column share stands there, what differs with each number. A cell is a text, or a number as it is shown:
[text, interval, kind, unit], ends that are empty left out. Hidden and withheld numbers are words, as on the page. What a row
holds behind a fold is not part of a sheet.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from analysis.reporting.markup import clean
from analysis.reporting.nodes import Block, Inline, walk
from analysis.reporting.tables import shared
from analysis.results import Result

Sheet = dict[str, Any]


def sheets_of(blocks: Iterable[Block], results: Mapping[str, Result]) -> list[Sheet]:
    """The sheets of the tables of some blocks, and of the data of their figures, in order."""
    found = []
    for node in walk(list(blocks)):
        if node["type"] == "table" and node["id"]:
            found.append(sheet_of(node, results))
        elif node["type"] == "figure":
            about = {key: node[key] for key in ("id", "label", "mark", "caption")}
            found.append(sheet_of(node["table"] | about, results) | {"figure": 1})
    return found


def sheet_of(table: Block, results: Mapping[str, Result]) -> Sheet:
    """One table, by its node and the results that it names."""
    columns = [
        [column["label"], column["words"], *about.values()]
        for column, about in zip(table["columns"], shared(table, results), strict=True)
    ]
    groups = [
        [
            group["name"] or "",
            [
                [
                    row["label"],
                    [_cell(cell, column, results) for cell, column in zip(row["cells"], columns, strict=True)],
                ]
                for row in group["rows"]
            ],
        ]
        for group in table["groups"]
    ]
    said = {
        "id": table["id"],
        "label": table["label"],
        "mark": table["mark"],
        "caption": words_of(table["caption"], results),
        "note": words_of(table["note"], results),
        "header": table["row_header"],
        "columns": columns,
        "groups": groups,
    }
    return _clean(said)


def words_of(run: Iterable[Inline], results: Mapping[str, Result]) -> str:
    """A run of text in plain words, each number with how it is known."""
    return " ".join("".join(_said(node, results) for node in run).split())


def _said(node: Any, results: Mapping[str, Result]) -> str:
    if isinstance(node, str):
        return node
    match node.get("type"):
        case "number":
            result = results[node["id"]]
            shown = (result.interval_text or "not available") if node["part"] == "interval" else result.text
            return " ".join(
                filter(None, (shown, node.get("noun", ""), f"({node['words']})" if node.get("words") else ""))
            )
        case "kind":
            return f"({node['text']})"
        case "reference" | "elsewhere":
            return str(node["label"])
        case "break":
            return "; "
        case "mathematics":
            return "(formula)"
        case "fold":
            return f"{node['summary']}: {words_of(node['of'], results)}"
        case "list":
            return "; ".join(words_of(item, results) for item in node["items"])
        case "facts":
            return "; ".join(
                f"{words_of(one['term'], results)}: {'; '.join(words_of(said, results) for said in one['said'])}"
                for one in node["entries"]
            )
        case _:
            return str(node["text"]) if "text" in node else words_of(node.get("of", ()), results)


def _cell(cell: Block, column: list[str], results: Mapping[str, Result]) -> str | list[str]:
    if not cell.get("number"):
        return words_of(cell["of"], results)
    result = results[cell["number"]["id"]]
    interval = result.interval_text if cell.get("interval") else ""
    shown = result.interval_text if cell["number"]["part"] == "interval" else result.text
    said = [shown, interval, "" if column[3] else str(result.kind), "" if column[2] else result.unit]
    while len(said) > 1 and not said[-1]:
        said.pop()
    return said


def _clean(content: Any) -> Any:
    """Content on one line each, without characters that turn the direction of text or cannot be written."""
    if isinstance(content, str):
        return " ".join(clean(content).split())
    if isinstance(content, list):
        return [_clean(part) for part in content]
    return {key: _clean(part) for key, part in content.items()} if isinstance(content, dict) else content
