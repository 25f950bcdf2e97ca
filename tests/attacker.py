"""An attacker who reads every file that a run with records leaves, and works out of it what the pages hide.

What is known: every number of the results, every published sum and hidden count beside them, and all text. Whole-number
tables and integer programs then say which values each hidden count of people could still have.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from pathlib import Path

import numpy as np

from analysis.questionnaire.proportions import mcnemar_exact
from analysis.results import write

BOUND_BY_PEOPLE = {"measured", "bounded", "recomputed", "calibrated"}  # kinds that may rest on records
DIGITS = 5  # a number that a page shows with fewer, found in a file with as many, is more than is shown


def results_of(folder: Path) -> dict[str, dict[str, dict]]:
    """The recorded results of a study's processed folder, by notebook."""
    files = (path for path in sorted((folder / "results").glob("*.json")) if ".disclosure." not in path.name)
    return {path.stem: json.loads(path.read_text(encoding="utf-8"))["results"] for path in files}


def more_than_shown(results: Mapping[str, dict]) -> Iterator[str]:
    """The ids of results whose stored numbers say more than their text."""
    for key, row in results.items():
        ends = [row.get(name) for name in ("value", "low", "high")]
        numbers = [end for end in ends if isinstance(end, int | float)]
        rounded = all(round(end, row.get("decimals", 0)) == end for end in numbers)
        if row["kind"] in BOUND_BY_PEOPLE and (not rounded or (row.get("printed") and numbers)):
            yield key


def files_that_hold(folder: Path, numbers: Iterable[float]) -> list[tuple[str, str]]:
    """Which files hold one of these exact numbers at `DIGITS` significant digits or more, whatever the file is for."""
    wanted = sorted({_digits(number) for number in numbers if math.isfinite(number) and number != round(number, 3)})
    found = []
    for path in (each for each in sorted(folder.rglob("*")) if each.is_file() and "records" not in each.parts):
        text = path.read_bytes().decode("utf-8", "ignore")
        found += [(path.name, digits) for digits in wanted if re.search(rf"(?<![\d.]){re.escape(digits)}", text)]
    return found


def _digits(number: float) -> str:
    """The first significant digits as a file would begin to write them, cut and not rounded."""
    written = f"{abs(number):.15g}"
    mantissa = written.partition("e")[0]
    whole, _, part = mantissa.partition(".")
    leading = len(part) - len(part.lstrip("0")) if whole == "0" else 0
    kept = part[: leading + DIGITS - (0 if whole == "0" else len(whole))]
    return f"{whole}.{kept}"


def directions(results: Mapping[str, dict], item: str, others: Iterable[float]) -> list[tuple[int, int, int]]:
    """Every (improved, same, worse) of an item that fits all that 03's results hold of it.

    `others` are the p-values of the other items, which the attacker is given.
    """
    row = {name: results[f"03_before_after.items.{item}.{name}"] for name in ("n", *PARTS, "net", "p_holm")}
    n = row["n"]["value"]
    tables = ((up, n - up - down, down) for up, down in product(range(n + 1), repeat=2) if up + down <= n)
    return [table for table in tables if _fits(table, row, list(others))]


PARTS = ("improved", "same", "worse")


def _fits(table: tuple[int, int, int], row: Mapping[str, dict], others: list[float]) -> bool:
    n = sum(table)
    shares = dict(zip(PARTS, (100 * count / n for count in table), strict=True))
    shares["net"] = shares["improved"] - shares["worse"]
    if any(
        not _same(row[name], value) or not _said(row[name]["value"], name, shares) for name, value in shares.items()
    ):
        return False
    p, told = _holm(mcnemar_exact(table[0], table[2]), others), row["p_holm"]["value"]
    if isinstance(told, str):
        return told == "withheld" or p <= float(told.partition(" ")[0]) + 1e-9
    return _same(row["p_holm"], p)


