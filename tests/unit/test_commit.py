"""The stamp on every page: true of these very files, or said to be unknown."""

import os
import subprocess
from pathlib import Path

import pytest

from analysis.comparison.revisions import opened
from analysis.errors import InputError
from analysis.pipeline.commit import NO_HISTORY, commit_line, commit_time

WHEN = "2021-05-06T07:08:09+02:00"


def git(folder: Path, *arguments: str) -> str:
    own = {"GIT_COMMITTER_DATE": WHEN, "GIT_CONFIG_GLOBAL": os.devnull, **os.environ}
    command = ["git", "-C", str(folder), "-c", "user.name=A", "-c", "user.email=a@example.org", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=own).stdout.strip()


@pytest.fixture
def repository(tmp_path) -> Path:
    """A repository with one commit."""
    folder = tmp_path / "outer"
    folder.mkdir()
    git(folder, "init", "--quiet")
    (folder / "a.txt").write_text("a")
    git(folder, "add", "a.txt")
    git(folder, "commit", "--quiet", "--message", "first")
    return folder


def programs(folder: Path, monkeypatch, git_program: str) -> None:
    """Put a `git` of our own before the real one, as a shell script."""
    folder.mkdir()
    (folder / "git").write_text(f"#!/bin/sh\n{git_program}\n")
    (folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_the_project_s_own_commit_and_whether_anything_was_changed_since(repository):
    commit = git(repository, "rev-parse", "HEAD")[:12]
    assert commit_line(repository) == f"{commit} (clean tree)"
    assert commit_time(repository) == WHEN
    (repository / "a.txt").write_text("b")
    assert commit_line(repository) == f"{commit} (with uncommitted changes)"
    git(repository, "checkout", "--quiet", "a.txt")
    (repository / "new.txt").write_text("")
    assert commit_line(repository) == f"{commit} (with uncommitted changes)"


def test_a_worktree_is_a_project_of_its_own(repository, tmp_path):
    git(repository, "worktree", "add", "--quiet", str(tmp_path / "other"))
    assert commit_line(tmp_path / "other").endswith("(clean tree)")


def test_a_folder_within_another_s_repository_has_no_commit(repository):
    """As when an archive is unpacked somewhere below a repository."""
    (repository / "project").mkdir()
    assert commit_line(repository / "project") == NO_HISTORY
    assert commit_time(repository / "project") == ""


def test_a_damaged_repository_within_another_does_not_get_the_other_s_commit(repository):
    (repository / "project" / ".git").mkdir(parents=True)
    assert commit_line(repository / "project") == "commit unknown (git cannot read the folder .git)"
    assert commit_time(repository / "project") == ""


def test_another_repository_that_the_environment_names_is_not_the_project_s(repository, tmp_path, monkeypatch):
    """Hooks of git's set these variables for whatever they start."""
    own = tmp_path / "own"
    own.mkdir()
    git(own, "init", "--quiet")
    monkeypatch.setenv("GIT_DIR", str(repository / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(own))
    assert commit_line(own) == "nothing committed yet"


def test_a_status_that_fails_is_no_clean_tree(repository):
    commit = git(repository, "rev-parse", "HEAD")[:12]
    (repository / ".git" / "index").write_text("damaged")
    assert commit_line(repository) == f"{commit} (whether anything was changed since is unknown)"


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("exit 1", "commit unknown (git cannot read the folder .git)"),
        (
            "echo \"fatal: detected dubious ownership in repository at '/x'\" >&2; exit 128",
            "commit unknown (git does not read a folder that another user owns: see its setting safe.directory)",
        ),
        ('case "$*" in *toplevel) echo "$2" ;; *) exit 128 ;; esac', "commit unknown (git could not read it)"),
    ],
)
def test_a_git_that_fails_is_not_the_absence_of_history(repository, tmp_path, monkeypatch, program, told):
    programs(tmp_path / "bin", monkeypatch, program)
    assert commit_line(repository) == told
    assert commit_time(repository) == ""


def test_without_git_the_commit_of_a_repository_is_unknown(repository, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commit_line(repository) == "commit unknown (git could not be run)"
    assert commit_line(tmp_path) == NO_HISTORY


def test_a_folder_of_another_user_is_named_as_such(repository, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")  # git's own way to make it so for every folder
    assert "another user owns" in commit_line(repository)


def test_a_comparison_does_not_take_a_failing_git_for_an_unknown_commit(repository, tmp_path, monkeypatch):
    with pytest.raises(InputError, match="'nowhere'; expected a folder, or a commit"), opened(repository, "nowhere"):
        pass
    (repository / "project").mkdir()
    with pytest.raises(InputError, match="not under version control"), opened(repository / "project", "HEAD"):
        pass
    programs(tmp_path / "bin", monkeypatch, 'case "$*" in *toplevel) echo "$2" ;; *) echo broken >&2; exit 128 ;; esac')
    with pytest.raises(InputError, match="git: found broken"), opened(repository, "HEAD"):
        pass
