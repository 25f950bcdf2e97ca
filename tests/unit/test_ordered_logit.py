"""The proportional odds model against statsmodels, its own definition written out, and cases worked by hand."""

import math
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, example, given, settings, strategies as st

from analysis.ordered_logit import OrderedLogit, fit_ordered_logit, odds

few_answers = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=2, max_size=30)


def drawn(seed: int, n: int, top: int, effect: float, many: int) -> tuple[np.ndarray, np.ndarray]:
    """Answers from 1 to `top` of n people, drawn from the model with a covariate of so many values; high ones are rare."""
    rng = np.random.default_rng(seed)
    covariate = rng.integers(0, many, n) / (many - 1)
    latent = effect * covariate + rng.logistic(size=n)
    return np.digitize(latent, np.linspace(-1, 3.5, top - 1)) + 1, covariate


def of_statsmodels(answers, covariate, **how):
    """The same model by statsmodels' own optimiser and numeric derivatives."""
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    used = pd.Series(pd.Categorical(answers, ordered=True))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of steps that its optimiser takes back, and of its own rule for an end
        model = OrderedModel(used, pd.DataFrame({"x": covariate}), distr="logit")
        return model.fit(method="bfgs", disp=0, maxiter=1000, gtol=1e-8, **how)


NEARLY_SEPARATED = (np.array([1, 1, 2, 3, 2, 2, 2, 1, 3, 3, 3, 3]), np.repeat([0.0, 1.0], 6))
DATA = {
    "two answers": drawn(1, 90, 2, 0.7, 2),
    "four answers": drawn(2, 80, 4, -0.5, 2),
    "nine answers, the highest rare": drawn(3, 114, 9, 1.0, 2),
    "some answers never given": (np.array([1, 4, 4, 9, 1, 4, 9, 9, 9, 1]), np.repeat([0.0, 1.0], 5)),
    "few people": drawn(4, 14, 5, 0.5, 2),
    "strong effect": drawn(5, 150, 6, 6.0, 2),
    "nearly separated": NEARLY_SEPARATED,
    "years": (drawn(6, 120, 5, 1.5, 20)[0], 20 * drawn(6, 120, 5, 1.5, 20)[1]),
}


@pytest.mark.parametrize("name", DATA)
def test_estimate_and_both_errors_are_those_of_statsmodels(name):
    answers, covariate = DATA[name]
    groups = np.arange(len(answers)) // 2
    fit = fit_ordered_logit(answers, covariate)
    plain = of_statsmodels(answers, covariate)
    clustered = of_statsmodels(answers, covariate, cov_type="cluster", cov_kwds={"groups": groups})
    assert fit.log_odds == pytest.approx(plain.params.iloc[0], abs=1e-6)
    assert fit.cuts == pytest.approx(plain.model.transform_threshold_params(plain.params.to_numpy())[1:-1], abs=2e-6)
    assert math.sqrt(fit.variance()) == pytest.approx(plain.bse.iloc[0], rel=1e-4)  # its second derivative is numeric
    assert math.sqrt(fit.clustered_variance(groups)) == pytest.approx(clustered.bse.iloc[0], rel=1e-4)
    assert odds(fit.log_odds, math.sqrt(fit.variance()))["p"] == pytest.approx(plain.pvalues.iloc[0], abs=1e-5)


def log_likelihood(answers, covariate, cuts, log_odds) -> float:
    """From the definition: the probability of each answer is a difference of two logistic functions."""
    edges, values = [-math.inf, *cuts, math.inf], sorted(set(answers))

    def below(cut: float, x: float) -> float:
        return 0.0 if cut == -math.inf else 1.0 if cut == math.inf else 1 / (1 + math.exp(log_odds * x - cut))

    places = [values.index(answer) for answer in answers]
    return sum(math.log(below(edges[k + 1], x) - below(edges[k], x)) for k, x in zip(places, covariate, strict=True))


