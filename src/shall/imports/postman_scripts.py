"""Reads the test scripts of Postman: what a case can say exactly, and the rest as text.

No script is carried out. Statements are read one by one from the start; the first that is not known
ends the reading, since what follows may depend on it.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

_COMMENT = re.compile(r"\s+|//[^\n]*|/\*.*?\*/", re.DOTALL)
_TEST = re.compile(
    r"pm\.test\(\s*(?:\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`[^`$]*`)\s*,\s*"
    r"(?:function\s*\(\s*\)|\(\s*\)\s*=>)\s*\{"
)
_TEST_END = re.compile(r"\}\s*\)\s*;?")
_LITERAL = r"(\"(?:[^\"\\\n]|\\.)*\"|-?\d+(?:\.\d+)?|true|false|null)"
_PATH = r"((?:\.[A-Za-z_]\w*|\[\d+\]|\[\"[^\"\\]+\"\])*)"
_JSON = r"(pm\.response\.json\(\)|[A-Za-z_]\w*)"
_EQUALS = r"\.to\.(?:eql|equal|be\.equal|be\.eql)"

_STATUS = re.compile(r"pm\.response\.to\.have\.status\(\s*([1-5]\d\d)\s*\)\s*;?")
_CODE = re.compile(
    r"pm\.expect\(\s*pm\.response\.code\s*\)" + _EQUALS + r"\(\s*([1-5]\d\d)\s*\)\s*;?"
)
_OK = re.compile(r"pm\.response\.to\.be\.(?:success|ok)\s*;?")
_HEADER = re.compile(r"pm\.response\.to\.have\.header\(\s*[\"']([\w-]+)[\"']\s*\)\s*;?")
_TIME = re.compile(
    r"pm\.expect\(\s*pm\.response\.responseTime\s*\)\.to\.be\.below\(\s*(\d{1,6})\s*\)\s*;?"
)
_ALIAS = re.compile(r"(?:const|let|var)\s+([A-Za-z_]\w*)\s*=\s*pm\.response\.json\(\)\s*;?")
_VALUE = re.compile(
    r"pm\.expect\(\s*" + _JSON + _PATH + r"\s*\)" + _EQUALS + r"\(\s*" + _LITERAL + r"\s*\)\s*;?"
)
_SET = re.compile(
    r"pm\.(?:environment|collectionVariables|globals|variables)\.set\(\s*[\"']([^\"'\\\n]+)[\"']\s*,"
    r"\s*" + _JSON + _PATH + r"\s*\)\s*;?"
)


class Script(Struct):
    """What a script checks and stores, and the text that was not understood."""

    expect: dict[str, Any] = field(default_factory=dict[str, Any])
    captures: dict[str, str] = field(default_factory=dict[str, str])
    rest: str = ""


def read_script(text: str) -> Script:
    """Return what a test script says."""
    return _Reader(text[:100_000]).read()


class _Reader:
    """Reads statements from the start of a script."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.aliases = {"pm.response.json()"}
        self.script = Script()

    def read(self) -> Script:
        """Read statements until one is not known."""
        depth = 0
        while True:
            self._skip_blanks()
            if self.at >= len(self.text):
                break
            start = self.at
            if self._take(_TEST) is not None:
                depth += 1
            elif depth and self._take(_TEST_END) is not None:
                depth -= 1
            elif not self._statement():
                self.script.rest = self.text[start:]
                break
        return self.script

    def _skip_blanks(self) -> None:
        while found := _COMMENT.match(self.text, self.at):
            self.at = found.end()

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        return found

    def _statement(self) -> bool:
        """Read one statement; False: it is not known, and nothing was read."""
        start = self.at
        if self._check() or self._value():
            return True
        self.at = start
        return False

    def _check(self) -> bool:
        """Read a check of the response but its body."""
        if found := self._take(_STATUS) or self._take(_CODE):
            return self._expect("status", int(found[1]))
        if self._take(_OK):
            return self._expect("status", "2xx")
        if found := self._take(_HEADER):
            return self._expect(f"header {found[1]}", {"exists": True})
        if found := self._take(_TIME):
            return self._expect("duration", {"less_than": f"{found[1]} ms"})
        return False

    def _value(self) -> bool:
        """Read what is done with the JSON body."""
        if found := self._take(_ALIAS):
            self.aliases.add(found[1])
            return True
        if (found := self._take(_SET)) and found[2] in self.aliases:
            self.script.captures[found[1]] = f"${found[3]}"
            return True
        if (found := self._take(_VALUE)) and found[1] in self.aliases:
            return self._expect(f"${found[2]}", {"equals": json.loads(found[3])})
        return False

    def _expect(self, selector: str, value: Any) -> bool:
        """Add a check; False: there is another one of the same value."""
        expect: Mapping[str, Any] = self.script.expect
        if selector in expect and expect[selector] != value:
            return False
        self.script.expect[selector] = value
        return True
