"""The assumption register of a study as a page: every entry whole, by its influence on the ratio, with where it is used."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.companions.material import Appendix, Material
from analysis.companions.sheet import Sheet, link as prose_link
from analysis.currency import with_sign
from analysis.expressions import references
from analysis.reporting.markup import Display, is_web_address
from analysis.reporting.nodes import (
    Block,
    Inline,
    Run,
    bullets,
    code,
    fact,
    facts,
    label,
    link,
    listed,
    number,
    paragraph,
)
from analysis.reporting.page import PageData
from analysis.reporting.tables import RowExtra
from analysis.reporting.views.claims import entry_result
from analysis.results import Column, Result, slug
from analysis.sroi.value_map import Row, cells, has_value_map, read_value_map
from analysis.study import Study
from analysis.study.measured import Asked
from analysis.study.register import Assumption, Published

TITLE = "Assumptions"
LEAD = "The assumption register of the study: for each figure taken for granted its range, its source, who chose it, and what it moves."
GRADES = {"A": "A: used as measured", "B": "B: transferred", "C": "C: judged", "D": "D: stipulated"}
FILTERS = {"kind": "How known", "grade": "Evidence grade", "shape": "Distribution", "moves": "Moves the ratio"}
_DIFFERENCE = "05_sroi.measured.{}.difference"
_TORNADO, _POUNDS = "06_sroi_sensitivity.tornado.{}.base", "06_sroi_sensitivity.tornado_pounds.{}.net_swing"


@dataclass(frozen=True)
class Influence:
    """What one assumption alone moves, as the sensitivity appendix records it: the ratio's two ends, the swing of net value."""

    ratio: Result | None
    net: Result | None

    @property
    def size(self) -> tuple[float, float]:
        """Swing of the ratio, then of net value; nothing recorded counts as nothing moved."""
        width = (
            self.ratio.high - self.ratio.low
            if self.ratio and self.ratio.high is not None and self.ratio.low is not None
            else 0.0
        )
        return width, float(self.net.value or 0.0) if self.net else 0.0


@dataclass(frozen=True)
class Ranked:
    """An entry with its influence, the appendices that rest on it, and the value map's rows as (label, address or nothing).

    `asked` says what was published beside a measured value, or which result would take the value's place; `difference` what
    the measured value does to the ratio.
    """

    entry: Assumption
    influence: Influence
    used: tuple[Appendix, ...]
    rows: tuple[tuple[str, str], ...]
    asked: Asked | None = None
    difference: Result | None = None


def has_register(study: Study) -> bool:
    """Whether the study brings an assumption register with an entry; a skeleton of one has none."""
    return (study.raw / "assumptions.yaml").is_file() and bool(study.register)


def assumptions(material: Material) -> PageData:
    """The page, but for commit and links."""
    sheet = Sheet(material, "assumptions", TITLE, LEAD)
    ranked = by_influence(material)
    sheet.section("The register", *_finding(ranked), _about(sheet, material), _register(sheet, ranked))
    return sheet.page_data()


def by_influence(material: Material) -> list[Ranked]:
    """All entries, those that move the ratio most first; those that move nothing in the order of the register."""
    used, rows = users(material), rows_using(material.study)
    asked = getattr(material.study.in_force, "asked", {})
    found = [
        Ranked(
            entry,
            _influence(material, entry),
            used.get(name, ()),
            tuple(_row_place(material, row) for row in rows.get(name, ())),
            asked.get(name),
            material.recorded(_DIFFERENCE.format(name)),
        )
        for name, entry in material.study.in_force.items()
    ]
    return sorted(found, key=lambda ranked: ranked.influence.size, reverse=True)


def _row_place(material: Material, row: Row) -> tuple[str, str]:
    """A row of the value map, and where its formula stands."""
    anchor = f"step-{row.id}.{'cost' if row.kind == 'cost' else 'net'}"
    return row.label, next(filter(None, (appendix.standing(anchor) for appendix in material.appendices)), "")


def _influence(material: Material, entry: Assumption) -> Influence:
    return Influence(*(material.recorded(pattern.format(entry.id)) for pattern in (_TORNADO, _POUNDS)))


def _finding(ranked: list[Ranked]) -> Iterator[Display]:
    """Which entry alone moves the ratio most, and between which ends; nothing where none moves it."""
    for first in ranked[:1]:
        if (moved := first.influence.ratio) and first.influence.size[0]:
            told = f"What moves the ratio most, alone, is “{first.entry.label}”: from one end of its range to the other it goes "
            moves = number(moved.id, "interval", words=moved.kind)
            yield Display((paragraph([label(told), moves, "."]),), {moved.id: moved})


def _about(sheet: Sheet, material: Material) -> Display:
    sensitivity = next(
        (appendix for appendix in material.appendices if "tornado_pounds" in appendix.anchors.shown), None
    )
    if sensitivity is None:
        return sheet.page.say(
            "Entries stand in the order of the register; no appendix of this study records what each one moves."
        )
    return sheet.page.say(
        f"Entries stand by what each alone does to the ratio as it goes from one end of its range to the other, then by what it does to net"
        f" value, as {prose_link(sensitivity.title, f'{sensitivity.href}#tornado_pounds')} records it. The others come after them: those that are fixed,"
        " and those that no outcome of the model rests on."
    )


def _register(sheet: Sheet, ranked: list[Ranked]) -> Display:
    """Table of every entry: value and range, unit, kind, influence, grade; the rest of it behind a fold."""
    frame = pd.DataFrame(
        [_cells(found) for found in ranked], index=pd.Index(_labels(ranked), name="assumption"), dtype=object
    )
    extras = {label: _extra(place, found) for place, (label, found) in enumerate(zip(frame.index, ranked, strict=True))}
    return sheet.page.table(
        "register",
        frame,
        _columns(frame),
        "The assumption register, by influence on the ratio.",
        row_header="Assumption",
        text={"unit": "label"},
        extras=extras,
        filters=FILTERS,
    )


