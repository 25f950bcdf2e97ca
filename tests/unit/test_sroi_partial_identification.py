"""The set of values that everything printed allows: small sets by hand, and the paper's against a search at random."""

from pathlib import Path

import numpy as np
import pytest

from analysis.described import description
from analysis.errors import InputError
from analysis.expressions import evaluate, parse
from analysis.quantities import Interval
from analysis.sroi import identified_file, partial_identification
from analysis.sroi.model import read_model
from analysis.study import load_study
from analysis.study.claims import claims_in

WORDS = {"says": True, "sentence": True}
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def study():
    return load_study("coproduction", ROOT)


@pytest.fixture(scope="module")
def problem(study):
    return identified_file.read_problem(study)


@pytest.fixture(scope="module")
def solved(problem, study):
    return partial_identification.solve(problem, study)


def small(statements, readings=(), names=("x", "y"), order=("x",), choice=None):
    return identified_file.Problem.model_validate(
        {
            "unknowns": [{"id": name, "label": name, "unit": "GBP"} for name in names],
            "statements": [
                dict(zip(("left", "relation", "right", "says"), (*s, "it says"), strict=True)) for s in statements
            ],
            "readings": readings,
            "calibration": {"readings": choice or {}, "order": order, "why": "a test"},
        }
    )


def test_a_ratio_printed_to_two_decimals_by_hand(study):
    """x over y prints as 4.67 and y is 100: x lies between 466.5 and 467.5."""
    region = partial_identification.polytope(small([("x", "=", "claim:CP-087 * y"), ("y", "=", "100")]), study, {})
    found = region.bounds("x")
    assert (found.low, found.high) == (pytest.approx(466.5), pytest.approx(467.5))


def test_an_open_end_and_an_empty_set(study):
    above = partial_identification.polytope(small([("x", ">=", "3 * y"), ("y", ">=", "2")]), study, {}).bounds("x")
    assert (above.low, above.high) == (pytest.approx(6), np.inf)
    empty = partial_identification.polytope(small([("x", "<=", "1"), ("x", ">=", "2")]), study, {})
    assert empty.empty and empty.bounds("x") is None


@pytest.mark.parametrize("formula", ["x * y", "1 / x", "nothing", "x ** 2"])
def test_what_is_not_linear_or_not_known_is_refused(study, formula):
    with pytest.raises(InputError, match="identified.yaml"):
        partial_identification.polytope(small([(formula, "=", "1")]), study, {})


def test_the_arithmetic_of_linear_forms_is_that_of_numbers():
    x, y = (partial_identification.Linear(slopes={name: Interval(1, 1)}) for name in "xy")
    found = 2 - (3 * x - y / 4 + 1) * 2
    assert found.constant == Interval(0, 0)
    assert found.slopes == {"x": Interval(-6, -6), "y": Interval(0.5, 0.5)}


def test_points_of_the_paper_print_as_it_prints(problem, study):
    """Every vertex direction tried at random is a point from which all six ratios round to what is printed."""
    from scipy.optimize import linprog

    region = partial_identification.polytope(problem, study, problem.calibration.readings)
    random = np.random.default_rng(3)
    for _ in range(40):
        aim = random.normal(size=len(region.names))
        x = linprog(aim, A_ub=region.matrix, b_ub=region.limits, bounds=[(0, 1e8)] * len(aim), method="highs").x
        v = dict(zip(region.names, x, strict=True))
        central = 888888 + v["english_central"] + v["employability_central"] + 17540
        low = 666666 + v["english_low"] + v["employability_low"] + 17540 * 0.9
        high = v["engagement_high"] + v["english_high"] + v["employability_high"] + 17540 * 1.1
        for value, ratio, operating in ((low, 2.98, 3.68), (central, 4.67, 5.76), (high, 5.36, 6.60)):
            assert value / v["cost"] == pytest.approx(ratio, abs=0.00501)
            assert value / (v["cost"] - v["research"]) == pytest.approx(operating, abs=0.00501)


def test_the_combinations_solved_one_after_another_are_as_if_each_were_solved_alone(solved, problem, study):
    """Oracle: scipy's solver on the statements of one combination; every seventh, possible and impossible ones."""
    from scipy.optimize import linprog

    for row in solved.iloc[::7].to_dict("records"):
        region = partial_identification.polytope(
            problem, study, {reading.id: row[reading.id] for reading in problem.readings}
        )
        for place, name in enumerate(region.names[: 3 if row["possible"] else 1]):
            ends = [
                linprog(sign * np.eye(len(region.names))[place], A_ub=region.matrix, b_ub=region.limits)
                for sign in (1, -1)
            ]
            assert [end.status for end in ends] == ([0, 0] if row["possible"] else [2, 2])
            if row["possible"]:
                assert (row[f"{name}_low"], row[f"{name}_high"]) == pytest.approx((ends[0].fun, -ends[1].fun), rel=1e-7)


