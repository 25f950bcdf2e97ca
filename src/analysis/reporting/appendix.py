"""One notebook's appendix: records its results, numbers its tables and figures, renders its prose."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pandas as pd

from analysis.currency import DEFAULT, in_currency
from analysis.described import description
from analysis.errors import InputError
from analysis.output import output_folder
from analysis.reporting import prose
from analysis.reporting.markup import Display, has_digit
from analysis.reporting.nodes import code, paragraph, without_kinds
from analysis.reporting.style import Y_TITLE
from analysis.reporting.tables import EXAMPLE_WORDS, TEXT_MODES, RowExtra, Table, results_in, table_node, told_of_hidden
from analysis.results import Column, Kind, Result, ResultStore, slug, tabulate
from analysis.study import load_study

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def _currency(root: Path, study_id: str) -> str:
    """The currency of a study's figures; pounds where there is no study of the id, as on a page of all of them."""
    known = (root / "data" / "raw" / study_id / "study.yaml").is_file() if study_id else False
    return load_study(study_id, root).info.currency if known else DEFAULT


def _label_axes(fig: "Figure", currency: str) -> None:
    """The words beside a figure's axes and its amounts in the study's currency; names from data stay as they are."""
    from matplotlib.text import Text
    from matplotlib.ticker import FuncFormatter

    for axes in fig.axes if currency != DEFAULT else ():
        axes.set_xlabel(in_currency(axes.get_xlabel(), currency))
        axes.set_ylabel(in_currency(axes.get_ylabel(), currency))
        for title in axes.findobj(lambda text: text.get_gid() == Y_TITLE):
            title.set_text(in_currency(title.get_text(), currency))
        for axis in (axes.xaxis, axes.yaxis):
            if isinstance(plain := axis.get_major_formatter(), FuncFormatter):
                axis.set_major_formatter(FuncFormatter(partial(_amount_at, plain, currency)))
    for text in fig.findobj(Text) if currency != DEFAULT else ():
        if _AMOUNTS.fullmatch(text.get_text()):
            text.set_text(in_currency(text.get_text(), currency))


_AMOUNTS = re.compile(r"−?£[\d,.]+( to −?£[\d,.]+)?")  # as charts write them


def _amount_at(plain: Callable[..., str], currency: str, value: float, place: int | None = None) -> str:
    return in_currency(plain(value, place), currency)


@dataclass(frozen=True)
class Judged:
    """A frame as disclosure control lets it be shown (hidden numbers in words), and whether anything of it is shown."""

    frame: pd.DataFrame
    passed: bool = False
    hidden: bool = False


def unjudged(frame: pd.DataFrame) -> Judged:
    """A frame of a page that knows no records of people: nothing is hidden, and of people passes only what has passed before."""
    return Judged(frame, getattr(description(frame), "passed", False))


