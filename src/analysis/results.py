"""The record of every computed number: what it is, how it is known, what it rests on, and how it is written."""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import pandas as pd

from analysis.currency import currency_of, sign as currency_sign
from analysis.errors import InputError

NOT_AVAILABLE = "not available"
VALUE = "value"  # the column of a frame whose rows hold different quantities
SIGNIFICANT_DIGITS = 12  # of every stored number, so that another processor's last bit does not show
_ID = re.compile(r"[a-z0-9_]+(?:[.\-:][A-Za-z0-9_]+)*")
_BARE = re.compile(r"[1-9]\d{3,}")  # a whole number of a source that sets no commas
DATED = ("date", "calendar year")  # units of which four digits are a year
_PLAIN = re.compile(r"[-+]\d+(\.\d+)?%?")  # a number with its sign, in a text


class Kind(StrEnum):
    """How a number is known."""

    PUBLISHED = "published"
    RECOMPUTED = "recomputed"
    MEASURED = "measured"
    BOUNDED = "bounded"
    ASSUMED = "assumed"
    CALIBRATED = "calibrated"
    REFERENCE = "reference"
    TALLY = ""  # how many of this project's own checks, claims or trials: no figure of a source, and of no kind


KIND_MEANING: dict[Kind, str] = {
    Kind.PUBLISHED: "taken from the source as it is given there, with its place and its rounding",
    Kind.RECOMPUTED: "follows from published numbers by a stated formula",
    Kind.MEASURED: "computed from participant records that a research team supplied",
    Kind.BOUNDED: "the range that all records consistent with the published figures could give",
    Kind.ASSUMED: "an entry of the assumption register",
    Kind.CALIBRATED: "solved for so that the model meets a published figure; no evidence for that figure",
    Kind.REFERENCE: "public statistics",
}


@dataclass(frozen=True)
class Result:
    """One number of one run.

    `decimals` is the precision it is shown at (negative: rounded to tens, hundreds...). `low` and `high` are the ends
    of the interval that `interval` names ("rounding", "95% confidence", "bounds"). `inputs` are the ids of claims,
    assumptions and results it rests on; `function` the public function that computed it; `source` the place in print.
    A value of None is a number that is not available; `note` then says why. `printed` is the wording of a published
    figure ("over £14,520,000"), shown as it is. Raises ValueError for an id that is none, and for an interval from sampling
    that is called a bound.
    """

    id: str
    label: str
    value: float | int | str | None
    unit: str
    kind: Kind
    decimals: int = 0
    low: float | None = None
    high: float | None = None
    interval: str = ""
    base: int | None = None
    inputs: tuple[str, ...] = ()
    function: str = ""
    source: str = ""
    note: str = ""
    printed: str = ""

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ValueError(f"{self.id!r} is no result id: small letters, digits, _ and . only")
        if self.kind == Kind.BOUNDED and "%" in self.interval:  # the level of an interval from sampling
            raise ValueError(
                f"{self.id!r} is called bounded; its interval ({self.interval}) comes from sampling and is no bound"
            )

    def __str__(self) -> str:
        """The number as a frame of results shows it."""
        return self.text

    @property
    def text(self) -> str:
        """The number as it is shown, without its interval; a published one as its source prints it.

        A range of one point, without a value beside it, is that point; of a wider one it is said that it is a range, since
        nothing that has a range is missing. A published figure in bare digits is written as this project writes such numbers.

        >>> Result("a", "People", 1875, "people", Kind.PUBLISHED, printed="1875").text
        '1,875'
        """
        if self.printed:
            bare = self.unit not in DATED and _BARE.fullmatch(self.printed)
            return write(int(self.printed), self.unit, 0) if bare else self.printed
        said = "range" if self.value is None and self.interval_text else write(self.value, self.unit, self.decimals)
        return self._point or said

    @property
    def _point(self) -> str:
        """The one number that is written for both ends of a range without a value; an empty text where there is none."""
        if self.value is not None or self.low is None or self.high is None:
            return ""
        low, high = (write(end, self.unit, self.decimals) for end in (self.low, self.high))
        return low if low == high else ""

    @property
    def interval_text(self) -> str:
        """The interval as it is shown; an empty text where there is none, or none that says more than the number.

        >>> Result("a", "Share", None, "%", Kind.BOUNDED, low=4, high=4).interval_text
        '4%'
        """
        if self.low is None or self.high is None or self.printed:
            return ""
        if self._point or self.low == self.high:
            return self._point
        return f"{write(self.low, self.unit, self.decimals)} to {write(self.high, self.unit, self.decimals)}"


