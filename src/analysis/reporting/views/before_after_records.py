"""What 03_before_after shows of a team's own records: change by item, the headline item in full, and who did not answer."""

import math
from dataclasses import replace

import pandas as pd

from analysis.disclosure.decisions import REFUSED, SHOWN, Decision, judge_figure, judge_model, judge_statistic
from analysis.disclosure.tables import TOTAL, as_frame
from analysis.participants import stages_reached
from analysis.questionnaire import attrition, proportions, response_shift, shift
from analysis.questionnaire.answers import Item
from analysis.questionnaire.change import effect_sizes, mean_change, wilcoxon_tests
from analysis.questionnaire.ordinal import ordered_logit_change
from analysis.reporting.markup import Display
from analysis.reporting.prose import named
from analysis.reporting.views.before_after_answers import DIRECTIONS, RESAMPLES, Answers
from analysis.reporting.views.evidence import HIDDEN, hidden_words, number, p_value, sentence_case
from analysis.results import Column, Kind, Result, slug

_QUESTIONNAIRE = "analysis.questionnaire"
_NET = {"low": "net_low", "high": "net_high"}


def _key(answers: Answers, *parts: object) -> str:
    return ".".join([answers.evidence.page.notebook, *(slug(part) for part in parts)])


def _share(answers: Answers, item: Item, what: str) -> float | str:
    cells = answers.counts[f"change in {item.label}"]
    count, n = cells[(what,)], cells[(TOTAL,)]
    return HIDDEN if pd.isna(count) or pd.isna(n) else 100 * int(count) / int(n)


def record(answers: Answers) -> None:
    """Record the headline item's figures for the prose: `headline.n`, `headline.net`, `headline.mean`."""
    item, page = answers.headline, answers.evidence.page
    row = answers.summary.loc[item.label]
    mean = mean_change(answers.pairs(item))
    page.add([
        number("headline.n", f"{item.label}: people who answered twice", int(row["n"]), function=f"{_QUESTIONNAIRE}.answers.paired_answers"),
        _net(answers, item, "headline.net"),
        _mean(answers, "headline.mean", f"{item.label}: mean change", mean["mean"], mean["low"], mean["high"], "95 % (t)"),
    ])


def _rank(answers: Answers, key: str, label: str, value: float, low: float, high: float) -> Result:
    """A rank-biserial correlation; one at its limit would say that nobody got worse, or better."""
    decision = Decision(label, "zero and full cells", SHOWN, "people changed in both directions")
    if abs(round(value, 2)) == 1:
        decision = replace(decision, decision=REFUSED, reason="at its limit it says that nobody changed in one of the directions")
    if not answers.evidence.allows(decision):
        return number(key, label, HIDDEN, "")
    return number(key, label, value, "", 2, Kind.MEASURED, low, high, "95 % (BCa)", f"{_QUESTIONNAIRE}.change.rank_biserial")


def _mean(answers: Answers, key: str, label: str, value: float, low: float, high: float, interval: str) -> Result:
    if not answers.shown(answers.headline, "means"):
        return number(key, label, HIDDEN, "points")
    return number(key, label, value, "points", 1, Kind.MEASURED, low, high, interval, f"{_QUESTIONNAIRE}.change.mean_change")


def _net(answers: Answers, item: Item, key: str) -> Result:
    label, row = f"{item.label}: share improved less share worse", answers.summary.loc[item.label]
    if not answers.shown(item, "net improvement"):
        return number(key, label, HIDDEN, "%")
    return number(key, label, 100 * row["net"], "%", 0, Kind.MEASURED, 100 * row["net_low"], 100 * row["net_high"], "95 % (Tango)", f"{_QUESTIONNAIRE}.shift.net_improvement")


