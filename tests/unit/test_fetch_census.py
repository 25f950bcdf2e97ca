"""The fetch command against a local server that answers as Nomis does: in full, in pages, late, cut off, or wrongly."""

import csv
import io
import shutil
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from analysis.census import fetch
from analysis.census.reference import load_reference
from analysis.census.tables import FLAT_TABLES, country_table
from analysis.cli import main
from analysis.errors import InputError

AREA, LEEDS = "E06000044", "E08000035"
DIMENSIONS = {"NM_503_1": "C_AGE", "NM_504_1": "C_SEX", "NM_526_1": "C_MAINLANGPRF11"}  # CELL in the other tables


class Nomis:
    """What the server knows, how it misbehaves, and what it was asked."""

    def __init__(self, reference):
        labels = tuple(category.category for category in reference.categories)
        frames = {
            "QS203EW": reference.country,
            "QS801EW": reference.year_of_arrival,
            "QS802EW": reference.age_at_arrival,
            "QS803EW": reference.length_of_residence,
            "QS205EW": reference.english,
            "QS103EW": reference.age,
            "QS104EW": reference.sex,
        }
        self.tables = {table.dataset: (table, frames[table.table]) for table in (country_table(labels), *FLAT_TABLES)}
        self.names, self.asked, self.page, self.spoil = reference.names, [], 25_000, {}

    def answer(self, dataset, query):
        """The body for one request: every combination of area and category, in the columns of the Nomis API."""
        table, frame = self.tables[dataset]
        dimension = DIMENSIONS.get(dataset, "CELL")
        areas = [code for code in query["geography"][0].split(",") if code in frame.index]
        rows = [
            [
                "2011",
                "2011",
                "1",
                self.names[area],
                area,
                "0",
                "Total",
                number,
                label,
                "20100",
                "Value",
                frame.loc[area].iloc[number],
                "A",
            ]
            for area in areas
            for number, label in enumerate(table.categories)
        ]
        rows = self.spoil.get("rows", lambda found: found)(rows)
        offset = int(query.get("recordoffset", ["0"])[0])
        header = [
            "DATE",
            "DATE_NAME",
            "GEOGRAPHY",
            "GEOGRAPHY_NAME",
            "GEOGRAPHY_CODE",
            "RURAL_URBAN",
            "RURAL_URBAN_NAME",
            dimension,
            f"{dimension}_NAME",
            "MEASURES",
            "MEASURES_NAME",
            "OBS_VALUE",
            "OBS_STATUS",
            "RECORD_OFFSET",
            "RECORD_COUNT",
        ]
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(
            [*row, offset + place, len(rows)] for place, row in enumerate(rows[offset : offset + self.page])
        )
        return text.getvalue().encode()


