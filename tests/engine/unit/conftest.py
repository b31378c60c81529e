"""A project whose functions unit cases call, and what runs a unit case file of it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from shall.actions.run import execute
from shall.actions.run_request import RunRequest
from shall.bootstrap import open_workspace
from shall.engine.stop import Stop
from shall.results.events import CaseFinished, Event
from shall.results.records import CaseResult
from shall.settings import Settings
from shall.workspace.workspace import Workspace

CART = '''
"""Code under test."""

import asyncio, os, subprocess, sys, time
import shop.mail


class OutOfStock(Exception):
    pass


def add(a, b=0):
    return a + b


def order(item):
    if not item:
        raise ValueError("an item has a name")
    return {"id": 7, "sent": shop.mail.send(item, to="ann"), "lines": ({"sku": item},)}


async def fetch(n):
    await asyncio.sleep(0)
    return n


class Cart:
    def __init__(self, owner):
        self.owner, self.items = owner, []

    def put(self, sku):
        if sku == "gone":
            raise OutOfStock("none left")
        self.items.append(sku)
        return len(self.items)


def spin():
    while True:
        pass


def leave(status):
    os._exit(status)


def shout(count):
    for _ in range(count):
        sys.stdout.write("x" * 1_000_000)


def see(name):
    return os.environ.get(name)


def grow():
    return bytearray(8 << 30)


def spawn(path):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    with open(path, "w") as file:
        file.write(str(child.pid))
    while True:
        time.sleep(1)


def leave_group(path):
    code = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(600)"
    subprocess.Popen([sys.executable, "-c", code, path], start_new_session=True)
    while not (os.path.exists(path) and open(path).read()):
        time.sleep(0.01)
    return 1


def tell(text):
    print(text, flush=True)
    os._exit(1)


def giant():
    return ["x" * 1000] * 100_000


LIMIT = 5


def linger():
    import threading
    threading.Thread(target=time.sleep, args=(600,)).start()
    return 1


def fail(text):
    raise RuntimeError(text)
'''

Write = Callable[..., None]
Run = Callable[..., CaseResult]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "shop").mkdir(parents=True)
    (root / "shop/__init__.py").write_text("")
    (root / "shop/cart.py").write_text(CART)
    (root / "shop/mail.py").write_text("def send(item, to):\n    raise OSError('no mail here')\n")
    (root / "tests/cases").mkdir(parents=True)
    return root


@pytest.fixture
def write(project: Path) -> Write:
    """Writes a unit case file of one case."""

    def write(
        function: str, *checks: dict[str, Any], case: dict[str, Any] | None = None, **more: Any
    ) -> None:
        call = {"id": "one", "assert": list(checks), **(case or {})}
        target = {"module": "shop.cart", "function": function}
        data = {"name": function, "target": target, "cases": [call], **more}
        file = project / "tests/cases/u.yaml"
        file.write_text(yaml.safe_dump({"unittest": data}, sort_keys=False))

    return write


@pytest.fixture
def spaces(project: Path) -> Iterator[Callable[..., Workspace]]:
    opened = []

    def open_one(**settings: Any) -> Workspace:
        opened.append(open_workspace(project, Settings(**settings), keeps_state=False))
        return opened[-1]

    yield open_one
    for space in opened:
        space.close()


@pytest.fixture
def run(spaces: Callable[..., Workspace]) -> Run:
    """Runs the file that was written."""

    def run(stop: Stop | None = None, **settings: Any) -> CaseResult:
        found: list[CaseResult] = []

        def take(event: Event) -> None:
            if isinstance(event, CaseFinished):
                found.append(event.result)

        execute(spaces(**settings), RunRequest(), [take], stop)
        return found[0]

    return run
