"""Ctrl-C before a command has begun and after it has ended, and an output that is full."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

_CODE = """
import atexit, os, signal, sys

if {ignored}:
    signal.signal(signal.SIGINT, signal.SIG_IGN)

def look(event, arguments):
    if event == "import" and arguments[0] == {module!r}:
        os.kill(os.getpid(), signal.SIGINT)

sys.addaudithook(look)
if {module!r} == "atexit":
    atexit.register(os.kill, os.getpid(), signal.SIGINT)
if {module!r} == "main":
    from shall.cli import commands
    commands.main = lambda: os.kill(os.getpid(), signal.SIGINT)
from shall.__main__ import main

sys.argv = ["shall", "completion", "bash"]
sys.exit(main())
"""


def _interrupted_at(module: str, folder: Path, ignored: bool) -> "subprocess.CompletedProcess[str]":
    code = _CODE.format(module=module, ignored=ignored)
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        env=dict(os.environ),
        # A shell lets what it starts with & ignore SIGINT, and these tests with it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


@pytest.mark.process
@pytest.mark.verifies("cli#1.18")
@pytest.mark.parametrize(
    "module", ["msgspec", "shall.cli.commands", "main", "shall.cli.parser", "atexit"]
)
def test_an_interrupt_while_a_command_starts_or_ends_shows_no_traceback(
    module: str, tmp_path: Path
) -> None:
    ended = _interrupted_at(module, tmp_path, ignored=False)
    assert (ended.returncode, ended.stderr) == (130, "")


@pytest.mark.process
@pytest.mark.verifies("cli#1.18")
def test_an_interrupt_that_the_caller_ignores_is_ignored(tmp_path: Path) -> None:
    ended = _interrupted_at("shall.cli.commands", tmp_path, ignored=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "complete" in ended.stdout


@pytest.mark.process
@pytest.mark.verifies("cli#1.19")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [["completion", "bash"], ["run", "--help"], ["--version"]])
def test_a_full_disk_behind_the_output_is_named(
    tmp_path: Path, arguments: list[str], unbuffered: str
) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "shall", *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )
    assert ended.returncode == 2
    assert ended.stderr == (
        "shall: The standard output cannot be written: No space left on device.\n"
    )
