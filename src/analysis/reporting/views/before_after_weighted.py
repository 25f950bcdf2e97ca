"""The change weighted for those who did not answer, as 03_before_after shows it: as much of it as leaves every hidden count open."""

from collections.abc import Iterable, Mapping
from itertools import product

import numpy as np
import pandas as pd

from analysis.described import Description, describe, description, inputs_of, of_nothing_nothing
from analysis.disclosure.across_pages import Linear, leaves_open
from analysis.disclosure.decisions import REFUSED, SHOWN, Decision, judge_model
from analysis.disclosure.rules import LOWEST_MINIMUM_CELL
from analysis.disclosure.tables import NO_ANSWER
from analysis.questionnaire.answers import MissingRule
from analysis.questionnaire.groups import group_of
from analysis.questionnaire.judged_names import MEANS, T_INTERVALS
from analysis.questionnaire.weighting import weighted_change, weights_of
from analysis.reporting.views.before_after_answers import Answers
from analysis.reporting.views.before_after_groups import without_small
from analysis.reporting.views.evidence import HIDDEN
from analysis.results import Kind

_STAYS = "each count that is hidden stays open beside it, over whole numbers of people"
WHOLE, FEWER = ("change", "improved", "worth", "low", "high"), (("change", "improved"), ("change",))


@of_nothing_nothing
def weighted(answers: Answers) -> pd.DataFrame | None:
    """The headline item's `weighted_change`, as far as `_form` lets it; None where nothing of it is shown."""
    shown, item = _form(answers), answers.headline
    if not shown:
        return None
    found = weighted_change(answers.records, item, _groups(answers), answers.level)
    said = description(found)  # type: ignore[arg-type]
    kept = found.assign(**{end: np.nan for end in ("low", "high") if end not in shown})  # type: ignore[union-attr]
    if not _improved_shown(answers):
        kept = kept.assign(improved=HIDDEN)
    columns = {name: each for name, each in said.columns.items() if name in (*shown, "n", "asked")}  # type: ignore[union-attr]
    inputs = inputs_of(answers.records)
    return describe(
        kept[[*columns, "low", "high"]],
        Description(Kind.MEASURED, columns, header=said.header, inputs=inputs, passed=True),  # type: ignore[union-attr]
    )


def told_of_weights(answers: Answers) -> str:
    """That the weighted change is not shown, and what would show more; nothing where it is, or where there is none."""
    if _form(answers) or weights_of(answers.records, answers.headline, _groups(answers)) is None:
        return ""
    minimum = answers.evidence.rules.minimum_cell
    lower = (
        f" A minimum of {{={LOWEST_MINIMUM_CELL}}}, with a reason in full, may show it."
        if minimum > LOWEST_MINIMUM_CELL
        else ""
    )
    return (
        "The change weighted for those who did not answer is not shown: beside what else stands here a count of fewer than "
        f"{{={minimum}}} people could be worked out from it.{lower}"
    )


def _form(answers: Answers) -> tuple[str, ...]:
    """Which columns are shown: the mean only beside the means as they are; worth and intervals, which tell of squares, only
    where no count of these answers is hidden; else as much as the integer programs over who could have answered what let stand."""
    if not answers.weighting:
        answers.weighting.append(_decided(answers))
    return answers.weighting[0]


def _decided(answers: Answers) -> tuple[str, ...]:
    item, evidence = answers.headline, answers.evidence
    weights = weights_of(answers.records, item, _groups(answers))
    if weights is None or answers.rule is not MissingRule.PAIRS or not answers.shown(item, MEANS):
        return ()
    name, rules = f"Change weighted for those who did not answer: {item.label}", evidence.rules
    if not evidence.allows(judge_model(name, len(weights), weights.attrs["columns"] + 1, rules)):
        return ()
    own, rows = {*answers.columns(item).values()}, evidence.told
    if not any(row.open for row in rows if own & {*row.columns}):
        return WHOLE if answers.shown(item, T_INTERVALS) else WHOLE[:3]
    shown = next((form for form in FEWER if leaves_open(_sums(answers, weights, form), rows, evidence.people)), ())
    reason = "beside what is shown of the same answers, some counts could be worked out from it"
    evidence.keeps(Decision(name, "order of importance", SHOWN if shown else REFUSED, _STAYS if shown else reason))
    return shown


def _sums(answers: Answers, weights: pd.Series, form: tuple[str, ...]) -> list[Linear]:
    """What the weighted mean, and the weighted share improved, say to who knows the weight that goes with each answer before and
    each group: sums over people, each of which is at least, or at most, nothing."""
    item, pairs = answers.headline, answers.pairs(answers.headline)
    sign = 1 if item.higher_is_better else -1
    groups = pd.DataFrame({name: _belongs(answers, name) for name in _groups(answers)}, index=pairs.index)
    points = range(item.low, int(item.high or 0) + 1)
    types = {
        (float(b), float(a), *group): (weight, sign * (a - b))
        for (b, *group), weight in _by_answer(pairs["before"], groups, weights, points).items()
        for a in points
    }
    true = [
        types[key] for key in pd.concat([pairs[["before", "after"]], groups], axis=1).itertuples(index=False, name=None)
    ]
    columns, found = (*answers.columns(item).values(), *groups), []
    for name, value, digits in (("change", float, 1), ("improved", lambda change: float(change > 0), 2)):
        if name not in form or (name == "improved" and not _improved_shown(answers)):
            continue
        exact = float(np.average(pairs["change"].map(value), weights=weights[pairs.index]))
        for low, end in (
            (True, round(exact, digits) - 0.5 / 10**digits),
            (False, round(exact, digits) + 0.5 / 10**digits),
        ):
            sums = {key: weight * (value(change) - end) for key, (weight, change) in types.items()}
            known = sum(weight * (value(change) - end) for weight, change in true)
            ends = (min(known, 0.0), np.inf) if low else (-np.inf, max(known, 0.0))
            found.append(Linear(answers.evidence.page.notebook, f"weighted {name}", columns, sums, *ends, 0))
    return found


def _improved_shown(answers: Answers) -> bool:
    return not pd.isna(answers.counts[f"change in {answers.headline.label}"][("improved",)])


def _by_answer(
    before: pd.Series, groups: pd.DataFrame, weights: pd.Series, points: Iterable[int]
) -> Mapping[tuple[object, ...], float]:
    """The mean weight of those with each answer before in each combination of groups; between and beyond these by the nearest."""
    found: dict[tuple[object, ...], float] = {}
    for group in product(*(dict.fromkeys(groups[name]) for name in groups)):
        inside = (groups == list(group)).all(axis=1)
        inside |= not inside.any()
        here = weights[inside].groupby(before[inside]).mean()
        found |= {(float(b), *group): float(np.interp(b, here.index, here)) for b in points}
    return found


def _belongs(answers: Answers, name: str) -> pd.Series:
    people = answers.records.loc[answers.pairs(answers.headline).index]
    group = group_of(people, name, _groups(answers)[name])
    return without_small(group, answers.evidence.rules.minimum_cell).fillna(NO_ANSWER)


def _groups(answers: Answers) -> Mapping:  # type: ignore[type-arg]
    return answers.evidence.records.own.groups  # type: ignore[union-attr]
