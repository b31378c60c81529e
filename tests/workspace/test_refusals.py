from pathlib import Path

import pytest
from tests.conftest import Service

from shall.actions.background_run import run_tests
from shall.actions.cases import get_case, list_cases
from shall.actions.documents import create_file, read_file
from shall.actions.run_request import RunRequest
from shall.bootstrap import open_workspace
from shall.errors import OutsideWorkspace
from shall.results.records import Outcome
from shall.settings import Settings
from shall.workspace.workspace import Workspace

REFUSED = (
    ".env",
    ".env.local",
    "backend/.ENV",
    ".git/config",
    "backend/.hg/hgrc",
    ".shall/local/sealing.key",
    ".shall/local/shall.db",
    "backend/.shall/local/sealing.key",
    ".SHALL/evidence/2026-11.jsonl",
)

UPLOAD = """testcase:
  name: upload
  host: {host}
  variables: {{name: {path}}}
  steps:
    - id: send
      path: /upload
      method: POST
      files: {{f: "{{{{ name }}}}"}}
      assert:
        - {{type: status_code, expected: 200}}
"""


def put(workspace: Workspace, path: str, text: str = "testcase: {}\n") -> None:
    file = workspace.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():  # an open database stays what it is
        file.write_text(text)


@pytest.mark.anyio
@pytest.mark.verifies("defences#2.1")
@pytest.mark.parametrize("path", [*REFUSED, "shall.yaml"])
async def test_no_case_uploads_what_is_private(
    workspace: Workspace, service: Service, path: str
) -> None:
    put(workspace, path, "secret")
    put(workspace, "tests/cases/a.yaml", UPLOAD.format(host=service.url, path=path))

    run = await run_tests(workspace, RunRequest())

    assert run.bad[0].outcome is Outcome.ERROR
    assert path in str(run.bad[0].steps[0].error)
    assert service.calls_to("/upload") == 0


@pytest.mark.anyio
async def test_a_case_uploads_other_files(workspace: Workspace, service: Service) -> None:
    put(workspace, "data/.env.example", "public")
    text = UPLOAD.format(host=service.url, path="data/.env.example")
    put(workspace, "tests/cases/a.yaml", text)

    run = await run_tests(workspace, RunRequest())

    assert run.all_hold


@pytest.mark.anyio
@pytest.mark.verifies("defences#2.1")
@pytest.mark.parametrize("path", REFUSED)
async def test_no_tool_reads_what_is_private(workspace: Workspace, path: str) -> None:
    put(workspace, path)
    with pytest.raises(OutsideWorkspace):
        read_file(workspace, path)
    with pytest.raises(OutsideWorkspace):
        get_case(workspace, path)
    run = await run_tests(workspace, RunRequest(paths=[path]))
    assert [case.outcome for case in run.bad] == [Outcome.ERROR]
    assert not run.bad[0].steps


@pytest.mark.verifies("defences#2.2")
def test_settings_are_read_by_the_tool_that_masks_them_and_by_no_other(
    workspace: Workspace,
) -> None:
    put(workspace, "shall.yaml", "host: http://127.0.0.1\n")
    assert read_file(workspace, "shall.yaml").startswith("host:")
    with pytest.raises(OutsideWorkspace, match="may contain secrets"):
        get_case(workspace, "shall.yaml")


@pytest.mark.verifies("defences#2.3")
def test_no_listing_shows_what_is_private(workspace: Workspace) -> None:
    for path in (".env.yaml", "shall.yaml", "tests/shall.yaml", "tests/a.yaml", ".git/b.yaml"):
        put(workspace, path)
    assert list_cases(workspace, ".") == ["tests/a.yaml"]
    private = ["tests/.env", "tests/shall.yaml", "tests/.env.local"]
    for path in private:
        put(workspace, path)
    texts = dict(workspace.files.read_texts([*private, "tests/a.yaml"]))
    assert [path for path, it in texts.items() if not isinstance(it, OutsideWorkspace)] == [
        "tests/a.yaml"
    ]
    for folder in (".git", ".shall", ".shall/local"):
        with pytest.raises(OutsideWorkspace):
            list_cases(workspace, folder)


@pytest.mark.verifies("defences#2.1", "defences#2.3")
@pytest.mark.parametrize("is_absolute", [True, False])
def test_a_state_folder_of_another_name_is_as_private(tmp_path: Path, is_absolute: bool) -> None:
    folder = tmp_path / "kept/state" if is_absolute else Path("./kept/state")
    space = open_workspace(tmp_path, Settings(state_dir=folder, writable=("*",)))
    try:
        put(space, "kept/state/local/sealing.key", "secret")
        put(space, "kept/state/a.yaml")
        with pytest.raises(OutsideWorkspace, match="state folder"):
            space.files.read_bytes("kept/state/local/sealing.key")
        with pytest.raises(OutsideWorkspace, match="state folder"):
            create_file(space, "kept/state/x.md", "mine")
        assert list_cases(space, "kept") == []
    finally:
        space.files.close()
        if space.store is not None:
            space.store.close()
