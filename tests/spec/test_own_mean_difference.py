"""What a printed difference of means allows, against t tests of the very figures that were rounded to be printed."""

import numpy as np
import pytest
from scipy import stats
from test_audit_cases import ledger

from analysis.audit.unprompted.mean_difference import look


def rows(means: tuple, deviations: tuple, people: tuple, ends: tuple, **more: str) -> list[dict]:
    """The rows of a small ledger, its figures rounded to two decimals."""
    made = [{"id": f"AA-00{n}", "printed": str(size), "kind": "count"} for n, size in enumerate(people, start=1)]
    for n, (end, mean, deviation) in enumerate(zip(ends, means, deviations, strict=True)):
        base = made[min(n, len(people) - 1)]["id"]
        about = {"kind": "mean", "unit": "hours"}
        made.append({"id": f"AA-01{n}", "quantity": f"x{end}", "printed": f"{mean:.2f}", "base": base, **about})
        made.append({"id": f"AA-02{n}", "quantity": f"x{end}_sd", "printed": f"{deviation:.2f}", **about})
    for n, (name, text) in enumerate(more.items()):
        value = {"value": "..".join(text.split(" to "))} if " to " in text else {}
        unit = {"kind": "mean", "unit": "hours"} if value else {"kind": "statistic", "unit": "ratio"}
        made.append({"id": f"AA-03{n}", "quantity": f"x_{name}", "printed": text, **unit, **value})
    return made


def outcomes(made: list[dict]) -> list[str]:
    return [str(check.outcome) for check in look(ledger(made))]


@pytest.mark.parametrize("seed", range(60))
def test_no_test_of_two_groups_is_doubted_and_one_half_as_large_again_is(seed):
    random = np.random.default_rng(seed)
    n, m = (int(size) for size in random.integers(20, 200, 2))
    one, other = (random.normal(mean, random.uniform(2, 8), size) for mean, size in ((20, n), (22, m)))
    pooled = bool(seed % 2)
    found = stats.ttest_ind(other, one, equal_var=pooled)
    low, high = found.confidence_interval()
    means, deviations = (one.mean(), other.mean()), (one.std(ddof=1), other.std(ddof=1))
    ends = ("_control", "_treatment")
    printed = {"t": f"{found.statistic:.2f}", "df": f"{found.df:.0f}" if pooled else f"{found.df:.3f}"}
    if low >= 0:
        printed["difference_ci"] = f"{low:.2f} to {high:.2f}"
    assert set(outcomes(rows(means, deviations, (n, m), ends, **printed))) == {"holds"}
    assert outcomes(rows(means, deviations, (n, m), ends, p=f"{found.pvalue:.3f}")) == ["holds"]
    if abs(found.statistic) > 1:
        wrong = printed | {"t": f"{found.statistic * 1.5:.2f}"}
        assert outcomes(rows(means, deviations, (n, m), ends, **wrong))[0] == "fails"


@pytest.mark.parametrize("seed", range(60))
def test_no_paired_test_is_doubted_whatever_the_correlation(seed):
    random = np.random.default_rng(seed)
    n, slope = int(random.integers(10, 120)), random.uniform(-0.9, 0.95)
    before = random.normal(20, 4, n)
    after = 21 + slope * (before - 20) + random.normal(0, 2, n)
    found = stats.ttest_rel(after, before)
    printed = {"t": f"{found.statistic:.2f}", "df": str(n - 1)}
    sizes = (before.mean(), after.mean()), (before.std(ddof=1), after.std(ddof=1)), (n,), ("_before", "_after")
    assert outcomes(rows(*sizes, **printed)) == ["holds"]
    assert outcomes(rows(*sizes, p=f"{found.pvalue:.4f}")) == ["holds"]
    spread = f"{(after - before).std(ddof=1):.2f}"
    assert outcomes(rows(*sizes, **printed, change_sd=spread)) == ["holds"]
    if abs(found.statistic) > 1:
        wrong = printed | {"t": f"{found.statistic * 1.5:.2f}"}
        assert outcomes(rows(*sizes, **wrong, change_sd=spread)) == ["fails"]
