"""Markdown of notebooks: its headings with the ids of their sections, its words, and the whole as HTML."""

import re
from collections.abc import Iterator
from functools import cache
from html import escape
from typing import Any

import mistune

_PLUGINS = ("table", "strikethrough", "math")


class _Renderer(mistune.HTMLRenderer):
    """HTML whose headings get the ids of their sections."""

    def __init__(self) -> None:
        super().__init__(escape=False)
        self.anchors: Iterator[str] = iter(())

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        """A heading; the title of the notebook stands above the page and is left out here."""
        return "" if level == 1 else f'<h{level} id="{next(self.anchors)}">{text}</h{level}>\n'

    def text(self, text: str) -> str:
        """Words, quotes left as they are."""
        return escape(text, quote=False)


@cache
def _tree() -> mistune.Markdown:
    return mistune.create_markdown(renderer=None, plugins=list(_PLUGINS))


def headings(source: str) -> list[tuple[int, str]]:
    """Level and words of each heading, in order.

    >>> headings("# The title\\n\\nText\\n\\n## The *answer*")
    [(1, 'The title'), (2, 'The answer')]
    """
    tokens, _ = _tree().parse(source)
    return [(token["attrs"]["level"], words(token)) for token in tokens if token["type"] == "heading"]  # type: ignore[index, call-overload]


def words(token: Any) -> str:
    """The words of a part of a Markdown tree, code left out."""
    if isinstance(token, list):
        return "".join(map(words, token))
    if "children" in token:
        return words(token["children"])
    return " " if token["type"] in ("softbreak", "linebreak") else token.get("raw", "")


def spoken(source: str) -> str:
    """All words of a text but code: what a reader takes for the notebook's own statements."""
    tokens, _ = _tree().parse(source)
    return re.sub(r"\s+", " ", words(_without_code(tokens))).strip()


def _without_code(tokens: Any) -> list[Any]:
    kept = [token for token in tokens if token["type"] not in ("codespan", "block_code", "inline_math", "block_math")]
    return [{**token, "children": _without_code(token["children"])} if "children" in token else token for token in kept]


def markdown_html(source: str, anchors: list[str]) -> str:
    """The text as HTML; `anchors` are the ids of its headings below the title, in order."""
    renderer = _Renderer()
    renderer.anchors = iter(anchors)
    return str(mistune.create_markdown(renderer=renderer, plugins=list(_PLUGINS))(source)).strip()


def code_html(source: str) -> str:
    """Python as HTML with a class for each sort of word; no line of it is run."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    return highlight(source.strip(), PythonLexer(), HtmlFormatter(nowrap=True)).rstrip()
