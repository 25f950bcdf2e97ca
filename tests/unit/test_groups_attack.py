"""Groups and later waves of small made-up teams under attack by who reads every number of their rows, digits and all.

What is printed of a mean and its t interval leaves a few whole sums, and for each of them a few sums of squares. Integer programs
over the changes that the scale allows then say which numbers of people each hidden count could still be.
"""

import math
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.optimize import LinearConstraint, milp

from analysis import questionnaire
from analysis.described import description
from analysis.disclosure.rules import Rules
from analysis.participants.own_items import Own, OwnGroup
from analysis.participants.schema import Moment
from analysis.questionnaire.answers import Item, MissingRule
from analysis.questionnaire.judged_names import MEANS, T_INTERVALS
from analysis.reporting.appendix import Appendix
from analysis.reporting.views import before_after as view
from analysis.reporting.views.before_after_answers import Answers
from analysis.reporting.views.evidence import open_evidence
from analysis.study import load_study

ROOT = Path(__file__).resolve().parents[2]
HOPE, OTHER = Item("hope", "Hope", 0, 10), Item("other", "Other", 1, 3)
CHANGES = np.arange(-10, 11)
SIGNS = {"improved": CHANGES > 0, "same": CHANGES == 0, "worse": CHANGES < 0}
OWN = Own(
    {"hope": HOPE}, {"centre": OwnGroup(label="Centre", of="centre")}, {"six": Moment("six months later", "", "six")}
)


@dataclass(frozen=True)
class Told:
    """What is printed of the change of some people: how many, the mean, the ends of its t interval (NaN: not shown)."""

    n: int
    mean: float = math.nan
    low: float = math.nan
    high: float = math.nan

    def sums(self) -> list[tuple[int, int, int, int]]:
        """Ends of the sum of changes and of that of their squares: a row for each whole sum that prints the same mean and interval."""
        n, found = self.n, []
        if math.isnan(self.mean):
            return [(-10 * n, 10 * n, 0, 100 * n)]
        for total in range(-10 * n, 10 * n + 1):
            if round(total / n, 1) != round(self.mean, 1):
                continue
            squares = np.arange(math.ceil(total**2 / n), 100 * n + 1)
            if not math.isnan(self.low):
                arm = stats.t.ppf(0.975, n - 1) * np.sqrt((squares - total**2 / n) / (n - 1) / n)
                ends = (np.round(total / n - arm, 1), np.round(total / n + arm, 1))
                squares = squares[np.isclose(ends[0], round(self.low, 1)) & np.isclose(ends[1], round(self.high, 1))]
            found += [(total, total, int(squares[0]), int(squares[-1]))] if len(squares) else []
        return found


def values(
    parts: list[Told], whole: Told, counts: list[tuple[np.ndarray, float, float]], cell: np.ndarray, enough: int
) -> int:
    """How far apart the least and greatest value of a cell are at least, of all people that fit; not looked further than `enough`.

    People are of types (part, change); `counts` are numbers of such people that lie between two ends.
    """
    size, base = len(parts) * len(CHANGES), []
    for place, part in enumerate(parts):
        inside = np.repeat(np.arange(len(parts)) == place, len(CHANGES)).astype(float)
        base.append((inside, part.n, part.n))
    every, low, high = np.tile(CHANGES, len(parts)), math.inf, -math.inf
    for chosen in product(whole.sums(), *(part.sums() for part in parts)):
        rows = [*base, *counts]
        insides = [np.ones(size), *(inside for inside, *_ in base)]
        for inside, (least, most, *ends) in zip(insides, chosen, strict=True):
            rows += [(inside * every, least, most), (inside * every**2, *ends)]
        matrix, lows, highs = (np.array(each, dtype=float) for each in zip(*rows, strict=True))
        for sign in (1, -1):
            done = milp(sign * cell, constraints=LinearConstraint(matrix, lows, highs), integrality=np.ones(size))
            if done.x is not None:
                value = round(float(cell @ done.x))
                low, high = min(low, value), max(high, value)
        if high - low >= enough:
            break
    assert low <= high, "what is printed must fit the truth"
    return int(high - low)


