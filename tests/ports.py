"""Ports for servers that must be told theirs."""

import atexit
import socket
import sys


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on and that nobody else is given.

    On Linux, a socket stays bound to it until this process ends: the kernel gives the port to no
    other socket that asks for any, while a server that asks for this one can listen there, as
    servers set SO_REUSEADDR. Elsewhere, the port is only free when this returns.
    """
    reservation = socket.socket()
    reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reservation.bind(("127.0.0.1", 0))
    port: int = reservation.getsockname()[1]
    if sys.platform == "linux":
        atexit.register(reservation.close)
    else:
        reservation.close()
    return port
