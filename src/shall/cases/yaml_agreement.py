"""Decides whether YAML 1.1 (PyYAML) and 1.2 (``yaml_rs``) read a text alike.

Conservative: a false alarm costs some time, a miss would cost a wrong value. The tests compare
both parsers on generated documents.
"""

import math
import re
from typing import Any

import yaml

from shall.cases.bounds import MAX_DEPTH

# Text in which the two parsers may see a different structure. Searching for fixed texts is several
# times faster than one regular expression of alternatives.
# To name the other characters instead takes 57 million instructions to compile.
_ODD_CHARACTER = re.compile(r"[\0-\t\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_PROPERTY = re.compile(r"[!&*?](?<![^\s\[{,:-].)")  # tags, anchors, aliases, long keys
_ODD_BLOCK = re.compile(  # a block scalar, or its sign, near a flow collection or unlike `key: |`
    r"[\[{,]\s*(?:#[^\n]*)?\n|[\[{][^\n]*[|>][-+]?\n|[|>](?<![:-] .)|[|>](?![-+]?\n)"
)
_LONG_RUN = re.compile(r"[ ?-]{60}")  # deep nesting on one line, or a long rule
_RISKY = ("\n---", "\n...", "\n%", ":}", ":]", ":,", ",:", "[:", "{:", " :", "\n:", "\\ud", "\\uD")
_NESTING = (" " * 40, "- - - ", "-  ")
_ODD_NUMBER = re.compile(
    r"[-+._0-9](?<![^\s\[{,:].)"
    r"(?<=(?=[-+._]*[0-9]).)"  # it is a number
    r"(?<!(?=-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?(?:[\s,\]}]|\Z)).)"
    r"[-+.:0-9a-fA-FoOxX_]*(?:[\s,\]}]|\Z)"
)
_WORDS = frozenset(
    form
    for word in ("yes", "no", "on", "off", "true", "false", "null")
    for form in (word, word.capitalize(), word.upper())
) | {"", "~", "=", "<<"}
_NUMBER_START = frozenset("0123456789+-.")
_NUMBERS = [
    pattern.match
    for tag, pattern in yaml.CSafeLoader.yaml_implicit_resolvers["1"]
    if not tag.endswith(":timestamp")
]


def is_risky(text: str) -> bool:
    """Whether the two parsers may see a different structure in a text, or one of them none."""
    return (
        not _is_plain(text)
        or any(each in text for each in _RISKY)
        or (any(sign in text for sign in "!&*?") and _PROPERTY.search(text) is not None)
        or (("|" in text or ">" in text) and _ODD_BLOCK.search(text) is not None)
        or (any(sign in text for sign in _NESTING) and _LONG_RUN.search(text) is not None)
        or text.startswith("%")
    )


def _is_plain(text: str) -> bool:
    """Whether every character is read alike; most texts are ASCII, which is a quick check."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return True
    return _ODD_CHARACTER.search(text) is None


class Agreement:
    """Whether both parsers give the same value for a text that holds nothing risky."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.plain_numbers: bool | None = None

    def holds(self, root: Any) -> bool:
        """Compare every value and key; False when any may differ."""
        texts: set[Any] = set()  # most keys occur many times
        level, depth = [root], 0
        while level:
            deeper: list[Any] = []
            for value in level:
                kind = type(value)
                if kind is str:
                    texts.add(value)
                elif kind is dict:
                    texts.update(value)
                    deeper += value.values()
                elif kind is list:
                    deeper += value
                elif not self.agreed_scalar(value):
                    return False
            level, depth = deeper, depth + 1
        return depth <= MAX_DEPTH and all(
            type(text) is str and self.agreed_text(text) for text in texts
        )

    def agreed_scalar(self, value: Any) -> bool:
        """Whether a value that is not text, list or mapping is read alike."""
        if value is None or type(value) is bool:
            return True
        return type(value) in (int, float) and self.agreed_number(value)

    def agreed_text(self, value: str) -> bool:
        """Whether a text would be a text in YAML 1.1, or is quoted wherever it occurs."""
        if value in _WORDS:
            return value == "" or self.always_quoted(value)
        if value[0] == "\n":
            return False  # an empty block scalar: yaml_rs gives it a line break
        if value[0] in _NUMBER_START and any(match(value) for match in _NUMBERS):
            return self.always_quoted(value)
        return True

    def always_quoted(self, value: str) -> bool:
        """Whether a text never occurs unquoted; one that has a twin inside a longer text is not."""
        quoted = self.text.count(f'"{value}"') + self.text.count(f"'{value}'")
        return 0 < quoted == self.text.count(value)

    def agreed_number(self, value: float) -> bool:
        """Whether a number is written in the way that both read alike."""
        if self.plain_numbers is None:
            self.plain_numbers = _ODD_NUMBER.search(self.text) is None
        return self.plain_numbers and math.isfinite(value)
