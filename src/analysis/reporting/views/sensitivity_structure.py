"""The structural half of 06_sroi_sensitivity: ways to build the model, outcomes, conventions, beneficiaries."""

import math

import numpy as np
import pandas as pd

from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.views.sensitivity_charts import evenly, line_chart
from analysis.reporting.views.sensitivity_parts import (
    HERE,
    amounts,
    inputs_of_step,
    known,
    label_of,
    labels,
    named,
    titled,
)
from analysis.results import Column, Kind
from analysis.sroi.sensitivity.analyse import Findings


def universe_figure(page: Appendix, found: Findings) -> Display:
    """Figure: the ratios of all universes from the lowest to the highest."""
    if found.universes is None:
        return page.say("The model has one outcome and no structural choice, so that there is one way to build it.")
    ratios = found.universes.table["ratio"].to_numpy()
    shares, sorted_ratios = evenly(ratios)
    tenths = evenly(ratios, 11)
    data = pd.DataFrame(
        {"ratio": tenths[1]},
        index=pd.Index([f"{share:.0f} %" for share in tenths[0]], name="Share of the ways at or below"),
    )
    return page.figure(
        "universes",
        line_chart(
            {"ratio": (shares, sorted_ratios)},
            "share of the ways to build the model, %",
            "pounds for each pound",
            "",
            "GBP per GBP",
            mark_y=1.0,
        ),
        "The ratio under every combination of structural choices, from the lowest to the highest.",
        "{sensitivity.universes.above} of the ways to build the model give a ratio above one.",
        data,
        {"ratio": Column("Ratio", "GBP per GBP", known(found), 2, function=f"{HERE}.multiverse.multiverse")},
    )


def choice_table(page: Appendix, found: Findings) -> Display:
    """Table: how far each structural choice moves the ratio."""
    if found.universes is None:
        return page.say("No structural choice is listed.")
    function = f"{HERE}.multiverse.Multiverse.influence"
    columns = {
        "swing": Column("Mean difference between its options", "GBP per GBP", known(found), 2, function=function),
        "variance": Column("Share of the variance alone", "%", known(found), 1, function=function),
        "lowest": Column("Lowest option"),
        "highest": Column("Highest option"),
    }
    return page.table(
        "choices",
        found.universes.influence(),
        columns,
        "Structural choices, the one that moves the ratio most first.",
        text={"lowest": "label", "highest": "label"},
    )


def materiality_table(page: Appendix, found: Findings) -> Display:
    """Table: outcomes by size, what they add up to, and the ratio with only those so far."""
    function = f"{HERE}.materiality.materiality_curve"
    columns = {
        "value": Column("Value", "GBP", known(found), 0, inputs="rests", function=function),
        "share": Column("Share of all value", "%", known(found), 1, function=function),
        "cumulative": Column("Cumulated share", "%", known(found), 1, function=function),
        "ratio": Column("Ratio with those so far", "GBP per GBP", known(found), 2, function=function),
    }
    rests = inputs_of_step(found, "outcome_steps", found.materiality.index)
    frame = found.materiality.assign(
        rests=rests, material=np.where(found.materiality["share"] >= found.settings.material, "yes", "no")
    )
    frame = frame.set_axis(labels(found, frame.index, "Outcome"))
    return page.table(
        "materiality",
        frame,
        columns | {"material": Column("Material")},
        "Materiality: outcomes from the largest to the smallest.",
    )


def overlap_table(page: Appendix, found: Findings) -> Display:
    """Table: the ratio as outcomes that may be one benefit go from separate to merged."""
    if found.overlap is None:
        return page.say("No outcomes are listed that may be the same benefit.")
    frame = found.overlap.set_index(pd.Index([f"{share:.0f} %" for share in found.overlap["overlap"]], name="Overlap"))
    return page.table(
        "overlap",
        frame,
        amounts(found, "materiality.overlap_curve", ("value", "net", "ratio")),
        f"Overlap between {' and '.join(named(label_of(found, name)) for name in found.settings.overlap)}.",
    )


def overlap_matrix_table(page: Appendix, found: Findings) -> Display:
    """Table: the ratio if two outcomes were one benefit, for every pair."""
    if len(found.overlaps) < 2:
        return page.say("There is one outcome, so that none can be counted twice.")
    frame = found.overlaps.set_axis(labels(found, found.overlaps.index, "Outcome"))
    columns = {
        name: Column(
            titled(label_of(found, name)), "GBP per GBP", known(found), 2, function=f"{HERE}.materiality.overlap_matrix"
        )
        for name in frame
    }
    return page.table(
        "overlap_matrix",
        frame,
        columns,
        "The ratio if two outcomes were one and the same benefit, of which only the larger would count.",
    )


def lens_table(page: Appendix, found: Findings) -> Display:
    """Table: the programme through each set of conventions."""
    if found.lenses is None:
        return page.say("No other conventions are listed.")
    lacking = found.lenses["missing"].where(
        found.lenses["missing"] == "", ". Missing: " + found.lenses["missing"] + "."
    )
    frame = found.lenses.assign(rules=found.lenses["rules"].str.rstrip(".") + lacking)
    columns = {**amounts(found, "lenses.lens_table"), "rules": Column("Conventions")}
    return page.table("lenses", frame, columns, "One programme, several conventions.", text={"rules": "label"})


