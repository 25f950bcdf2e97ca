"""The pages of a draft: those that are open at once, then all, checked as they are when they are published.

Nothing is deposited, and nothing is remembered of what was published before: a draft leaves nobody's machine.
"""

import ast
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path, PurePosixPath
from typing import Any

from analysis.errors import InputError
from analysis.pipeline.citing import completed
from analysis.pipeline.claim_uses import appendices_of
from analysis.pipeline.companions import Published, companion_code, material_of, pages_of, titles_of
from analysis.pipeline.parameters import leaving_out, planned_runs
from analysis.pipeline.people_protected import stop_on_published_leaks
from analysis.pipeline.publish import all_pages, publish_files, write_if_new
from analysis.pipeline.rendered import render
from analysis.study import study_ids

STAMP = "draft of a live run (not the last run)"
Wording = Mapping[str, str]  # new texts by the old ones that stood alone in a cell, or were the whole of it


def write_all(root: Path, study: str = "") -> list[str]:
    """Write every page that changed, of one study if it is named; returns their paths below reports/.

    Raises InputError if one cannot be made, leads nowhere, or shows anything of single people; those of other studies are written.
    """
    failures: dict[str, InputError] = {}
    with leaving_out({other for other in study_ids(root) if study not in ("", other)}):
        changed = _write(root, all_pages(root, STAMP, failures))
        for each in dict.fromkeys(each for _, each in planned_runs(root) if each not in failures):
            publish_files(root, each)
    for error in failures.values():
        raise error
    return changed


def write_some(root: Path, paths: Collection[str], wording: Wording = {}) -> list[str]:  # noqa: B006 - never changed
    """Write some pages of studies as they stand, without those beside them; returns the paths of those that changed."""
    pages: dict[str, Published] = {}
    runs, titles = planned_runs(root), titles_of(root)
    uses, code = appendices_of(root, runs, titles), companion_code(root)
    for study in {PurePosixPath(path).parts[0] for path in paths}:
        names = {PurePosixPath(path).stem for path in paths if path.startswith(f"{study}/")}
        pages |= pages_of(material_of(root, study), titles, uses, code, names)
    pages = {path: replace(made, page=reworded(made.page, wording)) for path, made in pages.items()}
    return _write(root, completed(root, pages, STAMP))


def _write(root: Path, pages: Mapping[str, Published]) -> list[str]:
    texts = {path: render(made, STAMP) for path, made in pages.items()}
    stop_on_published_leaks(root, texts)
    return [path for path, text in texts.items() if write_if_new(root / "reports" / path, text)]


def reworded(content: Any, wording: Wording) -> Any:
    """The data of a page with other texts where these stand by themselves.

    >>> reworded({"caption": ["By part."], "id": "By part"}, {"By part.": "By stream."})
    {'caption': ['By stream.'], 'id': 'By part'}
    """
    if isinstance(content, dict):
        return {key: reworded(part, wording) for key, part in content.items()}
    if isinstance(content, list):
        return [reworded(part, wording) for part in content]
    return wording.get(content, content) if isinstance(content, str) else content


def wording_of(before: str, after: str) -> dict[str, str] | None:
    """What differs between two texts of a notebook, if only words do: texts of cells, and texts within their code.

    None if anything else differs, such as code or the number of cells. The page can then be shown at once, before the
    notebook has run again.
    """
    found: dict[str, str] = {}
    for old, new in zip_longest(_cells(before), _cells(after)):
        if old is None or new is None or old[0] != new[0]:
            return None
        pairs = {old[1]: new[1]} if old[0] == "markdown" else _texts_changed(old[1], new[1])
        if pairs is None:
            return None
        found |= {was: now for was, now in pairs.items() if was != now}
    return found


def _cells(text: str) -> Iterator[tuple[str, str]]:
    try:
        yield from ((cell["cell_type"], "".join(cell["source"])) for cell in json.loads(text)["cells"])
    except (ValueError, KeyError, TypeError):  # while it is saved; the run will say so
        return


def _texts_changed(old: str, new: str) -> dict[str, str] | None:
    """New texts by old ones of two pieces of code; None if they differ in anything else."""
    if old == new:
        return {}
    try:
        first, second = ast.parse(old), ast.parse(new)
    except SyntaxError:
        return None
    was, now = ([*_texts(tree)] for tree in (first, second))
    pairs = dict(zip(was, now, strict=False))
    for tree in (first, second):
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                node.value = ""
    return pairs if len(was) == len(now) and ast.dump(first) == ast.dump(second) else None


def _texts(tree: ast.AST) -> Iterator[str]:
    return (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
