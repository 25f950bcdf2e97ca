"""The set-up on other people's machines, with programs in the place of pip and uv that tell what reached them."""

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location("setup", ROOT / "scripts" / "setup.py")
setup = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(setup)
LOCK = Path("requirements.lock")

MIRROR = "https://mirror.example/simple"
CONFIG = f"global.index-url='{MIRROR}'\nglobal.user='true'\ninstall.target='elsewhere'\nglobal.cert='own.pem'\n"


def program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A .venv whose Python and uv note what they were called with; what each returns stands in a file."""
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_", "SSL_"))]:
        monkeypatch.delenv(name)
    folder = tmp_path / "bin"
    folder.mkdir()
    (tmp_path / "config").write_text(CONFIG)
    (tmp_path / "home").mkdir()
    note = f'env > {tmp_path}/$me.env; echo "$*" >> {tmp_path}/$me.calls; exit $(cat {tmp_path}/$me.status)'
    telling = f'case "$*" in *"config list") cat {tmp_path}/config; exit;; esac; echo "WARNING: Location x is ignored: it is no place" >&2'
    program(folder / "python", f"me=pip; {telling}; {note}")
    program(folder / "uv", f'me=uv; case "$*" in "cache dir") echo "$HOME/cache"; exit;; esac; {note}')
    (tmp_path / "uv.status").write_text("0")
    (tmp_path / "pip.status").write_text("0")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(setup, "_there", lambda name: str(folder / name))
    return tmp_path


def environment(machine: Path, name: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in (machine / f"{name}.env").read_text().splitlines() if "=" in line)


def calls(machine: Path, name: str) -> list[str]:
    path = machine / f"{name}.calls"
    return path.read_text().splitlines() if path.exists() else []


def test_uv_is_told_how_pip_reaches_its_index_and_nothing_else(machine):
    assert setup.packages(LOCK, setup.pip_settings()) == 0
    told = environment(machine, "uv")
    assert (told["UV_DEFAULT_INDEX"], told["SSL_CERT_FILE"]) == (MIRROR, "own.pem")
    assert not [name for name in told if name.startswith("PIP_")] and "elsewhere" not in told.values()
    assert calls(machine, "pip") == []


@pytest.mark.parametrize("status", ["1", "2", "139"])
def test_pip_installs_wherever_uv_fails(machine, capfd, status):
    (machine / "uv.status").write_text(status)
    assert setup.packages(LOCK, setup.pip_settings()) == 0
    (call,) = calls(machine, "pip")
    assert "--require-hashes" in call and call.endswith("-r requirements.lock")
    told = environment(machine, "pip")
    assert {name: value for name, value in told.items() if name.startswith("PIP_")} == {
        "PIP_INDEX_URL": MIRROR,
        "PIP_CERT": "own.pem",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    assert "uv could not install requirements.lock" in capfd.readouterr().err


def test_pip_installs_where_there_is_no_uv_or_one_of_another_machine(machine):
    (machine / "bin" / "uv").write_bytes(b"\x7fELF of another processor")
    assert setup.packages(LOCK, setup.pip_settings()) == 0
    (machine / "bin" / "uv").unlink()
    assert setup.packages(LOCK, setup.pip_settings()) == 0
    assert len(calls(machine, "pip")) == 2


def test_when_both_fail_the_set_up_fails_and_shows_all_that_was_said(machine, capfd):
    (machine / "uv.status").write_text("1")
    (machine / "pip.status").write_text("3")
    assert setup.packages(LOCK, setup.pip_settings()) == 3
    assert "Location x is ignored" in capfd.readouterr().err


def test_a_harmless_warning_is_not_shown(machine, capfd):
    assert setup.tools(setup.LOCKS["setup"], setup.pip_settings()) == 0
    assert capfd.readouterr().err == ""


def test_without_uv_for_this_machine_setuptools_is_installed_alone(machine, monkeypatch):
    program(
        machine / "bin" / "python", f'case "$*" in *binary*) exit 1;; *config*) exit;; esac; cat "$8" > {machine}/lock'
    )
    assert setup.tools(ROOT / "requirements-setup.lock", setup.pip_settings()) == 0
    lines = (machine / "lock").read_text().splitlines()
    assert lines[0].startswith("setuptools==") and all("--hash=" in line for line in lines[1:]) and len(lines) > 1


@pytest.mark.parametrize(
    "name", ["PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_CONSTRAINT", "PIP_REQUIRE_VIRTUALENV"]
)
def test_settings_that_would_put_files_elsewhere_reach_neither(machine, monkeypatch, name):
    monkeypatch.setenv(name, "1")
    monkeypatch.setenv("UV_SYSTEM_PYTHON", "1")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    (machine / "uv.status").write_text("1")
    assert setup.packages(LOCK, setup.pip_settings()) == 0
    for told in (environment(machine, "pip"), environment(machine, "uv")):
        assert not {name, "UV_SYSTEM_PYTHON", "PYTHONPATH"} & set(told)


@pytest.mark.parametrize(
    ("listed", "given", "expected"),
    [
        ("global.index-url='a'\ninstall.index-url='b'", {}, {"UV_DEFAULT_INDEX": "b"}),
        (":env:.index-url='c'\nglobal.index-url='a'", {}, {"UV_DEFAULT_INDEX": "c"}),
        ("global.index-url='a'", {"UV_DEFAULT_INDEX": "d"}, {"UV_DEFAULT_INDEX": "d"}),
        ("global.index-url='a'", {"UV_INDEX_URL": "d"}, {"UV_INDEX_URL": "d"}),
        ("global.extra-index-url='\\na\\nb'", {}, {"UV_INDEX": "a b", "UV_INDEX_STRATEGY": "unsafe-best-match"}),
        ("global.find-links='https://a /not/there'", {}, {"UV_FIND_LINKS": "https://a"}),
        ("global.find-links='/not/there'", {}, {}),
        (
            "global.proxy='http://p:1'\nglobal.trusted-host='h'",
            {},
            {"ALL_PROXY": "http://p:1", "UV_INSECURE_HOST": "h"},
        ),
        ("global.timeout='60'", {"UV_PYTHON": "x", "PIP_USER": "1"}, {"UV_HTTP_TIMEOUT": "60"}),
        ("freeze.index-url='z'\ndownload.cert='z'", {}, {}),
    ],
)
def test_what_pip_says_of_its_settings_in_uv_s_words(listed, given, expected):
    assert setup.for_uv(given, setup.settings(listed)) == expected


@pytest.mark.parametrize("name", ["PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_CERT"])
def test_the_real_pip_is_asked(name, monkeypatch):
    monkeypatch.setenv(name, "told-by-the-user")
    assert setup.pip_settings()[name.removeprefix("PIP_").lower().replace("_", "-")] == "told-by-the-user"


def test_an_unreadable_pip_conf_is_told(machine, capfd):
    program(machine / "bin" / "python", 'case "$*" in *config*) echo damaged >&2; exit 1;; esac')
    assert setup.packages(LOCK, setup.pip_settings()) == 0
    assert "pip cannot read its settings" in (told := capfd.readouterr().err) and "damaged" in told


def test_a_home_that_cannot_be_written_does_not_stop_uv(machine, monkeypatch):
    (machine / "file").write_text("")
    monkeypatch.setenv("HOME", str(machine / "file"))
    assert setup.packages(LOCK, setup.pip_settings()) == 0
    assert environment(machine, "uv")["UV_NO_CACHE"] == "1"
    monkeypatch.setenv("HOME", str(machine / "home"))
    assert setup.packages(LOCK, setup.pip_settings()) == 0
    assert "UV_NO_CACHE" not in environment(machine, "uv")


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A project with locks, beside which nothing is installed: what would be is noted."""
    project = tmp_path / "a project \u00e9"
    (project / "scripts").mkdir(parents=True)
    for name in ("scripts/setup.py", "pyproject.toml", *setup.LOCKS.values()):
        shutil.copy(ROOT / name, project / name)
    monkeypatch.setattr(setup, "__file__", str(project / "scripts" / "setup.py"))
    monkeypatch.setattr(setup, "pip_settings", dict)
    monkeypatch.setattr(setup.signal, "signal", lambda number, function: None)
    done: list[str] = []
    monkeypatch.setattr(setup, "tools", lambda lock, reach: done.append(str(lock)))
    monkeypatch.setattr(setup, "packages", lambda lock, reach: done.append(str(lock)))
    monkeypatch.setattr(setup, "_venv", lambda base: done.append("venv") or _bare_venv(project / ".venv"))
    monkeypatch.chdir(tmp_path)
    return project, done


