"""What 03_before_after shows of a team's own records: change by item, the headline item in full, and who did not answer."""

import math
from collections.abc import Iterator

import pandas as pd

from analysis.disclosure.decisions import REFUSED, SHOWN, Decision, judge_figure, judge_model, judge_statistic
from analysis.disclosure.tables import TOTAL, as_frame
from analysis.quantities import Interval, as_interval
from analysis.questionnaire import attrition, response_shift, shift
from analysis.questionnaire.answers import Item
from analysis.questionnaire.change import effect_sizes, mean_change
from analysis.questionnaire.published import read_figures
from analysis.reporting.markup import Display
from analysis.reporting.prose import named
from analysis.reporting.views import before_after_statistics as statistics
from analysis.reporting.views.against_print import Compared, enough, printed_study
from analysis.reporting.views.before_after_answers import DIRECTIONS, RESAMPLES, STAGES, Answers
from analysis.reporting.views.evidence import HIDDEN, WITHHELD, hidden_words, number, p_value
from analysis.results import Column, Kind, Result, drawn, slug, write

_QUESTIONNAIRE = "analysis.questionnaire"
_PROTECT = "analysis.disclosure.protect.protect"
_JUDGED = "analysis.disclosure.derived.judge_derived"  # what withholds a statistic
_IMPROVED = f"{_QUESTIONNAIRE}.shift.net_improvement"
_NET = {"low": "net_low", "high": "net_high"}


def _key(answers: Answers, *parts: object) -> str:
    return ".".join([answers.evidence.page.notebook, *(slug(part) for part in parts)])


def _share(answers: Answers, item: Item, what: str) -> float | str:
    share = answers.share(f"change in {item.label}", (what,))
    return HIDDEN if share is None else share


def record(answers: Answers) -> None:
    """Record the headline item's figures for the prose: `headline.n`, `headline.net`, `headline.mean`."""
    item, page = answers.headline, answers.evidence.page
    row = answers.summary.loc[item.label]
    mean = mean_change(answers.pairs(item))
    page.add(
        [
            number(
                "headline.n",
                f"{item.label}: people who answered twice",
                answers.evidence.count(int(row["n"])),
                function=f"{_QUESTIONNAIRE}.answers.paired_answers",
            ),
            number(
                "headline.improved",
                f"{item.label}: improved",
                _share(answers, item, "improved"),
                "%",
                0,
                answers.share_kind,
                function=f"{_QUESTIONNAIRE}.shift.direction_shares",
            ),
            _net(answers, item, "headline.net"),
            _mean(answers, "headline.mean", f"{item.label}: mean change", mean["mean"], mean["low"], mean["high"]),
        ]
    )


def _rank(answers: Answers, item: Item, statistic: str, key: str, value: float, low: float, high: float) -> Result:
    """A rank-biserial correlation, with its interval where that may be shown."""
    label = f"{item.label}: {statistic}"
    if not answers.shown(item, statistic):
        return number(key, label, WITHHELD, "", function=_JUDGED)
    return number(
        key,
        label,
        value,
        "",
        2,
        Kind.MEASURED,
        *_resampled(answers, item, low, high),
        "95 % (BCa)",
        f"{_QUESTIONNAIRE}.change.rank_biserial",
    )


def _resampled(answers: Answers, item: Item, low: float, high: float) -> tuple[float | None, float | None]:
    return (low, high) if answers.shown(item, statistics.RESAMPLED) else (None, None)


def _mean(answers: Answers, key: str, label: str, value: float, low: float, high: float) -> Result:
    if not answers.shown(answers.headline, statistics.MEANS):
        return number(key, label, WITHHELD, "points", function=_JUDGED)
    ends = (low, high) if answers.shown(answers.headline, statistics.T_INTERVALS) else (None, None)
    return number(
        key, label, value, "points", 1, Kind.MEASURED, *ends, "95 % (t)", f"{_QUESTIONNAIRE}.change.mean_change"
    )


