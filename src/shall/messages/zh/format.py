"""Problems of selectors, predicates and captures in Chinese."""

FORMAT: dict[str, str] = {
    "Unknown predicate `{name}`.": "未知的谓词 `{name}`。",
    "Did you mean `{near}`? A field of that name is written `$.{name}`.": "是否指 `{near}`？"
    "如指同名字段，请写作 `$.{name}`。",
    "The name `{name}` contains an expression.": "名称 `{name}` 中含有表达式。",
    "`{selector}` has no field `{name}`.": "`{selector}` 没有字段 `{name}`。",
    "Write a value or predicates, such as `{{less_than: 300}}`.": "请写值或谓词，例如 "
    "`{{less_than: 300}}`。",
    "`not` takes one predicate, not {count}.": "`not` 只接受一个谓词，而不是 {count} 个。",
    "Write `not_NAME: VALUE` for each of them.": "请逐个写作 `not_NAME: VALUE`。",
    "Write `not_equals` for another value.": "如需值不相等，请写 `not_equals`。",
    "A duration is compared with a time, not {given} {value}.": "duration 应与时长比较，而不是"
    "{given} {value}。",
    "Write the unit: `300 ms` or `2 s`.": "请带上单位：`300 ms` 或 `2 s`。",
    "`status` must be from 100 to 599, not {value}.": "`status` 必须在 100 到 599 之间，"
    "而不是 {value}。",
    "Write `200`, `2xx` or a list of them.": "请写 `200`、`2xx` 或由它们组成的列表。",
    "The pattern of `{name}` {reason}.": "`{name}` 的正则表达式不可用：{reason}。",
    "`{name}` takes {wanted}, not {given} {value}.": "`{name}` 需要{wanted}，"
    "而不是{given} {value}。",
    "`count` takes {wanted}, not {given} {value}.": "`count` 需要{wanted}，而不是{given} {value}。",
    "Write `count: {{where: {{sku: B7}}, equals: 2}}`.": "请写作 "
    "`count: {{where: {{sku: B7}}, equals: 2}}`。",
    "`expect` must be {wanted}, not {given}.": "`expect` 必须是{wanted}，而不是{given}。",
    "Write a selector and its value in each line, such as `status: 200`.": "请在每行写一个选择器"
    "及其值，例如 `status: 200`。",
    "Write `200`, or a selector and its value in each line, such as "
    "`status: 2xx`.": "请写作 `200`，或在每行写一个选择器及其值，例如 `status: 2xx`。",
    "The filter `{name}` does not take these arguments.": "过滤器 `{name}` 的参数不符。",
    "It is `{usage}`; quote a text.": "用法为 `{usage}`，文本须加引号。",
    "Unknown filter `{word}`.": "未知的过滤器 `{word}`。",
    "A selector has more than {count} filters.": "选择器的过滤器超过 {count} 个。",
    "`{text}` is not valid {language}: {reason}.": "`{text}` 不是有效的 {language}：{reason}。",
    "A selector is longer than {count} characters.": "选择器超过 {count} 个字符。",
    "The selector `{text}` contains an expression.": "选择器 `{text}` 中含有表达式。",
    "A selector is constant: compare with the expression instead, "
    "as in `any: {{id: ...}}`.": "选择器必须固定不变；请改为与表达式比较，"
    "例如 `any: {{id: ...}}`。",
    "`{name}` is not a header name.": "`{name}` 不是有效的响应头名称。",
    "`{name}` is not a cookie name.": "`{name}` 不是有效的 Cookie 名称。",
    "Write `cookie NAME` or `cookie NAME[Max-Age]`.": "请写作 `cookie NAME` 或 "
    "`cookie NAME[Max-Age]`。",
    "A cookie has no attribute `{name}`.": "Cookie 没有属性 `{name}`。",
    "Write `{word}`.": "请写作 `{word}`。",
    "Write `{method}: {address}`.": "请写作 `{method}: {address}`。",
    "`{word}` takes no name.": "`{word}` 后面不能带名称。",
    "Write `{word} ...`.": "请写作 `{word} ...`。",
    "`{word}` needs a name or an expression.": "`{word}` 后面需要名称或表达式。",
    "A field of the body is `$.{path}`.": "响应体字段写作 `$.{path}`。",
    'Quote the texts of a filter: `$.at | to_date "%d.%m.%Y"`.': (
        '过滤器的文本参数请加引号：`$.at | to_date "%d.%m.%Y"`。'
    ),
    "The number of items is `$.items | count`, or the predicate `length`.": (
        "元素个数写作 `$.items | count`，或使用谓词 `length`。"
    ),
    "Unknown selector `{text}`.": "未知的选择器 `{text}`。",
    "Write `status`, `header NAME`, `body` or a path such as "
    "`$.items[0].id`.": "请写 `status`、`header NAME`、`body` 或路径，例如 `$.items[0].id`。",
    "`{name}` cannot be the name of a variable.": "`{name}` 不能用作变量名。",
    "Begin with a letter, such as `_{name}`.": "请以字母开头，例如 `_{name}`。",
    "It means something else in expressions: choose another name.": "该名称在表达式中另有含义，"
    "请换一个名称。",
    "Write `http://` here: a step `WS: /path` uses it.": "此处请写 `http://`；步骤 "
    "`WS: /path` 会使用它。",
    "Write letters, digits and `_`, such as `order_id`.": "请使用字母、数字和 `_`，例如 "
    "`order_id`。",
    "`{name}` must be a selector, not {given}.": "`{name}` 必须是选择器，而不是{given}。",
    "Write `$.id`, `header NAME` or another selector.": "请写 `$.id`、`header NAME` 等选择器。",
    "`{name}` cannot be combined with `{method}`.": "`{name}` 不能与 `{method}` 并用。",
    "Write `{method}: ADDRESS` alone.": "请只写 `{method}: 地址`。",
    "Write `GET: /users`, or `path:` or `url:` beside `method`.": "请写作 `GET: /users`，"
    "或在 `method` 之外写 `path:` 或 `url:`。",
    "The checks of a step cannot be written: two selectors name the same value.": "无法写出某一步骤"
    "的断言：有两个选择器指向同一个值。",
    "Write them below one selector.": "请将它们写在同一个选择器之下。",
    "The pattern `{text}` {reason}.": "正则表达式 `{text}` 不可用：{reason}。",
    "Write `expect`, selectors with values such as "
    "`expect: {{status: 200, $.id: 1}}`.": "请写作 `expect`，即选择器及其值，例如 "
    "`expect: {{status: 200, $.id: 1}}`。",
    "Write `expect: 200`.": "请写作 `expect: 200`。",
    "Write `expect: {{body: {{schema: FILE}}}}`.": "请写作 `expect: {{body: {{schema: FILE}}}}`。",
    "Write `capture: {{name: $.id}}`; a later step reads `{{{{ name }}}}`.": "请写作 "
    "`capture: {{name: $.id}}`，之后的步骤用 `{{{{ name }}}}` 读取。",
    "Write {{type: is_empty}} with `expected: false`.": "请写作 {{type: is_empty}} 加 "
    "`expected: false`。",
    "Write `is_string`, `is_integer`, `is_list` or another of the types.": "请写 `is_string`、"
    "`is_integer`、`is_list` 等类型断言。",
    "Write `expect: {{duration: {{less_than: 300 ms}}}}`.": "请写作 "
    "`expect: {{duration: {{less_than: 300 ms}}}}`。",
    "`{name}` cannot be captured: {reason}.": "无法提取 `{name}`：{reason}。",
}
