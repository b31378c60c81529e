import subprocess
import sys
from pathlib import Path

import pytest

from shall import value_types as types
from shall.errors import InvalidSetting
from shall.settings import SETTINGS, read_settings
from shall.settings.page import settings_page, settings_table

ROOT = Path(__file__).parents[2]


@pytest.mark.verifies("cli#2.1")
def test_flags_win_over_environment_over_file_over_defaults(tmp_path: Path) -> None:
    def concurrency(flags: dict[str, str], environ: dict[str, str]) -> tuple[int, str]:
        settings, sources = read_settings(flags, environ, tmp_path)
        return settings.concurrency, str(sources["concurrency"])

    assert concurrency({}, {}) == (16, "default")
    (tmp_path / "shall.yaml").write_text("# ours\nconcurrency: 3\n")
    assert concurrency({}, {}) == (3, "file shall.yaml:2:14")
    environ = {"SHALL_CONCURRENCY": "4"}
    assert concurrency({}, environ) == (4, "environment SHALL_CONCURRENCY")
    assert concurrency({"concurrency": "5"}, environ) == (5, "flag --concurrency")
    assert concurrency({}, {"SHALL_CONCURRENCY": " "}) == (3, "file shall.yaml:2:14")


@pytest.mark.verifies("cli#2.2")
@pytest.mark.parametrize(
    ("name", "value", "setting", "expected"),
    [
        ("MCP_TRANSPORT", "stdio", "transport", "stdio"),
        ("MCP_TRANSPORT", "http-stream", "transport", "http"),
        ("MCP_HOST", "0.0.0.0", "server_host", "0.0.0.0"),
        ("MCP_PORT", "8123", "server_port", 8123),
        ("MCP_SERVER_HOST", "::", "server_host", "::"),
        ("MCP_SERVER_PORT", "3001", "server_port", 3001),
        ("MCP_SSE_PATH", "/tools/", "path", "/tools"),
        ("MCP_AUTH_TOKEN", "t", "auth_token", "t"),
        ("MCP_LOG_LEVEL", "debug", "log_level", "DEBUG"),
        ("MCP_LOG_FILE", "/var/log/x.log", "log_file", Path("/var/log/x.log")),
        ("PYTEST_TIMEOUT", "2", "run_timeout_s", 2.0),
        ("MAX_ERROR_LENGTH", "80", "max_error_length", 80),
        ("MAX_HISTORY_SIZE", "2", "max_history_size", 2),
        ("ATF_REPO_ROOT", "/srv/shop", "workspaces", (Path("/srv/shop"),)),
        ("SHALL_WORKSPACES", "/a:/b", "workspaces", (Path("/a"), Path("/b"))),
        ("SHALL_STATE_DIR", "state", "state_dir", Path("state")),
        ("NO_COLOR", "1", "no_color", True),
        ("SHALL_INSECURE", "yes", "insecure", True),
    ],
)
def test_the_names_of_both_earlier_projects_count(
    tmp_path: Path, name: str, value: str, setting: str, expected: object
) -> None:
    settings, sources = read_settings({}, {name: value}, tmp_path)
    assert getattr(settings, setting) == expected
    assert str(sources[setting]) == f"environment {name}"


def test_our_own_name_wins_over_an_older_one(tmp_path: Path) -> None:
    environ = {"MCP_PORT": "1", "SHALL_SERVER_PORT": "2"}
    assert read_settings({}, environ, tmp_path)[0].server_port == 2


