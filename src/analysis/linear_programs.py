"""Linear programs of which many differ only in their objective or a few limits: one model, kept and solved again.

    minimise  c x   subject to   low <= rows x <= high   and   least <= x <= most

Any limit may be infinite, and beyond 1e20 is; a coefficient below 1e-9 counts as zero. The solver is HiGHS (Q. Huangfu
and J. A. J. Hall, Mathematical Programming Computation 10, 2018, 119-142) through its own package highspy. It goes on from
the solution found last, so that a program that differs little from the one before costs a few steps.

The least value does not depend on where the solver starts; which of several solutions with this value is found, and with
which duals, does. So an answer depends on what was asked of this model before, in order, and on nothing else that happened
in the process. Whoever uses duals makes a model of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from highspy import Highs
    from scipy.sparse import csr_array

# One thread, one seed and no limit of time: the same steps each time. After a change of the objective the last solution
# still fits, and the primal simplex method goes on from there; presolving would begin anew.
_OPTIONS: Mapping[str, Any] = {
    "output_flag": False, "threads": 1, "parallel": "off", "random_seed": 0, "presolve": "off", "simplex_strategy": 4,
}  # fmt: skip
_AFRESH: Mapping[str, Any] = {"presolve": "on", "simplex_strategy": 1}  # the dual method, where the primal one fails


class Infeasible(ValueError):
    """Nothing satisfies all limits."""


class Unbounded(ValueError):
    """The objective has no least value."""


class Unsolved(RuntimeError):
    """The solver found neither a solution nor that there is none; the text says how it ended."""


@dataclass(frozen=True)
class Optimum:
    """A solution: the least `value`, the `point` x where it is reached, there the `sums` rows x, and the `duals`.

    The dual of a row is how much the least value rises with the limit that the row has reached, per unit; 0 where it has
    reached none.
    """

    value: float
    point: np.ndarray
    sums: np.ndarray
    duals: np.ndarray


class LinearProgram:
    """Rows and limits, kept by the solver; `minimum` may be asked many times, and limits changed in between."""

    def __init__(
        self, rows: "np.ndarray | csr_array", low: np.ndarray, high: np.ndarray,
        least: np.ndarray | float = 0.0, most: np.ndarray | float = np.inf,
    ) -> None:  # fmt: skip
        """`rows` (rows x unknowns), limits of the rows, and limits of the unknowns (one for each, or one for all).

        Raises ValueError for a limit or a coefficient that is not a number.
        """
        least, most = (np.broadcast_to(np.asarray(ends, dtype=float), rows.shape[1]) for ends in (least, most))
        self._empty_box = bool((least > most).any())
        self._low, self._high = np.full(rows.shape[0], -np.inf), np.full(rows.shape[0], np.inf)
        self._every = np.arange(rows.shape[1], dtype=np.int32)
        self._solver = _solver(rows, least, most)
        self.limit(low, high)

    @property
    def unknowns(self) -> int:
        """How many unknowns there are."""
        return len(self._every)

    def limit(self, low: np.ndarray, high: np.ndarray) -> bool:
        """Give all rows these limits, and say whether any is another than before; raises ValueError for NaN."""
        low, high = (np.asarray(ends, dtype=float) for ends in (low, high))
        if np.isnan(low).any() or np.isnan(high).any() or (low == np.inf).any() or (high == -np.inf).any():
            raise ValueError("a limit of a row is not a number")
        changed = np.nonzero((low != self._low) | (high != self._high))[0].astype(np.int32)
        if len(changed):
            _accepted(self._solver.changeRowsBounds(len(changed), changed, low[changed], high[changed]))
            self._low, self._high = low.copy(), high.copy()
        return bool(len(changed))

    def minimum(self, objective: np.ndarray) -> Optimum:
        """The least value of `objective` x; raises Infeasible, Unbounded or Unsolved.

        >>> model = LinearProgram(np.array([[1.0, 1.0]]), low=np.array([-np.inf]), high=np.array([4.0]))
        >>> model.minimum(np.array([-1.0, -2.0])).value
        -8.0
        """
        objective = np.asarray(objective, dtype=float)
        if objective.shape != self._every.shape or not np.isfinite(objective).all():
            raise ValueError(f"an objective needs a finite number for each of {self.unknowns} unknowns")
        if self._empty_box or (self._low > self._high).any():
            raise Infeasible("a lower limit lies above the upper one")
        _accepted(self._solver.changeColsCost(self.unknowns, self._every, objective))
        self._solve()
        found = self._solver.getSolution()
        point, sums, duals = (np.array(values) for values in (found.col_value, found.row_value, found.row_dual))
        return Optimum(float(objective @ point), point, sums, duals)

    def _solve(self) -> None:
        from highspy import HighsModelStatus as Status

        status = self._run()
        if status not in (Status.kOptimal, Status.kInfeasible, Status.kUnbounded):
            status = self._run_afresh()
        if status == Status.kInfeasible:
            raise Infeasible("nothing satisfies all limits")
        if status == Status.kUnbounded:
            raise Unbounded("the objective has no least value")
        if status != Status.kOptimal:
            raise Unsolved(f"the linear program could not be solved: {self._solver.modelStatusToString(status)}")

    def _run(self) -> Any:
        self._solver.run()
        return self._solver.getModelStatus()

    def _run_afresh(self) -> Any:
        """Once more without the last solution and by the other method, for programs at the edge of what digits allow."""
        self._solver.clearSolver()
        _set(self._solver, _AFRESH)
        status = self._run()
        _set(self._solver, _OPTIONS)
        return status


def _solver(rows: "np.ndarray | csr_array", least: np.ndarray, most: np.ndarray) -> "Highs":
    """A solver that holds the rows, their limits open, and the limits of the unknowns."""
    from highspy import Highs, HighsLp, MatrixFormat

    model, starts_columns_values = HighsLp(), _by_row(rows)
    if any(np.isnan(values).any() for values in (least, most, starts_columns_values[2])):
        raise ValueError("a coefficient or a limit of an unknown is not a number")
    model.num_row_, model.num_col_ = rows.shape
    model.col_cost_, model.col_lower_, model.col_upper_ = np.zeros(rows.shape[1]), least, most
    model.row_lower_, model.row_upper_ = np.full(rows.shape[0], -np.inf), np.full(rows.shape[0], np.inf)
    model.a_matrix_.format_ = MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = starts_columns_values
    solver = Highs()
    _set(solver, _OPTIONS)
    _accepted(solver.passModel(model))
    return solver


def _by_row(rows: "np.ndarray | csr_array") -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The coefficients other than zero row by row: where each row starts, their columns and values."""
    if not isinstance(rows, np.ndarray):
        return rows.indptr, rows.indices, rows.data.astype(float)
    places = np.nonzero(rows)
    return np.searchsorted(places[0], np.arange(rows.shape[0] + 1)), places[1], rows[places].astype(float)


def _set(solver: "Highs", options: Mapping[str, Any]) -> None:
    for name, value in options.items():
        _accepted(solver.setOptionValue(name, value))


def _accepted(status: Any) -> None:
    from highspy import HighsStatus

    if status == HighsStatus.kError:
        raise Unsolved("the solver refused the linear program: a coefficient or a limit is out of its range")
