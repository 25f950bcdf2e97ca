"""Advice contacts: how many of which type in which field, by how many advisers, and what they are worth at given values."""

from collections.abc import Mapping

import pandas as pd

from analysis.described import Basis, described
from analysis.results import Column, Kind

NOT_STATED = "(not stated)"


def contacts_by_type(contacts: pd.DataFrame) -> pd.Series:
    """Number of contacts of each type, most frequent first, then by alphabet; type not stated: `(not stated)`.

    >>> contacts_by_type(pd.DataFrame({"type": ["help", "signpost", "help"]})).to_dict()
    {'help': 2, 'signpost': 1}
    """
    counts = contacts["type"].fillna(NOT_STATED).value_counts().rename("contacts").rename_axis("type").reset_index()
    return counts.sort_values(["contacts", "type"], ascending=[False, True]).set_index("type")["contacts"]


def contacts_value(by_type: pd.Series, unit_values: Mapping[str, float], change: float = 0.0) -> pd.DataFrame:
    """What the contacts are worth: number times unit value, type by type and in total.

    `by_type`: contacts by type; `unit_values`: GBP for one contact of each type; `change`: a relative change of the
    total for a high or a low estimate, such as 0.1 and -0.1 in the coproduction paper. Index: type, and `total`;
    columns: contacts, unit_value (GBP; for the total the mean), value (GBP). Raises ValueError for a type without a
    unit value.

    >>> float(contacts_value(pd.Series({"help": 2, "signpost": 1}), {"help": 40, "signpost": 20}).loc["total", "value"])
    100.0
    """
    unknown = sorted(set(by_type.index) - set(unit_values))
    if unknown:
        raise ValueError(f"no unit value is given for contacts of type {', '.join(unknown)}")
    units = pd.Series({kind: float(unit_values[kind]) for kind in by_type.index}, dtype=float)
    table = pd.DataFrame({"contacts": by_type, "unit_value": units, "value": by_type * units * (1 + change)})
    total = table[["contacts", "value"]].sum()
    table.loc["total"] = [total["contacts"], float(units @ by_type) / max(total["contacts"], 1), total["value"]]
    return table.astype({"contacts": int}).rename_axis("type")


def contacts_per_adviser(contacts: pd.DataFrame) -> pd.Series:
    """Number of contacts of each adviser. Index: person_id by alphabet. Row-level: not for display."""
    return contacts.groupby("person_id").size().rename("contacts")


def advisers_summary(contacts: pd.DataFrame, participants: int) -> pd.Series:
    """Advisers, contacts, contacts per adviser (mean, median) and the share of all participants who kept such records.

    `participants`: everybody who joined. The paper says that a minority of the participants kept records: the contacts
    are a lower bound of what was given.
    """
    each = contacts_per_adviser(contacts)
    return pd.Series(
        {
            "advisers": len(each),
            "contacts": len(contacts),
            "contacts_per_adviser": len(contacts) / max(len(each), 1),
            "median_per_adviser": each.median(),
            "share_of_participants": len(each) / participants,
        },
        name="advice",
    )


@described(
    Kind.MEASURED,
    rows={
        "advice.contacts": Column("Advice contacts", "contacts"),
        "advice.advisers": Column("People who recorded them", "people"),
        "advice.each": Column("Contacts for each of them", "contacts", decimals=1),
    },
    basis=Basis("Advisers and their contacts", statistic="mean", each="n"),
)
def advice_given(contacts: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Contacts, advisers and contacts for each of them, as `advisers_summary`: value, and n, the advisers."""
    found = advisers_summary(contacts, len(people))
    rows = {
        "advice.contacts": int(found["contacts"]),
        "advice.advisers": int(found["advisers"]),
        "advice.each": found["contacts_per_adviser"],
    }
    return pd.DataFrame({"value": pd.Series(rows, dtype=object), "n": int(found["advisers"])})
