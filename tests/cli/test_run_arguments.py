"""The arguments and options of a run are declared once."""

from typing import Any

import pytest

from shall.actions.run_request import ARGUMENTS, RunRequest
from shall.cli.options import parsed, parser
from shall.engine.options import RunOptions, RunSettings
from shall.mcp.run_tools import run_tests
from shall.mcp.server import TOOLS
from shall.mcp.tool import make_tool
from shall.serve.rest.api import OPERATIONS
from shall.settings import RUN_SETTINGS, Settings
from shall.workspace.workspace import RunDefaults


@pytest.fixture
def flags() -> dict[str, Any]:
    """The flags of ``shall run`` by where their values go."""
    commands = next(it for it in parser()._actions if it.dest == "command").choices
    assert commands is not None
    return {it.dest: it for it in dict(commands)["run"]._actions}


@pytest.mark.verifies("cli#1.11")
def test_each_argument_of_a_run_is_a_flag_an_argument_of_the_tool_and_a_field_of_the_route(
    flags: dict[str, Any],
) -> None:
    tool = make_tool(run_tests, TOOLS[run_tests]).parameters["properties"]
    (route,) = (it for it in OPERATIONS if (it.method, it.path) == ("POST", "/api/runs"))
    assert route.body is not None

    assert set(ARGUMENTS) == set(RunRequest.__struct_fields__) - {"paths", "selection", "snapshots"}
    for name, argument in ARGUMENTS.items():
        assert flags[name].help == argument.meaning
        assert tool[name]["description"] == argument.meaning
        assert route.body[name]["description"] == argument.meaning


def test_each_option_of_a_run_is_a_setting_and_reaches_the_engine(flags: dict[str, Any]) -> None:
    names = set(RunSettings.__struct_fields__)

    assert {it.name for it in RUN_SETTINGS} == names
    for part in (Settings, RunDefaults, RunOptions):
        assert names <= set(part.__struct_fields__)
    for setting in RUN_SETTINGS:
        if setting.flag:
            assert setting.flag in flags[setting.name].option_strings


@pytest.mark.parametrize("words", [[], ["tests/cases"], ["a", ""]])
def test_a_run_without_flags_has_the_arguments_that_the_parser_finds(words: list[str]) -> None:
    argv = ["run", *words]
    assert vars(parsed(argv)) == vars(parser("run").parse_args(argv))


@pytest.mark.parametrize(
    "argv", [["run", "a", "--quiet"], ["run", "-v"], ["run", "--", "a"], ["list"]]
)
def test_flags_and_other_commands_are_parsed(argv: list[str]) -> None:
    assert vars(parsed(argv)) == vars(parser(argv[0]).parse_args(argv))
