"""What a team's coded segments show: tallies, groups, co-occurrence, saturation, stability. None without segments."""

import pandas as pd

from analysis.coding import saturation as curve
from analysis.coding import tallies
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.views.coding import HIDDEN, Coded, distinct, labels, named, number, section, shown_counts
from analysis.results import Column, Kind

PAIRS = 15  # pairs of codes shown, those that most participants share first
_TALLY = "analysis.coding.tallies.tally"
_PAIRS = "analysis.coding.tallies.co_occurrence"


def tally(page: Appendix, team: Coded | None) -> Display | None:
    """Section: mentions, participants and groups of every code side by side, and participants as a figure."""
    if team is None:
        return None
    counts = tallies.tally(team.settled, team.codebook, team.bases)
    frame = _protected(
        counts, ["mentions", "participants", "share_participants"], counts["participants"], team.threshold
    )
    names = labels(team.codebook)
    heads = [names[code.id] if code.codable else f"{names[code.id]}: any of its codes" for code in team.codebook.codes]
    shown = frame.set_axis(pd.Index(heads, name="code"))
    columns = {
        "theme": Column("Theme"),
        "mentions": Column("Mentions", "segments", Kind.MEASURED, function=_TALLY),
        "participants": Column("Participants", "people", Kind.MEASURED, function=_TALLY),
        "share_participants": Column("Share of participants", "%", Kind.MEASURED, function=_TALLY),
        "groups": Column("Groups", "groups", Kind.MEASURED, function=_TALLY),
    }
    table = page.table(
        "tally",
        shown,
        columns,
        "Mentions, participants and groups for each code.",
        row_header="Code",
        group_by="theme",
        note="Themes count a segment, a person or a group once, so that a theme may be less than the sum of its codes.",
    )
    return section("How often each code came up", _participants(page, team, counts), table)


def _protected(counts: pd.DataFrame, columns: list[str], people: pd.Series, threshold: int) -> pd.DataFrame:
    """The frame with the named columns under the rule on small counts; `people` stand behind each row."""
    behind = pd.DataFrame({column: people for column in columns})
    return counts.assign(**shown_counts(counts[columns], threshold, behind))


def _participants(page: Appendix, team: Coded, counts: pd.DataFrame) -> Display:
    """Figure: participants by code, where their number may be shown."""
    from analysis.reporting.charts import bar_chart

    codable = counts.loc[list(team.codebook.codable)]
    shown = codable[codable["participants"] >= team.threshold].rename(index=labels(team.codebook)).rename_axis("code")
    if shown.empty:
        return page.say(
            "No code has as many participants as the least count set in the parameters; no figure is drawn."
        )
    shown = shown.sort_values("participants", ascending=False, kind="stable")
    return page.figure(
        "participants",
        bar_chart(shown, ["participants"], "participants"),
        "Participants by code, where the number may be shown.",
        f"Most participants came up with: {named(str(shown.index[0]))}. {{team.hidden|bare}} of {{team.used|bare}} "
        "codes are left out, since fewer people than the least count stand behind them.",
        shown,
        {"participants": Column("Participants", "people", Kind.MEASURED, function=_TALLY)},
        row_header="Code",
    )


def by_group(page: Appendix, team: Coded | None) -> Display | None:
    """Section: codes by groups, in participants where these may be shown, else whether the code came up at all."""
    if team is None:
        return None
    counts = tallies.code_by_group(team.settled, team.codebook, team.bases, "participants").loc[
        list(team.codebook.codable)
    ]
    groups = distinct(counts.columns)
    frame = (
        shown_counts(counts, team.threshold)
        .replace({HIDDEN: "raised"})
        .mask(counts == 0, "")
        .set_axis(groups, axis="columns")
    )
    frame = frame.rename(index=labels(team.codebook))
    columns = {
        group: Column(group, "people", Kind.MEASURED, function="analysis.coding.tallies.code_by_group")
        for group in groups
    }
    page.add(
        [
            number(
                "team.everywhere",
                "Codes raised in every group",
                int((counts > 0).all(axis=1).sum()),
                "codes",
                Kind.MEASURED,
                function="analysis.coding.tallies.code_by_group",
            )
        ]
    )
    table = page.table(
        "by_group",
        frame,
        columns,
        "Codes by groups, in participants.",
        row_header="Code",
        note="`raised`: by fewer people than may be shown. Empty: by nobody in that group.",
    )
    return section(
        "Codes by groups", page.say("{team.everywhere|bare} of {team.used|bare} codes came up in every group."), table
    )


