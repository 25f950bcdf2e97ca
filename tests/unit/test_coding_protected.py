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
from rendered import stop_on_page_leaks
from scipy.optimize import linprog

from analysis import coding
from analysis.coding.agreement import agreement_by_code
from analysis.coding.codebook import Code, Codebook
from analysis.coding.people import complete_headings, fewest_for_groups, raised, without_circles
from analysis.coding.segments import bases, settle
from analysis.described import Basis, described
from analysis.disclosure.decisions import REFUSED
from analysis.errors import InputError
from analysis.pipeline.people_protected import collect_decisions
from analysis.reporting import Appendix, record, show
from analysis.reporting.showing import TOO_FEW
from analysis.reporting.views.coding_protected import CodingEvidence, Shown, judge_agreement, open_coding
from analysis.reporting.views.evidence import HIDDEN
from analysis.results import Column, Kind, Result
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


def evidence(
    study: str = "coproduction", segments: pd.DataFrame | None = None, book: Codebook = BOOK, **rules
) -> CodingEvidence:
    """The evidence of a run of a real study, or of the worked example."""
    found = load_study(study, ROOT)
    page = Appendix(found.id, "02_focus_group_coding", ROOT, found.info.example)
    return open_coding(page, found, {**RULES, **rules}, segments, book)


def spoken(people: list[set[str]], groups: int = 3) -> pd.DataFrame:
    """Coded segments of one coder: one segment for each code of a person, one without a code for a person with none."""
    rows = [
        (f"g{at % groups}", f"P{at}", f"s{at}.{code}", code, "one")
        for at, codes in enumerate(people)
        for code in sorted(codes) or ["none"]
    ]
    return pd.DataFrame(rows, columns=["group", "speaker", "segment_id", "code", "coder"])


def protected(people: list[set[str]], study: str = "coproduction", groups: int = 3, book: Codebook = BOOK) -> Shown:
    return evidence(study, spoken(people, groups), book).coded.shown


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


PEOPLE = [{"a"}] * 8 + [{"b"}] * 6 + [{"c"}] * 2 + [set()] * 4  # who raised C is hidden


def opened() -> tuple[CodingEvidence, pd.DataFrame, tuple[Codebook, object]]:
    """A page of a team's own segments, the settled codes, and what else methods want."""
    table = spoken(PEOPLE)
    return evidence(segments=table), settle(table), (BOOK, bases(table))


def numbers(page: Appendix) -> dict[str, object]:
    return {result.id: result.value for result in page.store if isinstance(result.value, int | float)}


def test_every_method_on_segments_is_judged_by_what_it_counts():
    found, settled, known = opened()
    table, page = found.coded.segments, found.page
    record(coding.sizes(table), coding.codes_used(settled), coding.narrow_counts(settled, BOOK))
    assert numbers(page) == {"team.segments": 20, "team.participants": 20, "team.groups": 3, "team.coders": 1}
    show(coding.code_counts(settled, *known), "Counts", name="tally")
    tally = {name.split(".")[2]: value for name, value in numbers(page).items() if name.endswith(".tally.a.mentions")}
    assert tally == {"a": 8}
    assert page.store["02_focus_group_coding.tally.c.mentions"].value == HIDDEN
    assert show(coding.codes_by_group(settled, *known), "By group", name="by_group").plain == TOO_FEW
    assert show(coding.leave_one_group_out(settled, *known), "Stability", name="stability").plain == TOO_FEW
    assert "C" not in {str(name) for name in show(coding.co_occurrence(settled, BOOK), "Pairs").plain.split()}


def test_a_number_over_codes_is_shown_of_those_alone_that_may_enter_it():
    """A by 8 and B by 6 people of three groups, where 7 are needed: A alone may enter, and it came up in all of them."""
    found, settled, known = opened()
    show(coding.saturation(settled, known[1]), "All codes", name="all")
    assert not [value for value in numbers(found.page).values()]
    assert found.decisions[-1].decision == REFUSED
    show(coding.saturation(found.entering(), known[1]), "Saturation", name="saturation")
    assert found.entering()["code"].unique().tolist() == ["a"]
    assert numbers(found.page)["02_focus_group_coding.saturation.3.codes_mean"] == 1


@pytest.mark.parametrize("part", ["one group", "one person"])
def test_a_part_of_the_segments_passes_under_no_name(part):
    """What holds of all segments holds of no part of them."""
    found, settled, known = opened()
    some = {"one group": settled["group"] == "g0", "one person": settled["speaker"] == "P0"}[part]
    table = found.coded.segments[found.coded.segments["group"] == "g0"]
    record(coding.sizes(table), coding.codes_used(settled[some]), coding.narrow_counts(settled[some], BOOK))
    show(coding.code_counts(settled[some], *known), "Counts", name="counts")
    show(coding.codes_by_group(settled[some], *known), "By group", name="by_group")
    show(coding.co_occurrence(settled[some], BOOK), "Pairs", name="pairs")
    show(coding.saturation(settled[some], known[1]), "Saturation", name="saturation")
    show(coding.stability_over_groups(settled[some], *known), "Stability", name="stability")
    show(agreement_by_code(table, BOOK, seed=1, draws=100), "Agreement", name="agreement")
    assert numbers(found.page) == {}