def _bare_venv(folder):
    command = [sys.executable, "-I", "-m", "venv", "--without-pip", str(folder)]
    return subprocess.run(command).returncode


WHOLE = ["venv", "requirements-setup.lock", "requirements.lock"]


def test_what_is_there_is_not_installed_again(place):
    project, done = place
    assert (setup.main(["runtime"]), done) == (0, WHOLE)
    assert (setup.main(["runtime"]), done) == (0, WHOLE)
    assert (setup.main(["test"]), done) == (0, [*WHOLE, "requirements-test.lock"])
    (project / "requirements-lab.lock").write_text("another")
    assert (setup.main(["lab"]), done[4:]) == (0, ["requirements-lab.lock"])
    (path,) = (project / ".venv").rglob("analysis.pth")
    assert (path.parent / path.read_text().strip()).resolve() == project / "src"


@pytest.mark.parametrize(
    "harm",
    [
        lambda project: (project / "requirements.lock").write_text("another"),
        lambda project: (project / ".venv" / ".installed" / "busy").touch(),
        lambda project: (project / ".venv" / ".installed" / "place").write_text("/elsewhere"),
        lambda project: (project / ".venv" / "pyvenv.cfg").write_text("version = 3.9.1\n"),
        lambda project: shutil.rmtree(project / ".venv" / setup._path("scripts").name),
        lambda project: shutil.rmtree(project / ".venv" / ".installed"),
    ],
    ids=["another lock", "left half done", "moved", "another Python", "no Python", "nothing noted"],
)
def test_a_venv_that_cannot_be_trusted_is_built_afresh(place, harm):
    project, done = place
    assert setup.main(["runtime"]) == 0
    harm(project)
    done.clear()
    assert (setup.main(["runtime"]), done) == (0, WHOLE)


