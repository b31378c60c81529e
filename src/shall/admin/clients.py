"""What MCP clients read to find a server: which file, of which shape. Text in, text out.

The shapes are those of each client's own documentation in late 2026: Claude Code ``.mcp.json`` and
``~/.claude.json``, Claude Desktop ``claude_desktop_config.json``, Cursor ``mcp.json``, VS Code
``mcp.json`` (``servers`` and ``inputs``), Windsurf ``mcp_config.json`` (``serverUrl``), Codex
``config.toml`` (``mcp_servers``).
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from shall.errors import InvalidInput


class Scope(StrEnum):
    """Whom a configuration is for: every project of a user, or one project."""

    USER = "user"
    PROJECT = "project"


class Machine(Struct, frozen=True):
    """Where a user's files lie. ``platform`` as ``sys.platform`` names it."""

    home: Path
    platform: str
    environ: Mapping[str, str] = field(default_factory=dict)

    @property
    def applications(self) -> Path:
        """The folder in which desktop applications keep their settings."""
        if self.platform == "darwin":
            return self.home / "Library" / "Application Support"
        return self.folder("XDG_CONFIG_HOME", ".config")

    def folder(self, variable: str, default: str) -> Path:
        """Return the folder that an environment variable names, else one below home."""
        return Path(self.environ.get(variable) or self.home / default)


class Server(Struct, frozen=True):
    """How a client reaches the server: by a ``command`` that it starts, or at a ``url``.

    ``token_variable`` names the environment variable that holds the bearer token for the URL.
    """

    name: str
    command: tuple[str, ...] = ()
    url: str = ""
    token_variable: str = ""


class Client(Struct, frozen=True):
    """One MCP client: its files for each scope, the first being the default, and its shape.

    ``section`` is the key of the servers; ``remote`` returns the entry of a server at a
    URL, None where the client's file cannot name one.
    """

    title: str
    files: Mapping[Scope, Callable[[Machine, Path], Path]]
    section: str
    next_step: str
    remote: Callable[[Server], dict[str, Any]] | None
    names_type: bool = False
    credential_note: str = "The client reads the token from the environment variable {variable}."

    @property
    def default_scope(self) -> Scope:
        """The scope where nobody names one."""
        return next(iter(self.files))

    def file(self, scope: Scope, machine: Machine, project: Path) -> Path:
        """Return the file that the client reads.

        Raises:
            InvalidInput: The client knows no such scope.
        """
        if scope not in self.files:
            raise InvalidInput(
                f"{self.title} has no configuration for one {scope}.",
                hint=f"Omit --scope, or use --scope {self.default_scope}.",
            )
        return self.files[scope](machine, project)

    def entry(self, server: Server) -> dict[str, Any]:
        """Return the entry of the server in the client's file.

        Raises:
            InvalidInput: The client's file cannot contain a server at a URL.
        """
        if not server.url:
            program, *arguments = server.command
            kind = {"type": "stdio"} if self.names_type else {}
            return {**kind, "command": program, "args": arguments}
        if self.remote is None:
            raise InvalidInput(
                f"The configuration file of {self.title} cannot contain a server at a URL.",
                hint="Add it under Settings > Connectors, or omit --url.",
            )
        return self.remote(server)

    def additions(self, server: Server) -> dict[str, Any]:
        """Return all that the client's file must contain, and nothing else.

        Raises:
            InvalidInput: The client's file cannot contain a server at a URL.
        """
        added: dict[str, Any] = {self.section: {server.name: self.entry(server)}}
        if self.section == "servers" and server.token_variable:
            added["inputs"] = [_prompt(server)]
        return added


def _prompt(server: Server) -> dict[str, Any]:
    return {
        "type": "promptString",
        "id": f"{server.name}-token",
        "description": f"Bearer token of {server.name} ({server.token_variable})",
        "password": True,
    }


def _headers(reference: str, server: Server) -> dict[str, Any]:
    if not server.token_variable:
        return {}
    name = reference.format(variable=server.token_variable, name=server.name)
    return {"headers": {"Authorization": f"Bearer {name}"}}


def _claude_code(server: Server) -> dict[str, Any]:
    return {"type": "http", "url": server.url, **_headers("${{{variable}}}", server)}


def _cursor(server: Server) -> dict[str, Any]:
    return {"url": server.url, **_headers("${{env:{variable}}}", server)}


def _vscode(server: Server) -> dict[str, Any]:
    # Not ${env:...}, which its headers do not take: VS Code asks once and keeps the token itself.
    return {"type": "http", "url": server.url, **_headers("${{input:{name}-token}}", server)}


def _windsurf(server: Server) -> dict[str, Any]:
    return {"serverUrl": server.url, **_headers("${{env:{variable}}}", server)}


def _codex(server: Server) -> dict[str, Any]:
    token = {"bearer_token_env_var": server.token_variable} if server.token_variable else {}
    return {"url": server.url, **token}


CLIENTS: Mapping[str, Client] = {
    "claude-code": Client(
        "Claude Code",
        {
            Scope.PROJECT: lambda _, project: project / ".mcp.json",
            Scope.USER: lambda machine, _: (
                machine.folder("CLAUDE_CONFIG_DIR", ".") / ".claude.json"
            ),
        },
        "mcpServers",
        "Start Claude Code in the project; /mcp shows the server.",
        _claude_code,
        names_type=True,
    ),
    "claude-desktop": Client(
        "Claude Desktop",
        {
            Scope.USER: lambda machine, _: (
                machine.applications / "Claude" / "claude_desktop_config.json"
            )
        },
        "mcpServers",
        "Quit Claude Desktop and start it again.",
        None,
    ),
    "cursor": Client(
        "Cursor",
        {
            Scope.PROJECT: lambda _, project: project / ".cursor" / "mcp.json",
            Scope.USER: lambda machine, _: machine.home / ".cursor" / "mcp.json",
        },
        "mcpServers",
        "Restart Cursor and enable the server under MCP.",
        _cursor,
    ),
    "vscode": Client(
        "VS Code",
        {
            Scope.PROJECT: lambda _, project: project / ".vscode" / "mcp.json",
            Scope.USER: lambda machine, _: machine.applications / "Code" / "User" / "mcp.json",
        },
        "servers",
        'Run "MCP: List Servers" in VS Code and start the server.',
        _vscode,
        names_type=True,
        credential_note="VS Code asks for the token once and stores it; the file contains none.",
    ),
    "windsurf": Client(
        "Windsurf",
        {Scope.USER: lambda machine, _: machine.home / ".codeium" / "windsurf" / "mcp_config.json"},
        "mcpServers",
        "Press Refresh among the MCP servers of Cascade.",
        _windsurf,
    ),
    "codex": Client(
        "Codex",
        {
            Scope.USER: lambda machine, _: machine.folder("CODEX_HOME", ".codex") / "config.toml",
            Scope.PROJECT: lambda _, project: project / ".codex" / "config.toml",
        },
        "mcp_servers",
        "Start Codex again; a project's file counts only in a project that is trusted.",
        _codex,
    ),
}
