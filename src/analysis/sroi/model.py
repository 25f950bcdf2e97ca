"""The model of a study as one vectorised function of its assumptions."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from analysis.currency import DEFAULT
from analysis.errors import InputError
from analysis.expressions import ExpressionError, evaluate, references
from analysis.results import Kind
from analysis.sroi import checks
from analysis.sroi.prices import known, reference_entries
from analysis.sroi.steps import Step, expand
from analysis.sroi.uprating import uprated
from analysis.sroi.value_map import ValueMap, cells, has_value_map, read_value_map
from analysis.study import Study
from analysis.study.measured import Asked, InForce
from analysis.study.register import Assumption, Register

Number = float | np.ndarray


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a model gives at one set of values, or at n sets: every entry a float, or every one an array of n.

    Pounds of the map's price year, present values: `value` and `cost` in all, `net` the one less the other, `ratio`
    their quotient, and the value by beneficiary, by row of the value map and by year from the start. Each is computed
    when first asked for, since most analyses of many draws want the ratio alone.
    """

    model: "Model"
    found: dict[str, Any]
    shape: tuple[int, ...]

    @cached_property
    def value(self) -> Number:
        """Value in all."""
        return self._at("total.value")

    @cached_property
    def cost(self) -> Number:
        """Cost in all."""
        return self._at("total.cost")

    @cached_property
    def ratio(self) -> Number:
        """Value for each pound of cost."""
        return self._at("total.ratio")

    @cached_property
    def net(self) -> Number:
        """Value less cost."""
        return self._at("total.net")

    @cached_property
    def by_beneficiary(self) -> dict[str, Number]:
        """Value by who receives it."""
        return {name: self._at(step) for name, step in self.model.beneficiary_steps.items()}

    @cached_property
    def by_outcome(self) -> dict[str, Number]:
        """Value by row of the value map."""
        return {name: self._at(step) for name, step in self.model.outcome_steps.items()}

    @cached_property
    def by_year(self) -> dict[int, Number]:
        """Value by year from the start."""
        return {year: self._at(f"total.year.{year}") for year in range(self.model.years)}

    def _at(self, name: str) -> Number:
        return _shaped(self.model.complete(self.found, (name,))[name], self.shape)


