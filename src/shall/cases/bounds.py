"""How large a document may be."""

MAX_CHARACTERS = 1_000_000

MAX_DEPTH = 64
"""Levels of a document."""

MAX_NODES = 200_000
"""Values after aliases are followed."""

MAX_DIGITS = 400
"""Characters of one number: no JSON reader keeps as many digits (RFC 8259, section 6)."""

MAX_PATTERN_LENGTH = 2_000
"""Characters of one regular expression."""

MAX_PATTERN_DEPTH = 50
"""Groups of a regular expression inside one another."""
