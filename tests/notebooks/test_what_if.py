"""A changed run beside the published one: its pages are marked and valid, and nothing published is touched."""

import hashlib
import re
import shutil
from pathlib import Path

import pytest
import yaml
from project_copy import run_analysis

from analysis.results import ResultStore
from analysis.sroi.model import read_model
from analysis.study import load_study

pytestmark = pytest.mark.slow
STUDY = "coproduction"
VALUES = {"deadweight_english": 0.4, "friends_contact_value_2011": 8650.0}
PANEL = """title: Friends move away
by: A panel
source: minutes of a meeting
proposals:
  - {assumption: drop_off, low: 0.1, value: 0.2, high: 0.3, by: Ann, reason: "<b>Some</b> move =1+1."}
  - {assumption: drop_off, value: 0.4, by: Ben, reason: "Most do."}
"""


def hashes(root: Path) -> dict[str, str]:
    """Every file of the project but those in build/ and Python's own."""
    files = (path for path in root.rglob("*") if path.is_file())
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if not (name := path.relative_to(root).as_posix()).startswith(("build/", ".dvc/")) and path.suffix != ".pyc"
    }


@pytest.fixture(scope="module")
def project(finished, tmp_path_factory) -> Path:
    return Path(shutil.copytree(finished, tmp_path_factory.mktemp("what_if") / "project", symlinks=True))


@pytest.fixture(scope="module")
def changed(project) -> tuple[Path, str, bool]:
    """The folder of the changed run, what the command said, and whether anything else changed."""
    challenge = project / "data" / "raw" / STUDY / "challenges" / "panel.yaml"
    challenge.parent.mkdir()
    challenge.write_text(PANEL, encoding="utf-8")
    before = hashes(project)
    sets = [f"--set={name}={value:g}" for name, value in VALUES.items()]
    done = run_analysis(project, "what-if", STUDY, *sets, "--challenge", "panel", "--as", "halved")
    assert done.returncode == 0, done.stdout + done.stderr
    return project / "build" / "what-if" / "halved", done.stdout, hashes(project) == before


def test_the_published_run_is_untouched(changed):
    assert changed[2]


def test_what_lies_outside_the_register_is_told(changed):
    assert "deadweight_english 0.4 is outside the register's 0 to 0.3" in changed[1]


def test_the_ratio_is_that_of_the_model_at_the_values(project, changed):
    store = ResultStore.read(changed[0] / STUDY / "results" / "05_sroi.json")
    model = read_model(load_study(STUDY, project))
    pooled = {"drop_off": 0.3}  # half the pool lies below 0.3, where Ann's triangle ends, and half at 0.4
    central = {**model.scenarios.get("central", {}), **VALUES, **pooled}  # the published model, asked for the values
    assert float(str(store["05_sroi.scenarios.central.ratio"].value)) == pytest.approx(
        float(model.evaluate(central).ratio), rel=1e-9
    )


def test_every_page_is_marked_and_every_number_of_it_is_a_result(changed):
    pages = sorted(changed[0].rglob("*.html"))
    published = sorted(path.name for path in (changed[0].parents[2] / "reports" / STUDY).glob("*.html"))
    assert sorted(path.name for path in pages if path.parent.name == STUDY) == published
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert "<strong>Changed run halved.</strong> Changed run, not the published one" in text, path.name
        assert "£17,300</span>" in text and "£8,650</span>" in text, path.name
        drawings = text.count('class="drawing"')
        assert text.count("Changed run, not the published one</text>") == drawings, path.name


def test_the_first_page_shows_published_and_challenged_side_by_side(changed):
    text = (changed[0] / "index.html").read_text(encoding="utf-8")
    assert "The challenge" in text and "minutes of a meeting" in text
    assert "<b>Some</b>" not in text and "&lt;b&gt;Some&lt;/b&gt; move" in text
    (row,) = re.findall(r"<tr[^>]*>(?:(?!</tr>).)*All pooled.*?</tr>", text, re.DOTALL)
    assert "0.3" in row and yaml.safe_load((changed[0] / "changes.yaml").read_text())["challenges"] == ["panel"]


def test_links_between_the_pages_lead_somewhere(changed):
    for path in changed[0].rglob("*.html"):
        targets = re.findall(r'href="(?!https?:|#|data:|mailto:)([^"#]+)', path.read_text(encoding="utf-8"))
        assert [target for target in targets if not (path.parent / target).exists()] == [], path.name


def test_the_first_page_compares_with_the_published_run(changed):
    text = (changed[0] / "index.html").read_text(encoding="utf-8")
    for words in ("What if: halved", "What each assumption does alone", "Jointly", "the published run"):
        assert words in text
    assert (changed[0] / "numbers.csv").read_text(encoding="utf-8").count("\n") > 10


def test_the_changes_are_a_file_that_runs_again(project, changed):
    content = yaml.safe_load((changed[0] / "changes.yaml").read_text(encoding="utf-8"))
    assert content == {"as": "halved", "set": VALUES, "challenges": ["panel"]}


def test_a_run_that_cannot_be_writes_nothing(project, changed):
    done = run_analysis(project, "what-if", STUDY, "--set", "drop_off=1,5", "--as", "../up")
    assert done.returncode == 1 and "1.5" in done.stderr and "--as" in done.stderr and "Traceback" not in done.stderr
    assert [path.name for path in changed[0].parent.iterdir()] == ["halved"]
    done = run_analysis(project, "what-if", "connecting_opportunities", "--set", "total_funding=1", "--as", "halved")
    assert done.returncode == 1 and f"a changed run of {STUDY}" in done.stderr
