"""What 08_claims_audit shows of the checks of several claims: the methods, what fails, what is open, what holds."""

from collections import Counter
from collections.abc import Iterable

import pandas as pd

from analysis.audit.checks import Check, Method, Outcome
from analysis.audit.own import own_checks
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.results import Column, Kind, Result, slug

_RUN = "analysis.audit.run.run_checks"
_SOURCES = {  # what is asked, where the method comes from, what it cannot say
    "recomputation": (
        "Does the figure follow from others by its formula, at its printed digits?",
        "Rounding half up or half even; interval arithmetic (Moore 1966) for rounded inputs",
        "A formula is our reading of what the figure is made of; a figure without one is not checked so",
    ),
    Method.GRANULARITY: (
        "Can whole numbers of people, things or answers give the percentage or mean on its base?",
        "GRIM (Brown and Heathers 2017)",
        "Of whole percentages every one is possible from a hundred people on; asked only of counts and of answers said to be whole",
    ),
    Method.BASES: (
        "Which bases give each percentage of a table from its count, and does one base give them all?",
        "Interval of bases for each row; the base in the most of them",
        "That one base fits does not show that it was used",
    ),
    Method.TOTALS: (
        "Do parts add up, do shares add to a hundred, is a subgroup smaller than its group?",
        "Interval arithmetic (Moore 1966)",
        "Parts that overlap or are not all printed need not add up; such cases are left open",
    ),
    Method.AVERAGES: (
        "Which rows, and which kind of average, give a printed average?",
        "Mean before and after rounding, median, all people over all targets",
        "Several sets can fit by chance, the more so the more are tried",
    ),
    Method.DRIFT: (
        "Does the same thing keep its unit, label, value, date and period?",
        "Read by hand; units, values and dates compared by machine",
        "Which figures are about the same thing is a reading",
    ),
    Method.LIKE_FOR_LIKE: (
        "Is a figure set beside a national one on the same base?",
        "Recomputed on the base that the words of the national figure name",
        "The national figures' own definitions are not printed in the source",
    ),
    Method.IMPLIED: (
        "What number do printed figures imply, and is it the one named?",
        "Interval arithmetic (Moore 1966)",
        "Holds only if the figures were computed from one another in the way supposed",
    ),
    Method.STATISTICS: (
        "What p-value and interval does a printed statistic have?",
        "t test of a correlation (Student 1908); z transformation (Fisher 1921)",
        "Needs the number of people, and takes them as a random sample",
    ),
    Method.JOINT: (
        "Can several statements all be true, and if not, which smallest set cannot?",
        "Linear programming over rounding intervals; irreducible infeasible subsets (Chinneck and Dravnieks 1991)",
        "Whole numbers are not asked for, so that a system may pass that no count of people satisfies",
    ),
    Method.OPEN: (
        "Which unprinted numbers fit everything printed?",
        "Every whole number tried",
        "A range of possible values is no estimate",
    ),
}


def record_checks(page: Appendix, checks: Iterable[Check]) -> None:
    """Record every figure of every check as `audit.<check>.<name>`, and the number of checks by outcome and by function.

    So the functions whose checks give a verdict and no figure are on record too.
    """
    kept = list(checks)
    page.add(result for check in kept for result in check_results(check))
    for outcome in Outcome:
        name = str(outcome).replace(" ", "_")
        count = sum(check.outcome is outcome for check in kept)
        page.add([Result(f"audit.checks.{name}", f"Checks: {outcome}", count, "checks", Kind.TALLY, function=_RUN)])
    for function, count in Counter(check.function for check in kept).items():
        name = slug(function.removeprefix("analysis.audit."))
        page.add(
            [
                Result(
                    f"audit.checks.by.{name}",
                    f"Checks made by {name}",
                    count,
                    "checks",
                    Kind.TALLY,
                    function=function,
                )
            ]
        )


def check_results(check: Check) -> list[Result]:
    """A check's figures as results, resting on its claims."""
    return [
        Result(
            f"audit.{check.id}.{name}",
            figure.label,
            figure.value,
            figure.unit,
            Kind.RECOMPUTED,
            figure.decimals,
            low=figure.low,
            high=figure.high,
            interval="every value that fits" if figure.low is not None else "",
            inputs=tuple(f"claim:{claim}" for claim in check.claims),
            function=check.function,
            source=check.label,
        )
        for name, figure in check.figures.items()
    ]


def methods_table(page: Appendix) -> Display:
    """Table of the methods: what each asks, where it comes from, and what it cannot say; first those of every ledger."""
    own = {check.name: (check.question, check.source, check.limits) for check in own_checks()}
    planned = {str(method).capitalize(): row for method, row in _SOURCES.items()}
    rows = {"of every ledger": own, "of claims that the study's plan puts together": planned}
    frame = pd.DataFrame(
        [(*row, which) for which, found in rows.items() for row in found.values()],
        columns=["asks", "source", "limits", "which"],
        index=pd.Index([name for found in rows.values() for name in found], name="method"),
    )
    columns = {
        "asks": Column("What it asks"),
        "source": Column("Method and source"),
        "limits": Column("What it cannot say"),
        "which": Column("Checked"),
    }
    return page.table(
        "methods", frame, columns, "How the claims are checked.", group_by="which", text={"source": "label"}
    )


def told_apart(names: Iterable[tuple[str, ...]]) -> list[str]:
    """One label for each entry: its first name, with the next one where several entries would have one label, and so on.

    >>> told_apart([("A sum", "AB-001", "a"), ("A share", "AB-002", "b"), ("A sum", "AB-003", "c")])
    ['A sum (AB-001)', 'A share', 'A sum (AB-003)']
    """
    kept = list(names)
    labels = [name[0] for name in kept]
    for place in range(1, len(kept[0]) if kept else 0):
        taken = Counter(map(slug, labels))
        labels = [
            f"{label} ({name[place]})" if taken[slug(label)] > 1 else label
            for label, name in zip(labels, kept, strict=True)
        ]
    return labels


def check_table(page: Appendix, checks: Iterable[Check], outcome: Outcome) -> Display:
    """Table of the checks of one outcome, by method, each with its arithmetic."""
    captions = {
        Outcome.FAILS: "Checks that fail: these figures cannot all be true as they are worded.",
        Outcome.OPEN: "Checks that leave something open: what the printed figures do not decide.",
        Outcome.HOLDS: "Checks that hold: these figures can all be true, which confirms none of them.",
    }
    kept = [check for check in checks if check.outcome is outcome]
    if not kept:
        return page.say("There is no such check.")
    rows = [{"method": str(check.method).capitalize(), "why": check.template} for check in kept]
    labels = told_apart([(check.label, ", ".join(check.claims), check.id) for check in kept])
    frame = pd.DataFrame(rows, index=pd.Index(labels, name="check"))
    columns = {"method": Column("Method"), "why": Column("What comes out")}
    return page.table(
        f"checks_{str(outcome).replace(' ', '_')}",
        frame,
        columns,
        captions[outcome],
        row_header="Check",
        group_by="method",
        text={"why": "rich"},
    )
