"""The command that started the server: ours, or one of an earlier server with its own rules."""

from msgspec import Struct


class ServerMode(Struct, frozen=True):
    """What differs between these commands.

    ``opens_without_token``: it starts also where others can reach it and no token is set, and
    then offers only prompts and files (an earlier server's documented commands do that).
    ``is_basic``: the extra routes of that server's basic mode.
    """

    opens_without_token: bool = False
    is_basic: bool = False


SHALL = ServerMode()
SPEC_DRIVEN = ServerMode(opens_without_token=True)
SPEC_DRIVEN_BASIC = ServerMode(opens_without_token=True, is_basic=True)

PUBLIC_TOOLS = frozenset({"create_file", "read_file"})
"""What a server offers that anybody can reach: nothing that runs code."""
