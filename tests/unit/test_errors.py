"""The one error readers meet, in whatever process it is raised."""

import errno
import hashlib
import os
import pickle
import re
import signal
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor

import pytest
import yaml

from analysis import cli, commands
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
    ("number", "words"),
    [
        (errno.ENOSPC, "a full disk"),
        (errno.EROFS, "only be read"),
        (errno.EACCES, "no permission"),
        (errno.ENOTDIR, "in the place of a folder"),
    ],
)
def test_trouble_with_the_disk_is_one_error_that_names_the_file(monkeypatch, capsys, number, words):
    def fails(options: object) -> None:
        raise OSError(number, os.strerror(number), "build/x.json")

    monkeypatch.setattr(commands, "check", fails)
    assert cli.main(["check", "coproduction"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("error: build/x.json: found ") and words in told and "What to do:" in told


def test_a_file_that_a_run_makes_and_that_is_missing_is_told_and_any_other_is_a_fault_of_the_code(monkeypatch, capsys):
    def fails(options: object) -> None:
        open(options.id)

    monkeypatch.setattr(commands, "check", fails)
    assert cli.main(["check", "/project/data/processed/a/results.json"]) == 1
    assert "results.json: found no such file" in (told := capsys.readouterr().err) and "analysis reproduce" in told
    with pytest.raises(FileNotFoundError):
        cli.main(["check", "/project/src/analysis/template.j2"])


@pytest.mark.parametrize("error", [TypeError, KeyError, RecursionError])
def test_a_file_of_a_run_that_somebody_changed_is_told_and_any_other_failure_is_a_fault_of_the_code(
    tmp_path, monkeypatch, capsys, error
):
    def fails(options: object) -> None:
        raise error

    made = tmp_path / "data" / "processed" / "a" / "results.json"
    made.parent.mkdir(parents=True)
    made.write_text("{}")
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "params.yaml").write_text("a: {}\n")
    (tmp_path / "data" / "raw").mkdir()
    out = {"path": "data/processed/a/results.json", "md5": hashlib.md5(b"{}").hexdigest()}
    (tmp_path / "dvc.lock").write_text(yaml.safe_dump({"stages": {"collect@a": {"cmd": "x a", "outs": [out]}}}))
    monkeypatch.setattr(commands, "check", fails)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error):
        cli.main(["check", "a"])
    made.write_text("[]")
    assert cli.main(["check", "a"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("error: data/processed/a/results.json: found content")
    assert re.search(
        rf"\({error.__name__}, analysis/cli.py, line \d+\)", told
    )  # else a fault of the code would go unseen


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_command_that_is_asked_to_end_says_so_and_leaves_no_folder(tmp_path, number):
    code = (
        "import signal, sys, time\n"
        "from analysis import commands\n"
        "from analysis.__main__ import command, leave\n"
        "from analysis.pipeline.folders import temporary_files_in_own_folder\n"
        "from analysis.pipeline.surroundings import end_when_asked\n"
        "def waits(options):\n"
        "    with temporary_files_in_own_folder():\n"
        "        print('waits', flush=True)\n"
        "        time.sleep(60)\n"
        "commands.profile = waits\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"  # ignored where the tests themselves run under nohup
        "end_when_asked()\n"
        "leave(command())\n"
    )
    command = [sys.executable, "-c", code, "profile"]
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True, env=os.environ | {"TMPDIR": str(tmp_path)}) as run:
        assert run.stdout.readline() == "waits\n" and len(list(tmp_path.iterdir())) == 1
        run.send_signal(number)
        assert (run.communicate(timeout=60)[1], run.returncode) == ("stopped\n", 130)
    assert list(tmp_path.iterdir()) == []


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
