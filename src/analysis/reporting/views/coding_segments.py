"""What a team's coded segments show: tallies, groups, co-occurrence, saturation, stability. None without segments."""

import pandas as pd

from analysis.coding import saturation as curve, tallies
from analysis.coding.people import fewest_for_groups, headings
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.views.coding import Coded, commonest, distinct, labels, named, number, section, words
from analysis.reporting.views.coding_protected import CodingEvidence
from analysis.reporting.views.evidence import HIDDEN
from analysis.results import Column, Kind, drawn

_TALLY = "analysis.coding.tallies.tally"
_PAIRS = "analysis.coding.tallies.co_occurrence"


def tally(page: Appendix, team: Coded | None) -> Display | None:
    """Section: mentions, participants and groups of every code side by side, and participants as a figure."""
    if team is None:
        return None
    names, shown = labels(team.codebook), team.shown
    frame = words(shown.counts).assign(theme=team.codebook.table()["theme"], share_participants=_shares(team))
    above = headings(team.codebook)
    frame.index = pd.Index(
        [f"{name}: any of its codes" if code in above else name for code, name in names.items()], name="code"
    )
    columns = {
        "theme": Column("Theme"),
        "mentions": Column("Mentions", "segments", Kind.MEASURED, function=_TALLY),
        "participants": Column("Participants", "people", Kind.MEASURED, function=_TALLY),
        "share_participants": Column("Share of participants", "%", Kind.MEASURED, function=_TALLY),
        "groups": Column("Groups", "groups", Kind.MEASURED, function=_TALLY),
    }
    table = page.table(
        "tally",
        frame,
        columns,
        "Mentions, participants and groups for each code.",
        row_header="Code",
        group_by="theme",
        note="Themes count a segment, a person or a group once, so that a theme may be less than the sum of its codes; beside "
        "a hidden code the theme is hidden too.",
    )
    return section("How often each code came up", _participants(page, team), table)


def _shares(team: Coded) -> pd.Series:
    people = team.shown.counts["participants"]
    return words(100 * people.astype("Float64") / max(team.bases.participants, 1))  # type: ignore[return-value]


def _participants(page: Appendix, team: Coded) -> Display:
    """Figure: participants by code, where their number may be shown."""
    from analysis.reporting.charts import bar_chart

    people = team.shown.counts.loc[list(team.codebook.codable), ["participants"]].dropna().astype("int64")
    if people.empty:
        return page.say("The number of participants is hidden for every code; no figure is drawn.")
    people = people.rename(index=labels(team.codebook)).rename_axis("code")
    people = people.sort_values("participants", ascending=False, kind="stable")
    return page.figure(
        "participants",
        bar_chart(people, ["participants"], "participants"),
        "Participants by code, where the number may be shown.",
        f"{'Of the codes drawn, most' if team.hidden else 'Most'} participants came up with: {named(commonest(team))}. "
        f"{{team.hidden|bare}} of {{codebook.codes|bare}} codes are left out, since their number is hidden"
        f"{'; the strongest may be among them' if team.hidden else ''}.",
        people,
        {"participants": Column("Participants", "people", Kind.MEASURED, function=_TALLY)},
        row_header="Code",
    )


def by_group(page: Appendix, team: Coded | None) -> Display | None:
    """Section: codes by groups, in participants where groups are large; where they are small only of synthetic segments."""
    if team is None:
        return None
    if team.shown.by_group is None and not team.shown.named:
        return section(
            "Codes by groups",
            page.say(
                "Codes are not shown by group: with groups of this size a table would hold small counts in nearly every "
                "cell, and to say that a code came up in a group or did not would be one of them. The tally above says in "
                "how many groups a code came up, where that gives no small count away."
            ),
        )
    frame = _group_cells(team).loc[list(team.codebook.codable)].rename(index=labels(team.codebook))
    frame = frame.set_axis(distinct(frame.columns), axis="columns")
    synthetic = team.shown.by_group is None
    columns = {
        group: Column(
            group, "" if synthetic else "people", Kind.MEASURED, function="analysis.coding.tallies.code_by_group"
        )
        for group in frame.columns
    }
    table = page.table(
        "by_group",
        frame,
        columns,
        "Codes by groups: where each came up." if synthetic else "Codes by groups, in participants.",
        row_header="Code",
        note="`raised`: by somebody in the group, whose number is too small to be shown. Empty: by nobody."
        if synthetic
        else "",
    )
    said = page.say(
        "This table is shown since the segments are synthetic. Of a team's own groups of this size it would be left out, as "
        "would the table without each group in turn: that nobody in a group raised a code is a count of people too."
    )
    return section("Codes by groups", *([said] if synthetic else []), table)


