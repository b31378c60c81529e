"""A proxy that adds a token to every request: the conformance suite cannot send one."""

import asyncio
import contextlib
from functools import partial


async def add_token(target: int, token: str) -> int:
    """Listen on a free port of 127.0.0.1 and pass requests on to another; give the port."""
    header = f"Authorization: Bearer {token}\r\n".encode()
    server = await asyncio.start_server(partial(_connected, target, header), "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    return port


async def _connected(
    target: int, header: bytes, client: asyncio.StreamReader, back: asyncio.StreamWriter
) -> None:
    answer, server = await asyncio.open_connection("127.0.0.1", target)
    answering = asyncio.create_task(_pipe(answer, back))
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            await _pass_request(client, server, header)
    server.close()
    answering.cancel()
    back.close()


async def _pass_request(
    client: asyncio.StreamReader, server: asyncio.StreamWriter, header: bytes
) -> None:
    head = await client.readuntil(b"\r\n\r\n")
    line, _, rest = head.partition(b"\r\n")
    server.write(line + b"\r\n" + header + rest)
    fields = [field.lower() for field in rest.split(b"\r\n")]
    lengths = [int(it.split(b":")[1]) for it in fields if it.startswith(b"content-length:")]
    if lengths:
        server.write(await client.readexactly(lengths[0]))
    elif b"transfer-encoding: chunked" in fields:
        size = 1
        while size:
            chunk = await client.readuntil(b"\r\n")
            size = int(chunk, 16)
            server.write(chunk + await client.readexactly(size + 2))
    await server.drain()


async def _pipe(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    target.close()
