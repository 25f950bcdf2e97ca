"""What an archive or a data editor asks for beside the pages: the replication form, and a description for machines."""

from collections.abc import Callable
from pathlib import Path

from analysis.pipeline.deposit import crate, replication

# In this order: the crate describes the form too. Each makes a file's text from the project's folder and the stamp.
DEPOSITED: dict[str, Callable[[Path, str], str]] = {replication.FILE: replication.form_text, crate.FILE: crate.crate_text}
