"""Pages as HTML, each rendered only when its data, its frame or the code changed since it was published last.

What each published page was made from is kept as a hash in build/; a page that was touched by hand is rendered again.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from analysis.companions.sheet import TEMPLATES
from analysis.pipeline.companions import Published
from analysis.pipeline.kept import read_kept
from analysis.reporting.page import render_page
from analysis.results import write_text

KEPT = Path("build") / "rendered.json"


def rendered(root: Path, pages: Mapping[str, Published], stamp: str, code: str) -> dict[str, str]:
    """The HTML of some pages by their path below reports/; `stamp` names the commit, `code` the state of the code."""
    kept, texts, made = read_kept(root / KEPT), {}, {}
    for path, published in pages.items():
        file, made_from = root / "reports" / path, _made_from(published, stamp, code)
        known = kept.get(path) == made_from | _state(file)
        texts[path] = file.read_text(encoding="utf-8") if known else render(published, stamp)
        made[path] = made_from | {"text": _hash(texts[path])}
    write_text(root / KEPT, json.dumps(made))
    return texts


def render(published: Published, stamp: str) -> str:
    """One page as HTML."""
    return render_page(published.page, stamp, published.links, TEMPLATES)


def _made_from(published: Published, stamp: str, code: str) -> dict[str, str]:
    data = json.dumps([published.page, published.links], ensure_ascii=False, default=repr)
    return {"from": _hash(f"{stamp}\n{code}\n{data}")}


def _state(file: Path) -> dict[str, str]:
    return {"text": _hash(file.read_text(encoding="utf-8"))} if file.is_file() else {}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()


def published_pages(root: Path) -> tuple[str, ...]:
    """The paths below reports/ of the pages that were published last."""
    return tuple(read_kept(root / KEPT))
