"""The service under test: everything an HTTP client can meet, and a log of who called."""

import asyncio
import gzip
import json
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "PROPFIND"]


class Log:
    """What the service saw. Read from the test's thread."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.closed: list[str] = []
        self.connections: set[Any] = set()
        self.released: list[str] = []
        self.given: dict[str, Response | list[Response]] = {}


async def echo(request: Request) -> Response:
    body = await request.body()
    if request.method == "HEAD":
        return Response(headers={"X-Seen": "head"})
    return JSONResponse(
        {
            "method": request.method,
            "query": request.query_params.multi_items(),
            "headers": dict(request.headers),
            "body": body.decode("utf-8", "replace"),
            "cookies": request.cookies,
            "path": request.url.path,
        }
    )


async def raw(request: Request) -> Response:
    """Answer the bytes of the request, so that nothing of them is read before the test does."""
    content_type = request.headers.get("content-type", "")
    return JSONResponse({"type": content_type, "bytes": (await request.body()).hex()})


async def upload(request: Request) -> Response:
    async with request.form() as form:
        seen = {}
        for name, value in form.multi_items():
            if isinstance(value, str):
                seen[name] = value
            else:
                text = (await value.read()).decode()
                seen[name] = f"{value.filename}:{value.content_type}:{text}"
        return JSONResponse(seen)


async def login(request: Request) -> Response:
    given = json.loads(await request.body() or b"{}")
    response = JSONResponse({"data": {"token": f"token-of-{given.get('user')}", "id": 7}})
    response.set_cookie("session", f"session-of-{given.get('user')}")
    return response


async def body(request: Request) -> Response:
    kind = request.path_params["kind"]
    bodies = {
        "list": JSONResponse([{"id": 1}, {"id": 2}]),
        "text": PlainTextResponse("plain words"),
        "empty": Response(status_code=204),
        "broken": Response(b'{"a": 1', media_type="application/json"),
        "latin": Response("Zürich".encode("latin-1"), media_type="text/plain; charset=latin-1"),
        "null": Response(b"null", media_type="application/json"),
        "deep": Response(b"[" * 100_000, media_type="application/json"),
        "gzip": Response(
            gzip.compress(b'{"zipped": true}'),
            headers={"Content-Encoding": "gzip"},
            media_type="application/json",
        ),
    }
    return bodies[kind]


async def status(request: Request) -> Response:
    return JSONResponse({"code": request.path_params["code"]}, request.path_params["code"])


async def redirect(request: Request) -> Response:
    return RedirectResponse(request.query_params["to"], int(request.query_params["code"]))


async def slow(request: Request) -> Response:
    """Answer after a minute, or note that the caller has gone."""
    log: Log = request.app.state.log
    log.calls.append("/slow began")
    for _ in range(6000):
        if await request.is_disconnected():
            log.closed.append(request.url.path)
            return Response()
        await asyncio.sleep(0.01)
    return JSONResponse({})


async def held(request: Request) -> Response:
    """Answer when the test says so."""
    log: Log = request.app.state.log
    log.calls.append("/held began")
    while "/held" not in log.released:  # noqa: ASYNC110 - set by another thread
        await asyncio.sleep(0.005)
    return JSONResponse({})


async def given(request: Request) -> Response:
    """Answer what the test gave for this path: one response, or several with the last repeated."""
    log: Log = request.app.state.log
    answer = log.given[request.path_params["name"]]
    if isinstance(answer, list):
        return answer.pop(0) if len(answer) > 1 else answer[0]
    return answer


async def events(request: Request) -> Response:
    """Send numbered events; without ``n`` for ever, and as fast as they are read without ``ms``."""
    query = request.query_params
    end = int(query["n"]) if "n" in query else None
    log: Log = request.app.state.log

    async def chunks() -> Any:
        number = 0
        yield b"\xef\xbb\xbf: hello\r\nretry: 10\r\n\r\n"
        try:
            while number != end:
                number += 1
                name = "done" if number == end else "price"
                yield f"id: {number}\nevent: {name}\n".encode()
                yield f'data: {{"n": {number},\n'.encode()
                yield b'data: "secret_token": "tok-sse-canary"}\n\n'
                await asyncio.sleep(int(query.get("ms", 0)) / 1000)
        finally:
            log.closed.append(request.url.path)

    return StreamingResponse(chunks(), media_type="text/event-stream")


async def graphql(request: Request) -> Response:
    """Answer a GraphQL request by the reference implementation."""
    from graphql import build_schema, graphql_sync  # noqa: PLC0415 - one test needs it

    schema = build_schema(
        "type Query { order(id: Int!): Order } type Order { id: Int, state: String }"
    )
    given = json.loads(await request.body())
    done = graphql_sync(
        schema,
        given["query"],
        {"order": lambda _, **named: {**named, "state": "paid"}},
        variable_values=given.get("variables"),
        operation_name=given.get("operationName"),
    )
    return JSONResponse(done.formatted)


async def flood(request: Request) -> Response:
    async def chunks() -> Any:
        for _ in range(int(request.query_params["mib"])):
            yield b"x" * (1 << 20)

    return StreamingResponse(chunks(), media_type="text/plain")


def make_app() -> Starlette:
    app = Starlette(
        routes=[
            Route("/echo", echo, methods=METHODS),
            Route("/echo/{rest:path}", echo, methods=METHODS),
            Route("/raw", raw, methods=METHODS),
            Route("/upload", upload, methods=["POST", "PUT"]),
            Route("/login", login, methods=["POST"]),
            Route("/body/{kind}", body),
            Route("/status/{code:int}", status, methods=METHODS),
            Route("/redirect", redirect, methods=["GET", "POST"]),
            Route("/slow", slow),
            Route("/held", held),
            Route("/flood", flood),
            Route("/graphql", graphql, methods=["POST"]),
            Route("/events", events, methods=["GET", "POST"]),
            Route("/given/{name}", given, methods=METHODS),
        ]
    )
    app.state.log = Log()
    return app


class Counting:
    """Notes each call and each connection before the application sees it."""

    def __init__(self, app: Starlette) -> None:
        self.app = app
        self.log: Log = app.state.log

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            self.log.calls.append(f"{scope['method']} {scope['path']}")
            self.log.headers.append({it[0].decode(): it[1].decode() for it in scope["headers"]})
            self.log.connections.add(tuple(scope["client"]))
        await self.app(scope, receive, send)
