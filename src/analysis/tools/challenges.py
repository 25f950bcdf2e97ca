"""Challenges: what others propose in place of entries of the register, who and why; run as a changed run.

A file `challenges/NAME.yaml` in a study's folder holds proposals, each a value, a range or both. Proposals for one entry
(of the members of a panel, or of several challenges) are pooled with equal weights: the linear opinion pool (Stone 1961),

    F(x) = (F_1(x) + ... + F_n(x)) / n,    variance = mean of the members' variances + variance of their means,

whose second part is the disagreement between them. A value with a range is read as a triangle, a range alone as uniform, a
value alone as a point.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, pvariance

from pydantic import Field, model_validator

from analysis.errors import InputError
from analysis.files import Strict, read_document, shown
from analysis.study import Assumption, Study
from analysis.study.register import Words
from analysis.tools.changes import Asked, Changed, known_entry, ruled_out

FOLDER = "challenges"
MIDDLE = (0.025, 0.5, 0.975)  # probabilities of the pool's low end, value and high end
_STEPS = 100  # the decimals of a pooled number tell at least so many steps over all that was proposed


class Proposal(Strict):
    """Another value, another range, or both, for one entry of the register."""

    assumption: str = Field(description="id of the entry in assumptions.yaml")
    value: float | None = Field(default=None, description="the likely value", allow_inf_nan=False)
    low: float | None = Field(default=None, description="low end of the range", allow_inf_nan=False)
    high: float | None = Field(default=None, description="high end of the range", allow_inf_nan=False)
    reason: Words = Field(description="why")
    by: Words | None = Field(default=None, description="who proposes it, of a panel; else whoever makes the challenge")
    source: Words | None = Field(default=None, description="what it rests on")

    @model_validator(mode="after")
    def _ordered(self) -> "Proposal":
        if (self.low is None) != (self.high is None):
            raise ValueError("both ends of a range, low and high, or neither")
        if self.low is None and self.value is None:
            raise ValueError("a value, or a range (low and high), or both")
        if self.low is not None and not self.low <= self.likely <= self.top or self.low == self.top:
            raise ValueError("low <= value <= high, with low below high")
        return self

    @property
    def likely(self) -> float:
        """The value; of a range alone its middle."""
        return (self.low + self.top) / 2 if self.value is None else self.value  # type: ignore[operator]

    @property
    def bottom(self) -> float:
        """The low end; of a value alone the value."""
        return self.likely if self.low is None else self.low

    @property
    def top(self) -> float:
        """The high end; of a value alone the value."""
        return self.value if self.high is None else self.high  # type: ignore[return-value]

    @property
    def shape(self) -> str:
        """How it is read as a distribution: `fixed`, `uniform` or `triangular`."""
        return "fixed" if self.low is None else "uniform" if self.value is None else "triangular"

    @property
    def mean(self) -> float:
        """Its mean: (low + value + high) / 3 of a triangle, the middle of a range, the value itself."""
        return (self.bottom + self.likely + self.top) / 3 if self.shape == "triangular" else self.likely

    @property
    def variance(self) -> float:
        """Its variance: of a triangle (a² + b² + c² − ab − ac − bc) / 18, of a range width² / 12, of a point none."""
        low, value, high = self.bottom, self.likely, self.top
        if self.shape == "triangular":
            return (low**2 + value**2 + high**2 - low * value - low * high - value * high) / 18
        return (high - low) ** 2 / 12

    def below(self, x: float) -> float:
        """The probability of a value of at most x."""
        low, value, high = self.bottom, self.likely, self.top
        if x < low or x >= high:
            return float(x >= high)
        if self.shape == "uniform":
            return (x - low) / (high - low)
        if x < value:
            return (x - low) ** 2 / ((high - low) * (value - low))
        return 1 - (high - x) ** 2 / ((high - low) * (high - value))


class Challenge(Strict):
    """A challenge to the register: one or more proposals, with who makes them."""

    title: Words = Field(description="what is challenged, in one line")
    by: Words = Field(description="who makes it: a name, a panel, or anonymous")
    date: Words | None = Field(default=None, description="day, month or year")
    source: Words | None = Field(default=None, description="where it was made: a review, a letter, a publication")
    proposals: tuple[Proposal, ...] = Field(min_length=1, description="what is proposed, one for each entry and person")


@dataclass(frozen=True)
class Said:
    """A proposal with who makes it, of which challenge."""

    proposal: Proposal
    by: str
    challenge: Challenge

    @property
    def source(self) -> str:
        """What it rests on, else where the challenge was made; an empty text where neither is told."""
        return self.proposal.source or self.challenge.source or ""


@dataclass(frozen=True)
class Pooled:
    """All that is proposed for one entry, and what a run takes for it.

    `within` and `between` are the two parts of the pool's variance, in the entry's unit squared.
    """

    entry: Assumption
    said: tuple[Said, ...]
    value: float
    low: float | None
    high: float | None
    shape: str
    mean: float
    within: float
    between: float

    @property
    def decimals(self) -> int:
        """How finely pooled numbers are told and run with."""
        return _decimals([each.proposal for each in self.said])

    @property
    def disagreement(self) -> float:
        """The share of the pool's variance that lies between its members, 0 to 1; NaN where there is none at all."""
        total = self.within + self.between
        return self.between / total if total else math.nan

    @property
    def change(self) -> Changed:
        """The change of the register that a run makes of it."""
        names = ", ".join(dict.fromkeys(each.by for each in self.said))
        why = " · ".join(f"{each.by}: {each.proposal.reason}" for each in self.said)
        return Changed(self.entry, self.value, self.low, self.high, self.shape, why, names)


