"""The assumption registers as they stand."""

from pathlib import Path

import pytest
import yaml

from analysis.reporting.views.claims import entry_result
from analysis.study import load_study
from analysis.study.register import read_register

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=["coproduction", "connecting_opportunities"])
def register(request):
    return load_study(request.param, ROOT).register


def test_every_entry_has_a_source_and_a_reasoned_range(register):
    for entry in register.values():
        assert entry.source.producer and entry.source.title and entry.source.locator
        assert len(entry.why_range) > 20
        assert entry.low <= entry.value <= entry.high


@pytest.mark.parametrize(
    ("value", "unit"),
    [  # every modelling figure of the paper's valuation, by value and unit
        (13500, "GBP per year"),
        (273, "GBP per week"),
        (17300, "GBP per year"),
        (19000, "GBP"),
        (40, "GBP per contact"),
        (30, "GBP per contact"),
        (20, "GBP per contact"),
        (2.5, "hours"),
    ],
)
def test_the_paper_s_figures_are_entries(value, unit):
    entries = load_study("coproduction", ROOT).register.values()
    assert any(entry.value == value and entry.unit.startswith(unit) for entry in entries)


def test_a_published_entry_says_what_its_claim_prints():
    study = load_study("coproduction", ROOT)
    for entry in study.register.values():
        if entry.claim and entry.kind == "published" and (number := study.claims[entry.claim].number) is not None:
            possible = {
                number,
                number / 100,
                entry.low,
                entry.high,
            }  # percentages are kept as fractions; a high-only figure is an end
            assert number in (entry.value, entry.low, entry.high) or number / 100 in (
                entry.value,
                entry.low,
                entry.high,
            ), (entry.id, possible)


HALVED = [  # entry, new value, and whether it is still what the paper prints
    ("friends_contact_value_2011", 8650, False),
    ("friends_contact_value_2011", 17300, True),
    ("low_income_factor", 0.375, False),  # the paper prints 75%
    ("low_income_factor", 0.75, True),
    ("guided_learning_hours", 21, True),  # the paper prints 20-25
    ("guided_learning_hours", 11, False),
]


@pytest.mark.parametrize(("name", "value", "published"), HALVED)
def test_a_value_that_was_changed_is_assumed_and_says_what_was_published(name, value, published, tmp_path):
    study = load_study("coproduction", ROOT)
    content = yaml.safe_load((study.raw / "assumptions.yaml").read_text(encoding="utf-8"))
    entry = next(entry for entry in content["assumptions"] if entry["id"] == name)
    entry |= {"value": value, "low": min(value, entry["low"]), "high": max(value, entry["high"])}
    if entry["low"] < entry["high"] and entry["distribution"] == "fixed":
        entry["distribution"] = "uniform"
    path = tmp_path / "assumptions.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    read = read_register(path, "assumptions.yaml", study.claims)[name]
    shown = entry_result(read)
    assert shown.kind == ("published" if published else "assumed")
    printed = study.claims[entry["claim"]].printed
    assert (f"published {printed} ({entry['claim']})" in shown.source) is not published
    assert (entry["source"]["producer"] in shown.source) is published


def test_what_was_solved_for_or_chosen_here_is_not_put_down_to_the_authors(register):
    for entry in register.values():
        if entry.kind in ("calibrated", "assumed", "recomputed"):
            assert entry.attribution.startswith(entry.decided_by)
            assert entry.source.producer not in entry.attribution.replace(entry.decided_by, "")


def test_only_money_needs_a_price_year(tmp_path):
    entry = {
        "id": "better", "label": "People better", "value": 87, "unit": "people", "kind": "assumed", "low": 87, "high": 87,
        "distribution": "fixed", "why_range": "as counted", "evidence_grade": "B", "decided_by": "the report",
        "source": {"producer": "p", "title": "t", "published": None, "locator": "page 3", "licence": "cited"},
    }  # fmt: skip
    path = tmp_path / "assumptions.yaml"
    path.write_text(yaml.safe_dump({"assumptions": [entry]}), encoding="utf-8")
    assert read_register(path, "assumptions.yaml", frozenset())["better"].price_year is None
    path.write_text(yaml.safe_dump({"assumptions": [entry | {"unit": "EUR"}]}), encoding="utf-8")
    with pytest.raises(ValueError, match="price year"):
        read_register(path, "assumptions.yaml", frozenset())
