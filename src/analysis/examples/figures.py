"""The published figures that the synthetic records of `coproduction_example` meet, as printed, and how each is read.

Source of all: the coproduction paper; the locators name its section. Nothing else in this package holds a figure of
the paper. The records that meet them are made up: they show the analysis at work and are evidence for nothing.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from analysis.quantities import parse_printed

STUDY, OF_STUDY = "coproduction_example", "coproduction"
ID_PREFIX = "EX-"
DEFAULT_SEED = 20121101  # of the committed worked example; any seed meets every figure

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
_ROUNDED = "rounds to the printed figure"

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

# The calendar of the programme: it began in November 2012 and ran for 18 months (Methods). The day on which its second
# year began is not printed; the school year is our choice.
FIRST_MONDAY = date(2012, 11, 5)
SECOND_YEAR = date(2013, 9, 2)
WEEKS = 77  # whole weeks from the first Monday to the end of April 2014


def count(key: str) -> int:
    """The printed value of a figure that is a whole number.

    >>> count("participants")
    102
    """
    return int(FIGURES[key].value)
