"""The ledger of claims: every quantitative statement of a source, one row each."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from analysis.described import aside, reading
from analysis.errors import InputError
from analysis.expressions import Expression, ExpressionError, find_cycle, parse, references
from analysis.files import Strict, read_csv, validate
from analysis.quantities import Interval, Printed, parse_printed, parse_range
from analysis.results import Kind, Result, write

COLUMNS = (
    "claim_id",
    "line",
    "section",
    "quantity",
    "statement",
    "printed",
    "value",
    "unit",
    "base",
    "kind",
    "formula",
    "note",
)
OPTIONAL = ("answers", "items", "scale", "document", "page", "search")
MOST_CLAIMS = 10_000  # of one ledger; its page then has nine megabytes
MOST_WORDS = 5  # of a source, to search for
ClaimKind = Literal[
    "count",
    "share",
    "money",
    "ratio",
    "target",
    "progress",
    "mean",
    "score",
    "statistic",
    "duration",
    "date",
    "threshold",
    "assumption",
    "reference",
]
# Figures that stand for themselves when something is computed from them; all others were rounded before printing.
STIPULATED = frozenset({"count", "threshold", "assumption", "duration"})
_IN_TEXT = re.compile(r"(?<![\w-])[A-Z]{2,4}-\d{3,}")
_RANGE = re.compile(r"(\S+?)\.\.(\S+)")
_WEIGHTED = re.compile(r"(?<!un-)(?<!non-)\b(?:re)?weighted\b|\bgewichtet", re.IGNORECASE)
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_POINT = re.compile(r"(?<![\d.,])([1-9]\d{0,2})\.(?=\d{3}(?![\d.,]))")  # of thousands, or of three decimals


class Text(Strict):
    """The text of a document whose lines the ledger counts."""

    name: str = Field(min_length=1, description="name of the file")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="its SHA-256, in hexadecimal digits")


class Document(Strict):
    """A further document of a study, beside its source."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="name that claims.csv refers to it by")
    title: str = Field(min_length=1, description="its title")
    published: Annotated[str | None, BeforeValidator(lambda value: value if value is None else str(value))] = Field(
        default=None, description="year or date of publication"
    )
    address: str | None = Field(default=None, description="web address or DOI")
    text: Text | None = Field(default=None, description="the text whose lines are counted")


