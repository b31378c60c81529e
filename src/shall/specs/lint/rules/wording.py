"""Rules S111 to S119: words that leave open what is meant (INCOSE R7 to R10, R24, R26, R35)."""

import re
from collections.abc import Iterator

from shall.diagnostics import Severity
from shall.specs.lint.lexicon import Lexicon
from shall.specs.lint.passage import Passage
from shall.specs.lint.rule import Finding, Rule, Text

VAGUE = Rule(
    "S111",
    "vague-term",
    Severity.WARNING,
    Text("A word that each reader understands differently.", "每个读者理解不同的词。"),
    Text('"{found}" is vague.', "“{found}”含义模糊。"),
    Text("Write what can be observed or measured.", "改写为可以观察或测量的内容。"),
    bad=(
        "The shop SHALL show a user-friendly form",
        "The shop SHALL respond quickly",
        "商店应显示友好的表单",
        "商店应快速响应",
    ),
    good=(
        "The shop SHALL show a form of at most five fields",
        "The shop SHALL respond quickly (within 200 ms)",
        "商店应显示最多五个字段的表单",
        "商店应快速响应（200 毫秒内）",
    ),
)
ESCAPE = Rule(
    "S112",
    "escape-clause",
    Severity.WARNING,
    Text(
        "A clause that leaves open whether the requirement applies.",
        "使需求是否适用无法判断的语句。",
    ),
    Text('"{found}" leaves open when this applies.', "“{found}”使人无法判断何时适用。"),
    Text("Write the condition, or leave it out.", "写明条件，或删去。"),
    bad=("The shop SHALL reuse connections where possible", "商店应尽可能复用连接"),
    good=("The shop SHALL reuse connections that are open", "商店应复用已打开的连接"),
)
OPEN_LIST = Rule(
    "S113",
    "open-ended-list",
    Severity.WARNING,
    Text("A list that leaves open what else belongs to it.", "没有写全的列表。"),
    Text('"{found}" leaves the list open.', "“{found}”使列表不完整。"),
    Text("List every item, or name the class they belong to.", "列出全部项目，或写明类别。"),
    bad=("The shop SHALL accept cards, vouchers, etc.", "商店应支持信用卡、代金券等"),
    good=("The shop SHALL accept cards and vouchers", "商店应支持信用卡和代金券"),
)
PRONOUN = Rule(
    "S114",
    "pronoun",
    Severity.INFO,
    Text(
        "A pronoun, of which the reader has to find what it stands for.",
        "代词，读者需要自行判断所指。",
    ),
    Text(
        '"{found}" is a pronoun: the reader has to find what it stands for.',
        "“{found}”是代词，读者需要自行判断所指。",
    ),
    Text("Repeat the noun.", "重复所指的名词。"),
    bad=("WHEN a token is stolen, the API SHALL revoke it", "当令牌被盗时，系统应撤销它"),
    good=(
        "WHEN a token is stolen, the API SHALL revoke the token",
        "当令牌被盗时，系统应撤销该令牌",
    ),
)
ABSOLUTE = Rule(
    "S115",
    "absolute",
    Severity.INFO,
    Text("A word that no test can confirm for every case.", "任何测试都无法全面证实的词。"),
    Text('"{found}" cannot be shown by a test.', "“{found}”无法通过测试证实。"),
    Text("Write for which cases, or how often.", "写明适用的情形或比例。"),
    bad=("The shop SHALL always show the price", "商店应始终显示价格"),
    good=(
        "WHILE the cart is open, the shop SHALL show the price",
        "在购物车打开期间，商店应显示价格",
    ),
)
ABLE_TO = Rule(
    "S116",
    "superfluous-infinitive",
    Severity.INFO,
    Text(
        "`shall be able to` states an ability and not what happens.",
        "“应能够”说的是能力，而不是行为。",
    ),
    Text('"{found}" is superfluous.', "“{found}”是多余的。"),
    Text("Write what the system does, and when.", "直接写系统在何时做什么。"),
    bad=("The shop SHALL be able to export orders", "商店应能够导出订单"),
    good=("The shop SHALL export orders", "商店应导出订单"),
    has_fix=True,
)
PLACEHOLDER = Rule(
    "S117",
    "placeholder",
    Severity.ERROR,
    Text("Something is still to be decided.", "尚有待定的内容。"),
    Text('"{found}" is still to be decided.', "“{found}”尚未确定。"),
    Text("Decide it, or move it to the open questions.", "确定内容，或移到待解决问题。"),
    bad=("The shop SHALL keep orders for TBD days", "商店应将订单保留（待定）天"),
    good=("The shop SHALL keep orders for 30 days", "商店应将订单保留 30 天"),
)
TIME = Rule(
    "S118",
    "indefinite-time",
    Severity.WARNING,
    Text("A time without a figure.", "没有数值的时间。"),
    Text('"{found}" is not a definite time.', "“{found}”不是确定的时间。"),
    Text("Write a limit, such as: within 2 s.", "写明时限，例如：2 秒内。"),
    bad=("The shop SHALL send a receipt as soon as possible", "商店应尽快发送收据"),
    good=("The shop SHALL send a receipt within 60 s", "商店应在 60 秒内发送收据"),
)
EXAMPLE = Rule(
    "S119",
    "example",
    Severity.INFO,
    Text("An example, of which it is not clear whether it binds.", "举例，无法判断是否有约束力。"),
    Text('"{found}" opens an example. Does it bind?', "“{found}”引出举例，是否有约束力不明。"),
    Text("Write all that is required, and examples elsewhere.", "写全要求，举例放到别处。"),
    bad=("The shop SHALL accept cards, such as Visa", "商店应支持银行卡，例如 Visa"),
    good=("The shop SHALL accept Visa", "商店应支持 Visa"),
)

