"""One formula in three languages: each reads back as the same tree, or shows the same structure."""

import re

from hypothesis import given, strategies as st

from analysis.expressions import Extreme, Negation, Number, Operation, Reference, evaluate, parse
from analysis.reporting.formulas import Dialect, exact, mathml, symbol, write_formula

SHEET = Dialect(str, {"min": "MIN", "max": "MAX"})
NUMBERS = st.floats(0, 1e6, allow_nan=False).map(Number)
LEAVES = NUMBERS | st.sampled_from("abc").map(Reference)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.builds(Operation, st.sampled_from("+-*/"), inner, inner) | st.builds(Negation, inner),
    max_leaves=12,
)


@given(TREES)
def test_what_is_written_reads_back_as_the_same_tree(tree):
    assert parse(write_formula(tree, SHEET)) == tree


@given(st.floats(0, allow_nan=False, allow_infinity=False))
def test_a_number_reads_back_as_the_same_double(value):
    assert float(exact(value)) == value


@given(TREES)
def test_mathml_is_well_formed_and_keeps_every_name(tree):
    from xml.etree.ElementTree import fromstring

    root = fromstring(f"<math>{mathml(tree, symbol)}</math>")
    names = re.findall(r"[abc](?![a-z])", write_formula(tree, SHEET))
    assert sorted(name.text for name in root.iter("mi")) == sorted(names)


def test_extremes_take_the_name_of_the_language():
    tree = Extreme("max", Number(0.0), Extreme("min", Number(1.0), Reference("d")))
    assert write_formula(tree, SHEET) == "MAX(0,MIN(1,d))"
    assert evaluate(tree, {"d": 0.4}) == 0.4 and evaluate(tree, {"d": 3.0}) == 1 and evaluate(tree, {"d": -1.0}) == 0


def test_names_from_data_are_escaped():
    assert symbol("<b>") == "<mi>&lt;b&gt;</mi>"
