"""Problems of files, workspaces and stored state in Chinese."""

STATE: dict[str, str] = {
    "{folder} is ignored: the project is {root}. To make {folder2} a project of its own, "
    "create {folder3}; it may be empty.": "{folder} 未被使用：项目根目录是 {root}。如要让 "
    "{folder2} 成为独立项目，请创建 {folder3}，内容可为空。",
    "These workspaces are not folders: {missing}.": "以下工作区不是目录：{missing}。",
    "{own} connections are open for this caller, "
    "{total} for all.": "此调用者已打开 {own} 个连接，总计 {total} 个。",
    "Disconnect unused connections; silent ones "
    "end after {dropped_after_s} s.": "请断开不用的连接；无活动的连接会在 {dropped_after_s} 秒后关"
    "闭。",
    "{name} changed since it was read: runs of this server use its former variables.": (
        "{name} 在读取之后有改动：本服务执行的用例用的仍是旧的变量值。"
    ),
    "Restart the server.": "请重启服务。",
    "This line is ignored because it cannot be read: {reason}.": (
        "此行无法读取，因此不计入：{reason}。"
    ),
    "Resolve the merge, restore the line from git, or upgrade shall. "
    "Delete it if it was never committed.": (
        "请解决合并冲突、从 git 恢复此行，或升级 shall。若从未提交过，请删除此行。"
    ),
    "Run `shall doctor`.": "请运行 `shall doctor`。",
    "The database {path} cannot be used: {reason}.": "数据库 {path} 不可用：{reason}。",
    "Make it writable, or choose another state "
    "folder with SHALL_STATE_DIR.": "请将其设为可写，或用 SHALL_STATE_DIR 指定其他状态目录。",
    "This server is read-only, and its workspace "
    "has no state.": "此服务器为只读，且工作区没有状态数据。",
    "Run `shall init` in the workspace, or serve "
    "without --read-only.": "请在工作区中运行 `shall init`，或启动时不加 --read-only。",
    "The workspace is closed.": "工作区已关闭。",
    "Retry the call.": "请重新调用。",
    "{path} has been locked by another process "
    "for {wait_s} s.": "{path} 被其他进程锁定已达 {wait_s} 秒。",
    "Try again, or end the process that holds the lock.": "请重试，或结束持有锁的进程。",
    "{name} cannot be locked: {reason}.": "无法锁定 {name}：{reason}。",
    "The state in {parent} is in use by another "
    "process.": "{parent} 中的状态数据正被其他进程使用。",
    "Choose a state folder on a local disk with "
    "SHALL_STATE_DIR.": "请用 SHALL_STATE_DIR 指定本地磁盘上的状态目录。",
    "Choose a writable folder with SHALL_STATE_DIR.": "请用 SHALL_STATE_DIR 指定可写的目录。",
    "Stop the server that uses it, and try again.": "请停止正在使用它的服务器，然后重试。",
    "{name} has schema version {version}; this "
    "release of shall knows versions up to "
    "{newest}.": "{name} 的数据库版本为 {version}，此版本的 shall 最高支持 {newest}。",
    "Upgrade shall, or choose another state "
    "folder with SHALL_STATE_DIR.": "请升级 shall，或用 SHALL_STATE_DIR 指定其他状态目录。",
    "The store {path} was replaced while it was opened.": "打开存储 {path} 时它被替换了。",
    "Do not rename the folders of a workspace "
    "while a server works in it.": "服务器使用工作区期间，请勿重命名其中的目录。",
    "A case of this run cannot be read: {error}.": "此次运行的一个用例结果无法读取：{error}。",
    "A run with the id {run_id} is already stored.": "ID 为 {run_id} 的运行已存在。",
    "The store has no run {run_id}.": "存储中没有运行 {run_id}。",
    "It was never started, or was deleted.": "它从未启动，或已被删除。",
    "The store {path} cannot be repaired: {reason}.": "无法修复存储 {path}：{reason}。",
    "{path} cannot be repaired: {reason}.": "无法修复 {path}：{reason}。",
    "Make its folder writable; nothing was deleted.": "请将其目录设为可写；未删除任何内容。",
    "Run `shall doctor --repair`: it retains the "
    "file and recovers readable data.": "请运行 `shall doctor --repair`：原文件会保留，可读取的数"
    "据会恢复。",
    "Check that its folder exists and is writable.": "请检查其目录是否存在且可写。",
    "The store {path} {reason}.": "存储 {path} {reason}。",
    "The store {path} cannot be opened: {reason}.": "无法打开存储 {path}：{reason}。",
    "{folder} belongs to the user {name}, who "
    "could not open files of another user.": "{folder} 属于用户 {name}，该用户将无法打开其他用户的"
    "文件。",
    "Run the command as that user: sudo -u "
    "{name} shall ...": "请以该用户身份运行命令：sudo -u {name} shall ...",
    "The state folder {path} cannot be written: {reason}.": "无法写入状态目录 {path}：{reason}。",
    "The key {path} cannot be read: {reason}.": "无法读取密钥 {path}：{reason}。",
    "{path} is {given}, not a plain file.": "{path} 是{given}，不是普通文件。",
    "{path} is a hard link: it may be a file "
    "outside the workspace.": "{path} 是硬链接，可能指向工作区之外的文件。",
    "{path} is the workspace itself, not a file in it.": "{path} 是工作区本身，而不是其中的文件。",
    "{path} is {given}, not a folder.": "{path} 是{given}，不是目录。",
    "Replace it by a copy.": "请换成一份副本。",
    "Name a plain file in the project, such as a copy.": "请指定项目中的普通文件，例如一份副本。",
    "The folder {root} cannot be opened: {reason}.": "无法打开目录 {root}：{reason}。",
    "The text for {path} contains a lone surrogate.": "要写入 {path} 的文本含有不成对的代理字符。",
    "{path} is a file, not a folder.": "{path} 是文件，不是目录。",
    "Save the file as UTF-8.": "请将文件保存为 UTF-8。",
    "Use overwrite to replace it.": "如需替换，请使用 overwrite。",
    "{path} is outside the workspace {roots}.": "{path} 位于工作区 {roots} 之外。",
    "Use a path inside it, or add its folder "
    "with --workspace.": "请使用工作区内的路径，或用 --workspace 添加其目录。",
    "{relative} belongs to the operator; tools "
    "may not write it.": "{relative} 归管理员所有，工具不能写入。",
    "Use a path relative to the workspace, with /.": "请使用相对于工作区的路径，以 / 分隔。",
    "Ask the operator to change it.": "请管理员修改。",
    "{names} may contain secrets; tools may not read it.": "{names} 可能含有机密，工具不能读取。",
    "Ask the operator for the values you need.": "请向管理员索取所需的值。",
    "The server's own workspace {folder} cannot "
    "be created: {reason}.": "无法创建服务器自己的工作区 {folder}：{reason}。",
    "Choose a folder with --workspace, or set "
    "StateDirectory= in the unit.": "请用 --workspace 指定目录，或在服务单元中设置 StateDirectory="
    "。",
    "Start the server with --workspace {folder}, or set SHALL_WORKSPACES={folder2} in its "
    "environment.": "请用 --workspace {folder} 启动服务器，或在其环境中设置 "
    "SHALL_WORKSPACES={folder2}。",
    "{python_path} is not a Python interpreter "
    "of this workspace.": "{python_path} 不是此工作区的 Python 解释器。",
    "The workspace {argument} is not inside an "
    "allowed folder.": "工作区 {argument} 不在允许的目录内。",
    "The workspace {argument} is a "
    "version-control folder or a state folder.": "工作区 {argument} 是版本控制目录或状态目录。",
    "Name one in a virtual environment inside "
    "{root}, or allow it with SHALL_INTERPRETERS.": "请指定 {root} 内虚拟环境的解释器，或用 "
    "SHALL_INTERPRETERS 允许它。",
    "The workspace {folder} {reason}.": "工作区 {folder} {reason}。",
    "The workspace {argument} is not a valid "
    "path: {reason}.": "工作区 {argument} 不是有效的路径：{reason}。",
    "No workspace is configured, and {current} "
    "is too broad to be one.": "未配置工作区，而 {current} 范围过大，不能作为工作区。",
    "{most_in_use} workspaces are in use.": "已有 {most_in_use} 个工作区在使用中。",
    "{path} is not written: {reason}.": "未写入 {path}：{reason}。",
    "{path} is not deleted: {reason}.": "不会删除 {path}：{reason}。",
    "The operator names folders for it in shall.yaml, such as "
    "`scratch: [out]`.": "可删除的目录由管理员在 shall.yaml 中指定，例如 `scratch: [out]`。",
    "Choose a document in {folders}.": "请选择 {folders} 中的文档。",
    "The {what} in {folder} cannot be used: {reason}.": "{folder} 中的{what}不可用：{reason}。",
    "Make it writable, or name another state "
    "folder with SHALL_STATE_DIR.": "请将其设为可写，或用 SHALL_STATE_DIR 指定其他状态目录。",
    "Git cannot compare with {commit}.": "Git 未能给出与 {commit} 的差异。",
    "{folder} is not in a git repository.": "{folder} 不在 git 仓库中。",
    "Create one with `git init`, and commit.": "请用 `git init` 创建仓库并提交。",
    "This repository has no commit yet.": "此仓库还没有提交。",
    "Commit first.": "请先提交。",
    "{name} is neither a file nor a commit of "
    "this repository.": "{name} 既不是文件，也不是此仓库的提交。",
    "Name a baseline file, a branch, a tag or a "
    "commit; fetch it first in a shallow clone.": "请指定基线文件、分支、标签或提交；浅克隆需要先"
    "获取。",
    "{name} is not a commit of this repository, or the "
    "project is in none.": "{name} 不是此仓库的提交，或者项目不在 git 仓库中。",
    "Name a commit, a branch or a tag.": "请填写提交、分支或标签。",
    "Git does not list the files of {commit}.": "Git 未能列出 {commit} 的文件。",
    "The files of {commit} exceed {limit}.": "{commit} 的文件超过 {limit}。",
    "Git does not show the files of {commit}.": "Git 未能读取 {commit} 的文件。",
    "Git does not have {path} of {commit}.": "Git 中没有 {commit} 的 {path}。",
    "The run has {total} cases; such a file may have at most {most}.": "该运行有 {total} 个用例，"
    "此类文件最多包含 {most} 个。",
    "Write it with `shall report {run_id} --{name} FILE`.": "请用"
    " `shall report {run_id} --{name} FILE` 生成。",
}
