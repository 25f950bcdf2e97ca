"""The explorer in Chromium: the model's own numbers, offline, within a frame, with a state that a link keeps."""

import csv
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


def as_typed(entry, value):
    """A value as a reader types it: a share as a percentage."""
    return f"{value * 100:.12g} %" if entry.unit == "ratio" else repr(value)


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
    page.fill(f"input[data-entry={name}]", as_typed(model.entries[name], model.entries[name].low))
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
    name = next(n for n in model.inputs if model.entries[n].low < model.entries[n].value)
    slider = page.locator(f"#explorer-range-{name}")
    slider.focus()
    slider.press("Home")
    until(page, "document.querySelector('#explorer').dataset.drawn > 1")
    assert page.evaluate(f"sroiExplorer.state()['{name}']") == model.entries[name].low


def test_a_link_keeps_the_state_until_it_is_reset(model, page_path, visit):
    page = visit(page_path)
    name = next(n for n in model.inputs if model.entries[n].low < model.entries[n].high)
    page.fill(f"input[data-entry={name}]", as_typed(model.entries[name], model.entries[name].high))
    page.press(f"input[data-entry={name}]", "Tab")
    until(page, "location.hash.startsWith('#explorer?')")
    page.reload()  # the link opens at the explorer, and says so
    until(page, "document.querySelector('#explorer').getBoundingClientRect().top < 400")
    assert "sets one value that differs" in page.inner_text(".explorer .linked")
    hash_ = page.evaluate("location.hash")
    other = visit(page_path)
    other.evaluate("hash => { location.hash = hash; }", hash_)
    until(other, f"sroiExplorer.state()['{name}'] === {model.entries[name].high!r}")
    until(other, "document.querySelector('#explorer').dataset.drawn > 1")
    assert other.inner_text(".explorer .ratio") == f"£{model.evaluate({name: model.entries[name].high}).ratio:.2f}"
    other.click("#explorer-reset")
    until(other, "document.querySelector('#explorer').dataset.drawn > 2")
    assert other.inner_text("#explorer-differences").startswith("Nothing")
    assert other.inner_text(".explorer .ratio") == f"£{model.evaluate().ratio:.2f}"
    until(other, "location.hash === '#explorer'")
    assert other.noted == []


def test_the_command_of_a_state_is_taken_by_what_if(visit, tmp_path):
    """What the page writes is read by the command's own reader, and is the state of the page."""
    study = load_study("coproduction", ROOT)
    model = read_model(study)
    page = visit(write_page(model, tmp_path))
    assert not page.is_visible("#explorer-command")
    names = [n for n in model.inputs if model.entries[n].low < model.entries[n].high][:2]
    for name in names:
        page.fill(f"input[data-entry={name}]", as_typed(model.entries[name], model.entries[name].high))
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
    page.fill("input[data-entry=lost]", "50 %")
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
    ("-5", "“-5” is below "),
    ("1,2,x", "is not a number"),
    ("1,5", "one and a half is 1.5"),
    ("1,50,000", "commas stand before three digits"),
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
    high = model.entries[name].high * (100 if model.entries[name].unit == "ratio" else 1)
    for typed in ("abc", f"{high:,.6f}"):
        box.fill(typed)
        box.press("Enter")
    assert box.get_attribute("aria-invalid") == "false" and box.get_attribute("aria-describedby") is None
    assert page.evaluate(f"sroiExplorer.state()['{name}']") == pytest.approx(model.entries[name].high, abs=1e-6)


def test_an_emptied_field_goes_back_to_the_central_value_and_says_so(page_path, model, visit):
    page = visit(page_path)
    name = next(n for n in model.inputs if model.entries[n].low < model.entries[n].high)
    box = page.locator(f"input[data-entry={name}]")
    for typed in (as_typed(model.entries[name], model.entries[name].high), " "):
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
    page.fill(f"input[data-entry={share}]", "150")
    page.press(f"input[data-entry={share}]", "Enter")
    assert "above 100%, the most it can be" in page.inner_text(".explorer .inputs")


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
    told = page.inner_text(".explorer .states")
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
    page.click("#explorer-keep")
    until(page, "!document.querySelector('#explorer-scenarios').hidden")
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
        if values == model.central:  # has a button of its own
            continue
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


def ratio(page):
    return page.inner_text(".explorer .ratio")


def drawn(page, model, **values):
    """Wait until the explorer shows the ratio of some values."""
    wanted = f"£{model.evaluate(values).ratio:.2f}"
    until(page, "text => document.querySelector('.explorer .ratio').textContent === text", arg=wanted)


@pytest.fixture
def small(tmp_path, visit):
    """The toy's page and its model."""
    model = read_model(toy(tmp_path))
    return visit(write_page(model, tmp_path)), model


