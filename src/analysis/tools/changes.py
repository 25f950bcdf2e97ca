"""What a reader changes for a run of his own: names and values, held against the register before anything runs."""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from analysis.errors import InputError
from analysis.files import read_document, shown
from analysis.sroi.model import Model, assemble
from analysis.sroi.sensitivity.calibrated import Calibrated, drawn_together
from analysis.sroi.sensitivity.settings import read_settings, scenarios_for
from analysis.sroi.value_map import SETTINGS as MAP_SETTINGS, has_value_map, read_value_map
from analysis.study import Assumption, Register, Study
from analysis.study.register import Published
from analysis.tools.changed_workbook import read_changed_workbook

COMMAND_LINE = "the command line"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
REGISTER, SETTINGS = "assumptions.yaml", "sensitivity.yaml"
_MAP_SETTINGS = {
    "price_year": ("Price year of values and costs", "calendar year", 1900, 2100),
    "discount_rate": ("Yearly discount rate", "ratio", 0, 1),
}
_NO_LONGER = {
    "kind": "assumed",
    "decided_by": "calibrated in the published run; with the changes of this run it may no longer meet its figure",
}
_WIDENED = "Not the published range: widened to hold the value of this changed run."


class ChangesFile(BaseModel):
    """A file of changes: what the command line says with --set and --as."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name: str = Field(default="", alias="as", description="name of the changed run")
    values: dict[str, Any] = Field(default={}, alias="set", description="values by the names of assumptions")
    challenges: tuple[str, ...] = Field(default=(), description="names or paths of challenges")

    @model_validator(mode="after")
    def _something(self) -> "ChangesFile":
        if not self.values and not self.challenges:
            raise ValueError("changes under 'set', or names under 'challenges'")
        return self


@dataclass(frozen=True)
class Asked:
    """One change as it was asked for, and where."""

    name: str
    text: str
    file: str = COMMAND_LINE
    row: int | None = None
    key: str = "set"  # of a file, under which it stands

    def trouble(self, found: str, expected: str, action: str) -> InputError:
        """What is wrong with it."""
        column = f"--set {self.name}" if self.file == COMMAND_LINE else f"{self.key}.{self.name}"
        return InputError(self.file, row=self.row, column=column, found=found, expected=expected, action=action)


@dataclass(frozen=True)
class Changed:
    """An entry of the register as published, and what it is in the changed run: its value, and its range where that is another.

    `shape` is the distribution over a range of its own; `why` and `by` say who proposes it and for what reason.
    """

    published: Assumption
    value: float
    low: float | None = None
    high: float | None = None
    shape: str = ""
    why: str = ""
    by: str = ""

    @property
    def outside(self) -> bool:
        """Whether the value lies outside the range of the register."""
        return self.value not in self.published.interval

    @property
    def fields(self) -> dict[str, Any]:
        """What is another in the entry: the value is assumed, whatever it was; the range is its own, or holds it."""
        entry = self.published
        old = f"{entry.value:.12g}"
        was = f"the published {old}" if entry.kind == "published" else f"{old}, {entry.kind} in the published run"
        told = {"why_range": self.why or _WIDENED} if self.why or self.outside else {}
        numbers = {"value": self.value, **dict(zip(("low", "high"), self._range, strict=True))}
        shape = {"distribution": self.shape if self.low is not None else entry.distribution, "result": None}
        by = f" as {self.by} proposed" if self.by else ""
        return {name: _whole(number) for name, number in numbers.items()} | shape | told | {
            "kind": "assumed", "changed_from": _published(entry), "decided_by": f"changed in this run{by} from {was}"
        }  # fmt: skip

    @property
    def _range(self) -> tuple[float, float]:
        entry = self.published
        if self.low is not None and self.high is not None:
            return self.low, self.high
        if entry.distribution == "fixed":
            return self.value, self.value
        return min(entry.low, self.value), max(entry.high, self.value)

    @property
    def entry(self) -> Assumption:
        """The entry in the changed run."""
        return Assumption.model_validate(self.published.model_dump() | self.fields)


def _published(entry: Assumption) -> dict[str, Any]:
    return Published.of(entry).model_dump()


def _whole(number: float) -> float | int:
    return int(number) if number.is_integer() else number


@dataclass(frozen=True)
class Request:
    """What a command line and a file ask for: changes, challenges by name, the file's name for the run, and what is unreadable.

    `notes` are on what a reader added to a workbook, which is not read.
    """

    asked: tuple[Asked, ...]
    challenges: tuple[str, ...] = ()
    name: str = ""
    problems: tuple[InputError, ...] = ()
    notes: tuple[str, ...] = ()

    def joined_by(self, other: "Request") -> "Request":
        """Both together; the name is that of the other."""
        return Request(
            (*other.asked, *self.asked),
            self.challenges,
            other.name,
            (*other.problems, *self.problems),
            other.notes,
        )


def asked_for(texts: Iterable[str], file: Path | None, root: Path, challenges: Iterable[str] = ()) -> Request:
    """What is asked for by texts `NAME=VALUE`, names of challenges, and a file of both.

    Raises InputError for a file that is none of changes.
    """
    found, problems, name, named = [], [], "", list(challenges)
    if file is not None:
        place = shown(file.resolve(), root)
        content, line = read_document(file, place, ChangesFile)
        name, named = content.name, [*content.challenges, *named]
        found = [Asked(str(key), str(value), place, line(("set", key))) for key, value in content.values.items()]
    for text in texts:
        key, equals, value = text.partition("=")
        if equals and key.strip():
            found.append(Asked(key.strip(), value.strip()))
        else:
            told = {"found": repr(text), "expected": "NAME=VALUE", "action": "write it as in --set drop_off=0.4"}
            problems.append(InputError(COMMAND_LINE, column="--set", **told))
    return Request(tuple(found), tuple(dict.fromkeys(named)), name, tuple(problems))


def asked_by(path: Path, study: Study) -> Request:
    """What a changed workbook of a study's model asks for: the values that are others than the published run's.

    Raises InputError for a file that is none.
    """
    found = read_changed_workbook(study, path)
    asked = tuple(Asked(each.name, each.text, each.sheet, each.row, "Value") for each in found.values)
    if not asked and not found.problems:
        place = shown(path.resolve(), study.root)
        told = {"found": "the values of the published run", "expected": "at least one other on the sheet Inputs"}
        raise InputError(place, **told, action="change a shaded cell, save, and run this again")
    return Request(
        asked,
        (),
        re.sub(r"[^A-Za-z0-9_-]+", "-", path.stem).strip("-_")[:60],
        tuple(found.problems),
        tuple(found.notes),
    )


def name_problems(name: str) -> Iterator[InputError]:
    """What is wrong with the name of a changed run, which becomes that of a folder."""
    if not NAME.fullmatch(name):
        yield InputError(
            COMMAND_LINE,
            column="--as",
            found=repr(name) if name else "no name",
            expected="a name of letters, digits, - and _, at most 60 signs; no path, since it names a folder",
            action="write it as in --as halved",
        )


def changes_of(
    study: Study, asked: Sequence[Asked], proposed: Sequence[Changed] = ()
) -> tuple[list[Changed], list[InputError]]:
    """The changes that can be run, those that challenges propose among them, and every problem of those that cannot.

    A value outside the range of the register can be run (`Changed.outside` tells), unless nothing of its unit can be so.
    """
    action = "add --set NAME=VALUE or --challenge NAME"
    nothing = InputError(COMMAND_LINE, column="--set", found="no change", expected="at least one", action=action)
    problems = [] if asked or proposed else [nothing]
    found, taken = list(proposed), [each.published.id for each in proposed]
    for place, one in enumerate(asked):
        if wrong := list(_problems(study, one, [*taken, *(other.name for other in asked[:place])])):
            problems += wrong
        else:
            found.append(Changed(known_entry(study, one), float(one.text)))  # type: ignore[arg-type]
    return found, problems or list(of_the_model(study, found))


def _problems(study: Study, one: Asked, before: list[str]) -> Iterator[InputError]:
    entry = known_entry(study, one)
    if isinstance(entry, InputError):
        yield entry
    if one.name in before:
        yield one.trouble("the assumption twice", "each once", "leave one of the two out")
    if not _NUMBER.fullmatch(one.text) or not math.isfinite(float(one.text)):
        yield one.trouble(repr(one.text), "a number", _advice(one.text))
    elif isinstance(entry, Assumption):
        if float(one.text) == entry.value:
            value = f"{entry.value:.12g}, the value of the published run"
            yield one.trouble(value, "another value", "leave the change out")
        yield from ruled_out(one, entry, float(one.text))


def known_entry(study: Study, one: Asked) -> Assumption | InputError:
    """The entry of the register, or the setting of the value map, that a change names, or what is wrong with the name."""
    if one.name in study.register and not one.name.startswith("assumption:"):
        return study.in_force[one.name]
    settings = map_settings(study)
    if one.name in settings:
        return settings[one.name]
    near = get_close_matches(one.name, [*study.register, *settings], 3, 0.5)
    meant = f"did you mean {' or '.join(near)}?" if near else f"see {study.name('assumptions.yaml')}"
    return one.trouble(f"no assumption of this name in {study.id}", "an id of its register", meant)


def _advice(text: str) -> str:
    """How a number that was written in another way is written here."""
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", text):
        return f"write it without commas: {text.replace(',', '')}"
    if re.fullmatch(r"[+-]?\d+,\d+", text):
        return f"write a point before the decimals: {text.replace(',', '.')}"
    if percent := re.fullmatch(r"(\d+(?:\.\d+)?) ?%", text):
        return f"write a share as a number from 0 to 1: {float(percent[1]) / 100:.12g}"
    return "write it with digits and a point, without signs of money, units or words"


def ruled_out(one: Asked, entry: Assumption, value: float) -> Iterator[InputError]:
    """A value that the register rules out for what the entry is."""
    register = f"as in the register ({entry.low:.12g} to {entry.high:.12g} {entry.unit})"
    if value < 0 <= entry.low:
        yield one.trouble(f"{value:.12g}", f"no value below 0, {register}", "correct the value")
    elif entry.unit == "ratio" and entry.high <= 1 < value:
        yield one.trouble(f"{value:.12g}", f"a share of at most 1, {register}", "correct the value; 40 % is 0.4")


def of_the_model(study: Study, changes: list[Changed]) -> Iterator[InputError]:
    """What the model says to the values together, such as a share above one or a duration beyond its years."""
    try:
        if found := _changed_model(study, changes):
            found[0].evaluate()
    except InputError as error:
        yield error


def map_settings(study: Study) -> dict[str, Assumption]:
    """The settings of the value map that are one number, as entries to change: its price year, its rate of discount.

    A rate that is a formula over the register is changed there.
    """
    if not has_value_map(study):
        return {}
    settings = read_value_map(study).settings
    numbers = {"price_year": float(settings.price_year)}
    if _NUMBER.fullmatch(settings.discount_rate):
        numbers["discount_rate"] = float(settings.discount_rate)
    return {name: _setting(name, value, study) for name, value in numbers.items() if name not in study.register}


def _setting(name: str, value: float, study: Study) -> Assumption:
    words, unit, low, high = _MAP_SETTINGS[name]
    return Assumption.model_validate(
        {"id": name, "label": words, "value": value, "unit": unit, "low": low, "high": high, "price_year": None}
        | {"kind": "assumed", "distribution": "uniform", "evidence_grade": "D", "decided_by": "the study's value map"}
        | {"why_range": "A setting of the value map, and no range that anybody holds it to.", "source": {
            "producer": "this study", "title": study.name(MAP_SETTINGS), "published": None, "locator": name, "licence": "none needed",
        }}
    )  # fmt: skip


def _settings_in(study: Study, changes: Iterable[Changed]) -> dict[str, float | str]:
    """The changed settings of the value map, as its file writes them: a whole year, a rate as a formula."""
    known = map_settings(study)
    values = {each.published.id: each.value for each in changes if each.published.id in known}
    return {name: _whole(value) if name == "price_year" else f"{value:.12g}" for name, value in values.items()}


def _changed_model(study: Study, changes: Sequence[Changed]) -> tuple[Model, Register] | None:
    """The model and its register with the changes; None where the study has none. InputError for values that cannot be."""
    if not has_value_map(study):
        return None
    entries = {**study.register, **{each.published.id: each.entry for each in changes}}
    register = Register(entries, study.register.name)
    return assemble(read_value_map(study, _settings_in(study, changes)), register, study), register


@dataclass(frozen=True)
class ChangedFiles:
    """The study's files of a changed run that are not the published ones, by name, and what is no longer calibrated."""

    texts: dict[str, str]
    lapsed: tuple[str, ...]


