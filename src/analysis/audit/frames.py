"""What an audit came to as frames, one row for each claim, check or finding: to filter, and to show as they are.

Sentences in them are templates of `analysis.reporting.prose`, so that no number is typed into one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

import pandas as pd

from analysis.audit.changes import KINDS
from analysis.audit.checks import Outcome
from analysis.audit.planted import rates, trials
from analysis.audit.run import SEVERITIES, Audit, severity_by_claim
from analysis.audit.verdicts import RESULTS, Problem, Verdict, base_is_open, recompute
from analysis.described import aside, described, name_of, saying
from analysis.results import Column, Kind, slug
from analysis.study.claims import COLUMNS

CLAIM_COLUMNS = [*COLUMNS, "recomputed", "low", "high", "verdict", "problem", "why"]
FINDING_COLUMNS = "finding severity title words inference correction claims inconsistent checks".split()
MEANING = {
    Verdict.REPRODUCED: "the recomputed value rounds to the published one",
    Verdict.CONSISTENT: "can be true together with what else is published, which confirms nothing",
    Verdict.INCONSISTENT: "cannot be true together with what else is published, at the stated rounding",
    Verdict.IN_QUESTION: "it or a figure that it is held against is wrong, and which of them is not known",
    Verdict.NOT_RECOMPUTABLE: "nothing published determines it",
}
_TOUCHES = {
    "headline": "Touches a headline: a figure of the summary, or the ratio",
    "table": "Touches a table or the figures of a section",
    "wording": "Touches wording, labels or dates only",
}
_text, _sentence = partial(Column, text="label"), partial(Column, text="rich")


@described(
    Kind.RECOMPUTED,
    {
        "section": _text("Section"),
        "problem": _text("What is wrong"),
        "statement": _text("What the claim says"),
        "printed": Column("Published", kind=Kind.PUBLISHED, ids="claim:{row}"),
        "recomputed": Column("Recomputed", ids="claim:{row}.recomputed"),
        "verdict": _text("Verdict"),
        "why": _sentence("Why"),
        "place": _text("Place in the source"),
        "severity": _text("Severity of a finding"),
        "kind": _text("Kind of figure"),
    },
    header="Claim",
)
def verdicts_of(audit: Audit) -> pd.DataFrame:
    """Every claim in source order, by id: the columns of claims.csv, and `recomputed`, `low`, `high` (in the claim's unit),
    `verdict`, `problem`, `why`, `by_hand`, `base_open`, `place`, and the `severity` of the severest finding that names it."""
    severity = severity_by_claim(audit.standing)
    rows = [
        claim.model_dump(include=set(COLUMNS))
        | vars(found)
        | {
            "verdict": str(found.verdict),
            "problem": str(found.problem or ""),
            "severity": severity.get(claim.claim_id, ""),
        }
        | {"place": claim.place, "base_open": base_is_open(claim)}
        for claim, found in zip(audit.claims.claims.values(), audit.verdicts, strict=True)
    ]
    return pd.DataFrame(rows).set_index("claim_id", drop=False).rename_axis("claim")


def inconsistent(verdicts: pd.DataFrame) -> pd.DataFrame:
    """The rows of `verdicts_of` that cannot be true together with what else is printed, by what is wrong."""
    wrong = verdicts[verdicts["verdict"] == Verdict.INCONSISTENT]
    order = [str(problem) for problem in Problem]
    return wrong.sort_values("problem", key=lambda problems: problems.map(order.index), kind="stable")


def open_bases(verdicts: pd.DataFrame) -> pd.DataFrame:
    """The percentages of `verdicts_of` that no printed base gives: not proven wrong, but not shown right either."""
    undecided = verdicts["verdict"].isin([Verdict.NOT_RECOMPUTABLE, Verdict.IN_QUESTION])
    return verdicts[undecided & verdicts["recomputed"].notna() & verdicts["base_open"]]


_COMPUTED = Column("", low="low", high="high", inputs="inputs", source="source")
Computed = tuple[str, Column, float | int | None, float | None, float | None, str, str]


@described(Kind.RECOMPUTED)
def figures_of(audit: Audit) -> pd.DataFrame:
    """`value`, `low`, `high` of every number that an audit computed, with its `inputs` and `source`.

    They are recomputed claims as `claim:<id>.recomputed`, two digits finer than their print unless whole, which follow from the
    claims of the formula; and figures of checks as `audit.<check>.<figure>`, which rest on the claims of the check.
    """
    found = [*_recomputed(audit), *_of_checks(audit)]
    names, columns, *_ = zip(*found, strict=True) if found else ((), ())
    held = ["value", "low", "high", "inputs", "source"]
    frame = pd.DataFrame([each[2:] for each in found], index=list(names), columns=held, dtype=object)
    return saying(frame, rows=dict(zip(names, columns, strict=True)))


def _recomputed(audit: Audit) -> Iterator[Computed]:
    for claim, found in zip(audit.claims.claims.values(), audit.verdicts, strict=True):
        if found.recomputed is not None:
            finer = max(claim.as_printed.decimals if claim.as_printed else 0, 0) + 2
            column = replace(
                _COMPUTED,
                label=f"{claim.statement}, recomputed",
                unit=claim.unit,
                decimals=0 if found.recomputed.is_integer() else finer,
                interval="rounding of the inputs",
                function=name_of(recompute),
            )
            yield (
                f"claim:{claim.claim_id}.recomputed",
                column,
                found.recomputed,
                found.low,
                found.high,
                " ".join(claim.follows_from),
                claim.formula,
            )


def _of_checks(audit: Audit) -> Iterator[Computed]:
    for check in audit.checks:
        claims = " ".join(f"claim:{claim}" for claim in check.claims) or " ".join(audit.inputs)
        for name, figure in check.figures.items():
            column = replace(
                _COMPUTED,
                label=figure.label,
                unit=figure.unit,
                decimals=figure.decimals,
                interval="every value that fits" if figure.low is not None else "",
                function=check.function,
            )
            yield f"audit.{check.id}.{name}", column, figure.value, figure.low, figure.high, claims, check.label


@described(
    Kind.TALLY,
    {"doubted": Column("Inconsistent or in question", "claims"), "claims": Column("Claims", "claims")},
    header="Chapter of the source",
)
def doubted_by_chapter(verdicts: pd.DataFrame) -> pd.DataFrame | None:
    """How many claims of `verdicts_of` are inconsistent or in question, and how many there are, by chapter: what stands before
    the first stroke of a section's name. Index: chapter, in source order. None unless two chapters or more have such claims."""
    doubted = verdicts["verdict"].isin([Verdict.INCONSISTENT, Verdict.IN_QUESTION])
    chapter = verdicts["section"].astype(str).str.split(" / ").str[0]
    counts = pd.DataFrame({"doubted": doubted.astype(int), "claims": 1}).groupby(chapter, sort=False).sum()
    counts = counts[counts["doubted"] > 0]
    return counts if len(counts) > 1 else None


@described(Kind.TALLY, {"claims": Column("Claims", "claims"), "meaning": _text("What it means")})
def verdict_counts(verdicts: pd.DataFrame) -> pd.DataFrame:
    """How many claims of `verdicts_of` have each verdict (index, with a capital), every verdict named, and its meaning."""
    counts = [int((verdicts["verdict"] == verdict).sum()) for verdict in Verdict]
    names = pd.Index([str(verdict).capitalize() for verdict in Verdict], name="verdict")
    return pd.DataFrame({"claims": counts, "meaning": list(MEANING.values())}, index=names)


@described(Kind.TALLY, {"method": _text("Method"), "why": _sentence("What comes out")}, header="Check", group="method")
def checks_of(audit: Audit) -> pd.DataFrame:
    """Every check by id: `method`, `label`, `outcome`, `why`, `correction`, `function`, and ids of `claims`, `culprits`, `disputed`."""
    ids = ["claims", "culprits", "disputed"]
    rows = [
        vars(check) | {"why": check.template} | {name: " ".join(getattr(check, name)) for name in ids}
        for check in audit.checks
    ]
    labels: dict[str, Column] = {}
    for outcome in Outcome:
        kept = [check for check in audit.checks if check.outcome is outcome]
        told = told_apart([(check.label, ", ".join(check.claims), check.id) for check in kept])
        labels |= {check.id: Column(label) for check, label in zip(kept, told, strict=True)}
    columns = ["id", "method", "label", "outcome", "why", "correction", "function", *ids]
    return saying(pd.DataFrame(rows, columns=columns).set_index("id").rename_axis("check"), rows=labels)


@described(
    Kind.TALLY,
    {
        "touches": _text("Severity"),
        "told": _sentence("What does not fit"),
        "correction": _sentence("What would resolve it"),
        "links": _sentence("Claims"),
    },
    header="Finding",
    group="touches",
)
def findings_of(audit: Audit) -> pd.DataFrame:
    """The findings that stand by id, most severe first: `severity`, `title`, `words`, `inference`, `correction`, the ids of
    `claims` and of those that are `inconsistent`, `checks` with outcomes; for display `touches`, `told` and `links`."""
    rows = [
        vars(entry.finding)
        | {
            "claims": " ".join(entry.finding.claims),
            "inconsistent": " ".join(entry.inconsistent),
            "checks": "; ".join(f"{check.id}: {check.outcome}" for check in entry.checks),
            "touches": _TOUCHES[entry.finding.severity],
            "told": f"{entry.finding.words} *An inference:* {entry.finding.inference}".removesuffix(
                " *An inference:* "
            ),
            "links": ", ".join(f"[{{={claim}}}](#claim-{claim})" for claim in entry.finding.claims),
        }
        for entry in audit.standing
    ]
    frame = pd.DataFrame(rows, columns=["id", *FINDING_COLUMNS[1:], "touches", "told", "links"])
    titles = told_apart(list(zip(frame["title"], frame["claims"].str.replace(" ", ", "), frame["id"], strict=True)))
    labels = {name: Column(title) for name, title in zip(frame["id"], titles, strict=True)}
    return saying(frame.set_index("id").rename_axis("finding"), rows=labels)


_TALLIED = {  # what is counted by what: where its counts stand, their words, unit and values
    "verdict": ("audit.verdicts", "Claims", "claims", tuple(Verdict)),
    "outcome": ("audit.checks", "Checks", "checks", tuple(Outcome)),
    "severity": ("audit.findings", "Findings", "findings", SEVERITIES),
}


@described(
    Kind.TALLY,
    rows={
        "audit.claims": Column("Claims: claims", "claims"),
        "audit.read_by_hand": Column("Claims: read by hand", "claims"),
        "audit.results.all": Column("Results among the claims: all", "claims"),
        "audit.results.not_recomputable": Column("Results among the claims: not recomputable", "claims"),
        "audit.findings.all": Column("Findings: all", "findings"),
    }
    | {
        f"{place}.{slug(value)}": Column(f"{words}: {value}", unit)
        for place, words, unit, values in _TALLIED.values()
        for value in values
    },
)
def tally(verdicts: pd.DataFrame, checks: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """How many claims have each verdict, checks each outcome, findings each severity, every one named. Column value.

    Of the claims it also says how many are results: no dates, durations, thresholds, targets, assumptions and figures from
    elsewhere; of the checks how many each function made, so that those are on record whose checks give a verdict and no figure.
    """
    results = verdicts[verdicts["kind"].isin(RESULTS)]
    counts = {
        "audit.claims": len(verdicts),
        "audit.read_by_hand": verdicts["by_hand"].sum(),
        "audit.results.all": len(results),
        "audit.results.not_recomputable": (results["verdict"] == Verdict.NOT_RECOMPUTABLE).sum(),
        "audit.findings.all": len(findings),
    }
    for frame, (column, (place, _, _, values)) in zip((verdicts, checks, findings), _TALLIED.items(), strict=True):
        counts |= {f"{place}.{slug(value)}": (frame[column] == value).sum() for value in values}
    made = {}
    for function, count in checks["function"].value_counts().items():
        name = slug(function.removeprefix("analysis.audit."))
        counts[f"audit.checks.by.{name}"] = count
        made[f"audit.checks.by.{name}"] = Column(f"Checks made by {name}", "checks", function=function)
    return saying(pd.DataFrame({"value": counts}, dtype=int), rows=made)


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


_errors, _percent = partial(Column, unit="errors"), partial(Column, unit="%")


@described(
    Kind.TALLY,
    {
        "planted": _errors("Planted"),
        "found": _errors("Found"),
        "rate": _percent("Found, share"),
        "linked": _errors("Linked"),
        "rate_linked": _percent("Found of linked, share"),
        "points": _percent("Named, of those found, share"),
        "harmless": _errors("Harmless changes"),
        "false_alarms": _percent("False alarms, share"),
        "beside": _text("The harmless change"),
    },
    header="Kind of error",
)
def planted_errors(audit: Audit, count: int, seed: int) -> pd.DataFrame | None:
    """What comes of `count` planted errors and as many harmless changes, by kind and of all kinds: `planted.rates`, and the
    harmless change `beside`. None for a ledger in which nothing can be planted."""
    with aside():
        found = trials(audit.claims, audit.plan, count, seed)
    beside = {kind: words for kind, (*_, words) in KINDS.items()}
    return rates(found).assign(beside=lambda frame: frame.index.map(beside).fillna("")) if found else None


@described(
    Kind.TALLY,
    rows={
        "audit.planted.planted": _errors("Planted errors"),
        "audit.planted.found": _errors("Planted errors that were found"),
        "audit.planted.linked": _errors("Planted errors in figures that something published bears on"),
        "audit.planted.harmless": _errors("Harmless changes"),
        "audit.planted.rate": _percent("Share of planted errors found"),
        "audit.planted.rate_linked": _percent("Share found of those something published bears on"),
        "audit.planted.false_alarms": _percent("Share of harmless changes that raised an alarm"),
    },
)
def tally_of_planted(planted: pd.DataFrame) -> pd.DataFrame:
    """The last row of `planted_errors`, of all kinds together. Column value."""
    names = ("planted", "found", "linked", "harmless", "rate", "rate_linked", "false_alarms")
    return pd.DataFrame({"value": {f"audit.planted.{name}": planted[name].iloc[-1] for name in names}}, dtype=object)
