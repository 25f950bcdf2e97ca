"""The answers of 03_before_after as a page protects them, and the notebook's cells, for tests that open their own page."""

import json
from pathlib import Path

from analysis import questionnaire
from analysis.reporting.views import before_after as view
from analysis.reporting.views.before_after_answers import Answers
from analysis.reporting.views.evidence import Evidence

NOTEBOOK = Path(__file__).resolve().parents[1] / "notebooks" / "03_before_after.ipynb"
COMPARE = {"item": "confidence", "before": "asked before", "missing": "pairs"}
OPENING, LEFT_OUT = ("cell-02", "cell-03", "cell-04"), ("compared", "cell-25", "cell-27")


def guard_of(evidence: Evidence, level: float = 0.95, **compare: str) -> Answers:
    """The judge of what stands beside the counts of the answers, which the page asks from now on."""
    chosen = COMPARE | compare
    answers = questionnaire.about_before(view.read_questionnaire(evidence), chosen["before"])
    items = questionnaire.items_answered(answers, view.questions(evidence))
    item = questionnaire.item_named(items, chosen["item"])
    return view.protect_answers(evidence, answers, items, item, chosen, level)


def run_cells(evidence: Evidence, **parameters: object) -> dict[str, object]:
    """Run the cells between the opening of the page and its end over this evidence, but for the print; returns their names."""
    cells = [each for each in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"] if each["cell_type"] == "code"]
    source = {
        each["id"]: "".join(each["source"]) for each in cells if "private" not in each["metadata"].get("tags", [])
    }
    names: dict[str, object] = {}
    for part in OPENING[:2]:
        exec(source[part], names)
    names |= {"evidence": evidence, "page": evidence.page, "evaluation": evidence.study, "resamples": 199} | parameters
    *_, read = source[OPENING[2]].partition("everybody = ")
    exec(f"everybody = {read}", names)
    for part in (each for each in source if each not in (*OPENING, *LEFT_OUT)):
        exec(source[part], names)
    return names
