"""Reads a stream of events (``text/event-stream``) while it arrives.

Loaded with the first step that reads one.
"""

from typing import Any

from msgspec.structs import replace

from shall.cases.polling import written_time
from shall.engine.budgets import Budget
from shall.engine.check import CaseContext, judge_check
from shall.engine.full_plan import StreamPlan
from shall.engine.query import Content, read_content
from shall.errors import BadValue
from shall.messages import Message
from shall.results.records import CheckResult, Outcome
from shall.transport.exchange import Request, Response

_MEDIA_TYPE = "text/event-stream"
_BLANK = Response(0, (), b"", "")


class EventReader:
    """Takes the bytes of a response; ``events`` are those that have arrived.

    ``error`` is what went wrong in it: libcurl, which calls it, passes nothing on.
    """

    def __init__(self, stream: StreamPlan, context: CaseContext) -> None:
        self.events: list[dict[str, Any]] = []
        self.checks: list[CheckResult] = []
        self.error: Exception | None = None
        self.broken: Response | None = None
        self.ends_with_time = stream.within_s is not None
        self.holds = not stream.until
        self._stream = stream
        self._context = context
        self._parser = EventParser(context.scope.budget)

    def take(self, data: bytes) -> bool:
        """Receive a part of the body; return whether nothing more is to be read."""
        try:
            return self._take(data)
        except Exception as error:  # noqa: BLE001 - raised by the step
            self.error = error
            return True

    def _take(self, data: bytes) -> bool:
        for event in self._parser.feed(data):
            self.events.append(event)
            if self._stream.until and self._judge(event):
                self.holds = True
                return True
            if len(self.events) == self._stream.count:
                return True
        return False

    def _judge(self, event: dict[str, Any]) -> bool:
        content = Content(event, present=True, is_json=True)
        self.checks = [judge_check(it, _BLANK, content, self._context) for it in self._stream.until]
        return all(check.outcome is Outcome.PASSED for check in self.checks)

    def content(self, response: Response) -> Content:
        """Return the events as the JSON body that selectors look at.

        Raises:
            ShallError: An event could not be read, or the response is not a stream of events.
        """
        if self.error is not None:
            raise self.error
        media_type = (response.header("content-type") or "").partition(";")[0].strip().lower()
        if media_type != _MEDIA_TYPE:
            is_other = media_type or "without a type"
            raise BadValue(f"The response is {is_other:.60}, not {_MEDIA_TYPE}.")
        return Content({"events": self.events}, present=True, is_json=True)

    def answers(self, response: Response) -> list[tuple[Response, Any]]:
        """Return what shows secrets where the stream broke off: its events, and all as text."""
        text = response.body.decode("utf-8", "replace")
        return [(response, {"events": self.events}), (response, text)]

    def until_checks(self) -> list[CheckResult]:
        """Return the checks of ``until``: of the event that ended the stream, or of the last."""
        if not self._stream.until or self.holds:
            return self.checks
        if not self.checks:
            self.checks = [
                judge_check(it, _BLANK, Content(), self._context) for it in self._stream.until
            ]
        within_s = self._stream.within_s
        waited = {
            "within": "" if within_s is None else f" ({written_time(within_s)})",
            "events": len(self.events),
        }
        return [
            replace(
                it,
                outcome=Outcome.FAILED if it.outcome is Outcome.PASSED else it.outcome,
                message=Message("step.no_event", {**waited, "inner": it.message}),
            )
            for it in self.checks
            if it.message is not None
        ]


def streamed(request: Request, stream: StreamPlan, reader: EventReader) -> Request:
    """Return a request whose response a reader takes."""
    names = {name.lower() for name, _ in request.headers}
    more = () if "accept" in names else (("Accept", _MEDIA_TYPE),)
    timeout_s = request.timeout_s if stream.within_s is None else stream.within_s
    return replace(request, headers=(*request.headers, *more), timeout_s=timeout_s, reader=reader)


class EventParser:
    """Parses the bytes of a stream (WHATWG, HTML, 9.2.6), in whatever parts they arrive."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._rest = b""
        self._parts: list[bytes] = []
        self._is_first = True
        self._data: list[bytes] = []
        self._event = ""
        self._id: str | None = None

    def feed(self, data: bytes) -> list[dict[str, Any]]:
        """Return the events that are complete."""
        is_within_line = b"\n" not in data and b"\r" not in data
        if is_within_line and not self._rest.endswith(b"\r"):
            self._parts.append(data)  # a long line: it is joined once
            return []
        if self._parts:
            data, self._parts = b"".join((*self._parts, data)), []
        if self._is_first and len(self._rest) + len(data) >= len(_MARK):
            data, self._rest, self._is_first = (self._rest + data).removeprefix(_MARK), b"", False
        lines = (self._rest + data).splitlines(keepends=True)
        # After a CR at the end, the LF of the same line break may follow.
        whole = bool(lines) and lines[-1].endswith(b"\n")
        self._rest = b"" if whole or not lines else lines.pop()
        found: list[dict[str, Any]] = []
        for line in lines:
            text = line.rstrip(b"\r\n")
            if text:
                self._take(text)
            elif self._data:
                found.append(self._made())
            else:
                self._event = ""
        return found

    def _take(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
        elif name == b"event":
            self._event = value.decode("utf-8", "replace")
        elif name == b"id" and b"\0" not in value:
            self._id = value.decode("utf-8", "replace")

    def _made(self) -> dict[str, Any]:
        data = b"\n".join(self._data)
        if not data.isascii():  # what is not UTF-8 is replaced before it is read as JSON
            data = data.decode("utf-8", "replace").encode()
        body = Response(200, (), data, "")
        event: dict[str, Any] = {
            "event": self._event or "message",
            "data": read_content(body, self._budget).value if data else "",
        }
        if self._id is not None:
            event["id"] = self._id
        self._data, self._event = [], ""
        return event


_MARK = b"\xef\xbb\xbf"
