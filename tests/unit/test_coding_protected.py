"""What 02_focus_group_coding shows of people: attacked by a program of its own, which knows only what the page shows."""

import json
import shutil
from dataclasses import replace
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from scipy.optimize import linprog

from analysis.coding.codebook import Code, Codebook
from analysis.coding.people import complete_headings, fewest_for_groups, raised, without_circles
from analysis.coding.segments import bases, settle
from analysis.disclosure.decisions import REFUSED
from analysis.errors import InputError
from analysis.pipeline.people import collect_decisions, stop_on_page_leaks
from analysis.reporting import Appendix
from analysis.reporting.views.coding_protected import Shown, judge_agreement, open_coding, protect_coding
from analysis.study import load_study

ROOT = Path(__file__).resolve().parents[2]
LEAST = 5
RULES = {"minimum_cell": LEAST, "reason": "small tables for a test"}
UNDER = {"a": "top", "b": "top", "c": "top", "d": "other", "e": "other"}
LEAVES = list(UNDER)
BOOK = Codebook(
    title="t",
    version="1",
    codes=(
        *(Code(id=name, name=name.upper(), codable=False) for name in ("top", "other")),
        *(Code(id=name, name=name.upper(), parent=parent) for name, parent in UNDER.items()),
    ),
)


def evidence(study: str = "coproduction", **rules):
    """The evidence of a run of a real study, or of the worked example."""
    found = load_study(study, ROOT)
    page = Appendix(found.id, "02_focus_group_coding", ROOT, found.info.example)
    return open_coding(page, found, {**RULES, **rules}, True)


def spoken(people: list[set[str]], groups: int = 3) -> pd.DataFrame:
    """Coded segments of one coder: one segment for each code of a person, one without a code for a person with none."""
    rows = [
        (f"g{at % groups}", f"P{at}", f"s{at}.{code}", code, "one")
        for at, codes in enumerate(people)
        for code in sorted(codes) or ["none"]
    ]
    return pd.DataFrame(rows, columns=["group", "speaker", "segment_id", "code", "coder"])


def protected(people: list[set[str]], study: str = "coproduction", groups: int = 3, book: Codebook = BOOK) -> Shown:
    table = spoken(people, groups)
    return protect_coding(evidence(study), table, settle(table), book, bases(table))


def attack(shown: Shown, code: str) -> tuple[float, float]:
    """The least and greatest number of people who raised a leaf, over all tables of 32 types that fit what is shown."""
    types = [dict(zip(LEAVES, bits, strict=True)) for bits in product([0, 1], repeat=len(LEAVES))]

    def row(name: str) -> list[int]:
        under = [leaf for leaf in LEAVES if leaf == name or UNDER[leaf] == name]
        return [max(each[leaf] for leaf in under) for each in types]

    known = [([1] * len(types), shown.everybody)]
    known += [(row(name), count) for name, count in shown.counts["participants"].dropna().items()]
    known += [([each[a] * each[b] for each in types], count) for (a, b), count in shown.pairs.items()]
    rows, counts = (np.array(part, dtype=float) for part in zip(*known, strict=True))
    ends = [
        linprog(sign * np.array(row(code)), A_eq=rows, b_eq=counts, bounds=(0, None)).fun * sign for sign in (1, -1)
    ]
    return ends[0], ends[1]


crowds = st.lists(
    st.sets(st.sampled_from("aabbcde"), max_size=2), min_size=14, max_size=27
)  # three groups of 9 at most


@settings(max_examples=10)
@given(crowds)
def test_no_hidden_code_can_be_narrowed_down_from_codes_headings_and_pairs(people):
    shown = protected(people)
    for code in LEAVES:
        if pd.isna(shown.counts.at[code, "participants"]):
            low, high = attack(shown, code)
            assert np.floor(high + 1e-6) - np.ceil(low - 1e-6) >= LEAST - 1


