"""What 06_sroi_sensitivity shows: each analysis as a table or figure, and the answer they give together."""

import math
from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis.reporting.appendix import Appendix
from analysis.reporting.charts import interval_chart
from analysis.reporting.markup import Display
from analysis.reporting.views.sensitivity_charts import area_chart, evenly, line_chart
from analysis.results import Column, Kind, Result
from analysis.sroi.sensitivity import one_way, probabilistic, switching
from analysis.sroi.sensitivity.analyse import Findings, how_known
from analysis.study import Assumption

_HERE = "analysis.sroi.sensitivity"
_SHOWN_LINES = 4
_SHOWN_BARS = 12
_ENDS = "ends of the register's range"
_NOTHING = "No assumption has a range, so that there is nothing to vary."
_DRAWS = "middle 95 % of the draws"


def known(found: Findings) -> Kind:
    """How every number that the model gives is known."""
    return Kind(how_known(found.case))


def record(page: Appendix, found: Findings) -> None:
    """Record the numbers of the answer: `sensitivity.base.*`, `.draws.*`, `.fall` and so on."""
    outcome, ratio = found.case.at(), found.runs["correlated"]["ratio"]
    middle, low, high = probabilistic.median_and_interval(ratio)
    page.add(
        [
            _ratio(found, "sensitivity.base.ratio", "Ratio at the base values", float(outcome.ratio), "case.Case.at"),
            _pounds(found, "sensitivity.base.net", "Net value at the base values", float(outcome.net), "case.Case.at"),
            _ratio(found, "sensitivity.draws.ratio", "Median ratio over the draws", middle, "probabilistic.simulate", low, high),
            _chance(found, "sensitivity.draws.chance", "Chance that value exceeds cost", found.runs["correlated"]["ratio"]),
            _chance(found, "sensitivity.draws.chance_independent", "The same, all inputs independent", found.runs["independent"]["ratio"]),
            _percent(found, "sensitivity.fall", "How far the whole effect may fall until value equals cost", switching.effect_may_fall(float(outcome.ratio)), "switching.effect_may_fall"),
            _percent(found, "sensitivity.joint.way", "Share of the way to all unfavourable ends at which value equals cost", found.joint.way, "switching.joint_switch"),
            _ratio(found, "sensitivity.joint.ratio", "Ratio with every assumption at its unfavourable end", found.joint.ratio_at_end, "switching.joint_switch"),
            _pounds(found, "sensitivity.information.all", "Worth of knowing every input", float(found.information.loc["everything", "worth"]), "information.perfect_information"),
            *_universe_results(found),
        ]
    )


def _universe_results(found: Findings) -> list[Result]:
    if found.universes is None:
        return []
    count = len(found.universes.table)
    return [
        Result("sensitivity.universes.count", "Ways to build the model", count, "universes", known(found), function=f"{_HERE}.multiverse.multiverse"),
        _percent(found, "sensitivity.universes.above", "Ways to build the model with a ratio above one", found.universes.share_above(), "multiverse.Multiverse.share_above"),
    ]


def answer(page: Appendix, found: Findings) -> Display:
    """The answer in words."""
    if not len(found.tornado):
        return page.say("At its base values the model gives {sensitivity.base.ratio} for each pound; no assumption has a range.")
    words = [
        "At its base values the model gives {sensitivity.base.ratio} for each pound. With all assumptions drawn from their ranges the"
        " middle ratio is {sensitivity.draws.ratio} and the middle draws run from {sensitivity.draws.ratio|interval}; the chance"
        " that value exceeds cost is {sensitivity.draws.chance}, and {sensitivity.draws.chance_independent} if no assumptions were"
        " correlated.",
        f"The single assumption that moves the ratio most is {_name(_readable(found.tornado.index[0]))}. The effect as a whole could fall by {{sensitivity.fall}} before"
        f" value no longer exceeds cost. {_joint_words(found)} Knowing every input before the decision to fund would be worth"
        " {sensitivity.information.all}.",
    ]
    return page.say(" ".join([*words, *_universe_words(found)]))


def _joint_words(found: Findings) -> str:
    if math.isnan(found.joint.way):
        return "Even with every assumption at its unfavourable end the ratio stays on its side of one, at {sensitivity.joint.ratio}."
    return "If all assumptions move together towards their unfavourable ends, value equals cost after {sensitivity.joint.way} of the way."


def _universe_words(found: Findings) -> Iterable[str]:
    if found.universes is None:
        return
    most = found.universes.influence().index[0]
    yield (
        f"Of {{sensitivity.universes.count}} ways to build the model, {{sensitivity.universes.above}} give a ratio above one; the choice that moves it"
        f" most is {_name(most)}."
    )