@pytest.mark.parametrize("name", DATA)
def test_information_is_how_the_definition_bends(name):
    answers, covariate = DATA[name]
    fit, step = fit_ordered_logit(answers, covariate), 1e-3
    at = np.append(fit.cuts, fit.log_odds)
    steps = step * np.eye(len(at))

    def log(move: np.ndarray) -> float:
        return log_likelihood(answers.tolist(), covariate.tolist(), (at + move)[:-1], (at + move)[-1])

    bends = [[log(a + b) - log(a - b) - log(b - a) + log(-a - b) for b in steps] for a in steps]
    scale = np.abs(fit.information).max()
    assert -np.array(bends) / (4 * step**2) / scale == pytest.approx(fit.information / scale, abs=1e-4)


def separated(pairs: list[tuple[int, int]]) -> bool:
    """Whether the covariate never falls, or never rises, from an answer to a higher one: every two people are compared."""
    turns = {int(np.sign(x - y)) for answer, x in pairs for other, y in pairs if answer > other}
    return not {1, -1} <= turns


@settings(max_examples=150)
@example([(0, 0), (1, 0), (1, 3), (2, 3)])
@given(few_answers)
def test_there_is_a_maximum_where_answers_overlap_and_only_there(pairs):
    answers, covariate = np.array(pairs, dtype=float).T
    fit = fit_ordered_logit(answers, covariate)
    assert (fit is None) == separated(pairs)
    if fit:
        assert np.abs(fit.slopes.sum(axis=0)).max() < 1e-6 and (np.diff(fit.cuts) > 0).all()
        best = log_likelihood(answers.tolist(), covariate.tolist(), fit.cuts, fit.log_odds)
        for way in (-0.01, 0.01):
            assert log_likelihood(answers.tolist(), covariate.tolist(), fit.cuts, fit.log_odds + way) < best


@settings(max_examples=50)
@given(few_answers)
def test_only_the_order_of_the_answers_counts_and_units_and_directions_carry_through(pairs):
    answers, covariate = np.array(pairs, dtype=float).T
    fit = fit_ordered_logit(answers, covariate)
    assume(fit is not None)
    assert fit_ordered_logit(answers**3 - 7, covariate).log_odds == fit.log_odds
    assert fit_ordered_logit(answers, 12 * covariate + 5).log_odds == pytest.approx(fit.log_odds / 12, abs=1e-7)
    assert fit_ordered_logit(-answers, covariate).log_odds == pytest.approx(-fit.log_odds, abs=1e-7)


def test_error_of_two_by_two_counts_is_that_of_woolf():
    """Odds 8/12 against 15/5: ratio 4.5, and the sum of the four reciprocals (B. Woolf, Annals of Human Genetics 19, 1955)."""
    fit = fit_ordered_logit(np.repeat([2, 1, 2, 1], [8, 12, 15, 5]), np.repeat([0, 1], [20, 20]))
    assert fit.log_odds == pytest.approx(math.log(4.5), abs=1e-12)
    assert fit.variance() == pytest.approx(1 / 8 + 1 / 12 + 1 / 15 + 1 / 5, rel=1e-12)


def test_groups_of_one_answer_give_the_sum_of_squared_slopes():
    """Two parameters with an information of 4 and 9: influence of a slope s on the second is s/9."""
    slopes = np.array([[1.0, 3.0], [-1.0, 0.0], [0.0, -6.0]])
    fit = OrderedLogit(0.0, np.zeros(1), slopes, np.diag([4.0, 9.0]))
    assert fit.clustered_variance(np.array(["a", "b", "c"])) == pytest.approx((3**2 + 6**2) / 81 * 3 / 2 * 2 / 1)
    assert fit.clustered_variance(np.array(["a", "b", "a"])) == pytest.approx(3**2 / 81 * 2 / 1 * 2 / 1)


def test_odds_without_error_and_without_an_estimate():
    assert odds(0.0, 0.0) == {"odds_ratio": 1.0, "low": 1.0, "high": 1.0, "p": 1.0}
    assert all(map(math.isnan, odds(math.nan, math.nan).values()))


def test_odds_at_the_edge_of_the_interval():
    """z = 1.96: the interval ends at 1, and p is 0.05."""
    found = odds(1.959964, 1.0)
    assert found["low"] == pytest.approx(1, abs=1e-6) and found["p"] == pytest.approx(0.05, abs=1e-6)
