"""01_census_baseline for other areas, with what a study may supply, and with the complete official tables."""

import ast
import csv
import json
import re
import shutil

import pytest
import yaml
from numbers_check import check_numbers
from project_copy import ROOT, copy_project, run_analysis

from analysis.errors import InputError

NOTEBOOK = "01_census_baseline"
PORTSMOUTH, SOUTHAMPTON, LEEDS, MANCHESTER = "E06000044", "E06000045", "E08000035", "E08000003"
PARAMETERS = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))[NOTEBOOK]["coproduction"]


def run_cells(folder, monkeypatch, **changes):
    """The notebook's code cells, run here instead of in a kernel: all they show as HTML, and the names they set."""
    monkeypatch.chdir(folder)
    cells = json.loads((folder / "notebooks" / f"{NOTEBOOK}.ipynb").read_text(encoding="utf-8"))["cells"]
    names, shown = {}, []
    for cell in (cell for cell in cells if cell["cell_type"] == "code"):
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, NOTEBOOK, "exec"), names)
        if "parameters" in cell["metadata"].get("tags", []):
            names |= {"study": "coproduction", **PARAMETERS, **changes}
        value = eval(compile(ast.Expression(last.value), NOTEBOOK, "eval"), names) if last else None
        shown.append(value._repr_mimebundle_()["text/html"] if value is not None else "")
    return "\n".join(shown), names


def result(names, result_id):
    return names["page"].store[f"{NOTEBOOK}.{result_id}"]


@pytest.fixture
def project(tmp_path):
    """A folder with the notebook, the study and the reference tables."""
    for name in ("params.yaml", "notebooks", "data/raw/coproduction", "data/raw/reference"):
        source, target = ROOT / name, tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    return tmp_path


@pytest.fixture
def complete(project, reference_data):
    """The same with the complete census tables; the survey tables stay those of the nine areas."""
    for path in reference_data.glob("census_2011_QS*_lad.csv"):
        shutil.copy(path, project / "data/raw/reference" / path.name)
    return project


def born_outside_the_eu(code):
    """All residents less the United Kingdom, Ireland and the other EU countries, straight from the columns of QS203EW."""
    with (ROOT / "data/raw/reference/census_2011_QS203EW_country_of_birth_lad.csv").open(encoding="utf-8") as lines:
        row = next(row for row in csv.DictReader(lines) if row["area_code"] == code)
    inside = ("Europe: United Kingdom: Total", "Europe: Ireland", "Europe: Other Europe: EU Countries: Total")
    return int(row["All categories: Country of birth"]) - sum(int(row[name]) for name in inside)


@pytest.mark.parametrize(
    ("area", "name"),
    [(LEEDS, "Leeds"), (SOUTHAMPTON, "Southampton"), ("E08000026", "Coventry"), ("K04000001", "England and Wales")],
)
def test_one_parameter_changes_the_area(project, monkeypatch, area, name):
    html, names = run_cells(project, monkeypatch, area=area)
    assert result(names, "steps.residents.estimate").value == born_outside_the_eu(area)
    assert f"of {name} were born outside" in re.sub(r"<[^>]+>", "", html)
    assert check_numbers(html, names["page"].store) == []
    assert (project / f"data/processed/coproduction/results/{NOTEBOOK}.json").is_file()


def test_every_published_estimate_has_a_range_or_is_a_count(project, monkeypatch):
    _, names = run_cells(project, monkeypatch)
    steps = {
        key.split(".")[-2]: value
        for key, value in names["page"].store.by_id.items()
        if ".steps." in key and key.endswith(".estimate")
    }
    for step in ("women", "women_arrived", "women_settled", "women_later", "adult_women_later"):
        found = steps[step]
        assert found.low < found.value < found.high and found.decimals < 0
    assert steps["residents"].kind == "reference" and steps["residents"].low is None
    for end in ("least", "most"):
        assert result(names, f"steps.arrived.{end}").kind == "bounded"
    assert result(names, "steps.arrived.least").text == "6,165"
    assert result(names, "steps.arrived.most").text == "14,948"
    assert result(names, "ages.alive.value").kind == "calibrated"
    assert {
        result(names, f"assumptions.{name}.value").kind for name in ("allocation_of_arrivals", "local_share_of_women")
    } == {"assumed"}
    assert {names["page"].store[f"claim:CP-00{number}"].text for number in (6, 7)} == {"2001", "2011"}


