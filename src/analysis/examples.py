"""The published figures that the synthetic records of `coproduction_example` meet, as printed, and how each is read.

Source of all: the coproduction paper; the locators name its section. The records that meet them are made up: they show
the analysis at work and are evidence for nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd

from analysis.quantities import parse_printed, rounds_to

_QUALITATIVE = "Results: Qualitative Outcomes"
_QUANTITATIVE = "Results: Quantitative Evaluation of Social Return on Investment"


@dataclass(frozen=True)
class Figure:
    """A published figure: what it counts, how it is printed, how we read it, and where it stands."""

    label: str
    printed: str
    reading: str
    source: str

    @property
    def value(self) -> Decimal:
        """The printed value, of a figure that is printed in digits."""
        return parse_printed(self.printed).value


_COUNT = "exact count"
_ROUNDED = "rounds to the published figure"

FIGURES: dict[str, Figure] = {
    "participants": Figure("Participants", "102", _COUNT, _QUALITATIVE),
    "initial": Figure("Completed an initial questionnaire", "93", _COUNT, _QUALITATIVE),
    "first_year": Figure(
        "Joined in the first year, per cent", "about half", "45% to 55% of the participants", _QUALITATIVE
    ),
    "stayed": Figure("Came in the second year, per cent of first-year joiners", "most", "over 50%", _QUALITATIVE),
    "longest_in_uk": Figure(
        "Longest time in the UK at joining, months", "previous 10 years", "at most 120", _QUALITATIVE
    ),
    "recent_in_area": Figure(
        "In the area three years or less", "42%", f"{_ROUNDED}, of those with an initial questionnaire", _QUALITATIVE
    ),
    "r_squared": Figure(
        "R² of English at joining and time in the UK",
        "0.0439",
        f"{_ROUNDED}, over those with an initial questionnaire",
        _QUANTITATIVE,
    ),
    "respondents": Figure("Answered the experience questionnaire", "57", _COUNT, _QUALITATIVE),
    "friends_before": Figure(
        "Mean number of friends before, looking back", "4", f"{_ROUNDED}, of those who gave a number", _QUALITATIVE
    ),
    "friends_pre": Figure(
        "Mean number of friends before, asked before",
        "4",
        f"{_ROUNDED}, of respondents who gave a number",
        _QUALITATIVE,
    ),
    "friends_after": Figure(
        "Mean number of friends after", "over 8", "above 8 and rounds to 8, of those who gave a number", _QUALITATIVE
    ),
    "confidence_before": Figure("Mean confidence before, looking back", "5", f"{_ROUNDED}, of 9 points", _QUALITATIVE),
    "confidence_pre": Figure(
        "Mean confidence before, asked before", "5", f"{_ROUNDED}, of 9 points, among respondents", _QUALITATIVE
    ),
    "confidence_after": Figure(
        "Mean confidence after", "almost 8", "below 8 and rounds to 7.9, of 9 points", _QUALITATIVE
    ),
    "english_esol": Figure(
        "English improved, ESOL courses", "77%", f"{_ROUNDED}, looking back and asked before alike", _QUALITATIVE
    ),
    "english_other": Figure(
        "English improved, other courses", "31%", f"{_ROUNDED}, looking back and asked before alike", _QUALITATIVE
    ),
    "over_10_sessions": Figure("Attended more than 10 sessions", "71", _COUNT, _QUANTITATIVE),
    "over_10_weeks": Figure("Attended in more than 10 weeks", "71", _COUNT, _QUALITATIVE),
    "least_20_sessions": Figure("Attended 20 or more sessions", "42", _COUNT, _QUANTITATIVE),
    "attendances": Figure("Session attendances", "2,450", _COUNT, _QUALITATIVE),
    "weeks_value": Figure(
        "Value of the weeks taken part at £273 a week",
        "£888,888",
        "weeks from each participant's first session to the last, a single participation as none, times £273: our reading",
        _QUANTITATIVE,
    ),
    "volunteering_weeks": Figure("Weeks of volunteering of the respondents", "625", _COUNT, _QUALITATIVE),
    "contacts": Figure("Advice contacts", "628", _COUNT, _QUALITATIVE),
    "advisers": Figure("Participants who recorded them", "25", _COUNT, _QUALITATIVE),
    "advice_value": Figure("Value of the advice contacts", "£17,540", "exact, at £40, £30 and £20", _QUANTITATIVE),
}

UNIT_VALUES = {"help": 40, "assistance": 30, "signpost": 20}  # GBP a contact; Results: Quantitative Evaluation
WEEK_VALUE = 273  # GBP a week, 2013; Results: Quantitative Evaluation
MANY_SESSIONS, VERY_MANY_SESSIONS = 11, 20  # "more than 10", "20 or more"; Results: Quantitative Evaluation
RECENT_MONTHS = 36  # "three years or less"; Results: Qualitative Outcomes
# The day on which the programme's second year began is not printed; the school year is our choice.
SECOND_YEAR = date(2013, 9, 2)


def figures_met(questionnaire: pd.DataFrame, attendance: pd.DataFrame, contacts: pd.DataFrame) -> pd.DataFrame:
    """The published figures beside what a set of records gives, from the tables as they are read (numbers, dates).

    Index: figure; columns: label, printed, value, met (bool), reading, source.
    """
    values = {key: float(measure(questionnaire, attendance, contacts)) for key, measure in _MEASURES.items()}
    rows = [
        {
            "label": figure.label,
            "printed": figure.printed,
            "value": values[key],
            "met": _met(key, values[key]),
            "reading": figure.reading,
            "source": figure.source,
        }
        for key, figure in FIGURES.items()
    ]
    return pd.DataFrame(rows, index=pd.Index(FIGURES, name="figure"))


def _met(key: str, value: float) -> bool:
    printed = FIGURES[key].printed
    if key in _SPECIAL:
        return _SPECIAL[key](value)
    return bool(rounds_to(value, parse_printed(printed)))


# Figures that words around them bound; each as the reading of the figure says.
_SPECIAL: dict[str, Callable[[float], bool]] = {
    "first_year": lambda share: 45 <= share <= 55,
    "stayed": lambda share: share > 50,
    "longest_in_uk": lambda months: months <= 120,
    "friends_after": lambda mean: 8 < mean < 8.5,
    "confidence_after": lambda mean: 7.85 <= mean < 7.95,
}

_Measure = Callable[[pd.DataFrame, pd.DataFrame, pd.DataFrame], float]


def _respondents(q: pd.DataFrame) -> pd.DataFrame:
    return q[q["interview_date"].notna()]


def _initial(q: pd.DataFrame) -> pd.DataFrame:
    return q[q["english_at_joining"].notna()]


def _improved(q: pd.DataFrame, esol: bool) -> float:
    group = _respondents(q)[(_respondents(q)["course"] == "esol") == esol]
    looking_back, at_the_time = (
        (group["english_post"] > group[f"english_{moment}"]).mean() for moment in ("then", "pre")
    )
    return 100 * looking_back if looking_back == at_the_time else float("nan")


def _stayed(q: pd.DataFrame, a: pd.DataFrame) -> float:
    first = q.loc[q["joined_on"] < pd.Timestamp(SECOND_YEAR), "person_id"]
    return 100 * first.isin(a.loc[a["session_date"] >= pd.Timestamp(SECOND_YEAR), "person_id"]).mean()


def _r_squared(q: pd.DataFrame) -> float:
    return float(np.corrcoef(_initial(q)["months_in_uk"], _initial(q)["english_at_joining"])[0, 1] ** 2)


def _weeks(a: pd.DataFrame) -> pd.Series:
    return a["session_date"] - pd.to_timedelta(a["session_date"].dt.day_of_week, unit="D")


def _weeks_engaged(a: pd.DataFrame) -> float:
    weeks = _weeks(a).groupby(a["person_id"])
    return float(((weeks.max() - weeks.min()).dt.days // 7).sum())


_MEASURES: dict[str, _Measure] = {
    "participants": lambda q, a, c: len(q),
    "initial": lambda q, a, c: len(_initial(q)),
    "first_year": lambda q, a, c: 100 * (q["joined_on"] < pd.Timestamp(SECOND_YEAR)).mean(),
    "stayed": lambda q, a, c: _stayed(q, a),
    "longest_in_uk": lambda q, a, c: q["months_in_uk"].max(),
    "recent_in_area": lambda q, a, c: 100 * (_initial(q)["months_in_area"] <= RECENT_MONTHS).mean(),
    "r_squared": lambda q, a, c: _r_squared(q),
    "respondents": lambda q, a, c: len(_respondents(q)),
    "friends_before": lambda q, a, c: q["friends_then"].mean(),
    "friends_pre": lambda q, a, c: _respondents(q)["friends_pre"].mean(),
    "friends_after": lambda q, a, c: q["friends_post"].mean(),
    "confidence_before": lambda q, a, c: q["confidence_then"].mean(),
    "confidence_pre": lambda q, a, c: _respondents(q)["confidence_pre"].mean(),
    "confidence_after": lambda q, a, c: q["confidence_post"].mean(),
    "english_esol": lambda q, a, c: _improved(q, esol=True),
    "english_other": lambda q, a, c: _improved(q, esol=False),
    "over_10_sessions": lambda q, a, c: (a["person_id"].value_counts() >= MANY_SESSIONS).sum(),
    "over_10_weeks": lambda q, a, c: (_weeks(a).groupby(a["person_id"]).nunique() >= MANY_SESSIONS).sum(),
    "least_20_sessions": lambda q, a, c: (a["person_id"].value_counts() >= VERY_MANY_SESSIONS).sum(),
    "attendances": lambda q, a, c: len(a),
    "weeks_value": lambda q, a, c: WEEK_VALUE * _weeks_engaged(a),
    "volunteering_weeks": lambda q, a, c: q["weeks_volunteering"].sum(),
    "contacts": lambda q, a, c: len(c),
    "advisers": lambda q, a, c: c["person_id"].nunique(),
    "advice_value": lambda q, a, c: c["type"].map(UNIT_VALUES).sum(),
}