def _net(answers: Answers, item: Item, key: str) -> Result:
    """The share improved less the share worse, with Tango's interval, or the widest that fits what is shown."""
    label = f"{item.label}: share improved less share worse"
    if not answers.shown(item, statistics.NET):
        return number(key, label, _least_net(answers, item), "%", function=_JUDGED)
    low, high, interval = _net_ends(answers, item)
    value = 100 * answers.summary.loc[item.label, "net"]
    return number(
        key, label, value, "%", 0, Kind.MEASURED, low, high, interval, f"{_QUESTIONNAIRE}.shift.net_improvement"
    )


def _least_net(answers: Answers, item: Item) -> str:
    """Of a difference too large to be shown beside hidden counts: from where on it is. That it is withheld says so anyway."""
    directions, rules = answers.directions(item), answers.evidence.rules
    least = statistics.largest_exact_net(directions.n, rules) + 1
    if item == answers.headline or not answers.shown(item, statistics.NET_SIGN) or least <= 0:
        return WITHHELD
    share, more = 100 * least / directions.n, directions.true[0] > directions.true[2]
    return f"{write(share, '%', 0)} or more" if more else f"{write(-share, '%', 0)} or less"


def _net_ends(answers: Answers, item: Item) -> tuple[float, float, str]:
    if answers.shown(item, statistics.INTERVAL):
        row = answers.summary.loc[item.label]
        return 100 * row["net_low"], 100 * row["net_high"], "95 % (Tango)"
    return *statistics.widest_interval(
        answers.directions(item), answers.evidence.rules
    ), "95 % or more (Tango, over all counts that fit)"


def answer(answers: Answers) -> str:
    """The opening paragraph, as a template."""
    item, base = answers.headline, answers.evidence.base
    opening = f"Of the {{headline.n|:people}} who answered on {named(item.label.lower())} before and after, "
    if base is not None:
        answers.evidence.page.add([number("rounding.base", "What numbers of people are rounded to", base)])
        return f"{opening}the share that improved is {{headline.improved}}. {_ROUNDED}"
    net = (
        "the share that improved exceeds the share that got worse by {headline.net} ({headline.net|interval})"
        if answers.shown(item, statistics.NET)
        else "the share that improved and the share that got worse are withheld, since their difference would say how few did not improve"
    )
    mean = (
        "The mean changed by {headline.mean|:points}."
        if answers.shown(item, statistics.MEANS)
        else "The means are withheld as well."
    )
    return f"{opening}{net}. {mean} Those who did not answer after could move the result within the ranges of the section on them."


_ROUNDED = (
    "Every number of people on this page is rounded to the nearest {rounding.base|bare}, and every share is worked out from "
    "rounded numbers; what would follow from exact ones is withheld."
)


def item_table(answers: Answers) -> Display:
    """Table: every item with the shares improved, same and worse, the net share, and Holm's p-value."""
    rows = {}
    for item in answers.items:
        row, name = answers.summary.loc[item.label], item.label
        rows[name] = {
            "n": number(
                _key(answers, "items", name, "n"),
                f"{name}: people",
                answers.evidence.count(int(row["n"])),
                function=f"{_QUESTIONNAIRE}.answers.paired_answers",
            ),
            **{
                what: number(
                    _key(answers, "items", name, what),
                    f"{name}: {what}",
                    _share(answers, item, what),
                    "%",
                    0,
                    answers.share_kind,
                    function=f"{_QUESTIONNAIRE}.shift.direction_shares",
                )
                for what in DIRECTIONS
            },
            "net": _net(answers, item, _key(answers, "items", name, "net")),
            "p_holm": _p(
                answers,
                item,
                statistics.HOLM,
                _key(answers, "items", name, "p_holm"),
                f"{name}: McNemar, Holm",
                row["p_holm"],
                "summary.holm",
            ),
            "rank": _rank(
                answers,
                item,
                statistics.RANK,
                _key(answers, "items", name, "rank"),
                row["rank_biserial"],
                row["rank_biserial_low"],
                row["rank_biserial_high"],
            ),
        }
    columns = {
        "n": Column("People", "people", Kind.MEASURED),
        **{what: Column(what.capitalize(), "%", answers.share_kind) for what in DIRECTIONS},
        "net": Column("Improved less worse", "%", Kind.MEASURED, low="n", interval="95 % or more (Tango)"),
        "p_holm": Column("p-value, McNemar, Holm over the items", "", Kind.MEASURED),
        "rank": Column("Rank-biserial correlation", "", Kind.MEASURED, low="n", interval="95 % (BCa)"),
    }
    return answers.evidence.page.table(
        "items",
        pd.DataFrame.from_dict(rows, orient="index", dtype=object),
        columns,
        "Every item that was asked before and after.",
        row_header="Item",
        note=_WIDEST,
    )


