"""What a check of several claims comes to, in one form for every method."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from analysis.quantities import Interval
from analysis.study.claims import Claim


class Outcome(StrEnum):
    """What a check came to. `holds` confirms nothing: the figures can be true together, which wrong ones may be too."""

    FAILS = "fails"
    OPEN = "left open"
    HOLDS = "holds"


class Method(StrEnum):
    """The ways in which claims are checked against one another."""

    GRANULARITY = "granularity"
    BASES = "bases of a table"
    TOTALS = "totals, parts and subgroups"
    AVERAGES = "averages"
    DRIFT = "units, labels, dates and periods"
    LIKE_FOR_LIKE = "like for like"
    STATISTICS = "statistics"
    JOINT = "joint consistency"
    IMPLIED = "numbers that published figures imply"
    OPEN = "what is not identified"


@dataclass(frozen=True)
class Figure:
    """A number that a check computed: a value, a range, or both."""

    label: str
    value: float | int | None
    unit: str
    decimals: int = 0
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Check:
    """One check: the claims it holds against one another, what came out, and its arithmetic.

    `function` is the name of the function that made it, which the numbers of the check are recorded by.

    `culprits` are the claims that a failure points at, where it points at some rather than at all of them. `disputed` are
    the claims of which one at least is wrong where the check does not hold and no side can be named.

    `follows` are the claims of which each figure is what the others determine, where the check has some.

    `correction` says what would settle the matter, where the check is of a kind that has one answer.

    `words` is a template of `analysis.reporting.prose` in which `{.name}` stands for the check's own figure of that
    name, so that no number is typed into a sentence.
    """

    id: str
    method: Method
    label: str
    outcome: Outcome
    claims: tuple[str, ...]
    words: str
    figures: Mapping[str, Figure] = field(default_factory=dict)
    culprits: tuple[str, ...] = ()
    disputed: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    function: str = ""
    correction: str = ""

    @property
    def template(self) -> str:
        """The words with the full names of the check's figures."""
        return self.words.replace("{.", f"{{audit.{self.id}.")


def shown(claim_id: str) -> str:
    """Template text for a claim's figure as printed."""
    return f"{{claim:{claim_id}|bare}}"


def listed(texts: list[str]) -> str:
    """Texts as a list in words.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join(filter(None, [", ".join(texts[:-1]), *texts[-1:]]))


def sentence(text: str) -> str:
    """A text of the plan as a sentence.

    >>> sentence("the number is not printed")
    'The number is not printed.'
    """
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def name_of(claim_id: str) -> str:
    """A claim's id as part of a figure's name.

    >>> name_of("CO-012")
    'co_012'
    """
    return claim_id.lower().replace("-", "_")


def number(claim: Claim) -> float:
    """A claim's figure as a number; ValueError for a date or a range, which checks of numbers cannot use."""
    if claim.number is None:
        raise ValueError(f"{claim.claim_id} is no single number: {claim.printed}")
    return claim.number


def interval(claim: Claim) -> Interval:
    """The values a claim's print allows; ValueError for a date."""
    if claim.interval is None:
        raise ValueError(f"{claim.claim_id} is a date: {claim.printed}")
    return claim.interval


def verdict_of(fails: bool, printed: bool = True) -> Outcome:
    """`fails` or `holds`; a failure that rests on a reading of ours, not on the print, only leaves the matter open."""
    return Outcome.HOLDS if not fails else Outcome.FAILS if printed else Outcome.OPEN
