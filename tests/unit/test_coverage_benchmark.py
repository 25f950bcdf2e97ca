"""The simulation of coverage: follows from its seed, its intervals are those of other programs, and its page tells what falls short."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.english.models import slope
from benchmarks import coverage

PAGE = Path(__file__).resolve().parents[2] / "docs" / "coverage.md"


def test_the_simulation_follows_from_its_seed():
    one, again = ([row.held for row in coverage.share_rows(20, 3)] for _ in range(2))
    assert one == again
    assert all(0 <= held <= 20 for held in one)


def test_intervals_of_a_slope_are_those_of_statsmodels():
    rng = np.random.default_rng(1)
    x = coverage._months(rng, 30)
    y = coverage._english(rng, x, "error growing with months")
    found = coverage.slope_intervals(x, y, rng)
    theirs = sm.OLS(y, sm.add_constant(x)).fit(cov_type="HC3", use_t=True).conf_int()[1]
    assert found["HC3, t(n - 2)"] == pytest.approx(tuple(theirs), rel=1e-9)
    shown = slope(pd.DataFrame({"english": y, "months": x}))  # what the page shows is what was simulated
    assert found["HC4, t(n - 2)"] == pytest.approx((shown["low"], shown["high"]), rel=1e-9)


def test_bell_and_mccaffreys_degrees_of_freedom_of_a_mean_are_n_less_one():
    """With a column of ones alone HC2 is the usual variance, with n - 1 degrees of freedom."""
    n = 12
    df = coverage._bell_mccaffrey(np.full(n, 1 / n), np.full((n, n), 1 / n), np.full(n, 1 / n))
    assert df == pytest.approx(n - 1)


def test_the_page_was_made_by_the_benchmark_and_names_every_interval_shown_that_falls_short():
    text = PAGE.read_text(encoding="utf-8")
    prose, _, table = text.partition(coverage.START)
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| (yes|no) \| (\**[\d.]+\**) \|", table, re.MULTILINE)
    assert len(rows) > 80
    short = {quantity.split(" of ")[0] for quantity, _, _, shown, held in rows if shown == "yes" and "*" in held}
    words = {"Krippendorff's alpha": "alpha", "slope": "Slope", "R²": "R²"}
    assert all(words[quantity] in prose for quantity in short)
    assert re.search(r"--samples \d+ --seed \d+ --write", table)
