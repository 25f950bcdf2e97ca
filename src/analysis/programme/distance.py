"""Distance travelled from the initial assessment to the exit, who is missing at exit, and whether work lasted."""

import numpy as np
import pandas as pd

from analysis.described import Basis, described
from analysis.participants import table_columns
from analysis.programme.counting import count_rule, known_rules
from analysis.programme.monitoring import Monitoring
from analysis.results import Column, Kind

SCALES = ("language", "employability", "finance", "integration", "connection", "wellbeing", "confidence", "empowerment")
SUSTAINED_WEEKS = (13, 26)  # three and six months after leaving for work, as such programmes are usually reviewed
REVIEW_WINDOW = 4  # weeks either side in which a review counts for its mark
INTO_WORK = "exit_employment"  # the measure of those who left for work


def _on_scale(*names: str) -> tuple[str, ...]:
    return tuple(f"scale {{row}} | {name}" for name in names)


_SHARES = {"higher": "Higher", "same": "Same", "lower": "Lower"}


@described(
    Kind.MEASURED,
    {
        "initial": Column("Answered at the start", "people"),
        "both": Column("Answered at both", "people"),
        "missing": Column("Missing at exit", "people"),
        "missing_share": Column("Share missing", "%", decimals=1),
        "mean_initial": Column("Mean at the start", "points", decimals=2),
        "mean_exit": Column("Mean at exit", "points", decimals=2),
        "change": Column("Mean change", "points", decimals=2, low="low", high="high", interval="{level} confidence"),
        **{name: Column(label, "%", decimals=1) for name, label in _SHARES.items()},
        "mean_initial_missing": Column("Mean at the start of those missing", "points", decimals=2),
    },
    header="Scale",
    basis=Basis(
        "distance travelled",
        "counts",
        behind={
            **{name: _on_scale(name) for name in ("initial", "both", "missing")},
            **{name: _on_scale(name, "both") for name in ("mean_initial", "mean_exit", "change", *_SHARES)},
            **dict.fromkeys(("low", "high"), _on_scale("change", "both", "interval")),
            "missing_share": _on_scale("missing", "initial"),
            "mean_initial_missing": _on_scale("missing"),
        },
    ),
)
def travelled(records: Monitoring) -> pd.DataFrame | None:
    """Distance travelled on each scale, of those who answered both at the initial assessment and at exit; None where nobody did.

    Index: scale's label. Columns: initial (people who answered then), both, missing (people without an answer at exit),
    missing_share (%), mean_initial, mean_exit, change with low and high (paired mean, Student's t), higher, same,
    lower (%), mean_initial_missing (of those without an answer at exit).
    """
    labels = table_columns("outcomes")
    rows = {labels[scale].label: _travelled(records.outcomes, scale, records.level) for scale in SCALES}
    frame = pd.DataFrame.from_dict(rows, orient="index").rename_axis("scale").dropna(subset=["change"])
    return frame if len(frame) else None


def scale_of(label: str) -> str:
    """The column of a scale by its label."""
    return next(scale for scale in SCALES if table_columns("outcomes")[scale].label == label)


def _answers(outcomes: pd.DataFrame, scale: str) -> tuple[pd.Series, pd.Series]:
    """The first answer at an initial assessment and the last at exit, by person."""
    given = outcomes[outcomes[scale].notna()].sort_values("review_date", kind="stable")
    initial = given[given["stage"] == "initial"].drop_duplicates("person_id").set_index("person_id")[scale]
    last = given[given["stage"] == "exit"].drop_duplicates("person_id", keep="last").set_index("person_id")[scale]
    return initial, last


def pairs(outcomes: pd.DataFrame, scale: str) -> pd.DataFrame:
    """The answers of those who gave both: initial, exit; index person_id."""
    return pd.concat(_answers(outcomes, scale), axis=1, join="inner", keys=["initial", "exit"])


