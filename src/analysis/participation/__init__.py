"""Taking part: attendance, advice given to others, volunteering, and who answered the questionnaires."""

from analysis.participation.advice import (
    advice_given,
    contacts_by_type,
    contacts_value,
)
from analysis.participation.attendance import (
    attendance_steps,
    attendances,
    attendances_by_course,
    reaching,
    session_counts,
    session_spread,
)
from analysis.participation.published import (
    advice_facts,
    advice_splits,
    attendance_band,
    attendance_ranges,
    marked,
    read_printed,
    sessions_between,
    share_counts,
    splits_possible,
    stage_shares,
    volunteering_ranges,
    weeks_between,
)
from analysis.participation.volunteering import (
    stage_counts,
    stages,
    weeks_in_all,
    weeks_spread,
)

__all__ = [
    "advice_facts",
    "advice_given",
    "advice_splits",
    "attendance_band",
    "attendance_ranges",
    "attendance_steps",
    "attendances",
    "attendances_by_course",
    "contacts_by_type",
    "contacts_value",
    "marked",
    "reaching",
    "read_printed",
    "session_counts",
    "session_spread",
    "sessions_between",
    "share_counts",
    "splits_possible",
    "stage_counts",
    "stage_shares",
    "stages",
    "volunteering_ranges",
    "weeks_between",
    "weeks_in_all",
    "weeks_spread",
]
