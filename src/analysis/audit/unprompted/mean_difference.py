"""Test statistics, p-values and intervals of a difference of two means, against the means, deviations and numbers of people."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from math import inf, sqrt

from analysis.audit.checks import Check, Figure, Method, Outcome, listed, shown
from analysis.audit.families import (
    ADJUSTED,
    BEFORE_AND_AFTER,
    CHANGES,
    ONE_SIDED,
    TWO_GROUPS,
    Family,
    check_id,
    families,
    ids,
    numbers,
    range_of,
    says,
)
from analysis.audit.unprompted.test_statistic import two_sided
from analysis.quantities import Interval, parse_range
from analysis.study.claims import Claim, Ledger

NAME = "Differences of means"
QUESTION = "Can the published means, deviations and numbers of people give the published t, p-value or interval of their difference?"
SOURCE = "t test (Student 1908; Welch 1947); of the same people over every correlation, unless the deviation of the change is published"
LIMITS = (
    "An adjusted or weighted estimate has others; so a failure is left open unless the degrees of freedom, or words, are those of a "
    "plain t test, and nothing is asked where the ledger says that an estimate is adjusted"
)
CORRECTION = (
    "Correct the statistic, the means, the deviations or the numbers of people, or say how the estimate was adjusted."
)

_T_TEST = re.compile(r"(?<!\w)(?:t[- ]?test|student|welch)", re.IGNORECASE)
_LEVEL = re.compile(r"(?<!\d)(80|90|95|99)(?:\s?%| per ?cent)")
_LEVELS = (90.0, 95.0, 99.0)  # of an interval that does not say its own


@dataclass(frozen=True)
class Reading:
    """One way to test a difference: the standard errors and degrees of freedom that the prints allow it."""

    error: Interval
    df: Interval

    def statistic(self, difference: Interval) -> Interval:
        """The sizes of t, over the rounding of all figures."""
        size = _size(difference)
        return Interval(
            size.low / self.error.high if self.error.high else 0.0,
            size.high / self.error.low if self.error.low else inf,
        )

    def p_value(self, difference: Interval) -> Interval:
        """The two-sided p-values."""
        t = self.statistic(difference)
        return Interval(two_sided(t.high, self.df.high), two_sided(t.low, self.df.low))

    def half_width(self, level: float) -> Interval:
        """Half the widths of intervals of a level in per cent."""
        from scipy.stats import t

        low, high = (float(t.isf((1 - level / 100) / 2, df)) for df in (self.df.high, self.df.low))
        return Interval(low * self.error.low, high * self.error.high)


def look(ledger: Ledger, claims: Collection[str] | None = None) -> Iterator[Check]:
    """One check for each t, p-value (where no t is printed) and interval of a difference of means; of all claims, or of those named."""
    for pair in (*BEFORE_AND_AFTER, *TWO_GROUPS):
        for deviations in (tuple(f"{end}_sd" for end in pair), tuple(f"_sd{end}" for end in pair)):
            for endings in (("_t",), ("_p",), *_intervals()):
                for family in families(ledger, *pair, *deviations, *endings, claims=claims):
                    if _is_asked(family, ledger):
                        yield from _checks(family, endings, pair in BEFORE_AND_AFTER, ledger)


def _intervals() -> Iterator[tuple[str, ...]]:
    for change in CHANGES:
        yield from ((f"{change}_ci",), (f"{change}_ci_low", f"{change}_ci_high"))


def _is_asked(family: Family, ledger: Ledger) -> bool:
    """Whether two means of counted people have their deviations in print, and nothing says that the estimate is adjusted."""
    means = family[:2]
    counted = all(mean.kind in ("mean", "score") and mean.base and ledger[mean.base].kind == "count" for mean in means)
    people = [ledger[mean.base].number or 0.0 for mean in means] if counted else [0.0]
    alike = len({claim.unit for claim in means}) == 1
    return alike and min(people) > 1 and numbers(*family[:4]) and not says(ADJUSTED, *family)


def _checks(family: Family, endings: tuple[str, ...], same_people: bool, ledger: Ledger) -> Iterator[Check]:
    beside = _stem_claims(family, ledger)
    readings = paired(family, beside.get("_change_sd"), ledger) if same_people else two_groups(family, ledger)
    if readings and endings == ("_t",) and numbers(family[-1]):
        yield _of_statistic(family, readings, beside.get("_df"))
    elif readings and endings == ("_p",) and "_t" not in beside and family[-1].interval:
        yield _of_p_value(family, readings)
    elif readings and endings[0] not in ("_t", "_p") and (ends := _ends(family[4:])):
        yield _of_interval(family, readings, ends)


def _stem_claims(family: Family, ledger: Ledger) -> dict[str, Claim]:
    """Figures of the same thing that the checks ask beside those of the family, by the ending of their quantity."""
    stem = next(
        family[0].quantity.removesuffix(pair[0])
        for pair in (*BEFORE_AND_AFTER, *TWO_GROUPS)
        if family[0].quantity.endswith(pair[0])
    )
    return {end: found[0] for end in ("_t", "_df", "_change_sd") if (found := ledger.about(stem + end))}


def two_groups(family: Family, ledger: Ledger) -> list[Reading]:
    """Welch's test, the test with pooled variances, and both of them by the normal distribution; none for one base of two groups."""
    bases = [mean.base for mean in family[:2]]
    if bases[0] == bases[1]:
        return []
    n, m = (ledger[base].number or 0.0 for base in bases)
    s, u = (range_of(deviation) for deviation in family[2:4])
    corners = [(max(a, 0.0), max(b, 0.0)) for a, b in ((s.low, u.low), (s.high, u.high))]
    apart = Interval(*(sqrt(a**2 / n + b**2 / m) for a, b in corners))
    pooled = Interval(*(sqrt(((n - 1) * a**2 + (m - 1) * b**2) / (n + m - 2) * (1 / n + 1 / m)) for a, b in corners))
    ends = Interval(min(n, m) - 1, n + m - 2)  # Welch's degrees of freedom, whatever the deviations
    return [Reading(apart, ends), Reading(pooled, Interval(n + m - 2, n + m - 2)), Reading(apart, Interval(inf, inf))]


