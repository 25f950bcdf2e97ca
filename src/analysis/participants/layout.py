"""`records.yaml`, an optional file beside the participant files: how a team's own names and codes are to be read."""

from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, model_validator

from analysis.files import Strict, check_plain, line_finder, parse_yaml, read_text, validate
from analysis.names import pattern
from analysis.participants.codes import fold
from analysis.participants.draft_layout import ASK, LEAVE_OUT, Answers, Columns, Order, Source
from analysis.participants.fields import ID, Absent
from analysis.participants.own_items import Label, Own, OwnGroup, OwnItem, own_of
from analysis.participants.schema import MOMENTS


def _texts(value: Any) -> Any:
    """YAML reads 99 as a number and yes as true; a file's codes are texts."""
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else value


def _column_texts(value: Any) -> Any:
    """Codes for the whole file and, one mapping down, those of a column."""
    return {key: _texts(item) for key, item in _texts(value).items()} if isinstance(value, dict) else value


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Text = Annotated[str, BeforeValidator(_text)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class FileLayout(Strict):
    """How one participant file is to be read.

    `sheet`: which sheet of a workbook. `columns`: the file's column name -> ours. `ignore`: columns not to be read;
    `others: ignore` leaves out whatever the data dictionary does not know. `groups`: groups of a form that are about the
    person and may be taken off a column's name. `codes`: further spellings -> missing, refused or not_asked, for a column
    of ours, or for the whole file where they are a possible value of no column. `values`: for each of our columns, the
    file's value or label -> ours. `rows`: for a platform's column, its value -> `read` or `leave out`. `dates`: `iso`
    (2013-12-31) or `day first` (31/12/2013).
    """

    sheet: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    others: Literal["stop", "ignore"] = "stop"
    groups: tuple[str, ...] = ()
    codes: Annotated[dict[str, Absent | dict[str, Absent]], BeforeValidator(_column_texts)] = Field(
        default_factory=dict
    )
    values: dict[str, Annotated[dict[str, Text], BeforeValidator(_texts)]] = Field(default_factory=dict)
    rows: dict[str, Annotated[dict[str, Literal["read", "leave out"]], BeforeValidator(_texts)]] = Field(
        default_factory=dict
    )
    dates: Literal["iso", "day first"] = "iso"

    @property
    def file_codes(self) -> dict[str, str]:
        """The codes for the whole file, folded."""
        return {fold(text): code for text, code in self.codes.items() if isinstance(code, str)}

    @property
    def column_codes(self) -> dict[str, dict[str, str]]:
        """The codes that belong to a column of ours, folded, by column."""
        return {
            column: {fold(text): code for text, code in codes.items()}
            for column, codes in self.codes.items()
            if isinstance(codes, dict)
        }

    @property
    def column_values(self) -> dict[str, dict[str, str]]:
        """What the values and labels of a column of ours mean, folded, by column."""
        return {column: {fold(text): ours for text, ours in values.items()} for column, values in self.values.items()}


class SegmentsLayout(Strict):
    """How an export of a program for qualitative coding is to be read.

    `speakers` says who speaks: `source` (each source or document is one person), `case` (each case is), `code` (each code
    under `speaker_code` is); without it, cases and codes that are named by speaker codes such as E6. `groups`: the name of
    a source or document -> its group. `shared_speakers`: one speaker code in two groups is one person. `coder`: who made
    an export that does not say so.
    """

    speakers: Literal["source", "case", "code"] | None = None
    speaker_code: str = "speaker"
    groups: Annotated[dict[str, Annotated[Text, Field(pattern=pattern(64))]], BeforeValidator(_texts)] = Field(
        default_factory=dict
    )
    shared_speakers: Annotated[bool, Field(strict=True)] = False
    coder: Annotated[Text, Field(pattern=pattern(64))] = "coder 1"


class Folder(Strict):
    """What is said of a whole folder of people's files, whichever they are.

    `id_prefix` is what every person id of the study begins with. `of_study` is the study whose published figures (or
    counting rules) the records are held against, where it is not the study's own. `ignore_files` and `ignore_sheets` are
    files of the folder (`*` stands for anything) and sheets of its workbook that are not to be read.
    """

    id_prefix: Annotated[str, Field(pattern=ID)] | None = None
    of_study: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] | None = None
    ignore_files: tuple[str, ...] = ()
    ignore_sheets: tuple[str, ...] = ()


