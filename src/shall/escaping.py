"""Foreign text made harmless and visible.

A response may hold anything: a colour code that paints the terminal, a bidirectional override
that shows ``admin`` for ``nimda``, half a surrogate pair that no encoder takes. Reports
show such characters as an escape, so that a reader sees that they were there.
"""

from typing import TYPE_CHECKING

from shall.late_pattern import late_pattern

if TYPE_CHECKING:
    import re

_UNSAFE = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls; a carriage return overwrites a line
    r"\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # unseen formats
    r"\ud800-\udfff\ufffe\uffff"  # no characters at all
    r"\U000e0000-\U000e007f"  # tags: text that no one sees
)
_IN_BLOCK = late_pattern(f"[{_UNSAFE}]")
_IN_LINE = late_pattern(rf"[{_UNSAFE}\t\n]")
_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def one_line(text: str) -> str:
    """Escape every character that would leave, repaint or reorder the line."""
    if text.isprintable():  # what is unsafe is not; most texts need no pattern compiled
        return text
    return _IN_LINE.sub(_escape, text)


def block(text: str) -> str:
    r"""Escape as ``one_line`` does, but keep line feeds and tabs; ``\r\n`` is a line feed."""
    if text.isprintable():
        return text
    return _IN_BLOCK.sub(_escape, text.replace("\r\n", "\n"))


def _escape(found: "re.Match[str]") -> str:
    character = found.group()
    code = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def no_formula(cell: str) -> str:
    """Prevent a spreadsheet from running a cell: OWASP, CSV injection."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
