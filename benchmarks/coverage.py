"""How often intervals that pages show hold the true value, on made-up data like those of the studies.

    python benchmarks/coverage.py --samples 2000 --seed 20140430 --write

Every interval is nominal 95 %. Beside each interval stand others that could take its place. `--write` puts the table into
`docs/coverage.md`; everything printed follows from the arguments alone. A share of 2,000 samples is known to about one
percentage point (the error beside it is binomial). An interval that has no answer counts as one that does not hold the truth.
"""

import argparse
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.bounds.intervals import independent_difference, jackknife_t, squared_correlation, wilson
from analysis.bounds.r_squared import r_squared_interval
from analysis.coding import agreement
from analysis.english.models import spearman
from analysis.questionnaire import attrition, change
from analysis.questionnaire.ordinal import ordered_logit_change
from analysis.questionnaire.proportions import newcombe_paired_interval, tango_interval

PAGE = Path(__file__).resolve().parents[1] / "docs" / "coverage.md"
START, END = "<!-- table -->", "<!-- end of table -->"
RESAMPLES = 999
LEAST = 92.0  # % below which a page has to say so
POPULATION = 400_000
Ends = tuple[float, float]


@dataclass(frozen=True)
class Row:
    """One interval on one sort of data: how many of the samples' intervals held the truth."""

    quantity: str
    data: str
    interval: str
    shown: bool
    held: int
    samples: int

    @property
    def coverage(self) -> float:
        """In %."""
        return 100 * self.held / self.samples

    @property
    def error(self) -> float:
        """Standard error of the coverage, in percentage points."""
        share = self.held / self.samples
        return 100 * math.sqrt(share * (1 - share) / self.samples)


def _rows(
    quantity: str,
    data: str,
    shown: tuple[str, ...],
    samples: int,
    truth: float,
    draw: Callable[[], dict[str, Ends]],
) -> Iterator[Row]:
    """Draw samples, and count for every interval how often it held the truth."""
    held: dict[str, int] = {}
    for _ in range(samples):
        for name, (low, high) in draw().items():
            held[name] = held.get(name, 0) + bool(low <= truth <= high)
    for name, count in held.items():
        yield Row(quantity, data, name, name in shown, count, samples)


# Agreement of two coders: speakers differ in how often a code fits, and coders err.


def _coded(rng: np.random.Generator, speakers: int, share: float, segments: int = 8) -> np.ndarray:
    """Units (speakers x segments) by how many of two coders did not give, and gave, the code."""
    own = rng.beta(4 * share, 4 * (1 - share), (speakers, 1))
    fits = rng.random((speakers, segments)) < own
    given = [np.where(rng.random(fits.shape) < 0.08, ~fits, fits) for _ in range(2)]
    yes = np.sum(given, axis=0).reshape(-1)
    return np.column_stack([2 - yes, yes])


