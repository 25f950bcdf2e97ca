"""Suppression and rounding of linked tables, and the proof that no hidden cell can be worked out.

The reader of the proof knows more than the page says: the rules, and of each hidden cell whether it holds fewer people than
the minimum (then it is 0 to the minimum less one) or not (then it is at least the minimum). Two sorts of cells are left
without that, since whoever knows the rules cannot tell it either: those of a table of which nothing but the number of
people is shown, and neighbouring categories that are always hidden together, whichever of them is small. Which further
cell is hidden depends on its place, never on how many people it holds, since that would tell of them too. Beside rounded counts
it does depend on these whether any is hidden, so that the promise is one of the numbers shown alone (docs/attacks.md, Open).
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.disclosure.decisions import HIDDEN, REFUSED, ROUNDED, SHOWN, Decision
from analysis.disclosure.reader import Background, Reader, Statement, linked
from analysis.disclosure.rules import Rules
from analysis.disclosure.tables import TOTAL, with_margins
from analysis.errors import InputError


@dataclass(frozen=True)
class Protected:
    """Tables as they may be shown (hidden cells <NA>), what a reader can find out about hidden small cells, and why.

    `proof` has one row for each table: `table`, `hidden` (cells), `sensitive` (small or telling ones among them) and
    `narrowest` (the smallest distance between the least and the greatest value that a reader can work out for one).
    """

    tables: dict[str, pd.Series]
    proof: pd.DataFrame
    decisions: tuple[Decision, ...]


def protect(tables: Mapping[str, pd.Series], rules: Rules, background: Background | None = None) -> Protected:
    """Hide or round what must not be shown in tables from `count_people`, all of them together.

    Small cells (zero included), and cells that hold nearly all of a group, are hidden; then further cells, until no
    sensitive cell can be narrowed down below `rules.width` from everything that stays visible. The number of people in
    all is always shown. Raises ValueError if the tables do not count the same people, or if a published sum of the
    background gives a cell away whatever is hidden.
    """
    full = _with_margins(tables)
    parts = [
        _protect_group({name: full[name] for name in full if name in names}, rules, about)
        for names, about in linked(full, background or Background())
    ]
    proof = pd.concat([part.proof for part in parts]).set_index("table").loc[list(full)].reset_index()
    shown = {name: part.tables[name] for name in full for part in parts if name in part.tables}
    return Protected(shown, proof, tuple(decision for part in parts for decision in part.decisions))


def protect_in_order(
    tables: Mapping[str, pd.Series],
    order: Sequence[str | Sequence[Statement]],
    rules: Rules,
    background: Background,
    chosen: Mapping[str, Collection[tuple[object, ...]]],
    whole: bool = False,
) -> tuple[Protected, Background]:
    """Show linked tables and published sums one after the other, the most telling first; what would give a cell away is dropped.

    At first nothing is shown but the number of people. Each of `order`, a table by its name or sums that are published together, is
    then shown as far as no sensitive cell of the tables shown so far becomes narrower than the rules ask. Of a table, as
    `protect` does, first inner cells are hidden and then margins, but never a cell of a table before it; if nothing is left it is
    dropped; with `whole`, so is one of which any cell is hidden. `chosen` names the cells to hide of tables for which this was
    decided before; they stand however few are shown.
    Of a table that is not on the page nobody may be sure that a cell holds somebody, and fewer than the minimum. Returns the
    tables that are not dropped, and the background with the sums that are published.

    Why that something is dropped tells no more than the proof grants: which cells are tried follows from the order and from
    places, and whether they stay from the numbers shown until then and from which hidden cells are small, which the reader of
    the proof is told. Of a `merged` table that is not told; that sums are dropped beside it leaves both ends of its counts, since
    they are as telling where nearly all answers lie at one end of the scale as where they lie at the other. This is an argument, and
    not gone through for all answers there can be.
    """
    state = _State(_with_margins(tables), rules, background)
    state.live, state.said = set(chosen), np.zeros(len(background.statements), dtype=bool)
    state.hide(~state.exact)
    for piece in order:
        before = state.hidden, state.said, set(state.live)
        shown = state.reveal(piece, chosen.get(piece), whole) if isinstance(piece, str) else state.say(piece)
        if not shown:
            _, state.said, state.live = before
            state.hide(before[0])
    state.reader.forget()
    proof = state.proof()
    proof, cells = proof[proof["table"].isin(state.live)], state.as_shown()
    kept = tuple(each for each, on in zip(background.statements, state.said, strict=True) if on)
    decisions = [
        each for name in tables for each in (_decide(name, state, proof) if name in state.live else [_drop(name)])
    ]
    live = {name: cells[name] for name in tables if name in state.live}
    return Protected(live, proof, tuple(decisions)), replace(background, statements=kept)


def _drop(name: str) -> Decision:
    return Decision(
        name, "order of importance", REFUSED, "beside what tells more, some of its counts could be worked out"
    )


def prove(
    published: Mapping[str, pd.Series],
    true: Mapping[str, pd.Series],
    rules: Rules,
    file: str,
    background: Background | None = None,
) -> pd.DataFrame:
    """Stop with InputError if any small cell is shown or can be worked out from tables as published (<NA> hidden).

    `published` may have come from anywhere; `true` are the counts behind it; `file` names the run for the message.
    Returns one row for each table with `table`, `hidden`, `sensitive`, `narrowest`.
    """
    full = _with_margins(true)
    if is_refused(full, published, rules):
        return _refuse(full, rules).proof
    found = []
    for names, about in linked(full, background or Background()):
        state = _State({name: full[name] for name in full if name in names}, rules, about)
        state.publish(published)
        found.append(state.proof())
    table = pd.concat(found).set_index("table").loc[list(full)].reset_index()
    for row in table[table["narrowest"] < rules.width].itertuples():
        raise InputError(
            file,
            found=f"a small cell of the table '{row.table}' that is shown or can be worked out from what is shown",
            expected=f"small cells to be hidden so that each could be any of at least {rules.width + 1} numbers",
            action="hide more cells or merge categories; `protect` does both tables and margins together",
        )
    return table


@dataclass(frozen=True)
class Standing:
    """What a reader has of linked tables: `reader` with its rows (cells, then published sums), each between `low` and `high`.

    A cell of which a reader knows nothing lies between minus and plus infinity. `hidden` marks the hidden cells, `sensitive`
    those that must be for their own sake.
    """

    reader: Reader
    low: np.ndarray
    high: np.ndarray
    hidden: np.ndarray
    sensitive: np.ndarray


def standing(
    tables: Mapping[str, pd.Series], shown: Mapping[str, pd.Series], rules: Rules, background: Background
) -> Standing:
    """What a reader has of linked tables as shown (<NA> hidden)."""
    state = _State(_with_margins(tables), rules, background)
    state.publish(shown)
    return Standing(state.reader, state.low, state.high, state.hidden, state.sensitive)


def _with_margins(tables: Mapping[str, pd.Series]) -> dict[str, pd.Series]:
    full = {name: with_margins(counts) for name, counts in tables.items()}
    if len({int(series.iloc[-1]) for series in full.values()}) > 1:
        raise ValueError(
            "the tables do not count the same people; keep those without an answer as a category of their own"
        )
    return full


class _State:
    """Linked tables with what is published of each cell; true counts are kept apart from what a reader has."""

    def __init__(self, tables: dict[str, pd.Series], rules: Rules, background: Background) -> None:
        self.tables, self.rules = tables, rules
        self.reader = Reader(tables, background)
        self.counts = np.concatenate([series.to_numpy() for series in tables.values()]).astype(float)
        self.is_total = np.array([all(label == TOTAL for label in cell.labels) for cell in self.reader.cells])
        self.table_of = np.array([cell.table for cell in self.reader.cells])
        self.exact = self.is_total | ~self.reader.possible()
        self.small = (self.counts < rules.minimum_cell) & ~self.exact
        self.neighbour = _neighbours(tables)
        # Of a table of one column the others of a cell are a count too, which must not be small.
        self.most = min(math.floor(rules.largest_share * self.counts[-1]), int(self.counts[-1]) - rules.minimum_cell)
        self.large = (self.telling() | ((self.neighbour >= 0) & (self.counts > self.most))) & ~self.exact & ~self.small
        self.sensitive = self.small | self.large
        self.is_merged = np.isin(self.table_of, list(background.merged))
        self.sums = [np.array([getattr(each, end) for each in background.statements], float) for end in ("low", "high")]
        self.said = np.ones(len(background.statements), dtype=bool)
        self.live = set(tables)
        self.hide(self.sensitive if rules.rounding_base is None else np.zeros(len(self.counts), dtype=bool))

    def telling(self) -> np.ndarray:
        """Cells that hold more than the largest share of a group they are part of."""
        found = []
        for series in self.tables.values():
            counts = dict(zip(series.index, series.to_list(), strict=True))
            for labels, count in counts.items():
                wholes = ((*labels[:i], TOTAL, *labels[i + 1 :]) for i, label in enumerate(labels) if label != TOTAL)
                found.append(any(count > self.rules.largest_share * counts[whole] for whole in wholes if counts[whole]))
        return np.array(found)

    def hide(self, cells: np.ndarray) -> None:
        """Hide these cells and no others; `low` and `high` become what a reader then has of each cell and published sum."""
        self.hidden = cells
        low, high = _known(self.counts, self.exact, self.rules)
        low[cells], high[cells] = self.rules.minimum_cell, np.inf
        low[cells & self.small], high[cells & self.small] = 0, self.rules.minimum_cell - 1
        # In a table of one column, whether a cell holds nearly everybody could be seen from what is hidden with it.
        single = cells & (self.neighbour >= 0)
        low[single & self.large] = np.maximum(self.most + 1, self.rules.minimum_cell)
        high[single & ~self.large & ~self.small] = self.most
        untold = self.untold()
        low[untold], high[untold] = -np.inf, np.inf
        sums = (np.where(self.said, ends, none) for ends, none in zip(self.sums, (-np.inf, np.inf), strict=True))
        self.low, self.high = (np.concatenate(ends) for ends in zip((low, high), sums, strict=True))

    def untold(self) -> np.ndarray:
        """The hidden cells of which nobody can tell whether they are small."""
        if self.rules.rounding_base is not None:
            return self.hidden
        together = self.hidden & (self.neighbour >= 0) & self.hidden[self.neighbour]
        together &= self.neighbour[self.neighbour] == np.arange(len(self.counts))
        shown = self.table_of[~self.hidden & ~self.exact]
        return self.hidden & (together | self.is_merged | ~np.isin(self.table_of, shown))

    def publish(self, published: Mapping[str, pd.Series]) -> None:
        """Take over which cells are hidden (<NA>) in tables shown elsewhere; raises ValueError if a number is another."""
        shown = np.concatenate(
            [
                published[name].reindex(series.index).astype("Float64").to_numpy(dtype=float, na_value=np.nan)
                for name, series in self.tables.items()
            ]
        )
        if not (np.isnan(shown) | (shown == self.numbers())).all():
            raise ValueError("a table is shown with other numbers than were counted")
        self.hide(np.isnan(shown) & ~self.exact)

    def hide_until_safe(self) -> None:
        """Hide further cells until no sensitive one is narrow."""
        for cell in np.nonzero(self.sensitive)[0]:
            while not self.reader.is_wide(cell, self.low, self.high, self.rules.width):
                self.hide(self.hidden | (np.arange(len(self.counts)) == self.next_to_hide(cell)))

    def reveal(self, table: str, chosen: Collection[tuple[object, ...]] | None, whole: bool) -> bool:
        """Show a table, but for the cells chosen or, where none are, as far as is safe; whether it may be shown."""
        own, self.live = (self.table_of == table) & ~self.exact, {*self.live, table}
        self.reader.forget()
        if chosen is not None:
            self.hide(self.hidden & ~own | own & np.array([cell.labels in chosen for cell in self.reader.cells]))
            return self.narrow() is None
        self.hide(self.hidden & ~own | own & self.sensitive)
        while (narrow := self.narrow()) is not None:
            if whole or not len(left := self.shown(np.nonzero(own)[0])):
                return False
            self.hide(self.hidden | (np.arange(len(self.counts)) == self.next_to_hide(narrow, left)))
        return bool((own & ~self.hidden).any()) and not (whole and (own & self.hidden).any())

    def say(self, sums: Sequence[Statement]) -> bool:
        """Publish sums; whether they leave open what they must."""
        self.reader.forget()
        self.said = self.said | np.array([each in sums for each in self.reader.statements], dtype=bool)
        self.hide(self.hidden)
        return self.narrow() is None and not self.singled_out()

    def narrow(self) -> int | None:
        """A sensitive cell of the tables on the page that a reader could narrow down; None if there is none."""
        cells = np.nonzero(self.sensitive & np.isin(self.table_of, list(self.live)))[0]
        return next((c for c in cells if not self.reader.is_wide(c, self.low, self.high, self.rules.width)), None)

    def singled_out(self) -> bool:
        """Whether a reader could be sure that a small cell of a table that is not on the page is not empty."""
        cells = np.nonzero(self.small & (self.counts > 0) & ~np.isin(self.table_of, list(self.live)))[0]
        ends = (self.reader.bounds(cell, self.low, self.high) for cell in cells)
        return any(low > 1e-6 and high < self.rules.minimum_cell - 1e-6 for low, high in ends)

    def next_to_hide(self, cell: int, among: np.ndarray | None = None) -> int:
        """A shown cell that holds this one's bounds: inner before margins, its neighbour first, then by place."""
        everything = np.arange(len(self.counts)) if among is None else among
        candidates = np.intersect1d(self.shown(self.reader.pressing(cell, self.low, self.high)), everything)
        if not len(candidates):
            candidates = self.shown(everything)
        if not len(candidates):
            labels = ", ".join(f"'{each.label}'" for each in self.reader.statements)
            raise ValueError(f"the published {labels} gives a small cell away whatever else is hidden; leave it out")
        margins = np.array([sum(label == TOTAL for label in self.reader.cells[i].labels) for i in candidates])
        return int(candidates[np.lexsort((candidates, candidates != self.neighbour[cell], margins))[0]])

    def shown(self, cells: np.ndarray) -> np.ndarray:
        """Those of the cells that are still shown and may be hidden."""
        return cells[~self.hidden[cells] & ~self.exact[cells]]

    def proof(self) -> pd.DataFrame:
        """One row for each table, bounds worked out afresh for every sensitive cell."""
        ends = {cell: self.reader.bounds(cell, self.low, self.high) for cell in np.nonzero(self.sensitive)[0]}
        widths = {cell: np.floor(high + 1e-6) - np.ceil(low - 1e-6) for cell, (low, high) in ends.items()}
        rows = [
            (
                name,
                int(self.hidden[self.table_of == name].sum()),
                int(self.sensitive[self.table_of == name].sum()),
                min((width for cell, width in widths.items() if self.table_of[cell] == name), default=np.inf),
            )
            for name in self.tables
        ]
        return pd.DataFrame(rows, columns=["table", "hidden", "sensitive", "narrowest"])

    def numbers(self) -> np.ndarray:
        """The counts as they are shown where they are: rounded where the rules say so, the number of people included."""
        return self.counts if self.rules.rounding_base is None else rounded(self.counts, self.rules.rounding_base)

    def as_shown(self) -> dict[str, pd.Series]:
        """The tables with hidden cells as <NA>, and rounded where the rules say so."""
        cells = pd.array(self.numbers().astype(int), dtype="Int64")
        cells[self.hidden] = pd.NA
        return {
            name: pd.Series(cells[self.table_of == name], index=series.index, name="people")
            for name, series in self.tables.items()
        }


