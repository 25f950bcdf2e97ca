"""The parts of what is deposited, on small projects written here: records of a run, origins, exhibits, entities, citation."""

import json
from pathlib import Path

import pytest
import yaml

from analysis.errors import InputError
from analysis.pipeline.deposit.citation import Citation, read_citation
from analysis.pipeline.deposit.crate import crate_text
from analysis.pipeline.deposit.entities import Graph, identifier
from analysis.pipeline.deposit.exhibits import exhibits
from analysis.pipeline.deposit.origins import raw_files
from analysis.pipeline.deposit.replication import form_data
from analysis.pipeline.lock import Item, read_lock
from analysis.reporting.markup import MIME
from analysis.reporting.nodes import number, paragraph
from analysis.reporting.page import render_page

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = 'a "b" <script>alert(1)<\u202e> #?%20&{{7*7}}.csv'
STUDY = """\
id: s
title: T {{7*7}} <script>alert(1)</script>
programme: P
place: X
period: {start: 2012, end: 2014}
source: {producer: "<b>P</b>", title: "</script><script>alert(1)</script>", published: null, address: "javascript:alert(1)", licence: L}
claim_prefix: CP
"""
TABLE = {"type": "table", "label": "Table 1", "anchor": "table-1", "caption": ["Five < six"], "note": [number("n.c")]}
FIGURE = {"type": "figure", "label": "Figure 1", "anchor": "figure-1", "caption": ["Lines"]}
NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": ["# A <title>"]},
        {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": ["study = 's'"], "outputs": []},
        {"cell_type": "code", "metadata": {"tags": ["injected-parameters"]}, "source": ["study = 's'"], "outputs": []},
        {
            "cell_type": "code",
            "metadata": {},
            "source": ["view.answer(page)\n", "\n"],
            "outputs": [
                {"data": {MIME: {"blocks": [paragraph(["It is ", number("n.b"), number("n.a&"), number("n.b")])]}}}
            ],
        },
        {
            "cell_type": "code",
            "metadata": {},
            "source": "both(page)",
            "outputs": [{"data": {MIME: {"blocks": [TABLE, FIGURE]}}}],
        },
        {"cell_type": "code", "metadata": {}, "source": "quiet()", "outputs": [{"output_type": "stream", "text": "x"}]},
    ]
}

LOOK = {
    "cell_type": "code",
    "metadata": {"tags": ["private"]},
    "source": "people",
    "outputs": [],
    "execution_count": None,
}


def written() -> dict:
    """The notebook before the run: without the parameters of the run, with a cell that is left out of it."""
    title, parameters, _, *others = (
        cell | ({"outputs": []} if "outputs" in cell else {}) for cell in NOTEBOOK["cells"]
    )
    return {"nbformat": 4, "metadata": {}, "cells": [title, parameters, LOOK, *others]}


@pytest.fixture
def project(tmp_path) -> Path:
    """A project of one study with a file of a hostile name, run once as its dvc.lock says."""
    raw, done = tmp_path / "data/raw/s", tmp_path / "data/processed/s"
    for folder in (raw, done / "executed", done / "results", tmp_path / "notebooks", tmp_path / "reports/s"):
        folder.mkdir(parents=True)
    (raw / "study.yaml").write_text(STUDY, encoding="utf-8")
    (raw / HOSTILE).write_text("x\n", encoding="utf-8")
    (raw / "questionnaire.csv").write_text("person_id\nsecret\n", encoding="utf-8")
    (done / "results/08_claims_audit.json").write_text('{"results": {}}', encoding="utf-8")
    (done / "executed/08_claims_audit.ipynb").write_text(json.dumps(NOTEBOOK), encoding="utf-8")
    (tmp_path / "notebooks/08_claims_audit.ipynb").write_text(json.dumps(written()), encoding="utf-8")
    (tmp_path / "reports/s/08_claims_audit.html").write_text("<title>A &lt;page&gt;</title>", encoding="utf-8")
    (tmp_path / "reports" / HOSTILE.replace("csv", "html")).write_text("no title", encoding="utf-8")
    (tmp_path / "params.yaml").write_text(
        "08_claims_audit: {s: {rounding: either, planted: 5, seed: 7}}", encoding="utf-8"
    )
    (tmp_path / "CITATION.cff").write_bytes((ROOT / "CITATION.cff").read_bytes())
    stage = {
        "cmd": "python -m analysis run 08_claims_audit --study s",
        "deps": [{"path": "data/raw/s", "md5": "abc.dir"}, {"path": "notebooks/08_claims_audit.ipynb", "md5": "def"}],
        "params": {"params.yaml": {"08_claims_audit.s": {"seed": 7, "nested": {"a": {"b": 1}}}}},
        "outs": [{"path": "data/processed/s/results/08_claims_audit.json", "md5": "123"}],
    }
    other = {
        "cmd": "python -m analysis collect --study s",
        "outs": [{"path": "data/processed/s/results.json", "md5": "9"}],
    }
    lock = {"audit@s": stage, "collect": other, "audit@gone": stage, "renamed": other}
    (tmp_path / "dvc.lock").write_text(yaml.safe_dump({"schema": "2.0", "stages": lock}), encoding="utf-8")
    (tmp_path / "dvc.yaml").write_text("stages: {audit: {foreach: [s]}, collect: {cmd: x}}", encoding="utf-8")
    return tmp_path


