"""Results from records against hand-worked cases and independent formulas."""

from math import log, sqrt

import numpy as np
import pandas as pd
import pytest
from export_files import ROOT, monitoring, write_export_files
from hypothesis import given, settings, strategies as st

from analysis.participants import FLAGS, read_export
from analysis.programme import achieved, against_published, distance, funnel, overlap, timing
from analysis.programme.monitoring import known_on, open_monitoring
from analysis.programme.rules import read_rules
from analysis.study import load_study

PEOPLE = """person_id,referral_id,sex,age,area,labour_status,refugee,little_or_no_english,start_date,partner
A,R1,female,30,West,unemployed,yes,yes,2020-01-10,North
B,R2,female,50,West,inactive,yes,no,2020-02-10,North
C,R3,male,49,East,unemployed,no,no,2020-02-20,South
D,,male,20,East,inactive,yes,yes,2020-04-01,South"""
ELIGIBLE = """evidence_id,person_id,what,evidence_date,received_on,accepted,accepted_on
L1,A,eligibility,2020-01-10,2020-01-12,yes,2020-01-13
L2,B,eligibility,2020-02-10,2020-02-12,yes,2020-04-13
L3,C,eligibility,2020-02-20,2020-02-22,yes,2020-02-23
L4,D,eligibility,2020-04-01,2020-04-02,yes,2020-04-03"""
TARGETS = """measure,partner,quarter_start,quarter_end,target
participants,North,2020-01-01,2020-03-31,4
participants,South,2020-01-01,2020-03-31,1
participants,North,2020-04-01,2020-06-30,1
participants,South,2020-04-01,2020-06-30,2
exit_employment,North,2020-04-01,2020-06-30,2"""
BASE = {"participants": PEOPLE, "evidence": ELIGIBLE, "targets": TARGETS}


def evidence(*rows):
    return "\n".join([ELIGIBLE, *rows])


@pytest.fixture(scope="module")
def example():
    return open_monitoring(load_study("connecting_opportunities_example", ROOT))


