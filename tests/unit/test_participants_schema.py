"""The schema and what is generated from it."""

import sys
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from openpyxl import load_workbook

from analysis.participants import ITEMS, TABLES, table_columns
from analysis.participants.headers import normal
from analysis.participants.layout import RecordsLayout
from analysis.participants.schema import MOMENTS

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from participant_files import EXAMPLE_LAYOUT, data_dictionary, json_schema, template, write_schema_files

AGAIN = "is not what the schema gives: run `python scripts/participant_files.py`"


def test_the_committed_dictionary_and_templates_are_in_step(tmp_path):
    for path in write_schema_files(tmp_path):
        if path.suffix != ".xlsx":
            assert (ROOT / path).read_bytes() == (tmp_path / path).read_bytes(), f"{path} {AGAIN}"


def test_the_template_workbook_is_in_step():
    """Its cells, not its bytes: another version of openpyxl may pack the same cells otherwise."""
    book = load_workbook(ROOT / "data/templates/participants.xlsx")
    for table in TABLES:
        assert [cell.value for cell in book[table][1]] == list(table_columns(table)), f"participants.xlsx {AGAIN}"
        assert book[table].max_row == 1


def test_the_template_workbook_has_the_same_bytes_each_time(tmp_path):
    first, second = (write_schema_files(tmp_path / name)[-1] for name in "ab")
    assert (tmp_path / "a" / first).read_bytes() == (tmp_path / "b" / second).read_bytes()
    assert b"docProps/core.xml" not in (tmp_path / "a" / first).read_bytes()


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_explained(table):
    text = data_dictionary()
    for column in table_columns(table).values():
        assert column.label and column.about.endswith(".")
        assert f"| `{column.name}` | {column.label} |" in text


@pytest.mark.parametrize("table", TABLES)
def test_labels_tell_columns_apart(table):
    spellings = [
        normal(text) for column in table_columns(table).values() for text in {normal(column.name), normal(column.label)}
    ]
    assert len(spellings) == len(set(spellings))


def test_each_item_has_a_true_and_a_retrospective_before():
    names = table_columns("questionnaire")
    for item in [*ITEMS, "friends"]:
        assert {f"{item}_{moment}" for moment in MOMENTS} <= set(names)
    stages = {name: column.facts.get("stage") for name, column in table_columns("questionnaire").items()}
    assert stages["confidence_pre"] == "initial"
    assert stages["confidence_then"] == stages["confidence_post"] == "experience"


@pytest.mark.parametrize(
    ("row", "fits"),
    [
        ({"person_id": "A1", "confidence_pre": 9, "friends_post": "a lot"}, True),
        ({"person_id": "A1", "confidence_pre": "refused", "interview_date": "2014-01-31"}, True),
        ({"person_id": "A1", "confidence_pre": 0}, False),
        ({"person_id": "A1", "confidence_pre": "five"}, False),
        ({"person_id": "A1", "months_in_uk": -1}, False),
        ({"person_id": "a person"}, False),
        ({"confidence_pre": 5}, False),
        ({"person_id": "A1", "comment": "free text"}, False),
    ],
)
def test_the_json_schema_and_the_model_say_the_same(row, fits):
    assert Draft202012Validator(json_schema("questionnaire")).is_valid(row) == fits
    if fits:
        assert TABLES["questionnaire"].model_validate(row).person_id == "A1"
    else:
        with pytest.raises(ValueError, match="validation error"):
            TABLES["questionnaire"].model_validate(row)


def test_the_template_holds_names_only():
    assert template("questionnaire").strip().split(",") == list(table_columns("questionnaire"))


def test_the_example_of_a_layout_is_one():
    layout = RecordsLayout.model_validate(yaml.safe_load(EXAMPLE_LAYOUT))
    assert layout.questionnaire.codes == {"n/a": "not_asked", "months_in_uk": {"999": "refused"}}