def _said(words: object, name: str, shares: Mapping[str, float]) -> bool:
    """Whether shares are as words such as "18% or less", "26% to 44%" or "33% with worse" say; other words say nothing."""
    ends = [float(each.replace("−", "-")) for each in re.findall(r"−?\d+", words)] if isinstance(words, str) else []
    if not ends:
        return True
    if together := re.search("with (.*)", str(words)):
        return write(shares[name] + shares[together[1]], "", 0) == write(ends[0], "", 0)
    low, high = (-math.inf if "less" in str(words) else ends[0], math.inf if "more" in str(words) else ends[-1])
    return low - 1e-9 <= shares[name] <= high + 1e-9


def _same(stored: dict, value: float) -> bool:
    """Whether a value would be stored as this one is; words say nothing, but for those of small p-values."""
    known = stored["value"]
    if stored.get("printed") == "under 0.001":
        return value < 0.0005 if known is None else math.isclose(known, value, rel_tol=1e-9)
    if not isinstance(known, int | float):
        return True
    decimals = stored.get("decimals", 0)
    more = round(known, decimals) != known
    return (
        math.isclose(known, value, rel_tol=1e-9) if more else write(known, "", decimals) == write(value, "", decimals)
    )


def _holm(p: float, others: list[float]) -> float:
    """Holm's adjusted value of one p-value among others."""
    ordered = sorted([*others, p])
    adjusted = [(len(ordered) - place) * each for place, each in enumerate(ordered)]
    return min(1.0, max(adjusted[: ordered.index(p) + 1]))


def open_counts(folder: Path) -> Iterator[tuple[str, float, int, int]]:
    """Of each hidden count that notebooks leave beside their decisions: what it is, the width promised, least, most.

    All rows of all notebooks are taken together, as whole numbers of people of each type.
    """
    rows, people = [], 0
    for path in sorted((folder / "results").glob("*.disclosure.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        people = max(people, content.get("people", 0))
        rows += [row | {"notebook": content["notebook"]} for row in content.get("published", ())]
    for group in _connected(rows):
        yield from _ends(group, people)


def _connected(rows: list[dict]) -> list[list[dict]]:
    groups: list[tuple[set[str], list[dict]]] = []
    for row in rows:
        touching = [group for group in groups if group[0] & set(row["columns"])]
        groups = [group for group in groups if not group[0] & set(row["columns"])]
        columns = set(row["columns"]).union(*(group[0] for group in touching))
        groups.append((columns, [*(each for group in touching for each in group[1]), row]))
    return [members for _, members in groups]


def _ends(rows: list[dict], people: int) -> Iterator[tuple[str, float, int, int]]:
    from scipy.optimize import Bounds, LinearConstraint, milp

    holds, everybody = _matrix(rows)
    low = np.array([row.get("low", 0.0) for row in rows])
    high = np.array([row.get("high", float(people)) for row in rows])
    fixed = [LinearConstraint(holds, low - 1e-9, high + 1e-9), LinearConstraint(everybody, people, people)]
    for row, weights in zip(rows, holds, strict=True):
        if row["width"] and "low" not in row:
            ends = [
                milp(
                    sign * weights,
                    constraints=fixed,
                    integrality=np.ones(len(weights)),
                    bounds=Bounds(0, people),
                    options={"time_limit": 5},
                )
                for sign in (1, -1)
            ]
            if any(end.x is None for end in ends):
                raise AssertionError(f"{row['label']}: the files contradict each other")
            least, most = (round(float(weights @ end.x)) for end in ends)
            yield f"{row['notebook']}: {row['label']}", row["width"], least, most


def _matrix(rows: list[dict]) -> tuple[np.ndarray, np.ndarray]:
    """What each type of people adds to each row: types are all combinations of values, no answer among them."""
    values: dict[str, dict[object, None]] = {}
    for row in rows:
        for *key, _ in row["weights"]:
            for name, value in zip(row["columns"], key, strict=True):
                values.setdefault(name, {})[value] = None
    names = list(values)
    types = list(
        product(*([*values[name], "no answer"] if "no answer" not in values[name] else values[name] for name in names))
    )
    found = np.zeros((len(rows), len(types)))
    for place, row in enumerate(rows):
        weights = {tuple(key): weight for *key, weight in row["weights"]}
        spots = [names.index(name) for name in row["columns"]]
        found[place] = [weights.get(tuple(kind[spot] for spot in spots), 0.0) for kind in types]
    return found, np.ones((1, len(types)))
