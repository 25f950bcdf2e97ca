"""Records as other teams keep them: what a newcomer's workbook and exports of other shapes are taken for, and what is asked."""

import csv
import re
from datetime import date
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
import yaml
from openpyxl import Workbook

from analysis.errors import InputError
from analysis.participants.draft import draft
from analysis.participants.draft_columns import moment_of_wave
from analysis.participants.draft_looks import CELLS, DECIDE, GUESSED, IDS, LEFT, NOTED
from analysis.participants.draft_sheets import sheets_of
from analysis.participants.draft_sources import Assembled, assemble
from analysis.participants.layout import read_layout
from analysis.questionnaire.groups import ages

CODES = [f"BR-{place:03d}" for place in range(1, 21)]
SAFE = ("very unsafe", "unsafe", "neither", "safe", "very safe")


def book(folder: Path, sheets: dict[str, list[list[object]]], merged: dict[str, list[str]] | None = None) -> Path:
    """A folder with one workbook of sheets, by their rows."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for place in (merged or {}).get(name, []):
            sheet.merge_cells(place)
    made.save(folder / "Monitoring FINAL v3.xlsx")
    return folder


def read(folder: Path, edits: dict[str, str] | None = None) -> tuple[Assembled, str]:
    """What a folder's draft, edited, makes of it, and the draft."""
    text = draft(folder)
    for found, put in (edits or {}).items():
        assert text.count(found) == 1, (found, text)
        text = text.replace(found, put)
    return taken(folder, text), text


def taken(folder: Path, text: str) -> Assembled:
    """What a records.yaml makes of a folder."""
    (folder / "records.yaml").write_text(text, encoding="utf-8")
    layout = read_layout(folder / "records.yaml", "records.yaml")
    (folder / "records.yaml").unlink()
    return assemble(folder, layout.sources, layout.dates, layout.own(folder, "records.yaml"))


def targets(text: str) -> dict[str, str]:
    """What each column of a draft is taken for."""
    return {
        name: target.strip('"') for name, target in re.findall(r'^    "(.*)": (leave out|\S+)  #', text, re.MULTILINE)
    }


# When something was asked -----------------------------------------------------------------------------------------


def test_now_in_a_questionnaire_at_the_start_is_before_and_in_one_at_the_end_after(tmp_path):
    """Merged words above the questions say `now` on both sheets: the sheets say when that was."""
    names = ["Participant No.", "How confident do you feel? (1-9)", "How safe do you feel?", "How is your English?"]
    sheets = {
        sheet: [[None, "How things are now"], names, *([code, points, SAFE[points % 5], "fair"] for code in CODES)]
        for sheet, points in (("Start Sept 23", 3), ("End March 24", 6))
    }
    done, _ = read(book(tmp_path / "in", sheets, dict.fromkeys(sheets, ["B1:D1"])))
    assert done.stops == []
    values = done.tables["questionnaire"].values
    assert set(values["confidence_pre"]) == {3} and set(values["confidence_post"]) == {6}
    assert set(values["safety_pre"]) == {4} and set(values["safety_post"]) == {2}


def test_now_alone_says_nothing_and_is_asked_about(tmp_path):
    rows = [
        ["Client ID", "How is your English now?", "How safe do you feel now?"],
        *([code, "fair", "safe"] for code in CODES),
    ]
    done, text = read(book(tmp_path / "in", {"Form responses 1": rows}))
    assert 'wave: "?"' in text
    assert [look.kind for look in done.stops] == [DECIDE]
    rows[0].append("How was your English before you came?")
    done, text = read(book(tmp_path / "more", {"Form responses 1": [[*row, "poor"][:4] for row in rows]}))
    assert targets(text)["How is your English now?"] == "english_post"


def test_a_question_named_as_asked_after_in_a_table_of_before_is_asked_about(tmp_path):
    rows = [["Client ID", "Health after the course"], *([code, "good"] for code in CODES)]
    done, text = read(book(tmp_path / "in", {"Baseline": rows}))
    assert targets(text)["Health after the course"] == "?"


