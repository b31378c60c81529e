"""What a criterion says about requests and the responses to them, as far as its words name it.

Conditions name what is sent, and the response what is to be checked; whatever else they say is left
to the reader of the draft.
"""

import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from shall.drafts.response import Answer, answer_of
from shall.specs.model import Criterion

_METHOD = r"(?P<method>(?<![A-Za-z])(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)(?![A-Za-z]))"
_OPEN, _CLOSE = r"[\s`\"'“「]*", r"[\s`\"'”」]*"
_PATH = (
    r"(?:https?://[A-Za-z0-9.:-]+)?"
    r"(?P<path>/(?:[A-Za-z0-9_.~%/-]|\{[\w-]+\}|\[[\w-]+\]|<[\w-]+>|:[A-Za-z_]\w*)*"
    r"(?:\?(?:[A-Za-z0-9_.~%=&-]|\{[\w-]+\}|<[\w-]+>)*)?)"
)
_REQUESTS = tuple(
    re.compile(f'[`"“]?{pattern}[`"”]?')
    for pattern in (
        rf"{_METHOD}{_OPEN}(?:requests?|calls?|请求|调用|方法|方式)?{_OPEN}"
        rf"(?:(?:is|was) (?:sent|made|issued|submitted)\s)?"
        rf"{_OPEN}(?:to|on|for|at|of|against|到|至|发往|请求|访问|调用)?"
        rf"{_OPEN}{_PATH}",
        rf"(?:向|对|對|到|至){_OPEN}{_PATH}{_CLOSE}(?:接口|端点|路径|地址)?{_CLOSE}"
        rf"(?:发送|发起|发出|提交|执行|發送)(?:一个|一次|了)?{_OPEN}{_METHOD}",
        rf"{_PATH}{_CLOSE}(?:接口|端点)?\s*(?:收到|接收到?)(?:一个)?{_OPEN}{_METHOD}",
        rf"{_PATH}{_CLOSE}(?:receives|is called with|is requested with|with|via|by)\s+(?:an?\s+)?"
        rf"{_OPEN}{_METHOD}",
    )
)
_SENT = re.compile(
    r"(?:calls?|sends?|issues?|invokes?|fetch(?:es)?|requests?|polls?|发起|调用|请求|发送|轮询|先|再)"
    r"\s*(?:an?|the)?\s*$",
    re.IGNORECASE,
)
"""What precedes a request that the system itself sends, to another one."""

_JOINED = re.compile(r"^(?:requests?\b|请求|[\s,，、]|and\b|且|并且|并|而)+")
_SENDER = re.compile(
    r"\b(?:an?|the|any|client|user|caller|consumer|someone|sends?|makes?|calls?|issues?|requests?"
    r"|performs?|submits?|to|request)\b|客户端|用户|调用方|调用者|发送|发起|请求|调用|一个|通过|使用|以",
    re.IGNORECASE,
)
_ASKED = re.compile(r"is (?:called|sent|requested|received)|请求|时|接口")
_LETTERS = re.compile(r"[^\W\d_]")


class Request(Struct, frozen=True):
    """A request that a sentence names; ``path`` is as written, with its placeholders.

    ``answer`` None: the sentence says nothing of the response to it.
    """

    method: str
    path: str
    answer: Answer | None = None


class NamedRequests(Struct, frozen=True):
    """The requests that a criterion names in order, and in its words what has to be so before."""

    requests: tuple[Request, ...]
    given: str = ""


def requests_named_by(criterion: Criterion) -> NamedRequests | None:
    """Return what a criterion says about requests; None where it names none to its system.

    In a response that names requests, what follows a request is about the response to it,
    and what precedes the first about the last one of the conditions.
    """
    conditions, response, refused = _parts(criterion)
    sent = [it for text in conditions for it, _, _ in _requests_in(text)]
    within = list(_requests_in(response))
    named = [it for it in within if not _SENT.search(response[: it[1]])]
    if not sent and not within:
        sent = [it for it, _, _ in _requests_in(criterion.text)]
    if not sent and not named:
        return None
    starts = [start for _, start, _ in named]
    if named and not sent:
        starts[0] = 0
    ends = [*starts, len(response)][1:]
    parts = [response[start:end] for start, end in zip(starts, ends, strict=True)]
    requests = [*dict.fromkeys(sent)]
    if sent:
        before = response[: starts[0]] if named else response
        requests[-1] = replace(requests[-1], answer=_answer(before))
    answered = zip(named, parts, strict=True)
    requests += [replace(it, answer=_answer(part)) for (it, _, _), part in answered]
    if refused:
        last = requests[-1].answer or Answer()
        last = replace(last, open="; ".join(filter(None, (last.open, refused))))
        requests[-1] = replace(requests[-1], answer=last)
    return NamedRequests(tuple(requests), _given(conditions))


def _parts(criterion: Criterion) -> tuple[list[str], str, str]:
    """Return conditions, the response, and what must not be, of clauses or of a scenario."""
    conditions: list[str] = []
    responses: list[str] = []
    refused: list[str] = []
    is_then = False
    for step in criterion.steps:
        is_then = step.keyword == "then" or (is_then and step.keyword not in {"given", "when"})
        (responses if is_then else conditions).append(step.text)
    for clause in () if criterion.steps else criterion.clauses:
        conditions += [it.text for it in clause.conditions]
        said = [clause.subject] if any(_requests_in(clause.subject)) else []
        (refused if clause.is_negative else responses).append(" ".join([*said, clause.response]))
    return conditions, " ".join(responses), "; ".join(refused)


def _requests_in(text: str) -> Iterator[tuple[Request, int, int]]:
    """Yield the requests of a text in their order, with their places."""
    found: dict[int, tuple[Request, int, int]] = {}
    for pattern in _REQUESTS:
        for match in pattern.finditer(text):
            first, end = match.span()
            if not any(it[1] < end and first < it[2] for it in found.values()):
                path = match["path"].rstrip(".") or "/"
                found[first] = Request(match["method"], path), first, end
    yield from (found[at] for at in sorted(found))


def _answer(response: str) -> Answer:
    rest = response
    for pattern in _REQUESTS:
        rest = pattern.sub(" ", rest)
    return answer_of(rest, response)


def _given(conditions: list[str]) -> str:
    """Return what the conditions say beside the request; empty where that is nothing."""
    found: list[str] = []
    for text in conditions:
        places = [(start, end) for _, start, end in _requests_in(text)]
        rest = text.strip()
        if places and not _LETTERS.search(_SENDER.sub(" ", text[: places[0][0]])):
            rest = _JOINED.sub("", text[places[-1][1] :].lstrip(" `\"'”」")).strip()
            rest = rest if _LETTERS.search(_ASKED.sub(" ", rest)) else ""
        if rest:
            found.append(rest)
    return "; ".join(found)
