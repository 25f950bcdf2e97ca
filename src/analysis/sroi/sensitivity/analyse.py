"""All analyses of one case in one go, from one seed."""

from dataclasses import dataclass, replace

import pandas as pd

from analysis.errors import InputError
from analysis.sroi.sensitivity import appraisal, indices, information, materiality, one_way, probabilistic, switching
from analysis.sroi.sensitivity.case import PLACE, Case
from analysis.sroi.sensitivity.correlation import Group
from analysis.sroi.sensitivity.lenses import lens_table, wellby_ratios
from analysis.sroi.sensitivity.multiverse import Multiverse, multiverse
from analysis.sroi.sensitivity.settings import Settings, Wellbeing, choices_for, grid_inputs, groups_for, scenarios_for
from analysis.study import Register

GRADES = ("A", "B", "C", "D")


@dataclass(frozen=True)
class Findings:
    """What the analyses gave; tables as the functions of this package return them, None where the model has no such thing."""

    case: Case
    settings: Settings
    groups: tuple[Group, ...]
    tornado: pd.DataFrame
    grid: pd.DataFrame | None
    effect_and_cost: pd.DataFrame
    scenarios: pd.DataFrame
    runs: dict[str, dict[str, probabilistic.Distribution]]
    apart: probabilistic.Distribution | None
    switching: pd.DataFrame
    joint: switching.Joint
    indices: pd.DataFrame
    convergence: pd.DataFrame
    information: pd.DataFrame
    hurdles: pd.DataFrame
    universes: Multiverse | None
    materiality: pd.DataFrame
    overlap: pd.DataFrame | None
    lenses: pd.DataFrame | None
    optimism: pd.DataFrame | None
    payback: pd.DataFrame | None
    years: pd.DataFrame | None
    overlaps: pd.DataFrame
    wellbeing: pd.DataFrame | None
    wellby: pd.DataFrame | None
    weights: pd.DataFrame


def analyse(
    case: Case,
    settings: Settings,
    stipulated: Register,
    reference: appraisal.Reference,
    seed: int,
    draws: int,
    design: int,
) -> Findings:
    """Run everything: `draws` of the probabilistic analyses, a variance-based design of `design` rows, one seed."""
    groups = groups_for(case, settings, stipulated)
    pair, choices = grid_inputs(case, settings), choices_for(case, settings)
    rows = indices.terms(case, design, seed)
    return Findings(
        case=case,
        settings=settings,
        groups=groups,
        tornado=one_way.tornado(case),
        grid=one_way.two_way(case, *pair) if pair else None,
        effect_and_cost=one_way.effect_and_cost(case),
        scenarios=one_way.scenarios(case, {"central": {}} | scenarios_for(case, settings)),
        runs=probabilistic.both(case, draws, seed, groups),
        apart=_apart(case, draws, seed, groups),
        switching=switching.switching_values(case),
        joint=switching.joint_switch(case),
        indices=indices.variance_indices(rows, seed),
        convergence=indices.convergence(rows),
        information=information.information_table(
            case, settings.information, min(draws, information.DRAWS), seed, groups
        ),
        hurdles=information.worth_by_hurdle(
            case, settings.information, settings.levels, min(draws, information.HURDLE_DRAWS), seed, groups
        ),
        universes=multiverse(case, choices, reference.schedules) if choices else None,
        materiality=materiality.materiality_curve(case),
        overlap=materiality.overlap_curve(case, settings.overlap) if settings.overlap else None,
        lenses=lens_table(case, settings.lenses, reference.schedules) if settings.lenses else None,
        optimism=_optimism(case, settings, stipulated),
        payback=payback(case, reference),
        years=discounted_years(case, reference),
        overlaps=materiality.overlap_matrix(case),
        wellbeing=_wellbeing(case, settings, reference),
        wellby=_wellby(case, settings, reference),
        weights=_weights(case, settings, stipulated),
    )


def _apart(case: Case, draws: int, seed: int, groups: tuple[Group, ...]) -> probabilistic.Distribution | None:
    """The ratio as it would be if inputs drawn together were drawn one by one; None where there are none."""
    if not case.together:
        return None
    return probabilistic.simulate(replace(case, together=()), draws, seed, groups, measures=("ratio",))["ratio"]


