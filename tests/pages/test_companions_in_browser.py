"""The pages beside the appendices as a reader uses them: by keyboard, by links, without scripts, on paper."""

import json
from pathlib import Path

import pytest

from analysis.study import load_study

pytestmark = [pytest.mark.pages, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def study(finished) -> Path:
    """The published pages of the co-production study."""
    return finished / "reports" / "coproduction"


def rows(page) -> list[str]:
    return page.locator("#register tbody tr:visible").evaluate_all("rows => rows.map(row => row.id)")


def influence(finished) -> dict[str, float]:
    """How far each assumption alone moves the ratio, from the sensitivity appendix's own file."""
    file = finished / "data" / "processed" / "coproduction" / "results" / "06_sroi_sensitivity.json"
    found = json.loads(file.read_text(encoding="utf-8"))["results"]
    return {key.split(".")[2]: entry["high"] - entry["low"] for key, entry in found.items() if ".tornado." in key}


@pytest.mark.parametrize("script", [True, False])
def test_the_register_stands_by_influence_with_and_without_scripts(visit, study, finished, script):
    page = visit(study / "assumptions.html", java_script_enabled=script)
    shown = [name.removeprefix("assumption-") for name in rows(page)]
    assert set(shown) == set(load_study("coproduction", ROOT).register)
    moves = influence(finished)
    first = [moves[name] for name in shown[: len(moves)]]
    assert len(moves) > 5 and first == sorted(first, reverse=True)
    assert page.locator("#register form").count() == (1 if script else 0)


def test_the_register_is_sorted_filtered_and_searched_by_keyboard(visit, study):
    page = visit(study / "assumptions.html")
    everything = rows(page)
    page.get_by_label("Sort by").focus()
    page.keyboard.type("Ass")  # Assumption: by name
    labels = page.locator("#register tbody th").evaluate_all("cells => cells.map(cell => cell.textContent)")
    assert labels == sorted(labels, key=str.casefold) and sorted(rows(page)) == sorted(everything) != everything
    assert (
        page.get_by_role("status").inner_text()
        == f"{len(everything)} of {len(everything)} rows shown, sorted by assumption"
    )
    page.get_by_label("How known").focus()
    names = ["How known"]
    for _ in range(6):
        page.keyboard.press("Tab")
        names.append(
            page.evaluate("(document.activeElement.labels || [])[0]?.textContent || document.activeElement.textContent")
        )
    assert names == [
        "How known",
        "Evidence grade",
        "Distribution",
        "Moves the ratio",
        "Words",
        "Sort by",
        "Show all rows",
    ]
    page.get_by_label("How known").focus()
    page.keyboard.press("c")  # calibrated
    calibrated = [
        entry.id for entry in load_study("coproduction", ROOT).register.values() if entry.kind == "calibrated"
    ]
    assert sorted(rows(page)) == sorted(f"assumption-{name}" for name in calibrated)
    page.get_by_label("Words").fill("no row holds these words")
    assert rows(page) == []
    assert (
        page.get_by_role("status")
        .inner_text()
        .startswith(f"0 of {len(everything)} rows shown, sorted by assumption: no row")
    )
    assert page.noted == []


def test_a_link_to_an_assumption_opens_it(visit, study):
    page = visit(study / "assumptions.html")
    page.get_by_label("Words").fill("no row holds these words")
    page.evaluate("location.hash = '#assumption-total_cost'")
    row = page.locator("#assumption-total_cost")
    row.wait_for(state="visible")
    assert row.locator("details").get_attribute("open") is not None
    told = row.locator("details").inner_text()
    for words in ("total_cost", "Why this range", "Decided by", "Used in", "Rows of the value map"):
        assert words in told


def test_the_pages_of_a_study_lead_to_one_another_overview_first(visit, study):
    page = visit(study / "overview.html")
    nav = page.get_by_role("navigation", name="Pages of this study")
    targets = nav.get_by_role("link").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert targets[0] == "overview.html" and targets[-3:] == [
        "assumptions.html",
        "methods.html",
        "data_dictionary.html",
    ]
    assert set(targets) == {path.name for path in study.glob("*.html")}
    assert nav.locator("[aria-current]").get_attribute("href") == "overview.html"
    index = visit(study.parent / "index.html")
    assert index.locator("#study-coproduction ~ ul a").first.get_attribute("href") == "coproduction/overview.html"


def test_headline_figures_lead_to_the_entry_where_they_stand(visit, study):
    page = visit(study / "overview.html")
    row = page.get_by_role("row", name="Value for each pound of all costs, as the paper reports it")
    target = row.get_by_role("link", name="Social Return on Investment").get_attribute("href")
    file, _, anchor = target.partition("#")
    entry = visit(study / file).locator(f"#{anchor}")
    assert "published" in entry.text_content() and "source line" in entry.text_content()


def test_what_is_folded_is_printed(visit, study):
    for name, inside in (
        ("assumptions", "#assumption-total_cost .more dl"),
        ("overview", "#section-the-answer ~ details p"),
    ):
        page = visit(study / f"{name}.html")
        page.emulate_media(media="print")
        assert page.locator(inside).first.is_visible()
        assert page.locator(".filter:visible").count() == 0


def test_the_policy_admits_the_programs_of_the_register_and_nothing_else(study):
    text = (study / "assumptions.html").read_text(encoding="utf-8")
    policy = text.split("script-src")[1].split(";")[0]
    assert text.count("<script>") == policy.count("'sha256-") == 2 and "unsafe" not in policy
    assert (study / "overview.html").read_text(encoding="utf-8").count("<script>") == 1