def _handler(nomis):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            split = urlsplit(self.path)
            dataset, query = split.path.split("/")[-1].removesuffix(".data.csv"), parse_qs(split.query)
            nomis.asked.append((dataset, query))
            wrong = nomis.spoil if dataset == nomis.spoil.get("dataset", dataset) else {}
            time.sleep(wrong.get("wait", 0))
            body = wrong.get("body", lambda found: found)(nomis.answer(dataset, query))
            self.send_response(wrong.get("status", 200))
            self.send_header("Content-Type", "text/csv")
            if wrong.get("chunked"):
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                self.wfile.write(b"%x\r\n" % len(body) + body[: len(body) // 2])
                return
            self.send_header("Content-Length", str(len(body) + wrong.get("missing", 0)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                pass  # the client has given up, as a test of waiting wants

        def log_message(self, *arguments):
            pass

    return Handler


@pytest.fixture(scope="module")
def reference(project_root):
    return load_reference(project_root / "data" / "raw" / "reference")


@pytest.fixture
def nomis(reference, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    known = Nomis(reference)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(known))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    known.base = f"http://127.0.0.1:{server.server_port}/api/v01/dataset"
    yield known
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def folder(reference, project_root, tmp_path):
    """A copy of the census tables without Leeds."""
    for path in (project_root / "data" / "raw" / "reference").glob("census_2011_QS*_lad.csv"):
        lines = path.read_text().splitlines(keepends=True)
        (tmp_path / path.name).write_text("".join(line for line in lines if not line.startswith(LEEDS)))
    return tmp_path


def _snapshot(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _reads_as(folder, reference, project_root):
    for path in (project_root / "data" / "raw" / "reference").glob("aps_*.csv"):
        (folder / path.name).write_bytes(path.read_bytes())
    return load_reference(project_root / "data" / "raw" / "reference", folder)


def test_fetched_area_joins_the_others(nomis, folder, reference, project_root):
    written = fetch.fetch_area([LEEDS], folder, reference.categories, nomis.base)
    found = _reads_as(folder, reference, project_root)

    assert len(written) == 7 and all(path.exists() for path in written)
    assert found.names[LEEDS] == "Leeds" and set(found.names.index) == set(reference.names.index)
    for name in ("country", "year_of_arrival", "age_at_arrival", "length_of_residence", "english", "age", "sex"):
        before, after = getattr(reference, name), getattr(found, name)
        assert after.loc[before.index].equals(before)


def test_requests_have_the_form_of_the_nomis_api(nomis, folder, reference):
    fetch.fetch_area([LEEDS], folder, reference.categories, nomis.base)
    assert [dataset for dataset, _ in nomis.asked] == [
        "NM_524_1",
        "NM_569_1",
        "NM_570_1",
        "NM_571_1",
        "NM_526_1",
        "NM_503_1",
        "NM_504_1",
    ]
    assert nomis.asked[0][1] == {"date": ["latest"], "geography": [LEEDS], "rural_urban": ["0"], "measures": ["20100"]}


def test_an_empty_folder_is_filled_and_several_areas_come_in_pages(nomis, reference, project_root, tmp_path):
    nomis.page = 50
    fetch.fetch_area([AREA, LEEDS], tmp_path / "new", reference.categories, nomis.base)
    found = _reads_as(tmp_path / "new", reference, project_root)
    assert found.country.equals(reference.country.loc[[AREA, LEEDS]]) and found.age.equals(
        reference.age.loc[[AREA, LEEDS]]
    )
    assert [
        query["recordoffset"] for dataset, query in nomis.asked if dataset == "NM_524_1" and "recordoffset" in query
    ] == [
        ["50"],
        ["100"],
        ["150"],
    ]


def test_fetching_again_replaces_the_row(nomis, folder, reference):
    fetch.fetch_area([AREA], folder, reference.categories, nomis.base)
    once = _snapshot(folder)
    fetch.fetch_area([AREA], folder, reference.categories, nomis.base)
    assert _snapshot(folder) == once


HALF = {"body": lambda body: body[: len(body) // 2]}
FAULTS = {
    "late": ({"wait": 1.0}, "no answer within 0.2 seconds"),
    "server error": ({"status": 503}, "the answer 503"),
    "not found": ({"status": 404}, "the answer 404"),
    "cut off, length promised": ({"missing": 400}, "no complete answer|of \\d+ bytes"),
    "cut off in a chunk": ({"chunked": True}, "no complete answer"),
    "cut off, length not promised": (HALF, "the answer was cut off|figures, none for area"),
    "a page of HTML": (
        {"body": lambda body: b"<html><body>Nomis is closed</body></html>"},
        "without the columns GEOGRAPHY_CODE",
    ),
    "nothing": ({"body": lambda body: b""}, "without the columns"),
    "header only": ({"body": lambda body: body.splitlines(keepends=True)[0]}, "no single count of all rows"),
    "not text": ({"body": lambda body: b"\xff\xfe\x00" * 50}, "no CSV"),
    "a field too many": ({"body": lambda body: body.replace(b"Value,", b"Value,0,", 1)}, "fields in row 2"),
    "a category missing": ({"rows": lambda rows: rows[:-1]}, "figures; expected 1 areas x"),
    "another census": ({"rows": lambda rows: [["2021", *row[1:]] for row in rows]}, "figures of 2021, not 2011"),
    "numbers of other categories": (
        {"rows": lambda rows: [[*row[:7], {1: 2, 2: 1}.get(row[7], row[7]), *row[8:]] for row in rows]},
        "category 2 called .* which is number 1",
    ),
    "a category twice": ({"rows": lambda rows: [*rows[:-1], rows[0]]}, "none for area"),
    "percentages instead of counts": (
        {"rows": lambda rows: [[*row[:9], "20301", *row[10:]] for row in rows]},
        "none for area",
    ),
    "a negative count": ({"rows": lambda rows: [[*row[:11], -5, row[12]] for row in rows]}, "found -5"),
    "a suppressed count": ({"rows": lambda rows: [[*row[:11], "", row[12]] for row in rows]}, "an empty cell"),
    "parts that do not add up": ({"rows": lambda rows: [[*rows[0][:11], 1, "A"], *rows[1:]]}, "where the parts add to"),
    "a formula": ({"rows": lambda rows: [[*row[:11], "=1+1", row[12]] for row in rows]}, "=1\\+1"),
}


@pytest.mark.parametrize("dataset", ["NM_524_1", "NM_504_1"])
@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_answers_are_explained_and_change_nothing(nomis, folder, reference, fault, dataset):
    spoil, message = FAULTS[fault]
    nomis.spoil = {**spoil, "dataset": dataset}
    if "rows" in spoil:
        spoiled = nomis.answer
        nomis.answer = lambda name, query: (
            spoiled(name, query) if name == dataset else _unspoiled(nomis, spoiled, name, query)
        )
    before = _snapshot(folder)
    patience = 0.2 if "wait" in spoil else 60  # a busy machine is no fault of the answer

    with pytest.raises(InputError, match=message) as caught:
        fetch.fetch_area([LEEDS], folder, reference.categories, nomis.base, timeout=patience)

    assert _snapshot(folder) == before
    assert "No file was changed" in str(caught.value) and caught.value.expected


def _unspoiled(nomis, answer, name, query):
    rows, nomis.spoil = nomis.spoil, {}
    try:
        return answer(name, query)
    finally:
        nomis.spoil = rows


def test_an_unknown_area_is_explained(nomis, folder, reference):
    before = _snapshot(folder)
    with pytest.raises(InputError, match="check the area codes"):
        fetch.fetch_area(["E99999999"], folder, reference.categories, nomis.base)
    assert _snapshot(folder) == before


def test_nobody_at_the_address_is_explained(folder, reference, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with pytest.raises(InputError, match="no complete answer"):
        fetch.fetch_area([LEEDS], folder, reference.categories, "http://127.0.0.1:9", timeout=1)


@pytest.mark.parametrize("base", ["file:///etc", "ftp://127.0.0.1", "javascript:1"])
def test_only_the_web_is_asked(folder, reference, base):
    with pytest.raises(InputError, match="not of the web"):
        fetch.fetch_area([LEEDS], folder, reference.categories, base)


def test_an_answer_without_end_is_cut(nomis, folder, reference, monkeypatch):
    monkeypatch.setattr(fetch, "LARGEST", 1000)
    before = _snapshot(folder)
    with pytest.raises(InputError, match="more than 1,000 bytes"):
        fetch.fetch_area([LEEDS], folder, reference.categories, nomis.base)
    assert _snapshot(folder) == before


def test_a_file_in_another_layout_is_left_alone(nomis, folder, reference):
    path = folder / "census_2011_QS104EW_sex_lad.csv"
    path.write_text("GeographyCode,QS104EW0001,QS104EW0002,QS104EW0003\nE06000044,205056,103201,101855\n")
    before = _snapshot(folder)
    with pytest.raises(InputError, match="another layout"):
        fetch.fetch_area([LEEDS], folder, reference.categories, nomis.base)
    assert _snapshot(folder) == before


def test_the_command_fetches_into_a_folder(nomis, folder, reference, project_root, monkeypatch, capsys):
    monkeypatch.chdir(project_root)
    assert main(["fetch", "--area", LEEDS, "--area", LEEDS, "--base", nomis.base, "--to", str(folder)]) == 0
    assert _reads_as(folder, reference, project_root).names[LEEDS] == "Leeds"
    assert capsys.readouterr().out.splitlines()[0] == "wrote census_2011_QS203EW_country_of_birth_lad.csv"
    assert [dataset for dataset, _ in nomis.asked].count("NM_524_1") == 1


def test_the_command_s_default_folder_is_the_project_s_own(nomis, project_root, tmp_path, monkeypatch, capsys):
    shutil.copytree(project_root / "data/raw/reference", tmp_path / "data/raw/reference")
    (tmp_path / "params.yaml").write_text("{}\n")
    monkeypatch.chdir(tmp_path)
    assert main(["fetch", "--area", AREA, "--base", nomis.base, "--timeout", "5"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "wrote data/raw/reference/census_2011_QS104EW_sex_lad.csv"
    assert load_reference(tmp_path / "data/raw/reference").names[AREA] == "Portsmouth"


@pytest.mark.parametrize("spoil", [{"wait": 1.0}, {"status": 503}, {"missing": 400}, HALF])
def test_the_command_fails_with_one_line_and_changes_nothing(nomis, folder, project_root, monkeypatch, capsys, spoil):
    monkeypatch.chdir(project_root)
    nomis.spoil, before = spoil, _snapshot(folder)
    assert main(["fetch", "--area", LEEDS, "--base", nomis.base, "--timeout", "0.2", "--to", str(folder)]) == 1
    assert _snapshot(folder) == before
    error = capsys.readouterr().err
    assert error.startswith("error: ") and "No file was changed" in error and len(error.splitlines()) == 1
