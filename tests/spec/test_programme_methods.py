"""The cases of programme_records.yaml: what is computed from records of a programme, against published and hand-worked values."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from analysis.programme import achieved, distance, timing

SPEC = yaml.safe_load(Path(__file__).with_name("programme_records.yaml").read_text(encoding="utf-8"))


def times(case):
    """People with their days, and how following them ended."""
    ends = {"reached": timing.OUTCOME, "left": timing.LEFT, "still followed": timing.STAYS}
    return pd.DataFrame([(day, how) for key, how in ends.items() for day in case.get(key, ())], columns=["days", "how"])


@pytest.mark.parametrize("case", SPEC["shares"], ids=lambda case: f"{case['count']} of {case['people']}")
def test_interval_of_a_share(case):
    assert achieved.wilson(case["count"], case["people"]) == pytest.approx((case["low"], case["high"]), abs=0.0051)


@pytest.mark.parametrize("case", SPEC["survival"], ids=lambda case: case["case"])
def test_time_until_an_outcome(case):
    found = timing.survival(times(case))["not_yet"]
    assert found.to_dict() == pytest.approx(case["not_yet"], abs=0.00051)


@pytest.mark.parametrize("case", SPEC["incidence"], ids=lambda case: case["case"])
def test_share_that_reaches_an_outcome(case):
    found = timing.incidence(times(case))["reached_share"].drop_duplicates()
    assert found[found > 0].to_dict() == pytest.approx(case["reached_share"], abs=0.000006)


@pytest.mark.parametrize("case", SPEC["changes"], ids=lambda case: case["case"])
def test_mean_change_on_a_scale(case):
    assert distance.mean_interval(np.array(case["changes"])) == pytest.approx((case["low"], case["high"]), abs=0.0051)
