"""Whether a response is one that a document declares for the request."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from shall.errors import BadValue
from shall.messages import Message
from shall.openapi.coverage import media_type, type_for
from shall.openapi.document import Document, Operation, ResponseDeclaration, below
from shall.openapi.routes import Routes
from shall.openapi.schemas import Validators
from shall.redaction.shapes import mask_path

SHOWN_ERRORS = 3
"""Errors of a body that a message names."""

SHOWN_LENGTH = 300
"""Characters of an error that a message shows."""

_WITHOUT_BODY = frozenset((204, 205, 304))


UNDECLARED = frozenset(("check.openapi_operation", "check.openapi_operation_near"))
"""Codes of a response to an operation that the document does not declare."""


class Answer(Struct, frozen=True):
    """A response to a request. ``is_json``: ``value`` is what its body says as JSON."""

    method: str
    url: str
    status: int
    headers: Sequence[tuple[str, str]]
    value: Any
    is_json: bool


class Contract:
    """A document that responses are compared with: read once, its schemas compiled as needed."""

    def __init__(self, document: Document) -> None:
        """Raise ``BadValue`` where the document cannot be used."""
        self._file = document.file
        self._routes = Routes(document.operations)
        self._validators = Validators(document)

    def judge(self, answer: Answer) -> Message | None:
        """Return what the document does not declare of a response; None where it declares it."""
        try:
            found = self._routes.find(answer.method, answer.url)
            if found.operation is None:
                return self._unknown(answer)
            return self._judge(found.operation, answer)
        except (BadValue, ValueError) as error:
            return Message("check.bad_openapi", {"reason": str(error)})

    def _unknown(self, answer: Answer) -> Message:
        params = {"document": self._file, "method": answer.method, "path": _path(answer.url)}
        near = self._routes.closest(answer.method, answer.url)
        if near is None:
            return Message("check.openapi_operation", params)
        return Message("check.openapi_operation_near", {**params, "near": near})

    def _judge(self, operation: Operation, answer: Answer) -> Message | None:
        declared = operation.response_for(answer.status)
        if declared is None:
            listed = ", ".join(it.status for it in operation.responses) or "none"
            return self._message(
                "status", below(operation.pointer, "responses"), operation, answer.status, listed
            )
        types = {it.lower(): value for it, value in answer.headers}
        for name, header in declared.headers.items():
            is_named = name.lower() in types or name.lower() == "content-type"
            if header.data.get("required") is True and not is_named:
                return self._message("header", header.pointer, operation, name)
        if not declared.types or answer.method == "HEAD" or answer.status in _WITHOUT_BODY:
            return None
        return self._judge_body(operation, declared, answer, types.get("content-type", ""))

    def _judge_body(
        self, operation: Operation, declared: ResponseDeclaration, answer: Answer, kind: str
    ) -> Message | None:
        name = type_for(declared, kind) if kind else None
        if name is None:
            listed = ", ".join(declared.types)
            place = below(declared.node.pointer, "content")
            return self._message("type", place, operation, media_type(kind) or "none", listed)
        node = declared.types[name]
        if "schema" not in node.data or not _is_json(media_type(kind)):
            return None
        place = below(node.pointer, "schema")
        if not answer.is_json:
            return self._message("body", place, operation, "the body is not JSON")
        errors = []
        for error in self._validators.of(place).iter_errors(answer.value):
            errors.append(_error_text(error))
            if len(errors) == SHOWN_ERRORS:
                break
        return self._message("body", place, operation, "; ".join(errors)) if errors else None

    def _message(
        self, aspect: str, pointer: str, operation: Operation, actual: Any, listed: str = ""
    ) -> Message:
        params = {"operation": operation.place, "place": f"{self._file}{pointer}", "what": actual}
        return Message(
            f"check.openapi_{aspect}", {**params, "declared": listed} if listed else params
        )


def _error_text(error: Any) -> str:
    path = "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.instance_path
    )
    text = f"${path}: {error.message}"
    return text if len(text) <= SHOWN_LENGTH else f"{text[: SHOWN_LENGTH - 1]}…"


def _path(url: str) -> str:
    """Return the path of a URL without its query, as messages show it."""
    return "/" + mask_path(
        url.partition("://")[2].partition("/")[2].partition("?")[0].partition("#")[0]
    )


def _is_json(kind: str) -> bool:
    return kind.rpartition("/")[2] == "json" or kind.endswith("+json")
