"""Meanings and problems of settings in Chinese."""

SETTINGS: dict[str, str] = {
    "where `--notify` sends a summary, and when: failure (default), change or always": (
        "`--notify` 把摘要发往何处、何时发送：failure（默认）、change 或 always"
    ),
    "not the keys when and to": "不是键 when 和 to",
    "unknown key {key}; known are when, to": "未知的键 {key}；可用的有 when、to",
    "when must be one of {names}": "when 必须是 {names} 之一",
    "to must be names with the source of an address each, such as team: {{environment: ROBOT}}": (
        "to 必须是名称及各自的地址来源，例如 team: {{environment: ROBOT}}"
    ),
    "not keys and values with a `webhook`": "不是带 `webhook` 的键值对",
    "not the URL of a robot": "不是机器人的 URL",
    "shared steps that run before the first case; if they do not pass, no case runs": (
        "在第一个用例之前运行的共享步骤；若未通过，则不运行任何用例"
    ),
    "shared steps that run after the last case": "在最后一个用例之后运行的共享步骤",
    "folders of the workspace in which teardowns of cases may delete files "
    "(out)": "工作区中允许用例的清理删除文件的目录（out）",
    "There is no project {name}.": "没有项目 {name}。",
    "{keys} needs a login, and has none.": "{keys} 需要登录，但没有 login。",
    "{keys} names no host and database.": "{keys} 没有写明 host 和 database。",
    "{name} is ignored: {reason}.": "{name} 被忽略：{reason}。",
    "{name} is ignored.": "{name} 被忽略。",
    "{keys} cannot be used: {reason}.": "{keys} 无法使用：{reason}。",
    "the project is not a scene": "该项目不是场景",
    "not names of environments with keys and values each": "不是环境名，或环境下不是键值对",
    "no name that an expression can read": "不是表达式能读取的名称",
    "not a list of projects": "不是项目列表",
    "not a URL": "不是 URL",
    "not names with a value each": "不是名称与值",
    "none of {names}": "不是 {names} 之一",
    "no port": "不是端口",
    "Unknown key {key}.": "未知的键 {key}。",
    "{file_name} must contain keys and values.": "{file_name} 的内容必须是键值对。",
    "Write it as {elsewhere}.": "请写作 {elsewhere}。",
    "{name} is not read.": "{name} 不会被读取。",
    "Settings are in {name}: rename it, or move its keys there.": (
        "设置位于 {name}：请重命名该文件，或将其中的键移入。"
    ),
    "flag {name}: {reason}": "选项 {name}：{reason}",
    "environment {name}: {reason}": "环境变量 {name}：{reason}",
    "{name} is {shown}: {reason}.": "{name} 的值 {shown} 无效：{reason}。",
    "The setting {name} cannot be used. {reason}": "无法使用设置 {name}。{reason}",
    "The setting {name} cannot be used: {reason}.": "无法使用设置 {name}：{reason}。",
    "workspace folders, separated by the path separator": "工作区目录，多个目录以路径分隔符分隔",
    "state folder, relative to the workspace (.shall)": "状态目录，相对于工作区（.shall）",
    "base URL of the service, for cases that "
    "name no host": "服务的基础 URL，用于未指定 host 的用例",
    "credentials of requests, as `auth` of a case; a case or a step replaces them": (
        "请求的认证信息，写法同用例的 `auth`；用例或步骤可以替换"
    ),
    "TLS and other options of connections, as `connection` of a case": (
        "TLS 等连接选项，写法同用例的 `connection`"
    ),
    "databases that cases ask: a URL and the source of the password, by name": (
        "用例可查询的数据库：按名称给出 URL 和密码来源"
    ),
    "base URLs by project name, for steps with "
    "project:": "各项目的基础 URL，供带有 project: 的步骤使用",
    "variables, read as {{{{ Global.x }}}} or "
    "{{{{ x }}}}": "变量，以 {{{{ Global.x }}}} 或 {{{{ x }}}} 读取",
    "variables whose values are never shown or stored": "值永不显示也不保存的变量",
    "environment that cases run in; its name is recorded with results": "运行用例的环境，"
    "其名称随结果一并记录",
    "what an environment sets: host, projects, variables, secrets and other options of a run": ""
    "各环境的设置：host、projects、variables、secrets 及其他运行选项",
    "where the values of secrets are read: environment, file or command": "机密值的来源："
    "环境变量、文件或命令",
    "globs of requirements documents outside the "
    "known layouts (docs/req/*.md)": "已知布局之外的需求文档（通配符，如 docs/req/*.md）",
    "environments in which a criterion must be "
    "proved; default: all in which it was tried": "验收标准必须在哪些环境中得到证明；默认：所有运"
    "行过的环境",
    "cases whose headers and bodies are stored: "
    "failed (default) or all": "保存哪些用例的头部和正文：failed（默认）或 all",
    "number of processes of a large run; auto "
    "(0): by the number of cases and processors": "`shall run` 的进程数；auto（0）：由用例数和处理"
    "器数决定",
    "timeout of one request, in seconds": "单个请求的超时时间（秒）",
    "timeout of a run, in seconds": "整个运行的超时时间（秒）",
    "language of the output: en or zh; default: "
    "that of the locale": "输出语言：en 或 zh；默认由区域设置决定",
    "disable colours in the terminal": "终端中不使用颜色",
    "maximum length of an error message in a tool's answer": "工具返回的错误信息的最大长度",
    "number of runs to retain": "保留的运行数",
    "days to retain a run": "运行的保留天数",
    "Python interpreters outside the workspace "
    "that python_path may name": "python_path 可以指定的工作区之外的 Python 解释器",
    "hosts and networks that cases may send "
    "requests to; default: all but the denied "
    "ones": "用例可以访问的主机和网段；默认：除禁止的之外全部",
    "hosts and networks that cases may not send requests to": "用例不能访问的主机和网段",
    "install pytest into the workspace's own "
    "virtual environment if it is missing": "缺少 pytest 时，将其安装到工作区自己的虚拟环境中",
    "server name that is reported to clients": "向客户端报告的服务器名称",
    "public URL of the MCP endpoint, if the "
    "server is behind a proxy": "服务器位于代理之后时，MCP 端点的公开 URL",
    "secret that seals state held by clients; "
    "default: a key stored in the state folder": "加密客户端所持状态的密钥；默认：状态目录中的密钥",
    "file that the server's log is also written to": "服务器日志同时写入的文件",
    "write a log of tool calls": "记录工具调用日志",
    "folder of the call log, relative to the "
    "workspace; default: logs/ beside local state": "调用日志的目录，相对于工作区；默认：本机状态"
    "旁的 logs/",
    "file of the call log: a name in logs_root, "
    "or a path with a folder": "调用日志的文件：logs_root 中的文件名，或带目录的路径",
    "size at which the call log is rotated, in bytes": "调用日志轮转的大小（字节）",
    "days after which a rotated call log is deleted": "轮转后的调用日志的保留天数",
    "OTLP endpoint of traces (HTTP, protobuf); "
    "requires the extra otlp": "链路追踪的 OTLP 端点（HTTP、protobuf），需要安装 otlp 附加组件",
    "bearer token that clients must send; empty: "
    "no token": "客户端必须发送的 Bearer 令牌；为空表示不使用令牌",
    "URL of the authorization server's keys "
    "(JWKS), to accept its JWTs": "授权服务器公钥（JWKS）的 URL，用于验证其 JWT",
    "required issuer of a JWT": "JWT 必须匹配的签发者",
    "required audience of a JWT; default: public_url": "JWT 必须匹配的受众；默认：public_url",
    "authorities (PEM) that issue client "
    "certificates, which are then required (mTLS)": "签发客户端证书的 CA（PEM）；设置后必须提供客"
    "户端证书（mTLS）",
    "header in which a trusted proxy passes the "
    "client's verified certificate": "受信任代理用来传递已验证客户端证书的头部",
    "origins whose pages may read responses (CORS)": "其页面可以读取响应的来源（CORS）",
    "maximum size of a request body, in bytes": "请求体的最大字节数",
    "maximum size of the request headers, in bytes": "请求头的最大字节数",
    "maximum nesting depth of JSON in a request": "请求中 JSON 的最大嵌套层数",
    "maximum size of a tool's answer, in bytes": "工具返回结果的最大字节数",
    "timeout for receiving request headers, in seconds": "接收请求头的超时时间（秒）",
    "longest pause within a request body, in seconds": "请求体传输中的最长停顿（秒）",
    "timeout for receiving a request body, in seconds": "接收请求体的超时时间（秒）",
    "minimum rate of a request body after its "
    "first body_timeout_s, in bytes a second": "请求体在最初的 body_timeout_s 之后的最低速率（字节"
    "/秒）",
    "memory of a process for request bodies "
    "beyond 64 KiB each, in bytes": "进程用于超过 64 KiB 的请求体的内存（字节）",
    "maximum unauthenticated connections of a process": "进程的未认证连接数上限",
    "memory of a process for data of "
    "unauthenticated connections, in bytes": "进程用于未认证连接数据的内存（字节）",
    "requests a second of one caller; 0: no limit": "单个调用者每秒的请求数；0 表示不限",
    "burst of requests that a caller may send beyond the rate": "调用者可以超出速率的突发请求数",
    "concurrent requests of one caller, "
    "including open streams; 0: no limit": "单个调用者的并发请求数，包括打开的流；0 表示不限",
    "store of the rate limits: memory://, or "
    "redis:// for all workers and instances": "限流计数的存储：memory://，或供所有进程和实例共用"
    "的 redis://",
    "whether each proof must be of a commit "
    "without other changes": "证明是否必须来自没有其他改动的提交",
    "rules for features whose names match a glob": "适用于名称与通配符匹配的功能的规则",
    "statuses that no criterion may have": "不允许出现的验收标准状态",
    "age that no proof may exceed (90d); runs "
    "renew what is older than half of it": "证明的最长有效期（90d）；运行会更新已过半的证明",
    "per cent of the criteria that must be proved": "必须证明的验收标准百分比",
    "statuses that criteria of a level or kind "
    "must have (must: proved)": "某一级别或类别的验收标准必须具有的状态（must: proved）",
    "whether there must be a baseline: required, "
    "committed (where git has or had one) or optional": (
        "是否必须有基线：required（必须）、committed（git 中有过即必须）或 optional（可选）"
    ),
    "criteria that may name what none of their "
    "cases and tests asserts; any: no limit": "允许多少条验收标准提到未被断言的内容；any 表示不限",
    "links that may name no criterion, or "
    "several; any: no limit": "允许多少个链接指向零个或多个验收标准；any 表示不限",
    "passages that may look like requirements "
    "and not be read; any: no limit": "允许多少处像是需求但未读取的内容；any 表示不限",
    "rules of `shall lint` that do not apply": "不适用的 `shall lint` 规则",
    "rules that do not apply to some files, by glob": "对某些文件不适用的规则（按通配符）",
    "rules of `shall lint` that apply (S111, "
    "vague-term, S11); none: all": "适用的 `shall lint` 规则（S111、vague-term、S11）；默认：全部",
    "severities of rules by rule: error, warning "
    "or info": "各规则的严重程度：error、warning 或 info",
    "terms that a rule adds, by rule; one that "
    "begins with - is removed": "各规则增加的词语；以 - 开头的为删除",
}
