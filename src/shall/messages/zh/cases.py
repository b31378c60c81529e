"""Problems of test cases in Chinese."""

CASES: dict[str, str] = {
    "A check looks at `field` or at `header`, "
    "not at both.": "一条断言只能检查 `field` 或 `header` 之一。",
    "A status check takes no `header`.": "状态码断言不使用 `header`。",
    "Unknown check '{spelling}'.": "未知的断言“{spelling}”。",
    "Known are {supported}.": "可用的有：{supported}。",
    "A status is written as a number.": "状态码应写成数字。",
    "`expected` must be a status from 100 to "
    "599, not {expected}.": "`expected` 必须是 100 到 599 的状态码，而不是 {expected}。",
    "`expected: false` is written '{presence}' today.": "`expected: false` 现在写作“{presence}”。",
    "A check '{kind}' takes no expected value.": "断言“{kind}”不与任何值比较。",
    "A check '{kind}' takes no `container`.": "断言“{kind}”不使用 `container`。",
    "A status check takes no field; it is left out.": "状态码断言不使用字段，已忽略。",
    "Remove `expected`.": "请删除 `expected`。",
    "Name a field of the body or a header.": "请指定响应体字段或响应头。",
    "Write what the value is compared with.": "请写出用于比较的值。",
    "Quote it.": "请加上引号。",
    "`expected` {reason}.": "`expected` {reason}。",
    "Did you mean '{kind}'?": "是否指“{kind}”？",
    "Remove `expected` or `container`.": "请删除 `expected` 或 `container`。",
    "`expected` must be a status from 100 to 599.": "`expected` 必须是 100 到 599 的状态码。",
    "The list is written twice.": "列表重复指定。",
    "Write what to look for in the list: `field` "
    "or `expected`.": "请用 `field` 或 `expected` 写明要在列表中查找的内容。",
    "The list is written in `expected` today.": "列表现在写在 `expected` 中。",
    "`expected` must be {wanted}, not {given} "
    "{expected}.": "`expected` 必须是{wanted}，而不是{given} {expected}。",
    "The data contains more than {limit}.": "数据超过 {limit}。",
    "The key {key} is not text.": "键 {key} 不是文本。",
    "{value} is not a JSON value.": "{value} 不是 JSON 值。",
    "`{spelling}` must be {wanted}, not {given}.": "`{spelling}` 必须是{wanted}，而不是{given}。",
    "{what} must be a mapping, not {given}.": "{what} 必须是映射，而不是{given}。",
    "`{today}` is set too: remove one of the two.": "同时指定了 `{today}`，请删除其中之一。",
    "Unknown field `{name}`.": "未知字段 `{name}`。",
    "`{name}` is missing.": "缺少 `{name}`。",
    'Quote it: "{value}".': '请加上引号："{value}"。',
    "Write {value}.": "请写 {value}。",
    "`{{{found}}}` is sent as it is written.": "`{{{found}}}` 会按原样发送。",
    "Write `{{{{ {found} }}}}`.": "请写 `{{{{ {found} }}}}`。",
    "`{name}` must be a number of seconds above "
    "0, not {value}.": "`{name}` 必须是大于 0 的秒数，而不是 {value}。",
    "`{name}` is written `{today}` today.": "`{name}` 现在写作 `{today}`。",
    "Start each item with `- `.": "列表的每一项以 `- ` 开头。",
    "An item of `{name}` must be a text that is not empty.": "`{name}` 的每一项必须是非空文本。",
    "`{name}` must not be empty.": "`{name}` 不能为空。",
    "Quote it: YAML reads it as the number {each}.": "请加上引号：YAML 会将其读作数字 {each}。",
    "Did you mean `{near}`?": "是否指 `{near}`？",
    "The fields here are {names}.": "此处的字段为 {names}。",
    "`random_choice` needs something to choose from.": "`random_choice` 至少需要一个候选值。",
    "`{name}` takes {count} {plural}, not "
    "{count2}.": "`{name}` 需要 {count} 个参数，而不是 {count2} 个。",
    "Unknown module `{module}`.": "未知模块 `{module}`。",
    "Unknown function `{name}`.": "未知函数 `{name}`。",
    "Pass a list or several values.": "请传入列表或多个值。",
    "Write `sql: {{query: SELECT ...}}`.": "请写 `sql: {{query: SELECT ...}}`。",
    "Write `retry: 3`.": "请写 `retry: 3`。",
    "It is {name}{signature}.": "用法为 {name}{signature}。",
    "`{name}` has no argument `{written}`.": "`{name}` 没有参数 `{written}`。",
    "`{name}` is given `{name2}` twice.": "`{name}` 的参数 `{name2}` 出现了两次。",
    "Close the text with {word}.": "请用 {word} 结束文本。",
    "Expected {wanted}, not {word}.": "此处应为{wanted}，而不是 {word}。",
    "An expression is longer than {max_length} characters.": "表达式超过 {max_length} 个字符。",
    "Close it with `}}}}`, or put the value into a variable.": "请用 `}}}}` 结束，或把值放入变量。",
    "`{{{{` is not closed.": "`{{{{` 未闭合。",
    'Add `}}}}`, or write `{{{{ "{{{{" }}}}` for '
    "the two braces.": '请补上 `}}}}`；如需两个花括号本身，请写作 `{{{{ "{{{{" }}}}`。',
    "Calls and lists are nested more than "
    "{max_depth} deep.": "调用和列表的嵌套超过 {max_depth} 层。",
    "The number {word} is too large.": "数字 {word} 过大。",
    "Unknown escape \\{escape}.": "未知的转义 \\{escape}。",
    "Write \\n, \\t, \\r, \\\\, \\\", \\' or \\u4e2d.": "请写作 \\n、\\t、\\r、\\\\、\\\"、\\' 或 "
    "\\u4e2d。",
    "A function has at most one name before it, "
    "as in `tools.uuid()`.": "函数名前最多有一个模块名，例如 `tools.uuid()`。",
    "A text contains half of a surrogate pair.": "文本中含有不成对的代理字符。",
    "The argument `{root}` is given twice.": "参数 `{root}` 出现了两次。",
    "A positional argument follows a named one.": "位置参数不能出现在具名参数之后。",
    "Write the address with its method, `GET: /users`, and the other fields "
    "in the step itself.": "请把方法和地址写成 `GET: /users`，其他字段也直接写在步骤中。",
    "Write the kind of check in `type`, what it "
    "looks at in `field`, the value in "
    "`expected`.": "`type` 写断言类型，`field` 写检查对象，`expected` 写期望值。",
    "Write the kind of check in `type` and the "
    "path in `field`.": "`type` 写断言类型，`field` 写路径。",
    "Write `field`, such as data.items[0].id, or "
    "leave it out for the whole body.": "请写 `field`，例如 data.items[0].id；检查整个响应体时省略"
    "。",
    "Write `type`.": "请写作 `type`。",
    "A check has no text of its own: remove it, "
    "or write a comment.": "断言不带说明文字：请删除，或改为注释。",
    "{given} is not in this release.": "此版本不支持{given}。",
    "Write `name`.": "请写作 `name`。",
    "Write `steps`.": "请写作 `steps`。",
    "Write `host`.": "请写作 `host`。",
    "Write `variables`.": "请写作 `variables`。",
    "Write `tags`.": "请写作 `tags`。",
    "Write `verifies`.": "请写作 `verifies`。",
    "Write it as the first of `steps`.": "请写成 `steps` 中的第一个步骤。",
    "Write `teardowns`.": "请写作 `teardowns`。",
    "Write `id`.": "请写作 `id`。",
    "Write `path` or `url`.": "请写作 `path` 或 `url`。",
    "Write `method`.": "请写作 `method`。",
    "Write `json`, `form`, `text` or `xml`, or `body: {{file: PATH}}`.": (
        "请写作 `json`、`form`、`text` 或 `xml`，或 `body: {{file: 路径}}`。"
    ),
    "Write `params`.": "请写作 `params`。",
    "Write `until: {{$.state: done, every: 1 s, within: 30 s}}`.": "请写作 "
    "`until: {{$.state: done, every: 1 s, within: 30 s}}`。",
    "Write `delay: 500 ms`.": "请写作 `delay: 500 ms`。",
    "`until` must be a mapping, not {kind}.": "`until` 应为映射，而不是{kind}。",
    "Write what must hold, such as "
    "`until: {{$.state: done, within: 20 s}}`.": "请写明须成立的条件，例如 "
    "`until: {{$.state: done, within: 20 s}}`。",
    "Write what must hold, such as `$.state: done`.": "请写明须成立的条件，例如 `$.state: done`。",
    "`until` has no condition.": "`until` 没有任何条件。",
    "`fails_if` must not be empty.": "`fails_if` 不能为空。",
    "`{name}` must be a time with its unit, not {value}.": "`{name}` 应为带单位的时长，"
    "而不是 {value}。",
    "Write a text such as `500 ms` or `20 s`.": "请写成文本，例如 `500 ms` 或 `20 s`。",
    "`{name}` must be from {shortest} ms to 1 h, not {value}.": "`{name}` 应在 {shortest} ms "
    "到 1 h 之间，而不是 {value}。",
    "Write `skip: REASON` in the case.": "请在用例中写 `skip: 原因`。",
    'Write `headers: {{Cookie: "name=value"}}`.': '请写作 `headers: {{Cookie: "name=value"}}`。',
    "Write `follow_redirects`.": "请写作 `follow_redirects`。",
    "Write `files: {{field: PATH}}`.": "请写作 `files: {{字段: 路径}}`。",
    "Write it as a step before this one.": "请写成此步骤之前的一个步骤。",
    "Write it below `teardowns`.": "请写在 `teardowns` 下。",
    "Write {{type: equals}} with `expected: "
    "true`.": "请写作 {{type: equals}} 加 `expected: true`。",
    "Write {{type: equals}} with `expected: "
    "false`.": "请写作 {{type: equals}} 加 `expected: false`。",
    "Write a `greater_or_equal` and a "
    "`less_or_equal`.": "请写一条 `greater_or_equal` 和一条 `less_or_equal`。",
    "Write `status_code` with the status.": "请写作 `status_code` 加状态码。",
    "Write the kind in `type` and the header's "
    "name in `header`.": "`type` 写断言类型，`header` 写响应头名称。",
    "Write '{said}'.": "请写作“{said}”。",
    "The path {text} is not understood at "
    "character {position}.": "路径 {text} 在第 {position} 个字符处无法解析。",
    "A path is longer than {max_length} characters.": "路径超过 {max_length} 个字符。",
    "Write it like `data.items[0].id`, `[0].id`, "
    '`["odd key"]` or `$`.': '写法如 `data.items[0].id`、`[0].id`、`["odd key"]` 或 `$`。',
    "A case is a mapping, not {given}.": "用例应是映射，而不是{given}。",
    "Write `steps: [{{GET: /users, expect: 200}}]`, one step for each "
    "request.": "请写 `steps: [{{GET: /users, expect: 200}}]`，每个请求一个步骤。",
    "Write a mapping as `expect`, such as `expect: {{status: "
    "200}}`.": "映射请写成 `expect`，例如 `expect: {{status: 200}}`。",
    "Write http://{host} or https://{host2}.": "请写作 http://{host} 或 https://{host2}。",
    "An api teardown runs no query.": "api 类型的清理不执行 query。",
    "`operation_type` must be 'api' or 'db', not "
    "'{value}'.": "`operation_type` 必须是 'api' 或 'db'，而不是 '{value}'。",
    "Write `delete_files: PATH` alone.": "请只写 `delete_files: 路径`。",
    "`{other}` cannot be combined with `delete_files`.": "`{other}` 不能与 `delete_files` 并用。",
    "Write another teardown.": "请另写一个清理。",
    "`delete_files` must be a path or a list of paths, not "
    "{given}.": "`delete_files` 必须是路径或路径列表，而不是{given}。",
    "Write `delete_files: out/report.csv`.": "请写作 `delete_files: out/report.csv`。",
    "`delete_files` must not be empty.": "`delete_files` 不能为空。",
    "`delete_files` names more than {most_files} "
    "files.": "`delete_files` 指定了超过 {most_files} 个文件。",
    "A path in `delete_files` is not text, or empty.": "`delete_files` 中有路径不是文本，或为空。",
    "The root is `unittest:`, not `testcase:`.": "根节点是 `unittest:`，而不是 `testcase:`。",
    "`host` has no scheme.": "`host` 缺少 http:// 或 https://。",
    "Write `operation_type: db`.": "请写作 `operation_type: db`。",
    "Unit cases are written by write_unittest.": "单元用例请用 write_unittest 写入。",
    "The fields `name` and `steps` are missing.": "缺少字段 `name` 和 `steps`。",
    "Remove `{near}:` and the indentation of what is below "
    "it.": "请删去 `{near}:`，并取消其下内容的缩进。",
    "Write them in the first column, such as `steps: [{{GET: /users, expect: "
    "200}}]`.": "请顶格书写，例如 `steps: [{{GET: /users, expect: 200}}]`。",
    "This is not a case: `{other}` belongs to a document of another "
    "tool.": "这不是用例：`{other}` 是其他工具文档中的字段。",
    "A case has the fields `name` and `steps`. `shall import` reads other "
    "formats.": "用例须有字段 `name` 和 `steps`；其他格式可用 `shall import` 导入。",
    "`{name}` cannot be combined with `testcase:`.": "`{name}` 不能与 `testcase:` 并用。",
    "`steps` must not be empty.": "`steps` 不能为空。",
    "A db teardown does not use `{name}`; it is "
    "left out.": "db 类型的清理不使用 `{name}`，已忽略。",
    "Indent it under `testcase:`, or remove that line and its "
    "indentation.": "请将其缩进到 `testcase:` 之下，或删去该行并取消缩进。",
    "The id `{name}` is used twice; it is {given} too.": "id `{name}` 重复：{given}也使用了它。",
    "`{name}` is the name of the run's variables.": "`{name}` 是运行变量的名称。",
    "{reason} (character {offset}).": "{reason}（第 {offset} 个字符）。",
    "`Global` alone is not a value.": "不能单独使用 `Global`。",
    "The variable `{name}` has the name of {given}.": "变量 `{name}` 与{given}重名。",
    "Rename one of the two.": "请重命名其中之一。",
    "Choose another id.": "请换一个 id。",
    "Write `Global.name`.": "请写作 `Global.name`。",
    "`{root}` is {given}, which has not answered yet.": "`{root}` 是{given}，此时尚未得到响应。",
    "Refer to a step before this one.": "请引用排在此步骤之前的步骤。",
    "`allow_status` must be statuses from 100 to "
    "599, not {wrong}.": "`allow_status` 必须是 100 到 599 的状态码，而不是 {wrong}。",
    "`{name}` cannot send to {scheme}://.": "`{name}` 不能向 {scheme}:// 发送请求。",
    "`{name}` contains a line break or another "
    "control character.": "`{name}` 含有换行符或其他控制字符。",
    "`path` is set too.": "同时指定了 `path`。",
    "Unknown method '{written}'.": "未知的方法“{written}”。",
    "A request has one body, not {others}.": "一个请求只有一个请求体，而不是 {others}。",
    "Files are sent as a form, not beside `{name}`.": "文件以表单形式发送，不能与 `{name}` 并用。",
    "Only http and https are sent.": "仅支持 http 和 https。",
    "Remove one of the two.": "请删除其中之一。",
    "Keep one of them.": "请保留其中之一。",
    "The header `{key}` has no value.": "请求头 `{key}` 没有值。",
    "Remove it or fill it.": "请删除它，或填写值。",
    "A header contains a line break or another control character.": (
        "请求头含有换行符或其他控制字符。"
    ),
    "A quoted text is not closed.": "引号中的文本未闭合。",
    "This line is not indented as the lines above it.": "此行的缩进与上面各行不一致。",
    "Align the keys of one mapping, and the "
    "dashes of one list.": "同一映射的键应对齐，同一列表的短横线应对齐。",
    "This is not YAML.": "这不是 YAML。",
    "Text follows a complete value.": "值已结束，后面却还有内容。",
    "Quote the whole value.": "请给整个值加上引号。",
    "A second `key: value` begins here.": "这里又出现了一个 `key: value`。",
    "Quote a text that holds `: `; put each key "
    "on a line of its own.": "含有 `: ` 的文本请加上引号；每个键单独占一行。",
    "A value cannot begin with this character.": "值不能以此字符开头。",
    "Quote the text.": "请给文本加上引号。",
    "`,` or `]` is missing in a list `[...]`.": "列表 `[...]` 中缺少 `,` 或 `]`。",
    "Add it, or quote a text that holds `[`, `{{` or `,`.": "请补上，或为含有 `[`、`{{` 或 "
    "`,` 的文本加引号。",
    "`,` or `}}` is missing in a mapping `{{...}}`.": "映射 `{{...}}` 中缺少 `,` 或 `}}`。",
    "Begin each item of the list with `- `.": "列表的每一项以 `- ` 开头。",
    "A value is missing here.": "此处缺少值。",
    "Quote `]`, `}}` and `,`.": "请给 `]`、`}}` 和 `,` 加上引号。",
    "`:` is missing after a key.": "键后面缺少 `:`。",
    "Write `key: value`.": "请写作 `key: value`。",
    "`:` is not allowed here.": "`:` 不能出现在这里。",
    "A list cannot begin in the line of its key.": "列表不能与键写在同一行。",
    "Put `- ` on the next line, or write [a, b].": "请将 `- ` 写在下一行，或写作 [a, b]。",
    "`?` cannot begin a value here.": "值不能以 `?` 开头。",
    "A text in double quotes has an unknown escape.": "双引号文本中有未知的转义。",
    "Write \\\\ for a backslash, or use single quotes.": "反斜杠请写作 \\\\，或改用单引号。",
    "An escape lacks hexadecimal digits.": "转义缺少十六进制数字。",
    "Write \\x4e, \\u4e2d or \\U0001f600.": "请写作 \\x4e、\\u4e2d 或 \\U0001f600。",
    "An escape names no character.": "转义没有对应的字符。",
    "A tab cannot indent.": "不能用制表符缩进。",
    "Indent with spaces.": "请用空格缩进。",
    "The indentation of a block of text is 1 to 9.": "文本块的缩进应为 1 到 9。",
    "Write `|` alone.": "请只写 `|`。",
    "Add the closing quote.": "请补上右引号。",
    "A second document begins here.": "这里开始了第二个文档。",
    "Keep one: remove `---`.": "请只保留一个文档：删除 `---`。",
    "An anchor `&` or alias `*` has no name.": "锚点 `&` 或别名 `*` 没有名称。",
    "Quote a text that begins with & or *.": "以 & 或 * 开头的文本请加上引号。",
    "The same anchor is defined twice.": "同一个锚点出现了两次。",
    "`---` is missing.": "缺少 `---`。",
    "Remove lines that begin with %.": "请删除以 % 开头的行。",
    "The file requires another version of YAML.": "要求使用其他版本的 YAML。",
    "Remove %YAML.": "请删除 %YAML。",
    "A directive `%` is unknown.": "未知的指令 `%`。",
    "Remove the line.": "请删除此行。",
    "The character U+{text} is not allowed in YAML.": "YAML 不允许字符 U+{text}。",
    "The tag {tag} is not read here.": "不支持标签 {tag}。",
    "Remove it: the values are JSON data.": "请删除它：值均为 JSON 数据。",
    "`<<` takes a mapping or a list of mappings.": "`<<` 后面应是映射或映射列表。",
    "Write `<<: *anchor`.": "请写作 `<<: *anchor`。",
    "The value is not of the type of its tag.": "值的类型与其标签不符。",
    "Remove the tag.": "请删除标签。",
    "The file is more than {max_depth} levels deep.": "文件的嵌套超过 {max_depth} 层。",
    "A number has more than {max_digits} characters.": "数字超过 {max_digits} 个字符。",
    'Quote an expression: "{{{{ login.token }}}}".': '表达式请加上引号："{{{{ login.token }}}}"。',
    "Indent with spaces, not tabs.": "请用空格缩进，不要用制表符。",
    "{value} is not a number.": "{value} 不是数字。",
    "The alias *{anchor} is inside its own anchor.": "别名 *{anchor} 位于其自身的锚点之内。",
    "The alias *{anchor} has no anchor before it.": "别名 *{anchor} 之前没有对应的锚点。",
    "The file contains more than {max_nodes} values.": "文件中的值超过 {max_nodes} 个。",
    "The file is longer than {max_characters} characters.": "文件超过 {max_characters} 个字符。",
    "A key must be text.": "键必须是文本。",
    "The key `{value}` occurs twice, first in line {first}.": (
        "键 `{value}` 出现了两次，第一次在第 {first} 行。"
    ),
    "The list verifies of {path} is written in a "
    "way that cannot be edited.": "{path} 中 verifies 列表的写法无法自动修改。",
}
