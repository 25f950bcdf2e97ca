"""A model's results as frames: the value map itself, and what it gives in each estimate, by beneficiary and by outcome."""

from collections.abc import Iterable, Mapping

import pandas as pd

from analysis.described import described
from analysis.expressions import Expression, to_text
from analysis.names import in_sentence
from analysis.results import Column, Kind
from analysis.sroi.model import Model
from analysis.sroi.value_map import LABELS, Row
from analysis.study import Study
from analysis.study.claims import published

_FORMULAS = ("quantity", "change", "proxy", "duration", "deadweight", "displacement", "attribution", "drop_off")
_CAUSE = ("counterfactual", "evidence_level", "negative_sought", "note")


def row_labels(rows: Iterable[Row]) -> list[str]:
    """The outcomes and costs as row headers; two of one label are told apart by their ids."""
    labels = [row.label for row in rows]
    return [row.label if labels.count(row.label) == 1 else f"{row.label} ({row.id})" for row in rows]


@described(
    Kind.RECOMPUTED,
    {name: Column(LABELS[name], text="label") for name in ("stakeholder", "indicator", *_FORMULAS, "beneficiaries")},
    header="Cost or outcome",
    anchor="anchor",
)
def value_map_rows(model: Model) -> pd.DataFrame:
    """The value map: one row for each cost and each outcome, formulas of its cells in words, and the anchor of the row."""
    rows = model.value_map.rows
    return pd.DataFrame([_map_row(row, model) for row in rows], index=pd.Index(row_labels(rows), name="row"))


def _map_row(row: Row, model: Model) -> dict[str, str]:
    shown = _FORMULAS if row.kind == "outcome" else ("quantity",)
    formulas = {name: _cell(row.formulas.get(name), model) if name in shown else "" for name in _FORMULAS}
    shares = "; ".join(f"{who}: {_cell(share, model)}" for who, share in row.shares.items())
    words = {name: row.words[name] for name in ("stakeholder", "indicator")}
    return words | formulas | {"beneficiaries": shares, "anchor": f"outcome-{row.id}"}


def _cell(formula: Expression | None, model: Model) -> str:
    return "" if formula is None else to_text(formula, lambda name: in_sentence(model.called(name)))


def _ratios(model: Model) -> dict[str, Column]:
    costs, ratio, pounds = model.value_map.costs, {"unit": "GBP per GBP", "decimals": 2}, {"unit": "GBP"}
    words = {
        "ratio": ("Value for each pound (gross ratio)", ratio, "both"),
        "first": (f"The same over one cost alone: {costs[0].label}", ratio, "first"),
        "net_ratio": ("Value less cost for each pound (net ratio)", ratio, "both"),
        "value": ("Value", pounds, "value"),
        "cost": ("Cost", pounds, "cost"),
        "net": ("Value less cost", pounds, "both"),
    }
    return {
        name: Column(label, kind=model.kind, inputs=f"from_{parts}", **unit)
        for name, (label, unit, parts) in words.items()
        if name != "first" or len(costs) > 1
    }


@described(Kind.RECOMPUTED, _ratios, header="Estimate")
def estimates(model: Model) -> pd.DataFrame:
    """The model's result in each scenario: value, cost and their ratios. The net ratio is value less cost, over cost.

    Index: scenario. Columns, in pounds of the map's price year: ratio, net_ratio, value, cost, net; first, the ratio over the first
    cost alone; in `from_...` what each rests on.
    """
    found = {name: _estimate(model, name, values) for name, values in model.scenarios.items()}
    return pd.DataFrame.from_dict(found, orient="index").rename_axis("scenario")


def _estimate(model: Model, scenario: str, values: Mapping[str, float]) -> dict[str, object]:
    steps, first = model.evaluate_steps(values), f"{model.value_map.costs[0].id}.cost"
    value, cost, net = (steps[f"total.{name}"] for name in ("value", "cost", "net"))
    rests = {"both": ["total.ratio"], "value": ["total.value"], "cost": ["total.cost"], "first": ["total.value", first]}
    return {
        "ratio": value / cost,
        "first": value / steps[first],
        "net_ratio": net / cost,
        "value": value,
        "cost": cost,
        "net": net,
        **{f"from_{name}": model.inputs_of(*parts, scenario=scenario) for name, parts in rests.items()},
    }


