"""Disclosure control: the tightest bounds a reader can reach are checked by listing every table that fits."""

import json
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from analysis.disclosure.decisions import (
    HIDDEN,
    REFUSED,
    ROUNDED,
    SHOWN,
    Decision,
    decisions_text,
    judge_figure,
    judge_model,
    judge_quantile,
    judge_statistic,
)
from analysis.disclosure.protect import protect, prove
from analysis.disclosure.reader import Background, Derived, Reader, Statement, _blocks, _is_acyclic, linked
from analysis.disclosure.rules import Rules
from analysis.disclosure.tables import TOTAL, as_frame, count_people, with_margins
from analysis.errors import InputError

FIVE = Rules(5, "the study has only 57 respondents")


def table(counts, *names: str) -> pd.Series:
    array = np.array(counts)
    levels = [[f"{name}{i}" for i in range(size)] for name, size in zip(names, array.shape, strict=True)]
    return pd.Series(array.ravel(), index=pd.MultiIndex.from_product(levels, names=list(names)), name="people")


def every_table(published: pd.Series, counts: pd.Series) -> np.ndarray:
    """All whole-number tables (rows of cells) that agree with every published cell, by plain trial."""
    total = int(published.iloc[-1])
    cells = np.array([c for c in product(range(total + 1), repeat=len(counts) - 1) if sum(c) <= total])
    cells = np.column_stack([cells, total - cells.sum(axis=1)])
    fits = np.ones(len(cells), dtype=bool)
    for labels, value in published.items():
        if not pd.isna(value):
            inside = [all(p in (TOTAL, q) for p, q in zip(labels, cell, strict=True)) for cell in counts.index]
            fits &= cells[:, inside].sum(axis=1) == value
    return cells[fits]


def spread(tables: np.ndarray, counts: pd.Series, labels) -> int:
    inside = [all(p in (TOTAL, q) for p, q in zip(labels, cell, strict=True)) for cell in counts.index]
    values = tables[:, inside].sum(axis=1)
    return int(values.max() - values.min())


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=6, max_size=6).filter(lambda c: 5 <= sum(c) <= 16))
def test_no_patient_reader_can_narrow_a_small_cell(cells):
    """Oracle: every 2 x 3 table of whole numbers that fits what is shown."""
    counts = table(np.reshape(cells, (2, 3)), "a", "b")
    shown = protect({"t": counts}, FIVE).tables["t"]
    possible = every_table(shown, counts)
    assert any((row == counts.to_numpy()).all() for row in possible), "what is shown must be true"
    for labels, count in with_margins(counts).items():
        if count < 5 and any(part != TOTAL for part in labels):
            assert pd.isna(shown[labels]) and spread(possible, counts, labels) >= FIVE.width


def fits(counts: pd.Series, shown: pd.Series, labels, sign: int) -> float:
    """Least or greatest value of a cell by an integer program written apart from the code under test."""
    from scipy.optimize import LinearConstraint, milp

    def row(cell):
        return np.array(
            [all(p in (TOTAL, q) for p, q in zip(cell, each, strict=True)) for each in counts.index], dtype=float
        )

    known = [(row(cell), value) for cell, value in shown.items() if not pd.isna(value)]
    matrix, values = np.array([r for r, _ in known]), np.array([float(v) for _, v in known])
    found = milp(
        sign * row(labels), constraints=[LinearConstraint(matrix, values, values)], integrality=np.ones(len(counts))
    )
    return float(row(labels) @ np.round(found.x))


def random_tables(number: int, shape: tuple[int, ...], people: int = 57) -> list[pd.Series]:
    rng = np.random.default_rng(11)
    return [
        table(rng.multinomial(people, rng.dirichlet(np.ones(int(np.prod(shape))))).reshape(shape), *"abc"[: len(shape)])
        for _ in range(number)
    ]


def naive(counts: pd.Series, threshold: int) -> pd.Series:
    """What many tables do: hide small cells inside the table, publish every margin."""
    full = with_margins(counts)
    inner = [all(part != TOTAL for part in labels) for labels in full.index]
    return full.astype("Int64").where(~(np.array(inner) & (full < threshold).to_numpy()))


def gives_away(counts: pd.Series, shown: pd.Series, rules: Rules) -> bool:
    small = [
        labels
        for labels, count in with_margins(counts).items()
        if count < rules.minimum_cell and any(part != TOTAL for part in labels)
    ]
    return any(fits(counts, shown, labels, -1) - fits(counts, shown, labels, 1) < rules.width for labels in small)


