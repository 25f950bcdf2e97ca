"""What an audit holds against a figure is said below whatever shows it; ledger, counts, charts and findings agree."""

from collections import Counter
from pathlib import Path

import pytest

from analysis import audit
from analysis.audit.verdicts import Verdict
from analysis.pipeline.contradicted_figures import Doubt, doubts_of, with_doubts
from analysis.reporting import Appendix, record
from analysis.reporting.nodes import number, paragraph, plain, walk
from analysis.reporting.page import page_of
from analysis.results import Kind, Result, ResultStore
from analysis.study import load_study

ROOT = Path(__file__).resolve().parents[2]

# A table row with a count, and a share computed from it; the audit recomputes the count as 511.
COUNT = Result("claim:AB-001", "People", 501, "people", Kind.PUBLISHED, source="Results (line 1)")
SHARE = Result("share", "Share", 27, "%", Kind.RECOMPUTED, inputs=("claim:AB-001", "claim:AB-002"), function="f")
OTHER = Result("other", "Other", 5, "people", Kind.RECOMPUTED, function="f")
AGAIN = Result("claim:AB-001.recomputed", "People, recomputed", 511, "people", Kind.RECOMPUTED, function="f")
DOUBTS = {
    "AB-001": Doubt("AB-001", "People who left", Verdict.INCONSISTENT, AGAIN.id),
    "AB-003": Doubt("AB-003", "Not on this page", Verdict.IN_QUESTION),
}


def store(*results: Result) -> ResultStore:
    made = ResultStore()
    made.add(results)
    return made


def at(name: str) -> str:
    return f"08_claims_audit.html#from-{name}"


def page(*shown: str):
    blocks = [paragraph(["It is ", number(name), "."]) for name in shown]
    return page_of("appendix.html.j2", blocks, store(COUNT, SHARE, OTHER), {"entries": []})


@pytest.mark.parametrize("shown", ["claim:AB-001", "share"])
def test_a_doubted_figure_and_what_is_computed_from_it_are_followed_by_a_note(shown):
    marked = with_doubts(page("other", shown), DOUBTS, store(AGAIN), at)
    *_, note = marked["blocks"]
    results = ResultStore.of_records(marked["results"]).by_id
    assert len(marked["blocks"]) == 3 and note["css"] == "note"
    assert (
        plain(note["of"], results)
        == "Cannot be true together with what else is published: AB-001 (People who left; recomputed as 511). "
    )
    assert [node["href"] for node in walk([note]) if node["type"] == "link"] == ["claims.html#claim-AB-001"]
    assert [node["href"] for node in walk([note]) if node["type"] == "number"] == [at(AGAIN.id)]


def test_paragraphs_in_a_row_have_one_note_and_a_claim_is_told_in_full_once():
    """Two paragraphs, a table with its code, two more: three notes, each below all it is for; only the first says what the claim is."""
    one, two = (paragraph(["It is ", number(name), "."]) for name in ("claim:AB-001", "share"))
    source, shown = {"type": "source", "code": "show(t)"}, {"type": "group", "of": [one]}
    whole = page_of("appendix.html.j2", [one, two, shown, source, two, one], store(COUNT, SHARE), {"entries": []})
    marked = with_doubts(whole, DOUBTS, store(AGAIN), at)
    results = ResultStore.of_records(marked["results"]).by_id
    notes = {place: block for place, block in enumerate(marked["blocks"]) if block.get("css") == "note"}
    head = "Cannot be true together with what else is published: AB-001"
    assert {place: plain(note["of"], results) for place, note in notes.items()} == {
        2: f"{head} (People who left; recomputed as 511). ",
        5: f"{head}. ",
        8: f"{head}. ",
    }


def test_a_page_without_doubted_figures_stays_as_it_is():
    whole = page("other")
    assert with_doubts(whole, DOUBTS, store(AGAIN), at) is whole


def test_a_study_without_an_audit_has_no_doubts(tmp_path):
    assert doubts_of(tmp_path, tmp_path) == {}


@pytest.mark.parametrize("study_id", ["coproduction", "connecting_opportunities"])
def test_ledger_counts_chart_table_and_findings_agree(study_id, tmp_path):
    audited = audit.audit_study(load_study(study_id, ROOT))
    expected = Counter(str(found.verdict) for found in audited.verdicts)
    shown, verdicts = Appendix(study_id, "08_claims_audit", ROOT), audit.verdicts_of(audited)
    record(audit.tally(verdicts, audit.checks_of(audited), audit.findings_of(audited)))
    counts = {name: shown.find(f"audit.verdicts.{name.replace(' ', '_')}").value for name in expected}
    bars = audit.verdict_counts(verdicts)["claims"]
    verdicts[audit.CLAIM_COLUMNS].to_csv(tmp_path / "claims.csv", index=False)
    doubted = doubts_of(tmp_path, tmp_path)
    assert counts == expected == Counter(verdicts["verdict"])
    assert dict(bars[bars > 0]) == {name.capitalize(): count for name, count in expected.items()} and len(bars) == len(
        Verdict
    )
    assert Counter(str(doubt.verdict) for doubt in doubted.values()) == {
        name: count for name, count in expected.items() if name in ("inconsistent", "in question")
    }
    assert {name for entry in audited.standing for name in entry.inconsistent} == {
        name for name, doubt in doubted.items() if doubt.verdict is Verdict.INCONSISTENT
    }


def test_index_overview_and_summary_take_every_verdict_from_the_results_of_the_audit():
    from analysis.companions.overview import VERDICTS
    from analysis.pipeline.publish import HEADLINES

    names = {str(verdict).replace(" ", "_") for verdict in Verdict}
    assert set(VERDICTS) == names == {key.rpartition(".")[2] for key in HEADLINES if key.startswith("audit.verdicts.")}


def test_the_rows_of_the_report_that_cannot_be_true_are_called_so():
    """By hand, each with its reason in the ledger's remark or in the finding that names it."""
    found = audit.audit_study(load_study("connecting_opportunities", ROOT))
    numbers = "026 027 035 038 051 052 086 106 156 159 164 169 172 195 205 206 227 273 274 275 280 281 282 287 288 314"
    expected = {f"CO-{name}" for name in f"{numbers} 324 325 326 327 336".split()}
    assert set(audit.inconsistent(audit.verdicts_of(found)).index) == expected
    assert len(expected) == 31  # and one of the paper
