"""What pages call bounded is the range over all records that the print allows: every set of small answers is gone through.

docs/bounds.md names, for every function whose numbers are called so, the tests that hold it.
"""

import ast
import inspect
import math
import re
from itertools import combinations_with_replacement, product
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml

from analysis.census.stock import stock_that_would_agree
from analysis.english import published as english
from analysis.quantities import Interval, parse_printed
from analysis.questionnaire import over_readings, published, published_frames as frames
from analysis.results import Kind
from analysis.sroi import identified_file, partial_identification, without_support
from analysis.study import load_study
from analysis.study.claims import COLUMNS

ROOT = Path(__file__).resolve().parents[2]
SCALES = {"shorter": (1, 3), "longer": (1, 4)}


def study_of(root: Path, printed: dict[str, str], better: str) -> published.Printed:
    """A study with one item on either of two scales, answered by two or three of four people."""
    raw = root / "data" / "raw" / "s"
    raw.mkdir(parents=True)
    (root / "params.yaml").write_text("{}\n", encoding="utf-8")
    about = {"id": "s", "title": "S", "claim_prefix": "SS", "source": {"producer": "a", "title": "b"}}
    (raw / "study.yaml").write_text(yaml.safe_dump(about), encoding="utf-8")
    empty = dict.fromkeys(COLUMNS, "")
    rows = [
        empty
        | {"claim_id": f"SS-{place:03}", "line": place, "section": "R", "quantity": name, "statement": name}
        | {"printed": text, "value": text, "kind": "mean" if "." in text else "count"}
        | {"unit": "points" if "." in text else "people"}
        for place, (name, text) in enumerate(printed.items(), 1)
    ]
    pd.DataFrame(rows)[list(COLUMNS)].to_csv(raw / "claims.csv", index=False)
    readings = [{"label": name, "scale": list(ends)} for name, ends in SCALES.items()]
    item = {"id": "mood", "label": "Mood", "before": "SS-003", "after": "SS-004", "readings": readings}
    item |= {"better": better, "fewest": 2, "answers": "some answered"}
    content = {"respondents": "SS-001", "everyone": ["SS-002"], "items": [item]}
    (raw / "before_after.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    opened = load_study("s", root)
    return published.Printed(opened, published.read_figures(opened))


def answer_sets(printed: dict[str, str], scale: tuple[int, int]) -> list[tuple[tuple[int, int], ...]]:
    """Every set of pairs of answers of two or three people with the printed means."""
    before, after = (parse_printed(printed[name]).interval() for name in ("before", "after"))
    pairs = list(product(range(scale[0], scale[1] + 1), repeat=2))
    return [
        people
        for n in (2, 3)
        for people in combinations_with_replacement(pairs, n)
        if before.low - 1e-9 <= sum(one for one, _ in people) / n <= before.high + 1e-9
        and after.low - 1e-9 <= sum(two for _, two in people) / n <= after.high + 1e-9
    ]


def statistics(people: tuple[tuple[int, int], ...], sign: int) -> dict[str, float]:
    changes, n = [sign * (two - one) for one, two in people], len(people)
    better, worse = (100 * sum(side * change > 0 for change in changes) / n for side in (1, -1))
    raw = np.array([two - one for one, two in people], dtype=float)
    return {
        published.IMPROVED: better,
        published.WORSE: worse,
        published.NET: better - worse,
        "mean change": float(raw.mean()),
        "sd before": float(np.std([one for one, _ in people], ddof=1)),
        "sd after": float(np.std([two for _, two in people], ddof=1)),
    }


PRINTS = [("1.5", "2.3"), ("2.0", "3.0"), ("2.0", "2.5"), ("2.5", "1.5"), ("3.0", "2.7"), ("1.0", "3.5")]


@pytest.mark.parametrize("better", ["higher", "lower"])
@pytest.mark.parametrize(("before", "after"), PRINTS)
def test_ranges_of_an_item_are_those_over_every_set_of_answers(tmp_path, before, after, better):
    """By reading and over all; and among everyone, however the one or two others of four would have answered."""
    texts = {"respondents": "3", "everyone": "4", "before": before, "after": after}
    printed, sign = study_of(tmp_path, texts, better), 1 if better == "higher" else -1
    fitting = {name: answer_sets(texts, scale) for name, scale in SCALES.items()}
    found = {
        name: pd.DataFrame([statistics(people, sign) for people in sets]) for name, sets in fitting.items() if sets
    }
    ranges = printed.ranges["mood"]
    assert set(ranges["reading"]) == set(found)
    for name, values in found.items():
        own = ranges[ranges["reading"] == name].set_index("statistic")
        assert own.loc[list(values), "low"].tolist() == pytest.approx(values.min().tolist())
        assert own.loc[list(values), "high"].tolist() == pytest.approx(values.max().tolist())
    if not found:
        return
    everything = pd.concat(found.values())
    (kept,) = over_readings(printed)
    row = kept.loc["mood.share_improved"]
    assert (row["low"], row["high"]) == pytest.approx(
        (everything[published.IMPROVED].min(), everything[published.IMPROVED].max())
    )
    shown = frames.improved_by_reading(printed)
    assert shown[["low", "high"]].to_numpy().tolist() == [
        pytest.approx([values[published.IMPROVED].min(), values[published.IMPROVED].max()]) for values in found.values()
    ]
    among = [
        25 * (sum(sign * (two - one) > 0 for one, two in people) + others)
        for sets in fitting.values()
        for people in sets
        for others in range(4 - len(people) + 1)
    ]
    everyone = frames.improved_among_everyone(printed)
    assert everyone[["low", "high"]].to_numpy().tolist() == [pytest.approx([min(among), max(among)])]


@pytest.mark.parametrize("percent", ["50", "25", "0", "100", "33"])
@pytest.mark.parametrize("fit", ["0.04", "0.3"])
def test_the_yearly_gain_is_that_over_all_months_that_people_can_have(percent, fit):
    """Three or four people in the country up to two years, so many per cent for up to one: their months are all listed."""
    n = 3 if percent == "33" else 4
    numbers = {"people": n, "longest": 2, "recent_years": 1, "fit": float(fit)}
    claims = {name: SimpleNamespace(number=value, interval=Interval(value, value)) for name, value in numbers.items()}
    r_squared, share = parse_printed(fit).interval(), parse_printed(f"{percent}%").interval()
    claims |= {"r": SimpleNamespace(number=float(fit), interval=r_squared), "share": SimpleNamespace(interval=share)}
    figures = english.Figures(
        r_squared="r",
        fewest="people",
        most="people",
        likely="people",
        longest_years="longest",
        recent=english.Recent(share="share", years="recent_years"),
    )
    study = SimpleNamespace(claims=claims, name=str, raw=Path("nowhere"))
    found = english.yearly_gains.__wrapped__(english.Printed(study, figures, ()))
    months = [np.array(each) for each in combinations_with_replacement(range(25), n) if len(set(each)) > 1]
    recent = [each for each in months if share.low <= 100 * (each <= 12).mean() <= share.high]
    for people, (_, row) in zip((months, recent), found.iterrows(), strict=True):
        sds = np.array([each.std(ddof=1) for each in people])
        assert (row["sd_low"], row["sd_high"]) == pytest.approx((sds.min(), sds.max()))
        sizes = [12 * math.sqrt(end) / sd for end in (r_squared.low, r_squared.high) for sd in (sds.min(), sds.max())]
        assert (row["flattest"], row["low"], row["high"]) == pytest.approx((min(sizes), -max(sizes), max(sizes)))


@pytest.mark.parametrize(("rows", "columns"), [([3, 2], [1, 4]), ([5, 1, 2], [3, 3, 2]), ([4, 4], [0, 8])])
def test_the_count_that_would_agree_is_that_over_every_table(rows, columns):
    """Who came before is whoever of a group did not come in the last column: all tables with these margins are listed."""
    first = [list(split) for split in product(*(range(each + 1) for each in rows)) if sum(split) == columns[-1]]
    earlier = [rows[0] - split[0] for split in first]
    low, high = max(0, rows[0] + columns[-1] - sum(rows)), min(rows[0], columns[-1])
    cohort = pd.DataFrame({"non_eu": [0.0], "non_eu_low": [low], "non_eu_high": [high]})
    found = stock_that_would_agree(cohort, pd.DataFrame({"non_eu": [rows[0]]})).iloc[0]
    assert (found["low"], found["high"]) == (min(earlier), max(earlier))


@pytest.mark.parametrize("gain", [0.15, 6.0, -6.0, 0.0])
def test_a_gain_leaves_any_share_open_while_the_change_is_not_known(gain):
    """Over changes with support from a thousandth to ten thousand points: nothing between none and all is ruled out."""
    gains = without_support.Gains(None, Kind.BOUNDED, {"as printed": gain}, 1.0, 0.5)
    found = inspect.unwrap(without_support.deadweight_by_reading)(gains).loc["as printed", ["least", "highest"]]
    shares = [100 * max(0.0, min(1.0, gain / change)) for change in np.geomspace(1e-3, 1e4, 400)]
    assert found.to_list() == pytest.approx([min(shares), max(shares)], abs=0.1)


def _says(left: str, relation: str, right: str) -> dict[str, str]:
    return {"left": left, "relation": relation, "right": right, "says": "it says"}


def test_ranges_of_unknowns_are_those_of_every_point_of_a_grid():
    """x + 2 y <= 12, x >= y >= 1; two sentences with two readings each, of which x >= 8 and y >= 3 cannot both be true.

    All corners lie on whole numbers, so that a grid of halves holds them.
    """
    variants = {
        "size": {"small": ("x", "<=", "6"), "large": ("x", ">=", "8")},
        "other": {"few": ("y", "<=", "2"), "many": ("y", ">=", "3")},
    }
    readings = [
        {
            "id": name,
            "sentence": name,
            "variants": [{"id": each, "label": each, "statements": [_says(*says)]} for each, says in choices.items()],
        }
        for name, choices in variants.items()
    ]
    problem = identified_file.Problem.model_validate(
        {
            "unknowns": [{"id": name, "label": name.upper(), "unit": "GBP"} for name in "xy"],
            "statements": [_says("x + 2 * y", "<=", "12"), _says("x", ">=", "y"), _says("y", ">=", "1")],
            "readings": readings,
            "calibration": {"readings": {"size": "small", "other": "many"}, "order": ["x"], "why": "a test"},
        }
    )
    study = load_study("coproduction", ROOT)
    grid = [(x / 2, y / 2) for x in range(30) for y in range(30)]
    base = [(x, y) for x, y in grid if x + 2 * y <= 12 and x >= y >= 1]
    holds = {"<=": lambda value, end: value <= end, ">=": lambda value, end: value >= end}

    def fits(point: tuple[float, float], reading: str, variant: str) -> bool:
        name, relation, end = variants[reading][variant]
        return holds[relation](point["xy".index(name)], float(end))

    solved = partial_identification.solve(problem, study)
    everywhere = []
    for row in solved.to_dict("records"):
        points = [each for each in base if fits(each, "size", row["size"]) and fits(each, "other", row["other"])]
        assert row["possible"] == bool(points)
        for place, name in enumerate("xy" if points else ""):
            ends = [point[place] for point in points]
            assert (row[f"{name}_low"], row[f"{name}_high"]) == pytest.approx((min(ends), max(ends)))
        everywhere += points
    found = partial_identification.unknown_ranges(partial_identification.IdentifiedSet(study, problem, solved))
    own = [each for each in base if fits(each, "size", "small") and fits(each, "other", "many")]
    for place, name in enumerate("XY"):
        ends = [[point[place] for point in points] for points in (everywhere, own)]
        expected = [end for each in ends for end in (min(each), max(each))]
        assert found.loc[name, ["low", "high", "own_low", "own_high"]].tolist() == pytest.approx(expected)


def _called_bounded(path: Path) -> set[str]:
    """The functions of a module that are decorated as bounded, in whole or in some of their columns."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        each.name
        for each in tree.body
        if isinstance(each, ast.FunctionDef)
        and any("Kind.BOUNDED" in ast.unparse(decorator) for decorator in each.decorator_list)
    }


def test_every_function_whose_numbers_are_called_bounded_is_held_by_a_brute_force_test():
    text = (ROOT / "docs" / "bounds.md").read_text(encoding="utf-8")
    rows = {name: line for line in text.splitlines() for name in re.findall(r"^\| `([\w.]+)`", line)}
    for path in (ROOT / "src" / "analysis").rglob("*.py"):
        module = ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
        if re.search(r"(?<!== )Kind\.BOUNDED", path.read_text(encoding="utf-8")) and module != "analysis.results":
            assert any(name.startswith(f"{module}.") for name in rows), module
            assert {f"{module}.{name}" for name in _called_bounded(path) if not name.startswith("_")} <= set(rows)
    for name, line in rows.items():
        held = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", line)
        assert held, name
        assert all(f"def {test}(" in (ROOT / file).read_text(encoding="utf-8") for file, test in held), name
