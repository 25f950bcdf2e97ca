"""What a page shows, as data: blocks of text, tables and figures that name their numbers by the ids of results.

A run of text (inline) is a list of strings and nodes; a block is a node. Nodes are plain dictionaries with a `type`, so
that they travel as JSON. Nothing here is HTML: pages are rendered from these nodes once, at the end
(`analysis.reporting.render`). `walk` goes through all nodes in the order of reading.

| inline node | shows |
| --- | --- |
| a string | text as it stands; it holds no digit |
| `number` | a result's value or interval, with how it is known (`words`) and the noun it counts |
| `name` | text whose digits name and do not measure: claim ids, places in print |
| `code`, `strong`, `em`, `break` | as in Markdown |
| `link` | a run of text that leads to an address |
| `reference`, `elsewhere` | a table or figure of this page; of another page, put into words at publication |
| `fold` | more behind a summary |
| `mathematics` | a formula as MathML |
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Inline = str | dict[str, Any]
Run = list[Inline]
Block = dict[str, Any]
_HOLDING = (dict, list, tuple)  # what holds further nodes


def number(result_id: str, part: str = "value", words: str = "", noun: str = "") -> Inline:
    """A result by its id; `part` is `value` or `interval`, `words` say how it is known, `noun` what it counts."""
    extra = {key: text for key, text in (("words", words), ("noun", noun)) if text}
    return {"type": "number", "id": result_id, "part": part, **extra}


def name(text: object) -> Inline:
    """Text whose digits, if any, only name something."""
    return {"type": "name", "text": str(text)}


def label(text: object) -> Inline:
    """A text from data that may hold digits, which only name something."""
    return {"type": "label", "text": str(text)}


def kind(words: object) -> Inline:
    """How a number is known, in small words."""
    return {"type": "kind", "text": str(words)}


def listed(parts: Iterable[Inline], apart: Inline = ", ") -> Run:
    """Nodes one after the other, with something between."""
    return joined(([part] for part in parts), apart)


def joined(runs: Iterable[Run], apart: Inline = ", ") -> Run:
    """Runs of text one after the other, with something between."""
    return [node for place, run in enumerate(runs) for node in ([apart, *run] if place else run)]


def code(text: object) -> Inline:
    """A text of code, or a name of a file or function."""
    return {"type": "code", "text": str(text)}


def link(href: str, of: Iterable[Inline], names: bool = False) -> Inline:
    """A run of text that leads to an address; with `names` its digits only name something."""
    return {"type": "link", "href": href, "of": list(of), **({"names": True} if names else {})}


def fold(summary: str, of: Iterable[Inline]) -> Inline:
    """What stands behind a summary until it is opened."""
    return {"type": "fold", "summary": summary, "of": list(of)}


def paragraph(of: Iterable[Inline], css: str = "") -> Block:
    """A paragraph; `css` is its class."""
    return {"type": "paragraph", "of": list(of), **({"css": css} if css else {})}


def bullets(items: Iterable[Run], css: str = "") -> Block:
    """A list of runs of text."""
    return {"type": "list", "items": [list(item) for item in items], **({"css": css} if css else {})}


def heading(level: int, of: Iterable[Inline], anchor: str) -> Block:
    """A heading with an id of its own."""
    return {"type": "heading", "level": level, "of": list(of), "id": anchor}


def fact(term: Iterable[Inline], *said: Run, anchor: str = "") -> Block:
    """A term and what is said of it, one run of text for each description."""
    return {"term": list(term), "said": [list(each) for each in said], **({"id": anchor} if anchor else {})}


def facts(entries: Iterable[Block], css: str = "", anchor: str = "", boxed: bool = True) -> Block:
    """Terms and what is said of each; `boxed`: each in a box of its own, which an entry with an id needs."""
    extra = {key: text for key, text in (("css", css), ("id", anchor)) if text}
    return {"type": "facts", "entries": list(entries), "boxed": boxed, **extra}


def mathematics(markup: str) -> Inline:
    """A formula as MathML, written by `analysis.reporting.formulas`."""
    return {"type": "mathematics", "markup": markup}


def region(label: str, of: Iterable[Inline], names: bool = False) -> Inline:
    """Something wide in a region of its own that scrolls."""
    return {"type": "region", "label": label, "of": list(of), **({"names": True} if names else {})}


def without_kinds(of: Iterable[Inline]) -> Run:
    """A run of text whose numbers do not say in words how they are known."""
    return [
        {key: part for key, part in node.items() if key != "words"} if isinstance(node, dict) else node for node in of
    ]


def walk(content: Any) -> Iterator[dict[str, Any]]:
    """Every node of some content in the order of reading, outer ones before what is in them.

    >>> [node["type"] for node in walk([paragraph(["Of ", number("a"), link("#b", ["c"])])])]
    ['paragraph', 'number', 'link']
    """
    waiting = [content]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            if "type" in found:
                yield found
            found = found.values()
        inner = [part for part in found if isinstance(part, _HOLDING)]
        inner.reverse()
        waiting += inner


def ids_of(content: Any) -> list[str]:
    """Every id that something can be linked to by, in order: of nodes, rows, terms and headings; not of results."""
    own: list[str] = []
    if isinstance(content, dict):
        named = [content.get("id") if content.get("type") != "number" else "", content.get("anchor")]
        own = [*filter(None, named), *content.get("ids", ())]
        content = content.values()
    return [*own, *(each for part in content if isinstance(part, _HOLDING) for each in ids_of(part))]


def plain(of: Iterable[Inline], results: Mapping[str, Any]) -> str:
    """A run of text without marks, each number as it is written, without how it is known."""
    return "".join(_plain(node, results) for node in of)


def _plain(node: Inline, results: Mapping[str, Any]) -> str:
    if isinstance(node, str):
        return node
    match node["type"]:
        case "number":
            result = results[node["id"]]
            shown = (result.interval_text or result.text) if node["part"] == "interval" else result.text
            return f"{shown} {node['noun']}" if "noun" in node else shown
        case "reference":
            return node["label"]
        case "elsewhere":
            return node["to"].replace(":", ", ", 1)
        case "break":
            return "; "
        case "mathematics":
            return "(formula)"
        case _:
            return node["text"] if "text" in node else plain(node.get("of", ()), results)
