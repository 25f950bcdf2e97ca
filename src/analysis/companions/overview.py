"""The overview of a study: its question, the answer with its headline figures, each appendix's answer, and what is missing.

The wording of a study stands in data/raw/overviews/<study>.yaml, in the notation of `analysis.reporting.prose`; a study
without that file gets the same page with the words common to all. What is said of printed figures alone is marked `until`,
with a result that a team's records would measure; what is said of the records is marked `once`.
"""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from pydantic import Field

from analysis.companions.material import DATA, Appendix, Material, data_of
from analysis.companions.sheet import Sheet, link as prose_link
from analysis.errors import InputError
from analysis.files import Strict, read_yaml, shown, validate
from analysis.reporting.markup import Display
from analysis.reporting.nodes import (
    Block,
    bullets,
    fact,
    facts,
    kind,
    label,
    link,
    number,
    paragraph,
    plain,
    without_kinds,
)
from analysis.reporting.page import PageData
from analysis.reporting.places import seen_from_elsewhere, under
from analysis.reporting.prose import named, points, results_in
from analysis.reporting.svg import rekeyed
from analysis.reporting.tables import RowExtra
from analysis.results import Column, Kind, Result
from analysis.study import Study

TITLE = "Overview"
LINE = "The question, the answer in short, how it is known, and what would change it."
FOLDER = Path("data") / "raw" / "overviews"
ANSWER, CHANGE = "section-the-answer", "section-what-would-change-the-answer"
VERDICTS = ("reproduced", "consistent", "inconsistent", "in_question", "not_recomputable")
HEADLINES = ("sroi.headline", "sroi.headline.recomputed", "sensitivity.draws.ratio")
COMMON_QUESTION = "What did the programme achieve, as far as its evaluation can be rerun from what is at hand?"
_VERDICT_MEANING = {
    "reproduced": "recomputed from other published figures, it rounds to the published one",
    "consistent": "it can be true together with what else is published, which confirms nothing",
    "inconsistent": "it cannot be true together with what else is published",
    "in_question": "it or a figure that it is held against is wrong, and which of them is not known",
    "not_recomputable": "nothing else that is published determines it",
}
_ID = r"^[A-Za-z0-9_.:\-]*$"
MOST_POINTS = 6  # of which an opening is made
_OPENING = 80  # characters by which something left out is named
_LEADS = "Each number on this page leads to the entry of an appendix that says where it comes from."
_NO_TEAM_FILE = "Each appendix ends with what would change its answer."


class Dependent(Strict):
    """Something that may be said in one state of the evidence only: before or after a result is measured from records."""

    until: str = Field(
        default="", pattern=_ID, description="id of a result: said as long as it is not measured from records"
    )
    once: str = Field(default="", pattern=_ID, description="id of a result: said once it is measured from records")

    @property
    def named(self) -> Iterator[str]:
        """The ids of the results that it names."""
        raise NotImplementedError

    def holds(self, material: Material) -> bool:
        """Whether the evidence is in the state that it speaks of."""
        measured = {name for name in (self.until, self.once) if name and _is_measured(material, name)}
        return self.until not in measured and (not self.once or self.once in measured)

    def is_known(self, material: Material) -> bool:
        """Whether every result is recorded; one that is always said must be, which the page itself checks."""
        return not (self.until or self.once) or all(map(material.recorded, self.named))


class Paragraph(Dependent):
    """A paragraph of the answer."""

    say: str = Field(min_length=1, description="the paragraph, with results as {id}")

    @property
    def named(self) -> Iterator[str]:
        """The ids of the results in it."""
        return results_in(self.say)


class Figure(Dependent):
    """A headline figure: a result of the study, and what it says."""

    result: str = Field(min_length=1, description="id of a recorded result")
    says: str = Field(min_length=1, description="what the figure says, in words")
    appendix: str = Field(default="", description="the appendix where it stands, if not the first that shows it")

    @property
    def named(self) -> Iterator[str]:
        """The id of its result."""
        yield self.result


class Missing(Dependent):
    """Something that was not published, and what it would settle."""

    what: str = Field(min_length=1, description="the file or figure")
    settles: str = Field(min_length=1, description="what it would settle")
    appendix: str = Field(min_length=1, description="the appendix that would use it")


