"""The published material: it keeps to the sources, says nothing they do not say, and carries none of their sentences."""

import csv
import re
from pathlib import Path

import pandas as pd
import pytest
from made_up.coded_segments import SEED, example_segments, segments_text

from analysis.coding import files, matrix as mx, published as pb
from analysis.coding.codebook import Code, Codebook
from analysis.coding.example import earlier_codebook
from analysis.coding.formats import read_segments
from analysis.coding.segments import bases, settle
from analysis.coding.steps import steps_layout, steps_table
from analysis.errors import InputError
from analysis.study import Study, StudyInfo, load_study

ROOT = Path(__file__).resolve().parents[2]
RAW = ROOT / "data" / "raw"
PAPER, REPORT = RAW / "coproduction", RAW / "connecting_opportunities"
FILES = {
    "coproduction_paper.txt": [
        PAPER / name
        for name in (
            "statements.csv",
            "themes.csv",
            "stakeholder_themes.csv",
            "steps.yaml",
            "social_impact_matrix.yaml",
        )
    ],
    "connecting_opportunities_report.txt": [REPORT / "themes.csv"],
}
TABLES = [(source, path) for source, paths in FILES.items() for path in paths if path.suffix == ".csv"]


@pytest.fixture(scope="module")
def study():
    return load_study("coproduction", ROOT)


@pytest.fixture(scope="module")
def codebook(study):
    return files.load_codebook(study)


@pytest.fixture(scope="module")
def framework(study, codebook):
    return files.load_framework(study, codebook)


@pytest.fixture(scope="module")
def matrix(framework):
    return framework.matrix


@pytest.fixture(scope="module")
def themes(codebook):
    return {
        name: files.load_themes(load_study(name, ROOT), codebook)
        for name in ("coproduction", "connecting_opportunities")
    }


@pytest.fixture(scope="module")
def source_lines(reference_data):
    folder = reference_data.parent / "sources"
    if not folder.is_dir():
        pytest.skip(f"no texts of the sources at {folder}")
    return {name: (folder / name).read_text(encoding="utf-8").split("\n") for name in FILES}


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(("source", "path"), TABLES, ids=[path.name for _, path in TABLES])
def test_a_word_for_how_many_stands_on_its_line(source_lines, source, path):
    for row in rows(path):
        line = source_lines[source][int(row["line"]) - 1]
        assert line.strip() and row.get("frequency", "").lower() in line.lower(), row


def test_every_statement_has_its_speaker_on_its_line(source_lines):
    for row in rows(PAPER / "statements.csv"):
        assert f"({row['speaker']})" in source_lines["coproduction_paper.txt"][int(row["line"]) - 1]


def test_every_published_speaker_code_is_transcribed(source_lines):
    printed = re.findall(r"\(([A-Z]\d)\)", "\n".join(source_lines["coproduction_paper.txt"]))
    transcribed = {row["statement_id"]: row["speaker"] for row in rows(PAPER / "statements.csv")}
    assert sorted(transcribed.values()) == sorted(printed)


def ours_of(path):
    """The text of a file without the headings of the source, which are places."""
    if path.suffix != ".csv":
        return path.read_text(encoding="utf-8")
    return "\n".join(cell for row in rows(path) for column, cell in row.items() if column != "section")


def words(text):
    return re.findall(r"[a-z]+", text.lower().replace("’", "'"))


@pytest.mark.parametrize("source", FILES)
def test_no_sentence_of_the_source_is_carried_over(source_lines, source):
    theirs = words(" ".join(source_lines[source]))
    runs = {tuple(theirs[at : at + 7]) for at in range(len(theirs))}
    for path in [*FILES[source], PAPER / "codebook.yaml"]:
        text = ours_of(path)
        for ours in map(words, re.split(r"[\n,;.]", text)):
            taken = [ours[at : at + 7] for at in range(len(ours) - 6) if tuple(ours[at : at + 7]) in runs]
            assert not taken, (path.name, taken)


def test_what_is_published_on_each_theme(framework, themes, codebook):
    table = pb.statement_table(framework.statements, codebook)
    assert table["speaker"].tolist() == ["E2", "H4", "E6", "E6", "C6"]
    support = pb.published_themes(themes["coproduction"], codebook, framework.statements)
    assert support.loc["new_avenues", ["statements", "speakers", "places"]].tolist() == [2, 2, 0]
    assert support.loc["self_confidence", "frequency"] == "very often"
    assert support["places"].sum() == len(rows(PAPER / "themes.csv"))
    assert "everyday_independence" not in support.index


