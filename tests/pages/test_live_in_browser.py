"""A live run in a browser: what is saved appears on the open page, where the reader is; a mistake is told until it is mended."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest
import yaml
from project_copy import copy_tree

STUDY = "coproduction"
LONG = 240_000  # milliseconds: a machine may be busy with other tests


@contextmanager
def live(folder, *arguments):
    """A live run in a copy of the project: its address; ended by Ctrl-C, after which nothing of it may be left."""
    log = folder / "live.log"
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "analysis", "live", *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(folder / "src")},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        yield until(lambda: re.search(r"http://\S+", log.read_text()), process, log)[0]
        drafts = drafts_of(process.pid)
        assert drafts
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0, log.read_text()
    assert not any(path.exists() for path in drafts)
    until(lambda: not processes_in(folder), process, log)


def until(what, process, log, seconds=LONG / 1000):
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end and process.poll() in (None, 0), log.read_text()
        time.sleep(0.05)
    return found


def drafts_of(number):
    owners = Path("/tmp").glob("analysis-*/owner")
    return [owner.parent for owner in owners if owner.read_text().split()[0] == str(number)]


def processes_in(folder):
    """The processes whose environment leads Python to a copy of the project."""
    found = []
    for each in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"PYTHONPATH={folder}/src".encode() in each.read_bytes():
                found.append(each.parent.name)
        except OSError:
            continue
    return found


def state_of(folder):
    """What a live run leaves alone: results, pages, the record, and the raw files that this test does not write."""
    files = [
        path for name in ("data/processed", "reports") for path in sorted((folder / name).rglob("*")) if path.is_file()
    ]
    return {str(path): sha256(path.read_bytes()).hexdigest() for path in [*files, folder / "dvc.lock"]}


@pytest.fixture(scope="module")
def project(finished, tmp_path_factory):
    return copy_tree(finished, tmp_path_factory.mktemp("live") / "project")


@pytest.fixture(scope="module")
def running(project, chromium_executable):
    before = state_of(project)
    with live(project, STUDY) as address:
        yield address
        assert state_of(project) == before


@pytest.fixture
def reader(running, browser):
    """Opens a page of the draft, and looks at the frame that shows it."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    noted = []
    page.on("console", lambda message: noted.append(message.text))
    page.on("pageerror", lambda error: noted.append(str(error)))

    def opened(name):
        page.goto(f"{running}#{STUDY}/{name}.html")
        page.wait_for_selector("iframe.shown")
        page.wait_for_function(
            "() => document.getElementById('state').textContent.startsWith('the pages')"
            " && document.querySelectorAll('iframe').length === 1",
            timeout=LONG,
        )
        return page

    yield opened
    context.close()
    assert noted == []


