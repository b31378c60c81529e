"""Rules S131 to S134: criteria held against one another (INCOSE R30, R40; ISO 29148, 5.2.6)."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from shall.diagnostics import Severity
from shall.specs.ears import is_property
from shall.specs.lint.passage import masked
from shall.specs.lint.rule import Finding, Rule, Text
from shall.specs.model import Criterion, Feature, Requirement

SAME = Rule(
    "S131",
    "duplicate-criterion",
    Severity.WARNING,
    Text("Two criteria of one feature have the same text.", "同一功能的两条验收标准内容相同。"),
    Text("This is the text of {other} ({place}).", "内容与 {other}（{place}）相同。"),
    Text("Remove one of them.", "删去其中一条。"),
    bad=("### Requirement 1\n\n1. The shop SHALL ring.\n2. The shop SHALL ring\n",),
    good=("### Requirement 1\n\n1. The shop SHALL ring.\n2. The shop SHALL glow.\n",),
)
NEAR = Rule(
    "S132",
    "near-duplicate-criterion",
    Severity.WARNING,
    Text(
        "Two criteria of one feature differ in no word that carries meaning.",
        "同一功能的两条验收标准只有措辞上的差别。",
    ),
    Text("This says what {other} says ({place}).", "与 {other}（{place}）意思相同。"),
    Text("Remove one of them, or write how they differ.", "删去其中一条，或写明区别。"),
    bad=(
        "### Requirement 1\n\n1. WHEN an order is paid, THE shop SHALL send a receipt\n"
        "2. WHEN orders are paid THEN a shop SHALL send the receipt\n",
    ),
    good=(
        "### Requirement 1\n\n1. WHEN an order is paid, THE shop SHALL send a receipt\n"
        "2. WHEN an order is cancelled, THE shop SHALL send a receipt\n",
    ),
)
OPPOSITE = Rule(
    "S133",
    "contradiction",
    Severity.WARNING,
    Text(
        "Two criteria have the same condition and system, and opposite responses.",
        "两条验收标准的条件和系统相同，响应相反。",
    ),
    Text("{other} says the opposite ({place}).", "{other}（{place}）的要求与此相反。"),
    Text(
        "Keep one of them, or write how their conditions differ.",
        "保留其中一条，或写明条件的区别。",
    ),
    bad=(
        "### Requirement 1\n\n1. WHEN a guest pays, THE shop SHALL store the card\n"
        "2. WHEN a guest pays, THE shop SHALL NOT store the card\n",
        "### 需求 1\n\n#### 验收标准\n\n1. 当会话过期时，系统应允许访问订单\n"
        "2. 当会话过期时，系统应禁止访问订单\n",
    ),
    good=(
        "### Requirement 1\n\n1. WHEN a member pays, THE shop SHALL store the card\n"
        "2. WHEN a guest pays, THE shop SHALL NOT store the card\n",
    ),
)
ONE_SIDED = Rule(
    "S134",
    "no-unwanted-behaviour",
    Severity.INFO,
    Text(
        "A requirement has events, and no criterion for what may go wrong.",
        "需求只有正常事件，没有异常情况的验收标准。",
    ),
    Text(
        "This requirement says what follows events, and nothing about errors.",
        "这项需求只写了正常事件，没有写异常情况。",
    ),
    Text(
        "Add a criterion such as: IF <error>, THEN the <system> shall <response>.",
        "补充验收标准，例如：如果〈异常〉，那么〈系统〉应〈响应〉。",
    ),
    bad=(
        "### Requirement 1\n\n1. WHEN an order is paid, THE shop SHALL send a receipt\n"
        "2. WHEN an order is sent, THE shop SHALL send a note\n",
    ),
    good=(
        "### Requirement 1\n\n1. WHEN an order is paid, THE shop SHALL send a receipt\n"
        "2. IF the payment fails, THEN THE shop SHALL keep the order\n",
    ),
)

RULES = (SAME, NEAR, OPPOSITE, ONE_SIDED)

_WORD = re.compile(
    r"[a-z0-9_./:%+-]*[a-z0-9_%]|[\u3040-\u9fff]|[<>=≤≥≠]+"
    r"|[^\W\d_a-z\u3040-\u9fff]+"  # letters of any other script
)
_PLURAL = re.compile(r"s(?<=[a-z]{2}[a-rt-z]s)(?![a-z0-9])")  # a letter first: half the time
_EMPTY = frozenset(
    [
        "a",
        "an",
        "the",
        "shall",
        "must",
        "should",
        "will",
        "be",
        "is",
        "are",
        "was",
        "were",
        "then",
        "that",
        "which",
        "when",
        "if",
    ]
) | set("的了则那么应必须当时")
_NEGATION = re.compile(
    r"^\W*(?:not|never)\b\s*|^(?:不得|不应当|不应该|不应|不允许|禁止|严禁|不|绝不|从不)",
    re.IGNORECASE,
)
# What a verb is compared as, and whether it is the opposite. To allow something is to do it.
_OPPOSITES = {
    "allow": ("", False),
    "permit": ("", False),
    "deny": ("", True),
    "prevent": ("", True),
    "forbid": ("", True),
    "reject": ("accept", True),
    "disable": ("enable", True),
    "hide": ("show", True),
    "exclude": ("include", True),
    "允许": ("", False),
    "禁用": ("启用", True),
    "隐藏": ("显示", True),
    "拒绝": ("接受", True),
}
_FIRST_WORD = re.compile(r"^(?:[a-z]+|允许|禁用|隐藏|拒绝)", re.IGNORECASE)
# A figure that limits something; that of "customer 17" only names it.
_NUMBER = re.compile(
    r"(?<![\w.-])(?:(?<=within )|(?<=at most )|(?<=at least )|(?<=exactly )|(?<=up to )|(?<=than )"
    r"|(?<=最多)|(?<=至少)|(?<=超过)|(?<=最多 )|(?<=至少 )|(?<=超过 ))\d+(?:\.\d+)?"
    r"|(?<![\w.-])\d+(?:\.\d+)?(?=\s?(?:%|ms|seconds?|minutes?|hours?|days?|s|h|[KMG]B|times|items"
    r"|characters|毫秒|秒|分钟|小时|天|次|个|条|字符|元)(?![a-z]))",
    re.IGNORECASE,
)
_SHALL = re.compile(r"(?<![A-Za-z-])(?:shall|must)(?![A-Za-z-])|必须|不得|不应|应", re.IGNORECASE)
# The same in an English text in lower case, without a search at each of its letters.
_SHALL_EN = re.compile("[sm](?:(?<![a-z-]s)hall|(?<![a-z-]m)ust)(?![a-z-])")
_EVENT = re.compile(r"\W*(?:(?:when|whenever|once|upon|after)(?![A-Za-z])|当|每当|一旦)", re.I)
_UNWANTED = re.compile(
    r"^\W*if(?![A-Za-z])|^\W*(?:如果|若|假如)|,\s*if\s|(?<![A-Za-z])(?:error|fail|invalid|unauthori[sz]ed|denied|reject|exceed|missing|incorrect|wrong"
    r"|unavailable|time-?s?d? ?out|cannot|unable|exception|corrupt|without|empty|no |not )"
    r"|失败|错误|无效|异常|超时|不存在|拒绝|不足|为空|过期|无法|未|冲突|无权",
    re.IGNORECASE,
)
# One of these is in each text that has something unwanted.
_UNWANTED_HINTS = (
    *("if", "error", "fail", "invalid", "unauthori", "denied", "reject", "exceed", "missing"),
    *("incorrect", "wrong", "unavailable", "time", "cannot", "unable", "exception", "corrupt"),
    *("without", "empty", "no ", "not "),
)


def check(features: Sequence[Feature]) -> Iterator[Finding]:
    """Report criteria that repeat or contradict one another, and requirements without errors."""
    for feature in features:
        criteria = [it for it in feature.criteria() if not it.steps]
        yield from _repeated(criteria)
        yield from _contradicting(criteria)
        for requirement in feature.requirements:
            yield from _one_sided(requirement)


def _repeated(criteria: Iterable[Criterion]) -> Iterator[Finding]:
    texts: dict[str, Criterion] = {}
    meanings: dict[str, Criterion] = {}
    for criterion in criteria:
        same = texts.setdefault(criterion.fingerprint, criterion)
        near = meanings.setdefault(_meaning(criterion.text), criterion)
        if same is not criterion:
            yield _pair(SAME, criterion, same)
        elif near is not criterion:
            yield _pair(NEAR, criterion, near)


def _meaning(text: str) -> str:
    """Return the words of a text in their order, without those that only join others."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    words = _WORD.findall(_PLURAL.sub("", text.lower()))
    return " ".join([word for word in words if word not in _EMPTY])


