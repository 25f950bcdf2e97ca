"""What 03_before_after shows of answers that are no number: missing, refused, not asked, and given in words."""

import pandas as pd

from analysis.disclosure.decisions import SHOWN, Decision
from analysis.disclosure.reader import Background, Derived
from analysis.disclosure.scan import SHORTEST_TEXT
from analysis.disclosure.tables import count_people
from analysis.participants import MOMENTS, Status, Table, stages_reached, table_columns
from analysis.questionnaire.answers import Item
from analysis.reporting.markup import Display
from analysis.reporting.views.before_after_answers import FRIENDS, Answers
from analysis.reporting.views.evidence import HIDDEN, number
from analysis.results import Column, Kind, Result, slug

REASONS = {
    Status.WORDS: "In words",
    Status.MISSING: "Missing",
    Status.REFUSED: "Refused",
    Status.NOT_ASKED: "Not asked",
}
_WORDS, OTHER = f"{Status.WORDS}: ", "other words"
_READ = "analysis.participants.read_records"


def reason_table(answers: Answers) -> Display:
    """Table: of each item and moment, how many gave a number, and why the others did not."""
    table = _questionnaire(answers)
    why = "how many answered is the base of every figure, and says nothing of anybody's answers"
    answers.evidence.allows(Decision("Numbers of answers by item and moment", "base of a statistic", SHOWN, why))
    rows = {}
    for item, moment in _asked(answers):
        label, key = (
            f"{item.label}, {MOMENTS[moment].label}",
            f"{answers.evidence.page.notebook}.reasons.{item.name}_{moment}",
        )
        given = int((table.status[f"{item.name}_{moment}"] == Status.ANSWERED).sum())
        shown, reached = _protected(answers, item, moment), int(_reached(table, item, moment).sum())
        rows[label] = {
            "reached": number(
                f"{key}.reached",
                f"{label}: answered the questionnaire",
                answers.evidence.count(reached),
                function="analysis.participants.stages_reached",
            ),
            "given": number(f"{key}.given", f"{label}: a number", answers.evidence.count(given), function=_READ),
        } | {
            slug(name): _count(f"{key}.{slug(name)}", f"{label}: {name.lower()}", shown, str(status))
            for status, name in REASONS.items()
            if status != Status.WORDS or f"{item.name}_{moment}_words" in table.values
        }
    frame = pd.DataFrame.from_dict(rows, orient="index", dtype=object).reindex(
        columns=["reached", "given", *map(slug, REASONS.values())]
    )
    columns = {
        "reached": Column("Answered the questionnaire", "people", Kind.MEASURED),
        "given": Column("Gave a number", "people", Kind.MEASURED),
        **{slug(name): Column(name, "people", Kind.MEASURED) for name in REASONS.values()},
    }
    return answers.evidence.page.table(
        "reasons",
        frame.where(frame.notna(), ""),
        columns,
        "How many of those who answered the questionnaire gave a number, and why the others did not: answered in words, asked without an answer, refused, or not asked.",
        row_header="Question",
        note="Only the number of friends may be given in words." + (_LEFT_OUT if _few(answers) else ""),
    )


_LEFT_OUT = (
    " Where too few people gave no number for their reasons to be protected, the reasons are hidden, none included."
)


def _few(answers: Answers) -> bool:
    """Whether the reasons at some question are withheld whole."""
    return any(cells.isna().all() for cells in answers.reasons.values())


def words_table(answers: Answers) -> Display:
    """Table: answers in words on the number of friends, by moment; those of few people hidden."""
    moments = [moment for item, moment in _asked(answers) if item == FRIENDS]
    found = {moment: _protected(answers, FRIENDS, moment) for moment in moments}
    words = sorted({label for cells in found.values() for label in cells.index if str(label).startswith(_WORDS)})
    if not words:
        return answers.evidence.page.say("Nobody answered in words where a number of friends was asked for.")
    rows = {
        label.removeprefix(_WORDS): {
            moment: _count(
                f"{answers.evidence.page.notebook}.words.{slug(label)}.{moment}",
                f"{label}, {MOMENTS[moment].label}",
                found[moment],
                label,
            )
            for moment in moments
        }
        for label in words
    }
    columns = {moment: Column(MOMENTS[moment].label.capitalize(), "people", Kind.MEASURED) for moment in moments}
    return answers.evidence.page.table(
        "words",
        pd.DataFrame.from_dict(rows, orient="index", dtype=object),
        columns,
        f"{FRIENDS.label}: answers in words, by moment. They are in none of the means.",
        row_header="Answer",
        note="Words of few people are counted together. A moment at which nobody gave an answer is as hidden as one at which few did.",
    )


