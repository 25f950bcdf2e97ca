"""A team's own questions, scores, groups and a third wave: read right, asked about where something lacks, and in its own results."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from before_after_run import guard_of
from made_up.own_items import RECORDS, write_own
from scipy import stats
from statsmodels.stats.multitest import multipletests

from analysis import questionnaire
from analysis.errors import InputError
from analysis.participants import read_records
from analysis.participants.draft import draft
from analysis.participants.own_items import Own
from analysis.participants.scales import scales
from analysis.participants.schema import Moment
from analysis.questionnaire.answers import items_answered, paired_answers
from analysis.questionnaire.groups import comparisons, group_of, levels_of
from analysis.reporting import Appendix
from analysis.reporting.views import before_after as view
from analysis.reporting.views.compared import told_of_rows
from analysis.reporting.views.evidence import open_evidence
from analysis.study import load_study
from analysis.tools.own_records import looks
from analysis.tools.private_results import write_private

ROOT = Path(__file__).resolve().parents[2]
ABOUT = """id: own
title: Own records
programme: A programme.
place: A place
period: {start: 2024, end: 2024}
source: {producer: the team, title: Own records, published: null, address: null, licence: none}
claim_prefix: OWN
"""


def put(root: Path) -> pd.DataFrame:
    """A project of nothing but the scales and the made-up team; returns what is true of it."""
    scales = root / "data/raw/reference/scales.yaml"
    scales.parent.mkdir(parents=True)
    scales.write_text((ROOT / "data/raw/reference/scales.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    truth = write_own(root / "data/raw/own/records")
    (root / "data/raw/own/study.yaml").write_text(ABOUT, encoding="utf-8")
    return truth


@pytest.fixture(scope="module")
def team(tmp_path_factory):
    """The project's folder, and what is true."""
    root = tmp_path_factory.mktemp("own")
    return root, put(root)


@pytest.fixture(scope="module")
def results(team):
    """The same, with the team's own results written."""
    write_private(team[0], "own")
    return team


@pytest.fixture
def edited(team, tmp_path):
    """What needs a look after changes to records.yaml, or the error of records.yaml itself."""
    put(tmp_path)

    def look(old: str, new: str) -> list:
        assert old in RECORDS
        (tmp_path / "data/raw/own/records/records.yaml").write_text(RECORDS.replace(old, new), encoding="utf-8")
        return looks(tmp_path, "own")

    return look


def test_answers_scores_and_groups_of_every_wave_are_read_as_given(team):
    root, truth = team
    found = read_records(root / "data/raw/own/records", "own", root).questionnaire.values
    for name in ("wellbeing_pre", "wellbeing_post", "wellbeing_six", "hope_pre", "hope_post", "hope_six"):
        assert np.array_equal(found[name], truth[name].astype(float), equal_nan=True), name
    for wave in ("pre", "post"):  # the sum of three answers, none where one is missing
        assert np.array_equal(found[f"lonely_{wave}"], truth[f"lonely_{wave}"], equal_nan=True)
    assert np.isnan(found["lonely_pre"][3]) and found["lonely_six"].isna().all()
    assert found["centre"].tolist() == truth["centre"].tolist()


def test_less_is_better_where_the_published_scale_says_so(team):
    root, truth = team
    records = read_records(root / "data/raw/own/records", "own", root)
    items = {item.name: item for item in items_answered(records.questionnaire.values, records.own.asked)}
    assert list(items) == ["wellbeing", "lonely", "hope"]
    pairs = paired_answers(records.questionnaire.values, items["lonely"])
    assert pairs["change"].tolist() == (truth["lonely_pre"] - truth["lonely_post"]).dropna().tolist()
    assert (items["lonely"].low, items["lonely"].high, items["wellbeing"].high, items["hope"].low) == (3, 9, 70, 0)


