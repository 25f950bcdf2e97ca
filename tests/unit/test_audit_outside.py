"""The audit of ledgers that it was not made for: what it finds in them, and what it must not say."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

from analysis.errors import InputError
from analysis.pipeline.ledger import audited as audited_studies
from analysis.study.claims import COLUMNS, OPTIONAL

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "cases" / "outside_studies"
NOTEBOOK = ROOT / "notebooks" / "08_claims_audit.ipynb"

# A made-up programme in euros: quantity, print, value, unit, base, kind, answers, items, scale. Claims count from 001.
OWN = """
people       | Twenty-eight     | 28       | people      |        | count     |       |   |
answered     | 14               | 14       | people      |        | count     |       |   |
hours        | 120              | 120      | hours       |        | count     |       |   |
children     | 3.50             | 3.50     | children    | AB-002 | mean      | whole |   |
visits       | 3.53             | 3.53     | visits      | AB-002 | mean      | whole |   |
income       | €1,503.33        | 1503.33  | EUR         | AB-002 | mean      |       |   |
hours_each   | 7.33             | 7.33     | hours       | AB-002 | mean      |       |   |
wellbeing    | 3.25             | 3.25     | points      | AB-002 | score     |       | 7 | 1..5
resilience   | 3.25             | 3.25     | points      | AB-002 | score     |       |   |
hours_share  | 33.3%            | 33.3     | %           | AB-003 | share     |       |   |
women        | 52%              | 52       | %           | AB-001 | share     |       |   |
budget       | over €2 million  | 2000000  | EUR         |        | money     |       |   |
budget       | over €12 million | 12000000 | EUR         |        | money     |       |   |
ratio        | €2.60:1          | 2.60     | EUR per EUR |        | ratio     |       |   |
ratio        | up to €2.60      | 2.60     | EUR per EUR |        | ratio     |       |   |
confident    | two thirds       | 66.7     | %           |        | share     |       |   |
confident    | 67%              | 67       | %           |        | share     |       |   |
friends      | almost 60%       | 60       | %           |        | share     |       |   |
friends      | 57%              | 57       | %           |        | share     |       |   |
cost         | £3 to £8         | 3..8     | GBP         |        | money     |       |   |
meetings     | Quarterly        | 3        | months      |        | duration  |       |   |
change_p     | .000             | 0        | ratio       |        | statistic |       |   |
other_p      | <0.001           | 0.001    | ratio       |        | statistic |       |   |
"""
# Worked by hand: 3.50 is 49 of 14, 3.53 is 49.35 to 49.49 of 14; 3.25 of 14 scores over seven items is 318.01 to 318.99 of
# 98; 52% of 28 is 14.42 to 14.70. Of money, hours and scores of which nothing says that the answers are whole nothing is asked.
OWN_WRONG = {"AB-005", "AB-008", "AB-011", "AB-012", "AB-013"}
OWN_FINDINGS = {frozenset({name}) for name in ("AB-005", "AB-008", "AB-011", "AB-022")} | {
    frozenset({"AB-012", "AB-013"})
}


def own_rows(prefix: str) -> pd.DataFrame:
    names = ("quantity", "printed", "value", "unit", "base", "kind", *OPTIONAL[:3])
    rows = [dict(zip(names, map(str.strip, line.split("|")), strict=True)) for line in OWN.strip().splitlines()]
    places = {"section": "Results", "statement": "A figure", "formula": "", "note": ""}
    numbered = [{"claim_id": f"AB-{n:03}", "line": n, **places, **row} for n, row in enumerate(rows, start=1)]
    return pd.DataFrame(numbered)[[*COLUMNS, *OPTIONAL[:3]]].replace("AB-", f"{prefix}-", regex=True)


def project(folder: Path, *studies: str) -> Path:
    """A project's folder with nothing but the studies named, each to be audited."""
    (folder / "data" / "raw").mkdir(parents=True)
    runs = {"08_claims_audit": {study: {"rounding": "either", "planted": 20, "seed": 1} for study in studies}}
    (folder / "params.yaml").write_text(yaml.safe_dump(runs), encoding="utf-8")
    return folder


def add_own(folder: Path, study: str, prefix: str) -> None:
    raw = folder / "data" / "raw" / study
    raw.mkdir()
    own_rows(prefix).to_csv(raw / "claims.csv", index=False)
    (raw / "audit.yaml").write_text("{}\n", encoding="utf-8")
    source = dict.fromkeys(("producer", "title", "licence"), "made up") | {"published": None, "address": None}
    about = {"id": study, "title": "A made-up programme", "programme": "Made up.", "place": "Nowhere", "source": source}
    about |= {"period": {"start": "2020", "end": "2021"}, "claim_prefix": prefix}
    (raw / "study.yaml").write_text(yaml.safe_dump(about), encoding="utf-8")


