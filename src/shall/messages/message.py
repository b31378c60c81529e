"""A message as data, and its rendering from a catalogue."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from shall.messages.en import EN
from shall.messages.zh import ZH

LANGUAGES: Mapping[str, Mapping[str, str]] = {"en": EN, "zh": ZH}


class Message(Struct, frozen=True):
    """What happened, as a code and its parameters."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the message as JSON data."""
        return {"code": self.code, "params": dict(self.params)}


def render(message: Message, language: str = "en") -> str:
    """Return the sentence for a message; a language without a catalogue reads English.

    Raises:
        KeyError: No catalogue holds the code.
    """
    template = LANGUAGES.get(language, EN).get(message.code) or EN[message.code]
    return template.format_map(message.params)
