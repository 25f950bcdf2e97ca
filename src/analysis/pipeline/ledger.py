"""The ledger of all audited studies, made when pages are published from what their audits wrote."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from analysis.audit import CLAIM_COLUMNS, FINDING_COLUMNS
from analysis.audit.run import SEVERITIES
from analysis.errors import InputError
from analysis.files import read_csv, shown
from analysis.pipeline.parameters import planned_runs
from analysis.pipeline.provenance import sha256
from analysis.reporting.ledger_page import Audit, ledger_page
from analysis.reporting.page import PageData
from analysis.results import ResultStore
from analysis.study import load_study

AUDIT, CLAIMS = "08_claims_audit", "claims"  # the audit of a study, and the page beside it that holds the whole ledger


def ledger(root: Path) -> PageData:
    """The page `reports/ledger.html`, but for its commit."""
    studies = audited(root)
    files = [path for study in studies for path in _files(root, study)]
    colophon = {
        "How to make this page again": "python -m analysis publish",
        "Inputs, with SHA-256": {shown(path, root): sha256(path) for path in files},
    }
    return ledger_page([_audit(root, study) for study in studies], root, colophon)


def audited(root: Path) -> list[str]:
    """The studies that are audited; InputError names two of them whose claims would have the same ids."""
    studies = [study for notebook, study in planned_runs(root) if notebook == AUDIT]
    prefixes: dict[str, str] = {}
    for study in studies:
        prefix = load_study(study, root).info.claim_prefix
        other = prefixes.setdefault(prefix, study)
        if other != study:
            raise InputError(
                f"data/raw/{study}/study.yaml",
                column="claim_prefix",
                found=f"{prefix!r}, which data/raw/{other}/study.yaml has too",
                expected="capital letters that no other audited study's claims start with",
                action="give one of the two studies another prefix, in study.yaml and in the ids of its claims",
            )
    return studies


def _files(root: Path, study_id: str) -> Iterator[Path]:
    """What one study's rows are made from: the ledger of claims, and what its audit wrote."""
    processed = root / "data" / "processed" / study_id
    yield from (root / "data" / "raw" / study_id / "claims.csv", processed / "claims.csv", processed / "findings.csv")
    yield processed / "results" / f"{AUDIT}.json"


def _audit(root: Path, study_id: str) -> Audit:
    _, claims, findings, results = _files(root, study_id)
    verdicts = {row["claim_id"]: row["verdict"] for _, row in read_csv(claims, shown(claims, root), CLAIM_COLUMNS)}
    stands = [row for _, row in read_csv(findings, shown(findings, root), FINDING_COLUMNS)]
    return Audit(
        load_study(study_id, root), verdicts, _severity(stands), ResultStore.read(results), f"{study_id}/{CLAIMS}.html"
    )


def _severity(findings: Iterable[dict[str, str]]) -> dict[str, str]:
    """The severest finding that names each claim."""
    ordered = sorted(
        findings, key=lambda row: SEVERITIES.index(row["severity"]), reverse=True
    )  # so that the severest comes last
    return {claim: row["severity"] for row in ordered for claim in row["claims"].split()}
