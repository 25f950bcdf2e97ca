"""The worked example meets every published figure, for any seed.

The figures are typed here again from the coproduction paper, and computed from the written files with the csv module,
not with the project's own functions.
"""

import csv
import hashlib
from collections import Counter
from datetime import date
from pathlib import Path
from statistics import mean

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from made_up import STUDY, make_example, write_example
from made_up.integers import (
    counts_for_share,
    group_sizes,
    match_r_squared,
    r_squared,
    splits_for_value,
    spread_to_total,
    total_for_mean,
)

from analysis.examples import FIGURES, figures_met
from analysis.participants import read_records, stages_reached
from analysis.participants.typed import STATUSES

ROOT = Path(__file__).resolve().parents[2]
SEEDS = st.integers(0, 2**32 - 1)


def load(folder, name):
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def numbers(rows, column):
    return [float(row[column]) for row in rows if row[column].replace(".", "").isdigit()]


def week(text):
    return (date.fromisoformat(text) - date(2012, 11, 5)).days // 7


def days_by_person(attendance):
    days = {}
    for row in attendance:
        days.setdefault(row["person_id"], []).append(row["session_date"])
    return days


def check_people(people):
    asked = [row for row in people if row["english_at_joining"] != "not_asked"]
    assert (len(people), len(asked)) == (102, 93)
    recent = sum(float(row["months_in_area"]) <= 36 for row in asked)
    assert round(100 * recent / 93) == 42
    assert max(numbers(asked, "months_in_uk")) <= 120
    assert all(float(row["months_in_area"]) <= float(row["months_in_uk"]) for row in asked)
    fit = np.corrcoef(numbers(asked, "months_in_uk"), numbers(asked, "english_at_joining"))[0, 1] ** 2
    assert f"{fit:.4f}" == "0.0439"
    first_year = sum(row["joined_on"] < "2013-09-02" for row in people)
    assert 0.45 <= first_year / 102 <= 0.55


def check_answers(people):
    respondents = [row for row in people if row["confidence_post"] != "not_asked"]
    assert len(respondents) == 57
    for before in ("confidence_pre", "confidence_then"):
        assert len(numbers(respondents, before)) == 57
        assert round(mean(numbers(respondents, before))) == 5
    after = mean(numbers(respondents, "confidence_post"))
    assert after < 8
    assert f"{after:.1f}" == "7.9"
    for before in ("friends_pre", "friends_then"):
        assert round(mean(numbers(respondents, before))) == 4
    assert mean(numbers(respondents, "friends_post")) > 8
    assert round(mean(numbers(respondents, "friends_post"))) == 8
    in_words = [row for row in respondents if not row["friends_then"].isdigit()]
    assert 0 < len(in_words) < 15
    assert Counter(row["friends_then"] for row in in_words)["few"] > len(in_words) / 2
    assert Counter(row["friends_post"] for row in in_words)["a lot"] > len(in_words) / 2
    assert sum(numbers(respondents, "weeks_volunteering")) == 625
    for before in ("english_pre", "english_then"):
        for esol, share in ((True, 77), (False, 31)):
            group = [row for row in respondents if (row["course"] == "esol") == esol]
            assert round(100 * mean(int(row["english_post"]) > int(row[before]) for row in group)) == share


def check_attendance(people, attendance):
    days = days_by_person(attendance)
    assert len(attendance) == 2450
    assert len({tuple(row.items()) for row in attendance}) == 2450
    assert len(days) == 102
    sessions = {person: len(dates) for person, dates in days.items()}
    assert sum(n > 10 for n in sessions.values()) == 71
    assert sum(n >= 20 for n in sessions.values()) == 42
    assert sum(len({week(day) for day in dates}) > 10 for dates in days.values()) == 71
    engaged = {person: week(max(dates)) - week(min(dates)) for person, dates in days.items()}
    assert 273 * sum(engaged.values()) == 888_888
    assert all(engaged[person] == 0 for person, n in sessions.items() if n == 1)
    assert min(row["session_date"] for row in attendance) >= "2012-11-01"
    assert max(row["session_date"] for row in attendance) <= "2014-04-30"
    first_year = [row["person_id"] for row in people if row["joined_on"] < "2013-09-02"]
    assert mean(max(days[person]) >= "2013-09-02" for person in first_year) > 0.5
    assert all(row["joined_on"] == min(days[row["person_id"]]) for row in people)


def check_contacts(contacts, attendance):
    days = days_by_person(attendance)
    assert len({row["contact_id"] for row in contacts}) == 628
    assert len({row["person_id"] for row in contacts}) == 25
    assert sum({"help": 40, "assistance": 30, "signpost": 20}[row["type"]] for row in contacts) == 17_540
    assert all(min(days[row["person_id"]]) <= row["contact_date"] <= max(days[row["person_id"]]) for row in contacts)


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_every_published_figure_is_met_for_any_seed(tmp_path_factory, seed):
    folder = tmp_path_factory.mktemp("example")
    write_example(folder, seed)
    people, attendance, contacts = (load(folder, name) for name in ("questionnaire", "attendance", "advice_contacts"))
    check_people(people)
    check_answers(people)
    check_attendance(people, attendance)
    check_contacts(contacts, attendance)


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_any_example_passes_the_readers_and_the_table_of_figures(tmp_path_factory, seed):
    folder = tmp_path_factory.mktemp("example")
    write_example(folder, seed)
    records = read_records(folder, STUDY)
    table = figures_met(*(read.values for read in records))
    assert table["met"].all(), table[~table["met"]]
    assert list(table.index) == list(FIGURES)
    reached = stages_reached(records.questionnaire)[["joined", "initial", "experience"]].sum()
    assert reached.to_list() == [102, 93, 57]


