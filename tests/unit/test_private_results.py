"""A team's own full results: right by plain pandas and scipy, marked in every file, and where git does not look."""

import math
import shutil
import subprocess
from pathlib import Path

import html5lib
import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from before_after_run import guard_of
from made_up.messy_workbook import ASKED, write_messy
from scipy import stats
from scipy.optimize import brentq
from statsmodels.stats.multitest import multipletests

from analysis.english.models import gains_by_form
from analysis.english.sample import english_sample
from analysis.errors import InputError
from analysis.questionnaire import change_by_item, means
from analysis.questionnaire.answers import questions
from analysis.questionnaire.weighting import weighted_change
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


def tango(up: int, down: int, n: int) -> tuple[float, float]:
    """Where the score test of a paired difference of shares does not refuse (T. Tango 1998), its nuisance found by maximum likelihood."""

    def score(difference: float) -> float:
        def slope(worse: float) -> float:
            return up / (worse + difference) + down / worse - 2 * (n - up - down) / (1 - 2 * worse - difference)

        ends = max(0.0, -difference) + 1e-12, (1 - difference) / 2 - 1e-12
        worse = brentq(slope, *ends, xtol=1e-15)
        return (up - down - n * difference) / math.sqrt(n * (2 * worse + difference * (1 - difference)))

    z, middle = stats.norm.ppf(0.975), (up - down) / n
    return brentq(lambda d: score(d) - z, -0.9999, middle), brentq(lambda d: score(d) + z, middle, 0.9999)


def expected(before: pd.Series, after: pd.Series) -> dict[str, float]:
    """The statistics of a change by pandas, scipy and a root-finder."""
    change = after - before
    n, up, down = len(change), int((change > 0).sum()), int((change < 0).sum())
    found = {"n": n, "improved": up / n, "same": (change == 0).mean(), "worse": down / n, "net": (up - down) / n}
    found |= {"before": before.mean(), "after": after.mean(), "mean": change.mean()}
    found |= {"d_z": change.mean() / change.std(), "d_av": change.mean() / ((before.std() + after.std()) / 2)}
    found |= dict(zip(["mean_low", "mean_high"], stats.ttest_1samp(change, 0).confidence_interval(), strict=True))
    found["p"] = stats.binomtest(up, up + down).pvalue
    if up and down and up + down < n:
        found |= dict(zip(["net_low", "net_high"], tango(up, down, n), strict=True))
    moved = change[change != 0]
    ranks = stats.rankdata(moved.abs())
    found["rank_biserial"] = (ranks * np.sign(moved)).sum() / ranks.sum()
    for rule, name in (("wilcox", "dropped"), ("pratt", "pratt")):
        found[f"p_wilcoxon_{name}"] = stats.wilcoxon(change, zero_method=rule, correction=False, method="approx").pvalue
    return found


LABELS = {"friends": "Friends met regularly"}
BOOTSTRAPPED = ("d_z", "d_av", "rank_biserial")  # whose intervals depend on what is drawn


