"""What is done to a browser's PDF, on a small one written by hand; and what is said where none can be printed."""

import io
import shutil

import pytest
from pypdf import PdfReader

from analysis.errors import InputError
from analysis.pipeline.deposit import pdf


def small_pdf(*links: str) -> bytes:
    """A PDF of one empty sheet with links, with the plain table of offsets that the browser writes."""
    notes = " ".join(f"{number} 0 R" for number in range(4, 4 + len(links)))
    objects = [
        "<</Type /Catalog /Pages 2 0 R>>",
        "<</Type /Pages /Kids [3 0 R] /Count 1>>",
        f"<</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Annots [{notes}]>>",
        *(
            f"<</Type /Annot /Subtype /Link /Rect [0 0 1 1] /A <</Type /Action /S /URI /URI ({link})>>>>"
            for link in links
        ),
        "<</Title (last)>>",
    ]
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n".encode()
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<</Size {len(objects) + 1}\n/Root 1 0 R\n/Info {len(objects)} 0 R>>"
    return body + f"{end}\nstartxref\n{len(body)}\n%%EOF\n".encode()


def addresses(content: bytes) -> list[str]:
    return [note.get_object()["/A"]["/URI"] for note in PdfReader(io.BytesIO(content), strict=True).pages[0]["/Annots"]]


def test_links_become_relative_and_every_object_is_still_found(tmp_path):
    folder = tmp_path / "re ports"
    here = folder.as_uri()
    content = pdf.relative_links(
        small_pdf(
            f"{here}/05_sroi.html#parts",
            "https://example.org/file://x",
            f"{tmp_path.as_uri()}/index.html",
            f"{here}/a%20b.html",
        ),
        folder,
    )
    assert addresses(content) == ["05_sroi.html#parts", "https://example.org/file://x", "../index.html", "a%20b.html"]
    assert PdfReader(io.BytesIO(content), strict=True).metadata.title == "last"
    assert str(tmp_path).encode() not in content


def test_brackets_in_a_path_do_not_end_the_link(tmp_path):
    folder = tmp_path / "a (b)"
    link = folder.as_uri().replace("%28", "\\(").replace("%29", "\\)")
    assert addresses(pdf.relative_links(small_pdf(f"{link}/c\\(d\\).html", f"{link}/e.html"), folder)) == [
        "c%28d%29.html",
        "e.html",
    ]


def test_a_pdf_without_such_links_stays_as_it_is(tmp_path):
    content = small_pdf("https://example.org/")
    assert pdf.relative_links(content, tmp_path) == content


@pytest.fixture
def project(tmp_path):
    (tmp_path / "reports" / "a").mkdir(parents=True)
    return tmp_path


def test_without_a_browser_it_says_what_to_install(project, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(
        InputError, match="no Chromium or Chrome; expected a browser that prints. What to do: install chromium"
    ):
        pdf.print_pages(project)
    with pytest.raises(InputError, match="no program 'nothing-of-this-name'"):
        pdf.print_pages(project, browser="nothing-of-this-name")


@pytest.mark.parametrize("study", ["", "a", "b", "..", "a/../.."])
def test_without_a_page_it_says_so(project, study):
    with pytest.raises(InputError, match="no published page"):
        pdf.print_pages(project, study, "true")
