"""The rows of one source as the data dictionary has them, and every cell of it that cannot be read."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from analysis.errors import InputError, cell as shown
from analysis.participants.cells import Refused, Style, no_answers, read_cell
from analysis.participants.codes import Status, fold, status_of
from analysis.participants.draft_layout import ASK, ATTENDED, LEAVE_OUT, SESSION, WAVE, Source
from analysis.participants.draft_looks import CELLS, DECIDE, FILES, GUESSED, LEFT, NOTED, Look
from analysis.participants.draft_sheets import Sheet
from analysis.participants.draft_tables import column_names, grid_of, plain_name, words
from analysis.participants.draft_values import (
    age,
    day,
    fold_id,
    has_unit,
    is_day,
    months,
    one_choice,
    point,
    scale_labels,
    serial_day,
)
from analysis.participants.fields import Column
from analysis.participants.grid import Grid
from analysis.participants.headers import normal
from analysis.participants.own_items import NOTHING, Own
from analysis.participants.platforms import Body, plain, platform_of
from analysis.participants.schema import ITEMS, Item, table_columns

_NUMBER = re.compile(r"-?\d+([.,]\d+)?")


@dataclass(frozen=True)
class Line:
    """One row of a source: its number in the file, the texts of our columns as the data dictionary has them, and its wave."""

    row: int
    texts: dict[str, str]
    wave: str = ""


@dataclass
class Part:
    """One source, read: `lines`, the columns it fills, and what is to be looked at."""

    source: Source
    lines: list[Line] = field(default_factory=list)
    columns: tuple[str, ...] = ()
    looks: list[Look] = field(default_factory=list)


def read_part(source: Source, sheet: Sheet, order: str, own: Own = NOTHING) -> Part:
    """The rows of a source; `order` is that of days where the source says none, `own` what the team adds to the questionnaire."""
    part = Part(source)
    try:
        body = body_of(sheet, source)
        grid = body.grid
    except InputError as error:
        part.looks.append(Look(FILES, source.name, error.found, error.action))
        return part
    reader = _Reader(part, grid, source.dates or order, own)
    if body.left_out:
        part.looks.append(Look(LEFT, source.name, "rows: no responses, as `rows` says", count=body.left_out))
    part.looks += [*_of_sheet(source, sheet, grid), *_of_columns(source, grid, own), *_of_scales(source, grid, own)]
    part.lines = [
        line for number, row in zip(grid.numbers, grid.rows, strict=True) for line in reader.lines(number, row)
    ]
    part.columns = tuple(dict.fromkeys(name for line in part.lines for name in line.texts))
    return part


def body_of(sheet: Sheet, source: Source) -> Body:
    """The rows of people in a sheet, without what is the survey program's, and how many of its rows are none."""
    grid = grid_of(sheet, source.header, source.last, dict(source.leave_out_rows))
    platform = platform_of(grid)
    return plain(grid, platform, source.rows) if platform and grid.rows else Body(grid)


def _of_sheet(source: Source, sheet: Sheet, grid: Grid) -> Iterator[Look]:
    """What a spreadsheet has beside its values."""
    notes = {
        "formulas, read by the value they had when the file was saved": sheet.formulas - len(sheet.unvalued),
        "cells with an error such as #N/A, taken as empty": sheet.errors,
        "comments on cells, not read": sheet.comments,
        "hidden rows, read like the others": sheet.hidden_rows,
        "hidden columns, read like the others": sheet.hidden_columns,
    }
    yield from (Look(NOTED, source.name, what, count=count) for what, count in notes.items() if count)
    if sheet.hidden:
        yield Look(NOTED, source.name, "a hidden sheet, which is read")
    asked = [number for number, why in source.leave_out_rows.items() if why == ASK]
    yield from (
        Look(
            DECIDE,
            source.name,
            "a row that may be none of records",
            "Say why under `leave_out_rows`, or take the line out",
            rows=(number,),
        )
        for number in asked
    )
    out: dict[str, list[int]] = {}
    for number, why in source.leave_out_rows.items():
        out.setdefault(why, []).append(number)
    yield from (
        Look(LEFT, source.name, f"rows: {why}", count=len(rows), rows=tuple(rows))
        for why, rows in out.items()
        if why != ASK
    )
    for name, rows in _unvalued(source, sheet, grid).items():
        action = "Open the file in the spreadsheet program, save it, and copy it here again; or leave the column out"
        yield Look(CELLS, f"{source.name}, column '{name}'", "formulas without a value", action, len(rows), tuple(rows))


