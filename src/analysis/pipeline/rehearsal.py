"""A page of next to nothing, made when this module is imported.

Libraries prepare much at first use: schemas of notebooks, templates, the patterns of the highlighter. The parent of the
processes that make pages imports this module, so that each of them finds all that prepared.
"""

from typing import Any

from nbformat import validate
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.pipeline.provenance import package_versions
from analysis.reporting.page import PageContext, render_page


def rehearse() -> str:
    """A page with a heading, prose, a list, code and what it shows."""
    shown = new_output("display_data", {"text/html": "<p>Shown</p>", "text/plain": "Shown"})
    cells: list[Any] = [
        new_markdown_cell("# Rehearsal\n\nWords, *more words* and a [link](https://www.example.org).\n\n- an item"),
        new_code_cell('from a import b\n\nvalue = f"{b(1.5)}" + "text"  # a remark\nvalue', execution_count=1, outputs=[shown]),
    ]
    notebook = new_notebook(cells=cells)
    validate(notebook)
    return render_page(notebook, PageContext("A study", "Rehearsal", colophon=package_versions()))


rehearse()
