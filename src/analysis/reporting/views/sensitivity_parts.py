"""What the views of the sensitivity analyses share: how numbers are known, labels, columns."""

from collections.abc import Iterable

import pandas as pd

from analysis.reporting.prose import named
from analysis.results import Column, Kind
from analysis.sroi.sensitivity.analyse import Findings, how_known

HERE = "analysis.sroi.sensitivity"


def known(found: Findings) -> Kind:
    """How every number that the model gives is known."""
    return Kind(how_known(found.case))


def amounts(found: Findings, function: str, names: Iterable[str] = ("value", "cost", "net", "ratio")) -> dict[str, Column]:
    """Columns of amounts in pounds and ratios, as `function` of the package gave them."""
    labels = {"value": "Value", "cost": "Cost", "net": "Net value", "ratio": "Ratio"}
    units = {name: ("GBP per GBP", 2) if name == "ratio" else ("GBP", 0) for name in labels}
    return {name: Column(labels[name], units[name][0], known(found), units[name][1], function=f"{HERE}.{function}") for name in names}


def readable(name: object) -> str:
    """An id as words.

    >>> readable("weeks_per_year")
    'weeks per year'
    """
    return str(name).replace("_", " ")


def first(frame: pd.DataFrame) -> str:
    """The first row's label, for prose; of an empty frame that there is none."""
    return named(str(frame.index[0])) if len(frame) else "No assumption"


def labels(names: Iterable[object], title: str) -> pd.Index:
    """Ids as readable row labels under a title."""
    return pd.Index([readable(name) for name in names], name=title, dtype=object)


def inputs(found: Findings) -> tuple[str, ...]:
    """The register entries the model rests on."""
    return tuple(f"assumption:{name}" for name in found.case.model.inputs)
