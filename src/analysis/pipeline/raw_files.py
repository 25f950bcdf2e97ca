"""The names of the files in each folder of raw data, as small files of their own.

A stage that looks for a file which need not be there, or lists a folder, depends on these names and not on what all files
of the folder hold. So it runs again when a file comes or goes, and not when one changes that it does not read.
"""

from pathlib import Path

from analysis.pipeline.provenance import RAW_FILES
from analysis.results import write_text
from analysis.study import check_files, study_ids


def write_raw_files(root: Path) -> list[Path]:
    """Write, for each folder in data/raw, the sorted names of what lies directly in it; returns the files, one a folder.

    InputError for what lies in the place of a study's file and is none.
    """
    for study in study_ids(root):
        check_files(root, study)
    written = []
    for folder in sorted(path for path in (root / "data" / "raw").iterdir() if path.is_dir()):
        written.append(root / RAW_FILES / f"{folder.name}.txt")
        write_text(written[-1], names_in(folder))
    return written


def names_in(folder: Path) -> str:
    """The sorted names of what lies directly in a folder, one a line; nothing where there is none."""
    found = folder.iterdir() if folder.is_dir() else ()
    names = sorted(path.name + "/" * path.is_dir() for path in found if not path.name.startswith("."))
    return "".join(f"{name}\n" for name in names)
