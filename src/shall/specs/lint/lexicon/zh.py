"""The Chinese terms, simplified; a term is left out where it is part of another word."""

import re


def _terms(text: str) -> list[str]:
    return " ".join(text.split()).split(", ")


TERMS = {
    "vague-term": _terms("""
        正确, 快速, 清晰, 稳定, 适当, 合适, 合理, 恰当, 友好, 流畅, 良好, 高效, 便捷,
        简洁, 直观, 美观, 大量, 少量, 若干, 一些, 某些, 灵活, 平滑, 妥善, 准确, 有效地,
        足够, 充分, 显著, 高质量, 高性能, 易用, 易于, 优雅, 无缝, 相应的, 必要的,
        常用的, 较快, 较大, 较小, 较高, 较低, 优化, 通常, 完善
    """),
    "escape-clause": _terms("""
        尽可能, 尽量, 尽力, 必要时, 如有必要, 如有需要, 视情况, 酌情, 根据需要,
        在可能的情况下, 可能的话, 适当时, 如果可能, 若可能, 原则上, 条件允许, 视需要,
        根据实际情况
    """),
    "open-ended-list": _terms("""
        等等, 等, 包括但不限于, 诸如此类
    """),
    "example": _terms("""
        例如, 比如, 诸如, 譬如
    """),
    "pronoun": _terms("""
        它, 它们, 他们, 她们, 其
    """),
    "absolute": _terms("""
        始终, 永远, 绝对, 任何时候, 任何情况, 百分之百, 无限, 完美, 所有情况, 完全
    """),
    "superfluous-infinitive": _terms("""
        能够, 可以
    """),
    "indefinite-time": _terms("""
        立即, 立刻, 马上, 尽快, 及时, 定期, 迅速, 一段时间, 适时, 瞬间
    """),
}

_MEASURABLE = frozenset(
    _terms("""
        快速, 稳定, 流畅, 良好, 高效, 大量, 少量, 若干, 平滑, 足够, 显著, 高性能, 较快,
        较大, 较小, 较高, 较低, 优化, 立即, 立刻, 马上, 尽快, 及时, 定期, 迅速,
        一段时间, 瞬间
    """)
)
_FIGURE = re.compile(r"[^。；;]{0,40}?\d")
_BEFORE = {
    "正确": re.compile(r"[不否非]$|是否$"),
    "稳定": re.compile(r"[不]$"),
    "准确": re.compile(r"[不]$"),
    "完全": re.compile(r"[不]$"),
    "完善": re.compile(r"[不]$"),
    "清晰": re.compile(r"[不]$"),
    "合理": re.compile(r"[不]$"),
    "足够": re.compile(r"[不]$"),
    "等": re.compile(
        r"[相平同中高对不均初一二三两稍久优上下劣差何此]$|^[^、，,/]*$"  # no list before it
    ),
    "其": re.compile(r"[及尤极与何莫]$"),
    "可以": re.compile(r"[^应须该当]$|^$"),  # but behind a modal it only permits
    "能够": re.compile(r"[^应须该当]$|^$"),
}
_AFTER = {
    "等等": re.compile("[宽待于级]"),
    "正确": re.compile(
        r"(?:的?(?:答案|密码|凭证|凭据|验证码|账号|格式|用户名)|率|性|答案|[，,时且])"
    ),
    "快速": re.compile(
        "(?:排序|失败|入口|操作|开始|链接|筛选|搜索框|启动|回复|选择|切换|访问|模式)"
    ),
    "准确": re.compile("[率性度]"),
    "清晰": re.compile("度"),
    "稳定": re.compile("(?:性|版|币|排序)"),
    "灵活": re.compile("性"),
    "合理": re.compile("性"),
    "美观": re.compile("性"),
    "优化": re.compile("(?:建议|器|级别|方案|任务|问题|师|结果|后|前|算法|模式|目标|操作)"),
    "等": re.compile(
        "[待于级同比宽价效候分量号你我他]|[^，。；]{0,3}(?:\\d|[一二三四五六七八九十两])\\s*[种个类项]"
    ),
    "其": re.compile("[他它中余实次间]"),
    "无限": re.compile("(?:滚动|期|循环|级|极|列表|层|嵌套)"),
    "绝对": re.compile("(?:日期|路径|定位|值|时间|坐标|地址|位置|误差)"),
    "完全": re.compile("(?:匹配|一致|相同|体)"),
}


def is_meant(term: str, words: str, start: int, end: int) -> bool:
    """Return whether a term has the meaning that its rule is about."""
    if term in _BEFORE and _BEFORE[term].search(words[max(0, start - 24) : start]):
        return False
    if term in _AFTER and _AFTER[term].match(words, end):
        return False
    return not (term in _MEASURABLE and _FIGURE.match(words, end))
