"""A made-up team's workbook as teams have them, with everything that goes wrong in one, and what it truly says.

Titles above the names, merged cells, two waves on two sheets, answers remembered, a register by session and one as a list,
an advice log, totals, formulas with their last values, times in words, decimal commas, days with the day first, ids in
several spellings and one twice, comments, a hidden sheet, sheets protected without a password. Nobody's answers.
"""

import re
import shutil
import sys
import zipfile
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.comments import Comment

PEOPLE, ANSWERED_AFTER = 64, 52
BEFORE, AFTER, WIDE, LONG, LOG, LOOKUP = "Baseline", "Follow-up", "Register", "Sessions list", "Advice log", "Codes"
RATED = {
    "english": ("very poor", "poor", "fair", "good", "very good"),
    "health": ("very poor", "poor", "fair", "good", "very good"),
    "safety": ("very unsafe", "unsafe", "neither", "safe", "very safe"),
    "trust": ("very low", "low", "fair", "high", "very high"),
    "employability": ("very low", "low", "fair", "high", "very high"),
}
ASKED = {
    "confidence": "Confidence (faces, 1-9)",
    "friends": "How many friends do you see regularly?",
    "english": "Your English is...",
    "health": "Your health is...",
    "safety": "How safe do you feel in the area?",
    "trust": "How much do you trust people here?",
    "employability": "How ready for work are you?",
}
COURSES = ("English class", "Work club", "Women's circle")
TYPES = ("help", "assistance", "signpost")


def people(seed: int) -> pd.DataFrame:
    """What is true of 64 made-up people: a row each, columns as in the data dictionary, NaN where nothing was answered."""
    draw = np.random.default_rng(seed)
    n = PEOPLE
    frame = pd.DataFrame({"person_id": [f"NG-{place:03d}" for place in range(1, n + 1)]})
    frame["joined_on"] = [date(2023, 9, 4) + timedelta(int(days)) for days in draw.integers(0, 110, n)]
    frame["birth_year"] = draw.integers(1960, 2003, n)
    frame["course"] = draw.choice(COURSES, n, p=(0.5, 0.25, 0.25))
    frame["months_in_uk"] = draw.integers(1, 16, n) * 6.0
    frame["after"] = np.arange(n) % 16 < 13
    for item in ASKED:
        high = 9 if item in ("confidence", "friends") else 5
        before = np.clip(np.round(draw.normal(0.5 * high, 0.17 * high, n)), 1, high)
        gain = draw.choice([-1, 0, 1, 2], n, p=(0.1, 0.3, 0.4, 0.2))
        frame[f"{item}_pre"] = before
        frame[f"{item}_post"] = np.where(frame["after"], np.clip(before + gain, 1, high), np.nan)
        if item in ("confidence", "english"):
            lower = np.clip(before - draw.choice([0, 1], n), 1, high)
            frame[f"{item}_then"] = np.where(frame["after"], lower, np.nan)
    frame.loc[[4, 20], "health_pre"] = np.nan
    frame.loc[[9], "trust_post"] = np.nan
    return frame


def write_messy(folder: Path, seed: int = 1) -> pd.DataFrame:
    """Write `Northgate records.xlsx` and what lies beside it into `folder`; returns `people(seed)`."""
    folder.mkdir(parents=True, exist_ok=True)
    truth, book = people(seed), Workbook()
    book.remove(book.active)
    formulas: dict[str, dict[str, str]] = {}
    for name, write in (
        (BEFORE, _before),
        (AFTER, _after),
        (WIDE, _wide),
        (LONG, _long),
        (LOG, _log),
        (LOOKUP, _codes),
    ):
        sheet = book.create_sheet(name)
        formulas[name] = write(sheet, truth, np.random.default_rng([seed, len(formulas)])) or {}
        sheet.protection.sheet = True
    book[LOOKUP].sheet_state = "hidden"
    path = folder / "Northgate records.xlsx"
    book.save(path)
    _with_values(path, [formulas[name] for name in book.sheetnames])
    (folder / "Minutes of meeting.txt").write_text("Register to be kept by Mary.\n", encoding="utf-8")
    return truth


