"""What 02_focus_group_coding shows; its sections, and what may be shown of people, are in the other `coding_` modules."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.coding import files, matrix, saturation, segments
from analysis.coding.codebook import Codebook
from analysis.coding.files import Framework
from analysis.coding.people import headings
from analysis.coding.published import Theme, speaker_letters
from analysis.coding.segments import Bases
from analysis.errors import InputError
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display, joined
from analysis.reporting.nodes import heading
from analysis.reporting.prose import named
from analysis.reporting.views.claims import published
from analysis.reporting.views.coding_protected import CodingEvidence, Shown, open_coding, protect_coding
from analysis.reporting.views.evidence import HIDDEN
from analysis.results import Kind, Result, slug, write_text
from analysis.study import Claim, Study

_FILES = "analysis.coding.files"
GROUP_EVIDENCE = ("focus groups", "focus groups and surveys")


@dataclass(frozen=True)
class Material:
    """Everything a study has for this notebook; what it does not have is empty or None."""

    study: Study
    codebook: Codebook
    earlier: Codebook | None
    themes: tuple[Theme, ...]
    framework: Framework | None
    segments: pd.DataFrame | None

    def claim(self, quantity: str, line: int = 0) -> Claim:
        """The claim that prints a quantity, nearest to a line where several do; InputError where none does."""
        found = self.study.claims.about(quantity)
        if not found:
            raise InputError(
                self.study.name("themes.csv"),
                column="quantity",
                found=f"'{quantity}'",
                expected="a quantity of the study's claims.csv",
                action="correct the name, or leave the cell empty",
            )
        return min(found, key=lambda claim: abs(claim.line - line)) if line else found[0]

    def claims_about(self, quantity: str) -> tuple[Claim, ...]:
        """The claims that print a quantity; none where the study has no ledger of claims."""
        return self.study.claims.about(quantity) if (self.study.raw / "claims.csv").is_file() else ()


@dataclass(frozen=True)
class Coded:
    """A team's coded segments, settled to one row for each code of a segment, and what may be shown of them."""

    table: pd.DataFrame
    settled: pd.DataFrame
    bases: Bases
    codebook: Codebook
    shown: Shown

    @property
    def hidden(self) -> int:
        """How many of the codes that may be applied have their number of people hidden."""
        return int(self.shown.counts.loc[list(self.codebook.codable), "participants"].isna().sum())

    def entering(self) -> pd.DataFrame:
        """The settled codes that may enter numbers over many codes: all, or those that are shown in every unit."""
        alone = set(self.shown.codes("groups")) - set(headings(self.codebook))
        return self.settled if self.shown.whole else self.settled[self.settled["code"].isin(alone)]


def load(study: Study) -> Material:
    """Read what the study has; raises InputError for the first thing in its files that does not fit."""
    book = files.load_codebook(study)
    has_themes, has_matrix = ((study.raw / file).is_file() for file in ("themes.csv", "social_impact_matrix.yaml"))
    return Material(
        study,
        book,
        files.load_earlier_codebook(study, book),
        files.load_themes(study, book) if has_themes else (),
        files.load_framework(study, book) if has_matrix else None,
        files.load_segments(study, book),
    )


def open_evidence(page: Appendix, material: Material, disclosure: Mapping[str, object]) -> CodingEvidence:
    """The rules of disclosure of this run, and every decision under them; raises InputError for rules not allowed."""
    return open_coding(page, material.study, disclosure, material.segments is not None)


def coded(evidence: CodingEvidence, material: Material, rule: str) -> Coded | None:
    """The study's coded segments under a rule of settling (`segments.settle`); None where no team has supplied any."""
    table, book = material.segments, material.codebook
    if table is None:
        return None
    settled, bases = segments.settle(table, rule), segments.bases(table)
    return Coded(table, settled, bases, book, protect_coding(evidence, table, settled, book, bases))


def words(numbers: pd.DataFrame | pd.Series) -> pd.DataFrame | pd.Series:
    """Protected numbers with the word in place of each hidden one.

    >>> words(pd.Series([3, None], dtype="Int64")).tolist()
    [3, 'hidden']
    """
    return numbers.astype(object).where(numbers.notna(), HIDDEN)


def distinct(texts: Iterable[str]) -> list[str]:
    """Labels that stay apart as parts of result ids: those that do not are numbered by their place.

    >>> distinct(["C", "C++", "Rights"])
    ['C (1)', 'C++ (2)', 'Rights']
    """
    texts = list(texts)
    times = Counter(map(slug, texts))
    return [text if times[slug(text)] == 1 else f"{text} ({place})" for place, text in enumerate(texts, start=1)]


def labels(book: Codebook) -> dict[str, str]:
    """The name of each code by its id, told apart as `distinct` does."""
    return dict(zip(book.by_id, distinct(book.names.values()), strict=True))


def section(title: str, *shown: Display | None) -> Display:
    """Displays under a heading of the third level; those that are None are left out."""
    parts = [part for part in shown if part is not None]
    opening = heading(3, [title], f"part-{slug(title).replace('_', '-')}")
    return joined(Display((opening,), plain=title), *parts)