@settings(max_examples=10)
@given(crowds)
def test_what_is_shown_is_true_and_never_small(people):
    shown = protected(people)
    for code, count in shown.counts["participants"].dropna().items():
        under = {leaf for leaf in LEAVES if leaf == code or UNDER[leaf] == code}
        assert count == sum(bool(codes & under) for codes in people)
        assert LEAST <= count <= len(people) - LEAST
    for (a, b), count in shown.pairs.items():
        assert count == sum({a, b} <= codes for codes in people) >= LEAST


def test_a_heading_above_a_hidden_code_is_hidden_with_its_mentions_and_groups():
    """24 people: A by 8, B by 6, C by 2 others. The heading's 16 would say that at least 2 raised C."""
    people = [{"a"}] * 8 + [{"b"}] * 6 + [{"c"}] * 2 + [set()] * 8
    shown = protected(people)
    assert shown.counts.loc[["a", "b"], "participants"].tolist() == [8, 6]
    assert shown.counts.loc[["top", "c", "other"]].isna().all(axis=None)


def test_a_heading_of_shown_codes_counts_each_person_once():
    people = [{"a", "b"}] * 5 + [{"a"}] * 2 + [{"b"}] * 3 + [{"c"}] * 5 + [set()] * 5
    shown = protected(people)
    assert shown.counts["participants"].astype(object).where(shown.counts["participants"].notna(), None).to_dict() == {
        "top": 15,
        "other": None,
        "a": 7,
        "b": 8,
        "c": 5,
        "d": None,
        "e": None,
    }
    assert shown.counts.at["top", "mentions"] == 20


def test_fewer_people_than_the_minimum_in_all_show_nothing():
    shown = protected([{"a"}] * 4)
    assert shown.everybody is None
    assert shown.counts.isna().all(axis=None)
    assert shown.pairs == {}


def test_a_pair_is_shown_only_where_no_cell_of_its_table_is_small():
    """25 people; A and B: both 6, A alone 6, B alone 6, neither 7. A and D: D is within A but for 1."""
    people = [{"a", "b"}] * 6 + [{"a", "d"}] * 6 + [{"b"}] * 6 + [{"d"}] + [set()] * 6
    shown = protected(people)
    assert dict(shown.pairs) == {("a", "b"): 6}


def test_groups_of_twice_the_minimum_are_shown_by_code_and_without_headings():
    people = [{"a"} if at % 4 < 2 else {"d"} for at in range(40)]  # groups g0 and g1 of 20
    shown = protected(people, groups=2)
    assert shown.by_group.loc["a"].tolist() == [10, 10]
    assert shown.by_group.loc["b"].isna().all()
    assert shown.counts.loc["top"].isna().all()
    assert shown.pairs == {}


@settings(max_examples=10)
@given(st.lists(st.booleans(), min_size=20, max_size=28))
def test_no_hidden_count_by_group_can_be_narrowed_down(raised_it):
    """Two groups whose sizes are known; what a reader knows of a code is the shown cells and the shown total."""
    shown = protected([{"d"} if each else set() for each in raised_it], groups=2)
    sizes = [len(raised_it[group::2]) for group in (0, 1)]
    cells, total = shown.by_group.loc["d"].tolist(), shown.counts.at["d", "participants"]
    fits = [
        pair
        for pair in product(*(range(size + 1) for size in sizes))
        if all(pd.isna(cell) or cell == n for cell, n in zip(cells, pair, strict=True))
        and (pd.isna(total) or total == sum(pair))
    ]
    for group, cell in enumerate(cells):
        found = [pair[group] for pair in fits]
        assert max(found) - min(found) >= LEAST - 1 if pd.isna(cell) else LEAST <= cell <= sizes[group] - LEAST


def _spread(people: int, groups: int):
    """Every way to put people into groups."""
    for cuts in combinations(range(people + groups - 1), groups - 1):
        ends = (-1, *cuts, people + groups - 1)
        yield tuple(b - a - 1 for a, b in zip(ends, ends[1:], strict=False))


