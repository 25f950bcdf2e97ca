"""Many people take no more than so much memory, and no work is done once for each pair of them. Counts of calls and bytes; no clock."""

import tracemalloc
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from analysis.english import influence, specification
from analysis.english.specification import Principled, joint_inference
from analysis.errors import InputError
from analysis.questionnaire import change
from analysis.questionnaire.change import bootstrap_interval, d_av, d_z, mean_of, rank_biserial
from analysis.questionnaire.imputation import imputed
from analysis.study import claims


def megabytes(work: Callable[[], object]) -> float:
    """The most memory that some work takes at a time, in MB."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def answers(people: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Made-up answers before and after on a scale of nine."""
    draw = np.random.default_rng(seed)
    before = draw.integers(1, 10, people).astype(float)
    return before, np.clip(before + draw.integers(-1, 5, people), 1, 9)


def records(people: int) -> pd.DataFrame:
    """Made-up English and months in the UK."""
    draw = np.random.default_rng(2)
    return pd.DataFrame(
        {"english_at_joining": draw.integers(1, 6, people), "months_in_uk": draw.integers(0, 121, people)}
    ).astype(float)


def test_a_bootstrap_of_many_people_holds_few_resamples_and_leaves_out_each_answer_once():
    before, after = answers(20_000)
    calls = []

    def counted(*samples: np.ndarray, axis: int) -> np.ndarray:
        calls.append(samples[0].size)
        return d_av(*samples, axis=axis)

    assert megabytes(lambda: bootstrap_interval((before, after), counted, 1, resamples=299)) < 60
    pairs = len(np.unique(np.column_stack([before, after]), axis=0))
    assert len(calls) <= pairs + 299 * 20_000 // change.AT_ONCE + 2


@pytest.mark.parametrize("statistic", [mean_of, d_z, rank_biserial])
def test_resamples_drawn_in_parts_are_those_drawn_at_once(statistic, monkeypatch):
    before, after = answers(57)
    whole = bootstrap_interval((after - before,), statistic, 1, resamples=299)
    monkeypatch.setattr(change, "AT_ONCE", 1_000)
    assert bootstrap_interval((after - before,), statistic, 1, resamples=299) == whole


def test_gaps_are_filled_without_a_table_of_everybody_by_everybody():
    """3,000 gaps by 3,000 answers are nine million distances, of 72 MB."""
    before, after = answers(6_000)
    table = pd.DataFrame({"before": before, "after": np.where(np.arange(6_000) % 2, after, np.nan)})
    assert megabytes(lambda: imputed(table, 1, imputations=2)) < 20


def test_a_gap_takes_the_answer_of_each_of_the_five_nearest_alike_and_of_ties_anyone():
    """Four gave the answer before that the gap has, and eight the two next to it, as near as one another: of five draws one is theirs."""
    before = np.array([5.0] * 4 + [4.0] * 4 + [6.0] * 4 + [1.0, 9.0] + [5.0])
    after = np.array([51.0, 52, 53, 54, 41, 42, 43, 44, 61, 62, 63, 64, 11, 91, np.nan])
    table = pd.DataFrame({"before": before, "after": after})
    drawn = pd.Series([each["after"].iloc[-1] for each in imputed(table, 7, imputations=4_000)])
    shares = drawn.value_counts(normalize=True)
    assert set(shares.index) >= {51, 52, 53, 54} and not set(shares.index) & {11, 91}
    assert shares[[51, 52, 53, 54]].tolist() == pytest.approx([0.2] * 4, abs=0.03)
    assert shares.drop([51, 52, 53, 54]).sum() == pytest.approx(0.2, abs=0.03)


def test_each_pair_of_answers_is_left_out_once(monkeypatch):
    fits, fit = [], influence.least_squares
    monkeypatch.setattr(influence, "least_squares", lambda x, y: fits.append(len(y)) or fit(x, y))
    sample = records(3_000).set_axis(["english", "months"], axis=1)
    influence.influence_summary(sample)
    assert len(fits) == len(sample.drop_duplicates()) + 1


def test_english_of_many_people_is_dealt_out_in_parts(monkeypatch):
    people = records(10_000)
    monkeypatch.setattr(specification, "AT_ONCE", 200_000)
    assert megabytes(lambda: joint_inference(people, Principled({}, {}), seed=1, resamples=99)) < 25


def test_english_dealt_out_in_parts_is_that_dealt_out_at_once(monkeypatch):
    people = records(200)
    whole = joint_inference(people, Principled({}, {}), seed=1, resamples=99)
    monkeypatch.setattr(specification, "AT_ONCE", 1_000)
    assert joint_inference(people, Principled({}, {}), seed=1, resamples=99).equals(whole)


def test_more_claims_than_a_page_can_hold_are_refused_where_the_ledger_is_read(tmp_path, monkeypatch):
    """Three claims of two that are allowed: the error names the first row too many, and no page is begun."""
    row = "GR-{0},{0},Summary,group,People,{0},{0},people,,count,,"
    header = "claim_id,line,section,quantity,statement,printed,value,unit,base,kind,formula,note"
    (tmp_path / "claims.csv").write_text(
        "\n".join([header, *map(row.format, (101, 102, 103))]) + "\n", encoding="utf-8"
    )
    assert len(claims.read_claims(tmp_path / "claims.csv", "claims.csv", "GR")) == 3
    monkeypatch.setattr(claims, "MOST_CLAIMS", 2)
    with pytest.raises(
        InputError, match=r"claims\.csv, row 4.*found more than 2 claims; expected at most 2 .*make several studies"
    ):
        claims.read_claims(tmp_path / "claims.csv", "claims.csv", "GR")
    with (tmp_path / "claims.csv").open("a", encoding="utf-8") as ledger:
        ledger.write('"a row that cannot be read')
    with pytest.raises(InputError, match="found more than 2 claims"):  # what stands behind them is not read
        claims.read_claims(tmp_path / "claims.csv", "claims.csv", "GR")
