"""No number of people's records is stored that no rule has judged, and what is shown together tells no more than each alone."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from analysis import english, participation
from analysis.described import Basis, described
from analysis.disclosure.bands import starts_with
from analysis.disclosure.decisions import REFUSED
from analysis.disclosure.rules import Rules
from analysis.disclosure.sums import squares_around
from analysis.english.specification import ARBITRARY, Principled
from analysis.errors import InputError
from analysis.participants import Records
from analysis.questionnaire.change import mean_change
from analysis.reporting import Appendix, show
from analysis.reporting.showing import TOO_FEW
from analysis.reporting.views import against_published, participation as view
from analysis.reporting.views.against_published import OPEN, Compared
from analysis.reporting.views.evidence import HIDDEN, Evidence
from analysis.results import Column, Kind, Result
from analysis.study import load_study

ROOT = Path(__file__).resolve().parents[2]


def evidence_in(folder: Path, notebook: str, minimum: int = 5) -> Evidence:
    study = replace(load_study("coproduction", ROOT), root=folder)
    records = Records()  # of nobody, yet of people
    return Evidence(Appendix(study.id, notebook, folder), study, Rules(minimum, "made up for a test"), records)


@pytest.mark.parametrize("notebook", ["03_before_after", "04_english_and_time"])
def test_a_page_of_frames_takes_no_number_of_people_but_through_the_door(notebook, tmp_path):
    """Where a frame is shown, nothing is: neither a number put beside it nor one of a method that tells not what it rests on."""
    page = evidence_in(tmp_path, notebook).page
    added = Result(f"{notebook}.strength.kendall.tau.value", "A statistic", 3.2, "", Kind.MEASURED, 1)
    with pytest.raises(InputError, match="no rule has judged") as refused:
        page.add([added])
    assert added.id in str(refused.value) and not len(page.store)
    page.add([replace(added, value="hidden")])  # a word tells nothing
    for basis in (None, Basis("anything", "model", parameters=3)):
        sample = pd.DataFrame({"english": [1.0] * 12, "months": [1.0] * 12})
        tau = described(Kind.MEASURED, {"tau": Column("Tau", decimals=1)}, basis=basis)(lambda sample: TAU.copy())
        if basis is None:
            with pytest.raises(InputError, match="does not say what they rest on"):
                show(tau(sample), "Kendall")
        else:
            assert "hidden" in show(tau(sample), "Kendall").plain  # of 12 people less 3 parameters 9 are left: too few
    assert not any(isinstance(each.value, int | float) for each in page.store)


TAU = pd.DataFrame({"tau": [0.3]}, index=["Kendall"])


SESSIONS = (
    [0] * 6 + [2] * 6 + [3] * 3 + [9] + [10] * 6 + [15] * 4 + [16] * 3 + [17] * 6,
    [1] * 5 + [4] * 2 + [5] * 3 + [7] * 8 + [8] + [12] * 5,
    [0] * 20 + [1] * 3 + [2] * 9 + [3] * 30,
)


@pytest.mark.parametrize("sessions", SESSIONS)
def test_bands_and_quantiles_leave_open_how_many_came_how_often(tmp_path, sessions):
    """All ways to fill the bands of a quantile with people are gone through: those below it in its band could be any of
    at least the minimum of numbers, and so could those above, unless there can be none."""
    evidence, values = evidence_in(tmp_path, "02b_participation"), pd.Series(sorted(sessions))
    counts = values.to_frame("sessions")
    shown = evidence.beside_bands(participation.session_spread(counts), counts)
    results = {name.removeprefix("sessions."): value for name, value in shown["value"].items()}
    edges = [*starts_with(values, 5), max(sessions) + 2]
    for name, part in (("lower_quartile", 0.25), ("median", 0.5), ("upper_quartile", 0.75)):
        if not isinstance(results[name], str):
            start, end = next((a, b) for a, b in zip(edges, edges[1:], strict=False) if a <= results[name] < b)
            fits = list(fitting(values, start, end, part, results[name]))
            below, above = ({sum(side(each)) for each in fits} for side in sides(results[name]))
            assert all(len(found) >= 5 or found == {0} for found in (below, above)), (name, results[name])
    assert (
        any(isinstance(results[name], str) and results[name] != HIDDEN for name in results) or sessions == SESSIONS[2]
    )


def sides(value: float):
    return lambda people: [each < value for each in people], lambda people: [each > value for each in people]


def fitting(values: pd.Series, start: int, end: int, part: float, printed: float):
    """Everybody in a band, in every way in which the page prints the same quantile; who is below or above it is next to it."""
    near = {int(np.ceil(printed)) - 1, int(printed), int(np.ceil(printed)), int(printed) + 1}
    choices = sorted(each for each in near if start <= each < end)
    band = values[(values >= start) & (values < end)]
    rest = values[(values < start) | (values >= end)]
    for counts in product(range(len(band) + 1), repeat=len(choices) - 1):
        if sum(counts) <= len(band):
            people = np.repeat(choices, [*counts, len(band) - sum(counts)])
            if abs(np.quantile(np.concatenate([rest, people]), part) - printed) < 0.05:
                yield people


def test_attendances_stand_beside_no_band(tmp_path):
    """9 people who came 2 or 3 times and made 24 attendances are 3 and 6."""
    evidence, counts = evidence_in(tmp_path, "02b_participation"), pd.DataFrame({"sessions": SESSIONS[0]})
    show(view.people_in_bands(counts, evidence), "Bands")
    assert {each.unit for each in evidence.page.store} == {"people"} and len(evidence.page.store) > 3


@pytest.mark.parametrize(("advice", "shown"), [(3, ["esol"]), (5, ["advice", "esol", "health"])])
def test_a_course_of_few_people_is_not_what_is_left_of_all_attendances(tmp_path, advice, shown):
    """Three people are too few, so that of the two other courses the smaller one goes as well: it would tell of the third."""
    came = {"esol": 40, "health": 12, "advice": advice}
    rows = [(f"{course}-{person}", course) for course, people in came.items() for person in range(people)]
    evidence = evidence_in(tmp_path, "02b_participation")
    found = evidence.allowed(participation.attendances_by_course(pd.DataFrame(rows, columns=["person_id", "course"])))
    assert sorted(found.index) == shown
    assert sum(each.decision == REFUSED for each in evidence.decisions) == 2 * (len(shown) == 1)


@pytest.mark.parametrize(("given", "total"), [([3.0], HIDDEN), ([4.0] * 8, 32.0)])
def test_weeks_of_few_volunteers_are_not_added_up(tmp_path, given, total):
    people = pd.DataFrame({"weeks_volunteering": [*given, np.nan]})
    found = evidence_in(tmp_path, "02b_participation").allowed(participation.weeks_in_all(people))
    assert found["value"].tolist() == [total]


@pytest.mark.parametrize("tell", [participation.weeks_in_all, participation.weeks_spread])
def test_a_team_that_asked_nobody_for_weeks_has_a_page_without_them(tmp_path, tell):
    found = evidence_in(tmp_path, "02b_participation").allowed(
        tell(pd.DataFrame({"weeks_volunteering": [np.nan] * 60}))
    )
    assert len(found) == 0 and "value" in found


def test_a_curve_tells_no_more_than_the_bands_beside_it(tmp_path):
    """Of 30 people 6 came never: at least once came 24, as the bands say; where one is hidden nothing below it is summed."""
    bands = pd.DataFrame({"people": [6, HIDDEN, 8, 9]}, index=["0", "1-4", "5-9", "10+"])
    assert participation.attendance_steps(bands)["people"].to_dict() == {5: 17, 10: 9}
    assert participation.attendance_steps(bands.replace(HIDDEN, 7))["people"].tolist() == [30, 24, 17, 9]


def test_a_specification_that_leaves_too_few_is_in_no_summary_and_no_line_is_drawn(tmp_path):
    """Six who answered after are too few for a model; a team's page says nothing of them."""
    rng = np.random.default_rng(5)
    months = rng.integers(1, 120, 60)
    people = pd.DataFrame(
        {
            "english_at_joining": np.clip(np.round(2 + 0.01 * months + rng.normal(0, 1, 60)), 1, 5),
            "months_in_uk": months,
            "answered_after": [True] * 6 + [False] * 54,
        }
    )
    evidence = evidence_in(tmp_path, "04_english_and_time", 10)
    curve = english.specification_curve(people, Principled({"those who answered after": "answered_after"}, {}))
    assert len(curve) == 2 * np.prod([len(each) for each in ARBITRARY.values()])
    kept = evidence.allowed(curve)
    assert set(kept.dropna(subset="gain")["people"]) == {"everybody"}
    show(english.curve_summary(kept), "Summary", name="summary")
    numbers = {each.id.split(".")[2] for each in evidence.page.store if each.id.endswith(".median") and each.value}
    assert numbers == {"everybody"}
    few = english.fitted_lines(
        people[:12].rename(columns={"english_at_joining": "english", "months_in_uk": "months"})[["english", "months"]],
        fewest=1,
    )
    assert show(Figure(), "Lines", data=few, alt="Lines.").plain == TOO_FEW
    assert not any(each.id.startswith("04_english_and_time.lines") for each in evidence.page.store)