def test_what_failed_or_was_stopped_is_built_afresh(place, monkeypatch, capsys):
    project, done = place
    good = setup.packages
    for end, status in ((KeyboardInterrupt, 130), (OSError("no space"), 1)):
        monkeypatch.setattr(setup, "packages", lambda lock, reach, end=end: exec("raise end", {"end": end}))
        assert setup.main(["runtime"]) == status
        assert (project / ".venv" / ".installed" / "busy").exists()
    monkeypatch.setattr(setup, "packages", lambda lock, reach: 3)
    with pytest.raises(SystemExit) as stopped:
        setup.main(["runtime"])
    assert stopped.value.code == 3
    assert "Traceback" not in capsys.readouterr().err
    monkeypatch.setattr(setup, "packages", good)
    done.clear()
    assert (setup.main(["runtime"]), done) == (0, WHOLE)


def test_of_two_set_ups_at_once_the_second_waits(place):
    """Also for what a killed one started and left: it holds the lock on."""
    project, done = place
    holder = "import fcntl, sys, time; own = open(sys.argv[1]); fcntl.flock(own, fcntl.LOCK_EX); print('held', flush=True); time.sleep(1.5)"
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(project / "scripts" / "setup.py")], stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"held\n"
        assert (setup.main(["runtime"]), other.poll() is None, done) == (0, False, WHOLE)


