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
    r"[`](?P<name>[^`\s:=]{1,80})`\s*(?:header|field|property|响应头|头|字段|属性)?\s*"
    r"(?:(?:(?:shall|must|should|will) be|be|is|are)?\s*(?:set|equal) to|equals|stays|remains"
    r"|becomes|(?:shall|must|should|will) be|be|is|of|=|:|：|设为|设置为|等于|保持|变为|为|是)"
    r"\s*(?:either\s+)?"
    r"(?:`(?P<a>[^`\n]{1,80})`|[\"“](?P<b>[^\"”\n]{1,80})[\"”]"
    r"|(?P<literal>-?\d+(?:\.\d+)?|true|false|null)\b"
    r"(?=\s*(?:$|[,;)。，；、）]|\.(?!\d)|and\b|with|within|或|且|并|和|以及|同时)))"
    r"(?P<others>(?:\s*[,、]?\s*(?:or\b|或者?|/)\s*(?:`[^`\n]{1,80}`|[\"“][^\"”\n]{1,80}[\"”]))+)?"
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
    r"(?:logs?|emits?|calls?|via|through|using|uses?|by|of type|stores?|sets?|runs?|in|to|from"
    r"|记录|通过|调用|使用|携带|定义|写入|设置|依次|在|由|从)\s*(?:an?|the|event)?\s*$",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"(?:\b(?:not|never|no|nor|neither|without|omit(?:s|ting)?|exclud(?:es?|ing)|hid(?:es?|ing)"
    r"|rather than|instead of|other than|except|anything but)\b|n't\b"
    r"|不(?!超过|少于|低于|大于|小于)|没有|而非|并非|禁止|严禁|省略|排除|隐藏|(?<![删移去清消])除)"
    r".*?(?=[.;。；](?:\s|$)|[。；]|\bbut\b|而是|但是?|[,，、](?!\s*(?:or\b|nor\b|或|和)?\s*[\0\d])|$)",
    re.IGNORECASE | re.DOTALL,
)
"""What a response shall not have; a comma before a further name or number goes on with it."""

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
    r"|返回|响应体|响应头|响应|应答|状态码|状态|正文|主体|包含|带有|含有|携带|字段|属性|错误|信息|消息|提示|对象"
    r"|系统|服务端|服务器|服务|接口|以及|并且|并|和|与|或|的|为|是|在|内|[一两二三四五六]个|对|头|且|则",
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
    text, is_open = _without_refused(text)
    claims = claims_in(text)
    statuses = _statuses(text, claims)
    headers = {it.value for it in claims if it.kind is ClaimKind.HEADER}
    named = _Named()
    rest, is_cut = _take_assigned(text, named, headers)
    is_open |= is_cut
    for match in _TICKED.finditer(rest):
        quoted = match["text"].strip()
        if quoted and quoted not in headers:
            is_known = _take(quoted, rest[: match.start()], named)
            is_open |= not (is_known or quoted in map(str, statuses))
    for match in _QUOTED.finditer(rest):
        if _VALUE_BEFORE.search(rest[: match.start()]):
            named.texts[match["text"].strip()] = None
            rest = rest.replace(match[0], " " * len(match[0]))
    for match in _NAMED_FIELD.finditer(rest):
        named.fields.setdefault(match["a"] or match["b"], EXISTS)
    for name in sorted(headers):
        named.headers.setdefault(name, "")
    within = _WITHIN.search(text)
    return Answer(
        statuses,
        tuple(named.fields.items()),
        tuple(named.headers.items()),
        tuple(named.texts),
        _time(within) if within else "",
        " ".join(said.split()) if is_open or _is_open(rest, headers) else "",
    )


def _without_refused(text: str) -> tuple[str, bool]:
    """Return a text without what it refuses, and whether it refuses something."""
    shape = text
    for pattern in (_STATUSES[0], _TICKED, _QUOTED):  # 404 Not Found, "no such order"
        shape = pattern.sub(lambda found: "\0" * len(found[0]), shape)
    for refused in reversed([*_REFUSED.finditer(shape)]):
        text = f"{text[: refused.start()]} {text[refused.end() :]}"
    return text, _REFUSED.search(shape) is not None


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


def _take_assigned(text: str, named: _Named, headers: set[str]) -> tuple[str, bool]:
    """Add the fields and headers that are named with their values.

    Return the text without them, and whether one has several values, of which none is taken.
    """
    is_cut = False
    for match in _ASSIGNED.finditer(text):
        literal = match["literal"]
        value = _literal(literal or match["a"].strip()) if not match["b"] else match["b"]
        is_cut |= match["others"] is not None
        _take_value(match["name"], EXISTS if match["others"] else value, named, headers)
    text = _ASSIGNED.sub(" ", text)
    for match in _ASSIGNED_WITHIN.finditer(text):
        _take_value(match["name"], _literal(match["value"].strip("\"'")), named, headers)
    return _ASSIGNED_WITHIN.sub(" ", text), is_cut


def _take_value(name: str, value: Any, named: _Named, headers: set[str]) -> None:
    if name in headers:
        named.headers[name] = "" if value is EXISTS else str(value)
    elif found := _FIELD.fullmatch(name):
        named.fields[found["name"]] = value


def _take(quoted: str, before: str, named: _Named) -> bool:
    """Add a quoted text as an object, a media type, a field or a value; False: it is none."""
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
        return False
    return True


def _is_of_body(before: str) -> bool:
    """Return whether a name is in what is said of the body, and not in parentheses."""
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