def pinned(counts: pd.Series, shown: pd.Series) -> bool:
    return any(
        pd.isna(value) and fits(counts, shown, labels, -1) == fits(counts, shown, labels, 1)
        for labels, value in shown.items()
    )


def test_what_naive_suppression_gives_away_the_protected_tables_do_not():
    """4 x 4 tables of 57 people, cells below five hidden. The naive way pins a hidden cell in most of them."""
    tables = random_tables(12, (4, 4))
    assert sum(pinned(counts, naive(counts, 5)) for counts in tables) >= 6
    for counts in tables:
        assert not gives_away(counts, protect({"t": counts}, FIVE).tables["t"], FIVE)


@pytest.mark.parametrize("rules", [Rules(), FIVE])
def test_three_way_tables_are_safe_too(rules):
    for counts in random_tables(3, (2, 3, 2)):
        assert not gives_away(counts, protect({"t": counts}, rules).tables["t"], rules)


def test_the_proof_stops_a_run_that_publishes_naively_and_passes_the_protected_one():
    counts = table([[20, 1], [3, 33]], "a", "b")
    with pytest.raises(InputError, match="worked out") as refused:
        prove({"t": naive(counts, 5)}, {"t": counts}, FIVE, "notebooks/03_before_after.ipynb")
    assert "table 't'" in str(refused.value) and refused.value.file == "notebooks/03_before_after.ipynb"
    safe = protect({"t": counts}, FIVE)
    assert (prove(safe.tables, {"t": counts}, FIVE, "x")["narrowest"] >= FIVE.width).all()


def test_a_small_cell_that_is_shown_stops_the_run():
    counts = table([2, 25, 30], "a")
    with pytest.raises(InputError, match="small cell of the table 't'"):
        prove({"t": with_margins(counts)}, {"t": counts}, Rules(), "x")


PEOPLE = pd.DataFrame(
    {
        "course": ["esol"] * 30 + ["other"] * 27,
        "pre": ([1] * 20 + [2] * 10) + ([1] * 12 + [2] * 15),
        "post": ([2] * 18 + [1] * 2 + [2] * 10) + ([2] * 11 + [1] * 1 + [2] * 12 + [1] * 3),
    }
)
CATEGORIES = {"course": ["esol", "other"], "pre": [1, 2], "post": [1, 2], "change": ["improved", "same", "worse"]}
CHANGE = Derived(
    "change", ("pre", "post"), lambda pre, post: "improved" if post > pre else "worse" if post < pre else "same"
)
PEOPLE = PEOPLE.assign(change=[CHANGE.value(a, b) for a, b in zip(PEOPLE["pre"], PEOPLE["post"], strict=True)])


def joint_fits(shown: dict[str, pd.Series], table_name: str, labels, sign: int) -> float:
    types = pd.DataFrame(
        list(product(*(CATEGORIES[c] for c in ("course", "pre", "post")))), columns=["course", "pre", "post"]
    )
    types["change"] = [CHANGE.value(a, b) for a, b in zip(types["pre"], types["post"], strict=True)]
    return type_fits(shown, types, table_name, labels, sign)


def type_fits(shown: dict[str, pd.Series], types: pd.DataFrame, table_name: str, labels, sign: int) -> float:
    """The same integer program over all types of people and all tables, written apart from the code under test."""
    from scipy.optimize import LinearConstraint, milp

    def row(names, cell):
        inside = np.ones(len(types))
        for name, label in zip(names, cell, strict=True):
            inside *= 1 if label == TOTAL else (types[name] == label).to_numpy()
        return inside

    known = [(row(s.index.names, cell), float(v)) for s in shown.values() for cell, v in s.items() if not pd.isna(v)]
    matrix, values = np.array([r for r, _ in known]), np.array([v for _, v in known])
    goal = row(shown[table_name].index.names, labels)
    found = milp(sign * goal, constraints=[LinearConstraint(matrix, values, values)], integrality=np.ones(len(types)))
    return float(goal @ np.round(found.x))