# What a reader of the intervals must know; the rule is in `analysis.disclosure.derived`.
_WIDEST = (
    "Where counts are hidden, the interval of the difference is the widest that any counts with this difference would give; it covers the interval "
    "of the true counts, and tells nothing of them. Other statistics are withheld where they would."
)


def _p(answers: Answers, item: Item, statistic: str, key: str, label: str, p: float, function: str) -> Result:
    """A p-value, where it may be shown."""
    if not answers.shown(item, statistic):
        return number(key, label, WITHHELD, "", function=_JUDGED)
    return p_value(key, label, None if math.isnan(p) else p, function=f"{_QUESTIONNAIRE}.{function}")


def forest_figure(answers: Answers) -> Display:
    """Figure: share improved less share worse by item, with Tango's interval."""
    from analysis.reporting.charts_records import forest_chart

    kept = [item for item in answers.items if answers.shown(item, statistics.NET)]
    ends = {item.label: (100 * answers.summary.loc[item.label, "net"], *_net_ends(answers, item)[:2]) for item in kept}
    frame = pd.DataFrame.from_dict(ends, orient="index", columns=["net", "net_low", "net_high"], dtype=float)
    if frame.empty:
        return answers.evidence.page.say(
            "The difference of the shares would give a hidden count away for every item, so it is not drawn."
        )
    frame = frame.sort_values("net", ascending=False)
    column = Column(
        "Improved less worse",
        "%",
        Kind.MEASURED,
        low="net_low",
        high="net_high",
        interval="95 % or more (Tango)",
        function=_IMPROVED,
    )
    frame = drawn(frame, {"net": column})
    above = int((frame["net_low"] > 0).sum())
    answers.evidence.page.add(
        [
            number("items.above", "Items whose interval lies above zero", above, "items", function=_IMPROVED),
            number("items.shown", "Items shown", len(frame), "items", function=_IMPROVED),
        ]
    )
    return answers.evidence.page.figure(
        "forest",
        forest_chart(frame, "net", "net_low", "net_high", "share improved less share worse", "%"),
        "Share improved less share worse, by item, with intervals.",
        f"{{items.above|bare}} of {{items.shown|bare}} items have an interval above zero; the largest difference is for {frame.index[0].lower()}.",
        frame,
        {"net": column},
        row_header="Item",
    )


def slope_figure(answers: Answers) -> Display:
    """Figure: the headline item's mean before and after with t intervals."""
    from analysis.reporting.charts_records import slope_chart

    if not answers.shown(answers.headline, statistics.MEANS):
        return answers.evidence.page.say("The means would give a hidden count away, so they are not drawn.")
    pairs, name = answers.pairs(answers.headline), answers.headline.label
    answers.evidence.allows(judge_figure(f"Mean {name} before and after", one_mark_each=False))
    found = {when: mean_change(pairs.assign(change=pairs[when])) for when in ("before", "after")}
    frame = pd.DataFrame(
        {
            f"{when}{end}": row[part]
            for when, row in found.items()
            for end, part in (("", "mean"), ("_low", "low"), ("_high", "high"))
        },
        index=[name],
    )
    function, with_ends = (
        f"{_QUESTIONNAIRE}.change.mean_change",
        answers.shown(answers.headline, statistics.T_INTERVALS),
    )
    if not with_ends:
        frame = frame.assign(**dict.fromkeys((name for name in frame if "_" in name), math.nan))
    ends = {
        when: {"low": f"{when}_low", "high": f"{when}_high", "interval": "95 % (t)"} if with_ends else {}
        for when in found
    }
    columns = {
        when: Column(f"Mean {when}", "points", Kind.MEASURED, 1, function=function, **ends[when]) for when in found
    }
    frame = drawn(frame, columns)
    return answers.evidence.page.figure(
        "slope",
        slope_chart(frame, "before", "after", "low", "high", ("before", "after"), f"mean {name.lower()}, points"),
        f"{name}: mean before and after"
        + (", with intervals." if with_ends else "; the intervals would give a hidden count away."),
        f"The mean of {name.lower()} moves by {{headline.mean|bare}} points from before to after.",
        frame,
        columns,
        row_header="Item",
    )


