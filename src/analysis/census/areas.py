"""Which area a code means: codes of local authorities changed after the census, some authorities were merged."""

import difflib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

import pandas as pd

from analysis.census.files import read_models
from analysis.errors import InputError
from analysis.files import Strict

AUTHORITY = r"(?:E0[6789]|W06)\d{6}"  # unitary, non-metropolitan, metropolitan, London borough; Welsh unitary

ELSEWHERE = re.compile(r"[SN]\d{8}")  # areas of Scotland and of Northern Ireland


class AreaChange(Strict):
    """A code that is not one of the 2011 Census, and the 2011 codes it stands for."""

    area_code: str
    area_name: str
    since: str
    change: Literal["recoded", "merged", "old style"]
    codes_2011: str

    @property
    def codes(self) -> list[str]:
        """The 2011 codes as a list."""
        return self.codes_2011.split()


def read_changes(path: Path) -> tuple[AreaChange, ...]:
    """The changes of area codes since the census, from data/raw/reference/area_codes.csv."""
    return tuple(read_models(path, AreaChange))


def to_2011_codes(frame: pd.DataFrame, changes: Iterable[AreaChange]) -> pd.DataFrame:
    """The frame with every recoded authority under its 2011 code; merged authorities keep the code of the file."""
    codes = {change.area_code: change.codes[0] for change in changes if change.change == "recoded"}
    present = set(frame.index)
    return frame.rename(index={new: old for new, old in codes.items() if old not in present})


def check_area(
    code: str, names: pd.Series, changes: Sequence[AreaChange], file: str = "parameters", column: str = "area"
) -> str:
    """The code itself if the 2011 tables have it.

    `names` are area names by 2011 code. Raises InputError for any other code, and names the right one: for a code of
    another year, for an authority made by a merger, for a name instead of a code, for a slip of the pen.
    """
    if code in names.index:
        return code
    change = next((change for change in changes if change.area_code == code), None)
    expected, action = _advice_for(change) if change else _advice_for_unknown(code, names)
    raise InputError(file, column=column, found=repr(code), expected=expected, action=action)


def _advice_for(change: AreaChange) -> tuple[str, str]:
    codes = ", ".join(change.codes)
    what = f"{change.change}, {change.since}"
    if len(change.codes) == 1:
        return (
            f"a code of the 2011 Census; {change.area_code} is {change.area_name}'s code of another year ({what})",
            f"set area to {codes}",
        )
    return (
        f"a code of the 2011 Census; {change.area_code} {change.area_name} was made later ({what})",
        f"run its predecessors one by one: {codes}",
    )


def _advice_for_unknown(code: str, names: pd.Series) -> tuple[str, str]:
    if ELSEWHERE.fullmatch(code):
        return (
            "the code of an area of England or Wales: the 2011 tables read here are of England and Wales",
            "choose such an area; Scotland and Northern Ireland took censuses of their own, which are not read here",
        )
    by_name = {str(name).lower(): known for known, name in names.items()}
    named, coded = (
        difflib.get_close_matches(code.lower(), by_name, n=1),
        difflib.get_close_matches(code, names.index, n=1),
    )
    hint = f"{names[by_name[named[0]]]} is {by_name[named[0]]}; " if named else ""
    hint = hint or (f"{coded[0]} is {names[coded[0]]}; " if coded else "")
    return (
        "an area code of the 2011 Census that the country-of-birth table holds, such as E06000044 for Portsmouth",
        f"{hint}for another area put the complete official tables in data/raw/reference, or fetch that area",
    )


def authorities(names: pd.Series) -> pd.Index:
    """The codes of local authority districts among the areas of a table (348 in the complete table), sorted."""
    return pd.Index(sorted(names.index[names.index.str.fullmatch(AUTHORITY)]), name="area_code")


def missing_reasons(codes: Sequence[str], table: pd.DataFrame, name: str, changes: Iterable[AreaChange]) -> pd.Series:
    """For each code, why `table` has no row for it; an empty text where it has one."""
    present = [change for change in changes if change.change == "merged" and change.area_code in table.index]
    merged = {old: change for change in present for old in change.codes}
    return pd.Series({code: _reason(code, table, name, merged) for code in codes}, dtype=str, name="gap")


def _reason(code: str, table: pd.DataFrame, name: str, merged: dict[str, AreaChange]) -> str:
    if code in table.index:
        return ""
    if code not in merged:
        return f"{name} has no row for this area"
    change = merged[code]
    return f"{name} has it only as a part of {change.area_code} {change.area_name} (merged, {change.since})"
