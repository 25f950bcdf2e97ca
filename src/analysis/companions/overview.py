"""The overview of a study: its question, the answer with its headline figures, each appendix's answer, and what is missing.

The wording of a study stands in data/raw/overviews/<study>.yaml, in the notation of `analysis.reporting.prose`; a study
without that file gets the same page with the words common to all.
"""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from analysis.companions.material import Appendix, Material
from analysis.companions.places import paragraphs_under
from analysis.companions.sheet import Sheet, link
from analysis.errors import InputError
from analysis.reporting.markup import Display, escape, kind_word, number, structural
from analysis.reporting.tables import RowExtra
from analysis.results import Column, Result
from analysis.study.tables import read_yaml, shown, validate

TITLE = "Overview"
LINE = "The question, the answer in short, how it is known, and what would change it."
FOLDER = Path("data") / "raw" / "overviews"
ANSWER, CHANGE = "section-the-answer", "section-what-would-change-the-answer"
VERDICTS = ("reproduced", "consistent", "inconsistent", "in_question", "not_recomputable")
HEADLINES = ("sroi.headline", "sroi.headline.recomputed", "sensitivity.draws.ratio")
COMMON_QUESTION = "What did the programme achieve, as far as its evaluation can be rerun from what is at hand?"
_VERDICT_MEANING = {
    "reproduced": "recomputed from other printed figures, it rounds to the printed one",
    "consistent": "it can be true together with what else is printed, which confirms nothing",
    "inconsistent": "it cannot be true together with what else is printed",
    "in_question": "it or a figure that it is held against is wrong, and which of them is not known",
    "not_recomputable": "nothing else that is printed determines it",
}
_NUMBER = re.compile(r'<span( class="(?:num|interval)" data-result="([^"]+)"[^<>]*)>([^<]*)</span>')
_LEADS = "Each number on this page leads to the entry of an appendix that says where it comes from."
_NO_TEAM_FILE = "Each appendix ends with what would change its answer."


class Strict(BaseModel):
    """A part of the file; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Figure(Strict):
    """A headline figure: a result of the study, and what it says."""

    result: str = Field(min_length=1, description="id of a recorded result")
    says: str = Field(min_length=1, description="what the figure says, in words")
    appendix: str = Field(default="", description="the appendix where it stands, if not the first that shows it")


class Missing(Strict):
    """Something that was not published, and what it would settle."""

    what: str = Field(min_length=1, description="the file or figure")
    settles: str = Field(min_length=1, description="what it would settle")
    appendix: str = Field(min_length=1, description="the appendix that would use it")


class Overview(Strict):
    """What data/raw/overviews/<study>.yaml says."""

    question: str = Field(default=COMMON_QUESTION, min_length=1, description="the question of the study")
    answer: str = Field(default="", description="the answer, with results as {id}")
    figures: tuple[Figure, ...] = Field(default=(), description="headline figures")
    missing: tuple[Missing, ...] = Field(default=(), description="what was not published and would change the answer")
    change: str = Field(default=_NO_TEAM_FILE, min_length=1, description="what would change the answer")


def read_overview(material: Material) -> tuple[Overview, str]:
    """The wording of a study and the name of its file; the words common to all where there is no file."""
    path = material.study.root / FOLDER / f"{material.study.id}.yaml"
    name = shown(path, material.study.root)
    return (
        (validate(Overview, read_yaml(path, name), name, None), name) if path.is_file() else (_common(material), name)
    )


def _common(material: Material) -> Overview:
    known = [result for result_id in HEADLINES if (result := material.recorded(result_id))]
    return Overview(figures=tuple(Figure(result=result.id, says=result.label) for result in known))


def overview(material: Material) -> str:
    """The page, but for commit and links; InputError for a result or an appendix that the study does not have."""
    words, place = read_overview(material)
    sheet = Sheet(material, "overview", TITLE, words.question, place)
    sheet.section("The answer", *_answer(sheet, words))
    sheet.section("Claims by verdict", *_verdicts(material))
    sheet.section("What would change the answer", sheet.page.say(words.change), *_missing(sheet, words))
    sheet.section("Appendix by appendix", _appendices(material, unfold=not words.answer))
    return _NUMBER.sub(lambda match: _led(match, material), sheet.html())


def _led(match: re.Match[str], material: Material) -> str:
    """A number as a link to the entry of an appendix that says where it comes from; unlinked where no appendix records it."""
    found = material.showing(unescape(match[2]))
    return f'<a{match[1]} href="{escape(found.at(unescape(match[2])))}">{match[3]}</a>' if found else match[0]


def _answer(sheet: Sheet, words: Overview) -> Iterator[Display]:
    if words.answer:
        yield sheet.page.say(words.answer)
    if words.figures:
        yield _figures(sheet, words)
    elif not words.answer:
        yield sheet.page.say("Each appendix answers its own question; its answer stands below.")


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
    return link(found.title, found.at(figure.result))


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
    items = "".join(_verdict(verdict, result) for verdict, result in found.items() if result)
    links = f'<p>Each claim with its place in print, its verdict and why: <a href="{escape(audit.href)}">{structural(audit.title)}</a>.</p>'
    yield Display(f'<dl class="headline verdicts">{items}</dl>{links}', "Claims by verdict (on the page).")


def _verdict(verdict: str, result: Result) -> str:
    words = f"{verdict.replace('_', ' ')}: {_VERDICT_MEANING[verdict]}"
    return f"<div><dt>{escape(words)}</dt><dd>{number(result)} {kind_word(str(result.kind))}</dd></div>"


def _appendices(material: Material, unfold: bool) -> Display:
    """Every appendix with its question, its own answer behind a fold, and a link to what would change it."""
    items = "".join(_appendix(appendix, " open" if unfold else "") for appendix in material.appendices)
    return Display(f'<ul class="pages answers">{items}</ul>', "The appendices (on the page).")


def _appendix(appendix: Appendix, state: str) -> str:
    answer = "".join(paragraphs_under(appendix.html, ANSWER, appendix.href))
    if CHANGE in appendix.anchors.ids:
        answer += f'<p class="line"><a href="{escape(appendix.href)}#{CHANGE}">What would change this answer</a></p>'
    title = f'<h3><a href="{escape(appendix.href)}">{structural(appendix.title)}</a></h3>'
    fold = f"<details{state}><summary>Its answer</summary>{answer}</details>" if answer else ""
    return f'<li>{title}<p class="line">{structural(appendix.question)}</p>{fold}</li>'


def _missing(sheet: Sheet, words: Overview) -> Iterator[Display]:
    """Table: what was not published, what it would settle, and which appendix would use it."""
    if not words.missing:
        return
    named = [_named(sheet, entry.appendix) for entry in words.missing]
    frame = pd.DataFrame(
        {
            "settles": [entry.settles for entry in words.missing],
            "appendix": [link(found.title, found.href) for found in named],
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
