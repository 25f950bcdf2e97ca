"""Frames of results say themselves what their numbers are; what they rest on is recorded while they are made."""

import copy
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import english, participation
from analysis.described import (
    EACH,
    Basis,
    as_made,
    beside,
    describe,
    described,
    description,
    for_figure,
    inputs_of,
    labelled,
    read_from,
    reading,
    remembered,
    saying,
    with_inputs,
)
from analysis.disclosure.decisions import REFUSED, judge
from analysis.disclosure.rules import Rules
from analysis.errors import InputError
from analysis.reporting import Appendix, record, show
from analysis.reporting.appendix import Judged
from analysis.results import Column, Kind, Labelled, Result, p_column, slug, tabulate
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
    assert said.columns["mean"].interval == "90% (t)"
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
        "50% (t)",
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
    assert description(narrow).columns["gain"].interval == "80% (HC4)"


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


def test_a_number_of_people_that_is_declared_as_text_is_no_text(tmp_path):
    page = Appendix("a_study", "05_sroi", tmp_path)
    page.store.of_people, page.judge = True, lambda frame: Judged(frame, passed=True)
    columns = {"mean": Column("Mean", "points"), "few": Column("Few", text="label")}
    told = described(Kind.MEASURED, columns)(lambda data, few: pd.DataFrame({"mean": [1.5], "few": few}, index=["All"]))
    assert show(told(DATA, "none"), "A mean") is not None
    with pytest.raises(InputError, match="'measured' on a page about people"):
        show(told(DATA, 3), "A mean", name="again")


@dataclass(frozen=True)
class Case:
    """Something that says how its numbers are known, what its ids are called, and what it was read from."""

    kind: Kind = Kind.CALIBRATED
    labels: dict = field(default_factory=lambda: {"weeks": "weeks of work", "cost": "all costs", "share": "all costs"})
    inputs: tuple = ("data/raw/a/model.csv",)


@described(
    None,
    {"base": Column("Base", units="unit", places="places", inputs="rests")},
    header="Input",
    other=Column("At {}", "GBP"),
)
def spread(case: Case) -> pd.DataFrame:
    frame = pd.DataFrame({"base": [1.25, 1.25, 0.5], "weeks": [3.0, 4.0, 5.0]}, index=["weeks", "cost", "share"])
    return frame.assign(unit=["weeks", "GBP", ""], places=[0, 2, 1], rests=["claim:AA-001", "claim:AA-002", ""])[
        ["base", "unit", "places", "rests", "weeks"]
    ]


@described(None, {}, header="Level", row="above {:g}", other=Column("", "%", decimals=1))
def chances(frame: pd.DataFrame) -> pd.DataFrame | None:
    return pd.DataFrame({"cost": [50.0]}, index=[0.5]) if len(frame) else None


def test_numbers_of_a_case_are_known_as_it_is_and_called_as_it_calls_them(tmp_path):
    page, found = Appendix("a_study", "05_sroi", tmp_path), spread(Case())
    assert [str(label) for label in labelled(found).index] == ["Weeks of work", "All costs (cost)", "All costs (share)"]
    show(found, "A spread", name="s", columns=["base", "weeks"])
    weeks, cost = (page.store[f"05_sroi.s.{name}.base"] for name in ("weeks", "cost"))
    assert (weeks.kind, weeks.text, weeks.unit, weeks.inputs) == (Kind.CALIBRATED, "1", "weeks", ("claim:AA-001",))
    assert (cost.text, cost.label) == ("£1.25", "All costs (cost): Base")
    other = page.store["05_sroi.s.weeks.weeks"]
    assert (other.label, other.unit) == ("Weeks of work: At weeks of work", "GBP")
    assert other.inputs == ("data/raw/a/model.csv",)


def test_what_is_made_of_a_frame_of_a_case_is_of_the_case_too(tmp_path):
    page, found = Appendix("a_study", "05_sroi", tmp_path), chances(spread(Case()))
    record(found, name="chance")
    only = page.store["chance.above_0_5.cost"]
    assert (only.kind, only.label, only.text) == (Kind.CALIBRATED, "above 0.5: All costs", "50.0%")
    assert found.loc[0.5, "cost"] == 50.0 and description(found).inputs == ("data/raw/a/model.csv",)


def test_a_method_may_find_nothing_and_a_frame_of_nobody_may_be_empty(tmp_path):
    Appendix("a_study", "05_sroi", tmp_path)
    nothing = spread(Case()).iloc[:0]
    assert chances(nothing) is None and show(nothing, "Nothing") is None


@described(
    Kind.RECOMPUTED,
    {
        "first": Column("First", "people", places="decimals", notes="why", inputs="first_from"),
        EACH: Column("", "%"),
    },
    header="Row",
    group="sort",
    name="named",
)
def by_place(data: pd.DataFrame) -> pd.DataFrame:
    """Rows and one column known by ids, and decimals, notes and inputs that differ by row."""
    _, first_from = with_inputs(lambda: reading("claim:AA-003"))
    frame = pd.DataFrame({"first": [1234.0, None], Labelled("A place", "E01"): [5.0, 6.0]})
    said = {"decimals": [-2, 0], "why": ["", "no table"], "sort": ["one", "other"], "first_from": first_from}
    return frame.assign(**said).set_axis(pd.Index([Labelled("Row 1", "one"), Labelled("Row 2", "two")], dtype=object))


