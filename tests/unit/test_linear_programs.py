"""Linear programs kept and solved again: against scipy's own solver, by hand, and whatever was solved before."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array

from analysis import linear_programs
from analysis.linear_programs import Infeasible, LinearProgram, Unbounded, Unsolved

INF = np.inf
# By hand: 2 x + y <= 10 and x + 3 y <= 15 meet in (3, 4), where 3 x + 4 y = (2 x + y) + (x + 3 y) is 25, and nowhere more.
CORNER = np.array([[2.0, 1.0], [1.0, 3.0]])


def corner(**limits: float) -> LinearProgram:
    return LinearProgram(CORNER, np.full(2, -INF), np.array([10.0, 15.0]), **limits)


def random_program(seed: int) -> tuple[csr_array, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Sparse rows with equations, ranges, one-sided and free rows, small whole coefficients (so many are degenerate)."""
    random = np.random.default_rng(seed)
    m, n = random.integers(1, 14), random.integers(1, 12)
    rows = random.integers(-2, 4, (m, n)) * (random.random((m, n)) < 0.5)
    at = rows @ random.integers(0, 5, n)  # mostly some point fits
    low, high = at - random.integers(0, 4, m), at + random.integers(-1, 4, m)
    kind = random.integers(0, 5, m)
    low, high = np.where(kind == 0, at, low).astype(float), np.where(kind == 0, at, high).astype(float)
    low[np.isin(kind, (1, 3))], high[np.isin(kind, (2, 3))] = -INF, INF
    least, most = np.where(random.random(n) < 0.2, -INF, 0.0), np.where(random.random(n) < 0.5, 6.0, INF)
    return csr_array(rows.astype(float)), low, high, least, most


def by_scipy(rows: csr_array, low, high, least, most, aim) -> float | str:
    """The least value by scipy's solver from inequalities alone, or what there is instead."""
    dense, above, below = rows.toarray(), np.isfinite(high), np.isfinite(low)
    matrix, limits = np.vstack([dense[above], -dense[below]]), np.concatenate([high[above], -low[below]])
    bounds = list(zip(least, most, strict=True))
    if linprog(np.zeros(len(aim)), A_ub=matrix, b_ub=limits, bounds=bounds).status == 2:
        return "infeasible"
    found = linprog(aim, A_ub=matrix, b_ub=limits, bounds=bounds)
    return found.fun if found.status == 0 else "unbounded"  # scipy's presolving also calls some of these infeasible


def value(model: LinearProgram, aim) -> float | str:
    try:
        return model.minimum(aim).value
    except (Infeasible, Unbounded) as ended:
        return type(ended).__name__.lower()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_least_values_are_those_of_another_solver_however_often_limits_and_objectives_change(seed):
    rows, low, high, least, most = random_program(seed)
    model, random = LinearProgram(rows, low, high, least, most), np.random.default_rng(seed)
    for _ in range(4):
        for aim in random.integers(-3, 4, (3, rows.shape[1])).astype(float):
            expected = by_scipy(rows, low, high, least, most, aim)
            found = value(model, aim)
            assert found == (expected if isinstance(expected, str) else pytest.approx(expected, abs=1e-6))
        row = random.integers(len(low))
        low, high = low.copy(), high.copy()
        low[row], high[row] = ((-INF, INF), (0.0, 3.0), (-INF, 2.0))[random.integers(3)]
        model.limit(low, high)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_solution_fits_all_limits_and_its_duals_prove_it_least(seed):
    """Weak duality: for x within all limits, c x is at least the sum over rows and unknowns of dual times the limit it presses."""
    rows, low, high, least, most = random_program(seed)
    aim = np.random.default_rng(seed).integers(0, 4, rows.shape[1]).astype(float)
    try:
        found = LinearProgram(rows, low, high, least, most).minimum(aim)
    except (Infeasible, Unbounded):
        return
    assert found.sums == pytest.approx(rows @ found.point, abs=1e-6)
    for values, ends in ((found.sums, (low, high)), (found.point, (least, most))):
        assert (values >= ends[0] - 1e-6).all() and (values <= ends[1] + 1e-6).all()
    rest = aim - rows.T @ found.duals

    def bound(duals, ends):
        pressed = np.where(duals > 0, ends[0], ends[1])[np.abs(duals) > 1e-9]
        return float(duals[np.abs(duals) > 1e-9] @ pressed)

    assert bound(found.duals, (low, high)) + bound(rest, (least, most)) == pytest.approx(found.value, abs=1e-5)


def test_duals_are_what_a_unit_more_of_a_limit_is_worth():
    """By hand: each unit more of either limit makes 3 x + 4 y one more, so -3 x - 4 y one less."""
    found = corner().minimum(np.array([-3.0, -4.0]))
    assert (found.value, found.point.tolist(), found.sums.tolist()) == (-25, [3, 4], [10, 15])
    assert found.duals.tolist() == [-1, -1]
    moved = LinearProgram(CORNER, np.full(2, -INF), np.array([11.0, 15.0])).minimum(np.array([-3.0, -4.0]))
    assert moved.value - found.value == pytest.approx(found.duals[0])


def test_the_sign_of_duals_is_that_of_scipys_marginals():
    aim = np.array([1.0, 2.0])
    found = LinearProgram(CORNER, np.array([4.0, 6.0]), np.full(2, INF)).minimum(aim)
    theirs = linprog(aim, A_ub=-CORNER, b_ub=[-4.0, -6.0])
    assert found.duals == pytest.approx(-theirs.ineqlin.marginals) and (found.duals >= 0).all()


