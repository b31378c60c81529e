"""The Dockerfile and the compose file. No image is built here: they are linted and read."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]


def instructions() -> list[str]:
    """Return the lines of the Dockerfile, continued ones joined, without comments."""
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    return [
        " ".join(it.split()) for it in text.splitlines() if it and not it.lstrip().startswith("#")
    ]


def argv(start: str) -> list[str]:
    """Return the command of the instruction that begins so."""
    [line] = [it for it in instructions() if it.startswith(start)]
    command = json.loads(line[line.index("[") :])
    assert isinstance(command, list)
    return command


def test_d11_the_image_is_the_one_of_the_document() -> None:
    lines = instructions()
    assert lines[:3] == ["FROM python:3.11-slim", "WORKDIR /app", "COPY . ."]
    assert "EXPOSE 3001" in lines
    assert any(it.startswith("RUN pip install ") for it in lines)


@pytest.mark.verifies("deploy#1.4")
def test_d11_hadolint_finds_nothing(run: Any) -> None:
    linted = run("hadolint", ROOT / "Dockerfile")
    assert (linted.returncode, linted.stdout) == (0, "")


def test_d11_the_image_does_not_run_as_root_and_holds_no_history() -> None:
    lines = instructions()
    assert "USER 1000:1000" in lines
    assert lines.index("USER 1000:1000") > max(
        at for at, it in enumerate(lines) if it.startswith("RUN")
    )
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    kept = {it[1:] for it in ignored if it.startswith("!")}
    assert ignored[1] == "*"
    assert kept == {"LICENSE", "README.md", "examples", "pyproject.toml", "src"}


def test_d11_what_is_not_ignored_is_enough_to_install(run: Any, tmp_path: Path) -> None:
    for name in ("LICENSE", "README.md", "examples", "pyproject.toml", "src"):
        run("cp", "-r", ROOT / name, tmp_path / name)
    flags = ("--no-deps", "--no-index", "--no-build-isolation", "--quiet")
    installed = run(
        "python", "-m", "pip", "install", *flags, "--target", tmp_path / "installed", tmp_path
    )
    assert installed.returncode == 0, installed.stderr
    assert (tmp_path / "installed/mcp_server_spec/main.py").exists()


@pytest.mark.parametrize("file", ["Dockerfile", "docker-compose.yml"])
def test_d12_d19_the_health_check_needs_no_curl_and_distinguishes_up_from_down(
    serve_spec: Any, run: Any, file: str
) -> None:
    if file == "Dockerfile":
        [line] = [it for it in instructions() if it.startswith("HEALTHCHECK")]
        assert "--interval=30s --timeout=10s --start-period=5s --retries=3" in line
        command = argv("HEALTHCHECK")
    else:
        check = compose()["services"]["mcp-server"]["healthcheck"]
        times = {"interval": "30s", "timeout": "10s", "retries": 3, "start_period": "40s"}
        assert {name: check[name] for name in times} == times
        command = check["test"][1:]
    assert command[0] == "python"
    server = serve_spec()
    command = [it.replace("localhost:3001", f"localhost:{server.port}") for it in command]
    assert run(*command).returncode == 0
    server.stop()
    assert run(*command).returncode == 1


def test_d13_the_image_starts_the_command_of_the_document() -> None:
    wanted = "python -m mcp_server_spec.main --transport http-stream --host 0.0.0.0 --port 3001"
    assert argv("CMD") == wanted.split()


def test_d14_the_docker_commands_are_documented() -> None:
    page = (ROOT / "docs/operations/deploy.md").read_text("utf-8")
    for command in (
        "docker build -t mcp-server-spec-python .",
        "docker run -d --name mcp-server -p 3001:3001 --restart unless-stopped",
        "docker logs -f mcp-server",
        "docker-compose up -d",
    ):
        assert command in page


def compose() -> Any:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))


@pytest.mark.verifies("deploy#1.4")
def test_d15_d16_d17_d18_compose_accepts_the_file(run: Any) -> None:
    checked = run("docker-compose", "-f", ROOT / "docker-compose.yml", "config")
    assert (checked.returncode, checked.stderr) == (0, "")
    server = yaml.safe_load(checked.stdout)["services"]["mcp-server"]
    assert server["ports"] == [{"published": 3001, "target": 3001}]
    assert server["restart"] == "unless-stopped"
    assert server["environment"] == {
        "MCP_AUTH_TOKEN": "",
        "MCP_LOG_LEVEL": "INFO",
        "MCP_SERVER_HOST": "0.0.0.0",
        "MCP_SERVER_PORT": "3001",
    }
    assert server["volumes"] == [f"{ROOT}/specs:/app/specs:rw", f"{ROOT}/logs:/app/logs:rw"]
    assert compose()["version"] == "3.8"


def test_d20_nginx_stands_before_the_server_and_reaches_it_by_its_name() -> None:
    nginx = compose()["services"]["nginx"]
    assert nginx["image"] == "nginx:alpine"
    assert nginx["ports"] == ["80:80", "443:443"]
    assert nginx["depends_on"] == ["mcp-server"]
    mounted = dict(it.split(":")[:2] for it in nginx["volumes"])
    assert mounted == {"./nginx.conf": "/etc/nginx/nginx.conf", "./ssl": "/etc/nginx/ssl"}
    text = (ROOT / "nginx.conf").read_text("utf-8")
    assert "server mcp-server:3001;" in text
    assert re.findall(r"ssl_certificate\w* (\S+);", text) == [
        "/etc/nginx/ssl/server.crt",
        "/etc/nginx/ssl/server.key",
    ]
