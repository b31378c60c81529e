"""How a run is written for a terminal."""

from collections.abc import Mapping

from msgspec import Struct, field

from shall.escaping import one_line
from shall.report.columns import SHOWN_LENGTH, cut
from shall.report.wording import Places
from shall.results.records import Outcome

PAINT = {
    Outcome.PASSED: "\x1b[32m",
    Outcome.FAILED: "\x1b[31m",
    Outcome.ERROR: "\x1b[35m",
    Outcome.SKIPPED: "\x1b[33m",
}
BOLD, DIM = "\x1b[1m", "\x1b[2m"
_RESET = "\x1b[0m"


class Style(Struct, frozen=True):
    """How to write: language, colours, columns, the places in cases, and texts of files.

    ``verbose`` adds the request of each failed step as a curl command.
    """

    language: str = "en"
    colour: bool = False
    width: int = 80
    places: Places = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    verbose: bool = False

    def paint(self, text: str, code: str) -> str:
        """Colour a text that is already harmless."""
        return f"{code}{text}{_RESET}" if self.colour and text else text

    def line(self, indent: int, text: str, code: str = "") -> str:
        """Write one line: foreign text made harmless, cut only when it is very long."""
        shown = cut(one_line(text), max(self.width * 3, SHOWN_LENGTH))
        return " " * indent + (self.paint(shown, code) if code else shown)
