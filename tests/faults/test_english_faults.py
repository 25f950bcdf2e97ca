"""What the models of English on time refuse, and that each refusal says why."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from made_up import write_example

from analysis.english.models import fit, least_squares, slope
from analysis.english.sample import Form, english_sample, spline_knots
from analysis.participants import read_records
from analysis.reporting.views.english import read_answers


def people(english, months, **more) -> pd.DataFrame:
    return pd.DataFrame({"english_at_joining": english, "months_in_uk": months, **more})


def test_negative_months_are_refused():
    with pytest.raises(ValueError, match="cannot be negative"):
        english_sample(people([1, 2, 3, 4, 5], [1, 2, -3, 4, 5]))


@pytest.mark.parametrize("months", [["a", "b", "c", "d", "1"], [None] * 5, [np.inf] * 5])
def test_too_few_people_are_refused(months):
    with pytest.raises(ValueError, match="fewer than five"):
        english_sample(people([1, 2, 3, 4, 5], months))


def test_time_without_any_spread_is_refused():
    with pytest.raises(ValueError, match="the same thing twice"):
        slope(english_sample(people([1, 2, 3, 4, 5], [12] * 5)))
    with pytest.raises(ValueError, match="linear or log"):
        spline_knots(np.array([12.0] * 9 + [13.0]))


def test_a_covariate_that_names_one_person_is_refused():
    sample = english_sample(
        people([1, 2, 3, 4, 5, 2], [1, 5, 9, 12, 30, 7], origin=["x", "y", "y", "y", "y", "y"]), covariates=["origin"]
    )
    with pytest.raises(ValueError, match="one person alone"):
        fit(sample)


def test_a_spline_has_no_single_slope():
    with pytest.raises(ValueError, match="gain over a year"):
        slope(english_sample(people(range(6), range(6))), Form.SPLINE)


def test_the_same_english_for_all_is_a_slope_of_zero_without_an_r_squared():
    found = slope(english_sample(people([3] * 6, [1, 4, 9, 12, 30, 50])))
    assert found["slope"] == pytest.approx(0, abs=1e-12) and np.isnan(found["r_squared"])
    assert least_squares(np.ones((3, 1)), np.array([1.0, 1, 1]))[0] == pytest.approx([1])


@pytest.mark.parametrize(
    ("blank", "told"),
    [
        (["english_at_joining"], "fewer than five people gave"),
        (["months_in_uk"], "fewer than five people gave"),
        ([], None),
    ],
)
def test_records_without_english_or_time_leave_the_page_to_the_printed_figures(tmp_path, blank, told):
    """A questionnaire need not ask for both; the decision is kept."""
    write_example(tmp_path, seed=3)
    for path in tmp_path.glob("*.csv"):
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        frame.assign(**{name: "" for name in blank if name in frame}).to_csv(path, index=False)
    records = read_records(tmp_path, "coproduction_example")
    evidence = SimpleNamespace(measured=True, records=records, decisions=[])
    found = read_answers(evidence)
    assert (found is None) == bool(told)
    assert [told in each.reason and each.decision == "refused" for each in evidence.decisions] == [True] * bool(told)
