"""The guides for users of other tools are transcripts: each command prints what the page shows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.docs.transcripts import (
    GUIDES,
    ROOT,
    Command,
    carry_out,
    normalised,
    shop,
    transcript,
)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with shop() as address:
        yield address


@pytest.mark.process
@pytest.mark.verifies("deploy#3.4")
@pytest.mark.parametrize("page", GUIDES, ids=lambda it: it.stem)
def test_every_command_of_a_guide_prints_what_the_page_shows(
    page: Path, tmp_path: Path, address: str
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    typed = []

    def compare(command: Command, status: int, printed: str) -> None:
        typed.append(command.line)
        assert normalised(printed) == normalised(command.printed), command.line
        assert status == command.status, command.line

    carry_out(page.read_text("utf-8"), folder, address, compare)
    for needed in ("trace", "run", "trace --why", "lint", "gate"):
        assert any(it.startswith(f"shall {needed}") for it in typed), needed


@pytest.mark.verifies("deploy#3.4")
@pytest.mark.parametrize("page", GUIDES, ids=lambda it: it.stem)
def test_every_block_of_a_guide_is_a_file_a_change_or_a_command(page: Path) -> None:
    text = page.read_text("utf-8")
    blocks = list(transcript(text))
    assert len(blocks) == text.count("\n```") // 2
    assert [name for language, name, _ in blocks if language != "console" and not name] == []
    assert f"guides/{page.name}" in (ROOT / "docs/README.md").read_text("utf-8")