RESULT_FIELDS: dict[str, tuple[str, str]] = {  # of a stored result: what it holds, and what it means
    "id": ("text", "notebook, table, row and column, or a name of its own; the key of the entry"),
    "label": ("text", "what the number is, in words"),
    "value": (
        "a number, a text or nothing",
        "the number itself, at twelve significant digits, or as it is shown if it rests on records of people; nothing where it "
        "is not available, or where words stand in its place",
    ),
    "unit": ("text", "unit of the value"),
    "kind": (
        "one of " + ", ".join(f"{kind}" for kind in KIND_MEANING),
        "how the number is known; nothing for a tally of the project's own work",
    ),
    "decimals": ("a whole number", "decimals it is shown with; negative: rounded to tens, hundreds and so on"),
    "low": ("a number or nothing", "low end of its interval"),
    "high": ("a number or nothing", "high end of its interval"),
    "interval": ("text", "what the interval is: rounding, confidence, bounds"),
    "base": ("a whole number", "number of people or things it is based on"),
    "inputs": ("a list of text", "ids of the claims, assumptions and results it rests on"),
    "function": ("text", "the public function that computed it"),
    "source": ("text", "its place in the source, or the formula it follows"),
    "note": ("text", "a remark; where there is no value, why"),
    "printed": ("text", "the wording of a published figure"),
    "text": ("text", "the number as pages show it"),
}


