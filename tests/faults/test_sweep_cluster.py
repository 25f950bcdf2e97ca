"""Sweeps on a real Dask scheduler with workers on loopback: the bytes of the local run, whatever dies, and clear errors."""

import io
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import dask as dask_itself
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

sys.path.insert(0, str(Path(__file__).parent))
from sweep_work import work

from analysis.errors import InputError
from analysis.pipeline import sweep_workers
from analysis.pipeline.sweep import Case, Outcome, fingerprint, sweep
from analysis.pipeline.sweep_workers import Project, Unfit, code_here, dask, run_there

pytestmark = pytest.mark.filterwarnings("ignore")
pytest.importorskip("distributed", reason="Dask is not installed; the extra 'cluster' brings it")
ROOT = Path(__file__).resolve().parents[2]
FILES = ("table.csv", "failures.csv")
NOTEBOOK = ("01_census_baseline", "--set", "area=E06000045,E99,E08000035,E06000044", "--set", "draws=200")


@pytest.fixture
def cluster(tmp_path):
    """The address of a scheduler and two workers of two threads each, which is less than Dask's own default."""
    with running(tmp_path) as found:
        yield found


@contextmanager
def running(tmp_path, workers=2, protocol="tcp", **environment):
    """The address of a scheduler, and its process and those of its workers."""
    place = tmp_path / "scheduler.json"
    path = os.pathsep.join([str(ROOT / "src"), str(Path(__file__).parent)])
    python = [sys.executable, "-W", "ignore", "-m"]
    common = ["--host", "127.0.0.1", "--protocol", protocol, "--scheduler-file", str(place), "--no-dashboard"]
    quiet = {
        "cwd": tmp_path,
        "env": {**os.environ, "PYTHONPATH": path, **environment},
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
    }
    started = [subprocess.Popen([*python, "distributed.cli.dask_scheduler", "--port", "0", *common], **quiet)]
    try:
        while not place.is_file() or not place.read_text():
            time.sleep(0.1)
        started += [
            subprocess.Popen(
                [*python, "distributed.cli.dask_worker", "--nthreads", "2", "--no-nanny", *common], **quiet
            )
            for _ in range(workers)
        ]
        yield json.loads(place.read_text())["address"], started
    finally:
        for process in started:
            process.kill()
            process.wait()


def made(folder: Path) -> dict[str, bytes]:
    return {file: (folder / file).read_bytes() for file in FILES}


def swept(tmp_path: Path, wanted: list[Case], engine, name: str) -> dict[str, bytes]:
    root = tmp_path / "project"
    root.mkdir(exist_ok=True)
    sweep(root, wanted, tmp_path / name, [], engine, io.StringIO())
    return made(tmp_path / name)


def cases(count: int, **more) -> list[Case]:
    return [Case(f"case {n}", "none", {"number": n, **more}) for n in range(count)]


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_gives_the_bytes_of_the_local_run(tmp_path, cluster):
    address, (_, worker, _) = cluster
    wanted = cases(24, seconds=0.2)

    def engine(root, waiting):
        for place, found in enumerate(dask(address, work=work)(root, waiting)):
            if place == 5:
                worker.kill()
            yield found

    found = swept(tmp_path, wanted, engine, "there")
    processes = {line.split()[2] for line in (tmp_path / "project" / "ran").read_text().splitlines()}
    assert len(processes) == 2
    assert worker.wait(5) != 0
    assert found == swept(tmp_path, wanted, sweep_workers.local(2, work), "here")
    assert len(found["table.csv"].splitlines()) == 25


