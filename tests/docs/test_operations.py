"""The operations pages say what works: every command is typed, with real servers."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.docs.pages import (
    NOT_HERE,
    OPERATIONS,
    ROOT,
    Reader,
    blocks,
    commands,
    make_reader,
    programs,
)

ENGLISH = sorted(OPERATIONS.glob("*.md"))


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    somebody = make_reader(tmp_path)
    yield somebody
    somebody.clean_up()


@pytest.mark.process
@pytest.mark.verifies("deploy#3.1")
@pytest.mark.parametrize("page", [ROOT / "README.md", *ENGLISH], ids=lambda it: it.stem)
def test_every_command_of_a_page_works(page: Path, reader: Reader) -> None:
    typed = [line for info, text in blocks(page) if info == "sh" for line in commands(text)]
    assert len(typed) > 3
    if page.stem == "README":
        reader.popen = subprocess.Popen  # one page as it is
    asked = re.findall(r"^ps .*-i :(\d+)", "\n".join(typed), re.MULTILINE)
    reader.seen_by_ps = frozenset(reader.ports[name] for name in asked)
    for line in typed:
        reader.type(line)
    reader.leave()


@pytest.mark.verifies("deploy#3.1")
@pytest.mark.parametrize("page", ENGLISH, ids=lambda it: it.stem)
def test_what_is_not_typed_could_not_be_typed_here(page: Path) -> None:
    for info, text in blocks(page):
        if info == "sh no-run":
            assert programs(text) <= NOT_HERE | {"cd"}
    fences = re.findall(r"^```(.*)$", page.read_text("utf-8"), re.MULTILINE)
    assert not re.search(r"^ +```", page.read_text("utf-8"), re.MULTILINE), "it would be overlooked"
    configuration = {"cron", "ini", "json", "nginx", "promql", "text", "yaml"}
    assert set(fences[::2]) <= {"sh", "sh no-run"} | configuration


@pytest.mark.verifies("deploy#3.2")
@pytest.mark.parametrize("english", ENGLISH, ids=lambda it: it.stem)
def test_the_chinese_page_has_the_same_commands(english: Path) -> None:
    chinese = OPERATIONS / "zh-CN" / english.name
    assert blocks(chinese) == blocks(english)
    assert f"(zh-CN/{english.name})" in english.read_text("utf-8").splitlines()[2]
    assert f"(../{english.name})" in chinese.read_text("utf-8").splitlines()[2]
    assert re.search(r"[\u4e00-\u9fff]", chinese.read_text("utf-8"))