def write(value: float | int | str | None, unit: str, decimals: int) -> str:
    """A value with its unit as British readers write it: `£4.67`, `27%`, `1,875`; `not available` for none.

    >>> write(1875, "people", 0), write(4.666, "GBP per GBP", 2), write(26.7, "%", 0)
    ('1,875', '£4.67', '27%')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return NOT_AVAILABLE
    if isinstance(value, str):
        return value
    if math.isinf(value):
        return "no upper limit" if value > 0 else "no lower limit"
    rounded = _at(value, decimals)
    if unit == "calendar year":
        return f"{rounded:.0f}"
    digits = f"{abs(rounded):,.{max(decimals, 0)}f}"
    sign = "−" if rounded < 0 else ""
    if code := currency_of(unit):
        return f"{sign}{currency_sign(code)}{digits}"
    return f"{sign}{digits}%" if unit == "%" else f"{sign}{digits}"


def stored(value: float | int | str | None) -> float | int | str | None:
    """A value as files keep it: 12 significant digits; infinities and nan as words, since JSON has none."""
    if not isinstance(value, float):
        return value
    if math.isfinite(value):
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}")
    return None if math.isnan(value) else ("unbounded above" if value > 0 else "unbounded below")


def as_shown(result: Result) -> Result:
    """A number as it is shown, and nothing besides: none where words stand in its place, and no digit more.

    What a reader may not see of people must not lie in a file either. From a p-value with twelve digits the counts behind
    it can be worked out, from one that reads "under 0.001" they cannot.

    >>> as_shown(Result("a", "Share", 58.823529, "%", Kind.MEASURED)).value
    59.0
    """
    if result.printed:
        return replace(result, value=None, low=None, high=None)
    value, low, high = (_at(end, result.decimals) for end in (result.value, result.low, result.high))
    return replace(result, value=value, low=low, high=high)


def _at(value: float | int | str | None, decimals: int) -> float | int | str | None:
    """A number at its decimals; what is not finite, and words, as they are."""
    if value is None or isinstance(value, str) or not math.isfinite(value):
        return value
    return round(stored(value), decimals) + 0  # type: ignore[arg-type, return-value]


@dataclass(frozen=True)
class Column:
    """How one column of a table of numbers is recorded and shown.

    `kind` None marks a column of text. `low` and `high` name the columns of the frame that hold the interval;
    `source` the column with the place or inputs of each number; `kinds` a column with the kind of each number, `units` one
    with its unit, `places` one with its decimals, `notes` one with its note. A number that would read zero at its decimals
    reads `under` the `least`, where one is named. `ids` is the id under which each number is recorded already, with `{row}` for
    the name of its row. `text` marks a column of text, and says how it is shown if not as a `label` (`reporting.tables.TEXT_MODES`).
    """

    label: str
    unit: str = ""
    kind: Kind | None = None
    decimals: int = 0
    low: str = ""
    high: str = ""
    interval: str = ""
    function: str = ""
    inputs: str = ""
    source: str = ""
    kinds: str = ""
    units: str = ""
    note: str = ""
    least: float | None = None
    places: str = ""
    notes: str = ""
    ids: str = ""
    text: str = ""


def p_column(label: str = "p-value") -> Column:
    """A column of p-values as readers write them: three decimals, and in words where they would all be zero."""
    return Column(label, decimals=3, least=0.001)


def tabulate(
    frame: pd.DataFrame, prefix: str, columns: Mapping[str, Column], rows: Mapping[str, Column] | None = None
) -> pd.DataFrame:
    """Turn the number columns of a frame into Results with ids `prefix.<row>.<column>`; text columns stay.

    The index gives the row part of the id and, with its name, the row header. Only the columns named in `columns`
    are kept, in that order. A cell that is a Result already, such as a published figure, stays as it is. Where rows hold
    different quantities, `rows` says by index what the `value` of each is, and its label heads the row.
    """
    rows = rows or {}
    labels = [rows[str(index)].label if str(index) in rows else index for index in frame.index]
    cells = {
        name: [
            _cell(
                row,
                f"{prefix}.{slug(index)}.{slug(name)}",
                str(label),
                _in_row(column, name, rows.get(str(index))),
                name,
            )
            for label, (index, row) in zip(labels, zip(frame.index, frame.to_dict("records"), strict=True), strict=True)
        ]
        for name, column in columns.items()
    }
    return pd.DataFrame(cells, index=pd.Index(labels, name=frame.index.name), dtype=object)


def _in_row(column: Column, name: str, row: Column | None) -> Column:
    """How a cell is recorded and shown in a row of its own quantity: the value as the row says, ends in its unit."""
    if row is None or name not in (VALUE, "low", "high"):
        return column
    return row if name == VALUE else replace(column, unit=row.unit, decimals=row.decimals, least=row.least)


def quantities(frame: pd.DataFrame, rows: Mapping[str, Column]) -> list[Result]:
    """The `value` of each row of a frame as a Result of its own, with the index as its id."""
    return [
        _cell(row, str(index), rows[str(index)].label, rows[str(index)], VALUE)  # type: ignore[misc]
        for index, row in zip(frame.index, frame.to_dict("records"), strict=True)
    ]


class Labelled(str):
    """A label that stands for an id, as the header of a row: the label is shown, ids of results are made of `key`."""

    key: str

    def __new__(cls, label: str, key: str) -> "Labelled":
        """The label, which knows its key."""
        made = super().__new__(cls, label)
        made.key = key
        return made

    def __getnewargs__(self) -> tuple[str, str]:
        """What a copy is made of."""
        return str(self), self.key


def in_words(name: object, labels: Mapping[str, str]) -> str:
    """What an id is called: its label, or else the id as words.

    >>> in_words("drop_off", {}), in_words("weeks", {"weeks": "weeks of engagement"})
    ('drop off', 'weeks of engagement')
    """
    return labels.get(str(name), str(name).replace("_", " "))


def slug(text: object) -> str:
    """A text as part of an id: small letters, digits and single underscores; of a label that stands for an id, the id.

    >>> slug("50 years or over"), slug(Labelled("Yearly discount rate", "discount_rate"))
    ('50_years_or_over', 'discount_rate')
    """
    text = text.key if isinstance(text, Labelled) else text
    return re.sub(r"[^a-z0-9]+", "_", str(text).lower()).strip("_") or "_"


def _cell(row: dict[str, object], result_id: str, row_label: str, column: Column, name: str) -> object:
    if isinstance(row[name], Result):
        return row[name]
    value = plain_number(row[name])
    if value == "" or (column.kind is None and not column.kinds):
        return "" if value is None else value
    under = column.least is not None and isinstance(value, int | float) and value < column.least / 2
    return Result(
        id=result_id,
        label=row_label if column.label == row_label else f"{row_label}: {column.label}",
        value=value,
        unit=str(row[column.units]) if column.units else column.unit,
        kind=Kind(row[column.kinds]) if column.kinds else column.kind,
        decimals=int(row[column.places]) if column.places else column.decimals,  # type: ignore[call-overload]
        low=plain_number(row[column.low]) if column.low else None,
        high=plain_number(row[column.high]) if column.high else None,
        interval=column.interval,
        inputs=tuple(str(row[column.inputs] or "").split()) if column.inputs else (),
        function=column.function,
        source=str(row[column.source] or "") if column.source else "",
        note=str(row[column.notes] or "") if column.notes else column.note,
        printed=f"under {column.least:g}" if under else "",
    )


def drawn(frame: pd.DataFrame, columns: Mapping[str, Column]) -> pd.DataFrame:
    """The frame with the columns of numbers, and their intervals, as they are shown, so that a figure tells no more.

    >>> drawn(pd.DataFrame({"mean": [5.1228]}), {"mean": Column("Mean", "points", Kind.MEASURED, 1)})["mean"].to_list()
    [5.1]
    """
    decimals = {
        name: column.decimals
        for key, column in columns.items()
        if column.kind
        for name in (key, column.low, column.high)
        if name in frame
    }
    return frame.assign(
        **{
            name: [_at(plain_number(value), to) for value in pd.to_numeric(frame[name])]
            for name, to in decimals.items()
        }
    ).astype(dict.fromkeys(decimals, float))


def plain_number(value: object) -> float | int | str | None:
    """A value as Python's own: a number from numpy's kinds, None where it is missing."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, str | int | float):
        return value
    return value.item() if hasattr(value, "item") else str(value)


