"""The social impact matrix with its links and gaps, and the steps towards co-production."""

from collections.abc import Collection
from itertools import groupby

import pandas as pd

from analysis.coding import matrix as impact, steps as sequence
from analysis.coding.files import MATRIX, Framework
from analysis.coding.matrix import Cell, SocialImpactMatrix
from analysis.coding.steps import Step, Steps
from analysis.expressions import references
from analysis.participants.schema import ITEMS
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.tables import RowExtra
from analysis.reporting.views.claims import published
from analysis.reporting.views.coding import Material, distinct, named, section
from analysis.reporting.views.coding_published import claim_link, objective_anchor
from analysis.results import Column
from analysis.sroi.value_map import cells as value_map_cells, has_value_map, read_value_map
from analysis.study import Study

_QUESTIONS = {item: entry.label for item, entry in ITEMS.items()} | {"friends": "Friends met regularly"}
_BASIS = {"text": "the text states it", "reading": "our reading"}
_LEAD = {"project team": "the project team", "both": "team and participants together", "participants": "participants"}


def matrix(page: Appendix, material: Material) -> Display:
    """Section: the matrix as a figure and as a table of indicators; a sentence where the study has none."""
    framework = material.framework
    if framework is None:
        return page.say(
            "This study has no social impact matrix, and no steps towards co-production are published for it."
        )
    _check(material, framework)
    known = framework.matrix
    note = page.say(f"{named(f'Printed as {known.figure}, source line {known.line}.')} {named(known.note)}")
    return section("The matrix", note, _figure(page, known), _table(page, known))


def _check(material: Material, framework: Framework) -> None:
    """InputError for a link to a question that the questionnaire, or an outcome that the SROI model does not have."""
    name, outcomes = material.study.name(MATRIX), _outcomes(material.study)
    impact.check_links(framework.matrix, name, items=_QUESTIONS, outcomes=outcomes)
    if outcomes is not None:
        impact.check_names(framework.matrix.outcomes, name, "outcomes", outcomes, "value map")


def _outcomes(study: Study) -> dict[str, str] | None:
    """The outcomes of the study's value map by id; None where it has no value map."""
    return {row.id: row.label for row in read_value_map(study).outcomes} if has_value_map(study) else None


def _figure(page: Appendix, matrix: SocialImpactMatrix) -> Display:
    from analysis.reporting.views.coding_charts import state_chart

    grid = impact.links_grid(matrix)
    frame = grid.set_axis([o.name for o in matrix.objectives]).set_axis(
        [s.name for s in matrix.stakeholders], axis="columns"
    )
    frame.index.name = "objective"
    return page.figure(
        "matrix_figure",
        state_chart(frame),
        "Objectives by stakeholders: what is measured and what is valued.",
        "{matrix.measured_and_valued|bare} of {matrix.cells|bare} cells are measured and valued. Fully measured "
        f"and valued are only cells for: {_holders(grid, matrix, 'measured and valued')}. Neither measured nor valued "
        f"is something for: {_holders(grid, matrix, 'neither')}.",
        frame,
        {name: Column(name) for name in frame.columns},
        row_header="Objective",
        text=dict.fromkeys(frame.columns, "label"),
    )


def _holders(grid: pd.DataFrame, matrix: SocialImpactMatrix, state: str) -> str:
    """The stakeholders with a cell in a state, as a list."""
    return "; ".join(named(s.name.lower()) for s in matrix.stakeholders if (grid[s.id] == state).any()) or "none"


def _table(page: Appendix, matrix: SocialImpactMatrix) -> Display:
    """Table: each objective with its stakeholders and their indicators, which lead to what the cell is linked to."""
    names = {stakeholder.id: stakeholder.name for stakeholder in matrix.stakeholders}
    cells = {
        objective.name: "; ".join(_entry(cell, names) for cell in matrix.cells if cell.objective == objective.id)
        for objective in matrix.objectives
    }
    return page.table(
        "matrix",
        pd.DataFrame({"cells": cells}).rename_axis("objective"),
        {"cells": Column("For whom, and by which indicator")},
        "The social impact matrix: the indicator of each cell.",
        row_header="Objective",
        text={"cells": "rich"},
        extras={objective.name: RowExtra(objective_anchor(objective.id)) for objective in matrix.objectives},
        note="An indicator leads to what the cell is linked to. The figure above, and its data, set out the same cells as a grid.",
    )


