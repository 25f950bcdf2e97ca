"""A team's own files, whatever they are called: what is guessed of them, what is asked, and what becomes of their cells."""

import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from time import process_time
from zipfile import ZIP_DEFLATED, ZipFile

import pandas as pd
import pytest
from made_up.messy_workbook import AFTER, ASKED, BEFORE, PEOPLE, SESSIONS, came, people, write_messy
from openpyxl import Workbook

from analysis.errors import InputError
from analysis.participants import read_records, stages_reached
from analysis.participants.codes import Status
from analysis.participants.draft import draft
from analysis.participants.draft_looks import CELLS, DECIDE, GUESSED, IDS, LEFT, NOTED, RULES
from analysis.participants.draft_sources import assemble, is_near, loose_id
from analysis.participants.draft_values import months, shape
from analysis.participants.layout import read_layout
from analysis.participants.typed import Table
from analysis.participation import weeks_spread
from analysis.questionnaire import change_by_item
from analysis.questionnaire.answers import items_answered
from analysis.tools.own_records import looks, problems, start

SHARED = Path(__file__).resolve().parents[3] / "shared" / "cases" / "own_records"
EXPORTS = {
    "csv": "questionnaire.csv",
    "google": "questionnaire.csv",
    "kobo": "questionnaire.xlsx",
    "kobo semicolon": "questionnaire_semicolon.csv",
    "msforms": "questionnaire.xlsx",
    "qualtrics": "questionnaire.csv",
    "sav": "questionnaire.sav",
    "surveymonkey": "questionnaire.csv",
}
EDITS = (  # what a person decides of the messy workbook
    ('leave_out_rows: {73: "totals"}', 'leave_out_rows: {73: "totals", 71: "filled in twice"}'),
    ('    15: "?"', "    15: same"),
)


def started(root: Path, folder: Path, edits=()) -> Path:
    """A study `own` with a draft of the files in a folder, edited; returns its folder of records."""
    path = start(root, "own", folder)
    text = path.read_text(encoding="utf-8")
    for found, put in edits:
        assert text.count(found) == 1, found
        text = text.replace(found, put)
    path.write_text(text, encoding="utf-8")
    return path.parent


def sheet_file(folder: Path, rows, name="Survey.xlsx", title="Sheet1") -> Path:
    """A folder with one workbook of one sheet."""
    folder.mkdir(exist_ok=True)
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(folder / name)
    return folder


def read(folder: Path):
    """The tables and looks of a folder as its own draft has them."""
    path = folder / "records.yaml"
    if not path.exists():
        path.write_text(draft(folder), encoding="utf-8")
    layout = read_layout(path, "records.yaml")
    return assemble(folder, layout.sources, layout.dates)


def kinds(looks) -> dict[str, int]:
    """How many lines of each kind."""
    return {look.kind: sum(other.kind == look.kind for other in looks) for look in looks}


# The messy workbook -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def messy(tmp_path_factory):
    """The messy workbook in a study, with the decisions taken: root, truth, records."""
    root = tmp_path_factory.mktemp("messy")
    truth = write_messy(root / "in")
    started(root, root / "in", EDITS)
    return root, truth, read_records(root / "data/raw/own/records", "own", root)


def test_every_answer_of_the_messy_workbook_is_what_it_truly_is(messy):
    _, truth, records = messy
    values = records.questionnaire.values.set_index("person_id").loc[truth["person_id"]]
    columns = [f"{item}_{moment}" for item in ASKED for moment in ("pre", "post")] + ["confidence_then", "english_then"]
    for column in [*columns, "months_in_uk", "birth_year"]:
        pd.testing.assert_series_equal(
            values[column].reset_index(drop=True), truth[column].astype(float), check_names=False
        )
    assert values["joined_on"].dt.date.tolist() == truth["joined_on"].tolist()
    course = truth["course"].replace({"English class": "esol"}).str.casefold()
    assert values["course"].str.casefold().tolist() == course.tolist()


def test_before_and_remembered_are_kept_apart_and_nobody_who_was_not_asked_answers(messy):
    _, truth, records = messy
    status = records.questionnaire.status[~truth["after"]]
    assert set(status["confidence_post"]) == set(status["confidence_then"]) == {"not_asked"}
    assert set(records.questionnaire.status.loc[[4, 20], "health_pre"]) == {
        "missing"
    }  # "" in one, nothing in the other


