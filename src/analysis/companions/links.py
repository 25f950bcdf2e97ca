"""Links between the pages of a study: references are put into words, and every link must lead somewhere.

A page says `{@06_sroi_sensitivity:tornado}` without knowing the other page. When all pages are there, the reference becomes
"Figure 1 of How far the social return depends on its assumptions". An appendix that the study does not have is named
without a link; a name that its page does not have stops publication, as does any other link to nowhere.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from analysis.companions.material import Appendix
from analysis.errors import InputError
from analysis.reporting.page import PageData
from analysis.reporting.places import index_of, links_in
from analysis.reporting.prose import nearest


def resolve(page: PageData, place: str, appendices: Mapping[str, Appendix], titles: Mapping[str, str]) -> PageData:
    """A page with its references put into words; `place` names it in messages, `titles` are those of all known appendices.

    Raises InputError for an appendix that is not known, and for a table, figure or result that an appendix does not have.
    """

    def resolved(content: Any) -> Any:
        if isinstance(content, list):
            return [resolved(part) for part in content]
        if not isinstance(content, dict):
            return content
        if content.get("type") == "elsewhere":
            return content | _words(content["to"], place, appendices, titles)
        return {key: resolved(part) for key, part in content.items()}

    if not page["index"]["elsewhere"]:
        return page
    blocks = resolved(page["blocks"])
    return page | {"blocks": blocks, "index": index_of(blocks, page.get("entries", []))}


def _words(reference: str, place: str, appendices: Mapping[str, Appendix], titles: Mapping[str, str]) -> dict[str, str]:
    name, _, wanted = reference.partition(":")
    if name not in titles:
        raise InputError(
            place,
            found=f"{{@{reference}}}",
            expected=f"an appendix; nearest: {nearest(name, titles)}",
            action="correct the reference",
        )
    if name not in appendices:
        return {"href": "", "label": f"{titles[name]} (not part of this study)"}
    href, words = _target(appendices[name], wanted, place)
    return {"href": href, "label": words}


def _target(appendix: Appendix, wanted: str, place: str) -> tuple[str, str]:
    """Where a table, figure or result of an appendix stands, and what to call it."""
    if found := appendix.place(wanted):
        return found[0], f"{found[1]} of {appendix.title}"
    for name in (wanted, f"{appendix.name}.{wanted}"):
        if appendix.shows(name):
            return appendix.at(name), f"{appendix.title}: {appendix.store[name].label}"
    known = [*appendix.anchors.shown, *appendix.anchors.entries]
    raise InputError(
        place,
        found=f"{{@{appendix.name}:{wanted}}}",
        expected=f"a table, figure or shown result of that appendix; nearest: {nearest(wanted, known)}",
        action="correct the reference",
    )


def check_links(pages: Mapping[str, PageData]) -> None:
    """Raise InputError if a link from one of the pages (by path below reports/) to another, or within one, leads nowhere."""
    ids = {path: frozenset(page["index"]["ids"]) for path, page in pages.items()}
    for path, page in pages.items():
        for link in (*page["index"]["links"], *frame_links(page)):
            if problem := _problem(path, link, ids):
                raise InputError(
                    f"reports/{path}",
                    found=f"a link to {link}",
                    expected=problem,
                    action="correct the link where the page is made",
                )


def frame_links(page: PageData) -> Iterator[str]:
    """The links of a page beside its blocks and its list of sources."""
    framed = {key: part for key, part in page.items() if key not in ("blocks", "entries", "results", "index", "form")}
    yield from links_in(framed)
    yield from (f"#{anchor}" for anchor, _ in page.get("contents", ()))
    for run in page["form"].runs if "form" in page else ():
        yield from (run.address, *(one.address for one in run.shown))


def _problem(path: str, link: str, ids: Mapping[str, frozenset[str]]) -> str:
    """What a link to a page lacks; nothing for links to anything else."""
    file, _, anchor = link.partition("#")
    if "://" in file or (file and not file.endswith(".html")):
        return ""
    target = "/".join(_parts(path, file)) if file else path
    if target not in ids:
        return f"a page of this publication; nearest: {nearest(target, ids)}"
    return "" if not anchor or anchor in ids[target] else f"an id of {target}; nearest: {nearest(anchor, ids[target])}"


def _parts(path: str, file: str) -> Iterator[str]:
    """The parts of an address seen from a page.

    >>> "/".join(_parts("study/a.html", "../index.html")), "/".join(_parts("study/a.html", "b.html"))
    ('index.html', 'study/b.html')
    """
    found = path.split("/")[:-1]
    for part in file.split("/"):
        found = found[:-1] if part == ".." else [*found, part]
    yield from found
