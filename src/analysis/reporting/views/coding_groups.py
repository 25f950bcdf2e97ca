"""Codes compared over groups, as 02_focus_group_coding shows them: the share of people who raised each, from the counts shown."""

from collections.abc import Iterator

import pandas as pd

from analysis.coding import tallies
from analysis.described import Description, describe, inputs_of, name_of
from analysis.reporting.views.coding_protected import Coded, CodingEvidence
from analysis.reporting.views.compared import Counts, group_columns, group_row, with_holm
from analysis.results import Column, Kind, Labelled, slug


def compared(evidence: CodingEvidence, level: float) -> pd.DataFrame | None:
    """The share of the people of each group who raised a code, beside that of the largest group, with Wilson's and Newcombe's
    intervals at `level`; p-values of Fisher's exact test, held by Holm against all rows.

    Of codes whose number of people is shown for two groups at least. None where groups are too small, or there is no such code.
    """
    coded = evidence.coded
    rows = list(_rows(coded, level)) if coded is not None and coded.shown.by_group is not None else []
    if coded is None or not rows:
        return None
    frame = pd.DataFrame([row for _, row in rows], index=pd.Index([label for label, _ in rows], dtype=object))
    people = Column("People in the group", "people", function=name_of(tallies.code_by_group))
    columns = group_columns("raised", "Raised it", people, level)
    said = Description(Kind.MEASURED, columns, header="Code and group", inputs=inputs_of(coded.segments), passed=True)
    return describe(with_holm(frame), said)


def _rows(coded: Coded, level: float) -> Iterator[tuple[Labelled, dict[str, object]]]:
    shown, book = coded.shown, coded.codebook
    largest, *others = sorted(shown.sizes, key=lambda name: (-shown.sizes[name], name))
    place = {name: number for number, name in enumerate(shown.sizes, start=1)}  # names may be in any script
    for code, cells in shown.by_group.iterrows():  # type: ignore[union-attr]
        if cells.notna().sum() > 1:
            counts: dict[str, Counts] = {
                name: (None if pd.isna(cells[name]) else int(cells[name]), size) for name, size in shown.sizes.items()
            }
            for name in (largest, *others):
                row = group_row("raised", counts[name], counts[largest] if name != largest else None, level)
                yield Labelled(f"{book.labels[str(code)]}: {name}", slug(f"{code} {place[name]}")), row