def test_who_is_stopped_ends_what_installs_with_all_it_started(place, monkeypatch):
    project, done = place
    script = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time, pathlib; time.sleep(2); pathlib.Path(\"late\").touch()'])"
    monkeypatch.chdir(project)
    monkeypatch.setattr(setup.subprocess.Popen, "communicate", lambda process: time.sleep(0.7) or setup._stopped())
    with setup.alone(), pytest.raises(KeyboardInterrupt):
        setup._run([sys.executable, "-I", "-c", script], os.environ)
    time.sleep(2.5)
    assert not (project / "late").exists() and not (project / ".venv" / ".tmp").exists()


def test_what_a_killed_set_up_still_writes_is_waited_for(place, monkeypatch):
    project, done = place
    script = "import os, time\nfor n in range(200):\n os.makedirs(f'.venv/lib/{n}', exist_ok=True); time.sleep(0.005)"
    with subprocess.Popen([sys.executable, "-c", script], cwd=project):
        time.sleep(0.3)
        assert (setup.main(["runtime"]), done) == (0, WHOLE)


def test_a_half_deleted_venv_s_python_builds_with_the_one_it_leads_to(place, monkeypatch):
    project, done = place
    assert setup.main(["runtime"]) == 0
    own = project / ".venv" / setup._path("scripts").name / "python"
    monkeypatch.setattr(setup.sys, "_base_executable", str(own))
    (project / ".venv" / "pyvenv.cfg").unlink()
    bases: list[str] = []
    monkeypatch.setattr(setup, "_venv", lambda base: bases.append(base) or _bare_venv(project / ".venv"))
    assert setup.main(["runtime"]) == 0
    assert subprocess.run([*bases, "-c", ""]).returncode == 0 and not bases[0].startswith(str(project))


def test_an_older_python_and_other_words_are_told(place, monkeypatch, capsys):
    assert setup.main(["all"]) == 2 and setup.main([]) == 2
    monkeypatch.setattr(setup.sys, "version_info", (3, 9, 1))
    assert setup.main(["runtime"]) == 1
    assert "3.11 or later" in capsys.readouterr().err


@pytest.mark.parametrize("script", [ROOT / "scripts" / "setup.py"])
def test_set_up_needs_the_standard_library_alone_and_an_older_python_reads_it(script):
    tree = ast.parse(script.read_text(encoding="utf-8"), feature_version=(3, 8))
    imports = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    assert imports <= sys.stdlib_module_names


def test_the_shell_finds_a_python_that_works_and_gives_it_nothing_of_the_caller_s(tmp_path):
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "setup.sh", tmp_path / "scripts")
    for name, script in (("python3.13", "exit 1"), ("python3.12", f'echo "$*" >> "{tmp_path}/calls"')):
        program(tmp_path / name, script)
    told = {"PATH": f"{tmp_path}:/usr/bin:/bin", "PYTHONPATH": "/strangers", "PYTHONHOME": "/stranger", "PYTHON": ""}
    command = ["sh", str(tmp_path / "scripts" / "setup.sh"), "lab"]
    assert subprocess.run(command, env=os.environ | told).returncode == 0
    assert (tmp_path / "calls").read_text().splitlines()[-1] == "-I scripts/setup.py lab"
    done = subprocess.run(command, env=os.environ | told | {"PYTHON": "python3.13"}, capture_output=True, text=True)
    assert (done.returncode, "PYTHON=python3.13 is not a working" in done.stderr) == (1, True)


def test_a_folder_in_pythonpath_is_not_before_the_locked_packages(tmp_path):
    """Neither in its modules nor in those that ours import; a copy of the project named there still counts."""
    (tmp_path / "yaml.py").write_text("raise SystemExit('a stranger')")
    told = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(tmp_path)])}
    command = [sys.executable, "-m", "analysis", "run", "nothing", "--study", "none"]
    done = subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True)
    assert (done.returncode, "no notebook of this name" in done.stderr) == (1, True), done.stderr


