"""What follows from the published ratios: worked by hand, and by brute force over the rounding."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.described import description
from analysis.quantities import Interval
from analysis.sroi.published import derived_quantities, headline, jointly, parts, read_published, research_shares
from analysis.study import load_study

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def paper():
    study = load_study("coproduction", ROOT)
    return read_published(study), study


@pytest.fixture(scope="module")
def report():
    study = load_study("connecting_opportunities", ROOT)
    return read_published(study), study


def test_research_share_of_the_central_pair_by_hand(paper):
    row = research_shares(*paper).loc["central"]
    assert row["share"] == pytest.approx(100 * (1 - 4.67 / 5.76))
    assert row["low"] == pytest.approx(100 * (1 - 4.675 / 5.755))
    assert row["high"] == pytest.approx(100 * (1 - 4.665 / 5.765))


def test_the_joint_range_is_what_a_grid_of_true_ratios_allows(paper):
    """Brute force: which shares reproduce all six printed ratios for some true ratios?"""
    joint = jointly(research_shares(*paper))
    printed = [(2.98, 3.68), (4.67, 5.76), (5.36, 6.60)]
    possible = []
    for share in np.arange(18.5, 19.4, 0.002):
        fits = []
        for all_costs, without in printed:
            true = np.linspace(all_costs - 0.005, all_costs + 0.005, 401)
            implied = true / (1 - share / 100)
            fits.append(((implied >= without - 0.005) & (implied <= without + 0.005)).any())
        possible += [share] if all(fits) else []
    assert joint.low == pytest.approx(min(possible), abs=0.004)
    assert joint.high == pytest.approx(max(possible), abs=0.004)


def test_jointly():
    frame = pd.DataFrame({"low": [1.0, 2.0], "high": [3.0, 4.0]})
    assert jointly(frame) == Interval(2.0, 3.0)
    assert jointly(pd.DataFrame({"low": [1.0, 5.0], "high": [3.0, 6.0]})) is None


def test_derived_quantities_of_the_paper_by_hand(paper):
    values = derived_quantities(*paper)["value"].rename(lambda name: name.removeprefix("derived."))
    assert values["weeks_valued"] == pytest.approx(3256)  # 273 x 3256 = 888,888
    assert values["people_in_the_average"] == pytest.approx(109.739, abs=1e-3)
    assert values["implied_price_change"] == pytest.approx(100 * (273 * 52 / 13500 - 1))
    assert values["advice_value_low"] == pytest.approx(15_786)
    assert values["advice_value_high"] == pytest.approx(19_294)


def test_derived_quantities_of_the_report_by_hand(report):
    values = derived_quantities(*report)["value"].rename(lambda name: name.removeprefix("derived."))
    assert values["sum_of_parts"] == 13_600_000 + 482_500 + 534_000 + 236_278
    assert values["investment_from_total"] == pytest.approx(14_520_000 / 6.67)
    assert values["funding_pro_rata"] == pytest.approx(7_700_000 * 21 / 69)
    assert values["ratio_pro_rata"] == pytest.approx(14_520_000 / (7_700_000 * 21 / 69))
    assert values["ratio_pro_rata_parts"] == pytest.approx(14_852_778 / (7_700_000 * 21 / 69))


def test_what_rests_on_an_assumed_entry_is_assumed(report):
    rows = description(derived_quantities(*report)).rows
    kinds = {name.removeprefix("derived."): str(column.kind) for name, column in rows.items()}
    assumed = {"funding_pro_rata", "ratio_pro_rata", "ratio_pro_rata_parts", "period_share"}
    assert {name for name, kind in kinds.items() if kind == "assumed"} == assumed
    assert set(kinds.values()) == {"assumed", "recomputed"}
    again = description(headline(*report)).rows["sroi.headline.recomputed"]
    assert str(again.kind) == "assumed" and "assumption" in again.label


def test_the_months_are_those_between_the_printed_dates(report):
    study = report[1]
    months = {"sroi_period_months": (2019, 7, 2021, 3), "programme_months": (2017, 7, 2023, 3)}
    for name, (year, month, last_year, last_month) in months.items():
        assert study.register[name].value == (last_year - year) * 12 + last_month - month + 1


def test_shares_of_the_parts_add_up_and_stay_in_their_ranges(report):
    frame = parts(*report)
    assert frame["share"].sum() == pytest.approx(100)
    assert ((frame["low"] <= frame["share"]) & (frame["share"] <= frame["high"])).all()
