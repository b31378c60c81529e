"""The reference pages name everything that there is."""

import inspect
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from shall import errors
from shall.cli.options import parser
from shall.mcp import workflow_tools
from shall.mcp.server import TOOLS

ROOT = Path(__file__).parents[1]


PARSER = parser()
[_ACTIONS] = [it for it in PARSER._actions if it.dest == "command"]
COMMANDS: dict[str, Any] = dict(_ACTIONS.choices or {})


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


def test_every_tool_and_argument_is_in_the_reference() -> None:
    lines = {
        line.split("`")[1]: line
        for line in page("reference/tools.md").partition("## Prompts")[0].splitlines()
        if line.startswith("| `")
    }
    tools = [*TOOLS, *workflow_tools.TOOLS]
    assert lines.keys() == {function.__name__ for function in tools}
    for function in tools:
        arguments = set(inspect.signature(function).parameters) - {"session"}
        missing = [name for name in arguments if f"`{name}`" not in lines[function.__name__]]
        assert missing == [], function.__name__


def test_every_error_code_is_in_the_reference() -> None:
    text = page("reference/error-codes.md")
    classes = [
        it
        for it in vars(errors).values()
        if isinstance(it, type) and issubclass(it, errors.ShallError)
    ]
    assert len(classes) > 15
    assert [it.code for it in classes if f"| `{it.code}` |" not in text] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_flag_is_in_the_reference(command: str) -> None:
    text = page("reference/cli.md")
    assert f"## shall {command}" in text
    section = text.split(f"## shall {command}")[1].split("\n## ")[0]
    parsers = [COMMANDS[command]]
    parsers += [
        below for it in parsers[0]._actions if it.dest == "action" for below in it.choices.values()
    ]
    for action in (it for found in parsers for it in found._actions):
        flags = [name for name in action.option_strings if name.startswith("--")]
        assert all(name in section for name in flags if name not in {"--help", "--debug"}), flags


def commands() -> list[tuple[str, str]]:
    """Return each line of a code block that types our command, and its page."""
    found = []
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("examples/*/*.md")]:
        inside = False
        for line in path.read_text("utf-8").replace(" \\\n", " ").splitlines():
            if line.lstrip().startswith("```"):
                inside = not inside
            typed = line.strip().removeprefix("$ ").partition(" #")[0]
            if inside and typed.startswith("shall "):
                typed = typed.partition("   ")[0]
                found.append((path.relative_to(ROOT).as_posix(), typed))
    return found


@pytest.mark.parametrize(("name", "typed"), commands())
@pytest.mark.repeats
def test_every_command_in_the_documents_can_be_typed(name: str, typed: str) -> None:
    words = shlex.split(re.split(r" \|\|? | >", typed)[0].rstrip(" &"))[1:]
    if "COMMAND" not in words:
        PARSER.parse_args(words)
    assert name


def headings(page: Path) -> set[str]:
    """Return the anchors that GitHub makes of a page's headings."""
    found = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.verifies("deploy#3.3")
def test_every_heading_that_is_linked_to_exists() -> None:
    broken = []
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        text = page.read_text("utf-8")
        for file, anchor in re.findall(r"\]\(([^)\s:#]*)#([^)\s]+)\)", text):
            target = page.parent / file if file else page
            if anchor not in headings(target):
                broken.append(f"{page.name}: {file}#{anchor}")
    assert broken == []
