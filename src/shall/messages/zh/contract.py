"""Sentences about OpenAPI documents in Chinese."""

CONTRACT: dict[str, str] = {
    "Show what of an OpenAPI document a run touched.": "显示一次运行覆盖了 OpenAPI 文档的哪些"
    "部分。",
    "the document: OpenAPI 3 as YAML or JSON (`openapi` of shall.yaml)": "文档：OpenAPI 3，"
    "YAML 或 JSON 格式（默认取 shall.yaml 中的 `openapi`）",
    "OpenAPI document of the service, or a list of them: a path from the workspace, or a URL; read"
    " by `openapi: true` of a case, HTML reports, `shall cover` and `shall fuzz`": "服务的 OpenAPI "
    "文档（可为列表）：相对于工作区的路径或 URL，供用例的 `openapi: true`、HTML 报告、"
    "`shall cover` 和 `shall fuzz` 使用",
    "`openapi: true` needs the setting `openapi`, which names no document.": (
        "`openapi: true` 需要设置项 `openapi`，但其中没有指定文档。"
    ),
    "Write `openapi: openapi.yaml` in shall.yaml, or the path here.": (
        "请在 shall.yaml 中写 `openapi: openapi.yaml`，或在此处写出路径。"
    ),
    "`openapi: true` reads files; the setting `openapi` names the URL {shown}.": (
        "`openapi: true` 只读取文件，而设置项 `openapi` 指定的是 URL {shown}。"
    ),
    "Save the document in the project, and name its path.": "请将文档保存到项目中并填写其路径。",
    "shall.yaml names several OpenAPI documents.": "shall.yaml 中指定了多个 OpenAPI 文档。",
    "Name one with --openapi.": "请用 --openapi 指定其中一个。",
    "count only requests below this URL (default: below a server path of the "
    "document)": "只统计此 URL 之下的请求（默认：文档中任一 server 路径之下的请求）",
    "exit with status 1 if the coverage is lower": "覆盖率不足时，以退出码 1 结束",
    "what --fail-under applies to (operations)": "--fail-under 针对的对象（默认 operations）",
    "operation": "操作",
    "operations": "操作",
    "requests": "请求数",
    "seen": "已覆盖",
    "not seen": "未覆盖",
    "statuses": "状态码",
    "content types": "内容类型",
    "declared": "已声明",
    "not declared": "未声明",
    "Seen, but not declared:": "出现但文档中未声明：",
    "  and {left} more.": "  另有 {left} 项。",
    "Requests that cannot be assigned, since their URL is "
    "masked: {count}.": "URL 已脱敏而无法归属的请求：{count}。",
    "Requests without a response: {count}.": "未收到响应的请求：{count}。",
    "Requests to other services: {count}.": "发往其他服务的请求：{count}。",
    "Responses whose content type was not recorded: {count}.": "未记录内容类型的响应：{count}。",
    "References that lead out of the document or nowhere: {count}. The first is "
    "{reference}.": "指向文档之外或不存在的引用：{count}，第一个是 {reference}。",
    "The document declares no operation.": "文档没有声明任何操作。",
    "No request of the run is one that the document declares. Name the URL of the service with "
    "--base-url.": "本次运行没有任何请求属于文档声明的操作。请用 --base-url 指定服务的 URL。",
    "Seen of the {what}: {percent} %; {least} % are required.": "{what}的覆盖率为 {percent}%，"
    "低于要求的 {least}%。",
    "`openapi` takes true or the path of a document, not {kind} {value}.": (
        "`openapi` 的值应为 true 或文档路径，而不是{kind} {value}。"
    ),
    "Write `openapi: true` or `openapi: specs/openapi.yaml`.": (
        "请写成 `openapi: true` 或 `openapi: specs/openapi.yaml`。"
    ),
    "Its path begins at the root of the project.": "路径从项目根目录算起。",
    "The document is larger than {size} MiB.": "文档超过 {size} MiB。",
    "The document is not UTF-8 text.": "文档不是 UTF-8 文本。",
    "The dialect {dialect} of its schemas is not supported.": "不支持其 schema 所用的方言"
    " {dialect}。",
    "The schema {place}: {reason}.": "schema {place}：{reason}。",
    "A snapshot is compared with a selector of `expect` only.": "快照只能"
    "与 `expect` 下的选择器比较。",
    "Write `expect: {{body: {{snapshot: NAME}}}}`.": "请写成"
    " `expect: {{body: {{snapshot: NAME}}}}`。",
    "write the snapshots of cases that pass, and record no evidence": "为通过的用例写入快照，不记录"
    "证据",
    "{path} was not written: its case compares several values with it.": "未写入 {path}：用例中有"
    "多个不同的值与它比较。",
    "{path} was not written: {reason}": "未写入 {path}：{reason}",
    "Wrote the snapshot {path}.": "已写入快照 {path}。",
    "Changed the snapshot {path}.": "已更新快照 {path}。",
    "No case compares with the snapshot {path}.": "没有用例使用快照 {path}。",
    "The snapshots of {key} were not written, since it did not pass.": "{key} 未通过，因此未写入其"
    "快照。",
    "A run that updates snapshots proves nothing: run again without "
    "--update-snapshots.": "更新快照的运行不作为证据：请不带 --update-snapshots 再运行一次。",
    "Test an API by its OpenAPI document with Schemathesis.": "用 Schemathesis 按 OpenAPI 文档测试"
    " API。",
    "where the API is (default: `host` of shall.yaml)": "API 的地址（默认：shall.yaml 的 `host`）",
    "generated requests of an operation at most (20)": "每个操作最多生成的请求数（默认 20）",
    "end after this many seconds, with the results until then (600)": "到达该秒数后结束，保留"
    "此前的结果（默认 600）",
    "generate the requests of an earlier run again": "重新生成之前某次运行的请求",
    "No address of the API is named.": "未指定 API 的地址。",
    "Name it with --base-url URL.": "请用 --base-url URL 指定。",
    "Fuzzing needs the extra fuzz, which is not installed.": "模糊测试需要附加依赖 fuzz，"
    "但尚未安装。",
    "Install it: pip install 'shall[fuzz]'.": "请安装：pip install 'shall[fuzz]'。",
    "The reference {reference} leads out of the document.": "引用 {reference} 指向文档之外。",
    "Schemathesis tested nothing: {reason}": "Schemathesis 没有测试任何内容：{reason}",
    "{url} is larger than {size} MiB.": "{url} 超过 {size} MiB。",
    "{url} answered with status {status}.": "{url} 返回了状态码 {status}。",
    "No OpenAPI document is named.": "没有指定 OpenAPI 文档。",
    "Pass --openapi, or set `openapi` in shall.yaml.": "请使用 --openapi，"
    "或在 shall.yaml 中设置 `openapi`。",
}
