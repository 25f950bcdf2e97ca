"""Those who did not answer, as 03_before_after shows them: how far they could move the result, and why they gave no number."""

import pandas as pd

from analysis.described import Description, describe, inputs_of, name_of, of_nothing_nothing
from analysis.disclosure.decisions import REFUSED, SHOWN, Decision
from analysis.disclosure.protect import protect
from analysis.disclosure.reader import Background, Derived
from analysis.disclosure.scan import SHORTEST_TEXT
from analysis.disclosure.tables import TOTAL, as_frame, count_people
from analysis.participants import Status, Table, read_records, stages_reached
from analysis.participants.schema import Moment
from analysis.quantities import Interval, as_interval
from analysis.questionnaire.answers import FRIENDS, Item
from analysis.questionnaire.attrition import worst_case_mean, worst_case_share
from analysis.questionnaire.imputation import from_moments
from analysis.questionnaire.judged_names import MEANS, WORST
from analysis.reporting.views import before_after_statistics as statistics
from analysis.reporting.views.before_after_answers import STAGES, Answers, beyond_table
from analysis.reporting.views.before_after_weighted import told_of_weights
from analysis.reporting.views.evidence import HIDDEN, hidden_words
from analysis.results import VALUE, Column, Kind, Labelled, slug

REASONS = {
    Status.WORDS: "In words",
    Status.MISSING: "Missing",
    Status.REFUSED: "Refused",
    Status.NOT_ASKED: "Not asked",
}
_WORDS, OTHER = f"{Status.WORDS}: ", "other words"


def _passed(answers: Answers, frame: pd.DataFrame, columns: dict[str, Column], header: str, kind: Kind) -> pd.DataFrame:
    """A frame that is made of protected counts and of statistics that may stand beside them."""
    inputs = inputs_of(answers.records)
    return describe(frame, Description(kind, columns, header=header, inputs=inputs, passed=True))


def _people(label: str, function: str = name_of(protect)) -> Column:
    return Column(label, "people", function=function)


@of_nothing_nothing
def people_by_band(answers: Answers) -> pd.DataFrame | None:
    """The headline item's answers before (index) and after in bands, hidden counts in words: in two bands where three are too
    many to be shown, None where two are."""
    table = next((name for name in ("shift", "threshold") if name not in answers.dropped), None)
    if table is None:
        return None
    ends = {"yes": f"{answers.threshold} or more", "no": f"below {answers.threshold}", TOTAL: "all"}
    cells = as_frame(answers.counts[table]).rename(index=ends, columns=ends)
    cells.index = pd.Index([label[0] if isinstance(label, tuple) else label for label in cells.index])
    columns = {str(name): _people(f"After: {name}") for name in cells}
    return _passed(answers, hidden_words(cells).rename(columns=str), columns, "Before", Kind.MEASURED)


@of_nothing_nothing
def beyond(answers: Answers) -> pd.DataFrame:
    """The shares that changed for the better and for the worse by at least each margin (index), in per cent, or words."""
    rows = {
        Labelled(f"By {margin:g} or more (points)", f"by_{margin:g}"): _beyond(answers, margin)
        for margin in answers.margins
    }
    columns = {
        name: Column(label, "%", answers.share_kind, function=name_of(beyond_table))
        for name, label in (("better", "For the better"), ("worse", "For the worse"))
    }
    frame = pd.DataFrame(list(rows.values()), pd.Index(list(rows), dtype=object), dtype=object)
    return _passed(answers, frame, columns, "Changed", Kind.MEASURED)


def _beyond(answers: Answers, margin: float) -> dict[str, object]:
    """Changes are whole points: one that counts for a margin of up to one point is any at all."""
    item, told = answers.headline, {}
    for name, direction in (("better", "improved"), ("worse", "worse")):
        own = margin in answers.beyond
        table = beyond_table(margin, name == "better") if own else f"change in {item.label}"
        share = answers.share(table, ("yes" if own else direction,))
        told[name] = share if share is not None else HIDDEN if own else answers.merged_text(item, direction)
    return told