def ranges_table(page: Appendix, found: Findings) -> Display:
    """Table: every input that varies, its base value, range, distribution and how it is known."""
    entries = [found.case.ranges[name] for name in found.case.varied]
    frame = pd.DataFrame(
        {
            "base": [_input(page, f"ranges.{e.id}", e, found.case.base[e.id], Kind(e.kind), "register") for e in entries],
            "unit": [e.unit for e in entries], "distribution": [e.distribution for e in entries],
        },
        index=_labels(found.case.varied, "Assumption"), dtype=object,
    )
    columns = {"base": Column("Base value and range"), "unit": Column("Unit"), "distribution": Column("Distribution")}
    return page.table("ranges", frame, columns, "What varies, and how.", text={"unit": "label"})


def _input(page: Appendix, name: str, entry: Assumption, value: float, kind: Kind, sort: str) -> Result:
    """A value of an input with its range, at as many decimals as the width of the range asks for."""
    decimals = max(0, min(4, 2 - math.floor(math.log10(entry.high - entry.low)))) if entry.high > entry.low else 2
    return Result(
        f"{page.notebook}.{name}", f"{entry.label}: {sort}", None if math.isnan(value) else value, entry.unit, kind, decimals,
        entry.low if sort == "register" else None, entry.high if sort == "register" else None, _ENDS if sort == "register" else "",
        inputs=(f"assumption:{entry.id}",), function="" if sort == "register" else f"{_HERE}.switching.switching_values",
    )


def tornado_figure(page: Appendix, found: Findings) -> Display:
    """Figure: the ratio at the two ends of each range, widest first."""
    if not (found.tornado["ratio_swing"] > 0).any():
        return page.say(_NOTHING)
    moving = found.tornado[found.tornado["ratio_swing"] > 0]
    frame = _sided(moving.head(_SHOWN_BARS), "ratio").assign(base=float(found.case.at().ratio))
    column = Column("Ratio", "GBP per GBP", known(found), 2, "least", "most", _ENDS, f"{_HERE}.one_way.tornado")
    return page.figure(
        "tornado", interval_chart(frame, "least", "most", "pounds for each pound", value="base", unit="GBP per GBP", decimals=2),
        "The ratio as each assumption alone goes from one end of its range to the other; the dot is the base value.",
        f"{_first(frame)} moves the ratio most.", frame, {"base": column},
    )


def tornado_table(page: Appendix, found: Findings) -> Display:
    """Table: net value in pounds at the two ends of each range."""
    frame = found.tornado.sort_values("net_swing", ascending=False, kind="stable")
    frame = frame.set_axis(_labels(frame.index, "Assumption"))
    column = {name: Column(label, "GBP", known(found), 0, function=f"{_HERE}.one_way.tornado") for name, label in _NET.items()}
    return page.table("tornado_pounds", frame, column, "Net value in pounds, one assumption at a time.")


_NET = {"net_low": "Net value at the low end", "net_high": "Net value at the high end", "net_swing": "Difference"}


