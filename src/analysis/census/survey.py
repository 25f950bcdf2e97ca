"""The country-of-birth tables of the Annual Population Survey (APS)."""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.census.files import read_text_table, refuse, require_columns
from analysis.errors import InputError
from analysis.results import Column

SUPPRESSED = {"c": "disclosure control", ".": "no contact in the sample", "z": "not applicable", ":": "not available"}
LOCAL_GROUPS = ("total", "uk_born", "non_uk_born", "eu_born", "eu14_born", "eu8_born", "eu2_born", "non_eu_born")
REASONS = ("work_related", "formal_study", "accompany_join", "other")
_REASON_GROUPS = (
    *("other_europe", "asia", "middle_east_central_asia", "east_asia", "south_asia", "south_east_asia"),
    *("rest_of_world", "sub_saharan_africa", "north_africa", "north_america", "central_south_america", "oceania"),
)
NON_EU_BORN = "non_eu_born"
SURVEY_INTERVAL = "95%, survey and local spread"
_ENDS_AND_ORIGIN = {"low": "low", "high": "high", "kinds": "kind", "places": "decimals", "source": "source"}
ESTIMATE = Column("Estimate and its interval", "people", **_ENDS_AND_ORIGIN, inputs="rests_on")
Z_95 = 1.959963984540054  # standard normal quantile behind a published 95% half-width
ROUNDED_TO = 1000.0  # persons; ONS note to the tables


def rounding_variance(unit: float = ROUNDED_TO) -> float:
    """Variance of the error of rounding to `unit`: unit² / 12, a uniform error.

    >>> round(rounding_variance(1000))
    83333
    """
    return unit**2 / 12


def sampling_variance(half_width: np.ndarray) -> np.ndarray:
    """Variance of estimates from their 95% half-widths and the rounding of the estimates to 1,000."""
    return (np.asarray(half_width, dtype=float) / Z_95) ** 2 + rounding_variance()


def read_local_survey(path: Path) -> pd.DataFrame:
    """APS table 1.1 or 1.2: columns year, area_code, area, birth_group, estimate, half_width, gap.

    `estimate` and `half_width` are persons; both are NaN where the cell is suppressed, and `gap` says why. Raises
    InputError for a negative or unreadable figure, an unknown group or suppression mark, a cell that has both a figure
    and a mark or neither, and a row given twice.
    """
    text = read_text_table(path)
    require_columns(
        text, ["year", "area_code", "area", "birth_group", "estimate", "ci95_half_width", "suppression"], path
    )
    _check_known(text, "birth_group", LOCAL_GROUPS, path)
    _check_known(text, "suppression", ("", *SUPPRESSED), path)
    frame = text[["area_code", "area", "birth_group"]].assign(
        year=_numbers(text, "year", path).astype(int),
        estimate=_numbers(text, "estimate", path),
        half_width=_numbers(text, "ci95_half_width", path),
        gap=text["suppression"].map({"": "", **SUPPRESSED}),
    )
    _check_marks(frame, path)
    _check_years(frame, path)
    _check_unit(frame, "estimate", path)
    _check_once(frame, ["year", "area_code", "birth_group"], path)
    return frame


def read_sex_by_country(path: Path) -> pd.DataFrame:
    """APS table 1.3: year, country_of_birth, and for total, men and women the estimate and its half-width (persons)."""
    text = read_text_table(path)
    columns = ["total", "total_ci95", "male", "male_ci95", "female", "female_ci95"]
    require_columns(text, ["year", "country_of_birth", *columns], path)
    frame = _whole(text, ["year", *columns], path).assign(country_of_birth=text["country_of_birth"])
    _check_years(frame, path)
    _check_unit(frame, "total", path)
    _check_once(frame, ["year", "country_of_birth"], path)
    _check_sexes(frame, path)
    return frame


def read_reasons(path: Path) -> pd.DataFrame:
    """APS table 1.5: year, main_reason, birth_group, estimate and half_width (persons, United Kingdom)."""
    text = read_text_table(path)
    require_columns(text, ["year", "main_reason", "birth_group", "estimate", "ci95_half_width"], path)
    _check_known(text, "main_reason", REASONS, path)
    _check_known(text, "birth_group", (*LOCAL_GROUPS, *_REASON_GROUPS), path)
    frame = _whole(text, ["year", "estimate", "ci95_half_width"], path).assign(
        main_reason=text["main_reason"], birth_group=text["birth_group"]
    )
    _check_years(frame, path)
    _check_unit(frame, "estimate", path)
    _check_once(frame, ["year", "main_reason", "birth_group"], path)
    return frame.rename(columns={"ci95_half_width": "half_width"})


def check_ages(all_ages: pd.DataFrame, working_age: pd.DataFrame, path: Path) -> None:
    """Raise InputError where a local survey of ages 16 to 64 (of the file `path`) has more people than that of all ages,
    or as many in every row: the two tables have the same columns, and only their figures tell which is which."""
    key = ["year", "area_code", "birth_group"]
    both = working_age.merge(all_ages, on=key, suffixes=("", "_all"), how="left").dropna(
        subset=["estimate", "estimate_all"]
    )
    more = both[both["estimate"] > both["estimate_all"]]
    if len(more) or (len(both) and (both["estimate"] == both["estimate_all"]).all()):
        row = both.loc[more.index[0] if len(more) else both.index[0]]
        raise InputError(
            path,
            column="estimate",
            found=f"{row['estimate']:,.0f} people ({', '.join(str(row[name]) for name in key)})",
            expected=f"fewer than the {row['estimate_all']:,.0f} of all ages",
            action="put the table of ages 16 to 64 in this file, and that of all ages in the other",
        )