def shift_figure(answers: Answers) -> Display:
    """Figure: the headline item's shift table in bands, hidden cells marked."""
    from analysis.reporting.charts_records import heat_map

    cells = as_frame(answers.counts["shift"]).rename(index={TOTAL: "all"}, columns={TOTAL: "all"})
    cells.index = pd.Index([label[0] if isinstance(label, tuple) else label for label in cells.index])
    hidden = int(cells.isna().sum().sum())
    answers.evidence.page.add(
        [
            number("shift.hidden", "Hidden cells of the shift table", hidden, "cells", function=_PROTECT),
            number("shift.cells", "Cells of the shift table", cells.size, "cells", function=_PROTECT),
        ]
    )
    columns = {str(name): Column(f"After: {name}", "people", Kind.MEASURED, function=_PROTECT) for name in cells}
    return answers.evidence.page.figure(
        "shift",
        heat_map(cells, "after", "before"),
        f"{answers.headline.label}: people by answer before (rows) and after (columns).",
        "{shift.hidden|bare} of {shift.cells|bare} cells are hidden since they are small or would give a small one away."
        if hidden
        else "None of the {shift.cells|bare} cells is hidden.",
        hidden_words(cells).rename(columns=str),
        columns,
        row_header="Before",
    )


def effect_table(answers: Answers) -> Display:
    """Table: the headline item's change in points, standard deviations and ranks, with bootstrap intervals."""
    item, rows = answers.headline, {}
    for effect, row in effect_sizes(answers.pairs(item), answers.seed, resamples=RESAMPLES).iterrows():
        label, statistic = _EFFECTS[str(effect)]
        key = _key(answers, "effects", effect, "value")
        if statistic in (statistics.RANK, statistics.PRATT):
            value = _rank(answers, item, statistic, key, row["value"], row["low"], row["high"])
        elif not answers.shown(item, statistic):
            value = number(key, label, WITHHELD, "", function=_JUDGED)
        else:
            decimals, ends = (
                1 if statistic == statistics.MEANS else 2,
                _resampled(answers, item, row["low"], row["high"]),
            )
            value = number(
                key,
                label,
                row["value"],
                "",
                decimals,
                Kind.MEASURED,
                *ends,
                "95 % (BCa)",
                f"{_QUESTIONNAIRE}.change.effect_sizes",
            )
        rows[label] = {"value": value, "low": None}
    columns = {"value": Column("Value", "", Kind.MEASURED, low="low", interval="95 % (BCa)")}
    frame = pd.DataFrame.from_dict(rows, orient="index", dtype=object)
    return answers.evidence.page.table(
        "effects",
        frame,
        columns,
        f"{answers.headline.label}: how large the change is.",
        row_header="Measure",
        note="Unchanged people are dropped before ranking, or with Pratt's rule ranked lowest and then left out.",
    )


_EFFECTS = {
    "mean change": ("Mean change, points", statistics.MEANS),
    "d_z": ("Mean change in standard deviations of the changes (d_z)", statistics.SPREADS),
    "d_av": ("Mean change in standard deviations of the answers (d_av)", statistics.SPREADS),
    "rank-biserial correlation": ("Rank-biserial correlation", statistics.RANK),
    "rank-biserial correlation, Pratt": ("Rank-biserial correlation, Pratt", statistics.PRATT),
}


