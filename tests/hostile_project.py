"""A copy of the project with hostile text in every free-text field of its raw files; which fields there are, the files tell."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

CORPUS = yaml.safe_load((Path(__file__).parent / "faults" / "hostile_text.yaml").read_text(encoding="utf-8"))
PAYLOADS: dict[str, str] = CORPUS["payloads"]
LIMITS = {"statement": 140}  # letters that a field may hold
NAMES = "<img src=x onerror=window.__ran=1>\u202e "  # put before names of beneficiaries, which stand in one cell with their shares
SHARED = dict.fromkeys(
    ("outcome", "outcomes.name", "assumptions.label", "assumptions.name"), "vector"
)  # texts that two files must have alike, and so the payload
Change = Callable[[str, str], str]  # (field, text) -> text


def text_files(root: Path) -> Iterator[tuple[str, Path]]:
    """The raw files that hold text, with their names: `coproduction/claims.csv`."""
    raw = root / "data" / "raw"
    for path in sorted(raw.rglob("*")):
        if path.suffix in (".csv", ".yaml"):
            yield path.relative_to(raw).as_posix(), path


def rewrite(path: Path, change: Change) -> None:
    """Put every text of a file through `change`, with the name of its field: a column, or a path without positions."""
    text = path.read_text(encoding="utf-8-sig")
    new = (
        _csv(text, change)
        if path.suffix == ".csv"
        else yaml.safe_dump(_changed(yaml.safe_load(text), "", change), sort_keys=False, allow_unicode=False)
    )
    path.write_text(new, encoding="utf-8")


def fields(path: Path) -> dict[str, list[str]]:
    """The text fields of a file with the texts that stand in them; fields that hold only numbers and dates are left out."""
    found: dict[str, list[str]] = {}

    def note(field: str, text: str) -> str:
        found.setdefault(field, []).append(text)
        return text

    rewrite_to_nowhere(path, note)
    return {field: texts for field, texts in found.items() if not all(map(_is_plain, texts))}


def rewrite_to_nowhere(path: Path, change: Change) -> None:
    """As `rewrite`, but the file stays as it is."""
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix == ".csv":
        _csv(text, change)
    else:
        _changed(yaml.safe_load(text), "", change)


def _csv(text: str, change: Change) -> str:
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(
        [change(column, cell) if cell else cell for column, cell in zip(header, row, strict=True)] for row in rows
    )
    return target.getvalue()


def _changed(value: Any, field: str, change: Change) -> Any:
    if isinstance(value, dict):
        return {key: _changed(inner, f"{field}.{key}".lstrip("."), change) for key, inner in value.items()}
    if isinstance(value, list):
        return [_changed(inner, field, change) for inner in value]
    if isinstance(value, str) and value:
        return change(field, value)
    return change.of_plain(field, value) if isinstance(change, Attack) else value


def _is_plain(text: str) -> bool:
    return bool(re.fullmatch(r"[\s\d.,+-]*", text)) or _is_date(text)


def _is_date(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


class Attack:
    """Puts the corpus's texts into fields in turn, each after the text that stands there."""

    def __init__(
        self,
        closed: Callable[[str], bool],
        notation: Callable[[str], bool],
        plain: Callable[[str], bool] = lambda field: False,
    ) -> None:
        """`closed` says of a field whether it keeps its text, `notation` whether it is written in the notation of prose.

        `plain` says whether it is attacked though it is empty, or holds only a number or a date.
        """
        self.closed, self.notation, self.plain, self.turn = closed, notation, plain, 0
        self.used: dict[str, set[str]] = {}

    def __call__(self, field: str, text: str) -> str:
        """A text with the next payload after it."""
        if self.closed(field) or (_is_plain(text) and not self.plain(field)):
            return text
        if field in ("beneficiaries", "lenses.only"):
            return re.sub(r"(^|; *)", rf"\1{NAMES}", text)
        self.turn += 1
        payloads = CORPUS["payloads of notation"] if self.notation(field) else PAYLOADS
        name = SHARED.get(field) or list(payloads)[self.turn % len(payloads)]
        self.used.setdefault(name, set()).add(field)
        room = LIMITS.get(field, 10_000) - len(payloads[name]) - 1
        return f"{payloads[name]} {text[:room]}" if name == "formula" else f"{text[:room]} {payloads[name]}"

    def of_plain(self, field: str, value: Any) -> Any:
        """What takes the place of an empty value, or of a number in a field of text."""
        return self(field, str(value or "")) if self.plain(field) else value


def is_closed(name: str) -> bool:
    """Whether the corpus says of a field (`file:field`) that it is no free text."""
    return any(_fits(name, patterns) for patterns in CORPUS["closed"].values())


def is_notation(name: str) -> bool:
    """Whether the corpus says of a field that it is written in the notation of prose."""
    return _fits(name, CORPUS["notation"])


def is_plain_today(name: str) -> bool:
    """Whether the corpus says of a field that it is free text and holds none today."""
    return _fits(name, CORPUS["plain today"])


def _fits(name: str, patterns: list[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def attack(root: Path) -> dict[str, set[str]]:
    """Put hostile text into every free-text field of a project; which payload went into which fields."""
    used: dict[str, set[str]] = {}
    fill(root)
    for name, path in [*text_files(root), ("params.yaml", root / "params.yaml")]:
        hit = attack_on(name)
        rewrite(path, hit)
        for payload, found in hit.used.items():
            used.setdefault(payload, set()).update(f"{name}:{field}" for field in found)
    return used


def attack_on(name: str) -> Attack:
    """What is done to the texts of one file; of the parameters of runs, reasons are the only free text."""
    if name == "params.yaml":
        return Attack(lambda field: not field.endswith(".reason"), lambda field: False)
    return Attack(
        *(lambda field, test=test: test(f"{name}:{field}") for test in (is_closed, is_notation, is_plain_today))
    )


def fill(root: Path) -> None:
    """Write out what files may say and those of today leave to its default, so that it can be attacked: the numbers stay the same."""
    from analysis.sroi.model import read_model
    from analysis.sroi.sensitivity.settings import groups_for, read_settings, read_stipulated
    from analysis.study import load_study

    path = root / "data" / "raw" / "coproduction" / "study.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    person = {"family-names": "Reader", "given-names": "Ann", "affiliation": "A university"}
    content |= {"authors": [person, {"name": "A group of readers"}], "version": "first"}
    annex = {"id": "annex", "title": "An annex", "published": "in 2014", "address": "a library"}
    content |= {"documents": [annex | {"text": {"name": "annex.txt", "sha256": "0" * 64}}]}
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    path = root / "data" / "raw" / "overviews" / "coproduction.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["summary"] |= {"method": [{"say": "By what was printed."}]}
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    for path in sorted((root / "data" / "raw").glob("*/sensitivity.yaml")):
        study = load_study(path.parent.name, root)
        settings = read_settings(study)
        groups = groups_for(settings.case(read_model(study), study.register), settings, read_stipulated(root))
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        content["correlated"] = [group.model_dump(mode="json") for group in groups]
        path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
