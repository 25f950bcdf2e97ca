"""A team's own full results, for the team alone: nothing is hidden in them, so they never lie where pages, bundles or the deposit are made."""

from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path

import pandas as pd

from analysis.errors import InputError
from analysis.multiple_tests import holm
from analysis.participants import Records, read_records
from analysis.participants.own_items import Own, OwnGroup
from analysis.participants.schema import Item
from analysis.questionnaire.answers import between, items_answered
from analysis.questionnaire.groups import comparisons, differences_in_change, group_of, levels_of
from analysis.questionnaire.summary import item_summary
from analysis.results import write_text
from analysis.study import Study, load_study

FOLDER = "private"
MARK = "NOT FOR RELEASE: unprotected results about single people, for the team alone"
_MOMENTS = {"pre": "asked before", "then": "looking back"}
_FEWEST = 5  # answers twice before statistics are worked out; the counts stand for any number
_MANY = "Each row is a test of its own. Of twenty tests of nothing, one comes out below 0.05; the p-value by Holm is held against all rows of its table (p is McNemar's, exact, of items; Welch's of differences)."
_SEED = 20140430


def write_private(root: Path, study_id: str) -> list[Path]:
    """Write `private/<study>/`: every item before and after for everybody and by course, as CSV and one page, all marked.

    Returns the files. Raises InputError for a study without a questionnaire, or in which nobody answered an item twice.
    """
    study = load_study(study_id, root)
    records = _records(study)
    tables = dict(_tables(records))
    if not tables:
        raise InputError(
            study.name("records"),
            found="no item that five people answered before and after",
            expected="answers before and after",
            action=f"look with `python -m analysis check {study_id}` at what was read",
        )
    folder = root / FOLDER / study_id
    for name, (_, table) in tables.items():
        write_text(
            folder / f"{name}.csv", table.reset_index().assign(mark=MARK).to_csv(index=False, float_format="%.6g")
        )
    write_text(folder / "results.html", _page(study, records.own, tables))
    return [*(folder / f"{name}.csv" for name in tables), folder / "results.html"]


def _records(study: Study) -> Records:
    records = read_records(study.records_folder, study.id, study.root)
    if records is None or records.questionnaire is None:
        raise InputError(
            study.name("records"),
            found="no questionnaire",
            expected="a team's own records",
            action="see docs/own-records.md",
        )
    return records


def _tables(records: Records) -> Iterator[tuple[str, tuple[str, pd.DataFrame]]]:
    """Every table by its name, with its title: of everybody, by group, from wave to wave, and how groups differ."""
    people, own = records.questionnaire.values, records.own  # type: ignore[union-attr]
    groups = own.groups or {"course": OwnGroup(label="Course", of="course")}
    for moment, words in _MOMENTS.items():
        frame = between(people, moment, "post")
        if (everybody := _summary(frame, own.asked)) is None:
            continue
        yield f"items_{moment}", (f"All items, {words} and after", everybody)
        for name, group in groups.items():
            if (by_group := _by_group(frame, own.asked, name, group)) is not None:
                yield f"items_{moment}_by_{name}", (f"All items by {group.label.lower()}, {words} and after", by_group)
        differences = differences_in_change(frame, items_answered(frame, own.asked, _FEWEST), groups)
        if len(differences):
            title = f"How much more or less groups changed than the group they are compared with, {words} and after"
            yield f"differences_{moment}", (title, differences.set_index("item"))
    for first, second in comparisons(own):
        if (found := _summary(between(people, first, second), own.asked)) is not None:
            words = f"{own.moments[first].label} and {own.moments[second].label}"
            yield f"items_{first}_to_{second}", (f"All items, {words}", found)


def _by_group(frame: pd.DataFrame, asked: Mapping[str, Item], name: str, group: OwnGroup) -> pd.DataFrame | None:
    """Every item in each group, p-values held against all rows; None where fewer than two groups answered."""
    belongs = group_of(frame, name, group)
    parts = [
        each.assign(group=level)
        for level in levels_of(belongs, group)
        if (each := _summary(frame[belongs == level], asked)) is not None
    ]
    if len(parts) < 2:
        return None
    joined = pd.concat(parts)
    return joined.assign(p_holm=holm(joined["p"]))[["group", *joined.columns.drop("group")]]