@pytest.mark.parametrize(("before", "numbers"), [("pre", 550), ("then", 140)])
def test_every_number_is_what_pandas_scipy_and_statsmodels_give(written, before, numbers):
    """For everybody, by course and between courses, but for intervals by resampling, which surround their values."""
    root, truth, _ = written
    folder, compared = root / "private/own", 0
    courses = {"esol": "English class"} | {name: name for name in truth["course"].unique()}
    labels = {LABELS.get(item, item.capitalize()): item for item in ASKED if f"{item}_{before}" in truth}
    tables = [
        pd.read_csv(folder / f"{name}.csv")
        for name in (f"items_{before}", f"items_{before}_by_course", f"differences_{before}")
    ]
    assert [len(each) for each in tables] == [len(labels), 3 * len(labels), 2 * len(labels)]
    for table in tables:
        assert table["p_holm"].to_numpy() == pytest.approx(multipletests(table["p"], method="holm")[1], rel=1e-4)
        for _, row in table.iterrows():
            item, of = labels[row["item"]], row.get("value", row.get("group"))
            pairs = (
                truth[[f"{item}_{before}", f"{item}_post", "course"]]
                .dropna()
                .set_axis(["before", "after", "course"], axis=1)
            )
            part = pairs if of is None else pairs[pairs["course"] == courses[of]]
            if "reference" in row:
                other = pairs[pairs["course"] == courses[row["reference"]]]
                test = stats.ttest_ind(
                    part["after"] - part["before"], other["after"] - other["before"], equal_var=False
                )
                low, high = test.confidence_interval()
                changes = [(each["after"] - each["before"]).mean() for each in (part, other)]
                wanted = {
                    "n": len(part),
                    "n_reference": len(other),
                    "difference": changes[0] - changes[1],
                    "low": low,
                    "high": high,
                    "p": test.pvalue,
                }
            else:
                wanted = expected(part["before"], part["after"])
                outside = [
                    name for name in BOOTSTRAPPED if row[f"{name}_low"] > row[name] or row[f"{name}_high"] < row[name]
                ]
                assert not outside
            for name, value in wanted.items():
                assert row[name] == pytest.approx(value, rel=1e-5, abs=1e-9), (dict(row), name)
            compared += len(wanted) + 1
    assert compared >= numbers


def test_weighted_changes_and_the_yearly_gain_of_english_are_those_of_statsmodels(written):
    """Of every item, from the truth: a logit of who answered on the answer before and the year of birth, as many columns as a fifth of
    those who did not has room for; weights cut at their quantile 0.95; and the lines of 04 by least squares over formulas."""
    root, truth, _ = written
    study = load_study("own", root)
    records = open_evidence(Appendix("own", "03_before_after", root), study, {}, rounds=True).records
    people, compared, items = records.questionnaire.values, 0, {each.name: each for each in questions()}
    for item in ASKED:
        asked = truth.dropna(subset=f"{item}_pre").assign(
            before=lambda d, i=item: d[f"{i}_pre"], there=lambda d, i=item: d[f"{i}_post"].notna().astype(float)
        )
        assert 10 <= (asked["there"] == 0).sum() < 15
        likely = smf.logit("there ~ before + birth_year", asked).fit(disp=0).predict(asked)
        both = asked[asked["there"] == 1]
        weights = 1 / likely[both.index]
        weights = weights.clip(upper=weights.quantile(0.95))
        change = both[f"{item}_post"] - both["before"]
        found = weighted_change(people, items[item]).loc["weighted"]
        fit = smf.wls("change ~ 1", both.assign(change=change), weights=weights).fit(cov_type="HC0")
        improved = smf.wls("up ~ 1", both.assign(up=100.0 * (change > 0)), weights=weights).fit().params.iloc[0]
        wanted = [len(both), len(asked), fit.params.iloc[0], *fit.conf_int().iloc[0], improved]
        assert found[["n", "asked", "change", "low", "high", "improved"]].tolist() == pytest.approx(wanted, rel=1e-5)
        compared += len(wanted)
    sample = english_sample(people, outcome="english_pre")
    gains = gains_by_form(sample, start=12.0)
    known = truth.dropna(subset=["english_pre", "months_in_uk"])
    for form, term, further in (("linear", "months_in_uk", 12.0), ("log", "np.log(months_in_uk + 1)", np.log(25 / 13))):
        line = smf.ols(f"english_pre ~ {term}", known).fit()
        influence = line.get_influence()
        h = influence.hat_matrix_diag
        x = line.model.exog @ np.asarray(line.normalized_cov_params)
        errors = x.T * (line.resid.to_numpy() ** 2 / (1 - h) ** np.minimum(4, h / h.mean()))
        half = further * np.sqrt((errors @ x)[1, 1]) * stats.t.ppf(0.975, line.df_resid)
        middle = further * line.params.iloc[1]
        row = gains.loc[form, ["n", "gain", "low", "high", "sd"]].astype(float).tolist()
        wanted = [len(known), middle, middle - half, middle + half, middle / known["english_pre"].std()]
        assert row == pytest.approx(wanted, rel=1e-6)
        compared += len(wanted)
    assert compared == 52


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
