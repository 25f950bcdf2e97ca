"""Questionnaires before and after: what changed, for how many, how surely, and for whom it is not known.

| module | what it does |
| --- | --- |
| `answers` | items, the rule for missing answers, pairs of answers |
| `shift` | shift tables, shares improved, same and worse, thresholds, ceiling |
| `proportions` | McNemar, Stuart-Maxwell, Tango and Newcombe for paired shares |
| `change` | mean change, d_z and d_av, rank-biserial correlation, Wilcoxon, bootstrap intervals |
| `ordinal` | ordered logit as a check that does not treat the scale as equally spaced |
| `attrition` | who did not answer, and what their answers could do to the result |
| `response_shift` | looking back against having asked beforehand |
| `summary` | one row for each item, with Holm's correction over a stated list |
| `imputation` | missing answers imputed, and what it would take for the conclusion to tip |
| `groups` | groups that a team declares, waves after the second, differences between groups |
| `weighting` | weights for those who did not answer |
| `measurement` | what of a change may be error, at an assumed reliability |
| `precision` | what so many people could show, and what would undo it |
| `published` | what printed means and percentages allow; `published_frames` hands it out as frames |
| `judged_names` | the names by which disclosure control judges statistics beside protected counts |

Each method hands out a frame that says what its numbers are (`analysis.described`).

Changes are signed so that positive means better. Nothing here decides what may be shown: see `analysis.disclosure`.
"""

from analysis.questionnaire.answers import about_before, item_named, items_answered, paired_answers
from analysis.questionnaire.attrition import difference_by_course
from analysis.questionnaire.change import before_and_after, effect_sizes, means
from analysis.questionnaire.imputation import imputed_change
from analysis.questionnaire.measurement import error_of_measurement
from analysis.questionnaire.precision import what_could_be_shown
from analysis.questionnaire.published import read_printed
from analysis.questionnaire.published_frames import (
    answers_that_fit,
    first_item,
    groups_in_all,
    improved_among_everyone,
    improved_by_reading,
    item_ranges,
    last_item,
    over_readings,
    possible_groups,
    printed_error,
    printed_means,
    what_cannot_be,
    what_spreads_say,
    what_tests_say,
)
from analysis.questionnaire.response_shift import response_shift
from analysis.questionnaire.shift import (
    ceiling_shares,
    headline,
    shares_at_least,
    tests_of_no_change,
    thirds,
    upper_band,
)
from analysis.questionnaire.summary import change_by_item, items_above, means_by_item, net_by_item

__all__ = [
    "about_before",
    "answers_that_fit",
    "before_and_after",
    "ceiling_shares",
    "change_by_item",
    "difference_by_course",
    "effect_sizes",
    "error_of_measurement",
    "first_item",
    "groups_in_all",
    "headline",
    "imputed_change",
    "improved_among_everyone",
    "improved_by_reading",
    "item_named",
    "item_ranges",
    "items_above",
    "items_answered",
    "last_item",
    "means",
    "means_by_item",
    "net_by_item",
    "over_readings",
    "paired_answers",
    "possible_groups",
    "printed_error",
    "printed_means",
    "read_printed",
    "response_shift",
    "shares_at_least",
    "tests_of_no_change",
    "thirds",
    "upper_band",
    "what_cannot_be",
    "what_could_be_shown",
    "what_spreads_say",
    "what_tests_say",
]