@of_nothing_nothing
def imputed_from_means(answers: Answers, means: pd.DataFrame) -> pd.DataFrame | None:
    """The mean change among all who answered before, from the `means` as printed, and what would undo it: value, low, high.

    None where their intervals are not shown, or where too few answered before alone to be told of.
    """
    once = None if answers.once is None else answers.once.loc[answers.once["after"].isna(), "before"].to_numpy(float)
    if once is None or len(once) < answers.evidence.rules.minimum_cell or means["low"].isna().any():
        return None
    sign, nothing = 1 if answers.headline.higher_is_better else -1, (float("nan"),) * 2
    found = from_moments(means, once, answers.level)
    low, high = sorted(sign * end for end in (found.interval(answers.level).low, found.interval(answers.level).high))
    rows = {
        "people": (len(once), *nothing),
        "mean": (sign * found.estimate, low, high),
        "tip": (-low / found.missing if low > 0 else 0.0, *nothing),
    }
    function = name_of(from_moments)
    ends = {"low": "low", "high": "high", "interval": f"{100 * answers.level:g} % (t)"}
    said = {
        "people": _people("People whose answer after is filled in", function),
        "mean": Column("Mean change with them", "points", Kind.ASSUMED, 1, function=function, **ends),
        "tip": Column(
            "Shift of their changes at which the interval reaches zero", "points", Kind.ASSUMED, 1, function=function
        ),
    }
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["value", "low", "high"])
    inputs = inputs_of(answers.records)
    return describe(
        frame, Description(Kind.MEASURED, {VALUE: Column("Value")}, said, header="Measure", inputs=inputs, passed=True)
    )


@of_nothing_nothing
def everyone(answers: Answers) -> pd.DataFrame:
    """How far those who did not answer could move the share improved and the mean change; index: for whom."""
    rows = {f"Everyone {words}": _everyone(answers, stage) for stage, words in STAGES.items()}
    share, mean = name_of(worst_case_share), name_of(worst_case_mean)
    columns = {
        "people": Column("People", "people", Kind.MEASURED, function=name_of(stages_reached)),
        "share_improved_low": Column("Improved, at least", "%", function=share),
        "share_improved_high": Column("Improved, at most", "%", function=share),
        "mean_change_low": Column("Mean change, at least", "points", decimals=1, function=mean),
        "mean_change_high": Column("Mean change, at most", "points", decimals=1, function=mean),
    }
    return _passed(answers, pd.DataFrame.from_dict(rows, orient="index", dtype=object), columns, "Among", Kind.BOUNDED)


def _everyone(answers: Answers, stage: str) -> dict[str, object]:
    limits, share = answers.others[stage], _worst_share(answers, stage)
    mean = _worst_mean(answers, limits)
    return {
        "people": answers.evidence.count(len(answers.pairs(answers.headline)) + len(limits)),
        **{f"share_improved_{end}": 100 * getattr(share, end) if share else HIDDEN for end in ("low", "high")},
        **{f"mean_change_{end}": getattr(mean, end) if mean else HIDDEN for end in ("low", "high")},
    }


def _worst_mean(answers: Answers, limits: pd.DataFrame) -> Interval | None:
    """The mean change among everybody: from the answers, or from the printed mean where that would say too much; None if withheld."""
    change, item = answers.pairs(answers.headline)["change"], answers.headline
    if not answers.shown(item, MEANS):
        return None
    total = as_interval(float(change.sum()))
    if not answers.shown(item, WORST):
        printed, half = round(float(change.mean()), 1), statistics.HALF
        total = Interval(len(change) * (printed - half), len(change) * (printed + half))
    return worst_case_mean(total, len(change), limits)


def _worst_share(answers: Answers, stage: str) -> Interval | None:
    """The share improved among everybody, whatever the number that improved is of those it can be; None where nothing is said of it."""
    item, n = answers.headline, len(answers.pairs(answers.headline))
    if (merged := answers.merged.get(item.name)) is None:
        return None
    surely, never = map(sum, zip(*_settled(answers, stage), strict=True))
    everybody = n + len(answers.others[stage])
    least, most = (worst_case_share(improved, n, everybody, surely, never) for improved in merged.ends[0])
    return Interval(least.low, most.high)


def _settled(answers: Answers, stage: str) -> list[tuple[int, int]]:
    """Of each ring up to a stage, how many surely improved and how many cannot have; none where that would tell of few."""
    stages = list(STAGES)
    return [_directions_known(answers, answers.rings[ring]) for ring in stages[: stages.index(stage) + 1]]


def _directions_known(answers: Answers, limits: pd.DataFrame) -> tuple[int, int]:
    surely, never = int((limits["least"] > 0).sum()), int((limits["most"] <= 0).sum())
    if not surely + never:
        return 0, 0
    fewest = answers.evidence.rules.minimum_cell
    small = min(never, len(limits) - surely - never) < fewest or 0 < surely < fewest
    why = f"fewer than {fewest} people are, or are not, among them" if small else "enough people are in each group"
    decision = Decision("others whose direction is known", "minimum cell", REFUSED if small else SHOWN, why)
    return (surely, never) if answers.evidence.allows(decision) else (0, 0)