def test_one_workbook_reads_like_many_files(tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, text in BASE.items():
        sheet = book.create_sheet(name)
        for row in text.splitlines():
            sheet.append([int(cell) if cell.isdigit() else cell or None for cell in row.split(",")])
    (tmp_path / "one" / "management_information").mkdir(parents=True)
    book.save(tmp_path / "one" / "management_information" / "management_information.xlsx")
    from_book = read_export(tmp_path / "one", "one")
    from_files = read_export(write_export_files(tmp_path, BASE), "a_study")
    assert set(from_book.tables) == set(BASE)
    for name in BASE:
        pd.testing.assert_frame_equal(from_book[name].values, from_files[name].values)


# Against target


def test_achieved(tmp_path):
    exits = "person_id,exit_date,destination\nA,2020-06-30,employment\nB,2020-05-30,employment"
    found = evidence("E1,A,destination,2020-07-01,2020-07-02,yes,2020-07-03")
    records = monitoring(tmp_path, BASE | {"exits": exits, "evidence": found})
    outputs, results = (
        achieved.count_measures(records, "outputs").loc["Participants"],
        achieved.count_measures(records, "results"),
    )
    assert (outputs["count"], outputs["target"], outputs["progress"]) == (4, 8, 50)
    row = results.loc["Into employment, unemployed when joining"]
    assert (row["count"], row["base"], row["share"], row["share_of_all"]) == (1, 2, 50, 25)
    assert pd.isna(row["target"])
    assert pd.isna(row["progress"])


def test_target_to_date_is_of_the_quarters_that_have_ended(tmp_path):
    row = achieved.count_measures(monitoring(tmp_path, BASE, "2020-06-29"), "outputs").loc["Participants"]
    assert (row["count"], row["target_to_date"], row["target"]) == (4, 5, 8)


def test_wilson_by_its_formula():
    """(p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n), z = 1.959964, for 10 of 40."""
    p, n, z = 0.25, 40, 1.959963984540054
    middle, half = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    expected = [100 * (middle + sign * half) / (1 + z * z / n) for sign in (-1, 1)]
    assert achieved.wilson(10, 40) == pytest.approx(expected)
    assert achieved.wilson(0, 0) == (None, None)


def test_by_group(tmp_path):
    frame = achieved.by_group(monitoring(tmp_path, BASE), "partner")
    assert frame.loc[("participants", "North"), ["count", "base", "target", "progress"]].to_list() == [2, 2, 5, 40]
    assert frame.loc[("men", "South"), ["count", "base", "share"]].to_list() == [2, 2, 100]
    assert pd.isna(frame.loc[("men", "South"), "target"])
    areas = achieved.by_group(monitoring(tmp_path, BASE), "area")
    assert areas.loc[("older", "West"), ["count", "share"]].to_list() == [1, 50]


def test_by_quarter_and_late_evidence(tmp_path):
    """B joined in the first quarter; the evidence was accepted in the second."""
    frame = achieved.by_quarter(monitoring(tmp_path, BASE), "participants")
    assert frame["count"].to_list() == [3, 1]
    assert frame["at_its_end"].to_list() == [2, 1]
    assert frame["late"].to_list() == [1, 0]
    assert frame["target_to_date"].to_list() == [5, 8]
    assert frame["progress_to_date"].to_list() == [60, 50]
    assert frame.index[0] == "January 2020 to March 2020"


def test_the_position_on_a_day(tmp_path):
    frame = achieved.by_quarter(monitoring(tmp_path, BASE, "2020-03-31"), "participants")
    assert frame["count"].to_list() == [2]


def test_by_sex(tmp_path):
    people = PEOPLE.replace("D,,male", "D,,refused")
    records = monitoring(tmp_path, BASE | {"participants": people})
    row = achieved.by_sex(records, few=0).loc["Refugees"]
    assert row[["women", "women_base", "women_share", "men", "men_base"]].to_list() == [2, 2, 100, 0, 1]
    assert row["women_of_counted"] == pytest.approx(100 * 2 / 3)
    assert achieved.by_sex(records, few=10).loc["Refugees", ["men", "men_base"]].to_list() == [1, 2]
    assert "Women" not in achieved.by_sex(records, few=0).index


def test_newcombe_by_its_formula(tmp_path):
    """Newcombe 1998, method 10: d - sqrt((p1 - l1)² + (u2 - p2)²), with the ends of the two Wilson intervals."""
    records = monitoring(tmp_path, BASE)
    row = achieved.by_sex(records).loc["Refugees"].drop(["measure", "base_of", "table"]).astype(float)
    below = sqrt((row["women_share"] - row["women_low"]) ** 2 + (row["men_high"] - row["men_share"]) ** 2)
    above = sqrt((row["women_high"] - row["women_share"]) ** 2 + (row["men_share"] - row["men_low"]) ** 2)
    assert row["difference"] == 50
    assert row["difference_low"] == pytest.approx(50 - below)
    assert row["difference_high"] == pytest.approx(min(50 + above, 100))


def test_gains(tmp_path):
    exits = "person_id,exit_date,destination\nA,2020-06-30,employment\nB,2020-05-30,employment\nC,2020-05-30,unknown"
    forms = "person_id,stage,review_date,in_work\nC,in_work,2020-09-01,yes"
    records = monitoring(
        tmp_path,
        BASE
        | {
            "exits": exits,
            "outcomes": forms,
            "evidence": evidence("E1,A,destination,2020-07-01,2020-07-02,yes,2020-07-03"),
        },
    )
    frame = achieved.gains(records)
    counts = frame[["counted", "otherwise", "gained", "lost"]]
    assert counts.loc["Into employment, without asking for evidence"].to_list() == [1, 2, 1, "none, by the rules"]
    assert counts.loc["In work at an in-work review, whatever the destination"].to_list() == [1, 1, 1, 1]


def test_the_records_behind_a_count(tmp_path):
    exits = "\n".join(["person_id,exit_date,destination", *(f"{who},2020-06-01,employment" for who in "ABCD")])
    found = evidence(
        "E1,A,destination,2020-06-01,2020-06-02,yes,2020-07-03",
        "E2,B,destination,2020-06-01,2020-06-02,no,2020-06-03",
        "E3,C,destination,2020-06-01,2020-06-02,pending,",
    )
    records = monitoring(tmp_path, BASE | {"exits": exits, "evidence": found})
    expected = {"events": 4, "counted": 1, "undecided": 1, "refused": 1, "without": 1, "late": 1}
    assert achieved.behind(records, records.rules.by_measure["exit_employment"]) == expected


# The way in


def test_funnel(tmp_path):
    referrals = """referral_id,referral_date,source,decision,decision_date
    R1,2020-01-01,self,eligible,2020-01-05
    R2,2020-01-02,self,eligible,2020-01-05
    R3,2020-02-02,external_agency,eligible,2020-02-05
    R4,2020-02-03,external_agency,ineligible,2020-02-05
    R5,2020-03-03,external_agency,eligible,2020-06-05"""
    records = monitoring(tmp_path, BASE | {"referrals": referrals}, "2020-05-31")
    frame = funnel.referral_funnel(records)
    assert frame["people"].to_list() == [5, 4, 3, 4]
    assert frame["of_received"].to_list() == [100, 80, 60, 80]
    assert funnel.by_source(records).loc["self-referral", ["referrals", "starts"]].to_list() == [2, 2]
    assert funnel.decisions(records).loc["no decision yet", "people"] == 1
    months = funnel.by_month(records)
    assert months["referrals_to_date"].to_list() == [2, 4, 5, 5]
    assert months["starts_to_date"].to_list() == [1, 3, 3, 4]


def test_destinations_add_up_to_everybody(tmp_path):
    exits = "person_id,exit_date,destination\nA,2020-06-30,employment\nB,2020-05-30,\nC,2020-05-30,employment"
    records = monitoring(
        tmp_path, BASE | {"exits": exits, "evidence": evidence("E1,A,destination,2020-07-01,2020-07-02,yes,2020-07-03")}
    )
    frame = funnel.destinations(records)
    assert frame["people"].sum() == 4
    assert frame.loc["employment", ["people", "with_evidence", "share"]].to_list() == [2, 1, 50]
    assert frame.loc[["destination not recorded", "still on the programme"], "people"].to_list() == [1, 1]


# Time to outcome: six people with 2, 3+, 4, 5+, 6, 6 days (+ censored)

TIMES = pd.DataFrame(
    {
        "days": [2, 3, 4, 5, 6, 6],
        "how": ["outcome", "left without it", "outcome", "still on the programme", "outcome", "outcome"],
    }
)


def test_survival_by_hand():
    """Kaplan-Meier: 5/6, then 5/6 x 3/4, then that times 0/2."""
    curve = timing.survival(TIMES)
    assert curve.index.to_list() == [2, 4, 6]
    assert curve["not_yet"].to_list() == pytest.approx([5 / 6, 5 / 8, 0])
    assert curve["at_risk"].to_list() == [6, 4, 2]
    assert curve["reached"].to_list() == [1, 1, 2]


def test_the_interval_of_survival_by_hand():
    """log-log: S^exp(±z se / log S), with Greenwood's variance of log S: sum of d / (n (n - d)) = 1/30 + 1/12 on day 4."""
    z, s, variance = 1.959963984540054, 5 / 8, 1 / 30 + 1 / 12
    half = z * sqrt(variance) / abs(log(s))
    row = timing.survival(TIMES).loc[4]
    assert [row["low"], row["high"]] == pytest.approx([s ** np.exp(half), s ** np.exp(-half)])


def test_cumulative_incidence_by_hand():
    """Aalen-Johansen with leaving as the competing event: 1/6; all-cause survival 5/6, 4/6; 1/6 + 4/6 x 1/4 = 1/3; still
    on: censored; all-cause survival 4/6 x 3/4 = 1/2 stays; 1/3 + 1/2 x 2/2 = 5/6."""
    curve = timing.incidence(TIMES)
    assert timing.at_days(curve, "reached_share", (1, 2, 3, 4, 5, 6), 0.0) == pytest.approx(
        [0, 1 / 6, 1 / 6, 1 / 3, 1 / 3, 5 / 6]
    )


def test_reached_and_not_yet_agree_where_nobody_leaves():
    times = TIMES.assign(how=TIMES["how"].replace("left without it", "still on the programme"))
    days = tuple(range(1, 6))
    reached = timing.at_days(timing.incidence(times), "reached_share", days, 0.0)
    not_yet = timing.at_days(timing.survival(times), "not_yet", days, 1.0)
    assert [1 - value for value in not_yet] == pytest.approx(reached)


def test_nobody_with_the_outcome():
    times = TIMES.assign(how="left without it")
    assert timing.at_days(timing.survival(times), "not_yet", (1, 9), 1.0) == [1, 1]
    assert timing.at_days(timing.incidence(times), "reached_share", (1, 9), 0.0) == [0, 0]


def test_time_to_an_outcome(tmp_path):
    exits = "person_id,exit_date,destination\nA,2020-01-20,employment\nB,2020-02-12,unknown"
    found = evidence("E1,A,destination,2020-01-20,2020-01-21,yes,2020-01-22")
    times = timing.time_to(
        monitoring(tmp_path, BASE | {"exits": exits, "evidence": found}, "2020-05-31"), "exit_employment"
    )
    assert times["days"].to_list() == [10, 2, 101, 60]
    assert times["how"].to_list() == ["outcome", "left without it", "still on the programme", "still on the programme"]


# Distance travelled


def test_distance_travelled(tmp_path):
    forms = """person_id,stage,review_date,confidence
    A,initial,2020-01-10,2
    A,exit,2020-06-01,4
    B,initial,2020-02-10,3
    B,exit,2020-06-01,3
    C,initial,2020-02-20,1
    D,exit,2020-06-01,5"""
    row = distance.travelled(monitoring(tmp_path, BASE | {"outcomes": forms})).loc["Confidence"]
    assert row[["initial", "both", "missing"]].to_list() == [3, 2, 1]
    assert row["missing_share"] == pytest.approx(100 / 3)
    assert row[["mean_initial", "mean_exit", "change", "mean_initial_missing"]].to_list() == [2.5, 3.5, 1, 1]
    assert row[["higher", "same", "lower"]].to_list() == [50, 50, 0]
    # changes 2 and 0: standard error 1, t of 1 degree of freedom 12.7062
    assert row[["low", "high"]].to_list() == pytest.approx([1 - 12.7062, 1 + 12.7062], abs=1e-4)


def test_sustained(tmp_path):
    """A: reviewed 12 weeks after leaving; B: after 5 weeks, too far from 13; C left too short a time ago; D did not leave for work."""
    exits = "person_id,exit_date,destination\nA,2020-02-03,employment\nB,2020-03-02,employment\nC,2020-05-30,employment\nD,2020-05-30,unknown"
    found = evidence(*(f"E{who},{who},destination,2020-05-30,2020-06-01,yes,2020-06-01" for who in "ABC"))
    forms = "person_id,stage,review_date,in_work\nA,in_work,2020-04-27,yes\nB,in_work,2020-04-06,yes\nC,in_work,2020-06-02,yes\nD,in_work,2020-06-02,yes"
    records = monitoring(tmp_path, BASE | {"exits": exits, "evidence": found, "outcomes": forms}, "2020-06-30")
    row = distance.sustained(records).loc["Week 13"]
    assert row[["left", "reviewed", "in_work", "share", "at_least", "at_most"]].to_list() == [2, 1, 1, 100, 50, 100]


# Overlap


def test_combinations(tmp_path):
    frame = overlap.combinations(monitoring(tmp_path, BASE))
    assert frame["people"].to_dict() == {"Refugee and Little or no English": 2, "Refugee": 1, "none of the groups": 1}
    assert frame["groups"].to_dict() == {"Refugee and Little or no English": 2, "Refugee": 1, "none of the groups": 0}


def test_combinations_add_up_to_everybody_and_give_each_group(example):
    frame = overlap.combinations(example)
    sizes = pd.Series({label: int((example.people[flag] == "yes").sum()) for flag, label in FLAGS.items()})
    assert frame["people"].sum() == len(example.people)
    assert {
        group: int(frame.loc[frame[group].astype(bool), "people"].sum()) for group in sizes.index
    } == sizes.to_dict()


# Parts and wholes of the example


@pytest.mark.parametrize("column", ["partner", "area"])
def test_groups_add_up(example, column):
    counts = achieved.by_group(example, column)["count"].groupby(level=0).sum()
    whole = achieved.counts_of(example)
    assert counts.to_dict() == {measure: whole[measure] for measure in counts.index}


@pytest.mark.parametrize("measure", ["participants", "exit_employment", "exit_education"])
def test_quarters_add_up(example, measure):
    frame = achieved.by_quarter(example, measure)
    assert frame["count"].sum() == achieved.counts_of(example)[measure]
    assert (frame["late"] >= 0).all()


@pytest.fixture(scope="module")
def export():
    study = load_study("connecting_opportunities_example", ROOT)
    return read_export(study.raw, study.id, study.root)


@settings(max_examples=8, deadline=None)
@given(days=st.tuples(st.integers(0, 2150), st.integers(0, 2150)))
def test_later_days_know_at_least_as_much(export, days):
    printed = load_study("connecting_opportunities", ROOT)
    rules = read_rules(printed)
    first, second = (str((pd.Timestamp("2017-07-15") + pd.Timedelta(days=day)).date()) for day in sorted(days))
    earlier, later = (achieved.counts_of(known_on(export, rules, printed, day)) for day in (first, second))
    assert all(earlier[measure] <= later[measure] for measure in earlier)


# Against print


def test_checks_by_hand():
    rules = read_rules(load_study("connecting_opportunities", ROOT))
    good = {"men": 4, "women": 5, "participants": 10, "unemployed": 6, "inactive": 4}
    frame = against_published.check_counts(rules, good)
    assert frame["holds"].to_list() == [True, True]
    frame = against_published.check_counts(rules, good | {"men": 6, "inactive": 3})
    assert frame["holds"].to_list() == [False, False]
    assert frame["excess"].to_list() == [1, -1]


def test_the_printed_totals_fail_one_check():
    study = load_study("connecting_opportunities", ROOT)
    frame = against_published.check_counts(read_rules(study), against_published.printed_counts(study))
    assert frame.loc[~frame["holds"].astype(bool), "excess"].to_dict() == {
        "The two parts of those into employment are all of them": 10
    }


def test_a_record_less_than_print_is_found(tmp_path):
    cells = against_published.reconcile(monitoring(tmp_path, BASE))
    row = cells[cells["claim"] == "CO-144"].iloc[0]
    assert (row["value"], row["difference"], bool(row["agrees"])) == (2, 2 - 1177, False)


def test_national_on_the_matching_base(example):
    frame = against_published.national(example)
    assert frame.loc["Unemployed into jobs", ["counted", "base"]].to_list() == [305, 910]
    assert frame.loc["Unemployed into jobs", "difference"] == pytest.approx(100 * 305 / 910 - 24)
    assert frame.loc["Economically inactive into job search", "share"] == pytest.approx(100 * 278 / 965)
