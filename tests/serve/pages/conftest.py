from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from shall.serve.app import Served, make_app
from shall.settings import Settings

ORIGIN = "http://127.0.0.1:8000"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
TOKEN = "correct horse battery staple"


class Browser:
    """A browser, as far as its headers go: it keeps cookies and follows no redirection."""

    def __init__(self, served: Served, origin: str = ORIGIN) -> None:
        self.served = served
        self.origin = origin
        self.http = TestClient(
            served.app,
            base_url=origin,
            follow_redirects=False,
            raise_server_exceptions=False,
            headers=BROWSER,
        )

    def get(self, address: str, **headers: str) -> httpx2.Response:
        return self.http.get(address, headers=headers)

    def post(self, path: str, form: Mapping[str, str], **headers: str) -> httpx2.Response:
        sent = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin", **headers}
        return self.http.post(path, data=dict(form), headers=sent)

    def log_in(self, token: str = TOKEN, **form: str) -> httpx2.Response:
        return self.post("/login", {"token": token, **form})

    @property
    def cookies(self) -> dict[str, str]:
        return {it.name: it.value or "" for it in self.http.cookies.jar}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "walnut-shop"
    folder.mkdir()
    (folder / "shall.yaml").write_text("")
    return folder


@pytest.fixture
def served(project: Path) -> Iterator[Callable[..., Served]]:
    """Makes an application for some settings; nothing listens."""
    with ExitStack() as ends:

        def make(**settings: Any) -> Served:
            made = make_app(Settings(workspaces=(project,), **settings))
            ends.callback(made.close)
            return made

        yield make


@pytest.fixture
def browse(served: Callable[..., Served]) -> Callable[..., Browser]:
    """Makes a browser in front of an application for some settings."""

    def make(**settings: Any) -> Browser:
        return Browser(served(**settings))

    return make


@pytest.fixture(scope="module")
def shared_browse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Browser]]:
    """Makes a browser in front of an application for some settings, which a module shares."""
    folder = tmp_path_factory.mktemp("pages") / "walnut-shop"
    folder.mkdir()
    (folder / "shall.yaml").write_text("")
    known: dict[str, Served] = {}
    with ExitStack() as ends:

        def make(**settings: Any) -> Browser:
            key = repr(sorted(settings.items()))
            if key not in known:
                known[key] = make_app(Settings(workspaces=(folder,), **settings))
                ends.callback(known[key].close)
            return Browser(known[key])

        yield make


@pytest.fixture
def guarded(browse: Callable[..., Browser]) -> Browser:
    """A browser in front of a server that asks for a token."""
    return browse(auth_token=TOKEN)
