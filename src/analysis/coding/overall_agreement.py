"""Agreement over all codes in one figure, and by pair of coders.

Observed and expected agreement are averaged over the codes before they are compared, as pooled kappa does (H. De Vries, M. N.
Elliott, D. E. Kanouse, S. S. Teleki, Field Methods 20, 2008, 272-282): a mean of coefficients would be swayed by codes that are too
rare to have a steady one. Alpha and AC1 are pooled likewise; kappa is J. Cohen's (1960), of two coders.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.bounds.intervals import jackknife_t
from analysis.coding.codebook import NO_CODE
from analysis.described import Basis, described, inputs_of, of_nothing_nothing, read_from
from analysis.results import Column, Kind

TOGETHER = Basis("Agreement over all codes", "agreement together", among="code")
_INTERVAL = "{level} jackknife t"
Coefficient = Callable[[np.ndarray], np.ndarray]  # of counts (... x codes x 4: both, first only, second only, neither)


@of_nothing_nothing
def ratings(agreement: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    """Each coder's decision on each code for each segment read: segment_id, speaker, coder, code, given (0 or 1).

    The codes are those of `agreement_by_code`, as it may be shown, that have an interval of alpha. Row-level: not for display.
    """
    codes = list(agreement.index[agreement["alpha_low"].notna()])
    read = segments.drop_duplicates(["segment_id", "coder"])[["segment_id", "speaker", "coder"]]
    given = segments.loc[segments["code"] != NO_CODE, ["segment_id", "coder", "code"]].drop_duplicates().assign(given=1)
    every = read.merge(pd.DataFrame({"code": codes}, dtype=object), how="cross")
    found = every.merge(given, how="left", on=["segment_id", "coder", "code"])
    files = dict.fromkeys([*inputs_of(agreement), *inputs_of(segments)])
    return read_from(found.assign(given=found["given"].fillna(0).astype("int64")), *files)


def pair_counts(decided: pd.DataFrame, first: str, second: str) -> np.ndarray:
    """Of segments that two coders read: speakers x codes x (both gave it, the first only, the second only, neither)."""
    two = decided[decided["coder"].isin([first, second])]
    wide = two.pivot(index=["speaker", "segment_id", "code"], columns="coder", values="given").dropna()
    a, b = wide[first].to_numpy(), wide[second].to_numpy()
    cells = np.stack([a * b, a * (1 - b), (1 - a) * b, (1 - a) * (1 - b)], axis=1)
    speakers, codes = (pd.factorize(wide.index.get_level_values(name), sort=True) for name in ("speaker", "code"))
    counts = np.zeros((len(speakers[1]), len(codes[1]), 4))
    np.add.at(counts, (speakers[0], codes[0]), cells)
    return counts


def percent_agreement(counts: np.ndarray) -> np.ndarray:
    """Observed agreement, averaged over codes; 0 to 1."""
    return _observed(counts).mean(axis=-1)


def pooled_kappa(counts: np.ndarray) -> np.ndarray:
    """Cohen's kappa with observed and expected agreement averaged over codes; nan where no disagreement could be expected.

    >>> float(pooled_kappa(np.array([[20.0, 5.0, 10.0, 15.0]])))  # J. Cohen's measure by hand: (0.7 - 0.5) / (1 - 0.5)
    0.4
    """
    n = counts.sum(axis=-1)
    first, second = (counts[..., 0] + counts[..., place] for place in (1, 2))
    return _over_chance(counts, (first * second + (n - first) * (n - second)) / n**2)


def pooled_alpha(counts: np.ndarray) -> np.ndarray:
    """Krippendorff's alpha (nominal) of two coders, likewise: expected from both coders' ratings, without replacement."""
    ratings_of = 2 * counts.sum(axis=-1)
    given = 2 * counts[..., 0] + counts[..., 1] + counts[..., 2]
    left = ratings_of - given
    return _over_chance(counts, (given * (given - 1) + left * (left - 1)) / (ratings_of * (ratings_of - 1)))


def pooled_ac1(counts: np.ndarray) -> np.ndarray:
    """Gwet's AC1 of two coders, likewise: expected 2 pi (1 - pi) with pi the mean share given."""
    pi = (2 * counts[..., 0] + counts[..., 1] + counts[..., 2]) / (2 * counts.sum(axis=-1))
    return _over_chance(counts, 2 * pi * (1 - pi))


def _observed(counts: np.ndarray) -> np.ndarray:
    return (counts[..., 0] + counts[..., 3]) / counts.sum(axis=-1)


