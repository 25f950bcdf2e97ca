"""The readable cases of participants_cells.yaml: what one cell of a participant file means."""

from pathlib import Path

import pytest
import yaml

from analysis.participants.cells import Refused, Style, read_cell
from analysis.participants.schema import table_columns

pytestmark = pytest.mark.usefixtures("values_shown")
CASES = yaml.safe_load(Path(__file__).with_name("participants_cells.yaml").read_text(encoding="utf-8"))["cells"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['column']} {case['text']!r}")
def test_cell(case):
    column = table_columns("questionnaire")[case["column"]]
    style = Style(decimal_comma=case.get("decimal_comma", False), day_first=case.get("day_first", False))
    if "refused" in case:
        with pytest.raises(Refused) as caught:
            read_cell(case["text"], column, style)
        assert case["refused"] in caught.value.found
        return
    cell = read_cell(case["text"], column, style)
    assert cell.status == case.get("status", "answered")
    assert cell.value == case.get("gives")


def test_contact_types_have_other_names_too():
    """The paper calls the second type referral in one place and assistance in another."""
    column = table_columns("advice_contacts")["type"]
    read = [
        read_cell(text, column, Style()).value for text in ("help", "Referral", "assistance or referral", "signposting")
    ]
    assert read == ["help", "assistance", "assistance", "signpost"]