@dataclass(frozen=True)
class Model:
    """A value map over its register: `entries` are the assumptions and reference figures it rests on, by id; `study` is whose."""

    value_map: ValueMap
    entries: dict[str, Assumption]
    years: int
    known: frozenset[str]
    currency: str = DEFAULT
    study: str = ""
    asked: Mapping[str, Asked] = field(default_factory=dict)
    uprated: Mapping[str, int] = field(
        default_factory=dict
    )  # rows raised to the price year, with the year they were of
    passed = True  # of records it takes only what disclosure control has let be shown

    def called(self, name: str) -> str:
        """An entry or a term of the value map in words."""
        return self.entries[name].short_label if name in self.entries else self.value_map.term_labels[name]

    def raised(self, row: str) -> float:
        """By how much a row of the value map was raised to the map's price year; 1 for one that was in its prices."""
        settings, before = self.value_map.settings, self.uprated.get(row)
        if before is None:
            return 1.0
        now, then = (self.entries[f"{settings.uprate_with}_{year}"].value for year in (settings.price_year, before))
        return now / then

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Register ids the model depends on, in the order of the value map; fixed reference figures are left out."""
        return tuple(name for name, entry in self.entries.items() if not known(name))

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The formulas, each after those it needs: the one definition behind every form of the model."""
        return expand(self.value_map, self.years)

    @cached_property
    def step(self) -> dict[str, Step]:
        """The formulas by id."""
        return {step.id: step for step in self.steps}

    @property
    def outcome_steps(self) -> dict[str, str]:
        """The step that gives each outcome's value, by row of the value map."""
        return {row.id: f"{row.id}.present" for row in self.value_map.outcomes}

    @property
    def beneficiary_steps(self) -> dict[str, str]:
        """The step that gives the value each beneficiary receives, by name."""
        return {name: f"beneficiary.{place}" for place, name in enumerate(self.value_map.beneficiaries)}

    def rests_on(self, *wanted: str) -> tuple[str, ...]:
        """Register ids that some of the steps depend on, through the steps they are made of, in the order of the value map.

        Raises KeyError for a name that is no step.
        """
        named = {
            name
            for step in self._order(tuple(self.step[name].id for name in wanted))
            for name in references(step.expression)
        }
        return tuple(name for name in self.inputs if name in named)

    def inputs_of(self, *steps: str, scenario: str = "") -> str:
        """What some steps rest on, as the inputs of a number: entries of the register, by the model's own formulas, else the value map.

        In a scenario the entries that it gives values of its own are replaced by the settings that give them.
        """
        names, given = self.rests_on(*steps), self.value_map.settings.scenarios.get(scenario, {})
        entries = [f"assumption:{name}" for name in names if name not in given]
        settings = [self.value_map.settings_name] if set(names) & set(given) else []
        return " ".join([*entries, *settings]) or self.value_map.name

    @property
    def read_from(self) -> tuple[str, ...]:
        """What the model as a whole rests on, as the inputs of numbers."""
        return tuple(self.inputs_of("total.ratio").split())

    @cached_property
    def kind(self) -> Kind:
        """How the model's results are known: calibrated or assumed as soon as one of its entries is, else measured if one was."""
        kinds = {entry.kind for entry in self.entries.values()}
        least = Kind.MEASURED if self.measured else Kind.RECOMPUTED
        return next((kind for kind in (Kind.CALIBRATED, Kind.ASSUMED) if str(kind) in kinds), least)

    @property
    def measured(self) -> dict[str, Asked]:
        """The entries whose value the study's own records measured, by id."""
        return {name: each for name, each in self.asked.items() if each.found and name in self.entries}

    def as_written(self, *names: str) -> "Model":
        """The model with some measured entries, or all, at the values that the register has beside them."""
        back = {name: each.written for name, each in self.measured.items() if name in names or not names}
        return replace(self, entries=self.entries | back) if back else self

    @property
    def central(self) -> dict[str, float]:
        """The register's value of every entry."""
        return {name: entry.value for name, entry in self.entries.items()}

    @property
    def scenarios(self) -> dict[str, dict[str, float]]:
        """The value of every entry by scenario; `central` is the register's own unless the map defines it."""
        named = {"central": {}} | self.value_map.settings.scenarios
        return {scenario: self.central | values for scenario, values in named.items()}

    def evaluate(self, values: Mapping[str, Number] | None = None) -> Outcome:
        """The outcome at `values` by register id, floats or arrays of one length; others take their central value.

        Raises InputError for an id that the register does not hold and for a duration beyond the years of the model.
        """
        shape = np.broadcast_shapes(*(np.shape(value) for value in (values or {}).values()))
        return Outcome(self, self._given(values), shape)

    def evaluate_steps(self, values: Mapping[str, Number] | None = None) -> dict[str, Any]:
        """The value of every step by id, and of every entry; raises as `evaluate`."""
        return self.complete(self._given(values), tuple(self.step))

    def complete(self, found: dict[str, Any], wanted: tuple[str, ...]) -> dict[str, Any]:
        """`found` with the values of the steps wanted, and of all they rest on, where they are not there yet."""
        for step in self._order(wanted):
            if step.id not in found:
                found[step.id] = evaluate(step.expression, found, checks.NUMPY)
        return found

    def _order(self, wanted: tuple[str, ...]) -> tuple[Step, ...]:
        """The steps wanted and those they rest on, each after those it needs."""
        if wanted not in self._orders:
            needed = set(wanted)
            for step in reversed(self.steps):
                needed.update(references(step.expression) if step.id in needed else ())
            self._orders[wanted] = tuple(step for step in self.steps if step.id in needed)
        return self._orders[wanted]

    @cached_property
    def _orders(self) -> dict[tuple[str, ...], tuple[Step, ...]]:
        return {}

    def _given(self, values: Mapping[str, Number] | None) -> dict[str, Any]:
        given = dict(values or {})
        for name in given:
            if name not in self.known and name not in self.entries:
                raise InputError(
                    self.value_map.name,
                    column=name,
                    found="a value for an id that the register does not hold",
                    expected=f"one of {', '.join(self.inputs)}",
                    action="correct the id",
                )
        found: dict[str, Any] = self.central | {name: value for name, value in given.items() if name in self.entries}
        self._refuse_long(found)
        return found

    def _refuse_long(self, found: dict[str, Any]) -> None:
        lasting = [row for row in self.value_map.outcomes if row.lasts]
        self.complete(found, tuple(name for row in lasting for name in references(row.formulas["duration"])))
        for row in lasting:
            if np.max(evaluate(row.formulas["duration"], found, checks.NUMPY)) + row.start > self.years + 1e-9:
                raise self.value_map.trouble(
                    row,
                    "duration",
                    f"an end beyond the {self.years} years of the model",
                    f"an end within {self.years} years",
                    f"set years in {self.value_map.settings_name} to as many as are needed",
                )


