"""A commented draft of `records.yaml` for whatever tables lie in a folder: what each is, how surely, and what is to be decided."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from analysis.errors import InputError
from analysis.participants.codes import fold, status_of
from analysis.participants.draft_columns import (
    STEMS,
    TIMES,
    Guess,
    fitted_to,
    guess_columns,
    is_answer,
    is_later,
    is_mark,
    is_name,
    moment_of,
    moment_of_wave,
    readable,
    table_of,
    unit_of,
    with_ids,
)
from analysis.participants.draft_layout import ALL, ASK, ATTENDED, LEAVE_OUT, SESSION, WAVE, Source
from analysis.participants.draft_looks import IDS
from analysis.participants.draft_sheets import READ, Sheet, sheets_of
from analysis.participants.draft_sources import assemble, loose_id
from analysis.participants.draft_tables import Found, find_table, grid_of
from analysis.participants.draft_values import fold_id, has_unit, months, order_of, scale_labels
from analysis.participants.grid import Grid
from analysis.participants.platforms import Body, no_responses, plain, platform_of
from analysis.participants.schema import ITEMS, TABLES, table_columns

_DAYS = ("joined_on", "interview_date", "session_date", "contact_date")
_YEAR = r"(?:19|20)[0-9]{2}"
_FIRST_POINT = re.compile(r"\b1\s*(?:=|:|is|means|–|-)\s*([a-z]+(?: [a-z]+)?)", re.IGNORECASE)
_LONGEST_MARK = 20  # signs
_MANY_IDS = 5  # in another way of writing, from which on they are asked about together
_FEWEST = 3  # people who share an answer before its words stand in a draft
_MOST_ANSWERS = 12  # different answers of one column that a draft lists


@dataclass
class Drafted:
    """One table as drafted: its source, the guesses behind it, and what a person should know beside them."""

    source: Source
    guesses: list[Guess] = field(default_factory=list)
    sure: int = 100
    why: str = ""
    notes: list[str] = field(default_factory=list)
    answers: dict[str, dict[str, tuple[str, int]]] = field(default_factory=dict)
    ids: frozenset[str] = frozenset()
    few: list[str] = field(default_factory=list)


def draft(folder: Path) -> str:
    """The text of a `records.yaml` for the tables in a folder; no cell's text but answers that several people share.

    Raises InputError where the folder holds no table at all.
    """
    sheets: list[Sheet] = []
    unread = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "~$")) or path.name in ("records.yaml", "README.md"):
            continue
        try:
            sheets += sheets_of(path) if path.suffix.lower() in READ else []
            unread |= {} if path.suffix.lower() in READ else {path.name: "no table that is read"}
        except InputError as error:
            unread[path.name] = error.found
    if not sheets:
        raise InputError(
            folder.name,
            found="no table" + "".join(f"; {name}: {why}" for name, why in sorted(unread.items())),
            expected="workbooks, CSV, SPSS or Stata files",
            action="name the folder that holds them",
        )
    drafted = sorted(_without_clashes(_all_drafted(sheets)), key=_order)
    order = _days(drafted, folder)
    return "".join(f"{line}\n" for line in _lines(_with_near_ids(drafted, folder, order), unread, order))


def _all_drafted(sheets: list[Sheet]) -> list[Drafted]:
    """Every table, drafted; those in which nothing is called an id once more, by the ids of the others."""
    drafted = [_drafted(sheet) for sheet in sheets]
    known = frozenset().union(*(one.ids for one in drafted))
    return [one if one.ids else _drafted(sheet, known) for sheet, one in zip(sheets, drafted, strict=True)]


def _without_clashes(drafted: list[Drafted]) -> list[Drafted]:
    """The drafts, with a question where two tables of the same people would be the same wave, or there are more than two."""
    waves = [one for one in drafted if one.source.table == "questionnaire" and one.source.wave]
    asked = set()
    for one in waves:
        others = [each for each in waves if each is not one and _same_people(each, one)]
        same = any(each.source.wave == one.source.wave for each in others)
        if same or (len(others) > 1 and one.source.wave != "pre"):
            asked.add(id(one))
    return [
        replace(one, source=one.source.model_copy(update={"wave": ASK}), notes=[*one.notes, _CLASH])
        if id(one) in asked
        else one
        for one in drafted
    ]


_CLASH = "other tables hold the same items of the same people; pre and post are read, set the table of any other to `leave out`"


def _same_people(one: Drafted, other: Drafted) -> bool:
    return len(one.ids & other.ids) > 0.5 * min(len(one.ids), len(other.ids))


def _order(one: Drafted) -> tuple[int, int]:
    """People before what they did, earlier waves before later ones."""
    tables, waves = (*TABLES, ASK, LEAVE_OUT), (None, "pre", ASK, "then", "post", LEAVE_OUT)
    return tables.index(one.source.table), waves.index(one.source.wave)


def _drafted(sheet: Sheet, known: frozenset[str] = frozenset()) -> Drafted:
    found = find_table(sheet)
    source = Source(file=sheet.file, sheet=sheet.sheet, table=LEAVE_OUT)
    if found is None:
        return Drafted(source, sure=90, why="no row of column names with rows below it")
    grid = grid_of(sheet, found.header, found.last, found.left_out)
    platform, rows = platform_of(grid), {}
    try:
        rows = no_responses(grid, platform) if platform and grid.rows else {}
        body = plain(grid, platform, rows) if platform and grid.rows else Body(grid)
    except InputError as error:
        return Drafted(source.model_copy(update={"table": ASK}), sure=30, why=error.found)
    source, grid = source.model_copy(update={"rows": rows}), body.grid
    context = " ".join([sheet.sheet or "", _VERSION.sub(" ", Path(sheet.file).stem), *_titles(sheet, found)])
    wave = _wave_of(sheet, context)
    guesses = with_ids(guess_columns(grid, platform, body.own, wave), grid, known)
    ids = next(
        ([row[place] for row in grid.rows] for place, each in enumerate(guesses) if each.target == "person_id"), []
    )
    repeats = len({fold_id(text) for text in ids if text}) < 0.8 * sum(bool(text) for text in ids)
    table, sure, why = table_of(guesses, context, repeats, sum(map(any, grid.rows)))
    if sheet.hidden:
        table, sure, why = (
            (ASK, 40, f"a hidden sheet with {why}") if table in TABLES else (LEAVE_OUT, 80, f"a hidden sheet: {why}")
        )
    columns = {guess.name: [row[place] for row in grid.rows] for place, guess in enumerate(guesses)}
    few = [guess.name for guess in guesses if _has_few_answers(guess, _labelled(grid, guess.name, columns[guess.name]))]
    if table == ASK and wave not in (None, ASK) and ids and (few or any(map(_may_be_an_item, guesses))):
        table, sure, why = "questionnaire", 60, "ids and answers, named as a wave"
    one = Drafted(source, fitted_to(table, guesses, wave), sure, why, _notes(sheet), few=few)
    one.ids = frozenset(fold_id(text) for text in ids if text.strip())
    return _filled(one, table, wave, found, grid)


_VERSION = re.compile(r"(?<![a-z])final(?![a-z])", re.IGNORECASE)  # a file that is the final one holds any wave


def _titles(sheet: Sheet, found: Found) -> list[str]:
    return [cell for row in sheet.rows[: found.header - 1] for cell in row if cell.strip()][:6]


def _wave_of(sheet: Sheet, context: str) -> str | None:
    """When a sheet was filled in, by its name, else by its file and the titles above the table."""
    for text in (sheet.sheet or "", context):
        if is_later(text):
            return ASK
        if found := moment_of(text):
            return found
    return None


def _notes(sheet: Sheet) -> list[str]:
    counted = {"formulas (read by their last value)": sheet.formulas, "comments on cells (not read)": sheet.comments}
    return [f"{count:,} {what}" for what, count in counted.items() if count] + (
        ["a hidden sheet"] if sheet.hidden else []
    )


def _filled(one: Drafted, table: str, wave: str | None, found: Found, grid: Grid) -> Drafted:
    """The source with everything that the guesses say."""
    stems = any(guess.target in STEMS for guess in one.guesses)
    others = bool(one.few) or any(map(_may_be_an_item, one.guesses))
    by_row = next((guess.name for guess in one.guesses if guess.target == WAVE), None)
    texts = {guess.name: [row[grid.header.index(guess.name)] for row in grid.rows] for guess in one.guesses}
    labelled = {name: _labelled(grid, name, cells) for name, cells in texts.items()}
    one.answers = {} if table == LEAVE_OUT else _answers(one.guesses, labelled)
    update = {
        "header": found.header,
        "table": table,
        "wave": ((wave or ASK) if stems else wave if others else None)
        if table == "questionnaire" and not by_row
        else None,
        "waves": {text: moment_of_wave(text) or ASK for text in _distinct(labelled[by_row])} if by_row else {},
        "columns": {guess.name: guess.target for guess in one.guesses},
        "units": _units(one.guesses, texts),
        "leave_out_rows": found.left_out,
        "reversed": _reversed(one.guesses),
        "values": {ours: {text: said for text, (said, _) in texts.items()} for ours, texts in one.answers.items()},
    }
    return replace(one, source=one.source.model_copy(update=update))


def _has_few_answers(guess: Guess, texts: list[str]) -> bool:
    """A column that nothing in the data dictionary is, with a few answers that several people share."""
    counts = Counter(fold(text) for text in texts if text.strip() and not status_of(text))
    shared = sum(count >= _FEWEST for count in counts.values())
    return guess.target == LEAVE_OUT and guess.sure <= 50 and 2 <= shared and len(counts) <= _MOST_ANSWERS


def _labelled(grid: Grid, name: str, cells: list[str]) -> list[str]:
    labels = scale_labels(grid.value_labels.get(name, {}), cells, grid.missing.get(name, ()))
    return [labels.get(cell, cell) for cell in cells]


def _reversed(guesses: Sequence[Guess]) -> tuple[str, ...]:
    """The items whose name says that 1 is the best answer: `Health (1 = very good, 5 = very poor)`."""
    found = []
    for guess in guesses:
        item = guess.target if guess.target in ITEMS else guess.target.rpartition("_")[0]
        points = [fold(point) for point in ITEMS[item].points] if item in ITEMS else []
        said = _FIRST_POINT.search(f"{guess.name} {guess.label}")
        if said and fold(said[1]) in points[len(points) // 2 + 1 :]:
            found.append(item)
    return tuple(dict.fromkeys(found))


def _distinct(texts: Iterable[str]) -> list[str]:
    first: dict[str, str] = {}
    for text in texts:
        if text.strip():
            first.setdefault(fold(text), text.strip())
    return list(first.values())


def _answers(guesses: Sequence[Guess], texts: dict[str, list[str]]) -> dict[str, dict[str, tuple[str, int]]]:
    """Answers that the data dictionary does not know and that several people gave: what each may mean, and how many gave it."""
    found: dict[str, dict[str, tuple[str, int]]] = {}
    for guess in guesses:
        if guess.target in (SESSION, ATTENDED):
            found.setdefault(guess.target, {}).update(_own_marks(texts[guess.name]))
            continue
        ours = f"{guess.target}_pre" if guess.target in STEMS else guess.target
        column = next((table_columns(table)[ours] for table in TABLES if ours in table_columns(table)), None)
        if column is None or column.kind not in ("whole", "choice", "name"):
            continue
        counts = Counter(fold(text) for text in texts[guess.name] if text.strip() and not status_of(text))
        spelt = {fold(text): text.strip() for text in reversed(_distinct(texts[guess.name]))}
        if column.kind == "name":
            known = {spelt[text]: (ASK, count) for text, count in counts.items() if not is_name(text)} | {
                spelt[text]: (name, count)
                for text, count in counts.items()
                for name in column.facts.get("known", ())
                if _names(text, name)
            }
        else:
            known = {
                spelt[text]: (ASK, count)
                for text, count in counts.items()
                if not readable(text, guess.target) or (column.kind == "choice" and not is_answer(text, guess.target))
            }
        shared = {
            text: each
            for text, each in known.items()
            if each[1] >= _FEWEST and not text.replace(".", "").replace(",", "").lstrip("-").isdigit()
        }
        if shared and len(shared) <= _MOST_ANSWERS:
            found.setdefault(guess.target, {}).update(shared)
    return {target: answers for target, answers in found.items() if answers}


def _own_marks(texts: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Marks of a register of which nothing says whether they are of people who came."""
    counts = Counter(text.strip() for text in texts if text.strip() and not is_mark(text) and not status_of(text))
    return {text: (ASK, count) for text, count in counts.items() if len(text) <= _LONGEST_MARK}


