"""A study as one PDF, read by an independent reader: cover, contents, bookmarks, and links that stay within the file."""

import json
import re

import pytest
from project_copy import copy_tree, run_analysis
from pypdf import PdfReader

pytestmark = [pytest.mark.pages, pytest.mark.slow]
STUDY = "coproduction_example"


@pytest.fixture(scope="module")
def project(finished, tmp_path_factory, chromium_executable):
    """A published project whose study was printed as one file by the command."""
    folder = copy_tree(finished, tmp_path_factory.mktemp("whole") / "a project")
    done = run_analysis(folder, "pdf", "--whole", "--study", STUDY, "--browser", chromium_executable)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"wrote reports/{STUDY}/{STUDY}.pdf\n"
    return folder


@pytest.fixture(scope="module")
def pdf(project):
    return PdfReader(project / f"reports/{STUDY}/{STUDY}.pdf", strict=True)


def actions(pdf):
    return [note.get_object() for sheet in pdf.pages for note in sheet.get("/Annots") or []]


def test_the_cover_says_what_it_is_of_whom_and_when_and_what_is_in_it(pdf):
    cover = " ".join(pdf.pages[0].extract_text().split())
    assert "Worked example on synthetic records" in cover and "not ﬁndings" in cover.replace("findings", "ﬁndings")
    for said in ("Author", "Date", "To be cited as", "Contents", "Before and after", "Methods"):
        assert said in cover, said
    assert pdf.metadata.title == "Worked example on synthetic records – All pages"


def test_its_bookmarks_are_the_pages_with_their_sections_and_lead_to_them(pdf):
    top = [entry for entry in pdf.outline if not isinstance(entry, list)]
    titles = [" ".join(entry.title.split()) for entry in top]
    assert titles[1:3] == ["Overview", "Focus groups and social impact matrix"] and titles[-1] == "Methods"
    places = [pdf.get_destination_page_number(entry) for entry in top]
    assert places == sorted(set(places)) and places[1] == 1
    for entry, place in zip(top, places, strict=True):
        assert " ".join(entry.title.split()) in " ".join(pdf.pages[place].extract_text().split())


def test_its_contents_say_on_which_page_each_part_begins(pdf):
    top = [entry for entry in pdf.outline if not isinstance(entry, list)]
    contents = pdf.pages[0].extract_text().partition("Contents")[2]
    said = [int(number) for number in re.findall(r"(\d+)\s*$", contents, re.MULTILINE)]
    assert said == [pdf.get_destination_page_number(entry) + 1 for entry in top[1:]] and len(said) > 5


def test_its_links_lead_to_places_of_itself_or_to_the_web(pdf):
    known, found = pdf.named_destinations, actions(pdf)
    within = [str(note["/Dest"]) for note in found if "/Dest" in note]
    assert len(within) > 300 and set(within) <= set(known)
    others = {note["/A"]["/URI"] for note in found if "/A" in note}
    assert all(address.startswith("https://") for address in others), others


def test_the_description_of_the_reports_names_it(project):
    described = json.loads((project / "reports/ro-crate-metadata.json").read_text(encoding="utf-8"))
    assert f"{STUDY}/{STUDY}.pdf" in {entity["@id"] for entity in described["@graph"]}


def test_a_study_that_is_not_as_it_was_published_is_not_printed(project, chromium_executable):
    page = project / f"reports/{STUDY}/methods.html"
    page.write_text(page.read_text(encoding="utf-8") + "<!-- by hand -->", encoding="utf-8")
    done = run_analysis(project, "pdf", "--whole", "--study", STUDY, "--browser", chromium_executable)
    assert done.returncode != 0 and f"reports/{STUDY}/methods.html" in done.stderr and "reproduce" in done.stderr
