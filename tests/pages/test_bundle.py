"""The bundle of a study as its receivers have it: unpacked in an empty folder, searched by an attacker, opened in a browser."""

import csv
import io
import json
import os
import re
import shutil
import struct
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path
from urllib.parse import unquote
from zipfile import ZipFile

import html5lib
import pytest
import yaml
from project_copy import run_analysis
from pypdf import PdfReader

from analysis.bundle.bundle import bundle
from analysis.bundle.summary import write_summary
from analysis.errors import InputError

pytestmark = [pytest.mark.pages, pytest.mark.slow]
HTML = "{http://www.w3.org/1999/xhtml}"
STUDY = "coproduction_example"
FAMILY, GIVEN, ORCID = "Quillfeather", "Zenobia", "0000-0002-1825-0097"
AFFILIATION, GROUP = "Institute of Invented Matters & Co", "The Snarkfinders"
ADDRESS, REMOTE, DOI = "https://example.org/snark/hunt", "git@example.net:snark/hunt.git", "10.5281/zenodo.4242"
TITLE = "Hunting of the Snark, rerun"
PLANTED = "canary-7f3a9c"


@pytest.fixture(scope="module")
def project(finished, tmp_path_factory) -> Path:
    """The finished project with authors, an address and a commit, published again; with private files that no bundle may hold."""
    folder = tmp_path_factory.mktemp("bundle") / "project"
    shutil.copytree(finished, folder, symlinks=True)
    shutil.copy(Path(__file__).resolve().parents[2] / ".gitignore", folder)
    _edit(
        folder / "data/raw" / STUDY / "study.yaml",
        authors=[
            {"family-names": FAMILY, "given-names": GIVEN, "orcid": ORCID, "affiliation": AFFILIATION},
            {"name": GROUP, "website": f"{ADDRESS}/people"},
        ],
        version="3.1",
        date="2024-05-06",
        doi=DOI,
        programme=f"Made-up files, gathered by {GIVEN} {FAMILY}.",
        place=f"Portsmouth, as {FAMILY} knew it",
    )
    _edit(folder / "CITATION.cff", **{"title": TITLE, "repository-code": ADDRESS})
    for place in (f"private/{STUDY}/results.csv", ".dvc/people/key", f"build/drafts/{STUDY}/a.json"):
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(PLANTED, encoding="utf-8")
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "remote", "add", "origin", REMOTE], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "--quiet", "-m", "x"], check=True)
    done = run_analysis(folder, "publish")
    assert done.returncode == 0, done.stderr
    return folder


def _edit(path: Path, **fields) -> None:
    path.write_text(
        yaml.safe_dump(yaml.safe_load(path.read_text(encoding="utf-8")) | fields, sort_keys=False), encoding="utf-8"
    )


@pytest.fixture(scope="module")
def whole(project, tmp_path_factory, chromium_executable) -> Path:
    """A zip of the command's, unpacked where nothing else is."""
    folder = tmp_path_factory.mktemp("whole")
    done = run_analysis(project, "bundle", STUDY, "--to", str(folder / "a.zip"), "--browser", chromium_executable)
    assert (done.returncode, done.stdout) == (0, "wrote a.zip\n"), done.stderr
    with ZipFile(folder / "a.zip") as archive:
        assert archive.testzip() is None
        archive.extractall(folder / "empty")
    return folder / "empty"


@pytest.fixture(scope="module")
def blind(project, tmp_path_factory) -> Path:
    """A folder for blind review, by the command, where no browser is."""
    folder = tmp_path_factory.mktemp("blind")
    (folder / "bin").mkdir()
    (folder / "bin" / "git").symlink_to(shutil.which("git"))
    done = run_analysis(project, "bundle", STUDY, "--blind", "--to", str(folder / "b"), PATH=str(folder / "bin"))
    assert done.returncode == 0, done.stderr
    return folder / "b"


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


@cache
def readable(folder: Path) -> dict[str, str]:
    """Every byte of a bundle as text: what zips hold, what PDFs say and know of themselves, and HTML without its marks."""
    found = {}
    for name, content in files(folder).items():
        found[name] = f"{name} {content.decode('utf-8', errors='replace')}"
        if name.endswith((".xlsx", ".docx")):
            with ZipFile(io.BytesIO(content)) as archive:
                found |= {
                    f"{name}!{part}": archive.read(part).decode("utf-8", errors="replace")
                    for part in archive.namelist()
                }
        if name.endswith(".pdf"):
            reader = PdfReader(io.BytesIO(content))
            found[f"{name}!"] = " ".join([str(reader.metadata), *(page.extract_text() for page in reader.pages)])
        if name.endswith(".html"):
            found[f"{name}!"] = "".join(html5lib.parse(content.decode("utf-8")).itertext())
    return found


