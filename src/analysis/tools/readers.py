"""The readers of single files that are properties of a study or need another file beside them."""

from analysis.coding.files import load_codebook, load_themes
from analysis.coding.published import Theme
from analysis.study import Ledger, Register, Study


def claims(study: Study) -> Ledger:
    """The ledger."""
    return study.claims


def register(study: Study) -> Register:
    """The assumption register."""
    return study.register


def themes(study: Study) -> tuple[Theme, ...]:
    """The published themes, by the study's codebook."""
    return load_themes(study, load_codebook(study))
