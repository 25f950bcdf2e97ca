"""Worked examples on synthetic records: made up, marked as such, and never a finding."""

from analysis.examples.figures import DEFAULT_SEED, FIGURES, STUDY
from analysis.examples.programme_export import make_export, write_export
from analysis.examples.programme_figures import CANNOT, COUNTS, EXPORT_SEED, EXPORT_STUDY, NOT_HELD, TARGETS
from analysis.examples.records import figures_met, make_example, write_example

__all__ = [
    "CANNOT",
    "COUNTS",
    "DEFAULT_SEED",
    "EXPORT_SEED",
    "EXPORT_STUDY",
    "FIGURES",
    "NOT_HELD",
    "STUDY",
    "TARGETS",
    "figures_met",
    "make_example",
    "make_export",
    "write_example",
    "write_export",
]
