"""Everything the baseline reads, found, checked and held together."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from pydantic import Field

from analysis.census import tables
from analysis.census.areas import AreaChange, read_changes, to_2011_codes
from analysis.census.files import read_models, read_yaml
from analysis.census.survey import (
    check_ages,
    read_local_survey,
    read_reasons,
    read_sex_by_country,
    with_england_and_wales,
)
from analysis.described import reading
from analysis.errors import InputError
from analysis.files import Strict, read_yaml as read_document, validate

BirthGroup = Literal["uk", "eu_2001", "eu_accession", "non_eu"]


OWN_TABLES = ("census_", "aps_", "area_codes", "fertility_", "life_expectancy_")  # how the files' names begin


class Category(Strict):
    """One category of QS203EW: the category it is part of, and where it belongs if it has no parts itself."""

    cell: int
    category: str
    parent_cell: int | None = None
    birth_group: BirthGroup | None = None
    continent: str = ""
    migration_region: str = ""
    survey_countries: str = ""

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries of survey table 1.3 this category consists of, as far as they are among its 60."""
        return tuple(self.survey_countries.split("|")) if self.survey_countries else ()


class TotalFertility(Strict):
    """Children per woman in the year of the census, as one publication gives it for one birth group."""

    year: Literal["2011"]
    vintage: str
    birth_group: Literal["uk_born", "non_uk_born"]
    total_fertility_rate: float = Field(gt=0, lt=15)


class LifeExpectancy(Strict):
    """Expected further years of life of women at an exact age, by the life table of a period."""

    sex: Literal["women"]
    period: Literal["2010 to 2012"]
    age: int = Field(ge=0, le=100)
    life_expectancy: float = Field(gt=0, lt=120)


class CensusAssumption(Strict):
    """A choice of the baseline that no table gives: value, range and reason."""

    id: str
    label: str
    value: float | str
    unit: str
    kind: Literal["assumed"]
    low: float | str
    high: float | str
    why: str = Field(min_length=20)
    source: str
    alternatives: str = ""


class Origin(Strict):
    """Where a file of data/raw/reference comes from."""

    table: str
    title: str
    producer: str
    series: str
    areas: str
    date: str
    unit: str
    published: str
    address: str
    licence: str
    note: str


FOLDER = "data/raw/reference"
_OWN = {
    "categories": "census_2011_QS203EW_categories.csv",
    "changes": "area_codes.csv",
    "fertility": "fertility_total_rates_2011.csv",
    "life_expectancy": "life_expectancy_women_2010_2012.csv",
    "assumptions": "census_assumptions.yaml",
}
_CENSUS = {
    "country": tables.country_table(()),
    "year_of_arrival": tables.YEAR_OF_ARRIVAL,
    "age_at_arrival": tables.AGE_AT_ARRIVAL,
    "length_of_residence": tables.LENGTH_OF_RESIDENCE,
    "english": tables.ENGLISH,
    "age": tables.AGE,
    "sex": tables.SEX,
}
_SURVEY = {
    "survey": "aps_country_of_birth_all_ages_*.csv",
    "survey_working_age": "aps_country_of_birth_16_64_*.csv",
    "sex_by_country": "aps_uk_country_of_birth_by_sex_*.csv",
    "reasons": "aps_uk_reason_for_migration_*.csv",
}


@dataclass(frozen=True)
class Reference:
    """All inputs of the baseline. Census tables: areas (2011 codes) x categories. Survey tables: long.

    `files` are the project paths of the inputs, by name; what asks for an input rests on its file.
    """

    categories: tuple[Category, ...]
    changes: tuple[AreaChange, ...]
    names: pd.Series
    country: pd.DataFrame
    year_of_arrival: pd.DataFrame
    age_at_arrival: pd.DataFrame
    length_of_residence: pd.DataFrame
    english: pd.DataFrame
    age: pd.DataFrame
    sex: pd.DataFrame
    survey: pd.DataFrame
    survey_working_age: pd.DataFrame
    sex_by_country: pd.DataFrame
    reasons: pd.DataFrame
    fertility: tuple[TotalFertility, ...]
    life_expectancy: tuple[LifeExpectancy, ...]
    assumptions: dict[str, CensusAssumption]
    files: Mapping[str, str]

    def __getattribute__(self, name: str) -> Any:
        """An input, or anything else; that an input is read is noted."""
        if file := object.__getattribute__(self, "files").get(name):
            reading(file)
        return object.__getattribute__(self, name)

    def assumed(self, assumption_id: str) -> float:
        """The value of a numeric assumption."""
        return float(self.assumptions[assumption_id].value)

    def supposes(self, *assumption_ids: str) -> None:
        """Note that what is being made takes these choices for granted; KeyError for one that is not stated."""
        for name in assumption_ids:
            self.assumptions[name]


