"""Real servers of SQL, each started once for the tests of this folder."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.ports import free_port

PASSWORD = "s3cret-of-the-shop"
SYSTEM_TABLES = ("mysql_system_tables.sql", "mysql_system_tables_data.sql")


def program(name: str) -> str:
    places = [*Path("/usr/lib/postgresql").glob("*/bin"), Path("/usr/sbin")]
    path = os.pathsep.join([os.environ.get("PATH", ""), *map(str, places)])
    found = shutil.which(name, path=path)
    assert found, f"there is no {name}: type `make services`"
    return found


def started(process: "subprocess.Popen[str]", sign: str) -> None:
    """Read what a server says until it accepts connections."""
    assert process.stderr is not None
    lines = []
    for line in process.stderr:
        lines.append(line)
        if sign in line:
            return
    raise AssertionError(f"it ended with {process.wait()}: {''.join(lines)}")


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL; its server refuses to run as root."""
    with tempfile.TemporaryDirectory(prefix="shall-postgres-") as name:
        yield from _postgres(Path(name))


def _postgres(folder: Path) -> Iterator[str]:
    account: dict[str, Any] = {}
    word = folder / "password.txt"
    word.write_text(PASSWORD)
    if os.geteuid() == 0:
        account = {"user": "postgres", "group": "postgres", "extra_groups": []}
        for each in (folder, word):
            shutil.chown(each, "postgres")
    data, port = folder / "data", free_port()
    options = ["--username=shop", "--auth=scram-sha-256", f"--pwfile={word}", "--no-sync"]
    subprocess.run(
        [program("initdb"), "-D", data, "--encoding=UTF8", "--locale=C", *options],
        check=True,
        capture_output=True,
        cwd="/",
        **account,
    )
    settings = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off")
    chosen = [word for setting in settings for word in ("-c", setting)]
    server = subprocess.Popen(
        [program("postgres"), "-D", data, "-p", str(port), *chosen],
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        **account,
    )
    started(server, "ready to accept connections")
    yield f"postgresql://shop@127.0.0.1:{port}/postgres"
    server.send_signal(signal.SIGINT)  # without waiting for its clients
    server.communicate(timeout=20)


@pytest.fixture(scope="module")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a MariaDB."""
    folder, port = tmp_path_factory.mktemp("maria"), free_port()
    shared = next(
        Path(it) for it in ("/usr/share/mysql", "/usr/share/mariadb") if Path(it).exists()
    )
    tables = "".join((shared / name).read_text("utf-8") for name in SYSTEM_TABLES)
    users = (
        "FLUSH PRIVILEGES;\nCREATE DATABASE shop;\n"
        f"CREATE USER shop@'%' IDENTIFIED BY '{PASSWORD}';\nGRANT ALL ON shop.* TO shop@'%';\n"
    )
    common = [
        program("mariadbd"),
        "--no-defaults",
        f"--datadir={folder}",
        "--innodb-log-file-size=4M",
    ]
    if os.geteuid() == 0:
        common.append("--user=root")
    subprocess.run(
        [*common, "--bootstrap", "--innodb-flush-log-at-trx-commit=0"],
        input=f"CREATE DATABASE mysql;\nUSE mysql;\n{tables}\n{users}",
        check=True,
        capture_output=True,
        text=True,
    )
    server = subprocess.Popen(
        [*common, f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder}/s"],
        stderr=subprocess.PIPE,
        text=True,
    )
    started(server, "ready for connections")
    yield f"mysql://shop@127.0.0.1:{port}/shop"
    server.kill()
    server.communicate(timeout=20)
