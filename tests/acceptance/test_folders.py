"""Where servers work that are started as the units and the image start them, and if they can."""

import json
import pwd
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.servers import TOKEN, Running, Start
from tests.acceptance.test_containers import argv
from tests.acceptance.test_units import unit

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
NOBODY = 65534
CASE = """\
testcase:
  name: echo
  host: {host}
  steps:
    - {{id: get, method: GET, path: /echo}}
"""


@pytest.fixture
def serve_unit(start: Start, free_port: Callable[[], int], tmp_path: Path) -> Start:
    """Runs document O's unit, without a working folder, as systemd does: in ``/``."""

    def serve(**env: str) -> Running:
        lines = [line.split("=", 1) for line in unit("api-auto-test-mcp") if "=" in line]
        set_by_unit = dict(value.split("=", 1) for name, value in lines if name == "Environment")
        [command] = [value for name, value in lines if name == "ExecStart"]
        port = free_port()
        given = {"MCP_PORT": str(port), "MCP_AUTH_TOKEN": TOKEN, "HOME": str(tmp_path / "home")}
        (tmp_path / "home").mkdir(exist_ok=True)
        given |= {"XDG_DATA_HOME": "", "STATE_DIRECTORY": ""}
        return start([Path(command).name], port, set_by_unit | given | env, cwd=Path("/"))

    return serve


def in_root() -> list[str]:
    return sorted(it.name for it in Path("/").iterdir())


@pytest.mark.verifies("defences#10.1", "defences#10.2", "defences#10.3")
@pytest.mark.parametrize("has_state_directory", [True, False])
async def test_o28_without_a_working_folder_the_server_works_in_one_of_its_own(
    serve_unit: Start,
    connect: Any,
    curl: Any,
    tmp_path: Path,
    service: Any,
    has_state_directory: bool,
) -> None:
    before = in_root()
    state = tmp_path / "var/lib/api-auto-test-mcp"
    if has_state_directory:
        state.mkdir(parents=True)
        own = state
    else:
        own = tmp_path / "home/.local/share/shall"
    server = serve_unit(**({"STATE_DIRECTORY": str(state)} if has_state_directory else {}))
    assert json.loads(curl(f"{server.url}/ready")) == {"status": "ready"}
    async with connect(f"{server.url}/mcp", sse=True) as client:
        case = {"yaml_path": "tests/cases/echo.yaml", "testcase": CASE.format(host=service.url)}
        assert not (await client.call_tool("write_testcase", case)).is_error
        ran = (await client.call_tool("run_tests", {})).structured_content
        kept = (await client.call_tool("get_test_results", {})).structured_content
    assert ran["run_id"] in json.dumps(kept)
    assert (own / "tests/cases/echo.yaml").is_file()
    assert (own / ".shall/local/shall.db").is_file()
    token = ("--header", f"Authorization: Bearer {TOKEN}")
    assert json.loads(curl(*token, f"{server.url}/info"))["workspace"] == "own"
    assert f"the server works in {own}\n" in server.written()
    assert in_root() == before


@pytest.mark.verifies("defences#10.2", "defences#10.5")
def test_o28_an_account_without_a_folder_is_not_ready_and_leaves_nothing_in_the_root(
    serve_unit: Start, curl: Any
) -> None:
    before = in_root()
    server = serve_unit(HOME="/nonexistent")
    ready = json.loads(curl(f"{server.url}/ready"))
    assert ready == {"status": "not ready", "reasons": ["workspace unavailable"]}
    assert "--workspace" in server.written()
    assert in_root() == before


@pytest.mark.verifies("defences#10.3")
def test_o28_doctor_names_the_servers_own_workspace(run: Any, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    env = {"HOME": str(home), "XDG_DATA_HOME": "", "STATE_DIRECTORY": ""}
    done = run("shall", "doctor", cwd=Path("/"), **env)
    assert f"a server started here uses {home}/.local/share/shall" in done.stdout
    assert list(home.iterdir()) == []  # it only looks


@pytest.fixture
def as_user() -> Callable[[int], list[str]]:
    """Returns what to put before a command for it to run as a user who is not root.

    In a user namespace: the interpreter of the tests may lie where no other user can read.
    """

    def words(uid: int) -> list[str]:
        command = ["unshare", "--user", f"--map-user={uid}"]
        tried = subprocess.run([*command, "true"], capture_output=True, text=True, check=False)
        if tried.returncode:
            pytest.skip(f"this machine allows no user namespaces: {tried.stderr.strip()}")
        return command

    return words


@pytest.fixture
def installed(project: Path) -> Path:
    """The folder of document D's project, of which the server may write two only."""
    for name in ("specs", "logs"):
        (project / name).mkdir()
    return project


@pytest.mark.verifies("defences#10.4")
def test_d31_d40_every_check_holds_where_the_projects_folder_is_the_accounts_home(
    start: Start, free_port: Any, run: Any, as_user: Any, installed: Path
) -> None:
    assert pwd.getpwuid(NOBODY).pw_shell.endswith(("nologin", "false"))  # as the page makes mcp
    installed.chmod(0o555)
    [line] = [it for it in unit("mcp-server") if it.startswith("ExecStart=")]
    port = free_port()
    command = ["python", *line.split()[1:-1], str(port)]
    env = {"HOME": str(installed), "MCP_AUTH_TOKEN": TOKEN}
    server = start([*as_user(NOBODY), *command], port, env)
    try:
        tried = run("python", ROOT / "test_mcp_server.py", server.url, "--token", TOKEN)
        assert "10 of 10 checks hold" in tried.stdout, tried.stdout + server.written()
        assert '{"status":"ready"}' in run("curl", "-s", f"{server.url}/ready").stdout
    finally:
        installed.chmod(0o755)
    assert {it.name for it in installed.iterdir()} == {"specs", "logs"}


@pytest.mark.verifies("defences#10.5", "defences#10.6", "defences#10.7")
def test_d18_a_folder_that_the_images_user_cannot_write_is_shown_by_ready(
    start: Start, free_port: Any, curl: Any, as_user: Any, installed: Path
) -> None:
    port = free_port()
    command = [*as_user(1000), *argv("CMD")[:-1], str(port)]
    env = {"HOME": "/home/mcp", "MCP_AUTH_TOKEN": TOKEN}
    (installed / "logs").chmod(0o555)  # as one that docker made for a volume, root's
    server = start(command, port, env)
    answer = curl("--include", f"{server.url}/ready")
    assert answer.startswith("HTTP/1.1 503")
    assert '"reasons":["state not writable"]' in answer
    assert f"{installed}/logs/shall cannot be written: Permission denied" in server.written()
    assert server.stop() == 0
    (installed / "logs").chmod(0o755)
    assert '{"status":"ready"}' in curl(f"{start(command, port, env).url}/ready")


@pytest.mark.verifies("defences#10.7")
def test_d11_d14_the_files_say_which_user_must_be_able_to_write_which_folder() -> None:
    for name in ("Dockerfile", "docker-compose.yml", "docs/operations/deploy.md"):
        text = (ROOT / name).read_text("utf-8")
        assert "chown 1000:1000 specs logs" in text, name
        assert "/ready" in text, name