def test_tables_that_share_margins_or_follow_from_each_other_are_protected_together():
    """Each table alone would be safe with less hidden: in the shift table nothing is small, and gives the three away who got worse."""
    kinds = [(course, pre, post) for course in ("esol", "other") for pre in (1, 2) for post in (1, 2)]
    people = pd.DataFrame(np.repeat(kinds, [5, 13, 5, 6, 4, 13, 3, 12], axis=0), columns=["course", "pre", "post"])
    people = people.astype({"pre": int, "post": int})
    people["change"] = [CHANGE.value(a, b) for a, b in zip(people["pre"], people["post"], strict=True)]
    tables = {
        "shift": count_people(people, ["pre", "post"], CATEGORIES),
        "direction": count_people(people, ["course", "change"], CATEGORIES),
    }
    alone = {name: protect({name: counts}, FIVE).tables[name] for name, counts in tables.items()}
    together = protect(tables, FIVE, Background((CHANGE,)))
    for name, counts in tables.items():
        for labels, count in with_margins(counts).items():
            if count < 5 and joint_fits(together.tables, name, labels, -1) > 0:  # else nobody can be there
                ends = [joint_fits(together.tables, name, labels, sign) for sign in (1, -1)]
                assert ends[1] - ends[0] >= FIVE.width
    with pytest.raises(InputError):
        prove(alone, tables, FIVE, "x", Background((CHANGE,)))


def test_an_impossible_cell_is_no_secret():
    """Nobody at the top can improve: that zero is known to all and need not be hidden."""
    tables = {
        "t": count_people(PEOPLE, ["pre", "change"], CATEGORIES),
        "shift": count_people(PEOPLE, ["pre", "post"], CATEGORIES),
    }
    shown = protect(tables, FIVE, Background((CHANGE,))).tables["t"]
    assert shown[(2, "improved")] == 0


def test_a_published_mean_counts_as_evidence():
    """Two hidden cells, 12 people: with the sum of their answers known exactly, both are known, so the mean must go."""
    counts = table([5, 7, 40], "answer")
    worth = {"answer0": 1, "answer1": 2, "answer2": 3}
    exact = Statement("mean answer", ("answer",), lambda a: worth[a], 139, 139)
    rough = Statement("mean answer", ("answer",), lambda a: worth[a], 110, 168)
    rules = Rules()
    assert protect({"t": counts}, rules, Background(statements=(rough,))).proof["narrowest"].iloc[0] >= rules.width
    with pytest.raises(InputError):
        prove(
            {"t": with_margins(counts).astype("Int64").where([False, False, True, True])},
            {"t": counts},
            rules,
            "x",
            Background(statements=(exact,)),
        )


def test_a_mean_that_gives_a_cell_away_by_itself_is_refused():
    """57 answers of 1 or 2 that add up to 60 say that three people answered 2, whatever is hidden."""
    exact = Statement("mean answer", ("answer",), lambda a: {"answer0": 1, "answer1": 2}[a], 60, 60)
    with pytest.raises(ValueError, match="'mean answer' gives a small cell away"):
        protect({"t": table([54, 3], "answer")}, Rules(), Background(statements=(exact,)))


def test_bounds_are_those_of_the_transportation_problem():
    """Hand-worked: rows 8 and 7, columns 5 and 10, inside hidden: a cell runs from max(0, r + c - n) to min(r, c)."""
    counts = table([[2, 6], [3, 4]], "a", "b")
    full = with_margins(counts)
    reader = Reader({"t": full})
    inner = np.array([TOTAL not in cell.labels for cell in reader.cells])
    low, high = (np.where(inner, end, full.to_numpy(dtype=float)) for end in (-np.inf, np.inf))
    assert [reader.bounds(cell, low, high) for cell in range(4)] == [(0, 5), (3, 8), (0, 5), (2, 7)]


def test_triangles_of_tables_need_the_joint_table_and_chains_do_not():
    """Three two-way tables in a ring can agree wherever two meet and still have no common joint table."""
    assert _is_acyclic([{"a", "b"}, {"b", "c"}, {"c", "d"}]) and not _is_acyclic([{"a", "b"}, {"b", "c"}, {"c", "a"}])
    assert _is_acyclic([{"a", "b", "c"}, {"a", "b"}, {"d"}])
    assert _blocks([("a", "b"), ("b", "c"), ("b",)]) == [("a", "b"), ("b", "c")]
    assert [set(block) for block in _blocks([("a", "b"), ("b", "c"), ("c", "a")])] == [{"a", "b", "c"}]