def test_the_day_of_a_questionnaire_at_the_start_is_no_interview_after(tmp_path):
    rows = [["Client ID", "Date form filled in", "Health"], *([code, date(2023, 9, 4), "good"] for code in CODES)]
    _, text = read(book(tmp_path / "in", {"Start": rows}))
    assert targets(text)["Date form filled in"] == "?" and "joined_on" in text
    _, text = read(book(tmp_path / "after", {"End": rows}))
    assert targets(text)["Date form filled in"] == "interview_date"


def test_a_question_that_holds_the_word_round_is_no_wave_and_a_column_of_visits_is_one(tmp_path):
    rows = [
        ["Client ID", "Which visit is this?", "How much do you trust people round here?", "Do you shop round here?"]
    ]
    rows += [[code, "First visit", "low", "Yes"] for code in CODES] + [
        [code, "Last visit", "high", "No"] for code in CODES[:12]
    ]
    done, text = read(book(tmp_path / "in", {"Sheet1": rows}))
    assert targets(text) == dict(zip(rows[0], ("person_id", "wave", "trust", "leave out"), strict=True))
    values = done.tables["questionnaire"].values
    assert (len(values), values["trust_pre"].sum(), values["trust_post"].sum()) == (20, 40, 48)


@pytest.mark.parametrize(
    ("cell", "when"), [("Leaving", "post"), ("now", "post"), ("1st", None), ("First", "pre"), ("7", None)]
)
def test_what_a_wave_is_called_in_cells(cell, when):
    assert moment_of_wave(cell) == when


def test_while_it_is_asked_which_wave_a_row_is_of_no_row_is_said_to_repeat_another(tmp_path):
    rows = [["Client ID", "Stage", "Health"]]
    rows += [[code, stage, "good"] for code in CODES for stage in ("Alpha", "Beta")]
    done, _ = read(book(tmp_path / "in", {"Sheet1": rows}))
    assert [look.kind for look in done.looks if "repeats" in look.what] == []
    assert [look.kind for look in done.stops] == [DECIDE]
    rows[0][1] = "Colour"
    done, _ = read(book(tmp_path / "without", {"Sheet1": rows}))
    assert "put `wave` for the column that says which" in done.stops[0].action


def test_before_and_after_above_names_that_stand_twice_hold_up_to_the_next_without_being_merged(tmp_path):
    rows = [[None, "Before", None, "After"], ["ID", "Confidence", "Health", "Confidence", "Health"]]
    done, _ = read(book(tmp_path / "in", {"Sheet1": [*rows, *([code, 4, "fair", 6, "good"] for code in CODES)]}))
    assert done.stops == []
    values = done.tables["questionnaire"].values.drop(columns="person_id").dropna(axis=1, how="all")
    assert values.mean().to_dict() == {"confidence_pre": 4, "confidence_post": 6, "health_pre": 3, "health_post": 4}


def test_a_question_named_like_one_of_ours_with_answers_of_its_own_is_not_left_out_unsaid(tmp_path):
    rows = [["Client ID", "Trust", "Health before", "Health after"]]
    rows += [[code, f"{i % 5 + 1}/5", "fair", "good"] for i, code in enumerate(CODES)]
    done, text = read(book(tmp_path / "in", {"Start": rows}))
    assert '"Trust": "?"' in text
    assert [look.kind for look in done.stops] == [DECIDE]


# Whose rows they are ------------------------------------------------------------------------------------------------

QUESTIONS = [["Participant No.", "Health before", "Health after"], *([code, "fair", "good"] for code in CODES)]


