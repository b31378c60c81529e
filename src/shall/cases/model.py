"""A test case as data.

Values that may hold ``{{ expressions }}`` are stored as written (JSON data whose strings may hold
expressions); ``cases.expression`` parses them and the engine evaluates them.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from msgspec import Struct

if TYPE_CHECKING:
    from shall.cases.flow import Flow


CheckKind: TypeAlias = Literal[
    "status_code",
    "equals",
    "not_equals",
    "exists",
    "not_exists",
    "is_none",
    "is_not_none",
    "contains",
    "not_contains",
    "length",
    "in",
    "not_in",
    "regex",
    "less_than",
    "less_or_equal",
    "greater_than",
    "greater_or_equal",
    "close_to",
    "starts_with",
    "ends_with",
    "is_empty",
    "is_boolean",
    "is_integer",
    "is_float",
    "is_number",
    "is_string",
    "is_list",
    "is_object",
    "is_collection",
    "is_date",
    "is_iso_date",
    "is_uuid",
    "is_ipv4",
    "is_ipv6",
    "each",
    "any",
    "no_item",
    "count",
    "has",
    "all_of",
    "contains_all",
    "in_any_order",
    "schema",
    "snapshot",
    "openapi",
    # An earlier format asks a database in a check.
    "mysql_query",
    "mysql_query_exists",
    "mysql_query_true",
    # Older checks of events: reading makes checks of ``$.events`` of them.
    "sse_event_count",
    "sse_contains",
    "sse_event_exists",
    "sse_event_field",
    "sse_last_event",
]
"""What a check asserts. The value is the spelling we write; ``cases.spelling`` knows others."""


CHECK_KINDS: tuple[CheckKind, ...] = get_args(CheckKind)


class Check(Struct, frozen=True, gc=False):
    """One assertion about a response.

    ``field`` is a path into the JSON body (``data.items[0].id``, ``[0].id`` for an array root,
    ``$`` for the whole body); ``header`` names a response header instead. With neither, the check
    looks at the whole body (``status_code`` looks at the status). ``container`` is given for
    ``in`` and ``not_in`` only, without a field: the list in which ``expected`` is looked for.
    ``selector`` is the text of a selector that neither ``field`` nor ``header`` can say, and
    ``negated`` turns a check without an opposite kind around. ``expected`` is a tuple of checks for
    a kind that applies checks to parts of the value: ``each``, ``length`` with a mapping. For
    ``openapi``, which looks at the whole response, it is the path of a document, or True for those
    of the project. ``place`` is where the check is written in its step; empty for an item of
    ``assert``.
    """

    kind: CheckKind
    field: str | None = None
    header: str | None = None
    expected: Any = None
    query: str | None = None
    container: Any = None
    selector: str | None = None
    negated: bool = False
    place: str = ""


BodyKind: TypeAlias = Literal[
    "json",
    "form",
    "text",
    "data",
    "graphql",
    "xml",
    "body",
]
"""How a request body is sent.

