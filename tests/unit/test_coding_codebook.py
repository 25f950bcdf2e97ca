"""Codebooks: hierarchy, versions, and the way through REFI-QDA and back."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from analysis.coding.codebook import Code, Codebook, code_id_for, read_codebook_csv, same_name, structural_problem
from analysis.coding.formats import read_codebook
from analysis.coding.refi import NAMESPACE, qdc_text
from analysis.coding.taguette import read_taguette_codebook, read_taguette_highlights
from analysis.coding.versions import codebook_changes, segments_to_recode

BOOK = Codebook(
    title="Small",
    version="1",
    codes=(
        Code(id="top", name="Top", codable=False),
        Code(id="under", name="Under & <below>", parent="top", definition="First.", include="This.", exclude="That."),
        Code(id="deep", name="Deep", parent="under"),
    ),
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=40)


def test_the_table_shows_level_and_theme():
    table = BOOK.table()
    assert table["level"].tolist() == [0, 1, 2] and set(table["theme"]) == {"Top"}
    assert BOOK.ancestors("deep") == ("under", "top") and BOOK.codable == ("under", "deep")


def test_csv_and_yaml_give_the_same_codebook(tmp_path):
    csv, yaml = tmp_path / "book.csv", tmp_path / "book.yaml"
    csv.write_text("id,name,parent,codable\ntop,Top,,no\nunder,Under,top,yes\n", encoding="utf-8")
    yaml.write_text(
        'title: book\nversion: "1"\ncodes:\n- {id: top, name: Top, codable: false}\n- {id: under, name: Under, parent: top}\n',
        encoding="utf-8",
    )
    assert read_codebook_csv(csv, csv.name, "book", "1") == read_codebook(yaml, yaml.name)


def test_a_codebook_goes_out_as_refi_qda_and_comes_back(tmp_path):
    path = tmp_path / "Small.qdc"
    path.write_text(qdc_text(BOOK), encoding="utf-8")
    assert read_codebook(path, path.name, version="1") == BOOK


@st.composite
def codebooks(draw):
    names = draw(st.lists(TEXTS.filter(str.strip), min_size=1, max_size=6, unique_by=same_name))
    codes = []
    for number, name in enumerate(names):
        parent = draw(st.sampled_from([None, *range(number)]))
        texts = {field: draw(TEXTS) for field in ("definition", "include", "exclude")}
        codable = draw(st.booleans())
        parent_id = None if parent is None else f"k{parent}"
        codes.append(Code(id=f"k{number}", name=name, parent=parent_id, codable=codable, **texts))
    return Codebook(title="any", version="1", codes=tuple(codes))


@settings(deadline=None)  # other work on the machine is no failure
@given(codebooks())
def test_any_codebook_comes_back_from_refi_qda(tmp_path_factory, codebook):
    path = tmp_path_factory.mktemp("qdc") / "any.qdc"
    path.write_text(qdc_text(codebook), encoding="utf-8", newline="\n")
    back = read_codebook(path, path.name, version="1")
    assert back.by_id == codebook.by_id


def test_the_exported_file_keeps_to_the_standard():
    # REFI-QDA 1.5, section 5.2: CodeBook (origin) > Codes > Code (guid, name, isCodable) > Description, Code...
    from uuid import UUID
    from xml.etree import ElementTree

    root = ElementTree.fromstring(qdc_text(BOOK).encode())
    name = {"ns": NAMESPACE}
    assert root.tag == f"{{{NAMESPACE}}}CodeBook" and root.get("origin")
    codes = root.findall(".//ns:Code", name)
    assert [code.get("isCodable") for code in codes] == ["false", "true", "true"]
    assert len({UUID(code.get("guid")) for code in codes}) == 3
    assert root.find("ns:Codes/ns:Code/ns:Code/ns:Code", name).get("name") == "Deep"
    assert [child.tag.rpartition("}")[2] for child in root.find("ns:Codes/ns:Code", name)] == ["Description", "Code"]


@pytest.mark.parametrize("namespace", ["urn:QDA-XML:codebook:1.0", "urn:QDA-XML:codebook:1:0"])
def test_a_codebook_of_another_program_is_read(tmp_path, namespace):
    # Both namespaces are about; so are colours, note references and descriptions over several lines.
    path = tmp_path / "theirs.qdc"
    path.write_text(
        f'<?xml version="1.0" encoding="utf-8"?><CodeBook xmlns="{namespace}" origin="Another 1.0"><Codes>'
        '<Code guid="{AA}" name="Health" isCodable="true" color="#ff0000"><Description>One.\nTwo.</Description>'
        '<NoteRef targetGUID="B1"/><Code guid="CC" name="Well-being" isCodable="1"/></Code>'
        '<Code guid="DD" name="صحة" isCodable="true"/></Codes><Sets/></CodeBook>',
        encoding="utf-8",
    )
    book = read_codebook(path, path.name)
    assert [(code.name, code.parent) for code in book.codes] == [
        ("Health", None),
        ("Well-being", "health"),
        ("صحة", None),
    ]
    assert book.by_id["health"].definition == "One. Two." and len(book.by_id) == 3


def test_ids_from_names_are_valid_ids():
    for name in ("Self-esteem", "2nd chance", "none", "صحة", "!!!", "É", "x" * 300):
        assert Code(id=code_id_for(name), name="x").id


@settings(deadline=None)  # other work on the machine is no failure
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=8))
def test_cycles_are_found_exactly_where_no_top_is_reached(pairs):
    parents = {f"k{n}": None for n in range(8)} | {f"k{a}": f"k{b}" for a, b in pairs}

    def reaches_the_top(code):
        for _ in range(9):
            if parents[code] is None:
                return True
            code = parents[code]
        return False

    codes = [Code(id=code, name=code, parent=parent) for code, parent in parents.items()]
    assert (structural_problem(codes) is None) == all(map(reaches_the_top, parents))


def test_changes_between_versions():
    new = (
        Code(id="top", name="Top", codable=True),
        Code(id="under", name="Under", parent=None, definition="First.", include="This and that.", exclude="That."),
        Code(id="fresh", name="Fresh"),
    )
    found = codebook_changes(BOOK, Codebook(title="Small", version="2", codes=new))
    assert list(zip(found["code"], found["change"], strict=True)) == [
        ("top", "use changed"),
        ("under", "renamed"),
        ("under", "moved"),
        ("under", "inclusion rule changed"),
        ("fresh", "added"),
        ("deep", "removed"),
    ]
    assert found.loc[1, ["before", "after"]].tolist() == ["Under & <below>", "Under"]
    assert codebook_changes(BOOK, BOOK) is None


def test_the_segments_a_change_touches():
    new = BOOK.codes[:1] + (BOOK.codes[1].model_copy(update={"name": "New name", "exclude": ""}),)
    changes = codebook_changes(BOOK, Codebook(title="Small", version="2", codes=new))
    segments = pd.DataFrame({"segment_id": ["s1", "s1", "s2"], "code": ["under", "under", "deep"]})
    found = segments_to_recode(segments, changes).set_index("change")
    assert found["segments"].to_dict() == {"renamed": 1, "exclusion rule changed": 1, "removed": 1}
    assert found["again"].to_dict() == {"renamed": "no", "exclusion rule changed": "yes", "removed": "yes"}


TAGUETTE_CODEBOOK = (
    "tag,description,number of highlights\nhealth,All of it,3\nhealth.mind,,2\nspeaker.E6,,4\nspeaker.H1,,1\n"
)
TAGUETTE_HIGHLIGHTS = (
    "id,document,tag,content\n1,Group 1.docx,health.mind,never kept\n1,Group 1.docx,speaker.E6,never kept\n"
    '2,Group 2.docx,health,"never, kept"\n2,Group 2.docx,speaker.H1,x\n3,Group 2.docx,,x\n3,Group 2.docx,speaker.H1,x\n'
)


def _as_workbook(text: str, path: Path) -> Path:
    import csv
    import io

    from openpyxl import Workbook

    workbook = Workbook()
    for row in csv.reader(io.StringIO(text)):
        workbook.active.append(row)
    workbook.save(path)
    return path


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_taguettes_exports(tmp_path, ending):
    book, found = tmp_path / f"codebook{ending}", tmp_path / f"highlights{ending}"
    for path, text in ((book, TAGUETTE_CODEBOOK), (found, TAGUETTE_HIGHLIGHTS)):
        path.write_text(text, encoding="utf-8") if ending == ".csv" else _as_workbook(text, path)
    codebook = read_taguette_codebook(book, book.name)
    assert [(code.name, code.parent) for code in codebook.codes] == [("health", None), ("health.mind", "health")]
    segments = read_taguette_highlights(found, found.name, codebook, coder="reader 2")
    assert segments.to_numpy().tolist() == [
        ["Group 1", "E6", "highlight 1", "health_mind", "reader 2"],
        ["Group 2", "H1", "highlight 2", "health", "reader 2"],
        ["Group 2", "H1", "highlight 3", "none", "reader 2"],
    ]


def test_taguettes_own_parent_column(tmp_path):
    path = tmp_path / "codebook.csv"
    path.write_text("tag,parent,description,number of highlights\nmind,health,,1\nhealth,,,1\n", encoding="utf-8")
    assert read_taguette_codebook(path, path.name).by_id["mind"].parent == "health"
