"""Texts that no file of ours may hold: control characters, YAML that is more than data, and whatever params.yaml could be given."""

import typing
from copy import deepcopy
from pathlib import Path

import pytest
import yaml
from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import IllegalCharacterError
from pydantic import BaseModel

from analysis.census.files import read_text_table
from analysis.cli import main
from analysis.errors import CONTROL, InputError
from analysis.files import parse_yaml, read_csv, read_yaml
from analysis.participants.layout import read_layout
from analysis.participants.records import read_table
from analysis.pipeline.parameter_models import MODELS
from analysis.pipeline.parameters import FILE, parameters_for, planned_runs
from analysis.pipeline.sweep_cases import notebook_cases

ROOT = Path(__file__).resolve().parents[2]
CONTROLS = ["\x00", "\x07", "\x08", "\x1b", "\x7f", "\x85", "\x9b", "\ufffe", "\uffff"]


def refused(function, *arguments) -> InputError:
    with pytest.raises(InputError, match="What to do:") as caught:
        function(*arguments)
    assert str(caught.value).isprintable()
    return caught.value


def put(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


# Control characters


@pytest.mark.parametrize("sign", CONTROLS, ids=ascii)
def test_a_control_character_is_refused_with_its_row(tmp_path, sign):
    path = put(tmp_path / "a.csv", f"a,b\n1,2\n3,x{sign}y\n")
    for error in (refused(read_csv, path, "a.csv", ["a", "b"]), refused(read_text_table, path)):
        assert (error.row, error.found) == (3, f"the control character U+{ord(sign):04X}")
    raw = put(tmp_path / "raw.yaml", f"a: 1\nb: x{sign}y\n")
    escaped = put(tmp_path / "escaped.yaml", f'a: 1\nb: "x\\u{ord(sign):04x}y"\n')
    key = put(tmp_path / "key.yaml", f'a: 1\n"x\\u{ord(sign):04x}y": 1\n')
    for path in (raw, escaped, key):
        error = refused(read_yaml, path, path.name)
        assert (error.row, error.found) == (2, f"the control character U+{ord(sign):04X}")
    assert refused(read_layout, escaped, "records.yaml").row == 2


@pytest.mark.parametrize("sign", [*map(chr, range(0x20)), "\x7f", "\ufffe", "\uffff"], ids=ascii)
def test_what_a_workbook_cannot_hold_is_among_what_is_refused(sign):
    """openpyxl as the judge of what may stand in XML, as far as it judges: all below a blank but tab and line ends."""
    sheet = Workbook().active
    try:
        sheet["A1"] = sign
    except IllegalCharacterError:
        assert CONTROL.search(sign)
    else:
        assert sign in "\t\n\r" or CONTROL.search(sign)


def test_ordinary_texts_of_any_language_are_none():
    assert not CONTROL.search("Zoë, Łódź, العربية\u200f, 中文, \u202e, 🙂, \u00a0\u2028\tline\r\n")


@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x1b", "\x85", "\uffff"], ids=ascii)
def test_a_control_character_in_a_participants_file(tmp_path, sign):
    good = "study,person_id,joined_on,course\ns,A1,2013-01-07,esol\n"
    path = put(tmp_path / "q.csv", good.replace("esol", f"es{sign}ol"))
    error = refused(read_table, path, "questionnaire")
    assert error.row in (2, None) and error.column in ("course", None)
    path.write_text(good, encoding="utf-8")
    assert len(read_table(path, "questionnaire").values) == 1


def test_a_control_character_in_a_participants_workbook(tmp_path):
    """In a workbook it can stand only as the escape _x0007_, which programs that read workbooks turn into the character."""
    book = Workbook()
    for row in (["person_id", "joined_on", "course"], ["A1", "2013-01-07", "es_x0007_ol"]):
        book.active.append(row)
    book.save(tmp_path / "q.xlsx")
    assert load_workbook(tmp_path / "q.xlsx").active["C2"].value is not None
    try:
        table = read_table(tmp_path / "q.xlsx", "questionnaire")
    except InputError as error:
        assert (error.row, error.column) == (2, "course")
    else:
        assert not CONTROL.search(str(table.values["course"].iloc[0]))


# YAML


@pytest.mark.parametrize(
    ("text", "row", "words"),
    [
        ("a: 1\nb: 2022-99-01", 2, "a number or day that cannot be"),
        ("a: 2022-01-01 99:00:00", 1, "a number or day that cannot be"),
        ("a: " + "9" * 5_000, 1, "a number or day that cannot be"),
        ("a: 0x" + "f" * 5_000, 1, "a number or day that cannot be"),
        ("a: 1" + ":59" * 4_000, 1, "a number or day that cannot be"),
        ('a: "\\ud800"', 1, "Unicode"),
        ('a: "\\UFFFFFFFF"', 1, "Unicode"),
        ("a: 1\nb: 2\na: 3", 3, "the key 'a' twice"),
        ("a: {b: 1, b: 2}", 1, "the key 'b' twice"),
        ("a: 1\nOn: 2", 2, "the key 'On', which YAML reads as yes or no: put it in quotes"),
        ("a: {no: 2}", 1, "the key 'no', which YAML reads as yes or no"),
        ("a: !!python/object/apply:os.system [ls]", 1, "a tag"),
        ("a: !!set {x, y}", 1, "a tag"),
        ("a: !!binary x", 1, "a tag"),
        ("a: &a [*a]", 1, "a reference"),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: *b", 2, "a reference"),
        ("[" * 5_000 + "]" * 5_000, 1, "lists in one another"),
        ("? [a]\n: b", 1, "no plain word"),
    ],
)
def test_yaml_that_is_more_than_data(text, row, words):
    error = refused(parse_yaml, text, "a.yaml")
    assert error.row == row
    assert words in error.found


def test_yaml_that_is_data():
    text = "a: &a [1, 2013-01-07, 'x: y', 1.5, null]\nb: *a\n"
    assert parse_yaml(text, "a.yaml") == yaml.safe_load(text)


# params.yaml

TEXTS = [
    "../../etc/passwd",
    "/etc/passwd",
    "a/b",
    "..",
    "<script>x</script>",
    "=1+1",
    "@x",
    "a\nb",
    "x" * 100_000,
    "\u202e",
    "&amp;",
    "",
    " ",
    "0",
    "a" * 300,
]
OTHERS = [None, True, [], ["a"], {}, {"a": 1}, -1, -0.5, 10**30, 1e300, float("nan"), float("inf"), 0.5]
RUNS = [(notebook, study) for notebook, study in planned_runs(ROOT)]
GIVEN = yaml.safe_load((ROOT / FILE).read_text(encoding="utf-8"))


def places(model: type[BaseModel], before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every parameter of a model, those in groups too."""
    found: list[tuple[str, ...]] = []
    for name, about in model.model_fields.items():
        inner = [
            part
            for part in (about.annotation, *typing.get_args(about.annotation))
            if isinstance(part, type) and issubclass(part, BaseModel)
        ]
        found += [(*before, name), *(place for part in inner for place in places(part, (*before, name)))]
    return found


def taken(project: Path, notebook: str, study: str, place: tuple[str, ...], value) -> bool:
    """Whether params.yaml may hold a value at a place of a run, alone there; any error but InputError is passed on."""
    content = {notebook: {study: deepcopy(GIVEN[notebook][study])}}
    target = content[notebook][study]
    for name in place[:-1]:
        target = target.setdefault(name, {})
    target[place[-1]] = value
    put(project / FILE, yaml.safe_dump(content))
    try:
        parameters_for(project, notebook, study)
    except InputError as error:
        assert str(error).isprintable() and "What to do:" in str(error) and len(str(error)) < 3_000
        return False
    return True


@pytest.mark.parametrize("notebook", sorted(MODELS))
def test_every_value_of_params_yaml_is_taken_by_its_rule_or_refused(tmp_path, notebook):
    """What stays possible is listed: a reason and a scenario in any words of one line, and numbers that are numbers."""
    study = next(study for name, study in RUNS if name == notebook)
    model = MODELS[notebook]
    allowed = {
        (place, repr(value)[:40])
        for place in places(model)
        for value in (*TEXTS, *OTHERS)
        if taken(tmp_path, notebook, study, place, value)
    }
    of_texts = {place for place, value in allowed if value[0] in "'\""}
    assert {".".join(place) for place in of_texts} <= {
        "disclosure.reason",
        "scenario",  # studies name their own
        "area",
        "comparison",
        "as_of",
        "compare.item",
    }
    assert {value for place, value in allowed if place in (("area",), ("comparison",))} <= {"'0'"}
    assert {value for place, value in allowed if place == ("as_of",)} <= {"''", "None"}
    assert {value for place, value in allowed if place == ("compare", "item")} <= {"''", "'0'"}
    of_scenarios = {value for place, value in allowed if place == ("scenario",)}
    assert not of_scenarios & {repr("a\nb"), *(repr(text)[:40] for text in TEXTS if len(text) > 200)}
    assert {".".join(place) for place, value in allowed if value[0] not in "'\""} <= {
        "as_of",  # nothing, which is the empty text
        "near_target",
        "survey_correlation",
        "start",
        "level",
        "compare",
        "precision",
        "precision.margins",
        "precision.power",
        "least_index",
        "least_swing",
        "least_worth",
        "steady",
        "disclosure",
        "disclosure.rounding_base",  # 0.5; an empty group is its defaults; null
    }
    assert {value for place, value in allowed if place == ("level",)} <= {"0.5"}
    assert {value for place, value in allowed if place in (("compare",), ("precision",))} <= {"{}"}
    assert "inf" not in {value for _, value in allowed}


@pytest.mark.parametrize("sign", CONTROLS, ids=ascii)
def test_a_control_character_as_a_parameter(tmp_path, monkeypatch, capsys, sign):
    put(
        tmp_path / FILE,
        (ROOT / FILE)
        .read_text(encoding="utf-8")
        .replace("synthetic records are nobody's answers", f'"a\\u{ord(sign):04x}b"'),
    )
    assert refused(planned_runs, tmp_path).found == f"the control character U+{ord(sign):04X}"
    monkeypatch.chdir(ROOT)
    changed = f'disclosure={{minimum_cell: 5, reason: "a\\u{ord(sign):04x}b"}}'
    assert main(["run", "02b_participation", "--study", "coproduction", "-p", changed]) == 1
    assert capsys.readouterr().err.startswith("error: ")


@pytest.mark.parametrize("name", ["../../etc", "/etc/passwd", "a b", "", "<b>", "Ünï", "a.b", "3", "..", "~"])
@pytest.mark.parametrize("level", ["notebook", "study", "parameter"])
def test_names_in_params_yaml_are_names(tmp_path, level, name):
    inner = {
        "notebook": {name: {"coproduction": {}}},
        "study": {"05_sroi": {name: {}}},
        "parameter": {"05_sroi": {"coproduction": {name: 1}}},
    }
    put(tmp_path / FILE, yaml.safe_dump(inner[level]))
    if name == "3":  # a name by its letters, but no notebook's and no study's
        refused(parameters_for, tmp_path, "05_sroi", "coproduction")
    else:
        assert refused(planned_runs, tmp_path).found == repr(name)


@pytest.mark.parametrize("key", ["3", "null", "true", "2013-01-01", "1.5", "[a]"])
def test_keys_of_params_yaml_that_are_no_texts(tmp_path, key):
    for text in (
        f"? {key}\n: {{coproduction: {{}}}}",
        f"05_sroi:\n  ? {key}\n  : {{}}",
        f"05_sroi:\n  coproduction:\n    ? {key}\n    : 1",
    ):
        put(tmp_path / FILE, text)
        refused(planned_runs, tmp_path)


def test_a_run_cannot_be_told_to_be_of_another_study():
    error = refused(parameters_for, ROOT, "05_sroi", "coproduction", {"study": "connecting_opportunities"})
    assert error.column == "05_sroi.coproduction.study"


@pytest.mark.parametrize("cell", ["{", "[a", "!!python/name:os.system", "'", "2022-99-01", "9" * 5_000])
def test_a_set_of_parameters_that_cannot_be_read_is_named_by_its_cell(tmp_path, cell):
    path = put(tmp_path / "sets.csv", f'seed,area\n1,E06000044\n2,"{cell}"\n')
    error = refused(notebook_cases, ROOT, "01_census_baseline", (), {}, path)
    assert (error.file, error.row, error.column) == ("sets.csv", 3, "area")
