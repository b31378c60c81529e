"""Names of a case as another language writes them, and what an export lacks."""

import keyword
import re
from collections.abc import Iterator

from msgspec import UNSET, Struct, field

from shall.cases.expression import parse_template
from shall.cases.flow import Flow
from shall.cases.forms import WEBSOCKET, graphql_data, is_query_file
from shall.cases.model import Body, Case, RequestTemplate, Step, Teardown
from shall.cases.syntax import GLOBAL, Call, Expression, Filtered, Literal, Reference

_NO_NAME = re.compile(r"\W+", re.ASCII)


class Exported(Struct):
    """The text of a case for another tool, the variables that it reads, and what it lacks.

    ``replaced`` maps a variable to the place where the case holds the secret that it replaces.
    """

    text: str = ""
    variables: list[str] = field(default_factory=list[str])
    left_out: list[str] = field(default_factory=list[str])
    replaced: dict[str, str] = field(default_factory=dict[str, str])

    def lacks(self, part: str) -> None:
        """Report a part that the text lacks."""
        if part not in self.left_out:
            self.left_out.append(part)

    def comments(self) -> list[str]:
        """Return the report as comments, for those who have the text without it."""
        replaced = (f"{name} replaces {place}" for name, place in self.replacements())
        left_out = (f"Left out: {it}" for it in self.left_out)
        return [f"# {' '.join(it.split())}." for it in (*replaced, *left_out)]

    def replacements(self) -> Iterator[tuple[str, str]]:
        """Yield the variables of the text that replace secrets of the case, and their places."""
        return ((name, it) for name, it in self.replaced.items() if name in self.variables)

    def environment(self, name: str) -> str:
        """Return the name of the environment variable for a variable of a run."""
        upper = environment_name(name)
        if upper not in self.variables:
            self.variables.append(upper)
        return upper


def environment_name(name: str) -> str:
    """Return the name of a variable of a run as one of the environment."""
    return _NO_NAME.sub("_", name).strip("_").upper() or "VALUE"


def python_name(text: str) -> str:
    """Return a text as a name of Python.

    >>> python_name("an order is listed")
    'an_order_is_listed'
    """
    name = _NO_NAME.sub("_", text).strip("_").lower()[:60]
    if not name or name[0].isdigit() or keyword.iskeyword(name):
        name = f"case_{name}".rstrip("_")
    return name


def expressions_in(text: str) -> tuple[str | Expression, ...]:
    """Return the parts of a text: literal texts and expressions."""
    return parse_template(text).parts


def joined(host: str, path: str) -> str:
    """Return the address of a path; what an expression at its beginning yields begins with "/"."""
    joint = "" if path.startswith("{{") else "/"
    return f"{host.rstrip('/')}{joint}{path.lstrip('/')}"


def is_text(expression: str | Expression) -> bool:
    """Return whether a part of a text is ``name | to_string``."""
    return isinstance(expression, Filtered) and [it.name for it in expression.filters] == [
        "to_string"
    ]


def run_variable(expression: Expression) -> str | None:
    """Return the name under which a run has the value of an expression; None for another one."""
    if isinstance(expression, Filtered) and is_text(expression):
        expression = expression.value
    if not isinstance(expression, Reference):
        return None
    if expression.root == GLOBAL:
        return ".".join(map(str, expression.path)) or None
    return None if expression.path else expression.root


def literal_of(expression: Expression) -> str | None:
    """Return the text of an expression that is a value."""
    return str(expression.value) if isinstance(expression, Literal) else None


def note_left_out(case: Case, exported: Exported) -> None:
    """Report the parts of a case that no export has."""
    for name in ("data", "use", "needs", "connection"):
        if getattr(case, name):
            exported.lacks(f"`{name}` of the case")
    parts: tuple[Step | Teardown, ...] = (*case.steps, *case.teardowns)
    for part in parts:
        _note_of_part(part, exported)


def _note_of_part(part: Step | Teardown, exported: Exported) -> None:
    for name in _left_out_of_step(part) if isinstance(part, Step) else ():
        exported.lacks(f"`{name}` of {part.id}")
    request = part.request
    if request is not None and request.method == WEBSOCKET:
        exported.lacks(f"the WebSocket of {part.id}")
    if part.sql is not None or (isinstance(part, Teardown) and part.query is not None):
        exported.lacks(f"the query of {part.id}")
    if isinstance(part, Teardown) and part.files:
        exported.lacks(f"`delete_files` of {part.id}")
    body = None if request is None else request.body
    if body is not None and body.kind == "graphql" and is_query_file(body.value["query"]):
        exported.lacks(f"the file of the query of {part.id}")
    if request is not None and request.connection:
        exported.lacks(f"`connection` of {part.id}")


def http_request(part: Step | Teardown) -> RequestTemplate | None:
    """Return the request of a step or teardown; None where it queries or opens a WebSocket."""
    request = part.request
    is_other = part.sql is not None or request is None or request.method == WEBSOCKET
    return None if is_other else request


def requests_of(case: Case) -> Iterator[tuple[Step | Teardown, RequestTemplate]]:
    """Yield the steps and teardowns of a case that send a request, in the order of a run."""
    parts: tuple[Step | Teardown, ...] = (*case.steps, *reversed(case.teardowns))
    for part in parts:
        request = http_request(part)
        if request is not None:
            yield part, request


def body_of(request: RequestTemplate) -> Body | None:
    """Return the body of a request; that of a GraphQL query as the JSON that is sent."""
    body = request.body
    if body is None or body.kind != "graphql":
        return body
    return Body("json", graphql_data(body.value))


def _left_out_of_step(step: Step) -> Iterator[str]:
    """Yield the fields of a step that say when and how often it runs, and what it reads."""
    flow = step.flow or Flow()
    fields = {
        "until": step.until is not None,
        "stream": step.stream is not None,
        "if": flow.when is not None,
        "for each": flow.items is not UNSET,
        "repeat": flow.repeat is not None,
        "retry": flow.retry is not None,
    }
    return (name for name, is_set in fields.items() if is_set)


def credentials(case: Case, request: RequestTemplate) -> tuple[str, dict[str, str]]:
    """Return the kind of the credentials of a request, and their values; an empty kind for none."""
    auth = request.auth if request.auth is not None else case.auth
    if not auth:
        return "", {}
    ((kind, said),) = auth.items()
    values = {kind: said} if isinstance(said, str) else said
    return kind, {name: str(it) for name, it in values.items()}


def call_name(expression: Expression) -> str | None:
    """Return the name of the function that an expression calls."""
    return expression.name if isinstance(expression, Call) else None
