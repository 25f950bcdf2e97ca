"""What 03_before_after shows where there are no records: every value that the printed means and percentages allow."""

from collections.abc import Iterator

import pandas as pd

from analysis.quantities import Interval
from analysis.questionnaire import published
from analysis.questionnaire.spread import paired_t, standardised
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.prose import named
from analysis.reporting.views.claims import published as as_published
from analysis.reporting.views.evidence import number, p_value, sentence_case
from analysis.results import Column, Kind, Result, slug

_MODULE = "analysis.questionnaire.published"
_RANGES, _EVERYONE = f"{_MODULE}.item_ranges", f"{_MODULE}.among_everyone"
_UNITS = {published.IMPROVED: ("%", 0), published.WORSE: ("%", 0), published.NET: ("%", 0)}


def record(page: Appendix, printed: published.Printed) -> None:
    """Record the claims, and `<item>.<statistic>` over all readings, for the prose."""
    groups = printed.figures.groups
    named = [printed.figures.respondents, *printed.figures.everyone, *(groups.claims.values() if groups else ())]
    named += [
        claim
        for item in printed.figures.items
        for claim in (item.before, item.after, item.sd_before, item.sd_after, item.respondents)
        if claim
    ]
    page.add(as_published(printed.study.claims[claim]) for claim in dict.fromkeys(named))
    page.add(_group_results(printed) if groups else [])
    for item in printed.figures.items:
        ranges = printed.ranges[item.id]
        for statistic in ranges["statistic"].unique():
            found = published.over_readings(ranges, statistic)
            unit, decimals = _UNITS.get(statistic, ("", 2))
            page.add(
                [
                    number(
                        f"{item.id}.{slug(statistic)}",
                        f"{item.label}: {statistic}",
                        None,
                        unit,
                        decimals,
                        Kind.BOUNDED,
                        found.low,
                        found.high,
                        "bounds over all readings",
                        _RANGES,
                        _rests(page, item),
                    )
                ]
            )


def _rests(page: Appendix, item: published.PrintedItem) -> tuple[str, ...]:
    """What the ranges of one item rest on: its two printed means, the number of respondents, and how the print is read."""
    people = (f"claim:{item.respondents}",) if item.respondents else ()
    return (f"claim:{item.before}", f"claim:{item.after}", *people, *page.grounds(_RANGES))


def _group_results(printed: published.Printed) -> list[Result]:
    found, function = published.group_sizes(printed.figures, printed.study), f"{_MODULE}.group_sizes"
    ends = 100 * found["difference_low"].min(), 100 * found["difference_high"].max()
    return [
        number(
            "groups.possible",
            "Possible pairs of group sizes",
            len(found),
            "pairs",
            kind=Kind.RECOMPUTED,
            function=function,
        ),
        number(
            "groups.difference",
            "Difference of the groups, over all pairs of sizes",
            None,
            "%",
            0,
            Kind.RECOMPUTED,
            *ends,
            "95 % (Newcombe), all sizes",
            function,
        ),
    ]


def answer(printed: published.Printed) -> str:
    """The opening paragraph, as a template."""
    said = [part for place, item in enumerate(printed.figures.items) for part in _item_words(printed, item, not place)]
    return " ".join([*said, *(_group_words(printed.figures.groups) if printed.figures.groups else ())])


def _item_words(printed: published.Printed, item: published.PrintedItem, first: bool) -> Iterator[str]:
    """What the means of one item allow; of the first one at length."""
    before, after = (printed.study.claims[claim].number or 0.0 for claim in (item.before, item.after))
    moved = "rose" if after > before else "fell" if after < before else "stayed the same"
    ends = f"from {{claim:{item.before}}} to {{claim:{item.after}}}"
    yield f"The printed mean of {named(item.label.lower())} {moved}{f' {ends}' if after != before else ''}."
    if printed.ranges[item.id].empty:
        yield (
            f"No whole answers of {{claim:{item.respondents or printed.figures.respondents}|:people}} give these means on the scale "
            "that they are read on, so that one of the figures cannot be right, or the scores were not whole."
        )
        return
    yield f"The means alone allow anything from {{{item.id}.share_improved|interval}} of those who gave both answers to have improved"
    if first:
        yield (
            f"and from {{{item.id}.share_worse|interval}} to have got worse: a change of a mean does not say for how many. The mean change itself "
            f"may be anything from {{{item.id}.mean_change|interval}} points."
        )


