"""How many planted errors the audit finds, by kind, and how many harmless changes raise a false alarm.

Run: python -m benchmarks audit_planted, or python benchmarks/audit_planted.py [--errors 200] [--seeds 5]
Each seed plants its own errors into copies of each study's ledger; the table gives the range over the seeds.
"""

import argparse
import time

import pandas as pd

from analysis.audit.plan import read_plan
from analysis.audit.planted import rates, trials
from analysis.study import Study, find_root, load_study, study_ids

SHOWN = {
    "rate": "found, %",
    "rate_linked": "found of linked, %",
    "points": "named, of found, %",
    "false_alarms": "false alarms, %",
}


def main() -> None:
    """Print the rates of every audited study, as lowest to highest over the seeds."""
    options = _options()
    for name in study_ids(find_root()):
        study = load_study(name)
        if (study.raw / "audit.yaml").is_file():
            _report(study, options.errors, range(1, options.seeds + 1))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name, default in (("errors", 200), ("seeds", 5)):
        parser.add_argument(f"--{name}", type=int, default=default)
    return parser.parse_known_args()[0]


def _report(study: Study, errors: int, seeds: range) -> None:
    started = time.perf_counter()
    plan = read_plan(study)
    tables = [rates(trials(study.claims, plan, errors, seed)) for seed in seeds]
    kinds = list(dict.fromkeys(kind for table in tables for kind in table.index))
    shown = {
        words: [_range([t.loc[kind, column] for t in tables if kind in t.index]) for kind in kinds]
        for column, words in SHOWN.items()
    }
    print(f"\n{study.id}: {errors} errors and {errors} harmless changes for each of {len(seeds)} seeds")
    print(pd.DataFrame(shown, index=pd.Index(kinds, name="kind")).to_string())
    print(f"{(time.perf_counter() - started) / len(seeds):.1f} s for each seed")


def _range(values: list[float]) -> str:
    low, high = min(values), max(values)
    return f"{low:.0f}" if round(low) == round(high) else f"{low:.0f} to {high:.0f}"


if __name__ == "__main__":
    main()
