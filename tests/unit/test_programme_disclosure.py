"""No hidden count of the programme page can be worked out from all its tables together, nor from what is stored of them."""

import csv
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from export_files import ROOT
from programme_attack import Attack, count_in, inside_period, read_tables
from programme_page import NOTEBOOK, run_page
from scipy.optimize import LinearConstraint, milp

from analysis import programme, reporting
from analysis.bundle.formats import csv_text
from analysis.disclosure.sums import Sums
from analysis.programme import crossed
from analysis.programme.monitoring import Monitoring, open_monitoring
from analysis.reporting import Appendix
from analysis.reporting.sheets import sheets_of
from analysis.reporting.views import programme as view, programme_counts
from analysis.reporting.views.programme_counts import Door
from analysis.study import load_study


@pytest.fixture(scope="module")
def example():
    return open_monitoring(load_study("connecting_opportunities_example", ROOT))


def planted(records: Monitoring) -> Monitoring:
    """The same export with few in what it shows: three people still on the programme, two without a destination, two of
    neither sex beside the one of unknown sex, four without an area, and one referral without a decision."""
    exits, people, referrals = records.exits.iloc[3:].copy(), records.people.copy(), records.referrals.copy()
    exits.loc[exits.index[:2], "destination"] = None
    people.loc[people.index[[40, 41]], "sex"] = "other"
    people.loc[people.index[[7, 300, 301, 900]], "area"] = None
    undecided = referrals.index[referrals["decision"].ne("eligible")][:1]
    referrals.loc[undecided, "decision"] = "pending"
    return replace(records, exits=exits, people=people, referrals=referrals, outcomes=few_lower(records.outcomes))