def _unvalued(source: Source, sheet: Sheet, grid: Grid) -> dict[str, list[int]]:
    """Rows with a formula that was never calculated, by column; of columns that are read."""
    names, people = column_names(sheet, source.header), set(grid.numbers)
    found: dict[str, list[int]] = {}
    for row, column in sheet.unvalued:
        if row in people and source.columns.get(names[column - 1], LEAVE_OUT) != LEAVE_OUT:
            found.setdefault(names[column - 1], []).append(row)
    return found


def _of_columns(source: Source, grid: Grid, own: Own) -> Iterator[Look]:
    """What the columns of a table and what records.yaml says of them leave to decide."""
    yield from _of_named_columns(source, set(grid.header), own)
    yield from _of_what_is_needed(source, grid, own)
    yield from _of_scores(source, own)
    missing = [name for name in grid.header if name not in source.columns]
    if missing:
        listed = ", ".join(f"'{name}'" for name in missing)
        found = f"columns of which records.yaml says nothing: {listed}"
        yield Look(FILES, source.name, found, "Add each under `columns`", len(missing))
    targets = [target for target in source.columns.values() if target not in (ASK, LEAVE_OUT, SESSION)]
    for target in sorted({target for target in targets if targets.count(target) > 1}):
        yield Look(DECIDE, source.name, f"two columns that are both {target}", "Leave one of the two out")
    out = [name for name, target in source.columns.items() if target == LEAVE_OUT]
    if out:
        yield Look(LEFT, source.name, "columns: " + ", ".join(f"'{name}'" for name in out), count=len(out))


def _of_named_columns(source: Source, there: set[str], own: Own) -> Iterator[Look]:
    """Columns that records.yaml names and that are not there, are to be decided, or become what no table has."""
    known = {*_known(source.table, own), *own.stems, ASK, LEAVE_OUT, SESSION, ATTENDED, WAVE}
    for name, target in source.columns.items():
        where = f"{source.name}, column '{name}'"
        if name not in there:
            yield Look(FILES, where, "no such column", "Correct the name in records.yaml, or take the line out")
        elif target not in known:
            found = f"'{target}', which is no column of {source.table}"
            yield Look(FILES, where, found, _NO_COLUMN)
        elif target == ASK:
            action = "Put a column of the data dictionary, or `leave out`, in place of the ?; behind it stands what it may be"
            yield Look(DECIDE, where, "what this column is", action)


def _of_what_is_needed(source: Source, grid: Grid, own: Own) -> Iterator[Look]:
    """What must be known of every table: who is who, and when something was asked."""
    targets = list(source.columns.values())
    stems = [target for target in targets if target in own.stems]
    if stems and source.wave in (None, ASK) and WAVE not in targets:
        action = f"Say `wave: pre`, `then` or `post` for the table (or of a column `{stems[0]}_pre`, ...)"
        if _repeats(source, grid):
            action = "People stand in several rows: put `wave` for the column that says which, and what its values mean under `waves`"
        yield Look(DECIDE, source.name, f"when {', '.join(stems)} {'was' if len(stems) == 1 else 'were'} asked", action)
    if "person_id" not in targets:
        action = (
            "Put person_id for one column; where there are names alone, add a column of codes in a copy of the file"
        )
        yield Look(DECIDE, source.name, "which column tells people apart", action)


def _repeats(source: Source, grid: Grid) -> bool:
    """Whether most people stand in more than one row."""
    places = [place for place, name in enumerate(grid.header) if source.columns.get(name) == "person_id"]
    ids = [fold_id(row[place]) for place in places[:1] for row in grid.rows if row[place].strip()]
    return len(set(ids)) < 0.8 * len(ids)


_NO_COLUMN = "Correct it, or declare it under `items` or `groups` in records.yaml; docs/data-dictionary.md lists the other columns"