@of_nothing_nothing
def told_of_everyone(answers: Answers) -> str:
    """What the bounds rest on."""
    said = (
        "Somebody whose answer before is known can change from there to the ends of the scale; everybody else over the whole scale. "
        "The ranges hold whatever was answered; they take no sample for a population."
    )
    if not answers.shown(answers.headline, WORST):
        said += " The mean is taken as published, rounding included, so that the ranges tell no more of anybody than it does."
    if not any(map(any, _settled(answers, list(STAGES)[-1]))):
        said += " For the shares it is not used who gave the best answer before: either nobody did, or too few for it to be told."
    return " ".join(filter(None, (said, told_of_weights(answers))))


@of_nothing_nothing
def reasons(answers: Answers) -> pd.DataFrame:
    """Of each item and moment (index), how many gave a number, and why the others did not, hidden counts in words."""
    why = "how many answered is the base of every figure, and says nothing of anybody's answers"
    answers.evidence.allows(Decision("Numbers of answers by item and moment", "base of a statistic", SHOWN, why))
    rows = {
        Labelled(f"{item.label}, {_moments(answers)[moment].label}", f"{item.name}_{moment}"): _reasons(
            answers, item, moment
        )
        for item, moment in _asked(answers)
    }
    columns = {
        "reached": _people("Answered the questionnaire", name_of(stages_reached)),
        "given": _people("Gave a number", name_of(read_records)),
        **{slug(name): _people(name) for name in REASONS.values()},
    }
    frame = pd.DataFrame(list(rows.values()), pd.Index(list(rows), dtype=object), list(columns), dtype=object)
    return _passed(answers, frame.where(frame.notna(), ""), columns, "Question", Kind.MEASURED)


def _reasons(answers: Answers, item: Item, moment: str) -> dict[str, object]:
    table, shown, column = _questionnaire(answers), _protected(answers, item, moment), f"{item.name}_{moment}"
    given, reached = (table.status[column] == Status.ANSWERED).sum(), _reached(table, item, moment).sum()
    numbers = {"reached": answers.evidence.count(int(reached)), "given": answers.evidence.count(int(given))}
    return numbers | {
        slug(name): _count(shown, str(status))
        for status, name in REASONS.items()
        if status != Status.WORDS or f"{column}_words" in table.values
    }


@of_nothing_nothing
def told_of_reasons(answers: Answers) -> str:
    """What the reasons leave out, if the reasons at some question are withheld whole."""
    said = "Only the number of friends may be given in words."
    if not any(cells.isna().all() for cells in answers.reasons.values()):
        return said
    return f"{said} Where too few people gave no number for their reasons to be protected, the reasons are hidden, none included."


@of_nothing_nothing
def in_words(answers: Answers) -> pd.DataFrame | None:
    """Answers in words on the number of friends (index), by moment; those of few people hidden. None where nobody gave any."""
    moments = [moment for item, moment in _asked(answers) if item == FRIENDS]
    found = {moment: _protected(answers, FRIENDS, moment) for moment in moments}
    labels = sorted({label for cells in found.values() for label in cells.index if str(label).startswith(_WORDS)})
    if not labels:
        return None
    index = pd.Index([Labelled(label.removeprefix(_WORDS), slug(label)) for label in labels], dtype=object)
    counts = {moment: [_count(found[moment], label) for label in labels] for moment in moments}
    columns = {moment: _people(_moments(answers)[moment].label.capitalize()) for moment in moments}
    return _passed(answers, pd.DataFrame(counts, index, dtype=object), columns, "Answer", Kind.MEASURED)


def _questionnaire(answers: Answers) -> Table:
    return answers.evidence.records.questionnaire  # type: ignore[union-attr, return-value]


def _moments(answers: Answers) -> dict[str, Moment]:
    return answers.evidence.records.own.moments  # type: ignore[union-attr]


def _asked(answers: Answers) -> list[tuple[Item, str]]:
    """The items and moments that the file has a question for that was put to somebody."""
    status = _questionnaire(answers).status
    return [
        (item, moment)
        for item in answers.items
        for moment in _moments(answers)
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
    column, name = f"{item.name}_{moment}", f"without a number: {item.label}, {_moments(answers)[moment].label}"
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
    return stages_reached(table)[table.columns[f"{item.name}_{moment}"].facts["stage"]]


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


def _count(cells: pd.Series, name: str) -> object:
    count = cells.get(name, pd.NA)
    return HIDDEN if pd.isna(count) else int(count)
