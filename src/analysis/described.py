"""Frames that say what their numbers are, so that what shows them need not be told.

    @described(Kind.MEASURED, {"gain": Column("Gain in a year", "points", decimals=2, low="low", high="high")}, header="Form")
    def gains_by_form(sample: pd.DataFrame, level: float = 0.95) -> pd.DataFrame: ...

A method declares beside itself, once, the unit, decimals, interval and words of what it hands out: an ordinary frame, of
which `description` tells. Which function made it, and which claims and files that rests on, is recorded while it runs.
Of nothing (None, where a study has no such data) a method makes nothing, and nothing is shown.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import wraps
from numbers import Real
from typing import Any

import pandas as pd

from analysis.results import Column, Kind

_KEY, _INPUTS, _ROWS = "results", "inputs", "rows"  # in `attrs`: of a frame of results; of a frame of data; of both
_ROUNDED = 7  # decimals to which a shown number may be rounded
_READ: ContextVar[list[str] | None] = ContextVar("read", default=None)


@dataclass(frozen=True)
class Basis:
    """What numbers of people rest on, by which disclosure control judges whether they may be shown.

    `of` is what the record of decisions calls it. `sort` is `model` (with its `parameters`), `statistic` (by the name of a
    `statistic`), `quantile` or `base`. `people` is filled in: the rows of the first frame that the method is given. `each` names
    a column with the people behind each row instead; each row is judged by itself then, `of` may hold `{row}` and columns in
    braces, and a column `quantile` says which rows are quantiles. `adds_up`: the rows are parts of a sum that is shown, too.
    """

    of: str
    sort: str = "statistic"
    statistic: str = ""
    parameters: int = 0
    quantile: float = 0.0
    people: int = 0
    each: str = ""
    adds_up: bool = False


@dataclass(frozen=True)
class Description:
    """What a frame of results says of itself.

    `columns` are those to show, in order; `rows`, where rows hold different quantities, say what the `value` of each is.
    `words` are the columns of text; `header` names the rows. `passed`: disclosure control has let it be shown. `made` is the
    frame as it was made: pandas keeps what a frame says of itself through every step, also where the numbers become others.
    """

    kind: Kind
    columns: Mapping[str, Column]
    rows: Mapping[str, Column] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    header: str = ""
    function: str = ""
    inputs: tuple[str, ...] = ()
    basis: Basis | None = None
    passed: bool = False
    made: pd.DataFrame | None = field(default=None, compare=False, repr=False)

    def __deepcopy__(self, memo: object) -> "Description":
        """Itself: pandas copies what a frame says with every step."""
        return self

    def of(self, column: Column) -> Column:
        """A column of numbers with the kind and function of the frame, where it names none of its own."""
        return replace(column, kind=column.kind or self.kind, function=column.function or self.function)


def description(frame: object) -> Description | None:
    """What a frame says of its numbers; None if it was made by no described method."""
    return getattr(frame, "attrs", {}).get(_KEY)


def name_of(method: Callable[..., Any]) -> str:
    """A function as records of numbers call it: its module and its name."""
    return f"{method.__module__}.{method.__qualname__}"


def describe(frame: pd.DataFrame, said: Description) -> pd.DataFrame:
    """The frame, saying so of itself."""
    frame.attrs = {_KEY: replace(said, made=frame.copy())}
    return frame


def as_made(frame: pd.DataFrame) -> bool:
    """Whether a frame of results holds what its method made: its rows and columns, or some of them; numbers may be rounded."""
    made = getattr(description(frame), "made", None)
    if made is None or not (set(frame.index) <= set(made.index) and set(frame) <= set(made)):
        return made is None
    if not made.index.is_unique:
        return bool(frame.equals(made[list(frame)]))
    pairs = zip(frame.to_numpy(object).flat, made.loc[frame.index, list(frame)].to_numpy(object).flat, strict=True)
    return all(_same(now, then) for now, then in pairs)


def _same(now: object, then: object) -> bool:
    if now is then or now == then or (pd.isna(now) and pd.isna(then)):
        return True
    both = isinstance(now, Real) and isinstance(then, Real)
    return both and any(round(float(then), places) == now for places in range(_ROUNDED))  # type: ignore[arg-type]


def read_from(frame: pd.DataFrame, *inputs: str) -> pd.DataFrame:
    """A frame of data that says which files it was read from, by project path."""
    frame.attrs[_INPUTS] = inputs
    return frame


def rows_are(frame: pd.DataFrame, rows: Mapping[str, Column]) -> pd.DataFrame:
    """The frame of a method whose rows the data name: what each is called, and what its `value` is."""
    frame.attrs[_ROWS] = rows
    return frame


def reading(name: str) -> None:
    """Note that a claim or file, by id or path, is read for the numbers that are being made."""
    if (read := _READ.get()) is not None and name not in read:
        read.append(name)


@contextmanager
def aside() -> Iterator[None]:
    """What is read within, such as a whole file to check it, is no ground of the numbers that are being made."""
    before = _READ.set(None)
    try:
        yield
    finally:
        _READ.reset(before)


def of_nothing_nothing(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method that makes None of None: what a study has no data for is left out, without a word in the notebook."""

    @wraps(method)
    def made(data: Any, *args: Any, **kwargs: Any) -> Any:
        return None if data is None else method(data, *args, **kwargs)

    return made


