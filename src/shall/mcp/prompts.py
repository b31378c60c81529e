"""The three prompts of the spec-driven workflow: requirements, design, code."""

from typing import Annotated

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.prompts import Prompt
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS
from pydantic import Field

from shall.actions import documents
from shall.errors import ShallError
from shall.mcp.session import session_of

_REQUIREMENTS = """\
Write the requirements of the system described below as specs/requirements.md.

Rules:
- Group them under headings `### Requirement N: Title`, each with a line
  `**User Story:** As a <role>, I want <goal>, so that <benefit>.`
- Under each, a heading `#### Acceptance Criteria` and a numbered list. Each criterion is one EARS
  sentence: `WHEN <event>, THE <system> SHALL <response>`, `WHILE <state>, ...`,
  `WHERE <feature>, ...`, `IF <unwanted condition>, THEN THE <system> SHALL <response>`, or
  `THE <system> SHALL <response>`.
- Each criterion says one thing that a test can show to hold or not: status codes, values, limits
  with units. No vague words (fast, user-friendly, appropriate, etc.).
- Cover errors and limits, not only the good path.
- Ask about whatever is missing instead of inventing it.

A criterion is known by its key: `default#2.1` is the first one of Requirement 2. Write the file
with create_file, then test cases with write_testcase that name the keys they prove under
`verifies:` (the resource case://format tells how), run them with run_tests, and look at
trace_requirements.

The system:

"""

_DESIGN = """\
Write the design for these requirements as specs/design.md.

- Components and what each is responsible for; interfaces with paths, methods, inputs, outputs and
  status codes; data and its limits; errors and how they are answered.
- Under each part a line `**Validates: Requirements 1.1, 1.2**` that names the criteria it serves.
  Every criterion is named at least once; name those that are not served, and why.
- A test strategy: which criterion is proved by which API test case.

The requirements ({path}):

"""

_CODE = """\
Implement this design.

- Work in small steps: one part, its tests, then the next. Name in each step the criteria it serves.
- For every criterion write a test case with write_testcase that says `verifies: [<key>]` (the
  resource case://format tells how) or a pytest test marked `@pytest.mark.verifies("<key>")`.
- Run run_tests after each step; when all pass, trace_requirements must show every criterion as
  proved. A criterion that cannot be proved is said so, with the reason.

The design ({path}):

"""


async def generate_requirements(
    requirements: Annotated[str, Field(description="what the system is to do, in your words")],
) -> str:
    """Turn a description into requirements with EARS acceptance criteria."""
    return f"{_REQUIREMENTS}{requirements}\n"


async def generate_design_from_requirements(
    context: Context, requirements_path: str = "specs/requirements.md"
) -> str:
    """Turn requirements into a design."""
    text = await _text_of(context, requirements_path)
    return f"{_DESIGN.format(path=requirements_path)}{text}\n"


async def generate_code_from_design(context: Context, design_path: str = "specs/design.md") -> str:
    """Turn a design into code and tests."""
    return f"{_CODE.format(path=design_path)}{await _text_of(context, design_path)}\n"


def prompts() -> list[Prompt]:
    """Make the prompts. ``current_name`` knows their earlier names."""
    functions = (
        generate_requirements,
        generate_design_from_requirements,
        generate_code_from_design,
    )
    return [
        Prompt.from_function(
            function, name=current_name(function.__name__), description=function.__doc__
        )
        for function in functions
    ]


def current_name(name: str) -> str:
    """Return the name of a prompt that is asked for by its earlier name, with underscores."""
    return name.replace("_", "-")


async def _text_of(context: Context, path: str) -> str:
    try:
        return documents.read_file((await session_of(context)).workspace(), path)
    except ShallError as error:
        raise MCPError(INVALID_PARAMS, str(error)) from None
