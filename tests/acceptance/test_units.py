"""The systemd units, the cron line and the logrotate file, with the programs that read them."""

import os
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
UNITS = pytest.mark.parametrize("name", ["mcp-server", "api-auto-test-mcp"])


def unit(name: str) -> list[str]:
    text = (ROOT / f"deploy/systemd/{name}.service").read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_o20_the_unit_says_what_the_document_says() -> None:
    lines = unit("api-auto-test-mcp")
    assert {
        "After=network.target",
        "Type=simple",
        "Environment=MCP_TRANSPORT=sse",
        "ExecStart=/usr/local/bin/api-auto-test-mcp",
        "Restart=always",
        "RestartSec=3",
        "WantedBy=multi-user.target",
    } <= set(lines)
    assert sum(line.startswith("Environment=") for line in lines) == 7


def test_o14_the_command_of_the_unit_is_installed(run: Any) -> None:
    assert run("sh", "-c", "command -v api-auto-test-mcp").returncode == 0


def test_o24_production_installs_nothing() -> None:
    assert "Environment=ATF_AUTO_INSTALL_DEPS=0" in unit("api-auto-test-mcp")


def test_d31_d32_d33_the_unit_says_what_the_document_says() -> None:
    home = "/opt/mcp-server-spec-python"
    assert {
        "User=mcp",
        "Group=mcp",
        f"WorkingDirectory={home}",
        f"ExecStart={home}/venv/bin/python -m mcp_server_spec.main --transport http-stream"
        " --host 0.0.0.0 --port 3001",
        "Restart=always",
        "RestartSec=10",
        "StandardOutput=journal",
        "SyslogIdentifier=mcp-server",
        "NoNewPrivileges=true",
        "PrivateTmp=true",
        "ProtectSystem=strict",
        "ProtectHome=true",
        f"ReadWritePaths={home}/specs {home}/logs",
        "WantedBy=multi-user.target",
    } <= set(unit("mcp-server"))
    assert any(line.startswith(f"Environment=PATH={home}/venv/bin:") for line in unit("mcp-server"))


@pytest.mark.verifies("deploy#1.3")
@UNITS
def test_o20_d31_systemd_accepts_the_unit(run: Any, tmp_path: Path, name: str) -> None:
    text = (ROOT / f"deploy/systemd/{name}.service").read_text("utf-8")
    # Only the program is another: systemd looks whether it can be run.
    text = re.sub(r"^ExecStart=\S+", "ExecStart=/usr/bin/true", text, flags=re.MULTILINE)
    file = tmp_path / f"{name}.service"
    file.write_text(text, "utf-8")
    verified = run("systemd-analyze", "verify", "--man=no", file)
    assert (verified.returncode, verified.stderr) == (0, "")


@pytest.mark.verifies("deploy#1.3")
@UNITS
def test_d33_the_unit_exposes_little(run: Any, name: str) -> None:
    file = ROOT / f"deploy/systemd/{name}.service"
    shown = run("systemd-analyze", "security", "--offline=true", "--no-pager", file).stdout
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", shown)
    assert found, shown
    assert float(found[1]) <= 2.0


@pytest.mark.parametrize("command", ["api-auto-test-mcp", "mcp_server_spec"])
def test_o20_a_stop_by_systemd_ends_the_server_with_status_0(
    serve_api: Any, serve_spec: Any, command: str
) -> None:
    server = serve_api() if command == "api-auto-test-mcp" else serve_spec()
    assert server.stop() == 0


def test_d36_the_cron_line_runs_the_check_every_five_minutes(
    run: Any, tmp_path: Path, serve_spec: Any
) -> None:
    lines = (ROOT / "deploy/cron/mcp-health").read_text("utf-8").splitlines()
    [line] = [it for it in lines if not it.startswith("#")]
    *when, user, command = line.split(maxsplit=6)
    assert (when, user) == (["*/5", "*", "*", "*", "*"], "mcp")
    log = tmp_path / "mcp-health.log"
    assert "/var/log/mcp-health.log" in command
    command = command.replace("/var/log/mcp-health.log", str(log))
    command = command.replace("/opt/mcp-server-spec-python", str(ROOT))
    url = f"{serve_spec().url}/health"
    assert run("sh", "-c", command.replace(".sh", f".sh {url}")).returncode == 0
    assert log.read_text("utf-8") == "✓ MCP 服务器健康\n"


@pytest.mark.verifies("deploy#1.10")
def test_o25_logrotate_accepts_the_file_and_renames_the_log(run: Any, tmp_path: Path) -> None:
    text = (ROOT / "deploy/logrotate/shall").read_text("utf-8")
    assert "copytruncate" not in text  # a line written between the two would be lost
    text = text.replace("/var/log/", f"{tmp_path}/")
    owner = f"{os.getuid()} {os.getgid()}"
    text = text.replace("mcp mcp", "root root" if owner == "0 0" else owner)
    file = tmp_path / "shall"
    file.write_text(text, "utf-8")
    file.chmod(0o644)
    (tmp_path / "mcp-server").mkdir()
    logs = [tmp_path / "mcp-server.log", tmp_path / "mcp-server/mcp-server.log"]
    for log in logs:
        log.write_text("one line\n")
    state = ("--state", tmp_path / "state")
    rotated = run("logrotate", "--force", *state, file)
    assert (rotated.returncode, rotated.stderr) == (0, "")
    assert [Path(f"{log}.1").read_text() for log in logs] == ["one line\n"] * 2
    assert [log.read_text() for log in logs] == ["", ""]