def _of_scores(source: Source, own: Own) -> Iterator[Look]:
    """Scores of which a table has some questions, but not all."""
    for name, item in own.items.items():
        for moment in ("", *(f"_{each}" for each in own.moments)):
            wanted = [f"{name}.{place}{moment}" for place in range(1, item.questions + 1)]
            found = [each for each in wanted if each in source.columns.values()]
            if found and len(found) < len(wanted) and item.questions > 1:
                lacking = ", ".join(each for each in wanted if each not in found)
                what = f"{len(found)} of the {item.questions} questions of {name}{moment}; the score needs {lacking}"
                yield Look(DECIDE, source.name, what, "Name the columns of all its questions, or leave them all out")


def _of_scales(source: Source, grid: Grid, own: Own) -> Iterator[Look]:
    """Items answered in numbers alone, under a name that is not the data dictionary's: nothing says which end is the best but,
    at times, what the file calls the ends."""
    for place, name in enumerate(grid.header):
        target = source.columns.get(name, "")
        item = target if target in ITEMS else target.rpartition("_")[0]
        exact = normal(re.split(r"[/.]", name)[-1]) == target or source.reversed
        texts = {row[place].strip() for row in grid.rows} - {""}
        if item not in own.asked or not texts or not all(map(_NUMBER.fullmatch, texts)):
            continue
        if (
            (said := _SAID_ENDS.search(name))
            and item in ITEMS
            and (int(said[1]), int(said[2])) not in _ends_of(ITEMS[item])
        ):
            what = f"named as answered from {said[1]} to {said[2]}, while {item} is from {ITEMS[item].low} to {ITEMS[item].high}"
            action = "Leave it out, or make it an item of your own with these ends (`items:`, docs/own-records.md)"
            yield Look(DECIDE, f"{source.name}, column '{name}'", what, action)
        if (called := grid.value_labels.get(name, {})) and item not in source.reversed:
            yield from _of_ends(source, grid, name, texts, own.asked[item])
        if item not in ITEMS or exact or called:
            continue
        scale = ITEMS[item]
        ends = f"{scale.low}{f' ({scale.points[0]})' if scale.points else ''} and {scale.high}{f' ({scale.points[-1]})' if scale.points else ''}"
        what = f"answers in numbers; {ends} are taken as the worst and the best"
        yield Look(
            GUESSED,
            f"{source.name}, column '{name}'",
            what,
            f"If it is the other way round, add `reversed: [{item}]` to the table",
        )


_SAID_ENDS = re.compile(r"[(\[]\D*?(\d{1,2})\s*(?:-|\u2013|to)\s*(\d{1,2})\b")  # in a column's name: "(0-10)"


def _ends_of(item: Item) -> set[tuple[int, int | None]]:
    """The ends of an item's scale, in either order."""
    return {(item.low, item.high), (item.high, item.low)}  # type: ignore[arg-type]


def _of_ends(source: Source, grid: Grid, name: str, texts: set[str], item: Item) -> Iterator[Look]:
    """A scale whose ends alone have names in the file: its numbers are read, and which end is called what is for the team to see."""
    called, missing = grid.value_labels[name], grid.missing.get(name, frozenset())
    if (kept := scale_labels(called, texts, missing)) == called:
        return
    ends = ", ".join(f"{code} is called '{label}'" for code, label in called.items() if code not in kept)
    best = item.high if item.higher_is_better else item.low
    points = {fold(point): str(item.low + place) for place, point in enumerate(item.points)}
    kind = GUESSED if all(points.get(fold(label), code) == code for code, label in called.items()) else DECIDE
    what = f"answers in numbers: {ends}; {best} is taken as the best"
    action = f"If it is the other way round, add `reversed: [{source.columns[name]}]` to the table"
    yield Look(kind, f"{source.name}, column '{name}'", what, action)


