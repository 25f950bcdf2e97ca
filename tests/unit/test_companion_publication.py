"""Publication of a small project: every page with its companions, nothing remade or written without need, nothing by halves."""

import json
import shutil
from pathlib import Path

import pytest
import toy_companions as toys

from analysis.errors import InputError
from analysis.pipeline.companions import KEPT, companion_code, companion_pages
from analysis.pipeline.publish import publish
from analysis.reporting.places import index_of
from analysis.reporting.plain_page import PlainPage, plain_page
from analysis.results import ResultStore


@pytest.fixture(autouse=True)
def pages_alone(monkeypatch):
    """Without the files for archives, which describe a whole project."""
    form = plain_page(PlainPage("Form", "", [], ResultStore()))
    monkeypatch.setattr("analysis.pipeline.publish.replication.form_data", lambda root: form)
    monkeypatch.setattr("analysis.pipeline.publish.crate.crate_text", lambda root, stamp, titles: "")


ANOTHER = json.dumps({"blocks": [], "entries": [], "results": {}, "index": index_of([], [])})
WORDING = {"answer": "It gave {sroi.ratio}; see {@06_sroi_sensitivity:tornado_pounds}."}


def project(root, wording):
    """A project with one study, as after a run."""
    material = toys.toy(root, wording=wording)
    (root / "params.yaml").write_text(
        json.dumps({name: {"toy": {}} for name in (toys.VALUE, toys.SENSITIVITY)}), encoding="utf-8"
    )
    shutil.copy(Path(__file__).resolve().parents[2] / "CITATION.cff", root)
    (root / "notebooks").mkdir()
    for appendix in material.appendices:
        cells = [
            {
                "cell_type": "markdown",
                "metadata": {},
                "source": [f"# {appendix.title.strip()}\n", "\n", appendix.question],
            }
        ]
        (root / "notebooks" / f"{appendix.name}.ipynb").write_text(
            json.dumps({"nbformat": 4, "metadata": {}, "cells": cells}), encoding="utf-8"
        )
    return material


def test_every_page_is_published_with_links_to_the_others(tmp_path):
    project(tmp_path, WORDING)
    publish(tmp_path)
    reports = tmp_path / "reports"
    assert {path.relative_to(reports).as_posix() for path in reports.rglob("*.html")} == {
        "index.html",
        "replication.html",
        "glossary.html",
        "search.html",
        *(
            f"toy/{name}.html"
            for name in ("overview", "05_sroi", "06_sroi_sensitivity", "assumptions", "methods", "data_dictionary")
        ),
    }
    for path in (reports / "toy").glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "not under version control" in text and "@@" not in text
        assert f'<a href="{path.name}" aria-current="page">' in text and text.count('aria-current="page"') == 1
        places = [
            text.index(f'<li><a href="{name}.html"')
            for name in ("overview", "05_sroi", "06_sroi_sensitivity", "assumptions", "methods")
        ]
        assert places == sorted(places)
    assert "Table 1 of The doubts" in (reports / "toy" / "overview.html").read_text(encoding="utf-8")


def test_nothing_is_written_again_when_nothing_changed(tmp_path):
    project(tmp_path, WORDING)
    publish(tmp_path)
    written = {path: path.stat().st_mtime_ns for path in (tmp_path / "reports").rglob("*.html")}
    publish(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "reports").rglob("*.html")} == written


@pytest.mark.parametrize(
    "answer",
    ["See {@06_sroi_sensitivity:tornado}.", "See [there](05_sroi.html#nowhere).", "See [there](elsewhere.html)."],
)
def test_a_link_to_nowhere_stops_publication_before_anything_is_written(tmp_path, answer):
    project(tmp_path, {"answer": answer})
    with pytest.raises(InputError, match="overview.html"):
        publish(tmp_path)
    assert not (tmp_path / "reports").exists()


def marked(root) -> None:
    """Mark the kept pages, so that they can be told from pages made anew."""
    kept = root / KEPT / "toy.json"
    content = json.loads(kept.read_text(encoding="utf-8"))
    kept.write_text(json.dumps(content | {"pages": dict.fromkeys(content["pages"], "kept")}), encoding="utf-8")


def changed_results(root) -> None:
    file = root / "data" / "processed" / "toy" / "results.json"
    file.write_text(file.read_text(encoding="utf-8").replace('"Ratio of the model"', '"Ratio"'), encoding="utf-8")


def changed_wording(root) -> None:
    (root / "data" / "raw" / "overviews" / "toy.yaml").write_text("answer: Otherwise.\n", encoding="utf-8")


def changed_page(root) -> None:
    (root / "data" / "processed" / "toy" / "pages" / "05_sroi.json").write_text(ANOTHER, encoding="utf-8")


def changed_code(root) -> None:
    (root / "src" / "analysis").mkdir(parents=True, exist_ok=True)
    (root / "src" / "analysis" / "new.py").write_text("", encoding="utf-8")


def damaged(root) -> None:
    (root / KEPT / "toy.json").write_text("{", encoding="utf-8")


@pytest.mark.parametrize("change", [changed_results, changed_wording, changed_page, changed_code, damaged])
def test_pages_are_kept_until_what_they_are_made_from_changes(tmp_path, change):
    material = toys.toy(tmp_path, wording=WORDING)
    first = companion_pages(material, companion_code(tmp_path))
    marked(tmp_path)
    template = tmp_path / "src/analysis/reporting/template/page.html.j2"  # pages are made of data
    template.parent.mkdir(parents=True)
    template.write_text("", encoding="utf-8")
    assert set(companion_pages(material, companion_code(tmp_path)).values()) == {"kept"}
    change(tmp_path)
    again = companion_pages(
        toys.Material(material.study, material.appendices, material.colophon), companion_code(tmp_path)
    )
    assert set(again) == set(first) and "kept" not in again.values()