def how_known(case: Case) -> str:
    """How the model's numbers are known: calibrated if any input is, otherwise assumed if any is, else recomputed."""
    kinds = {entry.kind for entry in case.ranges.values()}
    return next((kind for kind in ("calibrated", "assumed") if kind in kinds), "recomputed")


def payback(case: Case, reference: appraisal.Reference) -> pd.DataFrame | None:
    """Years until value reaches cost; None where the model keeps no years.

    As the model counts value, its own discounting included, and with the Green Book rate on top.

    Index: way of counting. Column: years (inf: not within the years the model counts).
    """
    flows = _flows(case)
    if flows is None:
        return None
    cost = float(case.at().cost)
    years = {"as the model counts value": (), "and discounted by the Green Book schedule": reference.standard}
    found = {name: appraisal.payback_years(flows, cost, bands) for name, bands in years.items()}
    return pd.DataFrame({"years": found}).rename_axis("counted")


def discounted_years(case: Case, reference: appraisal.Reference) -> pd.DataFrame | None:
    """Value year by year with the Green Book factors on top; None where the model keeps no years."""
    flows = _flows(case)
    return None if flows is None else appraisal.discounted_years(flows, reference.standard)


def _flows(case: Case) -> list[float] | None:
    """Value in pounds by year, year 0 first, to the last year with any."""
    by_year = getattr(case.at(), "by_year", None)
    if by_year is None:
        return None
    return [float(by_year.get(year, 0.0)) for year in range(max(by_year) + 1)]


def _optimism(case: Case, settings: Settings, stipulated: Register) -> pd.DataFrame | None:
    if not settings.grades:
        return None
    factors = {grade: stipulated[f"optimism_factor_{grade.lower()}"].value for grade in GRADES}
    return materiality.optimism_corrected(case, settings.grades, factors)


def _wellbeing(case: Case, settings: Settings, reference: appraisal.Reference) -> pd.DataFrame | None:
    """Points of life satisfaction through a year for each person that the outcome's value stands for, by WELLBY estimate.

    Index: outcome; columns: low, central, high WELLBY value give `at_low`, `at_central`, `at_high`, and person_years.
    """
    if not settings.wellbeing:
        return None
    rows = {entry.outcome: _points(case, entry, reference) for entry in settings.wellbeing}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("outcome")


def _points(case: Case, entry: Wellbeing, reference: appraisal.Reference) -> dict[str, float | str]:
    amounts = case.at().by_outcome
    if entry.outcome not in amounts:
        raise InputError(
            PLACE,
            column="wellbeing",
            found=f"{entry.outcome!r}, which is no outcome of the model",
            expected=f"one of {', '.join(amounts)}",
            action="correct the name",
        )
    years = case.number(entry.person_years, f"wellbeing.{entry.outcome}")
    worth = {name: appraisal.wellby_value(reference, name, entry.price_year) for name in reference.wellby}
    points = {
        f"at_{name}": appraisal.implied_points(float(amounts[entry.outcome]), years, pounds)
        for name, pounds in worth.items()
    }
    return {"person_years": years, **points, "why": entry.why}


def _wellby(case: Case, settings: Settings, reference: appraisal.Reference) -> pd.DataFrame | None:
    """The ratio under the lens that values life satisfaction, by the change in it; None without such a lens."""
    lens = next((lens for lens in settings.lenses if lens.wellby), None)
    if lens is None or not settings.wellbeing:
        return None
    years = {
        entry.outcome: case.number(entry.person_years, f"wellbeing.{entry.outcome}") for entry in settings.wellbeing
    }
    price_year = max(entry.price_year for entry in settings.wellbeing)
    worth = {name: appraisal.wellby_value(reference, name, price_year) for name in reference.wellby}
    return wellby_ratios(case, lens, years, worth, settings.points)


def _weights(case: Case, settings: Settings, stipulated: Register) -> pd.DataFrame:
    amounts = {name: float(found) for name, found in case.at().by_beneficiary.items()}
    if not settings.weight_incomes or settings.reference_income is None:
        return appraisal.weighted(amounts)
    elasticity = stipulated["income_elasticity"].value
    return appraisal.weighted(
        amounts, appraisal.distributional_weights(settings.weight_incomes, settings.reference_income, elasticity)
    )
