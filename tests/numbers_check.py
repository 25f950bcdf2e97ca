"""Whether every number on a page is a recorded result, shown as it was recorded."""

import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

from analysis.reporting.markup import clean, has_digit
from analysis.results import Result, ResultStore, write

_EXEMPT_TAGS = {"script", "style", "head", "code", "pre", "template"}
_VOID_TAGS = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "param",
    "source",
    "track",
    "wbr",
}
_TICK_ID = re.compile(r"(?:.*-)?[xy]tick_\d+")
_SPOKEN = ("alt", "aria-label", "aria-description", "title", "placeholder")
_FIGURE = re.compile(r"−?£?\d(?:[\d,]*\d)?(?:\.\d+)?%?")  # as `results.write` writes numbers


def check_numbers(html: str, store: ResultStore) -> list[str]:
    """List what is wrong with the numbers of a page; an empty list when nothing is.

    A digit in visible text must stand inside an element with `data-result`, whose whole text must be that result's
    text (or its interval's, with `data-part="interval"`) and whose `data-kind` must be its kind; or inside an element
    with `data-structural`, or in code. Axis ticks of figures are exempt; other numbers in SVG text, and in attributes
    that are read aloud, must be the text of some result, or stand in its label.
    """
    reader = _Reader(store)
    reader.feed(html)
    reader.close()
    return reader.problems


@dataclass(frozen=True)
class _Open:
    """An element whose end has not come yet, and what holds inside it."""

    tag: str
    exempt: bool = False
    svg: bool = False
    claim: "_Claim | None" = None


@dataclass
class _Claim:
    """An element that says it shows a result."""

    attributes: dict[str, str]
    depth: int
    texts: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self, store: ResultStore) -> None:
        super().__init__(convert_charrefs=True)
        self.store, self.problems = store, []
        self.written = set(_written(store))
        self.open = [_Open("")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what holds inside a new element."""
        attributes = {name: value or "" for name, value in attrs}
        inside = self._inside(tag, attributes)
        self._check_spoken(attributes, inside)
        if tag not in _VOID_TAGS:
            self.open.append(inside)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an element that holds nothing."""
        attributes = {name: value or "" for name, value in attrs}
        self._check_spoken(attributes, self._inside(tag, attributes))

    def handle_endtag(self, tag: str) -> None:
        """Check what an element showed, and those inside it that were left open."""
        if all(element.tag != tag for element in self.open):
            return
        while (closed := self.open.pop()).tag != tag:
            self._finish(closed)
        self._finish(closed)

    def handle_data(self, data: str) -> None:
        """Keep the text of a result; check any other."""
        current = self.open[-1]
        if current.claim:
            current.claim.texts.append(data)
        elif has_digit(data) and not current.exempt:
            self._check_loose(data, current.svg)

    def close(self) -> None:
        """Check what was never closed."""
        super().close()
        while self.open:
            self._finish(self.open.pop())

    def _inside(self, tag: str, attributes: dict[str, str]) -> _Open:
        parent = self.open[-1]
        tick = parent.svg and _TICK_ID.fullmatch(attributes.get("id", ""))
        exempt = parent.exempt or tag in _EXEMPT_TAGS or "data-structural" in attributes or bool(tick)
        claim = parent.claim
        if "data-result" in attributes and not claim:
            claim = _Claim(attributes, len(self.open))
        return replace(parent, tag=tag, exempt=exempt, svg=parent.svg or tag == "svg", claim=claim)

    def _finish(self, closed: _Open) -> None:
        if closed.claim and len(self.open) == closed.claim.depth:
            self._check_claim(closed.claim)

    def _check_claim(self, claim: _Claim) -> None:
        result_id, shown = claim.attributes["data-result"], _squeezed("".join(claim.texts))
        if result_id not in self.store.by_id:
            self._report(f"'{shown}' is shown as result {result_id}, which is not recorded")
            return
        result = self.store[result_id]
        expected = _squeezed(clean(_expected(result, claim.attributes.get("data-part", ""))))
        if shown != expected:
            self._report(f"result {result_id} is shown as '{shown}' but recorded as '{expected}'")
        if claim.attributes.get("data-kind", str(result.kind)) != result.kind:
            self._report(f"result {result_id} is shown as {claim.attributes['data-kind']} but is {result.kind}")

    def _check_loose(self, text: str, known_will_do: bool) -> None:
        unknown = [n for n in _FIGURE.findall(text) if n not in self.written] if known_will_do else [text]
        if unknown:
            where = "in a figure or a text read aloud" if known_will_do else "in the text"
            self._report(f"{', '.join(repr(_squeezed(n)[:80]) for n in unknown)} {where} is no recorded result")

    def _check_spoken(self, attributes: dict[str, str], inside: _Open) -> None:
        for name in _SPOKEN:
            if has_digit(attributes.get(name, "")) and not inside.exempt and not inside.claim:
                self._check_loose(attributes[name], known_will_do=True)

    def _report(self, problem: str) -> None:
        self.problems.append(f"line {self.getpos()[0]}: {problem}")


def _expected(result: Result, part: str) -> str:
    return (result.interval_text or "not available") if part == "interval" else result.text


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _written(store: ResultStore) -> list[str]:
    """Every number of the store as prose and charts write it: as printed, as calculated, the ends of intervals; and digits
    that belong to the names of results, which figures show as well."""
    texts = (
        text for result in store for text in (result.text, _calculated(result), result.interval_text, result.label)
    )
    return [figure for text in texts for figure in _FIGURE.findall(text)]


def _calculated(result: Result) -> str:
    return write(result.value, result.unit, result.decimals)