@contextmanager
def changed(path, old, new):
    """A file with other words in one place, until the block ends."""
    before = path.read_text(encoding="utf-8")
    assert before.count(old) >= 1
    path.write_text(before.replace(old, new, 1), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")


def inner(page):
    return page.locator("iframe.shown").content_frame


def shown(page):
    """The frame that is shown; another one may be loading what comes next, and take its place while it is looked up."""
    end = time.monotonic() + LONG / 1000
    while not (frame := page.wait_for_selector("iframe.shown", timeout=LONG).content_frame()):
        assert time.monotonic() < end
    return frame


def test_an_assumption_is_on_the_open_page_where_the_reader_was(project, reader):
    page = reader("model")
    frame = shown(page)
    frame.evaluate("document.querySelectorAll('details:not([open])')[1].open = true")
    frame.evaluate(
        "document.getElementById('outcomes').scrollIntoView({behavior: 'instant'}); scrollBy({top: 40, behavior: 'instant'})"
    )
    where = "(() => { const box = document.getElementById('outcomes').getBoundingClientRect(); return Math.round(box.top) })()"
    folds = "[...document.querySelectorAll('details')].map(node => node.open)"
    ratios = inner(page).locator("#scenarios").inner_text()
    was, open_folds = frame.evaluate(where), frame.evaluate(folds)
    assert frame.evaluate("scrollY") > 1000 and was < 0
    with changed(project / f"data/raw/{STUDY}/assumptions.yaml", *registered(project)):
        assert until_other(project, page, "#scenarios", ratios) != ratios
        frame = shown(page)
        assert abs(frame.evaluate(where) - was) <= 1
        assert frame.evaluate(folds) == open_folds
        other = inner(page).locator("#scenarios").inner_text()
    assert until_other(project, page, "#scenarios", other) == ratios


def test_what_was_chosen_in_the_explorer_is_chosen_still(project, reader):
    page = reader("explorer")
    field = shown(page).locator("#explorer-range-displacement")
    field.evaluate("node => { node.value = node.max; node.dispatchEvent(new Event('input', {bubbles: true})) }")
    chosen, data = field.input_value(), inner(page).locator("#explorer-data").text_content()
    with changed(project / f"data/raw/{STUDY}/assumptions.yaml", *registered(project)):
        end = time.monotonic() + LONG / 1000
        while inner(page).locator("#explorer-data").text_content() == data:
            assert time.monotonic() < end, (project / "live.log").read_text()
            time.sleep(0.1)
        assert shown(page).locator("#explorer-range-displacement").input_value() == chosen
        untouched = shown(page).locator("#explorer-value-deadweight_engagement")  # has the file's new value
        assert untouched.input_value() == "7.77"
        assert len(inner(page).locator("#explorer-differences li").all()) == 1


def until_other(project, page, place, text):
    """What stands at a place once it is no longer `text`."""
    end = time.monotonic() + LONG / 1000
    while (found := inner(page).locator(place).inner_text()) == text:
        assert time.monotonic() < end, (project / "live.log").read_text()
        time.sleep(0.1)
    return found


def registered(project):
    """An entry of the register as its text has it, and with another value."""
    text = (project / f"data/raw/{STUDY}/assumptions.yaml").read_text(encoding="utf-8")
    entry = re.search(r"  - id: deadweight_engagement\n(?:    .*\n)+?    value: \S+\n", text)[0]
    return entry, re.sub(r"value: \S+", "value: 0.0777", entry)


def test_a_caption_and_a_sentence_are_on_the_page(project, reader):
    page = reader("05_sroi")
    notebook = project / "notebooks/05_sroi.ipynb"
    for old, new in (
        ("Published values by part.", "Values by part as this test says."),
        ("## The ratios as published", "## Ratios of a test"),
    ):
        with changed(notebook, old, new):
            inner(page).get_by_text(new.strip("# ")).first.wait_for(state="attached", timeout=LONG)


def test_a_claim_is_on_the_audit(project, reader):
    page = reader("claims")
    path = project / f"data/raw/{STUDY}/claims.csv"
    statement = path.read_text(encoding="utf-8").splitlines()[1].split(",")[2]
    with changed(path, statement, f"{statement} of a test"):
        inner(page).get_by_text("of a test").first.wait_for(state="attached", timeout=LONG)


def test_a_mistake_is_told_with_its_place_until_it_is_mended(project, reader):
    page = reader("05_sroi")
    text = inner(page).locator("h1").inner_text()
    entry, other = registered(project)
    with changed(project / f"data/raw/{STUDY}/assumptions.yaml", entry, other.replace("0.0777", "a lot")):
        page.wait_for_selector("#problems:not([hidden]) dl", timeout=LONG)
        said = {
            name: page.locator(f"#problems [data-part={name}]").first.inner_text()
            for name in ("file", "row", "column", "found", "expected", "action")
        }
        lines = (project / f"data/raw/{STUDY}/assumptions.yaml").read_text(encoding="utf-8").splitlines()
        assert said["file"] == f"data/raw/{STUDY}/assumptions.yaml"
        assert "deadweight_engagement" in "\n".join(lines[int(said["row"]) - 30 : int(said["row"])])
        assert "value" in said["column"] and "a lot" in said["found"] and said["expected"] and said["action"]
        assert inner(page).locator("h1").inner_text() == text  # the page stays
    page.wait_for_selector("#problems", state="hidden", timeout=LONG)


def test_links_lead_to_other_pages_of_the_draft_which_follow_too(project, reader):
    page = reader("05_sroi")
    inner(page).locator("header.site a[href='assumptions.html']").click()
    page.wait_for_function("() => location.hash.includes('assumptions.html')")
    text = inner(page).locator("main").inner_text()
    with changed(project / f"data/raw/{STUDY}/assumptions.yaml", *renamed(project)):
        assert "engagement of a test" in until_other(project, page, "main", text)


def renamed(project):
    """A label of the register as its text has it, and another: all that reads the register runs, and nothing fails."""
    entry, _ = registered(project)
    return entry, entry.replace("Deadweight of engagement", "Deadweight of engagement of a test")


def heard(address, page=""):
    """The states that a live run tells, one after the other."""
    with urllib.request.urlopen(f"{address}events?page={page}", timeout=LONG / 1000) as stream:
        for line in stream:
            if line.startswith(b"data: "):
                yield json.loads(line.removeprefix(b"data: "))


def test_private_results_and_a_what_if_are_served_where_they_are_asked_for(finished, tmp_path):
    folder = copy_tree(finished, tmp_path / "project")
    example = f"{STUDY}_example"
    with live(folder, example, "--private") as address:
        next(state for state in heard(address) if "private/" + example + "/results.html" in state["versions"])
        with urllib.request.urlopen(f"{address}private/{example}/results.html") as answer:
            assert b"NOT FOR RELEASE" in answer.read()
    assert not (folder / "private").exists()
    asked = folder / "doubted.yaml"
    asked.write_text(yaml.safe_dump({"as": "doubted", "set": {"deadweight_engagement": 0.2}}))
    with live(folder, STUDY, "--what-if", "doubted.yaml") as address:
        place = "what-if/doubted/index.html"
        next(state for state in heard(address) if place in state["versions"])
        with urllib.request.urlopen(f"{address}pages/{place}") as answer:
            before = answer.read()
        asked.write_text(yaml.safe_dump({"as": "doubted", "set": {"deadweight_engagement": 0.3}}))
        next(state for state in heard(address) if state["versions"].get(place, 0) > 1)
        with urllib.request.urlopen(f"{address}pages/{place}") as answer:
            assert answer.read() != before
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(f"{address}private/{example}/results.html")
    assert not (folder / "build/what-if").exists()
