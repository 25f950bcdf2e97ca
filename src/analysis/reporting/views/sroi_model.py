"""What 05_sroi shows of the model itself: value map, register, results by scenario, by beneficiary and by outcome."""

from collections.abc import Mapping

import pandas as pd

from analysis.currency import currency_of
from analysis.expressions import Expression, to_text
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.nodes import Block, code, fact, facts, kind, label, number
from analysis.reporting.prose import named
from analysis.reporting.tables import RowExtra
from analysis.reporting.views.absent import where_there
from analysis.reporting.views.claims import entry_result
from analysis.results import Column, Kind, Result
from analysis.sroi.model import Model
from analysis.sroi.value_map import LABELS, Row
from analysis.study.register import Assumption

_EVALUATE = "analysis.sroi.model.Model.evaluate"
_SHOWN = ("quantity", "change", "proxy", "duration", "deadweight", "displacement", "attribution", "drop_off")


@where_there
def value_map_table(page: Appendix, model: Model) -> Display:
    """Table: the value map, formulas as they stand in its cells."""
    frame = pd.DataFrame([_map_row(row) for row in model.value_map.rows], index=row_labels(model.value_map.rows))
    columns = {"stakeholder": Column(LABELS["stakeholder"]), "indicator": Column(LABELS["indicator"])}
    columns |= {name: Column(LABELS[name]) for name in _SHOWN} | {"shares": Column(LABELS["beneficiaries"])}
    modes = {name: "code" for name in (*_SHOWN, "shares")} | {"stakeholder": "label", "indicator": "label"}
    return page.table(
        "value_map",
        frame,
        columns,
        "The value map: costs, and outcomes with what is taken off them.",
        row_header="Cost or outcome",
        text=modes,
        extras=_anchors(model, frame.index),
    )


def _anchors(model: Model, labels: pd.Index) -> dict[str, RowExtra]:
    """Anchors of the rows, `outcome-` and the id, to which other pages lead."""
    return {label: RowExtra(f"outcome-{row.id}") for label, row in zip(labels, model.value_map.rows, strict=True)}


def _map_row(row: Row) -> dict[str, str]:
    cells = {name: _cell(row.formulas.get(name)) for name in _SHOWN}
    if row.kind == "cost":
        cells |= {name: "" for name in _SHOWN if name != "quantity"}
    shares = "; ".join(f"{who}: {_cell(share)}" for who, share in row.shares.items())
    return {"stakeholder": row.words["stakeholder"], "indicator": row.words["indicator"], **cells, "shares": shares}


def _cell(formula: Expression | None) -> str:
    return "" if formula is None else to_text(formula)


def row_labels(rows: tuple[Row, ...]) -> pd.Index:
    """The outcomes and costs as row headers; two of one label are told apart by their ids."""
    labels = [row.label for row in rows]
    return pd.Index(
        [label if labels.count(label) == 1 else f"{label} ({row.id})" for label, row in zip(labels, rows, strict=True)],
        name="row",
    )


def model_kind(model: Model) -> Kind:
    """How the model's results are known: calibrated or assumed as soon as one of its entries is."""
    kinds = {entry.kind for entry in model.entries.values()}
    return next((kind for kind in (Kind.CALIBRATED, Kind.ASSUMED) if str(kind) in kinds), Kind.RECOMPUTED)


@where_there
def scenario_table(page: Appendix, model: Model) -> Display:
    """Table: ratio, net ratio, value and cost of each scenario, and the ratio over the first cost alone where there are several."""
    frame = pd.DataFrame(
        [_scenario(model, name, values) for name, values in model.scenarios.items()], index=list(model.scenarios)
    )
    frame.index.name = "scenario"
    kind, first = model_kind(model), model.value_map.costs[0]
    both, value, cost = ({"inputs": name, "function": _EVALUATE} for name in ("from_both", "from_value", "from_cost"))
    columns = {"ratio": Column("Value for each pound (gross ratio)", "GBP per GBP", kind, 2, **both)}
    if len(model.value_map.costs) > 1:
        columns["first"] = Column(
            f"The same over one cost alone: {first.label}", "GBP per GBP", kind, 2, "", "", "", _EVALUATE, "from_first"
        )
    columns |= {
        "net_ratio": Column("Value less cost for each pound (net ratio)", "GBP per GBP", kind, 2, **both),
        "value": Column("Value", "GBP", kind, 0, **value),
        "cost": Column("Cost", "GBP", kind, 0, **cost),
        "net": Column("Value less cost", "GBP", kind, 0, **both),
    }
    return page.table("scenarios", frame, columns, "The model's result in each estimate.", row_header="Estimate")


