"""The fields of the raw files' models against what the attack with hostile texts reaches."""

import csv
import io
import shutil
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
import yaml
from hostile_models import MODELS, named_by_models, text_fields
from hostile_project import PAYLOADS, attack_on, fields, is_closed, is_plain_today, rewrite_to_nowhere, text_files
from pydantic import BaseModel

from analysis.errors import InputError
from analysis.sroi.model import read_model
from analysis.sroi.published import parts, read_published
from analysis.sroi.sensitivity.correlation import matrix
from analysis.sroi.sensitivity.multiverse import multiverse
from analysis.sroi.sensitivity.settings import groups_for, read_settings, read_stipulated
from analysis.study import load_study

ROOT = Path(__file__).resolve().parents[2]
FILLED = {  # by hostile_project.fill
    "*/sensitivity.yaml:correlated.name",
    *(f"*/study.yaml:authors.{field}" for field in ("name", "family-names", "given-names", "affiliation")),
    "*/study.yaml:version",
    "overviews/*:summary.method.say",
    *(f"*/study.yaml:documents.{field}" for field in ("title", "published", "address", "text.name")),
}
NO_MODEL = (
    "not_claims.csv",
    "coded_segments.csv",
    "activities.csv",
    "evidence.csv",
    "outcomes.csv",
    "participants.csv",
    "targets.csv",
    "exits.csv",
    "referrals.csv",
    "questionnaire.csv",
    "attendance.csv",
    "advice_contacts.csv",
)


def test_text_fields_of_a_model():
    class Inner(BaseModel):
        words: str | None
        number: float

    class Outer(BaseModel):
        names: tuple[str, ...]
        by_key: dict[str, Inner]
        either: float | str
        flag: bool = False

    assert list(text_fields(Outer)) == ["names", "by_key.*.words", "either"]
    assert list(text_fields(Inner, "a")) == ["a.words"]


def test_every_raw_file_of_a_study_has_its_model():
    without = [name for name, path in text_files(ROOT) if not any(fnmatchcase(name, file) for file in MODELS)]
    assert [name for name in without if not name.startswith("reference/") and Path(name).name not in NO_MODEL] == []


def test_every_text_of_every_model_is_attacked_or_closed():
    """Also where today's files hold no text in it: such fields are on the corpus's list, or filled before the attack."""
    standing = [f"{name}:{field}" for name, path in text_files(ROOT) for field in fields(path)]
    reached = [name for name in named_by_models() if any(fnmatchcase(there, name) for there in standing)]
    assert len(reached) > 150
    left = set(named_by_models()) - set(reached)
    assert {name for name in left if not is_closed(name) and not is_plain_today(name)} == FILLED


@pytest.mark.parametrize(
    "name",
    [
        "coproduction/study.yaml",
        "coproduction/assumptions.yaml",
        "coproduction/codebook.yaml",
        "connecting_opportunities/assumptions.yaml",
        "params.yaml",
    ],
)
def test_what_is_plain_today_is_attacked(name):
    hit = attack_on(name)
    rewrite_to_nowhere(ROOT / name if name == "params.yaml" else ROOT / "data" / "raw" / name, hit)
    attacked = {f"{name}:{field}" for found in hit.used.values() for field in found}
    if name == "params.yaml":
        assert {field.rpartition(".")[2] for field in attacked} == {"reason"}
    else:
        assert any(map(is_plain_today, attacked))


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """The inputs of one study in a folder of its own."""
    root = tmp_path_factory.mktemp("project")
    shutil.copy(ROOT / "params.yaml", root / "params.yaml")
    for name in ("coproduction", "reference"):
        shutil.copytree(ROOT / "data" / "raw" / name, root / "data" / "raw" / name)
    return root


def correlation(study):
    settings = read_settings(study)
    case = settings.case(read_model(study), study.register)
    return matrix(case.varied, groups_for(case, settings, read_stipulated(study.root)))


def universes(study):
    settings = read_settings(study)
    return multiverse(settings.case(read_model(study), study.register), settings.choices[:1])


def printed(study):
    return parts(read_published(study), study)


# Fields that are no free text and stand in no file of today: (file, change of its content, what reads it).
ABSENT = [
    ("study.yaml", lambda content, text: content["period"].update(start=text), lambda study: study.info),
    ("study.yaml", lambda content, text: content["period"].update(end=text), lambda study: study.info),
    (
        "sensitivity.yaml",
        lambda content, text: content.update(correlated=[{"name": "a", "members": [text, "b"]}]),
        correlation,
    ),
    ("sensitivity.yaml", lambda content, text: content["choices"][0]["options"][0].update(only=[text]), universes),
    ("sroi.yaml", lambda content, text: content["parts"][0].update(low=text, high=text), printed),
    ("claims.csv", "value", lambda study: study.claims),
    ("value_map.csv", "start", read_model),
]


@pytest.mark.parametrize("text", [*PAYLOADS.values(), "../../etc/passwd", "x" * 10_000, "1e999", "nan"])
@pytest.mark.parametrize("place", range(len(ABSENT)))
def test_hostile_text_in_a_field_that_is_closed_and_empty_today_is_refused(copy, place, text):
    name, change, reader = ABSENT[place]
    path = copy / "data" / "raw" / "coproduction" / name
    kept = path.read_bytes()
    try:
        _put(path, change, text)
        with pytest.raises(InputError, match="What to do:"):
            reader(load_study("coproduction", copy))
    finally:
        path.write_bytes(kept)
    reader(load_study("coproduction", copy))  # as it was, it is read


def _put(path, change, text):
    if path.suffix == ".yaml":
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        change(content, text)
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
    else:
        header, first, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
        first[header.index(change)] = text
        with path.open("w", encoding="utf-8", newline="") as target:
            csv.writer(target).writerows([header, first, *rows])
