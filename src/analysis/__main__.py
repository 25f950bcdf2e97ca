"""python -m analysis"""

import os
import sys
from typing import NoReturn

from analysis.pipeline.surroundings import keep_to_this_user, leave_strangers


def leave(status: int) -> NoReturn:
    """End this process at once: to take the hundreds of modules of a run apart takes longer than some commands do."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # what was said reached nobody
        status = status or 1
    os._exit(status)


if __name__ == "__main__":
    leave_strangers()
    keep_to_this_user()

    from analysis.cli import main

    leave(main())
