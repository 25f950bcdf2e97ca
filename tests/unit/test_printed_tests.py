"""Printed t, p and intervals: what they say, against scipy's tests of made-up answers whose figures were rounded."""

import numpy as np
import pandas as pd
import pytest
import yaml

from analysis.quantities import Interval
from analysis.questionnaire import published, published_frames as frames
from analysis.questionnaire.paired_tests import common, correlation, spread_of_change, t_of_interval, t_of_p
from analysis.questionnaire.spread import Moments
from analysis.study import load_study
from analysis.study.claims import COLUMNS


def study(root, figures: dict[str, tuple[str, str]], level: float = 0.95):
    """A study of one item from what is printed and its value, by the field of the item."""
    raw = root / "data" / "raw" / "s"
    raw.mkdir(parents=True)
    (root / "params.yaml").write_text("{}\n", encoding="utf-8")
    about = {"id": "s", "title": "S", "claim_prefix": "SS", "source": {"producer": "a", "title": "b"}}
    (raw / "study.yaml").write_text(yaml.safe_dump(about), encoding="utf-8")
    rows = [
        {
            "claim_id": f"SS-{place:03}", "line": place, "section": "R", "quantity": name, "statement": "a figure", "printed": text,
            "value": value, "unit": "people" if name == "n" else "points", "base": "", "formula": "", "note": "",
            "kind": {"n": "count", "before": "mean", "after": "mean"}.get(name, "statistic"),
        }
        for place, (name, (text, value)) in enumerate(figures.items(), 1)
    ]  # fmt: skip
    pd.DataFrame(rows)[list(COLUMNS)].to_csv(raw / "claims.csv", index=False)
    ids = {row["quantity"]: row["claim_id"] for row in rows}
    item = {"id": "mood", "label": "Mood", "scale": [0, 10], "level": level} | {
        k: v for k, v in ids.items() if k != "n"
    }
    content = {"respondents": ids["n"], "items": [item]}
    (raw / "before_after.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    opened = load_study("s", root)
    return published.Printed(opened, published.read_figures(opened))


def answers(seed: int, n: int = 24):
    from scipy.stats import ttest_rel

    random = np.random.default_rng(seed)
    before = random.integers(0, 8, n)
    after = np.clip(before + random.integers(-1, 4, n), 0, 10)
    test = ttest_rel(after, before)
    return before, after, test


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("shown", [("t",), ("p",), ("ci",), ("t", "p", "ci")])
def test_what_is_printed_holds_the_truth(tmp_path, seed, shown):
    """Figures rounded to two digits give ranges that hold t, sd, d_z and r of the answers they are of."""
    before, after, test = answers(seed)
    ends = test.confidence_interval(0.95)
    two = {name: f"{value:.2f}" for name, value in {"low": ends.low, "high": ends.high, "t": test.statistic}.items()}
    if float(two["low"]) < 0:
        pytest.skip("a print of a negative end is read from its value alone; see below")
    figures = {"n": ("24", "24")} | {
        name: (f"{value:.2f}", f"{value:.2f}")
        for name, value in {
            "before": before.mean(),
            "after": after.mean(),
            "sd_before": before.std(ddof=1),
            "sd_after": after.std(ddof=1),
        }.items()
    }
    p = f"{test.pvalue:.3f}" if test.pvalue >= 0.001 else "<0.001"
    more = {
        "t": (two["t"], two["t"]),
        "p": (p, p.strip("<")),
        "ci": (f"{two['low']} to {two['high']}", f"{two['low']}..{two['high']}"),
    }
    printed = study(tmp_path, figures | {name: more[name] for name in shown})
    row = frames.what_tests_say(printed).loc["Mood"]
    changes = after - before
    truth = {
        "t": abs(test.statistic),
        "sd": changes.std(ddof=1),
        "d_z": changes.mean() / changes.std(ddof=1),
        "r": np.corrcoef(before, after)[0, 1],
    }
    for name, value in truth.items():
        assert row[f"{name}_low"] - 1e-9 <= value <= row[f"{name}_high"] + 1e-9, (
            name,
            value,
            row[f"{name}_low"],
            row[f"{name}_high"],
        )
    assert published.impossible(printed) == {} and row["said"] == ", ".join(
        "interval" if s == "ci" else s for s in shown
    )


BASE = {"n": ("16", "16"), "before": ("4.00", "4.00"), "after": ("5.00", "5.00")}


def test_figures_of_no_one_test_are_a_finding(tmp_path):
    """t = 4 of 16 people has p = 0.0012; with t = 4 the interval is 1 ± 2.131 / 4, which is 0.47 to 1.53."""
    held = study(
        tmp_path / "a", BASE | {"t": ("4.00", "4.00"), "p": ("0.001", "0.001"), "ci": ("0.47 to 1.53", "0.47..1.53")}
    )
    assert published.impossible(held) == {} and frames.what_cannot_be(held) is None
    odd = study(tmp_path / "b", BASE | {"t": ("4.00", "4.00"), "p": ("0.03", "0.03")})
    assert frames.what_tests_say(odd) is None
    assert frames.what_cannot_be(odd).index.tolist() == ["Mood: t, p"]


def test_by_hand(tmp_path):
    """t = 4.00 of 16 people with a change of 1.00: the changes' standard deviation is 1 x 4 / 4 = 1, d_z = 1."""
    row = frames.what_tests_say(study(tmp_path, BASE | {"t": ("4.00", "4.00")})).loc["Mood"]
    assert (row["t_low"], row["t_high"]) == pytest.approx((3.995, 4.005))
    assert (row["sd_low"], row["sd_high"]) == pytest.approx((0.99 * 4 / 4.005, 1.01 * 4 / 3.995))
    assert (row["d_z_low"], row["d_z_high"]) == pytest.approx((3.995 / 4, 4.005 / 4)) and row["r_low"] is None


def test_a_change_downwards_and_a_level_of_90_per_cent(tmp_path):
    """The interval -1.44 to -0.56 at 90 % of 16 people: middle -1, half 0.44, t = 1 x 1.753 / 0.44 = 3.98."""
    row = frames.what_tests_say(
        study(tmp_path, BASE | {"after": ("3.00", "3.00"), "ci": ("-1.44 to -0.56", "-1.44..-0.56")}, level=0.9)
    ).loc["Mood"]
    assert row["t_low"] <= 1.753 / 0.44 <= row["t_high"] and row["t_high"] - row["t_low"] < 0.2


def test_nothing_printed_of_a_test_says_nothing(tmp_path):
    assert frames.what_tests_say(study(tmp_path, BASE)) is None


def test_ends():
    assert t_of_p(Interval(0.0, 0.001), 20).high == np.inf
    assert t_of_interval((Interval(0.5, 0.5), Interval(0.5, 0.5)), 9, 0.95).high == np.inf
    assert common([Interval(0, 1), Interval(2, 3)]) is None
    assert spread_of_change(Interval(1, 1), Interval(0, 2), 4).high == np.inf
    far = Moments(Interval(4, 4), Interval(1, 1)), Moments(Interval(5, 5), Interval(1, 1))
    assert correlation(*far, Interval(3, 3)) is None  # at most the sum of the two, 2
    assert (correlation(*far, Interval(1, 1)).low, correlation(*far, Interval(1, 1)).high) == (0.5, 0.5)


@pytest.mark.parametrize("seed", range(20))
def test_the_range_of_the_correlation_is_that_of_a_grid(seed):
    """Over the rounding of both deviations and of the spread of the changes, by brute force."""
    random = np.random.default_rng(seed)
    b, a, s = (np.sort(random.uniform(0.5, 2, 2)) for _ in range(3))
    grid = np.meshgrid(*(np.linspace(*each, 60) for each in (b, a, s)))
    r = (grid[0] ** 2 + grid[1] ** 2 - grid[2] ** 2) / (2 * grid[0] * grid[1])
    within = r[(r >= -1) & (r <= 1)]
    found = correlation(Moments(Interval(1, 1), Interval(*b)), Moments(Interval(1, 1), Interval(*a)), Interval(*s))
    assert found is None or found.low <= within.min() + 1e-9 and found.high >= within.max() - 1e-9
    if found:
        assert found.low == pytest.approx(max(-1, r.min()), abs=0.02) and found.high == pytest.approx(
            min(1, r.max()), abs=0.02
        )
