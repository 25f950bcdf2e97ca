"""How long the explorer takes to follow a slider in Chromium: from the event to the changed page, of each study's page.

    python -m benchmarks.explorer [--changes 300]

Each change moves one slider, in turn over all of them. Measured inside the page: `program` is the time the explorer's own
code runs for a change (model, tornado, bars, numbers); `laid out` adds the style and layout of the changed page, which is
forced and timed in the same frame. What a reader waits for besides is the next frame of the screen. Pages are those of
the last run of 05_sroi; a study whose page has not been made is left out.
"""

import argparse
import shutil
import statistics
from importlib.util import find_spec
from pathlib import Path

from benchmarks._results import Row, save

ROOT = Path(__file__).resolve().parents[1]
STUDIES = ("coproduction", "connecting_opportunities")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FRAME = 16.0  # milliseconds: sixty frames a second
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
MEASURE = """async changes => {
  const sliders = [...document.querySelectorAll('.explorer input[type=range]')], box = document.getElementById('explorer');
  const program = [], whole = [];
  for (let step = 0; step < changes; step++) {
    const slider = sliders[step % sliders.length], drawn = box.dataset.drawn;
    slider.value = String((step * 37 + 11) % 400);
    slider.dispatchEvent(new Event('input'));
    while (box.dataset.drawn === drawn) await new Promise(requestAnimationFrame);
    const started = performance.now();
    box.getBoundingClientRect();
    document.documentElement.scrollHeight;
    program.push(Number(box.dataset.milliseconds));
    whole.push(Number(box.dataset.milliseconds) + performance.now() - started);
  }
  return {sliders: sliders.length, program, whole};
}"""


def main() -> None:
    """Print and keep median and worst milliseconds of each study's explorer."""
    command = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if command is None or find_spec("playwright") is None:
        print("no Chromium, or no playwright to drive it: the explorer is not measured")
        return
    from playwright.sync_api import sync_playwright

    changes = _options().changes
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=command, args=ARGUMENTS)
        rows = [row for study in STUDIES if page_of(study).is_file() for row in _measured(browser, study, changes)]
        browser.close()
    save("explorer", " ".join((__doc__ or "").split()), rows)


def page_of(study: str) -> Path:
    """The page of a study's explorer from the last run."""
    return ROOT / "reports" / study / "explorer.html"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--changes", type=int, default=300)
    return parser.parse_known_args()[0]


def _measured(browser: object, study: str, changes: int) -> list[Row]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})  # type: ignore[attr-defined]
    page.goto(page_of(study).as_uri())
    page.evaluate(MEASURE, 20)  # the browser compiles the program while it runs for the first times
    found = page.evaluate(MEASURE, changes)
    page.close()
    what = f"{study}, {found['sliders']} sliders, {changes} changes"
    return [
        row
        for part, label in (("program", "program"), ("whole", "laid out"))
        for row in _rows(f"{what}: {label}", found[part])
    ]


def _rows(what: str, milliseconds: list[float]) -> list[Row]:
    """Median, the value that nineteen of twenty changes keep below, and the worst, which on a busy machine is the machine's."""
    often = statistics.quantiles(milliseconds, n=20)[-1]
    return [
        Row(f"{what}, median", statistics.median(milliseconds), "ms", f"below {FRAME:.0f}"),
        Row(f"{what}, 19 of 20 below", often, "ms", f"below {FRAME:.0f}"),
        Row(f"{what}, worst", max(milliseconds), "ms"),
    ]


if __name__ == "__main__":
    main()
