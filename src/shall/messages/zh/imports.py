"""Importing documents of other tools in Chinese."""

IMPORTS: dict[str, str] = {
    "Nothing was written. Pass overwrite=true, or choose another folder.": "未写入任何文件。"
    "请传入 overwrite=true，或选择其他目录。",
    "Nothing was written. Overwrite with --force, or name another folder with --output.": (
        "未写入任何文件。请用 --force 覆盖，或用 --output 指定其他目录。"
    ),
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
    "`{options}` of the part {name} was left out.": "表单字段 {name} 的 `{options}` 未能转换。",
    "The cookies of the file {path} were left out.": "文件 {path} 中的 Cookie 未能转换。",
    "The password of `--user` is not in the command.": "命令中没有 `--user` 的密码。",
    "`--max-time {value}` was left out.": "`--max-time {value}` 未能转换。",
    "`--max-redirs {value}` was left out.": "`--max-redirs {value}` 未能转换。",
    "Requests are sent directly.": "请求总是直接发送。",
    "{file} has curl commands for the command prompt of Windows.": "{file} 中是 Windows 命令提示符"
    "格式的 curl 命令。",
    "Copy the request as cURL (bash).": "请以 cURL (bash) 格式复制请求。",
    "{file} is longer than {limit} characters.": "{file} 超过 {limit} 个字符。",
    "The format of {file} was not recognized.": "无法识别 {file} 的格式。",
    "Name it with --from: {formats}.": "请用 --from 指定：{formats}。",
    "There is no format {name}.": "没有名为 {name} 的格式。",
    "The request was left out: a case has no method {method}.": "已跳过该请求：用例不支持 {method} "
    "方法。",
    "The default of the variable {name} was left out.": "变量 {name} 的默认值未能转换。",
    "The output of a command became the variable {name}.": "命令的输出已替换为变量 {name}。",
    "An input that is redirected was left out.": "重定向的输入未能转换。",
    "folder of the cases (default: tests/cases)": "用例所在目录（默认为 tests/cases）",
    "folder of the cases (default: tests/cases); - prints them instead": "用例所在目录（默认为 "
    "tests/cases）；- 表示打印而不写入",
    "overwrite cases that exist": "覆盖已存在的用例",
    "the format (default: recognized)": "格式（默认自动识别）",
    "what is read; - is the standard input": "要读取的文件；- 表示标准输入",
    "A quotation mark is not closed.": "引号没有闭合。",
    "${name} is not a variable that a case can read.": "${name} 不是用例可以读取的变量。",
    "The case was left out: {problem}": "已跳过该用例：{problem}",
    # runn
    "{file} is not a runbook of runn.": "{file} 不是 runn 的 runbook。",
    "A runbook has `steps`.": "runbook 应有 `steps`。",
    "The expression `{text}` became the variable {name}.": "表达式 `{text}` 已替换为变量 {name}。",
    "The step was left out: it has {named}.": "已跳过该步骤：其中有 {named}。",
    "The step was left out: it has nothing to run.": "已跳过该步骤：其中没有可执行的内容。",
    "The secret `{written}` was left out.": "密钥 `{written}` 未能转换。",
    "The step was left out: it has no request, or several.": (
        "已跳过该步骤：其中没有请求，或有多个请求。"
    ),
    "The variable {name} was left out: it is read from a file.": (
        "变量 {name} 未能转换：其值从文件读取。"
    ),
    "The options {others} of a runner were left out.": "runner 的选项 {others} 未能转换。",
    "`bind` of {name} was left out: `{value}`.": "变量 {name} 的 `bind` 未能转换：`{value}`。",
    "`{value}` was left out: it is not a mapping.": "`{value}` 未能转换：它不是键值对。",
    "A test was left out: `{test}`.": "测试 `{test}` 未能转换。",
    # Postman
    "environment of Postman that a collection is read with": "与集合一同读取的 Postman 环境",
    "Add this to shall.yaml:": "请将以下内容加入 shall.yaml：",
    "The secret values were not written. Set these environment variables: {names}.": (
        "机密值未写入文件。请设置以下环境变量：{names}。"
    ),
    "{file} is not a Postman collection, and takes no environment.": (
        "{file} 不是 Postman 集合，不能指定环境。"
    ),
    "The variable {key} was left out: it is disabled.": "变量 {key} 已停用，未能转换。",
    "The variable {key} was left out: the file has no {name}, which it reads.": (
        "变量 {key} 未能转换：其中引用的 {name} 在文件中没有定义。"
    ),
    "Write its value under `variables`.": "请在 `variables` 中写出其值。",
    "The document has no operation.": "该文档没有任何操作。",
    "The collection has the format 1, which is not read.": "该集合为格式 1，不支持读取。",
    "Export it from Postman as Collection v2.1.": "请从 Postman 导出为 Collection v2.1。",
    "Only the first {count} requests were read.": "只读取了前 {count} 个请求。",
    "The request was left out: it has no description.": "已跳过该请求：没有请求内容。",
    "The request was left out: it has no URL.": "已跳过该请求：没有 URL。",
    "A {kind} script was left out: `{text}`.": "{kind} 脚本未能转换：`{text}`。",
    "Write what it checks under `expect`, what it stores under `capture`.": "请将其中的检查写在 "
    "`expect` 中，将保存的值写在 `capture` 中。",
    "The dynamic variable `{name}` became an ordinary one.": "动态变量 `{name}` 已改为普通变量。",
    "Give it a value, or call a function.": "请为它赋值，或调用函数。",
    "The authentication `{kind}` was left out.": "认证方式 `{kind}` 未能转换。",
    "Write the header that it makes under `headers`.": "请将它生成的头部写在 `headers` 中。",
    "The body of the kind `{mode}` was left out.": "类型为 `{mode}` 的请求体未能转换。",
    "The body was left out: its file has no path.": "请求体的文件没有路径，未能转换。",
    "The file of the part {name} was left out: it has no path.": "表单字段 {name} 的文件没有路径，"
    "已跳过。",
    # HAR
    "Requests for images, scripts, styles and preflights were left out: {count}.": "已跳过图片、"
    "脚本、样式和预检请求：{count} 个。",
    "WebSockets were left out: {count}.": "已跳过 WebSocket：{count} 个。",
    "Write a step with `WS`.": "请编写带 `WS` 的步骤。",
    "The recording contains no request that a case can send.": "录制中没有用例可以发送的请求。",
    "The request was left out: it got no response.": "已跳过该请求：没有收到响应。",
    "The body was left out: it is not text.": "请求体不是文本，未能转换。",
    "The multipart body was left out: its parts are not recorded.": "multipart 请求体未能转换："
    "录制中没有它的各个部分。",
    "The file of the part {name} was left out: it is not recorded.": "表单字段 {name} 的文件未能"
    "转换：录制中没有文件内容。",
    "The file is not JSON.": "文件不是 JSON。",
    "The file contains no JSON object.": "文件中没有 JSON 对象。",
    # OpenAPI
    "The reference {reference} leads out, so it was not followed.": "引用 {reference} 指向"
    "文档之外，未跟随。",
    "The reference {reference} leads nowhere.": "引用 {reference} 没有对应内容。",
    "{file} is not an OpenAPI document of version 3.": "{file} 不是 OpenAPI 3 文档。",
    "Convert a Swagger document of version 2 first.": "请先转换 Swagger 2 文档。",
    "Only the first {count} cases were written.": "只写入了前 {count} 个用例。",
    "The document names no host.": "文档中没有主机地址。",
    "Pass --host, or set `host` in shall.yaml.": "请使用 --host，或在 shall.yaml 中设置 `host`。",
    "No example of {names} is in the document, so the value is made up.": "文档中没有 {names} "
    "的示例，其值是编造的。",
    "No file of {names} is in the document, so a short text is sent as one.": "文档中没有 {names} "
    "的文件，因此以一段短文本作为文件发送。",
    "Write the path of one as `file`.": "请在 `file` 中填写文件路径。",
    "Name a folder there with --output, such as tests/cases/api.": (
        "请用 --output 指定其中的目录，例如 tests/cases/api。"
    ),
    "A callback was left out: the service sends it, so no case can.": "已跳过回调："
    "它由服务发出，用例无法发送。",
    "A webhook was left out: the service sends it, so no case can.": "已跳过 webhook："
    "它由服务发出，用例无法发送。",
    "The operation was left out: a case cannot send TRACE.": "已跳过该操作：用例不能发送 TRACE。",
    "Write one that the service has.": "请填写服务中存在的值。",
    "The security scheme `{name}` was left out.": "安全方案 `{name}` 未能转换。",
    "The body of the type {kind} was left out.": "类型为 {kind} 的请求体未能转换。",
    "The password of the key was left out.": "私钥的密码未能转换。",
    "Write `key_password` with a variable.": "请用变量写入 `key_password`。",
    # hurl
    "{file} has no request.": "{file} 中没有请求。",
    "An entry begins with `GET` and a URL.": "每个条目以 `GET` 和 URL 开头。",
    "The section `[{name}]` was left out.": "`[{name}]` 部分未能转换。",
    "The request was left out: it is skipped.": "已跳过该请求：它被标记为 skip。",
    "The option `{name}` was left out.": "选项 `{name}` 未能转换。",
    "The line `{text}` was left out.": "`{text}` 一行未能转换。",
    "The body was left out: it is malformed.": "请求体格式有误，未能转换。",
    "`@{}` was left out.": "`@{}` 未能转换。",
    "`http3` became HTTP/3 alone: a case falls back to no other version.": (
        "`http3` 已转换为仅用 HTTP/3：用例不会回退到其他版本。"
    ),
    "`{name}` was left out: a case evaluates no expression in a name.": "`{name}` 未能转换："
    "用例不会计算名称中的表达式。",
    "The function in `{template}` was left out.": "`{template}` 中的函数未能转换。",
    "The check `{text}` was left out: in hurl no text is a date.": "检查 `{text}` 未能转换："
    "在 hurl 中文本不是日期。",
    "`location-trusted` became `location`.": "`location-trusted` 已转换为 `location`。",
    "`!anyfloat` became `is_number`, which 1 is, too.": "`!anyfloat` 已转换为 `is_number`，"
    "1 也符合该条件。",
    "The format of `{}` was left out.": "`{}` 的格式说明未能转换。",
    "The capture `{text}` was left out.": "捕获 `{text}` 未能转换。",
    "The check of the body was left out: it is that of a file, or malformed.": "响应体检查"
    "未能转换：它是文件，或格式有误。",
    "The check `{text}` was left out: its value is bytes.": "检查 `{text}` 未能转换："
    "它的值是字节。",
    "The option `{name}: {value}` was left out.": "选项 `{name}: {value}` 未能转换。",
    "`{name}: {value}` became `{again}: {most}`.": "`{name}: {value}` 已改为 `{again}: {most}`。",
    "The check `{text}` was left out.": "检查 `{text}` 未能转换。",
    "The check of `{selector}` was left out: {reason}": "对 `{selector}` 的检查未能转换：{reason}",
    "A second check `{predicate}` of `{selector}` was left out.": "对 `{selector}` 的第二个 "
    "`{predicate}` 检查未能转换。",
    # Tavern
    "A document was left out: it has no `stages`.": "已跳过一个文档：没有 `stages`。",
    "{file} has no test of Tavern.": "{file} 中没有 Tavern 测试。",
    "A test has `test_name` and `stages`.": "测试应包含 `test_name` 和 `stages`。",
    "`{key}` was left out.": "`{key}` 未能转换。",
    "The included file `{name}` was left out.": "引用的文件 `{name}` 未能转换。",
    "Give its variables in shall.yaml, or with --var.": "请在 shall.yaml 中"
    "或用 --var 给出其中的变量。",
    "A stage of `finally` that fails does not fail the case.": "`finally` 中的 stage "
    "失败时，用例不会因此失败。",
    "`strict` was left out.": "`strict` 未能转换。",
    "The test was left out: none of its stages can be sent.": "已跳过该测试：没有可以发送的 "
    "stage。",
    "It is marked as skipped.": "已标记为跳过。",
    "It is skipped if `{condition}` holds.": "满足 `{condition}` 时跳过。",
    "It is expected to fail (`{name}`).": "预期会失败（`{name}`）。",
    "The test is skipped: the condition `{condition}` was not evaluated.": "该测试将被跳过："
    "条件 `{condition}` 未求值。",
    "The test is skipped: it is expected to fail (`{name}`).": "该测试将被跳过：它预期会失败"
    "（`{name}`）。",
    "`skip` was left out: the condition `{condition}` was not evaluated.": "`skip` 未能转换：条件 "
    "`{condition}` 未求值。",
    "A document was left out: {problem}": "已跳过一个文档：{problem}",
    "`max_retries` was left out.": "`max_retries` 未能转换。",
    "`max_retries: {times}` became `retry: {most}`.": "`max_retries: {times}` 已改为 "
    "`retry: {most}`。",
    "`request` of {functions} was left out.": "由 {functions} 生成的 `request` 未能转换。",
    "`request.{field}` of {functions} was left out.": "由 {functions} 生成的 `request.{field}` "
    "未能转换。",
    "`save` of {functions} was left out.": "由 {functions} 保存的值未能转换。",
    "The check by {functions} was left out.": "由 {functions} 进行的检查未能转换。",
    "The check of the status `{status}` was left out.": "对状态码 `{status}` 的检查未能转换。",
    "`parametrize` was left out.": "`parametrize` 未能转换。",
    "The mark `{name}` was left out.": "标记 `{name}` 未能转换。",
    "The tag `!{tag}` was left out.": "标签 `!{tag}` 未能转换。",
    "The stage was left out: it is skipped.": "已跳过该 stage：它被标记为 skip。",
    "The stage was left out: it has no request with a URL.": "已跳过该 stage：没有带 URL 的请求。",
    "`request.{key}` was left out.": "`request.{key}` 未能转换。",
    "`save.{source}` was left out.": "`save.{source}` 未能转换。",
    "`response.text` was left out.": "`response.text` 未能转换。",
    "`response.{key}` was left out.": "`response.{key}` 未能转换。",
    "The check of the list `{path}` was left out.": "对列表 `{path}` 的检查未能转换。",
    "Pass these variables to hurl with --variable or --secret: {names}.": "请用 --variable 或 "
    "--secret 向 hurl 传入以下变量：{names}。",
}
