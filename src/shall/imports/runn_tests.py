"""Reads tests of runn that compare a part of a response with a value."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from shall.imports.bodies import BODY_AS_TEXT

_RESPONSE = re.compile(
    r"(?:(current|previous)|steps(?:\.(\w+)|\[(\d+)\]|\[[\"'](\w+)[\"']\]))\.res\.(.+)"
)
_PART = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+)\]|\[\"([^\"\\]+)\"\]|\['([^'\\]+)'\]")
_WHOLE = {"status": "status", "rawBody": BODY_AS_TEXT}
_NAMED = {
    re.compile(r"headers(?:\.([\w-]+)|\[[\"']([\w-]+)[\"']\])\[0\]"): "header",
    re.compile(r"cookies(?:\.([\w-]+)|\[[\"']([\w-]+)[\"']\])\.Value"): "cookie",
}
_COMPARED = re.compile(
    r"(len\()?([^=!<>()\s]+)\)?\s*"
    r"(==|!=|>=|<=|>|<|(?:contains|startsWith|endsWith|in)(?![\w.]))\s*(.+)",
    re.DOTALL,
)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_TEXT = re.compile(r"\"([^\"\\]*)\"|'([^'\\]*)'")
_TOKEN = re.compile(
    r"(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')|//[^\n]*|/\*.*?\*/|^[ \t]*#[^\n]*",
    re.DOTALL | re.MULTILINE,
)
"""A text, or a comment."""

_HIDDEN = re.compile(r"\0(\d+)\0")
_VARIABLE = re.compile(r"[A-Za-z_]\w*(?:\.\w+|\[\d+\])*")
_WORDS = {"true": True, "false": False}
_NO_VALUE = frozenset(("nil", "null"))
_PREDICATES = {
    "==": "equals",
    "!=": "not_equals",
    ">=": "greater_or_equal",
    "<=": "less_or_equal",
    ">": "greater_than",
    "<": "less_than",
    "contains": "contains",
    "startsWith": "starts_with",
    "endsWith": "ends_with",
    "in": "in",
}
_ORDERING = frozenset((">", ">=", "<", "<="))
_OF_TEXT = frozenset(("contains", "startsWith", "endsWith"))
_NEVER_MISSING = frozenset(("status", BODY_AS_TEXT))
_SYMBOL = re.compile(
    r"\s*(?:(?P<text>\"[^\"\\]*\"|'[^'\\]*')|(?P<number>-?\d+(?:\.\d+)?)(?![\w.])"
    r"|(?P<sign>&&|\|\||==|!=|>=|<=|[<>!()])"
    r"|(?P<name>[A-Za-z_][\w.]*(?:\[(?:\d+|\"[^\"\\]*\"|'[^'\\]*')\][\w.]*)*))"
)
_SIGNS = {"&&": " and ", "||": " or ", "!": "not "}
_NAMES = {"nil": "null", "and": " and ", "or": " or ", "not": "not "} | {
    it: it for it in ("true", "false", "null")
}


class Reference(Struct, frozen=True):
    """A part of a response: of the step ``current``, ``previous``, or of that name or number."""

    step: str
    selector: str


Convert = Callable[[str], str | None]
"""Takes what a test compares with, a variable or a part of a response, as an expression of runn,
and returns it as a value of a case; None: a case has no such value."""

Found = tuple[Reference, dict[str, Any]]
"""A part of a response, and the predicates that hold of it."""


def reference_of(text: str, is_whole: bool = False) -> Reference | None:
    """Read a part of a response; None where a selector cannot say it.

    ``is_whole``: the part may be the whole body as JSON, too.
    """
    found = _RESPONSE.fullmatch(text.strip())
    if found is None:
        return None
    selector = _selector(found[5])
    if selector is None or (selector == "$" and not is_whole):
        return None
    return Reference(next(filter(None, found.groups())), selector)


def _selector(part: str) -> str | None:
    if part in _WHOLE:
        return _WHOLE[part]
    for pattern, word in _NAMED.items():
        if (named := pattern.fullmatch(part)) is not None:
            return f"{word} {named[1] or named[2]}"
    return _json_path(part) if part.startswith("body") else None


def _json_path(part: str) -> str | None:
    path, at = "$", len("body")
    while at < len(part):
        found = _PART.match(part, at)
        if found is None:
            return None
        name = found[1] or found[3] or found[4]
        if name is None:
            path += f"[{found[2]}]"
        else:
            path += f".{name}" if re.fullmatch(r"[A-Za-z_]\w*", name) else f"['{name}']"
        at = found.end()
    return path


def checks_of(
    test: str, convert: Convert, leave: Callable[[str], None]
) -> Iterator[tuple[str, Reference, dict[str, Any]]]:
    """Return the parts of a test that all must hold: as written, of which response, predicates.

    ``leave`` takes the parts that a case cannot say.
    """
    texts: list[str] = []

    def hide(found: re.Match[str]) -> str:
        if found[1] is None:
            return " "
        texts.append(found[1])
        return f"\0{len(texts) - 1}\0"

    def written(part: str) -> str:
        return _HIDDEN.sub(lambda found: texts[int(found[1])], part).strip()

    for part in _parts(_TOKEN.sub(hide, test), r"&&|\band\b"):
        shown = " ".join(written(part).split())[:80]
        found = None if "?" in part else _check(part, written, convert)
        if found is None:
            leave(f"A test was left out: `{shown}`.")
        else:
            yield shown, *found


def _parts(test: str, separator: str) -> list[str]:
    """Return the parts of a test between the separators that are not within parentheses.

    A test with ``||`` outside of parentheses is one part for ``&&``, which binds tighter.
    """
    found, depth, start = [], 0, 0
    for operator in re.finditer(rf"[(\[{{]|[)\]}}]|\|\||\bor\b|{separator}", test):
        sign = operator[0]
        depth += (sign in "([{") - (sign in ")]}")
        if depth or sign in "([{)]}":
            continue
        if not re.fullmatch(separator, sign):
            return [test]
        found.append(test[start : operator.start()])
        start = operator.end()
    return [it for it in (*found, test[start:]) if it.strip()]


def _check(part: str, written: Callable[[str], str], convert: Convert) -> Found | None:
    part = part.strip()
    while part.startswith("(") and part.endswith(")") and _is_one_group(part):
        part = part[1:-1].strip()
    choices = _parts(part, r"\|\||\bor\b")
    if len(choices) > 1:
        return _one_of([_check(it, written, convert) for it in choices])
    found = _COMPARED.fullmatch(written(part))
    if found is None:
        return _truth(written(part))
    reference = reference_of(found[2], bool(found[1]))
    return None if reference is None else _comparison(reference, found, convert)


def _comparison(reference: Reference, found: re.Match[str], convert: Convert) -> Found | None:
    is_length, operator, right = bool(found[1]), found[3], found[4].strip()
    if right in _NO_VALUE:
        is_sure = operator == "!=" and not is_length and reference.selector.startswith("$")
        return (reference, {"is_not_none": True}) if is_sure else None
    value = _value(right, convert)
    if value is None or not _is_of(operator, value[0], right):
        return None
    if operator == "!=" and not is_length and reference.selector not in _NEVER_MISSING:
        return None  # a field that is missing differs in runn; here the check fails
    predicate = {_PREDICATES[operator]: value[0]}
    if operator == "contains" and reference.selector.startswith("$"):
        predicate["is_string"] = True  # a list, which may have it too, is an error in runn
    if is_length:
        return reference, {"length": predicate.get("equals", predicate)}
    return reference, predicate


def _is_one_group(part: str) -> bool:
    """Return whether the first parenthesis of a part is closed by its last one."""
    depth = 0
    for at, sign in enumerate(part):
        depth += (sign == "(") - (sign == ")")
        if not depth:
            return at == len(part) - 1
    return False


def _one_of(choices: list[Found | None]) -> Found | None:
    """Return the values that one part of a response may be equal to, as one check."""
    found = [it for it in choices if it is not None and it[1].keys() == {"equals"}]
    if len(found) != len(choices) or len({it[0] for it in found}) != 1:
        return None
    return found[0][0], {"in": [it["equals"] for _, it in found]}


def _truth(part: str) -> Found | None:
    """Read a part of a response that is true or false itself."""
    is_negated = part.startswith(("!", "not "))
    reference = reference_of(part.removeprefix("!").removeprefix("not "))
    if reference is None or not reference.selector.startswith("$"):
        return None
    return reference, {"equals": not is_negated}


def _is_of(operator: str, value: Any, written: str) -> bool:
    """Return whether an operator compares with such a value here as it does in runn."""
    if operator == "in":
        return isinstance(value, list)
    if isinstance(value, list):
        return False
    if operator in _OF_TEXT:
        return isinstance(value, str) and _TEXT.fullmatch(written) is not None
    if operator in _ORDERING:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return True


def _value(written: str, convert: Convert) -> tuple[Any] | None:
    """Read a literal, a list of them, a variable or a part of a response, in a tuple."""
    if written in _WORDS:
        return (_WORDS[written],)
    if _NUMBER.fullmatch(written):
        return (float(written) if "." in written else int(written),)
    if (text := _TEXT.fullmatch(written)) is not None:
        found = text[1] if text[1] is not None else text[2]
        return (found.replace("{{", '{{ "{{" }}'),)
    if written.startswith("[") and written.endswith("]"):
        items = [_value(it.strip(), convert) for it in written[1:-1].split(",")]
        literals = [it[0] for it in items if it is not None and not isinstance(it[0], list)]
        return (literals,) if len(literals) == len(items) else None
    if _VARIABLE.fullmatch(written) or reference_of(written) is not None:
        expression = convert(written)
        return None if expression is None else (expression,)
    return None


def expression_of(test: str, convert: Convert) -> str | None:
    """Return a condition as an expression of a case; None where an expression cannot say it.

    ``convert`` returns the name of a variable for one of the runbook, or None.
    """
    text = _TOKEN.sub(lambda found: found[1] or " ", test).strip()
    written, at = "", 0
    while at < len(text):
        found = _SYMBOL.match(text, at)
        converted = None if found is None else _converted(found, convert)
        if found is None or converted is None:
            return None
        written, at = written + converted, found.end()
    return written or None


def _converted(found: re.Match[str], convert: Convert) -> str | None:
    if (name := found["name"]) is not None:
        return _NAMES.get(name) or convert(name)
    if (sign := found["sign"]) is not None:
        return _SIGNS.get(sign, sign if sign in "()" else f" {sign} ")
    return found["text"] or found["number"]
