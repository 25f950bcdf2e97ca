"""What 05_sroi shows of cause: counterfactuals, and what a gain without support says of deadweight."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from analysis.errors import InputError
from analysis.expressions import parse, references
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import NOTHING, Display
from analysis.reporting.views.absent import where_there
from analysis.reporting.views.claims import entry_result, published
from analysis.reporting.views.sroi_model import model_kind, row_labels
from analysis.results import Column, Kind, Result, ResultStore
from analysis.sroi import without_support as domain
from analysis.sroi.model import Model
from analysis.sroi.value_map import LABELS, SETTINGS, WithoutSupport
from analysis.study import Study

_MODULE = "analysis.sroi.without_support"
_NONE = "No result of another notebook says how much would have been gained without support."
_SPELT = {"sd of English": "standard deviations of English"}


@dataclass(frozen=True)
class Implied:
    """What a gain without support, found by another notebook, implies: by reading of the gain, and by share of deadweight."""

    note: WithoutSupport
    kind: Kind
    by_reading: pd.DataFrame
    by_share: pd.DataFrame
    inputs: tuple[str, ...]

    @property
    def unit(self) -> str:
        """The unit of the gain."""
        return self.note.units[str(self.kind)]


@where_there
def candour_table(page: Appendix, model: Model) -> Display:
    """Table: for each outcome its counterfactual, its level of evidence and what was sought on harm."""
    rows = model.value_map.outcomes
    fields = ("counterfactual", "evidence_level", "negative_sought", "note")
    frame = pd.DataFrame([{name: row.words[name] for name in fields} for row in rows], index=row_labels(rows))
    columns = {name: Column(LABELS[name]) for name in fields}
    return page.table(
        "candour",
        frame,
        columns,
        "What each outcome can say of cause.",
        row_header="Outcome",
        text={name: "label" for name in fields},
        note="On the Maryland scientific methods scale the first level is a group before and after, without comparison.",
    )


@where_there
def causal_table(page: Appendix, study: Study, model: Model) -> Display:
    """Table: printed figures offered for what would have happened anyway, and whether they enter the model."""
    notes = model.value_map.settings.causal
    if not notes:
        return page.say("No figure is printed for what would have happened without the programme.")
    claims = [study.claims[note.claim] for note in notes]
    frame = pd.DataFrame(
        {
            "value": [published(claim) for claim in claims],
            "offered_for": [note.offered_for for note in notes],
            "enters": [note.enters for note in notes],
            "shows": [note.shows for note in notes],
        },
        index=pd.Index([claim.statement for claim in claims], name="figure"),
        dtype=object,
    )
    columns = {
        "value": Column("Printed", "", Kind.PUBLISHED),
        "offered_for": Column("Offered for"),
        "enters": Column("In the model"),
        "shows": Column("What it shows"),
    }
    return page.table(
        "causal",
        frame,
        columns,
        "Figures offered for what would have happened anyway.",
        row_header="Figure",
        text=dict.fromkeys(("offered_for", "enters", "shows"), "label"),
    )


@where_there
def read_implied(study: Study, model: Model) -> Implied | None:
    """What the value map's settings ask of another notebook's results; None if nothing, or if disclosure rules hide the gain.

    Raises InputError if that notebook has not run, does not record the result, or the note does not fit the model.
    """
    note = next((note.without_support for note in model.value_map.settings.causal if note.without_support), None)
    gains = _gains(study, note) if note else {}
    if note is None or not gains:
        return None
    entry, years = (
        model.entries.get(note.deadweight),
        domain.years_of_support(note, study.register, study.name(SETTINGS)),
    )
    shares = domain.by_share(
        model,
        note,
        {"as assumed": entry.value, "upper end of the register": entry.high, "all of it": 1.0} if entry else {"": 0.0},
    )
    table = domain.by_reading(
        {name: float(gain.value) for name, gain in gains.items()}, years, entry.high if entry else 1.0
    )
    inputs = (
        f"result:{note.notebook}.{note.gain}",
        *(f"assumption:{name}" for name in (*references(parse(note.years)), note.deadweight)),
    )
    return Implied(note, next(iter(gains.values())).kind, table, shares, inputs)


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


def without_support(page: Appendix, implied: Implied | None, model: Model) -> Display:
    """The answer in words: what the gain without support says of deadweight, and what it leaves open."""
    if implied is None:
        return page.say(_NONE)
    page.add([entry_result(model.entries[implied.note.deadweight]), *_recorded(implied, model)])
    unit, deadweight = _SPELT.get(implied.unit, implied.unit), f"{{assumption:{implied.note.deadweight}}}"
    spread = _bounded_words(unit) if implied.kind == Kind.BOUNDED else _measured_words(unit)
    return page.say(
        f"Deadweight is the gain without support over the gain with support, in one unit. The model assumes a share of {deadweight} and tries shares of "
        f"{{assumption:{implied.note.deadweight}|interval}}. {spread} The change with support is not printed in this unit; while it is unknown, any "
        "gain without support allows any deadweight from none to all. The upper end of the register asks for a change with support of at least "
        f"{{without_support.first.needed|:{unit}}}; an assumption of none asks for no gain at all.\n\n"
        "So the figure neither supports the assumption nor contradicts it. That few differences between people go with their time in the country is no "
        "speed at which anyone learns: the speed is in the slope, and the slope also turns on how alike people's times were. If the whole value of this "
        "outcome were deadweight, the ratio would be {without_support.all.ratio} instead of {without_support.assumed.ratio}."
    )


def _bounded_words(unit: str) -> str:
    return (
        f"Of the gain in a year without support the printed fit says that its size is at least {{without_support.first.gain|:{unit}}}; whether it rises or "
        "falls with time is not printed, nor how far people's times in the country differed, so that it may be as much as {without_support.second.gain}. Over "
        "the time of support that makes {without_support.first.over} to {without_support.second.over} if it rises, and nothing if it falls."
    )


def _measured_words(unit: str) -> str:
    return (
        f"On the records the gain in a year without support is {{without_support.first.gain|:{unit}}}, with {{without_support.second.gain}} and "
        "{without_support.third.gain} as the ends of its interval; over the time of support that makes {without_support.first.over}. It compares different "
        "people by their time in the country, and follows nobody."
    )


def _recorded(implied: Implied, model: Model) -> Iterator[Result]:
    """The numbers of the answer."""
    labels = {
        "gain": "Gain in a year",
        "over": "Gain over the time of support",
        "needed": "Change with support that keeps deadweight within the register",
    }
    for name, row in zip(("first", "second", "third"), implied.by_reading.to_dict("records"), strict=True):
        for part, label in labels.items():
            yield Result(
                f"without_support.{name}.{part}",
                label,
                row[part],
                implied.unit,
                implied.kind,
                2,
                inputs=implied.inputs,
                function=f"{_MODULE}.by_reading",
            )
    for name, row in zip(("assumed", "most", "all"), implied.by_share.to_dict("records"), strict=True):
        yield Result(
            f"without_support.{name}.ratio",
            "Ratio with this deadweight",
            row["ratio"],
            "GBP per GBP",
            model_kind(model),
            2,
            inputs=tuple(model.inputs_of("total.ratio").split()),
            function=f"{_MODULE}.by_share",
        )


def gain_table(page: Appendix, implied: Implied | None) -> Display:
    """Table: by reading of the gain without support, what it comes to and which deadweight it allows."""
    if implied is None:
        return NOTHING
    spec = {"function": f"{_MODULE}.by_reading", "inputs": "inputs"}
    columns = {
        "gain": Column("Gain in a year without support", implied.unit, implied.kind, 2, **spec),
        "over": Column("Over the time of support", implied.unit, implied.kind, 2, **spec),
        "needed": Column(
            "Change with support for which the register's upper end holds, at least",
            implied.unit,
            implied.kind,
            2,
            **spec,
        ),
        "least": Column("Deadweight, at least", "%", Kind.BOUNDED, 0, **spec),
        "highest": Column("Deadweight, at most", "%", Kind.BOUNDED, 0, **spec),
    }
    return page.table(
        "gain_without_support",
        implied.by_reading.assign(inputs=" ".join(implied.inputs)),
        columns,
        f"What a gain without support implies for deadweight, in {implied.unit}.",
        row_header="Reading",
        note=f"The gain is a result of `{implied.note.notebook}`. The change with support is not published in this unit, hence the bounds on deadweight.",
    )


def deadweight_table(page: Appendix, implied: Implied | None, model: Model) -> Display:
    """Table: value of the outcome and ratio if its deadweight were as assumed, at the register's end, or the whole."""
    if implied is None:
        return NOTHING
    spec, note = {"function": f"{_MODULE}.by_share"}, implied.note
    steps = {"outcome": model.outcome_steps[note.outcome], "value": "total.value", "ratio": "total.ratio"}
    rests = {"from_share": f"assumption:{note.deadweight}"} | {
        f"from_{name}": model.inputs_of(step) for name, step in steps.items()
    }
    columns = {
        "share": Column("Deadweight", "%", Kind.ASSUMED, 0, inputs="from_share", **spec),
        "outcome": Column("Value of the outcome", "GBP", model_kind(model), 0, inputs="from_outcome", **spec),
        "value": Column("Value of all", "GBP", model_kind(model), 0, inputs="from_value", **spec),
        "ratio": Column("Value for each pound", "GBP per GBP", model_kind(model), 2, inputs="from_ratio", **spec),
    }
    return page.table(
        "deadweight_open",
        implied.by_share.assign(**rests),
        columns,
        "The model over the deadweight that the figure leaves open, all else central.",
        row_header="Deadweight of the outcome",
    )
