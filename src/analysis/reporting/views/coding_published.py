"""What is published of the qualitative work: statements, themes and what they rest on, interviews, two programmes."""

from collections.abc import Iterable, Sequence

import pandas as pd

from analysis.coding import files, published as sources
from analysis.coding.published import Theme
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.views.claims import published
from analysis.reporting.views.coding import GROUP_EVIDENCE, Material, labels, named, number, section
from analysis.results import Column, Kind, Result
from analysis.study import Claim, load_study

_SIDE_BY_SIDE = "analysis.coding.published.side_by_side"
PROGRAMMES = ("coproduction", "connecting_opportunities")  # the two whose sources are coded with the common codebook
_FUNCTION = "analysis.coding.published.published_support"


def statements(page: Appendix, material: Material) -> Display | None:
    """Section: the published statements, with speaker code and themes; without their words."""
    if not material.framework:
        return None
    frame = sources.statement_table(material.framework.statements, material.codebook)
    columns = {
        "speaker": Column("Speaker code"),
        "themes": Column("Themes it supports"),
        "section": Column("Section of the source"),
        "line": Column("Source line"),
    }
    table = page.table(
        "statements",
        frame,
        columns,
        "Published statements of participants and the themes they support; the words are not repeated here.",
        row_header="Statement",
        text=dict.fromkeys(columns, "label"),
    )
    return section("Statements of participants", table, page.say(_letters(material)))


def _letters(material: Material) -> str:
    framework = material.framework
    if framework is None:
        return ""
    letters = list(sources.speaker_letters(framework.statements).index)
    printed = material.claims_about("focus_groups")
    against = f", where the source prints {{claim:{printed[0].claim_id}}}" if printed else ""
    return (
        f"The speaker codes open with the letters {', '.join(letters[:-1])} and {letters[-1]}; what a letter stands "
        "for is not printed. If letters numbered the groups, there would have been at least "
        f"{{published.last_letter|:groups}}{against}. No statement is therefore assigned to a group here."
    )


def themes(page: Appendix, material: Material) -> Display | None:
    """Section: every reported theme with its places, what these rest on, and the source's words for how many."""
    if not material.themes:
        return None
    frame = _with_figures(page, material, _support(material))
    columns = {
        name: column for name, column in _THEME_COLUMNS.items() if name in frame.columns and (frame[name] != "").any()
    }
    table = page.table(
        "themes",
        frame,
        columns,
        "Reported themes: where they come up, what that rests on, and the source's own words for how many.",
        row_header="Code",
        group_by="theme",
        text={name: mode for name, mode in _THEME_TEXTS.items() if name in columns},
        note="A count of places is no count of people: a theme at one place may be one that everybody raised.",
    )
    return section("Themes that the text reports", page.say(_thin(material)), _evidence_figure(page, material), table)


_THEME_COLUMNS = {
    "theme": Column("Theme"),
    "statements": Column("Statements", "statements", Kind.RECOMPUTED, function=_FUNCTION),
    "places": Column("Places in the text", "places", Kind.RECOMPUTED, function=_FUNCTION),
    "evidence": Column("Which rest on"),
    "frequency": Column("The source's words for how many"),
    "figure": Column("Printed figure (published)"),
    "lines": Column("Source lines"),
}
_THEME_TEXTS = {"evidence": "label", "frequency": "label", "figure": "rich", "lines": "label"}


def _support(material: Material) -> pd.DataFrame:
    if material.framework:
        return sources.published_support(material.framework.statements, material.themes, material.codebook)
    study = material.study.id
    frame = sources.side_by_side({study: material.themes}, material.codebook)
    return frame.rename(columns=lambda name: name.removesuffix(f"_{study}"))


