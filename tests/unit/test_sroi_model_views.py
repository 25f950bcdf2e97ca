"""What 05_sroi shows of a model: costs beside value, and labels in formulas."""

import re

import pytest

from analysis.described import description
from analysis.reporting import Appendix, show
from analysis.reporting.views import sroi as view, sroi_math
from analysis.sroi import outcomes
from analysis.sroi.model import read_model
from analysis.study import load_study

OPERATING = 536_269 * (1 - 0.1885)  # all costs without the share of research, both as the register has them


@pytest.fixture(scope="module")
def study(project_root):
    return load_study("coproduction", project_root)


def test_value_stands_beside_each_cost_and_all_of_them(study):
    page = Appendix("coproduction", "05_sroi", study.root)
    compared = outcomes.value_and_costs(read_model(study))
    shown = show(view.beneficiary_chart(compared), "Value", data=compared, alt=view.told_of_beneficiaries(compared))
    costs = compared.loc[compared["is_cost"], "value"]
    assert sorted(costs) == pytest.approx([536_269 - OPERATING, OPERATING, 536_269])
    assert list(costs.index) == [
        "Cost alone: Running the project",
        "Cost alone: Research and evaluation",
        "All costs",
    ]
    assert "All costs" in shown.plain and all(result.kind == "calibrated" for result in page.store)


def test_the_value_map_stands_as_it_is_and_other_pages_lead_to_its_rows(study):
    Appendix("coproduction", "05_sroi", study.root)
    model = read_model(study)
    shown = show(outcomes.value_map_rows(model), "The value map")
    assert all(f'id="outcome-{row.id}"' in shown.html for row in model.value_map.rows)
    assert not {name for name in model.entries if "_" in name and name in re.sub("<[^>]+>", "", shown.html)}
    assert (
        "all costs of the project × (1 − share of research" in shown.html
        and not description(outcomes.value_map_rows(model)).rows
    )


def test_formulas_name_entries_and_terms_by_their_labels(study):
    model = read_model(study)
    html = sroi_math.formulas(model).html
    assert "yearly discount rate" in html and "Contacts that were signposting" in html
    ids = {name.replace("_", " "): e.short_label for name, e in model.entries.items() if "_" in name}
    shown = {words for words, text in ids.items() if f">{words}<" in html and words not in text}
    assert shown == set()