def agreement_rows(samples: int, seed: int) -> Iterator[Row]:
    """Krippendorff's alpha and Gwet's AC1 by number of speakers and prevalence."""
    for share in (0.3, 0.08):
        for speakers in (6, 10, 20, 40):
            for name, measure in (("Krippendorff's alpha", agreement._alpha), ("Gwet's AC1", agreement._ac1)):
                rng = np.random.default_rng([seed, speakers, int(100 * share)])
                truth = float(measure(_sums(_coded(rng, POPULATION // 8, share))))

                def draw(rng=rng, speakers=speakers, share=share, measure=measure) -> dict[str, Ends]:
                    lines = agreement._features(_coded(rng, speakers, share)).reshape(speakers, 8, -1).sum(axis=1)
                    whole = lines.sum(axis=0)
                    times = rng.multinomial(speakers, np.full(speakers, 1 / speakers), size=RESAMPLES)
                    found = measure(agreement._sums(times @ lines, 2))
                    jack = jackknife_t(
                        float(measure(agreement._sums(whole, 2))), measure(agreement._sums(whole - lines, 2))
                    )
                    return {
                        "percentile bootstrap of speakers": agreement._interval(found, 0.95),
                        "jackknife t on log(1 - x)": _finite(jack.low, jack.high),
                    }

                data = f"{speakers} speakers of 8 segments, code given to {share:.0%}"
                yield from _rows(name, data, ("jackknife t on log(1 - x)",), samples, truth, draw)


def _sums(counts: np.ndarray) -> agreement.Sums:
    return agreement._sums(agreement._features(counts).sum(axis=0), 2)


def _finite(low: float, high: float) -> Ends:
    return (low, high) if math.isfinite(low) and math.isfinite(high) else (math.nan, math.nan)


# English on months in the UK: many came lately, a few up to ten years ago.


def _months(rng: np.random.Generator, n: int) -> np.ndarray:
    return np.minimum(np.exp(rng.normal(3.0, 0.8, n)), 120.0)


def _english(rng: np.random.Generator, months: np.ndarray, sort: str) -> np.ndarray:
    """A weak slope, with even error or error that grows with time in the UK."""
    spread = 0.15 * np.sqrt(months + 1) if sort == "error growing with months" else 1.0
    return 2.5 + 0.01 * months + spread * rng.normal(size=months.shape)


def slope_intervals(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> dict[str, Ends]:
    """HC3 and HC4 with t(n - 2), HC2 with Bell and McCaffrey's degrees of freedom, wild bootstrap t (Rademacher, HC3)."""
    from scipy.special import stdtrit

    n = len(x)
    design = np.column_stack([np.ones(n), x])
    inverse = np.linalg.inv(design.T @ design)
    row = inverse[1] @ design.T
    hat = design @ inverse @ design.T
    leverage = np.diag(hat)
    beta = row @ y
    residual = y - hat @ y

    def error(power: np.ndarray | float, left: np.ndarray) -> np.ndarray:
        return np.sqrt((row**2 * left**2 / (1 - leverage) ** power).sum(axis=-1))

    hc3 = float(error(2.0, residual))
    hc4 = float(error(np.minimum(4.0, n * leverage / leverage.sum()), residual))
    hc2, df = float(error(1.0, residual)), _bell_mccaffrey(row, hat, leverage)
    signs = rng.choice([-1.0, 1.0], (RESAMPLES, n))
    fitted = np.full(n, y.mean()) + beta * (x - x.mean())
    again = fitted + signs * residual / (1 - leverage)
    left = again - again @ hat
    t = np.abs((again @ row - beta) / error(2.0, left))
    found = {
        "HC3, t(n - 2)": float(stdtrit(n - 2, 0.975)) * hc3,
        "HC4, t(n - 2)": float(stdtrit(n - 2, 0.975)) * hc4,
        "HC2, Bell-McCaffrey t (CR2)": float(stdtrit(df, 0.975)) * hc2,
        "wild bootstrap t": float(np.quantile(t, 0.95)) * hc3,
    }
    return {name: (beta - half, beta + half) for name, half in found.items()}


def _bell_mccaffrey(row: np.ndarray, hat: np.ndarray, leverage: np.ndarray) -> float:
    """Satterthwaite's degrees of freedom of the HC2 variance under even errors: trace(G'G)^2 / trace((G'G)^2)."""
    rests = (np.eye(len(row)) - hat) * (row / np.sqrt(1 - leverage))[None, :]
    products = rests.T @ rests
    return float(np.trace(products) ** 2 / (products**2).sum())


def slope_rows(samples: int, seed: int) -> Iterator[Row]:
    """The slope of English on months."""
    for sort in ("even error", "error growing with months"):
        for n in (20, 57, 93):
            rng = np.random.default_rng([seed, n, len(sort)])

            def draw(rng=rng, n=n, sort=sort) -> dict[str, Ends]:
                months = _months(rng, n)
                return slope_intervals(months, _english(rng, months, sort), rng)

            yield from _rows(
                "slope of English on months", f"{n} people, {sort}", ("HC4, t(n - 2)",), samples, 0.01, draw
            )


def r_squared_intervals(x: np.ndarray, y: np.ndarray) -> dict[str, Ends]:
    """The interval that is exact under normality; and that of the correlation by its influence values, squared."""
    exact = r_squared_interval(min(float(np.corrcoef(x, y)[0, 1]) ** 2, 1 - 1e-9), len(x))
    jackknife = squared_correlation(x, y)
    return {
        "exact under normality": (exact.low, exact.high),
        "jackknife t of Fisher's z, squared": (jackknife.low, jackknife.high),
    }


def r_squared_rows(samples: int, seed: int) -> Iterator[Row]:
    """R² of English on months."""
    sorts = {
        "normal months, even error": (lambda rng, n: rng.normal(30, 20, n), "even error"),
        "skewed months, even error": (_months, "even error"),
        "skewed months, error growing with months": (_months, "error growing with months"),
    }
    for name, (months_of, sort) in sorts.items():
        for n in (20, 57, 93):
            rng = np.random.default_rng([seed, n, len(name)])

            def pair(n: int, rng=rng, months_of=months_of, sort=sort) -> tuple[np.ndarray, np.ndarray]:
                months = months_of(rng, n)
                return months, _english(rng, np.maximum(months, 0), sort)

            truth = float(np.corrcoef(*pair(4_000_000))[0, 1] ** 2)
            yield from _rows(
                "R² of English on months",
                f"{n} people, {name}",
                ("exact under normality", "jackknife t of Fisher's z, squared"),
                samples,
                truth,
                lambda pair=pair, n=n: r_squared_intervals(*pair(n)),
            )


def rank_rows(samples: int, seed: int) -> Iterator[Row]:
    """Spearman's rank correlation of English, in whole points of 1 to 5, and months."""
    for sort in ("even error", "error growing with months"):
        for n in (20, 57, 93):
            rng = np.random.default_rng([seed, n, len(sort), 1])

            def sample(n: int, rng=rng, sort=sort) -> pd.DataFrame:
                months = _months(rng, n)
                return pd.DataFrame({"months": months, "english": np.clip(np.round(_english(rng, months, sort)), 1, 5)})

            def draw(n=n, sample=sample) -> dict[str, Ends]:
                found = spearman(sample(n))
                return {"Bonett and Wright": (found["low"], found["high"])}

            truth = float(sample(POPULATION).rank().corr().iloc[0, 1])
            yield from _rows(
                "rank correlation of English and months",
                f"{n} people, {sort}",
                ("Bonett and Wright",),
                samples,
                truth,
                draw,
            )


# Before and after on a scale of 1 to 9: mostly upward, cut off at 9.


def _answers(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    before = rng.binomial(8, 0.5, n) + 1
    return before.astype(float), np.clip(before + rng.integers(-2, 7, n), 1, 9).astype(float)


def effect_rows(samples: int, seed: int) -> Iterator[Row]:
    """The effect sizes of 03."""
    before, after = _answers(np.random.default_rng([seed, 1]), POPULATION)
    statistics: dict[str, Callable[[np.ndarray, np.ndarray], tuple]] = {
        "mean change": lambda b, a: ((a - b,), change.mean_of),
        "d_z": lambda b, a: ((a - b,), change.d_z),
        "d_av": lambda b, a: ((b, a), change.d_av),
        "rank-biserial correlation": lambda b, a: ((a - b,), change.rank_biserial),
    }
    for name, parts in statistics.items():
        population, statistic = parts(before, after)
        truth = float(statistic(*population))
        for n in (20, 57):
            rng = np.random.default_rng([seed, n, len(name)])

            def draw(rng=rng, n=n, parts=parts, name=name) -> dict[str, Ends]:
                b, a = _answers(rng, n)
                chosen, statistic = parts(b, a)
                found = {
                    "BCa bootstrap": change.bootstrap_interval(
                        chosen, statistic, int(rng.integers(2**31)), resamples=RESAMPLES
                    )
                }
                return found | ({"t": _t_interval(a - b)} if name == "mean change" else {})

            few = max(1, samples // 4)  # a bootstrap for each sample takes its time
            yield from _rows(name, f"{n} people, 1 to 9, cut off at 9", ("BCa bootstrap", "t"), few, truth, draw)


def _t_interval(values: np.ndarray) -> Ends:
    from scipy.special import stdtrit

    half = float(stdtrit(len(values) - 1, 0.975)) * values.std(ddof=1) / math.sqrt(len(values))
    return values.mean() - half, values.mean() + half


def odds_rows(samples: int, seed: int) -> Iterator[Row]:
    """The odds ratio of the ordered logit; the truth is what the model makes of everybody, whether or not its odds are alike."""

    def odds(rng: np.random.Generator, n: int) -> pd.Series:
        return ordered_logit_change(pd.DataFrame(dict(zip(("before", "after"), _answers(rng, n), strict=True))))

    truth = odds(np.random.default_rng([seed, 2]), POPULATION)["odds_ratio"]
    for n in (20, 57):
        rng = np.random.default_rng([seed, n, 2])

        def draw(rng=rng, n=n) -> dict[str, Ends]:
            found = odds(rng, n)
            return {"normal, errors clustered on people": (found["low"], found["high"])}

        data = f"{n} people, 1 to 9, cut off at 9"
        yield from _rows(
            "odds ratio of a better answer", data, ("normal, errors clustered on people",), samples, truth, draw
        )


def share_rows(samples: int, seed: int) -> Iterator[Row]:
    """Shares improved, and their differences."""
    for gained, lost in ((0.7, 0.1), (0.94, 0.03)):
        for n in (20, 57):
            rng = np.random.default_rng([seed, n, int(100 * gained)])

            def draw(rng=rng, n=n, gained=gained, lost=lost) -> dict[str, Ends]:
                up, down, same = map(int, rng.multinomial(n, [gained, lost, 1 - gained - lost]))
                tango, newcombe = tango_interval(up, down, n), newcombe_paired_interval(0, up, down, same)
                return {"Tango": (tango.low, tango.high), "Newcombe, paired": (newcombe.low, newcombe.high)}

            data = f"{n} people, {gained:.0%} improved, {lost:.0%} worse"
            yield from _rows(
                "share improved less worse", data, ("Tango", "Newcombe, paired"), samples, gained - lost, draw
            )
    for share in (0.05, 0.31, 0.77):
        rng = np.random.default_rng([seed, int(100 * share)])

        def one(rng=rng, share=share) -> dict[str, Ends]:
            ends = wilson(int(rng.binomial(57, share)), 57)
            return {"Wilson": (ends.low, ends.high)}

        yield from _rows("a share", f"57 people, {share:.0%}", ("Wilson",), samples, share, one)
    rng = np.random.default_rng([seed, 40])

    def two() -> dict[str, Ends]:
        ends = independent_difference(int(rng.binomial(40, 0.77)), 40, int(rng.binomial(17, 0.31)), 17)
        return {"Newcombe, independent": (ends.low, ends.high)}

    yield from _rows(
        "difference of two groups' shares",
        "40 and 17 people, 77 % and 31 %",
        ("Newcombe, independent",),
        samples,
        0.46,
        two,
    )


# Two groups of courses of which not everybody answers after: the mean of those who would answer in either group.


def lee_rows(samples: int, seed: int) -> Iterator[Row]:
    """Lee bounds with and without their sampling error; a person answers if an own threshold lies below the group's rate."""
    for apart in (0.02, 0.2):
        rng = np.random.default_rng([seed, int(100 * apart)])
        group = pd.Series(["first"] * 53 + ["second"] * 40)
        first = (group == "first").to_numpy()

        def draw(rng=rng, apart=apart, group=group, first=first) -> dict[str, Ends]:
            outcome = pd.Series(np.clip(np.round(rng.normal(np.where(first, 7.13, 6.5), 1.6)), 1, 9))
            answered = pd.Series(rng.random(93) < np.where(first, 0.6 + apart, 0.6))
            found = attrition.lee_bounds(outcome, answered, group, "first", "second")
            around = attrition.lee_interval(
                outcome, answered, group, "first", "second", int(rng.integers(2**31)), resamples=199
            )
            return {
                "Lee bounds alone": (found["low"], found["high"]),
                "Imbens-Manski around them": (around.low, around.high),
            }

        truth = _difference_of_rounded(7.13, 6.5, 1.6)
        data = f"53 and 40 people, answer rates {apart:.0%} apart"
        yield from _rows(
            "difference of courses, Lee", data, ("Imbens-Manski around them",), max(1, samples // 4), truth, draw
        )


def _difference_of_rounded(one: float, two: float, sd: float) -> float:
    """Difference of the means of two normal answers rounded to 1 to 9."""
    from scipy.special import ndtr

    def mean(centre: float) -> float:
        above = 1 - ndtr((np.arange(1, 9) + 0.5 - centre) / sd)  # P(answer > k)
        return 1 + float(above.sum())

    return mean(one) - mean(two)


FAMILIES = (agreement_rows, slope_rows, r_squared_rows, rank_rows, effect_rows, share_rows, lee_rows, odds_rows)


def table(rows: list[Row], samples: int, seed: int) -> str:
    """The rows as a Markdown table, with what made it."""
    lines = [
        f"Made by `python benchmarks/coverage.py --samples {samples} --seed {seed} --write`.",
        "",
        "| quantity | data | interval | on pages | holds the truth, % | error | samples |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        held = f"**{row.coverage:.1f}**" if row.coverage < LEAST else f"{row.coverage:.1f}"
        shown = "yes" if row.shown else "no"
        lines.append(
            f"| {row.quantity} | {row.data} | {row.interval} | {shown} | {held} | {row.error:.1f} | {row.samples:,} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Run with the arguments of the command line; print the table, or put it into the documentation."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20140430)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--only", choices=[family.__name__.removesuffix("_rows") for family in FAMILIES])
    given, _ = parser.parse_known_args()
    families = [f for f in FAMILIES if given.only in (None, f.__name__.removesuffix("_rows"))]
    rows = [row for family in families for row in family(given.samples, given.seed)]
    text = table(rows, given.samples, given.seed)
    print(text)
    if given.write:
        page = PAGE.read_text(encoding="utf-8")
        before, after = page.partition(START)[0], page.partition(END)[2]
        PAGE.write_text(f"{before}{START}\n{text}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
