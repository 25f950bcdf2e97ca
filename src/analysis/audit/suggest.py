"""Formulas that a ledger may be given: which figures a printed one may follow from, ranked by how little chance there is in it.

A figure can fit many pairs of others by chance; that it follows the same rule as the other rows of its column is better
evidence. So three things are looked for: figures whose rule fits the print, rules that most rows of a column follow (a row
that does not is offered the rule all the same, since that is what a reader would want to know), and rules that another
print of the quantity follows. Nothing of this is a check: a person takes a formula over into claims.csv, or refuses it.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

from analysis.audit.plan import Refused
from analysis.expressions import ExpressionError, parse, references
from analysis.study.claims import Claim, Ledger
from analysis.study.formulas import compute

MOST = 3  # candidates offered for a claim
NEAR = 3  # lines within which figures are taken to stand together
LARGEST_FAMILY = 8  # figures of one family of which every sum is tried
_COUNTED = ("count", "target", "assumption")
_ROLES = ("_target_share", "_target", "_count", "_share", "_progress", "_mean", "_total")


@dataclass(frozen=True)
class Suggestion:
    """A formula for a claim: whether it gives the print, and how many of the rows of its column follow the same rule."""

    claim_id: str
    formula: str
    rule: str
    fits: bool
    near: float
    follow: int = 1
    rows: int = 1
    chance: float = 1.0

    @property
    def is_pattern(self) -> bool:
        """Whether most rows of the column, and more than one, follow the rule; of a sum one other column is enough.

        A rule that names no figure of the row itself is none of a column.
        """
        if not re.search(r"the row's| \+ |column", self.rule):
            return False
        return 2 * self.follow >= self.rows and (self.follow > 1 or (self.follow == 1 and " + " in self.rule))

    @property
    def weight(self) -> float:
        """What candidates are ranked by: the rows that follow the rule, how near the figures stand, and how few rivals fit."""
        return self.near + (min(self.follow, 8) if self.is_pattern else 0) + (2 if self.fits else 0) - self.chance


def suggestions(ledger: Ledger, refused: Iterable[Refused] = (), most: int = MOST) -> dict[str, tuple[Suggestion, ...]]:
    """For each claim without a formula the best candidates, best first; claims without any are left out.

    Claims that have a formula are not asked, but their figures take part in others. What was refused is not offered again.
    """
    no = {(each.claim, by_quantities(each.formula, ledger)) for each in refused}
    asked = {claim.claim_id for claim in ledger.values() if not claim.formula and claim.number is not None}
    drafts = [draft for draft in _Drafts(ledger).all() if draft.claim_id in asked]
    found: dict[str, dict[str, Suggestion]] = defaultdict(dict)
    for draft in _with_patterns(drafts, ledger):
        if draft.fits or draft.is_pattern:
            kept = found[draft.claim_id].setdefault(draft.formula, draft)
            if draft.weight > kept.weight:
                found[draft.claim_id][draft.formula] = draft
    _share_among_prints(found, ledger, asked)
    ranked = {
        claim: sorted(
            (each for each in those.values() if (claim, by_quantities(each.formula, ledger)) not in no),
            key=lambda each: -each.weight,
        )
        for claim, those in found.items()
    }
    return {claim: tuple(_worth_saying(ranked[claim], most)) for claim in ledger if ranked.get(claim)}


def _worth_saying(ranked: list[Suggestion], most: int) -> Iterator[Suggestion]:
    """The best candidates; those far behind the first are left out."""
    yield from (each for each in ranked[:most] if each.weight >= ranked[0].weight - 3)


def _with_patterns(drafts: list[Suggestion], ledger: Ledger) -> Iterator[Suggestion]:
    """Each draft with the number of rows of its column that follow its rule, and the share of rivals that fit by chance."""
    follow, rows, fitting = defaultdict(set), defaultdict(set), defaultdict(int)
    tried: dict[str, int] = defaultdict(int)
    for draft in drafts:
        key = _key(draft, ledger)
        rows[key].add(draft.claim_id)
        tried[draft.claim_id] += 1
        if draft.fits:
            follow[key].add(draft.claim_id)
            fitting[draft.claim_id] += 1
    for draft in drafts:
        key = _key(draft, ledger)
        chance = fitting[draft.claim_id] / tried[draft.claim_id]
        yield replace(draft, follow=len(follow[key]), rows=len(rows[key]), chance=chance)


def _key(draft: Suggestion, ledger: Ledger) -> tuple[str, ...]:
    """What has to be the same for two figures to follow one rule: the column; of a sum the row, whatever the column."""
    claim = ledger[draft.claim_id]
    return (*(("", "", stem(claim.quantity)) if " + " in draft.rule else column(claim)), draft.rule)


def _share_among_prints(found: dict[str, dict[str, Suggestion]], ledger: Ledger, asked: set[str]) -> None:
    """What is offered for one print of a quantity is offered for its other prints, by the weight that it has there."""
    for claim_id in list(found):
        for other in ledger.about(ledger[claim_id].quantity):
            if other.claim_id in asked:
                for draft in found[claim_id].values():
                    moved = replace(draft, claim_id=other.claim_id, fits=_gives(draft.formula, other, ledger))
                    kept = found[other.claim_id].setdefault(draft.formula, moved)
                    if moved.weight > kept.weight:
                        found[other.claim_id][draft.formula] = moved


def column(claim: Claim) -> tuple[str, str, str]:
    """What tells the columns of tables apart: section, kind, and the role that the quantity's name ends in."""
    return claim.section, claim.kind, role(claim.quantity)


