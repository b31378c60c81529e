"""Who can reach a server, and what it may offer them."""

import logging

from msgspec.structs import replace

from shall.actions.tool_access import ToolAccess
from shall.errors import InvalidSetting
from shall.serve.hosts import LOOPBACK
from shall.serve.legacy_modes import PUBLIC_TOOLS, ServerMode
from shall.serve.toolset import named_access
from shall.settings import Settings

_log = logging.getLogger(__name__)


def asks_who(settings: Settings) -> bool:
    """Return whether callers have to say who they are."""
    return bool(
        settings.auth_token
        or settings.token_file
        or settings.jwks_url
        or settings.tls_client_ca
        or settings.client_cert_header
    )


def is_open(settings: Settings) -> bool:
    """Return whether anybody on the network may come in."""
    return not (settings.server_host in LOOPBACK or asks_who(settings) or settings.insecure)


def offered(settings: Settings, mode: ServerMode) -> ToolAccess:
    """Return the tools that are offered: to a network that anybody can reach, none that run code.

    Raises:
        InvalidSetting: A tool is named that there is not.
    """
    named = named_access(settings)
    if not (mode.opens_without_token and is_open(settings)):
        return named
    return replace(named, tools=PUBLIC_TOOLS & (named.tools or PUBLIC_TOOLS))


def check_exposure(settings: Settings, mode: ServerMode) -> None:
    """Refuse to be open to all, or warn where the name we were started under promises it.

    Raises:
        InvalidSetting: Others can reach the address, and no token is set.
    """
    if not is_open(settings):
        return
    if mode.opens_without_token:
        _log.warning(
            "anybody who can reach this server may use it: it offers prompts and files only "
            "until MCP_AUTH_TOKEN is set"
        )
        return
    raise InvalidSetting(
        f"{settings.server_host} can be reached by others, and no token is set.",
        hint="Set MCP_AUTH_TOKEN, bind 127.0.0.1, or pass --insecure.",
    )