@pytest.mark.slow
def test_a_notebook_on_a_cluster_that_loses_its_client_and_then_a_worker(tmp_path, cluster):
    """A set that fails is kept beside those that do not, and the bytes are those of the local run."""
    address, (_, worker, _) = cluster
    command = [sys.executable, "-m", "analysis", "sweep", *NOTEBOOK, "--result", "*.steps.*"]
    options = {
        "cwd": ROOT,
        "env": {**os.environ, "PYTHONPATH": str(ROOT / "src")},
        "stdout": subprocess.PIPE,
        "text": True,
    }
    there, here = tmp_path / "there", tmp_path / "here"
    with subprocess.Popen([*command, "--scheduler", address, "--to", str(there)], **options) as client:
        while not any(json.loads(path.read_text())["error"] == "" for path in (there / "cases").glob("*.json")):
            assert client.poll() is None
            time.sleep(0.05)
        client.kill()
    with subprocess.Popen([*command, "--scheduler", address, "--to", str(there)], **options) as client:
        assert client.stdout.readline().endswith("of 4 cases were done before\n")
        time.sleep(2)
        worker.kill()
        told = client.stdout.read()
    assert "3 of 4 cases are in" in told
    assert client.returncode == subprocess.run([*command, "--to", str(here)], **options).returncode == 1
    assert made(there) == made(here)
    assert made(there)["table.csv"].count(b"area=E06000044") == made(there)["table.csv"].count(b"area=E08000035") > 0
    assert made(there)["failures.csv"].splitlines()[1].startswith(b"coproduction area=E99 draws=200,")


@pytest.mark.slow
def test_two_sweeps_at_once_whose_cases_have_the_same_names(tmp_path, cluster):
    address, _ = cluster
    wanted = {
        "a": cases(8, seconds=0.2),
        "b": [Case(f"case {n}", "none", {"number": n + 100, "seconds": 0.2}) for n in range(8)],
    }
    with ThreadPoolExecutor(2) as pool:
        found = dict(
            zip(
                wanted,
                pool.map(lambda name: swept(tmp_path, wanted[name], dask(address, work=work), name), wanted),
                strict=True,
            )
        )
    for name, added in (("a", 0), ("b", 100)):
        assert [int(line.split(b",")[1]) for line in found[name]["table.csv"].splitlines()[1:]] == [
            n + added for n in range(8)
        ]


