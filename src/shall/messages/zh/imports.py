"""Importing documents of other tools in Chinese."""

IMPORTS: dict[str, str] = {
    "Nothing was written. Overwrite them with --force, or choose another "
    "folder.": "未写入任何文件。可用 --force 覆盖，或选择其他目录。",
    "{file} is not UTF-8 text.": "{file} 不是 UTF-8 文本。",
    "The input is larger than {limit}.": "输入超过 {limit}。",
    "Cases written: {written}. Parts left out: {left_out}.": "已写入用例：{written} 个；"
    "未能转换：{left_out} 处。",
    "These variables stand for secret values, which were not written: {names}. Name a source of "
    "each under `secrets` in shall.yaml.": "以下变量代替了机密值，机密值未写入文件：{names}。"
    "请在 shall.yaml 的 `secrets` 中为每个变量指定来源。",
    "Write requests and tests of other tools as cases.": "将其他工具的请求和测试转换为用例。",
    "Only the first {count} commands were read.": "只读取了前 {count} 条命令。",
    "Begin it with `curl`.": "请以 `curl` 开头。",
    "{file} has no curl command.": "{file} 中没有 curl 命令。",
    "The command was left out: it has no URL.": "已跳过该命令：没有 URL。",
    "`--{name}` was left out.": "`--{name}` 未能转换。",
    "`--{name}` has no value.": "`--{name}` 缺少值。",
    "`-{name}` was left out.": "`-{name}` 未能转换。",
    "`-{name}` has no value.": "`-{name}` 缺少值。",
    "The ranges in the URL {url} were not expanded.": "未展开 URL {url} 中的范围。",
    "Headers of a file were left out.": "文件中的头部未能转换。",
    "Write them under `headers`.": "请写在 `headers` 中。",
    "The header {name} has no value, so it was left out.": "头部 {name} 没有值，已跳过。",
    "The body of the file {path} was left out.": "文件 {path} 中的请求体未能转换。",
    "Write it under `json` or `text`.": "请写在 `json` 或 `text` 中。",
    "The data of the file {path} was left out.": "文件 {path} 中的数据未能转换。",
    "The part {name} of the form has no value, so it was left out.": "表单字段 {name} 没有值，"
    "已跳过。",
    "`{part}` of the file {path} was left out.": "文件 {path} 的 `{part}` 未能转换。",
    "The content of the file {path} was left out.": "文件 {path} 的内容未能转换。",
    "`;type={kind}` of the part {name} was left out.": "表单字段 {name} 的 `;type={kind}` "
    "未能转换。",
    "The cookies of the file {path} were left out.": "文件 {path} 中的 Cookie 未能转换。",
    "The password of `--user` is not in the command.": "命令中没有 `--user` 的密码。",
    "`--max-time {value}` was left out.": "`--max-time {value}` 未能转换。",
    "Certificates are always checked.": "证书始终会被校验。",
    "Write the body under `text`.": "请将请求体写在 `text` 中。",
    "Requests are sent directly.": "请求总是直接发送。",
    "{file} has curl commands for the command prompt of Windows.": "{file} 中是 Windows 命令提示符"
    "格式的 curl 命令。",
    "Copy the request as cURL (bash).": "请以 cURL (bash) 格式复制请求。",
    "{file} is longer than {limit} characters.": "{file} 超过 {limit} 个字符。",
    "The format of {file} was not recognized.": "无法识别 {file} 的格式。",
    "Name it with --from: {formats}.": "请用 --from 指定：{formats}。",
    "There is no format {name}.": "没有名为 {name} 的格式。",
    "The user and password became the variable `basic_credentials`.": "用户名和密码已替换为变量 "
    "`basic_credentials`。",
    "Its value is the Base64 of USER:PASSWORD.": "其值是 USER:PASSWORD 的 Base64 编码。",
    "A second file of the field `{name}` was left out.": "字段 `{name}` 的第二个文件未能转换。",
    "The request was left out: a case has no method {method}.": "已跳过该请求：用例不支持 {method} "
    "方法。",
    "The default of the variable {name} was left out.": "变量 {name} 的默认值未能转换。",
    "The output of a command became the variable {name}.": "命令的输出已替换为变量 {name}。",
    "An input that is redirected was left out.": "重定向的输入未能转换。",
    "folder of the cases (default: tests/cases); - prints them instead": "用例所在目录（默认为 "
    "tests/cases）；- 表示打印而不写入",
    "overwrite cases that exist": "覆盖已存在的用例",
    "the format (default: recognized)": "格式（默认自动识别）",
    "what is read; - is the standard input": "要读取的文件；- 表示标准输入",
    "A quotation mark is not closed.": "引号没有闭合。",
    "${name} is no variable that a case can read.": "${name} 不是用例可以读取的变量。",
    "The case was left out: {problem}": "已跳过该用例：{problem}",
}
