"""One programme through several conventions side by side: as published, Green Book with WELLBYs, fiscal only."""

from collections.abc import Mapping, Sequence

import pandas as pd
from pydantic import Field

from analysis.sroi.sensitivity.appraisal import Band
from analysis.sroi.sensitivity.case import PLACE, Case
from analysis.sroi.sensitivity.multiverse import Choice, Option, multiverse


class Lens(Option):
    """A set of conventions: what an option may change, which rules it stands for, and what it lacks.

    `missing` names a figure that nobody has published and without which the lens gives no number.
    """

    rules: str = Field(description="the conventions in words")
    missing: str = ""


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
