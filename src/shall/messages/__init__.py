"""What results say, as a code and parameters, in English and Chinese.

A result never holds a sentence: it holds a ``Message``, and whoever shows it picks the language.
Codes are part of the public interface: they are added, never renamed.
"""

from shall.messages.message import LANGUAGES, Message, render

__all__ = ["LANGUAGES", "Message", "render"]
