"""Who wrote something, in the words of CITATION.cff: a person or a group, with ORCID and affiliation."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

ORCID = "https://orcid.org/"
_FORM = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]")
DOI = r"^10\.\d{4,9}(\.\d+)?/\S+$"
Text = Annotated[str, BeforeValidator(str), Field(min_length=1)]


def check_character(digits: str) -> str:
    """The last character of an ORCID from the fifteen digits before it (ISO 7064, MOD 11-2; support.orcid.org).

    >>> check_character("000000021825009"), check_character("000000021694233")
    ('7', 'X')
    """
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total % 11) % 11]


def _orcid(text: str) -> str:
    """An ORCID as an address; ValueError for one with a wrong form or check character."""
    plain = text.removeprefix(ORCID)
    if not _FORM.fullmatch(plain):
        raise ValueError("an ORCID such as 0000-0002-1825-0097")
    digits = plain.replace("-", "")
    if digits[-1] != check_character(digits[:-1]):
        raise ValueError("an ORCID whose last character fits the digits before it (one of them is mistyped)")
    return ORCID + plain


class Author(BaseModel):
    """A person (`family-names`, `given-names`) or a group (`name`)."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name: Text | None = Field(default=None, description="name of a group or an organisation")
    family: Text | None = Field(default=None, alias="family-names", description="family names of a person")
    given: Text | None = Field(default=None, alias="given-names", description="given names of a person")
    orcid: Annotated[str, AfterValidator(_orcid)] | None = Field(
        default=None, description="ORCID, alone or as an address; its last character is checked"
    )
    affiliation: Text | None = Field(default=None, description="where the author works")
    website: str | None = Field(default=None, pattern=r"^https?://", description="web address")

    @model_validator(mode="before")
    @classmethod
    def _named(cls, values: Any) -> Any:
        if isinstance(values, dict) and bool(values.get("name")) == bool(
            values.get("family-names") or values.get("family")
        ):
            raise ValueError("either family-names (of a person) or name (of a group)")
        return values

    @property
    def sort(self) -> str:
        """What the author is, in the words of schema.org."""
        return "Organization" if self.name else "Person"

    @property
    def words(self) -> str:
        """The name as it is read."""
        return self.name or " ".join(filter(None, (self.given, self.family)))

    @property
    def sorted_name(self) -> str:
        """The name as lists of references have it.

        >>> Author(family="Noor", given="Asha").sorted_name, Author(name="A team").sorted_name
        ('Noor, Asha', 'A team')
        """
        return self.name or ", ".join(filter(None, (self.family, self.given)))

    @property
    def address(self) -> str:
        """ORCID or web site, if there is one."""
        return self.orcid or self.website or ""

    def cff(self) -> dict[str, str]:
        """The author as CITATION.cff has it."""
        return {key: text for key, text in self.model_dump(by_alias=True).items() if text}
