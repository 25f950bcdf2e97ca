"""The assumption register: every figure a model takes for granted, with its source and a reasoned range."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from analysis.currency import currency_of
from analysis.described import reading
from analysis.errors import InputError
from analysis.files import Strict, read_yaml, validate
from analysis.quantities import Interval

Words = Annotated[
    str,
    BeforeValidator(
        lambda value: (
            str(value).strip() if isinstance(value, int | str | date) and not isinstance(value, bool) else value
        )
    ),
    Field(min_length=1),
]

_RESULT = r"0[1-47][a-z]?_[a-z0-9_]+\.[A-Za-z0-9_.:\-]+"  # of an earlier notebook
SHARES = ("ratio", "share")  # units of what is a part of a whole

Known = Literal["published", "recomputed", "measured", "assumed", "calibrated", "reference"]


class Source(Strict):
    """Where an assumption comes from."""

    producer: Words = Field(description="who published it")
    title: Words = Field(description="title of the publication")
    published: Words | None = Field(description="year or date of publication")
    locator: Words = Field(description="where in it, or in the study's source, the figure stands")
    address: str | None = Field(default=None, description="web address or DOI")
    licence: Words = Field(description="terms of use")


class Published(Strict):
    """What an entry has in the published run, where a reader changed it for a run of his own."""

    value: float = Field(description="its value")
    low: float = Field(description="low end of its range")
    high: float = Field(description="high end of its range")
    kind: Known = Field(description="how its value is known")

    @classmethod
    def of(cls, entry: "Assumption") -> "Published":
        """An entry of the register, as it is."""
        return cls(value=entry.value, low=entry.low, high=entry.high, kind=entry.kind)

    @property
    def words(self) -> str:
        """The entry in a few words.

        >>> Published(value=0.2, low=0, high=0.5, kind="assumed").words
        '0.2, assumed, 0 to 0.5'
        """
        return f"{self.value:.12g}, {self.kind}, {self.low:.12g} to {self.high:.12g}"


class Assumption(Strict):
    """One entry of the register."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="name used in formulas")
    label: Words = Field(description="what is assumed, in words")
    short: Words | None = Field(
        default=None,
        description="the same in charts and within sentences, without a capital; else `label`",
    )
    value: float = Field(description="central value", allow_inf_nan=False)
    unit: Words = Field(description="unit of the value")
    price_year: int | None = Field(
        default=None, description="price year of money; empty for what is not money", ge=1900, le=2100
    )
    kind: Known = Field(description="how the value is known")
    claim: str | None = Field(default=None, pattern=r"^[A-Z]{2,4}-\d{3,}$", description="claim that gives it")
    low: float = Field(description="low end of the range", allow_inf_nan=False)
    high: float = Field(description="high end of the range", allow_inf_nan=False)
    distribution: Literal["fixed", "uniform", "triangular", "pert", "normal", "beta", "interval"] = Field(
        description="shape over the range"
    )
    why_range: Words = Field(description="why this range")
    source: Source = Field(description="where it comes from")
    evidence_grade: Literal["A", "B", "C", "D"] = Field(
        description="A used as measured, B transferred, C judged, D stipulated"
    )
    decided_by: Words = Field(description="who chose the value")
    alternatives: tuple[Words, ...] = Field(default=(), description="other defensible values or readings")
    result: str | None = Field(
        default=None,
        pattern=rf"^{_RESULT}( [+-] {_RESULT})*$",
        description="result of an earlier notebook, or a sum or difference of several in one unit, that takes the value's place "
        "once the study's records measure it: `03_before_after.items.english.mean_change`",
    )
    changed_from: Published | None = Field(
        default=None, description="what the published run has; written by analysis what-if, empty in a study"
    )

    @model_validator(mode="after")
    def _ordered(self) -> "Assumption":
        if not self.low <= self.value <= self.high:
            raise ValueError(f"low <= value <= high, not {self.low:g}, {self.value:g}, {self.high:g}")
        if (self.distribution == "fixed") != (self.low == self.high):
            raise ValueError("a distribution 'fixed' exactly where low equals high")
        if (code := currency_of(self.unit)) and self.unit != f"{code} per {code}" and self.price_year is None:
            raise ValueError("a price year for money (price_year)")
        return self

    @property
    def as_published(self) -> "Assumption":
        """The entry as the published run has it."""
        return self.model_copy(update=dict(self.changed_from or {}) | {"changed_from": None})

    @property
    def interval(self) -> Interval:
        """The range from low to high."""
        return Interval(self.low, self.high)

    @property
    def limits(self) -> tuple[float, float]:
        """The values the quantity could have at all: shares from 0 to 1, what is never negative from 0 upwards.

        A range that reaches below zero, or a share's range beyond one, says that the quantity has no such limit.
        """
        share = self.unit in SHARES and self.low >= 0 and self.high <= 1
        return 0.0 if self.low >= 0 else -math.inf, 1.0 if share else math.inf

    @property
    def decimals(self) -> int:
        """Decimals, at most four, with which value and range are written whole."""
        return max(len(f"{end:.4f}".rstrip("0").partition(".")[2]) for end in (self.value, self.low, self.high))

    @property
    def results(self) -> dict[str, int]:
        """The results that would measure the entry, and whether each is added (1) or taken off (-1)."""
        parts = ["+", *str(self.result).split()] if self.result else []
        return {name: -1 if sign == "-" else 1 for sign, name in zip(parts[::2], parts[1::2], strict=True)}

    @property
    def rests_on(self) -> list[str]:
        """What the value is copied from: the claim that prints it, or the result of the study's own records."""
        measured = self.results if self.kind == "measured" else {}
        return [f"claim:{self.claim}"] if self.claim else [f"result:{name}" for name in measured]

    @property
    def short_label(self) -> str:
        """What is assumed, in as few words as the register gives."""
        return self.short or self.label

    @property
    def attribution(self) -> str:
        """Who the value is from, and where: its source if it was published there, else whoever decided it.

        A value that was solved for or chosen is not its source's, though the source is what it was chosen against.
        """
        if self.kind in ("published", "reference", "measured"):
            return f"{self.source.producer}: {self.source.title}; {self.source.locator}"
        return f"{self.decided_by}; see {self.source.locator}"