def _travelled(outcomes: pd.DataFrame, scale: str, level: float) -> dict[str, float | int | None]:
    initial, last = _answers(outcomes, scale)
    both = pairs(outcomes, scale)
    missing = initial[~initial.index.isin(last.index)]
    change = (both["exit"] - both["initial"]).to_numpy()
    low, high = mean_interval(change, level)
    shares = {name: _share(sign, change) for name, sign in (("higher", 1), ("same", 0), ("lower", -1))}
    return {
        "initial": len(initial),
        "both": len(both),
        "missing": len(missing),
        "missing_share": 100 * len(missing) / len(initial) if len(initial) else None,
        "mean_initial": _mean(both["initial"]),
        "mean_exit": _mean(both["exit"]),
        "change": float(change.mean()) if len(change) else None,
        "low": low,
        "high": high,
        **shares,
        "mean_initial_missing": _mean(missing),
    }


def _share(sign: int, change: np.ndarray) -> float | None:
    return 100 * float((np.sign(change) == sign).mean()) if len(change) else None


def _mean(values: pd.Series) -> float | None:
    return float(values.mean()) if len(values) else None


def mean_interval(values: np.ndarray, level: float = 0.95) -> tuple[float | None, float | None]:
    """The interval of a mean by Student's t; (None, None) for fewer than two values."""
    if len(values) < 2:
        return None, None
    from scipy.special import stdtrit

    half = float(stdtrit(len(values) - 1, (1 + level) / 2)) * float(values.std(ddof=1)) / np.sqrt(len(values))
    return float(values.mean()) - half, float(values.mean()) + half


def _at_week(*names: str) -> tuple[str, ...]:
    return tuple(f"after {{row}} | {name}" for name in names)


@described(
    Kind.MEASURED,
    {
        "left": Column("Left for work so long ago", "people"),
        "reviewed": Column("Reviewed", "people"),
        "in_work": Column("In work", "people"),
        "share": Column("In work, of those reviewed", "%", decimals=1),
        "at_least": Column("In work, of all who left, at least", "%", decimals=1),
        "at_most": Column("At most", "%", decimals=1),
    },
    header="After leaving",
    basis=Basis(
        "whether work lasted",
        "counts",
        behind={
            **{name: _at_week(name) for name in ("left", "reviewed", "in_work")},
            "share": _at_week("in_work", "reviewed"),
            "at_least": _at_week("in_work", "left"),
            "at_most": _at_week("in_work", "reviewed", "left"),
        },
    ),
)
def sustained(records: Monitoring, weeks: tuple[int, ...] = SUSTAINED_WEEKS) -> pd.DataFrame | None:
    """Whether those who left for work were in work some weeks later, where an in-work review says so; None where none does.

    Index: week. Columns: left (people counted as into employment, long enough ago), reviewed (with a review within
    four weeks of the mark), in_work, share (in % of the reviewed), at_least and at_most (in % of all who left: if nobody
    without a review was in work, and if everybody was).
    """
    if not any(rule.measure == INTO_WORK for rule in known_rules(records)):
        return None
    left = count_rule(records, records.rules.by_measure[INTO_WORK]).set_index("person_id")["counted_on"]
    rows = {f"Week {mark}": _sustained(records, left, mark) for mark in weeks}
    frame = pd.DataFrame.from_dict(rows, orient="index").rename_axis("after_leaving")
    return frame if frame["reviewed"].any() else None


def _sustained(records: Monitoring, left: pd.Series, mark: int) -> dict[str, float | int | None]:
    due = left[left + pd.Timedelta(weeks=mark) <= records.as_of]
    reviews = records.outcomes[records.outcomes["in_work"].notna() & records.outcomes["person_id"].isin(due.index)]
    since = (reviews["review_date"] - due.reindex(reviews["person_id"]).set_axis(reviews.index)).dt.days / 7
    near = reviews.assign(off=(since - mark).abs())[lambda rows: rows["off"] <= REVIEW_WINDOW]
    nearest = near.sort_values("off", kind="stable").drop_duplicates("person_id")
    in_work, n = int((nearest["in_work"] == "yes").sum()), len(due)
    return {
        "left": n,
        "reviewed": len(nearest),
        "in_work": in_work,
        "share": 100 * in_work / len(nearest) if len(nearest) else None,
        "at_least": 100 * in_work / n if n else None,
        "at_most": 100 * (in_work + n - len(nearest)) / n if n else None,
    }
