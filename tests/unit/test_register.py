"""The assumption registers as they stand."""

from pathlib import Path

import pytest

from analysis.study import load_study

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