def answer(answers: Answers) -> str:
    """The opening paragraph, as a template."""
    interval = " ({headline.net|interval})" if answers.shown(answers.headline, "net improvement") else ""
    return (
        f"Of the {{headline.n|:people}} who answered on {named(answers.headline.label.lower())} before and after, the share that improved "
        f"exceeds the share that got worse by {{headline.net}}{interval}. The mean changed by {{headline.mean|:points}}. Those who did not "
        "answer after could move the result within the ranges of the last section."
    )


def item_table(answers: Answers) -> Display:
    """Table: every item with the shares improved, same and worse, the net share, and Holm's p-value."""
    rows = {}
    for item in answers.items:
        row, name = answers.summary.loc[item.label], item.label
        rows[name] = {
            "n": number(_key(answers, "items", name, "n"), f"{name}: people", int(row["n"]), function=f"{_QUESTIONNAIRE}.answers.paired_answers"),
            **{what: number(_key(answers, "items", name, what), f"{name}: {what}", _share(answers, item, what), "%", 0, function=f"{_QUESTIONNAIRE}.shift.direction_shares") for what in DIRECTIONS},
            "net": _net(answers, item, _key(answers, "items", name, "net")),
            "p_holm": p_value(_key(answers, "items", name, "p_holm"), f"{name}: McNemar, Holm", row["p_holm"], function=f"{_QUESTIONNAIRE}.summary.holm"),
            "rank": _rank(answers, _key(answers, "items", name, "rank"), f"{name}: rank-biserial correlation", row["rank_biserial"], row["rank_biserial_low"], row["rank_biserial_high"]),
        }
    columns = {
        "n": Column("People", "people", Kind.MEASURED), **{what: Column(what.capitalize(), "%", Kind.MEASURED) for what in DIRECTIONS},
        "net": Column("Improved less worse", "%", Kind.MEASURED, low="n", interval="95 % (Tango)"),
        "p_holm": Column("p-value, McNemar, Holm over the items", "", Kind.MEASURED),
        "rank": Column("Rank-biserial correlation", "", Kind.MEASURED, low="n", interval="95 % (BCa)"),
    }
    return answers.evidence.page.table("items", pd.DataFrame.from_dict(rows, orient="index", dtype=object), columns, "Every item that was asked before and after.", row_header="Item")


def forest_figure(answers: Answers) -> Display:
    """Figure: share improved less share worse by item, with Tango's interval."""
    from analysis.reporting.charts_records import forest_chart

    kept = [item.label for item in answers.items if answers.shown(item, "net improvement")]
    frame = 100 * answers.summary.loc[kept, ["net", "net_low", "net_high"]].astype(float)
    if frame.empty:
        return answers.evidence.page.say("The difference of the shares would give a hidden count away for every item, so it is not drawn.")
    frame = frame.sort_values("net", ascending=False)
    column = Column("Improved less worse", "%", Kind.MEASURED, low="net_low", high="net_high", interval="95 % (Tango)", function=f"{_QUESTIONNAIRE}.shift.net_improvement")
    above = int((frame["net_low"] > 0).sum())
    answers.evidence.page.add([number("items.above", "Items whose interval lies above zero", above, "items"), number("items.shown", "Items shown", len(frame), "items")])
    return answers.evidence.page.figure(
        "forest", forest_chart(frame, "net", "net_low", "net_high", "share improved less share worse", "%"),
        "Share improved less share worse, by item, with intervals.",
        f"{{items.above|bare}} of {{items.shown|bare}} items have an interval above zero; the largest difference is for {frame.index[0].lower()}.",
        frame, {"net": column}, row_header="Item",
    )


