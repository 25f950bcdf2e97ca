"""The frames of an audit: each is an ordinary frame to filter, says what it holds, and its numbers rest on what they follow from."""

from pathlib import Path

import pandas as pd
import pytest

from analysis import audit
from analysis.audit.checks import Outcome
from analysis.audit.plan import AuditPlan
from analysis.audit.run import Audit, audit_claims
from analysis.audit.verdicts import Problem
from analysis.described import description
from analysis.reporting import Appendix, record, show
from analysis.reporting.nodes import walk
from analysis.reporting.views import audit as view
from analysis.study import load_study
from analysis.study.claims import COLUMNS, Ledger

ROOT = Path(__file__).resolve().parents[2]

# Of 1,875 people 965 are women, which is 51.5 %, and printed as 52 %; the parts 965 and 900 are 1,865.
STUDY = """
id: a_study
title: A study
programme: Made up.
place: Nowhere
source: {producer: made up, title: made up, licence: made up, published: null, address: null}
period: {start: "2020", end: "2021"}
claim_prefix: AB
"""
CLAIMS = """claim_id,line,section,quantity,statement,printed,value,unit,base,kind,formula,note
AB-001,1,Summary,people,People,1875,1875,people,,count,,
AB-002,2,Results,women,Women,965,965,people,,count,,
AB-003,3,Results,share,Share of women,52%,52,%,AB-001,share,claim:AB-002 / claim:AB-001 * 100,
AB-004,4,Results,men,Men,900,900,people,,count,,
AB-005,5,Results,start,First day,2020-01-01,2020-01-01,date,,date,,
AB-006,6,Results,ill,Share of the ill,54%,54,%,,share,claim:AB-004 / claim:AB-001 * 100,
"""
PLAN = """
totals: [{id: parts, label: Women and men, total: AB-001, parts: [AB-002, AB-004]}]
findings: [{id: ten, title: Ten are missing, severity: headline, words: "Ten.", claims: [AB-001], checks: [parts]}]
"""


@pytest.fixture(scope="module")
def audited(tmp_path_factory) -> Audit:
    root = tmp_path_factory.mktemp("project")
    raw = root / "data" / "raw" / "a_study"
    raw.mkdir(parents=True)
    for name, text in (("study.yaml", STUDY), ("claims.csv", CLAIMS), ("audit.yaml", PLAN)):
        (raw / name).write_text(text, encoding="utf-8")
    return audit.audit_study(load_study("a_study", root))


def test_verdicts_can_be_filtered_and_rest_on_the_files_of_the_audit(audited):
    verdicts = audit.verdicts_of(audited)
    assert list(verdicts)[:12] == list(COLUMNS) and not set(audit.CLAIM_COLUMNS) - set(verdicts)
    assert verdicts[verdicts["recomputed"] > 50].index.tolist() == ["AB-003"]
    assert verdicts.loc["AB-003", "recomputed"] == pytest.approx(100 * 965 / 1875)
    assert verdicts["severity"].to_dict()["AB-001"] == "headline" and verdicts.loc["AB-004", "severity"] == ""
    files = ("data/raw/a_study/claims.csv", "data/raw/a_study/audit.yaml")
    assert description(verdicts).inputs == files == description(audit.verdict_counts(verdicts)).inputs


def test_what_is_wrong_and_what_has_an_open_base(audited):
    verdicts = audit.verdicts_of(audited)
    wrong = audit.inconsistent(verdicts)
    assert wrong["problem"].to_dict() == {"AB-003": Problem.SHARE}
    assert audit.open_bases(verdicts).index.tolist() == ["AB-006"]  # 900 of 1,875 is 48 %, of another base perhaps 54 %


