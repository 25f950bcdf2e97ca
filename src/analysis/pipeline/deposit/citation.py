"""CITATION.cff as a typed record: the fields of the Citation File Format 1.2.0 that this project uses, and no others."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from analysis.files import read_yaml, validate

FILE = "CITATION.cff"
Text = Annotated[str, BeforeValidator(str), Field(min_length=1)]


class Author(BaseModel):
    """A person (family and given names) or an entity (name)."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name: Text | None = None
    family: Text | None = Field(default=None, alias="family-names")
    given: Text | None = Field(default=None, alias="given-names")
    orcid: str | None = Field(default=None, pattern=r"^https://orcid\.org/\d{4}-\d{4}-\d{4}-\d{3}[\dX]$")
    website: str | None = Field(default=None, pattern=r"^https?://")

    @property
    def sort(self) -> str:
        """What the author is, in the words of schema.org."""
        return "Organization" if self.name else "Person"

    @property
    def words(self) -> str:
        """The name as it is read."""
        return self.name or " ".join(filter(None, (self.given, self.family)))

    @property
    def address(self) -> str:
        """ORCID or web site, if there is one."""
        return self.orcid or self.website or ""


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
    doi: str | None = Field(default=None, pattern=r"^10\.\d{4,9}(\.\d+)?/\S+$")


def read_citation(root: Path) -> Citation:
    """The citation file; InputError names the field that the format does not allow."""
    return validate(Citation, read_yaml(root / FILE, FILE), FILE, None)