class Claim(Strict):
    """One quantitative statement of a source."""

    claim_id: str = Field(
        pattern=r"^[A-Z]{2,4}-\d{3,}$", description="prefix of the study and a number, in source order"
    )
    line: int = Field(ge=1, description="line of the source text that gives the figure")
    section: str = Field(min_length=1, description="heading under which the reader of the published document finds it")
    quantity: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="what is measured; restatements share it")
    statement: str = Field(min_length=1, max_length=200, description="what the figure says, in this project's words")
    printed: str = Field(min_length=1, description="the figure exactly as published")
    value: str = Field(min_length=1, description="the figure as a number, an ISO date, or a range a..b")
    unit: str = Field(min_length=1, description="unit of the value")
    base: str = Field(description="claim that gives the base of a percentage or mean, if one does")
    kind: ClaimKind = Field(description="what sort of figure it is")
    formula: str = Field(description="how the figure follows from other claims, if it does")
    note: str = Field(description="what is ambiguous, damaged or missing, and how a figure was read that is no figure")
    answers: Literal["", "whole", "measured", "weighted"] = Field(
        default="",
        description="whether what is counted or averaged is whole for each person (an answer, a child) or measured (hours, money), or the figure is weighted",
    )
    items: str = Field(
        default="", pattern=r"^([1-9]\d{0,3})?$", description="how many items each person's score is the mean of"
    )
    scale: str = Field(
        default="", pattern=r"^(-?\d{1,4}\.\.-?\d{1,4})?$", description="lowest and highest answer of a scale, as a..b"
    )

    document: str = Field(
        default="",
        pattern=r"^([a-z][a-z0-9_]*)?$",
        description="document of study.yaml that gives it; empty: the study's source",
    )
    page: str = Field(
        default="", pattern=r"^(\d{1,4}|[ivxlc]{1,8})?$", description="page of the document, as it is numbered"
    )
    search: str = Field(
        default="", description="published words to search the document for, the figure among them, at most five"
    )

    @field_validator("search")
    @classmethod
    def _few_words(cls, text: str) -> str:
        if len(text.split()) > MOST_WORDS:
            raise ValueError(f"at most {MOST_WORDS} words, not {len(text.split())}")
        return text

    @field_validator("formula")
    @classmethod
    def _in_the_grammar(cls, text: str) -> str:
        if text:
            try:
                parse(text)
            except ExpressionError as error:
                raise ValueError(f"a formula of numbers, claim:ids, + - * / and parentheses: {error}") from None
        return text

    @field_validator("scale")
    @classmethod
    def _rises(cls, text: str) -> str:
        low, _, high = text.partition("..")
        if text and int(low) >= int(high):
            raise ValueError(f"a scale from its lowest to its highest answer, not {text!r}")
        return text

    @model_validator(mode="after")
    def _value_fits_the_print(self) -> "Claim":
        if wrong := self._misfit_of_dates() if self.is_date else self._misfit():
            raise ValueError(wrong)
        return self

    @model_validator(mode="after")
    def _searched_with_its_figure(self) -> "Claim":
        if self.search and not any(word in self.search.lower() for word in self.printed.lower().split()):
            raise ValueError(f"words to search for with a word of {self.printed!r} among them, not {self.search!r}")
        return self

    def _misfit_of_dates(self) -> str:
        ends = _RANGE.fullmatch(self.value)
        fits = all(map(_is_date, ends.groups() if ends else (self.value,)))
        return (
            ""
            if fits
            else f"value to be a number, an ISO date (2017-07 for July 2017) or a range a..b, not {self.value!r}"
        )

    def _misfit(self) -> str:
        """What is wrong with value and print together; an empty text if they fit."""
        ends, reads, printed_ends = _RANGE.fullmatch(self.value), self._reads, parse_range(self.figure)
        if self.number is None and not (ends and _numeric(*ends.groups())):
            return f"value to be a number, an ISO date (2017-07 for July 2017) or a range a..b, not {self.value!r}"
        if reads is None and printed_ends is None and not self.note.strip() and not self._value_stands_in_the_print():
            return f"a figure that can be read, or a note that says how {self.printed!r} was read as {self.value!r}"
        if printed_ends and not (ends and all(map(_is_what, printed_ends, ends.groups()))):
            low, high = (format(end.value, "f") for end in printed_ends)
            return f"value to be the range that {self.printed!r} gives, {low}..{high}, not {self.value!r}"
        if reads and not (_is_what(reads, self.value) if self.number is not None else reads.bound):
            return f"value to be what {self.printed!r} gives, not {self.value!r}"
        return ""

    def _value_stands_in_the_print(self) -> bool:
        """Whether a print that is no figure holds no number at all (a word), or holds the value among others."""
        numbers = {Decimal(number) for number in re.findall(r"\d+(?:\.\d+)?", self.printed.replace(",", ""))}
        ends = self.value.split("..")
        return not numbers or all(Decimal(end) in numbers for end in ends if _numeric(end))

    @property
    def is_date(self) -> bool:
        """Whether the figure is a date, or a range of dates."""
        return self.unit == "date"

    @cached_property
    def number(self) -> float | None:
        """The figure as a number; None for dates and ranges."""
        return float(self.value) if _numeric(self.value) and not self.is_date else None

    @cached_property
    def figure(self) -> str:
        """The print as it is read: `182.400` is of thousands where `value` says so, and of three decimals otherwise."""
        plain = without_points(self.printed)
        return plain if plain != self.printed and self._is_printed_by(plain) else self.printed

    def _is_printed_by(self, text: str) -> bool:
        ends, printed_ends = _RANGE.fullmatch(self.value), parse_range(text)
        if printed_ends:
            return bool(ends and all(map(_is_what, printed_ends, ends.groups())))
        try:
            return _is_what(parse_printed(text), self.value)
        except ValueError:
            return False

    @cached_property
    def _reads(self) -> Printed | None:
        """The print as a figure; None where it is none, and where `value` says that `1 to 3` is a range and no ratio."""
        if _RANGE.fullmatch(self.value) and parse_range(self.figure):
            return None
        try:
            printed = parse_printed(self.figure)
        except ValueError:
            return None
        return printed.in_percent() if self.unit == "%" else printed

    @property
    def read_by_hand(self) -> bool:
        """Whether the print is no figure (a word, or damaged), so that `value` is a reading of it, which `note` explains."""
        return not self.is_date and self._reads is None and parse_range(self.figure) is None

    @property
    def is_interpreted(self) -> bool:
        """Whether the print holds digits among words that are not known here, which may say more than `value` does.

        A figure before a second one in brackets, as in `3.21 (0.92)`, stands for itself.
        """
        if not self.read_by_hand or not any(map(str.isdigit, self.printed)):
            return False
        return not self._is_printed_by(self.printed.partition("(")[0])

    @property
    def says_weighted(self) -> bool:
        """Whether the ledger says, in `answers` or in words, that the figure is of weighted answers, which whole people do not give."""
        words = f"{self.section} {self.statement} {self.printed} {self.note} {self.quantity.replace('_', ' ')}"
        return self.answers == "weighted" or bool(_WEIGHTED.search(words))

    @property
    def is_damaged(self) -> bool:
        """Whether the print holds numbers, and none of them is the value, so that nobody could tell from it how it was read."""
        return self.read_by_hand and not self._value_stands_in_the_print()

    @cached_property
    def as_printed(self) -> Printed | None:
        """The figure as its print reads, with its step of rounding; None for dates and ranges.

        Of a print read by hand the value is taken, at the digits it is given with.
        """
        if self.number is None:
            return None
        return self._reads or replace(parse_printed(self.value), text=self.printed)

    @cached_property
    def interval(self) -> Interval | None:
        """The true values that the printed figure allows; None for dates."""
        ends = _RANGE.fullmatch(self.value)
        if self.is_date or (ends and not _numeric(ends[1], ends[2])):
            return None
        if ends:
            return Interval(float(ends[1]), float(ends[2]))
        return self.as_printed.interval(exact=self.stipulated) if self.as_printed else None

    @property
    def around(self) -> Interval | None:
        """The values of which the figure itself is printed, whatever words stand around it; None for dates.

        Those of a printed range reach from what its lower end may be rounded from to what its upper end may be.
        """
        if self.as_printed:
            return self.as_printed.around()
        ends = None if self.is_date else parse_range(self.figure)
        return Interval(ends[0].around().low, ends[1].around().high) if ends else self.interval

    @property
    def stipulated(self) -> bool:
        """Whether the figure stands for itself as an input, rather than for a rounded value."""
        return self.kind in STIPULATED or (self.kind == "target" and self.unit != "%")

    @property
    def expression(self) -> Expression | None:
        """The parsed formula; None where there is none."""
        return parse(self.formula) if self.formula else None

    @property
    def follows_from(self) -> tuple[str, ...]:
        """What the formula names, as `claim:<id>`; nothing without one."""
        return references(self.expression) if self.expression else ()

    @property
    def locator(self) -> str:
        """Where the figure stands in the source."""
        return f"{self.section} ({self._where})"

    @property
    def at(self) -> str:
        """Where it stands under the heading of its section, and what to search for."""
        return f"{self._where}: search for “{self.search}”" if self.search else self._where

    @property
    def _where(self) -> str:
        named = self.document.replace("_", " "), self.page and f"page {self.page}", f"source line {self.line}"
        return ", ".join(filter(None, named))

    @property
    def place(self) -> str:
        """Where a reader of the document finds the figure: its locator, and what to search for."""
        return f"{self.locator}: search for “{self.search}”" if self.search else self.locator


