"""What keeping a linear program is worth: bounds of hidden counts and of readings, against one call of scipy for each end.

    python -m benchmarks.linear_programs [--people 1000] [--tables 12] [--study coproduction]

Counts: tables of made-up people by group and by one more column each, small cells hidden; the least and the greatest value
of every hidden cell. Readings: the least and the largest value of every unknown under every possible combination of
readings of a study's identified.yaml. Both sides solve the same programs, and the largest difference is shown. Setting up
what is solved (the reader's rows, the statements of the readings) is counted on the side of this project alone.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import vstack

from analysis.disclosure.reader import Reader
from analysis.disclosure.tables import TOTAL, count_people, with_margins
from analysis.sroi import identified_file, partial_identification
from analysis.study import load_study
from benchmarks._results import Row, save

SEED, GROUPS, SMALL = 11, 8, 10
Ends = list[tuple[float, float]]


def main() -> None:
    """Print and keep processor seconds of both ways, and the largest difference between what they find."""
    options = _options()
    save(
        "linear_programs",
        (__doc__ or "").splitlines()[0],
        [
            *_rows("hidden counts", *counts(options.people, options.tables)),
            *_rows("readings", *readings(options.study)),
        ],
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name, default in (("people", 1000), ("tables", 12), ("study", "coproduction")):
        parser.add_argument(f"--{name}", type=type(default), default=default)
    return parser.parse_known_args()[0]


def _rows(what: str, own: Callable[[], Ends], other: Callable[[], Ends]) -> list[Row]:
    own()  # imports the solver, which no side should pay for
    (found, seconds), (theirs, longer) = _timed(own), _timed(other)
    programs = 2 * len(found)
    return [
        Row(f"{what}: {programs:,} programs, one model kept", seconds, "s"),
        Row(f"{what}: one call of scipy's linprog for each", longer, "s"),
        Row("... times as long", longer / seconds, "times"),
        Row("... largest relative difference, in 1e-9", _apart(found, theirs) * 1e9, ""),
    ]


def _timed(way: Callable[[], Ends]) -> tuple[Ends, float]:
    started = time.process_time()
    return way(), time.process_time() - started


def _apart(found: Ends, theirs: Ends) -> float:
    one, other = np.array(found), np.array(theirs)
    return float((np.abs(one - other) / np.maximum(1.0, np.abs(other))).max())


def counts(people: int, tables: int) -> tuple[Callable[[], Ends], Callable[[], Ends]]:
    """Bounds of every hidden cell, by a reader made for it and by scipy."""
    full = _tables(people, tables)
    cells = Reader(full)
    counted = np.concatenate([series.to_numpy() for series in full.values()]).astype(float)
    hidden = (counted < SMALL) & np.array([TOTAL not in cell.labels for cell in cells.cells])
    low, high = np.where(hidden, -np.inf, counted), np.where(hidden, np.inf, counted)

    def by_reader() -> Ends:
        reader = Reader(full)
        return [reader.bounds(cell, low, high) for cell in np.nonzero(hidden)[0]]

    def by_scipy() -> Ends:
        rows, limits = (
            vstack([cells.links, cells.holds[~hidden]]),
            np.concatenate([np.zeros(cells.links.shape[0]), counted[~hidden]]),
        )
        aims = [cells.holds[[cell]].toarray().ravel() for cell in np.nonzero(hidden)[0]]
        return [(_least(aim, A_eq=rows, b_eq=limits), -_least(-aim, A_eq=rows, b_eq=limits)) for aim in aims]

    return by_reader, by_scipy


def _tables(people: int, tables: int) -> dict[str, pd.Series]:
    random = np.random.default_rng(SEED)
    answers = {f"answer {place}": random.binomial(3, random.uniform(0.1, 0.5), people) for place in range(tables)}
    records = pd.DataFrame({"group": random.integers(0, GROUPS, people), **answers})
    levels = {"group": list(range(GROUPS)), **{name: list(range(4)) for name in answers}}
    return {name: with_margins(count_people(records, ["group", name], levels)) for name in answers}


def readings(study_id: str) -> tuple[Callable[[], Ends], Callable[[], Ends]]:
    """Bounds of every unknown under every possible combination, by `partial_identification.solve` and by scipy."""
    study = load_study(study_id)
    problem = identified_file.read_problem(study)
    names = [unknown.id for unknown in problem.unknowns]
    ids = [reading.id for reading in problem.readings]
    solved = partial_identification.solve(problem, study)
    regions = [
        partial_identification.polytope(problem, study, choice)
        for choice in solved.loc[solved["possible"], ids].to_dict("records")
    ]

    def by_model() -> Ends:
        rows = partial_identification.solve(problem, study)[lambda rows: rows["possible"]].to_dict("records")
        return [(row[f"{name}_low"], row[f"{name}_high"]) for row in rows for name in names]

    def by_scipy() -> Ends:
        ends = []
        for region in regions:
            for aim in np.eye(len(names)):
                limits = {"A_ub": region.matrix, "b_ub": region.limits}
                ends.append((_least(aim, **limits), -_least(-aim, **limits)))
        return ends

    return by_model, by_scipy


def _least(aim: np.ndarray, **limits: object) -> float:
    return float(linprog(aim, method="highs", **limits).fun)


if __name__ == "__main__":
    main()