class Appendix:
    """What a notebook shows, in order, and the record of every number in it.

    Results of tables and figures get ids `<notebook>.<name>.<row>.<column>`; in prose, `<name>.<row>.<column>` is
    enough. With `example` true every table and figure is marked as made from synthetic records.
    """

    def __init__(self, study_id: str, notebook: str, root: Path, example: bool = False, place: str = "") -> None:
        """Start an empty appendix; results will be kept under `root` (the project's folder).

        `place` is what messages call it, if not the notebook's file.
        """
        self.study_id, self.notebook, self.root, self.example = study_id, notebook, Path(root), example
        self.currency = _currency(self.root, study_id)
        self.store = ResultStore()
        self.measured_on: tuple[str, ...] = ()
        self._shown: dict[str, str] = {}
        self.judge: Callable[[pd.DataFrame], Judged] = unjudged
        self.minimum_cell = 0  # the fewest people whose number is shown; none where no records are judged
        self.place = place or f"notebooks/{notebook}.ipynb"
        self._references = prose.References(self.find, self._shown, self.place)
        Appendix._current = self

    _current: "ClassVar[Appendix | None]" = None

    @classmethod
    def current(cls) -> "Appendix":
        """The appendix that was opened last in this process; InputError if none was."""
        if cls._current is None:
            raise InputError(
                "show", found="no page", expected="a page that is open", action="run the notebook's first cells before"
            )
        return cls._current

    def add(self, results: Iterable[Result]) -> None:
        """Record results, so that prose may show them. Raises ValueError if an id is taken by another result."""
        self.store.add(map(self._of_the_study, results))

    def _of_the_study(self, result: Result) -> Result:
        """A result in the study's currency, but for claims and assumptions, which say their own; one that was measured and names no
        inputs rests on the files of records that the study has."""
        if self.currency != DEFAULT and not result.id.startswith(("claim:", "assumption:")):
            result = replace(result, unit=in_currency(result.unit, self.currency))
        measured = result.kind is Kind.MEASURED and not result.inputs
        return replace(result, inputs=self.measured_on) if measured and self.measured_on else result

    def say(self, template: str) -> Display:
        """Prose with results in it, in the notation of `analysis.reporting.prose`.

        Raises InputError for an id that is not recorded and for a number typed in.
        """
        return prose.paragraphs(in_currency(template, self.currency), self._references)

    def table(
        self,
        name: str,
        frame: pd.DataFrame,
        columns: Mapping[str, Column],
        caption: str,
        row_header: str = "",
        note: str = "",
        group_by: str | None = None,
        text: Mapping[str, str] | None = None,
        extras: Mapping[str, RowExtra] | None = None,
        filters: Mapping[str, str] | None = None,
        function: str = "",
        rows: Mapping[str, Column] | None = None,
        ids: str = "",
    ) -> Display:
        """Record and show a frame as the next numbered table.

        `group_by` names a column whose values head groups of rows. `text` says how columns of text are shown:
        `plain` (the default; holds no digits), `label` (names that may hold digits: claim ids, lines, titles),
        `code` (formulas) or `rich` (prose with `{id}` in it). `extras` give rows, by label, an anchor, values to filter
        by and more behind a fold; `filters` names those values, with labels. `function` computed the numbers of columns
        that name none; `rows` say what the `value` of each row is; ids begin with `ids`, if not with the name. Raises InputError for rows or columns that cannot be told
        apart, are missing or hold digits that are no results.
        """
        label = self._number(name, "Table")
        frame, groups = self._grouped(frame, group_by, name)
        columns = self._columns(columns, function)
        shown = {column: spec for column, spec in columns.items() if column != group_by}
        title, numbers = self._inline(caption), frame[[c for c in frame if c in shown and shown[c].kind]]
        table = replace(
            self._table(name, frame, shown, text or {}, rows, ids),
            anchor=_anchor(label),
            label=label,
            caption=title.run,
            mark=EXAMPLE_WORDS if self.example else "",
            row_header=in_currency(row_header or _index_name(frame), self.currency),
            note=self._inline(told_of_hidden(numbers, self.minimum_cell, note)).run,
            groups=groups,
            extras=extras or {},
            filters=filters or {},
        )
        return Display(
            (table_node(table),), self.store.by_id, f"{label}. {title.plain}\n{_grid(table, self.store.by_id)}"
        )

    def figure(
        self,
        name: str,
        fig: "Figure",
        caption: str,
        alt: str,
        data: pd.DataFrame,
        columns: Mapping[str, Column],
        row_header: str = "",
        text: Mapping[str, str] | None = None,
        function: str = "",
        rows: Mapping[str, Column] | None = None,
        ids: str = "",
    ) -> Display:
        """Show a matplotlib figure as the next numbered figure, with its data as a table folded beneath it.

        `alt` states what the figure shows, and is its title, above the caption; it and `caption` may hold `{id}`. Every number drawn in the figure other
        than on its axes must be one of its results as written in a table. `function`, `rows` and `ids` are as in `table`, and so are the
        errors.
        """
        from analysis.reporting.svg import drawing

        label, columns = self._number(name, "Figure"), self._columns(columns, function)
        _label_axes(fig, self.currency)
        table = replace(
            self._table(name, data, columns, text or {}, rows, ids),
            anchor=f"{_anchor(label)}-data",
            caption=["Data of ", {"type": "label", "text": label}],
            row_header=row_header or _index_name(data),
        )
        title, finding = self._inline(caption), self._inline(alt)
        told = finding.plain
        mark = EXAMPLE_WORDS if self.example else ""
        svg, drawn = drawing(fig, key=name, title=title.plain, description=told, mark=mark)
        node = {
            "type": "figure",
            "id": name,
            "anchor": _anchor(label),
            "label": label,
            "mark": mark,
            "caption": title.run,
            "finding": without_kinds(finding.run) if told != title.plain else [],
            "told": told,
            "drawing": svg,
            "drawn": drawn,
            "table": table_node(table) | {"id": ""},
        }
        return Display((node,), self.store.by_id, f"{label}. {title.plain}: {told}\n{_grid(table, self.store.by_id)}")

    def save(self) -> Display:
        """Write all recorded results to `results/<notebook>.json` in the study's output folder, whole or not at all."""
        name = f"results/{self.notebook}.json"
        marked = {"example": True} if self.example else {}
        folder = output_folder(self.root, self.study_id)
        self.store.write(folder / name, study=self.study_id, notebook=self.notebook, **marked)
        before, after = "Every number of this page is recorded in ", ", in the folder of the study's results."
        return Display((paragraph([before, code(name), after], css="saved"),), plain=f"{before}{name}{after}")

    def find(self, result_id: str) -> Result:
        """A recorded result by its id, or by its id within this page; InputError if there is none."""
        known = self.store.by_id
        for candidate in (result_id, f"{self.notebook}.{result_id}"):
            if candidate in known:
                return known[candidate]
        raise self._references.error(
            f"{{{result_id}}}",
            f"the id of a recorded result; nearest: {prose.nearest(result_id, known)}",
            "correct the id, or record the result with page.add before it is shown",
        )

    def _inline(self, template: str) -> Display:
        return prose.inline(in_currency(template, self.currency), self._references)

    def _columns(self, columns: Mapping[str, Column], function: str) -> dict[str, Column]:
        """Columns in the study's currency, those of numbers with the function that computed them."""
        return {
            name: replace(
                each,
                label=in_currency(each.label, self.currency),
                unit=in_currency(each.unit, self.currency),
                function=each.function or ("" if each.kind is Kind.PUBLISHED else function),
            )
            for name, each in columns.items()
        }

    def _number(self, name: str, sort: str) -> str:
        """The number of a table or figure: the next of its sort, or the one it had when its cell ran before."""
        shown = self._shown.get(name, sort)
        if not shown.startswith(sort) or slug(name) != name:
            raise self._references.error(
                f"the {sort.lower()} name {name!r}",
                "a name of small letters, digits and _ that nothing else has",
                "rename it",
            )
        if name in self._shown:
            return shown
        self._shown[name] = f"{sort} {1 + sum(label.startswith(sort) for label in self._shown.values())}"
        return self._shown[name]

    def _table(
        self,
        name: str,
        frame: pd.DataFrame,
        columns: Mapping[str, Column],
        text: Mapping[str, str],
        rows: Mapping[str, Column] | None = None,
        ids: str = "",
    ) -> Table:
        """Check and record a frame; the table still lacks its caption."""
        self._check_frame(name, frame, columns, text)
        cells = tabulate(frame, f"{self.notebook}.{ids or name}", columns, rows)
        self.add(results_in(cells))
        self._check_texts(name, cells, columns, text)
        for column in (c for c, mode in text.items() if mode == "rich"):
            cells[column] = pd.Series(
                [self._inline(str(cell)).run for cell in cells[column]], cells.index, dtype=object
            )
        return Table(name, cells, columns, text=text)

    def _grouped(self, frame: pd.DataFrame, group_by: str | None, name: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
        """Bring the rows of a group together, groups in order of first appearance."""
        if group_by is None:
            return frame, ()
        self._check_columns(name, frame, [group_by])
        order = {group: place for place, group in enumerate(frame[group_by].unique())}
        frame = frame.sort_values(group_by, key=lambda groups: groups.map(order), kind="stable")
        return frame, tuple(str(group) for group in frame[group_by])

    def _check_frame(
        self, name: str, frame: pd.DataFrame, columns: Mapping[str, Column], text: Mapping[str, str]
    ) -> None:
        helpers = ("low", "high", "kinds", "units", "places", "notes", "inputs", "source")
        named = [getattr(column, helper) for column in columns.values() for helper in helpers]
        self._check_columns(name, frame, [*columns, *filter(None, named)])
        twice = [row for row, count in Counter(map(slug, frame.index)).items() if count > 1]
        if twice:
            raise self._trouble(
                name,
                f"more than one row '{twice[0]}'",
                "row labels that differ in letters or digits",
                "set an index of unique labels",
            )
        if wrong := [f"{key}: {mode}" for key, mode in text.items() if key not in columns or mode not in TEXT_MODES]:
            raise self._trouble(
                name, f"text={{{wrong[0]}}}", f"a shown column and one of {', '.join(TEXT_MODES)}", "correct it"
            )

    def _check_columns(self, name: str, frame: pd.DataFrame, wanted: list[str]) -> None:
        if missing := [column for column in wanted if column not in frame.columns]:
            near = prose.nearest(missing[0], map(str, frame.columns))
            raise self._trouble(
                name, f"no column '{missing[0]}'", f"a column of the frame; nearest: {near}", "correct the name"
            )

    def _check_texts(
        self, name: str, cells: pd.DataFrame, columns: Mapping[str, Column], text: Mapping[str, str]
    ) -> None:
        for column in (c for c in columns if text.get(c, "plain") == "plain"):
            if bad := [cell for cell in cells[column] if not isinstance(cell, Result) and has_digit(cell)]:
                raise self._trouble(
                    name,
                    f"'{bad[0]}' in the text column '{column}'",
                    "no digits in plain text",
                    "give the column a kind, or say text={'" + column + "': 'label'} if its digits only name things",
                )

    def _trouble(self, name: str, found: str, expected: str, action: str) -> InputError:
        return self._references.error(f"{found} (in '{name}')", expected, action)


def parameters_table(parameters: Mapping[str, object]) -> Display:
    """Names and values of a run's parameters, in the order given."""
    values = [[name, str(_setting(value))] for name, value in parameters.items()]
    plain = "\n".join(f"{name} = {value}" for name, value in parameters.items())
    return Display(({"type": "parameters", "values": values},), plain=plain)


def _setting(value: object) -> object:
    """A parameter as a reader reads it: settings of several values one after the other, unset ones left out."""
    if not isinstance(value, Mapping):
        return value
    return "; ".join(f"{name}: {part}" for name, part in value.items() if part not in (None, ""))


def _index_name(frame: pd.DataFrame) -> str:
    return str(frame.index.name or "").replace("_", " ").capitalize()


def _anchor(label: str) -> str:
    return label.lower().replace(" ", "-")


def _grid(table: Table, results: Mapping[str, Result]) -> str:
    """The table as text, for terminals and for other formats than HTML."""
    from analysis.reporting.nodes import plain

    def words(cell: object) -> str:
        if isinstance(cell, Result):
            return f"{cell.text} ({cell.interval_text})" if cell.interval_text else cell.text
        return plain(cell, results) if isinstance(cell, list) else str(cell)

    shown = table.cells.map(words)
    shown.columns = [column.label for column in table.columns.values()]
    return shown.to_string(index_names=False)
