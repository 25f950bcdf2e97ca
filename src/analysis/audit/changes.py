"""Changes of a ledger: errors of known kinds, and beside each a change that makes nothing false.

Drawn with a source of randomness from every claim that a change of the kind can befall.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from random import Random

from analysis.audit.granularity import PERCENT, possible_totals
from analysis.audit.verdicts import Finding, Verdict
from analysis.expressions import Operation, Reference
from analysis.quantities import parse_printed
from analysis.study.claims import Claim, Ledger, without_points

Change = dict[str, Claim]  # the claims of the copy that differ, by id
TRIES = 50  # to find a claim that a change of the kind can befall


def reprinted(claim: Claim, printed: str, **more: str) -> Claim:
    """A claim with another print, its value read from it. Raises ValueError if it holds no figure."""
    value = format(parse_printed(printed if claim.figure == claim.printed else without_points(printed)).value, "f")
    return Claim.model_validate(claim.model_dump() | {"printed": printed, "value": value, "search": ""} | more)


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
    named = {name.removeprefix("claim:") for claim in ledger.values() for name in claim.follows_from}
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


def _transposed(ledger: Ledger, _: dict[str, Finding], random: Random) -> Change:
    """Two neighbouring digits in each other's place, as "over £543,000" for "over £534,000"."""
    claim = random.choice(_figures(ledger))
    places = [match.start() for match in re.finditer(r"(?=(\d)(?!\1)\d)", claim.printed)]
    place = random.choice([place for place in places if place or claim.printed[1] != "0"])
    swapped = claim.printed[place + 1] + claim.printed[place]
    return {claim.claim_id: reprinted(claim, claim.printed[:place] + swapped + claim.printed[place + 2 :])}


def _lost_digit(ledger: Ledger, _: dict[str, Finding], random: Random) -> Change:
    """A number without its first digit, as "over £2 million" for "over £12 million"."""
    claim = random.choice([c for c in _figures(ledger) if re.search(r"\d,?[1-9]", c.printed)])
    return {claim.claim_id: reprinted(claim, re.sub(r"\d,?(?=[1-9])", "", claim.printed, count=1))}


def _about_tens(ledger: Ledger, verdicts: dict[str, Finding], random: Random, true: bool) -> Change:
    """About the tens that a recomputed percentage is nearest to, or about the next tens, which is false."""
    claims = [c for c in _figures(ledger) if _off(c, verdicts[c.claim_id])]
    claim = random.choice(claims)
    recomputed = verdicts[claim.claim_id].recomputed or 0.0
    tens = 10 * round(recomputed / 10) + (0 if true else random.choice((-10, 10)))
    plain = tens > 0 and tens % 100 and abs(recomputed % 10 - 5) > 1  # of 100 the grid is hundreds
    return {claim.claim_id: reprinted(claim, f"about {tens}%")} if plain else {}


def _false_about(ledger: Ledger, verdicts: dict[str, Finding], random: Random) -> Change:
    return _about_tens(ledger, verdicts, random, true=False)


# Changes that make nothing false.
def _true_about(ledger: Ledger, verdicts: dict[str, Finding], random: Random) -> Change:
    return _about_tens(ledger, verdicts, random, true=True)


def _no_break_space(ledger: Ledger, _: dict[str, Finding], random: Random) -> Change:
    claim = random.choice([c for c in _figures(ledger) if re.search(r"[ %]", c.printed)])
    text = claim.printed.replace(" ", "\N{NO-BREAK SPACE}")
    return {
        claim.claim_id: reprinted(claim, text if text != claim.printed else text.replace("%", "\N{NO-BREAK SPACE}%"))
    }


def _in_words(ledger: Ledger, _: dict[str, Finding], random: Random) -> Change:
    claim = random.choice([c for c in _figures(ledger) if c.printed in _NUMBER_WORDS])
    return {claim.claim_id: reprinted(claim, _NUMBER_WORDS[claim.printed])}


_NUMBER_WORDS = dict(
    zip(map(str, range(2, 13)), "two three four five six seven eight nine ten eleven twelve".split(), strict=True)
)


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
    "impossible percentage": (_impossible, _possible_alone, "a possible percentage of a published number of people"),
    "decimal point": (_decimal_point, _same_words, "other words of the same meaning"),
    "one off where restated": (_one_off, _about_again, "the word about before one of two statements"),
    "false over": (_false_over, _true_over, "the word over before a percentage that was rounded down"),
    "false about": (_false_about, _true_about, "about the tens that a percentage is nearest to"),
    "transposed digits": (_transposed, _no_break_space, "the same figure with no-break spaces"),
    "lost digit": (_lost_digit, _in_words, "the same number in words"),
}