def _scenario(model: Model, scenario: str, values: Mapping[str, float]) -> dict[str, object]:
    found, steps, first = model.evaluate(values), model.evaluate_steps(values), f"{model.value_map.costs[0].id}.cost"
    rests = {
        "both": ("total.ratio",),
        "value": ("total.value",),
        "cost": ("total.cost",),
        "first": ("total.value", first),
    }
    return {
        "ratio": found.ratio,
        "first": found.value / steps[first],
        "net_ratio": found.net / found.cost,
        "value": found.value,
        "cost": found.cost,
        "net": found.net,
        **{f"from_{name}": model.inputs_of(*parts, scenario=scenario) for name, parts in rests.items()},
    }


@where_there
def beneficiary_table(page: Appendix, model: Model) -> Display:
    """Table: value by beneficiary in each scenario."""
    return _by(
        page, model, "beneficiaries", model.beneficiary_steps, "Value by beneficiary in each estimate.", "Beneficiary"
    )


@where_there
def outcome_table(page: Appendix, model: Model) -> Display:
    """Table: value by outcome in each scenario."""
    steps = dict(zip(row_labels(model.value_map.outcomes), model.outcome_steps.values(), strict=True))
    return _by(page, model, "outcomes", steps, "Value by outcome in each estimate.", "Outcome")


def _by(page: Appendix, model: Model, name: str, steps: Mapping[str, str], caption: str, header: str) -> Display:
    """Table: the value of some steps, by row label, in each scenario."""
    found = {scenario: model.evaluate_steps(values) for scenario, values in model.scenarios.items()}
    cells = {scenario: [float(values[step]) for step in steps.values()] for scenario, values in found.items()}
    rests = {
        f"from_{place}": [model.inputs_of(step, scenario=scenario) for step in steps.values()]
        for place, scenario in enumerate(found)
    }
    frame = pd.DataFrame(cells | rests, index=pd.Index(list(steps), name=name))
    columns = {
        scenario: Column(
            f"Estimate: {scenario}", "GBP", model_kind(model), 0, inputs=f"from_{place}", function=_EVALUATE
        )
        for place, scenario in enumerate(found)
    }
    return page.table(name, frame, columns, caption, row_header=header)


@where_there
def beneficiary_figure(page: Appendix, model: Model) -> Display:
    """Figure: central value by beneficiary, and beside it each cost and, where there are several, all of them."""
    from analysis.reporting.charts import bar_chart

    found = model.evaluate()
    costs = _costs(model)
    values = found.by_beneficiary | {label: model.evaluate_steps()[step] for label, step in costs.items()}
    rests = [model.inputs_of(step) for step in (*model.beneficiary_steps.values(), *costs.values())]
    frame = pd.DataFrame({"value": values}).assign(rests=rests)
    frame.index.name = "beneficiary"
    largest = max(found.by_beneficiary, key=lambda who: float(found.by_beneficiary[who]))
    return page.figure(
        "beneficiary_chart",
        bar_chart(frame, ["value"], "pounds, central estimate", unit="GBP"),
        "Value by beneficiary in the central estimate, beside the cost.",
        f"The largest part of the value goes to {named(largest)}.",
        frame,
        {"value": Column("Value", "GBP", model_kind(model), 0, inputs="rests", function=_EVALUATE)},
        row_header="Beneficiary",
    )


def _costs(model: Model) -> dict[str, str]:
    """The steps that give what value is compared with, by label: each cost, then all costs."""
    rows = model.value_map.costs
    if len(rows) == 1:
        return {"Cost, for comparison": "total.cost"}
    alone = zip(row_labels(rows), rows, strict=True)
    return {f"Cost alone: {label}": f"{row.id}.cost" for label, row in alone} | {"All costs": "total.cost"}


@where_there
def register_list(page: Appendix, model: Model) -> Display:
    """Every entry the model rests on, as a list that formulas link to: value, range, unit, kind and source."""
    results = [entry_result(entry) for entry in model.entries.values()]
    page.add(results)
    plain = "\n".join(f"{result.id}: {result.text}" for result in results)
    entries = [_entry(entry, result) for entry, result in zip(model.entries.values(), results, strict=True)]
    return Display((facts(entries, css="register", anchor="register"),), page.store.by_id, plain)


def _entry(entry: Assumption, result: Result) -> Block:
    unit = entry.unit.removeprefix(currency_of(entry.unit)).strip() + (
        f", prices of {entry.price_year}" if entry.price_year else ""
    )
    spread = ["; range ", number(result.id, "interval")] if result.interval_text else []
    said = [number(result.id), " ", label(unit), " ", kind(entry.kind), *spread]
    source = [label(f"{result.source} (evidence grade {entry.evidence_grade}, decided by {entry.decided_by})")]
    term = [label(entry.label), " ", code(entry.id)]
    return fact(term, said, source, anchor=f"entry-{entry.id}") | {"css": "source"}
