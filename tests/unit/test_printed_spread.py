"""Means with n and standard deviations as printed: what they allow, by hand, and against every set of small answers."""

from itertools import combinations_with_replacement, product

import numpy as np
import pandas as pd
import pytest
import yaml

from analysis.errors import InputError
from analysis.quantities import Interval
from analysis.questionnaire import published, published_frames as frames
from analysis.questionnaire.spread import Moments, answers_that_fit, most_sd, paired_t, standardised
from analysis.reporting.views.before_after_published import told_of_sizes
from analysis.study import load_study
from analysis.study.claims import COLUMNS

EXACT = 1e-9


def moments(answers: np.ndarray) -> Moments:
    mean, sd = float(answers.mean()), float(answers.std(ddof=1))
    return Moments(Interval(mean, mean), Interval(sd, sd))


def test_no_answers_leave_the_ranges():
    """Three people, answers 0 to 3, every pair of answer sets: t by scipy, sd by numpy."""
    from scipy.stats import ttest_rel

    for before in product(range(4), repeat=3):
        for after in product(range(4), repeat=3):
            one, two = np.array(before, float), np.array(after, float)
            if len(set(before)) == 1 or len(set(after)) == 1 or (two - one).std(ddof=1) < EXACT:
                continue
            found = paired_t(moments(one), moments(two), 3)
            t = abs(float(ttest_rel(two, one).statistic))
            assert found.low - EXACT <= t <= found.high + 1e-6
            assert one.std(ddof=1) <= most_sd(Interval(one.mean(), one.mean()), 3, 0, 3) + EXACT
            d = (two.mean() - one.mean()) / ((one.std(ddof=1) + two.std(ddof=1)) / 2)
            assert standardised(moments(one), moments(two)).low == pytest.approx(d)