def test_a_register_by_session_and_one_as_a_list_are_counted_together(messy):
    _, truth, records = messy
    by_register = sum(int(came(truth, week).sum()) for week in range(10))
    by_list = sum(place % 4 for place in range(PEOPLE))
    values = records.attendance.values
    assert len(values) == by_register + by_list
    assert int((values["session_date"].dt.date == SESSIONS[3]).sum()) == int(came(truth, 3).sum())
    assert records.advice_contacts.values["type"].value_counts().to_dict() == {
        "help": 14,
        "assistance": 13,
        "signpost": 13,
    }


def test_what_needs_a_decision_stops_and_is_listed_at_once_with_what_to_write(tmp_path):
    write_messy(tmp_path / "in")
    folder = started(tmp_path, tmp_path / "in")
    found = looks(tmp_path, "own")
    assert [each.column for each in problems(tmp_path, "own")] == ["Ids", "Ids"]
    assert [look.kind for look in found if look.stops] == [IDS, IDS]
    assert {look.where.rpartition(" ")[2] for look in found if look.stops} == {BEFORE, AFTER}
    assert "near_ids: {15: same}" in "".join(map(str, found))
    with pytest.raises(InputError, match="2 things that need a look.*analysis check own"):
        read_records(folder, "own", tmp_path)


def test_nothing_that_was_understood_is_passed_over_in_silence(messy):
    root, _, _ = messy
    found = looks(root, "own")
    assert problems(root, "own") == []
    said = "\n".join(map(str, found))
    for part in (
        "formulas",
        "comments on cells",
        "#N/A",
        "another spelling",
        "'Notes'",
        "totals",
        "Codes",
        "Minutes of meeting.txt",
    ):
        assert part in said, part
    assert kinds(found)[NOTED] >= 5
    assert kinds(found)[LEFT] >= 6


def test_a_draft_holds_forms_and_no_cell_of_a_person(messy):
    root, truth, _ = messy
    text = (root / "data/raw/own/records/records.yaml").read_text(encoding="utf-8")
    assert "2 letters-3 digits (65)" in text
    assert "number + 'months'" in text
    assert 'sheet: "Codes"  # a hidden sheet' in text
    told = text + "\n".join(map(str, looks(root, "own")))
    assert not [each for each in [*truth["person_id"], "sister", "Mary", "NG-O12"] if each in told]


def test_nothing_is_written_outside_the_folder_of_records_and_the_files_are_the_same_bytes(messy):
    root, _, _ = messy
    written = [
        path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file() and "in/" not in path.as_posix()
    ]
    assert all(path.startswith("data/raw/own/records/") for path in written)
    for path in (root / "in").iterdir():
        assert (root / "data/raw/own/records" / path.name).read_bytes() == path.read_bytes()


def test_a_second_start_does_not_overwrite_what_was_edited(messy):
    root, _, _ = messy
    with pytest.raises(InputError, match="no edit is lost"):
        start(root, "own", root / "in")


def test_a_folder_in_the_folder_is_not_passed_over(tmp_path):
    (tmp_path / "in" / "older").mkdir(parents=True)
    with pytest.raises(InputError, match="older"):
        start(tmp_path, "own", tmp_path / "in")


# One questionnaire as seven tools export it ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    """Each export as its own draft reads it; of the SPSS file, which declares 98 in most columns, what 98 is in the two others."""
    if not SHARED.is_dir():
        pytest.skip(f"no exports at {SHARED}")
    found = {}
    for name, file in EXPORTS.items():
        folder = tmp_path_factory.mktemp(name.replace(" ", "_"))
        shutil.copy(SHARED / name.split()[0] / file, folder)
        text = draft(folder)
        if name == "sav":
            assert [look.what[:12] for look in read_text(folder, text).looks if look.stops] == ["the value 98"] * 2
            text = text.replace(
                "  values:", "  values:\n    confidence_post: {98: refused}\n    friends_post: {98: refused}"
            )
        found[name] = read_text(folder, text)
    return found