def _summary(frame: pd.DataFrame, asked: Mapping[str, Item]) -> pd.DataFrame | None:
    """Every item that enough people answered twice; None where there is none."""
    twice = items_answered(frame, asked, _FEWEST)
    return item_summary(frame, twice, _SEED) if twice else None


def _page(study: Study, own: Own, tables: dict[str, tuple[str, pd.DataFrame]]) -> str:
    parts = [
        f"<h2>{escape(title)}</h2>\n<p>{escape(_MANY)}</p>\n<div class=wide tabindex=0>{_shown(table)}</div>\n<p class=mark>{escape(MARK)}</p>"
        for title, table in tables.values()
    ]
    fewer = [item.label for item in own.asked.values() if not item.higher_is_better]
    signs = _SIGNS + (f" Here less is better of: {', '.join(fewer)}." if fewer else "")
    return (
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>{escape(MARK)}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>{_STYLE}</style>\n'
        f"<h1>{escape(study.info.title)}: own results</h1>\n<p class=mark>{escape(MARK)}</p>\n<p>{escape(signs)}</p>\n"
        + "\n".join(parts)
        + "\n</html>\n"
    )


_SIGNS = "A change is positive where it is for the better. Intervals are of 95%. The CSV files beside this page have all digits."
_STYLE = (
    "body{font-family:sans-serif;margin:1em}.mark{color:#a00;font-weight:bold}.wide{overflow-x:auto}"
    "table{border-collapse:collapse}td,th{padding:.3em .6em;text-align:right;border-bottom:1px solid #ccc;white-space:nowrap}thead th{white-space:normal;min-width:5em}"
    "thead th{vertical-align:bottom}td:first-child,th:first-child{text-align:left;position:sticky;left:0;background:#fff}"
)


def _shown(table: pd.DataFrame) -> str:
    """A table of results as HTML: people beside shares, ends beside what they are the ends of, headings in words."""
    names = [name for name in table if name not in _ENDS]
    columns = {
        _HEADINGS.get(name, str(name).capitalize()): [_text(row, name) for _, row in table.iterrows()] for name in names
    }
    shown = pd.DataFrame({"Item": table.index, **columns})
    return shown.to_html(index=False, escape=True, border=0)


def _text(row: pd.Series, name: str) -> str:
    """One number as people read it, by its name."""
    value = row[name]
    if isinstance(value, str):
        return value
    if pd.isna(value):
        return "none"
    if name in ("n", "n_reference"):
        return f"{value:.0f}"
    if name in ("improved", "same", "worse"):
        return f"{row['n'] * value:.0f} ({100 * value:.0f}%)"
    if name == "p" or name.startswith("p_"):
        return "under 0.001" if value < 0.001 else f"{value:.3f}"
    low, high = row.get(_end(name, "low")), row.get(_end(name, "high"))
    number = "{:.0%}".format if name == "net" else "{:.2f}".format
    return number(value) + (f" ({number(low)} to {number(high)})" if low is not None and pd.notna(low) else "")


def _end(name: str, which: str) -> str:
    return which if name == "difference" else f"{name}_{which}"


_MEASURES = ("net", "mean", "d_z", "d_av", "rank_biserial", "difference")
_ENDS = {_end(name, which) for name in _MEASURES for which in ("low", "high")}
_HEADINGS = {
    "n": "People",
    "n_reference": "People compared with",
    "value": "In the group",
    "reference": "Compared with",
    "net": "Improved less worse (Tango)",
    "p": "p",
    "p_holm": "p, Holm",
    "before": "Mean before",
    "after": "Mean after",
    "mean": "Mean change (t)",
    "d_z": "Change in SD of changes, d_z",
    "d_av": "Change in SD of answers, d_av",
    "rank_biserial": "Rank-biserial correlation",
    "p_wilcoxon_dropped": "p, Wilcoxon, same dropped",
    "p_wilcoxon_pratt": "p, Wilcoxon, Pratt",
    "difference": "Difference in mean change (Welch)",
}
