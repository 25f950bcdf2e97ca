"""What 05_sroi shows of a model: costs beside value, and labels in formulas."""

import pytest

from analysis.reporting.appendix import Appendix
from analysis.reporting.views import sroi_math, sroi_model
from analysis.sroi.model import read_model
from analysis.study import load_study

OPERATING = 532_407 * (1 - 0.1885)  # all costs without the share of research, both as the register has them


@pytest.fixture(scope="module")
def study(project_root):
    return load_study("coproduction", project_root)


def test_value_stands_beside_each_cost_and_all_of_them(study):
    page = Appendix("coproduction", "05_sroi", study.root)
    shown = sroi_model.beneficiary_figure(page, read_model(study))
    costs = [
        result.value for name, result in page.store.by_id.items() if "beneficiary_chart" in name and "cost" in name
    ]
    assert sorted(costs) == pytest.approx([532_407 - OPERATING, OPERATING, 532_407])
    assert "Cost alone: Running the project" in shown.plain and "All costs" in shown.plain


def test_formulas_name_entries_and_terms_by_their_labels(study):
    model = read_model(study)
    html = sroi_math.formulas(model).html
    assert "yearly discount rate" in html and "Contacts that were signposting" in html
    ids = {name.replace("_", " "): e.short_label for name, e in model.entries.items() if "_" in name}
    shown = {words for words, text in ids.items() if f">{words}<" in html and words not in text}
    assert shown == set()
