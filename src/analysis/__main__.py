"""python -m analysis"""

import os
import sys
from typing import NoReturn

from analysis.pipeline.folders import remove_own_folder
from analysis.pipeline.surroundings import end_when_asked, keep_to_this_user, leave_strangers, write_any_letter


def leave(status: int) -> NoReturn:
    """End this process at once: to take the hundreds of modules of a run apart takes longer than some commands do."""
    remove_own_folder()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # what was said reached nobody
        status = status or 1
    os._exit(status)


def command() -> int:
    """Run the command of this process's arguments; its exit status, also when it is stopped before it could begin."""
    try:
        from analysis.cli import main

        return main()
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


if __name__ == "__main__":
    leave_strangers()
    keep_to_this_user()
    write_any_letter()
    end_when_asked()
    leave(command())
