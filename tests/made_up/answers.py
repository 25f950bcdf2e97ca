"""The made-up questionnaires: answers before, after, and after about before; with answers missing and refused."""

from datetime import date

import numpy as np
import pandas as pd

from made_up.figures import STUDY, count
from made_up.integers import Array, spread_to_total, total_for_mean
from made_up.people import People

NOT_ASKED, REFUSED, MISSING = "not_asked", "refused", ""
# Where a mean may lie so that it is printed as it is; a little inside the half units of rounding. Looking back, people
# place themselves lower than they did at the time: the response shift that the example is to show.
_CONFIDENCE = {"then": (4.6, 4.9), "pre": (5.1, 5.4), "post": (7.85, 7.95)}
_FRIENDS = {"then": (3.6, 3.9), "pre": (4.0, 4.4), "post": (8.1, 8.4)}
_IN_WORDS = (7, 12)  # respondents who could give no number
_WORDS = {
    "then": (["few", "a few", "not many"], [0.7, 0.2, 0.1]),
    "post": (["a lot", "many", "lots"], [0.75, 0.15, 0.1]),
}
# Mean rating before, mean gain; and who does not answer: (missing, refused) of the respondents, and not asked.
_RATINGS = {
    "health": (3.0, 0.6, 1, 4, 0),
    "safety": (2.8, 0.9, 1, 0, 0),
    "trust": (2.7, 0.9, 2, 0, 0),
    "employability": (2.4, 1.1, 0, 1, 3),
}
_INTERVIEW_DELAY = 21  # days after the last session within which the interview took place
_LAST_DAY = date(2014, 5, 16)