def test_a_register_whose_ids_have_no_such_name_is_known_by_its_cells_and_marks_of_a_team_are_asked_about(tmp_path):
    days = [date(2023, 10, day) for day in (3, 10, 17)]
    marks = [["x", "abs", "hol"] if place % 2 else ["x", "x", "ill"] for place in range(20)]
    register = [["Autumn"], ["No.", "Total", *days], *([code, 3, *row] for code, row in zip(CODES, marks, strict=True))]
    register.append(["Total present", None, 20, 10, 0])
    folder = book(tmp_path / "in", {"Answers": QUESTIONS, "Register": register})
    done, text = read(folder)
    assert [*targets(text).values()][3:] == ["person_id", "leave out", "session", "session", "session"]
    assert '"hol": "?"  # 10' in text
    assert [(look.kind, look.count) for look in done.stops] == [(DECIDE, 10)]
    done, _ = read(folder, {'"hol": "?"': '"hol": absent'})
    assert done.stops == []
    assert done.tables["attendance"].values["session_date"].dt.day.value_counts().to_dict() == {3: 20, 10: 10}
    done, _ = read(folder, {'"hol": "?"': '"hol": came'})
    assert len(done.tables["attendance"].values) == 40
    assert any(look.kind == LEFT and "totals" in look.what for look in done.looks)


def test_numbers_that_may_count_the_rows_are_asked_about_and_no_long_table_is_left_out_unsaid(tmp_path):
    answers = [["Client ID", "Health before", "Health after"], *([place, "fair", "good"] for place in range(1, 21))]
    list_ = [["No.", "Day", "Came"], *([place, date(2023, 10, 3), "y"] for place in range(1, 21))]
    done, text = read(book(tmp_path / "in", {"Answers": answers, "Sheet2": list_}))
    assert '"No.": "?"' in text and "person_id? its cells are ids" in text
    assert {look.where for look in done.stops} == {"Monitoring FINAL v3.xlsx, sheet Sheet2"}
    notes = [["Topic", "Where"], *([f"Topic {place}", "hall"] for place in range(12))]
    done, _ = read(book(tmp_path / "other", {"Answers": QUESTIONS, "Sheet2": notes}))
    assert [look.what for look in done.stops] == ["which table this is"]
    done, _ = read(book(tmp_path / "few", {"Answers": QUESTIONS, "Sheet2": notes[:4]}))
    assert done.stops == []


def test_kinds_of_advice_are_known_by_their_cells(tmp_path):
    kinds = ("Help", "signposting", "Assistance")
    log = [
        ["Date", "Participant No. (adviser)", "What kind"],
        *([date(2023, 10, 3), code, kinds[i % 3]] for i, code in enumerate(CODES)),
    ]
    done, _ = read(book(tmp_path / "in", {"Answers": QUESTIONS, "Advice log": log}))
    assert done.stops == []
    assert done.tables["advice_contacts"].values["type"].value_counts().to_dict() == {
        "help": 7,
        "signpost": 7,
        "assistance": 6,
    }


def test_ids_with_noughts_on_one_sheet_alone_are_one_question(tmp_path):
    before = [["ID", "Health"], *([place, "fair"] for place in range(1, 21))]
    after = [["ID", "Health"], *([f"{place:03d}", "good"] for place in range(1, 18))]
    folder = book(tmp_path / "in", {"Pre": before, "Post": after})
    done, text = read(folder)
    assert 'all: "?"' in text
    assert [(look.count, "near_ids: {all: same}" in look.action) for look in done.stops] == [(17, True)]
    done, _ = read(folder, {'all: "?"': "all: same"})
    values = done.tables["questionnaire"].values
    assert done.stops == [] and values["health_post"].notna().tolist() == [True] * 17 + [False] * 3
    done, _ = read(folder, {'all: "?"': "all: same\n    2: other"})
    assert done.stops == [] and len(done.tables["questionnaire"].values) == 21
    done, _ = read(folder, {'all: "?"': "all: other"})
    assert done.stops == [] and len(done.tables["questionnaire"].values) == 37


# What cells hold --------------------------------------------------------------------------------------------------


def test_a_formula_whose_value_is_no_text_is_an_empty_cell(tmp_path):
    """Spreadsheet programs write the empty text that IFERROR(...,"") gives as a value of its own kind."""
    from zipfile import ZipFile

    rows = [["Client ID", "Health before", "Health after"], *([code, "fair", '=""'] for code in CODES)]
    folder = book(tmp_path / "in", {"Sheet1": rows})
    path, parts = folder / "Monitoring FINAL v3.xlsx", {}
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name] = re.sub(rb'<c r="(C1?[0-9])"><f>', rb'<c r="\1" t="str"><f>', parts[name])
    with ZipFile(path, "w") as archive:
        for each, content in parts.items():
            archive.writestr(each, content)
    done, _ = read(folder)
    cells = [look for look in done.stops if look.kind == CELLS]
    assert [(look.rows, "column 'Health after'" in look.where) for look in cells] == [((20, 21), True)]
    assert len(sheets_of(path)[0].unvalued) == 2


