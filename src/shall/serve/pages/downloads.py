"""A stored run as a file: written to disk first, so that neither the memory nor the store waits."""

import re
import tempfile
from collections.abc import Callable, Iterator
from typing import IO

from starlette.responses import StreamingResponse

from shall.actions.run_files import run_file
from shall.serve.pages.page import Answer, PageCall

_TYPES = {"json": "application/json", "junit.xml": "application/xml", "csv": "text/csv"}
_IN_MEMORY = 4 << 20
"""Bytes of a file beyond which it is on the disk while it is sent."""
_PART = 64 << 10


def run_download(kind: str) -> Callable[[PageCall], Answer]:
    """Return what answers a run as a file of a kind: ``json``, ``junit.xml`` or ``csv``."""

    def make(call: PageCall) -> Answer:
        redactor = call.context.workspaces.redactor
        run_id, parts = run_file(call.workspace, call.path["run_id"], kind, redactor)
        file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - sent, then closed
        try:
            for part in parts:
                file.write(part.encode("utf-8", "backslashreplace"))
            size = file.tell()
            file.seek(0)
        except BaseException:
            file.close()
            raise
        name = re.sub(r"[^\w.-]", "_", run_id, flags=re.ASCII)[:80]
        headers = {
            "Content-Disposition": f'attachment; filename="run-{name}.{kind}"',
            "Content-Length": str(size),
        }
        return StreamingResponse(_sent(file), headers=headers, media_type=_TYPES[kind])

    return make


def _sent(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while part := file.read(_PART):
            yield part