def _group_cells(team: Coded) -> pd.DataFrame:
    if team.shown.by_group is not None:
        return words(team.shown.by_group)  # type: ignore[return-value]
    counts = tallies.code_by_group(team.settled, team.codebook, team.bases, "participants")
    return counts.astype(object).mask(counts > 0, "raised").mask(counts == 0, "")


def together(page: Appendix, team: Coded | None, evidence: CodingEvidence) -> Display | None:
    """Section: the pairs of codes that most participants share, counted in mentions, participants and groups."""
    if team is None:
        return None
    shown = team.shown.pairs
    page.add(
        [number("team.pairs", "Pairs of codes that are shown", len(shown), "pairs", Kind.MEASURED, function=_PAIRS)]
    )
    if not shown:
        why = (
            "Codes are shown by group above; counts of pairs beside them cannot be proved to keep the hidden ones hidden."
            if team.shown.by_group is not None
            else "No pair of codes can be shown: for each, too few people raised both, one without the other, or neither."
        )
        return section("Codes that come up together", page.say(why))
    columns = {
        "participants": Column("Participants with both", "people", Kind.MEASURED, function=_PAIRS),
        "mentions": Column("Mentions with both", "segments", Kind.MEASURED, function=_PAIRS),
        "groups": Column("Groups with both", "groups", Kind.MEASURED, function=_PAIRS),
    }
    table = page.table(
        "together",
        _pairs(team, evidence),
        columns,
        "Pairs of codes that most participants share.",
        row_header="Codes",
        note="Two codes of one participant may stand in different segments; a mention with both is one segment. Pairs are left "
        "out of which a count is small, and those that close a circle with pairs above them: what circles give away together "
        "cannot be proved.",
    )
    return section("Codes that come up together", table)


