"""The words, figures and register of 05_sroi; its tables are the frames of `analysis.sroi` as they are."""

from typing import TYPE_CHECKING

import pandas as pd

from analysis.currency import currency_of
from analysis.described import of_nothing_nothing
from analysis.reporting.appendix import Appendix
from analysis.reporting.charts import bar_chart, interval_chart
from analysis.reporting.markup import Display
from analysis.reporting.nodes import Block, code, fact, facts, kind, label, number
from analysis.reporting.prose import named
from analysis.reporting.views.claims import entry_result, published as as_published
from analysis.results import Kind, Result, slug
from analysis.sroi.model import Model
from analysis.sroi.partial_identification import IdentifiedSet
from analysis.sroi.published import PublishedModel, claims_named, jointly
from analysis.sroi.without_support import Gains
from analysis.study import Study
from analysis.study.measured import Asked
from analysis.study.register import Assumption, Published

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NOTHING_PUBLISHED = "No published figures of a valuation were entered for this study, which has a model of its own."


def answer(page: Appendix, published: PublishedModel | None, study: Study) -> Display:
    """What the published figures answer, and the headline that other pages repeat."""
    if published is None:
        return page.say(NOTHING_PUBLISHED)
    page.add(as_published(study.claims[claim]) for claim in claims_named(published))
    known = page.find("sroi.headline.recomputed").value is not None
    again = ("worked out again it is " if known else "its recomputation is ") + "{sroi.headline.recomputed}"
    return page.say(
        f"{published.answer}\n\nThe headline ratio is {{sroi.headline}}; {again} ({named(published.recomputed.why)}).".strip()
    )


@of_nothing_nothing
def to_the_model(model: Model, page: Appendix) -> Display:
    """Where the model of a study and its explorer stand."""
    return page.say(
        "[The model](#section-the-model) of this value, with every formula, and [the explorer](#section-explore), where any assumption "
        "can be changed, are pages of their own."
    )


@of_nothing_nothing
def model_answer(model: Model, page: Appendix) -> Display:
    """What the model gives in its central estimate and in each other, and what the central one rests on; the estimates are
    recorded before."""
    worth = model.evaluate().by_outcome
    most = next(row for row in model.value_map.outcomes if row.id == max(worth, key=worth.__getitem__))
    others = [name for name in model.scenarios if name != "central"]
    told = "; ".join(f"{named(name)}, {{05_sroi.scenarios.{slug(name)}.ratio|bare}}" for name in others)
    return page.say(
        "In its central estimate the model gives {05_sroi.scenarios.central.ratio} for each pound: {05_sroi.scenarios.central.value} of value "
        "over {05_sroi.scenarios.central.cost} of cost."
        + (f" In its other estimates: {told}." if told else "")
        + " The outcome "
        f"that is worth most in it: {named(most.label)}. [The explorer](#section-explore) shows what other values of the assumptions give."
    )


@of_nothing_nothing
def share_chart(shares: pd.DataFrame) -> "Figure":
    """The research share that each pair of ratios allows, and the band that all allow together."""
    joint = jointly(shares)
    return interval_chart(
        shares,
        "low",
        "high",
        "research and evaluation, % of all costs",
        value="share",
        band=(joint.low, joint.high) if joint else None,
        band_label="all pairs together",
        unit="%",
        decimals=2,
    )


@of_nothing_nothing
def told_of_shares(shares: pd.DataFrame) -> str:
    """Whether the ranges of all pairs overlap, in words."""
    if jointly(shares) is None:
        return "The ranges do not overlap: no share of research and evaluation gives all the published pairs of ratios."
    return (
        "The ranges of all pairs overlap; the share they allow together runs from {sroi.research_share|interval|bare}."
    )


@of_nothing_nothing
def part_chart(parts: pd.DataFrame) -> "Figure":
    """Published values by part."""
    return bar_chart(parts, ["value"], "pounds, at the figure published", unit="GBP")


@of_nothing_nothing
def told_of_parts(parts: pd.DataFrame) -> str:
    """Which part is the largest, in words."""
    return f"{named(parts['value'].idxmax())} is the largest of the published values."


@of_nothing_nothing
def beneficiary_chart(compared: pd.DataFrame) -> "Figure":
    """Central value by beneficiary beside each cost and all of them."""
    return bar_chart(compared, ["value"], "pounds, central estimate", unit="GBP")


@of_nothing_nothing
def told_of_beneficiaries(compared: pd.DataFrame) -> str:
    """To whom the largest part of the value goes, in words."""
    return f"The largest part of the value goes to {named(compared.loc[~compared['is_cost'], 'value'].idxmax())}."


@of_nothing_nothing
def readings_left(bounded: IdentifiedSet, page: Appendix) -> Display:
    """How many readings the printed figures leave."""
    return page.say(
        "The sentences that allow more than one reading give {sroi.readings.all|bare} combinations; {sroi.readings.possible|bare} of them can be true "
        "together with every published figure at its rounding. The others contradict it, for the reasons listed below."
    )


@of_nothing_nothing
def unknowns_chart(unknowns: pd.DataFrame) -> "Figure":
    """The range of each unknown over all readings, with the central case as a dot."""
    axis = "pounds; dot: central case"
    return interval_chart(unknowns, "low", "high", axis, value="point", unit="GBP", from_zero=True)


