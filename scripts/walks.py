"""The functions that a datum passes on its way to a page: `python scripts/walks.py [assumption | claim] [--functions]`.

An assumption is followed from the register to its entry on the page of 05_sroi, a claim from the ledger to its row on that of
08_claims_audit. The cells that lead there run in this process, without a kernel, and the page's data are made of what they show;
nothing is written. Counted is each function of `src/analysis` that held the datum while it ran: in an argument, a variable or
what it handed out, two steps deep. What carries all data of a study (`CARRIERS`) counts for nothing, nor do lambdas and
comprehensions. `--functions` lists them by room.
"""

import argparse
import dataclasses
import json
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
CODE = f"{ROOT / 'src' / 'analysis'}/"
DEEP = 2  # steps into what a variable holds: of a list of records, the fields of each
LOOKS = 400  # calls of one function that are looked into, until one holds the datum
MOST = 3_000  # parts of one value that are looked at
CARRIERS = frozenset(
    "Study Ledger Register InForce Appendix ResultStore Model Case Evidence ValueMap Audit AuditPlan StudyOrigins Sources "
    "PageContext _Sections Environment Template Context".split()
)


@dataclass(frozen=True)
class Walk:
    """What is followed: the words it is known by, its numbers, the notebook, and the ids of the cells that lead to the page."""

    words: tuple[str, ...]
    numbers: tuple[float, ...]
    notebook: str
    cells: tuple[str, ...]

    def meets(self, found: Any) -> bool:
        """Whether a single value is the datum, or names it."""
        if isinstance(found, str):
            return any(word in found for word in self.words)
        return isinstance(found, float | np.floating) and any(abs(found - number) < 1e-9 for number in self.numbers)

    def within(self, found: Any, deep: int = DEEP) -> bool:
        """Whether something holds the datum, so many steps deep."""
        if isinstance(found, str | float | np.floating):
            return self.meets(found)
        return deep > 0 and any(self.within(part, deep - 1) for part in _parts(found))


def _parts(found: Any) -> Any:
    """What something is made of, if it carries no whole study."""
    if type(found).__name__ in CARRIERS or isinstance(found, type):
        return ()
    if isinstance(found, Mapping):
        return [part for pair in list(found.items())[:MOST] for part in pair]
    if isinstance(found, list | tuple | set | frozenset):
        return list(found)[:MOST]
    if isinstance(found, pd.DataFrame | pd.Series | pd.Index | np.ndarray):
        return np.asarray(found, dtype=object).ravel()[: 20 * MOST].tolist()
    if dataclasses.is_dataclass(found):
        return [getattr(found, field.name, None) for field in dataclasses.fields(found)]
    return list(vars(found).values()) if hasattr(type(found), "model_fields") else ()


WALKS = {
    "assumption": Walk(("21.129",), (21.129,), "05_sroi", ("cell-03", "cell-04", "cell-35")),
    "claim": Walk(("CP-012",), (), "08_claims_audit", ("cell-03", "cell-04", "cell-05", "cell-29")),
}


class Tracer:
    """Notes the functions of this project that hold what is followed."""

    def __init__(self, walk: Walk) -> None:
        self.walk, self.found, self.looked = walk, set(), defaultdict(int)  # type: Walk, set[CodeType], dict[CodeType, int]

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        """Look into a call of ours, when it begins and when it ends."""
        code = frame.f_code
        if event not in ("call", "return") or code in self.found or not code.co_filename.startswith(CODE):
            return
        self.looked[code] += 1
        if self.looked[code] > LOOKS or code.co_name.startswith("<"):
            return
        sys.setprofile(None)  # what looks is not looked at
        held = [*frame.f_locals.values(), *([argument] if event == "return" else [])]
        if any(map(self.walk.within, held)):
            self.found.add(code)
        sys.setprofile(self)


def functions(walk: Walk, study: str = "coproduction") -> list[str]:
    """The functions on a walk of a study, as `module: function`, sorted."""
    from analysis.pipeline.parameters import parameters_for
    from analysis.pipeline.stage import page_context
    from analysis.reporting.markup import MIME
    from analysis.reporting.origins import StudyOrigins
    from analysis.reporting.page import page_data
    from analysis.study import load_study

    parameters = parameters_for(ROOT, walk.notebook, study, {})
    cells = json.loads((ROOT / "notebooks" / f"{walk.notebook}.ipynb").read_text(encoding="utf-8"))["cells"]
    scope: dict[str, Any] = parameters.model_dump()
    tracer = Tracer(walk)
    sys.setprofile(tracer)
    try:
        for cell in (each for each in cells if each["id"] in walk.cells):
            _run(cell, scope)
        chosen = [
            each | {"source": "".join(each["source"])}
            for place, each in enumerate(cells)
            if place == 0 or each["id"] == walk.cells[-1]
        ]
        shown = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": chosen}
        place = load_study(study, ROOT)
        page = page_data(
            shown, page_context(place, walk.notebook, parameters), scope["page"].store, StudyOrigins(place)
        )
    finally:
        sys.setprofile(None)
    if not walk.within(json.dumps(page)) or MIME not in json.dumps(chosen):
        raise SystemExit(f"the walk ends before the page of {walk.notebook}: its cells are no longer {walk.cells}")
    return sorted(f"{code.co_filename.removeprefix(CODE)}: {code.co_qualname}" for code in tracer.found)


def _run(cell: dict[str, Any], scope: dict[str, Any]) -> None:
    """Run a cell; what its last line shows becomes its output, as the pipeline has it."""
    import ast

    *before, last = ast.parse("".join(cell["source"])).body
    whole = ast.Module([*before, *([] if isinstance(last, ast.Expr) else [last])], [])
    exec(compile(whole, cell["id"], "exec"), scope)  # a cell of the project's own notebook
    cell |= {"outputs": [], "execution_count": 1}
    if isinstance(last, ast.Expr):
        shown = eval(compile(ast.Expression(last.value), cell["id"], "eval"), scope)
        if shown is not None:
            data = shown._repr_mimebundle_()
            cell["outputs"] = [{"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": data}]


def _told(name: str, found: list[str], listed: bool) -> None:
    rooms: dict[str, list[str]] = defaultdict(list)
    for function in found:
        rooms[function.partition(":")[0].partition("/")[0]].append(function)
    print(f"{name}: {len(found)} functions in {len({each.partition(':')[0] for each in found})} modules")
    for room, those in sorted(rooms.items(), key=lambda pair: -len(pair[1])):
        print(f"  {room}: {len(those)}", *(f"    {each}" for each in (those if listed else ())), sep="\n")


def main() -> None:
    """Tell the walks that are asked for, or all."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    asked.add_argument("walks", nargs="*", choices=[*WALKS, []], help="which walks; all by default")
    asked.add_argument("--functions", action="store_true", help="name the functions")
    given = asked.parse_args()
    for name in given.walks or WALKS:
        _told(name, functions(WALKS[name]), given.functions)


if __name__ == "__main__":
    main()
