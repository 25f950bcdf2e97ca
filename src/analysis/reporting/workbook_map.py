"""The value map as a sheet, in the stages and columns of Social Value UK's map, and what the sheet of guidance says."""

from collections.abc import Iterator

from analysis.reporting.workbook_draft import GUIDANCE, INPUTS, MAP, RESULT, SCENARIOS, YEARS, Draft, head
from analysis.reporting.workbook_style import PERCENT, POUNDS, RATIO, head_cell, settle_sheet
from analysis.sroi.value_map import FORMULAS, LABELS, Row

SHARE = "Share: "
COMPUTED = {
    "gross": "Value before anything is subtracted (£)",
    "net": "Value owed to the programme (£)",
    "present": "Present value (£)",
}
# The stages of a value map of Social Value UK, each with its columns in that map's order; last what this one has besides.
STAGES = {
    "Stage 1: who changes": ("row", "kind", "stakeholder"),
    "Stage 2: what changes": ("outcome",),
    "Stage 3: how much, for how long, and what it is worth": (
        "indicator",
        "quantity",
        "change",
        "duration",
        "start",
        "proxy",
        "proxy_source",
    ),
    "Stage 4: how much is due to the programme": (
        "deadweight",
        "displacement",
        "attribution",
        "drop_off",
        "gross",
        "net",
    ),
    "Stage 5: social return": ("present",),
    "Beside the stages": ("counterfactual", "evidence_level", "negative_sought", "note"),
}
MAP_COLUMNS = tuple(column for columns in STAGES.values() for column in columns)
MAP_TOP = 3  # the first row below the stages and the names of the columns
SHARES = ("deadweight", "displacement", "attribution", "drop_off")

_WIDE = ("outcome", "indicator", "proxy_source", "counterfactual", "negative_sought", "note")


def fill_map(draft: Draft) -> None:
    """A row for each cost and outcome, below the stages; shares of beneficiaries stand last."""
    who = draft.model.value_map.beneficiaries
    titles = [LABELS.get(name) or COMPUTED[name] for name in MAP_COLUMNS]
    for column, title in enumerate([*titles, *(f"{SHARE}{each}" for each in who)], start=1):
        draft.put_text(MAP, MAP_TOP - 1, column, title)
        head_cell(draft.sheets[MAP].cell(MAP_TOP - 1, column))
    _fill_stages(draft)
    for number, row in enumerate(draft.model.value_map.rows, start=MAP_TOP):
        for column, name in enumerate(MAP_COLUMNS, start=1):
            _fill_cell(draft, row, name, number, column)
        for column, each in enumerate(who, start=len(MAP_COLUMNS) + 1):
            if each in row.shares:
                draft.put_formula(MAP, number, column, row.shares[each])


def _fill_stages(draft: Draft) -> None:
    column = 1
    for stage, columns in STAGES.items():
        for place in range(column, column + len(columns)):
            head_cell(draft.sheets[MAP].cell(1, place))
        draft.put_text(MAP, 1, column, stage)
        if len(columns) > 1:
            draft.sheets[MAP].merge_cells(None, 1, column, 1, column + len(columns) - 1)
        column += len(columns)


def _fill_cell(draft: Draft, row: Row, name: str, number: int, column: int) -> None:
    if name in COMPUTED:
        steps = draft.model.step
        cost = steps[f"{row.id}.cost"] if name == "gross" and row.kind == "cost" else None
        if step := steps.get(f"{row.id}.{name}") or cost:
            draft.put_formula(MAP, number, column, step.expression, step.id)
    elif name == "start":
        draft.put_number(MAP, number, column, row.start if row.kind == "outcome" else None)
    elif name not in FORMULAS:
        draft.put_text(MAP, number, column, {"row": row.id, "kind": row.kind}.get(name) or row.words.get(name, ""))
    elif name in row.formulas and (row.kind == "outcome" or name in ("quantity", "change", "proxy")):
        draft.put_formula(MAP, number, column, row.formulas[name])


def settle_map(draft: Draft) -> None:
    """Widths and formats: pounds without pence, shares as percentages; on A3, since a map is wide."""
    at = {name: place for place, name in enumerate(MAP_COLUMNS, start=1)}
    shares = range(len(MAP_COLUMNS) + 1, len(MAP_COLUMNS) + len(draft.model.value_map.beneficiaries) + 1)
    formats = {at[name]: POUNDS for name in COMPUTED} | {at["duration"]: RATIO}
    formats |= dict.fromkeys([*(at[name] for name in SHARES), *shares], PERCENT)
    widths = {place: 30 if name in _WIDE else 15 for name, place in at.items()} | dict.fromkeys(shares, 12)
    settle_sheet(draft.sheets[MAP], widths, formats, top=MAP_TOP, pages=2)


def fill_guidance(draft: Draft) -> None:
    """What each sheet is for, how to change the model, and how its values come back."""
    head(draft, GUIDANCE, ("Sheet", "What it holds, and what may be changed"))
    for row, said in enumerate(_guidance(draft), start=2):
        draft.put_row(GUIDANCE, row, said)


def _guidance(draft: Draft) -> Iterator[tuple[str, str]]:
    scenarios = ", ".join(draft.model.scenarios)
    yield (
        RESULT,
        f"The ratio, value and cost. The shaded cell beside the title chooses the scenario: {scenarios}. All sheets follow.",
    )
    yield (
        MAP,
        "Costs and outcomes in the stages and columns of Social Value UK's value map; every number is a formula over Inputs.",
    )
    yield (
        INPUTS,
        "The assumptions. Change the shaded values; a value outside its range asks whether it is meant. Shares are percentages.",
    )
    yield "Terms", "Quantities that several cells of the value map need, worked out once."
    yield YEARS, "What is left of each outcome after drop-off, its value in each year, and discounting."
    yield SCENARIOS, "The values of each scenario beside the central ones, and those in use now."
    yield "Sources", "Where each assumption comes from."
    yield "Settings", "Price year, discount rate and years."
    yield "Locked cells", "Formulas are locked, without a password, against changes by mistake."
    yield (
        "Way back",
        "analysis what-if STUDY --from FILE reads the changed values of Inputs and runs the study's pages with them; choose the central scenario first.",
    )
    yield (
        "Not in the map",
        "Social Value UK's map also asks for the size of each group, inputs and outputs in words, and the source of each quantity; the study's files say these in the register and on its pages.",
    )
