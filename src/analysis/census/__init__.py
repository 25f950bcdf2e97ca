"""The census baseline: how many new migrant women from outside the European Union live in an area, and how surely.

Three estimators side by side (`stock`, `arrivals`, `trend`, gathered in `reconcile`), the steps from residents to women who
could be reached (`shares`, `students`, `ageing`, `births`, gathered in `baseline` and `steps`), the ten domains of integration
(`integration`), where the area stands (`standing`), and the command that fetches the tables of another area (`fetch`).
"""

from analysis.census.ageing import ages_by_area, ages_checked, life_table
from analysis.census.arrivals import allocation, arrivals_since_2001
from analysis.census.baseline import Settings
from analysis.census.births import births_to_come
from analysis.census.case import areas_held, assumptions, read_census, settings_used
from analysis.census.groups import residents_by_birth
from analysis.census.integration import domains_filled, indicators, integration
from analysis.census.reconcile import estimators, why_used
from analysis.census.sensitivity import survey_under_other_correlations, women_under_other_choices
from analysis.census.shares import largest_countries, shares_by_area
from analysis.census.standing import all_areas, place_among_others
from analysis.census.steps import range_over_interval, steps_compared, steps_to_women
from analysis.census.stock import agreeing_count, stock_change
from analysis.census.students import students_counted
from analysis.census.trend import trend_by_year, yearly_change

__all__ = [
    "Settings",
    "ages_by_area",
    "ages_checked",
    "agreeing_count",
    "all_areas",
    "allocation",
    "areas_held",
    "arrivals_since_2001",
    "assumptions",
    "births_to_come",
    "domains_filled",
    "estimators",
    "indicators",
    "integration",
    "largest_countries",
    "life_table",
    "place_among_others",
    "range_over_interval",
    "read_census",
    "residents_by_birth",
    "settings_used",
    "shares_by_area",
    "steps_compared",
    "steps_to_women",
    "stock_change",
    "students_counted",
    "survey_under_other_correlations",
    "trend_by_year",
    "why_used",
    "women_under_other_choices",
    "yearly_change",
]