def _names(text: str, name: str) -> bool:
    """Whether a course is the one that pages compare with the others: classes of English."""
    return name == "esol" and any(word in text.split() for word in ("english", "esol", "efl", "esl"))


def _units(guesses: Sequence[Guess], texts: dict[str, list[str]]) -> dict[str, str]:
    """The unit of times that do not say it themselves: by the column's name, else months where years cannot be, else asked."""
    named = {guess.target: texts[guess.name] for guess in guesses}
    found = {}
    for guess in guesses:
        if guess.target in TIMES and (unit := unit_of(guess.label or guess.name, guess.target, texts[guess.name])):
            found[guess.target] = "months" if unit == ASK and _older_than_life(guess.target, named) else unit
    return found


def _older_than_life(ours: str, named: dict[str, list[str]]) -> int:
    """How many people would have come before they were born if their time were in years."""
    columns = (named.get(ours), named.get("birth_year"), named.get("joined_on"))
    if any(column is None for column in columns):
        return 0
    return sum(_is_older(*cells) for cells in zip(*columns, strict=True))  # type: ignore[arg-type]


def _is_older(time: str, born: str, joined: str) -> bool:
    years, birth, start = months(time, "years"), re.search(_YEAR, born), re.search(_YEAR, joined)
    return (
        bool(years and birth and start) and not has_unit(time) and float(years) / 12 > int(start[0]) - int(birth[0]) + 1
    )