@pytest.mark.parametrize("which", ["whole", "blind"])
def test_no_link_is_dead_and_no_id_stands_twice(which, request):
    folder = request.getfixturevalue(which).resolve()
    pages = {path: html5lib.parse(path.read_text(encoding="utf-8")) for path in folder.rglob("*.html")}
    ids = {
        path: Counter(element.get("id") for element in page.iter() if element.get("id")) for path, page in pages.items()
    }
    assert {path.name: [name for name, count in found.items() if count > 1] for path, found in ids.items()} == {
        path.name: [] for path in pages
    }
    dead, links = [], 0
    for path, page in pages.items():
        for element in page.iter():
            for address in filter(None, (element.get("href"), element.get("src"))):
                if re.match(r"https?:|data:", address):
                    continue
                file, _, anchor = address.partition("#")
                target = (path.parent / unquote(file)).resolve() if file else path
                there = target.is_file() and target.is_relative_to(folder)
                links += 1
                dead += (
                    [] if there and (not anchor or unquote(anchor) in ids.get(target, ())) else [(path.name, address)]
                )
            dead += [
                (path.name, name) for name in (element.get("aria-labelledby") or "").split() if name not in ids[path]
            ]
    assert dead == [] and links > 1000


def test_it_has_every_page_table_and_figure_in_every_form(whole, project):
    names = set(files(whole))
    pages = {path.name for path in (project / "reports" / STUDY).glob("*.html")}
    assert {name.removeprefix("pages/") for name in names if name.startswith("pages/")} == pages
    tables, figures = Counter(), Counter()
    for path in (project / "reports" / STUDY).glob("*.html"):
        page = html5lib.parse(path.read_text(encoding="utf-8"))
        tables[path.stem] = sum("table-block" in (element.get("class") or "").split() for element in page.iter())
        figures[path.stem] = sum(1 for _ in page.iter(f"{HTML}figure"))
    for folder, count, endings in (("tables", tables, "csv tex md docx"), ("figures", figures, "svg png pdf csv")):
        for ending in endings.split():
            found = Counter(
                name.split("/")[1] for name in names if name.startswith(folder) and name.endswith(f".{ending}")
            )
            assert found == +count, (folder, ending)
    assert sum(tables.values()) > 40 and sum(figures.values()) > 8
    assert {
        "index.html",
        "everything.html",
        "captions.md",
        "CITATION.cff",
        "citation.bib",
        "citation.ris",
        "LICENSE",
    } <= names


def test_it_holds_nothing_of_people_and_nothing_private(whole, project):
    records = project / "data/raw" / STUDY / "records"
    wanted = {PLANTED, str(project), os.path.basename(project.parent)}
    for path in records.glob("*.csv"):
        for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))):
            wanted |= {text for name, text in row.items() if name.endswith("_id") and text and not text.isdigit()}
            wanted |= {text for text in row.values() if text and len(text) >= 25}
            wanted.add(",".join(row.values()))
    specified = "".join(path.read_text(encoding="utf-8") for path in (project / "tests/spec").glob("*.yaml"))
    wanted = {
        text for text in wanted if text not in specified
    }  # the methods page shows these cases, which are nobody's
    assert len(wanted) > 100
    found = {(name, text) for name, all_of_it in readable(whole).items() for text in wanted if text in all_of_it}
    assert found == set()
    assert [name for name in files(whole) if re.search(r"records|private|\.dvc|\.json", name)] == []


def test_the_blind_one_tells_nobody_who_made_it(blind, project):
    commit = subprocess.run(
        ["git", "-C", str(project), "rev-parse", "HEAD"], capture_output=True, text=True
    ).stdout.strip()
    secrets = [
        FAMILY,
        GIVEN,
        ORCID,
        AFFILIATION,
        GROUP,
        ADDRESS,
        REMOTE,
        DOI,
        TITLE,
        commit[:12],
        commit[:7],
        "example.org/snark",
    ]
    found = [(name, one) for name, text in readable(blind).items() for one in secrets if one.lower() in text.lower()]
    assert found == []
    assert not {"CITATION.cff", "citation.bib", "citation.ris", "LICENSE"} & set(files(blind))
    text = (blind / "everything.html").read_text(encoding="utf-8")
    assert "withheld for blind review" in text and "SHA-256" not in text and "sh scripts" not in text


def test_the_whole_one_tells_who_made_it_on_every_page(whole):
    for path in whole.rglob("*.html"):
        text = " ".join("".join(html5lib.parse(path.read_text(encoding="utf-8")).itertext()).split())
        assert f"{FAMILY}, {GIVEN}; {GROUP} (2024)" in text and AFFILIATION in text, path.name
        assert f"https://doi.org/{DOI}" in text and "@misc{" in text and "TY - COMP" in text, path.name
    said = yaml.safe_load((whole / "CITATION.cff").read_text(encoding="utf-8"))
    assert said["authors"][0]["orcid"].endswith(ORCID) and said["doi"] == DOI and "Synthetic records" in said["message"]


