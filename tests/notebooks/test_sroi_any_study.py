"""A value map with no code of its own gives the whole appendix: page, workbook, explorer, formulas that link."""

import json
import re

import pytest
import yaml
from openpyxl import load_workbook
from project_copy import copy_project, run_analysis
from value_maps import cost, entry, outcome, write_study

from analysis.reporting.page import render_page
from analysis.reporting.workbook_draft import MAP


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    root = copy_project(tmp_path_factory.mktemp("project"))
    entries = [
        entry("cost", 100, "GBP", 80, 120),
        entry("reached", 10, "people", 5, 12),
        entry("worth", 20, "GBP per person per year", 10, 30),
        entry("lasting", 2, "years", 1, 3),
        entry("rate", 0.035, "ratio", 0, 0.05),
        entry("lost", 0.1, "ratio", 0, 0.3),
        entry("gone", 0.2, "ratio", 0, 0.4, label="<b>Deadweight</b> {of} 100 =1+1"),
    ]
    rows = [
        cost(),
        outcome(
            "skills",
            quantity="reached",
            proxy="worth",
            duration="lasting",
            drop_off="lost",
            deadweight="gone",
            outcome="Skills & 2 <i>more</i>",
        ),
        outcome("stress", quantity="-reached / 10", proxy="worth", duration="1", stakeholder="Families"),
    ]
    write_study(root, entries, rows, {"discount_rate": "rate", "scenarios": {"low": {"worth": 10}}})
    params = yaml.safe_load((root / "params.yaml").read_text(encoding="utf-8"))
    params["05_sroi"]["toy"] = {"scenario": "central"}
    (root / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    stages = yaml.safe_load((root / "dvc.yaml").read_text(encoding="utf-8"))
    stages["stages"]["sroi"]["foreach"].append("toy")
    (root / "dvc.yaml").write_text(yaml.safe_dump(stages), encoding="utf-8")
    done = run_analysis(root, "run", "05_sroi", "--study", "toy")
    assert done.returncode == 0, done.stderr + done.stdout
    return root


@pytest.fixture(scope="module")
def pages(run) -> dict[str, str]:
    """The page of the notebook, and those beside it, by name."""
    data = json.loads((run / "data" / "processed" / "toy" / "pages" / "05_sroi.json").read_text(encoding="utf-8"))
    return {name: render_page(part) for name, part in {"05_sroi": data, **data["parts"]}.items()}


def test_its_sections_stand_on_three_pages(pages):
    headings = {name: re.findall(r"<h2[^>]*>([^<]*)<", page) for name, page in pages.items()}
    assert [*headings] == ["05_sroi", "model", "explorer"]
    assert "What would change the answer" in headings["05_sroi"]
    assert "The formulas" in headings["model"] and "The explorer" in headings["explorer"]
    assert not set(headings["model"]) & {"What would change the answer", "The explorer"}


def test_every_link_of_the_pages_leads_somewhere(pages):
    ids = {name: set(re.findall(r'\sid="([^"]*)"', page)) for name, page in pages.items()}
    lost = [
        (name, href)
        for name, page in pages.items()
        for href, to, anchor in re.findall(r'href="(([a-z0-9_]*)(?:\.html)?#([^"]*))"', page)
        if anchor not in ids.get(to or name, {anchor})  # the register has a page that publication makes
    ]
    assert lost == []
    links = set(re.findall(r'href="#([^"]*)"', pages["model"]))
    assert {f"entry-{name}" for name in ("cost", "reached", "worth", "lasting", "rate", "gone", "lost")} <= links
    assert 'href="model.html#section-the-model"' in pages["05_sroi"]


def test_tables_are_numbered_once_over_all_pages(pages):
    numbered = [label for page in pages.values() for label in re.findall(r">(Table \d+)</span>\.", page)]
    assert len(numbered) == len(set(numbered)) > 5


def test_the_model_opens_with_what_it_gives(pages):
    """£160 + £160 x 0.9 / 1.035 - £20 is £279.13, over £100."""
    opening = pages["model"].partition('id="section-the-model"')[2].partition("<h2")[0]
    words = re.sub("<[^>]*>", "", opening)
    assert "£2.79" in words and "£279" in words and "over £100" in words
    assert "low, £1.40" in words and "worth most in it: Skills &amp; 2 &lt;i&gt;more&lt;/i&gt;" in words


def test_the_ratio_by_hand(run):
    """£200 x 0.8 = £160, then x 0.9 / 1.035; less £20: £279.13 over £100."""
    results = json.loads((run / "data" / "processed" / "toy" / "results" / "05_sroi.json").read_text(encoding="utf-8"))[
        "results"
    ]
    assert results["05_sroi.scenarios.central.ratio"]["value"] == pytest.approx((160 + 160 * 0.9 / 1.035 - 20) / 100)
    assert results["05_sroi.scenarios.low.ratio"]["value"] == pytest.approx((160 + 160 * 0.9 / 1.035 - 20) / 200)


def test_the_workbook_holds_texts_as_they_are(run):
    book = load_workbook(run / "data" / "processed" / "toy" / "workbooks" / "value_map.xlsx")
    assert "Skills & 2 <i>more</i>" in [cell.value for row in book[MAP].iter_rows() for cell in row]


def test_text_is_shown_and_not_marked_up(pages):
    page = pages["model"]
    assert not any("<b>Deadweight" in each for each in pages.values())
    assert "&lt;b&gt;Deadweight&lt;/b&gt; {of} 100 =1+1" in page


def test_one_program_and_the_policy_that_admits_it(pages):
    page = pages["explorer"]
    assert not any("<script data-program>" in pages[name] for name in ("05_sroi", "model"))
    assert page.count("<script data-program>") == 1 and page.count("<script") == 2  # its data besides
    assert re.search(r"script-src 'sha256-[A-Za-z0-9+/=]{44}'", page)
    assert "unsafe-eval" not in page and "script-src 'unsafe" not in page


def test_sections_that_a_study_has_nothing_for_are_absent(pages):
    """Nothing is entered as published: the answer says so, and no section on what is published stands empty."""
    page = "".join(pages.values())
    headings = re.findall(r"<h2[^>]*>([^<]*)<", page)
    assert "No published figures of a valuation were entered for this study" in page
    assert "The value map" in headings and "Against published criteria" in headings
    assert not {
        "The ratios as published",
        "What the published figures imply",
        "Deadweight: what would have happened without support",
    } & set(headings)
