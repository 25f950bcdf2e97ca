"""What the sources report of their qualitative work: published statements, reported themes, stakeholder interviews.

Only places, speaker codes and readings in our words are kept; no sentence and no quotation. A theme that is reported
says nothing about how many people raised it unless the source says so, and a theme that is not reported may have been
raised all the same. So nothing here is counted as if it were data: places in a text are listed and counted as places.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import BeforeValidator, Field, StringConstraints

from analysis.coding.codebook import Codebook, Name, Text
from analysis.described import described, inputs_of, saying
from analysis.errors import InputError
from analysis.files import Records, Strict, read_records
from analysis.results import Column, Kind

NOT_TOLD_APART = "focus groups and surveys"
GROUP_EVIDENCE = ("focus groups", NOT_TOLD_APART)
_PLACES = Column("Places", "places")
Line = Annotated[int, Field(gt=0)]
Short = Annotated[Text, StringConstraints(max_length=140)]
Speaker = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{1,3}\d{1,3}$")]
Words = Annotated[tuple[str, ...], BeforeValidator(lambda cell: cell.split() if isinstance(cell, str) else cell)]
Evidence = Literal[
    "focus groups",
    "focus groups and surveys",
    "participants' feedback",
    "questionnaire interviews",
    "interviews",
    "evaluation forms",
    "social return evaluation",
    "observation by the project",
    "expert advisory panel",
    "report of the partners",
    "summary of the authors",
    "conclusion of the authors",
    "conclusion of the report",
]


class _Record(Strict):
    line: Line
    section: Name
    code: str


class Statement(_Record):
    """One code that a published statement supports; `line` of the source file; `reading` is ours."""

    statement_id: Name
    speaker: Speaker
    reading: Short = ""


class Theme(_Record):
    """One place where a source reports a theme.

    `evidence` is what the place rests on, `frequency` the word it uses (empty where it says nothing of how many),
    `statement` what is said in our words, `quantity` the claim that measures it, where there is one.
    """

    theme_id: Name
    evidence: Evidence
    frequency: Short = ""
    statement: Short
    quantity: str = ""


class StakeholderTheme(_Record):
    """A theme of the stakeholder interviews, with the objectives of the social impact matrix it bears on."""

    theme_id: Name
    frequency: Short = ""
    statement: Short
    objectives: Words = ()


def read_statements(path: Path, name: str, codebook: Codebook) -> Records[Statement]:
    """The published statements, one row for each code: statement_id, line, section, speaker, code, reading.

    Raises InputError for a code that is not in the codebook, two speakers of one statement, and cells that do not fit.
    """
    statements = read_records(path, name, Statement)
    _check_codes(name, statements, codebook)
    speaker = {}
    for row, statement in enumerate(statements, start=2):
        if speaker.setdefault(statement.statement_id, statement.speaker) != statement.speaker:
            found = f"statement '{statement.statement_id}' with a second speaker"
            action = "correct the speaker or the id"
            raise InputError(name, row=row, column="speaker", found=found, expected="one speaker", action=action)
    return statements


def read_themes(path: Path, name: str, codebook: Codebook) -> Records[Theme]:
    """The reported themes, one row for each place: see `Theme`. Raises InputError as `read_statements` does."""
    themes = read_records(path, name, Theme)
    _check_codes(name, themes, codebook)
    return themes


def read_stakeholder_themes(path: Path, name: str, codebook: Codebook) -> Records[StakeholderTheme]:
    """The themes of the stakeholder interviews, as reported. Raises InputError as `read_statements` does."""
    themes = read_records(path, name, StakeholderTheme)
    _check_codes(name, themes, codebook)
    return themes


def _check_codes(name: str, records: Sequence[_Record], codebook: Codebook) -> None:
    for row, record in enumerate(records, start=2):
        if record.code not in codebook.codable:
            expected = f"a code of the codebook (version {codebook.version}) that may be applied"
            action = "correct the code, or add it to the codebook"
            raise InputError(name, row=row, column="code", found=f"'{record.code}'", expected=expected, action=action)


_SAID = {
    "speaker": Column("Speaker code"),
    "themes": Column("Themes it supports"),
    "section": Column("Section of the source"),
    "line": Column("Source line"),
}


@described(Kind.RECOMPUTED, _SAID, header="Statement", words=tuple(_SAID))
def statement_table(statements: Sequence[Statement], codebook: Codebook) -> pd.DataFrame:
    """Which themes each published statement supports (index: statement_id): speaker, themes, line, section."""
    frame = _frame(statements, Statement).assign(theme=lambda rows: _names(rows["code"], codebook))
    grouped = frame.groupby("statement_id", sort=False)
    table = grouped.agg(speaker=("speaker", "first"), themes=("theme", "; ".join), line=("line", "first"))
    return table.assign(section=grouped["section"].first())


@described(
    Kind.RECOMPUTED,
    rows={
        "published.statements": Column("Published statements", "statements"),
        "published.speakers": Column("Speaker codes among them", "speaker codes"),
        "published.last_letter": Column("Place in the alphabet of the last letter of a speaker code", "letters"),
    },
)
def statement_counts(statements: Sequence[Statement]) -> pd.DataFrame:
    """How many statements by how many speaker codes, and the last of `speaker_letters`: column value."""
    values = {
        "published.statements": len({each.statement_id for each in statements}),
        "published.speakers": len({each.speaker for each in statements}),
        "published.last_letter": int(speaker_letters(statements)["place"].max()),
    }
    return pd.DataFrame({"value": values})


@described(
    Kind.RECOMPUTED,
    rows={
        "published.places": Column("Places at which the source reports a theme", "places"),
        "published.group_places": Column("Places that rest on focus groups", "places"),
        "published.word_places": Column("Places with a word for how many", "places"),
        "published.group_words": Column("Such places that rest on focus groups", "places"),
        "published.codes": Column("Codes that the source reports", "codes"),
        "published.commonest": Column("Places that rest on the commonest basis", "places"),
    },
)
def theme_counts(themes: Sequence[Theme]) -> pd.DataFrame:
    """How many places report a theme, and what they rest on: column value."""
    places = _frame(themes, Theme)
    groups, worded = places["evidence"].isin(GROUP_EVIDENCE), places["frequency"] != ""
    values = {
        "places": len(places),
        "group_places": groups.sum(),
        "word_places": worded.sum(),
        "group_words": (groups & worded).sum(),
        "codes": places["code"].nunique(),
        "commonest": places["evidence"].value_counts().max(),
    }
    return pd.DataFrame({"value": {f"published.{name}": int(value) for name, value in values.items()}})


@described(Kind.RECOMPUTED, {"places": _PLACES}, header="Rests on", named="name")
def evidence_counts(themes: Sequence[Theme]) -> pd.DataFrame:
    """Places in the text by what they rest on (index), the commonest first, then by alphabet: places, name."""
    counts = _frame(themes, Theme).groupby("evidence").size().sort_index().sort_values(ascending=False, kind="stable")
    return counts.to_frame("places").assign(name=counts.index.str.capitalize())


@described(
    Kind.RECOMPUTED,
    {
        "statements": Column("Statements", "statements"),
        "places": Column("Places in the text", "places"),
        "evidence": Column("Which rest on"),
        "frequency": Column("The source's words for how many"),
        "lines": Column("Source lines"),
    },
    header="Code",
    words=("evidence", "frequency", "lines"),
    named="name",
    group="theme",
)
def published_themes(
    themes: Sequence[Theme], codebook: Codebook, statements: Sequence[Statement] | None = None
) -> pd.DataFrame:
    """What is published on each theme (index: code id; only themes with anything).

    Columns: name, theme (topmost code), places (where the text reports it), evidence (what these rest on), frequency (the
    words the text uses for how many; left out where there are none), lines (of the source file); with statements also
    statements (that support it) and speakers (different speaker codes among them).
    """
    said, told = _frame(statements or (), Statement), _frame(themes, Theme)
    counts = pd.DataFrame(
        {
            "statements": said.groupby("code")["statement_id"].nunique(),
            "speakers": said.groupby("code")["speaker"].nunique(),
            "places": told.groupby("code").size(),
        }
    )
    texts = told.groupby("code").agg(evidence=("evidence", _listed), frequency=("frequency", _listed))
    lines = pd.concat([said, told]).groupby("code")["line"].agg(_lines)
    order = [code for code in codebook.by_id if code in counts.index]
    table = counts.reindex(order).fillna(0).astype("int64").join(texts).join(lines.rename("lines")).fillna("")
    names = codebook.table().loc[order, ["name", "theme"]]
    unused = [
        *(() if statements else ("statements", "speakers")),
        *(() if table["frequency"].any() else ("frequency",)),
    ]
    return names.join(table.drop(columns=unused)).rename_axis("code")


@dataclass(frozen=True)
class Programmes:
    """Studies whose sources are coded with one codebook: their titles and the themes they report, by id."""

    titles: Mapping[str, str]
    themes: Mapping[str, Sequence[Theme]]

    @property
    def inputs(self) -> tuple[str, ...]:
        """The files that the themes were read from."""
        return tuple(name for found in self.themes.values() for name in inputs_of(found))


@described(Kind.RECOMPUTED, {}, header="Code", named="name", group="theme")
def programmes_compared(programmes: Programmes, codebook: Codebook) -> pd.DataFrame:
    """Their themes `side_by_side`."""
    columns: dict[str, Column] = {}
    for study, title in programmes.titles.items():
        columns[f"places_{study}"] = Column(f"{title}: places", "places")
        columns[f"evidence_{study}"] = Column(f"{title}: rest on")
    words = tuple(name for name in columns if name.startswith("evidence"))
    return saying(side_by_side(programmes.themes, codebook), columns=columns, words=words)


@described(
    Kind.RECOMPUTED,
    rows={
        "both.both": Column("Codes that both report", "codes"),
        "both.only_first": Column("Codes that the first alone reports", "codes"),
        "both.only_second": Column("Codes that the second alone reports", "codes"),
    },
)
def programmes_counted(programmes: Programmes) -> pd.DataFrame:
    """How many codes both, the first or the second of two programmes report, and at how many places: column value."""
    first, second = ({theme.code for theme in found} for found in programmes.themes.values())
    values = {"both": len(first & second), "only_first": len(first - second), "only_second": len(second - first)}
    rows = {}
    for study, themes in programmes.themes.items():
        groups = sum(theme.evidence in GROUP_EVIDENCE for theme in themes)
        values |= {f"{study}.places": len(themes), f"{study}.groups": groups}
        rows[f"both.{study}.places"] = Column("Places that report a theme", "places")
        rows[f"both.{study}.groups"] = Column("Of these, places that rest on focus groups", "places")
    return saying(pd.DataFrame({"value": {f"both.{name}": value for name, value in values.items()}}), rows=rows)


def side_by_side(themes: Mapping[str, Sequence[Theme]], codebook: Codebook) -> pd.DataFrame:
    """Which themes each programme's source reports, coded with one codebook (index: code id).

    Columns: name, theme, and for each study places_<study> and evidence_<study>. It bears the statement that a source reports a theme or does not report it, and no more: the sources differ
    in length, purpose and method, one reader assigned the codes, and what is not reported may still have been said.
    """
    reported = {theme.code for found in themes.values() for theme in found}
    order = [code for code in codebook.codable if code in reported]
    table = codebook.table().loc[order, ["name", "theme"]].rename_axis("code")
    for study, found in themes.items():
        grouped = _frame(found, Theme).groupby("code")
        table[f"places_{study}"] = grouped.size().reindex(order, fill_value=0)
        table[f"evidence_{study}"] = grouped["evidence"].agg(_listed).reindex(order, fill_value="")
    return table


_REPORTED = {
    "statement": Column("What is reported"),
    "theme": Column("Code"),
    "frequency": Column("The source's words for how many"),
    "line": Column("Source line"),
}


@described(Kind.RECOMPUTED, rows={"interviews.themes": Column("Themes of the stakeholder interviews", "themes")})
def interview_counts(themes: Sequence[StakeholderTheme]) -> pd.DataFrame:
    """How many themes the interviews with stakeholders brought up: column value."""
    return pd.DataFrame({"value": {"interviews.themes": len(themes)}})


@described(Kind.RECOMPUTED, _REPORTED, header="Theme", words=tuple(_REPORTED))
def stakeholder_table(themes: Sequence[StakeholderTheme], codebook: Codebook) -> pd.DataFrame:
    """The stakeholder themes as reported (index: theme_id): theme, statement, frequency, objectives, line, section."""
    frame = _frame(themes, StakeholderTheme).set_index("theme_id")
    frame = frame.assign(theme=_names(frame["code"], codebook), objectives=frame["objectives"].map(", ".join))
    return frame[["theme", "statement", "frequency", "objectives", "line", "section"]]


def speaker_letters(statements: Sequence[Statement]) -> pd.DataFrame:
    """The letters that open the speaker codes (index: letter): speakers, and place in the alphabet.

    What the letters mean is not printed. If they number groups, the place of the last one is the least number of
    groups there must have been.
    """
    speakers = sorted({statement.speaker for statement in statements})
    letters = pd.Series([speaker[0].upper() for speaker in speakers]).value_counts().sort_index()
    places = [ord(letter) - ord("A") + 1 for letter in letters.index]
    return pd.DataFrame({"speakers": letters.to_numpy(), "place": places}, index=pd.Index(letters.index, name="letter"))


def _frame(records: Sequence[_Record], model: type[_Record]) -> pd.DataFrame:
    return pd.DataFrame([record.model_dump() for record in records], columns=list(model.model_fields))


def _names(codes: pd.Series, codebook: Codebook) -> pd.Series:
    return codes.map(codebook.names)


def _listed(words: pd.Series) -> str:
    return "; ".join(dict.fromkeys(word for word in words if word))


def _lines(lines: pd.Series) -> str:
    return ", ".join(map(str, sorted(set(lines))))
