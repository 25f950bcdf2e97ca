"""The explorer in Chromium: the model's own numbers, offline, within a frame, with a state that a link keeps."""

import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from rendered import output, page_html
from value_maps import cost, entry, outcome, write_study

from analysis.reporting.explorer import explorer
from analysis.reporting.page import PageContext
from analysis.sroi.model import read_model
from analysis.study import load_study
from analysis.study.register import Assumption
from analysis.tools.changes import asked_for, changes_of

pytestmark = pytest.mark.pages
ROOT = Path(__file__).resolve().parents[2]
DRAWS = 1000
HOSTILE = "</script><img src=x onerror=alert(1)>"


def toy(root):
    entries = [
        entry("cost", 100, "GBP", 50, 200),
        entry("worth", 50, "GBP per year", 20, 80),
        entry("lasting", 2.4, "years", 0, 4.5),
        entry("rate", 0.035, "ratio", 0, 0.1, label=HOSTILE),
        entry("lost", 0.2, "ratio", 0, 1),
        entry("old", 7, "GBP per person", 5, 9, price_year=2011),
        entry("people", 12, "people", 1, 30),
        entry("same", 3, "GBP per person"),
    ]
    rows = [
        cost(),
        outcome(
            "long",
            quantity="worth",
            duration="lasting",
            drop_off="lost",
            beneficiaries="a: lost; b: 1 - lost",
            outcome=HOSTILE,
        ),
        outcome("once", quantity="people", proxy="old * cpi_2020 / cpi_2011", start="1", stakeholder=HOSTILE),
        outcome("bad", quantity="-people", proxy="same"),
    ]
    return write_study(root, entries, rows, {"discount_rate": "rate", "scenarios": {"low": {"worth": 20}}})


def write_page(model, folder):
    shown = explorer(model)
    cells = [new_markdown_cell("# Explorer\n\nTry it."), new_markdown_cell("## Explore")]
    cells.append(
        new_code_cell(
            "explorer(model)",
            outputs=[output(shown)],
        )
    )
    path = folder / "explorer.html"
    path.write_text(page_html(new_notebook(cells=cells), PageContext("A study", "Explorer")), encoding="utf-8")
    return path


@pytest.fixture(scope="module", params=["coproduction", "connecting_opportunities", "toy"])
def model(request, tmp_path_factory):
    return read_model(
        toy(tmp_path_factory.mktemp("toy")) if request.param == "toy" else load_study(request.param, ROOT)
    )


@pytest.fixture(scope="module")
def page_path(model, tmp_path_factory):
    return write_page(model, tmp_path_factory.mktemp("page"))


def until(page, condition, arg=None):
    """Wait for a condition. The page's policy forbids what Playwright's own polling inside the page does under load."""
    for _ in range(400):
        if page.evaluate(condition, arg):
            return
        page.wait_for_timeout(25)
    raise AssertionError(f"never came true: {condition}")


def numbers(found):
    heads = (found.ratio, found.value, found.cost, found.net)
    return [*heads, *found.by_beneficiary.values(), *found.by_outcome.values(), *found.by_year.values()]


def test_chromium_computes_what_the_model_does(model, page_path, visit):
    """Central case, every scenario and a thousand draws, to one part in a thousand million."""
    random = np.random.default_rng(12)
    ranges = {name: model.entries[name] for name in model.inputs}
    cases = list(model.scenarios.values())
    draws = {
        name: [*(case[name] for case in cases), *random.uniform(e.low, e.high, DRAWS)] for name, e in ranges.items()
    }
    page = visit(page_path)
    rows = [dict(zip(draws, map(float, row), strict=True)) for row in zip(*draws.values(), strict=True)]
    found = np.array(page.evaluate("rows => rows.map(row => sroiExplorer.evaluate(row))", rows))
    expected = np.column_stack(numbers(model.evaluate({name: np.array(values) for name, values in draws.items()})))
    scale = np.maximum(np.abs(expected).max(axis=0), 1e-300)
    assert (
        found.shape == expected.shape
        and np.max(np.abs(found - expected) / np.maximum(np.abs(expected), 1e-6 * scale)) < 1e-9
    )
    assert page.noted == []


