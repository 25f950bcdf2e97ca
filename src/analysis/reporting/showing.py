"""`show` and `record`: what a method or a researcher's own cell made, on the page and in the record of its numbers.

    gains = english.gains_by_form(sample, start, level)
    show(gains, "The gain of English in a year without support")

    weeks = pd.DataFrame({"weeks": [12, 20]}, index=["first course", "second course"])
    show(weeks, "Weeks of each course", kind="published", unit="weeks", source="Table 3 of the report")

A method's frame says itself what its numbers are (`analysis.described`). Of a researcher's own the call says it, or
`frame.attrs` (kind, unit, decimals, source, inputs). Numbers of people pass disclosure control first, or nothing is shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from numbers import Real
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.described import as_made, description, labelled, titled
from analysis.errors import InputError
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.nodes import Inline
from analysis.reporting.tables import RowExtra, results_in
from analysis.results import VALUE, Column, Kind, Result, in_words, quantities, slug, tabulate

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OWN = "a cell of this notebook"  # where a number comes from that its cell says nothing of
# One sentence for both, so that a team that asked is not told of how many answered, and one that did not is told nothing wrong.
TOO_FEW = "Nobody was asked this, or too few people stand behind it for it to be shown."


def show(
    shown: "pd.DataFrame | pd.Series | Figure | None",
    caption: str,
    *,
    data: pd.DataFrame | None = None,
    columns: Sequence[str] = (),
    alt: str | None = "",
    kind: str = "",
    unit: str = "",
    decimals: int | None = None,
    source: str = "",
    inputs: Iterable[str] = (),
    note: str = "",
    name: str = "",
    group_by: str = "",
    anchor: str = "",
    filters: Sequence[str] = (),
    folds: Mapping[str, Inline] | None = None,
) -> Display | None:
    """Put a frame, or a matplotlib figure with its `data`, on the page that the notebook has open; nothing of None, but
    for data without rows, of which it says that too few people stand behind them.

    `kind` says how the numbers are known (see `analysis.results.Kind`), `unit` and `decimals` how they are written,
    `source` and `inputs` (ids such as `claim:CP-012`) what they rest on; a frame of results says all of these itself.
    `columns` are those to show, if not all; `alt` says in words what a figure shows; columns of text stand as they are. Of a
    table, `group_by` names the column whose values head groups of rows, `filters` those that a reader may filter by, `anchor`
    begins the id by which each row is linked to (`claim` for `claim-CO-012`), and `folds` hold more of rows, by their names.
    Raises InputError, which says what to do, for numbers without a kind, for numbers of people that have not passed
    disclosure control, and as `Appendix.table` and `Appendix.figure` do.
    """
    if shown is None and (data is None or len(data)):
        return None
    page, frame = Appendix.current(), _frame(shown if data is None else data)
    said = {"kind": kind, "unit": unit, "decimals": decimals, "source": source, "inputs": tuple(inputs)}
    ready = _results(page, frame) if description(frame) else _own(page, frame, said)
    is_table = isinstance(shown, pd.DataFrame | pd.Series)
    if not len(ready.frame) or (ready.hidden and not is_table):
        return page.say(TOO_FEW) if ready.may_hide else None
    chosen = {name: ready.columns[name] for name in columns or ready.columns}
    group = group_by or ready.group
    text = {key: each.text or "label" for key, each in chosen.items() if each.kind is None and key != group}
    key = name or ready.name or slug(caption)
    more = {"row_header": ready.header, "text": text, "rows": ready.rows, "ids": ready.name}
    with page.store.letting(ready.passed):
        if not is_table:
            return page.figure(key, shown, caption, alt or caption, ready.frame, chosen, **more)
        own = [name for name in filters if name != group]  # the group of a row is told by its heading
        more["extras"] = ready.extras or _extras(ready, anchor, own, folds or {})
        more["filters"] = {column: ready.columns[column].label for column in filters}
        headed = {group: [titled(str(each)) for each in ready.frame[group]]} if group else {}
        shown_frame = ready.frame.assign(**headed)
        return page.table(key, shown_frame, chosen, caption, note=note, group_by=group or None, **more)


def _extras(ready: "_Ready", anchor: str, filters: Sequence[str], folds: Mapping[str, Inline]) -> dict[str, RowExtra]:
    """What each row has beside its cells, by its label."""
    extras = {}
    for row, values in ready.frame.to_dict("index").items() if anchor or filters or folds else ():
        label, fold = ready.rows[row].label if row in ready.rows else row, folds.get(row, {})
        data, place = {name: str(values[name]) for name in filters}, f"{anchor}-{row}" if anchor else ""
        extras[str(label)] = RowExtra(place, data, fold.get("summary", ""), tuple(fold.get("of", ())))  # type: ignore[union-attr]
    return extras


def record(*frames: pd.DataFrame | None, name: str = "") -> None:
    """Record numbers of frames of results, for prose and later notebooks.

    The `value` of each row with the row's name as its id; with a `name`, every column of each row, as
    `<name>.<row>.<column>`; of a frame that says how its ids begin, all numbers as they are shown.
    """
    page = Appendix.current()
    for frame in (each for each in frames if each is not None):
        ready = _results(page, frame)
        begin = name or (f"{page.notebook}.{ready.name}" if ready.name else "")
        with page.store.letting(ready.passed):
            page.add(_all_of(ready, begin) if begin else quantities(ready.frame, ready.rows))


def _all_of(ready: "_Ready", begin: str) -> list[Result]:
    numbers = {name: column for name, column in ready.columns.items() if column.kind is not None}
    return results_in(tabulate(ready.frame, begin, numbers, ready.rows))


@dataclass(frozen=True)
class _Ready:
    """A frame that may be shown, and how."""

    frame: pd.DataFrame
    columns: Mapping[str, Column]
    rows: Mapping[str, Column] = field(default_factory=dict)
    header: str = ""
    passed: bool = False
    hidden: bool = False
    may_hide: bool = True  # rows may be gone because few people stand behind them
    group: str = ""
    name: str = ""
    extras: Mapping[str, RowExtra] = field(default_factory=dict)


_SOURCE, _INPUTS = "_source", "_inputs"  # columns of the frame that say what its numbers rest on


def _results(page: Appendix, frame: pd.DataFrame) -> _Ready:
    """A method's frame: judged where it is of people, with what it says of itself."""
    if not as_made(frame):
        raise _changed(page, frame)
    judged = page.judge(frame)
    said = description(judged.frame)
    if said is None or (page.store.tells_of_people(said.kind) and not judged.passed):
        raise _not_passed(page, str(said.kind) if said else "")
    frame = judged.frame.assign(**{_INPUTS: " ".join(said.inputs)})
    texts = {*said.words, *(name for name, column in said.columns.items() if column.text)}
    if said.kind is Kind.MEASURED and any(map(_numbers_in, (frame[name] for name in texts & {*frame}))):
        raise _not_passed(page, str(said.kind))
    columns = {
        name: column if name in texts else said.of(_resting(column))
        for name, column in said.columns.items()
        if name in frame
    }
    rows = {name: said.of(_resting(column)) for name, column in said.rows.items()}
    known = {name: _recorded(page, frame[name], each.ids) for name, each in columns.items() if each.ids}
    if VALUE in frame and rows:
        known[VALUE] = _recorded(page, frame[VALUE], "{row}", rows).infer_objects()
    frame = frame.assign(**known)
    frame = frame.set_index(said.named) if said.named else labelled(frame)
    anchors = zip(frame.index, frame[said.anchor], strict=True) if said.anchor else ()
    return _Ready(
        frame,
        columns,
        rows,
        said.header or (titled(in_words(frame.index.name or "", said.labels)) if said.labels is not None else ""),
        judged.passed,
        judged.hidden,
        said.basis is not None or (said.passed and said.labels is None) or page.store.tells_of_people(said.kind),
        said.group,
        said.name,
        {str(label): RowExtra(place) for label, place in anchors},
    )


