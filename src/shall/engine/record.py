"""What a step did, with its secrets, and which of its checks look at one."""

from collections.abc import Callable, Sequence
from functools import lru_cache

from msgspec import Struct

from shall.cases.path import parse_path
from shall.engine.call_plan import CheckPlan
from shall.engine.redact import Redactor
from shall.errors import BadValue
from shall.messages import Message
from shall.redaction.names import is_secret_name
from shall.results.records import CheckResult, Outcome, Position
from shall.transport.exchange import Request, Response

KEPT_TYPE = 100
"""Characters of a Content-Type that are kept; of a longer one its parameters are not."""

_TYPE_LENGTH = len("content-type")

KEPT_VALUE = 2_000
"""Characters of a check's value that are stored; a longer one is stored as cut text."""


class StepRecord(Struct, gc=False):
    """What a step did, as it was: never leaves the engine.

    ``plans`` are those of the checks that were written in the case and carried out. ``renewal`` is
    what was sent before, since a token was refused. ``are_at_once``: all checks passed, each with
    the constant text or number that it expects.
    """

    id: str
    path: str
    outcome: Outcome
    duration_s: float = 0.0
    checks: Sequence[CheckResult] = ()
    request: Request | None = None
    response: Response | None = None
    plans: Sequence[CheckPlan] = ()
    are_at_once: bool = False
    error: Message | None = None
    retryable: bool = False
    attempts: int = 1
    retries: int = 0
    renewal: tuple["StepRecord", ...] = ()


Locate = Callable[[str], Position]


def content_type_of(response: Response) -> str:
    """Return the Content-Type of a response as it is kept; empty without one."""
    for name, value in response.headers:
        if len(name) == _TYPE_LENGTH and name.lower() == "content-type":
            return value if len(value) <= KEPT_TYPE else value.partition(";")[0][:KEPT_TYPE]
    return ""


def names_secret(field: str, redactor: Redactor) -> bool:
    """Return whether a check looks at a secret: the last name on its path says so."""
    if ends_in_secret_name(field):
        return True
    return redactor.has_names and redactor.declares(last_name(field) or "")


@lru_cache(maxsize=4096)
def ends_in_secret_name(field: str) -> bool:
    """Return whether the last name on the path of a check is one of secrets."""
    name = last_name(field)
    return name is not None and is_secret_name(name)


@lru_cache(maxsize=4096)
def last_name(field: str | None) -> str | None:
    """Return the last name on the path of a check."""
    try:
        names = [part for part in parse_path(field or "$") if isinstance(part, str)]
    except BadValue:  # the name of a header need not be a path
        return field
    return names[-1] if names else None
