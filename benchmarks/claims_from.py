"""How much of the ledgers of both sources a draft by `analysis claims-from` holds, and what a person must delete of it.

A claim counts as in the draft if a row of its own has its line and its value. Reads ../shared/sources, or the folder that
ANALYSIS_SOURCES names; where there is none it says so.
"""

import os
from collections import Counter
from pathlib import Path

from analysis.files import read_csv
from analysis.study.claims import COLUMNS, OPTIONAL
from analysis.tools.claims_from import HARDLY, claims_from

ROOT = Path(__file__).resolve().parents[1]
SOURCES = {"coproduction": "coproduction_paper.txt", "connecting_opportunities": "connecting_opportunities_report.txt"}


def main() -> dict[str, object]:
    """Measure both sources; prints one line each and returns the figures."""
    folder = Path(os.environ.get("ANALYSIS_SOURCES", ROOT.parent / "shared" / "sources"))
    if not folder.is_dir():
        print(f"not measured: no sources at {folder.name}; set ANALYSIS_SOURCES to the folder that holds them")
        return {}
    found = {study: measure(study, folder / file) for study, file in SOURCES.items()}
    for study, row in found.items():
        print(study, row)
    return dict(found)


def measure(study: str, source: Path) -> dict[str, object]:
    """Claims, rows of the draft, claims whose line and value are in it, and rows that are no claim's."""
    ledger = ROOT / "data" / "raw" / study / "claims.csv"
    claims = [row for _, row in read_csv(ledger, ledger.name, COLUMNS, OPTIONAL)]
    rows = claims_from(source)
    left = Counter((each.line, each.value) for each in rows)
    met = 0
    for claim in claims:
        key = (int(claim["line"]), _plain(claim["value"]))
        met += left[key] > 0
        left[key] -= left[key] > 0
    delete = len(rows) - met
    told = sum(HARDLY in each.note for each in rows)
    return {
        "claims": len(claims), "rows": len(rows), "in the draft": met, "share": round(met / len(claims), 4),
        "to delete": delete, "of these told as such": told,
    }  # fmt: skip


def _plain(value: str) -> str:
    return value.removesuffix(".0")


if __name__ == "__main__":
    main()
