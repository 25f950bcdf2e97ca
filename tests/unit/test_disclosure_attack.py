"""Protected tables under attack by readers who know the rules, by listing tables and by integer programs of their own.

Two sorts of readers: one who also runs `protect` on every table that may be behind the page, and keeps those that would look
the same; and one who is told of every hidden cell whether it is small. Where EXHAUSTIVE is set, all 1,711 tables of 57 people
in three categories are gone through, which takes minutes; else all of fewer people, and some of 57.
"""

import os
from collections import defaultdict
from decimal import Decimal
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from analysis.disclosure.protect import protect, prove
from analysis.disclosure.reader import Background, Statement
from analysis.disclosure.rules import Rules
from analysis.disclosure.tables import TOTAL, with_margins
from analysis.errors import InputError
from analysis.questionnaire.answers import Item
from analysis.questionnaire.proportions import mcnemar_exact
from analysis.reporting.views.before_after_statistics import (
    HOLM,
    INTERVAL,
    NET,
    NET_SIGN,
    Directions,
    interval_text,
    judge_item,
    net_statements,
    net_text,
    p_text,
)

SIGN = {"improved": 1.0, "same": 0.0, "worse": -1.0}
INDEX = pd.MultiIndex.from_product([list(SIGN)], names=["change"])
Table = tuple[int, ...]


def net(table: Table) -> Background:
    """The share improved less the share worse in whole per cent, which of up to 100 people leaves one difference."""
    difference, room = table[0] - table[2], 0.005 * sum(table)
    about = Statement("net", ("change",), lambda change: SIGN[change], difference - room, difference + room, 1)
    return Background(statements=(about,))


@cache
def page(table: Table, minimum: int, with_net: bool) -> tuple[object, ...]:
    """What is shown of a table: its cells (None: hidden) and the net difference; and why."""
    counts = pd.Series(table, index=INDEX, dtype="int64", name="people")
    try:
        done = protect({"t": counts}, Rules(minimum, "a reason for tests"), net(table) if with_net else None)
    except ValueError:
        return ("the net difference cannot be shown",)
    cells = (done.tables["t"][(name,)] for name in SIGN)
    shown = tuple(None if pd.isna(count) else int(count) for count in cells)
    return (*shown, table[0] - table[2] if with_net else None, *(each.reason for each in done.decisions))


def tables_of(people: int, improved: tuple[int, ...] = ()) -> list[Table]:
    found = [(i, people - i - w, w) for i in range(people + 1) for w in range(people + 1 - i)]
    return [table for table in found if not improved or table[0] in improved]


def narrow(tables: list[Table], minimum: int, with_net: bool, complete: bool) -> list[tuple[object, ...]]:
    """Pages on which a hidden cell is left with fewer values than the minimum, over all tables that look the same."""
    alike: dict[tuple[object, ...], list[Table]] = defaultdict(list)
    for table in tables:
        alike[page(table, minimum, with_net)].append(table)
    whole = {shown: same for shown, same in alike.items() if len(shown) > 1 and (complete or shown[0] is not None)}
    return [
        (shown, place)
        for shown, same in whole.items()
        for place in range(3)
        if shown[place] is None and len({table[place] for table in same}) < minimum
    ]


EVERY = bool(os.environ.get("EXHAUSTIVE"))


@pytest.mark.parametrize("with_net", [False, True])
@pytest.mark.parametrize("people, minimum", [(57, 5), (57, 10)] if EVERY else [(18, 5)])
def test_who_runs_the_rules_on_every_table_finds_no_hidden_count(people, minimum, with_net):
    assert narrow(tables_of(people), minimum, with_net, complete=True) == []


@pytest.mark.parametrize("minimum, improved", [(10, (25, 39, 44)), (5, (5, 27, 49))])
def test_tables_of_57_people_that_gave_a_count_away_when_the_smaller_cell_was_hidden(minimum, improved):
    """Complete for pages that show how many improved: tables with other numbers of them look different."""
    assert narrow(tables_of(57, improved), minimum, with_net=False, complete=False) == []


