"""What each notebook takes: the name, type, range and default of its parameters, and the files of a study that call for it."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

LARGEST_SEED = 2**32 - 1  # what every generator of random numbers takes


class Parameters(BaseModel):
    """What every notebook takes."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    study: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="id of the study")


class CensusParameters(Parameters):
    """01_census_baseline."""

    area: str = Field(
        pattern=r"^[A-Za-z0-9]{1,9}$", description="code of the area in the 2011 Census, such as E06000044"
    )
    comparison: str = Field(
        "K04000001",
        pattern=r"^[A-Za-z0-9]{1,9}( [A-Za-z0-9]{1,9})*$",
        max_length=4_000,
        description="codes of the areas it is compared with, a space between two",
    )
    allocation: Literal["survey_growth", "independence"] = Field(
        "survey_growth", description="how arrivals are allocated to groups of birth"
    )
    survey_year: int = Field(2011, ge=2005, le=2014, description="year of the survey's shares")
    survey_correlation: float = Field(0.5, ge=0, lt=1, description="correlation of survey estimates one year apart")
    horizon_years: int = Field(3, ge=0, le=30, description="years over which the group is aged")
    draws: int = Field(2000, ge=200, le=100_000, description="random draws of the survey's shares")
    seed: int = Field(2011, ge=0, le=LARGEST_SEED, description="seed of the random draws")


class SroiParameters(Parameters):
    """05_sroi."""

    scenario: str = Field(
        "",
        pattern=r"^\P{Cc}*$",
        max_length=200,
        description="the published scenario that heads the page; empty for that of the headline ratio",
    )


class SensitivityParameters(Parameters):
    """06_sroi_sensitivity."""

    seed: int = Field(2013, ge=0, le=2**31, description="seed of every random number")
    draws: int = Field(2**18, ge=2**8, le=2**24, description="draws of the probabilistic analyses, best a power of two")
    design: int = Field(
        2**14, ge=2**6, le=2**18, description="rows of the design for the variance-based indices, best a power of two"
    )
    replicates: int = Field(200, ge=2, le=10_000, description="bootstrap resamples for the intervals of these indices")
    level: float = Field(0.95, gt=0.5, lt=1, description="share of the draws between the ends of an interval")
    bars: int = Field(12, ge=1, le=30, description="most assumptions in a figure, the largest first")
    lines: int = Field(4, ge=1, le=4, description="most assumptions in the figure of growing designs")
    least_swing: float = Field(
        0.01,
        ge=0,
        allow_inf_nan=False,
        description="difference of the ratio from which an assumption is in the tornado",
    )
    least_index: float = Field(
        0.05,
        ge=0,
        allow_inf_nan=False,
        le=100,
        description="total index, in per cent, from which an assumption is listed",
    )
    least_worth: float = Field(
        1.0,
        ge=0,
        allow_inf_nan=False,
        description="worth of knowing everything, in the study's currency, from which a hurdle is listed",
    )
    steady: float = Field(
        1.0,
        ge=0,
        allow_inf_nan=False,
        description="percentage points by which indices that are settled change when the design doubles",
    )


class AuditParameters(Parameters):
    """08_claims_audit."""

    rounding: Literal["either", "half up", "half even"] = Field(
        "either", description="the rule of rounding a published figure may follow"
    )
    planted: int = Field(200, ge=1, le=2000, description="errors to plant, and harmless changes to make beside them")
    seed: int = Field(2017, ge=0, le=LARGEST_SEED, description="seed of what is planted")


_LEVEL = Annotated[float, Field(ge=0.5, le=0.999, description="confidence level of every interval")]


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class DisclosureSettings(_Settings):
    """The rules of disclosure: what `analysis.disclosure.rules.read_rules` takes."""

    minimum_cell: int = Field(10, ge=5, le=10_000, description="people below which a count is hidden")
    rounding_base: Literal[5, 10] | None = Field(
        None, description="base that counts are rounded to; null: small counts are hidden"
    )
    reason: str = Field("", pattern=r"^\P{Cc}*$", max_length=1000, description="why minimum_cell is below 10")


class RecordsParameters(Parameters):
    """What every notebook about participants takes: the rules of disclosure."""

    disclosure: DisclosureSettings = Field(
        DisclosureSettings(),
        description="minimum_cell: people below which a count is hidden, below 10 only with a reason; rounding_base: 5, 10 or null; reason",
    )


def _that_there_is(day: str) -> str:
    if day:
        try:
            date.fromisoformat(day)
        except ValueError:
            raise ValueError("a day that the calendar has, as yyyy-mm-dd") from None
    return day


class ProgrammeParameters(RecordsParameters):
    """07_programme_performance."""

    near_target: float = Field(
        10.0, ge=0, le=50, description="percentage points below a target that still count as near it"
    )
    level: _LEVEL = 0.95
    as_of: Annotated[
        str,
        BeforeValidator(
            lambda value: value.isoformat() if isinstance(value, date) else "" if value is None else value
        ),  # YAML reads days as dates, and nothing after the colon as null
        Field(
            pattern=r"^(\d{4}-\d{2}-\d{2})?$",
            description="day as of which records are read, yyyy-mm-dd; empty for the last one recorded",
        ),
        AfterValidator(_that_there_is),
    ] = ""


