import json
import tomllib
from typing import Any

import pytest

from shall.admin.client_text import merged
from shall.admin.clients import CLIENTS, Machine, Scope, Server
from shall.errors import InvalidInput

HERE = Server("shall", ("/usr/bin/python", "-m", "shall"))
ENTRY: dict[str, Any] = {"command": "/usr/bin/python", "args": ["-m", "shall"]}
JSON = {"mcpServers": {"shall": ENTRY}}
TOML = {"mcp_servers": {"shall": ENTRY}}


def json_of(text: str, additions: dict[str, Any] | None = None) -> Any:
    return json.loads(merged(text, additions or JSON, toml=False))


@pytest.mark.verifies("cli#3.2")
def test_every_other_setting_of_a_json_file_stays() -> None:
    held = {
        "theme": "深色",
        "half": "\ud800",
        "big": 12345678901234567890,
        "mcpServers": {"other": {"command": "x"}, "shall": {"command": "old", "env": {"A": "1"}}},
        "last": [1.5, None, {"a": []}],
    }
    text = json.dumps(held, indent="\t")
    after = merged(text, JSON, toml=False)
    wanted = json.loads(text)
    wanted["mcpServers"]["shall"] = {**ENTRY, "env": {"A": "1"}}
    assert json.loads(after) == wanted
    assert list(json.loads(after)) == list(held)
    assert '\n\t"theme"' in after
    assert merged(after, JSON, toml=False) == after


def test_a_server_that_moves_to_a_url_is_not_started_too() -> None:
    cursor = CLIENTS["cursor"]
    before = json.dumps(cursor.additions(HERE))
    after = json_of(before, cursor.additions(Server("shall", url="http://a/mcp")))
    assert after == {"mcpServers": {"shall": {"url": "http://a/mcp"}}}


@pytest.mark.parametrize("text", ["", " \n", "\ufeff{}", "{}"])
def test_an_empty_file_is_one_without_settings(text: str) -> None:
    assert json_of(text) == JSON
    assert tomllib.loads(merged("", TOML, toml=True)) == TOML


@pytest.mark.verifies("cli#3.4")
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{\n  // mine\n  "a": 1\n}', "contains comments that would be lost"),
        ('{"a": 1, /* mine */ "b": 2}', "contains comments|not plain JSON"),
        ('{"a": 1,}', "not plain JSON"),
        ('{"a": 1, "a": 2}', "duplicate key"),
        ("[1]", "not a JSON object"),
        ('{"mcpServers": []}', "'mcpServers' has an unexpected type"),
        ("[" * 100_000, "not plain JSON"),
    ],
)
def test_json_that_would_lose_something_is_left_alone(text: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why) as raised:
        merged(text, JSON, toml=False)
    assert raised.value.hint is not None
    shown = raised.value.hint.partition("\n")[2]
    assert json.loads(shown) == JSON


CODEX = """\
# my settings
model = "gpt" # the best
[mcp_servers.other]
command = "x"

[mcp_servers.shall]
command = "old"
startup_timeout_sec = 20
# ours, inside

[mcp_servers.shall.env]
A = "1"

# about tools
[tools]
web_search = true
"""


@pytest.mark.verifies("cli#3.2")
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_only_our_table_of_a_toml_file_changes(end: str) -> None:
    text = CODEX.replace("\n", end)
    after = merged(text, TOML, toml=True)
    wanted = tomllib.loads(text)
    wanted["mcp_servers"]["shall"] = {**ENTRY, "startup_timeout_sec": 20, "env": {"A": "1"}}
    assert tomllib.loads(after) == wanted
    before_ours, _, _ = text.partition("[mcp_servers.shall]")
    assert after.startswith(before_ours)
    assert after.endswith(f"{end}{end}# about tools{end}[tools]{end}web_search = true{end}")
    assert after.count(end) == after.count("\n")
    assert merged(after, TOML, toml=True) == after


@pytest.mark.parametrize("text", ['a = "b"', "a = 1\n", "a = 1\n\n", "[mcp_servers]\n"])
def test_a_table_is_added_at_the_end(text: str) -> None:
    after = merged(text, TOML, toml=True)
    assert after.startswith(text)
    assert "\n\n[mcp_servers.shall]\n" in after
    wanted = tomllib.loads(text)
    assert tomllib.loads(after) == {**wanted, **TOML}