def few_lower(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Answers on money of which 4 are lower at exit, 30 higher and all others the same: those who are higher stand in a
    second table, as those who count."""
    outcomes = outcomes.copy()
    initial = outcomes[outcomes["stage"] == "initial"].drop_duplicates("person_id").set_index("person_id")["finance"]
    later = outcomes["stage"].eq("exit") & outcomes["finance"].notna() & outcomes["person_id"].map(initial).notna()
    outcomes.loc[later, "finance"] = outcomes.loc[later, "person_id"].map(initial)
    middle = outcomes.index[later & outcomes["finance"].eq(3)]
    outcomes.loc[middle[:4], "finance"] = 2
    outcomes.loc[middle[4:34], "finance"] = 4
    return outcomes


def show(records: Monitoring) -> tuple[dict[str, str], Appendix]:
    """The displays of the page by name, and the page they are on."""
    shown, page = run_page(records)
    return {name: display.html for name, display in shown.items()}, page


YEARS = 4  # quarters
SEX = ("rest", "of unknown or other sex")


@pytest.fixture(scope="module")
def planted_example(example):
    return planted(example)


def narrow(records: Monitoring, monkeypatch: pytest.MonkeyPatch) -> dict[object, tuple[float, float]]:
    """The small hidden counts that the attack narrows down to fewer numbers than lie below the minimum."""
    html, page = show(records)
    cells = read_tables(html)
    stored = [
        each for each in page.store if each.unit in ("people", "referrals") and isinstance(each.value, int | float)
    ]
    printed = {count_in(text) for text in cells.values()} | {records.minimum_cell, len(records.people)}
    targets = {each.value for each in stored if "target" in each.id}
    assert {each.value for each in stored} <= printed | targets | {len(records.referrals)}
    lengths = [*filter(None, [programme_counts.protected(records).length])]
    monkeypatch.setattr(crossed, "lengths", lambda records: lengths)
    monkeypatch.setattr(Sums, "hidden", lambda self: frozenset())
    true = read_tables(show(replace(records, memo=_without_decisions(records)))[0])
    numbers = {cell: count_in(true[cell]) for cell, text in cells.items() if text == "hidden"}
    small = [cell for cell, number in numbers.items() if number is not None and number < records.minimum_cell]
    assert len(small) > 50
    attack = Attack(cells, len(records.people), len(records.referrals))
    return attack.narrowest([*small, SEX], records.minimum_cell)


def _without_decisions(records: Monitoring) -> dict:
    return {key: value for key, value in records.memo.items() if not key[1].startswith("hidden")}


@pytest.mark.parametrize(
    ("plant", "minimum"),
    [
        pytest.param(False, 10, id="as it is", marks=pytest.mark.slow),
        pytest.param(True, 10, id="planted"),
        pytest.param(True, 5, id="planted, 5", marks=pytest.mark.slow),
        pytest.param(True, 4, id="planted, 4, by quarter", marks=pytest.mark.slow),
    ],
)
def test_no_small_count_follows_from_the_page(example, planted_example, monkeypatch, plant, minimum):
    records = replace(planted_example if plant else example, minimum_cell=minimum, memo={})
    assert narrow(records, monkeypatch) == {}


def test_the_attack_finds_what_hiding_small_counts_alone_leaves_open(planted_example, monkeypatch):
    monkeypatch.setattr("analysis.disclosure.sums._Reader.is_wide", lambda self, cell: True)
    found = narrow(replace(planted_example, memo={}), monkeypatch)
    assert found[SEX] == (3, 3)
    assert found["decisions", "no decision yet", "Referrals"] == (1, 1)
    assert found["destinations", "destination not recorded", "People"] == (2, 2)
    assert found["destinations", "still on the programme", "People"] == (3, 3)
    assert {"time_to_outcome", "joined_by_partner", "joined_by_area"} <= {str(name[0]) for name in found}
    assert found["by_area_count", "Participants", "Not recorded"] == (4, 4)


def test_people_without_an_area_stand_apart_from_hidden_numbers(example):
    """Counted by hand in the table of participants; that few are hidden is part of the attack above."""
    people = example.people.copy()
    without = people.index[::30]
    people.loc[without, "area"] = None
    door = Door(
        Appendix("a_study", NOTEBOOK, ROOT, example=True), replace(example, people=people, memo={}), example.printed, 10
    )
    told = door.allowed(programme.joined_by(door.records, "area", door.period_length))["not recorded"]
    numbers = {year: int(people.loc[without, "start_date"].between(*_days(year)).sum()) for year in told.index}
    assert len(told) == 6 and sum(numbers.values()) == len(without)
    assert all(told[year] == "hidden" or told[year] == number >= 10 for year, number in numbers.items())
    assert 2 <= told.ne("hidden").sum() <= sum(number >= 10 for number in numbers.values())
    assert "not recorded" not in programme.joined_by(example, "area", YEARS)
    display = reporting.show(
        programme.joined_by(door.records, "area", door.period_length), "Who joined.", name="joined_by_area"
    )
    (sheet,) = sheets_of(display.blocks, door.page.store.by_id)
    head, *rows = csv.reader(csv_text(sheet).splitlines()[1:])  # the first line marks the example
    (place,) = (number for number, words in enumerate(head) if "Not recorded" in words)
    assert [row[place] for row in rows] == [str(cell) for cell in told]


def test_tables_over_time_that_were_dropped_are_absent_and_one_sentence_says_so(example, monkeypatch):
    counted = programme_counts._hidden

    def page(hidden) -> tuple:
        monkeypatch.setattr(
            programme_counts, "_hidden", lambda records: (sums := counted(records)[0], hidden(sums), YEARS)
        )
        door = Door(Appendix("a_study", NOTEBOOK, ROOT), replace(example, memo={}), example.printed, 10)
        joined = {name: programme.joined_by(door.records, name, door.period_length) for name in ("partner", "area")}
        return [view.over_time(each, door) for each in joined.values()], view.told_of_time(door, joined)

    shown, told = page(lambda sums: frozenset())
    assert all(len(each) for each in shown) and told is None
    shown, told = page(lambda sums: frozenset(sums.counts))
    assert shown == [None, None]
    assert "Who joined over time is not shown by partner and by area: " in str(told.blocks) and "a minimum of " in str(
        told.blocks
    )


def _days(period: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    first, last = (pd.Timestamp(f"1 {month}") for month in period.split(" to "))
    return first, last + pd.offsets.MonthEnd()


def test_the_attack_finds_what_one_subtraction_gives(example):
    """The same reader, on the numbers that the page gave before: men and women by themselves, and all who joined."""
    cells = {("records_outputs", name, "Counted"): text for name, text in (("Men", "697"), ("Women", "1,177"))}
    attack = Attack(cells, 1875, 2864)
    assert attack.narrowest([SEX], 10) == {SEX: (1, 1)}


@pytest.mark.parametrize("column", ["partner", "area"])
def test_who_joined_by_group_and_year_is_as_a_table_of_the_file_has_it(example, column):
    """The programme's quarters begin in July 2017: its years end in June."""
    people = pd.read_csv(
        ROOT / "data/raw/connecting_opportunities_example/management_information/participants.csv",
        parse_dates=["start_date"],
    ).drop_duplicates("person_id")
    by_hand = pd.crosstab(people["start_date"].dt.to_period("Y-JUN"), people[column])
    frame = programme.joined_by(example, column, YEARS).drop(columns="part")
    assert frame.to_numpy().tolist() == by_hand.to_numpy().tolist() and list(frame) == list(by_hand)
    assert list(frame.index)[:2] == ["July 2017 to June 2018", "July 2018 to June 2019"]
    assert list(frame.index)[-1] == "July 2022 to March 2023"


@pytest.mark.parametrize(("minimum", "rows"), [(4, 23), (5, 12), (7, 12), (8, 6), (15, 6), (16, 3), (31, 3), (32, 0)])
def test_the_length_of_periods_follows_from_what_every_reader_knows(example, minimum, rows):
    """1,875 people, 10 partners, 23 quarters, 12 halves, 6 years, 3 times two: 2 x 4 x 10 x 23 = 1,840; 2 x 7 x 10 x 12 = 1,680;
    2 x 15 x 10 x 6 = 1,800; 2 x 31 x 10 x 3 = 1,860."""
    records = replace(example, minimum_cell=minimum)
    frame = programme.joined_by(records, "partner", min(crossed.lengths(records), default=0))
    assert len(frame) == rows


def small_programme(example: Monitoring, seed: int) -> Monitoring:
    """Some hundreds of the people at three partners in three areas, some of no known area, most of a partner in one area."""
    draw = np.random.default_rng(seed)
    people = example.people.sample(int(draw.integers(250, 330)), random_state=seed).sort_index().reset_index(drop=True)
    place = draw.choice(3, len(people), p=draw.dirichlet([5, 3, 1]))
    away = np.where(draw.random(len(people)) < 0.2, draw.integers(0, 3, len(people)), place)
    areas = pd.Series(away).map({0: "North", 1: "South", 2: "West"}).mask(draw.random(len(people)) < seed % 3 * 0.03)
    people = people.assign(partner=[f"Partner {'ABC'[each]}" for each in place], area=areas)
    named = {name: getattr(example, name) for name in ("activities", "outcomes", "exits", "evidence")}
    own = {name: table[table["person_id"].isin(people["person_id"])] for name, table in named.items()}
    return replace(example, people=people, minimum_cell=5, memo={}, **own)


def narrowest_of_who_joined(records: Monitoring) -> tuple[int, float]:
    """How many small numbers of five tables are hidden, and how far apart the least and greatest value of one of them are at least.

    The unknowns are whole people by partner, area and quarter; known are everybody and each number that the tables show.
    """
    door = Door(Appendix("a_study", NOTEBOOK, ROOT), records, records.printed, records.minimum_cell)
    length = door.period_length
    shown = {column: door.allowed(programme.joined_by(records, column, length)) for column in ("partner", "area")}
    quarterly = door.allowed(programme.by_quarter(records, "participants"))["count"]
    names = {column: [name for name in shown[column] if name != "part"] for column in shown}
    types = pd.MultiIndex.from_product([names["partner"], names["area"], quarterly.index]).to_frame(index=False)
    types.columns = ["partner", "area", "quarter"]
    told: list[tuple[np.ndarray, object]] = [(np.ones(len(types)), len(records.people))]
    told += [(types["quarter"].eq(name).to_numpy(float), count) for name, count in quarterly.items()]
    for column, table in shown.items():
        counted = door.allowed(programme.measures_by(records, column, "count")).loc["Participants"]
        told += [(types[column].eq(name).to_numpy(float), counted[name]) for name in names[column]]
        for period in table.index:
            inside = types["quarter"].map(lambda quarter, period=period: inside_period(quarter, period))
            told += [((inside & types[column].eq(n)).to_numpy(float), table.loc[period, n]) for n in names[column]]
    true = counts_by_hand(records.people, types)
    assert true.sum() == len(records.people)
    known = [(row, count) for row, count in told if count != "hidden"]
    assert all(row @ true == count for row, count in known)
    fits = LinearConstraint(np.array([row for row, _ in known]), *[[count for _, count in known]] * 2)
    small = [row for row, count in told if count == "hidden" and row @ true < records.minimum_cell]
    ends = [
        [milp(sign * row, constraints=fits, integrality=np.ones(len(types))).fun for sign in (1, -1)] for row in small
    ]
    return len(small), min((-greatest - least for least, greatest in ends), default=np.inf)


@pytest.mark.parametrize("seed", [16, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 4, 13, 17))])
def test_no_hidden_number_of_who_joined_follows_from_people_of_each_partner_area_and_quarter(example, seed):
    hidden, width = narrowest_of_who_joined(small_programme(example, seed))
    assert hidden > 2 and width >= 4


def test_that_attack_finds_what_hiding_small_counts_alone_leaves_open(example, monkeypatch):
    monkeypatch.setattr("analysis.disclosure.sums._Reader.is_wide", lambda self, cell: True)
    assert narrowest_of_who_joined(small_programme(example, 16))[1] < 4


def counts_by_hand(people: pd.DataFrame, types: pd.DataFrame) -> np.ndarray:
    """How many people are of each partner, area and quarter, straight from their rows."""
    months = people["start_date"].dt.to_period("Q")
    quarters = [f"{each.start_time:%B %Y} to {each.end_time:%B %Y}" for each in months]
    found = pd.DataFrame(
        {"partner": people["partner"], "area": people["area"].fillna("not recorded"), "quarter": quarters}
    )
    counts = found.value_counts()
    return np.array([counts.get(tuple(each), 0) for each in types.itertuples(index=False)], dtype=float)
