"""From referral to start: how many were received, eligible and started, in all, by source, and month by month."""

import pandas as pd

from analysis.described import Basis, described
from analysis.participants import table_columns
from analysis.programme.counting import PEOPLE, REFERRALS
from analysis.programme.monitoring import Monitoring
from analysis.programme.rules import CountingRule, Rules
from analysis.results import Column, Kind

PENDING = table_columns("referrals")["decision"].choices["pending"]
NOT_RECORDED = "not recorded"
NO_DESTINATION, STILL_ON = "destination not recorded", "still on the programme"


@described(
    Kind.MEASURED,
    {
        "people": Column("People", "people"),
        "of_received": Column("Of those received", "%", decimals=1),
        "of_step_before": Column("Of the step before", "%", decimals=1),
    },
    header="Step",
    basis=Basis(
        "the way in",
        "counts",
        behind={
            "people": ("{count}",),
            "of_received": ("{count}", REFERRALS),
            "of_step_before": ("{count}", "{before}"),
        },
    ),
)
def referral_funnel(records: Monitoring) -> pd.DataFrame | None:
    """The steps of the way in; None where there are no referrals.

    Index: step; columns: people, of_received and of_step_before (in %), count and before (what the two counts are called).
    Started are participants; those who started without a referral in the export are in it as well.
    """
    if records.referrals.empty:
        return None
    received = len(records.referrals)
    decided = int((records.referrals["decision"].notna() & (records.referrals["decision"] != "pending")).sum())
    eligible = int((records.referrals["decision"] == "eligible").sum())
    steps = {"Referrals received": received, "Decided": decided, "Eligible": eligible, "Started": len(records.people)}
    frame = pd.DataFrame({"people": steps}).rename_axis("step")
    frame["of_received"] = 100 * frame["people"] / received
    frame["of_step_before"] = 100 * frame["people"] / frame["people"].shift().replace(0, None)
    count = [REFERRALS, "decided", "decision: eligible", PEOPLE]
    return frame.assign(count=count, before=[REFERRALS, *count[:-1]])


@described(
    Kind.MEASURED,
    {"people": Column("Referrals", "referrals"), "share": Column("Share", "%", decimals=1)},
    header="Decision",
    basis=Basis(
        "the way in", "counts", behind={"people": ("decision: {row}",), "share": ("decision: {row}", REFERRALS)}
    ),
)
def decisions(records: Monitoring) -> pd.DataFrame | None:
    """Referrals by decision, with the reasons for those not taken up; None where there are none.

    Index: decision; columns: people, share (%).
    """
    if records.referrals.empty:
        return None
    names = table_columns("referrals")["decision"].choices
    counts = records.referrals["decision"].value_counts()
    frame = pd.DataFrame({"people": {label: int(counts.get(value, 0)) for value, label in names.items()}}).rename_axis(
        "decision"
    )
    return frame.assign(share=100 * frame["people"] / len(records.referrals))


@described(
    Kind.MEASURED,
    {
        "referrals": Column("Referrals", "referrals"),
        "referrals_share": Column("Share of referrals", "%", decimals=1),
        "starts": Column("Started", "people"),
        "starts_share": Column("Share of those who started", "%", decimals=1),
    },
    header="Source",
    basis=Basis(
        "the way in",
        "counts",
        behind={
            name: tuple(f"{what} | source{end}" for end in ends)
            for what in ("referrals", "starts")
            for name, ends in ((what, ("={row}",)), (f"{what}_share", ("={row}", "")))
        },
    ),
)
def by_source(records: Monitoring) -> pd.DataFrame | None:
    """Referrals and starts by source; None where there are no referrals.

    Index: source; columns: referrals, referrals_share, starts, starts_share (in %).
    """
    if records.referrals.empty:
        return None
    names = table_columns("referrals")["source"].choices
    source = records.referrals.set_index("referral_id")["source"]
    counts = {
        "referrals": records.referrals["source"].value_counts(),
        "starts": records.people["referral_id"].map(source).value_counts(),
    }
    frame = pd.DataFrame(
        {what: {label: int(found.get(value, 0)) for value, label in names.items()} for what, found in counts.items()}
    )
    for what in counts:
        frame[f"{what}_share"] = 100 * frame[what] / max(int(frame[what].sum()), 1)
    return frame.rename_axis("source")


