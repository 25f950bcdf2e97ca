"""Frames of results say themselves what their numbers are; what they rest on is recorded while they are made."""

import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import english, participation
from analysis.described import Basis, as_made, describe, described, description, inputs_of, read_from, reading, saying
from analysis.errors import InputError
from analysis.reporting import Appendix, record, show
from analysis.results import Column, Kind, p_column, tabulate
from analysis.study import load_study
from analysis.study.claims import claims_in

ROOT = Path(__file__).resolve().parents[2]


@described(
    Kind.RECOMPUTED, {"mean": Column("Mean", "points", decimals=1, low="low", high="high", interval="{level} (t)")}
)
def mean(data: pd.DataFrame, claim: str, level: float = 0.95) -> pd.DataFrame:
    reading(f"claim:{claim}")
    middle = float(data["x"].mean())
    return pd.DataFrame({"mean": [middle], "low": [middle - 1], "high": [middle + 1]}, index=["All"])


@described(Kind.RECOMPUTED, {"twice": Column("Twice", "points")})
def twice(means: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"twice": 2 * means["mean"]})


DATA = read_from(pd.DataFrame({"x": [1.0, 2.0]}), "data/raw/a/file.csv")


def test_function_level_and_what_was_read_are_recorded():
    said = description(mean(DATA, "AA-001", level=0.9))
    assert said.function == f"{__name__}.mean"
    assert said.columns["mean"].interval == "90 % (t)"
    assert set(said.inputs) == {"claim:AA-001", "data/raw/a/file.csv"}


def test_what_is_made_of_results_rests_on_what_they_rest_on():
    found = twice(mean(DATA, "AA-001"))
    assert description(found).inputs == inputs_of(mean(DATA, "AA-001")) and description(found).function.endswith(
        "twice"
    )


def test_what_a_method_reads_within_another_counts_for_both_and_nothing_outside_does():
    outer = described(Kind.RECOMPUTED)(lambda data: mean(data, "AA-002"))
    reading("claim:AA-009")
    assert set(description(outer(DATA)).inputs) == {"claim:AA-002", "data/raw/a/file.csv"}


def test_of_nothing_nothing_is_made_and_shown(tmp_path):
    page = Appendix("a_study", "05_sroi", tmp_path)
    assert twice(mean(None, "AA-001")) is None and show(None, "Nothing") is None
    record(None)
    assert not len(page.store)


def test_a_frame_is_shown_as_its_method_says(tmp_path):
    page = Appendix("a_study", "05_sroi", tmp_path)
    assert ">1.5<" in show(mean(DATA, "AA-001", level=0.5), "A mean", name="m").html
    found = page.store["05_sroi.m.all.mean"]
    assert (found.kind, found.unit, found.interval, found.interval_text) == (
        Kind.RECOMPUTED,
        "points",
        "50 % (t)",
        "0.5 to 2.5",
    )
    assert found.inputs == ("claim:AA-001", "data/raw/a/file.csv") and found.function.endswith(".mean")


def test_frames_of_records_need_the_door_of_a_page_that_reads_records(tmp_path):
    Appendix("a_study", "04_english_and_time", tmp_path)
    measured = described(Kind.MEASURED, {"x": Column("X")}, basis=Basis("x", "base"))(lambda data: data.copy())
    with pytest.raises(InputError, match="disclosure control"):
        show(measured(DATA), "People")


def test_rows_of_different_quantities_have_their_own_words_and_decimals():
    frame = pd.DataFrame({"value": [0.12345, 7.0], "p": [0.0001, 0.04]}, index=["share", "count"])
    rows = {
        "share": Column("The share", kind=Kind.RECOMPUTED, decimals=3),
        "count": Column("The count", kind=Kind.TALLY),
    }
    columns = {"value": Column("Value"), "p": Column("p-value", kind=Kind.RECOMPUTED, decimals=3, least=0.001)}
    cells = tabulate(frame, "t", columns, rows)
    assert cells.index.tolist() == ["The share", "The count"]
    assert [each.text for each in cells["value"]] == ["0.123", "7"] and cells["value"].iloc[0].label == "The share"
    assert [each.text for each in cells["p"]] == ["under 0.001", "0.040"]
    assert p_column().decimals == 3 and cells["p"].iloc[0].id == "t.share.p"


def test_rows_that_the_data_name_are_said_by_the_method_s_frame(tmp_path):
    counts = described(Kind.RECOMPUTED, rows={"all": Column("All", "people")})(
        lambda data, *names: saying(
            pd.DataFrame({"value": range(len(names) + 1), "of": "claim:AA-001"}, index=[*names, "all"]),
            rows={name: Column(f"Of {name}", "points", function="analysis.x.made", inputs="of") for name in names},
        )
    )
    page = Appendix("a_study", "05_sroi", tmp_path)
    record(counts(DATA, "one"))
    one, everything = page.store["one"], page.store["all"]
    assert (one.label, one.unit, one.kind, one.function) == ("Of one", "points", Kind.RECOMPUTED, "analysis.x.made")
    assert (one.inputs, everything.inputs) == (("claim:AA-001",), ("data/raw/a/file.csv",))
    assert (everything.label, everything.value) == ("All", 1)


