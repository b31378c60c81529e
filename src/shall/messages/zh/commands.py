"""Help and output of the commands in Chinese."""

COMMANDS: dict[str, str] = {
    "Backed up {count} {plural} ({size} bytes) to "
    "{target}.": "已将 {count} 个文件（{size} 字节）备份到 {target}。",
    "The backup contains recorded requests and "
    "responses. Protect it like the state itself.": "备份中含有记录的请求和响应，请像保护状态数据"
    "一样保护它。",
    "{folder} exists and is not an earlier copy "
    "of the example.": "{folder} 已存在，且不是之前复制的示例。",
    "Choose another folder with --to.": "请用 --to 指定其他目录。",
    "The example cannot be copied to {folder}: {reason}.": "无法将示例复制到 {folder}：{reason}。",
    "Fix this setting. The remaining checks used defaults.": "请修正此设置；其余检查使用默认值。",
    "The folder {folder} cannot be created: {reason}.": "无法创建目录 {folder}：{reason}。",
    "Added {name} to {file}.": "已将 {name} 添加到 {file}。",
    "Add this server to the configuration of an "
    "MCP client.": "将此服务器添加到 MCP 客户端的配置中。",
    "{url} is not the URL of a server.": "{url} 不是服务器的 URL。",
    "The URL contains a password, which would be stored.": "URL 中含有密码，会被写入配置文件。",
    "{project} is too broad to be a workspace.": "{project} 范围过大，不能作为工作区。",
    "{flag} {word} is not valid.": "{flag} {word} 无效。",
    "{file} already contains {name}. Nothing was changed.": "{file} 中已有 {name}，未作任何修改。",
    "The file is new. To undo this, delete it.": "该文件为新建；如需撤销，请删除它。",
    "It contains paths of this machine. Do not commit it.": "其中含有本机路径，请勿提交。",
    "--token-env requires the URL of a server.": "--token-env 需要服务器的 URL。",
    "Use https://host:port/mcp.": "请使用 https://host:port/mcp。",
    "Use --token-env NAME.": "请使用 --token-env NAME。",
    "Create the folder first.": "请先创建该目录。",
    "Choose a project with --workspace DIR.": "请用 --workspace DIR 指定项目。",
    "Use {wanted}.": "请使用{wanted}。",
    "Add --url.": "请加上 --url。",
    "Create a first requirement, a case that "
    "verifies it, and the state.": "创建第一条需求、验证它的用例以及状态目录。",
    "Run test cases and record the results.": "运行测试用例并记录结果。",
    "Show which criteria are proved, and by "
    "which cases and tests.": "显示哪些验收标准已被证明，以及由哪些用例和测试证明。",
    "Start an example service, run its cases and "
    "show the matrix.": "启动示例服务，运行其用例并显示追溯矩阵。",
    "Show each setting with its value, source and meaning.": "显示每项设置的值、来源和含义。",
    "Back up the state to one file.": "将状态数据备份到一个文件。",
    "Restore the state from a backup.": "从备份恢复状态数据。",
    "Check the installation and the project, and "
    "suggest fixes.": "检查安装和项目，并给出修复建议。",
    "Create, list and revoke tokens of a server.": "创建、列出和撤销服务器的令牌。",
    "Create a token and print it once; the file "
    "stores its hash.": "创建令牌并显示一次；文件中只保存其哈希。",
    "List the tokens with their scopes and times.": "列出令牌及其作用域和时间。",
    "Remove a token from the file.": "从文件中删除令牌。",
    "Write what the system shall do. Prove that it does.": "写下系统应当做到的事，并证明它做到了。",
    "Start the MCP server.": "启动 MCP 服务器。",
    "Show the pages of this project in a browser.": "在浏览器中显示本项目的页面。",
    "port on this machine (default: a free one)": "本机端口（默认：任一空闲端口）",
    "print the address, open no browser": "只显示地址，不打开浏览器",
    "The pages are at {address} until you press Ctrl-C.": "页面地址为 {address}，按 Ctrl-C 停止。",
    "Sign in with this token, which is valid until then: {token}": (
        "请用此令牌登录，停止后即失效：{token}"
    ),
    "Sign in with a token of this server.": "请用本服务器的令牌登录。",
    "Internal error: {reason}. Add --debug for "
    "the traceback.": "内部错误：{reason}。加上 --debug 可查看堆栈。",
    "Restored {given} to {state}.": "已将 {given}恢复到 {state}。",
    "The previous state is in {kept}. Delete it "
    "when it is no longer needed.": "之前的状态数据在 {kept}，不再需要时请删除。",
    "Use --var name=value.": "请使用 --var name=value。",
    "Stored the hash of a token for {scopes}, "
    "valid {given}, in {file}.": "已将令牌的哈希写入 {file}：作用域 {scopes}，{given}。",
    "The token is shown only once.": "令牌仅显示一次。",
    "Revoked {name}. Running servers reject it "
    "within a second.": "已撤销 {name}。正在运行的服务器会在一秒内拒绝它。",
    "--expires {text} is not a duration or a date.": "--expires {text} 不是时长或日期。",
    "Use 90d, 12h, 4w or 2027-01-01.": "请使用 90d、12h、4w 或 2027-01-01。",
    "show this help message and exit": "显示此帮助信息并退出",
    "show program's version number and exit": "显示程序版本号并退出",
    "project folder (default: the one around the "
    "current folder)": "项目目录（默认：当前目录所在的项目）",
    "show the traceback of an internal error": "显示内部错误的堆栈",
    "case files or folders (default: tests/cases)": "用例文件或目录（默认：tests/cases）",
    "base URL of the service; overrides the "
    "hosts of the cases": "服务的基础 URL，覆盖用例中的 host",
    "number of cases that run concurrently": "同时运行的用例数",
    "write an HTML report to FILE": "将 HTML 报告写入 FILE",
    "write the newest runs and the matrix as HTML to DIR": "将最近的运行和追溯矩阵"
    "以 HTML 写入目录 DIR",
    "open the HTML report in the browser": "在浏览器中打开 HTML 报告",
    "write JUnit XML to FILE": "将 JUnit XML 写入 FILE",
    "write the results as JSON to FILE": "将结果以 JSON 写入 FILE",
    "write each event as a line of JSON to FILE": "将每个事件以一行 JSON 写入 FILE",
    "write a Markdown summary to FILE": "将 Markdown 摘要写入 FILE",
    "write TAP to FILE": "将 TAP 写入 FILE",
    "write Allure results to the folder DIR": "将 Allure 结果写入目录 DIR",
    "print the run in this format": "以此格式输出该次运行",
    "Show which cases are flaky or slow over past runs.": "显示历次运行中不稳定或较慢的用例。",
    "show how this case ended": "显示该用例的历次结果",
    "number of stored runs (20)": "已存储运行的数量（20）",
    "No case is flaky in the last {runs} stored runs.": "最近 {runs} 次已存储的运行中"
    "没有不稳定的用例。",
    "Flaky in the last {runs} stored runs, the newest first:": "最近 {runs} 次已存储的运行中"
    "不稳定的用例（最新的在前）：",
    "Slowest, of the runs that passed:": "最慢的用例（仅计通过的运行）：",
    "It is flaky.": "该用例不稳定。",
    "show what differs between two runs: ids, latest or previous": "比较两次运行的差异："
    "运行 ID、latest 或 previous",
    "Before:": "之前：",
    "After:": "之后：",
    "Newly failing:": "新增失败：",
    "Still failing:": "仍然失败：",
    "Fixed:": "已修复：",
    "Skipped in one of them:": "其中一次被跳过：",
    "Only in the later run:": "仅后一次运行有：",
    "Only in the earlier run:": "仅前一次运行有：",
    "Passed in both, and the case changed:": "两次均通过，但用例已修改：",
    "Slower:": "变慢：",
    "Faster:": "变快：",
    "The same in both runs: {count}.": "两次运行中相同的用例：{count}。",
    "  and {count} more.": "  另有 {count} 个。",
    "Too few runs are stored to compare two.": "已存储的运行不足两次，无法比较。",
    "`shall history CASE` lists the runs of a case.": "`shall history CASE` 列出用例的历次运行。",
    "No stored run has the case {case}.": "已存储的运行中都没有用例 {case}。",
    "The case may have changed between these runs.": "在这些运行之间，该用例可能已被修改。",
    "The number of runs is {runs}; it must be 1 to {most}.": "运行次数为 {runs}，"
    "必须在 1 到 {most} 之间。",
    "None of the last {count} stored runs has the case {case}.": "最近 {count} 次已存储的运行中"
    "没有用例 {case}。",
    "show only the line of counts": "仅显示统计行",
    "show each failed request as a curl command": "以 curl 命令显示每个失败的请求",
    "ReqIF needs the extra reqif.": "输出 ReqIF 需要附加依赖 reqif。",
    "Install it: pip install 'shall[reqif]'.": "请安装：pip install 'shall[reqif]'。",
    "No outcome is recorded in the environment {name}.": "环境 {name} 中没有任何结果记录。",
    "print without colours": "输出不带颜色",
    "the matrix (text to reqif), or its problems alone": (
        "输出矩阵（text 至 reqif），或仅输出其中的问题"
    ),
    "exit with status 1 if fewer criteria are proved": "已证明的比例低于此值时，以退出码 1 结束",
    "show only this feature": "仅显示此功能",
    "count only outcomes in this environment; may be repeated": "仅统计此环境中的结果，可重复指定",
    "show what proves one criterion, and when": "显示一条验收标准由什么证明、何时证明",
    "exit with status 1 if a link names no "
    "criterion": "有链接指向不存在的验收标准时，以退出码 1 结束",
    "exit with status 0 regardless of the statuses": "无论状态如何，都以退出码 0 结束",
    "workspace folder of the clients; may be repeated": "客户端的工作区目录，可重复指定",
    "transport: stdio, http (or http-stream) or "
    "sse; http serves sse too": "传输方式：stdio、http（或 http-stream）或 sse；http 也提供 sse",
    "address to bind": "监听地址",
    "port to bind": "监听端口",
    "path of the MCP endpoint": "MCP 端点的路径",
    "private key for https (PEM)": "https 私钥（PEM）",
    "certificate chain for https (PEM)": "https 证书链（PEM）",
    "number of server processes": "服务器进程数",
    "sessions for clients of earlier protocols: "
    "yes, no, auto (yes with one worker)": "是否为旧协议的客户端维护会话：yes、no、auto（单进程时"
    "为 yes）",
    "name of this instance among several; prefix "
    "of its session ids": "多实例部署中此实例的名称，用作会话 ID 的前缀",
    "grace period of running requests after "
    "SIGTERM or the end of stdin, in seconds": "收到 SIGTERM 或标准输入结束后，留给进行中请求的时"
    "间（秒）",
    "log level: DEBUG, INFO, WARNING or ERROR": "日志级别：DEBUG、INFO、WARNING 或 ERROR",
    "log format: console, or json (one object a "
    "line)": "日志格式：console，或 json（每行一个对象）",
    "file of hashed tokens (`shall token new`), "
    "or of one bare token": "令牌文件：内容为哈希后的令牌（`shall token new`），或单个明文令牌",
    "allow an address that others can reach "
    "without a token": "允许在没有令牌时监听外部可访问的地址",
    "accepted values of the Host header": "Host 头部允许的值",
    "accepted origins besides the server's own": "除服务器自身外允许的来源",
    "networks of proxies whose X-Forwarded-For, "
    "-Proto and -Prefix are trusted": "受信任代理的网段，采信其 X-Forwarded-For、"
    "X-Forwarded-Proto 和 X-Forwarded-Prefix",
    "offer only tools that change nothing and run nothing": "仅提供不修改也不运行任何内容的工具",
    "offer only these tools": "仅提供这些工具",
    "globs of further files that tools may write "
    "(notes/*.md); never executable files": "允许工具额外写入的文件（通配符，如 notes/*.md），可执"
    "行文件除外",
    "print the report's address, open no browser": "只显示报告的地址，不打开浏览器",
    "folder of the example (default: shall-demo)": "示例的目录（默认：shall-demo）",
    "configure all projects of the user, or this project": "配置用户的所有项目，或仅此项目",
    "print the configuration instead of writing it": "输出配置，不写入文件",
    "URL of a running server, instead of a "
    "command that the client starts": "正在运行的服务器的 URL，代替由客户端启动的命令",
    "environment variable that contains the server's token": "存放服务器令牌的环境变量",
    "name of the server in the client (default: shall)": "服务器在客户端中的名称（默认：shall）",
    "file to create (default: "
    "shall-backup-TIME.tar.gz)": "要创建的文件（默认：shall-backup-TIME.tar.gz）",
    "archive created by `shall backup`": "`shall backup` 创建的归档",
    "restore even if the state is in use or "
    "owned by another user": "即使状态数据正在使用或属于其他用户，也进行恢复",
    "repair the state; replaced files are retained": "修复状态数据，保留被替换的文件",
    "name of the holder, for logs and rate limits": "持有者名称，用于日志和限流",
    "permissions of the token (default: read): "
    "read, run, write, admin": "令牌的作用域（默认：read）：read、run、write、admin",
    "90d, 12h, 4w or 2027-01-01 (default: never)": "90d、12h、4w 或 2027-01-01（默认：永不过期）",
    "the only projects that the token may use (default: all of the server)": (
        "令牌只能使用的项目（默认：服务器的全部项目）"
    ),
    "token file of the server": "服务器的令牌文件",
    "The attestation of {key} is withdrawn.": "已撤回 {key} 的人工验证。",
    "An attestation needs --method and --record.": "人工验证需要 --method 和 --record。",
    "{key} is verified by {given}: {record}": "{key} 已通过{given}验证：{record}",
    "{key}: reviewed {sources}; it is {given}.": "{key}：已评审 {sources}，状态为{given}。",
    "Run it for this text: a review proves nothing.": (
        "请针对当前文本重新运行：评审本身不构成证明。"
    ),
    "Record that criteria need not be proved for a while.": "记录哪些验收标准暂时不需要证明。",
    "Record that a person verified what no test "
    "can.": "记录由人工验证的、无法用测试验证的验收标准。",
    "Record that cases and tests still fit a "
    "changed criterion.": "记录用例和测试仍符合改动后的验收标准。",
    "The waiver of {key} is withdrawn.": "已撤回 {key} 的豁免。",
    "A waiver needs --reason and --until.": "豁免需要 --reason 和 --until。",
    "{key} is waived until {day} (its evidence: "
    "{given}).": "{key} 已豁免，至 {day} 止（现有证据：{given}）。",
    "criteria, such as auth#1.2": "验收标准，例如 auth#1.2",
    "how a person verified it": "人工验证的方式",
    "only this case or test (all linked)": "仅此用例或测试（默认：所有已链接的）",
    "the last day on which it counts: 2027-01-31": "有效期的最后一天，例如 2027-01-31",
    "where the record of it is": "验证记录的位置",
    "who decides (git's user.name)": "决定者（默认：git 的 user.name）",
    "why it need not be proved for a while": "暂时不需要证明的原因",
    "withdraw what was recorded": "撤回已有的记录",
    "{path}: {proved} of {total} criteria are "
    "proved ({percent} %).": "{path}：{total} 条验收标准中已证明 {proved} 条（{percent}%）。",
    "Commit it: `shall gate` fails if one of them is no longer proved.": (
        "请提交此文件：其中任何一条不再得到证明时，`shall gate` 将失败。"
    ),
    "Check the coverage of the requirements, for CI.": "检查需求的覆盖情况，用于 CI。",
    "Record what is proved, so that the gate reports what is lost.": (
        "将已证明的内容写入基线，供门禁防止退步。"
    ),
    "Show what changed between two baselines or commits.": "显示两个基线或提交之间的变化。",
    "--moved takes no criterion: it follows all "
    "that moved.": "--moved 不接受验收标准：它会更新所有编号有变动的链接。",
    "Name a criterion and a case: shall link "
    "auth#1.2 tests/cases/a.yaml.": "请指定验收标准和用例：shall link auth#1.2 tests/cases/a.yaml"
    "。",
    "{path} verifies {key} already.": "{path} 已经验证 {key}。",
    "No criterion that is verified has moved.": "被验证的验收标准编号均无变动。",
    "{path} is updated.": "已更新 {path}。",
    "Dropped {count} {plural} that newer ones replaced; the originals are in {folder}.": (
        "已删除 {count} 行被较新记录取代的证据；原文件保存在 {folder}。"
    ),
    "No line is replaced by a newer one.": "没有被较新记录取代的行。",
    "Shorten the committed evidence.": "精简已提交的证据。",
    "Drop the lines that newer ones replaced.": "删除被较新记录取代的行。",
    "Record the reports of other test runners as evidence.": "将其他测试工具的报告记录为证据。",
    "{file} changed after the report was written. Run the tests.": (
        "{file} 的修改晚于报告，报告不能说明它的情况。请重新运行测试。"
    ),
    "{file} was written while the tests ran, so nothing is recorded for it. Run them again.": (
        "{file} 在测试运行期间被修改，因此没有记录它的结果。请重新运行测试。"
    ),
    "{test} sets a tracer of its own: whether it reached a check is not known.": (
        "{test} 自行设置了跟踪函数，无法得知它是否执行到断言。"
    ),
    "{test} is not recorded for {key}: a symbolic link leads to its file, "
    "and links to tests are not followed. Run the file where it lies, or copy it.": (
        "{test} 没有记入 {key}：它的文件是经符号链接找到的，而测试文件的符号链接不会被跟随。"
        "请直接运行链接指向的文件，或者把它复制过来。"
    ),
    "{test} is not recorded for {key}: no mark that is written in its file names it.": (
        "未记录 {test} 对 {key} 的结果：其文件中没有写明该验收标准的标记。"
    ),
    "Marked tests that passed are recorded as skipped: python -O leaves out assertions.": (
        "python -O 不执行断言，因此通过的带标记测试按跳过记录。"
    ),
    "{test} is not recorded: {count} of its {all} parameter sets ran.": (
        "{test} 的结果未记录：{all} 组参数只运行了 {count} 组。"
    ),
    "{test} is not in the report, so its last outcome stays. Run it, or add --complete where the"
    " report lists all tests.": (
        "报告中没有 {test}，因此保留其上一次的结果。请运行它；"
        "若报告已列出全部测试，请加上 --complete。"
    ),
    "{test} is not proof yet: {count} of its {every} parameter sets are recorded.": (
        "{test} 尚不构成证明：{every} 组参数只记录了 {count} 组的结果。"
    ),
    "The report has no test {test}, so the comments at it are not proof.": (
        "报告中没有测试 {test}，因此其注释不构成证明。"
    ),
    "{test} has another outcome, newer than the report. Run the test.": (
        "{test} 已有与报告不同且更新的结果。请重新运行该测试。"
    ),
    "No test of {count} names a known criterion. Write a property requirement, the"
    " key into the name of the test, or a comment `verifies: KEY` above it.": (
        "{count} 个测试均未指明已知的验收标准。请添加 requirement 属性，将编号写入测试名称，"
        "或在测试上方写注释 `verifies: KEY`。"
    ),
    "JUnit XML": "JUnit XML 报告",
    "recorded tests that are not listed are gone": "已记录但未列出的测试视为已删除",
    "where the tests ran": "测试运行所在的环境",
    "Print the JSON Schema of case files, for editors.": "输出用例文件的 JSON Schema，"
    "供编辑器使用。",
    "Write drafts of tests from criteria.": "根据验收标准生成测试草稿。",
    "criteria or features (default: all)": "验收标准或功能（默认：全部）",
    "take bodies of requests from this OpenAPI document": "请求体取自此 OpenAPI 文档",
    "also for criteria that have a case or test": "已有用例或测试的标准也生成",
    "print the drafts, write nothing": "只输出草稿，不写入文件",
    "Queries of databases: {queries}.": "数据库查询：{queries} 个。",
    "once for each item": "每项一次",
    "at most {times} times": "最多 {times} 次",
    "Nothing was written.": "未写入任何文件。",
    "Drafts: {drafts}. Left out: {left_out}. Criteria with a case or test: {tested}.": (
        "草稿：{drafts} 个。未生成：{left_out} 个。已有用例或测试的标准：{tested} 条。"
    ),
    "Drafts prove nothing: fill in what is marked TODO, which `shall lint` lists.": (
        "草稿不能证明任何标准：请填写标有 TODO 的内容，`shall lint` 会逐一列出。"
    ),
    "{key} was left out. {reason}": "未为 {key} 生成草稿：{reason}",
    "It names no HTTP method and path that the system is to answer.": (
        "其中没有写明由系统应答的 HTTP 方法和路径。"
    ),
    "It is {what}.": "其状态为{what}。",
    "{path} exists.": "{path} 已存在。",
    "No case can be made of it: {reason}": "无法据此生成用例：{reason}",
    "It is a property: `shall generate` writes a test for pytest.": (
        "这是性质类标准：`shall generate` 会生成 pytest 测试。"
    ),
    "write it to the folder of cases instead": "改为写入用例目录",
    "Written: {path}.": "已写入：{path}。",
    "Merge the reports of all shards into one run.": "将所有分片的报告合并为一次运行。",
    "JSON reports of the shards": "各分片的 JSON 报告",
    "Write reports of a stored run.": "生成已保存的运行的报告。",
    "Check how requirements and cases are written.": "检查需求和用例的写法。",
    "Write into a case which criterion it verifies.": "将用例所验证的验收标准写入用例。",
    "a baseline file or a commit (the baseline)": "基线文件或提交（默认：基线）",
    "a baseline file or a commit (the project as it is)": "基线文件或提交（默认：当前项目）",
    "a case file": "用例文件",
    "compare with this baseline or commit, "
    "instead of the committed baseline": "与此基线或提交比较，代替已提交的基线",
    "correct what is mechanical": "修正可以自动修正的问题",
    "describe a rule, by code or name": "说明一条规则（代码或名称）",
    "documents, cases or folders (all)": "文档、用例或目录（默认：全部）",
    "exit status 1 for warnings as well": "有警告时也以退出码 1 结束",
    "follow the criteria whose text has another key now": "更新内容已改用其他编号的链接",
    "id of a run (the newest)": "运行 ID（默认：最近一次）",
    "list the rules": "列出规则",
    "output format": "输出格式",
    "show the edits and write nothing": "仅显示修改，不写入文件",
    "show what --fix would change, and write nothing": "显示 --fix 将作的修改，不写入文件",
    "such as auth#1.2": "例如 auth#1.2",
    "the least serious findings that are shown (warning)": "显示的最低严重程度（默认：warning）",
    "write it here, and a line to the terminal": "写入此文件，并在终端显示一行结论",
    "{flag} {pair} has no value.": "{flag} {pair} 没有值。",
    "environment of shall.yaml that the cases run in": "运行用例的环境（在 shall.yaml 中定义）",
    "base URL of the service; overrides the host of a case": "服务的基础 URL，覆盖用例中的 host",
    "run only cases with a tag, or tags such as 'a and not b'": "仅运行带有该标签的用例，"
    "或满足 'a and not b' 这类标签表达式的用例",
    "run only cases whose path or name has these words, such as 'order and not slow'": "仅运行"
    "路径或名称含有这些词的用例，例如 'order and not slow'",
    "run only the cases that did not pass when they last ran; all, if there are none": "仅运行"
    "上次未通过的用例；若没有则全部运行",
    "run the cases that did not pass when they last ran before the others": "先运行"
    "上次未通过的用例",
    "run the cases in a random order; the seed is shown": "以随机顺序运行用例，并显示种子",
    "run part I of N; auto/N: the part that a Kubernetes Indexed Job or GitLab names": "运行 N "
    "份中的第 I 份；auto/N：由 Kubernetes Indexed Job 或 GitLab 指定",
    "Write the name of a case, or its path as `shall list` shows it.": "请写用例的名称，"
    "或 `shall list` 显示的路径。",
    "There is no case with the name {name}.": "没有名为 {name} 的用例。",
    "Several cases have the name {name}: {files}.": "多个用例的名称是 {name}：{files}。",
    "The cases need one another: {cycle}.": "这些用例互相依赖：{cycle}。",
    "Remove one of these `needs`.": "请删除其中一处 `needs`。",
    "The case is marked with `only`, so that the others do not run.": "该用例标有 "
    "`only`，其他用例不会运行。",
    "Remove `only`: a run in CI has all cases.": "请删除 `only`：CI 中必须运行全部用例。",
    "Cases are marked with `only`.": "有用例标有 `only`。",
    "run each case N times, and show those that passed only some of the times": "每个用例运行 N "
    "次，并列出只在部分次数中通过的用例",
    "start no case after the first that does not pass": "首个用例未通过后不再启动其他用例",
    "with --shard: a JSON report of an earlier run, so that all parts take as long": "与 --shard "
    "配合：以之前运行的 JSON 报告使各份用时相近",
    "variables, JSON or text; they override "
    "those of shall.yaml": "变量（JSON 或文本），覆盖 shall.yaml 中的同名变量",
    "{path} changed after the report was written. Run the tests.": (
        "{path} 在报告生成之后有改动。请运行测试。"
    ),
    "{criterion} was expected to be tried, and no case that "
    "verifies it ran.": "预期验证 {criterion}，但没有运行任何验证它的用例。",
    "{ran} {plural} ran, not {wanted} as expected.": (
        "预期运行 {wanted} 个用例，实际运行了 {ran} 个。"
    ),
    "These files are linked to no criterion: {files}. Run all cases if they matter.": (
        "这些文件没有链接到任何验收标准：{files}。如有影响，请运行全部用例。"
    ),
    "changes since this commit (HEAD)": "自该提交以来的改动（默认 HEAD）",
    "exit with status 1 unless N cases run": "运行的用例数不是 N 时，以退出码 1 结束",
    "exit status 1 if this criterion is not tried; may be "
    "repeated": "未验证该验收标准时，以退出码 1 结束；可重复指定",
    "files or criteria": "文件或验收标准",
    "run only the cases that a change touches": "只运行改动涉及的用例",
    "with --impacted: changes since "
    "this commit (HEAD)": "与 --impacted 一起使用：自该提交以来的改动（默认 HEAD）",
    "Show which criteria, cases and tests a change "
    "touches.": "显示一次改动涉及哪些验收标准、用例和测试。",
    "Name files and criteria, or a commit with --since, not "
    "both.": "请指定文件和验收标准，或用 --since 指定提交，二者不能同时使用。",
    "No criterion, case or test is touched.": "没有涉及任何验收标准、用例或测试。",
    "--since requires --impacted.": "--since 只能与 --impacted 一起使用。",
    "--impacted chooses the cases and cannot be combined with paths.": (
        "--impacted 会自行选择用例，不能再指定路径。"
    ),
    "Run these tests with pytest: {tests}.": "请用 pytest 运行这些测试：{tests}。",
    "No case is touched, so none runs.": "没有涉及任何用例，因此不运行。",
    "{criterion} names {named}, which none of its cases and tests "
    "checks.": "{criterion} 提到 {named}，但它的用例和测试都没有检查。",
    "Check it in a case or test that verifies the "
    "criterion.": "请在验证该验收标准的用例或测试中检查它。",
    "Pass one of them: {paths}.": "请指定其中之一：{paths}。",
    "Write {path} first.": "请先编写 {path}。",
    "There are {count} documents of requirements.": "共有 {count} 份需求文档。",
    "There are {count} designs.": "共有 {count} 份设计文档。",
    "Unknown layout {layout}.": "未知的布局 {layout}。",
    "pages for browsers, over HTTP; --no-pages serves none": (
        "通过 HTTP 提供浏览器页面；--no-pages 则不提供"
    ),
    "core: the usual tools; all: also those of the workflow": (
        "core：常用工具；all：另含工作流工具"
    ),
    "Record the approval of the text of documents.": "记录文档的当前文本已获批准。",
    "requirements, design or tasks": "需求、设计或任务文档",
    "ask for it instead": "改为申请批准",
    "reject it instead": "改为驳回",
    "only show it; exit with 1 unless all are approved": "仅查看；未全部批准时退出码为 1",
    "why, or what to change": "理由，或需要修改的内容",
    "Nobody approved {path}.": "{path} 尚无人批准。",
    "{path} was changed since {day}: what {by} decided about it no longer counts.": (
        "{path} 在 {day} 之后已有改动，{by} 当时的决定不再有效。"
    ),
    "{by} asked for the approval of {path} on {day}.": "{by} 申请批准 {path}（{day}）。",
    "{path} was rejected by {by} on {day}.": "{path} 已被 {by} 驳回（{day}）。",
    "{path} was approved by {by} on {day}.": "{path} 已由 {by} 批准（{day}）。",
    "{path} is not a document of requirements, design or tasks.": (
        "{path} 不是需求、设计或任务文档。"
    ),
    "Name a document of a spec, such as specs/auth/requirements.md.": (
        "请指定规格文档，例如 specs/auth/requirements.md。"
    ),
    "The note has more than {limit} characters.": "备注超过 {limit} 个字符。",
    "{path} is approved by {by}.": "{path} 已由 {by} 批准。",
    "Ask again after it was changed.": "文档改动后再申请。",
    "List test cases with their tags and criteria.": "列出测试用例及其标签和验收标准。",
    "Cases: {count}.": "用例：{count} 个。",
    "show the requests, and send and record nothing": "显示将要发送的请求，不发送也不记录",
    "Nothing was sent. Cases: {count}. Requests: {requests}.": "未发送任何请求。用例：{count} 个；"
    "请求：{requests} 个。",
    "Write a test case for another tool.": "将测试用例导出为其他工具的格式。",
    "Set these environment variables: {names}.": "请设置以下环境变量：{names}。",
    "Left out: {part}.": "未能导出：{part}。",
    "{name} replaces {place}.": "{name} 代替此处的机密值：{place}。",
    "{file} is not an API case, so it cannot be exported.": "{file} 不是 API 用例，无法导出。",
    "Print a script that completes commands in a shell.": "输出 shell 命令补全脚本。",
    "write to FILE (default: print)": "写入 FILE（默认输出到终端）",
}
