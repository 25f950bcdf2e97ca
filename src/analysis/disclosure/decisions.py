"""The record of every decision on showing something, and the decisions on single statistics, models and figures."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from analysis.described import Basis
from analysis.disclosure.rules import SINGLE_CASES, Rules

SHOWN, HIDDEN, ROUNDED, REFUSED = "shown", "hidden", "rounded", "refused"
RULE = "statistics of hidden counts"
BESIDE_ROUNDED = "what follows from exact counts is not shown beside rounded ones"

BASE = "how many answered is the base of every figure, and says nothing of anybody's answers"


@dataclass(frozen=True)
class Decision:
    """What was decided about one table, statistic or figure under one rule, and why. It never holds a hidden number."""

    table: str
    rule: str
    decision: str
    reason: str


def judge(basis: Basis, rules: Rules) -> Decision:
    """Whether numbers may be shown, by what their method says that they rest on."""
    if basis.sort == "base":
        return Decision(basis.of, "base of a statistic", SHOWN, BASE)
    if basis.sort == "model":
        return judge_model(basis.of, basis.people, basis.parameters, rules)
    if basis.sort == "quantile":
        return judge_quantile(basis.of, basis.people, basis.quantile, rules)
    if basis.sort != "statistic":
        return Decision(basis.of, basis.sort, REFUSED, "this page has no rule for it")
    return judge_statistic(basis.of, basis.statistic, basis.people, rules)


def judge_statistic(name: str, statistic: str, n: int, rules: Rules) -> Decision:
    """Whether a statistic over `n` people may be shown: no single cases, and at least the minimum cell behind it."""
    if statistic.lower() in SINGLE_CASES:
        return Decision(name, "no single cases", REFUSED, f"a {statistic} is the value of one person or a few")
    if rules.rounding_base is not None:
        return Decision(name, "rounding", REFUSED, BESIDE_ROUNDED)
    if n < rules.minimum_cell:
        return Decision(name, "minimum cell", REFUSED, f"fewer than {rules.minimum_cell} people stand behind it")
    return Decision(name, "minimum cell", SHOWN, f"at least {rules.minimum_cell} people stand behind it")


def judge_quantile(name: str, n: int, quantile: float, rules: Rules) -> Decision:
    """Whether a quantile may be shown: at least the minimum cell must lie on either side of it."""
    if rules.rounding_base is not None:
        return Decision(name, "rounding", REFUSED, BESIDE_ROUNDED)
    beyond = int(min(quantile, 1 - quantile) * n + 1e-9)
    if beyond < rules.minimum_cell:
        return Decision(name, "no minima or maxima", REFUSED, f"fewer than {rules.minimum_cell} people lie beyond it")
    return Decision(name, "no minima or maxima", SHOWN, f"at least {rules.minimum_cell} people lie on either side")


def judge_model(name: str, n: int, parameters: int, rules: Rules) -> Decision:
    """Whether a model may be shown: observations less parameters must reach the minimum."""
    if rules.rounding_base is not None:
        return Decision(name, "rounding", REFUSED, BESIDE_ROUNDED)
    if n - parameters < rules.minimum_residual_df:
        return Decision(
            name, "residual degrees of freedom", REFUSED, f"fewer than {rules.minimum_residual_df} are left"
        )
    return Decision(name, "residual degrees of freedom", SHOWN, f"at least {rules.minimum_residual_df} are left")


def judge_figure(name: str, one_mark_each: bool, synthetic: bool = False) -> Decision:
    """Whether a figure may be shown: none may draw a mark for each person, unless the records are synthetic."""
    if one_mark_each and not synthetic:
        return Decision(
            name, "no single cases", REFUSED, "it draws a mark for each person; draw counts or fitted lines"
        )
    reason = "the records are synthetic" if one_mark_each else "no mark stands for one person"
    return Decision(name, "no single cases", SHOWN, reason)


def decisions_text(study: str, rules: Rules, decisions: Iterable[Decision]) -> str:
    """The text of `disclosure.json`: the rules of the run, then every decision in the order of table and rule."""
    rows = [asdict(each) for each in sorted(set(decisions), key=lambda d: (d.table, d.rule, d.decision, d.reason))]
    return json.dumps({"study": study, "rules": asdict(rules), "decisions": rows}, indent=1, ensure_ascii=False) + "\n"
