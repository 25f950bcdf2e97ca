"""What a yearly gain without support implies for deadweight, and what follows for the model.

Deadweight is the share of a change that would have happened anyway (A guide to Social Return on Investment, Nicholls and
others 2012, stage 4.1). With a gain without support that goes on evenly,

    deadweight = yearly gain without support x years of support / change with support, but at least 0 and at most 1

A gain alone therefore gives no deadweight: it needs the change with support, in the same unit.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from analysis.described import described, of_nothing_nothing
from analysis.errors import InputError
from analysis.expressions import ExpressionError, evaluate, parse, references
from analysis.results import Column, Kind, Result, ResultStore
from analysis.sroi.model import Model
from analysis.sroi.value_map import SETTINGS, WithoutSupport
from analysis.study import Study
from analysis.study.register import Assumption


def change_for(gain: float, share: float) -> float:
    """The least change with support for which a gain without support is no more than this share of it; 0 for no gain.

    >>> change_for(0.25, 0.5), change_for(-0.5, 0.5), change_for(0.25, 0.0)
    (0.5, 0.0, inf)
    """
    if gain <= 0:
        return 0.0
    return gain / share if share else math.inf


@dataclass(frozen=True)
class Gains:
    """Gains in a year without support that another notebook found, by reading, and what they bear on.

    `years` is how long support lasted, `most` the deadweight that the register allows at most; `kind` is that of the gains.
    """

    note: WithoutSupport
    kind: Kind
    by_reading: dict[str, float]
    years: float
    most: float

    @property
    def unit(self) -> str:
        """The unit of the gains."""
        return self.note.units[str(self.kind)]

    @property
    def read_from(self) -> tuple[str, ...]:
        """The result of the other notebook, and the entries of the register that it is held against."""
        entries = (*references(parse(self.note.years)), self.note.deadweight)
        return (f"result:{self.note.notebook}.{self.note.gain}", *(f"assumption:{name}" for name in entries))


@of_nothing_nothing
def read_gains(model: Model, study: Study) -> Gains | None:
    """The gains that the value map's settings ask for; None if they ask for none, or if disclosure rules hide the gain.

    Raises InputError if that notebook has not run, does not record the result, or the note does not fit the model.
    """
    note = next((note.without_support for note in model.value_map.settings.causal if note.without_support), None)
    gains = _gains(study, note) if note else {}
    if note is None or not gains:
        return None
    years = years_of_support(note, study.in_force, study.name(SETTINGS))
    _check(model, note)
    by_reading = {name: float(gain.value) for name, gain in gains.items()}  # type: ignore[arg-type]
    return Gains(note, next(iter(gains.values())).kind, by_reading, years, model.entries[note.deadweight].high)


def _gains(study: Study, note: WithoutSupport) -> dict[str, Result]:
    """The yearly gains by reading: as measured with its interval, or the ends that the print allows; none if hidden."""
    store = _results(study, note)
    gain = _found(store, note.gain, study, note)
    if isinstance(gain.value, str):
        return {}
    if gain.value is None:
        flattest = _found(store, note.flattest, study, note)
        return {
            "it rises with time, as slowly as can be": flattest,
            "it rises with time, as fast as can be": replace(gain, value=gain.high),
            "it falls with time": replace(gain, value=gain.low),
        }
    return {
        "as measured": gain,
        "lower end of the interval": replace(gain, value=gain.low),
        "upper end of the interval": replace(gain, value=gain.high),
    }


def _results(study: Study, note: WithoutSupport) -> ResultStore:
    path = study.processed / "results" / f"{note.notebook}.json"
    if not path.is_file():
        raise InputError(
            f"data/processed/{study.id}/results/{path.name}",
            found="no such file",
            expected=f"the results that {study.name(SETTINGS)} asks for",
            action=f"run the notebook first: python -m analysis run {note.notebook} --study {study.id}",
        )
    return ResultStore.read(path)


def _found(store: ResultStore, result_id: str, study: Study, note: WithoutSupport) -> Result:
    if result_id not in store.by_id:
        raise InputError(
            study.name(SETTINGS),
            column="causal.without_support",
            found=f"{result_id!r}, which {note.notebook} does not record",
            expected="the id of one of its results",
            action="correct the id",
        )
    return store[result_id]


def _deadweights(gains: Gains) -> dict[str, Column]:
    gain = Column("Gain in a year without support", gains.unit, gains.kind, 2)
    # What rests on an end of an interval from sampling is no bound.
    share = Column("Deadweight, at least", "%", Kind.BOUNDED if gains.kind == Kind.BOUNDED else Kind.RECOMPUTED)
    needed = "Change with support for which the register's upper end holds, at least"
    return {
        "gain": gain,
        "over": replace(gain, label="Over the time of support"),
        "needed": replace(gain, label=needed),
        "least": share,
        "highest": replace(share, label="Deadweight, at most"),
    }


@described(Kind.BOUNDED, _deadweights, header="Reading")
def deadweight_by_reading(gains: Gains) -> pd.DataFrame:
    """What each yearly gain implies over the years of support.

    Index: reading. Columns: gain (a year), over (all years of support), needed (the change with support that keeps
    deadweight at or below what the register allows), least and highest (deadweight while the change with support is not
    known, in %: any share if there is a gain at all, none if there is none).
    """
    rows = {
        reading: {
            "gain": gain,
            "over": gain * gains.years,
            "needed": change_for(gain * gains.years, gains.most),
            "least": 0.0,
            "highest": 100.0 if gain > 0 else 0.0,
        }
        for reading, gain in gains.by_reading.items()
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


def _with_deadweight(gains: Gains, model: Model) -> dict[str, Column]:
    pounds = Column("Value of the outcome", "GBP", model.kind, inputs="from_outcome")
    return {
        "share": Column("Deadweight", "%", Kind.ASSUMED, inputs="from_share"),
        "outcome": pounds,
        "value": replace(pounds, label="Value of all", inputs="from_value"),
        "ratio": Column("Value for each pound", "GBP per GBP", model.kind, 2, inputs="from_ratio"),
    }


@described(Kind.ASSUMED, _with_deadweight, header="Deadweight of the outcome")
def ratio_by_deadweight(gains: Gains, model: Model) -> pd.DataFrame:
    """The model with the outcome's deadweight as assumed, at the upper end of the register, and the whole, all else central.

    Index: the share's name. Columns: share (in %), outcome (value of the note's outcome, GBP), value (GBP), ratio; what each
    rests on in `from_...`.
    """
    note, entry = gains.note, model.entries[gains.note.deadweight]
    steps = {"outcome": model.outcome_steps[note.outcome], "value": "total.value", "ratio": "total.ratio"}
    rests = {f"from_{name}": model.inputs_of(step) for name, step in steps.items()}
    shares = {"as assumed": entry.value, "upper end of the register": entry.high, "all of it": 1.0}
    rows = {}
    for name, share in shares.items():
        found = model.evaluate_steps({note.deadweight: share})
        rows[name] = {"share": 100 * share} | {key: float(found[step]) for key, step in steps.items()}
    frame = pd.DataFrame.from_dict(rows, orient="index").rename_axis("deadweight")
    return frame.assign(from_share=f"assumption:{note.deadweight}", **rests)


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