def described(
    kind: Kind,
    columns: Mapping[str, Column] | None = None,
    rows: Mapping[str, Column] | None = None,
    header: str = "",
    basis: Basis | None = None,
    words: tuple[str, ...] = (),
) -> Callable[[Callable[..., pd.DataFrame]], Callable[..., Any]]:
    """Declare what a method's frame holds. `{level}` in the words of an interval is the level that the method is called with.

    A method without a basis of its own may be shown as far as all frames that it is given are of results and may. One that makes
    None has nothing to say; one whose rows the data name says by `rows_are` what they are.
    """
    columns = columns or {"value": Column("Value")}

    def declare(method: Callable[..., pd.DataFrame]) -> Callable[..., Any]:
        signature = inspect.signature(method)
        said = Description(kind, columns, rows or {}, words, header, name_of(method), basis=basis)

        @of_nothing_nothing
        @wraps(method)
        def made(*args: Any, **kwargs: Any) -> pd.DataFrame | None:
            given = signature.bind(*args, **kwargs)
            given.apply_defaults()
            values = list(given.arguments.values())
            with _recording() as read:
                frame = method(*given.args, **given.kwargs)
            if frame is None:
                return None
            inputs = dict.fromkeys([*read, *(name for value in values for name in inputs_of(value))])
            own = replace(said, rows={**said.rows, **frame.attrs.get(_ROWS, {})})
            return describe(frame, _said(own, given.arguments, tuple(inputs)))

        return made

    return declare


def _said(said: Description, given: Mapping[str, Any], inputs: tuple[str, ...]) -> Description:
    """What a method declares, with what is known once it has run."""
    values = list(given.values())
    frames = [description(each) for each in values if isinstance(each, pd.DataFrame | pd.Series)]
    level = f"{100 * given['level']:g} %" if "level" in given else ""
    basis = said.basis and replace(said.basis, people=len(values[0]))
    return replace(
        said,
        columns=_at_level(said.columns, level),
        rows=_at_level(said.rows, level),
        inputs=inputs,
        basis=basis,
        passed=basis is None and bool(frames) and all(about is not None and about.passed for about in frames),
    )


def _at_level(columns: Mapping[str, Column], level: str) -> dict[str, Column]:
    return {name: replace(each, interval=each.interval.format(level=level)) for name, each in columns.items()}


def inputs_of(value: object) -> tuple[str, ...]:
    """What something that a method is given was read from."""
    if about := description(value):
        return about.inputs
    return tuple(getattr(value, "attrs", {}).get(_INPUTS, ()) or getattr(value, _INPUTS, ()))


@contextmanager
def _recording() -> Iterator[list[str]]:
    """What is read within; noted for what is being made around it as well."""
    read: list[str] = []
    before = _READ.set(read)
    try:
        yield read
    finally:
        _READ.reset(before)
        for name in read:
            reading(name)
