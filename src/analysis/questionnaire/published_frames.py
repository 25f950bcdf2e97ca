"""What printed means and percentages allow, as frames that say what their numbers are; worked out by `published`."""

import math
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from analysis.described import described, inputs_of, of_nothing_nothing, saying
from analysis.quantities import Interval
from analysis.questionnaire import published, spread
from analysis.questionnaire.paired_tests import common, correlation, spread_of_change
from analysis.questionnaire.published import IMPROVED, NET, WILCOXON, WORSE, Printed, PrintedItem, people
from analysis.questionnaire.spread import paired_t, standardised
from analysis.results import Column, Kind, Labelled, p_column, slug
from analysis.study.claims import published as as_published

_SHARES = (IMPROVED, WORSE)
_RESTS = "rests"  # column with what a row rests on, where rows rest on different claims


def _rests(printed: Printed, item: PrintedItem) -> str:
    """What the ranges of an item rest on: the claims that they were worked out from, and the file that says how to read them."""
    return " ".join((*inputs_of(printed.by_size[item.id]), *printed.inputs))


def _statistic(name: str, label: str = "") -> Column:
    """How a statistic of `bounds.paired` is written."""
    if name.startswith("p-value"):
        return p_column(label)
    if name == NET:
        return Column(label, "percentage points")
    share = name in _SHARES
    return Column(label, "%" if share else "", decimals=0 if share else 2)


@of_nothing_nothing
def first_item(printed: Printed) -> PrintedItem:
    """The item that heads the print."""
    return printed.figures.items[0]


@of_nothing_nothing
def last_item(printed: Printed) -> PrintedItem | None:
    """The last of several items; None where there is one alone."""
    return printed.figures.items[-1] if len(printed.figures.items) > 1 else None


@described(Kind.PUBLISHED, {"before": Column("Mean before"), "after": Column("Mean after")}, header="Item")
def printed_means(printed: Printed) -> pd.DataFrame:
    """Means before and after as printed (published results). Index: item."""
    items = printed.figures.items
    columns = {
        when: [as_published(printed.study.claims[getattr(item, when)]) for item in items]
        for when in ("before", "after")
    }
    return pd.DataFrame(columns, [item.label for item in items], dtype=object)


def _range_rows(ranges: pd.DataFrame) -> dict[str, Column]:
    """By its label, how each row is written."""
    return {str(index): _statistic(name, str(index)) for index, name in ranges["statistic"].items()}


@described(
    Kind.BOUNDED,
    {"low": Column("At least", inputs=_RESTS), "high": Column("At most", inputs=_RESTS)},
    header="Statistic",
    group="reading",
)
def item_ranges(item: PrintedItem, printed: Printed) -> pd.DataFrame | None:
    """The range of every statistic under every reading of the printed means of an item.

    Index: statistic and reading; columns reading, statistic, low, high. None where no answers give the means.
    """
    ranges = printed.ranges[item.id]
    order = {reading.label: number for number, reading in enumerate(item.readings, start=1)}
    labels = [_labelled(row.statistic, order[row.reading]) for row in ranges.itertuples()]
    found = ranges.set_axis(pd.Index(labels, dtype=object)).assign(**{_RESTS: _rests(printed, item)})
    return saying(found, rows=_range_rows(found)) if len(found) else None


def _labelled(statistic: str, reading: int) -> Labelled:
    """A statistic as a table calls it; the range of one that is found by search may be wider."""
    words = statistic if statistic[1:2] == "_" else statistic[:1].upper() + statistic[1:]
    return Labelled(f"{words}{_how_wide(statistic)} (reading {reading})", f"{slug(statistic)}_{reading}")


def _how_wide(statistic: str) -> str:
    return {NET: ", percentage points", WILCOXON: ", a range at least as wide as"}.get(statistic, "")


@described(
    Kind.BOUNDED,
    {"share": Column("Share improved", "%", low="low", high="high", interval="bounds", inputs=_RESTS)},
    header="Item and reading",
)
def improved_by_reading(printed: Printed) -> pd.DataFrame | None:
    """The range of the share improved by item and reading (index): low, high in per cent. None where nothing is possible."""
    parts = [
        ranges[ranges["statistic"] == IMPROVED]
        .set_index(item.label + ", " + ranges.loc[ranges["statistic"] == IMPROVED, "reading"])
        .assign(**{_RESTS: _rests(printed, item)})
        for item in printed.figures.items
        if len(ranges := printed.ranges[item.id])
    ]
    return pd.concat(parts)[["low", "high", _RESTS]].assign(share=math.nan) if parts else None