@pytest.mark.parametrize(
    ("claim", "value", "decimals", "word"),
    [
        ("CP-030", 7.98, 1, OPEN), ("CP-030", 7.88, 1, "yes"), ("CP-030", 8.2, 1, "no"),  # almost 8
        ("CP-027", 8.02, 1, OPEN), ("CP-027", 8.3, 1, "yes"), ("CP-018", 41.6, 0, "yes"), ("CP-018", 43.4, 0, "no"),  # 42%
    ],
)  # fmt: skip
def test_whether_a_figure_agrees_says_no_digit_more_than_the_figure(claim, value, decimals, word):
    """7.98 reads 8.0, which may lie on either side of almost 8: that it agrees would say on which."""
    known = load_study("coproduction", ROOT).claims[claim]
    assert against_published.agreement(known, Compared(claim, value, "%", decimals)) == word


def test_printed_ends_of_an_interval_hold_the_squares_that_made_them():
    """Of 40 changes: the sum of squared distances from the printed mean lies between the ends that follow from the print."""
    rng = np.random.default_rng(4)
    for _ in range(20):
        change = rng.integers(-2, 3, 40).astype(float)
        row = mean_change(pd.DataFrame({"change": change}))
        mean, low, high = (round(float(row[end]), 2) for end in ("mean", "low", "high"))
        least, most = squares_around(40, mean, low, high, half=0.005)
        assert least <= float(((change - mean) ** 2).sum()) <= most and most - least < 4
