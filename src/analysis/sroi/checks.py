"""Whether a value map can be computed: ids, cycles, units, and the ranges of shares and durations."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.currency import DEFAULT
from analysis.errors import InputError
from analysis.expressions import Expression, ExpressionError, evaluate, find_cycle, references
from analysis.quantities import Interval, as_interval
from analysis.sroi.prices import known
from analysis.sroi.units import OF_A_YEAR, PLAIN, Unit, UnitError, money, parse_unit, unit_of
from analysis.sroi.value_map import FORMULAS, Row, ValueMap, cells
from analysis.study.register import Assumption, Register

LONGEST = 100  # years; a longer duration is a slip of units
NUMPY = {"min": np.minimum, "max": np.maximum}
YEAR = parse_unit("years")
_WITHIN_ONE = ("deadweight", "displacement", "attribution", "drop_off")


def check_names(value_map: ValueMap, register: Register) -> None:
    """Every formula names register ids, terms or reference figures; no term goes round in a circle."""
    for name in value_map.terms:
        if name in register or known(name):
            raise InputError(
                value_map.settings_name,
                column=f"terms.{name}",
                found="a term with the id of a register entry",
                expected="an id of its own",
                action="rename the term",
            )
    for row, column, formula in _formulas(value_map):
        _check_known(value_map, register, row, column, formula)
    cycle = find_cycle(
        {
            name: tuple(r for r in references(formula) if r in value_map.terms)
            for name, formula in value_map.terms.items()
        }
    )
    if cycle:
        raise InputError(
            value_map.settings_name,
            column=f"terms.{cycle[0]}",
            found=f"a term that leads back to itself: {' -> '.join(cycle)}",
            expected="terms that rest on the register in the end",
            action="replace one of these references by a register id or a number",
        )


def _formulas(value_map: ValueMap) -> list[tuple[Row | None, str, Expression]]:
    settings = [(None, f"terms.{name}", formula) for name, formula in value_map.terms.items()]
    rows = [(row, column, formula) for row in value_map.rows for column, formula in cells(row)]
    return [*settings, (None, "discount_rate", value_map.discount_rate), *rows]


def _trouble(value_map: ValueMap, row: Row | None, column: str, found: str, expected: str, action: str) -> InputError:
    if row is None:
        return InputError(value_map.settings_name, column=column, found=found, expected=expected, action=action)
    return value_map.trouble(row, column, found, expected, action)


def _check_known(value_map: ValueMap, register: Register, row: Row | None, column: str, formula: Expression) -> None:
    for name in references(formula):
        if not (name in value_map.terms or known(name) or name in register.entries):
            raise _trouble(
                value_map,
                row,
                column,
                f"{name!r}, which is not known",
                f"ids of {register.name}, terms of {value_map.settings_name}, cpi_<year>, gdp_deflator_<year>, index_<name>_<year> or months_per_year",
                "correct the id, or add the entry to the register with its source and range",
            )


def check_shape(value_map: ValueMap) -> None:
    """Costs hold amounts alone; drop-off needs a duration to act on."""
    defaults = {column: default for column, default in FORMULAS.items() if default}
    for row in value_map.costs:
        for column in set(FORMULAS) - {"quantity", "change", "proxy"}:
            formula = row.formulas.get(column)
            if formula is not None and str(getattr(formula, "value", "")) != f"{float(defaults.get(column, 'nan'))}":
                raise value_map.trouble(
                    row, column, "a formula in a row of cost", "an empty cell", "empty the cell; costs stand in year 0"
                )
        if row.start:
            raise value_map.trouble(
                row, "start", str(row.start), "an empty cell", "empty the cell; costs stand in year 0"
            )
    for row in value_map.outcomes:
        if not row.lasts and getattr(row.formulas["drop_off"], "value", 1.0) != 0.0:
            raise value_map.trouble(
                row,
                "drop_off",
                "a drop-off without a duration",
                "a duration, or no drop-off",
                "give the duration in years and the proxy by year, or empty the drop-off",
            )


def check_units(value_map: ValueMap, entries: Mapping[str, Assumption], currency: str = DEFAULT) -> None:
    """Costs and one-off values are money of the map's price year, lasting ones money a year; shares are plain numbers."""
    units = _units(value_map, entries)
    amount = money(value_map.settings.price_year, currency)
    _expect(units, None, "discount_rate", value_map.discount_rate, (PLAIN, PLAIN / YEAR))
    for row in value_map.rows:
        whole = units.whole(row)
        wanted = amount / YEAR if row.lasts else amount
        if whole != wanted:
            raise value_map.trouble(
                row,
                "proxy" if row.kind == "outcome" else "quantity",
                f"quantity x change x proxy in {whole}",
                str(wanted),
                _advice(whole, wanted),
            )
        if row.lasts:
            _expect(units, row, "duration", row.formulas["duration"], (YEAR,))
        for column in _WITHIN_ONE:
            _expect(units, row, column, row.formulas[column], (PLAIN,))
        for share in row.shares.values():
            _expect(units, row, "beneficiaries", share, (PLAIN,))