def read_text(folder: Path, text: str):
    """The tables of a folder as a text of records.yaml has them."""
    (folder / "records.yaml").write_text(text, encoding="utf-8")
    return read(folder)


@pytest.mark.parametrize("name", EXPORTS)
def test_each_export_gives_the_same_cells(exports, name):
    assert exports[name].stops == []
    ours, model = exports[name].tables["questionnaire"], exports["google"].tables["questionnaire"]
    in_words = model.values["friends_post_words"].notna()  # an SPSS variable of numbers holds none
    for column in model.status:
        same = ~in_words if name == "sav" and column == "friends_post" else slice(None)
        assert ours.status.loc[same, column].tolist() == model.status.loc[same, column].tolist(), column
        pd.testing.assert_series_equal(ours.values.loc[same, column], model.values.loc[same, column])


def of_02b_and_03(table: Table, without: pd.Series) -> list[pd.DataFrame]:
    """What 02b and 03 compute of a questionnaire, the number of friends afterwards left out of some people on purpose."""
    values, status = table.values.copy(), table.status.copy()
    values.loc[without, ["friends_post", "friends_post_words"]] = float("nan"), None
    status.loc[without, "friends_post"] = Status.NOT_ASKED
    given = replace(table, values=values, status=status)
    statuses = status.apply(pd.Series.value_counts).fillna(0).astype(int).T
    changes = change_by_item(values, items_answered(values), 1, resamples=99)
    people = stages_reached(given)
    return [statuses, people[["joined", "initial", "experience"]].sum().to_frame(), weeks_spread(values), changes]


@pytest.mark.parametrize("name", EXPORTS)
def test_each_export_gives_the_same_results(exports, name):
    """Two people's answer in words, which an SPSS variable of numbers cannot hold, is left out of both where one is of SPSS."""
    model = exports["google"].tables["questionnaire"]
    in_words = model.values["friends_post_words"].notna()
    assert in_words.sum() == 2
    without = in_words & (name == "sav")
    ours = of_02b_and_03(exports[name].tables["questionnaire"], without)
    assert all(map(len, ours))
    for found, wanted in zip(ours, of_02b_and_03(model, without), strict=True):
        pd.testing.assert_frame_equal(found, wanted, check_like=True)


def test_the_cells_are_those_that_plain_pandas_reads(exports):
    raw = pd.read_csv(SHARED / "google" / "questionnaire.csv", dtype=str, keep_default_na=False)
    values = exports["google"].tables["questionnaire"].values
    scale = {"very poor": 1, "poor": 2, "fair": 3, "good": 4, "very good": 5}
    for theirs, ours in {
        "Your health is": "health_pre",
        "Health now": "health_post",
        "English now": "english_post",
    }.items():
        assert values[ours].tolist() == pytest.approx(raw[theirs].str.lower().map(scale).tolist(), nan_ok=True)
    assert values["months_in_uk"].tolist() == pytest.approx(pd.to_numeric(raw["Time in UK"]).tolist(), nan_ok=True)
    assert values["joined_on"].tolist() == pd.to_datetime(raw["Date joined"], dayfirst=True).tolist()
    assert values["confidence_pre"].tolist() == [float(each) for each in raw[next(n for n in raw if "confident" in n)]]


# Other tools -----------------------------------------------------------------------------------------------------


