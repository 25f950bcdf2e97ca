"""environment.yml, pyproject.toml and the locks say the same thing, and the locks name packages and hashes only."""

import re
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

EXTRA_OF_LOCK = {"requirements.lock": None, "requirements-test.lock": "test", "requirements-lab.lock": "lab"}
ALL_LOCKS = [*EXTRA_OF_LOCK, "requirements-setup.lock"]
ONLY_INTERACTIVE = {"jupyterlab", "jupyter-server", "rfc3987-syntax"}


@pytest.fixture(scope="module")
def project(project_root):
    return tomllib.loads((project_root / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def locks(project_root):
    return {name: (project_root / name).read_text() for name in ALL_LOCKS}


@pytest.mark.parametrize("name", ALL_LOCKS)
def test_every_locked_package_has_one_exact_version_and_hashes(locks, name):
    requirements = _requirements(locks[name])
    names = [canonicalize_name(requirement.name) for requirement, _ in requirements]

    assert names, f"{name} is empty"
    assert len(names) == len(set(names)), f"{name} locks a package more than once"
    for requirement, hashes in requirements:
        assert re.fullmatch(r"==[^,*]+", str(requirement.specifier)), f"{name}: {requirement} is not an exact version"
        assert hashes, f"{name}: {requirement} has no hash"


@pytest.mark.parametrize("name", ALL_LOCKS)
def test_a_lock_holds_nothing_but_requirements_and_sha256_hashes(locks, name):
    line = re.compile(r"[a-z0-9][a-z0-9.-]*==[^\s\\/@]+( ; [^\\/@]+?)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    strange = [text for text in locks[name].splitlines() if not line.fullmatch(text)]
    assert strange == [], f"{name} holds an address, an option or a comment"


def test_the_locks_agree_on_every_shared_package(locks):
    everything = [entry for text in locks.values() for entry in _entries(text).items()]
    seen: dict = {}
    differing = {package for package, entry in everything if seen.setdefault(package, entry) != entry}
    assert differing == set(), "these packages have another version or other hashes in another lock"


@pytest.mark.parametrize(("name", "extra"), EXTRA_OF_LOCK.items())
def test_a_lock_satisfies_what_the_project_asks_for(locks, project, name, extra):
    asked = project["dependencies"] + (project["optional-dependencies"][extra] if extra else [])
    versions = _versions(locks[name])
    for requirement in map(Requirement, asked):
        locked = versions.get(canonicalize_name(requirement.name))
        assert locked is not None, f"{name} lacks {requirement.name}"
        assert requirement.specifier.contains(locked), f"{name} has {requirement.name} {locked}, not {requirement}"


@pytest.mark.parametrize("name", ["requirements-test.lock", "requirements-lab.lock"])
def test_the_larger_locks_hold_all_of_the_runtime_lock(locks, name):
    assert _versions(locks["requirements.lock"]).keys() <= _versions(locks[name]).keys()


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_what_only_jupyterlab_needs_stays_out_of_the_lean_locks(locks, name):
    assert _versions(locks[name]).keys() & ONLY_INTERACTIVE == set()


def test_the_conda_environment_installs_the_lab_lock(project_root, project):
    environment = yaml.safe_load((project_root / "environment.yml").read_text())
    packages = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    (pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]

    assert environment["name"] == project["name"]
    assert environment["channels"][0] == "conda-forge"
    assert "pip" in packages
    assert any(entry.startswith(f"python{project['requires-python']}") for entry in packages)
    assert pip == ["--require-hashes", "-r requirements-lab.lock"]


def _requirements(lock):
    """(requirement, its hashes) for each entry of a lock."""
    logical_lines = lock.replace("\\\n", " ").splitlines()
    return [_requirement_and_hashes(line) for line in logical_lines]


def _requirement_and_hashes(line):
    requirement, *hashes = line.split("--hash=")
    return Requirement(requirement.strip()), [value.strip() for value in hashes]


def _versions(lock):
    return {name: version for name, (version, _) in _entries(lock).items()}


def _entries(lock):
    return {
        canonicalize_name(requirement.name): (str(requirement.specifier).removeprefix("=="), hashes)
        for requirement, hashes in _requirements(lock)
    }


def test_what_is_known_against_a_locked_package_is_known_of_the_version_locked(locks, project_root):
    """A lock that changes makes somebody look again; what reaches no lock any more leaves the list."""
    listed = yaml.safe_load((project_root / "docs" / "advisories.yaml").read_text(encoding="utf-8"))
    everywhere = {name: version for text in locks.values() for name, version in _versions(text).items()}
    assert {entry["package"]: str(everywhere.get(entry["package"])) for entry in listed} == {
        entry["package"]: entry["version"] for entry in listed
    }
    assert "CVE-2025-69872" in {entry["advisory"] for entry in listed} or "diskcache" not in everywhere
    for entry in listed:
        assert set(entry) == {"package", "version", "advisory", "about", "why", "held_by"}
        file, test = entry["held_by"].split("::")
        assert f"def {test}(" in (project_root / file).read_text(encoding="utf-8")


def test_no_code_of_ours_imports_what_something_is_known_against(project_root):
    listed = yaml.safe_load((project_root / "docs" / "advisories.yaml").read_text(encoding="utf-8"))
    code = "\n".join(path.read_text(encoding="utf-8") for path in (project_root / "src").rglob("*.py"))
    assert [entry["package"] for entry in listed if re.search(rf"\b(import|from) {entry['package']}\b", code)] == []
