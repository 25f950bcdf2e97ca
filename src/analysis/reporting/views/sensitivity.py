"""The words and figures of 06_sroi_sensitivity; its tables are the frames of `analysis.sroi.sensitivity` as they are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from analysis.described import description, labelled, of_nothing_nothing
from analysis.reporting.appendix import Appendix
from analysis.reporting.charts import FEWEST_BARS, bar_chart, interval_chart
from analysis.reporting.markup import Display
from analysis.reporting.prose import named, points
from analysis.reporting.views.claims import published_claims
from analysis.reporting.views.sensitivity_charts import area_chart, line_chart
from analysis.results import Kind, Result, in_words, slug, write
from analysis.sroi.model import Model
from analysis.sroi.published import read_published
from analysis.sroi.sensitivity.case import RATIO, Case, Together, Unmet, not_taken_off
from analysis.sroi.sensitivity.correlation import Group
from analysis.sroi.sensitivity.multiverse import Multiverse, ratios_by_share
from analysis.sroi.sensitivity.one_way import break_even
from analysis.sroi.sensitivity.probabilistic import Distribution, steps
from analysis.study import Study
from analysis.study.claims import Ledger

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_EVEN = {1.0: "value = cost"}


def answer(
    page: Appendix, case: Case, groups: Sequence[Group], tornado: pd.DataFrame, choices: pd.DataFrame | None
) -> Display:
    """The answer in words, over the numbers that the page has recorded."""
    if not len(tornado):
        return page.say(
            "At its base values the model gives {sensitivity.base.ratio} for each pound; no assumption has a range."
        )
    independent = ", and in {sensitivity.draws.chance_independent} if no assumptions were correlated" if groups else ""
    return page.say(
        points(
            "With every assumption drawn from its range the median ratio is {sensitivity.draws.ratio}, and the middle draws run from"
            " {sensitivity.draws.ratio|interval}; at its base values the model gives {sensitivity.base.ratio} for each pound.",
            _against_published(page, case),
            f"Value exceeds cost in {{sensitivity.draws.chance}} of the draws{independent}{where_certain(page, case)}.",
            f"The assumption that moves the ratio most by itself: {named(case.label(tornado.index[0]))}.",
            f"{_fall(page)} {_joint(page)}",
            f"To know every input before the decision to fund would be worth {{sensitivity.information.all}}{_where_worthless(page, case)}.",
            _choices(choices),
        )
    )


def _against_published(page: Appendix, case: Case) -> str:
    """Where the published ratio stands among the draws, and why so far up if the base values take nothing off."""
    if "sensitivity.draws.above_published" not in page.store.by_id:
        return ""
    few = page.find("sensitivity.draws.above_published").value < 50  # type: ignore[operator]
    off = not_taken_off(case) if few else ()  # which explains a published ratio above most draws, and no other
    why = f": the base values take nothing off for {listed(off)}, and the ranges do" if off else ""
    return f"Of the draws {{sensitivity.draws.above_published}} give more than the published ratio{why}."


def where_certain(page: Appendix, case: Case) -> str:
    """Why every draw lies on one side of one, where that rests on a cost that nobody printed."""
    return _on_the_cost(case) if page.find("sensitivity.draws.chance").value in (0, 100) else ""


def _where_worthless(page: Appendix, case: Case) -> str:
    """The same of knowledge that is worth nothing."""
    return "" if round(page.find("sensitivity.information.all").value) else _on_the_cost(case)  # type: ignore[arg-type]


def _on_the_cost(case: Case) -> str:
    """How the cost that all draws are held against is known, unless it is published."""
    if not isinstance(case.model, Model):
        return ""
    kinds = {case.ranges[name].kind for name in case.model.rests_on("total.cost")}
    if Kind.CALIBRATED in kinds:
        return ", because the cost was solved for so that the model meets the published figures"
    return ", under a cost that is itself assumed" if Kind.ASSUMED in kinds else ""


def _fall(page: Appendix) -> str:
    if page.find("sensitivity.base.ratio").value < 1:  # type: ignore[operator]
        return "At the base values value falls short of cost, so that the effect as a whole would have to be greater."
    return "The effect as a whole could fall by {sensitivity.fall} before value no longer exceeds cost."


def _joint(page: Appendix) -> str:
    if page.find("sensitivity.joint.way").value is None:
        return "Even with every assumption at its unfavourable end the ratio stays on its side of one, at {sensitivity.joint.ratio}."
    return "If all assumptions move together towards their unfavourable ends, value equals cost after {sensitivity.joint.way} of the way."


def _choices(choices: pd.DataFrame | None) -> str:
    return (
        ""
        if choices is None
        else (
            "Of {sensitivity.universes.count} ways to build the model, {sensitivity.universes.above} give a ratio above one; the choice that"
            f" moves it most: {named(choices.index[0])}."
        )
    )


def together_words(page: Appendix, case: Case, claims: Ledger) -> Display | None:
    """How inputs that are known only together are drawn, what difference that makes, and which no longer can be."""
    met = [claim for drawn in case.together for claim in drawn.claims]
    page.add(
        result
        for result in published_claims(claims, dict.fromkeys([*met, *(each.claim for each in case.unmet)]))
        if isinstance(result, Result)
    )
    words = [*_drawn_words(case), *(_unmet_words(case, each) for each in case.unmet)]
    return page.say(" ".join(words)) if words else None


def _drawn_words(case: Case) -> Iterator[str]:
    if not case.together:
        return
    yield from (_set_words(case, drawn) for drawn in case.together)
    if getattr(case.model, "measured", None):
        yield "These figures were solved for with what was published, and are so here, whatever the study's own records have measured since."
    yield (
        "With these inputs drawn one by one the middle draws of the ratio would run from"
        " {sensitivity.draws.ratio_apart|interval}; drawn together they run from {sensitivity.draws.ratio|interval}. Where one"
        " assumption at a time is varied, the set stands for its inputs: moved alone, none of them would meet the published figures."
    )


def _unmet_words(case: Case, unmet: Unmet) -> str:
    members = ", ".join(named(case.label(member)) for member in unmet.members)
    return (
        f"Not drawn together: {members}. They were solved for so that the model gives {{claim:{unmet.claim}}}, and with the values"
        f" that the register has now it no longer does in the scenario {named(unmet.scenario)}. Nothing joins them any more: they count"
        " as assumed here and each is drawn from its own range, so that the spread is wider than what was published allows. Solve for them"
        " anew and put them into the register, and they are drawn together again."
    )


def _set_words(case: Case, drawn: Together) -> str:
    here = f"sensitivity.together.{slug(drawn.name)}"
    members = ", ".join(named(case.label(member)) for member in drawn.members)
    claims = ", ".join(f"{{claim:{claim}}}" for claim in dict.fromkeys(drawn.claims))
    return (
        f"Drawn together: {members}. They were solved for so that the model gives {claims}, and are known only as far as it does."
        " Their joint distribution is that of their ranges, given that the model, all else as in the scenario, gives these"
        " figures: for values within the rounding as many inputs are solved for as there are figures that bind, and each"
        f" solution is weighted by what it stands for. Of {{{here}.tries}} tries {{{here}.accepted}} met every figure, worth"
        f" {{{here}.effective}} equal draws; of draws one by one, about one in {{{here}.one_in|bare}} would. Over the whole set the"
        f" ratio, all else at base, runs from {{{here}.ratio|interval}}."
    )


def first_of(frame: pd.DataFrame) -> str:
    """What the first row is called, to begin a sentence."""
    return named(labelled(frame).index[0]) if len(frame) else ""


def printed_ratio(study: Study) -> dict[float, str]:
    """The headline ratio that the study's source prints, as a line that charts draw; none where it prints none."""
    published = read_published(study)
    value = study.claims[published.headline].number if published else None
    return {} if value is None else {value: "published"}


