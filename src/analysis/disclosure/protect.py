"""Suppression and rounding of linked tables, and the proof that no hidden cell can be worked out."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.disclosure.decisions import HIDDEN, REFUSED, ROUNDED, SHOWN, Decision
from analysis.disclosure.reader import Background, Reader, linked
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

    A hidden cell lies between minus and plus infinity; `sensitive` marks the cells that are hidden for their own sake.
    """

    reader: Reader
    low: np.ndarray
    high: np.ndarray
    sensitive: np.ndarray


def standing(
    tables: Mapping[str, pd.Series], shown: Mapping[str, pd.Series], rules: Rules, background: Background
) -> Standing:
    """What a reader has of linked tables as shown (<NA> hidden)."""
    state = _State(_with_margins(tables), rules, background)
    state.publish(shown)
    return Standing(state.reader, state.low, state.high, state.sensitive)


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
        self.sensitive = self.find_sensitive()
        extra = [(s.low, s.high) for s in background.statements]
        low, high = self.start()
        self.low, self.high = (np.concatenate([ends, [e[i] for e in extra]]) for i, ends in enumerate((low, high)))

    def find_sensitive(self) -> np.ndarray:
        """Cells that must be hidden for their own sake: small ones, and those that tell about a whole group."""
        small = self.counts < self.rules.minimum_cell
        return (small | self.telling()) & self.reader.possible() & ~self.is_total

    def telling(self) -> np.ndarray:
        """Cells that hold more than the largest share of a group they are part of."""
        found = []
        for series in self.tables.values():
            counts = dict(zip(series.index, series.to_list(), strict=True))
            for labels, count in counts.items():
                wholes = ((*labels[:i], TOTAL, *labels[i + 1 :]) for i, label in enumerate(labels) if label != TOTAL)
                found.append(any(count > self.rules.largest_share * counts[whole] for whole in wholes if counts[whole]))
        return np.array(found)

    def start(self) -> tuple[np.ndarray, np.ndarray]:
        """What a reader has of each cell before anything is hidden for the sake of another."""
        if self.rules.rounding_base is None:
            hidden = self.sensitive
            return np.where(hidden, -np.inf, self.counts), np.where(hidden, np.inf, self.counts)
        base = self.rules.rounding_base
        middle, half = rounded(self.counts, base), base // 2
        exact = self.is_total | ~self.reader.possible()
        return np.where(exact, self.counts, np.maximum(middle - half, 0)), np.where(exact, self.counts, middle + half)

    def publish(self, published: Mapping[str, pd.Series]) -> None:
        """Take over what is shown elsewhere: hidden where <NA>, else the number shown."""
        shown = np.concatenate(
            [
                pd.to_numeric(published[name].reindex(series.index))
                .astype("Float64")
                .to_numpy(dtype=float, na_value=np.nan)
                for name, series in self.tables.items()
            ]
        )
        exact = self.is_total | ~self.reader.possible()
        half = 0 if self.rules.rounding_base is None else self.rules.rounding_base // 2
        n = len(self.counts)
        self.low[:n] = np.where(exact, self.counts, np.where(np.isnan(shown), -np.inf, np.maximum(shown - half, 0)))
        self.high[:n] = np.where(exact, self.counts, np.where(np.isnan(shown), np.inf, shown + half))

    def hide_until_safe(self) -> np.ndarray:
        """Hide further cells until no sensitive one is narrow; returns the cells hidden for this reason."""
        further = np.zeros(len(self.counts), dtype=bool)
        for cell in np.nonzero(self.sensitive)[0]:
            while not self.reader.is_wide(cell, self.low, self.high, self.rules.width):
                further[self.hide_one(cell)] = True
        return further

    def hide_one(self, cell: int) -> int:
        """Hide the least valuable published cell that holds this one's bounds: inner before margins, small before large."""
        candidates = self.shown(self.reader.pressing(cell, self.low, self.high))
        if not len(candidates):
            candidates = self.shown(np.arange(len(self.counts)))
        if not len(candidates):
            labels = ", ".join(f"'{each.label}'" for each in self.reader.statements)
            raise ValueError(f"the published {labels} gives a small cell away whatever else is hidden; leave it out")
        margins = np.array([sum(label == TOTAL for label in self.reader.cells[i].labels) for i in candidates])
        chosen = int(candidates[np.lexsort((candidates, self.counts[candidates], margins))[0]])
        self.low[chosen], self.high[chosen] = -np.inf, np.inf
        return chosen

    def shown(self, cells: np.ndarray) -> np.ndarray:
        """Those of the cells that are still shown and may be hidden."""
        n = len(self.counts)
        return cells[np.isfinite(self.high[:n][cells]) & ~self.is_total[cells] & self.reader.possible()[cells]]

    def proof(self) -> pd.DataFrame:
        """One row for each table, bounds worked out afresh for every sensitive cell."""
        ends = {cell: self.reader.bounds(cell, self.low, self.high) for cell in np.nonzero(self.sensitive)[0]}
        widths = {cell: np.floor(high + 1e-6) - np.ceil(low - 1e-6) for cell, (low, high) in ends.items()}
        rows = [
            (
                name,
                int(np.isinf(self.high[: len(self.counts)][self.table_of == name]).sum()),
                int(self.sensitive[self.table_of == name].sum()),
                min((width for cell, width in widths.items() if self.table_of[cell] == name), default=np.inf),
            )
            for name in self.tables
        ]
        return pd.DataFrame(rows, columns=["table", "hidden", "sensitive", "narrowest"])

    def as_shown(self) -> dict[str, pd.Series]:
        """The tables with hidden cells as <NA>, and rounded where the rules say so."""
        base = self.rules.rounding_base
        values = self.counts if base is None else np.where(self.is_total, self.counts, rounded(self.counts, base))
        hidden = np.isinf(self.high[: len(self.counts)])
        cells = pd.array(values.astype(int), dtype="Int64")
        cells[hidden] = pd.NA
        return {
            name: pd.Series(cells[self.table_of == name], index=series.index, name="people")
            for name, series in self.tables.items()
        }


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
    primary = np.isinf(state.high[: len(state.counts)])
    further = state.hide_until_safe()
    proof = state.proof()
    decisions = [d for name in tables for d in _decide(name, state, primary, further, proof)]
    return Protected(state.as_shown(), proof, tuple(decisions))


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


def _decide(name: str, state: _State, primary: np.ndarray, further: np.ndarray, proof: pd.DataFrame) -> list[Decision]:
    rules, own = state.rules, state.table_of == name
    cells = int(own.sum())
    decisions = []
    if rules.rounding_base is not None:
        decisions.append(
            Decision(
                name, "rounding", ROUNDED, f"every count but the number of people is rounded to {rules.rounding_base}"
            )
        )
    if (primary & own).any():
        why = f"below {rules.minimum_cell} people, zero included, or more than {rules.largest_share:.0%} of their group"
        decisions.append(
            Decision(name, "minimum cell", HIDDEN, f"{int((primary & own).sum())} of {cells} cells: {why}")
        )
    if (further & own).any():
        why = "else a hidden cell could be worked out from the tables together"
        decisions.append(
            Decision(name, "secondary suppression", HIDDEN, f"{int((further & own).sum())} of {cells} cells: {why}")
        )
    row = proof[proof["table"] == name].iloc[0]
    safe = (
        "no cell is sensitive"
        if not row["sensitive"]
        else f"each sensitive cell could be any of at least {rules.width + 1} numbers"
    )
    decisions.append(Decision(name, "proof by linear programming", SHOWN, safe))
    return decisions
