"""The proof across notebooks: what two pages give away together although neither does alone."""

import json
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from analysis.disclosure.across_pages import _widths, from_record, prove_together, published_rows, read_published
from analysis.disclosure.protect import protect
from analysis.disclosure.reader import Background, Derived
from analysis.disclosure.rules import Rules
from analysis.disclosure.tables import count_people
from analysis.errors import InputError

TEN = Rules()
LEVELS = ["low", "middle", "high"]


def people(*counts: int) -> pd.DataFrame:
    return pd.DataFrame({"english": np.repeat(LEVELS, counts)})


def rows(notebook: str, records: pd.DataFrame, merged: dict[str, str] | None = None, rules: Rules = TEN):
    """What a notebook leaves behind that shows English, in categories merged as given, protected by itself."""
    if not merged:
        tables, background = {"english": count_people(records, ["english"], {"english": LEVELS})}, Background()
    else:
        named = records.assign(merged=records["english"].map(merged))
        names = list(dict.fromkeys(merged.values()))
        tables = {"merged": count_people(named, ["merged"], {"merged": names})}
        background = Background(
            (Derived("merged", ("english",), lambda value: merged[value]),), categories={"english": LEVELS}
        )
    done = protect(tables, rules, background)
    return published_rows(notebook, tables, done.tables, rules, background)


def test_two_safe_pages_that_together_give_a_count_away_stop_the_run():
    records = people(3, 12, 45)
    first = rows("a", records)  # 3 hidden, 12 with it
    second = rows("b", records, {"low": "ends", "middle": "middle", "high": "ends"})  # 48 and 12, both shown
    assert prove_together(first, 60, "a.ipynb") == []
    assert prove_together(second, 60, "b.ipynb") == []
    with pytest.raises(InputError, match="b.ipynb.*'english' in a") as caught:
        prove_together([*first, *second], 60, "b.ipynb")
    assert " 3" not in str(caught.value).split("found")[-1]


def test_pages_that_stay_safe_together_pass_and_are_named():
    records = people(14, 16, 30)
    both = [*rows("a", records), *rows("b", records, {"low": "lower", "middle": "lower", "high": "higher"})]
    assert prove_together(both, 60, "b.ipynb") == ["a", "b"]


def test_pages_about_different_columns_are_left_alone():
    other = [row for row in rows("b", people(3, 12, 45))]
    moved = [from_record("b", {**row.as_record(), "columns": ["health"]}) for row in other]
    assert prove_together([*rows("a", people(3, 12, 45)), *moved], 60, "b.ipynb") == []


def test_a_part_of_the_people_fits_into_the_whole():
    """One page counts the 40 who answered, another all 60 with the 20 who did not: the two totals give the 20 away, no more."""
    answered = people(4, 16, 20)
    everybody = pd.concat([answered, pd.DataFrame({"english": [None] * 20})], ignore_index=True)
    rows_all = published_rows(
        "b",
        table := {"english": count_people(everybody, ["english"], {"english": LEVELS})},
        protect(table, TEN).tables,
        TEN,
        Background(),
    )
    assert prove_together([*rows("a", answered), *rows_all], 60, "b.ipynb") == ["a", "b"]


def test_pages_of_different_records_are_told_apart_from_a_leak():
    old, new = (
        rows("a", people(14, 16, 30)),
        rows("b", people(14, 15, 31), {"low": "lower", "middle": "lower", "high": "higher"}),
    )
    hidden = [
        from_record("a", {key: value for key, value in row.as_record().items() if key not in ("low", "high")})
        if "low" in row.label
        else row
        for row in old
    ]
    with pytest.raises(InputError, match="contradict each other.*run"):
        prove_together([*hidden, *new], 60, "b.ipynb")


@settings(max_examples=25, deadline=None)
@given(
    st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)).filter(lambda c: sum(c) >= 12),
    st.integers(0, 3),
    st.sampled_from(["low", "middle", "high"]),
)
def test_the_widths_are_those_of_every_table_that_fits_both_pages(counts, unanswered, alone):
    records, five = people(*counts), Rules(5, "records made up for a test")
    merged = {level: "one" if level == alone else "others" for level in LEVELS}
    both = [*rows("a", records, rules=five), *rows("b", records, merged, rules=five)]
    total = sum(counts) + unanswered
    every = [c for c in product(range(sum(counts) + 1), repeat=3) if sum(c) == sum(counts)]
    types = {("low",): 0, ("middle",): 1, ("high",): 2}

    def value(row, table):
        return sum(weight * table[types[key]] for key, weight in row.weights.items())

    fits = [table for table in every if all(row.low <= value(row, table) <= row.high for row in both)]
    assert counts in fits
    for row, width in zip(both, _widths(both, total), strict=True):
        if row.open:
            values = [value(row, table) for table in fits]
            assert width == max(values) - min(values)


def test_what_a_notebook_leaves_behind_holds_no_hidden_count(tmp_path):
    left = rows("a", people(3, 12, 45))
    path = tmp_path / "a.disclosure.json"
    path.write_text(json.dumps({"notebook": "a", "published": [row.as_record() for row in left]}), encoding="utf-8")
    assert read_published(path) == left
    ends = {row.label: tuple(row.as_record().get(end) for end in ("low", "high")) for row in left}
    assert ends == dict.fromkeys(["english: low", "english: middle", "english: high"], (None, None)) | {
        "english: total": (60.0, 60.0)
    }


def test_whether_a_hidden_count_is_small_is_left_behind_only_where_the_proof_takes_it_as_known():
    """Of 3, 30 and 27 the first two are hidden, and a reader can tell which is small; of 30, 3 and 27 none can."""
    told, untold = rows("a", people(3, 30, 27)), rows("a", people(30, 3, 27))
    assert [(row.low, row.high) for row in told[:3]] == [(0, 9), (10, 50), (27, 27)]
    assert [(row.low, row.high) for row in untold[:3]] == [(30, 30), (-np.inf, np.inf), (-np.inf, np.inf)]
