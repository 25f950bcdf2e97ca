"""The reader of published cells: the same bounds as a solver apart, whatever was asked before, and no equation missing."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog
from scipy.sparse import vstack

from analysis.disclosure.protect import protect
from analysis.disclosure.reader import Background, Derived, Reader, Statement
from analysis.disclosure.rules import Rules
from analysis.disclosure.tables import TOTAL, count_people, with_margins

FIVE = Rules(5, "the study has only 57 respondents")
LEVELS = {"a": [0, 1, 2], "b": [0, 1], "c": [0, 1, 2], "d": [0, 1], "of a": ["low", "high"]}
OF_A = Derived("of a", ("a",), lambda a: "low" if a == 0 else "high")


def some_people(seed: int, size: int = 57) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    people = pd.DataFrame({name: random.integers(0, len(LEVELS[name]), size) for name in "abcd"})
    return people.assign(**{"of a": [OF_A.value(a) for a in people["a"]]})


def tables_of(people: pd.DataFrame, *columns: str) -> dict[str, pd.Series]:
    named = {"z": "of a"}
    asked = {pair: [named.get(letter, letter) for letter in pair] for pair in columns}
    return {pair: count_people(people, names, LEVELS) for pair, names in asked.items()}


def published(reader: Reader, counts: np.ndarray, hidden: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.where(hidden, -np.inf, counts), np.where(hidden, np.inf, counts)


def reading(seed: int, *columns: str) -> tuple[Reader, np.ndarray, np.ndarray]:
    """A reader of the tables, their true counts, and at random which cells are hidden (never the number of people)."""
    full = {name: with_margins(counts) for name, counts in tables_of(some_people(seed), *columns).items()}
    reader = Reader(full, Background((OF_A,)))
    counts = np.concatenate([series.to_numpy() for series in full.values()]).astype(float)
    total = np.array([all(label == TOTAL for label in cell.labels) for cell in reader.cells])
    return reader, counts, (np.random.default_rng(seed).random(len(counts)) < 0.6) & ~total


CHAINS = [("ab", "bc", "cd"), ("ab", "ac", "ad", "za"), ("abc", "cd"), ("ab", "cd")]


@pytest.mark.parametrize("columns", CHAINS, ids="+".join)
def test_bounds_are_those_of_another_solver_while_more_and_more_is_hidden(columns):
    reader, counts, hidden = reading(3, *columns)
    for share in (0.3, 0.6, 1.0):
        now = hidden & (np.arange(len(hidden)) < share * len(hidden))
        for cell in np.nonzero(now)[0][::5]:
            aim = reader.holds[[cell]].toarray().ravel()
            rows = vstack([reader.links, reader.holds[~now]])
            limits = np.concatenate([np.zeros(reader.links.shape[0]), counts[~now]])
            ends = [sign * linprog(sign * aim, A_eq=rows, b_eq=limits).fun for sign in (1, -1)]
            assert reader.bounds(cell, *published(reader, counts, now)) == pytest.approx(tuple(ends), abs=1e-6)


@pytest.mark.parametrize("columns", CHAINS, ids="+".join)
def test_bounds_and_widths_do_not_depend_on_what_was_asked_before(columns):
    reader, counts, hidden = reading(5, *columns)
    places = np.nonzero(hidden)[0]
    for cell in reversed(places):  # asked backwards, of everything and then of less
        reader.bounds(cell, *published(reader, counts, np.ones(len(counts), dtype=bool) & (counts < counts.max())))
        reader.pressing(cell, *published(reader, counts, hidden))
    for cell in places:
        afresh, *_ = reading(5, *columns)
        low, high = published(reader, counts, hidden)
        assert reader.bounds(cell, low, high) == pytest.approx(afresh.bounds(cell, low, high), abs=1e-6)


@pytest.mark.parametrize("columns", CHAINS, ids="+".join)
def test_the_pressing_cells_alone_hold_the_bounds_where_they_are(columns):
    reader, counts, hidden = reading(7, *columns)
    for cell in np.nonzero(hidden)[0][::3]:
        pressing = reader.pressing(cell, *published(reader, counts, hidden))
        assert not hidden[pressing].any()
        others = np.ones(len(counts), dtype=bool)
        others[pressing] = False
        assert reader.bounds(cell, *published(reader, counts, others)) == pytest.approx(
            reader.bounds(cell, *published(reader, counts, hidden)), abs=1e-6
        )


@pytest.mark.parametrize("columns", [*CHAINS, ("ab", "ac", "ad"), ("zb", "ac", "b")], ids="+".join)
def test_two_blocks_agree_on_what_they_share_also_where_no_equation_is_their_own(columns):
    """Oracle: the difference of two blocks on each combination that they share is a sum of the equations there are."""
    reader, *_ = reading(1, *columns)
    starts = np.cumsum([0, *map(len, reader.types)])
    links = reader.links.toarray()
    for i, j in combinations(range(len(reader.types)), 2):
        shared = [name for name in reader.types[i] if name in reader.types[j]]
        for _, combination in reader.types[i][shared].drop_duplicates().iterrows():
            row = np.zeros(links.shape[1])
            for block, sign in ((i, 1.0), (j, -1.0)):
                row[starts[block] : starts[block + 1]] = sign * (reader.types[block][shared] == combination).all(axis=1)
            assert np.linalg.matrix_rank(np.vstack([links, row])) == np.linalg.matrix_rank(links)


def test_a_range_for_a_sum_binds_at_its_lower_end_alone_too():
    """By hand: 10 people answer 0 or 1; that the answers add up to at least 7 says that at least 7 answered 1."""
    total = with_margins(pd.Series([3, 7], index=pd.MultiIndex.from_product([[0, 1]], names=["b"])))
    reader = Reader({"t": total}, Background(statements=(Statement("sum", ("b",), float, 7.0, np.inf),)))
    low, high = np.array([-np.inf, -np.inf, 10.0, 7.0]), np.array([np.inf, np.inf, 10.0, np.inf])
    assert reader.bounds(1, low, high) == (7, 10) and reader.bounds(0, low, high) == (0, 3)


def test_the_same_tables_are_protected_in_the_same_way_whatever_was_protected_in_between():
    background = Background((OF_A,))
    first = [protect(tables_of(some_people(seed), "ab", "ac", "zd"), FIVE, background) for seed in range(4)]
    again = [protect(tables_of(some_people(seed), "ab", "ac", "zd"), FIVE, background) for seed in reversed(range(4))]
    for one, other in zip(first, reversed(again), strict=True):
        assert one.decisions == other.decisions and one.proof.equals(other.proof)
        assert all(one.tables[name].equals(other.tables[name]) for name in one.tables)
