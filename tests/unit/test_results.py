"""Recorded results: how they are written, kept and read back."""

import json
import math
from dataclasses import replace

import pandas as pd
import pytest

from analysis.results import Column, Kind, Result, ResultStore, drawn, inert, tabulate, write, write_csv, write_text


def number(name="a.b", value=1.0, **more):
    return Result(name, "label", value, "people", Kind.RECOMPUTED, **more)


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "text"),
    [
        (1875, "people", 0, "1,875"),
        (-0.004, "%", 1, "0.0%"),
        (-13.83, "percentage points", 1, "−13.8"),
        (4.665, "GBP per GBP", 1, "£4.7"),
        (None, "people", 0, "not available"),
        (math.nan, "%", 0, "not available"),
        (math.inf, "GBP", 0, "no upper limit"),
        (16241, "people", -2, "16,200"),
        (-5.0, "GBP", 0, "−£5"),
    ],
)
def test_how_numbers_are_written(value, unit, decimals, text):
    assert write(value, unit, decimals) == text


def test_a_store_comes_back_as_it_went(tmp_path):
    store = ResultStore()
    store.add(
        [
            number("z.y", 1 / 3, low=-math.inf, high=2.0, interval="bounds"),
            number("a.b", 7, inputs=("claim:CO-001",), note="x"),
        ]
    )
    store.add([number("c.d", None)])
    path = tmp_path / "deep" / "results.json"
    store.write(path, study="s")
    again = ResultStore.read(path)
    assert list(again.by_id) == ["a.b", "c.d", "z.y"]
    assert again["a.b"] == store["a.b"]
    assert again["c.d"].value is None
    assert again["z.y"].value == 0.333333333333  # twelve significant digits
    assert again["z.y"].low == -math.inf
    assert json.loads(path.read_text())["study"] == "s"


@pytest.mark.parametrize("interval", ["95 % (Newcombe)", "80 % (t)", "95 %, survey and local spread"])
def test_an_interval_from_sampling_is_never_called_a_bound(interval):
    """No records rule out what lies beyond it."""
    kept = Result("a", "Difference", 12.0, "%", Kind.RECOMPUTED, low=-3.0, high=27.0, interval=interval)
    with pytest.raises(ValueError, match="comes from sampling"):
        replace(kept, kind=Kind.BOUNDED)
    assert replace(kept, kind=Kind.BOUNDED, interval="bounds over all readings").interval_text == "−3% to 27%"


def test_a_number_is_shown_as_its_record_would_be(tmp_path):
    """A half beyond the twelfth digit: 5.050000000000001 is kept as 5.05, which rounds the other way."""
    result = Result("a.half", "A half", 100 * 0.0505, "%", Kind.MEASURED, 1)
    assert result.value != 5.05
    store = ResultStore()
    store.add([result])
    store.write(tmp_path / "r.json")
    assert ResultStore.read(tmp_path / "r.json")["a.half"].text == result.text


def test_one_id_means_one_result():
    store = ResultStore()
    store.add([number()])
    store.add([number()])
    with pytest.raises(ValueError, match=r"share the id a\.b"):
        store.add([number(value=2.0)])


def test_ids_are_plain():
    for bad in ("", "A.b", "a b", "a..b", "<script>"):
        with pytest.raises(ValueError, match="no result id"):
            number(bad)


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    write_text(path, "old")
    monkeypatch.setattr("pathlib.Path.replace", lambda self, target: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_text(path, "new")
    assert path.read_text() == "old"


def test_tables_become_results():
    frame = pd.DataFrame({"n": [1, None], "name": ["one", "two"]}, index=["Row 1", "Row 2"])
    cells = tabulate(frame, "t", {"n": Column("People", "people", Kind.MEASURED), "name": Column("Name")})
    assert cells.loc["Row 1", "n"].id == "t.row_1.n"
    assert cells.loc["Row 2", "n"].value is None
    assert cells.loc["Row 2", "name"] == "two"


def test_no_cell_of_a_csv_is_a_formula(tmp_path):
    hostile = ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\tx", "\rx", "fine"]
    write_csv(tmp_path / "t.csv", pd.DataFrame({"text": hostile, "n": range(7)}))
    back = pd.read_csv(tmp_path / "t.csv", keep_default_na=False)
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in back["text"])
    assert inert(-2) == -2


@pytest.mark.parametrize(
    ("result", "kept"),
    [
        (Result("a", "Share", 58.8235294118, "%", Kind.MEASURED, low=45.2, high=71.3), (59.0, 45.0, 71.0)),
        (Result("a", "p", 1.11022302463e-16, "", Kind.MEASURED, 3, printed="under 0.001"), (None, None, None)),
        (Result("a", "Mean change", -0.04, "points", Kind.MEASURED, 1), (0.0, None, None)),
        (Result("a", "People", 1876, "people", Kind.MEASURED, -1, low=-math.inf, high=1884), (1880, -math.inf, 1880)),
        (Result("a", "Improved", "hidden", "%", Kind.MEASURED), ("hidden", None, None)),
    ],
)
def test_a_measured_number_is_kept_as_it_is_shown(result, kept, tmp_path):
    store, text, interval = ResultStore(), result.text, result.interval_text
    store.add([result])
    store.write(tmp_path / "r.json")
    again = ResultStore.read(tmp_path / "r.json")["a"]
    assert (again.value, again.low, again.high) == kept
    assert (again.text, again.interval_text) == (text, interval)


@pytest.mark.parametrize(
    ("kind", "of_people", "value"),
    [
        (Kind.BOUNDED, True, 0.33),
        (Kind.RECOMPUTED, True, 0.33),
        (Kind.CALIBRATED, True, 0.33),
        (Kind.PUBLISHED, True, 1 / 3),
        (Kind.ASSUMED, True, 1 / 3),
        (Kind.BOUNDED, False, 1 / 3),
    ],
)
def test_what_rests_on_records_is_kept_as_it_is_shown_whatever_its_kind(kind, of_people, value):
    store = ResultStore(of_people=of_people)
    store.add([Result("a", "label", 1 / 3, "", kind, 2)])
    assert store["a"].value == value


def test_what_is_drawn_of_a_measured_number_is_what_is_shown():
    frame = pd.DataFrame({"mean": [5.1228, None], "low": [4.24, None], "high": [6.0, None], "n": [57, 3]})
    column = Column("Mean", "points", Kind.MEASURED, 1, low="low", high="high")
    shown = drawn(frame, {"mean": column, "name": Column("Name")})
    assert shown.loc[0].to_list() == [5.1, 4.2, 6.0, 57]
    assert shown.loc[1, ["mean", "low", "high"]].isna().all()


@pytest.mark.parametrize(
    ("value", "low", "high", "text", "interval"),
    [
        (None, 511.0, 511.0, "511", "511"),  # a range of one point is that point
        (None, 510.9999999, 511.0000001, "511", "511"),
        (None, 3.0, 8.0, "range", "3 to 8"),
        (None, None, None, "not available", ""),
        (511.0, 511.0, 511.0, "511", ""),
        (5.0, 3.0, 8.0, "5", "3 to 8"),
    ],
)
def test_a_range_of_one_point_is_shown_as_that_point(value, low, high, text, interval):
    found = number("a.b", value, low=low, high=high)
    assert (found.text, found.interval_text) == (text, interval)


def test_a_tally_of_our_own_work_is_of_no_kind():
    from analysis.reporting.markup import kind_word

    tally = Result("audit.claims", "Claims", 93, "claims", Kind.TALLY)
    assert kind_word(str(tally.kind)) == "" and kind_word(str(Kind.MEASURED)) == '<small class="kind">measured</small>'
