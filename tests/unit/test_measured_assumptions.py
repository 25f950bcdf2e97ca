"""Entries of a register that records measure: worked by hand on a toy model, and on the coproduction study's calibrated sets."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from value_maps import cost, entry, outcome, write_study

from analysis.companions.assumptions import assumptions
from analysis.companions.material import Material
from analysis.companions.sheet import TEMPLATES
from analysis.errors import InputError
from analysis.pipeline import plan
from analysis.reporting import Appendix, record, show
from analysis.reporting.explorer import explorer
from analysis.reporting.page import render_page
from analysis.reporting.views import sroi as view
from analysis.reporting.workbook import write_workbook
from analysis.results import Kind
from analysis.sroi import measured, outcomes
from analysis.sroi.model import read_model
from analysis.sroi.sensitivity.case import base_values
from analysis.sroi.sensitivity.distributions import quantile
from analysis.sroi.sensitivity.settings import read_settings
from analysis.study import load_study
from analysis.tools.changes import Asked as Change, changed_files, changes_of

ROOT = Path(__file__).resolve().parents[2]
WEEKS = {"label": "Weeks", "value": 150, "unit": "weeks", "kind": "measured"}
SHARE = {
    "label": "Share",
    "value": 60.0,
    "unit": "%",
    "kind": "measured",
    "low": 48.0,
    "high": 68.0,
    "interval": "95% (Wilson)",
}
FOUND = {
    "weeks.total": WEEKS,
    "02b_participation.items.work.share": SHARE,
    "02b_participation.items.work.n": {"label": "n", "value": 57, "unit": "people", "kind": "measured"},
}


def study_with(root, results=FOUND, weeks="02b_participation.weeks.total", kind="published", records=True, **settings):
    """100 weeks at £10, less half of it, over £250: a ratio of 2; the records say 150 weeks and 60 per cent: 2.4."""
    claim = {"kind": kind} if kind != "published" else {"kind": "published", "claim": None}
    entries = [
        entry("cost", 250, "GBP", kind="published"),
        entry("weekly", 10, "GBP per week", kind="published"),
        entry("weeks", 100, "weeks", 80, 120, result=weeks, distribution="triangular", **claim),
        entry("gone", 0.5, "ratio", 0, 1, result="02b_participation.items.work.share", **claim),
    ]
    row = outcome("engaged", quantity="weeks", proxy="weekly", deadweight="gone", beneficiaries="participants: 1")
    study = write_study(root, entries, [cost(), row], settings)
    if results is not None:
        put(study, "02b_participation", results)
    if records:
        study.records_folder.mkdir()
        (study.records_folder / "questionnaire.csv").write_text("person_id\nA01\n", encoding="utf-8")
    return study


def put(study, notebook, results):
    path = study.processed / "results" / f"{notebook}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"results": results}), encoding="utf-8")


def test_measured_entries_beside_what_was_published_by_hand(tmp_path):
    """In force 150 x 10 x 0.4 / 250 = 2.4; with the published weeks 1.6, with the published share 3, with both 2."""
    model = read_model(study_with(tmp_path))
    assert float(model.evaluate().ratio) == pytest.approx(2.4)
    found = measured.measured_entries(model, "the register").rename(index=str)
    assert found["written"].tolist() == [100, 0.5] and found["measured"].tolist() == [150, 0.6]
    assert found.loc["weeks", ["low", "high"]].isna().all()
    assert found.loc["gone", ["low", "high"]].tolist() == [0.48, 0.68]
    assert found["ratio"].tolist() == pytest.approx([1.6, 3.0])
    assert found["difference"].tolist() == pytest.approx([0.8, -0.6])
    assert found.loc["gone", "people"] == 57 and np.isnan(found.loc["weeks", "people"])
    assert measured.ratio_with_records(model)["value"].tolist() == pytest.approx([2.4, 2.0])


def test_a_count_is_fixed_and_an_interval_is_drawn_from_as_one(tmp_path):
    study = study_with(tmp_path)
    weeks, gone = study.in_force["weeks"], study.in_force["gone"]
    assert (weeks.distribution, weeks.low, weeks.high, weeks.kind) == ("fixed", 150, 150, "measured")
    assert quantile(gone, np.array([0.025, 0.5, 0.975])) == pytest.approx([0.48, 0.6, 0.68], abs=2e-4)
    assert study.register["weeks"].value == 100, "the register itself stays as written"


def test_no_draw_leaves_what_a_share_can_be(tmp_path):
    share = SHARE | {"value": 98.0, "low": 90.0, "high": 103.0}
    gone = study_with(tmp_path, FOUND | {"02b_participation.items.work.share": share}).in_force["gone"]
    drawn = quantile(gone, np.linspace(0, 1, 1001)[1:-1])
    assert gone.high == 1 and 0 < drawn.min() and drawn.max() <= 1 and (np.diff(drawn) > 0).all()


def test_where_the_interval_is_hidden_the_published_range_stands_around_the_measured_value(tmp_path):
    weeks = study_with(tmp_path, FOUND | {"weeks.total": WEEKS | {"interval": "95% (t)"}}).in_force["weeks"]
    assert (weeks.value, weeks.low, weeks.high, weeks.distribution) == (150, 80, 150, "triangular")
    assert "No interval is shown" in weeks.why_range


def test_results_in_one_unit_may_be_added_and_taken_off(tmp_path):
    """150 weeks and 30 less 20; where one of them is hidden, all are left."""
    others = {"more.total": WEEKS | {"value": 30}, "less.total": WEEKS | {"value": 20}}
    asked = " ".join(
        f"{sign}02b_participation.{name}.total" for sign, name in (("", "weeks"), ("+ ", "more"), ("- ", "less"))
    )
    weeks = study_with(tmp_path / "all", FOUND | others, asked).in_force["weeks"]
    assert (weeks.value, weeks.distribution) == (160, "fixed")
    assert weeks.rests_on == [f"result:02b_participation.{name}.total" for name in ("weeks", "more", "less")]
    hidden = FOUND | others | {"less.total": WEEKS | {"value": "hidden"}}
    assert study_with(tmp_path / "hidden", hidden, asked).in_force["weeks"].value == 100
    with pytest.raises(InputError, match="a result in people"):
        _ = study_with(tmp_path / "unit", FOUND | {**others, "less.total": WEEKS | {"unit": "people"}}, asked).in_force


@pytest.mark.parametrize(
    ("results", "why"),
    [
        ({"weeks.total": WEEKS | {"value": "hidden"}}, "disclosure rules hide it"),
        ({"weeks.total": WEEKS | {"value": None}}, "disclosure rules hide it"),
        ({"weeks.total": WEEKS | {"kind": "bounded"}}, "no records"),
        ({"weeks.all": WEEKS}, "withheld, or not asked"),
        ({}, "no records"),
    ],
)
def test_what_is_hidden_or_not_measured_leaves_the_published_value_in_force_and_says_so(tmp_path, results, why):
    model = read_model(study_with(tmp_path, results))
    page = Appendix("toy", "05_sroi", tmp_path, True)
    assert float(model.evaluate().ratio) == 2.0 and not model.measured
    assert measured.measured_entries(model, "x") is measured.ratio_with_records(model) is None
    shown = show(measured.not_measured(model), "Waiting")
    assert why in shown.plain and why in view.register_list(model, page).html


def test_without_records_nothing_has_to_have_run(tmp_path):
    assert float(read_model(study_with(tmp_path, None, records=False)).evaluate().ratio) == 2.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (None, r"assumptions.yaml, column 'weeks.result'.*has not run on the records.*run it"),
        ({"unit": "sessions"}, r"column 'weeks.result'.*a result in sessions.*one in weeks"),
        ({"low": 140, "high": 160, "interval": "90% (t)"}, r"column 'weeks.result'.*at 90.*95%.*`level`"),
    ],
)
def test_what_does_not_fit_is_one_clear_error(tmp_path, change, message):
    results = None if change is None else {"weeks.total": WEEKS | change}
    with pytest.raises(InputError, match=message):
        read_model(study_with(tmp_path, results))


@pytest.mark.parametrize(
    "name", ["05_sroi.scenarios.central.ratio", "06_sroi_sensitivity.x", "weeks.total", "02b_participation"]
)
def test_the_model_s_own_results_and_names_of_nothing_are_refused(tmp_path, name):
    with pytest.raises(InputError, match="weeks.*result"):
        read_model(study_with(tmp_path, weeks=name))


@pytest.mark.parametrize(("kind", "known"), [("published", Kind.MEASURED), ("assumed", Kind.MEASURED)])
def test_numbers_are_measured_only_where_nothing_of_the_model_is_assumed(tmp_path, kind, known):
    study = study_with(tmp_path, kind=kind)
    model, page = read_model(study), Appendix("toy", "05_sroi", tmp_path, True)
    case = read_settings(study).joint_case(model, study, seed=1)
    show(outcomes.estimates(model), "Estimates", name="scenarios")
    record(base_values(case))
    assert {
        model.kind,
        case.kind,
        page.find("scenarios.central.ratio").kind,
        page.find("sensitivity.base.ratio").kind,
    } == {known}
    assert page.find("scenarios.central.ratio").text == "£2.40"
    waiting = replace(
        model, entries=model.entries | {"cost": model.entries["cost"].model_copy(update={"kind": "assumed"})}
    )
    assert waiting.kind is Kind.ASSUMED and waiting.as_written("weeks").kind is Kind.ASSUMED


def test_page_workbook_and_explorer_have_what_is_in_force(tmp_path):
    study = study_with(tmp_path)
    model, page = read_model(study), Appendix("toy", "05_sroi", tmp_path, True)
    record(measured.ratio_with_records(model))
    show(measured.measured_entries(model, study.name("assumptions.yaml")), "Measured", name="measured")
    said, listed = (
        view.records_words(measured.measured_entries(model, "x"), page).plain,
        view.register_list(model, page),
    )
    assert "£2.40" in said and "£2.00" in said
    assert "150" in listed.html and "Published: 100, published, 80 to 120" in listed.html
    assert page.find("measured.gone.measured").inputs == ("result:02b_participation.items.work.share",)
    assert page.find("assumption:weeks").inputs == ("result:02b_participation.weeks.total",)
    write_workbook(model, tmp_path / "map.xlsx")
    cells = [cell.value for row in _sheet(tmp_path / "map.xlsx").iter_rows() for cell in row]
    assert 150 in cells and 100 not in cells
    (block,) = explorer(model).blocks
    assert {each["id"]: each["value"] for each in json.loads(block["data"])["entries"]}["weeks"] == 150


def test_the_register_s_page_shows_what_records_measured_and_what_that_does(tmp_path):
    results = FOUND | {"02b_participation.items.work.share": SHARE | {"value": "hidden"}}
    study = study_with(tmp_path, results)
    model, page = read_model(study), Appendix("toy", "05_sroi", tmp_path, True)
    show(measured.measured_entries(model, "data/raw/toy/assumptions.yaml"), "Measured", name="measured")
    page.store.write(study.processed / "results.json")
    html = render_page(assumptions(Material(study, ())), "", (), TEMPLATES)
    rows = {name: html.split(f'<tr id="assumption-{name}"')[1].split("</tr>")[0] for name in ("weeks", "gone")}
    assert "100, published, 80 to 120" in rows["weeks"] and "£1.00" in rows["weeks"]  # 150 x 10 / 2 / 250 less 2
    assert "02b_participation.items.work.share" in rows["gone"] and "disclosure rules hide it" in rows["gone"]


def _sheet(path):
    from openpyxl import load_workbook

    return load_workbook(path)["Inputs"]


def test_estimates_of_the_study_keep_their_own_values(tmp_path):
    """A low estimate of 80 weeks is what was printed, though the records say 150: 80 x 10 x 0.4 / 250."""
    model = read_model(study_with(tmp_path, scenarios={"low": {"weeks": 80}}))
    assert outcomes.estimates(model)["ratio"].tolist() == pytest.approx([2.4, 1.28])


def test_a_changed_run_takes_the_changed_value_and_says_what_was_measured(tmp_path):
    study = study_with(tmp_path)
    (changed,), problems = changes_of(study, [Change("weeks", "200")])
    written = yaml.safe_load(changed_files(study, [changed]).texts["assumptions.yaml"])["assumptions"][2]
    assert problems == [] and written["result"] is None and written["changed_from"]["value"] == 150
    assert written["changed_from"]["kind"] == "measured"
    (study.raw / "assumptions.yaml").write_text(
        changed_files(study, [changed]).texts["assumptions.yaml"], encoding="utf-8"
    )
    assert float(read_model(load_study("toy", tmp_path)).evaluate().ratio) == pytest.approx(200 * 10 * 0.4 / 250)


@pytest.fixture(scope="module")
def coproduction(tmp_path_factory):
    """The study with records of nobody: 3,000 weeks of engagement, and thirty learners."""
    root = tmp_path_factory.mktemp("project")
    for name in ("coproduction", "reference"):
        shutil.copytree(ROOT / "data" / "raw" / name, root / "data" / "raw" / name)
    path = root / "data" / "raw" / "coproduction" / "assumptions.yaml"
    register = yaml.safe_load(path.read_text(encoding="utf-8"))
    named = {"engagement_weeks": "weeks.total", "english_learners": "people.learners"}
    for each in register["assumptions"]:
        each["result"] = f"02b_participation.{named[each['id']]}" if each["id"] in named else None
    path.write_text(yaml.safe_dump(register), encoding="utf-8")
    study = load_study("coproduction", root)
    learners = {"label": "Learners", "value": 30, "unit": "people", "kind": "measured"}
    put(study, "02b_participation", {"weeks.total": WEEKS | {"value": 3000}, "people.learners": learners})
    return study


def test_calibrated_inputs_stay_as_they_were_solved_for(coproduction):
    """They meet the printed ratios with the published values, whatever was measured; what was measured is no longer drawn."""
    plain = load_study("coproduction", ROOT)
    before = read_settings(plain).joint_case(read_model(plain), plain, seed=5)
    model = read_model(coproduction)
    after = read_settings(coproduction).joint_case(model, coproduction, seed=5)
    (old,), (new,) = before.together, after.together
    assert set(old.members) - set(new.members) == {"english_learners"}
    kept = [old.members.index(name) for name in new.members]
    assert np.array_equal(old.points[:, kept], new.points)
    assert after.base["engagement_weeks"] == 3000 and "engagement_weeks" not in after.varied
    # By hand: 256 weeks fewer at £273, the learners that make thirty at so many months of £17,300, over the cost.
    values = model.central
    learners = (
        (30 - plain.register["english_learners"].value)
        * values["english_months"]
        / 12
        * values["friends_contact_value_2011"]
    )
    gained = (learners - 256 * values["volunteering_wellbeing_value_weekly_2013"]) / values["total_cost"]
    assert float(after.at().ratio) - float(before.at().ratio) == pytest.approx(gained)


def test_stages_that_value_come_after_the_results_they_take(tmp_path):
    for name in ("dvc.yaml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "params.yaml").write_text("{}\n", encoding="utf-8")
    study = study_with(tmp_path, None)
    assert study.has_records
    stages = plan.planned_stages(tmp_path)
    for notebook in plan.VALUED:
        deps = stages[f"{notebook}-toy"]["do"]["deps"]
        assert "data/processed/${item}/results/02b_participation.json" in deps
        assert "data/processed/${item}/results/03_before_after.json" not in deps
