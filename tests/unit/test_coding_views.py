"""What 02_focus_group_coding shows: the rule on small counts, and pages of studies that lack this or that."""

import ast
import json
import re
import shutil
from contextlib import chdir
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import yaml
from numbers_check import check_numbers

from analysis.coding.agreement import ONE_CODER
from analysis.coding.codebook import Code, Codebook
from analysis.coding.files import MATRIX, check_assumptions
from analysis.coding.segments import bases, settle
from analysis.coding.tallies import people_in_both
from analysis.errors import InputError
from analysis.reporting import Appendix
from analysis.reporting.prose import named
from analysis.results import ResultStore, slug
from analysis.study import load_study

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = "02_focus_group_coding"


def project(folder: Path) -> Path:
    """A project folder with the raw data only."""
    shutil.copytree(ROOT / "data" / "raw", folder / "data" / "raw")
    shutil.copy(ROOT / "params.yaml", folder)
    return folder


@pytest.fixture(scope="module")
def here(tmp_path_factory) -> Path:
    """The inputs in a folder of their own: what is decided on disclosure is written beside the results."""
    return project(tmp_path_factory.mktemp("here"))


@cache
def shown(root: Path, study: str, least: int = 10) -> tuple[Appendix, str]:
    """Everything the notebook's cells show for a study, as one text, with `least` people in a cell."""
    names = {
        "study": study,
        "rule": "any",
        "disclosure": {"minimum_cell": least, "reason": "a test of small tables"},
        "level": 0.95,
        "seed": 1,
        "draws": 200,
    }
    parts = []
    cells = json.loads((ROOT / "notebooks" / f"{NOTEBOOK}.ipynb").read_text(encoding="utf-8"))["cells"]
    with chdir(root):
        for cell in cells:
            if cell["cell_type"] == "code" and not cell["metadata"].get("tags"):
                parts.append(last_shown("".join(cell["source"]), names))
    return names["page"], "\n".join(part.html for part in parts if part)


