"""Splits a sentence into conditions, subject, modal and response.

The shape is ``[where F,] [while S,] [when E,] [if U, then] the <subject> shall <response>`` in
English, Chinese, and both within one sentence. What real documents do is read too: ``THEN``
after any condition, a missing comma or ``then``, conditions in any order, ``after`` for an event,
a doubled modal (必须(MUST)), a subject that Chinese leaves out. Every search takes time linear in
the length of the sentence.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from msgspec import Struct

from shall.late_pattern import late_pattern
from shall.specs.clause import Clause, Condition, Level, Trigger
from shall.specs.ears import en, zh

_QUOTED = late_pattern(
    r"`[^`]*`|\"[^\"]*\"|“[^“”]*”|「[^「」]*」|『[^『』]*』|《[^《》]*》|【[^【】]*】"
    r"|\([^()]*\)|（[^（）]*）|\[[^\[\]]*\]"
)
_QUOTES = frozenset('`"“「『《【(（[')
_MODAL_LETTERS = frozenset("应應必须須务務不严嚴禁决绝只仅僅")
# Each modal begins like this. A set of letters is found faster than alternatives are tried.
_MODAL_START = late_pattern("[sSſmM应應必须須务務不严嚴禁决绝只仅僅](?:(?<![sSſmM])|[hHuU])")
_STRONG = late_pattern(r"(`[^`]*`)|\*\*+|(?<![A-Za-z0-9_])__|__(?![A-Za-z0-9_])")
_EMPHASISED = late_pattern(
    r"(`[^`]*`)|(\*|(?<![A-Za-z0-9_])_{1,2})((?:while|when|after|before|where|if|then|and|the"
    r"|shall not|shall|must not|must|not),?)\2(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_LABEL = late_pattern(
    r"\s*(?:\*\*[^*]{1,60}\*\*\s*[:：]|\*\*[^*]{1,60}[:：]\*\*)\s*(?=\S)"
)  # **Blocking**: WHEN ...
_OPENING = late_pattern(rf"(?:{en.OPENING}|{zh.OPENING})", re.IGNORECASE)
_MODAL = late_pattern(f"{en.MODAL}|{zh.MODAL}".replace("<en>", "<a>").replace("<zh>", "<b>"), re.I)
_ENGLISH_MODAL = late_pattern(en.MODAL, re.I)
_WEAK = late_pattern(
    f"{en.WEAK_MODAL}|{zh.WEAK_MODAL}".replace("<en>", "<a>").replace("<zh>", "<b>"), re.I
)
_JAPANESE = late_pattern(
    "なければならない|なければなりません|必要がある|必要があります|べき|ものとする|こととする"
)
_KANA = late_pattern("[\u3041-\u30ff]")
_HAN = late_pattern("[\u3400-\u9fff]")
_TOPIC = late_pattern(
    '([^、。,"「」をにで]{1,40}?)(?<![にで時])は[、,]?\\s*(?=[^、。])(.+)', re.DOTALL
)
_ON_IT = late_pattern(r"on [^,，]{1,40} (?:it|they) ?", re.IGNORECASE)  # On success it shall ...
_RECOMMENDATION = late_pattern(en.RECOMMENDATION, re.IGNORECASE)
_LEADING_THEN = late_pattern(rf"(?:then{en.END}|那么|那麼) ?[,，]? ?", re.IGNORECASE)
_INTERPOSED = late_pattern(
    rf"(?P<modal>\b(?:shall|must)(?: not)?), "
    rf"(?P<condition>(?:when|while|where|if|after|before){en.END}[^,]+), ",
    re.IGNORECASE,
)
_THEN = late_pattern(f"{en.THEN}|{zh.THEN}", re.IGNORECASE)
_NEXT_CONDITION = late_pattern(
    rf"[,，、] ?(?:and )?(?=(?:{en.OPENING}|{zh.OPENING}))".replace("?P<en>", "?:")
    .replace("?P<state>", "?:")
    .replace("?P<feature>", "?:")
    .replace("?P<unwanted>", "?:")
    .replace("?P<event>", "?:"),
    re.IGNORECASE,
)
_COMMA = late_pattern(r", |，|,(?=[^\s\d])")
_ARTICLE = late_pattern(r"^the ", re.IGNORECASE)
_ARTICLE_HERE = late_pattern(r"the(?= )", re.IGNORECASE)
_LOUD_ARTICLE = late_pattern(r" ?(?=THE )")
_LOUD_THE = late_pattern(r" ?THE ")
_ANY_ARTICLE = late_pattern(r" (?=the |(?:it|they)$)", re.IGNORECASE)
_AGAIN = late_pattern(
    rf"\s*(?:[(（]\s*(?:must|shall|should|必须|必須|应当|应|應)(?: not)?\s*[)）]|{en.MODAL}"
    rf"|{zh.MODAL})".replace("?P<en>", "?:").replace("?P<zh>", "?:"),
    re.IGNORECASE,
)
_HINT = late_pattern(
    r"shall|must|should|will|may|can|应|應|必须|必須|必需|须|須|务必|務必|不得|禁|不允|不准"
    r"|绝不|决不|需|不能|不可|不会|建议"
    r"|能够|可以|将|会|會|宜|可|then|那么|则|な|べき|もの",
    re.IGNORECASE,
)
_STRIPPED = " ,，、:：;；—–"


class _Modal(Struct, frozen=True):
    start: int
    end: int
    word: str
    level: Level


def plain(sentence: str) -> str:
    """Return a sentence with single spaces and without the emphasis of its keywords."""
    text = " ".join(sentence.split())
    if "*" in text or "_" in text:
        text = _STRONG.sub(lambda found: found[1] or "", text)
        text = _EMPHASISED.sub(lambda found: found[1] or found[3], text)
    return text


def shape_of(text: str) -> str:
    """Return the text with what is quoted or in brackets blanked: it holds no keywords."""
    if _QUOTES.isdisjoint(text):
        return text
    return _QUOTED.sub(lambda found: "\0" * len(found[0]), text)


def has_modal(sentence: str) -> bool:
    """Return whether a text says ``shall``, ``must``, 应 or 必须 outside of quotes."""
    lower = sentence.lower()
    if "shall" not in lower and "must" not in lower and _MODAL_LETTERS.isdisjoint(sentence):
        return False
    shape = shape_of(sentence)
    if shape.isascii():  # the pattern for both languages takes 2 ms to compile
        return _ENGLISH_MODAL.search(shape) is not None
    return next(_modals(shape), None) is not None


def _modals(shape: str) -> Iterator[re.Match[str]]:
    """Yield what ``_MODAL.finditer`` does, in a quarter of its time."""
    position = 0
    while start := _MODAL_START.search(shape, position):
        found = _MODAL.match(shape, start.start())
        if found is not None:
            yield found
        position = found.end() if found is not None else start.start() + 1


def recommends(sentence: str) -> bool:
    """Return whether a text says ``should`` outside of quotes."""
    return "should" in sentence.lower() and _RECOMMENDATION.search(shape_of(sentence)) is not None


def starts_condition(sentence: str) -> bool:
    """Return whether a sentence begins with a condition."""
    return _OPENING.match(plain(sentence)) is not None


def split_clause(sentence: str, *, strict: bool = False) -> Clause | None:
    """Split one sentence; None where it is not an EARS sentence.

    ``strict`` takes only ``shall``, ``must``, 应, 必须 and the like for a modal.
    """
    if _HINT.search(sentence) is None:
        return None
    text = _in_order(plain(_without_label(sentence)))
    shape = shape_of(text)
    quantified = en.QUANTIFIER.match(shape) or zh.QUANTIFIER.match(shape)
    if quantified is not None and _COMMA.search(shape, quantified.end()) is None:
        quantified = None
    modal = _modal(shape, strict=strict)
    if modal is None:
        return None if strict else _without_modal(text, shape)
    conditions, start = _conditions(text, shape[: modal.start].rstrip())
    subject = text[start : modal.start].strip(_STRIPPED)
    blanked = shape_of(subject)
    subject = subject[max(blanked.rfind("；"), blanked.rfind("; ")) + 1 :].strip(_STRIPPED)
    if quantified is not None or (not shape.isascii() and _HAN.search(text)):
        subject, conditions = _last_part(subject, conditions)
        if start == 0:
            subject, conditions = _leading_subject(text[: modal.start], subject, conditions)
    subject = _ARTICLE.sub("", subject, count=1).strip(_STRIPPED)
    response, is_negative = _response(text, modal)
    if not response and subject:
        return _without_modal(text[: modal.start].rstrip(), shape[: modal.start], modal.level)
    is_alone = not strict and modal.level is Level.MUST  # the only clause: its subject is missing
    if not response or not (subject or conditions or is_alone):
        return None
    return Clause(conditions, subject, response, modal.word, modal.level, is_negative)


def _without_label(sentence: str) -> str:
    """Return a sentence without a bold label in front of it, which is not part of it."""
    label = _LABEL.match(sentence)
    return sentence if label is None or has_modal(label[0]) else sentence[label.end() :]


def _in_order(text: str) -> str:
    """Return a sentence whose condition is behind the modal, before the subject.

    A ``then`` without a condition, as a step of a scenario begins, is left out.
    """
    text = text[found.end() :] if (found := _LEADING_THEN.match(text)) else text
    found = _INTERPOSED.search(shape_of(text)) if ", " in text else None
    if found is None:
        return text
    condition = text[found.start("condition") : found.end("condition")]
    return f"{condition}, {text[: found.end('modal')]} {text[found.end() :]}"


def _modal(shape: str, *, strict: bool) -> _Modal | None:
    """Return the modal of the main clause: the first outside a condition."""
    for find in (_modals,) if strict else (_modals, _WEAK.finditer):
        candidates = list(find(shape))
        if candidates:
            found = candidates[0]
            if len(candidates) > 1 and _OPENING.match(shape):
                found = _after_condition(shape, candidates)
            word = found["a"] or found["b"]
            level = en.LEVELS[word.lower()] if found["a"] else zh.level_of(word)
            return _Modal(found.start(), found.end(), word, level)
    return None


def _after_condition(shape: str, candidates: Sequence[re.Match[str]]) -> re.Match[str]:
    """Return the first modal behind the end of the first condition."""
    first = candidates[0]
    if _ON_IT.fullmatch(shape, 0, first.start()):
        return first
    ends = [found.start() for found in (_THEN.search(shape), _COMMA.search(shape)) if found]
    ends += [found.start() for found in (_LOUD_ARTICLE.search(shape),) if found]
    if not ends or min(ends) < first.start():
        return first
    return next((it for it in candidates if it.start() > min(ends)), first)


def _without_modal(text: str, shape: str, level: Level | None = None) -> Clause | None:
    """Split ``WHEN a THEN b``, whose response has no modal, or ends with it, as in Japanese."""
    opening = _OPENING.match(shape)
    then = _THEN.search(shape)
    if then is None and _KANA.search(shape):
        then = _LOUD_THE.search(shape)  # THEN is left out
    if opening is None or then is None:
        return None
    conditions, start = _conditions(text, shape[: then.end()] + "\1")
    response = text[start:].strip(_STRIPPED).rstrip(".。").strip()
    topic = _TOPIC.match(response)
    subject, response = topic.groups() if topic else ("", response)
    if not conditions or not response:
        return None
    if level is None:
        level = Level.MUST if _JAPANESE.search(response) else Level.NONE
    return Clause(conditions, _ARTICLE.sub("", subject, count=1), response, "", level)


def _response(text: str, modal: _Modal) -> tuple[str, bool]:
    again = _AGAIN.match(text, modal.end)
    if again is not None and (zh.NEGATION.match(again[0]) or zh.ONLY.match(again[0])):
        again = None  # 应禁止 denies
    response = text[again.end() if again is not None else modal.end :]
    is_negative = zh.NEGATIVE.match(modal.word) is not None or modal.word.lower() == "cannot"
    if is_negative or zh.ONLY.match(modal.word):
        response = modal.word + response if not modal.word.isascii() else response
    elif en.NEGATION.match(response) or zh.NEGATION.match(response):
        is_negative = True
    response = response.strip(" :：").strip()
    while response[-1:] in {".", "。", ";", "；"} and response:
        response = response[:-1].rstrip()
    return response, is_negative


def _last_part(
    subject: str, conditions: tuple[Condition, ...]
) -> tuple[str, tuple[Condition, ...]]:
    """Return the text before the modal since the last comma; what is before is a condition.

    The subject may be left out, so that only a condition is left: 删除前应确认.
    """
    shape = shape_of(subject)
    at = max(shape.rfind("，"), shape.rfind(", "))
    before, rest = subject[: max(at, 0)].strip(_STRIPPED), subject[at + 1 :].strip(_STRIPPED)
    if at < 0 and not conditions:
        before, rest = _fused(rest)
    if zh.IMPLICIT.search(before):
        state = zh.STATE_ENDING.search(before) is not None
        trigger = Trigger.STATE if state else Trigger.EVENT
        conditions = (*conditions, Condition(trigger, _condition_text(before)))
        before = ""
    opening = _OPENING.match(shape_of(rest)) if at >= 0 else None
    if opening and (opening["unwanted"] or zh.IMPLICIT.search(rest)):
        # 接口，当角色为管理员时，应 ...: the subject comes first
        words = rest[opening.end() :]
        conditions = (*conditions, Condition(_trigger(opening, words), _condition_text(words)))
        return before, conditions
    return zh.ADVERB.sub("", rest), conditions


def _leading_subject(
    written: str, subject: str, conditions: tuple[Condition, ...]
) -> tuple[str, tuple[Condition, ...]]:
    """Split the text before a comma and the modal into subject and event, if it holds both.

    As in 系统在导出时，不得 ... What a user does is an event: 用户提交订单，应 ...
    """
    if written.rstrip()[-1:] not in {",", "，"} or (conditions and subject):
        return subject, conditions
    words = written.strip(_STRIPPED)
    if zh.OF_A_USER.match(words):
        return "", conditions or (Condition(Trigger.EVENT, words),)
    found = zh.LEADING_SUBJECT.match(words)
    if found is None:
        return subject, conditions
    trigger = conditions[0].trigger if conditions else Trigger.EVENT
    condition = Condition(trigger, _condition_text(found["condition"] or found["event"]))
    return found["subject"] or found["actor"], (condition,)


def _fused(words: str) -> tuple[str, str]:
    """Split a condition from the subject where no comma does: 登录后系统应显示首页.

    The subject may come first: 系统在导出时应显示进度.
    """
    if (found := zh.SUBJECT_FIRST.match(words)) and zh.OF_A_USER.match(words) is None:
        return found["condition"], found["subject"].strip()
    if zh.IMPLICIT.search(words):
        return words, ""
    found = zh.FUSED.match(words)
    return (found["condition"], found["subject"]) if found else ("", words)


def _conditions(text: str, shape: str) -> tuple[tuple[Condition, ...], int]:
    """Read the conditions before the subject; return them and where the subject starts."""
    conditions: list[Condition] = []
    position = 0
    ends = _condition_ends(shape)
    while opening := _OPENING.match(shape, position):
        end, following = _end_of_condition(shape, opening.end(), ends)
        if end is None:
            break
        words = _condition_text(text[opening.end() : end])
        conditions.append(Condition(_trigger(opening, text[opening.end() : end]), words))
        position = following
    return tuple(conditions), position


def _condition_ends(shape: str) -> Sequence[tuple[int, int]]:
    """Return where conditions may end and what follows begins.

    They are found once, not once a condition: a long line must not take quadratic time.
    """
    ends = sorted(
        found.span() for pattern in (_THEN, _NEXT_CONDITION) for found in pattern.finditer(shape)
    )
    if not shape.isascii():
        ends = sorted([*ends, *((it.end() - 1, it.end()) for it in zh.CLOSING.finditer(shape))])
    return ends


def keyword_spans(sentence: str) -> list[tuple[int, int]]:
    """Return where the EARS keywords of one sentence are; none where it is not an EARS sentence.

    An article is one only in capitals, as in ``THE system SHALL``; elsewhere it is not a keyword.

    >>> sentence = "When it rains, then the API shall not answer."
    >>> [sentence[start:end] for start, end in keyword_spans(sentence)]
    ['When', 'then', 'shall', 'not']
    """
    if _HINT.search(sentence) is None:
        return []
    shape = shape_of(sentence)
    begins = _OPENING.match(shape) is not None
    modal = _modal(shape, strict=True) or (_modal(shape, strict=False) if begins else None)
    then = _THEN.search(shape) if modal is None and begins else None
    if modal is None and then is None:
        return []
    head = shape[: modal.start] if modal else shape[: then.end()] + "\1" if then else ""
    found, position = _condition_words(sentence, head)
    article = _ARTICLE_HERE.match(head, position)
    found += [article.span()] if article and article[0].isupper() else []
    if modal is not None:
        found.append((modal.start, modal.end))
        denied = en.NEGATION.match(shape, modal.end)
        found += [_trimmed(sentence, *denied.span())] if denied else []
    return found


def _condition_words(sentence: str, head: str) -> tuple[list[tuple[int, int]], int]:
    """Return where the words around the conditions are, and where the subject begins."""
    found: list[tuple[int, int]] = []
    position, ends = 0, _condition_ends(head)
    while opening := _OPENING.match(head, position):
        name = next(it for it in ("en", *zh.TRIGGERS) if opening[it] is not None)
        end, following = _end_of_condition(head, opening.end(), ends)
        if end is None:
            break
        found.append(opening.span(name))
        closing = zh.ENDING.search(head[opening.end() : end].rstrip(_STRIPPED))
        if closing is not None:
            found.append((opening.end() + closing.start(), opening.end() + closing.end()))
        found.append(_trimmed(sentence, end, following))
        position = following
    return [it for it in found if it[0] < it[1]], position


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span without the blanks and commas around its word."""
    word = text[start:end].strip(_STRIPPED)
    start = text.find(word, start) if word else end
    return start, start + len(word)


