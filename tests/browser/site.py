"""A server with pages to open: the example shop after two runs, and a project of hostile texts."""

import importlib.util
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import uvicorn
from msgspec import Struct
from tests.browser.hostile import hostile_service, write_hostile
from tests.browser.tabs import ROOT
from tests.repository import commit

from shall.actions.run import execute
from shall.actions.run_request import RunRequest
from shall.bootstrap import open_project
from shall.cli.options import settings_of
from shall.serve.app import make_app
from shall.settings import Settings

SHOP = ROOT / "examples" / "shop"
TOKEN = "correct horse battery staple"


class Site(Struct, frozen=True):
    """A server that listens at ``base``. ``runs`` are the ids of the shop's runs, oldest first.

    ``shop`` is the folder of the project that pages show where none is named, ``hostile`` another.
    """

    base: str
    shop: Path
    hostile: Path
    runs: tuple[str, ...]
    hostile_run: str

    def address(self, path: str) -> str:
        """Return the address of a path that names runs and the hostile project in braces."""
        hostile = quote(str(self.hostile), safe="")
        return self.base + path.format(
            run=self.runs[0],
            newest=self.runs[-1],
            hostile=hostile,
            hostile_run=self.hostile_run,
        )


@contextmanager
def site(folder: Path) -> Iterator[Site]:
    """Make the projects below a folder, and serve their pages behind a token."""
    with listening(_shop_module().make_app) as shop_service:
        shop = folder / "shop"
        shutil.copytree(SHOP, shop, ignore=shutil.ignore_patterns("__pycache__", ".shall"))
        commit(shop)
        runs = _run_twice(shop, shop_service)
        hostile = folder / "hostile"
        write_hostile(hostile)
        with listening(lambda: hostile_service) as service:
            hostile_run = _run(hostile, service)
        settings = Settings(workspaces=(shop, hostile), auth_token=TOKEN)
        with ExitStack() as ends:
            served = make_app(settings)
            ends.callback(served.close)
            base = ends.enter_context(listening(lambda: served.app))
            yield Site(base, shop, hostile, runs, hostile_run)


def _run_twice(shop: Path, service: str) -> tuple[str, str]:
    """Run all cases; then two of them again, after a requirement and another case changed."""
    first = _run(shop, service)
    _replace(shop / "specs/auth/requirements.md", "and give no token", "and show no token at all")
    _replace(shop / "tests/cases/products.yaml", "steps:", "description: changed\nsteps:")
    again = ("tests/cases/place_order.yaml", "tests/cases/last_item.yaml")
    return first, _run(shop, service, *again)


def _replace(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


def _run(project: Path, service: str, *paths: str) -> str:
    settings, _ = settings_of(project, {})
    workspace = open_project(project, settings)
    try:
        return execute(workspace, RunRequest(paths=paths, host=service)).run_id
    finally:
        workspace.close()


def _shop_module() -> Any:
    spec = importlib.util.spec_from_file_location("shop", ROOT / "examples/shop/service.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def listening(make: Callable[[], Any]) -> Iterator[str]:
    """Serve an application from a thread, in which it is made; return its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        make, factory=True, log_config=None, access_log=False, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(60)
        listener.close()
