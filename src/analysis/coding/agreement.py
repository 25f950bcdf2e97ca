"""Agreement between coders on each code: percent agreement, Krippendorff's alpha (nominal), Gwet's AC1.

All three rest on how many coders put each unit into each category, and are functions of sums over the units. A
bootstrap draw is a new weighting of the units, so every draw is one line of a matrix product.

Formulas: K. Krippendorff (2011), Computing Krippendorff's Alpha-Reliability; K. L. Gwet (2008), British Journal of
Mathematical and Statistical Psychology 61, 29-48, with units that not every coder rated as in Gwet (2014), Handbook of
Inter-Rater Reliability, 4th edition, chapter 2.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal
from zlib import crc32

import numpy as np
import pandas as pd

from analysis.bounds.intervals import defined, jackknife_t
from analysis.coding.codebook import NO_CODE, Codebook
from analysis.described import Basis, described
from analysis.results import Column, Kind

ONE_CODER = "one coder: agreement cannot be estimated"
NO_OVERLAP = "no segment was read by two coders: agreement cannot be estimated"
NO_VARIATION = "all ratings are the same: alpha is not defined"
FEW_DEFINED = "no interval of alpha: without somebody alpha would be perfect or not defined, as where a code is rare"
_SHARES = ("prevalence", "percent_agreement")  # measures in %

_JACKKNIFE, _BOOTSTRAP = "{level} jackknife t", "{level} bootstrap"
_COLUMNS = {
    name: Column(label, unit, decimals=decimals, low=f"{name}_low", high=f"{name}_high", interval=interval)
    for name, label, unit, decimals, interval in (
        ("prevalence", "Prevalence", "%", 1, _BOOTSTRAP),
        ("percent_agreement", "Percent agreement", "%", 1, _BOOTSTRAP),
        ("alpha", "Krippendorff's alpha", "", 2, _JACKKNIFE),
        ("ac1", "Gwet's AC1", "", 2, _JACKKNIFE),
    )
} | {"statement": Column("Why a number or an interval is missing")}

Cluster = Literal["segment_id", "speaker", "group"]


@dataclass(frozen=True)
class Sums:
    """What the measures need, summed over units; each field may hold several draws (its last axis: categories).

    ratings: n, by category, over units with two or more ratings; disagreement: sum of n_uc n_uk / (m_u - 1) over
    c != k; agreement: sum of r_uk (r_uk - 1) / (r_u (r_u - 1)); pairable: units with two or more ratings; shares: sum
    of r_uk / r_u by category over units with any rating; rated: units with any rating.
    """

    ratings: np.ndarray
    disagreement: np.ndarray
    agreement: np.ndarray
    pairable: np.ndarray
    shares: np.ndarray
    rated: np.ndarray


def coefficients(counts: np.ndarray) -> dict[str, float]:
    """Prevalence of the last category, percent agreement, Krippendorff's alpha and Gwet's AC1 of units by categories.

    `counts` says how many coders put each unit into each category; units with one rating count only towards the shares
    of AC1, as in Gwet (2014). Percent agreement is over pairs of coders, averaged over units with two ratings or more;
    alpha is 1 - D_o / D_e; AC1 is (p_a - p_e) / (1 - p_e), p_e the sum of pi_k (1 - pi_k) / (Q - 1) over Q categories.
    nan where no unit has two ratings, and for alpha where all fall into one category.

    >>> coefficients(np.array([[2, 0], [2, 0], [0, 2], [1, 1]]))["alpha"].__round__(4)
    0.5333
    """
    return {name: float(measure(_total(counts))) for name, measure in _MEASURES.items()}


def _total(counts: np.ndarray) -> Sums:
    return _sums(_features(counts).sum(axis=0), counts.shape[1])


def _features(counts: np.ndarray) -> np.ndarray:
    """One line for each unit, whose sums over units are the fields of `Sums` side by side."""
    counts = counts.astype("float64")
    raters = counts.sum(axis=1)
    two = raters >= 2
    others, some = np.maximum(raters - 1, 1), np.maximum(raters, 1)
    same = (counts * (counts - 1)).sum(axis=1)
    disagreement = two * (raters * (raters - 1) - same) / others
    agreement = two * same / (some * others)
    columns = [counts * two[:, None], disagreement, agreement, two, counts / some[:, None], raters > 0]
    return np.column_stack(columns)


def _sums(line: np.ndarray, categories: int) -> Sums:
    ratings, rest = line[..., :categories], line[..., categories:]
    disagreement, agreement, pairable = rest[..., 0], rest[..., 1], rest[..., 2]
    return Sums(ratings, disagreement, agreement, pairable, rest[..., 3 : 3 + categories], rest[..., 3 + categories])


def _divide(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.divide(a, b, out=np.full(np.shape(b), np.nan), where=np.asarray(b) > 1e-12)


def _percent_agreement(sums: Sums) -> np.ndarray:
    return _divide(sums.agreement, sums.pairable)


def _prevalence(sums: Sums) -> np.ndarray:
    """The share of the last category (given) among the ratings of units with two or more."""
    return _divide(sums.ratings[..., -1], sums.ratings.sum(axis=-1))


def _alpha(sums: Sums) -> np.ndarray:
    n = sums.ratings.sum(axis=-1)
    expected = _divide(n**2 - (sums.ratings**2).sum(axis=-1), n * (n - 1))
    return 1 - _divide(_divide(sums.disagreement, n), expected)


def _ac1(sums: Sums) -> np.ndarray:
    pi = _divide(sums.shares, np.broadcast_to(sums.rated[..., None], sums.shares.shape))
    chance = (pi * (1 - pi)).sum(axis=-1) / max(pi.shape[-1] - 1, 1)
    return _divide(_percent_agreement(sums) - chance, 1 - chance)


_MEASURES = {"prevalence": _prevalence, "percent_agreement": _percent_agreement, "alpha": _alpha, "ac1": _ac1}


@described(
    Kind.MEASURED,
    _COLUMNS,
    header="Code",
    words=("statement",),
    named="name",
    basis=Basis("Agreement", "agreement"),
)
def agreement_by_code(
    segments: pd.DataFrame,
    codebook: Codebook,
    *,
    seed: int,
    draws: int = 2_000,
    cluster: Cluster = "speaker",
    level: float = 0.95,
) -> pd.DataFrame:
    """Agreement on each code that may be applied (index: code id): given or not given to the segments a coder read.

    Columns: name, units (segments two or more coders read), prevalence (% of their ratings that give the code),
    percent_agreement (%), alpha, ac1, each of the four with _low and _high, and statement (why a number is missing, or empty).

    What is taken together is `cluster`: by default all segments of a speaker, since what one person says is not
    independent. The intervals of alpha and AC1 are jackknife t intervals of log(1 - coefficient) over clusters, which hold
    the truth more often than a bootstrap where there are few (docs/coverage.md); of the shares, percentile bootstrap
    intervals, for which clusters are drawn anew. `seed` fixes the draws of each code, whatever other codes there are.
    Raises ValueError for fewer than 100 draws or a level outside 0 to 1.
    """
    if draws < 100 or not 0 < level < 1:
        raise ValueError("at least 100 draws, and a level between 0 and 1")
    rows = [
        _code_row(counts, clusters, draws, level, np.random.default_rng([seed, crc32(code.encode())]))
        for code, counts, clusters in _code_counts(segments, codebook, cluster)
    ]
    table = pd.DataFrame(rows, index=pd.Index(codebook.codable, name="code"))
    statement = ONE_CODER if segments["coder"].nunique() < 2 else NO_OVERLAP
    table.loc[table["units"] == 0, "statement"] = statement
    table.insert(0, "name", [codebook.labels[code] for code in codebook.codable])
    return table


@described(
    Kind.MEASURED,
    rows={
        "agreement.units": Column("Segments that two or more coders read", "segments"),
        "agreement.shown": Column("Codes for which agreement is shown", "codes"),
        "agreement.left_out": Column("Codes for which it is not", "codes"),
        "agreement.lowest_alpha": Column("Lowest alpha", decimals=2),
        "agreement.highest_alpha": Column("Highest alpha", decimals=2),
    },
)
def agreement_counts(agreement: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """How many segments and codes the rows of `agreement_by_code` rest on, and their lowest and highest alpha: column value."""
    alpha, shown = agreement["alpha"], len(agreement)
    values = {
        "units": int(agreement["units"].max()),
        "shown": shown,
        "left_out": len(codebook.codable) - shown,
        "lowest_alpha": alpha.min(),
        "highest_alpha": alpha.max(),
    }
    return pd.DataFrame({"value": {f"agreement.{name}": value for name, value in values.items()}}, dtype=object)


def _code_counts(
    segments: pd.DataFrame, codebook: Codebook, cluster: Cluster
) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """For every code: counts (segments by not given and given) and the cluster number of every segment."""
    read = segments.drop_duplicates(["segment_id", "coder"])
    readers = read.groupby("segment_id", sort=True).size()
    clusters = read.drop_duplicates("segment_id").set_index("segment_id", drop=False)[cluster].reindex(readers.index)
    numbers = pd.factorize(clusters, sort=True)[0]
    given = segments[segments["code"] != NO_CODE]
    position = pd.Series(np.arange(len(readers)), index=readers.index)
    places = {code: rows for code, rows in given["segment_id"].map(position).groupby(given["code"])}
    for code in codebook.codable:
        found = places.get(code)
        yes = np.bincount([] if found is None else found.to_numpy(), minlength=len(readers))
        yield code, np.column_stack([readers.to_numpy() - yes, yes]), numbers


def _code_row(
    counts: np.ndarray, clusters: np.ndarray, draws: int, level: float, rng: np.random.Generator
) -> dict[str, object]:
    sums = _total(counts)
    row: dict[str, object] = {"units": int(sums.pairable)}
    drawn = _sums(_draws(counts, clusters, draws, rng), counts.shape[1]) if sums.pairable else None
    for name, value in coefficients(counts).items():
        scale, measure = 100.0 if name in _SHARES else 1.0, _MEASURES[name]
        row[name] = scale * value
        low, high = np.nan, np.nan
        if drawn and name in _SHARES:
            low, high = _interval(measure(drawn), level)
        elif drawn:
            low, high = _jackknife(measure, counts, clusters, level)
        row |= {f"{name}_low": scale * low, f"{name}_high": scale * high}
    return row | {"statement": _statement(row)}


def _jackknife(
    measure: Callable[[Sums], np.ndarray], counts: np.ndarray, clusters: np.ndarray, level: float
) -> tuple[float, float]:
    """The jackknife t interval of a coefficient over clusters; missing where it has no answer."""
    features = _features(counts)
    lines = np.stack([np.bincount(clusters, weights=column) for column in features.T], axis=1)
    whole = lines.sum(axis=0)
    found = jackknife_t(
        float(measure(_sums(whole, counts.shape[1]))), measure(_sums(whole - lines, counts.shape[1])), level
    )
    return (found.low, found.high) if np.isfinite(found.low) else (np.nan, np.nan)


def _statement(row: dict[str, object]) -> str:
    if not row["units"]:
        return ""  # said for the whole table
    if np.isnan(row["alpha"]):
        return NO_VARIATION
    return FEW_DEFINED if np.isnan(row["alpha_low"]) else ""


def _draws(counts: np.ndarray, clusters: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    """The sums over units in each draw (draws by features): clusters are drawn with replacement, as many as there are.

    Units with the same counts, and clusters with the same units, are interchangeable, so what is drawn is how many of
    each kind; the kinds are few.
    """
    units, kind = np.unique(counts @ [1, counts.max() + 1], return_inverse=True)
    examples = counts[np.unique(kind, return_index=True)[1]]
    number = int(clusters.max()) + 1
    if number == len(counts):
        kinds, times = np.eye(len(units), dtype="int64"), np.bincount(kind)
    else:
        of_cluster = np.bincount(clusters * len(units) + kind, minlength=number * len(units)).reshape(number, -1)
        kinds, times = np.unique(of_cluster, axis=0, return_counts=True)
    return rng.multinomial(number, times / number, size=draws) @ (kinds @ _features(examples))


def _interval(values: np.ndarray, level: float) -> tuple[float, float]:
    """The percentile interval; missing where more than a few draws have no value."""
    known = defined(values)
    if not known.size:
        return float("nan"), float("nan")
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
