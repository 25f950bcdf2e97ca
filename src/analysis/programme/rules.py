"""Counting rules: for each measure who is in the base, what counts and when, and what evidence is needed."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from pydantic import Field, model_validator

from analysis.errors import InputError
from analysis.files import Strict, validate
from analysis.participants import SCALES, table_columns
from analysis.study import Study

FILE = "counting_rules.yaml"
TABLE_WORDS = {
    "outputs": "Outputs",
    "results": "Results",
    "other_results": "Other results",
    "target_groups": "Target groups",
    "outcomes": "Outcomes reported by participants",
}
Event = Literal["start", "activity", "exit", "gain", "evidence", "in_work"]

# The column of the export whose values an event may name.
_VALUES_OF = {"activity": ("activities", "type"), "exit": ("exits", "destination"), "evidence": ("evidence", "what")}
_WHEN = {
    "start": "on the day of joining",
    "activity": "on the day of the first such activity",
    "exit": "on the day of leaving",
    "gain": "on the day of the first form that shows it",
    "evidence": "on the date of the evidence",
    "in_work": "on the day of the first in-work review that shows it",
}


class Condition(Strict):
    """Which participants: by the values of columns of the participants table, and by age."""

    columns: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    aged_from: int | None = Field(default=None, ge=0, le=120)

    @model_validator(mode="after")
    def _of_the_schema(self) -> "Condition":
        known = table_columns("participants")
        for column, values in self.columns.items():
            allowed = known[column].choices if column in known else {}
            if strange := [value for value in values if value not in allowed]:
                raise ValueError(f"values that the participants table can hold in {column}, not {strange[0]!r}")
        return self

    @property
    def words(self) -> str:
        """The condition in words; an empty text where everybody meets it."""
        known = table_columns("participants")
        parts = [f"aged {self.aged_from} or over"] if self.aged_from is not None else []
        parts += [
            _answer_words(known[column].label, known[column].choices, values) for column, values in self.columns.items()
        ]
        return ", ".join(parts)


def _answer_words(label: str, choices: dict[str, str], values: tuple[str, ...]) -> str:
    if values in (("yes",), ("no",)):
        return label if values == ("yes",) else f"not: {label}"
    return " or ".join(choices[value] for value in values)


EVERYBODY = Condition()


class CountingRule(Strict):
    """One rule. Without `alternative_to` it is the rule of the programme; with it, one that the funder does not use."""

    measure: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="name of the measure")
    label: str = Field(min_length=1, description="the measure in words")
    table: Literal["outputs", "results", "other_results", "target_groups", "outcomes"] = Field(
        description="group of measures"
    )
    unit: Literal["people", "organisations"] = Field(default="people", description="what is counted")
    event: Event = Field(description="what makes somebody count")
    values: tuple[str, ...] = Field(default=(), description="which activities, destinations or kinds of evidence")
    scale: str = Field(default="", description="of a gain: the scale that rises")
    stages: tuple[Literal["review", "exit"], ...] = Field(
        default=("exit",), description="of a gain: forms that may show it"
    )
    who: Condition = Field(default=EVERYBODY, description="who of the base can count")
    base: Condition = Field(default=EVERYBODY, description="who is in the base")
    base_measure: str = Field(default="", description="a measure whose people are the base")
    evidence: str = Field(default="", description="kind of evidence that must be accepted")
    alternative_to: str = Field(default="", description="measure of the programme that this would replace")

    @model_validator(mode="after")
    def _complete(self) -> "CountingRule":
        if self.event in _VALUES_OF:
            table, column = _VALUES_OF[self.event]
            if not self.values or not set(self.values) <= set(table_columns(table)[column].choices):
                raise ValueError(f"values of {table}.{column}, not {', '.join(self.values) or 'none'}")
        if (self.event == "gain") != (self.scale in (*SCALES, "language")):
            raise ValueError("a scale of the outcomes table exactly where the event is a gain")
        if self.evidence and self.evidence not in table_columns("evidence")["what"].choices:
            raise ValueError(f"a kind of evidence of the evidence table, not {self.evidence!r}")
        return self

    @property
    def counts(self) -> str:
        """Who counts, in words."""
        who = f"{self.who.words}: " if self.who.words else ""
        return who + self._event_words

    @property
    def _event_words(self) -> str:
        if self.event in _VALUES_OF:
            table, column = _VALUES_OF[self.event]
            named = " or ".join(table_columns(table)[column].choices[value] for value in self.values)
            return {
                "activity": f"took part in: {named}",
                "exit": f"left for: {named}",
                "evidence": f"has evidence of: {named}",
            }[self.event]
        if self.event == "gain":
            return f"higher than at the initial assessment: {table_columns('outcomes')[self.scale].label}"
        return {"start": "joined the programme", "in_work": "in work at an in-work review"}[self.event]

    @property
    def when(self) -> str:
        """When it counts, in words."""
        return _WHEN[self.event]

    @property
    def evidence_words(self) -> str:
        """What evidence is needed, in words."""
        if not self.evidence:
            return "the record itself"
        return f"accepted evidence of {table_columns('evidence')['what'].choices[self.evidence]}"


class Check(Strict):
    """A relation between counts that holds whatever the records: the parts of `parts` together, against `whole`."""

    check: str = Field(min_length=1, description="what must hold, in words")
    parts: tuple[str, ...] = Field(min_length=1, description="measures that are added up")
    relation: Literal["add up to", "at most"] = Field(description="how they stand to the whole")
    whole: str = Field(description="measure they are held against")


@dataclass(frozen=True)
class Rules:
    """The counting rules of a programme, in the order of the file, and the checks between its counts."""

    rules: tuple[CountingRule, ...]
    checks: tuple[Check, ...]
    name: str

    @cached_property
    def by_measure(self) -> dict[str, CountingRule]:
        """All rules by measure."""
        return {rule.measure: rule for rule in self.rules}

    @property
    def used(self) -> tuple[CountingRule, ...]:
        """The rules of the programme itself."""
        return tuple(rule for rule in self.rules if not rule.alternative_to)

    @property
    def alternatives(self) -> tuple[CountingRule, ...]:
        """The rules that the funder does not use."""
        return tuple(rule for rule in self.rules if rule.alternative_to)

    def base_words(self, rule: CountingRule) -> str:
        """Who is in the base of a rule, in words."""
        if rule.unit == "organisations":
            return "no base: organisations"
        parts = [] if rule.base_measure and not rule.base.words else [rule.base.words or "all participants"]
        parts += [f"counted in: {self.by_measure[rule.base_measure].label}"] if rule.base_measure else []
        parts += ["with an answer both at the initial assessment and later"] if rule.event == "gain" else []
        return "; ".join(parts)


def restricts(rule: CountingRule, whole: CountingRule) -> bool:
    """Whether a rule is another with conditions on columns added, and nothing else."""
    names = ("unit", "event", "values", "scale", "stages", "evidence", "base_measure")
    plain = whole.who == EVERYBODY and whole.base == EVERYBODY and (rule.who != EVERYBODY or rule.base != EVERYBODY)
    return plain and all(getattr(rule, name) == getattr(whole, name) for name in names)


def contains(rule: CountingRule, other: CountingRule) -> bool:
    """Whether everybody who counts by the other rule counts by this one, as the two are written.

    >>> narrow = CountingRule(measure="a", label="a", table="results", event="exit", values=("education",), evidence="destination")
    >>> wide = CountingRule(measure="b", label="b", table="results", event="exit", values=("education", "training"))
    >>> contains(wide, narrow), contains(narrow, wide)
    (True, False)
    """
    same = all(getattr(rule, name) == getattr(other, name) for name in ("unit", "event", "scale"))
    wider = set(rule.values) >= set(other.values) and set(rule.stages) >= set(other.stages)
    asks = all(
        getattr(rule, name) in (nothing, getattr(other, name))
        for name, nothing in (("who", EVERYBODY), ("base", EVERYBODY), ("base_measure", ""), ("evidence", ""))
    )
    return same and wider and asks


def has_rules(study: Study) -> bool:
    """Whether a study has counting rules."""
    return (study.raw / FILE).is_file()


def read_rules(study: Study) -> Rules:
    """Read and check a study's counting rules; raises InputError at the first that does not fit."""
    name = study.name(FILE)
    content = study.document(FILE)
    if not isinstance(content, dict) or not isinstance(content.get("rules"), list):
        raise InputError(
            name,
            found="no list of rules",
            expected="a list under the key 'rules'",
            action="start it with 'rules:' and one '- measure: ...' each",
        )
    rules = tuple(
        _entry(CountingRule, values, name, "rules", place) for place, values in enumerate(content["rules"], 1)
    )
    checks = tuple(
        _entry(Check, values, name, "checks", place) for place, values in enumerate(content.get("checks") or [], 1)
    )
    found = Rules(rules, checks, name)
    _check_names(found)
    return found