``DATA`` is the older spelling: JSON, unless a Content-Type header says form or text. ``BODY``
is bytes: of a file, or written in Base64.
"""


class Body(Struct, frozen=True, gc=False):
    """A request body as written."""

    kind: BodyKind
    value: Any


class RequestTemplate(Struct, frozen=True, gc=False):
    """A request before its expressions are evaluated.

    ``url`` is absolute, or a path that is joined to the host. ``files`` maps a field of a
    multipart form to its part or a list of parts: a path inside the workspace, or a mapping.
    ``timeout_s`` None means the run's default. ``auth`` None means that of the case, an empty one
    that no credentials are sent; ``connection`` goes over that of the case.
    """

    url: str
    method: str = "GET"
    headers: Mapping[str, Any] = {}
    params: Mapping[str, Any] = {}
    body: Body | None = None
    files: Mapping[str, Any] = {}
    timeout_s: float | None = None
    project: str | None = None
    follow_redirects: bool = True
    auth: Mapping[str, Any] | None = None
    connection: Mapping[str, Any] = {}


class SqlTemplate(Struct, frozen=True, gc=False):
    """A query before the expressions of its ``parameters`` are evaluated.

    ``database`` is a name of ``shall.yaml``; None: the one of the project, or the only one.
    ``timeout_s`` None means the run's default.
    """

    query: str
    database: str | None = None
    parameters: Mapping[str, Any] = {}
    timeout_s: float | None = None


class Until(Struct, frozen=True, gc=False):
    """What a step repeats its request for: ``checks`` hold, or ``fails_if`` ends it."""

    checks: tuple[Check, ...]
    fails_if: tuple[Check, ...] = ()
    every_s: float = 1.0
    within_s: float = 30.0


class Stream(Struct, frozen=True, gc=False):
    """When reading a stream of events ends, unless the service ends it.

    With an event that ``until`` holds of, after ``count`` events, or after ``within_s`` seconds.
    """

    until: tuple[Check, ...] = ()
    count: int = 0
    within_s: float | None = None


class SentMessage(Struct, frozen=True, gc=False):
    """A message that a step sends: a text, JSON data, or Base64 of bytes (``is_binary``)."""

    value: Any
    is_binary: bool = False


class AwaitedMessages(Struct, frozen=True, gc=False):
    """Messages that a step waits for, at most ``within_s`` seconds.

    The next one, of which ``checks`` hold (``is_next``), all up to the first of which they hold,
    ``count`` messages, or, with none of these, what arrives in that time.
    """

    checks: tuple[Check, ...] = ()
    is_next: bool = False
    count: int = 0
    within_s: float | None = None


class Step(Struct, frozen=True, gc=False):
    """One request, or one query of a database, and what must hold of the response.

    ``request`` is blank where ``sql`` is set.
    ``allow_status`` lists statuses of 400 and above that are not a failure for a step that does
    not assert its status. ``capture`` maps names of variables to the selectors of their values.
    ``delay_s`` is waited before the request. ``flow`` says whether and how often the step runs;
    ``stream``: the response is a stream of events. ``messages`` go over a WebSocket.
    """

    id: str
    request: RequestTemplate
    checks: tuple[Check, ...] = ()
    allow_status: tuple[int, ...] = ()
    capture: Mapping[str, str] = {}
    delay_s: float = 0.0
    until: Until | None = None
    flow: "Flow | None" = None
    stream: Stream | None = None
    messages: tuple[SentMessage | AwaitedMessages, ...] = ()
    sql: SqlTemplate | None = None


Operation: TypeAlias = Literal[
    "api",
    "db",
    "file",
]
"""What a teardown does."""


class Teardown(Struct, frozen=True, gc=False):
    """What is undone after the steps: a request, a query of a database, or files to delete.

    ``query`` is one of an earlier format, which holds expressions; ``sql`` is today's. ``files``
    are paths of files to delete, or one expression whose value is a path or a list of paths.
    """

    id: str
    operation: Operation
    request: RequestTemplate | None = None
    query: str | None = None
    checks: tuple[Check, ...] = ()
    allow_status: tuple[int, ...] = ()
    sql: SqlTemplate | None = None
    project: str | None = None
    files: str | tuple[str, ...] = ()


class Allure(Struct, frozen=True, gc=False):
    """Labels for Allure reports."""

    epic: str | None = None
    feature: str | None = None
    story: str | None = None


class Case(Struct, frozen=True, gc=False):
    """A test case: steps in order, then teardowns in reverse.

    ``verifies`` holds criterion ids such as ``auth#1.2``; ``secrets`` names variables whose
    values are never shown or stored; ``skip`` is why the case is not run. ``data`` are the
    rows with each of which the case runs, or the path of a file of them beside the case. ``use``
    names shared steps whose captured values the case reads. ``needs`` names cases, or paths of
    cases, that must have passed before. ``only`` is why it runs alone. ``auth`` None
    means that of the environment; ``connection`` goes over that of the environment. ``draft``: it
    is not run, as ``skip`` says, until somebody fills in what is marked in it.
    """

    name: str
    steps: tuple[Step, ...]
    description: str = ""
    host: str | None = None
    allure: Allure | None = None
    variables: Mapping[str, Any] = {}
    secrets: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    verifies: tuple[str, ...] = ()
    teardowns: tuple[Teardown, ...] = ()
    skip: str | None = None
    data: str | tuple[Mapping[str, Any], ...] | None = None
    use: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    only: str | None = None
    auth: Mapping[str, Any] | None = None
    connection: Mapping[str, Any] = {}
    draft: bool = False
