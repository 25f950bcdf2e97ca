"""The page of a comparison: what a reviewer reads after a change of assumption."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pandas as pd

from analysis.comparison.alone import Alone
from analysis.comparison.causes import Cause
from analysis.comparison.entries import Entry
from analysis.comparison.numbers import Change, Group, count
from analysis.comparison.report import Comparison
from analysis.comparison.rows import MOST_ROWS, cause_html, change_table, movement, results_of, step_html
from analysis.reporting.markup import escape, number, structural
from analysis.reporting.numbers_check import check_numbers
from analysis.reporting.page import finish_page, page_fields, style_sheet, tidy
from analysis.reporting.plain_page import environment
from analysis.reporting.tables import RowExtra, Table, table_html
from analysis.reporting.views.sroi_model import model_kind
from analysis.results import KIND_MEANING, Column, Kind, Result, ResultStore

TITLE = "What differs between two runs"
MOST_INPUTS, LONG = 300, 400  # entries shown, and characters of each text
MOST_HEADLINES = 8
READING = (
    (
        "Change",
        "After less before, in the number's own unit, and as a percentage of the number before; shares in percentage points.",
    ),
    (
        "Within what was stated",
        "A number is <em>shown alike</em> if it is written the same before and after at the decimals it is shown with, and so are the ends of its "
        "interval. Otherwise it is within what was stated if the new value lies in the interval stated with the old one; that interval's "
        "name says what it is, such as the rounding of a print. <em>No</em>: the change goes beyond both, or nothing was stated.",
    ),
    (
        "Cause",
        "A number names the claims, assumptions and results it rests on. If, followed to their ends, one of these changed, it is the cause. "
        "A number that names none can have moved by whatever its stage reads: then the cause is the only change in that, or all changes are "
        "named, because the two runs alone cannot tell them apart. Changes of words alone are no cause of a changed number.",
    ),
    (
        "Order",
        "Headline numbers first, then what goes beyond what was stated, what is known in another way, what is gone or new; within each, the "
        "largest relative change first. A number that several appendices record alike stands once.",
    ),
)


@dataclass(frozen=True)
class Section:
    """A part of the page."""

    anchor: str
    title: str
    html: str


@dataclass
class _Page:
    """What the sections share: the comparison, where its entries stand, and the record of every number shown."""

    comparison: Comparison
    table_name: str
    neighbours: frozenset[str]
    store: ResultStore = field(default_factory=ResultStore)

    def __post_init__(self) -> None:
        self.places = {entry: place for place, entry in enumerate(self.comparison.entries, start=1)}

    def shown(self, table: Table) -> str:
        """A table as HTML, its numbers recorded."""
        self.store.add(results_of([table]))
        return table_html(table)

    def counted(self, name: str, label: str, amount: int) -> str:
        """A count as HTML, recorded."""
        result = Result(
            f"diff.{name}", label, amount, "numbers", Kind.RECOMPUTED, function="analysis.comparison.numbers.changes"
        )
        self.store.add([result])
        return number(result)


def render(
    comparison: Comparison,
    names: tuple[str, ...],
    table_name: str,
    commit: str,
    neighbours: frozenset[str] = frozenset(),
) -> str:
    """The page as HTML; `names` are the runs as the user named them, `table_name` the file of the table beside it.

    Raises ValueError if a number on the page is not recorded, which would be a mistake of this module.
    """
    page = _Page(comparison, table_name, neighbours)
    sections = [section for section in _sections(page) if section.html]
    fields = page_fields(_colophon(comparison, names), script=True) | {
        "title": TITLE,
        "before": comparison.before.name,
        "after": comparison.after.name,
        "sections": sections,
        "css": style_sheet() + (Path(__file__).parent / "page.css").read_text(encoding="utf-8"),
        "index_href": "index.html" if "index.html" in neighbours else "",
        "kinds": _kinds(page.store),
    }
    html = finish_page(
        tidy(environment(Path(__file__).parent).get_template("page.html.j2").render(page=fields)), commit, ()
    )
    if problems := check_numbers(html, page.store):
        raise ValueError(f"the page of a comparison shows numbers that it does not record: {'; '.join(problems[:5])}")
    return html


def _sections(page: _Page) -> Iterator[Section]:
    yield Section("summary", "In short", _summary(page))
    yield Section("changed-inputs", "What changed in the inputs", _inputs(page))
    yield Section("alone", "What each assumption does alone", _alone(page))
    yield Section("verdicts", "Claims with another verdict", _verdicts(page))
    yield Section("changed-numbers", "Numbers", _numbers(page))
    yield Section("reading", "How to read this", _reading())


def _colophon(comparison: Comparison, names: tuple[str, ...]) -> dict[str, object]:
    runs = {"before": comparison.before, "after": comparison.after}
    return {
        "How to make this page again": f"python -m analysis diff {names[0]} {names[1]}",
        "Runs compared": {name: "; ".join((run.name, *run.remarks)) for name, run in runs.items()},
    }


def _kinds(store: ResultStore) -> list[tuple[str, str]]:
    used = {str(result.kind) for result in store}
    return [(str(kind), meaning) for kind, meaning in KIND_MEANING.items() if str(kind) in used]


def _summary(page: _Page) -> str:
    return "\n".join(filter(None, [_headlines(page), f"<p>{_counts(page)}</p>", *_remarks(page.comparison)]))


def _counts(page: _Page) -> str:
    """The first sentence: how many numbers there are, and what became of them."""
    found = [change for change, _ in page.comparison.changes]
    compared = page.counted("compared", "Numbers in both runs", page.comparison.compared)
    if page.comparison.same:
        return f"All {compared} numbers are the same in both runs, with how they are known, their words and the claims' verdicts."
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
    told = "; ".join(f"{words}: {page.counted(name, words, amount)}" for amount, name, words in parts if amount)
    return f"The two runs share {compared} numbers. What changed – {told}."


def _headlines(page: _Page) -> str:
    """The headline numbers, each with its movement and its cause; where none moved, that they did not."""
    listed = [
        (place, change, cause)
        for place, (change, cause) in enumerate(page.comparison.changes, start=1)
        if change.group is Group.HEADLINE
    ]
    if not listed:
        return "" if page.comparison.same else "<p>No headline number changed.</p>"
    items = (_headline(place, change, cause, page.places) for place, change, cause in listed[:MOST_HEADLINES])
    return f"<ul>{''.join(items)}</ul>"


def _headline(place: int, change: Change, cause: Cause, places: Mapping[Entry, int]) -> str:
    words = f"{change.shown.label} of {change.study.replace('_', ' ')}"
    return (
        f"<li><strong>{structural(words)}</strong>: {movement(place, change)}. Cause: {cause_html(cause, places)}.</li>"
    )


def _remarks(comparison: Comparison) -> Iterator[str]:
    """What a reader must know of the runs, and of showing them side by side."""
    notes = [(run.name, remark) for run in (comparison.before, comparison.after) for remark in run.remarks]
    if notes:
        items = "".join(
            f"<li><strong>{structural(name)}</strong>: {structural(remark)}.</li>" for name, remark in notes
        )
        yield f'<ul class="remarks">{items}</ul>'
    if any(
        change.shown.kind is Kind.MEASURED and not change.study.endswith("_example") for change, _ in comparison.changes
    ):
        yield (
            "<p><strong>Not for publication.</strong> Counts measured on participant records changed. Each run protects small groups by itself, "
            "but the difference between two runs can tell of a single person whose record came or went.</p>"
        )


def _inputs(page: _Page) -> str:
    entries = page.comparison.entries[:MOST_INPUTS]
    if not page.comparison.inputs_known:
        return "<p>The inputs of one of the runs are not at hand, so that no cause can be named.</p>"
    if not entries:
        return "<p>No input, parameter, package or line of code differs.</p>"
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
    caption = (
        '<span class="label">Inputs</span> that differ, with the numbers for which each is the cause or one of several.'
    )
    extras = {label: RowExtra(f"input-{page.places[entry]}") for label, entry in zip(labels, entries, strict=True)}
    text = {"steps": "rich", "file": "code"}
    return page.shown(
        Table("inputs", frame[list(columns)], columns, "table-inputs", caption, "Entry", text=text, extras=extras)
    )


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
    steps = "<br>".join(
        f"{structural(name)} {step_html(old, LONG)} → {step_html(new, LONG)}".strip() for name, old, new in entry.fields
    )
    return {"sort": str(entry.sort), "numbers": count_of, "steps": steps or "the file as a whole", "file": entry.file}


def _alone(page: _Page) -> str:
    return "\n".join(page.shown(_alone_table(effect)) for effect in page.comparison.alone)


def _alone_table(effect: Alone) -> Table:
    """The ratio before, with each assumption changed alone, what is left, and after."""
    make = partial(_ratio, effect)
    rows = {"Before": (make("before", "before", effect.before, 0), "")}
    for name, ratio in effect.ratios.items():
        label = effect.models[0].entries[name].label
        rows[f"{label} ({name}) alone"] = (
            make(f"{name}.ratio", name, ratio, 0),
            make(f"{name}.effect", name, ratio - effect.before, 0),
        )
    rows["Jointly, and by changes of the value map"] = ("", make("rest", "rest", effect.rest, 1))
    rows["After"] = (make("after", "after", effect.after, 1), make("change", "change", effect.after - effect.before, 1))
    columns = {"ratio": Column("Value for each pound"), "effect": Column("Change")}
    frame = pd.DataFrame(list(rows.values()), index=list(rows), columns=list(columns), dtype=object)
    caption = f"{structural(effect.study.replace('_', ' ').capitalize())}: the model's central case with one assumption at a time as it is after."
    return Table(f"alone-{effect.study}", frame, columns, f"table-alone-{effect.study}", caption, "Assumption")


def _ratio(effect: Alone, name: str, label: str, value: float, model: int) -> Result:
    return Result(
        f"alone.{effect.study}.{name}",
        f"Value for each pound: {label}",
        value,
        "GBP per GBP",
        model_kind(effect.models[model]),
        4,
        function="analysis.comparison.alone.effects_alone",
    )


def _verdicts(page: _Page) -> str:
    found = page.comparison.verdicts
    if not found:
        return ""
    columns = {"study": Column("Study"), "before": Column("Before"), "after": Column("After"), "cause": Column("Cause")}
    rows = [
        {
            "study": verdict.study,
            "before": verdict.before or "none",
            "after": verdict.after or "none",
            "cause": cause_html(cause, page.places),
        }
        for verdict, cause in found[:MOST_ROWS]
    ]
    frame = pd.DataFrame(rows, index=[verdict.claim for verdict, _ in found[:MOST_ROWS]], dtype=object)
    return page.shown(
        Table(
            "verdict-changes",
            frame,
            columns,
            "table-verdicts",
            "Claims whose verdict is another.",
            "Claim",
            text={"cause": "rich", "study": "label"},
        )
    )


def _numbers(page: _Page) -> str:
    found = list(page.comparison.changes)
    link = f'<p>Every change, with exact values: <a href="{escape(page.table_name)}" data-structural>{escape(page.table_name)}</a>.</p>'
    if not found:
        return f"<p>No number differs.</p>{link}"
    rest = (
        ""
        if len(found) <= MOST_ROWS
        else f" The gravest {page.counted('shown', 'Changes shown', MOST_ROWS)} of {page.counted('all', 'Changes', len(found))}."
    )
    caption = f'<span class="label">Numbers</span> that differ, gravest first.{rest}'
    return page.shown(change_table(found, page.places, page.neighbours, caption)) + link


def _reading() -> str:
    return f"<dl>{''.join(f'<dt><strong>{name}</strong></dt><dd>{words}</dd>' for name, words in READING)}</dl>"
