"""Small files in build/ that one run keeps for the next: if one is gone, or not as it was written, the work is done again."""

import json
from pathlib import Path
from typing import Any


def read_kept(path: Path) -> dict[str, Any]:
    """What was kept, by name; nothing where it cannot be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