def _days(drafted: Sequence[Drafted], folder: Path) -> str:
    """In which order days are written, of all tables together."""
    texts: list[str] = []
    sheets = {
        (sheet.file, sheet.sheet): sheet
        for file in {one.source.file for one in drafted}
        for sheet in sheets_of(folder / file)
    }
    for one in drafted:
        if one.source.table in (LEAVE_OUT, ASK):
            continue
        sheet = sheets[one.source.file, one.source.sheet]
        grid = grid_of(sheet, one.source.header, None, dict(one.source.leave_out_rows))
        texts += [
            cell
            for name, target in one.source.columns.items()
            if target in _DAYS
            for cell in (row[grid.header.index(name)] for row in grid.rows)
        ]
        texts += [name.split(" / ")[-1] for name, target in one.source.columns.items() if target == SESSION]
    return order_of(texts)


def _with_near_ids(drafted: list[Drafted], folder: Path, order: str) -> list[Drafted]:
    """The drafts with a question for each id that nearly agrees with another."""
    done = assemble(folder, [one.source for one in drafted], order)
    asked = {
        look.where: {row: ASK for row in look.rows} for look in done.looks if look.kind == IDS and "near" in look.what
    }
    for look in done.looks:
        if look.kind == IDS and "nearly agrees" in look.what:
            asked.setdefault(look.where, {}).update({row: ASK for row in look.rows})
    return [
        replace(
            one,
            source=one.source.model_copy(update={"near_ids": _at_once(one, asked.get(one.source.name, {}), drafted)}),
        )
        for one in drafted
    ]


