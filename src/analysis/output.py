"""Where a notebook's results go: to the last run's when the pipeline runs it, to a draft when a person does."""

import sys
from pathlib import Path


def output_folder(root: Path, study_id: str) -> Path:
    """Where a notebook's results go: `data/processed/<study>` in a run of the pipeline.

    In a Jupyter kernel, as in JupyterLab or under another program's command line, they are a draft and go to
    `build/drafts/<study>`: what the last run made stays as it is.
    """
    return root / (Path("build") / "drafts" if in_a_kernel() else Path("data") / "processed") / study_id


def in_a_kernel() -> bool:
    """Whether this process is a Jupyter kernel; the pipeline runs cells without one."""
    application = sys.modules.get("ipykernel.kernelapp")
    return bool(application and application.IPKernelApp.initialized())
