"""The Chinese catalogue: message code to template."""

ZH: dict[str, str] = {
    # the engine: checks
    "check.status": "期望状态码 {expected}，实际为 {actual}",
    "check.error_status": "状态码为 {actual}，该步骤既未断言也未允许它",
    "check.differs": "期望 {expected}，实际为 {actual}",
    "check.type_differs": "期望 {expected}（{expected_type}），实际为 {actual}（{actual_type}）",
    "check.equal": "期望不等于 {actual}",
    "check.not_found": "期望 {expected}，但未找到：{reason}",
    "check.missing": "不存在：{reason}",
    "check.present": "不应存在，实际为 {actual}",
    "check.not_none": "期望 null，实际为 {actual}",
    "check.none": "期望有值，实际为 null",
    "check.not_contained": "{actual} 不包含 {expected}",
    "check.contained": "{actual} 包含 {expected}",
    "check.no_length": "期望有长度的值，实际类型为 {actual_type}",
    "check.length": "期望长度 {expected}，实际为 {actual}",
    "check.not_in": "{actual} 不在 {expected} 之中",
    "check.in": "{actual} 在 {expected} 之中",
    "check.no_match": "{actual} 与 {expected} 不匹配",
    "check.regex_too_slow": "正则表达式 {expected} 匹配耗时过长",
    "check.order": "期望 {sign} {expected}，实际为 {actual}",
    "check.not_comparable": "{actual}（{actual_type}）与 {expected}（{expected_type}）"
    "不能用 {sign} 比较",
    "check.not_supported": "此版本不支持断言 {kind}",
    # the engine: steps and runs
    "step.error": "{reason}",
    "step.timed_out": "超时：{reason}",
    "step.unreachable": "无法连接：{reason}",
    "step.skipped": "未发送：步骤 {after} 未通过",
    "teardown.not_supported": "此版本不支持 {operation} 类型的清理操作",
    "case.invalid": "{problems}",
    "case.internal": "shall 内部错误，详见日志",
    "run.timed_out": "已停止：运行超过 {timeout_s} 秒",
    "run.interrupted": "已停止：运行被中断",
    "run.not_started": "未开始：运行在此之前已停止",
    # reports
}