def paired(family: Family, change: Claim | None, ledger: Ledger) -> list[Reading]:
    """The test of the same people's change: by the deviation of the change, or over every correlation of before and after;
    none where two different numbers of people answered."""
    numbers_ = {ledger[mean.base].number or 0.0 for mean in family[:2]}
    if len(numbers_) > 1:
        return []
    n = numbers_.pop()
    s, u = (range_of(deviation) for deviation in family[2:4])
    spread = range_of(change) if change else Interval(max(s.low - u.high, u.low - s.high, 0.0), s.high + u.high)
    error = Interval(max(spread.low, 0.0) / sqrt(n), spread.high / sqrt(n))
    return [Reading(error, Interval(n - 1, n - 1)), Reading(error, Interval(inf, inf))]


def _size(values: Interval) -> Interval:
    ends = sorted((abs(values.low), abs(values.high)))
    return Interval(0.0 if values.low < 0 < values.high else ends[0], ends[1])


def _ends(interval: Family) -> tuple[Interval, Interval] | None:
    """Lower and upper end of a printed interval, each over its rounding."""
    if len(interval) == 2:
        return (range_of(interval[0]), range_of(interval[1])) if numbers(*interval) else None
    printed = parse_range(interval[0].figure)
    return (printed[0].around(), printed[1].around()) if printed else None


def _of_statistic(family: Family, readings: list[Reading], df: Claim | None) -> Check:
    difference = range_of(family[1]) - range_of(family[0])
    found = [reading.statistic(difference) for reading in readings]
    fits = any(each.meets(_size(range_of(family[-1]))) for each in found)
    sure = says(_T_TEST, *family) or (df is not None and _is_plain(df, readings))
    named = family if df is None else (*family, df)
    figure = Figure("Sizes of t that the figures allow", None, "t", 2, *_span(found))
    return _check(named, family[-1], "t", figure, fits, sure)


def _is_plain(df: Claim, readings: list[Reading]) -> bool:
    """Whether degrees of freedom are those of a t test without covariates: by the numbers of people, or broken, as Welch's are."""
    most = max(reading.df.high for reading in readings if reading.df.high != inf)
    return df.number is not None and (df.number == most or not df.number.is_integer())


def _of_p_value(family: Family, readings: list[Reading]) -> Check:
    difference = range_of(family[1]) - range_of(family[0])
    found = [reading.p_value(difference) for reading in readings]
    printed = range_of(family[-1])
    fits = any(each.meets(printed) for each in found) or (
        says(ONE_SIDED, *family) and any((each * 0.5).meets(printed) for each in found)
    )
    figure = Figure("P-values that the figures allow", None, "p", 4, *_span(found))
    return _check(family, family[-1], "p", figure, fits, says(_T_TEST, *family))


def _of_interval(family: Family, readings: list[Reading], ends: tuple[Interval, Interval]) -> Check:
    low, high = ends
    difference, half = range_of(family[1]) - range_of(family[0]), (high - low) * 0.5
    centre = (high + low) * 0.5
    told = [_LEVEL.search(f"{claim.statement} {claim.printed} {claim.note}") for claim in family[4:]]
    levels = [float(match[1]) for match in told if match] or _LEVELS
    found = [reading.half_width(level) for reading in readings for level in levels]
    middle = centre.meets(difference) or (-centre).meets(difference)
    fits = middle and any(each.meets(half) for each in found)
    figure = Figure("Half-widths that the figures allow", None, family[0].unit, 2, *_span(found))
    return _check(family, family[-1], "half", figure, fits, sure=False)


def _span(found: list[Interval]) -> tuple[float | None, float | None]:
    high = max(each.high for each in found)
    return min(each.low for each in found), None if high == inf else high


_SAID = {"t": "allow a t of {.t|interval|bare}", "p": "allow a p-value of {.p|interval|bare}"}
_SAID |= {"half": "allow an interval that reaches {.half|interval|bare} to either side of the difference"}


def _check(family: Family, printed: Claim, name: str, figure: Figure, fits: bool, sure: bool) -> Check:
    outcome = Outcome.HOLDS if fits else Outcome.FAILS if sure else Outcome.OPEN
    said = _SAID[name] if figure.high is not None else "allow it" if fits else "do not allow it"
    first, last = (
        listed([shown(claim.claim_id) for claim in family[:4]]),
        listed([shown(c.claim_id) for c in family[4:]]),
    )
    return Check(
        check_id(f"mean_difference_{name}", printed),
        Method.STATISTICS,
        "A difference of means and its test",
        outcome,
        ids(*family),
        f"The means and deviations {first} {said}; {last} is published.",
        {name: figure} if figure.high is not None else {},
        disputed=() if fits else ids(*family),
    )
