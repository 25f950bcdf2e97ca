"""National survey shares applied to an area: women by country of birth, formal study by region of birth."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.census.groups import counts_of, leaves
from analysis.census.reference import Category, Reference
from analysis.census.survey import NON_EU_BORN, Z_95, sampling_variance, survey_series
from analysis.errors import InputError

SURVEY_YEAR = 2011
STUDY = "formal_study"


def share_of_parts(
    part: np.ndarray, other: np.ndarray, part_variance: np.ndarray, other_variance: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """part / (part + other) and its standard error by the delta method, from two estimates with known variances.

    var = ((1 − p)² var(part) + p² var(other)) / (part + other)²; the two are taken as uncorrelated, as they come from
    different people of one sample.

    >>> share, error = share_of_parts(np.array(60.), np.array(40.), np.array(25.), np.array(25.))
    >>> float(share), round(float(error), 4)
    (0.6, 0.0361)
    """
    total = part + other
    share = part / total
    return share, np.sqrt((1 - share) ** 2 * part_variance + share**2 * other_variance) / total


def women_shares(reference: Reference, group: str = "non_eu", year: int = SURVEY_YEAR) -> pd.DataFrame:
    """Share of women by category of QS203EW: share, error (standard), basis and countries, one row for each category.

    A category that is one of the survey's 60 countries takes that country's share; one that gathers several takes their
    pooled share; any other takes the pooled share of all countries of its birth group. The error of a pooled share adds
    the spread between countries to the sampling error, since the share of the category itself is not observed. Source:
    APS table 1.3, United Kingdom. Raises InputError where the table has no row of that year.
    """
    survey = _survey_of(reference.sex_by_country, year)
    chosen = leaves(reference.categories, group)
    listed = [country for leaf in chosen for country in leaf.countries if country in survey.index]
    spread = between_countries(survey.loc[listed])
    people = dict(zip(survey.index, survey[_BY_SEX].to_numpy(dtype=float), strict=True))
    rows = [_women_share(leaf, people, listed, spread) for leaf in chosen]
    return pd.DataFrame(rows, index=pd.Index([leaf.category for leaf in chosen], name="category"))


def _survey_of(table: pd.DataFrame, year: int) -> pd.DataFrame:
    rows = table[table["year"] == year].set_index("country_of_birth")
    if rows.empty:
        years = ", ".join(str(known) for known in sorted(table["year"].unique()))
        raise InputError(
            "parameters",
            column="survey_year",
            found=str(year),
            expected=f"a year of the survey tables here: {years}",
            action="put the complete survey tables into data/raw/reference, or choose one of these years",
        )
    return rows


_BY_SEX = ["female", "male", "female_ci95", "male_ci95"]


def _women_share(
    leaf: Category, people: Mapping[str, np.ndarray], listed: Sequence[str], spread: float
) -> dict[str, object]:
    own = [country for country in leaf.countries if country in people]
    single = len(own) == 1 and leaf.countries == (own[0],) and not leaf.category.split(": ")[-1].startswith("Other")
    share, error = _pooled(np.array([people[country] for country in own or listed]))
    basis = "country" if single else "countries of the category" if own else "average of the group"
    return {
        "share": share,
        "error": error if single else float(np.hypot(error, spread)),
        "basis": basis,
        "countries": ", ".join(own),
    }


def _pooled(rows: np.ndarray) -> tuple[float, float]:
    """Share of women and its error of countries taken together; `rows` (countries, `_BY_SEX`)."""
    women, men = rows[:, :2].sum(axis=0)
    share, error = share_of_parts(women, men, *sampling_variance(rows[:, 2:]).sum(axis=0))
    return float(share), float(error)


def between_countries(rows: pd.DataFrame) -> float:
    """Standard deviation of the share of women between countries, without sampling error (persons of table 1.3).

    √max(0, variance of the shares − mean sampling variance), the moment estimator.
    """
    shares, errors = share_of_parts(
        rows["female"].to_numpy(),
        rows["male"].to_numpy(),
        sampling_variance(rows["female_ci95"].to_numpy()),
        sampling_variance(rows["male_ci95"].to_numpy()),
    )
    return float(np.sqrt(max(0.0, shares.var(ddof=1) - (errors**2).mean())))


def study_shares(reference: Reference, year: int = SURVEY_YEAR) -> pd.DataFrame:
    """Share whose main reason for coming was formal study, by region of birth: share and error (standard).

    study / (study + work + joining family + other), APS table 1.5, United Kingdom. It counts everybody who once came to
    study, not those who are students now: some have stayed, and some students came for another reason.
    """
    table = reference.reasons[reference.reasons["year"] == year].assign(
        variance=lambda rows: sampling_variance(rows["half_width"].to_numpy())
    )
    if table.empty:
        _survey_of(reference.reasons.rename(columns={"birth_group": "country_of_birth"}), year)
    study = table["main_reason"] == STUDY
    came, others = (table[chosen].groupby("birth_group")[["estimate", "variance"]].sum() for chosen in (study, ~study))
    share, error = share_of_parts(
        *(sums["estimate"].to_numpy() for sums in (came, others)),
        *(sums["variance"].to_numpy() for sums in (came, others)),
    )
    return pd.DataFrame({"share": share, "error": error}, index=came.index.rename("region"))


def working_age_share(reference: Reference, codes: Sequence[str], year: int = SURVEY_YEAR) -> pd.DataFrame:
    """Share of those born outside the European Union aged 16 to 64, from the survey: areas x (share, low, high).

    APS table 1.2 / table 1.1, one year; a check on the age profile, which rests on assumptions. The part belongs to the
    whole, so var(p) = ((1 − 2p) var(part) + p² var(whole)) / whole². NaN where either cell is suppressed; ends are cut to
    0 and 1.
    """
    index = pd.Index(list(codes), name="area_code")
    part, part_half = (frame[year] for frame in survey_series(reference.survey_working_age, NON_EU_BORN, index))
    whole, whole_half = (frame[year] for frame in survey_series(reference.survey, NON_EU_BORN, index))
    share = part / whole
    part_variance, whole_variance = (sampling_variance(half.to_numpy()) for half in (part_half, whole_half))
    error = np.sqrt(((1 - 2 * share) * part_variance + share**2 * whole_variance).clip(lower=0)) / whole
    ends = {"low": (share - Z_95 * error).clip(0, 1), "high": (share + Z_95 * error).clip(0, 1)}
    return pd.DataFrame({"share": share, **ends})


def area_share(counts: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Shares by category weighted with each area's residents, NaN where it has none.

    `counts` (areas, categories); `shares` (categories,) or (categories, draws); returns (areas,) or (areas, draws).

    >>> area_share(np.array([[30., 10.]]), np.array([0.5, 0.9])).tolist()
    [0.6]
    """
    total = counts.sum(axis=1)
    weights = np.divide(counts, total[:, None], out=np.full_like(counts, np.nan), where=total[:, None] > 0)
    return weights @ shares


