"""What a gain without support implies for deadweight: worked by hand, and read from another notebook's results."""

import json
import math

import pytest
from hypothesis import given, strategies as st
from value_maps import cost, entry, outcome, write_study

from analysis import english
from analysis.errors import InputError
from analysis.reporting import Appendix, record, show
from analysis.reporting.views import sroi as view
from analysis.results import Kind, slug
from analysis.sroi import without_support as domain
from analysis.sroi.model import read_model
from analysis.study import load_study

NOTE = {
    "notebook": "04_english_and_time",
    "gain": "yearly_gain",
    "flattest": "yearly_gain.flattest",
    "years": "months / 12",
    "deadweight": "gone",
    "outcome": "skills",
    "units": {"bounded": "sd of English", "measured": "points of English"},
}
BOUNDED = {
    "yearly_gain": {
        "label": "Gain",
        "value": None,
        "unit": "",
        "kind": "bounded",
        "decimals": 2,
        "low": -4.0,
        "high": 4.0,
        "interval": "bounds",
    },
    "yearly_gain.flattest": {"label": "Least", "value": 0.1, "unit": "", "kind": "bounded", "decimals": 2},
}
MEASURED = {
    "yearly_gain": {
        "label": "Gain",
        "value": 0.2,
        "unit": "",
        "kind": "measured",
        "decimals": 2,
        "low": -0.1,
        "high": 0.5,
        "interval": "95%",
    }
}


def study_with(root, note=None, results=BOUNDED):
    """£1,000 of skills over £500; eighteen months of support; deadweight 0.2, tried from 0 to 0.5."""
    entries = [
        entry("cost", 500, "GBP"),
        entry("worth", 1000, "GBP"),
        entry("gone", 0.2, "ratio", 0, 0.5),
        entry("months", 18, "months"),
    ]
    causal = {
        "claim": "TO-001",
        "offered_for": "slow progress",
        "enters": "no",
        "shows": "little",
        "without_support": NOTE | (note or {}),
    }
    study = write_study(
        root, entries, [cost(), outcome("skills", quantity="worth", deadweight="gone")], {"causal": [causal]}
    )
    if results is not None:
        path = study.processed / "results" / "04_english_and_time.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"results": results}), encoding="utf-8")
    return study


def gains(study):
    return domain.read_gains(read_model(study), study)


def test_the_bounds_of_print_by_hand(tmp_path):
    """A year and a half: 0.1 makes 0.15, which half of the change covers if support made 0.3; 4 makes 6, which needs 12."""
    found = domain.deadweight_by_reading(gains(study_with(tmp_path)))
    assert found["gain"].tolist() == [0.1, 4.0, -4.0]
    assert found["over"].tolist() == pytest.approx([0.15, 6.0, -6.0])
    assert found["needed"].tolist() == pytest.approx([0.3, 12.0, 0.0])
    assert found[["least", "highest"]].to_numpy().tolist() == [[0, 100], [0, 100], [0, 0]]


def test_the_measured_gain_by_hand(tmp_path):
    found = gains(study_with(tmp_path, results=MEASURED))
    assert (found.kind, found.unit) == (Kind.MEASURED, "points of English")
    assert domain.deadweight_by_reading(found)["over"].tolist() == pytest.approx([0.3, -0.15, 0.75])


def test_the_model_over_the_open_shares_by_hand(tmp_path):
    """£1,000 less a fifth, a half, all of it, over £500."""
    study = study_with(tmp_path)
    found = domain.ratio_by_deadweight(gains(study), read_model(study))
    assert found["outcome"].tolist() == pytest.approx([800, 500, 0])
    assert found["ratio"].tolist() == pytest.approx([1.6, 1.0, 0.0])


@pytest.mark.parametrize(("results", "words"), [(BOUNDED, "not published"), (MEASURED, "On the records")])
def test_the_page_says_what_follows_and_what_stays_open(tmp_path, results, words):
    study = study_with(tmp_path, results=results)
    model, page = read_model(study), Appendix("toy", "05_sroi", tmp_path, True)
    found = domain.read_gains(model, study)
    show(domain.deadweight_by_reading(found), "Gains", name="gain_without_support", note=view.about_gains(found))
    show(domain.ratio_by_deadweight(found, model), "Ratios", name="deadweight_open")
    said = view.without_support(found, model, page)
    assert words in said.plain and "neither supports" in said.plain
    gain = page.find(f"gain_without_support.{slug(next(iter(found.by_reading)))}.gain")
    assert gain.inputs == ("result:04_english_and_time.yearly_gain", "assumption:months", "assumption:gone")
    assert gain.kind == Kind(results["yearly_gain"]["kind"])


def test_a_study_that_asks_for_nothing_has_no_such_section(tmp_path):
    study = write_study(
        tmp_path, [entry("cost", 1, "GBP"), entry("worth", 2, "GBP")], [cost(), outcome(quantity="worth")]
    )
    model, page = read_model(study), Appendix("toy", "05_sroi", tmp_path, True)
    found = domain.read_gains(model, study)
    assert found is domain.deadweight_by_reading(found) is domain.ratio_by_deadweight(found, model) is None
    assert view.without_support(found, model, page) is view.about_gains(found) is None


def test_a_gain_that_disclosure_rules_hide_is_not_shown(tmp_path):
    hidden = {"yearly_gain": {"label": "Gain", "value": "hidden", "unit": "", "kind": "measured"}}
    assert gains(study_with(tmp_path, results=hidden)) is None


@pytest.mark.parametrize(
    ("note", "results", "message"),
    [
        ({}, None, r"04_english_and_time.json: found no such file.*run the notebook first"),
        ({"gain": "other"}, BOUNDED, r"'other', which 04_english_and_time does not record"),
        ({"years": "weeks / 52"}, BOUNDED, r"causal.without_support.years.*weeks"),
        ({"years": "months - 18"}, BOUNDED, r"causal.without_support.years.*a time above 0"),
        ({"years": "months("}, BOUNDED, r"causal.without_support.years"),
        ({"deadweight": "worthless"}, BOUNDED, r"causal.without_support.deadweight.*'worthless'"),
        ({"outcome": "other"}, BOUNDED, r"causal.without_support.outcome.*a row of the value map: skills"),
    ],
)
def test_what_does_not_fit_is_one_clear_error(tmp_path, note, results, message):
    with pytest.raises(InputError, match=message):
        gains(study_with(tmp_path, note, results))


@given(st.floats(-10, 10, allow_subnormal=False), st.floats(0.01, 1))
def test_the_change_needed_is_the_least_that_keeps_deadweight_within_the_share(gain, most):
    """Deadweight is the share of a change with support that a gain without it would have given anyway: gain / change."""
    needed = domain.change_for(gain, most)
    assert (needed > 0) == (gain > 0)
    if needed > 1e-300:
        assert gain / (needed * 1.001) <= most < gain / (needed * 0.999)


def test_the_coproduction_study_asks_for_what_its_english_notebook_records(project_root, tmp_path):
    """By hand from print: R² of at least 0.04385, ten years at most: at least 2 x 0.2094 / 10 a year in size."""
    study = load_study("coproduction", project_root)
    note = read_model(study).value_map.settings.causal[0].without_support
    page = Appendix("coproduction", note.notebook, tmp_path)
    record(english.yearly_gain(english.yearly_gains(english.read_printed(study))))
    assert page.store[note.flattest].value == pytest.approx(2 * math.sqrt(0.04385) / 10, rel=0.02)
    assert page.store[note.gain].low == -page.store[note.gain].high
    assert domain.years_of_support(note, study.register, "value_map.yaml") == 1.5
