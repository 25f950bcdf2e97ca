"""The generators of the worked examples' records: made up from a seed, marked as such, and never a finding.

What they give is committed under data/raw; tests hold it against them.
"""

from made_up.figures import DEFAULT_SEED, STUDY
from made_up.programme_export import make_export, write_export
from made_up.programme_figures import CANNOT, COUNTS, EXPORT_SEED, EXPORT_STUDY, NOT_HELD, TARGETS
from made_up.records import make_example, write_example

__all__ = [
    "CANNOT",
    "COUNTS",
    "DEFAULT_SEED",
    "EXPORT_SEED",
    "EXPORT_STUDY",
    "NOT_HELD",
    "STUDY",
    "TARGETS",
    "make_example",
    "make_export",
    "write_example",
    "write_export",
]
