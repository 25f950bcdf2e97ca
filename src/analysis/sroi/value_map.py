"""A value map as data: who changes, how much, for how long, at what value, and what part of it the programme caused.

The columns are those of the Social Value value map (A guide to Social Return on Investment, Nicholls, Lawlor, Neitzert
and Goodspeed, 2012). A cell of a number holds a formula over ids of the assumption register, read by
`analysis.expressions` and never run.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import Field, create_model

from analysis.errors import InputError
from analysis.expressions import Expression, ExpressionError, Number, parse, references
from analysis.files import Strict, holds_something, validate
from analysis.sroi.prices import SERIES_NAME
from analysis.study import Study

FILE, SETTINGS = "value_map.csv", "value_map.yaml"

# Cells that hold formulas, with what an empty one stands for (None: it must not be empty; "": there is none).
FORMULAS: dict[str, str | None] = {
    "quantity": None,
    "change": "1",
    "proxy": "1",
    "duration": "",
    "deadweight": "0",
    "displacement": "0",
    "attribution": "0",
    "drop_off": "0",
}
WORDS = (
    "stakeholder",
    "outcome",
    "indicator",
    "proxy_source",
    "counterfactual",
    "evidence_level",
    "negative_sought",
    "note",
)
LABELS = {
    "row": "Row",
    "kind": "Input or outcome",
    "stakeholder": "Stakeholder",
    "outcome": "Outcome",
    "indicator": "Indicator",
    "quantity": "Quantity",
    "change": "Amount of change",
    "duration": "Duration (years)",
    "start": "Starts in year",
    "proxy": "Financial proxy",
    "proxy_source": "Source of the proxy",
    "deadweight": "Deadweight",
    "displacement": "Displacement",
    "attribution": "Attribution",
    "drop_off": "Drop-off",
    "beneficiaries": "Shares by beneficiary",
    "counterfactual": "Counterfactual",
    "evidence_level": "Level of evidence",
    "negative_sought": "Negative outcomes sought",
    "note": "Remark",
}
COLUMNS = tuple(LABELS)  # in the order of the file


class Term(Strict):
    """A named quantity between the register and the value map's cells."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="name used in formulas")
    label: str = Field(min_length=1, description="what it is")
    formula: str = Field(min_length=1, description="formula over register ids and other terms")


class Practice(Strict):
    """What a reader of the source found of a practice that the map's cells do not show."""

    status: Literal["met", "partly", "not met"]
    why: str = Field(min_length=1, description="what the source says of it, or that it says nothing")


class WithoutSupport(Strict):
    """Which result of an earlier notebook says how much would have been gained without support, and what it bears on."""

    notebook: str = Field(pattern=r"^\d{2}[a-z]?_[a-z_]+$", description="the notebook, run before")
    gain: str = Field(description="id of its result: the gain in a year without support, with its range")
    flattest: str = Field(
        default="",
        description="id of its result where the sign of the gain is not published: the smallest size of the gain",
    )
    years: str = Field(description="formula over the register: how long support lasted, in years")
    deadweight: str = Field(description="register entry that the gain would settle")
    outcome: str = Field(description="row of the value map that the entry acts on")
    units: dict[str, str] = Field(description="unit of the gain by how it is known: bounded, measured")


class CausalNote(Strict):
    """A published figure offered for what would have happened anyway, and whether the model uses it."""

    claim: str = Field(description="claim that gives the figure")
    offered_for: str
    enters: str = Field(description="where it enters the model, or that it does not")
    shows: str = Field(description="what it can and cannot show")
    without_support: WithoutSupport | None = None


class Settings(Strict):
    """What value_map.yaml says of a map as a whole."""

    price_year: int = Field(ge=1900, le=2100, description="price year in which values and costs are added")
    uprate_with: str | None = Field(
        default=None,
        pattern=rf"^({SERIES_NAME})$",
        description="price index by which money of other years enters: cpi, gdp_deflator, or index_NAME of the study's own",
    )
    discount_rate: str = Field(default="0", description="formula of the yearly discount rate")
    years: int | None = Field(
        default=None, ge=1, le=100, description="years shown; empty: as long as the longest outcome"
    )
    terms: tuple[Term, ...] = ()
    scenarios: dict[str, dict[str, float]] = Field(
        default_factory=dict, description="values by scenario that differ from the central ones"
    )
    practice: dict[str, Practice] = Field(
        default_factory=dict, description="practices that only a reader of the source can judge"
    )
    causal: tuple[CausalNote, ...] = ()


class RowNames(Strict):
    """What every row of value_map.csv must say, as text, and the columns with a form of their own."""

    row: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="name of the row")
    kind: Literal["cost", "outcome"] = Field(description="what the row adds to")
    start: str = Field(
        pattern=r"^\d{0,2}$", description="year in which the outcome begins, a whole number; empty: year 0"
    )
    outcome: str = Field(min_length=1, description="what changes, or what is paid for")
    quantity: str = Field(min_length=1, description="how many, or how much")
    stakeholder: str = ""
    beneficiaries: str = ""


_EMPTY: dict[str, Any] = {name: (str, "") for name in COLUMNS if name not in RowNames.model_fields}
RowText = create_model("RowText", __base__=RowNames, __doc__="One row of value_map.csv, as text.", **_EMPTY)


@dataclass(frozen=True)
class Row:
    """One row of a value map, its formulas parsed; `number` is its row in the file."""

    id: str
    kind: str
    start: int
    formulas: dict[str, Expression]
    shares: dict[str, Expression]
    words: dict[str, str]
    number: int

    @property
    def label(self) -> str:
        """The outcome, as shown."""
        return self.words["outcome"]

    @property
    def lasts(self) -> bool:
        """Whether the row's value is a flow over a duration; otherwise it falls in one year, whole."""
        return "duration" in self.formulas


