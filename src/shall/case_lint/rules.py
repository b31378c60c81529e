"""The rules about cases: a rule is its description, with examples, and a function that checks."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from shall.cases.forms import is_template
from shall.cases.model import Case, RequestTemplate, Step, Teardown
from shall.diagnostics import Severity
from shall.redaction.names import is_ordinary, is_secret_name
from shall.redaction.shapes import mask_tokens
from shall.specs.lint.rule import Rule, Text

SHARED_BY = 3
"""Cases that repeat a login before it is reported."""

_LOGIN = re.compile(r"(^|[/._-])(log-?in|sign-?in|auth|oauth2?|tokens?|sessions?)([/?._-]|$)", re.I)
_LOOPBACK = re.compile(r"localhost|127\.[0-9.]+|::1")
_PLACEHOLDER = re.compile(
    r"(?:(?:basic|bearer|token) +)?(?:([a-z*.])\1*|<[^<>]*>|placeholder)", re.I
)
"""Values that only show where a credential goes: ``xxxxx``, ``<your token>``."""

NO_CHECK = Rule(
    "C201",
    "no-check",
    Severity.WARNING,
    Text("No step of the case has a check.", "用例的所有步骤都没有断言。"),
    Text(
        "The case checks only that no status is 400 or above.",
        "用例只检查状态码是否低于 400。",
    ),
    Text("Write `expect` in the step that it is about.", "请在用例所针对的步骤中写 `expect`。"),
    bad=("steps:\n  - GET: /orders\n",),
    good=("steps:\n  - GET: /orders\n    expect: {status: 200, $.total: 0}\n",),
)
FIXED_DELAY = Rule(
    "C202",
    "fixed-delay",
    Severity.WARNING,
    Text("A step waits a fixed time.", "步骤等待固定的时间。"),
    Text("The step waits {found} each time.", "步骤每次都等待 {found}。"),
    Text(
        "Write `until`, which goes on as soon as it holds, or `retry`.",
        "请写 `until`（条件成立后立即继续）或 `retry`。",
    ),
    bad=("steps:\n  - GET: /orders/1\n    delay: 5 s\n    expect: {$.state: shipped}\n",),
    good=("steps:\n  - GET: /orders/1\n    until: {$.state: shipped, within: 10 s}\n",),
)
REPEATED_LOGIN = Rule(
    "C203",
    "repeated-login",
    Severity.WARNING,
    Text("Three or more cases sign in with the same step.", "三个或更多用例用相同的步骤登录。"),
    Text("{count} cases sign in with this step.", "有 {count} 个用例用这一步骤登录。"),
    Text(
        "Write it once below shared/ and name it under `use`.",
        "请在 shared/ 下写一次，并在 `use` 中引用。",
    ),
    bad=(
        "steps:\n  - POST: /login\n    json: {user: ann}\n    capture: {token: $.token}\n"
        "  - GET: /orders\n    expect: 200\n",
    ),
    good=("use: [login]\nsteps:\n  - GET: /orders\n    expect: 200\n",),
)
FIXED_HOST = Rule(
    "C204",
    "fixed-host",
    Severity.INFO,
    Text("The case names a host other than this machine.", "用例写明了本机以外的主机。"),
    Text("The host {found} is written in the case.", "用例中写有主机 {found}。"),
    Text(
        "Name it in shall.yaml, under an environment, and write paths.",
        "请在 shall.yaml 的环境中写主机，用例中只写路径。",
    ),
    bad=("host: https://shop.example.com\nsteps:\n  - GET: /orders\n    expect: 200\n",),
    good=("steps:\n  - GET: /orders\n    expect: 200\n",),
)
FIXED_SECRET = Rule(
    "C205",
    "fixed-secret",
    Severity.WARNING,
    Text(
        "A credential, a variable with the name of a secret, or a token of a known form is written"
        " into the case.",
        "用例中写有凭据、名称像密钥的变量的值，或已知格式的令牌。",
    ),
    Text("A secret is written here.", "此处写有密钥。"),
    Text(
        "Name its source under `secrets` in shall.yaml and write its variable.",
        "请在 shall.yaml 的 `secrets` 中写明其来源，此处写变量。",
    ),
    bad=("auth: {bearer: planted-1}\nsteps:\n  - GET: /orders\n    expect: 200\n",),
    good=('auth: {bearer: "{{ token }}"}\nsteps:\n  - GET: /orders\n    expect: 200\n',),
)
TO_BE_FILLED = Rule(
    "C206",
    "to-be-filled",
    Severity.WARNING,
    Text("A value of a case is marked TODO.", "用例中有标为 TODO 的值。"),
    Text("This is to be filled in: {found}", "此处有待填写：{found}"),
    Text("Write the value that the criterion asks for.", "请写上验收标准所要求的值。"),
    bad=(
        "draft: true\nsteps:\n  - POST: /orders\n    json: {item: 'TODO: an unknown item'}\n"
        "    expect: 404\n",
    ),
    good=("steps:\n  - POST: /orders\n    json: {item: no-such-item}\n    expect: 404\n",),
)
FILLED_DRAFT = Rule(
    "C207",
    "filled-draft",
    Severity.WARNING,
    Text("A draft has nothing left that is marked TODO.", "草稿中已没有标为 TODO 的内容。"),
    Text("Nothing in this draft is marked TODO.", "此草稿中没有标为 TODO 的内容。"),
    Text("Check it and remove `draft`, so that it runs.", "请检查后删除 `draft`，用例才会运行。"),
    bad=("draft: true\nsteps:\n  - GET: /orders\n    expect: 200\n",),
    good=("steps:\n  - GET: /orders\n    expect: 200\n",),
)

RULES: tuple[Rule, ...] = (
    NO_CHECK,
    FIXED_DELAY,
    REPEATED_LOGIN,
    FIXED_HOST,
    FIXED_SECRET,
    TO_BE_FILLED,
    FILLED_DRAFT,
)


@dataclass(frozen=True, slots=True)
class Found:
    """What breaks a rule, at a path of the case such as ``steps[0].delay``."""

    rule: Rule
    path: str
    found: str = ""
    count: int = 0


def check_case(case: Case) -> Iterator[Found]:
    """Yield what the rules find that look at one case."""
    for check in _CHECKS:
        yield from check(case)


def _no_check(case: Case) -> Iterator[Found]:
    if case.skip is None and not any(
        it.checks or it.until is not None or it.stream is not None or it.flow is not None
        for it in case.steps
    ):
        yield Found(NO_CHECK, "name")


def _fixed_delay(case: Case) -> Iterator[Found]:
    for at, step in enumerate(case.steps):
        if step.delay_s:
            yield Found(FIXED_DELAY, f"steps[{at}].delay", f"{step.delay_s:g} s")


def _fixed_host(case: Case) -> Iterator[Found]:
    if case.host is not None and (host := _foreign(case.host)):
        yield Found(FIXED_HOST, "host", host)
    for path, part in _calls(case):
        if part.request is not None and (host := _foreign(part.request.url)):
            yield Found(FIXED_HOST, f"{path}.{part.request.method}", host)


def _foreign(url: str) -> str:
    """Return the host of an absolute URL, unless it is this machine or an expression."""
    if "://" not in url or is_template(url.partition("://")[2].partition("/")[0]):
        return ""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return "" if _LOOPBACK.fullmatch(host) else host


def _fixed_secret(case: Case) -> Iterator[Found]:
    for name, value in case.variables.items():
        if is_secret_name(name) and _is_fixed(value):
            yield Found(FIXED_SECRET, f"variables[{json.dumps(name, ensure_ascii=False)}]")
    if case.auth and any(_credentials(case.auth)):
        yield Found(FIXED_SECRET, "auth")
    for path, part in _calls(case):
        if part.request is not None:
            yield from _secrets_of(part.request, path)


def _secrets_of(request: RequestTemplate, path: str) -> Iterator[Found]:
    if request.auth and any(_credentials(request.auth)):
        yield Found(FIXED_SECRET, f"{path}.auth")
    for name, value in request.headers.items():
        if _is_credential(name, value):
            place = json.dumps(name, ensure_ascii=False)
            yield Found(FIXED_SECRET, f"{path}.headers[{place}]")
    sent = (request.url, request.params, request.body and request.body.value)
    if any(mask_tokens(text) != text for field in sent for text in _texts(field)):
        yield Found(FIXED_SECRET, path)


def _is_credential(name: str, value: object) -> bool:
    """Return whether a header holds a fixed secret; of cookies those count that are named so."""
    if name.lower() != "cookie" or not isinstance(value, str):
        return is_secret_name(name) and _is_fixed(value)
    pairs = (it.partition("=") for it in value.split(";"))
    return any(
        is_secret_name(re.sub("(?i)cookie", "", key)) and _is_fixed(it) for key, _, it in pairs
    )


def _credentials(auth: Mapping[str, object]) -> Iterator[bool]:
    """Yield for each secret of ``auth`` whether it is written out."""
    for kind, given in auth.items():
        if isinstance(given, Mapping):
            yield from (
                _is_fixed(it)
                for name, it in given.items()
                if is_secret_name(name) or (kind, name) == ("api_key", "value")
            )
            yield from (
                any(_credentials({kind: it})) for it in given.values() if isinstance(it, Mapping)
            )
        else:
            yield _is_fixed(given)


def _is_fixed(value: object) -> bool:
    return (
        isinstance(value, str)
        and bool(value)
        and not is_template(value)
        and not is_ordinary(value)
        and _PLACEHOLDER.fullmatch(value) is None
    )


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for it in value.values():
            yield from _texts(it)
    elif isinstance(value, list):
        for it in value:
            yield from _texts(it)


def _calls(case: Case) -> Iterator[tuple[str, Step | Teardown]]:
    yield from ((f"steps[{at}]", it) for at, it in enumerate(case.steps))
    yield from ((f"teardowns[{at}]", it) for at, it in enumerate(case.teardowns))


_CHECKS: tuple[Callable[[Case], Iterator[Found]], ...] = (
    _no_check,
    _fixed_delay,
    _fixed_host,
    _fixed_secret,
)


def check_logins(cases: Mapping[str, Case]) -> Iterator[tuple[str, Found]]:
    """Yield the first of several cases that sign in with the same step, with the step."""
    places: dict[str, list[tuple[str, int]]] = {}
    for file, case in cases.items():
        for at, key in _logins(case.steps):
            there = places.setdefault(f"{case.host} {key}", [])
            if not there or there[-1][0] != file:
                there.append((file, at))
    for there in places.values():
        if len(there) >= SHARED_BY:
            file, at = there[0]
            yield file, Found(REPEATED_LOGIN, f"steps[{at}]", count=len(there))


def _logins(steps: Sequence[Step]) -> Iterator[tuple[int, str]]:
    """Yield the steps that sign in; the last step of a case is what the case is about."""
    for at, step in enumerate(steps[:-1]):
        request = step.request
        if request.method == "POST" and _LOGIN.search(request.url.partition("?")[0]):
            body = request.body and request.body.value
            yield at, f"{request.url} {json.dumps(body, sort_keys=True, default=str)}"
