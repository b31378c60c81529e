"""The words of the matrix, of a criterion and of the overview."""

WORDS = {
    "matrix.title": ("Coverage matrix", "追溯矩阵"),
    "matrix.verdict": (
        "{proved} of {total} criteria proved",
        "{total} 条验收标准中有 {proved} 条已证明",
    ),
    "matrix.none": ("No criterion was found", "没有找到验收标准"),
    "matrix.uncounted": (
        "{count:criterion is|criteria are} not counted: waived, not testable or removed.",
        "{count} 条不计入：已豁免、不可测试或将移除。",
    ),
    "matrix.hidden": (
        "{count:problem hides|problems hide} criteria or links: the figures are of what was read.",
        "有 {count} 个问题使部分验收标准或关联未被读取：以上数字只统计已读取的内容。",
    ),
    "matrix.heat": ("Features by status", "各功能的状态分布"),
    "matrix.heat.feature": ("Feature", "功能"),
    "matrix.heat.total": ("All", "合计"),
    "matrix.heat.left_out": (
        "{count:feature is|features are} left out here.",
        "此处略去 {count} 个功能。",
    ),
    "matrix.any": ("{field}: any", "{field}：不限"),
    "matrix.status": ("Status", "状态"),
    "matrix.feature": ("Feature", "功能"),
    "matrix.owner": ("Owner", "负责人"),
    "matrix.language": ("Language", "语言"),
    "matrix.environment": ("Environment", "环境"),
    "matrix.found": (
        "{count:criterion|criteria} of {total}",
        "共 {total} 条，符合条件 {count} 条",
    ),
    "matrix.reset": ("Show all", "显示全部"),
    "matrix.nothing": ("No criterion matches", "没有符合条件的验收标准"),
    "matrix.more_links": ("and {count} more", "另有 {count} 项"),
    "matrix.download": ("Download", "下载"),
    "matrix.not_read": (
        "Not read: {count:passage that looks|passages that look} like a requirement",
        "{count} 处内容像是需求，但未被读取",
    ),
    "matrix.problems": ("{count:problem|problems}", "{count} 个问题"),
    "matrix.unknown": (
        "{count:link names|links name} no criterion, or several",
        "{count} 个关联没有指向唯一的验收标准",
    ),
    "matrix.moved": (
        "{count:text has|texts have} another key now",
        "{count} 条文本的编号已改变",
    ),
    "matrix.moved.row": (
        "{old} is {new} now; update the key in {sources}",
        "{old} 现为 {new}；请更新 {sources} 中的编号",
    ),
    "matrix.undecided": (
        "{count:decision does|decisions do} not count",
        "{count} 项决定不生效",
    ),
    "matrix.approvals": ("Approvals of documents", "文档审批"),
    "matrix.approval.approved": ("approved by {by}", "{by} 已批准"),
    "matrix.approval.rejected": ("rejected by {by}", "{by} 已驳回"),
    "matrix.approval.requested": ("approval asked for by {by}", "{by} 已申请审批"),
    "matrix.approval.outdated": (
        "changed since the decision of {by}: it no longer counts",
        "{by} 作出决定后文档已修改，该决定不再有效",
    ),
    "matrix.more": ("and {count} more", "另有 {count} 项"),
    "matrix.dirty": ("uncommitted changes", "含未提交的修改"),
    "matrix.why": ("What is not proved, and why", "未证明的验收标准及原因"),
    "matrix.why.left_out": (
        "{count:criterion is|criteria are} left out here to keep the file small:"
        " `shall trace --why KEY` shows each.",
        "为控制文件大小，此处略去 {count} 条：可用 `shall trace --why KEY` 逐条查看。",
    ),
    "why.place": ("Written at", "出处"),
    "why.requirement": ("Requirement", "需求"),
    "why.story": ("User story", "用户故事"),
    "why.design": ("Design", "设计"),
    "why.task": ("Task", "任务"),
    "why.owner": ("Owner", "负责人"),
    "why.change": ("Open change", "未归档的变更"),
    "why.chain": ("What verifies it", "验证依据"),
    "why.nothing": (
        "No case and no test is linked to it",
        "没有用例或测试与之关联",
    ),
    "why.recorded": ("Recorded", "记录时间"),
    "why.run": ("Run", "运行"),
    "why.commit": ("Commit", "提交"),
    "why.checks": ("Checks", "断言数"),
    "why.row": ("Row of data", "数据行"),
    "why.reviewed": ("Reviewed", "复核"),
    "why.unreached": (
        "{address} was not reached from this machine",
        "本机无法连接 {address}",
    ),
    "why.not_recorded": ("not recorded", "未记录"),
}
