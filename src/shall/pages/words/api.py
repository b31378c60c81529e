"""The words of the coverage of OpenAPI documents."""

WORDS = {
    "api": ("Coverage of the API", "接口覆盖率"),
    "api.unread": ("The coverage is not known: {reason}", "无法得出覆盖率：{reason}"),
    "api.untouched": (
        "{count:operation was|operations were} not called",
        "有 {count} 个操作未被调用",
    ),
    "api.more": ("and {count:more operation|more operations}", "另有 {count} 个操作"),
}
