"""What printed means and percentages of a questionnaire allow: ranges over every set of answers behind them."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import pandas as pd
from pydantic import Field, model_validator

from analysis.bounds.groups import possible_groups, with_difference
from analysis.bounds.paired import Reading, Scale, paired_ranges, possible_changes, totals
from analysis.bounds.wilcoxon import WIDEST, wilcoxon_range
from analysis.described import described
from analysis.errors import InputError
from analysis.files import Strict, validate
from analysis.participants.scales import scale_of
from analysis.quantities import Interval, parse_printed, parse_range
from analysis.questionnaire.attrition import worst_case_share
from analysis.questionnaire.measurement import regression_to_the_mean
from analysis.questionnaire.paired_tests import common, size_of, t_of_interval, t_of_p
from analysis.questionnaire.spread import Moments, most_sd, paired_t
from analysis.results import Kind
from analysis.study import Study
from analysis.study.claims import Claim

FILE = "before_after.yaml"
MIN_PEOPLE = 2
IMPROVED, WORSE, NET = "share improved", "share worse", "share improved less share worse"
WILCOXON = "p-value of the Wilcoxon test"


class Ends(Strict):
    """Which means a published figure allows: rounding ends, and strict ends where words set them."""

    low: float = Field(description="lowest mean that rounds to it")
    high: float = Field(description="highest mean that rounds to it")
    above: float = Field(default=-math.inf, description="the mean lies above this")
    below: float = Field(default=math.inf, description="the mean lies below this")


class PrintReading(Strict):
    """One way to read a published mean after, on one scale."""

    label: str = Field(description="the reading as tables show it")
    scale: tuple[int, int | None] = Field(description="lowest and highest answer; no highest for numbers without end")
    after: Ends | None = Field(default=None, description="which means after are allowed; empty: its rounding")


class PrintedItem(Strict):
    """An item whose means before and after are published, by claim id; its scale by name, or by readings of its own."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="name that results begin with")
    label: str = Field(description="the item as tables show it")
    before: str = Field(description="claim that gives the mean before")
    after: str = Field(description="claim that gives the mean after")
    sd_before: str | None = Field(default=None, description="claim that gives the standard deviation before")
    sd_after: str | None = Field(default=None, description="claim that gives the standard deviation after")
    t: str | None = Field(default=None, description="claim that gives t of the paired test")
    p: str | None = Field(default=None, description="claim that gives its p-value, two-sided")
    ci: str | None = Field(default=None, description="claim that gives the interval of the mean change, as a..b")
    level: float = Field(default=0.95, gt=0, lt=1, description="level of that interval")
    respondents: str | None = Field(
        default=None, description="claim that gives how many gave both answers; empty: `respondents` of the file"
    )
    scale: str | tuple[int, int] | None = Field(
        default=None, description="id in data/raw/reference/scales.yaml, or the lowest and highest score as [low, high]"
    )
    better: Literal["higher", "lower"] | None = Field(
        default=None, description="which direction is an improvement; empty: that of the published scale, else higher"
    )
    fewest: int | None = Field(
        default=None,
        ge=2,
        description="the fewest who may have given both answers, where their number is not published",
    )
    most: int | None = Field(default=None, ge=2, description="the most who may have, likewise")
    answers: str = Field(default="", description="what the source says of their number")
    readings: tuple[PrintReading, ...] = Field(
        default=(), description="ways to read the published figures, where there are several"
    )

    @model_validator(mode="after")
    def _has_a_scale(self) -> "PrintedItem":
        if not self.readings and self.scale is None:
            raise ValueError("a scale, or readings with a scale each")
        return self


class Groups(Strict):
    """Two groups of unknown size with a published percentage each, by claim id."""

    label: str = Field(description="what the percentages are of")
    claims: dict[str, str] = Field(min_length=2, max_length=2, description="claim that gives the percentage, by group")


class Figures(Strict):
    """The published figures of before_after.yaml."""

    asked_before: str = Field(default="", description="what the source says of when people were asked about before")
    respondents: str = Field(description="claim that gives how many answered before and after")
    everyone: tuple[str, ...] = Field(default=(), description="claims that give whom the respondents may stand for")
    items: tuple[PrintedItem, ...] = Field(min_length=1, description="the items, the first heads the page")
    groups: Groups | None = Field(default=None, description="two groups with a published percentage each")


