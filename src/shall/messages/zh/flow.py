"""Rows of data, shared steps and the order of steps and cases in Chinese."""

FLOW: dict[str, str] = {
    "Shared steps are below the root `shared:`, and nothing is beside "
    "it.": "共享步骤写在根字段 `shared:` 之下，旁边不能有其他内容。",
    "Shared steps have no `{name}`.": "共享步骤没有 `{name}` 字段。",
    "They have {fields}.": "可用的字段有：{fields}。",
    "`{name}` cannot be the name of shared steps.": "`{name}` 不能作为共享步骤的名称。",
    "Write `use: [login]` for the steps of shared/login.yaml in the folder of "
    "cases.": "请写 `use: [login]`，引用用例文件夹中 shared/login.yaml 的步骤。",
    "Its path begins at the folder of the case.": "路径从用例所在的文件夹算起。",
    "The file is not JSON: {reason}.": "文件不是 JSON：{reason}。",
    "The file is not JSON: a number is not one of JSON, or it is nested too "
    "deeply.": "文件不是 JSON：其中有 JSON 不支持的数字，或嵌套过深。",
    "A file of rows must be a list, not {given}.": "数据行文件必须是列表，而不是{given}。",
    "Each item is a mapping of names to values.": "每一项是名称到值的映射。",
    "Row {number} must be a mapping, not {given}.": "第 {number} 行必须是映射，而不是{given}。",
    "Write names with values.": "请写成“名称: 值”。",
    'A value with a comma, a quote or a line break stands in quotes: "a ""b"", '
    'c".': '含逗号、引号或换行的值要放在引号里："a ""b"", c"。',
    "The first line names the columns, such as `item,qty`.": "第一行是列名，例如 `item,qty`。",
    "Columns are separated by commas.": "各列用英文逗号分隔。",
    "The file has no header.": "文件没有表头。",
    "The line is not CSV: {reason}.": "这一行不是 CSV：{reason}。",
    "Column {number} has no name.": "第 {number} 列没有名称。",
    "Rename one.": "请改掉其中一个名称。",
    "The column `{name}` is there twice.": "列 `{name}` 出现了两次。",
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
}
