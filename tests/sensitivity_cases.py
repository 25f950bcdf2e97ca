"""A small hand-written model with register entries, and how to write a register entry in one line."""

import ast
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from analysis.errors import InputError
from analysis.reporting import Appendix
from analysis.sroi.sensitivity.appraisal import read_reference
from analysis.sroi.sensitivity.case import Case, case_for
from analysis.sroi.sensitivity.settings import Settings, read_settings, read_stipulated
from analysis.study import Study, load_study
from analysis.study.register import Assumption, Source

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "notebooks" / "06_sroi_sensitivity.ipynb"

_SOURCE = Source(producer="a test", title="made up", published=None, locator="none", licence="none")


def entry(name, value, low=None, high=None, distribution="fixed", unit="units"):
    """A register entry; a fixed one if no range is given."""
    return Assumption(
        id=name,
        label=name,
        value=value,
        unit=unit,
        price_year=None,
        kind="assumed",
        claim=None,
        low=value if low is None else low,
        high=value if high is None else high,
        distribution=distribution,
        why_range="a test",
        source=_SOURCE,
        evidence_grade="D",
        decided_by="a test",
    )


@dataclass(frozen=True)
class Outcome:
    """Value by outcome and beneficiary, and cost; the rest follows."""

    by_outcome: Mapping[str, Any]
    by_beneficiary: Mapping[str, Any]
    cost: Any

    @property
    def value(self):
        return sum(self.by_outcome.values())

    @property
    def net(self):
        return self.value - self.cost

    @property
    def ratio(self):
        return self.value / self.cost


def _entries():
    listed = [
        entry("people", 100.0),
        entry("weeks", 30.0, 20.0, 45.0, "pert"),
        entry("weekly_value", 100.0, 60.0, 140.0, "normal"),
        entry("deadweight_friends", 0.2, 0.0, 0.5, "triangular", "ratio"),
        entry("deadweight_work", 0.3, 0.1, 0.6, "beta", "ratio"),
        entry("attribution_friends", 0.1, 0.0, 0.4, "uniform", "ratio"),
        entry("attribution_work", 0.1, 0.0, 0.4, "uniform", "ratio"),
        entry("learners", 40.0, 30.0, 50.0, "uniform"),
        entry("course_value", 4000.0, 1000.0, 8000.0, "pert"),
        entry("share_government", 0.35, 0.25, 0.45, "triangular", "ratio"),
        entry("discount_rate", 0.0, 0.0, 0.1, "uniform", "ratio"),
        entry("cost", 200_000.0, 150_000.0, 260_000.0, "pert"),
    ]
    return {e.id: e for e in listed}


REGISTER = _entries()


@dataclass(frozen=True)
class Toy:
    """Friendship through the weeks of a programme, and learners' work in three later years, discounted."""

    inputs: tuple[str, ...] = tuple(REGISTER)
    calls: list = field(default_factory=list)

    def evaluate(self, values):
        v = {name: REGISTER[name].value for name in self.inputs} | dict(values)
        self.calls.append(max(np.size(x) for x in v.values()))
        friends = (
            v["people"]
            * v["weeks"]
            * v["weekly_value"]
            * (1 - v["deadweight_friends"])
            * (1 - v["attribution_friends"])
        )
        yearly = v["learners"] * v["course_value"] / 3 * (1 - v["deadweight_work"]) * (1 - v["attribution_work"])
        work = sum(yearly / (1 + v["discount_rate"]) ** year for year in range(3))
        government = work * v["share_government"]
        return Outcome(
            {"friends": friends, "work": work},
            {"participants": friends + work - government, "government": government},
            v["cost"],
        )


@dataclass(frozen=True)
class Function:
    """Any function of named inputs as a model whose value is the function and whose cost is 1."""

    inputs: tuple[str, ...]
    formula: Any

    def evaluate(self, values):
        value = self.formula(*(values[name] for name in self.inputs))
        return Outcome({"all": value}, {"all": value}, 1.0)


def toy_case() -> Case:
    """The toy model at its register's values."""
    return case_for(Toy(), REGISTER)


def function_case(formula, entries) -> Case:
    """A function of the entries, in their order."""
    register = {e.id: e for e in entries}
    return case_for(Function(tuple(register), formula), register)


def ishigami_case() -> Case:
    """Ishigami and Homma 1990: sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1 on -pi..pi."""
    entries = [entry(f"x{i}", 0.0, -math.pi, math.pi, "uniform") for i in (1, 2, 3)]
    return function_case(lambda a, b, c: np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a), entries)


G_COEFFICIENTS = (0.0, 1.0, 4.5, 9.0, 99.0, 99.0)


def sobol_g_case() -> Case:
    """Sobol's G function on the unit cube."""
    entries = [entry(f"x{i}", 0.5, 0.0, 1.0, "uniform") for i, _ in enumerate(G_COEFFICIENTS)]
    return function_case(
        lambda *xs: math.prod((np.abs(4 * x - 2) + a) / (1 + a) for x, a in zip(xs, G_COEFFICIENTS, strict=True)),
        entries,
    )


@dataclass(frozen=True)
class YearlyOutcome(Outcome):
    """An outcome that keeps its years."""

    by_year: Mapping[int, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Yearly:
    """Value x in two equal years at a cost of 1; refuses x above 2, as a model refuses what lies beyond its years."""

    inputs: tuple[str, ...] = ("x",)

    def evaluate(self, values):
        x = np.asarray(values["x"])
        if (x > 2).any():
            raise InputError(
                "value_map.csv", found="an end beyond the years", expected="an earlier one", action="add years"
            )
        return YearlyOutcome({"all": x}, {"all": x}, 1.0, {0: x / 2, 1: x / 2})


def yearly_case() -> Case:
    """The two-year model held at 1.6."""
    return case_for(Yearly(), {"x": entry("x", 1.6, 1.0, 2.0, "uniform")})


@cache
def coproduction() -> tuple[Study, Settings]:
    """The study and what it asks of its sensitivity analyses."""
    study = load_study("coproduction", ROOT)
    return study, read_settings(study)


def shown_by_notebook(case: Case, settings: Settings, page: Appendix, claims=(), **parameters) -> tuple[Appendix, dict]:
    """The page after the notebook's own cells ran on another case, with few draws, and what each cell shows, by its id."""
    names = {"evaluation": SimpleNamespace(claims=claims), "settings": settings, "case": case, "page": page}
    names |= {"stipulated": read_stipulated(ROOT), "reference": read_reference(ROOT), "printed": {}}
    cells = [cell for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    shown = {}
    for cell in cells:
        body = ast.parse("".join(cell["source"])).body
        if cell["id"] == "cell-04" or cell is cells[-1]:  # opens the study's own; saves
            continue
        last = body.pop() if isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), cell["id"], "exec"), names)
        names |= {"draws": 2**9, "design": 2**7, "replicates": 20, **parameters} if cell["id"] == "cell-02" else {}
        if last:
            shown[cell["id"]] = eval(compile(ast.Expression(last.value), cell["id"], "eval"), names)
    return page, {name: display for name, display in shown.items() if display is not None}