def _pairs(team: Coded, evidence: CodingEvidence) -> pd.DataFrame:
    """The shown pairs with their co-occurrence in each unit; mentions and groups where enough people stand behind them."""
    mentions, groups = (tallies.co_occurrence(team.settled, team.codebook, unit) for unit in ("mentions", "groups"))
    people, names = tallies.people_in_both(team.settled, team.codebook), labels(team.codebook)
    least, enough = evidence.rules.minimum_cell, fewest_for_groups(team.bases.groups, evidence.rules.width)
    rows = {
        f"{names[a]} and {names[b]}": {
            "participants": both,
            "mentions": int(mentions.at[a, b]) if people.at[a, b] >= least else HIDDEN,
            "groups": int(groups.at[a, b]) if both >= enough else HIDDEN,
        }
        for (a, b), both in team.shown.pairs.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index", dtype=object)


def saturation(page: Appendix, team: Coded | None) -> Display | None:
    """Section: codes seen by number of groups read, over all orders of the groups."""
    if team is None:
        return None
    if team.entering().empty:
        return section("Saturation", page.say("No code is shown in every unit, so that no curve is drawn."))
    from analysis.reporting.views.coding_charts import saturation_chart

    frame = curve.saturation(team.entering(), team.bases)
    columns = _curve_columns("codes_low" in frame)
    shown = frame.set_axis(
        pd.Index(["one group", *(f"{count} groups" for count in frame.index[1:])], name="groups_read")
    )
    figure = page.figure(
        "saturation",
        saturation_chart(drawn(frame, columns)),
        "Codes seen by the number of groups read, over all orders of the groups.",
        "A last group adds {team.last_group|bare} new codes on average over all orders; all {team.entering|bare} codes "
        "of the curve are seen after {team.groups|bare} groups.",
        shown,
        columns,
        row_header="Groups read",
    )
    said = page.say(
        "The order in which groups are read is a choice; the curve therefore takes all orders. A flat end says that "
        "the groups held bring few new codes of this codebook. It does not say that other people would bring none."
        + _left_out(team)
    )
    return section("Saturation", said, figure)


def _left_out(team: Coded) -> str:
    if team.shown.whole:
        return ""
    return (
        " The curve holds only the {team.entering|:codes} of which the numbers of people and of groups are shown. Rare codes, on "
        "which saturation turns, are not in it, so that it looks flatter than the whole; "
        "`analysis.coding.saturation.saturation` gives the team that curve."
    )


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
    if team.entering().empty:
        return section("Stability: leaving out one group", _narrow(page, team))
    frame = tallies.leave_one_group_out(team.entering(), team.codebook, team.bases)
    table = _by_name(page, frame) if team.shown.named and team.shown.whole else _ends(page, frame)
    return section("Stability: leaving out one group", table, _narrow(page, team))


_LEFT_OUT = "analysis.coding.tallies.leave_one_group_out"
_CORRELATION = "Spearman's rank correlation of the mentions of all codes used, with and without the group."


def _by_name(page: Appendix, frame: pd.DataFrame) -> Display:
    """Table: every group by name."""
    columns = {
        "codes_left": Column("Codes left", "codes", Kind.MEASURED, function=_LEFT_OUT),
        "codes_lost": Column("Codes lost", "codes", Kind.MEASURED, function=_LEFT_OUT),
        "lost": Column("Which"),
        "rank_correlation": Column("Rank correlation with the whole tally", "", Kind.MEASURED, 2, function=_LEFT_OUT),
    }
    return page.table(
        "stability",
        frame.set_axis(pd.Index(distinct(frame.index), name="group_left_out")),
        columns,
        "The tally without each group in turn.",
        row_header="Group left out",
        text={"lost": "label"},
        note=_CORRELATION,
    )


def _ends(page: Appendix, frame: pd.DataFrame) -> Display:
    """Table: over the groups, the least and the most that leaving one out changes; not which group it is."""
    rows = {
        "Codes lost": ("codes_lost", 0, "codes"),
        "Rank correlation with the whole tally": ("rank_correlation", 2, ""),
    }
    cells = {
        label: {
            end: number(
                f"stability.{name}.{end}",
                f"{label}: {end}",
                getattr(frame[name], end)().item(),
                unit,
                Kind.MEASURED,
                decimals,
                _LEFT_OUT,
            )
            for end in ("min", "max")
        }
        for label, (name, decimals, unit) in rows.items()
        if frame[name].notna().any()
    }
    if not cells:
        return page.say("No code enters the tally without each group, so that nothing can be compared.")
    return page.table(
        "stability",
        pd.DataFrame.from_dict(cells, orient="index", dtype=object),
        {
            "min": Column("Least, over the groups", "", Kind.MEASURED),
            "max": Column("Most, over the groups", "", Kind.MEASURED),
        },
        "The tally without each group in turn, of the codes that enter it.",
        row_header="Measure",
        note=f"{_CORRELATION} Which group it is, is not said: it would tell in which groups nobody raised a code.",
    )


def _narrow(page: Appendix, team: Coded) -> Display:
    """The codes that rest on one group of enough people by name; the others as a number, where that may be shown."""
    frame = tallies.narrow_codes(team.settled, team.codebook)
    frame = frame[frame.index.isin(team.codebook.codable)]
    safe = frame[(frame["rests_on"] == "one group") & frame.index.isin(team.shown.codes("groups"))]
    counts = {
        "one_person": ("Codes that rest on one person", int((frame["rests_on"] == "one person").sum())),
        "one_group": ("Codes that rest on several people of one group", int((frame["rests_on"] == "one group").sum())),
    }
    page.add(
        number(
            f"team.{name}",
            label,
            value if team.shown.whole else HIDDEN,
            "codes",
            Kind.MEASURED,
            function="analysis.coding.tallies.narrow_codes",
        )
        for name, (label, value) in counts.items()
    )
    names = "; ".join(safe["name"]) or "none"
    whole = (
        "Codes that rest on one person: {team.one_person|bare}; on several people of one group: {team.one_group|bare}."
        if team.shown.whole
        else "How many codes rest on one person, or on a few people of one group, is not shown: each of them is a small count."
    )
    return page.say(
        f"{whole} Named is a code that rests on one group only where enough people of it raised the code: {named(names)}. "
        "`analysis.coding.tallies.narrow_codes` tells the team of the others."
    )
