"""The search for leaks knows everything that a reader of records reads, looks into every file, and takes nothing public for a leak."""

import io
import json
import shutil
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pytest
from rendered import stop_on_page_leaks

from analysis.disclosure.scan import scan_file, secrets_of
from analysis.errors import InputError
from analysis.participants import EXPORT_TABLES, TABLES, table_columns
from analysis.pipeline import stage
from analysis.pipeline.people_protected import stop_on_leaks_in, stop_on_published_leaks
from analysis.pipeline.secrets import NOT_PEOPLE, secrets_of_study
from analysis.study import Study, load_study

ROOT = Path(__file__).resolve().parents[2]
PERSON = "NW-117"
MADE_UP = {"date": "2018-03-05", "number": "3", "number or words": "3", "name": "Riverside"}
PARTICIPANT = "NW-117,R-0019,female,25,Area C,unemployed,no,yes,yes,2018-03-05,Riverside"


@pytest.fixture
def study(tmp_path) -> Study:
    """The coproduction study below a root of its own, without records."""
    raw = tmp_path / "data/raw"
    shutil.copytree(ROOT / "data/raw/coproduction", raw / "coproduction")
    return replace(load_study("coproduction", ROOT), root=tmp_path)


def put(study: Study, name: str, content: str | bytes) -> None:
    path = study.raw / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))


def page(text: str) -> str:
    return f"<html><body><h2>Who answered</h2>{text}</body></html>"


def stops(study: Study, text: str, match: str) -> str:
    with pytest.raises(InputError, match=match) as refused:
        stop_on_page_leaks(page(text), study, "03_before_after")
    return str(refused.value)


def cell(table: str, name: str) -> str:
    """A value that a column of a table may hold."""
    column = table_columns(table)[name]
    if name == "study":
        return "coproduction"
    if name == "person_id":
        return PERSON
    if column.kind == "id":
        return f"{table}-{name}-77"
    if column.kind == "choice":
        return str(next(iter(column.facts["choices"])))
    return MADE_UP.get(column.kind, str(column.facts.get("low", "")))


def one_row(table: str) -> str:
    """A file with one row: its ids, and what else every row needs."""
    columns = table_columns(table).items()
    names = [name for name, column in columns if column.kind == "id" or column.needed or name == "session_date"]
    names = [name for name in names if name != "organisation"]
    return f"{','.join(names)}\n{','.join(cell(table, name) for name in names)}\n"


def test_the_data_of_a_page_are_searched_before_they_are_written(study):
    """What a page holds and does not show, such as a key of its data, counts; then what the notebook wrote goes."""
    put(study, "records/attendance.csv", one_row("attendance"))
    data, secrets = study.processed / "pages/02b_participation.json", secrets_of_study(study)
    figure = study.processed / "figures/made.svg"
    figure.parent.mkdir(parents=True)
    figure.write_text("<svg/>", encoding="utf-8")
    stage._search({data: json.dumps({"blocks": [{"told": "a figure"}]}).encode()}, [figure], study, secrets)
    assert figure.exists()
    with pytest.raises(InputError, match=r"pages/02b_participation\.json.*the id of a person"):
        stage._search({data: json.dumps({"blocks": [{"told": PERSON}]}).encode()}, [figure], study, secrets)
    assert not figure.exists()


def test_every_id_of_every_table_is_searched_for(study):
    """A table that is added to the readers is among these tables by itself."""
    for table in TABLES:
        put(study, f"records/{table}.csv", one_row(table))
    for table in EXPORT_TABLES:
        put(study, f"management_information/{table}.csv", one_row(table))
    known = {each for secrets in secrets_of_study(study) for each in secrets.ids}
    searched = [table for table in (*TABLES, *EXPORT_TABLES) if table not in NOT_PEOPLE]
    expected = {
        cell(table, name)
        for table in searched
        for name, column in table_columns(table).items()
        if column.kind == "id" and name != "organisation"
    }
    assert expected <= known and len(expected) >= 5
    for each in expected:
        stops(study, f"<p>See {each}.</p>", "the id of a person")


