"""All items side by side: one row each, with Holm's correction over the list that is stated."""

from collections.abc import Iterable

import pandas as pd

from analysis.described import Basis, described
from analysis.multiple_tests import holm
from analysis.questionnaire.answers import Item, MissingRule, paired_answers
from analysis.questionnaire.change import RESAMPLES, effect_sizes, mean_change, means, wilcoxon_tests
from analysis.questionnaire.judged_names import (
    BASE,
    DIRECTIONS,
    HOLM,
    INTERVAL,
    MEANS,
    NET,
    RANK,
    RESAMPLED,
    T_INTERVALS,
)
from analysis.questionnaire.shift import direction_shares, net_improvement
from analysis.results import Column, Kind, p_column

_NET = Column(
    "Improved less worse", "percentage points", low="net_low", high="net_high", interval="{level} or more (Tango)"
)
_RANK = Column("Rank-biserial correlation", decimals=2, low="rank_low", high="rank_high", interval="{level} (BCa)")


@described(
    Kind.MEASURED,
    {
        "n": Column("People", "people"),
        **{each: Column(each.capitalize(), "%") for each in DIRECTIONS},
        "net": _NET,
        "p_holm": p_column("p-value, McNemar, Holm over the items"),
        "rank": _RANK,
    },
    header="Item",
    basis=Basis(
        "change by item",
        "beside",
        by={"n": BASE, **{each: each for each in DIRECTIONS}, "net": NET, "p_holm": HOLM, "rank": RANK},
        ends={"net": INTERVAL, "rank": RESAMPLED},
    ),
)
def change_by_item(
    answers: pd.DataFrame,
    items: Iterable[Item],
    seed: int,
    rule: MissingRule | str = MissingRule.PAIRS,
    level: float = 0.95,
    resamples: int = RESAMPLES,
) -> pd.DataFrame:
    """`item_summary`, shares in per cent: n, improved, same, worse, net with its ends, p_holm, rank with its ends. Index: item."""
    found = item_summary(answers, items, seed, rule, level, resamples)
    found = found.rename(columns=lambda name: name.replace("rank_biserial", "rank"))
    return found.assign(**{name: 100 * found[name] for name in (*DIRECTIONS, "net", "net_low", "net_high")})


def _mean(label: str, name: str) -> Column:
    return Column(label, "points", decimals=1, low=f"{name}_low", high=f"{name}_high", interval="{level} (t)")


@described(
    Kind.MEASURED,
    {
        "n": Column("People", "people"),
        "before": _mean("Mean before", "before"),
        "after": _mean("Mean after", "after"),
        "change": _mean("Mean change", "change"),
    },
    header="Item",
    basis=Basis(
        "means by item",
        "beside",
        by={"n": BASE, "before": MEANS, "after": MEANS, "change": MEANS},
        ends=dict.fromkeys(("before", "after", "change"), T_INTERVALS),
    ),
)
def means_by_item(
    answers: pd.DataFrame, items: Iterable[Item], rule: MissingRule | str = MissingRule.PAIRS, level: float = 0.95
) -> pd.DataFrame | None:
    """Means before, after and of the change (positive: better) of each item with two ends, with t intervals. Index: item.

    None where no item has two ends.
    """
    rows = {}
    for item in (each for each in items if each.high is not None):
        found = means(paired_answers(answers, item, rule, items), level)
        ends = {"": "mean", "_low": "low", "_high": "high"}
        rows[item.label] = {"n": found["n"].iloc[0]} | {
            f"{when}{end}": found.loc[when, part] for when in found.index for end, part in ends.items()
        }
    return pd.DataFrame.from_dict(rows, orient="index").astype({"n": int}) if rows else None


@described(Kind.MEASURED, {"net": _NET}, header="Item")
def net_by_item(items: pd.DataFrame, level: float = 0.95) -> pd.DataFrame | None:
    """The items of `change_by_item`, as printed, whose difference of shares has an interval, the highest first: net, net_low, net_high.

    None where it has for no item.
    """
    known = items[["net", "net_low", "net_high"]].dropna(subset="net_low")
    return known.sort_values("net_low", ascending=False) if len(known) else None


@described(
    Kind.MEASURED,
    rows={
        "items.above": Column("Items whose interval lies above zero", "items"),
        "items.shown": Column("Items shown", "items"),
    },
)
def items_above(net: pd.DataFrame) -> pd.DataFrame:
    """How many items of `net_by_item` have an interval above zero, and how many there are: column value."""
    return pd.DataFrame({"value": {"items.above": int((net["net_low"] > 0).sum()), "items.shown": len(net)}})


def item_summary(
    records: pd.DataFrame,
    items: Iterable[Item],
    seed: int,
    rule: MissingRule | str = MissingRule.PAIRS,
    level: float = 0.95,
    resamples: int = RESAMPLES,
) -> pd.DataFrame:
    """One row for each item (index: its label), for tables and the forest plot.

    `n`; `improved`, `same`, `worse` (shares); `net`, `net_low`, `net_high` (improved less worse, Tango); `p` (McNemar exact)
    and `p_holm` over the items given; `before`, `after` (means) and `mean` of the change, `mean_low`, `mean_high` (t); `d_z`, `d_av`, `rank_biserial` each with `_low`
    and `_high` (BCa); `p_wilcoxon_dropped` and `p_wilcoxon_pratt`. Raises ValueError for an item nobody answered twice.
    """
    items = list(items)
    rows = {
        item.label: _item_row(paired_answers(records, item, rule, items), item, seed, level, resamples)
        for item in items
    }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("item")
    table.insert(table.columns.get_loc("p") + 1, "p_holm", holm(table["p"]))
    return table


def _item_row(pairs: pd.DataFrame, item: Item, seed: int, level: float, resamples: int) -> dict[str, float]:
    if len(pairs) < 2:
        raise ValueError(f"fewer than two people answered '{item.name}' both times")
    net, mean = net_improvement(pairs, level), mean_change(pairs, level)
    effects = effect_sizes(pairs, seed, level, resamples)
    names = {"d_z": "d_z", "d_av": "d_av", "rank_biserial": "rank-biserial correlation"}
    return {
        "n": len(pairs),
        **direction_shares(pairs, level)["share"],
        "net": net["difference"],
        "net_low": net["tango_low"],
        "net_high": net["tango_high"],
        "p": net["p_exact"],
        "before": pairs["before"].mean(),
        "after": pairs["after"].mean(),
        "mean": mean["mean"],
        "mean_low": mean["low"],
        "mean_high": mean["high"],
        **{key: effects.loc[name, "value"] for key, name in names.items()},
        **{f"{key}_{end}": effects.loc[name, end] for key, name in names.items() for end in ("low", "high")},
        **{f"p_wilcoxon_{zeros}": p for zeros, p in wilcoxon_tests(pairs)["p"].items()},
    }
