"""No hidden count of the programme page can be worked out from all its tables together, nor from what is stored of them."""

from dataclasses import replace

import pandas as pd
import pytest
from export_files import ROOT
from programme_attack import Attack, count_in, read_tables
from programme_page import run_page

from analysis.disclosure.sums import Sums
from analysis.programme.monitoring import Monitoring, open_monitoring
from analysis.reporting import Appendix
from analysis.study import load_study


@pytest.fixture(scope="module")
def example():
    return open_monitoring(load_study("connecting_opportunities_example", ROOT))


def planted(records: Monitoring) -> Monitoring:
    """The same export with few in what it shows: three people still on the programme, two without a destination, two of
    neither sex beside the one of unknown sex, and one referral without a decision."""
    exits, people, referrals = records.exits.iloc[3:].copy(), records.people.copy(), records.referrals.copy()
    exits.loc[exits.index[:2], "destination"] = None
    people.loc[people.index[[40, 41]], "sex"] = "other"
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
    assert {"time_to_outcome", "distance", "gains"} & {str(name[0]) for name in found} >= {"time_to_outcome"}


def test_the_attack_finds_what_one_subtraction_gives(example):
    """The same reader, on the numbers that the page gave before: men and women by themselves, and all who joined."""
    cells = {("records_outputs", name, "Counted"): text for name, text in (("Men", "697"), ("Women", "1,177"))}
    attack = Attack(cells, 1875, 2864)
    assert attack.narrowest([SEX], 10) == {SEX: (1, 1)}
