"""Where things stand on a page: its ids, its tables and figures, and the entry that tells where each number comes from."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from analysis.reporting.nodes import Block, ids_of, walk

FRAME = ("main-content", "page-contents", "page-kinds", "page-sources", "page-colophon")  # ids of every page's frame

ORIGIN = "origin"  # the class of what a row tells of where its own numbers come from


@dataclass(frozen=True)
class Anchors:
    """A page's ids; its tables and figures (`Table 1` by name); the entry (`from-1`) of each result shown, by id; and of each
    claim and assumption that its list of sources copies. What stands on a page beside it, of the same notebook, is `apart`,
    by the name of that page.
    """

    ids: frozenset[str]
    shown: dict[str, str] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)
    copied: dict[str, str] = field(default_factory=dict)
    apart: dict[str, "Anchors"] = field(default_factory=dict)


def index_of(blocks: list[Block], entries: list[Block]) -> dict[str, Any]:
    """What can be linked to on a page of these blocks and this list of sources, and where its own links lead; as data."""
    listed = [f"from-{place}" for place, _ in enumerate(entries, start=1)]
    copied = [(name, place) for place, entry in zip(listed, entries, strict=True) for name in entry["copied"]]
    return {
        "ids": [*FRAME, *ids_of(blocks), *listed],
        "shown": {
            node["id"]: node["label"] for node in walk(blocks) if node["type"] in ("table", "figure") and node["label"]
        },
        "entries": dict(reversed([*_entries(blocks)])),
        "copied": dict(reversed(copied)),
        "links": list(dict.fromkeys(links_in([blocks, entries]))),
        "elsewhere": any(node["type"] == "elsewhere" for node in walk(blocks)),
    }


def anchors_of(page: dict[str, Any]) -> Anchors:
    """What can be linked to on a page, from its data."""
    index = page["index"]
    apart = {name: anchors_of(part) for name, part in page.get("parts", {}).items()}
    return Anchors(frozenset(index["ids"]), index["shown"], index["entries"], index["copied"], apart)


def links_in(content: Any) -> Iterator[str]:
    """The address of every link in some content, each as often as it stands there."""
    if isinstance(content, dict):
        if content.get("href"):
            yield content["href"]
        if content.get("type") == "reference":
            yield f"#{content['to']}"
        content = content.values()
    for part in content:
        if isinstance(part, dict | list | tuple):
            yield from links_in(part)


def _entries(content: Any) -> Iterator[tuple[str, str]]:
    """The entry each shown result leads to: of its own link in a sentence, of its row's header in a table."""
    for node in walk(content):
        if node["type"] == "number" and "entry" in node:
            yield node["id"], f"from-{node['entry']}"
        elif node["type"] == "row" and "entry" in node:
            yield from ((each["id"], f"from-{node['entry']}") for each in walk(node) if each["type"] == "number")
        elif node["type"] == "row" and tells_itself(node):
            yield from ((cell["number"]["id"], node["anchor"]) for cell in node["cells"] if cell.get("number"))


def tells_itself(row: Block) -> bool:
    """Whether a row of a table says behind its fold where its numbers come from, and so needs no entry in a list."""
    return bool(row.get("anchor")) and any(
        isinstance(each, dict) and each.get("css") == ORIGIN for each in (row.get("more") or {}).get("of", ())
    )


def under(blocks: list[Block], section: str) -> list[Block]:
    """The blocks below the heading of a section, by its id, up to the next heading of the page."""
    found: list[Block] = []
    inside = False
    for block in blocks:
        opened = [block["id"]] if block["type"] == "heading" else block["ids"] if block["type"] == "markdown" else []
        if opened:
            inside = section in opened
        elif inside:
            found.append(block)
    return found


def seen_from_elsewhere(content: Any, href: str, ids: Collection[str] | None = None) -> Any:
    """Content of a page for another page: what leads to a place within it leads there at `href`; with `ids` only to these."""
    if isinstance(content, list | tuple):
        return [seen_from_elsewhere(part, href, ids) for part in content]
    if not isinstance(content, dict):
        return content
    led = {key: seen_from_elsewhere(part, href, ids) for key, part in content.items()}
    to = led["to"] if led.get("type") == "reference" else str(led.get("href", "")).partition("#")[2]
    within = led.get("type") == "reference" or str(led.get("href", "")).startswith("#")
    if not within or (ids is not None and to not in ids):
        return led
    if led.get("type") == "reference":
        return {"type": "link", "href": f"{href}#{to}", "of": [{"type": "label", "text": led["label"]}]}
    return {key: part for key, part in led.items() if key != "entry"} | {"href": f"{href}#{to}"}
