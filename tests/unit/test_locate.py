"""Where a claim stands in its document: the words to search for, the page, and the text whose lines are counted."""

import hashlib
import os
from pathlib import Path

import pytest

from analysis.audit.plan import AuditPlan
from analysis.audit.run import audit_claims
from analysis.cli import main
from analysis.errors import InputError
from analysis.reporting import Appendix
from analysis.reporting.views import audit as view
from analysis.study import load_study
from analysis.study.claims import MOST_WORDS
from analysis.tools.locate import words_to_search

ROOT = Path(__file__).resolve().parents[2]
MOST_OFTEN = 6  # rows of two tables that print the same cells
SOURCES = {"coproduction": "coproduction_paper.txt", "connecting_opportunities": "connecting_opportunities_report.txt"}
REPORT = "The garden\n48 women came, 12 of them weekly.\f**12 men** helped.\nWomen\t48\t80%\n"
APPENDIX = "Of 48 asked, 12 answered.\n"
STUDY = """id: garden
title: Garden
source: {{producer: P, title: Report, text: {{name: report.txt, sha256: {report}}}}}
documents:
  - {{id: year_one, title: First year, published: 2020, text: {{name: appendix.txt, sha256: {appendix}}}}}
claim_prefix: GA
"""
CLAIMS = """# a comment that stays
claim_id,line,section,quantity,statement,printed,value,unit,base,kind,formula,note,document
GA-001,2,A,women,Women,48,48,people,,count,,"kept, as it is",
GA-002,2,A,weekly,Weekly,12,12,people,,count,,,
GA-003,3,A,men,Men,12,12,people,,count,,,
GA-004,4,A,share,"Share
# in two lines",80%,80,%,,share,,,
GA-005,1,B,answered,Answered,12,12,people,,count,,,year_one
"""
# By hand: the fewest words that stand once, within a table's cell where that can be.
EXPECTED = {
    "GA-001": ("1", "48 women"),
    "GA-002": ("1", "came, 12"),
    "GA-003": ("2", "12 men"),
    "GA-004": ("2", "80%"),
    "GA-005": ("", "12"),
}


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    raw = tmp_path / "data" / "raw" / "garden"
    raw.mkdir(parents=True)
    (tmp_path / "params.yaml").write_text("{}\n", encoding="utf-8")
    (tmp_path / "report.txt").write_text(REPORT, encoding="utf-8")
    (tmp_path / "appendix.txt").write_text(APPENDIX, encoding="utf-8")
    hashes = {
        name: hashlib.sha256(text.encode()).hexdigest() for name, text in (("report", REPORT), ("appendix", APPENDIX))
    }
    (raw / "study.yaml").write_text(STUDY.format(**hashes), encoding="utf-8")
    (raw / "claims.csv").write_text(CLAIMS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_claim_has_its_page_and_its_words_in_its_own_document(project):
    assert main(["locate", "garden", "report.txt"]) == 0
    assert main(["locate", "garden", "appendix.txt", "--document", "year_one"]) == 0
    claims = load_study("garden", project).claims
    assert {name: (claim.page, claim.search) for name, claim in claims.items()} == EXPECTED
    assert claims["GA-005"].place == "B (year one, source line 1): search for “12”"
    assert claims["GA-003"].place == "A (page 2, source line 3): search for “12 men”"
    assert [claims.document_of(claims[name]).title for name in ("GA-001", "GA-005")] == ["Report", "First year"]
    text = (project / "data/raw/garden/claims.csv").read_text(encoding="utf-8")
    assert text.startswith("# a comment that stays\n") and '"kept, as it is"' in text
    before = text
    assert main(["locate", "garden", "report.txt"]) == 0  # what is filled stays
    assert (project / "data/raw/garden/claims.csv").read_text(encoding="utf-8") == before


def test_a_print_that_is_not_on_its_line_is_told_and_left(project, capsys):
    path = project / "data/raw/garden/claims.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("GA-003,3,", "GA-003,1,"), encoding="utf-8")
    assert main(["locate", "garden", "report.txt"]) == 1
    assert "GA-003: '12' does not stand on line 1" in capsys.readouterr().out
    assert load_study("garden", project).claims["GA-003"].search == ""


def test_another_text_and_an_unknown_document_are_refused(project, capsys):
    (project / "report.txt").write_text(REPORT + "more\n", encoding="utf-8")
    assert main(["locate", "garden", "report.txt"]) == 1
    assert "SHA-256" in capsys.readouterr().err
    assert main(["locate", "garden", "appendix.txt", "--document", "year_two"]) == 1
    assert "one of year_one" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("document", "year_two"),
        ("search", "words without it"),
        ("search", "12 of them who came weekly"),
        ("page", "page"),
    ],
)
def test_what_cannot_be_is_refused(project, column, cell):
    rows = [
        "claim_id,line,section,quantity,statement,printed,value,unit,base,kind,formula,note",
        "GA-002,2,A,weekly,W,12,12,people,,count,,",
    ]
    text = f"{rows[0]},{column}\n{rows[1]},{cell}\n"
    (project / "data/raw/garden/claims.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        len(load_study("garden", project).claims)
    assert column in str(refused.value) or "words to search for" in str(refused.value)


def test_of_words_that_stand_often_the_rarest_are_taken():
    assert words_to_search("a 7 b", "7", "a 7 b c 7 b") == "a 7"
    assert words_to_search("a 7 b", "8", "a 7 b") == ""


@pytest.mark.parametrize("study_id", SOURCES)
def test_the_ledgers_of_the_project_lead_to_their_figures(study_id):
    """Every claim has words, few, that stand in the text; nearly all stand there once; the hash is that of the text."""
    folder = Path(os.environ.get("ANALYSIS_SOURCES", ROOT.parent / "shared" / "sources"))
    if not folder.is_dir():
        pytest.skip(f"no sources at {folder}; set ANALYSIS_SOURCES to the folder that holds them")
    study = load_study(study_id, ROOT)
    path = folder / SOURCES[study_id]
    assert study.info.source.text.name == path.name
    assert study.info.source.text.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    whole = " ".join(
        path.read_text(encoding="utf-8").replace("*", " ").replace("✓", " ").replace("•", " ").replace("|", " ").split()
    ).lower()
    times = {name: whole.count(claim.search.lower()) for name, claim in study.claims.claims.items()}
    assert all(claim.search and len(claim.search.split()) <= MOST_WORDS for claim in study.claims.claims.values())
    assert [name for name, count in times.items() if count == 0] == []
    assert sum(count == 1 for count in times.values()) >= 0.94 * len(times) and max(times.values()) <= MOST_OFTEN


def test_the_page_names_the_texts_and_each_row_its_document(project):
    study = load_study("garden", project)
    audited = audit_claims(study.claims, AuditPlan())
    said = view.texts(Appendix("garden", "08_claims_audit", project), audited).plain
    assert f"of Report those of report.txt (SHA-256 {study.info.source.text.sha256})" in said and "appendix.txt" in said
    row = str(view.sources_and_chains(audited)["GA-005"])
    assert "First year, 2020" in row and "appendix.txt" in row and "report.txt" not in row
