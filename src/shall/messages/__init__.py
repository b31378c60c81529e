"""What users read, in English and Chinese.

A result never holds a sentence: it holds a ``Message``, a code with parameters, and the surface
that shows it picks the language. Codes are part of the public interface: they are added, never
renamed. Other sentences are English where they are made, and ``translated`` where they are shown.
"""

from shall.messages.message import (
    LANGUAGES,
    Message,
    catalogue,
    filled,
    joined,
    plural,
    render,
    translated,
)

__all__ = [
    "LANGUAGES",
    "Message",
    "catalogue",
    "filled",
    "joined",
    "plural",
    "render",
    "translated",
]
