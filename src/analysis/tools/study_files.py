"""Every file that a study may hold: what it gives which page, the model that checks it, and the function that reads it."""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

ALL = "every page"


@dataclass(frozen=True)
class StudyFile:
    """A file in a study's folder.

    `models` are what it holds, as `module:Model`, by the key under which a list of them stands ("": the whole file, or the
    rows of a table); `reader` reads it whole, with what it refers to.
    """

    name: str
    page: str
    gives: str
    models: tuple[tuple[str, str], ...]
    reader: str = ""
    needed: str = ""

    @property
    def is_table(self) -> bool:
        """Whether it is a CSV file, whose rows the model checks."""
        return self.name.endswith(".csv")

    @property
    def anchor(self) -> str:
        """Its section in docs/tables.md."""
        return self.name.lower().replace(".", "").replace("/", "")

    def model(self, key: str = "") -> type[BaseModel]:
        """The model of the file, or of the entries under one of its keys."""
        found: type[BaseModel] = load(dict(self.models)[key])
        return found


def load(place: str) -> Any:
    """What a text such as `analysis.study:StudyInfo` names."""
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)


def _file(
    name: str, page: str, gives: str, model: str | dict[str, str], reader: str = "", needed: str = ""
) -> StudyFile:
    models = model if isinstance(model, dict) else {"": model}
    return StudyFile(name, page, gives, tuple(models.items()), reader, needed)


FILES = (
    _file("study.yaml", ALL, "what the study is, and the publication it works from", "analysis.study:StudyInfo", needed="by every study"),
    _file("parameters.yaml", ALL, "settings of notebooks where the defaults do not do; the area, for the census", {name: f"analysis.pipeline.parameter_models:{model}" for name, model in {
        "01_census_baseline": "CensusParameters", "02_focus_group_coding": "CodingParameters", "03_before_after": "BeforeAfterParameters",
        "04_english_and_time": "EnglishParameters", "05_sroi": "SroiParameters", "06_sroi_sensitivity": "SensitivityParameters",
        "07_programme_performance": "ProgrammeParameters", "08_claims_audit": "AuditParameters"}.items()}),
    _file("claims.csv", "08_claims_audit", "every published figure with its verdict; the figures that other files name", "analysis.study.claims:Claim", "analysis.tools.readers:claims", "by 08 and by every file that names claims"),
    _file("audit.yaml", "08_claims_audit", "checks of claims against one another, and the findings they support", "analysis.audit.plan:AuditPlan", "analysis.audit.plan:read_plan"),
    _file("not_claims.csv", "08_claims_audit", "the source's figures that are no claims, by which a ledger is checked for gaps", "analysis.tools.study_files:NotClaim"),
    _file("comparisons.csv", "07_programme_performance", "comparison with a national programme, like for like (on 08, too)", "analysis.programme.published:Comparison", "analysis.programme.published:comparisons"),
    _file("readings.csv", "07_programme_performance", "what percentages without a base can be shares of", "analysis.programme.published:Reading", "analysis.programme.published:readings"),
    _file("measures.csv", "07_programme_performance", "outputs and results against target", "analysis.programme.published:Measure", "analysis.programme.published:measures", "by 07, unless there are records"),
    _file("counting_rules.yaml", "07_programme_performance", "how each measure is counted from management information", {"rules": "analysis.programme.rules:CountingRule", "checks": "analysis.programme.rules:Check"}, "analysis.programme.rules:read_rules", "by 07, where there are records"),
    _file("before_after.yaml", "03_before_after", "answers before and after as published, and what the published figures allow", "analysis.questionnaire.published:Figures", "analysis.questionnaire.published:read_figures", "by 03"),
    _file("english.yaml", "04_english_and_time", "English and time in the country as published", "analysis.english.published:Figures", "analysis.english.published:read_figures", "by 04"),
    _file("participation.yaml", "02b_participation", "who took part, as published", "analysis.participation.published:Figures", "analysis.participation.published:read_figures", "by 02b"),
    _file("sroi.yaml", "05_sroi", "the published ratios and values, and what follows from them", "analysis.sroi.published:PublishedModel", "analysis.sroi.published:read_published"),
    _file("assumptions.yaml", "05_sroi", "the register of assumptions, which the value map computes with", {"assumptions": "analysis.study.register:Assumption"}, "analysis.tools.readers:register", "by the value map"),
    _file("value_map.csv", "05_sroi", "the model: its formulas, workbook and explorer; on 06, how far the ratio depends on each assumption", "analysis.sroi.value_map:RowText", "analysis.sroi.model:read_model", "by 06"),
    _file("value_map.yaml", "05_sroi", "price year, discount rate, scenarios of the model", "analysis.sroi.value_map:Settings", needed="by the value map"),
    _file("index_NAME.csv", "05_sroi", "a price index of the study's own, by year, which formulas name as index_NAME_2019", "analysis.sroi.prices:IndexRow"),
    _file("index_NAME.origin.yaml", "05_sroi", "who publishes that index, and where", "analysis.sroi.prices:Origin", needed="by the index"),
    _file("identified.yaml", "05_sroi", "what everything published says of what is not", "analysis.sroi.identified_file:Problem", "analysis.sroi.identified_file:read_problem"),
    _file("sensitivity.yaml", "06_sroi_sensitivity", "analyses beyond the default ones", "analysis.sroi.sensitivity.settings:Settings", "analysis.sroi.sensitivity.settings:read_settings"),
    _file("challenges/NAME.yaml", "what-if", "what others propose in place of entries of the register, who and why", "analysis.tools.challenges:Challenge"),
    _file("themes.csv", "02_focus_group_coding", "the themes that the source reports", "analysis.coding.published:Theme", "analysis.tools.readers:themes", "by 02, unless there are coded segments"),
    _file("codebook.yaml", "02_focus_group_coding", "codes of the study's own; the common codebook without it", "analysis.coding.codebook:Codebook", "analysis.coding.files:load_codebook"),
    _file("statements.csv", "02_focus_group_coding", "the statements of participants that the source gives, by code", "analysis.coding.published:Statement"),
    _file("stakeholder_themes.csv", "02_focus_group_coding", "themes of stakeholder interviews", "analysis.coding.published:StakeholderTheme"),
    _file("social_impact_matrix.yaml", "02_focus_group_coding", "a social impact matrix", "analysis.coding.matrix:SocialImpactMatrix"),
    _file("steps.yaml", "02_focus_group_coding", "the steps of the qualitative analysis", "analysis.coding.steps:Steps"),
)  # fmt: skip
BY_NAME = {file.name: file for file in FILES}
FOLDERS = {
    "records": ("02, 02b, 03, 04", "numbers measured from participants' own records", "docs/participant-files.md"),
    "challenges": (
        "what-if",
        "other values for entries of the register, each with who proposes it and why",
        "docs/what-if.md",
    ),
    "management_information": ("07", "numbers measured from the programme's records", "docs/data-dictionary.md"),
}


class NotClaim(BaseModel):
    """A figure of the source that is no claim."""

    line: int
    text: str
    reason: str


def present(raw: Path) -> Iterator[StudyFile]:
    """The known files that a study's folder holds."""
    yield from (file for file in FILES if (raw / file.name).is_file())
