"""Published scales: their lowest and highest score, which direction is better, and how a score is made of answers."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from analysis.errors import InputError
from analysis.files import Strict, read_yaml, shown, validate

PLACE = Path("data") / "raw" / "reference" / "scales.yaml"


class PublishedScale(Strict):
    """A scale, its ends and its source."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="name that a study's items use")
    label: str = Field(description="what it is")
    low: int = Field(description="lowest score")
    high: int = Field(description="highest score")
    better: Literal["higher", "lower"] = Field(description="which direction is an improvement")
    source: str = Field(description="where it was published")
    questions: int = Field(
        default=1,
        ge=1,
        description="how many answers, whole numbers with the same ends, add up to the score; 1: the answer is it",
    )

    @property
    def answers(self) -> tuple[int, int]:
        """The lowest and the highest answer to each of its questions."""
        return self.low // self.questions, self.high // self.questions


@cache
def scales(root: Path) -> dict[str, PublishedScale]:
    """The published scales by id; InputError for an entry that does not fit."""
    path = root / PLACE
    entries = [validate(PublishedScale, entry, shown(path, root), None) for entry in read_yaml(path, shown(path, root))]
    return {entry.id: entry for entry in entries}


def scale_of(root: Path, name: str, file: str, column: str) -> PublishedScale:
    """A published scale; InputError, which lists those there are, for another name."""
    known = scales(root)
    if name not in known:
        raise InputError(
            file,
            column=column,
            found=repr(name),
            expected=f"one of {', '.join(known)}, or the lowest and highest score as [low, high]",
            action="correct the name, or give the ends",
        )
    return known[name]