def test_table(answers: Answers) -> Display:
    """Table: every test of no change on the headline item, side by side."""
    pairs, item = answers.pairs(answers.headline), answers.headline
    answers.evidence.allows(
        judge_model(
            f"Ordered logit: {item.label}",
            len(pairs),
            pairs[["before", "after"]].stack().nunique(),
            answers.evidence.rules,
        )
    )
    found = statistics.AnswerSet(answers.about_headline, pairs[["before", "after"]])
    rows = {
        label: {
            "p": _p(answers, item, label, _key(answers, "tests", label, "p"), label, found.p_value(label), function)
        }
        for label, function in statistics.TESTS.items()
    }
    frame = pd.DataFrame.from_dict(rows, orient="index", dtype=object)
    return answers.evidence.page.table(
        "tests",
        frame,
        {"p": Column("p-value, two-sided", "", Kind.MEASURED)},
        f"{named(item.label)}: tests of no change. They ask different questions; none is chosen by its result.",
        row_header="Test",
    )


def threshold_table(answers: Answers) -> Display:
    """Table: the share that answers in the upper band before and after, and the difference of the two shares."""
    item = answers.headline
    row, function = (
        shift.threshold_change(answers.pairs(item), answers.threshold),
        f"{_QUESTIONNAIRE}.shift.threshold_change",
    )
    margins = {"before": ("yes", TOTAL), "after": (TOTAL, "yes")}
    rows = {
        f"Share {when}": {
            "value": number(
                _key(answers, "threshold", when),
                f"{item.label}: share in the upper band {when}",
                HIDDEN if (share := answers.share("threshold", cell)) is None else share,
                "%",
                0,
                answers.share_kind,
                function=function,
            ),
            "low": None,
        }
        for when, cell in margins.items()
    }
    ends = (
        (100 * row["tango_low"], 100 * row["tango_high"])
        if answers.shown(item, statistics.THRESHOLD_INTERVAL)
        else (None, None)
    )
    difference = 100 * row["difference"] if answers.shown(item, statistics.THRESHOLD) else WITHHELD
    rows["After less before"] = {
        "value": number(
            _key(answers, "threshold", "difference"),
            f"{item.label}: difference of the shares in the upper band",
            difference,
            "%",
            0,
            Kind.MEASURED,
            *ends,
            "95 % (Tango)",
            function,
        ),
        "low": None,
    }
    rows["p-value, McNemar, exact"] = {
        "value": _p(
            answers,
            item,
            statistics.THRESHOLD_INTERVAL,
            _key(answers, "threshold", "p"),
            f"{item.label}: McNemar at the threshold",
            float(row["p_exact"]),
            "shift.threshold_change",
        ),
        "low": None,
    }
    number_id = _key(answers, "threshold", "at_least")
    answers.evidence.page.add(
        [
            number(
                number_id, f"{item.label}: lower end of the upper band", answers.threshold, "points", function=function
            )
        ]
    )
    return answers.evidence.page.table(
        "threshold",
        pd.DataFrame.from_dict(rows, orient="index", dtype=object),
        {"value": Column("Value", "", answers.share_kind, low="low", interval="95 % (Tango)")},
        f"{item.label}: answers of {{{number_id}|bare}} or more, before and after.",
        row_header="Measure",
    )


def ceiling_table(answers: Answers) -> Display:
    """Table: share at the best answer before (who could not improve) and after."""
    found = shift.ceiling_shares(answers.pairs(answers.headline), answers.headline)
    rows = {}
    for when, row in found.iterrows():
        share = answers.share(f"best answer {when}", ("yes",))
        exact = share is not None and answers.evidence.base is None
        ends = (100 * row["low"], 100 * row["high"]) if exact else (None, None)
        value = HIDDEN if share is None else share
        rows[str(when).capitalize()] = {
            "share": number(
                _key(answers, "ceiling", when, "share"),
                f"Best answer {when}",
                value,
                "%",
                0,
                answers.share_kind,
                *ends,
                "95 % (Wilson)",
                f"{_QUESTIONNAIRE}.shift.ceiling_shares",
            ),
            "low": None,
        }
    columns = {"share": Column("Gave the best answer", "%", answers.share_kind, low="low", interval="95 % (Wilson)")}
    return answers.evidence.page.table(
        "ceiling",
        pd.DataFrame.from_dict(rows, orient="index", dtype=object),
        columns,
        f"{answers.headline.label}: who could not improve any further.",
        row_header="When",
    )