def _advice(found: Unit, wanted: Unit) -> str:
    money_of = {name for unit in (found, wanted) for name, _ in unit.powers if OF_A_YEAR.fullmatch(name)}
    if len({name.partition(" of ")[0] for name in money_of}) > 1:
        return "convert it into the study's currency by a register entry, or set `currency` in study.yaml"
    if len(money_of) > 1:
        return (
            "set `uprate_with: cpi` in value_map.yaml, or uprate by hand: multiply by cpi_<price year of the map> / cpi_<price "
            "year of the proxy>, or by a register entry for it"
        )
    return "correct the formula, or the units of the register entries it names; a value by year needs a duration"


def row_units(value_map: ValueMap, entries: Mapping[str, Assumption]) -> dict[str, Unit]:
    """The unit of quantity x amount of change x financial proxy, by row. InputError for a formula without one."""
    units = _units(value_map, entries)
    return {row.id: units.whole(row) for row in value_map.rows}


def _units(value_map: ValueMap, entries: Mapping[str, Assumption]) -> "_Units":
    units = _Units(value_map, {name: _register_unit(entry) for name, entry in entries.items()})
    for name, formula in value_map.terms_in_order():
        units.known[name] = units.of(None, f"terms.{name}", formula)
    return units


@dataclass
class _Units:
    """Units by name: of register entries as they state them, of terms as they follow."""

    value_map: ValueMap
    known: dict[str, Unit]

    def whole(self, row: Row) -> Unit:
        """The unit of a row's quantity, change and proxy together."""
        found = PLAIN
        for column in ("quantity", "change", "proxy"):
            found = found * self.of(row, column, row.formulas[column])
        return found

    def of(self, row: Row | None, column: str, formula: Expression) -> Unit:
        """The unit of a formula; what cannot be added becomes an error at its cell."""
        try:
            return unit_of(formula, self.known)
        except UnitError as error:
            raise _trouble(
                self.value_map,
                row,
                column,
                str(error),
                "units that go together",
                "convert one of them by a register entry, or correct its unit",
            ) from None


def _register_unit(entry: Assumption) -> Unit:
    try:
        return parse_unit(entry.unit, entry.price_year)
    except UnitError as error:
        raise InputError(
            "assumptions.yaml",
            column=f"{entry.id}.unit",
            found=f"{entry.unit!r}: {error}",
            expected="a unit in words, money with a price year",
            action="correct the unit or the price_year",
        ) from None


def _expect(units: _Units, row: Row | None, column: str, formula: Expression, allowed: tuple[Unit, ...]) -> None:
    found = units.of(row, column, formula)
    if not references(formula) or found in allowed:  # a typed number takes the column's unit
        return
    raise _trouble(
        units.value_map,
        row,
        column,
        f"a formula in {found}",
        str(allowed[0]),
        "divide months by months_per_year, or correct the units of the register entries it names",
    )