def test_a_method_that_makes_nothing_shows_nothing():
    assert described(Kind.RECOMPUTED)(lambda data: None)(DATA) is None


def test_steps_of_pandas_keep_what_a_frame_says():
    said = description(mean(DATA, "AA-001"))
    assert copy.deepcopy(said) is said
    assert description(mean(DATA, "AA-001").loc[["All"]].round(2)) == said


@pytest.mark.parametrize(
    ("method", "claims"),
    [
        (lambda printed: english.significance(printed), {"r_squared"}),
        (lambda printed: english.by_size(printed), {"r_squared", "fewest", "most"}),
        (lambda printed: english.yearly_gains(printed), {"r_squared", "likely", "longest_years", "share", "years"}),
    ],
)
def test_what_the_printed_fit_allows_rests_on_the_claims_that_english_yaml_names_for_it(method, claims):
    study = load_study("coproduction", ROOT)
    named = study.document("english.yaml")
    ids = {key: value for part in (named, named["recent"]) for key, value in part.items() if isinstance(value, str)}
    found = description(method(english.read_printed(study))).inputs
    assert set(found) == {f"claim:{ids[name]}" for name in claims} | {"data/raw/coproduction/english.yaml"}


def test_numbers_of_english_follow_the_level_that_the_notebook_sets():
    rng = np.random.default_rng(3)
    months = rng.integers(1, 120, 60).astype(float)
    sample = pd.DataFrame({"english": 2 + 0.01 * months + rng.normal(0, 1, 60), "months": months})
    wide, narrow = (english.gains_by_form(sample, 12.0, level) for level in (0.99, 0.8))
    assert ((wide["high"] - wide["low"]) > (narrow["high"] - narrow["low"])).all()
    assert description(narrow).columns["gain"].interval == "80 % (HC3)"


@pytest.mark.parametrize(
    ("method", "parts"),
    [
        (participation.stage_shares, ("stages",)),
        (participation.attendance_ranges, ("attendance",)),
        (lambda printed: participation.advice_facts(participation.advice_splits(printed)), ("advice",)),
        (participation.volunteering_ranges, ("volunteering",)),
        (participation.share_counts, ("shares",)),
    ],
)
def test_what_the_print_allows_of_taking_part_rests_on_the_claims_of_its_part_of_participation_yaml(method, parts):
    study = load_study("coproduction", ROOT)
    named = study.document("participation.yaml")
    ids = {f"claim:{claim}" for part in parts for claim in claims_in(str(named[part]))}
    found = description(method(participation.read_printed(study))).inputs
    assert set(found) == ids | {"data/raw/coproduction/participation.yaml"}


@pytest.mark.parametrize("same", [lambda f: f, lambda f: f[["mean"]], lambda f: f.round(1), lambda f: f.loc[["All"]]])
def test_rows_and_columns_may_be_chosen_and_numbers_rounded(tmp_path, same):
    Appendix("a_study", "05_sroi", tmp_path)
    found = mean(DATA, "AA-001").assign(low=1.23456).pipe(lambda frame: describe(frame, description(frame)))
    assert as_made(same(found)) and "1.5" in show(mean(DATA, "AA-001").loc[["All"]], "A mean").plain


@pytest.mark.parametrize(
    "changed", [lambda f: 12 * f, lambda f: f.assign(mean=9.0), lambda f: f.rename(index={"All": "X"})]
)
def test_numbers_that_a_method_did_not_make_are_not_shown_as_its(tmp_path, changed):
    """pandas carries what a frame says along; what was changed is no longer what its method made, nor what was judged."""
    page = Appendix("a_study", "05_sroi", tmp_path)
    with pytest.raises(InputError, match="did not make"):
        show(changed(mean(DATA, "AA-001")), "A mean")
    with pytest.raises(InputError, match="did not make"):
        record(changed(mean(DATA, "AA-001")))
    assert not len(page.store)


def test_what_is_made_of_judged_numbers_and_of_people_has_not_passed():
    judged = mean(DATA, "AA-001")
    judged = describe(judged, replace(description(judged), passed=True))
    with_people = described(Kind.MEASURED)(lambda frame, people: frame.copy())
    assert description(twice(judged)).passed and not description(with_people(judged, DATA)).passed
    assert not description(with_people(DATA, judged)).passed
