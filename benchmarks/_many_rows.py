"""Made-up ledgers of any number of claims and registers of any number of assumptions. No source prints them."""

import csv
import json
from pathlib import Path

STUDY = """\
id: {name}
title: A made-up study that is to grow
programme: Made up to measure how time grows; nobody's figures.
place: nowhere
claim_prefix: GR
source: {{producer: this project, title: made-up figures}}
example: true
"""
CLAIM = "claim_id line section quantity statement printed value unit base kind formula note".split()
SIZES = (120, 45, 30, 22)  # of the groups of people that every six claims divide
VALUE_MAP = (
    "row kind stakeholder outcome indicator quantity change duration start proxy proxy_source deadweight displacement attribution "
    "drop_off beneficiaries counterfactual evidence_level negative_sought note"
).split()


def write_claims(study: Path, claims: int) -> None:
    """Write a study with a ledger of about so many claims: in groups of six a whole, its three parts, a sum and a share."""
    rows = [row for group in range(max(claims // 6, 1)) for row in _six(group)]
    _write(study, CLAIM, rows, "claims.csv")


def _six(group: int) -> list[list[object]]:
    first, (whole, *parts), section = 6 * group + 1, (size + group % 50 for size in SIZES), f"Section {group // 20 + 1}"
    ids = [f"GR-{number:05d}" for number in range(first, first + 6)]
    counts = [[ids[place], first + place, section, f"group_{group}_{place}", f"People of group {group}, part {place}", size, size,
               "people", "", "count", "", ""] for place, size in enumerate((whole, *parts))]  # fmt: skip
    total, share = sum(parts), round(100 * parts[0] / whole)
    total_formula, share_formula = (
        " + ".join(f"claim:{each}" for each in ids[1:4]),
        f"claim:{ids[1]} / claim:{ids[0]} * 100",
    )
    return [
        *counts,
        [ids[4], first + 4, section, f"sum_{group}", f"Parts of group {group} together", total, total, "people", "", "count", total_formula, ""],
        [ids[5], first + 5, section, f"share_{group}", f"Share of part one in group {group}", f"{share}%", share, "%", ids[0], "share",
         share_formula, ""],
    ]  # fmt: skip


def write_assumptions(study: Path, assumptions: int) -> None:
    """Write a study whose register has about so many assumptions, of which every three value one outcome of its value map."""
    outcomes = max((assumptions - 1) // 3, 1)
    ratio = ["GR-00001", 1, "Summary", "ratio", "Value for each pound", "£2", 2, "GBP", "", "ratio", "", ""]
    _write(study, CLAIM, [ratio], "claims.csv")
    entries = [_entry("total_cost", 50 * outcomes, "GBP")]
    rows: list[list[object]] = [["running", "cost", "Funder", "Running it", "Money spent", "total_cost", *[""] * 14]]
    for number in range(outcomes):
        entries += [
            _entry(f"people_{number}", 10, "people"),
            _entry(f"worth_{number}", 20, "GBP per person per year"),
            _entry(f"deadweight_{number}", 0.25, "share"),
        ]
        rows += [[f"outcome_{number}", "outcome", "Participants", f"Outcome {number}", "People better", f"people_{number}", "", 1, "",
                  f"worth_{number}", "made up", f"deadweight_{number}", "", "", "", "participants: 1", "", "", "", ""]]  # fmt: skip
    _write(study, VALUE_MAP, rows, "value_map.csv")
    # JSON is YAML; every size is written in the same way.
    (study / "assumptions.yaml").write_text(json.dumps({"assumptions": entries}, indent=1), encoding="utf-8")
    (study / "value_map.yaml").write_text('{price_year: 2016, discount_rate: "0.035"}\n', encoding="utf-8")
    told = {"headline": "GR-00001", "ratios": [{"scenario": "central", "all_costs": "GR-00001"}]}
    (study / "sroi.yaml").write_text(json.dumps(told), encoding="utf-8")


def _entry(name: str, value: float, unit: str) -> dict[str, object]:
    source = {
        "producer": "this project",
        "title": "made up",
        "published": 2017,
        "locator": "nowhere",
        "licence": "none needed",
    }
    return {
        "id": name, "label": f"Made-up {name.replace('_', ' ')}", "value": value, "unit": unit, "price_year": 2016 if unit.startswith("GBP") else None,
        "kind": "assumed", "low": 0.8 * value, "high": 1.2 * value, "distribution": "uniform", "why_range": "a fifth either way",
        "source": source, "evidence_grade": "D", "decided_by": "this project",
    }  # fmt: skip


def _write(study: Path, header: list[str], rows: list[list[object]], name: str) -> None:
    study.mkdir(parents=True, exist_ok=True)
    (study / "study.yaml").write_text(STUDY.format(name=study.name), encoding="utf-8")
    with (study / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
