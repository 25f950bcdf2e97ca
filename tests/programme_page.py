"""The cells of 07_programme_performance, run on some records."""

import json
from pathlib import Path

from analysis import programme
from analysis.programme.monitoring import Monitoring
from analysis.reporting import Appendix, showing
from analysis.reporting.markup import Display
from analysis.reporting.views import programme as view
from analysis.reporting.views.programme_counts import Door
from analysis.results import slug
from analysis.study import Study, load_study

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = "07_programme_performance"
SET_UP = {"cell-02", "cell-03", "cell-04", "cell-82"}  # parameters, imports, what is opened, what is saved


def run_page(records: Monitoring | None, printed: Study | None = None) -> tuple[dict[str, Display], Appendix]:
    """The displays of all cells by name (of prose by cell), and the page they are on; marked as a worked example."""
    study = printed or load_study("connecting_opportunities_example", ROOT)
    page, shown = Appendix("a_study", NOTEBOOK, ROOT, example=True), {}

    def show(what: object, caption: str, **more: object) -> Display | None:
        display = showing.show(what, caption, **more)
        if display is not None:
            shown[str(more.get("name") or slug(caption))] = display
        return display

    evidence = Door(page, records, study, records.minimum_cell if records else 10)
    names = {"programme": programme, "view": view, "show": show, "record": showing.record, "near_target": 10.0}
    names |= {
        "page": page,
        "evidence": evidence,
        "records": records,
        "printed": printed and programme.open_print(printed),
    }
    book = json.loads((ROOT / "notebooks" / f"{NOTEBOOK}.ipynb").read_text(encoding="utf-8"))
    for cell in book["cells"]:
        private = "private" in cell["metadata"].get("tags", [])
        if cell["cell_type"] == "code" and cell["id"] not in SET_UP and not private:
            source = "".join(cell["source"])
            if "\n" in source or source.startswith("show("):
                exec(source, names)
            elif (display := eval(source, names)) is not None:
                shown[cell["id"]] = display
    return shown, page
