"""nbconvert with this project's own template. Importing it takes a second: import it inside functions."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from nbconvert.exporters.html import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

TEMPLATES = Path(__file__).parent / "template"


class AppendixExporter(HTMLExporter):
    """Puts a prepared notebook into `appendix.html.j2` and leaves what comes out alone."""

    def __init__(self, filters: Mapping[str, Callable[..., str]]) -> None:
        """Take the filters by which the template writes text and numbers."""
        super().__init__(
            extra_template_basedirs=[str(TEMPLATES.parent)],
            template_name=TEMPLATES.name,
            template_file="appendix.html.j2",
        )
        for name, function in filters.items():
            self.register_filter(name, function)

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page and the resources; skips HTMLExporter's second parse, which would write SVG attributes in small letters."""
        return super(HTMLExporter, self).from_notebook_node(nb, resources, **kw)


def markdown_html(source: str) -> str:
    """Markdown as HTML, headings without link signs."""
    return MarkdownWithMath(renderer=IPythonRenderer(escape=False, exclude_anchor_links=True)).render(source).strip()


def code_html(source: str) -> str:
    """Python as HTML with a class for each sort of word; no line of it is run."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    return highlight(source.strip(), PythonLexer(), HtmlFormatter(nowrap=True)).rstrip()