def monitoring(study: Study) -> None:
    head = "person_id,referral_id,sex,age,area,labour_status,disabled,ethnic_minority,refugee,start_date,partner"
    put(study, "management_information/participants.csv", f"{head}\n{PARTICIPANT}\n")


def test_a_whole_record_of_monitoring_data_stops_a_page(study):
    monitoring(study)
    told = stops(
        study, "<p>female 25.0 Area C unemployed no yes nan yes 2018-03-05 Riverside</p>", "a record in running"
    )
    assert "Riverside" not in told
    stop_on_page_leaks(page("<p>female 25 Area C unemployed</p>"), study, "07_programme_performance")


def test_the_message_says_whose_row_and_where_and_not_the_id(study):
    monitoring(study)
    told = stops(study, f"<p>See {PERSON}.</p>", "the id of a person")
    assert "management_information/participants.csv, row 2" in told and "Who answered" in told
    assert PERSON not in told
    told = stops(study, f"<h3>The story of {PERSON}</h3>", "the id of a person")
    assert "The story of ..." in told and PERSON not in told


QUOTED = "my neighbour told the council that I had no papers"


def docx(text: str) -> bytes:
    content = io.BytesIO()
    with ZipFile(content, "w") as archive:
        archive.writestr("word/document.xml", f"<w:t>{text}</w:t>")
        archive.writestr("media.bin", b"\0\1")
    return content.getvalue()


def qdpx(text: str) -> bytes:
    content = io.BytesIO()
    with ZipFile(content, "w") as archive:
        archive.writestr("sources/1.txt", f"E6: {text}.\n")
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("records/notes.csv", f'id,remark\n1,"{QUOTED}, she said"\n'),
        ("records/Interview.docx", docx(QUOTED)),
        ("records/old/project.qdpx.bak", qdpx(QUOTED)),
        ("management_information/remarks.txt", f"Remark: {QUOTED}\n"),
    ],
)
def test_free_text_in_any_file_of_these_folders_is_known(study, name, content):
    put(study, name, content)
    left_out(study, name)
    told = stops(study, "<p>“My neighbour told the council <em>that I</em> had no papers.”</p>", "a free-text answer")
    assert "neighbour" not in told


def left_out(study: Study, name: str) -> None:
    """Have the readers leave out a file that they do not know."""
    folder, file = name.split("/")[:2]
    put(study, f"{folder}/records.yaml", f'ignore_files: ["{file}"]\n')


def test_what_the_study_has_in_print_is_no_free_text_of_its_own(study):
    printed = max((claim.statement for claim in study.claims.values()), key=len)
    put(study, "records/notes.csv", f'id,remark\n1,"{printed}"\n')
    left_out(study, "records/notes.csv")
    stop_on_page_leaks(page(f"<p>{printed}</p>"), study, "03_before_after")


def test_memos_of_coded_segments_are_known(study):
    row = f'g,K91,kitchen.17,english,a,"{QUOTED}"\n'
    put(study, "records/coded_segments.csv", f"group,speaker,segment_id,code,coder,memo\n{row}")
    stops(study, f"<p>{QUOTED}</p>", "a free-text answer")
    assert "coded_segments.csv" in stops(study, "<p>K91</p>", "the id of a person")


def questionnaire(study: Study, *people: str) -> None:
    put(study, "records/questionnaire.csv", "person_id\n" + "".join(f"{person}\n" for person in people))


def test_ids_that_the_study_has_in_print_are_no_leaks_and_others_still_are(study):
    claim = next(iter(study.claims.values())).claim_id
    questionnaire(study, claim, "CP-9999")
    stop_on_page_leaks(
        page(f"<table><tr><td>{claim}</td></tr></table><p>As {claim} says</p>"), study, "08_claims_audit"
    )
    stops(study, f"<p>{claim} and CP-9999</p>", "the id of a person")


def test_a_word_of_a_source_is_no_speaker_but_the_speaker_alone_is(study):
    put(study, "records/coded_segments.csv", "group,speaker,segment_id,code,coder\ng,A6,k.1,english,a\n")
    put(study, "notes_on_rates.yaml", "source: HM Treasury, Green Book, table A6 and its notes\n")
    stop_on_page_leaks(page("<p>After the Green Book, <b>table</b> A6.</p>"), study, "06_sroi_sensitivity")
    stops(study, "<p>After the Green Book, table A6.</p><td>A6</td>", "the id of a person")
    stops(study, "<p>In the words of A6 it helped</p>", "the id of a person")


