"""The social impact matrix in 02_focus_group_coding: what each cell leads to, and the steps towards co-production in words."""

from collections.abc import Collection
from itertools import groupby

import pandas as pd

from analysis.coding import matrix as impact
from analysis.coding.codebook import Codebook, distinct
from analysis.coding.files import MATRIX, Framework
from analysis.coding.matrix import Cell, SocialImpactMatrix
from analysis.coding.steps import LEADS, Step, Steps, steps_layout
from analysis.described import beside, described, of_nothing_nothing
from analysis.expressions import references
from analysis.participants.schema import ITEMS
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.prose import named, within
from analysis.reporting.views.claims import published
from analysis.reporting.views.coding import claim_link, claims_about
from analysis.results import Column, Kind
from analysis.sroi.value_map import cells as value_map_cells, has_value_map, read_value_map
from analysis.study import Study

_QUESTIONS = {item: entry.label for item, entry in ITEMS.items()} | {"friends": "Friends met regularly"}
_BASIS = {"text": "the text states it", "reading": "our reading"}


def value_map_outcomes(study: Study, matrix: SocialImpactMatrix | None) -> dict[str, str] | None:
    """The outcomes of the study's value map by id; None where it has none.

    Raises InputError for a link of the matrix to a question that the questionnaire, or to an outcome that the value map does
    not have, or has under another name.
    """
    outcomes = {row.id: row.label for row in read_value_map(study).outcomes} if has_value_map(study) else None
    if matrix is not None:
        name = study.name(MATRIX)
        impact.check_links(matrix, name, items=_QUESTIONS, outcomes=outcomes)
        if outcomes is not None:
            impact.check_names(matrix.outcomes, name, "outcomes", outcomes, "value map")
    return outcomes


@of_nothing_nothing
def told_of_states(states: pd.DataFrame) -> str:
    """How many cells are measured and valued, and for whom there are any."""
    holders = [within(name) for name in states if (states[name] == "measured and valued").any()]
    only = f", only for: {'; '.join(holders)}" if holders else ""
    return f"{{matrix.measured_and_valued|bare}} of {{matrix.cells|bare}} cells are measured and valued{only}."


@of_nothing_nothing
def as_printed(known: SocialImpactMatrix | Steps, page: Appendix) -> Display:
    """Where the source prints it, and what is known of the print."""
    return page.say(f"{named(f'Published as {known.figure}, source line {known.line}.')} {named(known.note)}")


