"""Numbered tables, figures and prose whose every number is a recorded result, and the pages that hold them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.reporting.appendix import Appendix
    from analysis.reporting.showing import record, show

__all__ = ["Appendix", "record", "show"]


def __getattr__(name: str) -> object:
    if name == "Appendix":
        from analysis.reporting.appendix import Appendix

        return Appendix
    if name in ("record", "show"):
        from analysis.reporting import showing

        return getattr(showing, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
