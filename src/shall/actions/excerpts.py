"""The lines of files that diagnostics are shown with, without those that hold a secret."""

import re
from collections.abc import Iterable, Mapping

from shall.actions.masking import shown_text
from shall.diagnostics import Diagnostic
from shall.engine.redact import Redactor
from shall.errors import ShallError
from shall.redaction.names import is_secret_name
from shall.workspace.files import Files

_KEY = re.compile(r"([\w.-]+)[\"']?[ \t]*[:=]")

_USERINFO = re.compile(
    r"[^\s\"'/@:,{\[]{1,256}:[^\s\"'@]{1,256}@[\w\[]|://[^/@]{1,256}@|://[^/\s@:]{0,256}:[^@]{1,256}@"
)
"""A user and a password before a host, or a user alone, which is most often a token.

Of a URL they may hold blanks and quotes; of a proxy without its scheme they may not.
"""

_CREDENTIALS = frozenset({"auth", "bearer"})
"""Keys of a case with credentials in their line."""

MOST_FILES = 100
"""Files that are read for excerpts; diagnostics of others are shown without."""


def excerpts(
    files: Files, redactor: Redactor, diagnostics: Iterable[Diagnostic]
) -> Mapping[str, str]:
    """Return the texts of the files that diagnostics are about, as ``shown_texts`` does."""
    places = (found.span for found in diagnostics)
    return shown_texts(files, redactor, (span.file for span in places if span is not None))


def shown_texts(files: Files, redactor: Redactor, names: Iterable[str]) -> Mapping[str, str]:
    """Return the texts of files, by their names.

    A line that holds a secret, or the key of one, is empty. A file that cannot be read, or whose
    secrets are not known, is left out.
    """
    sources: dict[str, str] = {}
    for name in list(dict.fromkeys(names))[:MOST_FILES]:
        try:
            text = files.read_text(name, settings=True)
            lines, shown = text.splitlines(), shown_text(redactor, name, text).splitlines()
        except ShallError:
            continue
        if len(lines) == len(shown):  # a mask in place of several lines would move the others
            pairs = zip(lines, shown, strict=True)
            sources[name] = "\n".join(
                line if line == other and not names_secret(line) else "" for line, other in pairs
            )
    return sources


def names_secret(line: str) -> bool:
    """Return whether a line has the key of a secret or of credentials, or a password and a host."""
    if "@" in line and _USERINFO.search(line):
        return True
    return any(it in _CREDENTIALS or is_secret_name(it) for it in _KEY.findall(line))