def _questionnaire(answers: Answers) -> Table:
    return answers.evidence.records.questionnaire  # type: ignore[union-attr, return-value]


def _asked(answers: Answers) -> list[tuple[Item, str]]:
    """The items and moments that the file has a question for that was put to somebody."""
    status = _questionnaire(answers).status
    return [
        (item, moment)
        for item in answers.items
        for moment in MOMENTS
        if (status[f"{item.name}_{moment}"] != Status.NOT_ASKED).any()
    ]


def _protected(answers: Answers, item: Item, moment: str) -> pd.Series:
    """Why those who answered the questionnaire gave no number, and what they said in words, as it may be shown; index: reason or words.

    How many did not answer the questionnaire at all is known from those who did, so that they are left out.
    """
    known = answers.reasons
    if (item.name, moment) not in known:
        known[item.name, moment] = _protect(answers, item, moment)
    return known[item.name, moment]


def _protect(answers: Answers, item: Item, moment: str) -> pd.Series:
    column, name = f"{item.name}_{moment}", f"without a number: {item.label}, {MOMENTS[moment].label}"
    table = _questionnaire(answers)
    reasons = reasons_of(table, column)
    reasons = reasons[_reached(table, item, moment)[reasons.index]]
    detail = merge_rare(reasons, answers.evidence.rules.minimum_cell)
    if detail.empty:
        return pd.Series(0, index=[str(status) for status in REASONS])
    levels = [
        *sorted(set(detail[detail.str.startswith(_WORDS)])),
        *(str(status) for status in REASONS if status != Status.WORDS),
    ]
    base, reason = f"{column} without a number", f"{column} reason"
    people = pd.DataFrame({base: detail, reason: detail.map(_reason)})
    kinds = [str(status) for status in REASONS]
    tables = {
        name: count_people(people, [reason], {reason: kinds}),
        f"{name}, in full": count_people(people, [base], {base: levels}),
    }
    shown = answers.evidence.protected(
        tables, Background((Derived(reason, (base,), _reason),), categories={base: levels})
    )
    merged = pd.concat(list(shown.values()))
    cells = merged.set_axis([label[0] for label in merged.index])
    return cells[~cells.index.duplicated()]


def _reached(table: Table, item: Item, moment: str) -> pd.Series:
    """Who answered the questionnaire that asks an item of a moment."""
    return stages_reached(table)[table_columns("questionnaire")[f"{item.name}_{moment}"].facts["stage"]]


def reasons_of(table: Table, column: str) -> pd.Series:
    """Of everybody who gave no number: `missing`, `refused`, `not_asked`, or `in words: ` and the words, in small letters."""
    status = table.status[column].astype(str)
    reasons = status[status != str(Status.ANSWERED)]
    words = f"{column}_words"
    if words not in table.values:
        return reasons
    return reasons.mask(reasons == str(Status.WORDS), _WORDS + table.values[words].str.casefold())


def merge_rare(reasons: pd.Series, fewest: int) -> pd.Series:
    """The same with words of fewer people than `fewest`, and long ones that are free text, as "other words".

    >>> merge_rare(pd.Series(["in words: few", "in words: few", "in words: none yet", "missing"]), 2).to_list()
    ['in words: few', 'in words: few', 'in words: other words', 'missing']
    """
    rare = (reasons.map(reasons.value_counts()) < fewest) | (reasons.str.len() >= len(_WORDS) + SHORTEST_TEXT)
    return reasons.mask(reasons.str.startswith(_WORDS) & rare, _WORDS + OTHER)


def _reason(detail: str) -> str:
    return str(Status.WORDS) if detail.startswith(_WORDS) else detail


def _count(key: str, label: str, cells: pd.Series, name: str) -> Result:
    count = cells.get(name, pd.NA)
    return number(key, label, HIDDEN if pd.isna(count) else int(count), function="analysis.disclosure.protect.protect")
