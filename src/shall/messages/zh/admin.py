"""The doctor, backups, certificates, clients and tokens in Chinese."""

ADMIN: dict[str, str] = {
    "No state was found in {state}.": "在 {state} 中未找到状态数据。",
    "The folder {parent} does not exist.": "目录 {parent} 不存在。",
    "{target} is inside the state folder.": "{target} 位于状态目录内。",
    "{target} already exists.": "{target} 已存在。",
    "{target} cannot be written: {reason}.": "无法写入 {target}：{reason}。",
    "Choose a project with --workspace, or a state folder with SHALL_STATE_DIR "
    "(mcp_server_spec: logs/shall).": "请用 --workspace 指定项目，或用 SHALL_STATE_DIR 指定状态目"
    "录（mcp_server_spec 为 logs/shall）。",
    "Create it first.": "请先创建。",
    "Choose a file outside it.": "请选择状态目录之外的文件。",
    "Choose another file with --to.": "请用 --to 指定其他文件。",
    "A newer release of shall wrote this backup "
    "(format {held}).": "此备份由更新版本的 shall 写入（格式 {held}）。",
    "The manifest of the backup cannot be read: {reason}.": "无法读取备份清单：{reason}。",
    "Upgrade shall.": "请升级 shall。",
    "{cert} cannot be used: {reason}.": "无法使用 {cert}：{reason}。",
    "The key {key} does not belong to the certificate {cert}.": "密钥 {key} 与证书 {cert} 不匹配。",
    "{cert} and {key} cannot be used: {reason}.": "无法使用 {cert} 和 {key}：{reason}。",
    "{filename} cannot be read: {reason}.": "无法读取 {filename}：{reason}。",
    "{cert} has expired.": "{cert} 已过期。",
    "{cert} is not valid yet.": "{cert} 尚未生效。",
    "Create another certificate.": "请重新生成证书。",
    "{folder} cannot be created.": "无法创建 {folder}。",
    "Make its folder writable, or choose another one with SHALL_STATE_DIR.": (
        "请将其所在目录设为可写，或用 SHALL_STATE_DIR 指定其他目录。"
    ),
    "Both must be PEM files; the key must have "
    "no password.": "两者都必须是 PEM 文件，且密钥不能有密码。",
    "Check the path and its permissions.": "请检查路径及其权限。",
    "Renew it.": "请更换证书。",
    "Check the clock of this machine.": "请检查本机的时钟。",
    "Use the key of this certificate.": "请使用与此证书匹配的密钥。",
    "It is not a JSON object.": "它不是 JSON 对象。",
    "It cannot be changed without affecting other settings.": "修改它会影响其他设置。",
    "It {reason}.": "它{reason}。",
    "Its {section} has an unexpected type.": "其中 {section} 的类型不符合预期。",
    "It is not TOML ({reason}).": "它不是 TOML（{reason}）。",
    "The client reads the token from the "
    "environment variable {variable}.": "客户端从环境变量 {variable} 读取令牌。",
    "Start Claude Code in the project; /mcp "
    "shows the server.": "请在项目中启动 Claude Code，输入 /mcp 可看到该服务器。",
    "Quit Claude Desktop and start it again.": "请退出并重新启动 Claude Desktop。",
    "Restart Cursor and enable the server under MCP.": (
        "请重启 Cursor，并在 MCP 设置中启用该服务器。"
    ),
    'Run "MCP: List Servers" in VS Code and '
    "start the server.": "请在 VS Code 中运行“MCP: List Servers”并启动该服务器。",
    "Press Refresh among the MCP servers of "
    "Cascade.": "请在 Cascade 的 MCP 服务器列表中点击 Refresh。",
    "Start Codex again; a project's file counts "
    "only in a project that is trusted.": "请重新启动 Codex；项目中的配置文件仅在受信任的项目中生"
    "效。",
    "VS Code asks for the token once and stores it; the file contains none.": (
        "VS Code 会询问一次令牌并自行保存，配置文件中不含令牌。"
    ),
    "{title} has no configuration for one {scope}.": "{title} 不支持范围为 {scope} 的配置。",
    "The configuration file of {title} cannot "
    "contain a server at a URL.": "{title} 的配置文件不支持以 URL 方式连接的服务器。",
    "Omit --scope, or use --scope "
    "{default_scope}.": "请省略 --scope，或使用 --scope {default_scope}。",
    "Add it under Settings > Connectors, or omit "
    "--url.": "请在 Settings > Connectors 中添加，或省略 --url。",
    "Run `shall doctor --repair`.": "请运行 `shall doctor --repair`。",
    "Make it writable, or choose another folder "
    "with SHALL_STATE_DIR.": "请将其设为可写，或用 SHALL_STATE_DIR 指定其他目录。",
    "{database} has schema version {version}, "
    "newer than this release supports.": "{database} 的数据库版本为 {version}，高于此版本所支持的"
    "版本。",
    "A backup or restore was interrupted. Delete "
    "the files if none is running.": "有备份或恢复操作被中断。如果当前没有此类操作，请删除这些文件"
    "。",
    "Missing: {missing}.": "缺少：{missing}。",
    "Install shall again with pip.": "请用 pip 重新安装 shall。",
    "{folder} does not exist yet.": "{folder} 尚不存在。",
    "The first run or `shall init` creates it.": "首次运行或 `shall init` 时会创建。",
    "Free some space. Results that cannot be "
    "written are lost.": "请清理磁盘空间。无法写入的结果会丢失。",
    "Another server may be running. Choose "
    "another port with --port.": "可能有其他服务正在运行。请用 --port 指定其他端口。",
    "{set_one} is set, {other} is not.": "设置了 {set_one}，但未设置 {other}。",
    "Set {other} too.": "请同时设置 {other}。",
    "Renew it, then send the server SIGHUP.": "请更换证书，然后向服务器发送 SIGHUP。",
    "{folder} is not a folder.": "{folder} 不是目录。",
    "Choose a project with --workspace.": "请用 --workspace 指定项目。",
    "Upgrade shall, or choose another folder "
    "with SHALL_STATE_DIR.": "请升级 shall，或用 SHALL_STATE_DIR 指定其他目录。",
    "{file} is not a file.": "{file} 不是文件。",
    "Create it with `shall token new`.": "请运行 `shall token new` 创建。",
    "Check the permissions.": "请检查权限。",
    "{folder} is too broad.": "{folder} 范围过大。",
    "Move it away, or make it readable.": "请将其移走，或设为可读。",
    "{where} cannot be bound: {reason}.": "无法监听 {where}：{reason}。",
    "Other users can read {file}.": "其他用户可以读取 {file}。",
    "{named} is a symbolic link out of the "
    "project, to {file}.": "{named} 是指向项目之外的符号链接，目标为 {file}。",
    "Remove the link, or use --scope user.": "请删除该链接，或使用 --scope user。",
    "Move it away.": "请将其移走。",
    "{file} was not changed: it is not UTF-8 text.": "未修改 {file}：它不是 UTF-8 文本。",
    "{file} is larger than {max_bytes}.": "{file} 超过 {max_bytes}。",
    "The file {archive} does not exist.": "文件 {archive} 不存在。",
    "{archive} is not a backup: it has no {manifest}.": "{archive} 不是备份文件：缺少 {manifest}。",
    "The backup contains {name}, which is not a plain file.": "备份中的 {name} 不是普通文件。",
    "The backup contains {name}, which leads outside the state.": (
        "备份中的 {name} 指向状态目录之外。"
    ),
    "The backup contains {name} twice.": "备份中 {name} 出现了两次。",
    "The disk has not enough free space for the backup.": "磁盘空间不足，无法恢复此备份。",
    "The backup contains more than {max_files} files.": "备份中的文件超过 {max_files} 个。",
    "The manifest of the backup cannot be read.": "无法读取备份清单。",
    "The database of the backup is damaged: {damage}.": "备份中的数据库已损坏：{damage}。",
    "The backup has schema version {version}; this release of shall ({version2} wrote it) "
    "knows versions up to {newest}.": "备份的数据库版本为 {version}（由 shall {version2} 写入），"
    "此版本最高支持 {newest}。",
    "{archive} is not a whole backup: {reason}.": "{archive} 不是完整的备份：{reason}。",
    "{archive} cannot be restored: {reason}.": "无法恢复 {archive}：{reason}。",
    "Free some space and try again.": "请清理磁盘空间后重试。",
    "The backup is damaged: it contains something after its last file.": (
        "备份已损坏：最后一个文件之后还有多余的内容。"
    ),
    "The backup is damaged: it {given} {paths} "
    "against its manifest.": "备份已损坏：与清单相比，{given} {paths}。",
    "Use another backup.": "请使用其他备份。",
    "{reason} Or use --force.": "{reason}或使用 --force。",
    "{expires} is in the past.": "{expires} 已是过去的时间。",
    "{path} contains one plain token, not a list "
    "of tokens.": "{path} 是单个明文令牌，而不是令牌列表。",
    "The name {name} cannot be used: {reason}.": "名称 {name} 不可用：{reason}。",
    "{path} has a token {name} already.": "{path} 中已有令牌 {name}。",
    "{path} has no token {name}.": "{path} 中没有令牌 {name}。",
    "Choose another file with --file.": "请用 --file 指定其他文件。",
    "Choose another name, or revoke it first: "
    "shall token revoke {name}.": "请换一个名称，或先撤销它：shall token revoke {name}。",
    "It is missing.": "缺少该字段。",
    "A line has either sha256= or cert=.": "每行只能有 sha256= 或 cert= 之一。",
    "It is empty.": "该字段为空。",
    "A quotation mark is not closed.": "引号未闭合。",
    "Did you mean {near}=?": "是否指 {near}=？",
    "Unknown field.": "未知字段。",
    "It is given twice.": "该字段出现了两次。",
    "Line {line} has the same name.": "与第 {line} 行的名称相同。",
    "Line {line} is the same token.": "与第 {line} 行是同一个令牌。",
    "A token file cannot hold the path {folder}.": "令牌文件无法保存路径 {folder}。",
    "This concerns all workspaces, and the token is limited to some.": (
        "这涉及所有工作区，而该令牌只能用于其中一部分。"
    ),
    "The token may not use the workspace {argument}.": "该令牌无权使用工作区 {argument}。",
    "The folder {argument} is part of a project that the token may not use.": (
        "目录 {argument} 属于一个该令牌无权使用的项目。"
    ),
    "Create {folder}/shall.yaml to make the folder a project of its own, it may be empty.": (
        "创建 {folder}/shall.yaml（可以为空），使该目录成为独立的项目。"
    ),
}