def test_a_speaker_counts_once(codebook):
    twice = [
        pb.Statement(statement_id=name, line=1, section="s", speaker="E6", code="bridges") for name in ("S1", "S2")
    ]
    theme = pb.Theme(theme_id="T", line=2, section="s", code="english", evidence="interviews", statement="x")
    found = pb.published_themes([theme], codebook, twice)
    assert found.loc["bridges", ["statements", "speakers", "places", "lines"]].tolist() == [2, 1, 0, "1"]


def test_a_theme_without_statements_and_words_has_no_columns_of_them(codebook):
    theme = pb.Theme(theme_id="T", line=2, section="s", code="english", evidence="interviews", statement="x")
    found = pb.published_themes([theme], codebook)
    assert not {"statements", "speakers", "frequency"} & set(found) and found["places"].tolist() == [1]


def test_places_are_counted_by_what_they_rest_on(themes):
    """Against a plain count of the rows."""
    of = [row["evidence"] for row in rows(PAPER / "themes.csv")]
    counts = pb.theme_counts(themes["coproduction"])["value"]
    assert counts["published.places"] == len(of)
    assert counts["published.group_places"] == of.count("focus groups")
    assert counts["published.commonest"] == max(of.count(each) for each in set(of))
    assert pb.evidence_counts(themes["coproduction"])["places"].to_dict() == {each: of.count(each) for each in of}


def test_the_letters_of_the_speakers(framework):
    letters = pb.speaker_letters(framework.statements)
    assert letters.to_dict() == {"speakers": {"C": 1, "E": 2, "H": 1}, "place": {"C": 3, "E": 5, "H": 8}}


def test_the_two_programmes_side_by_side(themes, codebook):
    found = pb.side_by_side(themes, codebook)
    reported = found.filter(like="places") > 0
    assert reported.loc[["safety", "financial_stability", "english"]].to_numpy().tolist() == [
        [True, False],
        [False, True],
        [True, True],
    ]
    assert found["places_connecting_opportunities"].sum() == len(rows(REPORT / "themes.csv"))


def test_stakeholder_themes_as_reported(framework, codebook):
    table = pb.stakeholder_table(framework.stakeholder_themes, codebook)
    assert len(table) == 9 and table.loc["I4", "objectives"] == "links_to_services"


@pytest.mark.parametrize("name", ["coproduction", "connecting_opportunities"])
def test_quantities_named_are_quantities_of_the_claims(name, themes):
    known = {claim.quantity for claim in load_study(name, ROOT).claims.values()}
    named = {theme.quantity for theme in themes[name] if theme.quantity}
    assert named and named <= known


def test_a_link_to_nothing_is_an_error(framework):
    with pytest.raises(InputError, match="advice_contacts_total"):
        mx.check_links(
            framework.matrix,
            "matrix.yaml",
            claims={"friends_before_mean", "friends_after_mean"}
            | {name for cell in framework.matrix.cells for name in cell.claims if name != "advice_contacts_total"},
        )


SMALL = Codebook(title="t", version="1", codes=(Code(id="a", name="A"),))


def small_matrix(**cell):
    headings = [mx.Heading(id=name, name=name.title(), lines=(1,)) for name in ("one", "two")]
    base = {"stakeholder": "one", "objective": "one", "basis": "text", "lines": (1,), "indicator": "I"}
    cells = (mx.Cell(**(base | cell)),)
    both = tuple(headings)
    return mx.SocialImpactMatrix(
        study="s",
        figure="F",
        line=1,
        note="n",
        stakeholders=both,
        objectives=both,
        outcomes=both[:1],
        assumptions=(mx.Heading(id="p", name="P", lines=(1,)),),
        cells=cells,
    )


@pytest.mark.parametrize(
    ("cell", "state", "expected"),
    [
        ({"items": ("i",), "outcomes": ("one",)}, "measured and valued", []),
        ({"claims": ("c",)}, "measured only", ["no outcome values it", "outcome nothing supports"]),
        (
            {"codes": ("a",), "outcomes": ("one",)},
            "valued only",
            ["described by themes only", "valued without being measured", "outcome nothing supports"],
        ),
        (
            {"assumptions": ("p",), "outcomes": ("one",)},
            "valued on an assumption",
            ["nothing measures it", "valued on an assumption", "outcome nothing supports"],
        ),
        ({}, "neither", ["nothing measures it", "no outcome values it", "outcome nothing supports"]),
    ],
)
def test_gaps_of_a_cell(cell, state, expected):
    matrix = small_matrix(**cell)
    assert mx.links_grid(matrix).loc["one", "one"] == state
    assert sorted(mx.gaps(matrix)["gap"]) == sorted([*expected, "objective without a stakeholder"])


def test_a_theme_without_an_objective_is_a_gap():
    theme = pb.StakeholderTheme(theme_id="I", line=1, section="s", code="a", statement="said")
    assert ("theme without an objective", "said", "") in mx.gaps(small_matrix(), [theme]).itertuples(
        index=False, name=None
    )


