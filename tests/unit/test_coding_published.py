"""The published material: it keeps to the sources, says nothing they do not say, and carries none of their sentences."""

import csv
import re
from pathlib import Path

import pandas as pd
import pytest

from analysis.coding import matrix as mx
from analysis.coding import published as pb
from analysis.coding.codebook import Code, Codebook
from analysis.coding.example import SEED, earlier_codebook, example_segments, segments_text
from analysis.coding.formats import read_codebook, read_segments
from analysis.coding.segments import bases, settle
from analysis.coding.steps import read_steps, steps_in_words, steps_layout, steps_table

RAW = Path(__file__).resolve().parents[2] / "data" / "raw"
PAPER, REPORT = RAW / "coproduction", RAW / "connecting_opportunities"
FILES = {
    "coproduction_paper.txt": [
        PAPER / name
        for name in ("statements.csv", "themes.csv", "stakeholder_themes.csv", "steps.yaml", "social_impact_matrix.yaml")
    ],
    "connecting_opportunities_report.txt": [REPORT / "themes.csv"],
}
TABLES = [(source, path) for source, paths in FILES.items() for path in paths if path.suffix == ".csv"]


@pytest.fixture(scope="module")
def codebook():
    return read_codebook(PAPER / "codebook.yaml")


@pytest.fixture(scope="module")
def matrix(codebook):
    return mx.read_matrix(PAPER / "social_impact_matrix.yaml", codebook)


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


def test_what_is_published_on_each_theme(codebook):
    statements = pb.read_statements(PAPER / "statements.csv", codebook)
    table = pb.statement_table(statements, codebook)
    assert table["speaker"].tolist() == ["E2", "H4", "E6", "E6", "C6"]
    support = pb.published_support(statements, pb.read_themes(PAPER / "themes.csv", codebook), codebook)
    assert support.loc["new_avenues", ["statements", "speakers", "places"]].tolist() == [2, 2, 0]
    assert support.loc["self_confidence", "frequency"] == "very often"
    assert support["places"].sum() == len(rows(PAPER / "themes.csv"))
    assert "everyday_independence" not in support.index


def test_a_speaker_counts_once(codebook):
    twice = [
        pb.Statement(statement_id=name, line=1, section="s", speaker="E6", code="bridges") for name in ("S1", "S2")
    ]
    theme = pb.Theme(theme_id="T", line=2, section="s", code="english", evidence="interviews", statement="x")
    found = pb.published_support(twice, [theme], codebook)
    assert found.loc["bridges", ["statements", "speakers", "places", "lines"]].tolist() == [2, 1, 0, "1"]


def test_the_letters_of_the_speakers(codebook):
    letters = pb.speaker_letters(pb.read_statements(PAPER / "statements.csv", codebook))
    assert letters.to_dict() == {"speakers": {"C": 1, "E": 2, "H": 1}, "place": {"C": 3, "E": 5, "H": 8}}


def test_the_two_programmes_side_by_side(codebook):
    found = pb.side_by_side(
        {
            "coproduction": pb.read_themes(PAPER / "themes.csv", codebook),
            "connecting_opportunities": pb.read_themes(REPORT / "themes.csv", codebook),
        },
        codebook,
    )
    assert found.loc["safety", "reported_by"] == "coproduction"
    assert found.loc["financial_stability", "reported_by"] == "connecting_opportunities"
    assert found.loc["english", "reported_by"] == "coproduction, connecting_opportunities"
    assert found["places_connecting_opportunities"].sum() == len(rows(REPORT / "themes.csv"))


def test_stakeholder_themes_fit_the_matrix(codebook, matrix):
    path = PAPER / "stakeholder_themes.csv"
    themes = pb.read_stakeholder_themes(path, codebook)
    mx.check_themes(path, themes, matrix)
    assert pb.stakeholder_table(themes, codebook).loc["I4", "objectives"] == "links_to_services"


