"""What printed means and percentages of a questionnaire allow: ranges over every set of answers behind them."""

import math
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from analysis.bounds.groups import possible_groups, with_difference
from analysis.bounds.paired import Reading, Scale, paired_ranges, possible_changes, totals
from analysis.bounds.wilcoxon import wilcoxon_range
from analysis.files import validate
from analysis.quantities import Interval
from analysis.questionnaire.attrition import worst_case_share
from analysis.questionnaire.measurement import regression_to_the_mean
from analysis.study import Study

FILE = "before_after.yaml"
MEAN_CHANGE = "mean change"
IMPROVED, WORSE, NET = "share improved", "share worse", "share improved less share worse"
WILCOXON = "p-value of the Wilcoxon test"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Ends(_Part):
    """Which means a print allows: rounding ends, and strict ends where words set them."""

    low: float
    high: float
    above: float = -math.inf
    below: float = math.inf


class PrintReading(_Part):
    """One way to read a printed mean after, on one scale."""

    label: str
    scale: tuple[int, int | None]
    after: Ends


class PrintedItem(_Part):
    """An item whose means before and after are printed, by claim id.

    `fewest`, `most`: where the source does not print how many gave both answers, the fewest and the most who may have;
    None: all respondents.
    `answers`: what the source says of their number.
    """

    id: str
    label: str
    before: str
    after: str
    fewest: int | None = Field(default=None, ge=2)
    most: int | None = Field(default=None, ge=2)
    answers: str = ""
    readings: tuple[PrintReading, ...] = Field(min_length=1)


class Groups(_Part):
    """Two groups of unknown size with a printed percentage each, by claim id."""

    label: str
    claims: dict[str, str] = Field(min_length=2, max_length=2)


class Figures(_Part):
    """The printed figures of before_after.yaml; `asked_before`: what the source says of when people were asked about before."""

    asked_before: str = ""
    respondents: str
    everyone: tuple[str, ...]
    items: tuple[PrintedItem, ...] = Field(min_length=1)
    groups: Groups


@dataclass(frozen=True)
class Printed:
    """A study's printed figures and, worked out once, what they allow."""

    study: Study
    figures: Figures

    @cached_property
    def by_size(self) -> dict[str, pd.DataFrame]:
        """`ranges_by_size` of every item, by its id."""
        return {item.id: ranges_by_size(item, self.figures, self.study) for item in self.figures.items}

    @cached_property
    def ranges(self) -> dict[str, pd.DataFrame]:
        """`item_ranges` of every item, by its id."""
        return {item: item_ranges(found) for item, found in self.by_size.items()}


def read_figures(study: Study) -> Figures:
    """The study's before_after.yaml; raises InputError for anything that does not fit."""
    return validate(Figures, study.document(FILE), study.name(FILE), None)


def people(figures: Figures, study: Study) -> int:
    """How many answered before and after, as printed."""
    return int(study.claims[figures.respondents].number or 0)


def sizes(item: PrintedItem, figures: Figures, study: Study) -> range:
    """How many people can have given both answers: all respondents, or from the fewest to the most where that is not printed."""
    everyone = people(figures, study)
    most = min(everyone, item.most or everyone)
    return range(min(most, item.fewest or most), most + 1)


def ranges_by_size(item: PrintedItem, figures: Figures, study: Study) -> pd.DataFrame:
    """Every statistic's range under every reading for every possible number of people: people, reading, statistic, low, high.

    Shares in per cent. A number of people with which no answers give the printed means has no rows. The range of
    Wilcoxon's test is searched for the least and the greatest number alone. Raises ValueError where a reading has none.
    """
    parts = []
    for each in item.readings:
        read = {n: _reading(item, each, study, n) for n in sizes(item, figures, study)}
        possible = [n for n, reading in read.items() if _fits(reading, Scale(*each.scale))] or [max(read)]
        parts += [
            _ranges(read[n], Scale(*each.scale), n in (possible[0], possible[-1])).assign(reading=each.label, people=n)
            for n in possible
        ]
    table = pd.concat(parts, ignore_index=True)[["people", "reading", "statistic", "low", "high"]]
    scale = table["statistic"].str.startswith("share").map({True: 100.0, False: 1.0})
    return table.assign(low=table["low"] * scale, high=table["high"] * scale)


