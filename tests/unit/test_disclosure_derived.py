"""Statistics of hidden counts: an attacker who lists every table that fits the page cannot pin a hidden count down."""

from functools import cache
from itertools import combinations_with_replacement, product
from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from scipy.special import ndtr
from scipy.stats import rankdata

from analysis.disclosure.decisions import REFUSED, SHOWN
from analysis.disclosure.derived import Statistic, judge_derived, narrowest, tables_that_fit
from analysis.disclosure.protect import protect
from analysis.disclosure.reader import Background, Derived, Statement
from analysis.disclosure.rules import Rules
from analysis.disclosure.tables import TOTAL, count_people, with_margins
from analysis.disclosure.witness import witnesses
from analysis.questionnaire.answers import Item
from analysis.reporting.views import before_after_statistics as statistics
from analysis.reporting.views.before_after_statistics import Directions, has_rank, judge_item, widest_interval

FIVE = Rules(5, "records made up for a test")
ITEM = Item("trust", "Trust", 1, 5)
NOTHING = (None, None, None)


def summary(true: tuple[int, int, int], rank: float = 0.8) -> pd.DataFrame:
    return pd.DataFrame(
        {"p": [binomial_p(true[0], true[2]), 0.2], "rank_biserial": [rank, 0.1]}, index=["Trust", "Health"]
    )


def binomial_p(gained: int, lost: int) -> float:
    """McNemar's exact p-value by adding up binomial coefficients."""
    n = gained + lost
    return min(1.0, 2 * sum(comb(n, k) for k in range(min(gained, lost) + 1)) / 2**n)


@cache
def tango(gained: int, lost: int, n: int) -> tuple[int, int]:
    """Ends of Tango's interval in whole per cent, by bisection of the squared score statistic (Tango 1998, formula 8)."""

    def too_far(d: float) -> bool:
        a, b, c = 2 * n, -gained - lost + (2 * n - gained + lost) * d, -lost * d * (1 - d)
        q = ((b * b - 4 * a * c) ** 0.5 - b) / (2 * a)
        variance = n * (2 * q + d * (1 - d))
        return (gained - lost - n * d) ** 2 > 3.841458820694124 * variance

    ends = []
    for limit in (-1.0, 1.0):
        inside, outside = (gained - lost) / n, limit
        if not too_far(outside - 1e-12 * limit):
            ends.append(round(100 * limit))
            continue
        for _ in range(60):
            middle = (inside + outside) / 2
            inside, outside = (inside, middle) if too_far(middle) else (middle, outside)
        ends.append(round(100 * inside))
    return ends[0], ends[1]


def attack(directions: Directions, judged) -> list[tuple[int, int, int]]:
    """Every table of whole numbers that prints the same page, found by plain trial."""
    n, (improved, _same, worse) = directions.n, directions.true
    everything = [(i, n - i - w, w) for i in range(n + 1) for w in range(n + 1 - i)]
    found = [t for t in everything if all(s is None or s == c for s, c in zip(directions.shown, t, strict=True))]
    if statistics.NET in judged.shown:
        found = [t for t in found if round(100 * (t[0] - t[2]) / n) == round(100 * (improved - worse) / n)]
    if statistics.HOLM in judged.shown:
        found = [t for t in found if holm_texts(t) == holm_texts(directions.true)]
    if statistics.INTERVAL in judged.shown:
        found = [t for t in found if tango(t[0], t[2], n) == tango(improved, worse, n)]
    return found


def holm_texts(table: tuple[int, int, int]) -> tuple[str, str]:
    """Holm's p-values of this item and of another with a p-value of 0.2, as the page writes them."""
    own, other = binomial_p(table[0], table[2]), 0.2
    first, second = min(own, other), max(own, other)
    adjusted = {first: min(1, 2 * first), second: min(1, max(2 * first, second))}
    texts = (f"{adjusted[p]:.3f}" if adjusted[p] >= 0.0005 else "under 0.001" for p in (own, other))
    return tuple(texts)


@st.composite
def directions_shown(draw) -> Directions:
    true = draw(st.tuples(st.integers(0, 45), st.integers(0, 20), st.integers(0, 12)).filter(lambda t: sum(t) >= 12))
    people = pd.DataFrame({"change": np.repeat(["improved", "same", "worse"], true)})
    table = count_people(people, ["change"], {"change": ["improved", "same", "worse"]})
    cells = (
        protect({"change": table}, FIVE, net_background(true) if draw(st.booleans()) else None)
        if can(true, table)
        else protect({"change": table}, FIVE)
    )
    shown = [cells.tables["change"][(name,)] for name in ("improved", "same", "worse")]
    return Directions(true, tuple(None if pd.isna(count) else int(count) for count in shown))


def net_background(true: tuple[int, int, int]) -> Background:
    room, sign = sum(true) * 0.005, {"improved": 1.0, "same": 0.0, "worse": -1.0}
    return Background(
        statements=(
            Statement(
                "net", ("change",), lambda change: sign[change], true[0] - true[2] - room, true[0] - true[2] + room
            ),
        )
    )


def can(true: tuple[int, int, int], table: pd.Series) -> bool:
    try:
        protect({"change": table}, FIVE, net_background(true))
    except ValueError:
        return False
    return True


@settings(max_examples=60, deadline=None)
@given(directions_shown())
def test_no_attacker_pins_a_hidden_count_down_from_what_a_row_of_the_page_prints(directions):
    judged = judge_item(ITEM, directions, summary(directions.true), FIVE)
    tables = attack(directions, judged)
    assert directions.true in tables
    for place in directions.open_places(FIVE):
        values = [table[place] for table in tables]
        assert max(values) - min(values) >= FIVE.width