def load_reference(folder: Path, official: Path | None = None) -> Reference:
    """Read and check all inputs of the baseline.

    `folder` holds the project's own tables (categories, area codes, fertility, life expectancy, assumptions); the
    official tables are read from `official`, by default from `folder` too. Raises InputError at the first input that
    cannot be used.
    """
    official = official or folder
    paths = {name: folder / file for name, file in _OWN.items()}
    paths |= {name: official / table.file for name, table in _CENSUS.items()}
    categories, changes = read_categories(paths["categories"]), read_changes(paths["changes"])
    counted = _census_tables(paths, categories, changes)
    paths |= {name: _only(official, pattern) for name, pattern in _SURVEY.items()}
    return Reference(
        categories=categories,
        changes=changes,
        names=to_2011_codes(tables.read_area_names(paths["country"]).to_frame(), changes)["area"],
        **counted,
        **_survey_tables(paths, changes),
        fertility=tuple(read_models(paths["fertility"], TotalFertility)),
        life_expectancy=tuple(read_models(paths["life_expectancy"], LifeExpectancy)),
        assumptions={entry.id: entry for entry in read_yaml(paths["assumptions"], CensusAssumption)},
        files={name: f"{FOLDER}/{path.name}" for name, path in paths.items() if name != "changes"},  # it names areas
    )


def _census_tables(
    paths: Mapping[str, Path], categories: tuple[Category, ...], changes: tuple[AreaChange, ...]
) -> dict[str, pd.DataFrame]:
    country = tables.country_table(tuple(category.category for category in categories))
    parents = tuple(category.parent_cell for category in categories)
    read = {name: tables.read_census_table(paths[name], table) for name, table in _CENSUS.items() if name != "country"}
    read["country"] = tables.read_census_table(paths["country"], country, parents)
    return {name: to_2011_codes(table, changes) for name, table in read.items()}


def read_categories(path: Path) -> tuple[Category, ...]:
    """The categories of QS203EW in the order of their cells; raises InputError where cells are not 0, 1, 2, ..."""
    categories = tuple(read_models(path, Category))
    for number, category in enumerate(categories):
        if category.cell != number:
            raise InputError(
                path,
                row=number + 2,
                column="cell",
                found=str(category.cell),
                expected=str(number),
                action="keep the categories in the order of the official table",
            )
    return categories


def read_origins(folder: Path) -> pd.DataFrame:
    """Where every table of the baseline comes from, one row for each file, by file name.

    The folder holds tables of other analyses too; they are left out.
    """
    paths = [path for path in sorted(folder.glob("*.origin.yaml")) if path.name.startswith(OWN_TABLES)]
    rows = {path.name.removesuffix(".origin.yaml"): _origin(path) for path in paths}
    return pd.DataFrame({name: origin.model_dump() for name, origin in rows.items()}).T.rename_axis("file")


def _origin(path: Path) -> Origin:
    return validate(Origin, read_document(path, str(path)), str(path), None, action="complete the origin of the table")


def _survey_tables(paths: Mapping[str, Path], changes: tuple[AreaChange, ...]) -> dict[str, pd.DataFrame]:
    read = {name: read_local_survey(paths[name]) for name in ("survey", "survey_working_age")}
    check_ages(read["survey"], read["survey_working_age"], paths["survey_working_age"])
    return {name: _under_2011_codes(survey, changes) for name, survey in read.items()} | {
        "sex_by_country": read_sex_by_country(paths["sex_by_country"]),
        "reasons": read_reasons(paths["reasons"]),
    }


def _under_2011_codes(survey: pd.DataFrame, changes: tuple[AreaChange, ...]) -> pd.DataFrame:
    codes = {change.area_code: change.codes[0] for change in changes if change.change == "recoded"}
    return with_england_and_wales(survey.assign(area_code=survey["area_code"].replace(codes)))


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise InputError(
            folder / pattern,
            found=", ".join(path.name for path in found) or "no such file",
            expected="exactly one file",
            action="keep one version of the table in the folder",
        )
    return found[0]