def slope_figure(answers: Answers) -> Display:
    """Figure: the headline item's mean before and after with t intervals."""
    from analysis.reporting.charts_records import slope_chart

    if not answers.shown(answers.headline, "means"):
        return answers.evidence.page.say("The means would give a hidden count away, so they are not drawn.")
    pairs, name = answers.pairs(answers.headline), answers.headline.label
    answers.evidence.allows(judge_figure(f"Mean {name} before and after", one_mark_each=False))
    found = {when: mean_change(pairs.assign(change=pairs[when])) for when in ("before", "after")}
    frame = pd.DataFrame({f"{when}{end}": row[part] for when, row in found.items() for end, part in (("", "mean"), ("_low", "low"), ("_high", "high"))}, index=[name])
    function = f"{_QUESTIONNAIRE}.change.mean_change"
    columns = {when: Column(f"Mean {when}", "points", Kind.MEASURED, 1, low=f"{when}_low", high=f"{when}_high", interval="95 % (t)", function=function) for when in found}
    return answers.evidence.page.figure(
        "slope", slope_chart(frame, "before", "after", "low", "high", ("before", "after"), f"mean {name.lower()}, points"),
        f"{name}: mean before and after, with intervals.", f"The mean of {name.lower()} moves by {{headline.mean|bare}} points from before to after.",
        frame, columns, row_header="Item",
    )


def shift_figure(answers: Answers) -> Display:
    """Figure: the headline item's shift table in bands, hidden cells marked."""
    from analysis.reporting.charts_records import heat_map

    cells = as_frame(answers.counts["shift"]).rename(index={TOTAL: "all"}, columns={TOTAL: "all"})
    cells.index = pd.Index([label[0] if isinstance(label, tuple) else label for label in cells.index])
    hidden = int(cells.isna().sum().sum())
    answers.evidence.page.add([number("shift.hidden", "Hidden cells of the shift table", hidden, "cells"), number("shift.cells", "Cells of the shift table", cells.size, "cells")])
    columns = {str(name): Column(f"After: {name}", "people", Kind.MEASURED, function="analysis.disclosure.protect") for name in cells}
    return answers.evidence.page.figure(
        "shift", heat_map(cells, "after", "before"), f"{answers.headline.label}: people by answer before (rows) and after (columns).",
        "{shift.hidden|bare} of {shift.cells|bare} cells are hidden since they are small or would give a small one away.",
        hidden_words(cells).rename(columns=str), columns, row_header="Before",
    )


def effect_table(answers: Answers) -> Display:
    """Table: the headline item's change in points, standard deviations and ranks, with bootstrap intervals."""
    effects = effect_sizes(answers.pairs(answers.headline), answers.seed, resamples=RESAMPLES)
    names = {"mean change": "Mean change, points", "d_z": "Mean change in standard deviations of the changes (d_z)", "d_av": "Mean change in standard deviations of the answers (d_av)"}
    rows = {}
    for effect, row in effects.iterrows():
        label, key = names.get(str(effect), sentence_case(str(effect))), _key(answers, "effects", effect, "value")
        ends = row["low"], row["high"]
        if "rank" in str(effect):
            value = _rank(answers, key, f"{answers.headline.label}: {effect}", row["value"], *ends)
        elif effect == "mean change" and not answers.shown(answers.headline, "means"):
            value = number(key, label, HIDDEN, "")
        else:
            decimals = 1 if effect == "mean change" else 2
            value = number(key, label, row["value"], "", decimals, Kind.MEASURED, *ends, "95 % (BCa)", f"{_QUESTIONNAIRE}.change.effect_sizes")
        rows[label] = {"value": value, "low": None}
    columns = {"value": Column("Value", "", Kind.MEASURED, low="low", interval="95 % (BCa)")}
    frame = pd.DataFrame.from_dict(rows, orient="index", dtype=object)
    return answers.evidence.page.table(
        "effects", frame, columns, f"{answers.headline.label}: how large the change is.", row_header="Measure",
        note="Unchanged people are dropped before ranking, or with Pratt's rule ranked lowest and then left out.",
    )


