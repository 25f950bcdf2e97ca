"""Fetches the census tables of chosen areas from Nomis, the official site of these statistics; used only when asked for.

The request follows the Nomis API (https://www.nomisweb.co.uk/api/v01/help): one data set for each table, areas by their
official code, `rural_urban=0` for the whole area and `measures=20100` for counts. Dimensions that are not named come back
complete, so the answer holds every category. Whatever cannot be read and checked in full is refused, and the files stay
as they were: all tables are fetched and checked before the first file is replaced.
"""

import csv
import http.client
import io
import re
import urllib.error
import urllib.parse
import urllib.request
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.census.census_2021 import TABLES, Table, read_table_2021
from analysis.census.files import read_text_table
from analysis.census.reference import Category
from analysis.census.tables import (
    CENSUS_YEAR,
    CODE_COLUMNS,
    FLAT_TABLES,
    CensusTable,
    country_table,
    named_category,
    read_census_table,
)
from analysis.errors import InputError

NOMIS = "https://www.nomisweb.co.uk/api/v01/dataset"
TIMEOUT = 60.0  # seconds without an answer
NOMIS_2021 = "https://www.nomisweb.co.uk/output/census/2021"
LARGEST_2021 = 200_000_000  # bytes; the archive of a table holds small areas too
LARGEST = 20_000_000  # bytes; one table of all authorities takes about 10 million
NEEDED = ("GEOGRAPHY_CODE", "GEOGRAPHY_NAME", "MEASURES", "OBS_VALUE", "RECORD_COUNT")
_OTHER = ("DATE", "GEOGRAPHY", "RURAL_URBAN", "MEASURES", "OBS", "RECORD", "URN")


@dataclass(frozen=True)
class Fetched:
    """One table as it came: counts by area and category, and the areas' names."""

    table: CensusTable
    counts: pd.DataFrame
    names: pd.Series


def fetch_area(
    areas: Sequence[str], folder: Path, categories: Sequence[Category], base: str = NOMIS, timeout: float = TIMEOUT
) -> tuple[Path, ...]:
    """Fetch all seven census tables for these areas and put their rows into the files of `folder`.

    Rows of other areas stay; a row of the same area is replaced. Returns the files written. Raises InputError, and leaves
    every file as it was, where an answer does not come in time, is cut off, is not of these areas, or does not add up.
    """
    tables = (country_table(tuple(category.category for category in categories)), *FLAT_TABLES)
    parents = {tables[0].table: tuple(category.parent_cell for category in categories)}
    fetched = [fetch_table(table, areas, base, timeout) for table in tables]
    drafts: list[Path] = []
    try:
        for answer in fetched:
            drafts.append(_draft(answer, folder, parents.get(answer.table.table)))
    except InputError:
        for draft in drafts:
            draft.unlink()
        raise
    return tuple(draft.replace(folder / answer.table.file) for draft, answer in zip(drafts, fetched, strict=True))


def request_address(table: CensusTable, areas: Sequence[str], base: str = NOMIS, offset: int = 0) -> str:
    """The address of one answer.

    >>> from analysis.census.tables import SEX
    >>> request_address(SEX, ["E06000044"])
    'https://www.nomisweb.co.uk/api/v01/dataset/NM_504_1.data.csv?date=latest&geography=E06000044&rural_urban=0&measures=20100'
    """
    query = {"date": "latest", "geography": ",".join(areas), "rural_urban": "0", "measures": "20100"}
    if offset:
        query["recordoffset"] = str(offset)
    return f"{base}/{table.dataset}.data.csv?{urllib.parse.urlencode(query, safe=',')}"


def fetch_table(table: CensusTable, areas: Sequence[str], base: str = NOMIS, timeout: float = TIMEOUT) -> Fetched:
    """One table for these areas, asked for in as many answers as Nomis needs; raises InputError as `fetch_area` does."""
    rows: list[dict[str, str]] = []
    wanted = len(areas) * len(table.categories)
    while len(rows) < wanted:
        address = request_address(table, areas, base, len(rows))
        page, total = _read_page(_download(address, timeout), address)
        if total != wanted:
            raise InputError(
                address,
                found=f"{total:,} figures",
                expected=f"{len(areas)} areas x {len(table.categories)} categories",
                action="check the area codes; Nomis may not know one of them. No file was changed.",
            )
        rows += page
    return _arrange(rows, table, areas, request_address(table, areas, base))


