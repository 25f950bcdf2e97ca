"""What the exports of all programs have in common: sources that become groups, and people who get a code."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, count

from analysis.errors import InputError
from analysis.names import is_code, normal

# Endings of the documents that programs for qualitative coding import; another one, as in "Group 1.Leeds", is part of the name.
_ENDINGS = frozenset(
    "aac aiff avi csv doc docx flac gif htm html jpeg jpg m4a m4v md mov mp3 mp4 odt ogg pdf png rtf srt tif tiff txt vtt "
    "wav webm webp wma wmv xls xlsx xml".split()
)
SETTINGS = "records.yaml, under coded_segments"


def group_names(file: str, sources: Sequence[str], groups: Mapping[str, str]) -> list[str]:
    """The group of each source or document: the one that `groups` gives its name, else its name without ending.

    Two sources stay two groups where their names differ by the ending only, or not at all. A source without a name is
    called by its place in the project. Raises InputError for names in `groups` that no source has.
    """
    called = [normal(name) or f"source {place}" for place, name in enumerate(sources, start=1)]
    groups = {normal(name): normal(group) for name, group in groups.items()}
    unknown = [name for name in groups if name not in called and name not in map(_without_ending, called)]
    if unknown:
        raise InputError(
            file,
            found=f"no source called '{unknown[0]}', which {SETTINGS}.groups names",
            expected=f"one of {', '.join(repr(name) for name in called)}",
            action="correct the name there",
        )
    own = iter(_told_apart(called))
    return [groups.get(name, groups.get(_without_ending(name), other)) for name, other in zip(called, own, strict=True)]


def _told_apart(names: list[str]) -> list[str]:
    short = [_without_ending(name) for name in names]
    times = Counter(short)
    told: dict[str, None] = {}
    for name, brief in zip(names, short, strict=True):
        wanted = name if times[brief] > 1 else brief
        numbered = (f"{wanted} ({number})" for number in count(2))
        told[next(each for each in chain([wanted], numbered) if each not in told)] = None
    return list(told)


def _without_ending(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return stem.strip() if dot and stem and ending.lower() in _ENDINGS else name


def person_codes(names: Iterable[str]) -> list[str]:
    """A code for each person of a list: the name where it is a speaker code, else P1, P2 and so on in their order.

    >>> person_codes(["Interview 1", "E6", "P1", "Amina"])
    ['P2', 'E6', 'P1', 'P3']
    """
    names = [_without_ending(name) for name in names]
    free = _free({name for name in names if is_code(name)})
    return [name if is_code(name) else next(free) for name in names]


def _free(taken: set[str]) -> Iterator[str]:
    return (code for number in count(1) if (code := f"P{number}") not in taken)
