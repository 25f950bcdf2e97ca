"""A million correlated draws of a study's social return model, against a plain loop of one call for each draw.

    python -m benchmarks.sroi_draws [--study coproduction] [--draws 1000000] [--loop 500]

The loop is timed over `--loop` draws of the same sample and scaled up; it is given its draws, so that it pays for the
model alone, while the vectorised run pays for drawing, correlation and counting too. For the coproduction study there is a
second loop, as a user would write it who gives up the value map: its formulas by hand in plain Python, each input drawn
with `random`, independently. Peak memory is what Python and NumPy allocate, at two numbers of draws.
"""

import argparse
import random
import time
import tracemalloc
from collections.abc import Callable

from analysis.sroi.model import read_model
from analysis.sroi.sensitivity.case import Case
from analysis.sroi.sensitivity.correlation import Group
from analysis.sroi.sensitivity.probabilistic import simulate
from analysis.sroi.sensitivity.sampling import draws
from analysis.sroi.sensitivity.settings import groups_for, read_settings, read_stipulated
from analysis.study import load_study

SEED, REPEATS = 1, 3


def main() -> None:
    """Print seconds, the ratio, the agreement of the two, and peak memory."""
    options = _options()
    case, groups = load_case(options.study)
    print(f"{options.study}: {len(case.model.inputs)} inputs, {len(case.varied)} of them varied, {len(groups)} correlated groups; best of {REPEATS}")
    simulate(case, 2**10, SEED, groups, "random")  # imports scipy, which no side should pay for
    for method in ("sobol", "random"):
        own = best(lambda method=method: simulate(case, options.draws, SEED, groups, method))
        print(f"{options.draws:,} draws at once ({method:6})   {own:9.2f} s")
    loop, difference = _loop(case, groups, options.loop)
    scaled = loop * options.draws / options.loop
    print(f"loop, one call for each draw      {scaled:9.2f} s   {scaled / own:6.0f} times as long (scaled up from {options.loop:,} draws in {loop:.2f} s)")
    print(f"largest relative difference       {difference:9.1e}")
    if options.study == "coproduction":
        plain, difference = _loop_by_hand(case, options.loop)
        scaled = plain * options.draws / options.loop
        print(f"the model by hand, with random    {scaled:9.2f} s   {scaled / own:6.1f} times as long (scaled up; no correlation, no value map)")
        print(f"largest relative difference       {difference:9.1e}")
    for count in (2**17, 2**19):
        print(f"peak memory at {count:9,} draws   {_peak(case, groups, count):9.1f} MB")


def best(work: Callable[[], object]) -> float:
    """Seconds of the fastest of a few runs, so that other work on the machine counts little."""
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def load_case(study_id: str) -> tuple[Case, tuple[Group, ...]]:
    """A study's model at its base values, with its correlated groups."""
    study = load_study(study_id)
    settings = read_settings(study)
    case = settings.case(read_model(study), study.register)
    return case, groups_for(case, settings, read_stipulated(study.root))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--study", default="coproduction")
    parser.add_argument("--draws", type=int, default=1_000_000)
    parser.add_argument("--loop", type=int, default=500)
    return parser.parse_known_args()[0]


def _loop(case: Case, groups: tuple[Group, ...], count: int) -> tuple[float, float]:
    """Seconds of the loop, and the largest relative difference of its ratios from the vectorised ones."""
    values = next(draws(case, count, SEED, groups, "random"))
    rows = [{name: float(column[i]) for name, column in values.items()} for i in range(count)]
    seconds = best(lambda: [case.at(row).ratio for row in rows])
    ratios = [float(case.at(row).ratio) for row in rows]
    together = case.measure(values, "ratio", count)
    return seconds, float(max(abs(a - b) / abs(b) for a, b in zip(ratios, together, strict=True)))


def _loop_by_hand(case: Case, count: int) -> tuple[float, float]:
    """As `_loop`, for the hand-written model; the time includes its own draws, the agreement is on ours."""
    ranges = [(name, e.low, e.high, e.value if e.distribution == "triangular" else None) for name, e in case.ranges.items()]
    source = random.Random(SEED)
    seconds = best(lambda: [coproduction_by_hand(**_drawn(ranges, source)) for _ in range(count)])
    values = next(draws(case, count, SEED, (), "random"))
    rows = [dict(case.base) | {name: float(column[i]) for name, column in values.items()} for i in range(count)]
    together = case.measure(values, "ratio", count)
    return seconds, float(max(abs(coproduction_by_hand(**row) - b) / abs(b) for row, b in zip(rows, together, strict=True)))


def _drawn(ranges: list[tuple[str, float, float, float | None]], source: random.Random) -> dict[str, float]:
    return {name: source.uniform(low, high) if mode is None else source.triangular(low, high, mode) for name, low, high, mode in ranges}


def coproduction_by_hand(**v: float) -> float:
    """The ratio of the coproduction model, its value map written out once more as a user without it would."""
    stays = 1 - v["displacement"]

    def kept(stream: str) -> float:
        return (1 - v[f"deadweight_{stream}"]) * stays * (1 - v[f"attribution_{stream}"])

    engagement = v["engagement_weeks"] * v["income_factor_applied"] * (1 + v["gender_premium_applied"])
    engagement *= v["volunteering_wellbeing_value_weekly_2013"] * kept("engagement")
    years = (v["english_months"] + v["english_months_applied"]) / 12
    lasting = sum(max(0.0, min(1.0, years - t)) * ((1 - v["drop_off"]) / (1 + v["discount_rate"])) ** t for t in range(3))
    english = v["english_learners"] * v["friends_contact_value_2011"] * v["english_uprating"] * lasting * kept("english")
    employability = v["employability_participants"] * (1 - v["employability_reduction_applied"] * v["employability_work_part"])
    employability *= v["developmental_learning_value"] * v["employability_uprating"] * kept("employability")
    signposting = v["advice_signposting_least"] + v["advice_help"]
    referral = v["advice_contacts"] - v["advice_help"] - signposting
    advice = v["advice_help"] * v["advice_value_help"] + referral * v["advice_value_referral"] + signposting * v["advice_value_signposting"]
    advice *= (1 + v["advice_variation_applied"]) * v["advice_uprating"] * kept("advice")
    return (engagement + english + employability + advice) / v["total_cost"]


def _peak(case: Case, groups: tuple[Group, ...], count: int) -> float:
    tracemalloc.start()
    simulate(case, count, SEED, groups, "random")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


if __name__ == "__main__":
    main()
