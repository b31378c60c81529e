"""Credentials, connections and protocols in Chinese."""

PROTOCOLS: dict[str, str] = {
    "`auth` cannot be combined with a header `Authorization`.": (
        "`auth` 不能与请求头 `Authorization` 并用。"
    ),
    "Keep one of the two.": "请只保留其中之一。",
    "Unknown kind of credentials `{name}`.": "未知的认证方式 `{name}`。",
    "`oauth2` must have one grant.": "`oauth2` 必须且只能有一种授权方式。",
    "`client_in` must be 'header' or 'body'.": "`client_in` 必须是“header”或“body”。",
    "`{name}` must have one of {names}.": "`{name}` 必须包含 {names} 之一。",
    "Write `auth: {{bearer: TOKEN}}`, another kind, or `none`.": (
        "请写作 `auth: {{bearer: TOKEN}}`、其他认证方式或 `none`。"
    ),
    "`auth` must be a mapping, not {given}.": "`auth` 必须是映射，而不是{given}。",
    "`auth` must have one kind of credentials.": "`auth` 必须且只能有一种认证方式。",
    "`{name}` must be one of {known}, not '{text}'.": (
        "`{name}` 必须是 {known} 之一，而不是“{text}”。"
    ),
    "A key belongs to a certificate.": "私钥必须与证书一起使用。",
    'Write `auth: {{bearer: "{{{{ token }}}}"}}` or another kind of `auth`.': (
        '请写作 `auth: {{bearer: "{{{{ token }}}}"}}` 或其他形式的 `auth`。'
    ),
    "Write it below `connection`, such as `connection: {{ca: FILE}}`.": (
        "请写在 `connection` 之下，例如 `connection: {{ca: FILE}}`。"
    ),
    "Only `shall.yaml` may name `{name}`.": "只有 `shall.yaml` 可以指定 `{name}`。",
    "Write it below `connection` there, or of an environment.": (
        "请写在该文件的 `connection` 或某个环境的 `connection` 之下。"
    ),
    "`proxy` is not a URL of a proxy.": "`proxy` 不是代理的 URL。",
    "Write http://, https:// or socks5h://, a host and a port.": (
        "请写 http://、https:// 或 socks5h://，加主机和端口。"
    ),
    "`{name}` must be from 1 to {most}, not {value}.": (
        "`{name}` 必须在 1 到 {most} 之间，而不是 {value}。"
    ),
    "`{target}` is not a host with its port.": "`{target}` 不是“主机:端口”。",
    "Write `HOST:PORT`, such as api.example.com:443.": (
        "请写作 `HOST:PORT`，例如 api.example.com:443。"
    ),
    "A host is resolved to an IP address.": "主机只能解析为 IP 地址。",
    "Write what the event must have.": "请写出事件应有的内容。",
    "Write the address as a text, such as 127.0.0.1.": "请把地址写成文本，例如 127.0.0.1。",
    "Name the authority that signed it, in PEM, as `ca` of `connection`.": (
        "请在 `connection` 的 `ca` 中指定签发机构的证书（PEM）。"
    ),
    "Name one as `client_certificate` of `connection`, and its `key`.": (
        "请用 `connection` 的 `client_certificate` 指定证书，并用 `key` 指定私钥。"
    ),
    "Check who signed it, and when it expires.": "请检查其签发机构和有效期。",
    "Check that it listens on this port of UDP.": "请检查对方是否监听该 UDP 端口。",
    "Check `tls` of `connection`.": "请检查 `connection` 的 `tls`。",
    "Write http:// instead of https://, or correct the port.": (
        "请将 https:// 改为 http://，或更正端口。"
    ),
    "It may ask for a `client_certificate`, or have no cipher in common.": (
        "对方可能要求 `client_certificate`，或没有共同支持的加密套件。"
    ),
    "The file of `client_certificate` holds no certificate in PEM.": (
        "`client_certificate` 的文件中没有 PEM 格式的证书。"
    ),
    "Convert it to PEM with openssl, or name another file.": (
        "请用 openssl 转换为 PEM，或指定其他文件。"
    ),
    "The file of `{name}` holds no private key in PEM.": "`{name}` 的文件中没有 PEM 格式的私钥。",
    "Name the file of the key as `key`.": "请用 `key` 指定私钥文件。",
    "The private key of the client is encrypted.": "客户端的私钥已加密。",
    "Add `key_password`.": "请添加 `key_password`。",
    "{path} does not exist, and `{name}` of `connection` names it.": (
        "`connection` 的 `{name}` 指定的 {path} 不存在。"
    ),
    "Write its path from the root of the workspace.": "请填写从工作区根目录开始的路径。",
    "Check that the key belongs to the certificate, and its `key_password`.": (
        "请检查密钥是否与证书匹配，以及 `key_password` 是否正确。"
    ),
    "A certificate has no field `{argument}`.": "证书没有字段 `{argument}`。",
    "Use a pycurl built with a libcurl that supports it.": (
        "请改用以支持该功能的 libcurl 构建的 pycurl。"
    ),
    "`{name}` of `auth` contains a line break or another control character.": (
        "`auth` 的 `{name}` 含有换行符或其他控制字符。"
    ),
    "The device URL returns no `device_code`.": "设备授权地址没有返回 `device_code`。",
    "The device code was not entered in time.": "没有人在限定时间内输入设备代码。",
    "The token URL returns no `access_token`.": "令牌地址没有返回 `access_token`。",
    "The service that issues tokens answers {status}{more}.": "签发令牌的服务返回 {status}{more}。",
    "Check `auth` of the step, the case or the environment.": "请检查步骤、用例或环境的 `auth`。",
    "The installed libcurl ({version}) does not support {what}.": (
        "当前的 libcurl（{version}）不支持 {what}。"
    ),
    "A GraphQL request is sent by POST.": "GraphQL 请求用 POST 发送。",
    "Write `POST: /graphql`.": "请写作 `POST: /graphql`。",
    "Write `graphql: {{query: ...}}`.": "请写作 `graphql: {{query: ...}}`。",
    "Write `stream: true`.": "请写作 `stream: true`。",
    "Write when reading ends, such as `stream: {{count: 3, within: 5 s}}`.": (
        "请写明读取何时结束，例如 `stream: {{count: 3, within: 5 s}}`。"
    ),
    "A step that reads a stream does not repeat its request.": "读取事件流的步骤不会重复请求。",
    "Write `stream: {{until: ...}}`.": "请写作 `stream: {{until: ...}}`。",
    "`count` must be from 1 to {most}, not {count}.": (
        "`count` 必须在 1 到 {most} 之间，而不是 {count}。"
    ),
    "A condition of an event is about its `event`, `data` and `id`.": (
        "事件的条件只能针对它的 `event`、`data` 和 `id`。"
    ),
    "Write a path such as `$.data.state`.": "请写 `$.data.state` 之类的路径。",
    "The response is {other}, not {_MEDIA_TYPE}.": "响应的类型是 {other}，而不是 {_MEDIA_TYPE}。",
    "the body is not a stream of events": "响应体不是事件流",
    "true or a mapping": "true 或映射",
    "Only a WebSocket has messages.": "只有 WebSocket 才有消息。",
    "Write `WS: /path`.": "请写作 `WS: /path`。",
    "Write `WS: ADDRESS`.": "请写作 `WS: 地址`。",
    "Write `WS: /path` and `messages: [{{send: ...}}]`.": (
        "请写作 `WS: /path` 和 `messages: [{{send: ...}}]`。"
    ),
    "A step with a WebSocket takes no `{name}`.": "使用 WebSocket 的步骤不能有 `{name}`。",
    "Write what it waits for as an item of `messages`.": (
        "请把要等待的内容写成 `messages` 的一项。"
    ),
    "An item of `messages` has one of `{given}` and `{other}`.": (
        "`messages` 的一项只能有 `{given}` 和 `{other}` 之一。"
    ),
    "Write two items.": "请写成两项。",
    "A condition of a message is about the message.": "消息的条件只能针对消息本身。",
    "Write `$.field` of a JSON message, or `message` for all of it.": (
        "请写 JSON 消息的 `$.field`，或用 `message` 表示整条消息。"
    ),
    "Write one of {names}.": "请写 {names} 之一。",
    "`within` cannot be combined with `{name}`.": "`within` 不能与 `{name}` 并用。",
    "Write it in the item that waits.": "请把它写在所等待的内容旁边。",
    "a text, or JSON data": "文本或 JSON 数据",
    "`{name}` is not Base64.": "`{name}` 不是 Base64。",
    "`receive` must be from 1 to {most}, not {count}.": (
        "`receive` 必须在 1 到 {most} 之间，而不是 {count}。"
    ),
    "`send_base64` is not Base64.": "`send_base64` 不是 Base64。",
    "A WebSocket has no body.": "WebSocket 没有请求体。",
    "Write what is sent as an item of `messages`.": "请把要发送的内容写成 `messages` 的一项。",
    "The service opened no WebSocket: it answered {status}.": (
        "服务没有建立 WebSocket，而是返回了 {status}。"
    ),
    "The service aborted the WebSocket: {reason}.": "服务中断了 WebSocket：{reason}。",
    "A message could not be sent within {seconds} s.": "未能在 {seconds} 秒内发出消息。",
    "The messages of the WebSocket are larger than {limit} MiB.": (
        "WebSocket 的消息总量超过 {limit} MiB。"
    ),
    "More than {most} messages arrived.": "收到的消息超过 {most} 条。",
    "The file of `{name}` is empty.": "`{name}` 的文件为空。",
    "`{name}` has a character that cannot be sent.": "`{name}` 中有无法发送的字符。",
}
