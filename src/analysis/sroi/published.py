"""What follows from the published ratios, values and quantities alone, with the rounding of each figure kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from analysis.described import described
from analysis.errors import InputError
from analysis.expressions import ExpressionError, parse, references
from analysis.files import Strict, holds_something, validate
from analysis.quantities import Interval
from analysis.results import Column, Kind, Result
from analysis.sroi.records import Quantity
from analysis.study import Study
from analysis.study.claims import published as as_published
from analysis.study.formulas import compute

FILE = "sroi.yaml"
_CLAIMS = ("all_costs", "without_research", "claim", "low", "high")  # fields of ratios and parts that name claims
_SHARE = Column(
    "Implied share of research and evaluation in all costs",
    "%",
    decimals=2,
    low="low",
    high="high",
    interval="rounding of the ratios",
    inputs="inputs",
)


class Ratio(Strict):
    """A headline ratio of one scenario: with all costs and, where published, without research and evaluation."""

    scenario: str = Field(description="the scenario as the study calls it")
    all_costs: str = Field(description="claim that gives the ratio with all costs")
    without_research: str | None = Field(
        default=None, description="claim that gives the ratio without the costs of research and evaluation"
    )


class Part(Strict):
    """A published value of one stakeholder group or value stream."""

    label: str = Field(description="the part as tables show it")
    claim: str = Field(description="claim that gives its value")
    low: str | None = Field(default=None, description="claim that gives its low estimate")
    high: str | None = Field(default=None, description="claim that gives its high estimate")
    note: str = Field(default="", description="remark")


class Derived(Quantity):
    """A quantity that a formula over claims and assumptions determines, and how it is read."""

    reading: str = Field(default="", description="how it is read")


class Unpublished(Strict):
    """Something the model needs that no source gives."""

    what: str = Field(description="the figure")
    needed_for: str = Field(description="what it is needed for")


class Recomputed(Strict):
    """Which derived quantity recomputes the headline ratio, if any does, and under what condition or why not."""

    derived: str | None = Field(
        default=None, description="id of the entry of `derived` that recomputes the headline ratio; empty: none does"
    )
    why: str = Field(
        default="nothing entered here determines it", description="under what condition it does, or why none does"
    )


class PublishedModel(Strict):
    """Everything sroi.yaml says of a study."""

    method: str = Field(default="", description="the guide that the source says it follows")
    headline: str = Field(description="claim that gives the headline ratio")
    recomputed: Recomputed = Field(default=Recomputed(), description="whether the headline ratio can be computed again")
    answer: str = Field(default="", description="the opening paragraph; results by {id}")
    ratios: tuple[Ratio, ...] = Field(min_length=1, description="the published ratios, by scenario")
    parts_are: str = Field(
        default="Part", description="what a part of the value is: a stakeholder group, a value stream"
    )
    parts: tuple[Part, ...] = Field(default=(), description="the published parts of the value")
    total: str | None = Field(default=None, description="claim that gives the value of everything")
    derived: tuple[Derived, ...] = Field(default=(), description="what follows from published figures")
    not_published: tuple[Unpublished, ...] = Field(default=(), description="what the model needs and no source gives")

    @model_validator(mode="after")
    def _recomputed_by_one_of_its_own(self) -> "PublishedModel":
        if self.recomputed.derived is not None and self.recomputed.derived not in {entry.id for entry in self.derived}:
            raise ValueError(f"recomputed.derived to be the id of an entry of derived, not {self.recomputed.derived!r}")
        return self


def read_published(study: Study) -> PublishedModel | None:
    """A study's sroi.yaml; None where it brings none, its model being its own. InputError for a field or claim that does not fit."""
    if not ((study.raw / FILE).is_file() and holds_something(study.raw / FILE, study.name(FILE))):
        return None
    model = validate(PublishedModel, study.document(FILE), study.name(FILE), None)
    study.check_claims(FILE, claims_named(model))
    return model


