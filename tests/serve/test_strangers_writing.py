"""What a caller without a token may write, where none is asked for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client

pytestmark = [pytest.mark.anyio, pytest.mark.process]

Serve = Callable[..., Any]

REFUSED = (
    "mcp_server_spec/main.py",
    "yaml_rs.py",
    ".venv/lib/python3.11/site-packages/sitecustomize.py",
    "venv/lib/python3.11/site-packages/x.pth",
    "src/shall/__init__.py",
    "health_check.sh",
    ".mcp.json",
    "docs/notes.md",
    "tests/cases/login.yaml",
    "specs/run.sh",
)


@pytest.mark.verifies("defences#1.6")
async def test_a_stranger_writes_specs_and_nothing_else_over_mcp_and_rest(
    serve: Serve, project: Path
) -> None:
    served = serve(SHALL_WRITABLE="*")
    async with Client(served.url) as client, httpx2.AsyncClient() as http:

        async def by_mcp(path: str) -> Any:
            arguments = {"path": path, "content": "x", "overwrite": True}
            return (await client.call_tool("create_file", arguments)).structured_content

        async def by_rest(path: str) -> Any:
            body = {"arguments": {"path": path, "content": "x", "overwrite": True}}
            answer = await http.post(f"{served.base}/tools/create_file", json=body)
            return answer.json()["result"]["structuredContent"]

        for create in (by_mcp, by_rest):
            for path in REFUSED:
                shown = await create(path)
                assert shown["error_code"] == "MCP_WRITE_REFUSED", shown
                assert path in shown["error_message"]
                assert shown["error_details"]["allowed_folders"] == ["specs"]
                assert not (project / path).exists()
            for path in ("specs/requirements.md", "specs/design.md"):
                assert (await create(path))["status"] == "ok"
    assert list_names(project) == {"specs", ".shall"}


@pytest.mark.verifies("defences#1.3")
async def test_a_caller_with_a_token_writes_documents_and_no_code(
    serve: Serve, project: Path
) -> None:
    served = serve(MCP_AUTH_TOKEN="known")
    headers = {"Authorization": "Bearer known"}
    async with httpx2.AsyncClient(headers=headers) as http:
        for path in REFUSED:
            body = {"arguments": {"path": path, "content": "x"}}
            answer = await http.post(f"{served.base}/tools/create_file", json=body)
            shown = answer.json()["result"]["structuredContent"]
            is_document = path in {"docs/notes.md", "tests/cases/login.yaml"}
            assert shown["status"] == ("ok" if is_document else "error"), shown
            assert (project / path).exists() == is_document


def list_names(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}
