"""Estimator 2, the arrival cohort: residents by birth group and year of arrival, from the two margins the census prints.

QS203EW gives an area's residents by country of birth, QS801EW the same residents by year of arrival; no table crosses
the two for a local authority. Two answers are given: one allocation, by iterative proportional fitting (Deming and
Stephan 1940), and the exact range over all allocations that have these margins (Fréchet 1940).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.census.areas import missing_reasons
from analysis.census.groups import FOREIGN, birth_groups
from analysis.census.reference import Reference
from analysis.census.survey import survey_series
from analysis.census.tables import YEAR_OF_ARRIVAL

BANDS = YEAR_OF_ARRIVAL.categories[2:]
SINCE_2001 = BANDS[-4:]
SINCE_ENLARGEMENT = BANDS[-3:]  # 2004-06 and later: the accessions of May 2004 and January 2007
UNITED_KINGDOM = "K02000001"
SEED_YEARS = (2005, 2011)  # first year of the survey's series, and the census year


def arrival_margins(reference: Reference, codes: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Residents born abroad: areas x birth groups, areas x arrival bands, and for each area a reason or an empty text.

    An area has a reason, and NaN in its bands, where the arrival table lacks it or counts a different number of
    residents born abroad than the country table.
    """
    groups = birth_groups(reference, codes)[list(FOREIGN)].astype(float)
    gaps = missing_reasons(codes, reference.year_of_arrival, YEAR_OF_ARRIVAL.table, reference.changes)
    bands = reference.year_of_arrival.reindex(list(codes))[list(BANDS)].astype(float)
    difference = (groups.sum(axis=1) - bands.sum(axis=1)).where(gaps == "", 0.0)
    for code in difference.index[difference != 0]:
        gaps[code] = (
            f"QS203EW and QS801EW differ by {abs(difference[code]):,.0f} residents born abroad; the arrival table was "
            "summed from small areas, one of which is in the wrong district"
        )
    bands.loc[gaps != ""] = np.nan
    return groups, bands, gaps


def uniform_seed() -> np.ndarray:
    """No association of birth group and year of arrival, (groups, bands): IPF then gives row x column / total."""
    return np.ones((len(FOREIGN), len(BANDS)))


def survey_growth_seed(reference: Reference) -> np.ndarray:
    """Association of birth group with recent arrival as the survey's national growth suggests, shape (groups, bands).

    For each group the share of its 2011 stock in the United Kingdom by which it grew since 2005,
    1 − stock(2005) / stock(2011), weights the bands from 2004-06 on; the rest weights the earlier bands. Accession
    countries are the survey's EU-born without the EU14. Source: APS table 1.1. Net growth understates gross arrivals,
    for all groups.
    """
    index = pd.Index([UNITED_KINGDOM])
    names = ("eu_born", "eu14_born", "non_eu_born")
    stock = {name: survey_series(reference.survey, name, index)[0].iloc[0] for name in names}
    series = (stock["eu14_born"], stock["eu_born"] - stock["eu14_born"], stock["non_eu_born"])
    first, last = SEED_YEARS
    grown = np.clip([1 - values[first] / values[last] for values in series], 0.01, 0.99)
    recent = np.isin(BANDS, SINCE_ENLARGEMENT)
    return np.where(recent, grown[:, None], 1 - grown[:, None])


SEEDS = {"survey_growth": survey_growth_seed, "independence": lambda reference: uniform_seed()}


def fit_margins(
    rows: np.ndarray, columns: np.ndarray, seed: np.ndarray, tolerance: float = 1e-6, most: int = 1000
) -> np.ndarray:
    """Iterative proportional fitting of many tables at once.

    `rows` (areas, groups) and `columns` (areas, bands) are the margins, with equal totals in each area; `seed`
    (groups, bands) holds the association to keep. Returns (areas, groups, bands), both margins met within `tolerance`
    persons; an area with NaN in a margin stays NaN. The fit keeps the odds ratios of the seed and among all tables with
    these margins is the one nearest to the seed in relative entropy (Deming and Stephan 1940; Ireland and Kullback
    1968). Raises ValueError where margins cannot be met.

    >>> fit_margins(np.array([[30., 70.]]), np.array([[40., 60.]]), np.ones((2, 2)))[0].round(6).tolist()
    [[12.0, 18.0], [28.0, 42.0]]
    """
    known = ~(np.isnan(rows).any(axis=1) | np.isnan(columns).any(axis=1))
    fitted = np.full((*rows.shape, columns.shape[1]), np.nan)
    fitted[known] = seed
    open_ = np.flatnonzero(known)  # each area stops by itself, so that it does not depend on its neighbours
    for _ in range(most):
        table = _one_round(fitted[open_], rows[open_], columns[open_])
        fitted[open_] = table
        open_ = open_[_apart(table, rows[open_], columns[open_]) > tolerance]
        if not len(open_):
            return fitted
    raise ValueError(f"{len(open_)} areas do not meet their margins within {tolerance:g} persons after {most} rounds")


