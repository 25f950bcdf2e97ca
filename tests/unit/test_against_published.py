"""Printed figures beside the records': what agrees, what is withheld, and what the worked example says of itself."""

from dataclasses import replace
from pathlib import Path

import pytest
from before_after_run import guard_of
from made_up import write_example

from analysis.english import english_sample
from analysis.participation import session_counts
from analysis.reporting import Appendix
from analysis.reporting.views import before_after, english, participation
from analysis.reporting.views.against_published import agrees
from analysis.reporting.views.evidence import Evidence, open_evidence
from analysis.results import Kind
from analysis.study import load_study

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("claim", "value", "expected"),
    [
        ("CP-018", 41.6, True), ("CP-018", 41.4, False), ("CP-018", 42.4, True), ("CP-018", 42.6, False),  # 42%
        ("CP-030", 7.9, True), ("CP-030", 8.0, False), ("CP-030", 7.4, False), ("CP-030", 8.2, False),  # almost 8
        ("CP-027", 8.3, True), ("CP-027", 8.0, False), ("CP-027", 8.6, False),  # over 8
        ("CP-001", 102, True), ("CP-001", 103, False),
        ("CP-058", 0.04386, True), ("CP-058", 0.0440, False),  # 0.0439
        ("CP-084", 17540, True), ("CP-084", 17550, False),
    ],
)  # fmt: skip
def test_a_value_agrees_if_it_would_be_printed_so_and_lies_on_the_side_that_the_words_say(claim, value, expected):
    assert agrees(load_study("coproduction", ROOT).claims[claim], value) is expected


@pytest.fixture
def evidence(tmp_path) -> Evidence:
    """The records of a team, in the study whose source printed the figures; its other raw data are those here."""
    study = replace(load_study("coproduction", ROOT), root=tmp_path)
    (tmp_path / "data/raw").mkdir(parents=True)
    for other in ("coproduction", "coproduction_example"):
        (tmp_path / "data/raw" / other).mkdir()
        for path in (ROOT / "data/raw" / other).glob("*.*"):
            (tmp_path / "data/raw" / other / path.name).write_bytes(path.read_bytes())
    for path in write_example(study.records_folder, seed=7):
        path.write_text(
            path.read_text(encoding="utf-8").replace("coproduction_example", "coproduction"), encoding="utf-8"
        )
    return open_evidence(Appendix(study.id, "03_before_after", tmp_path), study, {})


def measured(evidence: Evidence) -> dict[str, object]:
    results = evidence.page.store.by_id.items()
    return {key.split(".")[2]: result for key, result in results if ".against_print." in key}


def test_what_the_print_says_is_measured_and_what_would_tell_of_a_hidden_count_is_withheld(evidence):
    before_after.compared(guard_of(evidence))
    found = measured(evidence)
    assert {result.kind for result in found.values()} == {Kind.MEASURED}
    # How many improved is hidden at ten people a cell; the shares by course would tell it.
    assert (found["cp_031"].value, found["cp_032"].value) == ("withheld", "withheld")
    assert 3.5 <= found["cp_026"].value <= 4.5  # the records were made to print 4


def test_participation_and_english_are_held_against_their_print(evidence):
    evidence.page.notebook = "02b_participation"
    people, attendance, contacts = participation.read_tables(evidence)
    participation.advice_table(contacts, people, evidence)
    participation.compared(people, session_counts(attendance, people), contacts, evidence)
    found = measured(evidence)
    assert {key: found[key].value for key in ("cp_001", "cp_013", "cp_025", "cp_023", "cp_036")} == {
        "cp_001": 102,
        "cp_013": 93,
        "cp_025": 57,
        "cp_023": 2450,
        "cp_036": 628,
    }
    page = Appendix(evidence.study.id, "04_english_and_time", evidence.study.root)
    other = replace(evidence, page=page, decisions=[], groups=[])
    answers = english.read_answers(other)
    english.compared(english_sample(answers), answers, other)
    assert measured(other)["cp_058"].text == "0.0439"


def test_a_study_whose_source_prints_nothing_says_so(evidence):
    (evidence.study.raw / "before_after.yaml").unlink()
    assert "gives no such figures" in before_after.compared(guard_of(evidence)).plain


def test_without_records_the_section_is_left_out(tmp_path):
    study = replace(load_study("coproduction", ROOT), root=tmp_path)
    bare = Evidence(
        Appendix(study.id, "02b_participation", tmp_path),
        study,
        open_evidence(Appendix(study.id, "x", tmp_path), study, {}).rules,
        None,
    )
    tables = participation.read_tables(bare)
    assert tables == (None,) * 3 and participation.compared(*tables, bare) is None


def test_in_the_worked_example_agreement_is_calibrated_and_said_to_be_no_evidence(tmp_path):
    study = load_study("coproduction_example", ROOT)
    study = replace(study, root=tmp_path)
    write_example(study.records_folder)
    records = open_evidence(Appendix(study.id, "04_english_and_time", tmp_path, True), study, {})
    records, answers = replace(records, study=replace(study, root=ROOT)), english.read_answers(records)
    shown = english.compared(english_sample(answers), answers, records)
    assert "by construction" in shown.html
    assert {result.kind for result in measured(records).values()} == {Kind.CALIBRATED}
