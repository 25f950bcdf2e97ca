"""Frames that say what their numbers are, so that what shows them need not be told.

    @described(Kind.MEASURED, {"gain": Column("Gain in a year", "points", decimals=2, low="low", high="high")}, header="Form")
    def gains_by_form(sample: pd.DataFrame, level: float = 0.95) -> pd.DataFrame: ...

A method declares beside itself, once, the unit, decimals, interval and words of what it hands out: an ordinary frame, of
which `description` tells. Which function made it, and which claims and files that rests on, is recorded while it runs.
Of nothing (None, where a study has no such data) a method makes nothing, and nothing is shown.
"""

import inspect
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import cached_property, wraps
from hashlib import sha256
from numbers import Real
from typing import Any, TypeVar

import pandas as pd

from analysis.results import Column, Kind, Labelled, drawn, in_words

_KEY, _INPUTS, _SAID = "results", "inputs", "said"  # in `attrs`: of a frame of results; of data; of one being made
EACH = "*"
_Part = TypeVar("_Part")
_Made = TypeVar("_Made")
Declared = Mapping[str, Column] | Callable[..., Mapping[str, Column]] | None
_ROUNDED = 7  # decimals to which a shown number may be rounded
_READ: ContextVar[list[str] | None] = ContextVar("read", default=None)


@dataclass(frozen=True)
class Basis:
    """What numbers of people rest on, by which disclosure control judges whether they may be shown.

    `of` is what the record of decisions calls it. `sort` is `model` (with its `parameters`), `statistic` (by the name of a
    `statistic`), `quantile` or `base`. `people` is filled in: the rows of the first frame that the method is given. `each` names
    a column with the people behind each row instead; each row is judged by itself then, `of` may hold `{row}` and columns in
    braces, and a column `quantile` says which rows are quantiles. `adds_up`: the rows are parts of a sum that is shown, too.
    `among` names a column of the first frame whose different `values` (filled in) the numbers are over. A page that knows
    more of its records has rules for further sorts; on any other nothing of these may be shown.

    `beside`: statistics that stand beside protected counts of the same people. `by` names for each column, or row, the statistic
    that its numbers were judged as, and `ends` that of their intervals (`{row}` is the row's own name); other columns do not
    pass. Filled in are `data`, the fingerprint of the frame that the method was given first, and `given`, its other arguments.

    Of sort `counts` is a frame of counts of which others of the page could tell: `behind` names for each column of numbers
    (`*`: every other one) the counts that its cells rest on, with `{row}`, `{column}` and columns in braces; an empty name
    is none. There `each` names a column with the names of counts without which a row is left out.
    """

    of: str
    sort: str = "statistic"
    statistic: str = ""
    parameters: int = 0
    quantile: float = 0.0
    people: int = 0
    each: str = ""
    adds_up: bool = False
    among: str = ""
    values: frozenset[object] = frozenset()
    by: Mapping[str, str] = field(default_factory=dict)
    ends: Mapping[str, str] = field(default_factory=dict)
    data: str = ""
    given: Mapping[str, object] = field(default_factory=dict)
    behind: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def over(self, given: Mapping[str, Any]) -> "Basis":
        """The same with what the method was given."""
        if self.behind:
            return self
        data, *others = given.items()
        filled = replace(self, people=len(data[1]), values=frozenset(data[1][self.among] if self.among else ()))
        if self.sort != "beside":
            return filled
        return replace(filled, data=fingerprint(data[1]), given=dict(others))


@dataclass(frozen=True)
class Description:
    """What a frame of results says of itself.

    `columns` are those to show, in order; `rows`, where rows hold different quantities, say what the `value` of each is.
    `words` are the columns of text, `header` names the rows. Columns whose values serve the rows: `group` heads groups of them,
    `named` is what they are called, `anchor` what other pages link to. `row` says how a row is written that is no id
    (`year {}`); `other` is what columns are that `columns` does not name, such as one for each input (whose name goes where its
    label has `{}`); `labels` are what ids of rows and columns are called, if the frame is about a case that has ids. `name`
    begins the ids of its numbers, wherever they are shown. `passed`: disclosure control has let it be shown. `made` is the
    frame as it was made: pandas keeps what a frame says of itself through every step, also where the numbers become others.
    """

    kind: Kind
    columns: Mapping[str, Column]
    rows: Mapping[str, Column] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    header: str = ""
    group: str = ""
    named: str = ""
    anchor: str = ""
    name: str = ""
    row: str = ""
    other: Column | None = None
    labels: Mapping[str, str] | None = None
    function: str = ""
    inputs: tuple[str, ...] = ()
    basis: Basis | None = None
    passed: bool = False
    made: pd.DataFrame | None = field(default=None, compare=False, repr=False)

    def __deepcopy__(self, memo: object) -> "Description":
        """Itself: pandas copies what a frame says with every step."""
        return self

    def of(self, column: Column) -> Column:
        """A column of numbers with the kind and function of the frame, where it names none of its own; print has no function."""
        kind = column.kind or self.kind
        function = column.function if kind is Kind.PUBLISHED else column.function or self.function
        return replace(column, kind=kind, function=function)


