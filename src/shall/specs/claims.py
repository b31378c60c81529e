"""What a criterion names that a test can assert: statuses, headers, numbers, quoted text, paths.

Only what the system shall do counts, since conditions name what is sent. What a test asserts is
compared by exact values or, in code, by tokens: the answer is a hint, never a proof.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from msgspec import Struct

from shall.diagnostics import Diagnostic, Severity
from shall.specs.model import Criterion


class ClaimKind(StrEnum):
    """What is named."""

    STATUS = "status"
    HEADER = "header"
    NUMBER = "number"
    TEXT = "text"
    PATH = "path"


class Claim(Struct, frozen=True):
    """Something that a criterion names."""

    kind: ClaimKind
    value: str


class Asserted(Struct, frozen=True):
    """What one case or test asserts and requests.

    ``words`` are values, fields and headers. ``is_open``: some of it is known only when it runs.
    ``is_code``: the words are those of a program, which may compute numbers and addresses.
    """

    statuses: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    is_open: bool = False
    is_open_path: bool = False
    is_code: bool = False


_ANSWERS = (
    r"(?:answers?|responds?|returns?|repl(?:y|ies)|rejects?|refuses?|fails?|status(?:es)?|codes?"
    r"|HTTP(?:/\d(?:\.\d)?)?|返回|响应|回应|應答|状态码|狀態碼|状态)"
)
_STATUS = re.compile(
    rf"{_ANSWERS}(?:\s+(?:with|it|them|by|an?|the|status|code|error|HTTP)|\s*[:：`\"为是])*\s*"
    r"(?P<code>[1-5]\d\d)(?![\d.,]*\d|\s*(?:ms|s|seconds?|bytes?|[KM]i?B|%|items?|characters?|毫秒|秒))",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"(?P<a>[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*)[`\"”]?\s*(?:header|头|標頭|标头)"
    r"|\bheader\s*[`\"“]?(?P<b>[A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+)"
    r"|[`\"“](?P<c>Retry-After|Location|Content-Type|Cache-Control|WWW-Authenticate|Set-Cookie"
    r"|ETag|Allow|Link|Vary)[`\"”:]"
)
_QUOTED = re.compile(r"`([^`\n]{2,80})`|\"([^\"\n]{2,80})\"|“([^”\n]{2,80})”|「([^」\n]{2,80})」")
_NUMBER = re.compile(r"(?<![\w.,#/:+-])(\d{2,}(?:,\d{3})*)(?![\w.,:/-]*\d|\s*%|[\w-])")
_SUBORDINATE = re.compile(
    r"\b(?:before|after|until|while|where|unless|whatever|whether|so that|as long as|if|when|than"
    r"|instead of|without|even|only|by|beyond)\b|直到|除非|之前|以便"
)
_DOCUMENT = re.compile(r"\b(?:RFC|ISO|IEEE|IEC|GB)[ -]?[\d.:-]+", re.IGNORECASE)
_PATH = re.compile(r"`(?:(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\s+)?(/[A-Za-z0-9_{}.:~/-]*)`")
_COMMON_WORDS = frozenset({"the", "no", "this", "that", "a", "same", "each", "any", "request"})


def claims_of(criterion: Criterion) -> tuple[Claim, ...]:
    """Return what a criterion names, each once; nothing of one that is not an EARS sentence."""
    found: dict[Claim, None] = {}
    for clause in criterion.clauses:
        if not clause.is_negative:
            found |= dict.fromkeys(claims_in(clause.response))
    if criterion.clauses:
        found |= dict.fromkeys(
            Claim(ClaimKind.PATH, path) for path in _PATH.findall(criterion.text)
        )
    return tuple(found)


def claims_in(response: str) -> tuple[Claim, ...]:
    """Return what a response names, each once, in the order of kinds."""
    return tuple(dict.fromkeys(_in_response(response)))


def _in_response(text: str) -> Iterator[Claim]:
    # What depends on something else is said about another time, or about another case.
    rest = _DOCUMENT.sub(" ", _PATH.sub(" ", _SUBORDINATE.split(text, maxsplit=1)[0]))
    for match in _STATUS.finditer(rest):
        yield Claim(ClaimKind.STATUS, match["code"])
    for match in _HEADER.finditer(rest):
        name = match["a"] or match["b"] or match["c"]
        if "-" in name or match["c"]:
            yield Claim(ClaimKind.HEADER, name)
    without = _HEADER.sub(" ", _STATUS.sub(" ", rest))
    for groups in _QUOTED.findall(without):
        quoted = next(filter(None, groups)).strip()
        is_pattern = "<" in quoted or "…" in quoted or "*" in quoted
        if quoted and not is_pattern and quoted.lower() not in _COMMON_WORDS:
            yield Claim(ClaimKind.TEXT, quoted)
    for number in _NUMBER.findall(_QUOTED.sub(" ", without)):
        yield Claim(ClaimKind.NUMBER, number.replace(",", ""))


def missing_claims(claims: Iterable[Claim], asserted: Sequence[Asserted]) -> tuple[Claim, ...]:
    """Return the claims that none of the cases and tests asserts or requests."""
    return tuple(claim for claim in claims if not any(_asserts(found, claim) for found in asserted))


def _asserts(found: Asserted, claim: Claim) -> bool:
    if found.is_code and claim.kind in {ClaimKind.PATH, ClaimKind.NUMBER}:
        return True
    if claim.kind is ClaimKind.PATH:
        return found.is_open_path or any(_is_path(claim.value, path) for path in found.paths)
    if found.is_open:
        return True
    if claim.kind is ClaimKind.STATUS and claim.value in found.statuses:
        return True
    if claim.kind is ClaimKind.STATUS and not found.is_code:
        return False
    if claim.kind in {ClaimKind.STATUS, ClaimKind.NUMBER}:
        number = re.compile(rf"(?<!\d){claim.value}(?!\d)")
        return any(number.search(re.sub(r"(?<=\d)[_,](?=\d)", "", word)) for word in found.words)
    # A program passes the words of a command one by one.
    parts = claim.value.split() if found.is_code else [claim.value]
    said = [_plain(word) for word in found.words]
    return all(any(_plain(part) in word for word in said) for part in parts)


_SIGNS = re.compile(r"[\W_]+")


def _plain(text: str) -> str:
    """Return letters and digits alone: ``isError`` is ``is_error`` in code."""
    return _SIGNS.sub("", text).casefold() or text


def _is_path(named: str, requested: str) -> bool:
    """Return whether a request goes to a path, or below it.

    ``{id}``, ``:id`` and expressions match any name; the host of a request may have a path.
    """
    wanted = [part for part in named.split("/") if part]
    path = re.sub(r"^(?:https?:)?//[^/]*", "", requested).partition("?")[0].partition("#")[0]
    given = [part for part in path.split("/") if part]
    if not wanted:
        return not given
    runs = (given[at : at + len(wanted)] for at in range(len(given) - len(wanted) + 1))
    return any(all(map(_is_name, wanted, run)) for run in runs)


def _is_name(wanted: str, given: str) -> bool:
    return wanted == given or wanted[0] in ":<" or "{" in given or "{" in wanted


def unasserted(criterion: Criterion, missing: Sequence[Claim]) -> Diagnostic:
    """Return the finding about a criterion whose cases and tests leave something out."""
    named = ", ".join(_shown(claim) for claim in missing)
    message = f"{criterion.key} names {named}, which none of its cases and tests checks."
    hint = "Check it in a case or test that verifies the criterion."
    return Diagnostic("link.unasserted", Severity.WARNING, message, criterion.span, hint)


def _shown(claim: Claim) -> str:
    if claim.kind is ClaimKind.TEXT:
        return f"`{claim.value}`"
    return f"the {claim.kind} {claim.value}"