def _by_estimate(model: Model) -> dict[str, Column]:
    return {
        scenario: Column(f"Estimate: {scenario}", "GBP", model.kind, inputs=f"from_{place}")
        for place, scenario in enumerate(model.scenarios)
    }


@described(Kind.RECOMPUTED, _by_estimate, header="Outcome")
def present_values(model: Model) -> pd.DataFrame:
    """The present value of each outcome in each scenario, in pounds of the map's price year. Index: outcome; a column a scenario."""
    return _steps(model, dict(zip(row_labels(model.value_map.outcomes), model.outcome_steps.values(), strict=True)))


@described(Kind.RECOMPUTED, _by_estimate, header="Beneficiary")
def by_beneficiary(model: Model) -> pd.DataFrame:
    """The value that each beneficiary receives in each scenario, likewise. Index: beneficiary."""
    return _steps(model, model.beneficiary_steps)


def _steps(model: Model, steps: Mapping[str, str]) -> pd.DataFrame:
    """The values of some steps, by row label, in each scenario, and what each rests on in `from_<place of the scenario>`."""
    found = {scenario: model.evaluate_steps(values) for scenario, values in model.scenarios.items()}
    cells = {scenario: [float(values[step]) for step in steps.values()] for scenario, values in found.items()}
    rests = {
        f"from_{place}": [model.inputs_of(step, scenario=scenario) for step in steps.values()]
        for place, scenario in enumerate(found)
    }
    return pd.DataFrame(cells | rests, index=list(steps))


@described(
    Kind.RECOMPUTED,
    lambda model: {"value": Column("Value", "GBP", model.kind, inputs="inputs")},
    header="Beneficiary",
)
def value_and_costs(model: Model) -> pd.DataFrame:
    """The central value by beneficiary, then each cost and, where there are several, all of them. Columns: value, inputs, is_cost."""
    costs, values = model.value_map.costs, model.evaluate_steps()
    alone = {f"Cost alone: {label}": f"{row.id}.cost" for label, row in zip(row_labels(costs), costs, strict=True)} | {
        "All costs": "total.cost"
    }
    compared = alone if len(costs) > 1 else {"Cost, for comparison": "total.cost"}
    rows = [
        (float(values[step]), model.inputs_of(step), label in compared)
        for label, step in (model.beneficiary_steps | compared).items()
    ]
    return pd.DataFrame(rows, [*model.beneficiary_steps, *compared], ["value", "inputs", "is_cost"])


@described(Kind.PUBLISHED, {name: Column(LABELS[name]) for name in _CAUSE}, header="Outcome", words=_CAUSE)
def counterfactuals(model: Model) -> pd.DataFrame:
    """For each outcome its counterfactual, its level of evidence and what was sought on harm. Index: outcome."""
    rows = model.value_map.outcomes
    return pd.DataFrame([{name: row.words[name] for name in _CAUSE} for row in rows], index=row_labels(rows))


@described(
    Kind.PUBLISHED,
    {
        "value": Column("Published"),
        "offered_for": Column("Offered for"),
        "enters": Column("In the model"),
        "shows": Column("What it shows"),
    },
    header="Figure",
    words=("offered_for", "enters", "shows"),
)
def offered_figures(model: Model, study: Study) -> pd.DataFrame | None:
    """Printed figures offered for what would have happened anyway, and whether and how each enters the model.

    Index: what the figure says. Columns: value as printed, offered_for, enters, shows. None where there is none.
    """
    notes = model.value_map.settings.causal
    claims = [study.claims[note.claim] for note in notes]
    rows = [
        (published(claim), note.offered_for, note.enters, note.shows) for claim, note in zip(claims, notes, strict=True)
    ]
    columns = ["value", "offered_for", "enters", "shows"]
    return pd.DataFrame(rows, [claim.statement for claim in claims], columns, dtype=object) if rows else None
