"""What a model's numbers rest on, by its own formulas; and so which of two changed assumptions moved which number."""

from pathlib import Path

import numpy as np
import pytest
import yaml
from value_maps import cost, entry, outcome, write_study

from analysis.comparison.causes import Certainty
from analysis.comparison.report import compare
from analysis.comparison.runs import read_run
from analysis.reporting import Appendix, show
from analysis.sroi import outcomes
from analysis.sroi.model import read_model
from analysis.study import load_study

ROOT = Path(__file__).resolve().parents[2]
ENTRIES = {
    "cost": entry("cost", 100, "GBP"),
    "reached": entry("reached", 10, "people", 5, 20),
    "worth": entry("worth", 20, "GBP per person", 5, 30),
    "taught": entry("taught", 4, "people per year", 1, 9),
    "lasting": entry("lasting", 2, "years"),
    "rate": entry("rate", 0.05, "ratio", 0, 0.1),
    "lost": entry("lost", 0.1, "ratio", 0, 0.5),
    "idle": entry("idle", 1, "ratio", 0, 2),
}
ROWS = [
    cost(),
    outcome("friends", quantity="reached", proxy="priced", beneficiaries="women: 0.5; city: 0.5"),
    outcome("english", quantity="taught", proxy="worth", duration="lasting", drop_off="lost"),
]
SETTINGS = {
    "discount_rate": "rate",
    "terms": [{"id": "priced", "label": "A price", "formula": "worth * 2"}],
    "scenarios": {"low": {"worth": 5}},
}


def study(root, **values):
    """The small study, with other values of some entries."""
    entries = [found | {"value": values.get(name, found["value"])} for name, found in ENTRIES.items()]
    return write_study(root, entries, ROWS, SETTINGS, {"example": False})


@pytest.mark.parametrize(
    ("step", "entries"),
    [
        ("friends.present", {"reached", "worth"}),  # through a term; falls in year 0, which is not discounted
        (
            "english.present",
            {"taught", "worth", "lasting", "lost", "rate"},
        ),  # two years, so discounted and less in the second
        ("total.cost", {"cost"}),
        ("total.value", {"reached", "worth", "taught", "lasting", "lost", "rate"}),
        ("total.ratio", {"cost", "reached", "worth", "taught", "lasting", "lost", "rate"}),
        ("beneficiary.0", {"reached", "worth"}),
    ],
)
def test_a_step_rests_on_the_entries_that_its_formulas_name(tmp_path, step, entries):
    model = read_model(study(tmp_path))
    assert set(model.rests_on(step)) == entries
    assert list(model.rests_on(step)) == [name for name in model.inputs if name in entries]


def test_several_steps_rest_on_what_each_rests_on_and_an_unknown_one_is_refused(tmp_path):
    model = read_model(study(tmp_path))
    assert set(model.rests_on("friends.present", "total.cost")) == {"reached", "worth", "cost"}
    assert model.rests_on() == ()
    with pytest.raises(KeyError, match="nowhere"):
        model.rests_on("nowhere")


@pytest.mark.parametrize("name", ["coproduction", "connecting_opportunities"])
def test_an_outcome_moves_with_what_it_rests_on_and_with_nothing_else(name):
    """Each entry alone is moved between draws from within the ranges: by computing, and not by looking at formulas."""
    model = read_model(load_study(name, ROOT))
    random = np.random.default_rng(3)
    drawn = {
        each: random.uniform(entry.low, entry.high, 40) for each, entry in model.entries.items() if each in model.inputs
    }
    before = model.evaluate(drawn).by_outcome
    for moved in model.inputs:
        after = model.evaluate({**drawn, moved: drawn[moved] * 0.9 + 0.001}).by_outcome
        changed = {row for row in before if not np.array_equal(before[row], after[row])}
        assert changed == {row for row, step in model.outcome_steps.items() if moved in model.rests_on(step)}, moved


def test_in_a_scenario_the_settings_stand_for_the_entries_they_replace(tmp_path):
    model = read_model(study(tmp_path))
    assert model.inputs_of("friends.present").split() == ["assumption:reached", "assumption:worth"]
    assert model.inputs_of("friends.present", scenario="low").split() == [
        "assumption:reached",
        "data/raw/toy/value_map.yaml",
    ]
    assert model.inputs_of("total.cost", scenario="low") == "assumption:cost"


def run(root, **values):
    """A run of the value pages of the small study: its folder, for a comparison."""
    found = study(root, **values)
    page, model = Appendix("toy", "05_sroi", root), read_model(found)
    show(outcomes.estimates(model), "Estimates", name="scenarios")
    show(outcomes.present_values(model), "Outcomes", name="outcomes")
    page.save()
    (root / "params.yaml").write_text(yaml.safe_dump({"05_sroi": {"toy": {}}}), encoding="utf-8")
    return read_run(root, root.name)


def causes(tmp_path, **values):
    """The names of the entries that a comparison says moved each number, by number."""
    found = compare(run(tmp_path / "before"), run(tmp_path / "after", **values))
    assert {cause.certainty for _, cause in found.changes} <= {Certainty.RECORDED, Certainty.TRIED}
    return {
        change.id.removeprefix("05_sroi."): {entry.key for entry in cause.entries} for change, cause in found.changes
    }


def test_of_two_changed_assumptions_each_number_names_those_that_moved_it(tmp_path):
    found = causes(tmp_path, reached=12, taught=5)
    assert found["outcomes.the_outcome_friends.central"] == {"reached"}
    assert found["outcomes.the_outcome_english.central"] == {"taught"}
    assert found["scenarios.central.ratio"] == found["scenarios.low.value"] == {"reached", "taught"}
    assert not any(name.endswith(".cost") for name in found)


def test_an_assumption_that_a_scenario_replaces_did_not_move_its_numbers(tmp_path):
    found = causes(tmp_path, reached=12, worth=25)
    assert found["outcomes.the_outcome_friends.central"] == {"reached", "worth"}
    assert found["outcomes.the_outcome_friends.low"] == {"reached"}
    assert found["outcomes.the_outcome_english.central"] == {"worth"}
    assert "outcomes.the_outcome_english.low" not in found
