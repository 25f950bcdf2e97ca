"""The census baseline: how many new migrant women from outside the European Union live in an area, and how surely.

The methods for any number of areas: three estimators (`stock`, `arrivals`, `trend`), the steps from residents to women who could be
reached (`shares`, `students`, `ageing`, `births`), all in one call in `baseline`. What they give for one area (`case`), as frames of
results: `estimates`, `reconcile`, `residents`, `steps`, `ages`, `integration`, `standing`, `sensitivity`. And the command that fetches the
tables of another area (`fetch`).
"""

from analysis.census.ages import ages_by_area, ages_checked, births_to_come, life_table
from analysis.census.baseline import Settings
from analysis.census.case import areas_held, assumptions, read_census, settings_used
from analysis.census.census_2021 import residents_2021, stock_change_2021
from analysis.census.estimates import (
    agreeing_count,
    allocation,
    arrivals_since_2001,
    stock_change,
    trend_by_year,
    yearly_change,
)
from analysis.census.integration import domains_filled, indicators, integration
from analysis.census.reconcile import estimators, why_used
from analysis.census.residents import largest_countries, residents_by_birth, shares_by_area, students_counted
from analysis.census.sensitivity import survey_under_other_correlations, women_under_other_choices
from analysis.census.standing import all_areas, place_among_others
from analysis.census.steps import range_over_interval, steps_compared, steps_to_women

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
    "residents_2021",
    "residents_by_birth",
    "settings_used",
    "shares_by_area",
    "steps_compared",
    "steps_to_women",
    "stock_change",
    "stock_change_2021",
    "students_counted",
    "survey_under_other_correlations",
    "trend_by_year",
    "why_used",
    "women_under_other_choices",
    "yearly_change",
]
