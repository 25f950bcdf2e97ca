"""What was published of people before: who was among them and with which settings, kept on this machine alone.

The same table with and without one person gives that person's answers by subtraction, whatever each hides by itself. So
the last publication is remembered, as hashes with a key that never leaves the machine, and one that differs by fewer people
than the minimum cell is refused unless the team says that the earlier pages were never passed on.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.disclosure.rules import MINIMUM_CELL
from analysis.errors import InputError
from analysis.participants import Status
from analysis.pipeline import team_files
from analysis.pipeline.parameters import parameters_for, planned_runs
from analysis.pipeline.secrets import tables_about_people
from analysis.results import write_text
from analysis.study import Study, readable_studies

FILE = team_files.HOME / "published.json"
AGAIN = "--again"


@dataclass
class Publication:
    """The people of one study's last publication, each by keyed hashes: of which questions they answered, and of what.

    `settings` are those of every publication from these records so far, by notebook and parameter.
    """

    people: dict[str, list[str]] = field(default_factory=dict)
    settings: list[dict[str, Any]] = field(default_factory=list)


def check_earlier(root: Path, again: Collection[str] = ()) -> list[str]:
    """What to tell before the studies are published again; nothing is written.

    Raises InputError if fewer people than the minimum cell came, went or changed what they answer since the last time, but
    for the studies in `again`.
    """
    known, lines = _read(root), []
    for study, now in _now(root):
        if study.id in known:
            if study.id not in again:
                _refuse_few(study, known[study.id], now)
            lines += _warnings(study, known[study.id], now)
    return lines


def note_published(root: Path) -> None:
    """Remember what is published now."""
    known = _read(root)
    for study, now in _now(root):
        before = known.get(study.id, Publication())
        settings = [each for each in before.settings if each not in now.settings]
        known[study.id] = Publication(now.people, [*settings, *now.settings])
    if known:
        studies = {name: asdict(each) for name, each in sorted(known.items())}
        write_text(root / FILE, json.dumps({"key": team_files.keyed_text(root, ""), "studies": studies}))


def _read(root: Path) -> dict[str, Publication]:
    if not (root / FILE).is_file():
        return {}
    try:
        content = json.loads((root / FILE).read_text(encoding="utf-8"))
        studies = {name: Publication(**each) for name, each in content["studies"].items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        raise _unusable("something else than the record of the last publication") from None
    if content.get("key") != team_files.keyed_text(root, ""):
        raise _unusable(f"a record made with another key than that in {team_files.KEY.as_posix()}")
    return studies


def _unusable(found: str) -> InputError:
    return InputError(
        FILE.as_posix(),
        found=found,
        expected="the file as the last run wrote it, beside its key",
        action="restore both from a backup; if there is none, compare new pages with those passed on by hand, then delete it",
    )


def _now(root: Path) -> Iterator[tuple[Study, Publication]]:
    """Each study with a team's records, as it would be published."""
    runs = planned_runs(root)
    for study in readable_studies(root):
        people = {} if study.info.example else _people(study)
        if people:
            notebooks = [notebook for notebook, other in runs if other == study.id]
            yield study, Publication(people, [_settings(root, study.id, notebooks)])


def _settings(root: Path, study_id: str, notebooks: list[str]) -> dict[str, Any]:
    """Every parameter of the study's runs that is no seed, as JSON holds it."""
    given = {notebook: parameters_for(root, notebook, study_id).model_dump() for notebook in notebooks}
    named = {
        f"{notebook}: {name}": value
        for notebook, values in given.items()
        for name, value in values.items()
        if name not in ("study", "seed", "draws")
    }
    return dict(json.loads(json.dumps(named)))


def _people(study: Study) -> dict[str, list[str]]:
    """For each person, two keyed hashes: of the cells that hold an answer, and of all cells."""
    parts: dict[str, list[tuple[str, str]]] = {}
    for table in tables_about_people(study):
        if "person_id" in table.values:
            answered = table.status.isin([str(Status.ANSWERED), str(Status.WORDS)])
            patterns, cells = (_joined(frame) for frame in (answered.astype(int), table.values))
            rows = zip(table.values["person_id"], patterns, cells, strict=True)
            for person, pattern, cell in rows:
                parts.setdefault(str(person), []).append((f"{table.name} {pattern}", cell))
    return {
        team_files.keyed_text(study.root, person): [
            team_files.keyed_text(study.root, "\n".join(sorted(column))) for column in zip(*found, strict=True)
        ]
        for person, found in parts.items()
    }


def _joined(rows: pd.DataFrame) -> list[str]:
    return ["\0".join(map(str, row)) for row in rows.itertuples(index=False)]


def _differing(before: Publication, now: Publication, place: int) -> int:
    """How many people are in one of two publications only, or differ in the hash at a place."""
    both = before.people.keys() & now.people.keys()
    return len(before.people.keys() ^ now.people.keys()) + sum(
        before.people[one][place] != now.people[one][place] for one in both
    )


def _refuse_few(study: Study, before: Publication, now: Publication) -> None:
    few, minimum = _differing(before, now, 0), _minimum(now)
    if 0 < few < minimum:
        raise InputError(
            f"data/raw/{study.id}",
            found="records that differ from those published last in who is among them, or who answered what, "
            f"by fewer than {minimum} people",
            expected=f"the same people as in the last publication, or at least {minimum} who came or went",
            action="whoever has both pages could subtract one from the other: wait until more people came or went, or keep "
            f"the earlier pages. If they were never passed on: python -m analysis reproduce {AGAIN} {study.id}",
        )


def _minimum(now: Publication) -> int:
    """The greatest minimum cell of a study's runs."""
    given = [value["minimum_cell"] for name, value in now.settings[0].items() if name.endswith(": disclosure")]
    return max([MINIMUM_CELL, *given])


def _warnings(study: Study, before: Publication, now: Publication) -> Iterator[str]:
    changed = _differing(before, now, 1)
    if 0 < changed < _minimum(now) and not _differing(before, now, 0):
        yield (
            f"{study.id}: answers of fewer than {_minimum(now)} people changed since the last publication; "
            "the two pages together may tell them. Pass on only one of them."
        )
    (settings,) = now.settings
    others = {
        name for each in before.settings for name in each.keys() | settings if each.get(name) != settings.get(name)
    }
    if others and before.people.keys() & now.people.keys():
        yield (
            f"{study.id}: published from the same people before with other settings ({', '.join(sorted(others))}); "
            "what one page hides the other may show. Pass on only one of them."
        )
