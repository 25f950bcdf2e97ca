"""What a notebook about participants may show: decisions, the closing proof, the collected record of decisions."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from before_after_run import guard_of, run_cells
from hypothesis import given, strategies as st
from made_up import write_example
from rendered import stop_on_page_leaks

from analysis.disclosure.bands import bands_of, starts_with
from analysis.disclosure.decisions import REFUSED, SHOWN, Decision
from analysis.disclosure.reader import Background, Derived, Statement
from analysis.disclosure.rules import Rules
from analysis.disclosure.tables import count_people
from analysis.errors import InputError
from analysis.participants import read_records
from analysis.pipeline.people_protected import collect_decisions
from analysis.quantities import band_labels
from analysis.questionnaire.judged_names import NET
from analysis.reporting import Appendix, show
from analysis.reporting.charts_records import heat_map
from analysis.reporting.views.before_after_missing import everyone, in_words, reasons, reasons_of, told_of_reasons
from analysis.reporting.views.before_after_statistics import p_text
from analysis.reporting.views.evidence import Evidence, Shown, open_evidence
from analysis.results import Kind
from analysis.study import Study, load_study

ROOT = Path(__file__).resolve().parents[2]


def study_in(folder: Path, study_id: str) -> Study:
    """A study as it is described here, with its folders below another root."""
    return replace(load_study(study_id, ROOT), root=folder)


def own_records(folder: Path) -> Study:
    """The coproduction study with records in its raw folder, as a team would put them there."""
    study = study_in(folder, "coproduction")
    for path in write_example(study.records_folder, seed=7):
        path.write_text(
            path.read_text(encoding="utf-8").replace("coproduction_example", "coproduction"), encoding="utf-8"
        )
    return study


def evidence_of(study: Study, **rules: object) -> Evidence:
    page = Appendix(study.id, "03_before_after", study.root, study.info.example)
    return open_evidence(page, study, rules, rounds=True)


def test_a_study_without_records_is_bounded_and_says_so(tmp_path):
    evidence = evidence_of(study_in(tmp_path, "coproduction"))
    assert not evidence.measured
    assert "No participant records were read" in evidence.close().plain
    written = json.loads((tmp_path / "data/processed/coproduction/results/03_before_after.disclosure.json").read_text())
    assert (written["records"], written["decisions"]) == (False, [])


def test_what_is_refused_for_real_records_may_be_shown_of_synthetic_ones_with_the_reason(tmp_path):
    refused = Decision("net", "proof", REFUSED, "it gives a count away")
    real, example = (evidence_of(study_in(tmp_path, name)) for name in ("coproduction", "coproduction_example"))
    assert not real.allows(refused)
    assert example.allows(refused)
    assert real.decisions == [refused]
    assert example.decisions[0].decision == SHOWN
    assert "synthetic" in example.decisions[0].reason


def test_the_closing_proof_stops_a_table_that_was_shown_without_protection(tmp_path):
    evidence = evidence_of(study_in(tmp_path, "coproduction"))
    people = pd.DataFrame({"change": ["improved"] * 40 + ["same"] * 14 + ["worse"] * 3})
    true = count_people(people, ["change"], {"change": ["improved", "same", "worse"]})
    shown = evidence.protected({"change": true})["change"]
    evidence.close()
    total = shown.index.get_level_values(0) == "total"
    leaky = shown.copy()
    leaky[~total] = true.to_numpy()
    evidence.groups.append(Shown({"change again": true}, {"change again": leaky}, Background()))
    with pytest.raises(InputError, match="notebooks/03_before_after.ipynb"):
        evidence.close()


def test_a_team_s_own_records_are_measured_and_no_small_count_of_the_headline_is_shown(tmp_path):
    evidence = evidence_of(own_records(tmp_path))
    answers = guard_of(evidence)
    assert evidence.measured
    counts = [count for table in answers.counts.values() for count in table.dropna()]
    assert all(count >= 10 for count in counts)
    # Nearly everybody improved, so the exact difference of the shares would say how few did not.
    assert not answers.shown(answers.headline, NET)


def test_why_people_gave_no_number_is_counted_and_small_counts_are_hidden(tmp_path):
    evidence = evidence_of(own_records(tmp_path))
    answers = guard_of(evidence)
    table = evidence.records.questionnaire
    shown = show(reasons(answers), "Reasons", name="reasons").html + show(in_words(answers), "Words", name="words").html
    results = evidence.page.store.by_id
    given = {key.split(".")[2]: result.value for key, result in results.items() if key.endswith(".given")}
    for column, count in given.items():
        found = reasons_of(table, column)
        assert count + len(found) == len(table.values)
        assert set(found.str.partition(":")[0]) <= {"in words", "missing", "refused", "not_asked"}
    counts = [result.value for key, result in results.items() if ".reasons." in key or ".words." in key]
    assert all(value == "hidden" or value == 0 or value >= 10 for value in counts)
    assert ">other words<" in shown
    rare = reasons_of(table, "friends_post").value_counts()
    assert all(
        f">{word.removeprefix('in words: ')}<" not in shown
        for word in rare.index[rare < 10]
        if word.startswith("in words")
    )


@pytest.mark.parametrize("base", [5, 10])
def test_rounded_is_rounded_everywhere_and_said(tmp_path, base):
    """Every number of people is a multiple of the base, every share a ratio of two of them, and nothing else is shown."""
    evidence = evidence_of(own_records(tmp_path), rounding_base=base)
    names = run_cells(evidence)
    said = names["view"].answer(evidence.page, names["guard"], None).plain
    found = {key: each for key, each in evidence.page.store.by_id.items() if isinstance(each.value, int | float)}
    people = {key: each.value for key, each in found.items() if each.unit == "people"}
    assert people["03_before_after.items.confidence.n"] == {5: 55, 10: 60}[base] and not [
        key for key in people if people[key] % base
    ]
    ratios = {round(100 * count / whole) for whole in range(base, 70, base) for count in range(0, whole + 1, base)}
    shares = {key: each for key, each in found.items() if each.unit == "%"}
    assert shares and all(each.value in ratios for each in shares.values())  # kept as they are shown
    assert {(each.kind, each.low, each.high) for each in shares.values()} == {(Kind.RECOMPUTED, None, None)}
    others = set(found) - set(people) - set(shares)
    assert others == {"shift.cells", "shift.hidden"}
    assert f"rounded to the nearest {base}" in said


@pytest.mark.parametrize("notebook", ["02b_participation", "04_english_and_time"])
def test_a_notebook_whose_sums_or_models_would_undo_rounding_refuses_it(tmp_path, notebook):
    study = own_records(tmp_path)
    with pytest.raises(InputError, match=f"{notebook}.disclosure.rounding_base"):
        open_evidence(Appendix(study.id, notebook, study.root), study, {"rounding_base": 5})


def test_reasons_are_of_those_who_answered_the_questionnaire_and_leave_no_subtraction(tmp_path):
    """57 answered afterwards and 53 gave a number on safety: of the four others, known to everybody, no reason is counted."""
    evidence = evidence_of(own_records(tmp_path))
    show(reasons(guard_of(evidence)), "Reasons", name="reasons")
    shown = {key: each.value for key, each in evidence.page.store.by_id.items() if ".reasons." in key}
    without = {key[:-8]: shown[key] - shown[f"{key[:-8]}.given"] for key in shown if key.endswith(".reached")}
    assert len(without) > 10 and any(0 < count < 10 for count in without.values())
    for key, count in without.items():
        told = [shown[name] for name in shown if name.startswith(key) and not name.endswith((".reached", ".given"))]
        assert set(told) == {0 if not count else "hidden"} or count >= 10


def test_an_item_that_was_not_asked_is_refused_with_those_that_were(tmp_path):
    with pytest.raises(InputError, match="confidence, english, health"):
        guard_of(evidence_of(own_records(tmp_path)), item="happiness")


def test_records_of_another_study_are_refused(tmp_path):
    study = study_in(tmp_path, "coproduction")
    write_example(study.records_folder)
    with pytest.raises(InputError, match="questionnaire.csv"):
        evidence_of(study)


def two_notebooks(study: Study, **categories: list[str]) -> None:
    """Two notebooks that show trust of the same people in different categories, each protected by itself."""
    answers = pd.Series(["low"] * 3 + ["middle"] * 12 + ["high"] * 87, name="trust")
    for notebook, names in categories.items():
        evidence = Evidence(
            Appendix(study.id, notebook, study.root), study, Rules(), read_records(study.records_folder, study.id)
        )
        merged = {level: name for name in names for level in name.split(" or ")}
        people = answers.map(merged).rename("merged").to_frame()
        derived = Derived("merged", ("trust",), merged.__getitem__)
        evidence.protected(
            {f"trust in {notebook}": count_people(people, ["merged"], {"merged": names})},
            Background((derived,), categories={"trust": list(merged)}),
        )
        evidence.close()


def test_a_later_notebook_withholds_what_would_give_away_what_an_earlier_one_hides(tmp_path):
    study = own_records(tmp_path)
    two_notebooks(study, a=["low", "middle", "high"], b=["low or high", "middle"])
    later = json.loads((study.processed / "results/b.disclosure.json").read_text())
    assert [(each["decision"], each["table"]) for each in later["decisions"]] == [("refused", "trust in b")]
    assert "earlier notebooks" in later["decisions"][0]["reason"]
    assert later["published"] == []


def test_what_cannot_be_protected_is_withheld_with_the_reason_and_the_page_goes_on(tmp_path):
    """The mean of eleven people of whom one answered otherwise gives that one away, whatever is hidden."""
    evidence = evidence_of(own_records(tmp_path))
    people = pd.DataFrame({"answer": ["yes"] * 11 + ["no"]})
    table = count_people(people, ["answer"], {"answer": ["yes", "no"]})
    told = Statement("share", ("answer",), lambda answer: float(answer == "yes"), 11, 11)
    shown = evidence.protected({"answers": table}, Background(statements=(told,)))["answers"]
    assert shown.isna().all()
    evidence.close()
    assert [each.decision for each in evidence.decisions] == [REFUSED]


QUESTIONS = ("confidence", "english", "health", "safety", "trust", "employability", "friends")
NO_NUMBER = ("", "refused", "a few")  # the last of friends alone


@pytest.mark.parametrize("count", range(1, 9))
def test_one_to_eight_answers_that_are_no_number_stop_no_page(count, tmp_path):
    """Fewer than the minimum at a question asked before: their reasons are hidden, and how many they are is not."""
    study = own_records(tmp_path)
    path = study.records_folder / "questionnaire.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    for place, item in enumerate(QUESTIONS):
        word = NO_NUMBER[(count + place) % (3 if item == "friends" else 2)]
        column = frame[f"{item}_pre"]
        frame[f"{item}_pre"] = [word] * count + column.where(column.str.isdigit(), "3").to_list()[count:]
    frame.to_csv(path, index=False)
    evidence = evidence_of(study)
    answers = guard_of(evidence)
    show(reasons(answers), "Reasons", name="reasons"), show(in_words(answers), "Words", name="words")
    assert "reasons are hidden" in told_of_reasons(answers)
    evidence.close()
    results = evidence.page.store.by_id
    for item in QUESTIONS:
        key = f"03_before_after.reasons.{item}_pre"
        told = {name.rpartition(".")[2]: results[name].value for name in results if name.startswith(f"{key}.")}
        assert told.pop("given") == len(frame) - count
        assert set(told.values()) <= {"hidden", len(frame)}  # all who were asked, and no reason


def test_what_all_notebooks_publish_is_proved_again_when_their_decisions_are_merged(tmp_path):
    study = own_records(tmp_path)
    two_notebooks(study, a=["low or high", "middle"])
    two_notebooks(study, b=["low or middle", "high"])
    (tmp_path / "data/raw/coproduction/study.yaml").write_bytes(
        (ROOT / "data/raw/coproduction/study.yaml").read_bytes()
    )
    (tmp_path / "params.yaml").write_text("\n".join(f"'{name}': {{coproduction: {{}}}}" for name in "ab0"))
    merged = json.loads(collect_decisions(tmp_path, "coproduction").read_text())
    assert [part["notebook"] for part in merged["notebooks"]] == ["a", "b"]
    assert all("published" not in part for part in merged["notebooks"])
    two_notebooks(study, **{"0": ["low", "middle", "high"]})
    with pytest.raises(InputError, match="trust in 0"):
        collect_decisions(tmp_path, "coproduction")


def test_a_page_with_an_id_of_the_study_s_records_stops(tmp_path):
    study = own_records(tmp_path)
    stop_on_page_leaks("<p>Nothing about anybody.</p>", study, "02b_participation")
    with pytest.raises(InputError, match="the id of a person"):
        stop_on_page_leaks("<p>Case <span data-structural>EX-001</span> improved.</p>", study, "02b_participation")


@given(st.lists(st.integers(0, 60), min_size=1, max_size=150), st.integers(2, 12))
def test_every_band_of_sessions_holds_enough_people(sessions, fewest):
    given_sessions = pd.Series(sessions)
    starts = starts_with(given_sessions, fewest)
    counts = bands_of(given_sessions, starts).value_counts()
    assert starts[0] == 0
    assert counts.sum() == len(sessions)
    assert set(counts.index) <= set(band_labels(starts))
    assert len(starts) == 1 or counts.reindex(band_labels(starts), fill_value=0).min() >= fewest


def test_small_p_values_are_written_in_words():
    assert list(map(p_text, (0.00049, 0.00051, float("nan")))) == ["under 0.001", "0.001", "not available"]


def test_a_heat_map_names_hidden_cells_and_draws_no_number_for_them():
    cells = pd.DataFrame(
        {"low": pd.array([12, pd.NA], "Int64"), "high": pd.array([pd.NA, 30], "Int64")}, index=["low", "high"]
    )
    words = [text.get_text() for text in heat_map(cells, "after", "before").axes[0].texts]
    assert sorted(words) == ["12", "30", "hidden", "hidden"]
    assert np.isfinite(heat_map(cells, "after", "before").get_size_inches()).all()


def test_rules_below_ten_need_a_reason(tmp_path):
    study = study_in(tmp_path, "coproduction")
    with pytest.raises(InputError, match="reason"):
        evidence_of(study, minimum_cell=5)
    assert evidence_of(study, minimum_cell=5, reason="agreed with the ethics board").rules == Rules(
        5, "agreed with the ethics board"
    )


def test_worst_cases_use_what_those_who_left_had_answered_before(tmp_path):
    """The example's confidence: 57 changes of 161 in all; of 36 more at joining, 34 answered before; 9 others neither.

    Each of the 34 can move from the answer before to 1 or to 9: 0.0 to 3.3 among 93, -0.7 to 3.7 among 102 (the whole scale
    for all would give -1.4 to 4.8 and -2.0 to 5.1).
    """
    study = study_in(tmp_path, "coproduction")
    for path in write_example(study.records_folder):
        text = path.read_text(encoding="utf-8").replace("coproduction_example", "coproduction")
        path.write_text(text, encoding="utf-8")
    evidence = evidence_of(study)
    show(everyone(guard_of(evidence)), "Everyone", name="missing")
    kept = evidence.page.store.by_id
    found = {key.split(".missing.")[1]: kept[key].text for key in kept if ".missing." in key and "mean" in key}
    first, second = "everyone_who_answered_the_initial_questionnaire", "everyone_who_joined"
    assert found == {
        f"{first}.mean_change_low": "0.0",
        f"{first}.mean_change_high": "3.3",
        f"{second}.mean_change_low": "−0.7",
        f"{second}.mean_change_high": "3.7",
    }


def test_answers_of_few_who_left_are_taken_as_unknown(tmp_path):
    answers = guard_of(evidence_of(own_records(tmp_path)))
    few, enough = (pd.DataFrame({"before": [7.0] * n + [np.nan] * 3, "after": np.nan}) for n in (9, 10))
    assert set(answers._limits(few)["most"]) == {8} and set(answers._limits(few)["least"]) == {-8}
    assert answers._limits(enough)["most"].tolist() == [2] * 10 + [8] * 3
