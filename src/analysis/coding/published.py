"""What the sources report of their qualitative work: published statements, reported themes, stakeholder interviews.

Only places, speaker codes and readings in our words are kept; no sentence and no quotation. A theme that is reported
says nothing about how many people raised it unless the source says so, and a theme that is not reported may have been
raised all the same. So nothing here is counted as if it were data: places in a text are listed and counted as places.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from analysis.coding.codebook import Codebook, Name, Text
from analysis.errors import InputError
from analysis.files import read_records

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


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

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


def read_statements(path: Path, name: str, codebook: Codebook) -> tuple[Statement, ...]:
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


def read_themes(path: Path, name: str, codebook: Codebook) -> tuple[Theme, ...]:
    """The reported themes, one row for each place: see `Theme`. Raises InputError as `read_statements` does."""
    themes = read_records(path, name, Theme)
    _check_codes(name, themes, codebook)
    return themes


def read_stakeholder_themes(path: Path, name: str, codebook: Codebook) -> tuple[StakeholderTheme, ...]:
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


def statement_table(statements: Sequence[Statement], codebook: Codebook) -> pd.DataFrame:
    """Which themes each published statement supports (index: statement_id): speaker, themes, line, section."""
    frame = _frame(statements).assign(theme=lambda rows: _names(rows["code"], codebook))
    grouped = frame.groupby("statement_id", sort=False)
    table = grouped.agg(speaker=("speaker", "first"), themes=("theme", "; ".join), line=("line", "first"))
    return table.assign(section=grouped["section"].first())


def published_support(statements: Sequence[Statement], themes: Sequence[Theme], codebook: Codebook) -> pd.DataFrame:
    """What is published on each theme (index: code id; only themes with anything).

    Columns: name, theme (topmost code), statements (published statements that support it), speakers (different speaker
    codes among them), places (places where the text reports it), evidence (what these rest on), frequency (the words
    the text uses for how many), lines (of the source file).
    """
    said, told = _frame(statements), _frame(themes)
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
    return names.join(table).rename_axis("code")


def side_by_side(themes: Mapping[str, Sequence[Theme]], codebook: Codebook) -> pd.DataFrame:
    """Which themes each programme's source reports, coded with one codebook (index: code id).

    Columns: name, theme, and for each study places_<study>, evidence_<study> and frequency_<study>; reported_by says
    which. It bears the statement that a source reports a theme or does not report it, and no more: the sources differ
    in length, purpose and method, one reader assigned the codes, and what is not reported may still have been said.
    """
    reported = {theme.code for found in themes.values() for theme in found}
    order = [code for code in codebook.codable if code in reported]
    table = codebook.table().loc[order, ["name", "theme"]].rename_axis("code")
    for study, found in themes.items():
        grouped = _frame(found).groupby("code")
        table[f"places_{study}"] = grouped.size().reindex(order, fill_value=0)
        table[f"evidence_{study}"] = grouped["evidence"].agg(_listed).reindex(order, fill_value="")
        table[f"frequency_{study}"] = grouped["frequency"].agg(_listed).reindex(order, fill_value="")
    who = [", ".join(study for study in themes if table.loc[code, f"places_{study}"]) for code in order]
    return table.assign(reported_by=who)


def stakeholder_table(themes: Sequence[StakeholderTheme], codebook: Codebook) -> pd.DataFrame:
    """The stakeholder themes as reported (index: theme_id): theme, statement, frequency, objectives, line, section."""
    frame = _frame(themes).set_index("theme_id")
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


def _frame(records: Sequence[_Record]) -> pd.DataFrame:
    return pd.DataFrame([record.model_dump() for record in records])


def _names(codes: pd.Series, codebook: Codebook) -> pd.Series:
    return codes.map(codebook.names)


def _listed(words: pd.Series) -> str:
    return "; ".join(dict.fromkeys(word for word in words if word))


def _lines(lines: pd.Series) -> str:
    return ", ".join(map(str, sorted(set(lines))))
