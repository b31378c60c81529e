"""Rows of data, shared steps and the order of steps and cases in Chinese."""

FLOW: dict[str, str] = {
    'Write `for each: "{{{{ items }}}}"`.': '请写 `for each: "{{{{ items }}}}"`。',
    "`as` names the items of `for each`.": "`as` 用来给 `for each` 的元素命名。",
    "`repeat` has one of `while` and `until`.": "`repeat` 要有 `while` 和 `until` 之一。",
    "Write `repeat: {{while: {{$.next: {{exists: true}}}}, at most: "
    "20}}`.": "请写 `repeat: {{while: {{$.next: {{exists: true}}}}, at most: 20}}`。",
    "`{name}` must not be empty.": "`{name}` 不能为空。",
    "`backoff` must be a number from 1 to 10.": "`backoff` 必须是 1 到 10 的数字。",
    "`after` cannot be {given}.": "`after` 不能是 {given}。",
    "Write `connection`, `checks` or a status such as "
    "503.": "请写 `connection`、`checks` 或状态码（例如 503）。",
    "`{name}` must be a whole number from {least} to {most}, not "
    "{given}.": "`{name}` 必须是 {least} 到 {most} 的整数，而不是 {given}。",
    "The item `{name}` has the name of {label}.": "元素名 `{name}` 与{label}重名。",
    "Write another name under `as`.": "请在 `as` 中写另一个名称。",
    "`for each` needs a list, not {given}.": "`for each` 需要列表，而不是{given}。",
    "`for each` has {count} items, more than "
    "{limit}.": "`for each` 有 {count} 个元素，超过 {limit}。",
    "`if` must be true or false, not {given}.": "`if` 的值必须是 true 或 false，而不是{given}。",
    "A condition cannot be judged: {reason}.": "条件无法判断：{reason}。",
    "No step before this one has a response.": "此前没有任何步骤收到响应。",
    "Write `retry: {{times: 3, every: 1 s}}` in a "
    "step.": "请在步骤中写 `retry: {{times: 3, every: 1 s}}`。",
    "Operators are +, -, *, /, %, ==, !=, <, <=, >, >=, and, or, not, with "
    "spaces.": "运算符有 +、-、*、/、%、==、!=、<、<=、>、>=、and、or、not，两侧要有空格。",
    "An expression has more than {limit} operators and "
    "filters.": "一个表达式中的运算符和过滤器超过 {limit} 个。",
    "The expression has no value: {reason}.": "表达式没有值：{reason}。",
    "`{operator}` needs true or false, not "
    "{given}.": "`{operator}` 需要 true 或 false，而不是{given}。",
    "`{operator}` divides by zero.": "`{operator}` 的除数为零。",
    "The result of `{operator}` is too large.": "`{operator}` 的结果过大。",
    "`{operator}` cannot be applied to {given} and "
    "{what}.": "`{operator}` 不能用于{given}和{what}。",
    "The filter `to_int` or `to_float` makes a number of a "
    "text.": "过滤器 `to_int` 或 `to_float` 可以把文本变成数字。",
    "A step has `{first}` or `{second}`, not "
    "both.": "一个步骤只能有 `{first}` 或 `{second}` 之一。",
    "`if` must be an expression or conditions, not "
    "{given}.": "`if` 必须是表达式或条件，而不是{given}。",
    'Write `if: "{{{{ is_new }}}}"`, or conditions as below '
    "`expect`.": '请写 `if: "{{{{ is_new }}}}"`，或像 `expect` 下那样写条件。',
    "`if` of the first step has no response to look at.": "第一个步骤的 `if` 没有可检查的响应。",
    'Write an expression: "{{{{ name }}}}": VALUE.': '请写成表达式："{{{{ name }}}}": 值。',
    "`for each` must be a list or an expression, not "
    "{given}.": "`for each` 必须是列表或表达式，而不是{given}。",
    'Write `for each: "{{{{ items }}}}"`, or `repeat: {{while: {{$.next: {{exists: true}}}}}}`, in '
    "a step.": '请在步骤中写 `for each: "{{{{ items }}}}"`，或 '
    "`repeat: {{while: {{$.next: {{exists: true}}}}}}`。",
    'Write `if: "{{{{ is_new }}}}"`, or `if: {{$.state: new}}`, in a '
    "step.": '请在步骤中写 `if: "{{{{ is_new }}}}"`，或 `if: {{$.state: new}}`。',
    "`{name}` cannot be combined with the older root "
    "`shared:`.": "`{name}` 不能与旧写法的根字段 `shared:` 并用。",
    "Shared steps have no `{name}`.": "共享步骤没有 `{name}` 字段。",
    "They have {fields}.": "可用的字段有：{fields}。",
    "The file holds shared steps, which run for the cases that use "
    "them.": "该文件是共享步骤，只随引用它的用例运行。",
    "Name it in a case, `use: [login]` for shared/login.yaml, and run the "
    "case.": "请在用例中引用它（如用 `use: [login]` 引用 shared/login.yaml），再运行该用例。",
    "`{name}` cannot be the name of shared steps.": "`{name}` 不能作为共享步骤的名称。",
    "Write `use: [login]` for the steps of shared/login.yaml in the folder of "
    "cases.": "请写 `use: [login]`，引用用例目录中 shared/login.yaml 的步骤。",
    "Its path begins at the folder of the case.": "路径从用例所在的目录算起。",
    "The file is not JSON: {reason}.": "文件不是 JSON：{reason}。",
    "The file is not JSON: a number is not one of JSON, or it is nested too "
    "deeply.": "文件不是 JSON：其中有 JSON 不支持的数字，或嵌套过深。",
    "A file of rows must be a list, not {given}.": "数据行文件必须是列表，而不是{given}。",
    "Each item is a mapping of names to values.": "每一项是名称到值的映射。",
    "Row {number} must be a mapping, not {given}.": "第 {number} 行必须是映射，而不是{given}。",
    "Write names with values.": "请写成“名称: 值”。",
    'A value with a comma, a quote or a line break must be quoted: "a ""b"", '
    'c".': '含逗号、引号或换行的值要放在引号里："a ""b"", c"。',
    "The first line names the columns, such as `item,qty`.": "第一行是列名，例如 `item,qty`。",
    "Columns are separated by commas.": "各列用英文逗号分隔。",
    "The file has no header.": "文件没有表头。",
    "The line is not CSV: {reason}.": "这一行不是 CSV：{reason}。",
    "Column {number} has no name.": "第 {number} 列没有名称。",
    "Rename one.": "请改掉其中一个名称。",
    "The column `{name}` occurs twice.": "列 `{name}` 出现了两次。",
    "The only column is `{name}`.": "只有一列：`{name}`。",
    "The row has {count} values for "
    "{columns} columns.": "这一行有 {count} 个值，而表头有 {columns} 列。",
    "Missing: {missing}.": "缺少：{missing}。",
    "`data` must be rows, or the path of a file of rows, not "
    "{written}.": "`data` 必须是数据行或数据行文件的路径，而不是 {written}。",
    "The name of the file ends with {endings}.": "文件名应以 {endings} 结尾。",
    "`data` must be a list of rows or the path of a file, not "
    "{given}.": "`data` 必须是数据行的列表或文件路径，而不是{given}。",
    "Write `data: rows.csv`, or a list of mappings.": "请写 `data: rows.csv`，或写成映射的列表。",
    "A row of `data` must be a mapping, not {given}.": "`data` 的一行必须是映射，而不是{given}。",
    "Write `- {{item: book, qty: 2}}`.": "请写成 `- {{item: book, qty: 2}}`。",
    "The data has more than {limit} rows.": "数据超过 {limit} 行。",
    "Write `data: rows.csv`, or a list of rows; a step reads `{{{{ row.name "
    "}}}}`.": "请写 `data: rows.csv` 或数据行的列表；步骤中用 `{{{{ row.name }}}}` 读取。",
    "rerun what a file change affects": "文件改动后重新运行受影响的用例",
    "--watch cannot be used with --impacted, --expect, "
    "--dry-run or --shard.": "--watch 不能与 --impacted、--expect、--dry-run 或 --shard 一起使用。",
    "Waiting for file changes. Press Ctrl-C to stop.": "正在等待文件改动，按 Ctrl-C 结束。",
}
