"""The plan of a query: what is asked, and the databases of the run."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from shall.cases.model import SqlTemplate, Step, Teardown
from shall.engine.options import RunOptions

if TYPE_CHECKING:
    from shall.database_source import Database


class SqlPlan(Struct, frozen=True):
    """A query, with the databases of the run and their passwords."""

    template: SqlTemplate
    project: str | None
    databases: "Mapping[str, Database]"
    passwords: Mapping[str, str]
    unavailable: Mapping[str, str]
    timeout_s: float


def plan_sql(call: Step | Teardown, options: RunOptions) -> SqlPlan:
    """Make the plan of a step or teardown that asks a database."""
    if call.sql is not None:
        return plan_query(call.sql, None, options)
    assert isinstance(call, Teardown)  # noqa: S101 - of an earlier format
    return plan_older_query(call.query or "", call.project, options)


def plan_older_query(query: str, project: str | None, options: RunOptions) -> SqlPlan:
    """Make the plan of a query of an earlier format, which holds expressions."""
    from shall.cases.sql import older_query  # few cases hold one

    return plan_query(older_query(query), project, options)


def plan_query(template: SqlTemplate, project: str | None, options: RunOptions) -> SqlPlan:
    """Make the plan of a query."""
    return SqlPlan(
        template,
        project or options.project,
        options.databases,
        options.passwords,
        options.unavailable,
        options.request_timeout_s,
    )
