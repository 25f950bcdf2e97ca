"""From a value map to one ordered list of formulas: the single definition that every form of the model is written from.

For each outcome (A guide to Social Return on Investment, 2012, stages 4 and 5):

    gross = quantity x amount of change x financial proxy                      pounds, or pounds a year
    net   = gross x (1 - deadweight) x (1 - displacement) x (1 - attribution)
    value in year t = net x part of year t within the duration x (1 - drop-off) ^ (full years since the start)
    present value   = sum over years of value in year t x discount factor of year t
    discount factor = 1 in year 0, then each the one before / (1 + discount rate)

A row without a duration is worth `net` once, in its year of start. Costs stand in year 0.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce

from analysis.expressions import Expression, Extreme, Number, Operation, Reference
from analysis.sroi.value_map import Row, ValueMap

ONE, ZERO = Number(1.0), Number(0.0)
SHARES_TAKEN = ("deadweight", "displacement", "attribution")


@dataclass(frozen=True)
class Step:
    """One named formula over register ids and earlier steps.

    `role` says what it is (`term`, `gross`, `net`, `kept`, `year`, `present`, `discount`, `cost`, ...); `row` the row of
    the value map it belongs to, `year` the year, `who` the beneficiary, each empty or -1 where it does not apply.
    """

    id: str
    expression: Expression
    role: str
    row: str = ""
    year: int = -1
    who: str = ""


def expand(value_map: ValueMap, years: int) -> tuple[Step, ...]:
    """All steps of a model over `years` years, each after those it needs."""
    rows = [step for row in value_map.outcomes for step in _outcome(row, years)]
    return (
        *(Step(name, formula, "term") for name, formula in value_map.terms_in_order()),
        *_discounts(value_map, years),
        *_costs(value_map),
        *rows,
        *_totals(value_map, years, rows),
    )


def _discounts(value_map: ValueMap, years: int) -> Iterator[Step]:
    yield Step("discount.rate", value_map.discount_rate, "rate")
    yield Step("discount.0", ONE, "discount", year=0)
    for year in range(1, years):
        yield Step(
            f"discount.{year}",
            _over(Reference(f"discount.{year - 1}"), _plus(ONE, Reference("discount.rate"))),
            "discount",
            year=year,
        )


def _costs(value_map: ValueMap) -> Iterator[Step]:
    for row in value_map.costs:
        yield Step(
            f"{row.id}.cost",
            _product(row.formulas[column] for column in ("quantity", "change", "proxy")),
            "cost",
            row.id,
        )
    yield Step("total.cost", _sum(Reference(f"{row.id}.cost") for row in value_map.costs), "total_cost")


def _outcome(row: Row, years: int) -> Iterator[Step]:
    yield Step(
        f"{row.id}.gross", _product(row.formulas[column] for column in ("quantity", "change", "proxy")), "gross", row.id
    )
    taken = [_minus(ONE, row.formulas[column]) for column in SHARES_TAKEN]
    yield Step(f"{row.id}.net", _product([Reference(f"{row.id}.gross"), *taken]), "net", row.id)
    yearly = list(_yearly(row, years))
    yield from yearly
    present = (times(Reference(step.id), Reference(f"discount.{step.year}")) for step in yearly if step.role == "year")
    yield Step(f"{row.id}.present", _sum(present), "present", row.id)


def _yearly(row: Row, years: int) -> Iterator[Step]:
    """The value of a row in each year in which it may have any, and the part of it that drop-off has left."""
    net = Reference(f"{row.id}.net")
    if not row.lasts:
        yield Step(f"{row.id}.year.{row.start}", net, "year", row.id, row.start)
        return
    keeps = row.formulas["drop_off"] != ZERO
    for year in range(row.start, years):
        elapsed, kept = year - row.start, ONE
        if keeps and elapsed:
            before = Reference(f"{row.id}.kept.{year - 1}") if elapsed > 1 else ONE
            yield Step(
                f"{row.id}.kept.{year}", times(before, _minus(ONE, row.formulas["drop_off"])), "kept", row.id, year
            )
            kept = Reference(f"{row.id}.kept.{year}")
        yield Step(
            f"{row.id}.year.{year}",
            _product([net, _part(row.formulas["duration"], elapsed), kept]),
            "year",
            row.id,
            year,
        )


def _part(duration: Expression, elapsed: int) -> Expression:
    """The part of a year that lies within the duration: max(0, min(1, duration - years since the start))."""
    return Extreme("max", ZERO, Extreme("min", ONE, _minus(duration, Number(float(elapsed)))))


def _totals(value_map: ValueMap, years: int, rows: list[Step]) -> Iterator[Step]:
    present = {row.id: Reference(f"{row.id}.present") for row in value_map.outcomes}
    for who in value_map.beneficiaries:
        parts = [times(present[row.id], row.shares[who]) for row in value_map.outcomes if who in row.shares]
        yield Step(f"beneficiary.{value_map.beneficiaries.index(who)}", _sum(parts), "beneficiary", who=who)
    for year in range(years):
        parts = [Reference(step.id) for step in rows if step.role == "year" and step.year == year]
        yield Step(f"total.year.{year}", times(_sum(parts), Reference(f"discount.{year}")), "total_year", year=year)
    yield Step("total.value", _sum(present.values()), "total_value")
    yield Step("total.net", _minus(Reference("total.value"), Reference("total.cost")), "total_net")
    yield Step("total.ratio", _over(Reference("total.value"), Reference("total.cost")), "total_ratio")


def _product(factors: Iterable[Expression]) -> Expression:
    return reduce(times, factors)


def _sum(terms: Iterable[Expression]) -> Expression:
    return reduce(_plus, terms, ZERO)


def times(left: Expression, right: Expression) -> Expression:
    """A product, without factors that are 1 and with nothing left of what is 0."""
    if ZERO in (left, right):
        return ZERO
    return left if right == ONE else right if left == ONE else Operation("*", left, right)


def _plus(left: Expression, right: Expression) -> Expression:
    return right if left == ZERO else left if right == ZERO else Operation("+", left, right)


def _minus(left: Expression, right: Expression) -> Expression:
    return left if right == ZERO else Operation("-", left, right)


def _over(left: Expression, right: Expression) -> Expression:
    return Operation("/", left, right)
