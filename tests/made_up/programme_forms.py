"""The made-up evaluation forms: initial assessment, review, exit, and in-work reviews."""

import numpy as np
import pandas as pd

from made_up.draws import between, pick
from made_up.integers import Array
from made_up.programme_figures import ANSWERED, CLOSE, CLOSER_TO_WORK, FINANCIALLY_INDEPENDENT, count
from made_up.programme_people import Participants
from made_up.programme_records import iso

SCALES = ("employability", "finance", "integration", "connection", "wellbeing", "confidence", "empowerment")
COLUMNS = ("person_id", "stage", "review_date", "language", *SCALES, "in_work")
_HIGHEST_LEVEL = 5
_BLANK = ""


def make_outcomes(people: Participants, rng: np.random.Generator) -> pd.DataFrame:
    """All forms, by day and person; the published counts of people who gained are met."""
    scores = {scale: _scale(people, scale, rng) for scale in SCALES}
    level = _levels(people, rng)
    reviewed = people.completes & (rng.random(len(people.ids)) < 0.7)
    middle = (people.start + people.leave) // 2
    stages = {
        "initial": (np.ones(len(people.ids), dtype=bool), people.start, 0),
        "review": (reviewed, middle, 1),
        "exit": (people.completes, people.leave, 2),
    }
    frames = [_forms(people, stage, *rest, level, scores) for stage, rest in stages.items()]
    frames += [_in_work(people, weeks, share, rng) for weeks, share in ((13, 0.7), (26, 0.5))]
    forms = pd.concat(frames, ignore_index=True).sort_values(
        ["day", "person_id", "stage"], kind="stable", ignore_index=True
    )
    return forms.assign(review_date=iso(forms["day"].to_numpy())).reindex(columns=list(COLUMNS)).fillna(_BLANK)


def _forms(
    people: Participants, stage: str, mask: Array, day: Array, place: int, level: Array, scores: dict[str, Array]
) -> pd.DataFrame:
    answers = {scale: _texts(found[place][mask]) for scale, found in (("language", level), *scores.items())}
    return pd.DataFrame({"person_id": people.ids[mask], "stage": stage, "day": day[mask], **answers})


def _texts(values: Array) -> Array:
    """Numbers as texts; a negative number is an answer not given."""
    return np.where(values < 0, _BLANK, values.astype(str))


def _gainers(people: Participants, scale: str, answered: Array, rng: np.random.Generator) -> Array:
    """Who scores higher at exit: as many as published, where a count or share is; else about half."""
    women, others = answered & people.women, answered & ~people.women
    fixed = {"integration": "women_integrated", "connection": "women_less_isolated", "empowerment": "women_empowered"}
    if scale == "confidence":
        of_women = count("women_confidence")
        return pick(rng, women, of_women) | pick(rng, others, count("confidence") - of_women)
    if scale in fixed:
        return pick(rng, women, count(fixed[scale])) | (others & (rng.random(len(others)) < 0.5))
    if scale in ("employability", "finance"):
        return pick(rng, answered, {"employability": CLOSER_TO_WORK, "finance": FINANCIALLY_INDEPENDENT}[scale])
    return answered & (rng.random(len(answered)) < 0.5)


def _scale(people: Participants, scale: str, rng: np.random.Generator) -> Array:
    """Answers on one scale at the initial assessment, at review and at exit, shape (3, people); -1 for none.

    Those who leave without a form begin lower than the others, so that the people who are missing differ.
    """
    n = len(people.ids)
    answered = pick(rng, people.completes & people.women, ANSWERED[scale][0]) | pick(
        rng, people.completes & ~people.women, ANSWERED[scale][1]
    )
    gains = _gainers(people, scale, answered, rng)
    drawn = np.clip(np.rint(rng.normal(np.where(people.completes, 2.7, 2.3), 0.9)).astype(int), 1, 5)
    initial = np.where(gains, np.minimum(drawn, 4), drawn)
    up = np.minimum(initial + 1 + (rng.random(n) < 0.3), 5)
    down = np.maximum(initial - (rng.random(n) < 0.15), 1)
    last = np.where(gains, up, down)
    review = np.where(rng.random(n) < 0.5, initial, last)
    return np.array([initial, np.where(answered, review, -1), np.where(answered, last, -1)])


def _levels(people: Participants, rng: np.random.Generator) -> Array:
    """Levels of English likewise; a few gain a level without evidence of it, or without having taken classes."""
    n = len(people.ids)
    little = people.flags["little_or_no_english"]
    initial = np.where(little, rng.integers(0, 2, n), rng.choice([2, 3, 4, 5], n, p=[0.4, 0.35, 0.2, 0.05]))
    initial = np.where(people.progress, np.minimum(initial, _HIGHEST_LEVEL - 1), initial)
    can = people.completes & ~people.progress & (initial < _HIGHEST_LEVEL)
    without_evidence = can & (rng.random(n) < 0.12)
    last = initial + (people.progress | without_evidence)
    review = np.where(rng.random(n) < 0.4, last, initial)
    return np.array([initial, review, last])


def _in_work(people: Participants, weeks: int, share: float, rng: np.random.Generator) -> pd.DataFrame:
    """In-work reviews of those who left for work, and of a few others who have found work since."""
    left = np.isin(people.destination, ["employment", "self_employment"])
    others = (people.destination == "job_search") & (rng.random(len(left)) < 0.06)
    day = people.leave + 7 * weeks + between(rng, np.full(len(left), -14), np.full(len(left), 14))
    mask = ((left & (rng.random(len(left)) < share)) | others) & (day <= CLOSE.toordinal())
    in_work = others | (rng.random(len(left)) < (0.85 if weeks < 20 else 0.75))
    return pd.DataFrame(
        {
            "person_id": people.ids[mask],
            "stage": "in_work",
            "day": day[mask],
            "in_work": np.where(in_work[mask], "yes", "no"),
        }
    )
