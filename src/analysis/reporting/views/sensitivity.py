"""What 06_sroi_sensitivity shows: each analysis as a table or figure, and the answer they give together."""

import math
from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis.reporting.appendix import Appendix
from analysis.reporting.charts import interval_chart
from analysis.reporting.markup import Display
from analysis.reporting.views.claims import published_claims
from analysis.reporting.views.sensitivity_charts import area_chart, line_chart
from analysis.reporting.views.sensitivity_parts import (
    HERE,
    PART,
    amounts,
    first,
    inputs,
    known,
    label_of,
    labels,
    named,
    part,
    titled,
)
from analysis.results import Column, Kind, Result
from analysis.sroi.model import Model
from analysis.sroi.sensitivity import one_way, probabilistic, switching
from analysis.sroi.sensitivity.analyse import Findings
from analysis.sroi.sensitivity.case import Together
from analysis.study import Assumption
from analysis.study.claims import Ledger

_SHOWN_LINES = 4
_SHOWN_BARS = 12
_ENDS = "ends of the register's range"
_LEAST_INDEX = 0.0005  # a smaller share of the variance would be written as none
_NOTHING = "No assumption has a range, so that there is nothing to vary."
_POUND = 1.0  # worth of information that is left out below it
_PENNY = 0.01  # of the ratio; what moves it less is in the table of pounds alone
_DRAWS = "middle 95 % of the draws"


def record(page: Appendix, found: Findings) -> None:
    """Record the numbers of the answer: `sensitivity.base.*`, `.draws.*`, `.fall` and so on."""
    outcome, ratio = found.case.at(), found.runs["correlated"]["ratio"]
    page.add_part(part(found))
    middle, low, high = probabilistic.median_and_interval(ratio)
    page.add(
        [
            _ratio(found, "sensitivity.base.ratio", "Ratio at the base values", float(outcome.ratio), "case.Case.at"),
            _pounds(found, "sensitivity.base.net", "Net value at the base values", float(outcome.net), "case.Case.at"),
            _ratio(
                found,
                "sensitivity.draws.ratio",
                "Median ratio over the draws",
                middle,
                "probabilistic.simulate",
                low,
                high,
            ),
            _chance(
                found, "sensitivity.draws.chance", "Chance that value exceeds cost", found.runs["correlated"]["ratio"]
            ),
            _chance(
                found,
                "sensitivity.draws.chance_independent",
                "The same, all inputs independent",
                found.runs["independent"]["ratio"],
            ),
            _percent(
                found,
                "sensitivity.fall",
                "How far the whole effect may fall until value equals cost",
                switching.effect_may_fall(float(outcome.ratio)),
                "switching.effect_may_fall",
            ),
            _percent(
                found,
                "sensitivity.joint.way",
                "Share of the way to all unfavourable ends at which value equals cost",
                found.joint.way,
                "switching.joint_switch",
            ),
            _ratio(
                found,
                "sensitivity.joint.ratio",
                "Ratio with every assumption at its unfavourable end",
                found.joint.ratio_at_end,
                "switching.joint_switch",
            ),
            _pounds(
                found,
                "sensitivity.information.all",
                "Worth of knowing every input",
                float(found.information.loc["everything", "worth"]),
                "information.perfect_information",
            ),
            *_universe_results(found),
            *_together_results(found),
        ]
    )


def _together_results(found: Findings) -> list[Result]:
    """`sensitivity.together.<place>.*` for each set of inputs drawn together, and the ratio had they been drawn apart."""
    if found.apart is None:
        return []
    middle, low, high = probabilistic.median_and_interval(found.apart)
    name, label = "sensitivity.draws.ratio_apart", "Median ratio, calibrated inputs drawn one by one"
    apart = _ratio(found, name, label, middle, "probabilistic.simulate", low, high)
    return [
        apart,
        *(result for place, drawn in enumerate(found.case.together) for result in _set_results(found, place, drawn)),
    ]


