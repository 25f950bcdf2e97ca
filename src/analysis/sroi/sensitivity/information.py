"""What knowing more would be worth: the expected value of perfect and of partial perfect information, in pounds.

The decision is to fund or not to fund: funding yields the net value, not funding nothing. With N the net value in
pounds over the draws (Raiffa and Schlaifer 1961):

    EVPI     = E max(N, 0) - max(E N, 0)
    EVPPI(S) = E max(E(N | S), 0) - max(E N, 0)

EVPPI is estimated by the worth of a decision rule: E(N | S) is regressed on polynomials of the inputs of S (Strong,
Oakley and Brennan 2014, with polynomials in place of splines) over one half of the draws, and the rule "fund where the
fitted value is positive" is valued on the other half, by the net values themselves. Both halves take both parts. A rule
that uses some inputs may always be used by one who knows more, so a set is worth at least what each asked subset and
each of its inputs alone is; and always or never funding are rules too. Hence EVPI >= EVPPI >= 0 and monotone in sets
hold exactly, and the estimate errs, if at all, on the low side.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.described import described
from analysis.results import Column
from analysis.sroi.sensitivity.case import Case, check_inputs
from analysis.sroi.sensitivity.correlation import Group
from analysis.sroi.sensitivity.probabilistic import sample
from analysis.sroi.sensitivity.sampling import draws, size_of

DRAWS = 2**16
HURDLE_DRAWS = 2**14  # of the worth at several hurdles, where a set's rule is fitted once for each
_DEGREES = {1: 5, 2: 4, 3: 3}  # degree of the polynomials by number of inputs; more inputs take squares and products


def net_draws(
    case: Case, count: int = DRAWS, seed: int = 0, groups: Sequence[Group] = ()
) -> tuple[pd.DataFrame, np.ndarray]:
    """Draws of the varied inputs (columns, one row for each draw) and the net value in pounds of each."""
    chunks = list(sample(case, count, seed, groups))
    frame = pd.concat([pd.DataFrame(values) for values, _ in chunks], ignore_index=True)
    return frame, np.concatenate([net for _, net in chunks])


def perfect_information(net: np.ndarray) -> float:
    """EVPI in pounds from draws of the net value; 0 where no draw would change the decision.

    >>> perfect_information(np.array([3.0, -1.0]))
    0.5
    """
    return float(np.maximum(net, 0).mean() - max(net.mean(), 0.0))


def partial_information(frame: pd.DataFrame, net: np.ndarray, sets: Mapping[str, Sequence[str]]) -> pd.Series:
    """EVPPI in pounds of knowing all inputs of each named set, in the order given; index: name of the set.

    `frame` and `net` are draws as `net_draws` gives them. Raises KeyError for an input without a column.
    """
    worth = _worth_of_sets(frame, net[:, None], sets)
    return pd.Series({name: float(found[0]) for name, found in worth.items()}, name="evppi", dtype=float)


def _worth_of_sets(frame: pd.DataFrame, nets: np.ndarray, sets: Mapping[str, Sequence[str]]) -> dict[str, np.ndarray]:
    """EVPPI of each named set for each column of net values (n draws x decisions), monotone in sets."""
    known = {frozenset(members) for members in sets.values() if members}  # knowing nothing is worth nothing
    singles = {frozenset([name]) for members in known for name in members}
    order = _halved(len(nets))
    scaled = {name: _scaled(frame[name].to_numpy(dtype=float)[order]) for single in singles for name in single}
    ordered = np.ascontiguousarray(nets[order].T)
    worth = {members: _rule_worth([scaled[name] for name in sorted(members)], ordered) for members in known | singles}
    return {name: _best_below(frozenset(members), worth, nets.shape[1]) for name, members in sets.items()}


def _best_below(members: frozenset[str], worth: Mapping[frozenset[str], np.ndarray], count: int) -> np.ndarray:
    return np.max([np.zeros(count), *(value for known, value in worth.items() if known <= members)], axis=0)


def _halved(count: int) -> np.ndarray:
    """An order of the draws whose first half is a random half: alternating would split a Sobol sequence by value."""
    return np.argsort(np.random.default_rng(0).permutation(count) % 2, kind="stable")


def _scaled(values: np.ndarray) -> np.ndarray:
    """On a scale from -1 for the least to 1 for the greatest; -1 throughout if all are the same."""
    low, high = values.min(), values.max()
    return 2 * (values - low) / (high - low if high > low else 1.0) - 1


def _rule_worth(inputs: Sequence[np.ndarray], nets: np.ndarray) -> np.ndarray:
    """The gain of the fitted rule over the better of always and never funding, at least 0, over both halves.

    One number for each decision, from its net values (decisions x n draws).
    """
    basis = polynomials(inputs)
    half = (nets.shape[1] + 1) // 2
    first, second = slice(0, half), slice(half, None)
    gained = np.empty_like(nets)
    for known, unseen in ((first, second), (second, first)):
        fitted = np.einsum("dt,tn->dn", _fit(basis[:, known], nets[:, known]), basis[:, unseen])
        gained[:, unseen] = np.where(fitted > 0, nets[:, unseen], 0.0)
    return np.maximum(gained.mean(axis=1) - np.maximum(nets.mean(axis=1), 0.0), 0.0)


def _fit(basis: np.ndarray, nets: np.ndarray) -> np.ndarray:
    """Least squares by the normal equations (decisions x terms); a pseudo-inverse where terms say the same."""
    # einsum keeps to one thread: the matrix product's threads wait for one another, for longer than the sums take
    squares, products = np.einsum("tn,un->tu", basis, basis), np.einsum("dn,tn->dt", nets, basis)
    return products @ np.linalg.pinv(squares, hermitian=True)


def polynomials(inputs: Sequence[np.ndarray]) -> np.ndarray:
    """All products of powers of the k inputs (n numbers each, scaled to -1..1) up to a degree that falls with k: (terms x n).

    Degree 5 for one input, 4 for two, 3 for three, else 2.

    >>> polynomials([np.array([-1.0, 1.0])]).shape
    (6, 2)
    """
    rows = {(): np.ones_like(inputs[0])}
    terms = list(rows.values())
    for _ in range(_DEGREES.get(len(inputs), 2)):
        rows = {
            (*taken, i): row * inputs[i]
            for taken, row in rows.items()
            for i in range(max(taken, default=0), len(inputs))
        }
        terms += rows.values()
    return np.stack(terms)


@described(
    None, {"worth": Column("Worth", "GBP"), "share": Column("Share of the whole", "%")}, header="What would be known"
)
def information(
    case: Case, sets: Mapping[str, Sequence[str]], count: int = DRAWS, seed: int = 0, groups: Sequence[Group] = ()
) -> pd.DataFrame:
    """Worth of information in pounds: everything, each named set, each varied input; in %, `share` of the whole.

    At most `DRAWS` draws are used. Index: what would be known. Columns: members (names joined by spaces), worth, share (nan where EVPI is 0).
    """
    for members in sets.values():
        check_inputs(case, tuple(members))
    frame, net = net_draws(case, min(count, DRAWS), seed, groups)
    asked = {
        **{name: tuple(members) for name, members in sets.items()},
        **{name: (name,) for name in case.varied if name not in sets},
    }
    worth = partial_information(frame, net, {name: _varied(case, members) for name, members in asked.items()})
    whole = perfect_information(net)
    table = pd.DataFrame(
        {"members": [" ".join(asked[str(name)]) for name in worth.index], "worth": worth}, index=worth.index
    )
    everything = pd.DataFrame({"members": " ".join(case.varied), "worth": whole}, index=["everything"])
    table = pd.concat([everything, table.sort_values("worth", ascending=False, kind="stable")]).rename_axis("known")
    return table.assign(share=100 * table["worth"] / whole if whole > 0 else np.nan)


@described(None, rows={"sensitivity.information.all": Column("Worth of knowing every input", "GBP")})
def worth_of_everything(worth: pd.DataFrame) -> pd.DataFrame:
    """The worth of knowing every input, of `information`: column value."""
    return pd.DataFrame({"value": {"sensitivity.information.all": float(worth.loc["everything", "worth"])}})


def worth_knowing(worth: pd.DataFrame) -> pd.DataFrame | None:
    """Rows of `information` without single inputs that are worth nothing; None where everything together is worth nothing."""
    if worth.loc["everything", "worth"] == 0:
        return None
    return worth[(worth["worth"] > 0) | (worth["members"] != worth.index)]


@described(None, {}, header="Value asked for each pound", row="at least {:g}", other=Column("", "GBP"))
def worth_by_hurdle(
    case: Case,
    sets: Mapping[str, Sequence[str]],
    levels: Sequence[float],
    count: int = HURDLE_DRAWS,
    seed: int = 0,
    groups: Sequence[Group] = (),
) -> pd.DataFrame:
    """Worth of information in pounds if funding asks for so many pounds of value for each pound, as a scarce budget does.

    At most `HURDLE_DRAWS` draws are used. The decision at the level k rests on value - k x cost in place of value - cost. Index: level. Columns: everything
    (EVPI), then each named set (EVPPI).
    """
    chunks = [(values, case.at(values)) for values in draws(case, min(count, HURDLE_DRAWS), seed, groups)]
    frame = pd.concat([pd.DataFrame(values) for values, _ in chunks], ignore_index=True)
    value, cost = (
        np.concatenate([np.broadcast_to(getattr(at, part), size_of(values)) for values, at in chunks])
        for part in ("value", "cost")
    )
    nets = value[:, None] - cost[:, None] * np.asarray(levels, dtype=float)
    everything = np.maximum(nets, 0).mean(axis=0) - np.maximum(nets.mean(axis=0), 0)
    parts = (
        _worth_of_sets(frame, nets, {name: _varied(case, members) for name, members in sets.items()})
        if len(frame.columns)
        else {}
    )
    return pd.DataFrame({"everything": everything, **parts}, index=pd.Index(levels, name="level", dtype=float))


def _varied(case: Case, members: Iterable[str]) -> tuple[str, ...]:
    """A fixed input holds nothing to be learnt."""
    return tuple(member for member in members if member in case.varied)
