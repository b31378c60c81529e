"""What is wrong with a text that is not YAML, in the words of this project."""

from typing import Any

UNCLOSED = ("found unexpected end of stream", "found unexpected document indicator")
"""What libyaml says of a quoted text that is not closed."""

_INDENT = "This line is not indented as the lines above it."
_ADD = "Add it, or quote a text that holds `[`, `{` or `,`."
_ALIGN = "Align the keys of one mapping, and the dashes of one list."

_SENTENCES: dict[str, tuple[str, str]] = {
    "mapping values are not allowed in this context": (
        "A second `key: value` begins here.",
        "Quote a text that holds `: `; put each key on a line of its own.",
    ),
    "found character that cannot start any token": (
        "A value cannot begin with this character.",
        "Quote the text.",
    ),
    "did not find expected ',' or ']'": ("`,` or `]` is missing in a list `[...]`.", _ADD),
    "did not find expected ',' or '}'": ("`,` or `}` is missing in a mapping `{...}`.", _ADD),
    "did not find expected '-' indicator": (_INDENT, "Begin each item of the list with `- `."),
    "did not find expected key": (_INDENT, _ALIGN),
    "did not find expected node content": ("A value is missing here.", "Quote `]`, `}` and `,`."),
    "could not find expected ':'": ("`:` is missing after a key.", "Write `key: value`."),
    "found unexpected ':'": ("`:` is not allowed here.", "Quote the text."),
    "block sequence entries are not allowed in this context": (
        "A list cannot begin in the line of its key.",
        "Put `- ` on the next line, or write [a, b].",
    ),
    "mapping keys are not allowed in this context": (
        "`?` cannot begin a value here.",
        "Quote the text.",
    ),
    "found unknown escape character": (
        "A text in double quotes has an unknown escape.",
        r"Write \\ for a backslash, or use single quotes.",
    ),
    "did not find expected hexdecimal number": (
        "An escape lacks hexadecimal digits.",
        r"Write \x4e, \u4e2d or \U0001f600.",
    ),
    "found invalid Unicode character escape code": ("An escape names no character.", ""),
    "found a tab character that violates indentation": (
        "A tab cannot indent.",
        "Indent with spaces.",
    ),
    "found a tab character where an indentation space is expected": (
        "A tab cannot indent.",
        "Indent with spaces.",
    ),
    "found an indentation indicator equal to 0": (
        "The indentation of a block of text is 1 to 9.",
        "Write `|` alone.",
    ),
    **dict.fromkeys(UNCLOSED, ("A quoted text is not closed.", "Add the closing quote.")),
    "but found another document": (
        "A second document begins here.",
        "Keep one: remove `---`.",
    ),
    "did not find expected alphabetic or numeric character": (
        "An anchor `&` or alias `*` has no name.",
        "Quote a text that begins with & or *.",
    ),
    "found duplicate anchor": ("The same anchor is defined twice.", ""),
    "did not find expected <document start>": (
        "`---` is missing.",
        "Remove lines that begin with %.",
    ),
    "found incompatible YAML document": (
        "The file requires another version of YAML.",
        "Remove %YAML.",
    ),
    "found unknown directive name": ("A directive `%` is unknown.", "Remove the line."),
}

_FOLLOWS = ("Text follows a complete value.", "Quote the whole value.")

_NOT_YAML = "This is not YAML."


def explained(problem: str | None, before: str = "") -> tuple[str, str]:
    """Return message and hint for a sentence of libyaml or PyYAML.

    ``before`` is the text of the line up to the fault. A sentence that is not known, such as one
    that a later release reworded, is not repeated: the place says more than it would.
    """
    said = problem or ""
    if _SENTENCES.get(said, ("",))[0] == _INDENT and before.strip(" -"):
        return _FOLLOWS
    if said in _SENTENCES:
        return _SENTENCES[said]
    if said.startswith("could not determine a constructor for the tag"):
        tag = said.partition("'")[2].rpartition("'")[0].replace("tag:yaml.org,2002:", "!!")
        return f"The tag {tag:.60} is not read here.", "Remove it: the values are JSON data."
    if said.startswith("expected a mapping or list of mappings for merging"):
        return "`<<` takes a mapping or a list of mappings.", "Write `<<: *anchor`."
    if said.startswith(("expected a scalar node", "expected a mapping node", "expected a seq")):
        return "The value is not of the type of its tag.", "Remove the tag."
    return _NOT_YAML, ""


def unreadable_character(error: Any, text: str) -> tuple[int, int, str] | None:
    """Return line, column and message for a character that YAML does not take, counted from 1."""
    position = getattr(error, "position", getattr(error, "start", None))
    if not isinstance(position, int) or not 0 <= position < len(text):
        return None
    before = text[:position]
    line, column = before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1
    return line, column, f"The character U+{ord(text[position]):04X} is not allowed in YAML."
