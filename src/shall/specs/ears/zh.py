"""The Chinese words of EARS, simplified and traditional.

应 is a modal only where it is a word of its own: not in 应用, 响应, 对应 and the like.
"""

import re

from shall.late_pattern import late_pattern
from shall.specs.clause import Level, Trigger

_TRIGGERS = (
    (
        Trigger.STATE,
        "只要|在(?=[^,，]{1,60}(?:期间|期間|过程中|過程中|状态下|狀態下|模式下|的同时|阶段))",
    ),
    (
        Trigger.FEATURE,
        "(?:如果|若|当|當)(?=[^,，]{0,30}(?:配备|配備|配置了|启用|啟用|包含|支持|支援)[^,，]{0,30}"
        "(?:功能|选项|選項|模块|模組|特性|[,，]))"
        "|在(?=(?:配备|配備|启用|啟用|支持|支援|包含|提供|装有)[^,，]{1,40}(?:上|中|时|時"
        "|情况下)?[,，])"
        "|对于(?=(?:配备|支持|启用|包含)[^,，]{1,40}的)",
    ),
    (Trigger.UNWANTED, "如果|若是|若|假如|假使|假若|倘若|万一|萬一|如(?=[^何下上果同图圖表此])"),
    (
        Trigger.EVENT,
        "每当|每當|当(?![前日年天地中])|當(?![前日年天地中])|一旦|每次"
        "|(?:在|于|於)(?=[^,，]{1,60}(?:时|時|后|後|前|之际|时候|情况下|情況下)[,，])",
    ),
)

_NAMES = ("state", "feature", "unwanted", "event")
TRIGGERS = dict(zip(_NAMES, (trigger for trigger, _ in _TRIGGERS), strict=True))

OPENING = (
    "(?:并且|並且|而且|同时|同時|以及|且|或|并|並)?(?:"
    + "|".join(f"(?P<{name}>{words})" for name, (_, words) in zip(_NAMES, _TRIGGERS, strict=True))
    + ") ?"
)

# 应 after these letters, or before those, is part of another word.
_NOT_AFTER = "(?<![响響适適对對相供反效感回呼因顺順照策报報答内內外理])"
_NOT_BEFORE = (
    "(?![用急届屆聘邀景酬战戰]|答(?![复復])|激(?![活发發])|运(?![行算维維])|運(?![行算維])"
    "|[声聲](?![明])|[变變](?![更为為成化得换換])|验(?![证算收签])|驗(?![證算收簽])|[节節](?![流省约約制])"
    "|[征徵](?![求得询詢集])|有的|对(?![^,，。；]{1,24}(?:进行"
    "|進行|做|加以|予以|实施|执行|采取|使用|应用"
    "|生效|可见|不可|保持|返回|显示|提供))|付(?:账|帳|款|金|职)|收(?:账|帳|款|票|金)|试)"
)
_SHOULD = f"{_NOT_AFTER}(?:应当|應當|应该|應該|应|應){_NOT_BEFORE}"
_MUST = "必须|必須|必需(?=[^的品求])|(?:务必|務必)(?![须須])|(?<![必无無莫])(?:须|須)(?![知要])"
_NEVER = "不得|不应该|不應該|不应当|不應當|不应|不應|严禁|嚴禁|禁止|不允许|不允許|不准|决不|绝不"