def test_a_question_mark_in_a_cell_is_no_question_of_the_draft(tmp_path):
    rows = [["Client ID", "Group", "Health before", "Health after"]]
    rows += [[code, "?" if i == 4 else "Sewing", "fair", "good"] for i, code in enumerate(CODES)]
    done, _ = read(book(tmp_path / "in", {"Sheet1": rows}))
    assert done.stops == []
    assert done.tables["questionnaire"].values["course"].isna().tolist() == [i == 4 for i in range(20)]


def test_names_of_groups_in_several_spellings_are_one_and_all_groups_are_told(tmp_path):
    words = ("Sewing", "sewing", "SEWING ", "IT;")
    rows = [["Client ID", "Which classes?", "Sex", "Health before", "Health after"]]
    rows += [[code, words[i % 4], "FfFm"[i % 4], "fair", "good"] for i, code in enumerate(CODES)]
    edits = {"sources:": "groups: {sex: {label: Sex}}\nsources:", '"Sex": leave out': '"Sex": sex'}
    done, text = read(book(tmp_path / "in", {"Sheet1": rows}), edits)
    assert '(items, or groups): "Sex"' in text
    values = done.tables["questionnaire"].values
    assert values["course"].value_counts().to_dict() == {"Sewing": 15, "IT": 5}
    assert values["sex"].value_counts().to_dict() == {"F": 15, "m": 5}
    told = {look.where: look.what for look in done.looks if look.kind == GUESSED and "groups" in look.what}
    assert told == {
        "questionnaire, course": "2 groups: Sewing (15), IT (5)",
        "questionnaire, sex": "2 groups: F (15), m (5)",
    }
    assert any(look.kind == NOTED and "another spelling" in look.what and look.count == 10 for look in done.looks)


def test_of_two_columns_of_one_name_an_empty_one_and_one_of_texts_are_not_asked_about(tmp_path):
    rows = [
        [
            "Client ID",
            "Which group?",
            "Which group? - Other",
            "Which group? - Other (please say)",
            "Why did you choose this course?",
            "Health now",
            "Health before",
        ]
    ]
    rows += [
        [code, "Sewing", None, "the one of Maria" if i == 3 else None, "a friend came", "good", "fair"]
        for i, code in enumerate(CODES)
    ]
    done, text = read(book(tmp_path / "in", {"Sheet1": rows}))
    assert done.stops == []
    assert list(targets(text).values()) == [
        "person_id",
        "course",
        *["leave out"] * 3,
        "health_post",
        "health_pre",
    ]


def test_several_choices_in_one_cell_are_asked_about(tmp_path):
    rows = [["Client ID", "Which classes?", "Health before", "Health after"]]
    rows += [[code, "English;Sewing;" if i < 5 else "English;", "fair", "good"] for i, code in enumerate(CODES)]
    done, text = read(book(tmp_path / "in", {"Sheet1": rows}))
    assert '"English;Sewing;": "?"  # 5' in text
    assert [(look.kind, look.count) for look in done.stops] == [(DECIDE, 5)]


