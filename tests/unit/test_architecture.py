"""The layers of docs/architecture.md: a module imports only from layers above its own, and no one calls home."""

import ast
import re
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[2] / "src" / "analysis"
LAYERS = [
    {
        "errors",
        "files",
        "quantities",
        "expressions",
        "linear_programs",
        "names",
        "output",
        "currency",
        "results",
        "described",
    },
    {"bounds", "multiple_tests"},
    {"study", "participants", "ordered_logit"},
    {"audit", "sroi", "programme", "census", "coding", "questionnaire", "english", "participation", "examples"},
    {"disclosure"},
    {"reporting"},
    {"companions"},
    {"pipeline"},
    {"bundle", "comparison", "live", "tools"},
    {"cli", "commands", "__main__"},
]
LAYER = {name: number for number, names in enumerate(LAYERS) for name in names}
DOMAIN = 3
MODULES = sorted(path for path in SRC.rglob("*.py") if path != SRC / "__init__.py")


def part(path: Path) -> str:
    """The first-level module a file belongs to."""
    return path.relative_to(SRC).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """First-level modules of ours that a file imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names |= {node.module} if node.module != "analysis" else {f"analysis.{alias.name}" for alias in node.names}
    return {name.split(".")[1] for name in names if name.startswith("analysis.")}


def module_name(path: Path) -> str:
    """A module as it is imported, below `analysis`."""
    return ".".join(path.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__")


NAMES = {module_name(path): path for path in MODULES}


def modules_imported(path: Path) -> set[str]:
    """Modules of ours that a file imports, anywhere in it: within functions and for types, too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.removeprefix("analysis.") for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            whole = {alias.name: f"{node.module}.{alias.name}".removeprefix("analysis.") for alias in node.names}
            found |= {full if full in NAMES else node.module.removeprefix("analysis.") for full in whole.values()}
    return found & set(NAMES)


def circle(leads_to: dict[str, set[str]]) -> list[str]:
    """One way from a module back to itself, or nothing.

    >>> circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}), circle({"a": {"b", "c"}, "b": {"c"}, "c": set()})
    (['b', 'c', 'b'], [])
    """
    ended: set[str] = set()

    def back(name: str, way: list[str]) -> list[str]:
        if name in way:
            return [*way[way.index(name) :], name]
        found = next(
            (way for each in sorted(leads_to[name]) if each not in ended and (way := back(each, [*way, name]))), []
        )
        ended.add(name)
        return found

    return next((way for name in sorted(leads_to) if name not in ended and (way := back(name, []))), [])


KNOWN = {("reporting.markup", "reporting.render")}  # a display shows itself as HTML


def test_no_module_leads_back_to_itself():
    leads_to = {name: modules_imported(path) - {name} for name, path in NAMES.items()}
    assert {(name, other) for name, other in KNOWN if other not in leads_to[name]} == set(), "gone: take it out"
    kept = {name: {other for other in others if (name, other) not in KNOWN} for name, others in leads_to.items()}
    assert circle(kept) == []


@pytest.mark.parametrize(
    ("leads_to", "found"),
    [
        ({"a": {"b"}, "b": {"c"}, "c": {"b"}}, ["b", "c", "b"]),
        ({"a": {"b", "c"}, "b": {"c"}, "c": set()}, []),
        ({"a": set(), "b": {"d"}, "c": {"a", "b"}, "d": {"c"}}, ["b", "d", "c", "b"]),
    ],
)
def test_a_circle_is_found(leads_to, found):
    assert circle(leads_to) == found