class Summary(Strict):
    """What the study's summary on one page says; what it leaves open, words common to all studies say."""

    findings: tuple[Paragraph, ...] = Field(
        default=(), description="findings in plain words, the first three are taken"
    )
    charts: tuple[str, ...] = Field(
        default=(),
        description="figures, as `03_before_after:forest`; the first two are taken, and the first stands on index and overview",
    )
    method: tuple[Paragraph, ...] = Field(default=(), description="how it was found, in plain words")
    limits: tuple[Paragraph, ...] = Field(
        default=(), description="what it does not say, beside what holds for every study"
    )


class Overview(Strict):
    """What data/raw/overviews/<study>.yaml says."""

    question: str = Field(default=COMMON_QUESTION, min_length=1, description="the question of the study")
    answer: str | tuple[str | Paragraph, ...] = Field(
        default=(), description="the answer, with results as {id}: a text, or its paragraphs"
    )
    figures: tuple[Figure, ...] = Field(default=(), description="headline figures")
    missing: tuple[Missing, ...] = Field(default=(), description="what was not published and would change the answer")
    summary: Summary = Field(default=Summary(), description="what `analysis summary` says")
    change: str = Field(default=_NO_TEAM_FILE, min_length=1, description="what would change the answer")


def read_overview(material: Material) -> tuple[Overview, str]:
    """The wording of a study and the name of its file; the words common to all where there is no file."""
    path = material.study.root / FOLDER / f"{material.study.id}.yaml"
    name = shown(path, material.study.root)
    return (
        (validate(Overview, read_yaml(path, name), name, None), name) if path.is_file() else (_common(material), name)
    )


def _is_measured(material: Material, result_id: str) -> bool:
    found = material.recorded(result_id)
    return found is not None and found.kind is Kind.MEASURED


def said(material: Material, words: Overview) -> tuple[Overview, list[str]]:
    """The wording for the evidence as it is, and what had to be left out because a result that it names is not recorded.

    Only what depends on the evidence may be left out: records may lack a question, or a rule may withhold its number.
    """
    given = [words.answer] if isinstance(words.answer, str) else words.answer
    answer = [Paragraph(say=part) if isinstance(part, str) else part for part in given if part]
    due = [entry for entry in (*answer, *words.figures) if entry.holds(material)]
    kept = [entry for entry in due if entry.is_known(material)]
    summary = {
        name: tuple(entry for entry in entries if entry.holds(material) and entry.is_known(material))
        for name, entries in (("findings", words.summary.findings), ("limits", words.summary.limits))
    }
    update: dict[str, object] = {
        "summary": words.summary.model_copy(update=summary),
        "answer": tuple(entry for entry in kept if isinstance(entry, Paragraph)),
        "figures": tuple(entry for entry in kept if isinstance(entry, Figure)),
        "missing": tuple(entry for entry in words.missing if entry.holds(material)),
    }
    return words.model_copy(update=update), [_opening(entry) for entry in due if entry not in kept]


def _opening(entry: Paragraph | Figure) -> str:
    """The first words of something, to name it by."""
    text = entry.says if isinstance(entry, Figure) else entry.say
    return text if len(text) <= _OPENING else f"{text[:_OPENING]}..."


def _common(material: Material) -> Overview:
    known = [result for result_id in HEADLINES if (result := material.recorded(result_id))]
    return Overview(figures=tuple(Figure(result=result.id, says=result.label) for result in known))


def overview(material: Material) -> PageData:
    """The page, but for commit and links; InputError for a result or an appendix that the study does not have."""
    written, place = read_overview(material)
    words, left_out = said(material, written)
    sheet = Sheet(material, "overview", TITLE, words.question, place)
    sheet.section("The answer", *_answer(sheet, words), *_left_out(sheet, left_out))
    sheet.section("Claims by verdict", *_verdicts(material))
    sheet.section("What would change the answer", sheet.page.say(words.change), *_missing(sheet, words))
    sheet.section("Appendix by appendix", _appendices(material, unfold=not words.answer))
    sheet.section("To take away", *_to_take(sheet, material.study))
    return sheet.page_data(lead=lambda result_id: _led(result_id, material))