def test_the_lock_tells_what_went_in_and_what_came_out(project):
    audit, collect = read_lock(project)
    assert (audit.name, collect.name) == ("audit@s", "collect")  # and none that dvc.yaml no longer has
    assert audit.run == ("08_claims_audit", "s") and collect.run is None
    assert audit.inputs == (Item("data/raw/s", "abc.dir"), Item("notebooks/08_claims_audit.ipynb", "def"))
    assert [item.folder for item in audit.inputs] == [True, False]
    assert audit.parameters == {"seed": 7, "nested": {"a": {"b": 1}}}


def test_without_a_lock_nothing_was_recorded(tmp_path):
    assert read_lock(tmp_path) == ()


@pytest.mark.parametrize(
    "content", ["", "stages: 1", "stages: {a: {}}", "stages: {a: {cmd: x, outs: [{path: y}]}}", "other: {}", "[1]"]
)
def test_a_lock_that_is_none_is_an_error(tmp_path, content):
    (tmp_path / "dvc.yaml").write_text("stages: {a: {cmd: x}}", encoding="utf-8")
    (tmp_path / "dvc.lock").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="dvc.lock"):
        read_lock(tmp_path)


def test_exhibits_carry_the_number_of_their_cell_in_the_notebook_as_written(project):
    name = "08_claims_audit.ipynb"
    found = exhibits(project / "notebooks" / name, project / "data/processed/s/executed" / name, {})
    assert [(one.sort, one.title, one.anchor, one.cell) for one in found] == [
        ("text", "", "", 4),
        ("table", "Table 1. Five < six", "table-1", 5),
        ("figure", "Figure 1. Lines", "figure-1", 5),
    ]
    assert found[0].results == ("n.b", "n.a&") and found[0].code == "view.answer(page)" and found[1].results == ("n.c",)


def test_raw_files_have_their_study_s_source_and_records_are_a_team_s(project):
    files = {Path(file.path).name: file for file in raw_files(project, read_lock(project))}
    assert set(files) == {"study.yaml", HOSTILE, "questionnaire.csv"}
    assert files[HOSTILE].origin.producer == "<b>P</b>" and files[HOSTILE].provided
    assert files[HOSTILE].origin.addresses == ()  # an address of the web, or none
    assert not files["questionnaire.csv"].provided


