"""Every digit of both sources is in a claim of its line, or on the list of what was left out and why."""

import csv
import os
import re
from pathlib import Path

import pytest

from analysis.study import load_study

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {"coproduction": "coproduction_paper.txt", "connecting_opportunities": "connecting_opportunities_report.txt"}
REASONS = {"contents page", "citation", "address", "list numbering", "name", "course title", "idiom"}


@pytest.fixture(params=SOURCES)
def source(request) -> tuple[str, list[str]]:
    """A study's id and the lines of its source, blanks collapsed."""
    folder = Path(os.environ.get("ANALYSIS_SOURCES", ROOT.parent / "shared" / "sources"))
    path = folder / SOURCES[request.param]
    if not path.is_file():
        pytest.skip(f"no {path.name} at {folder}; set ANALYSIS_SOURCES to the folder that holds the published sources")
    return request.param, [" ".join(line.split()) for line in path.read_text(encoding="utf-8").splitlines()]


def accounted(study_id: str) -> dict[int, list[str]]:
    """What each line's claims print, and what of it was left out."""
    found: dict[int, list[str]] = {}
    for claim in load_study(study_id, ROOT).claims.values():
        found.setdefault(claim.line, []).append(claim.printed)
    for row in left_out(study_id):
        found.setdefault(int(row["line"]), []).append(row["text"])
    return found


def left_out(study_id: str) -> list[dict[str, str]]:
    path = ROOT / "data" / "raw" / study_id / "not_claims.csv"
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def unaccounted(line: str, texts: list[str]) -> str:
    """A line without the texts given, the longest taken out first, each as often as it is listed."""
    for text in sorted((" ".join(t.split()) for t in texts), key=len, reverse=True):
        line = line.replace(text, "_", 1)
    return line


def test_every_digit_is_a_claim_or_was_left_out_for_a_reason(source):
    study_id, lines = source
    known = accounted(study_id)
    loose = [
        f"line {n}: {rest}"
        for n, line in enumerate(lines, 1)
        if re.search(r"\d", rest := unaccounted(line, known.get(n, [])))
    ]
    assert loose == []


def test_every_print_stands_on_its_line(source):
    study_id, lines = source
    missing = [
        (n, t) for n, texts in accounted(study_id).items() for t in texts if " ".join(t.split()) not in lines[n - 1]
    ]
    assert missing == []


def test_a_digit_in_neither_is_seen():
    assert re.search(r"\d", unaccounted("ten of 12 and 12 more", ["12"]))
    assert not re.search(r"\d", unaccounted("ten of 12 and 12 more", ["12", "12"]))
    assert unaccounted("£888,888 or £8,100", ["£8,100", "£888,888"]) == "_ or _"


@pytest.mark.parametrize("study_id", SOURCES)
def test_what_was_left_out_says_why(study_id):
    assert {row["reason"] for row in left_out(study_id)} <= REASONS
    assert all(re.search(r"\d", row["text"]) for row in left_out(study_id))


@pytest.mark.parametrize("study_id", SOURCES)
def test_no_sentence_of_a_source_stands_in_the_ledger(study_id):
    """Statements and notes are ours: no run of ten words of theirs is one of the source's."""
    path = Path(os.environ.get("ANALYSIS_SOURCES", ROOT.parent / "shared" / "sources")) / SOURCES[study_id]
    if not path.is_file():
        pytest.skip(f"no {path.name}; set ANALYSIS_SOURCES to the folder that holds the published sources")
    theirs = words(path.read_text(encoding="utf-8"))
    runs = {tuple(theirs[i : i + 10]) for i in range(len(theirs) - 9)}
    raw = ROOT / "data" / "raw" / study_id
    texts = [t for c in load_study(study_id, ROOT).claims.values() for t in (c.statement, c.note)]
    texts.append((raw / "audit.yaml").read_text(encoding="utf-8"))
    copied = [run for text in texts for run in zip(*(words(text)[i:] for i in range(10)), strict=False) if run in runs]
    assert copied == []


def words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())
