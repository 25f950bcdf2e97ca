"""A page of next to nothing, made when this module is imported.

Libraries prepare much at first use: schemas of notebooks, templates, the patterns of the highlighter. The parent of the
processes that make and publish pages imports this module, so that each of them finds all that prepared.
"""

from typing import Any

from nbformat import validate
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.companions.methods import read_methods
from analysis.companions.sheet import templates
from analysis.pipeline.provenance import package_versions
from analysis.reporting.page import PageContext, render_page
from analysis.reporting.plain_page import environment
from analysis.study import find_root


def rehearse_a_page() -> str:
    """A page with a heading, prose, a list, code and what it shows."""
    shown = new_output("display_data", {"text/html": "<p>Shown</p>", "text/plain": "Shown"})
    cells: list[Any] = [
        new_markdown_cell("# Rehearsal\n\nWords, *more words* and a [link](https://www.example.org).\n\n- an item"),
        new_code_cell(
            'from a import b\n\nvalue = f"{b(1.5)}" + "text"  # a remark\nvalue', execution_count=1, outputs=[shown]
        ),
    ]
    notebook = new_notebook(cells=cells)
    validate(notebook)
    return render_page(notebook, PageContext("A study", "Rehearsal", colophon=package_versions()))


def rehearse_publication() -> None:
    """Compile the templates of pages that are no notebook's, and read what all studies share."""
    for known, page in (
        (environment(), "index_page"),
        (environment(), "plain_page"),
        (environment(), "replication"),
        (templates(), "companion"),
    ):
        known.get_template(f"{page}.html.j2")
    read_methods(find_root() / "tests" / "spec")


rehearse_a_page()
rehearse_publication()