def without_points(text: str) -> str:
    """A print without the points that may separate its thousands.

    >>> without_points("182.400 €"), without_points("0.042"), without_points("1.5")
    ('182400 €', '0.042', '1.5')
    """
    return _POINT.sub(r"\1", text)


def _is_what(printed: Printed, value: str) -> bool:
    """Whether a value is the printed one; that of a fraction may be rounded, as 66.7 for two thirds in per cent."""
    if not _numeric(value):
        return False
    given = Decimal(value)
    return given == (printed.value if printed.fraction is None else round(printed.value, -given.as_tuple().exponent))  # type: ignore[operator]


def _is_date(text: str) -> bool:
    """Whether a text is a year, month or day that there is.

    >>> _is_date("2012"), _is_date("2012-11"), _is_date("2012-13"), _is_date("2013-02-29")
    (True, True, False, False)
    """
    try:
        return bool(_DATE.fullmatch(text) and date.fromisoformat(text + "-01-01"[len(text) - 4 :]))
    except ValueError:
        return False


def _numeric(*texts: str) -> bool:
    return all(re.fullmatch(r"-?(\d+(\.\d+)?|\.\d+)", text) for text in texts)


@dataclass(frozen=True)
class Ledger(Mapping[str, Claim]):
    """All claims of a study by id, in source order, with the file they came from."""

    claims: dict[str, Claim]
    rows: dict[str, int]
    name: str
    documents: tuple[Document, ...] = ()

    def __getitem__(self, claim_id: str) -> Claim:
        claim = self.claims[claim_id.removeprefix("claim:")]
        reading(f"claim:{claim.claim_id}")
        return claim

    def __iter__(self) -> Iterator[str]:
        return iter(self.claims)

    def __len__(self) -> int:
        return len(self.claims)

    def about(self, quantity: str) -> tuple[Claim, ...]:
        """Every claim that prints a quantity, in source order."""
        return self._by_quantity.get(quantity, ())

    @cached_property
    def quantities(self) -> dict[str, int]:
        """The place of each quantity among those that are printed, in source order."""
        return {quantity: place for place, quantity in enumerate(self._by_quantity)}

    def document_of(self, claim: Claim) -> Document | None:
        """The document that prints a claim, where study.yaml describes it; a study's source has an empty id."""
        return next((document for document in self.documents if document.id == claim.document), None)

    @cached_property
    def _by_quantity(self) -> dict[str, tuple[Claim, ...]]:
        found: dict[str, tuple[Claim, ...]] = {}
        for claim in self.claims.values():
            found[claim.quantity] = (*found.get(claim.quantity, ()), claim)
        return found

    def trouble(self, claim_id: str, column: str, found: str, expected: str, action: str) -> InputError:
        """An error that points at one cell of the ledger's file."""
        return InputError(
            self.name, row=self.rows[claim_id], column=column, found=found, expected=expected, action=action
        )


