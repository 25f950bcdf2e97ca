"""The audit: what each printed figure can be checked against, and what comes out.

`audit_study` judges every claim of a study, makes every check of several claims, and gathers findings. What it came to are
frames that say what they hold (`analysis.audit.frames`, `analysis.described`).
"""

from analysis.audit.frames import (
    CLAIM_COLUMNS,
    FINDING_COLUMNS,
    checks_of,
    doubted_by_chapter,
    figures_of,
    findings_of,
    inconsistent,
    open_bases,
    planted_errors,
    tally,
    tally_of_planted,
    verdict_counts,
    verdicts_of,
)
from analysis.audit.methods import methods
from analysis.audit.run import audit_study

__all__ = [
    "CLAIM_COLUMNS",
    "FINDING_COLUMNS",
    "audit_study",
    "checks_of",
    "doubted_by_chapter",
    "figures_of",
    "findings_of",
    "inconsistent",
    "methods",
    "open_bases",
    "planted_errors",
    "tally",
    "tally_of_planted",
    "verdict_counts",
    "verdicts_of",
]
