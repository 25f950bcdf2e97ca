"""The findings as authors could act on them: what does not fit, with its arithmetic, and what would resolve it."""

from collections.abc import Iterable

import pandas as pd

from analysis.audit.run import SEVERITIES, Standing
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.prose import named
from analysis.reporting.tables import RowExtra
from analysis.reporting.views.audit_checks import told_apart
from analysis.results import Column, Kind, Result, write_csv
from analysis.study import Study

_STANDING = "analysis.audit.run.standing_findings"
_SEVERITY_WORDS = {
    "headline": "Touches a headline: a figure of the summary, or the ratio",
    "table": "Touches a table or the figures of a section",
    "wording": "Touches wording, labels or dates only",
}


def record_findings(page: Appendix, stands: Iterable[Standing]) -> None:
    """Record the number of findings by severity."""
    kept = [entry.finding.severity for entry in stands]
    counts = {severity: kept.count(severity) for severity in SEVERITIES} | {"all": len(kept)}
    page.add(
        Result(f"audit.findings.{name}", f"Findings: {name}", count, "findings", Kind.TALLY, function=_STANDING)
        for name, count in counts.items()
    )


def findings_answer() -> str:
    """The opening of the summary, as a template over the recorded counts."""
    return (
        "{audit.findings.all|bare} findings, the most severe first: {audit.findings.headline|bare} touch a headline, "
        "{audit.findings.table|bare} a table, {audit.findings.wording|bare} wording only. Each gathers the claims that one "
        "cause would explain. How a figure came to be so is an inference, and is marked as one; the arithmetic is not."
    )


def findings_table(page: Appendix, stands: Iterable[Standing]) -> Display:
    """Table of the findings by severity: what does not fit, an inference where there is one, and a correction."""
    kept = list(stands)
    if not kept:
        return page.say("There is no finding.")
    titles = told_apart([(e.finding.title, ", ".join(e.finding.claims), e.finding.id) for e in kept])
    frame = pd.DataFrame([_row(entry) for entry in kept], index=pd.Index(titles, name="finding"))
    columns = {
        "severity": Column("Severity"),
        "words": Column("What does not fit"),
        "correction": Column("What would resolve it"),
        "claims": Column("Claims"),
    }
    extras = {title: RowExtra(f"finding-{entry.finding.id}") for title, entry in zip(titles, kept, strict=True)}
    return page.table(
        "findings",
        frame,
        columns,
        "Findings by severity, with the correction that would resolve each.",
        row_header="Finding",
        group_by="severity",
        text={"words": "rich", "claims": "rich", "correction": "rich"},
        extras=extras,
    )


def _row(entry: Standing) -> dict[str, str]:
    finding = entry.finding
    inference = f" *An inference:* {finding.inference}" if finding.inference else ""
    return {
        "severity": _SEVERITY_WORDS[finding.severity],
        "words": f"{finding.words}{inference}",
        "correction": finding.correction,
        "claims": ", ".join(f"[{{={claim}}}](#claim-{claim})" for claim in finding.claims),
    }


def write_findings(page: Appendix, study: Study, stands: Iterable[Standing]) -> Display:
    """Write `data/processed/<study>/findings.csv`: one row for each finding, its words with the figures in them."""
    rows = [
        {
            "finding": entry.finding.id,
            "severity": entry.finding.severity,
            "title": entry.finding.title,
            "words": page.say(entry.finding.words).plain,
            "inference": entry.finding.inference,
            "correction": entry.finding.correction,
            "claims": " ".join(entry.finding.claims),
            "inconsistent": " ".join(entry.inconsistent),
            "checks": "; ".join(f"{check.id}: {check.outcome}" for check in entry.checks),
        }
        for entry in stands
    ]
    columns = ["finding", "severity", "title", "words", "inference", "correction", "claims", "inconsistent", "checks"]
    write_csv(study.output / "findings.csv", pd.DataFrame(rows, columns=columns, dtype=object))
    return page.say(
        f"The same [as a page of its own](findings.html), to hand on or print, and as a table: "
        f"{named(f'data/processed/{study.id}/findings.csv')}."
    )