def role(quantity: str) -> str:
    """The ending of a quantity's name that says what it is of its row; empty if it has none of these.

    >>> role("women_target_share"), role("women")
    ('_target_share', '')
    """
    return next((ending for ending in _ROLES if quantity.endswith(ending)), "")


def stem(quantity: str) -> str:
    """The name of a quantity without its role: what its row is.

    >>> stem("women_target_share"), stem("women")
    ('women', 'women')
    """
    return quantity.removesuffix(role(quantity))


def _gives(formula: str, claim: Claim, ledger: Ledger) -> bool:
    try:
        found = compute(formula, ledger)
    except ExpressionError:
        return False
    printed = claim.as_printed
    if printed is None:
        return False
    return found.value in (printed.reading() if printed.bound else printed.around())


@dataclass(frozen=True)
class _Drafts:
    """Every formula that is tried."""

    ledger: Ledger

    def all(self) -> Iterator[Suggestion]:
        """The drafts for every claim that prints a number, the fitting ones and those that may be a rule of their column."""
        for claim in self.ledger.values():
            if claim.number is None or claim.is_date:
                continue
            around = self._computed_from(claim)
            drafts = (draft for make in _MAKERS for draft in make(self, claim))
            yield from (draft for draft in drafts if around.isdisjoint(references(parse(draft.formula))))

    def _computed_from(self, claim: Claim) -> set[str]:
        """The claims whose formula rests on a claim, which it can therefore not be computed from."""
        found = {f"claim:{claim.claim_id}"}
        for _ in self.ledger:
            more = {
                f"claim:{other.claim_id}" for other in self.ledger.values() if not found.isdisjoint(other.follows_from)
            }
            if more <= found:
                break
            found |= more
        return found

    @cached_property
    def counted(self) -> tuple[Claim, ...]:
        """The first print of every count and target."""
        return tuple(claim for claim in self._firsts if claim.kind in _COUNTED and claim.unit != "%")

    @cached_property
    def _firsts(self) -> tuple[Claim, ...]:
        """One print of every quantity that is a positive number: that of the longest row, which is where tables print it."""
        by_line: dict[int, int] = defaultdict(int)
        for claim in self.ledger.values():
            by_line[claim.line] += 1
        prints = (self.ledger.about(quantity) for quantity in dict.fromkeys(c.quantity for c in self.ledger.values()))
        best = (max(those, key=lambda claim: by_line[claim.line]) for those in prints)
        return tuple(claim for claim in best if (claim.number or 0) > 0)

    def draft(self, claim: Claim, formula: str, rule: str, *of: Claim) -> Suggestion:
        """A draft, with how near its figures stand to the claim."""
        return Suggestion(
            claim.claim_id,
            formula,
            rule,
            _gives(formula, claim, self.ledger),
            max(_nearness(claim, each) for each in of),
        )

    def shares(self, claim: Claim) -> Iterator[Suggestion]:
        """A count over another, in per cent."""
        if claim.unit != "%" or claim.kind not in ("share", "progress", "target", "assumption"):
            return
        for part in self.counted:
            if _nearness(claim, part) > 0 and _may_be_part(claim, part):
                for whole in self.counted:
                    if whole is not part and whole.unit == part.unit and _may_be_whole(claim, part, whole):
                        rule = f"{_place(claim, part)} / {_place(claim, whole)}"
                        formula = f"claim:{part.claim_id} / claim:{whole.claim_id} * 100"
                        made = self.draft(claim, formula, rule, part)
                        yield replace(made, near=made.near + _alike(claim.quantity, whole.quantity) / 2)

    def sums(self, claim: Claim) -> Iterator[Suggestion]:
        """The sum of rows of the claim's own column."""
        if claim.unit == "%" or claim.kind not in ("count", "target", "money"):
            return
        family = self._family(claim)
        for size in range(2, len(family) + 1):
            for parts in combinations(family, size):
                rule = " + ".join(stem(part.quantity) for part in parts)
                yield self.draft(claim, " + ".join(f"claim:{part.claim_id}" for part in parts), rule, *parts)

    def _family(self, claim: Claim) -> list[Claim]:
        """The figures that may add up to a claim: those next to it of its own sort, or named as parts of what it is in all."""
        prefix, ending = stem(claim.quantity).removesuffix("_total"), role(claim.quantity).removesuffix("_total")
        alike = [
            c for c in self._firsts if (c.kind, c.unit) == (claim.kind, claim.unit) and c.quantity != claim.quantity
        ]
        named = [c for c in alike if c.quantity.startswith(prefix + "_") and (not ending or _same_role(c, claim))]
        table = [c for c in self._firsts if c.quantity == claim.quantity]
        line = table[0].line if table else claim.line
        below = [c for c in alike if 0 < c.line - line <= NEAR + 1 and _same_role(c, claim)]
        return (named or below)[:LARGEST_FAMILY]

    def complements(self, claim: Claim) -> Iterator[Suggestion]:
        """What one or two percentages beside it leave of a hundred."""
        if claim.unit != "%":
            return
        beside = [
            c
            for c in self._firsts
            if c.unit == "%"
            and c.kind == claim.kind
            and c is not claim
            and 0 <= claim.line - c.line <= NEAR
            and c.claim_id != claim.claim_id
            and c.quantity != claim.quantity
        ]
        for size in (1, 2):
            for parts in combinations(beside[:LARGEST_FAMILY], size):
                formula = " - ".join(["100", *(f"claim:{part.claim_id}" for part in parts)])
                yield self.draft(claim, formula, f"rest of {size}", *parts)

    def means(self, claim: Claim) -> Iterator[Suggestion]:
        """The mean of a whole column of percentages."""
        if claim.kind != "mean" or claim.unit != "%":
            return
        columns: dict[tuple[str, str, str], list[Claim]] = defaultdict(list)
        for each in self._firsts:
            if each.unit == "%" and each.kind == "progress":
                columns[column(each)].append(each)
        for (section, *_), rows in columns.items():
            if len(rows) > 2:
                formula = f"({' + '.join(f'claim:{row.claim_id}' for row in rows)}) / {len(rows)}"
                made = self.draft(claim, formula, "mean of a column", *rows)
                yield replace(made, near=_alike(f"{claim.quantity} {claim.statement}", section))

    def ratios(self, claim: Claim) -> Iterator[Suggestion]:
        """A sum of money over a number, or a percentage of a sum of money."""
        if claim.kind not in ("money", "ratio") or claim.unit == "%":
            return
        pool = [c for c in self._firsts if c.quantity != claim.quantity and _nearness(claim, c) > 0]
        for money in (c for c in pool if c.kind == "money"):
            for other in self._firsts:
                if (
                    other.kind in ("count", "money", "ratio")
                    and other is not money
                    and other.quantity != claim.quantity
                ):
                    yield self.draft(claim, f"claim:{money.claim_id} / claim:{other.claim_id}", "ratio", money, other)
            for share in (c for c in pool if c.unit == "%"):
                yield self.draft(
                    claim, f"claim:{money.claim_id} * claim:{share.claim_id} / 100", "share of", money, share
                )


