"""The first page of a bundle, and the list of captions and alternative texts that a production editor asks for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.bundle.formats import captioned, md
from analysis.bundle.pages import INDEX, WHOLE
from analysis.reporting.nodes import Block, Run, bullets, heading, label, link, listed, paragraph
from analysis.reporting.page import PageData
from analysis.reporting.plain_page import PlainPage, plain_page
from analysis.results import ResultStore
from analysis.study import StudyInfo

CAPTIONS = "captions.md"
NO_BROWSER = (
    "Figures are here as SVG alone: no Chromium or Chrome was installed where this was made, which PNG and PDF need."
)
BLIND = "For blind review: names, affiliations, addresses and versions are withheld."
WORDS = {"csv": "CSV", "tex": "LaTeX", "md": "Markdown", "docx": "Word", "svg": "SVG", "png": "PNG", "pdf": "PDF"}


@dataclass(frozen=True)
class Item:
    """A table or figure: the page it is from, its sheet, what a figure shows, and its files."""

    page: str
    sheet: Mapping[str, Any]
    told: str
    files: tuple[str, ...]


def contents_page(
    study: StudyInfo, titles: Mapping[str, str], items: Sequence[Item], others: Sequence[str], notes: Sequence[str]
) -> PageData:
    """The page that a bundle opens with: pages by name with their titles, tables and figures with their files, other files."""
    blocks: list[Block] = [paragraph([label(note)]) for note in notes]
    blocks += [
        heading(2, ["Pages"], "pages"),
        bullets(
            [
                [link(WHOLE, ["Everything on one page"])],
                *([link(f"pages/{name}.html", [label(title)])] for name, title in titles.items()),
            ]
        ),
        heading(2, ["Tables and figures"], "tables-and-figures"),
        paragraph(["Captions, notes and alternative texts of all of them: ", link(CAPTIONS, [label(CAPTIONS)]), "."]),
    ]
    for name, title in titles.items():
        if own := [item for item in items if item.page == name]:
            blocks += [heading(3, [label(title)], f"of-{name}"), bullets(_line(item) for item in own)]
    blocks += [heading(2, ["Other files"], "other-files"), bullets([link(name, [label(name)])] for name in others)]
    lead = "One study, to read without the project: its pages, every table and figure as files, and how to cite it."
    page = plain_page(PlainPage("Contents", lead, blocks, ResultStore(), up=WHOLE, study=study))
    return page | {"up": [WHOLE, "Everything on one page"]}


def _line(item: Item) -> Run:
    files = [link(file, [WORDS[file.rpartition(".")[2]]]) for file in item.files]
    said = f"{item.sheet['label']}. {captioned(item.sheet)}"
    return [label(said.rstrip(".")), ": ", *listed(files)]


def captions(title: str, titles: Mapping[str, str], items: Iterable[Item]) -> str:
    """Every table and figure with its files, caption, note and alternative text, as Markdown."""
    parts, before = [f"# {md(title)}: captions and alternative texts\n"], ""
    for item in items:
        if item.page != before:
            parts.append(f"\n## {md(titles[item.page])}\n")
            before = item.page
        parts.append(f"\n### {md(item.sheet['label'])}\n\n{md(captioned(item.sheet))}\n")
        parts += [f"\nAlternative text: {md(item.told)}\n"] if item.told else []
        parts += [f"\nNote: {md(item.sheet['note'])}\n"] if item.sheet["note"] else []
        parts.append("\nFiles: " + ", ".join(f"`{file}`" for file in item.files) + "\n")
    return "".join(parts)


__all__ = ["BLIND", "CAPTIONS", "INDEX", "NO_BROWSER", "Item", "captions", "contents_page"]