def claims_named(model: PublishedModel) -> tuple[str, ...]:
    """The claims that print the ratios, the parts and the total."""
    named = (value for part in (*model.ratios, *model.parts) for key, value in part if key in _CLAIMS and value)
    return tuple(dict.fromkeys([*named, *([model.total] if model.total else [])]))


def how_known(formula: str, study: Study) -> Kind:
    """How a quantity is known that a formula determines: as the least certain of what it rests on, an assumption or a calibration."""
    kinds = {study.register[name].kind for name in references(parse(formula)) if name.startswith("assumption:")}
    return next((kind for kind in (Kind.CALIBRATED, Kind.ASSUMED) if str(kind) in kinds), Kind.RECOMPUTED)


def _recomputing(model: PublishedModel) -> Derived | None:
    """The entry that recomputes the headline ratio, if one does."""
    return next((entry for entry in model.derived if entry.id == model.recomputed.derived), None)


def _headlines(model: PublishedModel, study: Study, scenario: str = "") -> dict[str, Column]:
    again = _recomputing(model)
    kind = how_known(again.formula, study) if again else Kind.RECOMPUTED
    label = "Headline ratio, recomputed" if kind is Kind.RECOMPUTED else "Headline ratio, under an assumption made here"
    ratio = Column(label, "GBP per GBP", kind, 2, inputs="inputs", note=model.recomputed.why)
    return dict.fromkeys(("sroi.headline", "sroi.scenario", "sroi.headline.recomputed"), ratio)


@described(Kind.RECOMPUTED, rows=_headlines)
def headline(model: PublishedModel, study: Study, scenario: str = "") -> pd.DataFrame:
    """The headline ratio and that of a scenario as published, and the headline worked out again where printed figures determine it.

    `scenario` empty: that of the headline. Column: value. Raises InputError for a scenario that the source does not print.
    """
    known = {ratio.scenario: ratio.all_costs for ratio in model.ratios}
    own = (ratio.scenario for ratio in model.ratios if model.headline in (ratio.all_costs, ratio.without_research))
    scenario = scenario or next(own, model.ratios[0].scenario)
    if scenario not in known:
        raise InputError(
            "params.yaml",
            column=f"05_sroi.{study.id}.scenario",
            found=repr(scenario),
            expected=f"one of {', '.join(known)}",
            action="name a scenario that the study's source gives",
        )
    again = _recomputing(model)
    found = _row(again.formula, study) if again else {"value": np.nan, "inputs": study.name(FILE)}
    rows = {
        "sroi.headline": {"value": _renamed(study, model.headline, "sroi.headline", "Headline ratio")},
        "sroi.scenario": {
            "value": _renamed(study, known[scenario], "sroi.scenario", f"Ratio of the scenario {scenario}")
        },
        "sroi.headline.recomputed": found,
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["value", "inputs"], dtype=object)


def _renamed(study: Study, claim: str, name: str, label: str) -> Result:
    """A claim under another name, which then rests on the claim."""
    return replace(as_published(study.claims[claim]), id=name, label=label, inputs=(f"claim:{claim}",))


@described(
    Kind.RECOMPUTED,
    {
        "all_costs": Column("Ratio, all costs", "GBP per GBP", Kind.PUBLISHED),
        "without_research": Column("Ratio, without research and evaluation", "GBP per GBP", Kind.PUBLISHED),
        "share": _SHARE,
    },
    header="Scenario",
)
def published_ratios(model: PublishedModel, study: Study) -> pd.DataFrame:
    """The ratios as published, and the share of research and evaluation that each pair implies.

    Index: scenario. Columns: all_costs and, where a ratio without research is printed, without_research, share, low, high.
    """
    index = pd.Index([ratio.scenario for ratio in model.ratios], name="scenario")
    frame = pd.DataFrame({"all_costs": _printed(study, (ratio.all_costs for ratio in model.ratios))}, index)
    shares = research_shares(model, study)
    if shares is None:
        return frame
    frame["without_research"] = _printed(study, (ratio.without_research for ratio in model.ratios))
    return frame.join(shares.astype(object)).fillna("")


