"""``shall completion``: what the shells complete."""

import subprocess

import pytest
from tests.cli.conftest import Shall

from shall.cli.options import parser

[_COMMANDS] = [it.choices for it in parser()._actions if it.dest == "command"]
COMMANDS = dict(_COMMANDS or {})


def completed(script: str, *words: str) -> list[str]:
    """Return what bash offers for the last word."""
    line = f'{script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _shall; echo "${{COMPREPLY[*]}}"'
    ended = subprocess.run(
        ["bash", "--norc", "-c", line, "-", *words],
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    return ended.stdout.split()


@pytest.mark.verifies("cli#1.13")
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["shall", "ex"], ["export"]),
        (["shall", "run", "--dry"], ["--dry-run"]),
        (["shall", "run", "a.yaml", "--last"], ["--last-failed"]),
        (["shall", "export", "a.yaml", "--to", ""], ["curl", "hurl", "pytest"]),
        (["shall", "import", "--from", "p"], ["postman"]),
        (["shall", "token", "re"], ["revoke"]),
        (["shall", "token", "new", "--sc"], ["--scope"]),
        (["shall", "completion", ""], ["bash", "zsh", "fish"]),
        (["shall", "run", "x"], []),
    ],
)
def test_bash_offers_commands_flags_and_values(
    shall: Shall, words: list[str], offered: list[str]
) -> None:
    assert completed(shall("completion", "bash").stdout, *words) == offered


@pytest.mark.verifies("cli#1.13")
def test_bash_offers_every_command(shall: Shall) -> None:
    assert completed(shall("completion", "bash").stdout, "shall", "") == list(COMMANDS)


@pytest.mark.verifies("cli#1.13")
def test_the_scripts_of_other_shells_have_every_command_and_flag(shall: Shall) -> None:
    fish, zsh = shall("completion", "fish").stdout, shall("completion", "zsh").stdout

    assert zsh.startswith("autoload")
    assert zsh.endswith(shall("completion", "bash").stdout)
    for name, command in COMMANDS.items():
        assert f"-a {name} -d " in fish
        for action in command._actions:
            for flag in action.option_strings:
                assert f"from {name}'" in fish
                assert f" -{'l' if flag.startswith('--') else 's'} {flag.lstrip('-')}" in fish