def test_doubted_claims_are_counted_by_chapter_which_is_what_stands_before_the_stroke():
    """Two of the three claims of Results are doubted, in two sections of it, and the one of the Summary; the chapter on dates has none."""
    rows = [("Summary / Key", "in question"), ("Results / A", "inconsistent"), ("Dates", "consistent")]
    rows += [("Results / B", "in question"), ("Results / B", "reproduced")]
    frame = pd.DataFrame(rows, columns=["section", "verdict"])
    chapters = audit.doubted_by_chapter(frame)
    assert chapters.to_dict("index") == {"Summary": {"doubted": 1, "claims": 1}, "Results": {"doubted": 2, "claims": 3}}
    assert audit.doubted_by_chapter(frame[1:]) is None  # one chapter is no comparison


def test_problems_stand_in_their_order():
    verdicts = audit.verdicts_of(audit.audit_study(load_study("connecting_opportunities", ROOT)))
    order = [list(Problem).index(problem) for problem in audit.inconsistent(verdicts)["problem"]]
    assert order == sorted(order) and len(set(order)) > 1


def test_checks_by_outcome_and_what_their_figures_rest_on(audited, tmp_path):
    checks, figures = audit.checks_of(audited), audit.figures_of(audited)
    assert checks[checks["outcome"] == Outcome.FAILS].index.tolist() == ["parts"]
    assert (checks.loc["parts", "claims"], checks.loc["parts", "disputed"]) == ("AB-001 AB-002 AB-004",) * 2
    page = Appendix("a_study", "08_claims_audit", tmp_path)
    record(figures)
    total, share = page.store["audit.parts.sum"], page.store["claim:AB-003.recomputed"]
    assert (total.value, total.inputs) == (1865, ("claim:AB-001", "claim:AB-002", "claim:AB-004"))
    assert (total.function, share.function) == (
        "analysis.audit.totals.check_total",
        "analysis.audit.verdicts.recompute",
    )
    assert (share.text, share.inputs, share.unit) == ("51.47%", ("claim:AB-002", "claim:AB-001"), "%")


def test_tallies_by_hand(audited):
    counts = audit.tally(audit.verdicts_of(audited), audit.checks_of(audited), audit.findings_of(audited))["value"]
    assert counts["audit.claims"] == 6 and counts["audit.results.all"] == 5  # all but the date
    assert (
        counts["audit.verdicts.inconsistent"] == 1 and counts["audit.verdicts.in_question"] == 3
    )  # the parts and their sum
    assert (counts["audit.checks.fails"], counts["audit.checks.by.totals_check_total"]) == (1, 1)
    assert (counts["audit.findings.headline"], counts["audit.findings.all"]) == (
        1,
        2,
    )  # and the share that nothing explains


def test_a_ledger_in_which_nothing_can_be_planted_has_no_frame_of_trials(audited):
    first = {"AB-005": audited.claims["AB-005"]}
    assert audit.planted_errors(audit_claims(Ledger(first, audited.claims.rows, ""), AuditPlan()), 1, 1) is None
    trials = audit.planted_errors(audited, 2, 1)
    assert trials.loc["all kinds", ["planted", "harmless"]].tolist() == [2, 2] and trials["beside"].iloc[0]


def test_a_row_of_the_ledger_opens_to_its_chain_and_links_to_its_findings(audited, tmp_path):
    page = Appendix("a_study", "08_claims_audit", tmp_path)
    view.record_claims(page, audited.claims)
    record(audit.figures_of(audited))
    folds, verdicts = view.sources_and_chains(audited), audit.verdicts_of(audited)
    shown = show(
        verdicts,
        "All.",
        columns=["statement", "printed", "recomputed"],
        anchor="claim",
        filters=["verdict"],
        folds=folds,
    )
    rows = {node["anchor"]: node for node in walk(list(shown.blocks)) if node["type"] == "row"}
    assert rows["claim-AB-003"]["data"] == {"verdict": "inconsistent"}
    links = [node["href"] for node in walk([rows["claim-AB-003"]]) if node["type"] == "link"]
    assert links == ["#claim-AB-002", "#claim-AB-001", "#finding-claim_ab_003"]
    numbers = [node["id"] for node in walk([rows["claim-AB-003"]]) if node["type"] == "number"]
    assert numbers[:2] == ["claim:AB-003", "claim:AB-003.recomputed"]
