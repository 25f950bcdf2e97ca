"""Which fields of the raw files can hold text, by the models that read them, whatever stands in today's files."""

import typing
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from analysis.audit.plan import AuditPlan
from analysis.census.integration import Domain
from analysis.census.reference import CensusAssumption, Origin
from analysis.coding.codebook import Codebook
from analysis.coding.matrix import SocialImpactMatrix
from analysis.coding.published import StakeholderTheme, Statement, Theme
from analysis.coding.steps import Steps
from analysis.companions.overview import Overview
from analysis.english.published import Figures as English
from analysis.participants.layout import ExportLayout, RecordsLayout
from analysis.participation.published import Figures as Participation
from analysis.programme.published import Comparison, Measure, Reading
from analysis.programme.rules import Check, CountingRule
from analysis.questionnaire.published import Figures as BeforeAfter
from analysis.sroi.crosswalk import Criterion
from analysis.sroi.identified_file import Problem
from analysis.sroi.published import PublishedModel
from analysis.sroi.sensitivity.settings import Settings as Sensitivity
from analysis.sroi.value_map import RowText, Settings as ValueMap
from analysis.study import StudyInfo
from analysis.study.claims import Claim
from analysis.study.register import Assumption

# File: its models, each under the path at which it stands in the file.
MODELS: dict[str, dict[str, type[BaseModel]]] = {
    "*/study.yaml": {"": StudyInfo}, "*/claims.csv": {"": Claim}, "*/assumptions.yaml": {"assumptions": Assumption},
    "*/audit.yaml": {"": AuditPlan}, "*/value_map.csv": {"": RowText}, "*/value_map.yaml": {"": ValueMap},
    "*/sroi.yaml": {"": PublishedModel}, "*/sensitivity.yaml": {"": Sensitivity}, "*/identified.yaml": {"": Problem},
    "*/codebook.yaml": {"": Codebook}, "*/themes.csv": {"": Theme}, "*/statements.csv": {"": Statement},
    "*/stakeholder_themes.csv": {"": StakeholderTheme}, "*/social_impact_matrix.yaml": {"": SocialImpactMatrix},
    "*/steps.yaml": {"": Steps}, "*/before_after.yaml": {"": BeforeAfter}, "*/english.yaml": {"": English},
    "*/participation.yaml": {"": Participation}, "*/measures.csv": {"": Measure}, "*/readings.csv": {"": Reading},
    "*/comparisons.csv": {"": Comparison}, "*/counting_rules.yaml": {"rules": CountingRule, "checks": Check},
    "*/records/records.yaml": {"": RecordsLayout}, "*/management_information/records.yaml": {"": ExportLayout},
    "reference/integration_domains.yaml": {"": Domain}, "reference/census_assumptions.yaml": {"": CensusAssumption},
    "reference/sroi_sensitivity.yaml": {"assumptions": Assumption}, "reference/sroi_criteria.csv": {"": Criterion},
    "reference/*.origin.yaml": {"": Origin}, "overviews/*": {"": Overview},
}  # fmt: skip


def named_by_models() -> list[str]:
    """Every field that may hold text, as `file:field`, with `*` for what a file or a key may be called."""
    return [
        f"{file}:{field}"
        for file, models in MODELS.items()
        for path, model in models.items()
        for field in text_fields(model, path)
    ]


def text_fields(kind: Any, path: str = "", within: tuple[Any, ...] = ()) -> Iterator[str]:
    """The paths, without positions, at which a type annotation allows a text of any words."""
    if kind is str:
        yield path
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        if kind not in within:
            for name, about in kind.model_fields.items():
                yield from text_fields(about.annotation, f"{path}.{about.alias or name}".lstrip("."), (*within, kind))
    elif typing.get_origin(kind) is not typing.Literal:
        inner = typing.get_args(kind)
        mapping = len(inner) == 2 and typing.get_origin(kind) in (dict, Mapping)
        for part in inner[1:] if mapping else inner:
            yield from text_fields(part, f"{path}.*" if mapping else path, within)
