"""The heads of the specification files: what is tested here is what the methods pages say."""

from pathlib import Path

import pytest
import toy_companions as toys
import yaml

from analysis.companions.methods import Method, cases_of, expression, function_named, methods, read_methods, written
from analysis.companions.sheet import TEMPLATES
from analysis.errors import InputError
from analysis.expressions import ExpressionError, evaluate, references
from analysis.reporting.page import render_page
from analysis.results import ResultStore

HERE = Path(__file__).parent
FILES = read_methods(HERE)
METHODS = [(file, method) for file, (found, _) in FILES.items() for method in found]
IDS = [f"{file}: {method.name}" for file, method in METHODS]


def test_every_file_of_cases_is_there():
    assert set(FILES) == {path.name for path in HERE.glob("*.yaml")} and len(METHODS) > 40


@pytest.mark.parametrize(("file", "method"), METHODS, ids=IDS)
def test_its_functions_exist(file, method):
    assert all(callable(function_named(name)) for name in method.functions)


@pytest.mark.parametrize(("file", "method"), METHODS, ids=IDS)
def test_its_formulas_can_be_read_and_name_something(file, method):
    assert all(references(expression(written)) for written in method.formulas.values())


@pytest.mark.parametrize("file", FILES)
def test_every_case_of_a_file_belongs_to_a_method(file):
    found, content = FILES[file]
    claimed = [id(case) for method in found for case in cases_of(method, content)]
    listed = [
        case
        for key, value in content.items()
        if key != "methods" and isinstance(value, list)
        for case in value
        if isinstance(case, dict)
    ]
    assert [case for case in listed if id(case) not in claimed] == []
    used = {
        key
        for method in found
        for key in (method.cases, *method.shared, *method.given, *(method.expected if method.cases == "." else ()))
    }
    assert set(content) - used <= {"topic", "methods"}


@pytest.mark.parametrize(("file", "method"), METHODS, ids=IDS)
def test_every_case_says_what_must_come_out(file, method):
    assert all(any(key in case for key in method.expected) for case in cases_of(method, FILES[file][1]))


def test_a_page_shows_every_case_when_results_name_every_function(tmp_path):
    """Of a study whose results name the first function of each method, the page has each case once in its method's table."""
    material = toys.toy(tmp_path)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "spec").symlink_to(HERE)
    store = material.appendices[0].store
    named = [
        toys.Result(f"r.f{place}", "x", 1, "", toys.Kind.MEASURED, function=method.functions[0])
        for place, (_, method) in enumerate(METHODS)
    ]
    ResultStore({result.id: result for result in (*store, *named)}).write(
        material.study.processed / "results" / "05_sroi.json"
    )
    appendices = tuple(toys.Appendix(a.name, a.title, a.question, a.processed) for a in material.appendices)
    page = render_page(methods(toys.Material(material.study, appendices)), "", (), TEMPLATES)
    for file, method in METHODS:
        table = page.split(f'id="{method.anchor}"')[1].split("</table>")[0]
        assert table.count('<tr><th scope="row"') == len(cases_of(method, FILES[file][1])), method.name
        for key in method.shared:  # said once for all cases, and not again in each
            assert table.count(f"\n{key}:") + table.count(f">{key}:") == 1, key
        assert "<math display" in table or not method.formulas


@pytest.mark.parametrize(
    ("written_as", "values", "worth"),
    [
        ("a / (b + 1)", {"a": 6.0, "b": 2.0}, 2.0),
        ({"max": ["0", "row + column - total"]}, {"row": 30.0, "column": 40.0, "total": 100.0}, 0.0),
        ({"max": ["0", "row + column - total"]}, {"row": 16241.0, "column": 14948.0, "total": 25024.0}, 6165.0),
        ({"min": ["row", "column"]}, {"row": 16241.0, "column": 14948.0}, 14948.0),
    ],
)
def test_a_formula_of_a_head_says_what_it_seems_to_say(written_as, values, worth):
    assert evaluate(expression(written_as), values) == worth


