"""Bulk files of the 2021 Census, made up and small: read by their labels, areas followed, and the change since 2011."""

import io
import shutil
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest

from analysis import census
from analysis.census.areas import AreaChange
from analysis.census.census_2021 import TABLES, place_in_2021, read_table_2021
from analysis.cli import main
from analysis.described import description
from analysis.errors import InputError
from analysis.study import load_study

ROOT = Path(__file__).resolve().parents[2]
PORTSMOUTH, SOUTHAMPTON = "E06000044", "E06000045"
MEASURE = "; measures: Value"
BORN = {  # as Nomis labels the columns of TS004, a stray space included; people of one made-up area
    "Total": 1000,
    "Europe": 830,
    "Europe: United Kingdom": 700,
    "Europe: EU countries": 100,
    "Europe: EU countries: European Union EU14": 40,
    "Europe: EU countries: European Union EU8": 30,
    "Europe: EU countries: European Union EU2": 20,
    "Europe: EU countries: All other EU countries": 10,
    "Europe: Non-EU countries": 30,
    "Europe: Non-EU countries: All other non-EU countries": 30,
    "Africa": 60,
    "Middle East and Asia": 70,
    "The Americas and the Caribbean": 25,
    "Antarctica and Oceania (including Australasia) and Other": 10,
    "British Overseas ": 5,
}
NON_EU = 30 + 60 + 70 + 25 + 10 + 5
SEX = {"All persons": 1000, "Female": 510, "Male": 490}
TS004, TS007, TS008, TS015, TS016, TS029 = TABLES


def bulk(subject: str, cells: dict[str, int], *codes: str, date: str = "2021") -> pd.DataFrame:
    head = {"date": date, "geography": "A place", "geography code": list(codes)}
    return pd.DataFrame(
        head | {f"{subject}: {name}{MEASURE}": count for name, count in cells.items()}, index=range(len(codes))
    )


def written(frame: pd.DataFrame, path: Path) -> Path:
    frame.to_csv(path, index=False)
    return path


def every_category(table) -> dict[str, int]:
    """Ten people in each category of a table, and their sum as its total."""
    names = [name for group in table.groups for name in group.categories]
    return {table.total[0]: 10 * len(names), **dict.fromkeys(names, 10)}


def test_groups_add_categories_by_hand(tmp_path):
    frame = read_table_2021(written(bulk("Country of birth", BORN, PORTSMOUTH), tmp_path / "x.csv"), TS004)
    assert frame.loc[PORTSMOUTH].to_dict() == {
        "total": 1000,
        "uk": 700,
        "eu_2001": 40,
        "eu_accession": 60,
        "non_eu": NON_EU,
    }


def test_columns_are_found_by_label_in_any_order(tmp_path):
    frame = bulk("Country of birth", BORN, PORTSMOUTH)
    turned = frame[[*frame.columns[:3], *reversed(frame.columns[3:])]]
    assert read_table_2021(written(turned, tmp_path / "x.csv"), TS004).loc[PORTSMOUTH, "non_eu"] == NON_EU


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.table)
def test_every_table_is_read_by_the_labels_of_its_categories(tmp_path, table):
    for subject in table.subjects:
        frame = read_table_2021(written(bulk(subject, every_category(table), PORTSMOUTH), tmp_path / "x.csv"), table)
        assert frame.loc[PORTSMOUTH].to_dict() == {"total": every_category(table)[table.total[0]]} | {
            group.id: 10 * len(group.categories) for group in table.groups
        }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.assign(date="2011"), "the 2021 Census"),
        (lambda f: f.drop(columns=f"Country of birth: Africa{MEASURE}"), "'Africa'"),
        (
            lambda f: f.rename(columns={f"Country of birth: Africa{MEASURE}": f"Sex: Female{MEASURE}"}),
            "begin with 'Country of birth'",
        ),
        (lambda f: f.assign(**{f"Country of birth: Africa{MEASURE}": "c"}), "a suppressed cell"),
        (lambda f: f.assign(**{f"Country of birth: Africa{MEASURE}": 600}), "add to their total"),
        (lambda f: pd.concat([f, f]), "each area once"),
        (lambda f: f.drop(columns="geography code"), "geography code"),
    ],
)
def test_what_is_not_the_table_is_refused(tmp_path, change, message):
    path = written(change(bulk("Country of birth", BORN, PORTSMOUTH)), tmp_path / "x.csv")
    with pytest.raises(InputError, match=message):
        read_table_2021(path, TS004)


def test_perturbed_counts_need_not_add_up_exactly(tmp_path):
    frame = bulk("Sex", SEX | {"Female": 514}, PORTSMOUTH)
    assert read_table_2021(written(frame, tmp_path / "x.csv"), TS008).loc[PORTSMOUTH, "women"] == 514


def test_codes_of_2021_are_followed():
    """Itself; the new code of a recoded authority; the whole of a merged one; nothing where it is not there."""
    changes = [
        AreaChange(area_code="E06000057", area_name="N", since="2013", change="recoded", codes_2011="E06000048"),
        AreaChange(
            area_code="E06000061", area_name="M", since="2021", change="merged", codes_2011="E07000150 E07000152"
        ),
    ]
    known = pd.Index([PORTSMOUTH, "E06000057", "E06000061"])
    found = [place_in_2021(code, known, changes) for code in (PORTSMOUTH, "E06000048", "E07000152", "E08000035")]
    assert [(place.code, place.parts) if place else None for place in found] == [
        (PORTSMOUTH, (PORTSMOUTH,)),
        ("E06000057", ("E06000048",)),
        ("E06000061", ("E07000150", "E07000152")),
        None,
    ]