def check_ranges(value_map: ValueMap, entries: Mapping[str, Assumption]) -> None:
    """Shares lie between 0 and 1 and add to 1, durations and costs are not negative: at the centre and at every end.

    Looked at: all central values, all low, all high, and each entry at either end with the others central.
    """
    values: dict[str, Any] = probe(entries)
    with np.errstate(divide="ignore", invalid="ignore"):
        for name, formula in value_map.terms_in_order():
            values[name] = evaluate(formula, values, NUMPY)
    for row in value_map.rows:
        for column in ("quantity", "change", "proxy"):
            _ends(value_map, row, column, row.formulas[column], values)
    for row in value_map.outcomes:
        for column in _WITHIN_ONE:
            low, high = _ends(value_map, row, column, row.formulas[column], values)
            if low < 0 or high > 1:
                raise value_map.trouble(
                    row,
                    column,
                    f"{low:.6g} to {high:.6g} over the register's ranges",
                    "a share between 0 and 1",
                    "correct the formula, or the range of the entries it names",
                )
        if row.lasts and _ends(value_map, row, "duration", row.formulas["duration"], values)[0] < 0:
            raise value_map.trouble(
                row,
                "duration",
                "a negative duration",
                "a number of years from 0 up",
                "correct the formula, or the range of the entries it names",
            )
        _check_shares(value_map, row, values)
    for row in value_map.costs:
        if _ends(value_map, row, "quantity", row.formulas["quantity"], values)[0] < 0:
            raise value_map.trouble(
                row, "quantity", "a negative cost", "an amount from 0 up", "enter the cost as it was spent"
            )


def _check_shares(value_map: ValueMap, row: Row, values: Mapping[str, Any]) -> None:
    total = sum(np.asarray(_value(value_map, row, "beneficiaries", share, values)) for share in row.shares.values())
    worst = float(np.max(np.abs(np.asarray(total) - 1)))
    if worst > 1e-9:
        raise value_map.trouble(
            row,
            "beneficiaries",
            f"shares that add to {1 + worst:.6g} or {1 - worst:.6g}",
            "shares that add to 1 whatever the entries' values",
            "write one share as the rest, such as 'households: 1 - share_government - share_employer'",
        )


def probe(entries: Mapping[str, Assumption]) -> dict[str, np.ndarray]:
    """Values by id at the points that `check_ranges` looks at: an array of 3 + 2 x (number of entries) for each id."""
    ids = list(entries)
    table = np.tile([entries[name].value for name in ids], (3 + 2 * len(ids), 1))
    table[1], table[2] = [entries[name].low for name in ids], [entries[name].high for name in ids]
    for place, name in enumerate(ids):
        table[3 + 2 * place, place], table[4 + 2 * place, place] = entries[name].low, entries[name].high
    return {name: table[:, place] for place, name in enumerate(ids)}


def _ends(
    value_map: ValueMap, row: Row, column: str, formula: Expression, values: Mapping[str, Any]
) -> tuple[float, float]:
    found = np.asarray(_value(value_map, row, column, formula, values))
    return float(found.min()), float(found.max())


def _value(value_map: ValueMap, row: Row, column: str, formula: Expression, values: Mapping[str, Any]) -> Any:
    try:
        with np.errstate(divide="ignore", invalid="ignore"):
            found = evaluate(formula, values, NUMPY)
    except ExpressionError as error:
        raise value_map.trouble(row, column, str(error), "a formula with a value", "correct the formula") from None
    if not np.all(np.isfinite(found)):
        raise value_map.trouble(
            row,
            column,
            "a division by zero within the register's ranges",
            "a number at every value of the ranges",
            "narrow the range of the divisor",
        )
    return found


def horizon(value_map: ValueMap, entries: Mapping[str, Assumption]) -> int:
    """Years that the longest outcome may last, from year 0, at the ends of the register's ranges (interval arithmetic)."""
    ends = [row.start + (_longest(value_map, row, entries) if row.lasts else 1) for row in value_map.outcomes]
    needed = max(1, *ends)
    wanted = value_map.settings.years or needed
    if wanted < needed:
        raise InputError(
            value_map.settings_name,
            column="years",
            found=str(wanted),
            expected=f"at least {needed}, the end of the longest outcome",
            action="raise it, or leave it out",
        )
    return wanted


def _longest(value_map: ValueMap, row: Row, entries: Mapping[str, Assumption]) -> int:
    def interval(name: str) -> Interval | float:
        return (
            as_interval(evaluate(value_map.terms[name], interval))
            if name in value_map.terms
            else entries[name].interval
        )

    try:
        longest = as_interval(evaluate(row.formulas["duration"], interval)).high
    except ExpressionError as error:
        raise value_map.trouble(row, "duration", str(error), "a duration in years", "correct the formula") from None
    if longest > LONGEST:
        raise value_map.trouble(
            row,
            "duration",
            f"up to {longest:.6g} years",
            f"at most {LONGEST} years",
            "give the duration in years, not in weeks or months",
        )
    return max(1, math.ceil(longest - 1e-9))
