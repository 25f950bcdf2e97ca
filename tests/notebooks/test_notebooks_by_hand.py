"""Notebooks as a researcher works with them: cells added, headings reworded, run by other programs, results left alone."""

import json
import re
import subprocess
import sys

import pytest
from project_copy import ROOT, copy_project, only_study, run_analysis

pytestmark = pytest.mark.slow
STUDY = "connecting_opportunities"
NOTEBOOKS = ("05_sroi", "08_claims_audit")
OWN = """from analysis.reporting import show
import pandas as pd

courses = pd.DataFrame({"weeks": [12, 20]}, index=["First course", "Second course"])
show(courses, "Weeks of each course", kind="published", unit="weeks", source="Table A of the report")"""

PRIVATE = "(evaluation.root / 'private').touch()\n'seen by nobody'"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy in which every heading is reworded and one notebook has a cell of the researcher's own, run and published."""
    folder = copy_project(tmp_path_factory.mktemp("project"))
    for path in (folder / "notebooks").glob("*.ipynb"):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown":
                cell["source"] = re.sub(r"(?m)^(##+) .*$", r"\1 In other words", "".join(cell["source"]))
        if path.stem == "05_sroi":
            own = {
                "cell_type": "code",
                "id": "own",
                "metadata": {},
                "outputs": [],
                "execution_count": None,
                "source": OWN,
            }
            notebook["cells"].insert(6, own)
            looks = {"metadata": {"tags": ["private"]}, "id": "looks", "source": PRIVATE}
            notebook["cells"].insert(7, own | looks)
        path.write_text(json.dumps(notebook), encoding="utf-8")
    params = (folder / "params.yaml").read_text(encoding="utf-8")
    kept = [line for line in params.splitlines() if not line.startswith("  ") or STUDY + ":" in line]
    headings = [line for line in kept if any(line.startswith(name) for name in NOTEBOOKS)]
    lines = [each for name in headings for each in (name, kept[kept.index(name) + 1])]
    (folder / "params.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "data" / "raw" / "overviews" / f"{STUDY}.yaml").unlink()  # it speaks of notebooks that do not run here
    only_study(folder, STUDY)
    for notebook in NOTEBOOKS:
        done = run_analysis(folder, "run", notebook, "--study", STUDY)
        assert done.returncode == 0, done.stderr
    for command in (("collect", "--study", STUDY), ("publish",)):
        done = run_analysis(folder, *command)
        assert done.returncode == 0, done.stderr
    return folder


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


def test_pages_that_take_from_others_are_whole_whatever_headings_say(project):
    assert re.search(r"<p>[^<]*<a class=\"num\"", published(project, "findings"))
    overview = published(project, "overview").split('class="pages answers"')[1]
    assert overview.count("<summary>Its answer</summary>") == len(NOTEBOOKS)
    assert "In other words" in published(project, "08_claims_audit")


def test_papermill_s_own_command_line_runs_a_notebook_and_writes_a_draft(project, tmp_path):
    before = {path: path.read_bytes() for path in (project / "data" / "processed").rglob("*") if path.is_file()}
    command = [sys.executable, "-m", "papermill", "05_sroi.ipynb", str(tmp_path / "out.ipynb"), "-p", "study", STUDY]
    done = subprocess.run(
        [*command, "-p", "scenario", "as printed"],
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
