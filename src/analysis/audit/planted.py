"""The audit of the audit: errors of known kinds planted into copies of a ledger, and harmless changes beside them.

A planted error is found if the copy raises an alarm that the ledger as it is does not raise: a claim that becomes
inconsistent, or a check that fails, or fails in other words. A harmless change that raises one is a false alarm. Drawn
with a seed from every claim that an error of the kind can befall, those that nothing printed bears upon included.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from random import Random

import pandas as pd

from analysis.audit.checks import Outcome
from analysis.audit.granularity import PERCENT, possible_totals
from analysis.audit.plan import AuditPlan, claims_by_check, touching
from analysis.audit.run import run_checks
from analysis.audit.verdicts import Finding, Verdict, audit, check as verdict_on
from analysis.expressions import Operation, Reference, references
from analysis.quantities import parse_printed
from analysis.study.claims import Claim, Ledger, without_points

Alarm = tuple[str, str]  # the check, or "verdict", and the claim that it points at, if any
Change = dict[str, Claim]  # the claims of the copy that differ, by id


@dataclass(frozen=True)
class Trial:
    """One change: what it was, whether anything printed bears on the claims it touches, and which alarms it raised."""

    kind: str
    harmless: bool
    claims: tuple[str, ...]
    linked: bool
    alarms: tuple[Alarm, ...]

    @property
    def points_at_it(self) -> bool:
        """Whether an alarm names a claim that was changed, rather than one computed from it."""
        return any(culprit in self.claims for _, culprit in self.alarms)


_ALARMING = (Verdict.INCONSISTENT, Verdict.IN_QUESTION)


def alarms(ledger: Ledger, plan: AuditPlan, claims: Collection[str] | None = None) -> frozenset[Alarm]:
    """Every claim that is inconsistent or in question by its own check, of all or of those named, and every failed check with the claims it points at, if at some."""
    findings = audit(ledger) if claims is None else [verdict_on(ledger[claim], ledger) for claim in claims]
    wrong = {("verdict", finding.claim_id) for finding in findings if finding.verdict in _ALARMING}
    failed = [
        check for check in run_checks(ledger, plan, explain=False, claims=claims) if check.outcome is Outcome.FAILS
    ]
    return frozenset(wrong | {(check.id, culprit) for check in failed for culprit in check.culprits or ("",)})


def changed(ledger: Ledger, change: Change) -> Ledger:
    """A copy of a ledger with some claims replaced."""
    return Ledger(ledger.claims | change, ledger.rows, ledger.name, ledger.documents)


def lookers(ledger: Ledger) -> dict[str, set[str]]:
    """For each claim the claims whose verdict looks at it: through their formula, or as their base."""
    found: dict[str, set[str]] = {}
    for claim_id, claim in ledger.items():
        formula = references(claim.expression) if claim.expression else ()
        for name in (claim.base, *formula):
            found.setdefault(name.removeprefix("claim:"), set()).add(claim_id)
    return found


def nearby(ledger: Ledger, change: Change, known: Mapping[str, set[str]]) -> frozenset[str]:
    """The claims of the changed copy whose verdict a change can alter; `known` are the `lookers` of the ledger.

    They are those it touches, what looks at these, and every print of the same quantity, before the change or after it.
    """
    quantities = {claims[name].quantity for claims in (ledger.claims, change) for name in change if name in claims}
    same = (claim.claim_id for quantity in quantities for claim in ledger.about(quantity))
    return frozenset(change).union(same, *(known.get(name, ()) for name in change))


def reprinted(claim: Claim, printed: str, **more: str) -> Claim:
    """A claim with another print, its value read from it. Raises ValueError if it holds no figure."""
    value = format(parse_printed(printed if claim.figure == claim.printed else without_points(printed)).value, "f")
    return Claim.model_validate(claim.model_dump() | {"printed": printed, "value": value, "search": ""} | more)


def linked_claims(ledger: Ledger, plan: AuditPlan) -> frozenset[str]:
    """The claims that some formula, base, other print or check bears on; errors in all others cannot be found."""
    found: set[str] = set()
    for claim_id, claim in ledger.items():
        if claim.expression:
            found |= {claim_id, *(name.removeprefix("claim:") for name in references(claim.expression))}
        if claim.base:
            found |= {claim_id, claim.base}
        if len(ledger.about(claim.quantity)) > 1:
            found.add(claim_id)
    return frozenset(found | set().union(*claims_by_check(plan).values()))


# How each kind of change is made. A maker takes the ledger, its verdicts and a random source, and yields candidates.
def _figures(ledger: Ledger) -> list[Claim]:
    return [c for c in ledger.claims.values() if c.as_printed and not c.is_date and _readable(c.printed)]


@lru_cache(maxsize=4096)
def _readable(printed: str) -> bool:
    """Whether a print has a digit to change and is read as a figure without its claim."""
    try:
        parse_printed(printed)
    except ValueError:
        return False
    return bool(re.search(r"\d", printed))


def _digit_slip(ledger: Ledger, _: dict[str, Finding], random: Random) -> Change:
    claim = random.choice(_figures(ledger))
    places = [match.start() for match in re.finditer(r"\d", claim.printed)]
    place = random.choice(places)
    others = [d for d in "0123456789" if d != claim.printed[place] and not (d == "0" and place == places[0])]
    return {
        claim.claim_id: reprinted(claim, claim.printed[:place] + random.choice(others) + claim.printed[place + 1 :])
    }


def _shares(ledger: Ledger) -> list[tuple[Claim, Claim, Claim]]:
    """Percentages printed without bounding words whose formula is count / base x 100, with count and base."""
    return [
        (claim, *pair)
        for claim in ledger.values()
        if claim.unit == "%"
        and claim.as_printed
        and not claim.as_printed.bound
        and (pair := _count_and_base(claim, ledger))
    ]


def _count_and_base(claim: Claim, ledger: Ledger) -> tuple[Claim, Claim] | None:
    match claim.expression:
        case Operation("*", Operation("/", Reference(count), Reference(base)), _):
            return ledger[count], ledger[base]
    return None


def _wrong_base(ledger: Ledger, _: dict[str, Finding], random: Random) -> Change:
    claim, count, base = random.choice(_shares(ledger))
    larger = [c for c in ledger.values() if c.unit == base.unit and (c.number or 0) > (count.number or 0)]
    others = [c for c in larger if c.kind in ("count", "target")]
    printed = [_percent(100 * count.number / other.number, claim) for other in others if count.number and other.number]
    choices = sorted({text for text in printed if text != claim.printed})
    return {claim.claim_id: reprinted(claim, random.choice(choices))} if choices else {}


def _percent(value: float, claim: Claim, decimals: int | None = None) -> str:
    places = max(claim.as_printed.decimals, 0) if decimals is None and claim.as_printed else decimals or 0
    return f"{value:.{places}f}%" if "%" in claim.printed else f"{value:.{places}f}"


def _stale_total(ledger: Ledger, _: dict[str, Finding], random: Random) -> Change:
    named = {n.removeprefix("claim:") for c in ledger.values() if c.expression for n in references(c.expression)}
    totals = [
        c
        for c in _figures(ledger)
        if c.kind in ("count", "target", "money")
        and c.unit != "%"
        and (c.number or 0) >= 20
        and (c.claim_id in named or c.formula or len(ledger.about(c.quantity)) > 1)
    ]
    claim = random.choice(totals)
    earlier = Decimal(str(claim.number)) * Decimal(random.randint(95, 99)) / 100
    whole = int(earlier.to_integral_value())
    return {claim.claim_id: reprinted(claim, f"£{whole:,}" if "£" in claim.printed else f"{whole}")}


def _swapped_label(ledger: Ledger, _: dict[str, Finding], random: Random) -> Change:
    one = random.choice(_figures(ledger))
    others = [
        c
        for c in _figures(ledger)
        if (c.section, c.kind, c.unit) == (one.section, one.kind, one.unit)
        and c.number != one.number
        and c.quantity != one.quantity
    ]
    if not others:
        return {}
    other = random.choice(others)
    return {one.claim_id: reprinted(one, other.printed), other.claim_id: reprinted(other, one.printed)}


def _rounding(ledger: Ledger, verdicts: dict[str, Finding], random: Random) -> Change:
    """The neighbour of a printed figure on the wrong side of its recomputed value."""
    claims = [c for c in _figures(ledger) if _off(c, verdicts[c.claim_id])]
    claim = random.choice(claims)
    printed, recomputed = claim.as_printed, verdicts[claim.claim_id].recomputed
    if printed is None or recomputed is None:
        return {}
    step = printed.step if recomputed > float(printed.value) else -printed.step
    return {claim.claim_id: reprinted(claim, _percent(float(printed.value + step), claim))}


def _off(claim: Claim, verdict: Finding) -> bool:
    """Whether a figure was rounded at all, so that it can be rounded the wrong way."""
    exact = verdict.recomputed is None or claim.number is None or abs(verdict.recomputed - claim.number) < 1e-9
    return claim.unit == "%" and verdict.verdict is Verdict.REPRODUCED and not exact


def _bare_percentage(ledger: Ledger, random: Random, possible: bool) -> Change:
    """A further percentage of a printed number of people, without a count, at decimals from which the base shows."""
    counts = (c for c in ledger.values() if c.kind == "count" and c.unit == "people" and c.as_printed)
    bases = [c for c in counts if 7 <= (c.number or 0) <= 5000 and not c.as_printed.bound]  # type: ignore[union-attr]
    base = random.choice(bases)
    people = int(base.number or 0)
    decimals = 0 if people < 50 else 1 if people < 500 else 2
    texts = [f"{random.uniform(1, 99):.{decimals}f}%" for _ in range(TRIES)]
    first = next(
        (text for text in texts if bool(possible_totals(parse_printed(text), people, PERCENT)) is possible), None
    )
    added = f"{base.claim_id}000"
    more = {
        "claim_id": added,
        "unit": "%",
        "base": base.claim_id,
        "kind": "share",
        "formula": "",
        "quantity": "added_percentage",
    }
    return {added: reprinted(base, first, **more)} if first else {}


def _impossible(ledger: Ledger, _: dict[str, Finding], random: Random) -> Change:
    return _bare_percentage(ledger, random, possible=False)


def _decimal_point(ledger: Ledger, _: dict[str, Finding], random: Random) -> Change:
    """Ten times a figure that is printed with decimals or with words, as "up to £66.70" for "up to £6.67"."""
    claims = [c for c in _figures(ledger) if c.as_printed and (c.as_printed.bound or c.as_printed.decimals > 0)]
    claim = random.choice(claims)
    return {claim.claim_id: reprinted(claim, _redigited(claim.printed, lambda number: number * 10))}


def _one_off(ledger: Ledger, _: dict[str, Finding], random: Random) -> Change:
    """One unit of the last digit more or less where the figure is printed more than once, as 76% beside 75%."""
    claim = random.choice([c for c in _figures(ledger) if _restated(c, ledger)])
    places = len(_NUMBER.search(claim.printed)[0].partition(".")[2])  # type: ignore[index]
    unit = Decimal(random.choice((-1, 1))).scaleb(-places)
    return {claim.claim_id: reprinted(claim, _redigited(claim.printed, lambda number: number + unit))}


_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def _redigited(printed: str, change: Callable[[Decimal], Decimal]) -> str:
    """A print with its number changed, at the decimals and with the commas that it has."""

    def new(match: re.Match[str]) -> str:
        number, places = change(Decimal(match[0].replace(",", ""))), len(match[0].partition(".")[2])
        return f"{number:,.{places}f}" if "," in match[0] else f"{number:.{places}f}"

    return _NUMBER.sub(new, printed, count=1)


def _over(ledger: Ledger, verdicts: dict[str, Finding], random: Random, true: bool) -> Change:
    """The word "over" before a percentage that was rounded down, of which it is true, or up, of which it is false."""
    claims = [c for c in _figures(ledger) if _off(c, verdicts[c.claim_id])]
    rounded = [c for c in claims if ((verdicts[c.claim_id].recomputed or 0.0) > (c.number or 0.0)) is true]
    claim = random.choice(rounded)
    return {claim.claim_id: reprinted(claim, f"over {claim.printed}")}


def _false_over(ledger: Ledger, verdicts: dict[str, Finding], random: Random) -> Change:
    return _over(ledger, verdicts, random, true=False)


# Changes that make nothing false.
def _true_over(ledger: Ledger, verdicts: dict[str, Finding], random: Random) -> Change:
    return _over(ledger, verdicts, random, true=True)


def _same_words(ledger: Ledger, _: dict[str, Finding], random: Random) -> Change:
    """Other words of one meaning: "at least" for "or more", "under" for "less than"."""
    claims = [c for c in _figures(ledger) if any(c.printed.lower().startswith(word) for word in _OTHER_WORDS)]
    claim = random.choice(claims)
    word = next(word for word in _OTHER_WORDS if claim.printed.lower().startswith(word))
    return {claim.claim_id: reprinted(claim, f"{_OTHER_WORDS[word]}{claim.printed[len(word) :]}")}


_OTHER_WORDS = {"over": "more than", "more than": "over", "up to": "at most", "at least": "no less than"}


def _about_again(ledger: Ledger, _: dict[str, Finding], random: Random) -> Change:
    claim = random.choice([c for c in _figures(ledger) if _restated(c, ledger) and not c.as_printed.bound])  # type: ignore[union-attr]
    return {claim.claim_id: reprinted(claim, f"about {claim.printed}")}


def _separator(ledger: Ledger, _: dict[str, Finding], random: Random) -> Change:
    claims = [c for c in _figures(ledger) if re.fullmatch(r"\d{4,}", c.printed)]
    claim = random.choice(claims or _figures(ledger))
    text = f"{int(claim.printed):,}" if claim.printed.isdigit() else claim.printed
    return {claim.claim_id: reprinted(claim, text)}


def _one_more_digit(ledger: Ledger, verdicts: dict[str, Finding], random: Random) -> Change:
    reproduced = [c for c in _figures(ledger) if verdicts[c.claim_id].verdict is Verdict.REPRODUCED]
    claims = [c for c in reproduced if c.unit == "%" and not _restated(c, ledger)]
    if not claims:
        return {}
    claim = random.choice(claims)
    decimals = (claim.as_printed.decimals if claim.as_printed else 0) + 1
    return {claim.claim_id: reprinted(claim, _percent(verdicts[claim.claim_id].recomputed or 0.0, claim, decimals))}


def _restated(claim: Claim, ledger: Ledger) -> bool:
    return any(o.as_printed and o.claim_id != claim.claim_id for o in ledger.about(claim.quantity))


def _restatement(ledger: Ledger, _: dict[str, Finding], random: Random) -> Change:
    claim = random.choice(_figures(ledger))
    copy = claim.model_dump() | {"claim_id": f"{claim.claim_id}000", "formula": f"claim:{claim.claim_id}", "base": ""}
    return {f"{claim.claim_id}000": Claim.model_validate(copy)}


def _about(ledger: Ledger, _: dict[str, Finding], random: Random) -> Change:
    claims = [c for c in _figures(ledger) if c.unit == "%" and c.as_printed and not c.as_printed.bound]
    claim = random.choice(claims)
    return {claim.claim_id: reprinted(claim, f"about {claim.printed}")}


def _other_section(ledger: Ledger, _: dict[str, Finding], random: Random) -> Change:
    claim = random.choice(_figures(ledger))
    return {
        claim.claim_id: Claim.model_validate(
            claim.model_dump() | {"section": "Another heading", "line": claim.line + 1}
        )
    }


def _possible_alone(ledger: Ledger, _: dict[str, Finding], random: Random) -> Change:
    return _bare_percentage(ledger, random, possible=True)


Maker = Callable[[Ledger, dict[str, Finding], Random], Change]
KINDS: dict[str, tuple[Maker, Maker, str]] = {  # the error, the harmless change beside it, and what that is
    "digit slip": (_digit_slip, _separator, "the same figure with a thousands separator"),
    "wrong base": (_wrong_base, _one_more_digit, "the same percentage with one more digit"),
    "stale total": (_stale_total, _restatement, "a true restatement added"),
    "swapped label": (_swapped_label, _other_section, "the figure under another heading"),
    "rounding": (_rounding, _about, "the word about put before it"),
    "impossible percentage": (_impossible, _possible_alone, "a possible percentage of a printed number of people"),
    "decimal point": (_decimal_point, _same_words, "other words of the same meaning"),
    "one off where restated": (_one_off, _about_again, "the word about before one of two prints"),
    "false over": (_false_over, _true_over, "the word over before a percentage that was rounded down"),
}
TRIES = 50  # to find a claim that a change of the kind can befall


def trials(ledger: Ledger, plan: AuditPlan, count: int, seed: int) -> tuple[Trial, ...]:
    """`count` planted errors and as many harmless changes, spread over the kinds, each in a copy of the ledger.

    A kind that no claim of the ledger can have (no percentage with a printed base, for example) is left out, and the
    others make up the number; if that is every kind, there are no trials. Same seed, same trials.
    """
    random = Random(seed)
    verdicts = {finding.claim_id: finding for finding in audit(ledger)}
    before = alarms(ledger, plan) | alarms(
        ledger, AuditPlan()
    )  # also of what the plan asks in place of the audit itself
    linked, named = linked_claims(ledger, plan), claims_by_check(plan)
    looking = lookers(ledger)
    found = []
    makers = {kind: pair for kind, (*pair, _) in KINDS.items()}
    usable = [
        kind for kind, pair in makers.items() if all(_make(each, ledger, verdicts, Random(seed)) for each in pair)
    ]
    for harmless in (False, True):
        for number in range(count if usable else 0):
            kind = usable[number % len(usable)]
            change = _make(makers[kind][harmless], ledger, verdicts, random)
            raised = alarms(changed(ledger, change), touching(plan, named, change), nearby(ledger, change, looking))
            found.append(
                Trial(kind, harmless, tuple(change), _is_linked(change, linked), tuple(sorted(raised - before)))
            )
    return tuple(found)


def _is_linked(change: Change, linked: frozenset[str]) -> bool:
    return any(claim_id in linked or claim.base or claim.formula for claim_id, claim in change.items())


def _make(maker: Maker, ledger: Ledger, verdicts: dict[str, Finding], random: Random) -> Change:
    for _ in range(TRIES):
        try:
            change = maker(ledger, verdicts, random)
        except (IndexError, ValueError):  # nothing to choose from, or a print that is no figure any more
            continue
        if change and not any(claim in verdicts and verdicts[claim].verdict in _ALARMING for claim in change):
            return change
    return {}


def rates(found: Iterable[Trial]) -> pd.DataFrame:
    """Trials by kind: planted, linked, found, found of linked in %, pointing at the figure in %, harmless, false alarms in %.

    The last row is of all kinds together.
    """
    kept = list(found)
    kinds = [*dict.fromkeys(trial.kind for trial in kept), "all kinds"]
    rows = [_rates([t for t in kept if kind in (t.kind, "all kinds")]) for kind in kinds]
    return pd.DataFrame(rows, index=pd.Index(kinds, name="kind"))


def _rates(kept: list[Trial]) -> dict[str, float | int | None]:
    errors, harmless = [t for t in kept if not t.harmless], [t for t in kept if t.harmless]
    linked, caught = [t for t in errors if t.linked], [t for t in errors if t.alarms]
    return {
        "planted": len(errors),
        "found": len(caught),
        "rate": _share(caught, errors),
        "linked": len(linked),
        "rate_linked": _share([t for t in linked if t.alarms], linked),
        "points": _share([t for t in caught if t.points_at_it], caught),
        "harmless": len(harmless),
        "false_alarms": _share([t for t in harmless if t.alarms], harmless),
    }


def _share(part: list[Trial], whole: list[Trial]) -> float | None:
    return 100 * len(part) / len(whole) if whole else None
