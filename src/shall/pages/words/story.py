"""The words of the page of a criterion, and of the overview."""

WORDS = {
    "story.changed": ("What changed since", "此后的变更"),
    "story.text": ("The requirement", "需求文本"),
    "story.text.origin": ("The former text is that of {origin}", "原文取自 {origin}"),
    "story.baseline": ("the baseline", "基线"),
    "story.commit": ("commit {commit}", "提交 {commit}"),
    "story.text.unknown": (
        "The former text is not known: neither the baseline nor the recorded commit has it",
        "原文未知：基线和所记录的提交中都没有",
    ),
    "story.source": ("{source}, changed since it ran", "{source}（运行后已修改）"),
    "story.source.unknown": (
        "The former text is not known: no commit without other changes was recorded, or git does"
        " not have it",
        "原文未知：未记录不含其他修改的提交，或 git 中没有该提交",
    ),
    "story.source.same": (
        "No file of it differs from commit {commit}: what it uses elsewhere has changed",
        "其文件与提交 {commit} 相同：变化来自其他被引用的内容",
    ),
    "story.cut": ("What follows is not compared", "其后的内容未作比较"),
    "story.left_out": (
        "{count:more case or test has|more cases and tests have} changed: not compared here",
        "另有 {count} 个用例或测试已修改，此处未作比较",
    ),
    "story.file.hidden": (
        "The file has changed; its text is not shown (too large, or its secrets are not known)",
        "文件已修改；内容未显示（过大，或无法确定其中的机密）",
    ),
    "story.file.lines": (
        "Only lines that may hold a secret, or lines beyond the first 2,000, differ",
        "只有可能含机密的行或 2,000 行之后的内容不同",
    ),
    "story.file.new": ("The file is new", "新增文件"),
    "story.file.gone": ("The file is gone", "文件已不存在"),
    "story.then": ("Then", "当时"),
    "story.now": ("Now", "现在"),
    "story.decisions": ("Decisions", "决定"),
    "story.decision": ("{kind} by {by}", "{by}：{kind}"),
    "story.until": ("until {until}", "截至 {until}"),
    "story.withdrawn": ("withdrawn", "已撤回"),
    "story.other_text": ("for another text", "针对其他文本"),
    "story.outcomes": ("Recorded outcomes", "历次记录的结果"),
    "story.when": ("When", "时间"),
    "story.by": ("Case or test", "用例或测试"),
    "overview.worst": ("Needs attention first", "首先需要关注"),
    "overview.well": ("Every criterion that counts is proved", "所有计入的验收标准均已证明"),
    "overview.all": ("Show all {count}", "查看全部 {count} 条"),
    "overview.runs": ("Last runs", "最近的运行"),
    "overview.all_runs": ("All runs", "全部运行记录"),
    "overview.age": ("Outcome recorded", "结果记录时间"),
}