def test_a_score_without_one_of_its_answers_is_told_and_nothing_else_is_asked(team):
    found = [look for look in looks(team[0], "own") if "groups" not in look.what]  # these are told of every team
    assert [(look.stops, look.rows) for look in found] == [(False, (5,))]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (", lonely 3: lonely.3, hope: hope}}\n- {file: team.xlsx, sheet: end", ", lonely 3: leave out, hope: hope}}\n- {file: team.xlsx, sheet: end", "2 of the 3 questions of lonely; the score needs lonely.3"),
        ("where: centre", "where: leave out", "no column that is read holds it"),
        ("where: centre", "where: center", "'center', which is no column of questionnaire"),
        ("scale: [0, 10]", "scale: [0, 9]", "a whole number from 0 to 9"),
    ],
)  # fmt: skip
def test_what_lacks_is_asked(edited, old, new, said):
    assert any(look.stops and said in str(look) for look in edited(old, new))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("scale: ucla3", "scale: ucla", "one of wemwbs"),
        ("scale: [0, 10], better: higher", "scale: [0, 10]", "better: higher"),
        ("scale: ucla3", "scale: ucla3, better: higher", "as it was published"),
        ("  hope: {label", "  confidence: {label", "a name that no column of the data dictionary has"),
        ("  hope: {label", "  hope_six: {label", "without a moment at its end"),
        ("wave: six", "wave: seven", "seven is none"),
        ("of: age, bands: [30, 45]", "of: age", "`bands`, rising"),
        ("of: age, bands", "of: ages, bands", "`bands`, rising"),
        ("later: {six:", "later: {then:", "other names than then"),
    ],
)
def test_a_declaration_that_cannot_be_is_refused(edited, old, new, said):
    with pytest.raises(InputError, match=r"records\.yaml") as error:
        edited(old, new)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("name", "low", "high", "better", "questions"),
    [  # as the authors print them
        ("wemwbs", 14, 70, "higher", 14), ("swemwbs", 7, 35, "higher", 7), ("ons4", 0, 10, "higher", 1), ("ons4_anxiety", 0, 10, "lower", 1),
        ("ucla3", 3, 9, "lower", 3), ("gad7", 0, 21, "lower", 7), ("phq9", 0, 27, "lower", 9),
    ],
)  # fmt: skip
def test_published_scales_are_scored_as_published(name, low, high, better, questions):
    scale = scales(ROOT)[name]
    assert (scale.low, scale.high, scale.better, scale.questions) == (low, high, better, questions)
    assert [end * questions for end in scale.answers] == [low, high]


def test_the_draft_names_the_columns_that_could_be_items_and_the_waves(team, tmp_path):
    book = team[0] / "data/raw/own/records/team.xlsx"
    (tmp_path / "team.xlsx").write_bytes(book.read_bytes())
    text = draft(tmp_path)
    assert '"WEMWBS", "lonely 1", "lonely 2", "lonely 3", "hope"' in text
    waves = [(source["sheet"], source.get("wave")) for source in yaml.safe_load(text)["sources"]]
    assert waves[:2] == [("start", "pre"), ("end", "post")]


def test_own_items_are_in_the_team_s_own_results(results):
    root, truth = results
    table = pd.read_csv(root / "private/own/items_pre.csv").set_index("item")
    assert list(table.index) == ["Wellbeing", "Loneliness", "Hope"]
    for label, sign, item in (("Wellbeing", 1, "wellbeing"), ("Loneliness", -1, "lonely"), ("Hope", 1, "hope")):
        change = sign * (truth[f"{item}_post"] - truth[f"{item}_pre"]).dropna()
        assert table.loc[label, ["n", "mean", "d_z"]].tolist() == pytest.approx(
            [len(change), change.mean(), change.mean() / change.std()], rel=1e-5
        )
        assert table.loc[label, "improved"] == pytest.approx((change > 0).mean(), rel=1e-5)


def test_bands_of_age_and_the_group_that_others_are_compared_with(team):
    root, truth = team
    records = read_records(root / "data/raw/own/records", "own", root)
    group = records.own.groups["age_band"]
    found = group_of(records.questionnaire.values, "age_band", group)
    age = 2024 - truth["birth_year"]
    expected = np.select([age < 30, age < 45], ["under 30", "30 to under 45"], "45 or more")
    assert found.tolist() == expected.tolist()
    assert levels_of(found, group)[0] == pd.Series(expected).value_counts().idxmax()
    centre = records.own.groups["centre"]
    assert levels_of(group_of(records.questionnaire.values, "centre", centre), centre) == ["Harbour", "Mill Lane"]


def test_differences_between_groups_are_those_of_welch(results):
    root, truth = results
    table = pd.read_csv(root / "private/own/differences_pre.csv")
    change = (truth["lonely_pre"] - truth["lonely_post"]).dropna()
    parts = [change[truth["centre"][change.index] == name] for name in ("Mill Lane", "Harbour")]
    test = stats.ttest_ind(*parts, equal_var=False)
    row = table[(table["item"] == "Loneliness") & (table["group"] == "Centre")].iloc[0]
    ends = test.confidence_interval(0.95)
    assert [row["difference"], row["low"], row["high"], row["p"]] == pytest.approx(
        [parts[0].mean() - parts[1].mean(), ends.low, ends.high, test.pvalue], rel=1e-4
    )
    assert table["p_holm"].tolist() == pytest.approx(multipletests(table["p"], method="holm")[1].tolist(), rel=1e-4)


