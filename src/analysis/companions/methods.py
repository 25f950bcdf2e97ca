"""The methods of a study as a page, made from the specification cases: a case is a test and documentation at once.

Each file of tests/spec opens with the methods its cases specify; a study's page shows those whose functions its results
name, and below them every other function that computed a number of the study, in its own words.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from inspect import getdoc
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
from pydantic import BeforeValidator, Field, model_validator

from analysis.companions.material import Appendix, Material
from analysis.companions.sheet import Sheet
from analysis.errors import InputError
from analysis.expressions import Expression, ExpressionError, Extreme, parse
from analysis.files import Strict, read_yaml, validate
from analysis.names import in_sentence
from analysis.reporting.formulas import EQUALS, mathml, symbol
from analysis.reporting.markup import Display
from analysis.reporting.nodes import Inline, Run, code, fact, facts, heading, label, link, listed, mathematics, region
from analysis.reporting.page import PageData
from analysis.results import Column, slug

TITLE = "Methods"
LEAD = "How the numbers of this study are computed: each method with its formula, its source, and cases worked independently of the program."
BY_HAND = "worked by hand"
_REASONS = ("because", "source")  # keys of a case that say where its expected value comes from
_WRAPPERS = {"given", "expected", "expect"}
_NO_INPUTS = {*_REASONS, "topic", "methods", "method", "function"}
Keys = Annotated[tuple[str, ...], BeforeValidator(lambda value: tuple(value) if isinstance(value, list) else value)]


class Method(Strict):
    """One method of a specification file: what it is, and which of the file's cases are its own."""

    name: str = Field(min_length=1, description="name of the method")
    question: str = Field(min_length=1, description="the question it answers")
    functions: Keys = Field(
        min_length=1, description="the functions tested, and those by whose name results record what they gave"
    )
    formulas: dict[str, Any] = Field(
        default_factory=dict,
        description="formulas: left side and right side, least and greatest as {min: [...]}, {max: [...]}",
    )
    rule: str = Field(default="", description="the rule in words, where no formula says it")
    source: str = Field(min_length=1, description="where the method comes from")
    cases: str = Field(
        default="cases", description="key of the file that holds the cases; a point: the file is one case"
    )
    where: dict[str, str | list[str]] = Field(default_factory=dict, description="only cases with these values")
    has: Keys = Field(default=(), description="only cases with these keys")
    shared: Keys = Field(default=(), description="keys of the file that belong to every case")
    given: Keys = Field(default=(), description="the inputs; empty: everything that is not expected")
    title: Keys = Field(default=("case",), description="keys that name a case")
    expected: Keys = Field(default=("expected",), description="keys of what must come out")
    otherwise: str = Field(default=BY_HAND, description="where expected values come from, where a case does not say it")

    @model_validator(mode="after")
    def _said(self) -> "Method":
        if not self.formulas and not self.rule:
            raise ValueError("a formula or a rule")
        return self

    @property
    def anchor(self) -> str:
        """Its id on the page."""
        return f"method-{slug(self.name).replace('_', '-')}"


def read_methods(folder: Path) -> dict[str, tuple[list[Method], dict[str, Any]]]:
    """Methods and content of each specification file in a folder, by file; InputError for a file without a valid heading."""
    return {path.name: _read(path, path.stat().st_mtime_ns) for path in sorted(folder.glob("*.yaml"))}


@cache  # studies share the files, and reading them is most of the work
def _read(path: Path, changed: int) -> tuple[list[Method], dict[str, Any]]:
    name = f"tests/spec/{path.name}"
    content = read_yaml(path, name)
    if not isinstance(content, dict) or not isinstance(content.get("methods"), list) or not content.get("topic"):
        raise InputError(
            name,
            found="no topic or no list of methods",
            expected="'topic:', and 'methods:' with name, question, functions, formulas or rule, source",
            action="say at the head of the file which methods its cases specify",
        )
    methods = [validate(Method, entry, name, None) for entry in content["methods"]]
    for method in methods:
        if not cases_of(method, content):
            raise InputError(
                name,
                column=method.name,
                found="no case",
                expected="a case for each method",
                action="correct cases, where or has",
            )
    return methods, content


def cases_of(method: Method, content: dict[str, Any]) -> list[dict[str, Any]]:
    """The cases of a method in the content of its file."""
    found = content if method.cases == "." else content.get(method.cases, [])
    listed = found if isinstance(found, list) else [found]
    return [case for case in listed if _belongs(case, method)]