def test_every_file_of_a_worked_example_is_marked(whole):
    marks = [name for name, content in files(whole).items() if name.startswith(("tables/", "figures/"))]
    text = readable(whole)
    for name in marks:
        said = text[f"{name}!word/document.xml"] if name.endswith(".docx") else text.get(f"{name}!", "") + text[name]
        if not any(part in name for part in ("/overview/", "/methods/", "/data_dictionary/")):
            assert "synthetic records" in said.replace("\n", " ").lower(), name


def test_pictures_are_for_print_and_say_what_they_show(whole):
    from PIL import Image

    spoken = (whole / "captions.md").read_text(encoding="utf-8")
    for path in whole.rglob("*.png"):
        content, svg = path.read_bytes(), path.with_suffix(".svg").read_text(encoding="utf-8")
        width, height = struct.unpack(">II", content[16:24])
        points = re.search(r'width="([\d.]+)pt" height="([\d.]+)pt"', svg)
        assert (width, height) == tuple(round(float(size) / 72 * 300) for size in points.groups())
        with Image.open(path) as image:
            assert [round(dots) for dots in image.info["dpi"]] == [300, 300]
            colours = image.convert("L").getextrema()
            assert colours[1] == 255 and colours[0] < 60, path.name  # white paper, dark ink
            told = image.text["Description"]
        assert told and told.split(";")[0][:30].replace("|", r"\|") in spoken.replace("\\", "")
        catalogue = PdfReader(path.with_suffix(".pdf")).trailer["/Root"]
        assert catalogue["/MarkInfo"]["/Marked"].value is True and catalogue["/Lang"] == "en-GB"
        assert told[:40] in " ".join(_alternatives(catalogue["/StructTreeRoot"]))
        fonts = PdfReader(path.with_suffix(".pdf")).pages[0]["/Resources"]["/Font"]
        assert all(fonts[name].get_object()["/Subtype"] != "/Type3" for name in fonts), path.name


def _alternatives(node) -> list[str]:
    node = node.get_object()
    if isinstance(node, list):
        return [text for part in node for text in _alternatives(part)]
    if not isinstance(node, dict):
        return []
    own = [str(node["/Alt"])] if "/Alt" in node else []
    return own + (_alternatives(node["/K"]) if "/K" in node else [])


def test_the_one_page_opens_without_a_request_or_a_complaint(whole, visit):
    page = visit(whole / "everything.html")
    assert page.noted == []
    assert page.locator("article h1").count() == len(list((whole / "pages").glob("*.html")))
    labels = page.locator(".take summary").all_inner_texts()
    assert len(labels) > 50
    menu = page.locator(".take").first
    menu.locator("summary").click()
    with page.expect_download() as download:
        menu.get_by_role("button").first.click()
    assert download.value.path().stat().st_size > 50


