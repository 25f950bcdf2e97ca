"""Whether a printed mean or percentage is possible for whole numbers of people (GRIM, GRIMMER), and on which bases.

A mean of n whole numbers is a fraction with denominator n, so most decimals are impossible for small n: Brown and
Heathers (2017), The GRIM test, Social Psychological and Personality Science 8(4), 363-369. With a standard deviation
printed, the sum of squares must be a whole number as odd or even as the sum: Anaya (2016), The GRIMMER test, PeerJ
Preprints 4:e2400v1, in the analytic form of Allard (2018). Both ends of a rounding interval are allowed, so that a
figure is called impossible only if no rule of rounding an exact half would give it.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from analysis.audit.checks import Check, Figure, Method, Outcome, listed, name_of, number, shown, verdict_of
from analysis.audit.plan import BaseTable, GranularityEntry
from analysis.quantities import Printed
from analysis.study.claims import Claim, Ledger

PERCENT = 100
LARGEST_SEARCHED = 10_000  # people; beyond it every percentage printed with two decimals is possible
MOST_NAMED = 3  # other printed bases that are named where a figure does not fit its own
MEASURED = frozenset(
    "second seconds minute minutes hour hours day days week weeks month months year years km miles metres kg pounds euros "
    "dollars ratio".split()
)


def possible_totals(printed: Printed, n: int, scale: int = 1, items: int = 1) -> range:
    """The whole-number totals that give a printed mean of n answers (GRIM); an empty range if there is none.

    mean = scale x total / (n x items): `scale` 100 for percentages, `items` the number of items that each person's
    score averages. Raises ValueError unless n and items are at least 1.

    >>> from analysis.quantities import parse_printed
    >>> possible_totals(parse_printed("5.19"), 28), possible_totals(parse_printed("5.21"), 28)
    (range(146, 146), range(146, 147))
    """
    if n < 1 or items < 1:
        raise ValueError(f"a mean needs at least one answer and one item, not {n} and {items}")
    low, high = _ends(printed)
    return range(ceil(low * n * items / scale), floor(high * n * items / scale) + 1)


def _ends(printed: Printed) -> tuple[Fraction, Fraction]:
    """Both ends of the half-step interval around a printed figure, exactly."""
    value, half = Fraction(printed.value), Fraction(printed.step) / 2
    return value - half, value + half


def possible_bases(printed: Printed, count: int) -> range:
    """The bases on which a count gives a printed percentage; up to `LARGEST_SEARCHED` where the percentage may be 0.

    base = 100 x count / percentage, over the rounding interval of the percentage.

    >>> from analysis.quantities import parse_printed
    >>> possible_bases(parse_printed("54%"), 936)
    range(1718, 1750)
    """
    allowed = printed.interval()
    low, high = (allowed.low, allowed.high) if printed.bound else _ends(printed)  # words such as "about" allow more
    most = floor(PERCENT * count / low) if low > 0 else LARGEST_SEARCHED
    return range(max(1, ceil(PERCENT * count / high)), most + 1)


def granular_bases(prints: Iterable[Printed], most: int) -> list[int]:
    """The bases from 1 to `most` on which each printed percentage is that of a whole number of people."""
    kept = list(prints)
    return [n for n in range(1, most + 1) if all(possible_totals(printed, n, PERCENT) for printed in kept)]


@dataclass(frozen=True)
class BaseFit:
    """The bases, from low to high, that serve more rows of a table than any other."""

    rows: tuple[str, ...]
    low: int
    high: int


def common_base(ranges: Mapping[str, range]) -> BaseFit:
    """The base that makes the most rows possible, and every base that serves the same rows.

    A range of bases for each row. The best base is the start of some row's range, since nothing is gained further on.
    Of several equally good ones the smallest is taken. Raises ValueError without a row.

    >>> common_base({"a": range(10, 20), "b": range(15, 30), "c": range(40, 50)})
    BaseFit(rows=('a', 'b'), low=15, high=19)
    """
    starts = sorted({bases.start for bases in ranges.values() if bases})
    if not starts:
        raise ValueError("no row has a possible base")
    best = max(starts, key=lambda base: (sum(base in bases for bases in ranges.values()), -base))
    served = tuple(row for row, bases in ranges.items() if best in bases)
    return BaseFit(served, max(ranges[row].start for row in served), min(ranges[row].stop for row in served) - 1)


def squares_range(total: int, n: int, lowest: int, highest: int) -> range:
    """The sums of squares that n whole numbers from `lowest` to `highest` with a given total can have.

    Smallest when all are as equal as can be, largest when all but one stand at an end of the scale. Empty where the
    total is out of reach.
    """
    if not n * lowest <= total <= n * highest:
        return range(0)
    each, over = divmod(total, n)
    least = over * (each + 1) ** 2 + (n - over) * each**2
    top, rest = divmod(total - n * lowest, highest - lowest) if highest > lowest else (n, 0)
    middle = (lowest + rest) ** 2 if top < n else 0
    return range(least, top * highest**2 + middle + max(n - top - 1, 0) * lowest**2 + 1)


def grimmer(mean: Printed, sd: Printed, n: int, items: int = 1, scale: tuple[int, int] | None = None) -> bool:
    """Whether a printed mean and standard deviation (divisor n - 1) of n whole-number answers are not ruled out.

    What is refused is impossible; not everything that passes is possible, since the conditions are necessary and near the
    ends of a scale not sufficient (of 1 to 3, two answers with a sum of 3 have squares of 5 and nothing else).
    (n - 1) sd^2 + total^2 / n is the sum of squares: a whole number, odd exactly if the total is odd, and within what
    the `scale` (lowest and highest answer) allows. With `items` above 1 every person's score is a mean of so many
    answers, and the same holds for the sums of answers.

    >>> from analysis.quantities import parse_printed
    >>> grimmer(parse_printed("5.21"), parse_printed("1.60"), 28)
    True
    """
    if n < 2:
        raise ValueError("a standard deviation needs at least two answers")
    return any(_squares_fit(total, sd, n, items, scale) for total in possible_totals(mean, n, 1, items))


def _squares_fit(total: int, sd: Printed, n: int, items: int, scale: tuple[int, int] | None) -> bool:
    low, high = (max(end, Fraction(0)) * items for end in _ends(sd))
    floor_, around = Fraction(total**2, n), n - 1
    allowed = range(ceil(around * low**2 + floor_), floor(around * high**2 + floor_) + 1)
    if scale:
        reach = squares_range(total, n, scale[0] * items, scale[1] * items)
        allowed = range(max(allowed.start, reach.start), min(allowed.stop, reach.stop))
    return any(squares % 2 == total % 2 for squares in allowed)


@dataclass(frozen=True)
class Grain:
    """What a printed percentage or mean is a fraction of: n whole answers, or n x items of them, times the scale."""

    n: int
    scale: int = 1
    items: int = 1
    reach: tuple[int, int] | None = None

    def totals(self, printed: Printed) -> range:
        """The whole totals that would be printed so, within what the scale of the answers allows."""
        found = possible_totals(printed, self.n, self.scale, self.items)
        low, high = (end * self.n * self.items for end in self.reach) if self.reach else (0, self.n)
        within = self.reach is not None or self.scale == PERCENT
        return range(max(found.start, low), min(found.stop, high + 1)) if within else found


def grain(claim: Claim, base: Claim) -> Grain | None:
    """What a figure is a fraction of; None where its parts need not be whole, or its print or base is no exact figure.

    A percentage of counted people or things has whole parts; one of hours or money, or of weighted answers, has not. A mean
    has only where the ledger says so, by `answers` (whole), `items` or `scale`.
    """
    n, printed, around = base.number, claim.as_printed, base.as_printed
    if n is None or printed is None or around is None or printed.bound or printed.fraction or around.bound:
        return None
    if not (n.is_integer() and n >= 1 and base.kind == "count") or "measured" in (claim.answers, base.answers):
        return None
    if claim.says_weighted or base.says_weighted or claim.is_interpreted or base.is_interpreted:
        return None
    if claim.kind == "share" and claim.unit == "%":
        return Grain(int(n), PERCENT) if base.answers == "whole" or not measured(base.unit) else None
    if claim.kind not in ("mean", "score") or not (claim.answers or claim.items or claim.scale):
        return None
    low, _, high = claim.scale.partition("..")
    return Grain(int(n), 1, int(claim.items or 1), (int(low), int(high)) if claim.scale else None)


def measured(unit: str) -> bool:
    """Whether a unit is one of time, money, length or weight, of which there are parts.

    >>> measured("hours"), measured("GBP per person"), measured("people")
    (True, True, False)
    """
    first = unit.split()[0]
    return first.lower() in MEASURED or bool(re.fullmatch(r"[A-Z]{3}|\W", first))


def impossible_shares(ledger: Ledger, claims: Collection[str] | None = None) -> list[str]:
    """Ids of the percentages and means, of all claims or of those named, that no whole number of people on their base gives."""
    looked_at = ledger.values() if claims is None else [ledger[claim] for claim in sorted(claims)]
    return [claim.claim_id for claim in looked_at if claim.base and _impossible(claim, ledger[claim.base])]


def _impossible(claim: Claim, base: Claim) -> bool:
    asked = grain(claim, base)
    return asked is not None and claim.as_printed is not None and not asked.totals(claim.as_printed)


def check_granularity(entry: GranularityEntry, ledger: Ledger, explain: bool = True) -> Check:
    """Whether each percentage or mean is that of whole numbers on the base that its sentence names.

    It is asked only of figures whose parts are whole (`grain`); the others are named and left out. With `explain`, also
    the smallest base on which all percentages are possible; if it is larger than the group, every base up to the group
    makes one of them impossible, and all are in dispute.
    """
    base = ledger[entry.base]
    asked = {claim: found for claim in entry.claims if (found := grain(ledger[claim], base))}
    wrong = [claim for claim in asked if _impossible(ledger[claim], base)]
    shares = [printed for claim in asked if asked[claim].scale == PERCENT and (printed := ledger[claim].as_printed)]
    bases = granular_bases(shares, LARGEST_SEARCHED // 10) if explain and shares else []
    figures = (
        {"smallest_base": Figure("Smallest base that makes all of them possible", bases[0], base.unit)} if bases else {}
    )
    for claim_id in wrong:
        figures |= _neighbours(ledger[claim_id], asked[claim_id])
    together = not wrong or not bases or bases[0] <= number(base)
    return Check(
        entry.id,
        Method.GRANULARITY,
        entry.label,
        verdict_of(bool(wrong), entry.base_is_printed) if asked else Outcome.OPEN,
        (entry.base, *entry.claims),
        _granular_words(entry, wrong, [claim for claim in entry.claims if claim not in asked], has_base=bool(bases)),
        figures,
        tuple(wrong),
        disputed=() if together else tuple(asked),
    )


def _neighbours(claim: Claim, asked: Grain) -> dict[str, Figure]:
    parts, name = asked.n * asked.items, name_of(claim.claim_id)
    value, places = (Fraction(claim.as_printed.value), claim.as_printed.decimals + 1) if claim.as_printed else (0, 0)
    below = floor(value * parts / asked.scale)
    ends = {f"{name}_below": below, f"{name}_above": below + 1}
    return {
        key: Figure("Nearest possible figure", asked.scale * count / parts, claim.unit, max(places, 1))
        for key, count in ends.items()
    }


def _granular_words(entry: GranularityEntry, wrong: list[str], left: list[str], has_base: bool) -> str:
    smallest = " The smallest base that makes all of them possible is {.smallest_base|bare}." if has_base else ""
    out = f" Not asked of {listed([shown(claim) for claim in left])}: no plain figure of whole parts." if left else ""
    if len(left) == len(entry.claims):
        return out.strip()
    if not wrong:
        return f"Each is possible on a base of {shown(entry.base)}, which confirms none of them.{out}"
    return f"Of {shown(entry.base)}, no whole number is {listed([_nearest(claim) for claim in wrong])}.{smallest}{out}"


def _nearest(claim: str) -> str:
    name = name_of(claim)
    return f"{shown(claim)} (the nearest are {{.{name}_below|bare}} and {{.{name}_above|bare}})"


def check_bases(entry: BaseTable, ledger: Ledger) -> Check:
    """Which rows of a table follow from the base it names, and which single base serves the most rows."""
    ranges = {row.share: _row_bases(ledger[row.count], ledger[row.share]) for row in entry.rows}
    base = int(number(ledger[entry.base]))
    wrong = [share for share, bases in ranges.items() if base not in bases]
    named = {share: _other_base(ranges[share], entry, ledger) for share in wrong}
    fit = common_base(ranges)
    figures = {"best_base": Figure("Base that serves the most rows", None, "people", low=fit.low, high=fit.high)}
    figures["rows"] = Figure("Rows of the table", len(ranges), "rows")
    figures["rows_served"] = Figure("Rows that the best base serves", len(fit.rows), "rows")
    rest = {share: bases for share, bases in ranges.items() if share in wrong and not named[share]}
    second = common_base(rest) if rest and any(rest.values()) else None
    if second:
        label = "Base that serves the most of the other rows"
        figures["second_base"] = Figure(label, None, "people", low=second.low, high=second.high)
    words = _base_words(entry, wrong, named, fit, second, base)
    at_fault = [share for share in wrong if not named[share]]
    return Check(
        entry.id,
        Method.BASES,
        entry.label,
        verdict_of(bool(wrong), entry.base_is_printed and bool(rest)),
        (entry.base, *(c for row in entry.rows for c in (row.count, row.share))),
        words,
        figures,
        tuple(at_fault),
    )


def _row_bases(count: Claim, share: Claim) -> range:
    if share.as_printed is None:
        raise ValueError(f"{share.claim_id} gives no percentage")
    return possible_bases(share.as_printed, int(number(count)))


def _other_base(bases: range, entry: BaseTable, ledger: Ledger) -> str:
    return next((other for other in entry.others if int(number(ledger[other])) in bases), "")


def _base_words(
    entry: BaseTable, wrong: list[str], named: dict[str, str], fit: BaseFit, second: BaseFit | None, base: int
) -> str:
    if not wrong:
        return f"All {{.rows|bare}} percentages follow from a base of {shown(entry.base)}."
    misfits = listed([f"{shown(share)} ({{={share}}})" for share in wrong])
    text = f"{misfits} {'does' if len(wrong) == 1 else 'do'} not follow from a base of {shown(entry.base)}."
    text += "".join(f" {shown(share)} fits {shown(other)} ({{={other}}})." for share, other in named.items() if other)
    if len(entry.rows) == 1:
        return f"{text} A base of {{.best_base|interval|bare}} would give it."
    if not fit.low <= base <= fit.high:
        return f"{text} A single base of {{.best_base|interval|bare}} gives {{.rows_served|bare}} of the {{.rows|bare}} rows."
    if second and len(second.rows) > 1:
        together = listed([shown(share) for share in second.rows])
        text += f" Of these, {together} would fit one other base of {{.second_base|interval|bare}}."
    return text


def outcome_of_ledger(ledger: Ledger, claims: Collection[str] | None = None) -> list[Check]:
    """One failed check for each percentage or mean that is impossible on its printed base; of all claims, or of those named."""
    return [_own_check(ledger[claim_id], ledger) for claim_id in impossible_shares(ledger, claims)]


def _own_check(claim: Claim, ledger: Ledger) -> Check:
    asked, others = grain(claim, ledger[claim.base]), _other_bases(claim, ledger)
    fits = listed([f"{shown(other)} ({{={other}}})" for other in others])
    words = f"Of {shown(claim.base)} ({{={claim.base}}}), no whole number is {_nearest(claim.claim_id)}."
    return Check(
        f"impossible_{name_of(claim.claim_id)}",
        Method.GRANULARITY,
        "A percentage or mean that no whole number gives",
        Outcome.FAILS,
        (claim.claim_id, claim.base),
        f"{words} It would fit {fits}." if 0 < len(others) <= MOST_NAMED else words,
        _neighbours(claim, asked) if asked else {},
        culprits=(claim.claim_id,),
    )


def _other_bases(claim: Claim, ledger: Ledger) -> list[str]:
    """The other counts in the base's unit of which the figure would be a whole number, each number once."""
    unit = ledger[claim.base].unit
    counts = {c.number: c.claim_id for c in ledger.values() if c.kind == "count" and c.unit == unit}
    return [name for name in counts.values() if grain(claim, ledger[name]) and not _impossible(claim, ledger[name])]
