"""What the comments at tests in languages other than Python say that they validate.

A comment belongs to the test that begins directly below it, attributes between them, or that it is
in, before any other line. A report of the runner says how the test ended; a comment proves nothing.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from shall.diagnostics import Diagnostic, Severity
from shall.span import Span
from shall.specs.junit import ReportedTest
from shall.specs.links import Marks
from shall.specs.model import Link, LinkKind
from shall.specs.test_comments import (
    UNATTACHED,
    CommentLine,
    Named,
    criteria_named,
    may_validate,
)
from shall.specs.test_languages import Language, language_of

_LINE_END = re.compile(r"\r\n|\r|\n")
_BETWEEN = re.compile(r"[>›»]|\s+")
_ESCAPED = re.compile(r"\\(?P<sign>[\\'\"`])")
_BEGINS_BODY = re.compile(r"(?:async\s*)?(?:function\s*)?(?:\([^()]*\)|\w+)?\s*(?:=>)?\s*\{")
_OF_A_SET = re.compile(r"(?P<name>[^(\[{<]+)(?P<set>[(\[{<].*)?", re.DOTALL)

_ATTACH = "Write it directly above a test, or as the first line in it."
_NO_NAME = "The name of this test or of a block around it is computed, so the line links nothing."
_WRITE_NAME = "Write the key into the name of the test, or give it a name as a plain string."
_REPEATED = "Another test in this file has the same name, so the line links nothing."
_RENAME = "Give each test a name of its own."


class CommentedTest(Struct, frozen=True):
    """A test: its full name in parts, None where one is computed, and what its comments name."""

    file: str
    line: int
    path: tuple[str | None, ...]
    alias: str = ""
    named: tuple[Named, ...] = ()

    @property
    def source(self) -> str:
        """The source of its links."""
        return f"{self.file}::{' > '.join(map(str, self.path))}"

    def sets_of(self, test: ReportedTest) -> Iterator[str | None]:
        """Yield the parameter set that a reported test is of this one: at most one, None: no set.

        Blocks around a test are a part of its name or of the name of its class.
        """
        titles = [it for it in self.path if it is not None]
        if len(titles) < len(self.path):
            return
        *blocks, title = titles
        is_alias = bool(self.alias) and test.name in {self.alias, f"{self.alias}()"}
        is_whole = _words(test.name) == _words(*titles)
        is_title = bool(blocks) and _words(test.name) == _words(title)
        if is_alias or is_whole or (is_title and _words(test.classname) == _words(*blocks)):
            yield None
        elif not blocks and title.replace("_", "").isalnum():
            found = _OF_A_SET.fullmatch(test.name)
            name = re.split(r"::|\.", found["name"].strip())[-1] if found is not None else ""
            if found is not None and name == title:
                parameters = found["set"] or ""
                yield None if parameters in {"", "()"} else parameters


def _words(*titles: str) -> list[str]:
    return [it for it in _BETWEEN.split(" ".join(titles)) if it]


class Comments(Struct, frozen=True):
    """The tests of a file in their order, and the comments that name criteria and are at none."""

    tests: tuple[CommentedTest, ...] = ()
    problems: tuple[Diagnostic, ...] = ()


def read_other_marks(text: str, file: str) -> Marks:
    """Return the links of the comments of a test file; those of Python files are read elsewhere."""
    if not may_validate(text):
        return Marks()
    found = read_comments(text, file)
    links = tuple(
        Link(it.criterion, LinkKind.REPORT, test.source, Span(file, it.line, it.column))
        for test in found.tests
        for it in test.named
    )
    return Marks(links, found.problems)


def read_comments(text: str, file: str) -> Comments:
    """Return the tests of a file with what their comments name."""
    language = language_of(file)
    if language is None:
        return Comments()
    reader = _Reader(language, file)
    lines = _LINE_END.split(text)
    for number, line in enumerate(lines, start=1):
        following = lines[number] if number < len(lines) else ""
        reader.take(number, line, following)
    return reader.comments()


class _Test(Struct):
    """A test that is read: the lines of comments so far."""

    line: int
    indent: int
    path: tuple[str | None, ...]
    alias: str
    lines: list[CommentLine]


class _Reader:
    """Reads one line after the other."""

    def __init__(self, language: Language, file: str) -> None:
        self._language = language
        self._file = file
        self._above: list[CommentLine] = []
        self._attributes = ""
        self._groups: list[tuple[int, str | None]] = []
        self._tests: list[_Test] = []
        self._begun: _Test | None = None  # only its first line and comments were read
        self._unattached: list[CommentLine] = []
        self._is_in_block = False
        self._is_joined = False

    def take(self, number: int, line: str, following: str) -> None:
        """Read a line; ``following`` is the one after it."""
        start = len(line) - len(line.lstrip())
        written = line[start:]
        if self._is_joined:  # the title, which was read with the line before
            self._is_joined = False
        elif self._is_in_block or written.startswith(self._language.comment):
            self._take_comment(CommentLine(number, start, written))
            self._is_in_block = self._is_in_block and "*/" not in written
        elif self._language.has_blocks and written.startswith("/*"):
            self._take_comment(CommentLine(number, start, written))
            self._is_in_block = "*/" not in written
        elif not written:
            self._end_above()
            self._begun = None
        else:
            self._take_code(number, start, line, following)

    def _take_comment(self, line: CommentLine) -> None:
        if self._begun is not None and (self._is_in_block or line.start > self._begun.indent):
            self._begun.lines.append(line)
        else:
            self._above.append(line)

    def _take_code(self, number: int, start: int, line: str, following: str) -> None:
        language = self._language
        if line.rstrip().endswith("(") and language.group is not None:
            line, joined = line.rstrip(), f"{line.rstrip()}{following.strip()}"
        else:
            joined = line
        group = language.group.match(joined) if language.group is not None else None
        test = language.test.match(joined) if group is None else None
        attributes = f"{self._attributes}\n{line}"
        if language.attribute is not None and not language.attribute.search(attributes):
            test = None
        trailing = line.find(language.comment, test.end() if test is not None else 0)
        comment = [CommentLine(number, trailing, line[trailing:])] if trailing >= 0 else []
        self._attributes = ""
        self._is_joined = joined is not line and (group or test) is not None
        if test is not None:
            self._begin_test(number, start, test, attributes, comment)
            return
        self._unattached += comment
        if group is not None:
            self._leave_groups(start)
            self._groups.append((start, _title(group)))
        if language.before is not None and language.before.match(line):
            self._attributes = attributes
            self._begun = None
        else:
            self._end_above()
            self._begun = self._begun if _BEGINS_BODY.fullmatch(line.strip()) else None

    def _begin_test(
        self,
        number: int,
        start: int,
        test: re.Match[str],
        attributes: str,
        comment: Sequence[CommentLine],
    ) -> None:
        self._leave_groups(start)
        path = (*(title for _, title in self._groups), _title(test))
        shown = self._language.alias
        alias = shown.search(attributes) if shown is not None else None
        lines = [*self._above, *comment]
        self._begun = _Test(number, start, path, alias["name"] if alias else "", lines)
        self._tests.append(self._begun)
        self._above = []

    def _leave_groups(self, start: int) -> None:
        while self._groups and self._groups[-1][0] >= start:
            self._groups.pop()

    def _end_above(self) -> None:
        self._unattached += self._above
        self._above = []

    def comments(self) -> Comments:
        """Return what was read."""
        self._end_above()
        counted = Counter(tuple(_words(*map(str, it.path))) for it in self._tests)
        tests: list[CommentedTest] = []
        problems: list[Diagnostic] = []
        for it in self._tests:
            test = CommentedTest(self._file, it.line, it.path, it.alias)
            named = tuple(criteria_named(it.lines))
            if named and None in it.path:
                problems += self._problems(named, _NO_NAME, _WRITE_NAME)
            elif named and counted[tuple(_words(*map(str, it.path)))] > 1:
                problems += self._problems(named, _REPEATED, _RENAME)
            else:
                test = replace(test, named=named)
            tests.append(test)
        problems += self._problems(tuple(criteria_named(self._unattached)), UNATTACHED, _ATTACH)
        return Comments(tuple(tests), tuple(problems))

    def _problems(self, named: Sequence[Named], message: str, hint: str) -> Iterator[Diagnostic]:
        for it in named:
            span = Span(self._file, it.line, it.column)
            yield Diagnostic("link.unread-mention", Severity.WARNING, message, span, hint)


def _title(found: re.Match[str]) -> str | None:
    """Return the name that a test or block is written with; None where it is computed."""
    groups = found.groupdict()
    title = groups.get("method") or groups.get("constant") or groups["name"]
    if title is None or (groups.get("quote") == "`" and "${" in title):
        return None
    if "#{" in title and groups.get("quote") == '"':
        return None
    plain = _ESCAPED.sub(lambda it: it["sign"], title)
    return None if "\\" in _ESCAPED.sub("", title) else plain
