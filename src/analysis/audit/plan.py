"""Which checks apply to which claims: a study's audit.yaml, in typed records."""

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from analysis.errors import InputError
from analysis.expressions import ExpressionError, parse
from analysis.files import Strict, read_csv, validate
from analysis.study import Study
from analysis.study.claims import claims_in

FILE = "audit.yaml"
COMPARISONS = "comparisons.csv"
_COMPARISON_COLUMNS = ("measure", "label", "national", "printed", "matched", "like_for_like", "why")
_CLAIM = r"^[A-Z]{2,4}-\d{3,}$"
ClaimId = Annotated[str, Field(pattern=_CLAIM)]


def _in_the_grammar(text: str) -> str:
    try:
        parse(text)
    except ExpressionError as error:
        raise ValueError(f"a formula of numbers, names, + - * / and parentheses: {error}") from None
    return text


Formula = Annotated[str, AfterValidator(_in_the_grammar)]


class Entry(Strict):
    """A check: its id, and what it looks at in our words."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str = Field(min_length=1)


class GranularityEntry(Entry):
    """Percentages that should be those of whole numbers of people on one base."""

    base: ClaimId
    base_is_printed: bool = True
    claims: tuple[ClaimId, ...] = Field(min_length=1)


class CountAndShare(Strict):
    """A row of a table: a count and its percentage."""

    count: ClaimId
    share: ClaimId


class BaseTable(Entry):
    """A table of counts and percentages of one base; `others` are further bases that a row may have."""

    base: ClaimId
    base_is_printed: bool
    others: tuple[ClaimId, ...] = ()
    rows: tuple[CountAndShare, ...] = Field(min_length=1)


class TotalEntry(Entry):
    """Parts that should add up to a total (a claim, or a number such as 100), or that lie within it."""

    total: float | ClaimId
    parts: tuple[ClaimId, ...] = Field(min_length=1)
    relation: Literal["equals", "within"] = "equals"
    base_is_printed: bool = Field(
        default=True, description="whether the source implies that the parts make up the total"
    )


class AverageRow(Strict):
    """A row that an average may run over: its percentage and, where published, the count and target behind it."""

    value: ClaimId
    count: ClaimId | None = None
    target: ClaimId | None = None


class AverageEntry(Entry):
    """A published average and the sets of rows it may be the average of; `as_worded` names the set its words mean."""

    printed: tuple[ClaimId, ...] = Field(min_length=1)
    as_worded: str | None
    rows: dict[str, AverageRow]
    sets: dict[str, tuple[str, ...]]

    @model_validator(mode="after")
    def _names_its_own(self) -> "AverageEntry":
        unknown = [name for members in self.sets.values() for name in members if name not in self.rows]
        if unknown or (self.as_worded is not None and self.as_worded not in self.sets):
            raise ValueError(
                f"sets of the rows of this average, and as_worded one of the sets, not {unknown[0] if unknown else self.as_worded!r}"
            )
        return self


class DriftEntry(Entry):
    """Claims that purport to be the same thing but differ in unit, label, base, period or price year."""

    claims: tuple[ClaimId, ...] = Field(min_length=2)
    differs_in: Literal["unit", "value", "wording", "date"]
    printed_as: tuple[str, ...] = ()
    why: str


class OrderEntry(Entry):
    """A date that cannot come before another."""

    first: ClaimId
    then: ClaimId
    why: str


class ImpliedEntry(Entry):
    """A number that published figures imply, held against the one that the words name; `read_to` is a coarser rounding."""

    formula: Formula
    unit: str
    decimals: int = 0
    expected: ClaimId | None = None
    read_to: dict[str, float] = Field(default_factory=dict)
    whole: bool = False
    why: str


class RegressionEntry(Entry):
    """A published share of explained variance, and the numbers of people it may rest on."""

    r_squared: ClaimId
    people: tuple[ClaimId, ...] = Field(min_length=1)
    why: str


class Statement(Strict):
    """One statement of a system: `left` (over `per`) equals a claim, or equals, or is at most, another expression."""

    says: str
    left: Formula
    per: Formula | None = None
    scale: float = 1.0
    claim: ClaimId | None = None
    equals: Formula | None = None
    at_most: Formula | None = None
    assumed: bool = False


class SystemEntry(Entry):
    """Statements that should all be true at once, over quantities that are never negative."""

    statements: tuple[Statement, ...] = Field(min_length=2)
    fixed: dict[str, float] = Field(default_factory=dict)
    bounds: dict[str, Formula] = Field(default_factory=dict)
    unit: str = "people"
    decimals: int = 0
    why: str


class SplitEntry(Entry):
    """Unknown counts with unit values, of which the number in all and the value in all are published."""

    total: ClaimId
    value: ClaimId
    unit_values: dict[str, ClaimId]
    why: str


class TwoGroupsEntry(Entry):
    """Percentages of two groups whose sizes are not published, with the number in both together."""

    total: ClaimId
    shares: tuple[ClaimId, ClaimId]
    why: str


class Discrepancy(Strict):
    """A finding in our words: the checks it rests on, the claims it explains, and what would resolve it.

    Shown while one of its checks fails or is left open, one of its claims is inconsistent, or one of those under
    `unknown` cannot be recomputed. `inference` is what we
    suppose about how it arose; it is always shown as an inference.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    severity: Literal["headline", "table", "wording"]
    checks: tuple[str, ...] = ()
    claims: tuple[ClaimId, ...] = Field(min_length=1)
    unknown: tuple[ClaimId, ...] = ()
    words: str
    inference: str = ""
    correction: str = ""