def test_assumptions_stand_by_outcome_and_within_it_by_how_far_they_move_the_ratio(model, page_path, visit):
    page = visit(page_path)
    groups, names = {}, None
    for part in page.locator(".explorer .inputs > :is(h4, fieldset)").all():
        if part.evaluate("part => part.localName") == "h4":
            names = groups.setdefault(part.inner_text(), [])
        else:
            names.append(part.locator("input[type=text]").get_attribute("data-entry"))
    assert sorted(name for names in groups.values() for name in names) == sorted(model.inputs)

    def moved(name):
        entry, central = model.entries[name], model.evaluate().ratio
        ends = [float(model.evaluate({name: end}).ratio) for end in (entry.low, entry.high)]
        return max(*ends, central) - min(*ends, central)

    for members in groups.values():
        sizes = [moved(name) for name in members]
        assert all(first >= second - 1e-9 for first, second in zip(sizes, sizes[1:], strict=False)), members
    assert set(model.rests_on("total.cost")) <= set(groups["Costs"])


def test_what_bears_on_one_outcome_stands_with_it(small):
    page, model = small
    under = "name => { let at = document.getElementById(`explorer-value-${name}`).closest('fieldset'); while (at.localName !== 'h4') at = at.previousElementSibling; return at.textContent; }"
    once = next(row.label for row in model.value_map.outcomes if row.id == "once")
    assert [page.evaluate(under, name) for name in ("lasting", "lost", "old", "rate", "cost")] == [
        HOSTILE,
        HOSTILE,
        once,
        "Several outcomes, or all",
        "Costs",
    ]


def test_the_ratio_follows_while_a_value_is_typed_and_what_cannot_be_is_told(small):
    page, model = small
    box = page.locator("#explorer-value-worth")
    box.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("75")
    drawn(page, model, worth=75)
    assert box.input_value() == "75" and page.evaluate("document.activeElement.id") == "explorer-value-worth"
    page.keyboard.type(",5")  # the field is not left: the words come after a while
    until(page, "document.querySelector('.explorer .inputs').textContent.includes('one and a half is 1.5')")
    assert page.evaluate("sroiExplorer.state().worth") == 75
    page.keyboard.press("Control+z")  # takes back what is no number, and nothing else
    until(page, "document.querySelector('#explorer-value-worth').value === '75'")
    assert box.get_attribute("aria-invalid") == "false" and page.noted == []


@pytest.mark.parametrize("typed", ["30", "30%", "30 %", " 30.0 %"])
def test_a_share_is_shown_and_typed_as_a_percentage(small, typed):
    page, model = small
    box = page.locator("#explorer-value-lost")
    assert box.input_value() == "20"
    box.fill(typed)
    box.press("Enter")
    drawn(page, model, lost=0.3)
    assert page.evaluate("sroiExplorer.state().lost") == 0.3 and box.input_value() == "30"
    assert page.get_attribute("#explorer-range-lost", "aria-valuetext") == "30%"
    assert "30% instead of 20%" in page.inner_text("#explorer-differences")
    box = page.locator("#explorer-value-worth")
    box.fill("30%")
    box.press("Enter")
    assert "is not a number" in page.inner_text(".explorer .inputs")


def test_sliders_say_their_value_range_and_central_value(small):
    page, _ = small
    slider = page.locator("#explorer-range-worth")
    assert slider.get_attribute("aria-valuetext") == "£50 per year"
    assert slider.get_attribute("aria-label").endswith("£20 per year to £80 per year, central value £50 per year")
    marks = page.locator("#explorer-range-worth + .marks")
    assert marks.inner_text().split() == ["£20", "▲", "£80"]
    mark, whole = marks.locator(".central").bounding_box(), marks.bounding_box()
    assert abs(mark["x"] + mark["width"] / 2 - whole["x"] - whole["width"] / 2) < 1.5  # 50 of 20 to 80


def test_one_is_put_back_and_each_change_undone_and_done_again(small):
    page, model = small
    box = page.locator("#explorer-value-worth")
    for typed in ("60", "70"):
        box.fill(typed)
        box.press("Enter")
    page.fill("#explorer-value-lost", "40")
    page.press("#explorer-value-lost", "Enter")
    drawn(page, model, worth=70, lost=0.4)
    page.locator("fieldset", has=box).get_by_role("button").click()
    drawn(page, model, lost=0.4)
    assert page.evaluate("document.activeElement.id") == "explorer-value-worth"
    for back in ({"worth": 70, "lost": 0.4}, {"worth": 70}, {"worth": 60}, {}):
        page.keyboard.press("Control+z")
        drawn(page, model, **back)
    assert page.get_attribute("#explorer-undo", "aria-disabled") == "true"
    page.keyboard.press("Control+y")
    drawn(page, model, worth=60)
    page.keyboard.press("Control+Shift+z")
    drawn(page, model, worth=70)
    page.click("#explorer-undo")
    drawn(page, model, worth=60)
    page.click("#explorer-redo")
    drawn(page, model, worth=70)
    assert box.input_value() == "70" and page.noted == []


