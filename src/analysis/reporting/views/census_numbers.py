"""The numbers of the census baseline as recorded results, each with the precision it can bear and how it is known."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.census.case import Case
from analysis.census.reconcile import reconcile
from analysis.census.rounding import decimals_borne
from analysis.census.shares import working_age_share
from analysis.results import Kind, Result

NOTEBOOK = "01_census_baseline"
COUNTRY, ARRIVAL, SURVEY = "census_2011_QS203EW_country", "census_2011_QS801EW", "aps_country_of_birth_all_ages"
WORKING_AGES = slice(16, 65)
SURVEY_INTERVAL = "95 %, survey and local spread"
COHORT = {
    "non_eu": "Outside the European Union",
    "eu_accession": "Countries that joined after 2001",
    "eu_2001": "Members of 2001",
}
STEPS: Mapping[str, str] = {
    "residents": "All born outside the European Union",
    "women": "Women among all of them",
    "arrived": "Arrived since 2001",
    "women_arrived": "Women among those arrived",
    "women_settled": "... not students",
    "women_later": "... alive at the horizon",
    "adult_women_later": "... aged 16 and over then",
}


@dataclass(frozen=True)
class Ends:
    """A number with its own interval, and the least and most that the census tables allow; None where there is none."""

    label: str
    estimate: Result
    least: Result | None = None
    most: Result | None = None

    @property
    def range(self) -> tuple[float, float] | None:
        """The least and the most as numbers; None where they are not known."""
        if self.least is None or self.most is None or self.least.value is None or self.most.value is None:
            return None
        return float(self.least.value), float(self.most.value)


def number(
    name: str,
    label: str,
    value: object,
    unit: str,
    kind: Kind,
    decimals: int = 0,
    low: object = None,
    high: object = None,
    interval: str = "",
    function: str = "",
    note: str = "",
    source: str = "",
) -> Result:
    """A result `01_census_baseline.<name>`; NaN becomes a number that is not available."""
    ends = {"low": plain(low), "high": plain(high)} if plain(low) is not None else {}
    return Result(
        f"{NOTEBOOK}.{name}",
        label,
        plain(value),
        unit,
        kind,
        int(decimals),
        interval=interval if ends else "",
        function=function,
        note=note,
        source=source,
        **ends,  # type: ignore[arg-type]
    )


def plain(value: object) -> float | int | str | None:
    """A number without pandas' and numpy's types; None where it is missing."""
    if value is None or isinstance(value, str):
        return value or None
    return None if pd.isna(value) else int(value) if float(value).is_integer() else float(value)  # type: ignore[call-overload,arg-type]


def percent(
    name: str,
    label: str,
    share: float,
    kind: Kind = Kind.RECOMPUTED,
    decimals: int = 1,
    low: float | None = None,
    high: float | None = None,
    **more: str,
) -> Result:
    """A share from 0 to 1 as a percentage."""
    ends = (None, None) if low is None or high is None else (100 * low, 100 * high)
    return number(name, label, 100 * share, "%", kind, decimals, *ends, **more)


def printed_in(case: Case, table: str, place: str, date: str = "") -> str:
    """The source of a number of public statistics: publisher, series, table, place and date; nothing if no origin is noted.

    `table` is the beginning of its file's name in `data/raw/reference`, and `date` one of the file's several.
    """
    noted = case.origins[case.origins.index.str.startswith(table)].to_dict("records")
    return "; ".join(
        f"{row['producer']}, {row['series']}: table {row['table']}, {place}, {date or row['date']}" for row in noted
    )


def step_ends(case: Case, code: str) -> dict[str, Ends]:
    """The steps from residents to adult women of one area, by name of the step."""
    rows = case.result.steps[case.result.steps["area_code"] == code].set_index("step")
    return {step: _step(case, code, step, rows.loc[step]) for step in STEPS}


def _step(case: Case, code: str, step: str, row: pd.Series) -> Ends:
    base = f"steps.{step}" if code == case.area else f"steps.{code.lower()}.{step}"
    place = f"{case.reference.names[code]}: {row['label']}"
    counted = step == "residents"
    function = "analysis.census.groups.birth_groups" if counted else "analysis.census.baseline.baseline"
    own = row["low"] != row["high"]
    estimate = number(
        f"{base}.estimate",
        place,
        row["estimate"],
        "people",
        Kind.REFERENCE if counted else Kind.RECOMPUTED,
        row["decimals"],
        row["low"] if own else None,
        row["high"] if own else None,
        SURVEY_INTERVAL,
        function,
        row["gap"],
        printed_in(case, COUNTRY, case.names_of([code])[0]) if counted else "",
    )
    if step in ("residents", "women"):
        return Ends(STEPS[step], estimate)
    ends = {
        end: number(
            f"{base}.{end}",
            f"{place}: {end}",
            row[f"widest_{side}"],
            "people",
            Kind.BOUNDED if step == "arrived" else Kind.RECOMPUTED,  # beside the margins, ends of a survey's interval
            row["widest_decimals"],
            function=function,
        )
        for end, side in (("least", "low"), ("most", "high"))
    }
    return Ends(STEPS[step], estimate, **ends)


def cohort_ends(case: Case) -> Iterator[tuple[str, Ends, Result]]:
    """For each birth group: its arrivals since 2001 with exact bounds, and the same if the two were independent."""
    row, function = case.result.cohort.loc[case.area], "analysis.census.arrivals.arrival_cohort"
    for group, label in COHORT.items():
        words = f"{label}: arrived since 2001"
        decimals = decimals_borne(row[f"{group}_low"], row[f"{group}_high"])
        estimate, independent = (
            number(f"cohort.{name}", words, row[name], "people", Kind.RECOMPUTED, decimals, function=function)
            for name in (group, f"{group}_independence")
        )
        least, most = (
            number(
                f"cohort.{group}_{end}",
                f"{words}, {end}",
                row[f"{group}_{side}"],
                "people",
                Kind.BOUNDED,
                function=function,
            )
            for end, side in (("least", "low"), ("most", "high"))
        )
        yield group, Ends(label, estimate, least, most), independent


def estimator_table(case: Case) -> pd.DataFrame:
    """The reconciliation as text, with a column `ends` of `Ends`, by estimator."""
    table = reconcile(case.reference, case.result, case.area, case.stock)
    table["ends"] = pd.Series({name: _estimator(case, str(name), row) for name, row in table.iterrows()}, dtype=object)
    return table


def _estimator(case: Case, name: str, row: pd.Series) -> Ends:
    bounded = name.startswith("arrival_cohort")
    ends = (None, None) if bounded else (row["low"], row["high"])
    decimals = decimals_borne(row["low"], row["high"]) if pd.notna(row["low"]) else 0
    estimate = number(
        f"estimators.{name}",
        str(row["label"]),
        row["estimate"],
        "people",
        Kind(row["kind"]),
        decimals,
        *ends,
        str(row["interval"]),
        "analysis.census.reconcile.reconcile",
        str(row["note"]),
        printed_in(case, COUNTRY, case.name) if row["kind"] == Kind.REFERENCE else "",
    )
    if not bounded:
        return Ends(str(row["label"]), estimate)
    function = "analysis.census.arrivals.frechet_bounds"
    bounds = (
        number(
            f"estimators.{name}_{end}", f"{row['label']}: {end}", row[side], "people", Kind.BOUNDED, function=function
        )
        for end, side in (("least", "low"), ("most", "high"))
    )
    return Ends(str(row["label"]), estimate, *bounds)


def ages_look_young(case: Case) -> bool:
    """Whether the modelled ages put fewer at working age than the interval of the survey allows."""
    survey = working_age_share(case.reference, [case.area], case.settings.survey_year).iloc[0]
    return bool(working_age_of(case, case.area) < survey["low"])


def working_age_of(case: Case, code: str) -> float:
    """The modelled share of those aged 16 to 64 among arrivals since 2001; NaN where the ages are unknown."""
    return float(case.result.profile.loc[code].iloc[WORKING_AGES].sum(skipna=False))


def results_of(ends: Ends) -> list[Result]:
    """The results of one row."""
    return [result for result in (ends.estimate, ends.least, ends.most) if result is not None]


def ends_frame(rows: list[Ends], name: str) -> pd.DataFrame:
    """Rows of a table with the columns estimate, least and most; empty where there is none."""
    cells = [{"estimate": row.estimate, "least": row.least or "", "most": row.most or ""} for row in rows]
    return pd.DataFrame(cells, index=pd.Index([row.label for row in rows], name=name), dtype=object)