def _contradicting(criteria: Iterable[Criterion]) -> Iterator[Finding]:
    """Compare the responses that follow the same words: what differs in a negation or a limit."""
    alike: defaultdict[str, list[tuple[Criterion, str, bool]]] = defaultdict(list)
    for criterion in criteria:
        modal = _modal(criterion.text)
        if modal is not None:
            response = criterion.text[modal.end() :]
            before = criterion.text[: modal.start()].lower()
            alike[before].append((criterion, response, modal[0].startswith("不")))
    for group in alike.values():
        first: dict[str, tuple[Criterion, bool, tuple[str, ...]]] = {}
        for criterion, text, denies in group if len(group) > 1 else ():
            if _modal(text) or is_property(criterion.text):
                continue
            core, is_negative, numbers = _response(text, is_negative=denies)
            other, was_negative, others = first.setdefault(core, (criterion, is_negative, numbers))
            if other is not criterion and (is_negative, numbers) != (was_negative, others):
                yield _pair(OPPOSITE, criterion, other)


def _modal(text: str) -> re.Match[str] | None:
    return _SHALL_EN.search(text.lower()) if text.isascii() else _SHALL.search(text)


def _response(response: str, *, is_negative: bool) -> tuple[str, bool, tuple[str, ...]]:
    """Return a response without its negation and limits, whether it denies, and the limits."""
    positive = _NEGATION.sub("", response, count=1).strip()
    is_negative = is_negative or positive != response.strip()
    response = positive
    opening = _FIRST_WORD.match(response)
    if opening is not None and opening[0].lower() in _OPPOSITES:
        word, is_opposite = _OPPOSITES[opening[0].lower()]
        response = word + response[opening.end() :]
        is_negative = is_negative != is_opposite
    words = masked(response)
    numbers = tuple(_NUMBER.findall(words)) if words == response else ()
    core = _NUMBER.sub("#", response) if numbers else response
    return _meaning(core.replace("#", " 0 ")), is_negative, numbers


def _one_sided(requirement: Requirement) -> Iterator[Finding]:
    has_events = False
    for criterion in requirement.criteria:
        if criterion.steps or _is_unwanted(criterion.text):
            return
        has_events = has_events or _EVENT.match(criterion.text) is not None
    if has_events:
        yield Finding(ONE_SIDED, requirement.span)


def _is_unwanted(text: str) -> bool:
    """Return whether a text says what may go wrong."""
    if text.isascii() and not any(map(text.lower().__contains__, _UNWANTED_HINTS)):
        return False
    return _UNWANTED.search(text) is not None


def _pair(rule: Rule, criterion: Criterion, other: Criterion) -> Finding:
    values = {"other": other.key, "place": f"{other.span.file}:{other.span.line}"}
    return Finding(rule, criterion.span, criterion, values=values)
