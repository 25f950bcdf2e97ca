"""The change weighted for those who did not answer, attacked by who knows which weight goes with which answer before; and three waves.

Small made-up teams of whom some did not answer every time. Integer programs over the answers of each person take all that the page
publishes, the weighted mean and share in their digits among it, and say which numbers of people each hidden count could be.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from project_copy import ROOT
from scipy.optimize import Bounds, LinearConstraint, milp

from analysis.disclosure.rules import Rules
from analysis.participants.own_items import Own
from analysis.participants.schema import Moment
from analysis.questionnaire.answers import Item, MissingRule
from analysis.questionnaire.weighting import answer_probabilities, known_before, trimmed_weights
from analysis.reporting.appendix import Appendix
from analysis.reporting.views import before_after as view
from analysis.reporting.views.before_after_answers import Answers
from analysis.reporting.views.before_after_weighted import told_of_weights
from analysis.reporting.views.evidence import open_evidence
from analysis.study import load_study

HOPE = Item("hope", "Hope", 1, 5)
ALONE = Own({"hope": HOPE})
WAVE_CASES = [(0, 5), (1, 5), (2, 10)]
WAVES = Own({"hope": HOPE}, {}, {"six": Moment("six months later", "", "six")}, (("pre", "six"), ("post", "six")))
POINTS = [float(point) for point in range(1, 6)]
TYPES = list(product(POINTS, POINTS))
CHANGE = np.array([after - before for before, after in TYPES])


def team(seed: int) -> pd.DataFrame:
    """Answers of 18 to 64 made-up people, of whom those who hope for more, or for less, answer afterwards the less often."""
    draw = np.random.default_rng(seed)
    n = int(draw.integers(18, 65))
    before = np.clip(np.round(draw.normal(1 + 4 * draw.uniform(0.2, 0.7), 0.8, n)), 1, 5)
    gain = draw.choice([-1, 0, 1, 2, 3], n, p=draw.dirichlet(draw.choice([0.5, 2, 5]) * np.ones(5)))
    harbour = draw.random(n) < draw.uniform(0.3, 0.7)
    ease = draw.uniform(0, 1.5) + draw.normal(0, 0.8) * (before - before.mean()) / max(before.std(), 0.5)
    there = draw.random(n) < 1 / (1 + np.exp(-(ease + harbour * draw.normal(0, 1))))
    after = np.where(there, np.clip(before + gain, 1, 5), np.nan)
    empty = dict.fromkeys(
        ["birth_year", "age_at_joining", "months_in_uk", "months_in_area", "english_at_joining"], np.nan
    )
    return pd.DataFrame({"hope_pre": before, "hope_post": after, "course": None, "joined_on": pd.NaT, **empty})


@pytest.fixture(scope="module")
def evidence(tmp_path_factory):
    """A page of a study without records, on which a team's answers are put."""
    study = replace(load_study("coproduction", ROOT), root=tmp_path_factory.mktemp("weights"))
    return open_evidence(Appendix(study.id, "03_before_after", study.root), study, {}, rounds=True)


def guard(evidence, people: pd.DataFrame, minimum: int, own: Own = ALONE) -> Answers:
    """The answers as the page takes them, their counts protected."""
    door = replace(evidence, rules=Rules(minimum, "a reason for tests"), decisions=[], groups=[])
    door.records = SimpleNamespace(own=own, questionnaire=SimpleNamespace(values=people))
    found = Answers(door, HOPE, (HOPE,), people, MissingRule.PAIRS)
    assert found.counts
    return found


def told(shown: pd.DataFrame, people: pd.DataFrame) -> list[tuple[np.ndarray, float, float]]:
    """What the weighted row says of the numbers of people of each type, by the weights that go with the answers before."""
    known, twice = known_before(people, HOPE, {}), people["hope_post"].notna()
    weights = trimmed_weights(answer_probabilities(known, twice)[twice.to_numpy()])
    by_answer = pd.Series(weights).groupby(people["hope_pre"][twice].to_numpy()).mean()
    weight = np.interp([before for before, _ in TYPES], by_answer.index, by_answer)
    found, row = [], shown.loc["weighted"]
    for name, value, digits in (("change", CHANGE, 1), ("improved", 100 * (CHANGE > 0), 0)):
        if name in shown and not isinstance(row[name], str):
            printed, half = round(float(row[name]), digits), 0.5 / 10**digits
            found += [
                (weight * (value - printed - half), -np.inf, 1e-6),
                (weight * (value - printed + half), -1e-6, np.inf),
            ]
    return found


