"""What the views of the sensitivity analyses share: how numbers are known, labels, columns."""

from collections.abc import Iterable

import pandas as pd

from analysis.reporting.prose import named
from analysis.results import Column, Kind, Result
from analysis.sroi.model import Model
from analysis.sroi.sensitivity.analyse import Findings, how_known

HERE = "analysis.sroi.sensitivity"
PART = "sensitivity.assumptions"  # the result that names the entries the model rests on


def known(found: Findings) -> Kind:
    """How every number that the model gives is known."""
    return Kind(how_known(found.case))


def amounts(
    found: Findings, function: str, names: Iterable[str] = ("value", "cost", "net", "ratio")
) -> dict[str, Column]:
    """Columns of amounts in pounds and ratios, as `function` of the package gave them."""
    labels = {"value": "Value", "cost": "Cost", "net": "Net value", "ratio": "Ratio"}
    units = {name: ("GBP per GBP", 2) if name == "ratio" else ("GBP", 0) for name in labels}
    return {
        name: Column(labels[name], units[name][0], known(found), units[name][1], function=f"{HERE}.{function}")
        for name in names
    }


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


def part(found: Findings) -> Result:
    """The entries of the register that the model rests on, as the number of them: what every analysis of it rests on."""
    names = inputs(found)
    return Result(
        PART,
        "Entries of the register that the model rests on",
        len(names),
        "entries",
        Kind.RECOMPUTED,
        inputs=names,
        function="analysis.sroi.model.Model.rests_on",
    )


def inputs_of_step(found: Findings, steps: str, names: Iterable[object]) -> list[str]:
    """What each of some outcomes or beneficiaries rests on, as the inputs of a row: entries of the register, by the model's formulas.

    `steps` is the model's mapping that leads from their names to its steps; a model without formulas rests on all it takes.
    """
    model = found.case.model
    if not isinstance(model, Model):
        return [" ".join(inputs(found)) for _ in names]
    return [model.inputs_of(getattr(model, steps)[str(name)]) for name in names]


def inputs(found: Findings) -> tuple[str, ...]:
    """The register entries the model rests on."""
    return tuple(f"assumption:{name}" for name in found.case.model.inputs)
