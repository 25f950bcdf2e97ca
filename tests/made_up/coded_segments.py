"""Synthetic coded segments for the worked example: two coders, six groups, from a seed. Never a finding.

Groups, speakers and coders are named so that nobody takes them for people. How often a theme comes up is drawn from
the seed and has nothing to do with how often it came up in any study; only the shape of the table is real.
"""

import numpy as np
import pandas as pd

from analysis.coding.codebook import NO_CODE, Codebook
from analysis.coding.segments import COLUMNS

SEED = 20121101  # of the table in data/raw/coproduction_example
GROUPS = 6
SPEAKERS = 8  # in each group
SEGMENTS = 7  # on average for each speaker
MISSED, ADDED = 0.16, 0.012  # how often the second coder leaves out a code of the first, or gives one of her own


def example_segments(codebook: Codebook, seed: int) -> pd.DataFrame:
    """Coded segments by two coders who read everything; same seed and codebook, same table.

    About 330 segments with none to three codes each. Some themes come up in all groups, some in one, so that tallies,
    saturation and stability have something to show. The second coder misses and adds codes at random.
    """
    rng = np.random.default_rng(seed)
    codes = np.array(codebook.codable)
    people = _people(rng)
    weights = _weights(len(codes), rng)
    first = rng.random((len(people), len(codes))) < weights[people["number"].to_numpy()]
    second = np.where(first, rng.random(first.shape) >= MISSED, rng.random(first.shape) < ADDED)
    tables = [_coded(people, codes, given, f"coder {number}") for number, given in enumerate((first, second), start=1)]
    return pd.concat(tables).sort_values(["segment_id", "coder", "code"])[list(COLUMNS)].reset_index(drop=True)


def _people(rng: np.random.Generator) -> pd.DataFrame:
    """One row for each segment: group, speaker, segment_id and the number of the group."""
    said = 1 + rng.poisson(SEGMENTS - 1, size=GROUPS * SPEAKERS)
    number, place = np.divmod(np.repeat(np.arange(GROUPS * SPEAKERS), said), SPEAKERS)
    rows = pd.DataFrame({"number": number, "place": place + 1})
    order = rows.groupby("number").cumcount() + 1
    return rows.assign(
        group=[f"synthetic group {at + 1}" for at in rows["number"]],
        speaker=[f"X{at + 1}-{who}" for at, who in zip(rows["number"], rows["place"], strict=True)],
        segment_id=[f"x{at + 1}.{turn:03d}" for at, turn in zip(rows["number"], order, strict=True)],
    )


def _weights(codes: int, rng: np.random.Generator) -> np.ndarray:
    """Groups by codes: how likely a segment is to carry the code; rarer codes are left to fewer groups."""
    common = np.sort(rng.gamma(0.7, 0.05, size=codes))[::-1][rng.permutation(codes)]
    raised = rng.random((GROUPS, codes)) < np.clip(0.25 + 10 * common, 0, 1)
    return np.clip(raised * common * rng.gamma(4, 0.25, size=(GROUPS, codes)), 0, 0.6)


def _coded(people: pd.DataFrame, codes: np.ndarray, given: np.ndarray, coder: str) -> pd.DataFrame:
    segment, code = np.nonzero(given)
    coded = people.iloc[segment].assign(code=codes[code])
    unread = people[~given.any(axis=1)].assign(code=NO_CODE)
    return pd.concat([coded, unread]).assign(coder=coder)


def segments_text(segments: pd.DataFrame) -> str:
    """A table of coded segments as the text of a CSV file; write it with `results.write_text`.

    The committed example is `segments_text(example_segments(codebook, SEED))`.
    """
    return segments.to_csv(index=False, lineterminator="\n")