def test_two_small_counts_are_not_left_with_the_third_shown():
    """9, 39, 9 at a minimum of 10: with 39 shown, two counts below 10 that add up to 18 are both 9."""
    assert page((9, 39, 9), 10, False)[:3] == page((8, 40, 9), 10, False)[:3] == (None, None, None)


def test_how_many_improved_survives_where_few_of_the_others_got_worse():
    """The two others are hidden together; nobody can tell which of them is small."""
    assert page((42, 12, 3), 10, False)[:3] == page((42, 3, 12), 10, False)[:3] == (42, None, None)


def test_a_proof_refuses_what_a_reader_of_the_reasons_could_work_out():
    counts = pd.Series((9, 39, 9), index=INDEX, name="people")
    shown = with_margins(counts).astype("Int64").mask([True, False, True, False])
    with pytest.raises(InputError, match="worked out"):
        prove({"t": shown}, {"t": counts}, Rules(), "x")


def attacked(counts: pd.Series, known: dict[object, tuple[float, float]], cell: object) -> int:
    """How many values apart the ends of a cell are, by integer programs; `known`: what is known of each cell, margins included."""

    def row(labels: object) -> np.ndarray:
        pairs = [zip(labels, each, strict=True) for each in counts.index]
        return np.array([all(a in (TOTAL, b) for a, b in pair) for pair in pairs], dtype=float)

    matrix = np.array([row(labels) for labels in known])
    low, high = np.array(list(known.values())).T
    ends = []
    for sign in (1, -1):
        found = milp(
            sign * row(cell),
            constraints=LinearConstraint(matrix, low, high),
            integrality=np.ones(len(counts)),
            bounds=Bounds(0, np.inf),
        )
        assert found.status == 0, "what is published must fit the truth"
        ends.append(round(float(row(cell) @ np.rint(found.x))))
    return ends[1] - ends[0]


def random_tables(number: int, shape: tuple[int, ...], seed: int) -> list[pd.Series]:
    rng, names = np.random.default_rng(seed), list("abc")[: len(shape)]
    index = pd.MultiIndex.from_product(
        [[f"{name}{i}" for i in range(size)] for name, size in zip(names, shape, strict=True)], names=names
    )
    size = int(np.prod(shape))
    return [
        pd.Series(rng.multinomial(57, rng.dirichlet(np.ones(size))), index=index, name="people") for _ in range(number)
    ]


@pytest.mark.parametrize("minimum", [5, 10])
def test_who_is_told_which_cells_of_a_shift_table_are_small_finds_none(minimum):
    for counts in random_tables(4, (3, 3), seed=2):
        shown = protect({"t": counts}, Rules(minimum, "a reason for tests")).tables["t"]
        full, told = with_margins(counts), shown.iloc[:-1].notna().any()
        known = {cell: (float(n),) * 2 for cell, n in full.items() if not pd.isna(shown[cell])}
        small = [cell for cell, n in full.items() if n < minimum]
        assert not set(small) & set(known)
        for cell in full.index[shown.isna()] if told else ():
            known[cell] = (0.0, minimum - 1.0) if cell in small else (float(minimum), np.inf)
        assert all(attacked(counts, known, cell) >= minimum - 1 for cell in small)


# Base 3: 0 and 1 are rounded to 0; base 5: 0 to 2; base 10: 0 to 4, since 5 is rounded upwards. So many values are promised.
PROMISED = {3: 2, 5: 3, 10: 5}


