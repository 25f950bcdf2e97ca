"""The words and figures of 02_focus_group_coding; its tables are the frames of `analysis.coding` as they are."""

import pandas as pd

from analysis.coding.agreement import NO_OVERLAP, ONE_CODER
from analysis.coding.codebook import Codebook
from analysis.coding.files import Framework
from analysis.coding.published import GROUP_EVIDENCE, NOT_TOLD_APART, Programmes, Statement, Theme, speaker_letters
from analysis.coding.segments import Bases
from analysis.coding.tallies import leave_one_group_out, narrow_codes, stability_over_groups
from analysis.described import beside, of_nothing_nothing
from analysis.errors import InputError
from analysis.files import Records
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.prose import named, points
from analysis.reporting.views.claims import published
from analysis.reporting.views.coding_protected import CodingEvidence
from analysis.results import Column, write_text
from analysis.study import Claim, Study


def claims_about(study: Study, quantity: str) -> tuple[Claim, ...]:
    """The claims that print a quantity; none where the study has no ledger of claims."""
    return study.claims.about(quantity) if (study.raw / "claims.csv").is_file() else ()


def answer(
    page: Appendix,
    study: Study,
    themes: Records[Theme] | None,
    framework: Framework,
    evidence: CodingEvidence,
    counts: pd.DataFrame | None,
) -> Display:
    """The opening paragraphs, over what the study has."""
    parts = (
        *_published_answer(page, study, themes, framework),
        _framework_answer(framework),
        *_team_answer(evidence, counts),
    )
    return page.say(points(*filter(None, parts)))


def _published_answer(
    page: Appendix, study: Study, themes: Records[Theme] | None, framework: Framework
) -> tuple[str, ...]:
    if themes is None:
        return ()
    claims = claims_about(study, "focus_groups")[:1]
    page.add(map(published, claims))
    held = "".join(f"It says that {{claim:{claim.claim_id}|:focus groups}} were held. " for claim in claims)
    statements = (
        "Of what was said in them it gives {published.statements|:statements} by {published.speakers|:speaker codes}."
        if framework.statements
        else ""
    )
    together = any(theme.evidence == GROUP_EVIDENCE[1] for theme in themes)
    groups = "focus groups and surveys, which it does not tell apart" if together else "the focus groups"
    return (
        "The source reports themes, and not how often each came up: its text reports one at {published.places|:places}; "
        f"{{published.group_places|bare}} of these rest on {groups}, the others on something else.",
        f"{held}{statements}",
        "It does not tell how many people or groups raised a theme, whether more groups would have brought new ones, or whether two coders "
        "agree; none of that is computed from the publication.",
    )


def _framework_answer(framework: Framework) -> str:
    if framework.matrix is None:
        return ""
    return (
        "Of {matrix.cells|:cells} of the social impact matrix, {matrix.measured_and_valued|bare} are measured and "
        "valued, {matrix.measured_only|bare} measured but not valued, {matrix.valued_on_an_assumption|bare} valued "
        "on an assumption, {matrix.valued_only|bare} valued without a measure, and {matrix.neither|bare} neither. "
        "The published matrix is an image that was not at hand: the cells are put together from the text, "
        "{matrix.readings|bare} of them by our reading."
    )


def _team_answer(evidence: CodingEvidence, counts: pd.DataFrame | None) -> tuple[str, ...]:
    if counts is None or evidence.coded is None:
        return ()
    whole = evidence.coded.shown.whole
    used = (
        "{team.used|bare} of {codebook.codes|:codes} were applied."
        if whole
        else "The codebook has {codebook.codes|:codes}."
    )
    of_which = "" if whole else ", of the {team.entering|:codes} that enough people raised"
    last = (
        "A last group adds {team.last_group|:codes} on average over all orders in which the groups could have been "
        f"read{of_which}."
    )
    return (
        "The coded segments are {team.segments|:segments} by {team.participants|:participants} in {team.groups|:groups}, read by "
        f"{{team.coders|:coders}}. {used}",
        _top(evidence, counts),
        "For {team.hidden|bare} of the codes the number of people is hidden, since it, or the number of those who did not come up with the "
        "code, is small or would give a small one away.",
        last if evidence.entering() is not None else "",
    )


def _top(evidence: CodingEvidence, counts: pd.DataFrame) -> str:
    """What most participants came up with; not said where a hidden number could be greater, whether or not it is."""
    most, hidden = commonest(counts, evidence.coded.codebook)  # type: ignore[union-attr]
    if not hidden:
        return f" Most participants, {{team.most|bare}}, came up with: {named(most)}."
    said = (
        " Which code most participants came up with is not said: a number is hidden as well where nearly everybody came up "
        "with the code, so that the strongest may be among those hidden. `analysis.coding.tallies.tally` tells the team."
    )
    shown = f" Of the codes that are shown, {{team.most|:people}} came up with: {named(most)}." if most else ""
    return said + shown