def _cells(found: Ranked) -> dict[str, object]:
    entry, influence = found.entry, found.influence
    return {
        "value": entry_result(entry),
        "unit": _unit(entry),
        "ratio": influence.ratio or "",
        "net": influence.net or "",
        "grade": GRADES[entry.evidence_grade],
    }


def _columns(frame: pd.DataFrame) -> dict[str, Column]:
    columns = {
        "value": Column("Value and range"),
        "unit": Column("Unit"),
        "ratio": Column("Ratio, and at the ends of the range"),
        "net": Column("Swing of net value"),
        "grade": Column("Evidence grade, and the whole entry"),
    }
    return {name: column for name, column in columns.items() if name not in ("ratio", "net") or any(frame[name] != "")}


def _labels(ranked: list[Ranked]) -> list[str]:
    """The labels of entries, with the id where two would look alike."""
    slugs = [slug(found.entry.label) for found in ranked]
    return [
        f.entry.label if slugs.count(own) == 1 else f"{f.entry.label} ({f.entry.id})"
        for own, f in zip(slugs, ranked, strict=True)
    ]


def _unit(entry: Assumption) -> str:
    unit = with_sign(entry.unit).replace("_", " ")
    return f"{unit}, prices of {entry.price_year}" if entry.price_year else unit


def _extra(place: int, found: Ranked) -> RowExtra:
    entry = found.entry
    moves = "yes" if any(found.influence.size) else "no"
    data = {
        "kind": entry.kind,
        "grade": GRADES[entry.evidence_grade],
        "shape": entry.distribution,
        "moves": moves,
        "influence": str(place),
    }
    return RowExtra(f"assumption-{entry.id}", data, "Why, source, and where it is used", (_details(found),))


def _details(found: Ranked) -> Block:
    entry, source = found.entry, found.entry.source
    title = f"{source.producer}: {source.title}" + (f" ({source.published})" if source.published else "")
    rows = [link(href, [label(row)]) if href else label(row) for row, href in found.rows]
    said: dict[str, Run] = {
        "Name in formulas": [code(entry.id)],
        "In charts and sentences": [label(entry.short)] if entry.short else [],
        "Distribution": [entry.distribution],
        "Influence": [] if any(found.influence.size) else [label(_unmoved(found))],
        "Why this range": [label(entry.why_range)],
        "Decided by": [label(entry.decided_by)],
        "Source" if entry.kind in ("published", "reference") else "Set against": [label(title)],
        "Place": [label(source.locator), *([" (", code(entry.claim), ")"] if entry.claim else [])],
        "Address": _address(source.address),
        "Licence": [label(source.licence)] if source.licence else [],
        "In the published run": [label(entry.changed_from.words)] if entry.changed_from else [],
        **_of_records(found),
        "Alternatives": [bullets([label(text)] for text in entry.alternatives)] if entry.alternatives else [],
        "Used in": listed(_links(found)),
        "Rows of the value map": listed(rows),
    }
    return facts([fact([term], run) for term, run in said.items() if run], boxed=False)


def _of_records(found: Ranked) -> dict[str, Run]:
    """What was published beside a measured value and what that changes, or what records would measure."""
    if found.asked is None:
        return {}
    if found.asked.found is None:
        return {"Would be measured by": [code(str(found.asked.written.result)), label(f": {found.asked.why}")]}
    by = {"What the measured value does to the ratio": [number(found.difference.id)]} if found.difference else {}
    return {"Published": [label(Published.of(found.asked.written).words)], **by}


def _unmoved(found: Ranked) -> str:
    if found.entry.distribution == "fixed":
        return "None recorded: the value is fixed."
    if not found.used and not found.rows:
        return "None recorded: no recorded result rests on it."
    return "None recorded: alone it does not move the outcome."


def _address(address: str | None) -> Run:
    """A web address as a link; anything else as text."""
    if not address:
        return []
    whole = f"https://doi.org/{address}" if address.startswith("10.") else address
    return [link(whole, [label(address)]) if is_web_address(whole) else label(address)]


def _links(found: Ranked) -> Iterator[Inline]:
    named = (each for appendix in found.used for each in appendix.naming(found.entry.id).items())
    return (link(address, [label(title)]) for title, address in named)


def users(material: Material) -> Mapping[str, tuple[Appendix, ...]]:
    """The appendices whose recorded results name an assumption among their inputs, by assumption."""
    found: dict[str, dict[str, Appendix]] = {}
    for appendix in material.appendices:
        named = {name for result in appendix.store for name in result.inputs if name.startswith("assumption:")}
        for name in named:
            found.setdefault(name.removeprefix("assumption:"), {})[appendix.name] = appendix
    return {name: tuple(appendices.values()) for name, appendices in found.items()}


def rows_using(study: Study) -> Mapping[str, tuple[Row, ...]]:
    """The rows of the value map whose formulas name an assumption, directly or through a term, by assumption."""
    if not has_value_map(study):
        return {}
    value_map = read_value_map(study)
    found: dict[str, list[Row]] = {}
    for row in value_map.rows:
        named = {name for _, formula in cells(row) for name in references(formula)}
        for name in _through_terms(
            named, {term: set(references(formula)) for term, formula in value_map.terms.items()}
        ):
            found.setdefault(name, []).append(row)
    return {name: tuple(rows) for name, rows in found.items()}


def _through_terms(named: set[str], terms: Mapping[str, set[str]]) -> set[str]:
    """Names with every term replaced by what it is made of."""
    reached, waiting = set(), set(named)
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= terms.get(name, set()) - reached
    return reached - set(terms)
