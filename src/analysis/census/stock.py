"""Estimator 1, the stock difference: residents of a birth group in 2011 less those in 2001."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field

from analysis.census.files import read_models, refuse_repeated
from analysis.census.groups import birth_groups
from analysis.census.reference import Reference
from analysis.files import Strict

STOCK_FILE = "census_2001_stock.csv"
HOW_TO_SUPPLY = (
    f"Put {STOCK_FILE} into the folder records of the study, under data/raw, with the columns area_code, birth_group, residents and "
    "source, from 2001 Census table UV008 (eu_2001, eu_accession, non_eu) or KS005 (eu_2001, elsewhere)."
)
# KS005 of 2001 knows no later members: accession countries and the rest of the world stand together as "elsewhere".
SUMS = {name: [name] for name in ("eu_2001", "eu_accession", "non_eu")} | {"elsewhere": ["eu_accession", "non_eu"]}


class Stock(Strict):
    """Residents of one area by birth group in the 2001 Census, in the country groups of 2011."""

    area_code: str = Field(description="2011 code of the area, such as E06000044")
    birth_group: Literal["eu_2001", "eu_accession", "non_eu", "elsewhere"] = Field(
        description="elsewhere: accession countries and all outside the EU together, as table KS005 has them"
    )
    residents: int = Field(ge=0, description="usual residents on 29 April 2001")
    source: str = Field(min_length=3, description="table and place, such as KS005")


def read_stock_2001(study_folder: Path) -> tuple[Stock, ...]:
    """The 2001 counts a study supplies; empty where the file is absent. Raises InputError for an unusable file."""
    path = study_folder / STOCK_FILE
    if not path.exists():
        return ()
    rows = tuple(read_models(path, Stock))
    refuse_repeated([(row.area_code, row.birth_group) for row in rows], path, "each area and group once")
    return rows


def stock_difference(reference: Reference, codes: Sequence[str], stock: Sequence[Stock]) -> pd.DataFrame:
    """Change of the stock 2001 to 2011: one row for each area and group that was asked for or supplied.

    Columns area_code, birth_group, residents_2001, residents_2011, change (persons) and note. change = stock in 2011 −
    stock in 2001: arrivals who stayed, less deaths and departures among those counted in 2001. Where the 2001 count is
    missing, residents_2001 and change are NaN and the note says how to supply it.
    """
    groups = birth_groups(reference, codes)
    supplied = {(row.area_code, row.birth_group): row for row in stock if row.area_code in groups.index}
    wanted = [(code, group) for code in codes for group in SUMS if group == "non_eu" or (code, group) in supplied]
    return pd.DataFrame(
        [_difference(groups.loc[code], code, group, supplied.get((code, group))) for code, group in wanted]
    )


def _difference(groups: pd.Series, code: str, group: str, row: Stock | None) -> dict[str, object]:
    now = float(groups[SUMS[group]].sum())
    before = np.nan if row is None else float(row.residents)
    note = HOW_TO_SUPPLY if row is None else row.source
    return {
        "area_code": code,
        "birth_group": group,
        "residents_2001": before,
        "residents_2011": now,
        "change": now - before,
        "note": note,
    }


def stock_that_would_agree(cohort: pd.DataFrame, groups: pd.DataFrame, group: str = "non_eu") -> pd.DataFrame:
    """What the 2001 count would change: the counts with which estimators 1 and 2 agree, areas x (estimate, low, high).

    Agreement means stock 2011 − stock 2001 = arrivals since 2001, so the 2001 count would have to equal the residents of
    2011 who had arrived earlier. The range follows from the exact bounds of the arrivals. A higher count shows how many
    of those counted in 2001 have died or left; a lower one, how many earlier arrivals have moved in from elsewhere.
    """
    now = groups[group]
    arrived = {"estimate": cohort[group], "low": cohort[f"{group}_high"], "high": cohort[f"{group}_low"]}
    return pd.DataFrame({end: now - number for end, number in arrived.items()})