def test_ids_of_a_frame_that_has_a_name_are_the_same_wherever_its_numbers_are_shown(tmp_path):
    page = Appendix("a_study", "05_sroi", tmp_path)
    frame = by_place(DATA)
    record(frame)
    before = dict(page.store.by_id)
    html = show(frame, "Places", name="table").html
    assert page.store.by_id == before and {"05_sroi.named.one.first", "05_sroi.named.two.e01"} <= set(before)
    assert ">1,200<" in html and "A place" in html and html.index("One") < html.index("Row 1") < html.index("Other")
    first, missing = page.store["05_sroi.named.one.first"], page.store["05_sroi.named.two.first"]
    assert set(first.inputs) == {"claim:AA-003"} and (missing.text, missing.note) == ("not available", "no table")
    assert set(page.store["05_sroi.named.one.e01"].inputs) == {"claim:AA-003", "data/raw/a/file.csv"}


class Parts:
    made = 0

    @remembered
    def part(self) -> pd.DataFrame:
        reading("claim:AA-004")
        self.made += 1
        return DATA


def test_a_part_is_made_once_and_tells_everybody_what_was_read_for_it():
    parts = Parts()
    assert parts.part is parts.part and parts.made == 1
    first, second = (described(Kind.RECOMPUTED)(lambda who: who.part.copy())(parts) for _ in range(2))
    assert description(first).inputs == description(second).inputs == ("claim:AA-004",)


def test_a_copied_label_keeps_its_id():
    assert slug(copy.deepcopy(Labelled("A place", "E01"))) == "e01"


def test_rows_have_names_groups_and_anchors_columns_that_the_data_name_and_words_beside(tmp_path):
    page = Appendix("a_study", "05_sroi", tmp_path)

    @described(Kind.RECOMPUTED, {"n": Column("Number")}, named="name", group="sort", anchor="place")
    def counts(data: pd.DataFrame) -> pd.DataFrame:
        rows = {"name": ["First", "Second"], "sort": ["B", "A"], "place": ["one", "two"], "n": [1, 2], "x": [3, 4]}
        return saying(pd.DataFrame(rows, index=["a", "b"]), columns={"x": Column("An x of the data")})

    frame = beside(counts(DATA), "link", Column("More", text="rich"), ["[here](#one)", "none"])
    text = show(frame, "Counts").html
    assert {each.id for each in page.store} >= {"05_sroi.counts.first.n", "05_sroi.counts.second.x"}
    assert '<tr id="one"' in text and 'href="#one"' in text and "An x of the data" in text
    assert text.index("First") < text.index("Second") and "B" in text
    with pytest.raises(ValueError, match="as its method made it"):
        beside(counts(DATA).assign(n=[7, 8]), "link", Column("More"), ["", ""])
    assert described(Kind.RECOMPUTED)(lambda data: None)(DATA) is None


def test_a_sort_of_number_that_a_page_has_no_rule_for_is_refused():
    basis = Basis("Counts of codes", "codes", among="x").over({"data": DATA})
    assert basis.values == {1.0, 2.0}
    assert judge(replace(basis, people=1000), Rules(5, "a test")).decision == REFUSED


GROUPED = pd.DataFrame(
    {
        "part": ["a", "b", "a"],
        "value": [1.26, "", 2.04],
        "unit": ["%", "%", "people"],
        "places": [1, 1, 0],
        "from": ["claim:AA-003", "", "claim:AA-004"],
        "why": ["of {claim:AA-003|bare}", "", ""],
        "low": [1.0, np.nan, 2.0],
        "high": [1.5, np.nan, 3.0],
    },
    index=["First", "Second", "Third"],
)


@described(Kind.RECOMPUTED, header="Row", group="part", words=("part", "why"))
def grouped(data: pd.DataFrame) -> pd.DataFrame | None:
    value = Column("Found", units="unit", places="places", inputs="from", low="low", high="high", interval="rounding")
    columns = {"part": Column("Part"), "value": value, "why": Column("Why", text="rich")}
    return saying(GROUPED.copy(), columns=columns) if len(data) else None


def test_rows_have_groups_units_decimals_references_and_inputs_of_their_own(tmp_path):
    page = Appendix("a_study", "05_sroi", tmp_path)
    page.add([Result("claim:AA-003", "Printed", 7, "people", Kind.PUBLISHED)])
    display = show(grouped(DATA), "Groups", name="g")
    first, third = (page.store[f"05_sroi.g.{row}.value"] for row in ("first", "third"))
    assert (first.text, first.inputs, third.text, third.inputs) == ("1.3%", ("claim:AA-003",), "2", ("claim:AA-004",))
    assert [group["name"] for group in display.blocks[0]["groups"]] == ["A", "B"] and "of 7" in display.plain


def test_a_method_may_find_nothing():
    assert grouped(DATA.iloc[:0]) is None


@pytest.mark.parametrize(("ends", "kept"), [(False, ["value", "from"]), (True, ["value", "low", "high", "from"])])
def test_a_figure_has_the_numbers_as_it_shows_them_and_no_more(ends, kept):
    frame = grouped(DATA)
    found = for_figure(describe(frame.copy(), replace(description(frame), kind=Kind.MEASURED)), 1, ends, value="Here")
    assert found.columns.tolist() == kept and found["value"].to_dict() == {"First": 1.3, "Third": 2.0}
    assert for_figure(frame, 1, value="Here")["value"].to_dict() == {"First": 1.26, "Third": 2.04}  # nobody's
    said = description(found).columns["value"]
    assert (said.label, said.decimals, said.low) == ("Here", 1, "low" if ends else "")
    assert as_made(found) and for_figure(grouped(DATA).loc[["Second"]], 1, value="Here") is None