def test_a_quarter_kept_in_the_low_estimate_contradicts_the_sentence_on_government(solved, problem):
    """By hand: government above cost asks 0.35 Emp > C, so Emp > 0.61 V; losing 0.75 of it leaves less than 0.55 V, not 0.638 V."""
    found = partial_identification.conflicts(solved, problem)
    for costs in ("above_all_costs", "above_operating_costs"):
        assert {"less_likely_to_work": "quarter_in_low", "government": costs} in found
    assert {"less_likely_to_work": "quarter_everywhere"} in found


def test_conflicts_are_smallest_sets_and_name_every_impossible_combination(solved, problem):
    found = partial_identification.conflicts(solved, problem)
    for choice, possible in zip(
        solved[[r.id for r in problem.readings]].to_dict("records"), solved["possible"], strict=True
    ):
        assert possible is not any(conflict.items() <= choice.items() for conflict in found)
    assert not any(a != b and a.items() <= b.items() for a in found for b in found)


def test_the_calibrated_point_is_inside_and_in_the_register(problem, study):
    point = partial_identification.calibrate(problem, study)
    region = partial_identification.polytope(problem, study, problem.calibration.readings)
    x = np.array([point[name] for name in region.names])
    assert np.all(region.matrix @ x <= region.limits + 1e-3)
    inputs = partial_identification.Inputs(study)

    def look_up(name: str) -> float:
        if name in point:
            return point[name]
        entry = inputs[name]
        return float(entry.number if hasattr(entry, "number") else entry.value)

    for derived in problem.calibration.derived:
        entry, value = study.register[derived.id], float(evaluate(parse(derived.formula), look_up))
        assert entry.kind == "calibrated"
        assert entry.value == pytest.approx(value, rel=2e-4) and entry.low <= value <= entry.high


def test_the_first_unknown_of_the_calibration_is_in_the_middle(problem, study):
    bounds = partial_identification.polytope(problem, study, problem.calibration.readings).bounds("cost")
    assert partial_identification.calibrate(problem, study)["cost"] == pytest.approx((bounds.low + bounds.high) / 2)
    entry = study.register["total_cost"]
    assert (entry.low, entry.high) == (pytest.approx(bounds.low, abs=1), pytest.approx(bounds.high, abs=1))


def test_a_figure_that_looks_rounded_is_read_so_everywhere(problem, study):
    """£19,000 times 71 participants, to the nearest thousand as in the register: 18,500 x 71 to 19,500 x 71."""
    whole = partial_identification.polytope(problem, study, problem.calibration.readings).bounds("employability_whole")
    assert (whole.low, whole.high) == (pytest.approx(1_313_500), pytest.approx(1_384_500))
    other = problem.model_copy(update={"rounding": {"CP-062": 100.0}})
    with pytest.raises(InputError, match="developmental_learning_value of the register is 18500 to 19500"):
        identified_file._check_rounding(other, study)
    for wrong in ({"CP-062": 7.0}, {"CP-999": 1.0}, {"CP-062": 0.0}):
        with pytest.raises(InputError, match="rounding"):
            identified_file._check_rounding(problem.model_copy(update={"rounding": wrong}), study)


def test_all_readings_together_contain_each(solved, problem):
    ranges, possible = partial_identification.union(solved, problem), solved[solved["possible"]]
    for name in ranges.index:
        assert (possible[f"{name}_low"] >= ranges.loc[name, "low"]).all() and (
            possible[f"{name}_high"] <= ranges.loc[name, "high"]
        ).all()


def test_the_splits_of_the_advice_contacts(study):
    """Brute force over whole contacts: 250 splits print £17,540; the register's mix is the middle one."""
    splits = [
        (h, a, 628 - h - a) for h in range(629) for a in range(629 - h) if 40 * h + 30 * a + 20 * (628 - h - a) == 17540
    ]
    helped = [h for h, _, _ in splits]
    entry = study.register["advice_help"]
    assert (len(splits), min(helped), max(helped)) == (250, entry.low, entry.high)
    found = read_model(study).evaluate_steps()
    assert (124, found["advice_assistance"], found["advice_signposting"]) in splits and entry.value == 124


def test_an_annual_value_raised_to_another_year_and_divided_into_weeks_by_hand(study):
    """£13,500 x 98.5 / 93.4 = £14,237.15; over 52 weeks £273.79, over 365 / 7 weeks £273.04, of which £273 is printed."""
    found = partial_identification.uprated(study)
    assert found["value"].tolist()[:2] == pytest.approx([273.79, 273.04], abs=0.005)
    assert found["fits"].tolist()[:2] == ["no", "yes"]
    named = study.document(identified_file.FILE)["uprating"]
    claims = {f"claim:{named[name]}" for name in ("annual", "weekly")}
    files = {"data/raw/coproduction/identified.yaml", "data/raw/reference/uk_cpi_annual.csv"}
    assert set(description(found).inputs) == claims | files


def test_ranges_of_the_unprinted_rest_on_the_claims_that_their_statements_name(study, problem):
    parts = (problem.statements, problem.readings)
    named = {
        f"claim:{claim}" for part in parts for each in part for claim in claims_in(each.model_dump_json(exclude=WORDS))
    }
    found = description(partial_identification.unknown_ranges(partial_identification.identified_set(study))).inputs
    assert {name for name in found if name.startswith("claim:")} == named
