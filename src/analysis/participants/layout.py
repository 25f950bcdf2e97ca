"""`records.yaml`, an optional file beside the participant files: how a team's own names and codes are to be read."""

from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from analysis.errors import InputError
from analysis.names import pattern
from analysis.participants.fields import ID, Absent
from analysis.study.tables import parse_yaml


def _texts(value: Any) -> Any:
    """YAML reads 99 as a number and yes as true; a file's codes are texts."""
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else value


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Text = Annotated[str, BeforeValidator(_text)]


class FileLayout(BaseModel):
    """How one participant file is to be read.

    `sheet`: which sheet of a workbook. `columns`: the file's column name -> ours. `ignore`: columns not to be read.
    `codes`: further spellings -> missing, refused or not_asked. `values`: for each of our columns, the file's value ->
    ours. `dates`: `iso` (2013-12-31) or `day first` (31/12/2013).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    sheet: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    codes: Annotated[dict[str, Absent], BeforeValidator(_texts)] = Field(default_factory=dict)
    values: dict[str, Annotated[dict[str, Text], BeforeValidator(_texts)]] = Field(default_factory=dict)
    dates: Literal["iso", "day first"] = "iso"


class SegmentsLayout(BaseModel):
    """How an export of a program for qualitative coding is to be read.

    `speakers` says who speaks: `source` (each source or document is one person), `case` (each case is), `code` (each code
    under `speaker_code` is); without it, cases and codes that are named by speaker codes such as E6. `groups`: the name of
    a source or document -> its group. `shared_speakers`: one speaker code in two groups is one person. `coder`: who made
    an export that does not say so.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    speakers: Literal["source", "case", "code"] | None = None
    speaker_code: str = "speaker"
    groups: Annotated[dict[str, Annotated[Text, Field(pattern=pattern(64))]], BeforeValidator(_texts)] = Field(
        default_factory=dict
    )
    shared_speakers: Annotated[bool, Field(strict=True)] = False
    coder: Annotated[Text, Field(pattern=pattern(64))] = "coder 1"


class RecordsLayout(BaseModel):
    """The whole of `records.yaml`; `id_prefix` is what every person id of the study begins with.

    `of_study` is the study whose published figures the records are held against, where it is not the study's own.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    id_prefix: Annotated[str, Field(pattern=ID)] | None = None
    of_study: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] | None = None
    questionnaire: FileLayout = FileLayout()
    attendance: FileLayout = FileLayout()
    advice_contacts: FileLayout = FileLayout()
    coded_segments: SegmentsLayout = SegmentsLayout()


class ExportLayout(BaseModel):
    """The whole of the `records.yaml` of a management information export.

    `of_study` is the study whose counting rules and published tables the export is held against, where it is not the
    study's own: a worked example is held against the study that it imitates.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    id_prefix: Annotated[str, Field(pattern=ID)] | None = None
    of_study: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] | None = None
    referrals: FileLayout = FileLayout()
    participants: FileLayout = FileLayout()
    activities: FileLayout = FileLayout()
    outcomes: FileLayout = FileLayout()
    exits: FileLayout = FileLayout()
    evidence: FileLayout = FileLayout()
    targets: FileLayout = FileLayout()


AS_IS = FileLayout()  # a file that follows the data dictionary
WITHOUT_LAYOUT = RecordsLayout()


L = TypeVar("L", RecordsLayout, ExportLayout)


def read_layout(path: Path, file: str, model: type[L] = RecordsLayout) -> L:
    """The layout in `path`, called `file` in messages, or the plain one where there is no such file.

    Raises InputError where the file is no YAML or says something this project does not know.
    """
    if not path.exists():
        return model()
    try:
        return model.model_validate(_document(path.read_text(encoding="utf-8-sig"), file))
    except ValidationError as error:
        raise _unknown(file, error) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(
            file,
            found=f"text that is no YAML ({' '.join(str(error).split())})",
            expected="YAML in UTF-8",
            action=_ACTION,
        ) from None


def _document(text: str, file: str) -> Any:
    """The YAML document, without aliases: a few lines of them can stand for more than fits into memory."""
    if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
        raise InputError(file, found="an alias (*name)", expected="YAML without aliases", action="write the values out")
    return parse_yaml(text, file) or {}


_ACTION = "compare the file with the example in docs/data-dictionary.md"


def _unknown(file: str, error: ValidationError) -> InputError:
    first = error.errors()[0]
    return InputError(
        file,
        column=".".join(map(str, first["loc"])),
        found=repr(first["input"]),
        expected=first["msg"][0].lower() + first["msg"][1:],
        action=_ACTION,
    )