@described(
    Kind.RECOMPUTED,
    {"cells": Column("For whom, and by which indicator", text="rich")},
    header="Objective",
    words=("cells",),
    anchor="anchor",
)
def indicators(matrix: SocialImpactMatrix) -> pd.DataFrame:
    """Each objective with its stakeholders and their indicators, which lead to what the cell is linked to."""
    names = {stakeholder.id: stakeholder.name for stakeholder in matrix.stakeholders}
    rows = {
        objective.name: {
            "cells": "; ".join(_entry(cell, names) for cell in matrix.cells if cell.objective == objective.id),
            "anchor": _objective(objective.id),
        }
        for objective in matrix.objectives
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def _entry(cell: Cell, names: dict[str, str]) -> str:
    reading = "" if cell.basis == "text" else " (our reading)"
    return f"{named(names[cell.stakeholder])}: [{named(cell.indicator)}](#{_anchor(cell)}){reading}"


def _anchor(cell: Cell) -> str:
    """The anchor of a cell's row in the table of links."""
    return f"cell-{cell.stakeholder}-{cell.objective}"


def _objective(objective: str) -> str:
    """The anchor of an objective's row in the table of the matrix."""
    return f"objective-{objective}"


def with_objectives(table: pd.DataFrame | None, framework: Framework) -> pd.DataFrame | None:
    """`stakeholder_table` with links to the objectives that each theme bears on beside it."""
    if table is None or framework.matrix is None:
        return table
    names = {objective.id: objective.name for objective in framework.matrix.objectives}
    cells = [
        "; ".join(f"[{named(names[each])}](#{_objective(each)})" for each in theme.objectives) or "none"
        for theme in framework.stakeholder_themes or ()
    ]
    return beside(table, "bears_on", Column("Objectives it bears on", text="rich"), cells)


_LINKS = {
    "measured": Column("Measured by (figures as published)", text="rich"),
    "codes": Column("Described by the codes"),
    "valued": Column("Valued by", text="rich"),
    "known": Column("How the cell is known, and remark"),
}


@described(
    Kind.RECOMPUTED,
    _LINKS,
    header="Objective and its indicator",
    words=tuple(_LINKS),
    group="stakeholder",
    anchor="anchor",
)
def links(matrix: SocialImpactMatrix, page: Appendix, study: Study, codebook: Codebook) -> pd.DataFrame:
    """For each cell of the matrix, what measures, describes and values it, and how the cell is known."""
    found = [claim for cell in matrix.cells for quantity in cell.claims for claim in claims_about(study, quantity)[:1]]
    page.add(published(claim) for claim in found)
    names = {heading.id: heading.name for heading in matrix.objectives}
    labels = distinct(f"{names[cell.objective]}: {cell.indicator}" for cell in matrix.cells)
    places = _places(study)
    return pd.DataFrame([_row(cell, study, codebook, matrix, places) for cell in matrix.cells], index=labels)


def _row(
    cell: Cell, study: Study, codebook: Codebook, matrix: SocialImpactMatrix, places: Collection[str]
) -> dict[str, str]:
    names = {
        kind: {heading.id: heading.name for heading in getattr(matrix, kind)}
        for kind in ("stakeholders", "outcomes", "assumptions")
    }
    measured = [f"question “{_QUESTIONS[item]}”" for item in cell.items]
    measured += [claim_link(claims_about(study, quantity)[0]) for quantity in cell.claims]
    valued = [_linked(names["outcomes"][each], f"outcome-{each}", places) for each in cell.outcomes]
    valued += [
        f"assumption: {_linked(names['assumptions'][each], f'entry-{each}', places)}" for each in cell.assumptions
    ]
    return {
        "anchor": _anchor(cell),
        "stakeholder": names["stakeholders"][cell.stakeholder],
        "measured": "; ".join(measured) or "nothing published",
        "codes": "; ".join(codebook.names[code] for code in cell.codes),
        "valued": "; ".join(valued) or "no outcome",
        "known": f"{_BASIS[cell.basis]}, source line {', '.join(map(str, cell.lines))}. {cell.note}".strip(),
    }


def _linked(text: str, anchor: str, places: Collection[str]) -> str:
    """Words that lead to a place of the page on the SROI model, where it is there."""
    return f"[{named(text)}](model.html#{anchor})" if anchor in places else named(text)


def _places(study: Study) -> set[str]:
    """The anchors of the page on the SROI model: a row for each outcome, an entry for each assumption the model reads."""
    if not has_value_map(study):
        return set()
    found = read_value_map(study)
    formulas = [*found.terms.values(), *(formula for row in found.rows for _, formula in value_map_cells(row))]
    return {f"outcome-{row.id}" for row in found.outcomes} | {
        f"entry-{name}" for each in formulas for name in references(each)
    }


@of_nothing_nothing
def about_gaps(gaps: pd.DataFrame, outcomes: dict[str, str] | None) -> str:
    """How a gap is read, and whether every outcome of the SROI model is supported."""
    unsupported = gaps["gap"].str.contains(f"outcome nothing supports|{impact.NOT_HELD}").any()
    supported = (
        ""
        if unsupported or outcomes is None
        else " Every outcome of the SROI model rests on at least one measured cell."
    )
    return f"Valued on an assumption: the SROI model has a value for it, and no measure.{supported}"


@of_nothing_nothing
def told_of_steps(steps: Steps) -> str:
    """The drawing in words, without digits: who leads which steps, and the paths back."""
    parts = [
        f"{LEADS[leader].capitalize()} lead{'s' if leader == 'project team' else ''}: {_titles(run)}."
        for leader, run in groupby(steps.steps, lambda step: step.led_by)
    ]
    titles = {step.number: step.title for step in steps.steps}
    back = [
        f"A path leads back from {within(titles[each.from_step])} to {within(titles[each.to_step])}."
        for each in steps.returns
    ]
    passes = steps_layout(steps)["x"].is_monotonic_increasing
    opening = "{steps.steps|bare} steps, one after the other" + (
        ", in which the lead passes from the team to participants." if passes else "."
    )
    return " ".join([opening, *parts, *back])


def _titles(run: "groupby[Step] | object") -> str:
    return "; ".join(within(step.title) for step in run)  # type: ignore[attr-defined]
