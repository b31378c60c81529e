"""How large a document may be."""

MAX_CHARACTERS = 1_000_000

MAX_DEPTH = 64
"""Levels of a document."""

MAX_NODES = 200_000
"""Values after aliases are followed."""