def _numbers_in(texts: "pd.Series[Any]") -> bool:
    """Whether a column that is declared as text holds numbers, which no judge has seen then."""
    return any(isinstance(each, Real) and not isinstance(each, bool) and not pd.isna(each) for each in texts)


def _resting(column: Column) -> Column:
    """A column whose numbers rest on what the frame does, where the frame does not say it row by row."""
    return column if column.inputs else replace(column, inputs=_INPUTS)


def _changed(page: Appendix, frame: pd.DataFrame) -> InputError:
    return InputError(
        page.place,
        found=f"numbers that {description(frame).function} did not make",  # type: ignore[union-attr]
        expected="its frame: rows and columns may be chosen, numbers rounded",
        action="make them by a method that says what they are (analysis.described); or, if they are not of people, take off what "
        "the frame says of itself (frame.attrs.clear()) and say kind and source in the call",
    )


def _recorded(
    page: Appendix, values: "pd.Series[Any]", ids: str, rows: Mapping[str, Column] | None = None
) -> "pd.Series[Any]":
    """The values of a column; those that are recorded already, of `rows` by the same function, as these results: a number has one place."""
    found = []
    for row, value in values.items():
        known = page.store.by_id.get(ids.format(row=row))
        own = known is not None and (rows is None or known.function == rows[str(row)].function)
        found.append(known if own else "" if rows is None and pd.isna(value) else value)
    return pd.Series(found, values.index, dtype=object)