class RecordsLayout(Folder):
    """The whole of the `records.yaml` of a study's folder `records`, by table; or, with `sources`, of files as a team has them.

    `dates`: the order of days in all sources that say none of their own. `items` and `groups` are a team's own questions and
    groups by name, `later` is what moments after `post` are called, by name (`six: six months after`), `comparisons` which
    two moments are compared, the earlier first; empty: the first with each later one. `values` is what answers mean in all
    sources that say nothing else of them, `columns` what columns are in all questionnaires that leave them out, or ask.
    """

    sources: tuple[Source, ...] = ()
    dates: Order | None = None
    values: Answers = Field(default_factory=dict)
    columns: Columns = Field(default_factory=dict)
    items: dict[Name, OwnItem] = Field(default_factory=dict)
    groups: dict[Name, OwnGroup] = Field(default_factory=dict)
    later: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{0,19}$")], Label] = Field(default_factory=dict)
    comparisons: tuple[tuple[str, str], ...] = ()
    questionnaire: FileLayout = FileLayout()
    attendance: FileLayout = FileLayout()
    advice_contacts: FileLayout = FileLayout()
    coded_segments: SegmentsLayout = SegmentsLayout()

    @model_validator(mode="after")
    def _knows_its_moments(self) -> "RecordsLayout":
        if taken := sorted(set(self.later) & {*MOMENTS, "words"}):
            raise ValueError(f"other names than {taken[0]} for moments under `later`")
        known = {*MOMENTS, *self.later, LEAVE_OUT, ASK, None}
        said = {moment for source in self.sources for moment in (source.wave, *source.waves.values())}
        if unknown := sorted(said - known):  # type: ignore[type-var]
            raise ValueError(f"waves that are pre, then, post or under `later`; {unknown[0]} is none")
        order = [name for name in (*MOMENTS, *self.later) if name != "then"]
        if any(not {*pair} <= {*order} or order.index(pair[0]) >= order.index(pair[1]) for pair in self.comparisons):
            raise ValueError(f"`comparisons` of two of {', '.join(order)}, the earlier first")
        return self

    @model_validator(mode="after")
    def _shares_what_holds_for_all(self) -> "RecordsLayout":
        asked = [source for source in self.sources if source.table in ("questionnaire", ASK)]
        if unknown := [name for name in self.columns if all(name not in source.columns for source in asked)]:
            raise ValueError(f"`columns` that stand under a source; {unknown[0]!r} stands under none")
        for source in self.sources:
            for name, meant in self.values.items():
                source.values[name] = {**meant, **source.values.get(name, {})}
        for source in asked:
            open_ = [name for name in self.columns if source.columns.get(name) in (ASK, LEAVE_OUT)]
            source.columns.update({name: self.columns[name] for name in open_})
        return self

    def own(self, root: Path, file: str) -> Own:
        """What it adds to the questionnaire; `root` is the project, which has the published scales, `file` what messages call it.

        Raises InputError for names that are taken and for scales that nobody published.
        """
        return own_of(self.items, self.groups, self.later, self.comparisons, root, file)


class ExportLayout(Folder):
    """The whole of the `records.yaml` of a management information export, by table."""

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
    check_plain(path, file)
    if not path.exists() or not (text := read_text(path, file) if path.read_bytes().strip() else ""):
        return model()
    content = parse_yaml(text, file, references=False)
    return model() if content is None else validate(model, content, file, line_finder(text), action=_ACTION)


_ACTION = "compare the file with the example in docs/data-dictionary.md"
