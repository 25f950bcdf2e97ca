"""Time from start to outcome: survival curves with people still on the programme censored, and cumulative incidence."""

import warnings

import numpy as np
import pandas as pd

from analysis.described import Basis, described
from analysis.programme.counting import base, base_name, count_rule, known_rules
from analysis.programme.monitoring import Monitoring
from analysis.results import Column, Kind

OUTCOME, LEFT, STAYS = "outcome", "left without it", "still on the programme"
MARKS = (90, 180, 270, 365)  # days: quarters of the year for which somebody is supported, as the page tells them
DAYS = (*range(30, 331, 30), 365)  # days at which curves are read, the marks among them
TIMED = {"exit_employment": "no employment yet", "exit_education": "no education or training yet"}


def time_to(records: Monitoring, measure: str) -> pd.DataFrame:
    """Days from start to the outcome of a measure, or to where following ends.

    One row for each person of the base: person_id, days, how ("outcome", "left without it", "still on the programme").
    """
    rule = records.rules.by_measure[measure]
    people = records.people[records.people["person_id"].isin(base(records, rule))].set_index("person_id")["start_date"]
    reached = count_rule(records, rule).set_index("person_id")["counted_on"].reindex(people.index)
    left = records.exits.set_index("person_id")["exit_date"].reindex(people.index)
    until = reached.fillna(left).fillna(records.as_of)
    how = np.select([reached.notna(), left.notna()], [OUTCOME, LEFT], STAYS)
    return pd.DataFrame({"person_id": people.index, "days": (until - people).dt.days.to_numpy(), "how": how})