def _own(page: Appendix, frame: pd.DataFrame, said: dict[str, Any]) -> _Ready:
    """A researcher's own frame, with what the call or the frame says of it."""
    about = {key: value if value not in ("", None, ()) else frame.attrs.get(key, value) for key, value in said.items()}
    columns = _columns(page, frame, about)
    frame = frame.assign(**{_SOURCE: about["source"] or OWN, _INPUTS: " ".join(about["inputs"])})
    return _Ready(frame, columns)


def _frame(shown: Any) -> pd.DataFrame:
    if isinstance(shown, pd.Series):
        return shown.to_frame(shown.name if shown.name is not None else "value")
    if isinstance(shown, pd.DataFrame):
        return shown.rename(columns=lambda name: name if isinstance(name, str) else str(name))
    raise InputError(
        "show",
        found=f"{type(shown).__name__} without data",
        expected="a DataFrame, a Series, or a matplotlib figure with its data",
        action="show(fig, caption, data=frame, alt='what it shows')",
    )


def _columns(page: Appendix, frame: pd.DataFrame, about: dict[str, Any]) -> dict[str, Column]:
    numeric = [name for name in frame if pd.api.types.is_numeric_dtype(frame[name])]
    kind = _kind(page, about["kind"]) if numeric else None
    return {
        name: Column(
            _words(name),
            about["unit"],
            kind,
            _decimals(frame[name]) if about["decimals"] is None else int(about["decimals"]),
            source=_SOURCE,
            inputs=_INPUTS,
        )
        if name in numeric
        else Column(_words(name))
        for name in frame
    }


def _kind(page: Appendix, said: str) -> Kind:
    """The kind of a frame's numbers; InputError where none is said, or where they may tell of single people."""
    kinds = [str(kind) for kind in Kind if kind]
    if said not in kinds:
        raise InputError(
            page.place,
            found=f"numbers of the kind {said!r}" if said else "numbers without a kind",
            expected=f"how they are known: {', '.join(kinds)}",
            action="say it: show(frame, caption, kind='recomputed')",
        )
    kind = Kind(said)
    if page.store.tells_of_people(kind):
        raise _not_passed(page, said)
    return kind


def _not_passed(page: Appendix, kind: str) -> InputError:
    return InputError(
        page.place,
        found=f"numbers of the kind {kind!r} on a page about people",
        expected="numbers that disclosure control has passed, or that do not rest on records",
        action="make them by a method that says what they rest on (analysis.described), or look at them in a cell tagged "
        "'private'",
    )


def _words(column: object) -> str:
    """A column's name as a header.

    >>> _words("weeks_on_course")
    'Weeks on course'
    """
    words = str(column).replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _decimals(values: "pd.Series[Any]") -> int:
    """None for whole numbers, else two."""
    known = values.dropna()
    return 0 if (known == known.round()).all() else 2
