"""What stands beside protected counts on 03 comes in by one door: as judged, of the people judged, or not at all."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from before_after_run import guard_of
from made_up import write_example

from analysis import questionnaire
from analysis.described import Basis, described, description
from analysis.disclosure.rules import Rules
from analysis.errors import InputError
from analysis.questionnaire.answers import Item, MissingRule
from analysis.questionnaire.judged_names import IMPUTED, MEANS, NET, RANK, T_INTERVALS
from analysis.reporting import Appendix, record, show
from analysis.reporting.views import before_after as view
from analysis.reporting.views.before_after_answers import Answers
from analysis.reporting.views.evidence import open_evidence
from analysis.results import Column, Kind, Result, write
from analysis.study import load_study

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def guard(tmp_path_factory) -> Answers:
    """A team's own answers at ten people a cell; nearly everybody's confidence improved."""
    folder = tmp_path_factory.mktemp("door")
    study = replace(load_study("coproduction", ROOT), root=folder)
    for path in write_example(study.records_folder, seed=7):
        text = path.read_text(encoding="utf-8").replace("coproduction_example", "coproduction")
        path.write_text(text, encoding="utf-8")
    return guard_of(open_evidence(Appendix(study.id, "03_before_after", folder), study, {}, rounds=True))


@pytest.fixture
def pairs(guard):
    return guard.pairs(guard.headline)


def test_a_frame_shows_what_was_judged_as_it_was_judged(guard, pairs):
    """The means stand beside the hidden counts; of these it is said from where to where they can lie, and nothing else."""
    assert guard.shown(guard.headline, MEANS) and not guard.shown(guard.headline, NET)
    told = guard.evidence.allowed(questionnaire.headline(pairs))
    few, up, down = 9 / len(pairs), (pairs["change"] > 0).mean(), (pairs["change"] < 0).mean()
    assert (
        told.loc["headline.improved", "value"] == f"{np.floor(100 * (1 - few)):.0f}% or more"
        and up > 1 - few > few > down
    )
    low, value, high = told.loc["headline.net", ["low", "value", "high"]]
    assert value == f"{np.floor(100 * (1 - 2 * few)):.0f} or more" and low < 100 * (1 - 2 * few) and high > 99
    assert set(guard.evidence.allowed(questionnaire.effect_sizes(pairs, 1, resamples=199)).loc["d_z", ["value"]]) == {
        "withheld"
    }
    assert told.loc["headline.n", "value"] == len(pairs)
    assert write(told.loc["headline.mean", "value"], "", 1) == write(float(pairs["change"].mean()), "", 1)
    ends = told.loc["headline.mean", ["low", "high"]].notna().all()
    assert ends == guard.shown(guard.headline, T_INTERVALS)


def test_columns_that_no_statistic_judges_do_not_pass(guard):
    shift = guard.evidence.allowed(questionnaire.response_shift(guard.records, guard.headline, seed=1, resamples=199))
    assert set(shift) <= {"n", "mean", "low", "high"}


@pytest.mark.parametrize(
    "method",
    [
        lambda pairs: questionnaire.means(pairs[pairs["before"] > 3]),
        lambda pairs: questionnaire.means(pairs.assign(before=pairs["before"] + 1)),
        lambda pairs: questionnaire.effect_sizes(pairs.iloc[1:], seed=1, resamples=199),
        lambda pairs: questionnaire.tests_of_no_change(pairs.head(20), {"1 to 3": (1, 3), "4 to 9": (4, 9)}),
        lambda pairs: questionnaire.shares_at_least(pairs[:-1], 7),
    ],
)
def test_other_people_or_answers_than_those_judged_are_refused(guard, pairs, method):
    kept = len(guard.evidence.page.store)
    with pytest.raises(InputError, match="of other people, or other answers"):
        show(method(pairs), "Others")
    assert len(guard.evidence.page.store) == kept


@pytest.mark.parametrize(
    ("choice", "method"),
    [
        ("level", lambda guard, pairs: questionnaire.means(pairs, level=0.5)),
        ("at_least", lambda guard, pairs: questionnaire.shares_at_least(pairs, 5)),
        ("bands", lambda guard, pairs: questionnaire.tests_of_no_change(pairs, {"1 to 4": (1, 4), "5 to 9": (5, 9)})),
        ("item", lambda guard, pairs: questionnaire.response_shift(guard.records, guard.items[1], 1, resamples=199)),
        ("items", lambda guard, pairs: questionnaire.change_by_item(guard.records, guard.items[:2], 1, resamples=199)),
        (
            "rule",
            lambda guard, pairs: questionnaire.change_by_item(
                guard.records, guard.items, 1, "unchanged", resamples=199
            ),
        ),
    ],
)
def test_numbers_by_another_choice_than_was_judged_are_refused(guard, pairs, choice, method):
    with pytest.raises(InputError, match=f"another choice of {choice} than"):
        show(method(guard, pairs), "By another choice")


@pytest.mark.parametrize("level", [0.95, 0.8])
def test_every_number_that_could_be_shown_is_one_that_its_judge_has_seen(guard, pairs, level, monkeypatch):
    """Were nothing withheld, no number would be other than the judges have seen; bootstrap intervals are judged without digits."""
    seen = replace(guard, level=level)
    monkeypatch.setattr(Answers, "shown", lambda self, item, statistic: True)
    monkeypatch.setattr(guard.evidence, "beside", seen.judge)
    frames = (
        questionnaire.effect_sizes(pairs, seed=1, level=level, resamples=199),
        questionnaire.tests_of_no_change(pairs, guard.bands),
        questionnaire.shares_at_least(pairs, guard.threshold, level=level),
        questionnaire.means(pairs, level=level),
        questionnaire.headline(pairs, level=level),
        questionnaire.change_by_item(guard.records, guard.items, 1, level=level, resamples=199),
        questionnaire.imputed_change(guard.records, guard.headline, "pairs", guard.seed, level),
    )
    for frame in frames:
        assert not guard.evidence.allowed(frame).isin(["withheld"]).any(axis=None)


def test_imputed_answers_of_other_seeds_are_those_judged_only_if_shown_alike(guard, monkeypatch):
    monkeypatch.setattr(Answers, "shown", lambda self, item, statistic: True)
    monkeypatch.setattr(guard.evidence, "beside", guard.judge)
    refused = []
    for seed in range(guard.seed + 1, guard.seed + 6):
        try:
            show(questionnaire.imputed_change(guard.records, guard.headline, "pairs", seed), "By another seed")
        except InputError as error:
            assert "not judged as 'interval of that mean" in str(error)
            refused.append(seed)
    assert refused


def test_numbers_that_rest_on_people_and_an_assumption_are_judged_and_stored_as_shown(guard):
    """What declares itself assumed comes through the same door, and leaves no digit more than the page has."""
    told = guard.evidence.allowed(questionnaire.imputed_change(guard.records, guard.headline, "pairs", guard.seed))
    words = {name for name in ("mean", "tip") if told.loc[name, "value"] == "withheld"}
    assert words == {"mean", "tip"} - ({"mean"} if guard.shown(guard.headline, IMPUTED) else set())
    with guard.evidence.page.store.letting(True):
        kept = guard.evidence.page.store._kept(Result("mean", "An assumed mean", 2.123456, "points", Kind.ASSUMED, 1))
    assert kept.value == 2.1


def test_too_few_who_answered_once_are_not_imputed(guard):
    """Nine people of a minimum of ten: the mean with their imputed answers would say what these few answered."""
    pairs = guard.pairs(guard.headline).index
    once = guard.records.index.difference(pairs)
    either = guard.records.loc[once, ["confidence_pre", "confidence_post"]].notna().any(axis=1)
    few = guard.records.drop(once[either][9:])
    other = replace(guard, records=few)
    assert guard.once is not None and other.once is None


def test_of_an_item_that_does_not_head_the_page_no_more_is_shown_than_was_judged(guard):
    """Its upper band and its standardised changes have had no judge; its means have, at their own digits."""
    item = next(item for item in guard.items if item != guard.headline)
    pairs = guard.pairs(item)
    means = guard.evidence.allowed(questionnaire.means(pairs))
    assert means["mean"].tolist() == pytest.approx([pairs[when].mean() for when in ("before", "after", "change")])
    basis = Basis("skewness", "beside", by={"value": MEANS})
    skewness = described(Kind.MEASURED, {"value": Column("Skewness", decimals=3)}, basis=basis)(
        lambda pairs: (pairs[["change"]].skew()).to_frame("value")
    )
    with pytest.raises(InputError, match="not judged as 'means'"):
        guard.evidence.allowed(skewness(pairs))
    effects = guard.evidence.allowed(questionnaire.effect_sizes(pairs, seed=1, resamples=199))
    assert set(effects.loc[["d_z", "d_av"], "value"]) == {"withheld"}
    upper = guard.evidence.allowed(questionnaire.shares_at_least(pairs, guard.threshold))
    assert set(upper["value"]) == {"withheld"}


def test_a_statistic_that_is_judged_as_another_is_refused(guard, pairs):
    """Whoever names a judge that has seen other numbers gets none of theirs in."""
    basis = Basis("skewness", "beside", by={"value": MEANS})
    skewness = described(Kind.MEASURED, {"value": Column("Skewness", decimals=3)}, basis=basis)(
        lambda pairs: (pairs[["change"]].skew()).to_frame("value")
    )
    with pytest.raises(InputError, match="not judged as 'means'"):
        show(skewness(pairs), "Skewness")
    unnamed = replace(basis, by={})
    nothing = described(Kind.MEASURED, {"value": Column("Skewness")}, basis=unnamed)(
        lambda pairs: pairs[["change"]].skew().to_frame("value")
    )
    assert "value" not in guard.evidence.allowed(nothing(pairs))


def test_a_page_without_protected_counts_takes_no_statistic_that_stands_beside_them(guard, pairs):
    other = replace(guard.evidence, beside=None)
    with pytest.raises(InputError, match="does not say what they rest on"):
        record(questionnaire.headline(pairs))
    guard.evidence.page.judge = guard.evidence.judge
    assert other.beside is None


@pytest.mark.parametrize(("people", "shown"), [(21, True), (18, False)])
def test_the_odds_stand_where_nothing_is_hidden_and_the_model_leaves_people_enough(guard, people, shown):
    """At five people a cell, on nine points: 21 people leave twelve degrees of freedom, 18 leave nine."""
    before = np.arange(people) % 9 + 1.0
    after = np.clip(before + np.resize([1, 0, -1], people), 1, 9)
    answers = pd.DataFrame({"trust_pre": before, "trust_post": after})
    item, rules = Item("trust", "Trust", 1, 9), Rules(5, "a reason for tests")
    door = replace(guard.evidence, rules=rules, decisions=[], groups=[])
    own = Answers(door, item, (item,), answers, MissingRule.PAIRS)
    frame = questionnaire.effect_sizes(own.pairs(item), seed=1, resamples=199)
    row = own.judge(frame, description(frame)).loc["odds"]
    assert own.shown(item, RANK)
    if shown:
        assert row[["value", "low", "high"]].tolist() == frame.loc["odds"].tolist()
    else:
        assert row["value"] == "withheld" and row[["low", "high"]].isna().all()


def test_the_odds_are_withheld_beside_hidden_counts(guard, pairs):
    row = guard.evidence.allowed(questionnaire.effect_sizes(pairs, seed=1, resamples=199)).loc["odds"]
    assert row["value"] == "withheld" and row[["low", "high"]].isna().all()


def test_counts_and_reasons_pass_as_they_are_protected(guard):
    assert guard.dropped == ["shift", "threshold", "best answer before"]
    assert view.people_by_band(guard) is None
    kept = view.reasons(guard)
    assert description(kept).passed and set(kept.to_numpy().flat) - {"hidden", ""} <= {*range(10, 200), 0}


def test_shares_beyond_a_margin_are_those_counted_or_words(tmp_path):
    """Of the worked example, at five people a cell: few fell by so much, and are hidden; how many rose by two is not."""
    study = load_study("coproduction_example", ROOT)
    rules = {"minimum_cell": 5, "reason": "synthetic records are nobody's answers"}
    own = guard_of(open_evidence(Appendix(study.id, "03_before_after", tmp_path), study, rules, rounds=True))
    guard = replace(own, margins=(1.0, 2.0))
    told, change = view.beyond(guard), guard.pairs(guard.headline)["change"]
    for margin, (_, row) in zip(guard.margins, told.iterrows(), strict=True):
        for name, counted in (("better", change >= margin), ("worse", change <= -margin)):
            if isinstance(row[name], str):
                assert row[name] in ("hidden", "91% or more", "8% or less")
                continue
            assert row[name] == pytest.approx(100 * counted.mean())
            assert min(counted.sum(), (~counted).sum()) >= 5
    assert told.iloc[1]["better"] != "hidden"


@pytest.mark.parametrize("example", [True, False])
def test_a_worked_example_is_open_beside_what_protection_would_show(tmp_path, example):
    """In brackets, and on no page of a team's own records."""
    study = load_study("coproduction_example", ROOT)
    rules = {"minimum_cell": 5, "reason": "synthetic records are nobody's answers"}
    page = Appendix(study.id, "03_before_after", tmp_path, example)
    guard = guard_of(open_evidence(page, study, rules, rounds=True))
    told = guard.evidence.allowed(questionnaire.headline(guard.pairs(guard.headline)))
    improved = (guard.pairs(guard.headline)["change"] > 0).mean()
    assert told.loc["headline.improved", "value"] == "91% or more" + (f" ({100 * improved:.0f}%)" if example else "")
    assert ("brackets" in view.told_of_items(guard)) == example


def test_what_is_filled_in_rests_on_the_printed_means_and_enough_others(guard, pairs):
    """Without printed intervals there is nothing to fill in by, nor of fewer others than the minimum."""
    printed = questionnaire.means(pairs).round(1)
    found = view.imputed_from_means(guard, printed)
    once = guard.once.loc[guard.once["after"].isna(), "before"]
    assert found.loc["people", "value"] == len(once)
    assert found.loc["mean", "low"] < found.loc["mean", "value"] < found.loc["mean", "high"]
    n = len(pairs) + len(once)
    moved = found.loc["mean", "low"] + found.loc["tip", "value"] * len(once) / n
    assert moved == pytest.approx(0)
    assert view.imputed_from_means(guard, printed.assign(low=float("nan"))) is None
    few = replace(guard, records=guard.records.drop(once.index[9:]))
    assert view.imputed_from_means(few, printed) is None