@pytest.mark.parametrize("name", ['"shall"', " shall ", "'shall'"])
def test_a_table_is_found_however_its_name_is_written(name: str) -> None:
    after = merged(f"[mcp_servers.{name}] # x\ncommand = 'old'\n", TOML, toml=True)
    assert tomllib.loads(after) == TOML
    assert after.count("[mcp_servers") == 1


def test_values_of_other_kinds_and_odd_texts_survive() -> None:
    odd = {"mcp_servers": {"shall": {"command": 'a"\\\x7f\x01\n深', "args": []}}}
    text = "[mcp_servers.shall]\ncommand = 'x'\ntools = {a = {b = [1.5, true]}}\n"
    after = tomllib.loads(merged(text, odd, toml=True))
    ours = {**odd["mcp_servers"]["shall"], "tools": {"a": {"b": [1.5, True]}}}
    assert after == {"mcp_servers": {"shall": ours}}


@pytest.mark.verifies("cli#3.4")
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a = ", "not TOML"),
        ("mcp_servers = {shall = {command = 'x'}}\n", "without affecting other settings"),
        ("[mcp_servers]\nshall = {command = 'x'}\n", "without affecting other settings"),
        ("[mcp_servers.shall]\nsince = 2026-01-01\n", "without affecting other settings"),
        ("text = '''\n[mcp_servers.shall]\n'''\n[mcp_servers.shall]\nurl = 'x'\n", "affecting"),
    ],
)
def test_toml_that_cannot_be_edited_by_tables_is_left_alone(text: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why) as raised:
        merged(text, TOML, toml=True)
    assert raised.value.hint is not None
    assert tomllib.loads(raised.value.hint.partition("\n")[2]) == TOML


@pytest.mark.verifies("cli#3.5")
@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("claude-code", {"type": "http", "headers": {"Authorization": "Bearer ${TOKEN}"}}),
        ("cursor", {"headers": {"Authorization": "Bearer ${env:TOKEN}"}}),
        ("vscode", {"type": "http", "headers": {"Authorization": "Bearer ${input:shall-token}"}}),
        ("windsurf", {"headers": {"Authorization": "Bearer ${env:TOKEN}"}}),
        ("codex", {"bearer_token_env_var": "TOKEN"}),
    ],
)
def test_a_token_is_named_as_each_client_names_it(name: str, entry: dict[str, Any]) -> None:
    client = CLIENTS[name]
    added = client.additions(Server("shall", url="http://a/mcp", token_variable="TOKEN"))
    key = "serverUrl" if name == "windsurf" else "url"
    assert added[client.section] == {"shall": {**entry, key: "http://a/mcp"}}
    if name == "vscode":
        [asked] = added["inputs"]
        assert (asked["id"], asked["password"]) == ("shall-token", True)
        other = {"id": "other", "type": "promptString"}
        merged_once = json_of(json.dumps({"inputs": [other, {"id": "shall-token"}]}), added)
        assert merged_once["inputs"] == [other, asked]


def test_claude_desktop_s_file_cannot_name_a_url() -> None:
    with pytest.raises(InvalidInput, match=r"cannot contain a server at a URL.*Connectors"):
        CLIENTS["claude-desktop"].additions(Server("shall", url="http://a/mcp"))


@pytest.mark.parametrize(
    ("platform", "environ", "name", "path"),
    [
        ("linux", {}, "claude-desktop", "home/.config/Claude/claude_desktop_config.json"),
        ("linux", {"XDG_CONFIG_HOME": "/x"}, "vscode", "/x/Code/User/mcp.json"),
        ("darwin", {}, "vscode", "home/Library/Application Support/Code/User/mcp.json"),
        ("linux", {}, "claude-code", "home/.claude.json"),
        ("linux", {"CLAUDE_CONFIG_DIR": "/c"}, "claude-code", "/c/.claude.json"),
        ("linux", {"CODEX_HOME": "/c"}, "codex", "/c/config.toml"),
        ("linux", {}, "windsurf", "home/.codeium/windsurf/mcp_config.json"),
    ],
)
def test_files_lie_where_the_client_looks(
    tmp_path: Any, platform: str, environ: dict[str, str], name: str, path: str
) -> None:
    machine = Machine(tmp_path / "home", platform, environ)
    assert CLIENTS[name].file(Scope.USER, machine, tmp_path) == tmp_path / path
