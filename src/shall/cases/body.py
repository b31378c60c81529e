"""Reads the body of a request."""

from shall.cases.fields import Fields
from shall.cases.forms import WEBSOCKET, is_template
from shall.cases.graphql import read_graphql
from shall.cases.model import Body, BodyKind

_BODIES = tuple(kind.value for kind in BodyKind)


def read_body(fields: Fields, method: str) -> Body | None:
    """Read the body of a step; None where it has none."""
    values = fields.values
    given = [name for name in _BODIES if values.get(name) is not None]
    if values.keys() & {"json"} and not given:
        return Body(BodyKind.JSON, None)  # `json: null` is a body, the four letters
    if not given:
        return None
    name = given[0]
    if method == WEBSOCKET:
        hint = "Write what is sent as an item of `messages`."
        fields.bad("case.conflicting-fields", name, "A WebSocket has no body.", hint)
        return None
    if len(given) > 1:
        others = " and ".join(f"`{each}`" for each in given)
        message = f"A request has one body, not {others}."
        fields.bad("case.conflicting-fields", given[1], message, "Keep one of them.")
    if name in ("json", "text", "graphql") and values.get("files"):
        message = f"Files are sent as a form, not beside `{name}`."
        fields.bad("case.conflicting-fields", "files", message, "Use `form`.")
    return _checked(fields, name, method)


def _checked(fields: Fields, name: str, method: str) -> Body | None:
    """Return a body of a kind whose value is of the right type."""
    value = fields.values[name]
    if name == "text" and type(value) is not str:
        fields.bad_type("text", "a text")
    if name == "form" and not isinstance(value, dict) and not is_template(value):
        fields.bad_type("form", "a mapping")
    if name == "data" and not value and method in ("GET", "HEAD"):
        return None  # older files write `data: {}` where there is none
    if name == "graphql":
        value = read_graphql(fields, method)
    return Body(BodyKind(name), value)