def _over_chance(counts: np.ndarray, expected: np.ndarray) -> np.ndarray:
    observed, chance = _observed(counts).mean(axis=-1), expected.mean(axis=-1)
    return np.divide(observed - chance, 1 - chance, out=np.full(np.shape(chance), np.nan), where=1 - chance > 1e-12)


_MEASURES: dict[str, tuple[Column, Coefficient]] = {
    "agreement.all.percent": (Column("Percent agreement", "%", decimals=1), percent_agreement),
    "agreement.all.kappa": (Column("Cohen's kappa", decimals=2), pooled_kappa),
    "agreement.all.alpha": (Column("Krippendorff's alpha", decimals=2), pooled_alpha),
    "agreement.all.ac1": (Column("Gwet's AC1", decimals=2), pooled_ac1),
}


@described(
    Kind.MEASURED,
    {"value": Column("Over all codes", low="low", high="high", interval=_INTERVAL)},
    {name: replace(column, low="low", high="high", interval=_INTERVAL) for name, (column, _) in _MEASURES.items()},
    "Measure",
    TOGETHER,
)
def agreement_over_codes(decided: pd.DataFrame, level: float = 0.95) -> pd.DataFrame | None:
    """Agreement over all codes of `ratings`: value, low, high. Index: percent agreement (%), kappa, alpha, AC1, each pooled over
    codes and averaged over the pairs of coders who read a segment both (R. J. Light, Psychological Bulletin 76, 1971).

    Intervals are jackknife t intervals over speakers, where one pair is all there is; None where no two coders read one.
    """
    pairs = list(_pairs(decided).values())
    if not pairs:
        return None
    rows = {}
    for name, (column, measure) in _MEASURES.items():
        scale = 100.0 if column.unit == "%" else 1.0
        value = np.mean([float(measure(counts.sum(axis=0))) for counts in pairs])
        low, high = _ends(pairs[0], measure, level) if len(pairs) == 1 and scale == 1.0 else (np.nan, np.nan)
        rows[name] = {"value": scale * value, "low": low, "high": high}
    return pd.DataFrame.from_dict(rows, orient="index")


@described(
    Kind.MEASURED,
    {
        "segments": Column("Segments that both read", "segments"),
        "percent": Column("Percent agreement", "%", decimals=1),
        "kappa": Column("Cohen's kappa", decimals=2, low="low", high="high", interval=_INTERVAL),
    },
    header="Coders",
    basis=TOGETHER,
)
def agreement_by_pair(decided: pd.DataFrame, level: float = 0.95) -> pd.DataFrame | None:
    """The same for each pair of coders who read a segment both (index: by letters in the order of their names, which are left out)."""
    rows = {}
    for pair, counts in _pairs(decided).items():
        whole = counts.sum(axis=0)
        low, high = _ends(counts, pooled_kappa, level)
        told = {"segments": int(whole[0].sum()), "percent": 100 * float(percent_agreement(whole))}
        rows[pair] = told | {"kappa": float(pooled_kappa(whole)), "low": low, "high": high}
    return pd.DataFrame.from_dict(rows, orient="index") if rows else None


def _pairs(decided: pd.DataFrame) -> dict[str, np.ndarray]:
    """The counts of each pair of coders who read a segment both, by their letters."""
    coders = {name: _letter(place) for place, name in enumerate(sorted(decided["coder"].unique()))}
    pairs = combinations(coders, 2)
    counts = {f"{coders[first]} and {coders[second]}": pair_counts(decided, first, second) for first, second in pairs}
    return {pair: found for pair, found in counts.items() if found.size}


def _letter(place: int) -> str:
    """A, B, ... Z, AA, AB, ...

    >>> _letter(0), _letter(26)
    ('A', 'AA')
    """
    rest, last = divmod(place, 26)
    return (_letter(rest - 1) if rest else "") + chr(ord("A") + last)


def _ends(counts: np.ndarray, measure: Coefficient, level: float) -> tuple[float, float]:
    """The jackknife t interval over speakers; missing where it has no answer."""
    whole = counts.sum(axis=0)
    left_out = whole - counts
    if len(counts) < 2 or (left_out.sum(axis=-1) == 0).any():
        return np.nan, np.nan
    found = jackknife_t(float(measure(whole)), measure(left_out), level)
    return (found.low, found.high) if np.isfinite(found.low) else (np.nan, np.nan)
