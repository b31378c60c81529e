"""Reads tests of runn that compare a part of a response with a value."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

_RESPONSE = re.compile(
    r"(?:(current|previous)|steps(?:\.(\w+)|\[(\d+)\]|\[[\"'](\w+)[\"']\]))\.res\.(.+)"
)
_PART = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+)\]|\[\"([^\"\\]+)\"\]|\['([^'\\]+)'\]")
_HEADER = re.compile(r"headers(?:\.([\w-]+)|\[[\"']([\w-]+)[\"']\])\[0\]")
_COMPARED = re.compile(
    r"(len\()?([^=!<>()\s]+)\)?\s*(==|!=|>=|<=|>|<|contains|startsWith|endsWith)\s*(.+)", re.DOTALL
)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_TEXT = re.compile(r"\"([^\"\\]*)\"|'([^'\\]*)'")
_WORDS = {"true": True, "false": False}
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
}
_ORDERING = frozenset((">", ">=", "<", "<="))
_OF_TEXT = frozenset(("contains", "startsWith", "endsWith"))


class Reference(Struct, frozen=True):
    """A part of a response: of the step ``current``, ``previous``, or of that name or number."""

    step: str
    selector: str


def reference_of(text: str) -> Reference | None:
    """Read a part of a response; None where a selector cannot say it."""
    found = _RESPONSE.fullmatch(text.strip())
    if found is None:
        return None
    selector = _selector(found[5])
    return None if selector is None else Reference(next(filter(None, found.groups())), selector)


def _selector(part: str) -> str | None:
    if part == "status":
        return "status"
    if part == "rawBody":
        return "body"
    if (header := _HEADER.fullmatch(part)) is not None:
        return f"header {header[1] or header[2]}"
    if not part.startswith("body"):
        return None
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
    return None if path == "$" else path


def checks_of(
    test: str,
    is_own: Callable[[Reference], bool],
    convert: Callable[[str], str],
    leave: Callable[[str], None],
) -> dict[str, Any]:
    """Return what of a test a step can check of its response; ``leave`` takes the rest.

    ``is_own`` returns whether a part is one of the response of the step.
    """
    expect: dict[str, Any] = {}
    if "||" in test or "?" in _TEXT.sub("", test):
        leave(f"A test was left out: `{_shown(test)}`.")
        return expect
    for clause in _clauses(test):
        found = _check(clause, is_own, convert)
        if found is None or found[1].keys() & expect.get(found[0], {}).keys():
            leave(f"A test was left out: `{_shown(clause)}`.")
        else:
            expect.setdefault(found[0], {}).update(found[1])
    return {name: it["equals"] if it.keys() == {"equals"} else it for name, it in expect.items()}


def _clauses(test: str) -> Iterator[str]:
    """Return the parts that all must hold; ``&&`` within a text separates none."""
    texts: list[str] = []

    def hide(found: re.Match[str]) -> str:
        texts.append(found[0])
        return f"\0{len(texts) - 1}\0"

    hidden = _TEXT.sub(hide, test)
    for part in re.split(r"&&|\band\b", hidden):
        clause = re.sub(r"\0(\d+)\0", lambda found: texts[int(found[1])], part).strip()
        if clause:
            yield clause


def _check(
    clause: str, is_own: Callable[[Reference], bool], convert: Callable[[str], str]
) -> tuple[str, dict[str, Any]] | None:
    found = _COMPARED.fullmatch(clause)
    reference = None if found is None else reference_of(found[2])
    if found is None or reference is None or not is_own(reference):
        return None
    is_length, operator, written = bool(found[1]), found[3], found[4].strip()
    if written in ("nil", "null"):
        is_sure = operator == "!=" and not is_length and reference.selector.startswith("$")
        return (reference.selector, {"is_not_none": True}) if is_sure else None
    value = _value(written, convert)
    if value is None or not _is_of(operator, value[0], written):
        return None
    if operator == "!=" and not is_length and reference.selector != "status":
        return None  # a field that is missing differs in runn; here the check fails
    predicate = {_PREDICATES[operator]: value[0]}
    if operator == "contains" and reference.selector.startswith("$"):
        predicate["is_string"] = True  # a list, which may have it too, is an error in runn
    if is_length:
        return reference.selector, {"length": predicate.get("equals", predicate)}
    return reference.selector, predicate


def _is_of(operator: str, value: Any, written: str) -> bool:
    """Return whether an operator compares with such a value here as it does in runn."""
    if operator in _OF_TEXT:
        return isinstance(value, str) and not written.startswith("vars.")
    if operator in _ORDERING:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return True


def _value(written: str, convert: Callable[[str], str]) -> tuple[Any] | None:
    """Read a literal, or a variable of the runbook, in a tuple."""
    if written in _WORDS:
        return (_WORDS[written],)
    if _NUMBER.fullmatch(written):
        return (float(written) if "." in written else int(written),)
    if (text := _TEXT.fullmatch(written)) is not None:
        found = text[1] if text[1] is not None else text[2]
        return (found.replace("{{", '{{ "{{" }}'),)
    if re.fullmatch(r"vars\.\w+", written):
        return (convert(f"{{{{ {written} }}}}"),)
    return None


def _shown(test: str) -> str:
    return " ".join(test.split())[:80]
