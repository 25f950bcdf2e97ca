"""What must not stand in the repository: paths of a machine, hosts of package registries, secrets, made files."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARY = {".png", ".xlsx", ".sav", ".qdpx", ".qde"}
FORBIDDEN = {
    "a path of a machine": r"(?<![\w.])/(?:root|home/\w+|Users/\w+|work|tmp)/\w",
    "the host of a package registry": r"\b(?:pypi|pythonhosted|npmjs|anaconda|debian)\.(?:org|com)\b",
    "a secret": r"(?i)\b(?:api[_-]?key|secret|password|token)\s*[=:]\s*['\"]?[A-Za-z0-9/+_-]{16,}",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
}
ALLOWED = {  # where a pattern is the subject of the file
    ("tests/unit/test_hygiene.py", "a path of a machine"),
    ("tests/unit/test_hygiene.py", "the host of a package registry"),
}


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, text=True, check=True
    ).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what, tracked):
    found = []
    for name in tracked:
        if Path(name).suffix in BINARY or (name, what) in ALLOWED:
            continue
        match = re.search(FORBIDDEN[what], (ROOT / name).read_text(encoding="utf-8"))
        found += [f"{name}: {match[0]}"] if match else []
    assert found == []


def test_nothing_made_by_a_run_is_tracked(tracked):
    made = [
        name for name in tracked if name.startswith(("data/processed/", "reports/")) and not name.endswith(".gitkeep")
    ]
    assert made == []


def test_no_tracked_file_is_large(tracked):
    assert [name for name in tracked if (ROOT / name).stat().st_size > 1_000_000] == []


WORDS = 8  # so many in a row are a sentence of the source and not a name of something
NAMES = (  # headings, names and lists of terms, which a citation has to give as they are
    "Results: Quantitative Evaluation of Social Return on Investment",
    "Discussion: The Value of Co-production for Integration",
    "Women-centred advice, training and evaluation",
    "Migrant user involvement and participation",
    "Making the Case: The value to society of the Citizens Advice Service",
    "4 Floor west, Merrion House, 110 Merrion Centre, Leeds, LS2 8LX",
)


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def runs(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[i : i + WORDS]) for i in range(len(found) - WORDS + 1)}


def test_no_sentence_of_a_source_is_repeated(tracked, reference_data):
    """Texts of the project say in their own words what a source says; longer runs of a source's words stand nowhere."""
    sources = set().union(
        *(runs(path.read_text(encoding="utf-8")) for path in (reference_data.parent / "sources").glob("*.txt"))
    )
    repeated = []
    for name in tracked:
        if name.startswith("tests/") or Path(name).suffix not in {".py", ".md", ".yaml", ".csv", ".ipynb"}:
            continue
        text = (ROOT / name).read_text(encoding="utf-8")
        for known in NAMES:
            text = re.sub(re.escape(known).replace(r"\ ", r"\s+"), " ", text, flags=re.IGNORECASE)
        repeated += [f"{name}: {' '.join(run)}" for run in runs(text) & sources]
    assert repeated == []