def make_questionnaire(people: People, attendance: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One row for each participant, all cells as text; every published mean and share is met."""
    days = attendance.groupby("person_id")["session_date"].agg(["min", "max"]).loc[people.ids]
    columns = {
        "study": np.repeat(STUDY, len(people.ids)),
        "person_id": people.ids,
        "joined_on": days["min"].to_numpy(),
        "birth_year": _blank(people.birth_year.astype(str), np.ones(len(people.ids), dtype=bool), REFUSED, 3, rng),
        "course": people.course,
        "months_in_uk": _only(people.initial, people.months_in_uk),
        "months_in_area": _only(people.initial, people.months_in_area),
        "english_at_joining": _only(people.initial, people.english),
    }
    columns |= _confidence(people, rng) | _english(people, rng)
    for item in _RATINGS:
        columns |= _rating(item, people, rng)
    columns |= _friends(people, rng)
    columns["weeks_volunteering"] = _volunteering(people, rng)
    columns["interview_date"] = _only(people.responds, _interviews(days["max"], rng))
    return pd.DataFrame(columns)


def _only(mask: Array, values: Array) -> Array:
    """The values as text where the question was put; elsewhere: not asked."""
    return np.where(mask, np.asarray(values).astype(str), NOT_ASKED).astype(object)


def _blank(texts: Array, among: Array, code: str, size: int, rng: np.random.Generator) -> Array:
    """The same answers with a few of them replaced by a code."""
    texts = np.array(texts, dtype=object)
    texts[rng.choice(np.flatnonzero(among), size=size, replace=False)] = code
    return texts


def _confidence(people: People, rng: np.random.Generator) -> dict[str, Array]:
    n, here = len(people.ids), people.responds
    then = rng.normal(4.8, 1.6, n)
    drafts = {"pre": then + 0.4 + rng.normal(0, 0.7, n), "then": then, "post": then + rng.normal(3.1, 1.2, n)}
    whole = {moment: _with_mean(draft, here, 1, 9, _CONFIDENCE[moment], rng) for moment, draft in drafts.items()}
    rest = people.initial & ~here
    whole["pre"][rest] = _with_mean(drafts["pre"], rest, 1, 9, _CONFIDENCE["pre"], rng)[rest]
    answers = _by_moment("confidence", people, whole)
    answers["confidence_pre"] = _blank(answers["confidence_pre"], rest, MISSING, 2, rng)
    return answers


def _with_mean(
    draft: Array, mask: Array, low: int, high: int, mean: tuple[float, float], rng: np.random.Generator
) -> Array:
    """Whole numbers near the draft whose mean over the masked people lies in the interval; 0 elsewhere."""
    values = np.zeros(len(draft), dtype=int)
    values[mask] = spread_to_total(draft[mask], low, high, total_for_mean(*mean, int(mask.sum()), rng), rng)
    return values


def _by_moment(item: str, people: People, whole: dict[str, Array]) -> dict[str, Array]:
    asked = {"pre": people.initial, "then": people.responds, "post": people.responds}
    return {f"{item}_{moment}": _only(asked[moment], whole[moment]) for moment in asked}


def _english(people: People, rng: np.random.Generator) -> dict[str, Array]:
    """Improved or not as drawn, whether before is what was said at the time or what is said looking back."""
    n, pre = len(people.ids), np.maximum(people.english, 1)
    post = np.where(
        people.improves, np.minimum(pre + 1 + (rng.random(n) < 0.25), 5), pre - ((rng.random(n) < 0.12) & (pre > 1))
    )
    lower = (rng.random(n) < 0.3) & (pre > 1)
    then = np.where(people.improves, pre - lower, np.maximum(pre, post))
    return _by_moment("english", people, {"pre": pre, "then": then, "post": post})


def _rating(item: str, people: People, rng: np.random.Generator) -> dict[str, Array]:
    """A rating on five points about which nothing is printed but that it rose."""
    mean, gain, missing, refused, not_asked = _RATINGS[item]
    before = rng.normal(mean, 0.95, len(people.ids))
    drafts = {
        "pre": before + rng.normal(0.15, 0.4, len(before)),
        "then": before,
        "post": before + rng.normal(gain, 0.7, len(before)),
    }
    answers = _by_moment(
        item, people, {moment: np.clip(np.rint(draft), 1, 5).astype(int) for moment, draft in drafts.items()}
    )
    left = people.responds.copy()
    for code, size in ((MISSING, missing), (REFUSED, refused), (NOT_ASKED, not_asked)):
        gone = rng.choice(np.flatnonzero(left), size=size, replace=False)
        left[gone] = False
        for moment in ("then", "post"):
            answers[f"{item}_{moment}"][gone] = code
    answers[f"{item}_pre"] = _blank(answers[f"{item}_pre"], people.initial, REFUSED if refused else MISSING, 3, rng)
    return answers


def _friends(people: People, rng: np.random.Generator) -> dict[str, Array]:
    """Numbers with the printed means; a few respondents answer in words, most often few before and a lot after."""
    n, here = len(people.ids), people.responds
    in_words = np.zeros(n, dtype=bool)
    in_words[rng.choice(np.flatnonzero(here), size=int(rng.integers(*_IN_WORDS)), replace=False)] = True
    before = rng.gamma(3.0, 1.25, n)
    drafts = {"pre": before + rng.normal(0.3, 0.8, n), "then": before, "post": before + rng.gamma(3.0, 1.5, n)}
    whole = {
        moment: _with_mean(draft, here & ~in_words, 0, 30, _FRIENDS[moment], rng) for moment, draft in drafts.items()
    }
    rest = people.initial & ~here
    whole["pre"][rest] = _with_mean(drafts["pre"], rest, 0, 30, _FRIENDS["pre"], rng)[rest]
    answers = _by_moment("friends", people, whole)
    for moment, words in (("pre", "then"), ("then", "then"), ("post", "post")):
        answers[f"friends_{moment}"][in_words] = _in_words(int(in_words.sum()), words, rng)
    return answers


def _in_words(size: int, moment: str, rng: np.random.Generator) -> Array:
    """Words of which the first makes up more than half."""
    words, chances = _WORDS[moment]
    sure = size // 2 + 1
    return rng.permutation([words[0]] * sure + list(rng.choice(words, size=size - sure, p=chances)))


def _volunteering(people: People, rng: np.random.Generator) -> Array:
    """Weeks of the respondents, none more than the weeks from first to last session: a single session leaves no week."""
    here = people.responds
    most = people.weeks_engaged[here]
    draft = most * rng.beta(1.2, 2.2, len(most)) * (rng.random(len(most)) > 0.12)
    weeks = np.zeros(len(here), dtype=int)
    weeks[here] = spread_to_total(draft, 0, most, count("volunteering_weeks"), rng)
    return _only(here, weeks)


def _interviews(last_session: pd.Series, rng: np.random.Generator) -> Array:
    days = pd.to_datetime(last_session) + pd.to_timedelta(
        rng.integers(0, _INTERVIEW_DELAY + 1, len(last_session)), unit="D"
    )
    return days.clip(upper=pd.Timestamp(_LAST_DAY)).dt.strftime("%Y-%m-%d").to_numpy()