def _with_figures(page: Appendix, material: Material, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame by name of the code, with the published figures that measure a theme."""
    measured = [(theme.code, material.claim(theme.quantity, theme.line)) for theme in material.themes if theme.quantity]
    page.add(published(claim) for _, claim in measured)
    cells = [_figures(claim for code, claim in measured if code == wanted) for wanted in frame.index]
    return frame.assign(figure=cells).rename(index=labels(material.codebook))


def _figures(claims: Iterable[Claim]) -> str:
    return "; ".join(dict.fromkeys(claim_link(claim) for claim in claims))


def claim_link(claim: Claim) -> str:
    """A published figure with its label and value, linked to the ledger of claims; a template for rich text."""
    link = f"[{{={claim.claim_id}}}](08_claims_audit.html#claim-{claim.claim_id})"
    return f"{link} {named(claim.statement)}: {{claim:{claim.claim_id}|bare}}"


def _thin(material: Material) -> str:
    words = (
        " The source's words for how many stand at {published.word_places|:places}; focus groups are behind "
        "{published.group_words|bare} of them. They are repeated as they stand, since no number can be put to them."
    )
    return f"One reader coded the text with the codebook below. Each place is counted once.{words}"


def _evidence_figure(page: Appendix, material: Material) -> Display:
    """Figure: places in the text by what they rest on."""
    from analysis.reporting.charts import bar_chart

    counts = pd.Series([theme.evidence for theme in material.themes]).value_counts()
    order = sorted(counts.index, key=lambda evidence: (-counts[evidence], evidence))
    frame = pd.DataFrame({"places": counts.loc[order]}).rename(index=str.capitalize).rename_axis("evidence")
    page.add([number("published.commonest", f"Places that rest on: {order[0]}", int(counts[order[0]]), "places")])
    return page.figure(
        "evidence",
        bar_chart(frame, ["places"], "places in the text that report a theme"),
        "What the reported themes rest on.",
        f"The commonest basis, {order[0]}, stands behind {{published.commonest|bare}} of {{published.places|bare}} "
        "places; focus groups stand behind {published.group_places|bare}.",
        frame,
        {"places": Column("Places", "places", Kind.RECOMPUTED, function=_FUNCTION)},
        row_header="Rests on",
    )


def interviews(page: Appendix, material: Material) -> Display | None:
    """Section: the themes of the stakeholder interviews, tied to the objectives of the matrix."""
    framework = material.framework
    if not framework:
        return None
    frame = sources.stakeholder_table(framework.stakeholder_themes, material.codebook)
    names = {objective.id: objective.name for objective in framework.matrix.objectives}
    frame["objectives"] = [
        "; ".join(f"[{named(names[each])}](#{objective_anchor(each)})" for each in theme.objectives) or "none"
        for theme in framework.stakeholder_themes
    ]
    columns = {
        "statement": Column("What is reported"),
        "theme": Column("Code"),
        "frequency": Column("The source's words for how many"),
        "objectives": Column("Objectives it bears on"),
        "line": Column("Source line"),
    }
    asked = [
        f"{{claim:{claim.claim_id}|:community leaders and service providers}}"
        for claim in material.claims_about("stakeholder_interviews")[:1]
    ]
    said = page.say(
        f"The source says that it interviewed {asked[0] if asked else 'stakeholders'} and reports "
        "{interviews.themes|:themes} without saying how many of them raised each. The objectives are those of the "
        "matrix below; tying themes to them is our reading."
    )
    table = page.table(
        "interviews",
        frame,
        columns,
        "Themes of the interviews with stakeholders, as reported.",
        row_header="Theme",
        text=dict.fromkeys(columns, "label") | {"objectives": "rich"},
    )
    return section("Interviews with stakeholders", said, table)


def objective_anchor(objective: str) -> str:
    """The anchor of an objective's row in the table of the matrix."""
    return f"objective-{objective}"


def side_by_side(page: Appendix, material: Material) -> Display | None:
    """Section: which themes each of the two programmes' sources reports, with the same codebook."""
    if material.study.id not in PROGRAMMES:
        return None
    studies = [load_study(study, material.study.root) for study in PROGRAMMES]
    reported = {study.id: files.load_themes(study, material.codebook) for study in studies}
    frame = sources.side_by_side(reported, material.codebook)
    titles = {study.id: study.info.title for study in studies}
    page.add(_comparison(frame, reported))
    columns: dict[str, Column] = {"theme": Column("Theme")}
    for study, title in titles.items():
        columns[f"places_{study}"] = Column(f"{title}: places", "places", Kind.RECOMPUTED, function=_SIDE_BY_SIDE)
        columns[f"evidence_{study}"] = Column(f"{title}: rest on")
    table = page.table(
        "side_by_side",
        frame.rename(index=labels(material.codebook)),
        columns,
        "Themes that the sources of the two programmes report, coded with one codebook.",
        row_header="Code",
        group_by="theme",
        text={f"evidence_{study}": "label" for study in titles},
    )
    return section("The two programmes with one codebook", page.say(_bearing(titles)), table)


def _comparison(frame: pd.DataFrame, reported: dict[str, Sequence[Theme]]) -> list[Result]:
    first, second = (frame[f"places_{study}"] > 0 for study in PROGRAMMES)
    counts = {"both": first & second, "only_first": first & ~second, "only_second": second & ~first}
    rows = [
        number(
            f"both.{name}",
            f"Codes reported: {name.replace('_', ' ')}",
            int(where.sum()),
            "codes",
            function=_SIDE_BY_SIDE,
        )
        for name, where in counts.items()
    ]
    for study in PROGRAMMES:
        on_groups = sum(theme.evidence in GROUP_EVIDENCE for theme in reported[study])
        rows += [
            number(
                f"both.{study}.places",
                "Places that report a theme",
                len(reported[study]),
                "places",
                function=_SIDE_BY_SIDE,
            ),
            number(
                f"both.{study}.groups",
                "Of these, places that rest on focus groups",
                on_groups,
                "places",
                function=_SIDE_BY_SIDE,
            ),
        ]
    return rows


def _bearing(titles: dict[str, str]) -> str:
    first, second = (named(titles[study]) for study in PROGRAMMES)
    one, two = PROGRAMMES
    return (
        f"Both sources report {{both.both|:codes}}; {{both.only_first|bare}} are reported for {first} alone and "
        f"{{both.only_second|bare}} for {second} alone.\n\nThis bears the statement that a source reports a theme or "
        "does not. It does not bear that a theme was more common in one programme: the two texts differ in length, "
        "purpose and method, one reader assigned all codes, and what is not reported may have been said all the "
        f"same. Focus groups stand behind {{both.{one}.groups|bare}} of {{both.{one}.places|:places}} for {first}, "
        f"and behind {{both.{two}.groups|bare}} of {{both.{two}.places|:places}} for {second}, where they are not "
        "told apart from surveys."
    )
