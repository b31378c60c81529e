"""How tests are written in languages other than Python, as far as comments at them are read.

A line is looked at by itself, and no language is parsed: what is written in another way is
reported, and links nothing.
"""

import re

from msgspec import Struct


class Language(Struct, frozen=True):
    """How a language writes comments and tests.

    ``file`` matches the paths of test files, ``test`` the first line of a test with its name.
    ``group`` matches that of a block whose title is a part of the full names of the tests in it.
    Where there is an ``attribute``, a test has a line that it matches before it, among lines that
    begin with ``before``; ``alias`` matches a further name of the test there.
    """

    endings: tuple[str, ...]
    file: re.Pattern[str]
    test: re.Pattern[str]
    comment: str = "//"
    has_blocks: bool = True
    group: re.Pattern[str] | None = None
    before: re.Pattern[str] | None = None
    attribute: re.Pattern[str] | None = None
    alias: re.Pattern[str] | None = None


_QUOTED = r"""(?P<quote>["'`])(?P<name>(?:\\.|(?!(?P=quote))[^\\])*)(?P=quote)"""
_MODIFIERS = (
    r"(?:\.(?:only|skip|todo|concurrent|sequential|serial|parallel|fails|failing|fixme|each|for))*"
)
_ANNOTATION = r"@[\w.:]+(?:\s*\([^()]*\))?\s*"

_JAVASCRIPT = Language(
    endings=(".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".mts", ".cts"),
    file=re.compile(r"[._-](?:test|spec|e2e|cy)\.[cm]?[jt]sx?$|(?:^|/)__tests__/|(?:^|/)tests?/"),
    test=re.compile(
        rf"\s*(?:it|test|specify|Deno\.test){_MODIFIERS}\s*\(\s*(?:{_QUOTED}\s*(?=[,)]))?"
    ),
    group=re.compile(
        rf"\s*(?:describe|context|suite|test\.describe){_MODIFIERS}\s*\(\s*"
        rf"(?:{_QUOTED}\s*(?=[,)]))?"
    ),
)
_GO = Language(
    endings=("_test.go",),
    file=re.compile(r"_test\.go$"),
    test=re.compile(r"func (?P<name>Test\w*)\s*\("),
)
_RUST = Language(
    endings=(".rs",),
    file=re.compile(r"\.rs$"),
    test=re.compile(
        r"\s*(?:#\[[^\]]*\]\s*)*(?:pub(?:\([^)]*\))?\s+)?(?:async\s+)?fn\s+(?P<name>\w+)\s*[(<]"
    ),
    before=re.compile(r"\s*#\["),
    attribute=re.compile(r"#\[\s*(?:(?:\w+::)*test|rstest|test_log::test)\s*[\](]"),
)
_JVM_FILE = r"(?:^|/)(?:src/\w*[tT]est\w*/.+|(?:Test\w+|\w+Tests?|\w+TestCase|\w+IT|\w+Spec))"
_JVM_TEST = re.compile(r"@(?:\w+\.)*(?:Test|ParameterizedTest|RepeatedTest|Property)\b")
_SHOWN = re.compile(r'@DisplayName\s*\(\s*"(?P<name>[^"\\]*)"\s*\)')
_JAVA = Language(
    endings=(".java",),
    file=re.compile(rf"{_JVM_FILE}\.java$"),
    test=re.compile(rf"\s*(?:{_ANNOTATION})*(?:[\w<>\[\],.?]+\s+)+(?P<name>\w+)\s*\("),
    before=re.compile(r"\s*@"),
    attribute=_JVM_TEST,
    alias=_SHOWN,
)
_KOTLIN = Language(
    endings=(".kt",),
    file=re.compile(rf"{_JVM_FILE}\.kt$"),
    test=re.compile(rf"\s*(?:{_ANNOTATION})*(?:\w+\s+)*fun\s+(?P<quote>`?)(?P<name>[^`(]+)`?\s*\("),
    before=re.compile(r"\s*@"),
    attribute=_JVM_TEST,
    alias=_SHOWN,
)
_CSHARP = Language(
    endings=(".cs",),
    file=re.compile(r"(?:Tests?|Specs?)\.cs$|(?:^|/)[\w.]*[tT]ests?/"),
    test=re.compile(r"\s*(?:\[[^\]]*\]\s*)*(?:[\w<>\[\],.?]+\s+)+(?P<name>\w+)\s*\("),
    before=re.compile(r"\s*\["),
    attribute=re.compile(
        r"[\[,]\s*(?:\w+\.)*(?:Fact|Theory|Test|TestCase|TestMethod|DataTestMethod|Property)\b"
    ),
)
_RUBY = Language(
    endings=("_spec.rb", "_test.rb"),
    file=re.compile(r"_(?:spec|test)\.rb$"),
    test=re.compile(
        rf"\s*(?:(?:it|specify|scenario|example|test)\s*[\s(]\s*(?:{_QUOTED})?"
        r"|def (?P<method>test_\w+))"
    ),
    group=re.compile(
        rf"\s*(?:RSpec\.)?(?:describe|context|feature)\s*[\s(]\s*"
        rf"(?:(?P<constant>[A-Z][\w:]*)(?=\)?\s*do\b)|{_QUOTED}(?=\)?\s*do\b))?"
    ),
    comment="#",
    has_blocks=False,
)

LANGUAGES = (_JAVASCRIPT, _GO, _RUST, _JAVA, _KOTLIN, _CSHARP, _RUBY)

TEST_ENDINGS = tuple(it for language in LANGUAGES for it in language.endings)
"""The endings of the files that may hold tests."""


def language_of(path: str) -> Language | None:
    """Return the language of a test file; None where it is not a test file of one that is read."""
    for language in LANGUAGES:
        if path.endswith(language.endings):
            return language if language.file.search(path) else None
    return None