def audited(folder: Path, study: str, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, str], pd.DataFrame]:
    """Verdicts by claim and the table of findings, by running every cell of the notebook."""
    monkeypatch.chdir(folder)
    space: dict[str, object] = {}
    for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]).replace('study = "coproduction"', f'study = "{study}"'), space)
    processed = folder / "data" / "processed" / study
    claims = pd.read_csv(processed / "claims.csv", dtype=str, keep_default_na=False)
    return dict(zip(claims["claim_id"], claims["verdict"], strict=True)), pd.read_csv(
        processed / "findings.csv", dtype=str
    )


def claims_of(findings: pd.DataFrame) -> set[frozenset[str]]:
    return {frozenset(claims.split()) for claims in findings["claims"]}


@pytest.mark.parametrize("study", ["made_up", "wave2"])  # a digit in the id is no number on the page
def test_a_ledger_in_euros_gives_its_findings_and_no_other(study, tmp_path, monkeypatch):
    add_own(project(tmp_path, study, "cohort_3"), study, "AB")
    verdicts, findings = audited(tmp_path, study, monkeypatch)
    assert {claim for claim, verdict in verdicts.items() if verdict == "inconsistent"} == OWN_WRONG
    assert claims_of(findings) == OWN_FINDINGS
    assert {verdicts[claim] for claim in ("AB-014", "AB-015", "AB-016", "AB-017", "AB-018", "AB-019")} == {"consistent"}


def test_a_print_read_by_hand_says_so_on_the_page(tmp_path, monkeypatch):
    add_own(project(tmp_path, "made_up"), "made_up", "AB")
    audited(tmp_path, "made_up", monkeypatch)
    claims = pd.read_csv(tmp_path / "data/processed/made_up/claims.csv", index_col="claim_id")
    assert "was read as 3" in claims.loc["AB-021", "why"]
    assert not claims.drop("AB-021")["why"].str.contains("was read as").any()


def test_a_ledger_in_which_nothing_can_be_planted(tmp_path, monkeypatch):
    add_own(project(tmp_path, "made_up"), "made_up", "AB")
    path = tmp_path / "data/raw/made_up/claims.csv"
    pd.read_csv(path, dtype=str, keep_default_na=False).iloc[:1].to_csv(path, index=False)
    verdicts, findings = audited(tmp_path, "made_up", monkeypatch)
    assert verdicts == {"AB-001": "not recomputable"} and findings.empty


WRONG = {
    "volunteering_wellbeing": {
        "inconsistent": {"VW-009", "VW-015", "VW-020", "VW-021"},  # 231 and 230 recruits, two ends of the programme
        "in question": {"VW-003", "VW-019", "VW-022"},  # ten venues counted in two places, nine named
    },
    "three_bases": {"inconsistent": {"TB-012"}, "in question": set()},  # 52% of 38
}
FINDINGS = {
    "volunteering_wellbeing": [{"VW-003", "VW-022"}, {"VW-009", "VW-015"}, {"VW-020", "VW-021"}],
    "three_bases": [{"TB-012"}, {"TB-010"}],  # the second is p printed as .000
}


@pytest.mark.parametrize("study", sorted(WRONG))
def test_ledgers_of_other_programmes(study, tmp_path, monkeypatch):
    if not SHARED.is_dir():
        pytest.skip("the ledgers of other programmes are not beside the project")
    shutil.copytree(SHARED / study, project(tmp_path, study) / "data" / "raw" / study)
    verdicts, findings = audited(tmp_path, study, monkeypatch)
    for verdict, claims in WRONG[study].items():
        assert {claim for claim, found in verdicts.items() if found == verdict} == claims
    assert claims_of(findings) == {frozenset(claims) for claims in FINDINGS[study]}
    if study == "three_bases":
        words = findings.set_index("claims").loc["TB-012", "words"]
        assert "TB-001" in words and "TB-005" in words  # it would fit 58 and 82


def test_two_studies_whose_claims_would_have_the_same_ids_are_named(tmp_path):
    project(tmp_path, "first_one", "wave2")
    for study in ("first_one", "wave2"):
        add_own(tmp_path, study, "AB")
    with pytest.raises(InputError, match=r"wave2/study\.yaml.*'AB'.*first_one/study\.yaml"):
        audited_studies(tmp_path)