def test_table(answers: Answers) -> Display:
    """Table: every test of no change on the headline item, side by side."""
    pairs, item = answers.pairs(answers.headline), answers.headline
    ranks, net = wilcoxon_tests(pairs), shift.net_improvement(pairs)
    logit, square = ordered_logit_change(pairs), proportions.stuart_maxwell(shift.as_square(answers.square()))
    answers.evidence.allows(judge_model(f"Ordered logit: {item.label}", len(pairs), pairs[["before", "after"]].stack().nunique(), answers.evidence.rules))
    found = {
        "t-test of the mean change": (mean_change(pairs)["p"], "change.mean_change"),
        "Wilcoxon, unchanged people dropped": (ranks.loc["dropped", "p"], "change.wilcoxon_tests"),
        "Wilcoxon, Pratt's rule": (ranks.loc["pratt", "p"], "change.wilcoxon_tests"),
        "McNemar, exact: improved against worse": (net["p_exact"], "shift.net_improvement"),
        "McNemar, mid-p": (net["p_mid"], "shift.net_improvement"),
        "Stuart-Maxwell over the bands": (square.p, "proportions.stuart_maxwell"),
        "Ordered logit, clustered on people": (logit["p"], "ordinal.ordered_logit_change"),
    }
    rows = {label: {"p": p_value(_key(answers, "tests", label, "p"), label, None if math.isnan(p) else p, function=f"{_QUESTIONNAIRE}.{function}")} for label, (p, function) in found.items()}
    frame = pd.DataFrame.from_dict(rows, orient="index", dtype=object)
    return answers.evidence.page.table("tests", frame, {"p": Column("p-value, two-sided", "", Kind.MEASURED)}, f"{named(item.label)}: tests of no change. They ask different questions; none is chosen by its result.", row_header="Test")


def ceiling_table(answers: Answers) -> Display:
    """Table: share at the best answer before (who could not improve) and after."""
    found = shift.ceiling_shares(answers.pairs(answers.headline), answers.headline)
    rows = {}
    for when, row in found.iterrows():
        count = answers.counts[f"best answer {when}"][("yes",)]
        ends = (None, None) if pd.isna(count) else (100 * row["low"], 100 * row["high"])
        value = HIDDEN if pd.isna(count) else 100 * row["share"]
        rows[str(when).capitalize()] = {"share": number(_key(answers, "ceiling", when, "share"), f"Best answer {when}", value, "%", 0, Kind.MEASURED, *ends, "95 % (Wilson)", f"{_QUESTIONNAIRE}.shift.ceiling_shares"), "low": None}
    columns = {"share": Column("Gave the best answer", "%", Kind.MEASURED, low="low", interval="95 % (Wilson)")}
    return answers.evidence.page.table("ceiling", pd.DataFrame.from_dict(rows, orient="index", dtype=object), columns, f"{answers.headline.label}: who could not improve any further.", row_header="When")


def response_table(answers: Answers) -> Display:
    """Table: change against the answer given beforehand and against the one remembered; their difference is the response shift."""
    frame = answers.evidence.records.questionnaire.values  # type: ignore[union-attr]
    people = len(response_shift.retrospective_answers(frame, answers.headline))
    if not people or not answers.evidence.allows(judge_statistic("Response shift", "mean", people, answers.evidence.rules)):
        return answers.evidence.page.say("Too few people answered about the time before twice, beforehand and looking back, for the two to be compared.")
    found = response_shift.response_shift(frame, answers.headline, answers.seed, resamples=RESAMPLES)
    found = found.assign(index=[_WORDS[name] for name in found.index]).set_index("index")
    function = f"{_QUESTIONNAIRE}.response_shift.response_shift"
    columns = {
        "n": Column("People", "people", Kind.MEASURED, function=function),
        "mean": Column("Mean difference", "points", Kind.MEASURED, 1, low="low", high="high", interval="95 % (t)", function=function),
    }
    return answers.evidence.page.table("response_shift", found.astype({"n": int}), columns, f"{answers.headline.label}: asked before, or remembered.", row_header="Difference")


_WORDS = {
    "after less before": "After, less what was answered before", "after less then": "After, less before as remembered",
    "then less before": "Before as remembered, less what was answered before (response shift)",
}