def two_way_figure(page: Appendix, found: Findings) -> Display:
    """Figure: where value equals cost as two assumptions vary together."""
    if found.grid is None:
        return page.say("Fewer than two assumptions have a range, so that no two can be varied together.")
    line = one_way.break_even(found.grid)
    up, across = _readable(found.grid.index.name), _readable(found.grid.columns.name)
    data = line.iloc[:: max(1, len(line) // 10)].set_axis([across, up], axis=1)
    data.index = pd.Index([f"point {place}" for place in range(1, len(data) + 1)], name="Break-even")
    columns = {name: Column(name.capitalize(), "", known(found), 3, function=f"{_HERE}.one_way.break_even") for name in (across, up)}
    alt = "Value equals cost along the line." if len(line) else f"{_side(found.grid)} for every pair of values in the two ranges."
    return page.figure("two_way", area_chart(found.grid, across, up), f"Where value equals cost: {_name(across)} and {_name(up)} together.", alt, data, columns)


def _side(grid: pd.DataFrame) -> str:
    return "Value exceeds cost" if float(grid.to_numpy().min()) > 1 else "Value falls short of cost"


def scenario_table(page: Appendix, found: Findings) -> Display:
    """Table: value, cost, net value and ratio of each scenario."""
    return page.table("scenarios", found.scenarios, _amounts(found, "one_way.scenarios"), "Scenarios.")


def chance_figure(page: Appendix, found: Findings) -> Display:
    """Figure: the chance that the ratio exceeds each level, correlated and independent."""
    lines = {name: (s["level"], s["chance"]) for name, s in ((name, probabilistic.steps(run["ratio"])) for name, run in found.runs.items())}
    frame = pd.DataFrame({name: probabilistic.chances(run["ratio"], found.settings.levels)["chance"] for name, run in found.runs.items()})
    frame.index = pd.Index([f"above {level:g}" for level in found.settings.levels], name="Ratio")
    function = f"{_HERE}.probabilistic.simulate"
    columns = {name: Column(name.capitalize(), "%", known(found), 1, function=function) for name in found.runs}
    return page.figure(
        "chance", line_chart(lines, "pounds for each pound", "chance of more, %", "GBP per GBP", "", mark_x=1.0),
        "The chance that the ratio exceeds each level, with correlated and with independent assumptions.",
        "The chance that value exceeds cost is {sensitivity.draws.chance}.", frame, columns,
    )


def switching_table(page: Appendix, found: Findings) -> Display:
    """Table: the value of each assumption at which value equals cost."""
    frame = found.switching.set_axis(_labels(found.switching.index, "Assumption"))
    entries = [found.case.ranges[str(name)] for name in found.switching.index]
    values = zip(entries, frame["switch"], strict=True)
    frame["value"] = pd.Series(
        [_input(page, f"switching.{e.id}.switch", e, value, known(found), "switching value") for e, value in values], frame.index, dtype=object
    )
    frame["where"] = np.select([frame["switch"].isna(), frame["within"]], ["no such value", "within the range"], "outside the range")
    function = f"{_HERE}.switching.switching_values"
    columns = {
        "value": Column("Switching value", kind=known(found)),
        "change": Column("Change from base", "%", known(found), 0, function=function), "where": Column("Where it lies"),
    }
    return page.table("switching", frame, columns, "Switching values: where value equals cost, one assumption at a time.")


def indices_figure(page: Appendix, found: Findings) -> Display:
    """Figure: total index of each input with its interval; the table beneath holds the first-order index too."""
    if not len(found.tornado):
        return page.say(_NOTHING)
    percent = 100 * found.indices[found.indices["total"] > 0].head(_SHOWN_BARS)
    frame = percent.set_axis(_labels(percent.index, "Assumption"))
    columns = {
        name: Column(label, "%", known(found), 1, f"{name}_low", f"{name}_high", "95 % bootstrap", f"{_HERE}.indices.variance_indices")
        for name, label in (("total", "Total"), ("first", "First order"))
    }
    return page.figure(
        "indices", interval_chart(frame, "total_low", "total_high", "share of the variance of the ratio, %", value="total", unit="%", decimals=1, from_zero=True),
        "Share of the variance of the ratio that would remain if all but this assumption were known (total index).",
        f"{_first(frame)} accounts for the largest share of the variance.", frame, columns,
    )


def convergence_figure(page: Appendix, found: Findings) -> Display:
    """Figure: the largest total indices as the design grows."""
    if not len(found.tornado):
        return page.say(_NOTHING)
    shown = [str(name) for name in found.indices.index[:_SHOWN_LINES]]
    wide = found.convergence.pivot(index="runs", columns="input", values="total")[shown] * 100
    lines = {_readable(name): (wide.index.to_numpy(), wide[name].to_numpy()) for name in shown}
    data = wide.set_axis([_readable(name) for name in shown], axis=1).rename_axis("Runs of the model")
    columns = {name: Column(name.capitalize(), "%", known(found), 1, function=f"{_HERE}.indices.convergence") for name in data}
    return page.figure(
        "convergence", line_chart(lines, "runs of the model", "total index, %", powers=True), "Total indices as the number of runs grows.",
        "The lines are flat at their right end: more runs would change little." if _settled(wide) else "The lines still move: the indices need more runs.",
        data, columns,
    )


def _settled(wide: pd.DataFrame) -> bool:
    """Whether doubling the runs last changed no shown index by more than one percentage point."""
    return len(wide) > 1 and bool((wide.iloc[-1] - wide.iloc[-2]).abs().max() <= 1.0)


def information_table(page: Appendix, found: Findings) -> Display:
    """Table: the worth of knowing everything, each set, each assumption."""
    shown = found.information[(found.information["worth"] > 0) | ~found.information.index.isin(found.case.varied)]
    frame = shown.set_axis(_labels(shown.index, "What would be known"))
    columns = {
        "worth": Column("Worth", "GBP", known(found), 0, function=f"{_HERE}.information.information_table"),
        "share": Column("Share of the whole", "%", known(found), 0, function=f"{_HERE}.information.information_table"),
    }
    return page.table("information", frame, columns, "Worth of information for the decision to fund or not to fund; what is worth nothing is left out.")


def universe_figure(page: Appendix, found: Findings) -> Display:
    """Figure: the ratios of all universes from the lowest to the highest."""
    if found.universes is None:
        return page.say("The model has one outcome and no structural choice, so that there is one way to build it.")
    ratios = found.universes.table["ratio"].to_numpy()
    shares, sorted_ratios = evenly(ratios)
    tenths = evenly(ratios, 11)
    data = pd.DataFrame({"ratio": tenths[1]}, index=pd.Index([f"{share:.0f} %" for share in tenths[0]], name="Share of the ways at or below"))
    return page.figure(
        "universes", line_chart({"ratio": (shares, sorted_ratios)}, "share of the ways to build the model, %", "pounds for each pound", "", "GBP per GBP", mark_y=1.0),
        "The ratio under every combination of structural choices, from the lowest to the highest.",
        "{sensitivity.universes.above} of the ways to build the model give a ratio above one.", data,
        {"ratio": Column("Ratio", "GBP per GBP", known(found), 2, function=f"{_HERE}.multiverse.multiverse")},
    )


def choice_table(page: Appendix, found: Findings) -> Display:
    """Table: how far each structural choice moves the ratio."""
    if found.universes is None:
        return page.say("No structural choice is listed.")
    function = f"{_HERE}.multiverse.Multiverse.influence"
    columns = {
        "swing": Column("Mean difference between its options", "GBP per GBP", known(found), 2, function=function),
        "variance": Column("Share of the variance alone", "%", known(found), 1, function=function),
        "lowest": Column("Lowest option"), "highest": Column("Highest option"),
    }
    return page.table("choices", found.universes.influence(), columns, "Structural choices, the one that moves the ratio most first.", text={"lowest": "label", "highest": "label"})


def materiality_table(page: Appendix, found: Findings) -> Display:
    """Table: outcomes by size, what they add up to, and the ratio with only those so far."""
    function = f"{_HERE}.materiality.materiality_curve"
    columns = {
        "value": Column("Value", "GBP", known(found), 0, function=function),
        "share": Column("Share of all value", "%", known(found), 1, function=function),
        "cumulative": Column("Cumulated share", "%", known(found), 1, function=function),
        "ratio": Column("Ratio with these alone", "GBP per GBP", known(found), 2, function=function),
    }
    return page.table("materiality", found.materiality, columns, "Materiality: outcomes from the largest to the smallest.")


def overlap_table(page: Appendix, found: Findings) -> Display:
    """Table: the ratio as outcomes that may be one benefit go from separate to merged."""
    if found.overlap is None:
        return page.say("No outcomes are listed that may be the same benefit.")
    frame = found.overlap.set_index(pd.Index([f"{share:.0f} %" for share in found.overlap["overlap"]], name="Overlap"))
    return page.table("overlap", frame, _amounts(found, "materiality.overlap_curve", ("value", "net", "ratio")), f"Overlap between {' and '.join(_name(_readable(name)) for name in found.settings.overlap)}.")


def lens_table(page: Appendix, found: Findings) -> Display:
    """Table: the programme through each set of conventions."""
    if found.lenses is None:
        return page.say("No other conventions are listed.")
    columns = {**_amounts(found, "lenses.lens_table"), "rules": Column("Conventions"), "missing": Column("What is missing")}
    return page.table("lenses", found.lenses, columns, "One programme, several conventions.", text={"rules": "label", "missing": "label"})


def wellbeing_table(page: Appendix, found: Findings) -> Display:
    """Table: the change in life satisfaction that the outcome's value stands for."""
    if found.wellbeing is None:
        return page.say("No outcome is valued as wellbeing.")
    function = f"{_HERE}.appraisal.implied_points"
    columns = {f"at_{name}": Column(f"At the {name} WELLBY", "points", known(found), 2, function=function) for name in ("low", "central", "high")}
    caption = "Points of life satisfaction, from nought to ten, through one year for each participant that the value stands for."
    return page.table("wellbeing", found.wellbeing, {"person_years": Column("Person-years", "person-years", known(found), 1, function=function)} | columns | {"why": Column("How they are counted")}, caption, text={"why": "label"})


def payback_table(page: Appendix, found: Findings) -> Display:
    """Table: years until value reaches cost."""
    if found.payback is None:
        return page.say("The model keeps no years, so that no payback period can be given.")
    frame = found.payback.assign(years=found.payback["years"].where(np.isfinite(found.payback["years"])))
    return page.table("payback", frame, {"years": Column("Years", "years", known(found), 1, function=f"{_HERE}.appraisal.payback_years")}, "Payback period.", note="Not available: not within the years the model counts.")


def optimism_table(page: Appendix, found: Findings) -> Display:
    """Table: each outcome corrected for optimism by its evidence grade."""
    if found.optimism is None:
        return page.say("No evidence grades are given for the outcomes.")
    function = f"{_HERE}.materiality.optimism_corrected"
    cost = float(found.case.at().cost)
    whole = found.optimism[["value", "corrected"]].sum()
    frame = pd.concat([found.optimism, pd.DataFrame({"grade": "", "factor": math.nan, **whole}, index=["all outcomes"])]).rename_axis("outcome")
    frame["ratio"] = frame["corrected"] / cost
    columns = {
        "grade": Column("Evidence grade"), "value": Column("Value as modelled", "GBP", known(found), 0, function=function),
        "corrected": Column("Value corrected", "GBP", known(found), 0, function=function),
        "ratio": Column("Corrected value for each pound of cost", "GBP per GBP", known(found), 2, function=function),
    }
    return page.table("optimism", frame, columns, "Correction for optimism by evidence grade.")


def weight_table(page: Appendix, found: Findings) -> Display:
    """Table: value by beneficiary, with distributional weights where incomes are given."""
    function = f"{_HERE}.appraisal.weighted"
    columns = {"value": Column("Value", "GBP", known(found), 0, function=function)}
    if found.settings.weight_incomes:
        columns |= {
            "weight": Column("Weight of a pound", "", known(found), 2, function=function),
            "weighted": Column("Weighted value", "GBP", known(found), 0, function=function),
        }
    off = "" if found.settings.weight_incomes else " No distributional weights: every pound counts alike."
    return page.table("beneficiaries", found.weights, columns, f"Value by beneficiary.{off}")


def _amounts(found: Findings, function: str, names: Iterable[str] = ("value", "cost", "net", "ratio")) -> dict[str, Column]:
    labels = {"value": "Value", "cost": "Cost", "net": "Net value", "ratio": "Ratio"}
    units = {name: ("GBP per GBP", 2) if name == "ratio" else ("GBP", 0) for name in labels}
    return {name: Column(labels[name], units[name][0], known(found), units[name][1], function=f"{_HERE}.{function}") for name in names}


def _sided(frame: pd.DataFrame, measure: str) -> pd.DataFrame:
    ends = frame[[f"{measure}_low", f"{measure}_high"]]
    return pd.DataFrame({"least": ends.min(axis=1), "most": ends.max(axis=1)}).set_axis(_labels(frame.index, "Assumption"))


def _readable(name: object) -> str:
    """An id as words.

    >>> _readable("weeks_per_year")
    'weeks per year'
    """
    return str(name).replace("_", " ")


def _name(words: str) -> str:
    """Words that may hold digits, as prose names something."""
    return f"{{={words}}}"


def _first(frame: pd.DataFrame) -> str:
    return _name(str(frame.index[0])) if len(frame) else "No assumption"


def _labels(names: Iterable[object], title: str) -> pd.Index:
    return pd.Index([_readable(name) for name in names], name=title, dtype=object)


def _ratio(found: Findings, name: str, label: str, value: float, function: str, low: float | None = None, high: float | None = None) -> Result:
    return Result(name, label, value, "GBP per GBP", known(found), 2, low, high, _DRAWS if low is not None else "", inputs=_inputs(found), function=f"{_HERE}.{function}")


def _pounds(found: Findings, name: str, label: str, value: float, function: str) -> Result:
    return Result(name, label, value, "GBP", known(found), 0, inputs=_inputs(found), function=f"{_HERE}.{function}")


def _percent(found: Findings, name: str, label: str, value: float, function: str) -> Result:
    return Result(name, label, None if math.isnan(value) else value, "%", known(found), 1, inputs=_inputs(found), function=f"{_HERE}.{function}")


def _chance(found: Findings, name: str, label: str, run: probabilistic.Distribution) -> Result:
    return _percent(found, name, label, 100 * float(run.above(1.0)), "probabilistic.simulate")


def _inputs(found: Findings) -> tuple[str, ...]:
    return tuple(f"assumption:{name}" for name in found.case.model.inputs)
