"""The model's formulas as typeset mathematics, written from the same steps that compute it; every symbol is a link."""

from collections.abc import Callable, Iterable

from analysis.reporting.formulas import EQUALS, mathml, symbol
from analysis.reporting.markup import Display, escape
from analysis.sroi.model import Model
from analysis.sroi.steps import Step

_WORDS = {
    "gross": "value before anything is taken off", "net": "value owed to the programme", "present": "present value", "cost": "cost",
    "year": "value in year {year}", "kept": "left in year {year}", "discount": "discount factor of year {year}", "total_year": "value of all in year {year}",
    "rate": "discount rate", "total_value": "value", "total_cost": "cost in all", "total_net": "value less cost", "total_ratio": "ratio",
    "beneficiary": "value to {who}",
}
_YEARLY = {"year", "kept", "discount", "total_year"}


def formulas(model: Model) -> Display:
    """All formulas: terms, then each cost and outcome, then the totals; the lines of single years are folded."""
    name = _namer(model)
    titles = {row.id: row.label for row in model.value_map.rows}
    groups: dict[str, list[Step]] = {}
    for step in model.steps:
        groups.setdefault(step.row, []).append(step)
    heads = [groups.pop("", [])]
    blocks = [_group("Terms, discounting and totals", heads[0], name), *(_group(titles[row], steps, name) for row, steps in groups.items())]
    return Display(f'<div class="formulas" id="formulas" data-structural>{"".join(blocks)}</div>', "Formulas of the model (on the page).")


def _group(title: str, steps: Iterable[Step], name: Callable[[str], str]) -> str:
    shown = "".join(_line(step, name) for step in steps if step.role not in _YEARLY)
    yearly = "".join(_line(step, name) for step in steps if step.role in _YEARLY)
    folded = f"<details><summary>Year by year</summary>{yearly}</details>" if yearly else ""
    return f"<h3>{escape(title)}</h3>{shown}{folded}"


def _line(step: Step, name: Callable[[str], str]) -> str:
    equation = f"<mrow>{name(step.id)}{EQUALS}{mathml(step.expression, name)}</mrow>"
    label = escape(step.id.replace(".", " "))
    return f'<div class="scroll" role="region" tabindex="0" aria-label="Formula of {label}" id="step-{escape(step.id)}"><math display="block">{equation}</math></div>'


def _namer(model: Model) -> Callable[[str], str]:
    """Markup of a name: register entries link to the register, steps to the line that defines them."""
    steps = {step.id: step for step in model.steps}

    def named(name: str) -> str:
        if name in model.entries:
            return symbol(name.replace("_", " "), f"entry-{name}")
        return symbol(_words(steps[name]), f"step-{name}")

    return named


def _words(step: Step) -> str:
    if step.role == "term":
        return step.id.replace("_", " ")
    words = _WORDS[step.role].format(year=step.year, who=step.who) if step.role in ("year", "kept", "discount", "total_year", "beneficiary") else _WORDS[step.role]
    return f"{words} of {step.row.replace('_', ' ')}" if step.row else words