@dataclass(frozen=True)
class Register(Mapping[str, Assumption]):
    """All assumptions of a study by id."""

    entries: dict[str, Assumption]
    name: str

    def __getitem__(self, assumption_id: str) -> Assumption:
        entry = self.entries[assumption_id.removeprefix("assumption:")]
        reading(f"assumption:{entry.id}")
        return entry

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


def read_register(path: Path, name: str, claims: Mapping[str, Any]) -> Register:
    """Read and check a register; an entry without source or range, or that names an unknown claim, raises InputError."""
    content = read_yaml(path, name)
    if content is None:  # comments only
        return Register({}, name)
    rows = _rows_of_ids(path.read_text(encoding="utf-8-sig").splitlines())
    listed = content.get("assumptions") if isinstance(content, dict) else None
    if not isinstance(listed, list):
        raise InputError(
            name,
            found=type(content).__name__,
            expected="a list under the key 'assumptions'",
            action="start the file with 'assumptions:' and one '- id: ...' for each entry",
        )
    entries: dict[str, Assumption] = {}
    for number, values in enumerate(listed, start=1):
        row = rows.get(str(values.get("id"))) if isinstance(values, dict) else None
        entry = _read_entry(values, name, number, row)
        _check_entry(entry, entries, claims, name, row)
        entries[entry.id] = _as_known(entry, claims)
    return Register(entries, name)


def _as_known(entry: Assumption, claims: Mapping[str, Any]) -> Assumption:
    """The entry; as assumed, with what was published, where its value is no longer the one that its claim prints."""
    if entry.kind != "published" or not entry.claim:
        return entry
    claim = claims[entry.claim]
    scale = 100 if claim.unit == "%" and entry.unit != "%" else 1  # a percentage stands for the ratio that it is
    if claim.interval is None or entry.value * scale in claim.around:
        return entry
    changed = f"changed here from the published {claim.printed} ({entry.claim})"
    return entry.model_copy(update={"kind": "assumed", "decided_by": changed})


def _rows_of_ids(lines: list[str]) -> dict[str, int]:
    """The first line of a file that gives each id."""
    told = ((line.strip(" -\"'"), number) for number, line in enumerate(lines, start=1))
    given = [(text.removeprefix("id: "), number) for text, number in told if text.startswith("id: ")]
    return dict(reversed(given))


def _read_entry(values: Any, name: str, number: int, row: int | None) -> Assumption:
    if not isinstance(values, dict):
        raise InputError(
            name,
            row=row,
            column=f"entry {number}",
            found=repr(values),
            expected="keys and values",
            action="write the entry as '- id: ...'",
        )
    return validate(Assumption, values, name, row, entry=str(values.get("id") or f"entry {number}"))


def _check_entry(
    entry: Assumption, known: Mapping[str, Assumption], claims: Mapping[str, Any], name: str, row: int | None
) -> None:
    if entry.id in known:
        raise InputError(
            name,
            row=row,
            column=f"{entry.id}.id",
            found="the id twice",
            expected="every id once",
            action="rename one of the two entries",
        )
    if entry.claim and entry.claim not in claims:
        raise InputError(
            name,
            row=row,
            column=f"{entry.id}.claim",
            found=repr(entry.claim),
            expected="a claim of this study, or nothing",
            action="correct the claim id",
        )