class _Reader:
    """Reads the rows of one source; what cannot be read goes into the part's looks."""

    def __init__(self, part: Part, grid: Grid, order: str, own: Own) -> None:
        self.part, self.source, self.grid, self.order, self.own = part, part.source, grid, order, own
        places = {name: place for place, name in enumerate(grid.header)}
        self.places = {name: places[name] for name in self.source.columns if name in places}
        self.known = _known(self.source.table, own)
        self.scales = {**own.asked, **own.parts}
        self.refusals = dict[tuple[str, str], Refused | None]()
        self.values = {
            ours: {fold(text): said for text, said in texts.items()} for ours, texts in self.source.values.items()
        }
        self.waves = {fold(text): moment for text, moment in self.source.waves.items()}
        self.elsewhere = no_answers(grid.value_labels, grid.missing)
        self.labels = {name: self._labels(name, place) for name, place in self.places.items()}
        marks = words()
        self.present, self.absent = (
            {fold(str(mark)) for mark in marks[kind]} | {str(mark) for mark in marks[kind]}
            for kind in ("present", "absent")
        )

    def _labels(self, name: str, place: int) -> Mapping[str, str]:
        """What the file calls the values of a column; of a scale with names at its ends alone, only what is no answer."""
        labels, target = self.grid.value_labels.get(name, {}), self.source.columns[name]
        ours = f"{target}_pre" if target in self.own.stems else target
        if ours not in self.known or "low" not in self.known[ours].facts:
            return labels
        return scale_labels(labels, [row[place].strip() for row in self.grid.rows], self.grid.missing.get(name, ()))

    def look(self, kind: str, column: str, what: str, action: str, row: int) -> None:
        """Keep something to be looked at."""
        self.part.looks.append(Look(kind, f"{self.source.name}, column '{column}'", what, action, rows=(row,)))

    def lines(self, number: int, row: list[str]) -> Iterator[Line]:
        """What one row of the file holds; a register with a column for each session gives a line for each that was attended."""
        wave = self._wave(number, row)
        marks = [name for name in self.places if self.source.columns[name] == ATTENDED]
        if wave == LEAVE_OUT or not all(self._attended(name, row[self.places[name]], number) for name in marks):
            return
        texts: dict[str, str] = {}
        sessions = []
        for name, place in self.places.items():
            target = self.source.columns[name]
            if target == SESSION:
                sessions += [name] if self._attended(name, row[place], number) else []
            elif ours := self._ours(target, wave):
                texts[ours] = self._text(name, ours, row[place], number)
        texts = self._scored(texts, number)
        if SESSION not in self.source.columns.values():
            yield Line(number, texts, wave)
        for name in sessions:
            yield Line(number, {**texts, **self._session(name, number)}, wave)

    def _ours(self, target: str, wave: str) -> str:
        """The column of the data dictionary, or nothing for one that is not read, or not yet."""
        if target in self.own.stems:
            return f"{target}_{wave}" if wave in self.own.moments else ""
        return target if target in self.known else ""

    def _scored(self, texts: dict[str, str], number: int) -> dict[str, str]:
        """The texts with scores in the place of the answers that they add up; without one of these there is no score."""
        parts: dict[str, list[str]] = {}
        for name in texts:
            if name in self.own.part_columns:
                stem, _, moment = name.rpartition("_")
                parts.setdefault(f"{stem.partition('.')[0]}_{moment}", []).append(texts[name])
        return {name: text for name, text in texts.items() if name not in self.own.part_columns} | {
            name: self._score(name, answers, number) for name, answers in parts.items()
        }

    def _score(self, name: str, answers: list[str], number: int) -> str:
        numbers = [text for text in answers if _NUMBER.fullmatch(text)]
        if len(numbers) == self.scales[name.rpartition("_")[0]].questions:
            return f"{sum(map(float, numbers)):g}"
        if numbers:
            what = f"answers to some questions of {name}, which make no score"
            self.part.looks.append(Look(NOTED, self.source.name, what, rows=(number,)))
        return "missing" if numbers or any(answers) else ""

    def _wave(self, number: int, row: list[str]) -> str:
        name = next(
            (name for name, target in self.source.columns.items() if target == WAVE and name in self.places), None
        )
        if name is None:
            return self.source.wave or ""
        text = row[self.places[name]]
        found = self.waves.get(fold(self.grid.value_labels.get(name, {}).get(text, text)))
        if found in (None, ASK):
            self.look(
                DECIDE,
                name,
                "a wave of which records.yaml does not say when it was",
                "Say under `waves` what each value means: pre, then, post or leave out",
                number,
            )
        return found or ""

    def _attended(self, name: str, text: str, number: int) -> bool:
        plain_text = self.values.get(self.source.columns[name], {}).get(fold(text), text.strip())
        if plain_text == ASK and text.strip() != ASK:
            action = f"Put came or absent in place of the ? under `values`, {self.source.columns[name]}"
            self.look(DECIDE, name, "a mark of which records.yaml does not say what it means", action, number)
            return False
        if not plain_text or fold(plain_text) in self.absent or plain_text in self.absent or status_of(plain_text):
            return False
        if fold(plain_text) in self.present or plain_text in self.present:
            return True
        self.look(
            CELLS,
            name,
            f"{shown(plain_text)}, no mark of somebody who came or did not",
            f"Say what it means under `values`: `{self.source.columns[name]}: {{MARK: came}}`, or absent",
            number,
        )
        return False

    def _session(self, name: str, number: int) -> dict[str, str]:
        text = name.split(" / ")[-1]
        if found := re.fullmatch(r"\D*(\d{1,5})", plain_name(text)):
            return {"session_number": found[1]}
        if read := day(text, self.order):
            return {"session_date": read}
        self._ask_order(name, number)
        return {}

    def _text(self, name: str, ours: str, text: str, number: int) -> str:
        """One cell as the data dictionary has it; empty, with a look, where it cannot be read."""
        told = self.source.cells.get(ours, {}).get(number)
        plain_text = text.strip() if told is None else told
        labelled = self._labelled(name, plain_text) if told is None else plain_text
        plain_text, asked = self._said(ours, labelled)
        if told is None and self._is_no_answer_elsewhere(name, ours, labelled):
            self.look(
                DECIDE,
                name,
                f"the value {labelled}, which is no answer in other columns of this file",
                f"Say what it is here: `values: {{{ours}: {{{labelled}: refused}}}}`, or missing, not_asked or {labelled}",
                number,
            )
            return ""
        if asked:
            self.look(
                DECIDE,
                name,
                "an answer of which records.yaml does not say what it means",
                f"Put its value in place of the ? under `values`, {ours}",
                number,
            )
            return ""
        made = (
            self._converted(name, ours, plain_text, number) if plain_text and not status_of(plain_text) else plain_text
        )
        return self._checked(name, ours, made, number)

    def _is_no_answer_elsewhere(self, name: str, ours: str, text: str) -> bool:
        told = fold(text) in self.values.get(ours, {}) or fold(text) in self.values.get(ours.rpartition("_")[0], {})
        return (
            text in self.elsewhere
            and text not in self.grid.value_labels.get(name, {})
            and "low" in self.known[ours].facts
            and not told
        )

    def _labelled(self, name: str, text: str) -> str:
        """The label that the file has for a value; of a value that it declares to be no answer, the reason."""
        label = self.labels[name].get(text, text)
        if text and text in self.grid.missing.get(name, ()):
            return str(status_of(label) or Status.MISSING)
        return label

    def _said(self, ours: str, text: str) -> tuple[str, bool]:
        """What records.yaml says of an answer, under the column, its question or its item, and whether it asks."""
        question = ours.rpartition("_")[0]
        for name in (ours, question, question.partition(".")[0]):
            if (said := self.values.get(name, {}).get(fold(text))) is not None:
                return said, said == ASK
        return text, False

    def _converted(self, name: str, ours: str, text: str, number: int) -> str:
        kind = self.known[ours].kind
        converter = self._by_name.get(ours) or self._by_kind.get(kind)
        made = converter(self, name, ours, text, number) if converter else text
        return self._turned(ours, made)

    def _turned(self, ours: str, text: str) -> str:
        """The answer of an item whose best answer has the least number, turned round."""
        item = ours.rpartition("_")[0]
        if (
            item in self.scales
            and (item in self.source.reversed or ours in self.source.reversed)
            and re.fullmatch(r"\d+(\.0)?", text)
        ):
            return f"{self.scales[item].low + self.scales[item].high - float(text):g}"
        return text

    def _ask_order(self, name: str, number: int) -> None:
        what, action = "the order of day and month", "Say `dates: day first` or `dates: month first` in records.yaml"
        self.look(DECIDE, name, what, action, number)

    def _day(self, name: str, ours: str, text: str, number: int) -> str:
        if found := day(text, self.order):
            return found
        if found := serial_day(text):
            self.look(NOTED, name, "days as a spreadsheet's numbers, counted from 1900", "", number)
            return found
        if is_day(text) and self.order == ASK:
            self._ask_order(name, number)
            return ""
        return text

    def _time(self, name: str, ours: str, text: str, number: int) -> str:
        unit = self.source.units.get(ours)
        found = months(text, unit)
        if found is None and not has_unit(text) and months(text, "years") is not None and unit in (None, ASK):
            self.look(
                DECIDE,
                name,
                "the unit of times without one in the cell",
                f"Say `units: {{{ours}: months}}`, or years or weeks",
                number,
            )
            return ""
        return point(text) if found is None else found

    def _year(self, name: str, ours: str, text: str, number: int) -> str:
        """The year of a birthday; which of the two is the month does not matter."""
        return (day(text, "day first") or day(text, "month first") or text)[:4] if is_day(text) else _whole(text)

    def _weeks(self, name: str, ours: str, text: str, number: int) -> str:
        if not has_unit(text) and self.source.units.get(ours) in (None, "weeks"):
            return _whole(point(text))
        found = self._time(name, ours, text, number)
        return f"{float(found) * 52 / 12:.4g}" if _NUMBER.fullmatch(found) else found

    def _age(self, name: str, ours: str, text: str, number: int) -> str:
        return age(text) or text

    def _number(self, name: str, ours: str, text: str, number: int) -> str:
        return _whole(point(text))

    def _name(self, name: str, ours: str, text: str, number: int) -> str:
        return one_choice(text)

    def _id(self, name: str, ours: str, text: str, number: int) -> str:
        return "".join(text.split())

    _by_name: Mapping[str, Callable[..., str]] = {
        "months_in_uk": _time,
        "months_in_area": _time,
        "weeks_volunteering": _weeks,
        "birth_year": _year,
        "age_at_joining": _age,
    }
    _by_kind: Mapping[str, Callable[..., str]] = {
        "date": _day,
        "whole": _number,
        "number": _number,
        "number or words": _number,
        "id": _id,
        "name": _name,
    }

    def _checked(self, name: str, ours: str, text: str, number: int) -> str:
        column = self.known[ours]
        if column.needed and not text:
            self.look(
                CELLS,
                name,
                f"no {column.label.casefold()}",
                "Fill it in, or name the row under `leave_out_rows`: `leave_out_rows: {ROW: why}`",
                number,
            )
            return ""
        if refused := self._refusal(ours, text):
            self._refused(name, ours, number, column, refused)
            return "" if column.needed else "missing"
        return text

    def _refusal(self, ours: str, text: str) -> Refused | None:
        """Why a text cannot be used as a column of ours; None where it can. Each distinct one is read once."""
        if (ours, text) not in self.refusals:
            self.refusals[ours, text] = _refusal(text, self.known[ours])
        return self.refusals[ours, text]

    def _refused(self, name: str, ours: str, number: int, column: Column, refused: Refused) -> None:
        self.look(
            CELLS,
            name,
            f"{refused.found}; expected {column.expected}",
            f"Say what the answer means: `values: {{{self._family(ours)}: {{ANSWER: ...}}}}`, or what one cell is: `cells: {{{ours}: {{ROW: ...}}}}`",
            number,
        )

    def _family(self, ours: str) -> str:
        """The name under which `values` holds for an item at every moment, and for every question of a score."""
        return ours.rpartition("_")[0].partition(".")[0] if "stage" in self.known[ours].facts else ours


def _known(table: str, own: Own) -> dict[str, Column]:
    return table_columns(table) | (own.columns | own.part_columns if table == "questionnaire" else {})


def _refusal(text: str, column: Column) -> Refused | None:
    try:
        read_cell(text, column, Style())
    except Refused as refused:
        return refused.with_traceback(None)
    return None


def _whole(text: str) -> str:
    """A number that a program wrote with a decimal it does not need, without it: 2000.0 is 2000."""
    return re.sub(r"[.]0+$", "", text)
