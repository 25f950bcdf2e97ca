"""Counts that add up: what is hidden beside a small count, held against every table of whole numbers."""

from itertools import product

import pytest
from hypothesis import given, settings, strategies as st

from analysis.disclosure.sums import HEADLINE, PUBLIC, Sums


def row(minimum: int, *parts: int, complete: bool = True) -> Sums:
    """One row of a table: its total, which is public, and its parts."""
    sums = Sums(minimum)
    sums.add("all", sum(parts), rank=PUBLIC)
    names = [f"part {number}" for number in range(len(parts))]
    for name, number in zip(names, parts, strict=True):
        sums.add(name, number)
    sums.split("all", *names, complete=complete)
    return sums


def test_a_small_count_hides_the_smallest_of_the_others():
    assert row(10, 3, 40, 20).hidden() == {"part 0", "part 2"}
    assert row(10, 30, 40, 20).hidden() == set()
    assert row(10, 0, 40, 20).hidden() == {"part 0", "part 2"}, "none at all is as telling as few"


def test_two_small_counts_hide_each_other_if_they_leave_enough_numbers():
    assert row(10, 3, 6, 20).hidden() == {"part 0", "part 1"}
    assert row(10, 3, 4, 20).hidden() == {"part 0", "part 1", "part 2"}, (
        "of seven people there are eight numbers, not ten"
    )


def test_what_a_page_does_not_name_is_protected_too():
    sums = Sums(10)
    for name, number, rank in (("all", 1875, PUBLIC), ("men", 697, HEADLINE), ("women", 1177, HEADLINE)):
        sums.add(name, number, rank=rank)
    sums.split("all", "men", "women", complete=True)
    assert sums.hidden() == {"men"}


def test_the_same_count_in_another_table_is_hidden_there_too():
    sums = row(10, 3, 40, 20)
    sums.add("elsewhere", 20, rank=HEADLINE)
    sums.same("elsewhere", "part 2")
    assert {"part 0", "part 1"} <= sums.hidden(), "the headline stays, so another part goes"
    assert "elsewhere" not in sums.hidden()


def test_a_mean_that_tells_a_hidden_count_is_hidden():
    sums = row(10, 3, 20)
    sums.about("mean", {"part 0": 1.0, "part 1": -1.0}, -17.5, -16.5)
    assert sums.hidden() == {"part 0", "part 1", "mean"}


def test_counts_that_cannot_be_are_refused():
    sums = row(10, 3, 40)
    with pytest.raises(ValueError, match="counted twice"):
        sums.add("part 0", 4)
    sums.add("more", 50)
    with pytest.raises(ValueError, match="more than it"):
        sums.split("all", "more")


def test_what_hiding_cannot_protect_hides_everything():
    sums = row(10, 3, 4, 20)
    sums.add("known", 7, rank=PUBLIC)
    sums.split("known", "part 0", "part 1", complete=True)
    assert sums.hidden() == {"part 0", "part 1", "part 2"}


@settings(max_examples=12, deadline=None)
@given(st.lists(st.lists(st.integers(0, 5), min_size=2, max_size=2), min_size=2, max_size=2), st.integers(2, 3))
def test_no_small_cell_of_a_small_table_can_be_worked_out(table, minimum):
    """Two rows and two columns with their totals, against all tables of whole numbers that print the same."""
    sums, true = Sums(minimum), {}
    cells = {f"{i}{j}": table[i][j] for i, j in product(range(2), repeat=2)}
    for name, number in cells.items():
        sums.add(name, number)
    wholes = {"row 0": ("00", "01"), "row 1": ("10", "11"), "column 0": ("00", "10"), "column 1": ("01", "11")}
    for whole, parts in wholes.items():
        sums.add(whole, sum(cells[part] for part in parts), rank=HEADLINE)
        sums.split(whole, *parts, complete=True)
    hidden, true = sums.hidden(), {name: count.value for name, count in sums.counts.items()}
    fits = [
        dict(zip(cells, values, strict=True))
        for values in product(range(12), repeat=4)
        if all(value == true[name] or name in hidden for name, value in zip(cells, values, strict=True))
    ]
    fits = [each | {whole: sum(each[part] for part in parts) for whole, parts in wholes.items()} for each in fits]
    fits = [each for each in fits if all(each[name] == true[name] for name in true if name not in hidden)]
    for name in (name for name in true if true[name] < minimum):
        assert name in hidden
        assert max(each[name] for each in fits) - min(each[name] for each in fits) >= minimum - 1
