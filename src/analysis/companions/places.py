"""Where things stand on a page: its ids, its tables and figures, and the entry that tells where each number comes from."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from analysis.reporting.nodes import Block, ids_of, walk

FRAME = ("main-content", "page-contents", "page-kinds", "page-sources", "page-colophon")  # ids of every page's frame


@dataclass(frozen=True)
class Anchors:
    """A page's ids; its tables and figures (`Table 1` by name); the entry (`from-1`) of each result shown, by id; and of each
    claim and assumption that its list of sources copies.
    """

    ids: frozenset[str]
    shown: dict[str, str] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)
    copied: dict[str, str] = field(default_factory=dict)


def anchors_of(page: dict[str, Any]) -> Anchors:
    """What can be linked to on a page, from its data."""
    listed = [f"from-{place}" for place, _ in enumerate(page["entries"], start=1)]
    copied = [(name, place) for place, entry in zip(listed, page["entries"], strict=True) for name in entry["copied"]]
    return Anchors(
        frozenset([*FRAME, *ids_of(page["blocks"]), *listed]),
        {
            node["id"]: node["label"]
            for node in walk(page["blocks"])
            if node["type"] in ("table", "figure") and node["label"]
        },
        dict(reversed([*_entries(page["blocks"])])),
        dict(reversed(copied)),
    )


def _entries(content: Any) -> Iterator[tuple[str, str]]:
    """The entry each shown result leads to: of its own link in a sentence, of its row's header in a table."""
    for node in walk(content):
        if node["type"] == "number" and "entry" in node:
            yield node["id"], f"from-{node['entry']}"
        elif node["type"] == "row" and "entry" in node:
            yield from ((each["id"], f"from-{node['entry']}") for each in walk(node) if each["type"] == "number")


def under(blocks: list[Block], section: str) -> list[Block]:
    """The blocks below the heading of a section, by its id, up to the next heading of the page."""
    found: list[Block] = []
    inside = False
    for block in blocks:
        if block["type"] == "markdown" and block["ids"]:
            inside = section in block["ids"]
        elif inside:
            found.append(block)
    return found


def seen_from_elsewhere(content: Any, href: str) -> Any:
    """Content of a page for another page: what leads to a place within it leads there at `href`."""
    if isinstance(content, list):
        return [seen_from_elsewhere(part, href) for part in content]
    if not isinstance(content, dict):
        return content
    led = {key: seen_from_elsewhere(part, href) for key, part in content.items() if key != "entry"}
    if led.get("type") == "reference":
        return {"type": "link", "href": f"{href}#{led['to']}", "of": [{"type": "label", "text": led["label"]}]}
    if str(led.get("href", "")).startswith("#"):
        led["href"] = f"{href}{led['href']}"
    return led