@dataclass(frozen=True)
class Printed:
    """A study's printed figures and, worked out once, what they allow."""

    study: Study
    figures: Figures

    @property
    def inputs(self) -> tuple[str, ...]:
        """The file that names them."""
        return (self.study.name(FILE),)

    @cached_property
    def by_size(self) -> dict[str, pd.DataFrame]:
        """`ranges_by_size` of every item, by its id."""
        return {item.id: ranges_by_size(item, self.figures, self.study) for item in self.figures.items}

    @cached_property
    def ranges(self) -> dict[str, pd.DataFrame]:
        """`item_ranges` of every item, by its id."""
        return {item: item_ranges(found) for item, found in self.by_size.items()}


def read_printed(study: Study) -> Printed:
    """The published figures of a study; raises InputError as `read_figures` does."""
    return Printed(study, read_figures(study))


def read_figures(study: Study) -> Figures:
    """The study's before_after.yaml; raises InputError for anything that does not fit."""
    found = validate(Figures, study.document(FILE), study.name(FILE), None)
    _check_claims(found, study)
    return found.model_copy(update={"items": tuple(_on_its_scale(item, study) for item in found.items)})


def _check_claims(figures: Figures, study: Study) -> None:
    """InputError, once for all of them, for ids that are no claims, and for a number of people that is none."""
    named = [figures.respondents, *figures.everyone, *(figures.groups.claims.values() if figures.groups else ())]
    named += [
        claim
        for item in figures.items
        for claim in (item.before, item.after, item.sd_before, item.sd_after, item.t, item.p, item.ci, item.respondents)
        if claim
    ]
    unknown = sorted({claim for claim in named if claim not in study.claims.claims})
    counts = [figures.respondents, *(item.respondents for item in figures.items if item.respondents)]
    few = [claim for claim in counts if claim not in unknown and (study.claims[claim].number or 0) < MIN_PEOPLE]
    if unknown or few:
        raise InputError(
            study.name(FILE),
            column=", ".join(unknown or few),
            found="ids that are no claims of this study" if unknown else "fewer than two people",
            expected="ids of claims.csv" if unknown else "a claim that gives how many answered twice",
            action="correct the ids",
        )


def _on_its_scale(item: PrintedItem, study: Study) -> PrintedItem:
    """An item with readings and direction filled in from its scale."""
    named = (
        scale_of(study.root, item.scale, study.name(FILE), f"items.{item.id}.scale")
        if isinstance(item.scale, str)
        else None
    )
    ends = (named.low, named.high) if named else item.scale
    readings = item.readings or (PrintReading(label=f"scores from {ends[0]} to {ends[1]}", scale=ends),)  # type: ignore[index,arg-type]
    better = item.better or (named.better if named else "higher")
    return item.model_copy(update={"readings": readings, "better": better})


def people(figures: Figures, study: Study, item: PrintedItem | None = None) -> int:
    """How many answered before and after, as printed: all, or those who answered an item."""
    return int(study.claims[(item and item.respondents) or figures.respondents].number or 0)


def sizes(item: PrintedItem, figures: Figures, study: Study) -> range:
    """How many people can have given both answers: all respondents, or from the fewest to the most where that is not printed."""
    everyone = people(figures, study, item)
    most = min(everyone, item.most or everyone)
    return range(min(most, item.fewest or most), most + 1)


@described(Kind.BOUNDED)
def ranges_by_size(item: PrintedItem, figures: Figures, study: Study) -> pd.DataFrame:
    """Every statistic's range under every reading for every possible number of people: people, reading, statistic, low, high.

    Shares in per cent. A number of people with which no answers give the printed means has no rows, and so has a reading
    under which none does: the print is then impossible, a finding (`impossible`). The range of Wilcoxon's test is searched
    for the least and the greatest number alone.
    """
    parts = []
    for each in item.readings:
        read = {n: _reading(item, each, study, n) for n in sizes(item, figures, study)}
        possible = [n for n, reading in read.items() if _fits(reading, Scale(*each.scale))]
        parts += [
            _better(item, _ranges(read[n], Scale(*each.scale), n in (possible[0], possible[-1]))).assign(
                reading=each.label, people=n
            )
            for n in possible
        ]
    columns = ["people", "reading", "statistic", "low", "high"]
    if not parts:
        return pd.DataFrame(columns=columns).astype({"low": float, "high": float})
    table = pd.concat(parts, ignore_index=True)[columns]
    scale = table["statistic"].str.startswith("share").map({True: 100.0, False: 1.0})
    return table.assign(low=table["low"] * scale, high=table["high"] * scale)


def _better(item: PrintedItem, table: pd.DataFrame) -> pd.DataFrame:
    """Shares by what is better: on a scale where lower is better, who scored lower improved."""
    if item.better != "lower":
        return table
    names = {IMPROVED: WORSE, WORSE: IMPROVED}
    net = table["statistic"] == NET
    turned = table.assign(statistic=table["statistic"].replace(names))
    turned.loc[net, ["low", "high"]] = -table.loc[net, ["high", "low"]].to_numpy()
    return turned