def test_a_typed_value_moves_ratio_beneficiaries_and_tornado(model, page_path, visit):
    page = visit(page_path)
    name = next(
        n
        for n in model.inputs
        if model.entries[n].low < model.entries[n].high
        and model.evaluate({n: model.entries[n].low}).ratio != model.evaluate().ratio
    )
    tornado, ratio = page.inner_text("#explorer-tornado"), page.inner_text(".explorer .ratio")
    assert ratio == f"£{model.evaluate().ratio:.2f}"
    page.fill(f"input[data-entry={name}]", repr(model.entries[name].low))
    page.press(f"input[data-entry={name}]", "Tab")
    until(
        page,
        "text => document.querySelector('.explorer .ratio').textContent !== text || document.querySelector('#explorer').dataset.drawn > 1",
        arg=ratio,
    )
    changed = model.evaluate({name: model.entries[name].low})
    assert page.inner_text(".explorer .ratio") == f"£{changed.ratio:.2f}"
    for who, value in changed.by_beneficiary.items():
        assert f"£{abs(value):,.0f}" in page.inner_text("#explorer-beneficiaries"), who
    assert page.inner_text("#explorer-tornado") != tornado
    assert page.locator("#explorer-differences li").count() == 1 and page.noted == []


def test_a_slider_moves_it_too(model, page_path, visit):
    page = visit(page_path)
    slider = page.locator(".explorer input[type=range]").first
    slider.focus()
    slider.press("Home")
    until(page, "document.querySelector('#explorer').dataset.drawn > 1")
    name = next(n for n in model.inputs if model.entries[n].low < model.entries[n].high)
    assert page.evaluate(f"sroiExplorer.state()['{name}']") == model.entries[name].low


def test_a_link_keeps_the_state_and_reset_lists_what_differed(model, page_path, visit):
    page = visit(page_path)
    name = next(n for n in model.inputs if model.entries[n].low < model.entries[n].high)
    page.fill(f"input[data-entry={name}]", repr(model.entries[name].high))
    page.press(f"input[data-entry={name}]", "Tab")
    until(page, "location.hash.startsWith('#explorer?')")
    hash_ = page.evaluate("location.hash")
    other = visit(page_path)
    other.evaluate("hash => { location.hash = hash; }", hash_)
    until(other, f"sroiExplorer.state()['{name}'] === {model.entries[name].high!r}")
    until(other, "document.querySelector('#explorer').dataset.drawn > 1")
    assert other.inner_text(".explorer .ratio") == f"£{model.evaluate({name: model.entries[name].high}).ratio:.2f}"
    other.click("#explorer-reset")
    until(other, "document.querySelector('#explorer').dataset.drawn > 2")
    assert "put back" in other.inner_text("#explorer-differences")
    assert other.inner_text(".explorer .ratio") == f"£{model.evaluate().ratio:.2f}"
    assert other.evaluate("location.hash") == "#explorer" and other.noted == []


def test_the_command_of_a_state_is_taken_by_what_if(visit, tmp_path):
    """What the page writes is read by the command's own reader, and is the state of the page."""
    study = load_study("coproduction", ROOT)
    model = read_model(study)
    page = visit(write_page(model, tmp_path))
    assert not page.is_visible("#explorer-command")
    names = [n for n in model.inputs if model.entries[n].low < model.entries[n].high][:2]
    for name in names:
        page.fill(f"input[data-entry={name}]", repr(model.entries[name].high))
        page.press(f"input[data-entry={name}]", "Tab")
    until(page, f"sroiExplorer.state()['{names[1]}'] === {model.entries[names[1]].high!r}")
    until(page, "document.querySelectorAll('#explorer-differences li').length === 2")
    *command, first, second, named, name = shlex.split(page.inner_text("#explorer-command code"))
    assert command == ["python", "-m", "analysis", "what-if", "coproduction"] and (named, name) == ("--as", "explored")
    asked = asked_for([text.removeprefix("--set=") for text in (first, second)], None, ROOT).asked
    changes, problems = changes_of(study, asked)
    assert problems == [] and {each.published.id: each.value for each in changes} == {
        name: model.entries[name].high for name in names
    }
    assert page.noted == []


