"""`show`: a researcher's own frame or figure on the page, with number, caption, kind and source.

    gain = pd.DataFrame({"weeks": [12, 20]}, index=["first course", "second course"])
    show(gain, "Weeks of each course", kind="published", unit="weeks", source="Table 3 of the report")

What a frame says of itself in `frame.attrs` (kind, unit, decimals, source, inputs) need not be said again.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.errors import InputError
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.results import Column, Kind, slug

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OWN = "a cell of this notebook"  # where a number comes from that its cell says nothing of


def show(
    shown: "pd.DataFrame | pd.Series | Figure",
    caption: str,
    *,
    data: pd.DataFrame | None = None,
    alt: str = "",
    kind: str = "",
    unit: str = "",
    decimals: int | None = None,
    source: str = "",
    inputs: Iterable[str] = (),
    note: str = "",
    name: str = "",
) -> Display:
    """Put a frame, or a matplotlib figure with its `data`, on the page that the notebook has open.

    `kind` says how the numbers are known (see `analysis.results.Kind`), `unit` and `decimals` how they are written,
    `source` and `inputs` (ids such as `claim:CP-012`) what they rest on; `alt` says in words what a figure shows. Columns
    of text stand as they are. Raises InputError, which says what to do, for numbers without a kind, for numbers of people
    that have not passed disclosure control, and as `Appendix.table` and `Appendix.figure` do.
    """
    page = Appendix.current()
    frame = _frame(shown if data is None else data)
    said = {
        "kind": kind,
        "unit": unit,
        "decimals": decimals,
        "source": source,
        "inputs": tuple(inputs),
    }
    about = {key: value if value not in ("", None, ()) else frame.attrs.get(key, value) for key, value in said.items()}
    columns = _columns(page, frame, about)
    frame = frame.assign(**{_SOURCE: about["source"] or OWN, _INPUTS: " ".join(about["inputs"])})
    text = {key: "label" for key, column in columns.items() if column.kind is None}
    key = name or slug(caption)
    if isinstance(shown, pd.DataFrame | pd.Series):
        return page.table(key, frame, columns, caption, note=note, text=text)
    return page.figure(key, shown, caption, alt or caption, frame, columns, text=text)


_SOURCE, _INPUTS = "_source", "_inputs"  # columns of the frame that say what its numbers rest on


def _frame(shown: Any) -> pd.DataFrame:
    if isinstance(shown, pd.Series):
        return shown.to_frame(shown.name if shown.name is not None else "value")
    if isinstance(shown, pd.DataFrame):
        return shown.rename(columns=str)
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
    if kind is Kind.MEASURED or page.tells_of_people(kind):
        raise InputError(
            page.place,
            found=f"numbers of the kind {said!r} on a page about people",
            expected="numbers that disclosure control has passed, or that do not rest on records",
            action="show them through the page's own tables (evidence.protected), or look at them in a cell tagged 'private'",
        )
    return kind


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
