"""CITATION.cff as a typed record: the fields of the Citation File Format 1.2.0 that this project uses, and no others."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from analysis.files import read_yaml, validate
from analysis.study.authors import DOI, Author, Text

FILE = "CITATION.cff"


class Citation(BaseModel):
    """How the repository asks to be cited."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    cff_version: Literal["1.2.0"] = Field(alias="cff-version")
    message: Text
    title: Text
    type: Literal["software", "dataset"] = "software"
    version: Text
    license: Text
    authors: tuple[Author, ...] = Field(min_length=1)
    abstract: Text
    keywords: tuple[Text, ...] = ()
    date_released: str | None = Field(default=None, alias="date-released", pattern=r"^\d{4}-\d{2}-\d{2}$")
    repository_code: str | None = Field(default=None, alias="repository-code", pattern=r"^https?://")
    doi: str | None = Field(default=None, pattern=DOI)


def read_citation(root: Path) -> Citation:
    """The citation file; InputError names the field that the format does not allow."""
    return validate(Citation, read_yaml(root / FILE, FILE), FILE, None)
