"""Whether a printed mean or percentage is possible for whole numbers of people (GRIM, GRIMMER), and on which bases.

A mean of n whole numbers is a fraction with denominator n, so most decimals are impossible for small n: Brown and
Heathers (2017), The GRIM test, Social Psychological and Personality Science 8(4), 363-369. With a standard deviation
printed, the sum of squares must be a whole number as odd or even as the sum: Anaya (2016), The GRIMMER test, PeerJ
Preprints 4:e2400v1, in the analytic form of Allard (2018). Both ends of a rounding interval are allowed, so that a
figure is called impossible only if no rule of rounding an exact half would give it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from analysis.audit.checks import Check, Figure, Method, Outcome, listed, name_of, number, shown, verdict_of
from analysis.audit.plan import BaseTable, GranularityEntry
from analysis.quantities import Printed
from analysis.study.claims import Claim, Ledger

PERCENT = 100
LARGEST_SEARCHED = 10_000  # people; no base of either programme is larger


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


def possible_bases(printed: Printed, count: int, scale: int = PERCENT) -> range:
    """The bases on which a count gives a printed percentage; up to `LARGEST_SEARCHED` where the percentage may be 0.

    base = scale x count / percentage, over the rounding interval of the percentage.

    >>> from analysis.quantities import parse_printed
    >>> possible_bases(parse_printed("54%"), 936)
    range(1718, 1750)
    """
    low, high = _ends(printed)
    most = floor(scale * count / low) if low > 0 else LARGEST_SEARCHED
    return range(max(1, ceil(scale * count / high)), most + 1)


def granular_bases(prints: Iterable[Printed], most: int, scale: int = PERCENT) -> list[int]:
    """The bases from 1 to `most` on which each printed percentage is that of a whole number of people."""
    kept = list(prints)
    return [n for n in range(1, most + 1) if all(possible_totals(printed, n, scale) for printed in kept)]


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


def impossible_shares(ledger: Ledger, claims: Collection[str] | None = None) -> list[str]:
    """Ids of the percentages and means, of all claims or of those named, that no whole number of people on their base gives."""
    looked_at = ledger.values() if claims is None else [ledger[claim] for claim in sorted(claims)]
    return [claim.claim_id for claim in looked_at if claim.base and not _possible(claim, ledger[claim.base])]


def _possible(claim: Claim, base: Claim) -> bool:
    n, printed = base.number, claim.as_printed
    if (
        printed is None
        or printed.bound
        or n is None
        or not n.is_integer()
        or n < 1
        or claim.kind not in ("share", "mean", "score")
    ):
        return True
    return bool(possible_totals(printed, int(n), PERCENT if claim.unit == "%" else 1))


def check_granularity(entry: GranularityEntry, ledger: Ledger, explain: bool = True) -> Check:
    """Whether each percentage is that of a whole number of people on the base that its sentence names.

    With `explain`, also the smallest base on which all are.
    """
    base = int(number(ledger[entry.base]))
    prints = {claim_id: ledger[claim_id].as_printed for claim_id in entry.claims}
    known = {claim_id: printed for claim_id, printed in prints.items() if printed}
    wrong = [claim_id for claim_id, printed in known.items() if not possible_totals(printed, base, PERCENT)]
    bases = granular_bases(known.values(), LARGEST_SEARCHED // 10) if explain else []
    figures = (
        {"smallest_base": Figure("Smallest base that makes all of them possible", bases[0], "people")} if bases else {}
    )
    for claim_id in wrong:
        figures |= _neighbours(claim_id, known[claim_id], base)
    return Check(
        entry.id,
        Method.GRANULARITY,
        entry.label,
        verdict_of(bool(wrong), entry.base_is_printed),
        (entry.base, *entry.claims),
        _granular_words(wrong, base=entry.base, has_base=bool(bases)),
        figures,
        tuple(wrong),
    )


def _neighbours(claim_id: str, printed: Printed, base: int) -> dict[str, Figure]:
    below = floor(Fraction(printed.value) * base / PERCENT)
    name = name_of(claim_id)
    shares = {f"{name}_below": below, f"{name}_above": below + 1}
    return {key: Figure("Nearest possible percentage", PERCENT * count / base, "%", 1) for key, count in shares.items()}


def _granular_words(wrong: list[str], base: str, has_base: bool) -> str:
    smallest = " The smallest base that makes all of them possible is {.smallest_base|bare}." if has_base else ""
    if not wrong:
        return f"Each is possible on a base of {shown(base)}, which confirms none of them."
    parts = [
        f"{shown(c)} (the nearest are {{.{name_of(c)}_below|bare}} and {{.{name_of(c)}_above|bare}})" for c in wrong
    ]
    return f"Of {shown(base)}, no whole number is {listed(parts)}.{smallest}"


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
    return Check(
        entry.id,
        Method.BASES,
        entry.label,
        verdict_of(bool(wrong), entry.base_is_printed and bool(rest)),
        (entry.base, *(c for row in entry.rows for c in (row.count, row.share))),
        words,
        figures,
        tuple(wrong),
    )


def _row_bases(count: Claim, share: Claim) -> range:
    if share.as_printed is None:
        raise ValueError(f"{share.claim_id} prints no percentage")
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
    """One failed check for each percentage that is impossible on its printed base; of all claims, or of those named."""
    return [
        Check(
            f"impossible_{name_of(claim_id)}",
            Method.GRANULARITY,
            "A percentage that no whole number of people gives",
            Outcome.FAILS,
            (claim_id, ledger[claim_id].base),
            f"{shown(claim_id)} of {shown(ledger[claim_id].base)} is no whole number",
            culprits=(claim_id,),
        )
        for claim_id in impossible_shares(ledger, claims)
    ]
