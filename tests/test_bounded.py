import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shall.bounded import read_descriptor, read_path, read_text

HUGE_BYTES = 1_500_000_000

READ_ALL = """
import json, resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
from shall.actions.cases import get_case
from shall.actions.documents import read_file
from shall.admin.doctor import Examined, _evidence
from shall.actions.requirements import read_specs
from shall.admin.token_file import list_tokens
from shall.errors import ShallError
from shall.bootstrap import open_workspace
from shall.serve.auth.static_tokens import KnownTokens
from shall.settings import Settings, read_settings

root = Path(sys.argv[1])
space = open_workspace(root, Settings())
readers = {
    "read_file": lambda: read_file(space, "specs/requirements.md"),
    "settings": lambda: read_settings({}, {}, root),
    "case": lambda: get_case(space, "tests/cases/huge.yaml"),
    "schema": lambda: space.files.read_bytes("huge.bin"),
    "upload": lambda: space.files.upload("huge.bin"),
    "tokens": lambda: list_tokens(root / "huge.bin"),
    "server's tokens": lambda: KnownTokens("", root / "huge.bin"),
    "evidence": lambda: space.evidence.newest(),
}
told = {}
for name, read in readers.items():
    try:
        read()
        told[name] = "read"
    except ShallError as error:
        told[name] = str(error)
told["spec"] = str(read_specs(space).problems[0])
told["doctor"] = next(_evidence(Examined(root, root / ".shall"))).message
print(json.dumps(told))
"""


@pytest.mark.verifies("defences#6.1", "defences#6.3")
@pytest.mark.process
def test_a_file_of_1_5_gb_is_refused_within_1_gib_of_memory(tmp_path: Path) -> None:
    names = (
        "huge.bin",
        "shall.yaml",
        "specs/requirements.md",
        "tests/cases/huge.yaml",
        ".shall/evidence/2026-11.jsonl",
    )
    for name in names:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        os.truncate(file, HUGE_BYTES)  # sparse: it takes no space

    child = subprocess.run(
        [sys.executable, "-c", READ_ALL, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert child.returncode == 0, child.stderr
    told = json.loads(child.stdout)
    assert told.pop("upload") == "read"  # in parts, while it is sent
    assert len(told) == 9
    assert {name: text for name, text in told.items() if "larger than" not in text} == {}


@pytest.mark.verifies("defences#6.2")
def test_no_more_than_one_byte_over_the_limit_is_read_of_a_file_that_grows() -> None:
    reading, writing = os.pipe()  # as a file that grows: its size says nothing
    try:
        os.write(writing, b"x" * 100)
        with pytest.raises(OSError, match="larger than 10 bytes") as refused:
            read_descriptor(reading, 10)
        assert refused.value.errno == errno.EFBIG
        assert os.read(reading, 100) == b"x" * 89
    finally:
        os.close(reading)
        os.close(writing)


def test_a_file_as_large_as_the_limit_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"1\r\n2\r3\n")
    assert read_path(file, 7) == b"1\r\n2\r3\n"
    assert read_text(file, 7) == "1\n2\n3\n"
    with pytest.raises(OSError, match="larger than 6 bytes"):
        read_path(file, 6)