def _at_once(one: Drafted, asked: dict[int, str], drafted: Sequence[Drafted]) -> dict[int | str, str]:
    """One question for many ids that are written in another way throughout, such as 007 for 7; else one for each."""
    before = frozenset().union(*(other.ids for other in drafted if other is not one))
    loose = {loose_id(each) for each in before}
    alike = {each for each in one.ids - before if loose_id(each) in loose}
    if not asked or len(alike) < _MANY_IDS:
        return dict(asked)
    return {ALL: ASK}


_HEAD = """\
# How the files in this folder are to be read: a draft. Nothing in it is a decision before somebody has looked at it.
# Edit it, and run `python -m analysis check STUDY` after each edit: it lists whatever still needs a look, all at once.
# Behind # stand how sure a guess is, why, and the forms of a column's cells (with how many cells have them).
# ?          needs a decision: put the answer in its place.
# leave out  is not read. Names, addresses, remarks and what a survey program adds are left out already.
# An item such as `confidence` takes the `wave` of its table: pre (asked before), then (asked after, looking back), post
# (asked after). Write confidence_pre, confidence_then or confidence_post to say it for one column.
# docs/own-records.md explains the rest; docs/data-dictionary.md lists the columns."""


def _lines(drafted: Sequence[Drafted], unread: dict[str, str], order: str) -> Iterator[str]:
    yield _HEAD
    yield f"dates: {_scalar(order)}  # {_ORDERS[order]}"
    if unread:
        yield "ignore_files:  # not read"
        yield from (f"  - {_quoted(name)}  # {why}" for name, why in unread.items())
    yield from _own_lines(drafted)
    yield "sources:"
    for one in drafted:
        yield from _source_lines(one)


def _own_lines(drafted: Sequence[Drafted]) -> Iterator[str]:
    """What can be declared of a team's own, with the columns of numbers that nothing in the data dictionary is."""
    numbers = [
        _quoted(guess.name)
        for one in drafted
        if one.source.table == "questionnaire"
        for guess in one.guesses
        if _may_be_an_item(guess)
    ]
    yield from _OWN.splitlines()
    few = [_quoted(name) for one in drafted if one.source.table in ("questionnaire", ASK) for name in one.few]
    if few := [name for name in dict.fromkeys(few) if name not in numbers]:
        yield f"# Columns of a few answers that are left out so far (items, or groups): {', '.join(few)}"
    if numbers:
        yield f"# Columns of numbers that are left out so far: {', '.join(dict.fromkeys(numbers))}"


