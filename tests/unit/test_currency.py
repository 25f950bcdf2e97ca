"""The currency of a study: amounts, units, words, and what cannot be added."""

import pytest

from analysis.currency import in_currency, sign
from analysis.results import write
from analysis.sroi.units import UnitError, money, parse_unit, same


@pytest.mark.parametrize(
    ("unit", "text"),
    [("EUR", "€1,300"), ("EUR per EUR", "€1,300"), ("GBP", "£1,300"), ("CHF", "CHF\xa01,300"), ("people", "1,300")],
)
def test_amounts(unit, text):
    assert write(1300, unit, 0) == text


def test_negative_amounts():
    assert write(-2.5, "EUR", 2) == "−€2.50"


def test_units_of_two_currencies_cannot_be_added():
    assert parse_unit("EUR per week", 2016) * parse_unit("weeks") == money(2016, "EUR") == parse_unit("euros of 2016")
    with pytest.raises(UnitError, match="pounds of 2016"):
        same(parse_unit("GBP", 2016), parse_unit("EUR", 2016))
    with pytest.raises(UnitError, match="euros without a price year"):
        parse_unit("EUR")


def test_words_of_ours_change_and_names_from_data_do_not():
    assert (
        in_currency("£ and pounds for each pound: {=Weight in pounds}", "EUR")
        == "€ and euros for each euro: {=Weight in pounds}"
    )
    assert in_currency("compound", "EUR") == "compound" and sign("USD") == "$"
