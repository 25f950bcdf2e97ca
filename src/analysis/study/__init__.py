"""Finds a study's files, validates them, and hands out typed tables and the assumption register."""

import os
from calendar import month_name
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from analysis.errors import InputError
from analysis.files import Strict, read_csv, read_yaml, shown, validate
from analysis.output import output_folder
from analysis.study.authors import DOI, Author
from analysis.study.claims import Claim, Document, Ledger, Text, read_claims
from analysis.study.measured import in_force
from analysis.study.register import Assumption, Register, read_register

__all__ = [
    "Assumption",
    "Claim",
    "Ledger",
    "Register",
    "Study",
    "StudyInfo",
    "check_files",
    "find_root",
    "load_study",
    "readable_studies",
    "study_ids",
]

_ABOUT, _LAYOUT = "README.md", "records.yaml"  # in a folder of records, and no records

DateText = Annotated[str, BeforeValidator(str), Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]


class Period(Strict):
    """First and last day, month or year of a programme."""

    start: DateText = Field(description="first day, month or year: yyyy, yyyy-mm or yyyy-mm-dd")
    end: DateText = Field(description="last day, month or year, likewise")

    @property
    def words(self) -> str:
        """The period as a reader says it.

        >>> Period(start="2012-11", end="2014").words, Period(start="2017-07-01", end="2023-03-31").words
        ('November 2012 to 2014', '1 July 2017 to 31 March 2023')
        """
        return f"{_said(self.start)} to {_said(self.end)}"


def _said(written: str) -> str:
    year, *rest = (int(part) for part in written.split("-"))
    month = [month_name[number] for number in rest[:1]]
    return " ".join([*(str(day) for day in rest[1:]), *month, str(year)])


class StudySource(Strict):
    """The publication a study works from."""

    producer: str = Field(description="who published it")
    title: str = Field(description="title of the publication")
    published: Annotated[str | None, BeforeValidator(lambda value: value if value is None else str(value))] = Field(
        default=None, description="year or date of publication"
    )
    address: str | None = Field(default=None, description="web address or DOI")
    licence: str = Field(default="figures cited", description="terms of use")
    text: Text | None = Field(default=None, description="the text of it whose lines the ledger counts")


