"""The page "Your own records in ten minutes", done as it is written, from a messy workbook to pages; its numbers by plain pandas and scipy."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from made_up.messy_workbook import ASKED, people
from project_copy import ROOT, run_analysis
from scipy import stats

pytestmark = pytest.mark.slow
PAGE = ROOT / "docs" / "own-records.md"
RECORDS = "data/raw/northgate/records"


@pytest.fixture(scope="module")
def done(finished, tmp_path_factory):
    """A copy of the finished project after everything on the page, in its order; with what each command said."""
    folder = tmp_path_factory.mktemp("page") / "project"
    shutil.copytree(finished, folder, symlinks=True)
    text, said = PAGE.read_text(encoding="utf-8"), []
    steps = re.findall(
        r"^    (\S.*)$|^\| `(.+?)` \| `(.+?)` \|", text.partition("## What is understood")[0], re.MULTILINE
    )
    for command, found, put in steps:
        if command:
            said.append(_do(folder, command))
        else:
            _edit(folder / RECORDS / "records.yaml", found, put)
    return folder, steps, said


def _do(folder: Path, command: str) -> subprocess.CompletedProcess:
    words = command.split()
    if words[:2] == [".venv/bin/python", "-m"]:
        return run_analysis(folder, *words[3:])
    if words[0] == ".venv/bin/python":
        return subprocess.run([sys.executable, ROOT / words[1], *words[2:]], cwd=folder, capture_output=True, text=True)
    assert words == ["make", "reproduce"]
    return run_analysis(folder, "reproduce")


def _edit(path: Path, found: str, put: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(found) == 1, found
    path.write_text(text.replace(found, put), encoding="utf-8")


def test_the_page_leads_from_the_workbook_to_pages_in_few_edits(done):
    folder, steps, said = done
    assert sum(not command for command, _, _ in steps) <= 10
    assert [each.returncode for each in said] == [0, 0, 1, 0, 0, 0], [each.stdout + each.stderr for each in said]
    assert said[2].stdout.rstrip().endswith("2 problems")
    made = {path.name for path in (folder / "reports" / "northgate").glob("*.html")}
    assert {"02b_participation.html", "03_before_after.html", "04_english_and_time.html"} <= made


def test_the_files_stay_where_git_does_not_see_them(done):
    folder, _, _ = done
    shutil.copy(ROOT / ".gitignore", folder)
    told = subprocess.run(["git", "status", "--porcelain", "-uall"], cwd=folder, capture_output=True, text=True)
    assert not [line for line in told.stdout.splitlines() if "northgate/records" in line]


def test_no_page_holds_an_id_or_a_text_of_the_workbook(done):
    folder, _, _ = done
    texts = [path.read_text(encoding="utf-8") for path in (folder / "reports" / "northgate").rglob("*.html")]
    wanted = [*people(1)["person_id"], "came with her sister", "Northgate records"]
    assert not [each for each in wanted if any(each in text for text in texts)]


def _shown(results: dict, name: str) -> tuple[float, float]:
    """A number of the page and half its last digit."""
    entry = results[f"03_before_after.{name}"]
    return entry["value"], 0.5 * 10.0 ** -entry["decimals"] + 1e-9


def _recomputed() -> dict[str, float]:
    """Numbers of the page of before and after, from the truth behind the workbook."""
    truth, found = people(1), {}
    for item in ASKED:
        pairs = truth[[f"{item}_pre", f"{item}_post"]].dropna()
        change = pairs[f"{item}_post"] - pairs[f"{item}_pre"]
        row = "items." + ("friends_met_regularly" if item == "friends" else item)
        found[f"{row}.n"] = len(pairs)
        found[f"{row}.improved"], found[f"{row}.worse"] = 100 * (change > 0).mean(), 100 * (change < 0).mean()
        found[f"{row}.same"] = 100 * (change == 0).mean()
        found[f"{row}.net"] = found[f"{row}.improved"] - found[f"{row}.worse"]
        moved = change[change != 0]
        found[f"{row}.rank"] = (stats.rankdata(moved.abs()) * np.sign(moved)).sum() / stats.rankdata(moved.abs()).sum()
        for moment in ("pre", "post"):
            found[f"reasons.{item}_{moment}.given"] = truth[f"{item}_{moment}"].notna().sum()
    change = truth["confidence_post"] - truth["confidence_pre"]
    found["effects.mean_change.value"] = change.mean()
    found["slope.confidence.before"] = truth.loc[truth["after"], "confidence_pre"].mean()
    found["slope.confidence.after"] = truth["confidence_post"].mean()
    up, down = int((change > 0).sum()), int((change < 0).sum())
    found["tests.mcnemar_exact_improved_against_worse.p"] = stats.binomtest(up, up + down).pvalue
    found["tests.mcnemar_mid_p.p"] = stats.binomtest(up, up + down).pvalue - stats.binom.pmf(
        min(up, down), up + down, 0.5
    )
    everyone = "missing.everyone_who_joined"
    found[f"{everyone}.share_improved_low"] = 100 * up / len(truth)
    found[f"{everyone}.share_improved_high"] = 100 * (up + (~truth["after"]).sum()) / len(truth)
    shift = "response_shift"
    found[f"{shift}.after_less_before_as_remembered.mean"] = (
        truth["confidence_post"] - truth["confidence_then"]
    ).mean()
    found[f"{shift}.after_less_before_as_remembered.n"] = truth["confidence_then"].notna().sum()
    return found


def test_at_least_30_numbers_of_the_page_are_what_pandas_and_scipy_give(done):
    results = json.loads(
        (done[0] / "data/processed/northgate/results/03_before_after.json").read_text(encoding="utf-8")
    )
    compared = 0
    for name, value in _recomputed().items():
        shown, half = _shown(results["results"], name)
        if isinstance(shown, int | float):  # the rest is hidden or withheld
            assert shown == pytest.approx(value, abs=half), name
            compared += 1
    assert compared >= 30
