"""HTTP with libcurl."""

import os
import sys

from shall.partial_import import left_out

_flags = sys.getdlopenflags()
# Of the 3,000 functions that pycurl's libraries take from one another, a run calls few: each is
# looked up when it is first called, as in programs that are linked with libcurl. 1 ms.
sys.setdlopenflags(os.RTLD_LAZY)
# Its part for asyncio is not used: that imports dataclasses and, through them, inspect and ast,
# 30 of the 106 million instructions that pycurl takes alone.
try:
    with left_out("pycurl.async_multi", AsyncCurlMulti=None):
        import pycurl  # noqa: F401
finally:
    sys.setdlopenflags(_flags)
