"""The ledgers as they stand: complete, in step with the sources' text, and each figure what its print says."""

from pathlib import Path

import pytest

from analysis.audit.changes import reprinted
from analysis.audit.verdicts import agree
from analysis.study import load_study
from analysis.study.claims import Claim, published
from analysis.study.formulas import compute

ROOT = Path(__file__).resolve().parents[2]
LEAST = {"coproduction": 90, "connecting_opportunities": 330}
SOURCE_FILES = {
    "coproduction": "coproduction_paper.txt",
    "connecting_opportunities": "connecting_opportunities_report.txt",
}


@pytest.fixture(params=sorted(LEAST))
def study(request):
    return load_study(request.param, ROOT)


@pytest.fixture
def source_lines(study, reference_data):
    return (reference_data.parent / "sources" / SOURCE_FILES[study.id]).read_text(encoding="utf-8").split("\n")


def test_the_ledger_is_complete_in_number(study):
    assert len(study.claims) >= LEAST[study.id]


def test_every_print_stands_on_its_line(study, source_lines):
    squeezed = [" ".join(line.split()) for line in source_lines]
    missing = [c.claim_id for c in study.claims.values() if " ".join(c.printed.split()) not in squeezed[c.line - 1]]
    assert missing == []


def test_no_statement_is_a_sentence_of_the_source(study, source_lines):
    text = " ".join(" ".join(source_lines).split()).lower()
    copied = [
        c.claim_id
        for c in study.claims.values()
        if len(c.statement.split()) > 7 and c.statement.lower().rstrip(".") in text
    ]
    assert copied == []


def test_every_digit_of_the_source_is_a_claim_or_is_left_out_for_a_reason(study, source_lines):
    left_out = study.table("not_claims.csv", ("line", "text", "reason"))
    texts: dict[int, list[str]] = {}
    for claim in study.claims.values():
        texts.setdefault(claim.line, []).append(claim.printed)
    for _, row in left_out:
        texts.setdefault(int(row["line"]), []).append(row["text"])
    bare = {number: masked(line, texts.get(number, [])) for number, line in enumerate(source_lines, start=1)}
    assert {number: line for number, line in bare.items() if any(c.isdigit() for c in line)} == {}


def masked(line: str, texts: list[str]) -> str:
    """A line without the texts, each taken away once, the longest first."""
    for text in sorted(texts, key=len, reverse=True):
        line = line.replace(text, " ", 1)
    return line


def test_an_impossible_value_is_refused():
    fields = dict.fromkeys(Claim.model_fields, "") | {
        "claim_id": "CO-001",
        "line": 1,
        "section": "s",
        "quantity": "q",
        "statement": "t",
        "printed": "£1.2 million",
        "value": "1200000",
        "unit": "GBP",
        "kind": "money",
    }
    assert Claim.model_validate(fields).number == 1_200_000
    with pytest.raises(ValueError, match="gives"):
        Claim.model_validate(fields | {"value": "12000000"})


def test_ranges_and_damaged_print():
    fields = dict.fromkeys(Claim.model_fields, "") | {
        "claim_id": "CO-001",
        "line": 1,
        "section": "s",
        "quantity": "q",
        "statement": "t",
        "unit": "weeks",
        "kind": "duration",
    }
    span = Claim.model_validate(fields | {"printed": "4/5", "value": "4..5"})
    assert (span.number, span.interval.low, span.interval.high) == (None, 4, 5)
    share = fields | {"unit": "%", "kind": "share"}
    damaged = Claim.model_validate(share | {"printed": "740/6", "value": "74", "note": "text damaged"})
    assert (damaged.number, damaged.interval.low, damaged.interval.high) == (74, 73.5, 74.5)
    assert damaged.read_by_hand and not span.as_printed
    assert published(damaged).text == "740/6 (read as 74%)"
    word = Claim.model_validate(share | {"printed": "most", "value": "50..100"})
    assert word.read_by_hand and not Claim.model_validate(share | {"printed": "over 50%", "value": "50"}).read_by_hand
    assert published(word).text == "most"


