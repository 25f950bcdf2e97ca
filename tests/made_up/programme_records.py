"""The made-up referrals, activities, exits, evidence and targets of the export."""

from datetime import date

import numpy as np
import pandas as pd

from made_up.draws import between, pick, shared_out, skewed
from made_up.integers import Array
from made_up.programme_figures import AGENCY_SOURCE, CLOSE, DELIVERY, OWN_SOURCE, TARGETS, count
from made_up.programme_people import (
    AREAS,
    PARTNER_WEIGHTS,
    PARTNERS,
    QUARTER_WEIGHTS,
    Participants,
    make_starts,
)

_REASONS = {
    "ineligible": ("in the country ten years or more", "in work already", "British passport", "under age"),
    "inappropriate": ("needs housing advice", "needs immigration advice", "lives elsewhere"),
    "withdrawn": ("no contact", "moved away", "no longer interested"),
}
_TRANSFERS = 60
_LAST_QUARTER = 3.0  # weight of the last quarter's targets
_FLAG_ORDER = (
    "roma",
    "refugee",
    "asylum_seeker",
    "family_reunion",
    "isolated_family_joiner",
    "separated_young_person",
    "trafficking_victim",
    "little_or_no_english",
)


def iso(days: Array) -> Array:
    """Days as numbers to texts.

    >>> iso(np.array([736511])).tolist()
    ['2017-07-01']
    """
    return np.array([date.fromordinal(int(day)).isoformat() for day in days], dtype=object)


def make_referrals(people: Participants, rng: np.random.Generator) -> tuple[pd.DataFrame, Array]:
    """All referrals, in order of their date, and for each participant the id of theirs."""
    n, others = len(people.ids), count("referrals") - len(people.ids)
    decided = people.start - between(rng, np.zeros(n, int), np.full(n, 20))
    not_taken = make_starts(others, rng)
    frame = pd.DataFrame(
        {
            "day": np.concatenate([decided - skewed(rng, np.ones(n, int), np.full(n, 60), 14), not_taken]),
            "decided": np.concatenate(
                [decided, not_taken + skewed(rng, np.ones(others, int), np.full(others, 60), 10)]
            ),
            "source": np.concatenate(
                [
                    _sources(n, OWN_SOURCE[0], AGENCY_SOURCE[0], rng),
                    _sources(others, OWN_SOURCE[1] - OWN_SOURCE[0], AGENCY_SOURCE[1] - AGENCY_SOURCE[0], rng),
                ]
            ),
            "area": np.concatenate([people.area, rng.choice(AREAS, others)]),
            "decision": np.concatenate(
                [
                    np.full(n, "eligible"),
                    rng.choice(
                        ["ineligible", "inappropriate", "withdrawn", "eligible"], others, p=[0.4, 0.32, 0.18, 0.1]
                    ),
                ]
            ),
            "person": np.concatenate([np.arange(n), np.full(others, -1)]),
        }
    ).sort_values(["day", "person"], kind="stable", ignore_index=True)
    frame["referral_id"] = [f"R-{number:04d}" for number in range(1, len(frame) + 1)]
    frame["reason"] = [rng.choice(_REASONS[decision]) if decision in _REASONS else "" for decision in frame["decision"]]
    own = frame[frame["person"] >= 0].sort_values("person")["referral_id"].to_numpy()
    return _referral_columns(frame), own


def _referral_columns(frame: pd.DataFrame) -> pd.DataFrame:
    dates = {"referral_date": iso(frame["day"].to_numpy()), "decision_date": iso(frame["decided"].to_numpy())}
    return frame.assign(**dates)[
        ["referral_id", "referral_date", "source", "area", "decision", "decision_date", "reason"]
    ]