def formula(name: str, left: str):
    return expression(next(method for _, method in METHODS if method.name == name).formulas[left])


def test_the_formulas_of_social_return_give_the_first_case_worked_by_hand():
    """10 people x 0.5 x £100 is £500; x 0.8 x 0.9 x 0.75 is £270; over £100."""
    gross = evaluate(formula("Social return on investment", "gross"), {"quantity": 10.0, "change": 0.5, "proxy": 100.0})
    net = evaluate(
        formula("Social return on investment", "net"),
        {"gross": gross, "deadweight": 0.2, "displacement": 0.1, "attribution": 0.25},
    )
    assert (gross, net) == (500.0, pytest.approx(270.0))
    assert evaluate(formula("Social return on investment", "ratio"), {"value": net, "cost": 100.0}) == pytest.approx(
        2.7
    )


def test_the_formulas_of_shares_and_regressions_agree_with_cases_worked_by_hand():
    """Shares: the root of 13 over 100. Regression: F = 4.1783 for R² = 0.0439 of 93 people."""
    share = evaluate(formula("Share of one part among two", "share"), {"part": 60.0, "other": 40.0})
    values = {"share": share, "part": 60.0, "other": 40.0, "variance_of_part": 25.0, "variance_of_other": 25.0}
    assert evaluate(formula("Share of one part among two", "variance"), values) == pytest.approx(13 / 100**2)
    for name in ("Regression behind a published share of variance", "A published share of variance"):
        assert evaluate(formula(name, "f"), {"r_squared": 0.0439, "n": 93.0}) == pytest.approx(4.1783, abs=5e-5)


@pytest.mark.parametrize(
    "wrong", [{"max": ["a"]}, {"sum": ["a", "b"]}, ["a"], "a +", "__import__('os')", {"min": "ab"}]
)
def test_what_is_no_formula_is_refused(wrong):
    with pytest.raises(ExpressionError):
        expression(wrong)


HEAD = {"name": "N", "question": "Q?", "functions": ["analysis.results.slug"], "rule": "R", "source": "S"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ([{"case": "a"}], "no topic"),
        ({"topic": "T", "cases": []}, "no topic or no list of methods"),
        ({"methods": [HEAD], "cases": [{"case": "a", "expected": 1}]}, "no topic"),
        ({"topic": "T", "methods": [HEAD], "cases": []}, "a case for each method"),
        ({"topic": "T", "methods": [HEAD | {"rule": ""}], "cases": [{"case": "a"}]}, "a formula or a rule"),
        ({"topic": "T", "methods": [HEAD | {"formular": "x"}], "cases": [{"case": "a"}]}, "formular"),
        (
            {"topic": "T", "methods": [HEAD | {"where": {"kind": "b"}}], "cases": [{"case": "a", "kind": "c"}]},
            "a case for each method",
        ),
    ],
)
def test_a_file_with_a_head_that_does_not_fit_is_refused_by_name(tmp_path, content, told):
    (tmp_path / "odd.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_methods(tmp_path)
    assert told in str(caught.value) and "tests/spec/odd.yaml" in str(caught.value)


def test_names_of_no_function_are_refused():
    for name in ("analysis.results.slugs", "analysis.nothing.x", "nothing"):
        with pytest.raises(ValueError, match="no function"):
            function_named(name)


def test_values_are_written_a_line_for_each_name():
    assert written({"expected": [6165, 14948]}) == "[6165, 14948]"
    assert written({"a": 1, "b": {"c": [1, None], "d": True}}) == "a: 1\nb:\n  c: [1, none]\n  d: yes"
    assert written({"people": "x,y\n1,2\n"}) == "people:\n  x,y\n  1,2"


def test_a_method_has_an_id_of_its_own():
    anchors = [method.anchor for _, method in METHODS]
    assert len(set(anchors)) == len(anchors)
    assert isinstance(METHODS[0][1], Method)
