"""Performance and comparisons from published totals, against figures worked by hand."""

from pathlib import Path

import pytest

from analysis.programme import published as programme
from analysis.study import load_study

STUDY = load_study("connecting_opportunities", Path(__file__).resolve().parents[2])


@pytest.mark.parametrize(
    ("table", "label", "progress", "share"),
    [
        ("outputs", "Women", 1177 / 1158, 1177 / 1875),
        ("outputs", "Disabled", 163 / 411, 163 / 1875),
        ("results", "Into employment, on leaving", 501 / 494, 501 / 1875),
        ("other_results", "Migrant champions", 39 / 38, 39 / 1875),
    ],
)
def test_progress_and_share(table, label, progress, share):
    row = programme.performance(STUDY, table).loc[label]
    assert row["progress_recomputed"] == pytest.approx(100 * progress)
    assert row["share_recomputed"] == pytest.approx(100 * share)


def test_a_table_without_targets_shows_no_progress():
    assert not {"target", "progress_recomputed", "standing"} & set(programme.performance(STUDY, "target_groups"))


def test_employment_of_the_unemployed_on_the_matching_base():
    row = programme.comparisons(STUDY).loc["Unemployed into jobs"]
    assert row["matched"] == pytest.approx(100 * 305 / 910)
    assert row["difference"] == pytest.approx(100 * 305 / 910 - 24)
    assert row["like_for_like"] == "no"


def test_a_reading_that_needs_more_people_than_there_are_is_impossible():
    frame = programme.readings(STUDY).set_index("reading")
    assert frame.loc["education_of_women", "people"] == pytest.approx(0.71 * 1177)
    assert frame.loc["education_of_women", "possible"] == "impossible"
    assert frame.loc["education_of_results", "possible"] == "possible"


def test_implied_targets_print_the_printed_percentages():
    """Every whole number in the implied range, and none just outside it, gives the printed percentage."""
    frame = programme.implied_targets(STUDY)
    measures = {row["label"]: row for _, row in STUDY.table("measures.csv", tuple(programme.Measure.model_fields))}
    for label, row in frame.iterrows():
        people, printed = row["participants"].value, STUDY.claims[measures[label]["progress"]].number
        inside = [abs(100 * people / n - printed) <= 0.5 for n in range(row["target_low"], row["target_high"] + 1)]
        outside = [abs(100 * people / n - printed) <= 0.5 for n in (row["target_low"] - 1, row["target_high"] + 1)]
        assert all(inside)
        assert not any(outside)


def test_no_measure_is_left_without_a_table():
    tables = ("outputs", "results", "other_results", "target_groups", "outcomes")
    assert sum(len(programme.performance(STUDY, table)) for table in tables) == len(
        STUDY.table("measures.csv", tuple(programme.Measure.model_fields))
    )
