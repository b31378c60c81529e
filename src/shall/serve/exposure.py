"""Who can reach a server, and what it may offer them."""

import logging

from shall.errors import InvalidSetting
from shall.serve.face import Face
from shall.serve.hosts import LOOPBACK
from shall.settings import Settings

_log = logging.getLogger(__name__)


def asks_who(settings: Settings) -> bool:
    """Tell whether callers have to say who they are."""
    return bool(
        settings.auth_token or settings.token_file or settings.jwks_url or settings.tls_client_ca
    )


def is_open(settings: Settings) -> bool:
    """Tell whether anybody on the network may come in."""
    return not (settings.server_host in LOOPBACK or asks_who(settings) or settings.insecure)


def check_exposure(settings: Settings, face: Face) -> None:
    """Refuse to be open to all, or warn where the name we were started under promises it.

    Raises:
        InvalidSetting: Others can reach the address, and no token is set.
    """
    if not is_open(settings):
        return
    if face.opens_without_token:
        _log.warning(
            "anybody who can reach this server may use it: it offers prompts and files only "
            "until MCP_AUTH_TOKEN is set"
        )
        return
    raise InvalidSetting(
        f"{settings.server_host} can be reached by others, and no token is set.",
        hint="Set MCP_AUTH_TOKEN, bind 127.0.0.1, or pass --insecure if you mean it.",
    )