def response_table(answers: Answers) -> Display:
    """Table: change against the answer given beforehand and against the one remembered; their difference is the response shift."""
    frame = answers.evidence.records.questionnaire.values  # type: ignore[union-attr]
    people = len(response_shift.retrospective_answers(frame, answers.headline))
    if not people or not answers.evidence.allows(
        judge_statistic("Response shift", "mean", people, answers.evidence.rules)
    ):
        return answers.evidence.page.say(
            "Too few people answered about the time before twice, beforehand and looking back, for the two to be compared, or numbers are rounded."
        )
    found = response_shift.response_shift(frame, answers.headline, answers.seed, resamples=RESAMPLES)
    found = found.assign(index=[_WORDS[name] for name in found.index]).set_index("index")
    function = f"{_QUESTIONNAIRE}.response_shift.response_shift"
    columns = {
        "n": Column("People", "people", Kind.MEASURED, function=function),
        "mean": Column("Mean difference", "points", Kind.MEASURED, 1, function=function, **_shift_ends(answers)),
    }
    if (
        None in answers.directions(answers.headline).shown
    ):  # three differences, of which two give the third, tell more digits
        kept = [
            "then less before",
            *(["after less before"] if answers.shown(answers.headline, statistics.MEANS) else []),
        ]
        found = found.loc[[_WORDS[name] for name in kept]]
    return answers.evidence.page.table(
        "response_shift",
        found.astype({"n": int}),
        columns,
        f"{answers.headline.label}: asked before, or remembered.",
        row_header="Difference",
    )


def _shift_ends(answers: Answers) -> dict[str, str]:
    """The columns of the intervals, where those of the means are shown."""
    return (
        {"low": "low", "high": "high", "interval": "95 % (t)"}
        if answers.shown(answers.headline, statistics.T_INTERVALS)
        else {}
    )


_WORDS = {
    "after less before": "After, less what was answered before",
    "after less then": "After, less before as remembered",
    "then less before": "Before as remembered, less what was answered before (response shift)",
}


def missing_table(answers: Answers) -> Display:
    """Table: how far those who did not answer could move the share improved and the mean change."""
    rows = {}
    for stage, words in STAGES.items():
        limits, key = answers.others[stage], f"Everyone {words}"
        share, mean = _worst_share(answers, stage), _worst_mean(answers, limits)
        everyone = len(answers.pairs(answers.headline)) + len(limits)
        rows[key] = {
            "people": number(
                _key(answers, "missing", key, "people"),
                key,
                answers.evidence.count(everyone),
                function="analysis.participants.stages_reached",
            ),
            **{
                f"share_{end}": _end(
                    answers, key, f"share improved, {end}", share and 100 * getattr(share, end), "%", 0
                )
                for end in ("low", "high")
            },
            **{
                f"mean_{end}": _end(answers, key, f"mean change, {end}", mean and getattr(mean, end), "", 1)
                for end in ("low", "high")
            },
        }
    columns = {
        "people": Column("People", "people", Kind.MEASURED),
        "share_low": Column("Improved, at least", "%", Kind.BOUNDED),
        "share_high": Column("Improved, at most", "%", Kind.BOUNDED),
        "mean_low": Column("Mean change, at least", "points", Kind.BOUNDED),
        "mean_high": Column("Mean change, at most", "points", Kind.BOUNDED),
    }
    return answers.evidence.page.table(
        "missing",
        pd.DataFrame.from_dict(rows, orient="index", dtype=object),
        columns,
        f"{named(answers.headline.label)}: whatever those without both answers would have said.",
        row_header="Among",
        note=" ".join(_worst_words(answers)),
    )


def _worst_mean(answers: Answers, limits: pd.DataFrame) -> Interval | None:
    """The mean change among everybody: from the answers, or from the printed mean where that would say too much; None if withheld."""
    change, item = answers.pairs(answers.headline)["change"], answers.headline
    if not answers.shown(item, statistics.MEANS):
        return None
    total = as_interval(float(change.sum()))
    if not answers.shown(item, statistics.WORST):
        printed, half = round(float(change.mean()), 1), statistics.HALF
        total = Interval(len(change) * (printed - half), len(change) * (printed + half))
    return attrition.worst_case_mean(total, len(change), limits)


