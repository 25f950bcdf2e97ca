"""A team's own full results: right by plain pandas and scipy, marked in every file, and where git does not look."""

import shutil
import subprocess
from pathlib import Path

import html5lib
import pandas as pd
import pytest
from before_after_run import guard_of
from made_up.messy_workbook import ASKED, write_messy
from scipy import stats

from analysis.errors import InputError
from analysis.questionnaire import change_by_item, means
from analysis.reporting.appendix import Appendix
from analysis.reporting.views.evidence import open_evidence
from analysis.study import load_study
from analysis.tools.own_records import start
from analysis.tools.private_results import MARK, write_private

ROOT = Path(__file__).resolve().parents[2]
ABOUT = """id: own
title: Own <b>records</b>
programme: A programme.
place: A place
period: {start: 2023, end: 2024}
source: {producer: the team, title: Own records, published: null, address: null, licence: none}
claim_prefix: OWN
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The messy workbook's results: root, truth, files."""
    root = tmp_path_factory.mktemp("private")
    truth = write_messy(root / "in")
    path = start(root, "own", root / "in")
    text = (
        path.read_text(encoding="utf-8")
        .replace('73: "totals"}', '73: "totals", 71: "twice"}')
        .replace('15: "?"', "15: same")
    )
    path.write_text(text, encoding="utf-8")
    (root / "data/raw/own/study.yaml").write_text(ABOUT, encoding="utf-8")
    return root, truth, write_private(root, "own")


def expected(change: pd.Series) -> dict[str, float]:
    """The statistics of a change by pandas and scipy."""
    low, high = stats.t.interval(0.95, len(change) - 1, change.mean(), stats.sem(change))
    up, down = (change > 0).sum(), (change < 0).sum()
    return {
        "n": len(change),
        "improved": up / len(change),
        "same": (change == 0).mean(),
        "worse": down / len(change),
        "mean": change.mean(),
        "mean_low": low,
        "mean_high": high,
        "d_z": change.mean() / change.std(),
        "p": stats.binomtest(int(up), int(up + down)).pvalue if up + down else 1.0,
    }


LABELS = {"friends": "Friends met regularly"}


@pytest.mark.parametrize(("file", "before"), [("items_pre.csv", "pre"), ("items_then.csv", "then")])
def test_every_number_is_what_pandas_and_scipy_give(written, file, before):
    root, truth, _ = written
    table = pd.read_csv(root / "private/own" / file).set_index("item")
    items = [item for item in ASKED if f"{item}_{before}" in truth]
    assert len(table) == len(items)
    for item in items:
        change = (truth[f"{item}_post"] - truth[f"{item}_{before}"]).dropna()
        row = table.loc[LABELS.get(item, item.capitalize())]
        for name, value in expected(change).items():
            assert row[name] == pytest.approx(value, rel=1e-5), (item, name)


def test_by_course_the_same_and_held_against_all_rows(written):
    root, truth, _ = written
    table = pd.read_csv(root / "private/own/items_pre_by_course.csv")
    part = truth[truth["course"] == "Work club"]
    row = table[(table["group"].str.casefold() == "work club") & (table["item"] == "Confidence")].iloc[0]
    change = (part["confidence_post"] - part["confidence_pre"]).dropna()
    assert (row["n"], row["mean"]) == (len(change), pytest.approx(change.mean(), rel=1e-5))
    smallest = table["p"].idxmin()
    assert table["p_holm"][smallest] == pytest.approx(min(1, table["p"].min() * len(table)), rel=1e-4)


