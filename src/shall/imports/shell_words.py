"""The words of the commands in a text, as a POSIX shell reads them. Nothing is carried out.

A variable becomes a mark, which ``expressions`` turns into an expression.
"""

import re
from collections.abc import Iterator

from msgspec import Struct, field

from shall.cases.forms import is_variable_name
from shall.imports.expressions import mark, without_marks

_END = re.compile(r"\|\||&&|[;&|\n]")
_REDIRECTION = re.compile(r"\d*(?:<<<|<<|>>|>|<)(?:&\d|&)?[ \t]*")
_PLAIN = re.compile(r"[^\s'\"\\$`;&|<>#]+")
_IN_DOUBLE = re.compile(r'[^"\\$`]+')
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(:?[-=?+][^}]*)?\})")
_ESCAPE = re.compile(
    r"\\(?:([abefnrtv\\'\"?])|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|([0-7]{1,3}))"
)
_CONTROL = dict(zip("abefnrtv", "\a\b\x1b\f\n\r\t\v", strict=True))


class Command(Struct):
    """A command: its words, its line, and what was not understood in it."""

    words: list[str]
    line: int
    problems: list[str] = field(default_factory=list[str])


def commands(text: str) -> list[Command]:
    """Return the commands of a text, in order; those behind a pipe are left out."""
    return list(_Reader(text.replace("\r\n", "\n")).commands())


class _Reader:
    """Reads words from a text, character by character."""

    def __init__(self, text: str) -> None:
        self.text = without_marks(text)
        self.at = 0
        self.substitutions = 0
        self.problems: list[str] = []

    def commands(self) -> Iterator[Command]:
        piped, line, counted = False, 1, 0
        while self.at < len(self.text):
            line, counted = line + self.text.count("\n", counted, self.at), self.at
            words: list[str] = []
            self.problems = []
            while (word := self._word()) is not None:
                words.append(word)
            end = _END.match(self.text, self.at)
            self.at = end.end() if end else len(self.text)
            if words and words[0] in {"$", "%"}:  # the prompt of a page it was copied from
                words = words[1:]
            if words and not piped:
                yield Command(words, line, self.problems)
            piped = end is not None and end[0] == "|"

    def _word(self) -> str | None:
        """Return the next word; None where the command ends."""
        self._skip_blanks()
        if self.at >= len(self.text) or _END.match(self.text, self.at):
            return None
        redirection = _REDIRECTION.match(self.text, self.at)
        if redirection:
            self.at = redirection.end()
            if redirection[0].lstrip("0123456789").startswith("<"):
                self.problems.append("An input that is redirected was left out.")
            if not redirection[0].rstrip()[-1].isdigit():
                self._word()
            return self._word()
        parts: list[str] = []
        while self.at < len(self.text):
            char = self.text[self.at]
            if char in " \t\n;&|<>":
                break
            parts.append(self._part(char))
        return "".join(parts)

    def _skip_blanks(self) -> None:
        while self.at < len(self.text):
            if self.text[self.at] in " \t":
                self.at += 1
            elif self.text.startswith("\\\n", self.at):
                self.at += 2
            elif self.text[self.at] == "#":
                end = self.text.find("\n", self.at)
                self.at = end if end >= 0 else len(self.text)
            else:
                return

    def _part(self, char: str) -> str:
        if char == "'":
            return self._until("'")
        if char == '"':
            return self._double()
        if self.text.startswith("$'", self.at):
            return self._ansi()
        if char in "$`":
            return self._dollar()
        if char == "\\":
            self.at += 2
            escaped = self.text[self.at - 1 : self.at]
            return "" if escaped == "\n" else escaped
        plain = _PLAIN.match(self.text, self.at)
        self.at = plain.end() if plain else self.at + 1
        return plain[0] if plain else char

    def _until(self, mark: str) -> str:
        end = self.text.find(mark, self.at + 1)
        if end < 0:
            self.problems.append("A quotation mark is not closed.")
            end = len(self.text)
        part = self.text[self.at + 1 : end]
        self.at = end + 1
        return part

    def _double(self) -> str:
        parts: list[str] = []
        self.at += 1
        while self.at < len(self.text) and self.text[self.at] != '"':
            char = self.text[self.at]
            if char == "\\":
                following = self.text[self.at + 1 : self.at + 2]
                self.at += 2
                if following != "\n":
                    parts.append(following if following in '"\\$`' else f"\\{following}")
            elif char in "$`":
                parts.append(self._dollar())
            else:
                plain = _IN_DOUBLE.match(self.text, self.at)
                parts.append(plain[0] if plain else char)
                self.at = plain.end() if plain else self.at + 1
        if self.at >= len(self.text):
            self.problems.append("A quotation mark is not closed.")
        self.at += 1
        return "".join(parts)

    def _ansi(self) -> str:
        """Read ``$'...'``, in which a backslash escapes as in C."""
        start = self.at + 2
        end = start
        while end < len(self.text) and self.text[end] != "'":
            end += 2 if self.text[end] == "\\" else 1
        if end >= len(self.text):
            self.problems.append("A quotation mark is not closed.")
        self.at = end + 1
        return _ESCAPE.sub(_unescaped, self.text[start:end])

    def _dollar(self) -> str:
        """Read a variable, or a command whose output is not known."""
        found = _VARIABLE.match(self.text, self.at)
        if found:
            self.at = found.end()
            name = found[1] or found[2]
            if found[3]:
                self.problems.append(f"The default of the variable {name} was left out.")
            if not is_variable_name(name):
                self.problems.append(f"${name} is not a variable that a case can read.")
                return ""
            return mark(name)
        if self.text.startswith("$(", self.at) or self.text[self.at] == "`":
            self._skip_substitution()
            self.substitutions += 1
            name = f"command_{self.substitutions}"
            self.problems.append(f"The output of a command became the variable {name}.")
            return mark(name)
        self.at += 1
        return "$"

    def _skip_substitution(self) -> None:
        if self.text[self.at] == "`":
            self._until("`")
            return
        depth = 0
        self.at += 1
        while self.at < len(self.text):
            depth += {"(": 1, ")": -1}.get(self.text[self.at], 0)
            self.at += 1
            if depth == 0:
                return


def _unescaped(found: re.Match[str]) -> str:
    simple, hexadecimal, unicode, octal = found.groups()
    if simple:
        return _CONTROL.get(simple, simple)
    return chr(int(hexadecimal or unicode, 16) if hexadecimal or unicode else int(octal, 8) % 256)