def test_speakers_among_the_codes_of_a_team_s_codebook_are_what_the_codebook_shows(study):
    put(study, "records/codebook.csv", "id,name,parent,definition,include,exclude,codable\nm7,M7,,a code,,,yes\n")
    put(study, "records/coded_segments.csv", "group,speaker,segment_id,code,coder\ng,M7,k.1,m7,a\ng,Q88,k.2,m7,a\n")
    stop_on_page_leaks(page("<table><tr><td>M7</td><td>a code</td></tr></table>"), study, "02_focus_group_coding")
    stops(study, "<td>Q88</td>", "the id of a person")


def workbook(text: str) -> bytes:
    book, content = openpyxl.Workbook(), io.BytesIO()
    book.active["B7"] = text
    book.save(content)
    return content.getvalue()


FILES = {
    "results.json": lambda text: json.dumps({"results": {"a.b": {"note": f"of {text}", "value": 3}}}).encode(),
    "run.ipynb": lambda text: json.dumps(
        {"cells": [{"outputs": [{"data": {"text/html": [f"<p>it is <b>{text}</b></p>"]}}]}], "nbformat": 4}
    ).encode(),
    "plain.ipynb": lambda text: json.dumps(
        {"cells": [{"outputs": [{"text": f"0    {text}\n1"}]}], "nbformat": 4}
    ).encode(),
    "claims.csv": lambda text: f"claim_id,why\nCP-001,as {text} says\n".encode(),
    "codebook.qdc": lambda text: (
        f'<CodeBook><Code name="x"><Description>{text}</Description></Code></CodeBook>'.encode()
    ),
    "names.qdc": lambda text: f'<CodeBook><Code name="{text}"/></CodeBook>'.encode(),
    "ledger.xlsx": workbook,
    "ro-crate-metadata.json": lambda text: json.dumps({"@graph": [{"name": f"{text}"}]}).encode(),
    "keys.json": lambda text: json.dumps({text: 1}).encode(),
}


@pytest.mark.parametrize("name", FILES)
def test_every_sort_of_file_that_leaves_is_looked_into(name):
    secrets = [secrets_of(pd.DataFrame({"person_id": [PERSON], "sex": ["female"]}))]
    assert [leak.what for leak in scan_file(name, FILES[name](PERSON), secrets)] == ["the id of a person"]
    assert scan_file(name, FILES[name]("somebody"), secrets) == []


def test_records_and_columns_in_files_of_data_are_found():
    people = pd.DataFrame(
        {
            "person_id": [f"P{i}x" for i in range(12)],
            **{f"a{i}": [(7 * i + 5 * n * n) % 23 for n in range(12)] for i in range(7)},
        }
    )
    secrets, values = [secrets_of(people)], people.drop(columns="person_id")
    found = {leak.what for leak in scan_file("x.json", values.to_json(orient="split").encode(), secrets)}
    assert "records in a script or attribute" in found
    assert scan_file("x.json", json.dumps({"x": values["a1"].tolist()}).encode(), secrets)[0].what.startswith("a whole")
    assert "a table with a row for each person" in {
        leak.what for leak in scan_file("x.csv", values.head(2).to_csv(index=False).encode(), secrets)
    }
    counts = {"counts": {"low": 5, "high": 7}, "shares": [0.1, 0.2, 0.7]}
    assert scan_file("x.json", json.dumps(counts).encode(), secrets) == []


def test_files_beside_the_page_and_what_is_published_are_searched_too(study):
    monitoring(study)
    with pytest.raises(InputError, match="results.json"):
        stop_on_leaks_in({"a.html": b"<p>nothing</p>", "results.json": json.dumps({"x": PERSON}).encode()}, study)
    with pytest.raises(InputError, match="reports/index.html.*participants.csv, row 2"):
        stop_on_published_leaks(study.root, {"index.html": page(f"<p>{PERSON}</p>")})
    stop_on_published_leaks(study.root, {"index.html": page("<p>nothing</p>"), "x.json": "{}"})
