"""Percentages of one column, without a printed base, that no single base gives."""

from collections.abc import Collection, Iterator

from analysis.audit.checks import Check, Figure, Method, Outcome, listed, number, shown
from analysis.audit.families import Family, check_id, families, numbers
from analysis.audit.granularity import common_base, possible_bases
from analysis.study.claims import Ledger

NAME = "The base of a column"
QUESTION = "Can the target percentages of one table, whose base is not published, all be of one base?"
SOURCE = "Interval of bases for each row"
LIMITS = "Rows may have different bases, so that the matter is left open; a column is told by section and quantity"
CORRECTION = "Name the base of each percentage."


def look(ledger: Ledger, claims: Collection[str] | None = None) -> Iterator[Check]:
    """One check, left open, for each section whose target percentages fit no common base."""
    columns: dict[str, list[Family]] = {}
    for target, share in families(ledger, "_target", "_target_share"):
        if not share.base and share.unit == "%" and numbers(target, share):
            columns.setdefault(share.section, []).append((target, share))
    for rows in columns.values():
        named = {claim.claim_id for row in rows for claim in row}
        if len(rows) > 1 and (claims is None or not named.isdisjoint(claims)):
            yield from _checks(rows)


def _checks(rows: list[Family]) -> Iterator[Check]:
    ranges = {
        share.claim_id: possible_bases(share.as_printed, int(number(target)))
        for target, share in rows
        if share.as_printed
    }
    fit = common_base(ranges)
    if len(fit.rows) == len(ranges):
        return
    shares = listed([f"{shown(share)} ({{={share}}})" for share in ranges])
    figures = {
        "base": Figure("Base that serves the most rows", None, rows[0][0].unit, low=fit.low, high=fit.high),
        "served": Figure("Rows that it serves", len(fit.rows), "rows"),
    }
    yield Check(
        check_id("column", rows[0][1]),
        Method.BASES,
        "Target percentages of one table",
        Outcome.OPEN,
        tuple(claim.claim_id for row in rows for claim in row),
        f"No one base gives {shares}; a base of {{.base|interval|bare}} gives {{.served|bare}} of them.",
        figures,
    )
