"""The known answers of sensitivity.yaml."""

from pathlib import Path

import numpy as np
import pytest
import sensitivity_cases as cases
import yaml
from scipy.stats import norm

from analysis.sroi.sensitivity import appraisal, indices, information

SPEC = yaml.safe_load((Path(__file__).parent / "sensitivity.yaml").read_text())


@pytest.fixture(scope="module")
def reference(project_root):
    return appraisal.read_reference(project_root)


@pytest.mark.parametrize("spec", SPEC["indices"], ids=lambda spec: spec["case"])
def test_indices(spec):
    case = getattr(cases, f"{spec['case']}_case")()
    found = indices.sobol_indices(indices.terms(case, seed=1), replicates=50).sort_index() / 100
    assert found["first"].to_numpy() == pytest.approx(np.array(spec["first"]), abs=spec["within"])
    assert found["total"].to_numpy() == pytest.approx(np.array(spec["total"]), abs=spec["within"])


def test_the_ishigami_answers_follow_from_their_formula():
    a, b, pi = 7.0, 0.1, np.pi
    whole = a**2 / 8 + b * pi**4 / 5 + b**2 * pi**8 / 18 + 0.5
    alone = np.array([(1 + b * pi**4 / 5) ** 2 / 2, a**2 / 8, 0.0])
    pair = 8 * b**2 * pi**8 / 225
    assert alone.sum() + pair == pytest.approx(whole, rel=1e-12)
    assert SPEC["indices"][0]["first"] == pytest.approx(alone / whole, abs=6e-5)
    assert SPEC["indices"][0]["total"] == pytest.approx((alone + pair * np.array([1, 0, 1])) / whole, abs=6e-5)


def test_the_g_function_answers_follow_from_their_formula():
    spec = SPEC["indices"][1]
    part = 1 / (3 * (1 + np.array(cases.G_COEFFICIENTS)) ** 2)
    whole = np.prod(1 + part) - 1
    assert spec["first"] == pytest.approx(part / whole, abs=6e-5)
    assert spec["total"] == pytest.approx(part / (1 + part) * np.prod(1 + part) / whole, abs=6e-5)


@pytest.mark.parametrize("kind", ["standard", "health"])
def test_discount_factors(reference, kind):
    factors = appraisal.discount_factors(75, getattr(reference, kind))
    for year, factor in SPEC["discount_factors"][kind].items():
        assert factors[year] == pytest.approx(factor, abs=5e-5), year


@pytest.mark.parametrize("spec", SPEC["payback"], ids=lambda spec: spec["source"])
def test_payback(spec):
    assert appraisal.payback_years(spec["flows"], spec["cost"]) == pytest.approx(spec["years"])


@pytest.mark.parametrize("spec", SPEC["information"])
def test_information(spec):
    reach = norm.ppf(0.975)
    # beta, pert and the rest have ends; a normal entry that may be negative has none, as the formula asks
    entries = [
        cases.entry(
            "x", spec["mean"], spec["mean"] - reach * spec["sd_x"], spec["mean"] + reach * spec["sd_x"], "normal"
        ),
        cases.entry("y", 0.0, -reach * spec["sd_y"], reach * spec["sd_y"], "normal"),
    ]
    case = cases.function_case(lambda x, y: x + y + 1, entries)  # the cost of a function case is 1
    frame, net = information.net_draws(case, 2**15, 4)
    assert information.perfect_information(net) == pytest.approx(spec["knowing_all"], rel=0.02)
    worth = information.partial_information(frame, net, {"x": ["x"], "both": ["x", "y"]})
    assert worth["x"] == pytest.approx(spec["knowing_x"], rel=0.03)
    assert worth["both"] == pytest.approx(spec["knowing_all"], rel=0.02)


@pytest.mark.parametrize("spec", SPEC["information"])
def test_the_information_answers_follow_from_their_formula(spec):
    for sd, known in ((spec["sd_x"], "knowing_x"), (np.hypot(spec["sd_x"], spec["sd_y"]), "knowing_all")):
        z = spec["mean"] / sd
        assert spec[known] == pytest.approx(
            sd * norm.pdf(z) + spec["mean"] * norm.cdf(z) - max(spec["mean"], 0), abs=1e-5
        )


def test_the_wellby_in_prices_of_another_year(reference):
    assert appraisal.wellby_value(reference, "central", 2019) == SPEC["wellby"]["value_2019"]
    assert appraisal.wellby_value(reference, "central", 2013) == pytest.approx(SPEC["wellby"]["value_2013"], abs=0.05)
