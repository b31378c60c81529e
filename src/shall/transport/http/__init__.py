"""HTTP with libcurl."""

from shall.partial_import import left_out

# Its part for asyncio is not used: that imports dataclasses and, through them, inspect and ast,
# 30 of the 106 million instructions that pycurl takes alone.
with left_out("pycurl.async_multi", AsyncCurlMulti=None):
    import pycurl  # noqa: F401