@pytest.mark.parametrize(
    ("environ", "text", "language"),
    [
        ({}, "", "en"),
        ({"LANG": "zh_CN.UTF-8"}, "", "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "", "en"),
        ({"LANG": "en_GB.UTF-8"}, "language: zh", "zh"),
        ({"SHALL_LANG": "en"}, "language: zh", "en"),
    ],
)
def test_the_locale_counts_last(
    tmp_path: Path, environ: dict[str, str], text: str, language: str
) -> None:
    (tmp_path / "shall.yaml").write_text(text)
    assert read_settings({}, environ, tmp_path)[0].language == language


@pytest.mark.verifies("cli#2.3")
def test_every_bad_value_is_reported_with_its_source(tmp_path: Path) -> None:
    (tmp_path / "shall.yaml").write_text(
        "concurency: 3\nzzz: 1\nsecrets: password\nprojects: {a: {}}\nvariables: 5\nhost: 7\n"
    )
    environ = {
        "MCP_PORT": "abc",
        "PYTEST_TIMEOUT": "-1",
        "MAX_HISTORY_SIZE": "0",
        "SHALL_WORKERS": "100000",
        "MCP_TRANSPORT": "pigeon",
        "MCP_SSE_PATH": "mcp",
        "MCP_LOG_LEVEL": "LOUD",
        "SHALL_INSECURE": "maybe",
    }
    with pytest.raises(InvalidSetting) as refused:
        read_settings({"concurrency": 1.5}, environ, tmp_path)
    text = str(refused.value)
    for words in (
        "shall.yaml:1:1: Unknown key concurency. Did you mean concurrency?",
        "Unknown key zzz. Available:",
        "flag --concurrency: concurrency is 1.5: not a whole number.",
        "environment MCP_PORT: server_port is abc: not a whole number.",
        "environment PYTEST_TIMEOUT: run_timeout_s is -1: it must be more than 0.",
        "environment MAX_HISTORY_SIZE: max_history_size is 0: it must be 1 or more.",
        "environment SHALL_WORKERS: workers is 100000: it must be 1 to 128.",
        "transport is pigeon: it must be stdio",
        "path is mcp: it must start with /",
        "log_level is LOUD",
        "insecure is maybe: neither true nor false.",
        "secrets is password: not a list of names.",
        "the project a has no host",
        "variables is 5: not keys and values.",
        "host is 7: not a text.",
    ):
        assert words in text, words


def test_the_names_of_the_transports(tmp_path: Path) -> None:
    for said, meant in {"sse": "sse", "http-stream": "http", "HTTP": "http"}.items():
        assert read_settings({}, {"MCP_TRANSPORT": said}, tmp_path)[0].transport == meant


def test_sections_of_the_file_and_the_places_of_their_keys(tmp_path: Path) -> None:
    (tmp_path / "shall.yaml").write_text(
        "server:\n  port: 9000\n  trusted_proxies: [10.0.0.0/8]\ntargets: {allow: a.example}\n"
    )
    settings, sources = read_settings({}, {}, tmp_path)
    assert (settings.server_port, settings.trusted_proxies) == (9000, ("10.0.0.0/8",))
    assert settings.targets_allow == ("a.example",)
    assert str(sources["server_port"]) == "file shall.yaml:2:9"
    (tmp_path / "shall.yaml").write_text("server: {prot: 1, rate_per_s: -1, max_concurrent: -1}\n")
    with pytest.raises(InvalidSetting) as refused:
        read_settings({}, {}, tmp_path)
    text = str(refused.value)
    assert "Unknown key server.prot. Did you mean server.port?" in text
    assert "rate_per_s is -1: it must be 0 or more" in text
    assert "max_concurrent is -1: it must be 0 or more" in text


@pytest.mark.verifies("cli#2.5")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("keeep: all", "Unknown key keeep. Did you mean keep?"),
        ("server: {prot: 1}", "Unknown key server.prot. Did you mean server.port?"),
        ("targets: {zzz: 1}", "Unknown key targets.zzz. Available: allow, deny."),
        ("targets: [a]", "Unknown key targets. Available: targets.allow, targets.deny."),
        ("port: 1", "Unknown key port. Write it as server.port."),
        ("deny: [a]", "Unknown key deny. Write it as targets.deny."),
    ],
)
def test_an_unknown_key_is_compared_with_the_keys_of_its_section(
    tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "shall.yaml").write_text(text)
    with pytest.raises(InvalidSetting) as refused:
        read_settings({}, {}, tmp_path)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("environ", "reason"),
    [
        ({"SHALL_PUBLIC_URL": "mcp.example.com"}, "it must be a URL such as"),
        ({"SHALL_SESSIONS": "perhaps"}, "neither true nor false"),
        ({"SHALL_INSTANCE": "a.b"}, "up to 32 letters and digits"),
        ({"SHALL_TRUSTED_PROXIES": "10.0.0.0/99"}, "does not appear to be"),
        ({"SHALL_LOG_FORMAT": "xml"}, "it must be console or json"),
        ({"SHALL_RATE": "often"}, "not a number"),
    ],
)
def test_bad_values_of_a_server(tmp_path: Path, environ: dict[str, str], reason: str) -> None:
    with pytest.raises(InvalidSetting, match=reason):
        read_settings({}, environ, tmp_path)


