"""Nodes as HTML, by the macros of `template/nodes.html.j2`."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.reporting.markdown import code_html, markdown_html
from analysis.reporting.markup import escape, has_digit, kind_word, structural
from analysis.reporting.nodes import Block
from analysis.reporting.tables import shared, unfolds
from analysis.results import Result

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent / "template"


@cache
def environment(*folders: Path) -> "Environment":
    """The templates of this package, and before them those of other folders."""
    from jinja2 import Environment, FileSystemLoader

    found = Environment(loader=FileSystemLoader([*folders, FOLDER]), autoescape=False)
    found.filters.update(FILTERS)
    return found


def _markdown(node: Block) -> str:
    return markdown_html(node["source"], node["ids"])


FILTERS = {
    "text": escape,
    "structural": structural,
    "kind": kind_word,
    "markdown": _markdown,
    "highlighted": code_html,
    "named": has_digit,
    "shared": shared,
    "unfolds": unfolds,
}


def html(blocks: Iterable[Block], results: Mapping[str, Result]) -> str:
    """Blocks as HTML, one below the other; `results` are those they name, by id."""
    macros = environment().get_template("nodes.html.j2").make_module({"results": results})
    return str(macros.blocks(list(blocks)))  # type: ignore[attr-defined]
