"""The published figures of the co-production paper, each with what it allows, worked by hand in the cases file."""

from itertools import product
from pathlib import Path

import pytest
import yaml

from analysis.bounds.brackets import Bracket, distribution_ranges
from analysis.bounds.correlation import regressions_with
from analysis.bounds.groups import possible_counts, possible_groups
from analysis.bounds.paired import Reading, Scale, paired_ranges, totals
from analysis.bounds.splits import common_facts, possible_splits
from analysis.quantities import Interval

CASES = yaml.safe_load(Path(__file__).with_name("test_bounds_cases.yaml").read_text(encoding="utf-8"))


def cases(name: str):
    return pytest.mark.parametrize("case", CASES[name], ids=[case["figure"] for case in CASES[name]])


@cases("percentages")
def test_percentages(case):
    assert list(possible_counts(Interval(*case["percent"]), case["size"])) == case["counts"]


@cases("groups")
def test_groups(case):
    percents = {name: Interval(*ends) for name, ends in case["percents"].items()}
    assert possible_groups(percents, case["total"]).iloc[:, :4].to_numpy().tolist() == case["rows"]
    (low, high), (other_low, other_high) = case["percents"].values()
    tried = [
        [size, count, case["total"] - size, other]
        for size in range(1, case["total"])
        for count, other in product(range(size + 1), range(case["total"] - size + 1))
        if low * size <= 100 * count <= high * size
        and other_low * (case["total"] - size) <= 100 * other <= other_high * (case["total"] - size)
    ]
    assert tried == case["rows"]


@cases("contacts")
def test_contacts(case):
    splits = possible_splits(case["total"], Interval(*case["value"]), case["unit_values"])
    facts = common_facts(splits).set_index("fact")
    assert len(splits) == case["splits"]
    assert {name: row["low"] for name, row in facts[facts["fixed"]].iterrows()} == case["fixed"]


@cases("paired")
def test_paired(case):
    before, after = (
        totals(Interval(*case[when]["mean"]), case["n"], **{k: v for k, v in case[when].items() if k != "mean"})
        for when in ("before", "after")
    )
    found = paired_ranges(Reading("case", case["n"], before, after), Scale(*case["scale"]))
    assert {name: found.loc[name, "low"] for name in case["low"]} == pytest.approx(case["low"])


@cases("regression")
def test_regression(case):
    found = regressions_with(Interval(case["r_squared"], case["r_squared"]), case["values"])
    for n, values in case["values"].items():
        assert {name: round(found.loc[n, f"{name}_low"], 4) for name in values} == values


@cases("brackets")
def test_brackets(case):
    found = distribution_ranges([Bracket(*each) for each in case["brackets"]], case["total"]).set_index("statistic")
    for name, ends in case["ranges"].items():
        assert found.loc[name].round(4).to_list() == ends, name
