"""What 04_english_and_time shows of a team's own records: strength, the gain of a year, and how far it hangs on choices."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.disclosure.decisions import REFUSED, SHOWN, Decision, judge_figure, judge_model, judge_statistic
from analysis.disclosure.reader import Background, Derived
from analysis.disclosure.tables import TOTAL, as_frame, count_people
from analysis.english import models
from analysis.english.influence import influence_summary
from analysis.english.published import read_figures, size
from analysis.english.sample import MONTHS_IN_A_YEAR, Form, english_sample, spline_knots
from analysis.english.specification import Principled, curve_summary, specification_curve
from analysis.participants import ITEMS, stages_reached
from analysis.reporting.markup import NOTHING, Display
from analysis.reporting.views.against_print import Compared, enough, printed_study
from analysis.reporting.views.evidence import HIDDEN, Evidence, hidden_words, number, p_value
from analysis.results import Column, Kind, Result

_MODELS = "analysis.english.models"
_PROTECT = "analysis.disclosure.protect.protect"
_LINES = {Form.LINEAR: "the same gain every month", Form.LOG: "gains that shrink", Form.SPLINE: "a smooth curve"}
_ENGLISH = {"very poor or poor": (1, 2), "fair or better": (3, 5)}
_DECIMALS = 2  # of gains and fitted lines, in figures as in tables
_EDGES, _TIMES = (0, 36, 72, np.inf), ("under three years", "three to under six years", "six years or more")


@dataclass
class EnglishAnswers:
    """English at joining and months in the UK of everybody who gave both, and the choices of this run."""

    evidence: Evidence
    records: pd.DataFrame
    start: float
    seed: int

    @cached_property
    def sample(self) -> pd.DataFrame:
        """Columns `english` and `months`."""
        return english_sample(self.records)

    @cached_property
    def curve(self) -> pd.DataFrame:
        """The specification curve."""
        age = self.records["birth_year"].notna().sum() if "birth_year" in self.records else 0
        held = {"age": ["age"]} if age > len(self.records) / 2 else {}
        return specification_curve(
            self.records, Principled({"those who answered after training": "answered_after"}, held)
        )

    @cached_property
    def shown_curve(self) -> pd.DataFrame:
        """The specifications that may be shown; those that could not be fitted stay."""
        judged = [
            self.evidence.allows(judge_model(f"specifications, {question}", int(n), 4, self.evidence.rules))
            if pd.notna(gain)
            else True
            for question, n, gain in zip(_question(self.curve), self.curve["n"], self.curve["gain"], strict=True)
        ]
        return self.curve[judged]

    @cached_property
    def allowed(self) -> bool:
        """Whether models of the sample may be shown at all."""
        return self.evidence.allows(judge_model("English on time in the UK", len(self.sample), 3, self.evidence.rules))


def read_sample(evidence: Evidence, start: float, seed: int) -> EnglishAnswers | None:
    """The sample for a run; None without records, and where those there are hold too few of both answers."""
    if not evidence.measured:
        return None
    table = evidence.records.questionnaire  # type: ignore[union-attr]
    frame = table.values.assign(answered_after=stages_reached(table)["experience"])  # type: ignore[union-attr, arg-type]
    answers = EnglishAnswers(evidence, frame.assign(age=frame["joined_on"].dt.year - frame["birth_year"]), start, seed)
    try:
        spline_knots(answers.sample["months"].to_numpy())
    except ValueError as error:
        reason = f"{error}; the page shows what the printed figures allow"
        evidence.decisions.append(Decision("English and time in the UK", "enough answers", REFUSED, reason))
        return None
    return answers


def record(answers: EnglishAnswers) -> None:
    """Record the figures the prose names, `yearly_gain` among them for the social return model."""
    line, rank = models.slope(answers.sample), models.spearman(answers.sample)
    reason = "how many answered is the base of every figure, and says nothing of anybody's answers"
    name = "People with English and time in the UK"
    answers.evidence.allows(Decision(name, "base of a statistic", SHOWN, reason))
    yearly = models.gain(answers.sample, Form.LINEAR, answers.start)
    answers.evidence.page.add(
        [
            number(
                "n",
                name,
                len(answers.sample),
                function="analysis.english.sample.english_sample",
            ),
            _estimate(
                answers,
                "r_squared",
                "R²",
                line["r_squared"],
                line["r_squared_low"],
                line["r_squared_high"],
                "95 % (random regressors)",
                "slope",
                4,
            ),
            _estimate(
                answers,
                "rho",
                "Spearman's rank correlation",
                rank["rho"],
                rank["low"],
                rank["high"],
                "95 % (Bonett-Wright)",
                "spearman",
            ),
            _estimate(
                answers,
                "yearly_gain",
                "Gain of English in a year without support, points",
                yearly["gain"],
                yearly["low"],
                yearly["high"],
                "95 % (HC3)",
                "gain",
            ),
            p_value("p", "p-value of the slope", line["p"] if answers.allowed else None, function=f"{_MODELS}.slope"),
        ]
    )


def _estimate(
    answers: EnglishAnswers,
    name: str,
    label: str,
    value: float,
    low: float,
    high: float,
    interval: str,
    function: str,
    decimals: int = 2,
) -> Result:
    if not answers.allowed:
        return number(name, label, HIDDEN, "")
    return number(name, label, value, "", decimals, Kind.MEASURED, low, high, interval, f"{_MODELS}.{function}")


def answer(answers: EnglishAnswers) -> str:
    """The opening paragraph, as a template."""
    spread = " ({yearly_gain|interval})" if answers.allowed else ""
    return (
        "Of {n|:people} with both answers, English at joining differed by {yearly_gain|:points} for each further year in the UK"
        + spread
        + ". "
        "R², the share of the differences between people that goes with their time in the UK, is {r_squared}. It is no measure of how much "
        "one person gains in a year, and people who came in different years may differ in more than their time in the UK."
    )


def strength_table(answers: EnglishAnswers) -> Display:
    """Table: R², rank correlation, odds by ordered logit, and the test of a straight line."""
    sample, notebook = answers.sample, answers.evidence.page.notebook
    line, rank, logit, bend = (
        models.slope(sample),
        models.spearman(sample),
        models.ordered_logit(sample),
        models.nonlinearity(sample),
    )
    found = {
        "R² of the straight line": (
            "r_squared",
            line["r_squared"],
            line["r_squared_low"],
            line["r_squared_high"],
            line["p"],
            "95 % (random regressors)",
            "slope",
            4,
        ),
        "Spearman's rank correlation": (
            "rho",
            rank["rho"],
            rank["low"],
            rank["high"],
            rank["p"],
            "95 % (Bonett-Wright)",
            "spearman",
            2,
        ),
        "Odds of better English for each year (ordered logit)": (
            "odds",
            logit["odds_ratio"],
            logit["low"],
            logit["high"],
            logit["p"],
            "95 % (normal)",
            "ordered_logit",
            2,
        ),
    }
    rows = {
        label: {
            "value": _estimate(
                answers, f"{notebook}.strength.{key}.value", label, value, low, high, interval, function, decimals
            ),
            "p": p_value(
                f"{notebook}.strength.{key}.p",
                f"{label}: p-value",
                p if answers.allowed else None,
                function=f"{_MODELS}.{function}",
            ),
            "low": None,
        }
        for label, (key, value, low, high, p, interval, function, decimals) in found.items()
    }
    rows["Is a curve better than a line?"] = {
        "value": "",
        "p": p_value(
            f"{notebook}.strength.bend.p",
            "Test of a straight line",
            bend["p"] if answers.allowed else None,
            function=f"{_MODELS}.nonlinearity",
        ),
        "low": None,
    }
    columns = {
        "value": Column("Value", "", Kind.MEASURED, low="low", interval="95 %"),
        "p": Column("p-value", "", Kind.MEASURED),
    }
    return answers.evidence.page.table(
        "strength",
        pd.DataFrame.from_dict(rows, orient="index", dtype=object),
        columns,
        "How closely English at joining goes with time in the UK.",
        row_header="Measure",
        note="R² cannot be negative, so its two-sided interval can start at zero although the test of the slope, which can have either sign, rejects zero.",
    )


def fitted_figure(answers: EnglishAnswers) -> Display:
    """Figure: fitted English by time in the UK under each form; with jittered points for synthetic records only."""
    from analysis.reporting.charts_records import fitted_chart

    if not answers.allowed:
        return answers.evidence.page.say("Too few people for a line to be drawn.")
    sample, example = answers.sample, answers.evidence.page.example
    answers.evidence.allows(judge_figure("Fitted English by time in the UK", one_mark_each=example, synthetic=example))
    edge = answers.evidence.rules.minimum_cell / len(sample)
    low, high = (int(round(float(sample["months"].quantile(q)))) for q in (edge, 1 - edge))
    months = np.unique(np.append(np.arange(low, high, 6), high)).astype(float)
    bands = [models.fitted_band(sample, form, months).round(_DECIMALS) for form in Form]
    points = sample.rename(columns={"months": "x", "english": "y"}) if example else None
    fig = fitted_chart(
        [band.rename(columns={"months": "x"}) for band in bands],
        [_LINES[form] for form in Form],
        "months in the UK",
        "English at joining",
        points,
        answers.seed,
    )
    frame = bands[0].set_index("months")[["fit", "low", "high"]]
    frame.index = pd.Index([str(int(month)) for month in months])
    for name, band in (("log", bands[1]), ("spline", bands[2])):
        frame[name] = band["fit"].to_numpy()
    function = f"{_MODELS}.fitted_band"
    columns = {
        "fit": Column(
            "Straight line",
            "points",
            Kind.MEASURED,
            2,
            low="low",
            high="high",
            interval="95 % (HC3)",
            function=function,
        ),
        "log": Column("Gains that shrink", "points", Kind.MEASURED, 2, function=function),
        "spline": Column("Smooth curve", "points", Kind.MEASURED, 2, function=function),
    }
    return answers.evidence.page.figure(
        "fitted",
        fig,
        "English at joining by months in the UK: fitted lines with bands, drawn where enough people lie beyond both ends."
        + (" Each mark is a person who does not exist, drawn with jitter." if example else ""),
        _told(bands),
        frame,
        columns,
        row_header="Months in the UK",
    )


def _told(bands: list[pd.DataFrame]) -> str:
    """What the fitted lines show, in words."""
    rises = [band["fit"].iloc[-1] > band["fit"].iloc[0] for band in bands]
    way = "rise" if all(rises) else "fall" if not any(rises) else "disagree on whether English rises"
    apart = (
        pd.concat([band["low"] for band in bands], axis=1).max(axis=1)
        > pd.concat([band["high"] for band in bands], axis=1).min(axis=1)
    ).any()
    return f"The fitted lines {way} over the time drawn; their bands {'part somewhere' if apart else 'overlap everywhere'}."


def people_figure(answers: EnglishAnswers) -> Display:
    """Figure: how many people had which English after how long, small counts hidden."""
    from analysis.reporting.charts_records import heat_map

    time = pd.cut(answers.sample["months"], _EDGES, right=False, labels=_TIMES).astype("str").rename("time in the UK")
    english = answers.sample["english"].map(_english_band).rename("English at joining")
    people, name = pd.concat([time, english], axis=1), "people by English and time in the UK"
    levels = {"time in the UK": list(_TIMES), "English at joining": list(_ENGLISH)}
    cells = as_frame(
        answers.evidence.protected({name: count_people(people, list(levels), levels)}, _bands_of(answers.records))[name]
    )
    cells.index = pd.Index([label[0] if isinstance(label, tuple) else label for label in cells.index])
    cells = cells.rename(index={TOTAL: "all"}, columns={TOTAL: "all"})
    hidden = int(cells.isna().sum().sum())
    answers.evidence.page.add(
        [
            number("people.hidden", "Hidden cells", hidden, "cells", function=_PROTECT),
            number("people.cells", "Cells", cells.size, "cells", function=_PROTECT),
        ]
    )
    columns = {str(each): Column(sentence(each), "people", Kind.MEASURED, function=_PROTECT) for each in cells}
    return answers.evidence.page.figure(
        "people",
        heat_map(cells, "English at joining", "time in the UK"),
        "People by English at joining and time in the UK.",
        "{people.hidden|bare} of {people.cells|bare} cells are hidden, since they are small or would give a small one away.",
        hidden_words(cells),
        columns,
        row_header="Time in the UK",
    )


def _english_band(value: float) -> str:
    return next(name for name, (low, high) in _ENGLISH.items() if low <= value <= high)


def _bands_of(records: pd.DataFrame) -> Background:
    """The bands of English follow from the answer at joining, by the name that other notebooks have for the same answers."""
    at_joining, before = (
        pd.to_numeric(records[name], errors="coerce") for name in ("english_at_joining", "english_pre")
    )
    asked_once = bool((at_joining == before)[at_joining.notna() & before.notna()].all())
    column = "english_pre" if asked_once else "english_at_joining"
    points = [float(point) for point in range(ITEMS["english"].low, ITEMS["english"].high + 1)]
    return Background((Derived("English at joining", (column,), _english_band),), categories={column: points})


def sentence(text: object) -> str:
    """A label with a capital at its start."""
    return str(text)[:1].upper() + str(text)[1:]


def gain_table(answers: EnglishAnswers) -> Display:
    """Table: the gain of a year without support under each form, from the start the parameters name."""
    found, notebook = models.gains_by_form(answers.sample, answers.start), answers.evidence.page.notebook
    rows = {
        sentence(_LINES[Form(form)]): {
            "gain": _estimate(
                answers,
                f"{notebook}.gains.{Form(form).name.lower()}.gain",
                f"Yearly gain, {_LINES[Form(form)]}",
                row["gain"],
                row["low"],
                row["high"],
                "95 % (HC3)",
                "gain",
            ),
            "sd": number(
                f"{notebook}.gains.{Form(form).name.lower()}.sd",
                f"Yearly gain in standard deviations, {_LINES[Form(form)]}",
                row["gain_sd"] if answers.allowed else HIDDEN,
                "",
                2,
                function=f"{_MODELS}.gain",
            ),
            "low": None,
        }
        for form, row in found.iterrows()
    }
    columns = {
        "gain": Column("Gain in a year", "points", Kind.MEASURED, low="low", interval="95 % (HC3)"),
        "sd": Column("In standard deviations of English", "", Kind.MEASURED),
    }
    return answers.evidence.page.table(
        "gains",
        pd.DataFrame.from_dict(rows, orient="index", dtype=object),
        columns,
        "The gain of English in a year without support, by form of the model.",
        row_header="Form",
        note="The year starts at the time in the UK that the parameters set. The gain compares different people, not one person at two times.",
    )


def influence_table(answers: EnglishAnswers) -> Display:
    """Table: how the slope reacts to leaving out any one person; percentiles only, since extremes are single cases."""
    found, notebook = influence_summary(answers.sample), answers.evidence.page.notebook
    if not answers.allowed or not answers.evidence.allows(
        judge_statistic("Slope without one person", "percentile", len(answers.sample), answers.evidence.rules)
    ):
        return answers.evidence.page.say("Too few people for the influence of single cases to be summed up.")
    words = {
        "slope": "Slope with everybody",
        "slope_p10": "Lower tenth of the slopes without one person",
        "slope_p90": "Upper tenth of the slopes without one person",
    }
    rows = {
        label: {
            "value": number(
                f"{notebook}.influence.{key}",
                f"{label}, points a year",
                12 * float(found[key]),
                "points a year",
                3,
                function="analysis.english.influence.influence_summary",
            )
        }
        for key, label in words.items()
    }
    yes = {True: "yes", False: "no"}
    rows["Does leaving out any one person change the sign?"] = {"value": yes[bool(found["sign_changes"])]}
    rows["Does leaving out any one person change whether zero is excluded?"] = {
        "value": yes[bool(found["significance_changes"])]
    }
    return answers.evidence.page.table(
        "influence",
        pd.DataFrame.from_dict(rows, orient="index", dtype=object),
        {"value": Column("Value", "points a year", Kind.MEASURED)},
        "Whether the slope hangs on one person.",
        row_header="Measure",
        function="analysis.english.influence.influence_summary",
    )


def _question(curve: pd.DataFrame) -> pd.Series:
    held = curve["held_equal"].map(lambda what: "" if what == "nothing" else f", {what} held equal")
    return curve["people"] + held


def specification_figure(answers: EnglishAnswers) -> Display:
    """Figure: the yearly gain under every defensible combination of choices."""
    from analysis.reporting.charts_records import curve_chart

    curve = answers.shown_curve.dropna(subset="gain").assign(question=_question)
    if curve.empty:
        return NOTHING
    frame = curve.groupby("question", sort=False).apply(_extremes)
    function = "analysis.english.specification.specification_curve"
    columns = {
        name: Column(label, "sd of English", Kind.MEASURED, 2, function=function)
        for name, label in (("lowest", "Lowest gain"), ("median", "Median gain"), ("highest", "Highest gain"))
    }
    above = int((curve["gain"] > 0).sum())
    answers.evidence.page.add(
        [
            number(
                "specifications.above",
                "Specifications with a gain above zero",
                above,
                "specifications",
                function=function,
            ),
            number("specifications.all", "Specifications fitted", len(curve), "specifications", function=function),
        ]
    )
    return answers.evidence.page.figure(
        "specifications",
        curve_chart(
            curve.round({name: _DECIMALS for name in ("gain", "low", "high")}),
            "question",
            "gain in a year, sd of English",
        ),
        "The gain of a year under every combination of arbitrary choices, one colour for each question asked.",
        "{specifications.above|bare} of {specifications.all|bare} specifications give a gain above zero.",
        frame,
        columns,
        row_header="Question",
    )


def _extremes(part: pd.DataFrame) -> pd.Series:
    return pd.Series({"lowest": part["gain"].min(), "median": part["gain"].median(), "highest": part["gain"].max()})


def summary_table(answers: EnglishAnswers) -> Display:
    """Table: the specification curve by question: how many, how many positive, how many that exclude zero."""
    found = curve_summary(answers.shown_curve)
    if found.empty:
        return answers.evidence.page.say("Too few people for any specification to be shown.")
    found = found.assign(question=_question).set_index("question")
    found = found.assign(positive=100 * found["positive"], significant=100 * found["significant"]).astype(
        {"fitted": int}
    )
    function = "analysis.english.specification.curve_summary"
    columns = {
        "fitted": Column("Specifications", "", Kind.MEASURED, function=function),
        "median": Column("Median gain", "sd of English", Kind.MEASURED, 2, function=function),
        "positive": Column("Above zero", "%", Kind.MEASURED, function=function),
        "significant": Column("Exclude zero", "%", Kind.MEASURED, function=function),
    }
    return answers.evidence.page.table(
        "summary",
        found,
        columns,
        "The specification curve in numbers.",
        row_header="Question",
        note="Form of the model, drawing in of the longest stays and coding of English are arbitrary. Whom to include and what to hold equal are questions of their own, and their answers are not averaged.",
    )


def compared(answers: EnglishAnswers) -> list[Compared]:
    """The printed fit, and the printed share of recent arrivals, beside those of the records."""
    study = printed_study(answers.evidence)
    figures = read_figures(study)
    months, limit = answers.records["months_in_area"].dropna(), MONTHS_IN_A_YEAR * size(study, figures.recent.years)
    recent = int((months <= limit).sum())
    kept = enough(answers.evidence, "time in the area", recent, len(months))
    fit = float(models.slope(answers.sample)["r_squared"]) if answers.allowed else None
    return [
        Compared(figures.r_squared, fit, "", 4, "of everybody with both answers", f"{_MODELS}.slope"),
        Compared(
            figures.recent.share,
            100 * recent / len(months) if kept else None,
            "%",
            0,
            "of everybody who gave their months in the area",
        ),
    ]
