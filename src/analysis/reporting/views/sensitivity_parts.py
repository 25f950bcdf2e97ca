"""What the views of the sensitivity analyses share: how numbers are known, labels, columns."""

from collections import Counter
from collections.abc import Iterable

import pandas as pd

from analysis.reporting.prose import named
from analysis.results import Column, Kind, Labelled, Result
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


def label_of(found: Findings, name: object) -> str:
    """What a register entry, an outcome or a set of inputs is called on the page; an id stands nowhere.

    A name that is none of these (a beneficiary, a choice) is words already.
    """
    if (entry := found.case.ranges.get(str(name))) is not None:
        return entry.short_label
    rows = found.case.model.value_map.outcomes if isinstance(found.case.model, Model) else ()
    return next((row.label for row in rows if row.id == name), readable(name))


def first(frame: pd.DataFrame) -> str:
    """The first row's label, to begin a sentence; of an empty frame that there is none."""
    return named(str(frame.index[0])) if len(frame) else "No assumption"


def labels(found: Findings, names: Iterable[object], title: str) -> pd.Index:
    """Ids as row labels under a title; two of one label are told apart by their ids."""
    shown = {str(name): titled(label_of(found, name)) for name in names}
    often = Counter(shown.values())
    told = [Labelled(text if often[text] == 1 else f"{text} ({name})", name) for name, text in shown.items()]
    return pd.Index(told, name=title, dtype=object)


def titled(text: str) -> str:
    """A text with a capital at its start, the rest as it is.

    >>> titled("months of English")
    'Months of English'
    """
    return text[:1].upper() + text[1:]


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
