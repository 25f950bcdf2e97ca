"""How to cite a study, or the whole repository: in words, as BibTeX, as RIS, and as a CITATION.cff of its own.

Who, what, when come from study.yaml; what it does not say, from CITATION.cff of the whole repository, and what neither says is
left out. The authors of a rerun are never those of its source, which every form names beside.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analysis.study.authors import Author

TYPES = {"software": ("COMP", "Software"), "dataset": ("DATA", "Data set")}  # in RIS, in words
_BIBTEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "&%$#_"},
}


@dataclass(frozen=True)
class Cited:
    """What is cited: `title` is the study's, `whole` that of the repository it is part of, if any; `commit` may be unknown.

    `source` is the publication that was rerun; `remark` says of synthetic records that they are.
    """

    key: str
    title: str
    whole: str
    authors: tuple[Author, ...]
    version: str
    date: str = ""
    doi: str = ""
    address: str = ""
    commit: str = ""
    sort: str = "software"
    licence: str = ""
    source: str = ""
    remark: str = ""

    @property
    def year(self) -> str:
        """The year of the date; empty without one."""
        return self.date[:4]

    @property
    def part(self) -> str:
        """What it is part of, in words; empty of the whole."""
        return f"In: {self.whole}" if self.whole else ""

    @property
    def link(self) -> str:
        """The DOI as an address, or else that of the repository."""
        return f"https://doi.org/{self.doi}" if self.doi else self.address

    @property
    def state(self) -> str:
        """Version and commit in words."""
        return ", ".join(filter(None, (f"version {self.version}", self.commit and f"commit {self.commit}")))


def in_words(cited: Cited) -> str:
    """One entry of a list of references, as APA orders it."""
    authors = "; ".join(author.sorted_name for author in cited.authors)
    parts = [
        f"{authors} ({cited.year or 'n.d.'})",
        f"{cited.title} ({cited.state})",
        cited.part,
        TYPES[cited.sort][1],
        cited.remark,
        cited.link,
    ]
    return ". ".join(part.rstrip(".") for part in parts if part) + ("" if cited.link else ".")


def bibtex(cited: Cited) -> str:
    """An entry of a BibTeX file; names of groups are kept whole."""
    note = ". ".join(filter(None, (cited.state.capitalize(), cited.part, cited.remark)))
    fields = {
        "author": " and ".join(_bibtex_name(author) for author in cited.authors),
        "title": f"{{{_tex(cited.title)}}}",
        "year": cited.year,
        "version": _tex(cited.version),
        "note": _tex(note),
        "doi": cited.doi,
        "url": cited.link,
    }
    lines = [f"  {name} = {{{text}}}" for name, text in fields.items() if text]
    return f"@misc{{{cited.key},\n" + ",\n".join(lines) + "\n}\n"


def _bibtex_name(author: Author) -> str:
    return f"{{{_tex(author.name)}}}" if author.name else _tex(author.sorted_name)


def _tex(text: str) -> str:
    return "".join(_BIBTEX.get(sign, sign) for sign in text)


def ris(cited: Cited) -> str:
    """A record of the RIS format, which reference managers read."""
    dated = cited.date.replace("-", "/")
    lines = [
        ("TY", TYPES[cited.sort][0]),
        *(("AU", author.sorted_name) for author in cited.authors),
        ("TI", cited.title),
        ("T2", cited.whole),
        ("PY", cited.year),
        ("DA", dated),
        ("ET", cited.version),
        ("N1", ". ".join(filter(None, (cited.state.capitalize(), cited.remark)))),
        ("DO", cited.doi),
        ("UR", cited.link),
        ("ER", ""),
    ]
    return "".join(f"{tag}  - {_line(text)}\n" for tag, text in lines if text or tag == "ER")


def _line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def cff(cited: Cited) -> dict[str, Any]:
    """A CITATION.cff (1.2.0) for one study."""
    said = {
        "cff-version": "1.2.0",
        "message": ". ".join(
            filter(None, ("If you use this study, please cite it, and cite the source it reruns", cited.remark))
        )
        + ".",
        "title": f"{cited.title}. In: {cited.whole}",
        "type": cited.sort,
        "authors": [author.cff() for author in cited.authors],
        "version": cited.version,
        "date-released": cited.date,
        "doi": cited.doi,
        "repository-code": cited.address,
        "license": cited.licence,
        "abstract": f"Source: {cited.source}",
    }
    return {key: value for key, value in said.items() if value}


def block(cited: Cited) -> dict[str, Any]:
    """What a page shows of it: who, with ORCID and affiliation, the three forms, and the source."""
    return {
        "authors": [
            {
                "words": author.words,
                "address": author.address,
                "orcid": author.orcid or "",
                "affiliation": author.affiliation or "",
            }
            for author in cited.authors
        ],
        "facts": [*_facts(cited)],
        "words": in_words(cited),
        "forms": [("BibTeX", bibtex(cited)), ("RIS", ris(cited))],
        "source": cited.source,
    }


def _facts(cited: Cited) -> Iterator[tuple[str, str, str]]:
    """Name, text and address of what is known of a version."""
    yield "Version", cited.state.removeprefix("version "), ""
    yield from [("Date", cited.date, "")] if cited.date else ()
    yield from [("DOI", cited.doi, f"https://doi.org/{cited.doi}")] if cited.doi else ()


def study_citation(study: Any, repository: Any, commit: str = "") -> Cited:
    """How to cite a study (`StudyInfo`), as part of the repository, whose CITATION.cff (its record) is given.

    Version, date and DOI are those of the study as soon as it has a version of its own, so that no date stands beside
    another thing's version.
    """
    own = {"version": study.version, "date": study.date, "doi": study.doi}
    of_all = {"version": repository.version, "date": repository.date_released, "doi": repository.doi}
    known: Mapping[str, str | None] = (
        own if study.version else of_all | {key: text for key, text in own.items() if text}
    )
    return Cited(
        key=study.id,
        title=study.title,
        whole=repository.title,
        authors=study.authors or repository.authors,
        **{key: text or "" for key, text in known.items()},
        address=repository.repository_code or "",
        commit=commit,
        sort=repository.type,
        licence=repository.license,
        source=_source(study),
        remark="Synthetic records, not findings" if study.example else "",
    )


def whole_citation(repository: Any, studies: Iterable[Any], commit: str = "") -> Cited:
    """How to cite the repository, by its CITATION.cff, with the sources of its studies (`StudyInfo`) beside it."""
    return Cited(
        key="repository",
        title=repository.title,
        whole="",
        authors=repository.authors,
        version=repository.version,
        date=repository.date_released or "",
        doi=repository.doi or "",
        address=repository.repository_code or "",
        commit=commit,
        sort=repository.type,
        licence=repository.license,
        source="; ".join(dict.fromkeys(_source(study) for study in studies if not study.example)),
    )


def _source(study: Any) -> str:
    told = (study.source.producer, study.source.title, study.source.published, study.source.address)
    return ". ".join(filter(None, told))