@pytest.mark.parametrize(("groups", "width"), [(2, 4), (3, 4), (4, 3)])
def test_the_number_of_groups_is_safe_from_the_least_number_of_people_on_and_not_below(groups, width):
    """By listing every spread of the people over the groups: how far apart one group's least and greatest number are."""

    def narrowest(people: int) -> int:
        by_number: dict[int, set[int]] = {}
        for spread in _spread(people, groups):
            by_number.setdefault(sum(map(bool, spread)), set()).add(spread[0])
        return min(max(found) - min(found) for found in by_number.values())

    least = fewest_for_groups(groups, width)
    assert narrowest(least) >= width
    assert narrowest(least - 1) < width


def test_the_number_of_groups_is_hidden_by_the_shown_number_of_people_alone():
    """Three groups, so 7 people are needed (4 + 3)."""
    people = [
        {"a"} if at % 2 == 0 and at < 10 else {"b"} if 10 <= at < 15 else {"d"} if at > 14 else set()
        for at in range(22)
    ]
    groups = protected(people).counts[["participants", "groups"]]
    assert groups.loc["b"].tolist() == [5, pd.NA]
    assert groups.loc["d"].tolist() == [7, 3]


NINE = {f"{heading}{number}": heading for heading in "TUV" for number in (1, 2, 3)}
PAIRS = st.lists(st.lists(st.sampled_from(sorted(NINE)), min_size=2, max_size=2, unique=True).map(tuple), max_size=30)


def is_acyclic(sets: list[set[str]]) -> bool:
    """Whether the sets can be laid out as a tree in which what two share lies on the way between them.

    By definition: the heaviest spanning tree over the sizes of what sets share has this property if any tree has; its
    weight is then the total of the sizes less the number of different members (P. A. Bernstein and N. Goodman, 1981).
    """
    edges = sorted(((len(a & b), i, j) for (i, a), (j, b) in combinations(enumerate(sets), 2)), reverse=True)
    part, weight = list(range(len(sets))), 0
    for shared, i, j in edges:
        if part[i] != part[j]:
            weight += shared
            part = [part[j] if each == part[i] else each for each in part]
    return weight == sum(map(len, sets)) - len(set().union(*sets))


@given(PAIRS)
def test_pairs_without_circles_can_be_proved_one_by_one(pairs):
    """Each table rests on the codes it counts and the headings above them; the sets must form a tree."""
    kept = list(without_circles(pairs, NINE))
    sets = [{code, NINE[code]} for code in NINE] + [{a, b, NINE[a], NINE[b]} for a, b in kept]
    assert is_acyclic(sets)


def test_pairs_are_left_out_only_where_they_close_a_circle():
    top = {"a": "T", "b": "U", "c": "T", "d": "V", "e": "T"}
    pairs = [("a", "b"), ("c", "b"), ("b", "d"), ("c", "d"), ("a", "c"), ("c", "e"), ("a", "e")]
    assert list(without_circles(pairs, top)) == [("a", "b"), ("b", "d"), ("a", "c"), ("c", "e")]


def test_the_check_for_trees_knows_a_circle():
    assert is_acyclic([{"a", "b"}, {"b", "c"}])
    assert not is_acyclic([{"a", "b"}, {"b", "c"}, {"c", "a"}])


def test_a_heading_of_headings_is_complete_only_where_these_are():
    book = Codebook(
        title="t",
        version="1",
        codes=(
            Code(id="top", name="Top", codable=False),
            Code(id="middle", name="Middle", parent="top"),
            Code(id="low", name="Low", parent="middle"),
            Code(id="side", name="Side", parent="top"),
        ),
    )
    assert complete_headings(book, ["middle", "low", "side"]) == {"top", "middle"}
    assert complete_headings(book, ["middle", "side"]) == set()
    assert complete_headings(book, ["low", "side"]) == {"middle"}


def test_people_are_listed_once_with_the_headings_of_what_they_raised():
    table = spoken([{"a", "d"}, set(), {"e"}])
    found = raised(table, settle(table), BOOK)
    assert found.loc["P0"].to_dict() == {
        "top": "yes",
        "other": "yes",
        "a": "yes",
        "b": "no",
        "c": "no",
        "d": "yes",
        "e": "no",
    }
    assert set(found.loc["P1"]) == {"no"}
    assert found.index.tolist() == ["P0", "P1", "P2"]