def team(seed: int, third: bool = False) -> pd.DataFrame:
    """Answers of 20 to 40 made-up people in two centres, at three moments, with gains of any shape; or of 30 to 60 in three."""
    draw = np.random.default_rng(seed)
    people = int(draw.integers(30, 61) if third else draw.integers(20, 41))
    before = draw.integers(2, 8, people).astype(float)
    centres = ["Harbour", "Mill Lane", "Quay"]
    where = draw.choice(centres, people, p=[0.4, 0.35, 0.25]) if third else None
    frame = pd.DataFrame(
        {"hope_pre": before, "centre": where if third else np.where(draw.random(people) < 0.5, *centres[:2])}
    )
    for wave in ("post", "six"):
        gain = draw.choice([-1, 0, 1, 2, 3], people, p=draw.dirichlet(draw.choice([0.5, 2, 5]) * np.ones(5)))
        frame[f"hope_{wave}"] = np.clip(before + gain, 0, 10)
    return frame


@pytest.fixture(scope="module")
def evidence(tmp_path_factory):
    """A page of a study without records, on which a team's answers are put."""
    study = replace(load_study("coproduction", ROOT), root=tmp_path_factory.mktemp("attack"))
    return open_evidence(Appendix(study.id, "03_before_after", study.root), study, {}, rounds=True)


def guard(evidence, people: pd.DataFrame, minimum: int, headline: Item) -> Answers:
    """The answers as the page takes them, their counts protected."""
    records = SimpleNamespace(own=OWN, questionnaire=SimpleNamespace(values=people))
    door = replace(evidence, rules=Rules(minimum, "a reason for tests"), decisions=[], groups=[])
    door.records = records
    found = Answers(door, headline, (HOPE,), people, MissingRule.PAIRS)
    assert found.counts
    return found


def told(row: pd.Series) -> Told:
    """What a row of the page says of a mean."""
    numbers = pd.to_numeric(row[["mean", "mean_low", "mean_high"]], errors="coerce")
    return Told(int(row["n"]), *map(float, numbers))


def told_of_all(found: Answers) -> tuple[Told, list[tuple[np.ndarray, float, float]]]:
    """What the page says of the change of everybody: the mean and its interval where it shows them, and its counts by direction."""
    change, shown = found.pairs(HOPE)["change"], found.published(HOPE)
    ends = stats.ttest_1samp(change, 0).confidence_interval(0.95)
    numbers = [float(change.mean()) if MEANS in shown else math.nan]
    numbers += [float(end) if {MEANS, T_INTERVALS} <= shown else math.nan for end in ends]
    merged = found.merged.get("hope")
    between = merged.ends if merged else ((0, len(change)),) * 3
    counts = [(mask.astype(float), *each) for mask, each in zip(SIGNS.values(), between, strict=True)]
    return Told(len(change), *numbers), counts


def number(change: pd.Series, mask: np.ndarray) -> int:
    """How many people changed by what a mask has."""
    return int(mask[change.to_numpy(dtype=int) + 10].sum())


def fourteen(seed: int) -> pd.DataFrame:
    """Answers of 14 made-up people with gains of any shape."""
    draw = np.random.default_rng(seed)
    before = draw.integers(2, 8, 14).astype(float)
    gain = draw.choice([-1, 0, 1, 2, 3], 14, p=draw.dirichlet(draw.choice([0.3, 0.5, 2, 5]) * np.ones(5)))
    return pd.DataFrame({"hope_pre": before, "hope_post": np.clip(before + gain, 0, 10), "centre": "Harbour"})


@pytest.mark.parametrize("seed, means", [(1, False), (3, False), (6, False), (14, False), (4, True)])
def test_of_fourteen_people_no_interval_is_kept_beside_the_page_whose_mean_it_does_not_print(evidence, seed, means):
    """The first four left the sums of squares, and with them the means that they are around, in the file of decisions alone."""
    found = guard(evidence, fourteen(seed), 10, HOPE)
    labels = {row.label.partition(" ")[0] for row in found.evidence._published()}
    frame = questionnaire.means(found.pairs(HOPE))
    printed = found.judge(frame, description(frame))
    assert ("mean" in labels) == means == (not printed["mean"].eq("withheld").any())
    assert ("interval" in labels) <= printed[["low", "high"]].notna().all(axis=None)