def published(claim: Claim) -> Result:
    """A claim as a result of the id `claim:<claim_id>`: its value, its print (of a damaged one also what it was read
    as), its rounding interval and its place."""
    around, printed = claim.interval, claim.printed
    if claim.number is not None and claim.as_printed and claim.is_damaged:
        printed = f"{printed} (read as {write(claim.number, claim.unit, claim.as_printed.decimals)})"
    return Result(
        id=f"claim:{claim.claim_id}",
        label=claim.statement,
        value=claim.value if claim.number is None else _whole(claim.number),
        unit=claim.unit,
        kind=Kind.PUBLISHED,
        decimals=claim.as_printed.decimals if claim.as_printed else 0,
        low=around.low if around else None,
        high=around.high if around else None,
        interval="rounding of the published figure" if around else "",
        source=claim.locator,
        printed=printed,
    )


def _whole(number: float) -> float | int:
    return int(number) if number.is_integer() else number


def read_claims(path: Path, name: str, prefix: str, documents: tuple[Document, ...] = ()) -> Ledger:
    """Read and check a ledger of claims, of the documents given; raises InputError for the first thing that does not fit."""
    claims: dict[str, Claim] = {}
    rows: dict[str, int] = {}
    for row, values in _few_enough(read_csv(path, name, COLUMNS, OPTIONAL, MOST_CLAIMS), name):
        claim = validate(Claim, values, name, row)
        _check_id(claim.claim_id, prefix, rows, name, row)
        claims[claim.claim_id], rows[claim.claim_id] = claim, row
    ledger = Ledger(claims, rows, name, documents)
    with aside():
        _check_references(ledger)
    return ledger


