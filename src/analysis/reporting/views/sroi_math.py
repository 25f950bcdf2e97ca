"""The model's formulas as typeset mathematics, written from the same steps that compute it, each symbol linked."""

from collections.abc import Iterable

from analysis.described import of_nothing_nothing
from analysis.expressions import references
from analysis.names import in_sentence
from analysis.reporting.formulas import EQUALS, mathml, symbol
from analysis.reporting.markup import Display
from analysis.reporting.nodes import Block, link, listed, mathematics, paragraph, region
from analysis.sroi.model import Model
from analysis.sroi.steps import Step

_WORDS = {
    "gross": "gross value",
    "net": "value attributable",
    "present": "present value",
    "cost": "cost",
    "year": "value in year {year}",
    "kept": "left in year {year}",
    "discount": "discount factor of year {year}",
    "total_year": "value of all in year {year}",
    "rate": "discount rate",
    "total_value": "value",
    "total_cost": "cost in all",
    "total_net": "value less cost",
    "total_ratio": "ratio",
    "beneficiary": "value to {who}",
}
_YEARLY = {"year", "kept", "discount", "total_year"}


@of_nothing_nothing
def formulas(model: Model) -> Display:
    """All formulas: terms, then each cost and outcome, then the totals; the lines of single years are folded."""
    titles = _titles(model)
    groups: dict[str, list[Step]] = {}
    for step in model.steps:
        groups.setdefault(step.row, []).append(step)
    heads = groups.pop("", [])
    blocks = [
        *_group("Terms, discounting and totals", heads, model),
        *(block for row, steps in groups.items() for block in _group(titles[row], steps, model)),
    ]
    whole = {"type": "group", "css": "formulas", "id": "formulas", "names": True, "of": blocks}
    return Display((whole,), plain="Formulas of the model (on the page).")


def _titles(model: Model) -> dict[str, str]:
    """What each row of the value map is called."""
    return {row.id: row.label for row in model.value_map.rows}


def _group(title: str, steps: Iterable[Step], model: Model) -> list[Block]:
    steps = list(steps)
    shown = [_line(step, model) for step in steps if step.role not in _YEARLY]
    yearly = [_line(step, model) for step in steps if step.role in _YEARLY]
    folded = [{"type": "unfolding", "summary": "Year by year", "of": yearly}] if yearly else []
    return [{"type": "subheading", "of": [title]}, *shown, *folded]


def _line(step: Step, model: Model) -> Block:
    """One equation, and under it a link for each symbol on its right-hand side."""

    def called(name: str) -> str:
        return _name(name, model, step.row)

    right = mathml(step.expression, lambda name: symbol(called(name)))
    equation = mathematics(f"<mrow>{symbol(called(step.id))}{EQUALS}{right}</mrow>")
    anchors = {
        name: f"entry-{name}" if name in model.entries else f"step-{name}" for name in references(step.expression)
    }
    links = [link(f"#{anchor}", [called(name)]) for name, anchor in anchors.items()]
    shown = [region(f"Formula: {_name(step.id, model)}", [equation])]
    where = [paragraph(["where: ", *listed(links)], css="symbols")] if links else []
    return {"type": "group", "css": "formula", "id": f"step-{step.id}", "of": [*shown, *where]}


def _name(name: str, model: Model, row: str = "") -> str:
    """A register entry or a step in words; a step of the `row` that it stands under without that row's name."""
    if name in model.entries or name in model.value_map.term_labels:
        return model.called(name)
    step = model.step[name]
    return _words(step, "" if step.row == row else _titles(model).get(step.row, ""))


def _words(step: Step, title: str) -> str:
    words = (
        _WORDS[step.role].format(year=step.year, who=step.who)
        if step.role in ("year", "kept", "discount", "total_year", "beneficiary")
        else _WORDS[step.role]
    )
    return f"{words} of {in_sentence(title)}" if title else words
