"""Variance-based indices against SALib 1.5 and later (Herman and Usher 2017), an implementation that shares no code with ours.

One design through both: our sample of A, B and the mixed rows, run by SALib's estimators, agrees to the last digits. SALib's
own sample and analysis agree within the two intervals. SALib takes a seed of 0 for none, hence the 1 throughout.
"""

import numpy as np
import pytest
import sensitivity_cases as cases
from SALib.analyze import sobol as salib
from SALib.sample import sobol as salib_sample

from analysis.sroi.model import read_model
from analysis.sroi.sensitivity import indices
from analysis.sroi.sensitivity.sampling import uniforms, values_at

SIZE, SEED, REPLICATES = 2**10, 1, 400


@pytest.fixture(scope="module", params=["ishigami", "sobol_g", "coproduction"])
def case(request):
    if request.param != "coproduction":
        return getattr(cases, f"{request.param}_case")()
    study, settings = cases.coproduction()
    return settings.case(read_model(study), study.register)


@pytest.fixture(scope="module")
def ours(case):
    """Our indices as shares; no correlation enters them."""
    return indices.sobol_indices(indices.terms(case, SIZE, SEED), SEED, REPLICATES) / 100


@pytest.fixture(scope="module")
def theirs(case):
    """SALib's analysis of our design."""
    ratios = _run(case, _cross_sampled(*_our_design(case)))
    return salib.analyze(_problem(case), ratios, calc_second_order=False, num_resamples=REPLICATES, seed=SEED)


def _problem(case):
    return {"num_vars": len(case.varied), "names": list(case.varied), "bounds": [[0.0, 1.0]] * len(case.varied)}


def _run(case, points):
    return np.array(case.measure(values_at(case, case.varied, points), "ratio", len(points)))


def _cross_sampled(first, second):
    """SALib's order of rows: A, then A with one column of B after the other, then B, row by row."""
    mixed = [np.where(np.arange(first.shape[1]) == place, second, first) for place in range(first.shape[1])]
    return np.stack([first, *mixed, second], axis=1).reshape(-1, first.shape[1])


def _our_design(case):
    columns = len(case.varied)
    block = np.concatenate(list(uniforms(SIZE, 2 * columns, SEED)))
    return block[:, :columns], block[:, columns:]


def test_on_one_design_the_estimators_agree_to_the_last_digits(case, ours):
    first, second = _our_design(case)
    found = _run(case, _cross_sampled(first, second)).reshape(SIZE, -1)
    found = found - (found[:, 0].mean() + found[:, -1].mean()) / 2
    a, b = found[:, 0], found[:, -1]
    for place, name in enumerate(case.varied, start=1):
        assert ours.loc[name, "first"] == pytest.approx(
            salib.first_order(a, found[:, place], b), rel=1e-9, abs=1e-12
        ), name
        assert ours.loc[name, "total"] == pytest.approx(
            salib.total_order(a, found[:, place], b), rel=1e-9, abs=1e-12
        ), name


def test_on_one_design_the_whole_analysis_agrees_up_to_the_centring(case, ours, theirs):
    """SALib takes the mean of all runs off, we the mean of A and B; the total index knows no mean, the first order hardly."""
    mine = ours.loc[list(case.varied)]
    assert mine["total"].to_numpy() == pytest.approx(theirs["ST"], rel=1e-9, abs=1e-12)
    assert mine["first"].to_numpy() == pytest.approx(theirs["S1"], abs=2e-3)


def test_on_one_design_the_intervals_are_as_wide(case, ours, theirs):
    """Half of our percentile interval against SALib's normal one; both come from a few hundred resamples."""
    mine = ours.loc[list(case.varied)]
    for kind, name in (("first", "S1_conf"), ("total", "ST_conf")):
        half = (mine[f"{kind}_high"] - mine[f"{kind}_low"]).to_numpy() / 2
        assert half == pytest.approx(theirs[name], rel=0.25, abs=1e-6)


def test_salibs_own_sample_agrees_within_the_two_intervals(case, ours):
    points = np.clip(
        salib_sample.sample(_problem(case), SIZE, calc_second_order=False, seed=SEED), 2.0**-53, 1 - 2.0**-53
    )
    found = salib.analyze(
        _problem(case), _run(case, points), calc_second_order=False, num_resamples=REPLICATES, seed=SEED
    )
    mine = ours.loc[list(case.varied)]
    for kind, name in (("first", "S1"), ("total", "ST")):
        half = (mine[f"{kind}_high"] - mine[f"{kind}_low"]).to_numpy() / 2
        assert (np.abs(mine[kind] - found[name]) <= half + found[f"{name}_conf"] + 1e-9).all()
        assert found[name].max() > 0.1
