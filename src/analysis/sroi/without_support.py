"""What a yearly gain without support implies for deadweight, and what follows for the model.

Deadweight is the share of a change that would have happened anyway (A guide to Social Return on Investment, Nicholls and
others 2012, stage 4.1). With a gain without support that goes on evenly,

    deadweight = yearly gain without support x years of support / change with support, but at least 0 and at most 1

A gain alone therefore gives no deadweight: it needs the change with support, in the same unit.
"""

import math
from collections.abc import Mapping

import pandas as pd

from analysis.errors import InputError
from analysis.expressions import ExpressionError, evaluate, parse
from analysis.sroi.model import Model
from analysis.sroi.value_map import WithoutSupport
from analysis.study.register import Assumption


def implied_deadweight(gain: float, change: float) -> float:
    """The share of a change with support (above 0) that a gain without support, in the same unit, would have given anyway.

    >>> implied_deadweight(0.25, 1.0), implied_deadweight(2.0, 1.0), implied_deadweight(-0.5, 1.0)
    (0.25, 1.0, 0.0)
    """
    return max(0.0, min(1.0, gain / change))


def change_for(gain: float, share: float) -> float:
    """The least change with support for which a gain without support is no more than this share of it; 0 for no gain.

    >>> change_for(0.25, 0.5), change_for(-0.5, 0.5), change_for(0.25, 0.0)
    (0.5, 0.0, inf)
    """
    if gain <= 0:
        return 0.0
    return gain / share if share else math.inf


def by_reading(gains: Mapping[str, float], years: float, most: float) -> pd.DataFrame:
    """What each yearly gain implies over the years of support; `most` is the deadweight that the register allows at most.

    Index: reading. Columns: gain (a year), over (all years of support), needed (the change with support that keeps
    deadweight at or below `most`), least and highest (deadweight while the change with support is not known, in %: any
    share if there is a gain at all, none if there is none).
    """
    rows = {
        reading: {
            "gain": gain,
            "over": gain * years,
            "needed": change_for(gain * years, most),
            "least": 0.0,
            "highest": 100.0 if gain > 0 else 0.0,
        }
        for reading, gain in gains.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("reading")


def years_of_support(note: WithoutSupport, register: Mapping[str, Assumption], place: str) -> float:
    """The years of support by the note's formula over the register; InputError if it does not compute to more than 0."""
    try:
        years = float(evaluate(parse(note.years), lambda name: register[name].value))
    except (ExpressionError, KeyError) as error:
        raise _trouble(
            place, "years", f"{note.years!r}: {error}", "a formula over the register that gives years"
        ) from None
    if not years > 0:
        raise _trouble(place, "years", f"{years:g}", "a time above 0")
    return years


def by_share(model: Model, note: WithoutSupport, shares: Mapping[str, float]) -> pd.DataFrame:
    """The model with the note's deadweight at each share, all else central.

    Index: the share's name. Columns: share (in %), outcome (value of the note's outcome, GBP), value (GBP), ratio.
    Raises InputError for a deadweight that the model does not use and an outcome that the map does not hold.
    """
    _check(model, note)
    found = {name: (share, model.evaluate({note.deadweight: share})) for name, share in shares.items()}
    rows = {
        name: {"share": 100 * share, "outcome": at.by_outcome[note.outcome], "value": at.value, "ratio": at.ratio}
        for name, (share, at) in found.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("deadweight")


def _check(model: Model, note: WithoutSupport) -> None:
    place, rows = model.value_map.settings_name, [row.id for row in model.value_map.outcomes]
    if note.deadweight not in model.inputs:
        raise _trouble(place, "deadweight", repr(note.deadweight), "the id of an entry that the value map uses")
    if note.outcome not in rows:
        raise _trouble(place, "outcome", repr(note.outcome), f"a row of the value map: {', '.join(rows)}")


def _trouble(place: str, field: str, found: str, expected: str) -> InputError:
    return InputError(
        place,
        column=f"causal.without_support.{field}",
        found=found,
        expected=expected,
        action="correct the entry, or take without_support out",
    )