def description(frame: object) -> Description | None:
    """What a frame says of its numbers; None if it was made by no described method."""
    return getattr(frame, "attrs", {}).get(_KEY)


def labelled(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame of results with its rows as readers read them: as `row` says, or ids by their labels; two alike with their ids."""
    said = description(frame)
    if said is None or said.rows or (said.labels is None and not said.row):
        return frame
    if said.row:
        return frame.set_axis(pd.Index([said.row.format(each) for each in frame.index], name=frame.index.name))
    shown = [titled(in_words(name, said.labels or {})) for name in frame.index]
    often = Counter(shown)
    both = zip(shown, frame.index, strict=True)
    told = [Labelled(text if often[text] == 1 else f"{text} ({name})", str(name)) for text, name in both]
    return frame.set_axis(pd.Index(told, name=frame.index.name, dtype=object))


def titled(text: str) -> str:
    """A text with a capital at its start, the rest as it is.

    >>> titled("months of English")
    'Months of English'
    """
    return text[:1].upper() + text[1:]


def name_of(method: Callable[..., Any]) -> str:
    """A function as records of numbers call it: its module and its name."""
    return f"{method.__module__}.{method.__qualname__}"


def describe(frame: pd.DataFrame, said: Description) -> pd.DataFrame:
    """The frame, saying so of itself."""
    frame.attrs = {_KEY: replace(said, made=frame.copy())}
    return frame


def saying(frame: pd.DataFrame, **said: Any) -> pd.DataFrame:
    """A frame that a method hands out, with what only the data tell of it: `columns`, `rows` and `words` beside those that
    are declared, or its `header`."""
    frame.attrs[_SAID] = {**frame.attrs.get(_SAID, {}), **said}
    return frame


def beside(frame: pd.DataFrame, name: str, column: Column, texts: Any) -> pd.DataFrame:
    """A frame of results with one more column of text at its end, as a page adds links to what a method found."""
    said = description(frame)
    if said is None or not as_made(frame):
        raise ValueError("words can be put beside a frame of results as its method made it, and no other")
    columns, words = {**said.columns, name: column}, (*said.words, name)
    return describe(frame.assign(**{name: texts}), replace(said, columns=columns, words=words))


def fingerprint(frame: pd.DataFrame) -> str:
    """What tells whether two frames hold the same: index, columns and values."""
    rows = pd.util.hash_pandas_object(frame).to_numpy().tobytes()
    return sha256(rows + repr(list(frame)).encode()).hexdigest()


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


class remembered(cached_property[_Part]):
    """A property that is made once; what is made with it later rests on what was read for it, too."""

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """The property of an instance."""
        if instance is None:
            return self
        kept, key = instance.__dict__, f"_{self.attrname}"
        if key not in kept:
            with recording() as read:
                part = self.func(instance)
            kept[key] = (part, tuple(read))
        part, names = kept[key]
        for name in names:
            reading(name)
        return part


def of_nothing_nothing(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method that makes None of None: what a study has no data for is left out, without a word in the notebook."""

    @wraps(method)
    def made(data: Any, *args: Any, **kwargs: Any) -> Any:
        return None if data is None else method(data, *args, **kwargs)

    return made


def described(
    kind: Kind | None,
    columns: Declared = None,
    rows: Declared = None,
    header: str | Callable[..., str] = "",
    basis: Basis | None = None,
    words: tuple[str, ...] = (),
    **more: Any,
) -> Callable[[Callable[..., pd.DataFrame | None]], Callable[..., Any]]:
    """Declare what a method's frame holds; `more` is what else a `Description` says: group, named, anchor, name, row, other.

    `{level}` in the words of an interval is the level that the method is called with, or that its data carry (an attribute
    `level`). Columns, rows or header that turn on what the method is given are functions of the same arguments; what only its
    data tell, it says by `saying`. `EACH` among the columns is every column of the frame that a `Labelled` names, with that
    label. A column that names its `inputs` rests on these, and not on all that the method has read.

    Without a kind the numbers are known as the case is that they are of: the first argument that says so (`kind`), and that says
    what its ids are called (`labels`). A method without a basis of its own may be shown as far as all frames that it is given
    are of results and may. One that finds nothing hands out None.
    """
    columns = columns or {"value": Column("Value")}

    def declare(method: Callable[..., pd.DataFrame | None]) -> Callable[..., Any]:
        signature, function = inspect.signature(method), name_of(method)

        @of_nothing_nothing
        @wraps(method)
        def made(*args: Any, **kwargs: Any) -> pd.DataFrame | None:
            given = signature.bind(*args, **kwargs)
            given.apply_defaults()
            with recording() as read:
                frame = method(*given.args, **given.kwargs)
            if frame is None:
                return None
            declared = (
                each(*given.args, **given.kwargs) if callable(each) else each
                for each in (columns, rows or {}, words, header)
            )
            said = Description(kind or Kind.TALLY, *declared, function=function, basis=basis, **more)
            values = list(given.arguments.values())
            inputs = dict.fromkeys([*read, *(name for value in values for name in inputs_of(value))])
            about = _said(_with_data(said, frame), given.arguments, tuple(inputs))
            return describe(frame, _of_case(about, values, list(frame)) if kind is None else about)

        return made

    return declare


def _with_data(said: Description, frame: pd.DataFrame) -> Description:
    """What is declared, with what only the data tell, and the columns that `EACH` stands for in its place."""
    told = frame.attrs.get(_SAID, {})
    declared, words = {**said.columns, **told.get("columns", {})}, (*said.words, *told.get("words", ()))
    rows, header = {**said.rows, **told.get("rows", {})}, told.get("header", said.header)
    columns: dict[str, Column] = {}
    for name, column in declared.items():
        labels = [each for each in frame if isinstance(each, Labelled)] if name == EACH else []
        columns |= {each: replace(column, label=str(each)) for each in labels} if name == EACH else {name: column}
    return replace(said, columns=columns, rows=rows, words=words, header=header)


def _said(said: Description, given: Mapping[str, Any], inputs: tuple[str, ...]) -> Description:
    """What a method declares, with what is known once it has run."""
    values = list(given.values())
    frames = [description(each) for each in values if isinstance(each, pd.DataFrame | pd.Series)]
    confidence = given.get("level", getattr(values[0], "level", None) if values else None)
    level = f"{100 * confidence:g}%" if isinstance(confidence, Real) else ""
    of_people = any(getattr(value, "of_people", False) is True for value in values)
    passed = said.basis is None and bool(frames) and all(about is not None and about.passed for about in frames)
    return replace(
        said,
        columns=_at_level(said.columns, level),
        rows=_at_level(said.rows, level),
        inputs=inputs,
        basis=said.basis and said.basis.over(given),
        passed=passed and not of_people,
    )


def _of_case(said: Description, values: list[Any], names: list[str]) -> Description:
    """How the case is known that numbers are of, and what its ids are called; a column for each name that has none."""
    cases = [description(value) if isinstance(value, pd.DataFrame) else value for value in values]
    case = next((case for case in cases if getattr(case, "kind", None)), said)
    passed = said.passed or (case.kind is Kind.MEASURED and getattr(case, "passed", False) is True)
    labels = next((found for case in cases if (found := getattr(case, "labels", None)) is not None), {})
    columns = dict(said.columns)
    for name in (each for each in names if said.other and each not in columns):
        label = (said.other.label or "{}").format(in_words(name, labels))  # type: ignore[union-attr]
        columns[name] = replace(said.other, label=titled(label))  # type: ignore[type-var]
    return replace(said, kind=case.kind, labels=labels, columns=columns, passed=passed)


def for_figure(frame: pd.DataFrame, decimals: int, ends: bool = False, **labels: str) -> pd.DataFrame | None:
    """The rows of a frame of results that have numbers in all of some columns (labels by column), with these alone at the
    decimals of a figure, rounded to them where they are measured, so that it tells no more; with their intervals if `ends`. None where there are no such rows."""
    if (said := description(frame)) is None:
        return None
    without = {} if ends else {"low": "", "high": "", "interval": ""}
    chosen = {
        name: replace(said.columns[name], label=label, decimals=decimals, **without)  # type: ignore[arg-type]
        for name, label in labels.items()
    }
    within = [end for column in chosen.values() for end in (column.low, column.high) if end]
    numbers = frame.assign(**{name: pd.to_numeric(frame[name], errors="coerce") for name in (*chosen, *within)})
    numbers = numbers.dropna(subset=list(chosen))
    if said.kind is Kind.MEASURED:
        numbers = drawn(numbers, {name: said.of(column) for name, column in chosen.items()})
    rests = dict.fromkeys(column.inputs for column in chosen.values() if column.inputs)
    kept = numbers[[*chosen, *within, *rests]]
    return describe(kept, replace(said, columns=chosen, group="")) if len(kept) else None


def _at_level(columns: Mapping[str, Column], level: str) -> dict[str, Column]:
    return {name: replace(each, interval=each.interval.format(level=level)) for name, each in columns.items()}


def inputs_of(value: object) -> tuple[str, ...]:
    """What something that a method is given was read from."""
    if about := description(value):
        return about.inputs
    return tuple(
        getattr(value, "attrs", {}).get(_INPUTS, ()) or getattr(value, "read_from", getattr(value, _INPUTS, ()))
    )


@contextmanager
def recording() -> Iterator[list[str]]:
    """What is read within; noted for what is being made around it as well."""
    read: list[str] = []
    before = _READ.set(read)
    try:
        yield read
    finally:
        _READ.reset(before)
        for name in read:
            reading(name)


def with_inputs(make: Callable[[], _Made]) -> tuple[_Made, str]:
    """What a function makes, and the names of what was read for it, as a column of inputs holds them."""
    with recording() as read:
        made = make()
    return made, " ".join(dict.fromkeys(read))