def tornado_chart(bars: pd.DataFrame, lines: Mapping[float, str]) -> "Figure | None":
    """The ratio at the two ends of each range, the base value as a dot, and lines at ratios by name."""
    return _intervals(bars, "ratio_least", "ratio_most", "base", "pounds for each pound", RATIO, lines)


def indices_chart(largest: pd.DataFrame) -> "Figure | None":
    """The total index of each input with its interval."""
    return _intervals(largest, "total_low", "total_high", "total", "share of the variance of the ratio, %", "%")


def _intervals(
    frame: pd.DataFrame,
    low: str,
    high: str,
    value: str,
    axis: str,
    unit: str,
    lines: Mapping[float, str] | None = None,
) -> "Figure | None":
    share = unit == "%"
    look = {"unit": unit, "decimals": 1 if share else 2, "from_zero": share, "lines": lines}
    return interval_chart(labelled(frame), low, high, axis, value=value, **look) if len(frame) else None


def told_of_switching(switching: pd.DataFrame) -> str:
    """Whether an assumption alone can make value equal cost, in words."""
    return (
        "No value of any other assumption does it alone."
        if switching["switch"].notna().any()
        else "No assumption alone can make value equal cost."
    )


@of_nothing_nothing
def grid_chart(grid: pd.DataFrame) -> "Figure":
    """The ratio over two axes, with the line where value equals cost."""
    return area_chart(grid, _called(grid, grid.columns.name), _called(grid, grid.index.name))