def _numeric(result: Result) -> bool:
    return any(isinstance(each, int | float) for each in (result.value, result.low, result.high))


# Kinds of number that hold nothing of records, whatever else a page shows.
FROM_ELSEWHERE = frozenset({Kind.PUBLISHED, Kind.ASSUMED, Kind.REFERENCE})


@dataclass
class ResultStore:
    """All results of one notebook run, or of one study, by id.

    A measured number is kept as it is shown; where the run rests on records of people (`of_people`), so is every other
    number that may follow from them. A `guarded` store takes such numbers only while disclosure control `lets` them in.
    """

    by_id: dict[str, Result] = field(default_factory=dict)
    of_people: bool = False
    guarded: bool = False
    lets: bool = False

    def add(self, results: Iterable[Result]) -> None:
        """Record results; the same id twice must mean the same result, else ValueError.

        Raises InputError for a number of people's records that no rule of disclosure control lets in.
        """
        for result in map(self._kept, results):
            known = self.by_id.setdefault(result.id, result)
            if known != result:
                raise ValueError(f"two different results share the id {result.id}")

    def _kept(self, result: Result) -> Result:
        if not self.tells_of_people(result.kind):
            return (
                as_shown(result) if self.lets and result.kind is Kind.ASSUMED else result
            )  # of people, under an assumption
        if self.guarded and not self.lets and _numeric(result):
            raise InputError(
                "results",
                column=result.id,
                found="a number of people's records that no rule has judged",
                expected="a number that disclosure control lets be shown",
                action="say beside the method what it rests on (analysis.described.Basis), and use show or record",
            )
        return as_shown(result)

    @contextmanager
    def letting(self, passed: bool = True) -> Iterator[None]:
        """Take numbers of people that have passed disclosure control while this lasts."""
        before, self.lets = self.lets, passed
        try:
            yield
        finally:
            self.lets = before

    def tells_of_people(self, kind: Kind) -> bool:
        """Whether a number of this kind may rest on the records of people that the run has read."""
        return kind is Kind.MEASURED or (self.of_people and kind not in FROM_ELSEWHERE)

    def __getitem__(self, result_id: str) -> Result:
        return self.by_id[result_id]

    def __iter__(self) -> Iterator[Result]:
        return iter(self.by_id.values())

    def __len__(self) -> int:
        return len(self.by_id)

    def records(self, ids: Iterable[str]) -> dict[str, dict[str, object]]:
        """Some results as JSON keeps them, sorted by id."""
        return {key: _record(self.by_id[key]) for key in sorted(set(ids))}

    @classmethod
    def of_records(cls, rows: Mapping[str, dict[str, object]]) -> "ResultStore":
        """The results of what `records` gave."""
        return cls({key: _from_record(key, row) for key, row in rows.items()})

    def write(self, path: Path, **heading: object) -> None:
        """Write all results as JSON, sorted by id, to a temporary name first."""
        rows = self.records(self.by_id)
        write_text(path, json.dumps({**heading, "results": rows}, indent=1, ensure_ascii=False, allow_nan=False) + "\n")

    @classmethod
    def read(cls, path: Path) -> "ResultStore":
        """Read what `write` wrote."""
        state = path.stat()
        return cls(dict(_read(path, state.st_mtime_ns, state.st_size, state.st_ino)))