def opening(material: Material) -> Block | None:
    """The paragraph that the overview of a study opens with, as the index shows it, too."""
    answer = under(overview(material)["blocks"], ANSWER)
    return next((block | {"css": "finding"} for block in answer if block["type"] == "paragraph"), None)


def picture(material: Material) -> Block | None:
    """The chart that says most of a study, with its finding and its address: the first that the overview names and this run drew."""
    wording, _ = read_overview(material)
    appendices = {each.name: each for each in material.appendices}
    for notebook, _, name in (chart.partition(":") for chart in wording.summary.charts):
        if notebook in appendices and name in appendices[notebook].figures:
            return _picture(appendices[notebook], name)
    return None


def _picture(appendix: Appendix, name: str) -> Block:
    node = appendix.figures[name]
    href, words = appendix.place(name) or (appendix.href, node["label"])
    return {
        "type": "picture",
        "key": name,
        "drawing": node["drawing"],
        "finding": seen_from_elsewhere(without_kinds(node["finding"] or node["caption"]), href.partition("#")[0]),
        "of": [link(href, [label(f"{words} of {appendix.title}")])],
    }


def _shown_picture(material: Material) -> Iterator[Display]:
    """That chart, on the overview."""
    if node := picture(material):
        own = f"picture-{node['key']}"
        drawn = node | {"drawing": rekeyed(node["drawing"], node["key"], own)}
        yield Display((drawn,), material.store.by_id, plain(node["finding"], material.store.by_id))


def _to_take(sheet: Sheet, study: Study) -> Iterator[Display]:
    """Where the data of the study stands, beside this page."""
    if paths := data_of(study):
        said = "\n\n".join(f"{prose_link(path.name, path.name)}: {DATA[path.name]}." for path in paths)
        yield sheet.page.say(said)


def _led(result_id: str, material: Material) -> str:
    """The entry of an appendix that says where a number comes from; nowhere if no appendix records it."""
    found = material.showing(result_id)
    return found.at(result_id) if found else ""


def _answer(sheet: Sheet, words: Overview) -> Iterator[Display]:
    """The findings of the summary, whose every number has an entry that tells where it comes from, and what is left; the answer in full
    unfolds below them, or stands in their place."""
    paragraphs = [sheet.page.say(part.say) for part in words.answer if isinstance(part, Paragraph)]
    told = (*words.summary.findings, *words.summary.limits)
    found = [entry.say for entry in told if all("#" in _led(name, sheet.material) for name in entry.named)]
    yield from [sheet.page.say(points(*found[:MOST_POINTS]))] if found else paragraphs
    yield from _shown_picture(sheet.material)
    if words.figures:
        yield _figures(sheet, words)
    elif not words.answer:
        yield sheet.page.say("Each appendix answers its own question; its answer stands below.")
    if found and paragraphs:
        whole = [block for each in paragraphs for block in each.blocks]
        yield Display(
            ({"type": "unfolding", "summary": "The answer at more length", "of": whole},), plain="The answer."
        )


def _left_out(sheet: Sheet, openings: list[str]) -> Iterator[Display]:
    """What the page would say, had the run recorded the numbers for it."""
    if openings:
        listed = "\n".join(f"- {named(text)}" for text in openings)
        yield sheet.page.say("Left out, since this run recorded no number for it:")
        yield sheet.page.say(listed)


def _figures(sheet: Sheet, words: Overview) -> Display:
    """Table: the headline figures, each with its interval, how it is known, and a link to where it stands."""
    results = [sheet.page.find(figure.result) for figure in words.figures]
    frame = pd.DataFrame(
        {
            "value": map(_written, results),
            "note": [result.note for result in results],
            "stands": [_standing(sheet, figure) for figure in words.figures],
        },
        index=pd.Index([figure.says for figure in words.figures], name="figure"),
    )
    columns = {"value": Column("Figure, and how it is known"), "note": Column("Remark"), "stands": Column("Stands in")}
    shown_columns = {name: column for name, column in columns.items() if any(frame[name] != "")}
    text = {
        name: mode
        for name, mode in {"value": "rich", "note": "label", "stands": "rich"}.items()
        if name in shown_columns
    }
    return sheet.page.table(
        "figures",
        frame,
        shown_columns,
        "Headline figures, and how each is known.",
        row_header="What it says",
        text=text,
        note=_LEADS,
    )


