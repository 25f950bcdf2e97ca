"""The PDF of a page: tagged, with language, title, bookmarks and working links, and the same bytes twice."""

import re
import shutil
from collections import Counter
from pathlib import Path

import html5lib
import pytest
from project_copy import run_analysis
from pypdf import PdfReader

from analysis.errors import InputError
from analysis.pipeline.deposit import pdf

pytestmark = [pytest.mark.pages, pytest.mark.slow]
PAGES = ("coproduction/05_sroi.html", "coproduction/explorer.html", "coproduction/02b_participation.html", "index.html")
HTML = "{http://www.w3.org/1999/xhtml}"


def copy_of(finished: Path, folder: Path) -> Path:
    """The finished project with a few of its pages alone, without history."""
    shutil.copytree(finished, folder, symlinks=True, ignore=shutil.ignore_patterns(".git", ".dvc"))
    for page in (folder / "reports").rglob("*.html"):
        if page.relative_to(folder / "reports").as_posix() not in PAGES:
            page.unlink()
    return folder


@pytest.fixture(scope="module")
def printed(finished, tmp_path_factory, chromium_executable) -> Path:
    """A project whose PDFs were printed by the command."""
    folder = copy_of(finished, tmp_path_factory.mktemp("pdf") / "a folder (with signs)")
    done = run_analysis(folder, "pdf", "--browser", chromium_executable)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [f"wrote reports/{page.removesuffix('html')}pdf" for page in sorted(PAGES)]
    return folder


@pytest.fixture(scope="module")
def sroi(printed) -> PdfReader:
    return PdfReader(printed / "reports/coproduction/05_sroi.pdf", strict=True)


@pytest.fixture(scope="module")
def page(printed):
    return html5lib.parse((printed / "reports/coproduction/05_sroi.html").read_text(encoding="utf-8"))


def words(element) -> str:
    return " ".join("".join(element.itertext()).split())


def test_it_is_tagged_and_says_its_language_and_title(sroi, page):
    catalogue = sroi.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"].value is True and catalogue["/Lang"] == "en-GB"
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert sroi.metadata.title == words(page.find(f".//{HTML}title"))


def test_its_bookmarks_are_the_page_s_headings(sroi, page):
    hidden = {id(heading) for nav in page.iter(f"{HTML}nav") for heading in nav.iter()}
    hidden |= {id(part) for box in page.iter() if "explorer" in box.get("class", "").split() for part in box.iter()}
    levels = [f"{HTML}h{level}" for level in range(1, 7)]
    headings = [words(element) for element in page.iter() if element.tag in levels and id(element) not in hidden]
    assert len(headings) > 10
    assert [" ".join(entry.split()) for entry in flat(sroi.outline)] == headings


def flat(outline) -> list[str]:
    return [title for entry in outline for title in (flat(entry) if isinstance(entry, list) else [entry.title])]


def tags(reader: PdfReader) -> list:
    """Every node of the tree of tags."""
    waiting, found = [reader.trailer["/Root"]["/StructTreeRoot"]], []
    while waiting:
        node = waiting.pop().get_object()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            found.append(node)
            waiting += [node["/K"]] if "/K" in node else []
    return found


def test_tables_have_header_cells_and_figures_their_words(sroi, page):
    found = tags(sroi)
    count = Counter(node.get("/S") for node in found)
    assert count["/Table"] == len([table for table in page.iter(f"{HTML}table")])
    assert count["/TH"] == len([cell for cell in page.iter(f"{HTML}th")])
    assert count["/H1"] == 1 and count["/Link"] > 50
    described = {node.get("/Alt", "") for node in found if node.get("/S") == "/Figure"}
    drawings = [drawing for drawing in page.iter() if drawing.tag.endswith("}svg")]
    assert "" not in described and len(described) >= len(drawings) > 1
    for drawing in drawings:
        told = next(words(part) for part in drawing if part.tag.endswith("}desc"))
        assert any(told in alternative for alternative in described)


def test_its_text_holds_the_headline_the_data_of_figures_and_no_code(sroi, page):
    text = " ".join(" ".join(sheet.extract_text() for sheet in sroi.pages).split())
    assert "£4.67" in text and "£5.76" in text
    assert "Data of Figure 1" in text
    code = [words(box) for box in page.iter(f"{HTML}details") if box.get("class") == "code"]
    assert (
        "view.answer(page, published, evaluation)" in " ".join(code)
        and "view.answer(page, published, evaluation)" not in text
    )
    assert f"{len(sroi.pages)} / {len(sroi.pages)}" in text


def test_links_lead_to_neighbours_and_no_path_of_the_machine_stands_in_it(printed, finished, sroi):
    explorer = PdfReader(printed / "reports/coproduction/explorer.pdf", strict=True)
    sheets = [*sroi.pages, *explorer.pages]
    actions = [note.get_object().get("/A") for sheet in sheets for note in sheet.get("/Annots") or []]
    addresses = {action["/URI"] for action in actions if action and "/URI" in action}
    near = {address for address in addresses if not address.startswith("http")}
    assert {"value_map.xlsx", "model.html#section-the-model"} <= near
    for address in near:
        assert (
            finished / "reports/coproduction" / address.partition("#")[0]
        ).is_file()  # the copy has a few pages alone
    for made in (printed / "reports").rglob("*.pdf"):
        assert b"file:" not in made.read_bytes() and b"signs" not in made.read_bytes()


def test_every_entry_of_the_table_of_offsets_points_at_its_object(printed):
    content = (printed / "reports/index.pdf").read_bytes()
    start = int(content[content.rindex(b"startxref") :].split()[1])
    assert content[start:].startswith(b"xref")
    offsets = [int(found) for found in re.findall(rb"^(\d{10}) \d{5} n", content[start:], re.MULTILINE)]
    assert len(offsets) > 10 and b"/URI (coproduction/05_sroi.html)" in content
    assert [offset for offset in offsets if not re.match(rb"\d+ 0 obj", content[offset : offset + 20])] == []


def test_the_same_page_gives_the_same_bytes_elsewhere(printed, finished, tmp_path, chromium_executable):
    other = copy_of(finished, tmp_path / "x")
    assert pdf.print_pages(other, "coproduction", chromium_executable)
    for page in PAGES[:2]:
        name = Path("reports") / page.replace(".html", ".pdf")
        assert (other / name).read_bytes() == (printed / name).read_bytes()
    assert b"D:19700101000000+00'00'" in (other / name).read_bytes()  # there is no commit here


def test_the_description_of_the_reports_names_them(printed):
    assert '"coproduction/05_sroi.pdf"' in (printed / "reports/ro-crate-metadata.json").read_text(encoding="utf-8")


def test_a_browser_that_does_not_print_is_an_error_and_leaves_nothing(finished, tmp_path):
    folder = copy_of(finished, tmp_path / "x")
    for program, told in (("false", "exit status 1"), ("true", "nothing printed")):
        with pytest.raises(InputError, match=told):
            pdf.print_pages(folder, "coproduction", program)
    assert not list((folder / "reports").rglob("*.pdf")) and not list((folder / "reports").rglob("*.part"))
