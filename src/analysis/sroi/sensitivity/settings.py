"""What a study asks of its sensitivity analyses: sensitivity.yaml, or what follows from the model alone without it."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import Field

from analysis.files import Strict, shown, validate
from analysis.sroi.model import Model
from analysis.sroi.sensitivity.appraisal import Wellbeing
from analysis.sroi.sensitivity.calibrated import Calibrated, drawn_together
from analysis.sroi.sensitivity.case import ASSUMPTIONS, PLACE, Case, ModelLike, case_for
from analysis.sroi.sensitivity.correlation import Group, default_groups
from analysis.sroi.sensitivity.lenses import Lens
from analysis.sroi.sensitivity.multiverse import Choice, Option
from analysis.sroi.sensitivity.one_way import one_way
from analysis.study import Ledger, Register, Study
from analysis.study.register import Assumption, read_register

_STIPULATED = "sroi_sensitivity.yaml"  # stated factors, in data/raw/reference, as entries of a register
_EXTREMES = ("deadweight", "displacement", "attribution", "drop_off", "discount")


class Settings(Strict):
    """Everything sensitivity.yaml may say; every field has a default that follows from the model."""

    base: dict[str, float] = Field(
        default_factory=dict, description="values the model is held at, where not the register's"
    )
    correlated: tuple[Group, ...] | None = Field(default=None, description="inputs that vary together")
    calibrated: tuple[Calibrated, ...] = Field(
        default=(), description="inputs that are drawn together, and the claims they must meet"
    )
    across_and_up: tuple[str, str] | None = Field(default=None, description="the two inputs of the two-way grid")
    scenarios: dict[str, dict[str, float]] = Field(default_factory=dict, description="input values by scenario")
    levels: tuple[float, ...] = Field(
        default=(0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0), description="ratios whose chance is listed"
    )
    choices: tuple[Choice, ...] = Field(default=(), description="structural choices and their options")
    overlap: tuple[str, ...] = Field(default=(), description="outcomes that may be the same benefit")
    information: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="inputs that one study would settle together"
    )
    grades: dict[str, str] = Field(default_factory=dict, description="evidence grade of each outcome, A to D")
    material: float = Field(default=5.0, ge=0, le=100, description="% of all value from which an outcome is material")
    lenses: tuple[Lens, ...] = Field(default=(), description="conventions side by side")
    wellbeing: tuple[Wellbeing, ...] = ()
    points: tuple[float, ...] = Field(
        default=(0.0, 0.1, 0.25, 0.5, 1.0, 1.5), description="changes in life satisfaction to show"
    )
    weight_incomes: dict[str, float] = Field(
        default_factory=dict, description="income by beneficiary; none: weights off"
    )
    reference_income: float | None = Field(default=None, gt=0, description="income at which a pound has weight one")

    def case(self, model: ModelLike, register: Mapping[str, Assumption]) -> Case:
        """The model at its base values: the register's, the model's own central scenario, and `base`, the last one holds."""
        return case_for(model, register, {**_scenarios(model).get("central", {}), **self.base})

    def joint_case(self, model: Model, study: Study, seed: int) -> Case:
        """The model at its base values, its calibrated inputs drawn together from what the study's claims allow."""
        read_from = (model.value_map.name, ASSUMPTIONS, *([study.name(PLACE)] if (study.raw / PLACE).is_file() else []))
        case = replace(self.case(model, model.entries), inputs=read_from)
        written = model.as_written()
        return self.together(case, self.case(written, written.entries), study.claims, seed)

    def together(self, case: Case, printed: Case, claims: Ledger, seed: int, without: Collection[str] = ()) -> Case:
        """The case with its calibrated inputs drawn together, but for sets that hold one of `without`.

        They were solved for with what was published (`printed`), and are so here, whatever records have measured since; what
        was measured itself is drawn by itself.
        """
        asked = [group for group in self.calibrated if not {*group.inputs} & {*without}]
        drawn = drawn_together(printed, asked, scenarios_for(printed, self), claims, seed)
        measured = getattr(case.model, "measured", {})
        return case.with_sets((kept for each in drawn.together if (kept := each.apart_from(measured))), drawn.unmet)


def read_settings(study: Study) -> Settings:
    """Read a study's sensitivity.yaml; the defaults if it has none. InputError for a field that does not fit."""
    if not (study.raw / PLACE).is_file():
        return Settings()
    return validate(Settings, study.document(PLACE), study.name(PLACE), None)


def read_stipulated(root: Path) -> Register:
    """The stated factors of these analyses (optimism by grade, copula correlation, income elasticity) as a register."""
    path = root / "data" / "raw" / "reference" / _STIPULATED
    return read_register(path, shown(path, root), {})


def groups_for(case: Case, settings: Settings, stipulated: Register) -> tuple[Group, ...]:
    """The groups of sensitivity.yaml, or deadweights together and attributions together at the stated correlation."""
    if settings.correlated is not None:
        return settings.correlated
    return default_groups(case.factors, stipulated["copula_correlation"].value)


def scenarios_for(case: Case, settings: Settings) -> dict[str, dict[str, float]]:
    """The scenarios of sensitivity.yaml, or those the model brings with it."""
    return settings.scenarios or _scenarios(case.model)


def _scenarios(model: ModelLike) -> dict[str, dict[str, float]]:
    """A model's own scenarios (name: values by input), if it has any, without what is no input."""
    named: Mapping[str, Mapping[str, float]] = getattr(model, "scenarios", {})
    return {name: {k: v for k, v in values.items() if k in model.inputs} for name, values in named.items()}


def grid_inputs(case: Case, settings: Settings) -> tuple[str, str] | None:
    """The two inputs of the grid: as asked, or the two widest bars of the tornado; None where fewer than two vary."""
    widest = tuple(str(name) for name in one_way(case).index if name not in case.sets)[:2]
    return settings.across_and_up or (widest if len(widest) == 2 else None)  # type: ignore[return-value]


def choices_for(case: Case, settings: Settings) -> tuple[Choice, ...]:
    """The structural choices of sensitivity.yaml, or those every value map has.

    By default: each outcome left out in turn; the outcomes as separate or as one and the same; and deadweight,
    displacement, attribution, drop-off and discount rate at base and at the ends of their ranges.
    """
    if settings.choices:
        return settings.choices
    outcomes = tuple(case.at().by_outcome)
    return (*_streams(outcomes), *(_ends(case, word) for word in _EXTREMES if _named(case, word)))


def _streams(outcomes: tuple[str, ...]) -> tuple[Choice, ...]:
    if len(outcomes) < 2:
        return ()
    without = tuple(Option(name=f"without {name}", leave_out=(name,)) for name in outcomes)
    merged = (Option(name="separate"), Option(name="the largest only", merge=outcomes))
    return (
        Choice(name="outcomes counted", options=(Option(name="all"), *without)),
        Choice(name="overlap", options=merged),
    )


def _named(case: Case, word: str) -> tuple[str, ...]:
    return tuple(name for name in case.varied if word in name)


def _ends(case: Case, word: str) -> Choice:
    options: list[Mapping[str, Any]] = [{"name": "base"}]
    for end in ("low", "high"):
        values = {name: getattr(case.ranges[name], end) for name in _named(case, word)}
        options.append({"name": f"{end} end", "values": values})
    return Choice(name=word.replace("_", "-"), options=tuple(Option(**option) for option in options))
