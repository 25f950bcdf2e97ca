"""English at joining against time in the UK: how fast newcomers learn without support, as far as one moment can tell.

Everybody was seen once, so a slope over people stands in for a path over time. It is one only if those who came
earlier did not differ from those who came later in anything else that matters for English.

| module | what it does |
| --- | --- |
| `sample` | the people with both answers, and the forms time may take in a model |
| `models` | least squares with HC4 errors, gain over a year, fitted band, ordered logit, Spearman |
| `groups` | the gain in each group of people, and whether groups differ in it |
| `influence` | whether any one person carries the result, without saying who |
| `specification` | the same gain under every combination of choices, arbitrary ones apart from principled ones; all together against chance |
| `precision` | how strong a relation so many people find, and whether it is small enough to be none |
| `published` | what a printed R² allows, where nobody's answers are at hand |

Each method hands out a frame that says what its numbers are (`analysis.described`).
"""

from analysis.english.groups import difference_of_gains, gains_by_group
from analysis.english.influence import leave_one_out
from analysis.english.models import fitted_lines, gains_by_form, headline, strength
from analysis.english.precision import what_could_be_shown, what_print_could_show
from analysis.english.published import (
    above_zero,
    by_size,
    likely_fit,
    read_printed,
    significance,
    sizes_that_matter,
    tests_by_size,
    yearly_gain,
    yearly_gains,
)
from analysis.english.sample import english_sample, sample_size
from analysis.english.specification import (
    Principled,
    curve_counts,
    curve_summary,
    joint_inference,
    specification_curve,
)

__all__ = [
    "Principled",
    "above_zero",
    "by_size",
    "curve_counts",
    "curve_summary",
    "difference_of_gains",
    "english_sample",
    "fitted_lines",
    "gains_by_form",
    "gains_by_group",
    "headline",
    "joint_inference",
    "leave_one_out",
    "likely_fit",
    "read_printed",
    "sample_size",
    "significance",
    "sizes_that_matter",
    "specification_curve",
    "strength",
    "tests_by_size",
    "what_could_be_shown",
    "what_print_could_show",
    "yearly_gain",
    "yearly_gains",
]
