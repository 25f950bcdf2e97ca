"""Where the raw data come from: of every file its source, its terms, and whether the repository holds it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from analysis.files import read_yaml, shown, validate
from analysis.pipeline import team_files
from analysis.pipeline.lock import Recorded
from analysis.pipeline.provenance import files_at
from analysis.study import StudyInfo, readable_studies

OPEN_GOVERNMENT = "Open Government Licence v3.0"
Text = Annotated[str, BeforeValidator(str)]


class OriginFile(BaseModel):
    """What stands in the origin file beside a table of public statistics."""

    model_config = ConfigDict(frozen=True, extra="allow")

    table: Text
    title: Text
    producer: Text
    published: Text
    address: Text
    licence: Text
    note: Text = ""


@dataclass(frozen=True)
class Origin:
    """A source of data: who published what, when and where, and on what terms its figures are used here."""

    title: str
    producer: str
    published: str
    addresses: tuple[str, ...]
    licence: str
    note: str = ""

    @property
    def open_government(self) -> bool:
        """Whether the Open Government Licence covers it."""
        return self.licence.startswith(OPEN_GOVERNMENT)


@dataclass(frozen=True)
class RawFile:
    """A raw file: its path in the project, its source, and whether it goes out with the repository."""

    path: str
    origin: Origin
    provided: bool = True


OWN = Origin(
    "Settings and reasons of this project",
    "this project",
    "",
    (),
    "CC BY 4.0",
    "Sources of single values stand in the file.",
)
RECORDS_OF_A_TEAM = Origin(
    "Records of a programme's participants",
    "the research team that holds them",
    "",
    (),
    "confidential: the research team's, on the terms its participants agreed to",
)


def raw_files(root: Path, recorded: Iterable[Recorded]) -> list[RawFile]:
    """Every raw file that a recorded stage read and that may be named, sorted by path.

    Raises InputError for an origin file that lacks a field.
    """
    places = sorted({item.path for stage in recorded for item in stage.inputs if item.path.startswith("data/raw/")})
    files = {path for path in files_at(*(root / place for place in places)) if path.name != "README.md"}
    studies = {study.id: study.info for study in readable_studies(root)}
    named = team_files.told(shown(path, root) for path in sorted(files))
    return [_raw_file(root, root / path, studies) for path in named]


def _raw_file(root: Path, path: Path, studies: dict[str, StudyInfo]) -> RawFile:
    name, study = shown(path, root), studies.get(path.relative_to(root / "data" / "raw").parts[0])
    if study and not study.example and team_files.is_kept(name):
        return RawFile(name, RECORDS_OF_A_TEAM, provided=False)
    beside = path.with_name(path.name.split(".")[0] + ".origin.yaml")
    if beside.is_file():
        return RawFile(name, _read(beside, root))
    return RawFile(name, _published(study) if study else OWN)


def _read(path: Path, root: Path) -> Origin:
    given = validate(OriginFile, read_yaml(path, shown(path, root)), shown(path, root), None)
    addresses = tuple(part.strip() for part in given.address.split(";"))
    return Origin(
        f"{given.title}: {given.table}", given.producer, given.published, _web(addresses), given.licence, given.note
    )


def _published(study: StudyInfo) -> Origin:
    source = study.source
    return Origin(source.title, source.producer, source.published or "", _web((source.address or "",)), source.licence)


def _web(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """The web addresses among them, each without the remark that may follow it."""
    return tuple(part.split()[0] for part in addresses if part.startswith(("https://", "http://")))
