"""Pages opened in a browser as readers open them, from a file that may ask for nothing else."""

from pathlib import Path
from typing import Any


def open_page(browser: Any, path: Path, width: int = 1280, scheme: str = "light", **options: Any) -> Any:
    """Open a file at a width, in a mode; all other requests are stopped. The page's `.noted` lists requests and messages."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
    page, noted = context.new_page(), []
    page.route("**/*", lambda route: route.continue_() if route.request.url == path.as_uri() else route.abort())
    page.on("request", lambda request: noted.append(request.url) if request.url != path.as_uri() else None)
    page.on("console", lambda message: noted.append(message.text))
    page.on("pageerror", lambda error: noted.append(str(error)))
    page.on("dialog", lambda dialog: (noted.append("dialog"), dialog.dismiss()))
    page.goto(path.as_uri())
    page.noted = noted
    return page
