"""Tallies, co-occurrence, stability and saturation on a table small enough to count by hand, and against brute force."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from analysis.coding import tallies
from analysis.coding.codebook import Code, Codebook
from analysis.coding.saturation import expected_codes, saturation
from analysis.coding.segments import Bases, bases, roll_up, settle

BOOK = Codebook(
    title="t",
    version="1",
    codes=(
        Code(id="top", name="Top", codable=False),
        Code(id="a", name="A", parent="top"),
        Code(id="b", name="B", parent="top"),
        Code(id="c", name="C"),
    ),
)
# s1 (E1, group 1): a and b by x, a by y.  s2 (E1): a by x, none by y.  s3 (H1, group 2): a by both.
# s4 (H2, group 2): none by x, c by y.  s5 (C1, group 3): read by x alone, no code.
TABLE = pd.DataFrame(
    [
        ("group 1", "E1", "s1", "a", "x"),
        ("group 1", "E1", "s1", "b", "x"),
        ("group 1", "E1", "s1", "a", "y"),
        ("group 1", "E1", "s2", "a", "x"),
        ("group 1", "E1", "s2", "none", "y"),
        ("group 2", "H1", "s3", "a", "x"),
        ("group 2", "H1", "s3", "a", "y"),
        ("group 2", "H2", "s4", "none", "x"),
        ("group 2", "H2", "s4", "c", "y"),
        ("group 3", "C1", "s5", "none", "x"),
    ],
    columns=["group", "speaker", "segment_id", "code", "coder"],
)
ALL = bases(TABLE)


def pairs(settled):
    return sorted(zip(settled["segment_id"], settled["code"], strict=True))


def test_the_bases_count_segments_without_a_code_too():
    assert ALL == Bases(5, 4, ("group 1", "group 2", "group 3"), ("x", "y"))
    assert (ALL.groups, ALL.coders) == (3, 2)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("any", [("s1", "a"), ("s1", "b"), ("s2", "a"), ("s3", "a"), ("s4", "c")]),
        ("all", [("s1", "a"), ("s3", "a")]),
        ("most", [("s1", "a"), ("s3", "a")]),
        ("x", [("s1", "a"), ("s1", "b"), ("s2", "a"), ("s3", "a")]),
        ("y", [("s1", "a"), ("s3", "a"), ("s4", "c")]),
    ],
)
def test_the_rule_says_which_codes_count(rule, expected):
    assert pairs(settle(TABLE, rule)) == expected


def test_most_means_more_than_half_of_those_who_read_the_segment():
    third = pd.DataFrame([("group 1", "E1", "s2", "a", "z")], columns=TABLE.columns)
    assert ("s2", "a") in pairs(settle(pd.concat([TABLE, third]), "most"))


def test_an_unknown_rule_is_refused():
    with pytest.raises(ValueError, match="no coder is called 'z'"):
        settle(TABLE, "z")


def test_the_tally_has_its_units_side_by_side():
    found = tallies.tally(settle(TABLE), BOOK, ALL)
    columns = ["mentions", "participants", "groups", "mentions_own"]
    assert found[columns].to_numpy().tolist() == [[3, 2, 2, 0], [3, 2, 2, 3], [1, 1, 1, 1], [1, 1, 1, 1]]
    assert found.loc["a", ["share_segments", "share_participants"]].tolist() == [60, 50]
    assert found.loc["a", "share_groups"] == pytest.approx(200 / 3)


def test_a_heading_counts_a_segment_once_whatever_stands_under_it():
    rolled = roll_up(settle(TABLE), BOOK)
    assert pairs(rolled[rolled["code"] == "top"]) == [("s1", "top"), ("s2", "top"), ("s3", "top")]


def test_codes_by_groups_keep_the_group_without_codes():
    found = tallies.code_by_group(settle(TABLE), BOOK, ALL)
    assert found.to_numpy().tolist() == [[2, 1, 0], [2, 1, 0], [1, 0, 0], [0, 1, 0]]
    assert tallies.code_by_group(settle(TABLE), BOOK, ALL, "participants").loc["a"].tolist() == [1, 1, 0]
    with pytest.raises(ValueError, match="mentions or participants"):
        tallies.code_by_group(settle(TABLE), BOOK, ALL, "groups")


@pytest.mark.parametrize(("unit", "together"), [("mentions", 1), ("participants", 1), ("groups", 1)])
def test_co_occurrence(unit, together):
    found = tallies.in_both(settle(TABLE), BOOK, unit)
    own = tallies.tally(settle(TABLE), BOOK, ALL)[unit]
    assert list(found.index) == ["a", "b", "c"]
    assert found.loc["a", "b"] == together and (found.to_numpy() == found.to_numpy().T).all()
    assert np.diag(found).tolist() == own[["a", "b", "c"]].tolist()
    assert found.loc["a", "c"] == (1 if unit == "groups" else 0)


def test_pairs_that_nobody_shares_are_left_out():
    """E1 raised a and b, in one segment; H1 of the same group as H2 raised a, H2 c."""
    found = tallies.co_occurrence(settle(TABLE), BOOK)
    columns = ["name", "participants", "mentions", "groups", "behind"]
    assert found[columns].to_numpy().tolist() == [["A and B", 1, 1, 1, 1]]


def test_what_leaving_out_a_group_changes_at_least_and_at_most():
    found = tallies.stability_over_groups(settle(TABLE), BOOK, ALL)
    assert found.loc["codes_lost"].tolist() == [0, 1] and found.loc["rank_correlation", "high"] == 1


def test_leaving_a_group_out_names_the_codes_that_go_with_it():
    found = tallies.leave_one_group_out(settle(TABLE), BOOK, ALL)
    assert found["lost"].tolist() == ["B", "C", ""]
    assert found["codes_left"].tolist() == [2, 2, 3]
    assert found["mentions"].tolist() == [3, 2, 0]
    assert found.loc["group 3", "rank_correlation"] == 1


def test_rank_correlation_is_scipys():
    from scipy.stats import spearmanr

    rng = np.random.default_rng(2)
    a, b = pd.Series(rng.integers(0, 5, 40)), pd.Series(rng.integers(0, 5, 40))
    assert tallies.rank_correlation(a, b) == pytest.approx(spearmanr(a, b).statistic)
    assert np.isnan(tallies.rank_correlation(a, a * 0))


def test_codes_that_rest_on_one_person_or_one_group():
    found = tallies.narrow_codes(settle(TABLE), BOOK)
    assert found["rests_on"].to_dict() == {"b": "one person", "c": "one person"}
    two = TABLE.assign(code=TABLE["code"].where(TABLE["segment_id"] != "s3", "c"))
    assert tallies.narrow_codes(settle(two), BOOK)["rests_on"].to_dict()["c"] == "one group"
    assert "speaker" not in found.columns
    assert tallies.narrow_counts(settle(two), BOOK)["value"].tolist() == [2, 1]  # a and b on E1 alone; c on group 2


def brute_force(present):
    """Codes seen and new codes after each step, for every order of the groups."""
    orders = []
    for order in itertools.permutations(range(len(present))):
        seen = np.array([present[list(order[:k])].any(axis=0).sum() for k in range(1, len(present) + 1)])
        orders.append((seen, np.diff(seen, prepend=0)))
    return np.array(orders)  # orders x (seen, new) x steps


@settings(deadline=None)  # other work on the machine is no failure
@given(st.integers(1, 5), st.integers(0, 7), st.integers(0, 1_000))
def test_saturation_is_what_all_orders_give(groups, codes, seed):
    present = np.random.default_rng(seed).random((groups, codes)) < 0.4
    present = present[:, present.any(axis=0)]
    settled = pd.DataFrame(np.argwhere(present), columns=["group", "code"]).astype("str")
    names = tuple(str(group) for group in range(groups))
    found = saturation(settled, Bases(0, 0, names, ()))
    orders = brute_force(present)
    for position, name in enumerate(("codes", "new")):
        values = orders[:, position, :]
        assert found[f"{name}_mean"].to_numpy() == pytest.approx(values.mean(axis=0))
        assert found[f"{name}_low"].tolist() == values.min(axis=0).tolist()
        assert found[f"{name}_high"].tolist() == values.max(axis=0).tolist()
    all_seen = (orders[:, 0, :] == present.shape[1]).mean(axis=0)
    assert found["complete"].to_numpy() == pytest.approx(100 * all_seen)


def test_six_groups_are_the_mean_of_720_orders():
    present = np.random.default_rng(8).random((6, 9)) < 0.3
    present = present[:, present.any(axis=0)]
    settled = pd.DataFrame(np.argwhere(present), columns=["group", "code"]).astype("str")
    orders = brute_force(present)
    assert len(orders) == 720
    found = saturation(settled, Bases(0, 0, tuple("012345"), ()))
    assert found["codes_mean"].to_numpy() == pytest.approx(orders[:, 0].mean(axis=0))


def test_many_groups_have_the_expectation_and_no_extremes():
    settled = pd.DataFrame({"group": [f"{k:02d}" for k in range(40)] + ["00"], "code": ["a"] * 40 + ["b"]})
    found = saturation(settled, Bases(0, 0, tuple(f"{k:02d}" for k in range(40)), ()))
    # Code a is in every group, code b in one of forty: 1 + k/40.
    assert found["codes_mean"].to_numpy() == pytest.approx(1 + np.arange(1, 41) / 40)
    assert found[["codes_low", "new_high", "complete"]].isna().all(axis=None)


def test_expected_codes_ends_at_all_codes_and_never_falls():
    found = expected_codes(np.array([1, 2, 2, 5]), 7)
    assert found[-1] == pytest.approx(4) and (np.diff(found) > 0).all() and (np.diff(found, 2) < 1e-12).all()
