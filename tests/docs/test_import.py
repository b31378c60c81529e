"""The guide about importing is a transcript: its commands print what it shows."""

from pathlib import Path

import pytest
from tests.docs.transcripts import ROOT, Command, carry_out, normalised


@pytest.mark.process
@pytest.mark.verifies("deploy#3.4")
def test_the_commands_of_the_import_guide_print_what_it_shows(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    typed: list[str] = []

    def compare(command: Command, status: int, printed: str) -> None:
        typed.append(command.line)
        assert normalised(printed) == normalised(command.printed), command.line
        assert status == command.status, command.line

    page = (ROOT / "docs/guides/import.md").read_text("utf-8")
    carry_out(page, folder, "127.0.0.1:8000", compare)
    assert typed