def _set_results(found: Findings, place: int, drawn: Together) -> list[Result]:
    rests = (*(f"claim:{claim}" for claim in dict.fromkeys(drawn.claims)), *inputs(found))
    counts = {
        "tries": ("Tries", drawn.tries),
        "accepted": ("Tries that met every claim", drawn.accepted),
        "effective": ("Equally weighted draws that these are worth", round(drawn.effective)),
        "one_in": ("Draws one by one for one that meets every claim", float(f"{1 / drawn.apart:.2g}")),
    }
    results = [
        Result(
            f"sensitivity.together.{place}.{key}",
            label,
            value,
            "draws",
            known(found),
            inputs=rests,
            function=f"{HERE}.together.sample",
        )
        for key, (label, value) in counts.items()
    ]
    low, high = (float(found.case.at(values).ratio) for values in one_way.ends(found.case, drawn.name, "ratio"))
    name, base = f"sensitivity.together.{place}.ratio", float(found.case.at().ratio)
    ratio = Result(
        name,
        "Ratio over the whole set, all else at base",
        base,
        "GBP per GBP",
        known(found),
        3,
        low,
        high,
        "ends of the set",
        inputs=rests,
        function=f"{HERE}.one_way.ends",
    )
    return [*results, ratio]


def _universe_results(found: Findings) -> list[Result]:
    if found.universes is None:
        return []
    count = len(found.universes.table)
    return [
        Result(
            "sensitivity.universes.count",
            "Ways to build the model",
            count,
            "universes",
            known(found),
            function=f"{HERE}.multiverse.multiverse",
        ),
        _percent(
            found,
            "sensitivity.universes.above",
            "Ways to build the model with a ratio above one",
            found.universes.share_above(),
            "multiverse.Multiverse.share_above",
        ),
    ]


def answer(page: Appendix, found: Findings) -> Display:
    """The answer in words."""
    if not len(found.tornado):
        return page.say(
            "At its base values the model gives {sensitivity.base.ratio} for each pound; no assumption has a range."
        )
    words = [
        "At its base values the model gives {sensitivity.base.ratio} for each pound. With all assumptions drawn from their ranges the"
        " middle ratio is {sensitivity.draws.ratio} and the middle draws run from {sensitivity.draws.ratio|interval}; the chance"
        f" that value exceeds cost is {{sensitivity.draws.chance}}{_independent_words(found)}{_where_certain(found)}.",
        f"The single assumption that moves the ratio most is {named(label_of(found, found.tornado.index[0]))}. {_fall_words(found)}"
        f" {_joint_words(found)} Knowing every input before the decision to fund would be worth {{sensitivity.information.all}}{_where_worthless(found)}.",
    ]
    return page.say(" ".join([*words, *_universe_words(found)]))


def _where_certain(found: Findings) -> str:
    """Why every draw lies on one side of one, where that rests on a cost that nobody printed."""
    return _on_the_cost(found) if float(found.runs["correlated"]["ratio"].above(1.0)) in (0.0, 1.0) else ""


def _where_worthless(found: Findings) -> str:
    """The same of knowledge that is worth nothing."""
    return _on_the_cost(found) if found.information.loc["everything", "worth"] < _POUND else ""


def _on_the_cost(found: Findings) -> str:
    """How the cost that all draws are held against is known, unless it is published."""
    model = found.case.model
    if not isinstance(model, Model):
        return ""
    kinds = {found.case.ranges[name].kind for name in model.rests_on("total.cost")}
    if Kind.CALIBRATED in kinds:
        return ", because the cost was solved for so that the model meets the published figures"
    return ", under a cost that is itself assumed" if Kind.ASSUMED in kinds else ""


def _independent_words(found: Findings) -> str:
    return ", and {sensitivity.draws.chance_independent} if no assumptions were correlated" if found.groups else ""


def _fall_words(found: Findings) -> str:
    if float(found.case.at().ratio) < 1:
        return "At the base values value falls short of cost, so that the effect as a whole would have to be greater."
    return "The effect as a whole could fall by {sensitivity.fall} before value no longer exceeds cost."


def _joint_words(found: Findings) -> str:
    if math.isnan(found.joint.way):
        return "Even with every assumption at its unfavourable end the ratio stays on its side of one, at {sensitivity.joint.ratio}."
    return "If all assumptions move together towards their unfavourable ends, value equals cost after {sensitivity.joint.way} of the way."


