"""The model's formulas as typeset mathematics, written from the same steps that compute it, each symbol linked."""

from collections.abc import Iterable

from analysis.expressions import references
from analysis.reporting.formulas import EQUALS, mathml, symbol
from analysis.reporting.markup import Display, escape
from analysis.sroi.model import Model
from analysis.sroi.steps import Step

_WORDS = {
    "gross": "value before anything is taken off",
    "net": "value owed to the programme",
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


def formulas(model: Model) -> Display:
    """All formulas: terms, then each cost and outcome, then the totals; the lines of single years are folded."""
    titles = {row.id: row.label for row in model.value_map.rows}
    groups: dict[str, list[Step]] = {}
    for step in model.steps:
        groups.setdefault(step.row, []).append(step)
    heads = [groups.pop("", [])]
    blocks = [
        _group("Terms, discounting and totals", heads[0], model),
        *(_group(titles[row], steps, model) for row, steps in groups.items()),
    ]
    return Display(
        f'<div class="formulas" id="formulas" data-structural>{"".join(blocks)}</div>',
        "Formulas of the model (on the page).",
    )


def _group(title: str, steps: Iterable[Step], model: Model) -> str:
    shown = "".join(_line(step, model) for step in steps if step.role not in _YEARLY)
    yearly = "".join(_line(step, model) for step in steps if step.role in _YEARLY)
    folded = f"<details><summary>Year by year</summary>{yearly}</details>" if yearly else ""
    return f"<h3>{escape(title)}</h3>{shown}{folded}"


def _line(step: Step, model: Model) -> str:
    """One equation, and under it a link for each symbol on its right-hand side."""
    equation = f"<mrow>{symbol(_name(step.id, model))}{EQUALS}{mathml(step.expression, lambda name: symbol(_name(name, model)))}</mrow>"
    anchors = {
        name: f"entry-{name}" if name in model.entries else f"step-{name}" for name in references(step.expression)
    }
    links = ", ".join(
        f'<a href="#{escape(anchor)}">{escape(_name(name, model))}</a>' for name, anchor in anchors.items()
    )
    region = (
        f'<div class="scroll" role="region" tabindex="0" aria-label="Formula of {escape(step.id.replace(".", " "))}">'
    )
    where = f'<p class="symbols">where: {links}</p>' if links else ""
    return f'<div class="formula" id="step-{escape(step.id)}">{region}<math display="block">{equation}</math></div>{where}</div>'


def _name(name: str, model: Model) -> str:
    """A register entry or a step in words."""
    return name.replace("_", " ") if name in model.entries else _words(model.step[name])


def _words(step: Step) -> str:
    if step.role == "term":
        return step.id.replace("_", " ")
    words = (
        _WORDS[step.role].format(year=step.year, who=step.who)
        if step.role in ("year", "kept", "discount", "total_year", "beneficiary")
        else _WORDS[step.role]
    )
    return f"{words} of {step.row.replace('_', ' ')}" if step.row else words