def over_readings(printed: Printed | None) -> list[pd.DataFrame]:
    """For each item what prose and later pages name: every statistic over all readings. Of nothing none."""
    return (
        []
        if printed is None
        else [_over_readings(printed, item) for item in printed.figures.items if len(printed.ranges[item.id])]
    )


def _over_rows(ranges: pd.DataFrame) -> dict[str, Column]:
    told = {"low": "low", "high": "high", "interval": "bounds over all readings", "inputs": _RESTS}
    written = {index: _statistic(row["statistic"]) for index, row in ranges.iterrows()}
    labels = ranges["label"].to_dict()
    return {
        str(index): Column(labels[index], column.unit, decimals=2 if column.least else column.decimals, **told)
        for index, column in written.items()
    }


@described(Kind.BOUNDED)
def _over_readings(printed: Printed, item: PrintedItem) -> pd.DataFrame:
    found = printed.ranges[item.id].groupby("statistic", sort=False).agg({"low": "min", "high": "max"}).reset_index()
    labels = [f"{item.label}: {statistic}{_how_wide(statistic)}" for statistic in found["statistic"]]
    told = {"value": math.nan, "label": labels, _RESTS: _rests(printed, item)}
    named = found.assign(**told).set_axis([f"{item.id}.{slug(statistic)}" for statistic in found["statistic"]])
    return saying(named, rows=_over_rows(named))


@described(
    Kind.RECOMPUTED,
    {
        "sd_before": Column("SD before", kind=Kind.PUBLISHED),
        "sd_after": Column("SD after", kind=Kind.PUBLISHED),
        "d": Column(
            "Change over the mean of the two SDs",
            decimals=2,
            low="d_low",
            high="d_high",
            interval="rounding of the inputs",
            inputs=_RESTS,
        ),
        "t": Column(
            "Size of t, paired test",
            decimals=2,
            low="t_low",
            high="t_high",
            interval="every correlation",
            inputs=_RESTS,
        ),
    },
    header="Item",
)
def what_spreads_say(printed: Printed) -> pd.DataFrame | None:
    """Standardised change and paired t of the items whose standard deviations are printed; None where none are.

    Ranges by formula over roundings and correlations, which need not all belong to whole answers; so they are not called bounds.
    """
    rows = {
        Labelled(item.label, item.id): _spread(printed, item)
        for item in printed.figures.items
        if item.sd_before is not None and item.sd_after is not None
    }
    return pd.DataFrame(list(rows.values()), pd.Index(list(rows), dtype=object), dtype=object) if rows else None


def _spread(printed: Printed, item: PrintedItem) -> dict[str, object]:
    claims, n = printed.study.claims, people(printed.figures, printed.study, item)
    moments = published.moments_of(item, printed.study) or {}
    d, t = standardised(**moments), paired_t(**moments, n=n)
    sds = {f"sd_{when}": as_published(claims[str(getattr(item, f"sd_{when}"))]) for when in ("before", "after")}
    ends = {f"{name}_{end}": getattr(found, end) for name, found in (("d", d), ("t", t)) for end in ("low", "high")}
    named = (item.before, item.after, item.sd_before, item.sd_after, item.respondents or printed.figures.respondents)
    return {**sds, "d": None, "t": None, **ends, _RESTS: " ".join(f"claim:{each}" for each in named)}


_FROM_TEST = {"sd": "SD of the changes", "d_z": "Change over that SD", "r": "Correlation of before and after"}


