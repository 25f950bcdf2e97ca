"""Recompute every claim from the other claims and hold it against its print.

A verdict never says more than it proves. `reproduced`: the recomputed value rounds to the printed one. `consistent`: the
figure can be true together with what else is printed, which confirms nothing. `inconsistent`: it cannot be, at the
stated rounding. `in question`: it or a figure it is held against is wrong, and which is not known. `not recomputable`:
nothing printed determines it.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from analysis.expressions import Expression, ExpressionError, Reference, plain_number, to_text
from analysis.quantities import Interval, parse_range, rounds_to, truncates_to
from analysis.study.claims import Claim, Ledger
from analysis.study.formulas import Computed, compute


class Verdict(StrEnum):
    """What the check of one claim came to."""

    REPRODUCED = "reproduced"
    CONSISTENT = "consistent"
    INCONSISTENT = "inconsistent"
    IN_QUESTION = "in question"
    NOT_RECOMPUTABLE = "not recomputable"


class Problem(StrEnum):
    """What is wrong with an inconsistent figure, by the relation that fails."""

    SHARE = "shares that do not follow from their counts"
    PROGRESS = "progress and changes in per cent that do not follow from their figures"
    TARGET = "target percentages that do not follow from the target numbers"
    SUM = "totals that differ from their parts"
    MEAN = "averages that do not follow from their rows"
    GRAIN = "percentages and means that no whole number gives"
    WORDS = "words and ranges that the figures do not bear out"
    TWICE = "the same quantity published differently in two places"
    OTHER = "figures that do not follow from the ones they rest on"


_PROBLEM_OF_KIND = {
    "share": Problem.SHARE,
    "progress": Problem.PROGRESS,
    "target": Problem.TARGET,
    "mean": Problem.MEAN,
    "count": Problem.SUM,
}


@dataclass(frozen=True)
class Finding:
    """The check of one claim.

    `low` and `high` bound what the recomputation can give when every rounded input varies over its rounding interval.
    `why` is a template, so that no number is typed into a sentence: `{claim:CO-001}` stands for that figure as
    printed, `{claim:CO-001.recomputed}` for the recomputed value, `{=CO-001}` for the name alone. `conflicts` are the other
    prints of the quantity that cannot be the same figure; `by_hand` says that the claim's print is no plain figure.
    """

    claim_id: str
    verdict: Verdict
    why: str
    recomputed: float | None = None
    low: float | None = None
    high: float | None = None
    problem: Problem | None = None
    conflicts: tuple[str, ...] = ()
    by_hand: bool = False


def audit(ledger: Ledger, rounding: str = "either") -> tuple[Finding, ...]:
    """The finding on every claim of a ledger, in source order.

    `rounding` is the rule a printed figure may follow: "half up", "half even", or "either" of them. Raises InputError, naming the row, for a formula that cannot be evaluated.
    """
    found = (check(claim, ledger, rounding) for claim in ledger.values())
    return tuple(replace(finding, by_hand=ledger[finding.claim_id].read_by_hand) for finding in found)


def check(claim: Claim, ledger: Ledger, rounding: str = "either") -> Finding:
    """The finding on one claim: through its formula if it has one, else against other prints of the same quantity."""
    if isinstance(claim.expression, Reference) and not claim.is_date:
        return _compare_restatement(claim, ledger[claim.expression.name])
    if claim.expression is None or claim.is_date:
        return _compare_prints(claim, ledger)
    return recompute(claim, ledger, rounding)


def recompute(claim: Claim, ledger: Ledger, rounding: str = "either") -> Finding:
    """The finding on a claim by its formula: its value from the printed inputs, and its range over their rounding intervals.

    Raises InputError, naming the row, where the formula has no value.
    """
    if claim.expression is None:
        raise ValueError(f"{claim.claim_id} has no formula")
    try:
        found = compute(claim.expression, ledger)
    except ExpressionError as error:
        raise ledger.trouble(
            claim.claim_id,
            "formula",
            f"{claim.formula!r}: {error}",
            "a formula that has a value",
            "correct the formula or the claims it uses",
        ) from None
    verdict, reason = _judge(claim, found, ledger, rounding)
    conflicts = tuple(other.claim_id for other in _conflicts(claim, ledger))
    problem = Problem.TWICE if conflicts else problem_of_kind(claim)
    return Finding(
        claim.claim_id,
        verdict,
        f"{arithmetic(claim, claim.expression)}; {reason}{_by_hand(claim)}",
        found.value,
        found.interval.low,
        found.interval.high,
        problem if verdict is Verdict.INCONSISTENT else None,
        conflicts,
    )


def _by_hand(claim: Claim) -> str:
    """What is said of a print that is no figure, wherever a verdict rests on how it was read."""
    read = (
        "" if claim.is_damaged else f" and was read as {{={claim.value}}}"
    )  # a damaged print is shown with its reading
    return f"; what is published is no plain figure{read}" if claim.read_by_hand else ""


def arithmetic(claim: Claim, expression: Expression) -> str:
    """The recomputation as a line of template text, each input as a reference to its printed figure."""
    terms = to_text(expression, lambda name: f"{{{name}|bare}}", lambda value: f"{{={plain_number(value)}}}")
    return f"{terms} = {{claim:{claim.claim_id}.recomputed|bare}}"


def _judge(claim: Claim, found: Computed, ledger: Ledger, rounding: str) -> tuple[Verdict, str]:
    printed, print_ = claim.as_printed, f"{{claim:{claim.claim_id}|bare}}"
    allowed = claim.around if printed is None else printed.interval()
    if allowed is None:
        raise ValueError(f"{claim.claim_id} gives no figure")
    room = not _exact_inputs(claim, ledger) and found.interval.meets(allowed)
    if printed is None or printed.bound:
        return _judge_words(claim, found.value, printed.reading() if printed else allowed, allowed, room)
    rules = rounds_to(found.value, printed)
    if rules and rounding in ("either", *rules):
        return _judge_fit(claim, print_)
    whole = printed.step == 1 and found.value.is_integer()
    short = f"{'is not' if whole else 'does not round to'} the published {print_}"
    if room:
        return Verdict.CONSISTENT, f"{short}, but rounding of the inputs leaves room for it"
    if conflicts := _conflicts(claim, ledger):
        return (
            Verdict.INCONSISTENT,
            f"{short}; elsewhere published as {{claim:{conflicts[0].claim_id}|bare}} ({{={conflicts[0].claim_id}}})",
        )
    if other := _may_be_other(claim):
        return Verdict.NOT_RECOMPUTABLE, f"{short}, {other}"
    if _is_sum(claim) and found.value < float(printed.value):
        return Verdict.CONSISTENT, f"less than the published {print_}: the rest stands in no published row"
    if truncates_to(found.value, printed):
        return Verdict.INCONSISTENT, f"{short}; cutting the decimals off would give it (an inference)"
    return Verdict.INCONSISTENT, short


def _judge_words(claim: Claim, value: float, read: Interval, allowed: Interval, room: bool) -> tuple[Verdict, str]:
    """The verdict on a range, or on a figure with words such as "over" and "about" around it, which are no rounding to
    reproduce; `read` are the values that would be printed so, `allowed` all that the words hold for."""
    print_ = f"{{claim:{claim.claim_id}|bare}}"
    if value in read:
        return Verdict.CONSISTENT, f"within the words as published, {print_}"
    if value in allowed:
        return (
            Verdict.CONSISTENT,
            f"within the words as published, {print_}, though so far off it would be published otherwise",
        )
    if room:
        return (
            Verdict.CONSISTENT,
            f"outside the words as published, {print_}, but rounding of the inputs leaves room for it",
        )
    if other := _may_be_other(claim):
        return Verdict.NOT_RECOMPUTABLE, f"outside the words as published, {print_}, {other}"
    return Verdict.INCONSISTENT, f"outside the words as published, {print_}"


def _judge_fit(claim: Claim, print_: str) -> tuple[Verdict, str]:
    """The verdict on a figure that its formula gives: reproduced, unless print or base had to be supposed for that."""
    if claim.read_by_hand:
        return Verdict.CONSISTENT, f"rounds to what {print_} is taken to give"
    if base_is_open(claim):
        return Verdict.CONSISTENT, f"rounds to the published {print_} on a base that is not published"
    return Verdict.REPRODUCED, f"rounds to the published {print_}"


def _may_be_other(claim: Claim) -> str:
    """Why a figure that its formula does not give can be right all the same; an empty text if it cannot."""
    if base_is_open(claim):
        return "but its base is not published, and on another base it could be right"
    if claim.is_interpreted:
        return "but that is not all that is published of it, and the rest may mean something else"
    return "but it is weighted, and need not follow from unweighted figures" if claim.says_weighted else ""


def base_is_open(claim: Claim) -> bool:
    """Whether a percentage is taken of something that is not printed as its base."""
    return claim.unit == "%" and claim.kind in ("share", "target") and not claim.base and "/" in claim.formula


def _conflicts(claim: Claim, ledger: Ledger) -> tuple[Claim, ...]:
    """The other prints of the same quantity that cannot be the same figure."""
    return tuple(other for other in ledger.about(claim.quantity) if other is not claim and not agree(claim, other))


def _is_sum(claim: Claim) -> bool:
    return claim.kind == "count" and not set(claim.formula) & set("*/")


def _exact_inputs(claim: Claim, ledger: Ledger) -> bool:
    return all((found := ledger[name].interval) is not None and found.low == found.high for name in claim.follows_from)


def problem_of_kind(claim: Claim) -> Problem:
    """What is wrong with an inconsistent figure as far as its kind says; a word or a range is no figure of its kind."""
    if claim.number is None and not claim.is_date:
        return Problem.WORDS
    return _PROBLEM_OF_KIND.get(claim.kind, Problem.OTHER)


def _difference(one: Claim, other: Claim) -> Verdict:
    """What two prints come to that cannot be one figure rounded by one rule; an exact half rounded by
    two can still be both, and a print among words that are not known here may say more than its number."""
    unsure = one.is_interpreted or other.is_interpreted or agree(one, other, one_rule=False)
    return Verdict.IN_QUESTION if unsure else Verdict.INCONSISTENT


def _compare_restatement(claim: Claim, original: Claim) -> Finding:
    agrees = agree(claim, original)
    words = "agrees with" if agrees else "differs from"
    return Finding(
        claim.claim_id,
        Verdict.CONSISTENT if agrees else _difference(claim, original),
        f"{words} the other statement of the figure, {{claim:{original.claim_id}|bare}} ({{={original.claim_id}}}); "
        f"not an independent check{_by_hand(claim)}",
        original.number,
        *_ends(original.interval),
        None if agrees else Problem.TWICE,
        () if agrees else (original.claim_id,),
    )


def _compare_prints(claim: Claim, ledger: Ledger) -> Finding:
    others = [other for other in ledger.about(claim.quantity) if other.claim_id != claim.claim_id]
    if conflicts := _conflicts(claim, ledger):
        worst = next((other for other in conflicts if _difference(claim, other) is Verdict.INCONSISTENT), conflicts[0])
        why = f"published here as {{claim:{claim.claim_id}|bare}}, elsewhere as {{claim:{worst.claim_id}|bare}} ({{={worst.claim_id}}})"
        names = tuple(other.claim_id for other in conflicts)
        return Finding(claim.claim_id, _difference(claim, worst), why, problem=Problem.TWICE, conflicts=names)
    if others:
        named = ", ".join(f"{{={other.claim_id}}}" for other in others[:3])
        return Finding(
            claim.claim_id,
            Verdict.CONSISTENT,
            f"agrees with the other statement of the figure ({named}); not an independent check{_by_hand(claim)}",
        )
    return Finding(claim.claim_id, Verdict.NOT_RECOMPUTABLE, _missing(claim, ledger) + _by_hand(claim))


_MISSING = {
    "share": "the count behind the percentage is not published",
    "progress": "the target behind the percentage is not published",
    "mean": "the values behind the average are not published",
    "money": "what the sum is made up of is not published",
    "ratio": "the value and the investment behind the ratio are not published",
    "statistic": "the records behind the statistic are not published",
    "score": "the records behind the score are not published",
    "count": "a count of its own; the records behind it are not published",
    "target": "a target of its own",
    "assumption": "an assumption, not a result",
    "threshold": "a threshold, not a result",
    "reference": "a figure from elsewhere; its own source would have to be checked",
    "date": "a date, which nothing else published determines",
    "duration": "a duration of its own",
}
_COUNTED = "a count of its own, which no other figure gives; a list of what was counted would confirm it"


def _missing(claim: Claim, ledger: Ledger) -> str:
    if claim.kind == "count" and claim.unit not in _RECORDED:
        return _COUNTED
    if claim.kind == "mean" and claim.unit == "%" and _rows(ledger) > 1:
        return "which of the published percentages it averages is not said"
    if claim.kind == "share" and not claim.base:
        return "neither the count behind the percentage nor its base is published"
    return _MISSING["share" if claim.kind == "progress" and claim.base else claim.kind]


_RECORDED = ("people", "attendances", "hours", "weeks", "visits", "contacts", "referrals", "sessions")


def _rows(ledger: Ledger) -> int:
    return sum(claim.kind == "progress" and claim.unit == "%" for claim in ledger.values())


def agree(one: Claim, other: Claim, one_rule: bool = True) -> bool:
    """Whether two prints can be of one figure: some value, or day, exists that is printed in both ways.

    Words count: "up to" and "over" reach to the next figure on the rounding grid (`Printed.reading`). Two ranges have to
    agree in both ends. Without `one_rule`, one of them may have been rounded half up and the other half even. Of a threshold or an assumption, which is set and not rounded, the figure has to be the same.
    Figures in different units cannot be compared, and are not.
    """
    if one.is_date or other.is_date:
        return _dates_agree(one.value, other.value)
    if one.unit != other.unit:
        return True
    if {one.kind, other.kind} <= {"threshold", "assumption"}:
        return (one.number or one.value) == (other.number or other.value)
    ends = parse_range(one.figure), parse_range(other.figure)
    if ends[0] and ends[1]:
        return all(first.agrees(second, one_rule=one_rule) for first, second in zip(*ends, strict=True))
    if one.as_printed and other.as_printed:
        return one.as_printed.agrees(other.as_printed, (one.stipulated, other.stipulated), one_rule)
    return one.interval is None or other.interval is None or one.interval.meets(other.interval)


def _dates_agree(one: str, other: str) -> bool:
    """Whether two dates, months, years or spans of them have a day in common."""
    (first, last), (begin, end) = span(one), span(other)
    return first <= end and begin <= last


def span(date: str) -> tuple[str, str]:
    """First and last day that a date, a month, a year or a span `a..b` of them may be, as ISO dates.

    >>> span("2019..2020"), span("2021-08")
    (('2019-01-01', '2020-12-31'), ('2021-08-01', '2021-08-31'))
    """
    first, _, last = date.partition("..")
    return f"{first}-01-01"[:10], ((last or first) + "-12-31"[len(last or first) - 4 :])[:10]


def _ends(interval: Interval | None) -> tuple[float | None, float | None]:
    return (None, None) if interval is None else (interval.low, interval.high)


RESULTS = frozenset(
    {"count", "share", "progress", "mean", "score", "statistic", "money", "ratio"}
)  # kinds of claims that are results
