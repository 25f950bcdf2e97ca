"""What is deposited beside the pages, made by a real run: the research object, read by others' programs, and the replication form."""

import hashlib
import json
import re
from functools import cache
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import html5lib
import pytest
import rocrate
import yaml
from project_copy import run_analysis
from rocrate.rocrate import ROCrate

from analysis.pipeline.deposit.crate import crate_text
from analysis.pipeline.parameters import planned_runs
from analysis.pipeline.team_files import is_kept
from analysis.results import KIND_MEANING

pytestmark = pytest.mark.slow
CONTEXT = "https://w3id.org/ro/crate/1.3/context"
HTML = "{http://www.w3.org/1999/xhtml}"
# Recommendations that do not fit: institutions' identifiers and contact points, which the sources do not give, profiles,
# and the size and format of tables of people, of which nothing is told but that they are there.
NOT_MET = {
    "File Data Entities SHOULD have a `contentSize` property",
    "Missing or invalid `encodingFormat` linked to the `File Data Entity`",
    "The organization SHOULD have a URL.",
    "The Root Data Entity SHOULD have a `conformsTo` property if the RO-Crate conforms to profiles",
    "An Organization entity SHOULD have a ROR identifier as its @id (e.g., https://ror.org/03f0f6041)",
    "An Organization's contactPoint SHOULD reference a ContactPoint contextual entity",
    "Data Entity `author` SHOULD reference a Person entity",  # the contributors are named together
    "At least one author or publisher Person/Organization SHOULD have a contactPoint property",
}


@pytest.fixture(scope="module")
def graph(finished) -> dict[str, dict]:
    document = json.loads((finished / "reports/ro-crate-metadata.json").read_text(encoding="utf-8"))
    assert document["@context"] == CONTEXT
    ids = [entity["@id"] for entity in document["@graph"]]
    assert len(ids) == len(set(ids))
    return {entity["@id"]: entity for entity in document["@graph"]}


def listed(value) -> list:
    return value if isinstance(value, list) else [] if value is None else [value]


def of_sort(graph, sort) -> list[dict]:
    return [entity for entity in graph.values() if sort in listed(entity["@type"])]


def referred(entity) -> list[str]:
    return [part["@id"] for value in entity.values() for part in listed(value) if isinstance(part, dict)]


def place(finished, entity) -> Path:
    """Where a file of the crate is: in the reports, or where `localPath` says."""
    return finished / "reports" / (entity.get("localPath") or unquote(entity["@id"]))


def test_an_independent_reader_reads_it(finished, graph):
    crate = ROCrate(finished / "reports")
    assert crate.name == "Migrant programme evaluation, rerun from what was published"
    assert (
        len(crate.data_entities) + len(crate.contextual_entities) == len(graph) - 2
    )  # the root and the descriptor apart
    actions = [entity for entity in crate.contextual_entities if entity.type == "CreateAction"]
    sroi = next(action for action in actions if action["name"] == "Run of 05_sroi for coproduction")
    assert sroi["instrument"]["programmingLanguage"]["name"] == "Python"
    assert "coproduction/05_sroi.html" in {result.id for result in sroi["result"]}


