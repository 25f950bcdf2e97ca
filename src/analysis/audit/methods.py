"""How claims are checked: what each method asks, where it comes from, and what it cannot say."""

import pandas as pd

from analysis.audit.checks import Method
from analysis.audit.unprompted import own_checks

_PLANNED = {  # what is asked, where the method comes from, what it cannot say
    "recomputation": (
        "Does the figure follow from others by its formula, at its published digits?",
        "Rounding half up or half even; interval arithmetic (Moore 1966) for rounded inputs",
        "A formula is our reading of what the figure is made of; a figure without one is not checked so",
    ),
    Method.GRANULARITY: (
        "Can whole numbers of people, things or answers give the percentage or mean on its base?",
        "GRIM (Brown and Heathers 2017)",
        "Of whole percentages every one is possible from a hundred people on; asked only of counts and of answers said to be whole",
    ),
    Method.BASES: (
        "Which bases give each percentage of a table from its count, and does one base give them all?",
        "Interval of bases for each row; the base in the most of them",
        "That one base fits does not show that it was used",
    ),
    Method.TOTALS: (
        "Do parts add up, do shares add to a hundred, is a subgroup smaller than its group?",
        "Interval arithmetic (Moore 1966)",
        "Parts that overlap or are not all published need not add up; such cases are left open",
    ),
    Method.AVERAGES: (
        "Which rows, and which kind of average, give a published average?",
        "Mean before and after rounding, median, all people over all targets",
        "Several sets can fit by chance, the more so the more are tried",
    ),
    Method.DRIFT: (
        "Does the same thing keep its unit, label, value, date and period?",
        "Read by hand; units, values and dates compared by machine",
        "Which figures are about the same thing is a reading",
    ),
    Method.LIKE_FOR_LIKE: (
        "Is a figure set beside a national one on the same base?",
        "Recomputed on the base that the words of the national figure name",
        "The national figures' own definitions are not published in the source",
    ),
    Method.IMPLIED: (
        "What number do published figures imply, and is it the one named?",
        "Interval arithmetic (Moore 1966)",
        "Holds only if the figures were computed from one another in the way supposed",
    ),
    Method.STATISTICS: (
        "What p-value and interval does a published statistic have?",
        "t test of a correlation (Student 1908); z transformation (Fisher 1921)",
        "Needs the number of people, and takes them as a random sample",
    ),
    Method.JOINT: (
        "Can several statements all be true, and if not, which smallest set cannot?",
        "Linear programming over rounding intervals; irreducible infeasible subsets (Chinneck and Dravnieks 1991)",
        "Whole numbers are not asked for, so that a system may pass that no count of people satisfies",
    ),
    Method.OPEN: (
        "Which unpublished numbers fit everything published?",
        "Every whole number tried",
        "A range of possible values is no estimate",
    ),
}


def methods() -> pd.DataFrame:
    """The methods by name, first those of every ledger: columns of words."""
    own = {check.name: (check.question, check.source, check.limits) for check in own_checks()}
    planned = {str(method).capitalize(): row for method, row in _PLANNED.items()}
    checked = ["of every ledger"] * len(own) + ["of claims that the study's plan puts together"] * len(planned)
    columns = ["what_it_asks", "method_and_source", "what_it_cannot_say"]
    frame = pd.DataFrame.from_dict(own | planned, orient="index", columns=columns)
    return frame.assign(checked=checked).rename_axis("method")
