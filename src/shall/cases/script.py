"""Generated pytest scripts: a few lines without logic, so that an upgrade never rewrites them."""

import re
from hashlib import sha256

_UNSAFE = re.compile(r"[^0-9a-z]+")
_SUFFIX = re.compile(r"\.ya?ml\Z", re.IGNORECASE)


def script_name(case_path: str) -> str:
    """Return the file name of a case's script: ``test_auth_login_1f0c9a2b.py``.

    The digits come from the whole path, so that no two cases share a script.
    """
    return f"test_{_identifier(case_path)}.py"


def to_script(case_path: str) -> str:
    """Return the script that runs a case under pytest.

    ``case_path`` is the path of the case in its workspace; it goes into the script as a Python
    literal only, whatever it holds.
    """
    return f'''\
"""Runs one test case. Generated: change the case, not this file."""

from shall.pytest_support import case_test

test_{_identifier(case_path)} = case_test({case_path!a})
'''


def _identifier(case_path: str) -> str:
    words = _UNSAFE.sub("_", _SUFFIX.sub("", case_path.lower())).strip("_")
    mark = sha256(case_path.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    short = words.removeprefix("tests_cases_")[-60:].strip("_")
    return f"{short}_{mark}" if short else mark