def wellbeing_table(page: Appendix, found: Findings) -> Display:
    """Table: the change in life satisfaction that the outcome's value stands for."""
    if found.wellbeing is None:
        return page.say("No outcome is valued as wellbeing.")
    function = f"{HERE}.appraisal.implied_points"
    columns = {
        f"at_{name}": Column(f"At the {name} WELLBY", "points", known(found), 2, function=function)
        for name in ("low", "central", "high")
    }
    caption = "Points of life satisfaction, from nought to ten, through one year for each participant that the value stands for."
    return page.table(
        "wellbeing",
        found.wellbeing.set_axis(labels(found, found.wellbeing.index, "Outcome")),
        {"person_years": Column("Person-years", "person-years", known(found), 1, function=function)}
        | columns
        | {"why": Column("How they are counted")},
        caption,
        text={"why": "label"},
    )


def wellby_table(page: Appendix, found: Findings) -> Display:
    """Table: the ratio with wellbeing valued by points of life satisfaction, by the change in it."""
    if found.wellby is None:
        return page.say("No conventions are listed that value life satisfaction.")
    frame = found.wellby.set_axis(pd.Index([f"{point:g}" for point in found.wellby.index], name="Points"))
    function = f"{HERE}.lenses.wellby_ratios"
    columns = {
        name: Column(f"Ratio at the {name} WELLBY", "GBP per GBP", known(found), 2, function=function) for name in frame
    }
    return page.table(
        "wellby",
        frame,
        columns,
        "The ratio with wellbeing valued by WELLBY, if life satisfaction had changed by so many points.",
    )


def payback_table(page: Appendix, found: Findings) -> Display:
    """Table: years until value reaches cost."""
    if found.payback is None:
        return page.say("The model keeps no years, so that no payback period can be given.")
    frame = found.payback.assign(years=found.payback["years"].where(np.isfinite(found.payback["years"])))
    return page.table(
        "payback",
        frame,
        {"years": Column("Years", "years", known(found), 1, function=f"{HERE}.appraisal.payback_years")},
        "Payback period.",
        note="Value stands in the year in which the model books it; a total over many years that is booked at once makes the period too short. Not available: not within the years the model counts.",
    )


def years_table(page: Appendix, found: Findings) -> Display:
    """Table: value year by year, with discount factors and present values."""
    if found.years is None:
        return page.say("The model keeps no years, so that nothing can be discounted year by year.")
    used = found.years[found.years["value"] != 0]
    if not len(used):
        return page.say("No year has any value.")
    frame = found.years.loc[: used.index[-1]]
    frame = frame.set_axis(pd.Index([f"year {year}" for year in frame.index], name="Year"))
    function = f"{HERE}.appraisal.discounted_years"
    columns = {
        "value": Column("Value as modelled", "GBP", known(found), 0, function=function),
        "factor": Column("Factor", "", Kind.REFERENCE, 4, function=f"{HERE}.appraisal.discount_factors"),
        "present": Column("Present value", "GBP", known(found), 0, function=function),
        "together": Column("Present value so far", "GBP", known(found), 0, function=function),
    }
    return page.table("years", frame, columns, "Value year by year, and discounted by the Green Book schedule.")


def optimism_table(page: Appendix, found: Findings) -> Display:
    """Table: each outcome corrected for optimism by its evidence grade."""
    if found.optimism is None:
        return page.say("No evidence grades are given for the outcomes.")
    function = f"{HERE}.materiality.optimism_corrected"
    cost = float(found.case.at().cost)
    rests = inputs_of_step(found, "outcome_steps", found.optimism.index)
    whole = found.optimism[["value", "corrected"]].sum()
    frame = pd.concat(
        [found.optimism, pd.DataFrame({"grade": "", "factor": math.nan, **whole}, index=["all outcomes"])]
    )
    frame = frame.set_axis(labels(found, frame.index, "Outcome"))
    frame = frame.assign(
        ratio=frame["corrected"] / cost,
        rests=[*rests, ""],
        from_both=[
            *map(" assumption:optimism_factor_".join, zip(rests, found.optimism["grade"].str.lower(), strict=True)),
            "",
        ],
    )
    columns = {
        "grade": Column("Evidence grade"),
        "value": Column("Value as modelled", "GBP", known(found), 0, inputs="rests", function=function),
        "corrected": Column("Value corrected", "GBP", known(found), 0, inputs="from_both", function=function),
        "ratio": Column("Corrected value for each pound of cost", "GBP per GBP", known(found), 2, function=function),
    }
    return page.table("optimism", frame, columns, "Correction for optimism by evidence grade.")


def weight_table(page: Appendix, found: Findings) -> Display:
    """Table: value by beneficiary, with distributional weights where incomes are given."""
    function = f"{HERE}.appraisal.weighted"
    frame = found.weights.assign(rests=inputs_of_step(found, "beneficiary_steps", found.weights.index))
    columns = {"value": Column("Value", "GBP", known(found), 0, inputs="rests", function=function)}
    if found.settings.weight_incomes:
        columns |= {
            "weight": Column("Weight of a pound", "", known(found), 2, function=function),
            "weighted": Column("Weighted value", "GBP", known(found), 0, function=function),
        }
    off = "" if found.settings.weight_incomes else " No distributional weights: every pound counts alike."
    return page.table("beneficiaries", frame, columns, f"Value by beneficiary.{off}")