def _worst_share(answers: Answers, stage: str) -> Interval | None:
    """The share improved among everybody; None where the number that improved is not shown."""
    item, n = answers.headline, len(answers.pairs(answers.headline))
    improved = answers.counts[f"change in {item.label}"][("improved",)]
    if pd.isna(improved) or answers.evidence.base is not None:
        return None
    surely, never = map(sum, zip(*_settled(answers, stage), strict=True))
    return attrition.worst_case_share(int(improved), n, n + len(answers.others[stage]), surely, never)


def _settled(answers: Answers, stage: str) -> list[tuple[int, int]]:
    """Of each ring up to a stage, how many surely improved and how many cannot have; none where that would tell of few."""
    stages = list(STAGES)
    return [_directions_known(answers, answers.rings[ring]) for ring in stages[: stages.index(stage) + 1]]


def _directions_known(answers: Answers, limits: pd.DataFrame) -> tuple[int, int]:
    surely, never = int((limits["least"] > 0).sum()), int((limits["most"] <= 0).sum())
    if not surely + never:
        return 0, 0
    fewest = answers.evidence.rules.minimum_cell
    small = min(never, len(limits) - surely - never) < fewest or 0 < surely < fewest
    why = f"fewer than {fewest} people are, or are not, among them" if small else "enough people are in each group"
    decision = Decision("others whose direction is known", "minimum cell", REFUSED if small else SHOWN, why)
    return (surely, never) if answers.evidence.allows(decision) else (0, 0)


def _worst_words(answers: Answers) -> Iterator[str]:
    """What the bounds rest on."""
    yield (
        "Somebody whose answer before is known can change from there to the ends of the scale; everybody else over the whole scale. "
        "The ranges hold whatever was answered; they take no sample for a population."
    )
    if not answers.shown(answers.headline, statistics.WORST):
        yield "The mean is taken as printed, rounding included, so that the ranges tell no more of anybody than it does."
    if not any(map(any, _settled(answers, list(STAGES)[-1]))):
        yield "For the shares it is not used who gave the best answer before: either nobody did, or too few for it to be told."


def _end(answers: Answers, key: str, label: str, value: float | None, unit: str, decimals: int) -> Result:
    shown, function = (
        HIDDEN if value is None else value,
        f"worst_case_{label.partition(' ')[0]}",
    )  # of a share, or of a mean
    return number(
        _key(answers, "missing", key, label),
        f"{key}: {label}",
        shown,
        unit,
        decimals,
        Kind.BOUNDED,
        function=f"{_QUESTIONNAIRE}.attrition.{function}",
    )


def lee_table(answers: Answers) -> Display:
    """Table: the headline item's mean after, English courses against others, trimmed for unequal response (Lee)."""
    frame, item = answers.records, answers.headline
    course = frame["course"] if "course" in frame else pd.Series(dtype="str")
    group = course.eq("esol").map({True: "esol", False: "other"}).where(course.notna())
    outcome = pd.to_numeric(frame[f"{item.name}_post"], errors="coerce")
    sizes = outcome.notna().groupby(group).sum() if len(group) else pd.Series(dtype=int)
    fewest = int(sizes.min()) if len(sizes) == 2 else 0
    if not fewest or not answers.evidence.allows(
        judge_statistic("Lee bounds by course", "mean", fewest, answers.evidence.rules)
    ):
        return answers.evidence.page.say(
            "Too few people of one of the two groups of courses answered for them to be compared, or numbers are rounded."
        )
    found = attrition.lee_bounds(outcome, outcome.notna(), group, "esol", "other")
    around = attrition.lee_interval(outcome, outcome.notna(), group, "esol", "other", answers.seed)
    label, values = "English courses less other courses", dict(found[["untrimmed", "low", "high"]])
    functions = dict.fromkeys(values, "lee_bounds") | dict.fromkeys(("around_low", "around_high"), "lee_interval")
    values |= {"around_low": around.low, "around_high": around.high}
    rows = {
        label: {
            key: number(
                _key(answers, "lee", key),
                f"{label}: {key}",
                float(values[key]),
                "points",
                1,
                Kind.MEASURED,
                function=f"{_QUESTIONNAIRE}.attrition.{function}",
            )
            for key, function in functions.items()
        }
    }
    columns = {
        "untrimmed": Column("As answered", "points", Kind.MEASURED),
        "low": Column("Trimmed, lower bound", "points", Kind.MEASURED),
        "high": Column("Trimmed, upper bound", "points", Kind.MEASURED),
        "around_low": Column("Interval of 95 % around both, from", "points", Kind.MEASURED),
        "around_high": Column("to", "points", Kind.MEASURED),
    }
    return answers.evidence.page.table(
        "lee",
        pd.DataFrame.from_dict(rows, orient="index", dtype=object),
        columns,
        f"{named(item.label)} after: difference between groups of courses among those who would answer in either.",
        row_header="Difference",
        note=_LEE,
    )


