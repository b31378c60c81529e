import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import jwt
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from shall.serve.auth import (
    AuthGate,
    authenticator,
    metadata_routes,
    public_paths,
)
from shall.serve.auth.authenticator import Authenticator
from shall.serve.problem import principal_of
from shall.serve.rest.responses import forbidden
from shall.settings import Settings

Run = Callable[..., str]


@pytest.fixture
def run() -> Iterator[Run]:
    """Serves an application on a free port; gives its base URL."""
    running: list[tuple[uvicorn.Server, threading.Thread, socket.socket]] = []

    def start(app: ASGIApp, scheme: str = "http", **options: Any) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        options = {"log_config": None, "access_log": False, "proxy_headers": False, **options}
        server = uvicorn.Server(uvicorn.Config(app, timeout_graceful_shutdown=1, **options))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        running.append((server, thread, listener))
        return f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for server, _, _ in running:  # all at once: each looks ten times a second
        server.should_exit = True
    for _, thread, listener in running:
        thread.join(60)
        listener.close()


@dataclass
class Guarded:
    """A running application behind the gate."""

    url: str
    authenticator: Authenticator | None

    def get(self, path: str = "/who", *, token: str = "", **options: Any) -> httpx2.Response:
        if token:
            options["headers"] = {"Authorization": f"Bearer {token}", **options.get("headers", {})}
        return httpx2.get(f"{self.url}{path}", **options)

    def who(self, token: str) -> tuple[str, list[str]]:
        """Report who comes in with a token."""
        answer = self.get(token=token)
        assert answer.status_code == 200, answer.text
        shown = answer.json()
        return shown["name"], shown["scopes"]


def _guarded_app(settings: Settings) -> tuple[ASGIApp, Authenticator | None]:
    async def who(request: Request) -> Response:
        principal = principal_of(request.scope)
        return JSONResponse({"name": principal.name, "scopes": sorted(principal.scopes)})

    async def write(request: Request) -> Response:
        is_allowed = principal_of(request.scope).may("write")
        return Response("written") if is_allowed else forbidden(request.scope, "write")

    public = [Route(path, who) for path in ("/health", "/ready")]
    routes = [*public, Route("/who", who), Route("/write", write), *metadata_routes(settings)]
    found = authenticator(settings)
    return AuthGate(Starlette(routes=routes), found, public=public_paths(settings)), found


@pytest.fixture
def guarded_app() -> Callable[[Settings], tuple[ASGIApp, Authenticator | None]]:
    """Makes an application behind the gate that some settings make."""
    return _guarded_app


@pytest.fixture
def guard(run: Run) -> Callable[..., Guarded]:
    """Serves an application behind the gate that some settings make."""

    def start(**settings: Any) -> Guarded:
        app, found = _guarded_app(Settings(**settings))
        return Guarded(run(app), found)

    return start


AUDIENCE = "https://shall.example/mcp"
ISSUER = "https://id.example/"


@dataclass
class KeyServer:
    """A real server of keys, and what makes tokens that it vouches for."""

    url: str = ""
    keys: list[dict[str, Any]] = field(default_factory=list)
    answer: Callable[[], Response] | None = None
    asked: int = 0

    def add(self, algorithm: str, kid: str, **more: Any) -> Any:
        """Make a key and publish its public half; give the private one."""
        private, public = _pair(algorithm)
        self.keys.append({**public, "kid": kid, **more})
        return private

    def token(self, key: Any, algorithm: str, kid: str | None, **claims: Any) -> str:
        """Sign a token that holds, but for the claims given; None takes one out."""
        now = datetime.now(UTC)
        usual = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "alice@example.com",
            "exp": now + timedelta(minutes=5),
            "scope": "read run openid",
        }
        said = {name: it for name, it in {**usual, **claims}.items() if it is not None}
        headers = {"kid": kid} if kid is not None else None
        return jwt.encode(said, key, algorithm=algorithm, headers=headers)


def _pair(algorithm: str) -> tuple[Any, Mapping[str, Any]]:
    if algorithm.startswith(("RS", "PS")):
        rsa_key = rsa.generate_private_key(65537, 2048)
        return rsa_key, json.loads(RSAAlgorithm.to_jwk(rsa_key.public_key()))
    if algorithm.startswith("ES"):
        ec_key = ec.generate_private_key(ec.SECP256R1())
        return ec_key, json.loads(ECAlgorithm.to_jwk(ec_key.public_key()))
    ed_key = ed25519.Ed25519PrivateKey.generate()
    return ed_key, json.loads(OKPAlgorithm.to_jwk(ed_key.public_key()))


@pytest.fixture
def key_server(run: Run) -> KeyServer:
    """A running server of keys; it has none yet."""
    server = KeyServer()

    async def keys(_: Request) -> Response:
        server.asked += 1
        return server.answer() if server.answer else JSONResponse({"keys": server.keys})

    server.url = f"{run(Starlette(routes=[Route('/keys', keys)]))}/keys"
    return server


@pytest.fixture
def guard_jwt(guard: Callable[..., Guarded], key_server: KeyServer) -> Callable[..., Guarded]:
    """Serves an application that trusts the server of keys."""

    def start(**settings: Any) -> Guarded:
        return guard(jwks_url=key_server.url, jwt_issuer=ISSUER, jwt_audience=AUDIENCE, **settings)

    return start
