"""The flags that name the reports of a run, and the formats that it is printed in."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # most runs do without
    import argparse

FILES: Mapping[str, tuple[str, str]] = {
    "html": ("FILE", "write an HTML report to FILE"),
    "junit": ("FILE", "write JUnit XML to FILE"),
    "json": ("FILE", "write the results as JSON to FILE"),
    "ndjson": ("FILE", "write each event as a line of JSON to FILE"),
    "markdown": ("FILE", "write a Markdown summary to FILE"),
    "tap": ("FILE", "write TAP to FILE"),
    "allure": ("DIR", "write Allure results to the folder DIR"),
}
"""The kinds of reports that are written to a file or folder."""

FORMATS = ("json", "markdown", "tap", "concise", "github", "gitlab", "junit", "sarif")
"""The formats in which a run is printed instead of its summary."""


def add_report_files(
    command: "argparse.ArgumentParser", prefix: str, *, notifies: bool = False
) -> None:
    """Add a flag for each kind of report, and for a notification."""
    for kind, (metavar, meaning) in FILES.items():
        command.add_argument(f"--{prefix}{kind}", metavar=metavar, help=meaning)
    if notifies:
        command.add_argument(
            "--notify", action="store_true", help="send a summary as `notify` of shall.yaml says"
        )


def named_files(arguments: "argparse.Namespace", prefix: str) -> dict[str, str]:
    """Return the files of the reports that are asked for, by their kind."""
    named = {kind: getattr(arguments, f"{prefix}{kind}".replace("-", "_")) for kind in FILES}
    return {kind: path for kind, path in named.items() if path is not None}