def number(
    name: str,
    label: str,
    value: float | str,
    unit: str,
    kind: Kind = Kind.RECOMPUTED,
    decimals: int = 0,
    function: str = "",
) -> Result:
    """A result for the prose of the page."""
    return Result(name, label, value, unit, kind, decimals, function=function)


def record(page: Appendix, material: Material, team: Coded | None) -> None:
    """Record the numbers that the prose of the page refers to."""
    book = material.codebook
    page.add(
        [
            number(
                "codebook.codes",
                "Codes that may be applied",
                len(book.codable),
                "codes",
                function=f"{_FILES}.load_codebook",
            )
        ]
    )
    if material.themes:
        page.add(_published_numbers(material))
    if material.framework:
        page.add(_framework_numbers(material.framework))
    if team:
        page.add(_team_numbers(team))


def _published_numbers(material: Material) -> Iterable[Result]:
    themes = material.themes
    with_words = [theme for theme in themes if theme.frequency]
    for quantity in ("focus_groups", "stakeholder_interviews"):
        yield from (published(claim) for claim in material.claims_about(quantity)[:1])
    counts = {
        "places": ("Places at which the source reports a theme", len(themes)),
        "group_places": ("Places that rest on focus groups", sum(theme.evidence in GROUP_EVIDENCE for theme in themes)),
        "word_places": ("Places with a word for how many", len(with_words)),
        "group_words": ("Such places that rest on focus groups", sum(t.evidence in GROUP_EVIDENCE for t in with_words)),
    }
    yield from (
        number(f"published.{name}", label, value, "places", function=f"{_FILES}.load_themes")
        for name, (label, value) in counts.items()
    )
    codes = len({theme.code for theme in themes})
    yield number("published.codes", "Codes that the source reports", codes, "codes", function=f"{_FILES}.load_themes")


def _framework_numbers(framework: Framework) -> Iterable[Result]:
    said, cells = framework.statements, framework.matrix.cells
    letters = speaker_letters(said)
    counts = {
        "published.statements": ("Published statements", len({s.statement_id for s in said}), "statements"),
        "published.speakers": ("Speaker codes among them", len({s.speaker for s in said}), "speaker codes"),
        "published.last_letter": (
            "Place in the alphabet of the last letter of a speaker code",
            int(letters["place"].max()),
            "letters",
        ),
        "matrix.cells": ("Cells of the matrix", len(cells), "cells"),
        "matrix.readings": ("Cells that are our reading", sum(cell.basis == "reading" for cell in cells), "cells"),
        "steps.steps": ("Steps towards co-production", len(framework.steps.steps), "steps"),
        "interviews.themes": ("Themes of the stakeholder interviews", len(framework.stakeholder_themes), "themes"),
    }
    yield from (
        number(name, label, value, unit, function=f"{_FILES}.load_framework")
        for name, (label, value, unit) in counts.items()
    )
    states = matrix.links_grid(framework.matrix).stack().value_counts()
    for state in ("measured and valued", "measured only", "valued on an assumption", "valued only", "neither"):
        yield number(
            f"matrix.{slug(state)}",
            f"Cells: {state}",
            int(states.get(state, 0)),
            "cells",
            function="analysis.coding.matrix.links_grid",
        )


def _team_numbers(team: Coded) -> Iterable[Result]:
    bases, shown = team.bases, team.shown
    people = shown.counts.loc[list(team.codebook.codable), "participants"]
    used = team.settled["code"].nunique()
    counts: dict[str, tuple[str, int | str, str]] = {
        "segments": ("Segments", HIDDEN if shown.everybody is None else bases.segments, "segments"),
        "participants": ("Participants who spoke", shown.everybody or HIDDEN, "people"),
        "groups": ("Groups", bases.groups, "groups"),
        "coders": ("Coders", bases.coders, "coders"),
        "used": ("Codes applied at least once", used if shown.whole else HIDDEN, "codes"),
        "shown": ("Codes whose number of people is shown", int(people.notna().sum()), "codes"),
        "hidden": ("Codes whose number of people is hidden", team.hidden, "codes"),
        "entering": ("Codes that enter saturation and stability", team.entering()["code"].nunique(), "codes"),
    }
    if people.notna().any():
        counts["most"] = (f"Participants who came up with: {commonest(team)}", int(people.max()), "people")
    for name, (label, value, unit) in counts.items():
        yield number(f"team.{name}", label, value, unit, Kind.MEASURED, function="analysis.coding.segments.bases")
    if len(team.entering()):
        new = saturation.saturation(team.entering(), bases)["new_mean"].iloc[-1]
        label = "New codes from the last group, mean over all orders"
        yield number(
            "team.last_group", label, float(new), "codes", Kind.MEASURED, 1, "analysis.coding.saturation.saturation"
        )


def answer(material: Material, team: Coded | None) -> str:
    """The opening paragraphs, as a template over the recorded numbers, of what the study has."""
    return "\n\n".join(filter(None, (_published_answer(material), _framework_answer(material), _team_answer(team))))


