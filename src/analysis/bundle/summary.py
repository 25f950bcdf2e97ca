"""`analysis summary`: one page on a study in plain words, as HTML, PDF and Word: three findings, two charts, method and limits.

Every number is a result of the published run and says how it is known; nothing is computed here. What is said stands in the
study's overview (`summary:` in data/raw/overviews/<study>.yaml), and where that says less, in `summary.yaml` beside this module.
"""

import ast
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from analysis.bundle.bundle import published_pages
from analysis.bundle.figures import Drawing, printed
from analysis.bundle.pages import TEMPLATES
from analysis.bundle.word import Paragraph as Words, Picture, document
from analysis.companions.material import Material
from analysis.companions.overview import FOLDER as OVERVIEWS, Dependent, Paragraph, read_overview
from analysis.companions.sheet import Sheet
from analysis.errors import InputError
from analysis.files import read_yaml, validate
from analysis.pipeline.commit import commit_line
from analysis.pipeline.companions import material_of
from analysis.pipeline.deposit.pdf import FLAGS, commit_date, dated, drive, find_browser, has_browser
from analysis.pipeline.notebook_files import read_cells
from analysis.pipeline.people_protected import stop_on_published_leaks
from analysis.reporting.nodes import Run, plain, walk
from analysis.reporting.numbers import check_numbers
from analysis.reporting.render import environment
from analysis.reporting.svg import standalone
from analysis.reporting.tables import EXAMPLE_WORDS
from analysis.results import KIND_MEANING, Kind, Result, write_bytes
from analysis.study import Study, load_study

FOLDER, NAME = Path("build") / "summary", "summary"
FINDINGS, CHARTS = 3, 2
NO_BROWSER = "no Chromium or Chrome is installed, so that there is no PDF, and the Word document has no charts"
_COMMON = Path(__file__).parent / "summary.yaml"
_INTERVAL = re.compile(r"\{([^{}|]+)\|interval")


class Said(Paragraph):
    """Something that may be said of any study, and the appendix that it is of."""

    of: str


