"""``shall ui``: what it serves, prints and opens."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from shall.cli.commands import main
from shall.settings import Settings

ADDRESS = "http://127.0.0.1:4321"


class Seen:
    """What the command would serve and open."""

    settings: Settings
    opened: list[str]


@pytest.fixture
def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Seen:
    (tmp_path / "shall.yaml").write_text("server: {workers: 3, host: 0.0.0.0, port: 80}\n")
    monkeypatch.chdir(tmp_path)
    for name in ("MCP_AUTH_TOKEN", "SHALL_AUTH_TOKEN", "CI", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    found = Seen()
    found.opened = []

    def serve(settings: Settings, announce: Callable[[str, Settings], None]) -> int:
        found.settings = settings
        announce(ADDRESS, settings)
        return 0

    monkeypatch.setattr("shall.cli.ui.serve_http", serve)
    monkeypatch.setattr("webbrowser.open_new_tab", found.opened.append)
    return found


@pytest.mark.verifies("pages#5.1")
def test_it_serves_the_project_on_this_machine_alone(
    seen: Seen, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ui"]) == 0
    it = seen.settings
    assert (it.server_host, it.server_port, it.workers) == ("127.0.0.1", 0, 1)
    assert it.workspaces == (tmp_path,)
    assert it.pages
    assert f"{ADDRESS}/" in capsys.readouterr().out


def test_it_serves_another_project_on_another_port(seen: Seen, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    assert main(["ui", "--workspace", "other", "--port", "8123"]) == 0
    assert seen.settings.workspaces == (tmp_path / "other",)
    assert seen.settings.server_port == 8123
    assert main(["ui", "--port", "x"]) == 2


@pytest.mark.verifies("pages#5.2")
def test_it_makes_a_token_for_each_time(seen: Seen, capsys: pytest.CaptureFixture[str]) -> None:
    tokens = set()
    for _ in range(2):
        main(["ui"])
        found = re.search(r"until then: (\S+)", capsys.readouterr().out)
        assert found is not None
        assert found[1] == seen.settings.auth_token
        tokens.add(found[1])
    assert len(tokens) == 2
    assert all(len(it) >= 20 for it in tokens)


@pytest.mark.verifies("pages#5.2")
def test_it_asks_for_the_tokens_of_the_settings_and_prints_none(
    seen: Seen, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHALL_AUTH_TOKEN", "of the operator")
    main(["ui"])
    assert seen.settings.auth_token == "of the operator"
    said = capsys.readouterr().out
    assert "of the operator" not in said
    assert "Sign in with a token of this server." in said


@pytest.mark.verifies("pages#5.3")
@pytest.mark.parametrize("display", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_it_opens_the_address_where_there_is_a_display(
    seen: Seen, monkeypatch: pytest.MonkeyPatch, display: str
) -> None:
    main(["ui"])
    assert seen.opened == []
    monkeypatch.setenv(display, ":0")
    main(["ui", "--no-open"])
    assert seen.opened == []
    main(["ui"])
    assert seen.opened == [f"{ADDRESS}/"]