@pytest.mark.parametrize("study", ["coproduction", "connecting_opportunities"])
def test_quantities_named_are_quantities_of_the_claims(study, codebook, matrix):
    claims = RAW / study / "claims.csv"
    assert claims.is_file(), "the claims of the study are needed to check the links"
    known = {row["quantity"] for row in rows(claims)}
    themes = pb.read_themes(RAW / study / "themes.csv", codebook)
    assert {theme.quantity for theme in themes if theme.quantity} <= known
    if study == "coproduction":
        mx.check_links(matrix, PAPER / "social_impact_matrix.yaml", claims=known)


SMALL = Codebook(title="t", version="1", codes=(Code(id="a", name="A"),))


def small_matrix(**cell):
    headings = [mx.Heading(id=name, name=name.title(), lines=(1,)) for name in ("one", "two")]
    base = {"stakeholder": "one", "objective": "one", "basis": "text", "lines": (1,), "indicator": "I"}
    cells = (mx.Cell(**(base | cell)),)
    both = tuple(headings)
    return mx.SocialImpactMatrix(
        study="s", figure="F", line=1, note="n", stakeholders=both, objectives=both, outcomes=both[:1], cells=cells
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
        ({}, "neither", ["nothing measures it", "no outcome values it", "outcome nothing supports"]),
    ],
)
def test_gaps_of_a_cell(cell, state, expected):
    matrix = small_matrix(**cell)
    assert mx.links_grid(matrix).loc["one", "one"] == state
    assert sorted(mx.gaps(matrix)["gap"]) == sorted([*expected, "objective without a stakeholder"])


def test_a_theme_without_an_objective_is_a_gap():
    theme = pb.StakeholderTheme(theme_id="I", line=1, section="s", code="a", statement="said")
    assert ("theme without an objective", "said", "") in mx.gaps(small_matrix(), [theme]).itertuples(index=False, name=None)


def test_the_matrix_says_what_is_our_reading(matrix, codebook):
    table = mx.matrix_table(matrix)
    assert table.shape == (len(matrix.objectives), len(matrix.stakeholders))
    readings = sum(cell.basis == "reading" for cell in matrix.cells)
    assert table.stack().str.contains("(our reading)", regex=False).sum() == readings > 0
    assert (table != "").sum().sum() == len(matrix.cells) == len(mx.link_table(matrix, codebook))
    assert "not transcribed" in matrix.note


def test_every_value_stream_is_supported(matrix):
    assert not (mx.gaps(matrix)["gap"] == "outcome nothing supports").any()


def test_the_steps(source_lines):
    steps = read_steps(PAPER / "steps.yaml")
    assert len(steps.steps) == 7
    text = source_lines["coproduction_paper.txt"]
    assert [text[step.line - 1].split(".")[0] for step in steps.steps] == list("1234567")
    spoken = steps_in_words(steps)
    assert spoken.startswith("7 steps, one after the other: 1, prepare") and spoken.endswith("from step 7 to step 5.")
    assert steps_table(steps).index.tolist() == steps_layout(steps).index.tolist() == list(range(1, 8))
    assert steps_layout(steps)["y"].is_monotonic_increasing


def test_the_committed_example_is_what_its_seed_gives(codebook):
    path = RAW / "coproduction_example" / "coded_segments.csv"
    assert path.read_bytes() == segments_text(example_segments(codebook, SEED)).encode()
    pd.testing.assert_frame_equal(read_segments(path, codebook), example_segments(codebook, SEED))


@pytest.mark.parametrize("seed", range(5))
def test_any_seed_gives_six_groups_and_two_coders_who_differ(codebook, seed):
    table = example_segments(codebook, seed)
    assert (bases(table).groups, bases(table).coders) == (6, 2)
    assert 0 < len(settle(table, "all")) < len(settle(table, "any"))
    assert table["group"].str.startswith("synthetic").all()


def test_the_example_has_an_earlier_codebook(codebook):
    assert earlier_codebook(codebook).version != codebook.version