@pytest.mark.parametrize(
    "seed, minimum, headline",
    [
        *((*case, OTHER) for case in [(0, 10), (11, 5), (20, 5), (119, 5), (22, 10)]),
        *((*case, HOPE) for case in [(119, 5), (22, 10)]),
    ],
)
def test_the_means_of_an_item_leave_its_hidden_counts_open(evidence, seed, minimum, headline):
    """The first four, and the first of the headline, gave a count away: the proof by fractions of people left values that no whole numbers of people have."""
    people = team(seed).assign(other_pre=[1.0, 2.0, *[2.0] * (len(team(seed)) - 2)], other_post=2.0)
    found = guard(evidence, people, minimum, headline)
    whole, counts = told_of_all(found)
    for mask, (_, low, high) in zip(SIGNS.values(), counts, strict=True):
        if low < high and number(found.pairs(HOPE)["change"], mask) < minimum:
            assert values([whole], whole, counts, mask.astype(float), minimum - 1) >= minimum - 1


@pytest.mark.parametrize("seed, minimum", [(0, 5), (3, 10), (5, 5), (12, 5)])
def test_the_rows_of_groups_leave_how_many_improved_in_each_open(evidence, seed, minimum):
    """The first three gave a count away: the share was hidden and not proved beside the mean and interval of the same group."""
    people = team(seed)
    found = guard(evidence, people, minimum, HOPE)
    rows, (whole, counts) = view.by_group(found), told_of_all(found)
    parts, names = [told(row) for _, row in rows.iterrows()], [str(label).split(": ")[1] for label in rows.index]
    assert dict(zip(names, (part.n for part in parts), strict=True)) == people["centre"].value_counts().to_dict()
    spread = [(np.tile(mask, len(parts)), low, high) for mask, low, high in counts]
    for place, name in enumerate(names):
        change = found.pairs(HOPE)["change"][people["centre"] == name]
        for mask in (CHANGES > 0, CHANGES <= 0) if isinstance(rows["improved"].iloc[place], str) else ():
            cell = np.concatenate([mask * float(other == place) for other in range(len(parts))])
            if number(change, mask) < minimum:
                assert values(parts, whole, spread, cell, minimum - 1) >= minimum - 1


@pytest.mark.parametrize("seed, minimum", [(1003, 10), (1021, 5), (1022, 10)])
def test_three_groups_side_by_side_leave_how_many_improved_in_each_open(evidence, seed, minimum):
    """Beside the shares that are shown of the others, which are counts."""
    people = team(seed, third=True)
    found = guard(evidence, people, minimum, HOPE)
    rows, (whole, counts) = view.by_group(found), told_of_all(found)
    parts, names = [told(row) for _, row in rows.iterrows()], [str(label).split(": ")[1] for label in rows.index]
    belongs = people["centre"].where(people["centre"].isin(names), "others together")
    within = [
        np.concatenate([np.ones(len(CHANGES)) * (other == place) for other in range(len(parts))])
        for place in range(len(parts))
    ]
    known = [(np.tile(mask, len(parts)), low, high) for mask, low, high in counts]
    improved = np.tile(CHANGES > 0, len(parts))
    for inside, (_, row) in zip(within, rows.iterrows(), strict=True):
        if not isinstance(row["improved"], str):
            known.append((inside * improved, *[round(row["n"] * row["improved"] / 100)] * 2))
    tried = 0
    for inside, name, (_, row) in zip(within, names, rows.iterrows(), strict=True):
        change = found.pairs(HOPE)["change"][belongs == name]
        for mask in (CHANGES > 0, CHANGES <= 0) if isinstance(row["improved"], str) else ():
            if number(change, mask) < minimum:
                tried += 1
                cell = inside * np.tile(mask, len(parts))
                assert values(parts, whole, known, cell, minimum - 1) >= minimum - 1
    assert tried


@pytest.mark.parametrize("seed, minimum", [(7, 5), (16, 5), (0, 10)])
def test_the_row_of_a_later_wave_leaves_its_hidden_counts_open(evidence, seed, minimum):
    """The first two gave a count away beside the interval of the mean."""
    people = team(seed)
    row = view.by_wave(guard(evidence, people, minimum, HOPE)).iloc[0]
    counts = [
        (mask.astype(float), *[round(row["n"] * row[name] / 100)] * 2)
        for name, mask in SIGNS.items()
        if not isinstance(row[name], str)
    ]
    for name, mask in SIGNS.items():
        if isinstance(row[name], str) and number(people["hope_six"] - people["hope_pre"], mask) < minimum:
            assert values([told(row)], told(row), counts, mask.astype(float), minimum - 1) >= minimum - 1
