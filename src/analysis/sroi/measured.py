"""What a study's own records change in the model: measured entries beside what was published, and the ratio with either."""

import pandas as pd

from analysis.described import described
from analysis.results import Column, Kind, Labelled
from analysis.sroi.model import Model
from analysis.study.measured import Asked

RATIO = "GBP per GBP"
_WRITTEN, _MEASURED = (f"sroi.measured.{name}" for name in ("written", "ratio"))


def _columns(model: Model, register: str) -> dict[str, Column]:
    ratio = Column("Ratio with the published value in its place", RATIO, model.kind, 2, inputs="from_ratio")
    ends = {"low": "written_low", "high": "written_high", "interval": "range of the register"}
    measured = {"low": "low", "high": "high", "interval": "range in force"}
    return {
        "written": Column(
            "Published or assumed", kinds="written_kind", units="unit", places="places", inputs="from_written", **ends
        ),
        "measured": Column(
            "As measured", kinds="kind", units="unit", places="places", inputs="from_measured", **measured
        ),
        "unit": Column("Unit", text="label"),
        "people": Column("People", "people", Kind.MEASURED, inputs="from_measured"),
        "ratio": ratio,
        "difference": Column("What the measured value does to it", RATIO, model.kind, 2, inputs="from_ratio"),
    }


@described(Kind.RECOMPUTED, _columns, header="Assumption", name="measured")
def measured_entries(model: Model, register: str) -> pd.DataFrame | None:
    """The entries that records measured, each beside what the register (its path in the project) has; None without any.

    Index: entry. Columns: written and measured with their ends, unit, people (where their number is shown), ratio (with the
    written value, all other measured values in force) and difference (the ratio in force less that).
    """
    in_force = float(model.evaluate().ratio)
    return _by_entry({name: _row(model, each, in_force, register) for name, each in model.measured.items()}, model)


def _by_entry(rows: dict[str, dict[str, object]], model: Model) -> pd.DataFrame | None:
    """Rows by the label of their entry; None of none."""
    index = [Labelled(model.asked[name].written.label, name) for name in rows]
    return pd.DataFrame(list(rows.values()), pd.Index(index, name="entry", dtype=object)) if rows else None


def _row(model: Model, each: Asked, in_force: float, register: str) -> dict[str, object]:
    written, entry = each.written, each.entry
    ratio, grounds = (
        float(model.as_written(entry.id).evaluate().ratio),
        f"claim:{written.claim}" if written.claim else register,
    )
    return {
        **_ends("written", "written_low", "written_high", written.value, written.low, written.high),
        **_ends("measured", "low", "high", entry.value, entry.low, entry.high),
        "unit": entry.unit,
        "kind": entry.kind,
        "written_kind": written.kind,
        "places": max(written.decimals, entry.decimals),
        "people": each.people.value if each.people else None,
        "ratio": ratio,
        "difference": in_force - ratio,
        "from_written": grounds,
        "from_measured": " ".join(entry.rests_on),
        "from_ratio": f"{model.inputs_of('total.ratio')} {grounds}",
    }


def _ends(name: str, least: str, most: str, value: float, low: float, high: float) -> dict[str, float | None]:
    ranged = low < high
    return {name: value, least: low if ranged else None, most: high if ranged else None}


def _ratios(model: Model) -> dict[str, Column]:
    ratio = Column("Ratio with what the records measured", RATIO, model.kind, 2, inputs="inputs")
    without = Column("Ratio with the published values alone", RATIO, model.as_written().kind, 2, inputs="inputs")
    return {_MEASURED: ratio, _WRITTEN: without}


@described(Kind.RECOMPUTED, rows=_ratios)
def ratio_with_records(model: Model) -> pd.DataFrame | None:
    """The ratio with all measured entries in force, and with none of them: columns value, inputs. None without any."""
    if not model.measured:
        return None
    found = {_MEASURED: float(model.evaluate().ratio), _WRITTEN: float(model.as_written().evaluate().ratio)}
    return pd.DataFrame({"value": found, "inputs": model.inputs_of("total.ratio")})


@described(
    Kind.PUBLISHED,
    {"result": Column("Result", text="code"), "why": Column("Why the published value stays", text="label")},
    header="Assumption",
    words=("result", "why"),
)
def not_measured(model: Model) -> pd.DataFrame | None:
    """The entries that name a result which is not in force. Index: entry; columns: result, why. None without any."""
    left = {name: each for name, each in model.asked.items() if not each.found and name in model.entries}
    return _by_entry({name: {"result": each.written.result, "why": each.why} for name, each in left.items()}, model)
