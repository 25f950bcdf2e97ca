"""Published worked examples of the questionnaire methods; each case names its source in the cases file."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from analysis.multiple_tests import holm
from analysis.questionnaire.attrition import lee_bounds
from analysis.questionnaire.change import d_av, d_z, mean_change, rank_biserial, wilcoxon_tests
from analysis.questionnaire.proportions import (
    mcnemar_exact,
    mcnemar_mid_p,
    newcombe_paired_interval,
    stuart_maxwell,
    tango_interval,
)

CASES = yaml.safe_load(Path(__file__).with_name("test_questionnaire_cases.yaml").read_text(encoding="utf-8"))


def cases(name: str):
    return pytest.mark.parametrize("case", CASES[name])


@cases("paired_shares")
def test_paired_shares(case):
    cells = case["cells"]
    newcombe, tango = (
        newcombe_paired_interval(**cells),
        tango_interval(cells["only_first"], cells["only_second"], sum(cells.values())),
    )
    assert [round(newcombe.low, 4), round(newcombe.high, 4)] == case["newcombe"]
    assert [round(tango.low, 4), round(tango.high, 4)] == case["tango"]
    assert round(mcnemar_exact(cells["only_first"], cells["only_second"]), 6) == case["mcnemar_exact"]
    assert round(mcnemar_mid_p(cells["only_first"], cells["only_second"]), 6) == case["mcnemar_mid_p"]


@cases("tango")
def test_tango(case):
    found = tango_interval(case["gained"], case["lost"], case["n"])
    assert [found.low, found.high] == pytest.approx([case["low"], case["high"]], abs=1.5e-6)


@cases("stuart_maxwell")
def test_stuart_maxwell(case):
    found = stuart_maxwell(np.array(case["table"]))
    assert (round(found.statistic, 2), found.df) == (case["statistic"], case["df"])


@cases("rank_biserial")
def test_rank_biserial(case):
    change = np.subtract(case["after"], case["before"])
    tests = wilcoxon_tests(pd.DataFrame({"change": change}))
    assert (tests["gains"] == case["gains"]).all() and (tests["losses"] == case["losses"]).all()
    assert round(float(rank_biserial(change)), 6) == case["value"]


@cases("standardised")
def test_standardised(case):
    before, after = np.array(case["before"]), np.array(case["after"])
    assert float(d_z(after - before)) == pytest.approx(case["d_z"])
    assert float(d_av(before, after)) == pytest.approx(case["d_av"], abs=1e-6)
    assert mean_change(pd.DataFrame({"change": after - before}))["t"] == pytest.approx(case["t"], abs=1e-6)


@cases("wilcoxon")
def test_wilcoxon(case):
    found = wilcoxon_tests(pd.DataFrame({"change": case["change"]}))
    assert found["gains"].tolist() == [case["gains"]] * 2 and found["losses"].tolist() == [case["losses"]] * 2


@cases("holm")
def test_holm(case):
    assert holm(pd.Series(case["p"])).tolist() == pytest.approx(case["adjusted"])


@cases("lee")
def test_lee(case):
    rows = [
        {"group": group, "outcome": case[group]["outcome"][i] if i < len(case[group]["outcome"]) else np.nan}
        for group in ("first", "second")
        for i in range(case[group]["invited"])
    ]
    people = pd.DataFrame(rows)
    found = lee_bounds(people["outcome"], people["outcome"].notna(), people["group"], "first", "second")
    assert {name: found[name] for name in ("low", "high", "untrimmed", "trimmed_share")} == pytest.approx(
        {name: case[name] for name in ("low", "high", "untrimmed", "trimmed_share")}
    )