def item_ranges(by_size: pd.DataFrame) -> pd.DataFrame:
    """Every statistic's range under every reading, over all numbers of people: reading, statistic, low, high.

    `by_size` as `ranges_by_size` gives it.
    """
    grouped = by_size.groupby(["reading", "statistic"], sort=False)
    return grouped.agg(low=("low", "min"), high=("high", "max")).reset_index()


def _reading(item: PrintedItem, reading: PrintReading, study: Study, n: int) -> Reading:
    printed, after = study.claims[item.before].as_printed, reading.after
    before = printed.around() if printed else Interval(-math.inf, math.inf)
    sums = totals(Interval(after.low, after.high), n, above=after.above, below=after.below)
    return Reading(reading.label, n, totals(before, n), sums)


def _fits(reading: Reading, scale: Scale) -> bool:
    """Whether any answers of so many people give the printed means."""
    try:
        return bool(possible_changes(reading, scale))
    except ValueError:
        return False


def _ranges(reading: Reading, scale: Scale, search: bool) -> pd.DataFrame:
    table = paired_ranges(reading, scale)
    if search and scale.high is not None:
        found = wilcoxon_range(reading, scale)
        table.loc[WILCOXON] = [found.low, found.high]
    return table.rename_axis("statistic").reset_index()


def over_readings(ranges: pd.DataFrame, statistic: str) -> Interval:
    """The range of a statistic over all readings together."""
    rows = ranges[ranges["statistic"] == statistic]
    return Interval(float(rows["low"].min()), float(rows["high"].max()))


def after_regression(
    item: PrintedItem, figures: Figures, study: Study, reliability: float
) -> tuple[float, float] | None:
    """The most that regression to the mean can add to a mean, and the least change that it may leave, in points.

    Over every reading, number of people and sum of answers that the print allows; nobody's own mean lies beyond the top of
    the scale, so that regression adds (1 - reliability) (top - mean before) at most. More is taken as better. None where a
    scale has no top.
    """
    ends: list[tuple[float, float]] = []
    for each in item.readings:
        low, top = each.scale
        if top is None:
            return None
        for n in sizes(item, figures, study):
            reading = _reading(item, each, study, n)
            before, after = (_on_scale(sums, low * n, top * n) for sums in (reading.before, reading.after))
            if before and after:
                most = regression_to_the_mean(before[0] / n, top, reliability)
                least = regression_to_the_mean(before[-1] / n, top, reliability)
                ends.append((after[0] / n - before[-1] / n - least, most))
    return max(most for _, most in ends), min(left for left, _ in ends)


def _on_scale(sums: range, least: int, most: int) -> range:
    return range(max(sums.start, least), min(sums.stop, most + 1))


def group_sizes(figures: Figures, study: Study) -> pd.DataFrame:
    """Every pair of group sizes that make up the respondents and give both percentages, with the difference of the shares.

    Columns as `bounds.groups.with_difference` returns them.
    """
    percents = {name: study.claims[claim].interval for name, claim in figures.groups.claims.items()}
    return with_difference(possible_groups(percents, people(figures, study)))  # type: ignore[arg-type]


def among_everyone(by_size: pd.DataFrame, figures: Figures, study: Study) -> pd.DataFrame:
    """The share improved (per cent) among everyone a claim names, whatever those who did not answer would have said.

    `by_size`: of the item, as `ranges_by_size` gives it; each number of people may stand behind the printed means. Index:
    claim id; columns people, low, high.
    """
    rows, improved = {}, by_size[by_size["statistic"] == IMPROVED]
    for claim in figures.everyone:
        everyone = int(study.claims[claim].number or 0)
        ends = [
            worst_case_share(round(share * answered / 100), answered, everyone)
            for answered, low, high in improved[["people", "low", "high"]].itertuples(index=False)
            for share in (low, high)
        ]
        rows[claim] = (everyone, 100 * min(end.low for end in ends), 100 * max(end.high for end in ends))
    return pd.DataFrame.from_dict(rows, orient="index", columns=["people", "low", "high"]).rename_axis("claim")
