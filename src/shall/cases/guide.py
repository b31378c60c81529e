"""The text that teaches a model the case format: the resource ``case://format``."""

from shall.cases.functions import FUNCTIONS
from shall.cases.predicates import PREDICATES
from shall.cases.selector import WORDS

EXAMPLE = """\
name: a user signs in and orders a book
host: "{{ Global.host }}"
verifies: [auth#1.2]
variables: {email: "{{ tools.fake_email() }}"}
steps:
- POST: /login
  json: {email: "{{ email }}", password: "{{ Global.password }}"}
  capture: {token: $.data.token}
  expect: 200
- POST: /orders
  headers: {Authorization: "Bearer {{ token }}"}
  json: {item: book, qty: 2}
  capture: {order: $.id}
  expect:
    status: 201
    header Content-Type: {contains: json}
    $.total: {greater_than: 0, less_or_equal: 100}
    $.lines: {length: {at_least: 1}, any: {sku: B7}}
teardowns:
- DELETE: "/orders/{{ order }}"
"""

_TEXT = """\
# Test case format

```yaml
{example}```

Case: name*, steps*, host, tags, verifies (criterion ids), skip (reason), variables,
data (rows, or rows.csv; `row.x`), use ([login]: shared/login.yaml), secrets,
teardowns (always, reversed).
Step: METHOD: path or URL*, id, headers, params, one body of json, form, text, xml, graphql; files
{{field: path}}, timeout_s, follow_redirects, project, allow_status, capture {{name: selector}},
expect, delay (500 ms), until {{as expect; fails_if: {{}}, every: 1 s, within: 30 s}}, auth
{{bearer: x}}, stream {{until, count, within}}, WS, messages, if (expression, or as expect), for
each (list), as, repeat {{while, at most}}, retry {{times, every, after: [503]}}.
A status >= 400 fails unless expected or allowed.
Or sql {{query* (:id), parameters, database}}: row, rows, value, rowcount.
expect: selector to a value or predicates; other keys are fields; openapi: FILE.
Selectors: {words}, header X, cookie X, $.a[0].b, jmespath, xpath, css, regex ...;
filters: `$.items | count`.
Predicates: {predicates}.
`not_` negates. exists, is_... take a bool; each, any, none, has take a
value, predicates or fields; count {{where, equals}}; schema (or file).

Expressions `{{{{ ... }}}}` in quotes: captured name, variable,
`Global.name` (run), `id.path[0]` (JSON body of step id), a function. Alone it keeps
its type. Has + - * / == < and, x | to_int. Functions: {functions}.
"""


def format_guide() -> str:
    """Return the guide as Markdown, at most 3,000 bytes of it."""
    functions = (
        name + (str(signature) if signature.parameters else "()")
        for name, signature in FUNCTIONS.items()
        if not name.startswith(("demo_", "get_", "generate_"))
    )
    return _TEXT.format(
        example=EXAMPLE,
        words=", ".join(WORDS),
        predicates=", ".join(it.name for it in PREDICATES if not it.name.startswith("not_")),
        functions=", ".join(functions),
    )
