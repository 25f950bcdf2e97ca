"""One programme through several conventions side by side: as published, Green Book with WELLBYs, fiscal only."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from pydantic import Field

from analysis.described import described
from analysis.results import Column
from analysis.sroi.sensitivity.appraisal import Reference, Wellbeing, wellby_values
from analysis.sroi.sensitivity.case import AMOUNTS, PLACE, RATIO, Case
from analysis.sroi.sensitivity.multiverse import Choice, Option, multiverse


class Lens(Option):
    """A set of conventions: what an option may change, which rules it stands for, and what it lacks.

    `missing` names a figure that nobody has published and without which the lens gives no number; `wellby` says that
    this figure is the change in life satisfaction, so that the ratio can be given as a function of it.
    """

    rules: str = Field(description="the conventions in words")
    missing: str = ""
    wellby: bool = False


@described(None, {**AMOUNTS, "conventions": Column("Conventions")}, header="Lens", row="{}", words=("conventions",))
def lenses(
    case: Case, asked: Sequence[Lens], reference: Reference | None = None, place: str = PLACE
) -> pd.DataFrame | None:
    """Value, cost, net (GBP) and ratio under each lens; nan where a lens lacks a figure. None where no lens is asked for.

    Index: lens. Columns: value, cost, net, ratio, missing, conventions (in words, with what is missing). Raises InputError as
    `multiverse` does.
    """
    if not asked:
        return None
    schedules = reference.schedules if reference else None
    found = multiverse(case, (Choice(name="lens", options=tuple(asked)),), schedules, place).frame.set_index("lens")  # type: ignore[union-attr]
    lacking = [f". Missing: {lens.missing}." if lens.missing else "" for lens in asked]
    words = [lens.rules.rstrip(".") + lack for lens, lack in zip(asked, lacking, strict=True)]
    found = found.assign(missing=[lens.missing for lens in asked], conventions=words)
    numbers = ["value", "cost", "net", "ratio"]
    found[numbers] = found[numbers].where(found["missing"] == "")
    return found


@described(None, {}, header="Points", row="{:g}", other=Column("Ratio at the {} WELLBY", RATIO, decimals=2))
def wellby_ratios(
    case: Case, asked: Sequence[Lens], spread: Sequence[Wellbeing], reference: Reference, points: Sequence[float]
) -> pd.DataFrame | None:
    """The ratio under the lens that values life satisfaction, if that had changed by so many points through the person-years.

    All other outcomes count as under the lens. Index: points (0 to 10 scale); one column of ratios for each estimate of the
    WELLBY. None without such a lens, or without outcomes that are valued so.
    """
    lens = next((lens for lens in asked if lens.wellby), None)
    if lens is None or not spread:
        return None
    years = {entry.outcome: entry.years(case) for entry in spread}
    latest = max(spread, key=lambda entry: entry.price_year)
    worth = {name: point * latest.raised(case) for name, point in wellby_values(reference, latest.price_year).items()}
    outcome = case.at({name: case.number(value, lens.name) for name, value in lens.values.items()})
    rest = float(outcome.value) - sum(float(outcome.by_outcome[name]) for name in years)
    gained = np.multiply.outer(np.asarray(points, dtype=float) * sum(years.values()), list(worth.values()))
    index = pd.Index(points, name="points")
    return pd.DataFrame((rest + gained) / float(outcome.cost), index=index, columns=list(worth))