def _published_answer(material: Material) -> str:
    if not material.themes:
        return ""
    held = "".join(
        f" It says that {{claim:{claim.claim_id}|:focus groups}} were held."
        for claim in material.claims_about("focus_groups")[:1]
    )
    statements = (
        " Of what was said in them it prints {published.statements|:statements} by {published.speakers|:speaker codes}."
        if material.framework
        else ""
    )
    return (
        f"The source reports themes, and not how often each came up.{held}{statements} Its text reports a theme at "
        f"{{published.places|:places}}; {{published.group_places|bare}} of these rest on {_groups_named(material)}, "
        "the others on something else. This tells which themes the source reports, and on what. It does not tell how "
        "many people or groups raised a theme, whether more groups would have brought new ones, or whether two "
        "coders agree; none of that is computed from the publication."
    )


def _groups_named(material: Material) -> str:
    together = any(theme.evidence == GROUP_EVIDENCE[1] for theme in material.themes)
    return "focus groups and surveys, which it does not tell apart" if together else "the focus groups"


def _framework_answer(material: Material) -> str:
    if not material.framework:
        return ""
    return (
        "Of {matrix.cells|:cells} of the social impact matrix, {matrix.measured_and_valued|bare} are measured and "
        "valued, {matrix.measured_only|bare} measured but not valued, {matrix.valued_on_an_assumption|bare} valued "
        "on an assumption, {matrix.valued_only|bare} valued without a measure, and {matrix.neither|bare} neither. "
        "The printed matrix is an image that was not at hand: the cells are put together from the text, "
        "{matrix.readings|bare} of them by our reading."
    )


def _team_answer(team: Coded | None) -> str:
    if team is None:
        return ""
    used = (
        "{team.used|bare} of {codebook.codes|:codes} were applied. "
        if team.shown.whole
        else "The codebook has {codebook.codes|:codes}. "
    )
    last = (
        f" A last group adds {{team.last_group|:codes}} on average over all orders in which the groups could have been "
        f"read{_of_which(team)}."
        if len(team.entering())
        else ""
    )
    return (
        "The coded segments are {team.segments|:segments} by {team.participants|:participants} in "
        "{team.groups|:groups}, read by {team.coders|:coders}. " + used + "For {team.hidden|bare} of the codes the "
        "number of people is hidden, since it, or the number of those who did not come up with the code, is small or would "
        "give a small one away." + _top(team) + last
    )


def _of_which(team: Coded) -> str:
    """What the codes that enter a number are, where they are not all."""
    return "" if team.shown.whole else ", of the {team.entering|:codes} that enough people raised"


def _top(team: Coded) -> str:
    """What most participants came up with; not said where a hidden number could be greater, whether or not it is."""
    most = commonest(team)
    if not team.hidden:
        return f" Most participants, {{team.most|bare}}, came up with: {named(most)}."
    said = (
        " Which code most participants came up with is not said: a number is hidden as well where nearly everybody came up "
        "with the code, so that the strongest may be among those hidden. `analysis.coding.tallies.tally` tells the team."
    )
    shown = f" Of the codes that are shown, {{team.most|:people}} came up with: {named(most)}." if most else ""
    return said + shown


def commonest(team: Coded) -> str:
    """The shown code that most participants came up with, or those that as many did; empty where no code is shown."""
    people = team.shown.counts.loc[list(team.codebook.codable), "participants"].dropna()
    return "; ".join(labels(team.codebook)[code] for code in people.index[people == people.max()])


def opening(page: Appendix, material: Material) -> Display | None:
    """What stands in place of the sections on what is published, for a study of which nothing is."""
    if material.themes:
        return None
    if material.study.info.example:
        return page.say(
            "Nothing is published of a worked example; all it has are synthetic coded segments, shown below."
        )
    return page.say("No themes of a publication are in this study's folder.")


def segments_opening(page: Appendix, team: Coded | None) -> Display:
    """What the sections on coded segments rest on, or that there are none and what that means."""
    if team is None:
        return page.say(
            "There are no coded segments in this study's folder. Mentions, participants and groups are not counted, "
            "and no saturation, stability or agreement is computed. `docs/coding.md` says in which formats a team "
            "brings its own; the worked example shows what the page then holds."
        )
    return page.say(
        "A mention is a segment that carries the code; a participant or a group counts once for a code, however "
        "often it comes up. Every number of people here, with the headings above a code and the pairs of codes, has "
        "passed disclosure control: small numbers, zero included, and those of nearly everybody are hidden, and others "
        "with them from which they could be worked out. What else is counted from a code is shown only where its people "
        "are. The last section but one says what was hidden and why."
    )


def write_codebook(page: Appendix, material: Material) -> Display:
    """Write `data/processed/<study>/codebook.qdc`, the codebook as other programs read it."""
    from analysis.coding.refi import qdc_text

    write_text(material.study.output / "codebook.qdc", qdc_text(material.codebook))
    return page.say(
        "The same for NVivo, ATLAS.ti, MAXQDA or QualCoder (REFI-QDA): "
        f"`data/processed/{material.study.id}/codebook.qdc`."
    )
