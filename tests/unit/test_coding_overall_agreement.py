"""Agreement over all codes and by pair of coders: by hand, and against the measures of one code."""

import numpy as np
import pandas as pd
import pytest

from analysis.coding import agreement as single, overall_agreement

ONE = np.array([[20.0, 5.0, 10.0, 15.0]])  # both gave the code, the first only, the second only, neither
TWO = np.vstack([ONE, [[1.0, 0.0, 1.0, 48.0]]])
SHOWN = pd.DataFrame({"alpha_low": [0.1, 0.1, np.nan]}, index=["a", "b", "rare"])


def segments(rows):
    """Rows of (segment, speaker, coder, codes); a segment without a code stands with the word for none."""
    table = [(segment, speaker, coder, code) for segment, speaker, coder, codes in rows for code in codes or ["none"]]
    return pd.DataFrame(table, columns=["segment_id", "speaker", "coder", "code"])


def test_pooled_measures_by_hand():
    """Observed 0.7 and 0.98; expected by chance 0.5 and (1 x 2 + 49 x 48) / 2500 = 0.9416; kappa (0.84 - 0.7208) / 0.2792."""
    assert float(overall_agreement.percent_agreement(TWO)) == pytest.approx(0.84)
    assert float(overall_agreement.pooled_kappa(TWO)) == pytest.approx(0.1192 / 0.2792)


@pytest.mark.parametrize("cells", [ONE[0], TWO[1], [7, 3, 2, 40], [0, 1, 2, 9]])
def test_of_one_code_they_are_the_measures_of_that_code(cells):
    both, first, second, neither = map(int, cells)
    counts = np.repeat([[0, 2], [1, 1], [2, 0]], [both, first + second, neither], axis=0)
    table, of_one = np.array([cells], dtype=float), single.coefficients(counts)
    assert float(overall_agreement.pooled_alpha(table)) == pytest.approx(of_one["alpha"])
    assert float(overall_agreement.pooled_ac1(table)) == pytest.approx(of_one["ac1"])
    assert float(overall_agreement.percent_agreement(table)) == pytest.approx(of_one["percent_agreement"])


def test_a_code_that_nobody_gave_makes_nothing_of_chance_alone():
    assert np.isnan(overall_agreement.pooled_kappa(np.array([[0.0, 0.0, 0.0, 9.0]])))
    assert float(overall_agreement.pooled_kappa(np.vstack([ONE, [[0.0, 0.0, 0.0, 9.0]]]))) == pytest.approx(
        (0.85 - 0.75) / 0.25
    )


READ = segments(
    [
        ("s1", "P1", "kim", ["a", "rare"]), ("s1", "P1", "lee", ["a"]), ("s2", "P1", "kim", []), ("s2", "P1", "lee", ["a", "b"]),
        ("s3", "P2", "kim", ["b"]), ("s3", "P2", "lee", ["b"]), ("s4", "P3", "kim", ["a"]), ("s4", "P3", "lee", []),
        ("s5", "P3", "kim", []), ("s5", "P3", "lee", []), ("s5", "P3", "max", ["a"]), ("s6", "P4", "max", ["a"]),
    ]
)  # fmt: skip


@pytest.fixture
def decided(monkeypatch):
    monkeypatch.setattr(overall_agreement, "NO_CODE", "none")
    return overall_agreement.ratings(SHOWN, READ)


def test_every_reader_decides_on_every_code_whose_interval_is_shown(decided):
    assert len(decided) == 2 * 12 and set(decided["code"]) == {"a", "b"}
    assert decided.loc[decided["segment_id"].eq("s2") & decided["coder"].eq("lee"), "given"].tolist() == [1, 1]
    assert decided["given"].sum() == 1 + 1 + 2 + 1 + 1 + 1 + 1 + 1


def test_pairs_of_coders_by_hand_and_without_their_names(decided):
    """A and B read five segments both: a agrees on three of them (1 both, 1 each alone), b on four; A and C one, B and C one."""
    found = overall_agreement.agreement_by_pair(decided)
    assert list(found.index) == ["A and B", "A and C", "B and C"] and found["segments"].tolist() == [5, 1, 1]
    assert found["percent"].tolist() == pytest.approx([70.0, 50.0, 50.0])
    chance = [(2 * 2 + 3 * 3) / 25, (1 * 2 + 4 * 3) / 25]
    assert found.loc["A and B", "kappa"] == pytest.approx((0.7 - np.mean(chance)) / (1 - np.mean(chance)))


def test_the_interval_leaves_out_one_speaker_at_a_time(decided):
    two = decided[decided["coder"] != "max"]
    counts = overall_agreement.pair_counts(two, "kim", "lee")
    left_out = [
        overall_agreement.pooled_kappa(
            overall_agreement.pair_counts(two[two["speaker"] != one], "kim", "lee").sum(axis=0)
        )
        for one in ("P1", "P2", "P3")
    ]
    assert (counts.sum(axis=0) - counts).shape == (3, 2, 4)
    assert overall_agreement.pooled_kappa(counts.sum(axis=0) - counts) == pytest.approx(np.array(left_out))


def test_over_all_codes_pairs_count_alike_and_one_pair_has_an_interval(decided):
    pairs, whole = overall_agreement.agreement_by_pair(decided), overall_agreement.agreement_over_codes(decided)
    assert whole.loc["agreement.all.percent", "value"] == pytest.approx(pairs["percent"].mean())
    assert np.isnan(whole["low"]).all()
    assert overall_agreement.agreement_over_codes(decided[decided["coder"] == "kim"]) is None
    assert overall_agreement.agreement_by_pair(decided.iloc[:0]) is None


def test_where_no_agreement_is_shown_there_are_no_ratings():
    assert overall_agreement.ratings(None, READ) is None
    assert overall_agreement.agreement_over_codes(overall_agreement.ratings(SHOWN.iloc[2:], READ)) is None
