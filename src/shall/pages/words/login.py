"""The words of the login, and of what is not shown."""

WORDS = {
    "login": ("Sign in", "登录"),
    "login.token": ("Token", "令牌"),
    "login.hint": (
        "The token that an MCP client of this server sends. The operator of the server creates "
        "it with “shall token new”.",
        "即 MCP 客户端连接本服务器时使用的令牌，由服务器管理员用“shall token new”创建。",
    ),
    "login.refused": ("The token is not valid, or has expired.", "令牌无效或已过期。"),
    "login.unavailable": (
        "The token cannot be checked now. Try again in a moment.",
        "暂时无法验证令牌，请稍后重试。",
    ),
    "login.foreign": (
        "The form was not sent from a page of this server. Open the page again.",
        "表单不是从本服务器的页面提交的。请重新打开页面。",
    ),
    "notice.400": ("This request cannot be understood", "无法理解此请求"),
    "notice.403": ("You may not see this", "无权访问"),
    "notice.404": ("Not found", "未找到"),
    "notice.500": ("Internal error", "内部错误"),
    "notice.503": ("Not available now", "暂时不可用"),
    "notice.scope": (
        "This page needs a token with the scope {scope}.",
        "此页面需要具有 {scope} 权限的令牌。",
    ),
    "notice.log": (
        "The log has the traceback under {request_id}.",
        "日志中有此错误的堆栈，编号为 {request_id}。",
    ),
    "notice.missing": (
        "There is no page at this address.",
        "此地址没有页面。",
    ),
    "notice.home": ("To the first page", "返回首页"),
}
