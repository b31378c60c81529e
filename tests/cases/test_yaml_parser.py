"""The fast YAML parser survives the thread that read the first document."""

import subprocess
import sys

import pytest

READ_IN_SHORT_THREADS = """
import threading
from shall.cases.reader import load_yaml

TEXT = "a: 1\\nb: [x, y]\\nc: {d: 2}\\n"

def read():
    for _ in range(2000):
        load_yaml(TEXT, "a.yaml")

for _ in range(20):
    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


@pytest.mark.process
@pytest.mark.verifies("defences#4.8")
def test_documents_are_read_in_new_threads_after_the_first_one_has_ended() -> None:
    done = subprocess.run(
        [sys.executable, "-c", READ_IN_SHORT_THREADS], check=False, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