@described(
    Kind.RECOMPUTED,
    {
        "said": Column("Published of the test"),
        **{
            name: Column(words, "", None, 2, low=f"{name}_low", high=f"{name}_high", interval="rounding", inputs=_RESTS)
            for name, words in {"t": "Size of t", **_FROM_TEST}.items()
        },
    },
    header="Item",
    words=("said",),
)
def what_tests_say(printed: Printed) -> pd.DataFrame | None:
    """What printed t, p-values and intervals of the mean change say of items; None where none are printed.

    Columns: said (what is printed), t, sd, d_z, r with `_low` and `_high`, missing where nothing bounds them. Items whose prints no
    one test gives are left out: `what_cannot_be` says so.
    """
    rows = {Labelled(item.label, item.id): found for item in printed.figures.items if (found := _tested(printed, item))}
    return pd.DataFrame(list(rows.values()), pd.Index(list(rows), dtype=object), dtype=object) if rows else None


def _tested(printed: Printed, item: PrintedItem) -> dict[str, object] | None:
    found = published.sizes_of(item, printed)
    t = common(found.values()) if found else None
    if t is None:
        return None
    claims, n = printed.study.claims, people(printed.figures, printed.study, item)
    before, after = (claims[name].around or Interval(-math.inf, math.inf) for name in (item.before, item.after))
    spread, moments = spread_of_change(after - before, t, n), published.moments_of(item, printed.study)
    ranges = {
        "t": t,
        "sd": spread,
        "d_z": t * (1 / math.sqrt(n)),
        "r": correlation(**moments, spread=spread) if moments else None,
    }
    ends = {f"{name}_{end}": getattr(each, end, None) for name, each in ranges.items() for end in ("low", "high")}
    named = (item.before, item.after, item.sd_before, item.sd_after, item.t, item.p, item.ci)
    named = (*named, item.respondents or printed.figures.respondents)
    said = ", ".join(name for name in found if name != "means and deviations")
    return {"said": said, **dict.fromkeys(ranges), **ends, _RESTS: " ".join(f"claim:{each}" for each in named if each)}


@described(
    Kind.BOUNDED,
    {
        f"{when}_{end}": Column(f"{when.capitalize()}, at {words}", "%", inputs=_RESTS)
        for when in ("before", "after")
        for end, words in (("least", "least"), ("most", "most"))
    },
    header="Answer",
)
def answers_that_fit(printed: Printed) -> pd.DataFrame | None:
    """The share that can have given each whole answer, of items whose standard deviations are printed; None where none are.

    Over every distribution that prints the mean and the standard deviation, before and after by themselves (`spread`). Items
    with more than `MOST_ANSWERS` answers, with several readings or with figures that cannot be are left out.
    """
    rows = {}
    for item in printed.figures.items:
        n, moments = people(printed.figures, printed.study, item), published.moments_of(item, printed.study)
        low, high = item.readings[0].scale
        if moments is None or len(item.readings) > 1 or high is None or high - low >= MOST_ANSWERS:
            continue
        try:
            found = {when: 100 / n * spread.answers_that_fit(each, n, low, high) for when, each in moments.items()}
        except ValueError:
            continue  # `what_cannot_be` says so
        rests = _spread(printed, item)[_RESTS]
        for answer in range(low, high + 1):
            shares = {f"{when}_{end}": each.loc[answer, end] for when, each in found.items() for end in each}
            rows[Labelled(f"{item.label}: {answer}", f"{item.id}_{answer}")] = {**shares, _RESTS: rests}
    return pd.DataFrame(list(rows.values()), pd.Index(list(rows), dtype=object)) if rows else None


MOST_ANSWERS = 11  # of a scale; a longer table says little


@described(
    Kind.TALLY,
    {"reading": Column("Read as"), "cannot": Column("Cannot be, since there are")},
    header="Figure",
    words=("reading", "cannot"),
)
def what_cannot_be(printed: Printed) -> pd.DataFrame | None:
    """Printed means and standard deviations that no answers can have: reading, cannot; None where all can be. A finding."""
    found = published.impossible(printed)
    rows = {
        f"{item.label}: {what}": (
            reading,
            "no one test that gives it"
            if reading == "the paired test"
            else "no whole answers of so many people on this scale",
        )
        for item in printed.figures.items
        for what, _, reading in (words.partition(": ") for words in found.get(item.id, ()))
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["reading", "cannot"]) if rows else None


