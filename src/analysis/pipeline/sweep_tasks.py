"""What a sweep can run, each a function of the project's folder and plain values that returns rows of plain values."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

ENDS = (0.025, 0.5, 0.975)
BREAK_EVEN = {"ratio": 1.0, "net": 0.0}


def census(root: Path, area: str, official: str, settings: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps of the census baseline for one authority (2011 code); see `analysis.census.baseline`."""
    from analysis.census.baseline import Settings, baseline

    chosen = Settings(**settings)
    reference, national = _census_inputs(root, official, chosen)
    found = baseline(reference, [area], chosen, national=national)
    return _plain(found.steps)


@lru_cache(maxsize=2)
def _census_inputs(root: Path, official: str, settings: Any) -> tuple[Any, Any]:
    """Read once by each process; they are the same for all areas."""
    from analysis.census.baseline import national_inputs
    from analysis.census.reference import load_reference

    reference = load_reference(root / "data" / "raw" / "reference", Path(official) if official else None)
    return reference, national_inputs(reference, settings)


def sroi(root: Path, study: str, draws: int, seed: int, fixed: dict[str, float]) -> list[dict[str, Any]]:
    """The distribution of ratio and net value over draws of the assumptions, those in `fixed` at the value given."""
    from analysis.sroi.model import read_model
    from analysis.sroi.sensitivity.case import case_for, check_inputs
    from analysis.sroi.sensitivity.probabilistic import simulate
    from analysis.sroi.sensitivity.settings import groups_for, read_settings, read_stipulated
    from analysis.study import load_study

    evaluation = load_study(study, root)
    model = read_model(evaluation)
    whole = case_for(model, evaluation.register)
    check_inputs(whole, fixed, "the command line")
    case = case_for(
        model, {**evaluation.register, **{name: _at(whole.ranges[name], value) for name, value in fixed.items()}}
    )
    groups = groups_for(whole, read_settings(evaluation), read_stipulated(root))
    found = simulate(case, draws, seed, tuple(_without(groups, fixed)))
    return [
        {"study": study, "draws": draws, "seed": seed, **fixed, "measure": name, **_described(one, name)}
        for name, one in found.items()
    ]


def _at(entry: Any, value: float) -> Any:
    return entry.model_copy(update={"value": value, "low": value, "high": value, "distribution": "fixed"})


def _without(groups: Iterable[Any], fixed: Iterable[str]) -> Iterator[Any]:
    """Groups of inputs that vary together, without those that no longer vary."""
    for group in groups:
        members = tuple(member for member in group.members if member not in set(fixed))
        if len(members) > 1:
            yield group.model_copy(update={"members": members})


def _described(found: Any, measure: str) -> dict[str, float]:
    ends = {f"q{100 * end:g}": float(found.quantile(end)) for end in ENDS}
    return {
        "mean": found.mean,
        "sd": found.sd,
        "low": found.low,
        "high": found.high,
        **ends,
        "share_above_break_even": float(found.above(BREAK_EVEN[measure])),
    }


def notebook(root: Path, **arguments: Any) -> list[dict[str, Any]]:
    """The results of a notebook for a set of parameters; see `analysis.pipeline.sweep_notebooks.run_case`."""
    from analysis.pipeline.sweep_notebooks import run_case

    return run_case(root, **arguments)


def _plain(frame: Any) -> list[dict[str, Any]]:
    """Rows of a table with Python's own numbers, and nothing where a number is missing."""
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(key): value.item() if hasattr(value, "item") else value for key, value in row.items()} for row in rows]


TASKS = {"census": census, "sroi": sroi, "notebook": notebook}