@described(
    Kind.MEASURED,
    {
        "referrals_to_date": Column("Referrals received", "people"),
        "starts_to_date": Column("People who started", "people"),
    },
    header="By the end of",
    basis=Basis(
        "referrals and starts by month",
        "counts",
        behind={f"{what}_to_date": (f"{what} | by the end of {{month}}",) for what in ("referrals", "starts")},
    ),
)
def by_month(records: Monitoring) -> pd.DataFrame | None:
    """Referrals and starts to date, every month from the first to the last; None where there are no referrals.

    Index: month in words; columns: referrals_to_date, starts_to_date (people), month, end (its last day).
    """
    if records.referrals.empty:
        return None
    days = {"referrals": records.referrals["referral_date"], "starts": records.people["start_date"]}
    months = {name: dates.dt.to_period("M").value_counts() for name, dates in days.items()}
    known = [month for counts in months.values() for month in counts.index]
    span = pd.period_range(min(known), max(known), freq="M")
    sums = {f"{name}_to_date": counts.reindex(span, fill_value=0).cumsum() for name, counts in months.items()}
    ends = span.to_timestamp(how="end").normalize()
    frame = pd.DataFrame(sums).assign(month=span.astype(str), end=ends)
    return frame.set_axis(pd.Index([f"{end:%B %Y}" for end in ends], name="month"), axis=0)


@described(
    Kind.MEASURED,
    {
        "people": Column("People", "people"),
        "share": Column("Share of all participants", "%", decimals=1),
        "with_evidence": Column("With accepted evidence", "people"),
    },
    header="Destination",
    basis=Basis(
        "destinations",
        "counts",
        behind={
            "people": ("destination: {row}",),
            "share": ("destination: {row}", PEOPLE),
            "with_evidence": ("{proven}",),
        },
    ),
)
def destinations(records: Monitoring) -> pd.DataFrame | None:
    """Where people went on leaving, with and without accepted evidence; None where nobody is known to have left.

    Index: destination, and those still on the programme; columns: people, share (of all participants, in %),
    with_evidence (people; in words where no rule of the programme asks for evidence), proven (what that count is called).
    """
    if records.exits.empty:
        return None
    frame = all_destinations(records).astype({"with_evidence": object})
    asked = frame.index.isin(proven(records.rules))
    frame.loc[~asked, "with_evidence"] = NOT_RECORDED
    names = [f"destination: {name}, with evidence" if ask else "" for name, ask in zip(frame.index, asked, strict=True)]
    return frame.assign(proven=names)


def all_destinations(records: Monitoring) -> pd.DataFrame:
    """`destinations` with the people with evidence of each: people, with_evidence, share."""
    names = table_columns("exits")["destination"].choices
    good = records.evidence[(records.evidence["what"] == "destination") & (records.evidence["accepted"] == "yes")]
    left = records.exits.assign(shown=records.exits["person_id"].isin(good["person_id"]))
    counts = left["destination"].value_counts()
    shown = left.loc[left["shown"], "destination"].value_counts()
    rows = {
        label: {"people": int(counts.get(value, 0)), "with_evidence": int(shown.get(value, 0))}
        for value, label in names.items()
    }
    rows[NO_DESTINATION] = {"people": int(left["destination"].isna().sum()), "with_evidence": 0}
    rows[STILL_ON] = {"people": len(records.people) - len(left), "with_evidence": 0}
    frame = pd.DataFrame.from_dict(rows, orient="index").rename_axis("destination")
    return frame.assign(share=100 * frame["people"] / max(len(records.people), 1))


def labels_of(rule: CountingRule) -> list[str]:
    """The destinations that a rule counts, in words."""
    names = table_columns("exits")["destination"].choices
    return [names[value] for value in rule.values] if rule.event == "exit" else []


def proven(rules: Rules) -> set[str]:
    """The destinations, in words, of which some rule of the programme asks for evidence."""
    return {label for rule in rules.used if rule.evidence == "destination" for label in labels_of(rule)}