@pytest.fixture
def offline(monkeypatch):
    """The validator's requests, answered by the context that the reader's package brings; returns the addresses asked for."""
    from rocrate_validator.utils import document_loader, http

    context = (Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld").read_text(encoding="utf-8")
    asked = []

    class Answer:
        status_code, headers, text, content = 200, {"Content-Type": "application/ld+json"}, context, context.encode()

        def json(self):
            return json.loads(context)

        def raise_for_status(self):
            """It is there."""

    def answer(self, url, *arguments, **options):
        asked.append(url)
        assert url == CONTEXT, "no other address may be needed"
        return Answer()

    for method in ("get", "head"):
        monkeypatch.setattr(http.HttpRequester, method, answer, raising=False)
    document_loader.install_document_loader()
    yield asked
    document_loader.uninstall_document_loader()


@pytest.fixture
def parsed_once(monkeypatch):
    """The validator asks one question of each entity by itself, and its library would parse the question as often."""
    from rdflib.plugins.sparql import prepareQuery, processor

    plain = processor.SPARQLProcessor.query
    parsed = cache(lambda question, names, base: prepareQuery(question, dict(names), base))

    def query(self, question, initBindings=None, initNs=None, base=None, DEBUG=False):
        if isinstance(question, str):
            question = parsed(question, tuple(sorted((initNs or {}).items())), base)
        return plain(self, question, initBindings, initNs, base, DEBUG)

    monkeypatch.setattr(processor.SPARQLProcessor, "query", query)


@pytest.mark.filterwarnings("ignore")  # the validator's own, and those of the libraries it brings
def test_it_is_valid_by_an_independent_validator(finished, offline, parsed_once):
    from rocrate_validator import models, services

    settings = services.ValidationSettings(
        rocrate_uri=str(finished / "reports"),
        profile_identifier="ro-crate-1.3",
        requirement_severity=models.Severity.RECOMMENDED,
        offline=True,
    )
    result = services.validate(settings)
    issues = {(issue.severity, issue.message) for issue in result.get_issues()}
    assert [message for severity, message in issues if severity == models.Severity.REQUIRED] == []
    assert {message for _, message in issues} - NOT_MET == set()
    assert set(offline) == {CONTEXT}


def test_every_file_exists_with_its_size_and_hash(finished, graph):
    files = of_sort(graph, "File")
    assert len(files) > 150
    for entity in files:
        if is_kept(entity["@id"].removeprefix("#")):  # tables of people get neither, synthetic ones like any others
            assert not {"sha256", "contentSize"} & set(entity)
            continue
        content = place(finished, entity).read_bytes()
        assert entity["sha256"] == hashlib.sha256(content).hexdigest(), entity["@id"]
        assert entity["contentSize"] == str(len(content))
    inside = {place(finished, entity).name for entity in files if "localPath" not in entity}
    assert {"index.html", "05_sroi.html", "value_map.xlsx", "replication.html"} <= inside


def test_every_report_is_in_it(finished, graph):
    made = {
        path.relative_to(finished / "reports").as_posix()
        for path in (finished / "reports").rglob("*")
        if path.is_file()
    }
    assert made - {"ro-crate-metadata.json"} == {
        unquote(key) for key in graph if "File" in listed(graph[key]["@type"]) and key[0] != "#"
    }


def test_the_md5_of_files_and_folders_is_the_one_dvc_recorded(finished, graph):
    checked = 0
    for entity in (*of_sort(graph, "File"), *of_sort(graph, "Dataset")):
        told = entity.get("identifier", "").removeprefix("md5:")
        if told.endswith(".dir"):
            assert md5_of_folder(finished / "reports" / entity["localPath"]) == told
        elif told:
            assert hashlib.md5(place(finished, entity).read_bytes()).hexdigest() == told
        checked += bool(told)
    assert checked > 60


def md5_of_folder(folder: Path) -> str:
    """The hash of DVC's listing of a folder: its files' hashes and paths, in the order of paths."""
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    listing = [{"md5": hashlib.md5(files[name]).hexdigest(), "relpath": name} for name in sorted(files)]
    return hashlib.md5(json.dumps(listing, sort_keys=True).encode()).hexdigest() + ".dir"


def test_every_run_is_an_action_with_what_dvc_recorded_of_it(finished, graph):
    planned = yaml.safe_load((finished / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    known = {
        f"{name}@{item}" if item else name for name, stage in planned.items() for item in stage.get("foreach", [""])
    }
    stages = yaml.safe_load((finished / "dvc.lock").read_text(encoding="utf-8"))["stages"]
    stages = {name: stage for name, stage in stages.items() if name in known}
    actions = of_sort(graph, "CreateAction")
    runs = {f"#run/{notebook}/{study}" for notebook, study in planned_runs(finished)}
    assert {action["@id"] for action in actions} >= runs and len(actions) == len(stages)
    assert graph["./"]["mentions"] == [{"@id": action["@id"]} for action in actions]
    for action in actions:
        recorded = next(stage for stage in stages.values() if stage["cmd"] == action["description"])
        needed = {f"#{dep['path']}" + ("/" if dep["md5"].endswith(".dir") else "") for dep in recorded.get("deps", [])}
        assert {part["@id"] for part in listed(action.get("object"))} | {action["instrument"]["@id"]} >= needed
        made = {
            f"#{out['path']}" + ("/" if out["md5"].endswith(".dir") else "")
            for out in recorded["outs"]
            if "/pages/" not in out["path"]
        }
        kind, name, study = action["@id"].split("/", 2) if action["@id"] in runs else ("", "", "")
        assert {part["@id"] for part in listed(action["result"])} >= made | (
            {f"{study}/{name}.html"} if kind else set()
        )


def test_what_a_run_reads_of_the_run_is_another_action_s_result(graph):
    actions = of_sort(graph, "CreateAction")
    made = {part["@id"] for action in actions for part in listed(action["result"])}
    read = {part["@id"] for action in actions for part in listed(action.get("object"))}
    assert {key for key in read if key.startswith("#data/processed/") and not key.endswith("/")} <= made


def test_parameters_are_those_of_the_run(graph):
    assert graph["#run/06_sroi_sensitivity/coproduction/draws"]["value"] == 262144
    assert graph["#run/03_before_after/coproduction/compare.item"]["value"] == "confidence"


def test_it_has_no_loose_ends(graph):
    reached, waiting = set(), ["ro-crate-metadata.json"]
    while waiting:
        key = waiting.pop()
        assert key in graph or key.startswith("https://w3id.org/ro/crate/"), key
        if key in graph and key not in reached:
            reached.add(key)
            waiting += referred(graph[key])
    assert reached == set(graph)


def test_public_statistics_carry_their_origin_and_licence(graph):
    table = graph["#data/raw/reference/census_2011_QS203EW_country_of_birth_lad.csv"]
    assert graph[table["license"]["@id"]]["name"] == "Open Government Licence v3.0"
    source = graph[table["isBasedOn"]["@id"]]
    assert (
        source["url"] == "https://www.nomisweb.co.uk/census/2011/qs203ew"
        and source["datePublished"] == "11 December 2012"
    )
    assert graph[source["publisher"]["@id"]]["name"] == "Office for National Statistics"
    paper = graph[graph["#data/raw/coproduction/claims.csv"]["isBasedOn"]["@id"]]
    assert paper["usageInfo"] == "all rights reserved; facts and figures cited only"


def test_the_date_is_the_commit_s_and_no_clock_is_read(finished, graph):
    assert graph["./"]["datePublished"] == "1970-01-01"  # the copies of the tests have no commit
    found = {
        path: re.search("<title>(.*?)</title>", path.read_text("utf-8"))[1]
        for path in finished.glob("reports/**/*.html")
    }
    titles = {
        path.relative_to(finished).as_posix(): unescape(title).partition(" – Migrant programme evaluation")[0]
        for path, title in found.items()
    }
    assert crate_text(finished, "nothing committed yet", titles) == (
        finished / "reports/ro-crate-metadata.json"
    ).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def form(finished):
    parser = html5lib.HTMLParser(strict=True)
    return parser.parse((finished / "reports/replication.html").read_text(encoding="utf-8"))


def words(element) -> str:
    return " ".join("".join(element.itertext()).split())


def tables(form) -> dict[str, list[list[str]]]:
    """Rows of the form's tables by caption."""
    rows = {
        words(table.find(f"{HTML}caption")): [[words(cell) for cell in row] for row in table.iter(f"{HTML}tr")][1:]
        for table in form.iter(f"{HTML}table")
    }
    return {caption.partition(". ")[2]: found for caption, found in rows.items()}


def test_the_form_has_the_sections_a_data_editor_looks_for(form):
    headings = [words(heading) for heading in form.iter(f"{HTML}h2")]
    assert headings[1:-1] == [
        "Overview",
        "Data availability and provenance",
        "List of data files",
        "Computational requirements",
        "Programs",
        "Instructions to replicators",
        "Tables, figures and numbers in text",
        "References",
        "How to cite",
    ]


def test_the_form_lists_every_table_and_figure_of_every_page_with_the_cell_that_makes_it(finished, form):
    listings = {caption: rows for caption, rows in tables(form).items() if caption.startswith("Tables and figures of ")}
    assert len(listings) == len(planned_runs(finished))
    for (notebook, study), rows in zip(planned_runs(finished), listings.values(), strict=True):
        data = json.loads((finished / f"data/processed/{study}/pages/{notebook}.json").read_text(encoding="utf-8"))
        made = [notebook, *data.get("parts", {})]  # sections that are a page of their own
        pages = [
            html5lib.parse((finished / f"reports/{study}/{name}.html").read_text(encoding="utf-8")) for name in made
        ]
        every = [element for page in pages for element in page.iter()]
        shown = [element for element in every if re.fullmatch(r"(table|figure)-\d+", element.get("id", ""))]
        captions = sorted(bare(words(_caption(element))) for element in shown)  # the way to the sources may follow
        listed = sorted(bare(row[0]) for row in rows)
        assert len(rows) == len(captions), notebook
        assert all(caption.startswith(row) for row, caption in zip(listed, captions, strict=True)), notebook
        cells = json.loads((finished / "notebooks" / f"{notebook}.ipynb").read_text(encoding="utf-8"))["cells"]
        assert [row[2] for row in rows] == [words_of("".join(cells[int(row[1]) - 1]["source"])) for row in rows]


def _caption(element):
    """What a table or figure is called, without the finding that heads a figure."""
    return next((part for part in element.iter() if part.get("class") == "caption-text"), element)


def bare(caption: str) -> str:
    """A caption without what says how its numbers are known, which the form leaves to its own list."""
    caption = caption.replace(" Worked example: synthetic records, not findings.", "")
    return " ".join(word for word in caption.split() if word not in KIND_MEANING)


def words_of(text: str) -> str:
    return " ".join(text.split())


def test_the_form_lists_the_numbers_in_text_with_their_results(finished, form):
    answer = next(
        words(item)
        for item in form.iter(f"{HTML}li")
        if words(item).startswith("Cell 7, view.answer(page, published, evaluation): £4.67 published claim:CP-087")
    )
    assert "£5.76 published claim:CP-090" in answer


def test_the_form_lists_every_raw_file_a_stage_read_and_its_source(finished, form):
    rows = tables(form)["Raw data files"]
    assert ["data/raw/coproduction/claims.csv", "S3", "yes"] in rows
    assert {row[0] for row in rows} >= {
        f"data/raw/reference/{path.name}" for path in (finished / "data/raw/reference").glob("*.csv")
    }
    sources = {row[0].split(".")[0]: row for row in tables(form)["Sources of data, with terms and access"]}
    assert {row[1] for row in rows} == set(sources)
    assert "HM Treasury" in sources[next(row[1] for row in rows if row[0].endswith("gdp_deflator.csv"))][0]


def test_the_form_s_seeds_are_those_of_the_parameters(finished, form):
    given = yaml.safe_load((finished / "params.yaml").read_text(encoding="utf-8"))
    seeds = sorted(str(values["seed"]) for studies in given.values() for values in studies.values() if "seed" in values)
    assert sorted(row[1] for row in tables(form)["Seeds"]) == seeds


def test_records_of_a_team_are_named_as_theirs_and_not_provided(finished, tmp_path):
    """A run on a team's records says so in both, and neither holds a record."""
    import shutil

    folder = tmp_path / "own records"
    shutil.copytree(finished, folder, symlinks=True, ignore=shutil.ignore_patterns(".git"))
    secret = "person_id,confidence_before\na-secret-of-theirs,3\n"
    (folder / "data/raw/coproduction/records/questionnaire.csv").write_text(secret, encoding="utf-8")
    done = run_analysis(folder, "publish")
    assert done.returncode == 0, done.stderr
    entities = json.loads((folder / "reports/ro-crate-metadata.json").read_text(encoding="utf-8"))["@graph"]
    entity = next(entity for entity in entities if entity["@id"] == "#data/raw/coproduction/records/questionnaire.csv")
    assert "confidential" in entity["usageInfo"] and "license" not in entity
    form = (folder / "reports/replication.html").read_text(encoding="utf-8")
    assert "no: confidential: the research team" in form and "secret" not in form
    assert "☒</span> Some data cannot be made publicly available." in form
