"""A team's own tables as participant files: waves joined by id, registers and logs put together, everything odd gathered."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from analysis.errors import InputError
from analysis.participants.codes import fold
from analysis.participants.draft_layout import ALL, ASK, LEAVE_OUT, OTHER, SAME, WAVE, Source
from analysis.participants.draft_looks import DECIDE, FILES, GUESSED, IDS, LEFT, NOTED, RULES, Look, grouped
from analysis.participants.draft_rows import Line, Part, read_part
from analysis.participants.draft_sheets import Sheet, sheets_of
from analysis.participants.draft_values import fold_id
from analysis.participants.grid import Grid
from analysis.participants.own_items import NOTHING, Own
from analysis.participants.rules import RULES as ROW_RULES
from analysis.participants.schema import KEYS, ONE_OF, TABLES, table_columns
from analysis.participants.typed import Table, read_grid

_PEOPLE = "questionnaire"
_NAMED = 3  # people who share a group before its size is told


@dataclass(frozen=True)
class Place:
    """Where a row of an assembled table comes from."""

    source: Source
    row: int

    def __str__(self) -> str:
        """The place as messages call it."""
        return f"{self.source.name}, row {self.row}"


@dataclass
class Assembled:
    """The participant files that sources make together, and what is to be looked at; `places` of each table's rows."""

    own: Own = NOTHING
    tables: dict[str, Table] = field(default_factory=dict)
    places: dict[str, list[Place]] = field(default_factory=dict)
    looks: list[Look] = field(default_factory=list)

    @property
    def stops(self) -> list[Look]:
        """What has to be mended before anything is read."""
        return [look for look in self.looks if look.stops]


def assemble(folder: Path, sources: Iterable[Source], order: str, own: Own = NOTHING) -> Assembled:
    """Read every source in a folder; `order` is that of days in sources that say none. Never raises for what lies there.

    `own` is what the team adds to the questionnaire.
    """
    done, sheets = Assembled(own), _Sheets(folder)
    parts = []
    for source in sources:
        if source.table == ASK:
            done.looks.append(
                Look(
                    DECIDE,
                    source.name,
                    "which table this is",
                    "Put questionnaire, attendance, advice_contacts or `leave out` in place of the ?",
                )
            )
        elif source.table == LEAVE_OUT:
            done.looks.append(Look(LEFT, source.name, "the whole table"))
        elif isinstance(sheet := sheets.find(source), Look):
            done.looks.append(sheet)
        else:
            parts.append(read_part(source, sheet, order, own))
    _join(parts, done)
    done.looks += _without_columns(own, parts)
    done.looks = grouped([*done.looks, *(look for part in parts for look in part.looks)])
    return done


def _without_columns(own: Own, parts: Iterable[Part]) -> Iterator[Look]:
    """Items and groups that the team declares and that no column holds."""
    read = {name for part in parts for name in part.columns}
    for name in (*own.items, *(name for name, group in own.groups.items() if not group.of)):
        if not any(each == name or each.rpartition("_")[0] == name for each in read):
            where = f"records.yaml, {'items' if name in own.items else 'groups'}: {name}"
            yield Look(FILES, where, "no column that is read holds it", "Name its columns, or take it out")