def _trigger(opening: re.Match[str], written: str) -> Trigger:
    if opening["en"]:
        return en.TRIGGERS[opening["en"].lower()]
    trigger = next(trigger for name, trigger in zh.TRIGGERS.items() if opening[name])
    bare = written.strip(_STRIPPED)
    if trigger is Trigger.EVENT and zh.STATE_ENDING.search(bare):
        return Trigger.STATE
    return trigger


def _condition_text(words: str) -> str:
    words = words.strip(_STRIPPED)
    shorter = zh.ENDING.sub("", words).rstrip()
    return shorter or words


def _end_of_condition(
    shape: str, start: int, ends: Sequence[tuple[int, int]]
) -> tuple[int | None, int]:
    """Find where a condition ends and what follows begins; None if it is unknown."""
    index = bisect_left(ends, (start, 0))
    if index < len(ends):
        end = ends[index][0]
        last = bisect_left(ends, (end + 1, 0)) - 1  # the longest: 时，THEN, not its comma alone
        return end, ends[last][1]
    comma = max(shape.rfind(", ", start), shape.rfind("，", start), shape.rfind(",", start))
    if comma >= 0:
        return comma, comma + (2 if shape[comma : comma + 2] == ", " else 1)
    for article in (_LOUD_ARTICLE, _ANY_ARTICLE):
        found = list(article.finditer(shape, start))
        if found:
            return found[-1].start(), found[-1].end()
    actor = None if shape.isascii() else zh.LAST_ACTOR.search(shape, start + 1)
    return (actor.start(), actor.start()) if actor else (None, start)