def _printed(study: Study, claims: Iterable[str | None]) -> list[Result | str]:
    """Claims as results; an empty text where none is named."""
    return [as_published(study.claims[claim]) if claim else "" for claim in claims]


@described(Kind.RECOMPUTED, {"share": replace(_SHARE, label="Implied share")}, header="Scenario")
def research_shares(model: PublishedModel, study: Study) -> pd.DataFrame | None:
    """Share of all costs that is research and evaluation, implied by each pair of ratios: % by scenario.

    Value is the same in both ratios, so cost without research / all costs = ratio with all costs / ratio without
    research, and the share is 1 minus that. `low` and `high` come from the rounding of the two printed ratios. Index:
    scenario; columns share, low, high, inputs. None where no pair is printed.
    """
    pairs = [ratio for ratio in model.ratios if ratio.without_research]
    rows = [_row(f"(1 - claim:{r.all_costs} / claim:{r.without_research}) * 100", study, "share") for r in pairs]
    return pd.DataFrame(rows, index=pd.Index([r.scenario for r in pairs], name="scenario")) if pairs else None


def jointly(intervals: pd.DataFrame) -> Interval | None:
    """The values that every row's interval (columns low, high) allows; None if no value fits all of them."""
    low, high = float(intervals["low"].max()), float(intervals["high"].min())
    return Interval(low, high) if low <= high else None


def _joint(shares: pd.DataFrame) -> dict[str, Column]:
    label = "Research and evaluation as a share of all costs, from all pairs of ratios"
    note = (
        "a range only; every value in it gives all published ratios"
        if jointly(shares)
        else "no value gives all published ratios"
    )
    return {"sroi.research_share": replace(_SHARE, label=label, inputs="", note=note)}


@described(Kind.RECOMPUTED, rows=_joint)
def research_share(shares: pd.DataFrame) -> pd.DataFrame:
    """The range of the share of research and evaluation that all printed pairs of ratios allow together.

    Columns: value (missing), low and high (missing if no share fits all pairs).
    """
    joint = jointly(shares)
    ends = (joint.low, joint.high) if joint else (np.nan, np.nan)
    return pd.DataFrame([(np.nan, *ends)], ["sroi.research_share"], ["value", "low", "high"])


def _derived(model: PublishedModel, study: Study) -> dict[str, Column]:
    ranged = Column("", low="low", high="high", interval="rounding of the inputs", inputs="inputs", source="formula")
    return {
        f"derived.{entry.id}": replace(
            ranged,
            label=entry.label,
            unit=entry.unit,
            kind=how_known(entry.formula, study),
            decimals=entry.decimals,
        )
        for entry in model.derived
    }


@described(
    Kind.RECOMPUTED,
    {"value": Column("Value"), "reading": Column("How it is read"), "formula": Column("Formula", text="code")},
    _derived,
    "Quantity",
    words=("reading", "formula"),
)
def derived_quantities(model: PublishedModel, study: Study) -> pd.DataFrame | None:
    """The quantities that sroi.yaml derives from printed figures and assumptions, by their formulas.

    Index: `derived.<id>`. Columns: value, low and high (both missing where neither end is known), inputs, formula, reading. None
    where it derives none.
    """
    rows = {
        f"derived.{entry.id}": {"formula": entry.formula, "reading": entry.reading} | _row(entry.formula, study)
        for entry in model.derived
    }
    if not rows:
        return None
    frame = pd.DataFrame.from_dict(rows, orient="index")
    endless = np.isinf(frame["low"]) & np.isinf(frame["high"])
    return frame.assign(low=frame["low"].mask(endless), high=frame["high"].mask(endless))


