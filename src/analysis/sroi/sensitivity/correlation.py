"""Inputs that vary together: groups with one correlation each, joined by a Gaussian copula."""

from collections.abc import Sequence

import numpy as np
from pydantic import Field

from analysis.errors import InputError
from analysis.files import Strict
from analysis.sroi.sensitivity.case import PLACE

DEFAULT_CORRELATION = 0.5  # stipulated: inputs judged by the same people on the same evidence err together, not wholly
DEFAULT_GROUPS = ("deadweight", "attribution")


class Group(Strict):
    """Inputs that vary together, each pair with the same correlation of the underlying normal variables."""

    name: str
    members: tuple[str, ...] = Field(min_length=2)
    correlation: float = Field(ge=-1, le=1, default=DEFAULT_CORRELATION)


def default_groups(names: Sequence[str], correlation: float = DEFAULT_CORRELATION) -> tuple[Group, ...]:
    """All inputs named for deadweight as one group, all named for attribution as another, where there are two or more.

    >>> [group.members for group in default_groups(["deadweight_a", "weeks", "b_deadweight", "attribution_a"])]
    [('deadweight_a', 'b_deadweight')]
    """
    found = {kind: tuple(name for name in names if kind in name.split("_")) for kind in DEFAULT_GROUPS}
    return tuple(
        Group(name=kind, members=members, correlation=correlation)
        for kind, members in found.items()
        if len(members) > 1
    )


def matrix(names: Sequence[str], groups: Sequence[Group], place: str = PLACE) -> np.ndarray:
    """The correlation matrix of `names` (ones on the diagonal) that the groups describe.

    Raises InputError where a group names an unknown input, where two groups give one pair two correlations, and where
    no set of variables can have these correlations (the matrix is not positive definite).
    """
    found = np.eye(len(names))
    for group in groups:
        _fill(found, names, group, place)
    lowest = float(np.linalg.eigvalsh(found)[0]) if len(names) else 1.0
    if lowest <= 1e-10:
        raise InputError(
            place,
            column="correlated",
            found=f"correlations that no variables can have together (lowest eigenvalue {lowest:.3g})",
            expected="a positive definite matrix",
            action="weaken a negative or a very strong correlation, or split a group",
        )
    return found


def _fill(found: np.ndarray, names: Sequence[str], group: Group, place: str) -> None:
    if unknown := [member for member in group.members if member not in names]:
        raise InputError(
            place,
            column=f"correlated.{group.name}",
            found=f"{unknown[0]!r}, which does not vary in this model",
            expected=f"inputs with a range: {', '.join(names)}",
            action="correct the name, or give the entry a range",
        )
    rows = [list(names).index(member) for member in group.members]
    for row in rows:
        for column in rows:
            if row != column and found[row, column] not in (0.0, group.correlation):
                raise InputError(
                    place,
                    column=f"correlated.{group.name}",
                    found=f"a second correlation for {names[row]} and {names[column]}",
                    expected="each pair in one group",
                    action="take one of the two inputs out of one group",
                )
            if row != column:
                found[row, column] = group.correlation


def correlate(uniform: np.ndarray, correlations: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Uniform numbers (n draws x inputs) with the dependence of a Gaussian copula (Nelsen 2006) of these correlations.

    Inputs correlated with nothing keep their numbers, so that the independent result uses the same draws. The rank
    correlation that follows is 6 / pi x asin(correlation / 2) (Pearson 1907). `out` may be `uniform` itself, which then
    changes; by default it stays as it is.
    """
    from scipy.special import ndtr, ndtri

    linked = np.flatnonzero((correlations != np.eye(len(correlations))).any(axis=1))
    if not linked.size:
        return uniform
    lower = np.linalg.cholesky(correlations[np.ix_(linked, linked)])
    scores = ndtri(uniform.T[linked])
    joined = uniform.copy(order="K") if out is None else out
    for place, weights in zip(linked, lower, strict=True):
        # a sum of a few rows, not a matrix product: small ones spread over threads wait for one another on a busy machine
        joined[:, place] = ndtr(sum(weights[row] * scores[row] for row in np.flatnonzero(weights)))
    return joined
