"""Worked examples on synthetic records: made up, marked as such, and never a finding."""

from analysis.examples.figures import DEFAULT_SEED, FIGURES, STUDY
from analysis.examples.records import figures_met, make_example, write_example

__all__ = ["DEFAULT_SEED", "FIGURES", "STUDY", "figures_met", "make_example", "write_example"]
