"""What before_after.yaml says of printed means: the audit asks of them what the page of before and after shows."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from analysis.audit.checks import Check, Figure, Method, interval, number, shown, verdict_of
from analysis.audit.families import check_id, ids
from analysis.audit.unprompted.test_statistic import CORRECTION, p_values, two_sided
from analysis.described import name_of
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


def paired_tests(study: Study) -> Iterator[Check]:
    """One check for each item whose t and p-value are printed: is the p-value that of the paired test, with as many degrees
    of freedom as people less one?"""
    known = study.claims.claims
    for item, people in _items(study):
        t, p = (known.get(str(item.get(name))) for name in ("t", "p"))
        if t and p and t.interval and p.interval:
            yield replace(_check(t, p, known[people]), function=name_of(paired_tests), correction=CORRECTION)


def _check(t: Claim, p: Claim, people: Claim) -> Check:
    found = p_values(interval(t), two_sided, number(people) - 1)
    fails = not found.meets(interval(p))
    words = (
        f"{shown(t.claim_id)} of {shown(people.claim_id)} gives a p-value of {{.p|interval|bare}}; "
        f"{shown(p.claim_id)} is published."
    )
    trio = ids(t, people, p)
    return Check(
        check_id("paired_test", t),
        Method.STATISTICS,
        "A paired test and its p-value",
        verdict_of(fails),
        trio,
        words,
        {"p": Figure("P-value of the published paired test", None, "p", 4, found.low, found.high)},
        disputed=trio if fails else (),
        follows=(p.claim_id,),
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
    known, scale = study.claims.claims, _scale(item.get("scale"), study)
    if not scale:
        return {}
    named = {name: claim for name in (*_MEANS, *_SPREADS) if (claim := known.get(str(item.get(name))))}
    return {
        claim.claim_id: claim.model_copy(
            update={"base": claim.base or people, **(_whole(claim, *scale) if name in _MEANS else {})}
        )
        for name, claim in named.items()
    }


def _whole(claim: Claim, low: int, high: int, questions: int) -> dict[str, str]:
    """What is told of a mean of whole answers; one that may be the mean answer of several questions is told as that, since
    scores of one scale are printed as sums and as averages, and whatever a sum can be, an average can be, too."""
    averaged = questions > 1 and claim.number is not None and claim.number <= high / questions
    reach = f"{low // questions if averaged else low}..{high}"
    items = str(questions) if averaged else ""
    return {"answers": claim.answers or "whole", "scale": claim.scale or reach, "items": claim.items or items}


def _scale(scale: Any, study: Study) -> tuple[int, int, int] | None:
    """Lowest and highest score, and of how many answers it is the sum; None for what is no scale."""
    if isinstance(scale, str):
        named = scales(study.root).get(scale)
        return (named.low, named.high, named.questions) if named else None
    whole = isinstance(scale, list) and len(scale) == 2 and all(isinstance(end, int) for end in scale)
    return (scale[0], scale[1], 1) if whole and scale[0] < scale[1] else None
