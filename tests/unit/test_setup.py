"""The set-up on other people's machines, with programs in the place of pip and uv that tell what reached them."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location("install", ROOT / "scripts" / "install.py")
install = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(install)

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
    monkeypatch.setattr(install.sys, "executable", str(folder / "python"))
    return tmp_path


def environment(machine: Path, name: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in (machine / f"{name}.env").read_text().splitlines() if "=" in line)


def calls(machine: Path, name: str) -> list[str]:
    path = machine / f"{name}.calls"
    return path.read_text().splitlines() if path.exists() else []


def test_uv_is_told_how_pip_reaches_its_index_and_nothing_else(machine):
    assert install.main(["requirements.lock"]) == 0
    told = environment(machine, "uv")
    assert (told["UV_DEFAULT_INDEX"], told["SSL_CERT_FILE"]) == (MIRROR, "own.pem")
    assert not [name for name in told if name.startswith("PIP_")] and "elsewhere" not in told.values()
    assert calls(machine, "pip") == []


@pytest.mark.parametrize("status", ["1", "2", "139"])
def test_pip_installs_wherever_uv_fails(machine, capfd, status):
    (machine / "uv.status").write_text(status)
    assert install.main(["requirements.lock"]) == 0
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
    assert install.main(["requirements.lock"]) == 0
    (machine / "bin" / "uv").unlink()
    assert install.main(["requirements.lock"]) == 0
    assert len(calls(machine, "pip")) == 2


def test_when_both_fail_the_set_up_fails_and_shows_all_that_was_said(machine, capfd):
    (machine / "uv.status").write_text("1")
    (machine / "pip.status").write_text("3")
    assert install.main(["requirements.lock"]) == 3
    assert "Location x is ignored" in capfd.readouterr().err


def test_a_harmless_warning_is_not_shown(machine, capfd):
    assert install.main(["--tools", "requirements-setup.lock"]) == 0
    assert capfd.readouterr().err == ""


def test_without_uv_for_this_machine_setuptools_is_installed_alone(machine, monkeypatch):
    program(
        machine / "bin" / "python", f'case "$*" in *binary*) exit 1;; *config*) exit;; esac; cat "$8" > {machine}/lock'
    )
    assert install.main(["--tools", str(ROOT / "requirements-setup.lock")]) == 0
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
    assert install.main(["requirements.lock"]) == 0
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
    assert install.for_uv(given, install.settings(listed)) == expected


@pytest.mark.parametrize("name", ["PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_CERT"])
def test_the_real_pip_is_asked(name, monkeypatch):
    monkeypatch.setenv(name, "told-by-the-user")
    assert install.pip_settings()[name.removeprefix("PIP_").lower().replace("_", "-")] == "told-by-the-user"


def test_an_unreadable_pip_conf_is_told(machine, capfd):
    program(machine / "bin" / "python", 'case "$*" in *config*) echo damaged >&2; exit 1;; esac')
    assert install.main(["requirements.lock"]) == 0
    assert "pip cannot read its settings" in (told := capfd.readouterr().err) and "damaged" in told


def test_a_home_that_cannot_be_written_does_not_stop_uv(machine, monkeypatch):
    (machine / "file").write_text("")
    monkeypatch.setenv("HOME", str(machine / "file"))
    assert install.main(["requirements.lock"]) == 0
    assert environment(machine, "uv")["UV_NO_CACHE"] == "1"
    monkeypatch.setenv("HOME", str(machine / "home"))
    assert install.main(["requirements.lock"]) == 0
    assert "UV_NO_CACHE" not in environment(machine, "uv")


def test_python_starts_without_what_the_caller_puts_before_its_packages(tmp_path):
    """The whole script, with a Python that builds a .venv of nothing."""
    project = tmp_path / "a project é"
    (project / "scripts").mkdir(parents=True)
    for name in (
        "scripts/setup.sh",
        "scripts/install.py",
        "pyproject.toml",
        "requirements.lock",
        "requirements-setup.lock",
    ):
        shutil.copy(ROOT / name, project / name)
    venv_python = (
        f'#!/bin/sh\necho "${{PYTHONPATH-none}} ${{PYTHONHOME-none}} $PYTHONNOUSERSITE $*" >> "{tmp_path}/calls"'
    )
    (tmp_path / "venv_python").write_text(venv_python)
    program(
        tmp_path / "python",
        f'case "$*" in *"-m venv"*) mkdir -p .venv/bin; cp "{tmp_path}/venv_python" .venv/bin/python; chmod +x .venv/bin/python;; esac',
    )
    told = {"PYTHON": str(tmp_path / "python"), "PYTHONPATH": "/strangers", "PYTHONHOME": "/stranger", "LC_ALL": "C"}
    command = ["sh", "scripts/setup.sh", "runtime"]
    done = subprocess.run(command, cwd=project, env=os.environ | told, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told_of = (tmp_path / "calls").read_text()
    starts = [line.split()[:3] for line in told_of.splitlines() if " -I " in line]
    assert starts == [["none", "none", "1"]] * 3
    order = [told_of.index(word) for word in ("--tools", "install.py requirements.lock", "analysis.pth")]
    assert order == sorted(order)


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