def test_bounds_through_a_chain_of_tables_equal_those_of_the_joint_table():
    """Oracle: the same program over the joint table of all three columns."""
    rng = np.random.default_rng(3)
    people = pd.DataFrame(rng.integers(0, 2, (40, 3)), columns=["a", "b", "c"])
    levels = {name: [0, 1] for name in people}
    tables = {
        "ab": with_margins(count_people(people, ["a", "b"], levels)),
        "bc": with_margins(count_people(people, ["b", "c"], levels)),
    }
    chain = Reader(tables)
    joint = Reader({**tables, "abc": with_margins(count_people(people, ["a", "b", "c"], levels))})
    known = np.array([TOTAL in cell.labels for cell in chain.cells])
    counts = np.concatenate([series.to_numpy() for series in tables.values()]).astype(float)
    low, high = (np.where(known, counts, end) for end in (-np.inf, np.inf))
    extra = len(joint.cells) - len(chain.cells)
    wide = [np.concatenate([ends, np.full(extra, end)]) for ends, end in ((low, -np.inf), (high, np.inf))]
    for cell in range(len(chain.cells)):
        assert chain.bounds(cell, low, high) == pytest.approx(joint.bounds(cell, *wide))


def test_tables_are_grouped_by_the_columns_they_share():
    tables = {
        "ab": table([[1, 2]], "a", "b"),
        "bc": table([[1, 2]], "b", "c"),
        "d": table([3], "d"),
        "e": table([3], "e"),
    }
    assert [sorted(names) for names, _ in linked(tables, Background())] == [["ab", "bc"], ["d"], ["e"]]
    joint = Statement("s", ("d", "e"), lambda *_: 1.0, 0, 9)
    far = Statement("t", ("f",), lambda *_: 1.0, 0, 9)
    groups = linked(tables, Background(statements=(joint, far)))
    assert [(sorted(names), about.statements) for names, about in groups] == [
        (["ab", "bc"], ()),
        (["d", "e"], (joint,)),
    ]


def test_bands_and_directions_are_linked_through_the_answers_that_nobody_shows():
    """Bands before and after, and improved or not, both follow from two answers on nine points.

    Oracle: an integer program over all 81 types, written apart from the code under test.
    """
    points = list(range(1, 10))
    rng = np.random.default_rng(8)
    pre = rng.integers(1, 10, 57)
    people = pd.DataFrame({"pre": pre, "post": np.clip(pre + rng.integers(-1, 4, 57), 1, 9)})

    def band(point):
        return "low" if point <= 4 else "high"

    people = people.assign(pre_band=people["pre"].map(band), post_band=people["post"].map(band))
    people["change"] = [CHANGE.value(a, b) for a, b in zip(people["pre"], people["post"], strict=True)]
    derived = (CHANGE, Derived("pre_band", ("pre",), band), Derived("post_band", ("post",), band))
    background = Background(derived, categories={"pre": points, "post": points})
    bands = {"pre_band": ["low", "high"], "post_band": ["low", "high"], **CATEGORIES}
    tables = {
        "shift": count_people(people, ["pre_band", "post_band"], bands),
        "direction": count_people(people, ["pre_band", "change"], bands),
    }
    shown = protect(tables, FIVE, background).tables
    types = pd.DataFrame(list(product(points, points)), columns=["pre", "post"])
    types = types.assign(pre_band=types["pre"].map(band), post_band=types["post"].map(band))
    types["change"] = [CHANGE.value(a, b) for a, b in zip(types["pre"], types["post"], strict=True)]
    for name, counts in tables.items():
        for labels, count in with_margins(counts).items():
            if count < 5:
                ends = [type_fits(shown, types, name, labels, sign) for sign in (1, -1)]
                assert ends[1] - ends[0] >= FIVE.width or ends[1] == 0  # zero: nobody can be there


@pytest.mark.parametrize("base", [5, 10])
def test_rounding_leaves_small_cells_open(base):
    rules = Rules(rounding_base=base)
    for counts in random_tables(3, (2, 3)):
        found = protect({"t": counts}, rules)
        shown = found.tables["t"].dropna()
        assert (shown % base == 0).all() and shown.iloc[-1] == {5: 55, 10: 60}[base]
        assert found.proof["narrowest"].iloc[0] >= {5: 2, 10: 4}[base]
        assert any(d.decision == ROUNDED for d in found.decisions)


def test_a_cell_with_nearly_the_whole_group_is_hidden_although_large():
    shown = protect({"t": table([[30, 1], [14, 12]], "a", "b")}, Rules(largest_share=0.9)).tables["t"]
    assert pd.isna(shown[("a0", "b0")]) and pd.isna(shown[("a0", "b1")])