class Common(BaseModel):
    """What may be said of any study."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    findings: tuple[Said, ...]
    charts: tuple[str, ...]
    method: tuple[Said, ...]
    limits: tuple[Said, ...]


def write_summary(
    root: Path, study_id: str, to: Path | None = None, browser: str = "", tell: Callable[[str], None] = print
) -> list[Path]:
    """Write the summary of a published study; returns its files: HTML and Word, and PDF where a browser is installed.

    Raises InputError, and then writes nothing, for a study that is not published as it is now, or that has nothing to say, and for
    whatever would tell of single people.
    """
    study = load_study(study_id, root)
    published_pages(study)
    program = find_browser(browser, "summary") if browser or has_browser() else ""
    published = material_of(root, study_id)
    files = summary_files(published, commit_line(root), program)
    overview, place = read_overview(published)
    for name in charts_not_drawn(overview.summary.charts, published, place):
        tell(f"Note: {place} names the chart {name}, which is not drawn with the evidence as it is")
    if not program:
        tell(f"Note: {NO_BROWSER}")
    folder = to or root / FOLDER / study_id
    for name, content in files.items():
        write_bytes(folder / name, content)
    return [folder / name for name in files]


def summary_files(material: Material, stamp: str, program: str = "") -> dict[str, bytes]:
    """The files of a summary by name; `program` is the browser that makes PDF and the charts of the Word document."""
    page = summary_page(material, stamp)
    results = material.store.by_id
    html = environment(TEMPLATES).get_template("summary.html.j2").render({"page": page, "results": results})
    pictures = printed([chart["of"] for chart in page["charts"]], program, b"") if program and page["charts"] else {}
    made = {
        f"{NAME}.html": html.encode("utf-8"),
        f"{NAME}.docx": document(page["heading"], list(_parts(page, pictures, results))),
    }
    words = "\n".join(part.text for part in _parts(page, {}, results) if isinstance(part, Words))
    stop_on_published_leaks(material.study.root, {f"{NAME}.html": html, f"{NAME}.txt": words})
    return made | ({f"{NAME}.pdf": _pdf(html, program, commit_date(material.study.root))} if program else {})


def summary_page(material: Material, stamp: str) -> dict[str, Any]:
    """What the summary says, as runs of text that name results; InputError where no result of the study can be told in words."""
    overview, place = read_overview(material)
    common = validate(Common, read_yaml(_COMMON, _COMMON.name), _COMMON.name, None)
    sheet = Sheet(material, NAME, "Summary", place=place)
    own, info = overview.summary, material.study.info
    names = {appendix.name for appendix in material.appendices}
    findings = [*_sayable(own.findings, material), *_one_of_each(_sayable(common.findings, material, names))][:FINDINGS]
    if not findings:
        raise _nothing_to_say(place)
    said = {
        "findings": findings,
        "method": list(_sayable(own.method, material)) or list(_sayable(common.method, material, names)),
        "limits": [*_sayable(own.limits, material), *_sayable(common.limits, material, names)],
    }
    texts = {part: dict.fromkeys(entry.say for entry in entries) for part, entries in said.items()}
    runs = {part: [run for text in each for run in _runs(sheet, text)] for part, each in texts.items()}
    charts_not_drawn(own.charts, material, place)
    charts = [_chart(sheet, material, *named) for named in _charts((*own.charts, *common.charts), material)][:CHARTS]
    blocks = [*runs.values(), [chart["caption"] for chart in charts]]
    check_numbers([{"type": "run", "of": run} for part in blocks for run in part], material.store, place)
    shown = {material.store[node["id"]].kind for node in walk(blocks) if node["type"] == "number"}
    kinds = "; ".join(f"{kind}: {KIND_MEANING[kind]}" for kind in Kind if kind in shown and kind)
    return {
        "title": "Summary",
        "heading": info.title,
        "about": info.programme or overview.question,
        "mark": EXAMPLE_WORDS if info.example else "",
        **runs,
        "charts": charts,
        "kinds": f"How each number is known: {kinds}." if kinds else "",
        "made": f"Made from the results of {stamp}." if stamp else "",
    }


def _nothing_to_say(place: str) -> InputError:
    return InputError(
        place,
        column="summary.findings",
        found="no finding whose numbers are recorded and shown",
        expected="at least one",
        action="write one with results as {id}, or run the study's notebooks first",
    )


def _sayable(entries: Iterable[Dependent], material: Material, names: set[str] | None = None) -> Iterator[Any]:
    """The entries that hold now, whose numbers are all recorded and shown, and whose appendix the study has."""
    for entry in entries:
        if (names is None or entry.of in names) and entry.holds(material):  # type: ignore[attr-defined]
            found = [material.recorded(name) for name in entry.named]
            ranged = set(_INTERVAL.findall(entry.say))  # type: ignore[attr-defined]
            if all(each is not None and _is_shown(each, each.id in ranged) for each in found):
                yield entry


def _is_shown(result: Result, ranged: bool) -> bool:
    """Whether a number, or its interval, stands there, and no word in its place."""
    if ranged:
        return bool(result.interval_text)
    return isinstance(result.value, int | float) or bool(result.printed)


def _one_of_each(findings: Iterable[Said]) -> list[Said]:
    """One finding of each appendix first, then the others; none that tells the same numbers again."""
    first: dict[str, Said] = {}
    more = [each for each in findings if first.setdefault(each.of, each) is not each]
    told = {name for each in first.values() for name in each.named}
    return [*first.values(), *(each for each in more if told.isdisjoint(each.named))]


def _runs(sheet: Sheet, template: str) -> Iterator[Run]:
    """The paragraphs of a text, each as one run; links lead nowhere here, and are their words."""
    for block in sheet.page.say(template).blocks:
        yield from ([_unlinked(block["of"])] if "of" in block else map(_unlinked, block["items"]))


def _unlinked(run: Run) -> Run:
    linked = ((isinstance(node, dict) and node["type"] == "link", node) for node in run)
    return [part for is_link, node in linked for part in (node["of"] if is_link else [node])]  # type: ignore[index]


def _charts(named: Sequence[str], material: Material) -> Iterator[tuple[str, dict[str, Any]]]:
    """Figures that the study has, by `appendix:name`, in the order named; of one appendix one, and then further ones."""
    known = _drawn(material)
    there = [name for name in dict.fromkeys(named) if name in known]
    first = {name.partition(":")[0]: name for name in reversed(there)}
    yield from ((name, known[name]) for name in sorted(there, key=lambda name: first[name.partition(":")[0]] != name))


def _drawn(material: Material) -> dict[str, dict[str, Any]]:
    """Every figure of the study's pages by `appendix:name`."""
    return {
        f"{each.name}:{name}": node
        for each in material.appendices
        if each.page.is_file()
        for name, node in each.figures.items()
    }


