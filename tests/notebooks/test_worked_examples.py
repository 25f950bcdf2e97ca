"""Worked examples stand apart from the studies and say what they are."""

import pytest

pytestmark = pytest.mark.slow


def test_the_index_lists_worked_examples_apart(finished):
    text = (finished / "reports" / "index.html").read_text(encoding="utf-8")
    studies, examples = text.split("<h2>Worked examples</h2>")
    assert "coproduction_example/02_focus_group_coding.html" in examples
    assert "coproduction_example/" not in studies
    assert "These are synthetic records" in examples
