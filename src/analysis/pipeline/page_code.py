"""The code that every page is made with as one small file, so that each stage need not list all of it.

Its own stage lists that code; the stages of notebooks depend on the file it writes.
"""

from pathlib import Path

from analysis.files import read_yaml
from analysis.pipeline.provenance import PAGE_CODE, STAGES, files_at, sha256
from analysis.results import write_text

STAGE = "page_code"


def write_page_code(root: Path) -> Path:
    """Write the SHA-256 and the path of every file that the stage page_code of dvc.yaml depends on; returns the file."""
    named = [root / dep for dep in read_yaml(root / STAGES, STAGES)["stages"][STAGE]["deps"]]
    lines = [f"{sha256(path)}  {path.relative_to(root).as_posix()}\n" for path in files_at(*named)]
    write_text(root / PAGE_CODE, "".join(lines))
    return root / PAGE_CODE