def survey_series(survey: pd.DataFrame, group: str, codes: pd.Index) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimates and half-widths of one birth group, areas x years, NaN where there is none."""
    rows = survey[(survey["birth_group"] == group) & survey["area_code"].isin(codes)]
    years = pd.Index(sorted(survey["year"].unique()), name="year")
    wide = [rows.pivot(index="area_code", columns="year", values=name) for name in ("estimate", "half_width")]
    return tuple(frame.reindex(index=codes, columns=years).astype(float) for frame in wide)  # type: ignore[return-value]


def with_england_and_wales(survey: pd.DataFrame) -> pd.DataFrame:
    """The local survey with rows for England and Wales together, which the tables do not print.

    Estimates add; so do the variances of the two separate samples: half-width = √(Σ half-width²). A cell suppressed in
    either country is missing in the sum.
    """
    parts = survey[survey["area_code"].isin(["E92000001", "W92000004"])]
    parts = parts.assign(squared=parts["half_width"] ** 2)
    both = parts.groupby(["year", "birth_group"])[["estimate", "squared"]].agg(lambda values: values.sum(skipna=False))
    both = both[parts.groupby(["year", "birth_group"]).size() == 2].reset_index()
    new = both[["year", "birth_group", "estimate"]].assign(
        half_width=np.sqrt(both["squared"]),
        area_code="K04000001",
        area="England and Wales",
        gap=np.where(both["estimate"].isna(), "suppressed in England or in Wales", ""),
    )
    known = (survey["area_code"] == "K04000001").any()
    return survey if known or new.empty else pd.concat([survey, new[survey.columns]], ignore_index=True)


def _numbers(text: pd.DataFrame, column: str, path: Path) -> pd.Series:
    cells = text[column]
    refuse(
        ~cells.str.fullmatch(r"\d{0,10}"), path, cells.iloc.__getitem__, "a whole number, 0 or more, or an empty cell",
        "take the figure from the official table; a suppressed one is left empty and marked", column,
    )  # fmt: skip
    return pd.to_numeric(cells.where(cells != "", None)).astype(float)


def _whole(text: pd.DataFrame, columns: list[str], path: Path) -> pd.DataFrame:
    frame = pd.DataFrame({column: _numbers(text, column, path) for column in columns})
    if frame.isna().to_numpy().any():
        row, column = np.argwhere(frame.isna().to_numpy())[0]
        raise InputError(
            path, row=row + 2, column=columns[column], found="an empty cell", expected="a figure",
            action="take it from the official table",
        )  # fmt: skip
    return frame.astype({"year": int})


def _check_known(text: pd.DataFrame, column: str, known: tuple[str, ...], path: Path) -> None:
    expected = "one of " + ", ".join(name or "(empty)" for name in known)
    cells = text[column]
    refuse(
        ~cells.isin(known),
        path,
        lambda row: repr(cells.iloc[row]),
        expected,
        "use the marks of the official table",
        column,
    )


def _check_marks(frame: pd.DataFrame, path: Path) -> None:
    figures = frame["estimate"].notna().astype(int) + frame["half_width"].notna().astype(int)
    wrong = ((frame["gap"] == "") & (figures < 2)) | ((frame["gap"] != "") & (figures > 0))
    refuse(
        wrong, path, lambda row: "a cell with neither or both of a figure and a mark",
        "estimate and half-width, or a mark that says why there is none",
        "take the row from the official table; an estimate without its half-width cannot be used", "suppression",
    )  # fmt: skip


def _check_sexes(frame: pd.DataFrame, path: Path) -> None:
    """Men and women add to the total, but for the rounding of all three."""
    wrong = (frame["total"] - frame["male"] - frame["female"]).abs() > 1.5 * ROUNDED_TO
    refuse(
        wrong, path, lambda row: "{total:,.0f}, with {male:,.0f} men and {female:,.0f} women".format(**frame.iloc[row]),
        "men and women that add to the total, but for rounding", "compare the row with the official table", "total",
    )  # fmt: skip


def _check_years(frame: pd.DataFrame, path: Path) -> None:
    """The years of a table are those that its file is named by: aps_..._2011, or aps_..._2005_2014 for all between."""
    ends = [int(year) for year in re.findall(r"_(\d{4})(?=_|$)", path.stem)]
    if not ends:
        return
    span = " to ".join(str(year) for year in dict.fromkeys([min(ends), max(ends)]))
    refuse(
        ~frame["year"].between(min(ends), max(ends)), path, lambda row: str(frame["year"].iloc[row]),
        f"{span}, as the name of the file says",
        "put the table of these years in the file, or name the file by the years that it holds", "year",
    )  # fmt: skip


def _check_unit(frame: pd.DataFrame, column: str, path: Path) -> None:
    """Estimates are persons rounded to 1,000; one that is not is of a table in thousands, as the spreadsheets print it."""
    refuse(
        frame[column] % ROUNDED_TO > 0, path, lambda row: f"{frame[column].iloc[row]:,.0f}", "persons, rounded to 1,000",
        "write the figures of the official table, which are in thousands, as persons", column,
    )  # fmt: skip


def _check_once(frame: pd.DataFrame, key: list[str], path: Path) -> None:
    said = frame[key].astype(str).agg(", ".join, axis=1) + " a second time"
    refuse(frame.duplicated(key), path, said.iloc.__getitem__, "each combination once", "remove one of the rows")
