"""Small project folders with results, written by hand, for tests that compare two of them."""

import hashlib
import subprocess
from pathlib import Path

import yaml

from analysis.comparison.lock import content_md5
from analysis.results import Kind, Result, ResultStore

NOTEBOOK = "05_sroi"


def number(name="a.ratio", value=4.0, **more):
    """A result; a recomputed ratio unless told otherwise."""
    return Result(
        **{
            "id": name,
            "label": "Ratio",
            "value": value,
            "unit": "GBP per GBP",
            "kind": Kind.RECOMPUTED,
            "decimals": 2,
            **more,
        }
    )


def project(root: Path, *results: Result, study="x", notebook=NOTEBOOK, files=None, lock=True) -> Path:
    """A project with one study and one notebook's results, its inputs (`files`), and a dvc.lock that records them."""
    texts = {
        "params.yaml": f"{notebook}: {{{study}: {{scenario: central}}}}\n",
        f"data/raw/{study}/study.yaml": "id: x\n",
    } | (files or {})
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    out = f"data/processed/{study}/results/{notebook}.json"
    store = ResultStore()
    store.add(results)
    store.write(root / out, study=study, notebook=notebook)
    if lock:
        record(root, out, study, notebook)
    return root


def record(root: Path, out: str, study="x", notebook=NOTEBOOK) -> None:
    """dvc.lock as DVC would write it for a stage that reads the study's folder and the code of one module."""
    deps = [
        f"data/raw/{study}",
        *(name for name in ("src/analysis/sroi", "requirements.lock") if (root / name).exists()),
    ]
    stage = {
        "cmd": f"python -m analysis run {notebook} --study {study}",
        "deps": [{"path": name, "hash": "md5", "md5": content_md5(root / name)} for name in deps],
        "outs": [{"path": out, "hash": "md5", "md5": hashlib.md5((root / out).read_bytes()).hexdigest()}],
    }
    (root / "dvc.lock").write_text(
        yaml.safe_dump({"schema": "2.0", "stages": {f"sroi@{study}": stage}}), encoding="utf-8"
    )


def register(**values: float) -> str:
    """An assumption register in which only id, value and label matter."""
    return yaml.safe_dump(
        {"assumptions": [{"id": name, "label": f"About {name}", "value": value} for name, value in values.items()]}
    )


def commit(root: Path, keep: bool = True) -> str:
    """Commit a project's inputs, put its results into DVC's cache (if they are to be kept there); returns the hash."""
    git(root, "init", "--quiet")
    (root / ".gitignore").write_text("data/processed/*\n.dvc/cache\n", encoding="utf-8")
    git(root, "add", "--all")
    git(root, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "--message", "a run")
    for path in root.glob("data/processed/*/results/*.json") if keep else ():
        md5 = hashlib.md5(path.read_bytes()).hexdigest()
        place = root / ".dvc" / "cache" / "files" / "md5" / md5[:2] / md5[2:]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())
    return git(root, "rev-parse", "HEAD")


def git(root: Path, *arguments: str) -> str:
    """One git command; its output."""
    return subprocess.run(
        ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True
    ).stdout.strip()