def _belongs(case: dict[str, Any], method: Method) -> bool:
    fits = all(
        case.get(key) in (wanted if isinstance(wanted, list) else [wanted]) for key, wanted in method.where.items()
    )
    return fits and all(key in case for key in method.has)


def methods(material: Material) -> PageData:
    """The page, but for commit and links."""
    sheet, used = Sheet(material, "methods", TITLE, LEAD), functions_used(material.appendices)
    shown: set[str] = set()
    topics: dict[str, list[Display]] = {}  # several files may be of one topic
    sheet.section("How to read this page", sheet.page.say(_HOW))
    for found, content in read_methods(material.specifications).values():
        own = [method for method in found if used.keys() & set(method.functions)]
        shown |= {name for method in own for name in method.functions}
        parts = [part for method in own for part in _method(sheet, method, content, used)]
        topics.setdefault(str(content["topic"]), []).extend(parts)
    for topic, parts in topics.items():
        sheet.section(topic, *parts)
    sheet.section(
        "Other functions", *_others(sheet, {name: where for name, where in used.items() if name not in shown})
    )
    return sheet.page_data()


_HOW = (
    "A case says what goes in and what must come out. The same cases are run as tests, so that a program that no longer gives the"
    " expected values does not pass. The values of cases are examples; none is a finding of this study."
)


def functions_used(appendices: Iterable[Appendix]) -> dict[str, list[Appendix]]:
    """The functions that recorded results name, each with the appendices where it was used."""
    found: dict[str, list[Appendix]] = {}
    for appendix in appendices:
        for name in sorted({result.function for result in appendix.store if result.function}):
            found.setdefault(name, []).append(appendix)
    return found


def _method(
    sheet: Sheet, method: Method, content: dict[str, Any], used: dict[str, list[Appendix]]
) -> Iterator[Display]:
    where = {appendix.name: appendix for name in method.functions for appendix in used.get(name, ())}
    said: dict[str, Run] = {
        "Question": [label(method.question)],
        "Formula": [_formula(method, *sides) for sides in method.formulas.items()],
        "Rule": [label(method.rule)] if method.rule else [],
        "Source": [label(method.source)],
        "Used in": listed(link(appendix.href, [label(appendix.title)]) for appendix in where.values()),
        "Functions": listed(map(code, method.functions)),
        "Given in every case": _common(method, content),
    }
    entries = facts([fact([term], run) for term, run in said.items() if run], css="method")
    yield Display((heading(3, [label(method.name)], method.anchor), entries), plain=f"{method.name} (on the page).")
    yield _cases(sheet, method, content)


def _common(method: Method, content: dict[str, Any]) -> Run:
    """What belongs to every case, said once; a case that has its own says so itself."""
    common = {key: content[key] for key in method.shared if _is_input(key, method)}
    listing = {"type": "listing", "text": written(common)}
    return [region(f"{method.name}: given in every case", [listing], names=True)] if common else []


def _formula(method: Method, left: str, right: Any) -> Inline:
    """An equation in a region of its own that can scroll."""
    equation = f"<mrow>{_symbol(left)}{EQUALS}{mathml(expression(right), _symbol)}</mrow>"
    return region(f"{method.name}: formula of {left.replace('_', ' ')}", [mathematics(equation)], names=True)


def expression(written: Any) -> Expression:
    """A formula of a specification file: in the grammar of `analysis.expressions`, or {min: [a, b]}, {max: [a, b]} of two such."""
    if isinstance(written, dict) and len(written) == 1:
        ((which, sides),) = written.items()
        if which in ("min", "max") and isinstance(sides, list) and len(sides) == 2:
            return Extreme(which, expression(sides[0]), expression(sides[1]))
    if isinstance(written, dict | list):
        raise ExpressionError(f"{written!r} is no formula")
    return parse(str(written))


def _symbol(name: str) -> str:
    return symbol(name.replace("_", " "))


def _cases(sheet: Sheet, method: Method, content: dict[str, Any]) -> Display:
    """Table, folded: the cases of a method, with what goes in, what must come out, and where that comes from."""
    rows = [_case(method, case) for case in cases_of(method, content)]
    titles = _apart([row.pop("title") for row in rows])
    frame = pd.DataFrame(rows, index=pd.Index(titles, name="case"))
    columns = {
        "given": Column("Given"),
        "expected": Column("Expected"),
        "because": Column("Where the expected value comes from"),
    }
    shown = sheet.page.table(
        f"cases_{slug(method.name)}",
        frame,
        columns,
        f"{{={method.name}}}: worked cases.",
        row_header="Case",
        text={"given": "code", "expected": "code", "because": "label"},
    )
    summary = f"Worked cases: {in_sentence(method.name)}"
    return Display(({"type": "unfolding", "summary": summary, "of": list(shown.blocks)},), plain=shown.plain)


