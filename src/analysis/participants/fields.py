"""The kinds of column a participant file can have, each as a pydantic type with what a reader needs to know of it."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, TypeAdapter
from pydantic.fields import FieldInfo

from analysis.files import Strict
from analysis.names import normal, pattern

Definition = tuple[Any, FieldInfo]  # what pydantic.create_model takes for one field
Absent = Literal["missing", "refused", "not_asked"]

ID = r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,39}$"
NAME = pattern(80)
_WORD, _GAP = r"[^\W\d_]+\.?", r"[ '’\-–]+"
_COUNT = r"(?:\d{1,4}(?: ?\+)?(?: ?[\-–—/~〜～] ?\d{1,4}(?: ?\+)?)?)"
_LIMIT = rf"(?:(?:[<>≤≥~]=? ?)?{_COUNT})"
# Thai, Japanese, Chinese and Korean, which write numbers and words without blanks: 10以上, 5至10.
_CLOSE = "[\u0e00-\u0e4f\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af]{0,6}"
# A few plain words; also a range or a limit, with words or without: a lot; 5-10; 10 or more; >10; c. 7. Never two numbers side by side.
WORDS = (
    rf"^(?:{_LIMIT}(?:ish)?|{_CLOSE}\d{{1,4}}{_CLOSE}(?:\d{{1,4}}{_CLOSE})?"
    rf"|(?:{_LIMIT}{_GAP})?{_WORD}(?:{_GAP}(?:{_COUNT}{_GAP})?{_WORD}){{0,5}}(?:{_GAP}{_COUNT})?)[.!…]{{0,3}}$"
)
WIDEST_SCALE = 20  # between the ends of a scale; a range of years or sessions is far wider
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)


class Row(Strict):
    """One row of a participant file."""


def study_column() -> Definition:
    """The study that a file is about."""
    return name("Study", "Id of the study the file belongs to; where given, it must be the study that reads the file.")


def person_column() -> Definition:
    """The participant that a row is about."""
    return identifier("Person", "Pseudonymous id of the participant; never a name, an address or a telephone number.")


def identifier(label: str, about: str) -> Definition:
    """A pseudonymous id: letters, digits, `_`, `.` and `-`, at most 40 characters; always needed."""
    return Annotated[str, Field(pattern=ID)], _info(label, about, ..., kind="id", needed=True)


def reference(label: str, about: str) -> Definition:
    """A pseudonymous id that a row may do without."""
    return _answer(Annotated[str, Field(pattern=ID)], label, about, kind="id")


def whole(low: int, high: int, label: str, about: str, *, labels: tuple[str, ...] = (), **more: Any) -> Definition:
    """A whole number from `low` to `high`; `labels` name the values in order, if they have names."""
    kind = Annotated[int, Field(strict=True, ge=low, le=high)]
    choices = {str(low + i): text for i, text in enumerate(labels)}
    return _answer(kind, label, about, kind="whole", low=low, high=high, choices=choices, **more)


def number(low: float, high: float, label: str, about: str, **more: str) -> Definition:
    """A number from `low` to `high`, decimals allowed."""
    return _answer(_between(low, high), label, about, kind="number", low=low, high=high, **more)


def number_or_words(low: float, high: float, label: str, about: str, **more: Any) -> Definition:
    """A number from `low` to `high`, or an answer of up to six words, which is kept as it was given."""
    words = Annotated[str, Field(pattern=WORDS, max_length=40)]
    return _answer(_between(low, high) | words, label, about, kind="number or words", low=low, high=high, **more)


def choice(
    choices: dict[str, str], label: str, about: str, *, also: dict[str, str] | None = None, **more: Any
) -> Definition:
    """One of a few stated values (value: its name in words); `also` maps other spellings to a value."""
    kind = Literal[tuple(choices)]  # type: ignore[valid-type]
    return _answer(kind, label, about, kind="choice", choices=choices, also=also or {}, **more)


def name(label: str, about: str, *, known: tuple[str, ...] = (), **more: Any) -> Definition:
    """A short name, such as that of a course: letters, digits and plain punctuation, no markup.

    `known` are names that pages know, in the spelling they are kept in, whatever their case in a file.
    """
    return _answer(
        Annotated[str, Field(pattern=NAME), AfterValidator(normal)], label, about, kind="name", known=known, **more
    )


def day(label: str, about: str, **more: Any) -> Definition:
    """A calendar date."""
    return _answer(Annotated[date, Field(ge=EARLIEST, le=LATEST)], label, about, kind="date", **more)


def _between(low: float, high: float) -> Any:
    return Annotated[float, Field(strict=True, ge=low, le=high, allow_inf_nan=False)]


def _answer(value: Any, label: str, about: str, **facts: Any) -> Definition:
    """With `needed` true each row must hold a value; otherwise a cell may say why it holds none."""
    if facts.get("needed"):
        return value, _info(label, about, ..., **facts)
    return value | Absent, _info(label, about, "not_asked", **facts)


def _info(label: str, about: str, default: Any, **facts: Any) -> FieldInfo:
    stated = {key: value for key, value in facts.items() if value not in ("", {}, ())}
    return Field(default=default, title=label, description=about, json_schema_extra=stated)


@dataclass(frozen=True)
class Column:
    """What a reader needs to know of one column, taken from its field in the pydantic model."""

    name: str
    label: str
    about: str
    kind: str
    annotation: Any
    facts: dict[str, Any]

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        """The pydantic validator of one value of this column."""
        return TypeAdapter(self.annotation)

    @property
    def needed(self) -> bool:
        """Whether each row must hold a value."""
        return bool(self.facts.get("needed"))

    @property
    def is_scale(self) -> bool:
        """Whether the numbers are points of a scale, each of which has a meaning, and no count or measure.

        >>> from analysis.participants.schema import TABLES
        >>> [columns(TABLES["questionnaire"])[name].is_scale for name in ("confidence_pre", "birth_year", "months_in_uk")]
        [True, False, False]
        """
        return self.kind == "whole" and self.facts["high"] - self.facts["low"] <= WIDEST_SCALE

    @property
    def unit(self) -> str:
        """The unit of the numbers, if they have one."""
        return str(self.facts.get("unit", ""))

    @property
    def choices(self) -> dict[str, str]:
        """The stated values and what they are called."""
        return dict(self.facts.get("choices", {}))

    @property
    def expected(self) -> str:
        """What the column takes, in words that fit an error message and the data dictionary.

        >>> from analysis.participants.schema import TABLES
        >>> columns(TABLES["questionnaire"])["confidence_pre"].expected
        'a whole number from 1 to 9'
        """
        span = f"from {self.facts['low']:g} to {self.facts['high']:g}" if "low" in self.facts else ""
        return {
            "id": "an id of letters, digits, _ . and - (at most 40 characters)",
            "whole": f"a whole number {span}",
            "number": f"a number {span}",
            "number or words": f"a number {span}, or an answer in a few plain words",
            "choice": "one of " + ", ".join(self.choices),
            "name": "a short name of letters, digits and plain punctuation",
            "date": "a date as yyyy-mm-dd",
        }[self.kind]


def columns(model: type[BaseModel]) -> dict[str, Column]:
    """The columns of one participant file by name, in the order of the schema."""
    return {key: _column(key, info) for key, info in model.model_fields.items()}


def _column(key: str, info: FieldInfo) -> Column:
    facts = dict(info.json_schema_extra)  # type: ignore[arg-type]
    kind = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
    return Column(key, info.title or key, info.description or "", facts.pop("kind"), kind, facts)
