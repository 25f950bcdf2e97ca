"""What a run makes on a shared machine is its user's alone, and what another user put there is not read."""

import os
import stat

import pytest

from analysis.errors import InputError
from analysis.pipeline.folders import own_folder

pytestmark = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system knows no such users")


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_folder_is_made_for_its_user_alone_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        own_folder(tmp_path / ".dvc" / "tmp", ".dvc/tmp")
    finally:
        os.umask(before)
    assert mode(tmp_path / ".dvc" / "tmp") == 0o700


def test_one_that_was_open_to_all_is_shut_and_keeps_what_is_in_it(tmp_path):
    folder = tmp_path / "tmp"
    (folder / "site").mkdir(parents=True)
    (folder / "site").chmod(0o777)
    folder.chmod(0o777)
    (folder / "site" / "cache.db").write_text("")
    own_folder(folder, ".dvc/tmp")
    assert mode(folder) == 0o700 and (folder / "site" / "cache.db").is_file()


def test_what_another_user_left_there_is_refused(tmp_path, monkeypatch):
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(InputError, match="belongs to another user"):
        own_folder(folder, ".dvc/tmp")


def test_a_planted_file_deep_inside_is_refused(tmp_path, monkeypatch):
    folder = tmp_path / "tmp"
    (folder / "site" / "repo").mkdir(parents=True)
    planted = folder / "site" / "repo" / "cache.db"
    planted.write_text("")
    found = type(planted).lstat

    def lstat(path):
        told = list(found(path))
        told[4] += path.name == "cache.db"  # st_uid
        return os.stat_result(told)

    monkeypatch.setattr(type(planted), "lstat", lstat)
    with pytest.raises(InputError, match="delete .dvc/tmp"):
        own_folder(folder, ".dvc/tmp")


def test_a_link_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "tmp").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="link to another folder"):
        own_folder(tmp_path / "tmp", ".dvc/tmp")