def test_stata_limesurvey_and_redcap_give_what_the_same_people_gave(tmp_path):
    truth = people(3)
    redcap = tmp_path / "redcap"
    redcap.mkdir()
    lines = ["record_id,redcap_event_name,health,trust,health_form_complete"]
    for _, one in truth.iterrows():
        lines.append(f"{one.person_id},baseline_arm_1,{one.health_pre:g},{one.trust_pre:g},2".replace("nan", ""))
        if one.after:
            lines.append(f"{one.person_id},followup_arm_1,{one.health_post:g},{one.trust_post:g},2".replace("nan", ""))
    (redcap / "REDCap export.csv").write_text("\n".join(lines), encoding="utf-8")
    lime = tmp_path / "lime"
    lime.mkdir()
    frame = truth[["person_id", "health_pre", "trust_pre", "health_post", "trust_post"]]
    frame.assign(submitdate="2024-01-01 10:00:00", startlanguage="en", seed=1).to_csv(
        lime / "results-survey.csv", index=False, sep=";"
    )
    stata = tmp_path / "stata"
    stata.mkdir()
    names = {"person_id": "pid", "health_pre": "h1", "trust_pre": "t1", "health_post": "h2", "trust_post": "t2"}
    labels = dict(
        zip(
            names.values(),
            ("Participant id", "Health at the start", "Trust at the start", "Health now", "Trust now"),
            strict=True,
        )
    )
    frame.rename(columns=names).to_stata(stata / "survey.dta", write_index=False, variable_labels=labels)
    for folder in (redcap, lime, stata):
        done = read(folder)
        assert done.stops == [], (folder, [str(look) for look in done.stops])
        values = done.tables["questionnaire"].values.set_index("person_id").loc[truth["person_id"]]
        for column in frame.columns[1:]:
            assert values[column].tolist() == pytest.approx(frame[column].tolist(), nan_ok=True), (folder, column)


# What cannot be decided is asked ------------------------------------------------------------------------------------

TWO = ["Participant ID", "Health before", "Health now"]


def test_days_that_may_be_either_way_round_are_asked_about_once(tmp_path):
    rows = [
        [*TWO, "Date joined", "Interview date"],
        *([f"P{i:02d}", "fair", "good", f"{i}/4/2023", f"{i}/5/2024"] for i in range(1, 12)),
    ]
    folder = sheet_file(tmp_path / "in", rows)
    text = draft(folder)
    assert 'dates: "?"' in text
    assert [look.kind for look in read_text(folder, text).stops] == [DECIDE, DECIDE]
    done = read_text(folder, text.replace('dates: "?"', "dates: day first"))
    assert done.stops == []
    assert done.tables["questionnaire"].values["joined_on"][2].date() == date(2023, 4, 3)


def test_a_time_without_a_unit_is_asked_about_unless_years_cannot_be(tmp_path):
    rows = [[*TWO, "Time in the UK"], *([f"P{i:02d}", "fair", "good", i % 4 + 1] for i in range(1, 12))]
    text = draft(sheet_file(tmp_path / "in", rows))
    assert 'units: {months_in_uk: "?"}' in text
    rows = [[*TWO, "Time in the UK", "Year of birth", "Date joined"]]
    rows += [[f"P{i:02d}", "fair", "good", 30 + i, 1995, date(2023, 5, i)] for i in range(1, 12)]
    assert "units: {months_in_uk: months}" in draft(sheet_file(tmp_path / "other", rows))


def test_which_end_of_a_scale_is_the_best_is_told_where_only_numbers_stand(tmp_path):
    rows = [TWO, *([f"P{i:02d}", i % 5 + 1, 3] for i in range(1, 12))]
    done = read(sheet_file(tmp_path / "in", rows))
    assert [look.kind for look in done.looks if "worst and the best" in look.what] == [GUESSED, GUESSED]
    rows[0] = [
        "Participant ID",
        "Health before (1 = very good, 5 = very poor)",
        "Health now (1 = very good, 5 = very poor)",
    ]
    done = read(sheet_file(tmp_path / "named", rows))
    assert done.tables["questionnaire"].values["health_pre"].tolist() == [6 - (i % 5 + 1) for i in range(1, 12)]


def test_answers_in_own_words_that_several_share_are_asked_about_and_single_ones_are_cells(tmp_path):
    rows = [TWO, *([f"P{i:02d}", "ok" if i < 5 else "good", "splendid" if i == 7 else "good"] for i in range(1, 20))]
    folder = sheet_file(tmp_path / "in", rows)
    text = draft(folder)
    assert '"ok": "?"' in text
    assert "splendid" not in text
    done = read_text(folder, text)
    assert kinds(done.stops) == {DECIDE: 1, CELLS: 1}
    assert "splendid" not in "".join(map(str, done.looks))
    assert next(look.rows for look in done.stops if look.kind == CELLS) == (8,)
    cells = '"?"  # 4\n  cells: {health_post: {8: 5}}'
    done = read_text(folder, text.replace('"?"  # 4', cells).replace('"ok": "?"', '"ok": 3'))
    assert done.stops == []
    assert done.tables["questionnaire"].values["health_post"][6] == 5


def test_two_sheets_that_contradict_each_other_of_one_person_are_told(tmp_path):
    book = Workbook()
    book.active.title = "Before"
    after = book.create_sheet("After")
    for sheet, year in ((book.active, 1980), (after, 1981)):
        sheet.append(["ID", "Year of birth", "Health"])
        for i in range(1, 8):
            sheet.append([f"P{i:02d}", year if i == 3 else 1990, "good"])
    (tmp_path / "in").mkdir()
    book.save(tmp_path / "in" / "b.xlsx")
    stops = read(tmp_path / "in").stops
    assert [(look.kind, look.count) for look in stops] == [(RULES, 1)]
    assert "birth_year of the same person differs" in str(stops[0])


def test_a_formula_that_was_never_calculated_is_no_answer(tmp_path):
    rows = [TWO, *([f"P{i:02d}", "good", "=B2" if i == 4 else "good"] for i in range(1, 9))]
    stops = read(sheet_file(tmp_path / "in", rows)).stops
    assert [(look.kind, look.rows) for look in stops] == [(CELLS, (5,))]


def test_a_folder_without_a_table_and_a_damaged_file_are_told(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "notes.docx").write_bytes(b"x")
    with pytest.raises(InputError, match="no table"):
        draft(tmp_path / "in")
    (tmp_path / "in" / "a.csv").write_text(
        "id,health before,health now\nP1,good,fair\nP2,good,good\nP3,poor,good\n", encoding="utf-8"
    )
    (tmp_path / "in" / "b.xlsx").write_bytes(b"no workbook")
    text = draft(tmp_path / "in")
    assert re.findall(r'  - "(.*)"  #', text) == ["b.xlsx", "notes.docx"]


def test_a_question_about_the_time_before_in_one_survey_is_asked_about(tmp_path):
    rows = [["ID", "How confident are you now?", "How confident were you before joining?"]]
    text = draft(sheet_file(tmp_path / "in", [*rows, *([f"P{i:02d}", 5, 4] for i in range(1, 9))]))
    assert '"How confident were you before joining?": "?"' in text
    assert '"How confident are you now?": confidence_post' in text


def test_a_third_wave_is_asked_about_and_no_two_tables_of_one_wave_are_joined_unsaid(tmp_path):
    book = Workbook()
    book.remove(book.active)
    for title in ("Wave 1", "Wave 2", "Wave 3"):
        sheet = book.create_sheet(title)
        sheet.append(["ID", "Health"])
        for i in range(1, 9):
            sheet.append([f"P{i:02d}", "good"])
    (tmp_path / "in").mkdir()
    book.save(tmp_path / "in" / "waves.xlsx")
    text = draft(tmp_path / "in")
    assert (text.count("wave: pre"), text.count('wave: "?"')) == (1, 2)


def test_volunteering_in_months_becomes_weeks_and_titles_do_not_overrule_names(tmp_path):
    rows = [["ID", "BEFORE Health", "AFTER Health", "Months volunteering"]]
    rows += [[f"P{i:02d}", "fair", "good", 3] for i in range(1, 9)]
    done = read(sheet_file(tmp_path / "in", rows, "Data FINAL (2).XLSX"))
    values = done.tables["questionnaire"].values
    assert values["weeks_volunteering"].tolist() == [13.0] * 8
    assert (values["health_pre"].tolist(), values["health_post"].tolist()) == ([3.0] * 8, [4.0] * 8)


def test_a_table_of_names_alone_is_not_read(tmp_path):
    rows = [["Name", "Health at start", "Health at end"], *([f"Person {i}", "good", "fair"] for i in range(1, 9))]
    folder = sheet_file(tmp_path / "in", rows)
    done = read_text(folder, draft(folder).replace('table: "?"', "table: questionnaire"))
    assert "which column tells people apart" in str(done.stops[0])
    assert done.tables == {}