def _case(method: Method, case: dict[str, Any]) -> dict[str, str]:
    given = {key: value for key, value in case.items() if _is_input(key, method)}
    expected = {key: case[key] for key in method.expected if key in case}
    because = ". ".join(str(case[key]).strip().rstrip(".") for key in _REASONS if key in case) or method.otherwise
    title = ", ".join(_title(key, case[key]) for key in method.title if key in case)
    return {"title": title, "given": written(given), "expected": written(expected), "because": because}


def _is_input(key: str, method: Method) -> bool:
    if method.given:
        return key in method.given
    return (
        key not in _NO_INPUTS
        and key not in method.expected
        and (key not in method.title or method.title != ("case",) and key not in ("name", "figure"))
    )


def _title(key: str, value: Any) -> str:
    return str(value) if key in ("case", "name", "figure") else f"{key.replace('_', ' ')} {_flow(value)}"


def _apart(titles: list[str]) -> list[str]:
    """Titles that can be told apart; those without a name, or of one name, are numbered."""
    slugs = [slug(title) for title in titles]
    return [
        title if title and slugs.count(own) == 1 else f"{title}, case {place}" if title else f"Case {place}"
        for place, (title, own) in enumerate(zip(titles, slugs, strict=True), start=1)
    ]


def written(value: dict[str, Any]) -> str:
    """The inputs or the expected values of a case, a line for each name; what is listed under a name is indented.

    A name that only says "given" or "expected" is left out.

    >>> print(written({"n": 3, "claims": [{"id": "A", "printed": "41%"}, {"id": "B", "printed": "7"}], "scale": None}))
    n: 3
    claims:
      A: printed 41%
      B: printed 7
    scale: none
    """
    if len(value) == 1 and next(iter(value)) in _WRAPPERS:
        (inside,) = value.values()
        return written(inside) if isinstance(inside, dict) else _flow(inside)
    return "\n".join(f"{key.replace('_', ' ')}:{_under(part)}" for key, part in value.items())


def _under(value: Any, indent: str = "\n  ") -> str:
    """What stands under a name: on the same line, or on lines of their own where it has parts with names."""
    if isinstance(value, dict) and value and "id" not in value:
        return "".join(f"{indent}{key}:{_under(part, indent + '  ')}" for key, part in value.items())
    if isinstance(value, list) and any(isinstance(part, dict) for part in value):
        return "".join(f"{indent}{_flow(part)}" for part in value)
    if isinstance(value, str) and "\n" in value.strip():
        return "".join(f"{indent}{line}" for line in value.strip().splitlines())
    return f" {_flow(value)}"


def _flow(value: Any) -> str:
    """A value on one line; of a record with an id, the id first."""
    if isinstance(value, dict) and "id" in value:
        return f"{value['id']}: " + ", ".join(f"{key} {_flow(part)}" for key, part in value.items() if key != "id")
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_flow(part)}" for key, part in value.items())
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    words = {None: "none", True: "yes", False: "no"}
    return words[value] if value is None or isinstance(value, bool) else str(value).strip()


def _others(sheet: Sheet, used: dict[str, list[Appendix]]) -> Iterator[Display]:
    """Table: functions without a specification case, in the words of their own documentation."""
    if not used:
        return
    yield sheet.page.say(
        "These functions have no case of their own here; they read, arrange or combine what the methods above give, or are tested"
        " without a case in this form. What each does stands in its documentation."
    )
    frame = pd.DataFrame(
        {
            "does": [first_line(name) for name in used],
            "appendix": [", ".join(a.title for a in where) for where in used.values()],
        },
        index=pd.Index(list(used), name="function"),
    )
    yield sheet.page.table(
        "functions",
        frame,
        {"does": Column("What it does"), "appendix": Column("Used in")},
        "Other functions that computed numbers of this study.",
        row_header="Function",
        text={"does": "label", "appendix": "label"},
    )


@cache
def first_line(name: str) -> str:
    """The first sentence of a function's documentation."""
    return (getdoc(function_named(name)) or "").split("\n\n")[0].replace("\n", " ").replace("`", "")


def function_named(name: str) -> Any:
    """The function, method or module of a dotted name; ValueError if there is none.

    >>> function_named("analysis.results.slug").__name__
    'slug'
    """
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found: Any = import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            found = getattr(found, part, None)
        if found is not None:
            return found
        break
    raise ValueError(f"{name} is no function of this project")
