"""Problems of runs, results and requests in Chinese."""

RUNNING: dict[str, str] = {
    "Internal error. The log has the traceback "
    "under {request_id}.": "内部错误，堆栈记录在日志中，请求编号为 {request_id}。",
    "{relative} exists.": "{relative} 已存在。",
    "{relative} is not a test case.": "{relative} 不是测试用例。",
    "{relative} is in a hidden folder.": "{relative} 位于隐藏目录中。",
    "{relative} is not a YAML file.": "{relative} 不是 YAML 文件。",
    "{relative} is not in a case folder.": "{relative} 不在用例目录中。",
    "The test case is text that contains no YAML "
    "or JSON object.": "测试用例是一段文本，其中没有 YAML 或 JSON 对象。",
    "Use one of {test_types}.": "可选值：{test_types}。",
    "Pass overwrite=true to replace it.": "如需替换，请传入 overwrite=true。",
    "Use tests/cases/.": "请使用 tests/cases/。",
    "End it with .yaml.": "文件名应以 .yaml 结尾。",
    "Write tests/cases/{relative}.": "请写入 tests/cases/{relative}。",
    "{path} does not exist.": "{path} 不存在。",
    "{other} does not exist, and {path} refers to it.": "{path} 引用的 {other} 不存在。",
    "The schema {path} refers to more than {limit} other files.": "Schema {path} "
    "引用的其他文件超过 {limit} 个。",
    "The files that {path} refers to have more than {limit} MiB.": "{path} 引用的文件合计超过 "
    "{limit} MiB。",
    "`step` is not one step of a case.": "`step` 不是用例的一个步骤。",
    "Write `{{GET: /orders}}`.": "请写 `{{GET: /orders}}`。",
    "The request was stopped.": "请求已中止。",
    "{path} became smaller while it was sent: {sent} of its {size} bytes were "
    "sent.": "{path} 在发送过程中变小：共 {size} 字节，只发送了 {sent} 字节。",
    "Write the file before the run begins.": "请在运行开始之前写好该文件。",
    "The step sent no request.": "该步骤没有发送请求。",
    "A worker process did not start in {seconds} s.": "工作进程未在 {seconds} 秒内启动。",
    "A worker process did not start.": "工作进程未启动。",
    "No case folder was found in {root}.": "在 {root} 中未找到用例目录。",
    "Did you mean {near}?": "是否指 {near}？",
    "It is a setting: write `gate: {{minimum: 80}}` in shall.yaml.": (
        "这是一项设置：请在 shall.yaml 中写 `gate: {{minimum: 80}}`。"
    ),
    "`{command} --help` explains the arguments.": "`{command} --help` 说明了可用的参数。",
    "Create tests/cases, or run `shall init` to "
    "create a first case.": "请创建 tests/cases，或运行 `shall init` 生成第一个用例。",
    "{relative} would be larger than 1 MiB.": "{relative} 将超过 1 MiB。",
    "Split it.": "请拆分该文件。",
    "There are more links to unknown criteria; "
    "`shall trace` lists them.": "还有更多链接指向不存在的验收标准，运行 `shall trace` 查看全部。",
    "{path} contains a secret that is masked when it is read, and the new content contains "
    "{mask}. Nothing was written.": "{path} 含有读取时会被遮蔽的机密，而新内容中含有 {mask}。未写"
    "入任何内容。",
    "{given} contains {mask}, the mask of a "
    "secret. Nothing was written.": "{given}含有机密的掩码 {mask}。未写入任何内容。",
    "Use an editor, or a variable such as {{{{ "
    "api_token }}}}.": "请用编辑器修改，或改用变量，例如 {{{{ api_token }}}}。",
    "{path} is not valid YAML ({reason}), so its "
    "secrets are not known and it is not shown.": "{path} 不是有效的 YAML（{reason}），无法判断哪"
    "些是机密，因此不予显示。",
    "Use a variable instead, such as {{{{ api_token }}}}. Write three literal asterisks as "
    '**{{{{ "*" }}}}.': "请改用变量，例如 {{{{ api_token }}}}。如需三个星号本身，请写作 **{{{{ "
    '"*" }}}}。',
    "Ask the operator to correct it: `shall "
    "config` reports the location.": "请管理员修正：`shall config` 会指出位置。",
    "{path} is incomplete: {reason}.": "{path} 不完整：{reason}。",
    "The standard output cannot be written: {reason}.": "无法写入标准输出：{reason}。",
    "The report {path} cannot be written: {reason}.": "无法写入报告 {path}：{reason}。",
    "Criteria are read from specs/requirements.md, specs/<feature>/requirements.md and the "
    "documents of Kiro, spec-kit, OpenSpec, spec-workflow "
    "and cc-sdd.": "验收标准读取自 specs/requirements.md、specs/<feature>/requirements.md 以及 "
    "Kiro、spec-kit、OpenSpec、spec-workflow 和 cc-sdd 的文档。",
    "{path} is not read as requirements.": "{path} 不会被当作需求读取。",
    "No layout of requirements takes this file.": "此文件不属于任何已知的需求布局。",
    "Rename it, or list it in the setting specs "
    "of shall.yaml.": "请重命名，或将其列入 shall.yaml 的 specs 设置。",
    "Write it as Markdown, such as "
    "specs/<feature>/requirements.md.": "请改写为 Markdown 文件，例如 "
    "specs/<feature>/requirements.md。",
    "Split it, or remove text that is not a requirement.": "请拆分，或删除不属于需求的内容。",
    "The document has more than "
    "{document_characters} characters.": "文档超过 {document_characters} 个字符。",
    "The documents up to this one have more than "
    "{all_characters} characters.": "到此文档为止，总长度超过 {all_characters} 个字符。",
    "No run has the id {run_id}.": "没有 ID 为 {run_id} 的运行。",
    "The list of runs has them all.": "全部运行见运行列表。",
    "The run {run_id} has ended.": "运行 {run_id} 已经结束。",
    "The process of the run {run_id} does not look for requests to stop.": (
        "执行运行 {run_id} 的进程不会检查停止请求。"
    ),
    "An older release runs it: end it where it was started.": (
        "它由旧版本执行：请在启动它的地方结束它。"
    ),
    "Call get_test_results without run_id to "
    "list the runs.": "不带 run_id 调用 get_test_results 可列出所有运行。",
    "The run {run_id} has no case {case}.": "运行 {run_id} 中没有用例 {case}。",
    "This workspace has no state.": "此工作区没有状态数据。",
    "Set SHALL_STATE_DIR to a writable folder.": "请将 SHALL_STATE_DIR 设为可写的目录。",
    "No case of these failed last: all run.": "这些用例上次均未失败：将全部运行。",
    "No case was found in {paths}.": "在 {paths} 中未找到用例。",
    "No case in {paths} matches {choice}.": "{paths} 中没有用例符合 {choice}。",
    "The run timed out after {run_timeout_s} s, "
    "before a case started.": "运行在 {run_timeout_s} 秒后超时，尚未开始任何用例。",
    "Run fewer files, or increase the timeout.": "请减少文件数量，或延长超时时间。",
    "A case file is YAML with the fields name and "
    "steps.": "用例文件是含有 name 和 steps 字段的 YAML。",
    "These have none: {names}.": "以下文件没有该根节点：{names}。",
    "Environment {name} is not defined in {files}.": "{files} 中没有定义环境 {name}。",
    "shall.yaml or config.yaml": "shall.yaml 或 config.yaml",
    "The login answers {status} without `data.token`.": "登录返回 {status}，但没有 `data.token`。",
    "No case ran, since `before_run` did not pass: {why}.": (
        "未运行任何用例，因为 `before_run` 未通过：{why}。"
    ),
    "`after_run` did not pass: {why}.": "`after_run` 未通过：{why}。",
    "No address of a notification is set.": "未设置通知地址。",
    "Write `notify: {{to: {{NAME: {{environment: VARIABLE}}}}}}`.": (
        "请写 `notify: {{to: {{NAME: {{environment: VARIABLE}}}}}}`。"
    ),
    "Notifications need the extra `notify`.": "通知需要扩展 `notify`。",
    "Install it: pip install 'shall[notify]'.": "请安装：pip install 'shall[notify]'。",
    "No notification was sent: notify.to.{name} holds no address that apprise reads.": (
        "未发送通知：notify.to.{name} 的值不是 apprise 能识别的地址。"
    ),
    "No notification was sent: notify.to.{name} {why}": "未发送通知：notify.to.{name} {why}",
    "The notification to {name} could not be delivered, or was not accepted.": (
        "发往 {name} 的通知未能送达，或未被接受。"
    ),
    "send a summary as `notify` of shall.yaml says": "按 shall.yaml 的 `notify` 发送摘要",
    "There is no `login` with a `url`.": "没有带 `url` 的 `login`。",
    "Available: {names}.": "可用的有：{names}。",
    "Unknown tool {tool}.": "未知的工具 {tool}。",
    "{tool} is not offered: the server {reason}.": "未提供 {tool}：服务器{reason}。",
    "{tool} needs the scope {scope}, which the "
    "caller {name} does not have.": "{tool} 需要作用域 {scope}，而调用者 {name} 没有该权限。",
    "Ask the operator for a token with this scope.": "请向管理员申请具有该作用域的令牌。",
    "No feature is named {feature}.": "没有名为 {feature} 的功能。",
    "There is no list of tasks.": "没有任务清单。",
    "Write one, such as specs/auth/tasks.md.": "请编写一份，例如 specs/auth/tasks.md。",
    "{feature} has no list of tasks.": "{feature} 没有任务清单。",
    "There is no task {task}.": "没有任务 {task}。",
    "{count} tasks are named {task}: {places}.": "有 {count} 个任务名为 {task}：{places}。",
    "Number each differently.": "请为每个任务使用不同的编号。",
    "Unknown state {state}.": "未知的状态 {state}。",
    "Call get_next_task again.": "请重新调用 get_next_task。",
    "The server is shutting down and did not finish this call.": "服务器正在关闭，未完成此次调用。",
    "Try again in a moment.": "请稍后重试。",
    "No thread can be started: memory or threads ran out.": "无法启动线程：内存或线程数已用尽。",
    "The expressions of this case would make "
    "more than {expanded_bytes} MiB.": "此用例的表达式展开后将超过 {expanded_bytes} MiB。",
    "Repeat less: a variable that contains others "
    "several times multiplies their length.": "请减少重复：变量多次引用其他变量时，长度会成倍增长"
    "。",
    "The JSON of the responses would take more "
    "than {case_bytes} MiB of memory.": "响应的 JSON 将占用超过 {case_bytes} MiB 的内存。",
    "The time of the run was over.": "运行时间已用完。",
    "An expression makes a value of more than "
    "{max_depth} levels.": "表达式生成的值超过 {max_depth} 层。",
    "No memory is left: the cases that run at "
    "once may take {limit_bytes} MiB together.": "内存不足：同时运行的用例总共只能使用 "
    "{limit_bytes} MiB。",
    "Ask the service for less, as by a page size.": "请让服务少返回一些数据，例如使用分页。",
    "Run fewer at once, or let the service "
    "answer less.": "请减少同时运行的用例，或让服务少返回一些数据。",
    "`{name}` cannot be called so: {reason}.": "`{name}` 不能这样调用：{reason}。",
    "Add it to `projects`, which has {names}.": "请把它加到 `projects` 中（现有：{names}）。",
    "The path {url} has no host: the case names "
    "none{given}.": "路径 {url} 没有主机：用例未指定{given}。",
    "Add `host:` to the case or to shall.yaml, "
    "or pass --host.": "请在用例或 shall.yaml 中添加 `host:`，或传入 --host。",
    "`{root}` is not defined.": "`{root}` 未定义。",
    "`{root}` cannot be read: {reason}.": "无法读取 `{root}`：{reason}。",
    "`{shown}` has no `{part}`: {reason}.": "`{shown}` 没有 `{part}`：{reason}。",
    "Define it under `variables:`, or pass it with --var.": (
        "请在 `variables:` 下定义它，或用 --var 传入。"
    ),
    "Cases read no environment variable: list it under `secrets:` in shall.yaml.": (
        "用例不读取环境变量：请将其列在 shall.yaml 的 `secrets:` 下。"
    ),
    "The result has format {written}, this "
    "release reads up to {format}.": "结果的格式为 {written}，此版本最高支持 {format}。",
    "The result is not JSON: {reason}.": "结果不是 JSON：{reason}。",
    "Use a newer release of shall.": "请使用更新版本的 shall。",
    "The result has an unknown shape: {reason}.": "结果的结构未知：{reason}。",
    "A HEAD request has no body (RFC 9110, "
    "section 9.3.2).": "HEAD 请求没有请求体（RFC 9110，9.3.2 节）。",
    "The method {method} is not a name (RFC "
    "9110, section 5.6.2).": "方法 {method} 不是有效的名称（RFC 9110，5.6.2 节）。",
    "Remove the body, or use another method.": "请删除请求体，或使用其他方法。",
    "The value of the header {name} contains a line "
    "break or NUL.": "请求头 {name} 的值含有换行符或 NUL。",
    "The header name {name} is not a name (RFC "
    "9110, section 5.1).": "请求头名称 {name} 无效（RFC 9110，5.1 节）。",
    "{address} answered {status}, but the response did not end within {timeout_s} s.": (
        "{address} 返回了 {status}，但响应在 {timeout_s} 秒内没有结束。"
    ),
    "Read an endless stream with `stream` and `within`.": (
        "读取无尽的流请使用 `stream` 和 `within`。"
    ),
    "{address} did not answer within {timeout_s} s.": "{address} 在 {timeout_s} 秒内没有响应。",
    "Write such as a.example.com, *.example.com, "
    "10.0.0.0/8, localhost:80, [::1]:80.": "写法如 a.example.com、*.example.com、10.0.0.0/8、"
    "localhost:80、[::1]:80。",
    "The URL {url} contains a control character.": "URL {url} 含有控制字符。",
    "The URL {url} cannot be used.": "URL {url} 不可用。",
    "The host or port of the URL {url} cannot be used.": "URL {url} 的主机或端口不可用。",
    "The user or password of a URL contains `/`, `?` or `#`.": (
        "URL 的用户名或密码含有 `/`、`?` 或 `#`。"
    ),
    "Percent-encode `/`, `?`, `#` and `@` in a user or password.": (
        "用户名或密码中的 `/`、`?`、`#` 和 `@` 须写成百分号编码。"
    ),
    "It starts with http:// or https:// and a host.": "URL 应以 http:// 或 https:// 加主机名开头。",
    "The host of the URL {url} is not a name.": "URL {url} 的主机名无效。",
    "{path} of the commit cannot be written: {reason}.": "无法写入该提交的 {path}：{reason}。",
    "{name} contains no evidence, so nothing counts as proved there.": (
        "{name} 中没有证据，因此没有任何验收标准算作已证明。"
    ),
    "There is no {name}.": "{name} 不存在。",
    "Write it with `shall baseline`, or name a "
    "commit.": "请用 `shall baseline` 生成，或指定一个提交。",
    "No criterion was found. No baseline was written.": "未找到验收标准，未写入基线。",
    "A baseline without the criteria of this "
    "document would not protect them.": "缺少此文档的验收标准，基线就无法保护它们。",
    "{path} is Python.": "{path} 是 Python 文件。",
    'Write @pytest.mark.verifies("{key}") above '
    "{test}.": '请在 {test} 上方写 @pytest.mark.verifies("{key}")。',
    "Name a YAML file, such as tests/cases/a.yaml.": "请指定 YAML 文件，例如 tests/cases/a.yaml。",
    "{path} is not a case.": "{path} 不是用例。",
    "Write {new} instead of {old} in the test {source}.": (
        "请在测试 {source} 中将 {old} 改为 {new}。"
    ),
    "{old} was verified for several texts.": (
        "此文件中的测试以 {old} 验证过不同的内容，请手动修改。"
    ),
    "Edit this mark: other tests share it, or it "
    "is not a literal.": "请手动修改此标记：它由多个测试共用，或不是字面量。",
    "Run the command again.": "请重新运行命令。",
    "{path} has changed meanwhile.": "{path} 在此期间被修改。",
    "The section lint of shall.yaml names "
    "{name}, and no such rule can be set there.": "shall.yaml 的 lint 部分写有 {name}，但没有这样"
    "的规则可以设置。",
    "See `shall lint --list`.": "请查看 `shall lint --list`。",
    "The setting lint.severity: {reason}.": "设置 lint.severity：{reason}。",
    "There is no requirements document at {path}.": "{path} 处没有需求文档。",
    "The documents are listed by `shall lint` "
    "without a path.": "不带路径运行 `shall lint` 可列出所有文档。",
    "No run is stored.": "没有已保存的运行。",
    "Run `shall run` first.": "请先运行 `shall run`。",
    "No run is stored. Run `shall run` first.": "没有已保存的运行。请先运行 `shall run`。",
    "Without an id, the newest is used.": "不指定 ID 时使用最近一次运行。",
    "The expression is longer than {_MOST_CHARACTERS} characters.": "表达式超过"
    " {_MOST_CHARACTERS} 个字符。",
    "A closing parenthesis is missing at {place}.": "{place} 处缺少右括号。",
    "A word is missing at {place}.": "{place} 处缺少一个词。",
    "`and` or `or` is missing at {place}.": "{place} 处缺少 `and` 或 `or`。",
    "Write it like: smoke and not (slow or wip).": "写法示例：smoke and not (slow or wip)。",
    "A quotation mark is not closed in the expression {text}.": "表达式 {text} 中有未闭合的引号。",
    "--shard {text} is invalid.": "--shard {text} 无效。",
    "Write --shard 2/5 for the second of five "
    "parts, or auto/5.": "写作 --shard 2/5（五份中的第二份）或 auto/5。",
    "--shard auto needs JOB_COMPLETION_INDEX or CI_NODE_INDEX, and "
    "neither is set.": "--shard auto 需要 JOB_COMPLETION_INDEX 或 CI_NODE_INDEX，但两者均未设置。",
    "Run in an Indexed Job or a parallel job of GitLab, or name the "
    "part: --shard 2/5.": "请在 Indexed Job 或 GitLab 并行作业中运行，或直接指定：--shard 2/5。",
    "{path} is not a JSON report of a run.": "{path} 不是运行的 JSON 报告。",
    "Write one with --report-json FILE.": "用 --report-json FILE 生成一份。",
    "--repeat {repeat} is not a number from 1 to {most}.": "--repeat {repeat} "
    "应为 1 到 {most} 的整数。",
    "--durations divides the cases only with --shard.": "--durations 须与 --shard 一起使用。",
    "--shuffle {text} is not a seed.": "--shuffle {text} 不是有效的种子。",
    "A seed is a whole number.": "种子须为整数。",
    "Shuffled with --shuffle {seed}.": "顺序已打乱，种子：--shuffle {seed}。",
    "{path} is not a report of a shard.": "{path} 不是分片运行的报告。",
    "{path} divides other cases, or otherwise, than {first_path}.": "{path} 与 {first_path} 划分的"
    "用例或方式不同。",
    "{path} ran in another environment than {first_path}.": "{path} 与 {first_path} "
    "的运行环境不同。",
    "Shard {index}/{total} is missing.": "缺少分片 {index}/{total}。",
    "Shard {index}/{total} occurs {count} times.": "分片 {index}/{total} 出现了 {count} 次。",
    "{key} occurs {count} times.": "{key} 出现了 {count} 次。",
    "The reports have {found} cases of {total}.": "报告共有 {found} 个用例，应为 {total} 个。",
    "{path} is of commit {shard}, and {commit} is checked out: its evidence would name the wrong "
    "code.": "{path} 属于提交 {shard}，而当前检出的是 {commit}，其证据会指向错误的代码。",
    "Nothing was recorded.": "未记录任何内容。",
    "A teardown of shared steps did not pass: {}.": "共享步骤的清理操作未通过：{}。",
}