def _before(sheet, truth, draw) -> dict[str, str]:
    sheet["A1"] = "Northgate Women's Project - questionnaire at the start"
    sheet.merge_cells("A1:L1")
    sheet["A2"] = "Filled in by volunteers; dates are day/month/year"
    sheet["A4"], sheet["F4"] = "About the person", "Answers"
    sheet.merge_cells("A4:E4")
    sheet.merge_cells("F4:L4")
    names = [
        "Participant code",
        "Date joined",
        "Year of birth",
        "Main activity",
        "Time in UK (years)",
        *ASKED.values(),
        "Notes",
    ]
    for place, name in enumerate(names, start=1):
        sheet.cell(5, place, name)
    row = 6
    for i, one in truth.iterrows():
        if i == 30:
            row += 1  # an empty row in the middle
        _person(sheet, row, i, one)
        row += 1
    _person(sheet, row, 7, truth.loc[7].replace({truth.loc[7, "confidence_pre"]: 9}))
    sheet.cell(row, 6, 1)  # the same id again, with another answer
    sheet.cell(row + 2, 1, "Average")
    sheet.cell(row + 2, 6, f"=AVERAGE(F6:F{row})")
    sheet["B9"].comment = Comment("check with Mary", "volunteer")
    return {f"F{row + 2}": "4.5"}


def _person(sheet, row: int, i: int, one: pd.Series) -> None:
    day = one["joined_on"]
    joined = day if i % 3 else f"{day.day:02d}/{day.month:02d}/{day.year}"
    cells = [one["person_id"], joined, one["birth_year"], _mixed(one["course"], i), _time(one["months_in_uk"], i)]
    cells += [_answer(item, one[f"{item}_pre"], i) for item in ASKED]
    for place, value in enumerate(cells, start=1):
        sheet.cell(row, place, value)
    if i % 10 == 0:
        sheet.cell(row, 13, "came with her sister the first time and asked about childcare")


def _mixed(text: str, i: int) -> str:
    return (text, text.upper(), text.lower(), f" {text} ")[i % 4]


def _time(months: float, i: int) -> str | float:
    """Years as a number, with a decimal comma, or in words; months in words."""
    years = months / 12
    if i % 4 == 0 and years.is_integer():
        return f"{years:.0f} years" if years != 1 else "1 year"
    if i % 4 == 1:
        return f"{months:.0f} months"
    return f"{years:g}".replace(".", ",") if i % 4 == 2 else years


def _answer(item: str, value: float, i: int) -> str | int | None:
    if pd.isna(value):
        return ("N/A", "", None)[i % 3]
    return _mixed(RATED[item][int(value) - 1], i) if item in RATED else int(value)


def _after(sheet, truth, draw) -> dict[str, str]:
    sheet["A1"] = "Follow-up interviews, May 2024"
    names = ["ID code", "Interview date", "Main activity", *ASKED.values()]
    names += [
        "Looking back: confidence when you joined",
        "Looking back: your English when you joined",
        "Weeks volunteered",
    ]
    for place, name in enumerate(names, start=1):
        sheet.cell(3, place, name)
    values, row = {}, 4
    for i, one in truth[truth["after"]].iterrows():
        code = "NG-O12" if one["person_id"] == "NG-012" else one["person_id"]
        code = code.lower() if i % 5 == 0 else f" {code}" if i % 7 == 0 else code
        cells = [code, f"{1 + i % 28}/5/2024", f"=VLOOKUP(A{row},{BEFORE}!A:D,4,FALSE)"]
        cells += [_answer(item, one[f"{item}_post"], i) for item in ASKED]
        cells += [
            int(one["confidence_then"]),
            _mixed(RATED["english"][int(one["english_then"]) - 1], i),
            f"{i % 4} weeks",
        ]
        for place, value in enumerate(cells, start=1):
            sheet.cell(row, place, value)
        values[f"C{row}"] = "#N/A" if i == 11 else one["course"]
        row += 1
    sheet.cell(row, 1, "Total")
    sheet.cell(row, 4, f"=COUNT(D4:D{row - 1})")
    return values | {f"D{row}": str(row - 4)}