@pytest.fixture
def project(tmp_path) -> Path:
    """A project of one study with the reference tables, to which tables of 2021 can be put."""
    reference = tmp_path / "data" / "raw" / "reference"
    shutil.copytree(ROOT / "data" / "raw" / "reference", reference)
    (tmp_path / "data" / "raw" / "coproduction").mkdir()
    shutil.copy(ROOT / "data" / "raw" / "coproduction" / "study.yaml", tmp_path / "data" / "raw" / "coproduction")
    (tmp_path / "params.yaml").write_text("{}\n", encoding="utf-8")
    return tmp_path


def case(project: Path, *frames: tuple):
    for table, frame in frames:
        written(frame, project / "data" / "raw" / "reference" / table.file)
    study = load_study("coproduction", project)
    return census.read_census(study, PORTSMOUTH, [SOUTHAMPTON], census.Settings(seed=1, draws=200))


def test_without_tables_of_2021_there_is_nothing(project):
    found = case(project)
    assert census.stock_change_2021(found) is None and census.residents_2021(found) is None


def test_the_change_is_that_of_two_counts(project):
    found = case(project, (TS004, bulk("Country of birth", BORN, PORTSMOUTH)))
    change = census.stock_change_2021(found)
    before = found.reference.country.loc[PORTSMOUTH].iloc[0]
    assert change.loc["All usual residents"].tolist()[:3] == [before, 1000, 1000 - before]
    assert change.loc["Outside the European Union", "now"] == NON_EU
    assert (change["change"] == change["now"] - change["before"]).all()
    assert "data/raw/reference/census2021-ts004-ltla.csv" in description(change).inputs


def test_a_merged_area_stands_with_all_its_parts(project):
    codes = project / "data" / "raw" / "reference" / "area_codes.csv"
    codes.write_text(codes.read_text() + f"E06000099,Solent,2020,merged,{PORTSMOUTH} {SOUTHAMPTON}\n", encoding="utf-8")
    found = case(project, (TS004, bulk("Country of birth", BORN, "E06000099")))
    both = found.reference.country.loc[[PORTSMOUTH, SOUTHAMPTON]].iloc[:, 0].sum()
    assert census.stock_change_2021(found).loc["All usual residents", "before"] == both


def test_every_table_at_hand_is_told_with_its_shares(project):
    found = case(
        project,
        (TS008, bulk("Sex", SEX, PORTSMOUTH)),
        (TS029, bulk(TS029.subjects[0], every_category(TS029), PORTSMOUTH)),
    )
    now = census.residents_2021(found)
    assert now.loc["Women", ["people", "share"]].tolist() == [510, 51.0]
    assert now.loc["Another main language, no English", "share"] == pytest.approx(20.0)
    assert len(now) == 2 + 5 and now["source"].str.contains("2021 Census").all()


def served(answers: dict[str, bytes]):
    class Nomis(BaseHTTPRequestHandler):
        def do_GET(self):
            body = answers.get(self.path)
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Nomis)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def zipped(name: str, frame: pd.DataFrame) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("metadata/about.txt", "text")
        archive.writestr(name, frame.to_csv(index=False))
    return held.getvalue()


def answers() -> dict[str, bytes]:
    """What Nomis would give, the misspelt name of one member included."""
    made = {
        table.table: zipped(
            f"census2021-{table.table.lower()}-{'llta' if table is TS004 else 'ltla'}.csv",
            bulk(table.subjects[0], BORN if table is TS004 else every_category(table), PORTSMOUTH),
        )
        for table in TABLES
    }
    return {f"/census2021-{name.lower()}.zip": body for name, body in made.items()}


@pytest.mark.parametrize("spoilt", ["", "cut off", "no table", "absent"])
def test_fetch_takes_all_tables_or_none(tmp_path, spoilt, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    found = answers()
    last = "/census2021-ts029.zip"
    if spoilt == "cut off":
        found[last] = found[last][:100]
    elif spoilt == "no table":
        found[last] = zipped("other.csv", bulk("Sex", SEX, PORTSMOUTH))
    elif spoilt == "absent":
        del found[last]
    server = served(found)
    try:
        base = f"http://127.0.0.1:{server.server_address[1]}"
        code = main(["fetch", "--census", "2021", "--base", base, "--to", str(tmp_path / "made")])
    finally:
        server.shutdown()
        server.server_close()
    names = sorted(path.name for path in (tmp_path / "made").glob("*")) if (tmp_path / "made").is_dir() else []
    if spoilt:
        assert code == 1 and names == [] and "No file was changed" in capsys.readouterr().err
    else:
        assert code == 0 and names == sorted(table.file for table in TABLES)
        assert read_table_2021(tmp_path / "made" / TS004.file, TS004).loc[PORTSMOUTH, "non_eu"] == NON_EU


def test_the_tables_of_2011_are_fetched_by_area(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert main(["fetch"]) == 1 and "--area" in capsys.readouterr().err