@pytest.fixture
def lone(project, monkeypatch, tmp_path) -> Path:
    """The project where no browser is installed."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").symlink_to(shutil.which("git"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return project


def test_without_a_browser_it_says_so_and_the_same_input_gives_the_same_bytes(lone, tmp_path):
    told = []
    first = bundle(lone, STUDY, tmp_path / "a.zip", tell=told.append)
    second = bundle(lone, STUDY, tmp_path / "deep" / "b.zip", tell=told.append)
    assert first.read_bytes() == second.read_bytes()
    assert len(told) == 2 and "no Chromium or Chrome was installed" in told[0]
    with ZipFile(first) as archive:
        names, page = archive.namelist(), archive.read("index.html").decode("utf-8")
    assert names == sorted(names) and not [name for name in names if name.endswith((".png", ".pdf"))]
    assert "no Chromium or Chrome was installed" in page and ".png" not in page


def refused(folder: Path, *arguments, **options) -> InputError:
    before = sorted(path for path in folder.rglob("*") if ".git" not in path.parts and "build" not in path.parts)
    with pytest.raises(InputError) as error:
        bundle(folder, *arguments, **options)
    assert (
        sorted(path for path in folder.rglob("*") if ".git" not in path.parts and "build" not in path.parts) == before
    )
    return error.value


@pytest.mark.parametrize("study", ["nobody", "../coproduction", "", ".", f"{STUDY}/"])
def test_an_unknown_study_is_named(project, study):
    assert refused(project, study).expected


def test_a_target_that_is_there_is_left_as_it_is(project, tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "a.zip").write_bytes(b"mine")
    (tmp_path / "to nowhere").symlink_to(tmp_path / "nothing")
    for name in ("there", "a.zip", "to nowhere"):
        assert refused(project, STUDY, tmp_path / name).found == "something of this name"
    assert refused(project, STUDY, tmp_path / "a.zip" / "b").expected == "a folder for the bundle"
    assert (tmp_path / "a.zip").read_bytes() == b"mine" and len(list(tmp_path.iterdir())) == 3
    for place in ("reports/x", "data/raw/x.zip"):
        assert "outside data, reports" in refused(project, STUDY, project / place).expected


def test_a_browser_that_is_not_there_is_named(project, tmp_path):
    error = refused(project, STUDY, tmp_path / "x", browser="no-such-browser")
    assert error.column == "--browser" and "analysis bundle --browser" in error.action


def test_what_is_not_published_as_it_is_now_does_not_leave(lone, tmp_path):
    page = lone / "reports" / STUDY / "03_before_after.html"
    kept = page.read_bytes()
    try:
        page.write_bytes(kept + b"<!-- by hand -->")
        assert "another page than the results" in refused(lone, STUDY, tmp_path / "x").found
        page.unlink()
        assert refused(lone, STUDY, tmp_path / "x").found == "no such page"
    finally:
        page.write_bytes(kept)
    assert list(tmp_path.iterdir()) == [tmp_path / "bin"]


def test_a_name_in_a_file_that_is_copied_stops_the_blind_one(lone, tmp_path):
    workbook = lone / "reports" / STUDY / "a.xlsx"
    with ZipFile(workbook, "w") as archive:
        archive.writestr("docProps/core.xml", f"<creator>{FAMILY}</creator>")
    try:
        error = refused(lone, STUDY, tmp_path / "x", blind=True)
    finally:
        workbook.unlink()
    assert error.file == "pages/a.xlsx" and FAMILY not in str(error)


def test_the_command_ends_with_a_status_of_its_own_and_one_line(project, tmp_path):
    done = run_analysis(project, "bundle", "nobody", "--to", str(tmp_path / "x"))
    assert done.returncode == 1 and done.stderr.startswith("error: data/raw/nobody/study.yaml: found no such study")
    assert done.stdout == "" and list(tmp_path.iterdir()) == []


def test_no_number_in_a_file_is_more_exact_than_on_the_page(whole, project):
    """Numbers of people that are stored are as shown; a table's file adds no digit to them."""
    results = json.loads((project / "data/processed" / STUDY / "results.json").read_text(encoding="utf-8"))["results"]
    written = {row["text"].replace(",", "").replace("−", "-").strip("£%") for row in results.values()}
    path = next((whole / "tables/03_before_after").glob("table-1-*.csv"))
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig").partition("\n")[2])))
    numbers = [cell for row in rows[1:] for cell in row[1:] if re.fullmatch(r"-?\d+(\.\d+)?", cell)]
    ends = {end.replace(",", "").replace("−", "-").strip("£%") for row in results.values() for end in _ends(row)}
    assert len(numbers) > 20 and set(numbers) <= written | ends


def _ends(row: dict) -> list[str]:
    decimals = row.get("decimals", 0)
    return [f"{row[name]:.{decimals}f}" for name in ("low", "high") if isinstance(row.get(name), int | float)]


@pytest.mark.parametrize(
    "study", ["coproduction", "connecting_opportunities", STUDY, "connecting_opportunities_example"]
)
def test_a_summary_is_one_page_of_findings_and_charts_in_words_of_the_results(
    project, tmp_path, study, chromium_executable
):
    html, word, pdf = write_summary(project, study, tmp_path, chromium_executable)
    page = html5lib.parse(html.read_text(encoding="utf-8"))
    assert len(page.findall(f".//{HTML}ol/{HTML}li")) == 3 and page.findall(f".//{HTML}ul/{HTML}li")
    assert len(page.findall(f".//{HTML}figure")) == 2
    results = json.loads((project / "data/processed" / study / "results.json").read_text(encoding="utf-8"))["results"]
    for each in page.iter(f"{HTML}span"):
        if "data-result" in each.attrib and "data-part" not in each.attrib:
            assert each.text == results[each.get("data-result")]["text"]
    assert len(PdfReader(pdf).pages) == 1
    assert sum(name.endswith(".png") for name in ZipFile(word).namelist()) == 2


def test_no_summary_is_made_of_what_is_not_published_as_it_is(project, tmp_path):
    page = project / "reports" / STUDY / "overview.html"
    before = page.read_text(encoding="utf-8")
    page.write_text(before + " ", encoding="utf-8")
    try:
        with pytest.raises(InputError, match="the study as it is published"):
            write_summary(project, STUDY, tmp_path / "none")
    finally:
        page.write_text(before, encoding="utf-8")
    assert not (tmp_path / "none").exists()
