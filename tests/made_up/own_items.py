"""A made-up team of 64 people with three items of its own on different scales, two groups and a third wave. Nobody's answers.

Wellbeing is a score of WEMWBS, loneliness the three questions behind UCLA's score (less is better), hope an own scale
from 0 to 10. Groups are a centre, in a column of its own, and bands of age. Whoever is older answers afterwards more often.
"""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from openpyxl import Workbook

PEOPLE = 64
CENTRES = ("Harbour", "Mill Lane")
RECORDS = """\
dates: iso
items:
  wellbeing: {label: Wellbeing, scale: wemwbs}
  lonely: {label: Loneliness, scale: ucla3}
  hope: {label: Hope, scale: [0, 10], better: higher}
groups:
  centre: {label: Centre, reference: Harbour}
  age_band: {label: Age, of: age, bands: [30, 45]}
later: {six: six months later}
sources:
- {file: team.xlsx, sheet: start, table: questionnaire, wave: pre, columns: {code: person_id, joined: joined_on, born: birth_year,
    where: centre, WEMWBS: wellbeing, lonely 1: lonely.1, lonely 2: lonely.2, lonely 3: lonely.3, hope: hope}}
- {file: team.xlsx, sheet: end, table: questionnaire, wave: post, columns: {code: person_id, WEMWBS: wellbeing, lonely 1: lonely.1,
    lonely 2: lonely.2, lonely 3: lonely.3, hope: hope}}
- {file: team.xlsx, sheet: later, table: questionnaire, wave: six, columns: {code: person_id, WEMWBS: wellbeing, hope: hope}}
"""


def people(seed: int = 5) -> pd.DataFrame:
    """What is true of them: a row each; NaN where nothing was answered."""
    draw = np.random.default_rng(seed)
    frame = pd.DataFrame({"person_id": [f"T{place:02d}" for place in range(1, PEOPLE + 1)]})
    frame["joined_on"], frame["birth_year"] = date(2024, 1, 15), draw.integers(1964, 2004, PEOPLE)
    frame["centre"] = np.where(np.arange(PEOPLE) % 8 < 5, *CENTRES)
    after = draw.random(PEOPLE) < np.where(2024 - frame["birth_year"] > 35, 0.95, 0.7)
    later = after & (draw.random(PEOPLE) < 0.75)
    frame["wellbeing_pre"] = draw.integers(25, 55, PEOPLE)
    frame["wellbeing_post"] = np.clip(frame["wellbeing_pre"] + draw.integers(-5, 12, PEOPLE), 14, 70)
    frame["wellbeing_six"] = np.clip(frame["wellbeing_post"] + draw.integers(-4, 5, PEOPLE), 14, 70)
    for place in (1, 2, 3):
        frame[f"lonely.{place}_pre"] = draw.integers(1, 4, PEOPLE)
        frame[f"lonely.{place}_post"] = np.clip(frame[f"lonely.{place}_pre"] - draw.integers(-1, 3, PEOPLE), 1, 3)
    frame["hope_pre"] = draw.integers(1, 8, PEOPLE)
    frame["hope_post"] = np.clip(frame["hope_pre"] + draw.choice([-1, 0, 1, 2, 3], PEOPLE), 0, 10)
    frame["hope_six"] = np.clip(frame["hope_post"] + draw.choice([-2, -1, 0, 1], PEOPLE), 0, 10)
    for wave, there in (("post", after), ("six", later)):
        names = [name for name in frame if name.endswith(f"_{wave}")]
        frame[names] = frame[names].astype(float).mul(np.where(there, 1.0, np.nan), axis=0)
    frame.loc[3, "lonely.2_pre"] = np.nan
    for wave in ("pre", "post"):
        frame[f"lonely_{wave}"] = frame[[f"lonely.{place}_{wave}" for place in (1, 2, 3)]].sum(axis=1, skipna=False)
    return frame


def write_own(folder: Path, seed: int = 5) -> pd.DataFrame:
    """Write `team.xlsx` and the finished `records.yaml` into a folder of records; returns `people(seed)`."""
    folder.mkdir(parents=True, exist_ok=True)
    truth, book = people(seed), Workbook()
    book.remove(book.active)
    about = {"code": "person_id", "joined": "joined_on", "born": "birth_year", "where": "centre"}
    for sheet, wave in (("start", "pre"), ("end", "post"), ("later", "six")):
        asked = {"WEMWBS": "wellbeing", **{f"lonely {k}": f"lonely.{k}" for k in (1, 2, 3)}, "hope": "hope"}
        names = {name: f"{item}_{wave}" for name, item in asked.items() if f"{item}_{wave}" in truth}
        names = {**(about if wave == "pre" else {"code": "person_id"}), **names}
        rows = truth if wave == "pre" else truth[truth[f"hope_{wave}"].notna()]
        page = book.create_sheet(sheet)
        page.append(list(names))
        for row in rows[list(names.values())].itertuples(index=False):
            page.append([None if pd.isna(cell) else cell for cell in row])
    book.save(folder / "team.xlsx")
    (folder / "records.yaml").write_text(RECORDS, encoding="utf-8")
    return truth