def test_in_a_changed_run_the_command_keeps_what_was_changed(tmp_path, visit):
    model = read_model(toy(tmp_path))
    old = model.entries["worth"]
    was = {"value": old.value, "low": old.low, "high": old.high, "kind": old.kind}
    changed = Assumption.model_validate(old.model_dump() | {"value": 60, "changed_from": was})
    page = visit(write_page(replace(model, entries=model.entries | {"worth": changed}), tmp_path))
    page.fill("input[data-entry=lost]", "0.5")
    page.press("input[data-entry=lost]", "Tab")
    until(page, "document.querySelectorAll('#explorer-differences li').length === 1")
    until(page, "document.querySelector('#explorer-command code').textContent.includes('lost')")
    assert page.inner_text("#explorer-command code").split()[4:] == [
        model.study,
        "--set=worth=60",
        "--set=lost=0.5",
        "--as",
        "explored",
    ]


NONSENSE = [
    ("abc", "“abc” is not a number"),
    ("1e309", "“1e309” is too large"),
    ("-5", "“-5” is below 0, the least it can be"),
    ("1,2,x", "is not a number"),
    ("0x10", "is not a number"),
    ("<img src=x onerror=alert(1)>", "is not a number"),
    ("--5", "is not a number"),
]


def test_typed_nonsense_changes_nothing_and_says_why(page_path, model, visit):
    page = visit(page_path)
    name = next(n for n in model.inputs if 0 <= model.entries[n].low < model.entries[n].high)
    box = page.locator(f"input[data-entry={name}]")
    for typed, told in NONSENSE:
        box.fill(typed)
        box.press("Enter")
        said = page.locator(f"#{box.get_attribute('aria-describedby')}")
        assert told in said.inner_text() and "Still" in said.inner_text() and said.get_attribute("role") == "alert"
        assert box.get_attribute("aria-invalid") == "true" and box.input_value() == typed
        assert page.evaluate("sroiExplorer.state()") == pytest.approx(model.central) and page.noted == []


def test_after_nonsense_a_number_with_commas_is_taken(page_path, model, visit):
    page = visit(page_path)
    name = next(n for n in model.inputs if 0 <= model.entries[n].low < model.entries[n].high)
    box = page.locator(f"input[data-entry={name}]")
    for typed in ("abc", f"{model.entries[name].high:,.6f}"):
        box.fill(typed)
        box.press("Enter")
    assert box.get_attribute("aria-invalid") == "false" and box.get_attribute("aria-describedby") is None
    assert page.evaluate(f"sroiExplorer.state()['{name}']") == pytest.approx(model.entries[name].high, abs=1e-6)


def test_an_emptied_field_goes_back_to_the_central_value_and_says_so(page_path, model, visit):
    page = visit(page_path)
    name = next(n for n in model.inputs if model.entries[n].low < model.entries[n].high)
    box = page.locator(f"input[data-entry={name}]")
    for typed in (repr(model.entries[name].high), " "):
        box.fill(typed)
        box.press("Enter")
    assert "Left empty: back to the central value" in page.inner_text(".explorer .inputs")
    assert page.evaluate("sroiExplorer.state()") == pytest.approx(model.central)
    until(page, "name => document.querySelector(`input[data-entry=${name}]`).value.trim() !== ''", arg=name)


def test_a_share_above_one_is_refused(page_path, model, visit):
    share = next(
        (
            n
            for n in model.inputs
            if model.entries[n].unit == "ratio" and 0 <= model.entries[n].low < model.entries[n].high <= 1
        ),
        None,
    )
    if share is None:
        pytest.fail(f"no share in {model.inputs}")
    page = visit(page_path)
    page.fill(f"input[data-entry={share}]", "1.5")
    page.press(f"input[data-entry={share}]", "Enter")
    assert "above 1, the most it can be" in page.inner_text(".explorer .inputs")


def test_costs_of_zero_give_words_and_no_infinity(tmp_path, visit):
    page = visit(write_page(read_model(toy(tmp_path)), tmp_path))
    page.fill("input[data-entry=cost]", "0")
    page.press("input[data-entry=cost]", "Enter")
    until(page, "document.querySelector('.explorer .ratio').textContent.startsWith('No ratio')")
    assert "∞" not in page.inner_text(".explorer") and "NaN" not in page.inner_text(".explorer") and page.noted == []


