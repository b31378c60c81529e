"""The English terms: INCOSE's Guide to Writing Requirements, R7 to R10, R24, R26 and R35."""

import re


def _terms(text: str) -> list[str]:
    return " ".join(text.split()).split(", ")


TERMS = {
    "vague-term": _terms("""
        adequate, adequately, appropriate, appropriately, sufficient, sufficiently, suitable,
        suitably, reasonable, reasonably, relevant, proper, properly, quick, quickly, fast,
        rapid, rapidly, efficient, efficiently, effectively, user-friendly, user friendly,
        easy, easily, easy to use, intuitive, intuitively, seamless, seamlessly, smooth,
        smoothly, robust, robustly, flexible, flexibly, significant, significantly, several,
        various, numerous, a number of, typically, generally, usually, frequently, optimal,
        optimally, clearly, correctly, accurately, gracefully, graceful, meaningful,
        acceptable, high-quality, high quality, high-performance, high performance, scalable,
        state-of-the-art, cost-effective, as expected, best practices, visually appealing,
        good, better, modern, near real-time, near real time
    """),
    "escape-clause": _terms("""
        as far as possible, as far as practicable, where possible, if possible, when possible,
        wherever possible, whenever possible, as much as possible, if necessary,
        when necessary, where necessary, as necessary, if needed, when needed, where needed,
        as needed, as required, as appropriate, if appropriate, where appropriate,
        when appropriate, where applicable, if applicable, when applicable, as applicable,
        if practicable, to the extent possible, to the extent practical,
        to the extent practicable, strive to, try to, make every effort
    """),
    "open-ended-list": _terms("""
        etc, etc., and so on, and so forth, but not limited to, and the like,
        among others
    """),
    "example": _terms("""
        such as, for example, for instance, e.g., e.g
    """),
    "pronoun": _terms("""
        it, they, them
    """),
    "absolute": _terms("""
        always, 100% of the time, in 100% of, completely, totally, absolutely, entirely,
        at all times, under all circumstances, under any circumstances, in all cases, zero downtime,
        unlimited, infinite, infinitely, perfect, perfectly, guaranteed
    """),
    "superfluous-infinitive": _terms("""
        be able to, be capable of, have the ability to, have the capability to,
        provide the ability to
    """),
    "indefinite-time": _terms("""
        immediately, instantly, instantaneously, promptly, eventually, as soon as possible,
        in a timely manner, timely, periodically, regularly, at regular intervals, soon
    """),
}

# What a figure makes precise: "quickly (within 200 ms)".
_MEASURABLE = frozenset(
    _terms("""
        adequate, sufficient, reasonable, quick, quickly, fast, rapid, rapidly, efficient,
        efficiently, seamless, seamlessly, smooth, smoothly, significant, significantly,
        several, frequently, optimal, acceptable, high-performance, high performance,
        scalable, good, better, near real-time, near real time, immediately, instantly,
        promptly, timely, periodically, regularly, at regular intervals, soon
    """)
)
_FIGURE = re.compile(r"[^.;。；]{0,60}?\d")
_BEFORE_SHALL = re.compile(r"^(?!.*\b(?:shall|must|then)\b)", re.IGNORECASE | re.DOTALL)
_BEFORE = {
    "several": _BEFORE_SHALL,
    "various": _BEFORE_SHALL,
    "numerous": _BEFORE_SHALL,
    "a number of": _BEFORE_SHALL,
    "good": re.compile(r"(?:known|last)[- ]$", re.IGNORECASE),
    "try to": re.compile(
        r"\b(?:users?|who|they|we|i|clients?|attackers?|when|if)\s+$", re.IGNORECASE
    ),
    "soon": re.compile(r"\bas\s+$", re.IGNORECASE),
    "it": re.compile(r"\b(?:make|makes|find|finds|that|whether|because)\s+$", re.IGNORECASE),
}
_AFTER = {
    "as required": re.compile(r"\s+\w"),  # "as required fields"
    "graceful": re.compile(r"\s+(?:shutdown|degradation|stop|restart|period)", re.IGNORECASE),
    "significant": re.compile(r"\s+(?:digits?|figures?|bits?)", re.IGNORECASE),
    "fast": re.compile(r"[- ](?:forward|path|track|mode|food)", re.IGNORECASE),
    "quick": re.compile(
        r"[- ](?:start|actions?|links?|access|view|add|filters?|reply|picks?|select|search)",
        re.I,
    ),
    "easy": re.compile(r"\s+(?:mode|level|difficulty)", re.IGNORECASE),
    "flexible": re.compile(r"\s+box", re.IGNORECASE),
    "smooth": re.compile(r"[- ]scroll", re.IGNORECASE),
    "perfect": re.compile(r"\s+(?:score|match)", re.IGNORECASE),
    "it": re.compile(r"\s+(?:is|was|shall be)\s+(?:possible|necessary|required)\b", re.IGNORECASE),
    "immediately": re.compile(r"\s+(?:before|after|following|preceding)\b", re.IGNORECASE),
}


def is_meant(term: str, words: str, start: int, end: int) -> bool:
    """Return whether a term has the meaning that its rule is about."""
    if words[start].isupper() and not words[start:end].isupper() and words[:start].strip("*_ "):
        return False  # a name, such as Quick Start
    if term in _BEFORE and _BEFORE[term].search(words[:start]):
        return False
    if term in _AFTER and _AFTER[term].match(words, end):
        return False
    return not (term in _MEASURABLE and _FIGURE.match(words, end))
