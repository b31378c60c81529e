"""What a heading or a label of a requirements document means.

In English, Chinese and Japanese; the headings of requirements, stories and acceptance criteria
in further languages (``heading_words.py``).
"""

import re
from functools import lru_cache
from unicodedata import normalize

from msgspec import Struct

from shall.late_pattern import late_pattern
from shall.specs import heading_words
from shall.specs.ears.grammar import has_modal
from shall.specs.identifiers import chinese_number, id_of_heading, without_tag

_EDGE = "*_:： \t#"
_DIGITS = r"[\d一二三四五六七八九十]+(?:\.\d+)*[a-z]?"
_NUMBERING = late_pattern(r"(?:\d+(?:\.\d+)*[.、)）]?|[一二三四五六七八九十]+、|[（(]\w+[)）])\s*")
_REQUIREMENT = late_pattern(
    rf"(?:\d+(?:\.\d+)*[.、]?\s*)?"
    rf"(?:(?:functional |non-functional |nonfunctional )?requirement|req|(?:功能"
    rf"|非功能)?需求|要件|要求|業務要件|{heading_words.REQUIREMENT})"
    rf"\.?\s*[#：:]?\s*(?P<number>{_DIGITS})(?![\w])[*_]*\s*"
    r"(?:[:：.\-–—、|][*_]*\s*)?(?P<title>.*)",
    re.IGNORECASE,
)
_STORY = late_pattern(
    rf"(?:user story|userstory|story|us|用户故事|用戶故事|使用者故事|用户场景|故事"
    rf"|ユーザーストーリー|{heading_words.STORY})"
    rf"\s*[-#：:]?\s*(?P<number>{_DIGITS})(?!\w)[*_]*\s*(?:[:：.\-–—、|][*_]*\s*)?(?P<title>.*)",
    re.IGNORECASE,
)
_STORY_WITHOUT_NUMBER = late_pattern(
    rf"(?:user story|用户故事|用戶故事|使用者故事|{heading_words.STORY})"
    r"\s*[:：\-–—]\s*(?P<title>.+)",
    re.I,
)
_NUMBERED = late_pattern(r"(?P<number>\d+(?:\.\d+)*)[.、)）:：]?(?:\s+(?P<title>.*))?")
_CRITERIA = late_pattern(
    r"(?:(?:ears )?acceptance (?:criteria|criterion|scenarios?|conditions)\b.*"
    r"|acceptance|success scenarios?"
    r"|(?:ears\s*)?(?:验收|驗收|接受)(?:标准|標準|准则|準則|条件|條件|场景|場景|情境|情景"
    r"|規範|规范|要求)(?:\W.*|列表)?"
    r"|(?:验收|驗收)|受け?入れ?(?:基準|条件|シナリオ).*"
    rf"|(?:{heading_words.ACCEPTANCE})(?:\s*[(（].*)?)",
    re.IGNORECASE,
)
# One of these is in each such heading. To look for words takes a tenth of a search by a pattern.
_CRITERIA_HINTS = ("accept", "success", "验收", "驗收", "受", *heading_words.ACCEPTANCE_HINTS)
_ASCII_CRITERIA_HINTS = tuple(it for it in _CRITERIA_HINTS if it.isascii())
_STORY_LABEL = late_pattern(
    rf"\W*(?:user story|用户故事|用戶故事|使用者故事|ユーザーストーリー|{heading_words.STORY}"
    r"|(?:objective|目标|目標|目的)[*_]*[:：])\W*",
    re.IGNORECASE,
)
_STORY_SENTENCE = late_pattern(r"[*_\s]*(?:as an? |作为|作為|身为)", re.IGNORECASE)
_ASIDE = late_pattern(
    r"(?:(?:technical |implementation |design |additional |developer )?(?:notes?|details?"
    r"|considerations?|remarks?)"
    r"|status|current status|progress|priority|test(?:s|ing)?(?: (?:cases?|plan|scenarios?"
    r"|strategy|coverage|notes))?"
    r"|unit tests?|independent test|verification|validation|success (?:criteria|metrics?"
    r"|indicators?)|measurable outcomes"
    r"|definition of done|(?:explicitly )?out of scope.*|non-goals?|dependenc(?:y|ies)"
    r"|assumptions?|risks?(?: .*)?"
    r"|open questions?|questions?|references?|examples?|glossary|rationale|background"
    r"|introduction|overview|context"
    r"|clarifications?|key entities|edge cases?|constraints?|history|changelog|change log"
    r"|revision.*|metrics"
    r"|备注|備註|说明|說明|状态|狀態|进度|进展|优先级|優先級|(?:测试|測試|单元测试|独立测试).*"
    r"|(?:验证|驗證)(?:方法|方式|步骤)|成功(?:标准|指标|標準|指標)|依赖.*|依賴.*|假设.*"
    r"|假設.*|约束.*|約束.*|风险.*|風險.*"
    r"|(?:技术|技術|实现|實現|实施|设计|設計).{0,6}|(?:不在)?范围(?:外|之外)?|不包含.*"
    r"|非目标|术语.*|術語.*|示例|例子|参考.*"
    r"|背景|简介|簡介|介绍|概述|引言|澄清.*|关键实体|關鍵實體|边界(?:情况|场景).*|邊界.*"
    r"|变更(?:记录|历史)|里程碑|为什么.*|為什麼.*"
    r"|備考|概要|はじめに|用語.*)",
    re.IGNORECASE,
)
_NOT_REQUIREMENTS = late_pattern(
    r"(?:key entities|assumptions?.*|dependenc(?:y|ies).*|clarifications?|out of scope"
    r"|non-goals?|glossary|risks?.*"
    r"|open questions?|questions?|review.*|execution.*|references?|notes?|constraints & assumptions"
    r"|关键实体.*|關鍵實體.*|核心实体.*|主要实体.*|假设.*|假設.*|依赖.*|依賴.*|澄清.*"
    r"|范围外.*|不在范围.*|非目标.*|术语.*|風險.*|风险.*"
    r"|开放问题.*|待定问题.*|评审.*|審查.*|参考.*)",
    re.IGNORECASE,
)
_SENTENCES = late_pattern(
    r"(?:(?:functional |user |system )?requirements?|descriptions?|(?:business )?rules?"
    r"|(?:acceptance )?(?:criteri(?:on|a)|conditions?)|statements?|shall"
    r"|(?:功能)?需求(?:描述|说明|說明|内容|內容)?|描述|要求|(?:验收|驗收|接受)?(?:标准|標準|准则|準則)"
    r"|(?:验收|驗收|接受)(?:条件|條件|要求)|(?:业务|業務)?(?:规则|規則)(?:描述|说明|說明|内容|內容)?"
    r"|内容|內容|要件|説明)",
    re.IGNORECASE,
)
_REQUIREMENTS = late_pattern(
    r"(?:(?:non-?)?functional |business |system |user |product |core )*requirements?(?: list)?"
    r"|(?:功能|非功能|业务|業務|系统|系統|用户|核心)*(?:需求|要求)(?:列表|清单|清單)?|要件",
    re.IGNORECASE,
)
_REQUIREMENTS_OF_A_KIND = late_pattern(
    r"(?:[\w/&-]+ ){0,3}requirements?|.{0,12}(?:需求|要求|要件)", re.I
)
_SUCCESS = late_pattern(
    r"(?:success (?:criteria|metrics)|measurable outcomes|成功(?:标准|標準|指标|指標)"
    r"|可衡量.*|可度量.*)",
    re.I,
)