def _universe_words(found: Findings) -> Iterable[str]:
    if found.universes is None:
        return
    most = found.universes.influence().index[0]
    yield (
        "Of {sensitivity.universes.count} ways to build the model, {sensitivity.universes.above} give a ratio above one; the"
        f" choice that moves it most is {named(most)}."
    )


def ranges_table(page: Appendix, found: Findings) -> Display:
    """Table: every input that varies, its base value, range, distribution and how it is known."""
    entries = [found.case.ranges[name] for name in found.case.varied]
    joined = {name for drawn in found.case.together for name in drawn.members}
    frame = pd.DataFrame(
        {
            "base": [
                _input(page, f"ranges.{e.id}", e, found.case.base[e.id], Kind(e.kind), "register") for e in entries
            ],
            "unit": [e.unit for e in entries],
            "distribution": ["drawn together" if e.id in joined else e.distribution for e in entries],
        },
        index=labels(found, found.case.varied, "Assumption"),
        dtype=object,
    )
    columns = {"base": Column("Base value and range"), "unit": Column("Unit"), "distribution": Column("Distribution")}
    return page.table("ranges", frame, columns, "What varies, and how.", text={"unit": "label"})


def together_words(page: Appendix, found: Findings, ledger: Ledger) -> Display:
    """How inputs that are known only together are drawn, and what difference that makes."""
    if not found.case.together:
        return page.say("Every assumption has a range of its own; none is calibrated together with others.")
    met = dict.fromkeys(claim for drawn in found.case.together for claim in drawn.claims)
    page.add([result for result in published_claims(ledger, met) if isinstance(result, Result)])
    words = [_set_words(found, place, drawn) for place, drawn in enumerate(found.case.together)]
    return page.say(
        " ".join(words) + " With these inputs drawn one by one the middle draws of the ratio would run from"
        " {sensitivity.draws.ratio_apart|interval}; drawn together they run from {sensitivity.draws.ratio|interval}. Where one"
        " assumption at a time is varied, the set stands for its inputs: moved alone, none of them would meet the published figures."
    )


def _set_words(found: Findings, place: int, drawn: Together) -> str:
    here = f"sensitivity.together.{place}"
    listed = ", ".join(named(label_of(found, member)) for member in drawn.members)
    claims = ", ".join(f"{{claim:{claim}}}" for claim in dict.fromkeys(drawn.claims))
    return (
        f"Drawn together: {listed}. They were solved for so that the model gives {claims}, and are known only as far as it does."
        " Their joint distribution is that of their ranges, given that the model, all else as in the scenario, gives these"
        " figures: for values within the rounding as many inputs are solved for as there are figures that bind, and each"
        f" solution is weighted by what it stands for. Of {{{here}.tries}} tries {{{here}.accepted}} met every figure, worth"
        f" {{{here}.effective}} equal draws; of draws one by one, about one in {{{here}.one_in|bare}} would. Over the whole set the"
        f" ratio, all else at base, runs from {{{here}.ratio|interval}}."
    )


def _input(page: Appendix, name: str, entry: Assumption, value: float, kind: Kind, sort: str) -> Result:
    """A value of an input with its range, at as many decimals as the width of the range asks for."""
    decimals = max(0, min(4, 2 - math.floor(math.log10(entry.high - entry.low)))) if entry.high > entry.low else 2
    return Result(
        f"{page.notebook}.{name}",
        f"{entry.label}: {sort}",
        None if math.isnan(value) else value,
        entry.unit,
        kind,
        decimals,
        entry.low if sort == "register" else None,
        entry.high if sort == "register" else None,
        _ENDS if sort == "register" else "",
        inputs=(f"assumption:{entry.id}", *(() if sort == "register" else (PART,))),
        function="" if sort == "register" else f"{HERE}.switching.switching_values",
    )


def tornado_figure(page: Appendix, found: Findings) -> Display:
    """Figure: the ratio at the two ends of each range, widest first."""
    moving = found.tornado[found.tornado["ratio_swing"] >= _PENNY]
    if not len(moving):
        return page.say("No assumption alone moves the ratio by a penny.")
    frame = _sided(found, moving.head(_SHOWN_BARS), "ratio").assign(base=float(found.case.at().ratio))
    column = Column("Ratio", "GBP per GBP", known(found), 2, "least", "most", _ENDS, f"{HERE}.one_way.tornado")
    return page.figure(
        "tornado",
        interval_chart(frame, "least", "most", "pounds for each pound", value="base", unit="GBP per GBP", decimals=2),
        "The ratio as each assumption alone goes from one end of its range to the other; the dot is the base value.",
        f"{first(frame)} moves the ratio most.",
        frame,
        {"base": column},
    )