# 只允许查询，不允许修改 is one response.
_ONLY = (
    "[只仅僅](?:允许|允許|能|可以?|准)(?=[^,，。;；]{1,40}[,，] ?[但而]?"
    "(?:不得|禁止|严禁|嚴禁|不允许|不允許|不准))"
)
MODAL = f"(?P<zh>{_NEVER}|{_ONLY}|{_MUST}|{_SHOULD})"
# 建议 is a noun in 有用建议率 and 针对建议提问, 需要 no modal in 过滤需要审查的请求.
_ADVISE = (
    "(?:建议|建議)(?=[不将將在设設以用为為应應每]|使用|采用|採用|增加|提供|支持|支援|保持|避免|至少"
    "|优先|優先|通过|通過|启用|啟用|显示|顯示)"
)
_NEED = (
    "(?<![必急供按无無所不])(?<!过滤|過濾|处理|處理|列出|筛选|篩選|标记|標記|识别|識別|查找|检测)"
    "(?:需要|需(?![求方]))"
)
WEAK_MODAL = (
    f"(?P<zh>不能|不可以|不可(?![用见見靠])|不会|不會|{_NEED}|{_ADVISE}|宜(?=[将將在使采以])"
    "|能够|能夠|可以|(?<!即)将(?=[^来])|會(?=[^話議員計])|会(?=[^话议议员計计])"
    "|(?<!即)可(?=[^用能见見视視靠选選读讀维維扩擴配])(?!执行(?:的|文件|操作)|執行(?:的|檔|操作)))"
)
THEN = "[,，]? ?(?:那么|那麼|那就)[,，]? ?|[,，] ?(?:则|則|就)[,，]? ?"
# 时 and 后 close a condition without 当.
CLOSING = late_pattern(
    "(?:时|時|时候|時候|后|後|之前|前|期间|期間|情况下|情況下|状态下|狀態下|模式下|过程中"
    "|過程中|的话|之际|上)[,，]"
)
# 时 of 超时, 实时, 小时 and the like is not an ending.
_NO_ENDING = "(?<![超实實同小定延及准準临臨随隨按计計历歷耗即此])"
ENDING = late_pattern(
    f"(?:的?时候|的?時候|{_NO_ENDING}[时時]|的话|的話|期间|期間|的情况下|情况下|(?<=状态|狀態|模式)下)$"
)
IMPLICIT = late_pattern(
    f"(?:{_NO_ENDING}[时時]|后|後|之?前|期间|期間|情况下|情況下|状态下|狀態下|模式下|过程中|過程中)$"
)
_ACTOR = (
    "系统|系統|应用|應用|平台|服务|服務|页面|頁面|界面|介面|用户|用戶|使用者|程序|程式|模块|模組"
    "|客户端|客戶端|服务器|伺服器|前端|后端|後端|接口|组件|組件"
)
FUSED = late_pattern(
    f"(?P<condition>[^,，]{{2,60}}?(?:时|時|后|後))(?P<subject>(?:该|該|本|此)?(?:{_ACTOR})[^,，]*)$"
)
_USER = "用户|用戶|使用者|管理员|管理員|访客|訪客|客户(?!端)|客戶(?!端)"
# What a user does is a condition: 用户提交订单，应 ...
OF_A_USER = late_pattern(f"(?:任何|任意|所有|已登录|未登录|该)?(?:的)?(?:{_USER})[^,，]{{2,60}}$")
# A subject before its condition: 系统在导出时，不得 ... and 系统发送邮件，不得 ...
LEADING_SUBJECT = late_pattern(
    "(?P<subject>(?!在|于|於|当|當|如果|若)[^,，在]{1,12})在"
    "(?P<condition>[^,，]{2,60}(?:时|時|后|後|前|期间|期間|情况下|情況下|过程中|過程中))$"
    f"|(?P<actor>(?:该|該|本|此)?(?:{_ACTOR}))(?P<event>[^,，的]{{2,60}})$"
)
SUBJECT_FIRST = late_pattern(
    "(?P<subject>(?!在|于|於|当|當|如果|若)[^,，在]{1,40})(?<![存现現所正])在"
    "(?P<condition>[^,，]{2,60}(?:(?<![同实實])[时時]|后|後|前|期间|期間|情况下|情況下))$"
)
LAST_ACTOR = late_pattern(f"(?:该|該|本|此)?(?:{_ACTOR})$")
ADVERB = late_pattern(
    "(?<=.)(?:[均都也仍还還即才皆亦]|一律|始终|始終)$"
)  # between subject and modal
STATE_ENDING = late_pattern(
    "(?:期间|期間|过程中|過程中|状态下|狀態下|模式下|处于[^,，]{1,30}(?:状态|模式)(?:时|下)?)$"
)
QUANTIFIER = late_pattern("(?:对于|對於|对|對|针对)?(?:所有|任意|任何|每一?个|每個|全部)")
NEGATION = late_pattern("\\s*(?:始终|始終|一律|永远|永遠)?(?:不|禁止|绝不|从不)")
# A prohibition behind a comma that has a subject of its own.
PROHIBITION = late_pattern(
    "[，,](?=(?![则則就且并並也但]|那么|那麼|同时|同時)[^，,。；、]{2,30}?(?:不得|禁止|严禁|嚴禁))"
)
ONLY = late_pattern("\\s*[只仅僅]")
NEGATIVE = late_pattern("不|禁|严|嚴|决|绝")

LEVELS = {"建议": Level.SHOULD, "建議": Level.SHOULD, "宜": Level.SHOULD}


def level_of(word: str) -> Level:
    """Return how binding a modal is."""
    if re.match(f"{_NEVER}|{_MUST}|[应應只仅僅]", word):
        return Level.MUST
    if word in LEVELS:
        return LEVELS[word]
    return Level.NONE if word in {"需要", "需", "将", "會", "会", "不会", "不會"} else Level.MAY