def commonest(counts: pd.DataFrame, codebook: Codebook) -> tuple[str, bool]:
    """The shown code that most participants came up with, or those that as many did (empty: none is shown); and whether the
    number of any code is hidden."""
    people = pd.to_numeric(counts.loc[list(codebook.codable), "participants"], errors="coerce")
    return "; ".join(codebook.labels[code] for code in people.index[people == people.max()]), bool(people.isna().any())


@of_nothing_nothing
def told_of_evidence(counts: pd.DataFrame) -> str:
    """What the commonest basis of the reported themes is."""
    return (
        f"The commonest basis, {counts.index[0]}, stands behind {{published.commonest|bare}} of {{published.places|bare}} "
        "places; focus groups stand behind {published.group_places|bare}."
    )


def letters(page: Appendix, study: Study, statements: Records[Statement] | None) -> Display | None:
    """What the letters of the speaker codes could mean, and what is printed beside."""
    if statements is None:
        return None
    first = list(speaker_letters(statements).index)
    printed = claims_about(study, "focus_groups")
    page.add(map(published, printed[:1]))
    against = f", where the source gives {{claim:{printed[0].claim_id}}}" if printed else ""
    return page.say(
        f"The speaker codes open with the letters {', '.join(first[:-1])} and {first[-1]}; what a letter stands "
        "for is not published. If letters numbered the groups, there would have been at least "
        f"{{published.last_letter|:groups}}{against}. No statement is therefore assigned to a group here."
    )


def with_figures(
    page: Appendix, study: Study, table: pd.DataFrame | None, themes: Records[Theme] | None
) -> pd.DataFrame | None:
    """`published_themes` with the published figures that measure a theme beside it, where there are any."""
    measured = [(theme.code, _claim(study, theme)) for theme in themes or () if theme.quantity]
    if table is None or not measured:
        return table
    page.add(published(claim) for _, claim in measured)
    cells = [
        "; ".join(dict.fromkeys(claim_link(claim) for code, claim in measured if code == wanted))
        for wanted in table.index
    ]
    return beside(table, "figure", Column("Published figure (published)", text="rich"), cells)


def _claim(study: Study, theme: Theme) -> Claim:
    """The claim that prints a theme's quantity, nearest to its line where several do; InputError where none does."""
    found = study.claims.about(theme.quantity)
    if not found:
        raise InputError(
            study.name("themes.csv"),
            column="quantity",
            found=f"'{theme.quantity}'",
            expected="a quantity of the study's claims.csv",
            action="correct the name, or leave the cell empty",
        )
    return min(found, key=lambda claim: abs(claim.line - theme.line))


def claim_link(claim: Claim) -> str:
    """A published figure with its label and value, linked to the ledger of claims; a template for rich text."""
    link = f"[{{={claim.claim_id}}}](claims.html#claim-{claim.claim_id})"
    return f"{link} {named(claim.statement)}: {{claim:{claim.claim_id}|bare}}"


def interviewed(page: Appendix, study: Study, framework: Framework) -> Display | None:
    """Whom the source says it interviewed, and what it tells of them."""
    if framework.stakeholder_themes is None:
        return None
    claims = claims_about(study, "stakeholder_interviews")[:1]
    page.add(map(published, claims))
    asked = [f"{{claim:{claim.claim_id}|:community leaders and service providers}}" for claim in claims]
    return page.say(
        f"The source says that it interviewed {asked[0] if asked else 'stakeholders'} and reports "
        "{interviews.themes|:themes} without saying how many of them raised each. The objectives are those of the "
        "matrix below; tying themes to them is our reading."
    )


@of_nothing_nothing
def told_of_programmes(programmes: Programmes) -> str:
    """How many codes both programmes report, and what their places rest on."""
    first, second = map(named, programmes.titles.values())
    one, two = (f"{{both.{study}.groups|bare}} of {{both.{study}.places|:places}}" for study in programmes.titles)
    not_told = [NOT_TOLD_APART in {theme.evidence for theme in found} for found in programmes.themes.values()]
    apart = [", where they are not told apart from surveys" if each else "" for each in not_told]
    return (
        f"Both sources report {{both.both|:codes}}; {{both.only_first|bare}} are reported for {first} alone and "
        f"{{both.only_second|bare}} for {second} alone. "
        f"Focus groups stand behind {one} for {first}{apart[0]}, and behind {two} for {second}{apart[1]}."
    )


