import json
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from shall.admin.clients import CLIENTS
from shall.cli.install import install_as_before
from shall.cli.options import parser

Shall = Callable[..., Any]
FILES = {
    ("claude-code", "project"): ".mcp.json",
    ("claude-code", "user"): "~/.claude.json",
    ("claude-desktop", "user"): "~/.config/Claude/claude_desktop_config.json",
    ("cursor", "project"): ".cursor/mcp.json",
    ("cursor", "user"): "~/.cursor/mcp.json",
    ("vscode", "project"): ".vscode/mcp.json",
    ("vscode", "user"): "~/.config/Code/User/mcp.json",
    ("windsurf", "user"): "~/.codeium/windsurf/mcp_config.json",
    ("codex", "user"): "~/.codex/config.toml",
    ("codex", "project"): ".codex/config.toml",
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    for name in ("XDG_CONFIG_HOME", "CLAUDE_CONFIG_DIR", "CODEX_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    return folder


def placed(path: str, home: Path, project: Path) -> Path:
    return home / path[2:] if path.startswith("~/") else project / path


def entry_in(file: Path, client: str) -> dict[str, Any]:
    text = file.read_text("utf-8")
    data = tomllib.loads(text) if file.suffix == ".toml" else json.loads(text)
    entry: dict[str, Any] = data[CLIENTS[client].section]["shall"]
    return entry


@pytest.mark.verifies("cli#3.1", "cli#3.3")
@pytest.mark.parametrize(("client", "scope"), FILES)
def test_the_client_s_file_names_the_server_and_is_written_once(
    shall: Shall, home: Path, project: Path, client: str, scope: str
) -> None:
    named = shall("install", client, "--scope", scope)
    assert named.returncode == 0, named.stderr
    file = placed(FILES[client, scope], home, project)
    assert str(file) in named.stdout
    entry = entry_in(file, client)
    assert [entry["command"], *entry["args"]] == command_for(project)
    before = file.read_bytes()
    again = shall("install", client, "--scope", scope)
    assert again.returncode == 0
    assert "Nothing was changed" in again.stdout
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.glob("*.bak")] == []


def command_for(project: Path) -> list[str]:
    command = [sys.executable, "-P", "-m", "shall", "serve", "--transport", "stdio"]
    return [*command, "--workspace", str(project)]


@pytest.mark.anyio
@pytest.mark.process
@pytest.mark.verifies("cli#3.1")
@pytest.mark.parametrize(("client", "scope"), [("claude-code", "project"), ("codex", "user")])
async def test_what_is_written_starts_the_server(
    shall_process: Shall, home: Path, project: Path, client: str, scope: str
) -> None:
    assert shall_process("install", client, "--scope", scope).returncode == 0
    entry = entry_in(placed(FILES[client, scope], home, project), client)
    (project / "json.py").write_text("raise SystemExit('the project is not the server')\n")
    parameters = StdioServerParameters(
        command=entry["command"], args=entry["args"], env={"PATH": ""}, cwd=project
    )
    with (home / "stderr.log").open("w") as log:
        async with Client(stdio_client(parameters, errlog=log)) as connected:
            assert "run_tests" in {tool.name for tool in (await connected.list_tools()).tools}


@pytest.mark.verifies("cli#3.2")
def test_the_file_as_it_was_stays_beside_the_new_one(
    shall: Shall, home: Path, project: Path
) -> None:
    file = home / ".claude.json"
    file.write_text('{"oauthAccount": {"id": 1}}')
    file.chmod(0o600)
    shall("install", "claude-code", "--scope", "user")
    shall("install", "claude-code", "--scope", "user", "--url", "http://127.0.0.1:1/mcp")
    kept = sorted(home.glob(".claude.json.*.bak"), key=lambda path: path.stat().st_mtime_ns)
    assert kept[0].read_text() == '{"oauthAccount": {"id": 1}}'
    assert "serve" in kept[1].read_text()
    assert json.loads(file.read_text())["oauthAccount"] == {"id": 1}
    assert {path.stat().st_mode & 0o777 for path in (file, *kept)} == {0o600}
    assert [path.name for path in project.iterdir()] == []


def test_a_link_of_the_user_s_own_is_followed_and_one_of_the_project_is_not_led_out(
    shall: Shall, home: Path, project: Path
) -> None:
    (home / "dotfiles").mkdir()
    (home / "dotfiles/mcp.json").write_text("{}")
    (home / ".cursor").mkdir()
    (home / ".cursor/mcp.json").symlink_to("../dotfiles/mcp.json")
    assert shall("install", "cursor", "--scope", "user").returncode == 0
    assert (home / ".cursor/mcp.json").is_symlink()
    assert "shall" in (home / "dotfiles/mcp.json").read_text()
    (project / ".mcp.json").symlink_to(home / "new.json")
    refused = shall("install", "claude-code")
    assert refused.returncode == 2
    assert "symbolic link out of the project" in refused.stderr
    assert not (home / "new.json").exists()


@pytest.mark.verifies("cli#3.4")
def test_a_file_with_comments_is_left_alone(shall: Shall, home: Path, project: Path) -> None:
    del home
    file = project / ".vscode/mcp.json"
    file.parent.mkdir()
    text = '{\n  // mine\n  "servers": {}\n}\n'
    file.write_text(text)
    refused = shall("install", "vscode")
    assert refused.returncode == 2
    assert "comments" in refused.stderr
    assert '"servers": {' in refused.stderr
    assert file.read_text() == text
    assert [path.name for path in file.parent.iterdir()] == ["mcp.json"]


@pytest.mark.verifies("cli#3.5")
def test_a_token_is_named_never_written(shall: Shall, home: Path, project: Path) -> None:
    del home
    done = shall(
        "install",
        "claude-code",
        *("--url", "https://api.example/mcp", "--token-env", "TEAM_TOKEN"),
        TEAM_TOKEN="hunter2-canary",
    )
    assert done.returncode == 0, done.stderr
    assert "TEAM_TOKEN" in done.stdout
    text = (project / ".mcp.json").read_text()
    assert "Bearer ${TEAM_TOKEN}" in text
    assert "hunter2" not in text + done.stdout + done.stderr


@pytest.mark.verifies("cli#3.6")
def test_print_writes_nothing(shall: Shall, home: Path, project: Path) -> None:
    for client in CLIENTS:
        done = shall("install", client, "--print")
        assert done.returncode == 0
        read = tomllib.loads if client == "codex" else json.loads
        assert read(done.stdout)[CLIENTS[client].section]["shall"]["command"] == sys.executable
    assert [*home.iterdir(), *project.iterdir()] == []


@pytest.mark.parametrize(
    ("arguments", "reported"),
    [
        (("windsurf", "--scope", "project"), "no configuration for one project"),
        (("cursor", "--name", "a b"), "--name 'a b'"),
        (("cursor", "--url", "ftp://a"), "not the URL of a server"),
        (("cursor", "--url", "http://u:hunter2@a/mcp"), "--token-env NAME"),
        (("cursor", "--token-env", "A"), "Add --url"),
        (("cursor", "--url", "http://a", "--token-env", "$(x)"), "--token-env"),
        (("cursor", "--workspace", "nowhere"), "does not exist"),
        (("cursor", "--workspace", "/"), "too broad"),
        (("claude-desktop", "--url", "http://a/mcp"), "cannot contain a server at a URL"),
        (("emacs",), "invalid choice"),
    ],
)
def test_what_cannot_be_written_is_refused(
    shall: Shall, home: Path, project: Path, arguments: tuple[str, ...], reported: str
) -> None:
    done = shall("install", *arguments)
    assert done.returncode == 2
    assert reported in done.stderr
    assert "hunter2" not in done.stderr
    assert [*home.iterdir(), *project.iterdir()] == []


def test_a_folder_or_other_bytes_in_the_file_s_place_are_reported(
    shall: Shall, home: Path, project: Path
) -> None:
    del home
    (project / ".mcp.json").mkdir()
    assert "is not a file" in shall("install", "claude-code").stderr
    (project / ".cursor").mkdir()
    (project / ".cursor/mcp.json").write_bytes(b"\xff\xfe{}")
    assert "not UTF-8" in shall("install", "cursor").stderr
    (project / ".vscode").write_text("in the way")
    blocked = shall("install", "vscode")
    assert blocked.returncode == 2
    assert "cannot be written" in blocked.stderr


@pytest.mark.verifies("cli#3.7")
def test_the_earlier_command_installs_for_claude_code(
    home: Path, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    del home
    monkeypatch.chdir(project)
    assert install_as_before([]) == 0
    assert entry_in(project / ".mcp.json", "claude-code")["command"] == sys.executable
    assert install_as_before(["codex", "--print"]) == 0
    assert "[mcp_servers.shall]" in capsys.readouterr().out
    assert [path.name for path in project.iterdir()] == [".mcp.json"]


def test_the_command_line_offers_every_client() -> None:
    for client in CLIENTS:
        assert parser().parse_args(["install", client]).client == client
    with pytest.raises(SystemExit):
        parser().parse_args(["install"])
