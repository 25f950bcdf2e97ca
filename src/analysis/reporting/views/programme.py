"""The words and figures of 07_programme_performance; its tables are the frames of `analysis.programme` as they are."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from numbers import Real
from typing import TYPE_CHECKING

import pandas as pd

from analysis.described import for_figure, of_nothing_nothing
from analysis.disclosure.rules import read_rules, shows_more
from analysis.programme.monitoring import open_monitoring
from analysis.programme.rules import TABLE_WORDS
from analysis.reporting.appendix import Appendix
from analysis.reporting.charts import FEWEST_BARS, bar_chart, paired_chart, progress_chart
from analysis.reporting.curves import line_chart, step_chart
from analysis.reporting.markup import Display
from analysis.reporting.prose import named, points, within
from analysis.reporting.upset import upset_chart
from analysis.reporting.views.evidence import no_rounding
from analysis.reporting.views.programme_counts import Door
from analysis.results import Result
from analysis.study import Study

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def open_records(page: Appendix, study: Study, as_of: str, disclosure: Mapping[str, object], level: float) -> Door:
    """The records of a study as known on a day, behind the rules of disclosure of the run, with the level of all
    intervals; without any where it has none.

    Raises InputError as `open_monitoring` does, and for rules that are not allowed; rounding is not offered here.
    """
    rules = read_rules(disclosure)
    if rules.rounding_base is not None:
        raise no_rounding(page.notebook, rules, "shares and sums")
    records = open_monitoring(study, as_of)
    return Door(
        page, records and replace(records, minimum_cell=rules.minimum_cell, level=level), study, rules.minimum_cell
    )


# The answer


@of_nothing_nothing
def answer(outputs: pd.DataFrame, *more: pd.DataFrame | None) -> Display:
    """The opening paragraph over the printed tables, outputs first; which measures it names follows from the data."""
    page, frame = Appendix.current(), pd.concat([outputs, *(each for each in more if each is not None)])
    progress = frame.get("progress_recomputed", pd.Series(dtype=object))
    ranked = frame.assign(progress=pd.to_numeric(progress, errors="coerce")).dropna(subset=["progress"])
    ranked = ranked.sort_values("progress", kind="stable").set_index("measure", append=True)["progress"]
    said = [*_everyone_words(page, frame.set_index("measure")), *_ranked_words(ranked, "progress.")]
    said += ["No target is published beside what was reached."] if ranked.empty else []
    return page.say(points(*said, "Every published figure with its check: {@08_claims_audit:ledger}."))


def _everyone_words(page: Appendix, frame: pd.DataFrame) -> Iterator[str]:
    """How many took part, as far as the study has rows `participants` and `women`."""
    cells = {name: frame.get(name, {}).get("participants") for name in ("participants", "target")}
    known = {name: cell for name, cell in cells.items() if isinstance(cell, Result)}
    page.add(known.values())
    if "participants" in known:
        of_target = (
            f", {{progress.participants}} of its target of {{{known['target'].id}}}" if "target" in known else ""
        )
        yield f"The programme supported {{{known['participants'].id}|:people}}{of_target}."
    if isinstance(frame.get("share_recomputed", {}).get("women"), float):
        yield "Women were {share.women|:of participants}."


def _ranked_words(ranked: "pd.Series[float]", prefix: str) -> Iterator[str]:
    """Which measures (label, name) went furthest beyond their targets and stayed furthest below."""
    words = [f"{within(label)} ({{{prefix}{name}}})" for label, name in ranked.index]
    below = int((ranked < 100).sum())
    if (ranked > 100).any():
        yield f"It exceeded a target by most in: {words[-1]}."
    if below:
        yield f"It fell furthest short of its target in: {' and '.join(words[: min(below, 2)])}."


@of_nothing_nothing
def answer_of_records(headline: pd.DataFrame, door: Door) -> Display:
    """The opening paragraph over the records; `headline` as it may be shown."""
    prefix, records = "records.progress.", door.records
    progress = headline[headline.index.str.startswith(prefix)]
    progress = progress.assign(value=pd.to_numeric(progress["value"], errors="coerce")).dropna(subset=["value"])
    labels = [str(label).removesuffix(": progress") for label in progress["label"]]
    index = pd.MultiIndex.from_arrays([labels, progress.index.str.removeprefix(prefix)])
    ranked = pd.Series(progress["value"].to_numpy(float), index).sort_values(kind="stable")
    came = "Referrals received: {records.referrals}." if len(records.referrals) else ""  # type: ignore[union-attr]
    day = records.as_of  # type: ignore[union-attr]
    return door.page.say(
        points(
            f"By the records as known on {{={day.day} {day:%B %Y}}}, {{records.people|:people}} joined.",
            came,
            *_ranked_words(ranked, prefix),
            "Counts below {records.minimum|bare} are hidden, and so are others from which one could be worked out: a hidden count may be either.",
        )
    )


@of_nothing_nothing
def of_measure(quarters: pd.DataFrame, words: str) -> str:
    """Words before the name of the measure that a frame by quarter is of, as a caption."""
    label = str(quarters["label"].iloc[0])
    return f"{words}: {within(label)}."


# Figures


@of_nothing_nothing
def bars_of_progress(measures: pd.DataFrame, column: str) -> pd.DataFrame | None:
    """The progress of a table of measures, of those that have any, as a figure shows it."""
    return for_figure(measures, 0, **{column: "Progress to target"}) if column in measures else None


@of_nothing_nothing
def bars(progress: pd.DataFrame, axis: str) -> "Figure":
    """Progress to the target as bars."""
    return progress_chart(progress, progress.columns[0], axis)


@of_nothing_nothing
def told_of_targets(progress: pd.DataFrame, table: str) -> str:
    """How many measures of a printed table reached their target, and which stayed furthest below."""
    below = progress.iloc[:, 0][lambda values: values < 100]
    furthest = f"; the furthest short is {named(below.idxmin())}" if len(below) else ""
    return f"{{{table}.reached|bare}} of {{{table}.measures|bare}} measures reached their target{furthest}."


@of_nothing_nothing
def told_of_those_below(progress: pd.DataFrame) -> str:
    """Which measures are below their target by the records."""
    below = progress.index[progress.iloc[:, 0] < 100]
    return f"Below their target: {', '.join(map(within, below))}." if len(below) else "All reached their target."


@of_nothing_nothing
def comparison_chart(figures: pd.DataFrame) -> "Figure":
    """National figure and matching programme figure by measure."""
    labels = ("national programme", "this programme, matching base")
    return paired_chart(figures, "national_value", "matched", labels, "% of the people in the base")


@of_nothing_nothing
def told_of_comparison(comparisons: pd.DataFrame) -> str:
    """Where the two differ most, and which is higher there."""
    gap = comparisons["difference"].astype(float)
    most = gap.abs().idxmax()
    side = "higher" if gap[most] > 0 else "lower"
    return f"The two differ most in: {within(most)}, where this programme's figure is {side}."


@of_nothing_nothing
def group_chart(groups: pd.DataFrame) -> "Figure":
    """Participants, or people, by group as bars."""
    return bar_chart(groups, ["people"], "participants")


@of_nothing_nothing
def told_of_groups(groups: pd.DataFrame) -> str:
    """Which target group is the largest and which the smallest."""
    return f"{named(groups.index[0])} is the largest target group and {named(groups.index[-1])} the smallest."


@of_nothing_nothing
def months_that_show(months: pd.DataFrame, headline: pd.DataFrame) -> pd.DataFrame | None:
    """Referrals and starts by month, where both may be shown of all months."""
    shown = [isinstance(headline.loc[f"records.{name}", "value"], int) for name in ("people", "referrals")]
    return months if all(shown) else None


def _over_time(frame: pd.DataFrame, columns: list[str], labels: list[str], axis: str) -> "Figure":
    numbers = frame[columns].apply(pd.to_numeric, errors="coerce").set_axis(pd.DatetimeIndex(frame["end"]), axis=0)
    return line_chart(numbers, columns, labels, "year", axis)


@of_nothing_nothing
def referral_chart(months: pd.DataFrame) -> "Figure":
    """Referrals and starts to date, by month."""
    columns, labels = ["referrals_to_date", "starts_to_date"], ["referrals received", "people who started"]
    return _over_time(months, columns, labels, "people, to date")


@of_nothing_nothing
def quarter_chart(to_date: pd.DataFrame) -> "Figure":
    """One measure to date against its target to date."""
    columns = [name for name in ("counted", "target") if name in to_date]
    return _over_time(to_date, columns, [f"{name} to date" for name in columns], "people")


@of_nothing_nothing
def told_of_quarters(to_date: pd.DataFrame) -> str:
    """Whether the count is at its target at the end, and was on the way."""
    if "target" not in to_date:
        return ""
    known = to_date[["counted", "target"]].apply(pd.to_numeric, errors="coerce").dropna()
    met = known["counted"] >= known["target"]
    if met.empty:
        return ""
    ends, ever = "at or above" if met.iloc[-1] else "below", "at times above" if met.any() else "never above"
    return f"At the end the count is {ends} its target; on the way it was {ever} it."


@of_nothing_nothing
def sexes_compared(by_sex: pd.DataFrame) -> pd.DataFrame | None:
    """The shares of women and men who reached the results, where the difference may be shown."""
    shown = pd.to_numeric(by_sex["difference"], errors="coerce").notna()
    tables = [TABLE_WORDS[name] for name in ("results", "other_results")]
    return for_figure(by_sex[shown & by_sex["table"].isin(tables)], 0, women_share="Women", men_share="Men")


@of_nothing_nothing
def sex_chart(shares: pd.DataFrame) -> "Figure":
    """Shares of women and of men as pairs."""
    return paired_chart(shares, "women_share", "men_share", ("women", "men"), "% of the base")


@of_nothing_nothing
def told_of_sexes(shares: pd.DataFrame, by_sex: pd.DataFrame) -> str:
    """Where women and men differ most."""
    gap = by_sex.loc[shares.index, "difference"].astype(float).abs()
    return f"Women and men differ most in: {within(gap.idxmax())}."


@of_nothing_nothing
def overlap_chart(combinations: pd.DataFrame) -> "Figure":
    """An UpSet chart of the target groups."""
    return upset_chart(combinations, "people", list(combinations.columns[2:]), "participants")


@of_nothing_nothing
def told_of_overlap(combinations: pd.DataFrame) -> str:
    """The most frequent combination, and the most frequent overlap."""
    several = combinations.index[combinations["groups"].astype(int) > 1]
    most = f" The most frequent overlap is: {named(several[0])}." if len(several) else ""
    return f"The most frequent combination is: {named(combinations.index[0])}.{most}"


@of_nothing_nothing
def answer_by_partner(partners: pd.DataFrame, door: Door) -> Display:
    """The opening of the page by partner and area: people, day, and which partners are furthest from their targets, of `partners` as
    they may be shown."""
    progress = pd.to_numeric(partners["progress"], errors="coerce").dropna()
    day = door.records.as_of  # type: ignore[union-attr]
    ends = f" {_furthest(progress)}" if len(progress) > 1 and progress.min() < progress.max() else ""
    return door.page.say(
        f"{{records.people|:people}} joined, by the records as known on {{={day.day} {day:%B %Y}}}.{ends}"
    )


def _furthest(progress: "pd.Series[float]") -> str:
    most, least = named(progress.idxmax()), named(progress.idxmin())
    if progress.max() < 100:
        return f"No partner whose people may be shown reached its target of participants; {most} came nearest, {least} fell furthest short."
    return f"{most} got furthest against its target of participants; {least} {'fell furthest short' if progress.min() < 100 else 'least far'}."


@of_nothing_nothing
def people_shown(groups: pd.DataFrame) -> pd.DataFrame | None:
    """The groups whose people may be shown, most first."""
    shown = for_figure(groups, 0, people="People")
    return None if shown is None else shown.sort_values("people", ascending=False, kind="stable")


@of_nothing_nothing
def partners_compared(partners: pd.DataFrame) -> pd.DataFrame | None:
    """The partners whose people may be shown, most first; None of fewer than three, which words say as well."""
    shown = people_shown(partners)
    return shown if shown is not None and len(shown) >= FEWEST_BARS else None


@of_nothing_nothing
def told_of_people(shown: pd.DataFrame) -> str:
    """With whom the most joined, and the fewest of those that are shown."""
    return f"The most joined with {named(shown.index[0])}; of those shown, the fewest with {named(shown.index[-1])}."


@of_nothing_nothing
def destinations_shown(destinations: pd.DataFrame) -> pd.DataFrame | None:
    """The destinations whose people may be shown, most first."""
    return people_shown(destinations)


@of_nothing_nothing
def told_of_destinations(destinations: pd.DataFrame) -> str:
    """The most frequent destination."""
    return f"The most frequent destination is: {named(destinations.index[0])}."


@of_nothing_nothing
def curves_shown(curves: pd.DataFrame) -> pd.DataFrame | None:
    """The days of the survival curves that may be shown; None where a curve has fewer than two, or does not fall."""
    shown = for_figure(curves, 1, ends=True, not_yet="Not yet")
    parts = _curves(shown)
    falls = [len(part) > 1 and bool((part["not_yet"] < 100).any()) for part in parts.values()]
    return shown if len(parts) > 1 and all(falls) else None


def _curves(shown: pd.DataFrame | None) -> dict[str, pd.DataFrame]:
    """Each curve by its name, over the days; its rows are named `no employment yet, day 30`."""
    if shown is None:
        return {}
    name, days = (list(part) for part in zip(*(str(row).split(", day ") for row in shown.index), strict=True))
    frame = shown.set_axis(pd.Index(map(int, days), name="days"), axis=0)
    return {curve: frame[[each == curve for each in name]] for curve in dict.fromkeys(name)}


@of_nothing_nothing
def survival_chart(curves: pd.DataFrame) -> "Figure":
    """Survival curves of the time from start to outcome."""
    return step_chart(_curves(curves), "not_yet", "low", "high", "days since the start", "% of those still followed")


@of_nothing_nothing
def told_of_curves(curves: pd.DataFrame) -> str:
    """Which curve falls further."""
    last = {name: float(part["not_yet"].iloc[-1]) for name, part in _curves(curves).items()}
    return f"Both curves fall over the year; the one with {min(last, key=lambda name: last[name])} falls further."


@of_nothing_nothing
def scales_shown(distance: pd.DataFrame) -> pd.DataFrame | None:
    """The means at the start and at exit, where both may be shown."""
    return for_figure(distance, 1, mean_initial="Mean at the start", mean_exit="Mean at exit")


@of_nothing_nothing
def distance_chart(means: pd.DataFrame) -> "Figure":
    """Means at the start and at exit as pairs."""
    labels, axis = ("at the start", "at exit"), "mean, in points of the scale"
    return paired_chart(means, "mean_initial", "mean_exit", labels, axis, unit="points", decimals=1)


@of_nothing_nothing
def over_time(joined: pd.DataFrame, door: Door) -> pd.DataFrame | None:
    """Who joined by group and period, as it may be shown; None where none of its numbers may be."""
    kept = door.allowed(joined)
    return None if kept is None or not any(isinstance(cell, Real) for cell in kept.to_numpy(object).flat) else kept


def told_of_time(door: Door, joined: Mapping[str, pd.DataFrame | None]) -> Display | None:
    """By whom who joined is not shown over time, though it was recorded, or that it is by longer periods, and what would show more.

    None where nothing was dropped or taken together.
    """
    dropped = [by for by, frame in joined.items() if frame is not None and over_time(frame, door) is None]
    if not dropped and not door.is_merged:
        return None
    what = "not shown by " + " and by ".join(dropped) if dropped else "shown by longer periods"
    which = "all of it" if dropped else "more of shorter ones"
    return door.page.say(
        f"Who joined over time is {what}: so that no number of fewer than {{={door.minimum}}} people can be worked out, {which}, or more of "
        f"the other numbers of this page, would have to be hidden; {shows_more(door.minimum, 'more people, or fewer and larger groups')}."
    )


@of_nothing_nothing
def told_of_distance(means: pd.DataFrame, distance: pd.DataFrame) -> str:
    """On which scale the mean rises furthest."""
    change = pd.to_numeric(distance.loc[means.index, "change"], errors="coerce").dropna()
    return f"The mean rises furthest on: {within(change.idxmax())}." if (change > 0).any() else ""


def would_change(door: Door) -> Display:
    """What would change the answer: without records, the records; with them, what they do not hold."""
    if door.records is None:
        return door.page.say(
            "The records of the programme's management information system, which say who is in each base and who counts; and "
            "the bases of percentages that are published without one."
        )
    return door.page.say(
        "Evidence that comes in later, which changes past quarters; the day as of which the records are read is a parameter. "
        "Another rule of counting, some of which are shown above. What became of the people without a form at exit, and of "
        "those without an in-work review. The bases of percentages that are published without one."
    )