def study(root, n, before, after, /, **item):
    """A study with one item: people, two means as printed."""
    raw = root / "data" / "raw" / "s"
    raw.mkdir(parents=True)
    (root / "params.yaml").write_text("{}\n", encoding="utf-8")
    about = {"id": "s", "title": "S", "claim_prefix": "SS", "source": {"producer": "a", "title": "b"}}
    (raw / "study.yaml").write_text(yaml.safe_dump(about), encoding="utf-8")
    figures = {
        "n": n,
        "before": before,
        "after": after,
        "sd_before": item.pop("sds", ("1.0", "1.0"))[0],
        "sd_after": "1.0",
    }
    rows = [
        {
            "claim_id": f"SS-{place:03}", "line": place, "section": "R", "quantity": name, "statement": "a figure", "printed": text,
            "value": text, "unit": "people" if name == "n" else "points", "base": "", "kind": "count" if name == "n" else "mean",
            "formula": "", "note": "",
        }
        for place, (name, text) in enumerate(figures.items(), 1)
    ]  # fmt: skip
    pd.DataFrame(rows)[list(COLUMNS)].to_csv(raw / "claims.csv", index=False)
    entry = {
        "id": "mood",
        "label": "Mood",
        "before": "SS-002",
        "after": "SS-003",
        "sd_before": "SS-004",
        "sd_after": "SS-005",
    }
    content = {"respondents": "SS-001", "items": [entry | item]}
    (raw / "before_after.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    opened = load_study("s", root)
    return published.Printed(opened, published.read_figures(opened))


def test_ranges_that_leave_printed_deviations_out_say_so(tmp_path):
    """A note where deviations are printed, and none where they are not."""
    item = study(tmp_path, "2", "1.5", "4.5", scale=[1, 5], sds=("0.7",)).figures.items[0]
    printed = study(tmp_path / "other", "2", "1.5", "4.5", scale=[1, 5])
    bare = item.model_copy(update={"sd_before": None, "sd_after": None})
    assert "could narrow them" in told_of_sizes(item, printed)
    assert "could narrow them" not in told_of_sizes(bare, printed)


def test_an_impossible_mean_is_a_finding(tmp_path):
    """Of 7 whole answers no mean prints as 3.21: 22 / 7 is 3.14, 23 / 7 is 3.29."""
    printed = study(tmp_path, "7", "3.21", "4.00", scale=[1, 5])
    assert printed.ranges["mood"].empty
    assert published.impossible(printed) == {"mood": ("means: scores from 1 to 5",)}


def test_a_spread_too_wide_for_the_scale_is_a_finding(tmp_path):
    """Ten answers of 1 to 5 with mean 3.0: at most sqrt(2 x 2 x 10 / 9) = 2.11."""
    printed = study(tmp_path, "10", "3.0", "4.0", scale=[1, 5], sds=("2.3",))
    assert published.impossible(printed) == {"mood": ("standard deviation before: scores from 1 to 5",)}


def test_where_lower_is_better_who_scored_lower_improved(tmp_path):
    """Two people from 20 + 20 to 0 + 0 of 21: both improved on GAD-7, and nobody got worse."""
    (tmp_path / "data" / "raw" / "reference").mkdir(parents=True)
    source = published.__file__.partition("src/analysis")[0]
    scales = tmp_path / "data" / "raw" / "reference" / "scales.yaml"
    with open(f"{source}data/raw/reference/scales.yaml", encoding="utf-8") as given:
        scales.write_text(given.read(), encoding="utf-8")
    printed = study(tmp_path, "2", "20.0", "0.0", scale="gad7")
    found = printed.ranges["mood"].set_index("statistic")
    assert found.loc[published.IMPROVED, ["low", "high"]].tolist() == [100, 100]
    assert found.loc[published.WORSE, ["low", "high"]].tolist() == [0, 0]
    assert found.loc["mean change", "high"] < 0


def test_ids_that_are_no_claims_are_named_at_once(tmp_path):
    with pytest.raises(InputError, match="SS-098, SS-099"):
        study(tmp_path, "7", "3.2", "4.0", scale=[1, 5], before="SS-098", after="SS-099")


@pytest.mark.parametrize(
    ("n", "mean", "sd"), [(5, "3.2", "1.3"), (6, "2.5", "0.8"), (6, "4.0", "1.5"), (4, "2.8", "1.0")]
)
def test_answers_that_fit_are_those_of_every_set_of_answers(n, mean, sd):
    around = Moments(*(Interval(float(each) - 0.05, float(each) + 0.05) for each in (mean, sd)))
    sets = [np.array(each) for each in combinations_with_replacement(range(1, 6), n)]
    fit = [
        each
        for each in sets
        if around.mean.low - EXACT <= each.mean() <= around.mean.high + EXACT
        and around.sd.low - EXACT <= each.std(ddof=1) <= around.sd.high + EXACT
    ]
    counts = np.array([[(each == point).sum() for point in range(1, 6)] for each in fit])
    found = answers_that_fit(around, n, 1, 5)
    assert found["least"].tolist() == counts.min(axis=0).tolist()
    assert found["most"].tolist() == counts.max(axis=0).tolist()


def test_no_answers_fit_a_spread_that_cannot_be():
    with pytest.raises(ValueError, match="no 6 whole answers"):
        answers_that_fit(Moments(Interval(4.9, 5.0), Interval(1.5, 1.6)), 6, 1, 5)


def test_the_page_shows_the_shares_that_fit(tmp_path):
    """Two people, mean 1.5 with sd 0.7 (1 and 2), then mean 4.5: nobody else's answers print so."""
    found = frames.answers_that_fit(study(tmp_path, "2", "1.5", "4.5", scale=[1, 5], sds=("0.7",), sd_after="SS-004"))
    assert found["before_least"].tolist() == found["before_most"].tolist() == [50, 50, 0, 0, 0]
    assert found["after_most"].tolist() == [0, 0, 0, 50, 50]


def test_items_with_more_answers_or_impossible_figures_are_left_out(tmp_path):
    assert frames.answers_that_fit(study(tmp_path / "long", "10", "30", "40", scale=[0, 100], sds=("1.0",))) is None
    assert frames.answers_that_fit(study(tmp_path / "wide", "10", "3.0", "4.0", scale=[1, 5], sds=("2.3",))) is None