Maker = Callable[[_Drafts, Claim], Iterable[Suggestion]]
_MAKERS: tuple[Maker, ...] = (_Drafts.shares, _Drafts.sums, _Drafts.complements, _Drafts.means, _Drafts.ratios)


def _may_be_part(claim: Claim, part: Claim) -> bool:
    """Targets are made of targets, progress of counts, shares of counts."""
    return part.kind == {"target": "target", "progress": "count", "share": "count"}.get(claim.kind, part.kind)


def _may_be_whole(claim: Claim, part: Claim, whole: Claim) -> bool:
    kind = {"target": "target", "progress": "target", "share": "count"}.get(claim.kind, part.kind)
    large = claim.kind == "progress" or (whole.number or 0) >= (part.number or 0)
    return whole.kind == kind and large


def _place(claim: Claim, other: Claim) -> str:
    """Where another figure stands to a claim, in a way that can be the same in all rows of a column."""
    if stem(other.quantity) == stem(claim.quantity):
        return f"the row's {role(other.quantity) or other.kind}"
    return other.quantity


def _same_role(one: Claim, other: Claim) -> bool:
    return role(one.quantity) in (role(other.quantity), "_count", "_target") and one.kind == other.kind


def _nearness(claim: Claim, other: Claim) -> float:
    """How near two figures stand: in one row, in one line, within a few lines; 0 if none of these, or named apart."""
    if stem(claim.quantity) == stem(other.quantity):
        return 4.0
    if claim.line == other.line:
        return 2.0
    return 1.0 if abs(claim.line - other.line) <= NEAR and claim.section == other.section else 0.0