def missing_table(answers: Answers) -> Display:
    """Table: how far those who did not answer could move the share improved and the mean change."""
    stages = stages_reached(answers.evidence.records.questionnaire)  # type: ignore[union-attr, arg-type]
    pairs, item = answers.pairs(answers.headline), answers.headline
    improved, width = answers.counts[f"change in {item.label}"][("improved",)], int(item.high or 0) - item.low
    mean, rows = float(pairs["change"].mean()), {}
    for stage, words in (("initial", "who answered the initial questionnaire"), ("joined", "who joined")):
        everyone = max(int(stages[stage].sum()), len(pairs))
        moved, key = attrition.worst_case_mean(mean, len(pairs), everyone, -width, width), f"Everyone {words}"
        share = None if pd.isna(improved) else attrition.worst_case_share(int(improved), len(pairs), everyone)
        rows[key] = {
            "people": number(_key(answers, "missing", key, "people"), key, everyone),
            **{f"share_{end}": _end(answers, key, f"share improved, {end}", share and 100 * getattr(share, end), "%", 0) for end in ("low", "high")},
            **{f"mean_{end}": _end(answers, key, f"mean change, {end}", getattr(moved, end) if answers.shown(item, "means") else None, "", 1) for end in ("low", "high")},
        }
    columns = {
        "people": Column("People", "people", Kind.MEASURED), "share_low": Column("Improved, at least", "%", Kind.BOUNDED), "share_high": Column("Improved, at most", "%", Kind.BOUNDED),
        "mean_low": Column("Mean change, at least", "points", Kind.BOUNDED), "mean_high": Column("Mean change, at most", "points", Kind.BOUNDED),
    }
    return answers.evidence.page.table("missing", pd.DataFrame.from_dict(rows, orient="index", dtype=object), columns, f"{named(item.label)}: whatever those without both answers would have said.", row_header="Among")


def _end(answers: Answers, key: str, label: str, value: float | None, unit: str, decimals: int) -> Result:
    shown = HIDDEN if value is None else value
    return number(_key(answers, "missing", key, label), f"{key}: {label}", shown, unit, decimals, Kind.BOUNDED, function=f"{_QUESTIONNAIRE}.attrition")


def lee_table(answers: Answers) -> Display:
    """Table: the headline item's mean after, English courses against others, trimmed for unequal response (Lee)."""
    frame, item = answers.records, answers.headline
    course = frame["course"] if "course" in frame else pd.Series(dtype="str")
    group = course.eq("esol").map({True: "esol", False: "other"}).where(course.notna())
    outcome = pd.to_numeric(frame[f"{item.name}_post"], errors="coerce")
    sizes = outcome.notna().groupby(group).sum() if len(group) else pd.Series(dtype=int)
    fewest = int(sizes.min()) if len(sizes) == 2 else 0
    if not fewest or not answers.evidence.allows(judge_statistic("Lee bounds by course", "mean", fewest, answers.evidence.rules)):
        return answers.evidence.page.say("Too few people of one of the two groups of courses answered for them to be compared.")
    found = attrition.lee_bounds(outcome, outcome.notna(), group, "esol", "other")
    label = "English courses less other courses"
    rows = {label: {key: number(_key(answers, "lee", key), f"{label}: {key}", float(found[key]), "points", 1, Kind.BOUNDED if key != "untrimmed" else Kind.MEASURED, function=f"{_QUESTIONNAIRE}.attrition.lee_bounds") for key in ("untrimmed", "low", "high")}}
    columns = {"untrimmed": Column("As answered", "points", Kind.MEASURED), "low": Column("At least", "points", Kind.BOUNDED), "high": Column("At most", "points", Kind.BOUNDED)}
    return answers.evidence.page.table("lee", pd.DataFrame.from_dict(rows, orient="index", dtype=object), columns, f"{named(item.label)} after: difference between groups of courses among those who would answer in either.", row_header="Difference")
