"""How a study's model stands against published criteria for such analyses: met, partly met or not met, from its data.

The criteria, in this project's words, stand in data/raw/reference/sroi_criteria.csv; each names one of the checks below,
or a practice that only a reader of the source can judge and that value_map.yaml then states with its place.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Literal

import pandas as pd
from pydantic import Field

from analysis.described import described
from analysis.errors import InputError
from analysis.files import Strict, read_csv, shown, validate
from analysis.results import Column, Kind
from analysis.sroi.model import Model
from analysis.study import Study

FILE = "sroi_criteria.csv"
Status = Literal["met", "partly", "not met"]
Finding = tuple[Status, str]
_SILENT = ("", "not published", "none sought", "none")


class Criterion(Strict):
    """One criterion of a published framework, and how it is checked."""

    framework: str = Field(min_length=1)
    number: int = Field(ge=1)
    criterion: str = Field(min_length=1)
    check: str = Field(min_length=1)
    file: str = Field(min_length=1, description="where the data behind the answer stand")
    view: str = Field(pattern=r"^(#[a-z_-]+|[0-9a-z_]+\.html)$", description="where the page shows it")


def read_criteria(study: Study) -> list[Criterion]:
    """The criteria, in the order of the file; InputError for a check that does not exist."""
    path = study.root / "data" / "raw" / "reference" / FILE
    name = shown(path, study.root)
    criteria = []
    for number, values in read_csv(path, name, tuple(Criterion.model_fields)):
        criterion = validate(Criterion, dict(values), name, number)
        if criterion.check not in CHECKS and not criterion.check.startswith("practice:"):
            raise InputError(
                name,
                row=number,
                column="check",
                found=repr(criterion.check),
                expected=f"one of {', '.join(CHECKS)}, or practice:name",
                action="correct the cell",
            )
        criteria.append(criterion)
    return criteria


@described(
    Kind.RECOMPUTED,
    {
        "criterion": Column("Criterion"),
        "status": Column("Answer"),
        "why": Column("Why"),
        "where": Column("Where", text="rich"),
    },
    header="Number",
    words=("criterion", "status", "why", "where"),
    group="framework",
)
def crosswalk(model: Model, study: Study) -> pd.DataFrame:
    """Every criterion with its answer. Index: framework and number; columns framework, criterion, status, why, where (the data
    file and a link to the place on the page).

    The published analysis is judged: a value that a reader changed makes it no better and no worse.
    """
    criteria = read_criteria(study)
    model = replace(model, entries={name: entry.as_published for name, entry in model.entries.items()})
    files = [c.file.replace("<study>", study.id) for c in criteria]
    return pd.DataFrame(
        [
            (c.framework, c.criterion, *_find(c, model), f"`{file}`, [on the page]({c.view})")
            for c, file in zip(criteria, files, strict=True)
        ],
        index=pd.Index([f"{c.framework} {c.number}" for c in criteria], name="criterion_number"),
        columns=["framework", "criterion", "status", "why", "where"],
    )


def _find(criterion: Criterion, model: Model) -> Finding:
    if not criterion.check.startswith("practice:"):
        return CHECKS[criterion.check](model)
    practice = model.value_map.settings.practice.get(criterion.check.removeprefix("practice:"))
    return (practice.status, practice.why) if practice else ("not met", "Nothing is stated of it.")


def _graded(good: Iterable[bool], what: str) -> Finding:
    """`met` where all are good, `not met` where none is, and the same in words."""
    flags = list(good)
    if all(flags):
        return "met", f"All {what}."
    return ("partly", f"Some {what}.") if any(flags) else ("not met", f"No {what}.")


def _said(text: str) -> bool:
    return text.strip().lower() not in _SILENT


def _outcomes_described(model: Model) -> Finding:
    words = [row.words for row in model.value_map.outcomes]
    own = (_said(w["stakeholder"]) and _said(w["indicator"]) and "total" not in w["indicator"].lower() for w in words)
    return _graded(own, "outcomes have a stakeholder and an indicator of their own")


def _proxies_sourced(model: Model) -> Finding:
    return _graded(
        (_said(row.words["proxy_source"]) for row in model.value_map.outcomes),
        "outcomes name the source of their financial proxy",
    )


def _negative_sought(model: Model) -> Finding:
    status, why = _graded(
        (_said(row.words["negative_sought"]) for row in model.value_map.outcomes),
        "outcomes say what was sought on negative or unintended outcomes",
    )
    valued = any(float(value) < 0 for value in model.evaluate().by_outcome.values())
    return status if valued or status != "met" else "partly", why + ("" if valued else " None is valued.")


def _counterfactual(model: Model) -> Finding:
    rows = model.value_map.outcomes
    return _graded(
        (
            _said(row.words["counterfactual"]) and not row.words["counterfactual"].lower().startswith("none")
            for row in rows
        ),
        "outcomes compare with anything but the same people before",
    )


def _subtracted(model: Model) -> Finding:
    steps = model.evaluate_steps()
    rows = model.value_map.outcomes
    status, why = _graded(
        (abs(float(steps[f"{row.id}.net"])) < abs(float(steps[f"{row.id}.gross"])) for row in rows),
        "outcomes have anything subtracted in the central case",
    )
    ranged = any("deadweight" in name and model.entries[name].high > 0 for name in model.entries)
    return status, why + (
        " The register has ranges for it, which the sensitivity analyses try." if ranged and status != "met" else ""
    )


def _ranges(model: Model) -> Finding:
    return _graded(
        (model.entries[name].low < model.entries[name].high for name in model.inputs),
        "assumptions have a range with a reason",
    )


def _discounting(model: Model) -> Finding:
    stated = "discount_rate" in model.entries
    return (
        ("met", "The rate is an entry of the register, with its range.")
        if stated
        else ("partly", "No rate is used, and none is in the register.")
    )


def _horizon(model: Model) -> Finding:
    return _graded((row.lasts for row in model.value_map.outcomes), "outcomes have a duration; the others count once")


def _prices(model: Model) -> Finding:
    return "met", "Units and price years are checked in every formula; the map states one price year."


def _register(model: Model) -> Finding:
    return "met", "Every entry has a source, a range and a reason, or it does not load."


def _public(model: Model) -> Finding:
    return "met", "Formulas, data, workbook and explorer are open."


def _costs(model: Model) -> Finding:
    from analysis.expressions import references

    named = {name for row in model.value_map.costs for name in references(row.formulas["quantity"])}
    kinds = [model.entries[name].kind for name in named if name in model.entries]
    return _graded(
        (kind in ("published", "measured") for kind in kinds), "figures behind the costs are published or measured"
    )


def _distribution(model: Model) -> Finding:
    many = len(model.value_map.beneficiaries) > 1
    return (
        "met" if many else "not met"
    ), "Value is shown by beneficiary." if many else "Value is not split by beneficiary."


def _scenarios(model: Model) -> Finding:
    count = len(model.value_map.settings.scenarios)
    return (
        ("met", "Estimates beside the central one are in the map, and every range is tried.")
        if count
        else ("partly", "Ranges are tried; the source gives one estimate.")
    )


CHECKS: dict[str, Callable[[Model], Finding]] = {
    "outcomes described": _outcomes_described,
    "proxies sourced": _proxies_sourced,
    "negative sought": _negative_sought,
    "counterfactual": _counterfactual,
    "subtracted": _subtracted,
    "ranges": _ranges,
    "discounting": _discounting,
    "horizon": _horizon,
    "prices": _prices,
    "register": _register,
    "public": _public,
    "costs": _costs,
    "distribution": _distribution,
    "scenarios": _scenarios,
}
