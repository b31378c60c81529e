"""Bodies of requests and generated data in Chinese."""

BODIES: dict[str, str] = {
    "Use `form`, or write a part `{{json: ...}}` or `{{text: ...}}` below `files`.": (
        "请使用 `form`，或在 `files` 之下写 `{{json: ...}}` 或 `{{text: ...}}`。"
    ),
    "`xml` is not well-formed: {reason}.": "`xml` 不是格式正确的 XML：{reason}。",
    "To send it nonetheless, write `text` and a header Content-Type.": (
        "如果仍要发送，请改用 `text` 并写明请求头 Content-Type。"
    ),
    "Write `body: {{file: PATH}}`, or a body in the case as `json`, `form`, `text` or `xml`.": (
        "请写作 `body: {{file: 路径}}`；内容写在用例中时，请用 `json`、`form`、`text` 或 `xml`。"
    ),
    "`body` must have one of `file` and `base64`.": "`body` 必须且只能有 `file` 和 `base64` 之一。",
    "`base64` is not Base64.": "`base64` 不是 Base64。",
    "`base64` of the body is not Base64.": "请求体的 `base64` 不是 Base64。",
    "Write a path, or a mapping such as `{{file: PATH, type: text/csv, name: a.csv}}`.": (
        "请写路径，或写映射，例如 `{{file: 路径, type: text/csv, name: a.csv}}`。"
    ),
    "`{key}` must not be empty.": "`{key}` 不能为空。",
    "`{field}` must be the path of a file or a mapping, not {given}.": (
        "`{field}` 必须是文件路径或映射，而不是{given}。"
    ),
    "an empty text": "空文本",
    "A part of `{field}` must have one of `file`, `text` and `json`.": (
        "`{field}` 的一个部分必须且只能有 `file`、`text` 和 `json` 之一。"
    ),
    "A part of the form field {field} contains a line break or NUL.": (
        "表单字段 {field} 的一个部分含有换行符或 NUL。"
    ),
    "Functions are in `tools`, `helpers` and `fake`.": "函数位于 `tools`、`helpers` 和 `fake` 中。",
    "`fake.{name}` has no locale {locale}.": "`fake.{name}` 没有区域设置 {locale}。",
    "Write 'en', 'zh' or a locale of Faker such as 'de_DE'.": (
        "请写“en”、“zh”或 Faker 的区域设置，例如“de_DE”。"
    ),
    "`fake` needs Faker, which is not installed.": "`fake` 需要 Faker，但尚未安装。",
    "Run `pip install 'shall[data]'`.": "请运行 `pip install 'shall[data]'`。",
    "Faker has no locale '{locale}'.": "Faker 没有区域设置“{locale}”。",
    "seed of random values; the same seed makes the same values for each case": (
        "随机值的种子；种子相同，每个用例得到的值也相同"
    ),
}
