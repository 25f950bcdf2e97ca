"""The steps from residents born outside the European Union to the women the programme was for, in one area and beside others."""

from dataclasses import replace

import pandas as pd

from analysis.census.case import Case
from analysis.census.survey import ESTIMATE, SURVEY_INTERVAL
from analysis.described import described, with_inputs
from analysis.results import Column, Kind, Labelled

STEPS = {
    "residents": "All born outside the European Union",
    "women": "Women among all of them",
    "arrived": "Arrived since 2001",
    "women_arrived": "Women among those arrived",
    "women_settled": "... not students",
    "women_later": "... alive at the horizon",
    "adult_women_later": "... aged 16 and over then",
}
COMPARED = {
    "residents": "Born outside the European Union",
    "arrived": "Arrived since 2001",
    "women_arrived": "Women among those arrived",
    "women_settled": "Women, not students",
    "adult_women_later": "Aged 16 and over at the horizon",
}
_COUNTED, _ALLOCATED = "residents", "arrived"  # steps without an interval
_ENDS = {"unit": "people", "kinds": "end_kind", "places": "end_decimals", "inputs": "rests_on"}


@described(
    Kind.RECOMPUTED,
    {
        "estimate": replace(ESTIMATE, interval=SURVEY_INTERVAL, notes="gap"),
        "least": Column("Over all allocations, with any interval, from", **_ENDS),
        "most": Column("Over all allocations, with any interval, to", **_ENDS),
    },
    header="Step",
    name="steps",
)
def steps_to_women(case: Case) -> pd.DataFrame:
    """The steps (index) in the area: estimate with low and high; from arrivals on least and most over all allocations.

    For arrivals these are bounds; after them the shares' sampling error is in them, the lower end of the interval with the
    fewest arrivals and the upper with the most, so that they are none.
    """
    rows = {Labelled(label, step): _step(case, case.area, step) for step, label in STEPS.items()}
    return pd.DataFrame(list(rows.values()), index=pd.Index(list(rows), dtype=object)).astype(
        {"least": object, "most": object}
    )


def _step(case: Case, code: str, step: str) -> dict[str, object]:
    """One step of one area, as a row."""
    numbers, rests_on = with_inputs(lambda: getattr(case.result, step).loc[code])
    steps = case.result.steps
    said = steps[(steps["step"] == step) & (steps["area_code"] == code)].iloc[0]
    ranged = step not in ("residents", "women")
    own = numbers["low"] < numbers["high"]
    return {
        "estimate": numbers["estimate"],
        "low": numbers["low"] if own else None,
        "high": numbers["high"] if own else None,
        "least": numbers["widest_low"] if ranged else "",
        "most": numbers["widest_high"] if ranged else "",
        "decimals": said["decimals"],
        "end_decimals": said["widest_decimals"],
        "kind": Kind.REFERENCE if step == _COUNTED else Kind.RECOMPUTED,
        "end_kind": Kind.BOUNDED if step == _ALLOCATED else Kind.RECOMPUTED,
        "source": case.source("country", str(case.reference.names[code])) if step == _COUNTED else "",
        "gap": said["gap"],
        "rests_on": rests_on,
    }


def _compared(step: str, label: str) -> Column:
    given = {name: f"{step}_{name}" for name in ("source", "low", "high")}
    ends = {} if step in (_COUNTED, _ALLOCATED) else {"low": given["low"], "high": given["high"]}
    said = {"source": given["source"]} if step == _COUNTED else {"interval": SURVEY_INTERVAL} if ends else {}
    kind = Kind.REFERENCE if step == _COUNTED else Kind.RECOMPUTED
    places, notes, inputs = (f"{step}_{name}" for name in ("decimals", "gap", "rests_on"))
    return Column(label, "people", kind, places=places, notes=notes, inputs=inputs, **ends, **said)


@described(
    Kind.RECOMPUTED,
    {step: _compared(step, label) for step, label in COMPARED.items()},
    header="Area",
    name="compared",
)
def steps_compared(case: Case) -> pd.DataFrame:
    """The same steps for all areas (index): people, with the interval of the shares."""
    rows = [
        {
            step if name == "estimate" else f"{step}_{name}": value
            for step in COMPARED
            for name, value in _step(case, code, step).items()
        }
        for code in case.codes
    ]
    return pd.DataFrame(rows, index=case.areas)


@described(
    Kind.RECOMPUTED,
    rows={"widening": Column("Width of the range over allocations, in widths of the survey's interval", "times")},
    name="answer",
)
def range_over_interval(case: Case) -> pd.DataFrame:
    """How many times as wide the range over all allocations is as the interval, for women who are not students: value."""
    women = case.result.women_settled.loc[case.area]
    ratio = (women["widest_high"] - women["widest_low"]) / (women["high"] - women["low"])
    return pd.DataFrame({"value": {"widening": ratio}})
