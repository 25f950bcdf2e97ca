"""What before_after.yaml says of printed means: the audit asks of them what the page of before and after shows."""

from collections.abc import Iterator
from typing import Any

from analysis.audit.checks import Check, Figure, Method, interval, name_of, number, shown, verdict_of
from analysis.audit.own.test_statistic import p_values, two_sided
from analysis.audit.plan import PairedTest
from analysis.participants.scales import scales
from analysis.study import Study
from analysis.study.claims import Claim, Ledger

FILE = "before_after.yaml"
_MEANS, _SPREADS = ("before", "after"), ("sd_before", "sd_after")
_OPEN = ("readings", "fewest", "most")  # of an item whose scale, or number of people, is not what is printed


def as_asked(study: Study) -> Ledger:
    """The ledger with, where a claim says nothing itself, whose answers an item's figures are of and on what scale.

    Items whose print has several readings, or whose number of people is not printed, are left alone, and so is whatever
    does not fit, which 03 tells.
    """
    told: dict[str, Claim] = {}
    for item, people in _items(study):
        told |= _of(item, people, study)
    return Ledger(study.claims.claims | told, study.claims.rows, study.claims.name, study.claims.documents)


def paired_tests(study: Study) -> Iterator[PairedTest]:
    """An entry of the plan for each item whose t and p-value are printed."""
    known, label = study.claims.claims, "A paired test and its p-value"
    for item, people in _items(study):
        t, p = (known.get(str(item.get(name))) for name in ("t", "p"))
        if t and p and t.interval and p.interval:
            name = f"paired_test_{name_of(t.claim_id)}"
            yield PairedTest(id=name, label=label, t=t.claim_id, p=p.claim_id, people=people)


def check_paired(entry: PairedTest, ledger: Ledger) -> Check:
    """Whether the two-sided p-value of a paired test is that of its t, with as many degrees of freedom as people less one."""
    t, p, people = (ledger[name] for name in (entry.t, entry.p, entry.people))
    found = p_values(interval(t), two_sided, number(people) - 1)
    fails = not found.meets(interval(p))
    names = (entry.t, entry.people, entry.p)
    words = f"{shown(entry.t)} of {shown(entry.people)} gives a p-value of {{.p|interval|bare}}; {shown(entry.p)} is printed."
    figures = {"p": Figure("P-value of the printed paired test", None, "p", 4, found.low, found.high)}
    disputed = names if fails else ()
    outcome = verdict_of(fails)
    return Check(
        entry.id, Method.STATISTICS, entry.label, outcome, names, words, figures, disputed=disputed, follows=entry.p
    )


def _items(study: Study) -> Iterator[tuple[dict[str, Any], str]]:
    """Each item whose print has one reading, with the claim that prints how many people are behind it."""
    content = study.document(FILE) if (study.raw / FILE).is_file() else None
    figures = content if isinstance(content, dict) else {}
    for item in figures.get("items") or ():
        people = str((isinstance(item, dict) and item.get("respondents")) or figures.get("respondents"))
        if isinstance(item, dict) and not any(item.get(name) for name in _OPEN) and _counts(people, study):
            yield item, people


def _counts(claim: str, study: Study) -> bool:
    return claim in study.claims.claims and (study.claims.claims[claim].number or 0) > 1


def _of(item: dict[str, Any], people: str, study: Study) -> dict[str, Claim]:
    known, scale = study.claims.claims, _ends(item.get("scale"), study)
    if not scale:
        return {}
    named = {name: claim for name in (*_MEANS, *_SPREADS) if (claim := known.get(str(item.get(name))))}
    found = {}
    for name, claim in named.items():
        whole = {"answers": claim.answers or "whole", "scale": claim.scale or scale} if name in _MEANS else {}
        found[claim.claim_id] = claim.model_copy(update={"base": claim.base or people, **whole})
    return found


def _ends(scale: Any, study: Study) -> str:
    """The lowest and highest score as a ledger writes them; an empty text for what is no scale."""
    if isinstance(scale, str):
        named = scales(study.root).get(scale)
        return f"{named.low}..{named.high}" if named else ""
    whole = isinstance(scale, list) and len(scale) == 2 and all(isinstance(end, int) for end in scale)
    return f"{scale[0]}..{scale[1]}" if whole and scale[0] < scale[1] else ""