def _group_words(groups: published.Groups) -> Iterator[str]:
    first, second = groups.claims.values()
    yield (
        f"If the two groups make up the respondents, the printed percentages ({named(groups.label)}), {{claim:{first}}} and {{claim:{second}}}, "
        "leave {groups.possible|:pairs} of group sizes, and in all of them the difference of the two has a confidence interval within "
        "{groups.difference|interval}."
    )


def spread_table(page: Appendix, printed: published.Printed) -> Display | None:
    """Table: standardised change and paired t of the items whose standard deviations are printed."""
    rows = {}
    for item in printed.figures.items:
        moments = published.moments_of(item, printed.study)
        if moments:
            n = published.people(printed.figures, printed.study, item)
            found = {"d": standardised(**moments), "t": paired_t(**moments, n=n)}
            rests = (
                item.before,
                item.after,
                item.sd_before,
                item.sd_after,
                item.respondents or printed.figures.respondents,
            )
            rows[item.label] = {
                "sd_before": as_published(printed.study.claims[str(item.sd_before)]),
                "sd_after": as_published(printed.study.claims[str(item.sd_after)]),
                **{
                    name: _spread(page, item, name, found[name], tuple(f"claim:{each}" for each in rests))
                    for name in found
                },
            }
    if not rows:
        return None
    columns = {
        "sd_before": Column("SD before", "", Kind.PUBLISHED),
        "sd_after": Column("SD after", "", Kind.PUBLISHED),
        "d": Column("Change over the mean of the two SDs", "", Kind.RECOMPUTED),
        "t": Column("Size of t, paired test", "", Kind.BOUNDED),
    }
    return page.table(
        "spread",
        pd.DataFrame.from_dict(rows, orient="index", dtype=object),
        columns,
        "What means and standard deviations say together.",
        row_header="Item",
        note="The range of t is over every correlation of the two answers and all roundings; it has no upper end where the two "
        "standard deviations may be the same.",
    )


def _spread(page: Appendix, item: published.PrintedItem, name: str, found: Interval, rests: tuple[str, ...]) -> Result:
    labels = {"d": "standardised change", "t": "size of t"}
    function = f"analysis.questionnaire.spread.{'standardised' if name == 'd' else 'paired_t'}"
    kind = Kind.RECOMPUTED if name == "d" else Kind.BOUNDED
    return number(
        f"{page.notebook}.spread.{slug(item.id)}.{name}", f"{item.label}: {labels[name]}", None, "", 2, kind, found.low, found.high,
        "rounding of the inputs" if name == "d" else "every correlation", function, rests,
    )  # fmt: skip


def impossible_table(page: Appendix, printed: published.Printed) -> Display | None:
    """Table: printed means and standard deviations that no answers can have; a finding."""
    found = published.impossible(printed)
    rows = [
        {"item": item.label, "what": words.partition(": ")[0], "reading": words.partition(": ")[2]}
        for item in printed.figures.items
        for words in found.get(item.id, ())
    ]
    if not rows:
        return None
    frame = pd.DataFrame(rows).assign(cannot="no whole answers of so many people on this scale")
    frame.index = pd.Index([f"{row['item']}: {row['what']}" for row in rows])
    columns = {"reading": Column("Read as"), "cannot": Column("Cannot be, since there are")}
    text = {"reading": "label", "cannot": "label"}
    return page.table("impossible", frame, columns, "Printed figures that cannot be.", row_header="Figure", text=text)


