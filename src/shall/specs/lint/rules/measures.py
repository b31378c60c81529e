"""Rules S121 to S123: figures that lack something (INCOSE R6, R33, R34)."""

import re
from collections.abc import Iterator

from shall.diagnostics import Severity
from shall.specs.lint.passage import Passage
from shall.specs.lint.rule import Finding, Rule, Text
from shall.specs.model import Criterion

UNIT = Rule(
    "S121",
    "missing-unit",
    Severity.WARNING,
    Text("A duration or size has no unit.", "时长或大小没有单位。"),
    Text('"{found}" has no unit.', "“{found}”没有单位。"),
    Text("Write the unit, such as s, ms or MB.", "写出单位，例如 秒、毫秒、MB。"),
    bad=("The shop SHALL answer within 5", "商店应在 5 内响应"),
    good=("The shop SHALL answer within 5 s", "商店应在 5 秒内响应"),
)
TOLERANCE = Rule(
    "S122",
    "missing-tolerance",
    Severity.WARNING,
    Text("A figure is approximate, and does not say by how much.", "数值是约数，没有写明误差。"),
    Text('"{found}" does not say how exact.', "“{found}”没有写明误差。"),
    Text("Write a range or a limit, such as: 5 s ± 1 s.", "写明范围或上限，例如：5 秒 ± 1 秒。"),
    bad=("The shop SHALL log out after approximately 30 minutes", "商店应在大约 30 分钟后注销"),
    good=("The shop SHALL log out after 30 minutes ± 1 minute", "商店应在 30 至 31 分钟后注销"),
)
NO_FIGURE = Rule(
    "S123",
    "unmeasured-quality",
    Severity.INFO,
    Text("A quality such as performance has no figure.", "性能等质量要求没有数值。"),
    Text('"{found}" has no figure here.', "“{found}”在此没有数值。"),
    Text("Write a limit, and how it is measured.", "写明指标及测量方法。"),
    bad=("The shop SHALL maintain acceptable response times", "商店应保证系统性能"),
    good=(
        "The shop SHALL answer 99 % of searches within 300 ms",
        "商店应在 300 毫秒内响应 99% 的搜索",
    ),
)

RULES = (UNIT, TOLERANCE, NO_FIGURE)

_DIGIT = re.compile(r"\d")
_LIMITS = frozenset({"within", "timeout", "time-out", "delay", "interval"})
_NO_UNIT = re.compile(
    r"(?<![A-Za-z-])(?:within|time-?out of|time-?out after|delay of|interval of)\s+"
    r"\d+(?:\.\d+)?(?=\s*(?:[,;)]|\.(?!\d)|$|(?:and|or|then)\b))",
    re.IGNORECASE,
)
_NO_UNIT_ZH = re.compile(
    r"(?:(?<!存)在|超时|间隔为?|延迟|每隔)\s*\d+(?:\.\d+)?\s*(?=内|之内|后|，|,(?!\d)|。|$)"
)
_ROUGHLY = frozenset({"approximately", "approx", "roughly", "circa", "around", "about"})
_ROUGH = re.compile(
    r"(?<![A-Za-z-])(?:approximately|approx\.?|roughly|circa|around|about)\s+~?"
    r"\d[\d.,]*\s?[%A-Za-z]*",
    re.IGNORECASE,
)
_ROUGH_ZH = re.compile(
    r"(?:大约|大概|约为?|将近|接近)\s*\d[\d.,]*\s?(?:[%\u4e00-\u9fff]|[A-Za-z]+)?"
    r"|\d[\d.,]*\s?[%A-Za-z个项条秒分钟小时天年月次倍元]{0,4}左右"
)
_RANGE = re.compile(r"±|\+/-|正负")
_QUALITIES = frozenset(
    {"performance", "response", "throughput", "availability", "reliability", "latency", "overhead"}
    | {"memory", "uptime", "scalability", "load", "loading"}
)
_QUALITY = re.compile(
    r"(?<![A-Za-z-])(?:(?:good|high|acceptable|optimal|better|sufficient|stable|smooth|responsive)\s+"
    r"(?:\w+\s+)?(?:performance|response times?|throughput|availability|reliability)"
    r"|(?:low|minimal|acceptable)\s+(?:latency|overhead|memory usage|response times?)"
    r"|(?:maintain|ensure|improve|optimi[sz]e|minimi[sz]e|maximi[sz]e|reduce|guarantee)\s+"
    r"(?:\w+\s+){0,2}(?:performance|response times?|latency|throughput|availability|uptime"
    r"|scalability|reliability|load(?:ing)? times?|memory (?:usage|consumption)|overhead))"
    r"(?![A-Za-z-])",
    re.IGNORECASE,
)
_QUALITY_ZH = re.compile(
    r"(?:保证|确保|保持|提高|提升|改善|优化|降低|减少)[^，。；,]{0,8}?(?:性能|响应时间|延迟|吞吐量|可用性"
    r"|响应速度|加载速度|加载时间|稳定性|可靠性|可扩展性|内存占用)"
    r"|(?:高|良好的?|较好的?)(?:性能|可用性?|并发|吞吐量?|可靠性?)(?=[，。；,]|$)"
)


def check(passage: Passage) -> Iterator[Finding]:
    """Report figures without a unit or tolerance, and qualities without a figure."""
    is_chinese = passage.criterion.language == "zh"
    if _DIGIT.search(passage.words):
        yield from _found(UNIT, passage, _LIMITS, _NO_UNIT, _NO_UNIT_ZH if is_chinese else None)
        if _RANGE.search(passage.words) is None:
            rough = _ROUGH_ZH if is_chinese else None
            yield from _found(TOLERANCE, passage, _ROUGHLY, _ROUGH, rough)
        return
    for found in _found(
        NO_FIGURE, passage, _QUALITIES, _QUALITY, _QUALITY_ZH if is_chinese else None
    ):
        if found.start >= _start_of_response(passage.criterion, passage.words):
            yield found


def _found(
    rule: Rule,
    passage: Passage,
    hints: frozenset[str],
    english: re.Pattern[str],
    chinese: re.Pattern[str] | None,
) -> Iterator[Finding]:
    """Yield what a pattern finds; the English one only where one of its words is there."""
    for pattern in (None if hints.isdisjoint(passage.tokens) else english, chinese):
        for found in pattern.finditer(passage.words) if pattern is not None else ():
            yield passage.finding(rule, found.start(), found[0].rstrip())


def _start_of_response(criterion: Criterion, words: str) -> int:
    """Return where the response begins: a condition may be about a quality as it is."""
    clause = criterion.clause
    if clause is None or not clause.conditions:
        return 0
    last = clause.conditions[-1].text
    return max(words.find(last[-12:]), 0)
