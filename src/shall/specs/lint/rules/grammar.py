"""Rules S101 to S107: what a requirement sentence needs (EARS; INCOSE R1, R18)."""

import re
from collections.abc import Iterator

from shall.diagnostics import Severity
from shall.specs.ears import zh
from shall.specs.lint.passage import Passage
from shall.specs.lint.rule import Finding, Rule, Text
from shall.specs.model import Criterion, Kind, Level, Trigger

NO_REQUIREMENT = Rule(
    "S101",
    "no-requirement",
    Severity.WARNING,
    Text(
        "A criterion is not a requirement sentence: it has no modal such as `shall`, and no steps.",
        "验收标准不是需求句：没有“应”“必须”等情态词，也不是场景。",
    ),
    Text(
        "This criterion is not a requirement sentence.",
        "这条验收标准不是需求句。",
    ),
    Text(
        "Write what the system shall do: WHEN <trigger>, the <system> shall <response>.",
        "写明系统应做什么：当〈触发条件〉时，〈系统〉应〈响应〉。",
    ),
    bad=("Export of the open orders as CSV", "订单导出为 CSV"),
    good=("The shop shall export open orders as CSV.", "商店应将订单导出为 CSV。"),
)
NO_SUBJECT = Rule(
    "S102",
    "missing-subject",
    Severity.INFO,
    Text(
        "A sentence does not say which system acts.",
        "句子没有指明由哪个系统执行。",
    ),
    Text("This sentence does not name the system.", "这句话没有写出系统名称。"),
    Text('Name it before "shall".', "在“应”之前写出系统名称。"),
    bad=("WHEN the cart is empty, SHALL disable the pay button", "当购物车为空时，应禁用支付按钮"),
    good=(
        "WHEN the cart is empty, the shop SHALL disable the pay button",
        "当购物车为空时，商店应禁用支付按钮",
    ),
)
NO_RESPONSE = Rule(
    "S103",
    "missing-response",
    Severity.ERROR,
    Text("Nothing follows the modal.", "情态词之后没有内容。"),
    Text("This sentence does not say what the system shall do.", "这句话没有写出系统应做什么。"),
    Text('Write the response behind "shall".', "在“应”之后写出系统的响应。"),
    bad=("WHEN the timer expires, the oven SHALL", "当计时结束时，烤箱应："),
    good=("WHEN the timer expires, the oven SHALL ring", "当计时结束时，烤箱应响铃"),
)
NO_CONDITION = Rule(
    "S104",
    "missing-condition",
    Severity.ERROR,
    Text(
        "A `when`, `while`, `where` or `if` opens no condition.",
        "“当”“如果”等词之后没有条件。",
    ),
    Text('Nothing follows "{found}".', "“{found}”之后没有条件。"),
    Text("Write the condition, or remove the word.", "写出条件，或删去这个词。"),
    bad=("WHEN, the oven SHALL ring", "如果，烤箱应响铃"),
    good=("WHEN the timer expires, the oven SHALL ring", "如果计时结束，烤箱应响铃"),
)
NO_OUTCOME = Rule(
    "S105",
    "scenario-without-outcome",
    Severity.WARNING,
    Text("A scenario has no `then`.", "场景没有“那么”（THEN）。"),
    Text("This scenario has no outcome.", "这个场景没有结果。"),
    Text("Add a step that begins with THEN.", "补上以“那么”（THEN）开头的步骤。"),
    bad=(
        "### Requirement: Cart\n\nThe shop SHALL keep a cart.\n\n#### Scenario: Empty\n\n"
        "- **WHEN** a cart is opened\n",
    ),
    good=(
        "### Requirement: Cart\n\nThe shop SHALL keep a cart.\n\n#### Scenario: Empty\n\n"
        "- **WHEN** a cart is opened\n- **THEN** it is shown\n",
    ),
)
NO_THEN = Rule(
    "S106",
    "if-without-then",
    Severity.INFO,
    Text(
        "An unwanted behaviour says `if`, and no `then`.",
        "英文异常句有 IF 而没有 THEN。",
    ),
    Text('"If" is not followed by "then".', "IF 之后没有 THEN。"),
    Text('Write "then" before the system.', "在系统名称之前写 THEN。"),
    bad=("IF the card is refused, the shop SHALL keep the order",),
    good=("IF the card is refused, THEN the shop SHALL keep the order",),
    has_fix=True,
)
SEVERAL = Rule(
    "S107",
    "several-requirements",
    Severity.WARNING,
    Text(
        "One criterion says `shall` more than once, so that it cannot be proved by parts.",
        "一条验收标准含有多个“应”，无法分别验证。",
    ),
    Text(
        'This criterion holds several requirements: "{found}" again.',
        "这条验收标准含有多个需求：再次出现“{found}”。",
    ),
    Text("Split it, so that each has a number of its own.", "拆成多条，各有自己的编号。"),
    bad=(
        "The shop SHALL send a receipt and SHALL empty the cart",
        "商店应发送收据，并且应清空购物车",
    ),
    good=("The shop SHALL send a receipt", "商店应发送收据"),
)

