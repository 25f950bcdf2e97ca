"""Totals that a plan may be given: rows of a table that come near a hundred, or near a printed total, without meeting it or as
they should.

That rows make up a whole is a guess, which only a reader of the source can confirm: answers may be several for each person,
and some rows may be left out. So nothing of this is a check; a person takes an entry over into audit.yaml, or does not.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from analysis.audit.families import range_of
from analysis.audit.plan import AuditPlan
from analysis.audit.suggest import role
from analysis.quantities import Interval, as_interval
from analysis.study.claims import Claim, Ledger

FEWEST, MOST = 2, 10  # rows of a table that are added up
PERCENT_WITHIN, TOTAL_WITHIN = (
    10.0,
    0.05,
)  # how far off a sum may be that is still asked about: points, and part of the total


@dataclass(frozen=True)
class SuggestedTotal:
    """Rows that may make up a total (a claim's id, or 100), their sum, and whether the two agree at the rounding of all."""

    total: str
    parts: tuple[str, ...]
    sum: float
    fits: bool

    @property
    def entry(self) -> str:
        """The entry of audit.yaml."""
        name = f"parts_{self.parts[0].lower().replace('-', '_')}"
        return (
            f"- {{id: {name}, label: Parts against their total, total: {self.total}, parts: [{', '.join(self.parts)}]}}"
        )


def suggested_totals(ledger: Ledger, plan: AuditPlan) -> Iterator[SuggestedTotal]:
    """Each run of rows that may make up a hundred per cent or a printed total, but for what the plan adds up or a formula does."""
    known = [frozenset(entry.parts) for entry in plan.totals]
    known += [
        frozenset(name.removeprefix("claim:") for name in claim.follows_from)
        for claim in ledger.values()
        if claim.formula and not set(claim.formula) & set("*/")
    ]
    for rows in runs(ledger):
        parts = tuple(claim.claim_id for claim in rows)
        for total, whole in _wholes(rows, ledger):
            found = sum(map(range_of, rows), as_interval(0.0))
            if not any(each.issuperset(parts) for each in known):
                yield SuggestedTotal(total, parts, sum(claim.number or 0.0 for claim in rows), found.meets(whole))


def runs(ledger: Ledger) -> Iterator[list[Claim]]:
    """Rows of one column that follow one another: one section, kind, unit, role and base, no more than a line apart."""
    columns: dict[tuple[str, ...], list[list[Claim]]] = {}
    for claim in filter(_is_a_row, ledger.values()):
        found = columns.setdefault(_sort(claim), [[]])
        if found[-1] and claim.line - found[-1][-1].line > 1:
            found.append([])
        found[-1].append(claim)
    for rows in (rows for found in columns.values() for rows in found):
        if FEWEST <= len(rows) <= MOST and len({claim.quantity for claim in rows}) == len(rows):
            yield rows


def _is_a_row(claim: Claim) -> bool:
    printed = claim.as_printed
    return claim.kind in ("share", "count", "money") and printed is not None and not printed.bound and printed.value > 0


def _sort(claim: Claim) -> tuple[str, ...]:
    return claim.section, claim.kind, claim.unit, role(claim.quantity), claim.base


def _wholes(rows: list[Claim], ledger: Ledger) -> Iterator[tuple[str, Interval]]:
    """What the rows may make up: a hundred per cent, or the first printed figure of their sort that their sum comes near."""
    total = sum(claim.number or 0.0 for claim in rows)
    if rows[0].unit == "%":
        if rows[0].kind == "share" and abs(total - 100) <= PERCENT_WITHIN:
            yield "100", as_interval(100.0)
        return
    alike = (
        claim for claim in ledger.values() if _is_a_row(claim) and claim not in rows and claim.unit == rows[0].unit
    )
    larger = (claim for claim in alike if (claim.number or 0) > max(row.number or 0 for row in rows))
    near = [claim for claim in larger if abs(total - (claim.number or 0)) <= TOTAL_WITHIN * (claim.number or 0)]
    if near:
        best = min(near, key=lambda claim: (abs(claim.line - rows[0].line), abs(total - (claim.number or 0))))
        yield best.claim_id, range_of(best)


def told(ledger: Ledger, found: list[SuggestedTotal]) -> Iterator[str]:
    """Suggestions as lines of text: the sum, the total, and the entry of audit.yaml that asks for it."""
    for each in found:
        total = "100%" if each.total == "100" else f"{ledger[each.total].printed} ({each.total})"
        terms = " + ".join(ledger[part].printed for part in each.parts)
        yield f"{terms} = {each.sum:.12g}, {'as' if each.fits else 'NOT'} {total}; if these are all parts of it:"
        yield f"  {each.entry}"