def printed_table(page: Appendix, printed: published.Printed) -> Display:
    """Table: means before and after as printed."""
    frame = pd.DataFrame(
        {
            when: [as_published(printed.study.claims[getattr(item, when)]) for item in printed.figures.items]
            for when in ("before", "after")
        },
        index=pd.Index([item.label for item in printed.figures.items]),
        dtype=object,
    )
    columns = {"before": Column("Mean before", "", Kind.PUBLISHED), "after": Column("Mean after", "", Kind.PUBLISHED)}
    return page.table("printed", frame, columns, "Means before and after, as printed.", row_header="Item")


def range_table(page: Appendix, printed: published.Printed, place: int) -> Display | None:
    """Table: range of every statistic under every reading of one item's printed means."""
    item = printed.figures.items[place]
    ranges = printed.ranges[item.id]
    if ranges.empty or (place and len(printed.figures.items) == 1):
        return None
    order = {reading.label: number for number, reading in enumerate(item.readings, start=1)}
    rows = {
        f"{_named_statistic(row.statistic)} (reading {order[row.reading]})": {
            "reading": row.reading,
            **{end: _end(page, item, row, order[row.reading], end) for end in ("low", "high")},
        }
        for row in ranges.itertuples()
    }
    columns = {"low": Column("At least", "", Kind.BOUNDED), "high": Column("At most", "", Kind.BOUNDED)}
    return page.table(
        f"{item.id}_ranges",
        pd.DataFrame.from_dict(rows, orient="index", dtype=object),
        columns,
        f"{named(item.label)}: what every set of answers with the printed means shares, by how the source is read.",
        row_header="Statistic",
        group_by="reading",
        note=_sizes_words(printed, item),
    )


def _named_statistic(statistic: str) -> str:
    """A statistic as a table calls it; the range of one that is found by search may be wider."""
    return sentence_case(statistic) + (", a range at least as wide as" if statistic == published.WILCOXON else "")


def _sizes_words(printed: published.Printed, item: published.PrintedItem) -> str:
    """What the source says of how many answered, and for which numbers of people the ranges hold."""
    numbers, everyone = (
        published.sizes(item, printed.figures, printed.study),
        published.people(printed.figures, printed.study, item),
    )
    said = f"{named(item.answers)} " if item.answers else ""
    claim = f"{{claim:{item.respondents or printed.figures.respondents}|bare}}"
    if len(numbers) == 1:
        return f"{said}The ranges take all {claim} respondents to have given both answers."
    most = claim if numbers[-1] == everyone else f"{{={numbers[-1]}}}"
    return (
        f"{said}The ranges hold for any number of people from {{={numbers[0]}}} to {most} who gave both; shares are of these. Fewer are not "
        "considered, since nobody would print their mean."
    )


def _end(page: Appendix, item: published.PrintedItem, row, reading: int, end: str) -> Result:
    value, key = float(getattr(row, end)), f"{page.notebook}.{item.id}_ranges.{slug(row.statistic)}_{reading}.{end}"
    label, rests = f"{item.label}, {row.statistic}, {'at least' if end == 'low' else 'at most'}", _rests(page, item)
    if row.statistic.startswith("p-value"):
        return p_value(key, label, value, Kind.BOUNDED, _RANGES, rests)
    unit, decimals = _UNITS.get(row.statistic, ("", 2))
    return number(key, label, value, unit, decimals, Kind.BOUNDED, function=_RANGES, inputs=rests)


def improved_figure(page: Appendix, printed: published.Printed) -> Display | None:
    """Figure: range of the share improved, by item and reading."""
    from analysis.reporting.charts import interval_chart

    parts = [
        printed.ranges[item.id].assign(item=item.label, rests=" ".join(_rests(page, item)))
        for item in printed.figures.items
    ]
    frame = pd.concat(parts)
    if frame.empty:
        return None
    frame = frame[frame["statistic"] == published.IMPROVED]
    frame.index = pd.Index([f"{row.item}, {row.reading}" for row in frame.itertuples()])
    frame = frame[["low", "high", "rests"]].assign(none=None)
    column = Column(
        "Share improved",
        "%",
        Kind.BOUNDED,
        0,
        low="low",
        high="high",
        interval="bounds",
        function=_RANGES,
        inputs="rests",
    )
    fig = interval_chart(
        frame, "low", "high", "share of those who gave both answers who improved", unit="%", from_zero=True
    )
    fig.axes[0].set_gid("structural_rows")
    first = next(item for item in printed.figures.items if not printed.ranges[item.id].empty)
    return page.figure(
        "improved",
        fig,
        "The share of those who gave both answers that can have improved, by reading of the printed means.",
        f"For {named(first.label.lower())} the printed means allow {{{first.id}.share_improved|interval|bare}} to have improved, whichever way they are read.",
        frame,
        {"none": column},
        row_header="Item and reading",
    )


