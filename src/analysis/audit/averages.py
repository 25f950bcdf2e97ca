"""Which rows, and which kind of average, give a printed average."""

from collections.abc import Callable, Iterator
from statistics import median

from analysis.audit.checks import Check, Figure, Method, Outcome, listed, number, shown
from analysis.audit.plan import AverageEntry, AverageRow
from analysis.quantities import Printed, rounds_to
from analysis.study.claims import Ledger

Rows = list[AverageRow]


def _mean(rows: Rows, ledger: Ledger) -> float:
    return sum(number(ledger[row.value]) for row in rows) / len(rows)


def _median(rows: Rows, ledger: Ledger) -> float:
    return float(median(number(ledger[row.value]) for row in rows))


def _exact_mean(rows: Rows, ledger: Ledger) -> float | None:
    pairs = _pairs(rows, ledger)
    return 100 * sum(count / target for count, target in pairs) / len(pairs) if len(pairs) == len(rows) else None


def _pooled(rows: Rows, ledger: Ledger) -> float | None:
    pairs = _pairs(rows, ledger)
    return 100 * sum(c for c, _ in pairs) / sum(t for _, t in pairs) if len(pairs) == len(rows) else None


def _pairs(rows: Rows, ledger: Ledger) -> list[tuple[float, float]]:
    return [(number(ledger[row.count]), number(ledger[row.target])) for row in rows if row.count and row.target]


KINDS: dict[str, tuple[str, Callable[[Rows, Ledger], float | None]]] = {
    "mean": ("mean of the published percentages", _mean),
    "exact_mean": ("mean of the percentages before rounding", _exact_mean),
    "median": ("median of the published percentages", _median),
    "pooled": ("all people over all targets", _pooled),
}


def averages(entry: AverageEntry, ledger: Ledger) -> Iterator[tuple[str, str, float]]:
    """Every average of every set of rows as (set, kind, value in %); a kind that needs counts is left out without them."""
    for name, members in entry.sets.items():
        rows = [entry.rows[member] for member in members]
        for kind, (_, function) in KINDS.items():
            value = function(rows, ledger)
            if value is not None:
                yield name, kind, value


def check_average(entry: AverageEntry, ledger: Ledger) -> Check:
    """Whether the rows that the words mean give the printed average, and which other rows or kinds would.

    `fails` if the mean of the rows as worded does not round to the print; `left open` if the words name no set of
    rows that is printed.
    """
    printed = ledger[entry.printed[0]].as_printed
    if printed is None:
        raise ValueError(f"{entry.printed[0]} gives no average")
    found = list(averages(entry, ledger))
    fits = [(name, kind) for name, kind, value in found if rounds_to(value, printed)]
    figures = {
        f"{_slug(name)}_{kind}": Figure(f"{KINDS[kind][0].capitalize()}, {name}", value, "%", 1)
        for name, kind, value in found
    }
    outcome = _outcome(entry, fits)
    rows = tuple(
        dict.fromkeys(claim for row in entry.rows.values() for claim in (row.value, row.count, row.target) if claim)
    )
    return Check(
        entry.id,
        Method.AVERAGES,
        entry.label,
        outcome,
        (*entry.printed, *rows),
        _words(entry, fits, printed),
        figures,
        culprits=entry.printed if outcome is Outcome.FAILS else (),
    )


def _outcome(entry: AverageEntry, fits: list[tuple[str, str]]) -> Outcome:
    if entry.as_worded is None:
        return Outcome.OPEN
    return Outcome.HOLDS if (entry.as_worded, "mean") in fits else Outcome.FAILS


def _words(entry: AverageEntry, fits: list[tuple[str, str]], printed: Printed) -> str:
    print_ = shown(entry.printed[0])
    texts = [f"the {KINDS[kind][0]} of {name} ({{.{_slug(name)}_{kind}|bare}})" for name, kind in fits]
    gives = (
        f"{listed(texts)} would give it." if texts else "None of the sets of rows and kinds of average tried gives it."
    )
    if entry.as_worded is None:
        others = listed([f"{name} average {{.{_slug(name)}_mean|bare}}" for name in entry.sets])
        return f"The rows behind the published {print_} are not all published: {others}."
    own = f"{entry.as_worded} average {{.{_slug(entry.as_worded)}_mean|bare}}"
    if (entry.as_worded, "mean") in fits:
        return f"{own[:1].upper()}{own[1:]}, which rounds to the published {print_}."
    return f"{own[:1].upper()}{own[1:]}, not the published {print_}; {gives}"


def _slug(name: str) -> str:
    return "_".join("".join(c if c.isalnum() else " " for c in name.lower()).split())