def test_missing_refused_and_not_asked_all_occur(tmp_path):
    write_example(tmp_path)
    given = read_records(tmp_path, STUDY).questionnaire.status
    assert set(given.astype(str).to_numpy().ravel()) == set(STATUSES)


def test_the_table_of_figures_notices_what_is_not_met(tmp_path):
    write_example(tmp_path)
    questionnaire, attendance, contacts = (table.values for table in read_records(tmp_path, STUDY))
    changed = questionnaire.assign(confidence_post=questionnaire["confidence_post"] - 0.2)
    table = figures_met(changed, attendance.iloc[1:], contacts)
    assert not table.loc[["confidence_after", "attendances"], "met"].any()
    assert table.loc["advice_value", "met"]


def test_the_committed_records_are_those_of_the_committed_seed(tmp_path):
    for path in write_example(tmp_path):
        assert path.read_bytes() == (ROOT / "data" / "raw" / STUDY / "records" / path.name).read_bytes(), path.name


def test_same_seed_same_bytes(tmp_path):
    digests = []
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        paths = write_example(tmp_path / name, seed)
        digests.append([hashlib.sha256(path.read_bytes()).hexdigest() for path in paths])
    assert digests[0] == digests[1]
    assert digests[0][:3] != digests[2][:3]


def test_the_files_say_what_they_are(tmp_path):
    write_example(tmp_path)
    assert "Synthetic records" in (tmp_path / "records.yaml").read_text(encoding="utf-8")
    assert {row["study"] for row in load(tmp_path, "attendance")} == {"coproduction_example"}


def test_cells_are_numbers_dates_and_a_few_known_words():
    """No free text: every text of the example comes from a short list."""
    table = make_example(1)["questionnaire"]
    texts = {str(cell) for column in table for cell in table[column] if not str(cell).replace("-", "").isdigit()}
    known = {"", "not_asked", "refused", STUDY, "esol", "advice", "education", "health", "employability"}
    assert {text for text in texts - known if not text.startswith("EX-")} <= {
        "few",
        "a few",
        "not many",
        "a lot",
        "many",
        "lots",
    }


# The arithmetic of whole numbers


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20), st.floats(-50, 50)), min_size=1, max_size=30), st.data()
)
def test_spread_meets_the_total_within_the_bounds(bounds, data):
    low, high = np.array([min(a, b) for a, b, _ in bounds]), np.array([max(a, b) for a, b, _ in bounds])
    total = data.draw(st.integers(int(low.sum()), int(high.sum())))
    values = spread_to_total(np.array([start for *_, start in bounds]), low, high, total, np.random.default_rng(0))
    assert values.sum() == total
    assert ((low <= values) & (values <= high)).all()


def test_a_total_out_of_reach_is_refused():
    with pytest.raises(ValueError, match="outside the bounds 0 to 4"):
        spread_to_total(np.array([1, 1]), 0, 2, 5, np.random.default_rng(0))


def test_totals_lie_strictly_inside():
    totals = {total_for_mean(0.2, 0.6, 5, np.random.default_rng(seed)) for seed in range(30)}
    assert totals == {2}  # 1/5 and 3/5 are the ends


def test_group_sizes_by_trial():
    """77 % and 31 % of two groups of 57 people: every pair of counts tried with Python's own rounding."""
    found = [
        (n, k, 57 - n, m)
        for n in range(1, 57)
        for k in range(n + 1)
        if f"{100 * k / n:.0f}" == "77"
        for m in range(58 - n)
        if f"{100 * m / (57 - n):.0f}" == "31"
    ]
    assert group_sizes((77, 31), 57, 1) == found
    assert (31, 24, 26, 8) in found


def test_counts_for_a_share():
    assert counts_for_share(42, 93) == [39]
    assert counts_for_share(50, 1) == []


def test_splits_by_trial():
    found = [[a, b, 12 - a - b] for a in range(13) for b in range(13 - a) if 40 * a + 30 * b + 20 * (12 - a - b) == 330]
    assert splits_for_value(12, 330, (40, 30, 20)).tolist() == found


def test_the_paper_leaves_250_splits():
    """2a + b = 498 with a + b + c = 628: a from 0 to 249."""
    splits = splits_for_value(628, 17_540, (40, 30, 20))
    assert len(splits) == 250
    assert (splits.sum(axis=1) == 628).all()
    assert (splits @ [40, 30, 20] == 17_540).all()


@given(SEEDS, st.floats(0.01, 0.3))
@settings(max_examples=25, deadline=None)
def test_r_squared_is_met_and_bands_keep_their_numbers(seed, target):
    rng = np.random.default_rng(seed)
    x, y = rng.integers(1, 121, 93), rng.integers(1, 6, 93)
    matched = match_r_squared(x, y, (1, 37, 121), target, 2e-5)
    assert r_squared(matched, y) == pytest.approx(target, abs=2e-5)
    assert ((matched <= 36).sum(), matched.min() >= 1, matched.max() <= 120) == ((x <= 36).sum(), True, True)
