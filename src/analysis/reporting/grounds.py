"""The raw tables behind numbers that do not name their own inputs, by the function that computed them.

A number that follows from two claims names these claims. One that is computed from a whole table, such as a count of all
claims or a share of all people, rests on the table, and which table that is follows from its function.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from analysis.files import read_yaml, shown
from analysis.results import Kind, Result
from analysis.study.claims import claims_in

_BIRTH = "reference/census_2011_QS203EW_country_of_birth_lad.csv"
_GROUPS = "reference/census_2011_QS203EW_categories.csv"
_YEAR = "reference/census_2011_QS801EW_year_of_arrival_lad.csv"
_AGE_AT = "reference/census_2011_QS802EW_age_of_arrival_lad.csv"
_STAY = "reference/census_2011_QS803EW_length_of_residence_lad.csv"
_ENGLISH = "reference/census_2011_QS205EW_english_proficiency_lad.csv"
_AGES = "reference/census_2011_QS103EW_age_lad.csv"
_SEX = "reference/census_2011_QS104EW_sex_lad.csv"
_SURVEY = "reference/aps_country_of_birth_all_ages_2005_2014.csv"
_SURVEY_OF_WORKING_AGE = "reference/aps_country_of_birth_16_64_2005_2014.csv"
_SURVEY_BY_SEX = "reference/aps_uk_country_of_birth_by_sex_2011.csv"
_SURVEY_REASONS = "reference/aps_uk_reason_for_migration_2011.csv"
_LIFE = "reference/life_expectancy_women_2010_2012.csv"
_FERTILITY = "reference/fertility_total_rates_2011.csv"
_STATED = "reference/census_assumptions.yaml"
_SHARES = (_BIRTH, _GROUPS, _SURVEY_BY_SEX, _SURVEY_REASONS, _STATED)
_ANSWERS, _SESSIONS, _ADVICE = (f"records/{table}.*" for table in ("questionnaire", "attendance", "advice_contacts"))
_PEOPLE = (_ANSWERS, _SESSIONS, _ADVICE, "records/participants.xlsx")
COMMON = "coproduction"  # the study whose codebook serves the studies that have none of their own
_VALUE_MAP = ("value_map.csv", "assumptions.yaml")

# A function, or how its name begins; the longest that fits counts. Files of data/raw, or of the study where no folder is named.
# `of_study/` is the study that an export is held against, its own unless its records.yaml names another; `common/` is the
# study itself where it has the file, else the one whose file serves all that have none. After a colon the parts of the file that the function reads, where claims are all they name.
GROUNDS: dict[str, tuple[str, ...]] = {
    "analysis.census": (_BIRTH, _GROUPS),
    "analysis.census.ageing": (_AGE_AT, _YEAR, _AGES, _LIFE, _STATED),
    "analysis.census.arrivals": (_BIRTH, _GROUPS, _YEAR, _SURVEY, _STATED),
    "analysis.census.arrivals.arrival_margins": (_YEAR,),
    "analysis.census.arrivals.frechet_bounds": (_BIRTH, _GROUPS, _YEAR),
    "analysis.census.baseline": (*_SHARES, _YEAR, _SURVEY, _AGE_AT, _LIFE),
    "analysis.census.baseline.births_table": (*_SHARES, _YEAR, _SURVEY, _AGE_AT, _LIFE, _FERTILITY),
    "analysis.census.integration": ("reference/integration_domains.yaml", _AGE_AT, _STAY, _ENGLISH),
    "analysis.census.reconcile": (_BIRTH, _GROUPS, _YEAR, _SURVEY, _STATED),
    "analysis.census.reference": (_LIFE, _FERTILITY),
    "analysis.census.sensitivity": (*_SHARES, _YEAR, _SURVEY),
    "analysis.census.shares": (_SURVEY_BY_SEX, _SURVEY_REASONS, _BIRTH, _GROUPS, _STATED),
    "analysis.census.shares.working_age_share": (_SURVEY_OF_WORKING_AGE, _SURVEY),
    "analysis.census.standing": (_BIRTH, _GROUPS, _YEAR, _ENGLISH, _SEX),
    "analysis.census.stock": (_BIRTH, _GROUPS, _YEAR, _SURVEY),
    "analysis.census.stock.stock_difference": (_BIRTH, _GROUPS),
    "analysis.census.survey": (_SURVEY,),
    "analysis.census.trend": (_SURVEY,),
    "analysis.coding": ("records/coded_segments.*",),
    "analysis.coding.codebook": ("common/codebook.yaml",),
    "analysis.coding.files.load_codebook": ("common/codebook.yaml",),
    "analysis.coding.files.load_framework": (
        "social_impact_matrix.yaml",
        "statements.csv",
        "stakeholder_themes.csv",
        "steps.yaml",
    ),
    "analysis.coding.files.load_themes": ("themes.csv",),
    "analysis.coding.matrix": ("social_impact_matrix.yaml", "statements.csv"),
    "analysis.coding.published": ("themes.csv", "common/codebook.yaml"),
    "analysis.coding.published.side_by_side": ("coproduction/themes.csv", "connecting_opportunities/themes.csv"),
    "analysis.coding.steps": ("steps.yaml",),
    "analysis.disclosure": _PEOPLE,
    "analysis.participants": _PEOPLE,
    "analysis.programme": ("management_information", "of_study/counting_rules.yaml"),
    "analysis.programme.against_print": ("management_information", "of_study/measures.csv"),
    "analysis.programme.against_print.national": (
        "management_information",
        "of_study/counting_rules.yaml",
    ),
    "analysis.programme.against_print.reconcile": (
        "management_information",
        "of_study/counting_rules.yaml",
    ),
    "analysis.programme.published": ("measures.csv",),
    "analysis.programme.published.comparisons": ("comparisons.csv",),
    "analysis.programme.published.readings": ("readings.csv",),
    "analysis.questionnaire": (_ANSWERS,),
    "analysis.questionnaire.published.among_everyone": ("before_after.yaml:everyone",),
    "analysis.questionnaire.published.group_sizes": ("before_after.yaml:respondents,groups",),
    "analysis.questionnaire.published.item_ranges": ("before_after.yaml:respondents",),
    "analysis.questionnaire.published.ranges_by_size": ("before_after.yaml:respondents",),
    "analysis.sroi": _VALUE_MAP,
    "analysis.sroi.identified": ("identified.yaml", "claims.csv"),
    "analysis.sroi.prices": ("reference/uk_cpi_annual.csv",),
    "analysis.sroi.published": ("sroi.yaml",),
    "analysis.sroi.sensitivity": (*_VALUE_MAP, "sensitivity.yaml"),
    "analysis.sroi.sensitivity.appraisal": (*_VALUE_MAP, "sensitivity.yaml", "reference/green_book_stpr.csv"),
    "analysis.sroi.sensitivity.lenses": (
        *_VALUE_MAP,
        "sensitivity.yaml",
        "reference/green_book_stpr.csv",
        "reference/wellby_values.csv",
        "reference/gdp_deflator.csv",
    ),
    "analysis.sroi.sensitivity.materiality": (*_VALUE_MAP, "sensitivity.yaml", "reference/sroi_sensitivity.yaml"),
}


@dataclass
class Grounds:
    """The raw tables of one study by function, each looked up once.

    `part` is the id of a result that names the entries of the register in use: numbers rest on it in place of the whole file.
    """

    study_id: str
    root: Path
    part: str = ""
    known: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def under(self, results: Iterable[Result]) -> list[Result]:
        """The results, each with the tables of its function where it names no inputs and is not copied from print."""
        return [self._under(result) for result in results]

    def _under(self, result: Result) -> Result:
        if result.inputs or not result.function or result.kind is Kind.PUBLISHED:
            return result
        register = f"data/raw/{self.study_id}/assumptions.yaml"
        return replace(
            result,
            inputs=tuple(self.part if self.part and file == register else file for file in self.of(result.function)),
        )

    def of(self, function: str) -> tuple[str, ...]:
        """What a function reads: the raw tables by project path, and before each the claims that the parts of it name."""
        if function not in self.known:
            found = (name for pattern in patterns(function) for name in self._names(*pattern.partition(":")[::2]))
            self.known[function] = tuple(dict.fromkeys(found))
        return self.known[function]

    def _names(self, pattern: str, parts: str) -> Iterator[str]:
        for file in self._files(pattern):
            content = read_yaml(self.root / file, file) if parts else {}
            yield from (
                f"claim:{claim}" for part in parts.split(",") for claim in claims_in(str(content.get(part, "")))
            )
            yield file

    def _files(self, pattern: str) -> list[str]:
        """The files that a pattern stands for, by project path."""
        raw = self.root / "data" / "raw"
        folder, _, rest = pattern.rpartition("/")
        if folder in ("of_study", "common"):
            holder = self._held_against if folder == "of_study" else self._holder(rest)
            place, pattern = raw / holder, rest
        else:
            place = raw / self.study_id if folder in ("", "records") else raw
        return [shown(path, self.root) for path in sorted(place.glob(pattern))]

    @property
    def _held_against(self) -> str:
        """The study whose counting rules and printed tables an export is held against."""
        layout = self.root / "data" / "raw" / self.study_id / "management_information" / "records.yaml"
        told = read_yaml(layout, shown(layout, self.root)) if layout.is_file() else {}
        return str(told.get("of_study") or self.study_id) if isinstance(told, dict) else self.study_id

    def _holder(self, file: str) -> str:
        """The study whose file serves this one: its own, else the common one."""
        return self.study_id if (self.root / "data" / "raw" / self.study_id / file).is_file() else COMMON


def patterns(function: str) -> tuple[str, ...]:
    """The entry of the longest beginning of a function's name; nothing where none fits.

    >>> patterns("analysis.census.trend.weighted_trend")
    ('reference/aps_country_of_birth_all_ages_2005_2014.csv',)
    """
    steps = function.split(".")
    names = (".".join(steps[:length]) for length in range(len(steps), 0, -1))
    return next((GROUNDS[name] for name in names if name in GROUNDS), ())
