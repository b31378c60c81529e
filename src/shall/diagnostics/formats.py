"""Diagnostics in each format that a program reads."""

from collections.abc import Callable, Iterable, Mapping

from shall import __version__
from shall.diagnostics import machine
from shall.diagnostics.codes import MEANINGS
from shall.diagnostics.diagnostic import Diagnostic
from shall.diagnostics.terminal import concise

_FORMATS: Mapping[str, Callable[[Iterable[Diagnostic]], str]] = {
    "concise": concise,
    "github": machine.github,
    "gitlab": machine.gitlab,
    "junit": machine.junit,
}


def written(
    diagnostics: Iterable[Diagnostic], form: str, meanings: Mapping[str, str] = MEANINGS
) -> str:
    """Return diagnostics in a format: concise, github, gitlab, junit or sarif.

    ``meanings`` describe the codes.
    """
    if form == "sarif":
        return machine.sarif(diagnostics, __version__, meanings)
    return _FORMATS[form](diagnostics)
