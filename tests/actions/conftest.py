from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shall.actions.workspace import Workspace
from shall.joining import open_workspace
from shall.settings import Settings


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace in an empty folder, with its real store."""
    root = tmp_path / "project"
    root.mkdir()
    opened = open_workspace(root, Settings())
    yield opened
    opened.files.close()
    if opened.store is not None:
        opened.store.close()


@pytest.fixture
def write(workspace: Workspace) -> Callable[[str, str], None]:
    """Writes a file of the workspace."""
    return workspace.files.write_text
