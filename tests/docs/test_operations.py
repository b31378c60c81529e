"""The operations pages say what works: every command is typed, with real servers."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import NOT_HERE, OPERATIONS, PAGES, Reader, blocks, commands, make_reader
from tests.docs.pages import ROOT, programs


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    somebody = make_reader(tmp_path)
    yield somebody
    somebody.clean_up()


@pytest.mark.process
@pytest.mark.verifies("deploy#3.1")
@pytest.mark.parametrize("name", PAGES)
def test_every_command_of_a_page_works(name: str, reader: Reader) -> None:
    typed = [
        line
        for info, text in blocks(OPERATIONS / f"{name}.md")
        if info == "sh"
        for line in commands(text)
    ]
    assert len(typed) > 3
    for line in typed:
        reader.type(line)
    reader.leave()


@pytest.mark.verifies("deploy#3.1")
@pytest.mark.parametrize("name", PAGES)
def test_what_is_not_typed_could_not_be_typed_here(name: str) -> None:
    page = OPERATIONS / f"{name}.md"
    for info, text in blocks(page):
        if info == "sh no-run":
            assert programs(text) <= NOT_HERE | {"cd"}
    fences = re.findall(r"^```(.*)$", page.read_text("utf-8"), re.MULTILINE)
    assert not re.search(r"^ +```", page.read_text("utf-8"), re.MULTILINE), "it would be overlooked"
    assert set(fences[::2]) <= {"sh", "sh no-run", "cron", "ini", "promql", "yaml"}


@pytest.mark.verifies("deploy#3.2")
@pytest.mark.parametrize("name", PAGES)
def test_the_chinese_page_has_the_same_commands(name: str) -> None:
    english, chinese = OPERATIONS / f"{name}.md", OPERATIONS / "zh-CN" / f"{name}.md"
    assert blocks(chinese) == blocks(english)
    assert f"(zh-CN/{name}.md)" in english.read_text("utf-8").splitlines()[2]
    assert f"(../{name}.md)" in chinese.read_text("utf-8").splitlines()[2]
    assert re.search(r"[\u4e00-\u9fff]", chinese.read_text("utf-8"))


PAGES_WITH_LINKS = [ROOT / "README.md", ROOT / "README.zh-CN.md", *(ROOT / "docs").rglob("*.md")]


@pytest.mark.verifies("deploy#3.3")
@pytest.mark.parametrize("page", PAGES_WITH_LINKS, ids=lambda it: it.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        found = (page.parent / file).resolve() if file else page
        assert found.exists(), target
        if anchor:
            assert anchor in anchors(found), target


def anchors(page: Path) -> set[str]:
    """Give the anchors that GitHub makes of a page's headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", it.lower()).replace(" ", "-") for it in headings}