def _entry(model: type[Any], values: Any, name: str, group: str, place: int) -> Any:
    place_words = f"{group}, entry {place}"
    if not isinstance(values, dict):
        raise InputError(
            name,
            column=place_words,
            found=repr(values),
            expected="keys and values",
            action="write it as '- measure: ...'",
        )
    return validate(model, values, name, None, entry=str(values.get("measure") or place_words))


def _check_names(rules: Rules) -> None:
    seen: set[str] = set()
    used = {rule.measure for rule in rules.used}
    for rule in rules.rules:
        _known(
            rules, rule.measure, "measure", rule.measure not in seen, f"{rule.measure!r} twice", "every measure once"
        )
        for column in ("base_measure", "alternative_to"):
            value = getattr(rule, column)
            _known(
                rules,
                rule.measure,
                column,
                not value or value in used,
                repr(value),
                "a measure of the programme's own rules",
            )
        seen.add(rule.measure)
    for check in rules.checks:
        for measure in (*check.parts, check.whole):
            _known(
                rules, check.check, "measure", measure in used, repr(measure), "a measure of the programme's own rules"
            )


def _known(rules: Rules, entry: str, column: str, good: bool, found: str, expected: str) -> None:
    if not good:
        raise InputError(
            rules.name, column=f"{entry}.{column}", found=found, expected=expected, action="correct the name"
        )
