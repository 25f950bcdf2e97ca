"""Pages as a bundle has them: without links to what is not in it; and all of them as parts of one page."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from analysis.reporting.markup import is_web_address
from analysis.reporting.nodes import walk
from analysis.reporting.page import PageData
from analysis.reporting.places import index_of
from analysis.reporting.svg import rekeyed

TEMPLATES = Path(__file__).parent / "template"
INDEX, WHOLE = "index.html", "everything.html"
OF_ALL = ("page-kinds", "page-contents", "main-content")  # ids that the one page has once
APART = "--"  # between a part's name and an id of it

Place = Callable[[str], str | None]  # where a link leads in another setting; None for nowhere


def within(page: PageData, files: frozenset[str]) -> PageData:
    """A page beside `files`, by name: links to others become their words, the page above it is the bundle's contents."""
    moved = _moved(page, lambda href: href if _stays(href, files) else None)
    return moved | {
        "up": [f"../{INDEX}", "Contents"],
        "search": "",
        "index": index_of(moved["blocks"], moved.get("entries", [])),
    }


def _stays(href: str, files: frozenset[str]) -> bool:
    file = href.partition("#")[0]
    return not file or is_web_address(href) or file in files


def whole(pages: Mapping[str, PageData], title: str, fields: Mapping[str, Any]) -> PageData:
    """One page of all pages, by name in their order; `fields` are those of its frame."""
    results: dict[str, Any] = {}
    parts = []
    for name, page in pages.items():
        own = {key: _apart(key, row, results, name) for key, row in page["results"].items()}
        results |= {own[key]: row for key, row in page["results"].items()}
        parts.append(_part(name, page, frozenset(pages), own))
    first = next(iter(pages.values()))
    kept = {key: first[key] for key in ("study_title", "setting", "source", "example", "cite") if key in first}
    css = dict.fromkeys(page.get("css", "") for page in pages.values())
    return {
        "template": "everything.html.j2",
        "title": "Everything on one page",
        "heading": title,
        "example": False,
        "blocks": [block for part in parts for block in part["blocks"]],
        "parts": parts,
        "contents": [(part["name"], part["heading"]) for part in parts],
        "results": results,
        "css": "".join(css),
        **kept,
        **fields,
    }


def _apart(key: str, row: Any, known: Mapping[str, Any], part: str) -> str:
    """The id of a result on the one page: its own, unless an earlier part records something else of it, such as another label."""
    return key if known.get(key, row) == row else f"{key}.{part}"


def _part(name: str, page: PageData, names: frozenset[str], results: Mapping[str, str]) -> dict[str, Any]:
    own = {node["id"] for node in page["blocks"] if node["type"] == "program"}

    def place(href: str) -> str | None:
        if is_web_address(href):
            return href
        file, _, anchor = href.partition("#")
        to = file.removesuffix(".html") or name
        if to not in names:
            return None
        if not file and (anchor in OF_ALL or anchor in own):
            return href
        return f"#{to}{APART}{anchor}" if anchor else f"#{to}"

    moved = _moved(page, place, f"{name}{APART}")
    for node in walk([moved["blocks"], moved.get("entries", [])]):
        if node["type"] == "number":
            node["id"] = results[node["id"]]
    return {
        "name": name,
        "heading": page.get("heading") or page["title"],
        "lead": page.get("lead", ""),
        "before": f"{name}{APART}",
        "blocks": moved["blocks"],
        "entries": moved.get("entries", []),
        "colophon": page["colophon"],
    }


def _moved(page: PageData, place: Place, before: str = "") -> PageData:
    """A page whose links are those that `place` gives, and whose ids begin with `before`."""
    return page | {key: _content(page[key], place, before) for key in ("blocks", "entries") if key in page}


def _content(content: Any, place: Place, before: str) -> Any:
    if isinstance(content, list | tuple):
        return [_content(part, place, before) for part in content]
    if not isinstance(content, dict):
        return content
    if content.get("type") == "program":
        return content | {"note": _content(content["note"], place, before)}
    node = {key: _content(part, place, before) for key, part in content.items()}
    return _named(_led(node, place), before)


def _led(node: dict[str, Any], place: Place) -> dict[str, Any]:
    """A node whose link leads where it does now; one that leads nowhere is its words."""
    if node.get("type") == "reference" and (to := place(f"#{node['to']}")):
        return node | {"to": to.removeprefix("#")}
    if not node.get("href"):
        return node
    if (to := place(node["href"])) is not None:
        return node | {"href": to}
    if node.get("type") == "link":
        return {"type": "run", "of": node["of"]}
    return {key: part for key, part in node.items() if key not in ("href", "entry")} | (
        {"href": ""} if node.get("type") == "elsewhere" else {}
    )


def _named(node: dict[str, Any], before: str) -> dict[str, Any]:
    """A node with other ids; those of results stay."""
    if not before:
        return node
    changed: dict[str, Any] = {}
    if node.get("type") == "figure":
        changed["drawing"] = rekeyed(node["drawing"], node["id"], before + node["id"])
    if node.get("type") != "number":
        changed |= {key: before + node[key] for key in ("id", "anchor") if node.get(key)}
    if "ids" in node:
        changed["ids"] = [before + name for name in node["ids"]]
    return node | changed