def test_what_is_infeasible_and_what_is_unbounded_are_told_apart_and_leave_the_model_usable():
    model = corner()
    with pytest.raises(Unbounded):
        LinearProgram(-CORNER, np.full(2, -INF), np.zeros(2)).minimum(np.array([-1.0, 0.0]))
    model.limit(np.array([11.0, -INF]), np.array([10.0, 15.0]))
    with pytest.raises(Infeasible, match="lower limit"):
        model.minimum(np.ones(2))
    model.limit(np.array([-INF, -INF]), np.array([-1.0, 15.0]))
    with pytest.raises(Infeasible, match="nothing satisfies"):
        model.minimum(np.ones(2))
    model.limit(np.full(2, -INF), np.array([10.0, 15.0]))
    assert model.minimum(np.array([-3.0, -4.0])).value == -25
    with pytest.raises(Infeasible):
        corner(least=2.0, most=1.0).minimum(np.ones(2))


def test_nothing_satisfies_a_program_without_solution_though_its_objective_falls_for_ever():
    model = LinearProgram(np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([2.0, -INF]), np.array([INF, 1.0]))
    with pytest.raises(Infeasible):
        model.minimum(np.array([0.0, -1.0]))


def test_free_rows_bind_nothing_and_a_row_set_free_no_longer_does():
    free = np.full(2, -INF), np.full(2, INF)
    with pytest.raises(Unbounded):
        LinearProgram(CORNER, *free).minimum(-np.ones(2))
    model = corner(most=100.0)
    assert model.minimum(np.array([-1.0, 0.0])).value == -5
    assert model.limit(np.full(2, -INF), np.array([INF, 15.0]))
    assert model.minimum(np.array([-1.0, 0.0])).value == -15
    assert not model.limit(np.full(2, -INF), np.array([INF, 15.0]))


def test_without_rows_the_limits_of_the_unknowns_decide():
    model = LinearProgram(np.empty((0, 2)), np.empty(0), np.empty(0), least=np.array([-1.0, 2.0]), most=7.0)
    assert model.minimum(np.array([1.0, -1.0])).value == -8


@pytest.mark.parametrize("rows", [CORNER, csr_array(CORNER)], ids=["dense", "sparse"])
def test_dense_and_sparse_rows_are_the_same(rows):
    model = LinearProgram(rows, np.full(2, -INF), np.array([10.0, 15.0]))
    assert model.minimum(np.array([-3.0, -4.0])).value == -25


def test_the_same_calls_give_the_same_bytes_whatever_other_models_solved_in_between():
    """Solutions of degenerate programs are many; which is found may depend on the calls to this model alone."""

    def answers(disturbed: bool) -> list[bytes]:
        model, found = LinearProgram(rows, low, high, least, most), []
        for aim in aims:
            if disturbed:
                other = random_program(int(abs(aim).sum()))
                value(LinearProgram(*other), np.ones(other[0].shape[1]))
            try:
                each = model.minimum(aim)
                found += [each.point.tobytes(), each.duals.tobytes()]
            except (Infeasible, Unbounded) as ended:
                found.append(type(ended).__name__.encode())
        return found

    for seed in range(20):
        rows, low, high, least, most = random_program(seed)
        aims = np.random.default_rng(seed).integers(-1, 4, (5, rows.shape[1])).astype(float)
        assert answers(False) == answers(True)


def test_a_program_that_one_way_does_not_solve_is_solved_another_or_said_to_be_unsolved(monkeypatch):
    """A limit on the solver's steps stands in for what digits can do to it."""
    monkeypatch.setattr(linear_programs, "_OPTIONS", {**linear_programs._OPTIONS, "simplex_iteration_limit": 0})
    with pytest.raises(Unsolved, match="could not be solved: Iteration limit"):
        corner().minimum(np.array([-3.0, -4.0]))
    monkeypatch.setattr(linear_programs, "_AFRESH", {**linear_programs._AFRESH, "simplex_iteration_limit": 100})
    assert corner().minimum(np.array([-3.0, -4.0])).value == -25


def test_coefficients_out_of_range_are_refused():
    with pytest.raises(Unsolved, match="out of its range"):
        LinearProgram(np.array([[1e16, 1.0]]), np.zeros(1), np.ones(1))


@pytest.mark.parametrize(
    ("what", "changes"),
    [
        ("a row", {"low": np.array([np.nan, 0.0])}),
        ("a row", {"high": np.array([-INF, 0.0])}),
        ("a row", {"low": np.array([INF, 0.0])}),
        ("a coefficient", {"rows": np.array([[np.nan, 1.0], [1.0, 1.0]])}),
        ("a coefficient", {"least": np.nan}),
    ],
)
def test_what_is_not_a_number_is_refused(what, changes):
    plain = {"rows": CORNER, "low": np.zeros(2), "high": np.ones(2)}
    with pytest.raises(ValueError, match=what):
        LinearProgram(**(plain | changes))


@pytest.mark.parametrize("aim", [[1.0], [1.0, np.nan], [1.0, INF]])
def test_an_objective_needs_a_finite_number_for_each_unknown(aim):
    with pytest.raises(ValueError, match="finite number for each of 2"):
        corner().minimum(np.array(aim))
