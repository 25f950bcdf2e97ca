"""Units: what may be added, what a product is, and what an uprating does."""

import pytest

from analysis.expressions import parse
from analysis.sroi.units import PLAIN, UnitError, money, parse_unit, unit_of


@pytest.mark.parametrize(
    ("text", "year", "expected"),
    [
        ("people", None, "person"),
        ("GBP per week", 2013, "pounds of 2013 per week"),
        ("weeks per year", None, "week per year"),
        ("pounds of 2013 per pound of 2011", None, "pounds of 2013 per pounds of 2011"),
        ("ratio", None, "a plain number"),
        ("GBP per GBP", None, "a plain number"),
        ("index points", 2013, "pounds of 2013 per basket"),
        ("£", 2020, "pounds of 2020"),
        ("GBP per person per year", 2011, "pounds of 2011 per person per year"),
    ],
)
def test_reading(text, year, expected):
    assert str(parse_unit(text, year)) == expected


@pytest.mark.parametrize(
    ("text", "year", "message"),
    [("GBP per week", None, "without a price year"), ("5 people", None, "no unit"), ("a=b", None, "no unit")],
)
def test_refusing(text, year, message):
    with pytest.raises(UnitError, match=message):
        parse_unit(text, year)


UNITS = {
    "then": parse_unit("GBP per week", 2011),
    "now": parse_unit("GBP per week", 2013),
    "weeks": parse_unit("weeks"),
    "people": parse_unit("people"),
    "cpi_2011": parse_unit("index points", 2011),
    "cpi_2013": parse_unit("index points", 2013),
    "share": PLAIN,
    "raise": parse_unit("pounds of 2013 per pound of 2011"),
}


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("now * weeks", money(2013)),
        ("then * weeks * cpi_2013 / cpi_2011", money(2013)),
        ("then * raise * weeks", money(2013)),
        ("now + then * cpi_2013 / cpi_2011", parse_unit("GBP per week", 2013)),
        ("1 - share * (1 - share)", PLAIN),
        ("-now", UNITS["now"]),
        ("people / people", PLAIN),
        ("2 * people + people / 3", UNITS["people"]),
        ("1 / weeks", PLAIN / UNITS["weeks"]),
    ],
)
def test_products_and_sums(formula, expected):
    assert unit_of(parse(formula), UNITS) == expected


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("now + then", "pounds of 2013.*pounds of 2011.*uprating"),
        ("weeks + people", "week and person"),
        ("1 - weeks", "cannot be added"),
        ("now * weeks + now", "cannot be added"),
    ],
)
def test_what_cannot_be_added(formula, message):
    with pytest.raises(UnitError, match=message):
        unit_of(parse(formula), UNITS)
