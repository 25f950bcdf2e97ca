"""The audit of the audit: what is planted is what it says, harmless changes raise nothing, and the rates are what they were."""

import pytest

from analysis.audit.changes import KINDS, reprinted
from analysis.audit.plan import claims_by_check, read_plan, touching
from analysis.audit.planted import (
    alarms,
    changed,
    linked_claims,
    lookers,
    nearby,
    rates,
    trials,
)
from analysis.audit.verdicts import audit
from analysis.study import load_study

STUDIES = ("coproduction", "connecting_opportunities")
SEED = 7


@pytest.fixture(scope="module", params=STUDIES)
def planted(request):
    """A study's ledger and plan, and 200 errors with as many harmless changes."""
    study = load_study(request.param)
    plan = read_plan(study)
    return study.claims, plan, trials(study.claims, plan, 200, SEED)


def test_two_hundred_errors_and_as_many_harmless_changes(planted):
    *_, found = planted
    assert [sum(trial.harmless is harmless for trial in found) for harmless in (False, True)] == [200, 200]
    assert {trial.kind for trial in found} <= set(KINDS)


def test_harmless_changes_raise_no_alarm(planted):
    *_, found = planted
    assert [trial for trial in found if trial.harmless and trial.alarms] == []


def test_what_nothing_bears_on_cannot_be_found(planted):
    *_, found = planted
    assert not [trial for trial in found if not trial.linked and trial.alarms]


def test_most_of_what_something_bears_on_is_found(planted):
    """Lower bounds below what ten seeds gave, so that a check that stops working shows."""
    claims, _, found = planted
    table = rates(found)
    assert table.loc["all kinds", "rate_linked"] > (85 if "CO-001" in claims else 75) - 5
    assert table.loc["impossible percentage", "rate"] == 100
    assert table.loc["all kinds", "planted"] == 200
    assert table.loc[table.index != "all kinds", "planted"].sum() == 200


def test_same_seed_same_trials_and_another_seed_others():
    study = load_study("coproduction")
    plan = read_plan(study)
    first, again, other = (trials(study.claims, plan, 12, seed) for seed in (1, 1, 2))
    assert first == again != other


def test_a_copy_leaves_the_ledger_as_it_is(planted):
    claims, plan, _ = planted
    before = alarms(claims, plan)
    name = next(iter(claims))
    copy = changed(claims, {name: claims[name].model_copy(update={"printed": "1"})})
    assert copy[name].printed == "1" != claims[name].printed
    assert alarms(claims, plan) == before


def test_looking_near_a_change_finds_what_looking_everywhere_finds(planted):
    """Every seventh figure made wrong: verdicts differ only near it, and no alarm of the whole audit is missed."""
    claims, plan, _ = planted
    before, verdicts, named = alarms(claims, plan), audit(claims), claims_by_check(plan)
    slips = [
        {name: reprinted(claim, "7,777")} for name, claim in claims.items() if claim.as_printed and not claim.is_date
    ]
    raised = 0
    for change in slips[::7]:
        copy, near = changed(claims, change), nearby(claims, change, lookers(claims))
        assert {new.claim_id for old, new in zip(verdicts, audit(copy), strict=True) if old != new} <= near
        found = alarms(copy, touching(plan, named, change), near) - before
        assert found == alarms(copy, plan) - before
        raised += bool(found)
    assert raised > 0


def test_a_slip_in_a_percentage_is_found_and_named():
    study = load_study("connecting_opportunities")
    plan = read_plan(study)
    copy = changed(study.claims, {"CO-133": reprinted(study.claims["CO-133"], "87%")})
    assert ("verdict", "CO-133") in alarms(copy, plan) - alarms(study.claims, plan)


def test_figures_that_stand_alone_are_not_linked():
    study = load_study("connecting_opportunities")
    linked = linked_claims(study.claims, read_plan(study))
    assert {"CO-205", "CO-135", "CO-311", "CO-058"} <= linked
    assert not {"CO-042", "CO-078", "CO-114"} & linked  # quoted years, languages, businesses spoken with
