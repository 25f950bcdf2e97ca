"""Each page as a tagged PDF, printed by the Chromium or Chrome that is installed.

The browser prints tags, title, language, bookmarks of all headings and working links. What differs between two prints of one
page is the date alone; it becomes the commit's, so that one browser gives the same bytes twice. Another version of it, or
other fonts, may set lines elsewhere: PDFs are no part of what has to be the same everywhere.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, urlsplit
from urllib.request import url2pathname

from analysis.errors import InputError
from analysis.files import shown
from analysis.pipeline.commit import commit_line, commit_time
from analysis.pipeline.deposit import crate
from analysis.results import write_bytes, write_text

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-extensions",
    "--no-first-run",
    "--no-pdf-header-footer",
    "--export-tagged-pdf",
    "--generate-pdf-document-outline",
)
ENDINGS = {"--print-to-pdf": ".pdf", "--screenshot": ".png"}
SECONDS = 120
NO_HISTORY = "1970-01-01T00:00:00+00:00"  # the date where no commit gives one
_LINK = re.compile(rb"/URI \((file://(?:[^()\\]|\\.)*)\)")
_OFFSET = re.compile(rb"^(\d{10})(?= \d{5} n)", re.MULTILINE)
_DATES = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}[+-]\d\d'\d\d'\)")


def print_pages(root: Path, study: str = "", browser: str = "") -> list[Path]:
    """Print the published pages, of one study or all, beside each; returns the PDFs' paths.

    `browser` is a program's name or path; without it the first known one is taken. The description of the reports is
    written again, since it names the PDFs too. Raises InputError where there is no browser or no page, or it does not print.
    """
    program, pages = find_browser(browser), _pages(root, study)
    date = commit_date(root)
    with ThreadPoolExecutor(max(1, (os.cpu_count() or 1))) as pool:
        printed = list(pool.map(lambda page: _print(root, page, program, date), pages))
    describe(root)
    return printed


def describe(root: Path) -> None:
    """Write the description of the reports again, as they stand now."""
    described = crate.crate_text(root, commit_line(root), crate.published_titles(root))
    write_text(root / "reports" / crate.FILE, described)


def commit_date(root: Path) -> bytes:
    """The date that PDFs bear: the commit's, and a fixed one where there is none."""
    return _pdf_date(commit_time(root) or NO_HISTORY)


def has_browser() -> bool:
    """Whether a browser that prints is installed."""
    return any(map(shutil.which, BROWSERS))


def find_browser(named: str = "", command: str = "pdf") -> str:
    """The path of a browser: the one named, or else the first known one. InputError, for a command, where there is none."""
    found = next(filter(None, map(shutil.which, [named] if named else BROWSERS)), None)
    if found is None:
        raise InputError(
            "the command line",
            column="--browser",
            found=f"no program {named!r}" if named else "no Chromium or Chrome",
            expected="a browser that prints",
            action=f"install chromium, or name its program: analysis {command} --browser PATH",
        )
    return found


def _pages(root: Path, study: str) -> list[Path]:
    pages = sorted((root / "reports" / study).rglob("*.html")) if ".." not in study else []
    if not pages:
        raise InputError(
            f"reports/{study}".rstrip("/"),
            found="no published page",
            expected="pages to print",
            action="run make reproduce, or correct the study's id",
        )
    return pages


def _print(root: Path, page: Path, program: str, date: bytes) -> Path:
    target = page.with_suffix(".pdf")
    made = drive(program, page, "--print-to-pdf", shown(page, root), FLAGS[-3:])
    write_bytes(target, relative_links(dated(made, date), page.parent))
    return target


def dated(pdf: bytes, date: bytes) -> bytes:
    """A browser's PDF with another date, as `commit_date` gives it, in place of the time it was made."""
    return _DATES.sub(lambda match: b"/" + match[1] + b" (" + date + b")", pdf)


def drive(
    program: str, page: Path, option: str, place: str, named: Sequence[str], *more: str, seconds: float = SECONDS
) -> bytes:
    """What a browser makes of a page by an option that names a file; InputError, at `place`, if it makes nothing.

    `named` are the options that its version may not know; `more` are further options. It has so many `seconds`.
    """
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / f"made{ENDINGS[option]}"  # by which a browser knows what to make
        problem = _run([program, *_flags(folder), *more, f"{option}={made}", page.resolve().as_uri()], seconds)
        if not made.is_file() or not made.stat().st_size:
            raise InputError(
                place,
                found=problem or "nothing printed",
                expected="a file from the browser",
                action=f"see whether {Path(program).name} runs; its version must know these options: {' '.join(named)}",
            )
        return made.read_bytes()


def _flags(folder: str) -> Iterator[str]:
    """Options, with a profile of its own; a browser that runs as root (in a container) needs to be let off its sandbox."""
    yield from FLAGS
    yield f"--user-data-dir={folder}/profile"
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        yield "--no-sandbox"


def _run(command: list[str], seconds: float) -> str:
    """Run the browser; returns what went wrong, or nothing."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{type(error).__name__}: {error}"
    return f"exit status {done.returncode}" if done.returncode else ""


def relative_links(pdf: bytes, folder: Path) -> bytes:
    """The PDF with links to files relative to its own folder, as in the page; the browser makes them whole addresses.

    So the PDF can be moved with its neighbours, and tells nobody where it was made. Lengths change; the table of offsets at
    the file's end, which the browser writes as plain text, follows.
    """
    cuts: list[tuple[int, int]] = []

    def shortened(match: re.Match[bytes]) -> bytes:
        link = b"/URI (" + _relative(match[1], folder) + b")"
        cuts.append((match.start(), len(match[0]) - len(link)))
        return link

    def moved(offset: int) -> int:
        return offset - sum(cut for place, cut in cuts if place < offset)

    start, tail = _table_of_offsets(pdf)
    body = _LINK.sub(shortened, pdf[:start])
    tail = _OFFSET.sub(lambda match: b"%010d" % moved(int(match[1])), tail)
    return body + tail.replace(b"startxref\n%d" % start, b"startxref\n%d" % len(body))


def _table_of_offsets(pdf: bytes) -> tuple[int, bytes]:
    """Where the table of offsets starts, and everything from there."""
    start = int(pdf[pdf.rindex(b"startxref") :].split()[1])
    return start, pdf[start:]


def _relative(link: bytes, folder: Path) -> bytes:
    address, mark, place = re.sub(rb"\\(.)", rb"\1", link).decode().partition("#")
    path = os.path.relpath(url2pathname(urlsplit(address).path), folder.resolve())
    return (quote(Path(path).as_posix(), safe="/") + mark + place).encode().replace(b"(", b"%28").replace(b")", b"%29")


def _pdf_date(iso: str) -> bytes:
    """A time of ISO 8601 as PDF writes it; of the same length as the browser's, so that no offset in the file moves.

    >>> _pdf_date("2026-11-22T07:08:38+01:00")
    b"D:20261122070838+01'00'"
    """
    digits = re.sub(r"\D", "", iso[:19])
    return f"D:{digits}{iso[19:22]}'{iso[23:25]}'".encode()
