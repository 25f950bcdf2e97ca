"""Small studies written for one test: a register, a value map and its settings, as a user would supply them."""

import csv
import io
from pathlib import Path

import yaml

from analysis.sroi.value_map import COLUMNS
from analysis.study import Study, load_study

INFO = {
    "id": "toy",
    "title": "A toy study",
    "programme": "Made for a test.",
    "place": "Nowhere",
    "period": {"start": "2020", "end": "2021"},
    "source": {"producer": "a test", "title": "A test", "published": 2020, "address": None, "licence": "none needed"},
    "claim_prefix": "TO",
    "example": True,
}
SOURCE = {
    "producer": "a test",
    "title": "A test",
    "published": 2020,
    "locator": "here",
    "address": None,
    "licence": "none needed",
}
CPI = Path(__file__).resolve().parents[1] / "data" / "raw" / "reference"
CLAIMS = "claim_id,line,section,quantity,statement,printed,value,unit,base,kind,formula,note\nTO-001,1,Toy,toy,A toy figure,1,1,people,,count,,\n"


def entry(
    name: str, value: float, unit: str = "ratio", low: float | None = None, high: float | None = None, **more
) -> dict:
    """One entry of a register; fixed unless it has a range."""
    low, high = value if low is None else low, value if high is None else high
    base = {
        "id": name,
        "label": name.replace("_", " "),
        "value": value,
        "unit": unit,
        "price_year": 2020 if unit.startswith("GBP") else None,
        "kind": "assumed",
        "low": low,
        "high": high,
        "distribution": "fixed" if low == high else "uniform",
        "why_range": "a test",
        "source": SOURCE,
        "evidence_grade": "D",
        "decided_by": "a test",
    }
    return base | more


def cost(amount: object = "cost", **more: object) -> dict:
    """A row of cost."""
    return {
        "row": "cost_row",
        "kind": "cost",
        "stakeholder": "Funders",
        "outcome": "Money spent",
        "quantity": amount,
    } | more


def outcome(row: str = "change", **more: object) -> dict:
    """A row of value."""
    return {"row": row, "kind": "outcome", "stakeholder": "Participants", "outcome": f"The outcome {row}"} | more


def write_study(
    root: Path, entries: list[dict], rows: list[dict], settings: dict | None = None, info: dict | None = None
) -> Study:
    """Write a study under `root` and open it."""
    info = INFO | (info or {})
    raw = root / "data" / "raw" / info["id"]
    raw.mkdir(parents=True, exist_ok=True)
    (root / "data" / "raw" / "reference").mkdir(exist_ok=True)
    for file in CPI.glob("uk_cpi_annual*"):
        (root / "data" / "raw" / "reference" / file.name).write_bytes(file.read_bytes())
    (raw / "study.yaml").write_text(yaml.safe_dump(info), encoding="utf-8")
    (raw / "claims.csv").write_text(CLAIMS, encoding="utf-8")
    (raw / "assumptions.yaml").write_text(yaml.safe_dump({"assumptions": entries}), encoding="utf-8")
    (raw / "value_map.yaml").write_text(yaml.safe_dump({"price_year": 2020} | (settings or {})), encoding="utf-8")
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    (raw / "value_map.csv").write_text(text.getvalue(), encoding="utf-8")
    return load_study(info["id"], root)
