"""The check of a system of statements: which cannot all be true, which single figure would mend it, what it implies."""

from math import isinf

from analysis.audit import jointly_true
from analysis.audit.checks import Check, Figure, Method, Outcome, listed, sentence, shown
from analysis.audit.plan import Statement, SystemEntry
from analysis.quantities import Interval
from analysis.study.claims import Ledger

MOST_SAID = 3  # sets of statements that are written out, the smallest first
_MORE = ". Nor can {.more|bare} larger sets"


def check_system(entry: SystemEntry, ledger: Ledger, explain: bool = True) -> Check:
    """Whether the statements can all be true.

    `fails` if they cannot; `left open` if words such as "over" and "up to" leave room for all, or if they can once the
    statements that are our reading are dropped. Without `explain` the conflicts are not looked for (for speed).
    """
    literal, plain = jointly_true.system(entry, ledger), jointly_true.system(entry, ledger, words=False)
    places = range(len(entry.statements))
    claims = tuple(dict.fromkeys(statement.claim for statement in entry.statements if statement.claim))
    if plain.feasible(places):
        figures = _bound_figures(entry, jointly_true.bounds(entry, plain)) if explain else {}
        return Check(
            entry.id, Method.JOINT, entry.label, Outcome.HOLDS, claims, _feasible_words(entry, figures), figures
        )
    printed = [place for place in places if not entry.statements[place].assumed]
    by_words = literal.feasible(places)
    outcome = Outcome.OPEN if by_words or plain.feasible(printed) else Outcome.FAILS
    if not explain:
        return Check(entry.id, Method.JOINT, entry.label, outcome, claims, entry.why)
    repairs = jointly_true.single_repairs(entry, plain) if outcome is Outcome.FAILS else ()
    conflicts = jointly_true.smallest_conflicts(plain)
    figures = _repair_figures(entry, repairs) | _more_figure(conflicts)
    words = _conflict_words(entry, conflicts, repairs, figures, by_words)
    named = tuple(claim for repair in repairs if (claim := entry.statements[repair.place].claim))
    culprits = named if len(named) == 1 else ()
    inside = [entry.statements[place].claim for conflict in conflicts for place in conflict]
    disputed = tuple(dict.fromkeys(claim for claim in inside if claim))
    return Check(entry.id, Method.JOINT, entry.label, outcome, claims, words, figures, culprits, disputed)


def _bound_figures(entry: SystemEntry, found: dict[str, Interval | None]) -> dict[str, Figure]:
    return {name: _bound_figure(entry, name, ends) for name, ends in found.items() if ends is not None}


def _bound_figure(entry: SystemEntry, name: str, ends: Interval) -> Figure:
    """A range, or its low end alone where it has no high one."""
    label = f"{name.replace('_', ' ').capitalize()}, in every solution"
    if isinf(ends.high):
        return Figure(f"{label}: at least", ends.low, entry.unit, entry.decimals)
    return Figure(label, None, entry.unit, entry.decimals, ends.low, ends.high)


def _feasible_words(entry: SystemEntry, figures: dict[str, Figure]) -> str:
    implied = listed([_implied(name, figure) for name, figure in figures.items()])
    together = f" Together they imply: {implied}." if implied else ""
    return f"All can be true at once, which confirms none of them.{together} {sentence(entry.why)}"


def _implied(name: str, figure: Figure) -> str:
    words = name.replace("_", " ")
    return f"{words} at least {{.{name}|bare}}" if figure.low is None else f"{words} {{.{name}|interval|bare}}"


def _repair_figures(entry: SystemEntry, repairs: tuple[jointly_true.Repair, ...]) -> dict[str, Figure]:
    return {
        f"repair_{repair.place}": Figure(
            f"What would fit the rest: {entry.statements[repair.place].says}",
            None,
            entry.unit,
            entry.decimals,
            repair.values.low,
            repair.values.high,
        )
        for repair in repairs
        if repair.values is not None and entry.statements[repair.place].claim
    }


def _conflict_words(
    entry: SystemEntry,
    conflicts: tuple[tuple[int, ...], ...],
    repairs: tuple[jointly_true.Repair, ...],
    figures: dict[str, Figure],
    by_words: bool,
) -> str:
    sets = ". Nor can these: ".join(
        "; ".join(_said(entry.statements[place]) for place in conflict) for conflict in conflicts[:MOST_SAID]
    )
    words = (
        f"{_opening(entry, conflicts, by_words)} these cannot all be true: {sets}{_MORE if 'more' in figures else ''}."
    )
    words = f"{words.strip()[:1].upper()}{words.strip()[1:]}"
    if by_words:
        words += " All of them can be true if words such as over and up to leave any distance open."
    mends = [_mend(entry, repair, figures) for repair in repairs if entry.statements[repair.place].claim]
    words += (
        f" A change of one published figure that would make all of them true: {'; or '.join(mends)}." if mends else ""
    )
    return f"{words} {sentence(entry.why)}"


def _more_figure(conflicts: tuple[tuple[int, ...], ...]) -> dict[str, Figure]:
    rest = len(conflicts) - MOST_SAID
    return {"more": Figure("Further sets of statements that cannot all be true", rest, "sets")} if rest > 0 else {}


def _opening(entry: SystemEntry, conflicts: tuple[tuple[int, ...], ...], by_words: bool) -> str:
    """What has to be supposed for the conflict: the bare figures, or a reading of ours; nothing where it is of print alone."""
    if by_words:
        return "as bare figures,"
    ours = all(any(entry.statements[place].assumed for place in conflict) for conflict in conflicts)
    return "if our reading holds," if ours else ""


def _said(statement: Statement) -> str:
    ours = " (our reading)" if statement.assumed else ""
    return f"{statement.says} {shown(statement.claim)}" if statement.claim else f"{statement.says}{ours}"


def _mend(entry: SystemEntry, repair: jointly_true.Repair, figures: dict[str, Figure]) -> str:
    statement = entry.statements[repair.place]
    name = f"repair_{repair.place}"
    return f"{_said(statement)} to {{.{name}|interval|bare}}" if name in figures else _said(statement)
