"""Diagnostics in each format that a program reads."""

from collections.abc import Callable, Iterable, Mapping

from shall import __version__
from shall.diagnostics import machine
from shall.diagnostics.diagnostic import Diagnostic
from shall.diagnostics.terminal import concise

_FORMATS: Mapping[str, Callable[[Iterable[Diagnostic]], str]] = {
    "concise": concise,
    "github": machine.github,
    "gitlab": machine.gitlab,
    "junit": machine.junit,
    "sarif": lambda diagnostics: machine.sarif(diagnostics, __version__),
}


def written(diagnostics: Iterable[Diagnostic], form: str) -> str:
    """Return diagnostics in a format: concise, github, gitlab, junit or sarif."""
    return _FORMATS[form](diagnostics)
