"""Why a server does not start in Chinese."""

SERVING: dict[str, str] = {
    "MCP cannot be served at {path}: another "
    "route is there already.": "无法在 {path} 提供 MCP：该路径已被其他路由占用。",
    "Choose another path with --path, such as /mcp.": "请用 --path 指定其他路径，例如 /mcp。",
    "Send the header `Authorization: Bearer "
    "<token>`.": "请发送头部 `Authorization: Bearer <token>`。",
    "Send one Authorization header.": "请只发送一个 Authorization 头部。",
    "The token is not valid.": "令牌无效。",
    "The session has expired.": "会话已过期。",
    "Name the proxy's address with --trusted-proxy.": "请用 --trusted-proxy 指定代理的地址。",
    "A JWT cannot be checked without keys.": "没有公钥，无法验证 JWT。",
    "Without them, a JWT issued for another "
    "service would be accepted.": "缺少它们时，为其他服务签发的 JWT 也会被接受。",
    "Set jwks_url.": "请设置 jwks_url。",
    "The token file {file} cannot be read: {reason}.": "无法读取令牌文件 {file}：{reason}。",
    "The {kind} has expired.": "{kind} 已过期。",
    "The token file {file} is empty.": "令牌文件 {file} 为空。",
    "The client certificate is not known.": "客户端证书未登记。",
    "Create a token with `shall token new`.": "请运行 `shall token new` 创建令牌。",
    "{host}:{port} cannot be bound: {reason}.": "无法监听 {host}:{port}：{reason}。",
    "Another server may be running there. Choose "
    "another port with --port.": "该端口可能已有其他服务。请用 --port 指定其他端口。",
    "Use memory://, or a URL such as redis://redis.example.com:6379/0.": "请使用 memory://，或形如 "
    "redis://redis.example.com:6379/0 的 URL。",
    "The log file {file} cannot be written: {reason}.": "无法写入日志文件 {file}：{reason}。",
    "{folder} cannot hold metrics: it belongs to "
    "another user.": "{folder} 不能用于存放指标：它属于其他用户。",
    "{folder} cannot hold metrics: {reason}.": "{folder} 不能用于存放指标：{reason}。",
    "Remove it, or set {variable} to a folder of "
    "your own.": "请删除它，或将 {variable} 设为自己的目录。",
    "Traces cannot be sent: the OTLP exporter is "
    "not installed.": "无法发送链路追踪数据：未安装 OTLP 导出器。",
    'Install it with pip install "shall[otlp]", '
    "or unset SHALL_OTLP_ENDPOINT.": '请运行 pip install "shall[otlp]" 安装，或取消设置 '
    "SHALL_OTLP_ENDPOINT。",
    "SSE cannot be served by {count} workers: a client's stream is in one of them, and its "
    "messages would reach another.": "SSE 不能由 {count} 个工作进程提供：客户端的流在其中一个进程"
    "，而消息可能到达另一个。",
    "SSE cannot be served without sessions: a "
    "client's messages belong to its stream.": "没有会话就不能提供 SSE：客户端的消息属于它的流。",
    "{count} workers lose sessions: the next request of a client may reach a worker that does "
    "not know it.": "{count} 个工作进程会丢失会话：客户端的下一个请求可能到达不认识它的进程。",
    "Leave --sessions out, or serve --transport "
    "http.": "请省略 --sessions，或使用 --transport http。",
    "TLS has a {given} but no {missing}.": "TLS 设置了 {given}，但缺少 {missing}。",
    "Client certificates are required, but the "
    "server has no certificate.": "要求客户端证书，但服务器没有证书。",
    "Set both: --tls-key and --tls-cert "
    "(--ssl-keyfile and --ssl-certfile).": "请同时设置 --tls-key 和 --tls-cert（--ssl-keyfile 和 "
    "--ssl-certfile）。",
    "The TLS key {key} is encrypted.": "TLS 私钥 {key} 已加密。",
    "The TLS certificate {cert} or its key {key} "
    "is not a usable PEM file.": "TLS 证书 {cert} 或其私钥 {key} 不是可用的 PEM 文件。",
    "The TLS {kind} {file} cannot be read: {reason}.": "无法读取 TLS {kind} {file}：{reason}。",
    "The TLS client authorities {file} are not a "
    "usable PEM file.": "TLS 客户端 CA {file} 不是可用的 PEM 文件。",
    "Set --tls-key and --tls-cert too.": "请同时设置 --tls-key 和 --tls-cert。",
    "The TLS key {key} does not belong to the "
    "certificate {cert}.": "TLS 私钥 {key} 与证书 {cert} 不匹配。",
    "{address} can be reached by others, and no "
    "token is set.": "其他主机可以访问 {address}，但未设置令牌。",
    "Set MCP_AUTH_TOKEN, bind 127.0.0.1, or pass "
    "--insecure.": "请设置 MCP_AUTH_TOKEN，或监听 127.0.0.1，或传入 --insecure。",
    "Use --workers 1; or several instances, each with --instance, behind the configuration "
    "deploy/nginx/three-instances.conf; or "
    "--sessions no for clients that can do "
    "without.": "请使用 --workers 1；或部署多个实例，各用 --instance 命名，并置于 "
    "deploy/nginx/three-instances.conf 这样的配置之后；不需要会话的客户端可用 --sessions no。",
}
