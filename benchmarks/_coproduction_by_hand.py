"""The coproduction model as a user without this project would write it: formulas by hand, one draw at a time, plain Python.

Three ways to draw: with `random`, every input on its own; with `random`, deadweights together and attributions together,
as the project's own draws have them; and with scalar calls of NumPy's generator, correlated too.
"""

import math
import random
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from analysis.sroi.sensitivity.case import Case
from analysis.sroi.sensitivity.correlation import Group

Draw = Callable[[], dict[str, float]]
Range = tuple[str, float, float, float | None]  # name, low, high, mode of a triangular entry


def ratio(v: Mapping[str, float]) -> float:
    """The ratio of the coproduction model, its value map written out once more."""
    stays = 1 - v["displacement"]

    def kept(stream: str) -> float:
        return (1 - v[f"deadweight_{stream}"]) * stays * (1 - v[f"attribution_{stream}"])

    engagement = v["engagement_weeks"] * v["income_factor_applied"] * (1 + v["gender_premium_applied"])
    engagement *= v["volunteering_wellbeing_value_weekly_2013"] * kept("engagement")
    years = (v["english_months"] + v["english_months_applied"]) / 12
    lasting = sum(
        max(0.0, min(1.0, years - t)) * ((1 - v["drop_off"]) / (1 + v["discount_rate"])) ** t for t in range(3)
    )
    english = (
        v["english_learners"] * v["friends_contact_value_2011"] * v["english_uprating"] * lasting * kept("english")
    )
    employability = v["employability_participants"] * (
        1 - v["employability_reduction_applied"] * v["employability_work_part"]
    )
    employability *= v["developmental_learning_value"] * v["employability_uprating"] * kept("employability")
    signposting = v["advice_signposting_least"] + v["advice_help"]
    referral = v["advice_contacts"] - v["advice_help"] - signposting
    advice = (
        v["advice_help"] * v["advice_value_help"]
        + referral * v["advice_value_referral"]
        + signposting * v["advice_value_signposting"]
    )
    advice *= (1 + v["advice_variation_applied"]) * v["advice_uprating"] * kept("advice")
    return (engagement + english + employability + advice) / v["total_cost"]


def ranges(case: Case) -> list[Range]:
    """The ranges of a case whose varied inputs are uniform or triangular."""
    return [
        (name, e.low, e.high, e.value if e.distribution == "triangular" else None) for name, e in case.ranges.items()
    ]


def independent(listed: Sequence[Range], seed: int) -> Draw:
    """Each input on its own, from Python's `random`."""
    source = random.Random(seed)
    return lambda: {
        name: source.uniform(low, high) if mode is None else source.triangular(low, high, mode)
        for name, low, high, mode in listed
    }


def correlated(listed: Sequence[Range], groups: Sequence[Group], seed: int) -> Draw:
    """The groups' inputs together, each pair with the group's correlation: a shared and an own normal number."""
    source = random.Random(seed)
    joined = {
        member: (place, math.sqrt(group.correlation), math.sqrt(1 - group.correlation))
        for place, group in enumerate(groups)
        for member in group.members
    }
    alone = independent([entry for entry in listed if entry[0] not in joined], seed)
    linked = [(*entry, *joined[entry[0]]) for entry in listed if entry[0] in joined]

    def draw() -> dict[str, float]:
        shared = [source.gauss(0, 1) for _ in groups]
        values = alone()
        for name, low, high, mode, place, common, own in linked:
            score = common * shared[place] + own * source.gauss(0, 1)
            values[name] = triangular(0.5 * (1 + math.erf(score / math.sqrt(2))), low, high, mode)
        return values

    return draw


def triangular(share: float, low: float, high: float, mode: float) -> float:
    """The value below which a share of a triangular distribution lies."""
    if share * (high - low) < mode - low:
        return low + math.sqrt(share * (high - low) * (mode - low))
    return high - math.sqrt((1 - share) * (high - low) * (high - mode))


def with_numpy(listed: Sequence[Range], groups: Sequence[Group], seed: int) -> Draw:
    """As `correlated`, by scalar calls of NumPy's generator and SciPy's normal distribution, as notebooks often have it."""
    from scipy.special import ndtr

    source = np.random.default_rng(seed)
    joined = {member for group in groups for member in group.members}
    alone = [entry for entry in listed if entry[0] not in joined]
    shapes = {entry[0]: entry[1:] for entry in listed}
    lowers = [
        np.linalg.cholesky(np.full((len(g.members),) * 2, g.correlation) + (1 - g.correlation) * np.eye(len(g.members)))
        for g in groups
    ]

    def draw() -> dict[str, float]:
        values = {
            name: source.uniform(low, high) if mode is None or low == high else source.triangular(low, mode, high)
            for name, low, high, mode in alone
        }
        for group, lower in zip(groups, lowers, strict=True):
            shares = ndtr(lower @ source.standard_normal(len(lower)))
            values |= {
                name: triangular(share, *shapes[name]) for name, share in zip(group.members, shares, strict=True)
            }
        return values

    return draw
