"""What the first page of a challenge opens with: published and challenged side by side, who proposes it and why."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from analysis.comparison.compare import Comparison
from analysis.comparison.runs import Run
from analysis.currency import in_currency
from analysis.reporting.nodes import Run as Words, bullets, heading, label, number, paragraph
from analysis.reporting.page import PageData, kinds_in
from analysis.reporting.tables import Table, results_in, table_node
from analysis.reporting.views.claims import entry_result
from analysis.results import Column, Kind, Result, ResultStore
from analysis.tools.challenges import Pooled, Said

TITLE, ANCHOR = "The challenge", "challenge"
_FOLLOWS = {  # by id, in the results of 05 and 06
    "05_sroi.scenarios.central.ratio": "Ratio in the central case",
    "sensitivity.draws.ratio": "Ratio over the draws: the middle one, and the middle 95%",
    "sensitivity.draws.chance": "Chance that value exceeds cost",
    "sensitivity.base.net": "Net value at the base values",
}
_Row = tuple[str, Sequence[object]]
_MOST = 12  # decimals that a proposal is shown with at most


def with_challenge(page: PageData, pooled: Sequence[Pooled], comparison: Comparison, currency: str) -> PageData:
    """The page of a comparison, opened by the challenge that it comes from."""
    several = [each for each in pooled if len(each.said) > 1]
    first, last = _entries(pooled, comparison, currency), list(_follows(comparison))
    members = [_members(each) for each in several]
    store = ResultStore.of_records(page["results"])
    store.add(result for table in (first, *members, *last) for result in results_in(table.cells))
    store.add(result for each in several for result in _spread_results(each))
    told = (
        block
        for each, table in zip(several, members, strict=True)
        for block in (table_node(table), paragraph(_spread(each)))
    )
    opening = [heading(2, [TITLE], ANCHOR), bullets(_about(pooled)), table_node(first)]
    blocks = [*opening, *told, *map(table_node, last), *page["blocks"]]
    return page | {
        "blocks": blocks,
        "contents": [(ANCHOR, TITLE), *page["contents"]],
        "results": store.records(store.by_id),
        "kinds": kinds_in(blocks, store.by_id),
    }


def _about(pooled: Sequence[Pooled]) -> Iterator[Words]:
    """Each challenge: its title, who makes it, when, and where."""
    for challenge in dict.fromkeys(said.challenge for each in pooled for said in each.said):
        where = ", ".join(filter(None, (challenge.by, challenge.date, challenge.source)))
        yield [{"type": "strong", "of": [label(challenge.title)]}, " – ", label(where)]


def _entries(pooled: Sequence[Pooled], comparison: Comparison, currency: str) -> Table:
    """One row an entry: published, challenged, and the model's ratio if this alone were so."""
    alone = {name: ratio for effect in comparison.alone for name, ratio in effect.ratios.items()}
    columns = {
        "published": "Published run",
        "challenged": "Challenged",
        "alone": "Ratio if this alone were so",
        "by": "Proposed by",
        "why": "Why",
    }
    rows: list[_Row] = [
        (
            each.entry.label,
            [
                _entry(each, "published"),
                _entry(each, "challenged"),
                _alone(each, alone.get(each.entry.id), currency),
                each.change.by,
                each.change.why if len(each.said) == 1 else "pooled from what each proposed",
            ],
        )
        for each in pooled
    ]
    caption = ["Published and challenged side by side, each with its range."]
    return _table("challenged", rows, columns, caption, "Assumption", ("by", "why"))


def _members(each: Pooled) -> Table:
    """What each of several proposed for an entry."""
    rows: list[_Row] = [
        (one.by, [_proposed(each, place, one), one.proposal.reason, one.source]) for place, one in enumerate(each.said)
    ]
    rows.append(("All pooled", [_entry(each, "pooled"), "equal weights: median, and middle 95%", ""]))
    columns = {"proposed": "Proposed", "why": "Why", "source": "Rests on"}
    caption: Words = ["What each proposed: ", label(each.entry.label), ". Of a range alone, its middle stands first."]
    return _table(f"members-{each.entry.id}", rows, columns, caption, "By", ("why", "source"))