def last_shown(source: str, names: dict[str, object]) -> object:
    """What a cell shows: the value of its last line, if that is one."""
    *before, last = ast.parse(source).body
    if not isinstance(last, ast.Expr):
        before, last = [*before, last], None
    exec(compile(ast.Module(before, []), "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last else None


def plain(text: str) -> str:
    """The words of some HTML."""
    return " ".join(re.sub(r"<[^>]*>", "", text).split())


@pytest.fixture(scope="module")
def example(here):
    return shown(here, "coproduction_example")


def test_no_small_count_of_people_or_segments_is_recorded(example):
    page, _ = example
    counted = [result for result in page.store if result.unit in ("people", "segments")]
    assert "hidden" in {result.value for result in counted}
    assert {r.value for r in page.store if ".by_group." in r.id} == {"raised"}
    removed = (
        f"{NOTEBOOK}.changes.code_of_the_draft_only_removed.segments"  # no segment may carry it: zero for all to see
    )
    small = {result.id for result in counted if isinstance(result.value, int | float) and result.value < 10}
    assert small == {removed}


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
def test_every_number_shown_is_recorded(here, study):
    page, text = shown(here, study)
    assert check_numbers(text, page.store) == []


def test_the_example_is_marked_on_every_table_and_figure(example):
    _, text = example
    assert text.count('class="example-mark"') == text.count("<caption ") - text.count('class="data"') + text.count(
        "<figcaption"
    )
    assert "claims.csv" not in text


def test_published_data_alone_count_no_people(here):
    page, text = shown(here, "coproduction")
    assert {result.kind for result in page.store} == {"published", "recomputed"}
    assert not [name for name in ("tally", "saturation", "stability", "agreement") if f'id="{name}"' in text]
    assert "none of that is computed from the publication" in text


def test_the_two_programmes_are_compared_alike_on_both_pages(here):
    pages = [shown(here, study)[0] for study in ("coproduction", "connecting_opportunities")]
    compared = [
        {r.id: r.value for r in page.store if ".side_by_side." in r.id or r.id.startswith("both.")} for page in pages
    ]
    assert compared[0] == compared[1] != {}


def write_segments(root: Path, rows: str) -> None:
    (root / "data/raw/coproduction_example/records/coded_segments.csv").write_text(
        f"group,speaker,segment_id,code,coder\n{rows}", encoding="utf-8"
    )


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """The segments of the worked example as if they were a team's own, in the study of the publication."""
    root = project(tmp_path_factory.mktemp("real"))
    table = (root / "data/raw/coproduction_example/records/coded_segments.csv").read_bytes()
    (root / "data/raw/coproduction/records/coded_segments.csv").write_bytes(table)
    return shown(root, "coproduction")


def test_of_a_team_s_own_segments_no_group_is_named_and_no_number_over_hidden_codes_is_shown(real):
    page, text = real
    assert "synthetic group" not in text
    assert [page.store[f"team.{name}"].value for name in ("used", "one_person", "one_group")] == ["hidden"] * 3
    assert not [result for result in page.store if ".by_group." in result.id]


def test_the_results_of_a_team_s_own_segments_can_be_kept_and_every_number_shown_is_among_them(real, tmp_path):
    page, text = real
    page.store.write(tmp_path / "results.json")
    assert check_numbers(text, ResultStore.read(tmp_path / "results.json")) == []


def test_saturation_of_a_team_s_own_segments_holds_only_codes_whose_numbers_are_shown(real):
    """By hand: of the example's codes, those of 15 people and more (9 + 6 groups) stand for themselves."""
    page, text = real
    table = pd.read_csv(ROOT / "data/raw/coproduction_example/records/coded_segments.csv")
    people = table[table["code"] != "none"].groupby("code")["speaker"].nunique()
    assert page.store["team.entering"].value == int((people >= 15).sum()) > 5
    assert "looks flatter than the whole" in text


def test_no_small_count_of_a_team_s_own_segments_is_recorded(real):
    page, _ = real
    counted = [r for r in page.store if r.unit in ("people", "segments") and r.kind == "measured"]
    assert [r.id for r in counted if isinstance(r.value, int | float) and r.value < 10] == []


def test_a_code_that_rests_on_one_group_is_named_only_where_enough_people_raised_it(tmp_path):
    """12 people of group 0 raise English, 3 people of group 1 Safety; both rest on one group."""
    root = project(tmp_path)
    codes = {0: "english", 1: "safety"}
    rows = [(at % 3, at, codes[at % 3] if at % 3 == 0 or at in (1, 4, 7) else "none") for at in range(36)]
    write_segments(root, "".join(f"g{group},A{at},s{at},{code},solo\n" for group, at, code in rows))
    _, text = shown(root, "coproduction_example")
    said = text.partition("Named is a code")[2].partition("</p>")[0]
    assert "English" in said
    assert "Safety" not in said


def test_one_coder_gives_the_plain_statement_and_no_measure(tmp_path):
    root = project(tmp_path)
    write_segments(root, "".join(f"g{n % 2},A{n},s{n},english,solo\n" for n in range(12)))
    page, text = shown(root, "coproduction_example", 5)
    assert f"{ONE_CODER.capitalize()}." in text
    assert not [result for result in page.store if "agreement" in result.id]


def test_a_handful_of_people_gives_a_page_without_counts_of_them(tmp_path):
    root = project(tmp_path)
    write_segments(root, "g,A1,s1,english,a\ng,A1,s1,english,b\ng,A2,s2,none,a\ng,A2,s2,learning,b\n")
    page, text = shown(root, "coproduction_example")
    assert page.store["team.participants"].value == page.store["team.segments"].value == "hidden"
    assert 'id="participants"' not in text
    assert "no agreement is shown" in text


def two_codes(folder: Path, rows: list[str], names: tuple[str, str] = ("Trust", "Work")) -> Path:
    """A project whose worked example has a codebook of two codes, trust and work, and these coded segments."""
    root = project(folder)
    write_segments(root, "\n".join(rows) + "\n")
    book = root / "data/raw/coproduction_example/records/codebook.csv"
    book.write_text("id,name\ntrust,{}\nwork,{}\n".format(*names), encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("trust", "said"),
    [
        (60, "is not said: a number is hidden as well where nearly everybody came up with the code"),  # all but nobody
        (59, "is not said"),  # all but one
        (3, "is not said"),  # whether the hidden number is large or small makes no difference to what is said
        (35, "Most participants, 35, came up with: Trust."),
        (25, "Most participants, 25, came up with: Trust; Work."),
    ],
)
def test_the_answer_names_no_weaker_code_in_the_place_of_a_hidden_stronger_one(tmp_path, trust, said):
    """Of 60 people 25 came up with Work."""
    rows = [f"g{n % 2},A{n},t{n},{'trust' if n < trust else 'none'},x" for n in range(60)]
    rows += [f"g{n % 2},A{n},w{n},{'work' if n < 25 else 'none'},x" for n in range(60)]
    text = plain(shown(two_codes(tmp_path, rows), "coproduction_example")[1])
    assert said in text
    assert ("of the codes that are shown, 25 people measured came up with: work." in text.lower()) is (
        "not said" in said
    )
    assert ("Of the codes drawn, most participants came up with: Work." in text) is ("not said" in said)


def agreed_on(folder: Path, speaker: list[int]) -> dict[str, object]:
    """Results on agreement of 80 segments by these of 12 speakers; Trust in 40 by one coder, in 36 of these by the other."""
    rows = [
        f"g,A{who},s{n},{'trust' if n < first else 'none'},{coder}"
        for coder, first in (("a", 40), ("b", 36))
        for n, who in enumerate(speaker)
    ]
    page, text = shown(two_codes(folder, rows), "coproduction_example")
    assert page.store[f"{NOTEBOOK}.tally.trust.participants"].value == "hidden"
    return {r.id: (r.value, r.low, r.high) for r in page.store if ".agreement.trust." in r.id}


def test_agreement_on_a_strong_code_is_shown_and_does_not_tell_who_raised_it(tmp_path):
    """By hand: 76 of 160 ratings give it; 76 of 80 segments agree; alpha = 1 - 159 * 8 / (2 * 76 * 84)."""
    everybody = [n % 12 for n in range(80)]
    one = [0] * 40 + everybody[40:]
    found = agreed_on(tmp_path / "everybody", everybody)
    assert found == agreed_on(tmp_path / "one", one)
    assert {name.rpartition(".")[2]: value for name, (value, low, high) in found.items() if low is high is None} == {
        "prevalence": 47.5,
        "percent_agreement": 95.0,
        "alpha": pytest.approx(0.9004, abs=0.005),
        "ac1": pytest.approx(0.90, abs=0.005),
    }


def test_agreement_on_a_rare_code_stays_hidden(tmp_path):
    """On 9 of 80 segments: whoever knows that knows that at most 9 of 12 people raised it."""
    rows = [f"g,A{n % 12},s{n},{'trust' if n < 9 else 'none'},{coder}" for coder in "ab" for n in range(80)]
    page, text = shown(two_codes(tmp_path, rows), "coproduction_example")
    assert not [result for result in page.store if ".agreement." in result.id]
    assert "no agreement is shown" in text


def test_codes_of_one_name_long_definitions_and_names_in_other_scripts_make_a_page(tmp_path):
    root = project(tmp_path)
    rows = "".join(
        f"{('हिन्दी समूह', 'กลุ่ม ก')[n % 2]},A{n},s{n},{'before_other' if n < 22 else 'after_other'},a\n"
        for n in range(44)
    )
    write_segments(root, rows)
    long = "begin " + "word " * 1_000 + "finish"
    book = "id,name,parent,definition\nb,Before,,\nbefore_other,Other,b,\na,After,," + long + "\nafter_other,Other,a,\n"
    (root / "data/raw/coproduction_example/records/codebook.csv").write_text(book, encoding="utf-8")
    page, text = shown(root, "coproduction_example")
    assert all(name in text for name in ("Before / Other", "After / Other", "हिन्दी समूह", "กลุ่ม ก"))
    assert "word word ..." in text
    assert "finish" not in text
    assert page.store[f"{NOTEBOOK}.tally.before_other.participants"].value == 22
    assert check_numbers(text, page.store) == []


def test_segments_that_nobody_gave_a_code_make_a_page(tmp_path):
    root = project(tmp_path)
    write_segments(root, "".join(f"g{n % 3},A{n},s{n},none,solo\n" for n in range(20)))
    page, text = shown(root, "coproduction_example")
    assert page.store["team.used"].value == 0
    assert 'id="saturation"' not in text


def test_counts_by_group_are_shown_where_every_group_is_large(tmp_path):
    root = project(tmp_path)
    rows = "".join(f"{'gh'[n % 2]},A{n},s{n},{'english' if n < 22 else 'none'},a\n" for n in range(44))
    write_segments(root, rows)
    page, text = shown(root, "coproduction_example")
    assert [page.store[f"{NOTEBOOK}.by_group.english.{group}"].value for group in ("g", "h")] == [11, 11]
    assert page.store[f"{NOTEBOOK}.by_group.safety.g"].value == "hidden"
    assert 'id="together"' not in text


def test_names_that_only_differ_in_signs_or_script_stay_apart():
    book = Codebook(
        title="t",
        version="1",
        codes=tuple(Code(id=f"c{n}", name=name) for n, name in enumerate(["C", "C++", "حقوق", "ثقة"])),
    )
    labels = list(book.labels.values())
    assert len(set(map(slug, labels))) == len(labels)


def test_markup_in_a_name_from_data_is_only_a_name():
    page = Appendix("s", NOTEBOOK, ROOT)
    assert page.say(f"Code {named('{claim:X} <b> 7')}").plain == "Code {claim:X} <b> 7"
    assert "<b>" not in page.say(f"Code {named('<b>')}").html


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


def test_a_name_of_an_outcome_that_differs_from_the_value_map_is_an_error(tmp_path):
    root = project(tmp_path)
    path = root / "data/raw/coproduction/value_map.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Referral given", "Referral made"), encoding="utf-8")
    with pytest.raises(InputError, match="'Referral given'.*'Referral made', as in the value map"):
        shown(root, "coproduction")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (("id: advice_value_help, name", "id: no_such_entry, name"), "column 'assumptions': found 'no_such_entry'"),
        (
            ("Value of one instance of direct help", "Price of help"),
            "'Price of help' as the name of 'advice_value_help'",
        ),
    ],
)
def test_an_assumption_of_the_matrix_that_the_register_does_not_have_is_an_error(tmp_path, change, found):
    root = project(tmp_path)
    study = load_study("coproduction", root)
    check_assumptions(study)
    path = study.raw / MATRIX
    path.write_text(path.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    if change[1].startswith("id"):
        path.write_text(
            path.read_text(encoding="utf-8").replace("[advice_value_help,", "[no_such_entry,"), encoding="utf-8"
        )
    with pytest.raises(InputError, match=re.escape(found)):
        check_assumptions(study)


def test_a_study_without_a_matrix_has_no_assumptions_to_check():
    check_assumptions(load_study("connecting_opportunities", ROOT))


def test_an_outcome_only_the_value_map_has_is_listed_as_a_gap(tmp_path):
    root = project(tmp_path)
    with (root / "data/raw/coproduction/value_map.csv").open("a", encoding="utf-8") as map_:
        map_.write("safer,outcome,Participants,Safer streets,,1" + "," * 14 + "\n")
    _, text = shown(root, "coproduction")
    assert re.search(r"SROI outcome: Safer streets.*?outcome the matrix does not hold", text, re.DOTALL)


def test_cells_of_the_matrix_lead_to_rows_of_the_ledger_and_of_the_sroi_model(here):
    _, text = shown(here, "coproduction")
    assert 'href="claims.html#claim-CP-027"' in text
    assert 'href="model.html#outcome-engagement"' in text
    assert 'href="model.html#entry-advice_value_help"' in text


def test_every_cell_of_the_matrix_says_its_indicator_and_leads_to_its_links(here):
    matrix_file = ROOT / "data/raw/coproduction/social_impact_matrix.yaml"
    _, text = shown(here, "coproduction")
    cells = yaml.safe_load(matrix_file.read_text(encoding="utf-8"))["cells"]
    table = text.partition('id="matrix"')[2].partition("</table>")[0]
    assert table.count("(our reading)") == sum(cell["basis"] == "reading" for cell in cells)
    for cell in cells:
        anchor = f"cell-{cell['stakeholder']}-{cell['objective']}"
        assert f'href="#{anchor}"' in table
        assert text.count(f'<tr id="{anchor}"') == 1


def test_themes_of_the_interviews_lead_to_their_objectives_in_the_matrix(here):
    _, text = shown(here, "coproduction")
    interviews = text.partition('id="interviews"')[2].partition("</table>")[0]
    targets = re.findall(r'href="#(objective-[a-z_]+)"', interviews)
    assert len(targets) >= 8
    assert all(text.count(f'<tr id="{target}"') == 1 for target in targets)


def test_a_study_without_a_ledger_of_claims_may_have_themes(tmp_path):
    root = project(tmp_path)
    folder = root / "data/raw/coproduction_example"
    header = (root / "data/raw/coproduction/themes.csv").read_text(encoding="utf-8").splitlines()[0]
    (folder / "themes.csv").write_text(
        f"{header}\nX1,1,Part,english,focus groups,,English came up,\n", encoding="utf-8"
    )
    assert "What the reported themes rest on" in shown(root, "coproduction_example")[1]


def test_the_drawing_of_the_steps_says_who_leads(here):
    _, text = shown(here, "coproduction")
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
    (root / "data/raw/coproduction/records/codebook_earlier.yaml").write_text(earlier, encoding="utf-8")
    _, text = shown(root, "coproduction")
    assert "Renewed energy: renamed" in text
    assert "New energy" in text