def test_the_page_says_of_each_row_which_group_it_is_and_how_many_people(written):
    """The first rows of a table by group, as a reader sees them: counts from the truth, not from the files."""
    root, truth, _ = written
    page = (root / "private/own/results.html").read_text(encoding="utf-8")
    tables = [*html5lib.HTMLParser(namespaceHTMLElements=False).parse(page).iter("table")]
    names, *lines = [["".join(cell.itertext()) for cell in line] for line in tables[1].iter("tr")]
    by_course = pd.DataFrame(lines, columns=names)
    assert list(by_course)[:4] == ["Item", "Group", "People", "Improved"]
    part = truth[truth["course"] == "Work club"]
    change = (part["confidence_post"] - part["confidence_pre"]).dropna()
    row = by_course[(by_course["Group"].str.casefold() == "work club") & (by_course["Item"] == "Confidence")].iloc[0]
    up = int((change > 0).sum())
    assert (int(row["People"]), row["Improved"]) == (len(change), f"{up} ({100 * up / len(change):.0f}%)")
    low, high = stats.t.interval(0.95, len(change) - 1, change.mean(), stats.sem(change))
    assert row["Mean change (t)"] == f"{change.mean():.2f} ({low:.2f} to {high:.2f})"
    assert "width=device-width" in page and "overflow-x:auto" in page


def test_a_group_may_be_called_like_a_statistic(written, tmp_path):
    """A group `mean`: its name stands in the title, and the statistics of that name are what they are."""
    root, truth, _ = written
    shutil.copytree(root / "data", tmp_path / "data")
    path = tmp_path / "data/raw/own/records/records.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("sources:", "groups: {mean: {label: Mean, of: course}}\nsources:", 1), encoding="utf-8"
    )
    write_private(tmp_path, "own")
    table = pd.read_csv(tmp_path / "private/own/items_pre_by_mean.csv")
    part = truth[truth["course"] == "Work club"]
    change = (part["trust_post"] - part["trust_pre"]).dropna()
    row = table[(table["group"].str.casefold() == "work club") & (table["item"] == "Trust")].iloc[0]
    assert row["mean"] == pytest.approx(change.mean(), rel=1e-5)


def test_every_file_says_that_it_is_not_for_release_and_names_nobody(written):
    root, truth, files = written
    assert {path.relative_to(root).parts[0] for path in files} == {"private"}
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert MARK in text
        assert not [person for person in truth["person_id"] if person in text]
    assert "<b>records" not in (root / "private/own/results.html").read_text(encoding="utf-8")


def test_the_page_of_the_same_people_says_something_of_every_share_that_is_private(written):
    """Of 21 cells at ten people a cell 9 are the exact share, and no other is hidden: the true share lies within what is said."""
    root, truth, _ = written
    evidence = open_evidence(Appendix("own", "03_before_after", root), load_study("own", root), {}, rounds=True)
    guard = guard_of(evidence)
    table = evidence.allowed(change_by_item(guard.records, guard.items, 1, resamples=99))
    cells = table[["improved", "same", "worse"]].astype(object).stack()
    assert len(cells) == 21 and sum(isinstance(each, float) for each in cells) == 9
    assert not set(cells) & {"hidden", "withheld"}
    for item in ASKED:
        change = (truth[f"{item}_post"] - truth[f"{item}_pre"]).dropna()
        row = table.loc[LABELS.get(item, item.capitalize())]
        assert row["improved"] == pytest.approx(100 * (change > 0).mean())
        if str(row["worse"]).endswith("% or less"):
            assert 100 * (change < 0).mean() <= int(row["worse"].partition("%")[0])
    headline = evidence.allowed(means(guard.pairs(guard.headline)))
    assert headline[["low", "mean", "high"]].notna().all(axis=None)


def test_git_ignores_the_folder():
    done = subprocess.run(["git", "check-ignore", "private/own/results.html"], cwd=ROOT, capture_output=True)
    assert done.returncode == 0


def test_a_study_without_records_is_told(tmp_path):
    (tmp_path / "data/raw/own").mkdir(parents=True)
    (tmp_path / "data/raw/own/study.yaml").write_text(ABOUT, encoding="utf-8")
    with pytest.raises(InputError, match="no questionnaire"):
        write_private(tmp_path, "own")
