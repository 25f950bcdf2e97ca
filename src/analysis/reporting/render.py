"""Nodes as HTML, by the macros of `template/nodes.html.j2`."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.errors import InputError
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
    from jinja2 import FileSystemLoader

    found = _of_nodes()(loader=FileSystemLoader([*folders, FOLDER]), autoescape=False)
    found.filters.update(FILTERS)
    return found


def _of_nodes() -> "type[Environment]":
    """The environment whose templates look into nodes, which are dictionaries, before anything else."""
    from jinja2 import Environment

    class OfNodes(Environment):
        def getattr(self, obj: Any, attribute: str) -> Any:
            if type(obj) is dict:
                return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
            return super().getattr(obj, attribute)

    return OfNodes


def _markdown(node: Block) -> str:
    return markdown_html(node["source"], node["ids"])


def _unknown(node: Block) -> str:
    raise InputError(
        "page",
        found=f"a node of the type {node.get('type')!r}",
        expected="a type that analysis.reporting.nodes makes",
        action="correct what made the node, or write it in template/nodes.html.j2",
    )


FILTERS = {
    "unknown": _unknown,
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
