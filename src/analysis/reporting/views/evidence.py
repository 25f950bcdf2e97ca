"""What a notebook about participants rests on: their records where a team has them, else the printed figures alone.

Whatever is shown of records passes through here, so that every table is protected, every decision is kept, and at the
end all tables of the notebook are proved together.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.described import Basis, Description, as_made, describe, description, inputs_of, name_of
from analysis.disclosure.across_pages import (
    DECISIONS,
    PEOPLE,
    PUBLISHED,
    Linear,
    prove_together,
    published_rows,
    read_published,
)
from analysis.disclosure.bands import band_of, judge_in_band
from analysis.disclosure.decisions import REFUSED, SHOWN, Decision, decisions_text, judge
from analysis.disclosure.protect import Protected, protect, prove, rounded
from analysis.disclosure.reader import Background
from analysis.disclosure.rules import Rules, read_rules, shows_more
from analysis.disclosure.tables import TOTAL, as_frame, count_people, with_margins
from analysis.errors import InputError
from analysis.participants import Records, read_records
from analysis.reporting.appendix import Appendix, Judged
from analysis.reporting.markup import Display
from analysis.reporting.nodes import label
from analysis.reporting.tables import RowExtra
from analysis.results import Column, Kind, drawn, write_text
from analysis.study import Study

HIDDEN, WITHHELD = "hidden", "withheld"  # a count; a statistic that would tell of one
_BESIDE = "what is to be shown beside them"
_NAMED = 4  # tables named in a row of decisions before the rest goes behind a fold


@dataclass(frozen=True)
class Shown:
    """Linked tables as counted, as shown, and what a reader knows besides."""

    true: Mapping[str, pd.Series]
    shown: Mapping[str, pd.Series]
    background: Background


@dataclass
class Evidence:
    """A study's records (None where there are none), the rules of disclosure, and what was decided so far."""

    page: Appendix
    study: Study
    rules: Rules
    records: Records | None
    decisions: list[Decision] = field(default_factory=list)
    groups: list[Shown] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)  # by table, what was taken together
    beside: Callable[[pd.DataFrame, Description], pd.DataFrame] | None = (
        None  # judges what stands beside protected counts
    )

    def __post_init__(self) -> None:
        """What rests on records is kept as it is shown from here on, and comes in through this door alone."""
        self.page.store.of_people = self.measured or self.records is not None
        self.page.measured_on = tuple(dict.fromkeys(f for each in self.records or () for f in inputs_of(each.values)))
        self.page.store.guarded = self.records is not None
        self.page.judge = self.judge
        self.page.minimum_cell = self.rules.minimum_cell if self.records and self.base is None else 0

    def judge(self, frame: pd.DataFrame) -> Judged:
        """A frame of results as it may be shown, by what its method says that it rests on.

        Of a frame whose rows are judged one by one those remain that may be shown; of another that may not, words stand in
        the place of all numbers. Frames made of such frames need no judge of their own.
        """
        said = description(frame)
        if said is None or not (said.basis or said.passed or self.page.store.tells_of_people(said.kind)):
            return Judged(frame)
        if not as_made(frame):
            raise unjudged_frame(self.page.place, f"a frame of {said.function} that was changed")
        if said.passed:
            return Judged(frame, passed=True)
        if said.basis is None or (said.basis.sort == "beside" and self.beside is None):
            raise unjudged_frame(self.page.place, said.function)
        return self._by_basis(frame, said, said.basis)

    def _by_basis(self, frame: pd.DataFrame, said: Description, basis: Basis) -> Judged:
        """A frame judged by its basis, as a whole or row by row."""
        if basis.sort == "beside":
            return _in_part(self.beside(frame, said))  # type: ignore[misc]
        if basis.each:
            return Judged(self._by_row(frame, said, basis), passed=True)
        let = self.allows(judge(basis, self.rules))
        if basis.sort == "base" and self.base is not None:
            frame = self._rounded(frame, said)
        return Judged(frame if let else in_words(frame, said), passed=True, hidden=not let)

    def _rounded(self, frame: pd.DataFrame, said: Description) -> pd.DataFrame:
        """A frame of numbers of people, each rounded; words where it holds anything else."""
        units = {column.unit for column in (*said.columns.values(), *said.rows.values())} - {""}
        if units != {"people"}:
            return in_words(frame, said)
        return describe(frame[list(said.columns)].map(self.count), replace(said, passed=True))

    def printed(self, frame: pd.DataFrame | None) -> pd.DataFrame | None:
        """What may be shown of a frame of results, at the digits that are shown, to go on with: no number where a word stands.

        None of None.
        """
        if frame is None:
            return None
        kept, said = self.allowed(frame), description(frame)
        columns = {name: said.of(column) for name, column in said.columns.items() if name in kept}  # type: ignore[union-attr, operator]
        return drawn(kept.apply(pd.to_numeric, errors="coerce"), columns)  # type: ignore[union-attr]

    def _by_row(self, frame: pd.DataFrame, said: Description, basis: Basis) -> pd.DataFrame:
        """The rows that may be shown; where rows are different quantities, words in the place of the others."""
        if frame.empty:  # nobody was asked, or nobody said
            return describe(frame, replace(said, passed=True))
        let = [self._allows_row(basis, said, row) for row in frame.reset_index(names="row").to_dict("records")]
        if said.rows:
            rows = [each if ok else in_words(each, said) for each, ok in zip(_single(frame), let, strict=True)]
            return describe(pd.concat(rows), replace(said, passed=True))
        kept = frame[let]
        if basis.adds_up and not all(let) and len(kept):
            smallest = kept[basis.each].idxmin()
            reason = "with it, one that is left out would be the rest of all"
            self.keeps(Decision(basis.of.format(row=smallest), "rest of a sum", REFUSED, reason))
            kept = kept.drop(smallest)
        return describe(kept, replace(said, passed=True))

    def _allows_row(self, basis: Basis, said: Description, row: Mapping[str, object]) -> bool:
        """Whether a row may be shown; one without numbers may."""
        people, quantile = row[basis.each], row.get("quantile")
        if pd.isna(people):
            return True
        label = said.rows[str(row["row"])].label if said.rows else str(row["row"])
        of = basis.of.format(**{**row, "row": label})
        sort = {} if quantile is None or pd.isna(quantile) else {"sort": "quantile", "quantile": float(quantile)}
        about = replace(basis, of=of, people=int(people), statistic=basis.statistic or label, **sort)
        return self.allows(judge(about, self.rules))

    def beside_bands(self, spread: pd.DataFrame | None, counts: pd.DataFrame | None) -> pd.DataFrame | None:
        """A spread of sessions (`counts`) of which a page shows people in bands, too: a quantile is shown as its band where it would
        tell how few lie on either side of it there. None of None."""
        if spread is None or counts is None:
            return None
        values = counts["sessions"].reset_index(drop=True)
        said, frame = description(spread), self.judge(spread).frame.astype({"value": object})
        for name, row in frame[frame["value"].ne(HIDDEN) & spread["quantile"].notna()].iterrows():
            where = said.rows[str(name)].label  # type: ignore[union-attr]
            if not self.allows(judge_in_band(where, values, row["quantile"], self.rules.minimum_cell)):
                frame.loc[name, "value"] = band_of(values, row["quantile"], self.rules.minimum_cell)
        return describe(frame, replace(said, passed=True))  # type: ignore[type-var]

    @contextmanager
    def letting(self, *decisions: Decision) -> Iterator[None]:
        """Let the numbers that are recorded within into the store; ValueError if one of the decisions refuses it."""
        if refused := [each.table for each in decisions if each.decision == REFUSED]:
            raise ValueError(f"refused: {refused[0]}")
        with self.page.store.letting():
            yield

    def allowed(self, frame: pd.DataFrame | None) -> pd.DataFrame | None:
        """The part of a frame of results that may be shown, to go on with; None of None."""
        return None if frame is None else self.judge(frame).frame

    @property
    def measured(self) -> bool:
        """Whether there are records with a questionnaire."""
        return self.records is not None and self.records.questionnaire is not None

    @property
    def base(self) -> int | None:
        """What counts are rounded to; None where they are exact."""
        return self.rules.rounding_base

    def count(self, people: int) -> int:
        """A number of people as it is shown: rounded where the rules say so."""
        return people if self.base is None else int(rounded(np.array(people), self.base))

    def protected(self, tables: Mapping[str, pd.Series], background: Background | None = None) -> dict[str, pd.Series]:
        """Tables of people as they may be shown (hidden cells <NA>); those that cannot be protected are withheld whole."""
        try:
            done = protect(tables, self.rules, background)
        except ValueError as error:
            done = _withheld(tables, str(error))
        return self.keep(tables, done, background)

    def counted(
        self,
        table: str,
        people: pd.DataFrame,
        levels: Mapping[str, Sequence[object]],
        background: Background | None = None,
        total: str = TOTAL,
        unit: str = "people",
        row_total: str = "",
    ) -> pd.DataFrame:
        """How many people fall in each combination of the columns `levels`, the last one across: protected, as a frame of
        results with words in the place of hidden counts. The margins are called `total`, that of all rows `row_total`."""
        counts = count_people(people, list(levels), levels)
        cells = hidden_words(as_frame(self.protected({table: counts}, background)[table]))
        cells.index = pd.Index([label[0] if isinstance(label, tuple) else label for label in cells.index])
        cells = cells.rename(index={TOTAL: row_total or total}, columns={TOTAL: total})
        columns = {str(name): Column(sentence_case(str(name)), unit) for name in cells}
        header, function = sentence_case(next(iter(levels))), name_of(protect)
        said = Description(
            Kind.MEASURED, columns, header=header, function=function, inputs=inputs_of(people), passed=True
        )
        return describe(cells, said)

    def finest(
        self, table: str, people: int, choices: Sequence[Mapping[str, Sequence[object]]]
    ) -> Mapping[str, Sequence[object]]:
        """The first of several ways to part people, each as `levels` of `counted`, with the minimum in every cell if they were spread evenly.

        Empty where there is none. Every reader knows the two numbers that decide, so that the choice tells nothing. A coarser way than
        the first is told among the `notes`.
        """
        minimum = self.rules.minimum_cell
        fits = [levels for levels in choices if minimum * math.prod(map(len, levels.values())) <= people]
        if fits and fits[0] is not choices[0]:
            few = f"Taken together, since so few would not fill the cells of a finer table with {{={minimum}}} each"
            self.notes[table] = f"{few}; {shows_more(minimum, 'more people')}."
        return fits[0] if fits else {}

    def dropped(self, table: str, reason: str) -> pd.DataFrame:
        """A table that is not shown at all, as a frame without rows, of which `show` says so; the reason stands among the decisions."""
        self.decisions.append(Decision(table, "minimum cell", REFUSED, reason))
        said = Description(Kind.MEASURED, {"people": Column("People")}, function=name_of(protect), passed=True)
        return describe(pd.DataFrame({"people": []}), said)

    def keep(
        self, tables: Mapping[str, pd.Series], done: Protected, background: Background | None = None
    ) -> dict[str, pd.Series]:
        """The same from what `disclosure.protect` gave for them already.

        Where the proof fails, alone or beside what earlier notebooks show of the same people, the tables are withheld and
        the rest of the page stands. Tables of which nothing is shown have nothing to prove.
        """
        group = Shown(dict(tables), done.tables, background or Background())
        if (done.proof["narrowest"] < self.rules.width).any():
            done = _withheld(tables, "a hidden cell could be worked out from them whatever else is hidden")
        elif self._tells_with_earlier(group):
            done = _withheld(tables, "with what earlier notebooks show, a hidden count could be worked out from them")
        self.decisions += done.decisions
        if any(cells.notna().any() for cells in done.tables.values()):
            self.groups.append(replace(group, shown=done.tables))
        return done.tables

    def first_beside(
        self, choices: Sequence[tuple[Mapping[str, pd.Series], Background]]
    ) -> tuple[int, dict[str, pd.Series]]:
        """Of several ways to show something of people whom other tables of the page are about, too, the first that leaves every
        hidden count open beside all of these and those of the notebooks before: its place, and its tables as they may be shown.

        Where none does, the place is that of the last one, of which nothing is shown.
        """
        for place, (tables, background) in enumerate(choices):
            try:
                done = protect(tables, self.rules, background)
                self._prove_beside(Shown(dict(tables), done.tables, background))
            except (ValueError, InputError):
                continue
            return place, self.keep(tables, done, background)
        tables, _ = choices[-1]
        return len(choices) - 1, self.keep(
            tables, _withheld(tables, "with what else is shown, a hidden count could be worked out")
        )

    def _prove_beside(self, group: Shown) -> None:
        beside = published_rows(_BESIDE, group.true, group.shown, self.rules, group.background)
        prove_together([*self.told, *beside], self.people, self._file)

    def _tells_with_earlier(self, group: Shown) -> bool:
        """Whether tables would give away a count that they or an earlier notebook hide."""
        earlier = self._earlier() if self.people else []
        try:
            prove_together([*earlier, *self._rows(group)], self.people, self._file) if earlier else ()
        except InputError:
            return True
        return False

    def shown(self, table: str) -> pd.Series | None:
        """A protected table as it is shown on this page; None if it is not."""
        return next((group.shown[table] for group in self.groups if table in group.shown), None)

    def allows(self, decision: Decision) -> bool:
        """Keep a decision, and say whether the thing may be shown. Synthetic records are nobody's: there it may."""
        refused = decision.decision != SHOWN
        if refused and self.page.example and self.base is None:
            decision = replace(
                decision, decision=SHOWN, reason=f"{decision.reason}; shown since the records are synthetic"
            )
        self.decisions.append(decision)
        return not refused or (self.page.example and self.base is None)

    def keeps(self, decision: Decision) -> bool:
        """Keep a decision, and say whether the thing may be shown: what would tell of a count that the page itself hides may
        not, synthetic or no."""
        self.decisions.append(decision)
        return decision.decision == SHOWN

    def close(self) -> Display:
        """Prove all tables together, write the decisions beside the results, and show them.

        Raises InputError if a hidden cell of any table can be worked out from what is shown.
        """
        for group in self.groups:
            prove(group.shown, group.true, self.rules, self._file, group.background)
        rows = self._published()
        self._prove_with_earlier(rows)
        text = json.loads(decisions_text(self.study.id, self.rules, self.decisions))
        tables = {name: list(counts.index.names) for group in self.groups for name, counts in group.true.items()}
        content = {
            "notebook": self.page.notebook,
            "records": self.measured,
            "tables": tables,
            **text,
            PEOPLE: self.people,
        }
        lines = ",\n  ".join(json.dumps(row.as_record(), ensure_ascii=False) for row in rows)
        body = json.dumps(content, indent=1, ensure_ascii=False).removesuffix("\n}")
        write_text(
            self.study.output / "results" / f"{self.page.notebook}{DECISIONS}",
            f'{body},\n "{PUBLISHED}": [{lines}]\n}}\n',
        )
        return (
            self._decision_table()
            if self.decisions
            else self.page.say(
                "No participant records were read. Every figure follows from what is published, so none can tell anything about a "
                "single person that the source does not."
            )
        )

    @property
    def folder(self) -> Path:
        """Where the results of the study's notebooks lie."""
        return self.study.processed / "results"

    @property
    def people(self) -> int:
        """Everybody who joined; none where there are no participant records."""
        return len(self.records.questionnaire.values) if self.records and self.records.questionnaire else 0

    @property
    def told(self) -> list[Linear]:
        """What this notebook so far, and those before it, publish of the same people."""
        return [*self._earlier(), *self._published()]

    def _published(self) -> list[Linear]:
        """What this notebook publishes of people, as sums over types of them."""
        return [row for group in self.groups for row in self._rows(group)]

    def _rows(self, group: Shown) -> list[Linear]:
        return published_rows(self.page.notebook, group.true, group.shown, self.rules, group.background)

    @property
    def _file(self) -> str:
        """The notebook, as messages call it."""
        return f"notebooks/{self.page.notebook}.ipynb"

    def _earlier(self) -> list[Linear]:
        """What the notebooks before this one (by name) have published of the same people."""
        paths = [path for path in sorted(self.folder.glob(f"*{DECISIONS}")) if path.name < self.page.notebook]
        return [row for path in paths for row in read_published(path)]

    def _prove_with_earlier(self, rows: list[Linear]) -> None:
        """Prove what this notebook publishes together with what those before it have published of the same people."""
        if not self.people:
            return
        done = prove_together([*self._earlier(), *rows], self.people, self._file)
        if done:
            what, reason = (
                "tables of " + ", ".join(done),
                "each count that one notebook hides stays open beside what the others show",
            )
            self.decisions.append(Decision(what, "proof with the notebooks before", SHOWN, reason))

    def _decision_table(self) -> Display:
        about: dict[tuple[str, str, str], list[str]] = {}
        for each in sorted(set(self.decisions), key=lambda d: (d.rule, d.decision, d.reason, d.table)):
            about.setdefault((each.rule, each.decision, each.reason), []).append(each.table)
        rows = [(*key, "; ".join(tables[:_NAMED])) for key, tables in about.items()]
        frame = pd.DataFrame(rows, columns=["rule", "decision", "reason", "tables"])
        frame.index = pd.Index([str(place) for place in range(1, len(frame) + 1)])
        lists = zip(frame.index, about.values(), strict=True)
        extras = {
            place: RowExtra(summary="and others", details=(label("; ".join(tables[_NAMED:])),))
            for place, tables in lists
            if len(tables) > _NAMED
        }
        columns = {
            "rule": Column("Rule"),
            "decision": Column("Decision"),
            "reason": Column("Reason"),
            "tables": Column("Tables and statistics"),
        }
        return self.page.table(
            "disclosure",
            frame,
            columns,
            "What was shown and what was hidden, and why.",
            row_header="Number",
            text={"reason": "label", "tables": "label"},
            extras=extras,
        )