class _Sheets:
    """The sheets of a folder's files, each file read once."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.read = folder, dict[str, list[Sheet] | Look]()

    def find(self, source: Source) -> Sheet | Look:
        """The sheet of a source, or what is wrong with it."""
        if source.file not in self.read:
            self.read[source.file] = self._open(source.file)
        found = self.read[source.file]
        if isinstance(found, Look):
            return found
        fitting = [sheet for sheet in found if source.sheet in (None, sheet.sheet)]
        if len(fitting) == 1:
            return fitting[0]
        names = ", ".join(str(sheet.sheet) for sheet in found)
        return Look(FILES, source.name, f"no such sheet; there are {names}", "Correct `sheet` in records.yaml")

    def _open(self, file: str) -> list[Sheet] | Look:
        path = self.folder / file
        if Path(file).name != file or not path.is_file():
            return Look(
                FILES, file, "no such file beside records.yaml", "Put it there, or take the source out of records.yaml"
            )
        try:
            return sheets_of(path)
        except InputError as error:
            return Look(FILES, file, error.found, error.action)


def _join(parts: list[Part], done: Assembled) -> None:
    people = _People(done)
    for part in parts:
        if part.source.table == _PEOPLE:
            people.add(part)
    others = {name: _Events(name, people, done) for name in TABLES if name != _PEOPLE}
    for part in parts:
        if part.source.table != _PEOPLE:
            others[part.source.table].add(part)
    people.close([part for part in parts if part.source.table == _PEOPLE])
    for events in others.values():
        events.close()


def loose_id(text: str) -> str:
    """An id without what is easily mistyped: punctuation, leading noughts, O for 0, l and I for 1.

    >>> loose_id("NW-007") == loose_id("nw7") == loose_id("NW-O07"), loose_id("0007a") == loose_id("7A")
    (True, True)
    """
    plain = "".join(sign for sign in text.casefold() if sign.isalnum())
    head = plain.rstrip("0123456789oil")
    tail = plain[len(head) :].translate(str.maketrans("oil", "011"))
    return re.sub(r"(?<!\d)0+(?=\d)", "", head) + (tail.lstrip("0") or tail[-1:])


def is_near(one: str, other: str) -> bool:
    """Whether two folded ids differ by one sign, put in, left out, changed, or by two neighbours exchanged.

    >>> is_near("nw-12", "nw-21"), is_near("nw-12", "nw-122"), is_near("nw-12", "nw-34")
    (True, True, False)
    """
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    if len(one) == len(other):
        places = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        exchanged = len(places) == 2 and places[1] == places[0] + 1
        return len(places) == 1 or (
            exchanged and one[places[0]] == other[places[1]] and one[places[1]] == other[places[0]]
        )
    short, long = sorted((one, other), key=len)
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


@dataclass
class _People:
    """The people of the questionnaire: one row for each id, filled from every wave."""

    done: Assembled
    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    first: dict[str, Place] = field(default_factory=dict)
    origin: dict[tuple[str, str], str] = field(default_factory=dict)
    waves: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    differing: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def look(self, kind: str, place: Place, what: str, action: str) -> None:
        """Keep something that is to be looked at."""
        self.done.looks.append(Look(kind, place.source.name, what, action, rows=(place.row,)))

    def add(self, part: Part) -> None:
        """Join the rows of one source to those of the sources before it."""
        before, there = set(self.rows), {fold_id(line.texts.get("person_id", "")) for line in part.lines} - {""}
        free = before - there if 2 * len(before & there) >= len(there) else set()
        seen: dict[tuple[str, str], Line] = {}
        alike: dict[str, str] = {}
        new: list[int] = []
        respelt = 0
        for line in part.lines:
            text = line.texts.get("person_id", "")
            if not text:
                continue
            key, place = fold_id(text), Place(part.source, line.row)
            if key not in before and (matched := self.matched(key, place, free, before)):
                key = matched
            if alike.setdefault(loose_id(key), key) != key and place.source.near_ids.get(place.row) != OTHER:
                key = self._like(alike[loose_id(key)], key, place)
            respelt += key in self.rows and self.rows[key]["person_id"] != text
            if (twin := seen.get((key, line.wave))) is not None:
                self._twice(twin, line, place)
                continue
            seen[key, line.wave] = line
            new += [line.row] if before and key not in before else []
            self._fill(key, line, place)
        self._note(part, new, respelt)

    def _like(self, first: str, key: str, place: Place) -> str:
        """Within one table: two ids that differ in punctuation, noughts or the like alone."""
        if place.source.near_ids.get(place.row) == SAME:
            return first
        self._ask(place, {first})
        return key

    def _note(self, part: Part, new: list[int], respelt: int) -> None:
        people = sum(bool(line.texts.get("person_id")) for line in part.lines)
        waves = {name.rpartition("_")[2] for line in part.lines for name, text in line.texts.items() if text}
        settled = part.source.near_ids.get(ALL) in (OTHER, ASK)
        if 0 < len(new) == people and "post" in waves and "pre" not in waves and not settled:
            what = "answers of afterwards, of whom none stands in a table above it"
            action = "Correct the ids in a copy of the file, or say `near_ids: {all: other}` if they are other people"
            self.done.looks.append(Look(IDS, part.source.name, what, action, len(new), tuple(new)))
        elif new:
            self.done.looks.append(
                Look(NOTED, part.source.name, "people who stand in no table above it", count=len(new), rows=tuple(new))
            )
        if respelt:
            self.done.looks.append(
                Look(
                    NOTED, part.source.name, "ids in another spelling (case, blanks), kept in the first", count=respelt
                )
            )

    def matched(self, key: str, place: Place, free: set[str], everybody: set[str]) -> str:
        """The id that a new one nearly agrees with, if the team says that it is the same person; asks where it is not said."""
        if not everybody:
            return ""
        loose = {other for other in everybody if loose_id(other) == loose_id(key)}
        of_all = place.source.near_ids.get(ALL) if loose else None
        said = place.source.near_ids.get(place.row, of_all)
        if said == OTHER:
            return ""
        if said == ASK and of_all == ASK:
            what = "ids that agree with others but for punctuation, noughts and O for 0"
            self.look(
                IDS,
                place,
                what,
                "Say `near_ids: {all: same}`, or `{all: other}` for other people; of single rows by their number",
            )
            return ""
        near = loose or {other for other in free if is_near(key, other)}  # none is free where most of a table are new
        if said == SAME and len(near) == 1:
            return near.pop()
        if said in (SAME, ASK) or loose or len(near) == 1:
            self._ask(place, near)
        return ""

    def _ask(self, place: Place, near: set[str]) -> None:
        rows = sorted(str(self.first[other]) for other in near)
        what = (
            f"an id that nearly agrees with that of {rows[0]}"
            if len(rows) == 1
            else f"an id that nearly agrees with {len(rows)} others"
            if rows
            else "an id that agrees with no other"
        )
        action = (
            f"Say `near_ids: {{{place.row}: same}}`, or `other` for another person"
            if len(rows) == 1
            else f"Correct the id in a copy of the file, or say `near_ids: {{{place.row}: other}}`"
        )
        self.look(IDS, place, what, action)

    def _twice(self, twin: Line, line: Line, place: Place) -> None:
        same = {k: v for k, v in twin.texts.items() if k != "person_id"} == {
            k: v for k, v in line.texts.items() if k != "person_id"
        }
        if same and line.wave in ("", ASK) and WAVE in place.source.columns.values():
            return  # which wave it is of is asked
        if same:
            self.look(NOTED, place, "a row that repeats an earlier one of the same person in everything, read once", "")
        else:
            action = f"Leave one of the two out: `leave_out_rows: {{{line.row}: why}}`, or correct the id in a copy of the file"
            self.look(IDS, place, f"an id that stands in row {twin.row} already, with other answers", action)

    def _fill(self, key: str, line: Line, place: Place) -> None:
        row = self.rows.setdefault(key, {"person_id": line.texts["person_id"]})
        self.first.setdefault(key, place)
        for name, text in line.texts.items():
            self.waves[key].add(name)
            if name == "person_id" or not text:
                continue
            if row.get(name, text).casefold() != text.casefold():
                self.differing[name, self.origin[key, name], place.source.name] += 1
                continue
            row[name] = text
            self.origin[key, name] = place.source.name

    def close(self, parts: list[Part]) -> None:
        """Make the table, and say where two sources contradict each other."""
        for (name, one, other), count in self.differing.items():
            action = f"Leave {name} out in one of the two (`leave out` under `columns`)"
            self.done.looks.append(
                Look(RULES, f"{one} and {other}", f"{name} of the same person differs", action, count)
            )
        known = table_columns(_PEOPLE) | self.done.own.columns
        names = [name for name in known if any(name in part.columns for part in parts)]
        if self.rows:
            asked = {name for name, column in known.items() if "stage" in column.facts}
            rows = [[self._cell(key, name, asked) for name in names] for key in self.rows]
            _finish(_PEOPLE, names, rows, [self.first[key] for key in self.rows], self.done)

    def _cell(self, key: str, name: str, asked: set[str]) -> str:
        """The text of a cell; of somebody who is in no table with a question, that it was not put."""
        return self.rows[key].get(name, "" if name in self.waves[key] or name not in asked else "not_asked")


@dataclass
class _Events:
    """Attendances or occasions of advice, from any number of registers and logs."""

    table: str
    people: _People
    done: Assembled
    rows: list[tuple[dict[str, str], Place]] = field(default_factory=list)
    logs: list[Source] = field(default_factory=list)

    def add(self, part: Part) -> None:
        """Add the rows of one source, with ids in the spelling of the questionnaire."""
        everybody = set(self.people.rows)
        unknown: dict[str, Place] = {}
        for line in part.lines:
            if text := line.texts.get("person_id", ""):
                key, place = fold_id(text), Place(part.source, line.row)
                if everybody and key not in everybody:
                    key = self._matched(text, place, unknown, everybody)
                self.rows.append(
                    ({**line.texts, "person_id": self._spelt(key, text), **self._contact(part, line)}, place)
                )
        self.people.done.looks += [
            Look(
                IDS,
                place.source.name,
                "an id that nobody in the questionnaire has",
                f"Correct it in a copy of the file, leave the row out, or say `near_ids: {{{place.row}: other}}` for somebody who joined and answered nothing",
                rows=(place.row,),
            )
            for place in unknown.values()
        ]

    def _spelt(self, key: str, text: str) -> str:
        return self.people.rows[key]["person_id"] if key in self.people.rows else text

    def _matched(self, text: str, place: Place, unknown: dict[str, Place], everybody: set[str]) -> str:
        key, asked = fold_id(text), len(self.done.looks)
        if found := self.people.matched(key, place, everybody, everybody):
            return found
        if place.source.near_ids.get(place.row) == OTHER:
            self.people.rows.setdefault(key, {"person_id": text})
            self.people.first.setdefault(key, place)
        elif len(self.done.looks) == asked:
            unknown.setdefault(key, place)
        return key

    def _contact(self, part: Part, line: Line) -> dict[str, str]:
        """Occasions of advice have an id; where the log has none, it is made of the log's place and the row."""
        if self.table != "advice_contacts" or line.texts.get("contact_id"):
            return {}
        if part.source not in self.logs:
            self.logs.append(part.source)
        return {"contact_id": f"log{self.logs.index(part.source) + 1}-row{line.row}"}

    def close(self) -> None:
        """Make the table, with what stands in two registers once."""
        kept = self._once()
        names = [name for name in table_columns(self.table) if any(name in texts for texts, _ in kept)]
        if kept:
            _finish(
                self.table,
                names,
                [[texts.get(name, "") for name in names] for texts, _ in kept],
                [place for _, place in kept],
                self.done,
            )

    def _once(self) -> list[tuple[dict[str, str], Place]]:
        if self.table != "attendance":
            return self.rows
        key = [name for name in KEYS[self.table] if name != "course"]
        courses: dict[tuple[str, ...], dict[str, Place]] = defaultdict(dict)
        kept, repeated = [], Counter[str]()
        for texts, place in sorted(self.rows, key=lambda each: not each[0].get("course")):
            found, course = courses[tuple(texts.get(name, "") for name in key)], texts.get("course", "").casefold()
            if course in found or (not course and found):
                repeated[place.source.name] += 1
                continue
            found[course] = place
            kept.append((texts, place))
        self.done.looks += [
            Look(NOTED, name, "sessions of a person that stand in a register already, counted once", count=count)
            for name, count in repeated.items()
        ]
        return kept