SESSIONS = tuple(date(2023, 10, 3) + timedelta(7 * week) for week in range(10))


def came(truth: pd.DataFrame, week: int) -> pd.Series:
    """Who came to the session of a week."""
    return (truth.index * 7 + week * 3) % 10 < 6


def _wide(sheet, truth, draw) -> dict[str, str]:
    sheet["A1"] = "Register"
    sheet.cell(3, 1, "Participant code")
    for place, day in enumerate(SESSIONS, start=2):
        sheet.cell(3, place, f"{day.day:02d}/{day.month:02d}/{day.year}")
    sheet.cell(3, 12, "Total")
    values = {}
    for row, (i, one) in enumerate(truth.iterrows(), start=4):
        sheet.cell(row, 1, one["person_id"])
        for week in range(10):
            sheet.cell(row, 2 + week, ("x", "X", "yes")[i % 3] if came(truth, week)[i] else (None, "absent")[i % 2])
        sheet.cell(row, 12, f"=COUNTA(B{row}:K{row})")
        values[f"L{row}"] = str(sum(came(truth, week)[i] for week in range(10)))
    sheet.cell(row + 1, 1, "TOTAL")
    sheet.cell(row + 1, 2, f"=COUNTA(B4:B{row})")
    return values | {f"B{row + 1}": "38"}


def _long(sheet, truth, draw) -> None:
    sheet.append(["Participant code", "Session date", "Course"])
    for i, one in truth.iterrows():
        for week in range(i % 4):
            day = date(2024, 1, 16) + timedelta(7 * week)
            sheet.append([one["person_id"].lower(), f"{day.day:02d}/{day.month:02d}/{day.year}", one["course"]])


def _log(sheet, truth, draw) -> None:
    sheet.append(["Advice given by participants"])
    sheet.append([])
    sheet.append(["Adviser code", "Date of contact", "Type of contact", "Topic"])
    for place in range(40):
        day = date(2024, 2, 1) + timedelta(place)
        sheet.append(
            [
                truth["person_id"][place % 20],
                f"{day.day:02d}/{day.month:02d}/{day.year}",
                _mixed(TYPES[place % 3], place),
                "health",
            ]
        )
    sheet.append(["Total", "", 40])


def _codes(sheet, truth, draw) -> None:
    sheet.append(["Code", "Activity"])
    for code, name in enumerate(COURSES, start=1):
        sheet.append([code, name])


def _with_values(path: Path, values: list[dict[str, str]]) -> None:
    """Put the value that each formula had when it was saved into the file, as a spreadsheet program does."""
    made = path.with_suffix(".new")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            content = old.read(part)
            if found := re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", part):
                content = _valued(content.decode("utf-8"), values[int(found[1]) - 1]).encode("utf-8")
            new.writestr(part, content)
    shutil.move(made, path)


def _valued(text: str, values: dict[str, str]) -> str:
    def put(found: re.Match[str]) -> str:
        value = values[found[1]]
        kind = "e" if value.startswith("#") else "n" if re.fullmatch(r"[\d.]+", value) else "str"
        return f'<c r="{found[1]}" t="{kind}"><f>{found[2]}</f><v>{value.replace("&", "&amp;")}</v></c>'

    return re.sub(r'<c r="([A-Z]+\d+)"[^>]*><f>(.*?)</f><v\s*/?>(?:</v>)?</c>', put, text)


if __name__ == "__main__":
    write_messy(Path(sys.argv[1]))