def study_counts(reference: Reference, codes: Sequence[str]) -> tuple[np.ndarray, pd.Index]:
    """Residents born outside the European Union by the survey's regions of birth: (areas, regions), and the regions.

    The few of "Other", whom no region of table 1.5 takes, are counted with the group as a whole.
    """
    chosen = leaves(reference.categories, "non_eu")
    named = [NON_EU_BORN if leaf.migration_region == "rest_of_world" else leaf.migration_region for leaf in chosen]
    regions = pd.Index(sorted(set(named)), name="region")
    member = (np.array(named)[:, None] == regions.to_numpy()[None, :]).astype(float)
    return counts_of(reference, codes, chosen) @ member, regions


def share_draws(shares: pd.DataFrame, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Random shares (categories, draws), each beta distributed with its share as mean and its error as deviation.

    A beta distribution keeps every draw between 0 and 1 (method of moments). An error too large for any beta
    distribution is cut to the largest possible; a share of 0 or 1, or without an error, is the same in every draw.
    """
    mean = shares["share"].to_numpy(dtype=float)
    variance = np.minimum(shares["error"].to_numpy(dtype=float) ** 2, 0.95 * mean * (1 - mean))
    found = np.repeat(mean[:, None], draws, axis=1)
    varies = variance > 0
    size = mean[varies] * (1 - mean[varies]) / variance[varies] - 1
    alpha, beta = (part[:, None] for part in (mean[varies] * size, (1 - mean[varies]) * size))
    found[varies] = rng.beta(alpha, beta, size=(int(varies.sum()), draws))
    return found