RULES = (NO_REQUIREMENT, NO_SUBJECT, NO_RESPONSE, NO_CONDITION, NO_OUTCOME, NO_THEN, SEVERAL)

_NOT_IN_WORD = "(?<![响響适適对對相供反效感回呼])"  # 响应 and the like are not modals
_ENDS_WITH_MODAL = re.compile(
    r"(?:(?<![A-Za-z-])(?:shall|must)(?: not)?|不得"
    rf"|{_NOT_IN_WORD}(?<![是为非\s])(?:应当|应该|必须|应))"
    r"[\s*_:：.。…]*$",
    re.IGNORECASE,
)
_LEFT_OUT = re.compile(r"\bbut\b[^.;]*(?:shall|must) not\W*$", re.I)  # guests may, but A must not
_EMPTY_CONDITION = re.compile(
    r"^[\s*_]*(?P<word>while|when|where|if|如果|若|当)"
    r"(?:(?<=[a-z])[\s*_]*的?[时時]候?)?[\s*_]*(?:[,，]|then\b)",  # 当时 is an adverb
    re.IGNORECASE,
)
_MODAL = re.compile(rf"(?<![A-Za-z-])(?:shall|must)(?![A-Za-z-])|{zh.MODAL}", re.IGNORECASE)
_FORBIDDING = ("禁", "严", "嚴", "不允", "不准")  # may follow a modal: 应禁止
# Most sentences have this form, and need not be split to see that they lack nothing.
_PLAIN = re.compile(
    r"(?:(?:while|when|where) [^,]{3,200}, (?:then )?|if [^,]{3,200}, then )?(?:the )?"
    r"(?!(?:while|when|where|if|then|during|once|upon|after|before|as|for)\b)[a-z`][\w `-]{0,60} "
    r"(?:shall|must) (?:not )?(?!not\b)[a-z]"
    r"|(?:(?:当|如果|若)[^，,]{2,80}[，,](?:那么|则)?)?(?![对所任])[^\W应须当如若在时后]{1,20}"
    rf"(?:{_NOT_IN_WORD}应|必须)[^\W应用答急激届]",
    re.IGNORECASE,
)
_MODALS = re.compile("shall|must|[应應须須不]|禁止", re.IGNORECASE)
_IF = re.compile(r"[\s*_]*if[\s*_]", re.IGNORECASE)
_THEN = re.compile(r"(?<![A-Za-z])then(?![A-Za-z])", re.IGNORECASE)
_SHALL = re.compile(r"(?<![A-Za-z-])[*_]{0,2}(?:shall|must)(?![A-Za-z-])", re.IGNORECASE)
_MAIN = re.compile(r"[,，]\s*(?P<system>(?:[*_]{0,2}the[*_]{0,2}\s)?[^,，]*)$", re.IGNORECASE)
_RELATIVE = re.compile(
    r"\b(?:which|that|what|who|whose|where|how)\s+(?:[\w`-]+\s+){0,2}[*_]*$", re.I
)


