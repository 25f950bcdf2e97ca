"""Notebooks as a researcher works with them: cells added, headings reworded, run by other programs, results left alone."""

import html
import json
import re
import subprocess
import sys

import pytest
from project_copy import ROOT, copy_tree, run_analysis

pytestmark = pytest.mark.slow
STUDY = "connecting_opportunities"
OWN = """from analysis.reporting import show
import pandas as pd

courses = pd.DataFrame({"weeks": [12, 20]}, index=["First course", "Second course"])
show(courses, "Weeks of each course", kind="published", unit="weeks", source="Table A of the report")"""

PRIVATE = "(evaluation.root / 'private').touch()\n'seen by nobody'"


@pytest.fixture(scope="module")
def reworded(finished, tmp_path_factory):
    """A copy in which every heading below a title has other words, run anew, and those words with the ones they stand for."""
    folder, words = copy_tree(finished, tmp_path_factory.mktemp("project") / "project"), {}

    def other(found):
        number = len(words)
        new = "other words " + "".join(chr(97 + number // 26**place % 26) for place in (2, 1, 0))
        words[new] = found[2].lower()
        return f"{found[1]} {new.capitalize()}"

    for path in (folder / "notebooks").glob("*.ipynb"):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown":
                cell["source"] = re.sub(r"(?m)^(##+) (.*)$", other, "".join(cell["source"]))
        path.write_text(json.dumps(notebook), encoding="utf-8")
    done = run_analysis(folder, "reproduce")
    assert done.returncode == 0, done.stderr
    return folder, words


@pytest.fixture(scope="module")
def project(reworded):
    """The same, where one notebook has a cell of the researcher's own, and a private one, run and published."""
    folder, _ = reworded
    path = folder / "notebooks/05_sroi.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    own = {"cell_type": "code", "id": "own", "metadata": {}, "outputs": [], "execution_count": None, "source": OWN}
    looks = {"metadata": {"tags": ["private"]}, "id": "looks", "source": PRIVATE}
    notebook["cells"][6:6] = [own, own | looks]
    path.write_text(json.dumps(notebook), encoding="utf-8")
    for command in (("run", "05_sroi", "--study", STUDY), ("collect", "--study", STUDY), ("publish",)):
        done = run_analysis(folder, *command)
        assert done.returncode == 0, done.stderr
    return folder


def read(path):
    """A page in small letters, as a reader has it, without the hashes of what it was made from."""
    return re.sub("[0-9a-f]{64}", "", html.unescape(path.read_text(encoding="utf-8")).lower())


def test_every_page_is_whole_whatever_headings_say(finished, reworded):
    folder, words = reworded
    pattern = re.compile("|".join(words))
    pages = [path.relative_to(finished) for path in sorted((finished / "reports").rglob("*.html"))]
    assert len(words) > 100 and len(pages) > 40
    for page in pages:
        said = pattern.sub(lambda found: words[found[0]], read(folder / page))
        assert said == read(finished / page), page


def published(project, page):
    return (project / "reports" / STUDY / f"{page}.html").read_text(encoding="utf-8")


def test_a_private_cell_is_neither_run_nor_kept(project):
    executed = (project / "data/processed" / STUDY / "executed" / "05_sroi.ipynb").read_text(encoding="utf-8")
    assert not (project / "private").exists()
    assert "Weeks of each course" in executed and "seen by nobody" not in executed
    assert "seen by nobody" not in published(project, "05_sroi")


def test_a_cell_of_one_s_own_is_on_the_page_without_a_change_of_code(project):
    page = published(project, "05_sroi")
    table = page.split('id="weeks_of_each_course"')[1].split("</table>")[0]
    assert re.search(r"Table \d+</span>. Weeks of each course", table) and "weeks · published" in table
    entry = re.search(r'<th scope="row"[^>]*><a class="to-source" href="#(from-\d+)"', table)[1]
    assert "Table A of the report" in page.split(f'<li id="{entry}">')[1].split("</li>")[0]


def test_papermill_s_own_command_line_runs_a_notebook_and_writes_a_draft(project, tmp_path):
    before = {path: path.read_bytes() for path in (project / "data" / "processed").rglob("*") if path.is_file()}
    command = [sys.executable, "-m", "papermill", "05_sroi.ipynb", str(tmp_path / "out.ipynb"), "-p", "study", STUDY]
    done = subprocess.run(
        [*command, "-p", "scenario", "as published"],
        cwd=project / "notebooks",
        env=environment(project),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    (project / "private").unlink()  # papermill knows of no private cells: it ran this one, as Jupyter does
    after = {path: path.read_bytes() for path in (project / "data" / "processed").rglob("*") if path.is_file()}
    assert after == before
    draft = project / "build" / "drafts" / STUDY / "results" / "05_sroi.json"
    recorded = project / "data" / "processed" / STUDY / "results" / "05_sroi.json"
    assert json.loads(draft.read_text(encoding="utf-8")) == json.loads(recorded.read_text(encoding="utf-8"))


def test_nbconvert_has_the_tables_as_text_in_other_formats(project):
    executed = project / "data" / "processed" / STUDY / "executed" / "05_sroi.ipynb"
    command = [sys.executable, "-m", "nbconvert", "--to", "markdown", "--stdout", str(executed)]
    done = subprocess.run(command, env=environment(project), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "Second course" in done.stdout and re.search(r"Second course(\s|<[^>]*>|&)*20", done.stdout)


def environment(project):
    import os

    return {**os.environ, "PYTHONPATH": str(project / "src"), "JUPYTER_PLATFORM_DIRS": "1"}


def test_no_notebook_is_kept_with_outputs():
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert not any(cell.get("outputs") for cell in json.loads(path.read_text(encoding="utf-8"))["cells"])
