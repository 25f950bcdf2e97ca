"""What benchmarks measured, kept as data with the machine described, and shown on one page."""

import html
import json
import os
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path

FOLDER = Path(__file__).parent / "results"
PACKAGES = (
    "pandas",
    "numpy",
    "scipy",
    "highspy",
    "matplotlib",
    "papermill",
    "nbclient",
    "nbconvert",
    "ipykernel",
    "dvc",
)
STYLE = "body{font-family:sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}td,th{text-align:left;padding:.2rem .8rem .2rem 0}td.n{text-align:right}"


@dataclass(frozen=True)
class Row:
    """One thing measured: the median of its runs, what it should be at most or at least, and every run."""

    what: str
    value: float
    unit: str
    target: str = ""
    runs: list[float] = field(default_factory=list)

    @property
    def line(self) -> str:
        """The row as printed."""
        runs = f"   (of {', '.join(f'{run:.2f}' for run in self.runs)})" if self.runs else ""
        return f"{self.what:<62} {self.value:9.2f} {self.unit:<6}{self.target:<16}{runs}"


def machine() -> dict[str, str]:
    """The machine and the versions a measurement holds for; nothing that names the machine itself."""
    processor = next(
        (line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine(),
    )
    memory = next((int(line.split()[1]) // 1024 for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor,
        "processors": str(os.cpu_count()),
        "memory": f"{memory} MiB" if memory else "not known",
        "Python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8", errors="replace").splitlines() if Path(path).is_file() else []


def save(name: str, what: str, rows: Iterable[Row]) -> None:
    """Print rows, keep them as `results/<name>.json`, and write the page again."""
    rows = list(rows)
    print("\n".join(row.line for row in rows), flush=True)
    FOLDER.mkdir(exist_ok=True)
    content = {"benchmark": name, "what is measured": what, "machine": machine(), "rows": [asdict(row) for row in rows]}
    (FOLDER / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    (FOLDER / "index.html").write_text(_page(), encoding="utf-8")


def _page() -> str:
    sections = "".join(_section(json.loads(path.read_text(encoding="utf-8"))) for path in sorted(FOLDER.glob("*.json")))
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Benchmarks</title><style>{STYLE}</style>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body><main><h1>Benchmarks</h1>{sections}</main></body></html>\n'


def _section(content: dict) -> str:
    rows = "".join(
        f'<tr><th scope="row">{html.escape(row["what"])}</th><td class="n">{row["value"]:.2f}</td><td>{html.escape(row["unit"])}</td>'
        f"<td>{html.escape(row['target'])}</td><td>{', '.join(f'{run:.2f}' for run in row['runs'])}</td></tr>"
        for row in content["rows"]
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("What", "Median", "Unit", "Target", "Runs"))
    described = "; ".join(f"{name} {value}" for name, value in content["machine"].items())
    return (
        f"<h2>{html.escape(content['benchmark'])}</h2><p>{html.escape(content['what is measured'])}</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table><p>Measured on: {html.escape(described)}.</p>"
    )