@of_nothing_nothing
def told_of_unknowns(unknowns: pd.DataFrame) -> str:
    """Between what the first of the unknowns lies, whichever way the source is read."""
    first = unknowns.index[0]
    low, high = (f"{{05_sroi.unknowns.{slug(first)}.{end}|bare}}" for end in ("low", "high"))
    return f"{named(first)}: anything from {low} to {high}, depending on how the source is read."


@of_nothing_nothing
def why_central(bounded: IdentifiedSet, page: Appendix) -> Display:
    """Why the central case takes the readings that it takes, in the study's words."""
    return page.say(bounded.problem.calibration.why)


@of_nothing_nothing
def register_list(model: Model, page: Appendix) -> Display:
    """Every entry the model rests on, as a list that formulas link to: value, range, unit, kind and source."""
    results = [entry_result(entry) for entry in model.entries.values()]
    page.add(results)
    plain = "\n".join(f"{result.id}: {result.text}" for result in results)
    asked = map(model.asked.get, model.entries)
    entries = list(map(_entry, model.entries.values(), results, asked))
    return Display((facts(entries, css="register", anchor="register"),), page.store.by_id, plain)


def _entry(entry: Assumption, result: Result, asked: Asked | None = None) -> Block:
    unit = entry.unit.removeprefix(currency_of(entry.unit)).strip()
    unit = (f" {unit}" if unit else "") + (f", prices of {entry.price_year}" if entry.price_year else "")
    spread = ["; range ", number(result.id, "interval")] if result.interval_text else []
    said = [number(result.id), label(unit), " ", kind(entry.kind), *spread]
    source = [
        label(f"{result.source} (evidence grade {entry.evidence_grade}, decided by {entry.decided_by}){told_of(asked)}")
    ]
    term = [label(entry.label), " ", code(entry.id)]
    return fact(term, said, source, anchor=f"entry-{entry.id}") | {"css": "source"}


def told_of(asked: Asked | None) -> str:
    """What an entry says of the result that it names: what was published beside a measured value, or why it is not in force."""
    if asked is None:
        return ""
    if asked.found is None:
        return f". {asked.written.result} would take its place: {asked.why}"
    return f". Published: {Published.of(asked.written).words}"


@of_nothing_nothing
def records_words(measured: pd.DataFrame, page: Appendix) -> Display:
    """What the measured entries do to the ratio together."""
    return page.say(
        "With what the study's own records measured the ratio is {sroi.measured.ratio}; with the published values in their place it is "
        "{sroi.measured.written}. Inputs that were solved for so that the model gives the published figures stay as they are: they were solved "
        "for with the published values, and say nothing of the records."
    )


@of_nothing_nothing
def about_gains(gains: Gains) -> str:
    """Where the gains come from, and what is missing beside them."""
    return (
        f"The gain is a result of `{gains.note.notebook}`. The change with support is not published in this unit, hence the "
        "bounds on deadweight."
    )


_SPELT = {"sd of English": "standard deviations of English"}


@of_nothing_nothing
def without_support(gains: Gains, model: Model, page: Appendix) -> Display:
    """What a gain without support says of deadweight, and what it leaves open; the tables of the section are shown before."""
    page.add([entry_result(model.entries[gains.note.deadweight])])
    unit, deadweight = _SPELT.get(gains.unit, gains.unit), f"{{assumption:{gains.note.deadweight}}}"
    first, second, third = (f"gain_without_support.{slug(reading)}" for reading in gains.by_reading)
    ratio = "{{deadweight_open.{}.ratio}}".format
    spread = (
        f"Of the gain in a year without support the published fit says that its size is at least {{{first}.gain|:{unit}}}; whether it rises or "
        f"falls with time is not published, nor how far people's times in the country differed, so that it may be as much as {{{second}.gain}}. Over "
        f"the time of support that makes {{{first}.over}} to {{{second}.over}} if it rises, and nothing if it falls."
        if gains.kind == Kind.BOUNDED
        else f"On the records the gain in a year without support is {{{first}.gain|:{unit}}}, with {{{second}.gain}} and "
        f"{{{third}.gain}} as the ends of its interval; over the time of support that makes {{{first}.over}}. It compares different "
        "people by their time in the country, and follows nobody."
    )
    return page.say(
        f"Deadweight is the gain without support over the gain with support, in one unit. The model assumes a share of {deadweight} and tries shares of "
        f"{{assumption:{gains.note.deadweight}|interval}}. {spread} The change with support is not published in this unit; while it is unknown, any "
        "gain without support allows any deadweight from none to all. The upper end of the register asks for a change with support of at least "
        f"{{{first}.needed|:{unit}}}; an assumption of none asks for no gain at all.\n\n"
        "So the figure neither supports the assumption nor contradicts it. That few differences between people go with their time in the country is no "
        "speed at which anyone learns: the speed is in the slope, and the slope also turns on how alike people's times were. If the whole value of this "
        f"outcome were deadweight, the ratio would be {ratio('all_of_it')} instead of {ratio('as_assumed')}."
    )
