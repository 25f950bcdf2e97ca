"""What a study has nothing for is left out of its page."""

from collections.abc import Callable
from functools import wraps
from typing import Any


def where_there(show: Callable[..., Any]) -> Callable[..., Any]:
    """A display, or a file beside the page, that is left out where any of what it is made from is not there (None)."""

    @wraps(show)
    def shown(*parts: Any, **more: Any) -> Any:
        return None if any(part is None for part in parts) else show(*parts, **more)

    return shown
