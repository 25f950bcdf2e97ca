"""Value maps that cannot be computed: each stops at once, with the file, the place, what was found and what to do."""

import pytest
from value_maps import cost, entry, outcome, write_study

from analysis.errors import InputError
from analysis.sroi.model import read_model

ENTRIES = [
    entry("cost", 100, "GBP"),
    entry("reached", 10, "people"),
    entry("worth", 5, "GBP per person"),
    entry("old", 5, "GBP per person", price_year=2011),
    entry("weekly", 5, "GBP per week"),
    entry("weeks", 4, "weeks"),
    entry("months", 6, "months"),
    entry("years", 2, "years"),
    entry("share", 0.5, "ratio", 0.4, 0.6),
    entry("wide", 0.5, "ratio", 0.4, 1.2),
    entry("debt", 1, "years", -1, 2),
    entry("yearly", 5, "GBP per year"),
    entry("zero", 1, "ratio", 0, 1),
]
GOOD = {"quantity": "reached", "proxy": "worth"}

ROWS = [  # what is wrong, cells of the row, column, words of the message
    ("a call", {"quantity": "max(reached)"}, "quantity", "nothing can be called"),
    ("a call with a dot", {"quantity": "reached.real"}, "quantity", "not part of a formula"),
    ("an index", {"quantity": "reached[0]"}, "quantity", "not part of a formula"),
    ("an import", {"quantity": "__import__('os')"}, "quantity", "nothing can be called"),
    ("a loop", {"quantity": "[x for x in reached]"}, "quantity", "not part of a formula"),
    ("a power", {"quantity": "reached ** 2"}, "quantity", "unexpected"),
    ("a spreadsheet formula", {"quantity": "=reached"}, "quantity", "not part of a formula"),
    ("a lambda", {"quantity": "lambda: 1"}, "quantity", "not part of a formula"),
    ("a string", {"quantity": "'10'"}, "quantity", "not part of a formula"),
    ("an unknown id", {"quantity": "raeched"}, "quantity", "not known"),
    ("a claim", {"quantity": "claim:TO-001"}, "quantity", "not known"),
    ("an empty quantity", {"quantity": ""}, "quantity", "at least 1 character"),
    ("a price year that does not fit", {"proxy": "old"}, "proxy", "pounds of 2011"),
    ("pounds of two years added", {"proxy": "worth + old"}, "proxy", "cannot be added"),
    ("no pounds at all", {"proxy": "1"}, "proxy", "in person"),
    ("pounds a week left over", {"proxy": "weekly", "quantity": "1"}, "proxy", "per week"),
    ("a flow without a duration", {"quantity": "yearly", "proxy": ""}, "proxy", "per year"),
    (
        "a duration in months",
        {"quantity": "yearly", "proxy": "", "duration": "months"},
        "duration",
        "a formula in month",
    ),
    ("a duration of a one-off value", {"duration": "years"}, "proxy", "pounds of 2020 per year"),
    ("a deadweight above one", {"deadweight": "1.2"}, "deadweight", "between 0 and 1"),
    ("a deadweight that may be above one", {"deadweight": "wide"}, "deadweight", "0.4 to 1.2"),
    ("a negative attribution", {"attribution": "-share"}, "attribution", "between 0 and 1"),
    ("a share in people", {"displacement": "reached"}, "displacement", "a formula in person"),
    ("a negative duration", {"quantity": "yearly", "proxy": "", "duration": "-2"}, "duration", "negative"),
    (
        "a duration that may be negative",
        {"quantity": "yearly", "proxy": "", "duration": "debt"},
        "duration",
        "negative",
    ),
    ("a duration without end", {"quantity": "yearly", "proxy": "", "duration": "1000"}, "duration", "at most 100"),
    ("a drop-off of a one-off value", {"drop_off": "share"}, "drop_off", "without a duration"),
    ("shares that miss the whole", {"beneficiaries": "a: 0.5; b: 0.4"}, "beneficiaries", "add to"),
    ("shares that add up by chance only", {"beneficiaries": "a: share; b: 0.5"}, "beneficiaries", "add to"),
    ("a beneficiary without a share", {"beneficiaries": "a; b: 1"}, "beneficiaries", "name: share"),
    ("a beneficiary twice", {"beneficiaries": "a: 0.5; a: 0.5"}, "beneficiaries", "each name once"),
    ("a start within a year", {"start": "0.5"}, "start", "a whole number"),
    ("a negative start", {"start": "-1"}, "start", "a whole number"),
    ("an unknown kind", {"kind": "benefit"}, "kind", "'cost' or 'outcome'"),
    ("a row name that is no name", {"row": "=1+1"}, "row", "small letters, digits and _"),
    ("a division by what may be zero", {"change": "1 / zero"}, "change", "division by zero"),
]


