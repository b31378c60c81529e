"""The locks hold every package that `make demo` and `make test` install, with its hashes."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUN = PROJECT["dependencies"]
DEV = [*RUN, *PROJECT["optional-dependencies"]["dev"]]


def locked(name: str) -> list[Requirement]:
    """Return the requirements of a lock; each has a hash, and nothing else is in the file."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    entries = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", "").splitlines()
    found = []
    for entry in entries:
        requirement, *hashes = entry.split("--hash=")
        assert hashes, f"{requirement} has no hash"
        assert all(re.fullmatch("sha256:[0-9a-f]{64}", it.strip()) for it in hashes), entry
        found.append(Requirement(requirement))
    return found


@pytest.mark.verifies("packaging#1.6")
@pytest.mark.parametrize(("name", "ranges"), [("run", RUN), ("dev", DEV)])
def test_a_lock_satisfies_the_ranges_of_the_project(name: str, ranges: list[str]) -> None:
    lock = {canonicalize_name(it.name): it for it in locked(name)}

    for line in ranges:
        wanted = Requirement(line)
        (version,) = lock[canonicalize_name(wanted.name)].specifier

        assert version.operator == "=="
        assert wanted.specifier.contains(version.version), f"{wanted}: run make lock"


@pytest.mark.verifies("packaging#1.6")
def test_the_demo_and_the_tests_install_the_same_versions() -> None:
    run, dev = ({(it.name, str(it.specifier)) for it in locked(name)} for name in ("run", "dev"))

    assert run <= dev


@pytest.mark.verifies("packaging#1.6")
@pytest.mark.parametrize("name", ["run", "dev"])
def test_a_lock_names_no_index(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")

    assert "://" not in text
    assert "-index" not in text