def check(passage: Passage) -> Iterator[Finding]:
    """Report what a sentence or scenario lacks."""
    criterion = passage.criterion
    steps = criterion.steps
    if steps:
        if all(step.keyword != "then" for step in steps):
            yield passage.finding(NO_OUTCOME)
    elif criterion.given_kind is not Kind.METRIC and not _is_plain(passage.words):
        yield from _sentence(passage)


def _is_plain(words: str) -> bool:
    """Return whether a sentence has the usual form and one modal, so that it lacks nothing."""
    if words.isascii():
        lower = words.lower()
        modals = lower.count("shall") + lower.count("must")
    else:
        modals = len(_MODALS.findall(words))
    return modals == 1 and _PLAIN.match(words) is not None


def _sentence(passage: Passage) -> Iterator[Finding]:
    criterion = passage.criterion
    # The text itself: a condition or a response may be nothing but code.
    condition = _EMPTY_CONDITION.match(criterion.text)
    if condition:
        yield passage.finding(NO_CONDITION, condition.start("word"), condition["word"])
    elif criterion.language == "ja":
        return  # its parts are not known, and the modal is at the end
    elif _ENDS_WITH_MODAL.search(criterion.text[-20:]) and not _LEFT_OUT.search(criterion.text):
        yield passage.finding(NO_RESPONSE)
    elif criterion.clauses:
        yield from _parsed(passage)
    else:
        yield passage.finding(NO_REQUIREMENT)


def _parsed(passage: Passage) -> Iterator[Finding]:
    criterion = passage.criterion
    first = criterion.clauses[0]
    if not first.subject and first.level is Level.MUST and criterion.kind is not Kind.PROPERTY:
        yield passage.finding(NO_SUBJECT)
    yield from _without_then(passage, criterion)
    again = _second_modal(passage, criterion)
    if again is not None:
        yield passage.finding(SEVERAL, again.start(), again[0])


def _second_modal(passage: Passage, criterion: Criterion) -> re.Match[str] | None:
    """Return the modal of a second requirement."""
    first, words = criterion.clauses[0], passage.words
    response = first.response.removeprefix(first.modal)
    if len(criterion.clauses) == 1 and _MODAL.search(response) is None:
        return None
    start = words.find(response[:20]) if len(criterion.clauses) == 1 else -1
    found = (
        it
        for it in _MODAL.finditer(words, max(start, 0))
        if not it[0].startswith(_FORBIDDING) and not _asks(words, it.start())
    )
    if start < 0 and next(found, None) is None:
        return None
    return next(found, None)


def _asks(words: str, at: int) -> bool:
    """Return whether a modal is in a clause such as "which folders must be writable"."""
    return _RELATIVE.search(words[max(0, at - 40) : at]) is not None


def _without_then(passage: Passage, criterion: Criterion) -> Iterator[Finding]:
    first = criterion.clauses[0]
    opening = _IF.match(passage.words)
    if opening is None or len(first.conditions) != 1 or len(criterion.clauses) != 1:
        return
    modal = _SHALL.search(passage.words)
    if modal is None or first.conditions[0].trigger is not Trigger.UNWANTED:
        return
    if _THEN.search(passage.words, 0, modal.start()):
        return
    system = _MAIN.search(passage.words, 0, modal.start())
    if system is None or not system["system"].strip():
        return
    is_loud = passage.words[: opening.end()].strip(" *_").isupper()
    word = system["system"].split()[0]
    then = "THEN" if is_loud else "then"
    yield passage.finding(NO_THEN, system.start("system"), word, f"{then} {word}")