@lru_cache(maxsize=64)
def _read(path: Path, *state: int) -> dict[str, Result]:
    """The results in a file as long as it stays in one state; publication reads each file several times."""
    rows = json.loads(path.read_text(encoding="utf-8"))["results"]
    return {key: _from_record(key, row) for key, row in rows.items()}


_ALWAYS = ("label", "value", "unit")


def _record(result: Result) -> dict[str, object]:
    row = {
        key: value
        for key, value in asdict(result).items()
        if key in _ALWAYS or (key != "id" and value not in ("", (), None))
    }
    row["value"] = stored(result.value)
    row |= {end: stored(getattr(result, end)) for end in ("low", "high") if getattr(result, end) is not None}
    return row | {"kind": str(result.kind), "text": result.text}


def _from_record(result_id: str, row: dict[str, object]) -> Result:
    known = {key: value for key, value in row.items() if key != "text"}
    ends = {"unbounded above": math.inf, "unbounded below": -math.inf}
    known |= {key: ends[known[key]] for key in ("value", "low", "high") if known.get(key) in ends}
    known |= {"kind": Kind(str(row["kind"])), "inputs": tuple(row.get("inputs", ()))}
    return Result(id=result_id, **known)  # type: ignore[arg-type]


def write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all, in UTF-8 with plain line ends.

    InputError for halves of letters, which names of files can hold and no text can.
    """
    try:
        content = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(
            path.name,
            found=f"what is no letter, in {text[max(0, error.start - 20) : error.end + 20]!r}",
            expected="text in UTF-8",
            action="rename the file whose name this is",
        ) from None
    write_bytes(path, content)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: to a temporary name beside it, then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_bytes(content)
    temporary.replace(path)


def write_csv(path: Path, frame: pd.DataFrame) -> None:
    """Write a table as CSV: numbers at 12 significant digits, no text that a spreadsheet would take for a formula."""
    safe = frame.map(lambda cell: inert(stored(plain_number(cell))))
    write_text(path, safe.to_csv(index=False, lineterminator="\n"))


def inert(cell: float | int | str | None) -> float | int | str | None:
    """A text that a spreadsheet would run as a formula, with an apostrophe before it; anything else, a number too, as it is.

    >>> inert("=HYPERLINK(1)"), inert("ten"), inert("-2.31"), inert("-2+cmd")
    ("'=HYPERLINK(1)", 'ten', '-2.31', "'-2+cmd")
    """
    runs = isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not _PLAIN.fullmatch(cell)
    return f"'{cell}" if runs else cell