class CodingParameters(RecordsParameters):
    """02_focus_group_coding."""

    rule: Literal["any", "all", "most"] = Field(
        "any", description="a code counts if any, all or most of the coders who read the segment gave it"
    )
    level: _LEVEL = 0.95
    seed: int = Field(20121101, ge=0, le=LARGEST_SEED, description="seed of the bootstrap")
    draws: int = Field(2000, ge=100, le=20_000, description="bootstrap draws for each code")


class CompareSettings(_Settings):
    """What 03_before_after compares."""

    item: str = Field("", pattern=r"^[a-z_0-9]{0,40}$", description="the item that heads the page; empty for the first")
    before: Literal["asked before", "looking back"] = "asked before"
    missing: Literal["pairs", "complete", "unchanged"] = "pairs"


_Reliabilities = Annotated[list[Annotated[float, Field(ge=0, le=1)]], Field(min_length=1, max_length=20)]
_Margins = Annotated[list[Annotated[float, Field(gt=0, le=100)]], Field(max_length=10)]


class PrecisionSettings(_Settings):
    """What 03_before_after sets the change against."""

    reliabilities: _Reliabilities = Field([0.5, 0.6, 0.7, 0.8, 0.9], description="of a single question")
    power: float = Field(0.8, gt=0.05, lt=1, description="with which a change is to be found")
    margins: _Margins = Field([1.0, 2.0], description="smallest changes that may matter, in points")


class BeforeAfterParameters(RecordsParameters):
    """03_before_after."""

    compare: CompareSettings = Field(
        CompareSettings(),
        description="item: the one that heads the page, such as confidence; before: 'asked before' or 'looking back'; missing: 'pairs' "
        "(who answered the item twice), 'complete' (every item twice) or 'unchanged' (missing as no change)",
    )
    level: _LEVEL = 0.95
    seed: int = Field(20140430, ge=0, le=LARGEST_SEED, description="seed of the bootstrap intervals")
    resamples: int = Field(1999, ge=199, le=100_000, description="resamples of a bootstrap interval")
    precision: PrecisionSettings = Field(
        PrecisionSettings(),
        description="reliabilities that are assumed, the power, and changes that may matter, as lists of numbers",
    )


class ParticipationParameters(RecordsParameters):
    """02b_participation."""

    level: _LEVEL = 0.95


_Sizes = Annotated[list[Annotated[float, Field(gt=0, lt=1)]], Field(max_length=10)]


class CorrelationSettings(_Settings):
    """What 04_english_and_time sets the correlation against."""

    power: float = Field(0.8, gt=0.05, lt=1, description="with which a correlation is to be found")
    margins: _Sizes = Field([0.1, 0.3], description="sizes below which a correlation may count as none")


class EnglishParameters(RecordsParameters):
    """04_english_and_time."""

    start: float = Field(12.0, ge=0, le=1200, description="months in the UK from which the gain of a year is counted")
    level: _LEVEL = 0.95
    seed: int = Field(
        20140430,
        ge=0,
        le=LARGEST_SEED,
        description="seed of the joint test and of the jitter in figures of synthetic records",
    )
    resamples: int = Field(
        999, ge=199, le=100_000, description="orders of people in the joint test of all specifications"
    )
    precision: CorrelationSettings = Field(
        CorrelationSettings(), description="the power, and sizes of correlations that may matter, as a list of numbers"
    )


MODELS: dict[str, type[Parameters]] = {
    "01_census_baseline": CensusParameters,
    "02_focus_group_coding": CodingParameters,
    "02b_participation": ParticipationParameters,
    "03_before_after": BeforeAfterParameters,
    "04_english_and_time": EnglishParameters,
    "05_sroi": SroiParameters,
    "06_sroi_sensitivity": SensitivityParameters,
    "07_programme_performance": ProgrammeParameters,
    "08_claims_audit": AuditParameters,
}

_RECORDS = (("records/records.yaml",), *((f"records/questionnaire.{ending}",) for ending in ("csv", "xlsx", "sav")))
# The files that call for a notebook: it runs for a study that has all files of one of the groups.
CALLED_FOR_BY: dict[str, tuple[tuple[str, ...], ...]] = {
    "02_focus_group_coding": (
        ("themes.csv",),
        *((f"records/coded_segments.{ending}",) for ending in ("csv", "qdpx", "xlsx")),
    ),
    "02b_participation": (("participation.yaml",), *_RECORDS),
    "03_before_after": (("before_after.yaml",), *_RECORDS),
    "04_english_and_time": (("english.yaml",), *_RECORDS),
    "05_sroi": (("sroi.yaml",), ("value_map.csv", "value_map.yaml")),
    "06_sroi_sensitivity": (("value_map.csv", "value_map.yaml"),),
    "07_programme_performance": (("measures.csv",), ("counting_rules.yaml",)),
    "08_claims_audit": (("claims.csv",),),
}