def _finish(table: str, names: list[str], rows: list[list[str]], places: list[Place], done: Assembled) -> None:
    """The rows as a checked table; whatever breaks a rule is gathered."""
    rows = _spelt_alike(table, names, rows, done)
    files = " and ".join(dict.fromkeys(place.source.name for place in places))
    formats = "put together as records.yaml says"
    try:
        grid = Grid(files, names, rows, [place.row for place in places], formats)
        made = read_grid(grid, table, more=done.own.columns if table == _PEOPLE else {})
    except InputError as error:
        done.looks.append(Look(RULES, error.place, error.found, error.action))
        return
    done.looks += _broken(made, places)
    done.tables[table], done.places[table] = made, places


def _spelt_alike(table: str, names: list[str], rows: list[list[str]], done: Assembled) -> list[list[str]]:
    """The rows with names of courses and groups that differ in case and blanks alone in the spelling that most people have."""
    known = table_columns(table) | (done.own.columns if table == _PEOPLE else {})
    for place, name in enumerate(names):
        if known[name].kind != "name" or name == "study":
            continue
        counts = Counter(row[place] for row in rows if row[place])
        best = {
            fold(text): text
            for text, _ in sorted(
                counts.items(), key=lambda each: (each[1], not each[0].islower() and not each[0].isupper())
            )
        }
        respelt = sum(count for text, count in counts.items() if best[fold(text)] != text)
        if respelt:
            what = "names in another spelling (case, blanks), taken as the most frequent one"
            done.looks.append(Look(NOTED, f"{table}, {name}", what, count=respelt))
        rows = [[*row[:place], best.get(fold(row[place]), row[place]), *row[place + 1 :]] for row in rows]
        if table == _PEOPLE and (name in done.own.groups or name == "course"):
            done.looks += _of_groups(name, Counter(row[place] for row in rows if row[place]))
    return rows


