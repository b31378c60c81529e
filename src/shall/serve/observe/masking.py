"""The last net under the log: no line shows what looks like a secret."""

import re
from collections.abc import Iterable

from shall.engine.redact import Redactor
from shall.redaction.forms import MASK
from shall.redaction.names import is_secret_name

_SCHEME = re.compile(r"\b(Bearer|Basic|Digest|Token)\s+[\w.~+/=-]{6,}", re.IGNORECASE)
_NAME_AND_MARK = re.compile(r"(?<![\w-])([\w-]{1,64})[\"']?\s{0,4}[:=]\s{0,4}[\"']?")
_VALUE = re.compile(r"((Bearer|Basic|Digest|Token)\s{1,4})?[^\s\"',;&{}\[\]()]+", re.IGNORECASE)
_LINE = re.compile(r"[\w-]+:\d{1,4}(:\d{1,4})?: ")
"""The name of a file and a place in it: the operator has to find that line of ``tokens``."""
_USERINFO = re.compile(r"(?<=://)[^\s/@]{1,512}@")


class Masking:
    """Masks the secrets of the settings, and whatever looks like one by its name or place."""

    def __init__(self, secrets: Iterable[str] = (), known: Redactor | None = None) -> None:
        self._known = known or Redactor()
        for secret in secrets:
            self._known.learn(secret)

    def __call__(self, text: str) -> str:
        """Mask a text."""
        text = self._known.text(text)
        text = _without_named(text)
        text = _SCHEME.sub(rf"\1 {MASK}", text)
        return _USERINFO.sub(f"{MASK}@", text)


def _without_named(text: str) -> str:
    """Mask what follows a name that suggests a secret."""
    parts, end = [], 0
    for found in _NAME_AND_MARK.finditer(text):
        if found.start() >= end and is_secret_name(found[1]):
            value = _VALUE.match(text, found.end())
            if value is not None and not _LINE.match(text, found.start()):
                parts += [text[end : found.end()], MASK]
                end = value.end()
    return "".join([*parts, text[end:]])