def test_every_group_and_every_later_wave_is_in_the_team_s_own_results(results):
    root, truth = results
    table = pd.read_csv(root / "private/own/items_pre_by_centre.csv").set_index(["group", "item"])
    for centre, part in truth.groupby("centre"):
        change = (part["wellbeing_post"] - part["wellbeing_pre"]).dropna()
        row = table.loc[(centre, "Wellbeing")]
        assert row[["n", "mean", "same"]].tolist() == pytest.approx(
            [len(change), change.mean(), (change == 0).mean()], rel=1e-5
        )
    later = pd.read_csv(root / "private/own/items_pre_to_six.csv").set_index("item")
    both = truth[["hope_pre", "hope_six"]].dropna()
    assert list(later.index) == ["Wellbeing", "Hope"]
    assert later.loc["Hope", ["before", "after"]].tolist() == pytest.approx(both.mean().tolist(), rel=1e-5)


def test_comparisons_are_those_declared_else_the_first_with_each_later_one(edited):
    later = {name: Moment(name, "", name) for name in ("six", "year")}
    assert comparisons(Own(later=later)) == [("pre", "six"), ("pre", "year")]
    assert comparisons(Own(later=later, comparisons=(("pre", "post"), ("six", "year")))) == [("six", "year")]
    with pytest.raises(InputError, match="the earlier first"):
        edited("later:", "comparisons: [[six, pre]]\nlater:")


SMALL = RECORDS.replace("  wellbeing: {label: Wellbeing, scale: wemwbs}\n", "").replace(
    "WEMWBS: wellbeing", "WEMWBS: leave out"
)


def test_groups_and_waves_come_onto_the_page_through_its_proof(tmp_path):
    """What is shown is what pandas gives; counts that the proof hides are words; the page closes, which proves all together."""
    truth = put(tmp_path)
    (tmp_path / "data/raw/own/records/records.yaml").write_text(SMALL, encoding="utf-8")
    study = load_study("own", tmp_path)
    page = Appendix("own", "03_before_after", tmp_path, study.info.example)
    evidence = open_evidence(page, study, {"minimum_cell": 10}, rounds=True)
    guard = guard_of(evidence, item="hope")
    means = evidence.allowed(questionnaire.means_by_item(guard.records, guard.items, "pairs", level=0.95))
    for label, sign, item in (("Loneliness", -1, "lonely"), ("Hope", 1, "hope")):
        pairs = truth[[f"{item}_pre", f"{item}_post"]].dropna().to_numpy(dtype=float)
        change = sign * (pairs[:, 1] - pairs[:, 0])
        assert means.loc[label, ["n", "before", "after", "change"]].tolist() == pytest.approx(
            [len(pairs), *pairs.mean(axis=0), change.mean()]
        )
        ends = stats.ttest_1samp(change, 0).confidence_interval(0.95)
        assert means.loc[label, ["change_low", "change_high"]].tolist() == pytest.approx([ends.low, ends.high])
    waves, groups = view.by_wave(guard), view.by_group(guard)
    both = truth[["hope_pre", "hope_six"]].dropna()
    row = waves.loc["Hope, before and six months later"]
    assert row["n"] == len(both) and row["mean"] == pytest.approx((both["hope_six"] - both["hope_pre"]).mean())
    assert {"hidden"} <= set(waves[["improved", "same", "worse"]].to_numpy().flat)
    for centre, part in truth.groupby("centre"):
        change = (part["hope_post"] - part["hope_pre"]).dropna()
        row = groups.loc[f"Hope, Centre: {centre}"]
        assert row["n"] == len(change) and row["mean"] in ("withheld", pytest.approx(change.mean()))
        small = min((change > 0).sum(), (change <= 0).sum()) < 10
        assert row["improved"] == ("hidden" if small else row["improved"])
    assert "hidden" in set(groups["improved"])
    evidence.close()


@pytest.mark.parametrize(
    ("p_values", "words"),
    [
        ([0.2, "hidden", 0.4], "{=2} comparisons stand here"),
        ([0.2, ""], "{=1} comparison stands here"),
        (["hidden", ""], "No comparison can be shown here"),
    ],
)
def test_the_warning_about_many_comparisons_counts_those_that_stand_there(p_values, words):
    told = told_of_rows(pd.DataFrame({"p": p_values}), 10)
    assert told.startswith(words)
    assert ("In {=1} of" in told and "a minimum of {=5}" in told) == ("hidden" in p_values)
