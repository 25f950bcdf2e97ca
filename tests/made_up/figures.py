"""Which studies the made-up records are of, their seed, and the calendar that they keep to."""

from datetime import date

from analysis.examples import FIGURES

STUDY, OF_STUDY = "coproduction_example", "coproduction"
ID_PREFIX = "EX-"
DEFAULT_SEED = 20121101  # of the committed worked example; any seed meets every figure

# The programme began in November 2012 and ran for 18 months (Methods).
FIRST_MONDAY = date(2012, 11, 5)
WEEKS = 77  # whole weeks from the first Monday to the end of April 2014


def count(key: str) -> int:
    """The printed value of a figure that is a whole number.

    >>> count("participants")
    102
    """
    return int(FIGURES[key].value)