def _alike(one: str, other: str) -> float:
    """How many words two texts share."""
    first, second = ({word for word in re.findall(r"[a-z]+", text.lower()) if len(word) > 2} for text in (one, other))
    return float(len(first & second))


def by_quantities(formula: str, ledger: Ledger) -> str:
    """A formula with quantities in place of claims, the terms of a sum in order, so that two formulas can be compared.

    Which print of a quantity a formula names, and in which order a sum is written, makes it no other formula.
    """
    named = re.sub(r"claim:([A-Z]+-\d+)", lambda match: ledger[match[1]].quantity, formula)
    if set(re.sub(r"\w", "", named)) <= set("+ ()/"):
        head, _, tail = named.strip("(").partition(") / ")
        return f"{' + '.join(sorted(head.split(' + ')))} / {tail}"
    return named


def told(ledger: Ledger, found: Mapping[str, tuple[Suggestion, ...]]) -> Iterator[str]:
    """Suggestions as lines of text: each claim with its print, and under it the candidates with what they give."""
    for claim_id, candidates in found.items():
        claim = ledger[claim_id]
        yield f"{claim_id}, line {claim.line}, {claim.printed}: {claim.statement}"
        yield from (f"  {_told(each, ledger)}" for each in candidates)


def _told(each: Suggestion, ledger: Ledger) -> str:
    value = compute(each.formula, ledger).value
    said = "gives the published figure" if each.fits else f"gives {value:.6g}, NOT the published figure"
    rule = f"; {each.follow} of {each.rows} rows of the column follow the rule" if each.rows > 1 else ""
    return f"{each.formula}: {said}{rule}"
