"""Systems of statements: what is true is never refused, conflicts are irreducible, and all small ones are found."""

from itertools import combinations

import pytest
from hypothesis import given, settings, strategies as st

from analysis.audit.jointly_true import Linear, System, linear, single_repairs, smallest_conflicts, solve, system
from analysis.audit.plan import SystemEntry, read_plan
from analysis.quantities import parse_printed
from analysis.study import load_study
from analysis.study.claims import Claim, Ledger


def test_linear_forms_follow_arithmetic():
    found = linear("2 * (a - b) / 4 + 3 - -b")
    assert found.terms == {"a": 0.5, "b": 0.5} and found.constant == 3


@pytest.mark.parametrize("text", ["a * b", "1 / a", "a / (b + 1)"])
def test_what_is_not_linear_is_refused(text):
    with pytest.raises(ValueError, match="not linear"):
        linear(text)


def test_smallest_value_of_an_objective():
    rows = [({"a": -1.0}, -3.0), ({"a": 1.0, "b": -1.0}, 0.0)]  # a >= 3 and b >= a
    assert solve(rows, {}, Linear({"b": 1.0})) == pytest.approx(3)
    assert solve(rows, {}, Linear({"b": -1.0})) == float("-inf")
    assert solve([*rows, ({"b": 1.0}, 2.0)], {}) is None
    assert solve([({}, -1.0)], {}) is None and solve([({}, 1.0)], {}) == 0


def printed_ledger(values: dict[str, str]) -> Ledger:
    claims = {
        name: Claim(
            claim_id=name,
            line=1,
            section="s",
            quantity=name.lower().replace("-", "_"),
            statement="t",
            printed=text,
            value=format(parse_printed(text).value, "f"),
            unit="%",
            base="",
            kind="money",
            formula="",
            note="",
        )
        for name, text in values.items()
    }
    return Ledger(claims, dict.fromkeys(claims, 2), "claims.csv")


def sums(parts: int) -> SystemEntry:
    """Parts, their total and each part's share of the total, all printed."""
    names = [f"part_{n}" for n in range(parts)]
    statements = [{"says": "a part", "left": name, "claim": f"AA-1{n:02}"} for n, name in enumerate(names)]
    statements += [
        {"says": "its share", "left": name, "per": "total", "scale": 100, "claim": f"AA-2{n:02}"}
        for n, name in enumerate(names)
    ]
    statements += [
        {"says": "the total", "left": "total", "claim": "AA-001"},
        {"says": "a sum", "left": "total", "equals": " + ".join(names)},
    ]
    return SystemEntry.model_validate({"id": "sums", "label": "Sums", "why": "w", "statements": statements})


def prints(values: list[float], decimals: int) -> dict[str, str]:
    total = sum(values)
    found = {"AA-001": f"{total:.{decimals}f}"}
    found |= {f"AA-1{n:02}": f"{value:.{decimals}f}" for n, value in enumerate(values)}
    return found | {f"AA-2{n:02}": f"{100 * value / total:.{decimals}f}" for n, value in enumerate(values)}


@settings(deadline=None, max_examples=40)
@given(values=st.lists(st.floats(0.5, 1e6), min_size=2, max_size=4), decimals=st.integers(0, 2))
def test_what_is_true_is_never_refused(values, decimals):
    found = system(sums(len(values)), printed_ledger(prints(values, decimals)))
    assert found.feasible(range(len(found.rows)))


def irreducible(found: System, conflict: tuple[int, ...]) -> bool:
    return not found.feasible(conflict) and all(
        found.feasible([p for p in conflict if p != place]) for place in conflict
    )


@settings(deadline=None, max_examples=8)
@given(
    values=st.lists(st.integers(5, 60), min_size=2, max_size=2),
    place=st.integers(0, 4),
    slip=st.sampled_from([-7, 7, 30]),
)
def test_conflicts_are_irreducible_and_all_small_ones_are_found(values, place, slip):
    texts = prints([float(value) for value in values], 0)
    name = sorted(texts)[place]
    found = system(sums(2), printed_ledger(texts | {name: str(abs(int(texts[name]) + slip))}))
    places = range(len(found.rows))
    conflicts = smallest_conflicts(found)
    assert bool(conflicts) is not found.feasible(places)
    assert all(irreducible(found, conflict) for conflict in conflicts)
    small = {chosen for size in (1, 2, 3, 4) for chosen in combinations(places, size) if irreducible(found, chosen)}
    assert small == {conflict for conflict in conflicts if len(conflict) <= 4}


@pytest.mark.parametrize("study_id", ["coproduction", "connecting_opportunities"])
def test_the_conflicts_of_both_studies_are_irreducible(study_id):
    study = load_study(study_id)
    for entry in read_plan(study).systems:
        found = system(entry, study.claims, words=False)
        assert all(irreducible(found, conflict) for conflict in smallest_conflicts(found)), entry.id


def test_an_open_end_is_no_contradiction():
    """Costs that only have to be below a value stay open above once that statement is set aside. scipy's presolving called this infeasible."""
    study = load_study("coproduction")
    (entry,) = (entry for entry in read_plan(study).systems if entry.id == "streams")
    (place,) = (
        place for place, statement in enumerate(entry.statements) if statement.at_most and statement.left == "cost"
    )
    (repair,) = (repair for repair in single_repairs(entry, system(entry, study.claims)) if repair.place == place)
    assert repair.values is not None and repair.values.low > 0 and repair.values.high == float("inf")
