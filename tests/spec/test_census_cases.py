"""Every worked case of census_cases.yaml, through the function it names."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from analysis.census.ageing import carry_forward, expectancy
from analysis.census.arrivals import fit_margins, frechet_bounds
from analysis.census.births import expected_births, fertility_schedule
from analysis.census.integration import same_country
from analysis.census.rounding import decimals_borne
from analysis.census.shares import share_of_parts
from analysis.census.survey import Z_95
from analysis.census.trend import weighted_trend

CASES = yaml.safe_load((Path(__file__).parent / "census_cases.yaml").read_text(encoding="utf-8"))["cases"]


def _bounds(given):
    return [
        float(end) for end in frechet_bounds(*(np.array(float(given[name])) for name in ("row", "column", "total")))
    ]


def _fit(given):
    margins = [np.array([given[name]], dtype=float) for name in ("rows", "columns")]
    return fit_margins(*margins, np.array(given["seed"], dtype=float))[0].tolist()


def _trend(given, half_widths):
    estimates = pd.DataFrame([given["estimates"]], columns=given["years"], index=["here"]).astype(float)
    half = pd.DataFrame([half_widths], columns=given["years"], index=["here"]).astype(float)
    line = weighted_trend(estimates, half, at=given["at"]).lines.loc["here"]
    errors = {
        name: (line[f"{column}_high"] - line[column]) / Z_95
        for name, column in (("level_error", "level"), ("change_error", "yearly_change"))
    }
    return {"level": line["level"], "yearly_change": line["yearly_change"], **errors}


def _trend_of_variances(given):
    half_widths = [Z_95 * np.sqrt(variance - 1000**2 / 12) for variance in given["variances"]]
    found = _trend(given, half_widths)
    return {"level": found["level"], "yearly_change": found["yearly_change"]}


def _births(given):
    women = np.zeros((1, 101))
    women[0, given["age"]] = given["women"]
    by_year = carry_forward(women, np.full(101, given["alive"]), given["years"])
    return float(expected_births(by_year, np.full(101, given["rate"]))[0])


def _schedule(given):
    rates = fertility_schedule(**given)
    return {**{f"age {age}": float(rates[age]) for age in (14, 15, 49, 50)}, "sum": float(rates.sum())}


FUNCTIONS = {
    "frechet_bounds": _bounds,
    "fit_margins": _fit,
    "weighted_trend": lambda given: _trend(given, [given["half_width"]] * len(given["years"])),
    "weighted_trend_of_variances": _trend_of_variances,
    "share_of_parts": lambda given: [
        float(value) for value in share_of_parts(**{k: np.float64(v) for k, v in given.items()})
    ],
    "expected_births": _births,
    "fertility_schedule": _schedule,
    "expectancy": lambda given: float(
        expectancy(np.array([float(given["age"])]), given["a"], given["b"], given["c"])[0]
    ),
    "same_country": lambda given: float(same_country(np.array([given["counts"]], dtype=float))[0]),
    "decimals_borne": lambda given: decimals_borne(**given),
}


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_worked_case(case):
    assert case["source"]
    found, expected = FUNCTIONS[case["function"]](case["given"]), case["expected"]

    np.testing.assert_allclose(_numbers(found), _numbers(expected), rtol=1e-4, atol=1e-5)


def _numbers(value):
    return np.array(list(value.values()) if isinstance(value, dict) else value, dtype=float)
