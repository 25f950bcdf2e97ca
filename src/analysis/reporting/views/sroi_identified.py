"""What 05_sroi shows of the unprinted: the set that all printed figures allow, readings that clash, the calibrated point."""

from dataclasses import dataclass

import pandas as pd

from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import NOTHING, Display
from analysis.results import Column, Kind, Result
from analysis.sroi import identified, prices
from analysis.study import Study

_SOLVE, _CALIBRATE = "analysis.sroi.identified.solve", "analysis.sroi.identified.calibrate"


@dataclass(frozen=True)
class Bounded:
    """A study's problem and its solution over all combinations of readings."""

    problem: identified.Problem
    solved: pd.DataFrame


def solve(page: Appendix, study: Study) -> Bounded | None:
    """Solve a study's identified.yaml and record how many combinations there are; None where a study has none."""
    if not (study.raw / identified.FILE).is_file():
        return None
    problem = identified.read_problem(study)
    solved = identified.solve(problem, study)
    counts = {"readings.all": len(solved), "readings.possible": int(solved["possible"].sum())}
    labels = {"readings.all": "Combinations of readings", "readings.possible": "Combinations that can be true"}
    page.add(
        Result(f"sroi.{name}", labels[name], count, "combinations", Kind.RECOMPUTED, function=_SOLVE)
        for name, count in counts.items()
    )
    return Bounded(problem, solved)


def answer(page: Appendix, bounded: Bounded | None) -> Display | None:
    """Prose: how many readings the printed figures leave."""
    if bounded is None:
        return None
    return page.say(
        "The sentences that allow more than one reading give {sroi.readings.all|bare} combinations; {sroi.readings.possible|bare} of them can be true "
        "together with every printed figure at its rounding. The others contradict it, for the reasons listed below."
    )


def unknown_table(page: Appendix, bounded: Bounded | None, study: Study) -> Display:
    """Table: each unknown's range over all readings and under those of the central case, and the calibrated point."""
    if bounded is None:
        return NOTHING
    problem, everything = bounded.problem, identified.union(bounded.solved, bounded.problem)
    region, point = (
        identified.polytope(problem, study, problem.calibration.readings),
        identified.calibrate(problem, study),
    )
    rows = {}
    for unknown in problem.unknowns:
        own = region.bounds(unknown.id)
        rows[unknown.label] = {
            "low": everything.loc[unknown.id, "low"],
            "high": everything.loc[unknown.id, "high"],
            "own_low": own.low if own else None,
            "own_high": own.high if own else None,
            "point": point[unknown.id],
        }
    columns = {
        "low": Column("Least, any reading", "GBP", Kind.BOUNDED, 0, function=_SOLVE),
        "high": Column("Most, any reading", "GBP", Kind.BOUNDED, 0, function=_SOLVE),
        "own_low": Column("Least, readings of the central case", "GBP", Kind.BOUNDED, 0, function=_SOLVE),
        "own_high": Column("Most, readings of the central case", "GBP", Kind.BOUNDED, 0, function=_SOLVE),
        "point": Column("Central case", "GBP", Kind.CALIBRATED, 0, function=_CALIBRATE),
    }
    frame = pd.DataFrame.from_dict(rows, orient="index").rename_axis("unknown")
    return page.table(
        "unknowns",
        frame,
        columns,
        "What is not printed, as everything printed bounds it.",
        row_header="Unknown",
        note=problem.calibration.why,
    )


def reading_table(page: Appendix, bounded: Bounded | None) -> Display:
    """Table: every reading of every ambiguous sentence, with the number of combinations in which it can be true."""
    if bounded is None:
        return NOTHING
    rows = []
    for reading in bounded.problem.readings:
        for variant in reading.variants:
            possible = bounded.solved[(bounded.solved[reading.id] == variant.id) & bounded.solved["possible"]]
            taken = bounded.problem.calibration.readings[reading.id] == variant.id
            rows.append(
                {
                    "sentence": reading.sentence,
                    "reading": variant.label,
                    "possible": len(possible),
                    "taken": "yes" if taken else "",
                }
            )
    frame = pd.DataFrame(rows)
    frame.index = pd.Index(
        [f"{r.id}: {v.id}".replace("_", " ") for r in bounded.problem.readings for v in r.variants], name="reading"
    )
    columns = {
        "sentence": Column("Sentence"),
        "reading": Column("It is read so"),
        "possible": Column("Combinations that can be true", "combinations", Kind.RECOMPUTED, 0, function=_SOLVE),
        "taken": Column("In the central case"),
    }
    return page.table(
        "readings",
        frame,
        columns,
        "Sentences that allow more than one reading.",
        row_header="Reading",
        group_by="sentence",
        text={"reading": "label"},
    )


def conflict_table(page: Appendix, bounded: Bounded | None) -> Display:
    """Table: the smallest sets of readings that cannot all be true."""
    if bounded is None:
        return NOTHING
    labels = {
        (reading.id, variant.id): (reading, variant)
        for reading in bounded.problem.readings
        for variant in reading.variants
    }
    rows = [
        [labels[item] for item in conflict.items()]
        for conflict in identified.conflicts(bounded.solved, bounded.problem)
    ]
    frame = pd.DataFrame(
        {
            "cannot": [" — and — ".join(variant.label for _, variant in row) for row in rows],
            "about": ["; ".join(reading.sentence for reading, _ in row) for row in rows],
        },
        index=pd.Index(
            [", ".join(f"{reading.id} {variant.id}".replace("_", " ") for reading, variant in row) for row in rows],
            name="conflict",
        ),
    )
    columns = {
        "cannot": Column("Cannot all be true with the printed figures"),
        "about": Column("Where the paper says it"),
    }
    return page.table(
        "conflicts",
        frame,
        columns,
        "Readings that clash with what else is printed.",
        row_header="Readings",
        text={"cannot": "label", "about": "label"},
    )


def uprating_table(page: Appendix, study: Study) -> Display | None:
    """Table: an annual value of one year as a weekly value of another, by the price index, under each way to count weeks."""
    uprating = identified.read_problem(study).uprating if (study.raw / identified.FILE).is_file() else None
    if uprating is None:
        return None
    annual, weekly = study.claims[uprating.annual], study.claims[uprating.weekly]
    index, _ = prices.read_index(study.root)
    raised = prices.uprate(float(annual.number or 0), index[uprating.from_year], index[uprating.to_year])
    rows = {
        way.label: {"value": raised / way.weeks, "fits": "yes" if raised / way.weeks in weekly.interval else "no"}
        for way in uprating.ways
    }
    frame = pd.DataFrame.from_dict(rows, orient="index").rename_axis("way")
    columns = {
        "value": Column(
            "Weekly value",
            "GBP per week",
            Kind.RECOMPUTED,
            2,
            function="analysis.sroi.prices.uprate",
            note="claims and the Consumer Prices Index",
        ),
        "fits": Column("Rounds to the printed figure"),
    }
    return page.table(
        "uprating",
        frame,
        columns,
        "The annual value raised by the Consumer Prices Index and divided into weeks.",
        row_header="A year counted as",
    )
