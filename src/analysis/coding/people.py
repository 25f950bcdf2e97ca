"""Coded segments as a table of people, and which numbers about them can be shown side by side.

What is shown or not depends on numbers that are shown themselves, or on hidden ones in ways that are said: a rule that
looked at hidden numbers silently would tell of them by what it leaves out.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

import pandas as pd

from analysis.coding.codebook import Codebook
from analysis.coding.segments import roll_up

YES, NO = "yes", "no"


def raised(segments: pd.DataFrame, settled: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """People (index: speaker code, sorted) by codes: `yes` where the person raised the code or one under it, else `no`.

    Everybody in `segments` has a row, codes in `settled` or none; the columns are all codes, in the codebook's order.
    """
    rolled = roll_up(settled, codebook).drop_duplicates(["speaker", "code"])
    speakers = pd.Index(sorted(segments["speaker"].unique()), name="speaker")
    found = pd.crosstab(rolled["speaker"], rolled["code"]).reindex(
        index=speakers, columns=pd.Index(list(codebook.by_id), name="code"), fill_value=0
    )
    return (found > 0).replace({True: YES, False: NO}).astype("str")


def group_of(segments: pd.DataFrame) -> pd.Series:
    """The group of each person (index: speaker code, sorted); the first one of a person who sat in several."""
    return segments.drop_duplicates("speaker").set_index("speaker")["group"].sort_index()


def headings(codebook: Codebook) -> tuple[str, ...]:
    """The ids of the codes that have codes under them, lowest in the hierarchy first."""
    above = {code.parent for code in codebook.codes if code.parent}
    return tuple(sorted(above, key=lambda code: (-len(codebook.ancestors(code)), code)))


def complete_headings(codebook: Codebook, shown: Collection[str]) -> set[str]:
    """The headings whose number tells nothing of a hidden code: every code directly under them is `shown`, and each
    heading among these is complete itself.

    Whoever raised a heading raised one of its codes. Beside a hidden code, the heading's number less those of the shown
    ones would say that somebody raised it.
    """
    complete: set[str] = set()
    for heading in headings(codebook):
        below = [code.id for code in codebook.codes if code.parent == heading]
        if all(code in shown and (code in complete or code not in headings(codebook)) for code in below):
            complete.add(heading)
    return complete


def fewest_for_groups(groups: int, width: int) -> int:
    """From how many participants on the number of groups in which a code came up may be shown, whatever it is.

    Of P people in m of G groups at most P - (m - 1) are of one group, and at least one is where m = G. These ends are at
    least `width` apart for every m where P >= width + G.

    >>> fewest_for_groups(6, 9)
    15
    """
    return width + groups


def without_circles(pairs: Iterable[tuple[str, str]], top: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Those of the pairs, in order, that close no circle of codes under one topmost heading (`top`), or of such headings.

    Counts of pairs that close a circle can only be proved harmless together with every combination of all their codes;
    without circles, pair by pair will do (C. Beeri and others, Journal of the ACM 30, 1983, 479-513).
    """
    joined: dict[str, str] = {}
    for a, b in pairs:
        ends = (f"code {a}", f"code {b}") if top[a] == top[b] else (top[a], top[b])
        one, other = (_root(joined, end) for end in ends)
        if one != other:
            joined[one] = other
            yield a, b


def _root(joined: Mapping[str, str], end: str) -> str:
    while end in joined:
        end = joined[end]
    return end