def _in_part(frame: pd.DataFrame) -> Judged:
    """A judged frame; hidden if words stand in the place of all its numbers."""
    return Judged(
        frame,
        passed=True,
        hidden=not any(isinstance(each, float | int) and each == each for each in frame.to_numpy(object).flat),
    )


def _single(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The rows of a frame, each as a frame."""
    return (frame.iloc[[place]] for place in range(len(frame)))


def in_words(frame: pd.DataFrame, said: Description) -> pd.DataFrame:
    """A frame of results with a word in the place of every number, and no interval."""
    ends = {end for column in (*said.columns.values(), *said.rows.values()) for end in (column.low, column.high) if end}
    kept = {said.named, said.group, said.anchor}
    hidden = {name: None if name in ends and name not in said.columns else HIDDEN for name in frame if name not in kept}
    return describe(frame.astype(object).assign(**hidden), replace(said, passed=True))


def unjudged_frame(place: str, function: str) -> InputError:
    """The error of numbers of people whose method does not say what they rest on."""
    return InputError(
        place,
        found=f"numbers of people's records from {function}, which does not say what they rest on",
        expected="a method that does, so that disclosure control can judge them",
        action="declare it beside the method: @described(..., basis=Basis(...)), as docs/architecture.md says",
    )


def _withheld(tables: Mapping[str, pd.Series], reason: str) -> Protected:
    """Linked tables of which nothing is shown, and why."""
    full = {name: with_margins(counts) for name, counts in tables.items()}
    cells = {name: pd.Series(pd.NA, each.index, dtype="Int64", name=each.name) for name, each in full.items()}
    proof = pd.DataFrame(
        [(name, len(each), len(each), float("inf")) for name, each in cells.items()],
        columns=["table", "hidden", "sensitive", "narrowest"],
    )
    return Protected(cells, proof, tuple(Decision(name, "proof", REFUSED, reason) for name in tables))


def open_evidence(page: Appendix, study: Study, disclosure: Mapping[str, object], rounds: bool = False) -> Evidence:
    """Read the study's records, if it has any, under the rules given (as `disclosure.rules.read_rules` takes them).

    Other files of a team are left aside where there is no questionnaire, which says who joined.

    `rounds`: whether the notebook shows nothing beside rounded counts that would undo the rounding. Raises InputError for
    rules that are not allowed, for rounding where it does not, and for records that cannot be used.
    """
    rules = read_rules(disclosure)
    if rules.rounding_base is not None and not rounds:
        raise no_rounding(page.notebook, rules, "sums, quantiles and models")
    records = read_records(study.records_folder, study.id, study.root)
    return Evidence(page, study, rules, records if records and records.questionnaire else None)


def no_rounding(notebook: str, rules: Rules, what: str) -> InputError:
    """The error of a notebook whose other figures would undo rounding."""
    return InputError(
        "params.yaml",
        column=f"{notebook}.disclosure.rounding_base",
        found=str(rules.rounding_base),
        expected=f"no rounding: {what} beside a rounded count would give it away",
        action="leave rounding_base out, so that small counts are hidden",
    )


def sentence_case(text: str) -> str:
    """A text with a capital at its start, but for symbols such as d_z.

    >>> sentence_case("p-value of the Wilcoxon test"), sentence_case("d_z")
    ('P-value of the Wilcoxon test', 'd_z')
    """
    return text if text[1:2] == "_" else text[:1].upper() + text[1:]


def hidden_words(cells: pd.DataFrame) -> pd.DataFrame:
    """A protected table with the word in place of each hidden cell."""
    return cells.astype(object).where(cells.notna(), HIDDEN)
