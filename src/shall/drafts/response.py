"""What the words of a criterion name of a response: statuses, fields, headers, texts, a time."""

import json
import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from msgspec import Struct, field

from shall.specs.claims import Claim, ClaimKind, claims_in

_AFTER = r"(?![\d.,]*\d)"
_STATUSES = (
    re.compile(
        r"(?<![\w.,/-])([1-5]\d\d)`?\s+(?:"
        + "|".join(re.escape(it.phrase) for it in HTTPStatus)
        + r")(?![A-Za-z])",
        re.IGNORECASE,
    ),
    re.compile(rf"status(?:\s+code)?\s*(?:is|of|=|:)\s*`?([1-5]\d\d){_AFTER}", re.IGNORECASE),
)
_OTHER_STATUS = r"(?<!\d){code}`?\s*(?:,|/|or|、|或|或者)\s*`?([1-5]\d\d)(?![\d.,]*\d)"
_CLASS = re.compile(r"(?<![\w.,/-])([1-5])xx(?![A-Za-z])", re.IGNORECASE)
_NAME = r"[A-Za-z_][\w-]*(?:\[(?:\d+|\*)\])?"
_FIELD = re.compile(rf"(?:\$\.)?(?P<name>{_NAME}(?:\.{_NAME})*)", re.ASCII)
_ASSIGNED = re.compile(
    r"`(?P<name>[^`\s:=]{1,80})`\s*"
    r"(?:is set to|set to|equal to|equals|stays|remains|becomes|is|of|=|:|：|设为|设置为|等于"
    r"|保持|变为|为|是)\s*"
    r"(?:`(?P<a>[^`\n]{1,80})`|[\"“](?P<b>[^\"”\n]{1,80})[\"”]"
    r"|(?P<literal>-?\d+(?:\.\d+)?|true|false|null)\b)"
)
_ASSIGNED_WITHIN = re.compile(r"`(?P<name>[^`\s:={]{1,80})(?::\s+|\s*=\s*)(?P<value>[^`\s]{1,80})`")
_TICKED = re.compile(r"`(?P<text>[^`\n]{1,80})`")
_QUOTED = re.compile(r"[\"“「](?P<text>[^\"”」\n]{2,80})[\"”」]")
_NAMED_FIELD = re.compile(
    r"(?:fields?|property|properties|key|member|字段|属性|键)\s*[\"“'](?P<a>\w{1,60})[\"”']"
    r"|[\"“'](?P<b>\w{1,60})[\"”']\s*(?:field|property|key|字段|属性)"
)
_VALUE_BEFORE = re.compile(
    r"(?:error|codes?|message|reason|错误|错误码|代码|消息|原因|信息|提示)[\s:：是为]*$",
    re.IGNORECASE,
)
_OF_THE_BODY = re.compile(
    r"body|JSON|fields?\b|object|return|respon|contain|includ|with\b|including|属性|字段|返回|响应|正文"
    r"|包含|含有|带有",
    re.IGNORECASE,
)
"""What says, in the same part of a sentence, that a name is one of the body."""

_NOT_OF_THE_BODY = re.compile(
    r"(?:logs?|emits?|calls?|via|through|using|uses?|by|stores?|sets?|runs?|in|to|from|记录|通过|调用"
    r"|使用|携带|定义|写入|设置|依次|在|由|从)\s*(?:an?|the|event)?\s*$",
    re.IGNORECASE,
)
_PARTS = re.compile(r"[.;。；]\s|[;；。]")
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")
_WITHIN = re.compile(
    r"(?:within|in less than|in under|不超过|少于|在)\s*(?P<number>\d+(?:\.\d+)?)\s*"
    r"(?P<unit>ms|milliseconds?|毫秒|s|seconds?|秒)(?![A-Za-z])"
)
_FILLERS = re.compile(
    r"\b(?:return(?:s|ed)?|respond(?:s|ed)?|answer(?:s|ed)?|repl(?:y|ies)|status(?:es)?|codes?"
    r"|HTTP|an?|the|with|and|or|is|be|will|shall|JSON|body|response|object|contain(?:s|ing)?"
    r"|include(?:s|ing)?|has|having|holds?|holding|fields?|propert(?:y|ies)|header|set|to|of|in"
    r"|error|message|both|only|within|then|system|server|service|API)\b"
    r"|返回|响应|响应体|应答|状态码|状态|正文|主体|包含|带有|含有|携带|字段|属性|错误|信息|消息|提示|对象"
    r"|系统|服务端|服务器|服务|接口|以及|并且|并|和|与|或|的|为|是|在|内|一个|响应头|头|且|则",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]")
_WORDS = {"true": True, "false": False, "null": None}

EXISTS = object()
"""The value of a field of which only the name is said."""