def test_a_drag_is_undone_as_one(small):
    page, model = small
    page.evaluate(
        "() => { const slider = document.getElementById('explorer-range-worth');"
        "for (const step of [210, 300, 400]) { slider.value = step; slider.dispatchEvent(new Event('input')); } slider.dispatchEvent(new Event('change')); }"
    )
    drawn(page, model, worth=80)
    page.click("#explorer-undo")
    drawn(page, model)


def test_two_scenarios_stand_side_by_side_and_a_link_holds_both(small, visit, tmp_path):
    page, model = small
    assert not page.is_visible("#explorer-scenarios") and not page.is_visible("#explorer-keep + button")
    page.fill("#explorer-value-worth", "60")
    page.press("#explorer-value-worth", "Enter")
    page.click("#explorer-keep")
    page.fill("#explorer-value-lost", "40")
    page.press("#explorer-value-lost", "Enter")
    drawn(page, model, worth=60, lost=0.4)
    rows = [row.split("\t") for row in page.inner_text("#explorer-scenarios tbody").splitlines()]
    a, b = model.evaluate({"worth": 60}), model.evaluate({"worth": 60, "lost": 0.4})
    assert rows[0] == ["Social value for each pound", f"£{a.ratio:.2f}", f"£{b.ratio:.2f}"]
    assert rows[1] == ["Present value", f"£{a.value:,.0f}", f"£{b.value:,.0f}"]
    assert rows[4:] == [[model.entries["lost"].label, "20%", "40%"]]
    until(page, "location.hash.includes('A=')")
    other = visit(tmp_path / "explorer.html")
    other.evaluate("hash => { location.hash = hash; }", page.evaluate("location.hash"))
    drawn(other, model, worth=60, lost=0.4)
    until(other, "document.querySelector('#explorer-scenarios').innerText.length > 20")
    assert other.inner_text("#explorer-scenarios") == page.inner_text("#explorer-scenarios")
    page.get_by_role("button", name="Drop A").click()
    until(page, "document.querySelector('#explorer-scenarios').hidden")
    page.click("#explorer-undo")
    until(page, "!document.querySelector('#explorer-scenarios').hidden")


def test_the_values_are_downloaded_with_their_labels_and_nothing_in_them_is_a_formula(tmp_path, visit):
    model = read_model(toy(tmp_path))
    label = "=HYPERLINK(1)"
    entries = model.entries | {"worth": model.entries["worth"].model_copy(update={"label": label})}
    page = visit(write_page(replace(model, entries=entries), tmp_path))
    page.fill("#explorer-value-lost", "40")
    with page.expect_download() as got:
        page.click("#explorer-csv")
    assert got.value.suggested_filename == f"{model.study}_explorer.csv"
    with Path(got.value.path()).open(encoding="utf-8-sig", newline="") as file:
        rows = {row["Id"]: row for row in csv.DictReader(file)}
    assert rows["worth"]["Assumption or result"] == f"'{label}" and rows["rate"]["Assumption or result"] == HOSTILE
    assert rows["lost"] | {"Assumption or result": ""} == {
        "Assumption or result": "",
        "Id": "lost",
        "Unit": "ratio",
        "Low": "0",
        "High": "1",
        "Central case": "0.2",
        "As set": "0.4",
    }
    assert float(rows["total.ratio"]["As set"]) == pytest.approx(float(model.evaluate({"lost": 0.4}).ratio))


@pytest.mark.parametrize(
    "state",
    ["worth=NaN", "worth=1e309", "__proto__=1&constructor=2", "A.__proto__=1", "%E0%A4%A", "A.worth=-1", "a" * 100_000]
    + ["worth=1%2C5&" * 10_000],
    ids=["nan", "infinite", "prototype", "prototype-of-a", "no-text", "a-below", "long", "many"],
)
def test_a_hostile_link_does_nothing_but_a_sentence(small, state):
    page, model = small
    page.evaluate("hash => { location.hash = hash; }", f"#explorer?{state}")
    until(page, "!document.querySelector('.explorer .linked').hidden")
    said = page.inner_text(".explorer .linked")
    assert "sets no value" in said and "Not used from the link" in said and len(said) < 500
    assert page.evaluate("sroiExplorer.state()") == model.central and not page.is_visible("#explorer-scenarios")
    page.reload()
    until(page, "!document.querySelector('.explorer .linked').hidden")
    assert page.evaluate("sroiExplorer.state()") == model.central and page.noted == []


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
