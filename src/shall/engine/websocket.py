"""Sends the messages of a step over the WebSocket that it opened, and judges what comes.

Loaded with the first step that opens one.
"""

import base64
import json
import time
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from shall.cases.model import SentMessage
from shall.cases.polling import written_time
from shall.cases.websocket import MAX_MESSAGES
from shall.engine.call_plan import CallPlan, CheckPlan
from shall.engine.check import CaseContext, judge_check
from shall.engine.evaluate import as_text, evaluate
from shall.engine.full_plan import AwaitPlan
from shall.engine.query import Content, read_content
from shall.engine.selectors import SWITCHED
from shall.errors import BadValue, ShallError, TimedOut
from shall.messages import Message
from shall.results.records import CheckResult, Outcome
from shall.transport.exchange import Request, Response
from shall.transport.waits import Close, Receive, Received, Send, Work

_now = time.monotonic


class Conversation(Struct):
    """What was sent and received. ``checks`` are those of the messages, with their ``plans``.

    ``closed``: the service closed the connection, and how. ``error`` ended the conversation.
    """

    response: Response
    sent: list[bytes] = field(default_factory=list[bytes])
    texts: list[bytes] = field(default_factory=list[bytes])
    values: list[Any] = field(default_factory=list[Any])
    checks: list[CheckResult] = field(default_factory=list[CheckResult])
    plans: list[CheckPlan] = field(default_factory=list[CheckPlan])
    closed: Received | None = None
    error: ShallError | None = None

    @property
    def is_good(self) -> bool:
        """Whether all checks so far passed."""
        return all(it.outcome is Outcome.PASSED for it in self.checks)

    def content(self) -> Content:
        """Return what was received as the JSON body that selectors look at."""
        value: dict[str, Any] = {"messages": self.values}
        if self.closed is not None:
            reason = self.closed.data.decode("utf-8", "replace")
            value["closed"] = {"code": self.closed.closed, "reason": reason}
        return Content(value, present=True, is_json=True)


def converse(call: CallPlan, request: Request, context: CaseContext) -> Work[Conversation]:
    """Open a WebSocket, carry out the messages of a step up to the first that fails, and close it.

    Raises:
        TargetUnreachable, TimedOut: It cannot be opened.
    """
    response: Response = yield request
    talk = Conversation(response)
    if response.status != SWITCHED:
        if call.asserts_status:
            return talk
        talk.error = BadValue(f"The service opened no WebSocket: it answered {response.status}.")
        return talk
    try:
        for item in call.messages or ():
            if isinstance(item, SentMessage):
                yield from _send(item, request, talk, context)
            else:
                yield from _await(item, request, talk, context)
            if not talk.is_good:
                break
    except ShallError as error:
        talk.error = error
    yield Close()
    talk.response = replace(response, body=b"\n".join(talk.texts))
    return talk


def _send(
    item: SentMessage, request: Request, talk: Conversation, context: CaseContext
) -> Work[None]:
    value = evaluate(item.value, context.scope)
    if item.is_binary:
        try:
            data = base64.b64decode(as_text(value), validate=True)
        except ValueError:
            raise BadValue("`send_base64` is not Base64.") from None
    elif isinstance(value, str):
        data = value.encode("utf-8", "replace")
    else:
        data = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    talk.sent.append(data)
    context.secrecy.requests.append(replace(request, body=data))
    if not (yield Send(data, not item.is_binary, request.timeout_s)):
        raise TimedOut(f"A message could not be sent within {request.timeout_s:g} s.")


def _await(
    item: AwaitPlan, request: Request, talk: Conversation, context: CaseContext
) -> Work[None]:
    """Wait for messages; what does not come is a check that fails."""
    within_s = request.timeout_s if item.within_s is None else item.within_s
    end, before = _now() + within_s, len(talk.values)
    checks: list[CheckResult] = []
    while talk.closed is None:
        left_s = end - _now()
        received: Received | None = (yield Receive(left_s)) if left_s > 0 else None
        if received is None:
            break
        if received.closed:
            talk.closed = received
            break
        response, content = _take(received, talk, context)
        context.scope.budget.check_time()
        checks = [judge_check(it, response, content, context) for it in item.checks]
        holds = all(it.outcome is Outcome.PASSED for it in checks)
        if item.checks and (holds or item.is_next):
            talk.checks += checks
            talk.plans += item.checks
            return
        if len(talk.values) - before == item.count:
            return
    if item.checks or item.count:
        checks = checks or [_unmet(it, context) for it in item.checks]
        _note_missing(item, within_s, len(talk.values) - before, checks, talk)


def _unmet(plan: CheckPlan, context: CaseContext) -> CheckResult:
    """Return a check for which no message came."""
    expected = plan.check.expected
    if not plan.is_constant:
        expected = evaluate(expected, context.scope)
    if plan.prepare is not None:
        expected = plan.prepare(expected, context.attachments)[1]
    return CheckResult(plan.kind, plan.path, Outcome.FAILED, plan.field, expected, found=False)


def _take(received: Received, talk: Conversation, context: CaseContext) -> tuple[Response, Content]:
    """Add a message; return it as the response that a condition looks at."""
    if len(talk.values) == MAX_MESSAGES:
        raise BadValue(f"More than {MAX_MESSAGES} messages arrived.")
    if received.is_text:
        response = Response(0, (), received.data, "")
        content = read_content(response, context.scope.budget)
        value = content.value if content.present else ""
        content = Content(value, present=True, is_json=True)  # of a text, too, `$` is all of it
    else:
        text = base64.b64encode(received.data)
        response = Response(0, (), received.data, "")
        content = Content({"base64": text.decode()}, present=True, is_json=True)
    talk.texts.append(received.data if received.is_text else text)
    talk.values.append(content.value)
    return response, content


def _note_missing(
    item: AwaitPlan,
    within_s: float,
    arrived: int,
    checks: list[CheckResult],
    talk: Conversation,
) -> None:
    """Add the check that what was waited for did not come."""
    params: dict[str, Any] = {"messages": arrived, "within": written_time(within_s)}
    code = "step.no_message" if item.checks else "step.few_messages"
    if talk.closed is not None:
        code, params["code"] = "step.closed", talk.closed.closed
    inner = next((it.message for it in checks if it.message is not None), None)
    if inner is not None:
        code, params["inner"] = f"{code}_inner", inner
    if not item.checks:
        talk.checks.append(
            CheckResult(
                "count",
                item.path,
                Outcome.FAILED,
                "messages",
                expected=item.count,
                actual=arrived,
                implicit=True,
                message=Message(code, params),
            )
        )
        return
    talk.plans += item.checks
    talk.checks += [
        it
        if it.outcome is Outcome.ERROR
        else replace(it, outcome=Outcome.FAILED, message=Message(code, params))
        for it in checks
        if it.outcome is not Outcome.PASSED
    ]