def _known(counts: np.ndarray, exact: np.ndarray, rules: Rules) -> tuple[np.ndarray, np.ndarray]:
    """The ends of what a reader knows of each cell while it is shown; the number of people is taken to be known exactly.

    A shown multiple of the base is rounded from half a base below it to one less than half a base above, for an even base,
    since halves are rounded upwards; an odd base has no halves.
    """
    if rules.rounding_base is None:
        return counts.copy(), counts.copy()
    shown, base = rounded(counts, rules.rounding_base), rules.rounding_base
    low, high = np.maximum(shown - base // 2, 0), shown + (base - 1) // 2
    return np.where(exact, counts, low), np.where(exact, counts, high)


def _neighbours(tables: Mapping[str, pd.Series]) -> np.ndarray:
    """For each cell of a table of one column the place of the category that is hidden with it first; -1 for other cells.

    Categories are paired from the last: 4 with 3, 2 with 1. A first one that is left over has the next.
    """
    found: list[int] = []
    for series in tables.values():
        start, size = len(found), len(series) - 1
        if series.index.nlevels > 1 or size < 2:
            found += [-1] * len(series)
        else:
            odd = size % 2
            found += [start + (1 if odd and not i else i + 1 if (i - odd) % 2 == 0 else i - 1) for i in range(size)] + [
                -1
            ]
    return np.array(found)


def rounded(counts: np.ndarray, base: int) -> np.ndarray:
    """Counts rounded to the nearest multiple of the base, halves upwards.

    >>> rounded(np.array([2, 3, 57]), 5).tolist()
    [0.0, 5.0, 55.0]
    """
    return np.floor(counts / base + 0.5) * base


def _protect_group(tables: dict[str, pd.Series], rules: Rules, background: Background) -> Protected:
    total = int(next(iter(tables.values())).iloc[-1])
    if total < rules.minimum_cell:
        return _refuse(tables, rules)
    state = _State(tables, rules, background)
    state.hide_until_safe()
    proof = state.proof()
    decisions = [each for name in tables for each in _decide(name, state, proof)]
    return Protected(state.as_shown(), proof, tuple(decisions))


def is_refused(tables: Mapping[str, pd.Series], shown: Mapping[str, pd.Series], rules: Rules) -> bool:
    """Whether tables are of fewer people than the minimum and nothing of them is shown, so that there is nothing to prove."""
    few = all(int(counts.to_numpy().max(initial=0)) < rules.minimum_cell for counts in tables.values())
    return few and all(shown[name].isna().all() for name in tables)


def _refuse(tables: dict[str, pd.Series], rules: Rules) -> Protected:
    hidden = {
        name: pd.Series(pd.NA, index=series.index, dtype="Int64", name="people") for name, series in tables.items()
    }
    proof = pd.DataFrame(
        [(name, len(s), len(s), np.inf) for name, s in tables.items()],
        columns=["table", "hidden", "sensitive", "narrowest"],
    )
    reason = f"fewer than {rules.minimum_cell} people in all"
    return Protected(hidden, proof, tuple(Decision(name, "minimum cell", REFUSED, reason) for name in tables))


def _decide(name: str, state: _State, proof: pd.DataFrame) -> list[Decision]:
    """The decisions on one table. They do not say which cells, nor how many, are hidden for the sake of others."""
    rules, row = state.rules, proof[proof["table"] == name].iloc[0]
    decisions = []
    if rules.rounding_base is not None:
        why = f"every count, the number of people included, is rounded to the nearest {rules.rounding_base}"
        decisions.append(Decision(name, "rounding", ROUNDED, why))
    if row["hidden"]:
        why = (
            f"below {rules.minimum_cell} people, zero included, more than {rules.largest_share:.0%} of their group, all people but "
            f"fewer than {rules.minimum_cell}, or such that those could be worked out from them"
        )
        cells = int((state.table_of == name).sum())
        decisions.append(Decision(name, "minimum cell", HIDDEN, f"{row['hidden']} of {cells} cells: {why}"))
    safe = "no cell is sensitive"
    if row["sensitive"]:
        alone = "" if rules.rounding_base is None else ", by the numbers that are shown alone"
        safe = f"each cell that must not be known could be any of at least {rules.width + 1} numbers{alone}"
    decisions.append(Decision(name, "proof by linear programming", SHOWN, safe))
    return decisions