def _sources(n: int, own: int, agencies: int, rng: np.random.Generator) -> Array:
    rest = n - own - agencies
    return rng.permutation(
        np.repeat(
            ["internal_partner", "external_agency", "self", "other_partner"],
            [own, agencies, rest // 2, rest - rest // 2],
        )
    )


def make_participants_table(people: Participants, referrals: Array, rng: np.random.Generator) -> pd.DataFrame:
    """One row for each participant, and a second for those who changed partner on the way."""
    flags = {flag: _yes_no(people.flags[flag]) for flag in _FLAG_ORDER}
    frame = pd.DataFrame(
        {
            "person_id": people.ids,
            "referral_id": referrals,
            "sex": people.sex,
            "age": people.age.astype(str),
            "area": people.area,
            "labour_status": np.where(people.unemployed, "unemployed", "inactive"),
            "disabled": _yes_no(people.disabled),
            "ethnic_minority": _yes_no(people.ethnic_minority),
            **flags,
            "start_date": iso(people.start),
            "partner": people.partner,
            "partner_from": "",
            "partner_until": "",
        }
    )
    return _with_transfers(frame, people, rng)


def _yes_no(mask: Array) -> Array:
    return np.where(mask, "yes", "no")


def _with_transfers(frame: pd.DataFrame, people: Participants, rng: np.random.Generator) -> pd.DataFrame:
    moved = np.flatnonzero(pick(rng, np.ones(len(frame), dtype=bool), _TRANSFERS))
    last = between(rng, people.start[moved] + 20, people.leave[moved] - 20)
    second = frame.iloc[moved].assign(partner_from=iso(last + 1))
    second["partner"] = [
        PARTNERS[(PARTNERS.index(name) + int(step)) % len(PARTNERS)]
        for name, step in zip(second["partner"], rng.integers(1, len(PARTNERS), len(moved)), strict=True)
    ]
    frame.loc[moved, "partner_until"] = iso(last)
    return pd.concat([frame, second]).sort_index(kind="stable")


def make_activities(people: Participants, rng: np.random.Generator) -> pd.DataFrame:
    """Activities by date; as many people as published have at least one of each type."""
    n = len(people.ids)
    everyone = np.ones(n, dtype=bool)
    takers = {
        "keyworker": (everyone, 3.0, 1.0),
        "esol": (people.esol, 3.5, 2.0),
        "employment_support": (pick(rng, everyone, n // 2, 1.0 + people.unemployed), 2.0, 1.0),
        "training": (pick(rng, everyone, n // 4), 1.5, 6.0),
        "mentoring": (pick(rng, everyone, count("mentoring")), 2.5, 1.5),
        "work_placement": (pick(rng, everyone, count("work_placement")), 1.5, 6.0),
        "mental_health": (pick(rng, everyone, count("mental_health")), 2.0, 1.0),
        "champion": (pick(rng, everyone, count("champions"), 1.0 + 3 * people.progress), 3.0, 2.0),
        "in_work_support": (people.in_work_support, 1.5, 1.0),
    }
    frames = [_activities(people, name, *taking, rng) for name, taking in takers.items()]
    return _numbered(pd.concat([*frames, _employers(rng)], ignore_index=True))


def _activities(
    people: Participants, name: str, mask: Array, mean: float, hours: float, rng: np.random.Generator
) -> pd.DataFrame:
    """At least one activity for everybody in the mask, within their time; support in work towards its end."""
    times = 1 + rng.poisson(mean - 1, int(mask.sum()))
    who = np.repeat(np.flatnonzero(mask), times)
    begin = people.leave[who] - 28 if name == "in_work_support" else people.start[who]
    return pd.DataFrame(
        {
            "person_id": people.ids[who],
            "organisation": "",
            "type": name,
            "day": between(rng, begin, people.leave[who]),
            "hours": np.maximum(0.5, np.rint(2 * rng.gamma(4.0, hours / 4, len(who))) / 2),
        }
    )


def _employers(rng: np.random.Generator) -> pd.DataFrame:
    n = count("employers")
    who = np.repeat(np.arange(n), 1 + rng.poisson(0.6, n))
    first, last = (day.toordinal() for day in DELIVERY)
    return pd.DataFrame(
        {
            "person_id": "",
            "organisation": [f"ORG-{number + 1:03d}" for number in who],
            "type": "employer_engagement",
            "day": rng.integers(first, last + 1, len(who)),
            "hours": 1.0,
        }
    )


def _numbered(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.sort_values(["day", "type", "person_id", "organisation"], kind="stable", ignore_index=True)
    frame["activity_id"] = [f"A-{number:05d}" for number in range(1, len(frame) + 1)]
    frame["activity_date"] = iso(frame["day"].to_numpy())
    frame["hours"] = [f"{min(value, 8.0):g}" for value in frame["hours"]]
    return frame[["activity_id", "person_id", "organisation", "type", "activity_date", "hours"]]


def make_exits(people: Participants) -> pd.DataFrame:
    """One row for each participant: everybody has left, since the programme has ended."""
    frame = pd.DataFrame({"person_id": people.ids, "day": people.leave, "destination": people.destination})
    return frame.sort_values(["day", "person_id"], ignore_index=True).assign(
        exit_date=lambda rows: iso(rows["day"].to_numpy())
    )[["person_id", "exit_date", "destination"]]


def make_evidence(people: Participants, rng: np.random.Generator) -> pd.DataFrame:
    """Evidence of eligibility for all, and of the results that count; some came late, some was refused first or for good."""
    n = len(people.ids)
    begun = between(rng, people.start + 30, people.leave)
    looking = (people.destination == "job_search") & ~people.shown & people.unemployed & (rng.random(n) < 0.6)
    others = ~people.shown & ~looking & (people.destination != "unknown")
    parts = [
        _evidence(people, np.ones(n, dtype=bool), "eligibility", people.start, 20, rng),
        _evidence(people, people.shown | looking, "destination", people.leave, 35, rng),
        _evidence(people, people.progress, "english_level", people.leave, 25, rng),
        _evidence(people, people.accredited, "qualification", begun, 30, rng),
        _first_refused(people, rng),
        _never_accepted(people, others, rng),
    ]
    frame = pd.concat(parts, ignore_index=True).sort_values(
        ["received", "person_id", "what", "accepted"], ignore_index=True
    )
    frame["evidence_id"] = [f"E-{number:05d}" for number in range(1, len(frame) + 1)]
    dates = {
        name: iso(frame[day].to_numpy())
        for name, day in (("evidence_date", "dated"), ("received_on", "received"), ("accepted_on", "decided"))
    }
    frame = frame.assign(**dates)
    frame.loc[frame["accepted"] == "pending", "accepted_on"] = ""
    return frame[["evidence_id", "person_id", "what", "evidence_date", "received_on", "accepted", "accepted_on"]]


def _evidence(
    people: Participants, mask: Array, what: str, day: Array, delay: float, rng: np.random.Generator
) -> pd.DataFrame:
    """Accepted evidence, received some time after it is dated and accepted before the books closed."""
    day = day[mask]
    close = np.full(len(day), CLOSE.toordinal())
    received = skewed(rng, day + 1, close - 7, delay)
    decided = skewed(rng, received, close, 10)
    return pd.DataFrame(
        {
            "person_id": people.ids[mask],
            "what": what,
            "dated": day,
            "received": received,
            "decided": decided,
            "accepted": "yes",
        }
    )


def _first_refused(people: Participants, rng: np.random.Generator) -> pd.DataFrame:
    """Earlier evidence of eligibility that was refused before better evidence came."""
    mask = pick(rng, np.ones(len(people.ids), dtype=bool), 70)
    return _evidence(people, mask, "eligibility", people.start, 2, rng).assign(accepted="no")


def _never_accepted(people: Participants, among: Array, rng: np.random.Generator) -> pd.DataFrame:
    """Evidence of destinations that was refused, or on which nothing was decided."""
    mask = among & (rng.random(len(among)) < 0.25)
    found = _evidence(people, mask, "destination", people.leave, 35, rng)
    return found.assign(accepted=rng.choice(["no", "pending"], len(found), p=[0.7, 0.3]))


def make_targets(rng: np.random.Generator) -> pd.DataFrame:
    """Targets by measure, partner and quarter that add up to the printed ones; rows without a target are left out."""
    quarters = _quarters()
    per_quarter = np.array([*QUARTER_WEIGHTS, _LAST_QUARTER])
    shares = np.outer(PARTNER_WEIGHTS * rng.uniform(0.9, 1.1, len(PARTNERS)), per_quarter).ravel()
    cells = [(partner, *quarter) for partner in PARTNERS for quarter in quarters]
    rows = [
        (measure, *cell, target)
        for measure, split in _splits(shares).items()
        for cell, target in zip(cells, split, strict=True)
    ]
    whole = shared_out(TARGETS["employers"][0], per_quarter)
    rows += [("employers", "", *quarter, target) for quarter, target in zip(quarters, whole, strict=True)]
    columns = ["measure", "partner", "quarter_start", "quarter_end", "target"]
    return pd.DataFrame([row for row in rows if row[-1]], columns=columns).astype(str)


def _splits(shares: Array) -> dict[str, Array]:
    """The target of each measure that partners have, by cell; where parts have targets, the whole is their sum."""
    half = shared_out(TARGETS["women"][0], shares)
    parts = {
        name: shared_out(TARGETS[name][0], shares)
        for name in ("exit_employment_unemployed", "exit_employment_inactive")
    }
    fixed = dict.fromkeys(("men", "women", "unemployed", "inactive"), half) | parts
    fixed |= {"participants": 2 * half, "exit_employment": sum(parts.values())}
    return {
        name: fixed.get(name, shared_out(total, shares)) for name, (total, _) in TARGETS.items() if name != "employers"
    }


def _quarters() -> list[tuple[str, str]]:
    """First and last days of the quarters of the programme."""
    starts = [date(year, month, 1) for year in range(2017, 2024) for month in (1, 4, 7, 10)]
    spans = zip(starts, starts[1:], strict=False)
    return [
        (first.isoformat(), date.fromordinal(after.toordinal() - 1).isoformat())
        for first, after in spans
        if DELIVERY[0] <= first <= DELIVERY[1]
    ]
