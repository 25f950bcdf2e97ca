"""How the target groups overlap: everybody falls in exactly one combination of groups."""

import pandas as pd

from analysis.participants import FLAGS
from analysis.programme.monitoring import Monitoring

NONE = "none of the groups"


def group_sizes(records: Monitoring) -> pd.Series:
    """Participants in each target group, largest first. Index: group's label."""
    counts = {label: int((records.people[flag] == "yes").sum()) for flag, label in FLAGS.items()}
    return pd.Series(counts, name="people").rename_axis("group").sort_values(ascending=False, kind="stable")


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