def changed_files(study: Study, changes: Sequence[Changed]) -> ChangedFiles:
    """The register with the changes; where inputs no longer meet the figures they were calibrated to, they are assumed.

    Such inputs are drawn one by one, since nothing printed joins them any more: their sets are taken out of
    sensitivity.yaml. An entry that no set of it holds to a printed figure counts as assumed, too.
    """
    by_id = {each.published.id: each for each in changes}
    left, lapsed_sets = _calibrated(study, changes)
    joined = {name for group in left for name in group.inputs}
    lapsed = tuple(
        name
        for name, entry in study.register.items()
        if entry.kind == "calibrated" and name not in joined and name not in by_id
    )
    fields = {name: _NO_LONGER | {"changed_from": _published(study.register[name])} for name in lapsed} | {
        name: each.fields for name, each in by_id.items()
    }
    content = study.document(REGISTER)
    content["assumptions"] = [entry | fields.get(entry["id"], {}) for entry in content["assumptions"]]
    texts = {REGISTER: _yaml(content)}
    if own := _settings_in(study, changes):
        texts[MAP_SETTINGS] = _yaml(study.document(MAP_SETTINGS) | own)
    if lapsed_sets:
        settings = study.document(SETTINGS)
        kept = [group for group in settings["calibrated"] if group["name"] not in lapsed_sets]
        texts[SETTINGS] = _yaml(settings | {"calibrated": kept})
    return ChangedFiles(texts, lapsed)


def _calibrated(study: Study, changes: Sequence[Changed]) -> tuple[list[Calibrated], set[str]]:
    """The sets of inputs that still meet the printed figures with the changes, and the names of those that do not."""
    found, settings = _changed_model(study, changes), read_settings(study)
    if found is None:
        return [], set()
    case = settings.case(*found)
    left, lapsed = [], set()
    for group in settings.calibrated:
        try:
            met = not drawn_together(case, [group], scenarios_for(case, settings), study.claims, seed=0).unmet
        except InputError:
            met = False
        (left.append if met else lapsed.add)(group if met else group.name)
    return left, lapsed


def _yaml(content: Any) -> str:
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=1000)
