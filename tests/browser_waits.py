"""Waiting for something to become true in a page, asked from here again and again.

The browser's own waiting makes a function of a text whenever it has to ask twice, which the policy of the pages forbids.
"""

import time
from typing import Any

PAUSE = 0.05  # seconds


def wait_until(page: Any, expression: str, milliseconds: float = 30_000) -> None:
    """Return once an expression holds in a page; AssertionError if it does not in time."""
    end = time.monotonic() + milliseconds / 1000
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"not in time: {expression}"
        page.wait_for_timeout(1000 * PAUSE)
