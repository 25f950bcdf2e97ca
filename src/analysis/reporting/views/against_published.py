"""Printed figures beside what a team's own records give: does each agree at the digits it is printed with?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.described import description, inputs_of
from analysis.disclosure.decisions import BESIDE_ROUNDED, REFUSED, SHOWN, Decision
from analysis.reporting.markup import Display
from analysis.reporting.views.claims import published
from analysis.reporting.views.evidence import WITHHELD, Evidence
from analysis.results import VALUE, Column, Kind, Result, plain_number, slug
from analysis.study import Study, load_study
from analysis.study.claims import Claim

CALIBRATED = (
    "These synthetic records were made so that they give the published figures (calibrated). That they agree is by construction, and no "
    "evidence for any of them."
)
COUNTED = ("people", "attendances", "contacts", "weeks")
RULE = "A measured figure agrees if it rounds to the published one, and lies on the side of it that words such as over or almost say."


@dataclass(frozen=True)
class Compared:
    """A claim, and what the records give for it (None: withheld); `read` says how, where the print leaves it open."""

    claim: str
    value: float | None
    unit: str = "people"
    decimals: int = 0
    read: str = ""
    function: str = "analysis.participants.read_records"
    inputs: tuple[str, ...] = ()


def printed_study(evidence: Evidence) -> Study:
    """The study whose published figures the records are held against: its own, or the one that a worked example imitates."""
    other = evidence.records.of_study if evidence.records else ""
    return load_study(other, evidence.study.root) if other else evidence.study


def agrees(claim: Claim, value: float) -> bool:
    """Whether a value would be printed as the claim is, and is over or under it where its words say so."""
    printed = claim.as_printed
    if printed is None or claim.interval is None:
        raise ValueError(f"{claim.claim_id} gives no number")
    gap = value - float(printed.value)
    side = {
        "lower": gap >= 0,
        "over": gap > 0,
        "just over": gap > 0,
        "upper": gap <= 0,
        "under": gap < 0,
        "almost": gap < 0,
    }
    return value in printed.around() and side.get(printed.bound, True)


OPEN = "cannot be told from the digits shown"


def agreement(claim: Claim, compared: Compared) -> str:
    """Whether a measured figure agrees, in words, as far as the figure that is shown tells: the word says no digit more.

    A count is shown as it is; of any other number the least and the greatest that are shown alike are looked at.
    """
    value = float(compared.value)  # type: ignore[arg-type]
    if compared.unit in COUNTED and value.is_integer():
        return "yes" if agrees(claim, value) else "no"
    shown, half = round(value, compared.decimals), 0.4999 * 10.0**-compared.decimals
    found = {agrees(claim, each) for each in (shown - half, shown, shown + half)}
    return OPEN if len(found) > 1 else "yes" if found == {True} else "no"


def found_in(frame: pd.DataFrame, row: str) -> dict[str, Any]:
    """The value of a row of a frame of results, None where a word stands in its place, with what the frame says of it."""
    value, said = frame.loc[row, VALUE], description(frame)
    return {
        "value": None if isinstance(value, str) else value,
        "function": said.function if said else "",
        "inputs": inputs_of(frame),
    }


def enough(evidence: Evidence, name: str, count: int, base: int) -> bool:
    """Whether a count, and the rest of its base, may be shown as far as their size goes; keeps the decision."""
    if evidence.base is not None:
        return evidence.allows(Decision(f"against the published figures: {name}", "rounding", REFUSED, BESIDE_ROUNDED))
    fewest = evidence.rules.minimum_cell
    small = min(count, base - count) < fewest
    reason = (
        f"fewer than {fewest} people are, or are not, among them"
        if small
        else f"at least {fewest} people on either side"
    )
    return evidence.allows(
        Decision(f"against the published figures: {name}", "minimum cell", REFUSED if small else SHOWN, reason)
    )


def compared_table(evidence: Evidence, compared: Iterable[Compared]) -> Display:
    """Table: each printed figure, the measured one, and whether they agree."""
    study = printed_study(evidence)
    kind = Kind.CALIBRATED if evidence.page.example else Kind.MEASURED
    rows = {}
    for each in compared:
        claim = study.claims[each.claim]
        key = f"{evidence.page.notebook}.against_print.{slug(each.claim)}.measured"
        value = WITHHELD if each.value is None else each.value
        rows[f"{claim.statement} ({each.claim})"] = {
            "printed": published(claim),
            "measured": Result(
                key,
                claim.statement,
                plain_number(value),
                each.unit,
                kind,
                each.decimals,
                function=each.function,
                inputs=each.inputs,
            ),
            "agrees": WITHHELD if each.value is None else agreement(claim, each),
            "read": each.read,
        }
    columns = {
        "printed": Column("As published", "", Kind.PUBLISHED),
        "measured": Column("These records", "", kind),
        "agrees": Column("Agrees?"),
    }
    if any(row["read"] for row in rows.values()):
        columns["read"] = Column("How it is read")
    with evidence.letting():  # each value is withheld that its own decision does not let be shown
        return _table(evidence, rows, columns)


def _table(evidence: Evidence, rows: Mapping[str, object], columns: Mapping[str, Column]) -> Display:
    example = evidence.page.example
    return evidence.page.table(
        "against_print",
        pd.DataFrame.from_dict(rows, orient="index", dtype=object),
        columns,
        "The figures of the source beside those of the records.",
        row_header="Figure",
        note=f"{RULE} {CALIBRATED}" if example else RULE,
        text={"read": "label"} if "read" in columns else {},
    )


def nothing_printed(evidence: Evidence, file: str) -> Display | None:
    """A sentence where the study's source has no such figures; None where it has."""
    study = printed_study(evidence)
    if (study.raw / file).is_file() and (study.raw / "claims.csv").is_file():
        return None
    return evidence.page.say(
        "The study's source gives no such figures, so there is nothing to hold the records against."
    )
