"""Challenges: proposals with reasons, pooled by hand-worked cases and by brute force, and told on the page of their run."""

import math
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

from analysis.errors import InputError
from analysis.study import load_study
from analysis.tools.challenges import Challenge, Proposal, Said, challenge_problems, pool, read_challenges
from analysis.tools.check import check

ROOT = Path(__file__).resolve().parents[2]
HEAD = {"title": "English without courses", "by": "A panel", "source": "Minutes"}


@pytest.fixture(scope="module")
def study():
    return load_study("coproduction", ROOT)


def said(*proposals: dict) -> list[Said]:
    made = [Proposal(assumption="deadweight_english", reason="why", **each) for each in proposals]
    challenge = Challenge(**HEAD, proposals=made)
    return [Said(each, f"Member {place}", challenge) for place, each in enumerate(made)]


def test_a_panel_by_hand(study):
    """Means 0.3, 0.3, 0.6; variances 0.12/18, 0.04/12, 0; the median solves 1 - (0.5 - x)²/0.08 + (x - 0.2)/0.2 = 1.5."""
    pooled = pool(
        study.register["deadweight_english"],
        said({"low": 0.1, "value": 0.3, "high": 0.5}, {"low": 0.2, "high": 0.4}, {"value": 0.6}),
    )
    assert pooled.mean == pytest.approx(0.4)
    assert pooled.within == pytest.approx((0.12 / 18 + 0.04 / 12) / 3) and pooled.between == pytest.approx(0.02)
    assert pooled.disagreement == pytest.approx(0.02 / (0.02 + 0.01 / 3))
    # with y = 0.5 - x: 12.5 y² + 5 y - 1 = 0; told in thousandths, since the proposals are 0.5 apart
    assert pooled.value == round(0.5 - (-5 + math.sqrt(25 + 50)) / 25, 3)
    # low end: only the triangle lies there, (x - 0.1)² / 0.08 = 3 · 0.025; high end: a third lies at 0.6 itself
    assert pooled.low == round(0.1 + math.sqrt(0.075 * 0.08), 3) and pooled.high == 0.6
    assert pooled.change.shape == "triangular" and pooled.change.by == "Member 0, Member 1, Member 2"


def test_quantiles_are_those_of_draws_from_the_members(study):
    ranges = [(0.0, 0.05, 0.3), (0.1, 0.4, 0.45), (0.2, 0.2, 0.9), (0.35, 0.6, 0.6)]
    pooled = pool(
        study.register["deadweight_english"], said(*({"low": a, "value": b, "high": c} for a, b, c in ranges))
    )
    draws = np.concatenate([np.random.default_rng(1).triangular(*each, 250_000) for each in ranges])
    assert (pooled.low, pooled.value, pooled.high) == pytest.approx(
        tuple(np.quantile(draws, (0.025, 0.5, 0.975))), abs=3e-3
    )
    assert pooled.within + pooled.between == pytest.approx(draws.var(), rel=0.01)


def test_one_proposal_stands_as_it_is(study):
    entry = study.register["deadweight_english"]
    point, span, full = (
        pool(entry, said(each))
        for each in ({"value": 0.2}, {"low": 0.1, "high": 0.5}, {"low": 0.1, "value": 0.2, "high": 0.5})
    )
    assert (point.change.entry.low, point.change.entry.high) == (entry.low, entry.high)  # the register's range holds it
    assert (span.value, span.low, span.high, span.shape) == (pytest.approx(0.3), 0.1, 0.5, "uniform")
    made = full.change.entry
    assert (made.value, made.low, made.high, made.distribution, made.kind) == (0.2, 0.1, 0.5, "triangular", "assumed")
    assert made.why_range == "Member 0: why" and "as Member 0 proposed" in made.decided_by


@pytest.mark.parametrize(
    ("proposals", "decimals"),
    [
        ([{"low": 5000, "high": 9000}, {"value": 17300}], 0),
        ([{"value": 10}, {"value": 14}], 2),
        ([{"value": 0.25}, {"value": 0.25}], 2),
        ([{"value": 3}, {"value": 3}], 0),
    ],
)
def test_a_pool_is_told_no_finer_than_a_hundredth_of_what_was_proposed(study, proposals, decimals):
    pooled = pool(study.register["deadweight_english"], said(*proposals))
    numbers = [number for number in (pooled.value, pooled.low, pooled.high) if number is not None]
    assert pooled.decimals == decimals and numbers == [round(number, decimals) for number in numbers]


def test_all_of_one_mind(study):
    pooled = pool(study.register["deadweight_english"], said({"value": 0.2}, {"value": 0.2}))
    assert pooled.value == 0.2 and pooled.low is None and math.isnan(pooled.disagreement)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"low": 0.1},
        {"low": 0.5, "high": 0.1},
        {"value": 0.6, "low": 0.1, "high": 0.5},
        {"low": 0.2, "high": 0.2},
        {"value": math.inf},
    ],
)
def test_proposals_that_cannot_be(fields):
    with pytest.raises(ValueError):
        Proposal(assumption="deadweight_english", reason="why", **fields)


def written(tmp_path: Path, name: str, *proposals: dict):
    project = tmp_path / "project"
    for part in ("data/raw/coproduction", "data/raw/reference", "data/raw/overviews"):
        shutil.copytree(ROOT / part, project / part)
    for part in ("params.yaml", "dvc.yaml", "requirements.lock"):
        shutil.copy(ROOT / part, project / part)
    folder = project / "data" / "raw" / "coproduction" / "challenges"
    folder.mkdir()
    (folder / f"{name}.yaml").write_text(yaml.safe_dump({**HEAD, "proposals": list(proposals)}), encoding="utf-8")
    return load_study("coproduction", project)


def test_everything_wrong_with_a_challenge_is_told_at_once_with_its_line(tmp_path):
    study = written(
        tmp_path, "panel",
        {"assumption": "deadwieght_english", "value": 0.2, "reason": "a"},
        {"assumption": "deadweight_english", "low": -0.1, "high": 1.4, "reason": "b", "by": "Ann"},
        {"assumption": "deadweight_english", "value": 0.2, "reason": "c", "by": "Ann"},
        {"assumption": "drop_off", "value": study_value("drop_off"), "reason": "d"},
    )  # fmt: skip
    challenged, problems = read_challenges(study, ["panel"])
    assert challenged.pooled == ()
    told = [(each.column, each.found) for each in problems]
    assert told == [
        ("proposals.deadwieght_english", "no assumption of this name in coproduction"),
        ("proposals.deadweight_english", "-0.1"),
        ("proposals.deadweight_english", "1.4"),
        ("proposals.deadweight_english", "a second one by Ann"),
        ("proposals.drop_off", "the value of the published run"),
    ]
    assert all(each.row and each.file.endswith("challenges/panel.yaml") for each in problems)
    checked = [
        each.found for each in check(study.root, "coproduction")[0] if each.file.endswith("challenges/panel.yaml")
    ]
    assert checked == [found for _, found in told]


def study_value(name: str) -> float:
    return load_study("coproduction", ROOT).register[name].value


def test_a_challenge_that_is_not_there_and_one_that_is_no_challenge(tmp_path):
    study = written(tmp_path, "empty")
    assert [each.file for each in challenge_problems(study)] == ["data/raw/coproduction/challenges/empty.yaml"]
    (problem,) = read_challenges(study, ["nothing"])[1]
    assert isinstance(problem, InputError) and problem.file.endswith("challenges/nothing.yaml")
