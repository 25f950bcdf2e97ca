"""Teams of 14, 30 and 60 people: every page of theirs is made, and says of what is hidden or left out what would show more."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from project_copy import ROOT

from analysis.reporting import showing
from analysis.reporting.markup import Display
from analysis.study import load_study

CONCISE = {"resamples": 99}  # of 04, which takes many more


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The raw data of the project, without records."""
    copy = tmp_path_factory.mktemp("teams")
    shutil.copytree(ROOT / "data/raw", copy / "data/raw")
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def put_team(folder: Path, people: int) -> None:
    """Records of so many of the made-up people, as a team of its own has them."""
    source, target = ROOT / "data/raw/coproduction_example/records", folder / "data/raw/coproduction/records"
    ids = pd.read_csv(source / "questionnaire.csv")["person_id"].sample(people, random_state=people)
    for name in ("questionnaire", "attendance", "advice_contacts"):
        table = pd.read_csv(source / f"{name}.csv", dtype=str, keep_default_na=False).assign(study="coproduction")
        table[table["person_id"].isin(ids)].to_csv(target / f"{name}.csv", index=False)


def run_notebook(notebook: str, folder: Path, minimum: int) -> dict[str, list[Display]]:
    """What its cells show on the team's page, by cell."""
    names: dict[str, object] = {"load_study": lambda study: load_study(study, folder)}
    cells = json.loads((ROOT / "notebooks" / f"{notebook}.ipynb").read_text(encoding="utf-8"))["cells"]
    given = {"disclosure": {"minimum_cell": minimum, "reason": "test of a small team"}} | CONCISE
    shown: dict[str, list[Display]] = {}

    def show(*what: object, **more: object) -> Display | None:
        display = showing.show(*what, **more)
        shown.setdefault(cell["id"], []).extend([display] if display else [])
        return display

    for cell in (each for each in cells if each["cell_type"] == "code"):
        tags = cell["metadata"].get("tags", [])
        if "private" not in tags:
            kept = dict(names)
            exec("".join(cell["source"]), names)
            names |= given if "parameters" in tags else {}
            names |= {"show": show} if "show" in names else {}
            names |= {"load_study": kept["load_study"]}
    return shown


def tables_of(shown: dict[str, list[Display]]) -> list[tuple[str, list[str], str]]:
    """Of each table its name, the texts of its numbers, and its note."""
    found = []
    for block, results in ((b, d.results) for displays in shown.values() for d in displays for b in d.blocks):
        if block["type"] == "table":
            cells = [cell for group in block["groups"] for row in group["rows"] for cell in row["cells"]]
            numbers = [str(results[cell["number"]["id"]].value) for cell in cells if "number" in cell]
            found.append((block["id"], numbers, str(block["note"])))
    return found


@pytest.mark.parametrize("notebook", ["02b_participation", "04_english_and_time"])
@pytest.mark.parametrize(("people", "minimum"), [(14, 5), (14, 10), (30, 5), (30, 10), (60, 10)])
def test_each_page_of_a_small_team_is_made_and_says_what_would_show_more(folder, notebook, people, minimum):
    put_team(folder, people)
    shown = run_notebook(notebook, folder, minimum)
    tables = tables_of(shown)
    assert tables
    for name, numbers, note in tables:
        hidden = sum(number.startswith(("hidden", "withheld")) for number in numbers)
        assert 2 * hidden <= len(numbers) or "would show more" in note, name
