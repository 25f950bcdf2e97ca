"""Which rule judges each number of people's records that a page shows: a number that no rule has judged is not stored.

For each notebook, patterns of the ids of its results (without the notebook's name), and of the things decided on that let
them be shown. Whoever adds a statistic names here what judges it; until then, and where its judge has not been asked or has
refused, the run stops.
"""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from analysis.disclosure.decisions import REFUSED, Decision
from analysis.errors import InputError
from analysis.results import Kind, Result, slug

TESTS: dict[str, str] = {
    "t-test of the mean change": "change.mean_change",
    "Wilcoxon, unchanged people dropped": "change.wilcoxon_tests",
    "Wilcoxon, Pratt's rule": "change.wilcoxon_tests",
    "McNemar, exact: improved against worse": "shift.net_improvement",
    "McNemar, mid-p": "shift.net_improvement",
    "Stuart-Maxwell over the bands": "proportions.stuart_maxwell",
    "Ordered logit, clustered on people": "ordinal.ordered_logit_change",
}
_OF_RECORDS = (Kind.MEASURED, Kind.BOUNDED, Kind.CALIBRATED)
_STAGES, _GIVEN = ("People at each stage",), ("Numbers of answers by item and moment",)
_CHANGE, _MEANS, _CONTACTS = ("change in *",), ("means: *",), ("advice contacts by field and type",)
_PRINT = "against the print: *"

JUDGES: dict[str, dict[str, tuple[str, ...]]] = {
    "03_before_after": {
        **dict.fromkeys(("headline.n", "items.*.n", "missing.*.people", "response_shift.*.n"), _GIVEN),
        **{f"reasons.*.{what}": _GIVEN for what in ("given", "reached")},
        **{f"{table}.*.*": (*_GIVEN, "without a number: *") for table in ("reasons", "words")},
        **{f"items.*.{what}": _CHANGE for what in ("improved", "same", "worse")},
        **dict.fromkeys(("headline.improved", "missing.*.share_*", "rounding.base"), _CHANGE),
        **dict.fromkeys(("headline.net", "items.*.net", "forest.*.net"), ("share improved less share worse: *",)),
        **dict.fromkeys(("items.above", "items.shown"), ("share improved less share worse: *",)),
        **dict.fromkeys(("headline.mean", "effects.mean_change.value", "slope.*.*", "missing.*.mean_*"), _MEANS),
        "response_shift.*.mean": ("Response shift",),
        "items.*.rank": ("rank-biserial correlation: *",),
        "effects.rank_biserial_correlation.value": ("rank-biserial correlation: *",),
        "effects.rank_biserial_correlation_pratt.value": ("rank-biserial correlation, Pratt: *",),
        "effects.d_*.value": ("standardised changes: *",),
        "items.*.p_holm": ("McNemar's test after Holm: *",),
        **{f"tests.{slug(label)}.p": (f"{label}: *",) for label in TESTS},
        **dict.fromkeys(("threshold.before", "threshold.after", "threshold.at_least"), ("threshold",)),
        "threshold.difference": ("change at a threshold: *",),
        "threshold.p": ("interval and test at a threshold: *",),
        "ceiling.*.share": ("best answer *",),
        **dict.fromkeys(("shift.*.*", "shift.cells", "shift.hidden"), ("shift",)),
        "lee.*": ("Lee bounds by course",),
        **dict.fromkeys(("error.*.most", "error.*.left", "showing.tip.*"), _MEANS),
        **dict.fromkeys(("error.*.sem", "error.*.one"), ("t intervals of the means: *",)),
        **dict.fromkeys(("showing.detectable", "showing.equivalence_*"), ("t intervals of the means: *",)),
        "against_print.*.measured": (_PRINT, *_MEANS),
    },
}


def refuse_unjudged(notebook: str, results: Iterable[Result], decisions: Iterable[Decision], example: bool) -> None:
    """Raise InputError for a number of people's records of which no rule has said that it may be shown.

    Words in the place of a number tell nothing. Figures that synthetic records were made to meet are the print's own, so
    those are let through where `example`.
    """
    if notebook not in JUDGES:
        return
    let = [each.table for each in decisions if each.decision != REFUSED]
    for result in results:
        made_so = example and result.kind is Kind.CALIBRATED
        if result.kind in _OF_RECORDS and _numeric(result) and not made_so:
            judges = _judges(JUDGES[notebook], result.id.removeprefix(f"{notebook}."))
            if not any(fnmatchcase(table, judge) for table in let for judge in judges):
                raise InputError(
                    f"notebooks/{notebook}.ipynb",
                    column=result.id,
                    found="a number of people's records that no rule has judged",
                    expected="a decision on disclosure that lets it be shown: "
                    + ("; ".join(judges) or "none is named"),
                    action="have it judged (analysis.disclosure) and name its judge in reporting/views/judged.py",
                )


def _numeric(result: Result) -> bool:
    return any(isinstance(each, int | float) for each in (result.value, result.low, result.high))


def _judges(known: Mapping[str, tuple[str, ...]], name: str) -> tuple[str, ...]:
    """The judges of the first pattern that fits an id; patterns reach over no dot but where they say so."""
    parts = name.split(".")
    fits = (judges for pattern, judges in known.items() if len(pattern.split(".")) == len(parts)
            and all(map(fnmatchcase, parts, pattern.split("."))))  # fmt: skip
    return next(fits, ())