def together(page: Appendix, team: Coded | None) -> Display | None:
    """Section: the pairs of codes that most participants share, counted in mentions, participants and groups."""
    if team is None:
        return None
    pairs = _pairs(team)
    pairs = pairs[pairs["participants"] >= team.threshold]
    page.add(
        [number("team.pairs", "Pairs of codes that enough participants share", len(pairs), "pairs", Kind.MEASURED, function=_PAIRS)]
    )
    if pairs.empty:
        return section(
            "Codes that come up together", page.say("No pair of codes is shared by as many people as may be shown.")
        )
    frame = _protected(pairs, ["mentions"], pairs["people"], team.threshold).head(PAIRS)
    columns = {
        "participants": Column("Participants with both", "people", Kind.MEASURED, function=_PAIRS),
        "mentions": Column("Mentions with both", "segments", Kind.MEASURED, function=_PAIRS),
        "groups": Column("Groups with both", "groups", Kind.MEASURED, function=_PAIRS),
    }
    table = page.table(
        "together",
        frame,
        columns,
        "Pairs of codes that most participants share.",
        row_header="Codes",
        note="Two codes of one participant may stand in different segments; a mention with both is one segment.",
    )
    return section(
        "Codes that come up together",
        page.say("{team.pairs|:pairs} of codes are shared by enough participants to be shown."),
        table,
    )


def _pairs(team: Coded) -> pd.DataFrame:
    """Every pair of codes with its co-occurrence in each unit, most participants first."""
    units = {
        unit: tallies.co_occurrence(team.settled, team.codebook, unit)
        for unit in ("mentions", "participants", "groups")
    }
    units["people"] = tallies.people_in_both(team.settled, team.codebook)
    codes = team.codebook.codable
    pairs = [(a, b) for place, a in enumerate(codes) for b in codes[place + 1 :]]
    names = labels(team.codebook)
    index = pd.Index([f"{names[a]} and {names[b]}" for a, b in pairs], name="pair")
    frame = pd.DataFrame({unit: [table.at[a, b] for a, b in pairs] for unit, table in units.items()}, index=index)
    return frame.sort_values(["participants", "groups"], ascending=False, kind="stable")


def saturation(page: Appendix, team: Coded | None) -> Display | None:
    """Section: codes seen by number of groups read, over all orders of the groups."""
    if team is None:
        return None
    from analysis.reporting.views.coding_charts import saturation_chart

    frame = curve.saturation(team.settled, team.bases)
    columns = _curve_columns("codes_low" in frame)
    shown = frame.set_axis(
        pd.Index(["one group", *(f"{count} groups" for count in frame.index[1:])], name="groups_read")
    )
    figure = page.figure(
        "saturation",
        saturation_chart(frame),
        "Codes seen by the number of groups read, over all orders of the groups.",
        "A last group adds {team.last_group|bare} new codes on average over all orders; all {team.used|bare} codes "
        "are seen after {team.groups|bare} groups.",
        shown,
        columns,
        row_header="Groups read",
    )
    said = page.say(
        "The order in which groups are read is a choice; the curve therefore takes all orders. A flat end says that "
        "the groups held bring few new codes of this codebook. It does not say that other people would bring none."
    )
    return section("Saturation", said, figure)


def _curve_columns(extremes: bool) -> dict[str, Column]:
    function = "analysis.coding.saturation.saturation"
    ends = {"low": "codes_low", "high": "codes_high", "interval": "all orders"} if extremes else {}
    new = {"low": "new_low", "high": "new_high", "interval": "all orders"} if extremes else {}
    columns = {
        "codes_mean": Column("Codes seen, mean", "codes", Kind.MEASURED, 1, function=function, **ends),
        "new_mean": Column(
            "New codes from the last group read, mean", "codes", Kind.MEASURED, 1, function=function, **new
        ),
    }
    if extremes:
        columns["complete"] = Column(
            "Orders in which every code has been seen", "%", Kind.MEASURED, 0, function=function
        )
    return columns


def stability(page: Appendix, team: Coded | None) -> Display | None:
    """Section: what is left without each group, and the codes that rest on one group."""
    if team is None:
        return None
    frame = tallies.leave_one_group_out(team.settled, team.codebook, team.bases)
    frame.index = pd.Index(distinct(frame.index), name="group_left_out")
    function = "analysis.coding.tallies.leave_one_group_out"
    columns = {
        "codes_left": Column("Codes left", "codes", Kind.MEASURED, function=function),
        "codes_lost": Column("Codes lost", "codes", Kind.MEASURED, function=function),
        "lost": Column("Which"),
        "rank_correlation": Column("Rank correlation with the whole tally", "", Kind.MEASURED, 2, function=function),
    }
    table = page.table(
        "stability",
        frame,
        columns,
        "The tally without each group in turn.",
        row_header="Group left out",
        text={"lost": "label"},
        note="Spearman's rank correlation of the mentions of all codes used, with and without the group.",
    )
    return section("Stability: leaving out one group", table, _narrow(page, team))


def _narrow(page: Appendix, team: Coded) -> Display:
    """The codes that rest on one group. One person behind a code would be a count of one, so it is not told apart."""
    frame = tallies.narrow_codes(team.settled, team.codebook)
    page.add(
        [
            number(
                "team.narrow",
                "Codes that rest on one person or one group",
                len(frame),
                "codes",
                Kind.MEASURED,
                function="analysis.coding.tallies.narrow_codes",
            )
        ]
    )
    names = "; ".join(frame["name"]) or "none"
    return page.say(
        f"Codes that rest on one person or one group, {{team.narrow}} in all: {named(names)}. Which of the two it is, "
        "is not shown, since one person behind a code is a count of people below the least that is shown; "
        "`analysis.coding.tallies.narrow_codes` tells the team."
    )
