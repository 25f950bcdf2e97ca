"""Partners, and areas, over time: who joined with each, by quarter or, where people are few, by half-year, year or two years."""

from collections.abc import Iterator

import pandas as pd

from analysis.described import Basis, described, saying
from analysis.programme.achieved import group_columns, group_names, groups_of, quarters
from analysis.programme.counting import count_rule, known_rules
from analysis.programme.monitoring import Monitoring
from analysis.results import Column, Kind

JOINED = "participants"  # the measure of those who joined
GROUPS = ("partner", "area")
LENGTHS = (1, 2, 4, 8)  # quarters in a row of the tables, the shortest first


def in_period(period: object) -> str:
    """The name of those who joined in a quarter or in several."""
    return f"{JOINED} | in {period}"


def lengths(records: Monitoring) -> list[int]:
    """How many quarters a row of the tables may have, the fewest first; none where those who joined are too few for any.

    With so many everybody who joined, spread evenly over all partners or areas and periods, would be twice the smallest number that is
    shown in each. That is known to every reader, so that it tells nothing.
    """
    spans = _spans(records)
    groups = max(len(groups_of(records, column).unique()) for column in GROUPS)
    cells = {length: groups * len(dict(_rows_of(spans, length))) for length in LENGTHS if length < max(len(spans), 2)}
    return [length for length, number in cells.items() if len(records.people) >= 2 * records.minimum_cell * number]


def periods(records: Monitoring, length: int) -> dict[str, list[str]]:
    """The rows of the tables, each with the quarters that it is made of, up to `length` of them."""
    return dict(_rows_of(_spans(records), length))


def _spans(records: Monitoring) -> pd.DataFrame:
    return quarters(records)[lambda rows: rows["start"] <= records.as_of]


def _rows_of(spans: pd.DataFrame, length: int) -> Iterator[tuple[str, list[str]]]:
    for first in range(0, len(spans), length):
        part = spans.iloc[first : first + length]
        yield f"{part['start'].iloc[0]:%B %Y} to {part['end'].iloc[-1]:%B %Y}", list(part.index)


@described(
    Kind.MEASURED,
    header="Joined in",
    basis=Basis("those who joined by group and period", "counts", behind={"*": ("{part}{column}",)}),
)
def joined_by(records: Monitoring, column: str, length: int) -> pd.DataFrame | None:
    """Who joined by period of `length` quarters (index) and `partner` or `area` (a column each, those not recorded last), in people.

    None where nothing of who joined was recorded or there are not two groups; without rows where people are too few for any `lengths` (0).
    """
    rule = next((rule for rule in known_rules(records) if rule.measure == JOINED), None)
    groups = groups_of(records, column)
    names = group_names(groups)
    if rule is None or len(names) < 2:
        return None
    rows, spans, found = periods(records, length) if length else {}, quarters(records), count_rule(records, rule)
    counts = {}
    for period, parts in rows.items():
        inside = found["counted_on"].between(spans.loc[parts[0], "start"], spans.loc[parts[-1], "end"])
        counts[period] = found["person_id"][inside].map(groups).value_counts().reindex(names, fill_value=0)
    frame = pd.DataFrame(counts, index=names).T.rename_axis("period")
    part = [f"{in_period(period)} | {column}=" for period in frame.index]
    return saying(frame.assign(part=part), columns=group_columns(names, Column("", "people")))
