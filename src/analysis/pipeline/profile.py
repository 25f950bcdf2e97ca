"""Where the time of the last run went, as one page: what costs, largest first, so that one knows where to look."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from analysis.errors import InputError
from analysis.pipeline import timings

FILE = Path("build") / "profile.html"
PARTS = {
    "process": "starting the process, waiting for what is imported, reading the study",
    "start": "reading the notebook, starting its shell",
    "cells": "running the cells",
    "page": "data of the page, and check of its numbers",
    "writing": "writing notebook and page",
    "record": "hashing, DVC's cache and record",
}
STYLE = (
    "body{font-family:sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}"
    "td,th{text-align:left;padding:.2rem .8rem .2rem 0}td.n{text-align:right}table{margin-bottom:2rem}"
)


def write_profile(root: Path) -> Path:
    """Write `build/profile.html` for the last run; returns its path. Raises InputError if there was no run yet."""
    run = timings.read(root)
    if run is None:
        raise InputError(
            timings.FILE.as_posix(),
            found="no times of a run",
            expected="those of the last run",
            action="run make reproduce first",
        )
    path = root / FILE
    path.write_text(render(run), encoding="utf-8")
    return path


def render(run: timings.LastRun) -> str:
    """The page of one run's times."""
    stages = {label: parts_of(steps) for label, steps in run.stages.items()}
    slowest = sorted(
        ((seconds, label, step) for label, steps in run.stages.items() for step, seconds in steps.items()), reverse=True
    )
    body = [
        f"<h1>Where the time went</h1><p>{run.seconds:.1f} s, {run.workers} notebooks at a time. Steps of different notebooks ran side by side.</p>",
        _table("The run from start to end", ("Phase", "Seconds"), run.phases.items()),
        _table("All notebooks together", ("Part", "Seconds"), _together(stages)),
        _table("Each stage", ("Stage", *PARTS, "together"), _by_stage(stages)),
        _table(
            "The slowest steps",
            ("Stage", "Step", "Seconds"),
            [(label, step, seconds) for seconds, label, step in slowest[:20]],
        ),
    ]
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Where the time went</title><style>{STYLE}</style>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body><main>{"".join(body)}</main></body></html>\n'


def parts_of(steps: Mapping[str, float]) -> dict[str, float]:
    """Seconds of a stage by part, all its cells as one.

    >>> parts_of({"cell 0": 1.0, "cell 1": 2.0, "page": 0.5})["cells"]
    3.0
    """
    cells = sum(seconds for step, seconds in steps.items() if step.startswith("cell "))
    return {part: cells if part == "cells" else steps.get(part, 0.0) for part in PARTS}


def _together(stages: Mapping[str, Mapping[str, float]]) -> list[tuple[str, float]]:
    sums = {words: sum(parts[part] for parts in stages.values()) for part, words in PARTS.items()}
    return sorted(sums.items(), key=lambda entry: -entry[1])


def _by_stage(stages: Mapping[str, Mapping[str, float]]) -> list[tuple[str | float, ...]]:
    slowest_first = sorted(stages.items(), key=lambda entry: -sum(entry[1].values()))
    return [(label, *parts.values(), sum(parts.values())) for label, parts in slowest_first]


def _table(caption: str, head: Iterable[str], rows: Iterable[Iterable[str | float]]) -> str:
    from html import escape

    columns = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    cells = "".join(f"<tr>{''.join(_cell(value) for value in row)}</tr>" for row in rows)
    return f"<h2>{escape(caption)}</h2><table><thead><tr>{columns}</tr></thead><tbody>{cells}</tbody></table>"


def _cell(value: str | float) -> str:
    from html import escape

    return f'<td class="n">{value:.2f}</td>' if isinstance(value, float) else f"<td>{escape(str(value))}</td>"
