"""What DVC asks for hashes in this project's runs: the true hash of each file, and no database."""

import hashlib
import os
import subprocess

import pytest
from dvc_data.hashfile.hash_info import HashInfo
from dvc_objects.fs import LocalFileSystem

from analysis.pipeline.dvc_record import Record
from analysis.pipeline.hashes import Hashes

FS = LocalFileSystem()


def test_a_hash_is_known_as_long_as_the_file_is_the_same(tmp_path):
    path, hashes = tmp_path / "a.csv", Hashes()
    path.write_text("1")
    assert hashes.get(str(path), FS) == (None, None)
    hashes.save_many(
        [(str(path), HashInfo("md5", "x"), None), (str(tmp_path / "gone"), HashInfo("md5", "y"), None)], FS
    )
    assert hashes.get(str(path), FS)[1] == HashInfo("md5", "x")
    path.write_text("12")
    asked = [str(path), str(tmp_path / "gone")]
    assert [found[1:] for found in hashes.get_many(asked, FS, {})] == [(None, None)] * 2


@pytest.fixture
def project(tmp_path):
    """A project of one stage that was run."""
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc" / "config").write_text("")
    (tmp_path / "dvc.yaml").write_text("stages: {a: {cmd: python -m analysis a, deps: [in.txt], outs: [out.txt]}}\n")
    (tmp_path / "in.txt").write_text("before")
    _run(tmp_path)
    return tmp_path


def _run(root):
    with Record(root, {"DVC_SITE_CACHE_DIR": str(root / ".dvc" / "tmp" / "site")}) as record:
        if not record.is_current(stage := record.stages["a"]):
            hashes = record.begin(stage)
            if hashes is not None:  # not taken from the cache
                (root / "out.txt").write_text("made")
                record.finish(stage, hashes)
            return True
    return False


def test_no_database_is_opened_or_made(project, monkeypatch):
    """diskcache unpickles what lies in it (CVE-2025-69872), and waits for ever for a full disk."""
    import diskcache

    monkeypatch.setattr(diskcache.Cache, "__init__", None)
    assert not _run(project)
    assert list(project.glob(".dvc/tmp/site/**/*.db")) == []
    expected = hashlib.md5(b"before").hexdigest()
    assert expected in (project / "dvc.lock").read_text()


@pytest.mark.parametrize("name", ["in.txt", "out.txt"])
def test_a_file_that_keeps_its_time_and_size_has_changed_all_the_same(project, name):
    """As where the clock was set back, or a copy brought its time with it."""
    state = (project / name).stat()
    content = (project / name).read_bytes()
    (project / name).chmod(0o600)
    (project / name).write_bytes(content[::-1])
    os.utime(project / name, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert _run(project) and not _run(project)
    assert (project / "out.txt").read_text() == "made"


def test_half_written_copies_of_a_full_disk_go_with_the_next_run(project):
    left = project / "data" / "processed" / "a" / ".V9aeT0ApQyzM1GYDjKRgIA.tmp"
    left.parent.mkdir(parents=True)
    left.touch()
    assert not _run(project) and not left.exists()