READ = [  # print, value, unit, and what the message says (empty: it is read)
    ("two thirds", "66.7", "%", ""),
    ("two thirds", "0.67", "ratio", ""),
    ("two thirds", "76", "%", "gives"),
    ("1 in 4", "25", "%", ""),
    ("€15", "15", "EUR", ""),
    ("3,50 €", "350", "EUR", "gives"),
    ("1,5", "15", "EUR", "gives"),
    ("182.400 €", "182400", "EUR", ""),
    ("182.400", "182.4", "kg", ""),
    ("182.400 €", "18240", "EUR", "gives"),
    ("12.000 to 15.500 €", "12000..15500", "EUR", ""),
    ("0.042", "42", "EUR", "gives"),
    ("£3 to £8", "3..8", "GBP", ""),
    ("1.0 to 3.0", "1.0..3.0", "hours", ""),  # no ratio to one
    ("2,1 bis 3,4", "2.1..3.4", "EUR", ""),
    ("£3 to £8", "5.5", "GBP", "the range that '£3 to £8' gives, 3..8"),
    ("£3 to £8", "3..9", "GBP", "the range"),
    ("25%", "20..30", "%", "gives"),
    ("3.21 (0.92)", "3.21", "points", ""),  # two figures, of which the value is one: its row says so
    ("£35O", "350", "GBP", "a note that says how"),
    ("740/6", "74", "%", "a note that says how"),
    ("Quarterly", "3", "months", ""),
    ("12", "nan", "people", "value to be a number"),
]


@pytest.mark.parametrize(("printed", "value", "unit", "message"), READ)
def test_a_print_is_read_with_its_words_or_its_row_says_how(printed, value, unit, message):
    fields = dict.fromkeys(Claim.model_fields, "") | {
        "claim_id": "CO-001", "line": 1, "section": "s", "quantity": "q", "statement": "t", "kind": "reference"
    }  # fmt: skip
    given = fields | {"printed": printed, "value": value, "unit": unit}
    if message:
        with pytest.raises(ValueError, match=message.replace("(", r"\(")):
            Claim.model_validate(given)
    else:
        assert Claim.model_validate(given).interval is not None


def test_formula_ranges_enclose_their_value(study):
    for claim in study.claims.values():
        if claim.expression is not None and claim.number is not None:
            found = compute(claim.expression, study.claims)
            assert found.interval.low <= found.value <= found.interval.high


@pytest.mark.parametrize(
    ("column", "value"), [("scale", "5..1"), ("scale", "1-5"), ("items", "0"), ("items", "seven"), ("answers", "yes")]
)
def test_what_the_ledger_says_of_the_parts_of_a_mean_is_checked(column, value):
    fields = dict.fromkeys(Claim.model_fields, "") | {
        "claim_id": "CO-001", "line": 1, "section": "s", "quantity": "q", "statement": "t", "kind": "score"
    }  # fmt: skip
    fields |= {"printed": "3.2", "value": "3.2", "unit": "points"}
    assert Claim.model_validate(fields | {"answers": "whole", "items": "7", "scale": "1..5"}).scale == "1..5"
    with pytest.raises(ValueError, match=column):
        Claim.model_validate(fields | {column: value})


def test_a_point_before_three_digits_separates_what_the_value_says():
    """182.400 € to the euro is 182,399.5 to 182,400.5, and to the gram 182.3995 to 182.4005; prints agree by it."""
    fields = dict.fromkeys(Claim.model_fields, "") | {
        "claim_id": "CO-001", "line": 1, "section": "s", "quantity": "q", "statement": "t", "kind": "money"
    }  # fmt: skip
    euros = Claim.model_validate(fields | {"printed": "182.400 €", "value": "182400", "unit": "EUR"})
    weight = Claim.model_validate(fields | {"printed": "182.400", "value": "182.4", "unit": "kg"})
    assert (euros.interval.low, euros.interval.high) == (182399.5, 182400.5)
    assert (weight.interval.low, weight.interval.high) == pytest.approx((182.3995, 182.4005))
    assert agree(euros, Claim.model_validate(fields | {"printed": "€182,400", "value": "182400", "unit": "EUR"}))
    assert reprinted(euros, "182.401 €").number == 182401
