"""The cases of counting_rules.yaml: small exports, and who counts for which measure from when."""

from pathlib import Path

import pytest
import yaml
from export_files import monitoring

from analysis.programme.counting import base, count_rule

SPEC = yaml.safe_load(Path(__file__).with_name("counting_rules.yaml").read_text(encoding="utf-8"))
HEADERS = {
    "exits": "person_id,exit_date,destination",
    "activities": "person_id,organisation,type,activity_date",
    "outcomes": "person_id,stage,review_date,language,confidence,in_work",
}


def tables(case):
    found = {
        "participants": SPEC["people"],
        "evidence": "\n".join([SPEC["eligibility"].strip(), *case.get("evidence", [])]),
    }
    for name, header in HEADERS.items():
        width = header.count(",")
        rows = [row + "," * (width - row.count(",")) for row in case.get(name, [])]
        found |= {name: "\n".join([header, *rows])} if rows else {}
    return found


@pytest.mark.parametrize("case", SPEC["cases"], ids=[case["case"] for case in SPEC["cases"]])
def test_case(case, tmp_path):
    records = monitoring(tmp_path, tables(case), str(case.get("as_of", "")))
    rule = records.rules.by_measure[case["measure"]]
    found = count_rule(records, rule)
    assert {row.person_id: row.counted_on.date() for row in found.itertuples()} == case["counted"]
    if "base" in case:
        assert sorted(base(records, rule)) == case["base"]


def test_every_event_of_the_rules_has_a_case(tmp_path):
    records = monitoring(tmp_path, {"participants": SPEC["people"]})
    covered = {records.rules.by_measure[case["measure"]].event for case in SPEC["cases"]}
    assert covered == {rule.event for rule in records.rules.rules}