StudyId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class StudyInfo(Strict):
    """What study.yaml says of a study."""

    id: StudyId = Field(description="the folder's name")
    title: str = Field(description="short title, as pages show it")
    programme: str = Field(default="", description="the programme in one sentence")
    place: str = Field(default="", description="city or region")
    period: Period | None = Field(default=None, description="first and last day, month or year")
    people: str = Field(
        default="", pattern=r"^([A-Z]{2,4}-\d{3,})?$", description="claim that says how many people took part"
    )
    source: StudySource = Field(description="the publication the study works from")
    documents: tuple[Document, ...] = Field(default=(), description="further documents that claims are published in")
    claim_prefix: str = Field(pattern=r"^[A-Z]{2,4}$", description="capital letters every claim id starts with")
    currency: str = Field(
        default="GBP", pattern=r"^[A-Z]{3}$", description="ISO code of the currency that the study's figures are in"
    )
    themes_beside: tuple[StudyId, StudyId] | None = Field(
        default=None,
        description="ids of two studies coded with one codebook, this one among them, whose published themes stand side by side",
    )
    example: bool = Field(default=False, description="true for synthetic records, which are marked on every page")
    authors: tuple[Author, ...] = Field(
        default=(), description="authors of this rerun, not of the source; without them those of CITATION.cff"
    )
    version: str | None = Field(default=None, min_length=1, description="version of this study, in quotation marks")
    date: Annotated[str, BeforeValidator(str), Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = Field(
        default=None, description="day on which this version came out: yyyy-mm-dd"
    )
    doi: str | None = Field(
        default=None, pattern=DOI, description="DOI of this version, such as 10.5281/zenodo.1234567"
    )

    @property
    def all_documents(self) -> tuple[Document, ...]:
        """The source, under an empty id, and the further documents."""
        source = self.source.model_dump(include={"title", "published", "address", "text"})
        return (Document.model_construct(id="", **source | {"text": self.source.text}), *self.documents)

    @property
    def setting(self) -> str:
        """Where and when, as pages open."""
        return ", ".join(filter(None, (self.place, self.period.words if self.period else "")))


@dataclass(frozen=True)
class Study:
    """One study: its folder, its description, and its tables, each read and checked when first asked for."""

    root: Path
    info: StudyInfo

    @property
    def id(self) -> str:
        """The study's id, which names its folders."""
        return self.info.id

    @property
    def raw(self) -> Path:
        """Folder of the study's raw data; never written to."""
        return self.root / "data" / "raw" / self.id

    @property
    def processed(self) -> Path:
        """Folder of the study's results."""
        return self.root / "data" / "processed" / self.id

    @property
    def output(self) -> Path:
        """Folder of what a notebook writes: that of results, or of drafts where a person runs it."""
        return output_folder(self.root, self.id)

    @property
    def records_folder(self) -> Path:
        """Folder of what a research team adds, participant files above all; a worked example has made-up ones there."""
        return self.raw / "records"

    def name(self, file: str) -> str:
        """A raw file's name as messages show it."""
        return shown(self.raw / file, self.root)

    def check_claims(self, file: str, named: Iterable[str]) -> None:
        """InputError, once for all of them, for ids in a raw file that are no claims."""
        unknown = sorted(set(named) - set(self.claims.claims))
        if unknown:
            raise InputError(
                self.name(file),
                column=", ".join(unknown),
                found="an id that is no claim of this study"
                if len(unknown) == 1
                else "ids that are no claims of this study",
                expected="ids of claims.csv",
                action="correct the id",
            )

    @cached_property
    def claims(self) -> Ledger:
        """The ledger of claims."""
        return read_claims(
            self.raw / "claims.csv", self.name("claims.csv"), self.info.claim_prefix, self.info.all_documents
        )

    @cached_property
    def register(self) -> Register:
        """The assumption register."""
        return read_register(self.raw / "assumptions.yaml", self.name("assumptions.yaml"), self.claims)

    @cached_property
    def in_force(self) -> Register:
        """The register with the values that the study's own records measured in place of those written."""
        return in_force(self.register, self.processed / "results", lambda: self.has_records)

    @property
    def has_records(self) -> bool:
        """Whether a research team has put anything into the study's folders of records."""
        folders = (self.records_folder, self.raw / "management_information")
        files = (path for folder in folders if folder.is_dir() for path in folder.iterdir())
        return any(not path.name.startswith(".") and path.name not in (_ABOUT, _LAYOUT) for path in files)

    def table(self, file: str, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
        """A small CSV table of the study as (row number, {column: text})."""
        return read_csv(self.raw / file, self.name(file), columns)

    def document(self, file: str) -> Any:
        """A small YAML file of the study."""
        return read_yaml(self.raw / file, self.name(file))


def find_root(start: Path | None = None) -> Path:
    """The project's folder: the nearest one at or above `start` (default: the working directory) with params.yaml."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "params.yaml").is_file() and (folder / "data" / "raw").is_dir():
            return folder
    raise InputError(
        "params.yaml",
        found="no project folder above the working directory",
        expected="a folder with params.yaml and data/raw",
        action="run the command inside the project",
    )


def study_ids(root: Path) -> tuple[str, ...]:
    """Ids of the studies that have a study.yaml, sorted."""
    return tuple(sorted(path.parent.name for path in (root / "data" / "raw").glob("*/study.yaml")))


def readable_studies(root: Path) -> list[Study]:
    """The studies whose study.yaml can be read, by id; what is wrong with another, its own runs say."""
    found = []
    for study_id in study_ids(root):
        with suppress(InputError):
            found.append(load_study(study_id, root))
    return found


def check_files(root: Path, study_id: str) -> None:
    """InputError for what lies in a file's place and is none, as a link to a disk that is not there: it would count as missing.

    Asked once for a run and by `check`, not by whatever opens a study, which would then depend on the names of all files.
    """
    raw = root / "data" / "raw"
    folders = (raw / study_id, raw / study_id / "records", raw / study_id / "management_information")
    places = [path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir())]
    for path in (*places, raw / "overviews" / f"{study_id}.yaml"):
        if path.name.startswith(".") or path.is_file() or not os.path.lexists(path):  # editors have links of their own
            continue
        if not path.is_dir() or path.suffix in (".csv", ".yaml"):
            raise InputError(
                shown(path, root),
                found=_instead(path),
                expected="a file",
                action="put the file itself in its place, or take this away",
            )


def _instead(path: Path) -> str:
    """What lies in the place of a file."""
    return "a folder" if path.is_dir() else "a device or a pipe" if path.exists() else "a link that leads nowhere"


def load_study(study_id: str, root: Path | None = None) -> Study:
    """Open a study by id; InputError lists the known ones if there is none of that id."""
    root = root or find_root()
    path = root / "data" / "raw" / study_id / "study.yaml"
    if not path.is_file():
        raise InputError(
            f"data/raw/{study_id}/study.yaml",
            found="no such study",
            expected=f"one of {', '.join(study_ids(root))}",
            action="correct the id, or add the study (docs/adding-a-study.md)",
        )
    info = validate(StudyInfo, read_yaml(path, shown(path, root)), shown(path, root), None)
    if info.id != study_id:
        raise InputError(
            shown(path, root),
            column="id",
            found=repr(info.id),
            expected=f"{study_id!r}, the folder's name",
            action="make the id and the folder's name the same",
        )
    return Study(root, info)