def test_a_link_with_nonsense_says_what_it_did_not_use(tmp_path, visit):
    page = visit(write_page(read_model(toy(tmp_path)), tmp_path))
    page.evaluate("location.hash = '#explorer?nothing=1&lost=7&worth=40'")
    until(page, "sroiExplorer.state().worth === 40")
    told = page.inner_text(".explorer .panel")
    assert "Not used from the link" in told and "nothing, lost" in told
    assert page.evaluate("sroiExplorer.state().lost") == 0.2


def test_the_keyboard_alone_is_enough(page_path, model, visit):
    """From the first button by Tab to a slider, with the arrows, and back to the central case by the button."""
    page = visit(page_path)
    page.get_by_role("button", name="Link to this state").focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "range":
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    before = page.evaluate("document.activeElement.value")
    page.keyboard.press("ArrowLeft" if before != "0" else "ArrowRight")
    until(page, "document.querySelector('#explorer').dataset.drawn > 1")
    assert page.evaluate("sroiExplorer.state()") != pytest.approx(model.central)
    page.get_by_role("button", name="Back to the central case").focus()
    page.keyboard.press("Enter")
    until(page, "document.querySelector('#explorer').dataset.drawn > 2")
    assert page.evaluate("sroiExplorer.state()") == pytest.approx(model.central)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_it_whole(page_path, visit, scheme):
    page = visit(page_path, width=360, scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    clipped = "[...document.querySelectorAll('.explorer input, .explorer button')].filter(e => e.getBoundingClientRect().right > 360).length"
    assert page.evaluate(clipped) == 0


@pytest.mark.parametrize(
    "state",
    ["#explorer?nothing=1", "#explorer?cost=", "#explorer?cost=abc&rate=Infinity", "#explorer?__proto__=1", "#table-1"],
)
def test_a_broken_link_changes_nothing(model, page_path, visit, state):
    page = visit(page_path)
    page.evaluate("hash => { location.hash = hash; }", state)
    page.wait_for_timeout(50)
    assert page.evaluate("sroiExplorer.state()") == pytest.approx(model.central) and page.noted == []


def test_scenarios_are_one_click(model, page_path, visit):
    page = visit(page_path)
    for name, values in model.scenarios.items():
        page.get_by_role("button", name=f"Estimate: {name}", exact=True).click()
        until(
            page,
            "text => document.querySelector('.explorer .ratio').textContent === text",
            arg=f"£{model.evaluate(values).ratio:.2f}",
        )


def test_an_update_takes_less_than_a_frame(page_path, visit):
    page = visit(page_path)
    times = page.evaluate(
        """async () => {
          const slider = document.querySelector('.explorer input[type=range]'), box = document.getElementById('explorer'), times = [];
          for (let step = 0; step < 60; step++) {
            const drawn = box.dataset.drawn;
            slider.value = String((step * 37) % 400);
            slider.dispatchEvent(new Event('input'));
            while (box.dataset.drawn === drawn) await new Promise(requestAnimationFrame);
            times.push(Number(box.dataset.milliseconds));
          }
          return times;
        }"""
    )
    assert np.median(times) < 16


def test_nothing_from_data_runs(tmp_path, visit):
    page = visit(write_page(read_model(toy(tmp_path)), tmp_path))
    assert page.locator(".explorer img").count() == 0 and page.noted == []
    assert HOSTILE in page.inner_text(".explorer")


def test_without_scripts_it_says_so(page_path, visit):
    page = visit(page_path, java_script_enabled=False)
    assert "switched off" in page.content()


def test_no_other_program_runs_on_the_page(page_path, visit):
    """The policy admits the explorer by its hash and nothing else."""
    changed = page_path.with_name("changed.html")
    changed.write_text(
        page_path.read_text(encoding="utf-8").replace("</main>", "<script>document.title='run'</script></main>"),
        encoding="utf-8",
    )
    page = visit(changed)
    assert page.title() != "run" and page.evaluate("typeof sroiExplorer") == "object"
