"""Codes compared over groups on 02: shares and tests as other libraries have them, and no hidden count in what is shown."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.stats import fisher_exact
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from analysis.coding.codebook import Code, Codebook
from analysis.reporting import Appendix, show
from analysis.reporting.views.coding_groups import compared
from analysis.reporting.views.coding_protected import CodingEvidence, open_coding
from analysis.reporting.views.compared import told_of_rows
from analysis.study import load_study

SIZES = {"east": 26, "north": 22, "west": 30}
RAISED = {  # by group, in the order of their names; the last two have small counts
    "work": (13, 10, 18),
    "home": (11, 12, 12),
    "health": (12, 10, 4),
    "rare": (2, 0, 1),
}
BOOK = Codebook(title="t", version="1", codes=tuple(Code(id=name, name=name.title()) for name in RAISED))


def spoken(raised: dict[str, tuple[int, ...]], sizes: dict[str, int]) -> pd.DataFrame:
    """One segment for each code of a person; the first people of a group raise a code."""
    rows = []
    for place, (group, size) in enumerate(sizes.items()):
        for person in range(size):
            codes = [code for code, counts in raised.items() if person < counts[place]] or ["none"]
            rows += [(group, f"{group[0]}{person}", f"{group}.{person}.{code}", code, "one") for code in codes]
    return pd.DataFrame(rows, columns=["group", "speaker", "segment_id", "code", "coder"])


def evidence(folder, raised=RAISED, sizes=SIZES) -> CodingEvidence:
    study = load_study("coproduction")
    page = Appendix(study.id, "02_focus_group_coding", folder)
    return open_coding(page, study, {"minimum_cell": 10}, spoken(raised, sizes), BOOK)


def test_shares_differences_and_p_values_are_those_of_other_libraries(tmp_path):
    frame = compared(evidence(tmp_path), 0.95)
    rows, p_values = {}, {}
    for code in ("work", "home"):
        counts = dict(zip(SIZES, RAISED[code], strict=True))
        for group in ("west", "east", "north"):  # the largest first, the others by size
            pair = counts[group], SIZES[group], counts["west"], SIZES["west"]
            rows[f"{code.title()}: {group}"] = pair
            if group != "west":
                p_values[f"{code.title()}: {group}"] = fisher_exact(
                    [[pair[0], pair[1] - pair[0]], [pair[2], pair[3] - pair[2]]]
                ).pvalue
    p_of = dict(zip(p_values, multipletests(list(p_values.values()), method="holm")[1], strict=True))
    shown = frame.loc[[label for label in frame.index if str(label).startswith(("Work", "Home"))]]
    assert list(map(str, shown.index)) == list(rows)
    for label, (count, n, other, other_n) in rows.items():
        row = shown.loc[label]
        ends = proportion_confint(count, n, method="wilson")
        assert [row["n"], row["raised"], row["raised_low"], row["raised_high"]] == pytest.approx(
            [n, 100 * count / n, 100 * ends[0], 100 * ends[1]]
        )
        if label.endswith("west"):
            assert row["difference"] == "reference" and row["p"] == ""
            continue
        apart = confint_proportions_2indep(count, n, other, other_n, compare="diff", method="newcomb")
        assert [row["difference"], row["difference_low"], row["difference_high"]] == pytest.approx(
            [100 * (count / n - other / other_n), 100 * apart[0], 100 * apart[1]]
        )
        assert row["p"] == pytest.approx(p_of[label])


def printed(html: str) -> dict[str, list[str]]:
    """The cells of a table by its row header, as a reader has them."""
    body = html.partition("<tbody")[2].partition("</tbody>")[0]
    words = [[re.sub("<[^>]*>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
             for row in body.split("<tr")[1:]]  # fmt: skip
    return {row[0]: row[1:] for row in words}


def test_the_page_shows_them_with_the_warning_and_no_share_of_a_hidden_count(tmp_path):
    found = evidence(tmp_path)
    frame = compared(found, 0.95)
    html = show(frame, "Compared.", name="compared", note=told_of_rows(frame, 10)).html
    rows = printed(html)
    assert rows["Work: west"][1].startswith("60%") and rows["Home: north"][1].startswith("55%")
    assert "4 comparisons stand here" in re.sub("<[^>]*>", "", html)
    assert not [label for label in rows if label.startswith("Rare")]
    assert "13%" not in html, "4 of 30 raised it"


def values(sizes: list[int], cells: list[int | None], total: int | None, place: int) -> float:
    """How far apart the least and greatest count of one group are, of all whole counts with the sizes, cells and total shown."""
    low = [0 if cell is None else cell for cell in cells]
    high = [size if cell is None else cell for size, cell in zip(sizes, cells, strict=True)]
    ends = (-np.inf, np.inf) if total is None else (total, total)
    found = []
    for sign in (1, -1):
        goal = np.zeros(len(sizes))
        goal[place] = sign
        done = milp(
            goal,
            constraints=LinearConstraint(np.ones((1, len(sizes))), *ends),
            bounds=Bounds(low, high),
            integrality=np.ones(len(sizes)),
        )
        found.append(sign * done.fun)
    return found[1] - found[0]


@pytest.mark.parametrize("seed", range(12))
def test_no_small_count_of_a_group_is_left_fewer_numbers_than_the_minimum(tmp_path, seed):
    """The reader knows how large the groups are, every share that is shown, and the number of all who raised a code."""
    draw = np.random.default_rng(seed)
    sizes = {name: int(draw.integers(20, 36)) for name in ("east", "north", "south", "west")[: 2 + seed % 3]}
    raised = {code: tuple(int(draw.integers(0, size + 1)) for size in sizes.values()) for code in RAISED}
    found = evidence(tmp_path, raised, sizes)
    frame, totals = compared(found, 0.95), found.coded.shown.counts["participants"]
    shares = {} if frame is None else frame["raised"].to_dict()
    hidden = 0
    for code, counts in raised.items():
        told = [shares.get(f"{code.title()}: {name}", "hidden") for name in sizes]
        cells = [
            None if isinstance(share, str) else round(share * size / 100)
            for share, size in zip(told, sizes.values(), strict=True)
        ]
        total = None if pd.isna(totals[code]) else int(totals[code])
        for place, (count, size) in enumerate(zip(counts, sizes.values(), strict=True)):
            if min(count, size - count) < 10:
                hidden += 1
                assert cells[place] is None and values(list(sizes.values()), cells, total, place) >= 9
            else:
                assert cells[place] in (None, count)
    assert hidden


def test_groups_of_ordinary_size_are_not_compared(tmp_path):
    assert compared(evidence(tmp_path, {"work": (5, 6, 4)}, {"east": 10, "north": 12, "west": 19}), 0.95) is None
    alone = evidence(tmp_path, {"work": (13,)}, {"east": 26})  # one group stopped the page
    assert compared(alone, 0.95) is None and alone.coded.shown.counts.loc["work", "participants"] == 13
    study = load_study("coproduction")
    assert compared(open_coding(Appendix(study.id, "02_focus_group_coding", tmp_path), study, {}), 0.95) is None
