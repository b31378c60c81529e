"""Who owns a document, by the file ``CODEOWNERS`` of GitHub and GitLab."""

import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where the file may be; the first that exists counts."""

_SECTION = re.compile(r"\^?\[[^\]]*\](?:\[\d+\])?\s*(?P<owners>.*)")


class OwnerRule(Struct, frozen=True):
    """A pattern of paths and who owns them; no owner: nobody does."""

    pattern: str
    owners: tuple[str, ...]


def read_owners(text: str) -> tuple[OwnerRule, ...]:
    """Return the rules of a file, in its order. A rule of a section without owners has its own.

    >>> read_owners("*.md @docs # all of them")
    (OwnerRule(pattern='*.md', owners=('@docs',)),)
    """
    rules: list[OwnerRule] = []
    of_section: tuple[str, ...] = ()
    for line in text.splitlines():
        line = re.sub(r"(?:^|\s)#.*", "", line).strip()
        section = _SECTION.fullmatch(line)
        if section is not None:
            of_section = tuple(section["owners"].split())
        elif line:
            pattern, *owners = re.split(r"(?<!\\)\s+", line)
            rules.append(OwnerRule(pattern.replace("\\ ", " "), tuple(owners) or of_section))
    return tuple(rules)


def owners_of(path: str, rules: Sequence[OwnerRule]) -> tuple[str, ...]:
    """Return the owners of a path: those of the last rule that matches it.

    >>> owners_of("specs/a.md", read_owners("specs/ @team"))
    ('@team',)
    """
    for rule in reversed(rules):
        if _expression(rule.pattern).fullmatch(path):
            return rule.owners
    return ()


@lru_cache(maxsize=1024)
def _expression(pattern: str) -> re.Pattern[str]:
    """Return a pattern as an expression; one with a slash before its end is of the root."""
    is_folder = pattern.endswith("/")
    bare = pattern.strip("/")
    is_anchored = pattern.startswith("/") or "/" in bare
    words = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", bare)
    written = "".join(words.get(part, re.escape(part)) for part in parts)
    below = "/.*" if is_folder else "" if bare.endswith("*") and is_anchored else "(?:/.*)?"
    return re.compile(f"{'' if is_anchored else '(?:.*/)?'}{written}{below}")