def spans(found: Answers, answers: pd.DataFrame, minimum: int, more: Sequence = ()) -> list[int]:
    """How far apart the least and greatest number of each hidden small count are; `answers` are everybody's, none as "none"."""
    columns, people = list(answers), len(answers)
    types = list(product(*([*POINTS, *({"none"} & set(answers[name]))] for name in columns)))
    counted = answers.value_counts()
    true = np.array([counted.get(each, 0) for each in types])
    rows = []
    for row in found.evidence.told:
        places = [columns.index(name) for name in row.columns]
        rows.append((row, np.array([row.weights.get(tuple(each[i] for i in places), 0.0) for each in types])))
    fits = [(cell, row.low, row.high) for row, cell in rows if np.isfinite([row.low, row.high]).any()]
    fits += [*more, (np.ones(len(types)), people, people)]
    matrix, low, high = (np.array(each, dtype=float) for each in zip(*fits, strict=True))
    assert (matrix @ true >= low - 1e-6).all() and (matrix @ true <= high + 1e-6).all()
    small = [cell for row, cell in rows if row.open and not np.isfinite(row.low) and cell @ true < minimum]
    holds, whole = LinearConstraint(matrix, low, high), np.ones(len(types))
    done = [
        [milp(s * cell, constraints=holds, integrality=whole, bounds=Bounds(0, people)) for s in (1, -1)]
        for cell in small
    ]
    return [round(-sum(each.fun for each in ends)) for ends in done]


@pytest.mark.parametrize("seed, minimum", [(6, 5), (24, 5), (0, 10), (12, 10), (15, 10)])
def test_the_weighted_change_leaves_hidden_counts_open(evidence, seed, minimum):
    """Each gave a count away, some half of the numbers that were promised, as long as the weighted row stood wherever the means did."""
    people = team(seed)
    found = guard(evidence, people, minimum)
    shown = view.weighted(found)
    twice = people[["hope_pre", "hope_post"]].dropna()
    widths = spans(found, twice, minimum, [] if shown is None else told(shown, people))
    assert widths and min(widths) >= minimum - 1


def test_what_leaves_hidden_counts_open_is_shown_without_squares_and_what_does_not_is_told(evidence):
    kept, dropped = (guard(evidence, team(seed), 10) for seed in (4, 15))
    shown = view.weighted(kept)
    assert "worth" not in shown and shown["low"].isna().all() and shown[["change", "improved"]].notna().all(axis=None)
    assert told_of_weights(kept) == ""
    assert "is not shown: beside what else stands here a count of fewer than {=10} people" in told_of_weights(dropped)
    assert "A minimum of {=5}, with a reason in full, may show it." in told_of_weights(dropped)


def three_waves(seed: int) -> pd.DataFrame:
    """Answers of 14 to 64 made-up people at three moments, of whom some left out some."""
    draw = np.random.default_rng(seed)
    n = int(draw.integers(14, 65))
    found = {"hope_pre": np.clip(np.round(draw.normal(1 + 4 * draw.uniform(0.2, 0.6), 0.8, n)), 1, 5)}
    for before, wave in (("pre", "post"), ("post", "six")):
        gain = draw.choice([-1, 0, 1, 2], n, p=draw.dirichlet(draw.choice([0.5, 2, 5]) * np.ones(4)))
        found[f"hope_{wave}"] = np.clip(found[f"hope_{before}"] + gain, 1, 5)
    kept = {
        name: np.where(draw.random(n) < (1 if name == "hope_pre" else draw.uniform(0.75, 1)), each, np.nan)
        for name, each in found.items()
    }
    return pd.DataFrame(kept)


def narrowest(evidence, seed: int, minimum: int) -> int:
    """How far apart the ends of a hidden small count are at least, beside the rows of all three pairs of waves."""
    people = three_waves(seed)
    found = guard(evidence, people, minimum, WAVES)
    assert len(view.by_wave(found)) == 2
    return min(spans(found, people.astype(object).where(people.notna(), "none"), minimum), default=minimum)


@pytest.mark.parametrize("seed, minimum", WAVE_CASES)
def test_three_waves_together_leave_hidden_counts_open(evidence, seed, minimum):
    assert narrowest(evidence, seed, minimum) >= minimum - 1