def study(root, row=None, entries=ENTRIES, rows=None, settings=None):
    return write_study(root, entries, rows or [cost(), outcome(**(GOOD | (row or {})))], settings)


def test_the_map_that_the_faults_are_put_into_is_sound(tmp_path):
    assert read_model(study(tmp_path)).evaluate().ratio == 0.5


@pytest.mark.parametrize(("row", "column", "words"), [case[1:] for case in ROWS], ids=[case[0] for case in ROWS])
def test_a_bad_cell(tmp_path, row, column, words):
    with pytest.raises(InputError) as caught:
        read_model(study(tmp_path, row))
    message = str(caught.value)
    assert caught.value.row == 3 and words in message and "What to do" in message
    assert caught.value.column == column and "value_map.csv" in message


SETTINGS = [
    (
        "a circle of terms",
        {"terms": [{"id": "a", "label": "A", "formula": "b + 1"}, {"id": "b", "label": "B", "formula": "2 * a"}]},
        "leads back to itself",
    ),
    ("a term of itself", {"terms": [{"id": "a", "label": "A", "formula": "a"}]}, "leads back to itself"),
    ("a term named like an entry", {"terms": [{"id": "share", "label": "A", "formula": "1"}]}, "a term with the id"),
    ("a term twice", {"terms": [{"id": "a", "label": "A", "formula": "1"}] * 2}, "one id for two terms"),
    ("a discount rate in people", {"discount_rate": "reached"}, "a formula in person"),
    ("a scenario of nothing known", {"scenarios": {"low": {"nothing": 1}}}, "does not use"),
    ("a scenario out of range", {"scenarios": {"low": {"cost": 1}}}, "within the register's range"),
    ("no price year", {"price_year": None}, "integer"),
    ("a field nobody knows", {"inflation": 2}, "no field of this name"),
    ("fewer years than are needed", {"years": 0}, "greater than or equal to 1"),
]


@pytest.mark.parametrize(("settings", "words"), [case[1:] for case in SETTINGS], ids=[case[0] for case in SETTINGS])
def test_bad_settings(tmp_path, settings, words):
    with pytest.raises(InputError) as caught:
        read_model(study(tmp_path, settings=settings))
    assert words in str(caught.value) and "value_map.yaml" in str(caught.value)


REGISTER = [
    ("pounds without a price year", entry("cost", 100, "GBP", price_year=None), "price year"),
    ("low above high", entry("cost", 100, "GBP", 120, 110), "low <= value <= high"),
    ("a unit that is none", entry("cost", 100, "=1+1"), "no unit"),
    (
        "pounds spelt otherwise, without a price year",
        entry("cost", 100, "pounds", price_year=None),
        "without a price year",
    ),
]


@pytest.mark.parametrize(("bad", "words"), [case[1:] for case in REGISTER], ids=[case[0] for case in REGISTER])
def test_a_bad_entry_of_the_register(tmp_path, bad, words):
    with pytest.raises(InputError) as caught:
        read_model(study(tmp_path, entries=[bad, *ENTRIES[1:]]))
    assert words in str(caught.value) and "assumptions.yaml" in str(caught.value)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([outcome(**GOOD)], "no row of the kind 'cost'"),
        ([cost()], "no row of the kind 'outcome'"),
        ([cost("0 * cost"), outcome(**GOOD)], "costs of 0"),
        ([cost(), outcome(**GOOD), outcome(**GOOD)], "twice"),
        ([cost("-cost"), outcome(**GOOD)], "a negative cost"),
        ([cost("reached"), outcome(**GOOD)], "in person"),
        ([cost(deadweight="0.1"), outcome(**GOOD)], "in a row of cost"),
        ([cost(start="2"), outcome(**GOOD)], "costs stand in year 0"),
    ],
)
def test_bad_rows(tmp_path, rows, words):
    with pytest.raises(InputError) as caught:
        read_model(study(tmp_path, rows=rows))
    assert words in str(caught.value)


def test_a_year_that_the_price_index_lacks(tmp_path):
    with pytest.raises(InputError, match="no price index for 1850"):
        read_model(study(tmp_path, {"proxy": "worth * cpi_2020 / cpi_1850"}))
