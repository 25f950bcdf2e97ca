"""How the target groups overlap: everybody falls in exactly one combination of groups."""

import pandas as pd

from analysis.described import Basis, describe, described, description
from analysis.participants import FLAGS
from analysis.programme.monitoring import Monitoring
from analysis.results import VALUE, Column, Kind

NONE = "none of the groups"
MOST_COMBINATIONS = 15  # that a chart shows


@described(
    Kind.MEASURED,
    {"people": Column("Participants", "people")},
    header="Combination",
    basis=Basis("target groups", "counts", behind={"people": ("groups: {row}",), "groups": ()}),
)
def combinations(records: Monitoring) -> pd.DataFrame:
    """Participants by the exact combination of target groups they are in, most frequent first; adds up to everybody.

    Index: the groups' labels joined by " and "; columns: people, groups (how many), and one column of bools for each
    group that anybody is in. The bars and the matrix of an UpSet chart (Lex and others 2014).
    """
    flags = {label: records.people[flag] == "yes" for flag, label in FLAGS.items()}
    members = pd.DataFrame({label: inside for label, inside in flags.items() if inside.any()})
    if members.empty or not len(members.columns):
        return pd.DataFrame(
            {"people": [len(records.people)], "groups": [0]}, index=pd.Index([NONE], name="combination")
        )
    counts = members.value_counts().rename("people").reset_index()
    labels = list(members.columns)
    names = [" and ".join(label for label in labels if row[label]) or NONE for row in counts.to_dict("records")]
    frame = counts.assign(groups=counts[labels].sum(axis=1), combination=names)
    return frame.sort_values(["people", "combination"], ascending=[False, True]).set_index("combination")[
        ["people", "groups", *labels]
    ]


def frequent(found: pd.DataFrame | None) -> pd.DataFrame | None:
    """The rows of `combinations` that may be shown; None where there are none, or no groups."""
    if found is None:
        return None
    frame = found[found["people"].map(lambda cell: isinstance(cell, int))]
    kept = describe(frame.astype({"people": int}), description(found))  # type: ignore[arg-type]
    return kept if len(kept) and len(kept.columns) > 2 else None


@described(
    Kind.MEASURED, rows={"records.other_combinations": Column("Participants in combinations not shown", "people")}
)
def left_out(shown: pd.DataFrame, everybody: pd.DataFrame, fewest: int) -> pd.DataFrame | None:
    """How many people are in no combination that is shown, by `achieved.headline`; in words if fewer than `fewest` are."""
    joined = everybody.loc["records.people", VALUE]
    if not isinstance(joined, int):
        return None
    rest = joined - int(shown["people"].sum())
    value = rest if rest >= fewest or rest == 0 else "few"
    return pd.DataFrame({"value": pd.Series({"records.other_combinations": value}, dtype=object)})
