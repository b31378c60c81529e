"""The argument parser: help and errors in the language of the terminal."""

import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NoReturn

from shall.cli.output import BAD_INPUT, columns_of_terminal, flush, language, local, write
from shall.late_pattern import late_pattern
from shall.partial_import import left_out

# It would look for translations in the files of the system; ours are those of messages. 8 M.
with left_out("gettext", gettext=str, ngettext=lambda one, many, n: one if n == 1 else many):
    import argparse


class Parser(argparse.ArgumentParser):
    """An ``ArgumentParser`` whose own words, and the help that it is given, are translated."""

    def __init__(self, *, description: str | None = None, **settings: Any) -> None:
        settings.setdefault("formatter_class", _Formatter)
        self._is_adding = False
        self.chosen: argparse.ArgumentParser | None = None
        """The parser of the command that was named."""
        super().__init__(description=description and local(description), **settings)

    def add_argument(self, *flags: Any, **settings: Any) -> argparse.Action:
        """Add an argument."""
        self._is_adding = True
        try:
            return super().add_argument(*flags, **settings)
        finally:
            self._is_adding = False

    def _get_formatter(self, *given: Any) -> argparse.HelpFormatter:
        """Return what formats help; while arguments are added, which only tries it, nothing."""
        return _NOTHING if self._is_adding else super()._get_formatter(*given)

    def _print_message(self, message: str, file: Any = None) -> None:
        """Print help and version on stdout as commands print: where they cannot be, it is said."""
        if message and file is sys.stdout:
            write(message.removesuffix("\n"))
            flush()
        else:
            super()._print_message(message, file)

    def add_argument_group(self, *named: Any, **settings: Any) -> Any:
        """Add a group, with its title in the language of the terminal."""
        return super().add_argument_group(*map(local, named), **settings)

    def error(self, message: str) -> NoReturn:
        """Print the usage and what is wrong, and end the process."""
        if self.chosen is not None and message.startswith(_UNRECOGNIZED):
            self.chosen.error(message)  # its usage has the flags
        self.print_usage(sys.stderr)
        hint = _suggestion(message, self)
        space = " " if language() == "en" else ""
        shown = f"{self.prog}: {local('error:')}{space}{_translated(message)}\n"
        self.exit(BAD_INPUT, f"{shown}{local(hint)}\n" if hint else shown)


_ARGUMENT = late_pattern(r"argument [^:]+: (?P<reason>.*)", re.DOTALL)
_CHOICE = late_pattern(
    r"argument [^:]+: invalid choice: '(?P<given>[^']*)' \(choose from (?P<choices>.*)\)"
)
_UNRECOGNIZED = "unrecognized arguments: "
_FLAG = late_pattern(f"{_UNRECOGNIZED}--?(?P<given>[\\w-]+)")


_OTHER_COMMANDS = {
    **dict.fromkeys(("test", "tests", "exec", "execute", "check", "start", "rerun"), "run"),
    **dict.fromkeys(("status", "matrix", "verify", "coverage"), "trace"),
    **dict.fromkeys(("new", "create"), "init"),
    **dict.fromkeys(("results", "show"), "report"),
    **dict.fromkeys(("runs", "log"), "history"),
    "ls": "list",
}
"""Names that other tools have for what a command of ours does; the nearest is often another."""


def _translated(message: str) -> str:
    """Return a message of argparse, the argument that it names apart from the reason."""
    named = _ARGUMENT.fullmatch(message)
    if named is None:
        return local(message)
    before = message[: named.start("reason")]
    return local(f"{before}\0").replace("\0", local(named["reason"]))


def _suggestion(message: str, parser: argparse.ArgumentParser) -> str:
    """Return the next step: the command, value or flag that was probably meant, or the help."""
    from shall.cases.nearest import nearest  # only where something is wrong

    choice, flag = _CHOICE.match(message), _FLAG.match(message)
    if choice:
        given, choices = choice["given"], re.findall(r"[\w-]+", choice["choices"])
        meant = _OTHER_COMMANDS.get(given.lower())
        alike = (it for it in choices if it[:1] == given[:1])
        near = meant if meant in choices else nearest(given, alike) or nearest(given, choices, 0.76)
        return f"Did you mean {near}?" if near else ""
    if not message.startswith(_UNRECOGNIZED):
        return ""
    given = flag["given"] if flag else ""
    near = _near_flag(given, {it.strip("-") for it in _flags(parser)})
    if near:
        near = f"--{near}"
        return f"Did you mean {near}?"
    if given in _OF_SHARES and parser.prog.endswith(" gate"):
        return "It is a setting: write `gate: {minimum: 80}` in shall.yaml."
    return f"`{parser.prog} --help` explains the arguments."


_OF_SHARES = frozenset(("min", "threshold", "fail-under", "min-coverage"))

_OTHER_NAMES: Mapping[str, Collection[str]] = {
    "workers": ("n", "parallel", "jobs", "threads", "processes", "numprocesses"),
    "quiet": ("q", "s", "silent"),
    "keyword": ("filter", "grep", "match", "name"),
    "host": ("base-url", "url", "server"),
    "base-url": ("host", "url", "server"),
    "format": ("json", "reporter", "output-format"),
    "exit-first": ("fail-fast", "bail", "exitfirst", "stop"),
    "var": ("variable", "set", "define"),
    "fail-under": _OF_SHARES,
}
"""What other tools call a flag."""


def _near_flag(given: str, known: Collection[str]) -> str | None:
    """Return the flag that another was probably meant to be, without its dashes."""
    from shall.cases.nearest import nearest  # as above

    others = {it for it in known if it != given}
    named = [it for it, names in _OTHER_NAMES.items() if given in names and it in others]
    longer = [it for it in sorted(others) if it.endswith(f"-{given}")]
    return next(iter([*named, *longer]), None) or nearest(given, others, _ALIKE)


_ALIKE = 0.7
"""How like a flag another must be to be suggested: short ones are alike by chance."""


def _flags(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        yield from action.option_strings
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _flags(below)


class _Nothing(argparse.HelpFormatter):
    """Formats no argument."""

    def __init__(self) -> None:
        """Compile no pattern, as the base class does."""

    def _format_args(self, *_: Any) -> str:
        return ""


_NOTHING = _Nothing()


class _Formatter(argparse.HelpFormatter):
    """One is made for each argument; by itself it asks for the width of the terminal each time."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=columns_of_terminal() - 2)

    def add_argument(self, action: argparse.Action) -> None:
        """Add an action; commands are indented, which argparse does not count in their length."""
        super().add_argument(action)
        if isinstance(action, argparse._SubParsersAction):
            self._action_max_length += self._indent_increment

    def _get_help_string(self, action: argparse.Action) -> str | None:
        """Return the help of an action in the language of the terminal."""
        return action.help and local(action.help)

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, local("usage: ") if prefix is None else prefix)
