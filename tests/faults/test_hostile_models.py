"""The fields of the raw files' models against what the attack with hostile texts reaches."""

from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hostile_models import MODELS, named_by_models, text_fields
from hostile_project import attack_on, fields, is_closed, is_plain_today, rewrite_to_nowhere, text_files
from pydantic import BaseModel

ROOT = Path(__file__).resolve().parents[2]
FILLED = {"*/sensitivity.yaml:correlated.name"}  # by hostile_project.fill
NO_MODEL = ("not_claims.csv", "coded_segments.csv", "activities.csv", "evidence.csv", "outcomes.csv", "participants.csv", "targets.csv", "exits.csv", "referrals.csv")


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


@pytest.mark.parametrize("name", ["coproduction/study.yaml", "coproduction/assumptions.yaml", "coproduction/codebook.yaml", "connecting_opportunities/assumptions.yaml", "params.yaml"])
def test_what_is_plain_today_is_attacked(name):
    hit = attack_on(name)
    rewrite_to_nowhere(ROOT / name if name == "params.yaml" else ROOT / "data" / "raw" / name, hit)
    attacked = {f"{name}:{field}" for found in hit.used.values() for field in found}
    if name == "params.yaml":
        assert {field.rpartition(".")[2] for field in attacked} == {"reason"}
    else:
        assert any(map(is_plain_today, attacked))