def tornado_table(page: Appendix, found: Findings) -> Display:
    """Table: net value in pounds at the two ends of each range."""
    moving = found.tornado[found.tornado["net_swing"] > 0]
    frame = moving.sort_values("net_swing", ascending=False, kind="stable")
    frame = frame.set_axis(labels(found, frame.index, "Assumption"))
    column = {
        name: Column(label, "GBP", known(found), 0, function=f"{HERE}.one_way.tornado") for name, label in _NET.items()
    }
    return page.table(
        "tornado_pounds",
        frame,
        column,
        "Net value in pounds, one assumption at a time; those that move nothing are left out.",
    )


_NET = {"net_low": "Net value at the low end", "net_high": "Net value at the high end", "net_swing": "Difference"}


def two_way_figure(page: Appendix, found: Findings) -> Display:
    """Figure: where value equals cost as two assumptions vary together."""
    if found.grid is None:
        return page.say("Fewer than two assumptions have a range, so that no two can be varied together.")
    up, across = label_of(found, found.grid.index.name), label_of(found, found.grid.columns.name)
    return _grid_figure(
        page, found, found.grid, "two_way", f"The ratio over the ranges of {named(across)} and {named(up)} together."
    )


def _grid_figure(page: Appendix, found: Findings, grid: pd.DataFrame, name: str, caption: str) -> Display:
    up, across = label_of(found, grid.index.name), label_of(found, grid.columns.name)
    step = (len(grid) - 1) // 4
    data = grid.iloc[::step, ::step]
    data = data.set_axis([f"{across} {_short(value)}" for value in data.columns], axis=1).set_axis(
        [_short(value) for value in data.index]
    )
    columns = {
        label: Column(titled(label), "GBP per GBP", known(found), 2, function=f"{HERE}.one_way.{name}")
        for label in data
    }
    return page.figure(name, area_chart(grid, across, up), caption, _side(grid), data, columns, row_header=titled(up))


def _short(value: float) -> str:
    """A place on an axis in at most five figures, large ones spelt out.

    >>> _short(13_550_000.0), _short(0.28125)
    ('13,550,000', '0.28125')
    """
    return f"{float(f'{value:.5g}'):,.12g}"


def _side(grid: pd.DataFrame) -> str:
    if len(one_way.break_even(grid)):
        return "Value equals cost along the line in the figure."
    above = float(grid.to_numpy().min()) > 1
    return f"Value {'exceeds' if above else 'falls short of'} cost for every pair of values in the two ranges."


def break_even_table(page: Appendix, found: Findings) -> Display:
    """Table: pairs of values at which value equals cost; a sentence where there are none."""
    if found.grid is None or not len(one_way.break_even(found.grid)):
        return page.say(
            "No pair of values in the two ranges makes value equal cost." if found.grid is not None else _NOTHING
        )
    return _line_table(page, found, found.grid, "break_even", "Pairs of values at which value equals cost.")