def test_an_origin_file_that_lacks_a_field_is_an_error(project):
    (project / "data/raw/s/a.csv").write_text("x\n", encoding="utf-8")
    (project / "data/raw/s/a.origin.yaml").write_text("title: t\ntable: t\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"data/raw/s/a.origin.yaml, column 'producer'"):
        raw_files(project, read_lock(project))


def test_hostile_names_are_encoded_in_the_crate(project):
    text = crate_text(project, "stamp", {"reports/s/08_claims_audit.html": "A <page>"})
    graph = {entity["@id"]: entity for entity in json.loads(text)["@graph"]}
    key = "#data/raw/s/a%20%22b%22%20%3Cscript%3Ealert%281%29%3C%E2%80%AE%3E%20%23%3F%2520%26%7B%7B7%2A7%7D%7D.csv"
    assert graph[key]["localPath"] == f"../data/raw/s/{HOSTILE}" and graph[key]["contentSize"] == "2"
    assert graph["s/08_claims_audit.html"]["name"] == "A <page>"
    assert any(entity.startswith("a%20%22b%22%20%3Cscript") for entity in graph)
    assert all(not set(' "<>{}\u202e') & set(entity) for entity in graph)
    assert graph["#run/08_claims_audit/s/nested.a.b"]["value"] == 1
    lost = graph["#data/processed/s/results.json"]  # recorded, and no longer there
    assert lost["identifier"] == "md5:9" and "sha256" not in lost
    assert "secret" not in text


def test_a_study_stands_in_the_crate_by_its_authors(project):
    """A person by ORCID, with where the person works; a study that names nobody is the repository's authors'."""
    without = {entity["@id"]: entity for entity in json.loads(crate_text(project, "x", {}))["@graph"]}
    assert without["s/"]["author"] == without["./"]["author"] == {"@id": "#author-the_project_contributors"}
    path = project / "data/raw/s/study.yaml"
    authors = (
        "authors: [{family-names: Noor, given-names: Asha, orcid: 0000-0002-1825-0097, affiliation: University of X}]\n"
    )
    path.write_text(STUDY + authors + "version: '2'\ndoi: 10.5281/zenodo.12\n", encoding="utf-8")
    graph = {entity["@id"]: entity for entity in json.loads(crate_text(project, "x", {}))["@graph"]}
    of = graph["s/"]
    assert of["author"] == {"@id": "https://orcid.org/0000-0002-1825-0097"} and of["version"] == "2"
    assert graph[of["author"]["@id"]]["name"] == "Asha Noor" and of["identifier"] == "https://doi.org/10.5281/zenodo.12"
    assert graph[graph[of["author"]["@id"]]["affiliation"]["@id"]]["name"] == "University of X"
    assert of["hasPart"] == {"@id": "s/08_claims_audit.html"} and {"@id": "s/"} in graph["./"]["hasPart"]


def test_hostile_texts_are_text_on_the_form(project):
    page = render_page(form_data(project))
    assert "<script>alert" not in page and "<b>P</b>" not in page
    assert "javascript:" not in page and "{{7*7}}" in page and "\u202e" not in page


def test_the_same_project_gives_the_same_texts(project):
    assert crate_text(project, "x", {}) == crate_text(project, "x", {})
    assert render_page(form_data(project)) == render_page(form_data(project))


def test_a_graph_keeps_the_first_of_an_id_and_drops_what_is_empty():
    graph = Graph()
    assert graph.add("#a", "Thing", name="first", none=None, empty=[], one=[1], two=[1, 2], nothing="") == {"@id": "#a"}
    graph.add("#a", "Thing", name="second")
    assert graph.entities == [{"@id": "#a", "@type": "Thing", "name": "first", "one": 1, "two": [1, 2]}]
    assert graph.of_sort("Thing") == [{"@id": "#a"}] and "#b" not in graph


@pytest.mark.parametrize("path", ["reports/x/../y.html", "reportsx/y.html", "data/reports/y.html"])
def test_only_what_is_in_the_folder_counts_as_in_it(path):
    assert identifier(path, "reports").startswith("#") == (not path.startswith("reports/"))


# The rules of the Citation File Format 1.2.0 that concern the keys this project uses, as its schema guide states them.
def test_the_citation_file_is_valid():
    citation = read_citation(ROOT)
    assert (citation.cff_version, citation.license) == ("1.2.0", "MIT")
    assert (
        citation.title
        and citation.message
        and [author.words for author in citation.authors] == ["The project contributors"]
    )
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{citation.version}"' in pyproject and f'license = "{citation.license}"' in pyproject


def cff(**changes) -> dict:
    given = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    return {name: value for name, value in (given | changes).items() if value is not None}


@pytest.mark.parametrize(
    "good",
    [
        {"authors": [{"family-names": "Doe", "given-names": "J.", "orcid": "https://orcid.org/0000-0002-1825-0097"}]},
        {"date-released": "2026-11-22"},
        {"doi": "10.5281/zenodo.1003150"},
        {"type": "dataset"},
        {"version": 1.2},
    ],
)
def test_what_the_format_allows_is_read(good):
    assert Citation.model_validate(cff(**good))


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("cff-version", "1.1"),
        ("cff-version", None),
        ("message", ""),
        ("message", None),
        ("title", None),
        ("authors", []),
        ("authors", None),
        ("authors", [{"orcid": "0000-0002-1825-0097"}]),
        ("authors", [{"nick": "x"}]),
        ("type", "book"),
        ("date-released", "22.11.2026"),
        ("doi", "https://doi.org/10.5281/zenodo.1"),
        ("repository-code", "git@host:x"),
        ("unknown-key", 1),
    ],
)
def test_what_the_format_forbids_is_an_error_that_names_the_field(tmp_path, name, bad):
    (tmp_path / "CITATION.cff").write_text(yaml.safe_dump(cff(**{name: bad})), encoding="utf-8")
    with pytest.raises(InputError, match=f"CITATION.cff, column '{name}"):
        read_citation(tmp_path)


def test_licences_are_stated_alike_everywhere():
    readme, terms = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "LICENSE-text-data.md"))
    assert "[MIT licence](LICENSE)" in readme and "LICENSE-text-data.md" in readme
    assert "CC BY 4.0" in terms and "Open Government Licence v3.0" in terms
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