def survival(times: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """The share who have not yet reached the outcome, day by day (Kaplan and Meier 1958).

    People who left without it and people still on the programme are censored on that day: the curve says what would be
    if leaving told nothing about the outcome. Index: days (of outcomes); columns: not_yet (share), low, high (on
    the log-log scale of Kalbfleisch and Prentice), at_risk, reached (people).
    """
    from scipy.stats import CensoredData, ecdf

    days, reached = times["days"].to_numpy(float), (times["how"] == OUTCOME).to_numpy()
    if not reached.any():
        return pd.DataFrame(columns=["not_yet", "low", "high", "at_risk", "reached"], index=pd.Index([], name="days"))
    found = ecdf(CensoredData(uncensored=days[reached], right=days[~reached])).sf
    with warnings.catch_warnings():  # where the curve ends at nought the interval is not defined, and shown as such
        warnings.simplefilter("ignore", RuntimeWarning)
        ends = found.confidence_interval(level, method="log-log")
    event = np.isin(found.quantiles, days[reached])
    at_risk = np.array([(days >= day).sum() for day in found.quantiles])
    frame = pd.DataFrame(
        {
            "not_yet": found.probabilities,
            "low": ends.low.probabilities,
            "high": ends.high.probabilities,
            "at_risk": at_risk,
            "reached": [int((days[reached] == day).sum()) for day in found.quantiles],
        },
        index=pd.Index(found.quantiles, name="days"),
    )
    return frame[event]


def incidence(times: pd.DataFrame) -> pd.DataFrame:
    """The share who have reached the outcome, with leaving without it as the competing event (Aalen and Johansen 1978).

    Unlike one minus the survival curve this never says more than could be reached. Index: days; column: reached_share.
    """
    from statsmodels.duration.survfunc import CumIncidenceRight

    status = times["how"].map({OUTCOME: 1, LEFT: 2, STAYS: 0}).to_numpy()
    if not (status == 1).any():
        return pd.DataFrame({"reached_share": []}, index=pd.Index([], name="days"))
    with np.errstate(divide="ignore", invalid="ignore"):  # of its standard error, when nobody is left; not used here
        found = CumIncidenceRight(times["days"].to_numpy(float), status)
    return pd.DataFrame({"reached_share": found.cinc[0]}, index=pd.Index(found.times, name="days"))


def at_days(curve: pd.DataFrame, column: str, days: tuple[int, ...], start: float) -> list[float]:
    """A step curve read at certain days; `start` is its value before the first step."""
    place = np.searchsorted(curve.index.to_numpy(float), days, "right")
    values = np.concatenate([[start], curve[column].to_numpy(float)])
    return [float(values[at]) for at in place]


@described(
    Kind.MEASURED,
    {"not_yet": Column("Not yet", "%", decimals=1, low="low", high="high", interval="{level} confidence")},
    header="Curve",
    basis=Basis("survival curves", "counts", behind={"not_yet": ("{reached_by}", "{followed_to}"), "days": ()}),
)
def curves(records: Monitoring) -> pd.DataFrame | None:
    """The survival curves of employment and education at the start and every month; None where either was not recorded.

    Index: curve and day; columns: not_yet, low, high (in %), days, and what the counts that a reader can tell at a day are
    called (reached_by, followed_to).
    """
    known = [rule.measure for rule in known_rules(records) if rule.measure in TIMED]
    if set(known) != set(TIMED):
        return None
    return pd.concat([_curve(records, measure) for measure in TIMED])


def _curve(records: Monitoring, measure: str) -> pd.DataFrame:
    days, curve = (0, *DAYS), survival(time_to(records, measure), records.level)
    frame = pd.DataFrame(
        {name: [100 * value for value in at_days(curve, name, days, 1.0)] for name in ("not_yet", "low", "high")},
        index=pd.Index([f"{TIMED[measure]}, day {day}" for day in days], name="curve"),
    )
    for what in ("reached by", "followed to"):
        frame[what.replace(" ", "_")] = [f"{measure} | {what} day {day}" if day else "" for day in days]
    return frame.assign(days=days)


def at_risk(times: pd.DataFrame, days: tuple[int, ...]) -> list[int]:
    """How many are still followed, without the outcome, up to each day."""
    return [int((times["days"] >= day).sum()) for day in days]


_ON_CURVE = ("{measure} | reached by day {day}", "{measure} | followed to day {day}")


@described(
    Kind.MEASURED,
    {
        "people": Column("People", "people"),
        "reached": Column("Reached it at all", "people"),
        "left": Column("Left without it", "people"),
        "still_on": Column("Still on the programme", "people"),
        "reached_by": Column("Reached it by then", "%", decimals=1),
        "at_risk": Column("Followed until then", "people"),
        "not_yet": Column(
            "Not yet, if nobody left without it", "%", decimals=1, low="low", high="high", interval="{level} confidence"
        ),
    },
    header="Outcome",
    basis=Basis(
        "time to an outcome",
        "counts",
        behind={
            "people": ("{base_of}",),
            "reached": ("{measure}",),
            "left": ("{measure} | left",),
            "still_on": ("{measure} | still on",),
            "at_risk": _ON_CURVE[1:],
            **dict.fromkeys(("reached_by", "not_yet"), _ON_CURVE),
            "day": (),
        },
    ),
)
def time_table(records: Monitoring, days: tuple[int, ...] = MARKS) -> pd.DataFrame | None:
    """By when people reached an outcome, at certain days; None where no such outcome was recorded.

    Index: measure and day in words. Columns: people, reached, left, still_on, at_risk (people), reached_by (cumulative
    incidence, %), not_yet (survival, %), low, high (%), measure, base_of, day.
    """
    rules = [rule for rule in known_rules(records) if rule.measure in TIMED]
    rows = {}
    for rule in rules:
        times = time_to(records, rule.measure)
        curve, reached = survival(times, records.level), incidence(times)
        read = {name: at_days(curve, name, days, 1.0) for name in ("not_yet", "low", "high")}
        by = at_days(reached, "reached_share", days, 0.0)
        how = times["how"].value_counts()
        for place, day in enumerate(days):
            rows[f"{rule.label}: by day {day}"] = {
                "people": len(times),
                "reached": int(how.get(OUTCOME, 0)),
                "left": int(how.get(LEFT, 0)),
                "still_on": int(how.get(STAYS, 0)),
                "reached_by": 100 * by[place],
                "at_risk": at_risk(times, (day,))[0],
                **{name: 100 * values[place] for name, values in read.items()},
                "measure": rule.measure,
                "base_of": base_name(rule),
                "day": day,
            }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("outcome") if rules else None