def _one_round(table: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    table = table * _ratio(rows, table.sum(axis=2))[:, :, None]
    return table * _ratio(columns, table.sum(axis=1))[:, None, :]


def _ratio(target: np.ndarray, current: np.ndarray) -> np.ndarray:
    return np.divide(target, current, out=np.zeros_like(target), where=current > 0)


def _apart(table: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Largest distance from either margin, for each area."""
    return np.maximum(np.abs(table.sum(axis=2) - rows).max(axis=1), np.abs(table.sum(axis=1) - columns).max(axis=1))


def frechet_bounds(row: np.ndarray, column: np.ndarray, total: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Least and greatest value of one cell of a table of counts with known margins; exact, both ends are attained.

    max(0, row + column − total) <= cell <= min(row, column) (Fréchet 1940; Bonferroni). `column` may itself be a sum of
    columns. `total` is of the same people as the margins: residents born abroad, since all UK-born are in one known
    cell.

    >>> [float(end) for end in frechet_bounds(np.array(16241.), np.array(14948.), np.array(25024.))]
    [6165.0, 14948.0]
    """
    return np.maximum(0.0, row + column - total), np.minimum(row, column)


def arrival_cohort(reference: Reference, codes: Sequence[str], seed: np.ndarray) -> pd.DataFrame:
    """Residents who arrived since 2001 by birth group: areas x columns, persons, with a gap where it cannot be told.

    For each group: `<group>` (IPF with `seed`), `<group>_independence` (IPF with the uniform seed), `<group>_low` and
    `<group>_high` (exact bounds); `all` arrivals since 2001; `gap`.
    """
    groups, bands, gaps = arrival_margins(reference, codes)
    since = bands[list(SINCE_2001)].sum(axis=1, skipna=False).to_numpy()
    low, high = frechet_bounds(groups.to_numpy(), since[:, None], groups.sum(axis=1).to_numpy()[:, None])
    fitted = [since_2001(fit_margins(groups.to_numpy(), bands.to_numpy(), table)) for table in (seed, uniform_seed())]
    by_name = dict(zip(("", "_independence", "_low", "_high"), (*fitted, low, high), strict=True))
    columns = {
        group + name: values[:, place] for name, values in by_name.items() for place, group in enumerate(FOREIGN)
    }
    return pd.DataFrame({"all": since, **columns}, index=groups.index).assign(gap=gaps)


def since_2001(fitted: np.ndarray) -> np.ndarray:
    """The bands from 2001 on of a fitted table added up, (areas, groups, bands) to (areas, groups)."""
    return fitted[:, :, np.isin(BANDS, SINCE_2001)].sum(axis=2)


def allocation_table(reference: Reference, code: str, seed: np.ndarray) -> pd.DataFrame:
    """One area's residents born abroad by group and arrival band: columns group, band, estimate, low, high (persons)."""
    groups, bands, _ = arrival_margins(reference, [code])
    fitted = fit_margins(groups.to_numpy(), bands.to_numpy(), seed)[0]
    row, column = groups.to_numpy()[0][:, None], bands.to_numpy()[0][None, :]
    low, high = frechet_bounds(row, column, np.full((1, 1), row.sum()))
    index = pd.MultiIndex.from_product([FOREIGN, BANDS], names=["group", "band"])
    frame = pd.DataFrame({"estimate": fitted.ravel(), "low": low.ravel(), "high": high.ravel()}, index=index)
    return frame.reset_index()
