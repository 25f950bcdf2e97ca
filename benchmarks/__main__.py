"""python -m benchmarks [NAME ...]: run the benchmarks, all of them or those named.

A benchmark is a module of this folder with a function `main`; what it measures is its docstring's first line.
"""

import importlib
import os
import pkgutil
import platform
import sys
from importlib.metadata import version
from pathlib import Path

FOLDER = Path(__file__).parent
PACKAGES = ("pandas", "numpy", "scipy", "papermill", "nbconvert", "dvc")


def names() -> list[str]:
    """Names of the benchmarks in this folder."""
    return sorted(found.name for found in pkgutil.iter_modules([str(FOLDER)]) if not found.name.startswith("_"))


def main(wanted: list[str]) -> int:
    """Run the benchmarks wanted; exit status 2 for a name there is none of."""
    known = names()
    if unknown := [name for name in wanted if name not in known]:
        print(f"no benchmark {unknown[0]!r}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} processors, "
        + ", ".join(f"{p} {version(p)}" for p in PACKAGES)
    )
    for name in wanted or known:
        module = importlib.import_module(f"benchmarks.{name}")
        if hasattr(module, "main"):
            print(f"\n== {name}: {(module.__doc__ or '').strip().splitlines()[0]}", flush=True)
            module.main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