@pytest.mark.slow
def test_a_worker_without_the_project_and_one_without_its_code_are_told_and_keep_nothing(
    tmp_path, cluster, monkeypatch
):
    address, _ = cluster
    with (
        monkeypatch.context() as patch,
        pytest.raises(InputError, match="the worker tcp://127.0.0.1.* has other files in it"),
    ):
        patch.setattr(sweep_workers, "fingerprint", lambda root, data: "of a copy made before")
        swept(tmp_path, cases(3), dask(address, work=work), "there")
    (tmp_path / "only_here").mkdir()
    (tmp_path / "only_here" / "work_only_here.py").write_text(
        "from analysis.pipeline.sweep import Case\nclass Here(Case): pass\ndef work(root, case): pass\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path / "only_here"))
    from work_only_here import Here, work as unknown

    for wanted, task in ((cases(3), unknown), ([Here("case 0", "none", {"number": 0})], work)):
        with pytest.raises(
            InputError, match="No module named 'work_only_here'; expected .* workers that can import this package"
        ):
            swept(tmp_path, wanted, dask(address, work=task), "there")
    assert not (tmp_path / "there").exists()
    assert len(swept(tmp_path, cases(3), dask(address, work=work), "there")["table.csv"].splitlines()) == 4


@pytest.mark.slow
def test_a_scheduler_that_is_lost_is_told_and_what_was_done_is_kept(tmp_path, cluster):
    address, (scheduler, *_) = cluster

    def engine(root, waiting):
        for found in dask(address, work=work)(root, waiting):
            yield found
            scheduler.kill()

    with pytest.raises(InputError, match="a scheduler that stays"):
        swept(tmp_path, cases(12, seconds=0.3), engine, "there")
    kept = [json.loads(path.read_text()) for path in (tmp_path / "there" / "cases").iterdir()]
    assert kept and not any(case["error"] for case in kept)


def test_no_scheduler_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(sweep_workers, "TIMEOUT", 1)
    for address in ("tcp://127.0.0.1:1", "nonsense://x"):
        with pytest.raises(InputError, match="address of a Dask scheduler"):
            list(dask(address, work=work)(tmp_path, cases(1)))


def certificate(folder: Path, name: str) -> tuple[str, str]:
    """A certificate for this machine that signs itself, and its key, as files."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    named = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder(
            named, named, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1)
        )
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    files = folder / f"{name}.pem", folder / f"{name}.key"
    files[0].write_bytes(made.public_bytes(pem))
    files[1].write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return str(files[0]), str(files[1])


def shown(role: str, authority: str, own: tuple[str, str]) -> dict[str, str]:
    """The settings of Dask by which a role shows its own certificate and takes those of an authority alone."""
    tls = "distributed.comm.tls"
    return {f"{tls}.ca-file": authority, f"{tls}.{role}.cert": own[0], f"{tls}.{role}.key": own[1]}


@pytest.mark.slow
def test_a_sweep_over_tls_gives_the_bytes_of_the_local_run_and_strangers_get_no_answer(tmp_path, capfd, monkeypatch):
    ours, strange = certificate(tmp_path, "ours"), certificate(tmp_path, "strange")
    settings = {
        name.upper().replace(".", "__").replace("-", "_"): value
        for role in ("scheduler", "worker")
        for name, value in shown(role, ours[0], ours).items()
    }
    environment = {f"DASK_{name}": value for name, value in settings.items()}
    wanted = cases(6)
    with running(tmp_path, 1, "tls", **environment) as (address, _):
        with dask_itself.config.set(shown("client", ours[0], ours)):
            found = swept(tmp_path, wanted, dask(address, work=work), "there")
        monkeypatch.setattr(sweep_workers, "TIMEOUT", 2)
        for stranger in (shown("client", strange[0], strange), {}):
            with dask_itself.config.set(stranger), pytest.raises(InputError, match="address of a Dask scheduler"):
                list(dask(address, work=work)(tmp_path, wanted))
    assert found == swept(tmp_path, wanted, sweep_workers.local(1, work), "here")
    told = capfd.readouterr().err
    assert f"to {address} encrypted: 6 cases" in told


@pytest.mark.parametrize("address", ["tcp://192.0.2.7:8786", "tcp://example.org:8786", "tcp://[2001:db8::1]:8786"])
def test_another_machine_is_not_spoken_to_in_the_clear(tmp_path, address):
    with pytest.raises(InputError, match="another machine without encryption; expected tls://HOST:PORT"):
        list(dask(address, work=work)(tmp_path, cases(1)))


@pytest.fixture
def seen(tmp_path) -> Project:
    """A project as it is here."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "a.csv").write_text("1")
    return Project(tmp_path, (data,), code_here(), fingerprint(tmp_path, [data]), "first")


def test_a_worker_that_has_the_project_runs_its_cases(seen):
    assert run_there(work, seen, cases(1)[0]) == Outcome([{"number": 0, "third": 0.0}])


def test_what_a_worker_has_not_is_named(seen, tmp_path):
    lacking = seen._replace(root=tmp_path / "elsewhere"), seen._replace(code="older")
    (data,) = seen.data
    found = [run_there(work, project, cases(1)[0]) for project in lacking]
    (data / "a.csv").write_text("2")
    found.append(run_there(work, seen._replace(sweep="second"), cases(1)[0]))
    assert all(isinstance(why, Unfit) for why in found)
    assert [why.found.removeprefix("the worker here has ") for why in found] == [
        f"no folder {tmp_path / 'elsewhere'}",
        "imported other code",
        "other files in it",
    ]
    assert not (tmp_path / "ran").exists()


class Ended:
    """Stands for a future of Dask."""

    def __init__(self, error):
        self.error = error

    def result(self):
        raise self.error


def test_a_case_that_kills_one_worker_after_the_other_has_failed_as_it_would_here():
    from distributed import KilledWorker

    assert sweep_workers._outcome(Ended(KilledWorker("case", None, 3))) == Outcome([], sweep_workers.DIED)
