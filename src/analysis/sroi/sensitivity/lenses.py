"""One programme through several conventions side by side: as published, Green Book with WELLBYs, fiscal only."""

from collections.abc import Mapping, Sequence

import pandas as pd
from pydantic import Field

from analysis.sroi.sensitivity.appraisal import Band
from analysis.sroi.sensitivity.case import PLACE, Case
from analysis.sroi.sensitivity.multiverse import Choice, Option, multiverse


class Lens(Option):
    """A set of conventions: what an option may change, which rules it stands for, and what it lacks.

    `missing` names a figure that nobody has published and without which the lens gives no number; `wellby` says that
    this figure is the change in life satisfaction, so that the ratio can be given as a function of it.
    """

    rules: str = Field(description="the conventions in words")
    missing: str = ""
    wellby: bool = False


def lens_table(
    case: Case, lenses: Sequence[Lens], schedules: Mapping[str, Sequence[Band]] | None = None, place: str = PLACE
) -> pd.DataFrame:
    """Value, cost, net (GBP) and ratio under each lens; nan where a lens lacks a figure.

    Index: lens. Columns: value, cost, net, ratio, rules, missing. Raises InputError as `multiverse` does.
    """
    found = multiverse(case, (Choice(name="lens", options=tuple(lenses)),), schedules, place).table.set_index("lens")
    found = found.assign(rules=[lens.rules for lens in lenses], missing=[lens.missing for lens in lenses])
    numbers = ["value", "cost", "net", "ratio"]
    found[numbers] = found[numbers].where(found["missing"] == "")
    return found


def wellby_ratios(
    case: Case, lens: Lens, person_years: Mapping[str, float], worth: Mapping[str, float], points: Sequence[float]
) -> pd.DataFrame:
    """The ratio under a lens if each outcome named had changed life satisfaction by so many points through its person-years.

    `person_years` by outcome; `worth` is pounds for one point for one person-year by name of the estimate. All other
    outcomes count as under the lens. Index: points (0 to 10 scale); one column of ratios for each estimate.
    """
    outcome = case.at({name: case.number(value, lens.name) for name, value in lens.values.items()})
    rest = float(outcome.value) - sum(float(outcome.by_outcome[name]) for name in person_years)
    years = sum(person_years.values())
    rows = {
        point: {name: (rest + point * years * pounds) / float(outcome.cost) for name, pounds in worth.items()}
        for point in points
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("points")