def test_numbers_over_all_codes_are_refused_beside_a_hidden_code_but_of_synthetic_segments():
    people = [{"a"}] * 8 + [{"b"}] * 6 + [{"c"}] * 2 + [set()] * 4
    assert not protected(people).whole
    assert not protected(people).named
    example = protected(people, "coproduction_example")
    assert example.whole
    assert example.named
    assert example.counts.loc["c"].isna().all()


def test_agreement_is_refused_where_few_people_raised_the_code_in_all_coders_eyes():
    found = evidence()
    assert judge_agreement(found, BOOK, "abcd", pd.Series({"a": 5, "b": 4, "d": 4}), {"c", "d"}) == ["a", "c", "d"]
    assert [(d.table, d.decision) for d in found.decisions if d.decision == REFUSED] == [("Agreement: B", REFUSED)]


def test_the_reason_for_hidden_agreement_does_not_say_how_many_people_a_hidden_code_has():
    found = evidence()
    assert judge_agreement(found, BOOK, "a", pd.Series(dtype="int64"), ()) == []
    assert found.decisions[-1].reason == "its number of people is hidden, and its segments could tell of it"


def test_rounding_is_not_offered_here():
    with pytest.raises(InputError, match="rounding_base.*expected no rounding"):
        evidence(rounding_base=5)


def own_segments(folder: Path, rows: str) -> object:
    """The coproduction study below another root, with coded segments as a team would put them there."""
    shutil.copytree(ROOT / "data" / "raw" / "coproduction", folder / "data" / "raw" / "coproduction")
    path = folder / "data" / "raw" / "coproduction" / "records" / "coded_segments.csv"
    path.write_text(f"group,speaker,segment_id,code,coder\n{rows}", encoding="utf-8")
    return replace(load_study("coproduction", ROOT), root=folder)


@pytest.mark.parametrize(
    "text", ["Said by K9 herself", "<td>K9</td>", '<p data-of="interview-of-K9-full">x</p>', "Segment kitchen.17"]
)
def test_a_page_with_an_id_of_coded_segments_stops(tmp_path, text):
    study = own_segments(tmp_path, "g,K9,kitchen.17,english,a\ng,interview-of-K9-full,42,english,a\n")
    with pytest.raises(InputError, match="the id of a person"):
        stop_on_page_leaks(f"<html><body>{text}</body></html>", study, "02_focus_group_coding")


@pytest.mark.parametrize(
    "text", ["<style>h1.K9 {}</style>", '<g id="K9"></g>', "In 42 segments", "Speaker E6 is printed in the source"]
)
def test_styles_marks_numbers_and_printed_speaker_codes_are_no_leaks(tmp_path, text):
    study = own_segments(tmp_path, "g,K9,kitchen.17,english,a\ng,E6,42,english,a\n")
    stop_on_page_leaks(f"<html><body>{text}</body></html>", study, "02_focus_group_coding")


def test_the_collected_record_of_decisions_holds_those_on_focus_groups(tmp_path):
    table = spoken([{"a"}] * 8 + [{"b"}] * 6 + [{"c"}] * 2 + [set()] * 4)
    study = replace(load_study("coproduction", ROOT), root=own_segments(tmp_path, "g,K9,k1,english,a\n").root)
    found = open_coding(Appendix(study.id, "02_focus_group_coding", tmp_path), study, RULES, True)
    protect_coding(found, table, settle(table), BOOK, bases(table))
    found.close()
    shutil.copy(ROOT / "params.yaml", tmp_path)
    merged = json.loads(collect_decisions(tmp_path, "coproduction").read_text(encoding="utf-8"))
    (part,) = merged["notebooks"]
    assert part["notebook"] == "02_focus_group_coding"
    assert part["records"] is True
    assert ("Code: C", "hidden") in {(each["table"], each["decision"]) for each in part["decisions"]}