_METADATA = late_pattern(
    r"[*_`\s]*(?:(?:priority|status|state|progress|owner|assignee|author|reviewers?|stakeholders?"
    r"|effort|estimate(?:d effort)?|story points?|sprint|milestone|tags?|labels?"
    r"|(?:last )?updated(?: (?:on|at))?|created(?: (?:on|at))?"
    r"|优先级|優先級|优先度|優先度|状态|狀態|進度|进度|负责人|負責人|作者|评审人|工作量|预估(?:工时|工作量)?|里程碑"
    r"|标签|標籤|(?:创建|更新|修改)(?:日期|时间))[*_`]*\s*[:：]|\[[ xX~-]\]\s*$)",
    re.IGNORECASE,
)

_BOLD_LABEL = late_pattern(r"(?:\*\*|__)[^*_]{1,60}?(?:[:：](?:\*\*|__)|(?:\*\*|__)\s*[:：])")
_AFTER_LABEL = late_pattern(r"[^:：]{1,80}[:：][*_]*\s*")


class Named(Struct, frozen=True):
    """A number and a title, of a requirement or a user story."""

    number: str
    title: str


def plain(text: str) -> str:
    """Return a heading or label without emphasis, colon and trailing remarks of its template."""
    return text.strip(_EDGE)


def _composed(text: str) -> str:
    return text if text.isascii() else normalize("NFC", text)


@lru_cache(maxsize=4096)
def requirement_of(text: str) -> Named | None:
    """Return number and title of a requirement's heading; None for any other heading.

    >>> requirement_of("Requirement 2: Pay").title, requirement_of("需求二：支付").number
    ('Pay', '2')
    """
    found = _REQUIREMENT.fullmatch(_composed(text).strip("*_ "))
    if found is None:
        return None
    return Named(chinese_number(found["number"]), found["title"].strip("*_ "))


