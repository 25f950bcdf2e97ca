"""A reader of the programme page who takes every table at its word: which hidden counts follow from all of them together.

Nothing of the code that hides counts is used. Cells are read from the rendered tables, each is an unknown whole number or
one that is printed, and the equations are what the words of the rows and columns say.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from analysis.disclosure.page import read_page

Cell = tuple[str, str, str]  # table, row, column
SHARE = re.compile(r"([\d.,]+)%")
MARK = re.compile(r"((people|referrals|points|percentage points) · )?(measured|published|recomputed).*$")
OUTCOMES = {
    "Financial independence": "Greater financial independence",
    "Confidence": "More confident (all participants)",
}
ENDED = "destination not recorded", "still on the programme"
QUARTERS = "by_quarter_participants"


def inside_period(quarter: str, period: str) -> bool:
    """Whether a quarter lies in a period, both as "July 2017 to September 2017"."""
    (start, end), (first, last) = (
        [datetime.strptime(m, "%B %Y") for m in each.split(" to ")] for each in (quarter, period)
    )
    return first <= start and end <= last


def read_tables(displays: Mapping[str, str]) -> dict[Cell, str]:
    """The text of each cell of the tables of some displays (name: HTML), without the marks in the column headings."""
    cells = {}
    for name, html in displays.items():
        rows = next(iter(read_page(html).tables), [])
        for row in (row for row in rows[1:] if len(row) == len(rows[0])):
            cells |= {
                (name, row[0], MARK.sub("", head).strip()): text
                for head, text in zip(rows[0][1:], row[1:], strict=True)
            }
    return cells


def count_in(text: str) -> int | None:
    """The whole number that a cell prints."""
    return int(text.replace(",", "")) if re.fullmatch(r"\d[\d,]*", text) else None


class Attack:
    """Unknown counts and what is said of them."""

    def __init__(self, cells: Mapping[Cell, str], people: int, referrals: int) -> None:
        self.cells, self.names = cells, {}
        self.low, self.high = [], []
        self.rows: list[tuple[dict[int, float], float, float]] = []
        self.people, self.referrals = (
            self.unknown(name, n, n) for name, n in (("people", people), ("referrals", referrals))
        )
        for cell, text in cells.items():
            number = 0 if text.startswith("none") else count_in(text)
            if number is not None or text == "hidden":
                self.unknown(cell, number or 0, np.inf if number is None else number)
        for part in (
            self.way_in,
            self.measures,
            self.sexes,
            self.groups,
            self.not_recorded,
            self.over_time,
            self.quarters,
            self.endings,
            self.scales,
            self.others,
        ):
            part()

    def unknown(self, name: object, low: float = 0, high: float = np.inf) -> int:
        if name not in self.names:
            self.names[name] = len(self.names)
            self.low.append(low)
            self.high.append(high)
        return self.names[name]

    def cell(self, table: str, row: str, column: str) -> int | None:
        return self.names.get((table, row, column))

    def table(self, name: str) -> list[str]:
        return list(dict.fromkeys(row for table, row, _ in self.cells if table == name))

    def columns(self, name: str) -> list[str]:
        return list(dict.fromkeys(column for table, _, column in self.cells if table == name))

    def adds(self, whole: int | None, parts: Iterable[int | None], rest: str = "") -> None:
        """The parts add up to the whole; with a `rest`, that many may be left."""
        places = [whole, *parts]
        if None in places:
            return
        weights = {place: 0.0 for place in places}
        weights[whole] += 1
        for place in places[1:]:
            weights[place] -= 1
        if rest:
            weights[self.unknown(("rest", rest))] = -1.0
        self.rows.append((weights, 0.0, 0.0))

    def is_share(self, part: int | None, whole: int | None, text: str) -> None:
        """A printed percentage of one decimal says how large the part is where the whole is printed."""
        found = SHARE.match(text)
        if found and part is not None and whole is not None and self.low[whole] == self.high[whole]:
            share, half = float(found[1]) / 100, 0.0005 + 1e-9
            n = self.low[whole]
            self.rows.append(({part: 1.0}, n * (share - half), n * (share + half)))

    def way_in(self) -> None:
        steps = {row: self.cell("funnel", row, "People") for row in self.table("funnel")}
        decisions = {row: self.cell("decisions", row, "Referrals") for row in self.table("decisions")}
        if not decisions:
            return
        *taken, pending = decisions
        self.adds(steps["Referrals received"], [self.referrals])
        self.adds(steps["Started"], [self.people])
        self.adds(self.referrals, decisions.values())
        self.adds(steps["Decided"], [decisions[name] for name in taken])
        self.adds(self.referrals, [steps["Decided"], decisions[pending]])
        self.adds(steps["Eligible"], [decisions["eligible"]])
        for column, whole in (("Referrals", self.referrals), ("Started", self.people)):
            parts = {row: self.cell("sources", row, column) for row in self.table("sources")}
            self.adds(whole, parts.values(), f"no source of {column}")
            for row, part in parts.items():
                self.is_share(
                    part,
                    whole,
                    self.cells[
                        "sources", row, f"Share of {'referrals' if column == 'Referrals' else 'those who started'}"
                    ],
                )
        for row, part in decisions.items():
            self.is_share(part, self.referrals, self.cells["decisions", row, "Share"])

    def counted(self, label: str, column: str = "Counted") -> int | None:
        found = (
            self.cell(f"records_{table}", label, column)
            for table in ("outputs", "results", "other_results", "target_groups", "outcomes")
        )
        return next((place for place in found if place is not None), None)

    def measures(self) -> None:
        for table, label, column in list(self.cells):
            if table.startswith("records_") and column == "Counted":
                base = self.cell(table, label, "Base")
                self.adds(base, [self.cell(table, label, column)], f"base less {label}")
                self.adds(self.people, [base], f"all less base of {label}")
                for share, whole in (("Share of the base", base), ("Share of all participants", self.people)):
                    self.is_share(self.cell(table, label, column), whole, self.cells.get((table, label, share), ""))
        self.adds(self.people, map(self.counted, ("Men", "Women")), "of unknown or other sex")
        self.adds(self.people, map(self.counted, ("Unemployed", "Economically inactive")))
        work = "Into employment, on leaving"
        self.adds(
            self.counted(work),
            map(
                self.counted,
                ("Into employment, unemployed when joining", "Into employment, economically inactive when joining"),
            ),
        )
        for row in self.table("national"):
            share = self.cells["national", row, "Programme, matching base"]
            self.is_share(self.cell("national", row, "Counted"), self.cell("national", row, "Base"), share)
        for one, other in (
            ("Men", "Men"),
            ("Women", "Women"),
            ("Unemployed when joining", "Unemployed"),
            ("Disabled", "Disabled"),
        ):
            self.adds(self.cell("national", one, "Counted"), [self.counted(other)])

    def sexes(self) -> None:
        men = next((column for column in self.columns("by_sex") if column.startswith("Men")), "Men")
        for label in self.table("by_sex"):
            women, others = (self.cell("by_sex", label, column) for column in ("Women", men))
            bases = [self.cell("by_sex", label, f"Base, {name}") for name in ("women", men.lower())]
            rest = "" if men != "Men" else f"neither sex of {label}"
            self.adds(self.counted(label), [women, others], rest)
            self.adds(self.counted(label, "Base"), bases, rest and f"neither sex in base of {label}")
            for part, base in ((women, bases[0]), (others, bases[1])):
                self.adds(base, [part], f"base by sex less {label} {part}")
        first = next(iter(self.table("by_sex")), "")
        base_of_women = self.cell("by_sex", first, "Base, women")
        self.adds(base_of_women, [self.counted("Women")], "women without evidence")
        self.adds(
            self.cell("by_sex", first, f"Base, {men.lower()}"),
            [self.counted("Men")],
            "men without evidence, or of unknown sex",
        )

    def groups(self) -> None:
        for column in ("partner", "area"):
            table = f"by_{column}_count"
            for label in self.table(table):
                parts = [self.cell(table, label, group) for group in self.columns(table)]
                self.adds(self.counted(label), parts)
            for group in self.columns(table):
                for whole, parts in (
                    ("Participants", ("Men", "Women")),
                    ("Participants", ("Unemployed", "Economically inactive")),
                ):
                    places = [self.cell(table, name, group) for name in (whole, *parts)]
                    self.adds(places[0], places[1:], f"{group} {parts}")
                place = self.cell(table, "Into employment, on leaving", group)
                self.adds(
                    place,
                    [
                        self.cell(table, f"Into employment, {status} when joining", group)
                        for status in ("unemployed", "economically inactive")
                    ],
                    "",
                )

    def not_recorded(self) -> None:
        """A column of people without an area is there because there is somebody: they are at least those who count as having joined."""
        place = self.cell("by_area_count", "Participants", "Not recorded")
        if place is not None:
            self.adds(self.unknown("people without an area", 1), [place], "people without an area who do not count")

    def over_time(self) -> None:
        """Who joined by group and period: the columns are parts of those by group, the rows parts of those of the quarters."""
        quarters = {row: self.cell("by_quarter_participants", row, "Counted") for row in self.table(QUARTERS)}
        for column in ("partner", "area"):
            table = f"joined_by_{column}"
            for group in self.columns(table):
                parts = [self.cell(table, period, group) for period in self.table(table)]
                self.adds(self.cell(f"by_{column}_count", "Participants", group), parts)
            for period in self.table(table):
                within = [place for row, place in quarters.items() if inside_period(row, period)]
                self.adds(self.unknown(("joined in", period)), within)
                self.adds(self.names["joined in", period], [self.cell(table, period, g) for g in self.columns(table)])

    def quarters(self) -> None:
        for name, label in (
            ("participants", "Participants"),
            ("exit_employment", "Into employment, on leaving"),
            ("exit_education", "Into education or training, on leaving"),
            ("inactive_job_search", "Into job search, economically inactive when joining"),
        ):
            table, before = f"by_quarter_{name}", None
            for row in self.table(table):
                place = {
                    column: self.cell(table, row, column)
                    for column in ("Counted", "Counted to date", "Known when the quarter ended", "Came in late")
                }
                self.adds(place["Counted"], [place["Known when the quarter ended"], place["Came in late"]])
                self.adds(place["Counted to date"], [place["Counted"], *([before] if before is not None else [])])
                before = place["Counted to date"]
            if before is not None:
                self.adds(self.counted(label), [before])
        for column, whole in (("Referrals received", self.referrals), ("People who started", self.people)):
            before = None
            for row in self.table("referrals_to_date"):
                now = self.cell("referrals_to_date", row, column)
                if before is not None:
                    self.adds(now, [before], f"{column} {row}")
                before = now
            if before is not None:
                self.adds(whole, [before])

    def endings(self) -> None:
        places = {row: self.cell("destinations", row, "People") for row in self.table("destinations")}
        proven = {row: self.cell("destinations", row, "With accepted evidence") for row in places}
        if not places:
            return
        self.adds(self.people, places.values())
        for row, place in places.items():
            self.adds(place, [proven[row]], f"without evidence {row}")
            self.is_share(place, self.people, self.cells["destinations", row, "Share of all participants"])
        for label, some in (
            ("Into employment, on leaving", ("employment", "self-employment")),
            ("Into education or training, on leaving", ("education", "training")),
        ):
            self.adds(self.counted(label), [proven[row] for row in some])
            rows = [row for row in self.table("time_to_outcome") if row.startswith(label)]
            for row in rows:
                parts = {
                    column: self.cell("time_to_outcome", row, column) for column in self.columns("time_to_outcome")
                }
                self.adds(
                    self.people, [parts["Reached it at all"], parts["Left without it"], parts["Still on the programme"]]
                )
                self.adds(self.counted(label), [parts["Reached it at all"]])
                self.adds(places[ENDED[1]], [parts["Still on the programme"]])
            for row, later in zip(rows, rows[1:], strict=False):
                self.adds(
                    self.cell("time_to_outcome", row, "Followed until then"),
                    [self.cell("time_to_outcome", later, "Followed until then")],
                    f"between {row} and later",
                )
        self.gains(places)

    def gains(self, places: Mapping[str, int | None]) -> None:
        for row in self.table("gains"):
            own, other, gained, lost = (self.cell("gains", row, column) for column in self.columns("gains")[1:])
            self.adds(self.counted(self.cells["gains", row, "Instead of"]), [own])
            weights = {own: 1.0, gained: 1.0, lost: -1.0, other: -1.0}
            if None not in weights:
                self.rows.append((weights, 0.0, 0.0))
        for row, some in (
            ("Into employment, without asking for evidence", ("employment", "self-employment")),
            ("Into education or training, without asking for evidence", ("education", "training")),
        ):
            self.adds(self.cell("gains", row, "Counted by this one"), [places[name] for name in some])

    def scales(self) -> None:
        for row in self.table("distance"):
            initial, both, missing = (
                self.cell("distance", row, column)
                for column in ("Answered at the start", "Answered at both", "Missing at exit")
            )
            self.adds(initial, [both, missing])
            self.is_share(missing, initial, self.cells["distance", row, "Share missing"])
            signs = {column: self.unknown(("scale", row, column)) for column in ("Higher", "Same", "Lower")}
            self.adds(both, signs.values())
            for column, place in signs.items():
                self.is_share(place, both, self.cells["distance", row, column])
            self.adds(both, [self.counted(OUTCOMES.get(row, ""), "Base")])
            self.adds(signs["Higher"], [self.counted(OUTCOMES.get(row, ""))])

    def others(self) -> None:
        for row in self.table("differences"):
            events, counted, *parts = (
                self.cell("differences", row, column)
                for column in (
                    "People with the event",
                    "Counted",
                    "Evidence not decided",
                    "Evidence refused",
                    "Without evidence",
                )
            )
            self.adds(events, [counted, *parts])
            label = row.partition(": ")[0]
            self.adds(self.counted(label), [counted])
        for row, later in zip(self.table("sustained"), self.table("sustained")[1:], strict=False):
            self.adds(
                self.cell("sustained", row, "Left for work so long ago"),
                [self.cell("sustained", later, "Left for work so long ago")],
                f"left after {row}",
            )
        for row in self.table("sustained"):
            self.adds(
                self.cell("sustained", row, "Reviewed"), [self.cell("sustained", row, "In work")], f"not in work {row}"
            )
        shown = [self.cell("overlap", row, "Participants") for row in self.table("overlap")]
        if shown:
            self.adds(self.people, shown, "combinations not shown")

    def narrowest(self, wanted: Sequence[object], minimum: int) -> dict[object, tuple[float, float]]:
        """Of the wanted unknowns those that are left with fewer than `minimum` numbers, with the least and the greatest."""
        least, most, narrow = np.full(len(self.names), np.inf), np.full(len(self.names), -np.inf), {}
        for name in wanted:
            place = self.names[name]
            for sign in (1, -1):
                if most[place] - least[place] < minimum - 1:
                    point = self.solve(place, sign)
                    least, most = np.minimum(least, point), np.maximum(most, point)
            if most[place] - least[place] < minimum - 1:
                narrow[name] = (least[place], most[place])
        return narrow

    def solve(self, place: int, sign: int) -> np.ndarray:
        """The whole numbers that fit everything printed and make one of them least or greatest."""
        if not hasattr(self, "program"):
            entries = [
                (row, column, weight)
                for row, (weights, _, _) in enumerate(self.rows)
                for column, weight in weights.items()
            ]
            rows, columns, weights = zip(*entries, strict=False)
            matrix = csr_array((weights, (rows, columns)), shape=(len(self.rows), len(self.names)))
            self.program = LinearConstraint(matrix, [low for _, low, _ in self.rows], [high for *_, high in self.rows])
        objective = np.zeros(len(self.names))
        objective[place] = sign
        most = np.minimum(self.high, 10.0**6)
        found = milp(
            objective, constraints=self.program, integrality=np.ones(len(self.names)), bounds=Bounds(self.low, most)
        )
        assert found.status == 0, f"the page contradicts itself: {found.message}"
        return np.rint(found.x)