def test_agreement_over_codes_is_of_all_segments_and_of_codes_behind_which_enough_people_stand():
    """Of A 12 people, of B 8, of C two; the second coder leaves out A and B with two people each, C with one."""
    table = spoken([{"a", "b"}] * 8 + [{"a"}] * 4 + [{"c"}] * 2 + [set()] * 6)
    dropped = table["segment_id"].isin(["s8.a", "s9.a", "s0.b", "s1.b", "s12.c"])
    table = pd.concat([table, table.assign(coder="two", code=table["code"].mask(dropped, "none"))], ignore_index=True)
    found = evidence(segments=table)
    agreement = found.allowed(agreement_by_code(table, BOOK, seed=1, draws=100))
    decided = coding.ratings(agreement, table)
    assert set(decided["code"]) == {"a", "b"}
    few = coding.ratings(pd.DataFrame({"alpha_low": [0.5, 0.5]}, index=["a", "c"]), table)
    of_part = decided[decided["speaker"] != "P0"]
    for some, name in ((few, "few"), (of_part, "part"), (decided, "all")):
        show(coding.agreement_by_pair(some), "Pairs", name=name)
        assert bool([key for key in numbers(found.page) if f".{name}." in key]) == (name == "all")


def test_a_heading_of_another_codebook_is_not_the_one_that_was_proved():
    """`top` is A, B and C: 15 people. With C moved away from it, it is 10, which have not been proved beside the others."""
    table = spoken([{"a", "b"}] * 5 + [{"a"}] * 2 + [{"b"}] * 3 + [{"c"}] * 5 + [set()] * 5)
    found, settled = evidence(segments=table), settle(table)
    codes = tuple(Code(id="c", name="C") if code.id == "c" else code for code in BOOK.codes)
    moved = Codebook(title="t", version="2", codes=codes)
    for book, top in ((BOOK, 15), (moved, HIDDEN)):
        counts = found.allowed(coding.code_counts(settled, book, bases(table)))
        assert counts.loc[["top", "a", "c"], "participants"].tolist() == [top, 7, 5]


@pytest.mark.parametrize("basis", [None, Basis("anything", statistic="mean"), Basis("anything", "a sort of its own")])
def test_a_statistic_of_segments_that_no_rule_here_knows_is_not_shown(basis):
    found, settled, _ = opened()
    words = described(Kind.MEASURED, {"words": Column("Words", "words")}, basis=basis)(
        lambda settled: pd.DataFrame({"words": [len(settled)]}, index=["all"])
    )
    if basis is None:
        with pytest.raises(InputError, match="does not say what they rest on"):
            show(words(settled), "Words")
    else:
        assert show(words(settled), "Words").plain == TOO_FEW
    with pytest.raises(InputError, match="no rule has judged"):
        found.page.add([replace(coding_number(), value=12)])
    assert numbers(found.page) == {}


def coding_number():
    return Result("02_focus_group_coding.tally.a.words", "Words", 12, "words", Kind.MEASURED)


def test_what_follows_from_print_passes_beside_segments_and_what_is_read_from_them_does_not():
    study = load_study("coproduction", ROOT)
    book = coding.load_codebook(study)
    table = coding.load_segments(load_study("coproduction_example", ROOT), book)
    found = open_coding(Appendix(study.id, "02_focus_group_coding", ROOT), study, RULES, table, book)
    record(coding.theme_counts(coding.load_themes(study, book)))
    assert found.page.store["published.places"].value > 0
    lengths = described(Kind.RECOMPUTED, {"rows": Column("Rows", "rows")})(
        lambda segments: pd.DataFrame({"rows": [len(segments)]}, index=["all"])
    )
    with pytest.raises(InputError, match="does not say what they rest on"):
        show(lengths(table), "Rows")


def test_by_group_nothing_is_shown_beside_a_hidden_count_and_all_counts_are_where_none_is():
    """Groups of 20. All codes but A and D come up nowhere, which is hidden; in a codebook of A alone nothing is."""
    people = [{"a"} if at % 4 < 2 else {"d"} for at in range(40)]
    alone = Codebook(title="t", version="1", codes=(Code(id="a", name="A"), Code(id="d", name="D")))
    for book, expected in ((BOOK, None), (alone, [[10, 10], [10, 10]])):
        table = spoken(people, groups=2)
        found = evidence(segments=table, book=book)
        shown = found.allowed(coding.codes_by_group(settle(table), book, bases(table)))
        assert shown is expected or shown[["g0", "g1"]].to_numpy().tolist() == expected


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
    open_coding(Appendix(study.id, "02_focus_group_coding", tmp_path), study, RULES, table, BOOK).close()
    shutil.copy(ROOT / "params.yaml", tmp_path)
    merged = json.loads(collect_decisions(tmp_path, "coproduction").read_text(encoding="utf-8"))
    (part,) = merged["notebooks"]
    assert part["notebook"] == "02_focus_group_coding"
    assert part["records"] is True
    assert ("Code: C", "hidden") in {(each["table"], each["decision"]) for each in part["decisions"]}