def test_fewer_people_than_the_minimum_are_refused_whole():
    found = protect({"t": table([4, 5], "a")}, Rules())
    assert found.tables["t"].isna().all() and found.decisions[0].decision == REFUSED
    proof = prove(found.tables, {"t": table([4, 5], "a")}, Rules(), "x")
    assert proof["narrowest"].tolist() == [np.inf], "of what is left out whole there is nothing to prove"
    with pytest.raises(InputError, match="worked out"):
        prove(
            {"t": found.tables["t"].fillna(9).astype("Int64").mask([False, True, True])},
            {"t": table([9, 0], "a")},
            Rules(),
            "x",
        )


def test_tables_without_anything_sensitive_are_shown_whole():
    counts = table([[20, 15], [12, 10]], "a", "b")
    found = protect({"t": counts}, Rules())
    assert found.tables["t"].to_dict() == with_margins(counts).to_dict()
    assert [d.decision for d in found.decisions] == [SHOWN]


def test_tables_of_different_people_are_refused():
    with pytest.raises(ValueError, match="the same people"):
        protect({"t": table([20, 37], "a"), "u": table([20, 36], "b")}, Rules())


def test_people_without_an_answer_are_a_category_of_their_own():
    records = pd.DataFrame({"english": ["improved", None, "same", "improved"]})
    counts = count_people(records, ["english"], {"english": ["improved", "same", "worse"]})
    assert counts.to_dict() == {("improved",): 2, ("same",): 1, ("worse",): 0, ("no answer",): 1}
    with pytest.raises(ValueError, match="outside its categories"):
        count_people(records, ["english"], {"english": ["improved"]})


def test_margins_sum_up_every_subset_of_columns():
    full = with_margins(table([[1, 2], [3, 4]], "a", "b"))
    assert full[[(TOTAL, "b0"), ("a1", TOTAL), (TOTAL, TOTAL)]].tolist() == [4, 7, 10]
    assert len(full) == 9
    with pytest.raises(ValueError, match="name of a category"):
        with_margins(pd.Series([1], index=pd.MultiIndex.from_product([[TOTAL]], names=["a"])))


def test_a_protected_table_is_laid_out_with_its_margins():
    found = protect({"t": table([[20, 15], [12, 10]], "a", "b")}, Rules()).tables["t"]
    frame = as_frame(found)
    assert list(frame.index) == ["a0", "a1", TOTAL] and list(frame.columns) == ["b0", "b1", TOTAL]
    assert frame.loc["a0"].tolist() == [20, 15, 35]


def test_decisions_never_hold_a_hidden_number_and_have_one_order():
    counts = table([[31, 3], [16, 7]], "a", "b")
    found = protect({"t": counts}, Rules())
    text = decisions_text("study", Rules(), reversed(found.decisions))
    assert text == decisions_text("study", Rules(), found.decisions)
    reasons = " ".join(row["reason"] for row in json.loads(text)["decisions"])
    cells = len(with_margins(counts))
    allowed = {str(cells), "10", "90"} | {str(n) for n in range(cells + 1) if f"{n} of {cells}" in reasons}
    assert {word.strip("%:,") for word in reasons.split() if word[0].isdigit()} <= allowed
    assert {row["decision"] for row in json.loads(text)["decisions"]} <= {HIDDEN, SHOWN}


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        (judge_statistic("mean change", "mean", 57, Rules()), SHOWN),
        (judge_statistic("mean change", "mean", 9, Rules()), REFUSED),
        (judge_statistic("sessions", "Maximum", 57, Rules()), REFUSED),
        (judge_statistic("sessions", "minimum", 5000, Rules()), REFUSED),
        (judge_quantile("sessions", 57, 0.25, Rules()), SHOWN),
        (judge_quantile("sessions", 57, 0.95, Rules()), REFUSED),
        (judge_quantile("sessions", 40, 0.75, Rules()), SHOWN),
        (judge_quantile("sessions", 39, 0.75, Rules()), REFUSED),
        (judge_model("english", 57, 3, Rules()), SHOWN),
        (judge_model("english", 12, 3, Rules()), REFUSED),
        (judge_figure("scatter", True), REFUSED),
        (judge_figure("scatter", True, synthetic=True), SHOWN),
        (judge_figure("bars", False), SHOWN),
    ],
)
def test_single_statistics_models_and_figures(decision: Decision, expected: str):
    assert decision.decision == expected and decision.reason
