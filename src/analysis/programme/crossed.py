"""Partners, and areas, over time: who joined with each, by quarter or, where quarters would be nearly all small, by year."""

from collections.abc import Iterator

import pandas as pd

from analysis.described import Basis, described, saying
from analysis.programme.achieved import group_columns, group_names, groups_of, quarters
from analysis.programme.counting import count_rule, known_rules
from analysis.programme.monitoring import Monitoring
from analysis.results import Column, Kind

JOINED = "participants"  # the measure of those who joined
GROUPS = ("partner", "area")
LENGTHS = (1, 4)  # quarters in a row of the tables, the shortest first


def in_period(period: object) -> str:
    """The name of those who joined in a quarter or year."""
    return f"{JOINED} | in {period}"


def periods(records: Monitoring) -> dict[str, list[str]]:
    """The rows of the tables, each with the quarters that it is made of; none where those who joined are too few for any.

    The shortest for which everybody who joined, spread evenly over all partners or areas and periods, would be twice the
    smallest number that is shown in each. That is known to every reader, so that the choice tells nothing.
    """
    spans = quarters(records)[lambda rows: rows["start"] <= records.as_of]
    groups = max(len(groups_of(records, column).unique()) for column in GROUPS)
    for length in LENGTHS:
        found = dict(_rows_of(spans, length))
        if len(records.people) >= 2 * records.minimum_cell * groups * len(found):
            return found
    return {}


def _rows_of(spans: pd.DataFrame, length: int) -> Iterator[tuple[str, list[str]]]:
    for first in range(0, len(spans), length):
        part = spans.iloc[first : first + length]
        yield f"{part['start'].iloc[0]:%B %Y} to {part['end'].iloc[-1]:%B %Y}", list(part.index)


@described(
    Kind.MEASURED,
    header="Joined in",
    basis=Basis("those who joined by group and period", "counts", behind={"*": ("{part}{column}",)}),
)
def joined_by(records: Monitoring, column: str) -> pd.DataFrame | None:
    """Who joined by period (index) and `partner` or `area` (a column each, those not recorded last), in people.

    None where nothing of who joined was recorded, there are not two groups, or people are too few for any period (`periods`).
    """
    rule = next((rule for rule in known_rules(records) if rule.measure == JOINED), None)
    groups = groups_of(records, column)
    names, rows = group_names(groups), periods(records)
    if rule is None or len(names) < 2 or not rows:
        return None
    spans, found = quarters(records), count_rule(records, rule)
    counts = {}
    for period, parts in rows.items():
        inside = found["counted_on"].between(spans.loc[parts[0], "start"], spans.loc[parts[-1], "end"])
        counts[period] = found["person_id"][inside].map(groups).value_counts().reindex(names, fill_value=0)
    frame = pd.DataFrame.from_dict(counts, orient="index").rename_axis("period")
    part = [f"{in_period(period)} | {column}=" for period in frame.index]
    return saying(frame.assign(part=part), columns=group_columns(names, Column("", "people")))
