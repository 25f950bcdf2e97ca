"""The page of a comparison: what a reviewer reads after a change of assumption."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pandas as pd

from analysis.comparison.alone import Alone
from analysis.comparison.causes import Cause
from analysis.comparison.compare import Comparison
from analysis.comparison.entries import Entry
from analysis.comparison.numbers import Change, Group, count
from analysis.comparison.rows import MOST_ROWS, cause_run, change_table, movement, results_of, sides, step_node
from analysis.currency import in_currency
from analysis.reporting.nodes import Block, Inline, Run, bullets, fact, facts, heading, label, link, number, paragraph
from analysis.reporting.numbers import check_numbers
from analysis.reporting.page import PageData, colophon_entries, page_of, render_page
from analysis.reporting.tables import RowExtra, Table, table_node
from analysis.results import Column, Kind, Result, ResultStore

TEMPLATES = Path(__file__).parent
TITLE = "What differs between two runs"
MOST_INPUTS, LONG = 300, 400  # entries shown, and characters of each text
MOST_HEADLINES = 8
READING: tuple[tuple[str, Run], ...] = (
    (
        "Change",
        [
            "After less before, in the number's own unit, and as a percentage of the number before; shares in percentage points.",
        ],
    ),
    (
        "Within what was stated",
        [
            "A number is ",
            {"type": "em", "of": ["shown alike"]},
            " if it is written the same before and after at the decimals it is shown with, and so are the ends of its "
            "interval. Otherwise it is within what was stated if the new value lies in the interval stated with the old one; that interval's "
            "name says what it is, such as the rounding of a published figure. ",
            {"type": "em", "of": ["No"]},
            ": the change goes beyond both, or nothing was stated.",
        ],
    ),
    (
        "Cause",
        [
            "A number names the claims, assumptions and results it rests on. If, followed to their ends, one of these changed, it is the cause. "
            "A number that names none can have moved by whatever its stage reads: then the cause is the only change in that, or all changes are "
            "named, because the two runs alone cannot tell them apart. Changes of words alone are no cause of a changed number.",
        ],
    ),
    (
        "Order",
        [
            "Headline numbers first, then what goes beyond what was stated, what is known in another way, what is gone or new; within each, the "
            "largest relative change first. A number that several appendices record alike stands once.",
        ],
    ),
)


@dataclass(frozen=True)
class Section:
    """A part of the page."""

    anchor: str
    title: str
    blocks: list[Block]


@dataclass
class _Page:
    """What the sections share: the comparison, where its entries stand, and the record of every number shown."""

    comparison: Comparison
    table_name: str
    neighbours: frozenset[str]
    store: ResultStore = field(default_factory=ResultStore)

    def __post_init__(self) -> None:
        self.places = {entry: place for place, entry in enumerate(self.comparison.entries, start=1)}

    def shown(self, table: Table) -> Block:
        """A table, its numbers recorded."""
        self.store.add(results_of([table]))
        return table_node(table)

    def counted(self, name: str, label: str, amount: int) -> Inline:
        """A count, recorded."""
        result = Result(
            f"diff.{name}", label, amount, "numbers", Kind.RECOMPUTED, function="analysis.comparison.numbers.changes"
        )
        self.store.add([result])
        return number(result.id)


def render(
    comparison: Comparison,
    names: tuple[str, ...],
    table_name: str,
    commit: str,
    neighbours: frozenset[str] = frozenset(),
) -> str:
    """The page as HTML; `names` are the runs as the user named them, `table_name` the file of the table beside it.

    Raises InputError if a number on the page is not recorded, which would be a mistake of this module.
    """
    again = f"python -m analysis diff {names[0]} {names[1]}"
    return render_page(comparison_page(comparison, again, table_name, neighbours), commit, (), TEMPLATES)


def comparison_page(
    comparison: Comparison, again: str, table_name: str, neighbours: frozenset[str] = frozenset()
) -> PageData:
    """The page as data; `again` is the command that makes it. Raises what `render` raises."""
    page = _Page(comparison, table_name, neighbours)
    sections = [section for section in _sections(page) if section.blocks]
    blocks = [block for section in sections for block in (heading(2, [section.title], section.anchor), *section.blocks)]
    for place, (change, _) in enumerate(comparison.changes, start=1):
        page.store.add(side for side in sides(place, change) if isinstance(side, Result))
    check_numbers(blocks, page.store, "the page of a comparison")
    fields = {
        "title": TITLE,
        "before": comparison.before.name,
        "after": comparison.after.name,
        "contents": [(section.anchor, section.title) for section in sections],
        "css": (TEMPLATES / "page.css").read_text(encoding="utf-8"),
        "index_href": "index.html" if "index.html" in neighbours else "",
        "colophon": colophon_entries(_colophon(comparison, again)),
    }
    return page_of("page.html.j2", blocks, page.store, fields)


def _sections(page: _Page) -> Iterator[Section]:
    yield Section("summary", "In short", _summary(page))
    yield Section("changed-inputs", "What changed in the inputs", _inputs(page))
    yield Section("alone", "What each assumption does alone", _alone(page))
    yield Section("verdicts", "Claims with another verdict", _verdicts(page))
    yield Section("changed-numbers", "Numbers", _numbers(page))
    yield Section("reading", "How to read this", _reading())


def _colophon(comparison: Comparison, again: str) -> dict[str, object]:
    runs = {"before": comparison.before, "after": comparison.after}
    return {
        "How to make this page again": again,
        "Runs compared": {name: "; ".join((run.name, *run.remarks)) for name, run in runs.items()},
    }


def _summary(page: _Page) -> list[Block]:
    return [*_headlines(page), paragraph(_counts(page)), *_studies(page.comparison), *_remarks(page.comparison)]


def _studies(comparison: Comparison) -> Iterator[Block]:
    """The studies that only one of the runs has."""
    told = ([{"type": "strong", "of": [label(study)]}, f": {said}."] for study, said in comparison.studies.items())
    if comparison.studies:
        yield paragraph(["Studies that only one of the runs has:"])
        yield bullets(told)


def _counts(page: _Page) -> Run:
    """The first sentence: how many numbers there are, and what became of them."""
    found = [change for change, _ in page.comparison.changes]
    compared = page.counted("compared", "Numbers in both runs", page.comparison.compared)
    if page.comparison.same:
        words = " numbers are the same in both runs, with how they are known, their words and the claims' verdicts."
        return ["All ", compared, words]
    parts = [
        (count(found, Group.HEADLINE), "headline", "headline numbers"),
        (count(found, Group.OUTSIDE), "outside", "others beyond what was stated of them"),
        (count(found, Group.WITHIN), "within", "within what was stated"),
        (count(found, Group.KIND), "kind", "known in another way"),
        (count(found, Group.ADDED), "added", "new"),
        (count(found, Group.REMOVED), "removed", "gone"),
        (count(found, Group.WORDS), "words", "in words only"),
        (len(page.comparison.verdicts), "verdicts", "claims with another verdict"),
    ]
    told = [(words, page.counted(name, words, amount)) for amount, name, words in parts if amount]
    run = [node for place, (words, amount) in enumerate(told) for node in (f"{'; ' if place else ''}{words}: ", amount)]
    return ["The two runs share ", compared, " numbers. What changed – ", *run, "."]


def _headlines(page: _Page) -> list[Block]:
    """The headline numbers, each with its movement and its cause; where none moved, that they did not."""
    listed = [
        (place, change, cause)
        for place, (change, cause) in enumerate(page.comparison.changes, start=1)
        if change.group is Group.HEADLINE
    ]
    if not listed:
        return [] if page.comparison.same else [paragraph(["No headline number changed."])]
    return [bullets(_headline(*one, page.places) for one in listed[:MOST_HEADLINES])]


def _headline(place: int, change: Change, cause: Cause, places: Mapping[Entry, int]) -> Run:
    words = {"type": "strong", "of": [label(f"{change.shown.label} of {change.study.replace('_', ' ')}")]}
    return [words, ": ", *movement(place, change), ". Cause: ", *cause_run(cause, places), "."]


def _remarks(comparison: Comparison) -> Iterator[Block]:
    """What a reader must know of the runs, and of showing them side by side."""
    notes = [(run.name, remark) for run in (comparison.before, comparison.after) for remark in run.remarks]
    if notes:
        strong = ([{"type": "strong", "of": [label(name)]}, ": ", label(remark), "."] for name, remark in notes)
        yield bullets(strong, css="remarks")
    if any(
        change.shown.kind is Kind.MEASURED and not change.study.endswith("_example") for change, _ in comparison.changes
    ):
        yield paragraph(
            [
                {"type": "strong", "of": ["Not for publication."]},
                " Counts measured on participant records changed. Each run protects small groups by itself, but the"
                " difference between two runs can tell of a single person whose record came or went.",
            ]
        )


def _inputs(page: _Page) -> list[Block]:
    entries = page.comparison.entries[:MOST_INPUTS]
    if not page.comparison.inputs_known:
        return [paragraph(["The inputs of one of the runs are not at hand, so that no cause can be named."])]
    if not entries:
        return [paragraph(["No input, parameter, package or line of code differs."])]
    moved = Counter(entry for _, cause in page.comparison.changes for entry in cause.entries)
    columns = {
        "sort": Column("What it is"),
        "numbers": Column("Numbers it may have moved"),
        "steps": Column("Before and after"),
        "file": Column("File"),
    }
    labels = _entry_labels(entries)
    frame = pd.DataFrame(
        [_input(page.places[entry], entry, moved[entry]) for entry in entries], index=labels, dtype=object
    )
    caption: Run = ["Inputs that differ, with the numbers for which each is the cause or one of several."]
    extras = {label: RowExtra(f"input-{page.places[entry]}") for label, entry in zip(labels, entries, strict=True)}
    text = {"steps": "rich", "file": "code"}
    table = Table("inputs", frame[list(columns)], columns, "table-inputs", text=text, extras=extras)
    return [page.shown(replace(table, caption=caption, row_header="Entry"))]


def _entry_labels(entries: tuple[Entry, ...]) -> list[str]:
    """Short names of the entries, with the file where two have one name."""
    short = [entry.key or Path(entry.file).name for entry in entries]
    return [
        name if short.count(name) == 1 else f"{name} · {entry.file}" for name, entry in zip(short, entries, strict=True)
    ]


def _input(place: int, entry: Entry, moved: int) -> dict[str, object]:
    count_of = Result(
        f"input.{place}.numbers",
        f"Numbers that {entry.name} may have moved",
        moved,
        "numbers",
        Kind.RECOMPUTED,
        function="analysis.comparison.causes.Finder.cause",
    )
    steps: Run = []
    for name, old, new in entry.fields:
        named: Run = [label(name), " "] if name else []
        steps += [*([{"type": "break"}] if steps else []), *named, step_node(old, LONG), " → ", step_node(new, LONG)]
    return {"sort": str(entry.sort), "numbers": count_of, "steps": steps or ["the file as a whole"], "file": entry.file}


def _alone(page: _Page) -> list[Block]:
    return [page.shown(_alone_table(effect)) for effect in page.comparison.alone]


def _alone_table(effect: Alone) -> Table:
    """The ratio before, with each assumption changed alone, what is left, and after."""
    make = partial(_ratio, effect)
    rows = {"Before": (make("before", "before", effect.before, 0), "")}
    for name, ratio in effect.ratios.items():
        rows[f"{effect.models[0].entries[name].label} ({name}) alone"] = (
            make(f"{name}.ratio", name, ratio, 0),
            make(f"{name}.effect", name, ratio - effect.before, 0),
        )
    rows["Jointly, and by changes of the value map"] = ("", make("rest", "rest", effect.rest, 1))
    rows["After"] = (make("after", "after", effect.after, 1), make("change", "change", effect.after - effect.before, 1))
    each = in_currency("Value for each pound", effect.models[1].currency)
    columns = {"ratio": Column(each), "effect": Column("Change")}
    frame = pd.DataFrame(list(rows.values()), index=list(rows), columns=list(columns), dtype=object)
    words = ": the model's central case with one assumption at a time as it is after."
    caption: Run = [label(effect.study.replace("_", " ").capitalize()), words]
    anchor = f"table-alone-{effect.study}"
    return Table(f"alone-{effect.study}", frame, columns, anchor, caption=caption, row_header="Assumption")


def _ratio(effect: Alone, name: str, label: str, value: float, model: int) -> Result:
    return Result(
        f"alone.{effect.study}.{name}",
        f"Value for each pound: {label}",
        value,
        in_currency("GBP per GBP", effect.models[model].currency),
        effect.models[model].kind,
        4,
        function="analysis.comparison.alone.effects_alone",
    )


def _verdicts(page: _Page) -> list[Block]:
    found = page.comparison.verdicts
    if not found:
        return []
    columns = {"study": Column("Study"), "before": Column("Before"), "after": Column("After"), "cause": Column("Cause")}
    rows = [
        {
            "study": verdict.study,
            "before": verdict.before or "none",
            "after": verdict.after or "none",
            "cause": cause_run(cause, page.places),
        }
        for verdict, cause in found[:MOST_ROWS]
    ]
    frame = pd.DataFrame(rows, index=[verdict.claim for verdict, _ in found[:MOST_ROWS]], dtype=object)
    table = Table("verdict-changes", frame, columns, "table-verdicts", text={"cause": "rich", "study": "label"})
    return [page.shown(replace(table, caption=["Claims whose verdict is another."], row_header="Claim"))]


def _numbers(page: _Page) -> list[Block]:
    found = list(page.comparison.changes)
    whole = paragraph(["Every change, with exact values: ", link(page.table_name, [page.table_name], names=True), "."])
    if not found:
        return [paragraph(["No number differs."]), whole]
    rest: Run = []
    if len(found) > MOST_ROWS:
        shown, of = page.counted("shown", "Changes shown", MOST_ROWS), page.counted("all", "Changes", len(found))
        rest = [" The gravest ", shown, " of ", of, "."]
    caption = ["Numbers that differ, gravest first.", *rest]
    return [page.shown(change_table(found, page.places, page.neighbours, caption)), whole]


def _reading() -> list[Block]:
    return [facts([fact([{"type": "strong", "of": [name]}], words) for name, words in READING], boxed=False)]
