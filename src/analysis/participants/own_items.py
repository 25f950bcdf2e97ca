"""A team's own questions, groups and later waves: what records.yaml says of them, as columns of the questionnaire."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, create_model, model_validator

from analysis.errors import InputError
from analysis.files import Strict
from analysis.names import pattern
from analysis.participants import fields
from analysis.participants.fields import Column, Definition, Row, columns
from analysis.participants.scales import scale_of
from analysis.participants.schema import (
    FRIENDS_ITEM,
    ITEMS,
    MOMENTS,
    Item,
    Moment,
    answer_column,
    friends_column,
    table_columns,
)

Label = Annotated[str, Field(pattern=pattern(60))]
AGE = "age"  # at joining, in whole years: as told, else the year of joining less the year of birth
NUMBERS = (AGE, "months_in_uk", "months_in_area", "english_at_joining")  # what bands can be made of


class OwnItem(Strict):
    """A question of a team's own, put before and after.

    `scale` is a published scale by its id in data/raw/reference/scales.yaml, or the lowest and the highest answer as [low,
    high]; `better` which direction is an improvement. With `questions` the score is the sum of so many answers on that scale.
    """

    label: Label
    scale: str | tuple[int, int]
    better: Literal["higher", "lower"] | None = None
    questions: Annotated[int, Field(ge=1, le=40)] = 1

    @model_validator(mode="after")
    def _says_all(self) -> "OwnItem":
        published = isinstance(self.scale, str)
        if not published and (self.better is None or self.scale[0] >= self.scale[1]):
            raise ValueError(
                "of an item with ends of its own, the lower end first, and `better: higher` or `better: lower`"
            )
        if published and (self.better is not None or self.questions > 1):
            raise ValueError("a published scale as it was published, whose direction and questions it brings itself")
        return self


class OwnGroup(Strict):
    """Groups of people that are compared: a column of a team's own, or a column `of` the data dictionary, or `age`.

    `bands` are the lower ends of bands of a number; below the first lies a band of its own. `reference` is the group that the
    others are compared with; empty: the largest.
    """

    label: Label
    of: str = ""
    bands: tuple[Annotated[int, Field(ge=0, le=1200)], ...] = ()
    reference: str = ""

    @model_validator(mode="after")
    def _fits(self) -> "OwnGroup":
        if (self.of in NUMBERS) != bool(self.bands) or list(self.bands) != sorted(set(self.bands)):
            raise ValueError(f"`bands`, rising, of {', '.join(NUMBERS)}, and of nothing else")
        return self


@dataclass(frozen=True)
class Own:
    """What a team added to the questionnaire: items and later moments by name, groups, and the columns these need.

    `comparisons` are the moments that are compared, the earlier one first.
    """

    items: Mapping[str, Item] = field(default_factory=dict)
    groups: Mapping[str, OwnGroup] = field(default_factory=dict)
    later: Mapping[str, Moment] = field(default_factory=dict)
    comparisons: tuple[tuple[str, str], ...] = ()

    @cached_property
    def moments(self) -> dict[str, Moment]:
        """When questions are put, in order."""
        return {**MOMENTS, **self.later}

    @cached_property
    def asked(self) -> dict[str, Item]:
        """Every item with two ends: the team's own first."""
        return {**self.items, **ITEMS}

    @property
    def stems(self) -> tuple[str, ...]:
        """What a column may be called that takes the wave of its table."""
        return (*self.asked, FRIENDS_ITEM, *self.parts)

    @cached_property
    def parts(self) -> dict[str, Item]:
        """The questions behind scores, `gad.1` and so on."""
        return {
            f"{name}.{place}": Item(f"{item.label}, question {place}", item.about, *item.answers)
            for name, item in self.items.items()
            if item.questions > 1
            for place in range(1, item.questions + 1)
        }

    @cached_property
    def columns(self) -> dict[str, Column]:
        """The columns of the questionnaire beside those of the data dictionary, by name."""
        return _columns(dict(self._definitions()))

    @cached_property
    def part_columns(self) -> dict[str, Column]:
        """A column for each question behind a score at each moment."""
        return _columns(
            {
                f"{name}_{moment}": answer_column(part, when)
                for name, part in self.parts.items()
                for moment, when in self.moments.items()
            }
        )

    def _definitions(self) -> Iterator[tuple[str, Definition]]:
        for name, item in self.asked.items():
            for moment, when in (self.moments if name in self.items else self.later).items():
                yield f"{name}_{moment}", answer_column(item, when)
        for moment, when in self.later.items():
            yield f"{FRIENDS_ITEM}_{moment}", friends_column(when)
        for name, group in self.groups.items():
            if not group.of:
                yield name, fields.name(group.label, f"A group that the team declares: {group.label}.")


def _columns(definitions: Mapping[str, Definition]) -> dict[str, Column]:
    """Columns by name, whatever they are called."""
    numbered = {f"column{place}": each for place, each in enumerate(definitions.values())}
    made = columns(create_model("OwnRow", __base__=Row, **numbered))  # type: ignore[call-overload]
    return {name: replace(each, name=name) for name, each in zip(definitions, made.values(), strict=True)}


NOTHING = Own()


def own_of(
    items: Mapping[str, OwnItem],
    groups: Mapping[str, OwnGroup],
    later: Mapping[str, str],
    comparisons: tuple[tuple[str, str], ...],
    root: Path,
    file: str,
) -> Own:
    """What records.yaml, called `file` in messages, adds to the questionnaire; InputError for names that are taken or unknown."""
    taken = {*table_columns("questionnaire"), *ITEMS, FRIENDS_ITEM, AGE}
    for name in (*items, *groups):
        if name in taken or name.rpartition("_")[2] in (*MOMENTS, *later, "words"):
            raise _misnamed(file, name, "a name that no column of the data dictionary has, without a moment at its end")
        taken.add(name)
    known = {*NUMBERS, "course", ""}
    for name, group in groups.items():
        if group.of not in known:
            raise _misnamed(
                file, f"groups.{name}.of", f"one of {', '.join(sorted(known - {''}))}, or nothing", group.of
            )
    moments = {name: Moment(label, f"Asked later, about that time: {label}.", name) for name, label in later.items()}
    return Own(
        {name: _item(item, root, file, name) for name, item in items.items()}, dict(groups), moments, comparisons
    )


def _item(own: OwnItem, root: Path, file: str, name: str) -> Item:
    if isinstance(own.scale, str):
        scale = scale_of(root, own.scale, file, f"items.{name}.scale")
        about, low, high, better, questions = scale.source, scale.low, scale.high, scale.better, scale.questions
        return Item(own.label, f"{scale.label} ({about}).", low, high, (), better == "higher", questions)
    low, high = (end * own.questions for end in own.scale)
    return Item(own.label, "A question of the team's own.", low, high, (), own.better == "higher", own.questions)


def _misnamed(file: str, column: str, expected: str, found: str = "") -> InputError:
    return InputError(
        file, column=column, found=repr(found or column), expected=expected, action="correct the name in records.yaml"
    )
