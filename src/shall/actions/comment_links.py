"""Reads the links that comments at tests in languages other than Python declare."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from shall.actions.link_sources import marks_of_files
from shall.actions.reported_files import file_fingerprint
from shall.diagnostics import Diagnostic
from shall.errors import ShallError
from shall.specs.model import Link
from shall.specs.other_comments import CommentedTest, read_comments, read_other_marks
from shall.specs.test_comments import may_validate
from shall.specs.test_languages import TEST_ENDINGS, language_of
from shall.workspace.files import Files
from shall.workspace.workspace import Workspace


def comment_links(workspace: Workspace, problems: list[Diagnostic]) -> Iterator[Link]:
    """Yield the links of comments at tests; note those that are at none, and unreadable files.

    The fingerprint is that of the whole file, as of every test of a report.
    """
    paths = [it for it in workspace.files.find(".", TEST_ENDINGS) if language_of(it) is not None]
    for path, _, marks in marks_of_files(
        workspace, paths, TEST_ENDINGS, read_other_marks, problems
    ):
        if marks.links:
            fingerprint = file_fingerprint(workspace.files, path)
            yield from (replace(it, fingerprint=fingerprint) for it in marks.links)


class CommentedTests:
    """The tests of files in other languages; a file is read when a report names it."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self._tests: dict[str, Sequence[CommentedTest]] = {}
        self.not_reported: dict[str, None] = {}

    def of(self, path: str) -> Sequence[CommentedTest]:
        """Return the tests of a file; those that name criteria are noted as not reported."""
        if path not in self._tests:
            self._tests[path] = self._read(path)
            self.not_reported |= {it.source: None for it in self._tests[path] if it.named}
        return self._tests[path]

    def _read(self, path: str) -> Sequence[CommentedTest]:
        if language_of(path) is None:
            return ()
        try:
            text = self.files.read_text(path)
        except ShallError:
            return ()
        return read_comments(text, path).tests if may_validate(text) else ()
