"""The model as a program in the page: change an assumption, and ratio, value by beneficiary and tornado follow.

The formulas are written from the model's steps; the part that draws (`template/explorer.js`) knows no formula. Nothing is
fetched. The page's policy admits this one program by its hash; everything from data reaches it as data.
"""

import json
import math
from collections import defaultdict
from functools import cache
from pathlib import Path

from analysis.currency import DEFAULT, names, sign
from analysis.described import of_nothing_nothing
from analysis.expressions import references
from analysis.reporting.formulas import Dialect, write_formula
from analysis.reporting.markup import Display, clean, tidy_lines
from analysis.reporting.nodes import link
from analysis.sroi.model import Model
from analysis.sroi.prices import known
from analysis.sroi.value_map import cells
from analysis.study.register import SHARES, Assumption

_FOLDER = Path(__file__).parent / "template"
_COSTS, _SHARED = "Costs", "Several outcomes, or all"
_WITHOUT = "The explorer needs scripts, which are switched off here. The workbook of this study holds the same model."


def _in_currency(program: str, code: str) -> str:
    """The explorer's program with another currency's code, sign and name in place of the pound's."""
    if code == DEFAULT:
        return program
    swaps = {
        '"GBP"': f'"{code}"',
        '"£"': f'"{sign(code)}"',
        "£]": f"{sign(code).strip()[-1]}]",
        "each pound": f"each {names(code)[0]}",
    }
    for old, new in swaps.items():
        program = program.replace(old, new)
    return program


@of_nothing_nothing
def explorer(model: Model, workbook: str = "value_map.xlsx") -> Display:
    """The explorer of a model as one block of a page; `workbook` is the address of the workbook beside the page."""
    program = f"(()=>{{\n{evaluator(model)}\n{_file('explorer_values.js')}{_file('explorer.js')}}})();"
    program = _in_currency(program, model.currency)
    block = {
        "type": "program",
        "id": "explorer",
        "style": _file("explorer.css"),
        "without": _WITHOUT,
        "note": [link(workbook, ["The same model as a workbook"])],
        "data": _data(model),
        "program": tidy_lines(program),
    }
    return Display((block,), plain="Explorer of the model (on the page).")


def evaluator(model: Model) -> str:
    """JavaScript `evaluate(v)`: from the values of all entries, in order, to those of all steps, in order."""
    entries = {name: f"v[{place}]" for place, name in enumerate(model.entries)}
    places = entries | {step.id: f"s[{place}]" for place, step in enumerate(model.steps)}
    dialect = Dialect(places.__getitem__, {"min": "Math.min", "max": "Math.max"})
    lines = [f"s[{place}]={write_formula(step.expression, dialect)};" for place, step in enumerate(model.steps)]
    ends = [
        f"{write_formula(row.formulas['duration'], dialect)}+{row.start}"
        for row in model.value_map.outcomes
        if row.lasts
    ]
    return "\n".join(
        [
            f"const s=new Float64Array({len(model.steps)});",
            "function evaluate(v){",
            *lines,
            "return s;}",
            f"function lastYear(v){{evaluate(v);return Math.max(0,{','.join(ends) or '0'});}}",
        ]
    )


def _data(model: Model) -> str:
    """What the program shows, as JSON that no closing tag can leave."""
    value_map = model.value_map
    places = {step.id: place for place, step in enumerate(model.steps)}
    groups = _groups(model)
    content = {
        "study": model.study,
        "command": f"python -m analysis what-if {model.study}" if model.study else "",
        "entries": [
            {
                "id": entry.id,
                "label": clean(entry.label),
                "unit": clean(entry.unit),
                "value": entry.value,
                "low": entry.low,
                "high": entry.high,
                "percent": entry.unit in SHARES and -1 <= entry.low and entry.high <= 1,
                "group": groups.get(entry.id, _SHARED),
                "fixed": known(entry.id),
                **_ends(entry),
                **({"was": entry.changed_from.value} if entry.changed_from else {}),
            }
            for entry in model.entries.values()
        ],
        "totals": {name: places[f"total.{name}"] for name in ("ratio", "value", "cost", "net")},
        "beneficiaries": [
            [clean(who), places[f"beneficiary.{place}"]] for place, who in enumerate(value_map.beneficiaries)
        ],
        "outcomes": [[clean(row.label), places[f"{row.id}.present"]] for row in value_map.outcomes],
        "years": [places[f"total.year.{year}"] for year in range(model.years)],
        "scenarios": [[clean(name), values] for name, values in model.scenarios.items()],
        "horizon": model.years,
    }
    return json.dumps(content, ensure_ascii=True, allow_nan=False).replace("<", "\\u003c").replace("&", "\\u0026")


def _groups(model: Model) -> dict[str, str]:
    """By entry the outcome that it bears on, or the costs; of what bears on several, or on the model as a whole, nothing."""
    value_map, users = model.value_map, defaultdict[str, set[str]](set)
    for row in value_map.rows:
        names = {name for _, formula in cells(row) for name in references(formula)}
        for name in names.union(model.rests_on(*(names & value_map.terms.keys()))):
            users[name].add(clean(row.label) if row.kind == "outcome" else _COSTS)
    return {name: min(labels) for name, labels in users.items() if len(labels) == 1}


def _ends(entry: Assumption) -> dict[str, float | None]:
    """The least and the most that the quantity can be at all, for what is typed; None where there is no such end."""
    return {
        name: end if math.isfinite(end) else None for name, end in zip(("least", "most"), entry.limits, strict=True)
    }


@cache
def _file(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
