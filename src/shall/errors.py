"""Every error this project raises.

An error says what happened, where, and what to do next. Its ``code`` is part of the public
interface: codes are added, never renamed and never reused. A check that does not hold is not
an error, it is a result (``engine.result``); errors are for what could not be carried out.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from shall.diagnostics import Diagnostic
    from shall.span import Span


class ShallError(Exception):
    """Something could not be carried out."""

    code: ClassVar[str] = "MCP_INTERNAL_ERROR"
    retryable: ClassVar[bool] = False
    http_status: ClassVar[int] = 500
    exit_status: ClassVar[int] = 3

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        span: "Span | None" = None,
        details: Mapping[str, Any] | None = None,
        diagnostics: "Sequence[Diagnostic]" = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.span = span
        self.details = dict(details or {})
        self.diagnostics = tuple(diagnostics)

    def __str__(self) -> str:
        where = f"{self.span}: " if self.span else ""
        next_step = f" {self.hint}" if self.hint else ""
        return f"{where}{self.message}{next_step}"


class InvalidInput(ShallError):
    """The caller gave something that cannot be used; asking again unchanged will not help."""

    code = "MCP_VALIDATION_ERROR"
    http_status = 422
    exit_status = 2


class InvalidFile(InvalidInput):
    """A file has problems, all of which are in ``diagnostics``."""

    def __init__(self, diagnostics: "Sequence[Diagnostic]") -> None:
        super().__init__(
            "\n".join(map(str, diagnostics)),
            details={"problems": [found.to_json() for found in diagnostics]},
            diagnostics=diagnostics,
        )


class InvalidCase(InvalidFile):
    """A test case cannot be read."""

    code = "MCP_TESTCASE_INVALID"


class InvalidSpec(InvalidFile):
    """A requirements document cannot be read."""

    code = "MCP_SPEC_INVALID"


class InvalidSetting(InvalidInput):
    """A setting has a value that cannot be used."""

    code = "MCP_SETTING_INVALID"


class CertificateUnusable(InvalidSetting):
    """The server cannot serve TLS with what it was given."""

    code = "MCP_CERTIFICATE_UNUSABLE"
    exit_status = 1  # as the earlier server's document says


class BadExpression(InvalidInput):
    """A ``{{ expression }}`` cannot be parsed or evaluated."""

    code = "MCP_EXPRESSION_INVALID"


class BadValue(InvalidInput):
    """A value has the wrong form."""

    code = "MCP_VALUE_ERROR"


class BadRequest(InvalidInput):
    """An HTTP request is not of the form that its route takes."""

    code = "MCP_BAD_REQUEST"
    http_status = 400


class OutsideWorkspace(InvalidInput):
    """A path leads outside the workspace, or to something that is not a plain file."""

    code = "MCP_INVALID_PATH"
    http_status = 403


class WriteRefused(OutsideWorkspace):
    """A path is in the workspace, and no tool writes there."""

    code = "MCP_WRITE_REFUSED"


class CaseNotFound(InvalidInput):
    """No test case has that name."""

    code = "MCP_TESTCASE_NOT_FOUND"
    http_status = 404


class FileMissing(InvalidInput):
    """No file has that name."""

    code = "MCP_FILE_NOT_FOUND"
    http_status = 404


class FileUnavailable(ShallError):
    """The operating system refuses to read or write a file: permissions, a full disk."""

    code = "MCP_FILE_UNAVAILABLE"
    http_status = 503
    exit_status = 2


class FolderNotFound(InvalidInput):
    """No folder has that name."""

    code = "MCP_DIRECTORY_NOT_FOUND"
    http_status = 404


class AlreadyExists(InvalidInput):
    """The path exists already and may not be overwritten."""

    code = "MCP_ALREADY_EXISTS"
    http_status = 409


class Conflict(InvalidInput):
    """Something was changed since the caller read it."""

    code = "MCP_CONFLICT"
    http_status = 409


class RunNotFound(InvalidInput):
    """No run has that id."""

    code = "MCP_RUN_NOT_FOUND"
    http_status = 404


class NotStoppable(InvalidInput):
    """The run has ended, or its process does not look for a request to stop."""

    code = "MCP_NOT_STOPPABLE"
    http_status = 409


class ResultTooLarge(InvalidInput):
    """The answer of a tool is larger than an answer may be."""

    code = "MCP_RESULT_TOO_LARGE"


class OverBudget(InvalidInput):
    """A case would use more memory than one case may."""

    code = "MCP_BUDGET_EXCEEDED"


class MemoryInUse(ShallError):
    """The cases that run at once use the memory that they may use together."""

    code = "MCP_MEMORY_IN_USE"
    retryable = True
    http_status = 503
    exit_status = 4


class NotAllowed(ShallError):
    """The caller is not known, or may not do this."""

    code = "MCP_UNAUTHORIZED"
    http_status = 401
    exit_status = 5


class Forbidden(ShallError):
    """The caller is known and may not do this, or the server does not offer it."""

    code = "MCP_FORBIDDEN"
    http_status = 403
    exit_status = 5


class KeysUnavailable(ShallError):
    """The authorization server's keys cannot be read, so no JWT can be checked."""

    code = "MCP_KEYS_UNAVAILABLE"
    retryable = True
    http_status = 503
    exit_status = 4


class TargetUnreachable(ShallError):
    """The service under test cannot be reached."""

    code = "MCP_TARGET_UNREACHABLE"
    retryable = True
    http_status = 502
    exit_status = 4


class TargetDenied(ShallError):
    """Requests may not go to that host or address; the operator says which may."""

    code = "MCP_TARGET_DENIED"
    http_status = 403
    exit_status = 5


class QueryFailed(InvalidInput):
    """A database refuses a statement, or its answer cannot be used."""

    code = "MCP_QUERY_FAILED"


class SetupFailed(ShallError):
    """What the settings name to run before the first case did not pass."""

    code = "MCP_SETUP_FAILED"
    http_status = 424
    exit_status = 1


class TimedOut(ShallError):
    """Something took longer than it may."""

    code = "MCP_TIMEOUT"
    retryable = True
    http_status = 504
    exit_status = 4


class ShuttingDown(ShallError):
    """The server leaves, and stopped what was running."""

    code = "MCP_DRAINING"
    retryable = True
    http_status = 503
    exit_status = 4


class ConnectionNotFound(InvalidInput):
    """No connection of this caller has that id."""

    code = "MCP_CONNECTION_NOT_FOUND"
    http_status = 404


class TooManyConnections(ShallError):
    """More connections are open than may be."""

    code = "MCP_TOO_MANY_CONNECTIONS"
    retryable = True
    http_status = 429
    exit_status = 4


class StoreUnavailable(ShallError):
    """The state cannot be read or written."""

    code = "MCP_STORE_UNAVAILABLE"
    retryable = True
    http_status = 503
    exit_status = 4


class StoreTooNew(ShallError):
    """The state was written by a newer release of this program."""

    code = "MCP_STORE_TOO_NEW"
    http_status = 503
    exit_status = 2


class ScriptNotWritten(ShallError):
    """A pytest script could not be generated."""

    code = "MCP_GENERATION_FAILED"
