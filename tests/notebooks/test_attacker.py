"""Whoever reads every file that a run with records leaves learns no hidden count of people from them."""

from dataclasses import replace
from pathlib import Path

import attacker
import pytest
from before_after_run import guard_of
from project_copy import ROOT, copy_project, run_analysis

from analysis.questionnaire.change import mean_change
from analysis.questionnaire.proportions import mcnemar_exact
from analysis.questionnaire.shift import direction_counts
from analysis.reporting.appendix import Appendix
from analysis.reporting.views.before_after_answers import Answers
from analysis.reporting.views.evidence import open_evidence
from analysis.results import slug
from analysis.study import load_study

pytestmark = pytest.mark.slow
NOTEBOOKS = ("02_focus_group_coding", "02b_participation", "03_before_after", "04_english_and_time")
RULES = {5: {"minimum_cell": 5, "reason": "these records are made up"}, 10: {"minimum_cell": 10}}


def with_example_records(folder: Path, minimum: int) -> Path:
    """A copy of the project with the example's records as a team's own, at a minimum cell."""
    copy_project(folder)
    own = folder / "data/raw/coproduction/records"
    for path in (ROOT / "data/raw/coproduction_example/records").glob("*.csv"):
        text = path.read_text(encoding="utf-8").replace("\ncoproduction_example,", "\ncoproduction,")
        (own / path.name).parent.mkdir(parents=True, exist_ok=True)
        (own / path.name).write_text(text, encoding="utf-8")
    params = folder / "params.yaml"
    setting = ", ".join(f"{name}: {value}" for name, value in RULES[minimum].items())
    text = params.read_text(encoding="utf-8").replace("disclosure: {minimum_cell: 10}", f"disclosure: {{{setting}}}")
    params.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module", params=sorted(RULES))
def run(request, tmp_path_factory) -> tuple[Path, int]:
    """A processed folder after the notebooks about people have run, and the minimum cell."""
    folder = with_example_records(tmp_path_factory.mktemp("attacked"), request.param)
    for notebook in NOTEBOOKS:
        done = run_analysis(folder, "run", notebook, "--study", "coproduction")
        assert done.returncode == 0, done.stderr
    return folder / "data/processed/coproduction", request.param


@pytest.fixture(scope="module")
def truth(run) -> Answers:
    """The answers themselves, which the attacker does not have."""
    folder, minimum = run
    study = replace(load_study("coproduction", ROOT), root=folder.parents[2])
    evidence = open_evidence(Appendix("coproduction", "03_before_after", study.root), study, RULES[minimum])
    return guard_of(evidence)


def test_no_stored_number_says_more_than_its_text(run):
    found = attacker.results_of(run[0])
    assert sum(row["kind"] == "measured" for rows in found.values() for row in rows.values()) > 100
    assert {name: list(attacker.more_than_shown(rows)) for name, rows in found.items()} == dict.fromkeys(found, [])


def test_no_file_holds_an_exact_statistic(run, truth):
    """Means, intervals, shares and p-values of the records at full precision, looked for in every file."""
    exact: list[float] = []
    for item in truth.items:
        pairs = truth.pairs(item)
        counts = tuple(direction_counts(pairs).values())
        exact += [mcnemar_exact(counts[0], counts[2]), 100 * (counts[0] - counts[2]) / len(pairs)]
        exact += [100 * count / len(pairs) for count in counts]
        for column in ("before", "after", "change"):
            exact += list(mean_change(pairs.assign(change=pairs[column]))[["mean", "low", "high"]])
    assert attacker.files_that_hold(run[0], exact) == []


def test_the_stored_statistics_of_an_item_leave_its_hidden_counts_open(run, truth):
    folder, minimum = run
    results = attacker.results_of(folder)["03_before_after"]
    true = truth.directions
    p_values = {name: mcnemar_exact(counts[0], counts[2]) for name, counts in true.items()}
    for item in truth.items:
        others = [p for name, p in p_values.items() if name != item.name]
        tables = attacker.directions(results, slug(item.label), others)
        assert true[item.name] in tables
        for place, part in enumerate(attacker.PARTS):
            hidden = isinstance(results[f"03_before_after.items.{slug(item.label)}.{part}"]["value"], str)
            small = true[item.name][place] < minimum
            values = {table[place] for table in tables}
            assert not (hidden and small) or max(values) - min(values) >= minimum - 1, (item.name, part, values)


def test_no_integer_program_narrows_a_small_count_from_all_files_together(run):
    folder, minimum = run
    found = list(attacker.open_counts(folder))
    assert len(found) > 10  # the more is shown or dropped, the fewer are left to be attacked
    narrowed = [each for each in found if each[3] - each[2] < each[1] and each[2] < minimum]
    assert narrowed == []
