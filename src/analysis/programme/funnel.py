"""From referral to start: how many were received, eligible and started, in all, by source, and month by month."""

import pandas as pd

from analysis.participants import table_columns
from analysis.programme.monitoring import Monitoring
from analysis.programme.rules import CountingRule, Rules

PENDING = table_columns("referrals")["decision"].choices["pending"]
NO_DESTINATION, STILL_ON = "destination not recorded", "still on the programme"


def funnel(records: Monitoring) -> pd.DataFrame:
    """The steps of the way in. Index: step; columns: people, of_received and of_step_before (in %).

    Started are participants; those who started without a referral in the export are in it as well.
    """
    received = len(records.referrals)
    decided = int((records.referrals["decision"].notna() & (records.referrals["decision"] != "pending")).sum())
    eligible = int((records.referrals["decision"] == "eligible").sum())
    steps = {"Referrals received": received, "Decided": decided, "Eligible": eligible, "Started": len(records.people)}
    frame = pd.DataFrame({"people": steps}).rename_axis("step")
    frame["of_received"] = 100 * frame["people"] / received if received else None
    frame["of_step_before"] = 100 * frame["people"] / frame["people"].shift().replace(0, None)
    return frame


def decisions(records: Monitoring) -> pd.DataFrame:
    """Referrals by decision, with the reasons for those not taken up. Index: decision; columns: people, share (%)."""
    names = table_columns("referrals")["decision"].choices
    counts = records.referrals["decision"].value_counts()
    frame = pd.DataFrame({"people": {label: int(counts.get(value, 0)) for value, label in names.items()}}).rename_axis(
        "decision"
    )
    return frame.assign(share=100 * frame["people"] / max(len(records.referrals), 1))


def by_source(records: Monitoring) -> pd.DataFrame:
    """Referrals and starts by source. Index: source; columns: referrals, referrals_share, starts, starts_share (in %)."""
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


def by_month(records: Monitoring) -> pd.DataFrame:
    """Referrals and starts by month and cumulatively, every month from the first to the last.

    Index: month (Period); columns: referrals, starts, referrals_to_date, starts_to_date.
    """
    days = {"referrals": records.referrals["referral_date"], "starts": records.people["start_date"]}
    months = {name: dates.dt.to_period("M").value_counts() for name, dates in days.items()}
    known = [month for counts in months.values() for month in counts.index]
    span = (
        pd.period_range(min(known), max(known), freq="M", name="month")
        if known
        else pd.period_range("2000-01", periods=0, freq="M")
    )
    frame = pd.DataFrame({name: counts.reindex(span, fill_value=0) for name, counts in months.items()}, index=span)
    return frame.assign(**{f"{name}_to_date": frame[name].cumsum() for name in months})


def destinations(records: Monitoring) -> pd.DataFrame:
    """Where people went on leaving, with and without accepted evidence.

    Index: destination, and those still on the programme; columns: people, share (of all participants, in %),
    with_evidence (people).
    """
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