@of_nothing_nothing
def told_of_people(counts: pd.DataFrame, codebook: Codebook) -> str:
    """What most participants came up with, of the codes drawn."""
    most, hidden = commonest(counts, codebook)
    return (
        f"{'Of the codes drawn, most' if hidden else 'Most'} participants came up with: {named(most)}. "
        "{team.hidden|bare} of {codebook.codes|bare} codes are left out, since their number is hidden"
        f"{'; the strongest may be among them' if hidden else ''}."
    )


def left_out_of_curve(page: Appendix, evidence: CodingEvidence) -> Display | None:
    """Which codes a curve of saturation lacks, where it lacks any."""
    if evidence.entering() is None or evidence.coded.shown.whole:  # type: ignore[union-attr]
        return None
    return page.say(
        "The curve holds only the {team.entering|:codes} of which the numbers of people and of groups are shown. Rare codes, on "
        "which saturation turns, are not in it, so that it looks flatter than the whole; "
        "`analysis.coding.saturation.saturation` gives the team that curve."
    )


def stability(evidence: CodingEvidence, codebook: Codebook, bases: Bases | None) -> pd.DataFrame | None:
    """What is left without each group: by name where groups may be named, else the least and the most over them."""
    settled = evidence.coded and evidence.coded.settled
    by_name = evidence.allowed(leave_one_group_out(settled, codebook, bases))
    return by_name if by_name is not None else stability_over_groups(evidence.entering(), codebook, bases)


def narrow(page: Appendix, evidence: CodingEvidence) -> Display | None:
    """The codes that rest on one group of enough people by name; the others as a number, where that may be shown."""
    coded = evidence.coded
    if coded is None:
        return None
    frame = narrow_codes(coded.settled, coded.codebook)
    safe = frame["rests_on"].eq("one group") & frame.index.isin(
        set(coded.shown.codes("groups")) & set(coded.codebook.codable)
    )
    names = "; ".join(frame.loc[safe, "name"]) or "none"
    whole = (
        "Codes that rest on one person: {team.one_person|bare}; on several people of one group: {team.one_group|bare}."
        if coded.shown.whole
        else "How many codes rest on one person, or on a few people of one group, is not shown: each of them is a small count."
    )
    return page.say(
        f"{whole} Named is a code that rests on one group only where enough people of it raised the code: {named(names)}. "
        "`analysis.coding.tallies.narrow_codes` tells the team of the others."
    )


def why_no_agreement(page: Appendix, segments: pd.DataFrame | None, agreement: pd.DataFrame | None) -> Display | None:
    """The plain statement why there is no agreement (as far as it may be shown), where there is none."""
    if segments is None or agreement is not None:
        return None
    if (segments.groupby("segment_id")["coder"].nunique() < 2).all():
        return page.say(f"{(NO_OVERLAP if segments['coder'].nunique() > 1 else ONE_CODER).capitalize()}.")
    return page.say("Agreement on any of the codes could tell how few people raised it; no agreement is shown.")


@of_nothing_nothing
def ranked(agreement: pd.DataFrame) -> pd.DataFrame:
    """Agreement by code, from the highest alpha to the lowest."""
    return agreement.sort_values("alpha", ascending=False, kind="stable")


@of_nothing_nothing
def told_of_alpha(agreement: pd.DataFrame) -> str:
    """Where alpha is lowest and highest; `agreement` as `ranked`."""
    names = agreement.dropna(subset=["alpha"])["name"]
    return (
        f"Alpha runs from {{agreement.lowest_alpha|bare}} for {named(names.iloc[-1])} to "
        f"{{agreement.highest_alpha|bare}} for {named(names.iloc[0])}."
    )


def about_codebook(page: Appendix, codebook: Codebook) -> Display:
    """Which codebook it is."""
    made = f" It was {named(codebook.source)}." if codebook.source else ""
    return page.say(
        f"{named(codebook.title)}, version {named(codebook.version)}, with {{codebook.codes|:codes}} that may be applied.{made}"
    )


def about_changes(study: Study, earlier: Codebook | None) -> str:
    """From which version on changes are listed."""
    invented = " The earlier version is invented, to show the comparison." if study.info.example else ""
    return f"What changed since version {named(earlier.version)} of the codebook.{invented}" if earlier else ""


def write_codebook(page: Appendix, study: Study, codebook: Codebook) -> Display:
    """Write `data/processed/<study>/codebook.qdc`, the codebook as other programs read it."""
    from analysis.coding.refi import qdc_text

    write_text(study.output / "codebook.qdc", qdc_text(codebook))
    return page.say(
        f"The same for NVivo, ATLAS.ti, MAXQDA or QualCoder (REFI-QDA): `data/processed/{study.id}/codebook.qdc`."
    )