@pytest.mark.parametrize("base", PROMISED)
def test_rounded_tables_keep_what_they_promise(base):
    """What is rounded to a shown number is found by rounding every number, halves upwards; the number of people is known."""
    rounds_to = defaultdict(list)
    for count in range(70):
        rounds_to[int(Decimal(count) / base + Decimal("0.5")) * base].append(count)
    for counts in random_tables(200 if EVERY else 6, (2, 3), seed=base):
        done = protect({"t": counts}, Rules(rounding_base=base))
        full, shown = with_margins(counts), done.tables["t"]
        ends = {cell: rounds_to[n] for cell, n in shown.items() if not pd.isna(n)}
        known = {cell: (float(values[0]), float(values[-1])) for cell, values in ends.items()} | {
            (TOTAL, TOTAL): (57.0, 57.0)
        }
        assert all(full[cell] in ends[cell] for cell in ends)
        assert all(attacked(counts, known, cell) >= PROMISED[base] - 1 for cell, n in full.items() if n < 10)
        assert (
            f"at least {PROMISED[base]} numbers" in done.decisions[-1].reason or "no cell" in done.decisions[-1].reason
        )


def test_a_shown_ten_is_five_to_fourteen():
    """5, 14 and 38 people are shown as 10, 10 and 40: the first could be 5 to 14, since a 15 would have been rounded to 20."""
    counts = pd.Series([5, 14, 38], index=pd.MultiIndex.from_product([["x", "y", "z"]], names=["a"]), name="people")
    done = protect({"t": counts}, Rules(rounding_base=10))
    assert done.tables["t"].tolist() == [10, 10, 40, 60] and done.proof["narrowest"].tolist() == [9]


@cache
def row(table: Table, minimum: int) -> tuple[object, ...]:
    """What 03 prints of an item: counts, the difference or its sign, its p-value and interval; None where withheld."""
    rules, counts = Rules(minimum, "a reason for tests"), pd.Series(table, index=INDEX, dtype="int64", name="people")
    for sums in net_statements("change", table, rules):
        try:
            cells = protect({"t": counts}, rules, Background(statements=sums)).tables["t"]
            break
        except ValueError:
            continue
    shown = tuple(None if pd.isna(cells[(name,)]) else int(cells[(name,)]) for name in SIGN)
    p_values = pd.DataFrame(
        {"p": [mcnemar_exact(table[0], table[2]), 0.2], "rank_biserial": [0.8, 0.1]}, ["Trust", "Health"]
    )
    judged = judge_item(Item("trust", "Trust", 1, 5), Directions(table, shown), p_values, rules).shown
    printed = {
        NET: net_text,
        NET_SIGN: lambda each: each[0] > each[2],
        INTERVAL: interval_text,
        HOLM: lambda each: holm(each[0], each[2]),
    }
    return (*shown, *(write_it(table) if name in judged else None for name, write_it in printed.items()))


def holm(gained: int, lost: int) -> str:
    """The item's p-value beside another of 0.2, as the page writes it."""
    p = mcnemar_exact(gained, lost)
    return p_text(min(1.0, 2 * p) if p <= 0.2 else p)


@pytest.mark.parametrize("people, minimum", [(57, 5), (57, 10)] if EVERY else [(17, 5)])
def test_who_runs_the_rules_on_every_row_of_the_page_finds_no_hidden_count(people, minimum):
    """That a statistic is withheld counts as well as what is printed; and the sign of the difference is always there."""
    alike = defaultdict(list)
    for table in tables_of(people):
        alike[row(table, minimum)].append(table)
    hidden = [(shown, place) for shown in alike for place in range(3) if shown[place] is None]
    assert [each for each in hidden if len({table[each[1]] for table in alike[each[0]]}) < minimum] == []
    assert all(shown[3] is not None or shown[4] is not None for shown in alike)


@pytest.mark.parametrize("table", [(9, 48, 0), (4, 53, 0)])
def test_a_row_that_gave_its_counts_away_looks_like_nine_others(table):
    """As many more improved and got worse, and the same difference: from 0 to 9 who got worse, the whole row is the same."""
    improved, same, worse = table
    assert len({row((improved + more, same - 2 * more, worse + more), 10) for more in (0, 4, 9)}) == 1