class Refused(Strict):
    """A formula that was suggested for a claim and is not what the figure is made of."""

    claim: ClaimId
    formula: Formula
    why: str = Field(min_length=1)


class Comparison(Strict):
    """A row of comparisons.csv: a national figure, the one published beside it, and the one on the matching base."""

    measure: str
    label: str
    national: ClaimId
    printed: ClaimId
    matched: Formula
    like_for_like: str
    why: str


class AuditPlan(Strict):
    """Everything audit.yaml says of a study."""

    granularity: tuple[GranularityEntry, ...] = ()
    bases: tuple[BaseTable, ...] = ()
    totals: tuple[TotalEntry, ...] = ()
    averages: tuple[AverageEntry, ...] = ()
    drift: tuple[DriftEntry, ...] = ()
    order: tuple[OrderEntry, ...] = ()
    implied: tuple[ImpliedEntry, ...] = ()
    statistics: tuple[RegressionEntry, ...] = ()
    systems: tuple[SystemEntry, ...] = ()
    splits: tuple[SplitEntry, ...] = ()
    two_groups: tuple[TwoGroupsEntry, ...] = ()
    findings: tuple[Discrepancy, ...] = ()
    refused: tuple[Refused, ...] = Field(default=(), description="suggested formulas that are not to be proposed again")
    comparisons: tuple[Comparison, ...] = ()


def read_plan(study: Study) -> AuditPlan:
    """Read a study's audit.yaml and its comparisons.csv, as far as it has them; a comment alone names no checks.

    Raises InputError for a field that does not fit, a claim or check that is not known, and an id used twice.
    """
    content = (study.document(FILE) if (study.raw / FILE).is_file() else None) or {}
    if not isinstance(content, dict):
        raise InputError(
            study.name(FILE),
            found=type(content).__name__,
            expected="kinds of check, each with a list of entries",
            action="start the file with the kinds of check, such as 'totals:'",
        )
    plan = validate(AuditPlan, content | {"comparisons": _comparisons(study)}, study.name(FILE), None)
    _check_ids(plan, study)
    study.check_claims(FILE, claims_named(plan.model_dump()))
    return plan


def _comparisons(study: Study) -> list[dict[str, str]]:
    path = study.raw / COMPARISONS
    return [row for _, row in read_csv(path, study.name(COMPARISONS), _COMPARISON_COLUMNS)] if path.is_file() else []


def entries(plan: AuditPlan) -> Iterator[Entry]:
    """Every check of a plan, in the order of its fields."""
    for name in AuditPlan.model_fields:
        yield from (entry for entry in getattr(plan, name) if isinstance(entry, Entry))


def claims_by_check(plan: AuditPlan) -> dict[tuple[str, int], frozenset[str]]:
    """The claims that each check names, by the field of the plan and the place in it."""
    fields = [name for name in AuditPlan.model_fields if name not in ("findings", "refused")]
    return {
        (name, place): frozenset(claims_named(entry.model_dump()))
        for name in fields
        for place, entry in enumerate(getattr(plan, name))
    }


def touching(plan: AuditPlan, named: Mapping[tuple[str, int], frozenset[str]], claims: Collection[str]) -> AuditPlan:
    """The checks of a plan that name one of the claims (`named` as `claims_by_check` gives it), without the findings."""
    kept: dict[str, list[Entry]] = {name: [] for name in AuditPlan.model_fields}
    for (name, place), those in named.items():
        if not those.isdisjoint(claims):
            kept[name].append(getattr(plan, name)[place])
    return plan.model_copy(update={name: tuple(those) for name, those in kept.items()})


def check_ids(plan: AuditPlan) -> list[str]:
    """The ids that findings may rest on: those of the checks and, for comparisons, their measures."""
    return [*(entry.id for entry in entries(plan)), *(f"compare_{row.measure}" for row in plan.comparisons)]


def _check_ids(plan: AuditPlan, study: Study) -> None:
    known = check_ids(plan)
    twice = sorted({name for name in known if known.count(name) > 1})
    missing = [name for finding in plan.findings for name in finding.checks if name not in known]
    for wrong, found in ((twice, "the id twice"), (missing, "the id of no check")):
        if wrong:
            raise InputError(
                study.name(FILE),
                column=wrong[0],
                found=found,
                expected="every check once, and findings that name checks",
                action="correct the id",
            )


def claims_named(value: Any) -> Iterator[str]:
    """Every claim's id that stands anywhere in an entry, as a text of its own or in a formula or sentence."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from claims_named(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from claims_named(inner)
    elif isinstance(value, str):
        yield from claims_in(value)