# What the bounds do not hold, and what they suppose.
_LEE = (
    "The two bounds say how far unequal response could move the difference among the people asked. They hold no error of sampling: with other people of "
    "the same kind both would lie elsewhere. The interval around both holds it (Imbens and Manski, errors from a bootstrap within each group). All of them "
    "suppose that people came to one group or the other at random. Courses were not assigned at random, so that the difference is none that the courses made."
)


def compared(answers: Answers) -> list[Compared]:
    """The printed means and shares beside those of the records, of people who answered twice."""
    study = printed_study(answers.evidence)
    figures, rows = read_figures(study), []
    known = {item.name: item for item in answers.items}
    for printed in figures.items:
        if printed.id in known:
            rows += _compared_means(answers, known[printed.id], {"before": printed.before, "after": printed.after})
    if figures.groups is None or "english" not in known:
        return rows
    esol, other = figures.groups.claims.values()
    return [*rows, *_compared_english(answers, known["english"], {True: esol, False: other})]


def _compared_means(answers: Answers, item: Item, claims: dict[str, str]) -> list[Compared]:
    """Means of the headline item as judged; of an item without an upper end, for enough people, whose changes they leave open."""
    pairs, name = answers.pairs(item), f"against the print: means of {item.label}"
    if item == answers.headline:
        kept = answers.shown(item, statistics.MEANS)
    elif item.high is None:
        kept = answers.evidence.allows(judge_statistic(name, "mean", len(pairs), answers.evidence.rules))
    else:
        kept = answers.evidence.keeps(
            Decision(
                name,
                "statistics of hidden counts",
                REFUSED,
                "means are proved beside the counts for the headline item alone",
            )
        )
    read = f"of those who answered twice, {answers.compared_with}"
    return [
        Compared(
            claim, float(pairs[when].mean()) if kept else None, "", 1, read, f"{_QUESTIONNAIRE}.answers.paired_answers"
        )
        for when, claim in claims.items()
    ]


def _compared_english(answers: Answers, item: Item, claims: dict[bool, str]) -> list[Compared]:
    """Shares whose English improved, by course: withheld unless the number of all who improved is shown and no cell is small."""
    pairs, everybody = answers.pairs(item), answers.counts[f"change in {item.label}"][("improved",)]
    esol = answers.records.loc[pairs.index, "course"].eq("esol")
    improved = {group: pairs.loc[esol == group, "change"] > 0 for group in claims}
    safe = all(
        enough(
            answers.evidence,
            f"{item.label} improved, {'English' if group else 'other'} courses",
            int(found.sum()),
            len(found),
        )
        for group, found in improved.items()
    )
    hidden = pd.isna(everybody)
    why = "the number of all who improved is hidden" if hidden else "the number of all who improved is shown"
    kept = answers.evidence.keeps(
        Decision(
            f"against the print: {item.label} improved by course",
            "statistics of hidden counts",
            REFUSED if hidden else SHOWN,
            why,
        )
    )
    function = f"{_QUESTIONNAIRE}.shift.direction_shares"
    return [
        Compared(
            claim,
            100 * float(improved[group].mean()) if safe and kept else None,
            "%",
            0,
            answers.compared_with,
            function,
        )
        for group, claim in claims.items()
    ]