@described(
    Kind.ASSUMED,
    {
        "most": Column("Rise by regression to the mean, at most", "points", decimals=1, inputs=_RESTS),
        "left": Column("Mean change less that, at least", "points", decimals=1, inputs=_RESTS),
    },
    header="Reliability",
)
def printed_error(printed: Printed, reliabilities: Sequence[float]) -> pd.DataFrame | None:
    """How far the printed rise of the first item can be regression to the mean, by assumed reliability (index), in points.

    None where its scale has no best answer.
    """
    item = printed.figures.items[0]
    ends = {
        f"{each:g}": published.after_regression(item, printed.figures, printed.study, each) for each in reliabilities
    }
    if None in ends.values():
        return None
    found = pd.DataFrame.from_dict(ends, orient="index", columns=["most", "left"])
    return found.assign(**{_RESTS: _rests(printed, item)})


_POINTS = "percentage points"
_PERCENT = {"low": "difference_low", "high": "difference_high", "interval": "{level} (Newcombe)"}


def _group_columns(found: pd.DataFrame) -> dict[str, Column]:
    """Counts and sizes of the two groups, by their names; their difference and its test."""
    words = {"count": "improved", "size": "of"}
    parts = [name for name in found if str(name).rpartition(" ")[2] in words and " " in str(name)]
    groups = dict.fromkeys(str(name).rpartition(" ")[0] for name in parts)
    counts = {
        f"{group} {part}": Column(f"{group}: {said}", "people") for group in groups for part, said in words.items()
    }
    test = replace(p_column("p-value, Fisher's exact test"), kind=Kind.RECOMPUTED)
    # Sizes and counts are all that can be; what is estimated from one pair of them is no bound.
    return {
        **counts,
        "difference": Column("Difference", _POINTS, Kind.RECOMPUTED, **_PERCENT),
        "p": test,
    }


@described(Kind.BOUNDED, header="Group sizes")
def possible_groups(printed: Printed, level: float = 0.95) -> pd.DataFrame | None:
    """Every pair of group sizes that makes up the respondents and gives both printed percentages; differences in percentage points.

    Columns as `published.group_sizes`. None where no groups are printed.
    """
    if printed.figures.groups is None:
        return None
    found = published.group_sizes(printed.figures, printed.study, level)
    found = found.assign(**{name: 100 * found[name] for name in ("difference", "difference_low", "difference_high")})
    named = found.set_axis([f"Possibility {place}" for place in range(1, len(found) + 1)]).drop(
        columns=["size", "count"]
    )
    return saying(named, columns=_group_columns(named))


@described(
    Kind.RECOMPUTED,
    rows={
        "groups.possible": Column("Possible pairs of group sizes", "pairs"),
        "groups.difference": Column(
            "Difference of the groups, over all pairs of sizes",
            _POINTS,
            low="low",
            high="high",
            interval="{level} (Newcombe), all sizes",
        ),
    },
)
def groups_in_all(groups: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """How many pairs of `possible_groups` there are, and the widest interval of their difference: value, low, high."""
    nothing = math.nan
    rows = {
        "groups.possible": (len(groups), nothing, nothing),
        "groups.difference": (nothing, groups["difference_low"].min(), groups["difference_high"].max()),
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["value", "low", "high"])


@described(
    Kind.BOUNDED,
    {
        "people": Column("People", "people", Kind.PUBLISHED),
        "low": Column("Improved, at least", "%", inputs=_RESTS),
        "high": Column("Improved, at most", "%", inputs=_RESTS),
    },
    header="Among",
)
def improved_among_everyone(printed: Printed) -> pd.DataFrame | None:
    """The share of the first item that can have improved among everyone, whatever those who did not answer would have said.

    Index: whom a claim names; people, low, high in per cent. None where the print names nobody, or its means cannot be.
    """
    item = printed.figures.items[0]
    if not printed.figures.everyone or printed.ranges[item.id].empty:
        return None
    found = published.among_everyone(printed.by_size[item.id], printed.figures, printed.study)
    claims = [printed.study.claims[claim] for claim in found.index]
    means = f"claim:{item.before} claim:{item.after} claim:{printed.figures.respondents}"
    rests = [f"{means} claim:{claim.claim_id} {printed.inputs[0]}" for claim in claims]
    return found.assign(people=list(map(as_published, claims)), **{_RESTS: rests}).set_axis(
        [claim.statement for claim in claims]
    )