RULES = (VAGUE, ESCAPE, OPEN_LIST, PRONOUN, ABSOLUTE, ABLE_TO, PLACEHOLDER, TIME, EXAMPLE)
WITH_TERMS = {rule.name: rule for rule in RULES if rule is not PLACEHOLDER}

_OPEN = frozenset({"tbd", "tbc", "fixme", "todo"})
_OPEN_MARK = re.compile(r"\?\?|？？|[\[【待]")
_PLACEHOLDER = re.compile(
    r"(?<![A-Za-z0-9_-])(?:TBD|TBC|FIXME|TODO)(?![A-Za-z0-9_])"
    # A TODO comment or a TBD placeholder is what the requirement is about.
    r"(?![- /、]*(?:(?:or|and|或|和)\s*)?(?:FIXME|TODO|TBD|XXX|HACK)?[- ]?"
    r"(?:(?:list|item|app|comment|marker|placeholder"
    r"|stub)s?\b|\s*(?:列表|事项|注释|标记|应用|占位)))"
    r"(?!,? tracked )"  # a requirement whose work is listed elsewhere
    r"|\?{3,}|？{3,}"
    r"|\[\s*(?i:NEEDS CLARIFICATION|需要澄清|待澄清|需澄清)"
    r"|[(（\[【]\s*待(?:定|确认|補充|补充|澄清|讨论)[^)）\]】]{0,40}[)）\]】]|待补充"
    # An order whose state is 待定 is what the requirement is about.
    r"|(?<=[是：:])待定|(?<=[^记記设設置态態改变變][为為])待定"
    r"|待定(?=\s*(?:%|毫?秒|分[钟鐘]|小[时時]|天|行|[个個]|次|元|[条條]|字符|[KMG]B))"
)
_PERSON = re.compile(
    r"(?:users?|customers?|administrators?|admins?|visitors?|members?|developers?|operators?|guests?"
    r"|people|teams?|owners?|managers?|editors?|authors?|用户|管理员|开发者|访客|会员)\W*$",
    re.IGNORECASE,
)
_SHALL = re.compile(r"(?:shall|must)[*_]{0,2}\s+$", re.IGNORECASE)


def check(passage: Passage, lexicon: Lexicon) -> Iterator[Finding]:
    """Report the terms of a sentence, and what is still to be decided."""
    words = passage.words
    has_mark = "??" in words or "[" in words if words.isascii() else _OPEN_MARK.search(words)
    if has_mark or not _OPEN.isdisjoint(passage.tokens):
        for found in _PLACEHOLDER.finditer(passage.words):
            yield passage.finding(PLACEHOLDER, found.start(), found[0])
    pronouns = 0
    for term in lexicon.terms_in(passage):
        rule = WITH_TERMS[term.name]
        pronouns += rule is PRONOUN
        if rule is PRONOUN and pronouns > 1:
            continue  # one is enough to reword the sentence
        replacement = _removed(passage, term.start, term.found) if rule is ABLE_TO else None
        found_text = term.found
        if replacement is not None:
            found_text += " " if term.found.isascii() else ""
        yield passage.finding(rule, term.start, found_text, replacement)


def _removed(passage: Passage, start: int, found: str) -> str | None:
    """Return the empty text where ``be able to`` may go: behind a modal, of no person."""
    clause = passage.criterion.clause
    if clause is None or _PERSON.search(clause.subject) or clause.subject == "":
        return None
    before = passage.words[:start]
    if found.isascii():
        is_plain = found.lower() == "be able to" and passage.words[start + len(found) :][:1] == " "
        return "" if is_plain and _SHALL.search(before) else None
    return "" if before.endswith(("应", "必须", "应当", "应该")) and found == "能够" else None