def axes(grid: pd.DataFrame | None) -> str:
    """The names of the two axes of a grid, the one across first."""
    return "" if grid is None else listed(_called(grid, name) for name in (grid.columns.name, grid.index.name))


def listed(labels: Iterable[str]) -> str:
    """Names from data as a sentence lists them."""
    found = list(map(named, labels))
    return " and ".join([", ".join(found[:-1]), *found[-1:]] if len(found) > 1 else found)


@of_nothing_nothing
def told_of_grid(grid: pd.DataFrame) -> str:
    """On which side of one a grid of ratios lies, in words."""
    if len(break_even(grid)):
        return "Value equals cost along the line in the figure."
    above = float(grid.to_numpy().min()) > 1
    return f"Value {'exceeds' if above else 'falls short of'} cost for every pair of values in the two ranges."


def _called(frame: pd.DataFrame, name: object) -> str:
    return in_words(name, description(frame).labels or {})  # type: ignore[union-attr]


def chance_chart(ratios: Mapping[str, Distribution], marks: Mapping[float, str]) -> "Figure":
    """The chance that the ratio exceeds each level, for each way of drawing; lines at `marks`, ratios by name."""
    curves = {name: steps(drawn) for name, drawn in ratios.items()}
    lines = {name: (curve["level"].to_numpy(), curve["chance"].to_numpy()) for name, curve in curves.items()}
    return line_chart(lines, "pounds for each pound", "chance of more, %", RATIO, mark_x=_EVEN | marks)


def convergence_chart(growing: pd.DataFrame) -> "Figure | None":
    """Total indices as the design grows, one line for each input."""
    lines = {_called(growing, name): (growing.index.to_numpy(), growing[name].to_numpy()) for name in growing}
    return line_chart(lines, "runs of the model", "total index, %", powers=True) if lines else None


def told_of_convergence(growing: pd.DataFrame, steady: float) -> str:
    """Whether doubling the runs last changed an index by more than so many percentage points, in words."""
    last = growing.diff().abs().iloc[-1:]
    if len(growing) > 1 and bool((last <= steady).all(axis=None)):
        return "The lines are flat at their right end: more runs would change little."
    return "The lines still move: the indices need more runs."


@of_nothing_nothing
def hurdle_chart(asked: pd.DataFrame) -> "Figure | None":
    """The worth of knowing everything, by the value asked for each pound; no chart of fewer than three levels."""
    if len(asked) < FEWEST_BARS:
        return None
    levels = [f"at least {write(level, 'GBP', 2)} asked" for level in asked.index]
    fig = bar_chart(asked.set_axis(levels, axis=0), ["everything"], "pounds, worth of knowing every input", unit="GBP")
    fig.axes[0].set_gid("structural_rows")
    return fig


@of_nothing_nothing
def told_of_hurdles(asked: pd.DataFrame) -> str:
    """What knowing every input is worth at the level at which it is worth most."""
    if len(asked) < FEWEST_BARS:
        return ""
    level = slug(description(asked).row.format(asked["everything"].idxmax()))  # type: ignore[union-attr]
    return f"Knowing every input is worth {{06_sroi_sensitivity.hurdles.{level}.everything|bare}} at most, at the level where the decision is closest."


def worth_words(page: Appendix, case: Case, worth: pd.DataFrame, asked: pd.DataFrame) -> Display | None:
    """That no finding could change the decision, where none could, and whether one could if funding asked for more (`asked`)."""
    return page.say("".join(_worthless(page, case, asked))) if worth.loc["everything", "worth"] == 0 else None


def _worthless(page: Appendix, case: Case, asked: pd.DataFrame) -> Iterator[str]:
    yield f"The worth of knowing everything is {{sensitivity.information.all}}{_where_worthless(page, case)}: every draw leads to the"
    yield " same decision, so that no finding within these ranges could change it."
    if not len(asked):
        yield " Nor would it at any of the levels of value for each pound that the figure of chances shows."


@of_nothing_nothing
def ways_chart(universes: Multiverse, marks: Mapping[float, str]) -> "Figure":
    """The ratios of all universes from the lowest to the highest; lines at `marks`, ratios by name."""
    curve = ratios_by_share(universes, 101)
    lines = {"ratio": (curve.index.to_numpy(), curve["ratio"].to_numpy())}
    return line_chart(
        lines, "share of the ways to build the model, %", "pounds for each pound", "", RATIO, mark_y=_EVEN | marks
    )


def about_weights(shares: pd.DataFrame) -> str:
    """What a table of beneficiaries says where it has no distributional weights."""
    return "" if "weight" in shares else " No distributional weights: every pound counts alike."