def _sort_of_part(model: PublishedModel, study: Study) -> str:
    return model.parts_are


@described(
    Kind.RECOMPUTED,
    {
        "value": Column("Value", "GBP", Kind.PUBLISHED),
        "low_value": Column("Low estimate", "GBP", Kind.PUBLISHED),
        "share": Column(
            "Share of the parts shown",
            "%",
            decimals=1,
            low="low",
            high="high",
            interval="rounding of the values",
            inputs="inputs",
        ),
        "note": Column("Remark"),
    },
    header=_sort_of_part,
    words=("note",),
)
def parts(model: PublishedModel, study: Study) -> pd.DataFrame | None:
    """Published values by part, with each part's share of the sum of parts in %.

    `low` and `high` of the share let every part vary over the rounding of its last printed digit; words such as "at
    least" are shown with the figure and left aside here. Index: label; columns value and low_value as printed, share, low, high,
    inputs, note. None where no part is printed.
    """
    if not model.parts:
        return None
    claims = [study.claims[part.claim] for part in model.parts]
    value = np.array([claim.number or 0.0 for claim in claims])
    low, high = (np.array([getattr(claim.around, end) for claim in claims]) for end in ("low", "high"))
    return pd.DataFrame(
        {
            "value": _printed(study, (part.claim for part in model.parts)),
            "share": 100 * value / value.sum(),
            "low": 100 * low / (low + high.sum() - high),
            "high": 100 * high / (high + low.sum() - low),
            "inputs": " ".join(f"claim:{claim.claim_id}" for claim in claims),
            "note": [part.note for part in model.parts],
        }
        | ({"low_value": _printed(study, (p.low for p in model.parts))} if any(p.low for p in model.parts) else {}),
        index=pd.Index([part.label for part in model.parts], name="part"),
    )


@described(Kind.PUBLISHED, {"value": Column("Value", "GBP", inputs="claim")}, header=_sort_of_part)
def part_values(model: PublishedModel, study: Study) -> pd.DataFrame | None:
    """The figure printed of each part as a number. Index: label; columns value, claim. None where no part is printed."""
    index = pd.Index([part.label for part in model.parts], name="part")
    rows = [(study.claims[part.claim].number, f"claim:{part.claim}") for part in model.parts]
    return pd.DataFrame(rows, index, ["value", "claim"]) if rows else None


@described(Kind.PUBLISHED, {"needed_for": Column("Needed for")}, header="Not published", words=("needed_for",))
def unpublished(model: PublishedModel) -> pd.DataFrame | None:
    """What the model needs and no source prints, and what it is needed for. Index: the figure. None where nothing is missing."""
    index = pd.Index([entry.what for entry in model.not_published], name="figure")
    return (
        pd.DataFrame({"needed_for": [entry.needed_for for entry in model.not_published]}, index) if len(index) else None
    )


@dataclass(frozen=True)
class Inputs(Mapping[str, Any]):
    """Claims and assumptions of a study under one roof, as formulas name them."""

    study: Study

    def __getitem__(self, name: str) -> Any:
        return self.study.register[name] if name.startswith("assumption:") else self.study.claims[name]

    def __iter__(self) -> Any:
        yield from (f"claim:{name}" for name in self.study.claims)
        yield from (f"assumption:{name}" for name in self.study.register)

    def __len__(self) -> int:
        return len(self.study.claims) + len(self.study.register)


def _row(formula: str, study: Study, column: str = "value") -> dict[str, Any]:
    try:
        found = compute(formula, Inputs(study))
    except ExpressionError as error:
        raise InputError(
            study.name(FILE),
            column="formula",
            found=f"{formula!r}: {error}",
            expected="a formula over claim:ids and assumption:ids of this study",
            action="correct the formula",
        ) from None
    return {
        column: found.value,
        "low": found.interval.low,
        "high": found.interval.high,
        "inputs": " ".join(found.inputs),
    }
