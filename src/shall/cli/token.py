"""``shall token``: makes, lists and revokes tokens of a token file."""

import argparse
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shall.actions.principal import SCOPES
from shall.admin.token_file import list_tokens, new_token, revoke_token
from shall.admin.tokens import Token
from shall.cli.output import OK, local, notice, write, write_table
from shall.errors import BadValue

_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    commands = {"new": _new, "list": _list, "revoke": _revoke}
    commands[arguments.action](arguments, Path(arguments.file))
    return OK


def _new(arguments: argparse.Namespace, file: Path) -> None:
    now = datetime.now(UTC)
    expires = None if arguments.expires is None else expiry(arguments.expires, now)
    scopes = arguments.scope or ["read"]
    workspaces = [Path(it) for it in arguments.workspace or ()]
    token = new_token(file, arguments.name, scopes, expires, workspaces)
    until = f"until {_shown(expires)}" if expires else "without expiry"
    notice(f"Stored the hash of a token for {', '.join(scopes)}, valid {until}, in {file}.")
    notice("The token is shown only once.")
    write(token)


def _list(_: argparse.Namespace, file: Path) -> None:
    now = datetime.now(UTC)
    head = tuple(map(local, ("NAME", "SCOPES", "CREATED", "EXPIRES", "KIND", "WORKSPACES")))
    write_table([head, *(_row(token, now) for token in list_tokens(file))])


def _revoke(arguments: argparse.Namespace, file: Path) -> None:
    revoke_token(file, arguments.name)
    notice(f"Revoked {arguments.name}. Running servers reject it within a second.")


def _row(token: Token, now: datetime) -> tuple[str, ...]:
    expires = _shown(token.expires) if token.expires else local("never")
    return (
        token.name,
        ",".join(scope for scope in SCOPES if scope in token.scopes),
        _shown(token.created) if token.created else "-",
        f"{expires} {local('(expired)')}" if token.has_expired(now) else expires,
        f"{local('certificate')} {token.certificate}" if token.certificate else local("token"),
        os.pathsep.join(map(str, token.workspaces)) or local("all"),
    )


def expiry(text: str, now: datetime) -> datetime:
    """Read ``90d``, ``12h``, ``4w``, or a date or time of ISO 8601 (UTC, unless it says more).

    Raises:
        BadValue: It is neither.
    """
    span = re.fullmatch(r"(\d{1,6})([hdw])", text)
    try:
        if span is not None:
            return now + timedelta(**{_UNITS[span[2]]: int(span[1])})
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise BadValue(
            f"--expires {text} is not a duration or a date.", hint="Use 90d, 12h, 4w or 2027-01-01."
        ) from None


def _shown(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M}"