def _may_be_an_item(guess: Guess) -> bool:
    """A column of short numbers that nothing in the data dictionary is."""
    return guess.target == LEAVE_OUT and guess.sure <= 50 and bool(guess.forms) and all(map(_SHORT.match, guess.forms))


_SHORT = re.compile(r"[12] digits? \(")
_OWN = """\
# Questions and groups of your own: take the # away, and put their names in the place of `leave out` under `columns`.
# items:
#   wellbeing: {label: Wellbeing, scale: swemwbs}  # by a published scale (data/raw/reference/scales.yaml), as scores, or
#                                                  # as answers to its questions: wellbeing.1, wellbeing.2, ...
#   hope: {label: Hope, scale: [0, 10], better: higher}
# columns: {"Name of a column": wellbeing.2}  # what columns that are left out below are, in all tables of questionnaires
# values: {wellbeing: {Rarely: 2, Often: 4}}  # what answers in words mean, in all tables
# groups:
#   centre: {label: Centre, reference: Harbour}
#   age_band: {label: Age, of: age, bands: [30, 45]}"""


_ORDERS = {
    "iso": "every day says its order itself",
    "day first": "31/12/2013: some first numbers are above 12, no second one is",
    "month first": "12/31/2013: some second numbers are above 12, no first one is",
    ASK: "day first (31/12/2013) or month first (12/31/2013)? No day in these files decides it",
}


def _source_lines(one: Drafted) -> Iterator[str]:
    source = one.source
    yield ""
    yield f"- file: {_quoted(source.file)}"
    if source.sheet:
        yield f"  sheet: {_quoted(source.sheet)}" + (f"  # {'; '.join(one.notes)}" if one.notes else "")
    yield f"  table: {_scalar(source.table)}  # {one.sure} % sure: {one.why}"
    if source.table == LEAVE_OUT:
        return
    yield f"  header: {source.header}  # the row of the column names"
    if source.rows:
        yield f"  rows: {json.dumps(source.rows, ensure_ascii=False)}  # rows of the survey program that are no responses"
    if source.wave:
        yield f"  wave: {_scalar(source.wave)}  # when it was asked: pre, then or post"
    if source.waves:
        said = ", ".join(f"{_quoted(text)}: {_scalar(moment)}" for text, moment in source.waves.items())
        yield f"  waves: {{{said}}}"
    if source.units:
        said = ", ".join(f"{ours}: {_scalar(unit)}" for ours, unit in source.units.items())
        yield f"  units: {{{said}}}  # of times without one in the cell: years, months, weeks or days, by the name, or since some would have come before they were born if these were years"
    if source.reversed:
        yield f"  reversed: [{', '.join(source.reversed)}]  # 1 is the best answer, as their names say"
    if source.leave_out_rows:
        said = ", ".join(f"{row}: {_quoted(why)}" for row, why in source.leave_out_rows.items())
        yield f"  leave_out_rows: {{{said}}}"
    if source.near_ids:
        yield "  near_ids:  # is it the same person as the one whose id it nearly is (see `analysis check`): same or other"
        yield from (f"    {row}: {_scalar(said)}" for row, said in source.near_ids.items())
    yield "  columns:"
    yield from (_column_line(guess) for guess in one.guesses)
    if one.answers:
        yield "  values:  # what answers mean that the data dictionary does not know (given by so many)"
        for ours, texts in one.answers.items():
            yield f"    {ours}:"
            yield from (f"      {_quoted(text)}: {_scalar(said)}  # {count:,}" for text, (said, count) in texts.items())


def _column_line(guess: Guess) -> str:
    label = f" [{guess.label}]" if guess.label and guess.label != guess.name else ""
    forms = f"; {', '.join(guess.forms)}" if guess.forms else "; empty"
    return f"    {_quoted(guess.name)}: {_scalar(guess.target)}  # {guess.sure} %: {guess.why}{_inert(label)}{forms}"


def _inert(text: str) -> str:
    return (
        " ".join("".join(sign if sign.isprintable() else " " for sign in text).split()) and f" {' '.join(text.split())}"
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _scalar(text: str) -> str:
    """A word of ours as YAML; a lone ? would begin a mapping."""
    return '"?"' if text == ASK else text
