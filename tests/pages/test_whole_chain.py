"""From every number of every published page: in two steps to its function or formula, its inputs, and print or raw data.

Read from the pages as they are published, not from the code that wrote them: a number leads to an entry of the list at
the page's end, an entry to those of its inputs. Within two steps there must stand a line of the source, a raw table, an
entry of an assumption register with its source, or a parameter of the page.
"""

import html
import importlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from analysis.pipeline.parameters import planned_runs
from analysis.pipeline.provenance import stage_dependencies

pytestmark = [pytest.mark.pages, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
RUNS = [f"{study}/{notebook}" for notebook, study in planned_runs(ROOT)]
BESIDE = {"05_sroi": "model"}  # the page beside a notebook's that has a list of sources of its own
PAGES = [(run, run) for run in RUNS] + [
    (run, run.replace(name, page)) for run in RUNS for name, page in BESIDE.items() if run.endswith(name)
]
ENTRY = re.compile(r'<li id="from-(\d+)">(.*?)</li>', re.DOTALL)
AWAY = re.compile(r"\w+\.html#(?:from-\d+|claim-[A-Z]+-\d+)$")
STEP = re.compile(r'href="#from-(\d+)"')
LAST = re.compile(
    r"source line \d+|data/(?:raw|processed)/\S+|params\.yaml|a rule of disclosure control|definition: calendar"
)
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Element:
    """An open element: its tag, its attributes, and for a row the entry that its header leads to."""

    tag: str
    attributes: dict[str, str]
    entry: str = ""


@dataclass
class Numbers(HTMLParser):
    """Every element that shows a recorded number outside drawings: the result, and where it leads once its row is read."""

    open: list[Element] = field(default_factory=list)
    found: list[tuple[str, list[Element]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag, attrs):
        element = Element(tag, {name: value or "" for name, value in attrs})
        element.entry = "".join(STEP.findall(f'href="{element.attributes.get("href", "")}"'))
        if element.entry and self.open and self.open[-1].tag == "th":
            next(each for each in reversed(self.open) if each.tag == "tr").entry = element.entry
        if "data-result" in element.attributes and all(each.tag != "svg" for each in self.open):
            self.found.append((element.attributes["data-result"], [*self.open, element]))
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag):
        while self.open and self.open.pop().tag != tag:
            pass


def numbers(page: str) -> Iterator[tuple[str, str]]:
    """The id of each number shown and the entry it leads to; an empty text for one that leads nowhere."""
    reader = Numbers()
    reader.feed(page)
    for name, around in reader.found:
        yield name, next((each.entry for each in reversed(around) if each.entry), "")


def plain(text: str) -> str:
    """What a reader sees of an entry."""
    return html.unescape(re.sub(r"<[^>]+>", "", text))


def registered(root: Path) -> set[str]:
    """The titles of all sources of all assumption registers."""
    registers = [*root.glob("data/raw/*/assumptions.yaml"), root / "data/raw/reference/sroi_sensitivity.yaml"]
    found = {
        entry["source"]["title"]
        for path in registers
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["assumptions"]
    }
    census = yaml.safe_load((root / "data/raw/reference/census_assumptions.yaml").read_text(encoding="utf-8"))
    return found | {entry["source"] for entry in census}


def troubles(page: str, results: dict[str, dict], sources: set[str]) -> tuple[int, list[str]]:
    """How many numbers a page shows, and those that do not lead to where they come from, each with what is missing.

    Numbers of the page itself: one that leads to an entry of another page is looked for there.
    """
    entries = dict(ENTRY.findall(page))
    both = zip(numbers(page), elsewhere(page), strict=True)
    shown = [(name, entry) for (name, entry), (_, to) in both if entry or not AWAY.match(to)]
    return len(shown), sorted(
        {f"{name}: {lack}" for name, entry in shown for lack in _lacks(results[name], entry, entries, sources)}
    )


def _lacks(result: dict, entry: str, entries: dict[str, str], sources: set[str]) -> Iterator[str]:
    if entry not in entries:
        yield "leads to no entry"
        return
    first = plain(entries[entry])
    if result["kind"] not in first:
        yield f"its entry does not say that it is {result['kind']}"
    if result.get("function", "") not in first:
        yield f"its entry does not name {result['function']}"
    if result["kind"] != "published" and not (result.get("function") or result.get("source") or result.get("inputs")):
        yield "has neither function nor source"
    yield from (
        f"its entry does not name {each}"
        for each in result.get("inputs", ())
        if re.sub("^(claim|assumption):", "", each).rpartition("/")[2] not in first
    )
    near = [first, *(plain(entries[step]) for step in STEP.findall(entries[entry]))]
    if not any(LAST.search(text) or any(title in text for title in sources) for text in near):
        yield "ends nowhere within two steps"


def away(page: str) -> set[tuple[str, str]]:
    """The id and the address of each number of an appendix that leads to an entry of another page of the study."""
    return {(name, to) for name, to in elsewhere(page) if AWAY.match(to)}


@pytest.mark.parametrize(("run", "shown"), PAGES)
def test_every_number_leads_to_where_it_comes_from(finished, run, shown, record_property):
    results = json.loads(
        (finished / "data/processed" / run.replace("/", "/results/")).with_suffix(".json").read_text(encoding="utf-8")
    )
    page = (finished / "reports" / shown).with_suffix(".html").read_text(encoding="utf-8")
    sources = registered(finished)
    checked, lost = troubles(page, results["results"], sources)
    record_property("numbers checked", checked)
    assert checked > 20
    assert lost == []
    folder = (finished / "reports" / run).parent
    assert [lack for name, to in sorted(away(page)) for lack in _lacks_there(name, folder / to, sources)] == []


ROW = re.compile(r'<tr id="claim-([A-Z]+-\d+)".*?</tr>', re.DOTALL)


def lacks_in_rows(page: str) -> tuple[int, list[str]]:
    """How many numbers a ledger of claims shows, and those that do not stand in a row which tells their source: the line of
    a claim itself, the formula of a recomputed one, and a link to the row of each other claim."""
    rows = {match[1]: match[0] for match in ROW.finditer(page)}
    shown = [(claim, name) for claim, row in rows.items() for name in re.findall(r'data-result="([^"]+)"', row)]
    lacking = []
    for claim, name in shown:
        about, recomputed = re.fullmatch(r"claim:([A-Z]+-\d+)(\.recomputed)?", name).groups()
        there = rows.get(about, "") if f'href="#claim-{about}"' in rows[claim] else ""
        told = "<dt>Formula</dt>" in there if recomputed else re.search(r"source line \d+", there)
        lacking += [] if told else [f"{claim}: {name}"]
    beside = re.findall(r'data-result="(?!claim:)[^"]*"([^>]*)>', page)  # tallies, which the list of sources tells of
    assert all('href="#from-' in attributes for attributes in beside)
    assert len(shown) + len(beside) == page.count("data-result=")
    return len(shown), lacking


@pytest.mark.parametrize("study", ["coproduction", "connecting_opportunities"])
def test_so_does_every_number_of_a_ledger_within_its_rows(finished, study):
    checked, lost = lacks_in_rows((finished / "reports" / study / "claims.html").read_text(encoding="utf-8"))
    assert checked > 100
    assert lost == []


def test_the_check_of_rows_would_find_one_that_does_not_tell_its_source():
    row = '<tr id="claim-AA-001"><th><a href="#claim-AA-001">AA-001</a></th><td data-result="claim:AA-001">{}</td></tr>'
    assert lacks_in_rows(row.format("source line 4")) == (1, [])
    assert lacks_in_rows(row.format("")) == (1, ["AA-001: claim:AA-001"])


def test_every_row_of_the_ledger_of_all_studies_leads_to_the_row_of_its_study(finished):
    page = (finished / "reports" / "ledger.html").read_text(encoding="utf-8")
    rows = {match[1]: match[0] for match in ROW.finditer(page)}
    assert len(rows) > 400
    for claim, row in rows.items():
        file = re.search(rf'href="([a-z_]+/claims\.html)#claim-{claim}"', row)[1]
        assert f'<tr id="claim-{claim}"' in (finished / "reports" / file).read_text(encoding="utf-8")
        assert {name.removesuffix(".recomputed") for name in re.findall(r'data-result="([^"]+)"', row)} == {
            f"claim:{claim}"
        }


def elsewhere(page: str) -> Iterator[tuple[str, str]]:
    """The id of each number that a page without a list of sources shows, and the address it leads to; empty for none."""
    reader = Numbers()
    reader.feed(page)
    for name, around in reader.found:
        yield name, next((each.attributes["href"] for each in reversed(around) if each.attributes.get("href")), "")


def troubles_elsewhere(page: str, reports: Path, folder: str, sources: set[str]) -> tuple[int, list[str]]:
    """How many numbers a page shows, and those that do not lead to an entry of an appendix which shows and records them.

    `folder` is where the page's addresses start; its study's results lie beside reports.
    """
    shown = list(elsewhere(page))
    return len(shown), sorted(
        {
            f"{name}: {lack}"
            for name, to in shown
            for lack in _lacks_there(name, (reports / folder).joinpath(to), sources)
        }
    )


def _lacks_there(name: str, address: Path, sources: set[str]) -> Iterator[str]:
    row = re.fullmatch(r"(.*/claims\.html)#claim-(.+)", address.as_posix())
    if row and re.search(
        rf'<tr id="claim-{row[2]}".*?data-result="{name}"', Path(row[1]).read_text("utf-8"), re.DOTALL
    ):
        return
    file, _, anchor = address.as_posix().partition("#from-")
    path = Path(file).resolve()
    if not anchor:
        yield "leads to no entry"
        return
    name = name.removeprefix(f"{path.parent.name}-")  # as the list of all studies tells them apart
    page = path.read_text(encoding="utf-8")
    recorded = json.loads(
        (path.parents[2] / "data/processed" / path.parent.name / "results" / f"{path.stem}.json").read_text(
            encoding="utf-8"
        )
    )
    if (name, anchor) not in set(numbers(page)):
        yield f"does not lead there from {path.name} itself"
    yield from _lacks(recorded["results"][name], anchor, dict(ENTRY.findall(page)), sources)


def test_so_does_every_number_of_the_index(finished):
    page = (finished / "reports/index.html").read_text(encoding="utf-8")
    checked, lost = troubles_elsewhere(page, finished / "reports", "", registered(finished))
    assert (
        checked == 21
    )  # two ratios, five verdicts and what was found (a ratio and its range; people and two shares) of two studies; one picture's
    assert lost == []


@pytest.mark.parametrize("study", sorted({run.partition("/")[0] for run in RUNS}))
def test_so_does_every_number_of_an_overview(finished, study):
    page = (finished / "reports" / study / "overview.html").read_text(encoding="utf-8")
    checked, lost = troubles_elsewhere(page, finished / "reports", study, registered(finished))
    assert checked > 5
    assert lost == []


def rows_and_entries(reports: Path, study: str) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Pairs of appendix and assumption: those whose appendix leads to the row of the register, and those whose row leads back."""
    there = {
        (path.name, name)
        for path in [*(reports / study).glob("0*.html"), reports / study / "model.html"]
        for entry in ENTRY.findall(path.read_text(encoding="utf-8"))
        for name in re.findall(r'href="assumptions\.html#assumption-(\w+)"', entry[1])
    }
    rows = re.findall(
        r'<tr id="assumption-(\w+)"(.*?)</tr>',
        (reports / study / "assumptions.html").read_text(encoding="utf-8"),
        re.DOTALL,
    )
    return there, {
        (file, name) for name, row in rows for file in re.findall(r'href="((?:0\w+|model)\.html)#(?:from|entry)-', row)
    }


@pytest.mark.parametrize("study", ["coproduction", "connecting_opportunities"])
def test_every_assumption_leads_to_its_row_of_the_register_and_back(finished, study):
    there, back = rows_and_entries(finished / "reports", study)
    assert len(there) > 9
    assert there == back


@pytest.mark.parametrize("run", RUNS)
def test_functions_exist_and_raw_tables_are_inputs_of_the_stage(finished, run):
    study, notebook = run.split("/")
    results = json.loads((finished / f"data/processed/{study}/results/{notebook}.json").read_text(encoding="utf-8"))[
        "results"
    ]
    for function in {result["function"] for result in results.values() if "function" in result}:
        assert callable(_named(function)), function
    needed = {name for result in results.values() for name in result.get("inputs", ()) if name.startswith("data/")}
    declared = stage_dependencies(finished, notebook, study)
    assert [name for name in needed if not (finished / name).exists()] == []
    assert [
        name for name in needed if not any(name == place or name.startswith(f"{place}/") for place in declared)
    ] == []


def _named(function: str):
    """The object a dotted name stands for."""
    steps = function.split(".")
    for length in range(len(steps) - 1, 0, -1):
        try:
            found = importlib.import_module(".".join(steps[:length]))
        except ModuleNotFoundError:
            continue
        for step in steps[length:]:
            found = getattr(found, step)
        return found
    raise AssertionError(function)


def test_the_check_of_other_pages_would_find_a_number_that_leads_nowhere(tmp_path):
    appendix, results = tmp_path / "reports/s/05.html", tmp_path / "data/processed/s/results/05.json"
    for path in (appendix, results):
        path.parent.mkdir(parents=True)
    results.write_text(
        json.dumps({"results": {"x": {"kind": "published"}, "y": {"kind": "published"}}}), encoding="utf-8"
    )
    listed = '<ol><li id="from-1">published, A (source line 7)</li></ol>'
    appendix.write_text(f'<a class="num" data-result="x" href="#from-1">1</a>{listed}', encoding="utf-8")
    there = '<a class="num" data-result="{}" href="s/05.html{}">1</a>'
    for name, anchor, lost in (
        ("x", "#from-1", []),
        ("x", "", ["x: leads to no entry"]),
        ("y", "#from-1", ["y: does not lead there from 05.html itself"]),
    ):
        assert troubles_elsewhere(there.format(name, anchor), tmp_path / "reports", "", set()) == (1, lost)


def test_the_check_would_find_a_broken_chain():
    result = {"kind": "recomputed", "function": "a.b", "inputs": ["claim:AA-001"]}
    shown = '<p><a class="num" data-result="x" href="#from-1">1</a></p><table><tr><th scope="row">Row</th><td><span data-result="x">1</span></td></tr></table>'
    page = f'{shown}<ol><li id="from-1">recomputed, by a.b, from <a href="#from-2">AA-001</a></li><li id="from-2">AA-001</li></ol>'
    assert troubles(page, {"x": result}, set()) == (2, ["x: ends nowhere within two steps", "x: leads to no entry"])
    mended = page.replace("Row</th>", '<a href="#from-1">Row</a></th>').replace(
        ">AA-001</li>", ">AA-001 (source line 7)</li>"
    )
    assert troubles(mended, {"x": result}, set()) == (2, [])
    assert troubles(mended, {"x": result | {"function": "c.d"}}, set()) == (2, ["x: its entry does not name c.d"])
    assert troubles(mended, {"x": result | {"inputs": ["claim:AA-002"]}}, set()) == (
        2,
        ["x: its entry does not name claim:AA-002"],
    )
