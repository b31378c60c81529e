"""Tools that list, read, write and delete test cases."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from mcp_types import ToolAnnotations
from pydantic import Field

from shall.actions import cases
from shall.actions.masking import case_redactor
from shall.actions.session import Session
from shall.cases.model import Case, Step
from shall.cases.unit.model import Unit
from shall.errors import BadValue
from shall.mcp.arguments import CasePath, WorkspaceName
from shall.workspace.workspace import Workspace

if TYPE_CHECKING:
    from shall.actions.unit_writing import UnitWritten

PAGE = 200

MOST_LEFT_OUT = 50
"""Parts that an import left out, in one reply."""


async def list_testcases(
    session: Session,
    root_path: Annotated[str | None, Field(description="a folder of the workspace")] = None,
    test_type: Literal["all", "integration", "unit"] = "all",
    workspace: WorkspaceName = None,
    limit: int = PAGE,
    offset: int = 0,
) -> dict[str, Any]:
    """List test case files."""
    if limit < 1 or offset < 0:
        raise BadValue("limit must be 1 or more, offset 0 or more.")
    space = session.workspace(workspace)
    found = await session.workers.call(cases.list_cases, space, root_path, test_type)
    return {"testcases": found[offset : offset + limit], "total": len(found)}


async def get_testcase(
    session: Session,
    yaml_path: CasePath,
    mode: Literal["summary", "full"] = "summary",
    workspace: WorkspaceName = None,
) -> dict[str, Any]:
    """Read one test case and every problem in it."""
    space = session.workspace(workspace)
    found = await session.workers.call(cases.get_case, space, yaml_path)
    return await session.workers.call(_shown, space, found, mode)


def _shown(space: Workspace, found: cases.CaseFound, mode: str) -> dict[str, Any]:
    masked = case_redactor(space.redactor, found.data).texts
    shown = found.data
    if mode == "summary" and found.case is not None:
        shown = _summary(found.case)
    elif mode == "summary" and found.unit is not None:
        shown = _unit_summary(found.unit)
    return {
        "yaml_path": found.path,
        "mode": mode,
        "testcase": masked(shown),
        "is_valid": found.case is not None or found.unit is not None,
        "errors": masked([str(problem) for problem in found.problems]),
    }


async def write_testcase(
    session: Session,
    yaml_path: CasePath,
    testcase: Annotated[
        dict[str, Any] | str | None,
        Field(
            description="the case as an object, or as YAML or JSON text:"
            " {name: a, steps: [{POST: /orders, json: {qty: 2}, capture: {id: $.id}, expect:"
            " {status: 201, $.total: {less_than: 9}, $.lines: {any: {sku: B7}}}},"
            ' {GET: "/orders/{{ id }}"}]}. See case://format'
        ),
    ],
    overwrite: Annotated[bool, Field(description="replace an existing file; default: yes")] = True,
    dry_run: bool = False,
    workspace: WorkspaceName = None,
) -> dict[str, Any]:
    """Check a test case and write it as YAML; every problem is reported at once."""
    if not testcase:
        raise BadValue(
            "testcase is empty.",
            hint="Write such as {name: a, steps: [{GET: /users, expect: 200}]}."
            " The resource case://format has more.",
        )
    space = session.workspace(workspace)
    written = await session.workers.call(
        cases.write_case,
        space,
        yaml_path,
        testcase,
        overwrite=overwrite,
        dry_run=dry_run,
    )
    code = written.text if written.script is None else written.script
    return _written(written, _names(written), code)


async def delete_testcase(
    session: Session,
    yaml_path: CasePath,
    delete_py: Annotated[bool, Field(description="delete its generated script too")] = True,
    workspace: WorkspaceName = None,
) -> dict[str, Any]:
    """Delete a test case file."""
    space = session.workspace(workspace)
    deleted = await session.workers.call(
        cases.delete_case, space, yaml_path, delete_script=delete_py
    )
    return {"deleted_files": deleted}


async def import_testcases(
    session: Session,
    content: Annotated[
        str,
        Field(description="text: curl commands; or of Postman, HAR, OpenAPI, hurl, Tavern, runn"),
    ],
    folder: Annotated[str | None, Field(description="default: tests/cases")] = None,
    overwrite: bool = False,
    dry_run: Annotated[bool, Field(description="write nothing; show the YAML")] = False,
    workspace: WorkspaceName = None,
) -> dict[str, Any]:
    """Write requests of other tools as test cases. Secret values become variables."""
    from shall.actions.importing import read_cases, write_cases  # as below

    space = session.workspace(workspace)
    read = await session.workers.call(read_cases, content, "content")
    found = await session.workers.call(
        write_cases, space, read, folder, overwrite=overwrite, dry_run=dry_run
    )
    reply: dict[str, Any] = {
        "written_files": [] if dry_run else [it.path for it in found.files],
        "left_out": [str(it) for it in found.left_out[:MOST_LEFT_OUT]],
        "secrets": list(found.secrets),
    }
    if found.environment:
        reply["environments"] = found.environment
    if len(found.left_out) > MOST_LEFT_OUT:
        reply["more_left_out"] = len(found.left_out) - MOST_LEFT_OUT
    if dry_run:
        reply["yaml_preview"] = {it.path: it.text for it in found.files}
    return reply


async def write_unittest(
    session: Session,
    yaml_path: CasePath,
    unittest: Annotated[
        dict[str, Any] | str,
        Field(
            description="the file as an object, or as YAML or JSON text, such as {name: adding,"
            " target: {module: shop.cart, function: add}, cases: [{id: sum, inputs: {args: [2, 3]},"
            " assert: [{type: equals, expected: 5}]}]}"
        ),
    ],
    overwrite: bool = False,
    dry_run: Annotated[bool, Field(description="write nothing; show the pytest file")] = False,
    workspace: WorkspaceName = None,
) -> dict[str, Any]:
    """Check unit cases, which call code of the workspace, and write them as YAML."""
    from shall.actions.unit_writing import write_unit  # libraries that only writing needs

    if not unittest:
        raise BadValue("unittest is empty.")
    space = session.workspace(workspace)
    written = await session.workers.call(
        write_unit, space, yaml_path, unittest, overwrite=overwrite, dry_run=dry_run
    )
    names = {"original": written.found.unit.name, "safe": "", "class": ""}
    return _written(written, names, written.found.script.text)


def _written(
    written: "cases.CaseWritten | UnitWritten", names: Mapping[str, str], code: str
) -> dict[str, Any]:
    """Return the answer to a file that was written, or would be; then ``code`` is what runs."""
    answer: dict[str, Any] = {
        "written_files": list(written.written_files),
        "name_mapping": names,
        "syntax_valid": True,
        "syntax_errors": [],
        "dry_run": written.dry_run,
        "notes": [note.text for note in written.notes],
    }
    if written.overwritten_files:
        answer["overwritten_files"] = list(written.overwritten_files)
    if written.dry_run:
        answer["code_preview"] = code
        answer["yaml_preview"] = written.text
    return answer


def _unit_summary(unit: Unit) -> dict[str, Any]:
    return {
        "name": unit.name,
        "description": unit.description,
        "target": unit.target.name,
        "tags": list(unit.tags),
        "verifies": list(unit.verifies),
        "cases": [f"{case.id} ({len(case.checks)} checks)" for case in unit.cases],
    }


def _summary(case: Case) -> dict[str, Any]:
    return {
        "name": case.name,
        "description": case.description,
        "host": case.host,
        "tags": list(case.tags),
        "verifies": list(case.verifies),
        "steps": [f"{step.id}: {_asked(step)} ({len(step.checks)} checks)" for step in case.steps],
        "teardowns": [teardown.id for teardown in case.teardowns],
    }


def _asked(step: Step) -> str:
    if step.sql is not None:
        return f"SQL {step.sql.database or ''}".rstrip()
    return f"{step.request.method} {step.request.url}"


def _names(written: cases.CaseWritten) -> dict[str, str]:
    """Return the names as the earlier server did; scripts have no class any more."""
    stem = (written.script_path or "").rpartition("/")[2].removesuffix(".py")
    return {"original": written.case.name, "safe": stem, "class": ""}


TOOLS = {
    list_testcases: ToolAnnotations(title="List test cases", read_only_hint=True),
    get_testcase: ToolAnnotations(title="Read a test case", read_only_hint=True),
    write_testcase: ToolAnnotations(
        title="Write a test case", read_only_hint=False, destructive_hint=True, idempotent_hint=True
    ),
    import_testcases: ToolAnnotations(
        title="Import test cases", read_only_hint=False, destructive_hint=False
    ),
    delete_testcase: ToolAnnotations(
        title="Delete a test case", read_only_hint=False, destructive_hint=True
    ),
    write_unittest: ToolAnnotations(
        title="Write a unit test case", read_only_hint=False, destructive_hint=False
    ),
}