def _line_table(page: Appendix, found: Findings, grid: pd.DataFrame, name: str, caption: str) -> Display:
    up, across = label_of(found, grid.index.name), label_of(found, grid.columns.name)
    line = one_way.break_even(grid)
    data = line.iloc[:: max(1, len(line) // 8)].set_axis([across, up], axis=1)
    data.index = pd.Index([f"point {place}" for place in range(1, len(data) + 1)], name="Break-even")
    columns = {
        label: Column(titled(label), "", known(found), 3, function=f"{HERE}.one_way.break_even")
        for label in (across, up)
    }
    return page.table(name, data, columns, caption)


def effect_figure(page: Appendix, found: Findings) -> Display:
    """Figure: where value equals cost as part of the effect is lost and cost is higher or lower."""
    return _grid_figure(
        page,
        found,
        found.effect_and_cost,
        "effect_and_cost",
        "The ratio if part of all value is not owed to the programme and its cost is so many times that of the base.",
    )


def effect_table(page: Appendix, found: Findings) -> Display:
    """Table: pairs of effect lost and cost at which value equals cost; a sentence where there are none."""
    if not len(one_way.break_even(found.effect_and_cost)):
        return page.say("Value falls short of cost throughout.")
    return _line_table(
        page,
        found,
        found.effect_and_cost,
        "effect_break_even",
        "The share of all value, in per cent, that may be lost before value equals cost, by the times that cost is that of the base.",
    )


def scenario_table(page: Appendix, found: Findings) -> Display:
    """Table: value, cost, net value and ratio of each scenario."""
    return page.table("scenarios", found.scenarios, amounts(found, "one_way.scenarios"), "Scenarios.")


def chance_figure(page: Appendix, found: Findings) -> Display:
    """Figure: the chance that the ratio exceeds each level, correlated and independent."""
    lines = {
        name: (s["level"], s["chance"])
        for name, s in ((name, probabilistic.steps(run["ratio"])) for name, run in found.runs.items())
    }
    frame = pd.DataFrame(
        {name: probabilistic.chances(run["ratio"], found.settings.levels)["chance"] for name, run in found.runs.items()}
    )
    frame.index = pd.Index([f"above {level:g}" for level in found.settings.levels], name="Ratio")
    function = f"{HERE}.probabilistic.simulate"
    columns = {name: Column(name.capitalize(), "%", known(found), 1, function=function) for name in found.runs}
    return page.figure(
        "chance",
        line_chart(lines, "pounds for each pound", "chance of more, %", "GBP per GBP", "", mark_x=1.0),
        "The chance that the ratio exceeds each level, with correlated and with independent assumptions.",
        f"The chance that value exceeds cost is {{sensitivity.draws.chance}}{_where_certain(found)}.",
        frame,
        columns,
    )


def switching_table(page: Appendix, found: Findings) -> Display:
    """Table: the value of each assumption at which value equals cost."""
    there = found.switching[found.switching["switch"].notna()]
    if not len(there):
        return page.say("No assumption alone can make value equal cost.")
    frame = there.set_axis(labels(found, there.index, "Assumption"))
    entries = [found.case.ranges[str(name)] for name in there.index]
    values = zip(entries, frame["switch"], strict=True)
    frame["value"] = pd.Series(
        [_input(page, f"switching.{e.id}.switch", e, value, known(found), "switching value") for e, value in values],
        frame.index,
        dtype=object,
    )
    frame["where"] = np.where(frame["within"], "within the range", "outside the range")
    function = f"{HERE}.switching.switching_values"
    columns = {
        "value": Column("Switching value", kind=known(found)),
        "change": Column("Change from base", "%", known(found), 0, function=function),
        "where": Column("Where it lies"),
    }
    return page.table(
        "switching",
        frame,
        columns,
        "Switching values: where value equals cost, one assumption at a time.",
        note="No value of any other assumption does it alone.",
    )


def indices_figure(page: Appendix, found: Findings) -> Display:
    """Figure: total index of each input with its interval; the table beneath holds the first-order index too."""
    if not len(found.tornado):
        return page.say(_NOTHING)
    percent = 100 * found.indices[found.indices["total"] >= _LEAST_INDEX].head(_SHOWN_BARS)
    frame = percent.set_axis(labels(found, percent.index, "Assumption"))
    columns = {
        name: Column(
            label,
            "%",
            known(found),
            1,
            f"{name}_low",
            f"{name}_high",
            "95 % bootstrap",
            f"{HERE}.indices.variance_indices",
        )
        for name, label in (("total", "Total"), ("first", "First order"))
    }
    return page.figure(
        "indices",
        interval_chart(
            frame,
            "total_low",
            "total_high",
            "share of the variance of the ratio, %",
            value="total",
            unit="%",
            decimals=1,
            from_zero=True,
        ),
        "Share of the variance of the ratio that would remain if all but this assumption were known (total index).",
        f"{first(frame)} accounts for the largest share of the variance.",
        frame,
        columns,
    )


def convergence_figure(page: Appendix, found: Findings) -> Display:
    """Figure: the largest total indices as the design grows."""
    if not len(found.tornado):
        return page.say(_NOTHING)
    shown = [str(name) for name in found.indices.index[:_SHOWN_LINES]]
    wide = found.convergence.pivot(index="runs", columns="input", values="total")[shown] * 100
    lines = {label_of(found, name): (wide.index.to_numpy(), wide[name].to_numpy()) for name in shown}
    data = wide.set_axis([label_of(found, name) for name in shown], axis=1).rename_axis("Runs of the model")
    columns = {
        name: Column(titled(name), "%", known(found), 1, function=f"{HERE}.indices.convergence") for name in data
    }
    return page.figure(
        "convergence",
        line_chart(lines, "runs of the model", "total index, %", powers=True),
        "Total indices as the number of runs grows.",
        "The lines are flat at their right end: more runs would change little."
        if _settled(wide)
        else "The lines still move: the indices need more runs.",
        data,
        columns,
    )


def _settled(wide: pd.DataFrame) -> bool:
    """Whether doubling the runs last changed no shown index by more than one percentage point."""
    return len(wide) > 1 and bool((wide.iloc[-1] - wide.iloc[-2]).abs().max() <= 1.0)


def information_table(page: Appendix, found: Findings) -> Display:
    """Table: the worth of knowing everything, each set, each assumption."""
    if found.information.loc["everything", "worth"] == 0:
        return page.say(
            f"The worth of knowing everything is {{sensitivity.information.all}}{_where_worthless(found)}: every draw leads to the"
            " same decision, so that no finding within these ranges could change it."
        )
    shown = found.information[(found.information["worth"] > 0) | ~found.information.index.isin(found.case.varied)]
    frame = shown.set_axis(labels(found, shown.index, "What would be known"))
    columns = {
        "worth": Column("Worth", "GBP", known(found), 0, function=f"{HERE}.information.information_table"),
        "share": Column("Share of the whole", "%", known(found), 0, function=f"{HERE}.information.information_table"),
    }
    return page.table(
        "information",
        frame,
        columns,
        "Worth of information for the decision to fund or not to fund; what is worth nothing is left out.",
    )


def hurdle_table(page: Appendix, found: Findings) -> Display:
    """Table: the worth of information if funding asks for more than a pound of value for each pound."""
    frame = found.hurdles[found.hurdles["everything"] >= _POUND]
    if not len(frame):
        return page.say("Nor would it at any of the levels of value for each pound that the figure of chances shows.")
    frame = frame.set_axis(
        pd.Index([f"at least {level:g}" for level in frame.index], name="Value asked for each pound")
    )
    columns = {
        name: Column(
            titled(label_of(found, name)), "GBP", known(found), 0, function=f"{HERE}.information.worth_by_hurdle"
        )
        for name in frame
    }
    return page.table(
        "hurdles",
        frame,
        columns,
        "Worth of information if funding asks for so much value for each pound.",
        note="A funder who could put the money to better use asks for more than a pound. Levels at which no finding is worth a pound are left out.",
    )


def _sided(found: Findings, frame: pd.DataFrame, measure: str) -> pd.DataFrame:
    ends = frame[[f"{measure}_low", f"{measure}_high"]]
    return pd.DataFrame({"least": ends.min(axis=1), "most": ends.max(axis=1)}).set_axis(
        labels(found, frame.index, "Assumption")
    )


def _ratio(
    found: Findings,
    name: str,
    label: str,
    value: float,
    function: str,
    low: float | None = None,
    high: float | None = None,
) -> Result:
    return Result(
        name,
        label,
        value,
        "GBP per GBP",
        known(found),
        2,
        low,
        high,
        _DRAWS if low is not None else "",
        inputs=inputs(found),
        function=f"{HERE}.{function}",
    )


def _pounds(found: Findings, name: str, label: str, value: float, function: str) -> Result:
    return Result(name, label, value, "GBP", known(found), 0, inputs=inputs(found), function=f"{HERE}.{function}")


def _percent(found: Findings, name: str, label: str, value: float, function: str) -> Result:
    return Result(
        name,
        label,
        None if math.isnan(value) else value,
        "%",
        known(found),
        1,
        inputs=inputs(found),
        function=f"{HERE}.{function}",
    )


def _chance(found: Findings, name: str, label: str, run: probabilistic.Distribution) -> Result:
    return _percent(found, name, label, 100 * float(run.above(1.0)), "probabilistic.simulate")
