"""The proof across the notebooks of a study: what several pages publish of the same people, taken together.

Each notebook proves its own tables. It also leaves behind, for the notebooks after it, every number that it publishes of
people as a sum over types of people, and every count that it hides as such a sum without its value: nothing that the page
does not say. The next notebook joins these with its own, and looks again for the least and the greatest value of each
hidden count. People without an answer to a question are a type of their own, so that pages about different parts of the
same people fit together.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.disclosure.protect import is_refused, standing
from analysis.disclosure.reader import Background, Reader, Statement, linked
from analysis.disclosure.rules import Rules
from analysis.disclosure.tables import NO_ANSWER
from analysis.errors import InputError

EVERYBODY = "everybody"
MOST_NODES = 2_000  # of one integer program
DECISIONS, PEOPLE, PUBLISHED = (
    ".disclosure.json",
    "people",
    "published",
)  # where a notebook's decisions lie, and keys in it


@dataclass(frozen=True)
class Linear:
    """A published sum over people, between `low` and `high`, or a hidden count with what the proof takes as known of it.

    `weights` are those of the types of people, by their values in `columns`; every other type has none. A count that is
    not shown exactly must be left with numbers at least `width` apart; `width` is 0 for a sum that is no count.
    """

    notebook: str
    label: str
    columns: tuple[str, ...]
    weights: Mapping[tuple[object, ...], float]
    low: float
    high: float
    width: float

    @property
    def open(self) -> bool:
        """Whether it is a count that the page does not show exactly."""
        return self.width > 0 and self.low < self.high

    def as_statement(self) -> Statement:
        """The same for `reader.Reader`."""
        return Statement(self.label, self.columns, lambda *values: self.weights.get(values, 0.0), self.low, self.high)

    def as_record(self) -> dict[str, object]:
        """The same for a JSON file; the value of a hidden count is not in it, nor whether it is small where nobody could tell."""
        ends = {end: getattr(self, end) for end in ("low", "high") if math.isfinite(getattr(self, end))}
        return {
            "label": self.label,
            "columns": list(self.columns),
            "width": self.width,
            **ends,
            "weights": [[*key, weight] for key, weight in self.weights.items()],
        }


def from_record(notebook: str, record: Mapping[str, object]) -> Linear:
    """What `as_record` made."""
    weights = {tuple(row[:-1]): row[-1] for row in record["weights"]}  # type: ignore[attr-defined]
    ends = float(record.get("low", -math.inf)), float(record.get("high", math.inf))  # type: ignore[arg-type]
    return Linear(notebook, str(record["label"]), tuple(record["columns"]), weights, *ends, float(record["width"]))  # type: ignore[arg-type]


def read_published(path: Path) -> list[Linear]:
    """What a notebook left behind beside its decisions on disclosure."""
    content = json.loads(path.read_text(encoding="utf-8"))
    return [from_record(content["notebook"], record) for record in content.get(PUBLISHED, ())]


def published_rows(
    notebook: str, tables: Mapping[str, pd.Series], shown: Mapping[str, pd.Series], rules: Rules, background: Background
) -> list[Linear]:
    """Every cell of linked tables as shown, and every published sum, as sums over types of people."""
    found: list[Linear] = []
    if is_refused(tables, shown, rules):
        return found
    for names, about in linked(tables, background):
        group = standing({name: tables[name] for name in names}, shown, rules, about)
        labels = [f"{cell.table}: {', '.join(map(str, cell.labels))}" for cell in group.reader.cells]
        labels += [statement.label for statement in group.reader.statements]
        widths = [rules.width] * len(group.reader.cells) + [0] * len(group.reader.statements)
        derived = {each.name for each in about.derived}
        for row, label, width, low, high in zip(
            group.reader.holds.toarray(), labels, widths, group.low, group.high, strict=True
        ):
            columns, weights = _types_in(row, group.reader.types, derived)
            if weights:
                found.append(Linear(notebook, label, columns, weights, float(low), float(high), width))
    return found


def _types_in(
    row: np.ndarray, blocks: Sequence[pd.DataFrame], derived: set[str]
) -> tuple[tuple[str, ...], dict[tuple[object, ...], float]]:
    """The columns of the one block that a row is about, and its weights other than zero by the values of these."""
    start = 0
    for block in blocks:
        own, start = row[start : start + len(block)], start + len(block)
        if own.any():
            base = block[[name for name in block if name not in derived]]
            return tuple(base), {
                tuple(values): float(weight)
                for values, weight in zip(base.itertuples(index=False, name=None), own, strict=True)
                if weight
            }
    return (), {}


def prove_together(rows: Iterable[Linear], people: int, file: str) -> list[str]:
    """Stop with InputError if a hidden count that its own notebook left open can be narrowed down from several together.

    `people` is the number of all who joined, which is published; `file` names the run for the message. Returns the
    notebooks that were proved together, none where no two have a column in common.
    """
    together: list[str] = []
    for group in _components(list(rows)):
        notebooks = list(dict.fromkeys(row.notebook for row in group))
        if len(notebooks) > 1:
            together += notebooks
            _prove_group(group, people, file)
    return sorted(set(together))


def _components(rows: list[Linear]) -> list[list[Linear]]:
    """Rows in groups that share a column, directly or through others."""
    groups: list[tuple[set[str], list[Linear]]] = []
    for row in rows:
        touching = [group for group in groups if group[0] & set(row.columns)]
        groups = [group for group in groups if not group[0] & set(row.columns)]
        columns = set(row.columns).union(*(group[0] for group in touching))
        groups.append((columns, [each for group in touching for each in group[1]] + [row]))
    return [members for _, members in groups]


def _prove_group(group: list[Linear], people: int, file: str) -> None:
    try:
        widths = dict(zip(map(id, group), _widths(group, people), strict=True))
    except ValueError:
        raise InputError(
            file,
            found="counts of people that contradict each other: " + ", ".join(sorted({row.notebook for row in group})),
            expected="notebooks run on the same records",
            action="run the notebooks about participants again, in their order",
        ) from None
    for notebook in dict.fromkeys(row.notebook for row in group):
        own = [row for row in group if row.notebook == notebook]
        for row, alone in zip(own, _widths(own, people), strict=True):
            if row.open and widths[id(row)] < row.width <= alone:
                raise InputError(
                    file,
                    found=f"a hidden count of '{row.label.partition(':')[0]}' in {notebook} that can be narrowed down from what the notebooks show together",
                    expected=f"hidden counts that could each be any of at least {row.width + 1:.0f} numbers",
                    action="raise `minimum_cell` of one of the notebooks in params.yaml, or merge categories of one of the tables",
                )


def leaves_open(sums: Sequence[Linear], rows: Iterable[Linear], people: int) -> bool:
    """Whether each hidden count that the rows leave open stays as wide as promised beside further sums, over whole numbers of people.

    Stricter than `prove_together`: fractions of people leave values that no whole numbers have. What is not found in
    `MOST_NODES` steps, or of too many types of people, counts as closed.
    """
    group = next(each for each in _components([*sums, *rows]) if sums[0] in each)
    try:
        reader, low, high = _reading(group, people)
    except ValueError:
        return False
    told = np.array([*(row in sums for row in group), False])
    before = np.where(told, -np.inf, low), np.where(told, np.inf, high)
    return not any(
        row.open
        and _whole_width(reader, place, low, high) < row.width
        and _whole_width(reader, place, *before) >= row.width
        for place, row in enumerate(group)
    )


def _whole_width(reader: Reader, place: int, low: np.ndarray, high: np.ndarray) -> float:
    """How far apart the ends of a row are over whole numbers of people that fit all rows; 0 where they are not found."""
    from scipy.optimize import LinearConstraint, milp

    cell, links = reader.holds[[place]].toarray().ravel(), np.zeros(reader.links.shape[0])
    fits = [LinearConstraint(reader.holds, low - 1e-9, high + 1e-9)]
    fits += [LinearConstraint(reader.links, links, links)] if len(links) else []
    whole, limit = np.ones(len(cell)), {"node_limit": MOST_NODES}
    done = [milp(sign * cell, constraints=fits, integrality=whole, options=limit) for sign in (1, -1)]
    return float(round(-sum(each.fun for each in done))) if all(each.status == 0 for each in done) else 0.0


def _widths(rows: list[Linear], people: int) -> list[float]:
    """How far apart the least and the greatest value of each hidden count are, given all rows; infinite for the others."""
    reader, low, high = _reading(rows, people)
    return [_width(reader, place, low, high) if row.open else math.inf for place, row in enumerate(rows)]


def _reading(rows: list[Linear], people: int) -> tuple[Reader, np.ndarray, np.ndarray]:
    """A reader of all rows, and of the number of all people as the last, with the ends of each."""
    categories: dict[str, list[object]] = {}
    for row in rows:
        for values in row.weights:
            for name, value in zip(row.columns, values, strict=True):
                categories.setdefault(name, []).append(value)
    levels = {
        name: [*dict.fromkeys(found), *([NO_ANSWER] if NO_ANSWER not in found else [])]
        for name, found in categories.items()
    }
    everybody = Statement(EVERYBODY, rows[0].columns, lambda *values: 1.0, people, people)
    reader = Reader({}, Background(statements=(*(row.as_statement() for row in rows), everybody), categories=levels))
    low, high = (np.array([*(getattr(row, end) for row in rows), float(people)]) for end in ("low", "high"))
    return reader, low, high


def _width(reader: Reader, place: int, low: np.ndarray, high: np.ndarray) -> float:
    least, most = reader.bounds(place, low, high)
    return math.floor(most + 1e-6) - math.ceil(least - 1e-6)