def _follows(comparison: Comparison) -> Iterator[Table]:
    """The model's headline numbers in both runs."""
    rows: list[_Row] = []
    for place, (name, words) in enumerate(_FOLLOWS.items()):
        before, after = (_found(run, name) for run in (comparison.before, comparison.after))
        if before and after:
            here = f"challenge.follows.{place}"
            sides = [replace(before, id=f"{here}.published"), replace(after, id=f"{here}.challenged")]
            rows.append((words, sides))
    if rows:
        columns = {"published": "Published run", "challenged": "Challenged"}
        yield _table("follows", rows, columns, ["What follows, all that is proposed taken together."], "Number")


def _table(
    name: str,
    rows: Sequence[_Row],
    columns: Mapping[str, str],
    caption: Words,
    header: str,
    labels: Sequence[str] = (),
) -> Table:
    frame = pd.DataFrame(
        [cells for _, cells in rows], index=[name for name, _ in rows], columns=list(columns), dtype=object
    )
    heads = {key: Column(words) for key, words in columns.items()}
    text = dict.fromkeys(labels, "label")
    return Table(name, frame, heads, f"table-{name}", caption=caption, row_header=header, text=text)


def _entry(each: Pooled, which: str) -> Result:
    made = entry_result(each.entry if which == "published" else each.change.entry)
    return replace(made, id=f"challenge.{each.entry.id}.{which}")


def _alone(each: Pooled, ratio: float | None, currency: str) -> Result | str:
    if ratio is None:
        return "no part of the model, or as published"
    return Result(
        f"challenge.{each.entry.id}.alone",
        f"Ratio with {each.entry.short_label} alone",
        ratio,
        in_currency("GBP per GBP", currency),
        Kind.ASSUMED,
        2,
        function="analysis.comparison.alone.effects_alone",
    )


def _proposed(each: Pooled, place: int, one: Said) -> Result:
    proposal = one.proposal
    numbers = [number for number in (proposal.likely, proposal.low, proposal.high) if number is not None]
    return Result(
        f"challenge.{each.entry.id}.member.{place}",
        f"{each.entry.label}, proposed",
        proposal.likely,
        each.entry.unit,
        Kind.ASSUMED,
        max(len(f"{number:.{_MOST}f}".rstrip("0").partition(".")[2]) for number in numbers),
        proposal.low,
        proposal.high,
        "proposed range" if proposal.low is not None else "",
        source=one.source or one.by,
    )


def _spread_results(each: Pooled) -> Iterator[Result]:
    share = None if math.isnan(each.disagreement) else 100 * each.disagreement
    numbers: dict[str, tuple[str, float | None, str, int]] = {
        "mean": ("mean of the pool", each.mean, each.entry.unit, each.decimals),
        "sd": ("standard deviation of the pool", math.sqrt(each.within + each.between), each.entry.unit, each.decimals),
        "disagreement": ("share of the variance between those who proposed", share, "%", 0),
    }
    for name, (words, value, unit, decimals) in numbers.items():
        told = f"{each.entry.label}: {words}"
        place = f"challenge.{each.entry.id}.{name}"
        yield Result(place, told, value, unit, Kind.ASSUMED, decimals, function="analysis.tools.challenges.pool")


def _spread(each: Pooled) -> Words:
    """How far those who proposed lie apart."""
    here = f"challenge.{each.entry.id}"
    mean, sd = number(f"{here}.mean"), number(f"{here}.sd")
    told: Words = [label(each.entry.label), ": the pool has the mean ", mean, " and the standard deviation ", sd, "."]
    if math.isnan(each.disagreement):
        return [*told, " All propose the same."]
    share = number(f"{here}.disagreement")
    return [*told, " Of its variance ", share, " is disagreement; the rest is what each of them left open."]


def _found(run: Run, name: str) -> Result | None:
    return next((store[name] for store in run.results.values() if name in store.by_id), None)
