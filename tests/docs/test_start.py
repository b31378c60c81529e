"""The first pages and the guides of tracing and lint, typed in a copy of the example shop."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.docs.transcripts import ROOT, environment_in, shop
from tests.forked import Popen

PAGES = ("start/first-run", "guides/tracing", "guides/lint", "reference/gate")
"""Below docs/. What each types works in any project that has run."""

OK = {0, 1}
"""A check, a criterion or a rule may fail: one of the shop does on purpose."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with shop() as address:
        yield address


@pytest.fixture
def project(tmp_path: Path, address: str) -> Path:
    folder = tmp_path / "shop"
    shutil.copytree(ROOT / "examples/shop", folder, ignore=shutil.ignore_patterns(".shall"))
    settings = folder / "shall.yaml"
    settings.write_text(settings.read_text("utf-8").replace("127.0.0.1:8765", address), "utf-8")
    return folder


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / f"docs/{page}.md").read_text("utf-8")
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [block for name, block in found if name == language]


def typed(folder: Path, words: list[str]) -> tuple[int, str]:
    with Popen(
        words,
        cwd=folder,
        env=environment_in(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        printed, _ = process.communicate(timeout=60)
    return process.returncode, printed.decode()


@pytest.mark.process
@pytest.mark.verifies("deploy#3.7")
@pytest.mark.parametrize("page", PAGES, ids=lambda it: it.rpartition("/")[2])
def test_every_command_of_a_first_page_works(page: str, project: Path, address: str) -> None:
    lines = [
        re.split(r"   | #| >", line.removeprefix("$ "))[0]
        for block in blocks(page, "")
        for line in block.splitlines()
        if line.removeprefix("$ ").startswith("shall ")
    ]
    assert lines
    if not lines[0].startswith("shall run"):
        assert typed(project, ["shall", "run", "--quiet"])[0] in OK
    for line in lines:
        words = shlex.split(line.replace("127.0.0.1:9000", address))
        status, printed = typed(project, words)
        assert status in OK, f"{line}: {printed}"
        assert printed.strip(), line
        assert "shall: error" not in printed


@pytest.mark.process
@pytest.mark.verifies("deploy#3.7")
def test_the_first_spec_and_the_first_case_are_read_and_prove_what_they_say(project: Path) -> None:
    shutil.rmtree(project / "tests")
    [spec] = blocks("start/first-spec", "markdown")
    case, settings = blocks("start/first-case", "yaml")
    (project / "specs/auth/requirements.md").write_text(spec, "utf-8")
    (project / "tests/cases").mkdir(parents=True)
    (project / "tests/cases/order.yaml").write_text(case, "utf-8")
    host = re.search("host: .*", (project / "shall.yaml").read_text("utf-8"))
    assert host
    text = re.sub("host: .*", host[0], settings)
    (project / "shall.yaml").write_text(text, "utf-8")
    status, printed = typed(project, ["shall", "run"])
    assert (status, "1 passed, 0 failed" in printed) == (0, True), printed
    _, traced = typed(project, ["shall", "trace"])
    found = {line.split()[2]: line.split()[1] for line in traced.splitlines() if "#" in line}
    assert found["orders#1.1"] == found["orders#2.1"] == "proved"
    assert found["auth#1.2"] == "untested"
