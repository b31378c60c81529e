"""The hash that tells whether a case changed its meaning."""

import json
from hashlib import sha256

from shall.cases.model import Case
from shall.cases.writer import to_data


def case_fingerprint(case: Case) -> str:
    """Return 64 hexadecimal digits, the same for every way to write the same case.

    Comments, the order of keys and older spellings do not count; the order of steps does.
    """
    return sha256(_encode(to_data(case)).encode("ascii")).hexdigest()


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode
