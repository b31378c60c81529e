"""``shall completion``: scripts that let a shell complete commands, flags and their values."""

import argparse
import shlex
from collections.abc import Iterable, Iterator, Mapping

from shall.cli.options import parser
from shall.cli.output import OK, write

_BASH = """\
_shall() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} words=
    if [ "$COMP_CWORD" -eq 1 ]; then
        words={commands}
    else
        case "${{COMP_WORDS[1]}} $before" in
{values}
        *) case "${{COMP_WORDS[1]}} $COMP_CWORD $word" in
{actions}
            esac
            case "${{COMP_WORDS[1]}} $word" in
{flags}
            esac ;;
        esac
    fi
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -o default -F _shall shall
"""
_ZSH = "autoload -U +X bashcompinit && bashcompinit\n"


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    commands = _commands()
    if arguments.shell == "fish":
        write("\n".join(_fish(commands)))
    else:
        start = _ZSH if arguments.shell == "zsh" else ""
        write(start + _bash(commands).rstrip("\n"))
    return OK


_Commands = Mapping[str, argparse.ArgumentParser]


def _commands() -> _Commands:
    return next(_sub_commands(parser()))


def _sub_commands(command: argparse.ArgumentParser) -> Iterator[_Commands]:
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield action.choices


def _flags_of(command: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Yield the flags of a command, those of its actions included."""
    for action in command._actions:
        if action.option_strings:
            yield action
    for below in _sub_commands(command):
        for each in below.values():
            yield from _flags_of(each)


def _bash(commands: _Commands) -> str:
    values, actions, flags = [], [], []
    for name, command in commands.items():
        found: dict[str, None] = {}
        for action in _flags_of(command):
            found |= dict.fromkeys(action.option_strings)
            if action.choices:
                patterns = "|".join(
                    f"{shlex.quote(f'{name} {it}')}" for it in action.option_strings
                )
                values.append(f"        {patterns}) words={_words(action.choices)} ;;")
        flags.append(f"            {shlex.quote(f'{name} -')}*) words={_words(found)} ;;")
        words = [*(it for below in _sub_commands(command) for it in below), *_choices(command)]
        if words:
            actions.append(f"            {shlex.quote(f'{name} 2 ')}*) words={_words(words)} ;;")
    return _BASH.format(
        commands=_words(commands),
        values="\n".join(values),
        actions="\n".join(actions),
        flags="\n".join(flags),
    )


def _choices(command: argparse.ArgumentParser) -> Iterator[str]:
    """Yield the values that the first argument of a command may have."""
    for action in command._actions:
        if not action.option_strings and not isinstance(action, argparse._SubParsersAction):
            yield from map(str, action.choices or ())
            return


def _words(words: Iterable[object]) -> str:
    return shlex.quote(" ".join(map(str, words)))


def _fish(commands: _Commands) -> Iterator[str]:
    yield "complete -c shall -f -n __fish_use_subcommand"
    for name, command in commands.items():
        about = shlex.quote(command.description or "")
        yield f"complete -c shall -f -n __fish_use_subcommand -a {name} -d {about}"
        seen = shlex.quote(f"__fish_seen_subcommand_from {name}")
        words = [*(it for below in _sub_commands(command) for it in below), *_choices(command)]
        if words:
            yield f"complete -c shall -n {seen} -a {_words(words)}"
        for action in _flags_of(command):
            yield f"complete -c shall -n {seen}{_fish_flag(action)}"


def _fish_flag(action: argparse.Action) -> str:
    text = ""
    for flag in action.option_strings:
        text += f" -l {flag[2:]}" if flag.startswith("--") else f" -s {flag[1:]}"
    if action.choices:
        text += f" -x -a {_words(action.choices)}"
    elif action.nargs != 0:
        text += " -r"
    return text + (f" -d {shlex.quote(action.help)}" if action.help else "")