PARSERS = {"html.parser", "html5lib", "bs4", "lxml", "xml", "parsel", "pyquery", "selectolax"}
SOUGHT = {"search", "match", "fullmatch", "findall", "finditer", "sub", "subn", "split", "compile"}
MARKUP = re.compile(r"</?[A-Za-z!?][\w-]*|</|<\\s|\b(?:id|class|href|data-\w+)=\\?[\"']")  # a tag, or an attribute
GROUP = re.compile(r"\(\?(?:P?<[!=]?\w*>?|:)")  # (?P<name>...), (?<=...), (?:...): the notation of patterns, no markup
READS = {
    "disclosure/page.py": "the last search for leaks is through the finished file, as a reader has it",
    "reporting/svg.py": "matplotlib's drawing",
    "bundle/one_file.py": "the tree of pages of a PDF that the browser wrote",
    "reporting/workbook.py": "XML in a workbook that openpyxl wrote",
    "participants/cells.py": "markup that a participant's cell must not have",
    "coding/refi.py": "the REFI-QDA standard is XML, which other programs write",
    "coding/projects.py": "likewise",
    "coding/archive.py": "likewise",
}


def markup_read(source: str) -> list[str]:
    """What in a module reads markup: parsers it imports, and texts with markup that are given to be searched for."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if _is_parser(alias.name)]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [node.module] if any(_is_parser(f"{node.module}.{a.name}") for a in node.names) else []
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _searches(node.func):
            found += [text for part in node.args[:1] for text in _texts(part) if MARKUP.search(GROUP.sub("", text))]
    return found


def _is_parser(name: str) -> bool:
    return any(name == parser or name.startswith(f"{parser}.") for parser in PARSERS)


def _searches(function: ast.Attribute) -> bool:
    """Whether a call is one of `re`, or a search in a text: `text.partition("<td>")`, `text.find(...)`."""
    of_re = isinstance(function.value, ast.Name) and function.value.id in ("re", "regex")
    return function.attr in SOUGHT if of_re else function.attr in {"partition", "rpartition", "find", "index", "split"}


def _texts(node: ast.AST) -> list[str]:
    found = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
    return [
        part.decode("latin-1") if isinstance(part, bytes) else part for part in found if isinstance(part, str | bytes)
    ]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SRC).as_posix())
def test_no_module_reads_the_html_that_the_project_wrote(path):
    found = markup_read(path.read_text(encoding="utf-8"))
    assert bool(found) == (path.relative_to(SRC).as_posix() in READS), found or "reads none any more: take it out"


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ("from html.parser import HTMLParser", True),
        ("from html import parser", True),
        ("import xml.etree.ElementTree as E", True),
        ("import lxml.html", True),
        ("from html import escape", False),
        ("import re\nre.compile(r'<td[^>]*>')", True),
        ("import re\nre.findall(rf'<h2 id=\"{name}\">', page)", True),
        ('import re\nre.search(\'id="([^"]+)"\', page)', True),
        ("import re\nre.sub(b'</section>', b'', page)", True),
        ("page.partition('<main>')", True),
        ("import re\nre.compile(r'<(?:td|th)>')", True),
        ("import re\nre.compile(r'<\\s*td')", True),
        ("import re\nre.compile(r'(?P<name>a)(?<!b)(?<=c)\\s*<')", False),
        ("import re\nre.sub('a', '<b>', text)", False),
        ("page = f'<p>{text}</p>'", False),
    ],
)
def test_what_reads_markup_is_told_from_what_writes_it(source, reads):
    assert bool(markup_read(source)) is reads


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SRC).as_posix())
def test_a_module_imports_only_from_layers_above(path):
    own = part(path)
    assert own in LAYER, f"{own} has no layer; add it to docs/architecture.md and here"
    for name in imports(path) - {own}:
        assert LAYER[name] <= LAYER[own], f"{own} imports {name}"
        assert not (LAYER[name] == LAYER[own] == DOMAIN), f"the domain module {own} imports the domain module {name}"


WORDING = {"errors.py": {"os.environ"}}  # one variable decides how messages are worded, and nothing else
FORBIDDEN = {"eval", "exec", "compile", "__import__"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SRC).as_posix())
def test_nothing_is_evaluated_as_code_and_no_one_reads_the_clock_or_the_environment(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not calls & FORBIDDEN
    if part(path) == "pipeline":
        return
    attributes = {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    attributes -= WORDING.get(path.relative_to(SRC).as_posix(), set())
    assert not attributes & {"os.environ", "os.getenv", "time.time", "datetime.now", "date.today", "datetime.today"}