def test_what_answers_in_words_mean_is_said_once_for_all_tables_and_questions(tmp_path):
    words = ("Never", "Rarely", "Often")
    sheets = {}
    for sheet, shift in (("Start", 0), ("End", 1)):
        rows = [["Client ID", "Feeling useful", "Feeling calm"]]
        sheets[sheet] = rows + [[code, words[i % 2 + shift], words[shift].upper()] for i, code in enumerate(CODES)]
    folder, own = (
        book(tmp_path / "in", sheets),
        "items: {calm: {label: Calm, scale: [1, 3], better: higher, questions: 2}}\n",
    )
    own += "values: {calm: {Never: 1, Rarely: 2, Often: 3}}\n"
    text = draft(folder)
    assert text.count('"Feeling useful"') == 3  # named above as one of a few answers, and on each sheet
    text = text.replace("sources:\n", own + "sources:\n")
    text = re.sub(r'"Feeling useful": (leave out|"\?")', '"Feeling useful": calm.1', text)
    text = re.sub(r'"Feeling calm": (leave out|"\?")', '"Feeling calm": calm.2', text)
    done = taken(folder, text)
    assert done.stops == [], [str(look) for look in done.stops]
    values = done.tables["questionnaire"].values
    assert values["calm_pre"].tolist() == [2 if i % 2 == 0 else 3 for i in range(20)]
    assert values["calm_post"].tolist() == [4 if i % 2 == 0 else 5 for i in range(20)]


# Survey programs ----------------------------------------------------------------------------------------------------


def scale_file(folder: Path, ends: dict[float, str]) -> Path:
    """SPSS: confidence on nine points of which the file names the ends alone, 99 an answer that is none."""
    folder.mkdir()
    frame = pd.DataFrame({"RESP": CODES, "A": [float(i % 9 + 1) for i in range(19)] + [99.0], "B": [9.0] * 20})
    labels = {"RESP": "Respondent number", "A": "Confidence, baseline", "B": "Confidence, follow-up"}
    pyreadstat.write_sav(
        frame,
        folder / "clean.sav",
        column_labels=labels,
        variable_value_labels={"A": {**ends, 99: "Don't know"}, "B": ends},
        missing_ranges={"A": [{"lo": 99, "hi": 99}]},
    )
    return folder


def test_of_a_scale_with_names_at_its_ends_alone_the_numbers_are_read(tmp_path):
    done, text = read(scale_file(tmp_path / "in", {1: "Not at all confident", 9: "Very confident"}))
    assert done.stops == [] and "\n  values:" not in text
    table = done.tables["questionnaire"]
    assert table.values["confidence_pre"].tolist()[:19] == [i % 9 + 1 for i in range(19)]
    assert table.status["confidence_pre"][19] == "missing"
    told = [look.what for look in done.looks if look.kind == GUESSED and "is called" in look.what]
    assert told == [
        "answers in numbers: 1 is called 'Not at all confident', 9 is called 'Very confident'; 9 is taken as the best"
    ]


