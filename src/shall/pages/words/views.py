"""The words of the views in MCP clients."""

WORDS = {
    "view.waiting": ("Waiting for the result …", "正在等待结果……"),
    "view.cancelled": ("The call was cancelled", "本次调用已取消"),
    "view.refused": ("The call was not carried out", "调用未能执行"),
    "view.not_all": ("Not every case passed", "有用例未通过"),
    "view.bad": ("What did not pass", "未通过的用例"),
    "view.reason": ("Reason", "原因"),
    "view.unsteady": ("Unsteady", "不稳定的用例"),
    "view.left_out": ("Left out by `only`", "因 only 标记而未运行"),
    "view.more": ("Not listed here", "此处未列出"),
    "view.criteria": ("Criteria", "验收标准"),
    "view.proved": ("Proved", "已证明"),
    "view.unknown": ("Links to no criterion", "指向不存在的标准的链接"),
    "view.problems": ("Problems of documents", "文档中的问题"),
    "view.unread": ("Documents that were not read", "未读取的文档"),
}
