"""The safe grammar: what it accepts, what it refuses, and that it computes what Python's own arithmetic does."""

import ast
import operator

import numpy as np
import pytest
from hypothesis import given, strategies as st

from analysis.expressions import (
    DEEPEST,
    MOST_OPERATIONS,
    ExpressionError,
    evaluate,
    find_cycle,
    parse,
    references,
    to_text,
)

HOSTILE = [
    "__import__('os').system('true')",
    "abs(1)",
    "claim:CO-001(2)",
    "a.b",
    "a[0]",
    "a if b else c",
    "lambda: 1",
    "1 ** 2",
    "x = 1",
    "[1, 2]",
    "{1}",
    "'text'",
    "f'{x}'",
    "a; b",
    "a\nimport os",
    "1 and 2",
    "not a",
    "a == b",
    "~1",
    "1 // 2",
    "2 % 2",
    "claim:co-001",
    "claim:CO",
    "claim:CO-1x",
    "claim:CO-001.value",
    "result:..",
    "1_000",
    "0x10",
    "1e",
    "1..2",
    "@a",
    "`a`",
    "a b",
    "1 2",
    "()",
    "(",
    ")",
    "1 +",
    "+ 1",
    "* 2",
    "",
    "   ",
    "a:b",
    "İ",
    "１２",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_anything_outside_the_grammar_is_refused(text):
    with pytest.raises(ExpressionError):
        parse(text)


def test_a_call_is_named_as_such():
    with pytest.raises(ExpressionError, match="nothing can be called"):
        parse("claim:CO-001 / max(1, 2)")


def test_depth_and_length_are_bounded():
    with pytest.raises(ExpressionError, match="nested"):
        parse("(" * (DEEPEST + 1) + "1" + ")" * (DEEPEST + 1))
    with pytest.raises(ExpressionError, match="nested"):
        parse("-" * (DEEPEST + 1) + "1")
    with pytest.raises(ExpressionError, match="characters"):
        parse("1+" * 6000 + "1")


def test_a_long_sum_is_no_deep_one_and_one_too_long_is_told():
    assert evaluate(parse("+".join(["1"] * (MOST_OPERATIONS + 1))), {}) == MOST_OPERATIONS + 1
    with pytest.raises(ExpressionError, match="1000 signs of calculation; at most 250"):
        parse("/".join(["1"] * 1001))


@pytest.mark.parametrize("text", ["1e309", "1" * 9_990, "2 - 1e400", "1e300 * 1e300"])
def test_numbers_that_cannot_be_computed_with_are_told(text):
    with pytest.raises(ExpressionError, match="too large to compute with"):
        evaluate(parse(text), {})


def test_hyphens_of_claims_are_not_minus_signs():
    values = {"claim:CO-101": 10.0, "claim:CO-102": 4.0}
    assert evaluate(parse("claim:CO-101-claim:CO-102"), values) == 6
    assert references(parse("claim:CO-102 - claim:CO-101 + claim:CO-102")) == ("claim:CO-102", "claim:CO-101")


def test_division_by_zero_and_unknown_names_are_told():
    with pytest.raises(ExpressionError, match="divides by zero"):
        evaluate(parse("1 / (a - a)"), {"a": 2.0})
    with pytest.raises(ExpressionError, match="'b'"):
        evaluate(parse("a + b"), {"a": 2.0})


def test_arrays_go_through():
    found = evaluate(parse("-a * (b + 1)"), {"a": np.array([1.0, 2.0]), "b": np.array([3.0, 4.0])})
    assert found.tolist() == [-4.0, -10.0]


PYTHON = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def by_python(node: ast.expr) -> float:
    """An oracle of its own: Python's parser and operators."""
    match node:
        case ast.Constant(value):
            return float(value)
        case ast.UnaryOp(ast.USub(), operand):
            return -by_python(operand)
        case ast.BinOp(left, op, right):
            return PYTHON[type(op)](by_python(left), by_python(right))
    raise AssertionError(node)


formulas = st.recursive(
    st.integers(0, 99).map(str),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"{t[0]} {t[1]} {t[2]}"),
        inner.map(lambda t: f"({t})"),
        inner.map(lambda t: f"-({t})"),
    ),
    max_leaves=12,
)


@given(formulas)
def test_values_agree_with_python_s_own_parser(text):
    tree = ast.parse(text, mode="eval").body
    try:
        expected = by_python(tree)
    except ZeroDivisionError:
        with pytest.raises(ExpressionError):
            evaluate(parse(text), {})
        return
    assert evaluate(parse(text), {}) == expected


@given(formulas)
def test_written_out_and_read_again_it_means_the_same(text):
    again = to_text(parse(text)).replace("×", "*").replace("−", "-").replace(",", "")
    try:
        expected = evaluate(parse(text), {})
    except ExpressionError:
        return
    assert evaluate(parse(again), {}) == pytest.approx(expected, rel=1e-9)


@given(st.text(max_size=40))
def test_no_text_does_anything_but_parse_or_refuse(text):
    try:
        parse(text)
    except ExpressionError:
        pass


def test_cycles():
    assert find_cycle({"a": ("b",), "b": ("c",), "c": ()}) == ()
    assert find_cycle({"a": ("a",)}) == ("a", "a")
    assert find_cycle({"a": ("b",), "b": ("c",), "c": ("b",)}) == ("b", "c", "b")
    chain = {str(i): (str(i + 1),) for i in range(50_000)}
    assert find_cycle(chain) == ()  # long chains do not exhaust the stack
