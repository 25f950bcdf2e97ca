"""Criteria are answered from the data: change the data, and the answer changes."""

from pathlib import Path

import pytest
from value_maps import CPI, cost, entry, outcome, write_study

from analysis.errors import InputError
from analysis.sroi.crosswalk import crosswalk, read_criteria
from analysis.sroi.model import read_model
from analysis.study import load_study

ROOT = Path(__file__).resolve().parents[2]
CRITERIA = "sroi_criteria.csv"


@pytest.fixture(params=["coproduction", "connecting_opportunities"])
def table(request):
    study = load_study(request.param, ROOT)
    return crosswalk(read_model(study), study)


def test_all_criteria_of_the_three_frameworks_are_answered(table):
    assert set(table["status"]) <= {"met", "partly", "not met"}
    counts = table.groupby("framework", sort=False).size()
    assert counts["Principle of social value"] == 8 and counts["Krlev and others"] == 12
    assert not table["why"].str.contains("Nothing is stated").any()


def answer(tmp_path, framework_number, row=None, settings=None):
    entries = [
        entry("cost", 100, "GBP"),
        entry("worth", 50, "GBP"),
        entry("rate", 0.03, "ratio", 0, 0.05),
        entry("deadweight", 0.1, "ratio", 0, 0.2),
    ]
    study = write_study(tmp_path, entries, [cost(), outcome(**({"quantity": "worth"} | (row or {})))], settings)
    (tmp_path / "data" / "raw" / "reference" / CRITERIA).write_bytes((CPI / CRITERIA).read_bytes())
    return crosswalk(read_model(study), study).loc[framework_number, "status"]


@pytest.mark.parametrize(
    ("criterion", "row", "settings", "expected"),
    [
        ("Principle of social value 5", {}, {}, "not met"),
        ("Principle of social value 5", {"deadweight": "deadweight"}, {}, "met"),
        ("Principle of social value 3", {}, {}, "not met"),
        ("Principle of social value 3", {"proxy_source": "A survey"}, {}, "met"),
        ("CHEERS 2022 item 10", {}, {}, "partly"),
        ("CHEERS 2022 item 7", {"counterfactual": "None: before and after"}, {}, "not met"),
        ("CHEERS 2022 item 7", {"counterfactual": "A matched group"}, {}, "met"),
        ("Principle of social value 2", {"negative_sought": "None sought"}, {}, "not met"),
        ("Principle of social value 2", {"negative_sought": "Asked, none found"}, {}, "partly"),
        ("Krlev and others 4", {}, {}, "not met"),
        ("Krlev and others 4", {}, {"practice": {"control": {"status": "met", "why": "A trial."}}}, "met"),
    ],
)
def test_the_answer_follows_the_data(tmp_path, criterion, row, settings, expected):
    assert answer(tmp_path, criterion, row, settings) == expected


def test_a_criterion_with_an_unknown_check_is_refused(tmp_path):
    answer(tmp_path, "Krlev and others 4")
    path = tmp_path / "data" / "raw" / "reference" / CRITERIA
    path.write_text(path.read_text(encoding="utf-8").replace(",register,", ",registry,", 1), encoding="utf-8")
    with pytest.raises(InputError, match="'registry'"):
        read_criteria(load_study("toy", tmp_path))
