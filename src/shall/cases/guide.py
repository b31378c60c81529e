"""The text that teaches a model the case format: the resource ``case://format``."""

from shall.cases.functions import FUNCTIONS
from shall.cases.model import CheckKind

EXAMPLE = """\
testcase:
  name: a user signs in and orders a book
  host: "{{ Global.host }}"
  tags: [smoke]
  verifies: [auth#1.2]
  variables:
    email: "{{ tools.fake_email() }}"
  steps:
    - id: login
      method: POST
      path: /login
      json: {email: "{{ email }}", password: "{{ Global.password }}"}
      assert:
        - {type: status_code, expected: 200}
        - {type: exists, field: data.token}
    - id: order
      method: POST
      path: /orders
      headers: {Authorization: "Bearer {{ login.data.token }}"}
      json: {item: book, qty: 2}
      assert:
        - {type: equals, field: "items[0].name", expected: book}
        - {type: contains, header: Content-Type, expected: json}
        - {type: less_than, field: total, expected: 100}
  teardowns:
    - id: cancel
      method: DELETE
      path: "/orders/{{ order.id }}"
"""

_TEXT = """\
# Test case format

A YAML file with the root `testcase:`. Example:

```yaml
{example}```

Case: name*, steps*, description, host, tags, verifies (criterion ids), variables, secrets (names of
variables never shown), allure {{epic, feature, story}}, teardowns.
Step: id* (unique), path* (joined to host) or url*, method (GET), headers, params, one body of json,
form, text; files {{field: path}}, timeout_s, follow_redirects, project, allow_status, assert.
A status of 400 or above fails a step unless it asserts status_code or lists it in allow_status.
Teardown: as a step; always run, in reverse.
Check: type*, field or header, expected. field is a path into the JSON body: `data.items[0].id`,
`[0].id`, `["odd key"]`, `$` (all of it); without field: the whole body.
Types: {kinds}.
exists and is_none compare with nothing; in, not_in take a list; regex searches.

Expressions `{{{{ ... }}}}` stand in quotes, in any value: `step.path.to[0].value` (the JSON body of
an earlier step), a variable, `Global.name` (variables of the run), a function. Alone in its text an
expression keeps its type. No arithmetic, no filters. Two braces: `{{{{ "{{{{" }}}}`.
Functions (`tools.` before them may be left out): {functions}.
"""


def format_guide() -> str:
    """Return the guide as Markdown, at most 3,000 bytes of it."""
    kinds = (kind for kind in CheckKind if not kind.startswith(("mysql_", "sse_")))
    functions = (
        name + (str(signature) if signature.parameters else "()")
        for name, signature in FUNCTIONS.items()
        if not name.startswith(("demo_", "get_", "generate_"))
    )
    return _TEXT.format(example=EXAMPLE, kinds=", ".join(kinds), functions=", ".join(functions))
