"""Connects to a database under the target policy.

The driver never looks a name up: every address is judged before it is connected to.
"""

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from shall.errors import TargetDenied, TargetUnreachable
from shall.messages import Message, render
from shall.transport.target_policy import Denial, TargetPolicy
from shall.transport.waits import Statement

Stop = Callable[[], None]
StopWith = Callable[[Stop], None]
"""Is called with what breaks a connection off, once there is something to break off."""
Close = Callable[[], None]

CONNECT_TIMEOUT_S = 10.0

_LOOK_FOR_CLIENT = """
SELECT set_config(name, '500ms', false) FROM pg_settings
WHERE name = 'client_connection_check_interval'
"""
"""Lets PostgreSQL 14 and later end a statement whose connection was broken off."""


def connect_to(
    statement: Statement,
    policy: TargetPolicy,
    dialect: Any,
    options: dict[str, Any],
    stop_with: StopWith,
) -> tuple[Any, Stop, Close]:
    """Return a connection of the driver, what breaks off whatever it does, and what frees that.

    Raises:
        TargetDenied: The policy lets nothing connect there.
        TargetUnreachable: No connection, no such name, wrong user or password.
        TimedOut: ``stop_with`` says that the time is over.
    """
    connect = {"postgresql": _postgresql, "mysql": _mysql, "sqlite": _sqlite}
    try:
        kind, driver = statement.database.kind, dialect.loaded_dbapi
        return connect[kind](statement, policy, driver, options, stop_with)
    except (dialect.loaded_dbapi.Error, OSError) as error:
        raise _unreachable(statement, error) from None


def _postgresql(
    statement: Statement,
    policy: TargetPolicy,
    driver: Any,
    options: dict[str, Any],
    stop_with: StopWith,
) -> tuple[Any, Stop, Close]:
    database = statement.database
    addresses = _addresses(statement, policy)
    several = {
        "host": ",".join([database.host] * len(addresses)),
        "hostaddr": ",".join(addresses),
        "port": ",".join([str(database.port)] * len(addresses)),
    }
    timeout = int(min(CONNECT_TIMEOUT_S, max(2.0, statement.timeout_s)))
    connection = driver.connect(
        **{**options, **several}, password=statement.password, connect_timeout=timeout
    )
    copy = socket.socket(fileno=os.dup(connection.fileno()))
    stop = _stop_socket(copy)
    try:
        stop_with(stop)
        connection.execute(_LOOK_FOR_CLIENT)
        connection.commit()
    except BaseException:
        connection.close()
        copy.close()
        raise
    return connection, stop, copy.close


def _mysql(
    statement: Statement,
    policy: TargetPolicy,
    driver: Any,
    options: dict[str, Any],
    stop_with: StopWith,
) -> tuple[Any, Stop, Close]:
    database = statement.database
    connection = driver.connect(**options, password=statement.password, defer_connect=True)
    timeout_s = min(CONNECT_TIMEOUT_S, statement.timeout_s)
    last: OSError | None = None
    for address in _addresses(statement, policy):
        try:
            opened = socket.create_connection((address, database.port), timeout_s)
        except OSError as error:
            last = error
            continue
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        copy = opened.dup()
        stop = _stop_socket(copy)
        try:
            stop_with(stop)
            connection.connect(opened)
        except BaseException:
            opened.close()
            copy.close()
            raise
        return connection, stop, copy.close
    raise last or OSError("no address")


def _sqlite(
    statement: Statement, _policy: TargetPolicy, driver: Any, _options: Any, _stop_with: StopWith
) -> tuple[Any, Stop, Close]:
    """Open an SQLite file that exists; a statement can reach no other file."""
    address = f"{_as_uri(statement.path)}?mode=rw"
    connection = driver.connect(address, uri=True, check_same_thread=False)
    refused = {driver.SQLITE_ATTACH, driver.SQLITE_DETACH}
    connection.set_authorizer(
        lambda action, *_: driver.SQLITE_DENY if action in refused else driver.SQLITE_OK
    )
    return connection, connection.interrupt, lambda: None


def _as_uri(path: str) -> str:
    quoted = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return f"file:{quoted}"


def _addresses(statement: Statement, policy: TargetPolicy) -> list[str]:
    """Return the addresses of the host that may be connected to."""
    host, port = statement.database.host, statement.database.port
    denial = policy.judge_host(host, port)
    if denial is not None:
        raise _denied(statement, denial)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        details = {"address": f"{host}:{port}", "why": "unresolved"}
        message = f"The host {host} of the database {statement.name} was not found."
        raise TargetUnreachable(message, details=details) from None
    addresses = list(dict.fromkeys(str(it[4][0]) for it in found))
    denials = [policy.judge_address(host, address, port) for address in addresses]
    allowed = [it for it, denial in zip(addresses, denials, strict=True) if denial is None]
    if not allowed:
        raise _denied(statement, next(it for it in denials if it is not None))
    return allowed


def _denied(statement: Statement, denial: Denial) -> TargetDenied:
    address = f"{statement.database.host}:{statement.database.port}"
    params = {"address": address, "rule": denial.rule}
    message = Message(f"step.denied.{denial.why}", params)
    return TargetDenied(render(message), details={"why": denial.why, **params})


def _unreachable(statement: Statement, error: Exception) -> TargetUnreachable:
    database = statement.database
    address = database.path or f"{database.host}:{database.port}"
    reason = reason_of(error)
    details = {"address": address}
    if isinstance(error, ConnectionRefusedError) or "Connection refused" in reason:
        details["why"] = "refused"
        message = f"The database {statement.name} at {address} refuses the connection."
        return TargetUnreachable(message, details=details)
    message = f"The database {statement.name} at {address} cannot be opened: {reason}."
    return TargetUnreachable(message, details=details)


def reason_of(error: Any) -> str:
    """Return the first line of what a driver says, without the statement and its parameters."""
    text = error.args[1] if len(error.args) > 1 and isinstance(error.args[0], int) else error
    lines = str(text).strip().splitlines()
    return (lines[0] if lines else type(error).__name__).removesuffix(".")


def _stop_socket(copy: socket.socket) -> Stop:
    def stop() -> None:
        with suppress(OSError):
            copy.shutdown(socket.SHUT_RDWR)

    return stop