def _written(result: Result) -> str:
    """A result in the prose notation: the number, its interval, or both."""
    if not result.interval_text:
        return f"{{{result.id}}}"
    return f"{{{result.id}|interval}}" if result.value is None else f"{{{result.id}|bare}}, {{{result.id}|interval}}"


def _standing(sheet: Sheet, figure: Figure) -> str:
    """A link, in the prose notation, to the entry of a figure in an appendix."""
    found = _named(sheet, figure.appendix) if figure.appendix else sheet.material.showing(figure.result)
    if found is None or figure.result not in found.store.by_id:
        where = f"no number {figure.result} in {figure.appendix or 'any appendix'}"
        raise InputError(
            sheet.place,
            column="figures",
            found=where,
            expected="a number that the appendix records",
            action="correct it",
        )
    return prose_link(found.title, found.at(figure.result))


def _named(sheet: Sheet, name: str) -> Appendix:
    known = {appendix.name: appendix for appendix in sheet.material.appendices}
    if name not in known:
        raise InputError(
            sheet.place, column="appendix", found=repr(name), expected=f"one of {', '.join(known)}", action="correct it"
        )
    return known[name]


def _verdicts(material: Material) -> Iterator[Display]:
    """The number of claims by verdict, leading to the ledger."""
    found = {verdict: material.recorded(f"audit.verdicts.{verdict}") for verdict in VERDICTS}
    audit = material.showing("audit.verdicts.reproduced")
    if audit is None or None in found.values():
        return
    entries = [_verdict(verdict, result) for verdict, result in found.items() if result]
    words = "Each claim with its place in the source, its verdict and why: "
    leading = paragraph([words, link(audit.href, [label(audit.title)]), "."])
    yield Display((facts(entries, css="headline verdicts"), leading), material.store.by_id, "Claims by verdict.")


def _verdict(verdict: str, result: Result) -> Block:
    words = f"{verdict.replace('_', ' ')}: {_VERDICT_MEANING[verdict]}"
    return fact([words], [number(result.id), " ", kind(result.kind)])


def _appendices(material: Material, unfold: bool) -> Display:
    """Every appendix with its question; with its own answer, and a link to what would change it, where the page has none."""
    items = [[_appendix(appendix, unfold)] for appendix in material.appendices]
    return Display((bullets(items, css="pages answers"),), material.store.by_id, "The appendices.")


def _appendix(appendix: Appendix, unfold: bool) -> Block:
    answer = appendix.sentences_under(ANSWER) if unfold else []
    if answer and CHANGE in appendix.anchors.ids:
        answer.append(paragraph([link(f"{appendix.href}#{CHANGE}", ["What would change this answer"])], css="line"))
    fold = [{"type": "unfolding", "summary": "Its answer", "of": answer, "open": True}] if answer else []
    title = {"type": "subheading", "of": [link(appendix.href, [label(appendix.title)])]}
    return {"type": "blocks", "of": [title, paragraph([label(appendix.question)], css="line"), *fold]}


def _missing(sheet: Sheet, words: Overview) -> Iterator[Display]:
    """Table: what was not published, what it would settle, and which appendix would use it."""
    if not words.missing:
        return
    named = [_named(sheet, entry.appendix) for entry in words.missing]
    frame = pd.DataFrame(
        {
            "settles": [entry.settles for entry in words.missing],
            "appendix": [prose_link(found.title, found.href) for found in named],
        },
        index=pd.Index([entry.what for entry in words.missing], name="missing"),
    )
    columns = {"settles": Column("What it would settle"), "appendix": Column("Used in")}
    extras = {entry.what: RowExtra(anchor=f"missing-{place}") for place, entry in enumerate(words.missing, start=1)}
    yield sheet.page.table(
        "missing",
        frame,
        columns,
        "What is not published, and what a team that has it could settle.",
        row_header="Not published",
        text={"settles": "rich", "appendix": "rich"},
        extras=extras,
    )
