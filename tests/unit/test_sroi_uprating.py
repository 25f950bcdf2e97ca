"""The price year as one setting: money of other years enters by an index of prices, a study's own among them."""

from pathlib import Path

import pytest
import yaml
from value_maps import cost, entry, outcome, write_study

from analysis.errors import InputError
from analysis.sroi.model import assemble, read_model
from analysis.sroi.value_map import read_value_map
from analysis.study import load_study
from analysis.tools.changes import asked_for, changed_files, changes_of

ROOT = Path(__file__).resolve().parents[2]
ENTRIES = [
    entry("cost", 1000, "GBP", price_year=2020),
    entry("old", 7, "GBP per person", price_year=2011),
    entry("people", 300, "people"),
]
ROWS = [cost(), outcome(quantity="people", proxy="old")]
ORIGIN = {
    "title": "An index of wages",
    "producer": "A statistical office",
    "series": "wages, all sectors",
    "published": "2024",
    "licence": "open",
}


def with_wages(study, text: str = "year,index\n2011,80\n2020,100\n2024,120\n"):
    (study.raw / "index_wages.csv").write_text(text, encoding="utf-8")
    (study.raw / "index_wages.origin.yaml").write_text(yaml.safe_dump(ORIGIN), encoding="utf-8")
    return study


def test_money_of_another_year_is_refused_where_no_series_is_named(tmp_path):
    with pytest.raises(InputError, match="uprate_with: cpi"):
        read_model(write_study(tmp_path, ENTRIES, ROWS))


def test_money_of_another_year_enters_by_the_index(tmp_path):
    """300 people x £7 of 2011 x 108.7 / 93.4 = £2,444.00 of 2020, by the Consumer Prices Index; the cost is of 2020 already."""
    model = read_model(write_study(tmp_path, ENTRIES, ROWS, {"uprate_with": "cpi"}))
    found = model.evaluate()
    assert found.value == pytest.approx(300 * 7 * 108.7 / 93.4) and found.cost == 1000
    assert model.uprated == {"change": 2011} and model.raised("change") == pytest.approx(108.7 / 93.4)
    assert model.raised("cost_row") == 1.0
    assert {"cpi_2020", "cpi_2011"} <= set(model.entries) and model.entries["cpi_2011"].kind == "reference"


def test_the_price_year_is_one_setting(tmp_path):
    """All that is money moves by one factor and the ratio stays; by hand 133.9 / 108.7 for the cost of 2020."""
    study = write_study(tmp_path, ENTRIES, ROWS, {"uprate_with": "cpi"})
    now, later = read_model(study).evaluate(), None
    later = assemble(read_value_map(study, {"price_year": 2024}), study.in_force, study).evaluate()
    assert later.cost == pytest.approx(1000 * 133.9 / 108.7) and later.ratio == pytest.approx(now.ratio)


def test_a_series_of_the_study_s_own(tmp_path):
    study = with_wages(write_study(tmp_path, ENTRIES, ROWS, {"uprate_with": "index_wages"}))
    model = read_model(study)
    assert model.evaluate().value == pytest.approx(300 * 7 * 100 / 80)
    used = model.entries["index_wages_2011"]
    assert (used.label, used.source.producer, used.value) == ("An index of wages, 2011", "A statistical office", 80)
    named = write_study(
        tmp_path / "named",
        ENTRIES,
        [cost(), outcome(quantity="people", proxy="old * index_wages_2020 / index_wages_2011")],
    )
    assert read_model(with_wages(named)).evaluate().value == pytest.approx(300 * 7 * 100 / 80)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("year,index\n2020,100\n", "no price index for 2011"),
        ("year,index\n2011,0\n2020,100\n", "greater than 0"),
        ("year,wages\n2011,80\n", "index"),
    ],
)
def test_a_series_that_cannot_be_is_refused(tmp_path, text, message):
    study = with_wages(write_study(tmp_path, ENTRIES, ROWS, {"uprate_with": "index_wages"}), text)
    with pytest.raises(InputError, match=message) as refused:
        read_model(study)
    assert "index_wages.csv" in refused.value.file


def test_a_series_without_its_origin_is_refused(tmp_path):
    study = with_wages(write_study(tmp_path, ENTRIES, ROWS, {"uprate_with": "index_wages"}))
    (study.raw / "index_wages.origin.yaml").unlink()
    with pytest.raises(InputError, match="index_wages.origin.yaml"):
        read_model(study)


@pytest.mark.parametrize("study_id", ["coproduction", "connecting_opportunities"])
def test_a_what_if_takes_another_price_year_as_one_change(study_id):
    """Both models in prices of 2024: the ratio as it was, value by the quotient of the two printed indices."""
    study = load_study(study_id, ROOT)
    changes, problems = changes_of(study, asked_for(["price_year=2024"], None, ROOT).asked)
    assert problems == [] and [each.value for each in changes] == [2024]
    settings = yaml.safe_load(changed_files(study, changes).texts["value_map.yaml"])
    assert settings["price_year"] == 2024
    before = read_model(study).evaluate()
    after = assemble(read_value_map(study, settings), study.in_force, study).evaluate()
    factor = {"coproduction": 133.9 / 98.5, "connecting_opportunities": 133.9 / 108.7}[study_id]
    assert after.ratio == pytest.approx(before.ratio) and after.value == pytest.approx(before.value * factor)


def test_a_rate_of_discount_that_is_no_entry_is_a_setting():
    study = load_study("connecting_opportunities", ROOT)
    changes, problems = changes_of(study, asked_for(["discount_rate=0.035"], None, ROOT).asked)
    assert (
        problems == []
        and yaml.safe_load(changed_files(study, changes).texts["value_map.yaml"])["discount_rate"] == "0.035"
    )


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("price_year=2013", "the value of the published run"),
        ("price_year=2013.5", "fractional"),
        ("price_year=2060", "no price index for 2060"),
        ("prise_year=2024", "did you mean price_year"),
    ],
)
def test_a_price_year_that_cannot_be_is_told(asked, message):
    study = load_study("coproduction", ROOT)
    _, problems = changes_of(study, asked_for([asked], None, ROOT).asked)
    assert any(message in str(problem) for problem in problems)
