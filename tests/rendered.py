"""Displays and notebooks as readers see them, for tests of pages."""

import html
import re

from nbformat.v4 import new_output

from analysis.pipeline.people_protected import stop_on_leaks_in
from analysis.reporting.page import PageContext, page_data, render_page
from analysis.results import ResultStore
from analysis.study import Study


def output(display, count=1):
    """What a cell that shows a display has in an executed notebook."""
    return new_output("execute_result", display._repr_mimebundle_(), execution_count=count)


def page_html(notebook, context: PageContext, store: ResultStore | None = None, commit="", links=()) -> str:
    """The page of an executed notebook whose numbers are in a store."""
    return render_page(page_data(notebook, context, store or ResultStore()), commit, links)


def stop_on_page_leaks(page: str, study: Study, notebook: str) -> None:
    """Raise InputError if one page shows anything of single people in the study's records."""
    stop_on_leaks_in({f"{study.id}/{notebook}.html": page.encode()}, study)


def words(text: str) -> str:
    """The words of some HTML."""
    return html.unescape(re.sub(r"<[^>]+>", "", text))
