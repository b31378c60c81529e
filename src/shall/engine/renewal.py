"""Renews a token that a service refused, and repeats the request once."""

from typing import TypeVar

from shall.engine.access import prepare
from shall.engine.call_plan import CallPlan
from shall.engine.check import CaseContext
from shall.engine.logins import log_in_again, session_in
from shall.engine.record import StepRecord
from shall.engine.request import build_request
from shall.engine.tokens import expire
from shall.errors import ShallError
from shall.results.records import Outcome
from shall.transport.exchange import UNAUTHORIZED, Request, Response
from shall.transport.waits import Work

_Result = TypeVar("_Result")


def renewed(
    call: CallPlan, request: Request, response: Response, context: CaseContext
) -> Work[tuple[Request, Response, tuple[StepRecord, ...]]]:
    """Return the request and its response after a 401, and what was sent before them.

    They are the same again where no token of ours was refused, where the step expects the 401, or
    where no new token could be had. The request is repeated once at most.
    """
    unchanged = request, response, ()
    if call.request is None or _expects_refusal(call):
        return unchanged
    found = session_in(request, context)
    is_oauth2 = call.access is not None and "oauth2" in call.access.auth
    if found is None and not is_oauth2:
        return unchanged
    seen: list[tuple[Request, Response]] = []
    try:
        if found is not None:
            yield from _recorded(log_in_again(*found, context), seen)
        else:
            expire(request, context)
        again = build_request(call.request, context.scope, context.attachments, context.secrecy)
        if call.access is not None:
            work = prepare(again, call.access, call.request, context)
            again = yield from _recorded(work, seen)
        if again.headers == request.headers and not seen:
            return unchanged  # the step has a header Authorization of its own
        context.secrecy.requests.append(again)
        answer = yield again
    except ShallError:  # the 401 is what the step is about
        return request, response, _records(call, seen, context)
    return again, answer, _records(call, [(request, response), *seen], context)


def _expects_refusal(call: CallPlan) -> bool:
    return UNAUTHORIZED in call.allow_status or any(
        plan.check.expected == UNAUTHORIZED for plan in call.checks
    )


def _records(
    call: CallPlan, seen: list[tuple[Request, Response]], context: CaseContext
) -> tuple[StepRecord, ...]:
    context.secrecy.answers += [(response, _text(response)) for _, response in seen]
    return tuple(
        StepRecord(call.id, call.path, Outcome.PASSED, request=request, response=response)
        for request, response in seen
    )


def _text(response: Response) -> str:
    return response.body.decode("utf-8", "replace")


def _recorded(work: Work[_Result], seen: list[tuple[Request, Response]]) -> Work[_Result]:
    """Run work, and add its requests and their responses to ``seen``."""
    try:
        wait = next(work)
        while True:
            try:
                found = yield wait
            except Exception as error:  # noqa: BLE001 - it belongs to the work
                wait = work.throw(error)
                continue
            if isinstance(wait, Request):
                seen.append((wait, found))
            wait = work.send(found)
    except StopIteration as end:
        result: _Result = end.value
        return result
