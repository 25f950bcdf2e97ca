"""The social impact matrix: who should gain what, how it is measured, which outcome of the SROI model values it, and
what neither measures nor values."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import Field

from analysis.coding.codebook import Codebook, CodeId, Name, Text
from analysis.coding.published import StakeholderTheme
from analysis.described import described, saying
from analysis.errors import InputError
from analysis.files import Document, Strict, read_document
from analysis.results import Column, Kind, slug

Lines = Annotated[tuple[Annotated[int, Field(gt=0)], ...], Field(min_length=1)]
Names = tuple[CodeId, ...]
NOT_HELD = "outcome the matrix does not hold"
STATES = ("measured and valued", "measured only", "valued on an assumption", "valued only", "neither")
HEADINGS = ("stakeholders", "objectives", "outcomes", "assumptions")


class Heading(Strict):
    """A stakeholder, an objective, an outcome of the SROI model or an assumption, with the lines of the source that name it."""

    id: CodeId
    name: Name
    lines: Lines


class Cell(Strict):
    """An objective for a stakeholder. `basis` says whether the text states it or we read it so.

    It is measured by questionnaire `items` and `claims` (names of quantities in the claims table), described by `codes`
    of the codebook, and valued by `outcomes`; `assumptions` stand in where nothing was measured.
    """

    stakeholder: CodeId
    objective: CodeId
    basis: Literal["text", "reading"]
    lines: Lines
    indicator: Name
    items: Names = ()
    codes: Names = ()
    claims: Names = ()
    assumptions: Names = ()
    outcomes: Names = ()
    note: Text = ""


class SocialImpactMatrix(Strict, Document):
    """The whole matrix, with what is known of the published one in `note`.

    Outcomes and assumptions have their names here, so that the matrix can be shown without the values of the model.
    """

    study: CodeId
    figure: Name
    line: Annotated[int, Field(gt=0)]
    note: Text
    stakeholders: tuple[Heading, ...]
    objectives: tuple[Heading, ...]
    outcomes: tuple[Heading, ...]
    assumptions: tuple[Heading, ...] = ()
    cells: tuple[Cell, ...]


def read_matrix(path: Path, name: str, codebook: Codebook) -> SocialImpactMatrix:
    """The matrix from YAML.

    Raises InputError with the line of the first cell that names a stakeholder, objective, outcome, assumption or code that
    does not exist, or stands twice.
    """
    matrix, line = read_document(path, name, SocialImpactMatrix)
    for kind in HEADINGS:
        _check_repeats(name, [heading.id for heading in getattr(matrix, kind)], lambda at, kind=kind: line((kind, at)))
    _check_repeats(name, [(cell.stakeholder, cell.objective) for cell in matrix.cells], lambda at: line(("cells", at)))
    known = {kind: _ids(getattr(matrix, kind)) for kind in HEADINGS}
    for at, cell in enumerate(matrix.cells):
        row = line(("cells", at))
        _check_known(name, row, "stakeholder", [cell.stakeholder], known["stakeholders"])
        _check_known(name, row, "objective", [cell.objective], known["objectives"])
        _check_known(name, row, "outcomes", cell.outcomes, known["outcomes"])
        _check_known(name, row, "assumptions", cell.assumptions, known["assumptions"])
        _check_known(name, row, "codes", cell.codes, codebook.codable)
    return matrix


def _ids(headings: Iterable[Heading]) -> list[str]:
    return [heading.id for heading in headings]


def _check_repeats(file: str, keys: Sequence[str | tuple[str, str]], row: Callable[[int], int | None]) -> None:
    for at, key in enumerate(keys):
        if key in keys[:at]:
            found = f"'{key if isinstance(key, str) else ' and '.join(key)}' a second time"
            raise InputError(file, row=row(at), found=found, expected="each once", action="remove or merge one of them")


def _check_known(file: str, row: int | None, column: str, names: Iterable[str], known: Collection[str]) -> None:
    unknown = next((name for name in names if name not in known), None)
    if unknown is not None:
        expected = f"one of {', '.join(known)}"
        action = "correct the name, or add what it stands for"
        raise InputError(file, row=row, column=column, found=f"'{unknown}'", expected=expected, action=action)


def check_links(
    matrix: SocialImpactMatrix,
    file: str,
    *,
    items: Collection[str] | None = None,
    claims: Collection[str] | None = None,
    outcomes: Collection[str] | None = None,
) -> None:
    """InputError for a link to a questionnaire item, claim or SROI outcome that does not exist.

    Give the names known elsewhere (items of the questionnaire schema, quantities of the claims table, outcomes of the
    value map); what is None is not checked.
    """
    known = {"items": items, "claims": claims, "outcomes": outcomes}
    for column, names in known.items():
        for cell in matrix.cells if names is not None else ():
            _check_known(file, None, column, getattr(cell, column), names or ())


def check_names(headings: Iterable[Heading], file: str, kind: str, names: Mapping[str, str], where: str) -> None:
    """InputError for an outcome or assumption (`kind`) that the SROI model does not have, or has under another name.

    `names`: those of the model by id, from the file that messages call `where`. What only the model has is no error; an
    outcome is then a gap (`gaps`).
    """
    for heading in headings:
        _check_known(file, None, kind, [heading.id], names)
        if heading.name != names[heading.id]:
            found, expected = (
                f"'{heading.name}' as the name of '{heading.id}'",
                f"'{names[heading.id]}', as in the {where}",
            )
            raise InputError(file, column=kind, found=found, expected=expected, action="give it one name in both")


def links_grid(matrix: SocialImpactMatrix) -> pd.DataFrame:
    """Objectives by stakeholders for a figure: `measured and valued`, `measured only`, `valued on an assumption`,
    `valued only`, `neither` or empty text. Codes alone do not measure; they describe."""
    table = pd.DataFrame("", index=_ids(matrix.objectives), columns=_ids(matrix.stakeholders))
    for cell in matrix.cells:
        table.loc[cell.objective, cell.stakeholder] = _state(cell)
    return table


@described(Kind.RECOMPUTED, {}, header="Objective")
def social_impact_matrix(matrix: SocialImpactMatrix) -> pd.DataFrame:
    """The states of `links_grid`, objectives (index) and stakeholders (columns) by name."""
    names = [stakeholder.name for stakeholder in matrix.stakeholders]
    grid = links_grid(matrix).set_axis([objective.name for objective in matrix.objectives])
    columns = {name: Column(name) for name in names}
    return saying(grid.set_axis(names, axis="columns"), columns=columns, words=tuple(names))


@described(
    Kind.RECOMPUTED,
    rows={
        "matrix.cells": Column("Cells of the matrix", "cells"),
        "matrix.readings": Column("Cells that are our reading", "cells"),
        **{f"matrix.{slug(state)}": Column(f"Cells: {state}", "cells") for state in STATES},
    },
)
def matrix_counts(matrix: SocialImpactMatrix) -> pd.DataFrame:
    """How many cells there are, how many are our reading, and how many are in each state: column value."""
    states = [_state(cell) for cell in matrix.cells]
    values = {"cells": len(states), "readings": sum(cell.basis == "reading" for cell in matrix.cells)}
    values |= {slug(state): states.count(state) for state in STATES}
    return pd.DataFrame({"value": {f"matrix.{name}": value for name, value in values.items()}})


def _state(cell: Cell) -> str:
    if cell.outcomes:
        unmeasured = "valued on an assumption" if cell.assumptions else "valued only"
        return "measured and valued" if _measured(cell) else unmeasured
    return "measured only" if _measured(cell) else "neither"


def _measured(cell: Cell) -> bool:
    return bool(cell.items or cell.claims)


def gaps(
    matrix: SocialImpactMatrix, themes: Sequence[StakeholderTheme] = (), outcomes: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """What the matrix leaves open, and what the SROI model leaves open; columns: gap, what, where (stakeholder, or empty).

    `nothing measures it`: a cell without questionnaire item or claim; `described by themes only`: such a cell with
    codes; `no outcome values it`; `valued without being measured`, or `valued on an assumption` in place of a measure;
    `objective without a stakeholder`; `outcome nothing supports`: no measured cell leads to it; `outcome the
    matrix does not hold`: one of `outcomes` (id and name of each in the value map); `theme without an objective`: a
    stakeholder theme tied to none.
    """
    names = {heading.id: heading.name for heading in (*matrix.stakeholders, *matrix.objectives)}
    rows = [(gap, names[cell.objective], names[cell.stakeholder]) for cell in matrix.cells for gap in _cell_gaps(cell)]
    used = {cell.objective for cell in matrix.cells}
    rows += [("objective without a stakeholder", o.name, "") for o in matrix.objectives if o.id not in used]
    supported = {outcome for cell in matrix.cells if _measured(cell) for outcome in cell.outcomes}
    rows += [("outcome nothing supports", o.name, "") for o in matrix.outcomes if o.id not in supported]
    rows += [(NOT_HELD, name, "") for each, name in (outcomes or {}).items() if each not in _ids(matrix.outcomes)]
    rows += [("theme without an objective", theme.statement, "") for theme in themes if not theme.objectives]
    return pd.DataFrame(rows, columns=["gap", "what", "where"]).astype("str")


@described(Kind.RECOMPUTED, {"gap": Column("What is missing")}, header="Objective, outcome or theme", words=("gap",))
def open_ends(
    matrix: SocialImpactMatrix, themes: Sequence[StakeholderTheme] = (), outcomes: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """The `gaps` by what is open (index): one text of all that is missing."""
    found = gaps(matrix, themes, outcomes)
    sorts = found["gap"].str.split().str[0].map({"theme": "Interview theme: ", "outcome": "SROI outcome: "}).fillna("")
    places = (" – " + found["where"].str.lower()).where(found["where"] != "", "")
    labels = (sorts + found["what"] + places).rename("what")
    return found.groupby(labels, sort=False)["gap"].agg("; ".join).to_frame()


def _cell_gaps(cell: Cell) -> list[str]:
    if _measured(cell):
        return [] if cell.outcomes else ["no outcome values it"]
    described = "described by themes only" if cell.codes else "nothing measures it"
    value = "valued on an assumption" if cell.assumptions else "valued without being measured"
    return [described, value if cell.outcomes else "no outcome values it"]


def check_themes(file: str, themes: Sequence[StakeholderTheme], matrix: SocialImpactMatrix) -> None:
    """InputError for a stakeholder theme that names an objective the matrix does not have."""
    for row, theme in enumerate(themes, start=2):
        _check_known(file, row, "objectives", theme.objectives, _ids(matrix.objectives))
