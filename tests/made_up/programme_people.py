"""The made-up participants of the export: who they are, when they joined and left, and what they left for."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from made_up.draws import between, pick
from made_up.figures import ID_PREFIX
from made_up.integers import Array
from made_up.programme_figures import (
    DELIVERY,
    LAST_START,
    LONGEST_DAYS,
    WOMEN_OF_ACCREDITATION,
    WOMEN_OF_EDUCATION,
    WOMEN_OF_ENGLISH,
    count,
)

# Neutral names: a made-up number beside the name of a real organisation or place could be taken for a finding.
PARTNERS = tuple(f"Partner {letter}" for letter in "ABCDEFGHIJ")
AREAS = tuple(f"Area {letter}" for letter in "ABCDEF")
PARTNER_WEIGHTS = np.array([0.19, 0.16, 0.13, 0.12, 0.10, 0.08, 0.07, 0.06, 0.05, 0.04])
_AREA_WEIGHTS = np.array([0.32, 0.26, 0.14, 0.12, 0.10, 0.06])
# How many join in each quarter, from July 2017 to December 2022: slow at first, few in 2020 and 2021, many in 2022.
QUARTER_WEIGHTS = np.array([2, 3, 4, 5, 5, 6, 6, 6, 6, 6, 5, 2, 2, 3, 3, 3, 4, 4, 5, 7, 7, 6], dtype=float)
_SHORTEST_DAYS = 60
_FLAG_OF = {
    "roma": "roma",
    "refugees": "refugee",
    "asylum_seekers": "asylum_seeker",
    "family_reunion": "family_reunion",
    "isolated_family_joiners": "isolated_family_joiner",
    "separated_young_people": "separated_young_person",
    "trafficking": "trafficking_victim",
    "little_or_no_english": "little_or_no_english",
}


@dataclass(frozen=True)
class Participants:
    """One entry for each participant, in the order of their ids, which is that of joining.

    `start` and `leave` are days as numbers (date.toordinal). `destination` is what they left for; `shown` whether it
    counts with accepted evidence. `esol`, `progress`, `accredited`, `in_work_support`: who took English classes, moved
    up a level, has a qualification, and had support to stay in work. `flags` are the target groups by column.
    """

    ids: Array
    women: Array
    sex: Array
    unemployed: Array
    age: Array
    disabled: Array
    ethnic_minority: Array
    flags: dict[str, Array]
    area: Array
    partner: Array
    start: Array
    leave: Array
    destination: Array
    shown: Array
    completes: Array
    esol: Array
    progress: Array
    accredited: Array
    in_work_support: Array


def make_participants(rng: np.random.Generator, exit_forms: tuple[int, int]) -> Participants:
    """Draw the participants; every published count of people and of results is met.

    `exit_forms`: how many women, and how many others, fill in a form at exit.
    """
    n = count("participants")
    everyone = np.ones(n, dtype=bool)
    women = pick(rng, everyone, count("women"))
    unknown = pick(rng, ~women, n - count("women") - count("men"))
    inactive = pick(rng, everyone, count("inactive"), 1.0 + 0.8 * women)
    older = pick(rng, everyone, count("older"))
    flags = _flags(women, older, rng)
    partner = rng.choice(len(PARTNERS), size=n, p=PARTNER_WEIGHTS)
    start = make_starts(n, rng)
    destination, shown = _destinations(women, inactive, rng)
    completes = pick(rng, women, exit_forms[0]) | pick(rng, ~women, exit_forms[1], 1.0 + shown)
    esol, progress, accredited = _english(women, completes, flags["little_or_no_english"], rng)
    employed = shown & (destination == "employment")
    return Participants(
        ids=np.array([f"{ID_PREFIX}{number:04d}" for number in range(1, n + 1)]),
        women=women,
        sex=np.where(unknown, "refused", np.where(women, "female", "male")),
        unemployed=~inactive,
        age=_ages(older, flags["separated_young_person"], rng),
        disabled=pick(rng, everyone, count("disabled"), 1.0 + older),
        ethnic_minority=pick(rng, everyone, count("ethnic_minority"), np.where(flags["roma"], 0.4, 1.0)),
        flags=flags,
        area=_areas(partner, rng),
        partner=np.array(PARTNERS)[partner],
        start=start,
        leave=start
        + between(rng, np.full(n, _SHORTEST_DAYS), np.minimum(LONGEST_DAYS, DELIVERY[1].toordinal() - start)),
        destination=_self_employed(destination, rng),
        shown=shown,
        completes=completes,
        esol=esol,
        progress=progress,
        accredited=accredited,
        in_work_support=pick(rng, employed, count("in_work_support")),
    )


def make_starts(n: int, rng: np.random.Generator) -> Array:
    """Days of joining in order, on weekdays, most in the quarters in which most people joined."""
    first = DELIVERY[0].year * 4 + 2  # the third quarter, counted from nought
    quarters = first + rng.choice(len(QUARTER_WEIGHTS), size=n, p=QUARTER_WEIGHTS / QUARTER_WEIGHTS.sum())
    begins = np.array([date(int(q) // 4, 3 * (int(q) % 4) + 1, 1).toordinal() for q in quarters])
    days = begins + rng.integers(0, 90, n)
    weekend = (days + 6) % 7  # Monday is 0
    return np.sort(np.minimum(np.where(weekend > 4, days + 7 - weekend, days), LAST_START.toordinal()))


def _flags(women: Array, older: Array, rng: np.random.Generator) -> dict[str, Array]:
    """The target groups; they overlap, except that a legal status excludes the others."""
    everyone = np.ones(len(women), dtype=bool)
    refugees = pick(rng, everyone, count("refugees"))
    seekers = pick(rng, ~refugees, count("asylum_seekers"))
    neither = ~refugees & ~seekers
    groups = {
        "roma": pick(rng, neither, count("roma")),
        "refugees": refugees,
        "asylum_seekers": seekers,
        "family_reunion": pick(rng, neither, count("family_reunion")),
        "isolated_family_joiners": pick(rng, neither, count("isolated_family_joiners"), np.where(women, 6.0, 1.0)),
        "separated_young_people": pick(rng, (refugees | seekers) & ~older, count("separated_young_people")),
        "trafficking": pick(rng, everyone, count("trafficking"), 1.0 + seekers),
    }
    joined = groups["isolated_family_joiners"] | groups["family_reunion"]
    groups["little_or_no_english"] = pick(rng, everyone, count("little_or_no_english"), 1.0 + 1.5 * joined + refugees)
    return {_FLAG_OF[name]: mask for name, mask in groups.items()}


def _ages(older: Array, separated: Array, rng: np.random.Generator) -> Array:
    n = len(older)
    adults = np.clip(rng.normal(33, 8, n).astype(int), 18, 49)
    return np.where(older, rng.integers(50, 70, n), np.where(separated, rng.integers(16, 22, n), adults))


def _areas(partner: Array, rng: np.random.Generator) -> Array:
    own = partner % len(AREAS)
    drawn = rng.choice(len(AREAS), size=len(partner), p=_AREA_WEIGHTS)
    return np.array(AREAS)[np.where(rng.random(len(partner)) < 0.7, own, drawn)]


def _destinations(women: Array, inactive: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """What each left for, and whether that is shown by accepted evidence; a few results of each sort are not."""
    destination = np.full(len(women), "", dtype="<U13")
    groups = (
        ("education", women, WOMEN_OF_EDUCATION),
        ("education", ~women, count("exit_education") - WOMEN_OF_EDUCATION),
        ("employment", ~inactive, count("exit_employment_unemployed")),
        ("employment", inactive, count("exit_employment_inactive")),
        ("job_search", inactive, count("inactive_job_search")),
    )
    for name, among, size in groups:
        destination[pick(rng, among & (destination == ""), size)] = name
    shown = destination != ""
    for name, low, high in (("education", 25, 40), ("employment", 35, 55)):
        destination[pick(rng, destination == "", int(rng.integers(low, high)))] = name
    rest = np.where(
        inactive,
        rng.choice(["job_search", "inactive", "moved_away", "unknown"], len(women), p=[0.15, 0.5, 0.15, 0.2]),
        rng.choice(["job_search", "inactive", "moved_away", "unknown"], len(women), p=[0.55, 0.1, 0.15, 0.2]),
    )
    return np.where(destination == "", rest, destination), shown


def _self_employed(destination: Array, rng: np.random.Generator) -> Array:
    """Some of those into employment work for themselves, and some of those into education are in training."""
    other = {"employment": ("self_employment", 0.08), "education": ("training", 0.35)}
    draws = rng.random(len(destination))
    for name, (instead, chance) in other.items():
        destination = np.where((destination == name) & (draws < chance), instead, destination)
    return destination


def _english(women: Array, completes: Array, little: Array, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Who took classes, who of them moved up a level (all of them with a form at exit), who has a qualification."""
    from_women = int(rng.integers(870, 951))
    classes = pick(rng, women, from_women, 1.0 + 3 * little) | pick(
        rng, ~women, count("esol") - from_women, 1.0 + 3 * little
    )
    can = classes & completes
    progress = pick(rng, can & women, WOMEN_OF_ENGLISH) | pick(
        rng, can & ~women, count("english_progress") - WOMEN_OF_ENGLISH
    )
    others = count("esol_accreditation") - WOMEN_OF_ACCREDITATION
    accredited = pick(rng, classes & women, WOMEN_OF_ACCREDITATION, 1.0 + 3 * progress) | pick(
        rng, classes & ~women, others, 1.0 + 3 * progress
    )
    return classes, progress, accredited