def impossible(printed: "Printed") -> dict[str, tuple[str, ...]]:
    """By the item's id, what cannot be: readings under which no whole answers give the means, spreads too large for the scale."""
    found = {}
    for item in printed.figures.items:
        fits = set(printed.by_size[item.id]["reading"])
        words = [f"means: {reading.label}" for reading in item.readings if reading.label not in fits]
        found[item.id] = (*words, *_too_wide(item, printed), *_at_odds(item, printed))
    return {name: words for name, words in found.items() if words}


def _too_wide(item: PrintedItem, printed: "Printed") -> list[str]:
    moments, n = moments_of(item, printed.study), people(printed.figures, printed.study, item)
    return [
        f"standard deviation {when}: {reading.label}"
        for when, each in (moments or {}).items()
        for reading in item.readings
        if reading.scale[1] is not None
        and each.sd.low > most_sd(each.mean, n, reading.scale[0], reading.scale[1]) + 1e-9
    ]


def _at_odds(item: PrintedItem, printed: "Printed") -> list[str]:
    """What is printed of the paired test and no one test gives."""
    sizes_of_t = sizes_of(item, printed)
    if len(sizes_of_t) < 2 or common(sizes_of_t.values()):
        return []
    return [f"{', '.join(sizes_of_t)}: the paired test"]


def sizes_of(item: PrintedItem, printed: "Printed") -> dict[str, Interval]:
    """Every size of t that prints so, by what is printed of the paired test: means with deviations, t, p, interval."""
    claims, n = printed.study.claims, people(printed.figures, printed.study, item)
    found: dict[str, Interval] = {}
    if item.t and (t := claims[item.t].around):
        found["t"] = size_of(t)
    if item.p and (p := claims[item.p].interval):
        found["p"] = t_of_p(p, n)
    if item.ci and (ends := _ends_of(claims[item.ci])):
        found["interval"] = t_of_interval(ends, n, item.level)
    if found and (moments := moments_of(item, printed.study)):
        found["means and deviations"] = paired_t(**moments, n=n)
    return found


def _ends_of(claim: Claim) -> tuple[Interval, Interval] | None:
    """The ends of a printed interval, each with its rounding; None of a claim that is no range."""
    low, _, high = claim.value.partition("..")
    if not high:
        return None
    printed = parse_range(claim.figure) or tuple(map(parse_printed, (low.lstrip("-"), high.lstrip("-"))))
    halves = [float(each.step) / 2 for each in printed]
    return tuple(Interval(float(end) - half, float(end) + half) for end, half in zip((low, high), halves, strict=True))  # type: ignore[return-value]


def moments_of(item: PrintedItem, study: Study) -> dict[str, Moments] | None:
    """Printed mean and standard deviation before and after; None where the deviations are not printed."""
    if item.sd_before is None or item.sd_after is None:
        return None
    return {
        when: Moments(*(study.claims[claim].around or Interval(-math.inf, math.inf) for claim in (mean, sd)))
        for when, mean, sd in (("before", item.before, item.sd_before), ("after", item.after, item.sd_after))
    }


def item_ranges(by_size: pd.DataFrame) -> pd.DataFrame:
    """Every statistic's range under every reading, over all numbers of people: reading, statistic, low, high.

    `by_size` as `ranges_by_size` gives it.
    """
    grouped = by_size.groupby(["reading", "statistic"], sort=False)
    return grouped.agg(low=("low", "min"), high=("high", "max")).reset_index()


def _reading(item: PrintedItem, reading: PrintReading, study: Study, n: int) -> Reading:
    before, rounded = (
        study.claims[claim].around or Interval(-math.inf, math.inf) for claim in (item.before, item.after)
    )
    after = reading.after or Ends(low=rounded.low, high=rounded.high)
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
    if search and scale.high is not None and scale.high - scale.low <= WIDEST:
        found = wilcoxon_range(reading, scale)
        table.loc[WILCOXON] = [found.low, found.high]
    return table.rename_axis("statistic").reset_index()


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


def group_sizes(figures: Figures, study: Study, level: float = 0.95) -> pd.DataFrame:
    """Every pair of group sizes that make up the respondents and give both percentages, with the difference of the shares.

    Columns as `bounds.groups.with_difference` returns them. Raises ValueError where no groups are printed.
    """
    if figures.groups is None:
        raise ValueError("no groups are published")
    percents = {name: study.claims[claim].interval for name, claim in figures.groups.claims.items()}
    return with_difference(possible_groups(percents, people(figures, study)), level)  # type: ignore[arg-type]


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