@pytest.mark.parametrize(("name", "value"), [("PYTHONWARNINGS", "error"), ("PYTHONOPTIMIZE", "2")])
def test_what_the_caller_tells_every_python_is_not_told_ours(name, value):
    """A warning of a library is no error of a run, and no check is left out."""
    code = (
        "import runpy, sys, warnings\n"
        "from analysis.pipeline.surroundings import leave_strangers\n"
        "leave_strangers()\n"
        "print(sys.warnoptions, sys.flags.optimize)\n"
    )
    told = os.environ | {name: value}
    done = subprocess.run([sys.executable, "-c", code], env=told, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[] 0\n", "")


@pytest.mark.parametrize(
    "told",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
)
def test_a_terminal_without_a_letter_gets_its_number(told):
    """A name that no code page of these has is refused in words, and quoted."""
    command = [sys.executable, "-m", "analysis", "check", "\u0141\u00f3d\u017a"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | told, capture_output=True)
    said = done.stderr.decode("latin-1")
    assert (done.returncode, "Traceback" in said) == (1, False), said
    assert "\\u0141" in said or "\\udc" in said


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of this sort")
@pytest.mark.parametrize("option", ["-v", "-d"])
def test_under_a_limit_of_memory_a_command_ends_at_once_in_words(option):
    """The libraries for matrices would wait for ever in their import."""
    command = ["sh", "-c", f'ulimit {option} 400000; exec "{sys.executable}" -m analysis reproduce']
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout) == (1, "")
    assert "found 409 MB of memory" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [["check", "a" * 5_000], ["what-if", "coproduction", "--as=a", "--from=round.yaml"]])
def test_names_that_lead_nowhere_are_one_error(tmp_path, words):
    (tmp_path / "round.yaml").symlink_to(tmp_path / "round.yaml")
    words = [word.replace("round.yaml", str(tmp_path / "round.yaml")) for word in words]
    done = subprocess.run([sys.executable, "-m", "analysis", *words], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr.count("\n"), done.stderr[:6]) == (1, 1, "error:"), done.stderr[-500:]


def test_make_keeps_the_caller_s_python_settings_out(tmp_path):
    strangers = {
        name: "x" for name in ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONOPTIMIZE", "PYTHONWARNINGS")
    }
    (tmp_path / "Makefile").write_text(f"include {ROOT}/Makefile\ntell:\n\t@env\n")
    done = subprocess.run(
        ["make", "-s", "-C", str(tmp_path), "tell"], env=os.environ | strangers, capture_output=True, text=True
    )
    told = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    assert not set(strangers) & set(told) and told["PYTHONNOUSERSITE"] == "1"


def test_line_ends_do_not_depend_on_the_settings_of_git(tmp_path):
    """A clone under Git for Windows' default has the same bytes in every file."""
    command = [
        "git",
        "clone",
        "--quiet",
        "-c",
        "core.autocrlf=true",
        "--no-hardlinks",
        str(ROOT),
        str(tmp_path / "clone"),
    ]
    subprocess.run(command, check=True)
    listed = subprocess.run(
        ["git", "-C", str(tmp_path / "clone"), "ls-files", "--eol"], capture_output=True, text=True, check=True
    )
    kinds = {tuple(line.split()[:2]) for line in listed.stdout.splitlines()}
    assert kinds <= {("i/lf", "w/lf"), ("i/-text", "w/-text"), ("i/none", "w/none")}
    attributes = ["git", "-C", str(ROOT), "check-attr", "text", "data/raw/any/new.csv", "scripts/setup.sh"]
    told = subprocess.run(attributes, capture_output=True, text=True, check=True).stdout
    assert "new.csv: text: unset" in told and "setup.sh: text: auto" in told