def test_a_list_of_sessions_that_says_who_came_counts_those_alone(tmp_path):
    rows = [["ID", "Session date", "Attended?"]]
    rows += [[f"P{i:02d}", date(2024, 1, day), "Y" if (i + day) % 3 else "N"] for i in range(1, 9) for day in (9, 16)]
    done = read(sheet_file(tmp_path / "in", rows, title="Register"))
    assert len(done.tables["attendance"].values) == sum((i + day) % 3 > 0 for i in range(1, 9) for day in (9, 16))


def test_rows_of_several_waves_are_joined_and_a_new_number_is_told_not_asked(tmp_path):
    rows = [["Client ID", "Stage", "Health", "Trust"]]
    rows += [[i, "Baseline", "fair", "low"] for i in range(10, 30)]
    rows += [[i, "Follow up", "good", "high"] for i in range(10, 25)]
    done = read(sheet_file(tmp_path / "in", rows))
    assert done.stops == []
    values = done.tables["questionnaire"].values
    assert (len(values), int((values["health_post"] == 4).sum()), int((values["trust_pre"] == 2).sum())) == (20, 15, 20)


# Single cells ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("2 years", None, "24"),
        ("16 months", None, "16"),
        ("1,5", "years", "18"),
        ("1.5 yrs", None, "18"),
        ("2 years and 3 months", None, "27"),
        ("about 3 years", None, "36"),
        ("3", None, None),
        ("3", "months", "3"),
        ("1,500", "months", None),
        ("a while", None, None),
        ("2 or 3 years", None, None),
    ],
)
def test_times_are_months_or_nothing(text, unit, number):
    assert months(text, unit) == number


def test_forms_tell_nothing_of_their_cells():
    assert {shape(text) for text in ("Fatima", "Leeds")} == {"one word"}
    assert shape("0113 2223344") == "text of 2 words"


def test_near_ids():
    assert loose_id("NW-007") == loose_id("nw 7") == loose_id("NW_OO7")
    assert loose_id("NW-070") != loose_id("NW-007")
    assert is_near("nw-12", "nw-13")
    assert not is_near("nw-12", "nw-12")


def moved(source: Path, target: Path, swaps: dict[str, str]) -> Path:
    """A workbook with other text in its first sheet's XML, as no program would write it."""
    with ZipFile(source) as old, ZipFile(target, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            for before, after in swaps.items() if name == "xl/worksheets/sheet1.xml" else ():
                assert before.encode() in text
                text = text.replace(before.encode(), after.encode())
            new.writestr(name, text)
    return target


@pytest.fixture
def small(tmp_path) -> Path:
    book = Workbook()
    for row in (("Participant ID", "English before"), *((f"P{place}", 1 + place % 5) for place in range(9))):
        book.active.append(row)
    book.save(tmp_path / "small.xlsx")
    return tmp_path / "small.xlsx"


def test_a_cell_in_the_last_row_of_a_worksheet_costs_little_and_moves_nothing(small, tmp_path):
    """Filled by accident, as by Ctrl-End: the last person stands in row 1,048,576."""
    swaps = {'<row r="10"': '<row r="1048576"', 'r="A10"': 'r="A1048576"', 'r="B10"': 'r="B1048576"'}
    drafts = []
    for name in ("near", "far"):
        (tmp_path / name).mkdir()
        moved(small, tmp_path / name / "own.xlsx", swaps if name == "far" else {})
        start = process_time()
        drafts.append(draft(tmp_path / name))
        assert process_time() - start < 30  # a cell made for each row and column between took minutes
    assert drafts[0] == drafts[1]


@pytest.mark.parametrize(
    ("swaps", "words"),
    [
        ({'<row r="10"': '<row r="99999999"', 'r="A10"': 'r="A99999999"'}, "a row beyond those a worksheet has"),
        ({'r="B10"': 'r="XFD10"'}, "16,384 columns"),
        ({'r="B10"': 'r="ZZZZ10"'}, "cannot be opened"),
    ],
)
def test_places_that_no_worksheet_has_are_told_with_the_file(small, tmp_path, swaps, words):
    (tmp_path / "own").mkdir()
    moved(small, tmp_path / "own" / "own.xlsx", swaps)
    with pytest.raises(InputError, match=f"no table; own.xlsx: .*{words}"):
        draft(tmp_path / "own")