@dataclass(frozen=True)
class Challenged:
    """The challenges that a run takes up, by name, and what they propose."""

    names: tuple[str, ...]
    pooled: tuple[Pooled, ...]


NOTHING_CHALLENGED = Challenged((), ())


def pool(entry: Assumption, said: Sequence[Said]) -> Pooled:
    """Pool proposals for one entry, with equal weights.

    One proposal stands as it is. Of several the value is the pool's median and the range its middle 95%, over which a run
    draws a triangle; that is the pool's shape only about.
    """
    all_of = [each.proposal for each in said]
    means = [each.mean for each in all_of]
    parts = (fmean(means), fmean(each.variance for each in all_of), pvariance(means))
    first = all_of[0]
    low, value, high = (first.low, first.likely, first.high) if len(all_of) == 1 else _quantiles(all_of)
    if low == high:
        low = high = None
    shape = first.shape if len(all_of) == 1 else "triangular"
    return Pooled(entry, tuple(said), value, low, high, shape, *parts)


def _quantiles(proposals: Sequence[Proposal]) -> list[float]:
    """The least values that the pool stays at or below with the probabilities of MIDDLE, by bisection."""
    ends = min(each.bottom for each in proposals), max(each.top for each in proposals)
    return [round(_quantile(proposals, probability, *ends), _decimals(proposals)) for probability in MIDDLE]


def _decimals(proposals: Sequence[Proposal]) -> int:
    """Decimals at which a hundredth of the width of all proposals can be told; where all say one value, those of it."""
    low, high = min(each.bottom for each in proposals), max(each.top for each in proposals)
    if low == high:
        return len(f"{low:.12f}".rstrip("0").partition(".")[2])
    return max(0, -math.floor(math.log10((high - low) / _STEPS)))


def _quantile(proposals: Sequence[Proposal], probability: float, low: float, high: float) -> float:
    if fmean(each.below(low) for each in proposals) >= probability:
        return low
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (low, middle) if fmean(each.below(middle) for each in proposals) >= probability else (middle, high)
    return high


def read_challenges(study: Study, names: Iterable[str]) -> tuple[Challenged, list[InputError]]:
    """What the challenges named propose, pooled by entry in the order of the register, and everything wrong with them.

    A name is that of a file in the study's `challenges`, with or without `.yaml`, or a path.
    """
    found: dict[str, list[Said]] = {}
    problems: list[InputError] = []
    names = tuple(dict.fromkeys(names))
    for name in names:
        path = _path(study, name)
        try:
            challenge, line = read_document(path, shown(path, study.root), Challenge)
        except InputError as error:
            problems.append(error)
            continue
        for place, proposal in enumerate(challenge.proposals):
            one = Said(proposal, proposal.by or challenge.by, challenge)
            asked = Asked(proposal.assumption, "", shown(path, study.root), line(("proposals", place)), "proposals")
            before = found.setdefault(proposal.assumption, [])
            problems += _problems(study, one, asked, before)
            before.append(one)
    register = study.register if found else {}
    pooled = () if problems else tuple(pool(register[name], found[name]) for name in register if name in found)
    return Challenged(names, pooled), problems


def listed(study: Study) -> list[str]:
    """The names of the study's challenges, in order."""
    return sorted(path.stem for path in (study.raw / FOLDER).glob("*.yaml"))


def challenge_problems(study: Study) -> list[InputError]:
    """Everything wrong with the study's challenges, each read by itself, and with any two of one person on one entry."""
    return read_challenges(study, listed(study))[1]


def _path(study: Study, name: str) -> Path:
    own = study.raw / FOLDER / (name if name.endswith(".yaml") else f"{name}.yaml")
    return own if "/" not in name and (own.is_file() or not Path(name).is_file()) else Path(name).resolve()


def _problems(study: Study, one: Said, asked: Asked, before: Sequence[Said]) -> Iterator[InputError]:
    """What the register says against a proposal, and a second one by the same person."""
    entry, proposal = known_entry(study, asked), one.proposal
    if isinstance(entry, InputError):
        yield entry
        return
    for number in (proposal.value, proposal.low, proposal.high):
        if number is not None:
            yield from ruled_out(asked, entry, number)
    if (proposal.likely, proposal.bottom, proposal.top) == (entry.value, entry.value, entry.value):
        yield asked.trouble("the value of the published run", "another value, or a range", "leave the proposal out")
    if one.by in [other.by for other in before]:
        expected = "one proposal a person for an entry"
        yield asked.trouble(f"a second one by {one.by}", expected, "say 'by' in each, or leave one out")