def _entry(cell: Cell, names: dict[str, str]) -> str:
    reading = "" if cell.basis == "text" else " (our reading)"
    return f"{named(names[cell.stakeholder])}: [{named(cell.indicator)}](#{_anchor(cell)}){reading}"


def _anchor(cell: Cell) -> str:
    """The anchor of a cell's row in the table of links."""
    return f"cell-{cell.stakeholder}-{cell.objective}"


def links(page: Appendix, material: Material) -> Display | None:
    """Section: for each cell of the matrix, what measures, describes and values it, and how the cell is known."""
    if material.framework is None:
        return None
    matrix = material.framework.matrix
    named = [
        claim for cell in matrix.cells for quantity in cell.claims for claim in material.claims_about(quantity)[:1]
    ]
    page.add(published(claim) for claim in named)
    frame = pd.DataFrame([_row(cell, material, matrix) for cell in matrix.cells], index=_labels(matrix))
    columns = {
        "stakeholder": Column("Stakeholder"),
        "measured": Column("Measured by (figures as published)"),
        "codes": Column("Described by the codes"),
        "valued": Column("Valued by"),
        "known": Column("How the cell is known, and remark"),
    }
    table = page.table(
        "links",
        frame,
        columns,
        "What each cell of the matrix is linked to: question, printed figure, codes, SROI outcome.",
        row_header="Objective and its indicator",
        group_by="stakeholder",
        text={"measured": "rich", "codes": "label", "valued": "rich", "known": "label"},
        extras={label: RowExtra(_anchor(cell)) for label, cell in zip(frame.index, matrix.cells, strict=True)},
    )
    said = page.say(
        "The links are ours throughout. Claim ids lead to their row in the ledger of claims, outcomes and assumptions to "
        "theirs in the SROI model. A code describes and does not measure. Questions are those of the questionnaire, whose "
        "answers were not published."
    )
    return section("What each cell is linked to", said, table)


def _labels(matrix: SocialImpactMatrix) -> pd.Index:
    names = {heading.id: heading.name for heading in matrix.objectives}
    return pd.Index(distinct(f"{names[cell.objective]}: {cell.indicator}" for cell in matrix.cells), name="cell")


def _row(cell: Cell, material: Material, matrix: SocialImpactMatrix) -> dict[str, str]:
    outcomes = {outcome.id: outcome.name for outcome in matrix.outcomes}
    stakeholders = {stakeholder.id: stakeholder.name for stakeholder in matrix.stakeholders}
    questions = [f"question “{_QUESTIONS[item]}”" for item in cell.items]
    claims = [claim_link(material.claims_about(quantity)[0]) for quantity in cell.claims]
    places = _places(material.study)
    valued = [_linked(outcomes[each], f"outcome-{each}", places) for each in cell.outcomes]
    assumptions = {assumption.id: assumption.name for assumption in matrix.assumptions}
    assumed = [f"assumption: {_linked(assumptions[each], f'entry-{each}', places)}" for each in cell.assumptions]
    return {
        "stakeholder": stakeholders[cell.stakeholder],
        "measured": "; ".join([*questions, *claims]) or "nothing published",
        "codes": "; ".join(material.codebook.names[code] for code in cell.codes),
        "valued": "; ".join([*valued, *assumed]) or "no outcome",
        "known": f"{_BASIS[cell.basis]}, source line {', '.join(map(str, cell.lines))}. {cell.note}".strip(),
    }


def _linked(text: str, anchor: str, places: Collection[str]) -> str:
    """Words that lead to a place of the page on the SROI model, where it is there."""
    return f"[{named(text)}](05_sroi.html#{anchor})" if anchor in places else named(text)