@lru_cache(maxsize=4096)
def story_of(text: str) -> Named | None:
    """Return number and title of a user story's heading; the number is empty where it has none."""
    bare = _composed(text).strip("*_ ")
    found = _STORY.fullmatch(bare)
    if found is not None:
        return Named(chinese_number(found["number"]), found["title"].strip("*_ "))
    found = _STORY_WITHOUT_NUMBER.fullmatch(bare)
    return Named("", found["title"].strip("*_ ")) if found else None


def numbered_of(text: str) -> Named | None:
    """Return number and title of a heading that begins with a bare number: ``1.2 Search``."""
    found = _NUMBERED.fullmatch(text.strip("*_ "))
    return Named(found["number"], (found["title"] or "").strip("*_ ")) if found else None


def named_of(text: str) -> Named | None:
    """Return id and title of a heading that begins with an id: ``FR-001: Search``."""
    found = id_of_heading(text.strip("*_`[ "))
    return Named(found[0], found[1].strip("*_ ")) if found else None


@lru_cache(maxsize=4096)
def opens_criteria(text: str) -> bool:
    """Return whether it is the heading or label of acceptance criteria."""
    start = _composed(text[:80]).casefold()
    hints = _ASCII_CRITERIA_HINTS if start.isascii() else _CRITERIA_HINTS
    if not any(map(start.__contains__, hints)):
        return False
    bare = _NUMBERING.sub("", plain(_composed(text)), count=1)
    return _CRITERIA.fullmatch(without_tag(bare).strip(_EDGE)) is not None


def is_label(text: str) -> bool:
    """Return whether a text begins with a bold label: ``**Priority**: High``."""
    return _BOLD_LABEL.match(text) is not None


def text_of_label(text: str) -> str:
    """Return what follows a label and its colon on the same line.

    >>> text_of_label("**Acceptance Criteria**: The lamp shall glow."), text_of_label("**Notes**")
    ('The lamp shall glow.', '')
    """
    found = _AFTER_LABEL.match(text)
    return text[found.end() :] if found else ""


@lru_cache(maxsize=4096)
def opens_aside(text: str) -> bool:
    """Return whether it is the heading or label of a list that holds no criteria, such as tests."""
    bare = _NUMBERING.sub("", plain(text), count=1)
    return _ASIDE.fullmatch(bare.strip(_EDGE)) is not None


@lru_cache(maxsize=4096)
def holds_no_requirements(text: str) -> bool:
    """Return whether a section of a spec-kit document lists something else: entities, say."""
    bare = re.sub(r"\s*[*_(（]+(?:mandatory|optional|include).*", "", plain(text), flags=re.I)
    return _NOT_REQUIREMENTS.fullmatch(_NUMBERING.sub("", bare, count=1)) is not None


@lru_cache(maxsize=4096)
def is_metadata(text: str) -> bool:
    """Return whether a line states the priority, status or owner of a requirement, not what holds.

    >>> is_metadata("**Priority**: High"), is_metadata("Status: it SHALL be 200")
    (True, False)
    """
    return _METADATA.match(text) is not None and not has_modal(text)


def heads_sentences(text: str) -> bool:
    """Return whether a column of that heading holds the sentences of requirements."""
    return _SENTENCES.fullmatch(plain(text)) is not None


@lru_cache(maxsize=4096)
def opens_requirements(text: str) -> bool:
    """Return whether a heading says that requirements follow: ``## Requirements``."""
    bare = re.sub(r"\s*[*_(（]+(?:mandatory|optional|include).*", "", plain(text), flags=re.I)
    return _REQUIREMENTS.fullmatch(_NUMBERING.sub("", bare, count=1)) is not None


@lru_cache(maxsize=4096)
def heads_requirements(text: str) -> bool:
    """Return whether a heading names requirements of any kind: ``Security Requirements``."""
    bare = _NUMBERING.sub("", plain(text), count=1)
    return _REQUIREMENTS_OF_A_KIND.fullmatch(without_tag(bare)) is not None


def holds_measures(text: str) -> bool:
    """Return whether a section lists measures of success."""
    return _SUCCESS.search(plain(text)) is not None


def is_story(text: str) -> bool:
    """Return whether a text is a user story."""
    return _STORY_LABEL.match(text) is not None or _STORY_SENTENCE.match(text) is not None


def story_text(text: str) -> str:
    """Return a user story without its label."""
    return _STORY_LABEL.sub("", text, count=1)
