"""The prompts of the workflow: from requirements over design and tasks to code and tests.

The instructions are in ``texts/<language>/<prompt>.md``; each prompt adds the parts of the
project that it is about.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mcp.server.mcpserver.prompts import Prompt
from mcp.server.mcpserver.prompts.base import PromptArgument
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS
from msgspec import Struct

from shall.actions.session import Session
from shall.errors import BadValue, ShallError
from shall.mcp import prompt_context as context
from shall.mcp.prompt_context import Given
from shall.mcp.reply import check_names
from shall.mcp.session import session_of
from shall.mcp.texts import LANGUAGES, instructions
from shall.specs.ears import language_of
from shall.workspace.workspace import Workspace

_TRACE = "trace_requirements"


class _Spec(Struct, frozen=True):
    """A prompt. ``build`` returns what it adds to its instructions."""

    description: str
    arguments: Sequence[tuple[str, str]]
    build: Callable[[Workspace, Given], str]
    required: str = ""
    shows_statuses: bool = False


_FEATURE = ("feature", "only this feature; default: all")
_REQUIREMENTS_PATH = ("requirements_path", "the document; default: specs/requirements.md")
_DESIGN_PATH = ("design_path", "the document; default: specs/design.md")
_LANGUAGE = PromptArgument(name="language", description="en or zh; default: that of the text")

_PROMPTS: Mapping[str, _Spec] = {
    "generate-requirements": _Spec(
        "Turn a description into requirements with EARS acceptance criteria.",
        (
            ("requirements", "what the system is to do, in your words"),
            ("feature", "name of the feature, such as login"),
            ("layout", "native, kiro, spec-workflow, spec-kit or openspec; default: as the others"),
        ),
        context.for_requirements,
        required="requirements",
    ),
    "clarify-requirements": _Spec(
        "Find what is unclear in requirements, and ask about it.",
        (_FEATURE,),
        context.for_clarifying,
    ),
    "generate-design-from-requirements": _Spec(
        "Turn requirements into a design.", (_REQUIREMENTS_PATH,), context.for_design
    ),
    "generate-tasks-from-design": _Spec(
        "Turn a design into a list of tasks.", (_DESIGN_PATH,), context.for_design_document
    ),
    "generate-code-from-design": _Spec(
        "Turn a design into code and tests.", (_DESIGN_PATH,), context.for_design_document
    ),
    "implement-task": _Spec(
        "Implement one task of a list of tasks.",
        (
            ("feature", "of this feature or OpenSpec change; default: the first with an open task"),
            ("task", "its number; default: the first that is open"),
        ),
        context.for_task,
        shows_statuses=True,
    ),
    "generate-tests-from-requirements": _Spec(
        "Write test cases for the criteria that nothing proves.",
        (_FEATURE,),
        context.for_tests,
        shows_statuses=True,
    ),
    "resolve-suspects": _Spec(
        "Look again at criteria that changed since they were proved, or whose tests did.",
        (_FEATURE,),
        context.for_suspects,
        shows_statuses=True,
    ),
    "recover-spec-from-code": _Spec(
        "Write requirements for behaviour that is in no document.",
        (("path", "the folder or file of the code"), _FEATURE),
        context.for_recovering,
    ),
}

PROMPT_NAMES = tuple(_PROMPTS)


def prompts() -> list[Prompt]:
    """Make the prompts. ``current_name`` knows their earlier names."""
    return [_prompt(name, spec) for name, spec in _PROMPTS.items()]


def current_name(name: str) -> str:
    """Return the name of a prompt that is asked for by its earlier name, with underscores."""
    return name.replace("_", "-")


def check_prompt(name: str, given: Any) -> None:
    """Check what a caller asks for before anything is read.

    Raises:
        BadValue: There is no such prompt, or it does not take these arguments.
    """
    spec = _PROMPTS.get(name)
    if spec is None:
        raise BadValue(f"Unknown prompt {name}.", hint=f"Available: {', '.join(_PROMPTS)}.")
    if not isinstance(given, dict):
        raise BadValue("The arguments of a prompt are an object.")
    check_names(given, [*(argument for argument, _ in spec.arguments), _LANGUAGE.name])
    if spec.required and spec.required not in given:
        raise BadValue(f"The prompt {name} needs {spec.required}.")


async def prompt_text(session: Session, name: str, given: Given) -> str:
    """Return the text of a prompt.

    Raises:
        ShallError: What it is about cannot be read, or the caller may not read it.
    """
    spec = _PROMPTS[name]
    if spec.shows_statuses:
        session.access.check(_TRACE, "read", session.caller)
    return await session.workers.call(_text, session, name, spec, given)


def _prompt(name: str, spec: _Spec) -> Prompt:
    async def render(mcp_context: Any, **given: str) -> str:
        session = await session_of(mcp_context)
        try:
            return await prompt_text(session, name, given)
        except ShallError as error:
            raise MCPError(INVALID_PARAMS, str(error)) from None

    arguments = [
        PromptArgument(name=argument, description=description, required=argument == spec.required)
        for argument, description in spec.arguments
    ]
    return Prompt(
        name=name,
        description=spec.description,
        arguments=[*arguments, _LANGUAGE],
        fn=render,
        context_kwarg="mcp_context",
    )


def _text(session: Session, name: str, spec: _Spec, given: Given) -> str:
    added = spec.build(session.workspace(), given)
    language = given.get("language") or language_of(added)
    if given.get("language") not in {None, "", *LANGUAGES}:
        raise BadValue(f"Unknown language {language}.", hint=f"Available: {', '.join(LANGUAGES)}.")
    text = f"{instructions(name, language if language in LANGUAGES else 'en')}\n{added.rstrip()}\n"
    return session.workspaces.redactor.text(text)
