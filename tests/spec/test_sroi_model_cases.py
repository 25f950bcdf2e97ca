"""The model on value maps worked by hand, and on published studies whose totals are public."""

from pathlib import Path

import pytest
import yaml
from value_maps import cost, entry, outcome, write_study

from analysis.quantities import parse_printed
from analysis.sroi.model import read_model

CASES = yaml.safe_load((Path(__file__).parent / "sroi_model_cases.yaml").read_text(encoding="utf-8"))["cases"]


def model_of(case, root):
    entries = [entry(*row[:3], **({"price_year": row[3]} if len(row) > 3 else {})) for row in case["entries"]]
    rows = [outcome(f"change_{place}", **row) for place, row in enumerate(case["rows"])]
    return read_model(write_study(root, entries, [cost(case.get("cost", "cost")), *rows], case.get("settings")))


@pytest.mark.parametrize("case", [case for case in CASES if "expected" in case], ids=lambda case: case["name"])
def test_by_hand(case, tmp_path):
    found = model_of(case, tmp_path).evaluate()
    for name, expected in case["expected"].items():
        assert getattr(found, name) == pytest.approx(expected, rel=1e-12), case["source"]


@pytest.mark.parametrize("case", [case for case in CASES if "printed" in case], ids=lambda case: case["name"])
def test_published_studies_by_their_totals(case, tmp_path):
    """A value rounded before print leaves the ratio a range; the printed ratio must lie in it, and the other kind must not."""
    found = model_of(case, tmp_path).evaluate()
    slack = case.get("rounding_of_value", 0.5) / found.cost
    ratios = {"gross": found.ratio, "net": found.net / found.cost}
    for kind, ratio in ratios.items():
        printed = parse_printed(case["printed"].get(kind) or next(iter(case["printed"].values()))).interval()
        fits = printed.low - slack <= ratio <= printed.high + slack
        assert fits is (kind in case["printed"]), (kind, ratio)