def _of_groups(name: str, counts: Counter[str]) -> Iterator[Look]:
    """The groups that people are in: two words for the same are two groups until `values` says so. Groups of few are not named."""
    named = [f"{group} ({count})" for group, count in counts.most_common() if count >= _NAMED]
    rest = len(counts) - len(named)
    said = ", ".join([*named, f"{rest} of fewer than {_NAMED} people"] if rest else named)
    action = f"If two are the same, say so: `values: {{{name}: {{ONE: ANOTHER}}}}`"
    if counts:
        yield Look(GUESSED, f"questionnaire, {name}", f"{len(counts)} groups: {said}", action)


def _broken(table: Table, places: list[Place]) -> Iterator[Look]:
    for rule in ROW_RULES[table.name]:
        for index in np.flatnonzero(rule.broken(table.values)):
            place = places[int(index)]
            yield Look(
                RULES,
                place.source.name,
                f"{' and '.join(rule.columns)}; expected {rule.says}",
                f"Check against the paper record; say what is right under `cells`, or `cells: {{{rule.columns[-1]}: {{ROW: missing}}}}`",
                rows=(place.row,),
            )
    wanted = list(ONE_OF.get(table.name, ()))
    if wanted:
        for index in np.flatnonzero(table.values[wanted].isna().all(axis=1)):
            yield Look(
                RULES,
                places[int(index)].source.name,
                f"neither {' nor '.join(wanted)}",
                "Leave the row out, or fill one of the two in",
                rows=(places[int(index)].row,),
            )