def charts_not_drawn(named: Sequence[str], material: Material, place: str) -> list[str]:
    """Those of the figures that a study's overview names which its notebooks draw for other evidence, and not now.

    InputError for names of which its notebooks draw no figure whatever the evidence, all of them at once.
    """
    drawn, notebooks = _drawn(material), {each.name for each in material.appendices}
    missing = [name for name in dict.fromkeys(named) if name not in drawn]
    possible = {
        f"{each}:{name}" for each in (notebooks if missing else ()) for name in _figures_of(material.study.root, each)
    }
    if unknown := [name for name in missing if name not in possible]:
        raise InputError(
            place,
            column="summary.charts",
            found=f"{', '.join(unknown)}, of which no page of the study has a figure",
            expected=f"appendix:figure, such as {', '.join(sorted(drawn) or sorted(possible)) or 'none: the study has no figure'}",
            action="correct the name, or take it out",
        )
    return missing


def overview_problems(study: Study) -> list[InputError]:
    """What is wrong with the study's own wording as a file, and with the charts that it names for the summary, run or not."""
    if not (study.root / OVERVIEWS / f"{study.id}.yaml").is_file():
        return []
    try:
        overview, place = read_overview(known := material_of(study.root, study.id))
        charts_not_drawn(overview.summary.charts, known, place)
    except InputError as error:
        return [error]
    return []


def _figures_of(root: Path, notebook: str) -> Iterator[str]:
    """The names of the figures that the cells of a notebook show; of tables, which have no alternative text, none."""
    path = root / "notebooks" / f"{notebook}.ipynb"
    cells = read_cells(path) if path.is_file() else []
    for code in ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"):
        for node in (each for each in ast.walk(ast.parse(code)) if isinstance(each, ast.Call)):
            given = {word.arg: word.value for word in node.keywords}
            if "alt" in given and isinstance(name := given.get("name"), ast.Constant):
                yield str(name.value)


def _chart(sheet: Sheet, material: Material, name: str, node: dict[str, Any]) -> dict[str, Any]:
    svg = standalone(node["drawing"]).partition("?>")[2].strip()
    caption = _unlinked(node["caption"])
    words = plain(caption, material.store.by_id)
    return {"svg": svg, "caption": caption, "of": Drawing(name.replace(":", "-"), node["drawing"], words, node["told"])}


def _parts(page: dict[str, Any], pictures: dict[str, bytes], results: dict[str, Result]) -> Iterator[Words | Picture]:
    """The summary as a Word document has it."""
    yield Words(page["heading"], "Title")
    yield from (Words(text, style) for text, style in ((page["mark"], "TableNote"), (page["about"], "")) if text)
    yield Words("What was found", "Heading1")
    yield from (Words(f"{place}. {_worded(run, results)}", "List") for place, run in enumerate(page["findings"], 1))
    drawn = [chart["of"] for chart in page["charts"] if f"{chart['of'].name}.png" in pictures]
    yield from (Picture(pictures[f"{each.name}.png"], each.pixels, each.told) for each in drawn)
    yield from [Words("Charts: " + " ".join(each.caption for each in drawn), "TableNote")] if drawn else ()
    yield Words("How it was found", "Heading1")
    yield Words(" ".join(_worded(run, results) for run in page["method"]), "")
    yield Words("What it does not say", "Heading1")
    yield from (Words(f"• {_worded(run, results)}", "List") for run in page["limits"])
    yield Words(" ".join(filter(None, (page["kinds"], page["made"]))), "TableNote")


def _worded(run: Run, results: dict[str, Result]) -> str:
    """A run as text, with how each number is known in brackets behind it."""
    return "".join(
        f"{plain([node], results)} ({node['words']})"
        if isinstance(node, dict) and node.get("words")
        else plain([node], results)
        for node in run
    )


def _pdf(html: str, program: str, date: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{NAME}.html"
        file.write_text(html, encoding="utf-8")
        return dated(drive(program, file, "--print-to-pdf", file.name, FLAGS[-3:]), date)
