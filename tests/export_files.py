"""Small management information exports for tests, written as CSV files."""

from collections.abc import Mapping
from pathlib import Path

from analysis.participants.exports import FOLDER, read_export
from analysis.programme.monitoring import Monitoring, known_on
from analysis.programme.rules import read_rules
from analysis.study import load_study

ROOT = Path(__file__).resolve().parents[1]
STUDY = "a_study"


def write_export_files(root: Path, tables: Mapping[str, str], layout: str = "") -> Path:
    """Write the tables (name: CSV text) into the export folder of a study below `root`; returns the study's folder."""
    place = root / STUDY / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        (place / f"{name}.csv").write_text(
            "\n".join(line.strip() for line in text.strip().splitlines()) + "\n", encoding="utf-8"
        )
    if layout:
        (place / "records.yaml").write_text(layout, encoding="utf-8")
    return root / STUDY


def monitoring(root: Path, tables: Mapping[str, str], as_of: str = "", layout: str = "") -> Monitoring:
    """Such an export as known on a day, by the counting rules of Connecting Opportunities."""
    printed = load_study("connecting_opportunities", ROOT)
    export = read_export(write_export_files(root, tables, layout), STUDY, root)
    assert export is not None
    return known_on(export, read_rules(printed), printed, as_of)