def group_table(page: Appendix, printed: published.Printed) -> Display | None:
    """Table: every pair of group sizes that gives both printed percentages."""
    if printed.figures.groups is None:
        return None
    found = published.group_sizes(printed.figures, printed.study)
    one, two = printed.figures.groups.claims
    rows = {}
    for place, row in enumerate(found.to_dict("records"), start=1):
        name = f"Possibility {place}"
        key = f"{page.notebook}.groups.{slug(name)}"
        rows[name] = {
            **{
                part: number(
                    f"{key}.{slug(part)}",
                    f"{name}: {part}",
                    int(row[part]),
                    kind=Kind.BOUNDED,
                    function=f"{_MODULE}.group_sizes",
                )
                for part in (f"{one} count", f"{one} size", f"{two} count", f"{two} size")
            },
            "difference": number(
                f"{key}.difference",
                f"{name}: difference",
                100 * row["difference"],
                "%",
                0,
                Kind.BOUNDED,
                100 * row["difference_low"],
                100 * row["difference_high"],
                "95 % (Newcombe)",
                f"{_MODULE}.group_sizes",
            ),
            "p": p_value(f"{key}.p", f"{name}: Fisher's exact test", row["p"], Kind.BOUNDED, f"{_MODULE}.group_sizes"),
        }
    columns = {
        f"{group} {part}": Column(f"{group}: {words}", "people", Kind.BOUNDED)
        for group in (one, two)
        for part, words in (("count", "improved"), ("size", "of"))
    }
    columns |= {
        "difference": Column("Difference", "percentage points", Kind.BOUNDED, low="low", interval="95 % (Newcombe)"),
        "p": Column("p-value, Fisher's exact test", "", Kind.BOUNDED),
    }
    frame = pd.DataFrame.from_dict(rows, orient="index", dtype=object).assign(low=None)
    return page.table(
        "groups",
        frame,
        columns,
        f"{named(printed.figures.groups.label)}: every pair of group sizes that makes up the respondents and gives both printed percentages.",
        row_header="Group sizes",
    )


def everyone_table(page: Appendix, printed: published.Printed) -> Display | None:
    """Table: the share improved among everyone, whatever those who did not answer would have said."""
    item = printed.figures.items[0]
    if not printed.figures.everyone or printed.ranges[item.id].empty:
        return None
    frame = published.among_everyone(printed.by_size[item.id], printed.figures, printed.study).astype(object)
    labels = [printed.study.claims[claim].statement for claim in frame.index]
    frame["people"] = [as_published(printed.study.claims[claim]) for claim in frame.index]
    frame.index = pd.Index(labels)
    means = f"claim:{item.before} claim:{item.after} claim:{printed.figures.respondents}"
    frame["rests"] = [f"{means} {claim.id} {page.grounds(_EVERYONE)[-1]}" for claim in frame["people"]]
    spec = {"function": _EVERYONE, "inputs": "rests"}
    columns = {
        "people": Column("People", "people", Kind.PUBLISHED),
        "low": Column("Improved, at least", "%", Kind.BOUNDED, **spec),
        "high": Column("Improved, at most", "%", Kind.BOUNDED, **spec),
    }
    return page.table(
        "everyone",
        frame,
        columns,
        f"{named(item.label)}: the share that can have improved among everyone, whatever those who did not answer would have said.",
        row_header="Among",
    )