def _few_enough(rows: list[tuple[int, dict[str, str]]], name: str) -> list[tuple[int, dict[str, str]]]:
    """The rows of a ledger; InputError for more than its page could hold."""
    if len(rows) > MOST_CLAIMS:
        raise InputError(
            name,
            row=rows[MOST_CLAIMS][0],
            column="claim_id",
            found=f"more than {MOST_CLAIMS:,} claims",
            expected=f"at most {MOST_CLAIMS:,} of one study, which is what the page of its audit can hold",
            action="make several studies of the source, such as one of each volume, with a folder and a claim_prefix of their own",
        )
    return rows


def claims_in(text: str) -> list[str]:
    """Every claim's id that stands in a text, each once, in the order of first mention.

    >>> claims_in("claim:AB-001 / claim:AB-002 * 100, of AB-001")
    ['AB-001', 'AB-002']
    """
    return list(dict.fromkeys(_IN_TEXT.findall(text)))


def _check_id(claim_id: str, prefix: str, rows: Mapping[str, int], name: str, row: int) -> None:
    if claim_id in rows:
        raise InputError(
            name,
            row=row,
            column="claim_id",
            found=f"{claim_id!r}, which row {rows[claim_id]} already has",
            expected="every id once",
            action="give the later row a new number",
        )
    if not claim_id.startswith(f"{prefix}-"):
        raise InputError(
            name,
            row=row,
            column="claim_id",
            found=repr(claim_id),
            expected=f"an id that starts with {prefix}-",
            action="check that the row belongs to this study, or correct claim_prefix in study.yaml",
        )


def _check_references(ledger: Ledger) -> None:
    known = {"", *(document.id for document in ledger.documents)}
    for claim_id, claim in ledger.items():
        if claim.document not in known:
            expected = f"one of {', '.join(sorted(known - {''})) or 'none'}, or nothing for the source"
            action = "correct the cell, or describe the document under documents in study.yaml"
            raise ledger.trouble(claim_id, "document", repr(claim.document), expected, action)
    graph: dict[str, tuple[str, ...]] = {}
    for claim_id, claim in ledger.items():
        _check_known(ledger, claim_id, "base", (claim.base,) if claim.base else ())
        _check_known(ledger, claim_id, "formula", claim.follows_from)
        graph[claim_id] = tuple(name.removeprefix("claim:") for name in claim.follows_from)
    cycle = find_cycle(graph)
    if cycle:
        raise ledger.trouble(
            cycle[0],
            "formula",
            f"a formula that comes back to itself: {' -> '.join(cycle)}",
            "a chain of claims that ends",
            "compute one of them from something else, or leave its formula empty",
        )


def _check_known(ledger: Ledger, claim_id: str, column: str, named: tuple[str, ...]) -> None:
    for name in named:
        plain = name.removeprefix("claim:")
        if plain not in ledger.claims:
            raise ledger.trouble(
                claim_id,
                column,
                f"{name!r}, which is no claim of this study",
                "ids of this file, as claim:ID in a formula",
                "correct the id, or add the claim",
            )
        if column == "formula" and ledger.claims[plain].interval is None:
            raise ledger.trouble(
                claim_id,
                column,
                f"{name!r}, which is a date",
                "claims that are numbers",
                "use the durations, not the dates",
            )