def fetch_2021(folder: Path, base: str = NOMIS_2021, timeout: float = TIMEOUT) -> tuple[Path, ...]:
    """Fetch the bulk files of the 2021 Census, of all local authorities, into a folder; returns the files written.

    Raises InputError, and leaves every file as it was, where one does not come whole or is not the table.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drafts: list[Path] = []
    try:
        for table in TABLES:
            address = f"{base}/census2021-{table.table.lower()}.zip"
            draft = folder / f".{table.file}.part"
            drafts.append(draft)
            draft.write_bytes(_member(_download(address, timeout, LARGEST_2021), table.table.lower(), address))
            _read_draft(draft, table, address)
    except InputError:
        for draft in drafts:
            draft.unlink(missing_ok=True)
        raise
    return tuple(draft.replace(folder / table.file) for draft, table in zip(drafts, TABLES, strict=True))


def _member(body: bytes, table: str, address: str) -> bytes:
    """The table of lower-tier local authorities in an archive, of which Nomis misspells some."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            found = [
                info
                for info in archive.infolist()
                if re.fullmatch(rf"census2021-{table}-l(tla|lta)\.csv", info.filename)
            ]
            if len(found) != 1 or found[0].file_size > LARGEST:
                raise _refused(
                    address, "no single table of local authorities in it", "report this: Nomis has changed the file"
                )
            return archive.read(found[0])
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise _refused(address, f"no whole archive ({error})", "try again; the answer was cut off") from error


def _read_draft(draft: Path, table: Table, address: str) -> None:
    try:
        read_table_2021(draft, table)
    except InputError as error:
        raise _refused(
            address, f"{table.table} with {error.found}", "report this: Nomis has changed the table"
        ) from error


def _download(address: str, timeout: float, largest: int = 0) -> bytes:
    largest = largest or LARGEST
    if not address.startswith(("https://", "http://")):
        raise _refused(address, "an address that is not of the web", "give the base address of the Nomis API")
    try:
        with urllib.request.urlopen(address, timeout=timeout) as answer:
            body = answer.read(largest + 1)
            promised = answer.headers.get("Content-Length", "")
    except urllib.error.HTTPError as error:
        error.close()
        raise _refused(
            address, f"the answer {error.code} {error.reason}", "try again later; Nomis limits guests"
        ) from error
    except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as error:
        late = isinstance(getattr(error, "reason", error), TimeoutError)
        found = (
            f"no answer within {timeout:g} seconds" if late else f"no complete answer ({error or type(error).__name__})"
        )
        raise _refused(address, found, "check the connection and try again") from error
    if len(body) > largest:
        raise _refused(address, f"more than {largest:,} bytes", "ask for fewer areas at a time")
    if promised.isdigit() and len(body) < int(promised):
        raise _refused(address, f"{len(body):,} of {promised} bytes", "try again; the answer was cut off")
    return body


def _refused(address: str, found: str, action: str) -> InputError:
    return InputError(address, found=found, expected="the table as CSV", action=f"{action}. No file was changed.")


def _read_page(body: bytes, address: str) -> tuple[list[dict[str, str]], int]:
    """The rows of one answer, and how many rows all answers together hold."""
    try:
        lines = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise _refused(address, f"something that is no CSV ({error})", "try again later") from error
    header = lines[0] if lines else []
    if not set(NEEDED) <= set(header):
        raise _refused(
            address,
            "an answer without the columns " + ", ".join(NEEDED),
            "look at the address in a browser: Nomis says there what is wrong",
        )
    for number, line in enumerate(lines[1:], start=2):
        if line and len(line) != len(header):
            found = f"{len(line)} fields in row {number}, not {len(header)}"
            raise _refused(address, found, "try again; the answer was cut off")
    rows = [dict(zip(header, line, strict=True)) for line in lines[1:] if line]
    totals = {row["RECORD_COUNT"] for row in rows}
    if len(totals) != 1 or not (total := totals.pop()).isdigit() or len(rows) > int(total):
        raise _refused(
            address,
            f"{len(rows)} rows with no single count of all rows",
            "check the area codes; Nomis may not know one",
        )
    return rows, int(total)


