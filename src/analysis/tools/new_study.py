"""`analysis new-study`: a folder of commented skeletons, each of which counts once it holds more than comments."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from analysis.errors import InputError
from analysis.files import read_yaml, shown
from analysis.results import write_text
from analysis.study import readable_studies

SKELETONS = Path(__file__).with_name("skeletons.yaml")
ID = re.compile(r"[a-z][a-z0-9_]*")
_RESERVED = ("reference", "overviews")
_OF_CLAIMS = ("sroi", "before-after", "targets")  # whose cells are ids of claims


def choices() -> tuple[str, ...]:
    """What `--with` takes."""
    return tuple(name for name in read_yaml(SKELETONS, SKELETONS.name) if name != "study")


def new_study(root: Path, study_id: str, chosen: Sequence[str] = (), records: Path | None = None) -> list[Path]:
    """Write `data/raw/<study_id>` with the files of each choice (all but census, monitoring, records if there are none).

    `records` is a folder with a team's own exports. Raises InputError, and then writes nothing, for an id that cannot be or
    is taken, and for an unknown choice.
    """
    skeletons = read_yaml(SKELETONS, SKELETONS.name)
    wanted = list(chosen) or ([] if records else ["claims"])
    wanted = list(dict.fromkeys([*(["claims"] if set(wanted) & set(_OF_CLAIMS) else []), *wanted]))
    _check(root, study_id, wanted, tuple(skeletons))
    folder = root / "data" / "raw" / study_id
    values = {
        "{id}": study_id,
        "{title}": study_id.replace("_", " ").capitalize(),
        "{prefix}": free_prefix(root, study_id),
    }
    texts = {file: text for name in ("study", *wanted) for file, text in skeletons[name].items()}
    try:
        for file, text in texts.items():
            write_text(folder / file, _with(text, values))
        if records is not None:
            from analysis.tools.own_records import start

            start(root, study_id, records)
    except BaseException:  # a full disk, or Ctrl-C, leaves no half of a study either
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _check(root: Path, study_id: str, wanted: Sequence[str], known: tuple[str, ...]) -> None:
    if not ID.fullmatch(study_id) or study_id in _RESERVED:
        raise InputError(
            "the command line",
            column="ID",
            found=repr(study_id),
            expected="small letters, digits and underscores, a letter first",
            action="write it as in analysis new-study volunteering",
        )
    if (root / "data" / "raw" / study_id).exists():
        raise InputError(
            shown(root / "data" / "raw" / study_id, root),
            found="a folder of this name",
            expected="none yet",
            action=f"choose another id, or see what it holds with analysis check {study_id}",
        )
    if unknown := [name for name in wanted if name not in known or name == "study"]:
        raise InputError(
            "the command line",
            column="--with",
            found=", ".join(map(repr, unknown)),
            expected=f"some of {', '.join(name for name in known if name != 'study')}",
            action="correct the list; a comma stands between two, with no space",
        )


def _with(text: str, values: dict[str, str]) -> str:
    for mark, value in values.items():
        text = text.replace(mark, value)
    return text


def free_prefix(root: Path, study_id: str) -> str:
    """Capital letters for the ids of claims that no other study has: the words' first letters, or two to four others."""
    taken = {study.info.claim_prefix for study in readable_studies(root)}
    letters = re.sub("[^A-Z]", "", study_id.upper())
    words = re.sub("[^A-Z]", "", "".join(word[:1] for word in study_id.upper().split("_")))
    tried = [
        words[:4],
        *(letters[:length] for length in (2, 3, 4)),
        *(f"{letters[:2]}{last}" for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ]
    fits = (each if len(each) > 1 else f"{each}X" for each in tried)
    return next(each for each in fits if re.fullmatch("[A-Z]{2,4}", each) and each not in taken)
