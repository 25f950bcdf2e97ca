"""What a reader would write instead of a notebook: plain loops of pandas, statsmodels and scipy over the same files.

They compute the main numbers, and check, protect, explain and draw nothing.
"""

import re
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

ITEMS = ("confidence", "english", "health", "safety", "trust", "employability", "friends")
RESAMPLES, DEALT, MOST_LEFT_OUT = 1999, 999, 200


def _records(study: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(study / "records" / f"{name}.csv")


def participation(study: Path) -> None:
    """Sessions for each person, their spread and the contacts by type."""
    people, attendance, contacts = (
        _records(study, name) for name in ("questionnaire", "attendance", "advice_contacts")
    )
    sessions = people["person_id"].map(attendance["person_id"].value_counts()).fillna(0)
    sessions.describe()
    attendance.groupby("course").size()
    pd.to_numeric(people["weeks_volunteering"], errors="coerce").describe()
    contacts.groupby(["field", "type"]).size().unstack()


def before_after(study: Path) -> None:
    """Of each item the t-test, Wilcoxon's test and a bootstrap of the rank-biserial correlation, one resample after the other."""
    from scipy.stats import rankdata, ttest_rel, wilcoxon

    people, rng = _records(study, "questionnaire"), np.random.default_rng(1)
    for item in ITEMS:
        pairs = people[[f"{item}_pre", f"{item}_post"]].apply(pd.to_numeric, errors="coerce").dropna()
        change = (pairs.iloc[:, 1] - pairs.iloc[:, 0]).to_numpy()
        ttest_rel(pairs.iloc[:, 1], pairs.iloc[:, 0])
        wilcoxon(change[change != 0])
        drawn = []
        for _ in range(RESAMPLES):
            resample = change[rng.integers(0, len(change), len(change))]
            moved = resample[resample != 0]
            ranks = rankdata(np.abs(moved))
            drawn.append((ranks * np.sign(moved)).sum() / ranks.sum())
        np.quantile(drawn, [0.025, 0.975])


def english(study: Path) -> None:
    """The regression with robust errors, again without each of the first people, and with English dealt out at random.

    Leaving everybody out takes the time of so many regressions: those of the first are counted for all.
    """
    import statsmodels.api as sm

    people, rng = _records(study, "questionnaire"), np.random.default_rng(1)
    both = people[["english_at_joining", "months_in_uk"]].apply(pd.to_numeric, errors="coerce").dropna()
    y, x = both.iloc[:, 0].to_numpy(), sm.add_constant(both.iloc[:, 1].to_numpy())
    sm.OLS(y, x).fit(cov_type="HC3").summary()
    for person in range(min(len(y), MOST_LEFT_OUT)):
        sm.OLS(np.delete(y, person), np.delete(x, person, axis=0)).fit(cov_type="HC3").bse[1]
    for _ in range(DEALT):
        sm.OLS(rng.permutation(y), x).fit(cov_type="HC3").pvalues[1]


def programme(study: Path) -> None:
    """People by partner, area and quarter, those with each sort of activity, and where people went."""
    read = {path.stem: pd.read_csv(path) for path in (study / "management_information").glob("*.csv")}
    people = read["participants"].drop_duplicates("person_id")
    quarter = pd.to_datetime(people["start_date"]).dt.to_period("Q")
    people.groupby([quarter, "partner"]).size().unstack()
    people.groupby([quarter, "area"]).size().unstack()
    for kind, rows in read["activities"].groupby("type"):
        people["person_id"].isin(rows["person_id"]).groupby(people["partner"]).sum().rename(kind)
    people.merge(read["exits"], on="person_id", how="left").groupby(["sex", "destination"]).size().unstack()
    read["outcomes"].groupby("stage").mean(numeric_only=True)


def audit(study: Path) -> None:
    """Each claim with a formula worked out from the others, row by row."""
    claims = pd.read_csv(study / "claims.csv").set_index("claim_id")
    for _, claim in claims.dropna(subset="formula").iterrows():
        formula = re.sub(r"claim:([\w-]+)", lambda found: str(claims.loc[found[1], "value"]), claim["formula"])
        round(float(pd.eval(formula)) - float(claim["value"]))


def sroi(study: Path) -> None:
    """The value of every outcome for each assumption at its two ends, one at a time."""
    import json

    entries = json.loads((study / "assumptions.yaml").read_text(encoding="utf-8"))["assumptions"]
    model, value = pd.read_csv(study / "value_map.csv"), {each["id"]: each["value"] for each in entries}
    for each in entries:
        for end in (each["low"], each["high"]):
            known = value | {each["id"]: end}
            worth = model["quantity"].map(known) * model["proxy"].map(known) * (1 - model["deadweight"].map(known))
            worth.sum() / known["total_cost"]


def a_notebook(folder: Path) -> None:
    """One notebook of the project by nbconvert's own command."""
    notebook = folder / "notebooks" / "02b_participation.ipynb"
    command = [
        sys.executable,
        "-m",
        "nbconvert",
        "--execute",
        "--to",
        "html",
        "--output-dir",
        str(folder),
        str(notebook),
    ]
    subprocess.run(command, cwd=folder / "notebooks", check=True, capture_output=True)


def _seconds() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


if __name__ == "__main__":  # a loop's name and a folder: its processor seconds, without imports
    before = _seconds()
    globals()[sys.argv[1]](Path(sys.argv[2]))
    print(_seconds() - before)
