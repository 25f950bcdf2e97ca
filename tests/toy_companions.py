"""A small study with two appendices as their stages would have written them, for tests of the pages made from them."""

import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from rendered import output
from value_maps import cost, entry, outcome, write_study

from analysis.companions.material import Appendix, Material
from analysis.reporting.appendix import Appendix as Page
from analysis.reporting.origins import StudyOrigins
from analysis.reporting.page import PageContext, page_data
from analysis.results import Column, Kind, Result, ResultStore
from analysis.study import load_study

VALUE, SENSITIVITY = "05_sroi", "06_sroi_sensitivity"
ENTRIES = [
    entry("cost", 100, "GBP", kind="published"),
    entry("reached", 10, "people", 8, 12),
    entry("worth", 20, "GBP per person", 5, 30, evidence_grade="A", alternatives=["another one"]),
    entry("idle", 1, "ratio", 0, 2),
]
ROWS = [cost(), outcome("change", quantity="reached", proxy="priced")]
TERMS = {"terms": [{"id": "priced", "label": "A price", "formula": "worth * 2"}]}


def ratio_at(name: str, low: float, high: float) -> Result:
    return Result(
        f"{SENSITIVITY}.tornado.{name}.base",
        f"{name}: Ratio",
        4.0,
        "GBP per GBP",
        Kind.ASSUMED,
        2,
        low,
        high,
        "ends",
        function="analysis.sroi.sensitivity.one_way.one_way",
    )


def swing_of(name: str, net: float) -> Result:
    return Result(f"{SENSITIVITY}.tornado_pounds.{name}.net_swing", f"{name}: Difference", net, "GBP", Kind.ASSUMED)


HEADLINE = Result(
    "sroi.ratio",
    "Ratio of the model",
    4.0,
    "GBP per GBP",
    Kind.ASSUMED,
    2,
    3.5,
    4.5,
    "a range",
    inputs=("assumption:worth", "assumption:cost"),
    function="analysis.sroi.model.Model.evaluate",
)
SWINGS = [
    ratio_at("reached", 3.2, 4.8),
    ratio_at("worth", 1.0, 6.0),
    swing_of("reached", 160.0),
    swing_of("worth", 500.0),
]


def toy(
    root: Path,
    entries=ENTRIES,
    rows=ROWS,
    wording: dict | None = None,
    label: str = "",
    info: dict | None = None,
    more: Sequence[Result] = (),
) -> Material:
    """The material of a study with a value page and a sensitivity page; every free text of the pages holds `label`.

    `more` results stand on the value page, too.
    """
    study = write_study(root, entries, rows, TERMS, {"example": False} | (info or {}))
    if wording is not None:
        folder = root / "data" / "raw" / "overviews"
        folder.mkdir()
        (folder / "toy.yaml").write_text(yaml.safe_dump(wording), encoding="utf-8")
    appendices = (
        _appendix(root, VALUE, f"The value {label}", [HEADLINE, *more], "ratios", {"ratio": HEADLINE}),
        _appendix(
            root, SENSITIVITY, f"The doubts {label}", SWINGS, "tornado_pounds", {"ratio": SWINGS[0], "net": SWINGS[2]}
        ),
    )
    merged = ResultStore()
    for appendix in appendices:
        merged.add(appendix.store)
    merged.write(study.processed / "results.json")
    return Material(study, appendices, {"How to make this page again": f"a command {label}"})


def _appendix(root: Path, name: str, title: str, results: list[Result], table: str, row: dict[str, Result]) -> Appendix:
    page = Page("toy", name, root)
    page.add(results)
    said = page.say(f"It is {{{results[0].id}}}, see [the table](#{table}).")
    frame = pd.DataFrame([row], index=["central"], dtype=object)
    shown = page.table(table, frame, {key: Column(key) for key in row}, "A table.")
    cells = [
        new_markdown_cell("# A title"),
        new_markdown_cell("## The answer", id="section-the-answer"),
        new_code_cell("shown", outputs=[output(said), output(shown)]),
        new_markdown_cell("## More\n\nMuch.", id="section-what-would-change-the-answer"),
    ]
    page.save()
    study = load_study("toy", root)
    context = PageContext(study.info.title, title, "A source")
    data = page_data(new_notebook(cells=cells), context, page.store, StudyOrigins(study))
    path = root / "data" / "processed" / "toy" / "pages" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data), encoding="utf-8")
    return Appendix(name, title, f"What of {title}?", root / "data" / "processed" / "toy")
