"""Residents by group of countries of birth, for any number of areas at once."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.census.reference import Category, Reference

GROUPS = ("uk", "eu_2001", "eu_accession", "non_eu")
FOREIGN = GROUPS[1:]
GROUP_LABELS = {
    "all": "All usual residents",
    "uk": "United Kingdom",
    "eu_2001": "Members of the European Union in March 2001, with Ireland",
    "eu_accession": "Countries that joined April 2001 to March 2011",
    "non_eu": "Outside the European Union",
}


def leaves(categories: Sequence[Category], group: str | None = None) -> tuple[Category, ...]:
    """The categories without parts, all of them or those of one birth group."""
    return tuple(leaf for leaf in categories if leaf.birth_group and group in (None, leaf.birth_group))


def birth_groups(reference: Reference, codes: Sequence[str]) -> pd.DataFrame:
    """Usual residents by birth group, areas x (all, uk, eu_2001, eu_accession, non_eu); table QS203EW.

    Each group is the sum of the categories that have no parts, so the groups add to all residents. The group outside
    the European Union follows the membership of March 2011: Croatia is in it, and so are the Crown dependencies.
    """
    country = reference.country.loc[list(codes)]
    sums = {
        group: country[[leaf.category for leaf in leaves(reference.categories, group)]].sum(axis=1) for group in GROUPS
    }
    return pd.DataFrame({"all": country.iloc[:, 0], **sums})


def countries_of_birth(reference: Reference, code: str, group: str = "non_eu") -> pd.DataFrame:
    """The categories of one group in one area, largest first: residents, share of the group, share of all residents."""
    row = reference.country.loc[code]
    names = [leaf.category for leaf in leaves(reference.categories, group)]
    frame = pd.DataFrame({"residents": row[names]}).rename_axis("category")
    frame["share_of_group"] = frame["residents"] / frame["residents"].sum()
    frame["share_of_all"] = frame["residents"] / row.iloc[0]
    return frame.assign(name=[name.split(": ")[-1] for name in frame.index]).sort_values(
        ["residents", "name"], ascending=[False, True]
    )


def counts_of(reference: Reference, codes: Sequence[str], chosen: Sequence[Category]) -> np.ndarray:
    """Residents in the given categories, shape (areas, categories)."""
    return reference.country.loc[list(codes), [category.category for category in chosen]].to_numpy(dtype=float)