def read_model(study: Study) -> Model | None:
    """A study's model, from its value map and its register; None where it brings no value map, its valuation being what was printed.

    Raises InputError for whatever does not fit.
    """
    return assemble(read_value_map(study), study.in_force, study) if has_value_map(study) else None


def assemble(value_map: ValueMap, register: Register, study: Study) -> Model:
    """A model from a value map and a register, read from wherever; everything is checked here."""
    checks.check_names(value_map, register)
    checks.check_shape(value_map)
    named = _named(value_map)
    entries = _entries(named, register, study)
    raised = uprated(value_map, entries, study.info.currency)
    value_map, entries = raised.value_map, _entries(_named(raised.value_map), register, study)
    checks.check_units(value_map, entries, study.info.currency)
    _check_scenarios(value_map, entries, register)
    checks.check_ranges(value_map, entries)
    asked = register.asked if isinstance(register, InForce) else {}
    years = checks.horizon(value_map, entries | {name: asked[name].either for name in asked.keys() & entries.keys()})
    known_ids, currency = frozenset(register), study.info.currency
    model = Model(value_map, entries, years, known_ids, currency, study.id, asked, raised.years)
    _check_central(model)
    return model


def _entries(named: Iterable[str], register: Register, study: Study) -> dict[str, Assumption]:
    entries = {name: register[name] for name in named if name in register.entries}
    return entries | reference_entries(named, study)


def _named(value_map: ValueMap) -> tuple[str, ...]:
    """Every id that a formula in use names, in the order of the rows."""
    formulas = [formula for row in value_map.rows for _, formula in cells(row)] + [
        value_map.discount_rate,
        *value_map.terms.values(),
    ]
    return tuple(
        dict.fromkeys(name for formula in formulas for name in references(formula) if name not in value_map.terms)
    )


def _check_scenarios(value_map: ValueMap, entries: Mapping[str, Assumption], register: Register) -> None:
    for scenario, values in value_map.settings.scenarios.items():
        for name, value in values.items():
            place = f"scenarios.{scenario}.{name}"
            if name not in entries:
                raise InputError(
                    value_map.settings_name,
                    column=place,
                    found="an id that the value map does not use",
                    expected="an id that a formula names",
                    action="correct the id, or take it out",
                )
            written = (
                register.asked[name].written
                if isinstance(register, InForce) and name in register.asked
                else entries[name]
            )
            if not written.low <= value <= written.high:
                raise InputError(
                    value_map.settings_name,
                    column=place,
                    found=f"{value:g}",
                    action=f"widen the range in {register.name}, or correct the value",
                    expected=f"a value within the register's range, {written.low:g} to {written.high:g}",
                )


def _check_central(model: Model) -> None:
    try:
        ratio = float(model.evaluate().ratio)
    except ExpressionError:
        ratio = math.nan
    if not math.isfinite(ratio):
        raise InputError(
            model.value_map.name,
            column="quantity",
            found="costs of 0, or a division by zero",
            expected="costs above 0",
            action="enter the costs, and look for a divisor that is 0",
        )


def _shaped(value: Any, shape: tuple[int, ...]) -> Number:
    return np.broadcast_to(np.asarray(value, dtype=float), shape) if shape else float(value)
