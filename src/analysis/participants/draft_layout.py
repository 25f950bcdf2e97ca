"""`sources` in `records.yaml`: how a team's own workbooks and exports, whatever they are called, become participant files."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from analysis.files import Strict

ASK, LEAVE_OUT, SESSION, ATTENDED, WAVE = "?", "leave out", "session", "attended", "wave"
SAME, OTHER, ALL = "same", "other", "all"
Unit = Literal["years", "months", "weeks", "days", "?"]
Order = Literal["day first", "month first", "iso", "?"]
Moment = Annotated[str, Field(pattern=r"^([a-z][a-z0-9]*|leave out|\?)$")]


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _keys(value: Any) -> Any:
    """YAML reads 99 as a number and yes as true; a file's own words are texts."""
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else value


def _deep_keys(value: Any) -> Any:
    return {key: _keys(item) for key, item in _keys(value).items()} if isinstance(value, dict) else value


Text = Annotated[str, BeforeValidator(_text)]
Row = Annotated[int, Field(ge=1)]
Columns = Annotated[dict[str, Text], BeforeValidator(_keys)]
Answers = Annotated[dict[str, dict[str, Text]], BeforeValidator(_deep_keys)]


class Source(Strict):
    """One table of a team's own: a CSV or SPSS file, or a sheet of a workbook.

    `header` is the row of the column names, `last` the last row that is read. `columns` says of each column which of the
    data dictionary it is; an item such as `confidence` takes the `wave` of the source: `pre` (asked before), `then`
    (remembered), `post` (asked after), or one under `later`; `gad.1` is the first question of a score. Where rows are of several waves, one column is `wave` and `waves` says what its
    values mean. `session` is a column with a mark for each person who came,
    `attended` one that says so of each row of a list. `dates` goes before what is said of all sources. `units` are of times without a unit
    in the cell; `values` what answers mean, `cells` what single ones (by row) are; `reversed` items whose best answer has the
    least number; `leave_out_rows` rows and why; `near_ids` whether the id in a row is the `same` person's as the one it
    nearly agrees with, or some `other`; under `all` it holds for every row whose id differs from another in punctuation and
    noughts alone. `rows` is as for exports of platforms. Wherever `?` stands, a decision is needed.
    """

    file: str
    sheet: str | None = None
    header: Row = 1
    last: Row | None = None
    table: Literal["questionnaire", "attendance", "advice_contacts", "leave out", "?"]
    wave: Moment | None = None
    waves: Annotated[dict[str, Moment], BeforeValidator(_keys)] = Field(default_factory=dict)
    dates: Order | None = None
    units: dict[str, Unit] = Field(default_factory=dict)
    reversed: tuple[str, ...] = ()
    columns: Columns = Field(default_factory=dict)
    values: Answers = Field(default_factory=dict)
    cells: dict[str, dict[Row, Text]] = Field(default_factory=dict)
    leave_out_rows: dict[Row, Text] = Field(default_factory=dict)
    near_ids: dict[Row | Literal["all"], Literal["same", "other", "?"]] = Field(default_factory=dict)
    rows: dict[str, Annotated[dict[str, Literal["read", "leave out"]], BeforeValidator(_keys)]] = Field(
        default_factory=dict
    )

    @property
    def name(self) -> str:
        """The source as messages call it."""
        return f"{self.file}, sheet {self.sheet}" if self.sheet else self.file
