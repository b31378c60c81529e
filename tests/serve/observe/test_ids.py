import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from shall.actions.request_ids import CURRENT
from shall.serve.observe.access_log import ExchangeGate
from shall.serve.observe.ids import trace_of

pytestmark = pytest.mark.anyio

Ask = Callable[..., Any]
TRACE = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{TRACE}-b7ad6b7169203331-01"


@pytest.mark.verifies("observability#1.1")
@pytest.mark.parametrize("given", ["a", "9f-3.B_7", "x" * 128])
async def test_the_id_of_the_client_comes_back(ask: Ask, answers: ASGIApp, given: str) -> None:
    assert (await ask(ExchangeGate(answers), x_request_id=given)).request_id == given


@pytest.mark.verifies("observability#1.2")
@pytest.mark.parametrize(
    "given", ["", "x" * 129, "a b", "a\tb", "naïve", "a;b", '"', "a\u202eb", "%0d%0a", "a\n"]
)
async def test_an_odd_id_is_replaced(ask: Ask, answers: ASGIApp, given: str) -> None:
    made = (await ask(ExchangeGate(answers), x_request_id=given)).request_id

    assert re.fullmatch("[0-9a-f]{12}", made)


@pytest.mark.verifies("observability#1.2")
async def test_requests_without_an_id_get_different_ones(ask: Ask, answers: ASGIApp) -> None:
    app = ExchangeGate(answers)

    assert len({(await ask(app)).request_id for _ in range(100)}) == 100


@pytest.mark.verifies("observability#1.4")
async def test_the_application_sees_both_ids(ask: Ask) -> None:
    seen = []

    async def app(scope: Scope, _: Receive, send: Send) -> None:
        seen.append((CURRENT.get().request_id, CURRENT.get().trace_id, scope["shall.request_id"]))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    await ask(ExchangeGate(app), x_request_id="mine", traceparent=TRACEPARENT)
    await ask(ExchangeGate(app), x_request_id="next")

    assert seen == [("mine", TRACE, "mine"), ("next", "", "next")]


@pytest.mark.parametrize(
    ("given", "trace"),
    [
        (TRACEPARENT, TRACE),
        (f"cc-{TRACE}-b7ad6b7169203331-01-of-a-later-version", TRACE),
        (f"{TRACEPARENT}-more", ""),
        (f"ff-{TRACE}-b7ad6b7169203331-01", ""),
        (f"00-{'0' * 32}-b7ad6b7169203331-01", ""),
        (f"00-{TRACE}-{'0' * 16}-01", ""),
        (TRACEPARENT.upper(), ""),
        (f"{TRACEPARENT}\n", ""),
        ("", ""),
        (None, ""),
        (7, ""),
    ],
)
def test_a_traceparent_is_read_as_the_recommendation_says(given: Any, trace: str) -> None:
    assert trace_of(given) == trace


@pytest.mark.verifies("observability#1.6")
async def test_what_nobody_answers_is_a_fault_with_an_id(
    ask: Ask, log: Callable[..., Path]
) -> None:
    async def broken(*_: Any) -> None:
        raise LookupError("a detail that no client needs")

    file = log(log_format="json")
    answer = await ask(ExchangeGate(broken), x_request_id="the-id")

    problem = json.loads(answer.body)
    assert (answer.status, answer.request_id, problem["request_id"]) == (500, "the-id", "the-id")
    assert "a detail" not in answer.body.decode()
    line = json.loads(file.read_text().splitlines()[-1])
    assert (line["request_id"], line["error"]["type"]) == ("the-id", "LookupError")


async def test_an_answer_that_broke_off_is_not_followed_by_another(ask: Ask) -> None:
    async def broken(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise LookupError("in the middle")

    with pytest.raises(LookupError):
        await ask(ExchangeGate(broken))


async def test_the_lifespan_passes() -> None:
    passed = []

    async def app(scope: Scope, *_: Any) -> None:
        passed.append(scope["type"])

    async def nothing(*_: Any) -> Any: ...

    await ExchangeGate(app)({"type": "lifespan"}, nothing, nothing)

    assert passed == ["lifespan"]