def _arrange(rows: Sequence[dict[str, str]], table: CensusTable, areas: Sequence[str], address: str) -> Fetched:
    category = _category_column(rows[0], address)
    if others := sorted({row.get("DATE", CENSUS_YEAR) for row in rows} - {CENSUS_YEAR}):
        raise _refused(
            address, f"figures of {others[0]}, not {CENSUS_YEAR}", "report this: Nomis has changed the table"
        )
    _check_names({row[category]: row[f"{category}_NAME"] for row in rows}, table, address)
    cells = {(row["GEOGRAPHY_CODE"], row[category]): row["OBS_VALUE"] for row in rows if row["MEASURES"] == "20100"}
    wanted = [(area, str(number)) for area in areas for number in range(len(table.categories))]
    missing = [key for key in wanted if key not in cells]
    if missing or len(cells) != len(rows):
        gap = f", none for area {missing[0][0]}, category {missing[0][1]}" if missing else ", some of them twice"
        expected = f"{len(areas)} areas x {len(table.categories)} categories of {table.table}"
        raise InputError(
            address,
            found=f"{len(rows)} figures{gap}",
            expected=expected,
            action="check the area codes. No file was changed.",
        )
    counts = pd.DataFrame(
        [[cells[area, str(number)] for number in range(len(table.categories))] for area in areas],
        index=pd.Index(list(areas), name="area_code"),
        columns=list(table.categories),
    )
    names = {row["GEOGRAPHY_CODE"]: row["GEOGRAPHY_NAME"] for row in rows}
    return Fetched(table, counts, pd.Series([names[area] for area in areas], index=counts.index))


def _check_names(names: dict[str, str], table: CensusTable, address: str) -> None:
    """Refuse an answer that calls the number of one category by the label of another."""
    for number, name in names.items():
        place = named_category(name, table)
        if place is not None and str(place) != number:
            found = f"category {number} called {name!r}, which is number {place} of {table.table}"
            raise _refused(address, found, "report this: Nomis has changed the table")


def _category_column(row: dict[str, str], address: str) -> str:
    """The dimension of categories: CELL in most tables, C_AGE, C_SEX ... in some; found by its companion `<name>_NAME`."""
    names = [name for name in row if f"{name}_NAME" in row and not name.startswith(_OTHER)]
    if len(names) != 1:
        raise _refused(address, f"{len(names)} dimensions of categories", "report this: Nomis has changed its layout")
    return names[0]


def _draft(answer: Fetched, folder: Path, parents: tuple[int | None, ...] | None) -> Path:
    """The file with the new rows under a temporary name, checked as a reader would; nothing is left where it fails."""
    path = folder / answer.table.file
    old = read_text_table(path) if path.exists() else None
    draft = path.with_name(f".{path.name}.part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _merged(answer, old).to_csv(draft, index=False, lineterminator="\n", encoding="utf-8")
        read_census_table(draft, answer.table, parents)
    except InputError as error:
        draft.unlink(missing_ok=True)
        raise InputError(
            error.file.replace(draft.name, path.name),
            row=error.row,
            column=error.column,
            found=error.found,
            expected=error.expected,
            action=f"{error.action}. No file was changed.",
        ) from error
    return draft


def _merged(answer: Fetched, old: pd.DataFrame | None) -> pd.DataFrame:
    new = _in_layout(answer, old)
    if old is None:
        return new
    kept = old[~old[old.columns[0]].isin(answer.counts.index)]
    return pd.concat([kept, new], ignore_index=True)


def _in_layout(answer: Fetched, old: pd.DataFrame | None) -> pd.DataFrame:
    """The new rows in the columns of the old file, or in the project's own layout where there is none."""
    labels = answer.table.table == "QS203EW"
    size = len(answer.table.categories)
    codes = [f"{answer.table.table}_total", *(f"{answer.table.table}{number:03d}" for number in range(1, size))]
    frame = answer.counts.set_axis(list(answer.table.categories) if labels else codes, axis=1)
    frame.insert(0, "area_name" if labels else "area_code", answer.names if labels else answer.counts.index)
    frame = frame.reset_index() if labels else frame.reset_index(drop=True)
    if old is None:
        return frame
    renamed = frame.set_axis(list(old.columns), axis=1) if _same_layout(frame, old) else None
    if renamed is None:
        raise InputError(
            answer.table.file,
            row=1,
            found="a file in another layout",
            expected="the layout of " + ", ".join(frame.columns[:3]) + " ...",
            action="move the file away, or fetch into another folder",
        )
    return renamed


def _same_layout(frame: pd.DataFrame, old: pd.DataFrame) -> bool:
    return old.columns[0].lower() in CODE_COLUMNS and list(old.columns[1:]) == list(frame.columns[1:])
