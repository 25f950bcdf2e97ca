"""What the columns of a team's own table are likely to be, how surely, and what of it only the team can say."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from analysis.participants.cells import Refused, Style, read_cell
from analysis.participants.codes import fold, status_of
from analysis.participants.draft_layout import ASK, ATTENDED, LEAVE_OUT, SESSION, WAVE
from analysis.participants.draft_tables import fits, plain_name, words
from analysis.participants.draft_values import (
    age,
    fold_id,
    has_unit,
    is_day,
    months,
    one_choice,
    point,
    scale_labels,
    serial_day,
    shape,
)
from analysis.participants.fields import Column
from analysis.participants.grid import Grid
from analysis.participants.headers import normal
from analysis.participants.platforms import Platform
from analysis.participants.schema import ITEMS, TABLES, table_columns

STEMS = (*ITEMS, "friends")
TIMES = ("months_in_uk", "months_in_area", "weeks_volunteering")
_WEAK = 60  # a guess that its cells do not bear out
_CHOICE_MARKS = ("/", ".")
_SESSION = re.compile(r"(session|week|wk|class) ?\d+")
_A_LIST = 8  # rows from which on a table without ids may be one of people all the same
_ENOUGH = 0.5  # of the cells must be readable as what a name says


@dataclass(frozen=True)
class Guess:
    """One column: what it may be (`target`), how surely in per cent, why, and which forms its cells have, most frequent first."""

    name: str
    target: str
    sure: int
    why: str
    forms: tuple[str, ...] = ()
    label: str = ""

    def to(self, target: str, sure: int, why: str) -> "Guess":
        """The guess with another target."""
        return replace(self, target=target, sure=sure, why=why)


def forms_of(texts: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """The most frequent forms of the cells of a column, with how many cells have each."""
    counts = Counter(shape(text) for text in texts if text.strip())
    return tuple(f"{name} ({count:,})" for name, count in counts.most_common(most))


def moment_of(text: str) -> str | None:
    """When a name says that an answer was given: `then`, `post` or `pre`; None where it says nothing."""
    return next((name for name, patterns in words()["moments"].items() if fits(patterns, text)), None)


def moment_of_wave(text: str) -> str | None:
    """When a wave was that a cell calls so: `first visit`, `now`, `leaving`.

    >>> moment_of_wave("First visit"), moment_of_wave("Last visit"), moment_of_wave("English")
    ('pre', 'post', None)
    """
    return moment_of(text) or ("post" if fits([*words()["last"], *words()["today"]], text) else None)


def is_later(text: str) -> bool:
    """Whether a name is one of a third wave or a later one."""
    return fits(words()["later"], text)


def guess_columns(grid: Grid, platform: Platform | None, own: Iterable[int], wave: str | None) -> list[Guess]:
    """A guess for each column of a table; `wave` is what its sheet or file says of when it was filled in."""
    guesses = _guesses(grid, platform, set(own), None if _says_both(grid) else wave)
    if any(guess.target == WAVE for guess in guesses):  # then it is for each row to say
        guesses = _guesses(grid, platform, set(own), WAVE)
    return _one_each(_other_moment(_not_yet_after(guesses)))


def _guesses(grid: Grid, platform: Platform | None, theirs: set[int], wave: str | None) -> list[Guess]:
    guesses = []
    for place, name in enumerate(grid.header):
        texts = [row[place] for row in grid.rows]
        label = grid.labels[place] if place < len(grid.labels) else ""
        guess = Guess(name, LEAVE_OUT, 50, "nothing in the data dictionary is called so", forms_of(texts), label)
        if any(other and name.startswith(f"{other}{mark}") for other in grid.header for mark in _CHOICE_MARKS):
            guesses.append(guess.to(LEAVE_OUT, 95, "one choice of a question with several"))
        elif place in theirs or (platform and platform.is_own(name)) or fits(words()["programs"], name):
            guesses.append(guess.to(LEAVE_OUT, 99, "written by the survey program"))
        else:
            labels = scale_labels(grid.value_labels.get(name, {}), texts, grid.missing.get(name, ()))
            meant = [labels.get(text, text) for text in texts]
            checked = [_checked(each, meant) for each in _by_name(guess, meant, wave)]
            borne_out = [each for each in checked if each.sure > _WEAK or each.target != LEAVE_OUT]
            guesses.append(next(iter([*borne_out, *checked, guess])))
    return guesses


def with_ids(guesses: list[Guess], grid: Grid, known: frozenset[str]) -> list[Guess]:
    """The guesses with a column of ids where none is called so: the one whose cells are ids of other tables (`known`, folded),
    else the only one in which every cell is a code of its own. Numbers alone may as well count the rows: that is asked."""
    if any(guess.target == "person_id" for guess in guesses):
        return guesses
    may_be = [
        place for place, guess in enumerate(guesses) if guess.target == LEAVE_OUT and guess.sure <= _WEAK and guess.name
    ]
    cells = {place: [fold_id(row[place]) for row in grid.rows if row[place].strip()] for place in may_be}
    theirs = [place for place, texts in cells.items() if len(set(texts) & known) >= 0.8 * len(set(texts)) >= 2.4]
    alone = [place for place, texts in cells.items() if len(texts) >= 3 and _are_codes(texts)]
    found = theirs or alone
    if len(found) != 1:
        return guesses
    place, why = found[0], "its cells are ids of other tables" if theirs else "each cell is a code of its own"
    sign = any(sign.isalpha() for text in cells[place] for sign in text)
    guess = guesses[place].to("person_id", 70, why) if sign else guesses[place].to(ASK, 50, f"person_id? {why}")
    return [*guesses[:place], guess, *guesses[place + 1 :]]


def _are_codes(texts: Sequence[str]) -> bool:
    """Whether cells are all different, with letters and digits, and of one form."""
    forms = {shape(text) for text in texts}
    return len(set(texts)) == len(texts) and len(forms) == 1 and all(map(_CODE.fullmatch, texts))


_CODE = re.compile(r"(?=.*[a-z])(?=.*\d)[a-z0-9_.-]{3,12}")


def _says_both(grid: Grid) -> bool:
    """Whether the names of the columns say themselves of some that they were asked before and of others after: then no title counts."""
    names = [name for name in (*grid.header, *grid.labels) if _as_item(_tail(name))]
    said = {moment_of(name) or ("post" if fits(words()["today"], name) else None) for name in names}
    return {"pre", "post"} <= said


def _by_name(guess: Guess, texts: Sequence[str], wave: str | None) -> Iterator[Guess]:
    """What a column may be by its label or name, the likeliest first."""
    for said in filter(None, (guess.name, guess.label)):
        if exact := _exact(said):
            yield guess.to(exact, 99, "called so in the data dictionary")
    for said in filter(None, (guess.label, guess.name)):
        yield from _by_words(guess, said, texts, wave)


def _exact(said: str) -> str:
    """The column of the data dictionary that a name, or its part behind the group of a form, is."""
    known = {column for table in TABLES for column in table_columns(table)} - {"type", "field"}
    return next((name for name in (normal(said), normal(_tail(said))) if name in known), "")


def _tail(said: str) -> str:
    """A name without the group of a form, or the words of a merged cell, before it."""
    return re.split(r" / |/|[.](?=\w)", said)[-1]


def _by_words(guess: Guess, said: str, texts: Sequence[str], wave: str | None) -> Iterator[Guess]:
    filled, name = [text for text in texts if text.strip()], _tail(said)
    under_a_day = is_day(said.split(" / ")[-1])
    if _are_marks(filled) and (under_a_day or _SESSION.fullmatch(plain_name(name))):
        yield guess.to(SESSION, 95, "marks under a day or a session")
    if under_a_day and len({fold(text) for text in filled}) <= 12 and all(len(text) <= 20 for text in filled):
        yield guess.to(SESSION, 85, "under a day, with marks of the team's own")
    if filled and _are_marks(filled) and fits(words()["attended"], name):
        yield guess.to(ATTENDED, 85, "says who came")
    if _names_waves(name, filled):
        yield guess.to(WAVE, 80, "names the wave of a row")
    if fits(words()["names"], name):
        yield guess.to(LEAVE_OUT, 95, "names or addresses somebody; never read")
    item = _as_item(name)
    if item and moment_of(said) == "then":
        yield _item(guess, item, said, wave)
    told = {"course", "field", "date"} if item else set()
    told |= {"course", "field", "type"} if fits(words()["texts"], name) or fits(words()["age"], name) else set()
    for target, patterns in words()["columns"].items():
        if fits(patterns, name) and target not in told:
            yield guess.to(target, 90 if target == "person_id" else 85, "by its name")
    if item:
        yield _item(guess, item, said, wave)
    if filled and sum(is_answer(text, "type") for text in filled) >= 0.8 * len(filled):
        yield guess.to("type", 75, "its cells are kinds of advice")
    if fits(words()["age"], name):
        told_at_joining = wave != "post" and filled and all(age(text) for text in filled)
        yield (
            guess.to("age_at_joining", 85, "ages")
            if told_at_joining
            else guess.to(LEAVE_OUT, 90, "an age or a band of it")
        )
    if fits(words()["texts"], name):
        yield guess.to(LEAVE_OUT, 90, "texts or remarks")


def _names_waves(name: str, filled: Sequence[str]) -> bool:
    """Whether a column says of each row which wave it is: all its cells are moments, or it is called so and some are, or its
    name is nothing else."""
    distinct = {fold(text) for text in filled}
    if not 1 < len(distinct) <= 8:
        return False
    said = {moment_of_wave(text) for text in distinct}
    if len(said) > 1 and None not in said:
        return True
    short = len(plain_name(name).split()) <= 3
    return fits(words()["waves"], name) and not _as_item(name) and (said != {None} or short)


def _as_item(said: str) -> str:
    return next((item for item, patterns in words()["items"].items() if fits(patterns, said)), "")


def _item(guess: Guess, item: str, said: str, wave: str | None) -> Guess:
    told = moment_of(said)
    if told is None and wave is None and fits(words()["today"], said):
        return guess.to(f"{item}_post", 90, _NOW)
    if told == "post" and wave == "pre":
        return guess.to(ASK, 50, f"{item}_post, as its name says, or {item}_pre, as its table does?")
    if told != "then" and wave != "pre" and (fits(words()["past"], said) or (told == "pre" and wave == "post")):
        return guess.to(ASK, 50, f"{item}_pre (asked before) or {item}_then (remembered when asked after)?")
    if told:
        return guess.to(f"{item}_{told}", 90, "by its name")
    when = "row" if wave == WAVE else "sheet or file"
    return guess.to(item, 85 if wave else 40, f"by its name; when, by its {when}" if wave else "by its name")


_NOW = "by its name: as it is now"


def _not_yet_after(guesses: list[Guess]) -> list[Guess]:
    """Items asked as they are now, in a table that asks nothing about before or after: now may be the start as well."""
    others = {guess.target for guess in guesses if guess.why != _NOW}
    if ASK in others or any(target.endswith(("_pre", "_then", "_post")) for target in others):
        return guesses
    return [
        guess.to(stem, 40, "by its name; now may be the start or the end")
        if guess.why == _NOW and (stem := guess.target.removesuffix("_post")) not in others
        else guess
        for guess in guesses
    ]


def is_mark(text: str) -> bool:
    """Whether a cell of a register says that somebody came or did not."""
    return fold(text) in _marks() or text.strip() in _marks()


@cache
def _marks() -> set[str]:
    return {fold(str(mark)) for mark in (*words()["present"], *words()["absent"])} | set("✓✔√✗/-–")


def _are_marks(texts: Sequence[str]) -> bool:
    return sum(map(is_mark, texts)) >= 0.8 * len(texts)


def _other_moment(guesses: list[Guess]) -> list[Guess]:
    """Items that say nothing of when they were asked, where the same item stands there once more, asked after: those before."""
    counted = Counter(guess.target for guess in guesses)
    targets = set(counted)
    return [
        guess.to(f"{guess.target}_pre", 75, "the same item stands there as asked after, so this one is from before")
        if guess.target in STEMS
        and guess.sure < 50
        and counted[guess.target] == 1
        and f"{guess.target}_post" in targets
        and f"{guess.target}_pre" not in targets
        else guess
        for guess in guesses
    ]


def _one_each(guesses: list[Guess]) -> list[Guess]:
    """Of several columns that may be the same thing, the surest; where several are as sure, none, and all are asked about."""
    best: dict[str, int] = {}
    for guess in guesses:
        best[guess.target] = max(best.get(guess.target, 0), guess.sure)
    ties = Counter(guess.target for guess in guesses if guess.sure == best[guess.target])
    return [_only(guess, best[guess.target], ties[guess.target]) for guess in guesses]


def _only(guess: Guess, best: int, ties: int) -> Guess:
    if guess.target in (LEAVE_OUT, SESSION, ASK) or (guess.sure == best and ties == 1):
        return guess
    if guess.target == "date":
        return guess.to(LEAVE_OUT, 50, "another column is the day")
    if not guess.forms and guess.sure < best:
        return guess.to(LEAVE_OUT, 60, f"no cell is filled, and another column is {guess.target}")
    return guess.to(ASK, 40, f"one of several columns that may be {guess.target}")


def _checked(guess: Guess, texts: Sequence[str]) -> Guess:
    """The guess as far as the cells bear it out."""
    target = guess.target
    if target in (LEAVE_OUT, SESSION, ATTENDED, WAVE, ASK):
        return guess
    filled = [text for text in texts if text.strip() and not status_of(text)]
    if not filled:
        return guess if guess.sure == 99 else guess.to(target, min(guess.sure, 60), f"{guess.why}; no cell is filled")
    share = sum(readable(text, target) for text in filled) / len(filled)
    kinds = {fold(text) for text in filled}
    if guess.sure < 99 and share < _ENOUGH and _as_item(guess.name) and 2 < len(kinds) <= 12 < 2 * len(filled):
        return guess.to(
            ASK, 40, f"named like {target}, whose answers its cells are not: {target} and `values`, or leave out?"
        )
    if guess.sure < 99 and share < _ENOUGH:
        return guess.to(LEAVE_OUT, 60, f"named like {target}, but {100 * (1 - share):.0f} % of its cells are none")
    if target == "person_id" and len({fold(text) for text in filled}) < 3 <= len(filled):
        return guess.to(LEAVE_OUT, 60, "named like an id, but hardly two rows differ")
    return guess.to(target, round(guess.sure * (0.6 + 0.4 * share)), guess.why)


@lru_cache(maxsize=20_000)
def readable(text: str, target: str) -> bool:
    """Whether one cell can be read as a column of ours, in any of the ways in which people write."""
    if target in ("date", "joined_on", "interview_date", "session_date", "contact_date"):
        return is_day(text) or serial_day(text) is not None
    if target in TIMES and (has_unit(text) or months(text, "years") is not None):
        return True
    if target == "birth_year" and is_day(text) or target == "age_at_joining" and age(text):
        return True
    if target == "person_id":
        return bool(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.\- ]{0,39}", text.strip()))
    column = _column(target)
    if column is None or column.kind in ("name", "choice"):
        return len(text) <= 60
    try:
        read_cell(point(text), column, Style())
    except Refused:
        return False
    return True


def is_name(text: str) -> bool:
    """Whether a cell can be the name of a course or a group, as it is or without the mark at its end that forms put there."""
    try:
        read_cell(one_choice(text), table_columns("questionnaire")["course"], Style())
    except Refused:
        return False
    return True


def is_answer(text: str, target: str) -> bool:
    """Whether a cell is one of the answers of a column of ours that has a list of them."""
    column = _column(target)
    listed = [*column.choices, *column.choices.values(), *column.facts.get("also", {})] if column else []
    return fold(text) in {fold(each) for each in listed}


@cache
def _column(target: str) -> Column | None:
    name = f"{target}_pre" if target in STEMS else target
    return next((table_columns(table)[name] for table in TABLES if name in table_columns(table)), None)


def table_of(guesses: Sequence[Guess], name: str, repeats: bool, rows: int) -> tuple[str, int, str]:
    """Which participant file a table is, how surely, and why; `repeats`: whether an id stands in several of its `rows`."""
    targets = Counter(guess.target for guess in guesses)
    stems = sum(any(target == stem or target.startswith(f"{stem}_") for stem in STEMS) for target in targets)
    about = sum(
        target in targets for target in ("birth_year", "age_at_joining", "joined_on", "months_in_uk", "months_in_area")
    )
    if "person_id" not in targets:
        if stems > 1:
            return "questionnaire", 50, "items of the questionnaire, and no column of ids"
        if targets[SESSION] >= 2:
            return "attendance", 50, "marks under days or sessions, and no column of ids"
        return (ASK, 30, "no column of ids") if rows >= _A_LIST else (LEAVE_OUT, 80, "no column of ids, and few rows")
    if targets[SESSION] >= 2:
        return "attendance", 95, "marks under days or sessions"
    if stems or about:
        return "questionnaire", 95 if stems > 1 else 75, "items of the questionnaire, or facts about the person"
    if fits(words()["advice"], name) or targets["type"] or targets["contact_date"]:
        return "advice_contacts", 85, "named so, or with a type of advice"
    if targets[ATTENDED] or targets["session_date"] or targets["session_number"] or fits(words()["attendance"], name):
        return "attendance", 85, "named so, or with a day of a session"
    if targets["date"] and repeats:
        return ASK, 50, "days of people: sessions (attendance) or occasions of advice (advice_contacts)?"
    return ASK, 30, "ids, and nothing else that is known"


def fitted_to(table: str, guesses: Sequence[Guess], wave: str | None) -> list[Guess]:
    """The guesses with what the table does not have left out, and with its own name for the day."""
    days = {"attendance": "session_date", "advice_contacts": "contact_date"}
    known = set(table_columns(table)) if table in TABLES else set()
    targets = {guess.target for guess in guesses}
    fitted = [_fitted(guess, table, days.get(table, ""), known, targets) for guess in guesses]
    of_before = wave == "pre" and not any(target.endswith("_post") for target in targets)
    return [_of_before(guess) for guess in fitted] if of_before else fitted


def _of_before(guess: Guess) -> Guess:
    """The day of a questionnaire filled in before is none of the interview after; whether people joined then, the team knows."""
    if guess.target != "interview_date" and "(interview_date)" not in guess.why:
        return guess
    return guess.to(ASK, 40, "the day of answers before: that of joining, too (joined_on), or leave out?")


def _fitted(guess: Guess, table: str, day: str, known: set[str], targets: set[str]) -> Guess:
    if table == ASK:
        return guess
    allowed = {
        ASK,
        LEAVE_OUT,
        *((SESSION, ATTENDED) if table == "attendance" else ()),
        WAVE if table == "questionnaire" else "",
    }
    if guess.target == "date":
        if day and day not in targets:
            return guess.to(day, 85, "the only day")
        if table == "questionnaire" and "interview_date" not in targets:
            return guess.to(
                ASK, 40, "a day: of joining (joined_on), of the interview after (interview_date), or neither?"
            )
        return guess.to(LEAVE_OUT, 60, "no second day is read")
    if guess.target in allowed or guess.target in known or (table == "questionnaire" and guess.target in STEMS):
        return guess
    return guess.to(LEAVE_OUT, 70, f"looks like {guess.target}, which this table does not have")


def unit_of(name: str, ours: str, texts: Iterable[str]) -> str | None:
    """The unit of times that do not say it in their cells: by the column's name, `?` where nothing says it, None where none needs it."""
    said = plain_name(name)
    plain_ones = [text for text in texts if text.strip() and not has_unit(text) and months(text, "years") is not None]
    if not plain_ones:
        return None
    if normal(_tail(name)) == ours:  # the data dictionary's own name, with its unit
        return ours.partition("_")[0] if ours.startswith("months") else None
    found = [unit for unit, pattern in _UNIT_WORDS.items() if re.search(pattern, said)]
    unit = found[0] if len(found) == 1 else ASK
    return None if unit == "weeks" and ours == "weeks_volunteering" else unit


_UNIT_WORDS: Mapping[str, str] = {
    "years": r"\b(years?|yrs?)\b",
    "months": r"\b(months?|mths?)\b",
    "weeks": r"\b(weeks?|wks?)\b",
}
