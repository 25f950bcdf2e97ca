"""What 02_focus_group_coding shows: the rule on small counts, and pages of studies that lack this or that."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from analysis.coding.agreement import ONE_CODER
from analysis.coding.codebook import Code, Codebook
from analysis.coding.segments import bases, settle
from analysis.coding.tallies import people_in_both
from analysis.errors import InputError
from analysis.reporting import Appendix
from analysis.reporting.numbers_check import check_numbers
from analysis.reporting.views import coding as view
from analysis.reporting.views import coding_agreement, coding_matrix, coding_published, coding_segments
from analysis.study import load_study

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = "02_focus_group_coding"


def project(folder: Path) -> Path:
    """A project folder with the raw data only."""
    shutil.copytree(ROOT / "data" / "raw", folder / "data" / "raw")
    shutil.copy(ROOT / "params.yaml", folder)
    return folder


def shown(root: Path, study: str, threshold: int = 10) -> tuple[Appendix, str]:
    """Everything the notebook shows for a study, as one text."""
    material = view.load(load_study(study, root))
    team = view.coded(material, "any", threshold)
    page = Appendix(study, NOTEBOOK, root, material.study.info.example)
    view.record(page, material, team)
    parts = [page.say(view.answer(material, team)), view.opening(page, material)]
    parts += [
        show(page, material)
        for show in (
            coding_published.statements,
            coding_published.themes,
            coding_published.interviews,
            coding_published.side_by_side,
        )
    ]
    parts += [
        show(page, material)
        for show in (coding_matrix.matrix, coding_matrix.links, coding_matrix.gaps, coding_matrix.steps)
    ]
    parts += [view.segments_opening(page, team)]
    parts += [
        show(page, team)
        for show in (
            coding_segments.tally,
            coding_segments.by_group,
            coding_segments.together,
            coding_segments.saturation,
            coding_segments.stability,
        )
    ]
    parts += [
        coding_agreement.agreement(page, team, 1, 200),
        coding_agreement.codebook(page, material),
        coding_agreement.changes(page, material, team),
    ]
    return page, "\n".join(part.html for part in parts if part)


@pytest.fixture(scope="module")
def example():
    return shown(ROOT, "coproduction_example")


def test_a_number_is_hidden_where_fewer_people_than_the_threshold_stand_behind_it():
    people = pd.DataFrame({"participants": [0, 1, 9, 10]})
    assert view.shown_counts(people, 10)["participants"].tolist() == [0, "hidden", "hidden", 10]


def test_a_large_count_by_few_people_is_hidden_too():
    mentions, people = pd.DataFrame({"mentions": [40, 12]}), pd.DataFrame({"people": [3, 12]})
    assert view.shown_counts(mentions, 10, people)["mentions"].tolist() == ["hidden", 12]


def test_no_small_count_of_people_or_segments_is_recorded(example):
    page, _ = example
    counted = [result for result in page.store if result.unit in ("people", "segments")]
    assert {result.value for result in counted} & {"hidden", "raised"} == {"hidden", "raised"}
    assert [result.id for result in counted if isinstance(result.value, int | float) and 0 < result.value < 10] == []


def test_what_is_hidden_does_not_come_back_as_a_share_or_a_prevalence(example):
    page, _ = example
    by_row: dict[str, dict[str, object]] = {}
    for result in page.store:
        _, table, row, column = ([*result.id.split(".", 3), "", "", ""])[:4]
        by_row.setdefault(f"{table}.{row}", {})[column] = result.value
    hidden = [cells for cells in by_row.values() if cells.get("participants") == "hidden"]
    assert hidden
    assert all(cells["share_participants"] == cells["mentions"] == "hidden" for cells in hidden)
    hidden_codes = {
        key.removeprefix("tally.") for key, cells in by_row.items() if cells.get("participants") == "hidden"
    }
    agreed = {
        key.removeprefix("agreement.")
        for key, cells in by_row.items()
        if key.startswith("agreement.") and "alpha" in cells
    }
    assert agreed
    assert agreed & hidden_codes == set()


@pytest.mark.parametrize("study", ["coproduction", "connecting_opportunities", "coproduction_example"])
def test_every_number_shown_is_recorded(study):
    page, text = shown(ROOT, study)
    assert check_numbers(text, page.store) == []


def test_the_example_is_marked_on_every_table_and_figure(example):
    _, text = example
    assert text.count('class="example-mark"') == text.count("<caption ") - text.count('class="data"') + text.count(
        "<figcaption"
    )
    assert "claims.csv" not in text


def test_published_data_alone_count_no_people():
    page, text = shown(ROOT, "coproduction")
    assert {result.kind for result in page.store} == {"published", "recomputed"}
    assert "no saturation, stability or agreement is computed" in text
    assert ONE_CODER in text


def test_the_two_programmes_are_compared_alike_on_both_pages():
    pages = [shown(ROOT, study)[0] for study in coding_published.PROGRAMMES]
    compared = [
        {r.id: r.value for r in page.store if ".side_by_side." in r.id or r.id.startswith("both.")} for page in pages
    ]
    assert compared[0] == compared[1] != {}


def write_segments(root: Path, rows: str) -> None:
    (root / "data/raw/coproduction_example/coded_segments.csv").write_text(
        f"group,speaker,segment_id,code,coder\n{rows}", encoding="utf-8"
    )


def test_one_coder_gives_the_plain_statement_and_no_measure(tmp_path):
    root = project(tmp_path)
    write_segments(
        root,
        "".join(f"g{n % 2},A{n},s{n},english,solo\n" for n in range(12)).replace("g0,", "g0,").replace("g1,A", "g1,B"),
    )
    page, text = shown(root, "coproduction_example", 5)
    assert f"{ONE_CODER.capitalize()}." in text
    assert not [result for result in page.store if "agreement" in result.id]


def test_a_handful_of_people_gives_a_page_without_counts_of_them(tmp_path):
    root = project(tmp_path)
    write_segments(root, "g,A1,s1,english,a\ng,A1,s1,english,b\ng,A2,s2,none,a\ng,A2,s2,learning,b\n")
    page, text = shown(root, "coproduction_example")
    assert page.store["team.participants"].value == "hidden"
    assert "No code has as many participants" in text
    assert "no agreement is shown" in text


def test_counts_by_group_are_shown_where_a_group_is_large_enough(tmp_path):
    root = project(tmp_path)
    write_segments(root, "".join(f"g,A{n},s{n},english,a\n" for n in range(11)) + "h,B1,t1,english,a\n")
    page, _ = shown(root, "coproduction_example")
    assert [page.store[f"{NOTEBOOK}.by_group.english.{group}"].value for group in ("g", "h")] == [11, "raised"]


def test_names_that_only_differ_in_signs_or_script_stay_apart():
    book = Codebook(
        title="t",
        version="1",
        codes=tuple(Code(id=f"c{n}", name=name) for n, name in enumerate(["C", "C++", "حقوق", "ثقة"])),
    )
    labels = list(view.labels(book).values())
    assert len({view.slug(label) for label in labels}) == len(labels)


def test_markup_in_a_name_from_data_is_only_a_name():
    page = Appendix("s", NOTEBOOK, ROOT)
    assert page.say(f"Code {view.named('{claim:X} <b> 7')}").plain == "Code {claim:X} <b> 7"
    assert "<b>" not in page.say(f"Code {view.named('<b>')}").html


def test_people_behind_segments_with_both_codes_are_counted_once():
    book = Codebook(title="t", version="1", codes=(Code(id="a", name="A"), Code(id="b", name="B")))
    rows = [
        ("g", "P1", "s1", "a", "x"),
        ("g", "P1", "s1", "b", "x"),
        ("g", "P1", "s2", "a", "x"),
        ("g", "P1", "s2", "b", "x"),
        ("g", "P2", "s3", "a", "x"),
    ]
    table = pd.DataFrame(rows, columns=["group", "speaker", "segment_id", "code", "coder"])
    assert bases(table).participants == 2
    found = people_in_both(settle(table), book)
    assert found.to_numpy().tolist() == [[2, 1], [1, 1]]


@pytest.mark.parametrize(
    ("file", "known", "unknown"),
    [
        ("themes.csv", "advice_contacts_total", "no_such_quantity"),
        ("social_impact_matrix.yaml", "items: [safety]", "items: [weather]"),
    ],
)
def test_a_link_to_a_figure_or_question_that_does_not_exist_is_an_error(tmp_path, file, known, unknown):
    root = project(tmp_path)
    path = root / "data/raw/coproduction" / file
    path.write_text(path.read_text(encoding="utf-8").replace(known, unknown), encoding="utf-8")
    with pytest.raises(InputError, match=unknown.strip("items: []")):
        shown(root, "coproduction")


def test_a_study_without_a_ledger_of_claims_may_have_themes(tmp_path):
    root = project(tmp_path)
    folder = root / "data/raw/coproduction_example"
    header = (root / "data/raw/coproduction/themes.csv").read_text(encoding="utf-8").splitlines()[0]
    (folder / "themes.csv").write_text(
        f"{header}\nX1,1,Part,english,focus groups,,English came up,\n", encoding="utf-8"
    )
    assert "What the reported themes rest on" in shown(root, "coproduction_example")[1]


def test_the_drawing_of_the_steps_says_who_leads():
    _, text = shown(ROOT, "coproduction")
    words = text.partition('id="steps-desc">')[2].partition("</desc>")[0]
    assert (
        words.index("The project team leads")
        < words.index("Team and participants together lead")
        < words.index("Participants lead")
    )
    assert "leads back from evaluate together to adapt and act together" in words


def test_an_earlier_codebook_in_the_folder_is_compared(tmp_path):
    root = project(tmp_path)
    book = (root / "data/raw/coproduction/codebook.yaml").read_text(encoding="utf-8")
    earlier = book.replace("name: Renewed energy", "name: New energy")
    (root / "data/raw/coproduction/codebook_earlier.yaml").write_text(earlier, encoding="utf-8")
    _, text = shown(root, "coproduction")
    assert "Renewed energy: renamed" in text
    assert "New energy" in text
