"""Carries out the transcript of a guide: its files, its changes, its commands with what they print.

``python -m tests.docs.transcripts`` writes what the commands print now into the guides.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.forked import Popen

ROOT = Path(__file__).parents[2]
_NAMES = ("kiro", "spec-kit", "openspec", "chinese-team")
GUIDES = tuple(ROOT / f"docs/guides/{name}.md" for name in _NAMES)

_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"`([^`/\n][^`\n]*\.\w+)`")
_TYPED = re.compile(r"^\$ (.*?)(?: +# (?:exit status|退出码) (\d+))?$")
_PAGE_ADDRESS = "127.0.0.1:8765"
_DIFFERS = (
    (re.compile(r"\b[0-9a-f]{32}\b"), "RUN"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ][\d:]+(Z|[+-]00:00)"), "TIME"),
    (re.compile(r"\b\d+(\.\d+)? ?(ms|s)\b"), "DURATION"),
    (re.compile(r"\d+(\.\d+)? 秒"), "DURATION"),
    (re.compile(r"\b[0-9a-f]{7,12}\b"), "COMMIT"),
)


@dataclass(frozen=True)
class Command:
    """A line that is typed, its exit status, and what it prints."""

    line: str
    status: int
    printed: str


def transcript(page: str) -> Iterator[tuple[str, str, str]]:
    """Yield the language, the file named above, and the text of each block."""
    for block in _FENCE.finditer(page):
        above = page[: block.start()].rstrip().rpartition("\n\n")[2]
        named = _FILE.findall(above) if above.endswith((":", "：")) else []
        yield block[1], named[-1] if named else "", block[2]


def commands(block: str) -> Iterator[Command]:
    """Yield the commands of a console block."""
    for part in re.split(r"^(?=\$ )", block, flags=re.MULTILINE)[1:]:
        line, _, printed = part.partition("\n")
        typed = _TYPED.match(line)
        assert typed
        yield Command(typed[1], int(typed[2] or 0), printed)


def normalised(printed: str) -> list[str]:
    """Return the lines with what differs from run to run, and from commit to commit, replaced."""
    for pattern, name in _DIFFERS:
        printed = pattern.sub(name, printed)
    return [re.sub(r" {2,}", "  ", line.rstrip()) for line in printed.strip().splitlines()]


def change(text: str, diff: str) -> str:
    """Replace the lines of a block that begin with ``-`` by those that begin with ``+``."""
    lines = diff.splitlines(keepends=True)
    old = "".join(it[1:] for it in lines if it[0] in "- ")
    new = "".join(it[1:] for it in lines if it[0] in "+ ")
    assert text.count(old) == 1, old
    return text.replace(old, new)


def carry_out(
    page: str, folder: Path, address: str, printed_by: Callable[[Command, int, str], None]
) -> None:
    """Write the files of a page and type its commands, which print to ``printed_by``."""
    environment = environment_in(folder)
    for language, name, text in transcript(page):
        if language == "console":
            for command in commands(text):
                status, printed = _type(command.line, folder, environment)
                printed_by(command, status, printed.replace(address, _PAGE_ADDRESS))
            continue
        if not name:
            continue
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        text = text.replace(_PAGE_ADDRESS, address)
        file.write_text(
            change(file.read_text("utf-8"), text) if language == "diff" else text, "utf-8"
        )


def environment_in(folder: Path) -> dict[str, str]:
    """Return the environment of a person who types in a folder."""
    ours = ("MCP_", "SHALL_", "ATF_", "GIT_")
    variables = {name: it for name, it in os.environ.items() if not name.startswith(ours)}
    return variables | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(folder.parent),
        "COLUMNS": "90",
        "LC_ALL": "C.UTF-8",
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.com",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.com",
    }


def _type(line: str, folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    words = shlex.split(line)
    start = Popen if words[0] == "shall" else subprocess.Popen
    with start(
        words,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        printed, _ = process.communicate(timeout=60)
    return process.returncode, printed.decode()


@contextmanager
def shop() -> Iterator[str]:
    """Serve the example shop; yield its address."""
    program = [sys.executable, str(ROOT / "examples/shop/service.py"), "--port", "0"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        line = process.stdout.readline().strip()
        try:
            yield line.removeprefix("listening on http://")
        finally:
            process.terminate()


def _write_printed(path: Path, address: str) -> None:
    page = path.read_text("utf-8")
    blocks: list[str] = []

    def keep(command: Command, status: int, printed: str) -> None:
        word = "退出码" if "chinese" in path.stem else "exit status"
        shown = f"$ {command.line}" + (f"  # {word} {status}" if status else "")
        printed = "".join(f"{it.rstrip()}\n" for it in printed.rstrip().splitlines())
        blocks.append(f"{shown}\n{printed}")

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "project")
        folder.mkdir()
        carry_out(page, folder, address, keep)

    def filled(blocks: Iterator[str], block: re.Match[str]) -> str:
        if block[1] != "console":
            return block[0]
        return f"```console\n{''.join(next(blocks) for _ in commands(block[2]))}```"

    path.write_text(_FENCE.sub(partial(filled, iter(blocks)), page), "utf-8")


if __name__ == "__main__":
    with shop() as address:
        for guide in GUIDES:
            _write_printed(guide, address)
