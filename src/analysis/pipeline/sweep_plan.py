"""Which cases the command `analysis sweep` runs, and on what data."""

from collections.abc import Callable, Iterable, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from analysis.errors import InputError
from analysis.pipeline.sweep import Case


def census_cases(
    root: Path, areas: Sequence[str], official: Path | None, settings: dict[str, Any]
) -> tuple[list[Case], list[Path]]:
    """A case for each authority (2011 codes; none: every one the tables have), and the data they read.

    `official` is a folder with the complete tables. Raises InputError for settings or tables that cannot be used. An
    unknown code is the failure of its own case.
    """
    from pydantic import ValidationError

    from analysis.census.areas import authorities
    from analysis.census.baseline import Settings
    from analysis.census.reference import load_reference

    own = root / "data" / "raw" / "reference"
    try:
        Settings(**settings)
    except ValidationError as error:
        first = error.errors()[0]
        raise _refused(f"--{first['loc'][0]}", str(first["input"]), str(first["msg"])) from None
    codes = list(dict.fromkeys(areas)) or list(authorities(load_reference(own, official).names))
    place = str(official.resolve()) if official else ""
    return [Case(code, "census", {"area": code, "official": place, "settings": settings}) for code in codes], [
        own,
        *filter(None, [official]),
    ]


def sroi_cases(
    root: Path, studies: Sequence[str], draws: int, seeds: Sequence[int], grid: dict[str, list[float]]
) -> tuple[list[Case], list[Path]]:
    """A case for each study, seed and point of the grid of assumptions held at a value, and the data they read."""
    points = [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]
    cases = {  # by name, since a value given twice is one case
        (name := _named(study, seed, point)): Case(
            name, "sroi", {"study": study, "draws": draws, "seed": seed, "fixed": point}
        )
        for study, seed, point in product(studies, seeds, points)
    }
    return list(cases.values()), [root / "data" / "raw" / name for name in ("reference", *dict.fromkeys(studies))]


def _named(study: str, seed: int, point: dict[str, float]) -> str:
    return " ".join([study, f"seed={seed}", *(f"{name}={value:.15g}" for name, value in point.items())])


def grid_from(texts: Iterable[str], read: Callable[[str], Any] = float) -> dict[str, list[Any]]:
    """NAME=VALUE,VALUE,... as a grid, each value as `read` reads it; InputError for anything else.

    >>> grid_from(["deadweight=0.1,0.2"])
    {'deadweight': [0.1, 0.2]}
    """
    grid = {}
    for text in texts:
        name, equals, values = text.partition("=")
        try:
            grid[name.strip()] = (
                [read(value) for value in values.split(",")] if equals and name.strip() else [float(values)]
            )
        except ValueError:
            raise _refused("--set", repr(text), "a name and values, as in --set deadweight=0.1,0.2") from None
    return grid


def yaml_value(text: str) -> Any:
    """A value as params.yaml would hold it, so that numbers are numbers; of nothing the empty text.

    Raises InputError if it cannot be read.
    """
    from analysis.files import parse_yaml

    return parse_yaml(text, "the command line") if text.strip() else ""


def _refused(option: str, found: str, expected: str) -> InputError:
    return InputError("the command line", column=option, found=found, expected=expected, action="correct the option")