def test_a_count_of_2001_and_of_students_is_used_where_it_is_supplied(project, monkeypatch):
    folder = project / "data/raw/coproduction/records"
    (folder / "census_2001_stock.csv").write_text(
        f"area_code,birth_group,residents,source\n{PORTSMOUTH},non_eu,7000,invented\n"
    )
    (folder / "local_students.csv").write_text(
        f"area_code,sex,students,half_width,source\n{PORTSMOUTH},women,1000,100,invented\n"
    )
    html, names = run_cells(project, monkeypatch)
    assert result(names, "estimators.stock_difference.estimate").value == 16_241 - 7_000
    assert result(names, "stock.non_eu.before").value == 7_000
    women = result(names, "steps.women_arrived.estimate").value
    assert result(names, "steps.women_settled.estimate").value == pytest.approx(women - 1_000)
    assert result(names, "students.local.value").kind == "measured"
    assert check_numbers(html, names["page"].store) == []


def test_the_ends_of_the_parameters(project, monkeypatch):
    html, names = run_cells(
        project, monkeypatch, horizon_years=0, draws=200, allocation="independence", survey_correlation=0.75, seed=0
    )
    assert result(names, "births.2012_even_15_49.births").value == 0
    assert result(names, "ages.alive.value").text == "100.0%"
    assert check_numbers(html, names["page"].store) == []


@pytest.mark.slow
def test_complete_tables_show_every_authority(complete, monkeypatch):
    html, names = run_cells(complete, monkeypatch)
    assert result(names, "standing.non_eu_share.areas").value == 348
    assert (
        result(names, "standing.recent_share.areas").value < 348
    )  # merged authorities have no row in the table of arrivals
    assert "every local authority of England and Wales is shown" in html
    assert "395 areas" in re.sub(r"<[^>]+>", "", html)
    assert len(html) < 1_500_000
    assert check_numbers(html, names["page"].store) == []


GAPS = {
    "an area the survey tables here do not have": (MANCHESTER, ["fewer than three years"]),
    "two tables that count different residents": (
        "W06000002",
        ["cannot be told here", "differ by", "There is no allocation"],
    ),
    "an authority merged since": ("E07000004", ["cannot be told here", "only as a part of"]),
}


@pytest.mark.slow
@pytest.mark.parametrize("gap", GAPS)
def test_a_gap_is_stated_and_the_rest_still_shown(complete, monkeypatch, gap):
    area, words = GAPS[gap]
    html, names = run_cells(complete, monkeypatch, area=area)
    text = " ".join(re.sub(r"<[^>]+>", "", html).split())
    assert [word for word in words if word not in text] == []
    assert "nan" not in re.sub(r"[a-z]*nan[a-z]+|[a-z]+nan", "", text.lower())
    assert check_numbers(html, names["page"].store) == []
    assert result(names, "steps.residents.estimate").value > 0
    if "cannot be told here" in words:
        assert result(names, "steps.arrived.estimate").text == "not available"
        assert result(names, "steps.women_settled.estimate").value is None


def test_a_comparison_area_that_is_unknown(project, monkeypatch):
    with pytest.raises(InputError, match="comparison") as caught:
        run_cells(project, monkeypatch, comparison=f"{LEEDS} E99999999")
    assert "E99999999" in str(caught.value)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "advice"), [("E06000099", "a code of the"), ("00MR", "set area to E06000044"), ("E06000060", "E07000004")]
)
def test_the_command_line_refuses_a_code_that_is_not_one_of_the_census(tmp_path, code, advice):
    folder = copy_project(tmp_path)
    done = run_analysis(folder, "run", NOTEBOOK, "--study", "coproduction", "-p", f"area={code}")
    assert done.returncode == 1
    assert done.stderr.startswith("error: ") and code in done.stderr and advice in done.stderr
    assert "Traceback" not in done.stderr and len(done.stderr.splitlines()) == 1
    assert not list((folder / "data/processed").rglob("*.*")) and not (folder / "reports").exists()


@pytest.mark.slow
def test_the_command_line_runs_another_area(tmp_path):
    folder = copy_project(tmp_path)
    done = run_analysis(folder, "run", NOTEBOOK, "--study", "coproduction", "-p", f"area={LEEDS}")
    assert done.returncode == 0, done.stderr
    page = (folder / f"data/processed/coproduction/pages/{NOTEBOOK}.json").read_text(encoding="utf-8")
    assert "Leeds" in page and len(page) < 2_000_000
