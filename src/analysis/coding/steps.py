"""The published steps towards co-production, as data and in words."""

from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from analysis.coding.codebook import CodeId, Name, Text
from analysis.described import described
from analysis.errors import InputError
from analysis.files import Document, read_document
from analysis.results import Column, Kind

Number = Annotated[int, Field(gt=0)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Step(_Entry):
    """One step: its number, title and what is done in our words, its line in the source, who leads (our reading)."""

    number: Number
    title: Name
    what: Text
    line: Number
    led_by: Literal["project team", "participants", "both"]


class Return(_Entry):
    """A path from a later step back to an earlier one, and why."""

    from_step: Annotated[int, Field(alias="from", gt=0)]
    to_step: Annotated[int, Field(alias="to", gt=0)]
    why: Text
    line: Number


class Steps(_Entry, Document):
    """The sequence of steps and the paths back."""

    study: CodeId
    figure: Name
    line: Number
    note: Text
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    returns: tuple[Return, ...] = ()


def read_steps(path: Path, name: str) -> Steps:
    """The steps from YAML. Raises InputError unless they are numbered 1, 2, 3... and returns lead back to a step."""
    steps, line = read_document(path, name, Steps)
    for at, step in enumerate(steps.steps, start=1):
        if step.number != at:
            found, expected = f"number {step.number}", f"number {at}"
            row = line(("steps", at - 1))
            action = "renumber the steps"
            raise InputError(name, row=row, column="number", found=found, expected=expected, action=action)
    for at, back in enumerate(steps.returns):
        if not back.to_step < back.from_step <= len(steps.steps):
            found = f"a return from {back.from_step} to {back.to_step}"
            action = "correct the numbers"
            row = line(("returns", at))
            raise InputError(name, row=row, found=found, expected="from a step to an earlier one", action=action)
    return steps


LEADS = {"project team": "the project team", "both": "team and participants together", "participants": "participants"}
_COLUMNS = {
    "place": Column("Step"),
    "what": Column("What is done"),
    "leads": Column("Who leads"),
    "line": Column("Source line"),
}


@described(Kind.RECOMPUTED, rows={"steps.steps": Column("Steps towards co-production", "steps")})
def step_counts(steps: Steps) -> pd.DataFrame:
    """How many steps there are: column value."""
    return pd.DataFrame({"value": {"steps.steps": len(steps.steps)}})


@described(Kind.RECOMPUTED, _COLUMNS, header="Step", words=tuple(_COLUMNS), named="title")
def steps_table(steps: Steps) -> pd.DataFrame:
    """One row for each step (index: number): place (the number as text), title, what, led_by and in words, line."""
    frame = pd.DataFrame([step.model_dump() for step in steps.steps])
    leads = frame["led_by"].map(LEADS).str.capitalize()
    return frame.assign(place=frame["number"].astype("str"), leads=leads).set_index("number")


def steps_layout(steps: Steps) -> pd.DataFrame:
    """Where each step stands in a drawing (index: number): x (0 project team, 1 both, 2 participants) and y (0 at the
    top, one further down for each step), so that the drawing shows who leads as the steps go on."""
    x = {"project team": 0, "both": 1, "participants": 2}
    rows = [(x[step.led_by], at, step.title) for at, step in enumerate(steps.steps)]
    numbers = pd.Index([step.number for step in steps.steps], name="number")
    return pd.DataFrame(rows, columns=["x", "y", "title"], index=numbers)
