"""What follows from the published ratios, values and quantities alone, with the rounding of each figure kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pydantic import Field, model_validator

from analysis.errors import InputError
from analysis.expressions import ExpressionError
from analysis.files import holds_something, validate
from analysis.quantities import Interval
from analysis.sroi.records import Quantity, Strict
from analysis.study import Study
from analysis.study.claims import Claim
from analysis.study.formulas import compute

FILE = "sroi.yaml"


class Ratio(Strict):
    """A headline ratio of one scenario: with all costs and, where printed, without research and evaluation."""

    scenario: str = Field(description="the scenario as the study calls it")
    all_costs: str = Field(description="claim that prints the ratio with all costs")
    without_research: str | None = Field(
        default=None, description="claim that prints the ratio without the costs of research and evaluation"
    )


class Part(Strict):
    """A published value of one stakeholder group or value stream."""

    label: str = Field(description="the part as tables show it")
    claim: str = Field(description="claim that prints its value")
    low: str | None = Field(default=None, description="claim that prints its low estimate")
    high: str | None = Field(default=None, description="claim that prints its high estimate")
    note: str = Field(default="", description="remark")


class Derived(Quantity):
    """A quantity that a formula over claims and assumptions determines, and how it is read."""

    reading: str = Field(default="", description="how it is read")


class Unpublished(Strict):
    """Something the model needs that no source prints."""

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
    headline: str = Field(description="claim that prints the headline ratio")
    recomputed: Recomputed = Field(default=Recomputed(), description="whether the headline ratio can be computed again")
    answer: str = Field(default="", description="the opening paragraph; results by {id}")
    ratios: tuple[Ratio, ...] = Field(min_length=1, description="the published ratios, by scenario")
    parts_are: str = Field(
        default="Part", description="what a part of the value is: a stakeholder group, a value stream"
    )
    parts: tuple[Part, ...] = Field(default=(), description="the published parts of the value")
    total: str | None = Field(default=None, description="claim that prints the value of everything")
    derived: tuple[Derived, ...] = Field(default=(), description="what follows from printed figures")
    not_published: tuple[Unpublished, ...] = Field(default=(), description="what the model needs and no source prints")

    @model_validator(mode="after")
    def _recomputed_by_one_of_its_own(self) -> "PublishedModel":
        if self.recomputed.derived is not None and self.recomputed.derived not in {entry.id for entry in self.derived}:
            raise ValueError(f"recomputed.derived to be the id of an entry of derived, not {self.recomputed.derived!r}")
        return self


def read_published(study: Study) -> PublishedModel | None:
    """A study's sroi.yaml as `read_model` reads it; None where a study brings none, its model being its own."""
    there = (study.raw / FILE).is_file() and holds_something(study.raw / FILE, study.name(FILE))
    return read_model(study) if there else None


def read_model(study: Study) -> PublishedModel:
    """Read a study's sroi.yaml; InputError for a field or a claim that does not fit."""
    model = validate(PublishedModel, study.document(FILE), study.name(FILE), None)
    for part in (*model.ratios, *model.parts):
        named = [
            value for key, value in part if key in ("all_costs", "without_research", "claim", "low", "high") and value
        ]
        for claim_id in named:
            _known(study, claim_id)
    return model


def _known(study: Study, claim_id: str) -> Claim:
    if claim_id not in study.claims.claims:
        raise InputError(
            study.name(FILE),
            column=claim_id,
            found="an id that is no claim of this study",
            expected="an id of claims.csv",
            action="correct the id",
        )
    return study.claims[claim_id]


def research_shares(model: PublishedModel, study: Study) -> pd.DataFrame:
    """Share of all costs that is research and evaluation, implied by each pair of ratios: % by scenario.

    Value is the same in both ratios, so cost without research / all costs = ratio with all costs / ratio without
    research, and the share is 1 minus that. `low` and `high` come from the rounding of the two printed ratios. Index:
    scenario; columns share, low, high, inputs.
    """
    pairs = [ratio for ratio in model.ratios if ratio.without_research]
    rows = [_row(f"(1 - claim:{r.all_costs} / claim:{r.without_research}) * 100", study) for r in pairs]
    return pd.DataFrame(
        rows, index=pd.Index([r.scenario for r in pairs], name="scenario"), columns=["share", "low", "high", "inputs"]
    )


def jointly(intervals: pd.DataFrame) -> Interval | None:
    """The values that every row's interval (columns low, high) allows; None if no value fits all of them."""
    low, high = float(intervals["low"].max()), float(intervals["high"].min())
    return Interval(low, high) if low <= high else None


def derived_quantities(model: PublishedModel, study: Study) -> pd.DataFrame:
    """The quantities that sroi.yaml derives: columns value, low, high, inputs, and the text of each entry by id."""
    rows = {entry.id: entry.model_dump() | _row(entry.formula, study, column="value") for entry in model.derived}
    return pd.DataFrame.from_dict(rows, orient="index")


def parts(model: PublishedModel, study: Study) -> pd.DataFrame:
    """Published values by part in pounds, with each part's share of the sum of parts in %.

    `low` and `high` of the share let every part vary over the rounding of its last printed digit; words such as "at
    least" are shown with the figure and left aside here. Index: label; columns claim, share, low, high, inputs.
    """
    claims = [study.claims[part.claim] for part in model.parts]
    rounding = [claim.as_printed.around() for claim in claims if claim.as_printed]
    total = sum(claim.number or 0.0 for claim in claims)
    rows = []
    for claim, own in zip(claims, rounding, strict=True):
        rest_low, rest_high = sum(r.low for r in rounding) - own.low, sum(r.high for r in rounding) - own.high
        shares = ((claim.number or 0.0) / total, own.low / (own.low + rest_high), own.high / (own.high + rest_low))
        rows.append(
            {"claim": claim.claim_id, **dict(zip(("share", "low", "high"), (100 * s for s in shares), strict=True))}
        )
    frame = pd.DataFrame(rows, index=pd.Index([part.label for part in model.parts], name=model.parts_are))
    return frame.assign(
        inputs=" ".join(f"claim:{claim.claim_id}" for claim in claims), note=[part.note for part in model.parts]
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


def _row(formula: str, study: Study, column: str = "share") -> dict[str, Any]:
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