class Answer(Struct, frozen=True):
    """What a response holds; ``open`` is what it holds besides, in the words of the criterion.

    A header of which only the name is said has the value "".
    """

    statuses: tuple[int | str, ...] = ()
    fields: tuple[tuple[str, Any], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    texts: tuple[str, ...] = ()
    within: str = ""
    open: str = ""


class _Named(Struct):
    """What was found so far of a response."""

    fields: dict[str, Any] = field(default_factory=dict[str, Any])
    headers: dict[str, str] = field(default_factory=dict[str, str])
    texts: dict[str, None] = field(default_factory=dict[str, None])


def answer_of(text: str, said: str) -> Answer:
    """Return what a text names; ``said`` are its words where something else is in them."""
    claims = claims_in(text)
    named = _Named()
    rest = _take_assigned(text, named)
    headers = {it.value for it in claims if it.kind is ClaimKind.HEADER}
    is_open = False
    for match in _TICKED.finditer(rest):
        quoted = match["text"].strip()
        if quoted and quoted not in headers:
            is_open |= not _take(quoted, rest[: match.start()], named)
    for match in _QUOTED.finditer(rest):
        if _VALUE_BEFORE.search(rest[: match.start()]):
            named.texts[match["text"].strip()] = None
            rest = rest.replace(match[0], " " * len(match[0]))
    for match in _NAMED_FIELD.finditer(rest):
        named.fields.setdefault(match["a"] or match["b"], EXISTS)
    named.headers |= dict.fromkeys(sorted(headers), "")
    within = _WITHIN.search(text)
    return Answer(
        _statuses(text, claims),
        tuple(named.fields.items()),
        tuple(named.headers.items()),
        tuple(named.texts),
        _time(within) if within else "",
        " ".join(said.split()) if is_open or _is_open(rest, headers) else "",
    )


def _statuses(text: str, claims: Sequence[Claim]) -> tuple[int | str, ...]:
    found = [it.value for it in claims if it.kind is ClaimKind.STATUS]
    for pattern in _STATUSES:
        found += pattern.findall(text)
    for code in found:  # grows while codes follow one another
        other = re.search(_OTHER_STATUS.format(code=code), text)
        if other and other[1] not in found:
            found.append(other[1])
    classes = [f"{it}xx" for it in _CLASS.findall(text)]
    return (*(int(it) for it in dict.fromkeys(found)), *dict.fromkeys(classes))


def _take_assigned(text: str, named: _Named) -> str:
    """Take the fields that are said with their values; return the text without them."""
    for match in _ASSIGNED.finditer(text):
        if found := _FIELD.fullmatch(match["name"]):
            literal = match["literal"]
            value = _literal(literal or match["a"].strip()) if not match["b"] else match["b"]
            named.fields[found["name"]] = value
    text = _ASSIGNED.sub(" ", text)
    for match in _ASSIGNED_WITHIN.finditer(text):
        if found := _FIELD.fullmatch(match["name"]):
            named.fields[found["name"]] = _literal(match["value"].strip("\"'"))
    return _ASSIGNED_WITHIN.sub(" ", text)


def _take(quoted: str, before: str, named: _Named) -> bool:
    """Take a quoted text as an object, a media type, a field or a value; False: it is none."""
    found = _FIELD.fullmatch(quoted)
    is_value = _VALUE_BEFORE.search(before) is not None or (found and quoted.isupper())
    if (fields := _object(quoted)) is not None:
        named.fields |= fields
    elif _MEDIA_TYPE.fullmatch(quoted):
        named.headers["Content-Type"] = quoted
    elif is_value and not quoted.isdigit():
        named.texts[quoted] = None
    elif found and quoted not in _WORDS and _is_of_body(before):
        named.fields.setdefault(found["name"], EXISTS)
    else:
        return quoted.isdigit()
    return True


def _is_of_body(before: str) -> bool:
    """Return whether a name stands where the body is spoken of, and not in parentheses."""
    part = _PARTS.split(before)[-1]
    is_inside = part.count("(") + part.count("（") > part.count(")") + part.count("）")
    is_other = _NOT_OF_THE_BODY.search(part) is not None
    return not is_inside and not is_other and _OF_THE_BODY.search(part) is not None


def _object(text: str) -> dict[str, Any] | None:
    """Return the fields of a JSON object; None where a text is none."""
    if not text.startswith("{"):
        return None
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _literal(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if re.fullmatch(r"-?\d{1,15}", text, re.ASCII):
        return int(text)
    return float(text) if re.fullmatch(r"-?\d{1,15}\.\d{1,15}", text, re.ASCII) else text


def _time(found: re.Match[str]) -> str:
    unit = "ms" if found["unit"].startswith(("m", "毫")) else "s"
    return f"{found['number']} {unit}"


def _is_open(rest: str, headers: set[str]) -> bool:
    """Return whether a response says something that nothing was found of."""
    for pattern in (_TICKED, _NAMED_FIELD, _WITHIN, _STATUSES[0]):
        rest = pattern.sub(" ", rest)
    for name in headers:
        rest = rest.replace(name, " ")
    return _LETTERS.search(_CLASS.sub(" ", _FILLERS.sub(" ", rest))) is not None
