"""The words of 03_before_after where there are no records; its tables are the frames of `analysis.questionnaire.published_frames`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from analysis.described import of_nothing_nothing
from analysis.questionnaire import published
from analysis.questionnaire.published import Groups, Printed, PrintedItem
from analysis.reporting.appendix import Appendix
from analysis.reporting.charts import interval_chart
from analysis.reporting.markup import Display
from analysis.reporting.prose import named, points, within
from analysis.reporting.views.claims import published as as_published

if TYPE_CHECKING:
    from matplotlib.figure import Figure


RANGES = "what every set of answers with the published means shares, by how the source is read."


def answer(page: Appendix, printed: Printed) -> str:
    """The opening paragraph, as a template; records the claims that it names."""
    groups = printed.figures.groups
    claims = [printed.figures.respondents, *printed.figures.everyone, *(groups.claims.values() if groups else ())]
    parts = ("before", "after", "sd_before", "sd_after", "respondents")
    claims += [claim for item in printed.figures.items for part in parts if (claim := getattr(item, part))]
    page.add(as_published(printed.study.claims[claim]) for claim in dict.fromkeys(claims))
    (first, *more), *others = (
        list(_item_words(printed, item, not at)) for at, item in enumerate(printed.figures.items)
    )
    said = (first, " ".join(more), *map(" ".join, others))
    return points(*said, *(_group_words(groups) if groups else ()))


def _item_words(printed: Printed, item: PrintedItem, first: bool) -> Iterator[str]:
    """What the means of one item allow; of the first one at length."""
    before, after = (printed.study.claims[claim].number or 0.0 for claim in (item.before, item.after))
    moved = "rose" if after > before else "fell" if after < before else "stayed the same"
    ends = f"from {{claim:{item.before}}} to {{claim:{item.after}}}"
    yield f"The published mean of {within(item.label)} {moved}{f' {ends}' if after != before else ''}."
    if printed.ranges[item.id].empty:
        yield (
            f"No whole answers of {{claim:{item.respondents or printed.figures.respondents}|:people}} give these means on the scale "
            "that they are read on, so that one of the figures cannot be right, or the scores were not whole."
        )
        return
    allowed = f"The means alone allow anything from {{{item.id}.share_improved|interval}} of those who gave both answers to have improved"
    if not first:
        yield f"{allowed}."
    else:
        yield (
            f"{allowed} and from {{{item.id}.share_worse|interval|bare}} to have got worse: a change of a mean does not say for how many. The mean change itself "
            f"may be anything from {{{item.id}.mean_change|interval|bare}} points."
        )


def _group_words(groups: Groups) -> Iterator[str]:
    first, second = groups.claims.values()
    yield (
        f"If the two groups make up the respondents, the published percentages ({named(groups.label)}), {{claim:{first}}} and {{claim:{second}}}, "
        "leave {groups.possible|:pairs} of group sizes, and in all of them the difference of the two has a confidence interval within "
        "{groups.difference|interval|:percentage points}."
    )


@of_nothing_nothing
def about(item: PrintedItem, words: str) -> str:
    """A caption that begins with an item's name."""
    return f"{named(item.label)}: {words}"


@of_nothing_nothing
def name_of_ranges(item: PrintedItem) -> str:
    """The name of the table with an item's ranges."""
    return f"{item.id}_ranges"


@of_nothing_nothing
def about_groups(printed: Printed, words: str) -> str:
    """A caption that begins with what the groups' percentages are of."""
    return f"{named(printed.figures.groups.label)}: {words}" if printed.figures.groups else ""


@of_nothing_nothing
def improved_chart(improved: pd.DataFrame) -> "Figure":
    """The range of the share improved, by item and reading."""
    words = "share of those who gave both answers who improved"
    fig = interval_chart(improved, "low", "high", words, unit="%", from_zero=True)
    fig.axes[0].set_gid("structural_rows")
    return fig


@of_nothing_nothing
def told_of_improved(printed: Printed) -> str:
    """What the means of the first item that has any allow."""
    first = next((item for item in printed.figures.items if not printed.ranges[item.id].empty), None)
    if first is None:
        return ""
    share = f"{{{first.id}.share_improved|interval|bare}}"
    return f"For {within(first.label)} the published means allow {share} to have improved, whichever way they are read."


@of_nothing_nothing
def told_of_sizes(item: PrintedItem, printed: Printed) -> str:
    """What the source says of how many answered, for which numbers of people the ranges hold, and what printed figure they leave out."""
    numbers, everyone = (
        published.sizes(item, printed.figures, printed.study),
        published.people(printed.figures, printed.study, item),
    )
    said = f"{named(item.answers)} " if item.answers else ""
    claim = f"{{claim:{item.respondents or printed.figures.respondents}|bare}}"
    more = _BESIDES if any((item.sd_before, item.sd_after, item.t, item.p, item.ci)) else ""
    if len(numbers) == 1:
        return f"{said}The ranges take all {claim} respondents to have given both answers.{more}"
    most = claim if numbers[-1] == everyone else f"{{={numbers[-1]}}}"
    return (
        f"{said}The ranges hold for any number of people from {{={numbers[0]}}} to {most} who gave both; shares are of these. Fewer are not "
        f"considered, since nobody would give their mean.{more}"
    )


_BESIDES = " They follow from the means alone: what is published of deviations or tests besides, and is told of below, could narrow them."


@of_nothing_nothing
def asked_before(printed: Printed, page: Appendix) -> Display | None:
    """What the source says of when people were asked about before; None where it says nothing."""
    said = printed.figures.asked_before
    if not said:
        return None
    return page.say(
        f"{named(said)} People who look back often judge their start by other standards than they did then, so the published differences "
        "may be larger or smaller than the change."
    )
