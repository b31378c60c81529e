"""Sentences about databases in Chinese."""

from collections.abc import Mapping

SQL: Mapping[str, str] = {
    "Write `sql: {{database: NAME, query: SELECT ...}}`.": (
        "请写作 `sql: {{database: NAME, query: SELECT ...}}`。"
    ),
    "An SQL step has no `{first}`.": "SQL 步骤没有 `{first}`。",
    "Unknown selector `{word}` of an SQL step.": "SQL 步骤没有选择器 `{word}`。",
    "Write `row`, `rows`, `value`, `rowcount`, `duration` or a path such as `$.row.id`.": (
        "请写 `row`、`rows`、`value`、`rowcount`、`duration`，或 `$.row.id` 这样的路径。"
    ),
    "A query contains a NUL character.": "查询语句含有 NUL 字符。",
    "A query contains an expression where no value can be bound.": (
        "查询语句中有一处表达式无法绑定为值。"
    ),
    "Write names of tables and columns as they are.": "表名和列名请直接写出。",
    "Write the SQL that is carried out.": "请写出要执行的 SQL。",
    "`{name}` cannot be combined with `sql`.": "`{name}` 不能与 `sql` 并用。",
    "Write `expect`.": "请写 `expect`。",
    "Write a request as another step.": "请求请另写一个步骤。",
    "`{name}` must be one value, not {given}.": "`{name}` 必须是单个值，而不是{given}。",
    "`query` contains an expression, which could change the statement.": (
        "`query` 中含有表达式，可能改变语句本身。"
    ),
    'Write `:name` in it, and `parameters: {{name: "{{{{ ... }}}}"}}`.': (
        '请在语句中写 `:name`，并写 `parameters: {{name: "{{{{ ... }}}}"}}`。'
    ),
    "`:{name}` has no value.": "`:{name}` 没有值。",
    "Did you mean `:{near}`?": "是否指 `:{near}`？",
    "Write it under `parameters`, or `\\:{name}` where a colon is meant.": (
        "请在 `parameters` 中给出；若本意是冒号，请写 `\\:{name}`。"
    ),
    "`{name}` is not used in the query.": "查询语句没有用到 `{name}`。",
    "Write `:{name}` where its value belongs.": "请在需要该值的地方写 `:{name}`。",
    "No database is declared.": "没有声明任何数据库。",
    "Write `databases: {{NAME: {{url: ...}}}}` in shall.yaml.": (
        "请在 shall.yaml 中写 `databases: {{NAME: {{url: ...}}}}`。"
    ),
    "Write `database: NAME`; declared are {available}.": (
        "请写 `database: NAME`；已声明的有 {available}。"
    ),
    "Several databases are declared, and the query names none.": (
        "声明了多个数据库，而查询没有指明用哪一个。"
    ),
    "Declared are {available}.": "已声明的有 {available}。",
    "The database {named} is not declared in shall.yaml.": "shall.yaml 没有声明数据库 {named}。",
    "The parameter {name} is {given}: it must be one value.": (
        "参数 {name} 是{given}：必须是单个值。"
    ),
    "Name them with AS.": "请用 AS 命名。",
    "Select less, or count.": "请少取一些，或改为计数。",
    "SQL needs the extra {extra}, which is not installed.": "SQL 需要附加依赖 {extra}，尚未安装。",
    "Install it: pip install 'shall[{extra}]'.": "请安装：pip install 'shall[{extra}]'。",
    "The database {name} at {address} refuses the connection.": (
        "位于 {address} 的数据库 {name} 拒绝连接。"
    ),
    "The database {name} at {address} cannot be opened: {cause}.": (
        "无法打开位于 {address} 的数据库 {name}：{cause}。"
    ),
    "The host {host} of the database {name} was not found.": "找不到数据库 {name} 的主机 {host}。",
    "The query of {name} failed: {cause}.": "对 {name} 的查询失败：{cause}。",
    "The query of {name} returns more than {limit}.": "对 {name} 的查询返回超过 {limit}。",
    "The query of {name} returns two columns that are named {twice}.": (
        "对 {name} 的查询返回两个名为 {twice} 的列。"
    ),
    "The database {name} did not answer within {timeout_s} s.": (
        "数据库 {name} 在 {timeout_s} 秒内没有响应。"
    ),
    "The password of the database {name} {reason}": "数据库 {name} 的密码{reason}",
}
