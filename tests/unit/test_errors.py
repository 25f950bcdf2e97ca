"""The one error readers meet, in whatever process it is raised."""

import errno
import os
import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor

import pytest

from analysis import cli
from analysis.errors import InputError

ERROR = InputError("a.csv", row=3, column="value", found="'x'", expected="a number", action="correct it")


@pytest.mark.parametrize("error", [ERROR, InputError("params.yaml", found="", expected="text", action="write it")])
def test_an_error_is_the_same_in_another_process(error):
    """A pool that cannot hand an error back waits for it for ever."""
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (InputError, str(error), vars(error))


def test_a_worker_s_error_comes_back_from_a_pool():
    with ProcessPoolExecutor(1) as pool, pytest.raises(InputError, match="a.csv, row 3, column 'value'"):
        pool.submit(_fails).result(timeout=60)


def _fails() -> None:
    raise ERROR


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "a full disk"), (errno.EROFS, "only be read"), (errno.EACCES, "no permission")]
)
def test_trouble_with_the_disk_is_one_error_that_names_the_file(monkeypatch, capsys, number, words):
    def fails(options: object) -> None:
        raise OSError(number, os.strerror(number), "build/x.json")

    monkeypatch.setattr(cli, "_check", fails)
    assert cli.main(["check", "coproduction"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("error: build/x.json: found ") and words in told and "What to do:" in told


def test_output_that_reaches_nobody_is_no_success():
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "analysis", "audit", "suggest", "coproduction"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 1 and "Traceback" not in done.stderr


def test_a_reader_who_goes_away_gets_no_traceback():
    run = subprocess.Popen([sys.executable, "-m", "analysis", "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    run.stdout.close()
    assert b"Traceback" not in run.stderr.read()
    run.wait(60)
    run.stderr.close()
