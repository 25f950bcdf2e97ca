"""Taking part: attendance, advice given to others, volunteering, and who answered the questionnaires."""

from analysis.participation.advice import (
    advisers_summary,
    contacts_by_type,
    contacts_per_adviser,
    contacts_value,
)
from analysis.participation.attendance import (
    attendance_bands,
    attendance_curve,
    attendances_by_course,
    attendances_by_month,
    concentration,
    reaching,
    sessions_per_person,
    weeks_attended,
    weeks_engaged,
)
from analysis.participation.volunteering import attrition, volunteering_weeks

__all__ = [
    "advisers_summary",
    "attendance_bands",
    "attendance_curve",
    "attendances_by_course",
    "attendances_by_month",
    "attrition",
    "concentration",
    "contacts_by_type",
    "contacts_per_adviser",
    "contacts_value",
    "reaching",
    "sessions_per_person",
    "volunteering_weeks",
    "weeks_attended",
    "weeks_engaged",
]
