"""Exports for qualitative coding as other programs, languages and spreadsheets leave them."""

import itertools

import pytest

from analysis.coding.formats import read_codebook, read_segments
from analysis.coding.segments import read_segments_csv
from analysis.errors import InputError

BOOK = "tag,description,number of highlights\nhome,,2\nspeaker.E6,,1\n"
HIGHLIGHTS = "id,document,tag,content\n1,Group 1.docx,home,x\n1,Group 1.docx,speaker.E6,x\n"


def read(tmp_path, book=BOOK, highlights=HIGHLIGHTS):
    (tmp_path / "codebook.csv").write_text(book, encoding="utf-8", newline="")
    (tmp_path / "coded_segments.csv").write_text(highlights, encoding="utf-8", newline="")
    codebook = read_codebook(tmp_path / "codebook.csv", "codebook.csv")
    return read_segments(tmp_path / "coded_segments.csv", "coded_segments.csv", codebook)


@pytest.mark.parametrize(
    ("separator", "saved"),
    [*itertools.product([",", ";", "\t"], ["{}", "\ufeff{}", "\n{}"]), (";", "sep=;\n{}")],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_exports_of_taguette_saved_again_by_a_spreadsheet(tmp_path, saved, separator, line_end):
    texts = [saved.format(text.replace(",", separator)).replace("\n", line_end) for text in (BOOK, HIGHLIGHTS)]
    assert read(tmp_path, *texts).to_numpy().tolist() == [["Group 1", "E6", "highlight 1", "home", "coder 1"]]


def test_a_tag_without_a_name_is_named_by_its_row(tmp_path):
    with pytest.raises(InputError) as caught:
        read(tmp_path, BOOK + ",left over,0\n")
    assert (caught.value.row, caught.value.column) == (4, "name")


@pytest.mark.parametrize(
    ("written", "group"),
    [
        ("第一組（上午）", "第一組（上午）"),
        ("第一組「上午」", "第一組「上午」"),
        ("\u200fمجموعة\u200e ١", "مجموعة ١"),
        ("Группа  А – утро", "Группа А – утро"),
        ("ቡድን ፩፡ ጠዋት", "ቡድን ፩፡ ጠዋት"),
        ("グループ\u3000A", "グループ A"),
    ],
)
def test_groups_named_in_other_scripts(tmp_path, written, group):
    """With the signs of their scripts; marks that only turn the direction of writing are no part of a name."""
    (tmp_path / "codebook.csv").write_text("id,name\na,A\n", encoding="utf-8")
    table = f"group,speaker,segment_id,code,coder\n{written},E6,s1,a,c1\n"
    (tmp_path / "s.csv").write_text(table, encoding="utf-8")
    codebook = read_codebook(tmp_path / "codebook.csv", "codebook.csv")
    assert read_segments_csv(tmp_path / "s.csv", "s.csv", codebook)["group"].tolist() == [group]