def test_ends_whose_names_are_the_other_way_round_stop(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    frame = pd.DataFrame(
        {"RESP": CODES, "A": [float(i % 5 + 1) for i in range(20)], "B": [float(i % 4 + 2) for i in range(20)]}
    )
    labels = {"RESP": "Respondent number", "A": "English, baseline", "B": "English, follow-up"}
    ends = {1: "Very good", 5: "Very poor"}
    pyreadstat.write_sav(frame, folder / "a.sav", column_labels=labels, variable_value_labels={"A": ends, "B": ends})
    done, _ = read(folder)
    assert [look.kind for look in done.stops] == [DECIDE, DECIDE]
    done, _ = read(folder, {"  columns:": "  reversed: [english]\n  columns:"})
    assert done.stops == []
    assert done.tables["questionnaire"].values["english_pre"].tolist() == [5 - i % 5 for i in range(20)]


QUALTRICS = ("StartDate", "Status", "DistributionChannel", "ResponseId", "RecipientLastName", "Q1", "Q2", "Q3")
TEXTS = (
    "Start Date",
    "Response Type",
    "Distribution Channel",
    "Response ID",
    "Recipient Last Name",
    "Your code",
    "Before you joined, how safe did you feel?",
    "And today, how safe do you feel?",
)


def test_previews_of_a_qualtrics_export_are_left_out_and_told(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    rows = [QUALTRICS, TEXTS, tuple(f'"{{""ImportId"":""{name}""}}"' for name in QUALTRICS)]
    rows.append(("2024-04-01", "Survey Preview", "preview", "R_0", "", "test", "Safe", "Safe"))
    rows += [
        ("2024-04-01", "IP Address", "anonymous", f"R_{i}a", "Khan", code, "unsafe", "safe")
        for i, code in enumerate(CODES)
    ]
    text = "\n".join(
        ",".join(f'"{cell}"' if "," in cell and not cell.startswith('"') else cell for cell in row) for row in rows
    )
    (folder / "End survey.csv").write_text(text, encoding="utf-8")
    done, made = read(folder)
    assert "Survey Preview" in made and "Khan" not in made
    assert done.stops == []
    assert len(done.tables["questionnaire"].values) == 20
    assert any(look.kind == LEFT and "no responses" in look.what for look in done.looks)


def test_a_microsoft_form_brings_neither_name_nor_address_anywhere(tmp_path):
    names = [
        "ID",
        "Start time",
        "Completion time",
        "Email",
        "Name",
        "Your code (ask your tutor)",
        "Before the course, how was your English?",
        "How is your English now?",
        "Anything to add?",
    ]
    rows = [
        names,
        *(
            [
                i,
                date(2024, 4, 3),
                date(2024, 4, 3),
                f"zul{i}@example.org",
                f"Zulfiya Khanova {i}",
                code,
                "poor",
                "good",
                "I am Zulfiya",
            ]
            for i, code in enumerate(CODES, start=1)
        ),
    ]
    done, text = read(book(tmp_path / "in", {"Form1": rows}), {'English?": "?"': 'English?": english_then'})
    assert done.stops == []
    everything = text + "".join(map(str, done.looks)) + done.tables["questionnaire"].values.to_csv()
    assert not re.search("zul|khanova", everything, re.IGNORECASE)
    assert list(done.tables["questionnaire"].values.dropna(axis=1, how="all")) == [
        "person_id",
        "english_then",
        "english_post",
    ]


@pytest.mark.parametrize("header", ["Age", "How old are you?"])
def test_ages_are_read_and_bands_of_them_are_not(tmp_path, header):
    """Most teams ask the age and not the year of birth; after the programme it is another, so that of before counts."""
    rows = [["ID", header, "Age group", "Confidence", "Health"]]
    rows += [[code, f"{20 + i} years" if i % 3 else 20 + i, "25-34", 4, "fair"] for i, code in enumerate(CODES)]
    after = [["ID", header, "Confidence", "Health"], *([code, 21 + i, 6, "good"] for i, code in enumerate(CODES))]
    done, text = read(book(tmp_path / "in", {"Start": rows, "End": after}))
    assert text.count(f'"{header}": age_at_joining') == 1 and '"Age group": leave out' in text
    people = done.tables["questionnaire"].values.set_index("person_id")
    assert people["age_at_joining"].to_dict() == {code: 20 + i for i, code in enumerate(CODES)}
    given = people.assign(joined_on=pd.Timestamp(2024, 3, 1), birth_year=[1990.0] * 20)
    given.loc[CODES[3], "age_at_joining"] = None
    assert ages(given).to_dict() == {code: 34 if i == 3 else 20 + i for i, code in enumerate(CODES)}


def test_columns_of_a_scale_are_named_once_for_all_sheets(tmp_path):
    questions = [f"I have been feeling {each}" for each in ("useful", "relaxed", "close to others")]
    words = ["Rarely", "Often", "All of the time"]
    sheets = {
        name: [
            ["ID", *questions, "Health"],
            *([code, *[words[(i + add) % 3]] * 3, "fair"] for i, code in enumerate(CODES)),
        ]
        for name, add in (("Start", 0), ("End", 1))
    }
    own = "items:\n  feeling: {label: Feeling, scale: [1, 5], better: higher, questions: 3}\n"
    own += "values: {feeling: {Rarely: 2, Often: 4, All of the time: 5}}\n"
    own += "columns:\n" + "".join(f'  "{each}": feeling.{place}\n' for place, each in enumerate(questions, start=1))
    folder = book(tmp_path / "in", sheets)
    text = draft(folder)
    assert all(text.count(f'"{each}": leave out') == 2 for each in questions)
    values = taken(folder, own + text).tables["questionnaire"].values.set_index("person_id")
    sums = [6, 12, 15]
    assert values["feeling_pre"].tolist() == [sums[i % 3] for i in range(20)]
    assert values["feeling_post"].tolist() == [sums[(i + 1) % 3] for i in range(20)]
    with pytest.raises(InputError, match="'Feeling usefull' stands under none"):
        taken(folder, own.replace(questions[0], "Feeling usefull") + text)


# What was read in silence as something else ------------------------------------------------------------------------


def test_days_as_a_spreadsheet_s_numbers_are_days_and_this_is_told(tmp_path):
    rows = [["Client ID", "Date joined", "Health"], *([code, 45202 + n, "good"] for n, code in enumerate(CODES))]
    done, text = read(book(tmp_path / "in", {"Start": rows}))
    assert targets(text)["Date joined"] == "joined_on" and done.stops == []
    assert done.tables["questionnaire"].values["joined_on"].iloc[0] == pd.Timestamp("2023-10-03")
    assert [look.kind for look in done.looks if "numbers, counted from 1900" in look.what] == [NOTED]


def test_answers_of_afterwards_of_nobody_who_was_there_before_are_asked_about(tmp_path):
    """The ids of the second sheet are other ones throughout: its answers would all stand beside nobody's before."""
    start = [["Client ID", "Health"], *([code, "good"] for code in CODES)]
    end = [["Client ID", "Health"], *([f"TX{place}9", "fair"] for place in range(1, 21))]
    done, text = read(book(tmp_path / "in", {"Start": start, "End": end}))
    (look,) = done.stops
    assert (look.kind, look.count) == (IDS, 20) and look.where.endswith("sheet End") and "{all: other}" in look.action
    source = text.index('sheet: "End"') if 'sheet: "End"' in text else text.index("sheet: End")
    assert taken(tmp_path / "in", text[:source] + "near_ids: {all: other}\n  " + text[source:]).stops == []


def test_ids_with_noughts_before_a_letter_are_asked_about_once(tmp_path):
    start = [["Client ID", "Health"], *([f"{n:04d}a", "good"] for n in range(1, 21))]
    end = [["Client ID", "Health"], *([f"{n}A", "fair"] for n in range(1, 21))]
    done, text = read(book(tmp_path / "in", {"Start": start, "End": end}), {'all: "?"': "all: same"})
    assert done.stops == [] and len(done.tables["questionnaire"].values) == 20


def test_ids_that_go_on_from_sheet_to_sheet_are_other_people(tmp_path):
    """A sheet for each cohort: BR-011 is no slip of BR-001."""
    sheets = {
        f"Cohort {place // 7 + 1}": [
            ["Client ID", "Health before", "Health after"],
            *([code, "good", "fair"] for code in CODES[place : place + 7]),
        ]
        for place in (0, 7, 14)
    }
    done, text = read(book(tmp_path / "in", sheets))
    assert done.stops == [] and "near_ids" not in text and len(done.tables["questionnaire"].values) == 20


def test_a_name_that_says_another_scale_is_asked_about(tmp_path):
    """Nobody gave 0 or 10, so that no cell tells."""
    sheets = {
        sheet: [["Client ID", f"Confidence ({ends})"], *([code, 3 + n % 5] for n, code in enumerate(CODES))]
        for sheet, ends in (("Start", "1-9"), ("End", "0-10"))
    }
    done, _ = read(book(tmp_path / "in", sheets))
    (look,) = done.stops
    assert (
        look.kind == DECIDE
        and "sheet End" in look.where
        and "from 0 to 10, while confidence is from 1 to 9" in look.what
    )


def test_a_mark_of_one_letter_in_a_register_makes_no_row_a_total(tmp_path):
    """Y and N under each day: who did not come to the first session is nobody's total; a row of totals below is one."""
    days = [f"{day:02d}/02/2024" for day in range(1, 7)]
    marks = [["N", "Y", "N", "Y", "Y", "N"], ["Y", "N", "Y", "N", "N", "Y"]] * 4
    people = [[f"HL{place:02d}", *row] for place, row in enumerate(marks, start=1)]
    path = tmp_path / "Register.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["Learner no.", *days], *people, ["N", *["4"] * 6]])
    (source,) = yaml.safe_load(draft(tmp_path))["sources"]
    assert source["leave_out_rows"] == {10: "totals"}
