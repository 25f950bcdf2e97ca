"""Protected tables under attack by readers who know the rules, by listing tables and by integer programs of their own.

Two sorts of readers: one who also runs `protect` on every table that may be behind the page, and keeps those that would look
the same; and one who is told of every hidden cell whether it is small. Where EXHAUSTIVE is set, all 1,711 tables of 57 people
in three categories are gone through, which takes minutes; else all of fewer people, and some of 57.
"""

import os
import re
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import attacker
import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from analysis.disclosure.merged import NOTHING
from analysis.disclosure.protect import protect, prove
from analysis.disclosure.rules import Rules
from analysis.disclosure.tables import TOTAL, with_margins
from analysis.errors import InputError
from analysis.questionnaire.answers import Item, MissingRule
from analysis.questionnaire.judged_names import HOLM, INTERVAL, NET, RANK, RESAMPLED
from analysis.questionnaire.proportions import mcnemar_exact, tango_interval
from analysis.reporting.appendix import Appendix
from analysis.reporting.views.before_after_answers import Answers
from analysis.reporting.views.evidence import open_evidence
from analysis.study import load_study

ROOT = Path(__file__).resolve().parents[2]
SIGN = {"improved": 1.0, "same": 0.0, "worse": -1.0}
INDEX = pd.MultiIndex.from_product([list(SIGN)], names=["change"])
Table = tuple[int, ...]


@cache
def page(table: Table, minimum: int) -> tuple[object, ...]:
    """What `protect` shows of a table: its cells (None: hidden); and why."""
    counts = pd.Series(table, index=INDEX, dtype="int64", name="people")
    done = protect({"t": counts}, Rules(minimum, "a reason for tests"))
    cells = (done.tables["t"][(name,)] for name in SIGN)
    shown = tuple(None if pd.isna(count) else int(count) for count in cells)
    return (*shown, *(each.reason for each in done.decisions))


def tables_of(people: int, improved: tuple[int, ...] = ()) -> list[Table]:
    found = [(i, people - i - w, w) for i in range(people + 1) for w in range(people + 1 - i)]
    return [table for table in found if not improved or table[0] in improved]


def narrow(tables: list[Table], minimum: int, complete: bool) -> list[tuple[object, ...]]:
    """Pages on which a hidden cell is left with fewer values than the minimum, over all tables that look the same."""
    alike: dict[tuple[object, ...], list[Table]] = defaultdict(list)
    for table in tables:
        alike[page(table, minimum)].append(table)
    whole = {shown: same for shown, same in alike.items() if complete or shown[0] is not None}
    return [
        (shown, place)
        for shown, same in whole.items()
        for place in range(3)
        if shown[place] is None and len({table[place] for table in same}) < minimum
    ]


EVERY = bool(os.environ.get("EXHAUSTIVE"))


@pytest.mark.parametrize("people, minimum", [(57, 5), (57, 10)] if EVERY else [(18, 5)])
def test_who_runs_the_rules_on_every_table_finds_no_hidden_count(people, minimum):
    assert narrow(tables_of(people), minimum, complete=True) == []


@pytest.mark.parametrize("minimum, improved", [(10, (25, 39, 44)), (5, (5, 27, 49))])
def test_tables_of_57_people_that_gave_a_count_away_when_the_smaller_cell_was_hidden(minimum, improved):
    """Complete for pages that show how many improved: tables with other numbers of them look different."""
    assert narrow(tables_of(57, improved), minimum, complete=False) == []


def test_two_small_counts_are_not_left_with_the_third_shown():
    """9, 39, 9 at a minimum of 10: with 39 shown, two counts below 10 that add up to 18 are both 9."""
    assert page((9, 39, 9), 10)[:3] == page((8, 40, 9), 10)[:3] == (None, None, None)


def test_how_many_improved_survives_where_few_of_the_others_got_worse():
    """The two others are hidden together; nobody can tell which of them is small."""
    assert page((42, 12, 3), 10)[:3] == page((42, 3, 12), 10)[:3] == (42, None, None)


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


def test_rounded_tables_promise_no_more_than_a_reader_of_their_numbers_alone_is_left_with():
    """0, 0 and 25 people at base 10: the third is hidden, and of 351 tables of 25 people no other page looks so."""
    index = pd.MultiIndex.from_product([["x", "y", "z"]], names=["a"])

    def page_of(table: Table) -> tuple[object, ...]:
        done = protect({"t": pd.Series(table, index=index, name="people")}, Rules(rounding_base=10))
        assert done.decisions[-1].reason.endswith(("numbers that are shown alone", "no cell is sensitive"))
        return tuple(None if pd.isna(count) else int(count) for count in done.tables["t"])

    assert page_of((0, 0, 25)) == (0, 0, None, 30)
    assert [table for table in tables_of(25) if page_of(table) == (0, 0, None, 30)] == [(0, 0, 25)]


ITEM = Item("trust", "Trust", 1, 5)


