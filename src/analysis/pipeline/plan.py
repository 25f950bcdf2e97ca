"""The stages of studies that no list names: they follow from the files a study has.

dvc.yaml lists the stages of the studies that came with the project. A study whose folder lies in data/raw and which
neither params.yaml nor dvc.yaml names gets a stage for each notebook that it has the files for. What such a stage depends
on is what the listed stages of the same notebook do, as far as the study has it; the names of its files are among it, so
that a file which comes or goes is noticed. Only stages of new studies are written, so nothing of the others runs again.
"""

from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from analysis.errors import InputError
from analysis.files import read_text, read_yaml
from analysis.pipeline.parameters import OWN_PARAMETERS, counts, listed_studies, planned_runs
from analysis.results import write_text
from analysis.study import Assumption, Register, load_study

STAGES = "dvc.yaml"
MARK = "  # Below: stages of studies that no list names, written by `analysis reproduce` from the files they have; do not edit.\n"
ITEM = "${item}"
_RAW, _MADE, _NAMES = f"data/raw/{ITEM}/", f"data/processed/{ITEM}/", f"data/processed/raw_files/{ITEM}.txt"
_CHOSEN = dict.fromkeys(  # what the listed studies do not name, but others may
    ("02b_participation", "03_before_after", "04_english_and_time", "08_claims_audit"), "data/raw/reference/scales.yaml"
)
VALUED = ("05_sroi", "06_sroi_sensitivity")  # they take the results that the register names
_NEEDED_FOR = {"workbooks/value_map.xlsx": "value_map.csv"}  # what a notebook makes only of a file it may lack


def stages(root: Path) -> dict[str, Any]:
    """Every stage: those that dvc.yaml lists, and those that follow from the files of the other studies."""
    return listed_stages(root) | planned_stages(root)


def listed_stages(root: Path) -> dict[str, Any]:
    """The stages that dvc.yaml lists, without those that were written for studies."""
    found: dict[str, Any] = read_yaml(root / STAGES, STAGES)["stages"]
    written = yaml.safe_load("stages:\n" + read_text(root / STAGES, STAGES).partition(MARK)[2])["stages"] or {}
    return {name: stage for name, stage in found.items() if name not in written}


def planned_stages(root: Path) -> dict[str, Any]:
    """The stages of the studies that params.yaml does not list, by name."""
    listed, known = listed_stages(root), listed_studies(root)
    runs = [(notebook, study) for notebook, study in planned_runs(root) if study not in known]
    made = {f"{notebook}-{study}": _stage(root, listed, notebook, study, runs) for notebook, study in runs}
    collected = {f"collect-{study}": _for(study, listed["collect"]["do"]) for _, study in runs}
    return made | collected


def write_plan(root: Path) -> bool:
    """Put the stages of the studies that no list names into dvc.yaml; whether it changed."""
    before = read_text(root / STAGES, STAGES)
    head = before.partition(MARK)[0].rstrip() + "\n"
    found = planned_stages(root)
    text = yaml.safe_dump(found, sort_keys=False, allow_unicode=True, width=1000)
    after = head + (f"\n{MARK}" + "".join(f"  {line}\n" for line in text.splitlines()) if found else "")
    if after != before:
        write_text(root / STAGES, after)
    return after != before


def _for(study: str, do: dict[str, Any]) -> dict[str, Any]:
    return {"foreach": [study], "do": deepcopy(do)}  # YAML would write one object twice as a reference


def _stage(
    root: Path, listed: dict[str, Any], notebook: str, study: str, runs: list[tuple[str, str]]
) -> dict[str, Any]:
    """One stage of a study, after the listed ones of the same notebook."""
    alike = [stage["do"] for stage in listed.values() if f" run {notebook} " in stage.get("do", {}).get("cmd", "")]
    if not alike:
        raise InputError(
            STAGES,
            found=f"no stage that runs {notebook}, which the files of {study} call for",
            expected="a stage of each notebook, as a pattern for further studies",
            action=f"restore the stage, or list in params.yaml what is to run for {study}",
        )
    union = {key: list(dict.fromkeys(each for do in alike for each in do[key])) for key in ("deps", "outs")}
    earlier = {name for name, other in runs if other == study and name < notebook}
    deps = [dep for dep in union["deps"] if _has(root, dep, study, earlier)]
    own = [_RAW + OWN_PARAMETERS] if (root / "data/raw" / study / OWN_PARAMETERS).is_file() else []
    own += [_CHOSEN[notebook]] if notebook in _CHOSEN else []
    own += _measured(root, study, runs) if notebook in VALUED else []
    outs = [out for out in union["outs"] if _makes(root, out, study)]
    told = {"desc": alike[0]["desc"], "cmd": alike[0]["cmd"]}
    return _for(study, told | {"deps": sorted({*deps, *own, _NAMES}), "outs": outs})


def _measured(root: Path, study: str, runs: list[tuple[str, str]]) -> list[str]:
    """The results of other notebooks that entries of a study's register name; a register that cannot be read, its stage says."""
    register: Register | dict[str, Assumption] = {}
    with suppress(InputError):
        register = (
            load_study(study, root).register if (root / "data/raw" / study / "assumptions.yaml").is_file() else {}
        )
    named = {name.partition(".")[0] for entry in register.values() for name in entry.results}
    return [f"{_MADE}results/{notebook}.json" for notebook, other in runs if other == study and notebook in named]


def _has(root: Path, dep: str, study: str, earlier: set[str]) -> bool:
    """Whether a study has what a stage of its kind depends on; what is another study's own is no matter of it."""
    if dep.startswith(_MADE):
        return Path(dep).name.partition(".")[0] in earlier
    if dep.startswith(_RAW):
        return (root / dep.replace(ITEM, study)).exists()
    if dep.startswith(("data/raw/", "data/processed/raw_files/")):
        return dep.startswith("data/raw/reference") or dep.endswith("codebook.yaml")
    return True


def _makes(root: Path, out: str, study: str) -> bool:
    needed = _NEEDED_FOR.get(out.removeprefix(_MADE))
    return needed is None or counts(root / "data/raw" / study / needed)  # a skeleton is as good as none