def _places(study: Study) -> set[str]:
    """The anchors of the page on the SROI model: a row for each outcome, an entry for each assumption the model reads."""
    if not has_value_map(study):
        return set()
    found = read_value_map(study)
    formulas = [*found.terms.values(), *(formula for row in found.rows for _, formula in value_map_cells(row))]
    return {f"outcome-{row.id}" for row in found.outcomes} | {
        f"entry-{name}" for each in formulas for name in references(each)
    }


def gaps(page: Appendix, material: Material) -> Display | None:
    """Section: objectives that nothing measures, outcomes nothing supports, themes without an objective."""
    if material.framework is None:
        return None
    outcomes = _outcomes(material.study)
    found = impact.gaps(material.framework.matrix, material.framework.stakeholder_themes, outcomes)
    label = [_open(row.gap, row.what, row.where) for row in found.itertuples()]
    frame = found.assign(label=label).groupby("label", sort=False)["gap"].agg("; ".join).to_frame().rename_axis("what")
    unsupported = found["gap"].isin(["outcome nothing supports", impact.NOT_HELD]).any()
    supported = (
        ""
        if unsupported or outcomes is None
        else " Every outcome of the SROI model rests on at least one measured cell."
    )
    table = page.table(
        "gaps",
        frame,
        {"gap": Column("What is missing")},
        "What the matrix leaves open.",
        row_header="Objective, outcome or theme",
        text={"gap": "label"},
        note=f"Valued on an assumption: the SROI model has a value for it, and no measure.{supported}",
    )
    return section("Gaps", table)


def _open(gap: str, what: str, where: str) -> str:
    """What is left open, as the head of a row."""
    sort = "Interview theme: " if gap.startswith("theme") else "SROI outcome: " if gap.startswith("outcome") else ""
    return f"{sort}{what} – {where.lower()}" if where else f"{sort}{what}"


def steps(page: Appendix, material: Material) -> Display | None:
    """Section: the published steps as a drawing with its text, and as a table."""
    if material.framework is None:
        return None
    known = material.framework.steps
    frame = sequence.steps_table(known)
    frame = frame.assign(
        led_by=[_LEAD[step.led_by].capitalize() for step in known.steps],
        place=[str(step.number) for step in known.steps],
    )
    frame = frame.set_index("title")
    columns = {
        "place": Column("Step"),
        "what": Column("What is done"),
        "led_by": Column("Who leads"),
        "line": Column("Source line"),
    }
    from analysis.reporting.views.coding_charts import steps_chart

    figure = page.figure(
        "steps",
        steps_chart(sequence.steps_layout(known), [(back.from_step, back.to_step) for back in known.returns]),
        "Steps towards co-production, and who leads them.",
        _in_words(known),
        frame,
        columns,
        row_header="Step",
        text=dict.fromkeys(columns, "label"),
    )
    note = page.say(f"{named(f'Printed as {known.figure}, source line {known.line}.')} {named(known.note)}")
    return section("Steps towards co-production", note, figure)


def _in_words(steps: Steps) -> str:
    """The drawing in words, without digits: who leads which steps, and the paths back."""
    parts = [
        f"{_LEAD[leader].capitalize()} lead{'s' if leader == 'project team' else ''}: {_titles(run)}."
        for leader, run in groupby(steps.steps, lambda step: step.led_by)
    ]
    titles = {step.number: step.title for step in steps.steps}
    back = [
        f"A path leads back from {named(titles[each.from_step].lower())} to {named(titles[each.to_step].lower())}."
        for each in steps.returns
    ]
    order = [sequence.steps_layout(steps)["x"].is_monotonic_increasing]
    opening = "{steps.steps|bare} steps, one after the other" + (
        ", in which the lead passes from the team to participants." if all(order) else "."
    )
    return " ".join([opening, *parts, *back])


def _titles(run: "groupby[Step] | object") -> str:
    return "; ".join(named(step.title.lower()) for step in run)  # type: ignore[attr-defined]
