"""Counts that are merged, and complete sets of answers as witnesses: what is shown leaves every hidden count open."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr

from analysis.disclosure.merged import MOST_PEOPLE, NOTHING, merged_tables
from analysis.disclosure.protect import protect, protect_in_order
from analysis.disclosure.reader import Background, Derived, Statement
from analysis.disclosure.rules import Rules
from analysis.disclosure.tables import TOTAL, count_people, with_margins
from analysis.disclosure.witness import witnesses
from analysis.questionnaire.answers import Item
from analysis.reporting.views import before_after_statistics as statistics

FIVE = Rules(5, "records made up for a test")
ROWS = ["improved", "same", "worse"]


@pytest.mark.parametrize(
    ("table", "minimum", "ends"),
    [
        ((28, 13, 11), 10, ((28, 28), (13, 13), (11, 11))),  # nothing is small
        ((28, 19, 3), 10, ((28, 28), (0, 22), (0, 22))),  # how the others divide is not said
        ((30, 2, 20), 10, ((30, 30), (0, 22), (0, 22))),
        ((35, 14, 3), 10, ((35, 35), (0, 17), (0, 17))),
        ((3, 30, 19), 10, ((0, 9), (24, 33), (19, 19))),  # else the first would be shown
        ((45, 5, 2), 10, ((43, 52), (0, 9), (0, 9))),  # nearly everybody improved
        ((1, 47, 4), 10, ((0, 9), (34, 52), (0, 9))),
        ((25, 19, 8), 5, ((25, 25), (19, 19), (8, 8))),
        ((28, 19, 3), 5, ((28, 28), (0, 22), (0, 22))),
    ],
)
def test_what_is_shown_of_three_counts_by_hand(table, minimum, ends):
    assert merged_tables(sum(table), Rules(minimum, "a reason for tests"))[table].ends == ends


@pytest.mark.parametrize(("people", "minimum"), [(n, m) for m in (5, 10) for n in (m, m + 7, 28, 48, 52, 64, 91, 130)])
def test_tables_that_look_alike_leave_each_hidden_count_as_many_values_as_the_minimum(people, minimum):
    """The groups cover every table once; of each no count is shown that may not be, and no other has fewer values."""
    found = merged_tables(people, Rules(minimum, "a reason for tests"))
    assert len(found) == (people + 1) * (people + 2) // 2
    groups = {each.tables: each for each in found.values()}
    assert sum(map(len, groups)) == len(found) == len(set().union(*groups))
    for tables, merged in groups.items():
        for place, shown in enumerate(merged.shown):
            values = {table[place] for table in tables}
            small = min(values) < minimum or max(values) > min(0.9 * people, people - minimum)
            assert len(values) >= minimum or (values == {shown} and not small)
    assert NOTHING not in {each.form for each in groups.values()} or people < 28


def test_too_few_people_and_too_many_are_no_case_for_it():
    for people in (9, MOST_PEOPLE + 1):
        with pytest.raises(ValueError, match=str(people)):
            merged_tables(people, Rules())


def pairs(seed: int, people: int = 57) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    before = rng.integers(2, 8, people)
    return pd.DataFrame({"b": before, "a": np.clip(before + rng.integers(-1, 5, people), 1, 9)}).astype(float)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_witnesses_have_the_published_counts_and_sums_and_other_hidden_counts(seed):
    answers = pairs(seed)

    def band(value):
        return "low" if value <= 3 else "middle" if value <= 6 else "high"

    columns = {"b band": "b", "a band": "a"}
    derived = tuple(Derived(name, (of,), band) for name, of in columns.items())
    people = answers.assign(**{name: answers[of].map(band) for name, of in columns.items()})
    levels = dict.fromkeys(columns, ["low", "middle", "high"])
    tables = {"bands": count_people(people, list(columns), levels)}
    points = [float(point) for point in range(1, 10)]
    sums = tuple(Statement(f"sum of {name}", (name,), float, answers[name].sum(), answers[name].sum()) for name in "ba")
    squares = Statement(
        "squares",
        ("b", "a"),
        lambda b, a: (a - b) ** 2,
        *[float(((answers["a"] - answers["b"]) ** 2).sum()) + d for d in (-4, 4)],
    )
    background = Background(derived, (*sums, squares), {"b": points, "a": points})
    shown = protect(tables, FIVE, Background(derived, (), background.categories)).tables
    found, hidden = witnesses(answers, tables, shown, background, FIVE)
    assert len(found) > 1
    for each in found:
        again = each.assign(**{name: each[of].map(band) for name, of in columns.items()})
        counted = with_margins(count_people(again, list(columns), levels))
        visible = shown["bands"].dropna()
        assert (counted.loc[visible.index] == visible).all()
        assert each.sum().to_dict() == answers.sum().to_dict()
        assert abs(((each["a"] - each["b"]) ** 2).sum() - ((answers["a"] - answers["b"]) ** 2).sum()) <= 4
    assert counted.loc[(TOTAL, TOTAL)] == 57
    assert len({tuple(hidden(each)) for each in found}) > 1


@pytest.mark.parametrize("better", [True, False])
def test_everything_printed_of_a_set_of_answers_by_hand(better):
    """Eight people on a scale of six: 5 gain 1, 1, 1, 2 and 3, two stay, one loses 2 (turned round where less is better)."""
    more, less = [4, 4, 6, 5, 6, 3, 6, 3], [3, 3, 5, 3, 3, 3, 6, 5]
    before, after = (less, more) if better else (more, less)
    bands = {"1 to 2": (1, 2), "3 to 4": (3, 4), "5 to 6": (5, 6)}
    headline = statistics.Headline(Item("calm", "Calm", 1, 6, better), bands, 5)
    answers = statistics.AnswerSet(headline, pd.DataFrame({"calm_pre": before, "calm_post": after}, dtype=float))
    assert answers.change.tolist() == [1, 1, 1, 2, 3, 0, 0, -2]
    p_values = {test: answers.p_value(test) for test in statistics.TESTS}
    assert p_values["McNemar, exact: improved against worse"] == 2 * (1 + 6) / 2**6
    assert p_values["McNemar, mid-p"] == 2 * (1 + 6 / 2) / 2**6
    # Of the bands, two people leave the middle one for the upper and one comes back: (2 - 1)² / (2 + 1) with one degree of freedom.
    assert p_values["Stuart-Maxwell over the bands"] == pytest.approx(0.5637, abs=5e-5)
    # Ranks of 1, 1, 1, 2, 3, 2 are 2, 2, 2, 4.5, 6, 4.5: 16.5 less 4.5 by the root of 3 x 4 + 2 x 20.25 + 36.
    assert p_values["Wilcoxon, unchanged people dropped"] == pytest.approx(2 * ndtr(-12 / 88.5**0.5))
    # Unchanged people rank lowest, so every other rank is higher by two: 26.5 less 6.5.
    assert p_values["Wilcoxon, Pratt's rule"] == pytest.approx(2 * ndtr(-20 / (3 * 16 + 2 * 42.25 + 64) ** 0.5))
    assert answers.means("mean")[-1] == "0.8"  # 6 points over 8 people
    # Over all eight, 5 or more: three before and four after on a scale where more is better; 12.5 rounds to the even digit.
    assert answers.at_threshold[0] == ("12%" if better else "−12%")


def test_pieces_are_shown_in_their_order_and_dropped_where_they_would_tell():
    """Of 20, 20 and 20 people with 3 of the first in the second table: that table is dropped, and a sum that would give it away stays."""
    index = pd.MultiIndex.from_product([["a", "b", "c"], ["x", "y"]], names=["one", "two"])
    counts = pd.Series([3, 17, 10, 10, 10, 10], index=index, dtype="int64", name="people")
    tables = {"one": counts.groupby("one").sum(), "both": counts}
    tables["one"].index = pd.MultiIndex.from_product([["a", "b", "c"]], names=["one"])
    told = Statement("who is in x", ("one", "two"), lambda one, two: float(two == "x"), 23, 23)
    sure = Statement("who is in a and x", ("one", "two"), lambda one, two: float((one, two) == ("a", "x")), 3, 3)
    about = Background(statements=(told, sure))
    done, kept = protect_in_order(tables, ["one", [told], [sure], "both"], Rules(), about, {}, whole=True)
    assert done.tables["one"].tolist() == [20, 20, 20, 60] and kept.statements == (told,)
    assert set(done.tables) == {"one"} and [each.table for each in done.decisions if each.decision == "refused"] == [
        "both"
    ]
    partly, _ = protect_in_order(tables, ["one", "both"], Rules(), Background(), {})
    assert pd.isna(partly.tables["both"][("a", "x")]) and partly.tables["both"][("a", TOTAL)] == 20
