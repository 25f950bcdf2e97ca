"""What printed means and percentages of a questionnaire allow: ranges over every set of answers behind them."""

import math
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from analysis.bounds.groups import possible_groups, with_difference
from analysis.bounds.paired import Reading, Scale, paired_ranges, totals
from analysis.bounds.wilcoxon import wilcoxon_range
from analysis.files import validate
from analysis.quantities import Interval
from analysis.questionnaire.attrition import worst_case_share
from analysis.study import Study

FILE = "before_after.yaml"
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
    """An item whose means before and after are printed, by claim id."""

    id: str
    label: str
    before: str
    after: str
    readings: tuple[PrintReading, ...] = Field(min_length=1)


class Groups(_Part):
    """Two groups of unknown size with a printed percentage each, by claim id."""

    label: str
    claims: dict[str, str] = Field(min_length=2, max_length=2)


class Figures(_Part):
    """The printed figures of before_after.yaml."""

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
    def ranges(self) -> dict[str, pd.DataFrame]:
        """`item_ranges` of every item, by its id."""
        return {item.id: item_ranges(item, self.figures, self.study) for item in self.figures.items}


def read_figures(study: Study) -> Figures:
    """The study's before_after.yaml; raises InputError for anything that does not fit."""
    return validate(Figures, study.document(FILE), study.name(FILE), None)


def people(figures: Figures, study: Study) -> int:
    """How many answered before and after, as printed."""
    return int(study.claims[figures.respondents].number or 0)


def item_ranges(item: PrintedItem, figures: Figures, study: Study) -> pd.DataFrame:
    """Every statistic's range under every reading: reading, statistic, low, high. Shares in per cent."""
    tables = [_ranges(item, each, study, people(figures, study)).assign(reading=each.label) for each in item.readings]
    table = pd.concat(tables, ignore_index=True)[["reading", "statistic", "low", "high"]]
    scale = table["statistic"].str.startswith("share").map({True: 100.0, False: 1.0})
    return table.assign(low=table["low"] * scale, high=table["high"] * scale)


def _ranges(item: PrintedItem, reading: PrintReading, study: Study, n: int) -> pd.DataFrame:
    printed = study.claims[item.before].as_printed
    before = printed.around() if printed else Interval(-math.inf, math.inf)
    after, scale = reading.after, Scale(*reading.scale)
    sums = totals(Interval(after.low, after.high), n, above=after.above, below=after.below)
    read = Reading(reading.label, n, totals(before, n), sums)
    table = paired_ranges(read, scale)
    if scale.high is not None:
        found = wilcoxon_range(read, scale)
        table.loc[WILCOXON] = [found.low, found.high]
    return table.rename_axis("statistic").reset_index()


def over_readings(ranges: pd.DataFrame, statistic: str) -> Interval:
    """The range of a statistic over all readings together."""
    rows = ranges[ranges["statistic"] == statistic]
    return Interval(float(rows["low"].min()), float(rows["high"].max()))


def group_sizes(figures: Figures, study: Study) -> pd.DataFrame:
    """Every pair of group sizes that make up the respondents and give both percentages, with the difference of the shares.

    Columns as `bounds.groups.with_difference` returns them.
    """
    percents = {name: study.claims[claim].interval for name, claim in figures.groups.claims.items()}
    return with_difference(possible_groups(percents, people(figures, study)))  # type: ignore[arg-type]


def among_everyone(improved: Interval, figures: Figures, study: Study) -> pd.DataFrame:
    """The share improved (per cent) among everyone a claim names, whatever those who did not answer would have said.

    Index: claim id; columns people, low, high. The respondents' own share may lie anywhere in `improved`.
    """
    answered, rows = people(figures, study), {}
    for claim in figures.everyone:
        everyone = int(study.claims[claim].number or 0)
        ends = [
            worst_case_share(round(share * answered / 100), answered, everyone)
            for share in (improved.low, improved.high)
        ]
        rows[claim] = (everyone, 100 * ends[0].low, 100 * ends[1].high)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["people", "low", "high"]).rename_axis("claim")