def test_an_outcome_that_only_the_sroi_model_has_is_a_gap():
    found = mx.gaps(small_matrix(), outcomes={"one": "One", "two": "Another outcome"})
    assert ("outcome the matrix does not hold", "Another outcome", "") in found.itertuples(index=False, name=None)
    assert (found["gap"] == "outcome the matrix does not hold").sum() == 1


@pytest.mark.parametrize(
    ("outcomes", "found"), [({"two": "Two"}, "'one'"), ({"one": "Something else"}, "as the name of 'one'")]
)
def test_an_outcome_that_the_sroi_model_does_not_have_is_an_error(outcomes, found):
    with pytest.raises(InputError, match=found):
        mx.check_names(small_matrix().outcomes, "matrix.yaml", "outcomes", outcomes, "value map")


def test_the_matrix_leads_to_every_outcome_of_the_value_map(matrix):
    """Read by a plain reader of CSV: the ids of the rows that are outcomes."""
    with (RAW / "coproduction" / "value_map.csv").open(encoding="utf-8") as lines:
        ids = {row["row"] for row in csv.DictReader(lines) if row["kind"] == "outcome"}
    assert {outcome for cell in matrix.cells for outcome in cell.outcomes} == ids


def test_cells_name_every_assumption_of_the_matrix(matrix):
    assert {name for cell in matrix.cells for name in cell.assumptions} == {entry.id for entry in matrix.assumptions}


def test_the_grid_has_a_state_for_every_cell_and_says_that_nothing_was_transcribed(matrix):
    grid = mx.links_grid(matrix)
    assert grid.shape == (len(matrix.objectives), len(matrix.stakeholders))
    assert (grid != "").sum().sum() == len(matrix.cells)
    assert "not transcribed" in matrix.note


def test_every_value_stream_is_supported(matrix):
    assert not (mx.gaps(matrix)["gap"] == "outcome nothing supports").any()


def test_the_steps(source_lines, framework):
    steps = framework.steps
    assert len(steps.steps) == 7
    text = source_lines["coproduction_paper.txt"]
    assert [text[step.line - 1].split(".")[0] for step in steps.steps] == list("1234567")
    assert steps_table(steps).index.tolist() == steps_layout(steps).index.tolist() == list(range(1, 8))
    assert steps_layout(steps)["y"].is_monotonic_increasing


def test_the_committed_example_is_what_its_seed_gives(codebook):
    path = RAW / "coproduction_example" / "records" / "coded_segments.csv"
    assert path.read_bytes() == segments_text(example_segments(codebook, SEED)).encode()
    pd.testing.assert_frame_equal(read_segments(path, path.name, codebook), example_segments(codebook, SEED))


@pytest.mark.parametrize("seed", range(5))
def test_any_seed_gives_six_groups_and_two_coders_who_differ(codebook, seed):
    table = example_segments(codebook, seed)
    assert (bases(table).groups, bases(table).coders) == (6, 2)
    assert 0 < len(settle(table, "all")) < len(settle(table, "any"))
    assert table["group"].str.startswith("synthetic").all()


def test_the_example_has_an_earlier_codebook(codebook):
    assert earlier_codebook(codebook).version != codebook.version


def made_up(folder, **texts):
    """A study of its own in an empty project, with the files given (names with dots for underscores)."""
    study = Study(folder, StudyInfo.model_validate({**INFO, "id": "made_up"}))
    (study.raw / files.TEAM).mkdir(parents=True)
    for name, text in texts.items():
        (study.raw / files.TEAM / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return study


INFO = {
    "title": "t",
    "programme": "p",
    "place": "here",
    "period": {"start": "2012", "end": "2014"},
    "source": {"producer": "p", "title": "t", "published": None, "address": None, "licence": "l"},
    "claim_prefix": "MU",
}
TEAM = {
    "codebook__csv": "id,name\nenglish,English\n",
    "coded_segments__csv": "group,speaker,segment_id,code,coder\nGroup 1,E6,s1,english,x\n",
}


def test_a_teams_own_files_are_found(tmp_path):
    study = made_up(tmp_path, **TEAM)
    codebook = files.load_codebook(study)
    assert codebook.codable == ("english",) and len(files.load_segments(study, codebook)) == 1


def test_without_coded_segments_there_is_nothing_to_count(study, codebook):
    assert files.load_segments(study, codebook) is None


def test_two_files_of_one_kind_are_refused(tmp_path):
    study = made_up(tmp_path, **TEAM, codebook__qdc="<CodeBook/>")
    with pytest.raises(InputError, match="codebook.qdc"):
        files.load_codebook(study)
