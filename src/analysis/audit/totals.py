"""Totals against their parts, shares that make up a whole, and subgroups against the group they belong to."""

from analysis.audit.checks import Check, Figure, Method, interval, listed, number, shown, verdict_of
from analysis.audit.plan import TotalEntry
from analysis.quantities import Interval, as_interval
from analysis.study.claims import Ledger


def check_total(entry: TotalEntry, ledger: Ledger) -> Check:
    """Whether parts add up to a total, or each lies within it, at the rounding of every figure."""
    claims = tuple(filter(lambda name: name in ledger.claims, (str(entry.total), *entry.parts)))
    if entry.relation == "within":
        return _within(entry, ledger, claims)
    found = sum((interval(ledger[part]) for part in entry.parts), as_interval(0.0))
    fails = not found.meets(_whole(entry, ledger))
    total, unit, decimals = _sum(entry, ledger), ledger[entry.parts[0]].unit, _decimals(entry, ledger)
    figures = {
        "sum": Figure("Sum of the parts", total, unit, decimals),
        "difference": Figure("Sum of the parts less the total", total - _total(entry, ledger), unit, decimals),
    }
    terms = " + ".join(shown(part) for part in entry.parts)
    sum_ = terms if len(entry.parts) == 1 else f"{terms} = {{.sum|bare}}"
    words = f"{sum_}, {'not' if fails else 'against'} {_total_text(entry)}"
    words += "" if fails or figures["difference"].value == 0 else "; the rounding of the figures leaves room for that"
    outcome = verdict_of(fails, entry.base_is_printed)
    disputed = claims if fails else ()
    return Check(entry.id, Method.TOTALS, entry.label, outcome, claims, f"{words}.", figures, disputed=disputed)


def _within(entry: TotalEntry, ledger: Ledger, claims: tuple[str, ...]) -> Check:
    whole = _whole(entry, ledger)
    larger = [part for part in entry.parts if interval(ledger[part]).low > whole.high]
    words = (
        f"{listed([shown(part) for part in larger])} is more than the whole, {_total_text(entry)}."
        if larger
        else f"Each part is at most the whole, {_total_text(entry)}."
    )
    outcome = verdict_of(bool(larger), entry.base_is_printed)
    return Check(entry.id, Method.TOTALS, entry.label, outcome, claims, words, culprits=tuple(larger))


def _whole(entry: TotalEntry, ledger: Ledger) -> Interval:
    return interval(ledger[entry.total]) if isinstance(entry.total, str) else as_interval(entry.total)


def _total(entry: TotalEntry, ledger: Ledger) -> float:
    return number(ledger[entry.total]) if isinstance(entry.total, str) else entry.total


def _total_text(entry: TotalEntry) -> str:
    return shown(entry.total) if isinstance(entry.total, str) else f"{{={entry.total:g}}}"


def _sum(entry: TotalEntry, ledger: Ledger) -> float:
    return sum(number(ledger[part]) for part in entry.parts)


def _decimals(entry: TotalEntry, ledger: Ledger) -> int:
    return max(printed.decimals if (printed := ledger[part].as_printed) else 0 for part in entry.parts)
