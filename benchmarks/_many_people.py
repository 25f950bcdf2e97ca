"""Made-up records of any number of people: the worked examples' people drawn again and again under new ids.

Whoever is drawn comes with all rows that name them, so that each file grows as the people do. Nobody's records.
"""

from pathlib import Path

import numpy as np
import pandas as pd

RECORDS, EXPORT = "records", "management_information"
ROWS_ABOUT_PEOPLE = {
    RECORDS: ("questionnaire", "attendance", "advice_contacts"),
    EXPORT: ("participants", "activities", "exits", "outcomes", "evidence"),
}
OWN_IDS = {
    "advice_contacts": ("contact_id", "C-"),
    "activities": ("activity_id", "A-"),
    "evidence": ("evidence_id", "E-"),
    "referrals": ("referral_id", "R-"),
}


def write_people(example: Path, study: Path, people: int, seed: int = 1) -> None:
    """Write a study of so many made-up people: `example` is the folder of a worked example, `study` a folder not yet there.

    Raises OSError where the example lacks a file.
    """
    (folder,) = (each for each in ROWS_ABOUT_PEOPLE if (example / each / "records.yaml").is_file())
    (study / folder).mkdir(parents=True)
    told = (example / "study.yaml").read_text(encoding="utf-8")
    (study / "study.yaml").write_text(told.replace(f"id: {example.name}", f"id: {study.name}"), encoding="utf-8")
    (study / folder / "records.yaml").write_bytes((example / folder / "records.yaml").read_bytes())
    for name, table in _tables(example, folder, study.name, people, seed).items():
        table.to_csv(study / folder / f"{name}.csv", index=False)


def _tables(example: Path, folder: str, study: str, people: int, seed: int) -> dict[str, pd.DataFrame]:
    first, *others = ROWS_ABOUT_PEOPLE[folder]
    whole = {path.stem: _read(path) for path in sorted((example / folder).glob("*.csv"))}
    everybody = whole[first]["person_id"].unique()
    drawn = np.random.default_rng(seed).integers(0, len(everybody), people)
    who = pd.DataFrame({"person_id": everybody[drawn], "new": [f"EX-{number:06d}" for number in range(people)]})
    made = {name: _named_anew(whole[name], who) for name in (first, *others)}
    if folder == EXPORT:
        made["referrals"] = _referrals(made["participants"], whole["referrals"])
        made["targets"] = _scaled(whole["targets"], people / len(everybody))
    for name, (column, prefix) in OWN_IDS.items():
        if name in made and name != "referrals":
            made[name][column] = [f"{prefix}{number:07d}" for number in range(len(made[name]))]
    return {name: table.assign(study=study) if "study" in table else table for name, table in made.items()}


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def _named_anew(table: pd.DataFrame, who: pd.DataFrame) -> pd.DataFrame:
    joined = who.merge(table, on="person_id")
    return joined.assign(person_id=joined["new"])[list(table)]


def _referrals(participants: pd.DataFrame, referrals: pd.DataFrame) -> pd.DataFrame:
    """A referral for each participant, and the others in proportion; participants are told the new ids."""
    own = participants.drop_duplicates("person_id")[["person_id", "referral_id"]].merge(referrals, how="left")
    others = referrals[~referrals["referral_id"].isin(participants["referral_id"])]
    others = others[others["decision"] != "eligible"]
    times = max(1, round(len(own) / max(len(referrals) - len(others), 1)))
    whole = pd.concat([own, *[others] * times], ignore_index=True).fillna("")
    whole["referral_id"] = [f"R-{number:06d}" for number in range(len(whole))]
    participants["referral_id"] = participants["person_id"].map(whole[: len(own)].set_index("person_id")["referral_id"])
    return whole[list(referrals)]


def _scaled(targets: pd.DataFrame, factor: float) -> pd.DataFrame:
    return targets.assign(target=(targets["target"].astype(float) * factor).round().astype(int).clip(lower=1))