def test_values_of_a_server(tmp_path: Path) -> None:
    environ = {"SHALL_SESSIONS": "0", "SHALL_TOOLS": "run_tests, read_file", "SHALL_RATE": "2.5"}
    settings, _ = read_settings({"rate_per_s": 1}, environ, tmp_path)
    assert (settings.sessions, settings.tools) == ("no", ("run_tests", "read_file"))
    assert settings.rate_per_s == 1
    assert read_settings({}, {"SHALL_SESSIONS": "Auto"}, tmp_path)[0].sessions == "auto"


@pytest.mark.verifies("cli#1.5")
def test_secret_variables_are_masked_wherever_they_stand(tmp_path: Path) -> None:
    (tmp_path / "shall.yaml").write_text(
        "secrets: [pet]\n"
        "variables: {db: {password: canary1}, api_token: canary2, PET: canary3, shop: open}\n"
    )
    shown = str(settings_table(*read_settings({}, {}, tmp_path)))
    assert "canary" not in shown
    assert '"shop": "open"' in shown


def test_a_port_beyond_the_range_and_no_number_of_seconds(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="0 to 65535"):
        read_settings({"server_port": "70000"}, {}, tmp_path)
    with pytest.raises(InvalidSetting, match="not a number of seconds"):
        read_settings({"run_timeout_s": "soon"}, {}, tmp_path)


@pytest.mark.parametrize("text", ["[1]", "a: [", "a: 1\na: 2\n"])
def test_a_settings_file_that_cannot_be_read_is_reported(tmp_path: Path, text: str) -> None:
    (tmp_path / "shall.yaml").write_text(text)
    with pytest.raises(InvalidSetting, match=r"shall\.yaml:"):
        read_settings({}, {}, tmp_path)


def test_a_settings_file_that_is_no_text_is_reported(tmp_path: Path) -> None:
    (tmp_path / "shall.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidSetting, match="cannot be read"):
        read_settings({}, {}, tmp_path)


def test_projects_may_be_written_short(tmp_path: Path) -> None:
    (tmp_path / "shall.yaml").write_text("projects: {a: {host: http://a}, b: http://b}\n")
    settings, _ = read_settings({}, {}, tmp_path)
    assert settings.project_hosts == {"a": "http://a", "b": "http://b"}


def test_a_secret_is_shown_only_as_being_there(tmp_path: Path) -> None:
    environ = {"MCP_AUTH_TOKEN": "canary"}
    table = settings_table(*read_settings({}, environ, tmp_path))
    assert "canary" not in str(table)
    assert ("auth_token", "***", "environment MCP_AUTH_TOKEN") in [row[:3] for row in table]
    assert types.shown("", is_secret=True) == ""
    assert types.shown({"a": 1}, is_secret=False) == '{"a": 1}'
    assert types.shown(True, is_secret=False) == "true"


@pytest.mark.verifies("cli#2.4")
def test_the_page_of_the_documentation_is_the_table() -> None:
    page = (ROOT / "docs/reference/settings.md").read_text()
    assert page == settings_page(), "write it anew: python -m shall.settings.page"
    assert all(f"`{setting.name}`" in page for setting in SETTINGS)


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("shall.settings", "pydantic mcp asyncio pycurl yaml yaml_rs"),
        ("shall.serve.stdio", "pycurl yaml yaml_rs uvloop prometheus_client limits redis"),
    ],
)
def test_nothing_is_loaded_before_it_is_needed(module: str, heavy: str) -> None:
    code = (
        f"import sys, {module}; heavy = '{heavy}'.split();"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("path", it) for it in ("//x", "/a://b", "/a/../b", "/.", "/a%20b", "/é", "/a//b", "a")),
        ("log_file", "a\0b"),
        ("server_host", "a\nb"),
        ("client_cert_header", "x-é"),
        ("client_cert_header", "x: y"),
    ],
)
def test_a_value_that_would_fail_later_is_refused_here(
    tmp_path: Path, name: str, value: str
) -> None:
    with pytest.raises(InvalidSetting, match=f"{name} is"):
        read_settings({name: value}, {}, tmp_path)


@pytest.mark.parametrize("path", ["/", "/mcp", "/api/v1", "/.well-known/mcp"])
def test_a_path_is_taken_as_it_is(tmp_path: Path, path: str) -> None:
    settings, _ = read_settings({"path": path}, {}, tmp_path)
    assert settings.path == path


def test_a_wrong_value_in_the_file_is_named_as_its_key_is_there(tmp_path: Path) -> None:
    (tmp_path / "shall.yaml").write_text("gate: {minimum: 200}\n")
    with pytest.raises(InvalidSetting, match=r"shall\.yaml:1:17: gate\.minimum is 200: it must"):
        read_settings({}, {}, tmp_path)
