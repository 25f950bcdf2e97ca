"""What printed figures leave open: numbers they imply, splits and group sizes that all fit them."""

from math import ceil, floor

from analysis.audit.checks import Check, Figure, Method, Outcome, listed, number, sentence, shown, verdict_of
from analysis.audit.granularity import PERCENT, possible_totals
from analysis.audit.plan import ImpliedEntry, SplitEntry, TwoGroupsEntry
from analysis.expressions import parse, references
from analysis.quantities import Interval, as_interval
from analysis.study.claims import Claim, Ledger
from analysis.study.formulas import compute


def check_implied(entry: ImpliedEntry, ledger: Ledger) -> Check:
    """The number that a formula over claims implies, and whether the one that the words name is among its values."""
    names = [name.removeprefix("claim:") for name in references(parse(entry.formula))]
    inputs = {f"claim:{name}": _read_to(ledger[name], entry.read_to.get(name)) for name in names}
    found = compute(entry.formula, inputs)
    ends = _whole_ends(found.interval) if entry.whole else found.interval
    low, high = (ends.low, ends.high) if ends else (None, None)
    figures = {"implied": Figure(entry.label, found.value, entry.unit, entry.decimals, low, high)}
    claims = (*names, *([entry.expected] if entry.expected else []))
    if entry.expected is None:
        words = f"The figures imply {{.implied|bare}}. {sentence(entry.why)}"
        return Check(entry.id, Method.IMPLIED, entry.label, Outcome.OPEN, claims, words, figures)
    fails = ends is None or number(ledger[entry.expected]) not in ends
    text = "{.implied|interval|bare}" if ends and ends.low < ends.high else "{.implied|bare}"
    relation = "not that" if fails else "among them"
    words = f"The figures imply {text}, and {shown(entry.expected)} is {relation}. {sentence(entry.why)}"
    disputed = claims if fails else ()
    return Check(entry.id, Method.IMPLIED, entry.label, verdict_of(fails), claims, words, figures, disputed=disputed)


class _Read:
    """A claim read at a coarser rounding than its print shows."""

    def __init__(self, value: float, interval: Interval) -> None:
        self.number, self.interval = value, interval


def _read_to(claim: Claim, step: float | None) -> _Read:
    value = number(claim)
    if step is None:
        return _Read(value, claim.interval or as_interval(value))
    return _Read(value, Interval(value - step / 2, value + step / 2))


def _whole_ends(ends: Interval) -> Interval | None:
    low, high = ceil(ends.low), floor(ends.high)
    return Interval(low, high) if low <= high else None


def splits(total: int, value: float, unit_values: tuple[float, float, float]) -> list[tuple[int, int, int]]:
    """Every split of a total into three counts whose values add up to a printed value.

    The counts a, b, c are whole numbers with a + b + c = total and u1 a + u2 b + u3 c = value. Raises ValueError if the
    second and third unit value are equal, when the split between those two is not determined by the value at all.

    >>> splits(3, 90, (40, 30, 20))
    [(0, 3, 0), (1, 1, 1)]
    """
    first, second, third = unit_values
    if second == third:
        raise ValueError("two kinds of the same unit value cannot be told apart")
    found = []
    for a in range(total + 1):
        b = (value - first * a - third * (total - a)) / (second - third)
        if b.is_integer() and 0 <= b <= total - a:
            found.append((a, int(b), total - a - int(b)))
    return found


def check_split(entry: SplitEntry, ledger: Ledger) -> Check:
    """How many splits of a printed total meet a printed value, and the range of each part over them."""
    names = list(entry.unit_values)
    values = [number(ledger[claim]) for claim in entry.unit_values.values()]
    found = splits(int(number(ledger[entry.total])), number(ledger[entry.value]), (values[0], values[1], values[2]))
    figures = {"splits": Figure("Splits that meet the value", len(found), "splits")}
    for place, name in enumerate(names):
        counts = [split[place] for split in found]
        if counts:
            figures[name] = Figure(
                f"{name.capitalize()}, over all splits", None, "contacts", 0, min(counts), max(counts)
            )
    ranges = ", ".join(f"{name} {{.{name}|interval|bare}}" for name in names if name in figures)
    listing = f": {ranges}" if ranges else ""
    words = f"{{.splits|bare}} splits of {shown(entry.total)} meet {shown(entry.value)}{listing}. {sentence(entry.why)}"
    claims = (entry.total, entry.value, *entry.unit_values.values())
    outcome, disputed = (Outcome.OPEN, ()) if found else (Outcome.FAILS, claims)
    return Check(entry.id, Method.OPEN, entry.label, outcome, claims, words, figures, disputed=disputed)


def group_sizes(total: int, shares: tuple[Claim, Claim]) -> list[int]:
    """Sizes of the first of two groups of a total in which both printed percentages are whole numbers of people."""
    one, other = (share.as_printed for share in shares)
    if one is None or other is None:
        raise ValueError("two published percentages are needed")
    return [
        n for n in range(1, total) if possible_totals(one, n, PERCENT) and possible_totals(other, total - n, PERCENT)
    ]


def check_two_groups(entry: TwoGroupsEntry, ledger: Ledger) -> Check:
    """Which sizes of two groups make both percentages possible."""
    first, second = (ledger[claim] for claim in entry.shares)
    sizes = group_sizes(int(number(ledger[entry.total])), (first, second))
    figures = {"sizes": Figure("Pairs of group sizes that fit", len(sizes), "pairs")}
    if sizes:
        figures["first"] = Figure("Size of the first group", None, "people", 0, min(sizes), max(sizes))
    span = ", with {.first|interval|bare} people in the first" if sizes else ""
    both = listed([shown(share) for share in entry.shares])
    words = f"{{.sizes|bare}} pairs of groups of {shown(entry.total)} in all make {both} possible{span}. {sentence(entry.why)}"
    claims = (entry.total, *entry.shares)
    outcome, disputed = (Outcome.OPEN, ()) if sizes else (Outcome.FAILS, claims)
    return Check(entry.id, Method.OPEN, entry.label, outcome, claims, words, figures, disputed=disputed)