@dataclass(frozen=True)
class ValueMap:
    """All rows, terms and settings of a map, with the names of the files they came from."""

    rows: tuple[Row, ...]
    terms: dict[str, Expression]
    settings: Settings
    discount_rate: Expression
    name: str
    settings_name: str
    term_labels: dict[str, str] = field(default_factory=dict)

    @property
    def outcomes(self) -> tuple[Row, ...]:
        """The rows that add value."""
        return tuple(row for row in self.rows if row.kind == "outcome")

    @property
    def costs(self) -> tuple[Row, ...]:
        """The rows that cost."""
        return tuple(row for row in self.rows if row.kind == "cost")

    @property
    def beneficiaries(self) -> tuple[str, ...]:
        """Everyone a share of value goes to, in order of first mention."""
        return tuple(dict.fromkeys(name for row in self.outcomes for name in row.shares))

    def terms_in_order(self) -> Iterator[tuple[str, Expression]]:
        """Terms, each after those it names; there is no cycle (`checks.check_names`)."""
        waiting = dict(self.terms)
        while waiting:
            name = next(name for name, formula in waiting.items() if not set(references(formula)) & set(waiting))
            yield name, waiting.pop(name)

    def trouble(self, row: Row, column: str, found: str, expected: str, action: str) -> InputError:
        """An error at a cell."""
        return InputError(self.name, row=row.number, column=column, found=found, expected=expected, action=action)


def has_value_map(study: Study) -> bool:
    """Whether the study brings a value map."""
    return (study.raw / FILE).is_file() and holds_something(study.raw / FILE, study.name(FILE))


def read_value_map(study: Study, changed: Mapping[str, Any] | None = None) -> ValueMap:
    """Read a study's value_map.csv and value_map.yaml, with settings `changed`; InputError for a cell that does not fit."""
    rows = [(number, values) for number, values in study.table(FILE, COLUMNS)]
    settings = study.document(SETTINGS)
    settings = settings | changed if changed and isinstance(settings, dict) else settings
    return build(rows, settings, study.name(FILE), study.name(SETTINGS))


def build(rows: list[tuple[int, dict[str, str]]], settings: Any, name: str, settings_name: str) -> ValueMap:
    """A value map from rows of text and a settings document, wherever they were read."""
    checked = validate(Settings, settings if isinstance(settings, dict) else {"": settings}, settings_name, None)
    parsed = tuple(_row(number, values, name) for number, values in rows)
    _check_rows(parsed, name)
    terms = {term.id: _formula(term.formula, settings_name, None, f"terms.{term.id}") for term in checked.terms}
    if len(terms) < len(checked.terms):
        raise InputError(
            settings_name,
            column="terms",
            found="one id for two terms",
            expected="every id once",
            action="rename one of them",
        )
    rate = _formula(checked.discount_rate, settings_name, None, "discount_rate")
    return ValueMap(parsed, terms, checked, rate, name, settings_name, {term.id: term.label for term in checked.terms})


def _row(number: int, values: Mapping[str, str], name: str) -> Row:
    text = validate(RowText, dict(values), name, number)
    cells = {column: getattr(text, column) or default for column, default in FORMULAS.items()}
    formulas = {column: _formula(cell, name, number, column) for column, cell in cells.items() if cell}
    words = {column: getattr(text, column) for column in WORDS}
    return Row(text.row, text.kind, int(text.start or 0), formulas, _shares(text, number, name), words, number)


def _formula(text: str, name: str, row: int | None, column: str) -> Expression:
    try:
        return parse(text)
    except ExpressionError as error:
        raise InputError(
            name,
            row=row,
            column=column,
            found=f"{text!r}: {error}",
            expected="a number, or a formula of numbers, register ids, + - * / and parentheses",
            action="correct the formula",
        ) from None


def _shares(text: RowNames, number: int, name: str) -> dict[str, Expression]:
    """`government: 0.35; households: 0.65` as formulas; an empty cell gives the stakeholder everything."""
    if text.kind == "cost" or not text.beneficiaries:
        return {} if text.kind == "cost" else {text.stakeholder or text.outcome: Number(1.0)}
    shares: dict[str, Expression] = {}
    for part in text.beneficiaries.split(";"):
        who, colon, formula = (piece.strip() for piece in part.partition(":"))
        if not colon or not who or who in shares:
            raise InputError(
                name,
                row=number,
                column="beneficiaries",
                found=repr(part.strip()),
                expected="name: share; name: share, each name once",
                action="write the cell as 'government: 0.35; households: 0.65'",
            )
        shares[who] = _formula(formula, name, number, "beneficiaries")
    return shares


def _check_rows(rows: tuple[Row, ...], name: str) -> None:
    seen: set[str] = set()
    for row in rows:
        if row.id in seen:
            raise InputError(
                name,
                row=row.number,
                column="row",
                found=f"{row.id!r} twice",
                expected="every name once",
                action="rename one row",
            )
        seen.add(row.id)
    for kind in ("cost", "outcome"):
        if all(row.kind != kind for row in rows):
            raise InputError(
                name,
                column="kind",
                found=f"no row of the kind '{kind}'",
                expected="at least one",
                action=f"add a row of the kind '{kind}'",
            )


def cells(row: Row) -> Iterator[tuple[str, Expression]]:
    """All formulas of a row with the column each stands in."""
    yield from row.formulas.items()
    yield from (("beneficiaries", share) for share in row.shares.values())