@pytest.fixture(scope="module")
def evidence(tmp_path_factory):
    """A page of a study without records, on which a table is put."""
    study = replace(load_study("coproduction", ROOT), root=tmp_path_factory.mktemp("row"))
    return open_evidence(Appendix(study.id, "03_before_after", study.root), study, {}, rounds=True)


def row(evidence, table: Table, minimum: int) -> tuple[object, ...]:
    """What 03 prints of an item that is not the headline: shares, their difference with its interval, the p-value, what is withheld."""
    after = np.repeat([3.0, 2.0, 1.0], table)
    answers = pd.DataFrame({"trust_pre": np.full(len(after), 2.0), "trust_post": after})
    door = replace(evidence, rules=Rules(minimum, "a reason for tests"), decisions=[], groups=[])
    guard = Answers(door, Item("health", "Health", 1, 5), (ITEM,), answers, MissingRule.PAIRS)
    shares = (guard.share("change in Trust", (name,)) for name in SIGN)
    told = (guard.merged_text(ITEM, name) if share is None else share for name, share in zip(SIGN, shares, strict=True))
    beside = (guard.shown(ITEM, name) for name in (NET, INTERVAL, HOLM, RANK, RESAMPLED))
    return (*told, *guard.net(ITEM), guard.holm_at_most(ITEM), *beside)


@pytest.mark.parametrize("people, minimum", [(57, 5), (57, 10)] if EVERY else [(17, 5)])
def test_who_runs_the_rules_on_every_row_of_the_page_finds_no_hidden_count(evidence, people, minimum):
    """What is printed of every table there is, and that something is not: those that print the same row leave each count open."""
    alike = defaultdict(list)
    for table in tables_of(people):
        alike[row(evidence, table, minimum)].append(table)
    for shown, same in alike.items():
        for place, value in enumerate(shown[:3]):
            values = {table[place] for table in same}
            told = len(values) == 1 and value == 100 * min(values) / people
            assert len(values) >= minimum or (told and minimum <= min(values) <= people - minimum)


def test_what_is_said_of_counts_that_are_not_shown_is_true_of_the_true_ones(evidence):
    """Of some hundred tables of 48 to 64 people: shares lie between the ends that are said, the interval and p-value within theirs."""
    draw = np.random.default_rng(4)
    for _ in range(100):
        people = int(draw.integers(48, 65))
        table = tuple(map(int, draw.multinomial(people, draw.dirichlet((4, 2, 1)))))
        *told, net, low, high, p = row(evidence, table, 10)[:7]
        for text, count in zip((*told, net), (*table, table[0] - table[2]), strict=True):
            least, most = said(text)
            assert least - 1e-9 <= 100 * count / people <= most + 1e-9
        exact = tango_interval(table[0], table[2], people)
        assert low <= 100 * exact.low + 1e-9 and high >= 100 * exact.high - 1e-9
        assert p == "withheld" or mcnemar_exact(table[0], table[2]) <= float(p.split()[0])


def said(text: object) -> tuple[float, float]:
    """From where to where a share lies by a cell of the page."""
    if isinstance(text, float):
        return text, text
    numbers = [float(number.replace("−", "-")) for number in re.findall(r"−?\d+", str(text))]
    if "with" in str(text):
        return 0.0, numbers[0] + 0.5
    return (
        (numbers[0], numbers[-1])
        if "to" in str(text)
        else (-100.0, numbers[0])
        if "less" in str(text)
        else (numbers[0], 100.0)
    )


def team(seed: int) -> pd.DataFrame:
    """Answers of 48 to 64 made-up people before and after on a scale of nine, with gains of any shape."""
    draw = np.random.default_rng(seed)
    people = int(draw.integers(48, 65))
    before = np.clip(np.round(draw.normal(draw.uniform(3, 7), draw.uniform(1, 2.2), people)), 1, 9)
    gain = draw.choice([-1, 0, 1, 2, 3], people, p=draw.dirichlet([2, 6, 8, 4, 2]))
    return pd.DataFrame({"confidence_pre": before, "confidence_post": np.clip(before + gain, 1, 9)})


@pytest.mark.parametrize("seed", range(100 if EVERY else 2))
@pytest.mark.parametrize("minimum", [10, 5])
def test_the_headline_of_a_small_team_stands_and_no_integer_program_finds_a_hidden_count(evidence, seed, minimum):
    """Something is said of improved, same and worse; of all that is published together each hidden count could be as many numbers
    as the minimum."""
    answers, item = team(seed), Item("confidence", "Confidence", 1, 9)
    door = replace(evidence, rules=Rules(minimum, "a reason for tests"), decisions=[], groups=[])
    guard = Answers(door, item, (item,), answers, MissingRule.PAIRS, margins=(2.0,))
    assert guard.merged["confidence"].form != NOTHING
    rows = [each.as_record() | {"notebook": "03"} for each in door._published()]
    for what, width, least, most in attacker._ends(rows, len(answers)):
        assert most - least >= width or least >= minimum, what
    true = dict(zip(SIGN, guard.directions["confidence"], strict=True))
    for name, count in true.items():
        shown = guard.share("change in Confidence", (name,))
        assert shown is None or (count >= minimum and shown == 100 * count / len(answers))