@settings(max_examples=25, deadline=None)
@given(directions_shown())
def test_the_widest_interval_is_the_same_whatever_table_of_those_that_fit_is_true(directions):
    fitting = [t for t in directions.fitting(FIVE) if statistics.net_text(t) == statistics.net_text(directions.true)]
    ends = {
        widest_interval(Directions(table, directions.shown), FIVE) for table in fitting[:: max(1, len(fitting) // 8)]
    }
    assert len(ends) == 1
    low, high = ends.pop()
    exact = tango(directions.true[0], directions.true[2], directions.n)
    assert low <= exact[0] + 0.5
    assert exact[1] - 0.5 <= high


def test_the_known_bad_case_an_interval_beside_a_hidden_count():
    # 32 improved, 22 same, 3 worse: with the difference of 51 per cent, only two counts of worse print 34 to 65 per cent.
    directions = Directions((32, 22, 3), NOTHING)
    tables = [(w + 29, 57 - 29 - 2 * w, w) for w in range(15)]
    alike = [t[2] for t in tables if tango(t[0], t[2], 57) == tango(32, 3, 57) == (34, 65)]
    assert max(alike) - min(alike) < FIVE.width
    judged = judge_item(ITEM, directions, summary(directions.true), FIVE)
    assert {statistics.NET, statistics.HOLM} <= judged.shown
    assert statistics.INTERVAL not in judged.shown


def test_a_difference_that_leaves_two_tables_is_withheld_with_all_that_would_tell_of_it():
    # 54 - 0 of 57 is 95 per cent; so is 55 - 1, and nothing else.
    judged = judge_item(ITEM, Directions((54, 3, 0), NOTHING), summary((54, 3, 0), 1.0), FIVE)
    assert judged.shown == {statistics.NET_SIGN, statistics.HOLM}
    assert {d.decision for d in judged.decisions} == {SHOWN, REFUSED}
    assert not any(char.isdigit() for d in judged.decisions if d.decision == REFUSED for char in d.reason)


def test_where_nothing_is_hidden_everything_is_shown():
    judged = judge_item(ITEM, Directions((24, 20, 7), (24, 20, 7)), summary((24, 20, 7)), FIVE)
    assert judged.shown >= {statistics.NET, statistics.HOLM, statistics.RANK, statistics.INTERVAL, statistics.RESAMPLED}


def test_what_is_shown_first_counts_against_what_comes_after():
    """The sum of two counts, then the first: together they leave one table."""
    candidates = [(2, 2), *tables_that_fit([None, None], 4)]
    first = Statistic("is the first even", lambda table: table[0] % 2)
    second = Statistic("the first", lambda table: table[0])
    rules = Rules(5, "a rule for a test")
    shown = judge_derived("t", [first, second], candidates, lambda table: table, rules)
    assert shown.shown == {"is the first even"}
    assert narrowest(shown.fits, lambda table: table) == 4


@pytest.mark.parametrize(
    ("shown", "total"), [([None, 3, None], 9), ([None, None, None], 6), ([4, None], 9), ([1, 2], 3)]
)
def test_all_tables_that_fit_are_found(shown, total):
    expected = [
        t
        for t in product(range(total + 1), repeat=len(shown))
        if sum(t) == total and all(s in (None, c) for s, c in zip(shown, t, strict=True))
    ]
    assert sorted(tables_that_fit(shown, total)) == sorted(expected)


@pytest.mark.parametrize(
    ("shown", "total", "words"), [([5, 6], 10, "no table"), ([5, 4], 10, "no table"), ([None] * 5, 400, "too many")]
)
def test_tables_that_do_not_fit_and_too_many_tables_are_refused(shown, total, words):
    with pytest.raises(ValueError, match=words):
        tables_that_fit(shown, total)


@pytest.mark.parametrize("table", [(3, 0, 2), (4, 1, 1), (2, 2, 0), (5, 0, 3)])
def test_rank_correlations_that_sizes_of_one_to_three_can_print(table):
    found = set()
    for gains in combinations_with_replacement((1, 2, 3), table[0]):
        for losses in combinations_with_replacement((1, 2, 3), table[2]):
            ranks = rankdata([*gains, *losses])
            up, down = ranks[: len(gains)].sum(), ranks[len(gains) :].sum()
            found.add(f"{(up - down) / (up + down):.2f}")
    tried = {f"{value / 100:.2f}" for value in range(-100, 101)}
    possible = {text for text in tried if has_rank(table, text.replace("-", "−"))}
    # A value within a hair of a half unit may be left out, which withholds and never shows.
    assert possible <= found | {"-0.00"}
    assert len(possible) >= len(found) - 1


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
    assert answers.change.tolist() == [1, 1, 1, 2, 3, 0, 0, -2] and answers.directions == (5, 2, 1)
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
    assert answers.sorted() == tuple(sorted(zip(before, after, strict=True)))


def test_the_true_answers_are_printed_once_for_each_statistic():
    """Some statistics take long: what is compared with is not worked out again for the comparison with itself."""
    asked = []

    def printed(table: tuple[int, int]) -> int:
        asked.append(table)
        return 0

    judge_derived("t", [Statistic("a sum", printed)], [(0, 9), (4, 5), (9, 0)], lambda table: table, FIVE)
    assert asked == [(0, 9), (4, 5), (9, 0)]
